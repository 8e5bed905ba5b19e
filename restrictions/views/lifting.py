"""Lifting a restriction early: why, check, one POST, confirmation."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_fsm import TransitionNotAllowed

from decisions import forms as asking
from decisions import views as decisions
from design import dates, seals
from design.dates import day_of
from design.pages import CHECK, DO, Check, Page
from letters import services as letters
from people.access import SignedInRequest
from restrictions import acts, rules, shown
from restrictions.forms.deciding import Reason
from restrictions.models import Restriction
from restrictions.services import ending, imposing
from restrictions.views import consulting, shared

State = Restriction.State


def lift(request: SignedInRequest, ref: str) -> HttpResponse:
    """Lift early: why, check, one POST, confirmation."""
    restriction = shared.find(request, ref)
    act = acts.lift(restriction)
    act.check(request.user)
    if restriction.state == State.LIFTED:
        return _lifted_already(request, restriction)
    page, found = shared.page(request, restriction), decisions.together(act, request.user)
    if following := getattr(restriction, "followed_by", None):
        return _goes_on(page, following)
    if page.posted and found["spoken"]:
        return redirect("restrictions:view", ref)
    form = page.form(Reason, act=act, reader=request.user, agree="Agree to lift it", **_words(bool(act.voices)))

    def check() -> Check | None:
        if asking.does_not_agree(form):
            return None
        told = ending.plan_lift(restriction, act, form.said(), by=request.user, at=page.at)
        letter = letters.preview("restriction_lifted", restriction, told, on=day_of(page.at), by=request.user)
        context = {
            "letter": letter,
            "said": form.said(),
            "today": day_of(page.at),
            "still_waits_for": found["still_waits_for"],
        }
        parts = shown.standing(restriction) | {"the words of the letter": told}
        return Check("restrictions/check_lift.html", context, parts)

    def do(seen: str | None) -> str:
        at = reverse("restrictions:view", args=[ref])
        if asking.does_not_agree(form):
            ending.disagree_to_lift(restriction.pk, by=request.user, at=page.at, reasons=form.said().reasons)
            messages.success(request, "It is recorded that you do not agree. The restriction stands.")
            return at
        now = ending.lift(restriction.pk, form.said(), by=request.user, at=page.at, seen=seen)
        if now.state != State.LIFTED:
            messages.success(request, "Your decision is recorded. It waits for the others.")
            return at
        return reverse("restrictions:lifted", args=[ref])

    def show() -> HttpResponse:
        policy = restriction.case.policy
        context = shared.step(
            restriction,
            form=form,
            asked_first=consulting.asked_first(restriction, act, request.user),
            questions=act.asks,
            questions_lost=rules.questions_lost(policy, "lift", *policy.steps_into("review")),
            **found,
        )
        return render(request, "restrictions/lift.html", context)

    return page.decide(
        form,
        shown=shown.standing(restriction),
        check=check,
        do=do,
        show=show,
        late=lambda refusal: _late(request, page, ref, refusal),
    )


def _words(agreeing: bool) -> dict[str, Any]:
    if agreeing:
        hint = "The resident reads the reasons of whoever agrees last, in the letter."
        return {"label": "Your reasons", "called": "your reasons", "hint": hint}
    return {"label": "Why is it lifted?", "called": "why it is lifted", "hint": "The resident reads this."}


def _late(request: SignedInRequest, page: Page, ref: str, refusal: TransitionNotAllowed) -> HttpResponse:
    now = shared.find(request, ref)
    if now.state == State.LIFTED:
        return _lifted_already(request, now)
    if following := getattr(now, "followed_by", None):
        return _goes_on(page, following)
    why = str(refusal) or f"{now.reference} is “{now.get_state_display()}”."
    return shared.too_late(request, why, reverse("restrictions:view", args=[ref]))


def _goes_on(page: Page, following: Restriction) -> HttpResponse:
    """It was varied or extended since: 409 that says who did, and then the page that lifts what goes on in its place.

    What was typed goes along to that page (307), for the reasons may hold of either.
    """
    if page.button in (CHECK, DO):
        return page.changed(seals.ChangedSince(["whether it is in force"]))
    return redirect("restrictions:lift", following.reference, preserve_request=page.posted)


def _lifted_already(request: SignedInRequest, restriction: Restriction) -> HttpResponse:
    last = imposing.last_act(restriction)
    if last and last.by_ref == request.user.reference:
        return redirect("restrictions:lifted", restriction.reference)
    who = f"{last.by_name} lifted {restriction.reference} on {dates.moment(last.at)}." if last else "It was lifted."
    return shared.too_late(request, who, reverse("restrictions:view", args=[restriction.reference]))


@require_safe
def lifted(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation that it is over."""
    restriction = shared.find(request, ref)
    if restriction.state != State.LIFTED:
        return redirect("restrictions:view", ref)
    return render(request, "restrictions/lifted.html", shared.step(restriction))
