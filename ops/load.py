"""`./run soak load`: fifty officers for five minutes on gunicorn and a worker: log, look up, decide; nothing is lost.

Each is signed in, reads a page before pressing its button, and thinks in between. Broken is any answer that is not the
page which was due, and any incident, look or decision whose confirmation was shown and which is not in the database.
"""

import argparse
import http.client
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from ops.bench.pages import serving
from ops.console import Stop, say
from ops.page_forms import Forms
from ops.paths import ROOT, make, state
from ops.servers import Servers

CASES, INCIDENTS = 4_000, 12_000
THINKING = (1.0, 5.0)
SHARES = {"look up": 60, "log": 30, "decide": 10}
AT_THE_FIRST_STAGE = (0, 4, 5)
"""Of six cases of `bulk.council`, those that are closed with a reason alone."""
WORDS = "Shouted at the desk and would not leave when asked"
SIGN_IN = """
import django; django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from ops import bulk
from people.accounts import sessions
bulk.council(cases={cases}, incidents={incidents})
for officer in bulk.officers({officers}):
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(officer.pk), officer.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[sessions.BEGUN] = session[sessions.SEEN] = timezone.now().isoformat()
    session.create()
    print(session.session_key)
"""
COUNT = """
import django; django.setup()
from cases.models import Case, Incident
from register.models import Lookup
logged = Incident.objects.filter(facts__startswith="{words}").count()
print(logged, Lookup.objects.count(), Case.objects.filter(stage="closed").count())
"""


class Wrong(Exception):
    """A page that was not the one which was due."""


def main(arguments: list[str]) -> int:
    """Bring everything up, let them work, count what is there; 1 where something was wrong or lost."""
    parser = argparse.ArgumentParser(prog="./run soak load", description=__doc__)
    parser.add_argument("--officers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300.0)
    options = parser.parse_args(arguments)
    folder = make(make(state(), 0o711) / "load", 0o711)
    Servers(folder).forget()  # what was closed the last time cannot be closed again
    with Servers(folder) as servers:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EVENHAND_")},
            **servers.environment(),
            "EVENHAND_SECRET_KEY": "".join(random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=50)),
            "EVENHAND_STATE": str(folder),
            "EVENHAND_DEMO": "1",
            "EVENHAND_LOG_LEVEL": "ERROR",
        }
        for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "--verbosity", "0"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
        say(f"{CASES:,} cases, {INCIDENTS:,} incidents, {options.officers} officers, {options.seconds:g} s …")
        keys = ask(environment, SIGN_IN.format(cases=CASES, incidents=INCIDENTS, officers=options.officers)).split()
        before = counted(environment)
        with serving(environment, folder, "config.settings") as port, working(environment):
            officers = [Officer(number, len(keys), key, port) for number, key in enumerate(keys)]
            everybody(officers, options.seconds)
        return told(officers, [now - then for now, then in zip(counted(environment), before, strict=True)])


def ask(environment: Mapping[str, str], code: str) -> str:
    """What a piece of code prints that runs as the product does."""
    settings = {**environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=settings, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stop(done.stderr[-2000:])
    return done.stdout.strip()


def counted(environment: Mapping[str, str]) -> list[int]:
    """How many incidents, looks and closed cases there are."""
    return [int(number) for number in ask(environment, COUNT.format(words=WORDS)).split()]


class working:
    """A Celery worker beside the web, as in production: what the pages ask for is done meanwhile."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        binary = Path(sys.executable).parent / "celery"
        self.command = [str(binary), "--app", "config", "worker", "--loglevel", "ERROR", "--concurrency", "1"]
        self.environment = dict(environment)

    def __enter__(self) -> None:
        self.process = subprocess.Popen(self.command, cwd=ROOT, env=self.environment)

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


class Officer(threading.Thread):
    """One officer at one browser, with cases to close and residents to log that are nobody else's."""

    def __init__(self, number: int, officers: int, key: str, port: int) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.until = number, port, 0.0
        self.cookies = {"sessionid": key}
        self.chance = random.Random(number)
        self.done = dict.fromkeys(SHARES, 0)
        self.took: dict[str, list[float]] = {name: [] for name in SHARES}
        self.wrong: list[str] = []
        self.closing = [n for n in range(CASES) if n % 6 in AT_THE_FIRST_STAGE][number::officers]
        self.new = [n for n in range(CASES) if n % 6 not in AT_THE_FIRST_STAGE][number::officers]
        self.url = ""

    def run(self) -> None:
        """One errand after the other until the time is over."""
        while time.monotonic() < self.until:
            what = self.chance.choices(list(SHARES), weights=list(SHARES.values()))[0]
            try:
                {"look up": self.look_up, "log": self.log, "decide": self.decide}[what](what)
                self.done[what] += 1
            except (Wrong, OSError, http.client.HTTPException) as problem:
                self.wrong.append(f"{what}: {type(problem).__name__} {problem}")
            time.sleep(self.chance.uniform(*THINKING))

    def look_up(self, what: str) -> None:
        """Look somebody up before a visit, as whoever is about to ring a bell."""
        resident = f"R-{900_000 + self.chance.randrange(CASES)}"
        self.open(what, f"/register/?q={resident}")
        page = self.open(what, f"/register/{resident}/")
        self.press(what, page, {}, button="visit", due=r"/register/look-ups/\d+/$")

    def log(self, what: str) -> None:
        """Log what somebody did."""
        resident = f"R-{900_000 + self.new.pop()}"
        page = self.open(what, f"/incidents/log/?resident={resident}")
        typed = {
            "facts": f"{WORDS}: {resident}.",
            "when": "now",
            "channel": "phone",
            "danger": "no",
            "warnings_given": "1",
        }
        self.press(what, page, typed, due="/saved/$")

    def decide(self, what: str) -> None:
        """Decide that a case is closed, with the reason."""
        case = f"C-{900_000 + self.closing.pop()}"
        page = self.open(what, f"/cases/{case}/close/")
        self.press(what, page, {"reasons": "Nothing has happened for a year."}, due=f"/cases/{case}/$")

    def open(self, what: str, url: str) -> str:
        """Open a page; the words of what comes, wherever it leads."""
        return self._go(what, "GET", url)

    def press(self, what: str, page: str, typed: Mapping[str, str], *, due: str, button: str = "do") -> None:
        """Fill in the form of the page and press its button. Raises `Wrong` where that does not lead to what is due."""
        form = next((found for found in Forms(page).found if ("do", button) in found.buttons), None)
        if form is None:
            raise Wrong(f"no button {button} at {self.url}")
        posted = {**form.hidden, **form.standing, "do": [button], **{name: [value] for name, value in typed.items()}}
        self._go(what, "POST", self.url, urlencode(posted, doseq=True))
        if not re.search(due, self.url):
            raise Wrong(f"{self.url} came, {due} was due")

    def _go(self, what: str, method: str, url: str, body: str = "") -> str:
        for _ in range(5):
            status, head, words = self._call(what, method, url, body)
            if status not in (301, 302, 303):
                break
            url, method, body = urljoin(url, head["Location"]), "GET", ""
        if status != 200:
            raise Wrong(f"{status} at {urlsplit(url).path}")
        self.url = url
        return words

    def _call(self, what: str, method: str, url: str, body: str) -> tuple[int, http.client.HTTPMessage, str]:
        head = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            head["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        line.request(method, url, body or None, head)
        answer = line.getresponse()
        words = answer.read().decode(errors="replace")
        line.close()
        self.took[what].append(time.monotonic() - began)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value
        return answer.status, answer.headers, words


def everybody(officers: Iterable[Officer], seconds: float) -> None:
    """Let all of them work for so long."""
    until = time.monotonic() + seconds
    for officer in officers:
        officer.until = until
        officer.start()
    for officer in officers:
        officer.join()


def told(officers: list[Officer], found: list[int]) -> int:
    """Say how long it took, what went wrong and what was lost; 1 where anything was."""
    shown = {what: sum(officer.done[what] for officer in officers) for what in SHARES}
    kept = dict(zip(("log", "look up", "decide"), found, strict=True))
    broken = 0
    for what, times in shown.items():
        took = sorted(each for officer in officers for each in officer.took[what])
        if not took:
            raise Stop(f"Nobody came to {what}; let them work for longer.")
        middle, most = took[len(took) // 2], took[int(len(took) * 0.95)]
        lost = times - kept[what]
        broken |= lost > 0
        say(
            f"{what:8} {times:6} times, {len(took):6} pages; half within {middle:.2f} s, 95 % within {most:.2f} s"
            f"{f'; LOST {lost}' if lost > 0 else ''}"
        )
    wrong = [each for officer in officers for each in officer.wrong]
    for each in wrong[:20]:
        say(f"WRONG {each}")
    say(f"{len(wrong)} errors." if wrong else "No error, no lost write." if not broken else "Writes were lost.")
    return 1 if broken or wrong else 0
