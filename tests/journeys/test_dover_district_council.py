"""Dover District Council: from a shout on the phone through all four stages to a restriction that is extended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from deadlines.models import Deadline
from design import dates
from letters.models import Letter
from people.models import Resident
from register.models import Entry
from restrictions.models import Restriction
from tests import factories
from tests.journeys import checks, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST = "He shouted at me for ten minutes and called me names."
AGAIN = "He rang again and shouted the same words until I ended the call."
IMPOSED = "The calls have to stop, and he can still write to us."
CONSIDERED = "Mediation, which he has refused."
NOT_DONE = "The police are not told."
EXTENDED = "He rang the office four times in spite of the restriction."


def test_dover_district_council_through_all_four_stages(desk: Sit, council, staff: factories.Staff, resident: Resident):
    today = timezone.localdate()
    officer = desk(staff.officer, through_the_page=True)
    leader = desk(staff.team_leader)

    # 1 Initial warning
    steps.log_incident(
        officer, resident, facts=FIRST, on=today - timedelta(days=9), warnings=2, went_on=True, words_used="You fool"
    )
    officer.says("Still to add", "de-brief").follow("Case C-")
    case = Case.objects.get(resident=resident).reference
    officer.says("What happens next", "initial warning", resident.name)

    # 2 Written warning: drafted, sent for approval, returned once, issued
    letter = steps.draft_warning(officer, case, expected="Be calm.")
    officer.says("The policy does not say who issues this letter").does_not_offer("Issue this letter")
    officer.press("Send for approval").says("The letter is sent for approval.")
    leader.go("/").follow("warning letter").says("Waiting", staff.officer.name)
    leader.follow("Return it with reasons").fill("Why is it returned?", "Say what he is to do, not how to feel.")
    leader.press("Return the letter").says(f"The letter {letter} is returned to its author.")
    officer.go("/").follow("which was returned").follow("Change the letter")
    officer.fill("What must change", steps.EXPECTED).press("Preview the letter").press("Send for approval")
    leader.go(f"/warnings/{letter}/").says(steps.EXPECTED)
    leader.fill("What else you considered", "A talk on the phone first.")
    leader.fill("What is not done, and why", "No visit: he has not asked for one.")
    leader.press("Issue this letter").says("Warning letter issued", letter)
    words = checks.paper("warning", case)
    checks.holds(words, FIRST, steps.EXPECTED, "This letter is a written warning.", dates.day(today), resident.name)
    checks.lacks(words, "Be calm.", "You fool")
    checks.mailed("warning", case)

    # 3 Contact restriction: it persists; assessed, proposed, returned with reasons, proposed again, imposed
    steps.log_incident(officer, resident, facts=AGAIN)
    steps.assess_risk(officer, case)
    restriction = steps.write_proposal(officer, case, months=6)
    officer.go(f"/restrictions/{restriction}/decide/").says("You cannot decide this", "Evenhand's rule")
    leader.go("/").follow("Decide a proposed restriction").says("1 of 1", steps.LESS, AGAIN)
    leader.answer("What do you decide?", "Return").fill("Your reasons", "Say what was tried before the letter.")
    leader.press("Check your decision").says("Proposal returned", restriction)
    officer.go(f"/restrictions/{restriction}/proposal/").says("Say what was tried before the letter.")
    steps.write_less(officer, restriction, less=f"{steps.LESS} Before the letter we rang back twice.")
    steps.propose(officer, restriction)
    steps.check_imposing(leader, restriction, reasons=IMPOSED, considered=CONSIDERED, not_done=NOT_DONE)
    leader.press("Impose the restriction").says("Restriction imposed", restriction)
    imposed = Restriction.objects.get(reference=restriction)
    until = Deadline.objects.get(kind="appeal.window", about=f"restriction:{restriction}").due_on
    words = checks.paper("restriction", case)
    checks.holds(
        words, IMPOSED, FIRST, AGAIN, "One message a week, on Mondays.", dates.day(imposed.ends_on), dates.day(until),
        "The last day to appeal is", "Staff Risk", resident.name,
    )  # fmt: skip
    checks.lacks(words, NOT_DONE, "You fool", "Do not visit alone")
    at_door = checks.card(desk, staff.front_line, "marine parade")
    at_door.says("Do this", *steps.ORDERS, "Always accept", dates.day(imposed.ends_on)).does_not_say(FIRST, IMPOSED)

    # 4 Review: the behaviour goes on; somebody uninvolved extends it
    steps.log_incident(officer, resident, facts="He rang four times although he is not to ring.")
    manager = desk(staff.manager)
    officer.go(f"/restrictions/{restriction}/").follow("Review this restriction")
    officer.press("Begin the review").says("He rang four times", "Maxine Manager or Morgan Manager can.")
    officer.follow("Write down what the resident says").fill("What the resident says", "I only wanted my repair.")
    officer.press("Save what the resident says").says("What the resident says is saved.")
    leader.go(f"/restrictions/{restriction}/review/").says("You imposed this, so somebody else decides")
    manager.go(f"/restrictions/{restriction}/review/").says("I only wanted my repair.")
    manager.answer("What do you decide?", "Extend").fill("By how many months?", "6")
    manager.fill("How the terms were not kept", "Four calls, logged.").fill("Your reasons", EXTENDED)
    manager.fill("What else you considered", "Lifting it.").fill("What you decided not to do", "No court.")
    manager.press("Check your decision").says("Check before you decide", "In force from").press("Decide the review")
    manager.says("Review decided", "is followed by")
    follower = Restriction.objects.get(follows=imposed)
    assert follower.ends_on is not None and imposed.ends_on is not None and follower.ends_on >= imposed.ends_on
    words = checks.paper("review_outcome", case)
    checks.holds(words, "The limits stay for longer.", EXTENDED, dates.day(follower.ends_on), restriction)
    sent = Letter.objects.filter(case_ref=case, state="issued").exclude(kind="late_review_notice")  # by chance of days
    assert sorted(sent.values_list("kind", flat=True)) == ["restriction", "review_outcome", "warning"]

    # At the end: the card, the trail, the file
    checks.card(desk, staff.front_line, "900123", "I am phoning").says("Do this", dates.day(follower.ends_on))
    assert Entry.objects.in_force(today).get().source == f"restriction:{follower.reference}"
    checks.in_order(
        checks.verbs(case),
        "case.opened", "warning.drafted", "warning.sent_for_approval", "warning.returned", "warning.sent_for_approval",
        "warning.issued", "risk.assessed", "restriction.proposed", "restriction.returned", "restriction.proposed",
        "restriction.imposed", "review.begun", "review.decided",
    )  # fmt: skip
    issued = checks.decision("warning.issued", case, by=staff.team_leader)
    assert (issued["considered"], issued["not_done"]) == (
        "A talk on the phone first.", "No visit: he has not asked for one.",
    )  # fmt: skip
    assert checks.decision("restriction.imposed", case, by=staff.team_leader, clause="6.14") == {
        "reasons": IMPOSED, "considered": CONSIDERED, "not_done": NOT_DONE,
    }  # fmt: skip
    assert checks.decision("restriction.returned", case, by=staff.team_leader)["reasons"].startswith("Say what was")
    assert checks.decision("review.decided", case, by=staff.manager)["reasons"] == EXTENDED
    checks.timeline(
        manager, case, f"Warning letter {letter} issued", f"Restriction {restriction} imposed", "Considered",
        CONSIDERED, "Not done", NOT_DONE, "Say what he is to do, not how to feel.", "Risk assessed",
    )  # fmt: skip
    assert Case.objects.get(reference=case).stage == Case.Stage.CONTACT_RESTRICTION
