"""A register that cannot be reached must never look as if nothing were recorded."""

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

PATHS = "/register/"
SERVER_ERROR = 500
UNREACHABLE = 503
log = structlog.get_logger(__name__)


class Reachable:
    """Answers every failure of ours under the register with one page: "You have not checked" (503).

    Stands outside sessions and sign-in, which need the database too. The page asks nothing of the database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let through what worked; turn what did not into the page that says so."""
        if not request.path.startswith(PATHS):
            return self.get_response(request)
        try:
            response = self.get_response(request)
        except Exception:  # whatever broke, the person at the door must read that they have not checked
            log.exception("register_unreachable", path=request.path)
            return _not_checked(request)
        return _not_checked(request) if response.status_code >= SERVER_ERROR else response


def _not_checked(request: HttpRequest) -> HttpResponse:
    page = render_to_string("register/unreachable.html", {"again": request.path if request.method == "GET" else PATHS})
    return HttpResponse(page, status=UNREACHABLE, headers={"Retry-After": "30", "Cache-Control": "no-store"})
