"""Files beside an incident, as they were given, each with its digest."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from audit import services as audit
from cases import permissions
from cases.models import Evidence
from cases.services import places, scanning
from people.models import User


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
