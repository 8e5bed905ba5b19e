"""A review up to its decision: due, asked for, begun, left out; what it looks at, and what the resident says."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

import policies.clocks
from audit import services as audit
from cases.models import Incident, Involvement
from cases.services import stages
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions import services as decisions
from decisions.acts import Act
from decisions.services import Said
from design import dates, seals
from design.dates import day_of
from letters import services as letters
from people.models import User
from people.references import next_reference
from policies import law
from policies.policy import Policy
from policies.provisions import RECONSIDERATION_RESPONSE
from policies.reckoning import Reckoning
from policies.rules import RuleBroken, need
from restrictions import acts, facts, permissions, rules, shown
from restrictions.dates import as_it_stands
from restrictions.models import Restriction, Review
from restrictions.services import imposing, registering, scheduling

State, Outcome = Restriction.State, Review.Outcome


@dataclass(frozen=True)
class Due:
    """The review that a restriction waits for: which kind, by when, how that was worked out."""

    kind: str
    due_on: date | None
    reckoning: Reckoning | None

    @property
    def counted_on(self) -> date | None:
        """The day that the clock counted to, before a day off moved it: the next round is counted from there."""
        return self.reckoning.counted_on or self.due_on if self.reckoning else self.due_on

    @property
    def at_end(self) -> bool:
        """Whether it is the one at the end of the period."""
        return self.kind == kinds.REVIEW_AT_END


def due(restriction: Restriction) -> Due | None:
    """The review that comes first of those still open; None where none is set."""
    found = Deadline.objects.open().about(restriction).filter(kind__in=kinds.REVIEWS).worst_first().first()
    if found is None:
        return None
    stored = Reckoning.from_json(found.reckoning) if found.reckoning else None
    return Due(found.kind, found.due_on, stored)


def incidents_since(restriction: Restriction) -> list[Incident]:
    """What happened since it was imposed, of this resident's own behaviour: contacts against the terms, breaches."""
    if restriction.starts_on is None:
        return []
    return list(
        restriction.case.incidents.filter(
            happened_on__gte=restriction.starts_on,
            involvements__resident=restriction.case.resident_id,
            involvements__part=Involvement.Part.BEHAVED,
        )
        .exclude(pk__in=restriction.incidents.values("pk"))
        .distinct()
        .prefetch_related("involvements")
        .order_by("-happened_on", "-pk")
    )


def possible_outcomes(restriction: Restriction, waits: Due | None, on: date, *, by_request: bool = False) -> list[str]:
    """What a review may come to, *lift* first. Keeping it as it is ends with its last day: no answer at the end.

    Who asks for less never gets more: a request to reconsider does not lead to an extension.
    """
    if by_request:
        last_day = restriction.ends_on is not None and restriction.ends_on <= on
        return [Outcome.LIFT, Outcome.KEEP] if last_day else [Outcome.LIFT, Outcome.VARY, Outcome.KEEP]
    outcomes: list[str] = [Outcome.LIFT, Outcome.EXTEND, Outcome.VARY]
    if restriction.is_in_force(on) and not (waits and waits.at_end):
        outcomes.append(Outcome.KEEP)
    return outcomes


@transaction.atomic
def begin_review(restriction_id: int, *, by: User, at: datetime) -> Review:
    """Begin to review a restriction (Dover 6.18): the case moves to its stage of review. At any time; late ones too.

    Raises TransitionNotAllowed where a review is under way, or where the restriction is neither in force nor lapsed.
    """
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_begin_review(by, restriction)
    under_way = restriction.reviews.filter(state=Review.State.BEGUN).select_related("begun_by").first()
    if under_way:
        raise TransitionNotAllowed(f"{under_way.begun_by.name} has already begun review {under_way.reference}.")
    waits = due(restriction)
    if restriction.state != State.IN_FORCE and not (restriction.state == State.LAPSED and waits):
        raise TransitionNotAllowed(object=restriction)
    review = Review.objects.create(
        restriction=restriction,
        reference=next_reference("review"),
        due_on=waits.due_on if waits else None,
        begun_by=by,
        begun_at=at,
    )
    audit.record(
        "review.begun",
        subject=review,
        by=by,
        at=at,
        facts={"restriction": restriction.reference, "due_on": review.due_on},
    )
    stages.mark_review_begun(restriction.case_id, by=by, at=at)
    return review


@transaction.atomic
def record_account(review_id: int, *, by: User, at: datetime, words: str, seen: str | None = None) -> Review:
    """Write down what the resident, or somebody for them, says about the restriction, before it is decided on.

    `seen` is the seal of the account that was gone on from. Raises TransitionNotAllowed where the review is decided,
    or somebody wrote another account meanwhile.
    """
    review = Review.objects.locked(review_id)
    permissions.check_can_record_account(by, review)
    if review.state != Review.State.BEGUN:
        raise TransitionNotAllowed(object=review)
    seals.check(seen, {"words": review.residents_account}, since=shown.since(review.restriction, review))
    need(words, "Enter what the resident said", "words")
    review.residents_account = words.strip()
    review.save()
    audit.record("review.account_recorded", subject=review, by=by, at=at, words={"account": words})
    return review


def check_late(review: Review, on: date, reason: str) -> str:
    """Why a review is held late, or "" where it is not. A day off explains itself; all else needs a reason (F7)."""
    restriction = review.restriction
    if review.due_on and on > review.due_on:
        need(reason, "Enter why the review is late", "late_reason", law.REVIEWED_WHEN_DUE)
        return reason.strip()
    if restriction.ends_on and on > restriction.ends_on:
        calendar = deadlines.calendar_for(restriction.case.provider)
        why = calendar.why_off(restriction.ends_on)
        return reason.strip() or f"The last day in force was a day off ({why})"
    return ""


# asked for by the resident


def can_be_asked(policy: Policy) -> bool:
    """Whether the policy knows reconsidering outside of an appeal (West Kent 6.2; the Tenancy procedure's 11)."""
    return policy.tables.get("reconsideration", "none") != "none"


def answer_by(restriction: Restriction, received_on: date) -> Reckoning:
    """When a request that was received on a day is to be answered, by the policy's clock."""
    calendar = deadlines.calendar_for(restriction.case.provider)
    events = {"request received": received_on}
    return policies.clocks.work_out(restriction.case.policy, RECONSIDERATION_RESPONSE, events, calendar)


@transaction.atomic
def record_request(restriction_id: int, *, by: User, at: datetime, received_on: date, how: str, words: str) -> Review:
    """Record that a resident asks for a restriction to be looked at again, and begin the review that answers it.

    Whoever the policy names decides it, by the policy's clock from the receipt; the reviews that are due stay due. Any
    way of asking is taken, also where the policy asks for writing: a person may need another way. Raises RuleBroken
    where the policy knows no reconsideration or something is missing, TransitionNotAllowed where the restriction is not
    in force or a review has begun (the request is then the resident's account in that review).
    """
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_record_request(by, restriction)
    today = day_of(at)
    if not can_be_asked(restriction.case.policy):
        raise RuleBroken("The policy knows no reconsideration outside of an appeal or a review", None, "words")
    if not restriction.is_in_force(today):
        raise TransitionNotAllowed(f"{restriction.reference} is not in force, so there is nothing to reconsider.")
    _check_request(restriction, received_on, today, how, words)
    review = begin_review(restriction.pk, by=by, at=at)
    found = answer_by(restriction, received_on)
    review.requested_on, review.requested_how, review.request = received_on, how, words.strip()
    review.due_on = found.due
    review.save()
    event = audit.record(
        "reconsideration.requested",
        subject=review,
        by=by,
        at=at,
        words={"request": words},
        facts={"restriction": restriction.reference, "received_on": received_on, "how": how, "answer_by": found.due},
    )
    deciders = acts.reconsider(restriction).whose
    deadlines.set(kinds.RECONSIDERATION_DECIDE, restriction, due=found, whose=deciders, event=event.pk, at=at)
    return review


def _check_request(restriction: Restriction, received_on: date, today: date, how: str, words: str) -> None:
    assert restriction.starts_on is not None
    if received_on > today:
        raise RuleBroken("The day the request was received must be today or in the past", None, "received_on")
    if received_on < restriction.starts_on:
        begun = dates.day(restriction.starts_on)
        raise RuleBroken(f"The day must be on or after the start of the restriction, {begun}", None, "received_on")
    need(how, "Select how the request was made", "how")
    need(words, "Enter what the resident asks for", "words")


# left out


def waivable(restriction: Restriction, on: date) -> bool:
    """Whether a review before the last day is still to come, which could be left out."""
    return (
        restriction.is_in_force(on)
        and not restriction.no_review_reason
        and rules.review_can_be_waived(restriction.case.policy)
    )


@transaction.atomic
def waive_review(restriction_id: int, said: Said, *, by: User, at: datetime, seen: str | None = None) -> Restriction:
    """Decide, while a restriction is in force, that it is not reviewed before its last day, and tell the resident.

    Only where the policy knows that (Homes for Life 1.8: where the reason for the restriction makes a review
    inappropriate). The look at its end stays: no restriction is without one (docs/adr/0074). Whoever may decide the
    review may decide that there is none, alone or together as the policy has a review decided. What the policy asks to
    be weighed before a restriction or its review is weighed here, and said (Homes for Life 1.6). Raises
    TransitionNotAllowed where it is over, decided already, changed since it was shown (`seen`), or where a review has
    begun; RuleBroken without reasons or where the policy does not allow it.
    """
    restriction = Restriction.objects.locked(restriction_id)
    act = acts.waive(restriction)
    act.check(by)
    rules.check_review_can_be_waived(restriction.case.policy)
    if not restriction.is_in_force(day_of(at)):
        raise TransitionNotAllowed(f"{restriction.reference} is not in force, so there is no review to leave out.")
    if restriction.no_review_reason:
        raise TransitionNotAllowed(f"That {restriction.reference} has no review is decided already.")
    if restriction.reviews.filter(state=Review.State.BEGUN).exists():
        raise TransitionNotAllowed(f"A review of {restriction.reference} has begun. Decide that one.")
    told = plan_waiver(restriction, act, said, by=by, at=at)
    seals.check(seen, shown.standing(restriction) | {"the words of the letter": told}, since=shown.since(restriction))
    writer = decisions.take(act, said, by=by, at=at)
    if writer is None:
        return restriction
    restriction.no_review_reason, restriction.review_months = said.reasons.strip(), None
    restriction.no_review_by, restriction.no_review_at = by, at
    restriction.save()
    event = imposing.record_waiver(restriction, by=by, at=at, when="in force", considered=said.considered)
    deadlines.meet(kinds.REVIEW_WAIVE, restriction, at=at, how="Decided that there is no review")
    deadlines.cancel(kinds.REVIEW_INTERVAL, restriction, at=at, reason="Decided that there is no review")
    found = as_it_stands(restriction).at_end
    scheduling.set_review(restriction, found, kinds.REVIEW_AT_END, at=at, event=event)
    registering.say(restriction, by=writer, at=at, review_on=found.due)
    letters.request("review_waived", restriction, told, by=writer, at=at)
    return restriction


def plan_waiver(restriction: Restriction, act: Act, said: Said, *, by: User, at: datetime) -> dict[str, Any]:
    """What the letter would say: for the check page and for `waive_review`. Raises as `waive_review`."""
    need(said.reasons, "Enter why there is no review", "reason", restriction.case.policy.review.none_if.rule)
    decisions.check(act, said, by=by, at=at)
    return facts.waived(restriction, said.reasons)


@transaction.atomic
def disagree_to_waive(restriction_id: int, *, by: User, at: datetime, reasons: str) -> Restriction:
    """Not agree that a review is left out, where several decide: it stays due."""
    restriction = Restriction.objects.locked(restriction_id)
    decisions.disagree(acts.waive(restriction), by=by, at=at, reasons=reasons)
    return restriction
