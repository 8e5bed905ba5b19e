"""The work of workers: render, send, and the sweep of the outbox that finds what was missed."""

from celery import shared_task
from django.utils import timezone

from letters.services import account_mail, outbox


@shared_task
def render(letter_id: int) -> None:
    """Make the PDF of an issued letter. Safe to run twice."""
    from letters import render as pdf  # here, so that only workers load the typesetter

    outbox.render(letter_id, at=timezone.now(), using=pdf.letter)


@shared_task
def dispatch(dispatch_id: int) -> None:
    """Send one row of the outbox. Safe to run twice: what is not waiting is left alone."""
    outbox.send(dispatch_id, now=timezone.now)


@shared_task(expires=20)
def sweep_outbox() -> None:
    """Settle what is stuck and tell workers of what waits. Every 20 seconds; safe to run twice, or late."""
    outbox.sweep(at=timezone.now())


@shared_task(expires=60)
def take_up_account_mail() -> None:
    """Put links for passwords and warnings of changes into the outbox. Every 20 seconds; safe to run twice, or late."""
    account_mail.take_up(at=timezone.now())
