"""Moving a case to a newer version of the policy: what would change, before it is decided."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

import cases.views
from design import dates, pages
from letters import services as letters
from office import forms, permissions
from office.services import comparing, moving, telling
from people.access import SignedInRequest


def move(request: SignedInRequest, ref: str) -> HttpResponse:
    """Which version a case runs under, what the newer one would change for it, and the decision to move it."""
    case = cases.views.find(request, ref)
    permissions.check_can_move_case(request.user, case)
    today = timezone.localdate()
    version = case.newer_version(today)
    context = cases.views.bar(case)
    if version is None:
        later = case.provider.policy_versions.filter(effective_on__gt=today).order_by("effective_on", "-pk").first()
        return render(request, "office/move_case.html", context | {"later": later})
    plan, now = moving.plan(case, version, on=today), timezone.now()
    page = pages.Page(request, at=now, context=context | {"frame": "cases/step.html"}, since=moving.acted(case))
    form = page.form(forms.MoveCase)
    context |= {"form": form, "version": version, **_shown(request, plan)}

    def do(seen: str | None) -> str:
        reasons = form.cleaned_data["reasons"]
        moving.move_case(case.pk, to=version.pk, reasons=reasons, by=request.user, at=now, seen=seen)
        messages.success(request, f"The case runs under the policy of {dates.day(version.effective_on)}.")
        return reverse("cases:overview", args=[case.reference])

    return page.decide(form, shown=plan.shown, do=do, show=lambda: render(request, "office/move_case.html", context))


def _shown(request: SignedInRequest, plan: moving.Plan) -> dict[str, Any]:
    """What the page shows of a plan: what would change, what the resident is told, the letter as it would go out."""
    case, told = plan.touched.case, plan.told
    letter = told.facts and letters.preview(
        telling.KIND, case, told.facts, on=timezone.localdate(), by=request.user, policy_version=plan.version
    )
    return {
        "touched": plan.touched,
        "told": told,
        "letter": letter,
        "sections": comparing.sections(plan.touched.rules),
        "asked_anew": bool(case.threshold_settled_at or case.restriction_settled_at),
    }
