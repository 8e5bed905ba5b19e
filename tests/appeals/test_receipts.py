"""A time to appeal that runs from the receipt of a letter stays open, asks, shows two readings, and is settled."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appeals.against import finding
from appeals.services import arrivals, timing, windows
from audit.models import Event
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Arrival, Letter
from office import services as office
from people import services as people
from people.access import NotPermitted
from policies import periods
from policies.periods import Period
from policies.rules import RuleBroken
from tests import factories, invented, pressing, quick
from tests.appeals.builders import lodge
from tests.factories import NOON
from tests.office.versions import TEXT
from tests.restrictions import builders
from tests.restrictions.builders import noon
from worklist.services import sweeping

pytestmark = pytest.mark.django_db
WINDOW = '"20 working days from decision [6.34]"'
TODAY = NOON.date()
NEXT = date(2026, 12, 21)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def world(window='"20 working days from letter received [6.34]"', clocks="") -> builders.World:
    """Dover's policy with a time to appeal that runs from the receipt of the letter."""
    assert WINDOW in TEXT
    text = TEXT.replace(WINDOW, window) + clocks
    provider = invented.running_on_text(text, slug="received")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    case = builders.warned_case(provider, staff, resident, at=NOON)
    return builders.World(provider, staff, resident, case, NOON)


def window() -> Deadline:
    return Deadline.objects.open().get(kind="appeal.window")


def task() -> Deadline | None:
    return Deadline.objects.open().filter(kind=kinds.LETTER_RECEIPT).first()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def said(letter: Letter, on: date, by, at=None):
    return arrivals.record(letter.pk, on=on, by=by, at=at or noon(max(on, NEXT)))


def test_it_stays_open_is_asked_for_and_is_settled_by_the_day():
    w = world()
    letter = builders.imposed(w).letter
    assert window().due_on is None and arrivals.awaiting().get() == window()
    sweeping.sweep(TODAY, at=NOON)
    assert task() is None, "it has only just gone"
    for _ in range(2):
        found = sweeping.sweep(NEXT, at=noon(NEXT))
    asked = task()
    assert not found.failed and asked.owner == letter.issued_by and asked.about == f"letter:{letter.reference}"
    assert kinds.of(asked.kind).plain == "The day on which a letter was received"
    assert Deadline.objects.filter(kind=kinds.LETTER_RECEIPT).count() == 1
    said(letter, NEXT, w.staff.officer)
    assert task() is None and window().due_on == date(2027, 1, 21)
    assert window().reckoning["from"] == "2026-12-21" and not arrivals.awaiting().exists()
    (event,) = Event.objects.filter(verb="letter.arrived")
    assert event.facts == {"on": "2026-12-21", "was": None}
    decided = finding.by_key(w.case, letter.about.partition(":")[2])
    assert timing.work_out(decided, received_on=date(2027, 1, 21)).in_time is True
    assert timing.work_out(decided, received_on=date(2027, 1, 22)).in_time is False


def test_where_the_policy_deems_receipt_nobody_is_asked_and_a_later_day_gives_longer():
    w = world(clocks='\n[clocks]\ndeemed = "2 working days from letter sent [6.15]"\n')
    letter = builders.imposed(w).letter
    assert window().due_on == date(2027, 1, 22)
    sweeping.sweep(NEXT, at=noon(NEXT))
    assert task() is None
    said(letter, NEXT, w.staff.officer)
    assert window().due_on == date(2027, 1, 22), "what was deemed is never cut short"
    said(letter, date(2026, 12, 29), w.staff.officer)
    assert window().due_on == date(2027, 1, 27)


def test_a_time_from_the_decision_asks_nobody():
    w = world(window=WINDOW)
    builders.imposed(w)
    assert not arrivals.awaiting().exists()
    sweeping.sweep(NEXT, at=noon(NEXT))
    assert task() is None


def test_both_readings_are_shown_until_it_is_settled(clock):
    w = world()
    letter = builders.imposed(w).letter
    clock.move_to(noon(NEXT))
    client = signed_in(w.staff.officer)
    tab = reverse("appeals:of_case", args=[w.case.reference])
    here = reverse("appeals:received", args=[letter.reference])
    shown = client.get(tab).content.decode()
    assert "until 20 January 2027 if received on the day of its date" in shown
    assert "until 22 January 2027 if received by post two working days later" in shown and here in shown
    page = client.get(here).content.decode()
    assert "Wednesday 20 January 2027" in page and "Friday 22 January 2027" in page
    assert here in client.get(reverse("letters:view", args=[letter.reference])).content.decode()
    typed = {"received_on_day": "21", "received_on_month": "12", "received_on_year": "2026"}
    assert pressing.press(client, here, typed).url == tab
    shown = client.get(tab).content.decode()
    assert "In time until Thursday 21 January 2027" in shown and "which is not recorded" not in shown
    assert "21 December 2026" in client.get(reverse("letters:view", args=[letter.reference])).content.decode()


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (("17", "12", "2026"), "must be on or after the date of the letter, 18 December 2026"),
        (("19", "12", "2026"), "must be today or in the past"),
        (("", "", ""), "Enter when it was received"),
        (("31", "2", "2027"), "must be a real date"),
    ],
)
def test_every_error_says_what_is_wrong_and_keeps_what_was_typed(day, words):
    w = world()
    letter = builders.imposed(w).letter
    here = reverse("appeals:received", args=[letter.reference])
    typed = dict(zip(("received_on_day", "received_on_month", "received_on_year"), day, strict=True))
    page = pressing.press(signed_in(w.staff.officer), here, typed).content.decode()
    assert words in page and "There is a problem" in page and not Arrival.objects.exists()
    assert not day[2] or f'value="{day[2]}"' in page


def test_who_records_it_and_of_what():
    w = world()
    letter = builders.imposed(w).letter
    for other in (w.staff.front_line, w.staff.dpo, w.staff.contractor, w.staff.administrator):
        with pytest.raises(NotPermitted):
            said(letter, NEXT, other)
    with pytest.raises(NotPermitted):
        said(letter, NEXT, factories.staff(factories.dover("elsewhere")).manager)
    draft = Letter.objects.create(
        provider=w.provider, resident=w.resident, reference="L-900001", kind="warning", about="case:x", facts={},
        drafted_by=w.staff.officer, drafted_at=NOON,
    )  # fmt: skip
    with pytest.raises(TransitionNotAllowed, match="was not issued"):
        said(draft, NEXT, w.staff.officer)
    with pytest.raises(RuleBroken, match="Enter when"):
        arrivals.record(letter.pk, on=None, by=w.staff.officer, at=NOON)


def test_an_appeal_that_comes_ends_the_asking():
    w = world()
    restriction = builders.imposed(w)
    sweeping.sweep(NEXT, at=noon(NEXT))
    assert task()
    lodge(w, restriction, on=NEXT, at=noon(NEXT))
    assert task() is None


def test_a_slip_is_put_right_and_both_days_stay_known():
    w = world()
    letter = builders.imposed(w).letter
    said(letter, NEXT, w.staff.officer)
    said(letter, date(2026, 12, 22), w.staff.colleague)
    said(letter, date(2026, 12, 22), w.staff.colleague)
    assert Arrival.objects.get().on == date(2026, 12, 22) and window().due_on == date(2027, 1, 22)
    assert [one.facts["was"] for one in Event.objects.filter(verb="letter.arrived").order_by("pk")] == [
        None, "2026-12-21",
    ]  # fmt: skip


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=quick.examples(10, 300), deadline=None
)
@given(days=st.lists(st.integers(0, 40), min_size=1, max_size=4))
def test_whatever_is_recorded_the_last_day_is_counted_from_the_latest(days):
    with transaction.atomic():
        w = world()
        letter = builders.imposed(w).letter
        calendar = deadlines.calendar_for(w.provider)
        latest = None
        for after in days:
            on = TODAY + timedelta(days=after)
            said(letter, on, w.staff.officer, at=noon(TODAY + timedelta(days=60)))
            counted = periods.add(Period(20, "working days"), on, calendar)
            latest = max(latest or counted, counted)
            assert window().due_on == latest
        transaction.set_rollback(True)


def test_the_tab_asks_for_arrivals_once_however_many_decisions():
    w = world()
    builders.imposed(w)
    decisions = finding.in_case(w.case)
    calendar = deadlines.calendar_for(w.provider)
    covered = [one for one in decisions if one.restriction]
    windows.of(covered, calendar)  # the policy of the case is read once
    counts = []
    for some in (covered, covered * 30):
        with CaptureQueriesContext(connection) as asked:
            windows.of(some, calendar)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_case_that_moves_keeps_the_day_of_receipt():
    w = world()
    letter = builders.imposed(w).letter
    said(letter, NEXT, w.staff.officer)
    held = w.provider.policy_versions.get()
    text = held.text.replace("effective = 2024-10-07", "effective = 2026-12-01")
    text = text.replace("20 working days from letter", "30 working days from letter")
    version = people.adopt_policy(w.provider, text=text, by_name="Head of Housing", at=NOON)
    office.move_case(w.case.pk, Said("It is fairer."), to=version.pk, by=w.staff.manager, at=noon(NEXT))
    assert window().due_on == date(2027, 2, 4) and window().reckoning["from"] == "2026-12-21"


@pytest.mark.parametrize("now", ["10 working days", "30 working days"])
def test_a_case_waits_for_the_receipt_where_the_newer_version_counts_otherwise(now):
    w = world()
    letter = builders.imposed(w).letter
    held = w.provider.policy_versions.get()
    text = held.text.replace("effective = 2024-10-07", "effective = 2026-12-01")
    same = people.adopt_policy(w.provider, text=text, by_name="Head of Housing", at=NOON)
    text = text.replace("effective = 2026-12-01", "effective = 2026-12-02").replace("20 working days", now)
    other = people.adopt_policy(w.provider, text=text, by_name="Head of Housing", at=NOON)
    how = {"said": Said("It is fairer."), "by": w.staff.manager, "at": noon(NEXT)}
    office.move_case(w.case.pk, to=same.pk, **how)
    with pytest.raises(RuleBroken, match="Record when it was received first"):
        office.move_case(w.case.pk, to=other.pk, **how)
    said(letter, NEXT, w.staff.officer)
    office.move_case(w.case.pk, to=other.pk, **how)
    assert window().due_on >= date(2027, 1, 21)
    decided = finding.by_key(builders.Case.objects.get(pk=w.case.pk), letter.about.partition(":")[2])
    assert timing.work_out(decided, received_on=date(2027, 1, 21)).in_time is True


def test_the_readings_that_a_letter_told_are_kept_when_a_newer_version_settles_a_shorter_one():
    w = world(window='"28 days from decision [6.34]"')
    letter = builders.imposed(w).letter
    assert window().due_on is None and window().reckoning["readings"]
    held = w.provider.policy_versions.get()
    text = held.text.replace("effective = 2024-10-07", "effective = 2026-12-01").replace("28 days", "28 calendar days")
    version = people.adopt_policy(w.provider, text=text, by_name="Head of Housing", at=NOON)
    how = {"said": Said("It is settled."), "by": w.staff.manager, "at": noon(NEXT)}
    office.move_case(w.case.pk, to=version.pk, **how)
    decided = finding.by_key(builders.Case.objects.get(pk=w.case.pk), letter.about.partition(":")[2])
    assert timing.work_out(decided, received_on=date(2027, 1, 20)).in_time is None, (
        "a letter explained working days too"
    )
