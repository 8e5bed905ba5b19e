"""The nightly sweep: everybody is told once, nothing is missed, whatever happens to the nights."""

import collections
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import hypothesis
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import strategies as st

from audit.models import Event
from config.celery import app
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline, Holiday
from deadlines.services import calendar_for
from letters.models import Dispatch, Notice
from policies import clocks
from register.models import Entry
from restrictions.models import Restriction
from tests import factories, quick
from tests.register.builders import enter
from tests.restrictions import builders
from worklist import tasks
from worklist.models import Digest, Reminder, Sweep
from worklist.services import sweeping

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2027, 3, 1)
Kind = Reminder.Kind


def six(on: date) -> datetime:
    """06:00 in London."""
    return datetime(on.year, on.month, on.day, 6, tzinfo=LONDON)


def sweep(on: date) -> sweeping.Found:
    return sweeping.sweep(on, at=six(on))


def said(*deadlines_: Deadline) -> list[tuple[str, str]]:
    """(who, which kind) of all reminders, in order."""
    rows = Reminder.objects.order_by("pk").select_related("user")
    if deadlines_:
        rows = rows.filter(deadline__in=deadlines_)
    return [(row.user.name, row.kind) for row in rows]


@pytest.mark.parametrize(
    ("kind", "due_on", "expected"),
    [
        ("review.at_end", date(2027, 3, 15), [Kind.DUE_SOON]),
        ("review.at_end", date(2027, 3, 16), []),
        ("review.interval", date(2027, 3, 15), [Kind.DUE_SOON]),
        ("register.look_again", date(2027, 3, 15), [Kind.DUE_SOON]),
        ("appeal.decide", date(2027, 3, 4), [Kind.DUE_SOON]),
        ("appeal.decide", date(2027, 3, 5), []),
        ("appeal.decide", MONDAY, [Kind.DUE_TODAY]),
        ("appeal.decide", date(2027, 2, 26), [Kind.OVERDUE]),
    ],
)
def test_each_kind_of_deadline_has_its_lead(due, staff, kind, due_on, expected):
    due(due_on, kind=kind, owner=staff.manager)
    sweep(MONDAY)
    assert [kind for _, kind in said()] == expected


def test_a_date_counted_by_days_off_that_were_just_corrected_is_worked_out_anew(provider, staff):
    """Whoever read the table before a correction, and set a deadline after it, counted by days that are gone."""
    policy = provider.policy_version_on(MONDAY).policy
    counted = clocks.work_out(policy, "appeal.response", {"appeal received": MONDAY}, calendar_for(provider))
    Holiday.objects.create(provider=provider, on=date(2027, 3, 3), name="Closed")
    about = factories.about("appeal:A-000001", provider)
    late = deadlines.set("appeal.decide", about, due=counted, whose=deadlines.Whose(staff.manager), at=six(MONDAY))
    assert late.due_on == date(2027, 3, 15)
    found = sweep(MONDAY)
    assert Deadline.objects.get(pk=late.pk).due_on == date(2027, 3, 16)
    assert found.done["moved"] == 1 and found.failed == []
    assert sweep(MONDAY).done["moved"] == 0


def test_a_lead_in_working_days_reaches_over_easter(due, staff):
    """Thursday 25 March 2027 is before Good Friday: the third working day after it is Thursday 1 April."""
    due(date(2027, 4, 1), owner=staff.manager)
    due(date(2027, 4, 2), owner=staff.manager)
    sweep(date(2027, 3, 25))
    assert said() == [("Morgan Manager", Kind.DUE_SOON)]


def test_the_longest_lead_covers_three_working_days_over_christmas(provider):
    """Deadlines are looked for so many calendar days ahead; no three working days may last longer."""
    calendar = calendar_for(provider)
    day = calendar.covers[0]
    while day + timedelta(days=30) < calendar.covers[1]:
        assert (calendar.add_working_days(day, 3) - day).days <= kinds.LONGEST_LEAD
        day += timedelta(days=1)


def test_those_who_hold_the_role_are_reminded_and_not_those_whom_a_rule_bars(due, staff):
    due(MONDAY, roles=["manager"], barred=[staff.manager])
    sweep(MONDAY)
    assert said() == [("Maxine Manager", Kind.DUE_TODAY)]


def test_holders_at_another_provider_hear_nothing(due, staff):
    elsewhere = factories.dover("other-council")
    factories.working_as(elsewhere, "manager", name="Oona Other")
    due(MONDAY, roles=["manager"])
    sweep(MONDAY)
    assert sorted(said()) == [("Maxine Manager", Kind.DUE_TODAY), ("Morgan Manager", Kind.DUE_TODAY)]


def test_the_line_manager_stands_in_for_an_owner_who_has_left(due, staff):
    due(MONDAY, owner=staff.officer)
    staff.officer.is_active = False
    staff.officer.save()
    sweep(MONDAY)
    assert said() == [("Terry Leader", Kind.DUE_TODAY)]


def test_what_only_informs_reminds_nobody(due):
    due(MONDAY, kind="appeal.window")
    sweep(MONDAY)
    assert said() == []


def test_what_is_met_or_cancelled_reminds_nobody(due, staff):
    met, cancelled = due(MONDAY, owner=staff.manager), due(MONDAY, owner=staff.manager)
    deadlines.meet(met.kind, met, at=six(MONDAY))
    deadlines.cancel_all(cancelled, at=six(MONDAY), reason="Closed")
    sweep(MONDAY)
    assert said() == [] and not Digest.objects.exists()


def test_twice_the_same_day_says_nothing_twice(due, staff):
    due(MONDAY, owner=staff.manager)
    due(MONDAY - timedelta(days=30), roles=["senior_officer"])
    first = sweep(MONDAY)
    reminders, notices = said(), Notice.objects.count()
    second = sweep(MONDAY)
    assert (said(), Notice.objects.count()) == (reminders, notices)
    assert first.done["digests"] == 2  # the team leader, and the manager for both
    assert +second.done == {}
    assert Sweep.objects.count() == 2


def test_a_fortnight_without_a_sweep_misses_nothing_and_says_what_is_true_now(due, staff):
    """Nobody is told that something is due soon when it is long overdue."""
    early, late = due(date(2027, 3, 8), owner=staff.manager), due(date(2027, 3, 17), owner=staff.manager)
    sweep(MONDAY)
    sweep(date(2027, 3, 15))
    assert said(early) == [("Morgan Manager", Kind.OVERDUE)]
    assert said(late) == [("Morgan Manager", Kind.DUE_SOON)]


def test_every_step_is_said_once_when_the_sweep_runs_every_night(due, staff):
    due(date(2027, 3, 5), owner=staff.officer)
    for number in range(20):
        sweep(MONDAY + timedelta(days=number))
    assert said() == [
        ("Olive Officer", Kind.DUE_SOON),
        ("Olive Officer", Kind.DUE_TODAY),
        ("Olive Officer", Kind.OVERDUE),
        ("Terry Leader", Kind.ESCALATED),
    ]


def test_a_sweep_for_an_earlier_day_says_nothing_milder(due, staff):
    due(MONDAY, owner=staff.manager)
    sweep(MONDAY + timedelta(days=1))
    sweep(MONDAY)
    assert said() == [("Morgan Manager", Kind.OVERDUE)]


@pytest.mark.parametrize(
    ("on", "told"), [(date(2027, 3, 30), False), (date(2027, 3, 31), False), (date(2027, 4, 1), True)]
)
def test_the_line_manager_hears_after_three_working_days_and_easter_is_not_one(due, staff, on, told):
    """Due on Thursday 25 March 2027; the working days after it are 30 and 31 March and 1 April."""
    due(date(2027, 3, 25), owner=staff.officer)
    sweep(on)
    assert (("Terry Leader", Kind.ESCALATED) in said()) is told


def test_nobody_barred_is_told_even_as_a_line_manager(due, staff):
    due(date(2027, 2, 1), owner=staff.officer, barred=[staff.team_leader])
    sweep(MONDAY)
    assert said() == [("Olive Officer", Kind.OVERDUE), ("Morgan Manager", Kind.ESCALATED)]


def test_a_moved_date_is_reminded_of_anew(due, staff):
    deadline = due(MONDAY, owner=staff.manager)
    sweep(MONDAY)
    Deadline.objects.filter(pk=deadline.pk).update(due_on=MONDAY + timedelta(days=1))
    sweep(MONDAY + timedelta(days=1))
    assert said() == [("Morgan Manager", Kind.DUE_TODAY), ("Morgan Manager", Kind.DUE_TODAY)]


def test_one_mail_a_person_a_day_with_all_that_is_new(due, staff):
    due(MONDAY, owner=staff.manager)
    due(date(2027, 2, 22), owner=staff.manager)
    due(date(2027, 3, 2), owner=staff.manager)
    sweep(MONDAY)
    notice = Notice.objects.get(to=staff.manager)
    assert notice.subject == "Evenhand: 1 overdue, 1 due today, 1 due soon"
    assert "- Monday 22 February 2027: An appeal to decide, A-000002, case C-000002" in notice.body
    assert Dispatch.objects.get(notice=notice).address == staff.manager.email
    assert Reminder.objects.filter(user=staff.manager, digest__notice=notice).count() == 3


def test_mail_names_no_resident_and_no_reason(due, staff, provider):
    resident = factories.resident(provider, staff.officer, "Wilhelmina Secret")
    title = "Decide the appeal of Wilhelmina Secret, who threatened a caretaker"
    due(MONDAY, owner=staff.manager, resident=resident, title=title)
    sweep(MONDAY)
    for notice in Notice.objects.all():
        assert not {"wilhelmina", "secret", "threatened"} & set(f"{notice.subject} {notice.body}".lower().split())


def test_what_is_found_later_the_same_day_comes_with_the_next_mail(due, staff):
    due(MONDAY, owner=staff.manager)
    sweep(MONDAY)
    due(MONDAY, owner=staff.manager)
    sweep(MONDAY)
    assert Notice.objects.filter(to=staff.manager).count() == 1
    sweep(MONDAY + timedelta(days=1))
    last = Notice.objects.filter(to=staff.manager).latest("pk")
    assert "A-000002" in last.body and Notice.objects.filter(to=staff.manager).count() == 2
    assert not Reminder.objects.filter(digest__isnull=True).exists()


def test_a_mail_says_nothing_that_has_been_done_meanwhile(due, staff):
    done, waits = due(MONDAY, owner=staff.manager), due(MONDAY, owner=staff.manager)
    sweep(MONDAY - timedelta(days=1))
    deadlines.meet(done.kind, done, at=six(MONDAY))
    sweep(MONDAY)
    last = Notice.objects.filter(to=staff.manager).latest("pk")
    assert waits.about_ref in last.body and done.about_ref not in last.body


def test_one_bad_row_does_not_stop_the_night_and_the_administrators_hear_of_it(due, staff, caplog):
    """A provider whose table of days off is empty cannot count working days; everybody else is served."""
    bare = factories.dover("bare-council")
    Holiday.objects.filter(provider=bare).delete()
    boss = factories.working_as(bare, "manager", name="Bea Bare")
    office = factories.working_as(bare, "administrator", name="Bo Office")
    bad = due(date(2027, 2, 1), owner=boss, provider=bare)
    due(MONDAY, owner=staff.manager)
    found = sweep(MONDAY)
    assert [one["what"] for one in found.failed] == [f"deadline {bad.pk}"]
    assert said() == [("Morgan Manager", Kind.DUE_TODAY)]
    assert Notice.objects.filter(kind=sweeping.TROUBLE, to=office).count() == 1
    assert not Notice.objects.filter(kind=sweeping.TROUBLE, to=staff.administrator).exists()
    assert "sweep: deadline" in caplog.text
    sweep(MONDAY)
    assert Notice.objects.filter(kind=sweeping.TROUBLE).count() == 1
    deadlines.seed_holidays(bare, today=MONDAY)
    assert sweep(MONDAY).failed == []
    assert ("Bea Bare", Kind.OVERDUE) in said()


def test_what_nobody_may_do_is_told_to_the_administrators_of_that_provider_alone(due, staff):
    other = factories.staff(factories.dover("other-council"))
    due(MONDAY, roles=["manager"], barred=[staff.manager, staff.other_manager])
    found = sweep(MONDAY)
    assert [one["what"] for one in found.nobody] == ["An appeal to decide, A-000001"]
    told = Notice.objects.filter(kind=sweeping.TROUBLE)
    assert [notice.to for notice in told] == [staff.administrator]
    assert other.administrator not in {notice.to for notice in told}


# Restrictions past their last day


def test_a_restriction_past_its_last_day_lapses_once(db):
    w = builders.world()
    restriction = builders.imposed(w)
    assert restriction.ends_on is not None
    assert sweep(restriction.ends_on).done["lapsed"] == 0
    assert sweep(restriction.ends_on + timedelta(days=1)).done["lapsed"] == 1
    assert sweep(restriction.ends_on + timedelta(days=1)).done["lapsed"] == 0
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.LAPSED


def test_a_sweep_for_a_day_to_come_ends_nothing_before_its_time(db):
    w = builders.world()
    restriction = builders.imposed(w)
    assert restriction.ends_on is not None
    found = sweeping.sweep(restriction.ends_on + timedelta(days=1), at=builders.NOON)
    assert (found.done["lapsed"], found.done["left"]) == (0, 1)
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.IN_FORCE
    assert Reminder.objects.exists()


def test_the_review_is_announced_a_fortnight_before(db):
    w = builders.world()
    restriction = builders.imposed(w)
    assert restriction.ends_on is not None
    sweep(restriction.ends_on - timedelta(days=15))
    before = Reminder.objects.filter(deadline__kind="review.at_end").count()
    sweep(restriction.ends_on - timedelta(days=14))
    told = Reminder.objects.filter(deadline__kind="review.at_end")
    assert (before, {one.kind for one in told}) == (0, {Kind.DUE_SOON})
    assert w.staff.team_leader not in {one.user for one in told}, "who imposed it does not review it (F12)"


def test_a_closed_appeal_window_is_said_on_the_trail_once_and_not_before_its_time(db):
    w = builders.world()
    restriction = builders.imposed(w)
    window = Deadline.objects.get(kind="appeal.window", about=f"restriction:{restriction.reference}")
    sweeping.sweep(window.due_on + timedelta(days=9), at=builders.NOON)
    sweep(window.due_on)
    assert not Event.objects.filter(verb="appeal.window_closed").exists()
    assert sweep(window.due_on + timedelta(days=1)).done["windows"] == 1
    assert sweep(window.due_on + timedelta(days=1)).done["windows"] == 0
    assert Event.objects.get(verb="appeal.window_closed").subject_ref == restriction.reference
    assert not Deadline.objects.open().filter(pk=window.pk).exists()


def test_a_register_entry_of_its_own_goes_after_its_last_day(provider, staff):
    register_key = provider.policy_version_on(MONDAY).policy.registers[0].key
    entry = enter(
        provider,
        staff.team_leader,
        place="7 Castle Street\nDover",
        postcode="CT16 1QX",
        register_key=register_key,
        risks=["animal"],
        instructions=["Ring before you go: there is a dog."],
        arrangement=[],
        reason="A dog went for a fitter.",
        ends_on=MONDAY,
        source="",
        at=six(MONDAY - timedelta(days=30)),
    )
    assert sweep(MONDAY).done["tidied"] == 0
    found = sweep(MONDAY + timedelta(days=1))
    assert (found.done["tidied"], found.failed) == (1, [])
    assert sweep(MONDAY + timedelta(days=1)).done["tidied"] == 0
    entry = Entry.objects.get(pk=entry.pk)
    assert (entry.removed_on, entry.removed_by) == (MONDAY + timedelta(days=1), None)


# How it is run


def test_the_command_sweeps_for_a_day_and_prints_what_it_found(due, staff, capsys):
    due(MONDAY, owner=staff.manager)
    call_command("sweep", "--on", "2027-03-01")
    printed = capsys.readouterr().out
    assert "Sweep for 1 March 2027" in printed
    assert "1  reminders: due today" in printed
    with pytest.raises(CommandError, match="takes a day"):
        call_command("sweep", "--on", "1 March")


def test_the_task_reads_the_clock_in_london(due, staff):
    """At half past midnight in British summer time it is still the day before in UTC."""
    due(date(2027, 7, 2), owner=staff.manager)
    with time_machine.travel(datetime(2027, 7, 1, 23, 30, tzinfo=ZoneInfo("UTC")), tick=False):
        tasks.sweep()
    assert said() == [("Morgan Manager", Kind.DUE_TODAY)]


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28), date(2026, 12, 1), date(2027, 7, 1)])
def test_beat_asks_at_six_in_london_on_the_days_the_clocks_change_too(day):
    schedule = app.conf.beat_schedule["nightly-sweep"]["schedule"]
    schedule.app = app
    last = six(day - timedelta(days=1))
    with time_machine.travel(six(day) - timedelta(seconds=30), tick=False):
        assert not schedule.is_due(last).is_due
        assert schedule.remaining_estimate(last) == timedelta(seconds=30)
    with time_machine.travel(six(day) + timedelta(seconds=1), tick=False):
        assert schedule.is_due(last).is_due
        assert not schedule.is_due(six(day) + timedelta(seconds=0.5)).is_due


# Whatever the nights


def _severity(kind: str, due_on: date, on: date, calendar) -> int:
    """A slow, obvious second opinion on what is true of a date: counted day by day."""
    if on > due_on:
        return 2
    if on == due_on:
        return 1
    day, working, far = on, 0, 0
    while day < due_on:
        day += timedelta(days=1)
        far += 1
        working += calendar.is_working_day(day)
    return 0 if (far <= 14 if kind.startswith("review") else working <= 3) else -1


@hypothesis.given(
    wanted=st.lists(
        st.tuples(st.integers(-20, 40), st.sampled_from(["appeal.decide", "review.at_end"]), st.booleans()),
        min_size=1,
        max_size=5,
    ),
    nights=st.lists(st.integers(-25, 60), min_size=1, max_size=8),
)
@hypothesis.settings(
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], max_examples=quick.examples(25, 2_000)
)
def test_whatever_the_nights_each_is_told_each_kind_once_and_nothing_is_missed(due, staff, wanted, nights):
    base = date(2026, 12, 23)
    calendar = calendar_for(staff.manager.provider)
    names = list(Kind)
    with transaction.atomic():
        made = [
            due(
                base + timedelta(days=offset),
                kind=kind,
                **({"owner": staff.officer} if owned else {"roles": ["manager"]}),
            )
            for offset, kind, owned in wanted
        ]
        for night in nights:
            sweep(base + timedelta(days=night))
        expected = collections.Counter()
        for deadline, (_, kind, owned) in zip(made, wanted, strict=True):
            people = [staff.officer] if owned else [staff.manager, staff.other_manager]
            worst, above = -1, False
            for night in nights:
                on = base + timedelta(days=night)
                now = _severity(kind, deadline.due_on, on, calendar)
                if now > worst:
                    worst = now
                    expected.update((deadline.pk, person.pk, names[now]) for person in people)
                late = now == 2 and calendar.working_days_between(deadline.due_on, on) >= sweeping.ESCALATE_AFTER
                if late and owned and not above:
                    above = True
                    expected[deadline.pk, staff.team_leader.pk, Kind.ESCALATED] += 1
        rows = Reminder.objects.values_list("deadline", "user", "kind")
        assert collections.Counter((d, u, Kind(k)) for d, u, k in rows) == expected
        digests = collections.Counter(Digest.objects.values_list("user", "on"))
        assert all(count == 1 for count in digests.values())
        assert Notice.objects.filter(kind="digest").count() == len(digests)
        transaction.set_rollback(True)
