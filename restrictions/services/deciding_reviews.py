"""Deciding a review: what it would come to is worked out once, shown on the check page, and carried out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.permissions
from audit import services as audit
from cases import ladder
from cases.models import Incident
from cases.services import police, stages
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.services import Said
from design import seals
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies import law
from policies.reckoning import Reckoning
from policies.rules import Rule, RuleBroken, need
from restrictions import acts, dates, facts, limits, rules, shown
from restrictions.dates import Changes, Dates, Plan, last_day
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review, Term
from restrictions.services import continuing, ending, reviews, scheduling

State, Outcome = Restriction.State, Review.Outcome
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
        }

    @classmethod
    def of_put(cls, put: dict[str, Any], *, late_reason: str = "", said: police.Told = police.NOTHING) -> "Conclusion":
        """What the first of several has decided, with what each says for themselves."""
        terms = None if put["terms"] is None else [NewTerm(**term) for term in put["terms"]]
        return cls(**{**put, "terms": terms}, late_reason=late_reason, said=said)

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


@transaction.atomic
def decide_review(
    review_id: int, said: Said, conclusion: Conclusion, *, by: User, at: datetime, seen: str | None = None
) -> Review:
    """Decide what becomes of a restriction: lift, extend, vary, or keep it until its last day (Dover 6.18, 6.19).

    Where several decide it, this is one person's voice, and it takes effect with the last that is needed: all agree to
    the same outcome, evidence, length and terms. Restriction, register, deadlines, stage and letter change together.
    Continuing rests on evidence that the terms were not kept or that the behaviour went on (6.18). What continues
    starts today, never backwards: between its last day and a late review the restriction was over. A review held late
    says why, and the resident is told (6.21, F7).
    Where the policy asks questions, what was weighed is said (Dover 6.18); where violence or threats came since, of
    which it has the police told, it is said whether they were, unless it is lifted. `seen` is the seal of what the
    decider was shown. Raises TransitionNotAllowed where it is decided already or something changed since it was shown,
    RuleBroken for what the policy or Evenhand refuses.
    """
    review = Review.objects.locked(review_id)
    restriction = review.restriction
    act = acts.review(review, conclusion.outcome)
    act.check(by)
    if review.state != Review.State.BEGUN:
        raise TransitionNotAllowed(object=review)
    made = plan(review, act, said, conclusion, by=by, at=at)
    seals.check(seen, made.shown(), since=shown.since(restriction, review))
    writer = decisions.take(act, _with(said, conclusion), by=by, at=at)
    if writer is None:
        return review
    deadlines.meet(kinds.REVIEW_AGREE, restriction, at=at, how="Agreed")
    review.late_reason, review.evidence = made.late_reason, conclusion.evidence.strip()
    review.decide(by=by, at=at, outcome=conclusion.outcome, reasons=said.reasons.strip())
    review.save()
    decision = audit.decide(
        "review.decided",
        subject=review,
        by=by,
        at=at,
        reasons=said.reasons,
        rule=deciding_rule(review, act),
        outcome=conclusion.outcome,
        considered=said.considered,
        not_done=said.not_done,
        facts={
            "restriction": restriction.reference,
            "late_reason": review.late_reason,
            "months": conclusion.months,
        },
    )
    police.record(restriction.case, made.police, conclusion.said, made.since, subject=restriction, by=by, at=at)
    _meet_what_it_answers(made, at=at)
    successor = _carry_out(made, said, act, by=writer, at=at, event=decision.pk)
    review.letter = letters.request(made.letter_kind, review, made.letter, by=writer, at=at)
    review.save()
    if successor and successor.letter_id is None:
        successor.letter = review.letter
        successor.save()
    return review


def _with(said: Said, conclusion: Conclusion) -> Said:
    return Said(said.reasons, said.considered, said.not_done, said.meeting, conclusion.as_put())


def plan(review: Review, act: Act, said: Said, conclusion: Conclusion, *, by: User, at: datetime) -> ReviewPlan:
    """What a review would come to if it were decided now: what the check page shows and `decide_review` carries out.

    Changes nothing. Raises as `decide_review`.
    """
    restriction, on = review.restriction, day_of(at)
    _check(review, said, conclusion, on)
    decisions.check(act, _with(said, conclusion), by=by, at=at)
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


def _meet_what_it_answers(made: ReviewPlan, *, at: datetime) -> None:
    """The request that it answers is answered, or the review that was due is held; who asks leaves what was due due."""
    review, restriction = made.review, made.review.restriction
    how = review.get_outcome_display()
    deadlines.meet(kinds.RECONSIDERATION_DECIDE, restriction, at=at, how=f"Answered: {how}")
    waits = None if made.by_request else reviews.due(restriction)
    if waits:
        deadlines.meet(waits.kind, restriction, at=at, how=f"Reviewed: {how}")


def _carry_out(made: ReviewPlan, said: Said, act: Act, *, by: User, at: datetime, event: int) -> Restriction | None:
    """Do what was planned; returns the successor, where there is one."""
    restriction, outcome = made.review.restriction, made.conclusion.outcome
    if outcome == Outcome.LIFT:
        _lift(made.review, by=by, at=at)
        return None
    if made.stands.made is None:
        _keep(made, by=by, at=at, event=event)
        return None
    if restriction.state == State.IN_FORCE and not restriction.is_in_force(day_of(at)):
        restriction = ending.lapse(restriction.pk, at=at)
    stages.mark_restriction_continued(restriction.case_id, by=by, at=at)
    how = State.EXTENDED if outcome == Outcome.EXTEND else State.VARIED
    rule = deciding_rule(made.review, act)
    return continuing.succeed(restriction, made.stands.made, how=how, said=said, rule=rule, by=by, at=at)


def _lift(review: Review, *, by: User, at: datetime) -> None:
    """End it; one whose last day has gone was over by itself, and its review only closes the matter."""
    restriction = review.restriction
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


def _keep(made: ReviewPlan, *, by: User, at: datetime, event: int) -> None:
    """Nothing changes until the last day. After a review the clock of the interval goes on from it.

    After a request that is answered with no, every review that was due stays due on its day.
    """
    restriction = made.review.restriction
    stages.mark_restriction_continued(restriction.case_id, by=by, at=at)
    stands = made.stands
    if stands.found and stands.found.interval:
        scheduling.set_review(restriction, stands.found.interval, kinds.REVIEW_INTERVAL, at=at, event=event)
    audit.record("restriction.kept", subject=restriction, by=by, at=at, facts={"until": restriction.ends_on})
    if stands.window:
        words = "against the review"
        deadlines.set(kinds.APPEAL_WINDOW, made.review, due=stands.window, told=True, event=event, words=words, at=at)


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


def deciding_rule(review: Review, act: Act) -> Rule | None:
    """The rule under which it is decided: who decides, else, of a request, that there is such a thing at all."""
    policy = review.restriction.case.policy
    return act.whos[0].rule or (policy.rule("reconsideration") if review.requested_on else None)


@transaction.atomic
def disagree_on_review(review_id: int, *, by: User, at: datetime, reasons: str) -> Review:
    """Not agree to what a review is to come to, where several decide it: it goes on, and is decided anew."""
    review = Review.objects.locked(review_id)
    decisions.disagree(acts.review(review), by=by, at=at, reasons=reasons)
    return review
