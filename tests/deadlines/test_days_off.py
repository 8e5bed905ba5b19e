"""Holidays are data: a correction shows what it moves, moves what is open, keeps what was told, and says so (T1)."""

import importlib
from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

import policies.calendars
from audit.models import Event
from cases import wording
from deadlines import kinds, services
from deadlines.models import Deadline, Holiday
from deadlines.services import days_off
from design import seals
from people.access import NotPermitted
from policies import clocks, recounting, shelf
from policies.reckoning import Reckoning
from policies.rules import RuleBroken
from tests import factories
from tests.factories import NOON
from tests.pressing import seal_of

DECIDED = date(2026, 12, 18)
EVE = date(2026, 12, 24)
CHRISTMAS = date(2026, 12, 25)
WHY = "It is no holiday with us."


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def staff(provider):
    return factories.staff(provider)


@pytest.fixture
def policy(provider):
    return provider.policy_version_on(DECIDED).policy


def put(provider, policy, path="appeal.window", number=1, told=False, **events) -> Deadline:
    found = clocks.work_out(policy, path, events or {"decision": DECIDED}, services.calendar_for(provider))
    about = factories.about(f"restriction:X-{number:06d}", provider, case="C-000001")
    kind = path if path in kinds.KINDS else kinds.APPEAL_DECIDE
    return services.set(kind, about, due=found, told=told, at=NOON)


def add(provider, by, on=EVE, last=None, name="Offices closed") -> days_off.Correction:
    """Look at what adding would move, then add it."""
    shown = days_off.adding(provider, first_on=on, last_on=last, name=name, today=DECIDED)
    return days_off.add(provider, first_on=on, last_on=last, name=name, seen=seal_of(shown), by=by, at=NOON)


def remove(provider, by, on=CHRISTMAS, reason=WHY) -> days_off.Correction:
    shown = days_off.removing(provider, on=on, today=DECIDED)
    return days_off.remove(provider, on=on, reason=reason, seen=seal_of(shown), by=by, at=NOON)


def fresh(deadline: Deadline) -> Deadline:
    return Deadline.objects.get(pk=deadline.pk)


def explained(deadline: Deadline) -> str:
    return Reckoning.from_json(fresh(deadline).reckoning).explain()


def test_a_closure_moves_an_open_deadline_and_says_so(provider, staff, policy):
    deadline = put(provider, policy)
    moved = add(provider, staff.administrator).moved
    assert [(shift.was, shift.now) for shift in moved] == [(date(2027, 1, 20), date(2027, 1, 21))]
    assert fresh(deadline).due_on == date(2027, 1, 21)
    assert "24 December, Offices closed" in explained(deadline)
    event = Event.objects.get(verb="deadline.moved")
    assert (event.subject_ref, event.case_ref) == ("X-000001", "C-000001")
    assert event.facts["was"] == "2027-01-20" and event.facts["now"] == "2027-01-21"
    assert event.facts["because"] == "Day off added: Offices closed, 24 December 2026"
    assert wording.sentence(event) == (
        "A date moved from 20 January 2027 to 21 January 2027 because the days off changed. "
        "Day off added: Offices closed, 24 December 2026"
    )


def test_a_closure_of_many_days_leaves_out_weekends_and_holidays_and_says_so(provider, staff, policy):
    deadline = put(provider, policy)
    done = add(provider, staff.administrator, EVE, date(2027, 1, 1))
    assert list(done.added) == [date(2026, 12, day) for day in (24, 29, 30, 31)]
    assert [(day.day, why) for day, why in done.left_out] == [
        (25, "Christmas Day"),
        (26, "Saturday"),
        (27, "Sunday"),
        (28, "Boxing Day (substitute day)"),
        (1, "New Year's Day"),
    ]
    assert set(Holiday.objects.filter(provider=provider, own=True).values_list("on", flat=True)) == set(done.added)
    assert fresh(deadline).due_on == date(2027, 1, 26)
    event = Event.objects.get(verb="holiday.added")
    assert event.facts["days"] == ["2026-12-24", "2026-12-29", "2026-12-30", "2026-12-31"]
    moved = {"kind": "appeal.window", "about": "restriction:X-000001", "case": "C-000001"}
    assert event.facts["moved"] == [moved | {"was": "2027-01-20", "now": "2027-01-26"}]
    assert event.facts["stay_as_told"] == []
    assert Event.objects.get(verb="deadline.moved").facts["because"].endswith("24 December 2026 to 31 December 2026")


def test_taking_it_away_moves_it_back(provider, staff, policy):
    deadline = put(provider, policy)
    before = deadline.reckoning
    add(provider, staff.administrator)
    remove(provider, staff.administrator, EVE)
    assert fresh(deadline).reckoning == before
    event = Event.objects.with_words().get(verb="holiday.removed")
    assert event.words.body == {"reason": WHY} and event.facts["days"] == ["2026-12-24"]


def test_what_is_met_and_what_is_elsewhere_stays(provider, staff, policy):
    met = put(provider, policy)
    services.meet(met.kind, met, at=NOON)
    other = factories.dover("other-council")
    elsewhere = put(other, policy, number=2)
    assert add(provider, staff.administrator).shifts == ()
    assert (fresh(met).due_on, fresh(elsewhere).due_on) == (date(2027, 1, 20), date(2027, 1, 20))


def test_what_would_move_is_shown_before_and_nothing_changes(provider, policy):
    deadline = put(provider, policy)
    shown = days_off.adding(provider, first_on=EVE, last_on=None, name="Closed", today=DECIDED)
    assert [shift.now for shift in shown.moved] == [date(2027, 1, 21)]
    assert fresh(deadline).due_on == date(2027, 1, 20)
    assert not Holiday.objects.filter(provider=provider, on=EVE).exists()


def test_a_day_in_months_is_only_looked_at_anew(provider, staff, policy):
    deadline = put(provider, policy, "review.interval", start=DECIDED)
    day = deadline.due_on
    assert add(provider, staff.administrator, day, name="Closed").moved == []
    assert fresh(deadline).due_on == day, "the policy lets it be later, and does not move it"
    assert "That is a day off (Closed)" in explained(deadline)


# what was told


def test_a_window_that_a_letter_gave_grows_and_never_ends_before_the_day_it_gave(provider, staff, policy):
    deadline = put(provider, policy, told=True)
    done = remove(provider, staff.administrator)
    assert (done.moved, [one.deadline.pk for one in done.stays]) == ([], [deadline.pk])
    assert fresh(deadline).due_on == date(2027, 1, 20)
    assert "That would now be 19 January 2027, but a letter gave 20 January 2027, and that day stays." in explained(
        deadline
    )
    facts = Event.objects.get(verb="holiday.removed").facts
    assert facts["moved"] == [] and [one["now"] for one in facts["stay_as_told"]] == ["2027-01-20"]
    add(provider, staff.administrator, EVE, name="Closed")
    assert fresh(deadline).due_on == date(2027, 1, 20) and "but a letter" not in explained(deadline)
    add(provider, staff.administrator, date(2026, 12, 31), name="Closed")
    assert fresh(deadline).due_on == date(2027, 1, 21)


def test_an_answer_promised_by_letter_stays_on_its_day(provider, staff, policy):
    received = {"appeal received": DECIDED}
    told = put(provider, policy, "appeal.response", told=True, **received)
    untold = put(provider, policy, "appeal.response", number=2, **received)
    day = told.due_on
    done = add(provider, staff.administrator)
    assert ([one.deadline.pk for one in done.moved], [one.deadline.pk for one in done.stays]) == (
        [untold.pk],
        [told.pk],
    )
    assert fresh(told).due_on == day < fresh(untold).due_on


DOVER = shelf.read_builtin("dover-district-council")
ENGLAND = policies.calendars.Calendar.of("england", 2020, 2035)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
PATHS = st.sampled_from([("appeal.window", "decision"), ("appeal.response", "appeal received")])


@settings(deadline=None)
@given(
    clock=PATHS, start=DAYS, steps=st.lists(st.tuples(st.sets(DAYS, max_size=6), st.sets(DAYS, max_size=6)), max_size=4)
)
def test_however_often_it_is_corrected_what_was_told_is_not_worse_and_nothing_is_forgotten(clock, start, steps):
    """After any corrections the day is what the last calendar gives, but for what was told, whatever the way there."""
    path, event = clock
    told = recounting.told(clocks.work_out(DOVER, path, {event: start}, ENGLAND))
    found, calendar = told, ENGLAND
    for added, removed in steps:
        calendar = calendar.corrected(added=dict.fromkeys(added, "Closed"), removed=removed - added)
        found = recounting.recount(Reckoning.from_json(found.to_json()), calendar)
        plain = clocks.work_out(DOVER, path, {event: start}, calendar).due
        assert found.due == (max(plain, told.due) if path.endswith("window") else told.due)
        assert found.instead_of == (plain if plain != found.due else None)


# what was seen


def test_nothing_is_done_where_what_would_move_is_no_longer_what_was_shown(provider, staff, policy):
    shown = days_off.adding(provider, first_on=EVE, last_on=None, name="Closed", today=DECIDED)
    deadline = put(provider, policy)
    with pytest.raises(seals.ChangedSince):
        days_off.add(
            provider, first_on=EVE, last_on=None, name="Closed", seen=seal_of(shown), by=staff.administrator, at=NOON
        )
    assert not Holiday.objects.filter(provider=provider, on=EVE).exists()
    assert fresh(deadline).due_on == date(2027, 1, 20)
    shown = days_off.removing(provider, on=CHRISTMAS, today=DECIDED)
    services.cancel_all(deadline, at=NOON, reason="Lifted")
    with pytest.raises(seals.ChangedSince):
        days_off.remove(provider, on=CHRISTMAS, reason=WHY, seen=seal_of(shown), by=staff.administrator, at=NOON)
    assert Holiday.objects.filter(provider=provider, on=CHRISTMAS).exists()


# who may, and what is refused


@pytest.mark.parametrize("who", ["officer", "team_leader", "manager", "front_line", "contractor", "dpo"])
def test_only_an_administrator_of_the_provider(provider, staff, who):
    for act in (add, remove):
        with pytest.raises(NotPermitted):
            act(provider, getattr(staff, who))
    with pytest.raises(NotPermitted):
        add(provider, factories.staff(factories.dover("other-council")).administrator)


REFUSED = [
    (CHRISTMAS, None, "Again", "first_on", "25 December 2026 is a day off already: Christmas Day"),
    (date(2026, 12, 20), None, "Closed", "first_on", "20 December 2026 is a day off already: Sunday"),
    (CHRISTMAS, date(2026, 12, 28), "Closed", "first_on", "Every day of the closure is a day off already"),
    (EVE, None, " ", "name", "Enter what the day or the closure is called"),
    (date(2026, 12, 17), None, "Closed", "first_on", "must be today or in the future"),
    (date(2036, 1, 2), None, "Closed", "first_on", "must be from 2020 to 2035"),
    (date(2035, 12, 27), date(2036, 1, 2), "Closed", "last_on", "must be from 2020 to 2035"),
    (EVE, date(2026, 12, 23), "Closed", "last_on", "must be on or after 24 December 2026"),
    (EVE, date(2027, 12, 24), "Closed", "last_on", "62 days or fewer"),
]


@pytest.mark.parametrize(("first", "last", "name", "field", "words"), REFUSED)
def test_what_is_no_day_to_add_is_refused_when_it_is_shown_and_when_it_is_done(
    provider, staff, first, last, name, field, words
):
    before = Holiday.objects.count()
    for act in (
        lambda: days_off.adding(provider, first_on=first, last_on=last, name=name, today=DECIDED),
        lambda: days_off.add(
            provider, first_on=first, last_on=last, name=name, seen="", by=staff.administrator, at=NOON
        ),
    ):
        with pytest.raises(RuleBroken, match=words) as refusal:
            act()
        assert refusal.value.field == field and not isinstance(refusal.value, seals.ChangedSince)
    assert Holiday.objects.count() == before


def test_what_is_no_day_to_remove_is_refused(provider, staff):
    with pytest.raises(RuleBroken, match="not a day off any more"):
        remove(provider, staff.administrator, EVE)
    with pytest.raises(RuleBroken, match="A day that is past stays"):
        remove(provider, staff.administrator, date(2026, 5, 25))
    with pytest.raises(RuleBroken, match="Enter why") as refusal:
        remove(provider, staff.administrator, reason=" ")
    assert refusal.value.field == "reason"
    assert not Event.objects.filter(verb__startswith="holiday.").exists()


def test_a_day_in_the_last_year_does_not_stretch_the_table(provider, staff):
    add(provider, staff.administrator, date(2035, 12, 27))
    assert services.calendar_for(provider).covers == (date(2020, 1, 1), date(2035, 12, 31))
    seeded = policies.calendars.Calendar.of("england", 2020, 2035).holidays
    assert dict(Holiday.objects.filter(provider=provider, own=False).values_list("on", "name")) == dict(seeded)


def test_sixty_move_in_as_many_look_ups_as_one(provider, staff, policy):
    assert staff.administrator.capabilities  # read once a request
    counts = []
    for day, rows in ((EVE, range(1)), (date(2026, 12, 29), range(1, 61))):
        for number in rows:
            put(provider, policy, number=number)
        with CaptureQueriesContext(connection) as asked:
            done = add(provider, staff.administrator, day)
        counts.append((len(done.moved), len(asked)))
    assert (counts[0][0], counts[1][0]) == (1, 61) and counts[0][1] == counts[1][1]
    assert Event.objects.filter(verb="deadline.moved", subject_ref="X-000060").count() == 1


def test_what_was_set_while_a_correction_was_made_is_worked_out_anew(provider, policy):
    deadline = put(provider, policy)
    Holiday.objects.create(provider=provider, on=EVE, name="Closed")
    days_off.recompute(provider, by=None, at=NOON, because="Worked out anew")
    days_off.recompute(provider, by=None, at=NOON, because="Worked out anew")
    assert fresh(deadline).due_on == date(2027, 1, 21)
    assert Event.objects.filter(verb="deadline.moved").count() == 1


def test_what_letters_had_told_before_is_noted_by_the_migration(provider, policy):
    told, silent = put(provider, policy), put(provider, policy, "review.interval", number=2, start=DECIDED)
    untold = put(provider, policy, "stage.written.lapses", number=3, start=DECIDED)
    migration = importlib.import_module("deadlines.migrations.0003_what_letters_have_told")
    migration.note(apps, None)
    assert fresh(told).reckoning == told.reckoning | {"told_on": "2027-01-20"}
    assert fresh(silent).reckoning["told_on"] == str(silent.due_on)
    assert "told_on" not in fresh(untold).reckoning
    migration.forget(apps, None)
    assert [fresh(each).reckoning for each in (told, silent)] == [told.reckoning, silent.reckoning]
