"""Deciding a review: what is refused, what it would come to, and its deed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.safestring import SafeString
from django_fsm import TransitionNotAllowed

import cases.deciders
from audit import services as audit
from cases import ladder
from cases.models import Incident
from cases.services import deciding, police
from cases.services.deciding import Meeting
from deadlines import services as deadlines
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies import law
from policies.reckoning import Reckoning
from policies.rules import Rule, RuleBroken, need
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services import asked, ending, outcomes, reviews, telling
from restrictions.services import terms as limits
from restrictions.services.rows import about, consulted_about
from restrictions.services.terms import NewTerm

State, Outcome = Restriction.State, Review.Outcome
AGREE = "review.agree"
NOT_LONGER = Rule("evenhand", text="A request to reconsider never makes a restriction longer.")


@transaction.atomic
def decide_review(
    review_id: int,
    *,
    by: User,
    at: datetime,
    outcome: str,
    reasons: str,
    evidence: str = "",
    months: int | None = None,
    terms: Sequence[NewTerm] | None = None,
    instructions: Sequence[str] | None = None,
    late_reason: str = "",
    considered: str = "",
    not_done: str = "",
    meeting: Meeting | None = None,
    said: police.Said = police.NOTHING,
) -> Review:
    """Decide what becomes of a restriction: lift, extend, vary, or keep it until its last day (Dover 6.18, 6.19).

    Where several decide it, this is one person's voice, and it takes effect with the last that is needed: all agree to
    the same outcome, evidence, length and terms. Restriction, register, deadlines, stage and letter change together.
    Continuing rests on evidence that the terms were not kept or that the behaviour went on (6.18). What continues
    starts today, never backwards: between its last day and a late review the restriction was over. A review held late
    says why, and the resident is told (6.21, F7).
    Where the policy asks questions, what was weighed is said (Dover 6.18); where violence or threats came since, of
    which it has the police told, `said` tells whether they were, unless it is lifted. Raises TransitionNotAllowed where
    it is decided already, RuleBroken for what the policy or Evenhand refuses.
    """
    review, restriction = reviews.locked_review(review_id)
    permissions.check_can_decide_review(by, review)
    if review.state != Review.State.BEGUN:
        raise TransitionNotAllowed(object=review)
    today = day_of(at)
    _check(review, restriction, today, outcome, reasons, evidence, months)
    deciding.check_weighed(considered, asked.review_questions(restriction.case.policy))
    _check_consulted(review, outcome)
    since = reviews.incidents_since(restriction)
    asked_police = _check_police(restriction, since, outcome, said, by)
    late = reviews.check_late(review, restriction, today, late_reason)
    body, barred = permissions.review_body(review, outcome), permissions.barred_from_reviewing(restriction)
    deed = deciding.Deed(
        body, reviews.about_review(review), review, by, at, reasons, considered, not_done, meeting, barred,
        what=as_put(outcome, months, terms, instructions, evidence),
    )  # fmt: skip
    if not deciding.speak(restriction.case, deed):
        if outcome in (Outcome.EXTEND, Outcome.VARY):
            outcomes.planned(review, outcome, today, reasons, months, terms, instructions)
        ending.ask_others(
            restriction, body, AGREE, "Agree to what a review comes to, or not", "restrictions:review", barred, by=by,
            at=at, voices=reviews.about_review(review),
        )  # fmt: skip
        return review
    writer = deciding.writer(restriction.case, body=body, about=reviews.about_review(review), by=by)
    deadlines.meet(about(restriction), AGREE, at=at, how="Agreed")
    review.late_reason = late
    review.evidence = evidence.strip()
    review.decide(by=by, at=at, outcome=outcome, reasons=reasons.strip())
    review.save()
    decision = audit.decide(
        "review.decided",
        subject=review,
        by=by,
        at=at,
        reasons=reasons,
        rule=outcomes.deciding_rule(review),
        outcome=outcome,
        considered=considered,
        not_done=not_done,
        facts={"restriction": restriction.reference, "late_reason": review.late_reason, "months": months},
    )
    police.record(restriction.case, asked_police, said, since, subject=restriction, by=by, at=at)
    by_request = review.is_by_request(today)
    deadlines.meet(about(restriction), reviews.RECONSIDER, at=at, how=f"Answered: {review.get_outcome_display()}")
    waits = None if by_request else reviews.due(restriction)
    if waits:
        deadlines.meet(about(restriction), waits.kind, at=at, how=f"Reviewed: {review.get_outcome_display()}")
    facts: dict[str, Any] = dict(outcomes.NOTHING)
    if outcome == Outcome.LIFT:
        outcomes.lift(review, restriction, by=writer, at=at)
    elif outcome == Outcome.KEEP and by_request:
        facts |= outcomes.leave(restriction, by=writer, at=at)
    elif outcome == Outcome.KEEP:
        facts |= outcomes.keep(restriction, waits, by=writer, at=at, event=decision.pk)
        facts |= outcomes.let_appeal(review, restriction, at=at, event=decision.pk)
    else:
        facts |= outcomes.carry_on(
            review, restriction, outcome, by=writer, at=at, reasons=reasons, months=months, terms=terms,
            instructions=instructions, considered=considered, not_done=not_done,
        )  # fmt: skip
    _tell(review, restriction, facts, by_request=by_request, by=writer, at=at)
    return review


def as_put(
    outcome: str,
    months: int | None,
    terms: Sequence[NewTerm] | None,
    instructions: Sequence[str] | None,
    evidence: str,
) -> dict[str, Any]:
    """What a review is to come to, as plain values, for the others who decide it to agree to."""
    return {
        "outcome": str(outcome),
        "months": months,
        "terms": None if terms is None else [asdict(term) for term in terms],
        "instructions": None if instructions is None else list(instructions),
        "evidence": evidence.strip(),
    }


def what_is_put(review: Review) -> dict[str, Any]:
    """What the first of several has decided, as `decide_review` takes it; empty where nobody has decided yet."""
    found = cases.deciders.put(reviews.about_review(review), "review")
    if found and found["terms"] is not None:
        found["terms"] = [NewTerm(**term) for term in found["terms"]]
    return found


@transaction.atomic
def disagree_on_review(review_id: int, *, by: User, at: datetime, reasons: str) -> Review:
    """Not agree to what a review is to come to, where several decide it: it goes on, and is decided anew."""
    review, restriction = reviews.locked_review(review_id)
    permissions.check_can_decide_review(by, review)
    outcome = str(what_is_put(review).get("outcome", ""))
    deciding.disagree(
        restriction.case, body=permissions.review_body(review, outcome), about=reviews.about_review(review),
        subject=review, by=by, at=at, reasons=reasons,
    )  # fmt: skip
    deadlines.meet(about(restriction), AGREE, at=at, how="Not agreed")
    return review


def _check(
    review: Review,
    restriction: Restriction,
    on: date,
    outcome: str,
    reasons: str,
    evidence: str,
    months: int | None,
) -> None:
    by_request = review.is_by_request(on)
    if outcome not in reviews.possible_outcomes(restriction, reviews.due(restriction), on, by_request=by_request):
        raise RuleBroken("Select what becomes of the restriction", None, "outcome")
    need(reasons, "Enter your reasons", "reasons", law.EVIDENCED)
    if by_request and months is not None:
        raise RuleBroken("A request to reconsider does not make a restriction longer", NOT_LONGER, "outcome")
    if outcome != Outcome.LIFT and not by_request:
        rule = restriction.case.policy.value("restriction.extension.if").rule or law.EVIDENCED
        need(evidence, "Enter how the terms were not kept, or how the behaviour continued", "evidence", rule)


def _check_consulted(review: Review, outcome: str) -> None:
    """Refuse a review, or what it would come to, before those were asked whom the policy has asked first."""
    restriction = review.restriction
    for body in permissions.asked_before_review(review, outcome):
        place = consulted_about(restriction, body.act)
        deciding.check_consulted(body, place, restriction.case, field="outcome")


def _check_police(
    restriction: Restriction, since: Sequence[Incident], outcome: str, said: police.Said, by: User
) -> ladder.Police | None:
    """What is asked of the police on what came since; to lift it waits for no answer, because that lightens."""
    found = ladder.police(restriction.case.policy, restriction.case, since)
    if outcome != Outcome.LIFT:
        police.check(found, said)
    police.check_decider(restriction.case, found, said, by)
    return found


@dataclass(frozen=True)
class Preview:
    """What a review would come to: the days, the limits, and the letter as it would be issued."""

    starts_on: date | None
    ends_on: date | None
    next_review: Reckoning | None
    appeal: Reckoning | None
    arrangement: list[str]
    late_reason: str
    letter: SafeString


def preview_review(
    review: Review,
    *,
    on: date,
    by: User,
    outcome: str,
    reasons: str,
    evidence: str = "",
    months: int | None = None,
    terms: Sequence[NewTerm] | None = None,
    instructions: Sequence[str] | None = None,
    late_reason: str = "",
    considered: str = "",
    not_done: str = "",
    meeting: Meeting | None = None,
    said: police.Said = police.NOTHING,
    at: datetime | None = None,
) -> Preview:
    """What `decide_review` would do, refused for the same reasons, and nothing done: for the page of the check."""
    restriction, by_request = review.restriction, review.is_by_request(on)
    _check(review, restriction, on, outcome, reasons, evidence, months)
    deciding.check_weighed(considered, asked.review_questions(restriction.case.policy))
    _check_consulted(review, outcome)
    _check_police(restriction, reviews.incidents_since(restriction), outcome, said, by)
    if at is not None:
        body, barred = permissions.review_body(review, outcome), permissions.barred_from_reviewing(restriction)
        deciding.check_met(restriction.case, body, meeting, by=by, at=at, barred=barred)
        put = as_put(outcome, months, terms, instructions, evidence)
        deciding.check_same(reviews.about_review(review), body.act, by, put)
    late = reviews.check_late(review, restriction, on, late_reason)
    facts: dict[str, Any] = dict(outcomes.NOTHING)
    found: telling.Dates | None = None
    rows = [] if outcome == Outcome.LIFT else limits.of(restriction)
    if outcome in (Outcome.EXTEND, Outcome.VARY):
        made = outcomes.planned(review, outcome, on, reasons, months, terms, instructions)
        found, rows = made.dates, made.terms
        facts |= outcomes.facts_of(made) | {"appeal": telling.appeal_facts(restriction, found.appeal, made.terms)}
    elif outcome == Outcome.KEEP and by_request:
        facts |= outcomes.left_facts(restriction)
    elif outcome == Outcome.KEEP:
        found = outcomes.kept(restriction, reviews.due(restriction), on)
        facts |= outcomes.kept_facts(restriction, found)
        right = telling.against_keeping(restriction, on)
        facts |= {"appeal": right[1] if right else None}
    letter = letters.preview(
        _letter_kind(by_request),
        to=restriction.case.resident,
        facts=_letter_facts(review, restriction, facts, outcome, reasons, late, by_request),
        on=on,
        by=by,
        policy_version=restriction.case.policy_version,
    )
    arrangement = limits.arrangement(rows)
    if found is None:
        return Preview(None, None, None, None, arrangement, late, letter)
    appeal = found.appeal if outcome != Outcome.KEEP else None
    return Preview(found.starts_on, found.ends_on, found.next_review, appeal, arrangement, late, letter)


def _tell(
    review: Review, restriction: Restriction, facts: dict[str, Any], *, by_request: bool, by: User, at: datetime
) -> None:
    """Tell the resident in writing what was decided (Dover 6.19)."""
    case = restriction.case
    review.letter = letters.request(
        _letter_kind(by_request),
        to=case.resident,
        about=f"review:{review.reference}",
        case_ref=case.reference,
        policy_version=case.policy_version,
        facts=_letter_facts(review, restriction, facts, review.outcome, review.reasons, review.late_reason, by_request),
        by=by,
        at=at,
    )
    review.save()
    successor = Restriction.objects.filter(follows=restriction).first()
    if successor and successor.letter_id is None:
        successor.letter = review.letter
        successor.save()


def _letter_kind(by_request: bool) -> str:
    return "reconsideration_outcome" if by_request else "review_outcome"


def _letter_facts(
    review: Review,
    restriction: Restriction,
    facts: dict[str, Any],
    outcome: str,
    reasons: str,
    late_reason: str,
    by_request: bool,
) -> dict[str, Any]:
    asked_for: dict[str, Any] = {}
    if by_request:
        final = restriction.case.policy.value("reconsideration.final").raw is True
        received = review.requested_on.isoformat() if review.requested_on else None
        asked_for = {"received_on": received, "final": True if final else None}
    return (
        facts
        | asked_for
        | {
            "review_reference": review.reference,
            "restriction_reference": restriction.reference,
            "outcome": str(outcome),
            "reasons": reasons.strip(),
            "late": bool(late_reason),
            "late_reason": late_reason,
        }
    )
