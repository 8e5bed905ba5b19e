"""Until when a resident can appeal against an entry of which they were told, where the policy lets them."""

from datetime import datetime

import policies.clocks
from audit.models import Decision
from deadlines import services as deadlines
from design.dates import day_of
from register.models import STANDS_WITH, Entry

WINDOW = "appeal.window"


def open_window(entry: Entry, decision: Decision, *, at: datetime) -> None:
    """Show until when an entry that stands by itself can be appealed, by the policy in effect (Northampton 4.2).

    One that stands with a restriction falls with it and has no appeal of its own; what a resident was not told of is
    nobody's to appeal. The policy says so of entering on the register, or of any decision.
    """
    if entry.resident is None or not entry.resident_told or entry.source.startswith(STANDS_WITH):
        return
    on = day_of(at)
    policy = entry.provider.policy_version_on(on).policy
    rules = policy.appeal_of("enter_register")
    if rules is None:
        return
    days = {"decision": on, "letter dated": on, "letter sent": on}
    deadlines.set_deadline(
        provider=entry.provider,
        resident=entry.resident,
        kind=WINDOW,
        about=_about(decision),
        case_ref=entry.case_ref,
        title=f"Last day to appeal against register entry {entry.reference}",
        url_name="appeals:of_case",
        reckoning=policies.clocks.work_out(policy, rules.window_path, days, deadlines.calendar_for(entry.provider)),
        runs_from_event=decision.event_id,
        at=at,
    )


def close_window(entry: Entry, *, at: datetime) -> None:
    """An entry that was removed holds nothing to appeal against any more."""
    for decision in Decision.objects.filter(what="register.entered", event__subject_ref=entry.reference):
        deadlines.cancel(_about(decision), WINDOW, at=at, reason="The entry was removed")


def _about(decision: Decision) -> str:
    """How deadlines point at a decision that is neither a restriction, nor a warning, nor a review."""
    return f"decision:{decision.pk}"
