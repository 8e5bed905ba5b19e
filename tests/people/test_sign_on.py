"""Single sign-on against a real OpenID Connect server on this machine, from the button to the first page."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import oidc_provider_mock
import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from people.models import Provider, User
from people.services import passwords
from tests import factories, factors
from tests.factories import NOON
from tests.letters import post

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("empty_queue"),
    # What the server of the test uses warns of its own future; in this house warnings are errors.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
BEGIN = "/account/sign-on/"


class Directory:
    """The organisation's directory, with people in it."""

    def __init__(self, address: str) -> None:
        self.address = address

    def knows(self, subject: str, **claims: Any) -> None:
        """Somebody is in the directory, under a subject that never changes."""
        httpx.put(f"{self.address}/users/{subject}", json=claims).raise_for_status()

    def lets_in(self, client: Client, subject: str, **more: Any):
        """Press the button, sign in there as this subject, and come back."""
        away = client.post(BEGIN, more)
        assert away.status_code == 302 and away["Location"].startswith(self.address), away.content.decode()
        there = httpx.post(away["Location"], data={"sub": subject})
        assert there.status_code == 302, there.text
        back = urlsplit(there.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == "http://localhost:8000/account/sign-on/back/"
        return client.get(f"{back.path}?{back.query}")


@pytest.fixture
def directory(settings) -> Iterator[Directory]:
    """A server of the library `oidc-provider-mock`, named in the settings as the environment would."""
    with oidc_provider_mock.run_server_in_thread() as server:
        found = Directory(f"http://localhost:{server.server_port}")
        settings.SIGN_ON, settings.SIGN_ON_NAME = found.address, "Dover District Council"
        app = {"provider_id": "sso", "name": "Dover", "client_id": "evenhand", "secret": "a secret of a test"}
        app["settings"] = {"server_url": found.address}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        yield found


@pytest.fixture
def officer() -> User:
    return factories.working_as(factories.dover(), "officer", name="Olive Officer")


def is_in(client: Client) -> bool:
    return client.get(reverse("your_account")).status_code == 200


def test_by_a_verified_address_the_first_time_and_by_the_subject_ever_after(directory, officer):
    directory.knows("s-1", email=officer.email.upper(), email_verified=True, name="Olive Officer")
    client = Client()
    assert "Sign in with Dover District Council" in client.get("/account/login/").content.decode()
    answer = directory.lets_in(client, "s-1", next="/residents/")
    assert (answer.status_code, answer["Location"]) == (302, "/residents/")
    assert is_in(client)
    kept = SocialAccount.objects.get()
    assert (kept.user, kept.uid, kept.extra_data) == (officer, "s-1", {})
    assert [one.verb for one in Event.objects.filter(subject_ref=officer.reference).order_by("pk")][-2:] == [
        "user.sign_on_linked", "user.signed_in",
    ]  # fmt: skip
    directory.knows("s-1", email="renamed@elsewhere.example", email_verified=False)
    again = Client()
    directory.lets_in(again, "s-1")
    assert is_in(again)
    assert SocialAccount.objects.get().extra_data == {}


@pytest.mark.parametrize("verified", [{}, {"email_verified": False}, {"email_verified": "true"}, {"xms_edov": False}])
def test_an_address_that_is_not_said_to_be_verified_lets_nobody_in(directory, officer, verified):
    directory.knows("s-2", email=officer.email, **verified)
    client = Client()
    answer = directory.lets_in(client, "s-2")
    assert answer.status_code == 403 and "No account here" in answer.content.decode()
    assert not is_in(client) and not SocialAccount.objects.exists()
    assert Event.objects.get(verb="user.sign_in_failed").facts["why"] == "sign-on"


def test_strangers_leavers_and_whoever_was_given_somebodys_address_are_answered_alike(directory, officer):
    leaver = factories.person(officer.provider, name="Gone Away")
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    directory.knows("s-3", email="nobody@outside.example", email_verified=True)
    directory.knows("s-4", email=leaver.email, email_verified=True)
    SocialAccount.objects.create(user=officer, provider="sso", uid="s-olive")
    directory.knows("s-5", email=officer.email, email_verified=True)
    pages = set()
    for subject in ("s-3", "s-4", "s-5"):
        client = Client()
        answer = directory.lets_in(client, subject)
        assert answer.status_code == 403 and not is_in(client)
        pages.add(answer.content)
    assert len(pages) == 1
    SocialAccount.objects.update(user=leaver, uid="s-4")
    client = Client()
    assert directory.lets_in(client, "s-4").status_code == 403 and not is_in(client)


def test_a_second_factor_is_asked_for_after_signing_on_too(directory, officer):
    factors.add(officer, "totp")
    directory.knows("s-6", email=officer.email, email_verified=True)
    client = Client()
    assert directory.lets_in(client, "s-6")["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": factors.code()})
    assert is_in(client)


def test_single_sign_on_only_lets_no_password_in_and_sends_no_link(directory, officer, mailoutbox):
    Provider.objects.update(sign_on_only=True)
    client = Client()
    answer = client.post("/account/login/", {"login": officer.email, "password": factories.PASSWORD})
    assert "Check your email address and password" in answer.content.decode() and not is_in(client)
    passwords.ask_for_link(officer.email, at=NOON)
    post.deliver()
    assert mailoutbox == []
    directory.knows("s-7", email=officer.email, email_verified=True)
    directory.lets_in(client, "s-7")
    assert is_in(client)


@pytest.mark.parametrize("factor", [False, True])
def test_where_only_the_directory_lets_in_nobody_is_asked_for_a_password_that_lets_nobody_in(
    directory, settings, factor
):
    """One from before the switch is still there, and was asked for after a quarter of an hour: it is never right."""
    settings.FACTOR_FOR_ADMINISTRATORS = False
    Provider.objects.update(sign_on_only=False)
    administrator = factories.working_as(factories.dover(), "administrator", name="Ada Office")
    Provider.objects.update(sign_on_only=True)
    if factor:
        factors.add(administrator, "totp")
    directory.knows("s-13", email=administrator.email, email_verified=True)
    with time_machine.travel(timezone.now(), tick=True) as clock:
        client = Client()
        directory.lets_in(client, "s-13")
        client.post(reverse("mfa_authenticate"), {"code": factors.code()})
        clock.shift(16 * 60)
        for page in (reverse("office:index"), reverse("mfa_add_webauthn")):
            answer = client.get(page)
            led = answer.headers.get("Location", "")
            assert not led.startswith(reverse("account_reauthenticate")), page
            assert led.startswith(reverse("mfa_reauthenticate")) is factor, (page, answer.status_code)
        asked = client.get(reverse("account_reauthenticate"))
        assert asked.status_code == (302 if factor else 403)


def test_where_no_directory_is_named_the_switch_locks_nobody_out(officer):
    Provider.objects.update(sign_on_only=True)
    client = Client()
    client.post("/account/login/", {"login": officer.email, "password": factories.PASSWORD})
    assert is_in(client)
    assert "Sign in with" not in client.get("/account/login/").content.decode()


def test_answers_that_were_not_asked_for_torn_or_tampered_with_let_nobody_in(directory, officer):
    directory.knows("s-8", email=officer.email, email_verified=True)
    for query in (
        "",
        "?code=x",
        "?code=x&state=x",
        "?error=access_denied",
        "?error=access_denied&state=x",
        "?state=%00",
    ):
        client = Client()
        answer = client.get(f"/account/sign-on/back/{query}")
        assert answer.status_code == 401, query
        assert "You are not signed in" in answer.content.decode() and not is_in(client)
    client = Client()
    away = client.post(BEGIN)
    stolen = urlsplit(httpx.post(away["Location"], data={"sub": "s-8"}).headers["Location"])
    other = Client()
    assert other.get(f"{stolen.path}?{stolen.query}").status_code == 401 and not is_in(other)


def test_nobody_who_is_in_links_another_subject_to_their_account(directory, officer):
    directory.knows("s-9", email="nobody@outside.example", email_verified=True)
    client = Client()
    client.force_login(officer)
    directory.lets_in(client, "s-9", process="connect")
    away = client.post(f"{BEGIN}?process=connect")
    there = urlsplit(httpx.post(away["Location"], data={"sub": "s-9"}).headers["Location"])
    assert client.get(f"{there.path}?{there.query}").status_code in (401, 403)
    assert not SocialAccount.objects.exists()


def test_a_directory_that_is_down_is_said_in_words(directory, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = "http://localhost:9"
    answer = Client().post(BEGIN)
    assert answer.status_code == 503 and "could not be reached" in answer.content.decode()


def test_after_signing_on_one_is_led_to_a_page_of_this_site_alone(directory, officer):
    directory.knows("s-10", email=officer.email, email_verified=True)
    answer = directory.lets_in(Client(), "s-10", next="https://evil.example/")
    assert answer["Location"] == "/"


def test_the_policy_of_what_pages_may_load_names_the_directory():
    """The settings as the environment makes them, in a process of their own."""
    code = "from django.conf import settings as s; print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"
    environment = os.environ | {"EVENHAND_OIDC_URL": "https://login.example/tenant/v2.0"}
    said = subprocess.run(
        [sys.executable, "-c", f"import config.settings; {code}"], env=environment, capture_output=True, text=True
    )
    assert "https://login.example" in said.stdout, said.stderr
    assert "tenant" not in said.stdout
