"""A resident asks, outside of an appeal, that a restriction be looked at again: recorded, and answered by a review."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from audit.models import Decision, Event
from cases.models import Case
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people.access import NotPermitted
from policies.rules import RuleBroken
from restrictions.models import Restriction, Review
from restrictions.services import ending, imposing, reviews
from tests import factories
from tests.factories import NOON
from tests.five import (
    DOVER,
    HOMES,
    NORTHAMPTON,
    TENANCY,
    WEST_KENT,
    a_decider,
    ready_to_propose,
)
from tests.pressing import check, decide, press
from tests.restrictions import builders
from tests.restrictions.builders import noon

pytestmark = pytest.mark.django_db
RECEIVED = date(2027, 1, 25)
LATER = NOON + timedelta(days=40)  # 27 January 2027
TODAY = LATER.date()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as traveller:
        yield traveller


def running(policy=TENANCY, months=12):
    w = ready_to_propose(policy)
    restriction = builders.proposed(w, months=months)
    return w, imposing.impose(restriction.pk, Said("Needed.", considered="No."), by=a_decider(w, restriction), at=NOON)


def asked(w, restriction, **more):
    said = {"received_on": RECEIVED, "how": "letter", "words": "I have been calm since."} | more
    return reviews.record_request(restriction.pk, by=w.staff.officer, at=LATER, **said)


def senior(w):
    return factories.person(w.provider, "senior_officer", name="Sena Senior")


def decided(w, review, outcome, *, by=None, at=LATER, **more):
    said = {"reasons": "As decided.", "considered": "What the resident says."} | more
    return builders.decide_review(review.pk, by=by or senior(w), at=at, outcome=outcome, **said)


def open_dates(restriction):
    rows = Deadline.objects.open().filter(about=f"restriction:{restriction.reference}")
    return {each.kind: each.due_on for each in rows}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, restriction):
    return reverse(f"restrictions:{name}", args=[restriction.reference])


def test_a_request_begins_a_review_with_its_own_clock_and_decider():
    """The procedure's 11: a senior officer, 28 days; which days is unsaid, so both are shown and none is chosen."""
    w, restriction = running()
    review = asked(w, restriction)
    waits = Deadline.objects.open().get(kind="reconsideration.decide")
    assert (waits.due_on, waits.for_roles, review.due_on) == (None, ["senior_officer"], None)
    assert waits.reckoning["clause"] == "s11" and waits.reckoning["from"] == "2027-01-25"
    assert waits.reckoning["readings"] == {"calendar days": "2027-02-22", "working days": "2027-03-04"}
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.REVIEW
    assert Event.objects.get(verb="reconsideration.requested").facts["received_on"] == "2027-01-25"
    assert w.staff.officer.pk in waits.not_for and restriction.decided_by_id in waits.not_for


def test_no_leaves_every_review_where_it_was_and_tells_the_resident_that_it_is_final():
    w, restriction = running()
    before = open_dates(restriction)
    review = decided(w, asked(w, restriction), "keep")
    assert open_dates(restriction) == before, "a request costs its resident no review"
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.CONTACT_RESTRICTION
    facts = review.letter.facts
    assert (review.letter.kind, facts["final"], facts["received_on"]) == ("reconsideration_outcome", True, "2027-01-25")
    assert facts["next_review_on"] == "2027-06-18"
    decision = Decision.objects.get(what="review.decided")
    assert (decision.outcome, decision.clause, decision.event.by_name) == ("keep", "s11", "Sena Senior")


def test_yes_lifts_it_all():
    w, restriction = running()
    review = decided(w, asked(w, restriction), "lift")
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.LIFTED
    assert open_dates(restriction) == {} and review.letter.facts["outcome"] == "lift"
    assert Letter.objects.filter(kind="review_outcome").count() == 0


def test_other_terms_end_no_later_and_cannot_be_appealed_where_the_answer_is_final():
    w, restriction = running()
    review = asked(w, restriction)
    said = {"terms": builders.OTHER_TERMS, "instructions": builders.ORDERS}
    with pytest.raises(RuleBroken, match="does not make a restriction longer") as refused:
        decided(w, review, "vary", months=3, **said)
    assert refused.value.rule.source == "evenhand"
    decided(w, review, "vary", by=factories.person(w.provider, "senior_officer", name="Sol Second"), **said)
    new = Restriction.objects.get(follows=restriction)
    assert new.ends_on == restriction.ends_on and "appeal.window" not in open_dates(new)
    assert Review.objects.get().letter.facts["appeal"] is None


def test_where_the_policy_does_not_call_it_final_what_is_varied_can_be_appealed():
    """West Kent 6.2 names neither decider nor clock nor finality: a person with the right to decide, and no date."""
    w, restriction = running(WEST_KENT)
    review = asked(w, restriction)
    assert open_dates(restriction)["reconsideration.decide"] is None
    decided(w, review, "vary", by=builders.reviewer(w), terms=builders.OTHER_TERMS, instructions=builders.ORDERS)
    assert "appeal.window" in open_dates(Restriction.objects.get(follows=restriction))
    assert Decision.objects.get(what="review.decided").clause == "6.2"


def test_who_asks_for_less_never_gets_more_and_needs_no_evidence():
    w, restriction = running()
    review = asked(w, restriction)
    with pytest.raises(RuleBroken, match="Select what becomes of the restriction"):
        decided(w, review, "extend", months=3, evidence="Rang again.")
    page = signed_in(factories.person(w.provider, "senior_officer", name="Sol Second")).get(url("review", restriction))
    words = page.content.decode()
    assert "I have been calm since." in words and "more acceptable approach" in words
    assert 'value="extend"' not in words and 'name="evidence"' not in words and 'name="new_months"' not in words


def test_only_whom_the_policy_names_for_it_decides_and_nobody_who_had_a_part():
    w, restriction = running()
    review = asked(w, restriction)
    with pytest.raises(NotPermitted, match="lets a Senior officer reconsider a restriction"):
        decided(w, review, "keep", by=w.staff.team_leader)
    with pytest.raises(NotPermitted):
        decided(w, review, "keep", by=w.staff.officer)


@pytest.mark.parametrize("policy", [DOVER, HOMES, NORTHAMPTON])
def test_where_the_policy_knows_no_such_thing_there_is_none(policy):
    w, restriction = running(policy)
    with pytest.raises(RuleBroken, match="knows no reconsideration"):
        asked(w, restriction)
    client = signed_in(w.staff.officer)
    assert "be reconsidered" not in client.get(url("view", restriction)).content.decode()
    assert client.get(url("request_reconsideration", restriction)).status_code == 302


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"received_on": TODAY + timedelta(days=1)}, "received_on"),
        ({"received_on": date(2026, 12, 1)}, "received_on"),
        ({"how": ""}, "how"),
        ({"words": " "}, "words"),
    ],
)
def test_a_request_says_when_how_and_what(more, field):
    w, restriction = running()
    with pytest.raises(RuleBroken) as refused:
        asked(w, restriction, **more)
    assert refused.value.field == field and not Review.objects.exists()


def test_while_a_review_is_under_way_the_request_belongs_into_that_one():
    w, restriction = running()
    reviews.begin_review(restriction.pk, by=w.staff.officer, at=LATER)
    with pytest.raises(TransitionNotAllowed, match="has already begun review"):
        asked(w, restriction)
    client = signed_in(w.staff.officer)
    assert client.get(url("request_reconsideration", restriction)).url == url("review", restriction)


def test_once_the_last_day_has_gone_it_is_the_review_at_the_end():
    w, restriction = running(months=2)
    review = asked(w, restriction)
    after = noon(restriction.ends_on + timedelta(days=1))
    ending.lapse(restriction.pk, at=after)
    assert set(open_dates(restriction)) <= {"review.at_end", "appeal.window"}
    done = decided(w, review, "lift", at=after, late_reason="Illness.")
    assert done.letter.kind == "review_outcome" and "review.at_end" not in open_dates(restriction)
    assert Case.objects.get(pk=w.case.pk).stage != Case.Stage.REVIEW


def test_the_database_keeps_a_request_whole():
    w, restriction = running()
    review = asked(w, restriction)
    with pytest.raises(IntegrityError, match="has_when_how_and_what"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(request="")


def test_the_page_shows_the_clock_and_keeps_every_text_at_every_error():
    w, restriction = running()
    client, address = signed_in(w.staff.officer), url("request_reconsideration", restriction)
    assert f'href="{address}"' in client.get(url("view", restriction)).content.decode()
    page = client.get(address).content.decode()
    assert "Senior officer decides (section 11)" in page and "calendar days: 24 February 2027" in page
    typed = "She said “calm” שלום 👩🏽‍🚒 " + "and more " * 900
    days = {"received_on_day": "31", "received_on_month": "2", "received_on_year": "2027"}
    for data in ({}, days, days | {"how": "letter"}):
        shown = press(client, address, data | {"words": typed}).content.decode()
        assert "There is a problem" in shown and "She said “calm” שלום 👩🏽‍🚒 and more" in shown
    said = {
        "received_on_day": "25",
        "received_on_month": "1",
        "received_on_year": "2027",
        "how": "letter",
        "words": "x",
    }
    assert press(client, address, said).url == url("review", restriction)
    assert press(client, address, said).url == url("review", restriction)
    assert Review.objects.count() == 1


def test_it_is_decided_on_the_page_of_the_review_with_its_own_letter():
    w, restriction = running()
    asked(w, restriction)
    client, address = signed_in(senior(w)), url("review", restriction)
    said = {"outcome": "keep", "reasons": "Too early.", "considered": "The equality assessment as it stands."}
    checked = check(client, address, said).content.decode()
    assert "Check before you decide" in checked and "A senior officer has done so." in checked
    assert "We received your request on" in checked
    assert decide(client, address, said).status_code == 302
    assert Letter.objects.get(kind="reconsideration_outcome").facts["outcome"] == "keep"
