"""What a review may come to, carried out: lift, extend, vary, keep, or leave as it is."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from audit import services as audit
from cases.permissions import people_affected
from cases.services import stages
from deadlines import kinds
from deadlines import services as deadlines
from design.dates import day_of
from people.models import User
from policies.rules import Rule, RuleBroken
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services import asked, continuing, ending, reviews, telling
from restrictions.services import terms as limits
from restrictions.services.terms import NewTerm

State, Outcome = Restriction.State, Review.Outcome
NOTHING = {"terms": None, "starts_on": None, "ends_on": None, "next_review_on": None, "appeal": None}


def planned(
    review: Review,
    outcome: str,
    on: date,
    reasons: str,
    months: int | None,
    terms: Sequence[NewTerm] | None,
    instructions: Sequence[str] | None,
) -> telling.Plan:
    """What would continue a restriction: its dates, terms and orders. Refused for the same reasons as the deed."""
    restriction = review.restriction
    policy = restriction.case.policy
    varied = outcome == Outcome.VARY
    if varied:
        _check_varied(restriction, terms)
        limits.check_terms(policy, terms or [])
        limits.check_person(restriction, terms or [], people_affected(restriction.case))
        register = asked.orders_wanted(asked.registers_for(restriction))
        if register and instructions is not None and not any(line.strip() for line in instructions):
            raise RuleBroken("Enter what staff must do, one order a line", register.rule, "instructions")
    return telling.plan(
        restriction,
        on=on,
        reasons=reasons,
        months=months,
        terms=terms if varied else None,
        instructions=instructions if varied else None,
        ends_on=new_last_day(restriction, outcome, months, on),
        appealable=_appealable(review, on),
    )


def _appealable(review: Review, on: date) -> bool:
    """Whether what continues the restriction can be appealed: not where the answer to a request is final."""
    final = review.restriction.case.policy.value("reconsideration.final").raw is True
    return not (final and review.is_by_request(on))


def _check_varied(restriction: Restriction, terms: Sequence[NewTerm] | None) -> None:
    if terms is None or not limits.changed([NewTerm.of(term) for term in limits.of(restriction)], terms):
        raise RuleBroken("Change the terms, or extend in the same terms", None, "outcome")


def lift(review: Review, restriction: Restriction, *, by: User, at: datetime) -> None:
    """End it; one whose last day has gone was over by itself, and its review only closes the matter."""
    if restriction.is_in_force(day_of(at)):
        ending.end(restriction, by=by, at=at, reason=review.reasons, review=review)
        audit.record(
            "restriction.lifted", subject=restriction, by=by, at=at,
            facts={"review": review.reference}, words={"reasons": review.reasons},
        )  # fmt: skip
        return
    if restriction.state == State.IN_FORCE:
        ending.lapse(restriction.pk, at=at)
    deadlines.cancel_all(restriction, at=at, reason="Reviewed after its last day: not continued")
    if ending.case_is_restricted(restriction):
        stages.mark_unrestricted(restriction.case_id, by=by, at=at, why=review.reasons)


def keep(restriction: Restriction, waits: reviews.Due | None, *, by: User, at: datetime, event: int) -> dict[str, Any]:
    """Nothing changes until the last day; the clock of the interval goes on from this review."""
    case = restriction.case
    stages.mark_restriction_continued(case.pk, by=by, at=at)
    found = kept(restriction, waits, day_of(at))
    if found.interval:
        telling.set_review(restriction, found.interval, kinds.REVIEW_INTERVAL, at=at, event=event)
    audit.record("restriction.kept", subject=restriction, by=by, at=at, facts={"until": restriction.ends_on})
    return kept_facts(restriction, found)


def let_appeal(review: Review, restriction: Restriction, *, at: datetime, event: int) -> dict[str, Any]:
    """Show until when the decision to keep it can be appealed, and tell the resident; nothing where it cannot be."""
    right = telling.against_keeping(restriction, day_of(at))
    if right is None:
        return {}
    window, told = right
    words = "against the review"
    deadlines.set(kinds.APPEAL_WINDOW, review, due=window, told=True, event=event, words=words, at=at)
    return {"appeal": told}


def leave(restriction: Restriction, *, by: User, at: datetime) -> dict[str, Any]:
    """A request is answered with no: nothing changes, and every review that was due stays due on its day."""
    stages.mark_restriction_continued(restriction.case_id, by=by, at=at)
    audit.record("restriction.kept", subject=restriction, by=by, at=at, facts={"until": restriction.ends_on})
    return left_facts(restriction)


def left_facts(restriction: Restriction) -> dict[str, Any]:
    """What the letter tells of a restriction that a request left as it was."""
    waits = reviews.due(restriction)
    assert restriction.starts_on and restriction.ends_on
    return {
        "terms": limits.as_facts(limits.of(restriction)),
        "starts_on": restriction.starts_on.isoformat(),
        "ends_on": restriction.ends_on.isoformat(),
        "next_review_on": waits.due_on.isoformat() if waits and waits.due_on else None,
    }


def kept(restriction: Restriction, waits: reviews.Due | None, on: date) -> telling.Dates:
    """The dates of a restriction that goes on as it is after a review on a day."""
    case = restriction.case
    assert restriction.decided_on and restriction.starts_on and restriction.ends_on
    held_for = waits.counted_on or on if waits and not waits.at_end else on
    return telling.dates(
        case.policy,
        deadlines.calendar_for(case.provider),
        decided_on=restriction.decided_on,
        starts_on=restriction.starts_on,
        ends_on=restriction.ends_on,
        months=restriction.months,
        last_review=max(on, held_for),
        **telling.review_of(restriction),
    )


def kept_facts(restriction: Restriction, found: telling.Dates) -> dict[str, Any]:
    """What the letter tells of a restriction that goes on as it is until its last day."""
    following = found.next_review
    return {
        "terms": limits.as_facts(limits.of(restriction)),
        "starts_on": found.starts_on.isoformat(),
        "ends_on": found.ends_on.isoformat(),
        "next_review_on": following.due.isoformat() if following and following.due else None,
    }


def facts_of(made: telling.Plan) -> dict[str, Any]:
    """What the letter tells of what continues a restriction."""
    following = made.dates.next_review
    return {
        "terms": limits.as_facts(made.terms),
        "starts_on": made.dates.starts_on.isoformat(),
        "ends_on": made.dates.ends_on.isoformat(),
        "next_review_on": following.due.isoformat() if following and following.due else None,
    }


def new_last_day(restriction: Restriction, outcome: str, months: int | None, on: date) -> date:
    """The last day of what continues a restriction decided on a day.

    An extension counts from the old last day while that has not gone, else from the day of the decision: never
    backwards. New terms keep the old last day unless a length is given.
    """
    assert restriction.ends_on is not None
    over = restriction.ends_on < on
    if months is None:
        if outcome == Outcome.EXTEND or restriction.ends_on <= on:
            raise RuleBroken("Enter by how many months", None, "months")
        return restriction.ends_on
    if not 1 <= months <= 1_200:
        raise RuleBroken("Length must be a whole number of months", None, "months")
    start = on if over else restriction.ends_on
    last = telling.last_day(start, months)
    policy, calendar = restriction.case.policy, deadlines.calendar_for(restriction.case.provider)
    policy.check_extension(start, last, calendar=calendar, field="months")
    return last


def carry_on(
    review: Review,
    restriction: Restriction,
    outcome: str,
    *,
    by: User,
    at: datetime,
    reasons: str,
    months: int | None,
    terms: Sequence[NewTerm] | None,
    instructions: Sequence[str] | None,
    considered: str,
    not_done: str,
) -> dict[str, Any]:
    """Extend or vary it: a successor in force from today, and the case back at its restriction."""
    if outcome == Outcome.VARY:
        _check_varied(restriction, terms)
    today = day_of(at)
    appealable = _appealable(review, today)
    last = new_last_day(restriction, outcome, months, today)
    if restriction.state == State.IN_FORCE and not restriction.is_in_force(today):
        restriction = ending.lapse(restriction.pk, at=at)
    stages.mark_restriction_continued(restriction.case_id, by=by, at=at)
    new, made = continuing.succeed(
        restriction,
        how=State.EXTENDED if outcome == Outcome.EXTEND else State.VARIED,
        by=by,
        at=at,
        reason=reasons,
        terms=terms if outcome == Outcome.VARY else None,
        ends_on=last,
        months=months,
        instructions=instructions if outcome == Outcome.VARY else None,
        rule=deciding_rule(review),
        appealable=appealable,
        considered=considered,
        not_done=not_done,
    )
    return facts_of(made) | {"appeal": telling.appeal_facts(new, made.dates.appeal, made.terms)}


def deciding_rule(review: Review) -> Rule | None:
    """The rule under which it is decided: who decides, else, of a request, that there is such a thing at all."""
    named = permissions.review_deciders(review).rule
    policy = review.restriction.case.policy
    return named or (policy.rule("reconsideration") if review.requested_on else None)
