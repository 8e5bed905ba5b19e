"""Ways of altering history, each tried for real: refused, or found and named by a look at the trail (docs/adr/0167)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

import audit.verifying
from audit import guards, kept, sealing
from audit.breaks import Break
from audit.models import Event, History, Seal
from cases.models import Evidence
from cases.services import evidence
from office.services import verifying
from restrictions.services import proposing
from tests import owning
from tests.factories import NOON
from tests.owning import OWNER, PRODUCT
from tests.restrictions import builders

SUPERUSER = "evenhand"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sealed(filed, settings, tmp_path):
    """The scene, sealed, and looked over with nothing found."""
    settings.SEAL_PLACES = [tmp_path / "first", tmp_path / "second"]
    sealing.seal(at=timezone.now())
    assert found(whole=True) == []
    yield filed
    with owning.owned():
        guards.apply(connection)


def found(*, whole: bool = True) -> list[str]:
    """What a look at the trail finds now."""
    return [one.words for one in verifying.found(verifying.verify(at=timezone.now(), whole=whole))]


def run(role: str, *statements: str) -> None:
    """Statements of a role on a connection of its own, in one transaction."""
    with owning.beside(role) as other, other.transaction():
        for statement in statements:
            other.execute(statement)


def past_the_guards(table: str, *statements: str) -> list[str]:
    """Statements between switching every trigger of a table off and, without a trace, on again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'A'",
            [table],
        )
        names = [row[0] for row in cursor.fetchall()]
    return [
        f"ALTER TABLE {table} DISABLE TRIGGER USER",
        *statements,
        "SET CONSTRAINTS ALL IMMEDIATE",
        f"ALTER TABLE {table} ENABLE TRIGGER USER",
        *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for name in names),
    ]


def replaced(name: str, on: str, table: str, when: str, calls: str) -> list[str]:
    """A guard, written as somebody else would have it."""
    return [
        f"CREATE OR REPLACE TRIGGER {name} {on} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {calls}",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    ]


EVERY_SETTING = (
    "SET LOCAL evenhand.may_empty = 'on'",
    "SET LOCAL pgtrigger.ignore = '{pgtrigger_letter_as_sent_b59d6,pgtrigger_incident_kept_53d61}'",
)

NO_GUARD = "CREATE OR REPLACE FUNCTION evenhand_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
REFUSED = {
    "an event changed": ["UPDATE audit_event SET verb = 'x'"],
    "an event deleted": ["DELETE FROM audit_event"],
    "events emptied": ["TRUNCATE audit_event CASCADE"],
    "words changed": ["UPDATE audit_eventtext SET body = '{}'"],
    "words blanked by any event": ["UPDATE audit_eventtext SET body = NULL, salt = '', erased_by_id = event_id"],
    "a decision changed": ["UPDATE audit_decision SET outcome = 'x'"],
    "a look-up changed": ["UPDATE register_lookup SET id = id + 1000"],
    "a policy changed": ["UPDATE people_policyversion SET text = 'x'"],
    "an issued letter changed": ["UPDATE letters_letter SET facts = '{}' WHERE state = 'issued'"],
    "an incident deleted": ["DELETE FROM cases_incident"],
    "a PDF changed": ["UPDATE letters_rendering SET pdf = ''"],
    "history written": ["INSERT INTO audit_history SELECT * FROM audit_history"],
    "history changed": ["UPDATE audit_history SET state = '{}'"],
    "history blanked": ["SELECT evenhand_blank_history('cases_incident', '1', 1)"],
    "history deleted": ["DELETE FROM audit_history"],
    "a seal made": ["INSERT INTO audit_seal VALUES (1000, now(), 1, 'x', 'x', 'x')"],
    "a seal changed": ["UPDATE audit_seal SET head = 'x'"],
    "a look at the trail changed": ["UPDATE audit_verification SET breaks = '[]'"],
    "a guard switched off": ["ALTER TABLE audit_event DISABLE TRIGGER ALL"],
    "triggers switched off by what they replicate": ["SET session_replication_role = replica"],
    "a function of the guards replaced": [NO_GUARD],
    "a guard hung on a table of one's own": ["CREATE TEMP TABLE audit_event (id int)"],
    "a table made": ["CREATE TABLE public.mine (id int)"],
    "the owner's part taken": ["SET ROLE evenhand_owner"],
    "a right given to oneself": [
        "GRANT UPDATE ON audit_event TO evenhand_product",
        "UPDATE audit_event SET verb = 'x'",
    ],
    "a migration written": ["DELETE FROM django_migrations"],
}


def test_the_products_own_role_is_refused(sealed):
    passed = []
    for way, statements in REFUSED.items():
        try:
            run(PRODUCT, *EVERY_SETTING, *statements)
        except psycopg.errors.Error:
            continue
        passed.append(way)
    assert passed == [] and found() == []


@pytest.mark.parametrize("role", [PRODUCT, OWNER])
def test_no_table_that_is_evidence_is_emptied(sealed, role):
    for table in {*kept.APPENDED, *kept.CHANGING, kept.WORDS, kept.HISTORY, "audit_seal"}:
        with pytest.raises(psycopg.errors.Error):
            run(role, *EVERY_SETTING, f"TRUNCATE {table} CASCADE")


def test_an_event_cannot_be_inserted_backdated(sealed):
    began = timezone.now()
    run(
        PRODUCT,
        "INSERT INTO audit_event (at, recorded_at, verb, by_ref, by_name, subject_kind, subject_ref, provider_ref,"
        " resident_ref, case_ref, facts, digest) VALUES ('2020-01-01', '2020-01-01', 'incident.logged', '', '',"
        " 'incident', 'I-1', '', '', '', '{}', '')",
    )
    written = Event.objects.get(at__year=2020)
    assert written.recorded_at >= began and History.objects.get(kept="audit_event", row_key=written.pk).at >= began


@dataclass(frozen=True)
class Way:
    """A way of altering history that the database cannot refuse: whose, how, and by which words it is found.

    Done `once`, the thing stands the same however often it is done.
    """

    role: str
    how: Callable[[], list[str]]
    named: str
    once: bool = False


LATER = "UPDATE restrictions_restriction SET ends_on = ends_on + 1"
FIRST_EVENT = "UPDATE audit_event SET verb = verb || 'x' WHERE id = (SELECT min(id) FROM audit_event)"
BACKDATED = "UPDATE audit_history SET at = at - interval '1 day' WHERE kept = 'cases_incident'"
WORDS = """
UPDATE audit_eventtext SET body = jsonb_build_object('x', random())
WHERE event_id = (SELECT min(event_id) FROM audit_eventtext)
"""
DIGESTED = """
UPDATE audit_history SET digest = encode(sha256(convert_to(salt || (
    SELECT jsonb_object_agg(k.key, k.value) FROM audit_event e, jsonb_each(to_jsonb(e)) k
    WHERE e.id::text = row_key AND k.key = ANY(columns))::text, 'UTF8')), 'hex') WHERE kept = 'audit_event'
"""
UNSEALED = "UPDATE audit_history SET seal_id = NULL WHERE seal_id = (SELECT max(id) FROM audit_seal)"
CUT_OFF = "DELETE FROM audit_seal WHERE id = (SELECT max(id) FROM audit_seal)"
REWRITTEN = """
DO $$ DECLARE link record; before text := ''; lines text; hash text; BEGIN
    FOR link IN SELECT * FROM audit_seal ORDER BY id LOOP
        SELECT string_agg(concat_ws('|', h.id, h.kept, h.row_key, h.deed, (extract(epoch FROM h.at) * 1000000)::bigint,
            h.tx, h.by_role, array_to_string(h.columns, ','), h.digest), E'\\n' ORDER BY h.id)
            INTO lines FROM audit_history h WHERE h.seal_id = link.id;
        hash := encode(sha256(convert_to(lines, 'UTF8')), 'hex');
        UPDATE audit_seal SET digest = hash, previous = before, head = encode(sha256(convert_to(concat_ws('|', id,
            (extract(epoch FROM made_at) * 1000000)::bigint, rows, hash, before), 'UTF8')), 'hex') WHERE id = link.id;
        SELECT head INTO before FROM audit_seal WHERE id = link.id;
    END LOOP;
END $$
"""
"""What a superuser who knows how the chain is made would do, so that it holds again."""

FOUND = {
    "the product moves the last day of a restriction": Way(
        PRODUCT, lambda: [LATER], "restrictions_restriction . was changed"
    ),
    "the product names another decider": Way(
        PRODUCT,
        lambda: ["UPDATE restrictions_restriction SET decided_by_id = (SELECT max(id) FROM people_user)"],
        "restrictions_restriction . was changed",
        once=True,
    ),
    "the product moves the day of an incident": Way(
        PRODUCT, lambda: ["UPDATE cases_incident SET happened_on = happened_on - 1"], "cases_incident . was changed"
    ),
    "the owner changes an event with its guard off": Way(
        OWNER, lambda: past_the_guards("audit_event", FIRST_EVENT), "audit_event . is not as its history left it"
    ),
    "the owner leaves a guard off": Way(
        OWNER,
        lambda: ["ALTER TABLE audit_event DISABLE TRIGGER evenhand_fixed"],
        "the guard evenhand_fixed of audit_event is off",
    ),
    "the owner replaces a function of the guards": Way(
        OWNER, lambda: [NO_GUARD], "the function evenhand_refuse is not as it was written"
    ),
    "the owner hides a function behind another of its name": Way(
        OWNER,
        lambda: [NO_GUARD, "CREATE FUNCTION evenhand_refuse(one int) RETURNS int LANGUAGE sql AS 'SELECT 1'"],
        "the function evenhand_refuse is not as it was written",
    ),
    "the owner takes from a function whose rights it has and where it looks": Way(
        OWNER,
        lambda: ["ALTER FUNCTION evenhand_keep() RESET ALL"],
        "the function evenhand_keep is not as it was written",
    ),
    "the owner replaces the function of a guard on one kind of row": Way(
        OWNER,
        lambda: [
            "CREATE OR REPLACE FUNCTION pgtrigger_letter_as_sent_b59d6() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RETURN NEW; END'"
        ],
        "the function pgtrigger_letter_as_sent_b59d6 is not as it was written",
    ),
    "the owner drops a guard on one kind of row": Way(
        OWNER,
        lambda: ["DROP TRIGGER pgtrigger_letter_as_sent_b59d6 ON letters_letter"],
        "the guard pgtrigger_letter_as_sent_b59d6 of letters_letter is gone",
    ),
    "the owner lets a guard look away": Way(
        OWNER,
        lambda: replaced(
            "evenhand_kept", "AFTER INSERT", "audit_event", "WHEN (false)", "evenhand_keep('id', 'digest')"
        ),
        "the guard evenhand_kept of audit_event is not as it was written",
    ),
    "the owner lets a guard leave out a column": Way(
        OWNER,
        lambda: replaced(
            "evenhand_kept",
            "AFTER INSERT OR UPDATE OR DELETE",
            "cases_case",
            "",
            "evenhand_keep('id', 'whole', 'owner_id')",
        ),
        "the guard evenhand_kept of cases_case is not as it was written",
    ),
    "the owner lets a guard stand on less": Way(
        OWNER,
        lambda: replaced("evenhand_fixed", "BEFORE UPDATE", "audit_event", "", "evenhand_refuse()"),
        "the guard evenhand_fixed of audit_event is not as it was written",
    ),
    "the owner lets no event in any more": Way(
        OWNER,
        lambda: [
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            *replaced("aaa_nothing", "BEFORE INSERT", "audit_event", "", "nothing()"),
        ],
        "audit_event has a trigger of which no release knows: aaa_nothing",
    ),
    "the owner has a rule swallow events": Way(
        OWNER,
        lambda: ["CREATE RULE nothing AS ON INSERT TO audit_event DO INSTEAD NOTHING"],
        "a rule or a policy stands in front of the guards of audit_event",
    ),
    "the owner hides rows by a policy": Way(
        OWNER,
        lambda: ["ALTER TABLE register_lookup ENABLE ROW LEVEL SECURITY"],
        "a rule or a policy stands in front of the guards of register_lookup",
    ),
    "the owner gives the product a right": Way(
        OWNER, lambda: [f"GRANT UPDATE ON audit_event TO {PRODUCT}"], f"{PRODUCT} may UPDATE audit_event$"
    ),
    "the owner gives the product a right to one column": Way(
        OWNER,
        lambda: [f"GRANT UPDATE (at) ON audit_history TO {PRODUCT}"],
        rf"{PRODUCT} may UPDATE audit_history \(at\)",
    ),
    "the owner gives everybody a right": Way(
        OWNER, lambda: ["GRANT DELETE ON audit_seal TO PUBLIC"], f"{PRODUCT} may DELETE audit_seal"
    ),
    "a superuser makes the product an owner": Way(
        SUPERUSER, lambda: [f"GRANT {OWNER} TO {PRODUCT}"], f"{PRODUCT} may do more than write rows"
    ),
    "the owner changes a restriction in the open": Way(
        OWNER, lambda: [LATER], "by evenhand_owner, which is not the product"
    ),
    "the owner changes what stands in the history": Way(
        OWNER,
        lambda: past_the_guards("audit_history", BACKDATED),
        "was of rows of the history that are not as they were sealed",
    ),
    "a superuser changes the bytes of a letter": Way(
        SUPERUSER,
        lambda: past_the_guards("letters_rendering", "UPDATE letters_rendering SET pdf = pdf || 'x'::bytea"),
        "letters_rendering . is not as its history left it",
    ),
    "a superuser changes words": Way(
        SUPERUSER, lambda: past_the_guards("audit_eventtext", WORDS), "audit_eventtext . is not as its history left it"
    ),
    "a superuser changes a restriction past the guards": Way(
        SUPERUSER,
        lambda: past_the_guards("restrictions_restriction", LATER),
        "restrictions_restriction . is not as its history left it",
    ),
    "a superuser changes it past the guards, and then the product does": Way(
        SUPERUSER,
        lambda: [
            *past_the_guards("restrictions_restriction", LATER),
            "UPDATE restrictions_restriction SET starts_on = starts_on - 1",
        ],
        r"had been changed past the guards \(ends_on\)",
    ),
    "a superuser writes an event past the guards": Way(
        SUPERUSER,
        lambda: past_the_guards(
            "audit_event",
            "INSERT INTO audit_event SELECT 900001, at, verb, by_ref, by_name, subject_kind, subject_ref, provider_ref,"
            " resident_ref, case_ref, facts, digest, at FROM audit_event ORDER BY id LIMIT 1",
        ),
        "audit_event 900001 was written past the guards",
        once=True,
    ),
    "a superuser deletes a receipt with its history": Way(
        SUPERUSER,
        lambda: [
            *past_the_guards("register_receipt", "DELETE FROM register_receipt"),
            *past_the_guards("audit_history", "DELETE FROM audit_history WHERE kept = 'register_receipt'"),
        ],
        "rows of the history, of which",
        once=True,
    ),
    "a superuser changes an event, its history and the whole chain": Way(
        SUPERUSER,
        lambda: [
            *past_the_guards("audit_event", FIRST_EVENT),
            *past_the_guards("audit_history", DIGESTED),
            *past_the_guards("audit_seal", REWRITTEN),
        ],
        "was signed otherwise than it stands in the database",
    ),
    "a superuser cuts the end of the chain off": Way(
        SUPERUSER,
        lambda: [*past_the_guards("audit_history", UNSEALED), *past_the_guards("audit_seal", CUT_OFF)],
        "was signed here, and the database has none|was signed otherwise",
        once=True,
    ),
    "somebody changes a file of evidence": Way(PRODUCT, lambda: [altered_file()], "is not what was handed in"),
}


def altered_file() -> str:
    """Write other bytes where a file of evidence is kept; no SQL needed."""
    with open(Evidence.objects.get().file.path, "ab") as stored:
        stored.write(b"!")
    return "SELECT 1"


def test_what_the_database_cannot_refuse_is_found_and_named(sealed):
    """Each by itself, as its role, in a transaction that is undone once it was looked over.

    A second look knows each break by its mark again; what is altered once more is another break (docs/adr/0196).
    """
    missed, behind = {}, []
    owning.become(SUPERUSER)
    try:
        for name, way in FOUND.items():
            with transaction.atomic():
                act(way)
                breaks = looked_over()
                if not way.once and not MENDED.match(way.named):
                    assert looked_over() == breaks, name
                    act(way)
                    behind += [name] * (set(looked_over()) <= set(breaks))
                transaction.set_rollback(True)
            named = re.compile(way.named.replace(" . ", r" \d+ "))
            if not any(named.search(one.words) for one in breaks):
                missed[name] = breaks
            assert all(one.mark or MENDED.match(one.words) for one in breaks), breaks
    finally:
        owning.become(PRODUCT)
    assert missed == {}
    assert behind == [], "a new break stands behind one that is known"


MENDED = re.compile(r"the (guard|function) |a rule or a policy |\w+ has a trigger |\w+ may ")
"""What nobody answers for, because it is put back."""


def looked_over() -> list[Break]:
    """What a look at the trail and at the files finds."""
    return [*audit.verifying.look(at=timezone.now(), since=None).breaks, *evidence.altered(None)]


def act(way: Way) -> None:
    """Do it as its role, on the connection of the test."""
    with connection.cursor() as cursor:
        statements = way.how()
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {way.role}")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("RESET SESSION AUTHORIZATION")


def test_a_file_of_heads_that_somebody_wrote_is_found(sealed, settings):
    place = settings.SEAL_PLACES[0]
    lines = (place / "heads").read_text().splitlines(keepends=True)
    (place / "heads").write_text("".join([*lines, lines[-1].replace(lines[-1].split()[3], "0" * 64)]))
    assert any("was not signed under the key" in one for one in found())


def test_a_place_without_its_last_heads_is_found_by_the_other(sealed, settings):
    run(SUPERUSER, *past_the_guards("audit_history", "UPDATE audit_history SET seal_id = NULL"))
    run(SUPERUSER, *past_the_guards("audit_seal", "DELETE FROM audit_seal"))
    (settings.SEAL_PLACES[0] / "heads").write_text("")
    assert Seal.objects.count() == 0
    assert any(str(settings.SEAL_PLACES[1]) in one for one in found())


def test_after_a_restore_the_chain_goes_on_and_says_why(sealed, settings):
    unsealed = past_the_guards("audit_history", "UPDATE audit_history SET seal_id = NULL")
    run(SUPERUSER, *unsealed, *past_the_guards("audit_seal", "DELETE FROM audit_seal"))
    assert found() != []
    sealing.begin_anew(why="restored from the backup of Monday", at=timezone.now())
    assert found() == []
    assert list(settings.SEAL_PLACES[0].glob("heads.until.*")), "the heads so far are kept"


def test_a_proposal_that_is_being_written_needs_no_event_for_each_page(transactional_db, settings, tmp_path):
    """Saved page by page it is nobody's act yet; once it was proposed, a change without an event is a break."""
    settings.SEAL_PLACES = [tmp_path / "seals"]
    with transaction.atomic():
        world = builders.world()
    restriction = builders.draft(world)
    assert found() == []
    proposing.propose(restriction.pk, by=world.staff.officer, at=NOON)
    run(PRODUCT, "UPDATE restrictions_restriction SET months = 9")
    assert [one for one in found() if "restrictions_restriction" in one]


def test_what_a_release_changes_is_no_break(sealed):
    """A migration writes down that it ran in the transaction of what it moves: that tells it from a hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM django_migrations")
        last = cursor.fetchone()[0]
    run(
        OWNER,
        "UPDATE cases_incident SET facts = facts || '.'",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('cases', '9999_counted_anew', now())",
    )
    try:
        assert found() == []
    finally:
        run(OWNER, f"DELETE FROM django_migrations WHERE id > {last}")
