"""Reporting what happened at a door: one short form, for whoever may check the register."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from design.pages import Page
from people.access import SignedInRequest
from register import forms, permissions
from register.services import reporting

SENT = "Your report is sent. Whoever logs incidents reads it today, and may ring you."


def report(request: SignedInRequest) -> HttpResponse:
    """Say what happened: it goes to those who log incidents."""
    provider = permissions.check_can_report(request.user)
    page = Page(request, at=timezone.now())
    form = page.form(forms.ReportForm, {"happened_on": timezone.localdate(page.at)})

    def do(seen: str | None) -> str:
        reporting.report(form.new(), by=request.user, at=page.at)
        messages.success(request, SENT)
        return reverse("register:check")

    return page.decide(
        form, do=do, show=lambda: render(request, "register/report.html", {"form": form, "provider": provider})
    )
