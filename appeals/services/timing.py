"""Until when an appeal may be made, by when it is answered, what holds meanwhile: all from the policy's own clocks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import policies.clocks
from appeals.against import Against
from appeals.models import NO_WINDOW
from appeals.permissions import rules_of
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.services import appeal_windows
from design import dates
from letters.models import Arrival
from policies.calendars import Calendar
from policies.policy import Appeals
from policies.reckoning import Reckoning
from policies.rules import RuleBroken
from policies.values import Value


@dataclass(frozen=True)
class Timing:
    """Whether an appeal came in time: the window, the day that counts, and the answer where there is one.

    `in_time` is None where the policy leaves open until when an appeal may be made, and its readings disagree.
    """

    window: Reckoning
    response: Reckoning
    counts_on: date
    in_time: bool | None

    @property
    def words(self) -> str:
        """The answer in a sentence, beneath which stands the arithmetic."""
        on = dates.day(self.counts_on)
        if self.in_time is None and not self.window.readings:
            return f"{NO_WINDOW}. Somebody who decides appeals says if it is heard."
        if self.in_time is None:
            return f"The policy leaves open whether {on} is in time. Somebody who decides appeals says if it is heard."
        if self.window.due is None and self.window.readings:
            return f"{'In time' if self.in_time else 'Late'} by every reading of the policy."
        if self.window.due is None:
            return "In time: the policy sets no last day."
        until = dates.day_weekday(self.window.due)
        return f"In time: {on} is not after {until}." if self.in_time else f"Late: {on} is after {until}."


def timing(found: Against, *, received_on: date, made_on: date | None = None) -> Timing:
    """Whether an appeal that came on a day is in time, and by when it is to be answered (Dover 6.34, 6.35).

    The window is met on the day it was made or sent, where the policy says so and that day is known; else on receipt.
    """
    rules, policy = rules_for(found), found.case.policy
    calendar = deadlines.calendar_for(found.case.provider)
    window = windows([found], calendar)[0]
    response = policies.clocks.work_out(policy, rules.response_path, {"appeal received": received_on}, calendar)
    counts_on = received_on if window.met_by not in ("made", "sent") else made_on or received_on
    return Timing(window, response, counts_on, _in_time(window, rules.window, counts_on))


def windows(decisions: Iterable[Against], calendar: Calendar) -> list[Reckoning]:
    """Until when each can be appealed, counted from the day that its rule names: the decision, or its letter.

    What was given with a decision holds where days off corrected since would make it shorter (docs/adr/0035). One query
    for what was given, however many decisions.
    """
    decisions = list(decisions)
    given = deadlines.given(kinds.APPEAL_WINDOW, decisions)
    letters = [one.letter.pk for one in decisions if one.letter]
    received = dict(Arrival.objects.filter(letter__in=letters).values_list("letter", "on"))
    return [_never_shorter(_counted(one, received, calendar), given.get(one.trail.about)) for one in decisions]


def _counted(found: Against, received: Mapping[int, date], calendar: Calendar) -> Reckoning:
    rules, on = rules_for(found), received.get(found.letter.pk) if found.letter else None
    return appeal_windows.window(
        found.case.policy, rules, calendar, decided_on=found.decided_on, dated=found.told_on, received=on
    )


def _never_shorter(window: Reckoning, given: Reckoning | None) -> Reckoning:
    """The window, or what was given where that is longer; so for each reading, where the policy leaves the day open."""
    if given is None:
        return window
    if window.due and given.due:
        return given if given.due > window.due else window
    if window.due and any(day and day > window.due for day in given.readings.values()):
        return given
    readings = dict(window.readings)
    for way, day in given.readings.items():
        now = readings.get(way)
        if day and now and day > now:
            readings[way] = day
    return replace(window, readings=readings)


def _in_time(window: Reckoning, said: Value, counts_on: date) -> bool | None:
    if window.due:
        return counts_on <= window.due
    days = [day for day in window.readings.values() if day]
    if days:
        answers = {counts_on <= day for day in days}
        return answers.pop() if len(answers) == 1 else None
    return True if said.none else None


def rules_for(found: Against) -> Appeals:
    """How the policy lets this decision be appealed. Raises RuleBroken, with its clause, where it lets nobody."""
    rules = rules_of(found)
    if rules is None:
        covers = found.case.policy.value("appeal.covers")
        raise RuleBroken(f"The policy lets nobody appeal against {found.called}", covers.rule)
    return rules


# What can be suspended; an entry keeps people safe, and another decision holds nothing that could wait.
SUSPENDED = ("restriction", "warning")
SILENT = "The policy is silent on what holds until it is decided. "
STAYS = {
    "restriction": "The limits stay as they are unless we end them.",
    "warning": "The warning stays as it is unless we take it back.",
    "entry": "The entry stays as it is unless we remove it.",
    "decision": "The decision stays as it is unless we change it.",
}


def meanwhile(found: Against, *, heard: bool = True) -> str:
    """What holds until the appeal is decided, in a sentence; where the policy is silent, that it is.

    A late appeal suspends nothing before somebody has said that it is `heard`.
    """
    rules = rules_for(found)
    if not rules.meanwhile.said or not rules.meanwhile.rule:
        return SILENT + STAYS[found.noun]
    holds = "is suspended" if "suspended" in rules.meanwhile and found.noun in SUSPENDED else "stands"
    if holds != "stands" and not heard:
        return (
            f"The {found.noun} stands until somebody says whether the appeal is heard; if it is, it is suspended from "
            f"then until the outcome ({rules.meanwhile.rule.in_brackets()})."
        )
    return f"The {found.noun} {holds} until then ({rules.meanwhile.rule.in_brackets()})."
