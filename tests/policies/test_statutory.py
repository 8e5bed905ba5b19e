"""Dates that the law sets, worked by hand."""

from datetime import date

import pytest

from policies import statutory
from policies.calendars import Calendar

ENGLAND = Calendar.of("england", 2020, 2035)
DECIDED = date(2026, 12, 18)


@pytest.mark.parametrize(
    ("received", "due"),
    [(date(2027, 1, 31), date(2027, 3, 1)), (date(2026, 11, 25), date(2026, 12, 29)), (DECIDED, date(2027, 1, 18))],
)
def test_a_subject_access_request_is_answered_in_a_month_or_the_next_working_day(received: date, due: date) -> None:
    assert statutory.subject_access(received, ENGLAND).due == due


def test_the_law_is_named_as_the_source() -> None:
    found = statutory.subject_access(date(2026, 11, 25), ENGLAND)
    assert (found.source, found.lands_on, found.day_off_rule) == ("law", "Christmas Day", "next working day")
    assert found.explain() == (
        "1 month from the receipt of the request on 25 November 2026 (law). The day counted is a day off "
        "(Christmas Day), so the next working day. Due Tuesday 29 December 2026."
    )


def test_a_data_protection_complaint_takes_the_earlier_of_two_readings() -> None:
    found = statutory.data_protection_complaint(date(2026, 12, 1), ENGLAND)
    assert (found.due, found.assumed) == (date(2026, 12, 30), [statutory.EARLIER_READING])


def test_an_injury_report_leaves_out_the_day_of_the_accident() -> None:
    assert statutory.injury_report(date(2026, 12, 1), ENGLAND).due == date(2026, 12, 16)
