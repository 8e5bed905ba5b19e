"""Looking over the trail: when, what is told of a break and to whom, and what administrators see of it."""

import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import audit.tasks
from audit import sealing
from audit.models import Event, History, Seal, Verification
from audit.services import record
from cases.models import Evidence
from config.celery import app
from letters.models import Notice
from office import tasks
from office.management.named import Refused
from office.services import verifying
from tests.factories import NOON

BROKEN = "cases_incident 7 is not as its history left it on 1 December 2026 at 9am"


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    """Heads of this test alone."""
    settings.SEAL_PLACES = [tmp_path / "seals"]
    return settings.SEAL_PLACES


def shown(office) -> str:
    """The page as Ada sees it."""
    client = Client()
    client.force_login(office.ada)
    return client.get(reverse("office:proof")).content.decode()


def looked(number: int, **found) -> None:
    """So many looks at the trail."""
    for one in range(number):
        at = NOON + timedelta(days=one)
        Verification.objects.create(at=at, whole=False, seals=3, rows=9, **found)


def test_the_page_says_that_nobody_has_looked_yet(office):
    assert "Nobody has looked the trail over yet" in shown(office)


def test_the_page_says_that_the_trail_stands(office):
    verifying.verify(at=timezone.now(), whole=True)
    page = shown(office)
    assert "The trail stands as it was left" in page and "The whole of it was looked over" in page
    assert "Number 1" in page and "One place" in page


def test_the_page_names_every_break(office):
    looked(1, breaks=[BROKEN])
    page = shown(office)
    assert "does not stand as it was left" in page and BROKEN in page and "1 found" in page


def test_the_page_asks_as_much_of_many_looks_as_of_one(office, django_assert_max_num_queries):
    looked(1)
    with django_assert_max_num_queries(40) as one:
        shown(office)
    looked(60)
    with django_assert_max_num_queries(len(one)):
        assert "page=2" in shown(office)


def alter_a_file() -> None:
    """What somebody with a hand on the disk could do."""
    Path(Evidence.objects.get().file.path).write_bytes(b"other")


def test_a_break_is_told_to_every_administrator_once_a_day(filed):
    assert verifying.verify(at=timezone.now(), whole=True).breaks == []
    alter_a_file()
    for _ in range(2):
        breaks = verifying.verify(at=timezone.now(), whole=True).breaks
        assert len(breaks) == 1 and "is not what was handed in" in breaks[0]
    told = Notice.objects.filter(kind=verifying.KIND)
    assert [notice.to for notice in told] == [filed.staff.administrator]
    assert "incident" not in told.get().body, "mail may be read by others"
    assert Event.objects.filter(verb="trail.broken").count() == 2


def test_readyz_says_what_was_found_and_stays_ready(client, office):
    assert client.get("/readyz").json()["trail"] == "not looked over yet"
    looked(1)
    assert client.get("/readyz").json()["trail"].startswith("stood on 2026-")
    looked(1, breaks=[BROKEN])
    assert client.get("/readyz").json()["trail"] == "1 breaks"
    assert set(client.get("/readyz").json()["checks"]) == {"database", "migrations", "queue", "beat"}


def test_the_command_says_that_it_stands_or_names_the_breaks(filed):
    said = StringIO()
    call_command("verify_trail", "--new", stdout=said)
    assert "The trail stands as it was left: 1 seals" in said.getvalue()
    alter_a_file()
    with pytest.raises(Refused, match="is not what was handed in"):
        call_command("verify_trail")
    assert [one.whole for one in Verification.objects.order_by("pk")] == [False, True]


def test_beat_seals_every_half_minute_and_looks_every_night_and_every_week():
    table = app.conf.beat_schedule
    assert table["seal-trail"] == {"task": audit.tasks.seal.name, "schedule": 30.0}
    assert table["verify-trail"]["task"] == tasks.verify_new.name
    assert table["verify-whole-trail"]["task"] == tasks.verify_whole.name
    assert table["verify-whole-trail"]["schedule"].day_of_week == {0}


def test_nightly_only_what_is_new_is_looked_over(office):
    verifying.verify(at=timezone.now(), whole=True)
    record("resident.seen", subject=verifying.Whole(), by=None, at=NOON)
    tasks.verify_new()
    first, second = Verification.objects.order_by("pk")
    assert (first.whole, second.whole) == (True, False) and second.rows > first.rows and second.breaks == []


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_yet_is_sealed_later_and_nobody_waits(transactional_db):
    """A writer that takes long holds up neither another writer nor the seal, and its row comes into the next link."""
    wrote, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record("resident.seen", subject=verifying.Whole(), by=None, at=NOON)
            wrote.set()
            go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert wrote.wait(20)
        record("resident.heard", subject=verifying.Whole(), by=None, at=NOON)
        assert sealing.seal(at=timezone.now()) == 1
        assert History.objects.filter(kept="audit_event", seal=1).count() == 1
    finally:
        go_on.set()
        thread.join()
    assert sealing.seal(at=timezone.now()) == 1
    late, early = History.objects.filter(kept="audit_event").order_by("pk")
    assert (late.seal_id, early.seal_id) == (2, 1), "the lower number was committed later"
    assert verifying.verify(at=timezone.now(), whole=True).breaks == []


@pytest.mark.django_db(transaction=True)
def test_two_that_seal_at_once_make_one_chain(transactional_db):
    for _ in range(40):
        record("resident.seen", subject=verifying.Whole(), by=None, at=NOON)

    def seal() -> None:
        sealing.seal(at=timezone.now())
        connection.close()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealing.seal(at=timezone.now())
    assert History.objects.filter(seal=None).count() == 0
    numbers = list(Seal.objects.order_by("pk").values_list("pk", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert verifying.verify(at=timezone.now(), whole=True).breaks == []
