"""What anybody may read without signing in, and finds at the foot of each page."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from config import context
from tests import factories

pytestmark = pytest.mark.django_db
PAGES = [name for name, _ in context.ABOUT]


@pytest.mark.parametrize("name", PAGES)
def test_anybody_reads_it_and_it_sets_no_cookie(client, settings, name):
    settings.CONTACT = "helpdesk@dover.example"
    answer = client.get(reverse(name))
    assert answer.status_code == 200 and not answer.cookies
    assert "helpdesk@dover.example" in answer.content.decode() or name == "cookies"


def test_where_nobody_was_named_people_are_led_to_their_administrator(client):
    assert "Ask an administrator of your" in client.get(reverse("accessibility")).content.decode()


def test_the_cookies_are_those_that_there_are(client, settings):
    """Whatever is set on the way in, by somebody who signs in."""
    officer = factories.staff(factories.dover()).officer
    officer.set_password("a password of some length")
    officer.save()
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": officer.email, "password": "a password of some length"})
    assert len(client.cookies) > 1, "nobody was let in"
    shown = client.get(reverse("cookies")).content.decode()
    for name in (*client.cookies, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        assert name in shown


@pytest.mark.parametrize("signed_in", [False, True])
def test_each_page_leads_to_them(signed_in):
    client = Client()
    if signed_in:
        client.force_login(factories.staff(factories.dover()).officer)
    foot = client.get(reverse("worklist:mine"), follow=True).content.decode().partition("<footer")[2]
    assert all(f'href="{reverse(name)}"' in foot for name in PAGES)


def test_whom_to_tell_of_a_hole(client, settings):
    settings.SECURITY_CONTACT = ""
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@dover.example"
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert answer["Content-Type"].startswith("text/plain")
    assert fields["Contact"] == "mailto:security@dover.example"
    assert datetime.fromisoformat(fields["Expires"]) > datetime.now().astimezone()
