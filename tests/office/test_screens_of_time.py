"""The pages on which time and letters move, in a real Chromium, on a desk and on a phone, each with axe."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from appeals.services import arrivals
from cases.services import warnings
from deadlines.services import days_off
from decisions.services import Said
from design.dates import day_of
from people import access
from people import services as people
from people.models import Role
from restrictions.limits import NewTerm
from restrictions.services import imposing, proposing
from restrictions.services.contacts import changing, leaving
from restrictions.services.contacts.changing import NewContact
from restrictions.services.parts.terms import save_terms
from tests import factories, invented, quick
from tests.office.test_browser import desk, sound  # noqa: F401
from tests.office.versions import TEXT
from tests.pressing import seal_of
from tests.restrictions import builders

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_queue"),
]  # fmt: skip
FROM_RECEIPT = TEXT.replace('"20 working days from decision [6.34]"', '"20 working days from letter received [6.34]"')


def received_world(at):
    provider = invented.running_on_text(FROM_RECEIPT, slug="received", at=at)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    case = builders.warned_case(provider, staff, resident, at=at)
    return builders.World(provider, staff, resident, case, at)


@pytest.mark.parametrize("width", quick.WIDTHS)
def test_the_pages_are_sound(desk, width):  # noqa: F811
    now = timezone.now()
    at = now - timedelta(days=3)
    w = received_world(at)
    terms = [*builders.TERMS, NewTerm("spoc", "limited", "Ring on weekdays before noon.", w.staff.colleague.pk)]
    restriction = builders.draft(w, months=12)
    restriction = save_terms(restriction.pk, terms=terms, by=w.staff.officer, at=at)
    restriction = proposing.propose(restriction.pk, by=w.staff.officer, at=at)
    restriction = imposing.impose(restriction.pk, Said("Needed.", considered="Calls."), by=w.staff.team_leader, at=at)
    letter = restriction.letter
    today = day_of(now)
    manager = desk(w.staff.manager, width=width)

    manager.goto(reverse("appeals:received", args=[letter.reference]))
    sound(manager, f"When letter {letter.reference} was received")
    manager.goto(reverse("appeals:of_case", args=[w.case.reference]))
    assert "which is not recorded" in manager.content()
    sound(manager, manager.locator("h1").inner_text())
    manager.goto(reverse("letters:view", args=[letter.reference]))
    sound(manager, f"Restriction letter {letter.reference}")

    changing.change(
        restriction.pk,
        Said("Leave."),
        NewContact(w.staff.officer.pk, from_on=today, until_on=today + timedelta(days=20)),
        by=w.staff.manager,
        at=now,
    )
    for role in Role.objects.filter(provider=w.provider, holdings__user=w.staff.officer):
        access.revoke(role, w.staff.officer, by=None, at=now)
    leaving.ask_for_another(restriction.pk, at=now)
    manager.goto(reverse("restrictions:view", args=[restriction.reference]))
    assert "no longer works on cases" in manager.content()
    sound(manager, manager.locator("h1").inner_text())

    text = FROM_RECEIPT.replace("effective = 2024-10-07", f"effective = {today - timedelta(days=1)}")
    text = text.replace("20 working days from letter", "30 working days from letter").replace(
        'by = "manager [6.35]"', 'by = "unsaid: nobody is named [6.35]"'
    )
    arrivals.record(letter.pk, on=today, by=w.staff.manager, at=now)
    people.adopt_policy(w.provider, text=text, by_name="Head of Housing", at=now)
    manager.goto(reverse("office:move_case", args=[w.case.reference]))
    assert "A letter goes to the resident when you move the case" in manager.content()
    manager.locator("details summary", has_text="The letter, not yet issued").click()
    sound(manager, "Move the case to a newer policy")

    ada = desk(w.staff.administrator, width=width)
    first = date(today.year + 1, 3, 1)
    closed = {"first_on": first, "last_on": first + timedelta(days=9), "name": "Offices closed for moving"}
    seen = seal_of(days_off.adding(w.provider, **closed, today=today))
    days_off.add(w.provider, **closed, seen=seen, by=w.staff.administrator, at=now)
    ada.goto(f"{reverse('office:days_off')}?year={first.year}")
    sound(ada, f"Days off in {first.year}")
    ada.get_by_role("link", name="Remove the whole closure").click()
    sound(ada, "Remove a closure")
    ada.goto(reverse("office:days_off_remove", args=[min(days_off.closures(w.provider, today=today)).isoformat()]))
    sound(ada, "Remove a day off")

    colleague = desk(w.staff.colleague, width=width)
    colleague.goto(reverse("cases:log"))
    colleague.locator("#id_facts").fill("He shouted for ten minutes.")
    colleague.locator("#id_q").fill("Nobody Known")
    colleague.get_by_role("button", name="Find the person").click()
    colleague.wait_for_url("**#who")
    sound(colleague, "Log an incident")
    colleague.get_by_role("button", name="Add a new person").click()
    colleague.wait_for_url("**/residents/add/**")
    sound(colleague, "Add a new person")
    colleague.get_by_role("link", name="Back to your draft").click()
    assert colleague.locator("#id_facts").input_value() == "He shouted for ten minutes."

    other = factories.resident(w.provider, w.staff.colleague, name="Other")
    team = replace(w.staff, officer=w.staff.colleague)
    for days in (20, 10, 5):
        builders.log(w.provider, team, other, at=now - timedelta(days=days), warnings=2)
    case = other.cases.get()
    warning = warnings.draft_warning(
        case.pk, warnings.Content(list(case.incidents.all())[:1], "Speak calmly."), by=w.staff.colleague, at=now
    )
    manager.goto(reverse("letters:view", args=[warning.paper.reference]))
    assert "Not yet issued" in manager.content()
    sound(manager, "Check before you issue")
