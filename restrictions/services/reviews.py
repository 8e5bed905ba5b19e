"""A review up to its decision: what it waits for, what it looks at, when it begins, what the resident says."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases.models import Incident, Involvement
from cases.services import stages
from deadlines import services as deadlines
from deadlines.models import Deadline
from people.models import User
from people.references import next_reference
from policies import law
from policies.reckoning import Reckoning
from policies.rules import need
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services.rows import about, locked

State, Outcome = Restriction.State, Review.Outcome
KINDS = ("review.interval", "review.at_end")
RECONSIDER = "reconsideration.decide"


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
        return self.kind == "review.at_end"


def due(restriction: Restriction) -> Due | None:
    """The review that comes first of those still open; None where none is set."""
    found = (
        Deadline.objects.open().filter(about=about(restriction), kind__in=KINDS).worst_first().first()
    )  # fmt: skip
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
    restriction = locked(restriction_id)
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
        "review.begun", subject=review, by=by, at=at,
        facts={"restriction": restriction.reference, "due_on": review.due_on},
    )  # fmt: skip
    stages.mark_review_begun(restriction.case_id, by=by, at=at)
    return review


def about_review(review: Review) -> str:
    """How letters, deadlines and those who decide together point at a review."""
    return f"review:{review.reference}"


def locked_review(review_id: int) -> tuple[Review, Restriction]:
    """The review and its restriction, the restriction's row first, as every other service locks it."""
    restriction = locked(Review.objects.values_list("restriction_id", flat=True).get(pk=review_id))
    review = Review.objects.select_for_update(of=("self",)).get(pk=review_id)
    review.restriction = restriction
    return review, restriction


@transaction.atomic
def record_account(review_id: int, *, by: User, at: datetime, words: str) -> Review:
    """Write down what the resident, or somebody for them, says about the restriction, before it is decided on."""
    review, _ = locked_review(review_id)
    permissions.check_can_record_account(by, review)
    if review.state != Review.State.BEGUN:
        raise TransitionNotAllowed(object=review)
    need(words, "Enter what the resident said", "words")
    review.residents_account = words.strip()
    review.save()
    audit.record("review.account_recorded", subject=review, by=by, at=at, words={"account": words})
    return review


def check_late(review: Review, restriction: Restriction, on: date, reason: str) -> str:
    """Why a review is held late, or "" where it is not. A day off explains itself; all else needs a reason (F7)."""
    if review.due_on and on > review.due_on:
        need(reason, "Enter why the review is late", "late_reason", law.REVIEWED_WHEN_DUE)
        return reason.strip()
    if restriction.ends_on and on > restriction.ends_on:
        calendar = deadlines.calendar_for(restriction.case.provider)
        why = calendar.why_off(restriction.ends_on)
        return reason.strip() or f"The last day in force was a day off ({why})"
    return ""
