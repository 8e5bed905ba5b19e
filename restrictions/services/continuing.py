"""What carries a restriction on: the successor that a review or an appeal makes of it."""

from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.permissions
from audit import services as audit
from cases.services import stages
from deadlines import services as deadlines
from decisions.services import Said
from design.dates import day_of
from people.models import User
from people.references import next_reference
from policies.rules import Rule, RuleBroken
from restrictions import dates, limits, permissions
from restrictions.dates import Changes, Plan
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review
from restrictions.services import ending, imposing, registering, scheduling
from restrictions.services.contacts import changing
from restrictions.services.parts.terms import put_instructions, put_terms

State = Restriction.State
NEVER_LONGER = Rule("evenhand", "", text="An appeal never makes a restriction longer.")


@transaction.atomic
def replace_terms(
    restriction_id: int,
    changes: Changes,
    *,
    ends_on: date | None,
    reason: str,
    rule: Rule | None,
    appealable: bool,
    by: User,
    at: datetime,
) -> Restriction:
    """Carry a restriction on in other terms because an appeal succeeded in part. Returns the successor.

    An appeal never makes it longer; `rule` is the one under which it was decided, and `appealable` says whether the
    policy leaves an appeal against the outcome of such an appeal. Called by `appeals`, which sends its own letter.
    Raises RuleBroken for a last day that is later than it was or has gone.
    """
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_change_on_appeal(by, restriction)
    if restriction.state != State.IN_FORCE:
        raise TransitionNotAllowed(object=restriction)
    assert restriction.ends_on is not None
    last = ends_on or restriction.ends_on
    check_not_longer(restriction, last, on=day_of(at))
    ending.end_open_review(restriction, Review.Outcome.VARY, by=by, at=at, reason=reason)
    case = type(restriction.case).objects.get(pk=restriction.case_id)
    if case.stage == case.Stage.REVIEW:
        stages.mark_restriction_continued(case.pk, by=by, at=at)
    made = dates.plan(
        restriction,
        changes,
        on=day_of(at),
        reasons=reason,
        ends_on=last,
        appealable=appealable,
    )
    return succeed(restriction, made, how=State.VARIED, said=Said(reason), rule=rule, by=by, at=at)


def check_not_longer(restriction: Restriction, last: date, *, on: date) -> None:
    """Refuse a last day that an appeal may not set: later than it was, or not after today."""
    if restriction.ends_on and last > restriction.ends_on:
        raise RuleBroken(
            "The last day must not be later than it was: an appeal does not lengthen a restriction",
            NEVER_LONGER,
            "ends_on",
        )
    if last <= on:
        raise RuleBroken("The last day must be after today", None, "ends_on")


def succeed(
    old: Restriction, made: Plan, *, how: str, said: Said, rule: Rule | None, by: User, at: datetime
) -> Restriction:
    """Make the successor that carries a locked restriction on from today, as planned (Dover 6.18).

    The old one ends as extended or varied, its entry and deadlines with it; the new one has its own, and its own appeal
    window. Never backwards: it starts on the day of the decision.
    """
    chosen = [NewTerm.of(term) for term in made.terms]
    limits.check_terms(old.case.policy, chosen)
    limits.check_person(old, chosen, cases.permissions.people_affected(old.case))
    was_in_force = old.state == State.IN_FORCE
    (old.extend if how == State.EXTENDED else old.vary)(at=at, reason=said.reasons)
    old.save()
    new = _copy(old, at=at, months=made.months)
    put_terms(new, chosen)
    if made.instructions != new.instructions:
        put_instructions(new, made.instructions, new.risks, new.share_with_contractors)
    imposing.put_in_force(new, made, by=by, at=at)
    deadlines.cancel_all(old, at=at, reason=f"Replaced by {new.reference}")
    verb = "restriction.extended" if how == State.EXTENDED else "restriction.varied"
    decision = audit.decide(
        verb,
        subject=old,
        by=by,
        at=at,
        reasons=said.reasons,
        rule=rule,
        outcome=how,
        considered=said.considered,
        not_done=said.not_done,
        facts=imposing.facts_of(made) | {"successor": new.reference},
    )
    audit.record(
        "restriction.imposed",
        subject=new,
        by=by,
        at=at,
        facts=imposing.facts_of(made) | {"follows": old.reference},
        words={"terms": limits.arrangement(made.terms)},
    )
    if was_in_force:
        registering.carry_over(old, new, by=by, at=at)
    else:
        registering.enter(new, by=by, at=at)
    scheduling.set_all(new, made.dates, at=at, event=decision.pk)
    changing.begin(new, by=by, at=at, event=decision.pk)
    imposing.tell_of_late_review(new, made, by=by, at=at)
    return new


def _copy(old: Restriction, *, at: datetime, months: int | None) -> Restriction:
    """A draft that says what the old one said and follows it. Its proposer stays whoever proposed the first (F12)."""
    kept = (
        "risk_assessment", "reasons", "less_considered", "needs_considered", "needs_version", "adjustment_touched",
        "adjustment_reason", "other_way", "evidence_summary", "extreme", "extreme_reason", "extreme_answers", "path",
        "police_told", "police_words", "kinds", "risks",
        "instructions", "share_with_contractors", "tell_resident_of_entry", "not_told_reason", "look_again_on",
        "proposed_by", "proposed_at", "shaped_by",
    )  # fmt: skip
    new = Restriction.objects.create(
        case=old.case,
        reference=next_reference("restriction"),
        follows=old,
        months=months,
        made_at=at,
        **{name: getattr(old, name) for name in kept},
    )
    new.incidents.set(old.incidents.all())
    return new
