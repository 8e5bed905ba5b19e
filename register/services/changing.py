"""Changing what an entry says: by decision, or with its restriction; whoever looked at it is told."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from decisions import services as decisions
from decisions.services import Said
from design import seals
from design.dates import day_of
from people.models import User
from policies import law
from policies.rules import RuleBroken, need
from register import acts, shown
from register.models import Entry
from register.services import agreeing, grounds, keeping, recipients, sharing
from register.services.grounds import FROM_AN_INCIDENT, lines

CHANGEABLE = {
    "risks", "instructions", "arrangement", "ring", "ring_name", "cover_name", "cover_ring", "cover_from",
    "cover_until", "ends_on", "review_on", "shared_with_contractors", "source", "case_ref",
}  # fmt: skip
# What somebody who looked must know has changed.
FOLLOWED = {"instructions", "arrangement", "ring", "ring_name", "cover_name", "cover_from", "cover_until", "ends_on"}
DAYS = {"ends_on", "review_on"}


@transaction.atomic
def change(entry_id: int, said: Said, *, by: User, at: datetime, seen: str | None = None) -> Entry:
    """Decide that an entry by itself says something else: `said.what` holds the new values, its days in ISO form.

    Whoever enters on its register changes; where several do, it waits until the last has agreed. One that stands with a
    restriction changes only with it. `seen` is the seal of what was shown. Raises as `decisions.services.take`;
    TransitionNotAllowed where it was removed, or has changed since it was shown; RuleBroken without reasons, for orders
    that say nothing and for days that cannot be.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    act = acts.change(entry)
    act.check(by)
    grounds.check_stands_by_itself(entry)
    parts = shown.entry(entry, act) if act.voices else shown.known(entry)
    seals.check(seen, parts, since=audit.since(entry))
    need(said.reasons, "Enter the reasons for the change", "reason", FROM_AN_INCIDENT)
    changes = _from_plain(said.what)
    _changed(entry, changes, at=at)
    if decisions.take(act, said, by=by, at=at) is None:
        return Entry.objects.get(pk=entry_id)
    agreeing.drop_all(entry, at=at)
    return apply(Entry.objects.locked().get(pk=entry_id), changes, by=by, at=at, said=said)


def _from_plain(what: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in DAYS and isinstance(value, str) else value
        for name, value in what.items()
    }


def apply(entry: Entry, changes: dict[str, Any], *, by: User, at: datetime, said: Said | None = None) -> Entry:
    """Write what was decided into a locked entry; what stood before is kept in the trail. Nothing new is no change."""
    was_shared = entry.shared_with_contractors
    before = _changed(entry, changes, at=at)
    if not before:
        return entry
    entry.save()
    words = {f"was {name}": was for name, was in before.items()}
    words |= {f"now {name}": getattr(entry, name) for name in before}
    if said:
        words |= {"reasons": said.reasons, "considered": said.considered}
    verb = "highlight.changed" if entry.is_highlight else "register.changed"
    audit.record(verb, subject=entry, by=by, at=at, facts={"changed": sorted(before)}, words=words)
    if "review_on" in before and not entry.stands_with:
        keeping.set_next_look(entry, at=at)
    if FOLLOWED & set(before):
        recipients.tell(entry, "changed", by=by, at=at)
    if was_shared and not entry.shared_with_contractors:
        sharing.end_all(entry, reason=sharing.NOT_SHARED_ANY_MORE, by=by, at=at)
    elif entry.shared_with_contractors and not was_shared:
        sharing.ask_with_whom(entry, at=at)
    return entry


def _changed(entry: Entry, changes: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Put the changes on the entry, refuse what cannot be, and return what stood before of that which is other now."""
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"an entry has no changeable {', '.join(sorted(unknown))}")
    given = {name: lines(value) if isinstance(value, list | tuple) else value for name, value in changes.items()}
    before = {name: getattr(entry, name) for name in sorted(given) if given[name] != getattr(entry, name)}
    for name in before:
        setattr(entry, name, given[name])
    if not before:
        return before
    grounds.check_says_something(entry.instructions, entry.arrangement if entry.lists_restrictions_alone else [])
    if entry.ends_on is None and entry.review_on is None:
        raise RuleBroken("Enter when the entry will be looked at again", law.NO_LONGER_THAN_NEEDED, "review_on")
    for name, check in (("ends_on", grounds.check_end), ("review_on", grounds.check_review)):
        if name in before:
            check(day_of(at), getattr(entry, name))
    return before
