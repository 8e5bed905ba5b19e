"""Leaving out the review of a restriction in force: why, check, one POST, back to the restriction."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from decisions import forms as asking
from decisions import views as decisions
from decisions.acts import Act
from design.dates import day_of
from design.pages import Check, Page
from letters import services as letters
from people.access import SignedInRequest
from restrictions import acts, rules, shown
from restrictions.forms.deciding import Reason
from restrictions.models import Restriction
from restrictions.services import reviews
from restrictions.views import consulting, shared


def waive(request: SignedInRequest, ref: str) -> HttpResponse:
    """Decide that there is no review before the last day."""
    restriction = shared.find(request, ref)
    act = acts.waive(restriction)
    act.check(request.user)
    back, policy = reverse("restrictions:view", args=[ref]), restriction.case.policy
    if not rules.review_can_be_waived(policy):
        return redirect(back)
    if not reviews.waivable(restriction, timezone.localdate()):
        return _too_late(request, restriction, back)
    page, found = shared.page(request, restriction), decisions.together(act, request.user)
    if page.posted and found["spoken"]:
        return redirect(back)
    form = _form(page, act, request)

    def check() -> Check | None:
        if asking.does_not_agree(form):
            return None
        told = reviews.plan_waiver(restriction, act, form.said(), by=request.user, at=page.at)
        context = {
            "letter": letters.preview("review_waived", restriction, told, on=day_of(page.at), by=request.user),
            "said": form.said(),
            "still_waits_for": found["still_waits_for"],
        }
        parts = shown.standing(restriction) | {"the words of the letter": told}
        return Check("restrictions/check_waive_review.html", context, parts)

    def do(seen: str | None) -> str:
        if asking.does_not_agree(form):
            reviews.disagree_to_waive(restriction.pk, by=request.user, at=page.at, reasons=form.said().reasons)
            messages.success(request, "It is recorded that you do not agree. The review stays due.")
            return back
        now = reviews.waive_review(restriction.pk, form.said(), by=request.user, at=page.at, seen=seen)
        if not now.no_review_reason:
            messages.success(request, "Your decision is recorded. It waits for the others.")
        return back

    def show() -> HttpResponse:
        context = shared.step(
            restriction,
            back,
            form=form,
            asked_first=consulting.asked_first(restriction, act, request.user),
            **_said_of_it(restriction, act),
            **found,
        )
        return render(request, "restrictions/waive_review.html", context)

    return page.decide(
        form,
        shown=shown.standing(restriction),
        check=check,
        do=do,
        show=show,
        late=lambda refusal: _late(request, ref, back, refusal),
    )


def _form(page: Page, act: Act, request: SignedInRequest) -> Reason:
    return page.form(
        Reason,
        label="Why is there no review before its last day?",
        called="why there is no review",
        hint="The resident reads this.",
        act=act,
        reader=request.user,
        agree="Agree that there is none",
    )


def _said_of_it(restriction: Restriction, act: Act) -> dict[str, Any]:
    """When the policy lets a review be left out, and what it wants weighed."""
    policy = restriction.case.policy
    return {
        "rules": policy.review.none_if.kept,
        "questions": act.asks,
        "questions_lost": rules.questions_lost(policy, *rules.steps(policy), *policy.steps_into("review")),
    }


def _late(request: SignedInRequest, ref: str, back: str, refusal: TransitionNotAllowed) -> HttpResponse:
    now = shared.find(request, ref)
    if now.no_review_by_id == request.user.pk:
        return redirect(back)
    return shared.too_late(request, str(refusal), back)


def _too_late(request: SignedInRequest, restriction: Restriction, back: str) -> HttpResponse:
    """One's own second press leads to the restriction; another's decision is told."""
    if restriction.no_review_by_id == request.user.pk:
        return redirect(back)
    by = restriction.no_review_by
    why = f"{by.name} has decided that already." if by else f"{restriction.reference} is not in force."
    return shared.too_late(request, why, back)
