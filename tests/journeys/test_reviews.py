"""A review that lifts a restriction, and one at its end that extends it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import Case
from deadlines.models import Deadline
from design import dates
from people.models import Resident
from register.models import Entry
from restrictions.models import Restriction, Review
from tests import factories
from tests.journeys import checks, history, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REASONS = "Six quiet months, and a civil letter."
LATE = "The manager was away."


def test_a_review_lifts_a_restriction(desk: Sit, council, staff: factories.Staff, resident: Resident):
    # A year's restriction; the provider's own half-yearly review was due some days ago.
    past = history.restricted(council, staff, resident, at=history.ago(days=200), months=12)
    assert past.restriction is not None
    restriction = past.restriction.reference
    due = Deadline.objects.get(kind="review.interval", about=f"restriction:{restriction}")
    assert due.due_on is not None and due.due_on < timezone.localdate()
    officer = desk(staff.officer).go(f"/restrictions/{restriction}/").follow("Review this restriction")
    officer.says("A review is due by", dates.day(due.due_on)).press("Begin the review")
    officer.says("Review of", "No incident is recorded in this case since it was imposed.")

    manager = desk(staff.manager).go(f"/restrictions/{restriction}/review/")
    manager.answer("What do you decide?", "Lift").fill("Your reasons", REASONS).fill(
        "What else you considered", "It was kept."
    )
    manager.press("Check your decision")
    assert manager.page.title().startswith("Error: ")
    manager.says("Enter why the review is late").fill("Why the review is late", LATE)
    manager.fill("What you decided not to do", "No warning for the future.").press("Check your decision")
    manager.says("Check before you decide", LATE).press("Decide the review").says("Review decided", "lift")

    words = checks.paper("review_outcome", past.ref)
    checks.holds(words, "The limits end.", REASONS, LATE, "This review was later than it should have been.")
    checks.card(desk, staff.front_line, "marine").says(checks.NOT_LISTED)
    assert Restriction.objects.get(reference=restriction).state == Restriction.State.LIFTED
    assert not Entry.objects.in_force(timezone.localdate()).exists()
    assert Case.objects.get(pk=past.case.pk).stage not in (Case.Stage.REVIEW, Case.Stage.CONTACT_RESTRICTION)
    checks.in_order(checks.verbs(past.ref), "restriction.imposed", "review.begun", "review.decided")
    decided = checks.decision("review.decided", past.ref, by=staff.manager)
    assert (decided["reasons"], decided["not_done"]) == (REASONS, "No warning for the future.")
    checks.timeline(manager, past.ref, REASONS, "Not done", "Case moved to review")


@pytest.mark.soak
def test_a_review_at_the_end_extends_a_restriction(desk: Sit, council, staff: factories.Staff, resident: Resident):
    # Half a year's restriction in its last days; he did not keep to it.
    past = history.restricted(council, staff, resident, at=history.ago(days=176), months=6)
    assert past.restriction is not None
    first = past.restriction
    officer = desk(staff.officer)
    steps.log_incident(
        officer, resident, facts="He rang nine times in one morning.", on=timezone.localdate() - timedelta(days=20)
    )
    officer.go(f"/restrictions/{first.reference}/review/").press("Begin the review").says("He rang nine times")

    manager = desk(staff.manager).go(f"/restrictions/{first.reference}/review/")
    manager.answer("What do you decide?", "Extend").fill("By how many months?", "6").fill("Your reasons", REASONS)
    manager.fill("What else you considered", "It was not kept.").press("Check your decision")
    assert manager.page.title().startswith("Error: ")
    manager.fill("How the terms were not kept", "Nine calls, logged.").press("Check your decision")
    manager.says("Check before you decide").press("Decide the review").says("Review decided", "is followed by")

    follower = Restriction.objects.get(follows=first)
    assert follower.ends_on is not None and first.ends_on is not None and follower.ends_on > first.ends_on
    words = checks.paper("review_outcome", past.ref)
    checks.holds(words, "The limits stay for longer.", REASONS, dates.day(follower.ends_on), "last day to appeal")
    checks.card(desk, staff.front_line, "marine").says("Do this", dates.day(follower.ends_on))
    assert Review.objects.get().outcome == Review.Outcome.EXTEND
    for kind in ("appeal.window", "review.at_end"):
        assert Deadline.objects.get(kind=kind, about=f"restriction:{follower.reference}").state == "open"
    checks.in_order(checks.verbs(past.ref), "restriction.imposed", "incident.logged", "review.begun", "review.decided")
    checks.timeline(manager, past.ref, REASONS, follower.reference)
