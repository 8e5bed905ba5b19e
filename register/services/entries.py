"""Entering, changing, removing and keeping an entry."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from deadlines import services as deadlines
from design.dates import day_of
from people.models import Provider, Resident, User
from people.references import next_reference
from people.services import search_text
from policies.rules import RuleBroken
from register import permissions
from register.models import Entry
from register.services import appealing
from register.services.grounds import (
    FROM_AN_INCIDENT,
    LOOKED_AT_AGAIN,
    check_dates,
    check_end,
    check_grounds,
    check_orders,
    check_review,
    lines,
    twin_of,
)
from register.services.rows import about, check_own, check_stands, locked, rule_of
from register.services.telling import check_telling, record_not_telling, tell_recipients

CHANGEABLE = {
    "risks", "instructions", "arrangement", "ring", "ends_on", "review_on", "shared_with_contractors", "source",
    "case_ref",
}  # fmt: skip
# What somebody who looked must know has changed.
FOLLOWED = {"instructions", "arrangement", "ring", "ends_on"}


@transaction.atomic
def enter(
    *,
    provider: Provider,
    resident: Resident | None = None,
    place: str = "",
    postcode: str = "",
    register_key: str,
    risks: Iterable[str],
    instructions: Iterable[str],
    arrangement: Iterable[str] = (),
    ring: str = "",
    source: str = "",
    case_ref: str = "",
    ends_on: date | None = None,
    review_on: date | None = None,
    shared_with_contractors: bool = False,
    told: bool = True,
    not_told_reason: str = "",
    look_again_on: date | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> Entry:
    """Enter a person or a place on the register, with the orders that staff must follow.

    `source` is what the entry stands on: `restriction:X-000004` (Dover 6.30: entered when restrictions are imposed;
    its reasons stand in that decision) or `incident:I-000012`. An entry about a person needs one of the two, because no
    marker rests on opinion (D1); without a restriction it needs its own `reason`. It has an end or a date of review
    (D3). The resident is told, or it is recorded why not and when that is looked at again (D2, Dover 6.33).

    Raises `NotPermitted` unless `by` decides at the provider, `RuleBroken` for what is missing.
    """
    permissions.check_can_enter(by, provider)
    today = day_of(at)
    orders = lines(instructions)
    check_grounds(provider, resident, place, source, reason)
    _one_at_a_time(provider, resident)
    if not source.startswith(permissions.STANDS_WITH) and (
        twin := twin_of(
            provider, resident, place=place, postcode=postcode, source=source, instructions=orders, on=today
        )
    ):
        raise RuleBroken(f"This is on the register already, as entry {twin.reference}")
    check_orders(orders)
    check_dates(today, ends_on, review_on)
    check_telling(resident, told, not_told_reason, look_again_on, today)
    entry = Entry(
        provider=provider,
        reference=next_reference("entry"),
        register_key=register_key,
        resident=resident,
        place=place,
        place_postcode=postcode.upper().strip(),
        risks=lines(risks),
        instructions=orders,
        arrangement=lines(arrangement),
        ring=ring,
        source=source,
        case_ref=case_ref,
        shared_with_contractors=shared_with_contractors,
        resident_told=told,
        not_told_reason="" if told else not_told_reason.strip(),
        look_again_on=None if told else look_again_on,
        entered_on=today,
        entered_by=by,
        entered_at=at,
        ends_on=ends_on,
        review_on=review_on,
    )
    entry.search = search_text([place], (), (), postcode, postcode.replace(" ", ""), entry.reference) if place else ""
    entry.save()
    rule = rule_of(provider, register_key, today)
    decision = audit.decide(
        "register.entered",
        subject=entry,
        by=by,
        at=at,
        reasons=reason,
        rule=rule.enter.rule if rule else None,
        outcome="entered",
        facts={
            "source": source,
            "risks": entry.risks,
            "ends_on": ends_on,
            "review_on": review_on,
            "shared_with_contractors": shared_with_contractors,
        },
    )
    if not told:
        record_not_telling(entry, rule, by=by, at=at)
    appealing.open_window(entry, decision, at=at)
    if review_on and not source.startswith(permissions.STANDS_WITH):
        _set_review(entry, at=at)
    return entry


def _one_at_a_time(provider: Provider, resident: Resident | None) -> None:
    """Make whoever enters the same person, or a place of the same provider, wait until this is done."""
    if resident is not None:
        Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    else:
        Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)


def _set_review(entry: Entry, *, at: datetime) -> None:
    """D3: every entry is looked at again; one that stands with a restriction in that restriction's own review."""
    deadlines.set_deadline(
        provider=entry.provider,
        resident=entry.resident,
        kind="register.review",
        about=about(entry),
        case_ref=entry.case_ref,
        title="Look at the register entry again: keep or remove it",
        url_name="register:entry",
        due_on=entry.review_on,
        owner=entry.entered_by,
        at=at,
    )


@transaction.atomic
def change(source: str, *, new_source: str = "", by: User, at: datetime, **changes: Any) -> Entry:
    """Change the entry that stands on a source, as when the restriction's terms were varied.

    Takes any of `CHANGEABLE`; `new_source` moves the entry to what follows, such as the restriction that extends this
    one. What stood before is kept in the trail. Whoever looked at it is told that it changed (UK GDPR Art 19).

    Raises `Entry.DoesNotExist` when nothing stands on the source, `TypeError` for an unknown field.
    """
    entry = locked().get(source=source, removed_on__isnull=True)
    permissions.check_can_change(by, entry)
    return _change(entry, changes | ({"source": new_source} if new_source else {}), by=by, at=at)


@transaction.atomic
def change_entry(entry_id: int, *, reason: str, by: User, at: datetime, **changes: Any) -> Entry:
    """Change an entry that stands by itself. One that stands with a restriction changes only with it."""
    entry = locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    check_stands(entry)
    check_own(entry)
    if not reason.strip():
        raise RuleBroken("Enter the reasons for the change", FROM_AN_INCIDENT, "reason")
    return _change(entry, changes, by=by, at=at, reason=reason)


def _change(entry: Entry, changes: dict[str, Any], *, by: User, at: datetime, reason: str = "") -> Entry:
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"an entry has no changeable {', '.join(sorted(unknown))}")
    for listed in {"risks", "instructions", "arrangement"} & set(changes):
        changes[listed] = lines(changes[listed])
    before = {name: getattr(entry, name) for name in changes}
    changed = sorted(name for name in changes if changes[name] != before[name])
    if not changed:
        return entry
    for name in changed:
        setattr(entry, name, changes[name])
    check_orders(entry.instructions)
    if entry.ends_on is None and entry.review_on is None:
        raise RuleBroken("Enter when the entry will be looked at again", LOOKED_AT_AGAIN, "review_on")
    for name, check in (("ends_on", check_end), ("review_on", check_review)):
        if name in changed:
            check(day_of(at), getattr(entry, name))
    was_shared = before.get("shared_with_contractors", entry.shared_with_contractors)
    entry.save()
    words = {f"was {name}": before[name] for name in changed} | {f"now {name}": changes[name] for name in changed}
    audit.record(
        "register.changed", subject=entry, by=by, at=at, facts={"changed": changed}, words=words | {"reasons": reason}
    )
    if "review_on" in changed and not entry.source.startswith(permissions.STANDS_WITH):
        _set_review(entry, at=at)
    if FOLLOWED & set(changed) or (was_shared and not entry.shared_with_contractors):
        tell_recipients(entry, "changed", by=by, at=at)
    return entry


@transaction.atomic
def remove(
    source: str, *, by: User | None, at: datetime, reason: str, resident_told: bool | None = None
) -> Entry | None:
    """Remove the entry that stands on a source, as when the restriction ended; None where none stands.

    `by` is None when the clock did it. `resident_told` says whether the resident was told of the removal; left out, the
    resident was told if they had been told of the entry. Everybody who had looked at it is told (D4).
    """
    entry = locked().filter(source=source, removed_on__isnull=True).first()
    if entry is None:
        return None
    if by is not None:
        permissions.check_can_remove(by, entry)
    return _remove(entry, by=by, at=at, reason=reason, resident_told=resident_told)


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
    if not reason.strip():
        raise RuleBroken("Enter the reasons for the removal", LOOKED_AT_AGAIN, "reason")
    today = day_of(at)
    told = entry.resident_told if resident_told is None else resident_told
    entry.removed_on, entry.removed_at, entry.removed_by, entry.removal_reason = today, at, by, reason.strip()
    entry.save()
    facts = {"source": entry.source, "resident_told": told if entry.resident_id else None}
    if by is None:
        audit.record("register.removed", subject=entry, by=None, at=at, facts=facts, words={"reasons": reason})
    else:
        rule = rule_of(entry.provider, entry.register_key, today)
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
    deadlines.cancel(about(entry), at=at, reason="The entry was removed")
    appealing.close_window(entry, at=at)
    tell_recipients(entry, "removed", by=by, at=at)
    return entry


@transaction.atomic
def keep(entry_id: int, *, by: User, at: datetime, reason: str, review_on: date) -> Entry:
    """Decide at its review that an entry stays, why, and when it is looked at again (D3)."""
    entry = locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    check_stands(entry)
    check_own(entry)
    if not reason.strip():
        raise RuleBroken("Enter the reasons for keeping the entry", LOOKED_AT_AGAIN, "reason")
    today = day_of(at)
    check_dates(today, None, review_on)
    entry.review_on = review_on
    entry.save()
    rule = rule_of(entry.provider, entry.register_key, today)
    audit.decide(
        "register.kept",
        subject=entry,
        by=by,
        at=at,
        reasons=reason,
        rule=rule.review.rule if rule and rule.review.said else None,
        outcome="kept",
        facts={"review_on": review_on},
    )
    deadlines.meet(about(entry), "register.review", at=at, how="Kept")
    _set_review(entry, at=at)
    return entry
