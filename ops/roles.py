"""The roles of the database: whoever migrates owns the tables, the product reads and writes rows (docs/adr/0165)."""

import psycopg

from ops.paths import ROOT

FILE = ROOT / "ops" / "database" / "roles.sql"
OWNER, PRODUCT = "evenhand_owner", "evenhand_product"
OWNERS_ADDRESS = "DATABASE_OWNER_URL"
"""Names the role that migrates, where it is not the product's own."""


def make(superuser: str, *, databases: bool) -> None:
    """Make the roles that are not there, and hand the database to its owner, who may make `databases` for tests."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(FILE.read_bytes())
        if databases:
            connection.execute(f"alter role {OWNER} createdb")


def migrating(environment: dict[str, str]) -> dict[str, str]:
    """An environment in which the database is reached as its owner."""
    return environment | {"DATABASE_URL": environment.get(OWNERS_ADDRESS) or environment["DATABASE_URL"]}
