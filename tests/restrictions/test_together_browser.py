"""Deciding with others, and what is asked of the police, in a real Chromium at both widths, with axe.

`PICTURES=<folder> ./run test tests/restrictions/test_together_browser.py` leaves a picture of every page to look at.
"""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.ladder.papers import FIRST
from decisions.services import Said
from restrictions.services import deciding_reviews, proposing
from restrictions.services.planning_reviews import Conclusion
from tests import factories, five, quick
from tests.cases.test_police import threatened
from tests.factories import NOON
from tests.restrictions import builders
from tests.restrictions import test_together as together
from tests.restrictions.test_browser import look, sign_in, url  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=True)
    return time_machine


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_two_decide_each_on_their_own_page(sign_in, width):  # noqa: F811
    """Harbour: the second lifts; and a keeper agrees to an extension that a director has decided."""
    w = together.harbour('lift = { by = "director"', 'lift = { by = "2 of warden, director"')
    warden, keeper, director = together.people(w)
    restriction = together.imposed(w, warden, keeper)
    page = sign_in(director, width=width)
    page.goto(url("lift", restriction.reference))
    look(page, "lift-first")
    page.get_by_label("Why is it lifted?").fill("Nothing has happened since.")
    page.get_by_role("button", name="Check your decision").click()
    look(page, "check-lift-first")
    page.get_by_role("button", name="Record your decision").click()
    page.wait_for_url(lambda address: address.endswith(url("view", restriction.reference)))
    look(page, "lift-recorded")
    page = sign_in(warden, width=width)
    page.goto(url("lift", restriction.reference))
    look(page, "lift-second")

    review = builders.under_review(w, restriction, at=NOON)
    deciding_reviews.decide_review(
        review.pk,
        Said("It goes on.", considered="Weighed."),
        Conclusion("extend", evidence="He rang again.", months=1),
        by=director,
        at=NOON,
    )
    third = factories.person(w.provider, "keeper", name="Kay Keeper")
    page = sign_in(third, width=width)
    page.goto(url("review", restriction.reference))
    look(page, "review-second")


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_the_police_the_first_letter_and_an_agreed_time(sign_in, width):  # noqa: F811
    """Northampton: a letter that rests on a threat; a time of review that is agreed."""
    w, warning = threatened(FIRST)
    page = sign_in(w.staff.team_leader, width=width)
    page.goto(reverse("cases:warning", args=[warning.paper.reference]))
    page.get_by_label("No", exact=True).check()
    look(page, "letter-police")
    w.case = five.now(w)
    restriction = proposing.start(w.case.pk, by=w.staff.officer, at=NOON - timedelta(hours=1))
    page = sign_in(w.staff.officer, width=width)
    page.goto(url("when_reviewed", restriction.reference))
    page.get_by_label("After a time set for this case").check()
    look(page, "when-reviewed-agreed")
