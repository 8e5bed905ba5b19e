"""Second factors in a real browser: a passkey of a virtual authenticator, an app, and axe on every page."""

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections
from django.urls import reverse

from tests import axe, factories, factors

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def connections_of_the_server_end(monkeypatch):
    """The server's threads give their connections back, so that the test database can be dropped."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)


def sign_in(page, live_server, user) -> None:
    """Address and password, as somebody types them."""
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("Email address").fill(user.email)
    page.locator("input[type=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def no_faults(page) -> None:
    """Axe finds nothing, and nothing scrolls sideways."""
    assert axe.complaints(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_a_passkey_is_added_used_to_sign_in_and_removed(browser, live_server, empty_queue):
    officer = factories.working_as(factories.dover(), "officer", name="Olive Officer")
    page = browser.new_context(viewport=DESK).new_page()
    said: list[str] = []
    page.on("console", lambda message: message.type == "error" and said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": True, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    sign_in(page, live_server, officer)
    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    no_faults(page)
    page.get_by_label("What to call it").fill("Work phone")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/recovery-codes/")
    assert page.locator(".evenhand-codes li").count() == 10
    no_faults(page)
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, live_server, officer)
    page.wait_for_url("**/2fa/authenticate/")
    no_faults(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda address: "/account/" not in address)
    page.goto(live_server.url + reverse("your_account"))
    assert page.get_by_text("Work phone. Added").count() == 1
    no_faults(page)
    page.get_by_role("link", name="Remove the passkey Work phone").click()
    no_faults(page)
    page.get_by_role("button", name="Remove the passkey").click()
    page.wait_for_url("**/account/")
    assert not Authenticator.objects.exists()
    assert said == []


def test_a_passkey_that_is_not_there_is_said_in_words(browser, live_server, empty_queue):
    officer = factories.working_as(factories.dover(), "officer", name="Olive Officer")
    page = browser.new_context(viewport=PHONE).new_page()
    sign_in(page, live_server, officer)
    page.goto(live_server.url + reverse("mfa_add_webauthn"))
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('no')); }")
    page.get_by_role("button", name="Add the passkey").click()
    page.get_by_text("The passkey was not added. Press the button to try again.").wait_for()
    no_faults(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_an_app_is_added_on_a_phone_without_scripts_too(browser, live_server, empty_queue, scripts):
    officer = factories.working_as(factories.dover(), "officer", name="Olive Officer")
    page = browser.new_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    sign_in(page, live_server, officer)
    page.goto(live_server.url + reverse("mfa_activate_totp"))
    key = page.locator(".govuk-summary-list__value").first.inner_text()
    if scripts:
        no_faults(page)
    page.get_by_label("Code").fill(factors.code(key))
    page.get_by_role("button", name="Add the app").click()
    page.wait_for_url("**/recovery-codes/")
    page.goto(live_server.url + reverse("your_account"))
    assert page.get_by_text("10 left").count() == 1
