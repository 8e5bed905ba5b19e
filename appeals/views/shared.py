"""What the pages of appeals share: finding the appeal, the page that decides it, and who was here before."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django_fsm import TransitionNotAllowed

import cases.views
import decisions.views
from appeals.against import finding
from appeals.against.appealable import Appealable
from appeals.models import Appeal
from appeals.services import file
from audit import looks
from cases.models import Case
from decisions.acts import Act
from design import pages, refusals
from people.access import SignedInRequest
from people.models import User

State = Appeal.State
FRAME = "cases/step.html"


def find(request: SignedInRequest, ref: str) -> tuple[Appeal, dict[str, Any]]:
    """The appeal of that reference, in the frame of its case; 404 where it is not the reader's."""
    related = (
        "case", "decided_by", "lodged_by", "late_accepted_by", "acknowledgement", "letter", "replaced_by",
        "corrected_by__letter", *finding.AGAINST,
    )  # fmt: skip
    appeals = Appeal.objects.visible_to(request.user).select_related(*related)
    appeal = get_object_or_404(appeals, reference=ref)
    case, context = cases.views.file(request, appeal.case.reference, "appeals")
    appeal.case = case
    looks.note(request, appeal)
    against = finding.of_appeal(appeal)
    return appeal, context | {"appeal": appeal, "against": against, "restriction": against.restriction}


def known(case: Case, key: str) -> Appealable:
    """The decision of that reference; 404 where the case has none."""
    try:
        return finding.by_key(case, key)
    except finding.NoDecision as unknown:
        raise Http404 from unknown


def page_of(request: HttpRequest, appeal: Appeal, context: dict[str, Any], at: datetime) -> pages.Page:
    """The page on which something about an appeal is decided."""
    return pages.Page(request, at=at, context=context | {"frame": FRAME}, since=file.since(appeal))


def deciding_together(act: Act, reader: User, appeal: Appeal) -> dict[str, Any]:
    """Who decides it together, who has, and whom the policy has asked first."""
    url = reverse("appeals:consult", args=[appeal.reference])
    asked = [decisions.views.asked_first(one, reader, url=url, is_open=appeal.is_open) for one in act.first]
    return decisions.views.together(act, reader, waiting=appeal.is_open) | {"asked_first": asked}


def second(
    refusal: TransitionNotAllowed, request: HttpRequest, mine: Callable[[Appeal], bool], name: str, *, back: str = ""
) -> HttpResponse:
    """Somebody was here before: the same person is led to what was done, anybody else is told who did it and when."""
    other = refusal.object
    if isinstance(other, Appeal) and mine(other):
        return redirect(name, other.reference)
    if isinstance(other, Appeal):
        back = reverse("appeals:view", args=[other.reference])
    return refusals.too_late(request, str(refusal), back=back or reverse("worklist:mine"))
