"""Verbs of people: adopt a policy, add and change residents, make accounts."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

import policies.loader
from audit import services as audit
from people import access
from people.models import (
    Address,
    ContactPoint,
    Need,
    Organisation,
    PolicyVersion,
    Provider,
    Representative,
    Resident,
    User,
    plain,
)
from people.references import next_reference

Can = Provider.Capability


@transaction.atomic
def adopt_policy(provider: Provider, *, text: str, local: str = "", by_name: str, at: datetime) -> PolicyVersion:
    """Adopt a policy with the provider's local rules; cases opened from its effective date run under it.

    Raises `policies.loader.PolicyProblems` with every problem at once when the text cannot be read.
    """
    policy = policies.loader.read(text, local=local)
    version = PolicyVersion.objects.create(
        provider=provider,
        text=text,
        local_text=local,
        digest=hashlib.sha256((text + "\0" + local).encode()).hexdigest(),
        effective_on=policy.effective_on,
        adopted_at=at,
        adopted_by_name=by_name,
    )
    audit.record(
        "policy.adopted",
        subject=provider,
        by=None,
        at=at,
        facts={"effective_on": policy.effective_on, "digest": version.digest, "by": by_name},
    )
    access.define_roles(provider, policy, at=at)
    return version


@transaction.atomic
def make_user(
    *,
    provider: Provider,
    email: str,
    name: str,
    at: datetime,
    by: User | None = None,
    password: str | None = None,
    job_title: str = "",
    phone: str = "",
    line_manager: User | None = None,
    organisation: Organisation | None = None,
) -> User:
    """Make an account for a member of staff or of a contractor. Roles are granted apart (`access.grant`)."""
    user = User.objects.create_user(
        email,
        password,
        reference=next_reference("user"),
        name=name,
        provider=provider,
        job_title=job_title,
        phone=phone,
        line_manager=line_manager,
        organisation=organisation,
    )
    audit.record("user.made", subject=user, by=by, at=at)
    return user


@dataclass(frozen=True)
class Home:
    """An address as typed."""

    lines: str
    postcode: str = ""
    uprn: str = ""
    since: date | None = None


@dataclass(frozen=True)
class Details:
    """What is known of a resident when the row is made or changed."""

    name: str
    relation: str
    known_as: list[str] = field(default_factory=list)
    date_of_birth: date | None = None
    preferred_format: str = Resident.Format.STANDARD
    preferred_language: str = "English"
    safe_contact: str = ""
    home: Home | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@transaction.atomic
def add_resident(provider: Provider, details: Details, *, by: User, at: datetime) -> Resident:
    """Add a person to the provider's residents. Likely doubles are for the caller to show first (`likely_doubles`)."""
    access.require(by, Can.EDIT_RESIDENTS, provider)
    resident = Resident(provider=provider, reference=next_reference("resident"))
    _fill(resident, details)
    resident.save()
    _keep_contacts(resident, details)
    _index(resident)
    audit.record("resident.added", subject=resident, by=by, at=at, words={"name": resident.name})
    return resident


@transaction.atomic
def change_resident(resident_id: int, details: Details, *, by: User, at: datetime) -> Resident:
    """Change what is known of a person. What stood before is kept in the trail (UK GDPR Art 16; never overwritten)."""
    resident = Resident.objects.select_for_update().select_related("provider").get(pk=resident_id)
    access.require(by, Can.EDIT_RESIDENTS, resident.provider)
    before = _as_words(resident)
    _fill(resident, details)
    resident.save()
    _keep_contacts(resident, details)
    _index(resident)
    after = _as_words(Resident.objects.get(pk=resident.pk))
    changed = [key for key in after if after[key] != before[key]]
    words = {f"{when} {key}": values[key] for when, values in (("was", before), ("now", after)) for key in changed}
    audit.record("resident.changed", subject=resident, by=by, at=at, facts={"changed": changed}, words=words)
    return resident


def _fill(resident: Resident, details: Details) -> None:
    resident.name = details.name
    resident.relation = details.relation
    resident.known_as = details.known_as
    resident.date_of_birth = details.date_of_birth
    resident.preferred_format = details.preferred_format
    resident.preferred_language = details.preferred_language
    resident.safe_contact = details.safe_contact


def _keep_contacts(resident: Resident, details: Details) -> None:
    """Make phones and e-mails what was typed; a new address ends the one before it and both are kept."""
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
    if current and (current.lines, current.postcode) == (home.lines, home.postcode):
        current.uprn = home.uprn or current.uprn
        current.save()
        return
    if current:
        current.until = home.since or current.since or date.min
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


def search_text(names: Iterable[str], addresses: Iterable[Address], contacts: Iterable[str], *references: str) -> str:
    """All by which a person is found, as `matching` looks for it: names, homes, postcodes and phones run together."""
    parts = [plain(text) for text in [*names, *references]]
    for address in addresses:
        parts += [plain(address.lines), plain(address.postcode), plain(address.postcode).replace(" ", "")]
    for contact in contacts:
        digits = "".join(c for c in contact if c.isdigit())
        parts.append(plain(contact) if "@" in contact else digits)
    return " ".join(part for part in parts if part)


def _index(resident: Resident) -> None:
    resident.search = search_text(
        [resident.name, *resident.known_as],
        resident.addresses.all(),
        resident.contact_points.values_list("value", flat=True),
        resident.reference,
        *resident.occupancies.values_list("tenancy__reference", flat=True),
    )
    resident.save(update_fields=["search"])


def likely_doubles(provider: Provider, details: Details) -> list[Resident]:
    """Residents who may be the same person: the same name, with the same birthday, postcode or a phone in common."""
    same_name = Resident.objects.filter(provider=provider).matching(details.name).prefetch_related("addresses")
    found = []
    for resident in same_name.prefetch_related("contact_points")[:50]:
        same_day = details.date_of_birth and resident.date_of_birth == details.date_of_birth
        postcodes = {plain(a.postcode).replace(" ", "") for a in resident.addresses.all()}
        same_home = details.home and plain(details.home.postcode).replace(" ", "") in postcodes - {""}
        same_phone = {plain(c.value) for c in resident.contact_points.all()} & {plain(p) for p in details.phones}
        if same_day or same_home or same_phone or details.date_of_birth is None:
            found.append(resident)
    return found


@transaction.atomic
def record_need(resident_id: int, *, kind: str, words: str, about_health: bool, by: User, at: datetime) -> Need:
    """Record a need that was disclosed or an adjustment agreed (Equality Act 2010 s20; Housing Ombudsman Code 5.10).

    Raises the version of the resident's needs, so that an assessment that weighed an earlier version is open again.
    """
    resident = Resident.objects.select_for_update().select_related("provider").get(pk=resident_id)
    access.require(by, Can.EDIT_RESIDENTS, resident.provider)
    need = Need.objects.create(
        resident=resident, kind=kind, words=words, about_health=about_health, recorded_by=by, recorded_at=at
    )
    resident.needs_version += 1
    resident.save(update_fields=["needs_version"])
    audit.record("need.recorded", subject=resident, by=by, at=at, facts={"kind": kind}, words={"need": words})
    return need


@transaction.atomic
def end_need(need_id: int, *, by: User, at: datetime, reasons: str) -> Need:
    """End a need or adjustment that no longer holds. The row stays, with when it ended."""
    need = Need.objects.select_for_update().select_related("resident__provider").get(pk=need_id)
    access.require(by, Can.EDIT_RESIDENTS, need.resident.provider)
    need.ended_at = at
    need.save(update_fields=["ended_at"])
    Resident.objects.filter(pk=need.resident_id).update(needs_version=need.resident.needs_version + 1)
    audit.record("need.ended", subject=need.resident, by=by, at=at, words={"need": need.words, "reasons": reasons})
    return need


@transaction.atomic
def name_representative(
    resident_id: int, *, name: str, relation: str, authority: str, phone: str, email: str, by: User, at: datetime
) -> Representative:
    """Record who speaks for the resident, and on what authority (RSH standard: supported to use a representative)."""
    resident = Resident.objects.select_related("provider").get(pk=resident_id)
    access.require(by, Can.EDIT_RESIDENTS, resident.provider)
    representative = Representative.objects.create(
        resident=resident, name=name, relation=relation, authority=authority, phone=phone, email=email
    )
    audit.record("representative.named", subject=resident, by=by, at=at, words={"name": name, "authority": authority})
    return representative
