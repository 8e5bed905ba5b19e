"""Homes for Life: no stages, a manager decides, the Chief Executive Officer hears appeals, the calendar is Scottish."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from restrictions.models import Restriction
from tests import factories
from tests.journeys import checks, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


NO_REVIEW = "She struck a colleague, and he is not to meet her again."


def test_homes_for_life_from_an_abusive_call_to_an_appeal_to_the_chief_executive(desk: Sit, landlord):
    house, staff, resident = landlord("homes-for-life")
    today = timezone.localdate()
    officer = desk(staff.officer)
    manager = desk(factories.person(house, "manager", name="Mairi Manager"))
    steps.log_incident(officer, resident, facts="She shouted.", on=today - timedelta(days=9), warnings=1, went_on=True)
    officer.follow("Case C-").says("Manager decides")
    case = Case.objects.get(resident=resident).reference
    steps.answer_what_is_asked(officer, case, "restorative", words="Two breaks and a call-back.")
    steps.assess_risk(officer, case)
    restriction = steps.start_proposal(officer, case)
    officer.go(f"/restrictions/{restriction}/proposal/review/")
    officer.answer("When is it reviewed before its last day?", "It is not reviewed before its last day")
    officer.fill("Why there is no review", NO_REVIEW).press("Save review")
    steps.write_parts(officer, restriction, months=6, register=False)
    steps.propose(officer, restriction)
    steps.check_imposing(
        manager, restriction, reasons="She can still write.", considered="A call-back.", not_done="No."
    )
    manager.press("Impose the restriction").says("Restriction imposed", restriction)
    assert Restriction.objects.get(reference=restriction).state == Restriction.State.IN_FORCE
    words = checks.paper("restriction", case)
    checks.holds(words, "She can still write.", "Chief Executive Officer", NO_REVIEW)
    appeal = steps.lodge_appeal(officer, case, restriction, words="It was not me.", received_on=today)
    chief = desk(factories.person(house, "chief_executive", name="Catriona Chief"))
    steps.decide_appeal(chief, appeal, "Dismiss", reasons="It was.", considered="The notes.", heard="It came at once.")
    chief.press("Dismiss the appeal").says("Appeal dismissed")
