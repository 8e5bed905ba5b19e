"""An old page signs nothing that its reader did not see, and an old edit undoes nothing that was saved since."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Decision, Event
from cases.models import Assessment, Case
from cases.services import assessments, issuing, scope, stages, warnings
from decisions.services import Said
from design import seals
from letters.models import Letter
from people import services as people
from tests.cases.conftest import later
from tests.cases.test_scope import case_of
from tests.factories import NOON
from tests.pressing import press

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def officer(staff):
    return signed_in(staff.officer)


@pytest.fixture
def leader(staff):
    return signed_in(staff.team_leader)


@pytest.fixture
def warning(case, staff):
    """A warning letter as it was drafted first."""
    content = warnings.Content(list(case.incidents.all()), "Speak calmly.")
    return warnings.draft_warning(case.pk, content, by=staff.officer, at=NOON)


def rewrite(warning, staff, expected="Write to us instead.", at=NOON) -> None:
    content = warnings.Content(list(warning.incidents.all()), expected)
    warnings.change_warning(warning.pk, content, by=staff.officer, at=at)


def page_of(warning, name="warning") -> str:
    return reverse(f"cases:{name}", args=[warning.paper.reference])


def issued() -> bool:
    return Letter.objects.filter(state="issued").exists()


@pytest.mark.parametrize("button", ["anything", "issue", "DO", "", "change", "check"])
def test_an_unknown_button_issues_nothing(leader, warning, button):
    answer = press(leader, page_of(warning), {"considered": "A call “first”."}, button=button)
    assert answer.status_code == 200 and "A call “first”." in answer.content.decode()
    assert not issued() and not Decision.objects.filter(what="warning.issued").exists()


def test_an_old_tab_does_not_issue_a_letter_whose_words_were_rewritten(leader, warning, staff):
    old = leader.get(page_of(warning))
    rewrite(warning, staff)
    answer = press(leader, page_of(warning), {"considered": "A call “first”."}, on=old)
    page = answer.content.decode()
    assert answer.status_code == 409 and not issued()
    assert "the words of the letter" in page and "Olive Officer wrote it anew on 18 December 2026" in page
    again = press(leader, page_of(warning), on=answer, button="change")
    assert "Write to us instead." in again.content.decode() and "A call “first”." in again.content.decode()
    assert press(leader, page_of(warning), {"considered": "Fair."}, on=again).status_code == 302 and issued()


def test_an_old_tab_does_not_send_other_words_for_approval(officer, warning, staff):
    old = officer.get(page_of(warning))
    rewrite(warning, staff)
    assert press(officer, page_of(warning), on=old, button="submit").status_code == 409
    assert Letter.objects.get().state == "draft"


def test_the_service_compares_under_the_lock(warning, staff):
    seen = seals.seal(issuing.plan(warning, on=NOON.date()).shown, at=NOON)
    rewrite(warning, staff)
    with pytest.raises(seals.ChangedSince, match="the words of the letter"):
        issuing.issue_warning(warning.pk, Said(""), by=staff.team_leader, at=NOON, seen=seen)
    with pytest.raises(seals.ChangedSince):
        issuing.submit_warning(warning.pk, by=staff.officer, at=NOON, seen=seen)


OF_A_LETTER = {
    "submit": lambda pk, who, **how: issuing.submit_warning(pk, by=who.officer, **how),
    "issue": lambda pk, who, **how: issuing.issue_warning(pk, Said(""), by=who.team_leader, **how),
    "change": lambda pk, who, **how: warnings.change_warning(pk, warnings.Content([], "Else."), by=who.officer, **how),
    "withdraw": lambda pk, who, **how: warnings.withdraw_warning(pk, reasons="So.", by=who.officer, **how),
    "return": lambda pk, who, **how: issuing.send_back_warning(pk, reasons="So.", by=who.team_leader, **how),
}
OF_A_CASE = {
    "settle": lambda pk, who, **how: stages.settle_threshold(pk, reasons="So.", by=who.manager, **how),
    "settle a restriction": lambda pk, who, **how: stages.settle_restriction(pk, reasons="So.", by=who.manager, **how),
    "not act": lambda pk, who, **how: stages.decide_not_to_act(
        pk, considered="A visit", reasons="So.", by=who.officer, **how
    ),
    "close": lambda pk, who, **how: stages.close(pk, reason="So.", by=who.officer, **how),
    "reopen": lambda pk, who, **how: stages.reopen(pk, reason="So.", by=who.officer, **how),
    "assess": lambda pk, who, **how: assessments.assess(
        pk, "equality", assessments.Findings("So."), by=who.officer, **how
    ),
    "answer": lambda pk, who, **how: assessments.answer_gate(pk, "root_cause", words="So.", by=who.officer, **how),
    "judge": lambda pk, who, **how: scope.judge_scope(pk, words="So.", by=who.officer, **how),
    "refer on": lambda pk, who, **how: scope.refer_on(pk, to="Them", reasons="So.", by=who.officer, **how),
}


def refuses_another_seal(act, pk, staff) -> None:
    """The page compares as well, a moment before; what comes between is for the service to find."""
    before, seen = Event.objects.count(), seals.seal({"what was shown": "something else"}, at=NOON)
    with pytest.raises(seals.ChangedSince):
        act(pk, staff, seen=seen, at=NOON)
    assert Event.objects.count() == before


@pytest.mark.parametrize("name", OF_A_LETTER)
def test_every_service_on_a_letter_compares_under_its_lock(warning, staff, name):
    if name == "return":
        issuing.submit_warning(warning.pk, by=staff.officer, at=NOON)
    refuses_another_seal(OF_A_LETTER[name], warning.pk, staff)


@pytest.mark.parametrize("name", OF_A_CASE)
def test_every_service_on_a_case_compares_under_its_lock(name):
    w = case_of("northampton-partnership-homes", "tenant")
    if name == "reopen":
        stages.close(w.case.pk, reason="Quiet.", by=w.staff.officer, at=NOON)
    refuses_another_seal(OF_A_CASE[name], w.case.pk, w.staff)


def test_a_letter_read_before_midnight_is_read_again_with_its_new_day(warning, staff, clock):
    clock.move_to(later(0.4995), tick=False)
    leader = signed_in(staff.team_leader)
    old = leader.get(page_of(warning))
    clock.move_to(later(0.5005), tick=False)
    page = press(leader, page_of(warning), on=old)
    assert (page.status_code, page.headers.get("Location")) == (409, None)
    assert "the day of the letter" in page.content.decode() and not issued()


def test_a_resident_who_moved_since_is_not_written_to_at_the_old_address(leader, warning, staff, case):
    old = leader.get(page_of(warning))
    moved = replace(people.details_of(case.resident), home=people.Home("3 Castle Street\nDover", "CT16 1QQ", ""))
    people.change_resident(case.resident.pk, moved, by=staff.officer, at=NOON)
    page = press(leader, page_of(warning), on=old)
    assert page.status_code == 409 and "where the letter goes" in page.content.decode() and not issued()


def test_an_old_page_does_not_return_or_withdraw_other_words(officer, leader, warning, staff):
    old = officer.get(page_of(warning, "warning_withdraw"))
    rewrite(warning, staff)
    typed = {"reasons": "Not “needed”."}
    page = press(officer, page_of(warning, "warning_withdraw"), typed, on=old)
    assert page.status_code == 409 and "Not “needed”." in page.content.decode()
    issuing.submit_warning(warning.pk, by=staff.officer, at=NOON)
    old = leader.get(page_of(warning, "warning_return"))
    issuing.send_back_warning(warning.pk, reasons="Name the day.", by=staff.manager, at=NOON)
    page = press(leader, page_of(warning, "warning_return"), typed, on=old)
    assert page.status_code == 409 and Letter.objects.get().state == "draft"
    assert "returned it" in page.content.decode() and Decision.objects.filter(what="warning.returned").count() == 1


def test_two_edits_of_a_draft_are_shown_side_by_side_and_the_newer_is_kept(officer, warning, staff):
    address, colleague = page_of(warning, "warning_change"), signed_in(staff.colleague)
    ref = warning.incidents.get().reference
    typed = {"incidents": [ref], f"told_{ref}": "You shouted.", "expected": "Speak calmly.", "support": ""}
    old = officer.get(address)
    assert press(colleague, address, typed | {"expected": "Write to us instead."}).status_code == 302
    page = press(officer, address, typed | {"expected": "Ring on Mondays.", "support": "A translator."}, on=old)
    text = page.content.decode()
    assert page.status_code == 409 and "Somebody saved this meanwhile" in text
    assert "Write to us instead." in text and "Ring on Mondays." in text and "Colin Colleague wrote it anew" in text
    press(officer, address, {"keep-expected": "saved"}, on=page)
    facts = Letter.objects.get().facts
    assert (facts["expected"], facts["support"]) == ("Write to us instead.", "A translator.")


def test_three_presses_draft_one_letter(officer, case):
    address, ref = reverse("cases:warn", args=[case.reference]), case.incidents.get().reference
    page = officer.get(address)
    typed = {"incidents": [ref], f"told_{ref}": "You shouted.", "expected": "Speak calmly."}
    answers = {press(officer, address, typed, on=page).url for _ in range(3)}
    assert len(answers) == 1 and Letter.objects.count() == 1


def test_a_case_is_not_closed_over_a_letter_that_was_drafted_since(officer, case, staff):
    address = reverse("cases:close", args=[case.reference])
    old = officer.get(address)
    content = warnings.Content(list(case.incidents.all()), "Speak calmly.")
    warnings.draft_warning(case.pk, content, by=staff.colleague, at=NOON)
    page = press(officer, address, {"reasons": "Quiet “now”."}, on=old)
    assert page.status_code == 409 and Case.objects.get().stage != Case.Stage.CLOSED
    assert (
        "the warning letters that were never issued" in page.content.decode()
        and "Quiet “now”." in page.content.decode()
    )


def test_nothing_is_settled_that_was_settled_since_and_no_reasons_are_lost(leader, log, resident, staff):
    log(resident, warnings=1, went_on=True)
    case = log(resident, warnings=1, went_on=True).cases.get()
    address = reverse("cases:settle", args=[case.reference])
    old = leader.get(address)
    stages.settle_threshold(case.pk, reasons="Twice in a day.", by=staff.manager, at=NOON)
    page = press(leader, address, {"reasons": "Three calls."}, on=old)
    assert page.status_code == 409 and "Three calls." in page.content.decode()
    assert Case.objects.get().threshold_settled_by == staff.manager


@pytest.mark.parametrize("name", ["not_to_act", "risk", "equality"])
def test_nothing_is_recorded_on_a_case_that_was_closed_since(officer, case, staff, name):
    address = reverse(f"cases:{name}", args=[case.reference])
    old = officer.get(address)
    stages.close(case.pk, reason="Quiet.", by=staff.colleague, at=NOON)
    typed = {"considered": "A letter", "reasons": "New medication", "words": "Two calls", "who_is_at_risk": "Callers"}
    page = press(officer, address, typed | {"severity": "low", "future_risk": "low"}, on=old)
    assert page.status_code == 409 and "the stage of the case" in page.content.decode()
    assert not Assessment.objects.exists() and not Decision.objects.filter(what="case.not_acted").exists()


def test_no_assessment_rests_on_needs_that_have_changed_since(officer, case, staff, resident):
    address = reverse("cases:equality", args=[case.reference])
    old = officer.get(address)
    people.record_need(resident.pk, kind="need", words="Deaf", about_health=False, by=staff.colleague, at=NOON)
    page = press(officer, address, {"words": "Nothing is known."}, on=old)
    assert page.status_code == 409 and "the needs and adjustments on record" in page.content.decode()
    assert not Assessment.objects.exists()


def test_a_case_that_was_reopened_since_is_not_reopened_again(officer, case, staff):
    stages.close(case.pk, reason="Quiet.", by=staff.officer, at=NOON)
    address = reverse("cases:reopen", args=[case.reference])
    old = officer.get(address)
    stages.reopen(case.pk, reason="It went on.", by=staff.colleague, at=NOON)
    assert press(officer, address, {"reasons": "Me too."}, on=old).status_code == 409
    assert Decision.objects.filter(what="case.reopened").count() == 1


def test_three_presses_assess_once(officer, case):
    address = reverse("cases:equality", args=[case.reference])
    page = officer.get(address)
    for _ in range(3):
        assert press(officer, address, {"words": "Nothing is known."}, on=page).status_code == 302
    assert Assessment.objects.count() == 1
