"""What somebody who was at a door reports, and what becomes of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from audit.models import Event
from cases.models import Case, Draft, Incident
from cases.services import reported
from deadlines.models import Deadline
from letters.models import Notice
from people.access import NotPermitted
from policies.rules import RuleBroken
from register.models import Report
from register.services import reporting
from register.services.reporting import NewReport
from tests import factories
from tests.factories import NOON
from tests.pressing import press

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
SAID = NewReport("Rowan, 12 Marine Parade", TODAY, "He set the dog on me.", danger=True)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("who", ["contractor", "front_line", "officer"])
def test_whoever_checks_the_register_reports_in_one_short_form(staff, who):
    client = signed_in(getattr(staff, who))
    address = reverse("register:report")
    assert address in client.get(reverse("register:check")).content.decode()
    typed = {
        "about": "Rowan, 12 Marine Parade", "words": "He set the dog on me.", "danger": "yes",
        "happened_on_day": "18", "happened_on_month": "12", "happened_on_year": "2026",
    }  # fmt: skip
    kept = press(client, address, typed | {"words": ""}).content.decode()
    assert "Enter what happened" in kept and "12 Marine Parade" in kept
    sent = press(client, address, typed, follow=True).content.decode()
    assert "Your report is sent." in sent
    made = Report.objects.get()
    assert (made.by, made.happened_on, made.danger) == (getattr(staff, who), TODAY, True)
    assert made.organisation == (staff.contractor.organisation if who == "contractor" else None)
    assert not Incident.objects.exists() and not Case.objects.exists(), "a report counts for nothing"
    waits = Deadline.objects.open().get(kind="incident.report")
    assert (waits.about, waits.due_on) == (made.trail.about, TODAY)
    assert waits.for_roles


@pytest.mark.parametrize("who", ["dpo", "administrator"])
def test_nobody_else_does(staff, who):
    with pytest.raises(NotPermitted):
        reporting.report(SAID, by=getattr(staff, who), at=NOON)
    assert signed_in(getattr(staff, who)).get(reverse("register:report")).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"about": " "}, "about"), ({"words": ""}, "words"), ({"happened_on": TODAY + timedelta(days=1)}, "happened_on")],
)
def test_what_a_report_must_say(staff, wrong, field):
    with pytest.raises(RuleBroken) as refused:
        reporting.report(NewReport(**vars(SAID) | wrong), by=staff.contractor, at=NOON)
    assert refused.value.field == field and not Report.objects.exists()


def test_where_somebody_was_in_danger_those_who_log_are_mailed_without_a_word_of_it(staff):
    reporting.report(SAID, by=staff.contractor, at=NOON)
    notices = Notice.objects.filter(kind="report.danger")
    assert staff.officer in [notice.to for notice in notices]
    assert not [one for one in notices if "Rowan" in one.body + one.subject or "dog" in one.body]
    Report.objects.all()
    reporting.report(NewReport("Lane", TODAY, "He shouted.", danger=False), by=staff.contractor, at=NOON)
    assert notices.count() == Notice.objects.count()


def test_an_incident_is_begun_from_it_in_the_words_of_whoever_was_there(staff):
    made = reporting.report(SAID, by=staff.contractor, at=NOON)
    client, address = signed_in(staff.officer), reverse("cases:reported", args=[made.pk])
    page = client.get(address).content.decode()
    assert "He set the dog on me." in page and "Carl Contractor" in page and "Carl &amp; Sons" in page
    log = press(client, address, button="log")
    draft = Draft.objects.get()
    assert log.headers["Location"] == reverse("cases:log_draft", args=[draft.token])
    form = client.get(log.headers["Location"]).content.decode()
    assert "He set the dog on me." in form and "Rowan, 12 Marine Parade" in form
    assert not Deadline.objects.open().filter(kind="incident.report").exists()
    assert Event.objects.get(verb="report.taken").by_ref == staff.officer.reference
    with pytest.raises(TransitionNotAllowed, match="Olive Officer began to log it on 18 December 2026"):
        reported.begin(made.pk, by=staff.colleague, at=NOON)
    late = client.get(address).content.decode()
    assert "Olive Officer began to log it" in late and "Log an incident from this" not in late


def test_not_to_log_it_needs_a_reason(staff):
    made = reporting.report(SAID, by=staff.front_line, at=NOON)
    client, address = signed_in(staff.officer), reverse("cases:reported", args=[made.pk])
    assert "Enter why it is not logged" in press(client, address, {"reason": ""}).content.decode()
    press(client, address, {"reason": "Logged already by the caretaker."})
    assert Report.objects.get().not_logged_reason == "Logged already by the caretaker."
    assert not Draft.objects.exists()


@pytest.mark.parametrize("who", ["contractor", "front_line", "dpo", "administrator"])
def test_only_whoever_logs_incidents_reads_reports(staff, who):
    made = reporting.report(SAID, by=staff.contractor, at=NOON)
    assert signed_in(getattr(staff, who)).get(reverse("cases:reported", args=[made.pk])).status_code in (403, 404)
    with pytest.raises(NotPermitted):
        reported.begin(made.pk, by=getattr(staff, who), at=NOON)
    other = factories.staff(factories.dover("elsewhere"))
    assert signed_in(other.officer).get(reverse("cases:reported", args=[made.pk])).status_code == 404
