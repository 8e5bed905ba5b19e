"""Setting, meeting and cancelling what is due; whose day it is; the provider's calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from deadlines import kinds, services
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


def due(provider, kind=kinds.WARNING_ISSUE, pointer="warning:W-1", **extra):
    details = {"due": date(2027, 1, 6), "at": NOON} | extra
    return services.set(kind, factories.about(pointer, provider), **details)


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
    deadline = due(provider, "appeal.window", due=reckoning)
    kept = Deadline.objects.get(pk=deadline.pk)
    assert kept.due_on == date(2027, 1, 20) and kept.reckoning == reckoning.to_json()


def test_setting_anew_restarts_the_clock_and_keeps_the_first_on_record(provider):
    first = due(provider)
    second = due(provider, due=date(2027, 2, 1), at=NOON + timedelta(days=1))
    first = Deadline.objects.get(pk=first.pk)
    assert (first.state, first.ended_at, first.end_reason) == ("cancelled", NOON + timedelta(days=1), "Set anew")
    assert list(Deadline.objects.open()) == [second]


def test_one_open_deadline_of_a_kind_about_a_thing_is_the_databases_law(provider):
    due(provider)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.create(provider=provider, kind="warning.issue", about="warning:W-1", title="x", set_at=NOON)


def test_an_ended_deadline_has_its_instant(provider):
    due(provider)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deadline.objects.update(state="met")


def test_meeting_ends_one_kind_and_cancelling_ends_all(provider):
    for kind in (kinds.WARNING_ISSUE, kinds.WARNING_REVISE, kinds.LETTER_SEND):
        due(provider, kind)
    warning = factories.about("warning:W-1", provider)
    assert services.meet(kinds.WARNING_ISSUE, warning, at=NOON, how="Issued") == 1
    assert services.meet(kinds.WARNING_ISSUE, warning, at=NOON) == 0, "met once"
    assert services.cancel(kinds.WARNING_REVISE, warning, at=NOON, reason="Sent again") == 1
    assert services.cancel_all(warning, at=NOON, reason="The case was closed" * 20) == 1
    states = dict(Deadline.objects.values_list("kind", "state"))
    assert states == {"warning.issue": "met", "warning.revise": "cancelled", "letter.send": "cancelled"}


def test_whom_it_waits_for(provider, staff):
    named = due(provider, whose=services.Whose(staff.officer))
    roles, out = [staff.team_leader.roles[0].key], [staff.team_leader.pk]
    by_role = due(provider, kinds.RESTRICTION_DECIDE, "restriction:X-1", whose=services.Whose(roles=roles))
    barred = due(provider, kinds.RESTRICTION_DECIDE, "restriction:X-2", whose=services.Whose(roles=roles, not_for=out))
    assert list(Deadline.objects.waiting_for(staff.officer)) == [named]
    assert list(Deadline.objects.waiting_for(staff.team_leader)) == [by_role]
    assert barred not in Deadline.objects.waiting_for(staff.team_leader)
    assert set(Deadline.objects.for_team_of(staff.team_leader)) == {named, by_role, barred}
    assert list(Deadline.objects.for_team_of(staff.officer)) == [], "an officer has no team"


def test_what_follows_from_its_subject_and_its_kind_is_not_said_again(provider, staff):
    resident = factories.resident(provider, staff.officer)
    about = factories.about("warning:L-000007", provider, resident, "C-000003")
    row = services.set(kinds.WARNING_ISSUE, about, words="warning letter", event=12, at=NOON)
    kept = Deadline.objects.get(pk=row.pk)
    assert (kept.provider, kept.resident, kept.case_ref) == (provider, resident, "C-000003")
    assert (kept.about, kept.page) == ("warning:L-000007", "cases:warning")
    assert kept.title == "Read and issue warning letter L-000007"
    assert (kept.due_on, kept.reckoning, kept.owner, kept.runs_from_event) == (None, None, None, 12)


def test_what_a_kind_does_not_know_is_refused(provider, staff):
    """What only informs is nobody's to do, what is one person's waits for no role, and no kind is invented."""
    named, roles = services.Whose(staff.officer), services.Whose(roles=["manager"])
    for kind, whose in ((kinds.APPEAL_WINDOW, named), (kinds.APPEAL_WINDOW, roles), (kinds.LETTER_SEND, roles)):
        with pytest.raises(ValueError, match=kind):
            due(provider, kind, whose=whose)
    with pytest.raises(LookupError, match=r"warning\.isue"):
        due(provider, "warning.isue")
    assert not Deadline.objects.exists()


def test_one_counted_from_another_day_is_otherwise_the_same(provider, staff):
    whose = services.Whose(roles=["manager"], not_for=[staff.manager.pk])
    first = due(provider, kinds.APPEAL_DECIDE, "appeal:A-1", whose=whose, event=5)
    policy = provider.policy_version_on(date(2026, 12, 18)).policy
    received, calendar = {"appeal received": date(2027, 1, 4)}, services.calendar_for(provider)
    found = clocks.work_out(policy, "appeal.response", received, calendar)
    services.count_anew(first.pk, found, at=NOON + timedelta(days=1))
    second, first = Deadline.objects.open().get(), Deadline.objects.get(pk=first.pk)
    assert (first.state, first.end_reason, first.due_on) == ("cancelled", "Set anew", date(2027, 1, 6))
    assert (second.due_on, second.reckoning, second.set_at) == (found.due, found.to_json(), NOON + timedelta(days=1))
    same = ("provider", "resident", "kind", "about", "case_ref", "title", "for_roles", "not_for", "runs_from_event")
    assert [getattr(second, name) for name in same] == [getattr(first, name) for name in same]


def test_a_role_of_the_same_name_elsewhere_waits_for_nothing_here(provider, staff):
    other = factories.staff(factories.dover("elsewhere"))
    due(provider, whose=services.Whose(roles=[staff.team_leader.roles[0].key]))
    assert not Deadline.objects.waiting_for(other.team_leader).exists()


def test_worst_first_and_what_has_no_date_last(provider):
    for number, on in enumerate([None, date(2027, 3, 1), date(2026, 12, 1)]):
        due(provider, pointer=f"warning:W-{number}", due=on)
    assert [d.about_ref for d in Deadline.objects.worst_first()] == ["W-2", "W-1", "W-0"]


@pytest.mark.parametrize(
    ("due_on", "by_today"),
    [(date(2026, 12, 17), True), (date(2026, 12, 18), True), (date(2026, 12, 19), False)],
)
def test_a_deadline_is_due_from_its_day_on(provider, due_on, by_today):
    due(provider, due=due_on)
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
