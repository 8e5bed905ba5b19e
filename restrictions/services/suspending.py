"""What an appeal does to a restriction while it is decided, where the policy says that it is suspended."""

from datetime import datetime

from django.db import transaction

from audit import services as audit
from people.models import User
from restrictions import permissions
from restrictions.models import Restriction
from restrictions.services import on_register
from restrictions.services.rows import locked

State = Restriction.State


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
    on_register.say(restriction, by=by, at=at)
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
    on_register.say(restriction, by=by, at=at)
    audit.record("restriction.resumed", subject=restriction, by=by, at=at, words={"why": reason})
    return restriction
