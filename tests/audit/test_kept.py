"""Every table of the product is kept in one of three ways, and the database holds each to its own."""

from contextlib import suppress

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit import guards, kept, verifying
from audit import services as audit
from audit.models import Event, History
from cases.models import Incident
from deadlines import kinds
from tests import owning
from tests.factories import NOON

HOW = (kept.APPENDED, kept.CHANGING, kept.BESIDE)


def test_every_table_is_kept_in_one_way():
    """A new model says how it is kept before it holds anything: what is forgotten here bends unseen."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert tables == set().union(*HOW)
    assert len(tables) == sum(map(len, HOW)), "each in one way only"
    assert all(len(reason) > 15 for reason in kept.BESIDE.values())
    assert {*kept.QUIET, *kept.BEING_WRITTEN} <= set(kept.CHANGING)
    assert set(kept.ASKED_BY_THE_CLOCK) <= set(kinds.KINDS)


def test_the_keys_and_columns_named_are_there():
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        assert kept.APPENDED.get(table, model._meta.pk.column) == model._meta.pk.column
        assert set(kept.CHANGING.get(table, ())) <= {one.column for one in model._meta.concrete_fields}
        assert table not in kept.CHANGING or model._meta.pk.column == "id"


def test_every_guard_stands_after_migrating(db):
    assert guards.missing(connection) == []


def test_the_guards_hang_on_nothing_that_a_session_can_set():
    """No function of theirs reads a setting, and none that they call is pgtrigger's own way round them."""
    assert "current_setting" not in guards.FUNCTIONS
    assert "SELECT false" in guards.FUNCTIONS


def rights() -> dict[str, set[str]]:
    """What the product's role may do with each table as a whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = %s",
            [kept.PRODUCT],
        )
        found: dict[str, set[str]] = {}
        for table, right in cursor.fetchall():
            found.setdefault(table, set()).add(right)
    return found


def test_the_product_has_the_least_rights(db):
    every = rights()
    for table in kept.APPENDED:
        assert every[table] == {"SELECT", "INSERT"}, table
    for table in kept.CHANGING:
        assert every[table] == {"SELECT", "INSERT", "UPDATE", "DELETE"}, table
    for table in (kept.HISTORY, guards.SEALS, kept.RELEASES):
        assert every[table] == {"SELECT"}, table
    assert not any({"TRUNCATE", "TRIGGER", "REFERENCES"} & given for given in every.values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (kept.PRODUCT, False), "and the tests work as it does"


def test_each_row_has_its_state_and_what_changes_nothing_writes_none(filed):
    """Of every table: the state that a row was left in, without what is secret or made from the others."""
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    seen = set()
    for table, left_out in kept.CHANGING.items():
        row = models[table]._default_manager.order_by("pk").first()
        if row is None:
            continue
        seen.add(table)
        rows = History.objects.filter(kept=table, row_key=str(row.pk)).order_by("pk")
        state = rows.last().state
        columns = {one.column for one in models[table]._meta.concrete_fields}
        assert state["id"] == row.pk and set(state) == columns - set(left_out), table
        before, column = rows.count(), sorted(columns - {"id", *left_out})[0]
        # An issued letter is not even written as it was.
        with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET "{column}" = "{column}" WHERE id = %s', [row.pk])
        assert rows.count() == before, table
    assert len(seen) > 20


def test_a_state_says_what_changed_and_who_wrote_it(filed):
    type(filed.restriction).objects.filter(pk=filed.restriction.pk).update(other_way="Another way")
    last = History.objects.filter(kept="restrictions_restriction").order_by("-pk")[0]
    assert (last.deed, last.columns, last.by_role) == ("U", ["other_way"], kept.PRODUCT)
    assert last.state["other_way"] == "Another way"


def test_the_history_of_a_row_is_blanked_by_a_recorded_erasure_alone(filed):
    incident = filed.case.incidents.first()
    type(incident).objects.filter(pk=incident.pk).update(facts="Erased.")
    before = History.objects.filter(kept="cases_incident", row_key=str(incident.pk)).count()
    old = audit.record("incident.seen", subject=filed.resident, by=None, at=NOON)
    with pytest.raises(DatabaseError), transaction.atomic():
        audit.blank_history([incident], erasure=old)
    erasure = audit.record("incident.erased", subject=filed.resident, by=None, at=NOON)
    audit.blank_history([incident], erasure=erasure)
    rows = History.objects.filter(kept="cases_incident", row_key=str(incident.pk)).order_by("pk")
    assert [row.state is None for row in rows] == [True] * (before - 1) + [False]
    assert rows.last().state["facts"] == "Erased." and all(row.digest for row in rows)


@pytest.mark.django_db(transaction=True)
def test_rows_from_before_have_a_first_state_once(filed):
    """What stood before its table had a history is written down at the upgrade; a second time it stays as it is."""
    with owning.beside("evenhand") as superuser, superuser.transaction():
        superuser.execute("ALTER TABLE audit_history DISABLE TRIGGER USER")
        superuser.execute("DELETE FROM audit_history WHERE kept IN ('cases_incident', 'audit_event')")
        superuser.execute("ALTER TABLE audit_history ENABLE ALWAYS TRIGGER evenhand_fixed")
    for _ in range(2):
        with owning.owned():
            assert guards.apply(connection)
        firsts = History.objects.filter(kept__in=("cases_incident", "audit_event"))
        assert set(firsts.values_list("deed", flat=True)) == {"B"}
        assert firsts.count() == Incident.objects.count() + Event.objects.count()
    assert not guards.apply(connection), "the product's own role writes no guards"
    breaks = [one.words for one in verifying.look(at=timezone.now(), since=None).breaks]
    assert not [one for one in breaks if "cases_incident" in one or "audit_event" in one], breaks
