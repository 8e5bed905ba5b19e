"""Dates and times as Evenhand writes them: 18 December 2026, 9:32am, midday. Instants are shown in Europe/London."""

import datetime as dt
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def in_london(value: dt.date | dt.time) -> dt.date | dt.time:
    """An instant moved to Europe/London; a date, a time of day or a naive moment as it is."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(LONDON)
    return value


def day_of(at: dt.datetime) -> dt.date:
    """The day, in the United Kingdom, on which an instant falls: the day that people live by.

    >>> day_of(dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC))
    datetime.date(2026, 7, 1)
    """
    return at.astimezone(LONDON).date()


def day(value: dt.date) -> str:
    """A date in full.

    >>> day(dt.date(2026, 12, 18))
    '18 December 2026'
    """
    local = in_london(value)
    assert isinstance(local, dt.date)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def day_short(value: dt.date) -> str:
    """A date for lists, its month in three letters.

    >>> day_short(dt.date(2026, 12, 18))
    '18 Dec 2026'
    """
    local = in_london(value)
    assert isinstance(local, dt.date)
    return f"{local.day} {MONTHS[local.month - 1][:3]} {local.year}"


def day_weekday(value: dt.date) -> str:
    """A date for deadlines, with its day of the week.

    >>> day_weekday(dt.date(2026, 12, 18))
    'Friday 18 December 2026'
    """
    local = in_london(value)
    assert isinstance(local, dt.date)
    return f"{WEEKDAYS[local.weekday()]} {day(local)}"


def month(value: dt.date) -> str:
    """The month of a date, as timelines head it.

    >>> month(dt.date(2026, 12, 18))
    'December 2026'
    """
    local = in_london(value)
    assert isinstance(local, dt.date)
    return f"{MONTHS[local.month - 1]} {local.year}"


def clock(value: dt.datetime | dt.time) -> str:
    """A time of day on the twelve-hour clock, with midday and midnight by name.

    >>> clock(dt.time(9, 32)), clock(dt.time(14, 0)), clock(dt.time(12, 0)), clock(dt.time(0, 5))
    ('9:32am', '2pm', 'midday', '12:05am')
    """
    local = in_london(value)
    assert isinstance(local, dt.datetime | dt.time)
    if (local.hour, local.minute) == (12, 0):
        return "midday"
    if (local.hour, local.minute) == (0, 0):
        return "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def moment(value: dt.datetime) -> str:
    """An instant in Europe/London: date and time.

    >>> moment(dt.datetime(2026, 7, 1, 8, 32, tzinfo=dt.timezone.utc))
    '1 July 2026 at 9:32am'
    """
    return f"{day(value)} at {clock(value)}"
