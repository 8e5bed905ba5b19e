"""Appeals that were lodged before an appeal had a case of its own keep theirs."""

import pytest
from django.db import connection

from appeals.models import Appeal
from tests import migrating
from tests.appeals.builders import lodge, restricted


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_every_appeal_is_given_the_case_of_its_restriction():
    w, restriction = restricted()
    appeal = lodge(w, restriction)
    with migrating.at("appeals", "0001_initial"), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM appeals_appeal")
        assert "case_id" not in [column.name for column in cursor.description]
    kept = Appeal.objects.get()
    assert (kept.pk, kept.case_id, kept.restriction_id) == (appeal.pk, w.case.pk, restriction.pk)
