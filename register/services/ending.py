"""How an entry ends: removed by decision, with its restriction, or when the policy's time is over; its words erased."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit import subjects
from audit.models import Decision, Event
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from design.dates import day_of
from people.models import User
from policies import law
from policies.reckoning import Reckoning
from policies.rules import need
from register import permissions
from register.models import ERASED, Entry
from register.services import retention, reviewing
from register.services.rows import check_own, check_stands, locked, rule_of, standing_on
from register.services.telling import tell_recipients


@transaction.atomic
def remove(
    source: str,
    *,
    register_key: str | None = None,
    by: User | None,
    at: datetime,
    reason: str,
    resident_told: bool | None = None,
    set_aside: bool = False,
) -> list[Entry]:
    """Remove what stands on a source, as when the restriction ended: from every register, or from one.

    `by` is None when the clock did it. `resident_told` says whether the resident was told of the removal; left out, the
    resident was told if they had been told of the entry. Everybody who had looked at it is told (D4). Where the policy
    keeps entries for a time after the end, an entry with orders stays on for that time, by itself and without the
    restriction's limits; not where the restriction was `set_aside`, because then it should not have been.
    """
    found = [entry for entry in standing_on(source) if register_key in (None, entry.register_key)]
    for entry in found:
        if by is not None and not entry.is_highlight:
            permissions.check_can_remove(by, entry)
        stays = None if set_aside or not entry.stands_with else _stays_until(entry, at)
        if stays is not None:
            _stay_on(entry, stays, by=by, at=at)
        else:
            _remove(entry, by=by, at=at, reason=reason, resident_told=resident_told)
    return found


def _stays_until(entry: Entry, at: datetime) -> Reckoning | None:
    """The policy's own time for an entry after the end of its restriction, where it has one and orders are left."""
    if entry.is_highlight or not entry.instructions:
        return None
    today = day_of(at)
    ended_on = min(today, entry.ends_on or today)
    found = retention.last_day(
        entry.policy_version, entry.register_key, entry.risks, event="end", on=ended_on,
        calendar=deadlines.calendar_for(entry.provider),
    )  # fmt: skip
    return found if found and found.due and found.due > today else None


def _stay_on(entry: Entry, found: Reckoning, *, by: User | None, at: datetime) -> None:
    """Let the orders of an entry stand until the policy's last day, without what held with the restriction alone."""
    entry.source = subjects.about(subjects.AFTER, entry.stands_with)
    entry.arrangement, entry.ring, entry.ring_name = [], "", ""
    entry.cover_name, entry.cover_ring, entry.cover_from, entry.cover_until = "", "", None, None
    entry.ends_on, entry.review_on, entry.kept_on = found.due, None, day_of(at)
    reviewing.set_days(entry, day_of(at))
    entry.save()
    facts = {"ends_on": entry.ends_on, "clause": found.clause, "strength": found.strength}
    audit.record("register.stays_on", subject=entry, by=by, at=at, facts=facts, words={"why": found.explain()})
    reviewing.set_review(entry, at=at)
    tell_recipients(entry, "changed", by=by, at=at)


@transaction.atomic
def remove_entry(
    entry_id: int, *, by: User | None, at: datetime, reason: str, resident_told: bool | None = None
) -> Entry:
    """Remove an entry that stands by itself, because the risk has passed (D3).

    `by` is None when the clock did it: then only an entry whose last day has gone. Raises `TransitionNotAllowed`,
    naming who removed it when, if it is gone already; `RuleBroken` without a reason, or if it stands with a
    restriction: then that is what must end.
    """
    entry = locked().get(pk=entry_id)
    if by is not None:
        permissions.check_can_remove(by, entry)
    check_stands(entry)
    check_own(entry)
    if by is None and (entry.ends_on is None or entry.ends_on >= day_of(at)):
        raise TransitionNotAllowed(f"{entry.reference} stands until the end of its last day.")
    return _remove(entry, by=by, at=at, reason=reason, resident_told=resident_told)


def _remove(entry: Entry, *, by: User | None, at: datetime, reason: str, resident_told: bool | None) -> Entry:
    need(reason, "Enter the reasons for the removal", "reason", law.NO_LONGER_THAN_NEEDED)
    today = day_of(at)
    told = entry.resident_told if resident_told is None else resident_told
    entry.removed_on, entry.removed_at, entry.removed_by, entry.removal_reason = today, at, by, reason.strip()
    calendar = deadlines.calendar_for(entry.provider)
    kept = retention.words_of(entry, calendar)
    entry.words_until = kept.due if kept else None
    entry.save()
    facts: dict[str, Any] = {"source": entry.source, "resident_told": told if entry.resident_id else None}
    facts["words_until"] = entry.words_until
    if entry.is_highlight:
        audit.record("highlight.ended", subject=entry, by=by, at=at, facts=facts, words={"reasons": reason})
    elif by is None:
        _record_by_the_clock(entry, facts, reason, at=at)
    else:
        rule = rule_of(entry)
        audit.decide(
            "register.removed",
            subject=entry,
            by=by,
            at=at,
            reasons=reason,
            rule=rule.remove.rule if rule and rule.remove.said else None,
            outcome="removed",
            facts=facts,
        )
    deadlines.cancel_all(entry, at=at, reason="The entry was removed")
    _close_windows(entry, at=at)
    tell_recipients(entry, "removed", by=by, at=at)
    return entry


def _close_windows(entry: Entry, *, at: datetime) -> None:
    """An entry that was removed holds nothing to appeal against any more."""
    entered = Decision.objects.filter(what="register.entered", event__subject_ref=entry.reference)
    for decision in entered.select_related("event"):
        deadlines.cancel(kinds.APPEAL_WINDOW, decision, at=at, reason="The entry was removed")


def _record_by_the_clock(entry: Entry, facts: dict[str, Any], reason: str, *, at: datetime) -> None:
    """Say under which clause an entry went by the clock: the policy's time for it, or what its end hangs on."""
    found = retention.end_of(entry, deadlines.calendar_for(entry.provider))
    by_policy = found if found and found.due == entry.ends_on else None
    rule = rule_of(entry)
    removes = rule.remove.rule if rule and rule.remove.said else None
    facts["clause"] = by_policy.clause if by_policy else removes.clause if removes else None
    words = {"reasons": reason, "why": by_policy.explain() if by_policy else ""}
    audit.record("register.removed", subject=entry, by=None, at=at, facts=facts, words=words)


@transaction.atomic
def erase(entry_id: int, *, at: datetime) -> bool:
    """Blank a removed entry when the policy's time to keep it is over; False where that has to wait. For the sweep.

    What stays is that there was an entry, in which register, from when to when, and who decided; not about whom, and
    none of its words, here or in the trail (UK GDPR Art 5(1)(e)). It waits while an appeal of the resident is decided.
    Safe to run twice, or late.
    """
    entry = locked().get(pk=entry_id)
    today = day_of(at)
    if entry.erased_on is not None or entry.words_until is None or entry.words_until >= today:
        return False
    if Deadline.objects.open().filter(resident=entry.resident, kind=kinds.APPEAL_DECIDE).exists() and entry.resident:
        return False
    found = retention.words_of(entry, deadlines.calendar_for(entry.provider))
    rule = (entry.policy_version.policy.value(found.path).rule if found else None) or law.NO_LONGER_THAN_NEEDED
    why = found.explain() if found else "The policy's time to keep it is over"
    spoken = Event.objects.about(entry.trail).filter(provider_ref=entry.provider.slug, words__body__isnull=False)
    for event in spoken.values_list("pk", flat=True):
        audit.erase_words(event, by=None, at=at, why=why, rule=rule)
    facts = {"words_until": entry.words_until, "clause": rule.clause, "strength": rule.strength}
    audit.record("register.erased", subject=entry, by=None, at=at, facts=facts)
    entry.resident, entry.place, entry.place_postcode, entry.search = None, "", "", ""
    entry.source, entry.case_ref, entry.not_told_reason, entry.removal_reason = "", "", "", ERASED
    entry.risks, entry.instructions, entry.arrangement = [], [], []
    entry.ring, entry.ring_name = "", ""
    entry.cover_name, entry.cover_ring, entry.cover_from, entry.cover_until = "", "", None, None
    entry.look_again_on, entry.erased_on = None, today
    entry.save()
    return True
