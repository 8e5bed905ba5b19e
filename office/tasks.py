"""Scheduled work of the office: looking over the trail."""

from celery import shared_task
from django.utils import timezone

from office.services import verifying

# Taken off the queue at once: a look at a large trail takes longer than the queue waits before it asks somebody else.
LONG = 3 * 60 * 60


@shared_task(acks_late=False, time_limit=LONG)
def verify_new() -> None:
    """Look over what was added to the trail since the last look. Nightly; safe to run twice, or late."""
    verifying.verify(at=timezone.now(), whole=False)


@shared_task(acks_late=False, time_limit=LONG)
def verify_whole() -> None:
    """Look over the whole trail. Weekly; safe to run twice, or late."""
    verifying.verify(at=timezone.now(), whole=True)
