"""The frame of the case file: one case, its identity bar and its tabs. Tabs of higher apps stand in it too."""

from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from audit import looks
from cases.models import Case
from people.models import User

TABS = (
    ("overview", "Overview", "cases:overview"),
    ("timeline", "Timeline", "cases:timeline"),
    ("incidents", "Incidents", "cases:incidents"),
    ("restrictions", "Restrictions", "restrictions:of_case"),
    ("appeals", "Appeals", "appeals:of_case"),
    ("letters", "Letters", "cases:letters"),
    ("people", "People and needs", "cases:people"),
)


class SignedInRequest(HttpRequest):
    """A request as it comes to a view: nothing behind the sign-in is reached without one (`config.middleware`)."""

    user: User


def find(request: HttpRequest, ref: str, *of_it: looks.Subject) -> Case:
    """The case of that reference, with all that its frame shows, in one query; 404 where it is not the reader's.

    Whoever finds a case has looked at it, and at what else `of_it` the page shows.
    """
    user = cast(SignedInRequest, request).user
    found = Case.objects.visible_to(user).select_related("provider", "resident", "policy_version", "owner", "closed_by")
    case = get_object_or_404(found, reference=ref)
    case.resident.provider = case.provider
    case.policy_version.provider = case.provider
    if user.provider_id == case.provider_id:
        user.provider = case.provider
    looks.note(request, case, *of_it)
    return case


def bar(case: Case) -> dict[str, Any]:
    """What the identity bar shows, and the way back to the file; for every page about the case."""
    return {
        "case": case,
        "resident": case.resident,
        "address": str(case.resident.address or ""),
        "stage": case.stage_name,
        "overview_url": reverse("cases:overview", args=[case.reference]),
    }


def file(request: HttpRequest, ref: str, tab: str) -> tuple[Case, dict[str, Any]]:
    """The case and the context of `cases/file.html`, which a tab's template extends (block `tab`).

    `tab` is a key of `TABS`. Raises Http404 where the case is not the reader's. A page that is a step within a tab
    takes the same frame.
    """
    case = find(request, ref)
    tabs = [(words, reverse(name, args=[case.reference]), key == tab) for key, words, name in TABS]
    current = next(words for key, words, _ in TABS if key == tab)
    return case, {**bar(case), "tabs": tabs, "tab": tab, "tab_title": current}
