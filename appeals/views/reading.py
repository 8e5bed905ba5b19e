"""Reading appeals: the tab of the case file, one appeal, and the pages after a deed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

import cases.views
from appeals import acts, permissions
from appeals.against import finding
from appeals.models import Appeal
from appeals.services import appealable_now, deciding
from appeals.views.shared import deciding_together, find
from decisions.acts import Act
from design.dates import day_of
from people.access import SignedInRequest, why_not
from people.models import User

State = Appeal.State


@require_safe
def of_case(request: SignedInRequest, ref: str) -> HttpResponse:
    """The case file's tab: every appeal of the case, and the decisions that can be appealed."""
    case, context = cases.views.file(request, ref, "appeals")
    appeals = list(Appeal.objects.filter(case=case).select_related("decided_by").order_by("pk"))
    decisions = finding.in_case(case)
    may_lodge = not why_not(permissions.check_can_lodge, request.user, case)
    context |= {
        "appeals": finding.of_appeals(reversed(appeals), decisions),
        "appealable": appealable_now.of(case, decisions, appeals) if may_lodge else [],
        "covered": appealable_now.covered(case.policy),
        "covers": case.policy.value("appeal.covers").rule,
    }
    return render(request, "appeals/of_case.html", context)


@require_safe
def view(request: SignedInRequest, ref: str) -> HttpResponse:
    """One appeal: what they say, whether it is in time, who decides by when, and how it ended."""
    appeal, context = find(request, ref)
    user = request.user
    late = timezone.localdate() if appeal.is_open else day_of(appeal.decided_at) if appeal.decided_at else None
    context |= {
        "answer_late": bool(late and deciding.answered_late(appeal, late)),
        "next_step": appeal.letter.facts["next"] if appeal.letter else None,
    }
    if context["against"].is_covered:
        act, hears = acts.decide(appeal, context["against"]), acts.hear_late(appeal, context["against"])
        context |= deciding_together(act, user, appeal) | _ways(appeal, act, hears, user)
    context["why_not_withdraw"] = why_not(permissions.check_can_withdraw, user, appeal)
    return render(request, "appeals/view.html", context)


def _ways(appeal: Appeal, act: Act, hears: Act, user: User) -> dict[str, Any]:
    """What the reader may do with an open appeal, in words; one decision at a time where several decide."""
    hear = ""
    if appeal.awaits_hearing and hears.voices:
        hear = "" if hears.has_decided(user) else "Agree that it is heard, or not"
    elif appeal.awaits_hearing and not act.voices:
        hear = "Hear it, and decide later" if appeal.doubt else "Hear it although it is late, and decide later"
    says = "Somebody who decides appeals says whether it is heard"
    if hears.voices:
        waits = "; ".join(hears.lacking(hears.agreed))
        says = f"{hears.voices[0].by.name} has decided that it is heard. It waits for: {waits}"
    return {
        "why_not_decide": act.why_not(user),
        "decide_words": "Agree to the decision, or not" if act.voices else "Decide the appeal",
        "hearing_put": bool(hears.voices) and appeal.awaits_hearing,
        "hear_words": hear,
        "hears": f"{appeal.doubt or 'It came late'}. {says}.",
    }


@require_safe
def lodged(request: SignedInRequest, ref: str) -> HttpResponse:
    """It is lodged: its reference, and what comes next."""
    appeal, context = find(request, ref)
    decider = acts.names(acts.deciders(context["against"], appeal.case.policy))
    return render(request, "appeals/lodged.html", context | {"decider": decider})


@require_safe
def decided(request: SignedInRequest, ref: str) -> HttpResponse:
    """It is decided: what happened, and what comes next."""
    appeal, context = find(request, ref)
    if appeal.decided_at is None:
        return redirect("appeals:view", appeal.reference)
    context |= {
        "panel_title": _title(appeal),
        "effect": appeal.letter.facts["effect"] if appeal.letter else "",
        "next_step": appeal.letter.facts["next"] if appeal.letter else None,
    }
    return render(request, "appeals/decided.html", context)


def _title(appeal: Appeal) -> str:
    """How it ended, on the page after the deed."""
    if appeal.state == State.VARIED:
        return "Letter corrected on appeal" if appeal.corrected_by_id else "Restriction varied on appeal"
    return f"Appeal {appeal.get_state_display().lower()}"
