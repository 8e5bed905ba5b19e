"""How an entry goes: by decision because the risk has passed, by an appeal, or when the policy's time is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit.models import Decision
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.services import Said
from design import seals
from design.dates import day_of
from people.models import User
from policies import law
from policies.rules import need
from register import acts, shown
from register.models import Entry
from register.services import agreeing, grounds, recipients, retention

LAST_DAY_PASSED = "Its last day passed"


@transaction.atomic
def remove(entry_id: int, said: Said, *, by: User, at: datetime, seen: str | None = None) -> Entry:
    """Decide that an entry that stands by itself goes, because the risk has passed (D3).

    `said.what["told"]` says whether its resident is told of that; left out, if they were told of the entry. Where
    several decide, it stands until the last has agreed. Raises as `decisions.services.take`; TransitionNotAllowed,
    naming who removed it when, if it is gone already; RuleBroken without reasons, or if it stands with a restriction:
    then that is what must end.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    act = acts.remove(entry)
    found = plan(entry, act, said, by=by, at=at)
    seals.check(seen, shown.entry(entry, act), since=audit.since(entry))
    if decisions.take(act, said, by=by, at=at) is None:
        deadlines.excuse(kinds.REGISTER_REVIEW, entry, user=by)
        return Entry.objects.get(pk=entry_id)
    return take_off(entry, reason=said.reasons, considered=said.considered, told=found.told, by=by, at=at)


@dataclass(frozen=True)
class Removal:
    """What a removal would do: whether the resident is told of it, and who is because they looked at the entry."""

    told: bool
    recipients: list[User]


def plan(entry: Entry, act: Act, said: Said, *, by: User, at: datetime) -> Removal:
    """What the decision to remove would do, for the page on which it is checked. Raises as `remove`."""
    act.check(by)
    grounds.check_stands_by_itself(entry)
    _need_reasons(said.reasons)
    decisions.check(act, said, by=by, at=at)
    return Removal(bool(said.what.get("told", entry.resident_told)), recipients.of(entry))


@transaction.atomic
def set_aside(entry_id: int, *, reason: str, by: User, at: datetime) -> Entry:
    """Remove an entry because an appeal against it was upheld: whoever decided that has decided this. They are told.

    Raises TransitionNotAllowed, naming who removed it when, if it is gone already; RuleBroken without reasons.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    grounds.check_stands_by_itself(entry)
    return take_off(entry, reason=reason, told=True, by=by, at=at)


@transaction.atomic
def lapse(entry_id: int, *, at: datetime) -> Entry:
    """Tidy away an entry by itself whose last day has gone. For the sweep: the clock decides nothing.

    Raises TransitionNotAllowed for one that stands still, or is gone already.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    grounds.check_stands_by_itself(entry)
    if entry.ends_on is None or entry.ends_on >= day_of(at):
        raise TransitionNotAllowed(f"{entry.reference} stands until the end of its last day.")
    return take_off(entry, reason=LAST_DAY_PASSED, told=entry.resident_told, by=None, at=at)


def take_off(entry: Entry, *, reason: str, told: bool, considered: str = "", by: User | None, at: datetime) -> Entry:
    """Take a locked entry off its register. Everybody who had looked at it is told (D4). `by` is None for the clock."""
    _need_reasons(reason)
    entry.removed_on, entry.removed_at, entry.removed_by = day_of(at), at, by
    entry.removal_reason = reason.strip()
    kept = retention.words_of(entry, deadlines.calendar_for(entry.provider))
    entry.words_until = kept.due if kept else None
    entry.save()
    facts: dict[str, Any] = {"source": entry.source, "resident_told": told if entry.resident_id else None}
    facts["words_until"] = entry.words_until
    if entry.is_highlight:
        audit.record("highlight.ended", subject=entry, by=by, at=at, facts=facts, words={"reasons": reason})
    elif by is None:
        _record_by_the_clock(entry, facts, reason, at=at)
    else:
        rule = entry.rule
        audit.decide(
            "register.removed",
            subject=entry,
            by=by,
            at=at,
            reasons=reason,
            considered=considered,
            rule=rule.remove.rule if rule and rule.remove.said else None,
            outcome="removed",
            facts=facts,
        )
    agreeing.drop_all(entry, at=at)
    deadlines.cancel_all(entry, at=at, reason="The entry was removed")
    _close_windows(entry, at=at)
    recipients.let_go(entry, by=by, at=at)
    return entry


def _need_reasons(reason: str) -> None:
    need(reason, "Enter the reasons for the removal", "reason", law.NO_LONGER_THAN_NEEDED)


def _close_windows(entry: Entry, *, at: datetime) -> None:
    """An entry that was removed holds nothing to appeal against any more."""
    entered = Decision.objects.filter(what="register.entered", event__subject_ref=entry.reference)
    for decision in entered.select_related("event"):
        deadlines.cancel(kinds.APPEAL_WINDOW, decision, at=at, reason="The entry was removed")


def _record_by_the_clock(entry: Entry, facts: dict[str, Any], reason: str, *, at: datetime) -> None:
    """Say under which clause an entry went by the clock: the policy's time for it, or what its end hangs on."""
    found = retention.end_of(entry, deadlines.calendar_for(entry.provider))
    by_policy = found if found and found.due == entry.ends_on else None
    rule = entry.rule
    removes = rule.remove.rule if rule and rule.remove.said else None
    facts["clause"] = by_policy.clause if by_policy else removes.clause if removes else None
    words = {"reasons": reason, "why": by_policy.explain() if by_policy else ""}
    audit.record("register.removed", subject=entry, by=None, at=at, facts=facts, words=words)
