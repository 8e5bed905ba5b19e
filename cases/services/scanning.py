"""Malware in files that people hand in: nobody opens a file before ClamAV has looked, where there is a ClamAV."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import IO

import structlog
from celery import current_app
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from kombu.exceptions import OperationalError

from audit import services as audit
from cases import clamd
from cases.models import Evidence, Scan
from cases.services import places
from letters import services as letters

log = structlog.get_logger(__name__)
MOST_AT_ONCE = 200
NOT_YET = "It is being checked for viruses. It can be opened once that is done, usually within a minute."
INFECTED = "A virus was found in it ({found}). It is kept as it was handed in and nobody can open it."
TOLD = """A virus was found in a file that you added to incident {ref} on {day}: {found}.

Nobody can open it in Evenhand. Tell your IT support today: the computer, phone or mailbox that it came from may be
infected.
"""


def is_on() -> bool:
    """Whether there is a ClamAV to ask."""
    return bool(settings.CLAMAV_HOST)


def why_held(evidence: Evidence) -> str:
    """Why a file may not be opened now, as a sentence; empty where it may. What was found is held for good."""
    try:
        found: str = evidence.scan.found
    except ObjectDoesNotExist:
        return NOT_YET if is_on() else ""
    return INFECTED.format(found=found) if found else ""


def ask_to_scan(evidence_id: int) -> None:
    """Tell a worker, once the transaction holds. If the queue is down, the next tick of the clock finds the file."""
    if is_on():
        transaction.on_commit(partial(_enqueue, evidence_id))


def _enqueue(evidence_id: int) -> None:
    try:
        current_app.send_task("cases.tasks.scan", args=[evidence_id], retry=False, expires=600)
    except OperationalError as problem:
        log.warning("queue down, left to the clock", task="cases.tasks.scan", row=evidence_id, problem=str(problem))


def scan(evidence_id: int, *, at: datetime, using: Callable[[IO[bytes]], str] = clamd.ask) -> Scan | None:
    """Check a file, once. None where it was checked already, or ClamAV could not say: then it stays held."""
    evidence = Evidence.objects.select_related("incident", "added_by").filter(pk=evidence_id, scan__isnull=True).first()
    if evidence is None:
        return None
    try:
        with evidence.file.open("rb") as file:
            found = using(file)
    except (clamd.Unanswered, OSError) as problem:
        log.warning("file not checked", evidence=evidence.pk, problem=type(problem).__name__)
        return None
    return _note(evidence, found, at=at)


@transaction.atomic
def _note(evidence: Evidence, found: str, *, at: datetime) -> Scan:
    noted, new = Scan.objects.get_or_create(evidence=evidence, defaults={"found": found, "at": at})
    if not (new and found):
        return noted
    log.error("malware found", evidence=evidence.pk, found=found)
    incident = evidence.incident
    for case in places.places(incident):
        subject = places.Placed(incident, case)
        facts = {"sha256": evidence.sha256, "found": found}
        audit.record("incident.evidence_infected", subject=subject, by=None, at=at, facts=facts)
    words = TOLD.format(ref=incident.reference, day=f"{evidence.added_at:%-d %B %Y}", found=found)
    subject_line = f"Virus found in a file of incident {incident.reference}"
    letters.notify(
        evidence.added_by, kind="virus_found", subject=subject_line, body=words, at=at, about=incident.trail.ref
    )
    return noted


def scan_waiting() -> None:
    """Tell workers of each file that was not checked: the queue was down, ClamAV was, or it was set up since."""
    waiting = Evidence.objects.filter(scan__isnull=True).order_by("pk").values_list("pk", flat=True)
    for pk in list(waiting[:MOST_AT_ONCE]) if is_on() else ():
        _enqueue(pk)
