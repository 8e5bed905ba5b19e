"""Whether the trail, and what it speaks of, stands as it was left: each break by its name.

Nothing here trusts a function of the database that somebody may have changed: the chain is worked out again in Python
from the rows, and the guards are compared with what was written (docs/adr/0167).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, islice
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max

from audit import guards, kept, sealing
from audit.breaks import Break
from audit.models import EventText, History, Seal, Verification
from audit.services import digest_of
from design import dates

MOST = 50
"""How many breaks of one sort are named besides those that are known; the first are what somebody follows up."""
AT_ONCE = 2_000
WINDOW = timedelta(minutes=10)
"""What is older than this has been sealed, where sealing runs."""


@dataclass
class Found:
    """What a look at the trail came to."""

    seals: int = 0
    rows: int = 0
    breaks: list[Break] = field(default_factory=list)


def look(*, at: datetime, since: Verification | None, known: int = 0) -> Found:
    """Look over the chain, its heads, the guards, and each row that is evidence.

    Since an earlier look only what was added or changed, and all heads and guards. So many breaks as are known are
    named besides, so that no new one stands behind them.
    """
    last, whole, most = since, since is None, MOST + known
    since_seal, since_row = (last.seals, last.rows) if last else (0, 0)
    found = Found()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'")
        found.rows = History.objects.aggregate(newest=Max("pk"))["newest"] or 0
        found.seals = Seal.objects.aggregate(newest=Max("pk"))["newest"] or 0
        found.breaks += [Break(words) for words in guards.missing(connection)]
        found.breaks += _chain(since_seal, found.seals)
        found.breaks += _unsealed(at)
        for place in settings.SEAL_PLACES:
            found.breaks += _heads(place)
        found.breaks += _states(cursor, since_row, most)
        for table in (*kept.APPENDED, kept.WORDS, *kept.CHANGING):
            found.breaks += _table(cursor, table, since_row, most)
        found.breaks += untold(cursor, since=since_row, most=most)
        if whole:
            found.breaks += _steps(cursor, most)
            found.breaks += _words(most)
    return found


def _chain(since: int, until: int) -> Iterator[Break]:
    """Each link rests on the one before it, and on rows that are as they were sealed."""
    before = Seal.objects.filter(pk=since).first()
    rows = groupby(_sealed_rows(since, until), lambda row: row[0])
    number, group = next(rows, (None, iter(())))
    expected = since + 1
    for seal in Seal.objects.filter(pk__gt=since, pk__lte=until).order_by("pk").iterator():
        while number is not None and number < seal.pk:
            number, group = next(rows, (None, iter(())))
        lines = [_line(row) for row in group] if number == seal.pk else []
        if seal.pk != expected:
            words = f"seal {expected} is gone: the chain goes from {expected - 1} to {seal.pk}"
            yield Break.marked(words, "gone", expected, seal.pk)
        elif seal.previous != (before.head if before else ""):
            words = f"seal {seal.pk} does not rest on the one before it"
            yield Break.marked(words, "rests", seal.pk, seal.previous, before.head if before else "")
        digest = _digest("\n".join(lines))
        if len(lines) != seal.rows:
            words = f"{_named(seal)} was of {seal.rows} rows of the history, of which {len(lines)} are there"
            yield Break.marked(words, "rows", seal.pk, digest)
        elif digest != seal.digest:
            words = f"{_named(seal)} was of rows of the history that are not as they were sealed"
            yield Break.marked(words, "rows", seal.pk, digest)
        if seal.head != _digest("|".join(map(str, _sealed(seal)))):
            yield Break.marked(f"{_named(seal)} is not as it was made", "made", *_sealed(seal), seal.head)
        before, expected = seal, seal.pk + 1


def _sealed_rows(since: int, until: int) -> Iterator[tuple]:
    fields = ("seal_id", "pk", "kept", "row_key", "deed", "at", "tx", "by_role", "columns", "digest")
    rows = History.objects.filter(seal_id__gt=since, seal_id__lte=until).order_by("seal_id", "pk")
    return rows.values_list(*fields).iterator(chunk_size=5_000)


def _line(row: tuple) -> str:
    """A row of the history as `evenhand_seal` writes it."""
    _, pk, table, key, deed, at, tx, role, columns, digest = row
    return "|".join(map(str, (pk, table, key, deed, sealing.micros(at), tx, role, ",".join(columns), digest)))


def _sealed(seal: Seal) -> tuple:
    return seal.pk, sealing.micros(seal.made_at), seal.rows, seal.digest, seal.previous


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _named(seal: Seal) -> str:
    return f"seal {seal.pk}, made on {dates.moment(seal.made_at)},"


def _unsealed(at: datetime) -> Iterator[Break]:
    """What was written long ago is sealed; the time before a seal is the only one in which nothing proves it."""
    waiting = History.objects.filter(seal=None, at__lt=at - WINDOW)
    if count := waiting.count():
        first = waiting.order_by("pk").first()
        assert first is not None
        yield Break(f"{count} rows of the history wait for a seal, the first since {dates.moment(first.at)}")


def _heads(place: Path) -> Iterator[Break]:
    """What was signed outside the database is what stands in it."""
    number, begun, lines = 0, 0, enumerate(sealing.heads(place), start=1)
    while some := list(islice(lines, AT_ONCE)):
        links = Seal.objects.in_bulk([one.number for _, (_, one) in some if one])
        for line, (text, one) in some:
            if one is None:
                yield Break.marked(f"{place}: line {line} was not signed under the key", "line", place, line, text)
                continue
            if one.number == 0:
                begun = one.written
                continue
            if one.number != number + 1:
                words = f"{place}: the heads of seals {number + 1} to {one.number - 1} are gone"
                yield Break.marked(words, "heads", place, number + 1, one.number - 1)
            number = one.number
            yield from _signed(place, one, links.get(one.number), begun)
    newest = Seal.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if newest > number:
        yield Break(f"{place}: seals {number + 1} to {newest} were never signed")


def _signed(place: Path, one: sealing.Head, link: Seal | None, begun: int) -> Iterator[Break]:
    if link is None:
        words = f"{place}: seal {one.number} was signed here, and the database has none"
        yield Break.marked(words, "lost", place, one)
    elif (one.made, one.rows, one.head) != (sealing.micros(link.made_at), link.rows, link.head):
        words = f"{place}: {_named(link)} was signed otherwise than it stands in the database"
        yield Break.marked(words, "signed", place, one, *_sealed(link), link.head)
    elif one.written - one.made > sealing.LATE / timedelta(microseconds=1) and one.made > begun:
        yield Break.marked(f"{place}: {_named(link)} was signed long after it was made", "late", place, one)


def _states(cursor: CursorWrapper, since: int, most: int) -> Iterator[Break]:
    """Each state that is kept is the one that its digest was made of."""
    cursor.execute(
        "SELECT id, kept, row_key, is_, digest FROM (SELECT *, encode(sha256(convert_to(salt || state::text, 'UTF8')),"
        " 'hex') AS is_ FROM audit_history WHERE id > %s AND state IS NOT NULL) one WHERE is_ <> digest"
        " ORDER BY id LIMIT %s",
        [since, most],
    )
    for pk, table, key, *standing in cursor.fetchall():
        words = f"history {pk}: the state of {table} {key} is not the one that was kept"
        yield Break.marked(words, "state", pk, *standing)


CHANGED = """EXISTS (
    SELECT FROM jsonb_each(last.state) was
    WHERE now.state ? was.key AND now.state->was.key IS DISTINCT FROM was.value
)"""
OTHER = """encode(sha256(convert_to(last.salt || (
    SELECT jsonb_object_agg(is_.key, is_.value) FROM jsonb_each(now.state) is_ WHERE is_.key = ANY(last.columns)
)::text, 'UTF8')), 'hex') <> last.digest"""


STANDING = """encode(sha256(convert_to(coalesce((
    SELECT jsonb_object_agg(is_.key, is_.value) FROM jsonb_each(now.state) is_
    WHERE last.id IS NULL OR is_.key = ANY(last.columns) OR last.state ? is_.key
), now.state)::text, 'UTF8')), 'hex')"""
"""How a row stands now, of the columns that its history knows, so that a later column makes no other break of it."""


def _table(cursor: CursorWrapper, table: str, since: int, most: int) -> Iterator[Break]:
    """Each row of a table is as its history left it: none is other, none is gone, and none came past the guards.

    A column that a release has added or taken away since is not compared.
    """
    appended = table in kept.APPENDED or table == kept.WORDS
    key = kept.APPENDED.get(table, "event_id" if table == kept.WORDS else "id")
    left_out = list(kept.CHANGING.get(table, ()))
    newer = "AND id > %(since)s" if since else ""
    touched = f"""WHERE "{key}"::text IN (SELECT row_key FROM last)""" if since else ""
    cursor.execute(
        f"""
        WITH last AS (
            SELECT DISTINCT ON (row_key) * FROM audit_history WHERE kept = %(table)s {newer} ORDER BY row_key, id DESC
        ), now AS (
            SELECT "{key}"::text AS row_key, to_jsonb(t) - %(left_out)s::text[] AS state FROM "{table}" t {touched}
        )
        SELECT row_key, last.row_key IS NULL, now.row_key IS NULL, last.at, last.id, {STANDING}
        FROM last FULL JOIN now USING (row_key)
        WHERE last.row_key IS NULL OR (now.row_key IS NULL) <> (last.deed = 'D')
           OR (now.row_key IS NOT NULL AND last.erased_by_id IS NULL AND {OTHER if appended else CHANGED})
        ORDER BY 1 LIMIT %(most)s
        """,
        {"table": table, "since": since, "left_out": left_out, "most": most},
    )
    for row, unknown, gone, at, *standing in cursor.fetchall():
        if unknown:
            words = f"{table} {row} was written past the guards: its history knows nothing of it"
        elif gone:
            words = f"{table} {row} is gone, and its history does not say so"
        else:
            words = f"{table} {row} is not as its history left it on {dates.moment(at)}"
        yield Break.marked(words, table, row, *standing)


def _steps(cursor: CursorWrapper, most: int) -> Iterator[Break]:
    """Between two states only those columns differ that the second says it changed."""
    cursor.execute(
        """
        SELECT id, kept, row_key, strayed FROM (
            SELECT id, kept, row_key, (
                SELECT string_agg(is_.key, ', ' ORDER BY is_.key) FROM jsonb_each(state) is_
                WHERE was ? is_.key AND was->is_.key IS DISTINCT FROM is_.value AND NOT is_.key = ANY(columns)
            ) AS strayed
            FROM (SELECT *, lag(state) OVER (PARTITION BY kept, row_key ORDER BY id) AS was FROM audit_history) step
            WHERE deed = 'U' AND state IS NOT NULL AND was IS NOT NULL
        ) found WHERE strayed IS NOT NULL ORDER BY id LIMIT %s
        """,
        [most],
    )
    for pk, table, key, strayed in cursor.fetchall():
        words = f"{table} {key} had been changed past the guards ({strayed}) before the change that is history {pk}"
        yield Break.marked(words, "step", pk, strayed)


NOBODYS_ACT = """coalesce(
    one.kept = 'deadlines_deadline' AND one.state->>'kind' = ANY(%(asked)s)
    OR one.kept = ANY(%(written)s) AND coalesce(one.state->>'state', 'draft') = ANY(%(before)s) AND (
        SELECT r.state->>'state' FROM audit_history r WHERE r.kept = 'restrictions_restriction' AND r.id < one.id
        AND r.row_key = coalesce(one.state->>'restriction_id', one.row_key) ORDER BY r.id DESC LIMIT 1
    ) = ANY(%(before)s), false)"""


def untold(cursor: CursorWrapper, *, since: int, most: int) -> Iterator[Break]:
    """What changed, changed with an event in the same transaction, by the product's role; or by a release."""
    cursor.execute("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [kept.PRODUCT])
    role = kept.PRODUCT if cursor.fetchone() == (True,) else None
    cursor.execute(
        f"""
        SELECT one.id, one.kept, one.row_key, one.at, one.by_role,
               %(role)s::text IS NOT NULL AND one.by_role <> %(role)s::text
        FROM audit_history one
        WHERE one.id > %(since)s AND one.deed <> 'B' AND one.kept <> %(releases)s
          AND NOT EXISTS (SELECT FROM audit_history r WHERE r.kept = %(releases)s AND r.tx = one.tx)
          AND (one.by_role <> %(role)s::text OR NOT one.kept = ANY(%(quiet)s) AND NOT {NOBODYS_ACT} AND NOT EXISTS (
              SELECT FROM audit_history e WHERE e.kept = 'audit_event' AND e.tx = one.tx))
        ORDER BY one.id LIMIT %(most)s
        """,
        {
            "role": role,
            "since": since,
            "releases": kept.RELEASES,
            "quiet": list(kept.QUIET),
            "written": list(kept.BEING_WRITTEN),
            "before": list(kept.UNPROPOSED),
            "asked": list(kept.ASKED_BY_THE_CLOCK),
            "most": most,
        },
    )
    for pk, table, key, at, by, stranger in cursor.fetchall():
        who = f"by {by}, which is not the product" if stranger else "with no event that says so"
        words = f"{table} {key} was changed on {dates.moment(at)} {who} (history {pk})"
        yield Break.marked(words, "untold", pk)


def _words(most: int) -> Iterator[Break]:
    """The words of an event are those that its own digest was made of."""
    rows = EventText.objects.filter(body__isnull=False).select_related("event").order_by("pk")
    stand = ((row.pk, digest_of(row.salt, row.body or {}), row.event.digest) for row in rows.iterator(2_000))
    for pk, found, recorded in islice((one for one in stand if one[1] != one[2]), most):
        words = f"audit_eventtext {pk}: the words are not those that its event was recorded with"
        yield Break.marked(words, "words", pk, found, recorded)
