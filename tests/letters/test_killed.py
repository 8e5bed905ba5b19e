"""Real workers killed with -9 while rendering and while sending: nothing is lost, and nothing goes twice.

No hooks in the product: a lock on a table stops the worker where it is about to write, a mail server hesitates.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from audit.models import Event
from deadlines.models import Deadline
from letters import services
from letters.models import Dispatch, Rendering
from tests import owning
from tests.letters import post
from tests.letters.builders import FACTS, about

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
State = Dispatch.State
ROOT = Path(django_settings.BASE_DIR)
PATIENCE = 60


def until(holds, what: str) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {PATIENCE} seconds")


def own_database() -> str:
    """The address of this run's own test database, as the settings read it."""
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"


class Worker:
    """A Celery worker of the product, on the test's own database, queue, print folder and mail server."""

    def __init__(self, folder: Path, mail_port: int) -> None:
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        environment = os.environ | {
            "DATABASE_URL": own_database(),
            "EVENHAND_PRINT_DIR": str(folder / "print"),
            "EVENHAND_EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "EVENHAND_LOG_LEVEL": "INFO",
        }
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "1", "--loglevel", "info"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--without-gossip", "--without-mingle"],
                cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(lambda: b"ready." in self.log.read_bytes() or self.process.poll() is not None, "worker ready")
        assert self.process.poll() is None, self.log.read_text()

    def kill(self) -> None:
        """Kill it and its child with -9, as a power cut does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def nobody_writes(table: str) -> Iterator[None]:
    """Hold a table so that it can be read and not written."""
    with owning.beside() as held, held.transaction():
        held.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield


def waits_for(table: str) -> bool:
    """Whether somebody waits to write the table."""
    with owning.beside() as asked:
        sql = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
        return bool(asked.execute(sql, [table]).fetchone()[0])


def sweeping_until(holds, what: str) -> None:
    """Do as beat does until something holds."""
    last = 0.0

    def swept() -> bool:
        nonlocal last
        if time.monotonic() - last > 1.5:
            last = time.monotonic()
            current_app.send_task("letters.tasks.sweep_outbox", expires=20)
        return holds()

    until(swept, what)


@pytest.fixture
def letter(resident, staff, empty_queue):
    """A letter issued now, whose workers have not been told yet (the queue is emptied)."""
    made = services.request("warning", about(resident), FACTS["warning"], by=staff.officer, at=timezone.now())
    empty_queue.flushdb()
    return made


@pytest.fixture
def mail_server():
    with post.office() as server:
        yield server


@pytest.fixture
def worker(tmp_path, mail_server):
    """Starts workers, and leaves none behind."""
    workers: list[Worker] = []

    def start() -> Worker:
        workers.append(Worker(tmp_path, mail_server.port))
        return workers[-1]

    yield start
    for one in workers:
        one.kill()


def states(letter) -> dict[str, str]:
    return dict(Dispatch.objects.filter(letter=letter).values_list("channel", "state"))


def happened(letter, verb: str) -> int:
    return Event.objects.filter(subject_ref=letter.reference, verb=verb).count()


def test_killed_while_rendering_a_letter_is_rendered_and_sent_once(letter, worker, mail_server, tmp_path):
    first = worker()
    with nobody_writes("letters_rendering"):
        current_app.send_task("letters.tasks.render", args=[letter.pk])
        until(lambda: waits_for("letters_rendering"), "the worker at the end of its rendering")
        first.kill()
    assert not Rendering.objects.exists()
    assert happened(letter, "letter.rendered") == 0
    worker()
    sweeping_until(lambda: set(states(letter).values()) == {State.SENT}, "sent after the restart")
    assert Rendering.objects.count() == happened(letter, "letter.rendered") == 1
    assert len(list((tmp_path / "print").iterdir())) == 1
    assert len(mail_server.received) == 1
    assert happened(letter, "letter.dispatched") == 2


def test_killed_after_the_paper_was_printed_it_is_not_printed_again(letter, worker, mail_server, tmp_path, empty_queue):
    paper = Dispatch.objects.get(letter=letter, channel="print")
    services.outbox.render(letter.pk, at=timezone.now(), using=lambda _: (b"%PDF the letter", 1))
    empty_queue.flushdb()  # rendering told the workers; nothing is sent before the table is held
    first = worker()
    with nobody_writes("deadlines_deadline"):
        current_app.send_task("letters.tasks.dispatch", args=[paper.pk])
        until(lambda: waits_for("deadlines_deadline"), "the worker after it wrote the file")
        assert states(letter)["print"] == State.SENDING
        first.kill()
    (file,) = (tmp_path / "print").iterdir()
    before = file.stat()
    worker()
    sweeping_until(lambda: states(letter)["print"] == State.SENT, "the paper settled after the restart")
    assert [one.name for one in (tmp_path / "print").iterdir()] == [file.name]
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert happened(letter, "letter.dispatched") >= 1


def test_killed_while_sending_the_mail_is_uncertain_and_not_sent_again(letter, worker, mail_server, staff, tmp_path):
    services.outbox.render(letter.pk, at=timezone.now(), using=lambda _: (b"%PDF the letter", 1))
    mail = Dispatch.objects.get(letter=letter, channel="email")
    mail_server.go_on.clear()
    first = worker()
    current_app.send_task("letters.tasks.dispatch", args=[mail.pk])
    until(mail_server.arrived.is_set, "the words with the mail server")
    assert states(letter)["email"] == State.SENDING
    first.kill()
    mail_server.go_on.set()
    worker()
    sweeping_until(lambda: set(states(letter).values()) == {State.SENT, State.UNCERTAIN}, "settled after the restart")
    assert states(letter) == {"print": State.SENT, "email": State.UNCERTAIN}
    for _ in range(3):
        current_app.send_task("letters.tasks.dispatch", args=[mail.pk])
        current_app.send_task("letters.tasks.sweep_outbox")
    until(lambda: current_app.connection_for_write().default_channel.client.llen("celery") == 0, "the queue empty")
    time.sleep(2)
    assert len(mail_server.received) == 1
    assert len(list((tmp_path / "print").iterdir())) == 1
    due = Deadline.objects.get(kind="letter.uncertain")
    assert (due.owner, due.state) == (staff.officer, "open")
    assert happened(letter, "letter.dispatch_uncertain") == 1


def test_only_the_child_killed_the_worker_goes_on(letter, worker, mail_server, tmp_path):
    """The kernel may kill the child alone, for want of memory: the worker starts another and goes on."""
    running = worker()
    with nobody_writes("letters_rendering"):
        current_app.send_task("letters.tasks.render", args=[letter.pk])
        until(lambda: waits_for("letters_rendering"), "the worker at the end of its rendering")
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(running.process.pid)], capture_output=True, text=True, check=True
        )
        for child in listed.stdout.split():
            os.kill(int(child), signal.SIGKILL)
    sweeping_until(lambda: set(states(letter).values()) == {State.SENT}, "sent by the same worker")
    assert Rendering.objects.count() == happened(letter, "letter.rendered") == 1
    assert len(mail_server.received) == len(list((tmp_path / "print").iterdir())) == 1
