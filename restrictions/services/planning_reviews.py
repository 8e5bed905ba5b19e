"""What a review would come to: worked out once, shown on the check page, and carried out as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import cases.permissions
from cases import ladder
from cases.models import Incident
from cases.services import police
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.services import Said
from design.dates import day_of
from people.models import User
from policies import law
from policies.reckoning import Reckoning
from policies.rules import Rule, RuleBroken, need
from restrictions import acts, dates, facts, limits, rules, shown
from restrictions.dates import Changes, Dates, Plan, last_day
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review, Term
from restrictions.services import reviews

Outcome = Review.Outcome
NOT_LONGER = Rule("evenhand", text="A request to reconsider never makes a restriction longer.")
CARRIED_ON = (Outcome.EXTEND, Outcome.VARY)
NOTHING_STANDS = {"terms": None, "starts_on": None, "ends_on": None, "next_review_on": None, "appeal": None}


@dataclass(frozen=True)
class Conclusion:
    """What a review is to come to: its outcome, on what evidence, how much longer, in which terms, why it is late.

    `said` tells whether the police were told of what came since, where the policy asks that.
    """

    outcome: str
    evidence: str = ""
    months: int | None = None
    terms: Sequence[NewTerm] | None = None
    instructions: Sequence[str] | None = None
    late_reason: str = ""
    said: police.Told = police.NOTHING

    def as_put(self) -> dict[str, Any]:
        """What the others who decide it agree to, as plain values."""
        return {
            "outcome": str(self.outcome),
            "months": self.months,
            "terms": None if self.terms is None else [asdict(term) for term in self.terms],
            "instructions": None if self.instructions is None else list(self.instructions),
            "evidence": self.evidence.strip(),
            "police_told": self.said.told,
        }

    @classmethod
    def of_put(cls, put: dict[str, Any], *, late_reason: str = "", said: police.Told = police.NOTHING) -> "Conclusion":
        """What the first of several has decided, with what each says for themselves."""
        terms = None if put["terms"] is None else [NewTerm(**term) for term in put["terms"]]
        own = {name: value for name, value in put.items() if name != "police_told"}
        return cls(**{**own, "terms": terms}, late_reason=late_reason, said=said)

    def act(self, review: Review) -> Act:
        """Who decides that a review comes to this."""
        untold = self.said.told is False
        return acts.review(review, self.outcome, longer=self.months is not None, untold=untold)

    def said_with(self, said: Said) -> Said:
        """What somebody says of it, together with what it is to come to, for the others who decide it."""
        return Said(said.reasons, said.considered, said.not_done, said.meeting, self.as_put())

    @property
    def changes(self) -> Changes:
        """What it changes of the restriction: terms and orders only where they are varied."""
        if self.outcome != Outcome.VARY:
            return Changes(months=self.months)
        return Changes(self.months, self.terms, self.instructions)


@dataclass(frozen=True)
class Stands:
    """What holds after a review: the limits, the days, until when it can be appealed, and what the letter tells of it.

    `made` is what carries the restriction on, where it is extended or varied; `found` are the days of what stands then.
    """

    terms: Sequence[Term] = ()
    made: Plan | None = None
    found: Dates | None = None
    window: Reckoning | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ReviewPlan:
    """What a review comes to on a day, and what the letter says of it."""

    review: Review
    conclusion: Conclusion
    late_reason: str
    by_request: bool
    stands: Stands
    police: ladder.Police | None
    since: Sequence[Incident]
    letter: Mapping[str, Any]

    @property
    def letter_kind(self) -> str:
        """Which letter tells it."""
        return "reconsideration_outcome" if self.by_request else "review_outcome"

    @property
    def arrangement(self) -> list[str]:
        """The limits that hold then, line by line."""
        return limits.arrangement(self.stands.terms)

    def shown(self) -> shown.Parts:
        """What its check page shows, for the seal."""
        told = {each.reference: each.facts for each in self.since}
        parts = shown.review(self.review, told) | {"the words of the letter": self.letter}
        return parts | (shown.carried_on(self.stands.made) if self.stands.made else {})


def plan(review: Review, act: Act, said: Said, conclusion: Conclusion, *, by: User, at: datetime) -> ReviewPlan:
    """What a review would come to if it were decided now: what the check page shows and `decide_review` carries out.

    Changes nothing. Raises as `decide_review`.
    """
    restriction, on = review.restriction, day_of(at)
    _check(review, said, conclusion, on)
    decisions.check(act, conclusion.said_with(said), by=by, at=at)
    since = reviews.incidents_since(restriction)
    asked = _check_police(restriction, since, conclusion, by)
    late = reviews.check_late(review, on, conclusion.late_reason)
    stands = _stands(review, conclusion, said, on)
    return ReviewPlan(
        review,
        conclusion,
        late_reason=late,
        by_request=review.is_by_request(on),
        stands=stands,
        police=asked,
        since=since,
        letter=_told(review, said, conclusion, on=on, late=late, stands=stands),
    )


def _stands(review: Review, conclusion: Conclusion, said: Said, on: date) -> Stands:
    """What holds after the review: nothing, the restriction as it is, or what carries it on."""
    restriction = review.restriction
    if conclusion.outcome == Outcome.LIFT:
        return Stands()
    if conclusion.outcome in CARRIED_ON:
        made = _successor(review, conclusion, said.reasons, on)
        appeal = facts.appeal_facts(restriction, made.dates.appeal, made.terms)
        told = facts.standing(made.terms, made.dates) | {"appeal": appeal}
        return Stands(made.terms, made=made, found=made.dates, window=made.dates.appeal, told=told)
    rows = limits.of(restriction)
    if review.is_by_request(on):
        return Stands(rows, told=_left(restriction))
    found, right = _kept(restriction, reviews.due(restriction), on), facts.against_keeping(restriction, on)
    window, appeal = right or (None, None)
    return Stands(rows, found=found, window=window, told=facts.standing(rows, found) | {"appeal": appeal})


def _check(review: Review, said: Said, conclusion: Conclusion, on: date) -> None:
    restriction, by_request = review.restriction, review.is_by_request(on)
    possible = reviews.possible_outcomes(restriction, reviews.due(restriction), on, by_request=by_request)
    if conclusion.outcome not in possible:
        raise RuleBroken("Select what becomes of the restriction", None, "outcome")
    need(said.reasons, "Enter your reasons", "reasons", law.EVIDENCED)
    if by_request and conclusion.months is not None:
        raise RuleBroken("A request to reconsider does not make a restriction longer", NOT_LONGER, "outcome")
    if conclusion.outcome != Outcome.LIFT and not by_request:
        rule = restriction.case.policy.value("restriction.extension.if").rule or law.EVIDENCED
        words = "Enter how the terms were not kept, or how the behaviour continued"
        need(conclusion.evidence, words, "evidence", rule)


def _check_police(
    restriction: Restriction, since: Sequence[Incident], conclusion: Conclusion, by: User
) -> ladder.Police | None:
    """What is asked of the police on what came since; to lift it waits for no answer, because that lightens."""
    found = ladder.police(restriction.case.policy, restriction.case, since)
    if conclusion.outcome != Outcome.LIFT:
        police.check(found, conclusion.said)
    police.check_decider(restriction.case, found, conclusion.said, by)
    return found


def _successor(review: Review, conclusion: Conclusion, reasons: str, on: date) -> Plan:
    """What would carry the restriction on: its dates, terms and orders."""
    restriction = review.restriction
    if conclusion.outcome == Outcome.VARY:
        _check_varied(restriction, conclusion)
    return dates.plan(
        restriction,
        conclusion.changes,
        on=on,
        reasons=reasons,
        ends_on=_new_last_day(restriction, conclusion, on),
        appealable=_appealable(review, on),
    )


def _check_varied(restriction: Restriction, conclusion: Conclusion) -> None:
    terms = conclusion.terms
    if terms is None or not limits.changed([NewTerm.of(term) for term in limits.of(restriction)], terms):
        raise RuleBroken("Change the terms, or extend in the same terms", None, "outcome")
    limits.check_terms(restriction.case.policy, terms)
    limits.check_no_contact_added(restriction, terms)
    limits.check_person(restriction, terms, cases.permissions.people_affected(restriction.case))
    register = rules.orders_wanted(rules.registers_for(restriction))
    if register and conclusion.instructions is not None and not conclusion.changes.orders(restriction):
        raise RuleBroken("Enter what staff must do, one order a line", register.rule, "instructions")


def _appealable(review: Review, on: date) -> bool:
    """Whether what continues the restriction can be appealed: not where the answer to a request is final."""
    return not (_final(review) and review.is_by_request(on))


def _final(review: Review) -> bool:
    return review.restriction.case.policy.value("reconsideration.final").raw is True


def _new_last_day(restriction: Restriction, conclusion: Conclusion, on: date) -> date:
    """The last day of what continues a restriction decided on a day.

    An extension counts from the old last day while that has not gone, else from the day of the decision: never
    backwards. New terms keep the old last day unless a length is given.
    """
    assert restriction.ends_on is not None
    months = conclusion.months
    if months is None:
        if conclusion.outcome == Outcome.EXTEND or restriction.ends_on <= on:
            raise RuleBroken("Enter by how many months", None, "months")
        return restriction.ends_on
    if not 1 <= months <= 1_200:
        raise RuleBroken("Length must be a whole number of months", None, "months")
    start = on if restriction.ends_on < on else restriction.ends_on
    last = last_day(start, months)
    calendar = deadlines.calendar_for(restriction.case.provider)
    restriction.case.policy.check_extension(start, last, calendar=calendar, field="months")
    return last


def _kept(restriction: Restriction, waits: reviews.Due | None, on: date) -> Dates:
    """The dates of a restriction that goes on as it is after a review on a day."""
    held_for = waits.counted_on or on if waits and not waits.at_end else on
    return dates.as_it_stands(restriction, last_review=max(on, held_for))


def _told(review: Review, said: Said, conclusion: Conclusion, *, on: date, late: str, stands: Stands) -> dict[str, Any]:
    """What the letter says, as plain values (Dover 6.19)."""
    told: dict[str, Any] = {**NOTHING_STANDS, **stands.told}
    if review.is_by_request(on):
        received = review.requested_on.isoformat() if review.requested_on else None
        told |= {"received_on": received, "final": True if _final(review) else None}
    return told | {
        "review_reference": review.reference,
        "restriction_reference": review.restriction.reference,
        "outcome": str(conclusion.outcome),
        "reasons": said.reasons.strip(),
        "late": bool(late),
        "late_reason": late,
    }


def _left(restriction: Restriction) -> dict[str, Any]:
    """What the letter tells of a restriction that a request left as it was."""
    waits = reviews.due(restriction)
    assert restriction.starts_on and restriction.ends_on
    return {
        "terms": limits.as_facts(limits.of(restriction)),
        "starts_on": restriction.starts_on.isoformat(),
        "ends_on": restriction.ends_on.isoformat(),
        "next_review_on": waits.due_on.isoformat() if waits and waits.due_on else None,
    }
