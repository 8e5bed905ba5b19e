"""Northampton Partnership Homes: three stages, a Fair Treatment Letter at two, and any decision can be appealed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from tests.journeys import checks, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_northampton_partnership_homes_from_the_informal_stage_to_a_formal_action(desk: Sit, landlord):
    _house, staff, resident = landlord("northampton-partnership-homes")
    today = timezone.localdate()
    officer, leader = desk(staff.officer), desk(staff.team_leader)
    steps.log_incident(officer, resident, facts="He shouted.", on=today - timedelta(days=9), warnings=1, went_on=True)
    officer.follow("Case C-").says("Informal Stage")
    case = Case.objects.get(resident=resident).reference
    letter = steps.draft_warning(officer, case)
    officer.press("Send for approval")
    leader.go(f"/warnings/{letter}/").press("Issue this letter").says(letter)
    checks.holds(checks.paper("warning", case), steps.EXPECTED, "Assistant Director")
    steps.log_incident(officer, resident, facts="He shouted again at the desk.")
    steps.settle(leader, case, "settle-restriction", reasons="Twice since the letter.")
    steps.assess_risk(officer, case)
    restriction = steps.write_proposal(officer, case, months=6, register=False)
    manager = desk(staff.manager)
    steps.check_imposing(manager, restriction, reasons="He can still write.", considered="A call-back.", not_done="No.")
    manager.press("Impose the restriction").says("Restriction imposed", restriction)
    words = checks.paper("restriction", case)
    checks.holds(words, "He can still write.", "28 days")
