"""Everything needs a sign-in; what was typed survives an expired session; refusals become pages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone
from django_fsm import TransitionNotAllowed
from django_structlog.middlewares import RequestMiddleware

from audit import looks
from design import drafts, presses, refusals, seals, typist
from letters.services.proving import Altered
from people import health
from people.access import NotPermitted, SignedInRequest
from people.accounts import again, factors, sessions
from people.models import User
from policies.rules import RuleBroken

GetResponse = Callable[[HttpRequest], HttpResponse]
PROBES = ("/healthz", "/readyz")
# Each power that a browser could lend to a page, lent to none.
PERMISSIONS = ", ".join(
    f"{power}=()"
    for power in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
        "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
        "payment", "picture-in-picture", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST")
SHOWING = (200, 409, 422)
KEPT = "kept_typing"
KEPT_NOWHERE = "private, no-store"
MOST_KEPT = 400_000


def keep_typed(request: HttpRequest) -> bool:
    """Keep the fields of a form that came without a session, for the one person who typed them.

    The form names its typist in a signed field, so what a signed-out officer wrote is never shown to the next person
    at the same computer. Files cannot be kept. Returns whether anything was kept.
    """
    who = typist.read(request.POST.get(typist.FIELD, ""))
    if who is None:
        return False
    fields = drafts.typed(request.POST)
    if sum(len(value) for values in fields.values() for value in values) > MOST_KEPT:
        return False
    seal = request.POST.get(drafts.SEEN, "")[: seals.LONGEST]
    request.session[KEPT] = {"typist": who, "path": request.path, "fields": fields, "seal": seal}
    return True


def _give_back(request: HttpRequest) -> None:
    """Hand kept fields to the form that they were typed in, on the typist's first look at it; drop anybody else's."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if not kept or request.path != kept["path"]:
        if kept and kept["typist"] != request.user.pk:
            del request.session[KEPT]
        return
    del request.session[KEPT]
    if kept["typist"] != request.user.pk:
        return
    fields = QueryDict(mutable=True)
    for key, values in kept["fields"].items():
        fields.setlist(key, values)
    # Of a page that changes what is stored, the version that was typed over: an older page never undoes a newer one.
    request.kept_typing, request.kept_seal = fields, kept.get("seal", "")  # type: ignore[attr-defined]


def _kept_nowhere(response: HttpResponse) -> HttpResponse:
    """What the signed-in see is about people: after signing out, *Back* on a shared computer shows none of it."""
    response.setdefault("Cache-Control", KEPT_NOWHERE)
    if "no-store" not in response["Cache-Control"]:
        response["Cache-Control"] = KEPT_NOWHERE
    return response


class Headers:
    """What every answer carries, static files too, beside what Django and django-csp set."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """No camera, place, microphone or payment for any page of ours, and nothing of ours inside another's page."""
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class Probes:
    """Health checks come by address from whatever watches the machine: `Host` is nobody's name, and TLS ends before.

    They are answered before anything reads the host, a session or a cookie; they say nothing about anybody.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The view of the route itself, and of no other."""
        if request.path_info not in PROBES:
            return self.get_response(request)
        answer: HttpResponse = resolve(request.path_info).func(request)
        answer["X-Content-Type-Options"] = "nosniff"
        return answer


class RequestLog(RequestMiddleware):
    """One line a request, with its path and without its query: what somebody searched for is a person's name."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """The method and the path."""
        return f"{request.method} {request.path}"


class SignedIn:
    """Sends the signed-out to the sign-in page, keeping what they typed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let through what is open to all and everything of the signed-in, and note that they are there."""
        at = timezone.now()
        if request.user.is_authenticated and _still_in(request, at):
            if factors.owed(cast(SignedInRequest, request)) and not _before_a_factor(request):
                if request.method == "POST":
                    keep_typed(request)
                return redirect("account_factor_first")
            if methods := _shows_again(request, at):
                return redirect(f"{methods[0]['url']}?{urlencode({'next': _after(request)})}")
            if request.method == "GET" and KEPT in request.session:
                _give_back(request)
            return _kept_nowhere(self.get_response(request))
        if _open_to_all(request):
            return self.get_response(request)
        query = {"next": request.get_full_path()}
        if request.method == "POST" and keep_typed(request):
            query |= {"expired": "1", "next": request.path}
        return redirect(f"{reverse('account_login')}?{urlencode(query)}")


def _still_in(request: HttpRequest, at: datetime) -> bool:
    """Whether the session goes on: one that has lasted for as long as any may is ended, and nobody is signed in."""
    if sessions.is_over(request.session, at=at):
        request.session.flush()
        request.user = AnonymousUser()
        return False
    sessions.touch(request.session, at=at)
    return True


def _open_to_all(request: HttpRequest) -> bool:
    """Whether the view says itself that it needs no sign-in; an address that is none is not told apart from a page."""
    found = _found(request)
    return found is not None and not getattr(found.func, "login_required", True)


def _shows_again(request: HttpRequest, at: datetime) -> list[dict[str, Any]]:
    """How somebody may show again that it is they, where this page asks for it and they have not done so lately.

    Whoever has neither a password nor a factor here showed it to their organisation, and is asked nothing.
    """
    if again.lately(request, at=at):
        return []
    found = _found(request)
    if found is None or not again.is_asked(found.func):
        return []
    methods: list[dict[str, Any]] = get_adapter().get_reauthentication_methods(request.user)
    return methods


def _after(request: HttpRequest) -> str:
    """Where somebody goes on afterwards: the page that they asked for, or that of the form which is kept for them."""
    if request.method == "POST":
        keep_typed(request)
        return request.path
    return request.get_full_path()


def _before_a_factor(request: HttpRequest) -> bool:
    """Whether the page leads to a second factor, or out."""
    found = _found(request)
    return found is not None and (found.url_name in factors.BEFORE or not getattr(found.func, "login_required", True))


def _found(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


class Methods:
    """Pages are read and forms are posted; nothing here answers anything else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """405 for whatever a browser never sends by itself."""
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return self.get_response(request)


class Once:
    """The same press twice: the second is led to what the first did, before a page asks whether it is possible."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Two at the same instant both pass; there the token itself decides (`design.presses.once`)."""
        if request.method == "POST" and request.user.is_authenticated and (led_to := presses.led_to(request)):
            return redirect(led_to)
        return self.get_response(request)


class Looks:
    """Who looked: what a page shows of people is on the trail before the page leaves, or the page does not leave."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """A refusal and a redirect show nothing; a lost race shows the thing as it stands."""
        if request.user.is_authenticated:
            typed, back = request.method == "POST", request.get_full_path()
            opened = health.Opened(request.user, at=timezone.now(), back=back, typed=typed)
            request.health = opened  # type: ignore[attr-defined]
        response = self.get_response(request)
        shown = looks.noted(request)
        if shown and (response.status_code in SHOWING):
            looks.write(shown, by=cast(User, request.user), at=timezone.now())
        return response


class Refusals:
    """Three refusals, three meanings: who (403), when (409), what (a form error; here only where no form caught it)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing on the way in or out."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: dict[str, Any]) -> None:
        """No reference holds a NUL, which PostgreSQL cannot even be asked about: there is no such page."""
        if any("\x00" in value for value in kwargs.values() if isinstance(value, str)):
            raise Http404

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Show the refusal as a page that says why; anything else is a bug and goes its way."""
        if isinstance(exception, NotPermitted):
            return render(request, "errors/403.html", {"why": str(exception)}, status=403)
        if isinstance(exception, TransitionNotAllowed):
            return refusals.too_late(request, _why_not_now(exception))
        if isinstance(exception, RuleBroken):
            return render(request, "errors/422.html", {"why": str(exception), "rule": exception.rule}, status=422)
        if isinstance(exception, Altered):
            # Not 410: what is missing may come back from a backup, and the same address then answers again.
            return render(request, "errors/altered.html", {"why": str(exception)}, status=409)
        return None


def _why_not_now(exception: TransitionNotAllowed) -> str:
    """What stands in the way, in words, where the service gave them."""
    thing = getattr(exception, "object", None)
    if thing is None:
        return str(exception)
    state = thing.get_state_display() if hasattr(thing, "get_state_display") else thing.get_stage_display()
    return f"{thing} is now “{state}”, so this can no longer be done."
