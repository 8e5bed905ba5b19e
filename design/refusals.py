"""The page that says that somebody else was first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def too_late(request: HttpRequest, why: str, *, back: str = "", back_text: str = "") -> HttpResponse:
    """Refuse with 409 what is no longer possible: `why` names who did what and when, `back` leads to how it stands.

    For a view that has looked who was first: the same person's second click goes to the confirmation page instead.
    """
    return render(request, "errors/409.html", {"why": why, "back": back, "back_text": back_text}, status=409)
