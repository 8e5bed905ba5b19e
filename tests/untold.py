"""What the product changes it tells: each of its transactions that changes what is kept records an event (ADR 0166).

`audit.verifying` says so of what was committed, transaction by transaction; most tests run in one that is never
committed. So here each outermost block of the product counts as the transaction that it is outside of tests. What the
tests' own builders write is left alone, also where they call a part of a service by itself (`PARTS`).
"""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from audit import kept, verifying
from tests.sources import LINE

PARTS = {
    "deadlines.services.calendars": "the days off of a provider that is being founded",
    "deadlines.services.setting": "a deadline is set, moved and met in the transaction of what it follows from",
    "register.services.entering.ask_to_consider": "a question is asked in the transaction of what gives reason for it",
    "register.services.new_entries": "an entry is made in the transaction of the decision on it",
}
"""What services call in transactions of theirs, and builders by itself; anything else that is called tells."""

WRITES = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
KEPT = {*kept.CHANGING, *kept.APPENDED} - {*kept.QUIET, "audit_event", "audit_decision"}
UNTOLD = f"""
SELECT DISTINCT one.kept FROM audit_history one WHERE one.at >= to_timestamp(%(since)s) AND one.kept = ANY(%(kept)s)
AND one.tx = coalesce(pg_current_xact_id_if_assigned()::text::bigint, one.tx) AND NOT {verifying.NOBODYS_ACT}
AND NOT EXISTS (
    SELECT FROM audit_history e WHERE e.at >= to_timestamp(%(since)s) AND e.tx = one.tx AND e.kept = 'audit_event'
)
"""
ABOUT_ROWS = re.compile(r"\.(models|migrations)\b")
"""Who writes a row by these is whoever calls them; what a release moves is told apart by its migration."""


class Block:
    """An outermost block of the product: whether it changes what is kept, since when, and whether it has told."""

    def __init__(self, owner: str) -> None:
        self.owner, self.depth, self.changes, self.told = owner, 1, False, False
        self.since: float | None = None

    def writes(self, tables: set[str]) -> None:
        """It is about to write into these tables. The history has real instants, wherever a test has travelled to."""
        if self.since is None and tables:
            away = time_machine.escape_hatch.is_travelling()
            self.since = time_machine.escape_hatch.time.time() if away else time.time()
        self.changes = self.changes or not KEPT.isdisjoint(tables)
        self.told = self.told or "audit_event" in tables

    def end(self, database: BaseDatabaseWrapper) -> None:
        """Note what it changed without an event; asked only where none was seen, or where a part was taken back."""
        if not self.changes or self.told or database.needs_rollback:
            return
        said = {"since": self.since, "kept": sorted(KEPT), "written": list(kept.BEING_WRITTEN)}
        said |= {"before": list(kept.UNPROPOSED), "asked": list(kept.ASKED_BY_THE_CLOCK)}
        FOUND.extend(f"{self.owner} changed {table} and told nobody" for (table,) in asked(database, UNTOLD, said))


class Now(threading.local):
    """The block of the product that stands open."""

    block: Block | None = None


NOW, FOUND = Now(), list[str]()


def asked(database: BaseDatabaseWrapper, sql: str, said: dict[str, Any] | None = None) -> list[tuple]:
    """Ask past Django, so that no test that counts queries counts these."""
    with database.connection.cursor() as cursor:
        found: list[tuple] = cursor.execute(sql, said).fetchall()
    return found


def owner(frame: FrameType | None) -> str | None:
    """Which part of the product does it; None where the tests do it themselves, or have called one of `PARTS`."""
    found, called = None, ""
    while frame is not None:
        inside = frame.f_locals.get("func") if frame.f_code.co_filename.endswith("contextlib.py") else None
        module = getattr(inside, "__module__", None) or frame.f_globals.get("__name__", "")
        room = module.partition(".")[0]
        if room in ("tests", "ops") or "/tests/" in frame.f_code.co_filename:
            break
        if room in LINE and not ABOUT_ROWS.search(module):
            name = f"{module}.{getattr(inside, '__name__', frame.f_code.co_name)}"
            called = next((part for part in (name, module) if part in PARTS), "")
            found = found or name
        frame = frame.f_back
    return None if called else found


def watched(execute: Callable, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """A statement: where it changes what is kept, the block of the product that it stands in begins to count."""
    tables = set(WRITES.findall(sql)) if isinstance(sql, str) else set()
    block, alone = NOW.block, None
    if block is None and not KEPT.isdisjoint(tables) and (name := owner(sys._getframe(1))):
        block = alone = Block(name)
    if block is not None:
        block.writes(tables)
    result = execute(sql, params, many, context)
    if alone is not None:
        alone.end(context["connection"])
    return result


def listen(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """A connection was opened."""
    if watched not in connection.execute_wrappers:
        connection.execute_wrappers.append(watched)


@contextmanager
def watching() -> Iterator[list[str]]:
    """Look over each outermost block of the product, and what it writes outside of any."""
    enter, leave = transaction.Atomic.__enter__, transaction.Atomic.__exit__

    def entered(self: transaction.Atomic) -> None:
        enter(self)
        if NOW.block is not None:
            NOW.block.depth += 1
        elif name := owner(sys._getframe(1)):
            NOW.block = Block(name)

    def left(self: transaction.Atomic, kind: Any, value: Any, traceback: Any) -> None:
        block = NOW.block
        if block is not None:
            block.depth -= 1
            block.told = block.told and kind is None
            NOW.block = block if block.depth else None
        try:
            if block is not None and block.depth == 0 and kind is None:
                block.end(transaction.get_connection(self.using))
        finally:
            leave(self, kind, value, traceback)

    FOUND.clear()
    connection_created.connect(listen)
    with pytest.MonkeyPatch.context() as patch, connection.execute_wrapper(watched):
        patch.setattr(transaction.Atomic, "__enter__", entered)
        patch.setattr(transaction.Atomic, "__exit__", left)
        yield FOUND
    connection_created.disconnect(listen)
    NOW.block = None


def by_processes() -> list[str]:
    """What the product's own processes have committed without an event; what the tests lay down is another role's."""
    with connection.cursor() as cursor:
        found = [one.words for one in verifying.untold(cursor, since=0, most=100_000)]
    return [words for words in found if "which is not the product" not in words]
