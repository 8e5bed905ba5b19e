"""A resident's request to reconsider a restriction: recorded here, decided on the page of the review."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from design.dates import day_of
from design.forms import for_page
from people.access import SignedInRequest
from restrictions import permissions, services
from restrictions.forms.reconsidering import Request
from restrictions.models import Restriction, Review
from restrictions.services import reconsidering as service
from restrictions.views import shared


@require_http_methods(["GET", "HEAD", "POST"])
def request_reconsideration(request: SignedInRequest, ref: str) -> HttpResponse:
    """Record that the resident asks; where a review has begun, it leads to that one, where it can be written down."""
    restriction = shared.find(request, ref)
    permissions.check_can_record_request(request.user, restriction)
    back = reverse("restrictions:view", args=[ref])
    policy, today = restriction.case.policy, day_of(timezone.now())
    if not service.can_be_asked(policy):
        return redirect(back)
    if restriction.reviews.filter(state=Review.State.BEGUN).exists():
        return redirect("restrictions:review", ref)
    if not restriction.is_in_force(today):
        return shared.too_late(request, f"{restriction.reference} is not in force.", back)
    form = for_page(Request, request)
    if form.is_bound and form.is_valid():
        with form.rules():
            return _record(request, restriction, form)
    context = shared.step(
        restriction,
        form=form,
        decides=permissions.reconsiderers(policy),
        asked=policy.value("reconsideration.if").kept,
        how=policy.value("reconsideration.how"),
        answer=service.answer_by(restriction, today),
    )
    return render(request, "restrictions/request_reconsideration.html", context)


def _record(request: SignedInRequest, restriction: Restriction, form: Request) -> HttpResponse:
    """A second press leads to the review that the first began."""
    try:
        services.record_request(restriction.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
    except TransitionNotAllowed as refusal:
        if not restriction.reviews.filter(state=Review.State.BEGUN).exists():
            return shared.too_late(request, str(refusal), reverse("restrictions:view", args=[restriction.reference]))
    return redirect("restrictions:review", restriction.reference)
