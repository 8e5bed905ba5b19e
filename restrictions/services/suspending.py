"""What an appeal does to a restriction while it is decided, where the policy says that it is suspended."""

from datetime import datetime

from django.db import transaction

from audit import services as audit
from people.models import User
from register import services as register
from restrictions import permissions
from restrictions.models import Restriction
from restrictions.services import terms as limits
from restrictions.services.asked import register_for
from restrictions.services.rows import about, locked

State = Restriction.State
NOT_NOW = "Suspended while an appeal is decided: the limits on contact do not hold."


@transaction.atomic
def suspend(restriction_id: int, *, by: User, at: datetime, reason: str) -> Restriction:
    """Let a restriction hold nobody to its limits while an appeal against it is decided; its dates run on.

    It is the policy's own effect and nobody's decision. The register says so to whoever looks, and to whoever has
    looked; what staff must do for their safety stays. Nothing happens where it is no longer in force. Twice is once.
    """
    restriction = locked(restriction_id)
    permissions.check_can_suspend(by, restriction)
    if restriction.suspended_at or restriction.state != State.IN_FORCE:
        return restriction
    restriction.suspended_at = at
    restriction.save()
    _say(restriction, [NOT_NOW], by=by, at=at)
    audit.record("restriction.suspended", subject=restriction, by=by, at=at, words={"why": reason})
    return restriction


@transaction.atomic
def resume(restriction_id: int, *, by: User, at: datetime, reason: str) -> Restriction:
    """Let a restriction that was suspended hold again until its last day, because the appeal did not succeed."""
    restriction = locked(restriction_id)
    permissions.check_can_suspend(by, restriction)
    if restriction.suspended_at is None or restriction.state != State.IN_FORCE:
        return restriction
    restriction.suspended_at = None
    restriction.save()
    _say(restriction, limits.arrangement(limits.of(restriction)), by=by, at=at)
    audit.record("restriction.resumed", subject=restriction, by=by, at=at, words={"why": reason})
    return restriction


def _say(restriction: Restriction, arrangement: list[str], *, by: User, at: datetime) -> None:
    if register_for(restriction.case.policy):
        register.change(about(restriction), arrangement=arrangement, by=by, at=at)
