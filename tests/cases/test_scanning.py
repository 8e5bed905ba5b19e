"""Files that people hand in, and a real ClamAV that knows one signature: that of EICAR's harmless test file."""

import shutil
import socket
import subprocess
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from audit.models import Event
from cases import clamd, tasks
from cases.models import Evidence, Scan
from cases.services import evidence, scanning
from letters.models import Notice
from ops.processes import wait_until
from ops.servers import free_port
from tests.factories import NOON

# In two halves, so that a virus checker of the developer's own leaves this file alone.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOUND = "Eicar-Test.UNOFFICIAL"
CONFIGURATION = """Foreground yes
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}/signatures
LogFile {folder}/clamd.log
StreamMaxLength 1M
"""
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="session")
def clamav(tmp_path_factory) -> Iterator[int]:
    """A clamd of the tests' own; its signatures are one line, so nothing is fetched."""
    program = shutil.which("clamd")
    assert program, "./run test installs clamav-daemon where it may; otherwise: apt-get install clamav-daemon"
    folder = tmp_path_factory.mktemp("clamav")
    (folder / "signatures").mkdir()
    (folder / "signatures" / "own.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
    port = free_port()
    (folder / "clamd.conf").write_text(CONFIGURATION.format(port=port, folder=folder))
    process = subprocess.Popen([program, "--config-file", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL)
    assert wait_until(lambda: listens(port), within=30), (folder / "clamd.log").read_text()
    yield port
    process.terminate()
    process.wait(20)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def checked(clamav, settings):
    settings.CLAMAV_HOST, settings.CLAMAV_PORT = "127.0.0.1", clamav


@pytest.fixture
def incident(log, resident):
    return log(resident)


def add(incident, staff, content: bytes = b"He shouted.", name: str = "note.txt") -> Evidence:
    files = [SimpleUploadedFile(name, content, "text/plain")]
    return evidence.add_evidence(incident.pk, files=files, by=staff.officer, at=NOON)[0]


def opened(kept: Evidence, person):
    client = Client()
    client.force_login(person)
    answer = client.get(reverse("cases:evidence", args=[kept.incident.reference, kept.pk]))
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for close in answer._resource_closers:
        close()
    return answer


def page_of(incident, person) -> str:
    client = Client()
    client.force_login(person)
    return client.get(reverse("cases:incident", args=[incident.reference])).content.decode()


def test_a_file_is_held_until_it_was_checked(checked, incident, staff):
    kept = add(incident, staff)
    held = opened(kept, staff.officer)
    assert held.status_code == 409 and scanning.NOT_YET in held.content.decode()
    assert b"He shouted" not in held.content
    address = reverse("cases:evidence", args=[incident.reference, kept.pk])
    assert scanning.NOT_YET in page_of(incident, staff.officer) and address not in page_of(incident, staff.officer)
    tasks.scan(kept.pk)
    assert Scan.objects.get(evidence=kept).found == ""
    got = opened(kept, staff.officer)
    assert (got.status_code, got.body) == (200, b"He shouted.")
    assert address in page_of(incident, staff.officer)


def test_what_is_infected_is_never_served_and_somebody_is_told(checked, incident, staff, settings):
    kept = add(incident, staff, EICAR)
    tasks.scan(kept.pk)
    tasks.scan(kept.pk)
    assert Scan.objects.get(evidence=kept).found == FOUND
    for setting in ("127.0.0.1", ""):  # whoever takes ClamAV away does not let it out
        settings.CLAMAV_HOST = setting
        held = opened(kept, staff.manager)
        assert held.status_code == 409 and FOUND in held.content.decode() and EICAR not in held.content
        assert FOUND in page_of(incident, staff.officer)
    notice = Notice.objects.get(kind="virus_found")
    assert notice.to == staff.officer and incident.reference in notice.subject and "note.txt" not in notice.body
    assert {e.facts["found"] for e in Event.objects.filter(verb="incident.evidence_infected")} == {FOUND}


@pytest.mark.parametrize("name, content", [("note.txt", EICAR), ("mail.eml", b"From: a@b.example\r\n\r\n" + EICAR)])
def test_whatever_kind_of_file_it_is_it_is_looked_into(checked, incident, staff, name, content):
    kept = add(incident, staff, content, name)
    assert scanning.scan(kept.pk, at=NOON).found == FOUND


def test_while_clamav_cannot_be_asked_a_file_stays_held(settings, incident, staff):
    settings.CLAMAV_HOST, settings.CLAMAV_PORT = "127.0.0.1", free_port()
    kept = add(incident, staff)
    assert scanning.scan(kept.pk, at=NOON) is None
    assert opened(kept, staff.officer).status_code == 409


def test_what_clamav_will_not_look_at_stays_held(checked, incident, staff):
    """Larger than its own limit: it says so, and that is not "nothing found"."""
    kept = add(incident, staff, b"x" * 1_500_000)
    assert scanning.scan(kept.pk, at=NOON) is None
    with pytest.raises(clamd.Unanswered, match="size limit"), kept.file.open("rb") as file:
        clamd.ask(file)


def test_the_clock_finds_what_was_not_checked(checked, incident, staff, monkeypatch):
    """Files that came before ClamAV did, or while the queue was down."""
    first, second = add(incident, staff), add(incident, staff, b"Another.")
    scanning.scan(first.pk, at=NOON)
    asked = []
    monkeypatch.setattr(scanning, "_enqueue", asked.append)
    tasks.scan_waiting()
    assert asked == [second.pk]


def test_a_worker_is_told_once_the_file_is_kept(
    checked, incident, staff, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []
    monkeypatch.setattr(scanning, "_enqueue", asked.append)
    with django_capture_on_commit_callbacks(execute=True):
        kept = add(incident, staff)
        assert asked == []
    assert asked == [kept.pk]


def test_without_clamav_files_are_served_and_the_pages_say_that_nothing_is_checked(settings, incident, staff):
    kept = add(incident, staff)
    assert opened(kept, staff.officer).status_code == 200
    assert "Files are not checked for viruses here" in page_of(incident, staff.officer)
    client = Client()
    client.force_login(staff.officer)
    address = reverse("cases:incident_add", args=[incident.reference, "files"])
    assert "Files are not checked for viruses here" in client.get(address).content.decode()
    settings.CLAMAV_HOST = "clamav"
    assert "checked for viruses before anybody can open it" in client.get(address).content.decode()


def test_what_was_found_is_never_taken_back(checked, incident, staff):
    kept = add(incident, staff, EICAR)
    scan = scanning.scan(kept.pk, at=NOON)
    for change in (lambda: Scan.objects.update(found=""), scan.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Scan.objects.get(evidence=kept).found == FOUND
