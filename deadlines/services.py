"""Setting, meeting and cancelling deadlines, in the transaction of the event that they run from."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import policies.clocks

import policies.calendars
from deadlines.models import Deadline, Holiday
from people.models import Provider, Resident, User

YEARS_BACK, YEARS_AHEAD = 6, 3
LONDON = ZoneInfo("Europe/London")


def day_of(at: datetime) -> date:
    """The day, in the United Kingdom, on which an instant falls: the day that people live by."""
    return at.astimezone(LONDON).date()


def calendar_for(provider: Provider) -> policies.calendars.Calendar:
    """The provider's calendar: its own table of days off, for the years that the table covers."""
    days = {holiday.on: holiday.name for holiday in Holiday.objects.filter(provider=provider)}
    years = [day.year for day in days]
    covers = (date(min(years), 1, 1), date(max(years), 12, 31)) if years else (date.max, date.min)
    return policies.calendars.Calendar(nation=provider.nation, holidays=days, covers=covers)


def seed_holidays(provider: Provider, *, today: date) -> int:
    """Write the nation's bank holidays into the provider's table, years back and ahead; rows that stand are kept."""
    first, last = today.year - YEARS_BACK, today.year + YEARS_AHEAD
    known = policies.calendars.Calendar.of(provider.nation, first, last).holidays
    rows = [Holiday(provider=provider, on=on, name=name) for on, name in known.items()]
    return len(Holiday.objects.bulk_create(rows, ignore_conflicts=True))


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
