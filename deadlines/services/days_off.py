"""Correcting the days off: what a correction would move, shown before it is made, and then made (T1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

import policies.calendars
import policies.recounting
from audit import services as audit
from audit.models import Event, EventQuerySet
from deadlines import permissions
from deadlines.models import Deadline, DeadlineQuerySet, Holiday
from deadlines.services.calendars import calendar_for
from design import dates, seals
from people.models import Provider, User
from policies.reckoning import Reckoning
from policies.rules import RuleBroken, need

LONGEST = 62  # days: a closure of more than two months is a slip of the year or the month


@dataclass(frozen=True)
class Shift:
    """An open deadline of which the date or its explanation changes with the days off: from which day, to what."""

    deadline: Deadline
    was: date
    reckoning: Reckoning

    @property
    def now(self) -> date:
        """The day on which it is due then."""
        return self.reckoning.due or self.was

    @property
    def moves(self) -> bool:
        """Whether its day changes."""
        return self.now != self.was

    @property
    def stays_as_told(self) -> bool:
        """Whether it would move, and does not because a letter gave the resident its day."""
        return not self.moves and self.reckoning.instead_of is not None


@dataclass(frozen=True)
class Correction:
    """A change of the days off that somebody thinks of: the days, those of them that change nothing, what it moves."""

    added: Mapping[date, str] = field(default_factory=dict)
    removed: Mapping[date, str] = field(default_factory=dict)
    left_out: tuple[tuple[date, str], ...] = ()
    shifts: tuple[Shift, ...] = ()

    @property
    def moved(self) -> list[Shift]:
        """The deadlines whose day changes, the first to be due first."""
        return [shift for shift in self.shifts if shift.moves]

    @property
    def stays(self) -> list[Shift]:
        """The deadlines that would move, but for what a letter told."""
        return [shift for shift in self.shifts if shift.stays_as_told]

    @property
    def shown(self) -> dict[str, Any]:
        """All that its page shows, by name; the deed is done only while it is still the same."""
        moves = sorted((one.deadline.pk, one.was, one.now, str(one.reckoning.instead_of)) for one in self.shifts)
        return {"the days off": [self.added, self.removed], "the dates that move": moves}


def adding(provider: Provider, *, first_on: date, last_on: date | None, name: str, today: date) -> Correction:
    """What adding a day off, or a closure from its first to its last day, would do; changes nothing.

    Weekends and days that are off already are left out. Raises RuleBroken for a day that is past, since what was worked
    out by it has happened; for one beyond the years of the table; and where no day is left that would be added.
    """
    need(name, "Enter what the day or the closure is called", "name")
    return _worked_out(provider, *_days(provider, first_on, last_on, name.strip(), today), {}, Deadline.objects.all())


def removing(provider: Provider, *, on: date, whole: bool = False, today: date) -> Correction:
    """What removing a day off, or the `whole` closure that it is part of, would do; changes nothing.

    Raises RuleBroken for a past day, for one that is none, and for a closure of which no other day stands.
    """
    days = _as_entered(provider, on, today) if whole else [on]
    holidays = Holiday.objects.filter(provider=provider, on__in=days)
    return _worked_out(provider, {}, (), _gone(holidays, on, today), Deadline.objects.all())


def closures(provider: Provider, *, today: date) -> dict[date, tuple[date, ...]]:
    """Each day of a closure of several days, with all of its days that stand and are still to come, as it was entered.

    A day that was removed and added again belongs to what it was added with last. One query for the table, one for the
    corrections, however many days.
    """
    own = Holiday.objects.filter(provider=provider, own=True, on__gte=today).order_by("on").values_list("on", flat=True)
    entered: dict[date, int] = {}
    for event in made(provider).filter(verb="holiday.added").order_by("pk"):
        entered |= dict.fromkeys(map(date.fromisoformat, event.facts["days"]), event.pk)
    together: dict[int, list[date]] = {}
    for day in own:
        if day in entered:
            together.setdefault(entered[day], []).append(day)
    return {day: tuple(days) for days in together.values() if len(days) > 1 for day in days}


@transaction.atomic
def add(
    provider: Provider,
    *,
    first_on: date,
    last_on: date | None,
    name: str,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> Correction:
    """Add a proclaimed holiday or a closure of the provider's own, and move the open deadlines that it touches.

    Holidays are dated data, updatable without a release (T1). `seen` is the seal of what `adding` showed. Raises
    NotPermitted for anybody but an administrator, RuleBroken as `adding` does, and ChangedSince where what would move
    is no longer what was shown.
    """
    permissions.check_can_correct_days_off(by, provider)
    waiting = _held(provider)
    need(name, "Enter what the day or the closure is called", "name")
    days = _days(provider, first_on, last_on, name.strip(), dates.day_of(at))
    found = _worked_out(provider, *days, {}, waiting)
    seals.check(seen, found.shown, since=corrected(provider))
    Holiday.objects.bulk_create(
        Holiday(provider=provider, on=on, name=why, own=True) for on, why in found.added.items()
    )
    _record("holiday.added", provider, found.added, found, by=by, at=at)
    _move(found, by=by, at=at, because=f"Day off added: {name.strip()}, {_span(found.added)}")
    return found


@transaction.atomic
def remove(
    provider: Provider,
    *,
    on: date,
    whole: bool = False,
    reason: str,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> Correction:
    """Take away a day off that is none, saying why, and move the open deadlines that it touches. Raises as `add`.

    `whole` takes away the closure that the day is part of, as it was entered: those of its days that are still to come.
    """
    permissions.check_can_correct_days_off(by, provider)
    waiting = _held(provider)
    today = dates.day_of(at)
    days = _as_entered(provider, on, today) if whole else [on]
    holidays = Holiday.objects.select_for_update().filter(provider=provider, on__in=days)
    found = _worked_out(provider, {}, (), _gone(holidays, on, today), waiting)
    need(reason, "Enter why it is not a day off", "reason")
    seals.check(seen, found.shown, since=corrected(provider))
    Holiday.objects.filter(provider=provider, on__in=found.removed).delete()
    _record("holiday.removed", provider, found.removed, found, by=by, at=at, reason=reason.strip())
    _move(found, by=by, at=at, because=f"Day off removed: {found.removed[on]}, {_span(found.removed)}")
    return found


@transaction.atomic
def recompute(provider: Provider, *, by: User | None, at: datetime, because: str) -> Correction:
    """Work out every open deadline anew in the provider's calendar as it stands now, and say so in the trail (T1).

    Only the date and its explanation change: what it waits for and who does it stay. A moved deadline is reminded of
    again, because a reminder is kept for its due date.
    """
    found = _worked_out(provider, {}, (), {}, _held(provider))
    _move(found, by=by, at=at, because=because)
    return found


def made(provider: Provider) -> EventQuerySet:
    """Every correction of the provider's days off, as the trail keeps them."""
    return Event.objects.about(provider.trail).filter(verb__in=("holiday.added", "holiday.removed"))


def corrected(provider: Provider) -> seals.Since:
    """Who corrected the provider's days off, from an instant on."""
    return audit.since(provider, did={"holiday.added": "added days off", "holiday.removed": "removed days off"})


# inside


def _held(provider: Provider) -> DeadlineQuerySet:
    """The deadlines, each with its row locked when it is read; one correction at a time at a provider."""
    Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    return Deadline.objects.select_for_update(of=("self",), no_key=True)


def _days(
    provider: Provider, first_on: date, last_on: date | None, name: str, today: date
) -> tuple[dict[date, str], tuple[tuple[date, str], ...]]:
    """The days that a closure adds, and those that it leaves out, with why."""
    last_on = last_on or first_on
    calendar = calendar_for(provider)
    _check_span(calendar, first_on, last_on, today)
    days = [first_on + timedelta(days=more) for more in range((last_on - first_on).days + 1)]
    added = {day: name for day in days if calendar.is_working_day(day)}
    left_out = tuple((day, why) for day in days if (why := calendar.why_off(day)))
    if not added and first_on == last_on:
        raise RuleBroken(f"{dates.day(first_on)} is a day off already: {left_out[0][1]}", field="first_on")
    if not added:
        raise RuleBroken("Every day of the closure is a day off already: a weekend or a holiday", field="first_on")
    return added, left_out


def _check_span(calendar: policies.calendars.Calendar, first_on: date, last_on: date, today: date) -> None:
    begin, end = calendar.covers
    for name, called, day in (("first_on", "The day", first_on), ("last_on", "The last day", last_on)):
        if not begin <= day <= end:
            raise RuleBroken(f"{called} must be from {begin.year} to {end.year}", field=name)
    if first_on < today:
        raise RuleBroken(
            "The day must be today or in the future: dates worked out by past days have gone", field="first_on"
        )
    if last_on < first_on:
        raise RuleBroken(f"The last day must be on or after {dates.day(first_on)}", field="last_on")
    if (last_on - first_on).days >= LONGEST:
        raise RuleBroken(f"A closure must be {LONGEST} days or fewer. Add a longer one in parts", field="last_on")


def _span(days: Iterable[date]) -> str:
    days = sorted(days)
    return " to ".join(dict.fromkeys((dates.day(days[0]), dates.day(days[-1]))))


def _as_entered(provider: Provider, on: date, today: date) -> tuple[date, ...]:
    """The days of the closure of which a day is part. Raises RuleBroken where it is part of none, or alone left."""
    days = closures(provider, today=today).get(on)
    if days is None:
        raise RuleBroken("No other day of a closure is left with this one. Remove the day alone", field="on")
    return days


def _gone(holidays: Iterable[Holiday], on: date, today: date) -> dict[date, str]:
    days = {holiday.on: holiday.name for holiday in sorted(holidays, key=lambda one: one.on)}
    if on not in days:
        raise RuleBroken("The day is not a day off any more", field="on")
    if min(days) < today:
        raise RuleBroken("A day that is past stays: dates worked out by it have gone", field="on")
    return days


def _worked_out(
    provider: Provider,
    added: dict[date, str],
    left_out: tuple[tuple[date, str], ...],
    removed: dict[date, str],
    waiting: DeadlineQuerySet,
) -> Correction:
    """The correction with every open deadline worked out anew in the calendar as it would be."""
    calendar = calendar_for(provider).corrected(added=added, removed=removed)
    rows = waiting.open().filter(provider=provider, due_on__isnull=False, reckoning__isnull=False)
    shifts = []
    for deadline in rows.select_related("provider", "resident").order_by("pk"):
        assert deadline.due_on and deadline.reckoning
        before = Reckoning.from_json(deadline.reckoning)
        anew = _recounted(before, calendar)
        if anew.due and (anew != before or anew.due != deadline.due_on):
            shifts.append(Shift(deadline, deadline.due_on, anew))
    shifts.sort(key=lambda shift: (shift.was, shift.deadline.pk))
    return Correction(added, removed, left_out, tuple(shifts))


def _recounted(found: Reckoning, calendar: policies.calendars.Calendar) -> Reckoning:
    """The same clock in another calendar; a date beyond its years stays as it is, because a guess would be worse."""
    try:
        return policies.recounting.recount(found, calendar)
    except policies.calendars.NotCovered:
        return found


def _record(
    verb: str,
    provider: Provider,
    days: Mapping[date, str],
    found: Correction,
    *,
    by: User,
    at: datetime,
    reason: str = "",
) -> None:
    """Record what was done, with all that was shown beforehand: each date that moves, and each that stays as told."""
    facts = {
        "name": next(iter(days.values())),
        "days": sorted(days),
        "moved": [_as_facts(shift) for shift in found.moved],
        "stay_as_told": [_as_facts(shift) for shift in found.stays],
    }
    audit.record(verb, subject=provider, by=by, at=at, facts=facts, words={"reason": reason})


def _as_facts(shift: Shift) -> dict[str, str]:
    deadline = shift.deadline
    return {
        "kind": deadline.kind,
        "about": deadline.about,
        "case": deadline.case_ref,
        "was": shift.was.isoformat(),
        "now": shift.now.isoformat(),
    }


def _move(found: Correction, *, by: User | None, at: datetime, because: str) -> None:
    for shift in found.shifts:
        shift.deadline.due_on, shift.deadline.reckoning = shift.now, shift.reckoning.to_json()
    # A hundred a time: the database looks through all rows of a statement for each of them.
    Deadline.objects.bulk_update([shift.deadline for shift in found.shifts], ["due_on", "reckoning"], batch_size=100)
    moved = (
        (one.deadline, {"deadline": one.deadline.kind, "was": one.was, "now": one.now, "because": because})
        for one in found.moved
    )
    audit.record_each("deadline.moved", moved, by=by, at=at)
