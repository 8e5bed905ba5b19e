"""Moving a case to a newer version of the policy: what would change, before it is decided."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

import cases.views
from design import dates
from design.forms import for_page
from letters import services as letters
from office import forms, permissions, services
from office.services import comparing, telling, touched
from people.access import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
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
    found = touched.one(case, version, on=today)
    told = telling.read(found, version, on=today)
    form = for_page(forms.MoveCase, request, {"version": str(version.pk)})
    form.shown_under(version.pk)
    if form.is_valid() and not found.why_not:
        with form.rules():
            reasons = form.cleaned_data["reasons"]
            services.move_case(case.pk, to=version.pk, reasons=reasons, by=request.user, at=timezone.now())
            messages.success(request, f"The case runs under the policy of {dates.day(version.effective_on)}.")
            return redirect("cases:overview", case.reference)
    context |= {
        "form": form,
        "version": version,
        "touched": found,
        "told": told,
        "letter": told.facts
        and letters.preview(telling.KIND, case, told.facts, on=today, by=request.user, policy_version=version),
        "sections": comparing.sections(found.rules),
        "asked_anew": bool(case.threshold_settled_at or case.restriction_settled_at),
    }
    return render(request, "office/move_case.html", context)
