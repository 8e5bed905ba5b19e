"""Restrictions in a real Chromium, signed in through the page: every screen at 1280 and 390 pixels, with axe.

`PICTURES=<folder> ./run test tests/restrictions/test_browser.py` leaves a picture of every page to look at.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from decisions.services import Said
from people import services as people
from people.models import Need
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import imposing, proposing
from restrictions.services.parts.terms import save_terms
from tests import axe, factories, invented, quick
from tests.restrictions import builders, test_asked_first

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def url(name, *args):
    return reverse(f"restrictions:{name}", args=args)


@pytest.fixture
def sign_in(browser, live_server):
    """Opens a browser as somebody who types e-mail and password."""
    contexts = []

    def go(user, *, width=1280, scripts=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, base_url=live_server.url
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/account/login/")
        page.fill('input[name="login"]', user.email)
        page.fill('input[name="password"]', factories.PASSWORD)
        page.click('main button[type="submit"]')
        page.wait_for_url(lambda address: "/account/login" not in address)
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def now():
    return timezone.now() - timedelta(minutes=1)


@pytest.fixture
def w(now):
    found = builders.world(at=now)
    people.record_need(
        found.resident.pk, kind=Need.Kind.ADJUSTMENT, words="Letters in large print.", about_health=False,
        by=found.staff.officer, at=now,
    )  # fmt: skip
    return found


def look(page, name):
    """A picture where one is wanted; the page fits its width, and axe finds nothing."""
    width = page.viewport_size["width"]
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    assert axe.complaints(page) == [], name


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state("load")


@pytest.mark.soak
@pytest.mark.parametrize("width", [390])
def test_from_the_proposal_to_the_confirmation(w, sign_in, width):
    officer = sign_in(w.staff.officer, width=width)
    officer.goto(url("of_case", w.case.reference))
    look(officer, "tab-empty")
    press(officer, "Propose a restriction")
    look(officer, "proposal")
    ref = Restriction.objects.get().reference

    officer.goto(url("evidence", ref))
    press(officer, "Save evidence")
    look(officer, "evidence-error")
    officer.locator('input[name="incidents"]').first.check()
    press(officer, "Save evidence")
    officer.goto(url("risk", ref))
    officer.locator('input[name="assessment"]').first.check()
    look(officer, "risk")
    press(officer, "Use this assessment")
    officer.goto(url("needs", ref))
    officer.get_by_label("How needs were taken into account").fill("Asked on the phone; large print will be used.")
    officer.get_by_label("Yes").check()
    look(officer, "needs")
    officer.get_by_label("Why the adjustment is no longer reasonable").fill("It was used to send threats.")
    officer.get_by_label("Which other way to our services is left").fill("Letters in large print.")
    press(officer, "Save needs and adjustments")
    officer.goto(url("terms", ref))
    for name, value in (("phone", "closed"), ("email", "limited"), ("spoc", "yes"), ("other", "no")):
        officer.locator(f'input[name="{name}"][value="{value}"]').check()
    look(officer, "terms")
    press(officer, "Save the channels")
    look(officer, "limits")
    officer.get_by_label("E-mail: what is the limit?").fill("One message a week, on Mondays.")
    officer.get_by_label("Who is the single point of contact?").select_option(label=w.staff.colleague.name)
    officer.get_by_label("How and when to reach this person").fill("By letter.")
    press(officer, "Save the limits")
    officer.get_by_label("What must staff do?").fill("Do not visit alone.\nRing the office before you go in.")
    officer.get_by_label("Threats").check()
    officer.locator('input[name="share_with_contractors"][value="yes"]').check()
    officer.locator('input[name="tell_resident"][value="no"]').check()
    look(officer, "instructions")
    officer.locator("label[for=id_tell_resident_0]").click()
    press(officer, "Save terms")
    officer.goto(url("length", ref))
    officer.get_by_label("How many months does it last?").fill("13")
    press(officer, "Save length")
    look(officer, "length-error")
    officer.get_by_label("How many months does it last?").fill("6")
    press(officer, "Save length")
    officer.goto(url("less", ref))
    officer.get_by_label("Why a restriction is needed").fill("The warning letter did not help.")
    officer.get_by_label("What less was considered, and why it is not enough").fill("A call-back; he rang again.")
    look(officer, "less")
    press(officer, "Save reasons")
    look(officer, "proposal-ready")
    officer.get_by_role("link", name="Check and propose").click()
    look(officer, "check-proposal")
    press(officer, "Propose the restriction")
    look(officer, "proposed")

    leader = sign_in(w.staff.team_leader, width=width)
    leader.goto(url("decide", ref))
    leader.get_by_label("Impose with changes").check()
    look(leader, "decide")
    press(leader, "Check your decision")
    look(leader, "decide-error")
    leader.get_by_label("Impose as proposed").check()
    leader.get_by_label("Your reasons").fill("Staff must be able to do their work.")
    leader.get_by_label("What else you considered").fill("Limiting e-mail alone.")
    press(leader, "Check your decision")
    look(leader, "check-decision")
    press(leader, "Impose the restriction")
    look(leader, "imposed")
    assert leader.get_by_role("heading", name="Restriction imposed").is_visible()
    leader.goto(url("view", ref))
    look(leader, "view")
    leader.goto(url("of_case", w.case.reference))
    look(leader, "tab")

    manager = sign_in(w.staff.manager, width=width)
    manager.goto(url("review", ref))
    look(manager, "begin-review")
    press(manager, "Begin the review")
    manager.goto(url("review", ref))
    manager.get_by_label("Vary").check()
    manager.locator('input[name="limit_0"][value="limited"]').check()
    look(manager, "review")
    manager.get_by_label("Extend").check()
    manager.get_by_label("By how many months?", exact=True).fill("3")
    manager.get_by_label("How the terms were not kept, or how the behaviour continued").fill("Rang again in May.")
    manager.get_by_label("Your reasons").fill("It goes on.")
    manager.get_by_label("What else you considered").fill("Lifting it.")
    press(manager, "Check your decision")
    look(manager, "check-review")
    press(manager, "Decide the review")
    look(manager, "reviewed")
    new = Restriction.objects.get(follows__reference=ref)
    manager.goto(url("lift", new.reference))
    manager.get_by_label("Why is it lifted?").fill("He has moved away.")
    manager.get_by_label("What you weighed").fill("The terms were kept until he left.")
    press(manager, "Check your decision")
    look(manager, "check-lift")
    press(manager, "Lift the restriction")
    look(manager, "lifted")
    assert Restriction.objects.get(pk=new.pk).state == "lifted"


def test_a_proposal_is_decided_without_javascript(w, sign_in):
    restriction = builders.proposed(w)
    leader = sign_in(w.staff.team_leader, width=390, scripts=False)
    leader.goto(url("decide", restriction.reference))
    leader.get_by_label("Return").check()
    leader.get_by_label("Your reasons").fill("Say what else was tried.")
    press(leader, "Check your decision")
    assert leader.get_by_role("heading", name="Proposal returned").is_visible()
    assert Restriction.objects.get().state == "returned"


def test_a_lost_race_says_who_was_first(w, sign_in, now):
    other = builders.reviewer(w)
    restriction = builders.proposed(w)
    page = sign_in(other, width=390)
    page.goto(url("decide", restriction.reference))
    page.get_by_label("Impose as proposed").check()
    page.get_by_label("Your reasons").fill("Needed.")
    page.get_by_label("What else you considered").fill("Less.")
    press(page, "Check your decision")
    imposing.impose(restriction.pk, Said("First.", considered="Fair."), by=w.staff.team_leader, at=now)
    press(page, "Impose the restriction")
    assert page.get_by_text("Terry Leader imposed").is_visible()
    look(page, "lost-race")


def harbour(now):
    """A case at an invented provider where two of three decide, and a meeting on a named person; nothing proposed."""
    provider = invented.running_on("harbour", at=now)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=now - timedelta(days=5))
    case = Case.objects.get(resident=resident)
    builders.assess(case, staff.officer, at=now)
    return builders.World(provider, staff, resident, Case.objects.get(pk=case.pk), now)


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_two_decide_after_somebody_was_asked(now, sign_in, width):
    w = harbour(now)
    warden = factories.person(w.provider, "warden", name="Wanda Warden")
    restriction = builders.draft(w, months=3)
    ref = restriction.reference
    officer = sign_in(w.staff.officer, width=width)
    officer.goto(url("terms", ref))
    look(officer, "together-terms")
    officer.locator('input[name="kinds"][value="post_only"]').check()
    officer.locator('input[name="phone"][value="closed"]').check()
    for name in ("spoc", "other"):
        officer.locator(f'input[name="{name}"][value="no"]').check()
    officer.locator('input[name="email"][value="open"]').check()
    press(officer, "Save the channels")
    officer.goto(url("proposal", ref))
    look(officer, "together-proposal")
    officer.get_by_role("link", name="Write down what they said").click()
    look(officer, "together-consult")
    officer.get_by_label("Who was consulted?").select_option(label=w.staff.dpo.name)
    press(officer, "Save what they said")
    look(officer, "together-consult-error")
    proposing.consult(
        ref_pk := restriction.pk,
        act="restrict",
        by=w.staff.officer,
        at=now,
        person_id=w.staff.dpo.pk,
        on=now.date(),
        words="She has no objection, as long as letters stay open.",
    )
    proposing.propose(ref_pk, by=w.staff.officer, at=now)

    leader = sign_in(w.staff.team_leader, width=width)
    leader.goto(url("decide", ref))
    look(leader, "together-decide")
    leader.get_by_label("Agree to impose it as proposed").check()
    leader.get_by_label("Your reasons").fill("Staff must be able to do their work.")
    leader.get_by_label("What else you considered").fill("Limiting e-mail alone.")
    press(leader, "Check your decision")
    look(leader, "together-check")
    press(leader, "Record your decision")
    look(leader, "together-agreed")
    second = sign_in(warden, width=width)
    second.goto(url("decide", ref))
    look(second, "together-second")
    second.goto(url("view", ref))
    look(second, "together-view")


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_a_meeting_is_written_down(now, sign_in, width):
    w = harbour(now)
    factories.person(w.provider, "keeper", name="Kit Keeper")
    restriction = builders.draft(w, months=3)
    terms = [NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    save_terms(restriction.pk, by=w.staff.officer, at=now, terms=terms)
    proposing.consult(
        restriction.pk,
        act="restrict",
        by=w.staff.officer,
        at=now,
        person_id=w.staff.dpo.pk,
        on=now.date(),
        words="Yes.",
    )
    proposing.propose(restriction.pk, by=w.staff.officer, at=now)
    leader = sign_in(w.staff.team_leader, width=width)
    leader.goto(url("decide", restriction.reference))
    leader.get_by_label("Impose as proposed").check()
    leader.get_by_label("Your reasons").fill("Staff must be able to do their work.")
    leader.get_by_label("What else you considered").fill("Two named people.")
    press(leader, "Check your decision")
    look(leader, "meeting-error")
    leader.get_by_label("Kit Keeper").check()
    for box, typed in (("day", now.day), ("month", now.month), ("year", now.year)):
        leader.locator(f'input[name="met_on_{box}"]').fill(str(typed))
    leader.get_by_label("What was said in the meeting?").fill("Both held it to be needed.")
    press(leader, "Check your decision")
    press(leader, "Impose the restriction")
    assert leader.get_by_role("heading", name="Restriction imposed").is_visible()


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_the_ways_out_of_the_stages(now, sign_in, width):
    provider = factories.running_on("tenancy-enforcement-procedure", slug="tenancy", at=now)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=now, danger=True, police_called=False)
    restriction = proposing.start(Case.objects.get(resident=resident).pk, by=staff.officer, at=now)
    officer = sign_in(staff.officer, width=width)
    officer.goto(url("evidence", restriction.reference))
    officer.locator('input[name="extreme"][value="yes"]').check()
    officer.locator('input[name="path"][value="serious"]').check()
    officer.locator('input[name="police_told"][value="no"]').check()
    look(officer, "paths")
    press(officer, "Save evidence")
    look(officer, "paths-error")


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_somebody_is_asked_before_a_warning(now, sign_in, width):
    staff, _, warning = test_asked_first.drafted(at=now)
    address = reverse("cases:warning", args=[warning.paper.reference])
    leader = sign_in(staff.team_leader, width=width)
    leader.goto(address)
    leader.get_by_label("What else you considered").fill("He is “unwell”.")
    press(leader, "Issue this letter")
    look(leader, "asked-first-warning-refused")
    assert leader.get_by_label("What else you considered").input_value() == "He is “unwell”."
    leader.get_by_role("link", name="Write down what they said").click()
    look(leader, "asked-first-consult")
