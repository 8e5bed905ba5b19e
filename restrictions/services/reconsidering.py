"""A resident's request, outside of an appeal, that a restriction be looked at again; it is answered by a review."""

from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

import policies.clocks
from audit import services as audit
from deadlines import services as deadlines
from design import dates
from design.dates import day_of
from people.models import User
from policies.policy import Policy
from policies.reckoning import Reckoning
from policies.rules import RuleBroken, need
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services import reviews
from restrictions.services.rows import about, locked

DECIDE = reviews.RECONSIDER
RESPONSE = "reconsideration.response"


def can_be_asked(policy: Policy) -> bool:
    """Whether the policy knows reconsidering outside of an appeal (West Kent 6.2; the Tenancy procedure's 11)."""
    return policy.tables.get("reconsideration", "none") != "none"


def answer_by(restriction: Restriction, received_on: date) -> Reckoning:
    """When a request that was received on a day is to be answered, by the policy's clock."""
    calendar = deadlines.calendar_for(restriction.case.provider)
    return policies.clocks.work_out(restriction.case.policy, RESPONSE, {"request received": received_on}, calendar)


@transaction.atomic
def record_request(restriction_id: int, *, by: User, at: datetime, received_on: date, how: str, words: str) -> Review:
    """Record that a resident asks for a restriction to be looked at again, and begin the review that answers it.

    Whoever the policy names decides it, by the policy's clock from the receipt; the reviews that are due stay due. Any
    way of asking is taken, also where the policy asks for writing: a person may need another way. Raises RuleBroken
    where the policy knows no reconsideration or something is missing, TransitionNotAllowed where the restriction is not
    in force or a review has begun (the request is then the resident's account in that review).
    """
    restriction = locked(restriction_id)
    permissions.check_can_record_request(by, restriction)
    policy, today = restriction.case.policy, day_of(at)
    if not can_be_asked(policy):
        raise RuleBroken("The policy knows no reconsideration outside of an appeal or a review", None, "words")
    if not restriction.is_in_force(today):
        raise TransitionNotAllowed(f"{restriction.reference} is not in force, so there is nothing to reconsider.")
    _check(restriction, received_on, today, how, words)
    review = reviews.begin_review(restriction.pk, by=by, at=at)
    found = answer_by(restriction, received_on)
    review.requested_on, review.requested_how, review.request = received_on, how, words.strip()
    review.due_on = found.due
    review.save()
    event = audit.record(
        "reconsideration.requested", subject=review, by=by, at=at, words={"request": words},
        facts={"restriction": restriction.reference, "received_on": received_on, "how": how, "answer_by": found.due},
    )  # fmt: skip
    case = restriction.case
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind=DECIDE,
        about=about(restriction),
        case_ref=case.reference,
        title="Answer a request to reconsider a restriction",
        url_name="restrictions:review",
        reckoning=found,
        for_roles=permissions.keys_of(permissions.reconsiderers(policy), case.provider),
        not_for=User.objects.filter(pk__in=permissions.barred_from_reviewing(restriction)),
        runs_from_event=event.pk,
        at=at,
    )
    return review


def _check(restriction: Restriction, received_on: date, today: date, how: str, words: str) -> None:
    assert restriction.starts_on is not None
    if received_on > today:
        raise RuleBroken("The day the request was received must be today or in the past", None, "received_on")
    if received_on < restriction.starts_on:
        begun = dates.day(restriction.starts_on)
        raise RuleBroken(f"The day must be on or after the start of the restriction, {begun}", None, "received_on")
    need(how, "Select how the request was made", "how")
    need(words, "Enter what the resident asks for", "words")
