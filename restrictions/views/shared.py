"""What every page about a restriction needs: the row that the reader may see, its frame, its form, its dates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

import cases.views
from deadlines.models import Deadline
from design import forms
from people.access import SignedInRequest
from policies.clocks import Reckoning
from restrictions.models import Restriction

F = TypeVar("F", bound=forms.Form)
KEPT = "You were signed out. What you had typed is below."


@dataclass(frozen=True)
class Shown:
    """A date that explains itself."""

    name: str
    on: date | None
    explanation: str
    state: str = ""


def find(request: SignedInRequest, ref: str) -> Restriction:
    """The restriction of that reference with its case, in one query; 404 where it is not the reader's."""
    rows = Restriction.objects.visible_to(request.user).select_related(
        "case__provider", "case__resident", "case__policy_version", "case__owner", "case__closed_by", "proposed_by",
        "decided_by", "risk_assessment__made_by", "letter", "follows", "followed_by",
    )  # fmt: skip
    restriction = get_object_or_404(rows, reference=ref)
    case = restriction.case
    case.resident.provider = case.provider
    case.policy_version.provider = case.provider
    return restriction


def step(restriction: Restriction, back: str = "", **more: Any) -> dict[str, Any]:
    """The context of a step on a restriction: identity bar, way back, the restriction itself."""
    return {
        **cases.views.bar(restriction.case),
        "restriction": restriction,
        "back": back or reverse("restrictions:view", args=[restriction.reference]),
        **more,
    }


def form_for(form_class: type[F], request: SignedInRequest, initial: Mapping[str, Any] | None = None, **more: Any) -> F:
    """The form as posted; as typed before the session expired, saying so; or with what is kept already."""
    if request.method == "POST":
        return form_class(request.POST, **more)
    kept = getattr(request, "kept_typing", None)
    if kept is not None:
        messages.info(request, KEPT)
        return form_class.from_draft(kept, **more)
    return form_class(initial=dict(initial or {}), **more)


def too_late(request: SignedInRequest, why: str, back: str) -> HttpResponse:
    """Somebody else was first: 409, saying who did what when."""
    context = {"why": why, "back": back, "back_text": "Back to the restriction"}
    return render(request, "errors/409.html", context, status=409)


NAMES = {
    "appeal.window": "Last day to appeal",
    "review.interval": "Review",
    "review.at_end": "Review at the end",
    "restriction.end": "Last day in force",
}


def dates_of(restrictions: Iterable[Restriction]) -> dict[str, dict[str, Shown]]:
    """Every date of some restrictions by reference and kind, with how it was worked out; one query for all."""
    abouts = [f"restriction:{each.reference}" for each in restrictions]
    found: dict[str, dict[str, Shown]] = {}
    for row in Deadline.objects.filter(about__in=abouts, kind__in=NAMES).order_by("pk"):
        explained = Reckoning.from_json(row.reckoning).explain() if row.reckoning else ""
        shown = Shown(NAMES[row.kind], row.due_on, explained, row.state)
        found.setdefault(row.about_ref, {})[row.kind] = shown
    return found


def rows_of(shown: Iterable[Shown]) -> list[Shown]:
    """Dates in the order in which they come."""
    return sorted((each for each in shown if each.on), key=lambda each: each.on or date.max)
