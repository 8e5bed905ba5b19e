"""The first stage in writing, where a policy has it so (Northampton 4.1): offered, approved, issued, counted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from audit.models import Decision, Event
from cases import acts, ladder
from cases.ladder.papers import FIRST, WRITTEN
from cases.ladder.steps import NextStep, next_step
from cases.models import Case, Warning
from cases.services import assessments, issuing, warnings
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people.access import NotPermitted
from policies import shelf
from policies.rules import RuleBroken
from tests import factories, invented
from tests.cases.conftest import later
from tests.factories import NOON
from tests.pressing import press
from tests.restrictions import builders

NORTHAMPTON = "northampton-partnership-homes"
AGREED = "You told us about the repair. We said that we would chase it."
AGAIN = date(2027, 3, 5)


@pytest.fixture
def provider(db):
    return factories.running_on(NORTHAMPTON, slug=NORTHAMPTON)


@pytest.fixture
def case(log, resident) -> Case:
    return log(resident).cases.get()


@pytest.fixture
def draft(case, staff):
    """Drafts the first letter of the case."""

    def made(at=NOON, **changed) -> Warning:
        told = {"expected": "Speak calmly.", "agreed": AGREED} | changed
        content = warnings.Content(list(case.incidents.all()), **told)
        return warnings.draft_warning(case.pk, content, by=staff.officer, at=at, paper=FIRST)

    return made


def step(case: Case, who) -> NextStep:
    case = Case.objects.get(pk=case.pk)
    return next_step(ladder.read(case), may=acts.reader(who, case))


@pytest.mark.parametrize("slug", sorted(shelf.builtin()))
def test_only_northampton_puts_its_first_stage_in_writing(slug):
    assert (FIRST.rule(shelf.read_builtin(slug)) is not None) is (slug == NORTHAMPTON)


def test_it_is_what_happens_next_until_one_is_issued(case, draft, staff):
    before = step(case, staff.officer)
    assert (before.button.url_name, before.button.why_not) == ("cases:first_letter", "")
    assert "Fair Treatment Letter – informal stage" in before.sentence and "Team Leader" in before.sentence
    warning = draft()
    assert step(case, staff.officer).button.words == "Go on with the first letter"
    issuing.issue_warning(warning.pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
    assert step(case, staff.officer).button.url_name == "cases:log"


def test_it_is_offered_beside_the_warning_letter_where_that_is_reached_already(log, resident, staff):
    case = log(resident, warnings=1, went_on=True).cases.get()
    assessments.answer_gate(case.pk, "root_cause", words="Nothing of ours.", by=staff.officer, at=NOON)
    found = step(case, staff.officer)
    assert found.button.url_name == "cases:warn"
    assert [act.url_name for act in found.also][-1] == "cases:first_letter"


def test_it_goes_the_way_of_a_warning_letter_and_moves_the_case_nowhere(case, draft, staff):
    warning = draft()
    ref = warning.paper.reference
    issuing.submit_warning(warning.pk, by=staff.officer, at=NOON)
    waits = Deadline.objects.open().get(kind="warning.issue")
    assert waits.title == f"Read and issue first letter {ref}" and "team_leader" in waits.for_roles
    issuing.send_back_warning(warning.pk, reasons="Name the day.", by=staff.team_leader, at=NOON)
    warnings.change_warning(
        warning.pk, warnings.Content(list(case.incidents.all()), "Be calm.", agreed=AGREED), by=staff.officer, at=NOON
    )
    issuing.issue_warning(warning.pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
    letter = Letter.objects.get(reference=ref)
    assert (letter.kind, letter.state) == ("first_stage", Letter.State.ISSUED)
    assert (letter.facts["expected"], letter.facts["agreed"]) == ("Be calm.", AGREED)
    assert letter.facts["consequence"] == "If behaviour like this happens again, we may send you a written warning."
    assert letter.facts["appeal_possible"] is True
    assert Case.objects.get(pk=case.pk).stage == Case.Stage.INITIAL_WARNING
    verbs = ["warning.drafted", "warning.sent_for_approval", "warning.returned", "warning.issued"]
    assert (
        list(Event.objects.filter(verb__startswith="warning.").order_by("pk").values_list("verb", flat=True)) == verbs
    )
    assert Decision.objects.filter(event__verb="warning.issued").count() == 1


def test_it_counts_as_the_informal_contact_after_which_a_further_incident_leads_to_a_warning(
    case, draft, staff, log, resident
):
    issuing.issue_warning(draft().pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
    standing = ladder.read(Case.objects.get(pk=case.pk))
    assert not ladder.written_reached(standing).met and sum(standing.initial.values()) == 1
    assert [(line.words[:12], line.counts) for line in ladder.lines(standing)] == [("First letter", True)]
    log(resident, at=later(3))
    assert ladder.written_reached(ladder.read(Case.objects.get(pk=case.pk))).met


def test_what_had_happened_before_it_is_no_further_incident(case, draft, staff, log, resident):
    warning = draft()
    log(resident, at=later(1))
    issuing.issue_warning(warning.pk, Said("", considered="Fair."), by=staff.team_leader, at=later(2))
    assert not ladder.written_reached(ladder.read(Case.objects.get(pk=case.pk))).met


def test_a_warning_given_in_the_conversation_is_not_counted_twice(log, resident, staff):
    case = log(resident, warnings=1).cases.get()
    warning = warnings.draft_warning(
        case.pk,
        warnings.Content(list(case.incidents.all()), "Be calm.", agreed=AGREED),
        paper=FIRST,
        by=staff.officer,
        at=NOON,
    )
    issuing.issue_warning(warning.pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
    assert sum(ladder.read(Case.objects.get(pk=case.pk)).initial.values()) == 1


def test_it_is_no_warning_letter(case, draft, staff):
    issuing.issue_warning(draft().pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
    standing = ladder.read(Case.objects.get(pk=case.pk))
    assert standing.letter is None and not ladder.persisted(standing)


def test_whoever_the_stage_names_issues_it(draft, staff):
    warning = draft()
    with pytest.raises(NotPermitted, match="lets the Team Leader or a Manager issue this first letter; you hold none"):
        issuing.issue_warning(warning.pk, Said("", considered="Fair."), by=staff.officer, at=NOON)
    with pytest.raises(NotPermitted):
        warnings.draft_warning(warning.case_id, warnings.Content([], ""), paper=FIRST, by=staff.front_line, at=NOON)


def test_it_tells_what_came_of_the_conversation(draft):
    with pytest.raises(RuleBroken, match="Enter what came of the conversation") as refused:
        draft(agreed="  ")
    assert (refused.value.field, refused.value.rule.clause) == ("agreed", "4.1")


def test_one_letter_at_a_time(case, draft, staff):
    draft()
    with pytest.raises(TransitionNotAllowed, match="A first letter is being drafted already"):
        draft()


def test_past_the_first_stage_there_is_none(case, draft, staff, log, resident):
    issuing.issue_warning(draft().pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
    log(resident, at=later(3))
    assessments.answer_gate(case.pk, "root_cause", words="Nothing of ours.", by=staff.officer, at=later(3))
    letter = warnings.draft_warning(
        case.pk,
        warnings.Content(list(case.incidents.all()), "Be calm.", review_on=AGAIN),
        by=staff.officer,
        at=later(4),
    )
    issuing.issue_warning(letter.pk, Said("", considered="Fair."), by=staff.team_leader, at=later(4))
    with pytest.raises(TransitionNotAllowed, match="past its first stage"):
        draft(at=later(5))


def test_where_the_policy_does_not_write_then_nobody_does(db):
    council = factories.dover()
    staff = factories.staff(council)
    resident = factories.resident(council, staff.officer)
    case = Case.objects.create(
        provider=council, resident=resident, policy_version=council.policy_versions.get(), reference="C-9",
        owner=staff.officer, opened_by=staff.officer, opened_at=NOON, moved_at=NOON, begun_at=NOON,
    )  # fmt: skip
    with pytest.raises(RuleBroken, match="does not put its first stage in writing"):
        warnings.draft_warning(case.pk, warnings.Content([], "Be calm."), paper=FIRST, by=staff.officer, at=NOON)


@pytest.mark.parametrize("again", [None, NOON.date(), NOON.date() - timedelta(days=1)])
def test_a_warning_letter_names_a_day_to_come_where_the_policy_wants_it_told(log, resident, staff, again):
    case = log(resident, warnings=1, went_on=True).cases.get()
    assessments.answer_gate(case.pk, "root_cause", words="Nothing of ours.", by=staff.officer, at=NOON)
    content = warnings.Content(list(case.incidents.all()), "Be calm.", review_on=again)
    with pytest.raises(RuleBroken) as refused:
        warnings.draft_warning(case.pk, content, by=staff.officer, at=NOON)
    assert (refused.value.field, refused.value.rule.clause) == ("review_on", "4.1")
    drafted = warnings.draft_warning(case.pk, replace(content, review_on=AGAIN), by=staff.officer, at=NOON)
    assert drafted.paper.facts["review_on"] == "2027-03-05"


def test_asks_is_what_the_policy_says():
    policy = shelf.read_builtin(NORTHAMPTON)
    assert WRITTEN.asks(policy, "review").clause == "4.1" and FIRST.asks(policy, "review") is None
    assert WRITTEN.asks(shelf.read_builtin("dover-district-council"), "review") is None


# A warning letter on what the first letter was about


def warn_again(case: Case, staff, **how) -> Warning:
    assessments.answer_gate(case.pk, "root_cause", words="Nothing of ours.", by=staff.officer, at=later(2))
    content = warnings.Content(list(case.incidents.all()), "Be calm.", review_on=AGAIN, **how)
    return warnings.draft_warning(case.pk, content, by=staff.officer, at=later(2))


def test_a_warning_letter_on_the_same_incident_says_why_it_follows(log, resident, staff):
    """4.1 can be read both ways where it went on in the call that the first letter puts in writing."""
    case = log(resident, warnings=1, went_on=True).cases.get()
    first = warnings.draft_warning(
        case.pk,
        warnings.Content(list(case.incidents.all()), "Be calm.", agreed=AGREED),
        paper=FIRST,
        by=staff.officer,
        at=NOON,
    )
    issuing.issue_warning(first.pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
    with pytest.raises(RuleBroken, match="nothing you selected came after the first letter") as refused:
        warn_again(case, staff, same_again="  ")
    assert (refused.value.field, refused.value.rule.clause) == ("same_again", "4.1")
    letter = warn_again(case, staff, same_again="He shouted on for ten minutes after the warning.")
    drafted = Event.objects.select_related("words").filter(verb="warning.drafted").last()
    assert drafted.words.body == {"same_again": "He shouted on for ten minutes after the warning."}
    Warning.objects.filter(pk=letter.pk).update(same_again="")
    with pytest.raises(RuleBroken, match="nothing you selected came after"):
        issuing.issue_warning(letter.pk, Said("", considered="Fair."), by=staff.team_leader, at=later(3))
    warnings.change_warning(
        letter.pk,
        warnings.Content(list(case.incidents.all()), "Be calm.", review_on=AGAIN, same_again="It went on."),
        by=staff.officer,
        at=later(3),
    )
    issuing.issue_warning(letter.pk, Said("", considered="Fair."), by=staff.team_leader, at=later(3))


def test_a_warning_letter_about_what_came_after_needs_no_more_than_that(case, draft, staff, log, resident):
    issuing.issue_warning(draft().pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
    log(resident, at=later(1))
    assert warn_again(case, staff, same_again="Not asked.").same_again == ""


def test_a_warning_letter_without_a_first_letter_explains_nothing(log, resident, staff):
    case = log(resident, warnings=1, went_on=True).cases.get()
    assert warn_again(case, staff).same_again == ""


def test_who_may_not_issue_a_first_letter_is_said_at_its_own_stage(db):
    """The rule on warning letters is not that on first letters, nor the other way round."""
    text = shelf.builtin()[NORTHAMPTON][-1].read_text(encoding="utf-8")
    informal = 'name = "Informal Stage"\nstate = "initial warning"'
    warned = 'name = "Warning Stage"\nstate = "written warning"'
    assert informal in text and warned in text
    for at_stage, barred in ((informal, True), (warned, False)):
        provider = invented.running_on_text(
            text.replace(at_stage, f'{at_stage}\nnot_by = "proposer [4.1]"'), slug=f"north-{'ab'[barred]}"
        )
        staff = factories.staff(provider)
        resident = factories.resident(provider, staff.officer)
        case = builders.log(provider, staff, resident, at=NOON).cases.get()
        warning = warnings.draft_warning(
            case.pk,
            warnings.Content(list(case.incidents.all()), "Be calm.", agreed=AGREED),
            paper=FIRST,
            by=staff.team_leader,
            at=NOON,
        )
        assert (staff.team_leader.pk in acts.issue(warning).barred) is barred
        if barred:
            with pytest.raises(NotPermitted, match=r"You drafted this letter, so .*\(clause 4.1\)"):
                issuing.issue_warning(warning.pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
        else:
            issuing.issue_warning(warning.pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)


# screens


@pytest.fixture
def office(client, staff):
    client.force_login(staff.officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def typed(case: Case, **changed) -> dict:
    incident = case.incidents.get()
    ref = incident.reference
    return {"incidents": [ref], f"told_{ref}": "You shouted.", "expected": "Be calm.", "agreed": AGREED} | changed


def test_the_page_drafts_it_and_shows_it_in_the_providers_own_words(case, office, staff, client):
    page = reverse("cases:first_letter", args=[case.reference])
    assert "What came of the conversation" in office.get(page).content.decode()
    answer = press(office, page, typed(case), follow=True)
    shown = answer.content.decode()
    letter = Letter.objects.get(kind="first_stage")
    assert answer.redirect_chain[-1][0] == reverse("cases:warning", args=[letter.reference])
    assert "Fair Treatment Letter: what we spoke about (Informal Stage)" in shown and AGREED in shown
    assert (
        "lets the Team Leader or a Manager issue this first letter; you hold none of these roles." in shown
        and "Send for approval" in shown
    )
    client.force_login(staff.team_leader, backend="allauth.account.auth_backends.AuthenticationBackend")
    check = client.get(answer.redirect_chain[-1][0]).content.decode()
    assert "The case stays at Informal Stage." in check and "The case moves to" not in check
    done = press(client, answer.redirect_chain[-1][0], {"considered": "Fair."}, follow=True)
    assert "First letter issued" in done.content.decode()
    assert (
        f"First letter {letter.reference} issued"
        in client.get(reverse("cases:timeline", args=[case.reference])).content.decode()
    )


def test_every_error_keeps_every_text(case, office):
    page = reverse("cases:first_letter", args=[case.reference])
    kept = {"expected": "Please be calm with us.", "agreed": "We said that we would ring.", "support": "A quiet room."}
    for missing in ("expected", "agreed", "incidents"):
        shown = press(office, page, typed(case, **kept) | {missing: ""}).content.decode()
        assert "There is a problem" in shown
        for name, text in kept.items():
            assert name == missing or text in shown, (missing, name)


def test_the_day_of_a_warning_letter_is_asked_and_kept(log, resident, office, staff):
    case = log(resident, warnings=1, went_on=True).cases.get()
    assessments.answer_gate(case.pk, "root_cause", words="Nothing of ours.", by=staff.officer, at=NOON)
    page = reverse("cases:warn", args=[case.reference])
    answer = press(office, page, typed(case)).content.decode()
    assert "Enter the day you look at it again" in answer and "Be calm." in answer
    day = {"review_on_day": "5", "review_on_month": "3", "review_on_year": "2099"}
    assert press(office, page, typed(case, **day)).status_code == 302
    ref = Letter.objects.get(kind="warning").reference
    again = office.get(reverse("cases:warning_change", args=[ref])).content.decode()
    assert 'value="2099"' in again


def test_there_is_no_such_page_where_the_policy_has_no_such_letter(client, db):
    council = factories.dover()
    staff = factories.staff(council)
    resident = factories.resident(council, staff.officer)
    case = Case.objects.create(
        provider=council, resident=resident, policy_version=council.policy_versions.get(), reference="C-9",
        owner=staff.officer, opened_by=staff.officer, opened_at=NOON, moved_at=NOON, begun_at=NOON,
    )  # fmt: skip
    client.force_login(staff.officer, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(reverse("cases:first_letter", args=[case.reference])).status_code == 404


def test_the_page_asks_why_it_follows_and_shows_it_to_whoever_issues(log, resident, office, staff, client):
    case = log(resident, warnings=1, went_on=True).cases.get()
    first = warnings.draft_warning(
        case.pk,
        warnings.Content(list(case.incidents.all()), "Be calm.", agreed=AGREED),
        paper=FIRST,
        by=staff.officer,
        at=NOON,
    )
    issuing.issue_warning(first.pk, Said("", considered="Fair."), by=staff.team_leader, at=NOON)
    assessments.answer_gate(case.pk, "root_cause", words="Nothing of ours.", by=staff.officer, at=NOON)
    page = reverse("cases:warn", args=[case.reference])
    kept = typed(case) | {"review_on_day": "5", "review_on_month": "3", "review_on_year": "2099", "expected": "“Calm”"}
    shown = press(office, page, kept).content.decode()
    assert "Enter why a warning letter follows" in shown and "“Calm”" in shown
    answer = press(office, page, kept | {"same_again": "It went on <10 minutes>."})
    client.force_login(staff.team_leader, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "It went on &lt;10 minutes&gt;." in client.get(answer.url).content.decode()
