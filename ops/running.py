"""Is the demo running, where, and how to end it. Standard library only, so that `./run stop` works even on a broken
environment.

The supervisor holds an exclusive lock on `demo.lock` for as long as it lives; the kernel drops it with the process, so
a file left by a crash never passes for a running demo, and a recycled process number is never taken for ours.
"""

import fcntl
import json
import shutil
import signal
import sys
from io import TextIOWrapper
from pathlib import Path

from ops import places
from ops.console import Stop, say
from ops.paths import make, state
from ops.processes import Process, stop_marked, wait_until


class Claim:
    """The right to be the one demo of a state folder."""

    def __init__(self, folder: Path) -> None:
        self.file = make(folder, 0o711) / "demo.lock"
        self.stream: TextIOWrapper | None = None

    def take(self) -> bool:
        """Take it, if nobody has it. It falls back when this process ends, however it ends."""
        stream = self.file.open("a+")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.close()
            return False
        self.stream = stream
        return True

    def drop(self) -> None:
        """Give it back."""
        if self.stream:
            self.stream.close()
            self.stream = None

    def write(self, **facts: object) -> None:
        """Note who holds it, for those who find it taken."""
        if self.stream:
            self.stream.seek(0)
            self.stream.truncate()
            json.dump(facts, self.stream)
            self.stream.flush()

    def read(self) -> dict:
        """What the holder noted; empty if it was not yet that far."""
        try:
            return json.loads(self.file.read_text())
        except (OSError, ValueError):
            return {}


def sweep(claim: Claim) -> None:
    """End what a demo that was killed left behind. Only whoever holds the claim may call this."""
    if (mark := claim.read().get("mark")) and (count := stop_marked(mark)):
        say(f"Ended {count} process{'es' if count > 1 else ''} that an earlier demo had left behind.")


def stop() -> int:
    """`./run stop`: end the demo of this state folder and wait until all of it is gone."""
    claim = Claim(state())
    if claim.take():
        sweep(claim)
        claim.write()
        claim.drop()
        leftovers(state())
        say("Evenhand is not running.")
        return 0
    held = claim.read()
    supervisor = Process(held.get("pid", 0), held.get("started", 0))
    if not supervisor.alive:
        raise Stop("Evenhand is just starting or stopping. Try again in a moment.")
    say("Stopping Evenhand …")
    supervisor.send(signal.SIGTERM)
    if not wait_until(claim.take, within=60, every=0.1):
        supervisor.send(signal.SIGKILL)
        wait_until(claim.take, within=5)
    sweep(claim)
    leftovers(state())
    claim.drop()
    say("Stopped.")
    return 0


def leftovers(folder: Path) -> None:
    """Stop servers that nobody uses any more, because whoever used them was killed."""
    in_use = folder / "servers.in-use"
    if not in_use.exists():
        return
    with in_use.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for name, farewell in (("valkey", signal.SIGTERM), ("postgres", signal.SIGINT)):
            if process := Process.read(folder / f"{name}.pid"):
                process.stop(gently=farewell, within=30)
                (folder / f"{name}.pid").unlink(missing_ok=True)


def reset(*, sure: bool) -> int:
    """`./run reset`: empty the state folder, after asking. Refuses while anything of it runs."""
    folder = state()
    if not folder.is_dir() or not any(folder.iterdir()):
        say("There is nothing to empty.")
        return 0
    if not (folder / "servers.in-use").exists() and not (folder / "demo.lock").exists():
        raise Stop(f"{folder} was not made by Evenhand; it stays as it is.")
    claim = Claim(folder)
    if not claim.take():
        raise Stop("Evenhand is running. Stop it first:  ./run stop")
    if not sure and not agreed(folder):
        say("Nothing was changed.")
        return 1
    sweep(claim)
    busy = [lock for lock in folder.rglob("servers.in-use") if not idle(lock)]
    if busy:
        raise Stop(f"Something still uses {busy[0].parent} (./run manage or ./run test). End it first.")
    for used in folder.rglob("servers.in-use"):
        leftovers(used.parent)
        elsewhere(used.parent)
    for entry in folder.iterdir():
        if entry != claim.file:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    claim.file.unlink()
    claim.drop()
    say(f"Emptied {folder}.")
    return 0


def agreed(folder: Path) -> bool:
    """Ask at the terminal; anything but yes is no."""
    if not sys.stdin.isatty():
        raise Stop("This removes everything. Say ./run reset --yes where nobody can be asked.")
    answer = input(f"Remove the database, letters, mail and everything else in {folder}? Type yes: ")
    return answer.strip().lower() == "yes"


def idle(lock: Path) -> bool:
    """Whether nobody uses the servers of a folder."""
    with lock.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def elsewhere(folder: Path) -> None:
    """Remove the servers' data that stand outside the state folder (see `ops.servers.Servers.home`)."""
    place = places.home(folder)
    if place != folder:
        shutil.rmtree(place, ignore_errors=True)
