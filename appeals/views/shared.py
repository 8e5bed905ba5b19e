"""What the pages of appeals share: finding the appeal, the form as posted, and who was here before."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django_fsm import TransitionNotAllowed

import cases.views
from appeals import against
from appeals.against import Against
from appeals.models import Appeal
from appeals.services import lodging
from cases.models import Case
from design import drafts, refusals
from design.forms import F, for_page
from people.models import User

State = Appeal.State
# Which button was pressed on the check page: do it, or go back and change something.
DO, CHANGE = "do", "change"


def user_of(request: HttpRequest) -> User:
    """Whoever is signed in."""
    assert isinstance(request.user, User)
    return request.user


def find(request: HttpRequest, ref: str) -> tuple[Appeal, dict[str, Any]]:
    """The appeal of that reference, in the frame of its case; 404 where it is not the reader's."""
    related = (
        "case", "decided_by", "lodged_by", "late_accepted_by", "acknowledgement", "letter", "replaced_by",
        "corrected_by__letter", *lodging.AGAINST,
    )  # fmt: skip
    appeals = Appeal.objects.visible_to(user_of(request)).select_related(*related)
    appeal = get_object_or_404(appeals, reference=ref)
    case, context = cases.views.file(request, appeal.case.reference, "appeals")
    appeal.case = case
    found = against.of(appeal)
    return appeal, context | {"appeal": appeal, "against": found, "restriction": found.limits}


def known(case: Case, key: str) -> Against:
    """The decision of that reference; 404 where the case has none."""
    try:
        return against.find(case, key)
    except against.NoDecision as unknown:
        raise Http404 from unknown


def form_of(request: HttpRequest, kind: type[F], own: dict[str, Any]) -> F:
    """A form as posted; or shown again unjudged, after *Change* or after a session that ran out."""
    if request.POST.get("act") == CHANGE:
        return kind.from_draft(request.POST, **own)
    return for_page(kind, request, **own)


def hidden(posted: QueryDict) -> list[tuple[str, str]]:
    """What was typed, to travel through the check page."""
    return [(name, value) for name, values in drafts.typed(posted).items() if name != "act" for value in values]


def second(
    request: HttpRequest, refusal: TransitionNotAllowed, mine: Callable[[Appeal], bool], name: str
) -> HttpResponse:
    """Somebody was here before: the same person is led to what was done, anybody else is told who did it and when."""
    other = refusal.object
    if isinstance(other, Appeal) and mine(other):
        return redirect(name, other.reference)
    back = reverse("appeals:view", args=[other.reference]) if isinstance(other, Appeal) else reverse("worklist:mine")
    return refusals.too_late(request, str(refusal), back=back)
