"""Without a script, without a pointer, on a phone's screen: an incident is logged and a restriction imposed."""

import pytest

from cases.models import Case, Incident
from people.models import Resident
from restrictions.models import Restriction
from tests import factories
from tests.journeys import checks, history, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_incident_is_logged_by_keyboard_alone_without_javascript(
    desk: Sit, council, staff: factories.Staff, resident: Resident
):
    officer = desk(staff.officer, phone=True, scripts=False, keyboard=True, through_the_page=True)
    logged = steps.log_incident(
        officer,
        resident,
        facts="He shouted until I put the phone down.",
        warnings=2,
        went_on=True,
        words_used="You oaf",
    )
    incident = Incident.objects.get(reference=logged)
    assert (incident.facts, incident.warnings_given) == ("He shouted until I put the phone down.", 2)
    case = Case.objects.get(resident=resident).reference
    officer.go(f"/cases/{case}/").says("What happens next").offers("Draft a warning letter")
    checks.in_order(checks.verbs(case), "incident.logged")


def test_a_restriction_is_proposed_and_imposed_without_javascript(
    desk: Sit, council, staff: factories.Staff, resident: Resident
):
    past = history.warned(council, staff, resident)
    officer = desk(staff.officer, phone=True, scripts=False)
    restriction = steps.write_proposal(officer, past.ref)
    leader = desk(staff.team_leader, phone=True, scripts=False, keyboard=True)
    steps.check_imposing(leader, restriction, reasons="It has to stop.", considered="Mediation.", not_done="No visit.")
    leader.press("Impose the restriction").says("Restriction imposed", restriction)
    assert Restriction.objects.get(reference=restriction).state == Restriction.State.IN_FORCE
    checks.holds(checks.paper("restriction", past.ref), "It has to stop.")
    checks.card(desk, staff.front_line, "marine").says("Do this", *steps.ORDERS)
    checks.in_order(checks.verbs(past.ref), "restriction.proposed", "restriction.imposed")
