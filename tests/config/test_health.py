"""`/healthz` says alive; `/readyz` says what is missing."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from config import tasks

pytestmark = pytest.mark.django_db


def test_healthz_answers_without_a_sign_in(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive")


def test_readyz_waits_for_beat(client, empty_queue):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {
        "database": "ok",
        "migrations": "ok",
        "queue": "ok",
        "beat": "not heard of yet",
    }


def test_readyz_is_content_once_a_worker_has_answered_beat(client, empty_queue):
    tasks.heartbeat()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_readyz_says_how_long_beat_has_been_silent(client, empty_queue):
    cache.set(tasks.HEARTBEAT, (timezone.now() - timedelta(minutes=10)).isoformat())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["beat"].startswith("last heard of 60")


def test_readyz_says_that_the_queue_is_gone(client, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["queue"] == "ConnectionError"


@pytest.mark.parametrize("host", ["10.1.2.3:8000", "169.254.169.254", "web", "evil.example", "no such host", ""])
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_is_answered_whatever_host_it_names(client, settings, empty_queue, address, host):
    """What watches a machine calls it by its address, and without TLS, which ends before."""
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["evenhand.example.org"], True
    tasks.heartbeat()
    answer = client.get(address, HTTP_HOST=host)
    assert (answer.status_code, answer.cookies) == (200, {})


@pytest.mark.parametrize("address", ["/", "/healthz/", "/healthz/../", "/readyzz", "/account/login/"])
def test_nothing_else_is_answered_to_a_host_that_is_not_ours(client, settings, address):
    settings.ALLOWED_HOSTS = ["evenhand.example.org"]
    assert client.get(address, HTTP_HOST="evil.example").status_code == 400
