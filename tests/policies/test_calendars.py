"""Working days of the four nations, against what the government published and against an obvious count."""

import json
import pickle
from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.calendars import NATIONS, Calendar, NotCovered, days_after

CALENDARS = {nation: Calendar.of(nation, 2020, 2035) for nation in NATIONS}
nations = st.sampled_from(sorted(NATIONS))
days = st.dates(date(2020, 1, 1), date(2034, 12, 31))

# Days on which the two sources differ, and which of them is right.
LACKING_IN_GOVUK = {("scotland", date(2026, 6, 15))}  # the World Cup holiday, proclaimed after its file was made


def published() -> dict[str, dict[date, str]]:
    """The days that GOV.UK published, from the file that comes with the `govuk-bank-holidays` package: no network."""
    file = resources.files("govuk_bank_holidays").joinpath("bank-holidays.json")
    divisions = json.loads(file.read_text(encoding="utf-8"))
    named = {"england-and-wales": ("england", "wales"), "scotland": ("scotland",)}
    named["northern-ireland"] = ("northern ireland",)
    return {
        nation: {date.fromisoformat(event["date"]): event["title"] for event in divisions[division]["events"]}
        for division, those in named.items()
        for nation in those
    }


@pytest.mark.parametrize("nation", NATIONS)
def test_holidays_are_those_that_the_government_published(nation: str) -> None:
    theirs = published()[nation]
    years = range(max(2020, min(theirs).year), max(theirs).year + 1)
    calendar = CALENDARS[nation]
    ours = {day for day in calendar.holidays if day.year in years and day.weekday() < 5}
    expected = {day for day in theirs if day.year in years and day.weekday() < 5}
    missing = {day for there, day in LACKING_IN_GOVUK if there == nation}
    assert ours - missing == expected
    assert missing <= ours
    assert len(years) >= 6


@pytest.mark.parametrize(
    ("nation", "day", "off"),
    [
        ("scotland", date(2026, 1, 2), True),
        ("england", date(2026, 1, 2), False),
        ("scotland", date(2026, 4, 6), False),  # no Easter Monday
        ("england", date(2026, 4, 6), True),
        ("scotland", date(2026, 8, 3), True),
        ("scotland", date(2026, 8, 31), False),
        ("scotland", date(2026, 11, 30), True),
        ("scotland", date(2026, 6, 15), True),
        ("england", date(2026, 6, 15), False),
        ("northern ireland", date(2026, 3, 17), True),
        ("northern ireland", date(2026, 7, 13), True),
        ("wales", date(2026, 3, 17), False),
        ("wales", date(2026, 12, 28), True),
    ],
)
def test_each_nation_keeps_its_own_days(nation: str, day: date, off: bool) -> None:
    assert CALENDARS[nation].is_working_day(day) is not off


def test_a_substitute_day_is_named_as_one() -> None:
    assert CALENDARS["england"].why_off(date(2026, 12, 28)) == "Boxing Day (substitute day)"


def test_a_date_outside_of_what_is_covered_is_never_guessed() -> None:
    calendar = Calendar.of("england", 2026, 2026)
    with pytest.raises(NotCovered, match="known from 2026 to 2026, not for 1 January 2027"):
        calendar.is_working_day(date(2027, 1, 1))
    with pytest.raises(NotCovered):
        calendar.add_working_days(date(2026, 12, 30), 5)
    with pytest.raises(NotCovered):
        calendar.add_working_days(date(2025, 12, 30), 0)


def test_a_calendar_refuses_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="not a nation"):
        Calendar.of("cornwall", 2026, 2026)
    with pytest.raises(ValueError, match="cannot cover"):
        Calendar("england", {}, (date(2026, 1, 2), date(2026, 1, 1)))
    with pytest.raises(ValueError, match="outside of"):
        Calendar("england", {date(2027, 1, 1): "New Year"}, (date(2026, 1, 1), date(2026, 12, 31)))
    with pytest.raises(ValueError, match="forwards"):
        CALENDARS["england"].add_working_days(date(2026, 1, 5), -1)


def test_a_provider_may_correct_the_days() -> None:
    calendar = CALENDARS["england"]
    changed = calendar.corrected(added={date(2026, 12, 24): "Offices closed"}, removed=[date(2026, 12, 28)])
    assert changed.why_off(date(2026, 12, 24)) == "Offices closed"
    assert changed.is_working_day(date(2026, 12, 28))
    assert not calendar.is_working_day(date(2026, 12, 28)), "the calendar itself is not changed"


def test_a_calendar_can_be_kept_in_a_cache() -> None:
    assert pickle.loads(pickle.dumps(CALENDARS["scotland"])) == CALENDARS["scotland"]


@given(nations, days, st.integers(0, 120))
def test_working_days_are_those_of_a_slow_and_obvious_count(nation: str, start: date, count: int) -> None:
    calendar, day, left = CALENDARS[nation], start, count
    while left > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in calendar.holidays:
            left -= 1
    assert calendar.add_working_days(start, count) == day


@given(nations, days, st.integers(1, 120))
def test_a_count_never_lands_on_a_day_off_and_can_be_undone(nation: str, start: date, count: int) -> None:
    calendar = CALENDARS[nation]
    due = calendar.add_working_days(start, count)
    assert calendar.is_working_day(due)
    assert calendar.working_days_between(start, due) == count
    assert calendar.add_working_days(start, count - 1) < due
    assert (due - start).days == count + len(calendar.days_off(start, due))


@given(nations, days, st.integers(0, 60), st.integers(0, 14))
def test_a_later_start_is_never_due_sooner(nation: str, start: date, count: int, later: int) -> None:
    calendar = CALENDARS[nation]
    assert calendar.add_working_days(start, count) <= calendar.add_working_days(start + timedelta(days=later), count)


@given(nations, days)
def test_the_next_working_day_skips_days_off_only(nation: str, day: date) -> None:
    calendar = CALENDARS[nation]
    found = calendar.next_working_day(day)
    assert calendar.is_working_day(found)
    assert not any(
        calendar.is_working_day(off) for off in days_after(day - timedelta(days=1), found - timedelta(days=1))
    )
    assert calendar.previous_working_day(found) == found
