"""Appeals that were lodged before an appeal had a case of its own keep theirs."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from appeals.models import Appeal
from tests.appeals.builders import lodge, restricted


def migrate(name: str) -> None:
    MigrationExecutor(connection).migrate([("appeals", name)])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_every_appeal_is_given_the_case_of_its_restriction():
    w, restriction = restricted()
    appeal = lodge(w, restriction)
    try:
        migrate("0001_initial")
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM appeals_appeal")
            assert "case_id" not in [column.name for column in cursor.description]
    finally:
        migrate("0004_exactly_one_decision")
    kept = Appeal.objects.get()
    assert (kept.pk, kept.case_id, kept.restriction_id) == (appeal.pk, w.case.pk, restriction.pk)
