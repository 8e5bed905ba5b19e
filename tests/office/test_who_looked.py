"""The page on which a data protection officer sees who looked, and what of it was unusual."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import looks, subjects
from audit.models import Event, Trail
from cases.models import Case
from office.services import who_looked
from people.models import ContactPoint
from tests import factories

MONDAY = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
PAGE = "office:who_looked"


@pytest.fixture
def staff(db):
    return factories.staff(factories.dover())


@pytest.fixture
def resident(staff):
    return factories.resident(staff.officer.provider, staff.officer, name="Rowan Resident")


def look(by, thing, at=MONDAY):
    """Somebody looks at something."""
    (event,) = looks.write([looks.Noted(thing)], by=by, at=at)
    return event


def asked(provider, **more):
    """Everything of that week."""
    return who_looked.Asked(provider, MONDAY.date(), MONDAY.date() + timedelta(days=6), **more)


def found(provider, **more):
    """What was unusual, by rule."""
    question = asked(provider, **more)
    return [(one.rule, one.said) for one in who_looked.unusual(question, who_looked.looks(question))]


def page(user, **query):
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        return client.get(reverse(PAGE), query)


def test_a_look_at_noon_is_not_unusual(staff, resident):
    look(staff.officer, resident)
    assert found(staff.officer.provider) == []


def test_more_than_thirty_things_in_an_hour(staff):
    class Thing:
        def __init__(self, number):
            self.trail = Trail(subjects.CASE, f"C-9{number:05}", staff.officer.provider.slug)

    things = [looks.Noted(Thing(number)) for number in range(who_looked.MANY)]
    looks.write(things, by=staff.officer, at=MONDAY)
    assert found(staff.officer.provider) == []
    looks.write([looks.Noted(Thing(who_looked.MANY))], by=staff.officer, at=MONDAY + timedelta(minutes=59))
    assert found(staff.officer.provider) == [(0, "looked at 31 things in the hour from 16 November 2026 at midday")]


@pytest.mark.parametrize("same", ["surname", "phone number", "e-mail address"])
def test_a_resident_who_may_be_the_readers_own(staff, resident, same):
    reader = staff.officer
    if same == "surname":
        reader.name = "Olive RÉSIDENT"
    elif same == "phone number":
        reader.phone = "01304 555 123"
        ContactPoint.objects.create(resident=resident, kind="phone", value="+441304555123")
    else:
        ContactPoint.objects.create(resident=resident, kind="email", value=reader.email.upper())
    reader.save()
    look(reader, resident)
    look(reader, resident, MONDAY + timedelta(minutes=30))
    look(staff.team_leader, resident)
    assert found(reader.provider) == [(1, f"looked at resident {resident.reference} 2 times: the same {same}")]


@pytest.mark.parametrize(
    ("at", "strikes"),
    [
        (datetime(2026, 11, 16, 6, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 16, 7, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 16, 18, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 16, 19, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 25, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 6, 6, 30, tzinfo=UTC), False),
    ],
)
def test_outside_working_hours_in_london(staff, resident, at, strikes):
    look(staff.officer, resident, at)
    question = who_looked.Asked(staff.officer.provider, at.date(), at.date())
    seen = who_looked.looks(question)
    assert [one.rule for one in who_looked.unusual(question, seen)] == [4] * strikes


@pytest.mark.slow
def test_a_closed_case(db, empty_queue):
    factories.town(MONDAY)
    case = Case.objects.filter(stage="closed").first()
    reader = case.provider.staff.get(email="amara@dover.example")
    look(reader, case, case.closed_at - timedelta(minutes=1))
    look(reader, case, case.closed_at + timedelta(minutes=20))
    question = who_looked.Asked(case.provider, None, (case.closed_at + timedelta(days=1)).date())
    rows = [one for one in who_looked.unusual(question, who_looked.looks(question)) if one.rule == 2]
    assert [one.said for one in rows] == [f"looked at case {case.reference} once, which was closed"]


def test_the_page_by_resident_reader_and_day(staff, resident):
    other = factories.resident(resident.provider, staff.officer, name="Somebody Else")
    look(staff.officer, resident)
    look(staff.team_leader, other)
    everything = page(staff.dpo)
    assert {one.resident for one in everything.context["page"]} == {resident.reference, other.reference}
    by_name = page(staff.dpo, resident="rowan", reader="")
    assert [one.by_ref for one in by_name.context["page"]] == [staff.officer.reference]
    by_reader = page(staff.dpo, resident="", reader=staff.team_leader.reference)
    assert [one.resident for one in by_reader.context["page"]] == [other.reference]
    days = {f"{end}_on_{part}": value for end in ("first", "last") for part, value in zip(
        ("day", "month", "year"), ("15", "11", "2026"), strict=True)}  # fmt: skip
    assert list(page(staff.dpo, resident="", reader="", **days).context["page"]) == []
    assert b"Nobody looked" in page(staff.dpo, resident="", reader="", **days).content


def test_a_name_that_several_have_is_asked_about(staff, resident):
    factories.resident(resident.provider, staff.officer, name="Rowan Other")
    answer = page(staff.dpo, resident="rowan", reader="")
    assert {one.name for one, _ in answer.context["meant"]} == {"Rowan Resident", "Rowan Other"}
    follow = page(staff.dpo, resident=resident.reference)
    assert follow.context["asked"].resident == resident
    assert b"No resident matches" in page(staff.dpo, resident="zzz").content


def test_this_look_is_itself_a_look_and_is_found_by_the_resident(staff, resident):
    page(staff.dpo, resident=resident.reference)
    (own,) = Event.objects.filter(verb="trail.looked_at")
    assert (own.by_ref, own.resident_ref) == (staff.dpo.reference, resident.reference)
    assert staff.dpo.reference in {one.by_ref for one in page(staff.dpo, resident=resident.reference).context["page"]}


def test_the_wrong_way_round_is_said_beside_the_day(staff):
    days = {"first_on_day": "2", "first_on_month": "11", "first_on_year": "2026",
            "last_on_day": "1", "last_on_month": "11", "last_on_year": "2026"}  # fmt: skip
    answer = page(staff.dpo, resident="", reader="", **days)
    assert b"The last day must be the first day or after it" in answer.content


@pytest.mark.parametrize("bad", ["\x00", "'" * 300, "R-999999", "%", "\U0001f600"])
def test_bad_input_is_a_page(staff, bad):
    assert page(staff.dpo, resident=bad.encode("utf-8", "replace").decode(), reader=bad[:1]).status_code == 200


def test_who_may(staff):
    for user in (staff.officer, staff.team_leader, staff.manager, staff.administrator, staff.front_line):
        assert page(user).status_code == 403
    elsewhere = factories.staff(factories.dover("elsewhere"))
    thing = factories.resident(staff.officer.provider, staff.officer)
    look(staff.officer, thing)
    assert list(page(elsewhere.dpo).context["page"]) == []
    assert page(elsewhere.dpo, resident=thing.reference).context["meant"] == []


@pytest.mark.parametrize("of", ["everybody", "a reader"])
def test_looks_are_found_by_an_index_of_looks(staff, of):
    """The very query: an index of some rows serves only whoever asks for just these, in just these words."""
    more = {"reader": staff.officer} if of == "a reader" else {}
    with CaptureQueriesContext(connection) as caught:
        who_looked.looks(asked(staff.officer.provider, **more))
    (query,) = caught.captured_queries
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {query['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "look_by_" in plan, plan


def test_as_many_queries_for_one_look_as_for_thirty(staff, resident):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            page(staff.dpo)
        return len(caught)

    look(staff.officer, resident)
    page(staff.dpo)
    few = queries()
    for number in range(30):
        other = factories.resident(resident.provider, staff.officer, name=f"Resident Number {number}")
        look(staff.colleague, other, MONDAY + timedelta(minutes=number))
    assert queries() == few
