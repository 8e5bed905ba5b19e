"""Reviews of all restrictions in two months of the year, as an invented policy has them: April and October."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions.services import Said
from people import services as people
from people.models import Provider
from restrictions.services import deciding_reviews, imposing, proposing, reviews
from restrictions.services.planning_reviews import Conclusion
from tests import factories
from tests.factories import NOON
from tests.five import answer_what_is_asked
from tests.restrictions import builders
from tests.restrictions.builders import noon

pytestmark = pytest.mark.django_db
HARBOUR = Path(__file__).parents[1] / "policies" / "invented" / "harbour.toml"
BATCH = reverse("worklist:batch")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def harbour():
    """A provider on the invented policy, with one person to decide: how many it takes is no matter here."""
    text = HARBOUR.read_text(encoding="utf-8").replace("2 of warden, keeper, director", "warden or keeper or director")
    provider = Provider.objects.create(
        slug="harbour", name="Harbour Homes", short_name="Harbour", nation="northern_ireland",
        kind=Provider.Kind.ASSOCIATION, address="1 Quay", email="housing@harbour.example", phone="028 0000",
    )  # fmt: skip
    deadlines.seed_holidays(provider, today=NOON.date())
    people.adopt_policy(provider, text=text, by_name="Board", at=NOON - timedelta(days=200))
    return provider, factories.staff(provider)


def restricted(provider, staff, name="Rowan Resident", months=9, at=NOON):
    resident = factories.resident(provider, staff.officer, name)
    builders.log(provider, staff, resident, at=at - timedelta(days=30), warnings=2)
    builders.log(provider, staff, resident, at=at - timedelta(days=5))
    w = builders.World(provider, staff, resident, Case.objects.get(resident=resident), at)
    answer_what_is_asked(w, "contact restriction")
    builders.assess(w.case, staff.officer, at=at - timedelta(days=1))
    w.case = Case.objects.get(pk=w.case.pk)
    restriction = builders.proposed(w, months=months, at=at)
    proposing.consult(
        restriction.pk,
        act="restrict",
        by=staff.officer,
        at=at,
        person_id=staff.dpo.pk,
        on=at.date(),
        words="No objection.",
    )
    imposed = imposing.impose(restriction.pk, Said("Needed.", considered="A call."), by=staff.manager, at=at)
    return w, imposed


def due(restriction):
    rows = Deadline.objects.open().filter(about=f"restriction:{restriction.reference}", kind__startswith="review.")
    return {each.kind: each.due_on for each in rows}


def kept(w, restriction, *, at):
    review = reviews.begin_review(restriction.pk, by=w.staff.officer, at=at)
    by = factories.person(w.provider, "director", name=f"Dora {review.reference}")
    deciding_reviews.decide_review(
        review.pk, Said("So.", considered="Weighed."), Conclusion("keep", evidence="Rang again."), by=by, at=at
    )


def page(user, address=BATCH):
    client = Client()
    client.force_login(user)
    return client.get(address).content.decode()


def test_a_review_falls_in_the_next_month_of_reviews():
    w, restriction = restricted(*harbour())
    assert due(restriction)["review.interval"] == date(2027, 4, 30)
    assert due(restriction)["review.at_end"] == date(2027, 9, 18), "no restriction without one at its end"
    found = Deadline.objects.open().in_a_batch().get()
    assert (found.reckoning["path"], found.reckoning["clause"]) == ("review.batch", "8")


@pytest.mark.parametrize("day", [date(2027, 4, 6), date(2027, 4, 30)])
def test_kept_in_its_month_it_comes_again_in_the_next_one(day):
    """Also where it is held early in the month: it was the one of April."""
    w, restriction = restricted(*harbour(), months=9, at=noon(date(2027, 2, 1)))
    kept(w, restriction, at=noon(day))
    assert due(restriction)["review.interval"] == date(2027, 10, 29)


def test_a_month_whose_last_day_is_a_day_off_does_not_come_twice():
    """31 October 2027 is a Sunday, so the review is held by Friday 29; the next is that of April."""
    w, restriction = restricted(*harbour(), months=9, at=noon(date(2027, 9, 1)))
    assert due(restriction)["review.interval"] == date(2027, 10, 29)
    kept(w, restriction, at=noon(date(2027, 10, 29)))
    assert due(restriction)["review.interval"] == date(2028, 4, 28)


def test_the_batch_is_listed_by_its_month_and_linked_from_the_work():
    provider, staff = harbour()
    for name in ("Ann Able", "Bo Best"):
        restricted(provider, staff, name)
    html = page(staff.manager)
    assert "April 2027: 2 restrictions" in html and "Ann Able" in html and "Bo Best" in html
    assert "Any Director of Homes" in html or "any Director of Homes" in html
    work = page(staff.manager, reverse("worklist:mine"))
    assert f'href="{BATCH}"' in work and "2 reviews that fall due together" in work


def test_where_no_policy_has_such_months_there_is_no_link_and_others_see_nothing():
    w = builders.world()
    builders.imposed(w)
    assert BATCH not in page(w.staff.manager, reverse("worklist:mine"))
    restricted(*harbour())
    assert "No reviews fall due together" in (shown := page(w.staff.manager))
    assert f'<a class="govuk-breadcrumbs__link" href="{reverse("worklist:mine")}">My work</a>' in shown
    client = Client()
    client.force_login(w.staff.front_line)
    assert client.get(BATCH).status_code == 403


def test_the_list_asks_as_often_for_thirty_as_for_one():
    provider, staff = harbour()
    restricted(provider, staff)
    client = Client()
    client.force_login(staff.manager)

    def asked():
        with CaptureQueriesContext(connection) as found:
            assert client.get(BATCH).status_code == 200
        return len(found)

    asked()
    once = asked()
    row = Deadline.objects.in_a_batch().get()
    for number in range(29):
        row.pk, row.about = None, f"restriction:X-9{number:05d}"
        row.save()
    assert asked() == once
