"""Looking people and places up, and what a look shows. Every look is recorded before it is shown."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction

from audit import services as audit
from design.dates import day_of
from people import access, search
from people.models import Address, Organisation, Provider, Resident, User
from policies.rules import Rule, RuleBroken, need
from register import permissions
from register.models import Entry, Handle, Lookup, Receipt
from register.services.finding import TooMany, one_at_a_time, same_place

LOOKS = (20, timedelta(hours=1))
"""How many looks a contractor takes in which time."""
FOR_A_JOB = Rule("evenhand", text="A contractor looks at one person or place for one job or visit.")
LOOKED_TODAY = Rule("evenhand", text="A look at the register holds for the day on which it was made.")


def entries_for(resident: Resident, *, user: User, on: date, visiting: bool) -> list[Entry]:
    """What the register holds for meeting a person: their own entries, those of the place where they live, and, for a
    visit, those of people who live in the same home (HSWA 1974 s2: who is exposed is told).

    Raises `NotPermitted` where something of it is not for this reader, who is kept out of a file: what is left would
    look like all that there is.
    """
    permissions.check_not_kept_out(user, resident)
    shown = (
        Entry.objects.visible_to(user, on)
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
        together = _same_home_as(resident, home)
        permissions.check_not_kept_out_of_the_home(user, Entry.objects.in_force(on).filter(resident__in=together))
        wanted |= models.Q(resident__in=together)
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
    standing = Entry.objects.visible_to(user, on).in_force(on).with_next_look()
    shown = standing.filter(provider=place.provider_id, resident__isnull=True)
    return [e for e in shown.order_by("entered_at", "pk") if same_place(e, place.place, place.place_postcode)]


@dataclass(frozen=True)
class Why:
    """Why somebody looks: one of three purposes, and for a contractor the number of the job or the visit."""

    purpose: str
    job: str = ""


@transaction.atomic
def look_up(resident: Resident, *, by: User, purpose: str, at: datetime, job: str = "") -> Lookup:
    """Look a person up: what is shown, to whom, why and when is recorded before it is shown (UK GDPR Arts 5(2), 32).

    A contractor says for which job, and looks once for it in a day: asked again, it is the same look while the register
    says the same. Raises `NotPermitted` for whoever may not, `RuleBroken` without a purpose or a job, and `TooMany`
    after too many looks.
    """
    permissions.check_can_look_up(by, resident.provider)
    why = Why(purpose, job.strip())
    if before := _checked(resident.provider, why, by=by, at=at, resident=resident):
        return before
    visiting = purpose == Lookup.Purpose.VISIT
    entries = entries_for(resident, user=by, on=day_of(at), visiting=visiting)
    lookup = _record_look(resident.provider, entries, why, resident=resident, place="", by=by, at=at)
    audit.record("register.looked_up", subject=resident, by=by, at=at, facts=_look_facts(lookup))
    return lookup


@transaction.atomic
def look_up_place(place: Entry, *, by: User, purpose: str, at: datetime, job: str = "") -> Lookup:
    """Look up a place that has an entry of its own. Raises as `look_up`."""
    permissions.check_can_look_up(by, place.provider)
    why, words = Why(purpose, job.strip()), f"{place.place}\n{place.place_postcode}".strip()
    if before := _checked(place.provider, why, by=by, at=at, resident=None, place=words):
        return before
    entries = entries_at(place, user=by, on=day_of(at))
    return _record_look(place.provider, entries, why, resident=None, place=words, by=by, at=at)


@transaction.atomic
def look_up_found(handle_id: int, *, by: User, purpose: str, job: str, at: datetime) -> Lookup:
    """Look up what a search handed out: once. Pressed again, it leads to the same look. Raises as `look_up`."""
    related = ("resident__provider", "place__provider")
    handle = Handle.objects.select_for_update(of=("self",)).select_related(*related, "lookup").get(pk=handle_id, by=by)
    if handle.lookup is not None:
        return handle.lookup
    if handle.resident is not None:
        lookup = look_up(handle.resident, by=by, purpose=purpose, job=job, at=at)
    else:
        assert handle.place is not None
        lookup = look_up_place(handle.place, by=by, purpose=purpose, job=job, at=at)
    handle.lookup = lookup
    handle.save()
    return lookup


def _checked(
    provider: Provider, why: Why, *, by: User, at: datetime, resident: Resident | None, place: str = ""
) -> Lookup | None:
    """Refuse a look without its reason or after too many; the same look of a contractor, where it still holds."""
    if why.purpose not in Lookup.Purpose.values:
        raise RuleBroken("Choose why you are looking", field="purpose")
    if access.can(by, access.Can.VIEW_REGISTER, provider.pk):
        return None
    need(why.job, "Enter the number of the job or the visit", "job", FOR_A_JOB)
    mine = Lookup.objects.filter(by=by, provider=provider)
    same = mine.filter(resident=resident, place=place, purpose=why.purpose, job=why.job).order_by("-at").first()
    if same is not None and shown_by(same, user=by, at=at) is not None:
        return same
    most, time = LOOKS
    one_at_a_time(by)
    if mine.filter(at__gt=at - time).count() >= most:
        raise TooMany("up to an hour")
    return None


def _record_look(
    provider: Provider, entries: list[Entry], why: Why, *, resident: Resident | None, place: str, by: User, at: datetime
) -> Lookup:
    lookup = Lookup.objects.create(
        provider=provider,
        by=by,
        organisation=by.organisation,
        at=at,
        resident=resident,
        place=place,
        purpose=why.purpose,
        job=why.job,
        entries_shown=[entry.reference for entry in entries],
    )
    for entry in entries:
        if resident is None or entry.resident_id not in (None, resident.pk):
            audit.record("register.looked_up", subject=entry, by=by, at=at, facts=_look_facts(lookup))
    return lookup


def _look_facts(lookup: Lookup) -> dict[str, Any]:
    organisation: Organisation | None = lookup.organisation
    said = {"job": lookup.job} if lookup.job else {}
    return said | {
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
        standing = Entry.objects.visible_to(user, today).in_force(today).with_next_look()
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
