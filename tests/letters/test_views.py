"""Pages of letters: who sees them, what they say, and the outbox."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from design import seals
from letters import services
from letters.models import Dispatch, Letter
from letters.services import outbox
from tests import factories
from tests.factories import NOON
from tests.letters.builders import FACTS
from tests.pressing import press, seal_of

State = Dispatch.State
PDF = b"%PDF-1.7 the words of a letter"


@pytest.fixture
def signed_in(client):
    def go(user):
        client.force_login(user)
        return client

    return go


@pytest.fixture
def sent(issued):
    """An issued letter whose PDF is made."""

    def make(kind: str = "warning", **changed: object) -> Letter:
        letter = issued(kind, **changed)
        outbox.render(letter.pk, at=NOON, using=lambda _: (PDF, 2))
        return letter

    return make


def stuck(letter: Letter, state: str) -> Dispatch:
    """The e-mail of a letter, failed or uncertain."""
    sending = Dispatch.objects.get(letter=letter, channel="email")
    sending.claim(at=NOON)
    if state == State.FAILED:
        sending.fail(at=NOON, problem="The address was refused: 550 no such box")
    else:
        sending.lose_sight(problem="The worker stopped while it was sending: it may have left, or not.")
    sending.save()
    return sending


def text(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_page_of_a_draft(draft, signed_in, staff):
    letter = draft()
    page = signed_in(staff.officer).get(reverse("letters:view", args=[letter.reference]))
    words = text(page)
    assert f"Warning letter {letter.reference}" in words
    assert "This letter has not been issued." in words
    assert "The letter as it would be issued today" in words
    assert "You shouted for ten minutes" in words
    assert "Olive Officer, 18 December 2026 at midday" in words
    title = re.search(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL).group(1)
    assert "Rowan" not in title


def test_the_page_of_a_letter_as_sent(sent, signed_in, staff):
    letter = sent("restriction")
    outbox.send(letter.dispatches.get(channel="print").pk, now=lambda: NOON)
    words = text(signed_in(staff.dpo).get(reverse("letters:view", args=[letter.reference])))
    assert "The letter as issued" in words
    assert "Open the PDF as sent (2 pages)" in words
    assert letter.rendering.sha256 in words
    assert "Put into the print folder 18 December 2026 at midday" in words
    assert "rowan.resident@example.org" in words
    assert "Terry Leader, 18 December 2026" in words
    assert "Letter issued" in words


def test_the_pdf_is_given_and_who_looked_is_recorded(sent, signed_in, staff):
    letter = sent()
    response = signed_in(staff.colleague).get(reverse("letters:pdf", args=[letter.reference]))
    assert response.content == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{letter.reference}.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert Event.objects.get(verb="letter.opened").by_ref == staff.colleague.reference


def test_a_pdf_that_is_not_made_yet(issued, signed_in, staff):
    letter = issued()
    page = signed_in(staff.officer).get(reverse("letters:pdf", args=[letter.reference]), follow=True)
    assert "The PDF is not made yet." in text(page)
    assert not Event.objects.filter(verb="letter.opened").exists()


@pytest.mark.parametrize("name", ["view", "pdf"])
def test_who_sees_a_letter(sent, signed_in, staff, name):
    address = reverse(f"letters:{name}", args=[sent().reference])
    stranger = factories.person(factories.dover("elsewhere-homes"), "manager")
    for user in (staff.officer, staff.colleague, staff.team_leader, staff.manager, staff.dpo):
        assert signed_in(user).get(address).status_code == 200
    for user in (staff.front_line, staff.contractor, staff.administrator, stranger):
        assert signed_in(user).get(address).status_code == 404
    assert signed_in(staff.officer).post(address).status_code == 405
    assert signed_in(staff.officer).get(reverse(f"letters:{name}", args=["L-999999"])).status_code == 404


def test_signed_out_nothing_is_shown(sent, client):
    letter = sent()
    for name, args in (("view", [letter.reference]), ("pdf", [letter.reference]), ("outbox", [])):
        assert client.get(reverse(f"letters:{name}", args=args)).status_code == 302


def test_the_outbox_when_all_has_gone(signed_in, staff):
    words = text(signed_in(staff.officer).get(reverse("letters:outbox")))
    assert "Every letter has gone." in words


def test_the_outbox_shows_the_worst_first(sent, issued, signed_in, staff):
    issued("restriction_lifted")
    failed, uncertain = sent(), sent()
    stuck(failed, State.FAILED)
    stuck(uncertain, State.UNCERTAIN)
    services.notify(staff.manager, kind="digest", subject="2 things wait", body="", at=NOON)
    words = text(signed_in(staff.officer).get(reverse("letters:outbox")))
    order = [words.index(tag) for tag in ("Uncertain", "Failed", "Waiting")]
    assert order == sorted(order)
    assert "1 letter is being made." in words
    assert "The address was refused: 550 no such box" in words
    assert "Notice to a colleague To Morgan Manager" in words and "2 things wait" not in words
    assert "Look into it" in words
    assert "Try again" in words


def test_who_sees_the_outbox(sent, signed_in, staff):
    stuck(sent(), State.FAILED)
    stranger = factories.person(factories.dover("elsewhere-homes"), "manager")
    address = reverse("letters:outbox")
    assert "Try again" in text(signed_in(staff.officer).get(address))
    reads = text(signed_in(staff.dpo).get(address))
    assert "L-" in reads
    assert "Try again" not in reads
    assert "Every letter has gone." in text(signed_in(stranger).get(address))
    for user in (staff.front_line, staff.contractor, staff.administrator):
        assert signed_in(user).get(address).status_code == 403


def test_the_outbox_asks_the_database_as_often_for_thirty_rows_as_for_one(sent, signed_in, staff, client):
    address = reverse("letters:outbox")
    signed_in(staff.officer)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    stuck(sent(), State.FAILED)
    client.get(address)
    one = queries()
    for state in [State.FAILED, State.UNCERTAIN] * 8:
        stuck(sent(), state)
    for _ in range(3):
        services.notify(staff.manager, kind="digest", subject="2 things wait", body="", at=NOON)
    assert Dispatch.objects.not_through().count() > 30
    assert queries() == one <= 8


def test_the_page_of_a_letter_asks_the_database_little(sent, signed_in, staff, client):
    letter = sent("restriction")
    signed_in(staff.officer)
    address = reverse("letters:view", args=[letter.reference])
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    assert len(asked) <= 11  # one of them: whether this look is on the trail already
    assert not any('"letters_rendering"."pdf"' in query["sql"] for query in asked)


def test_looking_into_an_uncertain_mail(sent, signed_in, staff):
    sending = stuck(sent(), State.UNCERTAIN)
    address = reverse("letters:sending", args=[sending.pk])
    client = signed_in(staff.colleague)
    assert "Find out whether it arrived" in text(client.get(address))
    wrong = press(client, address, {"found": "", "reasons": ""})
    assert "There is a problem" in text(wrong)
    wrong = press(client, address, {"found": "arrived", "reasons": ""})
    assert "Enter how you know" in text(wrong)
    theirs, opened = signed_in(staff.officer).get(address), signed_in(staff.colleague).get(address)
    said = {"found": "arrived", "reasons": "The resident said so."}
    done = press(client, address, said, on=opened, follow=True)
    assert "It is recorded as sent." in text(done)
    assert Dispatch.objects.get(pk=sending.pk).state == State.SENT
    assert press(client, address, said, on=opened).status_code == 302
    other = press(signed_in(staff.officer), address, {"found": "send_again", "reasons": "I think not"}, on=theirs)
    assert other.status_code == 409
    assert "Colin Colleague looked into it before you." in text(other)
    assert Dispatch.objects.get(pk=sending.pk).state == State.SENT


def test_trying_a_failed_mail_again(sent, signed_in, staff):
    sending = stuck(sent(), State.FAILED)
    address = reverse("letters:sending", args=[sending.pk])
    done = press(signed_in(staff.officer), address, {"reasons": ""}, follow=True)
    assert "It waits to be sent again." in text(done)
    assert Dispatch.objects.get(pk=sending.pk).state == State.WAITING


def test_what_failed_when_it_was_looked_at_and_is_uncertain_now_is_not_sent_blindly(sent, signed_in, staff):
    """An old tab said "failed"; meanwhile it was tried again, and nobody knows whether that one left."""
    sending = stuck(sent(), State.FAILED)
    address, client = reverse("letters:sending", args=[sending.pk]), signed_in(staff.officer)
    opened, seen = client.get(address), seal_of(sending)
    sending.try_again()
    sending.claim(at=NOON)
    sending.lose_sight(problem="The worker stopped while it was sending: it may have left, or not.")
    sending.save()
    changed = press(client, address, {"reasons": ""}, on=opened)
    assert changed.status_code == 409 and "what is known of the sending" in text(changed)
    with pytest.raises(seals.ChangedSince):
        outbox.try_again(sending.pk, by=staff.officer, at=NOON, reasons="It did not.", seen=seen)
    assert Dispatch.objects.get(pk=sending.pk).state == State.UNCERTAIN


def test_a_notice_is_tried_again_too(signed_in, staff):
    notice = services.notify(staff.manager, kind="digest", subject="2 things wait", body="", at=timezone.now())
    sending = notice.dispatches.get()
    sending.claim(at=NOON)
    sending.fail(at=NOON, problem="The address was refused")
    sending.save()
    address = reverse("letters:sending", args=[sending.pk])
    client = signed_in(staff.officer)
    opened = client.get(address)
    for _ in range(2):
        done = press(client, address, {"reasons": "The address was put right."}, on=opened, follow=True)
        assert done.status_code == 200
    assert Dispatch.objects.get(pk=sending.pk).state == State.WAITING
    assert Event.objects.get(verb="notice.sending_tried_again").by_ref == staff.officer.reference


def test_who_may_look_into_it(sent, signed_in, staff):
    sending = stuck(sent(), State.UNCERTAIN)
    address = reverse("letters:sending", args=[sending.pk])
    stranger = factories.person(factories.dover("elsewhere-homes"), "manager")
    for user, status in ((staff.dpo, 403), (staff.front_line, 404), (staff.administrator, 404), (stranger, 404)):
        for ask in (signed_in(user).get, signed_in(user).post):
            assert ask(address).status_code == status
    assert Dispatch.objects.get(pk=sending.pk).state == State.UNCERTAIN


def test_typed_markup_is_not_markup(draft, signed_in, staff):
    incidents = [FACTS["warning"]["incidents"][0] | {"what": "<script>alert(1)</script>\u202eevil"}]
    letter = draft(incidents=incidents)
    page = signed_in(staff.officer).get(reverse("letters:view", args=[letter.reference])).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
