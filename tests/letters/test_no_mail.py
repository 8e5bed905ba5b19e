"""Where no mail server is set up nothing is called sent: it waits, and each page that speaks of it says why."""

import ast
import re
import stat
from pathlib import Path

import pytest
from django.core import mail as mailbox
from django.test import Client
from django.urls import reverse

from audit.models import Event
from config import mail as backends
from letters.models import Dispatch, Notice
from letters.services import account_mail, mail, outbox
from people.models import AccountMail
from tests import sources
from tests.factories import NOON

WHY = mail.NO_SERVER
pytestmark = pytest.mark.django_db


@pytest.fixture
def nowhere(settings):
    """As production without EVENHAND_EMAIL_URL."""
    settings.MAIL_LEAVES, settings.EMAIL_BACKEND = False, "config.mail.Nowhere"


@pytest.fixture
def both_ways(issued):
    """A letter that goes on paper and by e-mail, with its PDF made."""
    letter = issued("warning")
    address = {"state": "waiting", "address": "jo@resident.example", "made_at": NOON}
    Dispatch.objects.get_or_create(letter=letter, channel="email", defaults=address)
    outbox.render(letter.pk, at=NOON, using=lambda _: (b"%PDF-1.7 words", 1))
    return letter


def states(letter) -> dict[str, str]:
    return dict(Dispatch.objects.filter(letter=letter).values_list("channel", "state"))


def test_mail_waits_and_paper_goes(nowhere, both_ways):
    for dispatch in both_ways.dispatches.all():
        outbox.send(dispatch.pk, now=lambda: NOON)
    assert states(both_ways) == {"print": "sent", "email": "waiting"}
    assert mailbox.outbox == [] and Dispatch.objects.get(letter=both_ways, channel="email").attempts == 0
    assert {e.facts["channel"] for e in Event.objects.filter(verb="letter.dispatched")} == {"print"}


def test_it_goes_by_itself_once_a_server_is_set_up(nowhere, both_ways, settings):
    waits = Dispatch.objects.get(letter=both_ways, channel="email")
    outbox.send(waits.pk, now=lambda: NOON)
    settings.MAIL_LEAVES, settings.EMAIL_BACKEND = True, "django.core.mail.backends.locmem.EmailBackend"
    outbox.send(waits.pk, now=lambda: NOON)
    assert states(both_ways)["email"] == "sent" and len(mailbox.outbox) == 1


def test_the_sweep_asks_for_what_can_leave_and_for_nothing_else(nowhere, both_ways, monkeypatch):
    asked = []
    monkeypatch.setattr(outbox, "_enqueue", lambda task, row_id, **_: asked.append(row_id))
    outbox.sweep(at=NOON)
    assert asked == [Dispatch.objects.get(letter=both_ways, channel="print").pk]


def test_a_backend_that_takes_nothing_has_sent_nothing(both_ways, settings):
    """Whatever a backend does, only mail that it says it took is sent."""
    settings.EMAIL_BACKEND = "config.mail.Nowhere"
    outbox.send(Dispatch.objects.get(letter=both_ways, channel="email").pk, now=lambda: NOON)
    row = Dispatch.objects.get(letter=both_ways, channel="email")
    assert (row.state, row.problem) == ("waiting", "The mail server took nothing.")


def test_every_page_that_speaks_of_sending_says_why(nowhere, both_ways, staff, empty_queue):
    seen = {
        reverse("letters:outbox"): both_ways.drafted_by,
        reverse("letters:view", args=[both_ways.reference]): both_ways.drafted_by,
        reverse("office:index"): staff.administrator,
    }
    for address, person in seen.items():
        client = Client()
        client.force_login(person)
        assert WHY in client.get(address).content.decode(), address
    assert Client().get("/readyz").json()["worth_knowing"] == {"mail": WHY}


def test_with_a_mail_server_no_page_speaks_of_it(both_ways, empty_queue):
    client = Client()
    client.force_login(both_ways.drafted_by)
    for address in (reverse("letters:outbox"), reverse("letters:view", args=[both_ways.reference])):
        assert "mail server" not in client.get(address).content.decode()
    assert client.get("/readyz").json()["worth_knowing"] == {}


def test_mail_in_files_is_its_owners_alone(tmp_path: Path, settings):
    """A letter and a reset link stand in them; the folder may have been open before."""
    folder = tmp_path / "mail"
    folder.mkdir(mode=0o777)
    settings.EMAIL_FILE_PATH = str(folder)
    with backends.Files() as connection:
        connection.send_messages([mailbox.EmailMessage("s", "b", "a@b.example", ["c@d.example"])])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()] == [0o600]


def test_each_page_but_those_of_the_register_says_that_none_leaves(nowhere, staff):
    """What a page, a button or a confirmation says of a mail is not read alone."""
    pages = {
        staff.team_leader: ["worklist:mine", "cases:list", "your_account"],
        staff.administrator: ["office:index", "office:people", "office:person_add", "your_account"],
    }
    for user, names in pages.items():
        client = Client()
        client.force_login(user, backend=backends.settings.AUTHENTICATION_BACKENDS[0])
        for name in names:
            assert WHY in client.get(reverse(name), follow=True).content.decode(), name
    client = Client()
    assert WHY in client.get(reverse("account_login")).content.decode()
    client.force_login(staff.front_line, backend=backends.settings.AUTHENTICATION_BACKENDS[0])
    assert WHY not in client.get(reverse("register:check")).content.decode(), "whoever stands at a door reads orders"


def test_no_link_for_a_password_is_called_sent(nowhere, staff, empty_queue):
    client = Client()
    asked = client.post(reverse("account_reset_password"), {"email": staff.officer.email}, follow=True)
    shown = asked.content.decode()
    assert "No link was sent" in shown and "on its way" not in shown
    account_mail.take_up(at=NOON)
    assert not Notice.objects.exists() and not AccountMail.objects.exists(), "no link goes weeks after it was asked for"
    assert not Event.objects.filter(verb__startswith="user.password_link").exists()


def test_no_confirmation_promises_an_e_mail_of_its_own_accord(nowhere):
    """Each takes the words from where it is known whether one leaves."""
    assert mail.by_email() == "by e-mail once a mail server is set up"
    wrong = []
    for module in sources.written():
        for node in ast.walk(ast.parse(module.text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("messages."):
                said = [str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant)]
                wrong += [f"{module.shown}: {words}" for words in said if re.search("e-?mail", words, re.IGNORECASE)]
    assert not wrong
