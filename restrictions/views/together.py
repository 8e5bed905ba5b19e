"""Deciding with others: who has decided and who is waited for, and who was consulted first."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

import cases.permissions
from cases import deciders
from cases.views import consulting
from people.access import SignedInRequest
from people.models import User
from restrictions import permissions, services
from restrictions.models import Restriction, Review
from restrictions.services.proposals import consultable
from restrictions.services.rows import consulted_on
from restrictions.views import shared

State = Restriction.State
ACTS = ("restrict", "lift", "review", "reconsider", "extend", "vary")


def standing(restriction: Restriction, reader: User) -> dict[str, Any]:
    """Who decides a proposal, who has, who is waited for; and whom the policy has asked first.

    What others gave as their reasons is left out until the reader has decided: each judges for themselves.
    """
    body = permissions.body(restriction)
    waiting = restriction.state == State.PROPOSED
    found = consulting.together(body, restriction.trail.about, restriction.case, reader, waiting=waiting)
    return found | {"consultation": consultation(restriction, body, reader)}


def consultation(restriction: Restriction, body: deciders.Deciders, reader: User) -> dict[str, Any] | None:
    """Whom the policy has asked before an act, what they said, and the way to write it down."""
    ref = restriction.reference
    url = (
        reverse("restrictions:consult", args=[ref]) if body.act == "restrict"
        else reverse("restrictions:consult_on", args=[ref, body.act])
    )  # fmt: skip
    return consulting.shown(
        body, consulted_on(restriction, body.act).trail.about, restriction.case, reader, url=url,
        is_open=any(one.act == body.act for one in consultable(restriction)),
    )  # fmt: skip


def of_review(review: Review, reader: User) -> list[dict[str, Any]]:
    """The same for a review, and for each act that it may come to."""
    found = [consultation(review.restriction, body, reader) for body in permissions.asked_before_review(review)]
    return [one for one in found if one]


@require_http_methods(["GET", "HEAD", "POST"])
def consult(request: SignedInRequest, ref: str, act: str = "restrict") -> HttpResponse:
    """Write down what somebody said whom the policy has asked before an act: imposing it, ending it, its review."""
    restriction = shared.find(request, ref)
    cases.permissions.check_can_consult(request.user, restriction.case)
    if _nobody_is_asked(restriction, act):
        raise Http404("The policy has nobody asked before this")
    body = next((one for one in consultable(restriction) if one.act == act), None)
    if body is None:
        return shared.too_late(
            request, f"{restriction.reference} is “{restriction.get_state_display()}”: it is decided.",
            reverse("restrictions:view", args=[ref]),
        )  # fmt: skip
    back = (
        reverse("restrictions:view", args=[ref]) if act == "restrict"
        else reverse("restrictions:lift", args=[ref]) if _to_lift_early(restriction, act)
        else reverse("restrictions:review", args=[ref])
    )  # fmt: skip
    return consulting.write_down(
        request, restriction.case, body, back=back,
        record=lambda person, on, words: services.consult(
            restriction.pk, by=request.user, at=timezone.now(), act=act, person_id=person, on=on, words=words
        ),
        context=shared.step(
            restriction, subject=restriction.reference, consultation=consultation(restriction, body, request.user)
        ),
    )  # fmt: skip


def _nobody_is_asked(restriction: Restriction, act: str) -> bool:
    return act not in ACTS or deciders.of_act(restriction.case.policy, act).consult is None


def _to_lift_early(restriction: Restriction, act: str) -> bool:
    return act == "lift" and not restriction.reviews.filter(state=Review.State.BEGUN).exists()


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
