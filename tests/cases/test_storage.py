"""Files in a bucket: a real S3 server on this machine, and the product as it is with its settings."""

import os
import re
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import boto3
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import Evidence
from cases.services import evidence, scanning
from config import settings as made
from ops.processes import wait_until
from ops.servers import free_port
from tests.cases.test_scanning import listens
from tests.factories import NOON

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
BUCKET = "evenhand"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[tuple[str, str, str]]:
    """rclone as an S3 server over a folder: its address, a key and a secret."""
    folder, port = tmp_path_factory.mktemp("s3"), free_port()
    (folder / BUCKET).mkdir()
    key, secret = secrets.token_hex(8), secrets.token_hex(16)
    program = os.path.join(os.path.dirname(sys.executable), "rclone")
    command = [program, "serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--auth-key", f"{key},{secret}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert wait_until(lambda: listens(port), within=20)
    yield f"http://127.0.0.1:{port}", key, secret
    process.terminate()
    process.wait(10)


@pytest.fixture
def in_bucket(server, settings):
    address, key, secret = server
    options = made.IN_BUCKET["OPTIONS"] | {"bucket_name": BUCKET, "endpoint_url": address, "region_name": "eu-west-2"}
    options |= {"access_key": key, "secret_key": secret}
    settings.STORAGES = settings.STORAGES | {"default": made.IN_BUCKET | {"OPTIONS": options}}
    yield boto3.client("s3", endpoint_url=address, aws_access_key_id=key, aws_secret_access_key=secret, region_name="x")


def test_evidence_goes_into_the_bucket_and_comes_back(in_bucket, log, resident, staff, settings):
    incident = log(resident)
    content = os.urandom(3_000_000)
    pdf = SimpleUploadedFile("photo.pdf", b"%PDF-1.7" + content, "application/pdf")
    (kept,) = evidence.add_evidence(incident.pk, files=[pdf], by=staff.officer, at=NOON)
    stored = in_bucket.get_object(Bucket=BUCKET, Key=kept.file.name)["Body"].read()
    assert stored == b"%PDF-1.7" + content
    assert re.match(r"evidence/\d{4}/\d\d/", kept.file.name)
    client = Client()
    client.force_login(staff.officer)
    got = client.get(reverse("cases:evidence", args=[incident.reference, kept.pk]))
    assert b"".join(got.streaming_content) == b"%PDF-1.7" + content
    assert got["Content-Disposition"].startswith("attachment")
    for close in got._resource_closers:
        close()
    assert (
        scanning.scan(kept.pk, at=NOON, using=lambda file: "Found" if file.read(4) == b"%PDF" else "").found == "Found"
    )


def test_no_file_of_the_same_name_takes_anothers_place(in_bucket, log, resident, staff):
    incident = log(resident)
    for content in (b"one", b"two"):
        file = SimpleUploadedFile("note.txt", content, "text/plain")
        evidence.add_evidence(incident.pk, files=[file], by=staff.officer, at=NOON)
    first, second = Evidence.objects.order_by("pk")
    assert first.file.name != second.file.name
    assert in_bucket.get_object(Bucket=BUCKET, Key=first.file.name)["Body"].read() == b"one"


def test_nobody_reads_the_bucket_without_its_key(in_bucket, server, log, resident, staff):
    file = SimpleUploadedFile("note.txt", b"He shouted", "text/plain")
    (kept,) = evidence.add_evidence(log(resident).pk, files=[file], by=staff.officer, at=NOON)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server[0]}/{BUCKET}/{kept.file.name}")
    assert refused.value.code in (400, 403)
    refused.value.close()
