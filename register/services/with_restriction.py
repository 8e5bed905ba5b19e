"""What stands on a register, or is highlighted, with a restriction: decided with it, it changes and ends with it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from audit import subjects
from deadlines import services as deadlines
from design.dates import day_of
from people.models import User
from policies.reckoning import Reckoning
from register.models import Entry
from register.services import changing, keeping, new_entries, recipients, removing, retention
from register.services.new_entries import NewEntry


@transaction.atomic
def enter(new: NewEntry, *, by: User, at: datetime) -> Entry:
    """Enter the resident when a restriction is put in force (Dover 6.30), by whoever did that.

    Its reasons stand in that decision, which passed its own gate; there is no second one here. Raises `RuleBroken` for
    what is missing, ValueError for an entry that stands with no restriction.
    """
    if not new.with_restriction:
        raise ValueError(f"{new.source or 'nothing'} is no restriction: somebody decides on the entry by itself")
    return new_entries.write(new, reasons="", by=by, at=at)


@transaction.atomic
def highlight(new: NewEntry, *, decided_by: User, by: User | None, at: datetime) -> Entry:
    """Let those who meet or speak to a resident see the arrangement of a restriction that enters no register.

    Where a policy keeps no register, or enters such a restriction on none, staff must still know what holds: Homes for
    Life 1.14.1 has it "highlighted in our system", with the minimum. It is no decision of its own and no marker: it
    says what was decided, never why, and ends with it. Whoever may impose the restriction brings it about, so
    `decided_by` is whoever did; `by` is None when the clock made good what was not shown.
    """
    return new_entries.write_highlight(new, decided_by=decided_by, by=by, at=at)


def registers_of(source: str) -> list[str]:
    """The keys of the registers in which something stands on a source; "" for a highlight."""
    return list(Entry.objects.standing_on(source).order_by("register_key").values_list("register_key", flat=True))


@transaction.atomic
def change(
    source: str, *, register_key: str | None = None, new_source: str = "", by: User, at: datetime, **changes: Any
) -> list[Entry]:
    """Change what stands on a source, as when the restriction's terms were varied: in every register, or in one.

    Takes any of `changing.CHANGEABLE`, and `cover`; `new_source` moves the entries to what follows, such as the
    restriction that extends this one. What stood before is kept in the trail. Whoever looked at it is told that it
    changed (UK GDPR Art 19).

    Raises `Entry.DoesNotExist` when nothing stands on the source, `TypeError` for an unknown field.
    """
    found = _standing_on(source, register_key)
    if not found:
        raise Entry.DoesNotExist(f"nothing stands on {source}")
    if "cover" in changes:
        changes |= new_entries.cover_fields(changes.pop("cover"))
    if new_source:
        changes["source"] = new_source
    for entry in found:
        changing.apply(entry, dict(changes), by=by, at=at)
    return found


@transaction.atomic
def remove(
    source: str,
    *,
    register_key: str | None = None,
    by: User | None,
    at: datetime,
    reason: str,
    set_aside: bool = False,
) -> list[Entry]:
    """Remove what stands on a source, as when the restriction ended: from every register, or from one.

    `by` is None when the clock did it. The resident counts as told of it if they were told of the entry. Everybody who
    had looked at it is told (D4). Where the policy keeps entries for a time after the end, an entry with orders stays
    on for that time, by itself and without the restriction's limits; not where the restriction was `set_aside`, because
    then it should not have been.
    """
    found = _standing_on(source, register_key)
    for entry in found:
        stays = None if set_aside or not entry.stands_with else _stays_until(entry, at)
        if stays is not None:
            _stay_on(entry, stays, by=by, at=at)
        else:
            removing.take_off(entry, reason=reason, told=entry.resident_told, by=by, at=at)
    return found


def _standing_on(source: str, register_key: str | None) -> list[Entry]:
    standing = Entry.objects.locked().standing_on(source)
    return list(standing if register_key is None else standing.filter(register_key=register_key))


def _stays_until(entry: Entry, at: datetime) -> Reckoning | None:
    """The policy's own time for an entry after the end of its restriction, where it has one and orders are left."""
    if entry.is_highlight or not entry.instructions:
        return None
    today = day_of(at)
    ended_on = min(today, entry.ends_on or today)
    found = retention.last_day(
        entry.policy_version,
        entry.register_key,
        entry.risks,
        event="end",
        on=ended_on,
        calendar=deadlines.calendar_for(entry.provider),
    )
    return found if found and found.due and found.due > today else None


def _stay_on(entry: Entry, found: Reckoning, *, by: User | None, at: datetime) -> None:
    """Let the orders of an entry stand until the policy's last day, without what held with the restriction alone."""
    entry.source = subjects.about(subjects.AFTER, entry.stands_with)
    entry.arrangement, entry.ring, entry.ring_name = [], "", ""
    entry.cover_name, entry.cover_ring, entry.cover_from, entry.cover_until = "", "", None, None
    entry.ends_on, entry.review_on, entry.kept_on = found.due, None, day_of(at)
    keeping.set_days(entry, day_of(at))
    entry.save()
    facts = {"ends_on": entry.ends_on, "clause": found.clause, "strength": found.strength}
    audit.record("register.stays_on", subject=entry, by=by, at=at, facts=facts, words={"why": found.explain()})
    keeping.set_next_look(entry, at=at)
    recipients.tell(entry, "changed", by=by, at=at)
