"""Scheduled work of the office: looking over the trail."""

from celery import shared_task
from django.utils import timezone

from office.services import verifying


@shared_task
def verify_new() -> None:
    """Look over what was added to the trail since the last look. Nightly; safe to run twice, or late."""
    verifying.verify(at=timezone.now(), whole=False)


@shared_task(time_limit=3 * 60 * 60)
def verify_whole() -> None:
    """Look over the whole trail. Weekly; safe to run twice, or late."""
    verifying.verify(at=timezone.now(), whole=True)
