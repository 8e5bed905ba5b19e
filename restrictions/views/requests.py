"""A resident's request to reconsider a restriction: recorded here, decided on the page of the review."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from people.access import SignedInRequest
from restrictions import acts, permissions
from restrictions.forms.requests import Request
from restrictions.models import Review
from restrictions.services import reviews
from restrictions.views import shared


def request_reconsideration(request: SignedInRequest, ref: str) -> HttpResponse:
    """Record that the resident asks; where a review has begun, it leads to that one, where it can be written down."""
    restriction = shared.find(request, ref)
    permissions.check_can_record_request(request.user, restriction)
    back = reverse("restrictions:view", args=[ref])
    policy, today = restriction.case.policy, timezone.localdate()
    if not reviews.can_be_asked(policy):
        return redirect(back)
    if restriction.reviews.filter(state=Review.State.BEGUN).exists():
        return redirect("restrictions:review", ref)
    if not restriction.is_in_force(today):
        return shared.too_late(request, f"{restriction.reference} is not in force.", back)
    page = shared.page(request, restriction)
    form = page.form(Request)

    def do(seen: str | None) -> str:
        reviews.record_request(restriction.pk, by=request.user, at=page.at, **form.cleaned_data)
        return reverse("restrictions:review", args=[ref])

    def show() -> HttpResponse:
        context = shared.step(
            restriction,
            form=form,
            decides=acts.reconsider(restriction),
            asked=policy.value("reconsideration.if").kept,
            how=policy.value("reconsideration.how"),
            answer=reviews.answer_by(restriction, today),
        )
        return render(request, "restrictions/request_reconsideration.html", context)

    def late(refusal: TransitionNotAllowed) -> HttpResponse:
        if restriction.reviews.filter(state=Review.State.BEGUN).exists():
            return redirect("restrictions:review", ref)
        return shared.too_late(request, str(refusal), back)

    return page.decide(form, do=do, show=show, late=late)
