"""Every kind of page that anybody can reach passes axe on a desk and on a phone, and fits the narrowest screen."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone
from playwright.sync_api import Browser, Page

from ops.seed import build, council
from people.models import User
from restrictions.models import Restriction
from tests import quick
from tests.axe import complaints

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.proof]

NARROWEST = 320
ROLES = {
    "officer": "olive", "team leader": "neighbourhoods", "manager": "deputy", "front line": "fran",
    "contractor": "gas", "data protection officer": "dipa", "administrator": "ada",
}  # fmt: skip
# Files, health checks, what acts at once, and pages that only an error or a mail leads to.
NOT_PAGES = {"letters:pdf", "cases:evidence", "healthz", "readyz", "favicon", "account_logout"}


class Tourist:
    """Somebody who follows links from `/`, one address for every kind of page."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.seen: dict[str, str] = {}
        self.problems: list[str] = []
        page.on("console", lambda message: message.type == "error" and self._complained(message.text))
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))

    def _complained(self, text: str) -> None:
        if "Failed to load resource" not in text:
            self.problems.append(f"{self.page.url}: {text}")

    def tour(self, start: str = "/") -> None:
        """Look at every kind of page that links lead to, nearest first."""
        waiting = [(start, "the menu")]
        while waiting:
            address, source = waiting.pop(0)
            kind = kind_of(address)
            if kind is None or kind in self.seen:
                continue
            self.seen[kind] = address
            answer = self.page.goto(self.site + address)
            assert answer is not None
            if answer.status != 200:
                self.problems.append(f"a link on {source} led to {address}: {answer.status}")
                continue
            self.examine(address)
            waiting += [(link.partition("#")[0], address) for link in self.links()]

    def links(self) -> list[str]:
        """Where this page leads, within the product."""
        found = self.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        return [address.removeprefix(self.site) for address in found if address.startswith(self.site + "/")]

    def examine(self, address: str) -> None:
        """Axe on a phone, in the soak on a desk too (journeys look there); no scrolling sideways at the narrowest."""
        for width in quick.WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.problems += [f"{width} px, {address}: {problem}" for problem in complaints(self.page)]
        self.page.set_viewport_size({"width": NARROWEST, "height": 900})
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        if wide > NARROWEST:
            self.problems.append(f"{address} is {wide} px wide at {NARROWEST}: {self.widest()}")

    def widest(self) -> str:
        """Something that sticks out, for the message."""
        found: str = self.page.evaluate(
            """width => [...document.querySelectorAll('main *, header *, section *')]
                 .filter(one => one.getBoundingClientRect().right > width + 1)
                 .map(one => one.outerHTML.slice(0, 120)).slice(0, 2).join(' … ')""",
            NARROWEST,
        )
        return found


def kind_of(address: str) -> str | None:
    """The kind of a page: its URL's name; what is added or filtered counts as a kind of its own."""
    path, _, query = address.partition("#")[0].partition("?")
    try:
        found = resolve(path)
    except Resolver404:
        return path
    name = f"{found.namespace}:{found.url_name}" if found.namespace else str(found.url_name)
    if name in NOT_PAGES or found.url_name in NOT_PAGES:
        return None
    what = found.kwargs.get("what", "")
    return f"{name} {what}{' filtered' if query else ''}".strip()


@pytest.fixture
def town(transactional_db: None, empty_queue: object) -> council.Council:
    """The demo's council: cases at every stage, letters, dates, entries."""
    return build.council(timezone.now())


@pytest.fixture
def tourist(site: str, browser: Browser) -> Iterator[Page]:
    """A browser of its own."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def sit_down(page: Page, site: str, user: User) -> Tourist:
    """Sign somebody in at this browser, in place of whoever was."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    name = settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    return Tourist(page, site)


def also(role: str, town: council.Council) -> list[str]:
    """Pages that a link leads to only at a certain moment: a file that a search finds, a proposal of one's own."""
    if role in ("officer", "team leader", "manager"):
        user = town.staff[ROLES[role]]
        own = Restriction.objects.filter(proposed_by=user, state__in=("draft", "returned")).first()
        waiting = Restriction.objects.filter(state="proposed").first()
        pages = [f"/restrictions/{own.reference}/proposal/"] if own else []
        pages += [f"/restrictions/{waiting.reference}/decide/"] if waiting else []
        return [*pages, "/residents/?q=dover", "/register/?q=ct17", f"/register/{town.residents[0].reference}/"]
    if role == "contractor":
        return ["/register/?q=terrace", "/register/?q=nobody-at-all", "/register/shared/"]
    if role == "front line":
        return ["/register/?q=ct17", "/register/?q=nobody-at-all", f"/register/{town.residents[0].reference}/"]
    return []


# Whose pages others walk through step by step in the journeys: officers and team leaders tour in the soak.
TOURING = {role: key for role, key in ROLES.items() if quick.SOAK or role not in ("officer", "team leader")}


def test_every_page_for_everybody(site: str, tourist: Page, town: council.Council):
    problems: list[str] = []
    kinds: set[str] = set()
    seen_by: dict[str, set[str]] = {}
    for role, key in TOURING.items():
        guest = sit_down(tourist, site, town.staff[key])
        for start in ("/", *also(role, town)):
            guest.tour(start)
        seen_by[role] = set(guest.seen)
        kinds |= seen_by[role]
        problems += [f"{role}: {problem}" for problem in guest.problems]
    assert not problems, "\n".join(dict.fromkeys(problems))
    assert {"cases:overview", "cases:timeline", "restrictions:view", "letters:outbox", "people:policy"} <= kinds
    assert {"register:found", "register:shared"} <= seen_by["contractor"]
    assert not any(kind.startswith(("cases:", "restrictions:", "people:find")) for kind in seen_by["contractor"])
