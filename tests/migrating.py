"""Migrations run back and forth on the real database, for tests of what rows from before become."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from audit import guards
from tests import owning


@contextmanager
def at(app: str, name: str) -> Iterator[Apps]:
    """The models as they were after a migration of a room; afterwards everything is migrated to the newest again.

    All of it as the owner, whose guards are written anew at the end, as after each release.
    """
    with owning.owned():
        try:
            executor = MigrationExecutor(connection)
            executor.migrate([(app, name)])
            yield executor.loader.project_state([(app, name)]).apps
        finally:
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes())
            guards.apply(connection)
