"""The sweep as real processes on real connections: killed with -9 in the middle, and two at once."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import close_old_connections, connection, connections

from letters.models import Dispatch, Notice
from tests import factories
from worklist.models import Digest, Reminder
from worklist.services import sweeping

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_queue", "told_by_processes"),
]
MONDAY = date(2027, 3, 1)
SIX = datetime(2027, 3, 1, 6, tzinfo=ZoneInfo("Europe/London"))
PEOPLE, EACH = 40, 6


@pytest.fixture
def crowd(provider, due):
    """Many people, each with several deadlines of today: enough that a sweep takes a while."""
    people = [factories.working_as(provider, "officer", name=f"Officer Number{number}") for number in range(PEOPLE)]
    for number in range(PEOPLE * EACH):
        due(MONDAY, owner=people[number % PEOPLE])
    return people


@pytest.fixture
def process():
    """Start `manage.py sweep --on 2027-03-01` on the test's own database; none outlives the test."""
    own = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    environment = {**os.environ, "DATABASE_URL": own, "EVENHAND_LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-W", "ignore", "manage.py", "sweep", "--on", MONDAY.isoformat()]
    started = []

    def start() -> subprocess.Popen:
        pipe = subprocess.PIPE
        child = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=pipe, stderr=pipe, text=True)
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()
        child.communicate()


def wait_until(reached, child: subprocess.Popen) -> None:
    """Wait until something is so, while the process still runs."""
    until = time.monotonic() + 60
    while not reached():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < until
        time.sleep(0.002)


def check_complete() -> None:
    """Every deadline was reminded of once, every person has one mail with all of it, and one row of the outbox."""
    assert Reminder.objects.count() == PEOPLE * EACH
    assert not Reminder.objects.filter(digest__isnull=True).exists()
    assert Digest.objects.count() == Notice.objects.count() == Dispatch.objects.count() == PEOPLE
    for notice in Notice.objects.all():
        assert notice.subject == f"Evenhand: {EACH} due today"


@pytest.mark.parametrize(
    "reached",
    [
        pytest.param(lambda: Reminder.objects.count() >= 40, id="while it writes reminders"),
        pytest.param(lambda: Digest.objects.count() >= 5, id="while it mails"),
    ],
)
def test_killed_in_the_middle_and_run_again_it_is_complete_and_nothing_is_said_twice(crowd, process, reached):
    child = process()
    wait_until(reached, child)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert Digest.objects.count() < PEOPLE, "it was killed before the end"
    again = process()
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert "Sweep for 1 March 2027" in out
    check_complete()


def test_two_processes_at_once_say_nothing_twice(crowd, process):
    both = [process(), process()]
    for child in both:
        _, err = child.communicate(timeout=120)
        assert child.returncode == 0, err
    check_complete()


def test_many_threads_at_once_say_nothing_twice(crowd):
    def run(_: int) -> dict[str, int]:
        close_old_connections()
        try:
            return dict(sweeping.sweep(MONDAY, at=SIX).done)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, range(4)))
    assert sum(one.get("due_today", 0) for one in found) == PEOPLE * EACH
    assert sum(one.get("digests", 0) for one in found) == PEOPLE
    check_complete()
    assert sweeping.sweep(MONDAY, at=SIX + timedelta(minutes=1)).failed == []
