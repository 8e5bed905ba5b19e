"""Where a policy holds no review so near a restriction's end, the review at the end is the next one."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import loader
from policies.calendars import Calendar
from restrictions.dates import Span, work_out

TEXT = (Path(__file__).parents[1] / "policies/invented/loughside.toml").read_text(encoding="utf-8")
LOUGHSIDE = loader.read(TEXT)
WITHOUT = loader.read(TEXT.replace('none_within = "6 weeks [6.2]"\n', ""))
MAY = loader.read(TEXT.replace('none_within = "6 weeks [6.2]"', 'none_within = "6 weeks [6.2 may]"'))
BELFAST = Calendar.of("northern ireland", 2026, 2030)
STARTS, MARCH = date(2026, 12, 18), date(2027, 3, 31)


def next_review(policy, ends_on):
    found = work_out(policy, BELFAST, Span(STARTS, STARTS, ends_on, None)).next_review
    assert found
    return found.path, found.due


@pytest.mark.parametrize(
    ("policy", "ends_on", "path", "due"),
    [
        (LOUGHSIDE, date(2027, 5, 13), "review.batch", MARCH),
        (LOUGHSIDE, date(2027, 5, 12), "review.at_end", date(2027, 5, 12)),
        (LOUGHSIDE, date(2027, 4, 1), "review.at_end", date(2027, 4, 1)),
        (WITHOUT, date(2027, 5, 12), "review.batch", MARCH),
        (MAY, date(2027, 5, 12), "review.batch", MARCH),
    ],
)
def test_no_batch_is_held_in_the_last_six_weeks(policy, ends_on, path, due):
    assert next_review(policy, ends_on) == (path, due)


@given(st.dates(STARTS + timedelta(days=1), STARTS + timedelta(days=274)))
def test_no_restriction_is_left_without_a_review(ends_on):
    path, due = next_review(LOUGHSIDE, ends_on)
    assert STARTS < due <= work_out(LOUGHSIDE, BELFAST, Span(STARTS, STARTS, ends_on, None)).at_end.due
    assert path == "review.at_end" or ends_on > due + timedelta(weeks=6)
