"""What gets out by the side: logs, titles, headers and mail tell nobody what a case file holds."""

import io
import logging
import re

import pytest
from django.test import Client
from django.urls import reverse

from config import logs
from letters import tasks as letter_tasks
from letters.models import Dispatch, Notice
from letters.services import outbox
from people.models import Address, ContactPoint, Resident, User
from tests import factories
from tests.test_doors import DOORS, NOW, ROLES, everybody  # noqa: F401  (a fixture)
from worklist.services import sweeping

pytestmark = pytest.mark.slow


def looked_at(client: Client, url: str):
    """A page and its body, with what it holds open closed, as the server would."""
    answer = client.get(url)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for close in answer._resource_closers:
        close()
    return answer, body.decode("utf-8", "replace")


@pytest.fixture
def logged(settings):
    """Everything that is logged meanwhile, as the settings have it written."""
    out = io.StringIO()
    handler, root = logging.StreamHandler(out), logging.getLogger()
    line = dict(settings.LOGGING["formatters"]["line"])
    handler.setFormatter(line.pop("()")(**line))
    handler.addFilter(logs.Quiet())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield out
    root.setLevel(before)
    root.removeHandler(handler)


def test_logs_hold_no_names_no_searches_no_typing_and_no_passwords(db, empty_queue, logged):
    """What somebody searches the register for is a resident's name; what they type is a case file (UK GDPR Art 5)."""
    provider = factories.dover()
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer, name="Quintessa Zyzzyva")
    client = Client(raise_request_exception=False)
    sign_in = reverse("account_login")
    client.post(sign_in, {"login": staff.officer.email, "password": "wrong-secret-one"})
    client.post(
        f"{sign_in}?next=/residents/%3Fq%3DZyzzyva", {"login": staff.officer.email, "password": factories.PASSWORD}
    )
    for address in ("register:check", "people:find", "cases:list", "worklist:mine"):
        client.get(reverse(address), {"q": "Zyzzyva 12 Marine Parade"})
        client.post(reverse(address), {"q": "Zyzzyva"})
    client.post(reverse("people:change", args=[resident.reference]), {"name": "Zyzzyva-Jones", "phones": "zzz"})
    client.post(reverse("people:add_need", args=[resident.reference]), {"kind": "x", "words": "Secret diagnosis"})
    client.get("/residents/?q=Zyzzyva%00")
    client.get("/no-such-page/?q=Zyzzyva")
    client.get(reverse("worklist:mine"), HTTP_HOST="evil.example", QUERY_STRING="q=Zyzzyva")
    Client().get(reverse("people:find"), {"q": "Zyzzyva"})
    Client(enforce_csrf_checks=True).post(reverse("people:find"), {"q": "Zyzzyva"})
    said = logged.getvalue()
    assert "request_finished" in said and "/residents/" in said
    for secret in ("Zyzzyva", "Marine", "diagnosis", "wrong-secret-one", factories.PASSWORD, "zzz"):
        assert secret not in said, [line for line in said.splitlines() if secret in line][:3]


def everybody_named() -> set[str]:
    """Every name, address, telephone number and mailbox of the seed, whole; and names by their parts."""
    whole: set[str] = set(ContactPoint.objects.values_list("value", flat=True))
    for name, others in Resident.objects.values_list("name", "known_as"):
        whole |= {name, *others}
    for name, address in User.objects.values_list("name", "email"):
        whole |= {name, address}
    whole |= {line for text in Address.objects.values_list("lines", flat=True) for line in text.splitlines()}
    return {part for one in whole if one for part in (one, *one.split()) if len(part) > 4 and not part.isdigit()}


def test_a_days_logs_name_nobody(everybody, logged, empty_queue, settings, monkeypatch):  # noqa: F811
    """Every page as every role, forms with nonsense, links with keys, mail that fails, and the night's work."""
    names = everybody_named()
    assert len(names) > 100
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    for role in ("signed out", *ROLES):
        client = Client(raise_request_exception=False)
        if user := everybody.get(role):
            client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        for name, door in DOORS.items():
            if name not in ("healthz", "readyz", "favicon"):
                looked_at(client, f"{reverse(name, kwargs=door.where())}?q=Zyzzyva")
    client.post(reverse("account_login"), {"login": "amara@dover.example", "password": "wrong-secret-one"})
    client.get("/account/password/reset/key/1-cx7k2f-0123456789abcdef0123456789abcdef/")
    client.post(reverse("account_reset_password"), {"email": "amara@dover.example"})
    sweeping.sweep(NOW.date(), at=NOW)
    letter_tasks.take_up_account_mail.apply()
    letter_tasks.sweep_outbox.apply()
    for pk in Dispatch.objects.values_list("pk", flat=True):
        letter_tasks.dispatch.apply(args=[pk])
    monkeypatch.setattr(outbox, "send", fails)
    letter_tasks.dispatch.apply(args=["Zyzzyva"])
    logging.getLogger("django.request").error("Internal Server Error: %s", "/x/", exc_info=failure())
    said = logged.getvalue()
    assert "request_finished" in said and "letters.tasks.dispatch" in said and "KeyError" in said
    words = set(re.findall(r"[\w.@+'-]+", said))
    assert not words & names, [line for line in said.splitlines() for name in words & names if name in line][:5]
    for secret in ("Zyzzyva", "wrong-secret-one", "cx7k2f", "@dover.example"):
        assert secret not in said, [line for line in said.splitlines() if secret in line][:3]


def fails(*_, **__):
    """As anything may, with a name in its words."""
    raise failure()


def failure() -> Exception:
    """An error whose words, cause and row all quote somebody."""
    try:
        try:
            raise ValueError("Zyzzyva <zyzzyva@dover.example>")
        except ValueError as cause:
            raise KeyError("DETAIL: Key (name)=(Zyzzyva) already exists") from cause
    except KeyError as problem:
        return problem


def test_mail_to_staff_names_no_resident_and_gives_no_reasons(db, empty_queue):
    """E-mail is read on phones and forwarded: it says what waits and where, by reference."""
    factories.town(NOW)
    sweeping.sweep(NOW.date(), at=NOW)
    names = {part for name in Resident.objects.values_list("name", flat=True) for part in name.split()[-1:]}
    staff = {part for name in User.objects.values_list("name", flat=True) for part in name.split()}
    notices = list(Notice.objects.select_related("to"))
    assert {notice.kind for notice in notices} >= {"digest", "incident_support"}
    for notice in notices:
        told = set(re.findall(r"\w+", f"{notice.subject} {notice.body}"))
        assert not told & (names - staff), (notice.kind, told & (names - staff))
        for word in ("shouted", "threat", "insult", "swore", "Parade", "abuse"):
            assert word not in notice.body, notice.body
