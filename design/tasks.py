"""Scheduled work of the look: forgetting which buttons were pressed."""

from celery import shared_task
from django.utils import timezone

from design import presses


@shared_task
def forget_presses() -> None:
    """Clear the once-tokens that nobody can press again. Runs nightly; safe to run twice, or late."""
    presses.forget(at=timezone.now())
