"""What a letter told about an appeal stays true when days off are corrected afterwards."""

from datetime import date

import pytest

from appeals.services import timing
from deadlines.models import Deadline
from deadlines.services import days_off
from tests.appeals.builders import ANSWER_BY, DECIDED, LAST_DAY, RECEIVED, lodge, restricted
from tests.restrictions.builders import noon

CHRISTMAS = date(2026, 12, 25)


@pytest.fixture
def world(db):
    return restricted()


def remove(w, on: date, today: date = DECIDED) -> days_off.Correction:
    seen = days_off.removing(w.provider, on=on, today=today).seal
    return days_off.remove(w.provider, on=on, reason="Open.", seen=seen, by=w.staff.administrator, at=noon(today))


def add(w, on: date, today: date = DECIDED) -> days_off.Correction:
    seen = days_off.adding(w.provider, first_on=on, last_on=None, name="Closed", today=today).seal
    return days_off.add(
        w.provider, first_on=on, last_on=None, name="Closed", seen=seen, by=w.staff.administrator, at=noon(today)
    )


def test_an_appeal_on_the_day_that_the_letter_gave_is_in_time_though_the_count_is_shorter_now(world):
    w, restriction = world
    done = remove(w, CHRISTMAS)
    assert [one.deadline.kind for one in done.stays] == ["appeal.window"]
    found = timing.timing(restriction, received_on=LAST_DAY)
    assert (found.in_time, found.window.due) == (True, LAST_DAY)
    assert "a letter gave 20 January 2027" in found.window.explain()
    assert timing.timing(restriction, received_on=date(2027, 1, 21)).in_time is False
    assert lodge(w, restriction, on=LAST_DAY).window.due == LAST_DAY


def test_a_closure_makes_the_window_longer_for_the_worklist_and_for_the_appeal_alike(world):
    w, restriction = world
    add(w, date(2026, 12, 24))
    assert Deadline.objects.get(kind="appeal.window").due_on == date(2027, 1, 21)
    assert timing.timing(restriction, received_on=date(2027, 1, 21)).in_time is True


def test_the_answer_that_the_acknowledgement_promised_stays_on_its_day(world):
    w, restriction = world
    appeal = lodge(w, restriction)
    done = add(w, date(2027, 1, 11), today=RECEIVED)
    assert ("appeal.decide", ANSWER_BY) in [(one.deadline.kind, one.now) for one in done.stays]
    assert Deadline.objects.get(kind="appeal.decide").due_on == appeal.response.due == ANSWER_BY


def test_every_date_of_the_letter_of_a_restriction_is_kept_as_told(world):
    w, restriction = world
    told = Deadline.objects.open().filter(reckoning__told_on__isnull=False).order_by("kind")
    assert [one.kind for one in told] == ["appeal.window", "review.at_end"]
    assert {one.reckoning["told_on"] for one in told} == {str(one.due_on) for one in told}
    assert restriction.letter.facts["review_on"] == str(told[1].due_on)
    assert restriction.letter.facts["appeal"]["until"] == str(told[0].due_on)
