"""Pages of appeals that were opened before something changed: nothing is signed unseen, nothing typed is lost."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from appeals.models import Appeal
from appeals.services import arrivals, withdrawing
from appeals.services.lodging import NewAppeal, lodge
from cases.models import Warning
from cases.services import stages
from deadlines.services import days_off
from decisions import services as decisions
from decisions.services import Said
from letters.models import Arrival, Letter
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import deciding_reviews, ending, imposing
from restrictions.services.planning_reviews import Conclusion
from tests import factories, five, pressing
from tests.appeals import builders as acting
from tests.appeals.builders import ANSWER, LAST_DAY, RECEIVED, WEEK, WORDS, dover_with, restricted, soon
from tests.appeals.test_receipts import NEXT
from tests.appeals.test_receipts import world as received_world
from tests.restrictions import builders
from tests.restrictions.builders import noon

pytestmark = pytest.mark.django_db
State = Appeal.State
LATER = soon() + timedelta(hours=1)
TYPED = {"reasons": "It was “his brother”.", "considered": "The “recording”.", "not_done": "No «meeting»."}
CAME = {
    "who": "resident", "how": "email", "received_on_day": "4", "received_on_month": "1", "received_on_year": "2027",
    "words": "I was «not» there.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(soon(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world():
    w, restriction = restricted()
    return w, restriction, acting.lodge(w, restriction)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def where(name: str, appeal: Appeal) -> str:
    return reverse(f"appeals:{name}", args=[appeal.reference])


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def varied_meanwhile(w, restriction) -> Restriction:
    """A review lets the restriction go on in softer terms."""
    review = builders.under_review(w, restriction, at=LATER)
    decider = builders.reviewer(w)
    softer = [NewTerm("phone", "limited", "Only on Tuesdays.")]
    said = Said("Less will do.", considered="Weighed.")
    deciding_reviews.decide_review(
        review.pk, said, Conclusion("vary", evidence="Two calls.", terms=softer), by=decider, at=LATER
    )
    return Restriction.objects.get(follows=restriction)


# Deciding


def test_terms_that_changed_since_the_page_was_opened_are_not_upheld_unread(world):
    """409: what changed, who did it and when; read again, everything that was typed is there."""
    w, restriction, appeal = world
    client = signed_in(w.staff.manager)
    old = client.get(where("decide", appeal))
    varied_meanwhile(w, restriction)
    typed = TYPED | {"outcome": State.DISMISSED}
    changed = pressing.check(client, where("decide", appeal), typed, on=old)
    shown = text(changed, 409)
    assert "This has changed since you read it" in shown
    assert "the terms" in shown and "what became of the restriction" in shown
    assert "Rita Reviewer" in shown and "on 7 January 2027 at 1pm" in shown
    again = pressing.press(client, where("decide", appeal), on=changed, button="change")
    page = text(again)
    assert "Only on Tuesdays." in page
    for words in TYPED.values():
        assert words in page
    checked = pressing.check(client, where("decide", appeal), typed, on=again)
    assert pressing.press(client, where("decide", appeal), on=checked).status_code == 302
    assert Appeal.objects.get().state == State.DISMISSED


@pytest.mark.parametrize("outcome", [State.UPHELD, State.DISMISSED])
def test_a_restriction_that_was_lifted_after_the_check_is_not_decided_on_as_if_it_stood(world, outcome):
    w, restriction, appeal = world
    client = signed_in(w.staff.manager)
    checked = pressing.check(client, where("decide", appeal), TYPED | {"outcome": outcome})
    by = w.staff.other_manager
    ending.lift(restriction.pk, Said("He has apologised.", considered="Fair."), by=by, at=LATER)
    shown = text(pressing.press(client, where("decide", appeal), on=checked), 409)
    assert "what will happen" in shown and "whether what the appeal is against still stands" in shown
    assert "Maxine Manager lifted the restriction on 7 January 2027" in shown
    assert Appeal.objects.get().is_open and not Letter.objects.filter(kind="appeal_outcome").exists()


def test_what_was_reported_after_the_check_is_read_before_the_appeal_is_decided(world):
    w, _, appeal = world
    client = signed_in(w.staff.manager)
    checked = pressing.check(client, where("decide", appeal), TYPED | {"outcome": State.UPHELD})
    builders.log(w.provider, w.staff, w.resident, at=LATER, facts="Left a message of two hours.")
    shown = text(pressing.press(client, where("decide", appeal), on=checked), 409)
    assert "what has happened since" in shown and "Olive Officer logged an incident" in shown
    assert Appeal.objects.get().is_open


def test_the_day_itself_may_change_what_the_letter_says(world, clock):
    """The letter that was checked yesterday names yesterday as the day on which the limits end."""
    w, _, appeal = world
    client = signed_in(w.staff.manager)
    checked = pressing.check(client, where("decide", appeal), TYPED | {"outcome": State.UPHELD})
    clock.move_to(soon() + timedelta(days=1))
    client.force_login(w.staff.manager)
    assert "the letter" in text(pressing.press(client, where("decide", appeal), on=checked), 409)
    assert Appeal.objects.get().is_open


def test_an_appeal_that_somebody_decided_after_the_check_says_who(world):
    w, _, appeal = world
    client = signed_in(w.staff.manager)
    checked = pressing.check(client, where("decide", appeal), TYPED | {"outcome": State.UPHELD})
    acting.dismiss(appeal, by=w.staff.other_manager, at=LATER)
    shown = text(pressing.press(client, where("decide", appeal), on=checked), 409)
    assert f"Maxine Manager decided {appeal.reference} on 7 January 2027: Dismissed." in shown


def test_an_appeal_that_was_withdrawn_after_the_check_is_not_decided(world):
    w, _, appeal = world
    client = signed_in(w.staff.manager)
    checked = pressing.check(client, where("decide", appeal), TYPED | {"outcome": State.UPHELD})
    withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=LATER, reason="By phone")
    assert "“Withdrawn”" in text(pressing.press(client, where("decide", appeal), on=checked), 409)
    assert not Letter.objects.filter(kind="appeal_outcome").exists()


def test_an_old_form_does_not_pass_by_what_the_first_of_several_has_decided():
    w = dover_with(by="2 of manager [6.35]")
    appeal = acting.lodge(w, builders.imposed(w))
    client = signed_in(w.staff.other_manager)
    old = client.get(where("decide", appeal))
    acting.uphold(appeal, by=w.staff.manager, at=LATER, answer=ANSWER)
    changed = pressing.check(client, where("decide", appeal), TYPED | {"outcome": State.DISMISSED}, on=old)
    shown = text(changed, 409)
    assert "what is put before you" in shown and "Morgan Manager decided on the appeal" in shown
    again = text(pressing.press(client, where("decide", appeal), on=changed, button="change"))
    assert "Do you agree?" in again and TYPED["reasons"] in again


def test_what_was_put_before_them_and_dropped_is_agreed_to_by_nobody():
    w = dover_with(by="2 of manager [6.35]")
    appeal = acting.lodge(w, builders.imposed(w))
    third = factories.person(w.provider, "manager", name="Mona Manager")
    acting.uphold(appeal, by=w.staff.manager, at=soon(), answer=ANSWER)
    client = signed_in(w.staff.other_manager)
    agrees = {"decision": "agree", "reasons": "So it is.", "considered": "The file."}
    opened = client.get(where("decide", appeal))
    checked = pressing.check(client, where("decide", appeal), agrees, on=opened)
    acting.deciding.disagree(appeal.pk, by=third, at=LATER, reasons="The log says otherwise.")
    acting.dismiss(appeal, by=third, at=LATER, answer=ANSWER)
    shown = text(pressing.press(client, where("decide", appeal), on=checked), 409)
    assert "what is put before you" in shown and "Mona Manager" in shown
    assert Appeal.objects.get().is_open
    against = pressing.check(client, where("decide", appeal), agrees | {"decision": "against"}, on=opened)
    assert against.status_code == 409, "nor is it disagreed with unread"
    assert acting.acts.decide(Appeal.objects.get()).agreed == [third]


def test_what_was_built_on_a_warning_after_the_check_is_asked_about():
    with time_machine.travel(WEEK, tick=False):
        w = acting.warned()
        appeal = acting.lodge_against(w, acting.letter_of(w).paper.reference)
        client = signed_in(acting.director(w))
        checked = pressing.check(
            client, where("decide", appeal), TYPED | {"outcome": State.UPHELD, "heard_because": "x"}
        )
        five.again(w, 5)
        builders.assess(acting.now(w), w.staff.officer, at=WEEK)
        stages.settle_restriction(w.case.pk, reasons="The letter changed nothing.", by=w.staff.team_leader, at=WEEK)
        w.case = acting.now(w)
        restriction = builders.proposed(w)
        imposing.impose(
            restriction.pk, Said("It is needed.", considered="Fair."), by=five.a_decider(w, restriction), at=WEEK
        )
        page = text(pressing.press(client, where("decide", appeal), on=checked))
        assert f"Select what becomes of restriction {restriction.reference}" in page and TYPED["reasons"] in page
        assert Warning.objects.filter(kind="written", withdrawn_at=None).exists()


def test_an_unknown_button_does_nothing_and_keeps_what_was_typed(world):
    w, _, appeal = world
    client = signed_in(w.staff.manager)
    for button in ("anything", "", "confirmed"):
        page = text(pressing.press(client, where("decide", appeal), TYPED | {"outcome": State.UPHELD}, button=button))
        assert TYPED["reasons"] in page and "There is a problem" not in page
    page = text(pressing.press(client, where("decide", appeal), TYPED | {"outcome": State.UPHELD}, button="do"))
    assert "Check before you decide the appeal" in page, "nothing is done that was not checked"
    assert Appeal.objects.get().is_open


def test_pressed_three_times_it_is_decided_once(world):
    w, _, appeal = world
    client = signed_in(w.staff.manager)
    checked = pressing.check(client, where("decide", appeal), TYPED | {"outcome": State.DISMISSED})
    led = {pressing.press(client, where("decide", appeal), on=checked)["Location"] for _ in range(3)}
    assert led == {where("decided", appeal)}
    assert Letter.objects.filter(kind="appeal_outcome").count() == 1


# Hearing, withdrawing


def test_a_late_appeal_is_not_heard_past_what_the_policy_has_asked_meanwhile(clock):
    w = dover_with('consult = "data_protection_officer [6.35 recommended]"')
    on = LAST_DAY + timedelta(days=1)
    appeal = acting.lodge(w, builders.imposed(w), on=on)
    clock.move_to(soon(on))
    client = signed_in(w.staff.manager)
    old = client.get(where("hear", appeal))
    act = acting.acts.hear_late(appeal)
    decisions.consult(
        act, act.first[0], person_id=w.staff.dpo.pk, on=on, words="Do not hear it.", by=w.staff.officer, at=soon(on)
    )
    changed = pressing.press(client, where("hear", appeal), {"reasons": "He was «ill»."}, on=old)
    shown = text(changed, 409)
    assert "what those said who are asked first" in shown and "wrote down what somebody said" in shown
    again = pressing.press(client, where("hear", appeal), on=changed, button="change")
    assert "Do not hear it." in text(again) and "He was «ill»." in text(again)
    assert pressing.press(client, where("hear", appeal), {"reasons": "He was ill."}, on=again).status_code == 302
    assert not Appeal.objects.get().awaits_hearing


def test_an_appeal_decided_meanwhile_is_not_withdrawn(world):
    w, _, appeal = world
    client = signed_in(w.staff.officer)
    old = client.get(where("withdraw", appeal))
    acting.dismiss(appeal, by=w.staff.manager, at=LATER)
    shown = text(pressing.press(client, where("withdraw", appeal), {"reason": "By phone"}, on=old), 409)
    assert "Morgan Manager decided" in shown
    assert Appeal.objects.get().state == State.DISMISSED


# Lodging


def lodge_url(restriction: Restriction) -> str:
    return reverse("appeals:lodge", args=[restriction.case.reference, restriction.reference])


def test_three_presses_lodge_one_appeal():
    w, restriction = restricted()
    client = signed_in(w.staff.officer)
    checked = pressing.check(client, lodge_url(restriction), CAME)
    led = {pressing.press(client, lodge_url(restriction), on=checked)["Location"] for _ in range(3)}
    assert len(led) == 1 and Appeal.objects.count() == 1


def test_days_that_moved_after_the_check_are_read_before_it_is_lodged():
    w, restriction = restricted()
    client = signed_in(w.staff.officer)
    checked = pressing.check(client, lodge_url(restriction), CAME)
    off = {"first_on": date(2027, 1, 13), "last_on": None, "name": "Closed"}
    seen = pressing.seal_of(days_off.adding(w.provider, today=soon().date(), **off))
    days_off.add(w.provider, **off, seen=seen, by=w.staff.administrator, at=soon())
    changed = pressing.press(client, lodge_url(restriction), on=checked)
    shown = text(changed, 409)
    assert "by when it is answered" in shown and "whether it is in time" in shown
    assert not Appeal.objects.exists()
    again = pressing.press(client, lodge_url(restriction), on=changed, button="change")
    assert CAME["words"] in text(again)
    assert "Tuesday 19 January 2027" in text(pressing.check(client, lodge_url(restriction), CAME, on=again))


def test_what_was_lifted_or_appealed_against_after_the_check_is_not_appealed():
    w, restriction = restricted()
    client = signed_in(w.staff.officer)
    checked = pressing.check(client, lodge_url(restriction), CAME)
    came = NewAppeal("Rowan Resident", "post", RECEIVED, WORDS)
    lodge(w.case.pk, restriction.reference, came, by=w.staff.colleague, at=soon())
    shown = text(pressing.press(client, lodge_url(restriction), on=checked), 409)
    assert "Colin Colleague has lodged" in shown and Appeal.objects.count() == 1
    withdrawing.withdraw(Appeal.objects.get().pk, by=w.staff.officer, at=soon(), reason="By phone")
    checked = pressing.check(client, lodge_url(restriction), CAME)
    ending.lift(restriction.pk, Said("It is over.", considered="Fair."), by=w.staff.manager, at=soon())
    shown = text(pressing.press(client, lodge_url(restriction), on=checked), 409)
    assert "it holds nothing to appeal against" in shown and Appeal.objects.count() == 1


# When a letter was received


def test_two_days_for_the_receipt_of_a_letter_stand_side_by_side(clock):
    w = received_world()
    letter = builders.imposed(w).letter
    clock.move_to(noon(date(2026, 12, 23)))
    client, here = signed_in(w.staff.officer), reverse("appeals:received", args=[letter.reference])
    old = client.get(here)
    arrivals.record(letter.pk, on=NEXT, by=w.staff.colleague, at=noon(date(2026, 12, 23)))
    typed = {"received_on_day": "22", "received_on_month": "12", "received_on_year": "2026"}
    both = pressing.press(client, here, typed, on=old)
    shown = text(both, 409)
    assert "Somebody saved this meanwhile" in shown and "Colin Colleague" in shown
    assert "21 December 2026" in shown and "22 December 2026" in shown
    assert Arrival.objects.get().on == NEXT
    pressing.press(client, here, {"keep-received_on": "mine"}, on=both)
    assert Arrival.objects.get().on == date(2026, 12, 22)
