"""Entering and changing an entry of a register, and highlighting a restriction that enters none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from audit.models import Decision
from deadlines import services as deadlines
from deadlines.services import appeal_windows
from design.dates import day_of
from people.models import PolicyVersion, Provider, Resident, User
from people.references import next_reference
from people.services import search_text
from policies import law
from policies.rules import RuleBroken, need
from register import permissions
from register.models import STANDS_WITH, Entry
from register.services import reviewing
from register.services.grounds import (
    FROM_AN_INCIDENT,
    check_dates,
    check_end,
    check_grounds,
    check_review,
    check_risks,
    check_says_something,
    lines,
    twin_of,
)
from register.services.rows import (
    check_own,
    check_stands,
    lists_restrictions_alone,
    locked,
    rule_in,
    rule_of,
    standing_on,
)
from register.services.telling import check_telling, record_not_telling, tell_recipients


@dataclass(frozen=True)
class Cover:
    """Who is to be rung instead, between two days; both count."""

    name: str
    ring: str
    from_on: date
    until_on: date


CHANGEABLE = {
    "risks", "instructions", "arrangement", "ring", "ring_name", "cover_name", "cover_ring", "cover_from",
    "cover_until", "ends_on", "review_on", "shared_with_contractors", "source", "case_ref",
}  # fmt: skip
# What somebody who looked must know has changed.
FOLLOWED = {"instructions", "arrangement", "ring", "ring_name", "cover_name", "cover_from", "cover_until", "ends_on"}


def _cover_fields(cover: Cover | None) -> dict[str, Any]:
    if cover is None:
        return {"cover_name": "", "cover_ring": "", "cover_from": None, "cover_until": None}
    return {
        "cover_name": cover.name,
        "cover_ring": cover.ring,
        "cover_from": cover.from_on,
        "cover_until": cover.until_on,
    }


@transaction.atomic
def enter(
    *,
    provider: Provider,
    resident: Resident | None = None,
    place: str = "",
    postcode: str = "",
    register_key: str,
    policy_version: PolicyVersion | None = None,
    risks: Iterable[str],
    instructions: Iterable[str],
    arrangement: Iterable[str] = (),
    ring: str = "",
    ring_name: str = "",
    cover: Cover | None = None,
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
    """Enter a person or a place on one of the policy's registers, with the orders that staff must follow.

    `source` is what the entry stands on: `restriction:X-000004` (Dover 6.30: entered when restrictions are imposed;
    its reasons stand in that decision) or `incident:I-000012`. An entry about a person needs one of the two, because no
    marker rests on opinion (D1); without a restriction it needs its own `reason`. It has an end or a date of review
    (D3): the policy's own where it sets them, else the given. The resident is told, or it is recorded why not and when
    that is looked at again (D2, Dover 6.33). It keeps the version of the policy that it was entered under.

    Raises `NotPermitted` unless `by` decides at the provider, `RuleBroken` for what is missing.
    """
    today = day_of(at)
    version = policy_version or provider.policy_version_on(today)
    rule = rule_in(version, register_key)
    with_restriction = source.startswith(STANDS_WITH)
    permissions.check_can_enter(by, provider, None if with_restriction else rule)
    if rule is None:
        raise RuleBroken("Choose one of the policy's registers", field="register_key")
    orders = lines(instructions)
    check_risks(rule, lines(risks))
    check_grounds(provider, resident, place, source, reason)
    _one_at_a_time(provider, resident)
    if not with_restriction and (
        twin := twin_of(
            provider, resident, register_key=register_key, place=place, postcode=postcode, source=source,
            instructions=orders, on=today,
        )
    ):  # fmt: skip
        raise RuleBroken(f"This is on the register already, as entry {twin.reference}")
    check_says_something(orders, lines(arrangement) if lists_restrictions_alone(rule) else [])
    check_telling(resident, told, not_told_reason, look_again_on, today)
    entry = Entry(
        provider=provider,
        reference=next_reference("entry"),
        register_key=register_key,
        register_name=rule.name,
        policy_version=version,
        resident=resident,
        place=place,
        place_postcode=postcode.upper().strip(),
        risks=lines(risks),
        instructions=orders,
        arrangement=lines(arrangement),
        ring=ring,
        ring_name=ring_name,
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
        **_cover_fields(cover),
    )
    entry.search = search_text([place], (), (), postcode, postcode.replace(" ", ""), entry.reference) if place else ""
    if not with_restriction:
        reviewing.set_days(entry, today)
    check_dates(today, entry.ends_on, entry.review_on)
    entry.save()
    decision = audit.decide(
        "register.entered",
        subject=entry,
        by=by,
        at=at,
        reasons=reason,
        rule=rule.enter.rule,
        outcome="entered",
        facts={
            "register": rule.name,
            "source": source,
            "ends_on": entry.ends_on,
            "review_on": entry.review_on,
            "shared_with_contractors": shared_with_contractors,
        },
    )
    if not told:
        record_not_telling(entry, rule, by=by, at=at)
    _open_window(entry, decision, at=at)
    if not with_restriction:
        reviewing.set_review(entry, at=at)
    return entry


def _open_window(entry: Entry, decision: Decision, *, at: datetime) -> None:
    """Show until when an entry that stands by itself can be appealed, by the policy in effect (Northampton 4.2).

    One that stands with a restriction falls with it and has no appeal of its own; what a resident was not told of is
    nobody's to appeal. The policy says so of entering on the register, or of any decision.
    """
    if entry.resident is None or not entry.resident_told or entry.stands_with:
        return
    policy = entry.provider.policy_version_on(day_of(at)).policy
    appeal_windows.open_window(
        deadlines.About(decision.trail, entry.provider, entry.resident),
        policy,
        appeal_windows.rules_for(policy, appeal_windows.ENTERED_AS),
        words=f"against register entry {entry.reference}",
        on=day_of(at),
        event=decision.event_id,
        at=at,
    )


@transaction.atomic
def highlight(
    *,
    resident: Resident,
    policy_version: PolicyVersion,
    instructions: Iterable[str],
    arrangement: Iterable[str],
    ring: str,
    ring_name: str,
    cover: Cover | None,
    source: str,
    case_ref: str,
    ends_on: date,
    review_on: date | None,
    shared_with_contractors: bool,
    decided_by: User,
    by: User | None,
    at: datetime,
) -> Entry:
    """Let those who meet or speak to a resident see the arrangement of a restriction that enters no register.

    Where a policy keeps no register, or enters such a restriction on none, staff must still know what holds: Homes for
    Life 1.14.1 has it "highlighted in our system", with the minimum. It is no decision of its own and no marker: it
    says what was decided, never why, and ends with it. Whoever may impose the restriction brings it about, so
    `decided_by` is whoever did; `by` is None when the clock made good what was not shown.
    """
    entry = Entry.objects.create(
        provider=resident.provider,
        reference=next_reference("entry"),
        policy_version=policy_version,
        resident=resident,
        instructions=lines(instructions),
        arrangement=lines(arrangement),
        ring=ring,
        ring_name=ring_name,
        source=source,
        case_ref=case_ref,
        shared_with_contractors=shared_with_contractors,
        entered_on=day_of(at),
        entered_by=decided_by,
        entered_at=at,
        ends_on=ends_on,
        review_on=review_on,
        **_cover_fields(cover),
    )
    facts = {"source": source, "ends_on": ends_on, "shared_with_contractors": shared_with_contractors}
    audit.record("highlight.made", subject=entry, by=by, at=at, facts=facts)
    return entry


def _one_at_a_time(provider: Provider, resident: Resident | None) -> None:
    """Make whoever enters the same person, or a place of the same provider, wait until this is done."""
    if resident is not None:
        Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    else:
        Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)


@transaction.atomic
def change(
    source: str, *, register_key: str | None = None, new_source: str = "", by: User, at: datetime, **changes: Any
) -> list[Entry]:
    """Change what stands on a source, as when the restriction's terms were varied: in every register, or in one.

    Takes any of `CHANGEABLE`, and `cover`; `new_source` moves the entries to what follows, such as the restriction that
    extends this one. What stood before is kept in the trail. Whoever looked at it is told that it changed (UK GDPR
    Art 19).

    Raises `Entry.DoesNotExist` when nothing stands on the source, `TypeError` for an unknown field.
    """
    found = [entry for entry in standing_on(source) if register_key in (None, entry.register_key)]
    if not found:
        raise Entry.DoesNotExist(f"nothing stands on {source}")
    if "cover" in changes:
        changes |= _cover_fields(changes.pop("cover"))
    if new_source:
        changes["source"] = new_source
    for entry in found:
        if not entry.is_highlight:
            permissions.check_can_change(by, entry)
        _change(entry, dict(changes), by=by, at=at)
    return found


@transaction.atomic
def change_entry(entry_id: int, *, reason: str, by: User, at: datetime, **changes: Any) -> Entry:
    """Change an entry that stands by itself. One that stands with a restriction changes only with it."""
    entry = locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    check_stands(entry)
    check_own(entry)
    need(reason, "Enter the reasons for the change", "reason", FROM_AN_INCIDENT)
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
    check_says_something(entry.instructions, entry.arrangement if lists_restrictions_alone(rule_of(entry)) else [])
    if entry.ends_on is None and entry.review_on is None:
        raise RuleBroken("Enter when the entry will be looked at again", law.NO_LONGER_THAN_NEEDED, "review_on")
    for name, check in (("ends_on", check_end), ("review_on", check_review)):
        if name in changed:
            check(day_of(at), getattr(entry, name))
    was_shared = before.get("shared_with_contractors", entry.shared_with_contractors)
    entry.save()
    words = {f"was {name}": before[name] for name in changed} | {f"now {name}": changes[name] for name in changed}
    verb = "highlight.changed" if entry.is_highlight else "register.changed"
    audit.record(verb, subject=entry, by=by, at=at, facts={"changed": changed}, words=words | {"reasons": reason})
    if "review_on" in changed and not entry.stands_with:
        reviewing.set_review(entry, at=at)
    if FOLLOWED & set(changed) or (was_shared and not entry.shared_with_contractors):
        tell_recipients(entry, "changed", by=by, at=at)
    return entry
