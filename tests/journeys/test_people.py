"""Joiners and leavers in the browser: a provider's first officer, and somebody who leaves in the middle of a proposal.

`PICTURES=<folder> ./run test tests/journeys/test_people.py` leaves a picture of every page to look at.
"""

import os
import re
from pathlib import Path

import pytest
from django.utils import timezone

import office.services
import policies.shelf
from decisions.services import Said
from letters.models import Notice
from office.services import founding
from people import invitations
from people.models import Provider, Resident, User
from people.services import passwords
from restrictions.models import Restriction
from restrictions.services import proposing
from tests import factories
from tests.journeys import history, steps
from tests.journeys.conftest import Desk, Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "seven green bottles"
FOUNDED = {
    "slug": "larkfield-homes", "name": "Larkfield Homes", "short_name": "Larkfield", "nation": "england",
    "kind": "council", "address": "1 Lark Lane\nLarkfield\nZZ1 1ZZ", "email": "homes@larkfield.example",
    "phone": "01632 960300",
}  # fmt: skip


def picture(at: Desk, name: str) -> Desk:
    if folder := os.environ.get("PICTURES"):
        at.page.screenshot(path=Path(folder) / f"{name}-{at.page.viewport_size['width']}.png", full_page=True)
    return at


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.usefixtures("transactional_db", "empty_queue")
def test_a_provider_founded_by_command_hires_its_first_officer(desk: Sit, phone: bool):
    at = timezone.now()
    two = [founding.Administrator("Ada Hughes", "ada@larkfield.example"),
           founding.Administrator("Bill Tanner", "bill@larkfield.example")]  # fmt: skip
    provider = office.services.found(**FOUNDED, administrators=two, at=at)
    text = policies.shelf.builtin()[factories.DOVER][-1].read_text(encoding="utf-8")
    local = policies.shelf.local_rules(factories.DOVER)
    ada, bill = (User.objects.get(email=one.email) for one in two)
    adoption = office.services.propose(
        provider.pk, text=text, local=local, size="significant", approved_by_name="Board", why="First", by=ada, at=at
    )
    office.services.adopt(adoption.pk, by=bill, at=at)

    admin = desk(ada, phone=phone).go("/office/").follow("People", exact=True)
    picture(admin, "people-empty").says("Roles that nobody holds", "Housing Officer", "Has never signed in")
    admin.follow("Add somebody").press("Add and invite")
    picture(admin, "add-wrong").says("There is a problem", "Enter their name")
    admin.fill("Name", "Olga First").fill("E-mail", "olga@larkfield.example").answer("Roles", "Housing Officer")
    picture(admin, "add").press("Add and invite").says("Olga First has an account", "No password is set yet")
    picture(admin, "person")

    olga = User.objects.get(email="olga@larkfield.example")
    assert Notice.objects.filter(to=olga, kind=invitations.NOTICE).exists()
    hers = desk(None, phone=phone).go(passwords.link(olga).replace("http://localhost:8000", ""))
    picture(hers, "first-password")
    for box in hers.page.locator("input[type=password]").all():
        box.fill(PASSWORD)
    hers.page.locator("main button[type=submit], main button:not([type])").first.click()
    hers.go("/account/login/").fill("E-mail", olga.email)
    hers.page.locator("input[type=password]").first.fill(PASSWORD)
    hers.press("Sign in").go("/").offers("Log an incident")

    factories.resident(provider, olga)
    ref = steps.log_incident(hers, Resident.objects.get(provider=provider))
    assert re.fullmatch(r"[IC]-\d{6}", ref) and provider.cases.filter(owner=olga).count() == 1


def test_somebody_leaves_in_the_middle_of_a_proposal(
    desk: Sit, council: Provider, staff: factories.Staff, resident: Resident
):
    past = history.warned(council, staff, resident)
    restriction = history.proposed(past)
    factories.working_as(council, "administrator", name="Bill Two")
    theirs = desk(staff.officer).go("/")
    admin = desk(staff.administrator).go("/office/people/").follow("Olive Officer")
    picture(admin, "leaver").follow("Close the account and hand on the work")
    picture(admin, "close").says(restriction.reference, past.ref, "is signed out everywhere")
    admin.press("Close the account").says("Enter why the account is closed")
    admin.page.get_by_label("Who takes over the work?").select_option(label="Colin Colleague")
    admin.fill("Why is the account closed?", "Left on Friday.").press("Close the account")
    picture(admin, "closed").says(
        "is closed, and what was theirs is handed on", "Work taken over by", "Colin Colleague"
    )

    theirs.page.goto(theirs.site + "/")
    assert "/account/login" in theirs.page.url
    proposing.send_back(restriction.pk, Said("Say which incidents."), by=staff.team_leader, at=timezone.now())
    colleague = desk(staff.colleague).go("/").follow("Change a proposal that was returned")
    picture(colleague, "taken-over").says(restriction.reference, "Say which incidents.")
    assert Restriction.objects.get(pk=restriction.pk).proposed_by == staff.colleague


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_team_leader_hands_over_a_case(
    desk: Sit, council: Provider, staff: factories.Staff, resident: Resident, phone: bool
):
    past = history.warned(council, staff, resident)
    leader = desk(staff.team_leader, phone=phone).go(f"/cases/{past.ref}/").follow("Hand over this case")
    picture(leader, "hand-over").press("Hand over").says("There is a problem", "Select who takes over")
    leader.page.get_by_label("Who takes over?").select_option(label="Colin Colleague")
    leader.answer("For how long?", "For good").press("Hand over").says("Handed over", "Case held by Colin Colleague")
