"""Signing in and out, and the pages around it, on the product's own settings and database."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories, factors
from tests.letters import post
from tests.test_doors import ALL, DOORS

pytestmark = pytest.mark.django_db
ACCOUNT = "/account/"
LOGIN = f"{ACCOUNT}login/"
WHERE = {"account_reset_password_from_key": {"uidb36": "1", "key": "x-y"}}


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


@pytest.mark.usefixtures("empty_queue")
def test_a_new_password_is_asked_for_and_set(client: Client, officer):
    assert (
        "Check your email"
        in client.post(f"{ACCOUNT}password/reset/", {"email": officer.email}, follow=True).content.decode()
    )
    post.deliver(at=timezone.now())
    (message,) = mail.outbox
    assert message.subject == "Set a new password"
    link = re.search(r"https?://\S+", message.body)
    assert link
    page = client.get(link[0].replace("http://localhost:8000", ""), follow=True).content.decode()
    assert "Set a new password" in page
    assert page.count("govuk-password-input__toggle") == 2


OPEN = [
    name for name, door in DOORS.items() if name.startswith(("account_", "mfa_", "openid_")) and door.open_to is ALL
]
OWN = [name for name in DOORS if name.startswith(("account_", "mfa_", "your_")) and name not in OPEN]


@pytest.mark.parametrize("name", OPEN)
def test_the_pages_before_the_sign_in_are_in_our_look(client: Client, name):
    in_our_look(client.get(reverse(name, kwargs=WHERE.get(name, {})), follow=True))


@pytest.mark.parametrize("name", OWN)
def test_the_pages_of_an_account_are_in_our_look(client: Client, officer, name):
    if name in ("account_end_sessions", "account_factor_first"):
        return  # one is pressed, and leads back; the other is only for who has to (tests/people/test_second_factors.py)
    kept = {kind: factors.add(officer, kind).pk for kind in Authenticator.Type.values if name != "mfa_activate_totp"}
    client.force_login(officer)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(officer.pk)
    session.save()
    where = {"pk": kept["webauthn"]} if name == "mfa_remove_webauthn" else {}
    answer = client.get(reverse(name, kwargs=where), follow=True)
    assert answer.request["PATH_INFO"] == reverse(name, kwargs=where)
    in_our_look(answer)


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
