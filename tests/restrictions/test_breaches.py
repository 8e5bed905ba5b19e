"""Breaches of a restriction: logged from an incident, answered by the policy's ladder, a review, or no step."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from audit.models import Decision, Event
from cases.models import Case, Incident, Involvement
from cases.services import assessments
from deadlines import kinds
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people import services as people
from people.access import NotPermitted
from people.models import Need
from policies.rules import RuleBroken
from restrictions.models import Breach, BreachStep, Review
from restrictions.services import breaches, deciding_reviews, ending, imposing, reviews
from restrictions.services.planning_reviews import Conclusion
from tests import factories
from tests.factories import NOON
from tests.five import DOVER, NORTHAMPTON, TENANCY, WEST_KENT, a_decider, ready_to_propose
from tests.pressing import check, decide, press
from tests.restrictions import builders
from tests.restrictions.builders import noon

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=40)
LADDER = ["breach warning", "legal warning", "injunction", "civil restraint order", "possession notice"]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=False) as traveller:
        yield traveller


def running(policy=TENANCY, months=6):
    w = ready_to_propose(policy)
    restriction = builders.proposed(w, months=months)
    return w, imposing.impose(restriction.pk, Said("Needed.", considered="No."), by=a_decider(w, restriction), at=NOON)


def happens(w, *, at=LATER, **more):
    return builders.log(w.provider, w.staff, w.resident, at=at, facts="Rang nine times on a Sunday.", **more)


def breach(w, restriction, *, at=LATER, words="You rang nine times, and calls are not used."):
    incident = happens(w, at=at)
    return breaches.log_breach(restriction.pk, by=w.staff.officer, at=at, incident_id=incident.pk, words=words)


def answered(w, restriction, step, *, by=None, at=LATER, **more):
    said = {"reasons": "It went on.", "consequence": "A legal warning."} | more
    return builders.answer_breaches(restriction.pk, by=by or w.staff.manager, at=at, step=step, **said)


def due(restriction):
    return (
        Deadline.objects.open().filter(about=f"restriction:{restriction.reference}", kind=kinds.BREACH_ANSWER).first()
    )


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, restriction):
    return reverse(f"restrictions:{name}", args=[restriction.reference])


def test_a_breach_asks_whoever_decides_what_follows():
    w, restriction = running()
    made = breach(w, restriction)
    waits = due(restriction)
    assert waits.waits_for(w.staff.manager) and not waits.waits_for(w.staff.officer)
    event = Event.objects.get(verb="breach.logged")
    assert (event.subject_ref, event.facts["incident"]) == (restriction.reference, made.incident.reference)


def test_only_what_somebody_saw_while_it_was_in_force_is_a_breach_and_only_once():
    w, restriction = running()
    before = Incident.objects.order_by("pk").first()
    hearsay = happens(w, knowledge=Incident.Knowledge.HEARSAY)
    seen_only = happens(w, part=Involvement.Part.PRESENT)
    real = happens(w)
    assert [each.pk for each in breaches.possible_incidents(restriction)] == [real.pk]
    for wrong in (before, hearsay, seen_only):
        with pytest.raises(RuleBroken, match="Select an incident"):
            breaches.log_breach(restriction.pk, by=w.staff.officer, at=LATER, incident_id=wrong.pk, words="x")
    with pytest.raises(RuleBroken, match="which term"):
        breaches.log_breach(restriction.pk, by=w.staff.officer, at=LATER, incident_id=real.pk, words=" ")
    breaches.log_breach(restriction.pk, by=w.staff.officer, at=LATER, incident_id=real.pk, words="x")
    with pytest.raises(RuleBroken, match="Select an incident"):
        breaches.log_breach(restriction.pk, by=w.staff.officer, at=LATER, incident_id=real.pk, words="x")
    with pytest.raises(IntegrityError, match="breach_once_an_incident"), transaction.atomic():
        Breach.objects.create(
            restriction=restriction, incident=real, words="x", logged_by=w.staff.officer, logged_at=LATER
        )


def test_the_ladder_of_the_procedure_in_its_order_and_what_has_been_taken():
    """Tenancy Enforcement Procedure 8."""
    w, restriction = running()
    assert [step.word for step in breaches.ladder_of(restriction)] == LADDER
    assert [step.word for step in breaches.ladder_of(restriction) if step.next] == ["breach warning"]
    breach(w, restriction)
    answered(w, restriction, "breach warning")
    steps = {step.word: step for step in breaches.ladder_of(restriction)}
    assert steps["breach warning"].taken and steps["legal warning"].next
    assert breaches.left_out_before(restriction, "injunction") == ["legal warning"]


def test_the_first_step_is_a_letter_under_its_clause_and_answers_every_open_breach():
    w, restriction = running()
    breach(w, restriction)
    breach(w, restriction, words="You rang again.")
    step = answered(w, restriction, "breach warning", not_done="No police.", considered="A call.")
    assert set(Breach.objects.values_list("answer", flat=True)) == {step.pk} and due(restriction) is None
    decision = Decision.objects.get(what="breach.answered")
    assert (decision.outcome, decision.clause, decision.strength) == ("breach warning", "s8", "normally")
    assert len(decision.event.facts["incidents"]) == 2
    letter = Letter.objects.get(kind="breach_warning")
    assert step.letter == letter and letter.facts["consequence"] == "A legal warning."
    assert [one["what"] for one in letter.facts["incidents"]][1] == "You rang again."
    with pytest.raises(TransitionNotAllowed, match="no breach of"):
        answered(w, restriction, "legal warning")


def test_legal_action_waits_for_the_equality_assessment_as_it_stands_now():
    """The procedure's 4: an equality impact assessment before any formal action; open again when needs change."""
    w, restriction = running()
    breach(w, restriction)
    answered(w, restriction, "breach warning")
    people.record_need(
        w.resident.pk, kind=Need.Kind.NEED, words="Hard of hearing.", about_health=True, by=w.staff.officer, at=LATER
    )
    breach(w, restriction)
    with pytest.raises(RuleBroken, match="Before legal action: Equality impact assessment") as refused:
        answered(w, restriction, "legal warning")
    assert refused.value.field == "step"
    assessments.assess(w.case.pk, "equality", assessments.Findings("Weighed again."), by=w.staff.officer, at=LATER)
    answered(w, restriction, "legal warning", consequence="An injunction.")
    assert Letter.objects.get(kind="legal_warning").facts["consequence"] == "An injunction."


def test_a_later_step_says_why_earlier_ones_are_left_out():
    w, restriction = running()
    breach(w, restriction)
    with pytest.raises(RuleBroken, match="why earlier steps are left out") as refused:
        answered(w, restriction, "injunction")
    assert refused.value.rule.source == "evenhand"
    step = answered(w, restriction, "injunction", left_out_reason="He was at her door with a knife.")
    assert step.left_out == ["breach warning", "legal warning"] and step.letter is None
    with pytest.raises(IntegrityError, match="leaves_out_others"), transaction.atomic():
        BreachStep.objects.filter(pk=step.pk).update(left_out_reason="")


def test_no_step_is_a_recorded_decision_too():
    w, restriction = running()
    breach(w, restriction)
    step = answered(w, restriction, "", consequence="")
    assert step.words == "No step" and not Letter.objects.filter(kind="breach_warning").exists()
    assert Decision.objects.get(what="breach.answered").outcome == "no step"


def test_a_review_is_begun_by_the_one_service_and_only_once():
    w, restriction = running()
    breach(w, restriction)
    answered(w, restriction, "review")
    assert Review.objects.get().state == Review.State.BEGUN
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.REVIEW
    breach(w, restriction)
    answered(w, restriction, "review")
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [({"reasons": " "}, "reasons"), ({"consequence": " "}, "consequence"), ({"step": "police"}, "step")],
)
def test_what_is_missing_is_said_beside_its_field(more, field):
    w, restriction = running()
    breach(w, restriction)
    said = {"step": "breach warning", "reasons": "So.", "consequence": "More."} | more
    with pytest.raises(RuleBroken) as refused:
        builders.answer_breaches(restriction.pk, by=w.staff.manager, at=LATER, **said)
    assert refused.value.field == field and not BreachStep.objects.exists()


@pytest.mark.parametrize(("policy", "expected"), [(DOVER, ["legal action"]), (WEST_KENT, [])])
def test_each_policy_has_its_own_ladder_or_none(policy, expected):
    w, restriction = running(policy)
    assert [step.word for step in breaches.ladder_of(restriction)] == expected
    breach(w, restriction)
    page = signed_in(w.staff.manager).get(url("breaches", restriction)).content.decode()
    assert ("The policy is silent on what follows a breach" in page) is not expected
    assert "What may follow" not in page and "Why earlier steps" not in page


def test_who_the_policy_names_decides_and_nobody_who_was_affected():
    """Northampton, section 5: a team leader or a manager."""
    w, restriction = running(NORTHAMPTON)
    breach(w, restriction)
    for who in (w.staff.officer, w.staff.front_line, w.staff.dpo, w.staff.administrator):
        with pytest.raises(NotPermitted):
            answered(w, restriction, "", by=who)
    hurt = factories.working_as(w.provider, "team leader", name="Harriet Hit")
    happens(w, affected=(hurt,))
    with pytest.raises(NotPermitted, match="were affected by what happened"):
        answered(w, restriction, "", by=hurt)
    breach(w, restriction)
    assert hurt.pk in due(restriction).not_for
    answered(w, restriction, "", by=w.staff.team_leader)


def test_a_breach_of_the_last_day_is_weighed_in_the_review_and_nothing_else_is_due():
    w, restriction = running(months=2)
    day_after = noon(restriction.ends_on + timedelta(days=1))
    incident = happens(w, at=noon(restriction.ends_on))
    late = happens(w, at=day_after)
    ending.lapse(restriction.pk, at=day_after)
    with pytest.raises(RuleBroken):
        breaches.log_breach(restriction.pk, by=w.staff.officer, at=day_after, incident_id=late.pk, words="x")
    breaches.log_breach(restriction.pk, by=w.staff.officer, at=day_after, incident_id=incident.pk, words="At the desk.")
    assert due(restriction) is None
    with pytest.raises(TransitionNotAllowed, match="its review weighs"):
        answered(w, restriction, "breach warning", at=day_after)
    reviews.begin_review(restriction.pk, by=w.staff.officer, at=day_after)
    page = signed_in(w.staff.manager).get(url("review", restriction)).content.decode()
    assert "Breaches of its terms" in page and "At the desk." in page


def test_nothing_is_a_breach_of_a_restriction_that_was_lifted():
    w, restriction = running()
    breach(w, restriction)
    ending.lift(restriction.pk, Said("Better.", considered="Fair."), by=w.staff.manager, at=LATER)
    assert due(restriction) is None
    with pytest.raises(TransitionNotAllowed):
        breach(w, restriction)
    assert signed_in(w.staff.officer).get(url("log_breach", restriction)).status_code == 409


# Screens


def test_a_breach_is_logged_on_its_page_and_every_error_keeps_every_text():
    w, restriction = running()
    client = signed_in(w.staff.officer)
    address = url("log_breach", restriction)
    assert "Log the incident first" in client.get(address).content.decode()
    incident = happens(w)
    typed = "Rang “nine” times שלום 👩🏽‍🚒 " + "and more " * 900
    shown = press(client, address, {"words": typed}).content.decode()
    assert "Select the incident" in shown and "Rang “nine” times שלום 👩🏽‍🚒 and more" in shown
    assert press(client, address, {"incident": str(incident.pk), "words": "Rang."}).url == url("view", restriction)
    page = client.get(url("view", restriction)).content.decode()
    assert "What follows is not decided." in page and "What follows a breach waits for a decision" in page
    manager = signed_in(w.staff.manager).get(url("view", restriction)).content.decode()
    assert f'href="{url("breaches", restriction)}"' in manager


def test_the_decision_is_checked_with_its_letter_and_every_error_keeps_every_text():
    w, restriction = running()
    breach(w, restriction)
    client, address = signed_in(w.staff.manager), url("breaches", restriction)
    page = client.get(address).content.decode()
    assert "The next step." in page and "Section 8" in page and "Equality impact assessment" in page
    typed = "She said “stop” שלום 👩🏽‍🚒 " + "and more " * 900
    for name in ("reasons", "consequence", "left_out_reason", "considered", "not_done"):
        shown = check(client, address, {name: typed, "step": "injunction"}).content.decode()
        assert "There is a problem" in shown and "She said “stop” שלום 👩🏽‍🚒 and more" in shown, name
    said = {"step": "breach warning", "reasons": "So.", "consequence": "A legal warning."}
    checked = check(client, address, said).content.decode()
    assert "Check before you decide" in checked and "You are not keeping to the contact arrangement" in checked
    assert not BreachStep.objects.exists()
    assert "A legal warning." in press(client, address, said, button="change").content.decode()
    assert decide(client, address, said).url == url("view", restriction)
    assert decide(client, address, said).url == url("view", restriction)
    assert Letter.objects.filter(kind="breach_warning").count() == 1
    other = signed_in(factories.working_as(w.provider, "manager", name="Mo Third"))
    assert decide(other, address, said).status_code == 409
    assert check(signed_in(w.staff.officer), address, said).status_code == 403
    assert "Breach warning: Morgan Manager" in client.get(url("view", restriction)).content.decode()


def test_a_breach_that_waits_comes_first_of_what_can_be_done_with_the_restriction():
    w, restriction = running()
    made = breach(w, restriction)
    shown = signed_in(w.staff.manager).get(url("view", restriction)).content.decode()
    assert shown.index("Decide what follows a breach") < shown.index("Review this restriction")
    assert reverse("cases:incident", args=[made.incident.reference]) in shown
    assert (
        "Decide what follows a breach" not in signed_in(w.staff.officer).get(url("view", restriction)).content.decode()
    )
    answered(w, restriction, "breach warning")
    assert (
        "Decide what follows a breach" not in signed_in(w.staff.manager).get(url("view", restriction)).content.decode()
    )


def test_the_page_asks_as_often_for_thirty_breaches_as_for_one():
    w, restriction = running()
    client = signed_in(w.staff.manager)

    def asked(name):
        with CaptureQueriesContext(connection) as found:
            assert client.get(url(name, restriction)).status_code == 200
        return len(found)

    breach(w, restriction)
    once = [asked(name) for name in ("view", "breaches", "view", "breaches")][2:]
    for _ in range(29):
        breach(w, restriction)
    assert [asked("view"), asked("breaches")] == once


def test_where_what_follows_is_open_when_it_is_varied_nothing_stays_due():
    w, restriction = running()
    breach(w, restriction)
    review = reviews.begin_review(restriction.pk, by=w.staff.officer, at=LATER)
    deciding_reviews.decide_review(
        review.pk,
        Said("So.", considered="Weighed."),
        Conclusion("vary", evidence="Rang.", terms=builders.OTHER_TERMS, instructions=builders.ORDERS),
        by=builders.reviewer(w),
        at=LATER,
    )
    assert due(restriction) is None
