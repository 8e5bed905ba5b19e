"""The verbs of the office: propose, adopt, return and withdraw a policy; found a provider; move a case to a version."""

from office.services.adopting import adopt, propose, send_back, withdraw
from office.services.founding import Administrator, found
from office.services.moving import move_case

__all__ = ["Administrator", "adopt", "found", "move_case", "propose", "send_back", "withdraw"]
