"""An appeal that is upheld, and one that is dismissed: the restriction, the register and the letter change together."""

from datetime import timedelta

import pytest
from django.utils import timezone

from appeals.models import Appeal
from cases.models import Case
from deadlines.models import Deadline
from design import dates
from people.models import Resident
from register.models import Entry
from restrictions.models import Restriction
from tests import factories
from tests.journeys import checks, history, steps
from tests.journeys.conftest import Sit
from tests.restrictions.builders import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = "I was not there on that day. My neighbour was, and he told you so."
REASONS = "The log shows that half of the calls were ours."
CONSIDERED = "The file, the log of calls, and the resident's letter."
NOT_DONE = "No meeting was held: he did not ask for one."


def lodged(desk: Sit, past: World) -> str:
    """The officer records the appeal; the team leader who imposed it may not decide it."""
    assert past.restriction is not None
    officer = desk(past.staff.officer)
    officer.go(f"/cases/{past.ref}/appeals/").follow("Lodge an appeal against")
    appeal = steps.lodge_appeal(
        officer, past.ref, past.restriction.reference, words=WORDS, received_on=timezone.localdate()
    )
    officer.follow("See the appeal").says("To be answered by", WORDS).does_not_offer("Decide the appeal")
    leader = desk(past.staff.team_leader).go(f"/appeals/{appeal}/").does_not_offer("Decide the appeal")
    leader.go(f"/appeals/{appeal}/decide/").does_not_offer("Check your decision")
    words = checks.paper("appeal_acknowledgement", past.ref)
    due = Deadline.objects.get(kind="appeal.decide", about=f"appeal:{appeal}").due_on
    checks.holds(words, appeal, past.restriction.reference, dates.day(due), "Manager")
    return appeal


def test_an_appeal_is_upheld(desk: Sit, council, staff: factories.Staff, resident: Resident):
    past = history.restricted(council, staff, resident)
    assert past.restriction is not None
    checks.card(desk, staff.front_line, "CT16 1LW").says("Do this", "Do not visit alone.")
    appeal = lodged(desk, past)

    manager = desk(staff.manager).go("/")
    manager.follow("Decide an appeal").at(f"/appeals/{appeal}/decide/").says(WORDS)
    steps.decide_appeal(manager, appeal, "Uphold the appeal", reasons=REASONS, considered=CONSIDERED, not_done=NOT_DONE)
    manager.says("Its register entry and its reviews go.").press("Uphold the appeal")
    manager.says("Appeal upheld", appeal)

    words = checks.paper("appeal_outcome", past.ref)
    checks.holds(words, "We have upheld your appeal.", REASONS, CONSIDERED, appeal, "This decision is final")
    checks.lacks(words, NOT_DONE, "We have dismissed")
    checks.card(desk, staff.front_line, "CT16 1LW").says(checks.NOT_LISTED).does_not_say("Do not visit alone.")
    restriction = Restriction.objects.get(pk=past.restriction.pk)
    assert not restriction.is_in_force(timezone.localdate() + timedelta(days=1))
    assert not Entry.objects.in_force(timezone.localdate()).exists()
    assert not Deadline.objects.filter(about=f"restriction:{restriction.reference}", state="open").exists()
    assert Case.objects.get(pk=past.case.pk).stage != Case.Stage.CONTACT_RESTRICTION
    checks.in_order(checks.verbs(past.ref), "restriction.imposed", "appeal.lodged", "appeal.upheld")
    assert checks.decision("appeal.upheld", past.ref, by=staff.manager, clause="6.35") == {
        "reasons": REASONS, "considered": CONSIDERED, "not_done": NOT_DONE,
    }  # fmt: skip
    checks.timeline(manager, past.ref, f"Appeal {appeal} lodged", f"Appeal {appeal} upheld", REASONS, NOT_DONE)


@pytest.mark.soak
def test_an_appeal_is_dismissed(desk: Sit, council, staff: factories.Staff, resident: Resident):
    past = history.restricted(council, staff, resident)
    assert past.restriction is not None and past.restriction.ends_on is not None
    appeal = lodged(desk, past)

    manager = desk(staff.manager)
    steps.decide_appeal(manager, appeal, "Dismiss", reasons=REASONS, considered=CONSIDERED)
    ends = dates.day(past.restriction.ends_on)
    manager.says(f"stays as it is, with {ends} as its last day").press("Dismiss the appeal").says("Appeal dismissed")

    words = checks.paper("appeal_outcome", past.ref)
    checks.holds(words, "We have dismissed your appeal", REASONS, ends, "This decision is final", "Ombudsman")
    checks.card(desk, staff.front_line, "Rowan", "I am phoning").says("Do this", "Do not visit alone.", ends)
    assert Restriction.objects.get(pk=past.restriction.pk).state == Restriction.State.IN_FORCE
    assert Appeal.objects.get(reference=appeal).state == Appeal.State.DISMISSED
    checks.in_order(checks.verbs(past.ref), "restriction.imposed", "appeal.lodged", "appeal.dismissed")
    assert checks.decision("appeal.dismissed", past.ref, by=staff.manager, clause="6.35")["considered"] == CONSIDERED
    checks.timeline(manager, past.ref, f"Appeal {appeal} dismissed", REASONS, CONSIDERED)
    # Final: it cannot be appealed against again.
    desk(staff.officer).go(f"/cases/{past.ref}/appeals/").does_not_offer("Lodge an appeal")
