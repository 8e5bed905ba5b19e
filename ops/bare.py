"""The yardstick of `./run bench pages`: Django with a session, a user, fifteen rows and a small template, no more.

A settings module and its one route in one file. It reads the same database as Evenhand beside it.
"""

from functools import cache
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.settings import *  # noqa: F403

ROOT_URLCONF = "ops.bare"
INSTALLED_APPS = [app for app in INSTALLED_APPS if not app.startswith("allauth") and app != "people"]  # noqa: F405
INSTALLED_APPS.append("ops.bare.People")
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"context_processors": []}}]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
PAGE = """<!doctype html><html lang="en"><head><title>Cases</title></head><body><p>{{ user.name }}</p><table>
{% for case in cases %}<tr><td>{{ case.reference }}</td><td>{{ case.stage }}</td><td>{{ case.moved_at }}</td></tr>
{% endfor %}</table></body></html>"""


class People(AppConfig):
    """The rows of people, without what listens to the library of accounts."""

    name = "people"


@cache
def template() -> Any:
    """The page, compiled once, as a template from a file would be."""
    return engines["django"].from_string(PAGE)


@login_required
def rows(request: HttpRequest) -> HttpResponse:
    """Fifteen rows of one table."""
    from cases.models import Case

    return HttpResponse(template().render({"cases": Case.objects.order_by("-pk")[:15], "user": request.user}))


urlpatterns = [path("bare", rows)]
