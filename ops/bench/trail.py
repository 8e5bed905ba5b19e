"""`./run bench trail`: a commit with all that the trail keeps beside the same commit without, in turns.

The commit is an incident that is logged: a row of its own, a case that it is added to, warnings, events with words,
a mail to a manager. Without means without what stands on top of them: no history, no stamp, no seal.
"""

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from datetime import UTC, datetime

import psycopg

from ops.console import say
from ops.paths import ROOT, make, state
from ops.roles import OWNER, migrating
from ops.servers import Servers

PROMISED = 1.25
WARM = 20
REPORTED = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WITHOUT = ("evenhand_kept", "evenhand_stamped")


def main(arguments: list[str]) -> int:
    """Load a council where there is none, measure in turns, print the ratio; 1 where it is more than was promised."""
    parser = argparse.ArgumentParser(prog="./run bench trail", description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--commits", type=int, default=100)
    options = parser.parse_args(arguments)
    folder = make(make(state(), 0o711) / "bench-trail", 0o711)
    with Servers(folder) as servers:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("EVENHAND_")},
            **servers.environment(),
            "EVENHAND_SECRET_KEY": "k" * 50,
            "EVENHAND_STATE": str(folder),
            "EVENHAND_DEMO": "1",
            "EVENHAND_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=migrating(environment), check=True)
        asked = f"trail.measure({options.rounds}, {options.commits})"
        code = f"import django; django.setup(); from ops.bench import trail; {asked}"
        return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=False).returncode


def measure(rounds: int, commits: int) -> None:
    """Log incidents with and without what the trail keeps, in turns; exit code 1 where the promise is broken."""
    from django.db import connection

    from ops import bulk
    from people.models import User

    officer = User.objects.filter(email="officer@measured.example").first() or bulk.council(cases=500, incidents=2_000)
    taken: dict[bool, list[float]] = {True: [], False: []}
    asked = connection.get_connection_params()
    with psycopg.connect(host=asked["host"], dbname=asked["dbname"], user=OWNER, autocommit=True) as owner:
        try:
            _round(officer, WARM)
            for number in range(2 * rounds):
                kept = number % 2 == 0
                _switch(owner, on=kept)
                with _sealing(owner) if kept else nullcontext():
                    taken[kept] += _round(officer, commits)
        finally:
            _switch(owner, on=True)
    medians = {kept: statistics.median(times) for kept, times in taken.items()}
    ratio = medians[True] / medians[False]
    say(f"without: {medians[False] * 1000:.2f} ms a commit (median of {len(taken[False])})")
    say(f"with:    {medians[True] * 1000:.2f} ms a commit (median of {len(taken[True])})")
    say(f"ratio:   {ratio:.3f} (promised: at most {PROMISED})")
    sys.exit(ratio > PROMISED)


def _round(officer, commits: int) -> list[float]:
    from cases.services import incidents
    from people.models import Resident

    residents = list(Resident.objects.order_by("?")[:commits])
    times = []
    for resident in residents:
        happened = incidents.Happened(
            happened_on=REPORTED.date(),
            channel="phone",
            facts="Shouted for ten minutes about a repair and would not let the officer speak. " * 5,
            categories=("aggression",),
            warnings_given=1,
        )
        began = time.perf_counter()
        parts = [(resident, "behaved")]
        incidents.log(provider=officer.provider, parts=parts, happened=happened, by=officer, at=REPORTED)
        times.append(time.perf_counter() - began)
    return times


def _switch(owner: psycopg.Connection, *, on: bool) -> None:
    rows = owner.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname = ANY(%s)", [list(WITHOUT)]
    )
    for table, name in rows.fetchall():
        owner.execute(f"ALTER TABLE {table} {'ENABLE ALWAYS' if on else 'DISABLE'} TRIGGER {name}")


class _sealing:
    """Seals beside the commits, far more often than in production."""

    def __init__(self, owner: psycopg.Connection) -> None:
        self.owner, self.over = owner, threading.Event()
        self.thread = threading.Thread(target=self._seal)

    def _seal(self) -> None:
        while not self.over.wait(1.0):
            self.owner.execute("SELECT public.evenhand_seal(10000)")

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()
