"""Setting, meeting and cancelling deadlines, in the transaction of the event that they run from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

import policies.calendars
import policies.clocks
from audit import services as audit
from deadlines import permissions
from deadlines.models import Deadline, Holiday
from design import dates
from people.models import Provider, Resident, User
from policies import rules

YEARS_BACK, YEARS_AHEAD = 6, 3


def calendar_for(provider: Provider) -> policies.calendars.Calendar:
    """The provider's calendar: its own table of days off, for the years that the table covers."""
    days = {holiday.on: holiday.name for holiday in Holiday.objects.filter(provider=provider)}
    years = [day.year for day in days]
    covers = (date(min(years), 1, 1), date(max(years), 12, 31)) if years else (date.max, date.min)
    return policies.calendars.Calendar(nation=provider.nation, holidays=days, covers=covers)


@transaction.atomic
def seed_holidays(provider: Provider, *, today: date) -> int:
    """Write the nation's bank holidays into the provider's table, years back and ahead; rows that stand are kept."""
    first, last = today.year - YEARS_BACK, today.year + YEARS_AHEAD
    known = policies.calendars.Calendar.of(provider.nation, first, last).holidays
    rows = [Holiday(provider=provider, on=on, name=name) for on, name in known.items()]
    return len(Holiday.objects.bulk_create(rows, ignore_conflicts=True))


@transaction.atomic
def set_deadline(
    *,
    provider: Provider,
    resident: Resident | None,
    kind: str,
    about: str,
    title: str,
    url_name: str,
    at: datetime,
    case_ref: str = "",
    due_on: date | None = None,
    reckoning: policies.clocks.Reckoning | None = None,
    owner: User | None = None,
    for_roles: Iterable[str] = (),
    not_for: Iterable[User] = (),
    runs_from_event: int | None = None,
) -> Deadline:
    """Set what somebody must do. A reckoning brings its own date and its explanation; without either it just waits.

    An open deadline of the same kind about the same thing is replaced (its clock was restarted).
    """
    cancel(about, kind, at=at, reason="Set anew")
    return Deadline.objects.create(
        provider=provider,
        resident=resident,
        kind=kind,
        about=about,
        case_ref=case_ref,
        title=title,
        url_name=url_name,
        due_on=reckoning.due if reckoning else due_on,
        reckoning=reckoning.to_json() if reckoning else None,
        owner=owner,
        for_roles=list(for_roles),
        not_for=[user.pk for user in not_for],
        runs_from_event=runs_from_event,
        set_at=at,
    )


def excuse(about: str, kind: str, *, user: User) -> None:
    """Take something that waits off the list of one person: they have done their part, and it waits for others."""
    for row in Deadline.objects.open().select_for_update().filter(about=about, kind=kind):
        if user.pk not in row.not_for:
            row.not_for = [*row.not_for, user.pk]
            row.save()


def meet(about: str, kind: str, *, at: datetime, how: str = "") -> int:
    """What was due has been done. Returns how many deadlines that met (none, or one)."""
    return _end(about, kind, Deadline.State.MET, at, how)


def cancel(about: str, kind: str | None = None, *, at: datetime, reason: str) -> int:
    """What was due no longer is: one kind, or every kind about the thing. Returns how many were open."""
    return _end(about, kind, Deadline.State.CANCELLED, at, reason)


def _end(about: str, kind: str | None, state: str, at: datetime, reason: str) -> int:
    found = Deadline.objects.open().filter(about=about)
    if kind is not None:
        found = found.filter(kind=kind)
    return found.update(state=state, ended_at=at, end_reason=reason[:200])


@dataclass(frozen=True)
class Shift:
    """An open deadline whose date moves when the days off change: from which day, to which reckoning."""

    deadline: Deadline
    was: date
    reckoning: policies.clocks.Reckoning


@transaction.atomic
def add_day_off(provider: Provider, *, on: date, name: str, by: User, at: datetime) -> list[Shift]:
    """Add a proclaimed holiday or a closure of the provider's own, and move the open deadlines that it touches.

    Holidays are dated data, updatable without a release (T1). `shifts` shows beforehand what would move. Raises
    `NotPermitted` for anybody but an administrator, `RuleBroken` where the day is one already.
    """
    permissions.check_can_correct_days_off(by, provider)
    if not name.strip():
        raise rules.RuleBroken("Enter what the day is called", field="name")
    _, made = Holiday.objects.get_or_create(provider=provider, on=on, defaults={"name": name.strip()})
    if not made:
        raise rules.RuleBroken("The day is already a day off", field="on")
    audit.record("holiday.added", subject=provider, by=by, at=at, facts={"on": on, "name": name.strip()})
    return recompute(provider, by=by, at=at, because=f"Day off added: {name.strip()}, {dates.day(on)}")


@transaction.atomic
def remove_day_off(provider: Provider, *, on: date, by: User, at: datetime) -> list[Shift]:
    """Take away a day off that is none, and move the open deadlines that it touches. Raises as `add_day_off`."""
    permissions.check_can_correct_days_off(by, provider)
    holiday = Holiday.objects.select_for_update().filter(provider=provider, on=on).first()
    if holiday is None:
        raise rules.RuleBroken("The day is not a day off", field="on")
    holiday.delete()
    audit.record("holiday.removed", subject=provider, by=by, at=at, facts={"on": on, "name": holiday.name})
    return recompute(provider, by=by, at=at, because=f"Day off removed: {holiday.name}, {dates.day(on)}")


def shifts(provider: Provider, calendar: policies.calendars.Calendar) -> list[Shift]:
    """Which open deadlines would move in another calendar, and to which day; shown before a change is made (T1)."""
    found = []
    for deadline in Deadline.objects.open().filter(provider=provider, due_on__isnull=False, reckoning__isnull=False):
        assert deadline.due_on and deadline.reckoning
        anew = _recounted(policies.clocks.Reckoning.from_json(deadline.reckoning), calendar)
        if anew.due and anew.due != deadline.due_on:
            found.append(Shift(deadline, deadline.due_on, anew))
    return found


@transaction.atomic
def recompute(provider: Provider, *, by: User | None, at: datetime, because: str) -> list[Shift]:
    """Work out every open deadline anew in the provider's calendar as it stands now, and say so in the trail (T1).

    Only the date and its explanation change: what it waits for and who does it stay. A moved deadline is reminded of
    again, because a reminder is kept for its due date.
    """
    Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    moved = shifts(provider, calendar_for(provider))
    for shift in moved:
        deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=shift.deadline.pk)
        if deadline.state != Deadline.State.OPEN:
            continue
        deadline.due_on, deadline.reckoning = shift.reckoning.due, shift.reckoning.to_json()
        deadline.save(update_fields=["due_on", "reckoning"])
        facts = {"deadline": deadline.kind, "was": shift.was, "now": deadline.due_on, "because": because}
        audit.record("deadline.moved", subject=deadline, by=by, at=at, facts=facts)
    return moved


def _recounted(found: policies.clocks.Reckoning, calendar: policies.calendars.Calendar) -> policies.clocks.Reckoning:
    """The same clock in another calendar; a date beyond its years stays as it is, because a guess would be worse."""
    try:
        return policies.clocks.recount(found, calendar)
    except policies.calendars.NotCovered:
        return found
