"""Who lives where: joining a tenancy, leaving it, the households of one person."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from audit import services as audit
from people import permissions
from people.models import (
    Occupancy,
    Resident,
    Tenancy,
    User,
)
from people.models.file_access import not_closed
from people.services import finding
from policies.rules import RuleBroken, need


@transaction.atomic
def join_tenancy(
    resident_id: int,
    *,
    reference: str,
    kind: str,
    part: str,
    started_on: date | None = None,
    by: User,
    at: datetime,
) -> Occupancy:
    """Record that a person holds or shares a tenancy; the tenancy is made when it is first named.

    Joint tenants are each answerable only for what each did (Dover 6.16), so each is a person of their own. Saying the
    same twice changes nothing; another part replaces the one before.
    """
    resident = Resident.objects.select_for_update(of=("self",)).select_related("provider").get(pk=resident_id)
    permissions.check_can_change(by, resident)
    need(reference, "Enter the tenancy reference", "tenancy_reference")
    if part not in Occupancy.Part.values:
        raise RuleBroken("Select their part in the tenancy", field="part")
    tenancy, made = Tenancy.objects.get_or_create(
        provider=resident.provider,
        reference=reference.strip(),
        defaults={"kind": kind.strip() or "Tenancy", "started_on": started_on},
    )
    if not made and kind.strip() and tenancy.kind != kind.strip():
        tenancy.kind = kind.strip()
        tenancy.save(update_fields=["kind"])
    before = Occupancy.objects.filter(tenancy=tenancy, resident=resident).first()
    if before is not None and before.part == part:
        return before
    occupancy, _ = Occupancy.objects.update_or_create(tenancy=tenancy, resident=resident, defaults={"part": part})
    finding.index(resident)
    facts = {"tenancy": tenancy.reference, "kind": tenancy.kind, "part": part, "was": before.part if before else ""}
    audit.record("tenancy.joined", subject=resident, by=by, at=at, facts=facts)
    return occupancy


@transaction.atomic
def leave_tenancy(occupancy_id: int, *, by: User, at: datetime, reasons: str) -> None:
    """Record that a person no longer holds or shares a tenancy; what was is kept in the trail."""
    found = Occupancy.objects.select_for_update(of=("self",)).select_related("resident__provider", "tenancy")
    occupancy = found.get(pk=occupancy_id)
    permissions.check_can_change(by, occupancy.resident)
    facts = {"tenancy": occupancy.tenancy.reference, "part": occupancy.part}
    audit.record("tenancy.left", subject=occupancy.resident, by=by, at=at, facts=facts, words={"reasons": reasons})
    resident = occupancy.resident
    occupancy.delete()
    finding.index(resident)


@dataclass(frozen=True)
class Household:
    """A tenancy of a person, the person's part in it, and who else holds or shares it."""

    tenancy: Tenancy
    occupancy: Occupancy
    others: tuple[Occupancy, ...]


def households(resident: Resident, *, reader: User) -> list[Household]:
    """The tenancies of a person with their joint tenants and household, in two queries.

    Nobody is named whose file is closed to the reader.
    """
    own = list(resident.occupancies.select_related("tenancy").order_by("tenancy__reference"))
    shared = Occupancy.objects.filter(tenancy__in=[o.tenancy_id for o in own]).exclude(resident=resident)
    named = shared.filter(not_closed(reader, "resident_id")).select_related("resident")
    others = list(named.order_by("part", "resident__name"))
    return [Household(o.tenancy, o, tuple(other for other in others if other.tenancy_id == o.tenancy_id)) for o in own]
