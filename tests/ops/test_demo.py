"""`./run demo` from nothing to nothing: it answers, survives what dies, is alone, and leaves no process behind."""

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import ops.paths
import ops.processes
import ops.servers
from ops.processes import Process

pytestmark = pytest.mark.slow


class Demo:
    """One `./run demo --empty`, started as a person would."""

    def __init__(self, place: Path, outside: dict[str, str], port: int, **settings: str) -> None:
        self.place, self.port = place, port
        self.output = place.parent / f"demo-{port}.txt"
        with self.output.open("w") as stream:
            self.started = subprocess.Popen(
                [ops.paths.ROOT / "run", "demo", "--empty", "--port", str(port)],
                env={**outside, "EVENHAND_STATE": str(place), **settings},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        """What it has printed up to now."""
        return self.output.read_text()

    def says(self, words: str, within: float = 90) -> bool:
        """Wait until it says this; False where it ends or takes too long."""
        ops.processes.wait_until(lambda: words in self.said() or self.started.poll() is not None, within)
        return words in self.said()

    def answers(self) -> bool:
        """Whether it is ready."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    @property
    def facts(self) -> dict:
        """What it noted for those who find it running."""
        return json.loads((self.place / "demo.lock").read_text())

    def everything(self) -> list[Process]:
        """Each process of it: programs, servers, itself."""
        servers = [Process.read(self.place / f"{name}.pid") for name in ("postgres", "valkey")]
        own = Process.of(self.started.pid)
        return [process for process in (own, *servers, *ops.processes.marked(self.facts["mark"])) if process]

    def part(self, name: str) -> Process:
        """The oldest process of a program, its head."""
        return min(ops.processes.marked(f"{self.facts['mark']}-{name}"), key=lambda process: process.started)


@pytest.fixture
def demo(place: Path, outside: dict[str, str]) -> Iterator[Callable[..., Demo]]:
    """Start demos; whatever of them still runs afterwards is ended."""
    begun: list[Demo] = []

    def begin(**settings: str) -> Demo:
        begun.append(Demo(place, outside, ops.servers.free_port(), **settings))
        return begun[-1]

    yield begin
    for each in begun:
        if each.started.poll() is None:
            each.started.terminate()
            each.started.wait(60)


def gone(processes: list[Process]) -> bool:
    """Whether all of them ended, within moments."""
    return ops.processes.wait_until(lambda: not any(process.alive for process in processes), within=5)


def test_a_demo_from_its_first_start_to_its_last(demo: Callable[..., Demo], place: Path, run_command) -> None:
    first = demo()
    assert first.says("Evenhand is at"), first.said()
    assert first.answers()
    assert (place / "secret-key").stat().st_mode & 0o077 == 0

    # Started twice: the second says so and leaves the first alone.
    second = run_command("demo", "--port", str(ops.servers.free_port()))
    assert second.returncode == 0
    assert f"already runs at http://localhost:{first.port}" in second.stdout
    assert first.answers()

    # A reset would pull the floor from under it.
    refused = run_command("reset", "--yes")
    assert refused.returncode == 1 and "Stop it first" in refused.stderr

    # Whatever dies comes back.
    for name in ("web", "worker", "beat"):
        old = first.part(name)
        old.send(signal.SIGKILL)
        assert ops.processes.wait_until(lambda old=old, name=name: not old.alive and heads(first, name), within=10), (
            name
        )
    for name in ("postgres", "valkey"):
        Process.read(place / f"{name}.pid").send(signal.SIGKILL)
    assert first.says("postgres had ended and runs again") and first.says("valkey had ended and runs again")
    assert ops.processes.wait_until(first.answers, within=30, every=0.2)

    # Ctrl-C ends it all.
    everything = first.everything()
    assert len(everything) >= 8
    first.started.send_signal(signal.SIGINT)
    assert ops.processes.wait_until(lambda: first.started.poll() == 0, within=120), first.said()
    assert gone(everything), first.said()

    # The second start answers within seconds, and ./run stop ends it from another terminal.
    began = time.monotonic()
    again = demo()
    assert again.says("Evenhand is at"), again.said()
    assert time.monotonic() - began < 20
    assert "Migrating" not in again.said()
    everything = again.everything()
    stopped = run_command("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert gone(everything)
    assert again.started.wait(5) == 0

    # Killed outright it can clean up nothing; the next command does.
    killed = demo()
    assert killed.says("Evenhand is at"), killed.said()
    everything = killed.everything()
    killed.started.kill()
    killed.started.wait()
    assert any(process.alive for process in everything)
    swept = run_command("stop")
    assert swept.returncode == 0 and "left behind" in swept.stdout
    assert gone(everything)

    assert "not running" in run_command("stop").stdout
    emptied = run_command("reset", "--yes")
    assert emptied.returncode == 0, emptied.stderr
    assert list(place.iterdir()) == []


def heads(demo: Demo, name: str) -> bool:
    """Whether a program runs again."""
    return bool(ops.processes.marked(f"{demo.facts['mark']}-{name}"))


def test_a_taken_port_is_named_and_nothing_is_started(place: Path, run_command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run_command("demo", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} is taken" in refused.stderr
    assert not list(place.glob("*.pid"))


def test_a_stale_note_of_a_demo_neither_blocks_nor_kills(place: Path, run_command) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        ops.paths.make(place, 0o711)
        started = ops.processes.start_of(stranger.pid)
        (place / "demo.lock").write_text(json.dumps({"pid": stranger.pid, "started": started, "mark": "none-such"}))
        stopped = run_command("stop")
        assert stopped.returncode == 0 and "not running" in stopped.stdout
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_reset_asks_first_and_keeps_its_hands_off_what_is_not_ours(place: Path, run_command) -> None:
    assert "nothing to empty" in run_command("reset", "--yes").stdout
    place.mkdir()
    (place / "thesis.txt").write_text("three years of work")
    refused = run_command("reset", "--yes")
    assert refused.returncode == 1 and "not made by Evenhand" in refused.stderr
    (place / "demo.lock").write_text("")
    unasked = run_command("reset")
    assert unasked.returncode == 1 and "--yes" in unasked.stderr
    assert (place / "thesis.txt").exists()


def test_an_unknown_command_is_answered_with_the_known_ones(run_command) -> None:
    answer = run_command("dmeo")
    assert answer.returncode == 2
    assert "There is no ./run dmeo" in answer.stderr and "./run demo" in answer.stderr
