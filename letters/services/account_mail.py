"""Mail about accounts, taken from where `people` left it and put into the outbox, from which nothing is lost.

Links and warnings of a change keep through a mail server that is down as every notice to staff does. A link is made as
its mail leaves (`people/invitations.py`) and stands in no row.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from audit import services as audit
from letters import services
from letters.models import Dispatch
from people import invitations
from people.models import AccountMail, User

MOST_AT_ONCE = 500
FORGOTTEN_SUBJECT = "Set a new password"
CHANGED = "account_changed"


def take_up(*, at: datetime) -> None:
    """Put into the outbox what waits for it, oldest first. Safe to run twice, late, and beside another."""
    for row_id in list(AccountMail.objects.values_list("pk", flat=True)[:MOST_AT_ONCE]):
        _take_up(row_id, at=at)


@transaction.atomic
def _take_up(row_id: int, *, at: datetime) -> None:
    row = AccountMail.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=row_id).first()
    if row is None:
        return
    if row.kind == AccountMail.Kind.LINK:
        _ask_for_link(row.address, at=at)
    else:
        _tell(row, at=at)
    row.delete()


def _ask_for_link(address: str, *, at: datetime) -> None:
    """A link for whoever has the address; for an address without an open account none.

    None either where no mail server is set up, as the page that asks says to everybody, nor a second one while one
    waits: whoever asked five times while the mail server was down needs one link.
    """
    user = User.objects.select_related("provider").filter(email=address, is_active=True).first()
    if user is None or invitations.why_no_new_one(user) or not settings.MAIL_LEAVES:
        return
    waits = Dispatch.objects.filter(notice__to=user, notice__kind=invitations.FORGOTTEN, address=user.email)
    if waits.filter(state=Dispatch.State.WAITING).exists():
        return
    audit.record("user.password_link_asked", subject=user, by=None, at=at)
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
    words = {"password_reset_url": invitations.PLACE, "days": days}
    body = render_to_string("account/email/password_reset_key_message.txt", words)
    services.notify(user, kind=invitations.FORGOTTEN, subject=FORGOTTEN_SUBJECT, body=body, at=at)


def _tell(row: AccountMail, *, at: datetime) -> None:
    """Tell somebody of a change to their account, at the address that they had until then."""
    assert row.user is not None
    words = {"what": row.what, "at": row.asked_at, "address": settings.BASE_URL}
    body = render_to_string("account/email/changed_message.txt", words)
    services.notify(row.user, kind=CHANGED, subject=row.what, body=body, at=at, address=row.address)
