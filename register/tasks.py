"""Scheduled work of the register: forgetting what opens nothing any more."""

from celery import shared_task
from django.utils import timezone

from register.services import finding


@shared_task
def forget_handles() -> None:
    """Clear what searches handed out and has run out. Runs nightly; safe to run twice, or late."""
    finding.forget(at=timezone.now())
