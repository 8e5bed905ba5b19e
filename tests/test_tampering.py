"""Tampering: another provider's things named in our forms, others' drafts and typing, addresses that are not ours."""

import json
import uuid
from urllib.parse import urlencode

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

import cases.services.evidence
from audit.models import Event
from cases.models import Affected, Case, Draft, Evidence, Incident, Involvement
from cases.services import drafting, incidents
from cases.services.incidents import Happened
from design import typist
from letters.models import Letter
from people.models import User
from register.models import Entry, Lookup
from tests import factories
from tests.factories import NOON
from tests.pressing import press
from tests.register.builders import enter
from tests.restrictions import builders


@pytest.fixture
def ours(db):
    """A world with a case at its written warning, at our provider."""
    return builders.world()


@pytest.fixture
def theirs(ours):
    """Another provider with people, a resident and an incident."""
    provider = factories.dover("elsewhere")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer, name="Theodora Elsewhere")
    incident = incidents.log(
        provider=provider,
        parts=[(resident, "behaved")],
        happened=Happened(facts="She shouted elsewhere.", happened_on=NOON.date(), channel="phone"),
        by=staff.officer,
        at=NOON,
    )
    return type("Theirs", (), {"provider": provider, "staff": staff, "resident": resident, "incident": incident})


def signed_in(user: User, **more) -> Client:
    """A browser in which somebody is signed in."""
    client = Client(**more)
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def log_form(**typed) -> dict:
    """A report as the page posts it."""
    return {"facts": "He shouted.", "when": "now", "channel": "phone", "warnings_given": "0", "danger": "no",
            "do": "do"} | typed  # fmt: skip


def test_nobody_of_another_provider_can_be_named_in_an_incident(ours, theirs):
    """Neither their residents nor their staff nor their contractors, by the form or past it."""
    client = signed_in(ours.staff.officer)
    before = Incident.objects.count()
    for typed in (
        {"found": theirs.resident.reference},
        {"q": "Theodora", "found": theirs.resident.reference},
        {f"part_{theirs.resident.reference}": "behaved"},
        {"found": "unknown", "affected": [str(theirs.staff.officer.pk)]},
        {"found": "unknown", "colleague_q": theirs.staff.officer.name, "affected": [str(theirs.staff.officer.pk)]},
    ):
        page = client.post(reverse("cases:log_draft", args=[uuid.uuid4()]), log_form(**typed))
        assert "Theodora" not in page.content.decode().replace('value="Theodora"', "")
    assert not Involvement.objects.filter(resident=theirs.resident, incident__provider=ours.provider).exists()
    assert not Affected.objects.filter(user=theirs.staff.officer).exists()
    assert Incident.objects.count() == before


def test_the_service_itself_refuses_colleagues_of_another_provider(ours, theirs):
    with pytest.raises(incidents.RuleBroken, match="people of this provider"):
        incidents.log(
            provider=ours.provider,
            parts=[(ours.resident, "behaved")],
            happened=Happened(facts="He shouted.", happened_on=NOON.date(), channel="phone"),
            affected=[incidents.AffectedPerson(user=theirs.staff.officer)],
            by=ours.staff.officer,
            at=NOON,
        )


@pytest.mark.slow
def test_nobody_writes_under_the_address_of_another_providers_things(ours, theirs):
    """Each address with their reference is 404 for every role of ours, asked for or posted to; nothing changes."""
    case = Case.objects.get(resident=theirs.resident)
    restriction = builders.proposed(_world_of(theirs))
    letter = Letter.objects.filter(provider=theirs.provider).first()
    entry = enter(theirs.provider, theirs.staff.team_leader, theirs.resident, source="restriction:X-999999")
    addresses = [
        *(reverse(f"cases:{name}", args=[case.reference]) for name in ("overview", "warn", "settle", "risk", "close")),
        *(reverse(f"restrictions:{name}", args=[restriction.reference]) for name in ("view", "decide", "withdraw")),
        reverse("restrictions:start", args=[case.reference]),
        reverse("appeals:lodge", args=[case.reference, restriction.reference]),
        reverse("appeals:of_case", args=[case.reference]),
        reverse("cases:incident", args=[theirs.incident.reference]),
        reverse("cases:incident_add", args=[theirs.incident.reference, "account"]),
        reverse("people:resident", args=[theirs.resident.reference]),
        reverse("people:change", args=[theirs.resident.reference]),
        reverse("register:match", args=[theirs.resident.reference]),
        reverse("register:add_resident", args=[theirs.resident.reference]),
        reverse("register:entry", args=[entry.reference]),
        reverse("register:remove", args=[entry.reference]),
        reverse("letters:view", args=[letter.reference]),
        reverse("letters:pdf", args=[letter.reference]),
    ]
    recorded = Event.objects.count()
    for person in (ours.staff.officer, ours.staff.team_leader, ours.staff.manager, ours.staff.front_line,
                   ours.staff.contractor):  # fmt: skip
        client = signed_in(person)
        for address in addresses:
            for answer in (
                client.get(address),
                client.post(address, {"reasons": "x", "reason": "x", "purpose": "visit"}),
            ):
                assert answer.status_code in (403, 404, 405), (person.name, address, answer.status_code)
                assert "Theodora" not in answer.content.decode(), address
    assert Event.objects.count() == recorded
    assert not Lookup.objects.filter(resident=theirs.resident).exists()


def _world_of(theirs) -> builders.World:
    """Their provider with a second resident whose case is ripe for a restriction."""
    resident = factories.resident(theirs.provider, theirs.staff.officer, name="Theodora Second")
    case = builders.warned_case(theirs.provider, theirs.staff, resident, at=NOON)
    return builders.World(theirs.provider, theirs.staff, resident, case, NOON)


def test_a_proposal_rests_on_nothing_from_another_case(ours, theirs):
    """Incidents, risk assessments and contacts of others are refused where a proposal names them."""
    other = _world_of(theirs)
    restriction = builders.draft(ours)
    client, ref = signed_in(ours.staff.officer), restriction.reference
    foreign_incident = other.case.incidents.first()
    foreign_risk = other.case.assessments.first()
    posts = {
        "evidence": {"incidents": [str(foreign_incident.pk)], "extreme": "no"},
        "risk": {"assessment": str(foreign_risk.pk)},
        "limits": {"spoc_person": str(theirs.staff.officer.pk), "spoc_words": "Ring."},
    }
    for name, typed in posts.items():
        chosen = "?phone=open&spoc=yes" if name == "limits" else ""
        answer = press(client, reverse(f"restrictions:{name}", args=[ref]) + chosen, typed)
        assert answer.status_code == 200, name
        assert "There is a problem" in answer.content.decode(), name
    restriction.refresh_from_db(fields=["risk_assessment"])
    assert restriction.risk_assessment.case_id == ours.case.pk
    assert not restriction.incidents.filter(pk=foreign_incident.pk).exists()
    assert not restriction.terms.filter(person=theirs.staff.officer).exists()


@pytest.mark.parametrize("key", ["²", "9" * 5_000, "9" * 30, "-1", "\x00", "١", ""])
def test_a_draft_with_junk_in_it_still_opens(ours, key):
    """Whatever a script left in a draft, its page opens again, and saves."""
    token, client = uuid.uuid4(), signed_in(ours.staff.officer)
    typed = log_form(found="unknown", affected=[key], organisation=key, categories=[key], knowledge=key)
    address = reverse("cases:log_draft", args=[token])
    assert client.post(reverse("cases:draft_autosave", args=[token]), typed).status_code == 204
    assert client.get(address).status_code == 200
    assert client.post(address, typed).status_code in (200, 302)


def test_a_draft_is_its_typists_alone(ours):
    """Nobody else reads, overwrites, saves or discards it, whoever knows its token."""
    token = uuid.uuid4()
    drafting.save_draft(token, data={"facts": ["A secret of the officer"]}, by=ours.staff.officer, at=NOON)
    other = signed_in(ours.staff.colleague)
    for name in ("log_draft", "log_same", "draft_discard", "draft_autosave"):
        for answer in (other.get(reverse(f"cases:{name}", args=[token])),
                       other.post(reverse(f"cases:{name}", args=[token]), log_form(found="unknown"))):  # fmt: skip
            assert answer.status_code in (403, 404, 405), (name, answer.status_code)
            assert "secret" not in answer.content.decode()
    draft = Draft.objects.get(token=token)
    assert (draft.user_id, draft.data) == (ours.staff.officer.pk, {"facts": ["A secret of the officer"]})


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)",
                                  "https:evil.example", "\thttps://evil.example", "http:///evil.example"])  # fmt: skip
def test_signing_in_leads_nowhere_else(ours, away):
    """`?next=` is followed within the product only."""
    address = f"{reverse('account_login')}?{urlencode({'next': away})}"
    given = {"login": ours.staff.officer.email, "password": factories.PASSWORD, "next": away}
    answer = Client().post(address, given)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/") and not answer["Location"].startswith(("//", "/\\"))


def test_an_expired_form_is_given_back_only_to_its_typist(ours):
    """Signed out in the middle of a report: the next person at the same computer gets an empty page, and never that."""
    address = reverse("cases:close", args=[ours.case.reference])
    typed = {"reasons": "What only Olive knows", "typist": typist.sign(ours.staff.officer.pk)}
    for person, sees in ((ours.staff.colleague, False), (ours.staff.officer, True)):
        browser = Client()
        asked = browser.post(address, typed)
        assert asked.status_code == 302 and "expired=1" in asked["Location"]
        browser.post(asked["Location"], {"login": person.email, "password": factories.PASSWORD, "next": address})
        first, second = browser.get(address).content.decode(), browser.get(address).content.decode()
        assert ("What only Olive knows" in first) is sees, person.name
        assert "What only Olive knows" not in second
        assert "What only Olive knows" not in json.dumps(dict(browser.session), default=str)


def test_typing_is_kept_only_with_a_fresh_mark_of_ours(ours):
    """A forged mark, another's form copied from yesterday, and half a megabyte: nothing is kept."""
    address = reverse("cases:close", args=[ours.case.reference])
    for typed in (
        {"reason": "x", "typist": str(ours.staff.officer.pk)},
        {"reason": "x", "typist": typist.sign(ours.staff.officer.pk)[:-1] + "A"},
        {"reason": "x" * 500_000, "typist": typist.sign(ours.staff.officer.pk)},
    ):
        browser = Client()
        answer = browser.post(address, typed)
        assert answer.status_code == 302 and "expired" not in answer["Location"]
        assert "kept_typing" not in browser.session


def test_a_form_without_its_proof_keeps_what_was_typed(ours):
    """No CSRF token, or an old one: nothing is done, and the same page comes back with the words in it."""
    browser = signed_in(ours.staff.officer, enforce_csrf_checks=True)
    address = reverse("cases:close", args=[ours.case.reference])
    typed = {"reasons": "Nothing since spring", "typist": typist.sign(ours.staff.officer.pk)}
    back = browser.post(address, typed)
    assert (back.status_code, back["Location"]) == (302, address)
    assert "Nothing since spring" in browser.get(address).content.decode()
    assert browser.post(address, {"reasons": "x"}).status_code == 403
    assert Case.objects.get(pk=ours.case.pk).closed_at is None


def test_a_contractor_learns_the_shared_orders_and_no_more(ours):
    """Name and address, and the orders of shared entries. No reasons, no case, no letter, no file, by any address."""
    restriction = builders.imposed(ours)
    incident = ours.case.incidents.first()
    cases.services.evidence.add_evidence(
        incident.pk,
        files=[SimpleUploadedFile("note.txt", b"He shouted.", "text/plain")],
        by=ours.staff.officer,
        at=NOON,
    )
    evidence, entry = Evidence.objects.get(), Entry.objects.get()
    assert not entry.shared_with_contractors
    client = signed_in(ours.staff.contractor)
    shut = [
        reverse("cases:list"), reverse("cases:overview", args=[ours.case.reference]), reverse("people:find"),
        reverse("cases:timeline", args=[ours.case.reference]), reverse("people:policy"), reverse("letters:outbox"),
        reverse("cases:incident", args=[incident.reference]),
        reverse("people:resident", args=[ours.resident.reference]),
        reverse("cases:evidence", args=[incident.reference, evidence.pk]),
        reverse("restrictions:view", args=[restriction.reference]), reverse("register:entries"),
        reverse("register:entry", args=[entry.reference]), reverse("letters:view", args=[restriction.letter.reference]),
        reverse("letters:pdf", args=[restriction.letter.reference]), reverse("worklist:team"),
        *(reverse("worklist:why", args=[pk]) for pk in range(1, 12)),
    ]  # fmt: skip
    told = ["shouted", "Shouted", restriction.reference, ours.case.reference, "Do not visit alone", "Tenant", "1980"]
    for address in shut:
        answer = client.get(address)
        assert answer.status_code in (403, 404), address
        page = answer.content.decode().replace(address, "")  # what the reader typed is no news, on paper either
        assert not [word for word in told if word in page], address
    assert client.get(reverse("register:match", args=[ours.resident.reference])).status_code == 404
    found = client.get(reverse("register:check"), {"q": ours.resident.name}).headers["Location"]
    match = client.get(found)
    assert ours.resident.name in match.content.decode()
    told += [ours.resident.reference, entry.reference]
    assert not [word for word in told if word in match.content.decode()]
    card = press(client, found, {"purpose": "visit", "job": "J-1"}, follow=True)
    assert card.status_code == 200 and card.redirect_chain
    assert not [word for word in [*told, "threats", "Threat"] if word in card.content.decode()]


NAMES = {
    "plain.txt": "plain.txt",
    "a\r\nSet-Cookie: x=1.txt": "aSet-Cookie: x=1.txt",
    'quo"te;filename=evil.html;.txt': None,
    "..\\..\\windows\\win.ini.txt": None,
    "../../etc/passwd.txt": None,
    "photo\u202egpj.txt": "photogpj.txt",
    "n\x00ul.txt": None,
    "über 😀 שלום.txt": None,
    ".txt": None,
    "x" * 400 + ".txt": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_comes_back_as_a_download_whatever_its_name(ours, name):
    """One header line, always an attachment, never sniffed or run, stored under nobody's chosen path."""
    incident = ours.case.incidents.first()
    client = signed_in(ours.staff.officer)
    file = SimpleUploadedFile("x.txt", b"<script>alert(1)</script>", "text/html")
    file._name = name  # past what Python's client would clean, as an attacker's own client would
    answer = press(client, reverse("cases:incident_add", args=[incident.reference, "files"]), {"evidence": file})
    assert answer.status_code in (200, 302)
    kept = Evidence.objects.first()
    if kept is None:
        assert "There is a problem" in answer.content.decode()
        return
    got = client.get(reverse("cases:evidence", args=[incident.reference, kept.pk]))
    got_headers = "".join(got.headers.values())
    assert got["Content-Disposition"].startswith("attachment")
    assert "\r" not in got_headers and "\n" not in got_headers
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Type"].partition(";")[0] == "text/plain"
    assert "sandbox" in got["Content-Security-Policy"]
    assert not set(kept.name) & set("\u202e\u2066/\\\x00\r\n")
    root = django_settings.STATE_DIR / "files"
    assert (root / kept.file.name).resolve().is_relative_to(root.resolve())
    assert not (root / kept.file.name).resolve().is_relative_to(django_settings.STATIC_ROOT.resolve())
    for close in got._resource_closers:
        close()


@pytest.mark.parametrize("name, inside", [
    ("page.html", b"<script>alert(1)</script>"), ("drawing.svg", b"<svg onload='alert(1)'/>"),
    ("drawing.png", b"<svg onload='alert(1)'/>"), ("page.pdf", b"<html><script>alert(1)</script>"),
    ("run.pdf", b"MZ\x90\x00" + b"\x00" * 60), ("run.exe", b"MZ"), ("empty.pdf", b""), ("noending", b"x"),
    ("page.txt.html", b"x"), ("page.html ", b"x"), ("page.xhtml", b"x"), ("a.js", b"x"), ("macro.docx", b"PK\x03\x04"),
])  # fmt: skip
def test_what_a_browser_would_run_is_refused(ours, name, inside):
    incident = ours.case.incidents.first()
    client = signed_in(ours.staff.officer)
    address = reverse("cases:incident_add", args=[incident.reference, "files"])
    answer = press(client, address, {"evidence": SimpleUploadedFile(name, inside, "image/png")})
    assert answer.status_code == 200 and "There is a problem" in answer.content.decode()
    assert not Evidence.objects.exists()
