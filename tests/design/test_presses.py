"""A form is pressed once: the second press leads to what the first did, at the same instant too."""

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from celery.schedules import crontab
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.test import RequestFactory

from audit.models import Event
from config.celery import app
from design import presses, tasks
from design.models import Press
from tests.test_races import waiting_for_locks

AT = datetime(2026, 12, 1, 14, 14, tzinfo=UTC)
OLIVE, TESSA = SimpleNamespace(pk=1, reference="U-000001"), SimpleNamespace(pk=2, reference="U-000002")


def posted(token, by=OLIVE, path="/here/", **typed):
    request = RequestFactory().post(path, {"press": token, "do": "do", **typed})
    request.user = by
    return request


def acting(made):
    def act():
        made.append(Event.objects.create(at=AT, verb="x", subject_kind="x", subject_ref="x").pk)
        return f"/done/{len(made)}/"

    return act


@pytest.mark.django_db
def test_the_second_press_leads_to_what_the_first_did():
    made, token = [], presses.token(OLIVE)
    for _ in range(3):
        assert presses.once(posted(token, reason="x"), acting(made), at=AT) == "/done/1/"
    assert len(made) == Press.objects.count() == 1
    assert presses.led_to(posted(token, reason="x")) == "/done/1/"
    assert presses.led_to(posted(presses.token(OLIVE), reason="x")) == ""


@pytest.mark.django_db
def test_other_typing_with_the_same_token_is_no_second_press():
    made, token = [], presses.token(OLIVE)
    presses.once(posted(token, reason="one"), acting(made), at=AT)
    file = SimpleUploadedFile("note.txt", b"x")
    for other in (posted(token, reason="two"), posted(token, "here", path="/there/"), posted(token, file=file)):
        other.user = OLIVE
        with pytest.raises(presses.Spent) as spent:
            presses.once(other, acting(made), at=AT)
        assert spent.value.led_to == "/done/1/" and presses.led_to(other) == ""
    assert len(made) == 1


@pytest.mark.django_db
def test_a_press_whose_act_was_refused_uses_nothing_up():
    made, token = [], presses.token(OLIVE)

    def refused():
        acting(made)()
        raise ValueError

    with pytest.raises(ValueError):
        presses.once(posted(token), refused, at=AT)
    assert not Press.objects.exists() and not Event.objects.exists()
    assert presses.once(posted(token), acting([]), at=AT) == "/done/1/"


@pytest.mark.django_db
def test_a_token_is_its_owners_and_lasts_a_day():
    made, token = [], presses.token(OLIVE)
    for request in (posted(token, TESSA), posted(""), posted("forged"), posted(token + "x"), posted("\x00")):
        with pytest.raises(presses.Unpressable):
            presses.once(request, acting(made), at=AT)
    later = datetime.now(UTC) + presses.LONGEST + timedelta(minutes=1)
    with time_machine.travel(later), pytest.raises(presses.Unpressable):
        presses.once(posted(token), acting(made), at=AT)
    assert not made


@pytest.mark.django_db
def test_rows_are_cleared_once_no_token_of_theirs_can_be_pressed():
    presses.once(posted(presses.token(OLIVE)), acting([]), at=datetime.now(UTC) - presses.KEPT + timedelta(hours=1))
    tasks.forget_presses()
    assert Press.objects.count() == 1
    Press.objects.update(at=datetime.now(UTC) - presses.KEPT - timedelta(hours=1))
    tasks.forget_presses()
    assert not Press.objects.exists()
    assert presses.LONGEST < presses.KEPT
    scheduled = app.conf.beat_schedule["forget-presses"]
    assert scheduled["task"] in app.tasks and isinstance(scheduled["schedule"], crontab)


def at_once(token, outcomes):
    """Two connections press at the same instant: the second comes while the first has not committed."""
    inside, go, made = threading.Event(), threading.Event(), []

    def first():
        def act():
            answer = acting(made)()
            inside.set()
            go.wait(20)
            if outcomes[0] == "refused":
                raise ValueError
            return answer

        try:
            results[0] = presses.once(posted(token), act, at=AT)
        except ValueError:
            results[0] = "refused"
        finally:
            connections.close_all()

    def second():
        try:
            results[1] = presses.once(posted(token), acting(made), at=AT)
        finally:
            connections.close_all()

    results = [None, None]
    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert inside.wait(20)
    threads[1].start()
    pause = threading.Event()
    for _ in range(300):
        if waiting_for_locks():
            break
        pause.wait(0.02)
    go.set()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("first", "led"), [("done", ["/done/1/", "/done/1/"]), ("refused", ["refused", "/done/2/"])])
def test_two_presses_at_the_same_instant_are_one(first, led):
    assert at_once(presses.token(OLIVE), [first]) == led
    with transaction.atomic():
        assert Event.objects.count() == Press.objects.count() == 1
