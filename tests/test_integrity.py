"""What the database itself refuses, whoever asks: raw SQL, as a careless repair or a stolen password would try it."""

import pytest
from django.db import Error, connection, transaction

from audit.models import Event
from cases.models import Assessment, Evidence, Incident
from letters.models import Rendering
from register.models import Lookup, Receipt


def refused(statement: str, *values) -> bool:
    """Whether the database refuses; where it does not, what was done is undone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            touched = cursor.rowcount
            # Constraints that wait for the end of the transaction are asked now.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            transaction.set_rollback(True)
    except Error:
        return True
    assert touched != 0, f"nothing was there to refuse: {statement}"
    return False


KEPT = {
    "an event changed": "UPDATE audit_event SET verb = 'x'",
    "an event deleted": "DELETE FROM audit_event",
    "the day of an event": "UPDATE audit_event SET at = now()",
    "a decision changed": "UPDATE audit_decision SET outcome = 'x'",
    "a decision deleted": "DELETE FROM audit_decision",
    "words changed": "UPDATE audit_eventtext SET body = '{}'::jsonb",
    "words blanked without an erasure": "UPDATE audit_eventtext SET body = NULL, salt = ''",
    "words deleted": "DELETE FROM audit_eventtext",
    "an issued letter changed": "UPDATE letters_letter SET facts = '{}' WHERE state = 'issued'",
    "an issued letter drafted again": "UPDATE letters_letter SET state = 'draft' WHERE state = 'issued'",
    "a letter deleted": "DELETE FROM letters_letter",
    "a PDF changed": "UPDATE letters_rendering SET pdf = ''",
    "a PDF deleted": "DELETE FROM letters_rendering",
    "a look-up changed": "UPDATE register_lookup SET entries_shown = '{}'",
    "a look-up deleted": "DELETE FROM register_lookup",
    "a receipt moved": "UPDATE register_receipt SET at = now()",
    "a receipt deleted": "DELETE FROM register_receipt",
    "evidence changed": "UPDATE cases_evidence SET sha256 = ''",
    "evidence deleted": "DELETE FROM cases_evidence",
    "an assessment changed": "UPDATE cases_assessment SET severity = 'low'",
    "an assessment deleted": "DELETE FROM cases_assessment",
    "an incident deleted": "DELETE FROM cases_incident",
    "a case deleted": "DELETE FROM cases_case",
    "a resident deleted": "DELETE FROM people_resident",
    "the text of an adopted policy changed": "UPDATE people_policyversion SET text = text || ' '",
    "its local rules changed": "UPDATE people_policyversion SET local_text = ''",
    "the words of its letters changed": "UPDATE people_policyversion SET wording = '{}'",
    "the day from which it holds": "UPDATE people_policyversion SET effective_on = '2020-01-01'",
    "an adopted policy deleted": "DELETE FROM people_policyversion",
    "somebody who acted deleted": "DELETE FROM people_user",
    "a restriction without dates": "UPDATE restrictions_restriction SET ends_on = NULL",
    "a restriction without a decider": "UPDATE restrictions_restriction SET decided_by_id = NULL",
    "a restriction decided by its proposer": "UPDATE restrictions_restriction SET decided_by_id = proposed_by_id",
    "a restriction that ends before it starts": "UPDATE restrictions_restriction SET ends_on = starts_on",
    "a restriction over without an instant": "UPDATE restrictions_restriction SET state = 'lifted'",
    "an entry removed without a reason": "UPDATE register_entry SET removed_on = now(), removed_at = now()",
    "an entry without end or review": "UPDATE register_entry SET ends_on = NULL, review_on = NULL",
    "an entry that names no register": "UPDATE register_entry SET register_name = ''",
    "an entry of no register, which stands with nothing": "UPDATE register_entry SET register_key = '', source = ''",
    "an entry that says nothing": "UPDATE register_entry SET instructions = '{}', arrangement = '{}'",
    "a cover without a name": "UPDATE register_entry SET cover_from = now(), cover_until = now()",
    "a cover without a first day": "UPDATE register_entry SET cover_until = now(), cover_name = 'Sam'",
    "an entry erased while it stands": "UPDATE register_entry SET erased_on = now()",
    "an untold resident without a reason": "UPDATE register_entry SET resident_told = false",
    "a case closed by nobody": "UPDATE cases_case SET stage = 'closed'",
    "a letter issued by nobody": "UPDATE letters_letter SET issued_by_id = NULL WHERE state = 'issued'",
}


@pytest.mark.parametrize("what", KEPT)
def test_the_database_refuses(filed, what):
    assert refused(KEPT[what]), what


def copied(table: str, key: int, **other) -> bool:
    """Whether a copy of a row, with some columns other, is refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'"
            " AND is_generated = 'NEVER'",
            [table],
        )
        columns = [row[0] for row in cursor.fetchall()]
    chosen = ", ".join("%s" if column in other else f'"{column}"' for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    values = [other[column] for column in columns if column in other]
    return refused(f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} WHERE id = %s", *values, key)


def test_one_resident_has_one_open_case(filed):
    assert copied("cases_case", filed.case.pk, reference="C-999999")


def test_one_case_has_one_restriction_in_force(filed):
    assert copied("restrictions_restriction", filed.restriction.pk, reference="X-999999")


def test_one_source_has_one_standing_entry(filed):
    entry = filed.resident.register_entries.get()
    assert copied("register_entry", entry.pk, reference="E-999999")


def test_what_was_kept_is_all_still_there(filed):
    assert all(model.objects.exists() for model in (Event, Evidence, Assessment, Rendering, Lookup, Receipt, Incident))
