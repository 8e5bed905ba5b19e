"""Files beside an incident, as they were given, each with its digest."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from audit import services as audit
from audit.breaks import Break
from cases import permissions
from cases.models import Evidence
from cases.services import places, scanning
from letters.services import proving
from people.models import User


def open_file(evidence: Evidence, *, by: User, at: datetime) -> File:
    """The file as it was given, from its first byte.

    Where it is gone, or is not what was given, it is shown to nobody: raises `Altered`, after that was recorded and
    the administrators were told.
    """
    if problem := _problem(evidence)[0]:
        incident = evidence.incident
        what = f"a file of incident {incident.reference}"
        proving.refuse(incident, what, provider=incident.provider, problem=problem, by=by, at=at)
    return evidence.file.open("rb")


def altered(since: datetime | None) -> list[Break]:
    """Each file that is gone or is not what was given; those added since an instant, or all."""
    files = Evidence.objects.select_related("incident").order_by("pk")
    added = files.filter(added_at__gte=since) if since else files
    found = ((one, *_problem(one)) for one in added.iterator(500))
    return [
        Break.marked(f"a file of incident {one.incident.reference} (evidence {one.pk}) {why}", "file", one.pk, digest)
        for one, why, digest in found
        if why
    ]


def _problem(evidence: Evidence) -> tuple[str, str]:
    """What is wrong with a file as it is stored ("" where it is what was given), and its digest as it is stored."""
    digest = hashlib.sha256()
    try:
        with evidence.file.open("rb") as stored:
            for chunk in stored.chunks():
                digest.update(chunk)
    except (OSError, ValueError):
        return "is missing where files are kept", ""
    stored_as = digest.hexdigest()
    return "" if stored_as == evidence.sha256 else "is not what was handed in: its content has changed", stored_as


@transaction.atomic
def add_evidence(incident_id: int, *, files: Sequence[UploadedFile], by: User, at: datetime) -> list[Evidence]:
    """Add files to an incident. A file that is there already, by its hash, is not added twice."""
    if not files:
        return []
    incident = places.locked(incident_id)
    permissions.check_can_add_to(by, incident)
    added = []
    for upload in files:
        digest = hashlib.sha256()
        for chunk in upload.chunks():
            digest.update(chunk)
        if incident.evidence.filter(sha256=digest.hexdigest()).exists():
            continue
        evidence = Evidence.objects.create(
            incident=incident,
            name=upload.name or "file",
            file=upload,
            content_type=upload.content_type or "application/octet-stream",
            size=upload.size or 0,
            sha256=digest.hexdigest(),
            added_by=by,
            added_at=at,
        )
        added.append(evidence)
        scanning.ask_to_scan(evidence.pk)
        for case in places.places(incident):
            facts = {"sha256": evidence.sha256, "size": evidence.size, "type": evidence.content_type}
            subject = places.Placed(incident, case)
            audit.record(
                "incident.evidence_added", subject=subject, by=by, at=at, facts=facts, words={"file": evidence.name}
            )
    return added
