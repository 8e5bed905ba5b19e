"""What was due before the page followed from its kind is due still, and the way back is open."""

import pytest
from django.db import connection

from deadlines import kinds, services
from deadlines.models import Deadline
from tests import factories, migrating
from tests.factories import NOON


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_what_was_due_is_due_with_the_page_of_its_kind():
    appeal = factories.about("appeal:A-000001", factories.dover())
    row = services.set(kinds.APPEAL_DECIDE, appeal, at=NOON)
    with migrating.at("deadlines", "0003_what_letters_have_told"), connection.cursor() as cursor:
        cursor.execute("UPDATE deadlines_deadline SET url_name = 'appeals:moved_since'")
    kept = Deadline.objects.get()
    assert (kept.pk, kept.about, kept.page) == (row.pk, "appeal:A-000001", "appeals:decide")
