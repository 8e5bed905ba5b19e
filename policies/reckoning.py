"""A date with everything that explains it: from which day, what was left out, by which rule, and why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from policies import calendars, periods, rules

START_NOT_COUNTED = "First day not counted: our convention"
_WEEKEND = tuple(calendars.WEEKEND.values())
ONCE_TOLD = ("told_on", "instead_of")
_DATES = ("due", "counted_on", "next_working_day", *ONCE_TOLD)


@dataclass(frozen=True)
class Reckoning:
    """A date with everything needed to say how it was found, or why there is none.

    `unsaid` means that there is no value at all; `unsaid_parts` names the gaps that stop the date. `left_out` holds
    each day that was not counted, with its reason. `counted_on` is the day that was counted, before a rule on days off
    moved it; `lands_on` says why it is a day off, `day_off_rule` what the policy does then ("" where it says nothing,
    and the date is left), `next_working_day` the day after it that is worked. `local` is by whom, when and why the
    provider settled what the policy leaves open. `told_on` is the day that a letter gave the resident, if one did;
    `instead_of` the day that was counted anew and does not hold, because the day that was told does.
    """

    path: str
    due: date | None = None
    count: int | None = None
    unit: str | None = None
    runs_from: str | None = None
    from_on: date | None = None
    met_by: str | None = None
    clause: str | None = None
    strength: str | None = None
    source: str = "policy"
    unsaid: bool = False
    unsaid_parts: list[str] = field(default_factory=list)
    readings: dict[str, date | None] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    left_out: list[tuple[date, str]] = field(default_factory=list)
    lands_on: str | None = None
    day_off_rule: str | None = None
    counted_on: date | None = None
    next_working_day: date | None = None
    nation: str | None = None
    local: dict[str, str] | None = None
    why_null: str | None = None
    every: bool = False
    title: str = ""
    told_on: date | None = None
    instead_of: date | None = None

    def explain(self) -> str:
        """One paragraph: "20 working days from the decision on 18 December 2026 (6.34, must). First day not counted …".

        >>> from policies import calendars, clocks, shelf
        >>> dover, england = shelf.read_builtin("dover-district-council"), calendars.Calendar.of("england", 2026, 2027)
        >>> print(clocks.work_out(dover, "appeal.window", {"decision": date(2026, 3, 20)}, england).explain())
        20 working days from the decision on 20 March 2026 (6.34, must). First day not counted: our convention. \
Left out: weekends; 3 April, Good Friday; 6 April, Easter Monday. Due Tuesday 21 April 2026.
        """
        found = [self._left_out(), self._day_off(), self._told(), self._due()]
        sentences = [self._what(), *self.assumed, *found, self._settled()]
        return " ".join(f"{sentence(text)}." for text in sentences if text)

    def _what(self) -> str:
        cited = self._cited()
        if self.unit is None and self.runs_from is None:
            subject = self.title or self.path
            return f"{subject} {cited}" if cited else subject
        if self.unit == "date":
            return f"Fixed day {cited}".strip()
        return f"{self._length()}{self._from()} {cited}".strip()

    def _length(self) -> str:
        if self.unit == "batch":
            return "The end of the next month of review,"
        if self.count is None:
            return "On the last day" if self.runs_from == "end" and self.unit is None else "A time"
        unit = (self.unit or "")[:-1] if self.count == 1 else self.unit
        return f"{'Every ' if self.every else ''}{self.count} {unit}"

    def _from(self) -> str:
        if not self.runs_from or (self.runs_from == "end" and self.unit is None):
            return f", {_day(self.from_on)}" if self.runs_from and self.from_on else ""
        event = periods.EVENTS.get(self.runs_from)
        if event is None:
            return f" from {_day(self.from_on)}" if self.from_on else f" from {self.runs_from}"
        named = event.startswith(("the day ", "the date "))
        on = f"{', ' if named else ' on '}{_day(self.from_on)}" if self.from_on else ""
        return f" from {event}{on}"

    def _cited(self) -> str:
        if self.source in ("law", "evenhand"):
            return "(law)" if self.source == "law" else "(Evenhand's rule)"
        if self.source == "local":
            return f"({self._clause()}, {self.strength}; local rule)" if self.clause else "(local rule)"
        return f"({self._clause()}, {self.strength})" if self.clause else ""

    def _clause(self) -> str:
        """A number stands alone; a section or another place is named as it is elsewhere."""
        clause = self.clause or ""
        return clause if clause[:1].isdigit() else rules.Rule("policy", clause).in_brackets()

    def _left_out(self) -> str:
        if not self.left_out:
            return ""
        weekends = any(reason in calendars.WEEKEND.values() for _, reason in self.left_out)
        named = [f"{day.day} {day:%B}, {reason}" for day, reason in self.left_out if reason not in _WEEKEND]
        return "Left out: " + "; ".join(["weekends"] * weekends + named)

    def _day_off(self) -> str:
        if not self.lands_on:
            return ""
        if self.day_off_rule == "next working day":
            return f"The day counted is a day off ({self.lands_on}), so the next working day"
        if self.day_off_rule == "previous working day":
            return f"The day counted is a day off ({self.lands_on}), so the working day before it"
        if self.day_off_rule == "may be later":
            later = f", for example on {_day(self.next_working_day)}" if self.next_working_day else ""
            return f"That is a day off ({self.lands_on}): it may be done later{later}"
        if self.day_off_rule == "stands":
            return f"That is a day off ({self.lands_on}), and the date stands"
        return f"That is a day off ({self.lands_on}): the policy does not say what follows, and the date is left"

    def _told(self) -> str:
        if not self.instead_of:
            return ""
        return f"That would now be {_day(self.instead_of)}, but a letter gave {_day(self.told_on)}, and that day stays"

    def _due(self) -> str:
        if self.due:
            return f"Due {self.due:%A} {_day(self.due)}"
        ways = "; ".join(f"{way}: {_day(day) if day else 'not known'}" for way, day in self.ways())
        if not ways:
            return f"No date: {self.why_null}"
        return f"No date until the provider has settled it: {self.why_null}. The ways to read it: {ways}"

    def ways(self) -> list[tuple[str, date | None]]:
        """Each way to read what is left open, with its date, the earliest first."""
        return sorted(self.readings.items(), key=lambda way: (way[1] or date.max, way[0]))

    def _settled(self) -> str:
        if not self.local:
            return ""
        on = _day(date.fromisoformat(self.local["on"]))
        return f"Settled by {self.local['by']} on {on}: {self.local['why']}"

    def to_json(self) -> dict[str, Any]:
        """The same as plain JSON values, dates in ISO form, for storing and for `./run policy clocks`.

        >>> found = Reckoning("appeal.window", due=date(2027, 1, 20), left_out=[(date(2026, 12, 25), "Christmas Day")])
        >>> Reckoning.from_json(found.to_json()) == found
        True
        """
        plain: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        plain |= {name: _iso(getattr(self, name)) for name in _DATES}
        plain = {name: kept for name, kept in plain.items() if kept is not None or name not in ONCE_TOLD}
        plain["from"] = _iso(plain.pop("from_on"))
        plain["readings"] = {way: _iso(day) for way, day in self.readings.items()}
        plain["left_out"] = [{"date": day.isoformat(), "reason": reason} for day, reason in self.left_out]
        plain["unsaid_parts"], plain["assumed"] = list(self.unsaid_parts), list(self.assumed)
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Reckoning":
        """Read back what `to_json` wrote; keys that it does not know, from a later version, are passed over."""
        plain = {each.name: stored[each.name] for each in fields(cls) if each.name in stored}
        plain["from_on"] = _date(stored.get("from"))
        plain |= {name: _date(stored.get(name)) for name in _DATES}
        plain["readings"] = {way: _date(day) for way, day in stored.get("readings", {}).items()}
        plain["left_out"] = [(date.fromisoformat(one["date"]), one["reason"]) for one in stored.get("left_out", [])]
        return cls(**plain)


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def landed(found: Reckoning, due: date, rule: str, calendar: calendars.Calendar | None) -> Reckoning:
    """The reckoning with its day, said to be a day off where it is one, and moved where the rule says so.

    >>> england = calendars.Calendar.of("england", 2026, 2027)
    >>> found = landed(Reckoning("appeal.window"), date(2026, 12, 25), "next working day", england)
    >>> found.lands_on, found.due
    ('Christmas Day', datetime.date(2026, 12, 29))
    """
    found = replace(found, due=due, counted_on=due, lands_on=None, day_off_rule=rule, next_working_day=None)
    if calendar is None:
        return found
    try:
        why = calendar.why_off(due)
        if why is None:
            return found
        later = calendar.next_working_day(due)
        moved = {"next working day": later, "previous working day": calendar.previous_working_day(due)}.get(rule, due)
    except calendars.NotCovered as error:
        return replace(found, assumed=[*found.assumed, f"Not checked for a day off: {error}"])
    return replace(found, due=moved, lands_on=why, next_working_day=later)


def is_own_time(path: str) -> bool:
    """Whether a clock is the resident's time, which may grow, and not something that we are to do.

    >>> is_own_time("appeal.window"), is_own_time("appeal.response")
    (True, False)
    """
    return path.endswith("window")


def sentence(text: str) -> str:
    """A clause as the beginning of a sentence, without its full stop.

    >>> sentence("left out: weekends.")
    'Left out: weekends'
    """
    text = text.rstrip(".")
    return text[:1].upper() + text[1:]
