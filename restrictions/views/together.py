"""Deciding with others: who has decided and who is waited for, and who was consulted first."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

import cases.permissions
from cases import deciders
from cases.models import Voice
from design.forms import for_page
from people import access
from people.access import SignedInRequest, why_not
from people.models import User
from restrictions import forms, permissions, services
from restrictions.models import Restriction
from restrictions.services.rows import about
from restrictions.views import shared

State = Restriction.State


def standing(restriction: Restriction, reader: User) -> dict[str, Any]:
    """Who decides a proposal, who has, who is waited for; and whom the policy has asked first.

    What others gave as their reasons is left out until the reader has decided: each judges for themselves.
    """
    body = permissions.body(restriction)
    waiting = restriction.state == State.PROPOSED
    said = deciders.voices(about(restriction), "restrict")
    agreed = [voice.by for voice in said if voice.says == Voice.Says.AGREE]
    spoken = reader.pk in {voice.by_id for voice in said}
    return {
        "body": body,
        "voices": said,
        "met": next((voice for voice in said if voice.met_on), None),
        "spoken": waiting and spoken,
        "show_reasons": not waiting or spoken or not body.allows(reader, restriction.case.provider_id),
        "of": body.how_many if body.together else 0,
        "waits_for": body.lacking(agreed, restriction.case.provider_id) if waiting else [],
        "consultation": consultation(restriction, body, reader),
    }


def consultation(restriction: Restriction, body: deciders.Deciders, reader: User) -> dict[str, Any] | None:
    """Whom the policy has asked before the decision, what they said, and the way to write it down."""
    if body.consult is None:
        return None
    refusal = why_not(cases.permissions.check_can_consult, reader, restriction.case)
    open_still = restriction.state in Restriction.PREPARING
    return {
        "names": body.consult.names(),
        "rule": body.consult.rule,
        "binds": body.consult_binds,
        "said": deciders.consultations(about(restriction), "restrict"),
        "done": deciders.consulted(body, about(restriction), restriction.case.provider_id),
        "url": reverse("restrictions:consult", args=[restriction.reference]) if open_still and not refusal else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def consult(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write down what somebody said whom the policy has asked before a proposal is decided."""
    restriction = shared.find(request, ref)
    cases.permissions.check_can_consult(request.user, restriction.case)
    body = permissions.body(restriction)
    if body.consult is None:
        raise Http404("The policy has nobody asked before this")
    if restriction.state not in Restriction.PREPARING:
        return shared.too_late(
            request, f"{restriction.reference} is “{restriction.get_state_display()}”: it is decided.",
            reverse("restrictions:view", args=[ref]),
        )  # fmt: skip
    people = access.holders(restriction.case.provider, sorted(body.consult.keys()))
    form = for_page(forms.Consult, request, people=people)
    if form.is_bound and form.is_valid():
        with form.rules():
            services.consult(
                restriction.pk, by=request.user, at=timezone.now(), person_id=int(form.cleaned_data["person"]),
                on=form.cleaned_data["on"], words=form.cleaned_data["words"],
            )  # fmt: skip
            messages.success(request, "What they said is recorded.")
            return redirect("restrictions:view", ref)
    context = shared.step(restriction, form=form, consultation=consultation(restriction, body, request.user))
    return render(request, "restrictions/consult.html", context)


@require_safe
def agreed(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation that a voice is recorded, and for whom it waits."""
    restriction = shared.find(request, ref)
    found = standing(restriction, request.user)
    if not found["spoken"]:
        return redirect("restrictions:view", ref)
    return render(
        request, "restrictions/agreed.html", shared.step(restriction, queue=shared.waiting(request.user), **found)
    )
