"""Working days of the four nations. Holidays are data: a provider may correct them; nothing here guesses one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

import holidays as library

NATIONS = {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern ireland": "NIR"}
NAMES = {"england": "England and Wales", "scotland": "Scotland", "northern ireland": "Northern Ireland"}
WEEKEND = {5: "Saturday", 6: "Sunday"}
FIRST_YEAR, LAST_YEAR = 2020, 2035


class NotCovered(LookupError):
    """The date lies outside the years whose holidays the calendar holds; it says so instead of guessing."""


@dataclass(frozen=True)
class Calendar:
    """The days on which offices of a nation are closed, for the span of dates that `covers`.

    >>> england = Calendar.of("england", 2026, 2027)
    >>> england.add_working_days(date(2026, 12, 18), 20)
    datetime.date(2027, 1, 20)
    """

    nation: str
    holidays: Mapping[date, str]
    covers: tuple[date, date]

    def __post_init__(self) -> None:
        first, last = self.covers
        if first > last:
            raise ValueError(f"a calendar cannot cover {first} to {last}")
        if outside := [day for day in self.holidays if not first <= day <= last]:
            raise ValueError(f"holidays outside of {first} to {last}: {', '.join(map(str, sorted(outside)))}")
        object.__setattr__(self, "holidays", MappingProxyType(dict(self.holidays)))

    def __reduce__(self) -> tuple[type["Calendar"], tuple[str, dict[date, str], tuple[date, date]]]:
        return Calendar, (self.nation, dict(self.holidays), self.covers)

    @classmethod
    def of(cls, nation: str, first_year: int, last_year: int) -> "Calendar":
        """Build a nation's calendar from the `holidays` library; raises ValueError for a nation that is not one.

        >>> Calendar.of("scotland", 2026, 2026).why_off(date(2026, 11, 30))
        "Saint Andrew's Day"
        """
        nation = nation.lower().replace("_", " ")
        if nation not in NATIONS:
            raise ValueError(f'"{nation}" is not a nation: {", ".join(NATIONS)}')
        years = range(first_year, last_year + 1)
        found = library.country_holidays("GB", subdiv=NATIONS[nation], years=years, language="en_GB", observed=True)
        named = {day: name.replace("(observed)", "(substitute day)") for day, name in found.items()}
        return cls(nation, named, (date(first_year, 1, 1), date(last_year, 12, 31)))

    def corrected(self, *, added: Mapping[date, str] | None = None, removed: Iterable[date] = ()) -> "Calendar":
        """The same calendar with days added (a proclaimed holiday, a closure of the council's own) or taken away.

        >>> england = Calendar.of("england", 2026, 2026).corrected(added={date(2026, 12, 24): "Offices closed"})
        >>> england.why_off(date(2026, 12, 24))
        'Offices closed'
        """
        without = set(removed)
        kept = {day: name for day, name in self.holidays.items() if day not in without}
        return Calendar(self.nation, kept | dict(added or {}), self.covers)

    def why_off(self, day: date) -> str | None:
        """Why no work is done on the day ("Saturday", "Christmas Day"), or None on a working day.

        A holiday on a weekend is named as the weekend, because its substitute day stands for it. Raises `NotCovered`.

        >>> england = Calendar.of("england", 2026, 2026)
        >>> [england.why_off(date(2026, 12, day)) for day in (25, 26, 24)]
        ['Christmas Day', 'Saturday', None]
        """
        self._check(day)
        return WEEKEND.get(day.weekday()) or self.holidays.get(day)

    def is_working_day(self, day: date) -> bool:
        """Whether the day is neither a weekend nor a holiday. Raises `NotCovered`.

        >>> Calendar.of("scotland", 2026, 2026).is_working_day(date(2026, 6, 15))  # the World Cup holiday
        False
        """
        return self.why_off(day) is None

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the first working day after it. Raises `NotCovered`.

        >>> Calendar.of("england", 2026, 2026).next_working_day(date(2026, 12, 25))
        datetime.date(2026, 12, 29)
        """
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def previous_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the last working day before it. Raises `NotCovered`.

        >>> Calendar.of("england", 2026, 2026).previous_working_day(date(2026, 12, 28))
        datetime.date(2026, 12, 24)
        """
        while not self.is_working_day(day):
            day -= timedelta(days=1)
        return day

    def add_working_days(self, start: date, count: int) -> date:
        """Count working days after the start, which is not counted. Raises `NotCovered`, or ValueError below 0.

        >>> Calendar.of("northern ireland", 2026, 2026).add_working_days(date(2026, 3, 12), 20)
        datetime.date(2026, 4, 14)
        """
        if count < 0:
            raise ValueError("working days are counted forwards")
        self._check(start)
        day = start
        while count:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days come after `start`, up to and with `end`; 0 where the end is not later.

        >>> Calendar.of("england", 2026, 2027).working_days_between(date(2026, 12, 18), date(2027, 1, 20))
        20
        """
        return sum(self.is_working_day(day) for day in days_after(start, end))

    def days_off(self, start: date, end: date) -> list[tuple[date, str]]:
        """Each day after `start`, up to and with `end`, that is not worked, with the reason.

        >>> Calendar.of("england", 2026, 2026).days_off(date(2026, 4, 2), date(2026, 4, 3))
        [(datetime.date(2026, 4, 3), 'Good Friday')]
        """
        return [(day, why) for day in days_after(start, end) if (why := self.why_off(day))]

    def _check(self, day: date) -> None:
        first, last = self.covers
        if not first <= day <= last:
            raise NotCovered(
                f"The working days of {self.nation.title()} are known from {first.year} to {last.year}, "
                f"not for {day.day} {day:%B %Y}"
            )


@cache
def of_each_nation() -> Mapping[str, Calendar]:
    """The calendars that differ, by the nations they hold for, over the years whose holidays are seeded.

    >>> list(of_each_nation())
    ['England and Wales', 'Scotland', 'Northern Ireland']
    """
    return MappingProxyType({name: Calendar.of(key, FIRST_YEAR, LAST_YEAR) for key, name in NAMES.items()})


def days_after(start: date, end: date) -> Iterator[date]:
    """Each day after `start`, up to and with `end`.

    >>> list(days_after(date(2026, 12, 31), date(2027, 1, 1)))
    [datetime.date(2027, 1, 1)]
    """
    return (date.fromordinal(number) for number in range(start.toordinal() + 1, end.toordinal() + 1))
