"""Who looked at what, and what of it was unusual: read from the trail, and judged by its reader alone (rule D9)."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Q

from audit import subjects
from audit.models import LOOKED, LOOKS, Event, Trail
from cases.models import Case, Incident
from deadlines.services import calendar_for
from design import dates
from people.models import Provider, Resident, User
from people.search import plain, run_together
from policies.calendars import WEEKEND, Calendar

MOST = 20_000
MANY = 30
BEGINS, ENDS = time(7), time(19)
CALLED = {
    subjects.CASE: "case",
    subjects.INCIDENT: "incident",
    subjects.EVIDENCE: "file",
    subjects.LETTER: "letter",
    subjects.WARNING: "letter",
    subjects.RESIDENT: "resident",
    subjects.RESTRICTION: "restriction",
    subjects.REVIEW: "review",
    subjects.APPEAL: "appeal",
    subjects.ENTRY: "entry",
    subjects.CONSIDERATION: "question of the register",
    subjects.TRAIL: "who looked",
}
RULES = (
    f"More than {MANY} things in one hour by one person.",
    "A resident whose surname, phone number or e-mail address is the reader’s own.",
    "A case that was closed when it was looked at.",
    "A file that was closed to the reader and that they opened urgently.",
    "Outside working hours: before 7am, from 7pm, on a Saturday, a Sunday or a day off.",
)


@dataclass(frozen=True)
class Asked:
    """What somebody wants to know: the looks at one resident, by one reader, between two days.

    `not_of` are the residents of whose files whoever asks is kept out by name.
    """

    provider: Provider
    first_on: date | None
    last_on: date
    resident: Resident | None = None
    reader: User | None = None
    not_of: frozenset[str] = frozenset()

    @property
    def trail(self) -> Trail:
        """This look at the looks belongs with the resident or the person whom it is about, else with its days."""
        ref = self.resident.reference if self.resident else self.reader.reference if self.reader else str(self.last_on)
        resident = self.resident.reference if self.resident else ""
        return Trail(subjects.TRAIL, ref, self.provider.slug, resident)


class Seen(NamedTuple):
    """One look, as it is read."""

    at: datetime
    verb: str
    by_ref: str
    by_name: str
    kind: str
    ref: str
    resident: str
    case: str

    @property
    def thing(self) -> str:
        """What was looked at, in words."""
        if self.verb == "health" + LOOKED:
            return f"health of resident {self.ref}"
        if self.verb == "file.opened_urgently":
            return f"closed file of resident {self.ref}"
        if self.verb == "letter.opened":
            return f"PDF of letter {self.ref}"
        if self.verb == "register.looked_up":
            return f"register: {CALLED.get(self.kind, self.kind)} {self.ref}"
        return f"{CALLED.get(self.kind, self.kind)} {self.ref}"


@dataclass(frozen=True)
class Unusual:
    """What strikes the eye: who, what, when first; by which of the rules."""

    rule: int
    by_ref: str
    by_name: str
    said: str
    at: datetime


def looks(asked: Asked) -> list[Seen]:
    """The looks that were asked for, newest first; at most `MOST` of them."""
    found = Event.objects.filter(
        LOOKS,
        provider_ref=asked.provider.slug,
        at__lt=_begin(asked.last_on + timedelta(days=1)),
    )
    if asked.not_of:
        found = found.exclude(resident_ref__in=asked.not_of)
    if asked.first_on:
        found = found.filter(at__gte=_begin(asked.first_on))
    if asked.reader:
        found = found.filter(by_ref=asked.reader.reference)
    if asked.resident:
        incidents = Incident.objects.filter(involvements__resident=asked.resident)
        files = [str(pk) for pk in incidents.values_list("evidence", flat=True) if pk]
        at_these = Q(
            subject_kind=subjects.INCIDENT, subject_ref__in=list(incidents.values_list("reference", flat=True))
        )
        at_files = Q(subject_kind=subjects.EVIDENCE, subject_ref__in=files)
        found = found.filter(Q(resident_ref=asked.resident.reference) | at_these | at_files)
    columns = ("at", "verb", "by_ref", "by_name", "subject_kind", "subject_ref", "resident_ref", "case_ref")
    return [Seen(*row) for row in found.order_by("-at", "-pk").values_list(*columns)[:MOST]]


def unusual(asked: Asked, seen: list[Seen]) -> list[Unusual]:
    """What of these looks was unusual, by the rules that the page states (`RULES`); newest first, rule by rule."""
    kin, closed, calendar = _kin(asked.provider, seen), _closed(seen), calendar_for(asked.provider)
    found = [
        *_each_hour(seen),
        *_together(
            1, (one for one in seen if (one.by_ref, one.resident) in kin), lambda one: one.resident,
            lambda first, times: f"looked at resident {first.resident} {times}: {kin[first.by_ref, first.resident]}",
        ),
        *_together(
            2, (one for one in seen if one.case in closed and one.at > closed[one.case]), lambda one: one.case,
            lambda first, times: f"looked at case {first.case} {times}, which was closed",
        ),
        *_together(
            3, (one for one in seen if one.verb == "file.opened_urgently"), lambda one: one.resident,
            lambda first, times: f"opened the closed file of resident {first.resident} {times}",
        ),
        *_together(
            4, (one for one in seen if _outside(one.at, calendar)), lambda one: dates.day_of(one.at),
            lambda first, times: f"looked {times} outside working hours on {dates.day_weekday(dates.day_of(first.at))}",
        ),
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.rule, -one.at.timestamp()))


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), dates.LONDON)


def _each_hour(seen: Iterable[Seen]) -> list[Unusual]:
    hours: dict[tuple[str, datetime], list[Seen]] = defaultdict(list)
    for one in seen:
        hours[one.by_ref, one.at.replace(minute=0, second=0, microsecond=0)].append(one)
    return [
        Unusual(0, ref, found[0].by_name, f"looked at {len(found)} things in the hour from {dates.moment(hour)}", hour)
        for (ref, hour), found in hours.items()
        if len(found) > MANY
    ]


def _together(
    rule: int, found: Iterable[Seen], by: Callable[[Seen], Hashable], said: Callable[[Seen, str], str]
) -> list[Unusual]:
    """One line a person and thing, however often they looked."""
    groups: dict[tuple[str, Hashable], list[Seen]] = defaultdict(list)
    for one in found:
        groups[one.by_ref, by(one)].append(one)
    told = []
    for same in groups.values():
        first = same[-1]
        times = "once" if len(same) == 1 else f"{len(same)} times"
        told.append(Unusual(rule, first.by_ref, first.by_name, said(first, times), first.at))
    return told


def _kin(provider: Provider, seen: Iterable[Seen]) -> dict[tuple[str, str], str]:
    """Readers and residents who may be related, or be one person: the same surname, phone number or e-mail address."""
    pairs = {(one.by_ref, one.resident) for one in seen if one.resident}
    readers = {one.reference: one for one in User.objects.filter(reference__in={by for by, _ in pairs})}
    people = Resident.objects.filter(provider=provider, reference__in={ref for _, ref in pairs})
    residents = {one.reference: one for one in people.prefetch_related("contact_points")}
    found = {}
    for by, ref in pairs:
        if by in readers and ref in residents and (shared := _shared(readers[by], residents[ref])):
            found[by, ref] = f"the same {' and '.join(shared)}"
    return found


def _shared(reader: User, resident: Resident) -> list[str]:
    values = {_number(point.value) for point in resident.contact_points.all()} - {""}
    shared = {
        "surname": bool(_surname(reader.name)) and _surname(reader.name) == _surname(resident.name),
        "phone number": _number(reader.phone) in values,
        "e-mail address": _number(reader.email) in values,
    }
    return [name for name, same in shared.items() if same]


def _surname(name: str) -> str:
    return plain(name).rpartition(" ")[2]


def _number(value: str) -> str:
    return run_together(value) or plain(value)


def _closed(seen: Iterable[Seen]) -> dict[str, datetime]:
    refs = {one.case for one in seen if one.case}
    closed = Case.objects.filter(reference__in=refs, stage=Case.Stage.CLOSED, closed_at__isnull=False)
    return {ref: at for ref, at in closed.values_list("reference", "closed_at") if at}


def _outside(at: datetime, calendar: Calendar) -> bool:
    local = at.astimezone(dates.LONDON)
    day = local.date()
    return day.weekday() in WEEKEND or day in calendar.holidays or not BEGINS <= local.time() < ENDS
