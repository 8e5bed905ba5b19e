"""Finding people and places, looking them up, and what a look-up shows. Every look is recorded."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models, transaction

from audit import services as audit
from design.dates import day_of
from people import access, search
from people.models import Address, Organisation, Provider, Resident, User
from policies.rules import Rule, RuleBroken
from register import permissions
from register.models import Entry, Lookup, Receipt

LOOKED_TODAY = Rule("evenhand", text="A look at the register holds for the day on which it was made.")


@dataclass(frozen=True)
class Match:
    """A person or a place that may be the one meant. It says nothing about entries: residents without one match too."""

    title: str
    lines: tuple[str, ...]
    reference: str
    resident: Resident | None = None
    known_as: tuple[str, ...] = ()
    born: int | None = None


MOST_MATCHES = 20


def find(typed: str, *, user: User, on: date) -> tuple[list[Match], bool]:
    """People and places that what was typed may mean, and whether there are more than are listed.

    Part of a name, an address, a postcode or a phone number. Every resident of the user's providers is found, entry or
    no entry, so that a match gives nothing away; contractors find them too, by name and address alone.
    """
    if not search.plain(typed):
        return [], False
    providers = access.providers_where(
        user, Provider.Capability.VIEW_REGISTER, Provider.Capability.VIEW_SHARED_REGISTER
    )
    people = list(
        Resident.objects.filter(provider__in=providers)
        .matching(typed)
        .prefetch_related("addresses")[: MOST_MATCHES + 1]
    )
    places = Entry.objects.visible_to(user).in_force(on).matching(typed)[: MOST_MATCHES + 1]
    staff = set(access.providers_where(user, Provider.Capability.VIEW_REGISTER))
    matches = [_person(resident, whole=resident.provider_id in staff) for resident in people]
    seen: list[Entry] = []
    for entry in places:
        if not any(same_place(entry, other.place, other.place_postcode) for other in seen):
            seen.append(entry)
            matches.append(Match(entry.place, tuple(filter(None, [entry.place_postcode])), entry.reference))
    return matches[:MOST_MATCHES], len(matches) > MOST_MATCHES


def _person(resident: Resident, *, whole: bool) -> Match:
    home = resident.address
    lines = (*home.lines.splitlines(), home.postcode) if home else ()
    born = resident.date_of_birth.year if whole and resident.date_of_birth else None
    known_as = tuple(resident.known_as) if whole else ()
    return Match(resident.name, tuple(filter(None, lines)), resident.reference, resident, known_as, born)


def same_place(entry: Entry, lines: str, postcode: str) -> bool:
    """Whether the place of an entry is this address, a part of it, or the house that it is in."""
    here, there = set(search.plain(entry.place).split()), set(search.plain(lines).split())
    codes = {search.plain(code).replace(" ", "") for code in (entry.place_postcode, postcode)} - {""}
    return bool(here and there) and len(codes) < 2 and (here <= there or there <= here)


def entries_for(resident: Resident, *, user: User, on: date, visiting: bool) -> list[Entry]:
    """What the register holds for meeting a person: their own entries, those of the place where they live, and, for a
    visit, those of people who live in the same home (HSWA 1974 s2: who is exposed is told)."""
    shown = (
        Entry.objects.visible_to(user)
        .in_force(on)
        .with_next_look()
        .filter(provider=resident.provider_id)
        .select_related("resident")
    )
    home = resident.address
    wanted = models.Q(resident=resident)
    if home is not None and home.until is None:
        wanted |= models.Q(resident__isnull=True, place_postcode__in={home.postcode.upper(), ""})
    if visiting:
        wanted |= models.Q(resident__in=_same_home_as(resident, home))
    found = shown.filter(wanted).order_by("entered_at", "pk")
    own = [entry for entry in found if entry.resident_id == resident.pk]
    places = [e for e in found if e.resident_id is None and home and same_place(e, home.lines, home.postcode)]
    return own + places + [e for e in found if e.resident_id not in (None, resident.pk)]


def _same_home_as(resident: Resident, home: Address | None) -> list[int]:
    """Who else lives where a person lives, by tenancy or by address."""
    tenancies = resident.occupancies.values("tenancy")
    together = set(
        Resident.objects.filter(occupancies__tenancy__in=tenancies).exclude(pk=resident.pk).values_list("pk", flat=True)
    )
    if home is not None and home.until is None and home.postcode:
        near = Address.objects.filter(
            resident__provider=resident.provider_id, until__isnull=True, postcode__iexact=home.postcode
        ).exclude(resident=resident)
        together |= {a.resident_id for a in near if search.same_home(home.lines, home.postcode, a.lines, a.postcode)}
    return sorted(together)


def entries_at(place: Entry, *, user: User, on: date) -> list[Entry]:
    """What the register holds for the place of an entry."""
    standing = Entry.objects.visible_to(user).in_force(on).with_next_look()
    shown = standing.filter(provider=place.provider_id, resident__isnull=True)
    return [e for e in shown.order_by("entered_at", "pk") if same_place(e, place.place, place.place_postcode)]


@transaction.atomic
def look_up(resident: Resident, *, by: User, purpose: str, at: datetime) -> Lookup:
    """Look a person up: what is shown, to whom, why and when is recorded before it is shown (UK GDPR Arts 5(2), 32)."""
    permissions.check_can_look_up(by, resident.provider)
    visiting = purpose == Lookup.Purpose.VISIT
    entries = entries_for(resident, user=by, on=day_of(at), visiting=visiting)
    lookup = _record_look(resident.provider, entries, resident=resident, place="", by=by, purpose=purpose, at=at)
    audit.record("register.looked_up", subject=resident, by=by, at=at, facts=_look_facts(lookup))
    return lookup


@transaction.atomic
def look_up_place(place: Entry, *, by: User, purpose: str, at: datetime) -> Lookup:
    """Look up a place that has an entry of its own."""
    permissions.check_can_look_up(by, place.provider)
    entries = entries_at(place, user=by, on=day_of(at))
    words = f"{place.place}\n{place.place_postcode}".strip()
    return _record_look(place.provider, entries, resident=None, place=words, by=by, purpose=purpose, at=at)


def _record_look(
    provider: Provider,
    entries: list[Entry],
    *,
    resident: Resident | None,
    place: str,
    by: User,
    purpose: str,
    at: datetime,
) -> Lookup:
    if purpose not in Lookup.Purpose.values:
        raise RuleBroken("Choose why you are looking", field="purpose")
    lookup = Lookup.objects.create(
        provider=provider,
        by=by,
        organisation=by.organisation,
        at=at,
        resident=resident,
        place=place,
        purpose=purpose,
        entries_shown=[entry.reference for entry in entries],
    )
    for entry in entries:
        if resident is None or entry.resident_id not in (None, resident.pk):
            audit.record("register.looked_up", subject=entry, by=by, at=at, facts=_look_facts(lookup))
    return lookup


def _look_facts(lookup: Lookup) -> dict[str, Any]:
    organisation: Organisation | None = lookup.organisation
    return {
        "lookup": lookup.pk,
        "purpose": lookup.get_purpose_display(),
        "entries": lookup.entries_shown,
        "organisation": organisation.name if organisation else "",
    }


def shown_by(lookup: Lookup, *, user: User, at: datetime) -> list[Entry] | None:
    """What a look-up shows, as long as it holds: on its own day, and while the register still says the same.

    None once it no longer holds: an old card must never pass for today's.
    """
    today = day_of(at)
    if day_of(lookup.at) != today:
        return None
    if lookup.resident is not None:
        visiting = lookup.purpose == Lookup.Purpose.VISIT
        entries = entries_for(lookup.resident, user=user, on=today, visiting=visiting)
    else:
        standing = Entry.objects.visible_to(user).in_force(today).with_next_look()
        shown = standing.filter(reference__in=lookup.entries_shown)
        entries = list(shown.order_by("entered_at", "pk"))
    return entries if {entry.reference for entry in entries} == set(lookup.entries_shown) else None


@transaction.atomic
def confirm_checked(lookup_id: int, *, by: User, at: datetime) -> Receipt:
    """“I have checked before this visit”: a timed receipt, for whoever made the look-up, once, on the same day."""
    lookup = Lookup.objects.select_for_update(of=("self",)).select_related("provider", "resident").get(pk=lookup_id)
    if lookup.by_id != by.pk:
        raise access.NotPermitted("Only the person who looked can say that they have checked.")
    receipt = Receipt.objects.filter(lookup=lookup).first()
    if receipt is not None:
        return receipt
    if shown_by(lookup, user=by, at=at) is None:
        raise RuleBroken("The register has changed since you looked, or it was another day. Check again", LOOKED_TODAY)
    receipt = Receipt.objects.create(lookup=lookup, at=at)
    subject = lookup.resident or Entry.objects.filter(reference__in=lookup.entries_shown).first() or lookup.provider
    audit.record("register.checked", subject=subject, by=by, at=at, facts={"lookup": lookup.pk})
    return receipt
