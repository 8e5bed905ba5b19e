"""Setting, meeting and cancelling what is due; whose day it is; the provider's calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from deadlines import services
from deadlines.models import Deadline, Holiday
from design.dates import day_of
from policies import clocks
from tests import factories
from tests.factories import NOON


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def staff(provider):
    return factories.staff(provider)


def due(provider, **extra):
    details = {
        "provider": provider,
        "resident": None,
        "kind": "warning.issue",
        "about": "warning:W-1",
        "title": "Issue the warning",
        "url_name": "cases:warn",
        "due_on": date(2027, 1, 6),
        "at": NOON,
    }
    return services.set_deadline(**details | extra)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 12, 18, 23, 59, tzinfo=UTC), date(2026, 12, 18)),
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_the_day_is_londons(at, day):
    assert day_of(at) == day


def test_a_reckoning_brings_its_date_and_its_explanation(provider):
    policy = provider.policy_version_on(date(2026, 12, 18)).policy
    reckoning = clocks.work_out(
        policy, "appeal.window", {"decision": date(2026, 12, 18)}, services.calendar_for(provider)
    )
    deadline = due(provider, kind="appeal.window", reckoning=reckoning)
    kept = Deadline.objects.get(pk=deadline.pk)
    assert kept.due_on == date(2027, 1, 20) and kept.reckoning == reckoning.to_json()


def test_setting_anew_restarts_the_clock_and_keeps_the_first_on_record(provider):
    first = due(provider)
    second = due(provider, due_on=date(2027, 2, 1), at=NOON + timedelta(days=1))
    first = Deadline.objects.get(pk=first.pk)
    assert (first.state, first.ended_at, first.end_reason) == ("cancelled", NOON + timedelta(days=1), "Set anew")
    assert list(Deadline.objects.open()) == [second]


def test_one_open_deadline_of_a_kind_about_a_thing_is_the_databases_law(provider):
    due(provider)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.create(
            provider=provider, kind="warning.issue", about="warning:W-1", title="x", url_name="x", set_at=NOON
        )


def test_an_ended_deadline_has_its_instant(provider):
    due(provider)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.update(state="met")


def test_meeting_ends_one_kind_and_cancelling_ends_all(provider):
    due(provider)
    due(provider, kind="incident.support")
    assert services.meet("warning:W-1", "warning.issue", at=NOON, how="Issued") == 1
    assert services.meet("warning:W-1", "warning.issue", at=NOON) == 0, "met once"
    assert services.cancel("warning:W-1", at=NOON, reason="The case was closed" * 20) == 1
    states = dict(Deadline.objects.values_list("kind", "state"))
    assert states == {"warning.issue": "met", "incident.support": "cancelled"}


def test_whom_it_waits_for(provider, staff):
    named = due(provider, owner=staff.officer)
    key = staff.team_leader.roles[0].key
    by_role = due(provider, about="restriction:X-1", kind="restriction.decide", for_roles=[key])
    barred = due(
        provider, about="restriction:X-2", kind="restriction.decide", for_roles=[key], not_for=[staff.team_leader]
    )
    assert list(Deadline.objects.waiting_for(staff.officer)) == [named]
    assert list(Deadline.objects.waiting_for(staff.team_leader)) == [by_role]
    assert barred not in Deadline.objects.waiting_for(staff.team_leader)
    assert set(Deadline.objects.for_team_of(staff.team_leader)) == {named, by_role, barred}
    assert list(Deadline.objects.for_team_of(staff.officer)) == [], "an officer has no team"


def test_a_role_of_the_same_name_elsewhere_waits_for_nothing_here(provider, staff):
    other = factories.staff(factories.dover("elsewhere"))
    due(provider, for_roles=[staff.team_leader.roles[0].key])
    assert not Deadline.objects.waiting_for(other.team_leader).exists()


def test_worst_first_and_what_has_no_date_last(provider):
    for number, on in enumerate([None, date(2027, 3, 1), date(2026, 12, 1)]):
        due(provider, about=f"warning:W-{number}", due_on=on)
    assert [d.about_ref for d in Deadline.objects.worst_first()] == ["W-2", "W-1", "W-0"]


@pytest.mark.parametrize(
    ("due_on", "by_today"),
    [(date(2026, 12, 17), True), (date(2026, 12, 18), True), (date(2026, 12, 19), False)],
)
def test_a_deadline_is_due_from_its_day_on(provider, due_on, by_today):
    due(provider, due_on=due_on)
    assert Deadline.objects.due_by(date(2026, 12, 18)).exists() is by_today


def test_the_calendar_is_the_providers_own_table(provider):
    Holiday.objects.create(provider=provider, on=date(2026, 12, 29), name="Office closed")
    calendar = services.calendar_for(provider)
    assert calendar.holidays[date(2026, 12, 29)] == "Office closed"
    assert date(2026, 12, 29) not in services.calendar_for(factories.dover("elsewhere")).holidays


def test_seeding_keeps_what_the_office_wrote(provider):
    Holiday.objects.filter(provider=provider, on=date(2026, 12, 25)).update(name="Christmas, by hand")
    before = Holiday.objects.count()
    services.seed_holidays(provider, today=date(2026, 12, 18))
    assert Holiday.objects.count() == before
    assert Holiday.objects.get(provider=provider, on=date(2026, 12, 25)).name == "Christmas, by hand"
