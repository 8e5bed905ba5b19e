"""Verbs of people: adopt a policy, add and change residents, make accounts."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

import policies.loader
import policies.wording
from audit import services as audit
from design.dates import day_of
from people import access, permissions
from people.models import (
    Address,
    ContactPoint,
    Need,
    Occupancy,
    Organisation,
    PolicyVersion,
    Provider,
    Representative,
    Resident,
    Tenancy,
    User,
    plain,
    run_together,
    same_home,
)
from people.references import next_reference
from policies.policy import Policy
from policies.problems import PolicyProblems
from policies.rules import RuleBroken

MOST_DOUBLES = 50


@transaction.atomic
def found_provider(
    *,
    slug: str,
    name: str,
    short_name: str,
    nation: str,
    kind: str,
    address: str,
    email: str,
    phone: str,
    website: str = "",
    at: datetime,
) -> Provider:
    """Set up a provider that has no policy yet, and nobody but the office's role to be given."""
    provider = Provider.objects.create(
        slug=slug,
        name=name,
        short_name=short_name,
        nation=nation,
        kind=kind,
        address=address,
        email=email,
        phone=phone,
        website=website,
    )
    audit.record("provider.founded", subject=provider, by=None, at=at, facts={"nation": nation, "kind": kind})
    access.define_office(provider, at=at)
    return provider


@transaction.atomic
def adopt_policy(
    provider: Provider,
    *,
    text: str,
    local: str = "",
    wording: Mapping[str, str] | None = None,
    by_name: str,
    by: User | None = None,
    at: datetime,
) -> PolicyVersion:
    """Adopt a policy with the provider's local rules; cases opened from its effective date run under it.

    `wording` is the provider's own words for its letters, the text of each file by its name; left out, those of its
    newest version go on, as far as the policy still has these letters. `by_name` is who approved it, `by` whoever
    confirmed that (nobody where a provider is set up). Raises `policies.problems.PolicyProblems` with every problem at
    once when the policy or its wording cannot be read.
    """
    policy = policies.loader.read(text, local=local)
    words, left_out = (wording, []) if wording is not None else wording_carried(provider, policy)
    policies.wording.read(words, policy)
    version = PolicyVersion.objects.create(
        provider=provider,
        text=text,
        local_text=local,
        wording=dict(words),
        digest=digest_of(text, local, words),
        effective_on=policy.effective_on,
        adopted_at=at,
        adopted_by_name=by_name,
    )
    audit.record(
        "policy.adopted",
        subject=provider,
        by=by,
        at=at,
        facts={
            "effective_on": policy.effective_on,
            "digest": version.digest,
            "by": by_name,
            "letters": sorted(words),
            "letters_left_out": left_out,
        },
    )
    access.define_roles(provider, policy, at=at, by=by)
    return version


def wording_carried(provider: Provider, policy: Policy) -> tuple[dict[str, str], list[str]]:
    """The words of letters that go on from the provider's newest version under a policy, and the files that do not.

    A file is left out where the policy has no such letter any more, or where its words no longer fit.
    """
    newest = provider.policy_versions.order_by("-effective_on", "-pk").first()
    kept: dict[str, str] = {}
    left_out: list[str] = []
    for name, text in sorted(newest.wording.items()) if newest else ():
        try:
            policies.wording.read(kept | {name: text}, policy)
        except PolicyProblems:
            left_out.append(name)
        else:
            kept[name] = text
    return kept, left_out


def digest_of(text: str, local: str = "", wording: Mapping[str, str] | None = None) -> str:
    """What tells one adopted version from another: the policy, its local rules and the words of its letters."""
    letters = "".join(f"\0{name}\0{words}" for name, words in sorted((wording or {}).items()))
    return hashlib.sha256((text + "\0" + local + letters).encode()).hexdigest()


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
    permissions.check_can_add(by, provider)
    resident = Resident(provider=provider, reference=next_reference("resident"))
    _fill(resident, details)
    resident.save()
    _keep_contacts(resident, details, today=day_of(at))
    _index(resident)
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
        join_tenancy(resident.pk, reference=tenancy_reference, kind=tenancy_kind, part=part, by=by, at=at)
    return resident


@transaction.atomic
def change_resident(resident_id: int, details: Details, *, by: User, at: datetime) -> Resident:
    """Change what is known of a person. What stood before is kept in the trail (UK GDPR Art 16; never overwritten)."""
    found = Resident.objects.select_for_update(of=("self",), no_key=True).select_related("provider")
    resident = found.get(pk=resident_id)
    permissions.check_can_change(by, resident)
    before = _as_words(resident)
    _fill(resident, details)
    resident.save()
    _keep_contacts(resident, details, today=day_of(at))
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
    """Residents who may be the same person.

    The same name with the same birthday, home or phone, or with no birthday on one side to tell them apart; or another
    spelling of the name with two of the three in common.
    """
    wanted = Q(name__iexact=details.name) | Q(pk__in=_named(provider, details.name))
    if details.date_of_birth:
        wanted |= Q(date_of_birth=details.date_of_birth)
    phones = {run_together(phone) or plain(phone) for phone in details.phones}
    for phone in phones:
        wanted |= Q(search__contains=phone)
    found = Resident.objects.filter(wanted, provider=provider).prefetch_related("addresses", "contact_points")
    scored = [(_likeness(resident, details, phones), resident) for resident in found.order_by("name", "pk")[:500]]
    likely = [pair for pair in scored if pair[0] >= 2]
    return [resident for _, resident in sorted(likely, key=lambda pair: -pair[0])[:MOST_DOUBLES]]


def _named(provider: Provider, name: str) -> "Any":
    return Resident.objects.filter(provider=provider).matching(name).order_by().values("pk")


def _likeness(resident: Resident, details: Details, phones: set[str]) -> int:
    """How much two people have in common: two or more is a likely double."""
    names = {plain(name) for name in (resident.name, *resident.known_as)}
    words = set(plain(details.name).split())
    same_name = plain(details.name) in names or any(words and words <= set(name.split()) for name in names)
    born, home = resident.date_of_birth, details.home
    same_day = born is not None and born == details.date_of_birth
    told_apart = born is not None and details.date_of_birth is not None and not same_day
    homes = resident.addresses.all() if home else ()
    same_home_ = home is not None and any(same_home(home.lines, home.postcode, a.lines, a.postcode) for a in homes)
    same_phone = bool({run_together(c.value) or plain(c.value) for c in resident.contact_points.all()} & phones)
    in_common = sum((same_name, same_day, same_home_, same_phone))
    return in_common + 1 if same_name and not told_apart else in_common


@transaction.atomic
def record_need(resident_id: int, *, kind: str, words: str, about_health: bool, by: User, at: datetime) -> Need:
    """Record a need that was disclosed or an adjustment agreed (Equality Act 2010 s20; Housing Ombudsman Code 5.10).

    Raises the version of the resident's needs, so that an assessment that weighed an earlier version is open again.
    """
    found = Resident.objects.select_for_update(of=("self",), no_key=True).select_related("provider")
    resident = found.get(pk=resident_id)
    permissions.check_can_change(by, resident)
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
    need = Need.objects.select_for_update(of=("self",)).select_related("resident__provider").get(pk=need_id)
    permissions.check_can_change(by, need.resident)
    if need.ended_at is not None:
        return need
    if not reasons.strip():
        raise RuleBroken("Enter why this no longer holds", field="reasons")
    need.ended_at = at
    need.save(update_fields=["ended_at"])
    Resident.objects.filter(pk=need.resident_id).update(needs_version=F("needs_version") + 1)
    audit.record("need.ended", subject=need.resident, by=by, at=at, words={"need": need.words, "reasons": reasons})
    return need


@transaction.atomic
def name_representative(
    resident_id: int, *, name: str, relation: str, authority: str, phone: str, email: str, by: User, at: datetime
) -> Representative:
    """Record who speaks for the resident, and on what authority (RSH standard: supported to use a representative)."""
    resident = Resident.objects.select_related("provider").get(pk=resident_id)
    permissions.check_can_change(by, resident)
    representative = Representative.objects.create(
        resident=resident, name=name, relation=relation, authority=authority, phone=phone, email=email
    )
    audit.record("representative.named", subject=resident, by=by, at=at, words={"name": name, "authority": authority})
    return representative


@transaction.atomic
def end_representative(representative_id: int, *, by: User, at: datetime, reasons: str) -> Representative:
    """Record that somebody no longer speaks for the resident, and why (RSH standard: refusing one needs a reason)."""
    found = Representative.objects.select_for_update(of=("self",)).select_related("resident__provider")
    representative = found.get(pk=representative_id)
    permissions.check_can_change(by, representative.resident)
    if representative.ended_on is not None:
        return representative
    if not reasons.strip():
        raise RuleBroken("Enter why they no longer speak for the resident", field="reasons")
    representative.ended_on = day_of(at)
    representative.save(update_fields=["ended_on"])
    words = {"name": representative.name, "reasons": reasons}
    audit.record("representative.ended", subject=representative.resident, by=by, at=at, words=words)
    return representative


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
    if not reference.strip():
        raise RuleBroken("Enter the tenancy reference", field="tenancy_reference")
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
    _index(resident)
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
    _index(resident)


@dataclass(frozen=True)
class Household:
    """A tenancy of a person, the person's part in it, and who else holds or shares it."""

    tenancy: Tenancy
    occupancy: Occupancy
    others: tuple[Occupancy, ...]


def households(resident: Resident) -> list[Household]:
    """The tenancies of a person with their joint tenants and household, in two queries."""
    own = list(resident.occupancies.select_related("tenancy").order_by("tenancy__reference"))
    shared = Occupancy.objects.filter(tenancy__in=[o.tenancy_id for o in own]).exclude(resident=resident)
    others = list(shared.select_related("resident").order_by("part", "resident__name"))
    return [Household(o.tenancy, o, tuple(other for other in others if other.tenancy_id == o.tenancy_id)) for o in own]


def details_of(resident: Resident) -> Details:
    """What is known of a person, as it would be typed: what the change form starts from."""
    home = resident.address
    contacts = list(resident.contact_points.order_by("pk"))
    kinds = ContactPoint.Kind
    return Details(
        name=resident.name,
        relation=resident.relation,
        known_as=list(resident.known_as),
        date_of_birth=resident.date_of_birth,
        preferred_format=resident.preferred_format,
        preferred_language=resident.preferred_language,
        safe_contact=resident.safe_contact,
        home=Home(home.lines, home.postcode, home.uprn) if home else None,
        phones=tuple(c.value for c in contacts if c.kind == kinds.PHONE),
        emails=tuple(c.value for c in contacts if c.kind == kinds.EMAIL),
    )
