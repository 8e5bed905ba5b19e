"""The demo's council: believable on whatever day it is run."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from appeals.models import Appeal
from audit.models import Event
from cases.models import Case
from deadlines.models import Deadline
from letters.models import Letter
from ops.seed import build, neighbours, stories
from people.models import Provider, Resident, User
from register.models import Entry
from restrictions.models import Restriction

pytestmark = pytest.mark.django_db


CLOCKS_GO_FORWARD = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # on a Sunday night; the other tests seed on a Friday


def test_every_stage_stands_somewhere_with_its_history(empty_queue):
    now = CLOCKS_GO_FORWARD
    council = build.build(now)

    assert (Resident.objects.count(), User.objects.count()) == (60, 17)
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


def test_four_more_providers_take_the_same_way_each_by_its_own_policy(empty_queue):
    now = CLOCKS_GO_FORWARD
    beside = {one.house.slug: one for one in neighbours.build(now)}
    assert len(beside) == Provider.objects.count() == 4
    for one in beside.values():
        cases = Case.objects.filter(provider=one.provider).order_by("pk")
        assert [case.stage for case in cases][-1] == Case.Stage.CONTACT_RESTRICTION
        assert Restriction.objects.filter(case__provider=one.provider).count() == 2
        assert set(Restriction.objects.filter(case__provider=one.provider).values_list("state", flat=True)) == {
            "proposed",
            "in_force",
        }
        strangers = User.objects.exclude(provider=one.provider)
        assert not any(Case.objects.visible_to(user).filter(provider=one.provider).exists() for user in strangers)
    stages = {
        slug: {case.stage_name for case in Case.objects.filter(provider=one.provider)} for slug, one in beside.items()
    }
    assert "Open" in stages["homes-for-life"], "no stages, so nobody is warned by a case"
    letters = Letter.objects.filter(kind="warning", state="issued")
    assert set(letters.values_list("provider__slug", flat=True)) == set(beside) - {"homes-for-life"}
    imposed = Restriction.objects.filter(state="in_force", case__provider__slug="homes-for-life").get()
    assert imposed.decided_by is not None and imposed.decided_by.job_title == "Manager"
    said = StringIO()
    call_command("demo_signins", stdout=said)
    assert "Chief Executive Officer" in said.getvalue() and "@northampton.example" in said.getvalue()
