"""Looking at an entry again: when that falls due, and the decision to keep it."""

from datetime import date, datetime

from django.db import transaction

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from design.dates import day_of
from people.models import User
from policies import law
from policies.rules import need
from register import permissions
from register.models import Entry
from register.services import retention
from register.services.grounds import check_dates, check_review
from register.services.rows import check_own, check_stands, locked, rule_of


def set_days(entry: Entry, today: date) -> None:
    """Set when an entry by itself is looked at next and when it ends: the first of what is given and the policy's own.

    The policy's clocks run from the entry, and from the last look at it. By the first time that the policy sets for one
    of its risks somebody has looked; when the time of all of them is over, it ends.
    """
    if entry.review_on is not None:
        check_review(today, entry.review_on)
    calendar = deadlines.calendar_for(entry.provider)
    look = retention.next_look(
        entry.policy_version, entry.register_key, entered_on=entry.entered_on, kept_on=entry.kept_on, calendar=calendar
    )
    times = retention.limits(
        entry.policy_version, entry.register_key, entry.risks, event="entry", on=entry.entered_on, calendar=calendar
    )
    first, last = retention.first_limit(times.values()), retention.end_of(entry, calendar)
    looks = [entry.review_on, look.due if look else None, first.due if first else None]
    entry.review_on = min((day for day in looks if day and day > today), default=None)
    entry.ends_on = min((day for day in (entry.ends_on, last.due if last else None) if day), default=None)
    if entry.ends_on and entry.review_on and entry.review_on >= entry.ends_on:
        entry.review_on = None


def set_review(entry: Entry, *, at: datetime) -> None:
    """D3: every entry is looked at again; one that stands with a restriction in that restriction's own review.

    By whom the policy has decide on entries of that register, else by whoever entered it. The deadline brings the
    policy's own clock where that gave the day.
    """
    if entry.review_on is None:
        deadlines.cancel(kinds.REGISTER_REVIEW, entry, at=at, reason="It ends before")
        return
    found = retention.next_look(
        entry.policy_version, entry.register_key, entered_on=entry.entered_on, kept_on=entry.kept_on,
        calendar=deadlines.calendar_for(entry.provider),
    )  # fmt: skip
    rule = rule_of(entry)
    named = sorted(rule.by.keys()) if rule and not rule.by.unsaid else []
    due = found if found and found.due == entry.review_on else entry.review_on
    whose = deadlines.Whose(roles=named) if named else deadlines.Whose(entry.entered_by)
    deadlines.set(kinds.REGISTER_REVIEW, entry, due=due, whose=whose, at=at)


@transaction.atomic
def keep(entry_id: int, *, by: User, at: datetime, reason: str, review_on: date | None = None) -> Entry:
    """Decide at its review that an entry stays, why, and when it is looked at again (D3).

    The policy's own clock says when, and `review_on` only sooner; where the policy is silent `review_on` is needed.
    """
    entry = locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    check_stands(entry)
    check_own(entry)
    need(reason, "Enter the reasons for keeping the entry", "reason", law.NO_LONGER_THAN_NEEDED)
    today = day_of(at)
    entry.kept_on, entry.review_on = today, review_on
    set_days(entry, today)
    check_dates(today, entry.ends_on, entry.review_on)
    entry.save()
    rule = rule_of(entry)
    audit.decide(
        "register.kept",
        subject=entry,
        by=by,
        at=at,
        reasons=reason,
        rule=rule.review.rule if rule and rule.review.said else None,
        outcome="kept",
        facts={"review_on": entry.review_on, "ends_on": entry.ends_on},
    )
    deadlines.meet(kinds.REGISTER_REVIEW, entry, at=at, how="Kept")
    set_review(entry, at=at)
    return entry
