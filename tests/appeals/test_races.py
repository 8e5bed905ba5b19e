"""Two at once on real connections; and any order of acts, whatever it is."""

from concurrent.futures import ThreadPoolExecutor

import hypothesis
import pytest
from django.db import close_old_connections, connections, transaction
from django_fsm import TransitionNotAllowed
from hypothesis import strategies as st

from appeals.models import Appeal
from appeals.services import withdrawing
from cases.models import Case, Warning
from deadlines.models import Deadline
from letters.models import Letter
from policies.rules import RuleBroken
from register.models import Entry
from restrictions.models import Restriction
from tests import quick
from tests.appeals import builders as acting
from tests.appeals.builders import (
    LAST_DAY,
    RECEIVED,
    WEEK,
    answer,
    decide,
    director,
    letter_of,
    lodge,
    lodge_against,
    restricted,
    soon,
    warned,
)

State = Appeal.State


def at_once(*acts):
    """Run each in a thread with a connection of its own; the exceptions come back as values."""

    def run(act):
        close_old_connections()
        try:
            return act()
        except (TransitionNotAllowed, RuleBroken) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
class TestTwoAtOnce:
    """The row lock decides, and the second hears who was first."""

    def test_two_managers_decide_one_appeal(self):
        w, restriction = restricted()
        appeal = lodge(w, restriction)
        found = at_once(
            lambda: decide(appeal, State.UPHELD, by=w.staff.manager, at=soon()),
            lambda: decide(appeal, State.DISMISSED, by=w.staff.other_manager, at=soon()),
        )
        refused = [one for one in found if isinstance(one, TransitionNotAllowed)]
        assert len(refused) == 1 and "Manager decided" in str(refused[0])
        assert Letter.objects.filter(kind="appeal_outcome").count() == 1
        upheld = Appeal.objects.get(pk=appeal.pk).state == State.UPHELD
        in_force = Restriction.objects.get(pk=restriction.pk).state == Restriction.State.IN_FORCE
        assert in_force is not upheld
        assert Entry.objects.filter(removed_on__isnull=True).exists() is in_force

    def test_one_appeal_lodged_twice_at_once(self):
        w, restriction = restricted()
        found = at_once(*[lambda: lodge(w, restriction)] * 3)
        assert sum(isinstance(one, Appeal) for one in found) == 1
        assert Appeal.objects.count() == Letter.objects.filter(kind="appeal_acknowledgement").count() == 1

    def test_one_appeal_against_a_warning_lodged_twice_at_once(self):
        w = warned()
        key = letter_of(w).paper.reference
        found = at_once(*[lambda: lodge_against(w, key)] * 3)
        assert sum(isinstance(one, Appeal) for one in found) == 1
        assert Appeal.objects.count() == Letter.objects.filter(kind="appeal_acknowledgement").count() == 1

    def test_a_warning_taken_back_and_corrected_at_once(self):
        w = warned()
        appeal = lodge_against(w, letter_of(w).paper.reference)
        who, other = director(w), director(w, "assistant_director", name="Bela Director")
        found = at_once(
            lambda: acting.uphold(appeal, by=who, at=WEEK, answer=answer()),
            lambda: acting.correct(appeal, by=other, at=WEEK, answer=answer(), expected="Calmly.", told={}),
        )
        assert sum(isinstance(one, TransitionNotAllowed) for one in found) == 1
        upheld = Appeal.objects.get(pk=appeal.pk).state == State.UPHELD
        standing = Warning.objects.filter(case=w.case, kind="written", withdrawn_at=None).count()
        stage = Case.objects.get(pk=w.case.pk).stage
        assert (standing, stage) == ((0, "initial_warning") if upheld else (1, "written_warning"))
        assert Letter.objects.filter(kind="appeal_outcome").count() == 1

    def test_withdrawn_and_decided_at_once(self):
        w, restriction = restricted()
        appeal = lodge(w, restriction)
        found = at_once(
            lambda: withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=soon(), reason="By phone"),
            lambda: decide(appeal, State.UPHELD, by=w.staff.manager, at=soon()),
        )
        assert sum(isinstance(one, TransitionNotAllowed) for one in found) == 1
        withdrawn = Appeal.objects.get(pk=appeal.pk).state == State.WITHDRAWN
        assert (Restriction.objects.get(pk=restriction.pk).state == Restriction.State.IN_FORCE) is withdrawn


ACTS = ["lodge", "hear", "withdraw", State.UPHELD, State.VARIED, State.DISMISSED, State.OUT_OF_TIME]


@pytest.fixture
def world(db):
    return restricted()


@hypothesis.given(acts=st.lists(st.sampled_from(ACTS), min_size=1, max_size=8), late=st.booleans())
@hypothesis.settings(
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture], max_examples=quick.examples(40, 2_000)
)
def test_whatever_the_order_the_file_agrees_with_itself(world, acts, late):
    """Any order of acts leaves one open appeal at most, one answer at most, and a restriction that fits the outcome."""
    w, restriction = world
    on = LAST_DAY.replace(day=21) if late else RECEIVED
    at = soon(on)
    with transaction.atomic():
        for act in acts:
            appeal = Appeal.objects.order_by("-pk").first()
            try:
                with transaction.atomic():
                    if act == "lodge":
                        lodge(w, restriction, on=on, at=at)
                    elif appeal is None:
                        continue
                    elif act == "hear":
                        acting.hear(appeal, by=w.staff.manager, at=at, reasons="Hospital")
                    elif act == "withdraw":
                        withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=at, reason="By phone")
                    else:
                        decide(appeal, act, by=w.staff.manager, at=at)
            except (TransitionNotAllowed, RuleBroken):
                continue
        _agrees(restriction, late)
        transaction.set_rollback(True)


def _agrees(restriction: Restriction, late: bool) -> None:
    appeals = list(Appeal.objects.all())
    answered = [one for one in appeals if one.decided_at]
    waiting = [one for one in appeals if one.is_open]
    assert len(waiting) <= 1 and len(answered) <= 1 and not (waiting and answered), "final is final (6.35)"
    assert Deadline.objects.open().filter(kind="appeal.decide").count() == len(waiting)
    assert Letter.objects.filter(kind="appeal_acknowledgement").count() == len(appeals)
    assert Letter.objects.filter(kind="appeal_outcome").count() == len(answered)
    state = answered[0].state if answered else None
    if state in (State.UPHELD, State.VARIED, State.DISMISSED) and late:
        assert answered[0].late_accepted_reason, "a late one was heard by somebody's decision"
    if state == State.OUT_OF_TIME:
        assert late and not answered[0].late_accepted_reason
    expected = {State.UPHELD: Restriction.State.LIFTED, State.VARIED: Restriction.State.VARIED}
    assert Restriction.objects.get(pk=restriction.pk).state == expected.get(state, Restriction.State.IN_FORCE)
    in_force = Restriction.objects.filter(state=Restriction.State.IN_FORCE)
    assert (
        Entry.objects.filter(removed_on__isnull=True).count() == in_force.count() == (0 if state == State.UPHELD else 1)
    )
