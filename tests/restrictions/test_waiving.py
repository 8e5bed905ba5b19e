"""When a restriction is reviewed, where the policy leaves that to the case: at a time that is set, or not at all."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from audit.models import Decision
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people.access import NotPermitted
from policies import loader, shelf
from policies.calendars import Calendar
from policies.rules import RuleBroken
from restrictions import rules
from restrictions.dates import OwnReview, Span, work_out
from restrictions.forms.running import WhenReviewed
from restrictions.models import Restriction
from restrictions.services import deciding_reviews, imposing, proposing, reviews
from restrictions.services.parts.length import save_review
from restrictions.services.parts.whole import missing
from restrictions.services.planning_reviews import Conclusion
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
from tests.pressing import decide, press
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
HURT = "It protects a colleague who was hurt; a review would open the wound."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def impose(w, *, months=6, review=None):
    """A restriction in force, whose proposal said this about its review."""
    restriction = builders.draft(w, months=months)
    if review:
        save_review(restriction.pk, by=w.staff.officer, at=NOON, **review)
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    decider = a_decider(w, restriction)
    return imposing.impose(restriction.pk, Said("It is needed.", considered="Calls."), by=decider, at=NOON)


def due(restriction):
    found = Deadline.objects.open().filter(about=f"restriction:{restriction.reference}", kind__startswith="review.")
    return {each.kind: each for each in found}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_a_time_is_set_for_the_case_where_the_policy_names_no_interval():
    w = ready_to_propose(HOMES)
    restriction = impose(w, review={"months": 2})
    found = due(restriction)
    assert (found["review.interval"].due_on, found["review.interval"].reckoning["clause"]) == (date(2027, 2, 18), "1.8")
    assert "The time was set for this case" in found["review.interval"].reckoning["assumed"]
    assert found["review.at_end"].due_on == restriction.ends_on
    assert Letter.objects.get(kind="restriction").facts["review_on"] == "2027-02-18"


def test_no_review_is_decided_by_whoever_imposes_and_the_one_at_the_end_stays():
    w = ready_to_propose(HOMES)
    restriction = impose(w, review={"no_review_reason": HURT})
    assert (
        set(due(restriction)) == {"review.at_end"} and due(restriction)["review.at_end"].due_on == restriction.ends_on
    )
    decision = Decision.objects.get(what="review.waived")
    assert (decision.clause, decision.strength, decision.event.by_name) == ("1.8", "may", "Dara Decider")
    assert restriction.no_review_by.name == "Dara Decider"
    letter = Letter.objects.get(kind="restriction")
    assert letter.facts["no_review"] == HURT and letter.facts["review_on"] == restriction.ends_on.isoformat()
    page = signed_in(w.staff.officer).get(reverse("restrictions:view", args=[restriction.reference])).content.decode()
    assert "No review before its last day" in page and HURT in page and "Decided by Dara Decider" in page


@pytest.mark.parametrize("policy", [DOVER, WEST_KENT, TENANCY])
def test_where_the_policy_says_when_neither_is_possible(policy):
    w = ready_to_propose(policy)
    restriction = builders.draft(w)
    with pytest.raises(RuleBroken, match="The policy says when it is reviewed"):
        save_review(restriction.pk, by=w.staff.officer, at=NOON, months=3)
    with pytest.raises(RuleBroken, match="does not let a review be left out"):
        save_review(restriction.pk, by=w.staff.officer, at=NOON, no_review_reason=HURT)
    client = signed_in(w.staff.officer)
    assert (
        "Not required"
        not in client.get(reverse("restrictions:proposal", args=[restriction.reference])).content.decode()
    )
    assert client.get(reverse("restrictions:when_reviewed", args=[restriction.reference])).status_code == 302


@pytest.mark.parametrize(("months", "words"), [(2, "at least 3 months"), (13, "at most 12 months")])
def test_an_agreed_time_lies_within_the_policys_bounds(months, words):
    """Northampton 4.2: between 3 and 12 months, by the nature of the behaviour."""
    w = ready_to_propose(NORTHAMPTON)
    restriction = builders.draft(w)
    with pytest.raises(RuleBroken, match=words) as refused:
        save_review(restriction.pk, by=w.staff.officer, at=NOON, months=months)
    assert (refused.value.rule.clause, refused.value.field) == ("4.2", "review_months")


def test_an_agreed_time_comes_before_the_longest():
    w = ready_to_propose(NORTHAMPTON)
    restriction = impose(w, months=18, review={"months": 4, "agreed": "By phone, with Mr Quill."})
    assert due(restriction)["review.interval"].due_on == date(2027, 4, 18)
    assert due(restriction)["review.interval"].reckoning["clause"] == "4.2"


def test_a_time_that_is_agreed_says_with_whom_and_how():
    """Northampton 4.2: an agreed period; with whom it does not say, so that is asked."""
    w = ready_to_propose(NORTHAMPTON)
    restriction = builders.draft(w)
    client, address = signed_in(w.staff.officer), reverse("restrictions:when_reviewed", args=[restriction.reference])
    assert "With whom was the time agreed" in client.get(address).content.decode()
    for agreed in ("", " \n"):
        with pytest.raises(RuleBroken, match="Enter with whom the time was agreed") as refused:
            save_review(restriction.pk, by=w.staff.officer, at=NOON, months=4, agreed=agreed)
        assert (refused.value.rule.clause, refused.value.field) == ("4.2", "review_agreed")
    typed = {"when": "months", "review_months": "24", "review_agreed": "She said “four” שלום 👩🏽‍🚒."}
    shown = press(client, address, typed).content.decode()
    assert "at most 12 months" in shown and "She said “four” שלום 👩🏽‍🚒." in shown
    assert press(client, address, typed | {"review_months": "4"}).status_code == 302
    saved = Restriction.objects.get()
    assert (saved.review_months, saved.review_agreed) == (4, "She said “four” שלום 👩🏽‍🚒.")
    Restriction.objects.update(review_agreed="")
    assert "Enter with whom the time was agreed" in [one.message for one in missing(Restriction.objects.get())]


def test_where_the_resident_agrees_to_the_time_it_says_how():
    text = shelf.builtin()[NORTHAMPTON][-1].read_text(encoding="utf-8")
    unsaid = "unsaid: the period is agreed; with whom is not said [4.2]"
    assert unsaid in text
    policy = loader.read(text.replace(unsaid, "yes [4.2]"))
    with pytest.raises(RuleBroken, match="Enter how the resident agreed"):
        rules.check_agreed(policy, 4, "")
    rules.check_agreed(policy, 4, "By phone on Monday.")
    rules.check_agreed(policy, None, "")
    field = WhenReviewed(policy=policy).fields["review_agreed"]
    assert field.label == "How did the resident agree to this time?" and "Clause 4.2" in field.help_text


@pytest.mark.parametrize("policy", [HOMES])
def test_where_nothing_is_said_of_agreement_none_is_asked(policy):
    w = ready_to_propose(policy)
    restriction = builders.draft(w)
    save_review(restriction.pk, by=w.staff.officer, at=NOON, months=4, agreed="Not asked.")
    page = signed_in(w.staff.officer).get(reverse("restrictions:when_reviewed", args=[restriction.reference]))
    assert 'name="review_agreed"' not in page.content.decode()


def test_without_an_agreed_time_the_longest_holds():
    w = ready_to_propose(NORTHAMPTON)
    assert due(impose(w, months=18))["review.interval"].due_on == date(2027, 12, 18)


def test_a_review_that_is_kept_comes_again_after_the_time_that_was_set():
    w = ready_to_propose(HOMES)
    restriction = impose(w, review={"months": 2})
    at = builders.noon(date(2027, 2, 18))
    review = reviews.begin_review(restriction.pk, by=w.staff.officer, at=at)
    deciding_reviews.decide_review(
        review.pk,
        Said("So.", considered="Weighed."),
        Conclusion("keep", evidence="He rang again."),
        by=builders.reviewer(w),
        at=at,
    )
    assert due(restriction)["review.interval"].due_on == date(2027, 4, 18)


def test_where_the_policy_has_a_clock_a_waived_review_sets_it_aside_and_the_end_is_evenhands():
    """An invented policy: every 13 weeks and at the end (8.1), and none where a reason is given (8.2)."""
    text = (Path(__file__).parents[1] / "policies" / "invented" / "highmoor.toml").read_text(encoding="utf-8")
    policy, wales = loader.read(text), Calendar.of("wales", 2026, 2028)
    span = Span(date(2026, 12, 18), date(2026, 12, 18), date(2027, 6, 18), 6)
    found = work_out(policy, wales, span)
    assert found.interval.due == date(2027, 3, 19) and found.at_end.clause == "8.1"
    waived = work_out(policy, wales, span, own=OwnReview(waived=True))
    assert waived.interval is None
    assert (waived.at_end.due, waived.at_end.source, waived.at_end.clause) == (date(2027, 6, 18), "evenhand", None)


# While it is in force


def waived(w, restriction, *, by=None, at=NOON, reasons=HURT, considered="It is still needed."):
    return reviews.waive_review(
        restriction.pk, Said(reasons, considered=considered), by=by or builders.reviewer(w), at=at
    )


def reviewed_in_two_months():
    w = ready_to_propose(HOMES)
    return w, impose(w, review={"months": 2})


def test_a_review_is_left_out_while_it_is_in_force_and_the_resident_is_told():
    w, restriction = reviewed_in_two_months()
    waived(w, restriction)
    assert set(due(restriction)) == {"review.at_end"}
    gone = Deadline.objects.get(about=f"restriction:{restriction.reference}", kind="review.interval")
    assert gone.state == Deadline.State.CANCELLED
    decision = Decision.objects.get(what="review.waived")
    assert (decision.clause, decision.event.by_name) == ("1.8", "Rita Reviewer")
    letter = Letter.objects.get(kind="review_waived")
    assert (letter.facts["reasons"], letter.facts["ends_on"]) == (HURT, restriction.ends_on.isoformat())
    with pytest.raises(TransitionNotAllowed, match="decided already"):
        waived(w, restriction)
    assert Letter.objects.filter(kind="review_waived").count() == 1


def test_who_imposed_or_proposed_it_does_not_leave_its_review_out():
    w, restriction = reviewed_in_two_months()
    for who in (w.staff.officer, restriction.decided_by, w.staff.front_line, w.staff.dpo):
        with pytest.raises(NotPermitted):
            waived(w, restriction, by=who)


def test_it_needs_a_reason_and_a_restriction_in_force_and_no_review_under_way():
    w, restriction = reviewed_in_two_months()
    with pytest.raises(RuleBroken, match="Enter why there is no review"):
        waived(w, restriction, reasons=" ")
    with pytest.raises(TransitionNotAllowed, match="not in force"):
        waived(w, restriction, at=builders.noon(restriction.ends_on + timedelta(days=1)))
    reviews.begin_review(restriction.pk, by=w.staff.officer, at=NOON)
    with pytest.raises(TransitionNotAllowed, match="A review of .* has begun"):
        waived(w, restriction)


def test_where_the_policy_knows_no_such_thing_it_is_refused():
    w = ready_to_propose(DOVER)
    restriction = impose(w)
    with pytest.raises(RuleBroken, match="does not let a review be left out"):
        waived(w, restriction)


def test_what_continues_it_is_reviewed_again():
    """A successor is a new restriction: whether it is reviewed is decided anew."""
    w = ready_to_propose(HOMES)
    restriction = impose(w, review={"no_review_reason": HURT})
    at = builders.noon(restriction.ends_on)
    review = reviews.begin_review(restriction.pk, by=w.staff.officer, at=at)
    deciding_reviews.decide_review(
        review.pk,
        Said("So.", considered="Weighed."),
        Conclusion("extend", evidence="He rang again.", months=3),
        by=builders.reviewer(w),
        at=at,
    )
    assert Restriction.objects.get(follows=restriction).no_review_reason == ""


def test_the_database_refuses_a_name_without_a_reason():
    w, restriction = reviewed_in_two_months()
    with pytest.raises(IntegrityError, match="has_who_when_and_why"), transaction.atomic():
        Restriction.objects.filter(pk=restriction.pk).update(no_review_by=w.staff.manager, no_review_at=NOON)


# Screens


def test_the_page_of_the_proposal_keeps_every_text_at_every_error():
    w = ready_to_propose(HOMES)
    restriction = builders.draft(w)
    client = signed_in(w.staff.officer)
    address = reverse("restrictions:when_reviewed", args=[restriction.reference])
    assert "Clause 1.8" in client.get(address).content.decode()
    typed = "She said “never” שלום 👩🏽‍🚒 " + "and more " * 900
    for data in (
        {"when": "", "no_review_reason": typed},
        {"when": "months", "review_months": "x", "no_review_reason": typed},
    ):
        shown = press(client, address, data).content.decode()
        assert "There is a problem" in shown and "She said “never” שלום 👩🏽‍🚒 and more" in shown
    assert "Enter why there is no review" in press(client, address, {"when": "none"}).content.decode()
    assert press(client, address, {"when": "none", "no_review_reason": HURT}).status_code == 302
    assert Restriction.objects.get().no_review_reason == HURT
    assert (
        "No review before its last day."
        in client.get(reverse("restrictions:proposal", args=[restriction.reference])).content.decode()
    )
    assert press(client, address, {"when": "months", "review_months": "4"}).status_code == 302
    saved = Restriction.objects.get()
    assert (saved.no_review_reason, saved.review_months) == ("", 4)
    assert press(client, address, {"when": "policy"}).status_code == 302
    assert Restriction.objects.get().review_months is None


def test_the_page_of_the_act_checks_first_and_is_shown_to_those_who_may():
    w, restriction = reviewed_in_two_months()
    view, address = (reverse(f"restrictions:{name}", args=[restriction.reference]) for name in ("view", "waive"))
    reviewer = signed_in(builders.reviewer(w))
    assert f'href="{address}"' in reviewer.get(view).content.decode()
    assert f'href="{address}"' not in signed_in(w.staff.officer).get(view).content.decode()
    assert "Enter why there is no review" in press(reviewer, address, {"reason": " "}).content.decode()
    typed = {"reason": HURT, "considered": "It is still needed."}
    check = press(reviewer, address, typed).content.decode()
    assert "Check before you decide" in check and "Why we will not think again early" in check
    assert Restriction.objects.get(pk=restriction.pk).no_review_reason == ""
    assert HURT in press(reviewer, address, typed, button="change").content.decode()
    assert decide(reviewer, address, typed).url == view
    assert decide(reviewer, address, typed).url == view
    assert Letter.objects.filter(kind="review_waived").count() == 1
    other = signed_in(factories.working_as(w.provider, "manager", name="Mo Third"))
    assert decide(other, address, {"reason": HURT}).status_code == 409
    assert f'href="{address}"' not in other.get(view).content.decode()
