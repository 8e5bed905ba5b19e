"""Two people at once, on real connections: one case, one incident, one letter."""

import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import connections
from django_fsm import TransitionNotAllowed

from audit.models import Decision, Event
from cases.models import Case, Incident, Involvement, Warning
from cases.services import incidents, issuing, stages, warnings
from decisions.services import Said
from letters.models import Letter
from people.models import User
from policies.rules import RuleBroken
from tests import factories
from tests.cases.conftest import HAPPENED
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)
BEHAVED = Involvement.Part.BEHAVED


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Run each in a thread with a connection of its own, all released at the same moment; what they raised."""
    gate, raised = threading.Barrier(len(acts)), []

    def run(act):
        try:
            gate.wait(timeout=20)
            act()
        except BaseException as problem:
            raised.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "they wait for each other"
    return raised


@pytest.fixture
def house():
    provider = factories.dover()
    staff = factories.staff(provider)
    return provider, staff, factories.resident(provider, staff.officer)


def fresh(user: User) -> User:
    """The same person as another request would read them."""
    return User.objects.select_related("provider").get(pk=user.pk)


def test_two_officers_log_at_once_and_the_resident_has_one_case(house):
    provider, staff, resident = house

    def log(user):
        incidents.log(provider=provider, parts=[(resident, BEHAVED)], happened=HAPPENED, by=fresh(user), at=NOON)

    raised = at_once(*[lambda user=user: log(user) for user in (staff.officer, staff.colleague, staff.team_leader)])
    assert raised == []
    assert Case.objects.get().incidents.count() == 3
    assert Event.objects.filter(verb="case.opened").count() == 1


def test_two_incidents_that_name_the_same_two_residents_in_either_order_do_not_block_each_other(house):
    provider, staff, resident = house
    other = factories.resident(provider, staff.officer, "Jo Joint")

    def log(*parts):
        incidents.log(
            provider=provider,
            parts=[(one, BEHAVED) for one in parts],
            happened=HAPPENED,
            by=fresh(staff.officer),
            at=NOON,
        )

    raised = at_once(*[lambda order=order: log(*order) for order in [(resident, other), (other, resident)] * 3])
    assert raised == []
    assert Case.objects.count() == 2


def test_a_double_click_saves_one_incident(house):
    provider, staff, resident = house
    token = uuid.uuid4()

    def log():
        incidents.log(
            token, provider=provider, parts=[(resident, BEHAVED)], happened=HAPPENED, by=fresh(staff.officer), at=NOON
        )

    assert at_once(log, log, log) == []
    assert Incident.objects.count() == 1


def test_logging_while_somebody_closes_leaves_an_open_case_with_the_incident(house):
    provider, staff, resident = house
    for _ in range(3):
        first = incidents.log(
            provider=provider, parts=[(resident, BEHAVED)], happened=HAPPENED, by=staff.officer, at=NOON
        )
        case = first.cases.get()
        new: list[Incident] = []

        def log(new=new):
            new.append(
                incidents.log(
                    provider=provider,
                    parts=[(resident, BEHAVED)],
                    happened=HAPPENED,
                    by=fresh(staff.colleague),
                    at=NOON,
                )
            )

        def close(pk=case.pk):
            stages.close(pk, reason="Quiet.", by=fresh(staff.officer), at=NOON)

        assert at_once(log, close) == []
        assert Case.objects.get(pk=case.pk).stage == Case.Stage.CLOSED
        assert new[0].cases.count() == 1
        with suppress(Case.DoesNotExist):
            stages.close(Case.objects.open().get().pk, reason="Tidy.", by=staff.officer, at=NOON)


def test_two_deciders_issue_one_letter_once(house):
    provider, staff, resident = house
    told = replace(HAPPENED, warnings_given=2, continued_after_warnings=True)
    incident = incidents.log(provider=provider, parts=[(resident, BEHAVED)], happened=told, by=staff.officer, at=NOON)
    warning = warnings.draft_warning(
        incident.cases.get().pk, warnings.Content([incident], "Speak calmly."), by=staff.officer, at=NOON
    )
    raised = at_once(
        *[
            lambda user=user: issuing.issue_warning(warning.pk, Said(""), by=fresh(user), at=NOON)
            for user in (staff.team_leader, staff.manager)
        ]
    )
    assert [type(problem) for problem in raised] == [TransitionNotAllowed]
    assert Letter.objects.filter(state="issued").count() == Decision.objects.filter(what="warning.issued").count() == 1


def test_two_officers_draft_at_once_and_there_is_one_draft(house):
    provider, staff, resident = house
    told = replace(HAPPENED, warnings_given=2, continued_after_warnings=True)
    incident = incidents.log(provider=provider, parts=[(resident, BEHAVED)], happened=told, by=staff.officer, at=NOON)
    case = incident.cases.get()
    raised = at_once(
        *[
            lambda user=user: warnings.draft_warning(
                case.pk, warnings.Content([incident], "Speak calmly."), by=fresh(user), at=NOON
            )
            for user in (staff.officer, staff.colleague)
        ]
    )
    assert [type(problem) for problem in raised] == [TransitionNotAllowed]
    assert Warning.objects.filter(kind="written").count() == 1


def test_reopening_while_somebody_logs_never_gives_two_open_cases(house):
    provider, staff, resident = house
    case = incidents.log(
        provider=provider, parts=[(resident, BEHAVED)], happened=HAPPENED, by=staff.officer, at=NOON
    ).cases.get()
    stages.close(case.pk, reason="Quiet.", by=staff.officer, at=NOON)

    def log():
        incidents.log(
            provider=provider, parts=[(resident, BEHAVED)], happened=HAPPENED, by=fresh(staff.colleague), at=NOON
        )

    def reopen():
        stages.reopen(case.pk, reason="Again.", by=fresh(staff.officer), at=NOON)

    raised = at_once(log, reopen)
    assert all(isinstance(problem, RuleBroken) for problem in raised)
    assert Case.objects.open().filter(resident=resident).count() == 1
