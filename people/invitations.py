"""The links by which somebody sets a password: for once, for a time, and kept nowhere.

A notice that brings one, to whoever is invited or has forgotten a password, holds a place for the link. The worker that
sends the mail puts it in, so that whoever reads the database, its copies or the logs finds nothing by which to get in.
"""

from collections.abc import Callable, Mapping

from people.accounts import sign_on
from people.models import User

NOTICE = "invitation"
FORGOTTEN = "password_link"
PLACE = "{the link}"


def why_not(user: User) -> str:
    """Why somebody is not invited; "" where they are."""
    if not user.is_active:
        return f"The account of {user.name} is closed"
    if user.has_usable_password():
        return f"{user.name} has set a password already: “Forgotten your password?” on the sign-in page helps"
    return ""


def why_no_new_one(user: User) -> str:
    """Why whoever forgot a password is sent no link; "" where they are."""
    if not user.is_active:
        return f"The account of {user.name} is closed"
    if sign_on.only(user):
        return f"{user.name} gets in by single sign-on alone"
    return ""


WITH_LINK: Mapping[str, Callable[[User], str]] = {NOTICE: why_not, FORGOTTEN: why_no_new_one}
"""The kinds of notices that bring a link, with what asks at the last moment why it should not go."""


def why_not_sent(kind: str, user: User, address: str) -> str:
    """Why a link is not sent to an address after all; "" where it goes. Asked as the mail is about to leave."""
    if address.lower() != user.email.lower():
        return f"{user.name} has another address since"
    return WITH_LINK[kind](user)
