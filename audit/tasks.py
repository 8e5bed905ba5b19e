"""The seal of the trail, every half minute."""

from celery import shared_task
from django.utils import timezone

from audit import sealing


@shared_task(expires=30)
def seal() -> None:
    """Seal what was committed since the last time. Safe to run twice, or late."""
    sealing.seal(at=timezone.now())
