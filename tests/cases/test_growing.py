"""Pages that grow with their case: one incident, thirty or five hundred, what they send and ask is bounded."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, Incident, Warning
from cases.services import warnings
from cases.views.tabs import DATES_A_PAGE, WARNINGS_A_PAGE
from deadlines import kinds
from deadlines import services as deadlines
from tests.cases.conftest import HAPPENED, later
from tests.factories import NOON
from tests.pressing import press

pytestmark = pytest.mark.django_db
FEW, SOME, MANY = 1, 30, 500
MOST_BYTES = {"warn": 90_000, "overview": 45_000, "incidents": 40_000, "warning_change": 90_000}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(later(1), tick=False)


@pytest.fixture
def officer(staff):
    client = Client()
    client.force_login(staff.officer)
    return client


@pytest.fixture
def grown(case, staff):
    """Let the case hold so many incidents in all, each with a warning, of which one in five is hearsay."""

    def grow(count: int) -> Case:
        known = case.incidents.count()
        made = Incident.objects.bulk_create(
            Incident(
                provider=case.provider, reference=f"I-7{number:05}", happened_on=NOON.date() - timedelta(days=number),
                channel="phone", place=f"Desk {number}", facts=f"{HAPPENED.facts} It was call {number}.",
                knowledge="hearsay" if number % 5 == 4 else "first_hand", warnings_given=1, reported_by=staff.officer,
                reported_at=NOON,
            )
            for number in range(known, count)
        )  # fmt: skip
        case.incidents.add(*made)
        Warning.objects.bulk_create(
            Warning(case=case, kind="initial", incident=one, given_on=one.happened_on, given_by=staff.officer)
            for one in made
        )
        for one in made:
            due, words = NOON.date() + timedelta(days=20), "against a warning"
            deadlines.set(kinds.APPEAL_WINDOW, one.warnings.get(), due=due, words=words, at=NOON)
        return Case.objects.get(pk=case.pk)

    return grow


def measured(client: Client, address: str) -> tuple[int, int]:
    """How many bytes a page has, and how many queries it asks."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
    assert page.status_code == 200
    return len(page.content), len(asked)


@pytest.mark.parametrize("page", ["overview", "warn", "incidents", "timeline", "people"])
def test_a_page_of_the_case_is_bounded_whatever_the_case_holds(officer, grown, page):
    address = reverse(f"cases:{page}", args=[grown(FEW).reference])
    few = measured(officer, address)
    grown(SOME)
    some = measured(officer, address)
    grown(MANY)
    many = measured(officer, address)
    assert many[1] == some[1] and many[1] <= few[1] + 1, "queries, whatever the case holds"
    assert many[0] <= some[0] * 1.25 <= few[0] * 1.25 + 80_000, (few, some, many)
    assert many[0] <= MOST_BYTES.get(page, 60_000), many


def test_the_change_of_a_letter_is_bounded_too(officer, grown, staff):
    case = grown(MANY)
    chosen = list(case.incidents.exclude(knowledge="hearsay").order_by("happened_on")[:1])
    warning = warnings.draft_warning(case.pk, warnings.Content(chosen, "Calm."), by=staff.officer, at=later(1))
    address = reverse("cases:warning_change", args=[warning.paper.reference])
    size, _ = measured(officer, address)
    page = officer.get(address).content.decode()
    assert size <= MOST_BYTES["warning_change"]
    assert f'value="{chosen[0].reference}"' in page and "The newest 25 of 400 incidents are listed." in page


def test_an_incident_that_is_not_among_the_newest_is_found_and_nothing_typed_is_lost(officer, grown):
    case = grown(MANY)
    address = reverse("cases:warn", args=[case.reference])
    page = officer.get(address).content.decode()
    assert "I-700450" not in page and "The newest 25 of 400 incidents are listed." in page
    newest = case.incidents.get(reference="I-700001").reference
    typed = {
        "incidents": [newest], f"told_{newest}": "You shouted “at us”.", "told_I-700002": "Not ticked, and kept.",
        "expected": "Be calm שלום.", "find": "desk 450",
    }  # fmt: skip
    found = press(officer, address, typed, button="find")
    text = found.content.decode()
    assert found.status_code == 200 and "1 of 400 incidents match “desk 450”." in text and 'value="I-700450"' in text
    assert "You shouted “at us”." in text and "Not ticked, and kept." in text and "Be calm שלום." in text
    assert text.count('name="incidents"') == 3
    none = press(officer, address, typed | {"find": "zeppelin"}, button="find", on=found).content.decode()
    assert "Nothing matches “zeppelin”." in none and "You shouted “at us”." in none
    both = typed | {"incidents": [newest, "I-700450"], "told_I-700450": "You rang again."}
    answer = press(officer, address, both, on=found)
    letter = Warning.objects.get(kind="written").paper
    assert answer.url == reverse("cases:warning", args=[letter.reference])
    assert {one["reference"] for one in letter.facts["incidents"]} == {newest, "I-700450"}


def test_warnings_and_dates_of_the_case_file_are_turned_by_the_page(officer, grown):
    case = grown(SOME)
    address = reverse("cases:overview", args=[case.reference])
    page = officer.get(address).content.decode()
    listed = page.partition("Warnings</h2>")[2].partition("Dates</h2>")[0]
    assert len(re.findall("initial warnings? in I-", listed)) == WARNINGS_A_PAGE
    assert page.count("Last day to appeal") == DATES_A_PAGE
    last = officer.get(address, {"warnings": "3", "dates": "3"}).content.decode()
    assert "I-700029" in last and "I-700001" not in last.partition("Warnings</h2>")[2].partition("Dates</h2>")[0]
    for odd in ("x", "999", "-1"):
        assert officer.get(address, {"warnings": odd, "dates": odd}).status_code == 200
