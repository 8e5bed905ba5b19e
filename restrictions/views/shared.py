"""What every page about a restriction needs: the row that the reader may see, its frame, its dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

import cases.views
from audit import looks
from audit import services as audit
from deadlines import kinds
from deadlines.models import Deadline
from design import pages, refusals
from people.access import SignedInRequest
from people.models import User
from policies.reckoning import Reckoning
from restrictions import rules, shown
from restrictions.models import Restriction, Review, Term

_WITH = (
    "case__provider", "case__resident", "case__policy_version", "case__owner", "case__closed_by", "proposed_by",
    "decided_by", "no_review_by", "risk_assessment__made_by", "letter", "follows", "followed_by",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A date that explains itself."""

    name: str
    on: date | None
    explanation: str
    state: str = ""


def find(request: SignedInRequest, ref: str) -> Restriction:
    """The restriction of that reference with its case, in one query; 404 where it is not the reader's."""
    rows = Restriction.objects.visible_to(request.user).select_related(*_WITH)
    restriction = get_object_or_404(rows, reference=ref)
    case = restriction.case
    case.resident.provider = case.provider
    case.policy_version.provider = case.provider
    looks.note(request, restriction)
    return restriction


def find_reviewed(request: SignedInRequest, review: Review) -> Restriction:
    """The restriction of a review, with its case; both the review and the restriction are looked at."""
    restriction = find(request, review.restriction.reference)
    review.restriction = restriction
    looks.note(request, review)
    return restriction


def step(restriction: Restriction, back: str = "", **more: Any) -> dict[str, Any]:
    """The context of a step on a restriction: identity bar, way back, the restriction itself."""
    return {
        **cases.views.bar(restriction.case),
        "restriction": restriction,
        "back": back or reverse("restrictions:view", args=[restriction.reference]),
        **more,
    }


def page(request: SignedInRequest, restriction: Restriction, *besides: audit.Subject) -> pages.Page:
    """A page that decides or changes something of a restriction, and of what stands beside it (a review)."""
    context = step(restriction) | {"frame": "cases/step.html"}
    return pages.Page(request, at=timezone.now(), context=context, since=shown.since(restriction, *besides))


def too_late(request: SignedInRequest, why: str, back: str) -> HttpResponse:
    """Somebody else was first: 409, saying who did what when."""
    return refusals.too_late(request, why, back=back, back_text="Back to the restriction")


def waiting(user: User) -> list[str]:
    """The references of the proposals that wait for somebody, the longest first."""
    rows = Deadline.objects.waiting_for(user).filter(kind=kinds.RESTRICTION_DECIDE).order_by("pk")
    return [row.about_ref for row in rows]


def dates_of(restrictions: Iterable[Restriction]) -> dict[str, dict[str, Shown]]:
    """Every date of some restrictions by reference and kind, with how it was worked out; one query for all."""
    found: dict[str, dict[str, Shown]] = {}
    for row in Deadline.objects.about(*restrictions).filter(kind__in=kinds.DATES).order_by("pk"):
        explained = Reckoning.from_json(row.reckoning).explain() if row.reckoning else ""
        shown = Shown(kinds.of(row.kind).name, row.due_on, explained, row.state)
        found.setdefault(row.about_ref, {})[row.kind] = shown
    return found


def rows_of(shown: Iterable[Shown]) -> list[Shown]:
    """Dates in the order in which they come."""
    return sorted((each for each in shown if each.on), key=lambda each: each.on or date.max)


def registers(restriction: Restriction, terms: Sequence[Term] | None = None) -> dict[str, Any]:
    """The registers on which it stands, and those on which somebody has still to decide, for a page."""
    return {
        "registers": rules.registers_for(restriction, terms),
        "to_consider": rules.registers_to_consider(restriction, terms),
    }
