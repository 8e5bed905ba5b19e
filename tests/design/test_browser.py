"""The look in a real Chromium: axe, the content security policy, no JavaScript, a phone's width, drafts.

`PICTURES=<folder> ./run test tests/design/test_browser.py` leaves a picture of every page to look at.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import axe
from tests.design import pages

pytestmark = pytest.mark.browser
PAGES = ("/sink", "/form", "/register", "/done", "/account/login/")
REFUSALS = [f"/errors/{name}" for name in ("400", "403", "404", "409", "413", "422", "429", "500", "csrf")]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
SMALLEST = {"width": 320, "height": 640}
Size = dict[str, int]
Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens a page in a fresh context; what the console complains of, the security policy above all, fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_(path: str, **options: object) -> Page:
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not [text for text in complaints if "500 (Internal" not in text]


@pytest.mark.parametrize("width", [DESK, PHONE, SMALLEST], ids=["desk", "phone", "smallest"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_passes_axe_fits_its_screen_and_keeps_the_security_policy(open_page: Open, path: str, width: Size):
    page = open_page(path, viewport=width)
    if folder := os.environ.get("PICTURES"):
        name = path.strip("/").replace("/", "-")
        page.screenshot(path=Path(folder) / f"{name}-{width['width']}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width["width"]
    assert axe.complaints(page) == []


def test_every_refusal_passes_axe_and_fits_its_screen(open_page: Open, address: str):
    page = open_page(REFUSALS[0], viewport=SMALLEST)
    for path in REFUSALS:
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALLEST["width"], path
        assert axe.complaints(page) == [], path


def test_errors_lead_to_their_fields_and_what_was_typed_stays(open_page: Open):
    page = open_page("/form", viewport=PHONE)
    page.get_by_label("What happened").fill("Shouted <b>\n\nשלום 👋🏽")
    page.get_by_label("Day").fill("31")
    page.get_by_label("Month").fill("12")
    page.get_by_label("Another way").check()
    page.get_by_label("Shouting").check()
    page.get_by_role("button", name="Save incident").click()
    page.wait_for_load_state("networkidle")
    assert page.title().startswith("Error: Log an incident")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    assert page.get_by_label("What happened").input_value() == "Shouted <b>\n\nשלום 👋🏽"
    assert page.get_by_label("Another way").is_checked()
    assert page.get_by_label("Shouting").is_checked()
    page.get_by_role("link", name="When it happened must include a year").click()
    assert page.evaluate("document.activeElement.name") == "happened_on_year"
    assert page.locator(".govuk-date-input .govuk-input--error").count() == 1
    page.get_by_role("link", name="Select whether anyone was hurt").click()
    assert page.evaluate("document.activeElement.id") == "id_hurt_0"
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / "errors-390.png", full_page=True)
    assert axe.complaints(page) == []


def test_a_form_works_without_javascript(open_page: Open):
    page = open_page("/form", java_script_enabled=False, viewport=PHONE)
    page.get_by_label("Another way").check()
    page.get_by_label("Which way").fill("By drone")
    page.get_by_label("What happened").fill("Shouted")
    page.get_by_role("button", name="Save incident").click()
    assert page.get_by_role("heading", name="There is a problem").is_visible()
    assert page.get_by_label("What happened").input_value() == "Shouted"
    assert page.get_by_label("Which way").input_value() == "By drone"


def test_an_option_reveals_its_field(open_page: Open):
    page = open_page("/form")
    assert not page.get_by_label("Which way").is_visible()
    page.get_by_label("Another way").check()
    assert page.get_by_label("Which way").is_visible()


def test_a_draft_is_saved_when_typing_pauses_and_says_so_once(open_page: Open):
    pages.DRAFTS.clear()
    pages.ANSWER["status"] = 204
    page = open_page("/form")
    spoken, shown = page.get_by_role("status"), page.locator("#status-shown")
    assert spoken.count() == 1
    assert spoken.text_content() == ""
    page.get_by_label("What happened").press_sequentially("Shouted", delay=20)
    expect(spoken).to_have_text(re.compile(r"^Draft saved \d{1,2}:\d\d[ap]m$"))
    expect(shown).to_have_text(spoken.text_content() or "")
    # A page of an earlier test may still be saving on its way out; it has no account.
    assert [draft["account"] for draft in pages.DRAFTS if draft["account"]] == ["Shouted"]
    page.evaluate("document.getElementById('status').textContent = 'as it was'")
    with page.expect_response("**/draft"):
        page.get_by_label("What happened").press_sequentially(" twice", delay=20)
    assert spoken.text_content() == "as it was"
    assert pages.DRAFTS[-1]["account"] == "Shouted twice"
    assert "files" not in pages.DRAFTS[-1]


def test_a_draft_that_could_not_be_saved_says_since_when(open_page: Open):
    pages.ANSWER["status"] = 500
    page = open_page("/form")
    page.get_by_label("What happened").fill("Shouted")
    expect(page.get_by_role("status")).to_have_text(re.compile("^Not saved since "))
    pages.ANSWER["status"] = 204
    page.get_by_label("Who").fill("A neighbour")
    expect(page.get_by_role("status")).to_have_text(re.compile("^Draft saved "))


def test_targets_of_lists_and_register_are_large_enough_for_a_thumb(open_page: Open):
    page = open_page("/register", viewport=PHONE)
    for box in (button.bounding_box() for button in page.get_by_role("button").all()):
        assert box and box["height"] >= 44 and box["width"] >= 300


def test_forced_colours_and_print(open_page: Open):
    page = open_page("/sink", forced_colors="active")
    assert page.get_by_text("In force").is_visible()
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Impose").is_visible()
    assert page.get_by_text("Clause 6.14", exact=True).first.is_visible()
    assert page.get_by_text("20 working days from the decision").is_visible()
