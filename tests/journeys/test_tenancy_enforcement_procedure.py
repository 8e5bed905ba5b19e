"""The Tenancy Enforcement Procedure: equality first, a kind of day that is unsaid, a SPOC who is checked, a breach."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from deadlines.models import Deadline
from design import dates
from tests import factories
from tests.journeys import checks, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BROKEN = "He rang the desk four times, although all contact goes through one colleague."


def test_tenancy_enforcement_procedure_from_an_initial_warning_to_a_breach(desk: Sit, landlord):
    house, staff, resident = landlord("tenancy-enforcement-procedure")
    today = timezone.localdate()
    officer, leader, colleague = desk(staff.officer), desk(staff.team_leader), desk(staff.colleague)
    team = desk(factories.person(house, "managing_team", "senior_officer", name="Tess Managing"))

    # The equality assessment comes before formal action (section 4)
    steps.log_incident(officer, resident, facts="He shouted.", on=today - timedelta(days=9), warnings=1, went_on=True)
    officer.follow("Case C-").says("Voluntary arrangement or initial warning")
    case = Case.objects.get(resident=resident).reference
    steps.settle(leader, case, "settle", reasons="It went on for a month.")
    officer.go(f"/cases/{case}/").says("Equality impact assessment")
    steps.assess_equality(officer, case, words="No need is known that bears on it.")
    letter = steps.draft_warning(officer, case)
    steps.issue_letter(officer, leader, letter, considered="A notice would not inflame things.")
    checks.holds(checks.paper("warning", case), steps.EXPECTED)

    # A single point of contact, decided by the team that manages the customer (section 6)
    steps.log_incident(officer, resident, facts="He shouted again at the desk.")
    steps.settle(leader, case, "settle-restriction", reasons="Twice since the letter.")
    steps.assess_risk(officer, case)
    contact = staff.colleague.name
    restriction = steps.write_proposal(officer, case, months=12, risks=("Restrictions",), contact=contact)
    steps.check_imposing(team, restriction, reasons="He can write to Colin.", considered="A call-back.", not_done="No.")
    team.press("Impose the restriction").says("Restriction imposed", restriction)
    checks.holds(checks.paper("restriction", case), "He can write to Colin.", contact, checks.EITHER_WAY)

    # 14 days and 28 days whose kind is unsaid: both readings, and no date
    officer.go(f"/cases/{case}/").says("No date until the provider has settled it", "calendar days", "working days")

    # The quarterly check of the single point of contact, by somebody else
    due = Deadline.objects.get(kind="spoc.quality_review", about=f"restriction:{restriction}")
    assert due.due_on is not None
    colleague.go(f"/restrictions/{restriction}/contact/check/").says("a colleague looks through your work")
    leader.go(f"/restrictions/{restriction}/contact/check/").says(dates.day(due.due_on))
    leader.fill("What did you look at?", "Four letters.").answer("Is contact answered in time?", "Yes")
    leader.fill("What did you find?", "Well answered.").press("Record the check")
    leader.says("The check is recorded, and the next one is set.")

    # The breach ladder begins with a letter of warning (section 8)
    steps.log_incident(officer, resident, facts=BROKEN)
    officer.go(f"/restrictions/{restriction}/breaches/log/")
    officer.tick(officer.page.locator("input[name=incident]").first)
    officer.fill("Which term was not kept, and how?", BROKEN).press("Log the breach")
    team.go(f"/restrictions/{restriction}/breaches/").says(BROKEN)
    team.answer("What follows?", "Breach warning").fill("What may follow if it happens again", "A legal warning.")
    team.fill("Your reasons", "Four calls, logged.").press("Check your decision").says("Check before you decide")
    team.press("Record your decision").says("Breach warning")
    checks.holds(checks.paper("breach_warning", case), BROKEN, "A legal warning.")
