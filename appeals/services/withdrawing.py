"""Recording that the resident no longer wants an appeal."""

from datetime import datetime

from django.db import transaction

from appeals import acts, permissions
from appeals.against import finding
from appeals.models import Appeal
from appeals.services import meanwhile
from appeals.services.rows import check_open, locked
from audit import services as audit
from deadlines import services as deadlines
from decisions import services as decisions
from people.models import User
from policies.rules import need


@transaction.atomic
def withdraw(appeal_id: int, *, by: User, at: datetime, reason: str) -> Appeal:
    """Record that the resident no longer wants the appeal; it is no outcome, so within the window it may come again.

    What some of several had decided on it counts no more. Raises TransitionNotAllowed where it is decided or withdrawn
    already, RuleBroken without how and when.
    """
    appeal = locked(appeal_id)
    permissions.check_can_withdraw(by, appeal)
    check_open(appeal)
    need(reason, "Enter how the resident withdrew it, and when", "reason")
    appeal.withdraw(at=at, reason=reason.strip())
    appeal.save()
    deadlines.cancel_all(appeal, at=at, reason="The appeal was withdrawn")
    for act in (acts.APPEAL, acts.HEAR):
        decisions.drop(appeal.trail.about, act, at=at)
    against = finding.of_appeal(appeal)
    meanwhile.resume(appeal, against, by=by, at=at)
    facts = {"against": against.key}
    audit.record("appeal.withdrawn", subject=appeal, by=by, at=at, facts=facts, words={"reason": reason})
    return appeal
