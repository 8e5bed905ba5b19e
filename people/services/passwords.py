"""Links by which somebody sets a password: made when they are sent, and kept nowhere. And telling that one was changed.

Nothing is sent from here: each is a row first, which a worker takes into the outbox of the letters. There it waits for
a mail server that is down, as every other mail does.
"""

from datetime import datetime, timedelta
from functools import partial

import structlog
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from kombu.exceptions import OperationalError

from people.models import AccountMail, User

log = structlog.get_logger(__name__)
TAKE_UP = "letters.tasks.take_up_account_mail"


def link(user: User) -> str:
    """The address at which somebody sets a password, once. Its host is ours, whatever a request said."""
    kept = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return settings.BASE_URL.rstrip("/") + reverse("account_reset_password_from_key", kwargs=kept)


def until(at: datetime) -> datetime:
    """Until when a link that is made now works."""
    return at + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


@transaction.atomic
def ask_for_link(address: str, *, at: datetime) -> None:
    """Ask for a link to set a new password, to be sent to whoever has the address.

    A worker finds out who that is, so that the page that asks answers alike, and as fast, whether or not there is an
    account.
    """
    AccountMail.objects.create(kind=AccountMail.Kind.LINK, address=address.lower(), asked_at=at)
    _wake()


@transaction.atomic
def tell(user: User, address: str, *, what: str, at: datetime) -> None:
    """Tell somebody that the way into their account was changed, so that they notice where it was not they.

    In the transaction of the change, and at the address that they had until then.
    """
    AccountMail.objects.create(kind=AccountMail.Kind.CHANGED, address=address, user=user, what=what, asked_at=at)
    _wake()


def _wake() -> None:
    """Tell a worker, once the transaction holds. If the queue is down, the next round of the outbox finds the row."""
    transaction.on_commit(partial(_enqueue, TAKE_UP))


def _enqueue(task: str) -> None:
    try:
        current_app.send_task(task, retry=False, expires=60)
    except OperationalError:
        log.warning("queue down, left to the next round", task=task)
