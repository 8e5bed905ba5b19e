"""Recording that the resident withdraws an appeal."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from appeals import forms, permissions
from appeals.models import Appeal
from appeals.services import rows, withdrawing
from appeals.views.shared import find, page_of, second
from people.access import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: SignedInRequest, ref: str) -> HttpResponse:
    """Record that the resident no longer wants the appeal."""
    appeal, context = find(request, ref)
    at = timezone.now()
    permissions.check_can_withdraw(request.user, appeal)
    if not appeal.is_open and request.method != "POST":
        return redirect("appeals:view", ref)
    if not appeal.is_open:
        return _second(request, TransitionNotAllowed(rows.already(appeal), object=appeal))
    view = page_of(request, appeal, context, at)
    form = view.form(forms.Withdraw)

    def do(seen: str | None) -> str:
        withdrawing.withdraw(appeal.pk, by=request.user, at=at, reason=form.cleaned_data["reason"])
        return reverse("appeals:view", args=[ref])

    return view.decide(
        form,
        do=do,
        show=lambda: render(request, "appeals/withdraw.html", context | {"form": form}),
        late=lambda refusal: _second(request, refusal),
    )


def _second(request: SignedInRequest, refusal: TransitionNotAllowed) -> HttpResponse:
    return second(refusal, request, lambda other: other.state == Appeal.State.WITHDRAWN, "appeals:view")
