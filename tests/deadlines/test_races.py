"""Two administrators at once, and one beside somebody at work, over real connections."""

from datetime import date

import pytest

from audit.models import Event
from deadlines import services
from deadlines.models import Deadline, Holiday
from deadlines.services import days_off
from design import seals
from policies import clocks
from policies.rules import RuleBroken
from tests import factories
from tests.factories import NOON
from tests.pressing import seal_of
from tests.test_races import one_then_other

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("empty_queue")]
TODAY, EVE, CHRISTMAS = date(2026, 12, 18), date(2026, 12, 24), date(2026, 12, 25)


class Office:
    """Two administrators of one provider, with an appeal's window open."""

    def __init__(self) -> None:
        self.provider = factories.dover()
        self.ada, self.bo = (
            factories.working_as(self.provider, "administrator", name=name) for name in ("Ada Office", "Bo Office")
        )
        policy = self.provider.policy_version_on(TODAY).policy
        calendar = services.calendar_for(self.provider)
        self.window = clocks.work_out(policy, "appeal.window", {"decision": TODAY}, calendar)
        self.deadline = self.put(1)

    def put(self, number: int) -> Deadline:
        about = factories.about(f"restriction:X-{number:06d}", self.provider)
        return services.set("appeal.window", about, due=self.window, at=NOON)

    def adding(self, by, on=EVE):
        """What one of them does, having seen now what moves."""
        asked = {"first_on": on, "last_on": None, "name": "Closed"}
        seen = seal_of(days_off.adding(self.provider, **asked, today=TODAY))
        return lambda: days_off.add(self.provider, **asked, seen=seen, by=by, at=NOON)

    def removing(self, by):
        seen = seal_of(days_off.removing(self.provider, on=CHRISTMAS, today=TODAY))
        return lambda: days_off.remove(self.provider, on=CHRISTMAS, reason="Open.", seen=seen, by=by, at=NOON)

    def fits(self) -> None:
        """Every open date is what the table of days off gives."""
        policy, calendar = self.provider.policy_version_on(TODAY).policy, services.calendar_for(self.provider)
        due = clocks.work_out(policy, "appeal.window", {"decision": TODAY}, calendar).due
        assert set(Deadline.objects.open().values_list("due_on", flat=True)) == {due}


def test_the_same_day_is_added_once():
    office = Office()
    first, second = one_then_other(office.adding(office.ada), office.adding(office.bo))
    assert isinstance(first, days_off.Correction) and isinstance(second, RuleBroken), second
    assert "a day off already: Closed" in str(second)
    assert [event.by_name for event in Event.objects.filter(verb="holiday.added")] == ["Ada Office"]
    assert Holiday.objects.filter(on=EVE).count() == 1
    office.fits()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_whoever_comes_second_has_not_seen_what_would_move_now(order):
    """One adds a day and another removes one: what the second saw is no longer so, and is to be looked at again."""
    office = Office()
    acts = [office.adding(office.ada), office.removing(office.bo)]
    first, second = one_then_other(*(acts[number] for number in order))
    assert isinstance(first, days_off.Correction) and isinstance(second, seals.ChangedSince), second
    office.fits()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_deadline_that_is_met_meanwhile_is_not_moved(order):
    office = Office()
    meet = lambda: services.meet(office.deadline.kind, office.deadline, at=NOON)  # noqa: E731
    acts = [office.adding(office.ada), meet]
    results = one_then_other(*(acts[number] for number in order))
    added = results[order.index(0)]
    assert isinstance(added, days_off.Correction if order[0] == 0 else seals.ChangedSince), added
    assert Deadline.objects.get(pk=office.deadline.pk).state == Deadline.State.MET
    assert Event.objects.filter(verb="deadline.moved").exists() is (order[0] == 0)


def test_a_deadline_counted_by_the_old_table_is_found_by_the_next_look():
    """Set in the moment of a correction, it is not among what moved; the sweep works it out anew."""
    office = Office()
    first, second = one_then_other(office.adding(office.ada), lambda: office.put(2))
    assert isinstance(first, days_off.Correction) and isinstance(second, Deadline)
    assert second.due_on == date(2027, 1, 20)
    found = days_off.recompute(office.provider, by=None, at=NOON, because="Counted by days off just corrected")
    assert [shift.deadline.pk for shift in found.moved] == [second.pk]
    office.fits()
