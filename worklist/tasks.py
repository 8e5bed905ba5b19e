"""Scheduled work of the worklist."""

from celery import shared_task
from django.utils import timezone

from worklist.services import sweeping


@shared_task
def sweep() -> None:
    """Sweep for today, as beat asks at 06:00 Europe/London. Safe to run twice, or late."""
    sweeping.sweep(timezone.localdate(), at=timezone.now())
