"""The link by which somebody sets their own first password: for once, for a time, and kept nowhere.

A notice of an invitation holds a place for the link. The worker that sends the mail puts it in, so that whoever reads
the database, its copies or the logs finds nothing by which to get in.
"""

from people.models import User

NOTICE = "invitation"
PLACE = "{the link}"


def why_not(user: User) -> str:
    """Why somebody is not invited; "" where they are."""
    if not user.is_active:
        return f"The account of {user.name} is closed"
    if user.has_usable_password():
        return f"{user.name} has set a password already: “Forgotten your password?” on the sign-in page helps"
    return ""
