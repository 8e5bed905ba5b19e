"""Mail about accounts goes by the outbox: a mail server that is down loses none, and no row holds a link."""

import ast
import email
import email.policy
import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail as mailbox
from django.db import connection
from django.test import Client

from audit.models import Event
from letters.models import MOST_ATTEMPTS, Dispatch, Notice, pause_after
from letters.services import account_mail, outbox
from office.services import joining
from people import invitations
from people.models import AccountMail, User
from people.services import StaffDetails, passwords, ways_in
from tests import sources
from tests.factories import NOON
from tests.letters import post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_queue")]
State = Dispatch.State
LATER = NOON + timedelta(days=2)


@pytest.fixture
def mail_server(settings):
    """A real mail server; `settings` reach one where nobody listens until `up` is called."""
    with post.office() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 5
        yield server


def up(settings, server) -> None:
    settings.EMAIL_PORT = server.port


def received(server) -> list[tuple[str, str, str]]:
    """To whom, about what and in which words each mail came, as the server was given them."""
    told = [email.message_from_bytes(words, policy=email.policy.default) for words in server.received]
    return [(one["To"], one["Subject"], one.get_content()) for one in told]


def invite(staff) -> User:
    details = StaffDetails(name="Nia New")
    return joining.add_person(
        staff.officer.provider, email="nia@dover.example", details=details, roles=[], by=staff.administrator, at=NOON
    )


def link_in(body: str) -> str:
    return next(line for line in body.splitlines() if "/account/password/reset/key/" in line)


def owed(kind: str, staff) -> str:
    """Have a mail of one kind asked for; the address it goes to."""
    officer = staff.officer
    if kind == "forgotten":
        passwords.ask_for_link(officer.email, at=NOON)
    elif kind == "changed":
        ways_in.change_address(officer.pk, email="new@dover.example", by=staff.administrator, at=NOON)
    elif kind == "told":
        passwords.tell(officer, officer.email, what="Your password was changed", at=NOON)
    else:
        return invite(staff).email
    return officer.email


@pytest.mark.parametrize("kind", ["forgotten", "changed", "told", "invited"])
def test_mail_that_finds_the_server_down_goes_once_it_is_up_however_long_that_takes(staff, mail_server, settings, kind):
    address = owed(kind, staff)
    at = NOON
    for _ in range(MOST_ATTEMPTS + 6):
        post.deliver(at=at)
        at += pause_after(MOST_ATTEMPTS)
    waits = Dispatch.objects.get(address=address)
    assert waits.state == State.WAITING and waits.attempts > MOST_ATTEMPTS and not mail_server.received
    up(settings, mail_server)
    post.deliver(at=LATER)
    assert [one[0] for one in received(mail_server)] == [address]
    for _ in range(2):
        post.deliver(at=LATER + timedelta(hours=1))
    assert len(mail_server.received) == 1


def test_a_notice_is_given_up_after_days_and_a_person_can_send_it_again(staff, mail_server):
    owed("told", staff)
    post.deliver(at=NOON)
    late = NOON + outbox.NOTICES_ARE_TRIED_FOR
    Dispatch.objects.update(attempts=MOST_ATTEMPTS)
    post.deliver(at=late)
    assert Dispatch.objects.get().state == State.FAILED


def test_the_link_stands_in_no_row_and_works_when_it_comes(staff, mail_server, settings):
    """Not while it waits, nor when it has left: whoever reads the database or a copy of it finds nothing to open."""
    owed("forgotten", staff)
    owed("invited", staff)
    post.deliver()
    up(settings, mail_server)
    post.deliver(at=LATER)
    links = {to: link_in(body) for to, _, body in received(mail_server)}
    assert set(links) == {staff.officer.email, "nia@dover.example"}
    for link in links.values():
        key = link.rstrip("/").rpartition("/")[2]
        assert key not in everything(), "the link is in the database"
        assert "password1" in Client().get(link[link.index("/account") :], follow=True).content.decode()
    sent = Event.objects.filter(verb="user.password_link_sent")
    assert {one.facts["notice"] for one in sent} == {invitations.NOTICE, invitations.FORGOTTEN}


def everything() -> str:
    """Every row of every table, history too, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        rows: list[str] = []
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows += [row for (row,) in cursor.fetchall()]
    assert len(tables) > len(list(apps.get_models())) / 2
    return json.dumps(rows)


def test_five_links_asked_for_while_the_server_is_down_are_one(staff, mail_server, settings):
    for _ in range(5):
        owed("forgotten", staff)
        post.deliver()
    up(settings, mail_server)
    post.deliver(at=LATER)
    assert len(mail_server.received) == 1


@pytest.mark.parametrize("kind", ["forgotten", "invited"])
@pytest.mark.parametrize("since", ["closed", "moved"])
def test_a_link_that_waits_goes_to_no_closed_account_and_no_address_that_was_changed(
    staff, mail_server, settings, kind, since
):
    address = owed(kind, staff)
    post.deliver()
    user = User.objects.get(email=address)
    if since == "closed":
        User.objects.filter(pk=user.pk).update(is_active=False)
    else:
        ways_in.change_address(user.pk, email="else@dover.example", by=staff.administrator, at=NOON)
    up(settings, mail_server)
    post.deliver(at=LATER)
    assert not any("/password/reset/key/" in body for _, _, body in received(mail_server))
    row = Dispatch.objects.get(address=address, notice__kind__in=invitations.WITH_LINK)
    assert row.state == State.FAILED and "so no link was sent" in row.problem


@pytest.mark.parametrize("kind", ["forgotten", "invited"])
def test_a_link_in_somebodys_mailbox_dies_with_their_address(staff, kind):
    address = owed(kind, staff)
    post.deliver()
    link = link_in(mailbox.outbox[-1].body)
    user = User.objects.get(email=address)
    joining.change_address(user.pk, email="else@dover.example", by=staff.administrator, at=NOON)
    page = Client().get(link[link.index("/account") :], follow=True).content.decode()
    assert "no longer works" in page and "password1" not in page
    mailbox.outbox.clear()
    post.deliver()
    to = {one.to[0] for one in mailbox.outbox}
    assert to == ({address, "else@dover.example"} if kind == "invited" else {address})
    assert all("/password/reset/key/" not in one.body for one in mailbox.outbox if one.to == [address])


def test_two_workers_take_one_mail_up_once(staff):
    owed("told", staff)
    account_mail.take_up(at=NOON)
    account_mail.take_up(at=NOON)
    assert Notice.objects.count() == 1 and not AccountMail.objects.exists()


def test_no_mail_leaves_but_by_the_outbox():
    """What is sent on the spot is lost with the server that is down. One place opens a mail server: the outbox's."""
    names = {"send_mail", "send_mass_mail", "mail_admins", "mail_managers", "EmailMessage", "EmailMultiAlternatives"}
    names |= {"get_connection", "smtplib", "email_user", "send_messages"}
    found = {
        module.shown
        for module in sources.written()
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.alias) and node.name.rpartition(".")[2] in names)
        or (isinstance(node, ast.Attribute) and node.attr in names)
    }
    assert found == {"letters/services/mail.py", "config/mail.py"}
