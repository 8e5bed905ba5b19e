"""Recording that the resident no longer wants an appeal."""

from datetime import datetime

from django.db import transaction

from appeals import permissions
from appeals.against import finding
from appeals.models import Appeal
from appeals.services import meanwhile, waiting
from appeals.services.rows import check_open, locked
from audit import services as audit
from people.models import User
from policies.rules import RuleBroken


@transaction.atomic
def withdraw(appeal_id: int, *, by: User, at: datetime, reason: str) -> Appeal:
    """Record that the resident no longer wants the appeal; it is no outcome, so within the window it may come again.

    What some of several had decided on it counts no more. Raises TransitionNotAllowed where it is decided or withdrawn
    already, RuleBroken without how and when.
    """
    appeal = locked(appeal_id)
    permissions.check_can_withdraw(by, appeal)
    check_open(appeal)
    if not reason.strip():
        raise RuleBroken("Enter how the resident withdrew it, and when", field="reason")
    appeal.withdraw(at=at, reason=reason.strip())
    appeal.save()
    waiting.withdrawn(appeal, at=at)
    against = finding.of_appeal(appeal)
    meanwhile.resume(appeal, against, by=by, at=at)
    facts = {"against": against.key}
    audit.record("appeal.withdrawn", subject=appeal, by=by, at=at, facts=facts, words={"reason": reason})
    return appeal
