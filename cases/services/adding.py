"""What comes to an incident later stands beside the first account and changes none of it (Dover 6.24)."""

import uuid
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from audit import services as audit
from cases import permissions
from cases.models import Incident
from cases.services import drafting, evidence, incidents, places
from design import seals
from people.models import Resident, User
from policies.rules import RuleBroken, need

CHANGEABLE = (
    "categories",
    "danger",
    "hurt",
    "contact_ended",
    "police_called",
    "police_reference",
    "hazard",
    "hazard_words",
)


@transaction.atomic
def add_account(incident_id: int, *, words: str, words_used: str = "", by: User, at: datetime) -> Incident:
    """Add somebody's own account beside the first; neither is changed (Dover 6.24: an accurate record)."""
    incident = places.locked(incident_id)
    permissions.check_can_add_to(by, incident)
    need(words, "Enter what happened", "facts")
    kept = {"account": words, "words used": words_used}
    for case in places.places(incident):
        audit.record("incident.account_added", subject=places.Placed(incident, case), by=by, at=at, words=kept)
    return incident


@transaction.atomic
def add_account_from_draft(
    token: uuid.UUID,
    incident_id: int,
    *,
    words: str,
    words_used: str = "",
    affected: Sequence[incidents.AffectedPerson] = (),
    files: Sequence[UploadedFile] = (),
    by: User,
    at: datetime,
) -> Incident:
    """What somebody typed was about an incident already logged: add it there, once for each draft."""
    draft = drafting.lock(token, by, at)
    if not draft.data:
        return places.locked(incident_id)
    incident = add_account(incident_id, words=words, words_used=words_used, by=by, at=at)
    known = set(incident.affected.filter(user__isnull=False).values_list("user_id", flat=True))
    incidents.add_affected(
        incident, [one for one in affected if not one.user or one.user.pk not in known], by=by, at=at
    )
    evidence.add_evidence(incident_id, files=files, by=by, at=at)
    draft.data, draft.updated_at = {}, at
    draft.save()
    return incident


@transaction.atomic
def add_details(
    incident_id: int,
    *,
    by: User,
    at: datetime,
    parts: Sequence[tuple[Resident, str]] = (),
    affected: Sequence[incidents.AffectedPerson] = (),
    seen: str | None = None,
    **details: Any,
) -> Incident:
    """Add what was not known, or not written, when the incident was logged. The account itself never changes.

    `details` are any of `CHANGEABLE`; what stood before is in the event (UK GDPR Art 16: never overwritten without
    trace). `parts` names residents who were not named yet; whoever's behaviour it was gets the incident on a case.
    `seen` is the version of those details that somebody began from; raises ChangedSince where another was saved since.
    """
    incident = places.locked(incident_id)
    permissions.check_can_add_to(by, incident)
    unknown = set(details) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"not details of an incident: {sorted(unknown)}")
    seals.check(seen, known(incident, *details), since=added(incident))
    incidents.check_parts(incident.provider, parts)
    named = set(incident.involvements.values_list("resident_id", flat=True))
    if any(resident.pk in named for resident, _ in parts):
        raise RuleBroken("Each person can be named once", None, "found")
    changed = {key: value for key, value in details.items() if getattr(incident, key) != value}
    was = {key: getattr(incident, key) for key in changed}
    for key, value in changed.items():
        setattr(incident, key, value)
    incidents.check(incident.provider, _as_told(incident), at)
    incident.save()
    incidents.involve(incident, parts, by=by, at=at)
    incidents.add_affected(incident, affected, by=by, at=at)
    if changed:
        facts = {"was": {k: v for k, v in was.items() if k != "hazard_words"}, "changed": sorted(changed)}
        words = {key: changed[key] for key in ("hazard_words", "police_reference") if changed.get(key)}
        for case in places.places(incident):
            audit.record(
                "incident.details_added", subject=places.Placed(incident, case), by=by, at=at, facts=facts, words=words
            )
    return incident


def known(incident: Incident, *names: str) -> dict[str, Any]:
    """Details of an incident as they stand: the version that a change begins from."""
    return {name: getattr(incident, name) for name in names}


def added(incident: Incident) -> seals.Since:
    """Who added details to an incident, from an instant on."""
    return audit.since(places.Placed(incident, None), did={"incident.details_added": "saved it"})


def _as_told(incident: Incident) -> incidents.Happened:
    return incidents.Happened(**{one.name: getattr(incident, one.name) for one in fields(incidents.Happened)})
