"""What carries a restriction on: the successor that a review or an appeal makes of it."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.permissions
from audit import services as audit
from cases.services import stages
from deadlines import services as deadlines
from design.dates import day_of
from people.models import User
from people.references import next_reference
from policies.rules import Rule, RuleBroken
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services import decisions, ending, on_register, parts, spoc, telling
from restrictions.services import terms as limits
from restrictions.services.rows import locked
from restrictions.services.terms import NewTerm

State = Restriction.State


@transaction.atomic
def replace_terms(
    restriction_id: int,
    *,
    by: User,
    at: datetime,
    terms: Sequence[NewTerm],
    ends_on: date | None,
    reason: str,
    instructions: Sequence[str] | None = None,
) -> Restriction:
    """Carry a restriction on in other terms because an appeal succeeded in part. Returns the successor.

    An appeal never makes it longer. Called by `appeals`, which sends its own letter. Raises RuleBroken for a last day
    that is later than it was or has gone.
    """
    restriction = locked(restriction_id)
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
    successor, _ = succeed(
        restriction,
        how=State.VARIED,
        by=by,
        at=at,
        reason=reason,
        terms=terms,
        ends_on=last,
        months=None,
        instructions=instructions,
        rule=case.policy.appeal.by.rule,
        appealable=case.policy.appeal.final.raw is not True,
    )
    return successor


def check_not_longer(restriction: Restriction, last: date, *, on: date) -> None:
    """Refuse a last day that an appeal may not set: later than it was, or not after today."""
    if restriction.ends_on and last > restriction.ends_on:
        raise RuleBroken(
            "The last day must not be later than it was: an appeal does not lengthen a restriction",
            Rule("evenhand", "", text="An appeal never makes a restriction longer."),
            "ends_on",
        )
    if last <= on:
        raise RuleBroken("The last day must be after today", None, "ends_on")


def succeed(
    old: Restriction,
    *,
    how: str,
    by: User,
    at: datetime,
    reason: str,
    terms: Sequence[NewTerm] | None,
    ends_on: date,
    months: int | None,
    instructions: Sequence[str] | None = None,
    rule: Rule | None,
    appealable: bool = True,
    considered: str = "",
    not_done: str = "",
) -> tuple[Restriction, telling.Plan]:
    """Make the successor that carries a locked restriction on from today, in the same terms or others (Dover 6.18).

    The old one ends as extended or varied, its entry and deadlines with it; the new one has its own, and its own appeal
    window. Never backwards: it starts on the day of the decision.
    """
    case = old.case
    policy = case.policy
    chosen = [NewTerm.of(term) for term in limits.of(old)] if terms is None else list(terms)
    limits.check_terms(policy, chosen)
    limits.check_person(old, chosen, cases.permissions.people_affected(case))
    was_in_force = old.state == State.IN_FORCE
    (old.extend if how == State.EXTENDED else old.vary)(at=at, reason=reason)
    old.save()
    new = _copy(old, at=at, months=months)
    limits.put(new, chosen)
    if instructions is not None:
        parts.put_instructions(new, instructions, new.risks, new.share_with_contractors)
    made = telling.plan(
        new, on=day_of(at), reasons=reason.strip(), ends_on=ends_on, months=months, appealable=appealable
    )
    decisions.put_in_force(new, made, by=by, at=at)
    deadlines.cancel_all(old, at=at, reason=f"Replaced by {new.reference}")
    verb = "restriction.extended" if how == State.EXTENDED else "restriction.varied"
    decision = audit.decide(
        verb,
        subject=old,
        by=by,
        at=at,
        reasons=reason,
        rule=rule,
        outcome=how,
        considered=considered,
        not_done=not_done,
        facts=decisions.facts_of(made) | {"successor": new.reference},
    )
    audit.record(
        "restriction.imposed",
        subject=new,
        by=by,
        at=at,
        facts=decisions.facts_of(made) | {"follows": old.reference},
        words={"terms": limits.arrangement(made.terms)},
    )
    if was_in_force:
        on_register.carry_over(old, new, by=by, at=at)
    else:
        on_register.enter(new, by=by, at=at)
    telling.set_deadlines(new, made.dates, at=at, event=decision.pk)
    spoc.begin(new, by=by, at=at, event=decision.pk)
    decisions.tell_of_late_review(new, made, by=by, at=at)
    return new, made


def _copy(old: Restriction, *, at: datetime, months: int | None) -> Restriction:
    """A draft that says what the old one said and follows it. Its proposer stays whoever proposed the first (F12)."""
    kept = (
        "risk_assessment", "reasons", "less_considered", "needs_considered", "needs_version", "adjustment_touched",
        "adjustment_reason", "other_way", "evidence_summary", "extreme", "extreme_reason", "extreme_answers", "path",
        "police_told", "police_words", "kinds", "risks",
        "instructions", "share_with_contractors", "tell_resident_of_entry", "not_told_reason", "look_again_on",
        "proposed_by", "proposed_at",
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
