"""The walk of two administrators and a decider in a real Chromium, on a desk and on a phone, each page with axe."""

import os
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people.models import PolicyVersion
from tests import axe, factories, quick
from tests.office.conftest import Office
from tests.office.versions import LOCAL, newer
from tests.restrictions import builders

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_queue"),
]  # fmt: skip


@pytest.fixture
def desk(browser, live_server):
    """Sits somebody down at a screen so many pixels wide; `scripts=False` for a browser without JavaScript."""
    contexts = []

    def sit(user, *, width: int, scripts: bool = True):
        client = Client()
        client.force_login(user)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, base_url=live_server.url
        )
        contexts.append(context)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        return context.new_page()

    yield sit
    for context in contexts:
        context.close()


def sound(page, heading: str) -> None:
    """The page is the one that was expected, has nothing that axe finds, and fits its width."""
    assert page.locator("h1").inner_text() == heading
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"{heading} is {wide} pixels too wide"
    assert not axe.complaints(page)
    if pictures := os.environ.get("TEST_PICTURES"):
        page.screenshot(path=Path(pictures) / f"{heading.replace(' ', '-')}.png", full_page=True)


@pytest.mark.proof
@pytest.mark.parametrize("width", quick.WIDTHS)
def test_a_policy_is_proposed_adopted_and_a_case_moved(desk, width, tmp_path):
    at = timezone.now()
    provider = factories.dover(at=at)
    staff = factories.staff(provider)
    office = Office(
        provider, staff, staff.administrator, factories.working_as(provider, "administrator", name="Bill Two")
    )
    resident = factories.resident(provider, staff.officer)
    case = builders.warned_case(provider, staff, resident, at=at)
    builders.imposed(builders.World(provider, staff, resident, case, at), months=12)
    policy, wrong, local, letter = (
        tmp_path / name for name in ("policy.toml", "wrong.toml", "local.toml", "warning.txt")
    )
    letter.write_text("[subject]\nHow you spoke to us\n\n[opening]\nGood day {resident}.\n")
    text = newer(('"20 working days from decision', '"30 working days from decision'), effective="2024-11-01")
    policy.write_text(text)
    wrong.write_text(text.replace('"manager [6.35]"', '"managr [6.35]"'))
    local.write_text(LOCAL.replace("every 6 months", "every 3 months"))

    ada = desk(office.ada, width=width)
    ada.goto(reverse("office:index"))
    sound(ada, "Office")
    ada.get_by_role("link", name="Policies").click()
    sound(ada, "Policies")
    ada.get_by_role("button", name="Propose a policy").click()
    sound(ada, "Propose a policy")
    ada.set_input_files("[name=file]", wrong)
    ada.set_input_files("[name=letters]", letter)
    ada.get_by_role("button", name="See what it changes").click()
    sound(ada, "Propose a policy")
    said = ada.locator("main").inner_text()
    assert "Did you mean “manager”?" in said and "read already: warning.txt" in said
    ada.set_input_files("[name=file]", policy)
    ada.set_input_files("[name=local_file]", local)
    ada.get_by_role("button", name="See what it changes").click()
    sound(ada, "Check before you propose")
    assert "How you spoke to us" in ada.locator("main").inner_text()
    ada.get_by_label("Significant").check()
    ada.get_by_label("Who approved it?").fill("Cabinet, 30 October 2024")
    ada.get_by_label("Why is it adopted?").fill("The review of 2024.")
    ada.get_by_role("button", name="Propose this policy").click()
    sound(ada, "Proposed policy of 1 November 2024")

    bill = desk(office.bill, width=width)
    bill.goto(reverse("office:policies"))
    sound(bill, "Policies")
    bill.get_by_role("button", name="Look at what it changes").click()
    sound(bill, "Check before you adopt")
    bill.get_by_label("Adopt the policy").check()
    bill.get_by_role("button", name="Record your decision").click()
    sound(bill, "Policy adopted")
    bill.goto(reverse("office:policies"))
    sound(bill, "Policies")

    manager = desk(staff.manager, width=width)
    manager.goto(reverse("cases:overview", args=[case.reference]))
    manager.get_by_role("link", name="Move it to the policy of 1 November 2024").click()
    sound(manager, "Move the case to a newer policy")
    manager.get_by_label("Why does it go on under the newer policy?").fill("The shorter interval is fairer.")
    manager.get_by_role("button", name="Move the case").click()
    assert "It runs under the policy of 1 November 2024." in manager.locator("main").inner_text()
    case.refresh_from_db(fields=["policy_version"])
    assert case.policy_version == PolicyVersion.objects.get(effective_on="2024-11-01")


def test_without_a_script_a_policy_is_proposed_and_adopted_too(desk):
    provider = factories.dover(at=timezone.now())
    staff = factories.staff(provider)
    second = factories.working_as(provider, "administrator", name="Bill Two")
    ada = desk(staff.administrator, width=390, scripts=False)
    ada.goto(reverse("office:propose"))
    ada.get_by_label("Or its text").fill(newer(effective="2024-11-01"))
    ada.get_by_role("button", name="See what it changes").click()
    ada.get_by_label("Minor").check()
    ada.get_by_label("Who approved it?").fill("Head of Housing")
    ada.get_by_label("Why is it adopted?").fill("A word was wrong.")
    ada.get_by_role("button", name="Propose this policy").click()
    bill = desk(second, width=390, scripts=False)
    bill.goto(ada.url)
    bill.get_by_label("Adopt the policy").check()
    bill.get_by_role("button", name="Record your decision").click()
    assert bill.locator("h1").inner_text() == "Policy adopted"
