"""Periods: a number, a unit, and the event they run from. A limit is never a bare number."""

import calendar as gregorian
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

from policies import calendars
from policies.calendars import Calendar

Unit = Literal["working days", "calendar days", "days", "weeks", "months", "years"]
UNITS: tuple[Unit, ...] = get_args(Unit)

# A period no policy needs, and no date can hold: longer ones are taken for a slip of the pen.
LONGEST: dict[Unit, int] = {
    "working days": 5_000,
    "calendar days": 36_500,
    "days": 36_500,
    "weeks": 5_200,
    "months": 1_200,
    "years": 100,
}

EVENTS: dict[str, str] = {
    "decision": "the decision",
    "letter dated": "the date on the letter",
    "letter sent": "the day the letter was sent",
    "letter received": "the day the letter was received",
    "start": "the start",
    "end": "the end",
    "appeal received": "the receipt of the appeal",
    "request received": "the receipt of the request",
    "last review": "the last review",
    "spoc named": "the naming of the single point of contact",
    "interim": "the interim measure",
    "entry": "the entry on the register",
    "removal": "the removal from the register",
    "approval": "the policy's approval",
    "adoption": "the policy's adoption",
    "incident": "the incident",
    "warning": "the warning",
    "breach": "the breach",
}

_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
_PERIOD = re.compile(
    r"(?P<every>every\s+)?"
    r"(?:(?P<count>\d{1,9}|(?!working|calendar)[a-z]+)\s+)?"
    r"(?P<unit>(?:working |calendar )?days?|weeks?|months?|years?)"
    r"(?:\s+from\s+(?P<event>.+))?"
)
_BY = re.compile(r"by\s+(?P<year>\d{4})(?:-(?P<month>\d{2}))?(?:-(?P<day>\d{2}))?")
SET_FOR_EACH_CASE = "set for each case"


@dataclass(frozen=True, slots=True)
class Period:
    """How long, in what unit, from which event; `every` where it comes round again.

    `unit` "days" means that the policy does not say which kind of day. `count` is None where the number is unsaid or
    (`set_for_each_case`) is chosen by whoever decides. `runs_from` is an event of `EVENTS`, an ISO date, or "" for
    unsaid. `by` is a fixed last day instead of a length.

    >>> Period(20, "working days", "decision")
    Period('20 working days from decision')
    >>> str(Period(6, "months", "start", every=True))
    'every 6 months from start'
    """

    count: int | None
    unit: Unit | None
    runs_from: str = ""
    every: bool = False
    set_for_each_case: bool = False
    by: date | None = None

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read `[every] N UNIT [from EVENT]`, `set for each case`, or `by 2028-03`.

        Raises ValueError, in words for a policy manager, on anything else.

        >>> Period.parse("1 year from letter dated")
        Period('1 year from letter dated')
        >>> Period.parse("15 days").unit
        'days'
        >>> Period.parse("by 2028-02").by
        datetime.date(2028, 2, 29)
        >>> Period.parse("3 fortnights")
        Traceback (most recent call last):
        ValueError: a period is written like "20 working days from decision"
        """
        plain = " ".join(text.lower().replace("_", " ").split())
        if plain == SET_FOR_EACH_CASE or plain.startswith(SET_FOR_EACH_CASE + " from "):
            return cls(None, None, _event(plain.partition(" from ")[2]), set_for_each_case=True)
        if found := _BY.fullmatch(plain):
            return cls(None, None, by=_last_day(found["year"], found["month"], found["day"]))
        found = _PERIOD.fullmatch(plain)
        if not found:
            raise ValueError('a period is written like "20 working days from decision"')
        unit = _unit(found["unit"])
        return cls(_count(found["count"], unit), unit, _event(found["event"] or ""), every=bool(found["every"]))

    def __str__(self) -> str:
        if self.by:
            return f"by {self.by.isoformat()}"
        if self.set_for_each_case:
            return SET_FOR_EACH_CASE + (f" from {self.runs_from}" if self.runs_from else "")
        every = "every " if self.every else ""
        return f"{every}{self.length()}" + (f" from {self.runs_from}" if self.runs_from else "")

    def __repr__(self) -> str:
        return f"Period({str(self)!r})"

    def length(self) -> str:
        """Say the number and the unit alone.

        >>> Period(1, "months").length(), Period(20, "working days", "decision").length()
        ('1 month', '20 working days')
        """
        if self.set_for_each_case or self.unit is None:
            return str(self) if self.by else SET_FOR_EACH_CASE
        unit = self.unit[:-1] if self.count == 1 else self.unit
        return f"{self.count} {unit}" if self.count is not None else f"a number of {self.unit} that is not said"

    @property
    def countable(self) -> bool:
        """Whether a date can be counted from it once its start is known.

        >>> Period.parse("28 days").countable, Period.parse("28 calendar days").countable
        (False, True)
        """
        return self.by is not None or (self.count is not None and self.unit not in (None, "days"))

    def unsaid_parts(self) -> list[str]:
        """Name the gaps that stop the date: `number`, `day_kind`, `runs_from`.

        A period that comes round again and names no event runs, by convention, from the start, so it has no gap there.

        >>> Period.parse("28 days").unsaid_parts(), Period.parse("every 6 months").unsaid_parts()
        (['day_kind', 'runs_from'], [])
        """
        if self.by or self.set_for_each_case:
            return []
        gaps = [("number", self.count is None), ("day_kind", self.unit == "days")]
        gaps.append(("runs_from", not self.runs_from and not self.every))
        return [name for name, missing in gaps if missing]

    def fills(self, said: "Period") -> bool:
        """Whether this period says all that `said` says, and only fills its gaps.

        >>> settled = Period.parse("15 calendar days from letter received")
        >>> settled.fills(Period.parse("15 days from letter received"))
        True
        >>> settled.fills(Period.parse("14 days from letter received"))
        False
        """
        if said.by:
            return self == said
        if said.set_for_each_case:
            return self.set_for_each_case and (not said.runs_from or self.runs_from == said.runs_from)
        same_unit = self.unit == said.unit or (said.unit == "days" and self.unit in ("working days", "calendar days"))
        return (
            same_unit
            and self.every == said.every
            and said.count in (None, self.count)
            and said.runs_from in ("", self.runs_from)
        )


def add(period: Period, start: date, calendar: Calendar | None = None) -> date:
    """The last day of a period that starts on a day; the start day itself is not counted.

    Months and years keep the day of the month, or take the month's last. Working days need a calendar. Raises
    ValueError where the number or the kind of day is not said, `calendars.NotCovered` beyond the calendar.

    >>> add(Period.parse("6 months"), date(2026, 8, 31))
    datetime.date(2027, 2, 28)
    """
    if period.by:
        return period.by
    if period.count is None or period.unit in (None, "days"):
        raise ValueError(f"{period.length()} cannot be counted")
    if period.unit == "working days":
        if calendar is None:
            raise ValueError("working days are counted in a nation's calendar")
        return calendar.add_working_days(start, period.count)
    try:
        if period.unit in ("months", "years"):
            return _add_months(start, period.count * (12 if period.unit == "years" else 1))
        return start + timedelta(days=period.count * (7 if period.unit == "weeks" else 1))
    except (OverflowError, ValueError):
        raise calendars.NotCovered(f"{period.length()} from {start} lies beyond the year 9999") from None


def _unit(text: str) -> Unit:
    plural = text if text.endswith("s") else f"{text}s"
    return next(unit for unit in UNITS if unit == plural)


def _count(text: str | None, unit: Unit) -> int | None:
    if text is None:
        return None
    if not text.isdigit() and text not in _WORDS:
        raise ValueError(f'"{text}" is not a number: write it in figures, like "20 {unit}"')
    count = _WORDS.get(text) or int(text)
    if not 1 <= count <= LONGEST[unit]:
        raise ValueError(f"{count} {unit} is out of range: 1 to {LONGEST[unit]:,} {unit}")
    return count


def _event(text: str) -> str:
    if not text or text in EVENTS:
        return text
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        known = ", ".join(EVENTS)
        raise ValueError(f'"{text}" is not an event that a period can run from: {known}, or a date') from None


def _last_day(year: str, month: str | None, day: str | None) -> date:
    try:
        if day:
            return date(int(year), int(month or 0), int(day))
        first_after = date(int(year) + 1, 1, 1) if month in (None, "12") else date(int(year), int(month or 0) + 1, 1)
        return date.fromordinal(first_after.toordinal() - 1)
    except ValueError:
        raise ValueError('a fixed day is written like "by 2028", "by 2028-03" or "by 2028-03-31"') from None


def _add_months(start: date, count: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    return date(year, month + 1, min(start.day, gregorian.monthrange(year, month + 1)[1]))
