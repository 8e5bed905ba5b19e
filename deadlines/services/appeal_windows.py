"""The right to appeal against a decision: until when, how and to whom, as a letter tells it and a deadline keeps it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import policies.clocks
from deadlines import kinds
from deadlines.services import setting
from deadlines.services.calendars import calendar_for
from deadlines.services.setting import Subject
from people.models import Provider
from policies.calendars import Calendar
from policies.policy import Appeals, Policy
from policies.reckoning import Reckoning

BY = {"writing": "in writing", "email": "by e-mail", "post": "by post", "phone": "by telephone"}
ENTERED_AS = ("enter_register",)
"""The name under which a policy's appeals may speak of an entry on a register."""


def against_warning(policy: Policy, state: str) -> Appeals | None:
    """How a warning of this stage ("initial warning", "written warning") is appealed; None where it cannot be.

    Northampton 4.2 covers any decision at any stage and names who decides by the stage; Dover 6.34 and West Kent 6.3
    cover none.
    """
    return policy.appeal_of(*warned_as(policy, state))


def rules_for(policy: Policy, names: Iterable[str], of: Iterable[str] = ()) -> Appeals | None:
    """How a decision of these names is appealed; None where the policy does not cover it.

    Whether it does hangs on the decision itself; which of several rules then holds, also on what it was about (`of`).
    """
    if policy.appeal_of(*names) is None:
        return None
    return policy.appeal_of(*names, *of)


def warned_as(policy: Policy, state: str) -> tuple[str, ...]:
    """The names under which the policy's appeals may speak of a warning: its stage, and the act of warning."""
    return (*policy.steps_into(state)[:-1], "warn")


def window(
    policy: Policy, rules: Appeals, calendar: Calendar, *, decided_on: date, dated: date, received: date | None = None
) -> Reckoning:
    """Until when an appeal may be made against what was decided on a day and told in a letter of a day.

    `received` is the day on which that letter reached the resident, where somebody has recorded it.
    """
    events = {"decision": decided_on, "letter dated": dated, "letter sent": dated}
    if received:
        events["letter received"] = received
    return policies.clocks.work_out(policy, rules.window_path, events, calendar)


def in_letter(provider: Provider, rules: Appeals, found: Reckoning) -> dict[str, Any]:
    """What a letter tells of the right: until when and why then, how, where to, and who decides."""
    return {
        "until": found.due.isoformat() if found.due else None,
        "safe_until": _safe(found),
        "explained": found.explain(),
        "how": how_words(rules),
        "to_post": provider.address,
        "to_email": provider.email,
        "decided_by_role": rules.decided_by,
        "clause": rules.window.rule.clause if rules.window.rule else "",
    }


def how_words(rules: Appeals) -> str:
    """How an appeal is made, as a letter tells it: the ways that the policy names, else whichever is easiest.

    Of a way of the policy's own the first half tells what to do; what follows its semicolon is said to us, as that each
    letter tells how (Northampton 4.2).
    """
    ways = [BY.get(item.word) or str(item).partition(";")[0].strip() for item in rules.how.kept]
    return " or ".join(ways) or "in whatever way is easiest for you"


def _safe(found: Reckoning) -> str | None:
    """The day that is in time by every reading, where the policy leaves open how to count; None where it has no end."""
    days = [day for _, day in found.ways()] if found.due is None else []
    known = [day for day in days if day is not None]
    return min(known).isoformat() if known and len(known) == len(days) else None


def of_warning(provider: Provider, policy: Policy, state: str, on: date) -> dict[str, Any]:
    """What a letter of this stage, issued on a day, tells of the right to appeal; nothing without one."""
    rules = against_warning(policy, state)
    if rules is None:
        return {}
    found = window(policy, rules, calendar_for(provider), decided_on=on, dated=on)
    return {"appeal": in_letter(provider, rules, found)}


def open_window(
    subject: Subject,
    policy: Policy,
    rules: Appeals | None,
    *,
    words: str,
    on: date,
    event: int,
    at: datetime,
    told: bool = False,
) -> None:
    """Show until when a decision of a day can be appealed as these rules say; nothing where there are none.

    `words` say against what. `told` says that a letter gives the day, so that no later correction of the days off makes
    it an earlier one.
    """
    if rules is None:
        return
    found = window(policy, rules, calendar_for(subject.provider), decided_on=on, dated=on)
    setting.set(kinds.APPEAL_WINDOW, subject, due=found, told=told, event=event, words=words, at=at)
