"""How long a proposal would restrict, when it would be reviewed, and why not less."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from people.models import User
from policies import law
from policies.rules import RuleBroken
from restrictions import rules
from restrictions.models import Restriction
from restrictions.services.parts.part import Refusals, begin, end, refused


@transaction.atomic
def save_length(restriction_id: int, *, by: User, at: datetime, months: int, seen: str | None = None) -> Restriction:
    """Set the length in months, within the policy's bounds (Dover 6.16: 6 to 12 months)."""
    restriction = begin(restriction_id, known_length, by=by, at=at, seen=seen)
    restriction.months = months
    return end(restriction, refuses_length(restriction))


def refuses_length(restriction: Restriction) -> Refusals:
    """What is wrong with how long it lasts: nothing entered, or fewer or more months than the policy has."""
    policy = restriction.case.policy
    if restriction.months is None:
        yield RuleBroken("Enter how long it lasts", policy.length_bounds()[2], "months")
    else:
        yield from refused(lambda: policy.check_length(restriction.months, field="months"))


@transaction.atomic
def save_review(
    restriction_id: int,
    *,
    by: User,
    at: datetime,
    months: int | None = None,
    no_review_reason: str = "",
    agreed: str = "",
    seen: str | None = None,
) -> Restriction:
    """Set after how many months it is reviewed, or why there is no review before its last day; neither: the policy's.

    Only where the policy leaves it to the case: a time agreed within its bounds (Northampton 4.2), or none where that
    would not be appropriate (Homes for Life 1.8). It is decided with the restriction, by whoever decides that. Where
    the policy has the time agreed, `agreed` says with whom and how.
    """
    restriction = begin(restriction_id, known_review, by=by, at=at, seen=seen)
    if no_review_reason.strip():
        rules.check_review_can_be_waived(restriction.case.policy)
    elif months is not None:
        rules.check_review_months(restriction.case.policy, months)
    restriction.review_months = None if no_review_reason.strip() else months
    restriction.review_agreed = agreed.strip() if restriction.review_months else ""
    restriction.no_review_reason = no_review_reason.strip()
    return end(restriction, refuses_review(restriction))


def refuses_review(restriction: Restriction) -> Refusals:
    """What is wrong with when it is reviewed: a time of its own that is not agreed where the policy asks that."""
    agreed = restriction.review_agreed
    yield from refused(rules.check_agreed, restriction.case.policy, restriction.review_months, agreed)


def known_review(restriction: Restriction) -> Mapping[str, Any]:
    """When it is reviewed, as it is stored, by the fields of the form."""
    return {
        "review_months": restriction.review_months,
        "review_agreed": restriction.review_agreed,
        "no_review_reason": restriction.no_review_reason,
    }


@transaction.atomic
def save_less(
    restriction_id: int, *, by: User, at: datetime, reasons: str, less_considered: str, seen: str | None = None
) -> Restriction:
    """Say why a restriction is needed, and which less restrictive options were considered (proportionality: F2)."""
    restriction = begin(restriction_id, known_less, by=by, at=at, seen=seen)
    restriction.reasons, restriction.less_considered = reasons.strip(), less_considered.strip()
    return end(restriction, refuses_less(restriction))


def refuses_less(restriction: Restriction) -> Refusals:
    """What is missing of why it is needed, and of what less was considered."""
    if not restriction.reasons:
        yield RuleBroken("Enter why a restriction is needed", law.EVIDENCED, "reasons")
    if not restriction.less_considered:
        yield RuleBroken("Enter what less was considered", law.PROPORTIONATE, "less_considered")


def known_length(restriction: Restriction) -> Mapping[str, Any]:
    """What is stored of it, by the names of its form."""
    return {"months": restriction.months}


def known_less(restriction: Restriction) -> Mapping[str, Any]:
    """What is stored of it, by the names of its form."""
    return {"reasons": restriction.reasons, "less_considered": restriction.less_considered}
