"""`./run test`, `./run lint` and `./run soak`: everything that must hold, on servers of their own."""

import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ops import load, template
from ops.console import say
from ops.environment import VENV
from ops.paths import ROOT, make, state
from ops.processes import MARK, stop_marked
from ops.servers import Servers

QUICK = "not browser and not slow and not proof"
NOTHING_COLLECTED = 5  # pytest's exit code
WORKERS = "3"  # on two cores: browsers and processes leave one of them waiting a sixth of the time

TYPES_AND_STYLE = [
    ("Style", ["ruff", "check", "--quiet", "."]),
    ("Format", ["ruff", "format", "--check", "--quiet", "."]),
    ("Imports", ["lint-imports", "--no-cache"]),
    ("Templates", ["djlint", "--lint", "--quiet", "templates", "design"]),
    ("Types", ["mypy"]),
    ("Audit", ["python", "-m", "ops.audit"]),
    ("Migrations", ["python", "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"]),
]


def run(arguments: list[str]) -> int:
    """`./run test`: with arguments, pytest on these; without, the linters and then every test.

    `./run test quick` leaves out what opens a browser, starts processes, or proves at length.
    """
    if arguments[:1] == ["quick"]:
        return tests(["-m", QUICK, "-n", WORKERS, "--dist", "worksteal", *arguments[1:]])
    if arguments:
        return tests(arguments)
    failed = lint()
    return tests(["-n", WORKERS, "--dist", "worksteal"]) or failed


def soak(arguments: list[str]) -> int:
    """`./run soak`: the long proofs (every test by hypothesis) whole instead of a sample, with their figures.

    `./run soak load` lets fifty officers work at once instead.
    """
    if arguments[:1] == ["load"]:
        return load.main(arguments[1:])
    os.environ["EVENHAND_SOAK"] = "1"
    result = tests(["-m", "proof or soak", "-n", "2", "--hypothesis-show-statistics", *arguments])
    if result == NOTHING_COLLECTED:
        say("Nothing here is a long proof.")
    return result


def lint() -> int:
    """`./run lint`: each tool says nothing when all is well; returns 1 if one of them spoke."""
    failed = []
    quiet = {**clean(), "EVENHAND_DEBUG": "1", "EVENHAND_STATE": str(make(state(), 0o711) / "lint")}
    for name, command in TYPES_AND_STYLE:
        began = time.monotonic()
        done = subprocess.run(
            [VENV / "bin" / command[0], *command[1:]], cwd=ROOT, env=quiet, capture_output=True, text=True, check=False
        )
        say(f"{name + ' ':.<14} {'ok' if done.returncode == 0 else 'FAILED'} ({time.monotonic() - began:.1f} s)")
        if done.returncode:
            failed.append(name)
            say(done.stdout + done.stderr)
    return 1 if failed else 0


def tests(arguments: list[str]) -> int:
    """Run pytest on servers of its own; afterwards nothing of it runs any more."""
    mark = secrets.token_hex(8)
    with slot() as folder, Servers(folder, durable=False) as servers:
        environment = {
            **clean(),
            **servers.environment(),
            MARK: mark,
            "EVENHAND_TEST_STATE": str(folder),
            "EVENHAND_DEBUG": "1",
            "PYTHONDONTWRITEBYTECODE": "",
        }
        environment |= template.ensure(servers, environment)
        try:
            return attended([sys.executable, "-m", "pytest", *arguments], environment)
        finally:
            if left := stop_marked(mark):
                say(f"{left} process(es) outlived the tests and were ended.")


@contextlib.contextmanager
def slot() -> Iterator[Path]:
    """A folder for one run of the tests. Two runs at once take different ones, so neither disturbs the other."""
    parent = make(make(state(), 0o711) / "test", 0o711)
    for number in range(1, 100):
        folder = make(parent / str(number), 0o711)
        with (folder / "taken").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if number > 1:
                say(f"Another run of the tests is under way here; this one uses servers of its own ({folder}).")
            yield folder
            return


def clean() -> dict[str, str]:
    """The environment without settings of a running demo that would leak into the tests."""
    kept = ("EVENHAND_SOAK",)
    return {name: value for name, value in os.environ.items() if not name.startswith("EVENHAND_") or name in kept}


def attended(command: list[str], environment: dict[str, str], *, folder: Path = ROOT) -> int:
    """Run a command in the foreground. Ctrl-C reaches it through the terminal and we wait; SIGTERM is passed on."""
    child = subprocess.Popen(command, cwd=folder, env=environment)
    before = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue
    finally:
        signal.signal(signal.SIGTERM, before)
