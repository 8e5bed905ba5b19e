"""Finding people and places before a visit or a call: who matches, for whom, and what a contractor is handed of it.

Every search is recorded: who searched, what they asked, how many were found. Staff find by what their work needs; a
contractor by the name and address where they go, and is handed no reference that could be counted up.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import QuerySet

from audit import services as audit
from audit.models import Event
from design.dates import day_of
from people import access, search
from people.access import Can
from people.models import Resident, User
from policies.rules import Rule, RuleBroken
from register.models import Entry, Handle

MOST_MATCHES = 20
MOST_FOR_CONTRACTORS = 10
FEWEST_LETTERS = 3
FEWEST_DIGITS = 6
"""Of a phone number: fewer would list whoever has them in theirs."""
SLICE, SLICES = 500, 4
"""How many are looked through, at most, for those whose name or address it is that was typed."""
SEARCHES = (30, timedelta(hours=1))
"""How many searches a contractor makes in which time: enough for a day's round, too few to list a town."""
HANDLE_HOLDS = timedelta(minutes=30)
NARROW = Rule("evenhand", text="A contractor finds the person or place that they go to, and lists nobody else.")
SEARCHED = "register.searched"


class TooMany(Exception):
    """Somebody has searched or looked so often lately that they have to wait. `wait` says how long, in words."""

    def __init__(self, wait: str) -> None:
        super().__init__(wait)
        self.wait = wait


@dataclass(frozen=True)
class Match:
    """A person or a place that may be the one meant. It says nothing about entries: residents without one match too.

    `reference` is by what staff open it, `handle` by what a contractor does; each has only their own.
    """

    title: str
    lines: tuple[str, ...]
    reference: str = ""
    resident: Resident | None = None
    place: Entry | None = None
    known_as: tuple[str, ...] = ()
    born: int | None = None
    handle: UUID | None = None


def is_contractor(user: User) -> bool:
    """Whether somebody sees no more of the register than what is shared with their organisation."""
    return not access.providers_where(user, Can.VIEW_REGISTER)


@transaction.atomic
def search_for(typed: str, *, by: User, at: datetime) -> tuple[list[Match], bool]:
    """Search, record who asked for what and how many were found, and hand a contractor what opens each match.

    Raises, for a contractor, `RuleBroken` for fewer than three letters and `TooMany` after too many searches.
    """
    contractor = is_contractor(by)
    if contractor:
        _check_narrow(typed)
        _check_searches(by, at)
    matches, more = find(typed, user=by, on=day_of(at))
    audit.record(
        SEARCHED, subject=by, by=by, at=at, facts={"found": len(matches), "more": more}, words={"asked": typed}
    )
    return (_handed_out(matches, by=by, at=at) if contractor else matches), more


def _check_narrow(typed: str) -> None:
    words = [*search.search_terms(typed), search.run_together(typed)]
    if max((sum(c.isalpha() for c in word) for word in words), default=0) < FEWEST_LETTERS:
        raise RuleBroken("Enter at least three letters of the name or the address", NARROW, "q")


def _check_searches(by: User, at: datetime) -> None:
    most, time = SEARCHES
    one_at_a_time(by)
    made = Event.objects.about(by.trail).filter(verb=SEARCHED, at__gt=at - time)
    if made.count() >= most:
        raise TooMany("up to an hour")


def one_at_a_time(by: User) -> None:
    """Let whoever is held back after so many be counted one after the other, however many they ask for at once."""
    User.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=by.pk)


def find(typed: str, *, user: User, on: date) -> tuple[list[Match], bool]:
    """People and places that what was typed may mean, and whether there are more than are listed.

    Every resident of the user's providers is found, entry or no entry, so that a match gives nothing away. Casework
    staff find by anything that is stored; the front line by names, the present address, a whole phone number and the
    resident's reference; contractors by the name and the present address alone.
    """
    if not search.plain(typed):
        return [], False
    contractor = is_contractor(user)
    most = MOST_FOR_CONTRACTORS if contractor else MOST_MATCHES
    places = _places(typed, user=user, on=on, named_only=contractor)
    matches = [_person(one, whole=not contractor) for one in _people(typed, user, most + 1)]
    return [*matches, *places][:most], len(matches) + len(places) > most


def _people(typed: str, user: User, most: int) -> list[Resident]:
    providers = access.providers_where(user, Can.VIEW_REGISTER, Can.VIEW_SHARED_REGISTER)
    casework = set(access.providers_where(user, Can.VIEW_CASES, Can.LOG_INCIDENTS))
    rows = Resident.objects.filter(provider__in=providers).matching(typed)
    contractor = is_contractor(user)
    found: list[Resident] = []
    read = ("addresses",) if contractor or casework >= set(providers) else ("addresses", "contact_points")
    for resident in _in_slices(rows.prefetch_related(*read)):
        if resident.provider_id in casework or _is_meant(typed, resident, contractor=contractor):
            found.append(resident)
        if len(found) == most:
            break
    return found


def _in_slices(rows: QuerySet[Resident]) -> Iterator[Resident]:
    for start in range(0, SLICE * SLICES, SLICE):
        some = list(rows[start : start + SLICE])
        yield from some
        if len(some) < SLICE:
            return


def _is_meant(typed: str, resident: Resident, *, contractor: bool) -> bool:
    """Whether it is by their name or address that somebody matches; for the front line also by a whole number."""
    home = resident.address
    words = [resident.name]
    if home is not None and home.until is None:
        words += [home.lines, home.postcode, home.postcode.replace(" ", "")]
    if contractor:
        return holds(words, typed)
    words += [*resident.known_as, resident.reference]
    number = search.run_together(typed)
    phones = ("".join(c for c in point.value if c.isdigit()) for point in resident.contact_points.all())
    by_phone = number.isdigit() and len(number) >= FEWEST_DIGITS and any(each.endswith(number) for each in phones)
    return by_phone or holds(words, typed)


def holds(words: Iterable[str], typed: str) -> bool:
    """Whether some words hold every term typed, or the postcode that the terms spell."""
    text = " ".join(search.plain(each) for each in words)
    together = search.run_together(typed)
    return all(term in text for term in search.search_terms(typed)) or bool(together and together in text)


def _places(typed: str, *, user: User, on: date, named_only: bool) -> list[Match]:
    """Each place once, whatever entries it has; for a contractor by its address, never by an entry's reference."""
    seen: list[Entry] = []
    for entry in Entry.objects.visible_to(user, on).in_force(on).matching(typed)[: MOST_MATCHES + 1]:
        named = holds([entry.place, entry.place_postcode, entry.place_postcode.replace(" ", "")], typed)
        if (named or not named_only) and not any(same_place(entry, one.place, one.place_postcode) for one in seen):
            seen.append(entry)
    return [Match(one.place, tuple(filter(None, [one.place_postcode])), one.reference, place=one) for one in seen]


def _person(resident: Resident, *, whole: bool) -> Match:
    home = resident.address
    lines = (*home.lines.splitlines(), home.postcode) if home else ()
    born = resident.date_of_birth.year if whole and resident.date_of_birth else None
    known_as = tuple(resident.known_as) if whole else ()
    return Match(resident.name, tuple(filter(None, lines)), resident.reference, resident, None, known_as, born)


def same_place(entry: Entry, lines: str, postcode: str) -> bool:
    """Whether the place of an entry is this address, a part of it, or the house that it is in."""
    here, there = set(search.plain(entry.place).split()), set(search.plain(lines).split())
    codes = {search.plain(code).replace(" ", "") for code in (entry.place_postcode, postcode)} - {""}
    return bool(here and there) and len(codes) < 2 and (here <= there or there <= here)


# Handles


def _handed_out(matches: list[Match], *, by: User, at: datetime) -> list[Match]:
    rows = [Handle(by=by, resident=match.resident, place=match.place, made_at=at) for match in matches]
    Handle.objects.bulk_create(rows)
    return [replace(match, reference="", handle=row.token) for match, row in zip(matches, rows, strict=True)]


def sign(token: UUID, session: str) -> str:
    """A handle as it stands in an address: it opens nothing in another session."""
    return signing.dumps(token.hex, salt=_salt(session))


def opened(signed: str, *, by: User, session: str, at: datetime) -> Handle:
    """The handle behind an address, while it holds. Raises `Handle.DoesNotExist` for what is forged, somebody else's,
    of another session, or older than half an hour."""
    try:
        token = UUID(signing.loads(signed, salt=_salt(session)))
    except (signing.BadSignature, ValueError, TypeError, AttributeError) as forged:
        raise Handle.DoesNotExist from forged
    related = ("resident__provider", "place__provider", "lookup")
    rows = Handle.objects.select_related(*related).prefetch_related("resident__addresses")
    return rows.get(token=token, by=by, made_at__gt=at - HANDLE_HOLDS)


def forget(*, at: datetime) -> int:
    """Clear the handles that open nothing any more."""
    gone, _ = Handle.objects.filter(made_at__lt=at - HANDLE_HOLDS).delete()
    return gone


def _salt(session: str) -> str:
    return f"register.handle:{session}"
