"""The end of a restriction: lifted early, quashed on appeal, or lapsed with its last day; suspended for an appeal."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases.services import stages
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.services import Said
from design import seals
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies.rules import Rule, RuleBroken, need
from restrictions import acts, facts, permissions, shown
from restrictions.models import Restriction, Review
from restrictions.services import registering

State = Restriction.State
ENDS_WITH_IT = (
    kinds.RESTRICTION_LIFT, kinds.REVIEW_INTERVAL, kinds.REVIEW_WAIVE, kinds.BREACH_ANSWER,
    kinds.RECONSIDERATION_DECIDE, kinds.SPOC_QUALITY_REVIEW, kinds.SPOC_FOLLOW_UP, kinds.SPOC_REPLACE,
    kinds.SPOC_CHANGE,
)  # fmt: skip
"""What is due while a restriction runs, and no longer when its last day has gone."""


@transaction.atomic
def lift(restriction_id: int, said: Said, *, by: User, at: datetime, seen: str | None = None) -> Restriction:
    """End a restriction early, because the reason for it has gone: the resident is told, the register entry removed.

    Where the policy has several decide, this is one person's voice, and it takes effect with the last that is needed;
    where a meeting decides, what is said tells who took part, when, and what was said there. Where it has somebody
    asked first, that is written down before. Where it asks questions before a review or before a restriction is lifted
    (Northampton 2.3), what was weighed is said. `seen` is the seal of what the decider was shown.
    Raises RuleBroken without a reason, TransitionNotAllowed where it is not in force, its last day has gone, or it has
    changed since it was shown.
    """
    restriction = Restriction.objects.locked(restriction_id)
    act = acts.lift(restriction)
    act.check(by)
    if restriction.state != State.IN_FORCE:
        raise TransitionNotAllowed(object=restriction)
    if not restriction.is_in_force(day_of(at)):
        raise TransitionNotAllowed(f"{restriction.reference} is over already: its last day has gone.")
    told = plan_lift(restriction, act, said, by=by, at=at)
    seals.check(seen, shown.standing(restriction) | {"the words of the letter": told}, since=shown.since(restriction))
    writer = decisions.take(act, said, by=by, at=at)
    if writer is None:
        return restriction
    end(restriction, by=writer, at=at, reason=said.reasons.strip())
    audit.decide(
        "restriction.lifted",
        subject=restriction,
        by=by,
        at=at,
        reasons=said.reasons,
        rule=act.rule,
        outcome=State.LIFTED,
        considered=said.considered,
    )
    letters.request("restriction_lifted", restriction, told, by=writer, at=at)
    return restriction


def plan_lift(restriction: Restriction, act: Act, said: Said, *, by: User, at: datetime) -> dict[str, Any]:
    """What the letter would say of a restriction lifted now: for the check page and for `lift`. Raises as `lift`."""
    need(said.reasons, "Enter why it is lifted", "reason")
    if not restriction.is_in_force(day_of(at)):
        raise RuleBroken("It is not in force, so there is nothing to lift", None, "reason")
    decisions.check(act, said, by=by, at=at)
    return facts.lifted(restriction, on=day_of(at), reason=said.reasons)


@transaction.atomic
def disagree_to_lift(restriction_id: int, *, by: User, at: datetime, reasons: str) -> Restriction:
    """Not agree that a restriction is lifted, where several decide: it stands, with the reasons of everybody."""
    restriction = Restriction.objects.locked(restriction_id)
    decisions.disagree(acts.lift(restriction), by=by, at=at, reasons=reasons)
    return restriction


def end(
    restriction: Restriction,
    *,
    by: User,
    at: datetime,
    reason: str,
    review: Review | None = None,
    set_aside: bool = False,
) -> None:
    """Lift a locked restriction and take back what stood on it: register, deadlines, an open review, the stage."""
    was_in_force = restriction.state == State.IN_FORCE
    restriction.lift(at=at, reason=reason)
    restriction.save()
    if was_in_force:
        registering.remove(restriction, by=by, at=at, reason=reason, set_aside=set_aside)
    deadlines.cancel_all(restriction, at=at, reason="The restriction was lifted")
    if review is None:
        end_open_review(restriction, Review.Outcome.LIFT, by=by, at=at, reason=reason)
    if case_is_restricted(restriction):
        stages.mark_unrestricted(restriction.case_id, by=by, at=at, why=reason)


def case_is_restricted(restriction: Restriction) -> bool:
    """Whether the case still stands at the stage of this restriction (a closed or moved-on case does not)."""
    case = type(restriction.case).objects.get(pk=restriction.case_id)
    later = case.restrictions.filter(state=State.IN_FORCE).exclude(pk=restriction.pk).exists()
    return not later and case.stage in (case.Stage.CONTACT_RESTRICTION, case.Stage.REVIEW)


def end_open_review(restriction: Restriction, outcome: str, *, by: User, at: datetime, reason: str) -> None:
    """A review that had begun is answered by what was decided meanwhile."""
    review = (
        Review.objects.select_for_update(of=("self",)).filter(restriction=restriction, state=Review.State.BEGUN).first()
    )
    if review is None:
        return
    review.restriction = restriction
    review.decide(by=by, at=at, outcome=outcome, reasons=reason)
    review.save()
    audit.decide(
        "review.decided",
        subject=review,
        by=by,
        at=at,
        reasons=reason,
        rule=None,
        outcome=outcome,
        facts={"by": "a decision outside of the review"},
    )


@transaction.atomic
def lapse(restriction_id: int, *, at: datetime) -> Restriction:
    """Tidy a restriction whose last day has gone and that nobody continued. It was over already, by its dates.

    The review at the end stays due: it is asked for though it be late (Dover 6.18, 6.21; F1), and only then does the
    case leave its stage. Raises TransitionNotAllowed before the day after the last.
    """
    restriction = Restriction.objects.locked(restriction_id)
    if restriction.state == State.IN_FORCE and restriction.ends_on and restriction.ends_on >= day_of(at):
        raise TransitionNotAllowed(f"{restriction.reference} is in force until the end of its last day.")
    restriction.lapse(at=at)
    restriction.save()
    audit.record("restriction.lapsed", subject=restriction, by=None, at=at, facts={"last_day": restriction.ends_on})
    registering.remove(restriction, by=None, at=at, reason="The last day of the restriction passed")
    deadlines.meet(kinds.RESTRICTION_END, restriction, at=at, how="The last day passed")
    for kind in ENDS_WITH_IT:
        deadlines.cancel(kind, restriction, at=at, reason="The last day passed")
    return restriction


@transaction.atomic
def quash(restriction_id: int, *, by: User, at: datetime, reason: str, rule: Rule | None) -> Restriction:
    """End a restriction because the appeal against it was upheld, under the rule that had it decided.

    Called by `appeals`, which sends its own letter.
    """
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_change_on_appeal(by, restriction)
    end(restriction, by=by, at=at, reason=reason, set_aside=True)
    audit.decide(
        "restriction.lifted",
        subject=restriction,
        by=by,
        at=at,
        reasons=reason,
        rule=rule,
        outcome="quashed on appeal",
    )
    return restriction


@transaction.atomic
def suspend(restriction_id: int, *, by: User, at: datetime, reason: str) -> Restriction:
    """Let a restriction hold nobody to its limits while an appeal against it is decided; its dates run on.

    It is the policy's own effect and nobody's decision. The register says so to whoever looks, and to whoever has
    looked; what staff must do for their safety stays. Nothing happens where it is no longer in force. Twice is once.
    """
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_suspend(by, restriction)
    if restriction.suspended_at or restriction.state != State.IN_FORCE:
        return restriction
    restriction.suspended_at = at
    restriction.save()
    registering.say(restriction, by=by, at=at)
    audit.record("restriction.suspended", subject=restriction, by=by, at=at, words={"why": reason})
    return restriction


@transaction.atomic
def resume(restriction_id: int, *, by: User, at: datetime, reason: str) -> Restriction:
    """Let a restriction that was suspended hold again until its last day, because the appeal did not succeed."""
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_suspend(by, restriction)
    if restriction.suspended_at is None or restriction.state != State.IN_FORCE:
        return restriction
    restriction.suspended_at = None
    restriction.save()
    registering.say(restriction, by=by, at=at)
    audit.record("restriction.resumed", subject=restriction, by=by, at=at, words={"why": reason})
    return restriction
