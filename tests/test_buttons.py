"""Every page that posts, as somebody who may: one vocabulary of buttons, nothing by an unknown one, nothing without
its once-token, and no method but GET, HEAD and POST."""

import random

import pytest
from django.urls import reverse

from audit.models import Event
from cases.models import Draft
from design.models import Press
from tests.test_bad_input import Fields, Page, house, sensible, tried, who_acts  # noqa: F401
from tests.test_doors import DOORS

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("told")]
SEED = 20_261_201
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")
# The forms of accounts are the library's, and have no token: what they change asks for the password again, and setting
# the same password twice sets it once.
ACCOUNTS = ("account_", "mfa_", "openid_", "your_account")
# What a page does besides, by buttons of its own.
OTHERS = {
    "cases:log_draft": {"find", "find_colleague", "another", "add_person", "draft"},
    "cases:warn": {"find"},
    "cases:first_letter": {"find"},
    "cases:warning_change": {"find"},
    "cases:warning": {"submit"},
    "cases:reported": {"log"},
    # Why somebody looks: each press is a recorded look.
    "register:match": {"visit", "phone", "other"},
    "register:place": {"visit", "phone", "other"},
    "office:role": {"take", "confirm"},
}


def rows() -> list[int]:
    """How much has been recorded, pressed and drafted."""
    return [model.objects.count() for model in (Event, Press, Draft)]


@pytest.fixture
def pages(house):  # noqa: F811
    """(address, its page, a client that may act there) of every door with a form that posts."""
    found = {}
    for name, door in DOORS.items():
        for role in who_acts(name) if not name.startswith(ACCOUNTS) else ():
            url = reverse(name, kwargs=door.where())
            page = Fields(tried(house[role], "get", url)[1]).page
            if page.kinds:
                found[name] = (url, page, house[role])
    return found


def filled(page: Page, luck: random.Random) -> dict:
    """The page as somebody would fill it in, without a button."""
    names = [name for name, kind in page.kinds.items() if kind not in ("file", "submit", "button")]
    return {name: sensible(name, page, luck) for name in names}


def test_every_button_is_of_the_one_vocabulary(pages):
    for name, (_, page, _) in pages.items():
        assert set(page.offers.get("do", [])) - OTHERS.get(name, set()) <= {"check", "do", "change"}, name
        assert "do" in page.offers, name


@pytest.mark.parametrize("button", ["", "anything", "submit", "confirmed"])
def test_an_unknown_button_does_nothing(pages, button):
    luck = random.Random(SEED)
    for name, (url, page, client) in pages.items():
        if button in OTHERS.get(name, set()):
            continue
        before = rows()
        found, _ = tried(client, "post", url, filled(page, luck) | {"do": [button]})
        assert (found, rows()) == (200, before), name


def test_nothing_is_done_without_the_token_of_the_form(pages):
    """But for what the page of an incident keeps, which has a token in its address."""
    luck = random.Random(SEED)
    for name, (url, page, client) in pages.items():
        if name == "cases:log_draft":
            continue
        typed = {key: values for key, values in filled(page, luck).items() if key != "press"}
        for button in page.offers["do"]:
            before = rows()
            found, _ = tried(client, "post", url, typed | {"do": [button]})
            assert found in (200, 409) and rows() == before, (name, button)


def test_pages_are_read_and_posted_to_and_nothing_else(house):  # noqa: F811
    for name, door in DOORS.items():
        for role in who_acts(name) or ["officer"]:
            for method in METHODS:
                found, _ = tried(house[role], "generic", method, reverse(name, kwargs=door.where()))
                assert found == 405, (name, method)
