"""Two acts of different rooms at once, each first in turn: the second waits, reads what the first did, and fits."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django_fsm import TransitionNotAllowed

import people.services
from audit.models import Decision
from cases.models import Case
from cases.services import stages
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people.models import Resident
from policies.rules import RuleBroken
from register.models import Entry
from restrictions.models import Restriction, Review
from restrictions.services import deciding_reviews, ending, imposing, proposing
from restrictions.services.parts.part import NotReady
from restrictions.services.planning_reviews import Conclusion
from tests.appeals.builders import decide, lodge
from tests.restrictions import builders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("empty_queue")]
Act = Callable[[], Any]


def waiting_for_locks() -> int:
    """How many connections to this database wait for somebody's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def one_then_other(first: Act, second: Act) -> list[Any]:
    """Do the first and keep its transaction open until the second waits for it (or is through); refusals as results."""
    done, go = threading.Event(), threading.Event()
    results: list[Any] = [None, None]

    def run(number: int, act: Act, hold: bool) -> None:
        try:
            with transaction.atomic():
                results[number] = act()
                if hold:
                    done.set()
                    go.wait(timeout=20)
        except Exception as refusal:
            results[number] = refusal
        finally:
            done.set()
            connections.close_all()

    one = threading.Thread(target=run, args=(0, first, True))
    other = threading.Thread(target=run, args=(1, second, False))
    one.start()
    assert done.wait(timeout=30)
    other.start()
    pause = threading.Event()
    for _ in range(300):
        if waiting_for_locks() or not other.is_alive():
            break
        pause.wait(0.02)
    go.set()
    for thread in (one, other):
        thread.join(timeout=60)
        assert not thread.is_alive()
    return results


REFUSALS = (TransitionNotAllowed, RuleBroken, NotReady)


def fits(restriction: Restriction) -> None:
    """Whatever happened: register, deadlines and stage say the same as the restriction and what carries it on."""
    chain = list(Restriction.objects.filter(case=restriction.case_id).order_by("pk"))
    in_force = [one for one in chain if one.state == Restriction.State.IN_FORCE]
    assert len(in_force) <= 1
    standing = Entry.objects.filter(removed_on__isnull=True)
    assert [one.source for one in standing] == [f"restriction:{one.reference}" for one in in_force]
    stage = Case.objects.get(pk=restriction.case_id).stage
    lapsed = chain[-1].state == Restriction.State.LAPSED
    assert (stage in ("contact_restriction", "review")) is (bool(in_force) or lapsed), (stage, chain[-1].state)
    for over in (one for one in chain if one.state in (Restriction.State.LIFTED, Restriction.State.WITHDRAWN)):
        assert not Deadline.objects.open().filter(about=f"restriction:{over.reference}").exists()
    assert not Review.objects.filter(state="begun", restriction__state=Restriction.State.LIFTED).exists()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_imposed_and_withdrawn_at_once(order):
    w = builders.world()
    restriction = builders.proposed(w)
    acts = [
        lambda: imposing.impose(
            restriction.pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=w.at
        ),
        lambda: proposing.withdraw(restriction.pk, by=w.staff.officer, at=w.at),
    ]
    first, second = one_then_other(*(acts[n] for n in order))
    assert isinstance(first, Restriction) and isinstance(second, TransitionNotAllowed), second
    fits(restriction)
    assert Letter.objects.filter(kind="restriction").exists() is (order[0] == 0)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("outcome", ["lift", "extend"])
def test_lifted_and_reviewed_at_once(order, outcome):
    w = builders.world()
    restriction = builders.imposed(w)
    at = builders.noon(restriction.ends_on)
    review, reviewer = builders.under_review(w, restriction, at=at), builders.reviewer(w)
    found = Conclusion(outcome, evidence="It went on.", months=6 if outcome == "extend" else None)
    weighed = Said("x", considered="Weighed.")
    acts = [
        lambda: ending.lift(restriction.pk, Said("It is over.", considered="Fair."), by=w.staff.team_leader, at=at),
        lambda: deciding_reviews.decide_review(review.pk, weighed, found, by=reviewer, at=at),
    ]
    first, second = one_then_other(*(acts[n] for n in order))
    assert not isinstance(first, Exception) and isinstance(second, TransitionNotAllowed), (first, second)
    fits(restriction)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_lapsed_by_the_sweep_and_extended_by_a_review_at_once(order):
    w = builders.world()
    restriction = builders.imposed(w)
    review = builders.under_review(w, restriction, at=builders.noon(restriction.ends_on))
    at, reviewer = builders.noon(restriction.ends_on + timedelta(days=1)), builders.reviewer(w)
    on = Conclusion("extend", evidence="It went on.", months=6, late_reason="Illness")
    weighed = Said("x", considered="Weighed.")
    acts = [
        lambda: ending.lapse(restriction.pk, at=at),
        lambda: deciding_reviews.decide_review(review.pk, weighed, on, by=reviewer, at=at),
    ]
    found = one_then_other(*(acts[n] for n in order))
    assert isinstance(found[order.index(1)], Review), found
    fits(restriction)
    assert Restriction.objects.filter(follows=restriction).count() == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("outcome", ["upheld", "varied", "dismissed"])
def test_lifted_and_decided_on_appeal_at_once(order, outcome):
    w = builders.world()
    restriction = builders.imposed(w)
    at = w.at + timedelta(days=3)
    appeal = lodge(w, restriction, on=at.date(), at=at)
    acts = [
        lambda: ending.lift(restriction.pk, Said("It is over.", considered="Fair."), by=w.staff.team_leader, at=at),
        lambda: decide(appeal, outcome, by=w.staff.manager, at=at),
    ]
    first, second = one_then_other(*(acts[n] for n in order))
    assert not isinstance(first, Exception), first
    assert not isinstance(second, Exception) or isinstance(second, REFUSALS), second
    fits(restriction)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_incident_is_logged_while_a_restriction_is_imposed(order):
    """Both take the resident before the case, so that neither waits for the other for ever."""
    w = builders.world()
    restriction = builders.proposed(w)

    def log():
        """As `incidents.log` does it: the resident's row first; then it is held up; then the case."""
        Resident.objects.select_for_update(no_key=True).get(pk=w.resident.pk)
        threading.Event().wait(0.5)
        return builders.log(w.provider, w.staff, w.resident, at=w.at)

    acts = [
        lambda: imposing.impose(
            restriction.pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=w.at
        ),
        log,
    ]
    results: list[Any] = [None, None]
    gate = threading.Barrier(2)

    def run(number: int) -> None:
        try:
            gate.wait(timeout=20)
            if order[0] != number:
                threading.Event().wait(0.1)
            with transaction.atomic():
                results[number] = acts[number]()
        except Exception as problem:
            results[number] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not [one for one in results if isinstance(one, Exception)], results
    fits(restriction)


def test_a_need_that_is_recorded_meanwhile_opens_the_proposal_again():
    """The decider waits for whoever records a need, and then sees that the proposal has not weighed it."""
    w = builders.world()
    restriction = builders.proposed(w)
    first, second = one_then_other(
        lambda: people.services.record_need(
            w.resident.pk, kind="need", words="Deaf", about_health=True, by=w.staff.officer, at=w.at
        ),
        lambda: imposing.impose(
            restriction.pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=w.at
        ),
    )
    assert not isinstance(first, Exception) and isinstance(second, NotReady), second
    assert not Entry.objects.exists()


def test_a_threshold_is_settled_once():
    w = builders.world()
    other = builders.factories.resident(w.provider, w.staff.officer, name="Second Resident")
    for days in (20, 10):
        builders.log(w.provider, w.staff, other, at=w.at - timedelta(days=days), warnings=1)
    case = Case.objects.get(resident=other)

    def settle(by):
        return lambda: stages.settle_threshold(case.pk, reasons=f"{by.name} says so.", by=by, at=w.at)

    first, second = one_then_other(settle(w.staff.team_leader), settle(w.staff.manager))
    assert not isinstance(first, Exception) and not isinstance(second, Exception), (first, second)
    assert Case.objects.get(pk=case.pk).threshold_settled_by_id == w.staff.team_leader.pk
    assert Decision.objects.filter(what="case.threshold_settled").count() == 1
