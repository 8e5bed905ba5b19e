"""What is handed out is what was kept: every address that serves a file, with that file altered or gone."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from audit.models import Event
from cases.models import Evidence
from letters.models import Letter, Notice, Rendering
from people.models import User
from tests import factories, owning
from tests.audit.test_altering import past_the_guards
from tests.test_doors import DOORS, NOW, ROLES, furnish, is_open

PDF = b"%PDF-1.7 as it was made"
GONE = "gone"


@pytest.fixture
def downloads(empty_queue, transactional_db):
    """Every address that serves a file: found by opening each door of the product, so that a new one is among them."""
    factories.town(NOW)
    furnish()
    for letter in Letter.objects.filter(state="issued", rendering__isnull=True):
        Rendering.objects.create(
            letter=letter, pdf=PDF, sha256=hashlib.sha256(PDF).hexdigest(), pages=1, rendered_at=NOW
        )
    found = {}
    for name, door in DOORS.items():
        role = next((role for role in ROLES if is_open(door, role)), None)
        if role is None:
            continue
        client, where = signed_in(role), reverse(name, kwargs=door.where())
        answer = client.get(where)
        carried = whole(answer)
        if answer.status_code == 200 and "Content-Disposition" in answer:
            found[name] = (client, where, carried)
    assert set(found) >= {"letters:pdf", "cases:evidence"}
    return found


def signed_in(role: str) -> Client:
    """A browser of somebody of the seed."""
    client = Client()
    client.force_login(User.objects.get(email=ROLES[role]), backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def whole(answer) -> bytes:
    """All that an answer carries."""
    carried = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for close in answer._resource_closers:
        close()
    return carried


def altered(how: str) -> None:
    """Alter, or take away, all that is kept in files and as bytes."""
    for evidence in Evidence.objects.all():
        path = Path(evidence.file.path)
        path.unlink(missing_ok=True) if how == GONE else path.write_bytes(b"other bytes")
    statement = (
        "UPDATE letters_rendering SET pdf = ''" if how == GONE else "UPDATE letters_rendering SET pdf = 'other bytes'"
    )
    with owning.beside() as owner, owner.transaction():
        for each in past_the_guards("letters_rendering", statement):
            owner.execute(each)


@pytest.mark.slow
def test_nothing_is_served_that_is_not_what_was_kept(downloads):
    """409 with a page that says so, never the bytes; it is recorded, and each administrator is told once a day."""
    for how in ("other", GONE):
        altered(how)
        for name, (client, where, was) in downloads.items():
            for _ in range(2):
                answer = client.get(where)
                shown = whole(answer)
                assert answer.status_code == 409, (name, how)
                assert b"This file is not as it was kept" in shown and b"other bytes" not in shown and was not in shown
    assert Event.objects.filter(verb="file.not_served").count() == 4 * len(downloads)
    told = Notice.objects.filter(kind="file.not_served")
    administrators = {"ada@dover.example", "bill@dover.example"}
    assert {notice.to.email for notice in told} == administrators
    assert told.count() == len(downloads) * len(administrators), "once a day about the same thing"
