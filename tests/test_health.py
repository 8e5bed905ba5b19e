"""What is about health stands on no page until it is asked for, whoever looks: found by a mark in every field of it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import looks
from audit import services as audit
from audit.models import Event
from cases import sentences
from cases.models import Assessment, Case
from people import services
from people.access import NotPermitted
from people.models import Need, Resident
from policies.rules import RuleBroken
from restrictions.models import Restriction
from tests import factories
from tests.pressing import hidden, press
from tests.test_doors import DOORS, READERS, ROLES, everybody, is_open  # noqa: F401  (a fixture)
from tests.test_privacy import looked_at

MARK = "Zymurgic episodes"
AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SHOWS = {
    "people:resident",
    "cases:people",
    "cases:timeline",
    "cases:risk",
    "cases:equality",
    "restrictions:view",
    "restrictions:decide",
    "restrictions:needs",
    "restrictions:check",
    "restrictions:review",
    "appeals:decide",
}
"""The pages on which it stands once it was asked for; any other is a page that nobody meant to show it."""


def mark(by) -> None:
    """The mark in every field that is about health, of everybody, and in the trail of it."""
    now = timezone.now()
    for resident in Resident.objects.select_related("provider"):
        for kind in Need.Kind.values:
            for ended in (None, now):
                Need.objects.create(
                    resident=resident, kind=kind, words=f"{kind}: {MARK}", about_health=True, recorded_by=by,
                    recorded_at=now, ended_at=ended,
                )  # fmt: skip
    for case in Case.objects.select_related("provider", "resident"):
        Assessment.objects.create(
            case=case, kind="equality", words=MARK, controls=MARK, made_by=by, made_at=now,
            needs_version=case.resident.needs_version,
        )  # fmt: skip
        for verb in sentences.HEALTH_VERBS:
            audit.record(verb, subject=case, by=by, at=now, words={"considered": MARK, "need": MARK})
        said = dict.fromkeys(sentences.HEALTH_WORDS, MARK)
        audit.record("restriction.proposed", subject=case, by=by, at=now, words={"reasons": "He shouted", **said})
    Restriction.objects.update(needs_considered=MARK, adjustment_reason=MARK)


def found_by(user, role) -> set[str]:
    """The pages on which somebody reads the mark."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return {
        name
        for name, door in DOORS.items()
        if is_open(door, role) and MARK in looked_at(client, reverse(name, kwargs=door.where()))[1]
    }


@pytest.mark.slow
def test_no_page_shows_what_is_about_health_before_it_is_asked_for(everybody):  # noqa: F811
    mark(everybody["officer"])
    for role in ROLES:
        assert found_by(everybody[role], role) == set(), role
    for role in ROLES:
        user = everybody[role]
        for resident in Resident.objects.filter(provider=user.provider):
            if role in READERS:
                services.show_health(resident.pk, reason="A request for access", by=user, at=timezone.now())
            else:
                with pytest.raises(NotPermitted):
                    services.show_health(resident.pk, reason="Curious", by=user, at=timezone.now())
    shown = {role: found_by(everybody[role], role) for role in ROLES}
    assert set().union(*shown.values()) == SHOWS
    assert all(not pages for role, pages in shown.items() if role not in READERS)
    assert {"people:resident", "cases:people", "cases:timeline", "restrictions:view"} <= shown[
        "data protection officer"
    ]


@pytest.fixture
def staff(db):
    return factories.staff(factories.dover())


@pytest.fixture
def resident(staff):
    found = factories.resident(staff.officer.provider, staff.officer)
    services.record_need(found.pk, kind="need", words=MARK, about_health=True, by=staff.officer, at=AT)
    services.record_need(found.pk, kind="need", words="Reads large print", about_health=False, by=staff.officer, at=AT)
    return found


def client_of(user):
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def at(minutes):
    return time_machine.travel(AT + timedelta(minutes=minutes), tick=False)


def test_a_press_shows_it_for_a_quarter_of_an_hour_and_is_recorded(staff, resident):
    page, ask = (reverse(f"people:{name}", args=[resident.reference]) for name in ("resident", "show_health"))
    with at(0):
        client = client_of(staff.officer)
        before = client.get(page).content.decode()
        assert MARK not in before and "Reads large print" in before
        assert before.count("Show what is about health") == 1
        assert not Event.objects.filter(verb=looks.HEALTH).exists()
        done = press(client, f"{ask}?back={page}")
        assert (done.status_code, done.url) == (302, page)
        (look,) = Event.objects.filter(verb=looks.HEALTH)
        assert (look.by_ref, look.resident_ref) == (staff.officer.reference, resident.reference)
        assert MARK in client.get(page).content.decode()
        assert MARK not in client_of(staff.team_leader).get(page).content.decode()
    with at(14):
        assert MARK in client.get(page).content.decode()
    with at(15):
        assert MARK not in client.get(page).content.decode()


def test_whoever_does_not_work_the_case_says_why(staff, resident):
    ask = reverse("people:show_health", args=[resident.reference])
    with at(0):
        client = client_of(staff.dpo)
        refused = press(client, ask, {"reason": "  "})
        assert "Enter why you need to see this" in refused.content.decode()
        with pytest.raises(RuleBroken, match="Enter why you need to see this"):
            services.show_health(resident.pk, reason="", by=staff.dpo, at=AT)
        assert press(client, ask, {"reason": "A request for access of 1 November"}).status_code == 302
    look = Event.objects.select_related("words").get(verb=looks.HEALTH)
    assert look.words.body == {"reasons": "A request for access of 1 November"}


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil", ""])
def test_it_leads_nowhere_else(staff, resident, back):
    ask = reverse("people:show_health", args=[resident.reference])
    client = client_of(staff.officer)
    page = client.get(ask, {"back": back})
    assert "evil.example" not in page.content.decode().replace("https%3A//evil", "")
    done = client.post(f"{ask}?back={back}", {"do": "do", **hidden(page)})
    assert done.url == reverse("people:resident", args=[resident.reference])


def test_other_providers_find_nobody_and_the_front_line_may_not(staff, resident):
    ask = reverse("people:show_health", args=[resident.reference])
    elsewhere = factories.staff(factories.dover("elsewhere"))
    assert client_of(elsewhere.manager).get(ask).status_code == 404
    assert client_of(staff.front_line).get(ask).status_code == 404
