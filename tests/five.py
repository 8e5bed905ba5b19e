"""A case at any of the five providers on the shelf, whose policies differ: its steps as each policy asks for them."""

from datetime import timedelta

import cases.acts
from cases import ladder
from cases.ladder import steps
from cases.models import Case
from cases.services import issuing
from deadlines import kinds
from decisions.services import Said
from ops.seed import casework
from people.models import User
from restrictions import acts
from restrictions.models import Restriction
from tests import factories
from tests.factories import NOON
from tests.remembered import remembered
from tests.restrictions import builders

DOVER, WEST_KENT = "dover-district-council", "west-kent"
HOMES, NORTHAMPTON = "homes-for-life", "northampton-partnership-homes"
TENANCY = "tenancy-enforcement-procedure"
FIVE = (DOVER, WEST_KENT, HOMES, NORTHAMPTON, TENANCY)


@remembered
def house(policy: str) -> builders.World:
    """A provider on a policy, its staff, and a resident whose behaviour has been logged once, thirty days ago."""
    provider = factories.running_on(policy, slug=policy)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON - timedelta(days=30), warnings=2)
    return builders.World(provider, staff, resident, Case.objects.get(resident=resident), NOON)


def again(w: builders.World, days_ago: int) -> None:
    """It happens again."""
    at = NOON - timedelta(days=days_ago)
    builders.log(w.provider, w.staff, w.resident, at=at, facts="Shouted for ten minutes at the reception desk.")


def now(w: builders.World) -> Case:
    return Case.objects.get(pk=w.case.pk)


def next_step(w: builders.World, who=None, waiting=()) -> steps.NextStep:
    case = now(w)
    may = cases.acts.reader(who or w.staff.officer, case)
    return steps.next_step(ladder.read(case), may=may, waiting=list(waiting))


def answer_what_is_asked(w: builders.World, state: str) -> list[str]:
    """Assess and answer whatever the policy puts before entering a state; which questions these were."""
    case = now(w)
    warning = state == "written warning"
    gates = ladder.gates_for_warning(ladder.read(case)) if warning else ladder.gates_for_restriction(case)
    said = casework.Answers(w.staff.team_leader)
    return casework.answer(case, gates, said, by=w.staff.officer, at=NOON - timedelta(days=21))


def warn_in_writing(w: builders.World) -> None:
    """A letter, by whoever the policy lets issue it, after what the policy leaves open has been settled by name."""
    at, leader = NOON - timedelta(days=20), w.staff.team_leader
    letter = casework.draft_letter(
        now(w), casework.Answers(leader), by=w.staff.officer, at=at, expected="Speak calmly.", review_on=NOON.date()
    )
    issuing.issue_warning(letter.pk, Said("It went on.", considered="Fair."), by=leader, at=at)


@remembered
def ready_to_propose(policy: str) -> builders.World:
    """A case in which everything that the policy asks before a restriction has come, or has been settled by name."""
    w = house(policy)
    if now(w).policy.stage_for_state("written warning"):
        warn_in_writing(w)
    again(w, 5)
    at, leader = NOON - timedelta(days=21), w.staff.team_leader
    said = casework.Answers(leader, "The letter changed nothing.")
    casework.ask_before_a_restriction(now(w), said, by=w.staff.officer, at=at, settled_at=NOON)
    builders.assess(now(w), w.staff.officer, at=NOON - timedelta(days=1))
    w.case = now(w)
    return w


def a_decider(w: builders.World, restriction: Restriction) -> User:
    """Somebody whom the policy lets decide, and who has had no part in it."""
    keys = acts.deciders(kinds.RESTRICTION_DECIDE, w.case.policy, w.provider).keys()
    return factories.person(w.provider, keys[0], name="Dara Decider")
