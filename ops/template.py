"""A migrated database to copy for each run of the tests; made anew only when a migration or a dependency changed."""

import hashlib
import os
import subprocess
import sys

import psycopg
from psycopg import sql

from ops.console import note
from ops.paths import LOCK, ROOT
from ops.roles import OWNER
from ops.servers import Postgres, Servers


def ensure(servers: Servers, environment: dict[str, str]) -> dict[str, str]:
    """Where the template is, as a setting for the tests; nothing where PostgreSQL is not ours or migrating fails.

    A failure shows itself again, in full, when the tests migrate their own database.
    """
    postgres = next((server for server in servers.each if isinstance(server, Postgres)), None)
    if postgres is None:
        return {}
    name = f"template_{version()}"
    with psycopg.connect(postgres.connection("postgres"), autocommit=True) as connection:
        there = {
            row[0] for row in connection.execute("select datname from pg_database where datname like 'template\\_%'")
        }
        if name in there:
            return {"EVENHAND_TEST_TEMPLATE": name}
        note("Migrating a template for the tests …")
        for old in there | {"template_unfinished"}:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(old)))
        connection.execute(f"create database template_unfinished owner {OWNER}")
        address = f"{postgres.owners_url.rpartition('/')[0]}/template_unfinished"
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"],
            env={**environment, "DATABASE_URL": address, "EVENHAND_STATE": str(servers.folder)},
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return {}
        connection.execute(sql.SQL("alter database template_unfinished rename to {}").format(sql.Identifier(name)))
    return {"EVENHAND_TEST_TEMPLATE": name}


def version() -> str:
    """A name for everything that migrating reads."""
    seen = hashlib.sha256(LOCK.read_bytes())
    guards = (ROOT / "audit" / name for name in ("guards.sql", "guards.py", "kept.py"))
    for file in sorted([*ROOT.glob("*/migrations/**/*.py"), *guards]):
        seen.update(os.fsencode(file.relative_to(ROOT)) + file.read_bytes())
    return seen.hexdigest()[:16]
