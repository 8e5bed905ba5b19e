"""My work, the team's, and why a date: who sees what, in which order, in how many queries."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import policies.clocks
from deadlines.services import calendar_for
from people.models import PolicyVersion
from tests import factories

TODAY = date(2027, 3, 3)  # a Wednesday


@pytest.fixture(autouse=True)
def wednesday():
    """Every page is read at noon on Wednesday 3 March 2027."""
    with time_machine.travel("2027-03-03T12:00:00+00:00", tick=False):
        yield


def page(client, user, name="worklist:mine", query="", status=200) -> str:
    client.force_login(user)
    answer = client.get(reverse(name) + query)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def test_worst_first_under_their_headings(client, due, staff):
    for offset, title in (
        (40, "Far off"),
        (20, "Soon"),
        (2, "Friday"),
        (0, "Now"),
        (-9, "Long ago"),
        (-1, "Yesterday"),
    ):
        due(TODAY + timedelta(days=offset), title=title, owner=staff.officer)
    due(None, title="Undated", owner=staff.officer)
    html = page(client, staff.officer)
    order = ["Overdue", "Long ago", "Yesterday", "Due this week", "Now", "Friday", "Waiting, with no date", "Undated"]
    places = [html.index(f">{words}<") for words in [*order, "Later", "Soon", "Far off"]]
    assert places == sorted(places)
    assert "Friday 5 March 2027" in html and html.count("govuk-tag--red") == 2 and html.count("govuk-tag--orange") == 1


def test_what_nobody_can_do_yet_is_folded_away(client, due, staff):
    due(TODAY + timedelta(days=200), kind="review.at_end", title="Far off", owner=staff.officer)
    html = page(client, staff.officer)
    assert "Nothing is waiting. Next: far off on 19 September 2027." in html
    due(TODAY, title="Now", owner=staff.officer)
    folded = page(client, staff.officer).partition("<details class")[2]
    assert "1 more, from 19 September 2027" in folded and "Far off" in folded


def test_it_is_the_persons_own_work_and_that_of_the_roles_held(client, due, staff):
    due(TODAY, title="Mine", owner=staff.manager)
    due(TODAY, title="Any manager", roles=["manager"])
    due(TODAY, title="Barred from me", roles=["manager"], barred=[staff.manager])
    due(TODAY, title="Another's", owner=staff.officer)
    html = page(client, staff.manager)
    assert "Mine" in html and "Any manager" in html
    assert "Barred from me" not in html and "Another&#x27;s" not in html


def test_empty_says_what_comes_next(client, due, staff):
    assert "Nothing is waiting. What a case" in page(client, staff.officer)
    due(date(2027, 4, 3), kind="review.at_end", owner=staff.manager)
    assert "Nothing is waiting. Next: a review of a restriction at its end on 3 April 2027." in page(
        client, staff.officer
    )


def test_the_filter_stays_open_while_in_use_and_can_be_taken_off(client, due, staff):
    due(TODAY, title="A review", kind="review.interval", owner=staff.officer)
    due(TODAY, title="An appeal", owner=staff.officer)
    html = page(client, staff.officer, query="?kind=review")
    assert "A review" in html and "An appeal<" not in html
    assert "moj-filter__tag" in html and re.search(r"<details[^>]* open", html)
    assert not re.search(r"<details[^>]* open", page(client, staff.officer))
    assert "Nothing of this kind" in page(client, staff.officer, query="?kind=register")
    assert "An appeal" in page(client, staff.officer, query="?kind=nonsense")


def test_the_date_leads_to_its_explanation(client, due, staff, provider):
    policy = PolicyVersion.objects.get(provider=provider).policy
    events = {"decision": date(2027, 2, 8)}
    reckoning = policies.clocks.work_out(policy, "appeal.window", events, calendar_for(provider))
    deadline = due(reckoning, owner=staff.manager)
    html = page(client, staff.manager)
    assert reverse("worklist:why", args=[deadline.pk]) in html
    told = client.get(reverse("worklist:why", args=[deadline.pk])).content.decode()
    assert "20 working days from the decision on 8 February 2027 (6.34, must)" in told
    assert "First day not counted: our convention" in told


def test_why_is_not_for_strangers_or_another_provider(client, due, staff):
    deadline = due(TODAY, owner=staff.manager)
    address = reverse("worklist:why", args=[deadline.pk])
    assert client.get(address).status_code == 302
    other = factories.staff(factories.dover("other-council"))
    for user, status in ((other.manager, 404), (staff.front_line, 404), (staff.contractor, 404), (staff.dpo, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status


@pytest.mark.parametrize(
    ("who", "to"),
    [("front_line", "register:check"), ("contractor", "register:check"), ("dpo", "cases:list"),
     ("administrator", "office:index")],
)  # fmt: skip
def test_who_has_no_cases_is_led_to_what_they_have(client, staff, who, to):
    client.force_login(getattr(staff, who))
    answer = client.get(reverse("worklist:mine"))
    assert (answer.status_code, answer["Location"]) == (302, reverse(to))


def test_who_has_no_role_is_told_so(client, provider):
    assert "You have no role yet" in page(client, factories.person(provider, name="Nora Nobody"))


def test_the_team_sees_its_people_and_what_has_nobodys_name(client, due, staff):
    due(TODAY, title="Olive's", owner=staff.officer)
    due(TODAY, title="Anybody's", roles=["manager"])
    due(TODAY, title="The manager's own", owner=staff.other_manager)
    due(TODAY, title="Only informs", kind="appeal.window")
    html = page(client, staff.team_leader, "worklist:team")
    assert "Olive Officer" in html and "Nobody yet: any Manager" in html
    assert "own" not in html.replace("owner", "").replace("known", "").replace("shown", "").replace("down", "")
    assert "Only informs" not in html


@pytest.mark.parametrize("who", ["officer", "front_line", "contractor", "dpo", "administrator"])
def test_the_team_is_for_those_who_decide(client, staff, who):
    page(client, getattr(staff, who), "worklist:team", status=403)


def test_another_providers_work_is_never_shown(client, due, staff):
    other = factories.staff(factories.dover("other-council"))
    due(TODAY, title="Dover only", roles=["manager"])
    assert "Dover only" not in page(client, other.manager)
    assert "Dover only" not in page(client, other.team_leader, "worklist:team")


@pytest.mark.parametrize("name", ["worklist:mine", "worklist:team"])
def test_as_many_queries_for_thirty_rows_as_for_one(client, due, staff, provider, name):
    resident = factories.resident(provider, staff.officer)
    client.force_login(staff.team_leader)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(reverse(name)).status_code == 200
        return len(caught)

    def add(rows: int) -> None:
        for number in range(rows):
            day = TODAY + timedelta(days=number - 10)
            due(day, owner=staff.officer if name == "worklist:team" else staff.team_leader, resident=resident)
            due(day, roles=["senior_officer"], resident=resident)

    add(1)
    client.get(reverse(name))
    one = count()
    add(29)
    assert count() == one <= {"worklist:mine": 10, "worklist:team": 11}[name]
