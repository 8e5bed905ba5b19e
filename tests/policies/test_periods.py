"""Periods: what can be written, what is refused and in which words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.periods import EVENTS, LONGEST, UNITS, Period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("20 working days from decision", Period(20, "working days", "decision")),
        ("1 month from start", Period(1, "months", "start")),
        ("every 6 months from start", Period(6, "months", "start", every=True)),
        ("every 6 months", Period(6, "months", every=True)),
        ("28 days from appeal received", Period(28, "days", "appeal received")),
        ("28 Calendar Days from letter_dated", Period(28, "calendar days", "letter dated")),
        ("six weeks from interim", Period(6, "weeks", "interim")),
        ("working days from decision", Period(None, "working days", "decision")),
        ("set for each case", Period(None, None, set_for_each_case=True)),
        ("set for each case from start", Period(None, None, "start", set_for_each_case=True)),
        ("by 2028", Period(None, None, by=date(2028, 12, 31))),
        ("by 2028-03", Period(None, None, by=date(2028, 3, 31))),
        ("by 2027-12", Period(None, None, by=date(2027, 12, 31))),
        ("by 2028-03-09", Period(None, None, by=date(2028, 3, 9))),
        ("2 years from 2026-01-31", Period(2, "years", "2026-01-31")),
    ],
)
def test_a_period_is_read_as_written(text: str, period: Period) -> None:
    assert Period.parse(text) == period


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is written like"),
        ("soon", "is written like"),
        ("20 fortnights", "is written like"),
        ("many days", '"many" is not a number'),
        ("0 days", "out of range"),
        ("999999999 years", "out of range: 1 to 100 years"),
        ("20 days from moonrise", '"moonrise" is not an event'),
        ("by 2028-13", "fixed day"),
        ("by 0000", "fixed day"),
        ("by 9999", "fixed day"),
        ("20 days from 2026-02-30", "is not an event"),
    ],
)
def test_what_is_no_period_is_refused_with_help(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Period.parse(text)


def test_small_numbers_may_be_written_out() -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    assert [Period.parse(f"{word} weeks").count for word in words] == list(range(1, 13))


@given(st.data())
def test_a_period_reads_back_what_it_writes(data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(UNITS))
    count = data.draw(st.integers(1, LONGEST[unit]))
    period = Period(count, unit, data.draw(st.sampled_from(["", *EVENTS])), data.draw(st.booleans()))
    assert Period.parse(str(period)) == period


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        Period.parse(text)
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("14 days from letter dated", ["day_kind"]),
        ("14 days", ["day_kind", "runs_from"]),
        ("working days from decision", ["number"]),
        ("20 working days from decision", []),
        ("every 6 months", []),
        ("by 2028-03", []),
        ("set for each case", []),
    ],
)
def test_the_gaps_that_stop_a_date(text: str, parts: list[str]) -> None:
    assert Period.parse(text).unsaid_parts() == parts


@pytest.mark.parametrize(
    ("settled", "said", "fills"),
    [
        ("14 calendar days from letter dated", "14 days from letter dated", True),
        ("14 working days from letter dated", "14 days from letter dated", True),
        ("14 calendar days from decision", "14 days", True),
        ("14 weeks from letter dated", "14 days from letter dated", False),
        ("15 calendar days from letter dated", "14 days from letter dated", False),
        ("14 calendar days from decision", "14 days from letter dated", False),
        ("every 14 calendar days from letter dated", "14 days from letter dated", False),
        ("3 working days from decision", "working days from decision", True),
        ("by 2028-03", "by 2028-03", True),
        ("by 2028-04", "by 2028-03", False),
    ],
)
def test_a_settlement_repeats_what_is_said(settled: str, said: str, fills: bool) -> None:
    assert Period.parse(settled).fills(Period.parse(said)) is fills
