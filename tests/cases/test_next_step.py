"""What happens next, where a higher room waits for somebody: told from the open deadlines of the case."""

from datetime import date

import pytest

from cases import ladder
from cases.ladder.steps import NextStep, next_step
from cases.models import Case
from deadlines import services as deadlines
from deadlines.models import Deadline
from people import access
from policies.reckoning import Reckoning
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ON = date(2026, 12, 18)


@pytest.fixture
def due(case):
    """Set something due on the case."""

    def set_due(kind, on: date | None, *, roles: tuple[str, ...] = (), source: str = "policy", not_for=()) -> None:
        clause = "6.18" if source == "policy" else None
        found = Reckoning("review.at_end", due=on, clause=clause, strength="must", source=source) if on else None
        about = factories.about("restriction:X-000001", case.provider, case.resident, case.reference)
        deadlines.set(kind, about, due=found, whose=deadlines.Whose(roles=roles, not_for=not_for), at=NOON)

    return set_due


def step(case: Case, stage: str, reader: object = None) -> NextStep:
    Case.objects.filter(pk=case.pk).update(stage=stage)
    case = Case.objects.select_related("provider", "resident", "policy_version").get(pk=case.pk)
    waiting = Deadline.objects.open().filter(case_ref=case.reference).select_related("owner").worst_first()
    waiting = [one for one in waiting if one.about.startswith("restriction:")]
    return next_step(ladder.read(case), may=lambda verb: "", waiting=waiting, on=ON, reader=reader)


def test_under_a_restriction_the_sentence_says_who_what_and_by_when(case, due, staff):
    due("restriction.end", date(2027, 6, 18))
    due("review.at_end", date(2027, 6, 18), roles=("manager", "team_leader"))
    due("appeal.window", date(2027, 1, 20))
    found = step(case, Case.Stage.CONTACT_RESTRICTION, staff.team_leader)
    assert found.sentence == (
        "A restriction is in force; its last day in force is 18 June 2027. "
        "Next: review a restriction at its end, by Friday 18 June 2027 (clause 6.18). "
        "A Team Leader or a Manager may do this. "
        "The resident may appeal until Wednesday 20 January 2027 (clause 6.18)."
    )
    assert found.button and found.button.words == "Go to restrictions"


def test_nobody_is_named_who_is_kept_from_it(case, due, staff):
    due("restriction.end", date(2027, 6, 18))
    barred = [user.pk for user in access.holders(case.provider, ["manager", "team_leader"])]
    due("review.at_end", date(2027, 6, 18), roles=("manager", "team_leader"), not_for=barred)
    said = step(case, Case.Stage.CONTACT_RESTRICTION, staff.team_leader).sentence
    assert "Nobody whom the policy names is free to do this: an administrator can appoint somebody." in said
    assert "may do this" not in said
    assert len(barred) > 1
    Deadline.objects.filter(kind="review.at_end").update(not_for=barred[1:])
    assert "A Team Leader or a Manager may do this." in step(case, Case.Stage.CONTACT_RESTRICTION).sentence


def test_what_is_overdue_is_the_button_of_whoever_may_do_it_and_of_nobody_else(case, due, staff):
    due("restriction.end", date(2026, 12, 14))
    due("review.interval", date(2026, 12, 14), roles=("senior_officer",), source="local")
    found = step(case, Case.Stage.REVIEW, staff.team_leader)
    assert "last day in force was 14 December 2026" in found.sentence
    assert "Overdue since Monday 14 December 2026: review a restriction (local rule)." in found.sentence
    assert found.button and found.button.words == "Review a restriction"
    other = step(case, Case.Stage.REVIEW, staff.officer)
    assert other.button and other.button.words == "Go to restrictions"


def test_a_proposal_that_waits_is_not_proposed_again(case, due, staff):
    due("restriction.decide", None, roles=("line_manager", "senior_officer"))
    found = step(case, Case.Stage.WRITTEN_WARNING, staff.team_leader)
    assert found.sentence == (
        "A restriction is proposed and waits for a decision. "
        "The Senior Officer or a Line Manager may do this (clause 6.14)."
    )
    assert found.button and found.button.words == "Decide a proposed restriction"


def test_where_nothing_is_due_it_says_so(case):
    assert step(case, Case.Stage.CONTACT_RESTRICTION).sentence == "A restriction is in force. Nothing is due."
