"""The end of a restriction: its last day, lifted early, quashed."""

from datetime import date, timedelta

import pytest
from django_fsm import TransitionNotAllowed

from audit.models import Decision, Event
from cases.models import Case
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people.access import NotPermitted
from policies.rules import RuleBroken
from register.models import Entry
from restrictions.models import Restriction
from restrictions.services import ending
from tests.factories import NOON
from tests.restrictions import builders
from tests.restrictions.builders import noon

pytestmark = pytest.mark.django_db
State = Restriction.State


@pytest.fixture
def w():
    return builders.world()


def fresh(restriction):
    return Restriction.objects.get(pk=restriction.pk)


def open_kinds(restriction):
    return sorted(
        Deadline.objects.open().filter(about=f"restriction:{restriction.reference}").values_list("kind", flat=True)
    )


def test_the_last_day_is_in_force_and_the_next_is_not(w):
    """By its dates, whether or not the sweep has run."""
    restriction = builders.imposed(w)
    day = timedelta(days=1)
    assert restriction.is_in_force(restriction.ends_on)
    assert not restriction.is_in_force(restriction.ends_on + day)
    for on, there in ((restriction.starts_on, 1), (restriction.ends_on, 1), (restriction.ends_on + day, 0)):
        assert Restriction.objects.in_force(on).count() == there
        assert Entry.objects.in_force(on).count() == there


def test_lapse_only_tidies_and_leaves_the_review_due(w):
    restriction = builders.imposed(w)
    with pytest.raises(TransitionNotAllowed, match="in force until the end"):
        ending.lapse(restriction.pk, at=noon(restriction.ends_on))
    ending.lapse(restriction.pk, at=noon(restriction.ends_on + timedelta(days=1)))
    assert fresh(restriction).state == State.LAPSED
    assert open_kinds(restriction) == ["appeal.window", "review.at_end"]
    assert Entry.objects.get().removed_on == restriction.ends_on + timedelta(days=1)
    assert Event.objects.get(verb="restriction.lapsed").by_name == ""
    with pytest.raises(TransitionNotAllowed):
        ending.lapse(restriction.pk, at=noon(restriction.ends_on + timedelta(days=2)))


def test_lift_ends_it_early_and_tells_the_resident(w):
    restriction = builders.imposed(w)
    later = noon(date(2027, 3, 1))
    with pytest.raises(RuleBroken, match="why it is lifted"):
        ending.lift(restriction.pk, Said(""), by=w.staff.team_leader, at=later)
    ending.lift(
        restriction.pk, Said("Nothing has happened since.", considered="Fair."), by=w.staff.team_leader, at=later
    )
    restriction = fresh(restriction)
    assert (restriction.state, restriction.ended_at) == (State.LIFTED, later)
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.WRITTEN_WARNING
    assert not Entry.objects.in_force(later.date()).exists()
    assert open_kinds(restriction) == []
    assert Letter.objects.get(kind="restriction_lifted").facts["register_removed"] is True
    assert Decision.objects.get(what="restriction.lifted").source == "silent"


def test_lift_is_refused_to_officers_and_to_people_affected(w):
    builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=3), affected=(w.staff.manager,))
    restriction = builders.imposed(w)
    for who in (w.staff.officer, w.staff.front_line, w.staff.dpo):
        with pytest.raises(NotPermitted):
            ending.lift(restriction.pk, Said("x", considered="Fair."), by=who, at=NOON)
    with pytest.raises(NotPermitted, match="were affected"):
        ending.lift(restriction.pk, Said("x", considered="Fair."), by=w.staff.manager, at=NOON)


def test_lift_after_the_last_day_is_refused(w):
    restriction = builders.imposed(w)
    with pytest.raises(TransitionNotAllowed, match="its last day has gone"):
        ending.lift(restriction.pk, Said("x", considered="Fair."), by=w.staff.team_leader, at=noon(date(2027, 6, 19)))


def test_lift_answers_an_open_review(w):
    restriction = builders.imposed(w)
    later = noon(date(2027, 3, 1))
    review = builders.under_review(w, restriction, at=later)
    ending.lift(restriction.pk, Said("Nothing since.", considered="Fair."), by=w.staff.team_leader, at=later)
    review.__class__.objects.get(pk=review.pk, state="decided", outcome="lift")


def test_quash_ends_it_without_a_letter_of_its_own(w):
    restriction = builders.imposed(w)
    letters = Letter.objects.count()
    ending.quash(
        restriction.pk,
        by=w.staff.manager,
        at=NOON,
        reason="The warning letter never arrived.",
        rule=w.case.policy.appeal.by.rule,
    )
    assert fresh(restriction).state == State.LIFTED
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.WRITTEN_WARNING
    assert not Entry.objects.filter(removed_on__isnull=True).exists()
    assert Letter.objects.count() == letters
    decision = Decision.objects.get(what="restriction.lifted")
    assert (decision.clause, decision.outcome) == ("6.35", "quashed on appeal")


def test_quash_after_it_lapsed_keeps_the_record_straight(w):
    restriction = builders.imposed(w)
    after = noon(date(2027, 6, 21))
    ending.lapse(restriction.pk, at=after)
    ending.quash(restriction.pk, by=w.staff.manager, at=after, reason="It should not have been.", rule=None)
    assert fresh(restriction).state == State.LIFTED
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.WRITTEN_WARNING
