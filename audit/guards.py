"""What the database itself holds against its own roles: written by the owner after each migration, and looked over.

The tables stand in `audit.kept`, the functions in `guards.sql`. The product's role may write rows and no more; what is
only added to it may add to; history and seals it may read, because functions of the owner write them (docs/adr/0165).
"""

import re
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from audit import kept

FUNCTIONS = (Path(__file__).parent / "guards.sql").read_text()
SECRET = (
    "account_emailconfirmation",
    "django_session",
    "mfa_authenticator",
    "people_session",
    "people_user",
    "register_handle",
    "socialaccount_socialtoken",
)
"""What the reader does not read: by these one could sign in."""
CALLED = ("evenhand_seal(integer)", "evenhand_blank_history(text, text, bigint)")
SEALS, FOUND = "audit_seal", "audit_verification"


def triggers() -> Iterator[tuple[str, str, str, str]]:
    """Each guard: its name, its table, on what it stands, and what it calls."""
    for table, key in kept.APPENDED.items():
        yield "evenhand_fixed", table, "BEFORE UPDATE OR DELETE", "evenhand_refuse()"
        yield "evenhand_kept", table, "AFTER INSERT", f"evenhand_keep('{key}', 'digest')"
    for table, left_out in {**kept.CHANGING, kept.RELEASES: ()}.items():
        said = "".join(f", '{column}'" for column in left_out)
        yield "evenhand_kept", table, "AFTER INSERT OR UPDATE OR DELETE", f"evenhand_keep('id', 'whole'{said})"
    yield "evenhand_stamped", "audit_event", "BEFORE INSERT", "evenhand_stamp()"
    yield "evenhand_fixed", kept.WORDS, "BEFORE UPDATE OR DELETE", "evenhand_words()"
    yield "evenhand_kept", kept.WORDS, "AFTER INSERT OR UPDATE", "evenhand_keep('event_id', 'digest')"
    yield "evenhand_fixed", kept.HISTORY, "BEFORE UPDATE OR DELETE", "evenhand_history()"
    yield "evenhand_fixed", SEALS, "BEFORE UPDATE OR DELETE", "evenhand_refuse()"
    for table in (*kept.APPENDED, *kept.CHANGING, kept.RELEASES, kept.WORDS, kept.HISTORY, SEALS):
        yield "evenhand_never_emptied", table, "BEFORE TRUNCATE", "evenhand_refuse()"


def apply(connection: BaseDatabaseWrapper) -> bool:
    """Write every guard and every right anew. Returns False where whoever is connected does not own the tables.

    Rows that stood before their table had a history get a first state, of today.
    """
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(tableowner, 'USAGE') FROM pg_tables WHERE tablename = %s", [kept.HISTORY])
        if cursor.fetchone() != (True,):
            return False
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        there = {row[0] for row in cursor.fetchall()}
        for statement in (FUNCTIONS, *_written(there), ALWAYS, *_first_states(there), *_rights(cursor, there)):
            cursor.execute(statement)
    return True


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """What of the guards is not as it was written: a trigger that is off or gone, a function that says otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgenabled, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
        )
        standing = {(table, name): (enabled, calls) for table, name, enabled, calls in cursor.fetchall()}
        cursor.execute(
            "SELECT proname, prosrc FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace WHERE n.nspname = 'public'"
        )
        bodies = dict(cursor.fetchall())
    wrong = []
    for name, table, _, calls in triggers():
        enabled, called = standing.get((table, name), ("", ""))
        if not called:
            wrong.append(f"the guard {name} of {table} is gone")
        elif enabled not in ("A", b"A") or called != calls.partition("(")[0]:
            wrong.append(f"the guard {name} of {table} is off")
    wrong += [
        f"the guard {name} of {table} is off"
        for (table, name), (enabled, _) in standing.items()
        if name.startswith("pgtrigger_") and enabled not in ("A", b"A")
    ]
    for name, body in re.findall(r"FUNCTION public\.(\w+)\(.*?AS \$\$(.*?)\$\$", FUNCTIONS, re.DOTALL):
        if bodies.get(name) != body:
            wrong.append(f"the function {name} is not as it was written")
    return wrong


def _written(there: set[str]) -> Iterator[str]:
    """Each trigger. They fire whatever the session says it is replicating."""
    for name, table, on, calls in triggers():
        if table in there:
            level = "STATEMENT" if "TRUNCATE" in on else "ROW"
            yield (
                f'CREATE OR REPLACE TRIGGER {name} {on} ON public."{table}" FOR EACH {level} EXECUTE FUNCTION '
                f'public.{calls}; ALTER TABLE public."{table}" ENABLE ALWAYS TRIGGER {name}'
            )


ALWAYS = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT tgrelid::regclass AS place, tgname FROM pg_trigger
               WHERE NOT tgisinternal AND tgname LIKE 'pgtrigger%' AND tgenabled <> 'A' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', one.place, one.tgname);
    END LOOP;
END $$
"""
"""What pgtrigger has written fires always, too."""


def _first_states(there: set[str]) -> Iterator[str]:
    """A first state of each row of a table that has no history yet."""
    yield "SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'"
    digested = {**kept.APPENDED, kept.WORDS: "event_id"}
    for table in (*digested, *kept.CHANGING, kept.RELEASES):
        if table not in there:
            continue
        key, whole = digested.get(table, "id"), table not in digested
        left_out = "{" + ",".join(kept.CHANGING.get(table, ())) + "}"
        columns = "'{}'" if whole else "(SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(one.state) k)"
        yield f"""
            INSERT INTO public.audit_history (kept, row_key, deed, at, tx, by_role, columns, state, salt, digest)
            SELECT '{table}', one.key, 'B', clock_timestamp(), pg_current_xact_id()::text::bigint, session_user,
                   {columns}, {"one.state" if whole else "NULL"}, one.salt,
                   encode(sha256(convert_to(one.salt || one.state::text, 'UTF8')), 'hex')
            FROM (SELECT "{key}"::text AS key, to_jsonb(t) - '{left_out}'::text[] AS state,
                         gen_random_uuid()::text AS salt FROM public."{table}" t) one
            WHERE NOT EXISTS (SELECT FROM public.audit_history WHERE kept = '{table}')
        """


def _rights(cursor: CursorWrapper, there: set[str]) -> Iterator[str | sql.Composed]:
    """Who may do what. A role that this server does not have gets nothing."""
    cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[kept.PRODUCT, kept.READER]])
    roles = {row[0] for row in cursor.fetchall()}
    cursor.execute(
        "SELECT current_database(), pg_has_role(datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
    )
    database, owned = cursor.fetchone()
    for name in re.findall(r"FUNCTION public\.(evenhand_\w+\([^)]*\))", FUNCTIONS):
        yield f"REVOKE ALL ON FUNCTION public.{name} FROM PUBLIC"
    if owned:
        # With a table of one's own for the time of a session one could hang the functions of the guards on it.
        yield sql.SQL("REVOKE CREATE, TEMPORARY ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database))
    for role in sorted(roles):
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
        yield f"GRANT USAGE ON SCHEMA public TO {role}"
    if kept.PRODUCT in roles:
        yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {kept.PRODUCT}"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {kept.PRODUCT}"
        yield from (f"GRANT EXECUTE ON FUNCTION public.{call} TO {kept.PRODUCT}" for call in CALLED)
        yield from (f'GRANT {may} ON public."{table}" TO {kept.PRODUCT}' for table in there if (may := _may(table)))
    if kept.READER in roles:
        yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {kept.READER}"
        yield from (f'REVOKE SELECT ON public."{table}" FROM {kept.READER}' for table in SECRET if table in there)


def _may(table: str) -> str:
    """What the product's role may do with a table, besides reading it; "" for nothing."""
    if table in (kept.HISTORY, SEALS, kept.RELEASES):
        return ""
    if table == kept.WORDS:
        return "INSERT, UPDATE (body, salt, erased_by_id)"
    if table == FOUND:
        return "INSERT"
    if table in kept.APPENDED:
        return f"INSERT, UPDATE ({kept.LOCKED[table]})" if table in kept.LOCKED else "INSERT"
    return "INSERT, UPDATE, DELETE"
