"""No log holds what somebody could get in with: neither the product's nor gunicorn's own."""

import logging
import re
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from urllib.error import HTTPError

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from people.services import passwords
from tests import factories
from tests.test_privacy import logged  # noqa: F401  (a fixture)

APP = """
import logging
def app(environ, start):
    if "fault" in environ["QUERY_STRING"]:
        raise RuntimeError("a fault at " + environ["PATH_INFO"])
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""


@pytest.mark.django_db
def test_no_log_of_the_product_holds_the_key_of_a_link(logged, client, empty_queue):  # noqa: F811
    """However the link is called, by whatever logger it is told of: asked for, not found, refused, failed."""
    officer = factories.person(factories.dover(), name="Olive Officer")
    link = passwords.link(officer).partition("8000")[2]
    key = link.rstrip("/").partition("-")[2]
    client.get(link)
    client.get(link.rstrip("/"))
    client.get(f"{link}more/")
    client.get(f"/nowhere{link}?next={link}")
    client.get(link, headers={"referer": f"http://localhost{link}"})
    client.put(link)
    client.get(link, headers={"host": "evil.example"})
    Client(enforce_csrf_checks=True).post(link, {"password1": "x"})
    for name in ("django.request", "django.security", "allauth.account", "celery", "any.other"):
        logging.getLogger(name).warning("Not Found: %s", link)
        logging.getLogger(name).error("Of %(where)s", {"where": link})
        with suppress(RuntimeError):
            raise RuntimeError(link)
    try:
        raise RuntimeError(link)
    except RuntimeError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", link)
    said = logged.getvalue()
    assert "/account/password/reset/key/" in said
    assert key not in said and key.partition("-")[2] not in said


@pytest.mark.slow
def test_gunicorns_own_logs_hold_no_key_and_no_query(tmp_path):
    """Whatever format somebody chooses, and in gunicorn's own words on an error."""
    (tmp_path / "small.py").write_text(APP)
    log = tmp_path / "log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "small:app", "--chdir", str(tmp_path), "--bind", "127.0.0.1:0",
                "--pythonpath", ".", "--no-control-socket", "--access-logfile", "-",
                "--logger-class", "config.server.Log",
                "--access-logformat", "%(h)s %(r)s %(m)s %(U)s %(q)s %(f)s %({raw_uri}e)s %(s)s",
            ],
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        port = waited_for(log, r"Listening at: http://127\.0\.0\.1:(\d+)")
        path = "/account/password/reset/key/1-c0ffee-0123456789abcdef/"
        for address in (path, f"{path}?q=Zyzzyva", f"/fault{path}?fault=Zyzzyva"):
            ask = urllib.request.Request(
                f"http://127.0.0.1:{port}{address}", headers={"Referer": f"http://x{path}?q=Zyzzyva"}
            )
            with suppress(HTTPError):
                urllib.request.urlopen(ask, timeout=10).read()
        waited_for(log, "(Error handling request)")
    finally:
        server.terminate()
        server.wait(timeout=20)
    said = log.read_text()
    assert said.count("/account/password/reset/key/…/") >= 3, said
    assert "0123456789abcdef" not in said


def waited_for(log, pattern: str) -> str:
    """What a log says once it says it."""
    for _ in range(200):
        if found := re.search(pattern, log.read_text()):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"{pattern} was never logged: {log.read_text()}")


@pytest.mark.django_db
def test_the_databases_own_log_quotes_neither_the_row_that_it_refuses_nor_the_statement():
    """It would say “Failing row contains (…)” with all that stands of somebody. The product cannot have it do so."""
    quiet = {"log_error_verbosity=terse", "log_min_error_statement=panic"}
    with connection.cursor() as cursor:
        for setting in sorted(quiet):
            name, _, value = setting.partition("=")
            cursor.execute("SELECT current_setting(%s)", [name])
            assert cursor.fetchone() == (value,)
            with pytest.raises(ProgrammingError), transaction.atomic():
                cursor.execute(f"SET {name} = default")
        cursor.execute("SELECT rolname, setconfig FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole")
        silent = {role for role, settings in cursor.fetchall() if quiet <= set(settings)}
    assert silent == {"evenhand_owner", "evenhand_product", "evenhand_reader"}
