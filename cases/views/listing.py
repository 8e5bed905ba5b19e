"""The list of cases: filtered by stage and by text, fifteen a page, the last moved first."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from cases import permissions
from cases.forms.judging import FilterForm
from cases.models import Case, CaseQuerySet
from cases.views.frame import SignedInRequest
from design import words
from people.search import search_terms

A_PAGE = 15


def _matching(cases: CaseQuerySet, typed: str) -> CaseQuerySet:
    """Cases whose reference was typed, or whose resident is found by every word of it."""
    found = Q()
    for term in search_terms(typed):
        found &= Q(resident__search__contains=term)
    return cases.filter(Q(reference__iexact=typed) | found) if found else cases.filter(reference__iexact=typed)


@require_GET
def listing(request: SignedInRequest) -> HttpResponse:
    """The cases that the reader may read."""
    permissions.check_can_list(request.user)
    form = FilterForm(request.GET or None)
    stages = form.choose_stages()
    cases: CaseQuerySet = Case.objects.visible_to(request.user)
    typed, stage = words.clean_line(request.GET.get("q", ""))[:200], words.clean_line(request.GET.get("stage", ""))[:30]
    if typed:
        cases = _matching(cases, typed)
    if stage in Case.Stage.values:
        cases = cases.filter(stage=stage)
    elif stage == "open":
        cases = cases.open()
    rows = cases.select_related("resident", "owner").order_by("-moved_at", "-pk")
    rows = rows.only(
        "reference", "stage", "moved_at", "policy_version_id", "resident__name", "resident__reference", "owner__name"
    )
    page = Paginator(rows, A_PAGE, allow_empty_first_page=True).get_page(request.GET.get("page"))
    chosen = []
    if typed:
        chosen.append((f"“{typed}”", "?" + urlencode({"stage": stage})))
    if stage:
        chosen.append((stages.get(stage, stage), "?" + urlencode({"q": typed})))
    context = {"form": form, "page": page, "chosen": chosen, "filtered": bool(typed or stage)}
    return render(request, "cases/list.html", context)
