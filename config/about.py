"""The pages about Evenhand itself, which anybody may read without signing in."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from people.accounts import origins

STANDS_FOR = timedelta(days=180)


def page(request: HttpRequest, *, name: str) -> HttpResponse:
    """The accessibility statement, what cookies there are, or what is kept about people."""
    context = {
        "contact": settings.CONTACT,
        "session_name": settings.SESSION_COOKIE_NAME,
        "csrf_name": settings.CSRF_COOKIE_NAME,
        "device_name": origins.device_cookie(),
    }
    return render(request, f"about/{name}.html", context)


def security_txt(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """Whom to tell of a hole (RFC 9116). There is none where nobody said who answers: a wrong one helps nobody."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = datetime.combine((now + STANDS_FOR).date(), time(), UTC)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
