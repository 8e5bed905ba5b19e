"""Every date: the table worked by hand, properties of the arithmetic, and what is said where there is no date."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import clocks, loader, periods, recounting, schema, shelf, statutory
from policies.calendars import NATIONS, Calendar, NotCovered
from policies.periods import Period
from policies.reckoning import START_NOT_COUNTED, Reckoning

CALENDARS = {nation: Calendar.of(nation, 2020, 2035) for nation in NATIONS}
ENGLAND, SCOTLAND, ULSTER = CALENDARS["england"], CALENDARS["scotland"], CALENDARS["northern ireland"]
DECIDED = date(2026, 12, 18)
DOVER = shelf.read_builtin("dover-district-council")

BASE = """
[policy]
provider = "Example"
kind = "association"
nation = "england"
approved = 2025-03-04
effective = 2025-04-01
[roles]
lead = { name = "Area Lead", as = "team leader" }
[stage.limits]
state = "contact restriction"
by = "lead [4]"
[letter.limits]
on = "limits"
says = "length [4]"
"""


def reckon(said: str, path: str, calendar: Calendar | None = ENGLAND, local: str = "", **events: date) -> Reckoning:
    return clocks.work_out(loader.read(BASE + said, local=local), path, events, calendar)


def settled(path: str, value: str) -> str:
    return f'[[local]]\nby = "Director"\non = 2026-11-02\nwhy = "Plain reading"\n[local.set]\n{path} = "{value}"\n'


# the table worked by hand


@pytest.mark.parametrize(
    ("start", "count", "england", "scotland", "ulster"),
    [
        (DECIDED, 5, date(2026, 12, 29), date(2026, 12, 29), date(2026, 12, 29)),
        (DECIDED, 10, date(2027, 1, 6), date(2027, 1, 7), date(2027, 1, 6)),
        (DECIDED, 20, date(2027, 1, 20), date(2027, 1, 21), date(2027, 1, 20)),
        (date(2026, 6, 10), 10, date(2026, 6, 24), date(2026, 6, 25), date(2026, 6, 24)),
        (date(2026, 3, 12), 20, date(2026, 4, 13), date(2026, 4, 10), date(2026, 4, 14)),
    ],
)
def test_working_days_worked_by_hand(start: date, count: int, england: date, scotland: date, ulster: date) -> None:
    period = Period(count, "working days")
    found = [periods.add(period, start, CALENDARS[nation]) for nation in NATIONS]
    assert found == [england, england, scotland, ulster]


@pytest.mark.parametrize("calendar", CALENDARS.values(), ids=lambda calendar: calendar.nation)
@pytest.mark.parametrize(
    ("start", "period", "due"),
    [
        (DECIDED, "14 calendar days", date(2027, 1, 1)),
        (DECIDED, "28 calendar days", date(2027, 1, 15)),
        (DECIDED, "2 weeks", date(2027, 1, 1)),
        (DECIDED, "6 months", date(2027, 6, 18)),
        (date(2026, 8, 31), "3 months", date(2026, 11, 30)),
        (date(2026, 8, 31), "6 months", date(2027, 2, 28)),
        (date(2026, 8, 31), "12 months", date(2027, 8, 31)),
        (date(2027, 8, 31), "6 months", date(2028, 2, 29)),
        (date(2028, 2, 29), "1 year", date(2029, 2, 28)),
        (date(2026, 12, 31), "2 months", date(2027, 2, 28)),
    ],
)
def test_calendar_days_and_months_worked_by_hand(calendar: Calendar, start: date, period: str, due: date) -> None:
    assert periods.add(Period.parse(period), start, calendar) == due


# properties

starts = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@given(starts, st.integers(1, 36))
def test_months_keep_the_day_or_take_the_last(start: date, count: int) -> None:
    due = periods.add(Period(count, "months"), start)
    assert (due.year * 12 + due.month) - (start.year * 12 + start.month) == count
    assert due.day == start.day or (due.day < start.day and (due + timedelta(days=1)).day == 1)


@given(starts, st.integers(1, 24), st.integers(0, 40))
def test_months_never_run_backwards(start: date, count: int, later: int) -> None:
    period = Period(count, "months")
    assert periods.add(period, start) <= periods.add(period, start + timedelta(days=later))
    assert periods.add(period, start) < periods.add(Period(count + 1, "months"), start)


@given(starts, st.integers(1, 4))
def test_a_year_is_twelve_months_and_a_week_seven_days(start: date, count: int) -> None:
    assert periods.add(Period(count, "years"), start) == periods.add(Period(12 * count, "months"), start)
    assert periods.add(Period(count, "weeks"), start) == periods.add(Period(7 * count, "calendar days"), start)


@given(st.sampled_from(sorted(NATIONS)), starts)
def test_the_reckoning_accounts_for_every_day(nation: str, decided: date) -> None:
    found = clocks.work_out(DOVER, "appeal.window", {"decision": decided}, CALENDARS[nation])
    assert found.due
    assert (found.due - decided).days == 20 + len(found.left_out)
    assert not {day for day, _ in found.left_out} & {found.due, decided}
    assert found.lands_on is None


@given(starts, st.dates(date(2020, 1, 1), date(2033, 1, 1)))
def test_reviews_come_round_from_the_start_without_drifting(start: date, last: date) -> None:
    found = reckon(
        '[review]\ninterval = "every 6 months from start [8]"', "review.interval", start=start, last_review=last
    )
    assert found.due
    assert found.due > max(start, last)
    assert found.due.day == start.day or (found.due + timedelta(days=1)).day == 1
    assert (found.due.month - start.month) % 6 == 0


# what a policy sets


def test_dover_sets_an_appeal_window_of_twenty_working_days() -> None:
    found = clocks.work_out(DOVER, "appeal.window", {"decision": DECIDED}, ENGLAND)
    assert found.due == date(2027, 1, 20)
    assert (found.count, found.unit, found.runs_from, found.from_on) == (20, "working days", "decision", DECIDED)
    assert (found.clause, found.strength, found.source, found.met_by) == ("6.34", "must", "policy", "made")
    assert (found.unsaid, found.unsaid_parts, found.why_null, found.nation) == (False, [], None, "england")
    assert found.assumed == [START_NOT_COUNTED]
    assert [day for day, why in found.left_out if why not in ("Saturday", "Sunday")] == [
        date(2026, 12, 25),
        date(2026, 12, 28),
        date(2027, 1, 1),
    ]
    assert found.explain() == (
        "20 working days from the decision on 18 December 2026 (6.34, must). First day not counted: our convention. "
        "Left out: weekends; 25 December, Christmas Day; 28 December, Boxing Day (substitute day); "
        "1 January, New Year's Day. Due Wednesday 20 January 2027."
    )


def test_dover_endeavours_to_answer_in_ten_working_days() -> None:
    found = clocks.work_out(DOVER, "appeal.response", {"appeal_received": date(2027, 1, 4)}, ENGLAND)
    assert (found.due, found.strength) == (date(2027, 1, 18), "endeavour")


@pytest.mark.parametrize(("path", "due"), [("minimum", date(2027, 6, 18)), ("maximum", date(2027, 12, 18))])
def test_dover_bounds_the_length(path: str, due: date) -> None:
    found = clocks.work_out(DOVER, f"restriction.{path}", {"start": DECIDED}, ENGLAND)
    assert (found.due, found.lands_on) == (due, None), "a bound is a length: no day off moves it"


def test_dover_reviews_at_the_end_and_may_be_late_on_a_day_off() -> None:
    found = clocks.work_out(DOVER, "review.at_end", {"end": date(2027, 6, 20)}, ENGLAND)
    assert (found.due, found.lands_on, found.day_off_rule) == (date(2027, 6, 20), "Sunday", "may be later")
    assert found.next_working_day == date(2027, 6, 21)
    assert "may be done later, for example on 21 June 2027" in found.explain()


def test_each_kind_of_clock_is_explained_in_a_paragraph() -> None:
    at_end = clocks.work_out(DOVER, "review.at_end", {"end": date(2027, 6, 18)}, ENGLAND)
    assert at_end.explain() == "On the last day, 18 June 2027 (6.18, must). Due Friday 18 June 2027."
    dated = reckon('[appeal]\nwindow = "1 week from letter dated [9]"', "appeal.window", letter_dated=DECIDED)
    assert dated.explain().startswith("1 week from the date on the letter, 18 December 2026 (9, must).")
    interval = reckon('[review]\ninterval = "every 6 months from 2026-12-18 [8]"', "review.interval")
    assert interval.explain().startswith("Every 6 months from 18 December 2026 (8, must).")
    section = reckon('[appeal]\nwindow = "1 week from letter dated [s11]"', "appeal.window", letter_dated=DECIDED)
    assert section.explain().startswith("1 week from the date on the letter, 18 December 2026 (section 11, must).")
    fixed = loader.read(BASE.replace("approved", 'review = "by 2028-03 [cover]"\napproved'))
    assert clocks.work_out(fixed, "policy.review", {}, ENGLAND).explain() == (
        "Fixed day (cover, must). Due Friday 31 March 2028."
    )
    waiting = clocks.work_out(DOVER, "appeal.response", {}, ENGLAND)
    assert waiting.explain() == (
        "10 working days from the receipt of the appeal (6.35, endeavour). "
        "No date: the receipt of the appeal is not known."
    )
    batch = reckon('[review]\nbatch = "april, october [8]"', "review.batch", start=DECIDED)
    assert batch.explain() == (
        "The end of the next month of review, from the start on 18 December 2026 (8, must). "
        "The last day of the next such month: our convention. Due Friday 30 April 2027."
    )
    local = settled("appeal.window", "14 calendar days from letter dated")
    filled = reckon(
        '[appeal]\nwindow = "14 days from letter dated [9]"', "appeal.window", local=local, letter_dated=DECIDED
    )
    assert "(9, must; local rule)" in filled.explain()
    assert filled.explain().endswith("Settled by Director on 2 November 2026: Plain reading.")


@pytest.mark.parametrize(
    ("calendar", "decided", "left_out"),
    [
        (SCOTLAND, date(2026, 11, 29), "Left out: 30 November, Saint Andrew's Day. Due"),
        (ENGLAND, date(2026, 11, 27), "Left out: weekends. Due"),
        (ENGLAND, date(2026, 11, 24), "convention. Due"),
    ],
)
def test_only_what_was_left_out_is_named(calendar: Calendar, decided: date, left_out: str) -> None:
    said = '[appeal]\nwindow = "1 working day from decision [9]"'
    assert left_out in reckon(said, "appeal.window", calendar, decision=decided).explain()


def test_dover_reviews_every_six_months_by_a_local_rule() -> None:
    found = clocks.work_out(DOVER, "review.interval", {"start": DECIDED}, ENGLAND)
    assert (found.due, found.source, found.clause) == (date(2027, 6, 18), "local", None)
    assert found.local and found.local["by"] == "Strategic Housing Manager"
    assert "(local rule)" in found.explain() and "Settled by Strategic Housing Manager" in found.explain()


def test_the_earliest_review_counts() -> None:
    events = {"start": DECIDED, "end": date(2027, 3, 18)}
    found = clocks.earliest(clocks.work_out(DOVER, path, events, ENGLAND) for path in DOVER.review.paths)
    assert found and (found.path, found.due) == ("review.at_end", date(2027, 3, 18))
    assert clocks.earliest([Reckoning("appeal.window")]) is None


def test_the_policys_own_review_runs_from_its_adoption() -> None:
    assert clocks.work_out(DOVER, "policy.review", {}, ENGLAND).due == date(2027, 10, 7)


def test_silence_gives_no_date_and_says_so() -> None:
    found = reckon("", "appeal.window", decision=DECIDED)
    assert (found.due, found.unsaid, found.why_null) == (None, True, "the policy is silent")
    assert found.explain() == "Within what time. No date: the policy is silent."


def test_lost_text_gives_no_date() -> None:
    found = reckon('[appeal]\nwindow = "lost [9]"\n[damage]\n"9" = "cut off"', "appeal.window", decision=DECIDED)
    assert (found.due, found.unsaid, found.why_null) == (None, True, "the policy's text is lost here")


def test_none_is_not_unsaid() -> None:
    found = reckon('[appeal]\nwindow = "none [9]"', "appeal.window", decision=DECIDED)
    assert (found.due, found.unsaid, found.why_null) == (None, False, "the policy sets none")
    assert reckon('[review]\nat_end = "no [8]"', "review.at_end", end=DECIDED).why_null == "the policy sets none"


def test_where_the_kind_of_day_is_unsaid_both_readings_are_shown_and_no_date() -> None:
    found = reckon('[appeal]\nwindow = "14 days from letter dated [9]"', "appeal.window", letter_dated=DECIDED)
    assert (found.due, found.unsaid, found.unsaid_parts) == (None, False, ["day_kind"])
    assert found.readings == {"calendar days": date(2027, 1, 1), "working days": date(2027, 1, 12)}
    assert found.why_null == "the policy does not say which kind of day"
    assert "calendar days: 1 January 2027; working days: 12 January 2027" in found.explain()


def test_a_settled_kind_of_day_gives_the_date() -> None:
    said = '[appeal]\nwindow = "14 days from letter dated [9]"'
    local = settled("appeal.window", "14 calendar days from letter dated")
    found = reckon(said, "appeal.window", local=local, letter_dated=DECIDED)
    assert (found.due, found.source, found.clause) == (date(2027, 1, 1), "local", "9")
    assert found.local == {"by": "Director", "on": "2026-11-02", "why": "Plain reading"}
    assert (found.lands_on, found.day_off_rule) == ("New Year's Day", ""), "left on the day off, and said"


def test_one_settlement_can_say_what_days_are_everywhere() -> None:
    said = '[appeal]\nwindow = "14 days from letter dated [9]"\nresponse = "28 days from appeal received [9]"'
    local = settled("clocks.day_kind", "calendar days")
    assert reckon(said, "appeal.window", local=local, letter_dated=DECIDED).due == date(2027, 1, 1)
    assert reckon(said, "appeal.response", local=local, appeal_received=DECIDED).due == date(2027, 1, 15)


def test_where_the_start_is_unsaid_each_event_that_happened_is_a_reading() -> None:
    said = '[appeal]\nwindow = "10 working days [9]"'
    found = reckon(said, "appeal.window", decision=DECIDED, letter_dated=date(2026, 12, 21))
    assert found.unsaid_parts == ["runs_from"]
    assert found.readings == {"from decision": date(2027, 1, 6), "from letter dated": date(2027, 1, 7)}


EVERYTHING = dict.fromkeys(
    (name.replace(" ", "_") for name in periods.EVENTS if name not in ("approval", "adoption")), DECIDED
)


@pytest.mark.parametrize(
    ("path", "said", "events"),
    [
        ("policy.review", "3 years", "approval, adoption"),
        ("stage.warning.lapses", "12 months", "letter dated, letter sent, letter received, decision, warning"),
        ("restriction.maximum", "6 months", "start, decision, letter dated"),
        ("restriction.extension.maximum", "6 months", "end, decision"),
        ("restriction.interim.confirm", "3 weeks", "interim, decision"),
        ("review.maximum", "6 months", "start, decision, letter dated"),
        ("appeal.window", "2 weeks", "decision, letter dated, letter sent, letter received"),
        ("appeal.acknowledge", "1 week", "appeal received"),
        ("appeal.response", "4 weeks", "appeal received"),
        ("reconsideration.response", "4 weeks", "request received"),
        ("spoc.quality_review", "3 months", "spoc named, start"),
        ("register.list.review", "6 months", "entry"),
        ("register.list.keep.all.maximum", "2 years", "entry, removal, incident, end"),
    ],
)
def test_a_clock_that_names_no_start_is_read_only_from_what_can_start_it(path: str, said: str, events: str) -> None:
    table, _, key = path.rpartition(".")
    base = BASE.replace("[roles]", f'{key} = "{said} [9]"\n[roles]') if table == "policy" else BASE
    more = "" if table == "policy" else f'[{table}]\n{key} = "{said} [9]"\n'
    more += {"stage.warning": 'state = "written warning"\n', "register.list": 'name = "List"\n'}.get(table, "")
    more += '[register.list]\nname = "List"\n' if table == "register.list.keep.all" else ""
    found = clocks.work_out(loader.read(base + more), path, EVERYTHING, ENGLAND)
    assert (found.due, found.unsaid_parts) == (None, ["runs_from"])
    assert list(found.readings) == [f"from {event}" for event in events.split(", ")]


def test_every_period_of_the_schema_that_is_a_clock_knows_what_can_start_it() -> None:
    def walk(table: schema.Table, path: str) -> list[str]:
        inner = {**table.tables, **({"x": table.named} if table.named else {})}
        own = [f"{path}.{name}" for name, key in table.keys.items() if key.kind == "period" and not key.bare]
        return own + [key for name, each in inner.items() for key in walk(each, f"{path}.{name}".strip("."))]

    paths = walk(schema.ROOT, "")
    assert len(paths) > 20
    for path in paths:
        starts = schema.find(path)[0].runs_from  # type: ignore[union-attr]
        assert starts and set(starts) <= set(periods.EVENTS), path


def test_reviews_in_batches_and_no_reconsideration_are_said_to_be_so() -> None:
    batch = reckon('[review]\nbatch = "march [8]"', "review.interval")
    assert (batch.due, batch.unsaid, batch.why_null) == (None, True, "reviews are held in batch months instead")
    assert reckon('[review]\nby = "lead [8]"', "review.interval").why_null == "the policy is silent"
    words = reckon('[review]\nbatch = "march [8]"\ninterval = "unsaid: now and then [8]"', "review.interval")
    assert words.why_null == "the policy is silent: now and then"
    never = reckon("", "reconsideration.response")
    assert (never.due, never.unsaid, never.why_null) == (None, True, "the policy has no reconsideration")
    silent = reckon('[reconsideration]\nby = "lead [9]"', "reconsideration.response")
    assert (silent.unsaid, silent.why_null) == (True, "the policy is silent")


@pytest.mark.parametrize(
    ("said", "spared"),
    [
        ("6 weeks [8]", True), ("6 weeks [8 normally]", True), ("6 weeks [8 may]", False), ("42 days [8]", False),
        ("weeks [8]", False), ("5 weeks [8]", False), ("30 working days [8]", True), ("none [8]", False),
    ],
)  # fmt: skip
def test_a_review_is_spared_only_by_a_length_that_binds_and_can_be_counted(said: str, spared: bool) -> None:
    policy = loader.read(BASE + f'[review]\nnone_within = "{said}"')
    assert clocks.is_spared(policy, date(2027, 3, 31), date(2027, 5, 12), ENGLAND) is spared
    gaps = {gap.part for gap in policy.unsaid() if gap.path == "review.none_within"}
    assert gaps == ({"day_kind"} if "42 days" in said else {"number"} if said.startswith("weeks") else set())


@given(starts, st.integers(1, 60), st.integers(0, 400))
def test_what_is_spared_ends_within_that_time_of_the_review(review_on: date, weeks: int, later: int) -> None:
    policy = loader.read(BASE + f'[review]\nnone_within = "{weeks} weeks [8]"')
    ends_on = review_on + timedelta(days=later)
    assert clocks.is_spared(policy, review_on, ends_on, None) is (later <= 7 * weeks)


def test_a_missing_number_has_no_reading() -> None:
    found = reckon('[appeal]\nwindow = "working days from decision [9]"', "appeal.window", decision=DECIDED)
    assert (found.due, found.unsaid_parts, found.readings) == (None, ["number"], {})


def test_an_event_that_has_not_happened_is_named() -> None:
    found = reckon('[appeal]\nwindow = "10 working days from letter received [9]"', "appeal.window", decision=DECIDED)
    assert (found.due, found.why_null) == (None, "the day the letter was received is not known")


def test_receipt_is_deemed_only_where_that_is_settled() -> None:
    said = '[appeal]\nwindow = "10 working days from letter received [9]"'
    local = settled("clocks.deemed", "2 working days from letter sent")
    found = reckon(said, "appeal.window", local=local, letter_sent=DECIDED)
    assert (found.from_on, found.due) == (date(2026, 12, 22), date(2027, 1, 8))
    assert "Receipt deemed: 2 working days from letter sent" in found.assumed
    known = reckon(said, "appeal.window", local=local, letter_sent=DECIDED, letter_received=DECIDED)
    assert known.from_on == DECIDED, "a known receipt comes before a deemed one"


def test_a_contradiction_shows_each_reading() -> None:
    said = BASE.replace("approved", 'review = ["every 3 years from approval [1]", "by 2027-12 [cover]"]\napproved')
    found = clocks.work_out(loader.read(said), "policy.review", {}, ENGLAND)
    assert (found.due, found.unsaid_parts) == (None, ["contradiction"])
    assert found.readings == {"every 3 years from approval": date(2028, 3, 4), "by 2027-12-31": date(2027, 12, 31)}


def test_working_days_without_a_nation_are_not_guessed() -> None:
    found = reckon('[appeal]\nwindow = "10 working days from decision [9]"', "appeal.window", None, decision=DECIDED)
    assert (found.due, found.unsaid_parts) == (None, ["nation"])


def test_a_calendar_that_ends_gives_no_date() -> None:
    short = Calendar.of("england", 2026, 2026)
    found = clocks.work_out(DOVER, "appeal.window", {"decision": DECIDED}, short)
    assert found.due is None
    assert found.why_null == "The working days of England are known from 2026 to 2026, not for 1 January 2027"


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        ("next working day", date(2026, 12, 29)),
        ("previous working day", date(2026, 12, 24)),
        ("stands", date(2026, 12, 25)),
        ("may be later", date(2026, 12, 25)),
    ],
)
def test_a_day_off_is_met_by_the_policys_rule(rule: str, due: date) -> None:
    said = f'[appeal]\nwindow = "7 calendar days from decision [9]"\nday_off = "{rule} [9]"'
    found = reckon(said, "appeal.window", decision=DECIDED)
    assert (found.due, found.lands_on, found.day_off_rule) == (due, "Christmas Day", rule)
    general = f'[appeal]\nwindow = "7 calendar days from decision [9]"\n[clocks]\nday_off = "{rule} [9]"'
    assert reckon(general, "appeal.window", decision=DECIDED).due == due


def test_where_no_rule_meets_a_day_off_the_date_is_left_and_said() -> None:
    found = reckon('[appeal]\nwindow = "7 calendar days from decision [9]"', "appeal.window", decision=DECIDED)
    assert (found.due, found.day_off_rule) == (date(2026, 12, 25), "")
    assert "the policy does not say what follows, and the date is left" in found.explain()


def test_a_policy_may_count_the_first_day() -> None:
    counted = '\n[clocks]\nstart_day = "counted [9]"'
    said = '[appeal]\nwindow = "5 working days from decision [9]"' + counted
    found = reckon(said, "appeal.window", decision=DECIDED)
    assert (found.due, found.assumed) == (date(2026, 12, 24), [])
    said = '[appeal]\nwindow = "14 calendar days from decision [9]"' + counted
    assert reckon(said, "appeal.window", decision=DECIDED).due == date(2026, 12, 31)
    said = '[restriction]\nminimum = "6 months from start [7]"' + counted
    assert reckon(said, "restriction.minimum", start=DECIDED).due == date(2027, 6, 17)


def test_what_comes_round_without_an_event_runs_from_the_start_then_from_the_last_review() -> None:
    said = '[review]\ninterval = "every 6 months [8]"'
    first = reckon(said, "review.interval", start=DECIDED)
    assert (first.due, first.assumed) == (date(2027, 6, 18), [clocks.FROM_START, START_NOT_COUNTED])
    later = reckon(said, "review.interval", start=DECIDED, last_review=date(2027, 7, 1))
    assert (later.due, later.runs_from) == (date(2028, 1, 1), "last review")


def test_batches_are_reviewed_on_the_last_day_of_the_next_such_month() -> None:
    said = '[review]\nbatch = "april, october [8]"'
    assert reckon(said, "review.batch", start=DECIDED).due == date(2027, 4, 30)
    assert reckon(said, "review.batch", start=date(2027, 4, 30)).due == date(2027, 10, 31)
    assert reckon(said, "review.batch", start=date(2027, 10, 31), last_review=date(2027, 11, 2)).due == date(
        2028, 4, 30
    )
    december = '[review]\nbatch = "december [8]"'
    assert reckon(december, "review.batch", start=date(2026, 12, 31)).due == date(2027, 12, 31)
    assert reckon(said, "review.batch").why_null == "the start is not known"


def test_a_length_set_for_each_case_is_no_date() -> None:
    found = reckon('[restriction]\nlength = "set for each case [7]"', "restriction.length", start=DECIDED)
    assert (found.due, found.unsaid, found.why_null) == (None, False, "it is set for each case")


def test_every_clock_of_dover_can_be_explained_and_stored() -> None:
    events = {"decision": DECIDED, "start": DECIDED, "end": date(2027, 6, 18), "appeal received": date(2027, 1, 4)}
    paths = clocks.clock_paths(DOVER)
    assert {"appeal.window", "appeal.response", "review.at_end", "review.interval", "restriction.maximum"} <= set(paths)
    for path in paths:
        found = clocks.work_out(DOVER, path, events, ENGLAND)
        assert found.due or found.why_null, path
        assert found.explain().endswith(".")
        assert Reckoning.from_json(found.to_json()) == found


def test_what_is_stored_is_plain_json() -> None:
    stored: dict[str, Any] = clocks.work_out(DOVER, "appeal.window", {"decision": DECIDED}, ENGLAND).to_json()
    assert (stored["due"], stored["from"]) == ("2027-01-20", "2026-12-18")
    assert {"date": "2026-12-25", "reason": "Christmas Day"} in stored["left_out"]
    fields = "due count unit runs_from from met_by clause strength source unsaid unsaid_parts readings assumed left_out"
    fields += " lands_on day_off_rule nation local why_null"
    assert set(fields.split()) <= stored.keys()
    assert Reckoning.from_json(stored | {"from_a_later_version": 1}).due == date(2027, 1, 20)


CLOSED = {date(2026, 12, 24): "Offices closed", date(2026, 12, 29): "Offices closed"}


@given(st.sampled_from(["appeal.window", "review.at_end", "review.interval"]), st.integers(0, 20), st.booleans())
def test_a_corrected_calendar_gives_what_it_would_have_given_at_first(path: str, later: int, counted: bool) -> None:
    said = '[review]\nat_end = "yes [8]"\ninterval = "every 7 calendar days from start [8]"'
    said += '\nday_off = "next working day [8]"'
    said += '\n[appeal]\nwindow = "5 working days from decision [9]"'
    said += '\n[clocks]\nstart_day = "counted [9]"' if counted else ""
    day = date(2026, 12, 10) + timedelta(days=later)
    events = {"decision": day, "end": day, "start": day, "last_review": day + timedelta(days=8)}
    before, after = reckon(said, path, ENGLAND, **events), ENGLAND.corrected(added=CLOSED, removed=[date(2026, 12, 28)])
    assert recounting.recount(before, after) == reckon(said, path, after, **events)
    assert recounting.recount(recounting.recount(before, after), ENGLAND) == before


def test_a_correction_leaves_what_it_does_not_touch() -> None:
    silent = reckon("", "appeal.window", decision=DECIDED)
    assert recounting.recount(silent, ENGLAND) == silent
    length = clocks.work_out(DOVER, "restriction.maximum", {"start": DECIDED}, ENGLAND)
    assert recounting.recount(length, ENGLAND.corrected(added={date(2027, 12, 18): "Closed"})) == length
    by_law = statutory.subject_access(date(2026, 11, 24), ENGLAND)
    assert (by_law.due, recounting.recount(by_law, ENGLAND.corrected(added=CLOSED)).due) == (
        date(2026, 12, 24),
        date(2026, 12, 30),
    )
    with pytest.raises(NotCovered):
        recounting.recount(by_law, Calendar.of("england", 2020, 2025))


def test_a_review_put_off_stays_put_off() -> None:
    found = clocks.work_out(DOVER, "review.at_end", {"end": date(2027, 6, 20)}, ENGLAND)
    put_off = replace(found, due=found.next_working_day)
    closed = ENGLAND.corrected(added={date(2027, 6, 21): "Offices closed"})
    assert recounting.recount(put_off, closed).due == date(2027, 6, 22)
    assert recounting.recount(found, closed).due == date(2027, 6, 20)


def test_a_slip_in_the_code_is_not_taken_for_silence() -> None:
    with pytest.raises(ValueError, match='"decided" is not an event: decision, letter dated'):
        clocks.work_out(DOVER, "appeal.window", {"decided": DECIDED}, ENGLAND)
    with pytest.raises(ValueError, match="it is not a clock"):
        clocks.work_out(DOVER, "appeal.by", {}, ENGLAND)
    with pytest.raises(KeyError, match="appeal.windw"):
        clocks.work_out(DOVER, "appeal.windw", {}, ENGLAND)
    with pytest.raises(ValueError, match="nation's calendar"):
        periods.add(Period(5, "working days"), DECIDED)
    with pytest.raises(ValueError, match="cannot be counted"):
        periods.add(Period(5, "days"), DECIDED, ENGLAND)
    with pytest.raises(NotCovered):
        periods.add(Period(100, "years"), date(9990, 1, 1))
