"""Entries of the register and decisions not to act show until when they can be appealed, as every decision does."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Decision
from cases.services import stages
from deadlines.models import Deadline
from design.dates import day_of
from tests import factories
from tests.appeals.builders import WEEK, lodge_against, warned
from tests.factories import NOON
from tests.register.builders import enter, remove
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
WINDOW = "appeal.window"


def entered(w, **more):
    """An entry of the resident that stands on an incident alone."""
    return enter(
        w.provider, w.staff.team_leader, w.resident, register_key=w.case.policy.registers[0].key, ends_on=None,
        case_ref=w.case.reference,
        source=f"incident:{w.case.incidents.first().reference}", review_on=date(2027, 3, 1), reason="Threats.", **more,
    )  # fmt: skip


def window_of(what: str) -> Deadline | None:
    decision = Decision.objects.filter(what=what).last()
    return Deadline.objects.open().filter(kind=WINDOW, about=f"decision:{decision.pk}").first()


def not_acted(w, at=NOON) -> Decision:
    stages.decide_not_to_act(w.case.pk, considered="Mediation.", reasons="He was rude.", by=w.staff.officer, at=at)
    return Decision.objects.get(what="case.not_acted")


def overview(w) -> str:
    client = Client()
    client.force_login(w.staff.officer)
    return client.get(reverse("cases:overview", args=[w.case.reference])).content.decode()


def test_a_decision_not_to_act_has_a_window_like_any_other():
    w = warned()
    decision = not_acted(w)
    window = window_of("case.not_acted")
    assert window.case_ref == w.case.reference and window.reckoning["from"] == str(day_of(NOON))
    assert window.due_on is None and window.reckoning["readings"], "28 days: which days, the policy does not say"
    assert "told_on" not in window.reckoning, "no letter told of it"
    assert "Last day to appeal against the decision not to act" in overview(w)
    lodge_against(w, f"D-{decision.pk}")
    assert window_of("case.not_acted") is None


def test_an_entry_of_which_the_resident_was_told_has_one():
    w = warned()
    entry = entered(w)
    window = window_of("register.entered")
    assert window.title == f"Last day to appeal against register entry {entry.reference}"
    assert window.resident == w.resident and window.reckoning["from"] == str(day_of(NOON))
    assert window.title in overview(w)
    lodge_against(w, entry.reference)
    assert window_of("register.entered") is None


def test_an_entry_that_nobody_was_told_of_has_none():
    w = warned()
    entered(w, told=False, not_told_reason="It would bring violence.", look_again_on=day_of(WEEK))
    assert window_of("register.entered") is None


def test_the_window_goes_with_the_entry():
    w = warned()
    entry = entered(w)
    remove(entry, w.staff.team_leader, "The risk has passed.", at=WEEK)
    assert window_of("register.entered") is None


def test_where_the_policy_covers_restrictions_alone_there_is_none():
    w = builders.world()
    not_acted(w)
    entered(w)
    assert window_of("case.not_acted") is None and window_of("register.entered") is None


def test_an_entry_that_stands_with_a_restriction_has_none_of_its_own():
    w = warned()
    before = Deadline.objects.filter(kind=WINDOW).count()
    factories.person(w.provider, "manager")
    enter(
        w.provider, w.staff.team_leader, w.resident, register_key=w.case.policy.registers[0].key,
        source="restriction:X-000001", review_on=date(2027, 3, 1),
    )  # fmt: skip
    assert Deadline.objects.filter(kind=WINDOW).count() == before
