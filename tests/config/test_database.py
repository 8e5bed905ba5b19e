"""One statement carries no more values than PostgreSQL numbers when it binds them, whoever writes in bulk."""

from datetime import date

import pytest
from django.db import connection

from audit import services as audit
from audit.models import Event
from cases.models import Incident
from config.database import base
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from deadlines.services import days_off
from ops import bulk
from policies import clocks
from tests import factories
from tests.factories import NOON
from tests.pressing import seal_of

FEW = 120
ROWS = 50
CHRISTMAS_EVE = date(2026, 12, 24)


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def staff(provider):
    return factories.staff(provider)


@pytest.fixture
def waiting(provider) -> list[Deadline]:
    """Many appeals' windows that Christmas Eve would move if it were a day off."""
    decided = date(2026, 12, 18)
    policy = provider.policy_version_on(decided).policy
    found = clocks.work_out(policy, "appeal.window", {"decision": decided}, deadlines.calendar_for(provider))
    abouts = [factories.about(f"restriction:X-{number:06d}", provider) for number in range(ROWS)]
    return [deadlines.set(kinds.APPEAL_WINDOW, about, due=found, at=NOON) for about in abouts]


def add_a_day_off(staff, waiting) -> None:
    """Moves every date that waits, and records each."""
    day = {"first_on": CHRISTMAS_EVE, "last_on": None, "name": "Offices closed"}
    shown = days_off.adding(staff.officer.provider, **day, today=NOON.date())
    days_off.add(staff.officer.provider, **day, seen=seal_of(shown), by=staff.administrator, at=NOON)
    assert Event.objects.filter(verb="deadline.moved").count() == ROWS


def update_two_columns(staff, waiting) -> None:
    """As many values again for each row and column as rows, which `bulk_update` does not count."""
    for row in waiting:
        row.title, row.case_ref = f"Look at {row.pk}", f"C-{row.pk}"
    Deadline.objects.bulk_update(waiting, ["title", "case_ref"])
    assert Deadline.objects.exclude(case_ref="").count() == ROWS


def load_a_council(staff, waiting) -> None:
    """Incidents hold lists, for which Django writes a value a cell; what is measured is loaded like this."""
    bulk.council(cases=ROWS, incidents=2 * ROWS)
    assert Incident.objects.count() == 2 * ROWS


def read_by_number(staff, waiting) -> None:
    """More numbers than fit into one question."""
    assert len(Deadline.objects.in_bulk([*(row.pk for row in waiting), *range(-3 * FEW, 0)])) == ROWS


@pytest.mark.parametrize("act", [add_a_day_off, update_two_columns, load_a_council, read_by_number])
def test_what_is_written_or_read_in_bulk_is_parted(act, staff, waiting, monkeypatch):
    monkeypatch.setattr(base, "MOST_PARAMETERS", FEW)
    monkeypatch.setattr(base.DatabaseFeatures, "max_query_params", FEW)
    carried = []

    def count(execute, sql, params, many, context):
        carried.append((len(params or ()), sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        act(staff, waiting)
    assert max(carried)[0] <= FEW, max(carried)


def test_thousands_of_things_that_one_act_touched_are_recorded(provider, staff):
    """Beyond what one statement carries: a council of any size corrects its days off."""
    rows = base.MOST_PARAMETERS // len(Event._meta.concrete_fields) + 100
    audit.record_each("deadline.moved", ((provider, {"now": "2027-01-20"}) for _ in range(rows)), by=None, at=NOON)
    assert Event.objects.filter(verb="deadline.moved").count() == rows


def test_as_many_rows_are_read_by_number_as_somebody_asks_for(provider):
    assert list(type(provider).objects.in_bulk([provider.pk, *range(-base.MOST_PARAMETERS, 0)])) == [provider.pk]


@pytest.mark.parametrize("limit", ["join_collapse_limit", "from_collapse_limit"])
def test_many_joins_are_read_in_the_order_in_which_they_are_written(db, limit):
    """Else the page of an appeal waits longer for its plan than for its rows (docs/adr/0200)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {limit}")
        assert cursor.fetchone() == ("4",)
