"""What a letter told about an appeal stays true when days off are corrected afterwards."""

from datetime import date, timedelta

import pytest

from appeals.against import finding
from appeals.against.appealable import Appealable
from appeals.services import timing
from deadlines.models import Deadline
from deadlines.services import days_off
from decisions.services import Said
from policies import shelf
from restrictions.services import deciding_reviews
from restrictions.services.planning_reviews import Conclusion
from tests import factories, five
from tests.appeals.builders import (
    ANSWER_BY,
    DECIDED,
    LAST_DAY,
    RECEIVED,
    letter_of,
    lodge,
    now,
    restricted,
    restricted_on,
    warned,
)
from tests.appeals.test_any_decision import restrictions_reviewers, review_before_the_end
from tests.factories import NOON
from tests.pressing import seal_of
from tests.restrictions.builders import noon

CHRISTMAS = date(2026, 12, 25)


@pytest.fixture
def world(db):
    return restricted()


def remove(w, on: date, today: date = DECIDED) -> days_off.Correction:
    seen = seal_of(days_off.removing(w.provider, on=on, today=today))
    return days_off.remove(w.provider, on=on, reason="Open.", seen=seen, by=w.staff.administrator, at=noon(today))


def add(w, on: date, today: date = DECIDED) -> days_off.Correction:
    seen = seal_of(days_off.adding(w.provider, first_on=on, last_on=None, name="Closed", today=today))
    return days_off.add(
        w.provider, first_on=on, last_on=None, name="Closed", seen=seen, by=w.staff.administrator, at=noon(today)
    )


def test_an_appeal_on_the_day_that_the_letter_gave_is_in_time_though_the_count_is_shorter_now(world):
    w, restriction = world
    done = remove(w, CHRISTMAS)
    assert [one.deadline.kind for one in done.stays] == ["appeal.window"]
    found = timing.work_out(finding.of_restriction(restriction), received_on=LAST_DAY)
    assert (found.in_time, found.window.due) == (True, LAST_DAY)
    assert "a letter gave 20 January 2027" in found.window.explain()
    assert timing.work_out(finding.of_restriction(restriction), received_on=date(2027, 1, 21)).in_time is False
    assert lodge(w, restriction, on=LAST_DAY).window.due == LAST_DAY


def test_a_closure_makes_the_window_longer_for_the_worklist_and_for_the_appeal_alike(world):
    w, restriction = world
    add(w, date(2026, 12, 24))
    assert Deadline.objects.get(kind="appeal.window").due_on == date(2027, 1, 21)
    assert timing.work_out(finding.of_restriction(restriction), received_on=date(2027, 1, 21)).in_time is True


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


# Windows of warnings and reviews, and days that the policy leaves open

BY_WORKING_DAYS = '28 days from decision [4.2]"', '20 working days from decision [4.2]"'


@pytest.fixture
def by_working_days(db, monkeypatch, tmp_path) -> str:
    """A policy, by the name of its folder, under which any decision can be appealed within 20 working days."""
    text = shelf.builtin()[five.NORTHAMPTON][-1].read_text(encoding="utf-8")
    assert BY_WORKING_DAYS[0] in text
    folder = tmp_path / "data" / "northampton-working-days"
    folder.mkdir(parents=True)
    (folder / "2026-09-01.toml").write_text(text.replace(*BY_WORKING_DAYS), encoding="utf-8")
    (folder / "local.toml").write_text(shelf.local_rules(five.NORTHAMPTON), encoding="utf-8")
    monkeypatch.setattr(shelf, "DATA", tmp_path / "data")
    return folder.name


@pytest.fixture
def warned_by_working_days(by_working_days):
    """A warning letter that was issued under it on 28 November 2026."""
    return warned(by_working_days)


def found_for(w, key: str) -> Appealable:
    return finding.by_key(now(w), key)


def test_the_window_that_a_warning_letter_names_never_becomes_shorter(warned_by_working_days):
    w = warned_by_working_days
    letter = letter_of(w).paper
    window = Deadline.objects.open().get(kind="appeal.window", about=f"warning:{letter.reference}")
    until = date.fromisoformat(letter.facts["appeal"]["until"])
    assert window.reckoning["told_on"] == str(until) == str(window.due_on)
    remove(w, CHRISTMAS)
    window.refresh_from_db()
    assert window.due_on == until == timing.work_out(found_for(w, letter.reference), received_on=until).window.due
    assert timing.work_out(found_for(w, letter.reference), received_on=until).in_time is True


@pytest.mark.usefixtures("warned_by_working_days")
def test_what_was_said_and_not_written_gives_no_day_that_would_stay():
    spoken = Deadline.objects.get(kind="appeal.window", about__startswith="initial:")
    assert spoken.due_on and "told_on" not in spoken.reckoning


def test_the_window_that_the_letter_of_a_review_names_is_kept_as_told(by_working_days):
    w, restriction = restricted_on(by_working_days)
    review = review_before_the_end(w, restriction)
    reviewer = factories.person(w.provider, restrictions_reviewers(restriction)[0], name="Rolf Reviewer")
    deciding_reviews.decide_review(
        review.pk,
        Said("He rang twice.", considered="Lifting it."),
        Conclusion("keep", evidence="Calls."),
        by=reviewer,
        at=NOON + timedelta(days=2),
    )
    window = Deadline.objects.get(kind="appeal.window", about=f"review:{review.reference}")
    assert window.reckoning["told_on"] == str(window.due_on)


def test_each_reading_of_a_day_that_is_left_open_stays_as_the_letter_explained_it(db):
    w = warned()
    key = letter_of(w).paper.reference
    before = timing.work_out(found_for(w, key), received_on=DECIDED).window
    assert before.due is None and len(before.readings) > 1
    last = max(day for day in before.readings.values() if day)
    remove(w, CHRISTMAS)
    after = timing.work_out(found_for(w, key), received_on=last)
    assert after.window.readings == before.readings and after.in_time is None
