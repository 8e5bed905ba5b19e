"""What goes on while a restriction runs, in a real Chromium: every screen at 1280 and 390 pixels, with axe.

`PICTURES=<folder> ./run test tests/restrictions/test_running_browser.py` leaves a picture of every page to look at.
"""

from datetime import timedelta

import pytest
import time_machine

from decisions.services import Said
from restrictions.models import Restriction, Review
from restrictions.services import breaches, imposing, proposing
from restrictions.services.breaches import Answer
from restrictions.services.contacts import changing, checking
from restrictions.services.contacts.changing import NewContact
from tests import factories, quick
from tests.factories import NOON
from tests.five import HOMES, a_decider, ready_to_propose
from tests.restrictions import builders
from tests.restrictions.test_browser import look, sign_in, url
from tests.restrictions.test_spoc import with_contact

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
__all__ = ["sign_in"]
LATER = NOON + timedelta(days=40)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(LATER, tick=True) as traveller:
        yield traveller


def running():
    """A restriction of the Tenancy Enforcement Procedure in force: a contact, a check, a cover, breaches."""
    w, restriction = with_contact()
    at = NOON + timedelta(days=20)
    checking.record_check(
        restriction.pk,
        by=w.staff.team_leader,
        at=at,
        looked_at="Ten letters and six calls.",
        answered_in_time=False,
        findings="Clear and kind, but two letters waited three weeks.",
        to_change="Answer within ten days.",
    )
    changing.change(
        restriction.pk,
        Said("Annual leave."),
        NewContact(w.staff.officer.pk, from_on=at.date(), until_on=(LATER + timedelta(days=5)).date()),
        by=w.staff.colleague,
        at=at,
    )
    for days in (22, 30):
        incident = builders.log(
            w.provider, w.staff, w.resident, at=NOON + timedelta(days=days), facts="Rang nine times."
        )
        breaches.log_breach(
            restriction.pk,
            by=w.staff.officer,
            at=NOON + timedelta(days=days),
            incident_id=incident.pk,
            words="You rang nine times on one day. Calls are not used.",
        )
        if days == 22:
            breaches.answer_breaches(
                restriction.pk,
                Said("The first breach."),
                Answer("breach warning", consequence="A legal warning may follow."),
                by=w.staff.manager,
                at=NOON + timedelta(days=23),
            )
    builders.log(w.provider, w.staff, w.resident, at=NOON + timedelta(days=35), facts="Came to the desk and shouted.")
    return w, Restriction.objects.get()


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_every_page_while_it_runs(sign_in, width):
    w, restriction = running()
    ref = restriction.reference
    page = sign_in(w.staff.team_leader, width=width)
    for name in ("view", "check_spoc", "follow_up", "log_breach", "breaches", "request_reconsideration"):
        page.goto(url(name, ref))
        look(page, f"running-{name}")

    page.goto(url("breaches", ref))
    page.check('input[name="step"][value="injunction"]')
    page.fill('textarea[name="reasons"]', "He was told twice.")
    page.click('main button:has-text("Check your decision")')
    assert "Enter why earlier steps are left out" in page.inner_text("main")
    look(page, "running-breaches_wrong")
    page.check('input[name="step"][value="legal warning"]')
    page.fill('textarea[name="consequence"]', "We may ask a court to order you to keep to the limits.")
    page.click('main button:has-text("Check your decision")')
    look(page, "running-breaches_check")
    page.click('main button:has-text("Record your decision")')
    page.wait_for_url(f"**{url('view', ref)}")
    assert "Legal warning: Terry Leader" in page.inner_text("main")

    page = sign_in(w.staff.colleague, width=width)
    page.goto(url("change_spoc", ref))
    look(page, "running-change")
    page.select_option('select[name="person"]', label="Morgan Manager")
    page.check('input[name="how_long"][value="for_good"]')
    page.fill('textarea[name="reason"]', "Colin moves to another team.")
    page.click('main button:has-text("Check the change")')
    look(page, "running-change_check")
    page.click('main button:has-text("Change the contact")')
    page.wait_for_url(f"**{url('view', ref)}")
    look(page, "running-view_changed")

    page.goto(url("request_reconsideration", ref))
    page.fill('input[name="received_on_day"]', "25")
    page.fill('input[name="received_on_month"]', "1")
    page.fill('input[name="received_on_year"]', "2027")
    page.check('input[name="how"][value="letter"]')
    page.fill('textarea[name="words"]', "I have kept to it since the letter.")
    page.click('main button:has-text("Record the request")')
    page.wait_for_url(f"**{url('review', ref)}")
    senior = sign_in(factories.person(w.provider, "senior_officer", name="Sena Senior"), width=width)
    senior.goto(url("review", ref))
    look(senior, "running-review_asked")
    senior.check('input[name="outcome"][value="keep"]')
    senior.fill('textarea[name="reasons"]', "Two breaches are too recent.")
    senior.fill('textarea[name="considered"]', "The equality assessment, which is as it was.")
    senior.click('main button:has-text("Check your decision")')
    look(senior, "running-review_check")
    senior.click('main button:has-text("Decide the review")')
    senior.wait_for_url("**/decided/")
    assert Review.objects.get().outcome == "keep"


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_every_page_of_a_review_that_is_left_out(sign_in, width):
    w = ready_to_propose(HOMES)
    restriction = builders.draft(w)
    page = sign_in(w.staff.officer, width=width)
    page.goto(url("when_reviewed", restriction.reference))
    look(page, "running-when_reviewed")
    page.check('input[name="when"][value="months"]')
    page.fill('input[name="review_months"]', "2")
    page.click('main button:has-text("Save review")')
    page.wait_for_url(f"**{url('proposal', restriction.reference)}")
    look(page, "running-proposal")
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    imposing.impose(restriction.pk, Said("Needed.", considered="No."), by=a_decider(w, restriction), at=NOON)
    reviewer = sign_in(builders.reviewer(w), width=width)
    reviewer.goto(url("waive", restriction.reference))
    look(reviewer, "running-waive")
    reviewer.fill('textarea[name="reason"]', "It protects a colleague who was hurt.")
    reviewer.fill('textarea[name="considered"]', "A review by somebody who does not ask her again.")
    reviewer.click('main button:has-text("Check your decision")')
    look(reviewer, "running-waive_check")
    reviewer.click('main button:has-text("Decide that there is no review")')
    reviewer.wait_for_url(f"**{url('view', restriction.reference)}")
    look(reviewer, "running-view_waived")
