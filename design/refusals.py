"""The page that says that somebody else was first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from design import drafts


def too_late(request: HttpRequest, why: str, *, back: str = "", back_text: str = "") -> HttpResponse:
    """Refuse with 409 what is no longer possible: `why` names who did what and when, `back` leads to how it stands.

    For a view that has looked who was first: the same person's second click goes to the confirmation page instead.
    """
    context = {"why": why, "back": back, "back_text": back_text, "typed": typed(request)}
    return render(request, "errors/409.html", context, status=409)


def typed(request: HttpRequest) -> list[str]:
    """What somebody wrote who came too late, for them to copy: every answer of more than one word, each once."""
    answers = [value for values in drafts.typed(request.POST).values() for value in values]
    return [value for value in dict.fromkeys(answers) if len(value.split()) > 1]
