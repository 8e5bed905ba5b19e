"""The work of workers: check files for malware."""

from celery import shared_task
from django.utils import timezone

from cases.services import scanning


@shared_task
def scan(evidence_id: int) -> None:
    """Check one file. Safe to run twice: what was checked is left alone."""
    scanning.scan(evidence_id, at=timezone.now())


@shared_task(expires=60)
def scan_waiting() -> None:
    """Find the files that were not checked. Every minute; safe to run twice, or late."""
    scanning.scan_waiting()
