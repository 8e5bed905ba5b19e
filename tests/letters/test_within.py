"""By when a letter on a decision goes out, where the policy says so: set as it is issued, met once it has gone."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from deadlines.models import Deadline
from letters import services
from letters.models import Dispatch, Letter
from letters.services import outbox
from people.models import Resident
from tests import factories, invented
from tests.factories import NOON
from tests.letters.builders import FACTS, about

LATER = NOON + timedelta(days=1)


@pytest.fixture
def loughside(db, empty_queue):
    """A policy by which the letter on managed contact goes out five working days from the decision (5.1)."""
    provider = invented.running_on("loughside")
    return provider, factories.staff(provider)


def issued(loughside, kind: str = "restriction", **resident) -> Letter:
    provider, staff = loughside
    to = factories.resident(provider, staff.officer)
    Resident.objects.filter(pk=to.pk).update(**resident)
    to.refresh_from_db()
    return services.request(kind, about(to, "restriction:X-000004"), FACTS[kind], by=staff.officer, at=NOON)


def due(letter: Letter) -> Deadline:
    return Deadline.objects.get(kind="letter.send", about=f"letter:{letter.reference}")


def send(letter: Letter, *channels: str) -> None:
    outbox.render(letter.pk, at=NOON, using=lambda _: (b"%PDF-1.7", 1))
    for channel in channels:
        outbox.send(Dispatch.objects.get(letter=letter, channel=channel).pk, now=lambda: LATER)


def test_a_letter_on_a_decision_is_due_by_the_policys_own_clock(loughside):
    """Five working days from 18 December 2026 in Northern Ireland, past Christmas, explained with its clause."""
    letter = issued(loughside)
    waits = due(letter)
    assert (waits.due_on, waits.state, waits.owner) == (date(2026, 12, 29), "open", loughside[1].officer)
    assert waits.reckoning["path"] == "letter.managed.within" and waits.reckoning["clause"] == "5.1"
    assert waits.runs_from_event == Event.objects.get(verb="letter.issued").pk
    client = Client()
    client.force_login(loughside[1].officer)
    page = client.get(reverse("worklist:why", args=[waits.pk])).content.decode()
    assert "5 working days from the decision on 18 December 2026" in page and "Christmas" in page


def test_it_is_met_when_the_letter_has_gone(loughside):
    letter = issued(loughside)
    outbox.render(letter.pk, at=NOON, using=lambda _: (b"%PDF-1.7", 1))
    assert due(letter).state == "open"
    send(letter, "print")
    assert (due(letter).state, due(letter).ended_at, due(letter).end_reason) == ("met", LATER, "Sent")


def test_it_waits_for_every_channel(loughside):
    letter = issued(loughside, preferred_format=Resident.Format.EMAIL)
    send(letter, "print")
    assert due(letter).state == "open"
    send(letter, "email")
    assert due(letter).state == "met"


def test_one_that_failed_still_waits_until_somebody_sends_it(loughside, print_folder):
    letter = issued(loughside)
    print_folder.write_text("a file where the folder should be")
    send(letter, "print")
    assert due(letter).state == "open" and letter.dispatches.get().state == "failed"
    print_folder.unlink()
    way = letter.dispatches.get()
    outbox.try_again(way.pk, by=loughside[1].officer, at=LATER, reasons="The folder is back.")
    outbox.send(way.pk, now=lambda: LATER)
    assert due(letter).state == "met"


@pytest.mark.parametrize("kind", ["warning", "appeal_acknowledgement", "breach_warning"])
def test_a_letter_without_such_a_time_is_not_due(loughside, kind):
    assert issued(loughside, kind) and not Deadline.objects.filter(kind="letter.send").exists()


def test_a_letter_that_tells_of_no_decision_has_no_time_that_runs_from_one(db, empty_queue):
    """An acknowledgement goes by the rule on appeal letters, whose time runs from the decision on the appeal."""
    text = invented.TEXTS["loughside"] + (
        '\n[letter.answer]\nname = "Answer"\non = "appeal"\nwithin = "2 working days from decision [7.3]"\n'
    )
    provider = invented.running_on_text(text, slug="loughside")
    house = provider, factories.staff(provider)
    issued(house, "appeal_acknowledgement")
    assert not Deadline.objects.filter(kind="letter.send").exists()
