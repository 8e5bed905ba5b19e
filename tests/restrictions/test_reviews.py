"""Reviews: beginning, hearing the resident, and each outcome with everything that changes with it."""

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
from restrictions import acts
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review
from restrictions.services import ending, imposing, planning_reviews, reviews
from restrictions.services import reviews as reading
from restrictions.services.planning_reviews import Conclusion
from tests import factories
from tests.factories import NOON
from tests.restrictions import builders
from tests.restrictions.builders import noon

pytestmark = pytest.mark.django_db
State, Outcome = Restriction.State, Review.Outcome
LAST = date(2027, 6, 18)  # six months from Friday 18 December 2026; a Friday
AT_END = noon(LAST)


@pytest.fixture
def w():
    return builders.world()


@pytest.fixture
def restriction(w):
    return builders.imposed(w)


def decide(w, review, outcome, *, at=AT_END, by=None, **more):
    more.setdefault("reasons", "As decided.")
    more.setdefault("considered", "How it has gone since.")
    if outcome != Outcome.LIFT:
        more.setdefault("evidence", "Rang forty times in May.")
    return builders.decide_review(review.pk, by=by or builders.reviewer(w), at=at, outcome=outcome, **more)


def fresh(thing):
    return type(thing).objects.get(pk=thing.pk)


def stage(w):
    return Case.objects.get(pk=w.case.pk).stage


def in_force(w, on):
    return list(Restriction.objects.filter(case=w.case).in_force(on))


def test_begin_moves_the_case_and_keeps_the_day_it_was_due(w, restriction):
    review = builders.under_review(w, restriction, at=AT_END)
    assert (review.due_on, review.state, stage(w)) == (LAST, Review.State.BEGUN, Case.Stage.REVIEW)
    with pytest.raises(TransitionNotAllowed, match="Olive Officer has already begun"):
        reviews.begin_review(restriction.pk, by=w.staff.colleague, at=AT_END)
    assert Event.objects.filter(verb="review.begun").count() == 1


@pytest.mark.parametrize("who", ["front_line", "contractor", "dpo", "administrator"])
def test_begin_is_for_those_who_work_cases(w, restriction, who):
    with pytest.raises(NotPermitted):
        reviews.begin_review(restriction.pk, by=getattr(w.staff, who), at=AT_END)


def test_a_proposal_cannot_be_reviewed(w):
    with pytest.raises(TransitionNotAllowed):
        reviews.begin_review(builders.proposed(w).pk, by=w.staff.officer, at=AT_END)


def test_the_residents_account_is_kept(w, restriction):
    review = builders.under_review(w, restriction, at=AT_END)
    with pytest.raises(RuleBroken, match="what the resident said"):
        reviews.record_account(review.pk, by=w.staff.officer, at=AT_END, words=" ")
    reviews.record_account(review.pk, by=w.staff.officer, at=AT_END, words="I was ill.")
    assert fresh(review).residents_account == "I was ill."
    decide(w, review, Outcome.LIFT)
    with pytest.raises(TransitionNotAllowed):
        reviews.record_account(review.pk, by=w.staff.officer, at=AT_END, words="More.")


def test_lift_ends_all_of_it(w, restriction):
    review = decide(w, builders.under_review(w, restriction, at=AT_END), Outcome.LIFT)
    assert (fresh(restriction).state, stage(w)) == (State.LIFTED, Case.Stage.WRITTEN_WARNING)
    assert not Entry.objects.filter(removed_on__isnull=True).exists()
    assert not Deadline.objects.open().filter(about=f"restriction:{restriction.reference}").exists()
    assert Deadline.objects.get(kind="review.at_end").state == Deadline.State.MET
    assert (review.letter.kind, review.letter.facts["outcome"]) == ("review_outcome", "lift")
    decision = Decision.objects.get(what="review.decided")
    assert (decision.source, decision.clause) == ("silent", "")


def test_extend_makes_a_successor_in_the_same_terms(w, restriction):
    """Dover 6.18. The length counts from the old last day, the successor begins on the day of the decision."""
    at = noon(date(2027, 6, 16))
    review = decide(w, builders.under_review(w, restriction, at=at), Outcome.EXTEND, at=at, months=3)
    new = Restriction.objects.get(follows=restriction)
    assert fresh(restriction).state == State.EXTENDED
    assert (new.state, new.starts_on, new.ends_on, new.months) == (
        State.IN_FORCE, date(2027, 6, 16), date(2027, 9, 18), 3,
    )  # fmt: skip
    assert [(t.channel, t.limit, t.words) for t in new.terms.all()] == [
        (t.channel, t.limit, t.words) for t in restriction.terms.all()
    ]
    assert stage(w) == Case.Stage.CONTACT_RESTRICTION
    entry = Entry.objects.get(removed_on__isnull=True)
    assert (entry.source, entry.ends_on) == (f"restriction:{new.reference}", new.ends_on)
    due = {d.kind: d.due_on for d in Deadline.objects.open().filter(about=f"restriction:{new.reference}")}
    assert due["appeal.window"] == date(2027, 7, 14)
    assert due["review.at_end"] == date(2027, 9, 20)  # the 18th is a Saturday
    assert Letter.objects.filter(kind="late_review_notice").count() == 1
    facts = review.letter.facts
    assert (facts["ends_on"], facts["appeal"]["until"]) == ("2027-09-18", "2027-07-14")
    assert new.letter == review.letter


def test_extend_more_than_once(w, restriction):
    """Dover 6.18: restrictions can be extended more than once."""
    at = noon(date(2027, 6, 16))
    decide(w, builders.under_review(w, restriction, at=at), Outcome.EXTEND, at=at, months=6)
    second = Restriction.objects.get(follows=restriction)
    later = noon(date(2027, 12, 16))
    review = reviews.begin_review(second.pk, by=w.staff.officer, at=later)
    other = factories.working_as(w.provider, "team leader", name="Tess Third")
    decide(w, review, Outcome.EXTEND, at=later, by=other, months=6)
    third = Restriction.objects.get(follows=second)
    assert third.ends_on == date(2028, 6, 18)
    assert in_force(w, date(2027, 12, 16)) == [third]


@pytest.mark.parametrize("months", [1, 13, 24])
def test_an_extension_is_not_bound_where_the_policy_does_not_say(w, restriction, months):
    """Whether an extension is also 6 to 12 months is unsaid in Dover's policy: a named person decides."""
    review = builders.under_review(w, restriction, at=AT_END)
    decide(w, review, Outcome.EXTEND, months=months)
    assert Restriction.objects.get(follows=restriction).months == months


@pytest.mark.parametrize("outcome", [Outcome.EXTEND, Outcome.VARY])
def test_continuing_asks_for_evidence(w, restriction, outcome):
    """Dover 6.18: not abided by, or the behaviour continues."""
    review = builders.under_review(w, restriction, at=AT_END)
    with pytest.raises(RuleBroken, match="not kept") as refused:
        decide(w, review, outcome, evidence=" ", months=6, terms=builders.OTHER_TERMS)
    assert refused.value.rule.clause == "6.18"
    assert fresh(review).state == Review.State.BEGUN


def test_extend_asks_for_its_length(w, restriction):
    review = builders.under_review(w, restriction, at=AT_END)
    with pytest.raises(RuleBroken, match="by how many months"):
        decide(w, review, Outcome.EXTEND)


def test_vary_changes_the_terms_and_may_keep_the_last_day(w, restriction):
    at = noon(date(2027, 3, 1))
    review = builders.under_review(w, restriction, at=at)
    with pytest.raises(RuleBroken, match="Change the terms"):
        decide(w, review, Outcome.VARY, at=at, terms=builders.TERMS)
    decide(w, review, Outcome.VARY, at=at, terms=builders.OTHER_TERMS, instructions=["Go in pairs."])
    new = Restriction.objects.get(follows=restriction)
    assert (fresh(restriction).state, new.starts_on, new.ends_on) == (State.VARIED, date(2027, 3, 1), LAST)
    entry = Entry.objects.get(removed_on__isnull=True)
    assert entry.arrangement == ["Telephone: Calls between 10am and midday, on Tuesdays."]
    assert entry.instructions == ["Go in pairs."]


def test_vary_still_leaves_a_way_to_complain(w, restriction):
    review = builders.under_review(w, restriction, at=AT_END)
    closed = [NewTerm(way, "closed") for way in ("phone", "email", "letter", "office")]
    with pytest.raises(RuleBroken, match="complain and to appeal"):
        decide(w, review, Outcome.VARY, terms=closed, months=6)
    assert fresh(restriction).state == State.IN_FORCE


def test_keep_is_for_reviews_before_the_end(w):
    """The local rule reviews every six months; a kept restriction is reviewed again at its end."""
    restriction = builders.imposed(w, months=12)
    at = noon(date(2027, 6, 18))
    review = builders.under_review(w, restriction, at=at)
    letter = decide(w, review, Outcome.KEEP, at=at).letter
    assert (fresh(restriction).state, stage(w)) == (State.IN_FORCE, Case.Stage.CONTACT_RESTRICTION)
    due = {d.kind: d.due_on for d in Deadline.objects.open().filter(about=f"restriction:{restriction.reference}")}
    assert "review.interval" not in due  # the next would fall on the last day: the review at the end
    assert due["review.at_end"] == date(2027, 12, 20)
    assert letter.facts["next_review_on"] == "2027-12-20"


def test_keep_is_no_answer_at_the_end(w, restriction):
    review = builders.under_review(w, restriction, at=AT_END)
    with pytest.raises(RuleBroken, match="Select what becomes"):
        decide(w, review, Outcome.KEEP)


def test_who_had_a_part_in_it_does_not_review_it(w, restriction):
    """F12: neither proposer, nor first decider, nor somebody affected."""
    review = builders.under_review(w, restriction, at=AT_END)
    with pytest.raises(NotPermitted, match="You imposed this"):
        decide(w, review, Outcome.LIFT, by=w.staff.team_leader)
    with pytest.raises(NotPermitted, match=r"needs the right to .*decide"):
        decide(w, review, Outcome.LIFT, by=w.staff.officer)
    reviewer = builders.reviewer(w)
    builders.log(w.provider, w.staff, w.resident, at=AT_END, affected=(reviewer,))
    with pytest.raises(NotPermitted, match="were affected"):
        decide(w, review, Outcome.LIFT, by=reviewer)
    decide(w, review, Outcome.LIFT, by=w.staff.manager)


def test_who_proposed_it_does_not_review_it(w):
    """F12, for a proposer who could otherwise decide; the successor of a restriction keeps its proposer."""
    other = builders.reviewer(w)
    proposed = builders.proposed(w, by=w.staff.team_leader)
    restriction = imposing.impose(proposed.pk, Said("x", considered="Fair."), by=other, at=NOON)
    review = builders.under_review(w, restriction, at=AT_END)
    with pytest.raises(NotPermitted, match="You proposed this"):
        decide(w, review, Outcome.LIFT, by=w.staff.team_leader)


def test_reviewers_are_asked_and_those_with_a_part_are_not(w, restriction):
    deadline = Deadline.objects.open().get(kind="review.at_end")
    assert set(deadline.not_for) == {w.staff.officer.pk, w.staff.team_leader.pk}
    assert list(Deadline.objects.waiting_for(w.staff.manager).filter(kind="review.at_end")) == [deadline]


def test_decided_once(w, restriction):
    review = builders.under_review(w, restriction, at=AT_END)
    decide(w, review, Outcome.LIFT)
    with pytest.raises(TransitionNotAllowed):
        decide(w, review, Outcome.EXTEND, months=6)


def test_a_late_review_needs_its_reason_and_tells_the_resident(w, restriction):
    """F7, Dover 6.21."""
    late = noon(LAST + timedelta(days=10))
    review = builders.under_review(w, restriction, at=late)
    with pytest.raises(RuleBroken, match="why the review is late"):
        decide(w, review, Outcome.LIFT, at=late)
    review = decide(w, review, Outcome.LIFT, at=late, late_reason="The reviewer was ill.")
    assert review.late_reason == "The reviewer was ill."
    assert (review.letter.facts["late"], review.letter.facts["late_reason"]) == (True, "The reviewer was ill.")


def test_a_review_late_only_for_a_day_off_explains_itself():
    """31 August and six months: 28 February 2027 is a Sunday, so the review is on Monday 1 March."""
    w = builders.world(at=noon(date(2026, 8, 31)))
    restriction = builders.imposed(w)
    monday = noon(date(2027, 3, 1))
    review = builders.under_review(w, restriction, at=monday)
    review = decide(w, review, Outcome.LIFT, at=monday)
    assert "day off" in review.late_reason
    assert review.letter.facts["late"] is True


@pytest.mark.parametrize("swept", [True, False])
def test_a_late_extension_holds_from_the_decision_never_backwards(w, restriction, swept):
    """Between the last day and a late review the restriction was over, whether or not the sweep had run."""
    late = noon(LAST + timedelta(days=10))
    if swept:
        ending.lapse(restriction.pk, at=noon(LAST + timedelta(days=1)))
    review = builders.under_review(w, restriction, at=late)
    decide(w, review, Outcome.EXTEND, at=late, months=6, late_reason="Illness.")
    new = Restriction.objects.get(follows=restriction)
    assert (new.starts_on, new.ends_on) == (date(2027, 6, 28), date(2027, 12, 28))
    assert in_force(w, LAST + timedelta(days=5)) == []
    assert in_force(w, late.date()) == [new]
    assert [e.source for e in Entry.objects.in_force(late.date())] == [f"restriction:{new.reference}"]
    assert Event.objects.filter(verb="restriction.lapsed").count() == 1


@pytest.mark.parametrize("swept", [True, False])
def test_a_late_lift_leaves_it_lapsed_and_frees_the_case(w, restriction, swept):
    late = noon(LAST + timedelta(days=10))
    if swept:
        ending.lapse(restriction.pk, at=noon(LAST + timedelta(days=1)))
    review = builders.under_review(w, restriction, at=late)
    decide(w, review, Outcome.LIFT, at=late, late_reason="Illness.")
    assert (fresh(restriction).state, stage(w)) == (State.LAPSED, Case.Stage.WRITTEN_WARNING)
    assert not Deadline.objects.open().filter(about=f"restriction:{restriction.reference}").exists()


def test_a_late_review_offers_no_keep(w, restriction):
    assert reading.possible_outcomes(restriction, None, LAST + timedelta(days=1)) == ["lift", "extend", "vary"]


def test_incidents_since_are_this_residents_own(w, restriction):
    later = noon(date(2027, 2, 1))
    breach = builders.log(w.provider, w.staff, w.resident, at=later)
    builders.log(w.provider, w.staff, factories.resident(w.provider, w.staff.officer, "Other"), at=later)
    assert reading.incidents_since(fresh(restriction)) == [breach]


def test_the_preview_says_what_the_deed_does(w, restriction):
    review = builders.under_review(w, restriction, at=AT_END)
    by, said = builders.reviewer(w), Said("x", considered="Weighed.")
    extend = Conclusion(Outcome.EXTEND, evidence="y", months=6)
    seen = planning_reviews.plan(review, acts.review(review, Outcome.EXTEND), said, extend, by=by, at=AT_END)
    assert Restriction.objects.count() == 1
    decide(w, review, Outcome.EXTEND, months=6)
    new = Restriction.objects.get(follows=restriction)
    days = seen.stands.found
    assert (days.starts_on, days.ends_on) == (new.starts_on, new.ends_on)
    sent = Review.objects.get(pk=review.pk).letter.facts
    told = {name: value for name, value in seen.letter.items() if name != "reasons"}
    assert told and {name: sent[name] for name in told} == told
