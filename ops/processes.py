"""Processes that can be found again and never confused with another that inherited their number.

A process is named by its number *and* the moment it started, as the kernel counts it. Whatever a run starts carries
that run's mark in its environment, so that a child of a child that lost its parent is found as well.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

MARK = "EVENHAND_RUN"
Command = Sequence[str | Path]


@dataclass(frozen=True)
class Process:
    """One process of ours: `pid`, and `started` in clock ticks since boot."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """The process that has this number now; None if there is none, or only its shell waits to be collected."""
        started = start_of(pid)
        return cls(pid, started) if started is not None else None

    @classmethod
    def read(cls, file: Path) -> "Process | None":
        """The process that a file names; None if the file is missing or torn."""
        try:
            held = json.loads(file.read_text())
            return cls(int(held["pid"]), int(held["started"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, file: Path) -> None:
        """Name this process in a file."""
        new = file.with_name(f".{file.name}.new")
        new.write_text(json.dumps(asdict(self)))
        new.replace(file)

    @property
    def alive(self) -> bool:
        """Whether this very process runs; a zombie does not, nor does another with a recycled number."""
        return start_of(self.pid) == self.started

    def send(self, number: int) -> None:
        """Send a signal, if it is still this very process."""
        if self.alive:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def stop(self, *, gently: int = signal.SIGTERM, within: float = 10) -> None:
        """Ask it to end, wait `within` seconds, then insist."""
        self.send(gently)
        if not self.ended(within):
            self.send(signal.SIGKILL)
            self.ended(5)

    def ended(self, within: float) -> bool:
        """Wait up to `within` seconds for the end; say whether it came."""
        return wait_until(lambda: collect(self.pid) or not self.alive, within)


def wait_until(true, within: float, every: float = 0.02) -> bool:
    """Ask until it is true, for at most `within` seconds."""
    end = time.monotonic() + within
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


def start_of(pid: int) -> int | None:
    """When this process started, in clock ticks since boot (field 22 of its stat); None if gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name in brackets may itself hold spaces and brackets; the fields begin after the last one.
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def collect(pid: int) -> bool:
    """Collect an ended child, so that it does not stay as a zombie. False for what is no child of ours, or runs on."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False


def start(command: Command, *, log: Path, environment: dict[str, str], folder: Path | None = None) -> Process:
    """Start a process in a session of its own, out of reach of the terminal's Ctrl-C, writing to a log file."""
    with log.open("ab") as stream:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
    process = Process.of(child.pid)
    # Ours to collect, in `Process.ended`; Popen must not warn that nobody waited.
    child.returncode = 0
    if process is None:
        collect(child.pid)
        raise RuntimeError(f"{command[0]} ended at once; see {log}")
    return process


def marked(mark: str) -> list[Process]:
    """Every process of this user whose mark begins with this one, except the caller itself."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # another user's, or gone meanwhile
        if any(variable.startswith(wanted) for variable in variables) and (process := Process.of(int(entry.name))):
            found.append(process)
    return found


def stop_marked(mark: str, *, within: float = 3) -> int:
    """End whatever still carries a run's mark; say how many there were."""
    left = marked(mark)
    for process in left:
        process.send(signal.SIGTERM)
    for process in left:
        process.stop(within=within)
    return len(left)
