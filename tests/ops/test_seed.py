"""The demo's council: believable on whatever day it is run."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from appeals.models import Appeal
from audit.models import Event
from cases.models import Case
from deadlines.models import Deadline
from letters.models import Letter
from ops.seed import build, neighbours
from people.models import Provider, Resident, User
from register.models import Entry
from restrictions.models import Breach, Naming, Restriction

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("told")]


CLOCKS_GO_FORWARD = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # on a Sunday night; the other tests seed on a Friday


def test_every_stage_stands_somewhere_with_its_history(empty_queue):
    now = CLOCKS_GO_FORWARD
    council = build.council(now)

    assert (Resident.objects.count(), User.objects.count()) == (60, 17)
    assert set(Case.objects.values_list("stage", flat=True)) == set(Case.Stage)
    assert set(Restriction.objects.values_list("state", flat=True)) >= {
        "draft", "proposed", "returned", "in_force", "extended", "varied", "lifted",
    }  # fmt: skip
    assert set(Appeal.objects.values_list("state", flat=True)) >= {"upheld", "varied", "dismissed"}
    assert Appeal.objects.open().count() == 2
    assert Case.objects.count() == len(build.STORIES)
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
    beside = {one.house.slug: one for one in build.neighbours(now)}
    assert len(beside) == Provider.objects.count() == 4
    for one in beside.values():
        assert not Case.objects.filter(resident__name__in=neighbours.RESIDENTS[-2:]).exists(), "nothing is logged yet"
        way = Case.objects.filter(resident__name__in=neighbours.RESIDENTS[:4], provider=one.provider).order_by("pk")
        assert way.last().stage == Case.Stage.CONTACT_RESTRICTION
        assert set(Restriction.objects.filter(case__in=way).values_list("state", flat=True)) == {
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
    imposed = Restriction.objects.filter(state="in_force", case__provider__slug="homes-for-life").first()
    assert imposed is not None and imposed.decided_by is not None and imposed.decided_by.job_title == "Manager"
    said = StringIO()
    call_command("demo_signins", stdout=said)
    assert "Chief Executive Officer" in said.getvalue() and "@northampton.example" in said.getvalue()


def test_what_comes_after_is_told_where_the_policy_knows_it(empty_queue):
    houses = {one.house.slug: one for one in build.neighbours(CLOCKS_GO_FORWARD)}
    today = CLOCKS_GO_FORWARD.date()
    single = Restriction.objects.in_force(today).filter(terms__channel="spoc")
    assert set(single.values_list("case__provider__slug", flat=True)) == set(houses)
    covers = Naming.objects.filter(until_on__gte=today, ended_on=None)
    assert covers.count() == 4 and all(cover.covers(today) for cover in covers)
    checks = Deadline.objects.open().filter(kind="spoc.quality_review", due_on__lte=today + timedelta(days=31))
    assert {check.provider.slug for check in checks} == {"tenancy-enforcement-procedure"}
    answered = Breach.objects.get(answer__isnull=False)
    assert answered.answer.letter is not None
    waiting = Breach.objects.filter(answer=None).values_list("restriction__case__provider__slug", flat=True)
    assert set(waiting) == {"northampton-partnership-homes", "tenancy-enforcement-procedure"}
    waived = Restriction.objects.exclude(no_review_reason="").get()
    assert waived.case.provider.slug == "homes-for-life" and waived.is_in_force(today)
    appeal = Appeal.objects.get()
    assert appeal.in_time and appeal.warning.kind == "first" and appeal.is_open
    assert appeal.case.provider.slug == "northampton-partnership-homes"
