"""By when a letter has to go out, where the policy says so: set as it is issued, met once every channel has gone."""

from datetime import date, datetime

import policies.clocks
from deadlines import kinds
from deadlines import services as deadlines
from letters import facts
from letters.models import Dispatch, Letter
from policies.calendars import Calendar
from policies.policy import Policy
from policies.reckoning import Reckoning

UNDECIDED = frozenset({"appeal_acknowledgement", "late_review_notice"})
"""Letters that no decision is told in: a time that runs from one is not theirs."""


def set_time(letter: Letter, policy: Policy, *, decided_on: date, event: int, at: datetime) -> None:
    """Set by when a letter on a decision of a day goes out (`letter.NAME.within`); nothing where the policy says none.

    The letter is issued in the transaction of its decision, and with it what it tells of is entered on a register: both
    clocks begin that day.
    """
    found = time(policy, facts.kind_of(letter.kind), decided_on, deadlines.calendar_for(letter.provider))
    if found is None:
        return
    author = deadlines.Whose(letter.drafted_by)
    deadlines.set(kinds.LETTER_SEND, letter, due=found, whose=author, event=event, at=at)


def time(policy: Policy, kind: facts.Kind, decided_on: date, calendar: Calendar) -> Reckoning | None:
    """By when a letter of a kind on a decision of a day goes out under a policy; None where it says none."""
    rule = facts.governing(policy, kind)
    if rule is None or kind.key in UNDECIDED:
        return None
    path = f"letter.{rule.key}.within"
    if path not in policy.values or not policy.value(path).kept:
        return None
    return policies.clocks.work_out(policy, path, {"decision": decided_on, "entry": decided_on}, calendar)


def meet(letter: Letter, *, at: datetime) -> None:
    """Take it from the worklist once the letter has gone by every channel; one that failed still keeps it there."""
    if not letter.dispatches.exclude(state=Dispatch.State.SENT).exists():
        deadlines.meet(kinds.LETTER_SEND, letter, at=at, how="Sent")
