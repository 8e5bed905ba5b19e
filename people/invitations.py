"""The link by which somebody sets their own first password: for once, for a time, and kept nowhere.

A notice of an invitation holds a place for the link. The worker that sends the mail puts it in, so that whoever reads
the database, its copies or the logs finds nothing by which to get in.
"""

from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from people.models import User

NOTICE = "invitation"
PLACE = "{the link}"


def link(user: User) -> str:
    """A link that says nothing once a password is set, or once its time is over (`until`)."""
    kept = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.BASE_URL.rstrip("/") + reverse("account_reset_password_from_key", kwargs=kept)


def until(at: datetime) -> datetime:
    """When a link that was made at an instant says nothing any more."""
    return at + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def why_not(user: User) -> str:
    """Why somebody is not invited; "" where they are."""
    if not user.is_active:
        return f"The account of {user.name} is closed"
    if user.has_usable_password():
        return f"{user.name} has set a password already: “Forgotten your password?” on the sign-in page helps"
    return ""
