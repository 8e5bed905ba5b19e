"""Pages of the tests: every component and every field on one page, the light frame of the register, a draft."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.design import pages


def draft(request: HttpRequest) -> HttpResponse:
    """Keeps what was typed for the test to look at, or refuses, as the test wishes."""
    pages.DRAFTS.append(request.POST.dict())
    return HttpResponse(status=pages.ANSWER["status"])


urlpatterns = [
    path("sink", pages.sink, name="sink"),
    path("form", pages.form, name="form"),
    path("register", pages.register, name="register"),
    path("done", pages.done, name="done"),
    path("errors/<name>", pages.error, name="error"),
    path("draft", draft, name="draft"),
    path("account/", include("allauth.account.urls")),
]
