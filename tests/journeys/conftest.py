"""The product as people use it: gunicorn, a Celery worker, PostgreSQL and Valkey as processes, and a real Chromium."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, Route

from config.celery import app
from ops.servers import free_port
from people.models import Provider, Resident, User
from tests import axe, factories

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


def database_url() -> str:
    """The address of the test database, for processes of their own."""
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"


class Processes:
    """Processes that the tests started, each ended by its own number."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.running = folder, []

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start one with the test's database and queue."""
        environment = {
            **os.environ,
            "DATABASE_URL": database_url(),
            "EVENHAND_DEBUG": "1",
            "EVENHAND_PRINT_DIR": str(self.folder / "print"),
            "PYTHONWARNINGS": "",
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    def end(self) -> None:
        """End them all, patiently and then not."""
        for process in self.running:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="package")
def site(django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the running product answers: gunicorn and a worker on the test database."""
    processes = Processes(tmp_path_factory.mktemp("site"))
    port, usual = free_port(), settings.PRINT_DIR
    settings.PRINT_DIR = processes.folder / "print"
    try:
        processes.start(
            "web",
            "gunicorn",
            "config.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--worker-class",
            "gthread",
            "--threads",
            "4",
        )
        processes.start("worker", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "INFO")
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        settings.PRINT_DIR = usual
        processes.end()


class Desk:
    """Somebody at a browser. Every page that comes up is held against axe, and none may be an error of ours."""

    def __init__(self, page: Page, site: str, *, twin: Page | None = None) -> None:
        self.page, self.site, self.twin = page, site, twin
        self.problems: list[str] = []
        page.on("response", self._answered)
        page.on("console", lambda message: message.type == "error" and self._complained(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status} {response.url}")

    def _complained(self, text: str) -> None:
        if "Failed to load resource" not in text:
            self.problems.append(text)

    # By the pointer; `Keyboard` does the same by keys

    def hit(self, what: Locator) -> None:
        """Press a button or follow a link."""
        what.click()

    def tick(self, what: Locator) -> None:
        """Choose a radio or tick a box."""
        what.check()

    def write(self, what: Locator, words: str) -> None:
        """Type into a field, in place of what stands there."""
        what.fill(words)

    # Going about

    def go(self, path: str) -> "Desk":
        """Open an address of the product."""
        self.page.goto(path if path.startswith("http") else self.site + path)
        return self.look()

    def press(self, name: str, *, nth: int = 0) -> "Desk":
        """Press a button by its words, and look at what comes up."""
        self.hit(self.page.get_by_role("button", name=name, exact=True).nth(nth))
        return self.look()

    def follow(self, name: str, *, exact: bool = False, nth: int = 0) -> "Desk":
        """Follow a link by its words, one that looks like a button too."""
        link = self.page.get_by_role("link", name=name, exact=exact)
        self.hit(link.or_(self.page.locator("a[role=button]", has_text=name)).nth(nth))
        return self.look()

    def unfold(self, summary: str) -> "Desk":
        """Open a part of the page that is folded away, unless it is open already."""
        folded = self.page.locator("details", has_text=summary).first
        if folded.get_attribute("open") is None:
            self.hit(folded.locator("summary").first)
        return self

    # Typing

    def fill(self, label: str, words: str, *, nth: int = 0) -> "Desk":
        """Type into the field with this label."""
        self.write(self.page.get_by_role("textbox", name=label).nth(nth), words)
        return self

    def choose(self, label: str, *, exact: bool = False, nth: int = 0) -> "Desk":
        """Choose a radio or tick a box by its words."""
        self.tick(self.page.get_by_label(label, exact=exact).nth(nth))
        return self

    def answer(self, question: str, *answers: str) -> "Desk":
        """Answer a question with one of its radios, or tick boxes under it; questions inside it are not meant."""
        group = self.page.get_by_role("group", name=question).first
        own = self.page.locator(f'[name="{group.locator("input").first.get_attribute("name")}"]')
        for answer in answers:
            for role in ("radio", "checkbox"):
                found = group.get_by_role(role, name=answer).and_(own)
                if found.count():
                    self.tick(found.first)
                    break
            else:
                raise AssertionError(f"“{question}” has no “{answer}” on {self.page.url}")
        return self

    def date(self, question: str, day: date) -> "Desk":
        """Fill the three boxes of a date."""
        group = self.page.get_by_role("group", name=question).last
        for box, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            self.write(group.get_by_label(box, exact=True), str(value))
        return self

    # Seeing

    def text(self) -> str:
        """What the page says, its white space folded."""
        return " ".join(self.page.locator("body").inner_text().split())

    def says(self, *words: str) -> "Desk":
        """The page says all of this."""
        text = self.text()
        for expected in words:
            assert expected in text, f"“{expected}” is not on {self.page.url}:\n{text[:3000]}"
        return self

    def does_not_say(self, *words: str) -> "Desk":
        """The page says none of this."""
        text = self.text()
        for unwanted in words:
            assert unwanted not in text, f"“{unwanted}” is on {self.page.url}"
        return self

    def offers(self, *names: str) -> "Desk":
        """The page has a button or a link with these words."""
        for name in names:
            found = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
            assert found.count(), f"“{name}” is not offered on {self.page.url}"
        return self

    def does_not_offer(self, *names: str) -> "Desk":
        """No button and no link has these words."""
        for name in names:
            found = self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name))
            assert not found.count(), f"“{name}” is offered on {self.page.url}"
        return self

    def at(self, address: str) -> "Desk":
        """The browser stands at an address that ends like this."""
        assert self.page.url.partition("#")[0].partition("?")[0].endswith(address), self.page.url
        return self

    @property
    def path(self) -> str:
        """The address without the site."""
        return self.page.url.removeprefix(self.site)

    def look(self) -> "Desk":
        """Hold the page against axe, and fail on anything that went wrong meanwhile."""
        self.page.wait_for_load_state("load")
        self.problems += self.complaints()
        assert not self.problems, "\n".join(self.problems)
        return self

    def complaints(self) -> list[str]:
        """What axe says. It is a script itself, so where scripts are off it looks at a twin of the page."""
        if self.twin is None:
            return axe.complaints(self.page)
        html = self.page.content()
        self.twin.unroute_all()
        self.twin.route("**/*", lambda route: show_without_scripts(route, html))
        self.twin.goto(self.page.url)
        return axe.complaints(self.twin)


def show_without_scripts(route: Route, html: str) -> None:
    """Answer with this document; its styles come from the product, its scripts do not come at all."""
    kind = route.request.resource_type
    if kind == "document":
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
    elif kind == "script":
        route.abort()
    else:
        route.continue_()


class Keyboard(Desk):
    """Somebody who has no pointer: Tab to get there, arrows among radios, Space and Enter to act."""

    FARTHEST = 150  # presses of Tab

    def reach(self, what: Locator, *, radio: str = "") -> None:
        """Tab until the focus is there (on one of its group, for a radio), which has to be seen."""
        for _ in range(self.FARTHEST):
            here = "e => e === document.activeElement"
            if radio:
                here = "e => document.activeElement.name === e.name && document.activeElement.form === e.form"
            if what.evaluate(here):
                box = self.page.evaluate("document.activeElement.getBoundingClientRect().height")
                assert box > 0, "the focus is on something that cannot be seen"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{what} cannot be reached by Tab on {self.page.url}")

    def hit(self, what: Locator) -> None:
        """Press a button or follow a link."""
        self.reach(what)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def tick(self, what: Locator) -> None:
        """Space on a box or on a group's first radio; arrows from radio to radio."""
        name = what.get_attribute("name") or ""
        if what.get_attribute("type") == "checkbox":
            self.reach(what)
            if not what.is_checked():
                self.page.keyboard.press("Space")
        else:
            self.reach(what, radio=name)
            self.page.keyboard.press("Space")
            for _ in range(self.FARTHEST):
                if what.is_checked():
                    break
                self.page.keyboard.press("ArrowDown")
        assert what.is_checked()

    def write(self, what: Locator, words: str) -> None:
        """Tab there, and type in place of what stands there."""
        self.reach(what)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(words)


@pytest.fixture(autouse=True)
def told_on_the_way(told_by_processes: None) -> None:
    """What web and worker change on a journey they tell; what the test lays down in its own process is no journey."""


@pytest.fixture
def council(transactional_db: None, empty_queue: object) -> Provider:
    """A council on Dover's policy, visible to the processes."""
    return factories.dover(at=timezone.now())


@pytest.fixture
def staff(council: Provider) -> factories.Staff:
    """Somebody in every role at the council."""
    return factories.staff(council)


@pytest.fixture
def resident(council: Provider, staff: factories.Staff) -> Resident:
    """Rowan Resident of 12 Marine Parade."""
    return factories.resident(council, staff.officer)


@pytest.fixture
def landlord(
    transactional_db: None, empty_queue: object
) -> Callable[[str], tuple[Provider, factories.Staff, Resident]]:
    """A provider on the policy in this folder, somebody in every role, and Rowan Resident."""

    def found(policy: str) -> tuple[Provider, factories.Staff, Resident]:
        provider = factories.running_on(policy, slug=policy, at=timezone.now())
        people = factories.staff(provider)
        return provider, people, factories.resident(provider, people.officer)

    return found


Sit = Callable[..., Desk]


@pytest.fixture
def desk(
    site: str, browser: Browser, transactional_db: None, empty_queue: Any, request: pytest.FixtureRequest
) -> Iterator[Sit]:
    """Sit somebody down at a browser, signed in; on a phone, without JavaScript, or through the page where asked."""
    contexts: list[BrowserContext] = []

    def sit(
        user: User | None,
        *,
        phone: bool = False,
        scripts: bool = True,
        keyboard: bool = False,
        through_the_page: bool = False,
    ) -> Desk:
        view = PHONE if phone else DESK
        context = browser.new_context(
            viewport=view, java_script_enabled=scripts, locale="en-GB", timezone_id="Europe/London"
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        twin = None
        if not scripts:
            beside = browser.new_context(viewport=view, locale="en-GB", timezone_id="Europe/London")
            contexts.append(beside)
            twin = beside.new_page()
        at = (Keyboard if keyboard else Desk)(context.new_page(), site, twin=twin)
        if user is None:
            return at
        if through_the_page:
            return sign_in(at.go("/"), user)
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
        return at

    yield sit
    failed = request.node.stash.get(FAILED, False)
    for context in contexts:
        for page in context.pages if failed else []:
            print(f"\n{page.url}\n{page.title()}\n{page.locator('body').inner_text()[:2500]}")  # noqa: T201
        context.close()
    wait_for(lambda: at_rest(empty_queue), "the worker to come to rest")


def at_rest(queue: Any) -> bool:
    """Nothing waits for the worker and it does nothing: the tables can be emptied without a struggle over locks."""
    if queue.llen(app.conf.task_default_queue) or queue.hlen("unacked"):
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return cursor.fetchone() is None


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Remember that a test failed, so that `desk` shows what stood on each screen."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


def sign_in(at: Desk, user: User) -> Desk:
    """Sign in on the page that stands open."""
    at.write(at.page.locator("input[type=email]"), user.email)
    at.write(at.page.locator("input[type=password]"), factories.PASSWORD)
    return at.press("Sign in")


def wait_for(found: Callable[[], object], what: str, *, seconds: float = 30.0) -> object:
    """Wait until something that the worker does has come about."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if result := found():
            return result
        time.sleep(0.2)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}")


def words_of(pdf: bytes) -> str:
    """The text of a PDF, its white space folded."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages).split())
