"""Two people at once, on connections of their own."""

import threading
from datetime import date

import pytest
from django.db import connection
from django_fsm import TransitionNotAllowed

from audit.models import Event
from policies.rules import RuleBroken
from register.models import Entry, Lookup, Receipt
from register.services import finding, lookups, with_restriction
from tests import factories
from tests.factories import NOON
from tests.register.builders import change, enter, remove

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run each on its own thread and connection, all starting together; what each returned or raised."""
    ready, ended = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        ready.wait()
        try:
            ended[number] = act()
        except (TransitionNotAllowed, RuleBroken, finding.TooMany) as refused:
            ended[number] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


@pytest.fixture
def staff():
    return factories.staff(factories.dover())


@pytest.fixture
def dog(staff):
    return enter(
        staff.manager.provider,
        staff.manager,
        place="4 Snargate Street",
        source="",
        ends_on=None,
        review_on=date(2027, 3, 1),
        reason="It bit the engineer.",
    )


def test_two_removals_at_once_are_one(dog, staff):
    ended = at_once(*(lambda user=user: remove(dog, user, "Gone.") for user in (staff.manager, staff.team_leader)))
    assert sorted(type(end).__name__ for end in ended) == ["Entry", "TransitionNotAllowed"]
    assert Event.objects.filter(verb="register.removed").count() == 1
    winner = Entry.objects.get().removed_by
    (loser,) = (end for end in ended if isinstance(end, TransitionNotAllowed))
    assert winner.name in str(loser)


def test_two_removals_by_source_at_once_are_one(staff):
    provider = staff.manager.provider
    enter(provider, staff.manager, factories.resident(provider, staff.officer))
    source = "restriction:X-000004"
    ended = at_once(*[lambda: with_restriction.remove(source, by=staff.manager, at=NOON, reason="Lifted.")] * 2)
    assert sorted(len(end) for end in ended) == [0, 1]


def test_one_place_entered_twice_at_once_is_one_entry(staff):
    def act():
        return enter(
            staff.manager.provider, staff.manager, place="1 Roof Row", source="", reason="The roof.",
            review_on=date(2027, 3, 1),
        )  # fmt: skip

    ended = at_once(act, act)
    assert sorted(type(end).__name__ for end in ended) == ["Entry", "RuleBroken"]
    assert Entry.objects.count() == 1


def test_two_presses_make_one_receipt(staff):
    provider = staff.manager.provider
    resident = factories.resident(provider, staff.officer)
    look = lookups.look_up(resident, by=staff.front_line, purpose="visit", at=NOON)
    at_once(*[lambda: lookups.confirm_checked(look.pk, by=staff.front_line, at=NOON)] * 2)
    assert Receipt.objects.count() == 1


def test_searches_and_looks_at_once_are_held_back_as_those_one_after_the_other(staff, monkeypatch):
    """Whoever asks for many at the same instant gets no more of them than whoever waits for each answer."""
    provider, carl = staff.manager.provider, staff.contractor
    people = [factories.resident(provider, staff.officer, name=f"Rowan Nummer{name}") for name in "abcdef"]
    monkeypatch.setattr(finding, "SEARCHES", (2, finding.SEARCHES[1]))
    monkeypatch.setattr(lookups, "LOOKS", (2, lookups.LOOKS[1]))
    found = at_once(*[lambda: finding.search_for("rowan", by=carl, at=NOON)] * 6)
    assert sum(isinstance(each, finding.TooMany) for each in found) == 4
    looks = [lambda one=one: lookups.look_up(one, by=carl, purpose="visit", job="J-1", at=NOON) for one in people]
    assert sum(isinstance(each, finding.TooMany) for each in at_once(*looks)) == 4
    assert Lookup.objects.count() == 2


def test_a_removal_and_a_change_at_once_leave_no_half(dog, staff):
    ended = at_once(
        lambda: remove(dog, staff.manager, "Gone."),
        lambda: change(dog, staff.team_leader, "Two.", instructions=["No."]),
    )
    entry = Entry.objects.get()
    assert entry.removed_on == date(2026, 12, 18), "whoever came second, the removal stands"
    assert (entry.instructions == ["No."]) is isinstance(ended[1], Entry)
