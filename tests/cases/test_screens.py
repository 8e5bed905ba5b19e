"""The screens by a browser without a script: what they show, keep, refuse and forbid."""

import uuid
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from audit.models import Event
from cases.models import Case, Draft, Incident, Warning
from cases.services import adding, assessments, drafting, issuing, stages, warnings
from deadlines.models import Deadline
from decisions.services import Said
from design import seals
from letters.models import Letter
from people import services as people
from people.models import Organisation
from tests import factories
from tests.cases.conftest import HAPPENED, later
from tests.factories import NOON
from tests.pressing import press, show_health


@pytest.fixture(autouse=True)
def the_clock(time_machine_at):
    """Every page is asked for at the same moment."""


@pytest.fixture
def time_machine_at():
    import time_machine

    with time_machine.travel(datetime(2026, 12, 18, 14, 30, tzinfo=UTC), tick=False):
        yield


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def officer(staff):
    return signed_in(staff.officer)


@pytest.fixture
def leader(staff):
    return signed_in(staff.team_leader)


TYPED = {
    "do": "do",
    "facts": "Shouted for ten minutes.",
    "words_used": "You will be sorry",
    "when": "now",
    "channel": "phone",
    "warnings_given": "2",
    "continued": "yes",
    "danger": "no",
    "knowledge": "first_hand",
}


def new_page(client) -> str:
    return client.get(reverse("cases:log")).url


# Logging


def test_the_page_asks_for_999_first_and_names_the_policys_number(officer):
    page = officer.get(new_page(officer)).content.decode()
    assert "Anyone in danger now? Ring 999 first." in page
    assert "2 initial warnings in 1 interaction before a warning letter (clauses 6.9, 6.11)" in page
    assert 'role="status"' in page and page.count('role="status"') == 1


def test_saving_gives_an_incident_a_case_and_a_page_that_says_who_was_told(officer, resident, staff):
    url = new_page(officer)
    answer = officer.post(url, TYPED | {"found": resident.reference, "affected": [str(staff.officer.pk)]})
    incident = Incident.objects.get()
    assert answer.url == reverse("cases:incident_saved", args=[incident.reference])
    page = officer.get(answer.url).content.decode()
    assert incident.reference in page
    assert "Terry Leader" in page
    assert "Still to add" in page
    assert Case.objects.get().resident == resident


def test_a_second_press_lands_on_the_same_page(officer, resident):
    url, typed = new_page(officer), TYPED | {"found": resident.reference}
    assert officer.post(url, typed).url == officer.post(url, typed).url
    assert Incident.objects.count() == 1
    assert officer.get(url).url.endswith("/saved/")


def test_find_works_as_a_button_and_keeps_what_was_typed(officer, resident):
    url = new_page(officer)
    answer = officer.post(url, TYPED | {"do": "find", "q": "rowan marine"})
    assert answer.url == f"{url}#who"
    page = officer.get(url).content.decode()
    assert resident.reference in page
    assert "12 Marine Parade" in page
    assert "Shouted for ten minutes." in page
    assert "You will be sorry" in page
    assert not Incident.objects.exists()


def test_several_residents_each_with_a_part(officer, resident, provider, staff):
    other = factories.resident(provider, staff.officer, "Sam Seen")
    url = new_page(officer)
    officer.post(url, TYPED | {"do": "another", "found": resident.reference, "part": "behaved"})
    page = officer.get(url).content.decode()
    assert f'name="part_{resident.reference}"' in page
    officer.post(url, TYPED | {f"part_{resident.reference}": "behaved", "found": other.reference, "part": "present"})
    parts = Incident.objects.get().involvements.values_list("resident__name", "part")
    assert set(parts) == {("Rowan Resident", "behaved"), ("Sam Seen", "present")}


def test_i_do_not_know_is_an_answer_and_nothing_is_not(officer):
    url = new_page(officer)
    page = officer.post(url, TYPED).content.decode()
    assert escape("Enter a name and select Find, or select “I do not know”") in page
    officer.post(url, TYPED | {"found": "unknown"})
    assert not Case.objects.exists()
    assert Incident.objects.exists()


def test_a_colleague_is_found_and_ticked_and_the_contractor_named(officer, resident, staff, provider):
    firm = Organisation.objects.create(provider=provider, name="Lift & Shift")
    url = new_page(officer)
    officer.post(url, TYPED | {"do": "find_colleague", "colleague_q": "colin"})
    assert f'value="{staff.colleague.pk}"' in officer.get(url).content.decode()
    typed = {
        "found": resident.reference, "colleague_q": "colin", "affected": [str(staff.colleague.pk)],
        "contractors": "Kit Fixer\nRay Rigger", "organisation": str(firm.pk), "witnesses": "Mo at the desk",
    }  # fmt: skip
    officer.post(url, TYPED | typed)
    named = Incident.objects.get().affected.order_by("pk").values_list("name", "part", "organisation__name")
    assert list(named) == [
        ("Colin Colleague", "affected", None), ("Kit Fixer", "affected", "Lift & Shift"),
        ("Ray Rigger", "affected", "Lift & Shift"), ("Mo at the desk", "witness", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"facts": ""}, "Enter what happened"),
        ({"when": ""}, "Select when it happened"),
        ({"danger": ""}, "Select whether anyone was threatened, hurt or intimidated"),
        ({"when": "earlier", "earlier_at": "2:31pm"}, "The time must not be later than now"),
        (
            {"when": "another", "happened_on_day": "19", "happened_on_month": "12", "happened_on_year": "2026"},
            "When it happened must be today or in the past",
        ),
        (
            {"when": "another", "happened_on_day": "31", "happened_on_month": "12", "happened_on_year": "1999"},
            "When it happened must be on or after 1 January 2000",
        ),
        ({"when": "another"}, "Enter when it happened"),
        ({"warnings_given": "0"}, "Enter how many warnings were given before it went on"),
        ({"hazard": "yes"}, "Enter what they reported"),
        ({"found": "R-999999"}, "Select who it was from the list"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(officer, resident, typed, says):
    page = officer.post(new_page(officer), TYPED | {"found": resident.reference} | typed).content.decode()
    assert page.count(escape(says)) >= 2, "in the summary and beside the field"
    assert "<title>Error: Log an incident" in " ".join(page.split()).replace("<title> ", "<title>")
    assert "You will be sorry" in page
    assert not Incident.objects.exists()


def test_ten_thousand_characters_of_any_script_come_back_exactly(officer, resident):
    words = ("شتم 😡 \u200fעברית\u200e café. " * 500)[:9_999] + "!"
    officer.post(new_page(officer), TYPED | {"found": resident.reference, "facts": words})
    assert Incident.objects.get().facts == words
    page = officer.post(new_page(officer), TYPED | {"found": resident.reference, "facts": words + "x"}).content.decode()
    assert "What happened must be 10000 characters or fewer" in page.replace("10,000", "10000")
    assert words[:500] in page


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("letter.pdf", b"MZ\x90\x00" + b"\0" * 400, "is a programme, not the file its name says"),
        ("tape.mp3", b"ID3" + b"\0" * (40 * 1024 * 1024), "Files must be 25 MB or smaller"),
        ("run.exe", b"MZ", "is of a kind that cannot be added"),
    ],
)
def test_a_wrong_file_is_refused_and_what_was_typed_is_kept(officer, resident, name, body, says):
    upload = SimpleUploadedFile(name, body)
    page = officer.post(new_page(officer), TYPED | {"found": resident.reference, "evidence": upload}).content.decode()
    assert says in page
    assert "Shouted for ten minutes." in page
    assert '<details class="govuk-details" id="more" open' in page.replace(' id="more" open', ' id="more" open')
    assert not Incident.objects.exists()


def test_a_file_is_kept_and_comes_back_only_as_a_download(officer, resident, leader):
    upload = SimpleUploadedFile("note.txt", b"He rang again.", content_type="text/html")
    officer.post(new_page(officer), TYPED | {"found": resident.reference, "evidence": upload})
    kept = Incident.objects.get().evidence.get()
    answer = leader.get(reverse("cases:evidence", args=[kept.incident.reference, kept.pk]))
    assert b"".join(answer.streaming_content) == b"He rang again."
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"].startswith("text/plain")


def test_a_session_that_expires_costs_nothing(officer, resident, staff):
    url = new_page(officer)
    officer.get(url)
    typist = officer.get(url).content.decode().split('name="typist" value="')[1].split('"')[0]
    officer.session.flush()
    answer = officer.post(url, TYPED | {"found": resident.reference, "q": "rowan", "typist": typist})
    assert "expired=1" in answer.url
    officer.post("/account/login/", {"login": staff.officer.email, "password": factories.PASSWORD, "next": url})
    page = officer.get(url).content.decode()
    assert "What had been typed" in page or "What you had typed is below." in page
    assert "Shouted for ten minutes." in page
    assert "You will be sorry" in page
    officer.post(url, TYPED | {"found": resident.reference})
    assert Incident.objects.count() == 1


def test_what_one_person_typed_is_not_shown_to_the_next(officer, resident, staff):
    url = new_page(officer)
    typist = officer.get(url).content.decode().split('name="typist" value="')[1].split('"')[0]
    officer.session.flush()
    officer.post(url, TYPED | {"typist": typist})
    officer.post("/account/login/", {"login": staff.colleague.email, "password": factories.PASSWORD})
    assert "Shouted for ten minutes." not in officer.get(url).content.decode()


def test_the_draft_saves_itself_and_is_its_authors_alone(officer, leader):
    url = new_page(officer)
    token = uuid.UUID(url.rstrip("/").rpartition("/")[2])
    assert officer.post(reverse("cases:draft_autosave", args=[token]), TYPED).status_code == 204
    assert Draft.objects.get().data["facts"] == ["Shouted for ten minutes."]
    assert "Shouted for ten minutes." in officer.get(url).content.decode()
    assert leader.get(url).status_code == 404
    assert leader.post(reverse("cases:draft_autosave", args=[token]), {"facts": "mine"}).status_code == 403
    assert Draft.objects.get().data["facts"] == ["Shouted for ten minutes."]


def test_save_draft_and_discard_it(officer):
    url = new_page(officer)
    assert officer.post(url, TYPED | {"do": "draft"}).url == reverse("worklist:mine")
    press(officer, url + "discard/")
    assert not Draft.objects.exists()


def test_a_draft_that_went_on_growing_is_not_thrown_away(officer):
    url = new_page(officer)
    officer.post(url, TYPED | {"do": "draft"})
    opened = officer.get(url + "discard/")
    token = uuid.UUID(url.rstrip("/").rpartition("/")[2])
    officer.post(reverse("cases:draft_autosave", args=[token]), TYPED | {"facts": "And then he came back."})
    assert "<li>what you had typed</li>" in press(officer, url + "discard/", on=opened).content.decode()
    assert Draft.objects.get().data["facts"] == ["And then he came back."]


@pytest.mark.parametrize("button", ["", "submit", "check", "issue"])
def test_an_unknown_button_logs_nothing_and_loses_nothing(officer, resident, button):
    page = officer.post(new_page(officer), TYPED | {"found": resident.reference, "do": button}).content.decode()
    assert "Shouted for ten minutes." in page and "There is a problem" not in page
    assert not Incident.objects.exists() and not Draft.objects.exists()


def test_just_now_is_asked_again_of_an_old_draft(officer, staff):
    token = uuid.uuid4()
    drafting.save_draft(token, data={"when": ["now"], "facts": ["Old"]}, by=staff.officer, at=NOON)
    page = officer.get(reverse("cases:log_draft", args=[token])).content.decode()
    assert "Old" in page
    assert 'value="now" checked' not in page.replace(' class="govuk-radios__input"', "")


def test_the_same_day_asks_whether_it_is_the_same_incident(officer, resident, log, staff):
    first = log(resident, by=staff.colleague, place="Front desk")
    url = new_page(officer)
    answer = officer.post(url, TYPED | {"found": resident.reference})
    assert answer.url == f"{url}same/"
    page = officer.get(answer.url).content.decode()
    assert first.reference in page and "Front desk" in page and "Colin Colleague" in page
    opened = officer.get(answer.url)
    there = {press(officer, answer.url, {"same": first.reference}, on=opened).url for _ in range(2)}
    assert there == {reverse("cases:incident", args=[first.reference])}
    assert Incident.objects.count() == 1
    assert "Shouted for ten minutes." in officer.get(reverse("cases:incident", args=[first.reference])).content.decode()


def test_or_it_is_a_different_one(officer, resident, log):
    log(resident)
    url = new_page(officer)
    officer.post(url, TYPED | {"found": resident.reference})
    opened = officer.get(f"{url}same/")
    assert {press(officer, f"{url}same/", {"same": "different"}, on=opened).status_code for _ in range(2)} == {302}
    assert Incident.objects.count() == 2
    assert Case.objects.get().incidents.count() == 2


def test_one_that_was_logged_meanwhile_may_be_the_same_too(officer, resident, log):
    log(resident)
    url = new_page(officer)
    officer.post(url, TYPED | {"found": resident.reference})
    opened = officer.get(f"{url}same/")
    other = log(resident)
    changed = press(officer, f"{url}same/", {"same": "different"}, on=opened)
    assert changed.status_code == 409 and "<li>the incidents of that day</li>" in changed.content.decode()
    again = press(officer, f"{url}same/", on=changed, button="change")
    assert other.reference in again.content.decode() and Incident.objects.count() == 2
    press(officer, f"{url}same/", {"same": "different"}, on=again)
    assert Incident.objects.count() == 3


def test_a_hazard_says_that_repairs_must_hear_of_it_now(officer, resident):
    officer.post(
        new_page(officer), TYPED | {"found": resident.reference, "hazard": "yes", "hazard_words": "No heating"}
    )
    page = officer.get(reverse("cases:incident_saved", args=[Incident.objects.get().reference])).content.decode()
    assert "Tell repairs now" in page and "No heating" in page


def test_somebody_hurt_brings_the_laws_question(officer, resident):
    officer.post(new_page(officer), TYPED | {"found": resident.reference, "danger": "yes", "hurt": "yes"})
    page = officer.get(reverse("cases:incident_saved", args=[Incident.objects.get().reference])).content.decode()
    assert "RIDDOR" in page


def test_the_words_used_are_covered(officer, resident, log):
    incident = log(resident, words_used="dreadful words")
    page = officer.get(reverse("cases:incident", args=[incident.reference])).content.decode()
    assert page.index("<details") < page.index("dreadful words") < page.index("</details>")


@pytest.mark.parametrize(
    ("what", "typed", "added"),
    [
        ("categories", {"categories": ["aggression", "extreme"]}, lambda i: i.categories == ["aggression", "extreme"]),
        ("police", {"police_called": "yes", "police_reference": "46/1"}, lambda i: i.police_reference == "46/1"),
        ("hazard", {"hazard_words": "Bare wires"}, lambda i: i.hazard and i.hazard_words == "Bare wires"),
        ("harm", {"danger": "yes", "hurt": "no", "contractors": "Kit"}, lambda i: i.danger and i.affected.count() == 1),
        ("account", {"words": "I heard it too."}, lambda i: i.facts == HAPPENED.facts),
    ],
)
def test_what_is_still_to_add_can_be_added(officer, resident, log, what, typed, added):
    incident = log(resident)
    url = reverse("cases:incident_add", args=[incident.reference, what])
    opened = officer.get(url)
    assert {press(officer, url, typed, on=opened).status_code for _ in range(3)} == {302}
    assert added(Incident.objects.get())
    verb = "incident.account_added" if what == "account" else "incident.details_added"
    assert Event.objects.filter(verb=verb).count() == 1


def test_an_older_page_takes_no_police_reference_away(officer, leader, resident, log):
    incident = log(resident)
    url = reverse("cases:incident_add", args=[incident.reference, "police"])
    opened = officer.get(url)
    press(leader, url, {"police_called": "yes", "police_reference": "46/1"})
    both = press(officer, url, {"police_called": "no", "police_reference": ""}, on=opened)
    page = both.content.decode()
    assert both.status_code == 409 and "Terry Leader saved it on" in page and "46/1" in page
    press(officer, url, {"keep-police_called": "saved", "keep-police_reference": "saved"}, on=both)
    assert (Incident.objects.get().police_called, Incident.objects.get().police_reference) == (True, "46/1")
    with pytest.raises(seals.ChangedSince):
        seen = seals.seal({"police_called": False, "police_reference": ""}, at=NOON)
        adding.add_details(
            incident.pk, police_called=True, police_reference="", seen=seen, by=incident.reported_by, at=NOON
        )


def test_somebody_unknown_is_named_later_and_gets_a_case(officer, resident, log):
    incident = log()
    url = reverse("cases:incident_add", args=[incident.reference, "people"])
    assert resident.reference in officer.get(url, {"q": "rowan"}).content.decode()
    press(officer, f"{url}?q=rowan", {"q": "rowan", "found": resident.reference, "part": "behaved"})
    assert Case.objects.get().resident == resident


def test_the_line_manager_says_i_have_seen_this(officer, leader, resident, staff):
    officer.post(new_page(officer), TYPED | {"found": resident.reference, "affected": [str(staff.officer.pk)]})
    waiting = Deadline.objects.get(kind="incident.support")
    url = reverse(waiting.page, args=[waiting.about_ref])
    assert "I have seen this" in leader.get(url).content.decode()
    old = leader.get(url)
    press(leader, url, {"offered": "A de-brief"})
    assert Deadline.objects.get(pk=waiting.pk).state == "met"
    late = press(leader, url, {"offered": "Time away"}, on=old)
    assert late.status_code == 409 and "You have said already that you have seen this" in late.content.decode()
    assert "I have seen this" not in leader.get(url).content.decode()
    assert officer.get(url).status_code == 404


# The case file


TABS = ["overview", "timeline", "incidents", "letters", "people"]


def test_every_tab_shows_and_names_nobody_in_its_title(officer, case):
    for tab in TABS:
        page = officer.get(reverse(f"cases:{tab}", args=[case.reference])).content.decode()
        assert case.reference in page
        assert "Rowan" not in page.split("</title>")[0]
        assert page.count('moj-identity-bar"') == 1


def test_the_overview_says_who_may_do_what_next_and_shows_one_button(officer, case):
    page = officer.get(reverse("cases:overview", args=[case.reference])).content.decode()
    assert "What happens next" in page
    assert "The policy does not say who issues this letter." in page
    assert page.split("What happens next")[1].count('role="button"') == 1
    assert "Draft a warning letter" in page
    assert "#clause-6-9" in page


def test_a_reader_without_the_right_sees_a_sentence_and_no_button(staff, case):
    page = signed_in(staff.dpo).get(reverse("cases:overview", args=[case.reference])).content.decode()
    assert "Your role does not let you draft letters." in page
    assert 'role="button"' not in page


def test_warnings_that_do_not_add_up_are_settled_by_a_decider(officer, leader, resident, log):
    log(resident, warnings=1, went_on=True)
    case = log(resident, warnings=1, went_on=True).cases.get()
    url = reverse("cases:settle", args=[case.reference])
    overview = officer.get(reverse("cases:overview", args=[case.reference])).content.decode()
    assert "does not say whether these add up" in overview
    assert "The Senior Officer, a Line Manager, a Team Leader or a Manager may settle it, with reasons" in overview
    assert "Your role does not decide where the policy is silent." in overview
    assert officer.get(url).status_code == 403
    manager = signed_in(factories.User.objects.get(name="Morgan Manager"))
    old = manager.get(url)
    assert press(leader, url, {"reasons": "Twice in a day."}).status_code == 302
    assert Case.objects.get().threshold_settled_by is not None
    late = press(manager, url, {"reasons": "I think so too."}, on=old)
    assert late.status_code == 409 and "Terry Leader changed it on" in late.content.decode()


def test_letter_from_draft_to_issue_on_screen(officer, leader, case, staff):
    incident = case.incidents.get()
    url = reverse("cases:warn", args=[case.reference])
    assert officer.get(url).status_code == 200
    answer = press(
        officer,
        url,
        {"incidents": [incident.reference], f"told_{incident.reference}": "You shouted.", "expected": "Speak calmly."},
    )
    letter = Letter.objects.get()
    assert answer.url == reverse("cases:warning", args=[letter.reference])
    page = officer.get(answer.url).content.decode()
    assert "You shouted." in page and "Speak calmly." in page
    assert "Send for approval" in page and ">Issue this letter<" not in page
    assert officer.get(url).url == answer.url
    press(officer, answer.url, button="submit")
    page = leader.get(answer.url).content.decode()
    assert "Issue this letter" in page and "made where the policy is silent" in page
    for unknown in ("", "Issue", "anything"):
        shown = press(leader, answer.url, {"considered": "A “call” \u202eשלום"}, button=unknown)
        assert shown.status_code == 200 and "A “call” \u202eשלום" in shown.content.decode()
        assert Letter.objects.get().state != Letter.State.ISSUED, "a button that the page does not have does nothing"
    opened = leader.get(answer.url)
    typed = {"considered": "A call", "not_done": "No visit"}
    done = press(leader, answer.url, typed, on=opened)
    assert done.url == reverse("cases:warning_issued", args=[letter.reference])
    assert press(leader, answer.url, typed, on=opened).url == done.url
    assert press(leader, answer.url, on=opened).url == done.url
    assert letter.reference in leader.get(done.url).content.decode()
    other = press(signed_in(staff.manager), answer.url, on=opened)
    assert other.status_code == 409
    assert "Terry Leader" in other.content.decode()
    trail = leader.get(reverse("cases:timeline", args=[case.reference])).content.decode()
    assert (
        f"Warning letter {letter.reference} issued" in trail and "No visit" in trail and "The policy is silent" in trail
    )


def test_the_letter_goes_back_with_reasons_and_is_changed(officer, leader, case, staff):
    incident = case.incidents.get()
    warning = warnings.draft_warning(case.pk, warnings.Content([incident], "Calm."), by=staff.officer, at=NOON)
    issuing.submit_warning(warning.pk, by=staff.officer, at=NOON)
    ref = warning.letter.reference
    assert press(leader, reverse("cases:warning_return", args=[ref]), {"reasons": "Name the day"}).status_code == 302
    url = reverse("cases:warning_change", args=[ref])
    for place in (url, reverse("cases:warning", args=[ref])):
        page = officer.get(place).content.decode()
        assert "Calm." in page and "Returned to be changed" in page and "Name the day" in page
    typed = {"incidents": [incident.reference], f"told_{incident.reference}": "On Friday.", "expected": "Be calm."}
    press(officer, url, typed)
    assert Letter.objects.get().facts["incidents"][0]["what"] == "On Friday."
    press(officer, reverse("cases:warning_withdraw", args=[ref]), {"reasons": "Not needed"})
    assert Warning.objects.get(kind="written").withdrawn_at


def test_an_act_is_one_entry_of_the_timeline(officer, leader, case, staff):
    incident = case.incidents.get()
    warning = warnings.draft_warning(case.pk, warnings.Content([incident], "Calm."), by=staff.officer, at=NOON)
    issuing.issue_warning(warning.pk, Said("Twice"), by=staff.team_leader, at=later(1))
    ref = Letter.objects.get().reference
    url = reverse("cases:timeline", args=[case.reference])
    page = leader.get(url).content.decode()
    assert page.count(f"Warning letter {ref} issued</h") == 1 and f"Letter {ref} issued" not in page
    assert '<li dir="auto">Case opened</li>' in page
    assert f"Letter {ref} issued" in leader.get(url, {"kind": "letters"}).content.decode()


def test_hearsay_is_listed_and_cannot_be_chosen(officer, resident, log):
    log(resident, warnings=2, went_on=True)
    heard = log(resident, knowledge="hearsay")
    page = officer.get(reverse("cases:warn", args=[heard.cases.get().reference])).content.decode()
    assert f'value="{heard.reference}"' not in page
    assert heard.reference in page and "Hearsay stays on the file" in page


def test_a_decision_not_to_act_is_an_entry(officer, case):
    url = reverse("cases:not_to_act", args=[case.reference])
    assert officer.get(url).status_code == 200
    opened = officer.get(url)
    for _ in range(3):
        press(officer, url, {"considered": "A letter", "reasons": "New medication"}, on=opened)
    assert Event.objects.filter(verb="case.not_acted").count() == 1
    page = officer.get(reverse("cases:timeline", args=[case.reference]), {"kind": "decisions"}).content.decode()
    assert "Decided not to act" in page and "Clause 6.24" in page and "Not done: A letter" in page
    assert "Case opened" not in page


def test_assessing_closing_and_reopening_on_screen(officer, case):
    risk = reverse("cases:risk", args=[case.reference])
    assert "Clause 6.26" in officer.get(risk).content.decode() or "clause 6.26" in officer.get(risk).content.decode()
    assert "Select how severe it was" in press(officer, risk, {"words": ""}).content.decode()
    low = {"severity": "low", "future_risk": "low", "who_is_at_risk": "Callers", "words": "Two calls", "controls": ""}
    opened = officer.get(risk)
    for _ in range(3):
        press(officer, risk, low, on=opened)
    assert officer.get(reverse("cases:equality", args=[case.reference])).status_code == 200
    press(officer, reverse("cases:equality", args=[case.reference]), {"words": "Nothing known"})
    assert case.assessments.count() == 2
    press(officer, reverse("cases:close", args=[case.reference]), {"reasons": "Moved away"})
    page = officer.get(reverse("cases:overview", args=[case.reference])).content.decode()
    assert "Moved away" in page and "Reopen" in page
    press(officer, reverse("cases:reopen", args=[case.reference]), {"reasons": "He did not"})
    assert Case.objects.get().stage == Case.Stage.INITIAL_WARNING


def test_nobody_weighs_a_need_that_was_recorded_while_they_assessed(officer, case, staff):
    """The assessment keeps the version of the needs that it weighed: its page has to have shown them."""
    url = reverse("cases:equality", args=[case.reference])
    opened = officer.get(url)
    people.record_need(
        case.resident.pk, kind="need", words="Deaf", about_health=True, by=staff.colleague, at=timezone.now()
    )
    changed = press(officer, url, {"words": "Nothing known"}, on=opened)
    page = changed.content.decode()
    assert changed.status_code == 409 and "<li>the needs and adjustments on record</li>" in page
    assert "Colin Colleague changed it on" in page and 'class="moj-identity-bar"' in page
    again = press(officer, url, on=changed, button="change")
    kept = again.content.decode()
    assert "Nothing known</textarea>" in kept and "Deaf" not in kept and "opens in a new tab" in kept
    show_health(officer, case.resident)
    again = press(officer, url, on=changed, button="change")
    assert "Nothing known</textarea>" in again.content.decode() and "Deaf" in again.content.decode()
    assert not case.assessments.exists()
    seen = seals.seal(assessments.shown(case, "equality"), at=NOON)
    with pytest.raises(seals.ChangedSince):
        assessments.assess(case.pk, "equality", assessments.Findings("Nothing."), by=staff.officer, at=NOON, seen=seen)


def test_closing_withdraws_no_letter_that_was_not_shown(officer, case, staff):
    url = reverse("cases:close", args=[case.reference])
    opened = officer.get(url)
    warnings.draft_warning(case.pk, warnings.Content([case.incidents.get()], "Calm."), by=staff.colleague, at=NOON)
    changed = press(officer, url, {"reasons": "Moved away"}, on=opened)
    assert changed.status_code == 409
    assert "<li>the warning letters that were never issued</li>" in changed.content.decode()
    assert Case.objects.get().stage == Case.Stage.INITIAL_WARNING


def test_health_needs_are_covered_until_they_are_asked_for(staff, case, resident):
    people.record_need(resident.pk, kind="need", words="Schizophrenia", about_health=True, by=staff.officer, at=NOON)
    url = reverse("cases:people", args=[case.reference])
    officer = signed_in(staff.officer)
    assert "Schizophrenia" not in officer.get(url).content.decode()
    show_health(officer, resident)
    assert "Schizophrenia" in officer.get(url).content.decode()
    seen = signed_in(staff.dpo).get(url).content.decode()
    assert "Schizophrenia" not in seen and "Show what is about health" in seen


# The list, and how many queries


def test_the_list_is_filtered_by_text_and_stage(officer, resident, log, provider, staff):
    other = factories.resident(provider, staff.officer, "Ola Other")
    log(resident)
    second = log(other).cases.get()
    url = reverse("cases:list")
    page = officer.get(url, {"q": "ola"}).content.decode()
    assert "Ola Other" in page and "Rowan Resident" not in page
    assert "Ola Other" in officer.get(url, {"q": second.reference.lower()}).content.decode()
    stages.close(second.pk, reason="Quiet", by=staff.officer, at=NOON)
    assert "Ola Other" not in officer.get(url, {"stage": "open"}).content.decode()
    assert "Ola Other" in officer.get(url, {"stage": "closed"}).content.decode()
    assert "No case matches" in officer.get(url, {"q": "zzz"}).content.decode()
    for odd in ({"page": "x"}, {"page": "999"}, {"stage": "nonsense"}, {"q": "%_\\'\""}, {"q": "\0"}):
        assert officer.get(url, odd).status_code == 200


@pytest.fixture
def many(provider, staff, log):
    """Cases as many as are asked for."""

    def make(count: int) -> None:
        for number in range(count):
            log(factories.resident(provider, staff.officer, f"Res Ident {number}"))

    return make


def test_the_list_takes_eight_queries_at_most_however_many_rows(officer, many, django_assert_max_num_queries):
    counts = []
    for more in (15, 35):
        many(more)
        officer.get(reverse("cases:list"))
        with django_assert_max_num_queries(8) as asked:
            assert officer.get(reverse("cases:list")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_case_file_takes_sixteen_queries_at_most_however_much_it_holds(
    officer, resident, log, django_assert_max_num_queries
):
    found: dict[str, list[int]] = {}
    for first, last in ((0, 15), (15, 50)):
        for number in range(first, last):
            log(resident, warnings=1, at=later(number - 60))
        case = Case.objects.get()
        for tab in TABS:
            officer.get(reverse(f"cases:{tab}", args=[case.reference]))
            with django_assert_max_num_queries(16) as asked:
                assert officer.get(reverse(f"cases:{tab}", args=[case.reference])).status_code == 200
            found.setdefault(tab, []).append(len(asked))
    assert all(few == many for few, many in found.values()), found


# Who may open what


@pytest.mark.slow
def test_every_page_as_everybody(staff, case, resident):
    """Readers of case files see pages, a stranger and another provider's staff learn nothing."""
    incident = case.incidents.get()
    warning = warnings.draft_warning(case.pk, warnings.Content([incident], "Calm."), by=staff.officer, at=NOON)
    ref, letter = [case.reference], [warning.letter.reference]
    pages = [
        *(reverse(f"cases:{tab}", args=ref) for tab in TABS),
        *(
            reverse(f"cases:{step}", args=ref)
            for step in ("risk", "equality", "not_to_act", "close", "reopen", "settle")
        ),
        *(reverse(f"cases:{step}", args=letter) for step in ("warning", "warning_change", "warning_withdraw")),
        reverse("cases:incident", args=[incident.reference]),
        reverse("cases:incident_saved", args=[incident.reference]),
        *(reverse("cases:incident_add", args=[incident.reference, what]) for what in ("people", "harm", "files")),
    ]
    strangers = factories.staff(factories.dover("elsewhere"))
    for page in pages:
        assert Client().get(page).url.startswith("/account/login/")
        for name, user in vars(staff).items():
            status = signed_in(user).get(page).status_code
            assert status in ((200, 302, 403) if name in READERS else (404,)), (page, name, status)
        for user in (strangers.manager, strangers.officer, strangers.contractor):
            assert signed_in(user).get(page).status_code == 404, page


READERS = {"officer", "colleague", "team_leader", "manager", "other_manager", "dpo"}
