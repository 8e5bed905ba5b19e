"""Every table of the product is kept in one of three ways, and the database holds each to its own."""

from contextlib import suppress

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from audit import guards, kept
from audit import services as audit
from audit.models import History
from tests.factories import NOON

HOW = (kept.APPENDED, kept.CHANGING, kept.BESIDE)


def test_every_table_is_kept_in_one_way():
    """A new model says how it is kept before it holds anything: what is forgotten here bends unseen."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert tables == set().union(*HOW)
    assert len(tables) == sum(map(len, HOW)), "each in one way only"
    assert all(len(reason) > 15 for reason in kept.BESIDE.values())
    assert set(kept.QUIET) <= set(kept.CHANGING)


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


@pytest.mark.parametrize("table", sorted(kept.CHANGING))
def test_each_change_of_a_row_is_kept(filed, table):
    """Of every table: the state that a row was left in, which columns changed, when and by which role."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT min(id) FROM "{table}"')
        key = cursor.fetchone()[0]
        if key is None:
            pytest.skip("the scene has no such row; the guard is the same function")
        before = History.objects.filter(kept=table, row_key=str(key)).count()
        column = next(
            one.column
            for model in apps.get_models(include_auto_created=True)
            if model._meta.db_table == table
            for one in model._meta.concrete_fields
            if not one.primary_key and one.column not in kept.CHANGING[table]
        )
        with suppress(DatabaseError), transaction.atomic():  # an issued letter is not even written as it was
            cursor.execute(f'UPDATE "{table}" SET "{column}" = "{column}" WHERE id = %s', [key])
    rows = History.objects.filter(kept=table, row_key=str(key))
    assert rows.count() == before, "nothing changed, so nothing is written"
    assert before >= 1 and rows.order_by("-pk")[0].state["id"] == key
    assert set(rows.order_by("-pk")[0].state).isdisjoint(kept.CHANGING[table]), "secrets are left out"


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
