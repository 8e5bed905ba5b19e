"""Holidays are data: a correction moves what is open, shows it beforehand, and says so (T1)."""

from datetime import date

import pytest

from audit.models import Event
from deadlines import services
from deadlines.models import Deadline, Holiday
from people.access import NotPermitted
from policies import clocks
from policies.rules import RuleBroken
from tests import factories
from tests.factories import NOON

DECIDED = date(2026, 12, 18)
EVE = date(2026, 12, 24)


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def staff(provider):
    return factories.staff(provider)


@pytest.fixture
def policy(provider):
    return provider.policy_version_on(DECIDED).policy


def put(provider, policy, path="appeal.window", number=1, **events) -> Deadline:
    found = clocks.work_out(policy, path, events or {"decision": DECIDED}, services.calendar_for(provider))
    return services.set_deadline(
        provider=provider,
        resident=None,
        kind=path,
        about=f"restriction:X-{number:06d}",
        case_ref="C-000001",
        title="Look",
        url_name="worklist:mine",
        reckoning=found,
        at=NOON,
    )


def fresh(deadline: Deadline) -> Deadline:
    return Deadline.objects.get(pk=deadline.pk)


def test_a_closure_moves_an_open_deadline_and_says_so(provider, staff, policy):
    deadline = put(provider, policy)
    moved = services.add_day_off(provider, on=EVE, name="Offices closed", by=staff.administrator, at=NOON)
    assert [(shift.was, shift.reckoning.due) for shift in moved] == [(date(2027, 1, 20), date(2027, 1, 21))]
    anew = fresh(deadline)
    assert anew.due_on == date(2027, 1, 21)
    assert "24 December, Offices closed" in clocks.Reckoning.from_json(anew.reckoning).explain()
    event = Event.objects.get(verb="deadline.moved")
    assert (event.subject_ref, event.case_ref) == ("X-000001", "C-000001")
    assert event.facts["was"] == "2027-01-20" and event.facts["now"] == "2027-01-21"
    assert event.facts["because"] == "Day off added: Offices closed, 24 December 2026"


def test_taking_it_away_moves_it_back(provider, staff, policy):
    deadline = put(provider, policy)
    before = deadline.reckoning
    services.add_day_off(provider, on=EVE, name="Offices closed", by=staff.administrator, at=NOON)
    services.remove_day_off(provider, on=EVE, by=staff.administrator, at=NOON)
    assert fresh(deadline).reckoning == before


def test_what_is_met_and_what_is_elsewhere_stays(provider, staff, policy):
    met = put(provider, policy)
    services.meet(met.about, met.kind, at=NOON)
    other = factories.dover("other-council")
    elsewhere = put(other, policy, number=2)
    assert services.add_day_off(provider, on=EVE, name="Closed", by=staff.administrator, at=NOON) == []
    assert (fresh(met).due_on, fresh(elsewhere).due_on) == (date(2027, 1, 20), date(2027, 1, 20))


def test_shifts_are_shown_before_and_change_nothing(provider, policy):
    deadline = put(provider, policy)
    calendar = services.calendar_for(provider).corrected(added={EVE: "Closed"})
    assert [shift.reckoning.due for shift in services.shifts(provider, calendar)] == [date(2027, 1, 21)]
    assert fresh(deadline).due_on == date(2027, 1, 20)


def test_a_day_in_months_is_only_looked_at_anew(provider, staff, policy):
    deadline = put(provider, policy, "review.interval", start=DECIDED)
    day = deadline.due_on
    services.add_day_off(provider, on=day, name="Closed", by=staff.administrator, at=NOON)
    assert fresh(deadline).due_on == day, "the policy lets it be later, and does not move it"


@pytest.mark.parametrize("who", ["officer", "team_leader", "manager", "front_line", "contractor", "dpo"])
def test_only_an_administrator_of_the_provider(provider, staff, who):
    for act in (
        lambda by: services.add_day_off(provider, on=EVE, name="Closed", by=by, at=NOON),
        lambda by: services.remove_day_off(provider, on=date(2026, 12, 25), by=by, at=NOON),
    ):
        with pytest.raises(NotPermitted):
            act(getattr(staff, who))
    other = factories.staff(factories.dover("other-council"))
    with pytest.raises(NotPermitted):
        services.add_day_off(provider, on=EVE, name="Closed", by=other.administrator, at=NOON)


def test_a_day_twice_or_without_a_name_is_refused(provider, staff):
    for on, name in ((date(2026, 12, 25), "Again"), (EVE, " ")):
        with pytest.raises(RuleBroken):
            services.add_day_off(provider, on=on, name=name, by=staff.administrator, at=NOON)
    with pytest.raises(RuleBroken):
        services.remove_day_off(provider, on=EVE, by=staff.administrator, at=NOON)
    assert not Holiday.objects.filter(provider=provider, on=EVE).exists()
