"""Which open cases a newer version touches and how, and moving one: what stays, what follows, what is in the way."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Decision, Event
from cases.models import Case
from cases.services import stages, versions, warnings
from deadlines.models import Deadline
from decisions.services import Said
from office import services
from office.services import adopting, touched
from people.access import NotPermitted
from policies.rules import RuleBroken
from register.models import Entry
from restrictions.services import imposing, proposing
from tests import factories, quick
from tests.appeals.builders import lodge
from tests.factories import NOON
from tests.office.conftest import Office
from tests.office.versions import LOCAL, adopted, newer
from tests.restrictions import builders

SOONER = LOCAL.replace('"every 6 months from start"', '"every 3 months from start"')
LATER = LOCAL.replace('"every 6 months from start"', '"every 9 months from start"')
TODAY = NOON.date()
BY_MANAGER = ('at_end = "yes [6.18]"', 'at_end = "yes [6.18]"\nby = "manager [6.18]"')
WHY = "The shorter interval is fairer to him."


@pytest.fixture
def world(office):
    """The office's provider with a case that was warned."""
    resident = factories.resident(office.provider, office.staff.officer)
    case = builders.warned_case(office.provider, office.staff, resident, at=NOON)
    return builders.World(office.provider, office.staff, resident, case, NOON)


def move(world, version, *, by=None, at=NOON, reasons=WHY) -> Case:
    return services.move_case(world.case.pk, Said(reasons), to=version.pk, by=by or world.staff.manager, at=at)


def due(kind: str) -> Deadline:
    return Deadline.objects.open().get(kind=kind)


def seen(office: Office, text: str = "", local: str = LOCAL, on: date = TODAY) -> list[touched.Touched]:
    policy = adopting.reading(text or newer(), local)
    return touched.read(office.provider, policy, touched.open_cases(office.provider), on=on)


# what would be touched


def test_a_version_that_says_the_same_touches_nothing(office, world):
    builders.imposed(world, months=12)
    assert [(one.at_all, one.why_not) for one in seen(office)] == [(False, "")]


def test_the_dates_that_would_move_stand_with_their_arithmetic(office, world):
    builders.imposed(world, months=12)
    (one,) = seen(office, local=SOONER)
    (move,) = one.moves
    assert (move.kind, move.was, move.reckoning.due) == ("review.interval", date(2027, 6, 18), date(2027, 3, 18))
    assert "3 months" in move.reckoning.explain() and [change.path for change in one.rules] == ["review.interval"]


def test_who_would_decide_instead_is_named(office, world):
    builders.imposed(world, months=12)
    (one,) = seen(office, newer(BY_MANAGER))
    assert {(each.name, each.was, each.now) for each in one.deciders} == {
        ("Deciding the review", "nobody: the policy is silent", "Manager"),
        ("Deciding the review at its end", "nobody: the policy is silent", "Manager"),
    }


def test_only_rules_that_lie_ahead_of_a_case_are_shown_for_it(office, world):
    window = ('"20 working days from decision', '"30 working days from decision')
    text = newer(window, ('minimum = "6 months from start [6.16]"', 'minimum = "3 months from start [6.16]"'))
    assert [change.path for change in seen(office, text)[0].rules] == ["restriction.minimum", "appeal.window"]
    builders.imposed(world, months=6)
    assert [change.path for change in seen(office, text)[0].rules] == ["appeal.window"]


def test_what_is_half_decided_is_said(office, world):
    restriction = builders.proposed(world)
    assert restriction.reference in seen(office)[0].why_not
    imposing.impose(restriction.pk, Said("It is needed.", considered="Fair."), by=world.staff.team_leader, at=NOON)
    assert seen(office)[0].why_not == ""
    appeal = lodge(world, restriction, on=NOON.date(), at=NOON)
    assert appeal.reference in seen(office)[0].why_not


def test_as_many_queries_for_thirty_cases_as_for_one(office, world):
    builders.imposed(world, months=12)
    provider, staff = office.provider, office.staff
    policy = adopting.reading(newer(BY_MANAGER), SOONER)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert touched.read(provider, policy, touched.open_cases(provider), on=NOON.date())
        return len(asked)

    one = count()
    for number in range(29):
        resident = factories.resident(provider, staff.officer, name=f"Resident {number}")
        builders.log(provider, staff, resident, at=NOON)
    other = factories.resident(provider, staff.officer, name="Resident restricted")
    case = builders.warned_case(provider, staff, other, at=NOON)
    builders.imposed(builders.World(provider, staff, other, case, NOON), months=12)
    assert Case.objects.open().count() == 31 and count() == one


def test_cases_read_in_parts_are_read_alike(office, world, monkeypatch):
    builders.imposed(world, months=12)
    provider, staff = office.provider, office.staff
    for number in range(4):
        other = factories.resident(provider, staff.officer, name=f"Resident {number}")
        builders.warned_case(provider, staff, other, at=NOON)
    at_once = [
        (one.case, one.moves, one.stays, one.deciders, one.why_not) for one in seen(office, newer(BY_MANAGER), SOONER)
    ]
    assert len(at_once) == 5 and any(moves for _, moves, *_ in at_once)
    monkeypatch.setattr(touched, "AT_ONCE", 2)
    assert [
        (one.case, one.moves, one.stays, one.deciders, one.why_not) for one in seen(office, newer(BY_MANAGER), SOONER)
    ] == at_once


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=quick.examples(20, 2_000))
@given(every=st.integers(1, 24), months=st.integers(6, 12), after=st.integers(0, 364))
def test_whatever_the_newer_clock_no_review_moves_away_from_the_resident_or_into_the_past(
    office, world, every, months, after
):
    local = LOCAL.replace('"every 6 months from start"', f'"every {every} months from start"')
    on = NOON.date() + timedelta(days=after)
    with transaction.atomic():
        restriction = builders.imposed(world, months=months)
        (one,) = seen(office, local=local, on=on)
        for move in one.moves:
            assert move.kind == "review.interval" and move.reckoning.due is not None
            assert on <= move.reckoning.due < restriction.ends_on
            assert move.was is None or move.reckoning.due < move.was
        transaction.set_rollback(True)


# moving


def test_a_move_is_a_named_decision_and_what_is_not_decided_follows(office, world):
    restriction = builders.imposed(world, months=12)
    before = {kind: due(kind) for kind in ("appeal.window", "restriction.end", "review.at_end")}
    version = adopted(office, newer(BY_MANAGER), local=SOONER)
    case = move(world, version)
    assert case.policy_version == version
    decision = Decision.objects.get(what="case.policy_moved")
    assert (decision.source, decision.event.by_ref) == ("evenhand", world.staff.manager.reference)
    assert decision.event.words.body["reasons"] == WHY
    review = due("review.interval")
    assert (review.due_on, review.for_roles) == (date(2027, 3, 18), ["manager"])
    assert due("review.at_end").for_roles == ["manager"]
    for kind, was in before.items():
        assert due(kind).due_on == was.due_on
    shifts = Event.objects.filter(verb="deadline.followed_policy", case_ref=case.reference)
    assert {(one.facts["deadline"], one.facts["was"], one.facts["now"]) for one in shifts} == {
        ("review.interval", "2027-06-18", "2027-03-18"),
        ("review.at_end", "2027-12-20", "2027-12-20"),
    }
    assert Entry.objects.get(source=f"restriction:{restriction.reference}").review_on == date(2027, 3, 18)


def test_a_review_is_never_held_later_than_the_resident_was_told(office, world):
    builders.imposed(world, months=12)
    version = adopted(office, local=LATER)
    move(world, version)
    assert due("review.interval").due_on == date(2027, 6, 18)
    assert not Event.objects.filter(verb="deadline.followed_policy").exists()


def test_a_review_that_would_have_been_due_is_the_next_one(office, world):
    builders.imposed(world, months=12)
    version = adopted(office, local=SOONER)
    move(world, version, at=builders.noon(date(2027, 4, 1)))
    assert due("review.interval").due_on == date(2027, 6, 18)


def test_a_review_that_the_newer_version_brings_is_set(office, world):
    builders.imposed(world, months=6)
    assert not Deadline.objects.open().filter(kind="review.interval").exists()
    move(world, adopted(office, newer(BY_MANAGER), local=SOONER))
    review = due("review.interval")
    assert (review.due_on, review.for_roles) == (date(2027, 3, 18), ["manager"])
    assert world.staff.officer.pk in review.not_for and world.staff.team_leader.pk in review.not_for


def test_what_was_settled_where_the_earlier_version_was_silent_is_asked_anew(office):
    resident = factories.resident(office.provider, office.staff.officer, name="Second")
    for days in (20, 10):
        builders.log(office.provider, office.staff, resident, at=NOON - timedelta(days=days), warnings=1)
    case = Case.objects.get(resident=resident)
    stages.settle_threshold(case.pk, reasons="Enough.", by=office.staff.manager, at=NOON)
    version = adopted(office)
    case = services.move_case(case.pk, Said(WHY), to=version.pk, by=office.staff.manager, at=NOON)
    assert case.threshold_settled_at is None and case.threshold_settled_by is None


@pytest.mark.parametrize("who", ["officer", "front_line", "contractor", "dpo", "administrator"])
def test_who_does_not_decide_moves_no_case(office, world, who):
    version = adopted(office)
    with pytest.raises(NotPermitted, match="To move a case to a newer version of its policy needs the right"):
        move(world, version, by=getattr(world.staff, who))


def test_nor_does_another_provider_or_whoever_was_affected(office, world):
    version = adopted(office)
    with pytest.raises(NotPermitted):
        move(world, version, by=factories.staff(factories.dover("elsewhere")).manager)
    builders.log(world.provider, world.staff, world.resident, at=NOON, affected=(world.staff.manager,))
    with pytest.raises(NotPermitted, match="You were affected"):
        move(world, version)


def test_nothing_that_is_begun_changes_its_rules_on_the_way(office, world):
    version = adopted(office)
    restriction = builders.draft(world)
    with pytest.raises(RuleBroken, match=f"being proposed \\({restriction.reference}\\)"):
        move(world, version)
    proposing.propose(restriction.pk, by=world.staff.officer, at=NOON)
    imposing.impose(restriction.pk, Said("It is needed.", considered="Fair."), by=world.staff.team_leader, at=NOON)
    review = builders.under_review(world, restriction, at=NOON)
    with pytest.raises(RuleBroken, match=f"Review {review.reference} has begun"):
        move(world, version)


def test_nor_while_an_appeal_or_a_letter_waits(office, world):
    version = adopted(office)
    restriction = builders.imposed(world)
    appeal = lodge(world, restriction, on=NOON.date(), at=NOON)
    with pytest.raises(RuleBroken, match=f"Appeal {appeal.reference} is not decided"):
        move(world, version)
    other = factories.resident(office.provider, office.staff.officer, name="Other")
    incident = builders.log(office.provider, office.staff, other, at=NOON - timedelta(days=1), warnings=2)
    case = Case.objects.get(resident=other)
    Case.objects.filter(pk=case.pk).update(policy_version=world.case.policy_version)
    warning = warnings.draft_warning(
        case.pk, warnings.Content([incident], "Speak calmly."), by=office.staff.officer, at=NOON
    )
    with pytest.raises(RuleBroken, match=f"Warning letter {warning.paper.reference} is not issued"):
        services.move_case(case.pk, Said(WHY), to=version.pk, by=office.staff.manager, at=NOON)


def test_a_restricted_case_does_not_move_where_nothing_is_restricted(office, world):
    builders.imposed(world)
    case = Case.objects.get(pk=world.case.pk)
    assert "knows no restrictions" in versions.no_place(case, _Unrestricting())


class _Unrestricting:
    restricts = False


def test_a_case_moves_forward_only_and_once(office, world):
    first = world.case.policy_version
    version = adopted(office)
    with pytest.raises(RuleBroken, match="Enter your reasons"):
        move(world, version, reasons=" ")
    future = adopted(office, newer(effective="2027-06-01"))
    with pytest.raises(RuleBroken, match="in effect"):
        move(world, future)
    move(world, version)
    with pytest.raises(TransitionNotAllowed, match="runs under that version already"):
        move(world, version)
    with pytest.raises(RuleBroken, match="never back"):
        move(world, first)


def test_a_closed_case_keeps_what_it_ran_under(office, world):
    version = adopted(office)
    stages.close(world.case.pk, reason="It is over.", by=world.staff.officer, at=NOON)
    with pytest.raises(TransitionNotAllowed, match="closed"):
        move(world, version)
