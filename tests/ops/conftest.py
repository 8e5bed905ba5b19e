"""Places and commands for the tests of the one command. They start servers of their own, and end only those."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ops.paths
import ops.servers


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder whose path has a space, apart from that of the tests themselves; emptied of servers afterwards."""
    folder = tmp_path / "a place with spaces"
    monkeypatch.setenv("EVENHAND_STATE", str(folder))
    for name in ("DATABASE_URL", "REDIS_URL", "EVENHAND_RUN"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    if folder.exists():
        ops.servers.Servers(folder).forget()


@pytest.fixture
def outside() -> dict[str, str]:
    """The environment a person's shell has: nothing of the tests' own."""
    private = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    return {
        name: value
        for name, value in os.environ.items()
        if name not in private and not name.startswith(("EVENHAND_", "PYTEST_"))
    }


@pytest.fixture
def run_command(place: Path, outside: dict[str, str]) -> Callable[..., subprocess.CompletedProcess]:
    """Call `./run …` on the test's own state folder and wait for it."""

    def call(*arguments: str, **settings: str) -> subprocess.CompletedProcess:
        environment = {**outside, "EVENHAND_STATE": str(place), **settings}
        return subprocess.run(
            [ops.paths.ROOT / "run", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return call
