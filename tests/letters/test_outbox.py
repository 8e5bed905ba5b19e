"""Rendering and sending: once each, and what every failure means."""

import email
import email.policy
import hashlib
import threading
import time
from datetime import timedelta

import pytest
from celery import current_app
from django.core import mail as mailbox
from django.db import ProgrammingError, connection, transaction
from django_fsm import TransitionNotAllowed

from audit.models import Event
from deadlines.models import Deadline
from letters import render, services, tasks
from letters.models import MOST_ATTEMPTS, Dispatch, Letter, Rendering
from letters.services import outbox
from people import access
from policies.rules import RuleBroken
from tests import factories
from tests.factories import NOON
from tests.letters import post

State = Dispatch.State
PDF = b"%PDF-1.7 the words of a letter"


def clock(at=NOON):
    return lambda: at


def way(letter, channel) -> Dispatch:
    return Dispatch.objects.get(letter=letter, channel=channel)


def verbs():
    return [verb for verb in Event.objects.order_by("pk").values_list("verb", flat=True) if verb.startswith("letter.")]


@pytest.fixture
def rendered(issued):
    """An issued letter whose PDF is made."""

    def make(kind: str = "warning", **changed: object) -> Letter:
        letter = issued(kind, **changed)
        outbox.render(letter.pk, at=NOON, using=lambda _: (PDF, 1))
        return letter

    return make


@pytest.fixture
def mail_server(settings):
    with post.office() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        yield server


# rendering


def test_a_letter_is_rendered_once(issued):
    letter = issued()
    first = outbox.render(letter.pk, at=NOON, using=render.letter)
    assert first.sha256 == hashlib.sha256(first.pdf).hexdigest()
    assert outbox.render(letter.pk, at=NOON, using=lambda _: pytest.fail("rendered twice")) is None
    assert verbs() == ["letter.drafted", "letter.issued", "letter.rendered"]


def test_a_draft_is_not_rendered(draft):
    assert outbox.render(draft().pk, at=NOON, using=lambda _: pytest.fail("rendered a draft")) is None


def test_a_failed_rendering_leaves_nothing(issued):
    letter = issued()

    def breaks(_):
        raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError):
        outbox.render(letter.pk, at=NOON, using=breaks)
    assert not Rendering.objects.exists()
    assert "letter.rendered" not in verbs()


@pytest.mark.parametrize("sql", ["UPDATE letters_rendering SET pdf = ''", "DELETE FROM letters_rendering"])
def test_the_pdf_as_sent_cannot_be_changed(rendered, sql):
    rendered()
    with pytest.raises(ProgrammingError, match="denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# paper


def test_paper_is_put_into_the_folder_whole(rendered, print_folder):
    letter = rendered()
    outbox.send(way(letter, "print").pk, now=clock())
    sent = way(letter, "print")
    assert (sent.state, sent.ended_at, sent.attempts) == (State.SENT, NOON, 1)
    assert sent.file_name == f"{letter.reference}-{sent.pk}.pdf"
    assert [(file.name, file.read_bytes()) for file in print_folder.iterdir()] == [(sent.file_name, PDF)]
    assert (print_folder / sent.file_name).stat().st_mode & 0o077 == 0
    assert verbs()[-1] == "letter.dispatched"


def test_nothing_goes_before_the_pdf_is_made(issued, print_folder):
    letter = issued()
    for sending in letter.dispatches.all():
        outbox.send(sending.pk, now=clock())
    assert set(letter.dispatches.values_list("state", "attempts")) == {("waiting", 0)}
    assert not print_folder.exists()


def test_what_was_sent_is_not_sent_again(rendered, print_folder):
    letter = rendered()
    sending = way(letter, "print")
    outbox.send(sending.pk, now=clock())
    (print_folder / f"{letter.reference}-{sending.pk}.pdf").unlink()
    outbox.send(sending.pk, now=clock())
    outbox.settle(at=NOON + timedelta(days=1))
    assert list(print_folder.iterdir()) == []


def test_a_finished_file_of_a_dead_worker_is_this_letter(rendered, print_folder):
    letter = rendered()
    sending = way(letter, "print")
    file = print_folder / outbox.print_name(sending)
    file.parent.mkdir()
    file.write_bytes(PDF)
    before = file.stat()
    outbox.send(sending.pk, now=clock())
    assert way(letter, "print").state == State.SENT
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_file_of_that_name_is_never_overwritten(rendered, print_folder):
    letter = rendered()
    sending = way(letter, "print")
    print_folder.mkdir()
    file = print_folder / outbox.print_name(sending)
    file.write_bytes(b"something else")
    outbox.send(sending.pk, now=clock())
    failed = way(letter, "print")
    assert (failed.state, failed.ended_at) == (State.FAILED, NOON)
    assert "another file has the name" in failed.problem
    assert [one.read_bytes() for one in print_folder.iterdir()] == [b"something else"]


def test_a_folder_that_cannot_be_written_fails_and_is_tried_again(rendered, print_folder, staff):
    letter = rendered()
    print_folder.write_text("not a folder")
    outbox.send(way(letter, "print").pk, now=clock())
    failed = way(letter, "print")
    assert failed.state == State.FAILED
    assert "The print folder cannot be written" in failed.problem
    due = Deadline.objects.get(kind="letter.failed")
    assert (due.owner, due.about, due.state, due.due_on) == (
        staff.officer,
        f"letter:{letter.reference}",
        "open",
        NOON.date(),
    )
    print_folder.unlink()
    outbox.try_again(failed.pk, by=staff.colleague, at=NOON, reasons="")
    assert Deadline.objects.get(kind="letter.failed").state == "met"
    outbox.send(failed.pk, now=clock())
    assert way(letter, "print").state == State.SENT


def test_leftovers_of_killed_workers_are_cleared_after_an_hour(rendered, print_folder):
    import os

    print_folder.mkdir()
    old, new = print_folder / ".L-1-1.pdf.x.part", print_folder / ".L-2-2.pdf.y.part"
    for file, age in ((old, timedelta(hours=2)), (new, timedelta(minutes=1))):
        file.write_bytes(b"half")
        stamp = (NOON - age).timestamp()
        os.utime(file, (stamp, stamp))
    outbox.clear_leftovers(at=NOON)
    assert list(print_folder.iterdir()) == [new]


# e-mail


def test_the_mail_to_a_resident(rendered, resident):
    letter = rendered("restriction")
    outbox.send(way(letter, "email").pk, now=clock())
    assert way(letter, "email").state == State.SENT
    (sent,) = mailbox.outbox
    assert sent.to == ["rowan.resident@example.org"]
    assert sent.subject == f"A letter from Dover District Council ({letter.reference})"
    assert sent.reply_to == ["housing@dover-district-council.example"]
    assert sent.attachments[0].filename == f"{letter.reference}.pdf"
    assert sent.attachments[0].content == PDF
    assert "on its way to you by post as well" in sent.body
    for private in ("shouted", "restriction", "limit", "warning"):
        assert private not in sent.body + sent.subject


def test_the_mail_to_staff(staff):
    notice = services.notify(staff.manager, kind="digest", subject="2 things wait", body="C-000001", at=NOON)
    sending = notice.dispatches.get()
    outbox.send(sending.pk, now=clock())
    (sent,) = mailbox.outbox
    assert (sent.to, sent.subject, sent.body) == ([staff.manager.email], "2 things wait", "C-000001")
    assert Dispatch.objects.get(pk=sending.pk).state == State.SENT


def test_a_real_mail_server_gets_it_once_with_the_file(rendered, mail_server):
    letter = rendered()
    sending = way(letter, "email")
    for _ in range(2):
        outbox.send(sending.pk, now=clock())
    (words,) = mail_server.received
    told = email.message_from_bytes(words, policy=email.policy.default)
    assert told["Message-ID"].startswith(f"<dispatch-{sending.pk}@")
    (attached,) = told.iter_attachments()
    assert (attached.get_content_type(), attached.get_content()) == ("application/pdf", PDF)


@pytest.mark.parametrize(
    ("answers", "state", "said"),
    [
        ({"RCPT": "550 no such box"}, State.FAILED, "The address was refused: 550 no such box"),
        ({"MAIL": "553 not from you"}, State.FAILED, "The mail server refused it: 553"),
        ({"END": "554 smells of spam"}, State.FAILED, "The mail server refused it: 554 smells of spam"),
        ({"RCPT": "450 greylisted"}, State.WAITING, "The address was refused: 450 greylisted"),
        ({"END": "452 box full"}, State.WAITING, "The mail server refused it: 452 box full"),
        ({"START": "421 too busy"}, State.WAITING, "The mail server could not be reached"),
        ({"START": post.HANG_UP}, State.WAITING, "The mail server could not be reached"),
        ({"END": post.HANG_UP}, State.UNCERTAIN, "The connection broke while sending"),
    ],
)
def test_what_each_answer_of_a_mail_server_means(rendered, mail_server, answers, state, said):
    mail_server.answers = answers
    letter = rendered()
    outbox.send(way(letter, "email").pk, now=clock())
    sending = way(letter, "email")
    assert sending.state == state
    assert said in sending.problem
    outcome = {State.WAITING: "put_off", State.UNCERTAIN: "uncertain", State.FAILED: "failed"}[state]
    assert verbs()[-2:] == ["letter.dispatch_begun", f"letter.dispatch_{outcome}"]


def test_a_mail_server_that_is_down_is_tried_again_with_pauses_and_then_given_up(rendered, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    letter = rendered()
    at, pauses = NOON, []
    while (sending := way(letter, "email")).state == State.WAITING:
        if not Dispatch.objects.ready(at).filter(pk=sending.pk).exists():
            at += timedelta(seconds=1)
            continue
        pauses.append(at - (sending.claimed_at or NOON))
        outbox.send(sending.pk, now=clock(at))
    assert [pause.total_seconds() for pause in pauses] == [0, 30, 60, 120, 240, 480]
    assert (sending.state, sending.attempts) == (State.FAILED, MOST_ATTEMPTS)
    assert Deadline.objects.filter(kind="letter.failed", state="open").count() == 1


# stuck


def claimed(letter, channel):
    """As a worker leaves a row that dies right after the claim."""
    sending = way(letter, channel)
    sending.claim(at=NOON)
    sending.save()
    return sending


def test_mail_in_flight_as_its_worker_died_is_uncertain_and_not_sent_again(rendered, staff):
    letter = rendered()
    sending = claimed(letter, "email")
    outbox.settle(at=NOON + timedelta(seconds=5))
    assert way(letter, "email").state == State.SENDING  # it may yet come to the lock
    outbox.settle(at=NOON + timedelta(seconds=11))
    assert way(letter, "email").state == State.UNCERTAIN
    for _ in range(2):
        outbox.settle(at=NOON + timedelta(hours=1))
        outbox.send(sending.pk, now=clock(NOON + timedelta(hours=1)))
    assert mailbox.outbox == []
    assert verbs().count("letter.dispatch_uncertain") == 1
    due = Deadline.objects.get(kind="letter.uncertain")
    assert (due.owner, due.page, due.about_ref) == (staff.officer, "letters:view", letter.reference)


def test_paper_whose_worker_died_before_the_file_was_finished_is_printed(rendered, print_folder):
    letter = rendered()
    sending = claimed(letter, "print")
    later = NOON + timedelta(minutes=1)
    outbox.settle(at=later)
    outbox.send(sending.pk, now=clock(later))
    assert way(letter, "print").state == State.SENT
    assert len(list(print_folder.iterdir())) == 1


def test_paper_whose_worker_died_after_the_file_was_finished_is_not_printed_again(rendered, print_folder):
    letter = rendered()
    sending = claimed(letter, "print")
    outbox.put_to_print(way(letter, "print"))
    outbox.settle(at=NOON + timedelta(minutes=1))
    settled = way(letter, "print")
    assert (settled.state, settled.file_name) == (State.SENT, outbox.print_name(sending))
    assert len(list(print_folder.iterdir())) == 1


def test_a_worker_that_was_taken_for_dead_does_not_send(rendered, monkeypatch):
    """It claimed, slept, and somebody settled the row before it came to the lock."""
    letter = rendered()
    real = outbox._claim

    def sleepy(dispatch_id, *, at):
        taken = real(dispatch_id, at=at)
        outbox.settle(at=NOON + timedelta(minutes=5))
        return taken

    monkeypatch.setattr(outbox, "_claim", sleepy)
    outbox.send(way(letter, "email").pk, now=clock())
    assert way(letter, "email").state == State.UNCERTAIN
    assert mailbox.outbox == []


# a person decides


@pytest.fixture
def uncertain(rendered):
    letter = rendered()
    claimed(letter, "email")
    outbox.settle(at=NOON + timedelta(minutes=1))
    return way(letter, "email")


def test_it_did_arrive(uncertain, staff):
    with pytest.raises(RuleBroken, match="how you know that it arrived"):
        outbox.confirm_sent(uncertain.pk, by=staff.colleague, at=NOON, reasons=" ")
    outbox.confirm_sent(uncertain.pk, by=staff.colleague, at=NOON, reasons="The resident said so.")
    assert Dispatch.objects.get(pk=uncertain.pk).state == State.SENT
    assert Deadline.objects.get(kind="letter.uncertain").state == "met"
    said = Event.objects.get(verb="letter.dispatch_confirmed")
    assert (said.by_ref, said.words.body) == (staff.colleague.reference, {"reasons": "The resident said so."})
    assert mailbox.outbox == []


def test_it_did_not_arrive(uncertain, staff):
    with pytest.raises(RuleBroken, match="how you know that it did not arrive"):
        outbox.try_again(uncertain.pk, by=staff.colleague, at=NOON, reasons="")
    outbox.try_again(uncertain.pk, by=staff.colleague, at=NOON, reasons="The server's log does not show it.")
    outbox.send(uncertain.pk, now=clock())
    assert Dispatch.objects.get(pk=uncertain.pk).state == State.SENT
    assert len(mailbox.outbox) == 1


@pytest.mark.parametrize("act", [outbox.try_again, outbox.confirm_sent])
def test_who_may_decide(uncertain, staff, act):
    stranger = factories.person(factories.dover("elsewhere-homes"), "team_leader")
    for refused in (staff.dpo, staff.front_line, staff.contractor, staff.administrator, stranger):
        with pytest.raises(access.NotPermitted):
            act(uncertain.pk, by=refused, at=NOON, reasons="I think so")
    act(uncertain.pk, by=staff.officer, at=NOON, reasons="It was found out")


@pytest.mark.parametrize("act", [outbox.try_again, outbox.confirm_sent])
def test_what_went_or_waits_is_not_decided(rendered, staff, act):
    letter = rendered()
    outbox.send(way(letter, "print").pk, now=clock())
    for sending in letter.dispatches.all():
        with pytest.raises(TransitionNotAllowed):
            act(sending.pk, by=staff.officer, at=NOON, reasons="Because")


# the queue and the sweep


def test_issuing_tells_a_worker_and_rendering_tells_it_to_send(issued, empty_queue, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        letter = issued()
        assert empty_queue.llen("celery") == 0
    assert empty_queue.llen("celery") == 1
    with django_capture_on_commit_callbacks(execute=True):
        outbox.render(letter.pk, at=NOON, using=lambda _: (PDF, 1))
    assert empty_queue.llen("celery") == 3


@pytest.fixture
def queue_down():
    """Celery looks for its queue where nothing listens."""
    conf = current_app.conf
    real = conf.broker_url, conf.broker_write_url

    def look_at(url, write_url):
        conf.broker_url, conf.broker_write_url = url, write_url
        current_app._pool = current_app.amqp._producer_pool = None

    look_at("redis://127.0.0.1:1/0", "redis://127.0.0.1:1/0")
    yield
    look_at(*real)


def test_a_queue_that_is_down_does_not_lose_a_letter(issued, queue_down, django_capture_on_commit_callbacks):
    began = time.monotonic()
    with django_capture_on_commit_callbacks(execute=True):
        letter = issued()
    assert Letter.objects.unrendered().get() == letter
    assert time.monotonic() - began < 5  # the person who issued it does not wait for the queue


def test_the_sweep_finds_all_and_may_run_twice(issued, rendered, empty_queue, print_folder):
    issued()
    letter = rendered()
    for _ in range(2):
        outbox.sweep(at=NOON)
    assert empty_queue.llen("celery") == 6  # one to render and two to send, told twice
    for _ in range(2):
        for sending in letter.dispatches.all():
            tasks.dispatch(sending.pk)
    assert len(mailbox.outbox) == len(list(print_folder.iterdir())) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_render_a_letter_once_and_neither_waits(issued):
    letter = issued()
    began, go_on, results = threading.Event(), threading.Event(), []

    def slow(_):
        began.set()
        assert go_on.wait(20)
        return PDF, 1

    def work():
        try:
            results.append(outbox.render(letter.pk, at=NOON, using=slow))
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert began.wait(20)
    assert outbox.render(letter.pk, at=NOON, using=lambda _: pytest.fail("rendered twice")) is None
    Dispatch.objects.filter(letter=letter).first().save()  # rows that point to the letter may still be written
    go_on.set()
    first.join()
    assert results[0].sha256 == Rendering.objects.get().sha256


@pytest.mark.django_db(transaction=True)
def test_the_sweep_leaves_what_a_living_worker_holds(rendered, mail_server):
    """Long after the claim, because a mail server may hesitate for as long as the time limit allows."""
    mail_server.go_on.clear()
    letter = rendered()
    sending = way(letter, "email")

    def work():
        try:
            outbox.send(sending.pk, now=clock())
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert mail_server.arrived.wait(20)
    outbox.settle(at=NOON + timedelta(hours=1))
    assert way(letter, "email").state == State.SENDING
    outbox.send(sending.pk, now=clock())
    mail_server.go_on.set()
    worker.join()
    assert way(letter, "email").state == State.SENT
    assert len(mail_server.received) == 1
