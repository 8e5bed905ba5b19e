"""The work of workers about accounts: mail on passwords and factors, and clearing what is over."""

from typing import Any

import structlog
from celery import Task, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from people.accounts import sessions
from people.models import User
from people.services import passwords, wrong_tries

log = structlog.get_logger(__name__)
AGAIN: dict[str, Any] = {"autoretry_for": (OSError,), "retry_backoff": 30, "max_retries": 4}


def ask(task: Task, *about: Any) -> bool:
    """Ask a worker, without failing where the queue is down. Returns whether it was asked."""
    try:
        task.delay(*about)
    except OperationalError:
        log.warning("queue_down", task=task.name)
        return False
    return True


@shared_task(expires=60 * 60, ignore_result=True, **AGAIN)
def send_password_link(address: str) -> None:
    """Send a link to set a password, if the address has an account. Where mail fails, it is tried four times more."""
    passwords.send_link(address, at=timezone.now())


@shared_task(**AGAIN)
def tell_of_change(user_id: int, address: str, what: str) -> None:
    """Tell somebody that the way into their account was changed, at the address that they had until then."""
    passwords.tell(User.objects.get(pk=user_id), address, what=what, at=timezone.now())


@shared_task
def clear_sessions() -> None:
    """Clear sessions that are over, places long left and old wrong tries. Runs nightly; safe to run twice, or late."""
    at = timezone.now()
    sessions.clear(at=at)
    wrong_tries.forget(at=at)
