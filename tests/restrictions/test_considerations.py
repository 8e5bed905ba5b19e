"""What the policy asks to be weighed is shown where it is decided, and the decision says what was."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Decision
from cases import ladder
from cases.models import Case
from cases.services import issuing, stages, warnings
from deadlines import kinds
from decisions.services import Said
from policies import shelf
from policies.rules import RuleBroken
from restrictions import acts, rules
from restrictions.models import Restriction
from restrictions.services import imposing, proposing
from tests import factories
from tests.factories import NOON
from tests.five import (
    DOVER,
    FIVE,
    HOMES,
    NORTHAMPTON,
    TENANCY,
    WEST_KENT,
    again,
    answer_what_is_asked,
    house,
    now,
    ready_to_propose,
)
from tests.pressing import check, decide, press
from tests.restrictions import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def plain(page) -> str:
    return page.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize(
    ("policy", "question", "clause"),
    [
        (NORTHAMPTON, "Do underlying needs play a part", "Clauses 1.3, 2.3"),
        (TENANCY, "Could a written notice inflame things", "Section 4"),
    ],
)
def test_a_warning_is_issued_once_what_was_weighed_is_said(policy, question, clause):
    """Northampton 2.3; Tenancy section 4."""
    w = house(policy)
    again(w, 25)
    case = now(w)
    if ladder.written_reached(ladder.read(case)).silent:
        stages.settle_threshold(case.pk, reasons="It went on.", by=w.staff.team_leader, at=NOON - timedelta(days=22))
    answer_what_is_asked(w, "written warning")
    warning = warnings.draft_warning(
        case.pk,
        warnings.Content(list(case.incidents.all()), "Speak calmly.", review_on=date(2027, 3, 5)),
        by=w.staff.officer,
        at=NOON,
    )
    client = signed_in(w.staff.team_leader)
    address = reverse("cases:warning", args=[warning.paper.reference])
    page = plain(client.get(address))
    assert question in page and clause in page
    page = plain(press(client, address, {"not_done": "No “visit” \u202eשלום."}))
    assert "Enter what else you considered (" in page and "No “visit” \u202eשלום." in page
    assert press(client, address, {"considered": "It is proportionate."}).status_code == 302
    assert Decision.objects.get(what="warning.issued").event.words.body["considered"] == "It is proportionate."


@pytest.mark.parametrize("policy", FIVE)
def test_every_question_before_a_restriction_is_shown_with_its_clause_and_answered(policy):
    """Homes for Life 1.6, Northampton 2.3, and whatever the others ask."""
    w = ready_to_propose(policy)
    restriction = builders.proposed(w)
    client = signed_in(w.staff.team_leader if policy != HOMES else w.staff.manager)
    if policy == HOMES:
        key = acts.deciders(kinds.RESTRICTION_DECIDE, w.case.policy, w.provider).keys()[0]
        client = signed_in(factories.person(w.provider, key, name="Dara Decider"))
    address = reverse("restrictions:decide", args=[restriction.reference])
    page = plain(client.get(address))
    questions = rules.questions(w.case.policy)
    assert questions
    for question in questions:
        assert str(question) in page and question.rule.cite() in page
    page = plain(check(client, address, {"decision": "impose", "reasons": "It is needed."}))
    assert "Enter what else you considered" in page


@pytest.mark.parametrize("policy", [DOVER, NORTHAMPTON, TENANCY])
def test_a_review_shows_its_questions_and_says_what_was_weighed(policy, clock):
    """Dover 6.18, Northampton 2.3, Tenancy section 10."""
    w = ready_to_propose(policy)
    restriction = builders.proposed(w)
    imposed = imposing.impose(
        restriction.pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=NOON
    )
    later = NOON + timedelta(days=60)
    clock.move_to(later, tick=False)
    builders.under_review(w, imposed, at=later)
    client = signed_in(builders.reviewer(w))
    address = reverse("restrictions:review", args=[imposed.reference])
    page = plain(client.get(address))
    for question in rules.review_questions(w.case.policy):
        assert str(question) in page and question.rule.cite() in page
    typed = {"outcome": "lift", "reasons": "He has kept to it “well”."}
    page = plain(check(client, address, typed))
    assert "Enter what else you considered (" in page and "He has kept to it “well”." in page
    page = plain(check(client, address, typed | {"considered": "The terms were kept."}))
    assert "There is a problem" not in page and "The terms were kept." in page


def test_not_telling_the_police_shows_what_the_policy_asks_to_be_weighed():
    """Homes for Life 1.9.4."""
    w = house(HOMES)
    builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True, police_called=False)
    restriction = proposing.start(w.case.pk, by=w.staff.officer, at=NOON)
    page = plain(signed_in(w.staff.officer).get(reverse("restrictions:evidence", args=[restriction.reference])))
    for question in w.case.policy.questions_for("no_police"):
        assert str(question) in page


def refused(act, *, clause: str) -> None:
    """The act is refused where nothing is said to have been weighed, beside what was considered."""
    for nothing in ({}, {"considered": " \n"}):
        with pytest.raises(RuleBroken, match="Enter what else you considered") as refusal:
            act(**nothing)
        assert (refusal.value.field, refusal.value.rule.clause) == ("considered", clause)


def test_no_decision_is_made_without_saying_what_was_weighed_where_the_policy_asks(clock):
    """Northampton 2.3, at the warning, the restriction and the review; whoever decides, by whatever way."""
    w = house(NORTHAMPTON)
    again(w, 25)
    case = now(w)
    answer_what_is_asked(w, "written warning")
    warning = warnings.draft_warning(
        case.pk,
        warnings.Content(list(case.incidents.all()), "Speak calmly.", review_on=date(2027, 3, 5)),
        by=w.staff.officer,
        at=NOON,
    )
    refused(
        lambda **how: issuing.issue_warning(warning.pk, Said("", **how), by=w.staff.team_leader, at=NOON),
        clause="2.3, 4.1",
    )
    assert Case.objects.get(pk=case.pk).stage == Case.Stage.INITIAL_WARNING
    issuing.issue_warning(warning.pk, Said("", considered="Fair."), by=w.staff.team_leader, at=NOON)


def test_no_restriction_and_no_review_is_decided_without_saying_what_was_weighed(clock):
    w = ready_to_propose(NORTHAMPTON)
    restriction = builders.proposed(w)
    impose = {"by": w.staff.team_leader, "at": NOON, "reasons": "It is needed."}
    refused(lambda **how: builders.impose(restriction.pk, **impose, **how), clause="2.3")
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.PROPOSED
    builders.impose(restriction.pk, **impose, considered="Fair.")
    clock.move_to(later := NOON + timedelta(days=60), tick=False)
    review = builders.under_review(w, restriction, at=later)
    decide = {"by": builders.reviewer(w), "outcome": "lift", "reasons": "He has kept to it."}
    refused(lambda **how: builders.decide_review(review.pk, at=later, **decide, **how), clause="2.3")
    builders.decide_review(review.pk, at=later, **decide, considered="Weighed.")


@pytest.mark.parametrize(("policy", "clause"), [(DOVER, "6.18"), (NORTHAMPTON, "2.3")])
def test_lifting_early_says_what_a_review_would_have_weighed(policy, clause, clock):
    """Dover 6.18, Northampton 2.3: the answer is the decider's own, so nobody waits for anybody else."""
    w = ready_to_propose(policy)
    imposed = imposing.impose(
        builders.proposed(w).pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=NOON
    )
    how = {"by": w.staff.manager, "at": NOON, "reason": "He has kept to it."}
    refused(lambda **more: builders.lift(imposed.pk, **how, **more), clause=clause)
    client, address = signed_in(w.staff.manager), reverse("restrictions:lift", args=[imposed.reference])
    page = plain(client.get(address))
    questions = rules.lift_questions(w.case.policy)
    assert questions and all(str(one) in page and one.rule.cite() in page for one in questions)
    typed = {"reason": "He has kept to it “well”."}
    page = plain(check(client, address, typed))
    assert "Enter what else you considered (" in page and "He has kept to it “well”." in page
    typed |= {"considered": "The terms were kept 👩🏽‍🚒 since May."}
    checked = plain(check(client, address, typed))
    assert "Check before you lift" in checked and "The terms were kept" in checked
    assert decide(client, address, typed).status_code == 302
    kept = Decision.objects.get(what="restriction.lifted").event.words.body
    assert kept["considered"] == "The terms were kept 👩🏽‍🚒 since May."


@pytest.mark.parametrize("policy", [HOMES, WEST_KENT])
def test_what_is_asked_before_a_restriction_keeps_nobody_restricted(policy):
    """Homes for Life 1.6 and West Kent 6.1 ask before a restriction: to end one nothing is asked."""
    questions = shelf.read_builtin(policy)
    assert rules.questions(questions) and rules.lift_questions(questions) == []


def test_a_review_is_left_out_once_it_is_weighed_that_it_stands_on():
    """Homes for Life 1.6: what is weighed before a restriction is weighed before nobody looks at it for so long."""
    from tests.restrictions.test_waiving import impose, waived

    w = ready_to_propose(HOMES)
    restriction = impose(w, review={"months": 2})
    refused(lambda **how: waived(w, restriction, **({"considered": ""} | how)), clause="1.6")
    client, address = signed_in(builders.reviewer(w)), reverse("restrictions:waive", args=[restriction.reference])
    page = plain(client.get(address))
    assert all(str(one) in page for one in rules.waiving_questions(w.case.policy))
    typed = {"reason": "There was “violence”."}
    page = plain(press(client, address, typed))
    assert "Enter what else you considered (" in page and "There was “violence”." in page
    typed |= {"considered": "It is still in proportion."}
    assert "It is still in proportion." in plain(press(client, address, typed))
    assert decide(client, address, typed).status_code == 302
    kept = Decision.objects.get(what="review.waived").event.words.body
    assert kept["considered"] == "It is still in proportion."


def test_a_policy_that_asks_nothing_before_a_warning_wants_nothing_said():
    """Dover asks before a restriction, and not before a warning; of a list that is lost nobody can be asked (6.20)."""
    policy = shelf.read_builtin(DOVER)
    assert ladder.questions_before_warning(policy) == [] and policy.questions_lost("legal_action")
    assert len(policy.questions_for("legal_action")) == 1
    w = builders.world()
    assert w.case.stage == Case.Stage.WRITTEN_WARNING  # issued without a word on what was considered
