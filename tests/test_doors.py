"""Every address of the product, tried as every role, as another provider's people, and signed out."""

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver, reverse

import office.services
import people.services
from appeals.models import Appeal
from audit.breaks import Break
from audit.models import Event, Verification
from cases.models import Case, Draft, Evidence, Incident, Warning
from cases.services import drafting, evidence
from deadlines.models import Deadline
from deadlines.services import days_off
from letters.models import Dispatch, Letter
from office.models import Adoption
from people.models import (
    Cover,
    FileAccess,
    Holding,
    Need,
    Organisation,
    PolicyVersion,
    Representative,
    Resident,
    User,
)
from people.models.file_access import KEPT_OUT, KEPT_TO, OPENED, permission
from people.references import PREFIXES
from register.models import Consideration, Entry, Lookup, Report, Share
from register.services import entering, lookups, reporting
from restrictions.models import Restriction, Review
from tests import factories, factors
from tests.pressing import seal_of

BROKEN = Break.marked("cases_incident 1 is gone, and its history does not say so", "cases_incident", 1)
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
OTHERS = ("other officer", "other manager", "other front line", "other contractor", "signed out")
ROLES = {
    "officer": "amara@dover.example",
    "team leader": "tessa@dover.example",
    "manager": "helena@dover.example",
    "front line": "fran@dover.example",
    "contractor": "carl@dover.example",
    "data protection officer": "dipa@dover.example",
    "administrator": "ada@dover.example",
}
CASEWORK = {"officer", "team leader", "manager"}
DECIDERS = {"team leader", "manager"}
READERS = CASEWORK | {"data protection officer"}
REGISTER = CASEWORK | {"front line", "contractor"}
SEES_ALL = CASEWORK | {"front line"}
EVERYBODY = set(ROLES)
ALL: set[str] = set()  # signed in or not


@dataclass(frozen=True)
class Door:
    """Who may open an address, on which thing."""

    open_to: set[str]
    where: Callable[[], dict] = dict
    acts: set[str] | None = None  # where more may read than act


def of(model, **found) -> Callable[[], dict]:
    """The address's part for the first row that is so; `nth` counts on from it, as other tests use up references."""
    key = found.pop("as_", "ref")
    value = found.pop("value", "reference")
    order = found.pop("order", "pk")
    nth = found.pop("nth", 0)

    def where() -> dict:
        row = model.objects.filter(**found).order_by(order)[nth : nth + 1].first()
        assert row is not None, f"the seed has no {model.__name__} with {found}"
        for part in value.split("__"):
            row = getattr(row, part)
        return {key: row}

    return where


def furnish() -> None:
    """What the seed has none of: a draft, a file, a look-up, a representative."""
    amara, fran = (User.objects.get(email=f"{name}@dover.example") for name in ("amara", "fran"))
    drafting.save_draft(uuid.uuid4(), data={"facts": ["He shouted"]}, by=amara, at=NOW)
    incident = Incident.objects.order_by("pk").first()
    assert incident is not None
    files = [SimpleUploadedFile("note.txt", b"He shouted.", "text/plain")]
    evidence.add_evidence(incident.pk, files=files, by=amara, at=NOW)
    resident = Resident.objects.order_by("pk").first()
    assert resident is not None
    lookups.look_up(resident, by=fran, purpose="visit", at=NOW)
    reporting.report(
        reporting.NewReport("4 Far Lane", NOW.date(), "A dog was set on me.", danger=False), by=fran, at=NOW
    )
    asked = Resident.objects.filter(provider=resident.provider, register_entries__isnull=True).order_by("pk").first()
    assert asked is not None
    entering.ask_to_consider(
        "staff_risk", resident=asked, policy_version=asked.provider.policy_version_on(NOW.date()),
        because="restriction:X-999999", incidents=[], case_ref="", at=NOW,
    )  # fmt: skip
    Verification.objects.create(at=NOW, whole=True, seals=1, rows=1, breaks=[BROKEN.as_json()], unanswered=1)
    ada, bill = (User.objects.get(email=f"{name}@dover.example") for name in ("ada", "bill"))
    adopted = PolicyVersion.objects.get(provider=ada.provider)
    adoption = office.services.propose(
        ada.provider_id, text=adopted.text.replace("2024-10-07", "2026-12-01"), local=adopted.local_text, size="minor",
        approved_by_name="Head of Housing", why="A word was wrong.", by=ada, at=NOW,
    )  # fmt: skip
    office.services.send_back(adoption.pk, reasons="Another word is wrong too.", by=bill, at=NOW)
    people.services.name_representative(
        resident.pk, name="Ann", relation="Daughter", authority="Letter of 1 May", phone="", email="", by=amara, at=NOW
    )
    for kind in Authenticator.Type.values:
        factors.add(amara, kind)
    people.services.arrange_cover(
        amara.pk, colleague_id=None, from_on=date(2026, 12, 24), until_on=date(2026, 12, 31), away=True, by=ada, at=NOW
    )
    tessa = User.objects.get(email="tessa@dover.example")
    people.services.keep_out(
        Resident.objects.order_by("-pk")[0].pk, fran.pk, ground="neighbour", reason="She lives next door.",
        until=date(2027, 6, 1), by=tessa, at=NOW,
    )  # fmt: skip
    closed = {"first_on": date(2026, 12, 24), "last_on": None, "name": "Offices closed"}
    seen = seal_of(days_off.adding(ada.provider, **closed, today=NOW.date()))
    days_off.add(ada.provider, **closed, seen=seen, by=ada, at=NOW)


AMARA = "amara@dover.example"
STAFF = of(User, email=AMARA)
FIRM = of(Organisation, as_="pk", value="pk", people__email="carl@dover.example")
CASE = of(Case, stage="contact_restriction")
RESIDENT = of(Resident, as_="reference")
RETURNED = of(Restriction, state="returned")
WAITING = of(Restriction, state="proposed", proposed_by__email="piotr@dover.example")
RESTRICTED: dict[str, Any] = {"state": "in_force", "proposed_by__email": "piotr@dover.example"}
IN_FORCE = of(Restriction, **RESTRICTED)
CASE_OF = of(Restriction, **RESTRICTED, value="case__reference")
KEY_OF = of(Restriction, **RESTRICTED, as_="key")
APPEAL = of(Appeal, state="acknowledged")
DECIDED = of(Appeal, state="dismissed")
REVIEW = of(Review, state="begun")
CONTACT = of(Restriction, state="in_force", terms__channel="spoc")
WARNING = of(Warning, kind="written", letter__state="for_approval", value="letter__reference")
SENT_BACK = of(Warning, kind="written", letter__state="draft", value="letter__reference")
ISSUED = of(Warning, kind="written", letter__state="issued", value="letter__reference")
INCIDENT = of(Incident)
ENTRY = of(Entry, as_="reference", resident__isnull=False)
PLACE = of(Entry, as_="reference", resident__isnull=True)
PASSKEY = of(Authenticator, as_="pk", value="pk", type="webauthn")
DRAFT = of(Draft, as_="token", value="token", became__isnull=True)
LETTER = of(Letter, as_="reference", state="issued")

DOORS: dict[str, Door] = {
    "healthz": Door(ALL),
    "readyz": Door(ALL),
    "favicon": Door(ALL),
    "your_account": Door(EVERYBODY),
    "account_login": Door(ALL),
    "account_logout": Door(ALL),
    # Where no directory is named, which is so here, both lead to the sign-in. tests/people/test_sign_on.py has one.
    "openid_connect_login": Door(ALL),
    "openid_connect_callback": Door(ALL),
    "account_reset_password": Door(ALL),
    "account_reset_password_done": Door(ALL),
    "account_reset_password_from_key": Door(ALL, lambda: {"uidb36": "1", "key": "x-y"}),
    "account_reset_password_from_key_done": Door(ALL),
    "account_change_password": Door(EVERYBODY),
    "account_reauthenticate": Door(EVERYBODY),
    "account_end_sessions": Door(EVERYBODY),
    "account_factor_first": Door(EVERYBODY),
    # The second step of signing in: whoever is not in the middle of it is led to where it begins, or to their work.
    "mfa_authenticate": Door(ALL),
    "mfa_reauthenticate": Door(EVERYBODY),
    "mfa_reauthenticate_webauthn": Door(EVERYBODY),
    "mfa_activate_totp": Door(EVERYBODY),
    "mfa_add_webauthn": Door(EVERYBODY),
    "mfa_generate_recovery_codes": Door(EVERYBODY),
    # Of the officer alone, who has all of them (`furnish`).
    "mfa_deactivate_totp": Door({"officer"}, dict[str, int]),
    "mfa_view_recovery_codes": Door({"officer"}, dict[str, int]),
    "mfa_remove_webauthn": Door({"officer"}, PASSKEY),
    "accessibility": Door(ALL),
    "cookies": Door(ALL),
    "privacy": Door(ALL),
    "security_txt": Door(ALL),
    "worklist:mine": Door(EVERYBODY),
    "worklist:team": Door(DECIDERS),
    "worklist:batch": Door(READERS),
    "worklist:hand_over": Door(DECIDERS, of(Case, stage="contact_restriction", owner__email="piotr@dover.example")),
    "worklist:hand_over_from": Door(DECIDERS | {"officer", "administrator"}, STAFF),
    "worklist:why": Door(READERS, of(Deadline, as_="pk", value="pk", kind="review.at_end")),
    "appeals:of_case": Door(READERS, CASE),
    "appeals:lodge": Door(CASEWORK, lambda: CASE_OF() | KEY_OF()),
    "appeals:view": Door(READERS, APPEAL),
    "appeals:lodged": Door(READERS, APPEAL),
    "appeals:decide": Door({"manager"}, APPEAL),
    "appeals:consult": Door(set(), APPEAL),
    "appeals:decided": Door(READERS, DECIDED),
    "appeals:hear": Door({"manager"}, APPEAL),
    "appeals:withdraw": Door(CASEWORK, APPEAL),
    "restrictions:of_case": Door(READERS, CASE),
    "restrictions:start": Door(CASEWORK, of(Case, stage="written_warning")),
    "restrictions:view": Door(READERS, IN_FORCE),
    "restrictions:proposal": Door({"officer"}, RETURNED),
    **{
        f"restrictions:{part}": Door({"officer"}, RETURNED)
        for part in (
            "evidence",
            "risk",
            "needs",
            "terms",
            "limits",
            "instructions",
            "length",
            "when_reviewed",
            "less",
            "check",
        )
    },
    "restrictions:proposed": Door(READERS, WAITING),
    "restrictions:withdraw": Door(CASEWORK, RETURNED),
    "restrictions:decide": Door(READERS, WAITING, acts={"team leader"}),
    # Nobody is asked first in this policy: nobody finds the page. tests/restrictions/test_together.py has one.
    "restrictions:consult": Door(set(), WAITING),
    "restrictions:consult_on": Door(set(), lambda: WAITING() | {"act": "lift"}),
    "restrictions:agreed": Door(READERS, WAITING),
    "restrictions:imposed": Door(READERS, IN_FORCE),
    "restrictions:returned": Door(READERS, RETURNED),
    "restrictions:lift": Door(DECIDERS, IN_FORCE),
    "restrictions:request_reconsideration": Door(CASEWORK, CONTACT),
    "restrictions:breaches": Door(READERS, CONTACT, acts=DECIDERS),
    "restrictions:log_breach": Door(CASEWORK, CONTACT),
    "restrictions:change_spoc": Door(DECIDERS, CONTACT),
    "restrictions:cover_over": Door(DECIDERS, CONTACT),
    "restrictions:check_spoc": Door(CASEWORK, CONTACT),
    "restrictions:follow_up": Door(CASEWORK, CONTACT),
    "restrictions:waive": Door(DECIDERS, of(Restriction, reviews__state="begun")),
    "restrictions:lifted": Door(READERS, of(Restriction, state="lifted")),
    "restrictions:review": Door(READERS, of(Restriction, reviews__state="begun"), acts=DECIDERS),
    "restrictions:account": Door(CASEWORK, REVIEW),
    "restrictions:reviewed": Door(READERS, of(Review, state="decided")),
    "cases:list": Door(READERS),
    "cases:overview": Door(READERS, CASE),
    "cases:timeline": Door(READERS, CASE),
    "cases:incidents": Door(READERS, CASE),
    "cases:letters": Door(READERS, CASE),
    "cases:people": Door(READERS, CASE),
    "cases:warn": Door(CASEWORK, of(Case, nth=4)),
    # This policy does not put its first stage in writing: nobody finds one. tests/cases/test_first_letters.py has some.
    "cases:first_letter": Door(set(), CASE),
    "cases:settle": Door(DECIDERS, of(Case, nth=2)),
    "cases:settle_restriction": Door(DECIDERS, CASE),
    # No question of its own in this policy: nobody finds one. tests/restrictions/test_five_policies.py has some.
    "cases:gate": Door(set(), lambda: CASE() | {"key": "root_cause"}),
    # The policy names people of this relation: nobody finds it. tests/cases/test_scope.py has others.
    "cases:scope": Door(set(), CASE),
    "cases:risk": Door(CASEWORK, CASE),
    "cases:equality": Door(CASEWORK, CASE),
    "cases:not_to_act": Door(CASEWORK, CASE),
    "cases:close": Door(CASEWORK, of(Case, stage="initial_warning")),
    "cases:reopen": Door(CASEWORK, of(Case, stage="closed")),
    "cases:warning": Door(READERS, WARNING),
    "cases:warning_change": Door(CASEWORK, SENT_BACK),
    "cases:warning_consult": Door(set(), WARNING),
    "cases:warning_return": Door(DECIDERS, WARNING),
    "cases:warning_withdraw": Door(CASEWORK, SENT_BACK),
    "cases:warning_issued": Door(READERS, ISSUED),
    "cases:log": Door(CASEWORK),
    "cases:log_draft": Door({"officer"}, DRAFT),
    "cases:draft_autosave": Door({"officer"}, DRAFT),
    "cases:log_same": Door({"officer"}, DRAFT),
    "cases:draft_discard": Door({"officer"}, DRAFT),
    "cases:support": Door(
        {"team leader"}, of(Deadline, as_="about", value="about_ref", owner__email="tessa@dover.example")
    ),
    "cases:reported": Door(CASEWORK, of(Report, as_="pk", value="pk")),
    "cases:incident": Door(READERS, INCIDENT),
    "cases:incident_saved": Door(READERS, INCIDENT),
    "cases:incident_add": Door(CASEWORK, lambda: INCIDENT() | {"what": "police"}),
    "cases:evidence": Door(
        READERS, lambda: of(Incident, evidence__isnull=False)() | of(Evidence, as_="pk", value="pk")()
    ),
    "cases:open_urgently": Door(READERS),
    "cases:file_access": Door(DECIDERS, RESIDENT),
    "worklist:set_access": Door(DECIDERS, lambda: RESIDENT() | {"kind": "keep-out"}),
    "cases:end_access": Door(
        DECIDERS,
        lambda: (
            of(FileAccess, as_="reference", value="content_object__reference")()
            | of(FileAccess, as_="pk", value="pk")()
        ),
    ),
    "register:check": Door(REGISTER),
    "register:card": Door({"front line"}, of(Lookup, as_="pk", value="pk", by__email="fran@dover.example")),
    "register:place": Door(SEES_ALL, PLACE),
    # Opens in one session alone: tests/register/test_finding.py has some.
    "register:found": Door(set(), lambda: {"handle": "forged"}),
    "register:report": Door(REGISTER),
    "register:shared": Door({"contractor"}),
    "register:receive": Door({"contractor"}, of(Share, as_="token", value="token", acknowledged_at__isnull=True)),
    "register:ledger": Door(DECIDERS | {"data protection officer"}),
    "register:disclosure": Door(DECIDERS | {"data protection officer"}, of(Share, as_="pk", value="pk")),
    "register:recall": Door(DECIDERS, of(Share, as_="pk", value="pk")),
    "register:share": Door(DECIDERS, PLACE),
    "register:entries": Door(DECIDERS),
    "register:add": Door(DECIDERS),
    "register:add_resident": Door(DECIDERS, RESIDENT),
    "register:consider": Door(DECIDERS, of(Consideration, as_="pk", value="pk")),
    "register:enter_after": Door(DECIDERS, of(Consideration, as_="pk", value="pk")),
    "register:entry": Door(DECIDERS, ENTRY),
    "register:change": Door(DECIDERS, PLACE),
    "register:keep": Door(DECIDERS, PLACE),
    "register:remove": Door(DECIDERS, PLACE),
    "register:removed": Door(DECIDERS, of(Entry, as_="reference", removed_on__isnull=False)),
    "register:look_again": Door(DECIDERS, ENTRY),
    # Nobody is asked first in this policy: nobody finds the page.
    "register:consult": Door(
        set(), lambda: of(Consideration, as_="pk", value="pk", decided_at__isnull=True)() | {"act": "enter"}
    ),
    "register:consult_on": Door(set(), lambda: ENTRY() | {"act": "keep"}),
    "register:match": Door(SEES_ALL, RESIDENT),
    "letters:outbox": Door(READERS),
    "letters:sending": Door(CASEWORK, of(Dispatch, as_="pk", value="pk", letter__isnull=False)),
    "letters:view": Door(READERS, LETTER),
    "letters:pdf": Door(READERS, LETTER),
    "appeals:received": Door(CASEWORK, LETTER),
    "people:find": Door(READERS),
    "people:add": Door(CASEWORK),
    "people:resident": Door(READERS, RESIDENT),
    "people:change": Door(CASEWORK, RESIDENT),
    "people:show_health": Door(READERS, RESIDENT),
    "people:add_need": Door(CASEWORK, RESIDENT),
    "people:end_need": Door(
        CASEWORK, lambda: of(Resident, as_="reference", needs__isnull=False)() | of(Need, as_="pk", value="pk")()
    ),
    "people:add_representative": Door(CASEWORK, RESIDENT),
    "people:end_representative": Door(
        CASEWORK,
        lambda: (
            of(Resident, as_="reference", representatives__isnull=False)() | of(Representative, as_="pk", value="pk")()
        ),
    ),
    "people:add_tenancy": Door(CASEWORK, RESIDENT),
    "office:index": Door({"administrator"}),
    "office:appointments": Door({"administrator"}),
    "office:appoint": Door({"administrator"}, of(Restriction, state="in_force")),
    "office:appoint_to": Door(
        {"administrator"}, lambda: of(Restriction, state="in_force")() | {"which": "lift-a-restriction"}
    ),
    "office:people": Door({"administrator"}),
    "office:person_add": Door({"administrator"}),
    "office:person": Door({"administrator"}, STAFF),
    "office:person_change": Door({"administrator"}, STAFF),
    "office:person_address": Door({"administrator"}, STAFF),
    "office:person_invite": Door({"administrator"}, STAFF),
    "office:role_give": Door({"administrator"}, STAFF),
    "office:role": Door(
        {"administrator"}, lambda: STAFF() | {"pk": Holding.objects.filter(user__email=AMARA).order_by("pk")[0].pk}
    ),
    "office:person_close": Door({"administrator"}, STAFF),
    "office:person_reopen": Door({"administrator"}, STAFF),
    "office:person_sign_out": Door({"administrator"}, of(User, email="piotr@dover.example")),
    "office:person_away": Door({"administrator"}, STAFF),
    "office:cover_end": Door({"administrator"}, lambda: STAFF() | {"pk": Cover.objects.get(person__email=AMARA).pk}),
    "office:organisations": Door({"administrator"}),
    "office:organisation_add": Door({"administrator"}),
    "office:organisation": Door({"administrator"}, FIRM),
    "office:organisation_close": Door({"administrator"}, FIRM),
    "office:policies": Door({"administrator"}),
    "office:propose": Door({"administrator"}),
    "office:proposal": Door({"administrator"}, of(Adoption, as_="pk", value="pk", state="returned")),
    "office:version": Door({"administrator"}, of(PolicyVersion, as_="pk", value="pk", provider__slug=factories.DOVER)),
    "office:signing_in": Door({"administrator"}),
    "office:remove_factors": Door({"administrator"}, of(User, as_="reference", email="amara@dover.example")),
    "office:move_case": Door(DECIDERS, CASE),
    "office:consult_on_move": Door(set(), CASE),
    "office:proof": Door({"administrator"}),
    "office:proof_answer": Door({"administrator"}, lambda: {"mark": BROKEN.mark}),
    "office:who_looked": Door({"data protection officer"}),
    "office:days_off": Door({"administrator"}),
    "office:days_off_add": Door({"administrator"}),
    "office:days_off_remove": Door({"administrator"}, lambda: {"on": "2026-12-25"}),
    "office:days_off_correction": Door({"administrator"}, of(Event, as_="pk", value="pk", verb="holiday.added")),
    "people:policy": Door(EVERYBODY - {"contractor"}),
}
STAYS_OPEN = {
    "register:match": "whoever visits is told what to do; whoever is kept out by name is told to ask first",
    "register:card": "whoever visits is told what to do; not to whoever is kept out by name",
    "office:appoint": "an administrator appoints by reference; nobody is named",
    "office:appoint_to": "an administrator appoints by reference; nobody is named",
    "cases:support": "a line manager is told that somebody of theirs was affected; no resident is named",
    "register:receive": "what is shared ends as the file is closed",
}
"""Pages about one resident that a closed file leaves open, and why (docs/adr/0173, 0190)."""
KEYED: dict[str, type[Model]] = {
    "worklist:why": Deadline,
    "letters:sending": Dispatch,
    "register:card": Lookup,
    "register:receive": Share,
    "register:disclosure": Share,
    "register:recall": Share,
    "register:consider": Consideration,
    "register:enter_after": Consideration,
    "register:consult": Consideration,
}
"""What about a resident is known by a number or a token alone."""
OF_NOBODY = {
    "account_reset_password_from_key": "an account",
    "mfa_remove_webauthn": "an account",
    "cases:log_draft": "one's own words",
    "cases:draft_autosave": "one's own words",
    "cases:log_same": "one's own words",
    "cases:draft_discard": "one's own words",
    "cases:reported": "what was told at a door, which names no resident",
    "register:found": "a search of one's own",
    "register:place": "a place",
    **{
        f"office:{page}": "a colleague"
        for page in (
            "person", "person_change", "person_invite", "role_give", "role", "person_close", "person_reopen",
            "person_away", "person_address", "person_sign_out", "cover_end", "remove_factors",
        )
    },
    "worklist:hand_over_from": "a colleague",
    "office:organisation": "a contractor",
    "office:organisation_close": "a contractor",
    "office:proof_answer": "a break of the trail",
    "office:proposal": "a policy",
    "office:version": "a policy",
    "office:days_off_remove": "a day",
    "office:days_off_correction": "a day",
}  # fmt: skip
"""Addresses that name something, but nothing of a resident, and what it is."""
OF_A_RESIDENT = set(PREFIXES.values()) - {PREFIXES["user"]}
"""The letters of the references that lead to something of a resident: all but a colleague's."""
OPEN = {200, 301, 302, 405, 409, 503}
SHUT = {403, 404, 405}
SIGN_IN = {302}


def routes(resolver: Any = None, space: str = "", path: str = "/") -> Iterator[tuple[str, str, Any]]:
    """The name of every address, the library's of accounts included, with its path and its view."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = path + re.sub(r"<(?:\w+:)?\w+>|\(\?P<\w+>[^)]*\)", "REFERENCE", str(pattern.pattern)).strip("^$")
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern, pattern.namespace or space, here)
        else:
            yield f"{space}:{pattern.name}" if space else pattern.name, here, pattern.callback


def addresses(resolver: Any) -> Iterator[str]:
    """The names of them."""
    for name, _, _ in routes(resolver):
        yield name


def kind_of(name: str, where: dict[str, Any]) -> str:
    """Of what kind the thing is that an address names: the letter of its reference, or the model of its key."""
    for value in where.values():
        if found := re.match(r"([A-Z])-\d{6}", str(value)):
            return found[1]
    return KEYED[name].__name__ if name in KEYED else ""


def speaks_of_a_resident(name: str) -> bool:
    """Whether an address names something of one resident. `test_each_address_is_of_a_resident_or_of_nobody`."""
    return name in WITH_PARTS and name not in OF_NOBODY


WITH_PARTS = {name for name, path, _ in routes() if "REFERENCE" in path}


def test_every_address_has_its_door():
    """Whoever adds an address says here who may open it."""
    assert set(addresses(get_resolver())) == set(DOORS)


@pytest.fixture
def everybody(empty_queue, db) -> dict[str, User | None]:
    """The seeded council's people by role, another provider's, and nobody."""
    factories.town(NOW)
    furnish()
    found: dict[str, User | None] = {role: User.objects.get(email=email) for role, email in ROLES.items()}
    elsewhere = factories.staff(factories.dover("elsewhere"))
    strangers = (elsewhere.officer, elsewhere.manager, elsewhere.front_line, elsewhere.contractor, None)
    return found | dict(zip(OTHERS, strangers, strict=True))


def test_each_address_is_of_a_resident_or_of_nobody(everybody):
    """What an address names is read from its parts; whoever adds one that is known otherwise says here what it is."""
    kinds = {name: kind_of(name, door.where()) for name, door in DOORS.items() if name in WITH_PARTS}
    theirs = {name for name, kind in kinds.items() if kind in OF_A_RESIDENT or name in KEYED}
    assert theirs - set(OF_NOBODY) == set(kinds) - set(OF_NOBODY), "say in KEYED or OF_NOBODY what it is"
    assert theirs & set(OF_NOBODY) == {"register:place"} and set(STAYS_OPEN) <= theirs


@pytest.mark.slow
def test_every_door_as_everybody(everybody):
    """Opens to whom it should, and to nobody else: 403 with the reason, or 404 where even the thing is not theirs.

    Where it is not theirs, what is not there at all is answered word for word alike: counting up references tells
    nothing, by GET and by POST.
    """
    wrong = []
    where = {name: door.where() for name, door in DOORS.items()}
    kinds = {name: kind_of(name, where[name]) for name in WITH_PARTS}
    for role, user in everybody.items():
        client = signed_in(user)
        for name, door in DOORS.items():
            opens = is_open(door, role)
            known = reverse(name, kwargs=where[name])
            answer = asked(client.get(known))
            found = answer.status_code
            if found not in (OPEN if opens else SIGN_IN if role == "signed out" else SHUT):
                wrong.append(f"GET {name} as {role}: {found}")
            if acts(door, role):
                continue
            posted = client.post(known)
            found = posted.status_code
            if found not in (SIGN_IN if role == "signed out" else SHUT):
                wrong.append(f"POST {name} as {role}: {found}")
            if user and not opens and not knows_of(role, kinds.get(name, ""), kinds):
                none = absent(where[name])
                tried: list[tuple[str, Any, Any]] = [("GET", answer, client.get), ("POST", posted, client.post)]
                for how, real, ask in tried:
                    if none == where[name]:
                        break
                    made_up = asked(ask(reverse(name, kwargs=none)))
                    if told(real, where[name]) != told(made_up, none):
                        codes = f"{real.status_code}, {made_up.status_code}"
                        wrong.append(f"{how} {name} as {role} tells what exists: {codes}")
    assert not wrong, "\n".join(wrong)


def signed_in(user: User | None) -> Client:
    """Somebody's browser, or one of nobody's."""
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def asked(answer: Any) -> Any:
    """An answer with what it holds open closed, as the server would; answer.close() would end the connection too."""
    for close in answer._resource_closers:
        close()
    return answer


def absent(where: dict[str, Any]) -> dict[str, Any]:
    """The same address of something that is not there: no such reference, number or token."""
    made_up: dict[str, Any] = {}
    for key, value in where.items():
        if isinstance(value, int):
            made_up[key] = 987_654
        elif isinstance(value, uuid.UUID):
            made_up[key] = uuid.UUID(int=7)
        else:
            made_up[key] = re.sub(r"\d{6}", "987654", value)
    return made_up


LONGEST_NUMBER = 7
TOKENS = re.compile(r'(name="(?:csrfmiddlewaretoken|press|typist)" value=|nonce=)"[^"]*"')


def told(answer: Any, where: dict[str, Any]) -> list[str]:
    """All that an answer says, but for its tokens and the address that was asked for."""
    said = [str(answer.status_code), answer.headers.get("Location", ""), "", ""]
    said[2] = "" if answer.streaming else TOKENS.sub(r"\1", answer.content.decode("utf-8", "replace"))
    said[3] = answer.cookies["messages"].value if "messages" in answer.cookies else ""
    for value in where.values():
        # A reference or a token wherever it stands; a number only in the address, for it may be anything elsewhere.
        shown = str(value) if len(str(value)) > LONGEST_NUMBER else f"/{value}/"
        said = [text.replace(shown, "…") for text in said]
    return said


def knows_of(role: str, kind: str, kinds: dict[str, str]) -> bool:
    """Whether somebody may find things of this kind at all: for them a refusal may say what it is that is refused.

    Whoever reads files knows of all that hangs on one, whoever decides on it.
    """
    if role in READERS and (kind in OF_A_RESIDENT or kind in {model.__name__ for model in KEYED.values()}):
        return True
    return any(is_open(DOORS[name], role) for name, known in kinds.items() if known == kind)


@pytest.mark.slow
def test_every_door_of_a_file_that_is_closed_and_of_one_that_is_opened(everybody):
    """Each page about one resident, for a person of each kind of work from whom the file is closed, by name or because
    it is kept to others; for somebody to whom it is kept; and for one of the front line to whom it was opened."""
    theirs = [name for name in DOORS if speaks_of_a_resident(name) and name not in STAYS_OPEN]
    where = {name: reverse(name, kwargs=of_somebody(name, DOORS[name].where())) for name in theirs}
    manager, front_line = everybody["manager"], everybody["front line"]
    let_in(KEPT_TO, manager, by=manager)
    let_in(OPENED, front_line, by=manager)
    wrong = [
        line
        for role in ("officer", "team leader", "data protection officer")
        for line in still_open(role, everybody[role], where)
    ]
    kept_to, opened_to = signed_in(manager), signed_in(front_line)
    for name in theirs:
        door, url = DOORS[name], reverse(name, kwargs=DOORS[name].where())
        found = asked(kept_to.get(url)).status_code
        if found not in (OPEN if is_open(door, "manager") else SHUT):
            wrong.append(f"GET {name} as the manager to whom it is kept: {found}")
        found = kept_to.post(url).status_code
        if acts(door, "manager") and found in {403, 404}:
            wrong.append(f"POST {name} as the manager to whom it is kept: {found}")
        found = asked(opened_to.get(url)).status_code
        if found not in (OPEN if door.open_to >= READERS and name not in NEEDS_THE_ROLE else OPEN | SHUT):
            wrong.append(f"GET {name} as the front line to whom it was opened: {found}")
        if not door.open_to >= READERS and opened_to.post(url).status_code not in SHUT:
            wrong.append(f"POST {name} as the front line to whom it was opened")
    FileAccess.objects.all().delete()
    let_in(KEPT_OUT, manager, by=manager)
    wrong += still_open("manager", manager, where)
    assert not wrong, "\n".join(wrong)


NEEDS_THE_ROLE = {"people:show_health"}
"""Pages that a file which is opened to somebody does not open to them: health is for whose role reads files (D8)."""


def let_in(kind: str, person: User, *, by: User) -> None:
    """Keep somebody out of every file of their provider, keep it to them, or open it to them."""
    ends = datetime(2027, 6, 1, tzinfo=UTC)
    how = {"ground": "other", "reason": "x", "set_by": by, "set_at": NOW, "ends_at": ends}
    for resident in Resident.objects.filter(provider=person.provider):
        FileAccess.objects.update_or_create(
            user=person, permission=permission(kind), content_object=resident, defaults=how
        )


def still_open(role: str, user: User, where: dict[str, str]) -> list[str]:
    """The pages that somebody still opens although every file is closed to them, or does something on."""
    client, wrong = signed_in(user), []
    for name, url in where.items():
        if not is_open(DOORS[name], role):
            continue
        for how, ask in (("GET", client.get), ("POST", client.post)):
            found = asked(ask(url)).status_code
            if found not in SHUT:
                wrong.append(f"{how} {name} as the {role} to whom it is closed: {found}")
    return wrong


def of_somebody(name: str, where: dict[str, Any]) -> dict[str, Any]:
    """The same address of an entry about a resident, or of what hangs on one, where the table has that of a place."""
    model: Any = KEYED.get(name)
    if at := {Share: "entry__resident", Consideration: "resident"}.get(model):
        found = model.objects.filter(**{f"{at}__isnull": False}).order_by("pk")[0]
        return where | {key: getattr(found, key) for key in where if key != "act"}
    entry = Entry.objects.filter(reference=where.get("reference", "")).first()
    if entry is None or entry.resident is not None:
        return where
    other = Entry.objects.filter(resident__isnull=False, removed_on=None).order_by("pk")[0]
    return where | {"reference": other.reference}


def acts(door: Door, role: str) -> bool:
    """Whether this role may do what the page is for."""
    return is_open(door, role) if door.acts is None else role in door.acts


def is_open(door: Door, role: str) -> bool:
    """Whether this role may open it: the same work elsewhere opens lists of one's own, and never a thing of ours."""
    if door.open_to is ALL:
        return True
    if role == "signed out":
        return False
    if role.startswith("other "):
        return door.where is dict and role.removeprefix("other ") in door.open_to
    return role in door.open_to
