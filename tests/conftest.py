"""What every test shares: no network but loopback, the profiles of hypothesis, an empty queue, a real browser."""

import functools
import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from ops.environment import BROWSERS
from tests import axe, owning, untold

hypothesis.settings.register_profile("sample", derandomize=True, max_examples=60, deadline=None, print_blob=False)
hypothesis.settings.register_profile("soak", max_examples=2_000, deadline=None)
hypothesis.settings.load_profile("soak" if os.environ.get("EVENHAND_SOAK") else "sample")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every test by hypothesis is a long proof, of which `./run test` runs a sample; what is for the soak waits."""
    if not os.environ.get("EVENHAND_SOAK"):
        waiting = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=waiting)
        items[:] = [item for item in items if item not in waiting]
    for item in items:
        run = getattr(item, "obj", None)
        if getattr(run, "is_hypothesis_test", False) or hasattr(run, "hypothesis"):
            item.add_marker("proof")


CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoNetwork(AssertionError):
    """A test reached for a network other than loopback."""


def check_loopback(address: object) -> None:
    """Raise unless this address is a Unix socket or on loopback."""
    if not isinstance(address, tuple):
        return
    host = address[0]
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host in ("localhost", "")
    if not local:
        raise NoNetwork(f"A test tried to reach {host}. Tests use loopback only.")


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """No test may reach beyond this machine: neither by address nor by asking for a name."""
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self, address):
        check_loopback(address)
        return connect(self, address)

    def guarded_connect_ex(self, address):
        check_loopback(address)
        return connect_ex(self, address)

    def guarded_resolve(host, *rest, **more):
        check_loopback((host.decode() if isinstance(host, bytes) else host or "",))
        return resolve(host, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Copy the migrated template that `./run test` keeps (see `ops/template.py`), which spares migrating each time."""
    if name := os.environ.get("EVENHAND_TEST_TEMPLATE"):
        connection.settings_dict["TEST"]["TEMPLATE"] = name
    # The owner makes and migrates it; every test then works as the product does (docs/adr/0165).
    owning.become(owning.OWNER)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Every test works as the product's own role; between those that commit, the owner empties the tables."""
    owning.become(owning.PRODUCT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "execute_sql_flush", owning.flush)
        yield
    owning.end_what_is_left()
    owning.become(owning.OWNER)


@pytest.fixture
def told() -> Iterator[None]:
    """What the product changes in this test, or while its scene is laid down, an event tells (docs/adr/0197)."""
    with untold.watching() as found:
        yield
    assert sorted(set(found)) == []


@pytest.fixture
def told_by_processes(transactional_db: None) -> Iterator[None]:
    """What the product's own processes changed, an event of the same transaction tells; the test is the owner."""
    with owning.owned():
        yield
        assert untold.by_processes() == []


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password takes a third of a second to hash, which is for guessers, and not for every test with nine staff."""
    monkeypatch.setattr(django_settings, "PASSWORD_HASHERS", ["tests.quick.QuickHasher"])


@pytest.fixture
def filed(db):
    """A case file with one of everything that is kept."""
    from tests.audit import scenes

    return scenes.filed()


@pytest.fixture
def empty_queue():
    """This worker's own database of the real Valkey, empty before and after."""
    import redis

    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        client.flushdb()
        yield client
        client.flushdb()


def arrive(press: Callable[..., None]) -> Callable[..., None]:
    """The same press, which returns only when the page that it led to has loaded.

    Playwright waits until the browser turns to the next page, which may have no element yet; what a test then reads at
    once (a width, an address, a count) would be read from an empty document on a slow machine.
    """

    @functools.wraps(press)
    def pressed(self: Locator | Page, *args: object, **options: object) -> None:
        press(self, *args, **options)
        (self if isinstance(self, Page) else self.page).wait_for_load_state("load")

    return pressed


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Debian's Chromium, headless. What a click or a key leads to has loaded before the test goes on."""
    ours = tmp_path_factory.getbasetemp()
    axe.GOOD.file = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "axe"
    path = next(filter(None, map(shutil.which, BROWSERS)))
    # Playwright's synchronous door keeps an event loop on this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        for kind, name in ((Locator, "click"), (Locator, "press"), (Page, "click")):
            patch.setattr(kind, name, arrive(getattr(kind, name)))
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield chromium
        chromium.close()
