"""`./run bench pages`: the case list and a case file beside a bare Django view, in one interleaved run.

Absolute figures are this machine's; the ratios are what is promised: bare at most 5 times our list, 6 times our file.
"""

import argparse
import os
import secrets
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from ops.console import Stop, say
from ops.paths import ROOT, make, state
from ops.roles import migrating
from ops.servers import Servers, free_port

CLIENTS = 16
PROMISED = {"list": 5.0, "file": 6.0}
SET_UP = """
import django; django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from people.models import User
from django.utils import timezone
from ops import bulk
from people.accounts import sessions
officer = User.objects.filter(email="officer@measured.example").first()
officer = officer or bulk.council(cases={cases}, incidents={incidents})
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(officer.pk), officer.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "{backend}"
session["begun"] = session["seen"] = timezone.now().isoformat()
session[sessions.BEGUN] = session[sessions.SEEN] = timezone.now().isoformat()
session.create()
print(session.session_key)
"""


def main(arguments: list[str]) -> int:
    """Load the data where they are not, start both servers, measure in turns, print the ratios; 1 if one is broken."""
    parser = argparse.ArgumentParser(prog="./run bench pages", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    options = parser.parse_args(arguments)
    folder = make(make(state(), 0o711) / f"bench-{options.cases}", 0o711)
    with Servers(folder) as servers:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EVENHAND_")},
            **servers.environment(),
            "EVENHAND_SECRET_KEY": secrets.token_urlsafe(64),
            "EVENHAND_STATE": str(folder),
            "EVENHAND_DEMO": "1",
            "EVENHAND_LOG_LEVEL": "ERROR",
        }
        say(f"Loading {options.cases:,} cases and {options.incidents:,} incidents …")
        for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
            given = migrating(environment) if "migrate" in command else environment
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=given, check=True)
        ours = session(environment, options, "allauth.account.auth_backends.AuthenticationBackend")
        bares = session(environment, options, "django.contrib.auth.backends.ModelBackend")
        analyse(migrating(environment))
        with serving(environment, folder, "config.settings") as our, serving(environment, folder, "ops.bare") as bare:
            pages = {
                "bare": (bare, "/bare", bares),
                "list": (our, "/cases/", ours),
                "file": (our, f"/cases/C-{900_000 + options.cases // 2}/", ours),
            }
            return measure(pages, options.rounds, options.seconds)


def session(environment: dict[str, str], options: argparse.Namespace, backend: str) -> str:
    """A signed-in officer's session key, loading the data first where there is none."""
    code = SET_UP.format(cases=options.cases, incidents=options.incidents, backend=backend)
    settings = "ops.bare" if "allauth" not in backend else "config.settings"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(done.stderr[-2000:])
    return done.stdout.strip()


def analyse(environment: dict[str, str]) -> None:
    """Let the planner know what was loaded, as autovacuum would have by the next day."""
    code = (
        "import django; django.setup(); from django.db import connection; connection.cursor().execute('VACUUM ANALYZE')"
    )
    settings = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=settings, check=True)


class serving:
    """Gunicorn with two workers, as in production, on a port of its own."""

    def __init__(self, environment: dict[str, str], folder: Path, settings: str) -> None:
        self.port = free_port()
        binary = Path(sys.executable).parent / "gunicorn"
        self.command = [str(binary), "config.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        self.command += ["--worker-class", "gthread", "--threads", "4", "--keep-alive", "30", "--log-level", "error"]
        self.environment = {**environment, "DJANGO_SETTINGS_MODULE": settings}

    def __enter__(self) -> int:
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self.port
            time.sleep(0.1)
        raise Stop("gunicorn did not come up")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


def measure(pages: dict[str, tuple[int, str, str]], rounds: int, seconds: float) -> int:
    """Each page in turn, several times over, so that what else the machine does falls on all alike."""
    rates: dict[str, list[float]] = {name: [] for name in pages}
    for name, page in pages.items():
        load(*page, seconds=1.0)
        say(f"{name}: {len(fetch(*page)):,} bytes")
    for _ in range(rounds):
        for name, page in pages.items():
            rates[name].append(load(*page, seconds=seconds))
    broken = 0
    say(f"\n{CLIENTS} clients, {rounds} rounds of {seconds:g} s, requests a second (median, least, most)")
    for name, found in rates.items():
        line = f"{name:5} {statistics.median(found):8.1f} {min(found):8.1f} {max(found):8.1f}"
        if name in PROMISED:
            ratio = statistics.median(b / o for b, o in zip(rates["bare"], found, strict=True))
            kept = ratio <= PROMISED[name]
            broken |= not kept
            line += (
                f"   bare is {ratio:.2f} times as fast; promised at most {PROMISED[name]:g}{'' if kept else ': BROKEN'}"
            )
        say(line)
    return int(broken)


def load(port: int, path: str, key: str, *, seconds: float) -> float:
    """Requests a second with all clients at once for so many seconds."""
    counts, until = [0] * CLIENTS, time.monotonic() + seconds

    def client(number: int) -> None:
        with Caller(port, path, key) as caller:
            while time.monotonic() < until:
                caller.call()
                counts[number] += 1

    began = time.monotonic()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.monotonic() - began)


def fetch(port: int, path: str, key: str) -> bytes:
    """One page, to see that it is the page and how large it is."""
    with Caller(port, path, key) as caller:
        return caller.call()


class Caller:
    """One client on one connection, spending as little of the shared processors as it can."""

    def __init__(self, port: int, path: str, key: str) -> None:
        self.port = port
        head = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: sessionid={key}", "Connection: keep-alive", "", "")
        self.request = "\r\n".join(head).encode()

    def __enter__(self) -> "Caller":
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def call(self) -> bytes:
        """Send the request and read the whole answer; raises where it is not 200."""
        self.socket.sendall(self.request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise Stop(head.decode(errors="replace")[:300])
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += self._more()
        return body

    def _more(self) -> bytes:
        part = self.socket.recv(65536)
        if not part:
            raise Stop("the server closed the connection")
        return part
