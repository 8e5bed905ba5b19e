"""Add a resident, and change what is known of one."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from design import seals
from design.dates import day_of
from people import permissions
from people.models import (
    Address,
    ContactPoint,
    Provider,
    Resident,
    User,
)
from people.references import next_reference
from people.search import same_home
from people.services import finding, tenancies
from people.services.details import Details, known


@transaction.atomic
def add_resident(provider: Provider, details: Details, *, by: User, at: datetime) -> Resident:
    """Add a person to the provider's residents. Likely doubles are for the caller to show first (`likely_doubles`)."""
    permissions.check_can_add(by, provider)
    resident = Resident(provider=provider, reference=next_reference("resident"))
    _fill(resident, details)
    resident.save()
    _keep_contacts(resident, details, today=day_of(at))
    finding.index(resident)
    audit.record("resident.added", subject=resident, by=by, at=at, words={"name": resident.name})
    return resident


@transaction.atomic
def add_with_tenancy(
    provider: Provider,
    details: Details,
    *,
    tenancy_reference: str = "",
    tenancy_kind: str = "",
    part: str = "",
    by: User,
    at: datetime,
) -> Resident:
    """Add a person and, where there is one, the tenancy that they hold or share: both or neither."""
    resident = add_resident(provider, details, by=by, at=at)
    if tenancy_reference:
        tenancies.join_tenancy(resident.pk, reference=tenancy_reference, kind=tenancy_kind, part=part, by=by, at=at)
    return resident


@transaction.atomic
def change_resident(resident_id: int, details: Details, *, by: User, at: datetime, seen: str | None = None) -> Resident:
    """Change what is known of a person. What stood before is kept in the trail (UK GDPR Art 16; never overwritten).

    `seen` is the version that the change began from; raises `ChangedSince` where somebody saved another since, so that
    no older page undoes how to reach a person safely.
    """
    found = Resident.objects.select_for_update(of=("self",), no_key=True).select_related("provider")
    resident = found.get(pk=resident_id)
    permissions.check_can_change(by, resident)
    seals.check(seen, known(resident), since=saved(resident))
    before = _as_words(resident)
    _fill(resident, details)
    resident.save()
    _keep_contacts(resident, details, today=day_of(at))
    finding.index(resident)
    after = _as_words(Resident.objects.get(pk=resident.pk))
    changed = [key for key in after if after[key] != before[key]]
    words = {f"{when} {key}": values[key] for when, values in (("was", before), ("now", after)) for key in changed}
    audit.record("resident.changed", subject=resident, by=by, at=at, facts={"changed": changed}, words=words)
    return resident


def saved(resident: Resident) -> seals.Since:
    """Who saved what is known of a person, from an instant on."""
    return audit.since(resident, did={"resident.changed": "saved it"})


def _fill(resident: Resident, details: Details) -> None:
    resident.name = details.name
    resident.relation = details.relation
    resident.known_as = details.known_as
    resident.date_of_birth = details.date_of_birth
    resident.preferred_format = details.preferred_format
    resident.preferred_language = details.preferred_language
    resident.safe_contact = details.safe_contact


def _keep_contacts(resident: Resident, details: Details, *, today: date) -> None:
    """Make phones and e-mails what was typed; a new address ends the one before it and both are kept.

    The same home spelt another way is a correction, not a move: what stood before is in the trail.
    """
    for kind, values in ((ContactPoint.Kind.PHONE, details.phones), (ContactPoint.Kind.EMAIL, details.emails)):
        resident.contact_points.filter(kind=kind).exclude(value__in=values).delete()
        known = set(resident.contact_points.filter(kind=kind).values_list("value", flat=True))
        for value in values:
            if value not in known:
                ContactPoint.objects.create(resident=resident, kind=kind, value=value)
    home = details.home
    if home is None:
        return
    current = resident.addresses.filter(until__isnull=True).first()
    if current and same_home(current.lines, current.postcode, home.lines, home.postcode):
        current.lines, current.postcode = home.lines, home.postcode.upper()
        current.uprn = home.uprn or current.uprn
        current.save()
        return
    if current:
        current.until = max(home.since or today, current.since or date.min)
        current.save()
    Address.objects.create(
        resident=resident, lines=home.lines, postcode=home.postcode.upper(), uprn=home.uprn, since=home.since
    )


def _as_words(resident: Resident) -> dict[str, Any]:
    return {
        "name": resident.name,
        "known as": ", ".join(resident.known_as),
        "relation": resident.get_relation_display(),
        "date of birth": str(resident.date_of_birth or ""),
        "format": resident.get_preferred_format_display(),
        "language": resident.preferred_language,
        "safe contact": resident.safe_contact,
        "address": str(resident.address or ""),
        "contacts": ", ".join(resident.contact_points.order_by("kind", "value").values_list("value", flat=True)),
    }
