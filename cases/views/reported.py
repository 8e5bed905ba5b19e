"""What was reported at a door, for whoever logs incidents: log it, or say why not."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from audit import looks
from cases import permissions
from cases.forms.reported import NotLogged
from cases.services import reported
from cases.views.frame import SignedInRequest
from design import refusals
from design.pages import Page
from people import access
from people.access import Can
from register.models import Report

NOT_LOGGED = "It is recorded why this is not logged."


def read(request: SignedInRequest, pk: int) -> HttpResponse:
    """The report in the words of whoever was there; one press begins an incident from it."""
    mine = access.providers_where(request.user, Can.LOG_INCIDENTS)
    related = ("provider", "by", "organisation", "answered_by")
    found = get_object_or_404(Report.objects.select_related(*related), pk=pk, provider__in=mine)
    permissions.check_can_log(request.user, found.provider)
    looks.note(request, found)
    page = Page(request, at=timezone.now())
    form = page.form(NotLogged)

    def log(seen: str | None) -> str:
        return reverse("cases:log_draft", args=[reported.begin(pk, by=request.user, at=page.at)])

    def do(seen: str | None) -> str:
        reported.decline(pk, reason=form.cleaned_data["reason"], by=request.user, at=page.at)
        messages.success(request, NOT_LOGGED)
        return reverse("worklist:mine")

    def show() -> HttpResponse:
        said = reported.who_answered(found) if found.answered_at else ""
        return render(request, "cases/reported.html", {"report": found, "form": form, "answered": said})

    return page.decide(
        form,
        do=do,
        also={"log": log},
        show=show,
        late=lambda refusal: refusals.too_late(request, str(refusal), back=reverse("worklist:mine")),
    )
