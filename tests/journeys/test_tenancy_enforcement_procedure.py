"""The Tenancy Enforcement Procedure: equality before formal action, and days whose kind is unsaid."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from tests.journeys import checks, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_tenancy_enforcement_procedure_from_an_initial_warning_to_restricted_contact(desk: Sit, landlord):
    _house, staff, resident = landlord("tenancy-enforcement-procedure")
    today = timezone.localdate()
    officer, leader = desk(staff.officer), desk(staff.team_leader)
    steps.log_incident(officer, resident, facts="He shouted.", on=today - timedelta(days=9), warnings=1, went_on=True)
    officer.follow("Case C-").says("Voluntary arrangement or initial warning")
    case = Case.objects.get(resident=resident).reference
    steps.settle(leader, case, "settle", reasons="It went on for a month.")
    steps.assess_equality(officer, case, words="No need is known that bears on it.")
    letter = steps.draft_warning(officer, case)
    officer.press("Send for approval")
    leader.go(f"/warnings/{letter}/").press("Issue this letter").says(letter)
    checks.holds(checks.paper("warning", case), steps.EXPECTED)
    steps.log_incident(officer, resident, facts="He shouted again at the desk.")
    steps.settle(leader, case, "settle-restriction", reasons="Twice since the letter.")
    steps.assess_risk(officer, case)
    restriction = steps.write_proposal(officer, case, months=6, risks=("Restrictions",))
    steps.check_imposing(leader, restriction, reasons="He can still write.", considered="A call-back.", not_done="No.")
    leader.press("Impose the restriction").says("Restriction imposed", restriction)
    words = checks.paper("restriction", case)
    checks.holds(words, "He can still write.", "14 days")
    officer.go(f"/cases/{case}/").says("No date until the provider has settled it", "calendar days", "working days")
