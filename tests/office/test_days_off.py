"""The days off on screen: every date that moves is shown before it moves, and nothing typed is lost."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from deadlines import services as deadlines
from deadlines.models import Deadline, Holiday
from deadlines.services import days_off
from office.views.days_off import afterwards
from policies import clocks
from tests import factories
from tests.office.test_index import OTHERS, signed_in
from tests.pressing import check, decide, press, seal_of

TODAY = date(2026, 12, 18)
NOON = datetime(2026, 12, 18, 12, tzinfo=UTC)
TABLE, ADD = "/office/days-off/", "/office/days-off/add/"
REMOVE = "/office/days-off/2026-12-25/remove/"
WHY = "We are open."


@pytest.fixture(autouse=True)
def december():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def staff(provider):
    return factories.staff(provider)


@pytest.fixture
def client(staff) -> Client:
    return signed_in(staff.administrator)


def put(provider, number=1, told=False) -> Deadline:
    """A window to appeal that ends on 20 January 2027."""
    policy = provider.policy_version_on(TODAY).policy
    window = clocks.work_out(policy, "appeal.window", {"decision": TODAY}, deadlines.calendar_for(provider))
    about = factories.about(f"restriction:X-{number:06d}", provider, case=f"C-{number:06d}")
    return deadlines.set("appeal.window", about, due=window, told=told, at=NOON)


def typed(first="24 12 2026", last="", name="Offices closed", **more) -> dict[str, str]:
    boxes = ("day", "month", "year")
    days = {"first_on": first.split() or [""] * 3, "last_on": last.split() or [""] * 3}
    return {f"{field}_{box}": part for field, parts in days.items() for box, part in zip(boxes, parts, strict=True)} | {
        "name": name,
        **more,
    }


def shown(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_closure_is_looked_at_then_added_and_kept_on_record(client, provider, staff):
    deadline = put(provider)
    asked = typed(last="1 1 2027")
    checked = check(client, ADD, asked)
    page = shown(checked)
    assert checked.status_code == 200 and "Check before you add" in page
    assert "1 date moves" in page and "Wednesday 20 January 2027" in page and "Tuesday 26 January 2027" in page
    assert "29 December, Offices closed" in page and "X-000001, case C-000001" in page
    assert "Thursday 24 December 2026; Tuesday 29 December 2026 to Thursday 31 December 2026" in page
    assert "weekends; 25 December 2026, Christmas Day; 28 December 2026, Boxing Day (substitute day)" in page
    assert Deadline.objects.get(pk=deadline.pk).due_on == date(2027, 1, 20)
    done = press(client, ADD, on=checked, follow=True)
    event = Event.objects.get(verb="holiday.added")
    assert done.redirect_chain == [(reverse("office:days_off_correction", args=[event.pk]), 302)]
    assert "1 date moved" in shown(done) and "Ada Office" in shown(done) and "26 January 2027" in shown(done)
    assert Deadline.objects.get(pk=deadline.pk).due_on == date(2027, 1, 26)
    table = shown(client.get(TABLE))
    assert "Added: Offices closed" in table and "4 days, 1 date moved" in table
    assert "Added by the office" in table and "On a Saturday, so it changes no date" in table


def test_a_day_is_removed_with_a_reason_and_what_was_told_stays(client, provider):
    put(provider)
    put(provider, 2, told=True)
    opened = client.get(REMOVE)
    page = shown(opened)
    assert "1 date moves" in page and "Tuesday 19 January 2027" in page
    assert "1 date stays as told" in page and "Stays on Wednesday 20 January 2027" in page
    done = press(client, REMOVE, {"reason": WHY}, on=opened, follow=True)
    assert "Removed from the days off" in shown(done) and WHY in shown(done)
    assert "1 date stayed as a letter had told it" in shown(done)
    assert not Holiday.objects.filter(provider=provider, on=date(2026, 12, 25)).exists()
    assert [one.due_on.day for one in Deadline.objects.order_by("pk")] == [19, 20]


def test_what_has_changed_since_it_was_shown_is_not_done(client, provider, staff):
    checked = check(client, ADD, typed())
    put(provider)
    changed = press(client, ADD, on=checked)
    assert changed.status_code == 409 and "<li>the dates that move</li>" in shown(changed)
    assert not Holiday.objects.filter(own=True).exists()
    again = press(client, ADD, on=changed, button="change")
    assert 'value="Offices closed"' in shown(again)
    checked = check(client, ADD, typed(), on=again)
    assert "1 date moves" in shown(checked) and press(client, ADD, on=checked).status_code == 302
    opened = client.get(REMOVE)
    closed = {"first_on": date(2026, 12, 31), "last_on": None, "name": "Closed"}
    days_off.add(provider, **closed, by=factories.working_as(provider, "administrator", name="Bo Office"), at=NOON)
    changed = press(client, REMOVE, {"reason": WHY}, on=opened)
    assert changed.status_code == 409 and "Bo Office added days off on 18 December 2026 at midday." in shown(changed)
    assert WHY in shown(press(client, REMOVE, on=changed, button="change"))
    assert Holiday.objects.filter(provider=provider, on=date(2026, 12, 25)).exists()


def test_a_second_press_leads_to_what_the_first_did(client, provider, staff):
    add, remove = check(client, ADD, typed()), client.get(REMOVE)
    assert press(client, ADD, on=add).url == press(client, ADD, on=add).url
    remove = client.get(REMOVE)
    first = press(client, REMOVE, {"reason": WHY}, on=remove)
    assert press(client, REMOVE, {"reason": WHY}, on=remove).url == first.url
    assert Event.objects.filter(verb__startswith="holiday.").count() == 2
    bo = factories.working_as(provider, "administrator", name="Bo Office")
    other = signed_in(bo)
    refused = press(other, REMOVE, {"reason": WHY}, on=remove)
    assert refused.status_code == 409 and "Ada Office removed Christmas Day, 25 December 2026, on 18" in shown(refused)
    assert other.get(REMOVE).status_code == 409
    assert "a day off already: Offices closed" in shown(check(other, ADD, typed()))


WRONG = {
    "past": (typed("17 12 2026"), "The day must be today or in the future"),
    "sunday": (typed("20 12 2026"), "20 December 2026 is a day off already: Sunday"),
    "twice": (typed("25 12 2026"), "25 December 2026 is a day off already: Christmas Day"),
    "beyond": (typed("2 1 2036"), "The day must be from 2020 to 2035"),
    "last_beyond": (typed("27 12 2035", "2 1 2036"), "The last day must be from 2020 to 2035"),
    "backwards": (typed("24 12 2026", "23 12 2026"), "The last day must be on or after 24 December 2026"),
    "long": (typed("24 12 2026", "24 12 2027"), "A closure must be 62 days or fewer"),
    "unreal": (typed("31 2 2027"), "The day off must be a real date"),
    "nothing": (typed("", name=""), "Enter what the day or the closure is called"),
    "half": (typed("24 12 2026", "1 1 27"), "must have a year in 4 figures"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("button", ["check", "do"])
def test_every_error_says_what_is_wrong_and_keeps_what_was_typed(client, provider, wrong, button):
    asked, words = WRONG[wrong]
    page = press(client, ADD, asked, button=button)
    assert words in shown(page) and "There is a problem" in shown(page)
    for name, value in asked.items():
        assert not value or re.search(rf'name="{name}"[^>]*value="{value}"', shown(page)), name
    assert not Holiday.objects.filter(own=True).exists()


def test_change_something_gives_everything_back(client):
    asked = typed(last="1 1 2027", name='Closed & "quiet"')
    page = press(client, ADD, on=check(client, ADD, asked), button="change")
    assert page.status_code == 200 and "There is a problem" not in shown(page)
    assert page.context["form"].initial["name"] == 'Closed & "quiet"'
    assert re.search(r'name="last_on_year"[^>]*value="2027"', shown(page))


def test_removing_without_a_reason_and_a_day_that_is_past(client, provider):
    refused = press(client, REMOVE, {"reason": " "})
    assert "Enter why it is not a day off" in shown(refused)
    past = client.get("/office/days-off/2026-05-25/remove/")
    assert past.status_code == 409 and "A day that is past stays" in shown(past)
    table = shown(client.get(TABLE))
    assert "2026-12-25/remove/" in table and "2026-05-25/remove/" not in table
    for nothing in ("2026-12-24", "yesterday", "2026-02-31"):
        assert client.get(f"/office/days-off/{nothing}/remove/").status_code == 404


def test_a_closure_is_removed_as_a_whole_from_the_table_or_from_one_of_its_days(client, provider):
    put(provider)
    decide(client, ADD, typed(last="31 12 2026"))
    table = shown(client.get(TABLE))
    assert table.count("?closure=yes") == 1 and "2026-12-24/remove/?closure=yes" in table
    one = shown(client.get("/office/days-off/2026-12-30/remove/"))
    assert "a closure of which 4 days stand" in one and "2026-12-30/remove/?closure=yes" in one
    here = "/office/days-off/2026-12-30/remove/?closure=yes"
    opened = client.get(here)
    whole = shown(opened)
    assert "Remove a closure" in whole and "1 date moves" in whole and "Each of these 4 days" in whole
    wrong = shown(press(client, here, {"reason": " "}, on=opened))
    assert "Enter why it is not a day off" in wrong and Holiday.objects.filter(own=True).count() == 4
    for _ in range(2):
        done = press(client, here, {"reason": WHY}, on=opened, follow=True)
        assert "Removed from the days off" in shown(done) and "1 date moved" in shown(done)
    assert not Holiday.objects.filter(own=True).exists()
    assert Event.objects.filter(verb="holiday.removed").count() == 1
    assert client.get("/office/days-off/2026-12-25/remove/?closure=yes").status_code == 409


@pytest.mark.parametrize(("asked", "year"), [("", 2026), ("2027", 2027), ("1999", 2020), ("2040", 2035), ("x", 2026)])
def test_the_table_is_read_by_year(client, asked, year):
    page = shown(client.get(TABLE, {"year": asked}))
    assert f"Days off in {year}" in page and f"25 December {year}" in page
    assert ("Earlier:" in page, "Later:" in page) == (year > 2020, year < 2035)


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_sees_or_corrects_them(staff, provider, who):
    other = signed_in(getattr(staff, who))
    for answer in (other.get(TABLE), other.get(ADD), other.post(ADD, typed(do="do")), other.get(REMOVE)):
        assert answer.status_code == 403


def test_another_providers_table_and_record_are_its_own(client, provider):
    elsewhere = factories.dover("elsewhere")
    there = factories.staff(elsewhere).administrator
    closed = {"first_on": date(2026, 12, 24), "last_on": None, "name": "Closed elsewhere"}
    seen = seal_of(days_off.adding(elsewhere, **closed, today=TODAY))
    days_off.add(elsewhere, **closed, seen=seen, by=there, at=NOON)
    event = Event.objects.get(verb="holiday.added")
    assert "Closed elsewhere" not in shown(client.get(TABLE))
    assert client.get(reverse("office:days_off_correction", args=[event.pk])).status_code == 404
    assert client.get("/office/days-off/2026-12-24/remove/").status_code == 404


def queries(client, *calls) -> list[int]:
    counts = []
    for call in calls:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert call(client).status_code == 200
        counts.append(len(asked))
    return counts


def test_as_many_look_ups_for_one_row_as_for_thirty(client, provider, staff):
    def correct(day: date) -> None:
        closed = {"first_on": day, "last_on": None, "name": "Closed"}
        seen = seal_of(days_off.adding(provider, **closed, today=TODAY))
        days_off.add(provider, **closed, seen=seen, by=staff.administrator, at=NOON)

    def corrections(browser):
        return browser.get(
            reverse("office:days_off_correction", args=[Event.objects.filter(verb="holiday.added").latest("pk").pk])
        )

    pages = (lambda c: c.get(TABLE), lambda c: check(c, ADD, typed("31 12 2026")), lambda c: c.get(REMOVE), corrections)
    put(provider)
    correct(date(2026, 12, 24))
    client.get(TABLE)
    one = queries(client, *pages)
    for number in range(2, 32):
        put(provider, number)
    for more in range(8):
        correct(date(2027, 1, 4) + timedelta(days=more if more < 5 else more + 2))
    assert queries(client, *pages) == one


@pytest.mark.slow
def test_two_thousand_dates_are_counted_and_the_first_fifty_shown(client, provider):
    first = put(provider)
    rows = [
        Deadline(
            provider=provider, kind=first.kind, about=f"restriction:X-{number:06d}", title=first.title,
            due_on=first.due_on, reckoning=first.reckoning, set_at=NOON,
        )
        for number in range(2, 2001)
    ]  # fmt: skip
    Deadline.objects.bulk_create(rows)
    checked = check(client, ADD, typed())
    page = shown(checked)
    assert "2000 dates move" in page and "1950 more follow, the last on 20 January 2027" in page
    assert page.count("evenhand-rows__main") == 50
    done = press(client, ADD, on=checked, follow=True)
    assert "2000 dates moved" in shown(done) and shown(done).count("evenhand-rows__main") == 50
    assert set(Deadline.objects.values_list("due_on", flat=True)) == {date(2027, 1, 21)}


@pytest.mark.parametrize(
    ("day", "of_a_closure", "words"),
    [
        (date(2026, 12, 24), 0, "Thursday 24 December 2026 counts as a working day."),
        (date(2026, 12, 26), 0, "Saturday 26 December 2026 counts as a Saturday, as before."),
        (date(2026, 12, 24), 3, "Each of these 3 days counts as a working day."),
    ],
)
def test_what_a_day_is_once_it_is_removed(day, of_a_closure, words):
    assert afterwards(day, of_a_closure) == words
