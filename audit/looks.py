"""Who looked: every look at a person's things is an event, one a person, thing and quarter of an hour (rule D9).

A page notes what it shows, where the thing is found (`note`); what was noted is written before the page leaves
(`config.middleware.Looks`). A look that cannot be written is a page that is not shown. Looks stand in the trail as
every event does, and among what was *done* to a thing they are left out: reading a file changes nothing in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.http import HttpRequest

from audit import services
from audit.models import LOOKED, Event, Trail
from audit.services import Actor, Subject

WINDOW = timedelta(minutes=15)
HEALTH = "health" + LOOKED
NOTED = "noted_looks"


@dataclass(frozen=True)
class Look:
    """One thing that a page shows: where it stands in the trail, and under which verb the look is recorded."""

    trail: Trail
    verb: str

    @property
    def key(self) -> tuple[str, str, str]:
        """By what a second look at the same thing is known."""
        return self.verb, self.trail.kind, self.trail.ref


@dataclass(frozen=True)
class Noted:
    """What a page has said that it shows."""

    thing: Subject

    def look(self) -> Look:
        """What is written of it."""
        trail = self.thing.trail
        return Look(trail, verb_of(trail.kind))


def verb_of(kind: str) -> str:
    """Under which verb a look at a thing of a kind is recorded.

    >>> verb_of(subjects.CASE)
    'case.looked_at'
    """
    return kind + LOOKED


def note(request: HttpRequest, *things: Subject) -> None:
    """Note that a page shows these things; written before the page leaves, and only if it does."""
    noted(request).extend(Noted(thing) for thing in things)


def noted(request: HttpRequest) -> list[Noted]:
    """What a page has said so far that it shows."""
    found: list[Noted] = request.__dict__.setdefault(NOTED, [])
    return found


def write(shown: Iterable[Noted], *, by: Actor, at: datetime) -> list[Event]:
    """Record what a page shows, once a person, thing and quarter of an hour; however many things, in as many queries.

    Two pages of one person at the same instant wait for each other here, and nobody else does.
    """
    wanted = {look.key: look for look in (one.look() for one in shown)}
    if not wanted or not _missing(wanted, by, at):
        return []
    with transaction.atomic():
        _wait_for_own(by)
        each: dict[str, list[tuple[Subject, Mapping[str, Any]]]] = defaultdict(list)
        for look in _missing(wanted, by, at):
            each[look.verb].append((look, {}))
        return [event for verb, found in each.items() for event in services.record_each(verb, found, by=by, at=at)]


def at_health(resident: Trail, *, by: Actor, at: datetime) -> bool:
    """Whether somebody has asked for what is known of a resident's health within the last quarter of an hour."""
    return not _missing({HEALTH: Look(resident, HEALTH)}, by, at)


@transaction.atomic
def record_at_health(resident: Subject, *, by: Actor, at: datetime, reason: str = "") -> None:
    """Record that somebody looks at what is known of a resident's health, with the reason where they gave one."""
    _wait_for_own(by)
    if not at_health(resident.trail, by=by, at=at):
        services.record(HEALTH, subject=resident, by=by, at=at, words={"reasons": reason})


def _wait_for_own(by: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"looks of {by.reference}"])


def _missing(wanted: Mapping[Any, Look], by: Actor, at: datetime) -> list[Look]:
    """Those of the looks that this person has not had within the quarter of an hour, by the index of subjects."""
    refs: dict[str, set[str]] = defaultdict(set)
    for look in wanted.values():
        refs[look.trail.kind].add(look.trail.ref)
    theirs = Q(pk__in=[])
    for kind, found in refs.items():
        theirs |= Q(subject_kind=kind, subject_ref__in=sorted(found))
    lately = Event.objects.filter(theirs, by_ref=by.reference, at__gt=at - WINDOW, at__lte=at, verb__endswith=LOOKED)
    known = set(lately.values_list("verb", "subject_kind", "subject_ref"))
    return [look for look in wanted.values() if look.key not in known]
