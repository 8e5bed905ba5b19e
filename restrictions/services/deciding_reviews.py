"""Deciding a review: what was planned for it is carried out, and the resident is told."""

from datetime import datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
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
from restrictions import acts, shown
from restrictions.models import Restriction, Review
from restrictions.services import continuing, ending, planning_reviews, reviews, scheduling
from restrictions.services.planning_reviews import Conclusion, ReviewPlan

State, Outcome = Restriction.State, Review.Outcome


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
    act = conclusion.act(review)
    act.check(by)
    if review.state != Review.State.BEGUN:
        raise TransitionNotAllowed(object=review)
    made = planning_reviews.plan(review, act, said, conclusion, by=by, at=at)
    seals.check(seen, made.shown(), since=shown.since(restriction, review))
    writer = decisions.take(act, conclusion.said_with(said), by=by, at=at)
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
        rule=acts.rule_of_review(review, act),
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
    rule = acts.rule_of_review(made.review, act)
    return continuing.succeed(restriction, made.stands.made, how=how, said=said, rule=rule, by=by, at=at)


def _lift(review: Review, *, by: User, at: datetime) -> None:
    """End it; one whose last day has gone was over by itself, and its review only closes the matter."""
    restriction = review.restriction
    if restriction.is_in_force(day_of(at)):
        ending.end(restriction, by=by, at=at, reason=review.reasons, review=review)
        audit.record(
            "restriction.lifted",
            subject=restriction,
            by=by,
            at=at,
            facts={"review": review.reference},
            words={"reasons": review.reasons},
        )
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


@transaction.atomic
def disagree_on_review(review_id: int, *, by: User, at: datetime, reasons: str) -> Review:
    """Not agree to what a review is to come to, where several decide it: it goes on, and is decided anew."""
    review = Review.objects.locked(review_id)
    decisions.disagree(acts.review(review), by=by, at=at, reasons=reasons)
    return review
