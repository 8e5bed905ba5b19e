"""Lodging an appeal that came: what came, then whether it is in time and why, then it is lodged."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

import cases.views
from appeals import forms, permissions, services
from appeals.against import Against
from appeals.models import Appeal
from appeals.services import lodging, offers, timing
from appeals.views.shared import DO, form_of, hidden, known, second, user_of
from people.models import User

State = Appeal.State


@require_http_methods(["GET", "HEAD", "POST"])
def lodge(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """Record an appeal: what came; then a page that says whether it is in time, and why; then it is lodged."""
    case, context = cases.views.file(request, ref, "appeals")
    user, at = user_of(request), timezone.now()
    permissions.check_can_lodge(user, case)
    found = known(case, key)
    context |= {"against": found}
    form = _lodge_form(request, found)
    try:
        if request.method != "POST":
            offers.check_open_to_appeal(found)
            offers.check_not_final(found)
        elif form.is_valid():
            with form.rules():
                return _lodged_or_checked(request, found, form, context, user, at)
    except TransitionNotAllowed as refusal:
        return second(request, refusal, lambda other: other.lodged_by_id == user.pk, "appeals:lodged")
    return render(request, "appeals/lodge.html", context | {"form": form})


def _lodged_or_checked(
    request: HttpRequest,
    found: Against,
    form: forms.Lodge,
    context: dict[str, Any],
    user: User,
    at: datetime,
) -> HttpResponse:
    typed = form.cleaned_data
    by_representative = typed["who"] == form.REPRESENTATIVE
    facts = {
        "made_by_name": typed["made_by_name"] if by_representative else found.case.resident.name,
        "words": typed["words"],
        "received_on": typed["received_on"],
        "made_on": typed["made_on"],
    }
    if request.POST.get("act") == DO:
        appeal = services.lodge(
            found.case.pk,
            found.key,
            by_representative=by_representative,
            how=typed["how"],
            grounds=typed.get("grounds", ""),
            by=user,
            at=at,
            **facts,
        )
        return redirect("appeals:lodged", appeal.reference)
    offers.check_open_to_appeal(found)
    lodging.check_lodging(found, at=at, **facts)
    when = timing.timing(found, received_on=facts["received_on"], made_on=facts["made_on"])
    context |= {
        "found": when,
        "meanwhile": timing.meanwhile(found, heard=when.in_time is True),
        "decider": permissions.decider_names(found),
        "who_can": permissions.who_can(found),
        "how": Appeal.How(typed["how"]).label,
        "way_named": _way_named(found, typed["how"]),
        "late": timing.rules_for(found).late,
        "typed": facts | {"by_representative": by_representative, "grounds": typed.get("grounds", "")},
        "hidden": hidden(request.POST),
    }
    return render(request, "appeals/check_lodge.html", context)


def _lodge_form(request: HttpRequest, found: Against) -> forms.Lodge:
    rules = timing.rules_for(found)
    ways = [str(item).replace("email", "e-mail") for item in rules.how.kept]
    cited = f" ({rules.how.rule.cite()})" if rules.how.rule else ""
    named = f"The policy names {' or '.join(ways)}{cited}." if ways else "The policy does not say how."
    own = {
        "ways": f"{named} Another way may be needed as an adjustment, and is taken too.",
        "met_by_making": bool({"made", "sent"} & {item.word for item in rules.met_by.kept}),
        "grounds": _grounds(found),
        "people": list(found.case.resident.representatives.filter(ended_on__isnull=True)),
    }
    return form_of(request, forms.Lodge, own)


def _grounds(found: Against) -> str:
    """The grounds to which the policy limits appeals, each with its clause; "" where it limits none."""
    named = timing.rules_for(found).grounds.kept
    return "; ".join(f"{item}{f' ({item.rule.in_brackets()})' if item.rule else ''}" for item in named)


def _way_named(found: Against, how: str) -> bool:
    """Whether the policy names this way of appealing, or leaves the ways to its letters, or says nothing of them."""
    named = {item.word for item in timing.rules_for(found).how.kept}
    written = "writing" in named and how != Appeal.How.SPOKEN
    return not named or "other" in named or how in named or written or (how == Appeal.How.HAND and "post" in named)
