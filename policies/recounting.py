"""A date counted anew after a correction of the days off, and what a letter told, which never becomes worse."""

from dataclasses import replace
from datetime import timedelta

from policies.calendars import Calendar
from policies.reckoning import START_NOT_COUNTED, Reckoning, is_own_time, landed


def recount(found: Reckoning, calendar: Calendar) -> Reckoning:
    """The same clock in another calendar, after a correction of its holidays: as many working days, or the same day.

    It needs neither policy nor events, because a reckoning holds what was counted; one that comes round again keeps its
    round. One without a date stays without. A review that was put off to the next working day, where the policy lets it
    be later, stays put off. Raises `calendars.NotCovered` beyond the calendar.

    >>> from datetime import date
    >>> from policies import clocks, shelf
    >>> dover, england = shelf.read_builtin("dover-district-council"), Calendar.of("england", 2026, 2027)
    >>> found = clocks.work_out(dover, "appeal.window", {"decision": date(2026, 12, 18)}, england)
    >>> recount(found, england.corrected(added={date(2026, 12, 24): "Offices closed"})).due
    datetime.date(2027, 1, 21)
    """
    return _as_told(_recounted(found, calendar)) if found.due else found


def told(found: Reckoning) -> Reckoning:
    """The same, once a letter has given its day to the resident: what was told never becomes worse for them.

    Their own time, as a window to appeal, may grow when days off are corrected and never ends before the day that was
    told. What we promised to do by a day stays on that day.

    >>> from datetime import date
    >>> from policies import clocks, shelf
    >>> dover, england = shelf.read_builtin("dover-district-council"), Calendar.of("england", 2026, 2027)
    >>> window = told(clocks.work_out(dover, "appeal.window", {"decision": date(2026, 12, 18)}, england))
    >>> recount(window, england.corrected(removed=[date(2026, 12, 25)])).due
    datetime.date(2027, 1, 20)
    """
    return replace(found, told_on=found.due)


def _recounted(found: Reckoning, calendar: Calendar) -> Reckoning:
    """What the count alone gives, whatever was told."""
    assert found.due is not None
    counted_on = found.counted_on or found.due
    if found.unit == "working days" and found.from_on:
        origin = found.from_on if START_NOT_COUNTED in found.assumed else found.from_on - timedelta(days=1)
        due = calendar.add_working_days(origin, (counted_on - origin).days - len(found.left_out))
        return replace(found, due=due, counted_on=due, left_out=calendar.days_off(origin, due), nation=calendar.nation)
    if found.day_off_rule is None:
        return found
    calendar.why_off(counted_on)
    anew = landed(found, counted_on, found.day_off_rule, calendar)
    put_off = found.day_off_rule == "may be later" and found.due == found.next_working_day
    return replace(anew, due=anew.next_working_day) if put_off and anew.next_working_day else anew


def _as_told(found: Reckoning) -> Reckoning:
    """The day that was told, where the day counted is worse for the resident; else the day counted."""
    if found.told_on is None or found.due is None:
        return found
    if found.due == found.told_on or (is_own_time(found.path) and found.due > found.told_on):
        return replace(found, instead_of=None)
    return replace(found, due=found.told_on, instead_of=found.due)
