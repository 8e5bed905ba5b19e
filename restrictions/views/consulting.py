"""Who decides an act on a restriction with whom, and who was asked first; the page that writes that down."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from decisions import permissions
from decisions import views as decisions
from decisions.acts import Act
from people.access import SignedInRequest
from people.models import User
from restrictions import acts
from restrictions.models import Restriction
from restrictions.services import proposing
from restrictions.views import shared

State = Restriction.State


def standing(restriction: Restriction, act: Act, reader: User) -> dict[str, Any]:
    """Who decides a proposal, who has, who is waited for; and whom the policy has asked first."""
    waiting = restriction.state == State.PROPOSED
    found = decisions.together(act, reader, waiting=waiting)
    return found | {"asked_first": asked_first(restriction, act, reader)}


def asked_first(restriction: Restriction, act: Act, reader: User) -> list[dict[str, Any]]:
    """Whom the policy has asked before an act, what they said, and the way to write it down."""
    is_open = _is_open(restriction, act)
    return [
        decisions.asked_first(
            each,
            reader,
            url=reverse("restrictions:consult_on", args=[restriction.reference, each.act]),
            is_open=is_open,
        )
        for each in act.first
    ]


def _is_open(restriction: Restriction, act: Act) -> bool:
    if act.name == "restrict":
        return restriction.state in Restriction.PREPARING
    return restriction.state == State.IN_FORCE or (act.name == "review" and restriction.state == State.LAPSED)


def consult(request: SignedInRequest, ref: str, act: str = "restrict") -> HttpResponse:
    """Write down what somebody said whom the policy has asked before an act: imposing it, ending it, its review."""
    restriction = shared.find(request, ref)
    permissions.check_can_consult(request.user, restriction.provider)
    found = proposing.to_ask(restriction, act)
    if found is None and act not in {asked.act for asked in acts.impose(restriction).first}:
        raise Http404("The policy has nobody asked before this")
    if found is None:
        why = f"{restriction.reference} is “{restriction.get_state_display()}”: it is decided."
        return shared.too_late(request, why, reverse("restrictions:view", args=[ref]))
    one, asked = found
    page = shared.page(request, restriction)
    return decisions.write_down(
        page,
        asked,
        back=_back(restriction, one),
        record=lambda person, on, words: proposing.consult(
            restriction.pk, by=request.user, at=page.at, act=act, person_id=person, on=on, words=words
        ),
        context=shared.step(
            restriction,
            subject=restriction.reference,
            frame="cases/step.html",
            consultation=decisions.asked_first(asked, request.user, url="", is_open=True),
        ),
    )


def _back(restriction: Restriction, act: Act) -> str:
    where = {"lift": "lift", "review": "review", "waive": "waive", "breach": "breaches", "change_spoc": "change_spoc"}
    return reverse(f"restrictions:{where.get(act.name, 'view')}", args=[restriction.reference])


@require_safe
def agreed(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation that a voice is recorded, and for whom it waits."""
    restriction = shared.find(request, ref)
    found = standing(restriction, acts.impose(restriction), request.user)
    if not found["spoken"]:
        return redirect("restrictions:view", ref)
    context = shared.step(restriction, queue=shared.waiting(request.user), **found)
    return render(request, "restrictions/agreed.html", context)
