"""What the database itself holds against its own roles: written by the owner after each migration, and looked over.

The tables stand in `audit.kept`, the functions in `guards.sql`. The product's role may write rows and no more; what is
only added to it may add to; history and seals it may read, because functions of the owner write them (docs/adr/0165).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pgtrigger
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
GUARDED = frozenset({*kept.APPENDED, *kept.CHANGING, kept.RELEASES, kept.WORDS, kept.HISTORY, SEALS, FOUND})
"""Every table that has a guard, or of which the product's role may do less than write rows."""


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
    """What of the guards is not as it was written: a trigger that is off, gone, other or too many, a function that says
    otherwise, a rule or a policy in front of them, a right that the product was never given."""
    with connection.cursor() as cursor:
        return [*_triggers(cursor), *_functions(cursor), *_in_front(cursor), *_rights_too_many(cursor)]


def _triggers(cursor: CursorWrapper) -> Iterator[str]:
    cursor.execute(
        "SELECT c.relname, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c"
        " ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace"
    )
    standing = {(table, name): (enabled, _plain(text)) for table, name, enabled, text in cursor.fetchall()}
    written = dict(_as_written())
    for (table, name), text in written.items():
        enabled, said = standing.get((table, name), ("", ""))
        if not said:
            yield f"the guard {name} of {table} is gone"
        elif enabled not in ("A", b"A"):
            yield f"the guard {name} of {table} is off"
        elif said != text:
            yield f"the guard {name} of {table} is not as it was written"
    for table, name in sorted(standing.keys() - written.keys()):
        if table in GUARDED:
            yield f"{table} has a trigger of which no release knows: {name}"


def _as_written() -> Iterator[tuple[tuple[str, str], str]]:
    """Each trigger, ours and those of pgtrigger, as the database says it, by its table and its name."""
    for name, table, on, calls in triggers():
        level = "STATEMENT" if "TRUNCATE" in on else "ROW"
        yield (table, name), _plain(_said(name, on, table, f"FOR EACH {level}", calls))
    for model, trigger in pgtrigger.registered():
        made = trigger.compile(model).sql.kwargs
        name, on = made["pgid"], f"{made['when']} {made['operation']}"
        level = f"FOR EACH ROW {made.get('condition', '')}"
        yield (made["table"], name), _plain(_said(name, on, made["table"], level, f"{name}()"))


def _said(name: str, on: str, table: str, level: str, calls: str) -> str:
    when, _, operations = on.partition(" ")
    ordered = " OR ".join(each for each in ("INSERT", "DELETE", "UPDATE", "TRUNCATE") if each in operations.split())
    return f"CREATE TRIGGER {name} {when} {ordered} ON {table} {level} EXECUTE FUNCTION {calls}"


def _plain(text: str) -> str:
    """A definition without what PostgreSQL writes otherwise than whoever wrote it: blanks, quotes, brackets, casts.

    >>> _plain('WHEN (OLD."state" = \'issued\')') == _plain("WHEN (((old.state)::text = 'issued'::text))")
    True
    """
    return re.sub(r'::text\b|public\.|[\s"()]', "", text.lower())


def _functions(cursor: CursorWrapper) -> Iterator[str]:
    cursor.execute(
        "SELECT proname, prosrc, prosecdef, coalesce(proconfig, '{}') FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace"
    )
    standing: dict[str, list[tuple[list[str], bool, set[str]]]] = {}
    for name, body, definer, settings in cursor.fetchall():
        standing.setdefault(name, []).append((body.split(), definer, {_plain(one) for one in settings}))
    for name, head, body in re.findall(r"FUNCTION public\.(\w+)\(.*?\)(.*?)AS \$\$(.*?)\$\$", FUNCTIONS, re.DOTALL):
        settings = {_plain(one).replace("'", "") for one in re.findall(r"SET (\w+ = .+?)(?= SET |\s*$)", head)}
        if standing.get(name) != [(body.split(), "SECURITY DEFINER" in head, settings)]:
            yield f"the function {name} is not as it was written"
    for model, trigger in pgtrigger.registered():
        made = trigger.compile(model)
        body = made.install_sql.rpartition("RETURNS TRIGGER AS $$")[2].partition("$$")[0]
        if standing.get(made.sql.pgid) != [(body.split(), False, set())]:
            yield f"the function {made.sql.pgid} is not as it was written"


def _in_front(cursor: CursorWrapper) -> Iterator[str]:
    cursor.execute(
        "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s) AND ("
        "relkind <> 'r' OR relrowsecurity OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid)) ORDER BY 1",
        [sorted(GUARDED)],
    )
    yield from (f"a rule or a policy stands in front of the guards of {row[0]}" for row in cursor.fetchall())


def _rights_too_many(cursor: CursorWrapper) -> Iterator[str]:
    """What the product's role may do, itself or as everybody, beyond what it was given."""
    cursor.execute(
        "SELECT r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR pg_has_role(r.oid, c.relowner, 'MEMBER')"
        " FROM pg_roles r, pg_class c WHERE r.rolname = %s AND c.oid = %s::regclass",
        [kept.PRODUCT, f"public.{kept.HISTORY}"],
    )
    if (found := cursor.fetchone()) is None:
        return
    if found[0]:
        yield f"{kept.PRODUCT} may do more than write rows"
    cursor.execute(
        """
        SELECT c.relname, a.privilege_type, '' FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relname = ANY(%(tables)s) AND c.relnamespace = 'public'::regnamespace
          AND (a.grantee = 0 OR a.grantee = to_regrole(%(product)s))
        UNION ALL
        SELECT c.relname, a.privilege_type, t.attname FROM pg_class c
        JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
        WHERE c.relname = ANY(%(tables)s) AND c.relnamespace = 'public'::regnamespace
          AND (a.grantee = 0 OR a.grantee = to_regrole(%(product)s))
        ORDER BY 1, 2, 3
        """,
        {"tables": sorted(GUARDED), "product": kept.PRODUCT},
    )
    for table, right, column in cursor.fetchall():
        whole, _, columns = _may(table).partition("UPDATE (")
        given = column in re.findall(r"\w+", columns) if column else right in ("SELECT", *whole.split(", "))
        if not given or (column and right != "UPDATE"):
            yield f"{kept.PRODUCT} may {right} {table}{f' ({column})' if column else ''}"


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
