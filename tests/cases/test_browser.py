"""The screens of cases in a real Chromium: axe, no sideways scrolling, no complaints, at a desk and on a phone.

`PICTURES=<folder> ./run test tests/cases/test_browser.py` leaves a picture of every page to look at.
"""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect

from cases.models import Incident
from cases.services import assessments, incidents, issuing, stages, warnings
from cases.services.incidents import AffectedPerson
from people import services as people
from tests import axe, factories
from tests.cases.conftest import HAPPENED

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DESK, PHONE = (1280, 900), (390, 844)


@pytest.fixture
def sign_in(browser: Browser, live_server):
    """A page of somebody signed in through the sign-in page; a complaint of the console fails the test."""
    contexts, complaints = [], []

    def signed_in(user, size, **options):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/account/login/?next=/policy/")
        page.get_by_label("Email").fill(user.email)
        page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/policy/")
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert complaints == []


def looks_right(page, name: str, size: tuple[int, int]) -> None:
    """No finding of axe, nothing wider than the screen, one main heading; a picture where one is asked for."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}-{size[0]}.png", full_page=True)
    assert axe.complaints(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name
    assert page.locator("h1").count() == 1, name


@pytest.fixture
def scene():
    """A resident with a history: warnings, a letter for approval, another person, a need, an assessment."""
    at = timezone.now() - timedelta(days=40)
    provider = factories.dover(at=at)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    other = factories.resident(provider, staff.officer, "Maryam Al-Ḥusayni")
    told = replace(HAPPENED, happened_on=at.date(), warnings_given=1, continued_after_warnings=True)
    parts = [(resident, "behaved")]
    hit = [AffectedPerson(user=staff.officer), AffectedPerson(name="Kit Fixer")]
    for day, change in enumerate(
        [{}, {"knowledge": "hearsay", "warnings_given": 0, "continued_after_warnings": False}]
    ):
        when = at + timedelta(days=day)
        incidents.log(
            provider=provider,
            parts=parts,
            happened=replace(told, happened_on=when.date(), **change),
            affected=hit,
            by=staff.officer,
            at=when,
        )
    now = timezone.now()
    last = incidents.log(
        provider=provider,
        parts=[*parts, (other, "behaved")],
        happened=replace(
            told,
            happened_on=now.date(),
            warnings_given=2,
            danger=False,
            hurt=True,
            hazard=True,
            hazard_words="No heating",
        ),
        affected=hit,
        by=staff.colleague,
        at=now,
    )
    case = last.cases.get(resident=resident)
    people.record_need(resident.pk, kind="need", words="Hard of hearing", about_health=False, by=staff.officer, at=now)
    assessments.assess(
        case.pk,
        "risk",
        assessments.Findings("Two calls", severity="low", future_risk="medium", who_is_at_risk="Callers"),
        by=staff.officer,
        at=now,
    )
    stages.decide_not_to_act(case.pk, considered="A visit", reasons="It would inflame.", by=staff.officer, at=now)
    warning = warnings.draft_warning(
        case.pk, warnings.Content([last], "Speak without shouting."), by=staff.officer, at=now
    )
    issuing.submit_warning(warning.pk, by=staff.officer, at=now)
    return staff, case, last, warning


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
def test_every_page_passes_axe_and_fits_its_screen(sign_in, live_server, scene, size):
    staff, case, incident, warning = scene
    ref, paper, one = [case.reference], [warning.paper.reference], [incident.reference]
    about = f"{incident.reference}.{staff.team_leader.reference}"
    quiet = incident.cases.exclude(pk=case.pk).get()
    pages = {
        "list": reverse("cases:list"),
        **{
            tab: reverse(f"cases:{tab}", args=ref) for tab in ("overview", "timeline", "incidents", "letters", "people")
        },
        **{step: reverse(f"cases:{step}", args=ref) for step in ("risk", "equality", "not_to_act", "close", "settle")},
        "warn": reverse("cases:warn", args=[quiet.reference]),
        "warning": reverse("cases:warning", args=paper),
        "warning_return": reverse("cases:warning_return", args=paper),
        "incident": reverse("cases:incident", args=one),
        "saved": reverse("cases:incident_saved", args=one),
        **{
            f"add-{what}": reverse("cases:incident_add", args=[*one, what])
            for what in ("people", "harm", "files", "police")
        },
        "support": reverse("cases:support", args=[about]),
        "log": reverse("cases:log"),
    }
    page = sign_in(staff.team_leader, size)
    for name, path in pages.items():
        page.goto(live_server.url + path)
        looks_right(page, name, size)


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_an_officer_logs_an_incident_on_a_phone(sign_in, live_server, scene, script):
    staff, case, _, _ = scene
    page = sign_in(staff.officer, PHONE, java_script_enabled=script)
    page.goto(live_server.url + reverse("cases:log"))
    page.get_by_role("button", name="Save incident").click()
    expect(page).to_have_title("Error: Log an incident – Dover District Council")
    if script:
        looks_right(page, "log-wrong", PHONE)
    page.get_by_label("What happened").fill("Shouted <b>\n\nשלום 👋🏽")
    page.get_by_label("Name, address, postcode or phone number").fill("rowan")
    page.get_by_role("button", name="Find the person").click()
    expect(page.get_by_label("What happened")).to_have_value("Shouted <b>\n\nשלום 👋🏽")
    page.get_by_label("Rowan Resident").check()
    page.get_by_label("Just now").check()
    page.get_by_label("On the phone").check()
    danger = page.get_by_role("group", name="Was anyone threatened, hurt or intimidated?", exact=True)
    danger.get_by_label("No", exact=True).check()
    if script:
        looks_right(page, "log-filled", PHONE)
    page.get_by_role("button", name="Save incident").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this the same incident?")
    if script:
        looks_right(page, "same", PHONE)
    page.get_by_label("No, it is a different incident").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Incident saved")
    assert Incident.objects.latest("pk").facts == "Shouted <b>\n\nשלום 👋🏽"


def test_typing_is_saved_by_itself_and_found_again(sign_in, live_server, scene):
    staff, *_ = scene
    page = sign_in(staff.officer, DESK)
    page.goto(live_server.url + reverse("cases:log"))
    page.get_by_label("What happened").fill("He rang eleven times")
    expect(page.locator("#status-shown")).to_contain_text("Draft saved", timeout=10_000)
    page.reload()
    expect(page.get_by_label("What happened")).to_have_value("He rang eleven times")


def test_a_decider_reads_and_issues_the_letter(sign_in, live_server, scene):
    staff, case, _, warning = scene
    page = sign_in(staff.team_leader, DESK)
    page.goto(live_server.url + reverse("cases:overview", args=[case.reference]))
    page.get_by_role("button", name="Read the warning letter").click()
    page.get_by_label("What is not done, and why").fill("No visit was made")
    page.get_by_role("button", name="Issue this letter").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Warning letter issued")
    looks_right(page, "issued", DESK)
    assert type(case).objects.get(pk=case.pk).stage == "written_warning"
