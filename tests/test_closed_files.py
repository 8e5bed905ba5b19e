"""A file that is closed to somebody: no page, search, answer or mail of theirs names whose it is or what is in it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cases.models import Incident
from cases.services import incidents, urgent
from letters.models import Letter, Notice
from people import services
from people.models import FileAccess, Resident, User
from people.models.file_access import KEPT_OUT, KEPT_TO, OPENED
from register.models import Entry
from restrictions.models import Restriction
from tests.people.test_file_access import put
from tests.pressing import check
from tests.test_doors import DOORS, NOW, ROLES, everybody  # noqa: F401  (a fixture)
from worklist.services import sweeping

# Where staff meet the person: whoever visits is told what to do, whoever's file it is (HSWA 1974 s2; docs/adr/0173).
AT_THE_DOOR = {"register:check", "register:match", "register:card"}
HOME = services.Home("77 Hidden Row\nDover", "CT16 9ZZ")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def about(resident: Resident) -> set[str]:
    """Every reference that leads to somebody's file: their own, and of all that the trail keeps under them."""
    found = {resident.reference}
    models: list[Any] = apps.get_models()
    for model in models:
        if hasattr(model, "trail") and any(key.name == "reference" for key in model._meta.fields):
            found |= {row.reference for row in model._default_manager.all() if row.trail.resident == resident.reference}
    return found


def text_of(answer: Any) -> str:
    body = b"" if answer.streaming else answer.content
    for close in answer._resource_closers:
        close()
    return body.decode("utf-8", "replace") + answer.headers.get("Location", "")


@pytest.fixture
def closed(everybody):  # noqa: F811
    """Somebody of whom there is everything, beside a neighbour whose file is open: one home, one incident, one day."""
    leader, officer = everybody["team leader"], everybody["officer"]
    entered = (
        Entry.objects.filter(source__startswith="restriction:", removed_on=None).order_by("-pk").values("resident")
    )
    in_force = Restriction.objects.filter(state="in_force", case__resident__in=entered, case__owner=officer)
    resident = in_force.select_related("case__resident__provider").order_by("-pk")[0].case.resident
    services.change_resident(
        resident.pk,
        services.Details("Wilhelmina Quillfeather", resident.relation, date_of_birth=date(1961, 2, 3), home=HOME),
        by=officer,
        at=NOW,
    )
    beside = services.add_resident(resident.provider, services.Details("Bea Side", "household"), by=officer, at=NOW)
    for one in (resident, beside):
        services.join_tenancy(one.pk, reference="T-7777", kind="Secure", part="joint_tenant", by=officer, at=NOW)
    happened = incidents.Happened(facts="Wilhelmina Quillfeather shouted.", happened_on=NOW.date(), channel="visit")
    parts = [(resident, "behaved"), (beside, "behaved")]
    incidents.log(provider=resident.provider, parts=parts, happened=happened, by=officer, at=NOW)
    put(KEPT_OUT, officer, resident, leader)
    put(KEPT_TO, everybody["manager"], resident, leader)
    put(KEPT_TO, leader, resident, leader)
    urgent.open_file(resident.pk, reason="Smoke", by=User.objects.get(email="piotr@dover.example"), at=NOW)
    FileAccess.objects.filter(permission__codename="file_opened_urgently").delete()
    return Resident.objects.get(pk=resident.pk), Resident.objects.get(pk=beside.pk)


def doors() -> list[tuple[str, str]]:
    """Every page by its name, but for those where staff meet the person."""
    return [(name, reverse(name, kwargs=door.where())) for name, door in DOORS.items() if name not in AT_THE_DOOR]


def pages(beside: Resident) -> list[tuple[str, str]]:
    """The neighbour's pages, and each search for whom it must not find."""
    case = beside.cases.get()
    found = [("people:resident", reverse("people:resident", args=[beside.reference]))]
    tabs = ("cases:overview", "cases:timeline", "cases:incidents", "cases:letters", "cases:people")
    tabs += ("restrictions:of_case", "appeals:of_case", "cases:warn", "cases:close", "restrictions:start")
    found += [(name, reverse(name, args=[case.reference])) for name in tabs]
    for typed in ("Wilhelmina Quillfeather", "Quillfeather", "77 Hidden Row", "T-7777", "CT16 9ZZ"):
        for name in ("people:find", "cases:list"):
            found.append((name, f"{reverse(name)}?q={typed}"))
        found.append(("office:who_looked", f"{reverse('office:who_looked')}?resident={typed}&reader="))
    return found


@pytest.mark.slow
def test_nothing_names_whom_a_closed_file_is_about(closed, everybody):  # noqa: F811
    """Whoever the file is closed to reads every page there is; what they typed themselves is all that they see."""
    resident, beside = closed
    names = {"Wilhelmina", "Hidden Row"}
    secret = names | about(resident)
    joint = Incident.objects.get(involvements__resident=beside)
    assert len(secret) > 6 and not secret & {joint.reference}
    wrong = []
    for role in ("officer", "data protection officer"):
        client = client_of(everybody[role])
        for name, url in [*doors(), *pages(beside)]:
            typed = url.partition("?")[2]
            body = text_of(client.get(url))
            # Who looked at a file that is kept to others is theirs to ask, by reference: they are told no name.
            told = names if (role, name) == ("data protection officer", "office:who_looked") else secret
            wrong += [f"{role} reads {one} on {name} {typed}" for one in told if one in body and one not in typed]
    assert not wrong, "\n".join(sorted(wrong))


@pytest.mark.slow
def test_whoever_it_is_kept_to_reads_all_of_it(closed, everybody):  # noqa: F811
    """The same pages for somebody to whom the file is kept: the test above would find what it looks for."""
    resident, beside = closed
    client = client_of(everybody["team leader"])
    told = "".join(text_of(client.get(url)) for _, url in pages(beside))
    assert {"Wilhelmina", "Hidden Row", resident.reference, resident.cases.get().reference} <= {
        one for one in {"Wilhelmina", "Hidden Row", *about(resident)} if one in told
    }


@pytest.mark.slow
def test_whoever_adds_them_again_is_told_how_a_double_is_avoided_and_nothing_else(closed, everybody):  # noqa: F811
    resident, _ = closed
    client, address = client_of(everybody["officer"]), reverse("people:add")
    typed = {
        "name": resident.name, "relation": "tenant", "preferred_format": "standard", "preferred_language": "English",
        "date_of_birth_day": "3", "date_of_birth_month": "2", "date_of_birth_year": "1961",
        "address": "1 Elsewhere Road\nDover", "postcode": "CT16 1AA",
    }  # fmt: skip
    seen = check(client, address, typed)
    shown = text_of(seen)
    assert "Somebody whose file is closed to you may be the same person" in shown and "Ask your team leader" in shown
    assert not [one for one in {"Hidden Row", "9ZZ", *about(resident)} if one in shown]
    unanswered = check(client, address, on=seen)
    assert "Tick the box" in text_of(unanswered)
    before = Resident.objects.count()
    assert check(client, address, {"asked": "on"}, on=unanswered).status_code == 302
    assert Resident.objects.count() == before + 1
    leader = text_of(check(client_of(everybody["team leader"]), address, typed))
    assert f"Same person: {resident.name}, {resident.reference}" in leader and "Nothing more is shown" not in leader


@pytest.mark.slow
def test_no_mail_and_no_other_incident_tells_them(closed, everybody):  # noqa: F811
    """Reminders go to whoever may know, or to the nearest leader who may; the incident of that day is not offered."""
    resident, _ = closed
    officer, secret = everybody["officer"], {"Quillfeather", *about(resident)}
    assert incidents.same_day([(resident, "behaved")], on=NOW.date(), reader=everybody["team leader"])
    assert not incidents.same_day([(resident, "behaved")], on=NOW.date(), reader=officer)
    before = set(Notice.objects.values_list("pk", flat=True))
    later = NOW + timedelta(days=200)
    with time_machine.travel(later, tick=False):
        FileAccess.objects.update(ends_at=later + timedelta(days=30))
        sweeping.sweep(later.date(), at=later)
    mails = Notice.objects.exclude(pk__in=before)
    told = {one.to.name for one in mails for ref in secret if ref in one.body + one.subject}
    assert told and officer.name not in told, told


@pytest.mark.slow
def test_a_colleague_whom_it_was_opened_to_reads_its_letters_as_pdf(everybody, settings):  # noqa: F811
    """Whatever their role lets them do: the page, the letter, and the letter as it was sent."""
    letter = Letter.objects.filter(state="issued", rendering__isnull=False).order_by("pk").first()
    letter = letter or Letter.objects.filter(state="issued").order_by("pk")[0]
    put(OPENED, everybody["front line"], letter.resident, everybody["manager"])
    client = client_of(everybody["front line"])
    for name in ("letters:view", "letters:pdf"):
        assert client.get(reverse(name, args=[letter.reference])).status_code in (200, 302), name
