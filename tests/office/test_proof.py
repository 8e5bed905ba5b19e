"""Looking over the trail: when, what is told of a break and to whom, and what administrators see of it."""

import threading
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_fsm import TransitionNotAllowed

import audit.tasks
from audit import breaks, sealing
from audit.breaks import Break, Whole
from audit.models import Event, History, Seal, Verification
from audit.services import record
from cases.models import Evidence
from config.celery import app
from letters.models import Notice
from office import tasks
from office.management.named import Refused
from office.services import answering, verifying
from people.access import NotPermitted
from people.models import User
from tests import factories, migrating
from tests.factories import NOON
from tests.pressing import press

BROKEN = Break.marked("cases_incident 7 is not as its history left it on 1 December 2026 at 9am", "cases_incident", 7)


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


def looked(number: int, *found: Break) -> None:
    """So many looks at the trail, each with these breaks."""
    for one in range(number):
        at, every = NOON + timedelta(days=one), [each.as_json() for each in found]
        Verification.objects.create(at=at, whole=False, seals=3, rows=9, breaks=every, unanswered=len(every))


def test_the_page_says_that_nobody_has_looked_yet(office):
    assert "Nobody has looked the trail over yet" in shown(office)


def test_the_page_says_that_the_trail_stands(office):
    verifying.verify(at=timezone.now(), whole=True)
    page = shown(office)
    assert "The trail stands as it was left" in page and "The whole of it was looked over" in page
    assert "Number 1" in page and "One place" in page


def test_the_page_names_every_break(office):
    looked(1, BROKEN)
    page = shown(office)
    assert "does not stand as it was left" in page and BROKEN.words in page and "1 found" in page


def test_the_page_asks_as_much_of_many_looks_as_of_one(office, django_assert_max_num_queries):
    looked(1)
    with django_assert_max_num_queries(40) as one:
        shown(office)
    looked(60)
    with django_assert_max_num_queries(len(one)):
        assert "page=2" in shown(office)


def alter_a_file(content: bytes = b"other") -> None:
    """What somebody with a hand on the disk could do."""
    Path(Evidence.objects.get().file.path).write_bytes(content)


def test_a_break_is_told_to_every_administrator_once_a_day(filed):
    assert verifying.verify(at=timezone.now(), whole=True).breaks == []
    alter_a_file()
    for _ in range(2):
        (broken,) = verifying.found(verifying.verify(at=timezone.now(), whole=True))
        assert "is not what was handed in" in broken.words
    told = Notice.objects.filter(kind=verifying.KIND)
    assert [notice.to for notice in told] == [filed.staff.administrator]
    assert "incident" not in told.get().body, "mail may be read by others"
    assert Event.objects.filter(verb="trail.broken").count() == 2


def test_readyz_says_what_was_found_and_stays_ready(client, office):
    assert client.get("/readyz").json()["trail"] == "not looked over yet"
    looked(1)
    assert client.get("/readyz").json()["trail"].startswith("stood on 2026-")
    looked(1, BROKEN)
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


def answer(client: Client, mark: str, **typed) -> HttpResponse:
    """The page of a break, with a button of it pressed."""
    url = reverse("office:proof_answer", args=[mark])
    return press(client, url, {"reason": typed.get("reason", "")}, button=typed.get("button", "do"))


def at_desk(user: User) -> Client:
    """Somebody of the office, signed in."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


REPAIRED = "The owner of the database put a day right in SQL, ticket 4711."


def test_a_break_is_known_once_two_administrators_have_answered(office):
    looked(1, BROKEN)
    ada, bill = at_desk(office.ada), at_desk(office.bill)
    assert "Enter what you found out" in answer(ada, BROKEN.mark).content.decode()
    assert answer(ada, BROKEN.mark, reason=REPAIRED).status_code == 302
    assert breaks.known() == {} and "has said what it is" in shown(office)
    assert answer(ada, BROKEN.mark, button="agree").status_code == 403, "nobody clears what they did themselves"
    assert answer(bill, BROKEN.mark, button="agree").status_code == 302
    page = shown(office)
    assert "Besides what is known" in page and "Known since" in page and BROKEN.words in page and "4711" in page
    assert office.ada.name in page and office.bill.name in page
    verbs = Event.objects.about(Whole.trail).order_by("pk").values_list("verb", "by_ref")
    assert list(verbs) == [(breaks.EXPLAINED, office.ada.reference), (breaks.ACCEPTED, office.bill.reference)]
    told = Notice.objects.filter(kind=answering.KIND).order_by("pk")
    assert [one.to for one in told] == [office.bill, office.staff.dpo, office.ada, office.staff.dpo]
    assert not any("cases_incident" in one.body for one in told), "mail may be read by others"


def test_who_agrees_agrees_with_what_they_read(office):
    """Said anew by whomever, it waits for another again; what was agreed is final."""
    looked(1, BROKEN)
    answering.explain(BROKEN, reason=REPAIRED, by=office.ada, at=NOON)
    first = breaks.answers()[BROKEN.mark].event
    answering.explain(BROKEN, reason="Nobody knows who did it.", by=office.bill, at=NOON)
    with pytest.raises(TransitionNotAllowed):
        answering.accept(BROKEN.mark, explained=first, by=office.staff.administrator, at=NOON)
    second = breaks.answers()[BROKEN.mark].event
    with pytest.raises(NotPermitted):
        answering.accept(BROKEN.mark, explained=second, by=office.staff.officer, at=NOON)
    answering.accept(BROKEN.mark, explained=second, by=office.ada, at=NOON)
    for by in (office.ada, office.bill):
        with pytest.raises(TransitionNotAllowed):
            answering.explain(BROKEN, reason="Otherwise.", by=by, at=NOON)
    assert "Nobody knows" in shown(office) and REPAIRED not in shown(office)


def test_the_page_of_a_break_is_of_one_that_was_found(office):
    looked(1, BROKEN, Break("the guard evenhand_fixed of audit_event is off"))
    page = shown(office)
    assert "To be mended" in page and page.count("Say what") == 1
    for mark in ("0123456789abcdef", "-"):
        assert at_desk(office.ada).get(reverse("office:proof_answer", args=[mark])).status_code == 404
    assert at_desk(office.staff.dpo).get(reverse("office:proof_answer", args=[BROKEN.mark])).status_code == 403


def test_the_page_asks_as_much_of_many_known_breaks_as_of_one(office, django_assert_max_num_queries):
    def known(number: int) -> None:
        broken = Break.marked(f"cases_incident {number} is gone", number)
        answering.explain(broken, reason=REPAIRED, by=office.ada, at=NOON)
        answering.accept(broken.mark, explained=breaks.answers()[broken.mark].event, by=office.bill, at=NOON)

    known(1)
    with django_assert_max_num_queries(40) as one:
        shown(office)
    for number in range(2, 31):
        known(number)
    with django_assert_max_num_queries(len(one)):
        assert shown(office).count("Known since") == 30


def test_a_known_break_is_named_for_ever_and_hides_no_other(filed, capsys):
    """The command and the night's look go on naming it, and stop at the next change of the same thing."""
    ada, bill = filed.staff.administrator, factories.working_as(filed.staff.administrator.provider, "administrator")
    verifying.verify(at=timezone.now(), whole=True)
    alter_a_file()
    (broken,) = verifying.found(verifying.verify(at=timezone.now(), whole=True))
    answering.explain(broken, reason=REPAIRED, by=ada, at=timezone.now())
    with pytest.raises(Refused, match=broken.mark):
        call_command("verify_trail")
    answering.accept(broken.mark, explained=breaks.answers()[broken.mark].event, by=bill, at=timezone.now())
    for _ in range(2):
        call_command("verify_trail")
        said = capsys.readouterr().out
        assert broken.words in said and ada.name in said and bill.name in said and REPAIRED in said
    last = Verification.objects.order_by("-pk")[0]
    assert (last.unanswered, last.found_words) == (0, "1 known")
    assert Event.objects.order_by("-pk")[0].verb == "trail.verified"
    call_command("verify_trail", "--new")
    assert broken.words in capsys.readouterr().out, "although the look at what is new did not come by it"
    alter_a_file(b"again")
    with pytest.raises(Refused) as refused:
        call_command("verify_trail")
    assert broken.mark not in str(refused.value) and "is not what was handed in" in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_what_was_found_before_breaks_had_marks_is_carried_over(transactional_db):
    with migrating.at("audit", "0003_breaks_answered_for") as apps:
        old = apps.get_model("audit", "Verification").objects
        old.create(at=NOON, whole=True, seals=1, rows=1, breaks=[BROKEN.words])
        old.create(at=NOON, whole=True, seals=1, rows=1, breaks=[])
    first, second = Verification.objects.order_by("pk")
    assert verifying.found(first) == [Break(BROKEN.words)] and (first.unanswered, second.unanswered) == (1, 0)


def test_beat_seals_every_half_minute_and_looks_every_night_and_every_week():
    table = app.conf.beat_schedule
    assert table["seal-trail"] == {"task": audit.tasks.seal.name, "schedule": 30.0}
    assert table["verify-trail"]["task"] == tasks.verify_new.name
    assert table["verify-whole-trail"]["task"] == tasks.verify_whole.name
    assert table["verify-whole-trail"]["schedule"].day_of_week == {0}


def test_nightly_only_what_is_new_is_looked_over(office):
    verifying.verify(at=timezone.now(), whole=True)
    record("resident.seen", subject=Whole(), by=None, at=NOON)
    tasks.verify_new()
    first, second = Verification.objects.order_by("pk")
    assert (first.whole, second.whole) == (True, False) and second.rows > first.rows and second.breaks == []


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_yet_is_sealed_later_and_nobody_waits(transactional_db):
    """A writer that takes long holds up neither another writer nor the seal, and its row comes into the next link."""
    wrote, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record("resident.seen", subject=Whole(), by=None, at=NOON)
            wrote.set()
            go_on.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert wrote.wait(20)
        record("resident.heard", subject=Whole(), by=None, at=NOON)
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
        record("resident.seen", subject=Whole(), by=None, at=NOON)

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
