"""The verbs of the office: propose, adopt, return and withdraw a policy; found a provider; move a case to a version."""

from office.services.adopting import adopt, propose, send_back, withdraw
from office.services.founding import Administrator, Link, first_password_link, found, name_administrator
from office.services.moving import move_case

__all__ = [
    "Administrator",
    "Link",
    "adopt",
    "first_password_link",
    "found",
    "move_case",
    "name_administrator",
    "propose",
    "send_back",
    "withdraw",
]
