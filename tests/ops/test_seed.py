"""The demo's council: believable on whatever day it is run."""

from datetime import UTC, datetime

import pytest

from appeals.models import Appeal
from audit.models import Event
from cases.models import Case
from deadlines.models import Deadline
from letters.models import Letter
from ops.seed import build, stories
from people.models import Resident, User
from register.models import Entry
from restrictions.models import Restriction

pytestmark = pytest.mark.django_db


CLOCKS_GO_FORWARD = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # on a Sunday night; the other tests seed on a Friday


def test_every_stage_stands_somewhere_with_its_history(empty_queue):
    now = CLOCKS_GO_FORWARD
    council = build.build(now)

    assert (Resident.objects.count(), User.objects.count()) == (60, 16)
    assert set(Case.objects.values_list("stage", flat=True)) == set(Case.Stage)
    assert set(Restriction.objects.values_list("state", flat=True)) >= {
        "draft", "proposed", "returned", "in_force", "extended", "varied", "lifted",
    }  # fmt: skip
    assert set(Appeal.objects.values_list("state", flat=True)) >= {"upheld", "varied", "dismissed"}
    assert Appeal.objects.open().count() == 2
    assert Case.objects.count() == len(stories.STORIES)
    in_force = Restriction.objects.in_force(council.today)
    entries = Entry.objects.in_force(council.today).exclude(source="")
    assert {f"restriction:{r.reference}" for r in in_force} == set(entries.values_list("source", flat=True))
    assert Letter.objects.filter(state="issued").count() > 20
    due = Deadline.objects.open().filter(due_on__isnull=False)
    assert due.filter(due_on__lt=council.today).exists()
    assert due.filter(due_on__gt=council.today).exists()
    assert Event.objects.count() > 300
    assert not Event.objects.filter(at__gt=now).exists()
