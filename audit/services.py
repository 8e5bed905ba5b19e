"""The only writer of the trail. Call inside the transaction of the thing that happened."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from audit import subjects
from audit.models import Decision, Event, EventText, Trail
from design import seals
from policies import rules


class Subject(Protocol):
    """A thing that knows where its events belong."""

    @property
    def trail(self) -> Trail: ...


class Actor(Protocol):
    """A person who acts; named in the trail by reference and name, so that the trail outlives the account."""

    reference: str
    name: str


def digest_of(salt: str, body: Mapping[str, Any]) -> str:
    """The salted SHA-256 of an event's words: proves them while they stand, tells nothing once they are blanked."""
    words = json.dumps(body, sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256((salt + words).encode()).hexdigest()


@transaction.atomic
def record(
    verb: str,
    *,
    subject: Subject,
    by: Actor | None,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    words: Mapping[str, Any] | None = None,
) -> Event:
    """Record that something happened (Dover 6.24: a chronological record, with actions taken and not taken).

    `facts` are references, dates and choices; `words` is what people wrote, which a recorded erasure may blank
    later. `by` is None when the clock did it (the nightly sweep).
    """
    body = json.loads(json.dumps({key: value for key, value in (words or {}).items() if value}, cls=DjangoJSONEncoder))
    salt = secrets.token_hex(16) if body else ""
    event = _event(verb, subject, by, at, facts or {})
    event.digest = digest_of(salt, body) if body else ""
    event.save()
    if body:
        EventText.objects.create(event=event, salt=salt, body=body)
    return event


@transaction.atomic
def record_each(
    verb: str, each: Iterable[tuple[Subject, Mapping[str, Any]]], *, by: Actor | None, at: datetime
) -> list[Event]:
    """Record that one act touched many things, each with its own facts and without words; for thousands at once."""
    return Event.objects.bulk_create(_event(verb, subject, by, at, facts) for subject, facts in each)


def _event(verb: str, subject: Subject, by: Actor | None, at: datetime, facts: Mapping[str, Any]) -> Event:
    trail = subject.trail
    return Event(
        at=at,
        verb=verb,
        by_ref=by.reference if by else "",
        by_name=by.name if by else "",
        subject_kind=trail.kind,
        subject_ref=trail.ref,
        provider_ref=trail.provider,
        resident_ref=trail.resident,
        case_ref=trail.case,
        facts=json.loads(json.dumps(dict(facts), cls=DjangoJSONEncoder)),
    )


def since(*subjects: Subject, did: Mapping[str, str] | None = None) -> seals.Since:
    """Who did what to some things from an instant on, for a page that tells why it is no longer as it was shown.

    `did` names the verbs that matter, in words ("returned it" for `restriction.returned`); without it every one does,
    and is told as "changed it".
    """
    trails = [subject.trail for subject in subjects]

    def found(at: datetime) -> list[seals.Doing]:
        events = Event.objects.done_to(*trails).filter(at__gte=at).order_by("at", "pk")
        told = events.filter(verb__in=did) if did else events
        return [seals.Doing(one.by_name, one.at, (did or {}).get(one.verb, "changed it")) for one in told]

    return found


@transaction.atomic
def decide(
    verb: str,
    *,
    subject: Subject,
    by: Actor,
    at: datetime,
    reasons: str,
    rule: rules.Rule | None,
    outcome: str = "",
    considered: str = "",
    not_done: str = "",
    facts: Mapping[str, Any] | None = None,
    words: Mapping[str, Any] | None = None,
) -> Decision:
    """Record a decision: who, when, why, what else was considered, what was not done, under which rule.

    `words` are what else people wrote. `rule` is None where the policy is silent: then a named person decides, and the
    record says that it was so.
    """
    said = {"reasons": reasons, "considered": considered, "not_done": not_done, **(words or {})}
    event = record(verb, subject=subject, by=by, at=at, facts=facts, words=said)
    return Decision.objects.create(
        event=event,
        what=verb,
        outcome=outcome,
        source=rule.source if rule else Decision.Source.SILENT,
        clause=rule.clause if rule else "",
        strength=rule.strength if rule else "",
    )


@transaction.atomic
def erase_words(event_id: int, *, by: Actor | None, at: datetime, why: str, rule: rules.Rule) -> Event:
    """Blank the personal words of one event, and record that it was done, by whom, and under which law.

    The event itself, its digest and every date stay: what happened can still be told, but not in those words. Does
    nothing when there are no words left. Raises `Event.DoesNotExist` for an unknown event.
    """
    event = Event.objects.get(pk=event_id)
    words = EventText.objects.select_for_update().filter(event=event, body__isnull=False).first()
    if words is None:
        return event
    trail = Trail(subjects.EVENT, str(event.pk), event.provider_ref, event.resident_ref, event.case_ref)
    erasure = record(
        "event.words_erased",
        subject=_Place(trail),
        by=by,
        at=at,
        facts={"event": event.pk, "rule": rule.cite(), "why": why},
    )
    words.body, words.salt, words.erased_by = None, "", erasure
    words.save()
    return erasure


def blank_history(rows: Iterable[models.Model], *, erasure: Event) -> None:
    """Blank what the history keeps of some rows before their newest state, by the event of their erasure.

    Call in the transaction of both, after the rows were blanked: the database refuses it for any other event.
    """
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(
                "SELECT public.evenhand_blank_history(%s::text, %s::text, %s::bigint)",
                [row._meta.db_table, str(row.pk), erasure.pk],
            )


class _Place:
    """The place of an event in the trail, as the subject of another event."""

    def __init__(self, trail: Trail) -> None:
        self.trail = trail
