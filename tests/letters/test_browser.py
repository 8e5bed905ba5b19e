"""The pages of letters in a real Chromium: at 1280 and at 390 pixels, with axe, and without JavaScript."""

import os
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from letters.models import Dispatch
from letters.services import outbox
from tests import axe
from tests.factories import NOON

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("TEST_PICTURES", "")


@pytest.fixture
def visit(browser, live_server):
    """Opens a page signed in as somebody, `width` pixels wide."""
    contexts = []

    def go(user, path: str, *, width: int = 1280, scripts: bool = True):
        client = Client()
        client.force_login(user)
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        contexts.append(context)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        answer = page.goto(live_server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def outbox_full(issued, draft):
    """A letter with an uncertain mail, one that failed, one that waits and one draft."""
    letters = [issued("restriction"), issued("warning"), issued("restriction_lifted"), draft()]
    for letter in letters[:2]:
        outbox.render(letter.pk, at=NOON, using=lambda _: (b"%PDF", 3))
    outbox.send(letters[0].dispatches.get(channel="print").pk, now=lambda: NOON)
    uncertain, failed = (Dispatch.objects.get(letter=letter, channel="email") for letter in letters[:2])
    for sending in (uncertain, failed):
        sending.claim(at=NOON)
    uncertain.lose_sight(problem="The worker stopped while it was sending: it may have left, or not.")
    failed.fail(at=NOON, problem="The address was refused: 550 no such box")
    for sending in (uncertain, failed):
        sending.save()
    return letters, uncertain, failed


@pytest.mark.parametrize("width", [390])
def test_every_page_is_accessible_and_fits(outbox_full, visit, staff, width):
    letters, uncertain, failed = outbox_full
    pages = {
        "outbox": reverse("letters:outbox"),
        "as-sent": reverse("letters:view", args=[letters[0].reference]),
        "draft": reverse("letters:view", args=[letters[3].reference]),
        "uncertain": reverse("letters:sending", args=[uncertain.pk]),
        "failed": reverse("letters:sending", args=[failed.pk]),
    }
    for name, path in pages.items():
        page = visit(staff.officer, path, width=width)
        assert axe.complaints(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"letters-{name}-{width}.png", full_page=True)


def test_an_uncertain_mail_is_settled_without_javascript(outbox_full, visit, staff):
    _, uncertain, _ = outbox_full
    page = visit(staff.officer, reverse("letters:outbox"), scripts=False, width=390)
    page.get_by_role("link", name="Look into it").first.click()
    page.get_by_role("button", name="Record what you found out").click()
    assert page.title().startswith("Error: ")
    page.get_by_role("link", name="Select what you found out").click()
    page.get_by_label("It did arrive").check()
    page.get_by_label("How do you know?").fill("The resident confirmed it by phone.")
    page.get_by_role("button", name="Record what you found out").click()
    assert "It is recorded as sent." in page.inner_text("main")
    assert Dispatch.objects.get(pk=uncertain.pk).state == Dispatch.State.SENT
