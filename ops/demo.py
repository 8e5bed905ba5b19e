"""`./run demo`: a small council on this machine, and the supervisor that keeps it up."""

import hashlib
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ops.console import Stop, say
from ops.paths import LOCK, ROOT, make, state, write_private
from ops.processes import MARK, Process, start, stop_marked, wait_until
from ops.roles import migrating
from ops.running import Claim, sweep
from ops.servers import Servers, free_port, tail
from ops.testing import attended

MANAGE = [sys.executable, str(ROOT / "manage.py")]
LOG_LIMIT = 10 * 1024 * 1024


def run(*, port: int | None, seeded: bool = True) -> int:
    """Bring everything up, keep it up, and take it down at Ctrl-C, `./run stop` or a closed terminal.

    Started a second time it says where the first is and leaves it alone. A second start skips what is up to date.
    """
    port = port or int(os.environ.get("EVENHAND_PORT") or 8000)
    folder = make(state(), 0o711)
    claim = Claim(folder)
    if not claim.take():
        say(f"Evenhand already runs at {claim.read().get('address', 'an address it is about to print')}.")
        say("Stop it with ./run stop, or give a second one a folder of its own: EVENHAND_STATE=… ./run demo --port …")
        return 0
    sweep(claim)
    if free_port(wanted=port) != port:
        raise Stop(f"Port {port} is taken by another program. Choose another:  ./run demo --port {port + 1}")
    # Ctrl-C too: a script that starts it in the background has had SIGINT ignored for it.
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        keep_up(claim, folder, port, seeded=seeded)
    except KeyboardInterrupt:
        say("Stopped.")
    return 0


def keep_up(claim: Claim, folder: Path, port: int, *, seeded: bool) -> None:
    """Everything between start and end of one demo."""
    mark, address = secrets.token_hex(8), f"http://localhost:{port}"
    me = Process.of(os.getpid())
    claim.write(pid=os.getpid(), started=me.started if me else 0, mark=mark, address=address)
    with Servers(folder) as servers:
        environment = settings(servers, port)
        prepare(servers, environment, seeded=seeded)
        parts = [
            Part(name, title, command, servers, {**environment, MARK: f"{mark}-{name}"})
            for name, title, command in product(folder, port)
        ]
        try:
            for part in parts:
                part.start()
            say("Waiting until it answers …")
            wait_until_ready(f"http://127.0.0.1:{port}/readyz", parts)
            if seeded:
                subprocess.run([*MANAGE, "demo_signins"], env=environment, check=False)
            say(f"\nEvenhand is at {address}\nWhat it writes: {servers.logs}\nCtrl-C, or ./run stop, ends it.")
            supervise(parts, servers)
        finally:
            for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(ending, signal.SIG_IGN)
            say("\nStopping …")
            farewell(parts, mark)


def manage(arguments: list[str], *, folder: Path = ROOT) -> int:
    """`./run manage`: Django's own commands on the demo's database, whose servers are started if they do not run.

    `folder` is where the files that the arguments name are looked for.
    """
    with Servers(state()) as servers:
        environment = settings(servers, int(os.environ.get("EVENHAND_PORT") or 8000))
        if arguments[:1] == ["migrate"]:
            environment = migrating(environment)
        return attended([*MANAGE, *arguments], environment, folder=folder)


def settings(servers: Servers, port: int) -> dict[str, str]:
    """The environment of the demo: what is set outside goes before what is made up here."""
    own = {
        "EVENHAND_DEMO": "1",
        "EVENHAND_LOG_JSON": "0",
        "EVENHAND_BASE_URL": f"http://localhost:{port}",
        "EVENHAND_HOSTS": "localhost,127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }
    if not os.environ.get("EVENHAND_SECRET_KEY_FILE"):
        own["EVENHAND_SECRET_KEY"] = secret(servers.folder / "secret-key")
    return {**own, **os.environ, **servers.environment(), "EVENHAND_STATE": str(servers.folder)}


def secret(file: Path) -> str:
    """A secret key of this folder's own, made at the first start and kept, so that people stay signed in."""
    if not file.exists():
        write_private(file, secrets.token_urlsafe(64))
    return file.read_text()


# The path without what was searched for: names and addresses stand in no log (docs/adr/0090).
ACCESS_LOG = "%(h)s %(t)s %(m)s %(U)s %(s)s %(b)s %(L)s"


def product(folder: Path, port: int) -> list[tuple[str, str, list]]:
    """The three programs of the product. `docker-compose.yml` starts the same."""
    binary = Path(sys.executable).parent
    celery = [sys.executable, "-m", "celery", "--app", "config"]
    return [
        (
            "web",
            "the web server",
            [
                binary / "gunicorn",
                "config.wsgi",
                "--bind",
                f"127.0.0.1:{port}",
                "--worker-class",
                "config.server.WholeRequests",
                "--workers",
                "2",
                "--threads",
                "4",
                "--graceful-timeout",
                "5",
                "--no-control-socket",
                "--logger-class",
                "config.server.Log",
                "--access-logfile",
                "-",
                "--access-logformat",
                ACCESS_LOG,
            ],
        ),
        ("worker", "the worker", [*celery, "worker", "--loglevel", "INFO", "--concurrency", "2", "--without-gossip"]),
        (
            "beat",
            "the clock",
            [*celery, "beat", "--loglevel", "INFO", "--pidfile", "", "--schedule", folder / "celerybeat-schedule"],
        ),
    ]


class Part:
    """One program of the demo, kept running."""

    def __init__(self, name: str, title: str, command: list, servers: Servers, environment: dict[str, str]) -> None:
        self.name, self.title, self.command, self.environment = name, title, command, environment
        self.log = servers.logs / f"{name}.log"
        self.process: Process | None = None
        self.starts: list[float] = []

    def start(self) -> None:
        """Start it, on a log that does not grow without end."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        say(f"Starting {self.title} …")
        self.starts = [*self.starts[-9:], time.monotonic()]
        self.process = start(self.command, log=self.log, environment=self.environment, folder=ROOT)

    @property
    def ended(self) -> bool:
        """Whether it ran and does not any more."""
        return bool(self.process and self.process.ended(0))

    def revive(self) -> None:
        """Start it again, after whatever it left behind is gone; after some vain tries only every twenty seconds."""
        if len(self.starts) > 3 and time.monotonic() - self.starts[-4] < 20:
            return
        say(f"{self.title.capitalize()} ended by itself; see {self.log}.")
        stop_marked(self.environment[MARK])
        self.start()


def wait_until_ready(address: str, parts: Iterable[Part]) -> None:
    """Wait until `/readyz` says that database, queue, migrations and clock are well; five minutes at most.

    The first letters are made meanwhile, and the clock is heard of after them.
    """
    reason, end = "", time.monotonic() + 300
    while time.monotonic() < end:
        for part in parts:
            if part.ended:
                raise Stop(f"{part.title.capitalize()} does not start. From {part.log}:\n\n{tail(part.log)}")
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as error:
            reason = error.read(2000).decode(errors="replace")
        except OSError as error:
            reason = str(error)
        time.sleep(0.1)
    raise Stop(f"Evenhand does not become ready: {reason}")


def supervise(parts: list[Part], servers: Servers) -> None:
    """Look after everything, for ever: what ends by itself is started again, and the reader is told."""
    while True:
        time.sleep(0.5)
        for name in servers.ensure():
            say(f"{name} had ended and runs again; nothing that was committed is lost.")
        for part in parts:
            if part.ended:
                part.revive()


def farewell(parts: list[Part], mark: str) -> None:
    """End the programs: all are asked at once, the worker may finish its letter; then whoever is left is ended.

    Each is asked once: a second SIGTERM would tell the worker to drop its letter. The time is for all together.
    """
    running = [part.process for part in parts if part.process]
    for process in running:
        process.send(signal.SIGTERM)
    wait_until(lambda: all(process.ended(0) for process in running), within=15)
    for process in running:
        process.send(signal.SIGKILL)
        process.ended(5)
    stop_marked(mark)


def prepare(servers: Servers, environment: dict[str, str], *, seeded: bool) -> None:
    """Migrate, gather static files and seed; skipped in a millisecond when nothing changed since the last time."""
    stamp = servers.folder / "prepared"
    wanted = f"{fingerprint_of_sources(servers)} {'seeded' if seeded else 'empty'}"
    if "DATABASE_URL" not in os.environ and stamp.is_file() and stamp.read_text() == wanted:
        return
    say("Migrating the database …")
    steps = [
        (["migrate", "--noinput", "--verbosity", "0"], migrating(environment)),
        (["prepare_demo", *([] if seeded else ["--empty"])], environment),
    ]
    if any(attended([*MANAGE, *step], surroundings) for step, surroundings in steps):
        raise Stop("The database could not be made ready; see above.")
    write_private(stamp, wanted)


def fingerprint_of_sources(servers: Servers) -> str:
    """A name for everything that preparing reads: the lock, migrations, static files, seed, and which database."""
    seen = hashlib.sha256(LOCK.read_bytes())
    for pattern in (
        "*/migrations/*.py",
        "audit/guards.*",
        "audit/kept.py",
        "*/static/**/*",
        "ops/management/commands/*.py",
    ):
        for file in sorted(ROOT.glob(pattern)):
            with suppress(FileNotFoundError):
                facts = file.stat()
                seen.update(f"{file.relative_to(ROOT)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    for server in servers.each:
        with suppress(FileNotFoundError):
            seen.update(f"{server.name} {(server.data / 'PG_VERSION').stat().st_mtime_ns}".encode())
    return seen.hexdigest()
