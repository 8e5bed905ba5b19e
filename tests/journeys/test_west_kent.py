"""West Kent: asked to adjust, then formal action that leaves a way open, looked at every six months."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from deadlines.models import Deadline
from design import dates
from restrictions.models import Restriction
from tests.journeys import checks, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASKED = "Asked on the telephone on Monday; offered a call to talk about what would help. He did not take it up."
FIRST = "He rang nine times about one repair, and shouted until I ended the call."


def test_west_kent_from_the_call_that_was_ended_to_formal_action(desk: Sit, landlord):
    _house, staff, resident = landlord("west-kent")
    today = timezone.localdate()
    officer, leader = desk(staff.officer), desk(staff.team_leader)

    # Two warnings before a call is ended (5.5)
    steps.log_incident(officer, resident, facts=FIRST, on=today - timedelta(days=9), warnings=2, went_on=True)
    officer.follow("Case C-")
    case = Case.objects.get(resident=resident).reference
    officer.says("Managing it on the spot", "does not say")

    # Asked to adjust, in writing
    steps.settle(leader, case, "settle", reasons="It went on for a month.")
    letter = steps.draft_warning(officer, case)
    officer.press("Send for approval")
    leader.go(f"/warnings/{letter}/").press("Issue this letter").says(letter)
    checks.holds(checks.paper("warning", case), FIRST, steps.EXPECTED)

    # Formal action: it goes on although he was asked (6.1)
    steps.log_incident(officer, resident, facts="He rang the office forty times in a day.")
    officer.go(f"/cases/{case}/").says("Was the customer told, asked to adjust")
    steps.settle(leader, case, "settle-restriction", reasons="He was asked, and rang forty times.")
    steps.answer_what_is_asked(officer, case, "adjustments", words=ASKED)
    steps.assess_risk(officer, case)
    restriction = steps.write_proposal(officer, case, months=12, register=False)
    steps.check_imposing(leader, restriction, reasons="He can still write.", considered="A call-back.", not_done="No.")
    leader.press("Impose the restriction").says("Restriction imposed", restriction)
    imposed = Restriction.objects.get(reference=restriction)
    words = checks.paper("restriction", case)
    checks.holds(words, "He can still write.", dates.day(imposed.ends_on), "Head of Service")
    review = Deadline.objects.get(kind="review.interval", about=f"restriction:{restriction}")
    officer.go(f"/cases/{case}/").says(dates.day(review.due_on), "8.1")
