"""A restriction without a review before its last day, where the policy lets a named person decide that, and why."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases.services import deciding
from deadlines import services as deadlines
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies.rules import need
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services import asked, on_register, telling
from restrictions.services.rows import about, locked

State = Restriction.State


def record_waiver(restriction: Restriction, *, by: User, at: datetime, considered: str) -> None:
    """Record, with a restriction that is being imposed, that whoever imposes it decided on no review, and why.

    What they weighed of the restriction they weighed of its standing without another look.
    """
    if not restriction.no_review_reason:
        return
    asked.check_review_can_be_waived(restriction.case.policy)
    restriction.no_review_by, restriction.no_review_at = by, at
    restriction.save()
    _decide(restriction, by=by, at=at, when="imposed", considered=considered)


def _decide(restriction: Restriction, *, by: User, at: datetime, when: str, considered: str = "") -> int:
    """The decision on the trail, under the clause that allows it."""
    return audit.decide(
        "review.waived",
        subject=restriction,
        by=by,
        at=at,
        reasons=restriction.no_review_reason,
        rule=restriction.case.policy.review.none_if.rule,
        outcome="no review before the last day",
        considered=considered,
        facts={"when": when, "last_day": restriction.ends_on},
    ).pk


def waivable(restriction: Restriction, on: date) -> bool:
    """Whether a review before the last day is still to come, which could be left out."""
    return (
        restriction.is_in_force(on)
        and not restriction.no_review_reason
        and asked.review_can_be_waived(restriction.case.policy)
    )


@transaction.atomic
def waive_review(restriction_id: int, *, by: User, at: datetime, reasons: str, considered: str = "") -> Restriction:
    """Decide, while a restriction is in force, that it is not reviewed before its last day, and tell the resident.

    Only where the policy knows that (Homes for Life 1.8: where the reason for the restriction makes a review
    inappropriate). The look at its end stays: no restriction is without one (docs/adr/0074). Whoever may decide the
    review may decide that there is none. What the policy asks to be weighed before a restriction or its review is
    weighed here, and said (Homes for Life 1.6). Raises TransitionNotAllowed where it is over, decided already, or where
    a review has begun, RuleBroken without reasons or where the policy does not allow it.
    """
    restriction = locked(restriction_id)
    permissions.check_can_review(by, restriction)
    today = day_of(at)
    asked.check_review_can_be_waived(restriction.case.policy)
    if not restriction.is_in_force(today):
        raise TransitionNotAllowed(f"{restriction.reference} is not in force, so there is no review to leave out.")
    if restriction.no_review_reason:
        raise TransitionNotAllowed(f"That {restriction.reference} has no review is decided already.")
    if restriction.reviews.filter(state=Review.State.BEGUN).exists():
        raise TransitionNotAllowed(f"A review of {restriction.reference} has begun. Decide that one.")
    need(reasons, "Enter why there is no review", "reason", restriction.case.policy.review.none_if.rule)
    deciding.check_weighed(considered, asked.waiving_questions(restriction.case.policy))
    restriction.no_review_reason, restriction.review_months = reasons.strip(), None
    restriction.no_review_by, restriction.no_review_at = by, at
    restriction.save()
    decision = _decide(restriction, by=by, at=at, when="in force", considered=considered)
    _set_anew(restriction, at=at, event=decision, by=by)
    case = restriction.case
    letters.request(
        "review_waived",
        to=case.resident,
        about=about(restriction),
        case_ref=case.reference,
        policy_version=case.policy_version,
        facts=waived_facts(restriction, reasons),
        by=by,
        at=at,
    )
    return restriction


def waived_facts(restriction: Restriction, reasons: str) -> dict[str, Any]:
    """What the letter says, as plain values."""
    assert restriction.ends_on is not None
    return {
        "restriction_reference": restriction.reference,
        "reasons": reasons.strip(),
        "ends_on": restriction.ends_on.isoformat(),
    }


def _set_anew(restriction: Restriction, *, by: User, at: datetime, event: int) -> None:
    """Drop the review before the last day; keep, or set, the one at the end; let the register say so."""
    case = restriction.case
    assert restriction.decided_on and restriction.starts_on and restriction.ends_on
    deadlines.cancel(about(restriction), "review.interval", at=at, reason="Decided that there is no review")
    found = telling.dates(
        case.policy,
        deadlines.calendar_for(case.provider),
        decided_on=restriction.decided_on,
        starts_on=restriction.starts_on,
        ends_on=restriction.ends_on,
        months=restriction.months,
        **telling.review_of(restriction),
    )
    assert found.at_end is not None
    barred = list(User.objects.filter(pk__in=permissions.barred_from_reviewing(restriction)))
    keys = permissions.keys_of(permissions.reviewers(case.policy), case.provider)
    telling.add_review(restriction, found.at_end, "review.at_end", barred, keys, at=at, event=event)
    on_register.say(restriction, by=by, at=at, review_on=found.at_end.due)
