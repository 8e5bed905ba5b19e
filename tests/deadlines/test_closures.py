"""A closure of several days is removed as it was entered, or a day at a time; every shift is shown and kept (T1)."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Event
from deadlines.models import Holiday
from deadlines.services import days_off
from design import seals
from policies.rules import RuleBroken
from tests import factories, quick
from tests.deadlines.test_days_off import DECIDED, EVE, NOON, WHY, add, fresh, put
from tests.factories import staff as staff_of
from tests.pressing import seal_of

LAST = date(2026, 12, 31)


@pytest.fixture
def provider(db):
    return factories.dover()


@pytest.fixture
def ada(provider):
    return staff_of(provider).administrator


def remove(provider, by, on=EVE, whole=True, at=NOON):
    shown = days_off.removing(provider, on=on, whole=whole, today=DECIDED)
    return days_off.remove(provider, on=on, whole=whole, reason=WHY, seen=seal_of(shown), by=by, at=at)


def own(provider) -> list[date]:
    return list(Holiday.objects.filter(provider=provider, own=True).values_list("on", flat=True))


def test_a_closure_goes_as_it_came_and_the_dates_with_it(provider, ada):
    deadline = put(provider, provider.policy_version_on(DECIDED).policy)
    was = deadline.due_on
    closed = add(provider, ada, last=LAST)
    assert len(closed.added) == 4 and fresh(deadline).due_on == date(2027, 1, 26)
    shown = days_off.removing(provider, on=date(2026, 12, 30), whole=True, today=DECIDED)
    assert list(shown.removed) == list(closed.added) and [one.now for one in shown.moved] == [was]
    remove(provider, ada, on=date(2026, 12, 30))
    assert own(provider) == [] and fresh(deadline).due_on == was
    event = Event.objects.get(verb="holiday.removed")
    assert event.facts["days"] == ["2026-12-24", "2026-12-29", "2026-12-30", "2026-12-31"]
    assert [one["now"] for one in event.facts["moved"]] == [str(was)]
    moved = Event.objects.filter(verb="deadline.moved").latest("pk")
    assert "24 December 2026 to 31 December 2026" in moved.facts["because"]


def test_a_single_day_goes_alone_and_the_rest_stays_a_closure(provider, ada):
    add(provider, ada, last=LAST)
    remove(provider, ada, on=date(2026, 12, 29), whole=False)
    left = (EVE, date(2026, 12, 30), LAST)
    assert own(provider) == list(left)
    assert days_off.closures(provider, today=DECIDED) == dict.fromkeys(left, left)
    assert days_off.closures(provider, today=date(2026, 12, 25)) == dict.fromkeys(left[1:], left[1:])
    remove(provider, ada)
    assert own(provider) == []


def test_what_was_entered_apart_is_no_closure(provider, ada):
    add(provider, ada, on=EVE)
    add(provider, ada, on=date(2026, 12, 29))
    assert days_off.closures(provider, today=DECIDED) == {}
    with pytest.raises(RuleBroken, match="Remove the day alone"):
        remove(provider, ada)
    with pytest.raises(RuleBroken, match="Remove the day alone"):
        remove(provider, ada, on=date(2026, 12, 25))


def test_a_day_added_again_belongs_to_what_it_was_added_with_last(provider, ada):
    add(provider, ada, last=LAST)
    remove(provider, ada, whole=False)
    add(provider, ada, on=EVE)
    rest = (date(2026, 12, 29), date(2026, 12, 30), LAST)
    assert days_off.closures(provider, today=DECIDED) == dict.fromkeys(rest, rest)


def test_days_that_have_gone_stay_when_the_rest_is_removed(provider, ada):
    add(provider, ada, last=LAST)
    later = NOON + timedelta(days=12)
    shown = days_off.removing(provider, on=LAST, whole=True, today=later.date())
    days_off.remove(provider, on=LAST, whole=True, reason=WHY, seen=seal_of(shown), by=ada, at=later)
    assert own(provider) == [EVE, date(2026, 12, 29)]


def test_what_was_shown_of_one_day_is_not_the_whole_closure(provider, ada):
    add(provider, ada, last=LAST)
    seen = seal_of(days_off.removing(provider, on=EVE, today=DECIDED))
    with pytest.raises(seals.ChangedSince):
        days_off.remove(provider, on=EVE, whole=True, reason=WHY, seen=seen, by=ada, at=NOON)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=quick.examples(15, 500), deadline=None
)
@given(first=st.integers(0, 60), length=st.integers(0, 40), alone=st.booleans())
def test_adding_and_removing_a_closure_leaves_every_date_where_it_was(provider, ada, first, length, alone):
    with transaction.atomic():
        deadline = put(provider, provider.policy_version_on(DECIDED).policy)
        before = (deadline.due_on, set(Holiday.objects.values_list("on", flat=True)))
        on = DECIDED + timedelta(days=first)
        try:
            closed = add(provider, ada, on=on, last=on + timedelta(days=length))
        except RuleBroken:
            transaction.set_rollback(True)
            return
        days = list(closed.added)
        if alone or len(days) == 1:
            for day in days:
                remove(provider, ada, on=day, whole=False)
        else:
            remove(provider, ada, on=days[-1])
        assert (fresh(deadline).due_on, set(Holiday.objects.values_list("on", flat=True))) == before
        transaction.set_rollback(True)
