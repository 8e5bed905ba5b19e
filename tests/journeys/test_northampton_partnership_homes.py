"""Northampton Partnership Homes: a Fair Treatment Letter at each of two stages, and any decision can be appealed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appeals.models import Appeal
from cases.models import Case
from restrictions.models import Restriction
from tests import factories
from tests.journeys import checks, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AGREED = "You said that you would ask for me by name. I said that I would ring you on Fridays."


def test_northampton_partnership_homes_from_the_informal_stage_to_a_formal_action(desk: Sit, landlord):
    house, staff, resident = landlord("northampton-partnership-homes")
    today = timezone.localdate()
    officer, leader, manager = desk(staff.officer), desk(staff.team_leader), desk(staff.manager)

    # Informal Stage: the conversation, confirmed in a letter (4.1)
    steps.log_incident(officer, resident, facts="He shouted.", on=today - timedelta(days=9), warnings=1, went_on=True)
    officer.follow("Case C-").says("Informal Stage")
    case = Case.objects.get(resident=resident).reference
    first = steps.draft_warning(officer, case, link="Draft the first letter", agreed=AGREED)
    steps.issue_letter(officer, leader, first, considered="A talk is enough for now.")
    checks.holds(checks.paper("first_stage", case), AGREED, steps.EXPECTED, "Assistant Director", checks.EITHER_WAY)

    # Warning Stage: a further incident, and a letter that names the day of the review
    steps.log_incident(officer, resident, facts="He shouted again at the desk.")
    again = today + timedelta(days=90)
    letter = steps.draft_warning(officer, case, again_on=again)
    steps.issue_letter(officer, leader, letter, considered="Mediation was offered.")
    checks.holds(checks.paper("warning", case), steps.EXPECTED, "Assistant Director", checks.EITHER_WAY)

    # Any decision can be appealed, at any stage; who decides depends on its kind (4.2)
    officer.go(f"/cases/{case}/appeals/").says(letter, first)
    appeal = steps.lodge_appeal(officer, case, letter, words="I was never at the desk.", received_on=today)
    director = desk(factories.person(house, "assistant_director", name="Asha Director"))
    manager.go(f"/appeals/{appeal}/").does_not_offer("Decide the appeal")
    steps.decide_appeal(director, appeal, "Dismiss", reasons="Two of us saw you.", considered="The log of the desk.")
    director.press("Dismiss the appeal").says("Appeal dismissed")
    assert Appeal.objects.get(reference=appeal).warning.letter.reference == letter

    # Formal Stage
    steps.log_incident(officer, resident, facts="He shouted a third time, and threw a chair.")
    steps.settle(leader, case, "settle-restriction", reasons="Twice since the letter.")
    steps.assess_risk(officer, case)
    restriction = steps.write_proposal(officer, case, months=6, register=False)
    steps.check_imposing(manager, restriction, reasons="He can still write.", considered="A call-back.", not_done="No.")
    manager.press("Impose the restriction").says("Restriction imposed", restriction)
    assert Restriction.objects.get(reference=restriction).state == Restriction.State.IN_FORCE
    checks.holds(checks.paper("restriction", case), "He can still write.", checks.EITHER_WAY)
