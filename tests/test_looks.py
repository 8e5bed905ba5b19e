"""Who looked: every page that shows somebody leaves a look on the trail, or stands here with the reason why not."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import looks
from audit.models import Event
from people.models import Resident
from tests import factories
from tests.test_doors import CASE, DOORS, ROLES, everybody, is_open  # noqa: F401  (a fixture)
from tests.test_privacy import looked_at

AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
A_LIST = "lists names, by which something is found: opening it is the look"
RECORDED = "what is shown is recorded already by the press that leads here, each time"
OWN = "one's own words, which nobody else sees"
NO_RESIDENT = "is about the provider's own matters and shows no resident"
WITHOUT = {
    "worklist:mine": A_LIST,
    "worklist:team": A_LIST,
    "worklist:batch": A_LIST,
    "letters:outbox": A_LIST,
    "cases:list": A_LIST,
    "people:find": A_LIST,
    "office:appointments": "lists references, and names nobody",
    "office:appoint": "shows which decisions wait, by reference, and names nobody",
    "office:appoint_to": "shows which decision waits, by reference, and names nobody",
    "register:check": A_LIST,
    "register:card": RECORDED,
    "register:receive": "says of nobody who they are before it is pressed, which is a look, and names nobody",
    "cases:log_draft": OWN,
    "cases:draft_discard": OWN,
    "worklist:hand_over_from": "lists what is a colleague's by reference, and names nobody",
    **{
        f"office:{page}": NO_RESIDENT
        for page in (
            "person",
            "person_change",
            "person_address",
            "person_invite",
            "person_sign_out",
            "proof_answer",
            "role_give",
            "role",
            "person_close",
            "person_away",
            "cover_end",
            "organisation",
            "organisation_close",
        )
    },
    **dict.fromkeys(
        (
            "account_reset_password_from_key",
            "mfa_deactivate_totp",
            "mfa_remove_webauthn",
            "mfa_view_recovery_codes",
            "office:remove_factors",
        ),
        "is about how somebody who works here signs in, and shows no resident",
    ),
    **dict.fromkeys(
        ("office:proposal", "office:version", "office:days_off_remove", "office:days_off_correction"), NO_RESIDENT
    ),
}
NAMES_NOBODY = ("office:",)


@pytest.mark.slow
def test_every_page_that_shows_somebody_leaves_a_look(everybody, settings, monkeypatch):  # noqa: F811
    """Whoever adds a page about a thing notes what it shows, or says here why not; by every role that may open it."""
    monkeypatch.setattr(looks, "WINDOW", timedelta(0))
    residents = list(Resident.objects.values_list("name", flat=True))
    wrong, opened = [], set()
    for role in ROLES:
        user = everybody[role]
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        for name, door in DOORS.items():
            if not is_open(door, role):
                continue
            before = Event.objects.looks().count()
            answer, body = looked_at(client, reverse(name, kwargs=door.where()))
            if answer.status_code not in (200, 409):
                continue
            new = list(Event.objects.looks().order_by("pk")[before:])
            if any(one.by_ref != user.reference or not one.provider_ref for one in new):
                wrong.append(f"{name} as {role}: whose look was it?")
            shows = door.where is not dict or any(resident in body for resident in residents)
            if shows and not new and name not in WITHOUT:
                wrong.append(f"{name} as {role} leaves no look")
            if new and name in WITHOUT:
                wrong.append(f"{name} leaves a look, so it needs no reason")
            if name in WITHOUT and WITHOUT[name].endswith("names nobody") and any(each in body for each in residents):
                wrong.append(f"{name} as {role} names somebody")
            opened.add(name)
    assert not wrong, "\n".join(sorted(set(wrong)))
    assert set(WITHOUT) - opened == set(), "a reason that no page needs"


def lookers(verb: str = "case.looked_at") -> Counter:
    """How often each person looked."""
    return Counter(Event.objects.filter(verb=verb).values_list("by_ref", flat=True))


@pytest.fixture
def opened(everybody, settings):  # noqa: F811
    """Opens a page of the case as somebody, at an instant."""

    def open_as(role: str, page: str = "cases:overview", at: datetime = AT):
        with time_machine.travel(at, tick=False):
            client = Client()
            client.force_login(everybody[role], backend=settings.AUTHENTICATION_BACKENDS[0])
            return client.get(reverse(page, kwargs=CASE()))

    return open_as


def test_one_look_a_person_thing_and_quarter_of_an_hour(opened, everybody):  # noqa: F811
    officer, leader = everybody["officer"].reference, everybody["team leader"].reference
    opened("officer")
    opened("officer", "cases:timeline", AT + timedelta(minutes=14))
    assert lookers() == {officer: 1}
    opened("team leader", at=AT + timedelta(minutes=14))
    assert lookers() == {officer: 1, leader: 1}
    opened("officer", "cases:people", AT + timedelta(minutes=15))
    assert lookers() == {officer: 2, leader: 1}
    look = Event.objects.looks().first()
    assert (look.subject_kind, look.case_ref, look.at) == ("case", CASE()["ref"], AT)
    assert look.resident_ref


def test_what_is_refused_shows_nothing_and_is_no_look(opened):
    assert opened("front line").status_code in (403, 404)
    assert not Event.objects.looks().exists()


def test_a_look_that_cannot_be_written_is_a_page_that_is_not_shown(opened, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("no trail")

    monkeypatch.setattr("audit.services.record_each", broken)
    with pytest.raises(OSError, match="no trail"):
        opened("officer")


def test_looks_stand_on_no_timeline_and_change_nothing(opened):
    before = opened("officer", "cases:timeline").content.decode()
    opened("team leader")
    opened("manager")
    after = opened("officer", "cases:timeline").content.decode()
    assert "looked" not in after.lower().replace("looked at again", "")
    assert before.count("moj-timeline__item") == after.count("moj-timeline__item")
    case = Event.objects.looks().first().case_ref
    assert not any(one.verb.endswith("looked_at") for one in Event.objects.for_case(case))


def test_thirty_things_are_written_in_as_many_queries_as_one(db):
    """And those that are known already in one."""
    staff = factories.staff(factories.dover())
    people = [factories.resident(staff.officer.provider, staff.officer, f"Rowan {number}") for number in range(31)]

    def asked(things) -> int:
        with CaptureQueriesContext(connection) as caught:
            looks.write([looks.Noted(thing) for thing in things], by=staff.officer, at=AT)
        return len(caught)

    assert asked(people[:1]) == asked(people[1:]) <= 8
    assert asked(people) == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_leave_one_look(empty_queue):
    """Both ask before either has written; the second waits, asks again and finds the first."""
    staff = factories.staff(factories.dover())
    resident = factories.resident(staff.officer.provider, staff.officer)
    gate = threading.Barrier(4)

    def tab() -> None:
        try:
            gate.wait(10)
            looks.write([looks.Noted(resident)], by=staff.officer, at=AT)
        finally:
            connection.close()

    tabs = [threading.Thread(target=tab) for _ in range(4)]
    for each in tabs:
        each.start()
    for each in tabs:
        each.join()
    assert lookers("resident.looked_at") == {staff.officer.reference: 1}
