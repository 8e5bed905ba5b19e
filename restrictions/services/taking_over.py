"""A colleague takes over a proposal that somebody else had been preparing, or had put before those who decide."""

from datetime import datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from decisions.models import Voice
from people import access
from people.access import Can
from people.models import User
from policies import law
from policies.rules import RuleBroken
from restrictions.models import Restriction


@transaction.atomic
def take_over(restriction_id: int, *, to: User, by: User, at: datetime) -> Restriction:
    """Make somebody else the proposer, who writes on it, changes it where it is returned, and may drop it.

    Whoever prepared it before goes on being kept from deciding it (F12), and so is whoever takes it over. Who may hand
    over is asked by whoever calls. Raises RuleBroken for somebody who decided on it already, TransitionNotAllowed where
    it is decided.
    """
    restriction = Restriction.objects.locked(restriction_id)
    if restriction.state not in Restriction.PREPARING:
        raise TransitionNotAllowed(f"{restriction.reference} is decided, so nobody prepares it any more.")
    was = restriction.proposed_by
    if was.pk == to.pk:
        return restriction
    access.require(to, Can.WORK_CASES, restriction.case.provider_id, f"{to.name} does not work on cases.")
    if Voice.objects.on(restriction.trail.about, "restrict").filter(by=to).exists():
        raise RuleBroken(
            f"{to.name} has decided on {restriction.reference}, and cannot propose it as well", law.OTHER_PERSON, "to"
        )
    restriction.proposed_by = to
    restriction.shaped_by = sorted({*restriction.shaped_by, was.pk} - {to.pk})
    restriction.save(update_fields=["proposed_by", "shaped_by"])
    deadlines.hand_over(restriction, from_=was, to=to)
    deadlines.excuse(kinds.RESTRICTION_DECIDE, restriction, user=to)
    facts = {"was": was.reference, "now": to.reference}
    audit.record("restriction.handed_over", subject=restriction, by=by, at=at, facts=facts)
    return restriction
