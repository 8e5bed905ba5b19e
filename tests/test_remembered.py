"""What tests begin with is the same whether the services have just made it or its rows were laid down again."""

import pytest
from django.db import connection, transaction

from audit.models import Event
from people.models import User
from tests import factories, remembered


def undone(make):
    """What making something hands out and leaves in the tables, undone afterwards."""
    with transaction.atomic():
        handed_out = make()
        rows = remembered._all_rows()
        transaction.set_rollback(True)
    return handed_out, rows


def council():
    return factories.staff(factories.dover("a-town-of-its-own"))


def test_what_is_laid_down_is_what_was_built(db):
    built, its_rows = undone(council)
    laid, the_same = undone(council)
    assert its_rows == the_same
    assert laid == built and laid.officer is not built.officer
    assert laid.officer.line_manager is laid.team_leader


def test_what_a_test_changes_is_not_remembered(db):
    before, rows = undone(council)
    before.officer.name = "Somebody else"
    after, same = undone(council)
    assert after.officer.name == "Olive Officer" and same == rows


def test_a_second_of_the_same_is_refused_by_the_services(db):
    council()
    with pytest.raises(Exception, match="unique"), transaction.atomic():
        factories.dover("a-town-of-its-own")


def test_what_changes_a_row_that_stood_there_cannot_be_remembered(db):
    person = council().officer
    rename = remembered.remembered(lambda: User.objects.filter(pk=person.pk).update(name="Another"))
    with pytest.raises(AssertionError, match="people_user"):
        rename()


@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_builds_for_itself(empty_queue):
    assert not connection.in_atomic_block
    first = factories.dover("a-town-of-its-own")
    assert Event.objects.filter(provider_ref=first.slug).exists()
