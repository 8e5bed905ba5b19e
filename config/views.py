"""Health, and the refusals that are not somebody's rule: bad request, not found, expired form, our own fault."""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.models import Verification
from config import about as pages
from config import middleware
from config.tasks import HEARTBEAT
from letters.services import mail

BEAT_SILENT_AFTER = timedelta(minutes=3)


@login_not_required
@require_safe
def about(request: HttpRequest, name: str) -> HttpResponse:
    """One of the pages about Evenhand itself."""
    return pages.page(request, name=name)


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a hole in it."""
    return pages.security_txt(request, now=timezone.now())


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The web process is alive."""
    return HttpResponse("alive", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready to serve: database, queue, migrations, and beat heard of lately. 503 and the reason where one is not."""
    checks = {"database": _database(), "migrations": _migrations(), "queue": _queue(), "beat": _beat()}
    ready = all(answer == "ok" for answer in checks.values())
    # A trail that does not stand is told, and stops nothing: who visits tonight must still see the register.
    told = {"ready": ready, "checks": checks, "trail": _trail(), "worth_knowing": _worth_knowing()}
    return JsonResponse(told, status=200 if ready else 503)


def _trail() -> str:
    try:
        last = Verification.objects.order_by("-pk").first()
    except Exception as problem:  # whatever is wrong with the database is said above
        return type(problem).__name__
    if last is None:
        return "not looked over yet"
    return f"{last.unanswered} breaks" if last.unanswered else f"stood on {last.at.isoformat(timespec='seconds')}"


def _worth_knowing() -> dict[str, str]:
    """What is wanting without which pages are still served, so that no balancer takes them away for it."""
    no_mail = mail.why_none_leaves()
    return {"mail": no_mail} if no_mail else {}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as problem:  # whatever is wrong with the database is the answer, not a crash
        return type(problem).__name__
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception as problem:  # as above
        return type(problem).__name__
    return "ok" if not missing else f"{len(missing)} to apply"


def _queue() -> str:
    try:
        cache.get(HEARTBEAT)
    except Exception as problem:  # as above
        return type(problem).__name__
    return "ok"


def _beat() -> str:
    try:
        last = cache.get(HEARTBEAT)
    except Exception as problem:  # as above
        return type(problem).__name__
    if last is None:
        return "not heard of yet"
    silent_for = timezone.now() - datetime.fromisoformat(last)
    return "ok" if silent_for < BEAT_SILENT_AFTER else f"last heard of {int(silent_for.total_seconds())} seconds ago"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request could not be read, or was too large to be read."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "errors/413.html", status=413)
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Somebody may not do this."""
    return render(request, "errors/403.html", {"why": str(exception)}, status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    """Too many attempts in a short time (links to set a password, showing again who one is)."""
    answer = render(request, "errors/429.html", {"wait": "a minute"}, status=429)
    answer["Retry-After"] = "60"
    return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page, or it is not for this person: the two are not told apart."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A bug of ours. Asks nothing of the database, which may be what is broken."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open for so long that its form expired. What was typed is kept and shown again."""
    if middleware.keep_typed(request):
        return redirect(request.get_full_path())
    return render(request, "errors/csrf.html", {"back": request.get_full_path()}, status=403)
