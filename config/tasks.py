"""Proof that beat and a worker are alive: beat asks, a worker answers, `/readyz` reads the answer."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

HEARTBEAT = "evenhand:heartbeat"


@shared_task(expires=60)
def heartbeat() -> None:
    """Note in the queue's server when beat was last heard of by a worker."""
    cache.set(HEARTBEAT, timezone.now().isoformat(), timeout=None)
