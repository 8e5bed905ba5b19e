"""Every date in the product comes from here: a period, the events it can run from, the calendar."""

import calendar as months
from datetime import date, timedelta

from policies.calendars import Calendar
from policies.periods import Period


def add(period: Period, start: date, calendar: Calendar | None = None) -> date:
    """The last day of a period that starts on a day; the start day itself is not counted.

    Months and years keep the day of the month, or take the month's last. Working days need a calendar. Raises
    ValueError where the number or the kind of day is not said, and `calendars.NotCovered` beyond the calendar.

    >>> add(Period.parse("6 months"), date(2026, 8, 31))
    datetime.date(2027, 2, 28)
    """
    if period.by:
        return period.by
    if period.count is None or period.unit in (None, "days"):
        raise ValueError(f"{period.length()} cannot be counted: {', '.join(period.unsaid_parts()) or 'no length'}")
    if period.unit == "working days":
        if calendar is None:
            raise ValueError("working days are counted in a nation's calendar")
        return calendar.add_working_days(start, period.count)
    if period.unit in ("months", "years"):
        return _add_months(start, period.count * (12 if period.unit == "years" else 1))
    return start + timedelta(days=period.count * (7 if period.unit == "weeks" else 1))


def _add_months(start: date, count: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    return date(year, month + 1, min(start.day, months.monthrange(year, month + 1)[1]))
