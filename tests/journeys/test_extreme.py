"""The extreme path: no warning first, the reason on record, and an entry of which the resident is not told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from deadlines.models import Deadline
from design import dates
from people.models import Resident
from register.models import Entry
from restrictions.models import Restriction
from tests import factories
from tests.journeys import checks, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FACTS = "He held a knife to the window and said that he would use it."
WHY = "A knife was shown and a threat to use it was made: a letter of warning would put people at risk."
NOT_TOLD = "He has said that he will find whoever writes about him."


def test_the_extreme_path(desk: Sit, council, staff: factories.Staff, resident: Resident):
    officer, leader = desk(staff.officer), desk(staff.team_leader)
    again = timezone.localdate() + timedelta(days=60)
    steps.log_incident(officer, resident, facts=FACTS, danger=True, words_used="I will use this")
    case = Case.objects.get(resident=resident).reference
    officer.go(f"/cases/{case}/").says("Extreme case")
    steps.assess_risk(officer, case)

    # A restriction without a warning needs the reason for leaving out the stages.
    restriction = steps.start_proposal(officer, case)
    officer.go(f"/restrictions/{restriction}/proposal/evidence/")
    officer.page.locator("input[name=incidents]").first.check()
    officer.answer("Are the usual stages left out?", "Yes").press("Save evidence")
    officer.says("Enter why the usual stages are left out")
    steps.write_evidence(officer, restriction, extreme=WHY, why="Yes, a knife.")
    steps.write_risk_and_needs(officer, restriction)
    steps.write_terms(
        officer, restriction, orders=["Do not visit. Ring the police at once."], not_told=NOT_TOLD, look_again_on=again
    )
    steps.write_length(officer, restriction, 12)
    steps.write_less(officer, restriction)
    steps.propose(officer, restriction)

    leader.go(f"/restrictions/{restriction}/decide/").says("leaving out the usual stages", WHY)
    decided = {"reasons": "People are in danger.", "considered": "Waiting.", "not_done": "No visit."}
    steps.check_imposing(leader, restriction, **decided)
    leader.says("The resident is not told of the entry", dates.day(again)).press("Impose the restriction")
    leader.says("Restriction imposed")

    words = checks.paper("restriction", case)
    checks.holds(words, "We did not send you a written warning first, because of how serious this was.", FACTS)
    checks.lacks(words, "Our register", "Staff Risk", NOT_TOLD, "I will use this", "Ring the police at once")
    checks.card(desk, staff.front_line, "Marine Parade").says("Do not visit. Ring the police at once.")
    entry = Entry.objects.get()
    assert (entry.resident_told, entry.not_told_reason, entry.look_again_on) == (False, NOT_TOLD, again)
    assert Deadline.objects.get(kind="register.look_again").due_on == again
    imposed = Restriction.objects.get(reference=restriction)
    assert (imposed.extreme, imposed.extreme_reason) == (True, WHY)
    found = checks.verbs(case)
    checks.in_order(found, "case.opened", "risk.assessed", "restriction.proposed", "restriction.imposed")
    assert not [verb for verb in found if verb.startswith("warning.")]
    assert checks.decision("restriction.imposed", case, by=staff.team_leader) == decided
    checks.timeline(leader, case, f"Restriction {restriction} imposed", "People are in danger.")

    # What the resident is not told is looked at again on the register.
    leader.go(f"/register/entries/{entry.reference}/").says(NOT_TOLD).follow("Look again")
    leader.says("Look again at not telling the resident", NOT_TOLD)
