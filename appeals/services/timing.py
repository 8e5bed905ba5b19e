"""Until when an appeal may be made, by when it is answered, what holds meanwhile: all from the policy's own clocks."""

from dataclasses import dataclass
from datetime import date

import policies.clocks
from appeals.permissions import rules_of
from deadlines import services as deadlines
from design import dates
from policies.clocks import Reckoning
from policies.policy import Appeals
from policies.rules import RuleBroken
from policies.values import Value
from restrictions.models import Restriction
from restrictions.services import rows


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
        if self.in_time is None:
            return f"The policy leaves open whether {on} is in time. Somebody who decides appeals says if it is heard."
        if self.window.due is None:
            return "In time: the policy sets no last day." if self.in_time else "Late by every reading of the policy."
        until = dates.day_weekday(self.window.due)
        return f"In time: {on} is not after {until}." if self.in_time else f"Late: {on} is after {until}."


def timing(restriction: Restriction, *, received_on: date, made_on: date | None = None) -> Timing:
    """Whether an appeal that came on a day is in time, and by when it is to be answered (Dover 6.34, 6.35).

    The window is met on the day it was made or sent, where the policy says so and that day is known; else on receipt.
    """
    rules = rules_for(restriction)
    policy, calendar = restriction.case.policy, deadlines.calendar_for(restriction.case.provider)
    assert restriction.decided_on is not None
    decided = restriction.decided_on
    dated = restriction.letter.dated if restriction.letter and restriction.letter.dated else decided
    events = {"decision": decided, "letter dated": dated, "letter sent": dated, "appeal received": received_on}
    window = _as_told(restriction, policies.clocks.work_out(policy, rules.window_path, events, calendar))
    response = policies.clocks.work_out(policy, rules.response_path, events, calendar)
    counts_on = received_on if window.met_by not in ("made", "sent") else made_on or received_on
    return Timing(window, response, counts_on, _in_time(window, rules.window, counts_on))


def _as_told(restriction: Restriction, window: Reckoning) -> Reckoning:
    """The window that was given with the decision, where days off corrected since would make it shorter."""
    given = deadlines.given(rows.about(restriction), "appeal.window")
    longer = given and given.due and window.due and given.due > window.due
    return given if given and longer else window


def _in_time(window: Reckoning, said: Value, counts_on: date) -> bool | None:
    if window.due:
        return counts_on <= window.due
    days = [day for day in window.readings.values() if day]
    if days:
        answers = {counts_on <= day for day in days}
        return answers.pop() if len(answers) == 1 else None
    return True if said.none else None


def rules_for(restriction: Restriction) -> Appeals:
    """How the policy lets this decision be appealed. Raises RuleBroken where it lets nobody."""
    rules = rules_of(restriction)
    if rules is None:
        covers = restriction.case.policy.value("appeal.covers")
        raise RuleBroken("The policy lets nobody appeal against this decision", covers.rule)
    return rules


def meanwhile(restriction: Restriction) -> str:
    """What holds until the appeal is decided, in a sentence; where the policy is silent, that it is."""
    rules = rules_for(restriction)
    if not rules.meanwhile.said or not rules.meanwhile.rule:
        return "The policy is silent on what holds until it is decided. The limits stay as they are unless we end them."
    holds = "is suspended" if "suspended" in rules.meanwhile else "stands"
    return f"The restriction {holds} until then ({rules.meanwhile.rule.in_brackets()})."
