"""Reading appeals: the tab of the case file, one appeal, and the pages after a deed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

import cases.views
from appeals import against, permissions
from appeals.models import Appeal
from appeals.services import deciding, offers
from appeals.views.shared import find, user_of
from design.dates import day_of
from people.access import why_not

State = Appeal.State


@require_safe
def of_case(request: HttpRequest, ref: str) -> HttpResponse:
    """The case file's tab: every appeal of the case, and the decisions that can be appealed."""
    case, context = cases.views.file(request, ref, "appeals")
    user = user_of(request)
    appeals = list(Appeal.objects.filter(case=case).select_related("decided_by").order_by("pk"))
    decisions = against.known(case)
    context |= {
        "appeals": [(one, against.named(one, decisions)) for one in reversed(appeals)],
        "offers": [] if why_not(permissions.check_can_lodge, user, case) else offers.offers(case, decisions, appeals),
        "covered": offers.covered(case.policy),
        "covers": case.policy.value("appeal.covers").rule,
    }
    return render(request, "appeals/of_case.html", context)


@require_safe
def view(request: HttpRequest, ref: str) -> HttpResponse:
    """One appeal: what they say, whether it is in time, who decides by when, and how it ended."""
    appeal, context = find(request, ref)
    user = user_of(request)
    late = timezone.localdate() if appeal.is_open else day_of(appeal.decided_at) if appeal.decided_at else None
    context |= {
        "why_not_decide": why_not(permissions.check_can_decide, user, appeal),
        "why_not_withdraw": why_not(permissions.check_can_withdraw, user, appeal),
        "answer_late": bool(late and deciding.answered_late(appeal, late)),
        "next_step": deciding.next_step(context["against"]),
    }
    return render(request, "appeals/view.html", context)


@require_safe
def lodged(request: HttpRequest, ref: str) -> HttpResponse:
    """It is lodged: its reference, and what comes next."""
    appeal, context = find(request, ref)
    return render(request, "appeals/lodged.html", context | {"decider": permissions.decider_names(context["against"])})


@require_safe
def decided(request: HttpRequest, ref: str) -> HttpResponse:
    """It is decided: what happened, and what comes next."""
    appeal, context = find(request, ref)
    if appeal.decided_at is None:
        return redirect("appeals:view", appeal.reference)
    context |= {
        "effect": appeal.letter.facts["effect"] if appeal.letter else "",
        "next_step": deciding.next_step(context["against"]),
    }
    return render(request, "appeals/decided.html", context)
