"""By when a letter has to go out, where the policy says so: set as it is issued, met once every channel has gone."""

from datetime import date, datetime

import policies.clocks
from deadlines import services as deadlines
from letters import facts as kinds
from letters.models import Dispatch, Letter
from policies.policy import Policy

SEND = "letter.send"
UNDECIDED = frozenset({"appeal_acknowledgement", "late_review_notice"})
"""Letters that no decision is told in: a time that runs from one is not theirs."""


def set_time(letter: Letter, policy: Policy, *, decided_on: date, event: int, at: datetime) -> None:
    """Set by when a letter on a decision of a day goes out (`letter.NAME.within`); nothing where the policy says none.

    The letter is issued in the transaction of its decision, and with it what it tells of is entered on a register: both
    clocks begin that day.
    """
    rule = kinds.governing(policy, kinds.kind_of(letter.kind))
    if rule is None or letter.kind in UNDECIDED:
        return
    path = f"letter.{rule.key}.within"
    if path not in policy.values or not policy.value(path).kept:
        return
    days = {"decision": decided_on, "entry": decided_on}
    deadlines.set_deadline(
        provider=letter.provider,
        resident=letter.resident,
        kind=SEND,
        about=f"letter:{letter.reference}",
        case_ref=letter.case_ref,
        title=f"Send letter {letter.reference}",
        url_name="letters:view",
        reckoning=policies.clocks.work_out(policy, path, days, deadlines.calendar_for(letter.provider)),
        owner=letter.drafted_by,
        runs_from_event=event,
        at=at,
    )


def meet(letter: Letter, *, at: datetime) -> None:
    """Take it from the worklist once the letter has gone by every channel; one that failed still keeps it there."""
    if not letter.dispatches.exclude(state=Dispatch.State.SENT).exists():
        deadlines.meet(f"letter:{letter.reference}", SEND, at=at, how="Sent")
