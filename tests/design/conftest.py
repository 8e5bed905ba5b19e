"""The pages of `tests/design/urls.py` behind a real server, with the product's security policy, without a database."""

import socketserver
import threading
import wsgiref.simple_server
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    """Says nothing about requests."""

    def log_message(self, *args: object) -> None:
        pass


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    """One thread a request; a browser that goes away is no error."""

    daemon_threads = True

    def handle_error(self, *args: object) -> None:
        pass


def plain_templates() -> list[dict[str, object]]:
    """The product's templates without the context processors that ask the database."""
    return [
        {
            **settings.TEMPLATES[0],
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ]


@pytest.fixture(scope="module")
def look() -> Iterator[None]:
    """The settings under which the look alone is served."""
    with override_settings(
        ROOT_URLCONF="tests.design.urls",
        MIDDLEWARE=MIDDLEWARE,
        TEMPLATES=plain_templates(),
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        STORAGES={
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    ):
        yield


@pytest.fixture(scope="module")
def address(look: None) -> Iterator[str]:
    """Where the pages are served."""
    with Server(("127.0.0.1", 0), Quiet) as server:
        server.set_app(StaticFilesHandler(WSGIHandler()))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
