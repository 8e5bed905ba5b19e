"""Looking at an entry again: when that falls due, and the decision to keep it."""

from datetime import date, datetime

from django.db import transaction

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.services import Said
from design import seals
from design.dates import day_of
from people.models import User
from policies import law
from policies.rules import need
from register import acts, shown
from register.models import Entry
from register.services import agreeing, grounds, retention
from register.services.grounds import check_review


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


def set_next_look(entry: Entry, *, at: datetime) -> None:
    """D3: every entry is looked at again; one that stands with a restriction in that restriction's own review.

    By whom the policy has decide on entries of that register, else by whoever entered it. The deadline brings the
    policy's own clock where that gave the day.
    """
    if entry.review_on is None:
        deadlines.cancel(kinds.REGISTER_REVIEW, entry, at=at, reason="It ends before")
        return
    found = retention.next_look(
        entry.policy_version,
        entry.register_key,
        entered_on=entry.entered_on,
        kept_on=entry.kept_on,
        calendar=deadlines.calendar_for(entry.provider),
    )
    act = acts.keep(entry)
    whose = act.whose if not act.unsaid or entry.entered_by_id in act.barred else deadlines.Whose(entry.entered_by)
    due = found if found and found.due == entry.review_on else entry.review_on
    deadlines.set(kinds.REGISTER_REVIEW, entry, due=due, whose=whose, at=at)


@transaction.atomic
def keep(entry_id: int, said: Said, *, by: User, at: datetime, seen: str | None = None) -> Entry:
    """Decide at its review that an entry stays, why, and when it is looked at again (D3).

    The policy's own clock says when, and `said.what["review_on"]`, in ISO form, only sooner; where the policy is silent
    it is needed. Where several decide, it waits until the last has agreed. Raises as `decisions.services.take`;
    TransitionNotAllowed where it was removed; RuleBroken without reasons, and for what stands with a restriction.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    act = acts.keep(entry)
    act.check(by)
    grounds.check_stands_by_itself(entry)
    seals.check(seen, shown.entry(entry, act), since=audit.since(entry))
    need(said.reasons, "Enter the reasons for keeping the entry", "reason", law.NO_LONGER_THAN_NEEDED)
    today, sooner = day_of(at), said.what.get("review_on")
    entry.kept_on, entry.review_on = today, date.fromisoformat(sooner) if sooner else None
    set_days(entry, today)
    grounds.check_dates(today, entry.ends_on, entry.review_on)
    if decisions.take(act, said, by=by, at=at) is None:
        deadlines.excuse(kinds.REGISTER_REVIEW, entry, user=by)
        return Entry.objects.get(pk=entry_id)
    agreeing.drop_all(entry, at=at)
    entry.save()
    rule = entry.rule
    audit.decide(
        "register.kept",
        subject=entry,
        by=by,
        at=at,
        reasons=said.reasons,
        considered=said.considered,
        rule=rule.review.rule if rule and rule.review.said else None,
        outcome="kept",
        facts={"review_on": entry.review_on, "ends_on": entry.ends_on},
    )
    deadlines.meet(kinds.REGISTER_REVIEW, entry, at=at, how="Kept")
    set_next_look(entry, at=at)
    return entry
