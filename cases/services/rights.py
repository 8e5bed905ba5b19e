"""The right to appeal against a decision: until when, how and to whom, as a letter tells it and a deadline keeps it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import policies.clocks
from cases.models import Case, Incident
from deadlines import services as deadlines
from people.models import Provider
from policies.calendars import Calendar
from policies.policy import Appeals, Policy
from policies.reckoning import Reckoning

WINDOW = "appeal.window"
BY = {"writing": "in writing", "email": "by e-mail", "post": "by post", "phone": "by telephone"}


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
        "decided_by_role": "" if rules.by.unsaid else rules.by.names(),
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


def of_letter(case: Case, state: str, on: date) -> dict[str, Any]:
    """What a letter of this stage, issued on a day, tells of the right to appeal; nothing without one."""
    rules = against_warning(case.policy, state)
    if rules is None:
        return {}
    found = window(case.policy, rules, deadlines.calendar_for(case.provider), decided_on=on, dated=on)
    return {"appeal": in_letter(case.provider, rules, found)}


def open_window(
    case: Case, state: str, called: str, *, about: str, on: date, event: int, at: datetime, told: bool
) -> None:
    """Show until when a warning of this stage given on a day can be appealed; nothing where the policy lets nobody.

    `told` says that a letter gives the day, so that no later correction of the days off makes it an earlier one.
    """
    open_for(
        case, against_warning(case.policy, state), f"Last day to appeal against {called}", about=about, on=on,
        event=event, at=at, told=told,
    )  # fmt: skip


def open_for(
    case: Case, rules: Appeals | None, title: str, *, about: str, on: date, event: int, at: datetime, told: bool
) -> None:
    """Show until when a decision of a day can be appealed as these rules say; nothing where there are none."""
    if rules is None:
        return
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind=WINDOW,
        about=about,
        case_ref=case.reference,
        title=title,
        url_name="appeals:of_case",
        reckoning=window(case.policy, rules, deadlines.calendar_for(case.provider), decided_on=on, dated=on),
        told=told,
        runs_from_event=event,
        at=at,
    )


def about_first(case: Case, incident: Incident) -> str:
    """What the window for the first warnings of an incident is about: joint tenants have one each (Dover 6.16)."""
    return f"initial:{incident.reference}.{case.reference}"
