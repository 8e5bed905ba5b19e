"""Links by which somebody sets a password: made when they are sent, and kept nowhere."""

from datetime import datetime, timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from audit import services as audit
from people.accounts import sign_on
from people.models import User


def link(user: User) -> str:
    """The address at which somebody sets a password, once. Its host is ours, whatever a request said."""
    kept = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.BASE_URL.rstrip("/") + reverse("account_reset_password_from_key", kwargs=kept)


def until(at: datetime) -> datetime:
    """Until when a link that is made now works."""
    return at + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


@transaction.atomic
def send_link(address: str, *, at: datetime) -> bool:
    """Send whoever has the address a link to set a new password; to an address without an open account nothing.

    Nothing either where no mail server is set up, as the page that asks says to everybody.

    A worker does it, so that the page that asked answers alike, and as fast, whether or not there is an account.
    Returns whether it was sent.
    """
    user = User.objects.select_related("provider").filter(email=address.lower(), is_active=True).first()
    if user is None or sign_on.only(user) or not settings.MAIL_LEAVES:
        return False
    audit.record("user.password_link_sent", subject=user, by=None, at=at, facts={"until": until(at)})
    words = {"password_reset_url": link(user), "user": user, "until": until(at)}
    body = render_to_string("account/email/password_reset_key_message.txt", words)
    send_mail("Set a new password", body, settings.DEFAULT_FROM_EMAIL, [user.email])
    return True


def tell(user: User, address: str, *, what: str, at: datetime) -> None:
    """Tell somebody that the way into their account was changed, so that they notice where it was not they."""
    words = {"user": user, "what": what, "at": at, "address": settings.BASE_URL}
    body = render_to_string("account/email/changed_message.txt", words)
    send_mail(what, body, settings.DEFAULT_FROM_EMAIL, [address])
