"""Joiners, movers and leavers in the browser, and who looked: from a provider's first officer to a file that is closed.

`PICTURES=<folder> ./run test tests/journeys/test_people.py` leaves a picture of pages to look at.
"""

import os
import re
from pathlib import Path

import pytest
from django.utils import timezone

import office.services
import policies.shelf
from cases.models import Case
from decisions.services import Said
from letters.models import Notice
from office.services import founding
from people import invitations
from people.models import Provider, Resident, User
from people.services import passwords
from restrictions.models import Restriction
from restrictions.services import proposing
from tests import factories, factors, quick
from tests.journeys import history, steps
from tests.journeys.conftest import Desk, Sit, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD = "seven green bottles"
FOUNDED = {
    "slug": "larkfield-homes", "name": "Larkfield Homes", "short_name": "Larkfield", "nation": "england",
    "kind": "council", "address": "1 Lark Lane\nLarkfield\nZZ1 1ZZ", "email": "homes@larkfield.example",
    "phone": "01632 960300",
}  # fmt: skip


def picture(at: Desk, name: str) -> Desk:
    if folder := os.environ.get("PICTURES"):
        assert at.page.viewport_size
        at.page.screenshot(path=Path(folder) / f"{name}-{at.page.viewport_size['width']}.png", full_page=True)
    return at


def select(at: Desk, label: str, choice: str) -> Desk:
    at.page.get_by_label(label).select_option(label=choice)
    return at


def founded() -> tuple[Provider, User]:
    """A provider as the command founds it, on Dover's policy, and its first administrator."""
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
    return provider, ada


@pytest.mark.parametrize("width", quick.WIDTHS)
@pytest.mark.usefixtures("transactional_db", "empty_queue")
def test_a_provider_founded_by_command_hires_its_first_officer(desk: Sit, width: int):
    """Invitation, password, the second factor that her role needs, and her first case."""
    provider, ada = founded()
    provider.factor_roles = ["housing_officer"]
    provider.save(update_fields=["factor_roles"])
    admin = desk(ada, phone=width < 600).go("/office/").follow("People", exact=True)
    picture(admin, "people-empty").says("Roles that nobody holds", "Housing Officer")
    admin.follow("Add somebody").press("Add and invite")
    picture(admin, "add-wrong").says("There is a problem", "Enter their name")
    admin.fill("Name", "Olga First").page.locator("#id_email").fill("olga@larkfield.example")
    admin.answer("Roles", "Housing Officer")
    picture(admin, "add").press("Add and invite").says("Olga First has an account", "No password is set yet")
    picture(admin, "person")

    olga = User.objects.get(email="olga@larkfield.example")
    assert Notice.objects.filter(to=olga, kind=invitations.NOTICE).exists()
    link = passwords.link(olga)
    hers = desk(None, phone=width < 600).go(link[link.index("/account/") :])
    for box in picture(hers, "first-password").page.locator("input[type=password]").all():
        box.fill(PASSWORD)
    hers.press("Set the password").go("/")
    hers.write(hers.page.locator("input[type=email]"), olga.email)
    hers.write(hers.page.locator("input[type=password]"), PASSWORD)
    hers.press("Sign in")
    picture(hers, "first-factor").follow("Set up an app")
    secret = hers.page.locator("main dd").first.inner_text().strip()
    picture(hers, "add-app").fill("Code", factors.code(secret)).press("Add the app")
    picture(hers, "codes").go("/").offers("Log an incident")

    factories.resident(provider, olga)
    ref = steps.log_incident(hers, Resident.objects.get(provider=provider), facts="He shouted at the desk.")
    assert re.fullmatch(r"[IC]-\d{6}", ref) and Case.objects.filter(provider=provider, owner=olga).count() == 1


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
    select(admin, "Who takes over the work?", "Colin Colleague")
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


@pytest.mark.parametrize("width", quick.WIDTHS)
def test_a_team_leader_hands_over_a_case_and_closes_its_file_to_a_colleague(
    desk: Sit, council: Provider, staff: factories.Staff, resident: Resident, width: int
):
    """Hand over by hand; then close the file to whoever holds the case, leave it, find it on the team's page."""
    past = history.warned(council, staff, resident)
    leader = desk(staff.team_leader, phone=width < 600).go(f"/cases/{past.ref}/").follow("Hand over this case")
    picture(leader, "hand-over").press("Hand over").says("There is a problem", "Select who takes over")
    select(leader, "Who takes over?", "Colin Colleague")
    leader.answer("For how long?", "For good").press("Hand over").says("Handed over", "Case held by Colin Colleague")

    leader.go(f"/residents/{resident.reference}/access/").follow("Keep a colleague out of the file")
    select(picture(leader, "keep-out"), "Colleague", "Colin Colleague").answer("Why?", "A conflict of interest")
    leader.fill("In your own words", "They are cousins.").date("Until when?", timezone.localdate())
    leader.press("Keep a colleague out of the file").says(
        "Choose who takes over what is Colin Colleague’s in this file"
    )
    select(leader, "Who takes over what is theirs", "Nobody yet: leave it on the list of those who decide on cases")
    leader.press("Keep a colleague out of the file").says("Check before you close the file", f"Holds case {past.ref}")
    picture(leader, "keep-out-check").press("Keep a colleague out of the file").says("It is recorded")
    leader.go("/team/").says("Nobody can do this", f"Holds case {past.ref}")
    picture(leader, "nobody-can").follow("Hand over work of Colin Colleague").answer("Which work?", "All of it")
    select(leader, "Who takes over?", "Olive Officer").answer("For how long?", "For good").press("Hand over")
    leader.go("/team/").does_not_say("Nobody can do this")
    assert Case.objects.get(pk=past.case.pk).owner == staff.officer


def test_a_lost_factor_by_a_recovery_code_and_then_by_an_administrator(
    desk: Sit, council: Provider, staff: factories.Staff
):
    for kind in ("totp", "recovery_codes"):
        factors.add(staff.officer, kind)
    code = staff.officer.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()[0]
    hers = sign_in(desk(None).go("/"), staff.officer)
    picture(hers, "ask-factor").fill("Code", "000000").press("Sign in").says("There is a problem")
    hers.fill("Code", code).press("Sign in").offers("Log an incident")

    admin = desk(staff.administrator).go("/office/").follow("Signing in")
    picture(admin, "signing-in").follow("Remove").fill("Why it is removed", "She lost her phone; I know her voice.")
    picture(admin, "remove-factor").press("Check before you remove it").says("When you remove it")
    admin.press("Remove the second factor").does_not_say("an authenticator app")
    hers.page.goto(hers.site + "/")
    assert "/account/login" in hers.page.url
    sign_in(hers.look(), staff.officer).offers("Log an incident")


def test_the_data_protection_officer_finds_who_looked(
    desk: Sit, council: Provider, staff: factories.Staff, resident: Resident
):
    past = history.warned(council, staff, resident)
    desk(staff.colleague).go(f"/cases/{past.ref}/").says(past.ref)
    dpo = desk(staff.dpo).go("/").follow("Who looked").unfold("Choose a resident, a reader or days")
    dpo.fill("Resident", resident.reference).press("Show who looked")
    picture(dpo, "who-looked").says("Colin Colleague", past.ref, resident.reference)
    dpo.does_not_say("shouted")
