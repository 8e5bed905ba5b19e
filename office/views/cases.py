"""Moving a case to a newer version of the policy: what would change, before it is decided."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

import cases.acts
import cases.views
from cases.services import versions
from decisions import forms as asking
from decisions import permissions
from decisions import views as decisions
from design import dates, pages
from letters import services as letters
from office import forms
from office.services import comparing, moving, telling
from people.access import SignedInRequest


def move(request: SignedInRequest, ref: str) -> HttpResponse:
    """Which version a case runs under, what the newer one would change for it, and the decision to move it.

    Where several decide, the version that the first has put before the others stays the one that is shown.
    """
    case = cases.views.find(request, ref)
    act = cases.acts.move(case)
    act.check(request.user)
    today = timezone.localdate()
    put = act.put.get("version")
    version = case.provider.policy_versions.get(pk=put) if put else case.newer_version(today)
    context = cases.views.bar(case)
    if version is None:
        later = case.provider.policy_versions.filter(effective_on__gt=today).order_by("effective_on", "-pk").first()
        return render(request, "office/move_case.html", context | {"later": later})
    plan, now = moving.plan(case, version, on=today), timezone.now()
    page = pages.Page(request, at=now, context=context | {"frame": "cases/step.html"}, since=moving.acted(case))
    found, back = decisions.together(act, request.user), reverse("cases:overview", args=[case.reference])
    if page.posted and found["spoken"]:
        return redirect(back)
    form = page.form(forms.MoveCase, act=act, reader=request.user)
    consult = reverse("office:consult_on_move", args=[ref])
    asked = [decisions.asked_first(each, request.user, url=consult, is_open=True) for each in act.first]
    context |= {"form": form, "version": version, "asked_first": asked, **found, **_shown(request, plan)}

    def do(seen: str | None) -> str:
        if asking.does_not_agree(form):
            versions.disagree_to_move(case.pk, by=request.user, at=now, reasons=form.said().reasons)
            messages.success(request, "It is recorded that you do not agree. The case stays where it is.")
            return back
        moved = moving.move_case(case.pk, form.said(), to=version.pk, by=request.user, at=now, seen=seen)
        if moved.policy_version_id != version.pk:
            messages.success(request, "Your decision is recorded. It waits for the others.")
            return back
        messages.success(request, f"The case runs under the policy of {dates.day(version.effective_on)}.")
        return back

    return page.decide(form, shown=plan.shown, do=do, show=lambda: render(request, "office/move_case.html", context))


def consult(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write down what somebody said whom the policy has asked before a case moves."""
    case = cases.views.find(request, ref)
    permissions.check_can_consult(request.user, case.provider)
    act = cases.acts.move(case)
    if not act.first:
        raise Http404("The policy has nobody asked before this")
    page, (asked, *_) = pages.Page(request, at=timezone.now()), act.first
    shown = decisions.asked_first(asked, request.user, url="", is_open=True)
    context = cases.views.bar(case) | {"subject": case.reference, "frame": "cases/step.html", "consultation": shown}
    return decisions.write_down(
        page, asked, back=reverse("office:move_case", args=[ref]), context=context,
        record=lambda person, on, words: versions.consult_on_move(
            case.pk, person_id=person, on=on, words=words, by=request.user, at=page.at
        ),
    )  # fmt: skip


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
