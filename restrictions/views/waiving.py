"""When a restriction is reviewed: set for the case while it is proposed; left out while it is in force."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from design.dates import day_of
from design.forms import for_page
from letters import services as letters
from people.access import SignedInRequest
from policies.rules import need
from restrictions import forms, permissions, services
from restrictions.forms.running import WhenReviewed
from restrictions.models import Restriction
from restrictions.services import asked
from restrictions.services import waiving as service
from restrictions.views import proposals, shared
from restrictions.views.decisions import _typed as typed_in

page = require_http_methods(["GET", "HEAD", "POST"])


@page
def when_reviewed(request: SignedInRequest, ref: str) -> HttpResponse:
    """A part of the proposal: when it is reviewed, where the policy leaves that to the case; else nothing to set."""
    restriction = proposals._mine(request, ref)
    if stale := proposals._stale(request, restriction):
        return stale
    policy = restriction.case.policy
    if not asked.review_left_to_the_case(policy):
        return redirect("restrictions:proposal", ref)
    form = for_page(WhenReviewed, request, _initial(restriction), policy=policy)
    if form.is_bound and form.is_valid():
        with form.rules():
            services.save_review(restriction.pk, by=request.user, at=timezone.now(), **form.arguments())
            return redirect("restrictions:proposal", ref)
    back = reverse("restrictions:proposal", args=[ref])
    return render(request, "restrictions/when_reviewed.html", shared.step(restriction, back, form=form))


def _initial(restriction: Restriction) -> dict[str, object]:
    if restriction.no_review_reason:
        return {"when": WhenReviewed.NONE, "no_review_reason": restriction.no_review_reason}
    if restriction.review_months:
        kept = {"review_months": restriction.review_months, "review_agreed": restriction.review_agreed}
        return {"when": WhenReviewed.MONTHS, **kept}
    return {}


@page
def waive(request: SignedInRequest, ref: str) -> HttpResponse:
    """Leave out the review of a restriction in force: why, check, one POST, back to the restriction."""
    restriction = shared.find(request, ref)
    permissions.check_can_review(request.user, restriction)
    back = reverse("restrictions:view", args=[ref])
    today = day_of(timezone.now())
    if not asked.review_can_be_waived(restriction.case.policy):
        return redirect(back)
    if not service.waivable(restriction, today):
        return _too_late(request, restriction, back)
    policy = restriction.case.policy
    asks = asked.waiving_questions(policy)
    form = for_page(
        forms.Reason, request, label="Why is there no review before its last day?", called="why there is no review",
        hint="The resident reads this.", questions=asks,
    )  # fmt: skip
    if form.is_bound and form.is_valid() and "again" not in request.POST:
        with form.rules():
            return _act_on(request, restriction, form.cleaned_data["reason"], form.weighed())
    context = shared.step(
        restriction, back, form=form, rules=policy.review.none_if.kept, questions=asks,
        questions_lost=asked.questions_lost(policy, *asked.steps(policy), *policy.steps_into("review")),
    )  # fmt: skip
    return render(request, "restrictions/waive_review.html", context)


def _act_on(request: SignedInRequest, restriction: Restriction, reason: str, weighed: str) -> HttpResponse:
    back = reverse("restrictions:view", args=[restriction.reference])
    if "confirmed" in request.POST:
        try:
            services.waive_review(
                restriction.pk, by=request.user, at=timezone.now(), reasons=reason, considered=weighed
            )
        except TransitionNotAllowed as refusal:
            return shared.too_late(request, str(refusal), back)
        return redirect(back)
    need(reason, "Enter why there is no review", "reason")
    today = day_of(timezone.now())
    facts = service.waived_facts(restriction, reason)
    letter = letters.preview("review_waived", restriction, facts, on=today, by=request.user)
    here = reverse("restrictions:waive", args=[restriction.reference])
    context = shared.step(restriction, here, typed=typed_in(request), letter=letter, reason=reason, considered=weighed)
    return render(request, "restrictions/check_waive_review.html", context)


def _too_late(request: SignedInRequest, restriction: Restriction, back: str) -> HttpResponse:
    """One's own second press leads to the restriction; another's decision is told."""
    if restriction.no_review_by_id == request.user.pk:
        return redirect(back)
    by = restriction.no_review_by
    why = f"{by.name} has decided that already." if by else f"{restriction.reference} is not in force."
    return shared.too_late(request, why, back)
