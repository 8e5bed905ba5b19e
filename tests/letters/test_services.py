"""Drafting and issuing: who may, when, and what is frozen."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django_fsm import TransitionNotAllowed

from audit.models import Event
from letters import facts, services
from letters.models import Dispatch, Letter
from letters.services import proving
from people import access
from people import services as people
from people.models import ContactPoint, Resident
from policies.rules import RuleBroken
from tests import factories
from tests.factories import NOON
from tests.letters.builders import FACTS, about

State = Letter.State


def verbs(letter):
    return list(Event.objects.filter(subject_ref=letter.reference).order_by("pk").values_list("verb", flat=True))


def test_issuing_freezes_who_when_and_where(draft, staff):
    letter = services.issue(draft().pk, by=staff.team_leader, at=NOON)
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.issued_by, letter.issued_at) == (State.ISSUED, staff.team_leader, NOON)
    assert letter.dated.isoformat() == "2026-12-18"
    assert letter.address == "12 Marine Parade\nDover\nCT16 1LW"
    assert letter.email == "rowan.resident@example.org"
    assert letter.facts["signed"] == {"name": "Terry Leader", "title": "Senior Officer", "on": "2026-12-18"}
    assert verbs(letter) == ["letter.drafted", "letter.issued"]


def test_a_letter_late_in_the_evening_bears_londons_date(draft, staff):
    at = NOON.replace(month=7, hour=23, minute=30)
    assert services.issue(draft().pk, by=staff.officer, at=at).dated.isoformat() == "2026-07-19"


def test_dovers_letters_go_by_post_and_by_email_where_possible(issued):
    letter = issued("restriction")
    assert list(letter.dispatches.values_list("channel", "address", "state")) == [
        ("print", "Rowan Resident\n12 Marine Parade\nDover\nCT16 1LW", "waiting"),
        ("email", "rowan.resident@example.org", "waiting"),
    ]


def test_an_unsafe_email_address_is_not_used(issued, resident):
    ContactPoint.objects.filter(resident=resident).update(safe=False)
    letter = issued()
    assert list(letter.dispatches.values_list("channel", flat=True)) == ["print"]
    assert letter.email == ""


def test_where_the_policy_does_not_name_email_it_is_not_used(issued):
    assert list(issued("appeal_outcome").dispatches.values_list("channel", flat=True)) == ["print"]
    assert list(issued("late_review_notice").dispatches.values_list("channel", flat=True)) == ["print"]


def test_who_reads_letters_by_email_gets_each_by_email_too(issued, resident):
    Resident.objects.filter(pk=resident.pk).update(preferred_format=Resident.Format.EMAIL)
    resident.refresh_from_db()
    assert list(issued("appeal_outcome").dispatches.values_list("channel", flat=True)) == ["print", "email"]


@pytest.mark.parametrize("home", [None, people.Home("No fixed abode", "CT16 1LW")])
def test_without_an_address_the_letter_is_handed_over(provider, staff, home):
    nowhere = factories.resident(provider, staff.officer, "Noor Nowhere", home=home, emails=())
    letter = services.request("warning", about(nowhere), FACTS["warning"], by=staff.officer, at=NOON)
    assert [(way.channel, way.address) for way in letter.dispatches.all()] == [("print", "Noor Nowhere\nBy hand")]
    assert letter.address == ""


def test_an_address_fits_the_window(provider, staff):
    lines = "Flat 2\n@The Old Mill\n  \nMill Lane\nLittle Hamlet\nNear Whitfield\nDover\nKent"
    home = people.Home(lines, "ct16  3pj")
    resident = factories.resident(provider, staff.officer, "Lena Long", home=home)
    address = services.paper.address_lines(resident)
    assert address == [
        "Flat 2", "The Old Mill", "Mill Lane", "Little Hamlet", "Near Whitfield, Dover, Kent", "CT16 3PJ",
    ]  # fmt: skip


def test_facts_are_a_snapshot(draft, resident, staff):
    letter = draft()
    Resident.objects.filter(pk=resident.pk).update(name="Rowan Renamed")
    assert "Rowan Renamed" in services.as_html(Letter.objects.get(pk=letter.pk), on=NOON.date())
    services.issue(letter.pk, by=staff.officer, at=NOON)
    Resident.objects.filter(pk=resident.pk).update(name="Rowan Again")
    words = services.as_html(Letter.objects.get(pk=letter.pk), on=NOON.date())
    assert "Rowan Renamed" in words
    assert "Rowan Again" not in words


def test_facts_that_do_not_fit_are_refused_at_draft(draft):
    with pytest.raises(facts.FactsWrong, match="expected: must be words"):
        draft(expected="")
    assert not Letter.objects.exists()


def test_the_whole_way_of_a_draft(draft, staff):
    letter = draft()
    services.redraft(letter.pk, facts=FACTS["warning"] | {"expected": "Write to us."}, by=staff.officer, at=NOON)
    services.submit(letter.pk, by=staff.officer, at=NOON)
    services.send_back(letter.pk, by=staff.team_leader, at=NOON, reasons="Say what must change.")
    services.submit(letter.pk, by=staff.officer, at=NOON)
    services.issue(letter.pk, by=staff.team_leader, at=NOON)
    happened = ["drafted", "redrafted", "submitted", "returned", "submitted", "issued"]
    assert verbs(letter) == [f"letter.{what}" for what in happened]
    back = Event.objects.get(verb="letter.returned")
    assert back.words.body == {"reasons": "Say what must change."}


def test_handing_back_needs_reasons(draft, staff):
    letter = draft()
    services.submit(letter.pk, by=staff.officer, at=NOON)
    with pytest.raises(RuleBroken, match="Enter why") as refused:
        services.send_back(letter.pk, by=staff.team_leader, at=NOON, reasons="  ")
    assert refused.value.field == "reasons"
    assert Letter.objects.get(pk=letter.pk).state == State.FOR_APPROVAL


ACTS = {
    "redraft": lambda letter, by: services.redraft(letter.pk, facts=FACTS["warning"], by=by, at=NOON),
    "submit": lambda letter, by: services.submit(letter.pk, by=by, at=NOON),
    "send_back": lambda letter, by: services.send_back(letter.pk, by=by, at=NOON, reasons="Not yet"),
    "issue": lambda letter, by: services.issue(letter.pk, by=by, at=NOON),
    "withdraw": lambda letter, by: services.withdraw(letter.pk, by=by, at=NOON),
}
ALLOWED = {
    State.DRAFT: {"redraft", "submit", "issue", "withdraw"},
    State.FOR_APPROVAL: {"send_back", "issue", "withdraw"},
    State.ISSUED: set(),
    State.WITHDRAWN: set(),
}


def brought_to(state, letter, by):
    for act in {State.FOR_APPROVAL: ["submit"], State.ISSUED: ["issue"], State.WITHDRAWN: ["withdraw"]}.get(state, []):
        ACTS[act](letter, by)
    return letter


@pytest.mark.parametrize("state", list(ALLOWED))
@pytest.mark.parametrize("act", list(ACTS))
def test_each_verb_in_each_state(draft, staff, state, act):
    letter = brought_to(state, draft(), staff.officer)
    if act in ALLOWED[state]:
        ACTS[act](letter, staff.team_leader)
    else:
        with pytest.raises(TransitionNotAllowed):
            ACTS[act](letter, staff.team_leader)
        assert Letter.objects.get(pk=letter.pk).state == state


@pytest.mark.parametrize("act", list(ACTS))
def test_who_may(draft, staff, act):
    stranger = factories.person(factories.dover("elsewhere-homes"), "team_leader")
    nobody = factories.person(staff.officer.provider)
    for refused in (staff.front_line, staff.contractor, staff.dpo, staff.administrator, stranger, nobody):
        letter = brought_to(State.FOR_APPROVAL if act == "send_back" else State.DRAFT, draft(), staff.officer)
        with pytest.raises(access.NotPermitted):
            ACTS[act](letter, refused)
    for allowed in (staff.officer, staff.colleague, staff.team_leader, staff.manager):
        letter = brought_to(State.FOR_APPROVAL if act == "send_back" else State.DRAFT, draft(), staff.officer)
        ACTS[act](letter, allowed)


def test_who_may_draft(resident, staff):
    stranger = factories.person(factories.dover("elsewhere-homes"), "team_leader")
    for refused in (staff.front_line, staff.contractor, staff.dpo, staff.administrator, stranger):
        with pytest.raises(access.NotPermitted):
            services.request("warning", about(resident), FACTS["warning"], by=refused, at=NOON)
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE letters_letter SET facts = '{}'",
        "UPDATE letters_letter SET state = 'draft', issued_at = NULL",
        "UPDATE letters_letter SET address = 'Elsewhere'",
        "DELETE FROM letters_letter",
    ],
)
def test_an_issued_letter_cannot_be_changed_by_raw_sql_either(issued, sql):
    issued()
    Dispatch.objects.all().delete()
    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_an_issued_letter_has_who_and_when(draft):
    draft()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE letters_letter SET state = 'issued'")


def test_request_undoes_itself_with_its_caller(resident, staff):
    with pytest.raises(RuntimeError), transaction.atomic():
        services.request("warning", about(resident), FACTS["warning"], by=staff.officer, at=NOON)
        raise RuntimeError("the caller failed")
    assert (Letter.objects.count(), Dispatch.objects.count()) == (0, 0)


def test_the_governing_policy_is_that_of_what_the_letter_is_about(resident, staff, provider):
    old = provider.policy_versions.get()
    newer = people.adopt_policy(
        provider,
        text=old.text.replace("effective = 2024-10-07", "effective = 2026-12-01").replace(
            'sent = "post, email: where possible [6.12]"', 'sent = "post [6.12]"'
        ),
        local=old.local_text,
        by_name="Head of Housing",
        at=NOON,
    )
    for version, ways in ((newer, 1), (old, 2)):
        subject = about(resident, version=version)
        letter = services.request("warning", subject, FACTS["warning"], by=staff.officer, at=NOON)
        assert letter.dispatches.count() == ways


@pytest.mark.parametrize(
    ("relation", "nation", "named"),
    [
        ("tenant", "england", "Housing Ombudsman Service"),
        ("homeless_applicant", "england", "Local Government and Social Care Ombudsman"),
        ("prospective", "england", "Local Government and Social Care Ombudsman"),
        ("homeless_applicant", "scotland", "Scottish Public Services Ombudsman"),
    ],
)
def test_the_ombudsman_is_the_right_one(provider, staff, resident, relation, nation, named):
    provider.nation, resident.relation = nation, relation
    policy = provider.policy_version_on(NOON.date()).policy
    assert services.frame_facts(provider, policy, resident)["ombudsman"]["name"] == named


def test_a_notice_is_a_row_and_a_sending(staff):
    notice = services.notify(
        staff.manager, kind="incident", subject="An incident waits for you", body="I-000001", about="I-000001", at=NOON
    )
    sending = notice.dispatches.get()
    assert (sending.channel, sending.address, sending.state) == ("email", staff.manager.email, "waiting")


def test_opening_the_pdf_is_recorded(issued, staff):
    letter = issued()
    services.outbox.render(letter.pk, at=NOON, using=lambda _: (b"%PDF", 1))
    proving.open_pdf(letter.pk, by=staff.dpo, at=NOON + timedelta(days=1))
    seen = Event.objects.get(verb="letter.opened")
    assert (seen.by_ref, seen.subject_ref) == (staff.dpo.reference, letter.reference)
    with pytest.raises(access.NotPermitted):
        proving.open_pdf(letter.pk, by=staff.front_line, at=NOON)
