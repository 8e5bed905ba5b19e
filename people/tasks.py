"""The work of workers about accounts: clearing what is over."""

from celery import shared_task
from django.utils import timezone

from people.accounts import sessions
from people.services import wrong_tries


@shared_task
def clear_sessions() -> None:
    """Clear sessions that are over, places long left and old wrong tries. Runs nightly; safe to run twice, or late."""
    at = timezone.now()
    sessions.clear(at=at)
    wrong_tries.forget(at=at)
