"""Lodging an appeal that came: what came, then whether it is in time and why, then it is lodged."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

import cases.views
from appeals import forms, permissions
from appeals.against.appealable import Appealable
from appeals.models import Appeal
from appeals.services import appealable_now, lodging
from appeals.services.lodging import Plan
from appeals.views.shared import FRAME, known, second
from audit import services as audit
from design import pages
from people.access import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
def lodge(request: SignedInRequest, ref: str, key: str) -> HttpResponse:
    """Record an appeal: what came; then a page that says whether it is in time, and why; then it is lodged."""
    case, context = cases.views.file(request, ref, "appeals")
    user, at = request.user, timezone.now()
    permissions.check_can_lodge(user, case)
    against = known(case, key)
    context |= {"against": against}
    view = pages.Page(request, at=at, context=context | {"frame": FRAME}, since=audit.since(case, case.provider))
    form = view.form(forms.Lodge, **_asked(against))

    def late(refusal: TransitionNotAllowed) -> HttpResponse:
        back = reverse("appeals:of_case", args=[ref])
        return second(refusal, request, lambda other: other.lodged_by_id == user.pk, "appeals:lodged", back=back)

    def check() -> pages.Check:
        plan = lodging.plan(against, form.new(case.resident.name), at=at)
        return pages.Check("appeals/check_lodge.html", _check_page(plan), plan.shown())

    def do(seen: str | None) -> str:
        appeal = lodging.lodge(case.pk, key, form.new(case.resident.name), by=user, at=at, seen=seen)
        return reverse("appeals:lodged", args=[appeal.reference])

    if request.method != "POST":
        try:
            appealable_now.check(against)
        except TransitionNotAllowed as refusal:
            return late(refusal)
    return view.decide(
        form,
        check=check,
        do=do,
        show=lambda: render(request, "appeals/lodge.html", context | {"form": form}),
        late=late,
    )


def _check_page(plan: Plan) -> dict[str, Any]:
    late = plan.against.rules.late
    return {
        "plan": plan,
        "met_by": _met_by(plan.timing.window.met_by),
        "who_can": plan.act.who_can(),
        "how": Appeal.How(plan.new.how).label,
        "way_named": _way_named(plan.against, plan.new.how),
        "late": f"says “{late.words}”" if late.said else "is silent on late appeals",
    }


def _met_by(word: str | None) -> str:
    """What meets the time, where the policy says it."""
    if not word:
        return ""
    else_received = "" if word == "received" else ", where that is known; else the day it was received"
    return f"Met by: the day it was {word}{else_received}."


def _asked(against: Appealable) -> dict[str, Any]:
    rules = against.rules
    ways = [str(item).replace("email", "e-mail") for item in rules.how.kept]
    cited = f" ({rules.how.rule.cite()})" if rules.how.rule else ""
    named = f"The policy names {' or '.join(ways)}{cited}." if ways else "The policy does not say how."
    return {
        "ways": f"{named} Another way may be needed as an adjustment, and is taken too.",
        "met_by_making": bool({"made", "sent"} & {item.word for item in rules.met_by.kept}),
        "grounds": _grounds(against),
        "people": list(against.case.resident.representatives.filter(ended_on__isnull=True)),
    }


def _grounds(against: Appealable) -> str:
    """The grounds to which the policy limits appeals, each with its clause; "" where it limits none."""
    named = against.rules.grounds.kept
    return "; ".join(f"{item}{f' ({item.rule.in_brackets()})' if item.rule else ''}" for item in named)


def _way_named(against: Appealable, how: str) -> bool:
    """Whether the policy names this way of appealing, or leaves the ways to its letters, or says nothing of them."""
    named = {item.word for item in against.rules.how.kept}
    written = "writing" in named and how != Appeal.How.SPOKEN
    return not named or "other" in named or how in named or written or (how == Appeal.How.HAND and "post" in named)
