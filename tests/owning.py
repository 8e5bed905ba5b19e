"""The database as its owner reaches it, for what the product's role may not: migrating, and emptying between tests."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.db import connection

from audit import kept

PRODUCT = urlsplit(os.environ["DATABASE_URL"]).username or kept.PRODUCT
OWNER = urlsplit(os.environ.get("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])).username or PRODUCT


def become(role: str) -> None:
    """Let the tests' connection be that of another role."""
    connection.close()
    connection.settings_dict["USER"] = role


@contextmanager
def owned() -> Iterator[None]:
    """For a time the tests' own connection is the owner's."""
    before = connection.settings_dict["USER"]
    become(OWNER)
    try:
        yield
    finally:
        become(before)


@contextmanager
def beside(role: str = OWNER) -> Iterator[psycopg.Connection]:
    """A connection of its own, of a role; what is done on it is committed at once."""
    asked = connection.get_connection_params()
    kept_ones = {key: asked[key] for key in ("host", "dbname", "password", "port") if key in asked}
    with psycopg.connect(**kept_ones, user=role, autocommit=True) as other:
        yield other


def end_what_is_left() -> None:
    """End what threads of this process have left open, as for a page that a browser held; it could not be dropped."""
    with beside(PRODUCT) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def flush(operations: Any, statements: Iterable[str]) -> None:
    """Empty the tables as their owner, who switches the guards off and on again."""
    with beside() as owner, owner.transaction():
        guarded = [row[0] for row in owner.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'evenhand_never_emptied'"
        )]  # fmt: skip
        for table in guarded:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER evenhand_never_emptied")
        for statement in statements:
            owner.execute(statement)
        for table in guarded:
            owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER evenhand_never_emptied")
