"""Whether an appeal came in time, and by when it is answered: from the policy's own clocks."""

from dataclasses import dataclass
from datetime import date

import policies.clocks
from appeals.against.appealable import Appealable
from appeals.models import NO_WINDOW
from appeals.services import windows
from deadlines import services as deadlines
from design import dates
from policies.reckoning import Reckoning
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
    def title(self) -> str:
        """The answer in a word or two."""
        return {None: "In time?", True: "In time", False: "Late"}[self.in_time]

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


def work_out(against: Appealable, *, received_on: date, made_on: date | None = None) -> Timing:
    """Whether an appeal that came on a day is in time, and by when it is to be answered (Dover 6.34, 6.35).

    The window is met on the day it was made or sent, where the policy says so and that day is known; else on receipt.
    """
    rules, policy = against.rules, against.case.policy
    calendar = deadlines.calendar_for(against.case.provider)
    window = windows.of([against], calendar)[0]
    response = policies.clocks.work_out(policy, rules.response_path, {"appeal received": received_on}, calendar)
    counts_on = received_on if window.met_by not in ("made", "sent") else made_on or received_on
    return Timing(window, response, counts_on, _in_time(window, rules.window, counts_on))


def _in_time(window: Reckoning, said: Value, counts_on: date) -> bool | None:
    if window.due:
        return counts_on <= window.due
    days = [day for day in window.readings.values() if day]
    if days:
        answers = {counts_on <= day for day in days}
        return answers.pop() if len(answers) == 1 else None
    return True if said.none else None
