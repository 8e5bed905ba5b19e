"""The product as people use it: gunicorn, a Celery worker, PostgreSQL and Valkey as processes, and a real Chromium."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Page

from ops.servers import free_port
from people.models import Provider, User
from tests import factories

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


def database_url() -> str:
    """The address of the test database, for processes of their own."""
    found = settings.DATABASES["default"]
    host = quote(found["HOST"], safe="")
    port = f":{found['PORT']}" if found["PORT"] else ""
    password = f":{quote(found['PASSWORD'], safe='')}" if found["PASSWORD"] else ""
    return f"postgres://{found['USER']}{password}@{host}{port}/{connection.settings_dict['NAME']}"


class Processes:
    """Processes that the tests started, each ended by its own number."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.running = folder, []

    def start(self, name: str, *command: str, **more: str) -> subprocess.Popen[bytes]:
        """Start one with the test's database and queue."""
        environment = os.environ | {"DATABASE_URL": database_url(), "EVENHAND_DEBUG": "1", "PYTHONWARNINGS": ""} | more
        log = (self.folder / f"{name}.log").open("ab")
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


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the running product answers: gunicorn and a worker on the test database."""
    processes = Processes(tmp_path_factory.mktemp("site"))
    port = free_port()
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
        processes.end()


class Desk:
    """Somebody at a browser. Every page that comes up is held against axe, and none may be an error of ours."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.problems: list[str] = []
        self.seen: set[str] = set()
        page.on("response", self._answered)
        page.on("console", lambda message: message.type == "error" and self._complained(message.text))

    def _answered(self, response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status} {response.url}")

    def _complained(self, text: str) -> None:
        if "Failed to load resource" not in text:
            self.problems.append(text)

    def go(self, path: str) -> "Desk":
        """Open an address of the product."""
        self.page.goto(path if path.startswith("http") else self.site + path)
        return self.look()

    def press(self, name: str, *, nth: int = 0) -> "Desk":
        """Press a button by its words, and look at what comes up."""
        self.page.get_by_role("button", name=name, exact=True).nth(nth).click()
        return self.look()

    def follow(self, name: str, *, exact: bool = False, nth: int = 0) -> "Desk":
        """Follow a link by its words."""
        self.page.get_by_role("link", name=name, exact=exact).nth(nth).click()
        return self.look()

    def fill(self, label: str, words: str, *, nth: int = 0) -> "Desk":
        """Type into the field with this label."""
        self.page.get_by_label(label).nth(nth).fill(words)
        return self

    def choose(self, label: str, *, exact: bool = False, nth: int = 0) -> "Desk":
        """Choose a radio or tick a box by its words."""
        self.page.get_by_label(label, exact=exact).nth(nth).check()
        return self

    def says(self, *words: str) -> "Desk":
        """The page says all of this."""
        text = " ".join(self.page.locator("body").inner_text().split())
        for expected in words:
            assert expected in text, f"“{expected}” is not on {self.page.url}:\n{text[:3000]}"
        return self

    def does_not_say(self, *words: str) -> "Desk":
        """The page says none of this."""
        text = " ".join(self.page.locator("body").inner_text().split())
        for unwanted in words:
            assert unwanted not in text, f"“{unwanted}” is on {self.page.url}"
        return self

    def look(self) -> "Desk":
        """Hold the page against axe (each kind of page once a test), and fail on anything that went wrong meanwhile."""
        self.page.wait_for_load_state("load")
        kind = f"{self.page.url.split('?')[0]} {self.page.title()}"
        if kind not in self.seen:
            self.seen.add(kind)
            found = Axe().run(self.page, options={"runOnly": TAGS}).response["violations"]
            self.problems += [f"{v['id']}: {n['html'][:160]} on {self.page.url}" for v in found for n in v["nodes"]]
        assert not self.problems, "\n".join(self.problems)
        return self


@pytest.fixture
def council(transactional_db: None, empty_queue: object) -> Provider:
    """A council on Dover's policy, visible to the processes."""
    return factories.dover()


@pytest.fixture
def desk(site: str, browser: Browser) -> Iterator[Callable[..., Desk]]:
    """Sit somebody down at a browser, signed in through the page; on a phone, or without JavaScript, where asked."""
    contexts = []

    def sit(user: User, *, phone: bool = False, scripts: bool = True) -> Desk:
        context = browser.new_context(
            viewport=PHONE if phone else DESK, java_script_enabled=scripts, locale="en-GB", timezone_id="Europe/London"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        at = Desk(context.new_page(), site)
        at.page.goto(f"{site}/account/login/")
        at.page.get_by_label("E-mail", exact=False).first.fill(user.email)
        at.page.locator("input[type=password]").fill(factories.PASSWORD)
        at.page.get_by_role("button", name="Sign in").click()
        return at.look()

    yield sit
    for context in contexts:
        context.close()


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
