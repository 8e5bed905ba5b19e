"""Two at once, on connections of their own: exactly one wins, and the other is told."""

import threading
from datetime import date

import pytest
from django.db import connection, connections
from django_fsm import TransitionNotAllowed

from audit.models import Decision
from decisions.services import Said
from design.dates import LONDON
from letters.models import Letter
from people.models import User
from register.models import Entry
from restrictions.models import Restriction
from restrictions.services import deciding_reviews, ending, imposing, proposing
from restrictions.services.planning_reviews import Conclusion
from tests.factories import NOON
from tests.restrictions import builders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(*acts):
    """Run each act on a thread and a connection of its own, let go together; their results or refusals in order."""
    gate = threading.Barrier(len(acts))
    results: list = [None] * len(acts)

    def run(number, act):
        try:
            gate.wait(timeout=30)
            results[number] = act()
        except Exception as refusal:
            results[number] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def impose(restriction, who):
    user = User.objects.get(pk=who.pk)
    return lambda: imposing.impose(restriction.pk, Said(f"{user.name} decides.", considered="Fair."), by=user, at=NOON)


def test_two_team_leaders_at_once_one_wins():
    w = builders.world()
    other = builders.reviewer(w)
    restriction = builders.proposed(w)
    results = at_once(impose(restriction, w.staff.team_leader), impose(restriction, other))
    assert sorted(type(each).__name__ for each in results) == ["Restriction", "TransitionNotAllowed"]
    assert Letter.objects.filter(kind="restriction").count() == 1
    assert Entry.objects.count() == 1
    assert Decision.objects.filter(what="restriction.imposed").count() == 1


def test_a_double_click_imposes_once():
    w = builders.world()
    restriction = builders.proposed(w)
    results = at_once(*(impose(restriction, w.staff.team_leader) for _ in range(4)))
    assert sum(isinstance(each, Restriction) for each in results) == 1
    assert sum(isinstance(each, TransitionNotAllowed) for each in results) == 3


def test_imposing_and_returning_at_once_leaves_one_outcome():
    w = builders.world()
    other = builders.reviewer(w)
    restriction = builders.proposed(w)

    def give_back():
        return proposing.send_back(restriction.pk, Said("Say more."), by=other, at=NOON)

    at_once(impose(restriction, w.staff.team_leader), give_back)
    state = Restriction.objects.get(pk=restriction.pk).state
    assert (state == "in_force") == Entry.objects.exists() == Letter.objects.filter(kind="restriction").exists()
    assert state in ("in_force", "returned")


def test_two_officers_start_at_once_one_draft():
    w = builders.world()
    results = at_once(
        *(lambda who=who: proposing.start(w.case.pk, by=who, at=NOON) for who in (w.staff.officer, w.staff.colleague))
    )
    assert sorted(type(each).__name__ for each in results) == ["Restriction", "TransitionNotAllowed"]
    assert Restriction.objects.count() == 1


def test_a_review_decided_twice_at_once_makes_one_successor():
    w = builders.world()
    restriction = builders.imposed(w)
    at = NOON.replace(year=2027, month=6, day=18)
    review = builders.under_review(w, restriction, at=at)
    who = [builders.reviewer(w), w.staff.manager]

    def decide(user):
        user = User.objects.get(pk=user.pk)
        return lambda: deciding_reviews.decide_review(
            review.pk, Said("x", considered="Weighed."), Conclusion("extend", evidence="y", months=6), by=user, at=at
        )

    results = at_once(*(decide(user) for user in who))
    assert sorted(type(each).__name__ for each in results) == ["Review", "TransitionNotAllowed"]
    assert Restriction.objects.filter(follows=restriction).count() == 1


def test_lifting_and_lapsing_at_once_end_it_once():
    w = builders.world()
    restriction = builders.imposed(w)
    last = builders.noon(date(2027, 6, 18))
    late = last.replace(day=19).astimezone(LONDON)

    def lift():
        return ending.lift(
            restriction.pk, Said("x", considered="Fair."), by=User.objects.get(pk=w.staff.team_leader.pk), at=last
        )

    at_once(lift, lambda: ending.lapse(restriction.pk, at=late))
    assert Restriction.objects.get(pk=restriction.pk).state in ("lifted", "lapsed")
    assert Entry.objects.filter(removed_on__isnull=True).count() == 0


def test_the_tests_use_the_real_database():
    assert connection.vendor == "postgresql"
