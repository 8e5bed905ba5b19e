"""Signing in and out, and the pages around it, on the product's own settings and database."""

import re

import pytest
from django.core import mail
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


@pytest.fixture
def officer():
    """Somebody with a password."""
    return factories.person(factories.dover(), name="Olive Officer")


def texts(html: str) -> list[str]:
    """The error messages beside the fields."""
    found = re.findall(r'<p id="(\w+)_error"[^>]*><span[^>]*>Error:</span> (.*?)</p>', html)
    return [f"{field}: {text}" for field, text in found]


def test_a_wrong_password_and_an_unknown_address_get_the_same_single_message(client: Client, officer):
    answers = [
        client.post(LOGIN, {"login": address, "password": "not the password"})
        for address in (officer.email, "nobody@example.com")
    ]
    for answer in answers:
        html = answer.content.decode()
        assert texts(html) == ["id_login: Check your email address and password, and enter both again"]
        assert "<title>Error: Sign in" in html
        assert "not the password" not in html
    assert 'value="olive.officer@dover-district-council.example"' in answers[0].content.decode()


def test_nothing_typed_asks_for_both(client: Client):
    assert texts(client.post(LOGIN, {}).content.decode()) == [
        "id_login: Enter your email address",
        "id_password: Enter your password",
    ]


@pytest.mark.parametrize(
    "text", ["\x00", "🙂" * 300, "a" * 10_000, "not an address", "' OR 1=1 --", "\u202eofficer@example.com"]
)
def test_odd_input_is_an_error_of_the_form(client: Client, text):
    answer = client.post(LOGIN, {"login": text, "password": text})
    assert answer.status_code == 200
    assert texts(answer.content.decode())


def test_who_was_signed_out_is_told_that_the_draft_is_saved(client: Client):
    html = client.get(LOGIN + "?expired=1&next=/policy").content.decode()
    assert "You were signed out. Your draft is saved" in html
    assert 'name="next" value="/policy"' in html
    assert "You were signed out" not in client.get(LOGIN).content.decode()


def test_signing_in_leads_back_and_says_nothing_twice(client: Client, officer):
    answer = client.post(LOGIN, {"login": officer.email, "password": factories.PASSWORD, "next": "/policy"})
    assert (answer.status_code, answer["location"]) == (302, "/policy")
    assert not list(client.session.get("_messages", []))


def test_a_new_password_is_asked_for_without_telling_who_has_an_account(client: Client, officer):
    for address in (officer.email, "nobody@example.com"):
        answer = client.post("/account/password/reset/", {"email": address}, follow=True)
        assert "Check your email" in answer.content.decode()
    assert [message.subject.endswith("Set a new password") for message in mail.outbox] == [True, True]
    link = re.search(r"https?://\S+", mail.outbox[0].body)
    assert link
    page = client.get(link[0].replace("http://testserver", ""), follow=True).content.decode()
    assert "Set a new password" in page
    assert page.count("govuk-password-input__toggle") == 2


@pytest.mark.parametrize("path", ["/account/signup/", "/account/inactive/", "/account/password/reset/key/x-y/"])
def test_the_lesser_pages_are_in_our_look(client: Client, path):
    in_our_look(client.get(path, follow=True))


@pytest.mark.parametrize(
    "path",
    [
        "logout/",
        "password/change/",
        "reauthenticate/",
        "2fa/",
        "2fa/totp/activate/",
        "2fa/recovery-codes/generate/",
        "email/",
    ],
)
def test_the_pages_of_an_account_are_in_our_look(client: Client, officer, path):
    client.post(LOGIN, {"login": officer.email, "password": factories.PASSWORD})
    in_our_look(client.get(f"/account/{path}", follow=True))


def in_our_look(answer) -> None:
    """A heading, our frame, and no control that the browser would draw by itself."""
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="govuk-heading-l"' in html
    assert "govuk-generic-header" in html
    main = html[html.index("<main") :]
    for control in re.findall(r"<(?:input|textarea|select|button)\b[^>]*>", main):
        assert "govuk-" in control or 'type="hidden"' in control, control
    assert " style=" not in html
