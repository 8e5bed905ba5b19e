"""Scheduled work of the register: ending what is shared no longer, forgetting what opens nothing any more."""

from celery import shared_task
from django.utils import timezone

from register.models import Share
from register.services import finding, sharing


@shared_task
def end_shares() -> None:
    """Tidy away what was shared with a contractor until a day that has gone. Runs nightly; safe to run twice, or late.

    By its dates it had ended already; the contractor is told now.
    """
    at = timezone.now()
    over = Share.objects.past_their_last_day(timezone.localdate(at)).order_by("pk")
    for pk in list(over.values_list("pk", flat=True)):
        sharing.lapse(pk, at=at)


@shared_task
def forget_handles() -> None:
    """Clear what searches handed out and has run out. Runs nightly; safe to run twice, or late."""
    finding.forget(at=timezone.now())
