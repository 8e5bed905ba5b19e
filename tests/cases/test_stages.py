"""The ladder of Dover's policy, step by step, and each step that it does not allow."""

from datetime import date, time

import pytest
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from audit.models import Decision, Event
from cases import acts, ladder, permissions
from cases.ladder.steps import next_step
from cases.models import Case, Incident, Warning
from cases.services import adding, assessments, issuing, stages
from cases.services.warnings import Content, change_warning, draft_warning, withdraw_warning
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people import services as people
from people.access import NotPermitted
from people.models import Need
from policies.rules import RuleBroken
from tests import factories
from tests.cases.conftest import later
from tests.factories import NOON


def reached(case: Case) -> ladder.Reached:
    return ladder.written_reached(ladder.read(Case.objects.get(pk=case.pk)))


def gates(case: Case) -> dict[str, str]:
    return {gate.key: gate.state for gate in ladder.gates_for_restriction(Case.objects.get(pk=case.pk))}


def draft(case: Case, by, at=NOON, **more) -> Warning:
    chosen = more.pop("incidents", None) or list(case.incidents.all())
    return draft_warning(case.pk, Content(chosen, "Speak calmly.", **more), by=by, at=at)


# The first threshold: two initial warnings in one interaction, and it continued (6.9, 6.11)


def test_two_warnings_in_one_interaction_and_it_went_on_lead_to_a_letter(case):
    assert reached(case).met
    assert reached(case).rule.clause == "6.9, 6.11"


@pytest.mark.parametrize(("warnings", "went_on"), [(0, False), (1, True), (2, False)])
def test_less_than_that_does_not(log, resident, warnings, went_on):
    case = log(resident, warnings=warnings, went_on=went_on).cases.get()
    assert not reached(case).met
    assert not reached(case).silent


def test_warnings_of_two_interactions_are_not_added_up_in_silence(log, resident):
    log(resident, warnings=1, went_on=True)
    case = log(resident, warnings=1, went_on=True, at=later(2)).cases.get()
    assert (reached(case).met, reached(case).silent) == (False, True)
    assert "does not say whether these add up" in reached(case).sentence


def test_behaviour_that_stopped_and_came_back_is_not_counted_in_silence(log, resident):
    log(resident, warnings=2)
    case = log(resident, at=later(5)).cases.get()
    assert (reached(case).met, reached(case).silent) == (False, True)


def test_a_decider_settles_what_the_policy_leaves_open(log, resident, staff):
    log(resident, warnings=1, went_on=True)
    case = log(resident, warnings=1, went_on=True, at=later(2)).cases.get()
    with pytest.raises(RuleBroken, match="does not say"):
        draft(case, staff.officer, later(2))
    with pytest.raises(NotPermitted, match="To decide where the policy is silent needs the right .* Terry Leader"):
        stages.settle_threshold(case.pk, reasons="Twice in two days.", by=staff.officer, at=later(2))
    stages.settle_threshold(case.pk, reasons="Twice in two days.", by=staff.team_leader, at=later(2))
    assert reached(case).met
    decision = Decision.objects.get(what="case.threshold_settled")
    assert (decision.source, decision.clause) == (Decision.Source.SILENT, "")
    assert decision.event.words.body["reasons"] == "Twice in two days."
    assert draft(case, staff.officer, later(2)).letter.state == Letter.State.DRAFT


def test_nothing_is_settled_where_the_policy_does_say(log, resident, staff):
    case = log(resident, warnings=1).cases.get()
    with pytest.raises(RuleBroken, match="nothing to settle"):
        stages.settle_threshold(case.pk, reasons="I want to.", by=staff.team_leader, at=NOON)


def test_settling_needs_reasons(log, resident, staff):
    log(resident, warnings=1, went_on=True)
    case = log(resident, warnings=1, went_on=True, at=later(2)).cases.get()
    with pytest.raises(RuleBroken) as refused:
        stages.settle_threshold(case.pk, reasons=" ", by=staff.team_leader, at=later(2))
    assert refused.value.field == "reasons"


# The letter


def test_issuing_moves_the_case_and_records_who_decided_in_the_policys_silence(case, staff):
    warning = draft(case, staff.officer)
    issuing.issue_warning(
        warning.pk, Said("", considered="A phone call", not_done="No visit was made"), by=staff.team_leader, at=NOON
    )
    case = Case.objects.get()
    letter = Letter.objects.get()
    assert (case.stage, case.moved_at) == (Case.Stage.WRITTEN_WARNING, NOON)
    assert (letter.state, letter.issued_by, letter.dated) == ("issued", staff.team_leader, date(2026, 12, 18))
    decision = Decision.objects.get(what="warning.issued")
    assert decision.source == Decision.Source.SILENT
    assert decision.event.words.body["not_done"] == "No visit was made"
    assert decision.event.case_ref == case.reference
    assert Warning.objects.get(kind="written").given_by == staff.team_leader


def test_the_letter_names_what_happened_what_must_change_and_the_clause(case, staff):
    facts = draft(
        case, staff.officer, told={case.incidents.get().reference: "You shouted for ten minutes."}
    ).letter.facts
    assert facts["incidents"][0]["what"] == "You shouted for ten minutes."
    assert (facts["expected"], facts["clause_consequence"]) == ("Speak calmly.", "Clauses 6.12, 6.13")
    assert facts["appeal_possible"] is False


def test_an_officer_does_not_issue_and_is_told_who_can(case, staff):
    warning = draft(case, staff.officer)
    with pytest.raises(NotPermitted, match=r"To issue this warning letter needs the right to .*Terry Leader can"):
        issuing.issue_warning(warning.pk, Said(""), by=staff.officer, at=NOON)
    assert Case.objects.get().stage == Case.Stage.INITIAL_WARNING


def test_no_letter_rests_on_hearsay(log, resident, staff):
    log(resident, warnings=2, went_on=True)
    told = log(resident, knowledge=Incident.Knowledge.HEARSAY, at=later(1))
    case = told.cases.get()
    with pytest.raises(RuleBroken, match="hearsay"):
        draft(case, staff.officer, later(1), incidents=[told])


def test_no_letter_speaks_of_somebody_elses_incident(case, log, provider, staff):
    other = log(factories.resident(provider, staff.officer, "Ola Other"))
    with pytest.raises(RuleBroken, match="does not belong"):
        draft(case, staff.officer, incidents=[other])


def test_one_draft_at_a_time(case, staff):
    draft(case, staff.officer)
    with pytest.raises(TransitionNotAllowed):
        draft(case, staff.colleague)


def test_a_letter_is_sent_for_approval_returned_changed_and_issued(case, staff):
    warning = draft(case, staff.officer)
    issuing.submit_warning(warning.pk, by=staff.officer, at=NOON)
    waiting = Deadline.objects.open().get(kind="warning.issue")
    assert (waiting.page, waiting.about_ref) == ("cases:warning", warning.letter.reference)
    assert list(Deadline.objects.waiting_for(staff.team_leader)) == [waiting]
    assert not Deadline.objects.waiting_for(staff.officer).exists()
    issuing.send_back_warning(warning.pk, reasons="Name the day.", by=staff.team_leader, at=NOON)
    assert Deadline.objects.waiting_for(staff.officer).get().kind == "warning.revise"
    change_warning(
        warning.pk,
        Content(list(case.incidents.all()), "Speak calmly on the phone."),
        by=staff.officer,
        at=NOON,
    )
    issuing.submit_warning(warning.pk, by=staff.officer, at=NOON)
    issuing.issue_warning(warning.pk, Said(""), by=staff.manager, at=NOON)
    assert not Deadline.objects.open().exists()
    trail = Event.objects.for_case(case.reference).filter(verb__startswith="warning.").order_by("pk")
    assert list(trail.values_list("verb", flat=True)) == [
        "warning.drafted", "warning.sent_for_approval", "warning.returned",
        "warning.sent_for_approval", "warning.issued",
    ]  # fmt: skip


def test_what_was_sent_for_approval_is_not_changed_under_the_readers_eyes(case, staff):
    warning = draft(case, staff.officer)
    issuing.submit_warning(warning.pk, by=staff.officer, at=NOON)
    with pytest.raises(TransitionNotAllowed):
        change_warning(
            warning.pk,
            Content(list(case.incidents.all()), "Other words"),
            by=staff.officer,
            at=NOON,
        )


def test_returning_needs_reasons(case, staff):
    warning = draft(case, staff.officer)
    issuing.submit_warning(warning.pk, by=staff.officer, at=NOON)
    with pytest.raises(RuleBroken):
        issuing.send_back_warning(warning.pk, reasons="", by=staff.team_leader, at=NOON)


def test_a_second_press_on_issue_by_the_same_person_is_the_same_letter(case, staff):
    warning = draft(case, staff.officer)
    for _ in range(2):
        issuing.issue_warning(warning.pk, Said(""), by=staff.team_leader, at=NOON)
    assert Decision.objects.filter(what="warning.issued").count() == 1
    with pytest.raises(TransitionNotAllowed, match="Terry Leader"):
        issuing.issue_warning(warning.pk, Said(""), by=staff.manager, at=NOON)


def test_a_withdrawn_draft_leaves_why_it_was_not_sent(case, staff):
    warning = draft(case, staff.officer)
    withdraw_warning(warning.pk, reasons="The repair explains it.", by=staff.officer, at=NOON)
    decision = Decision.objects.get(what="warning.withdrawn")
    assert "was not issued" in decision.event.words.body["not_done"]
    assert draft(case, staff.officer).letter.state == Letter.State.DRAFT


def test_there_is_no_second_warning_letter_in_the_same_stage(warned, staff):
    with pytest.raises(TransitionNotAllowed):
        draft(warned, staff.officer)


# The second threshold: a warning letter, and the behaviour persisted (6.12, 6.13)


def test_without_a_later_incident_a_restriction_waits(warned):
    assert gates(warned)["threshold"] == ladder.State.MISSING


def test_behaviour_after_the_letter_opens_the_way(warned, log, resident):
    log(resident, at=later(1))
    assert gates(warned)["threshold"] == ladder.State.DONE


@pytest.mark.parametrize(
    ("on", "when", "opens"),
    [
        (date(2026, 12, 17), None, False),
        (date(2026, 12, 18), None, False),
        (date(2026, 12, 18), time(11, 59), False),
        (date(2026, 12, 18), time(12, 1), True),
        (date(2026, 12, 19), None, True),
    ],
)
def test_what_happened_before_the_letter_and_was_told_later_does_not_count(warned, log, resident, on, when, opens):
    log(resident, at=later(2), happened_on=on, happened_at=when)
    assert (gates(warned)["threshold"] == ladder.State.DONE) is opens


def test_after_a_restriction_has_ended_only_what_is_new_counts(warned, log, resident, staff):
    log(resident, at=later(1))
    stages.mark_restricted(warned.pk, by=staff.team_leader, at=later(2))
    stages.mark_unrestricted(warned.pk, by=staff.team_leader, at=later(200), why="Lapsed")
    assert gates(warned)["threshold"] == ladder.State.MISSING
    log(resident, at=later(201))
    assert gates(warned)["threshold"] == ladder.State.DONE


def test_danger_supersedes_the_stages(log, resident):
    """Dover 6.7 and 6.17: there may be no warning."""
    case = log(resident, danger=True).cases.get()
    assert gates(case)["threshold"] == ladder.State.NOT_REQUIRED
    assert reached(case).how == "skipped"


def test_the_category_of_extreme_cases_is_danger_too(log, resident):
    case = log(resident, categories=("extreme",)).cases.get()
    assert gates(case)["threshold"] == ladder.State.NOT_REQUIRED


# Assessments


def risk(case, by, at=NOON, **change):
    told = {"severity": "high", "future_risk": "medium", "who_is_at_risk": "Visiting staff", "words": "Threats twice."}
    return assessments.assess(case.pk, "risk", assessments.Findings(**told | change), by=by, at=at)


def test_a_risk_assessment_is_asked_for_and_an_equality_one_offered(case, staff):
    assert gates(case)["risk_assessment"] == ladder.State.MISSING
    assert gates(case)["equality_assessment"] == ladder.State.NOT_REQUIRED
    risk(case, staff.officer)
    assert gates(case)["risk_assessment"] == ladder.State.DONE


@pytest.mark.parametrize("part", ["severity", "future_risk", "who_is_at_risk", "words"])
def test_a_risk_assessment_has_all_its_parts(case, staff, part):
    with pytest.raises(RuleBroken) as refused:
        risk(case, staff.officer, **{part: ""})
    assert (refused.value.field, refused.value.rule.clause) == (part, "6.26")


def test_an_equality_assessment_is_open_again_when_the_needs_change(case, staff, resident):
    assessments.assess(case.pk, "equality", assessments.Findings("Deaf; letters instead."), by=staff.officer, at=NOON)
    assert gates(case)["equality_assessment"] == ladder.State.DONE
    people.record_need(
        resident.pk, kind=Need.Kind.NEED, words="Anxiety", about_health=True, by=staff.officer, at=later(1)
    )
    assert gates(case)["equality_assessment"] == ladder.State.MISSING
    assessments.assess(case.pk, "equality", assessments.Findings("Weighed anew."), by=staff.officer, at=later(2))
    assert gates(case)["equality_assessment"] == ladder.State.DONE


# Not acting, closing, reopening


def test_a_decision_not_to_act_is_on_the_trail(case, staff):
    """Dover 6.24: actions taken and not taken."""
    stages.decide_not_to_act(
        case.pk, considered="A warning letter", reasons="New medication.", by=staff.officer, at=NOON
    )
    decision = Decision.objects.get(what="case.not_acted")
    assert (decision.source, decision.clause) == ("policy", "6.24")
    assert decision.event.words.body["not_done"] == "A warning letter"


@pytest.mark.parametrize(("considered", "reasons"), [("", "Why"), ("What", " ")])
def test_a_decision_not_to_act_says_what_and_why(case, staff, considered, reasons):
    with pytest.raises(RuleBroken):
        stages.decide_not_to_act(case.pk, considered=considered, reasons=reasons, by=staff.officer, at=NOON)


def test_a_case_closes_with_a_reason_and_drops_its_draft(case, staff):
    draft(case, staff.officer)
    with pytest.raises(RuleBroken):
        stages.close(case.pk, reason="", by=staff.officer, at=NOON)
    stages.close(case.pk, reason="Moved away.", by=staff.officer, at=NOON)
    case = Case.objects.get()
    assert (case.stage, case.closed_by, case.close_reason) == (Case.Stage.CLOSED, staff.officer, "Moved away.")
    assert Letter.objects.get().state == Letter.State.WITHDRAWN
    with pytest.raises(TransitionNotAllowed):
        stages.close(case.pk, reason="Again.", by=staff.officer, at=NOON)


def test_a_case_under_a_restriction_is_closed_by_ending_that_first(case, staff):
    stages.mark_restricted(case.pk, by=staff.team_leader, at=NOON, extreme=True)
    with pytest.raises(RuleBroken, match="End it first"):
        stages.close(case.pk, reason="Moved away.", by=staff.officer, at=NOON)
    stages.mark_unrestricted(case.pk, by=staff.team_leader, at=NOON, why="Moved away.", close=True)
    assert Case.objects.get().stage == Case.Stage.CLOSED


def test_a_reopened_case_begins_again(case, staff):
    stages.close(case.pk, reason="Quiet.", by=staff.officer, at=NOON)
    stages.reopen(case.pk, reason="It was the wrong case.", by=staff.officer, at=later(3))
    case = Case.objects.get()
    assert (case.stage, case.begun_at) == (Case.Stage.INITIAL_WARNING, later(3))
    assert not reached(case).met
    assert [line.counts for line in ladder.lines(ladder.read(case))] == [False]


def test_a_case_is_not_reopened_beside_another(case, log, resident, staff):
    stages.close(case.pk, reason="Quiet.", by=staff.officer, at=NOON)
    log(resident, at=later(2))
    with pytest.raises(RuleBroken, match="open case already"):
        stages.reopen(case.pk, reason="Again.", by=staff.officer, at=later(3))


def test_the_database_itself_allows_one_open_case_a_resident(case):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_case (reference, stage, stage_before, opened_at, moved_at, begun_at, close_reason, "
            "provider_id, resident_id, policy_version_id, owner_id, opened_by_id) SELECT 'C-X', stage, '', opened_at, "
            "moved_at, begun_at, '', provider_id, resident_id, policy_version_id, owner_id, opened_by_id "
            "FROM cases_case"
        )


# What higher apps tell


def test_the_way_through_restriction_and_review_and_back(warned, staff):
    by = staff.team_leader
    stages.mark_restricted(warned.pk, by=by, at=later(1))
    stages.mark_review_begun(warned.pk, by=by, at=later(2))
    stages.mark_restriction_continued(warned.pk, by=by, at=later(3))
    stages.mark_review_begun(warned.pk, by=by, at=later(4))
    stages.mark_unrestricted(warned.pk, by=by, at=later(5), why="Kept to it for six months.")
    assert Case.objects.get().stage == Case.Stage.WRITTEN_WARNING
    verbs = Event.objects.for_case(warned.reference).filter(verb__startswith="case.").order_by("pk")
    assert list(verbs.values_list("verb", flat=True))[1:] == [
        "case.restricted", "case.review_begun", "case.restriction_continued", "case.review_begun", "case.unrestricted",
    ]  # fmt: skip


def test_without_a_letter_only_the_extreme_path_leads_to_a_restriction(case, staff):
    with pytest.raises(RuleBroken, match="No warning letter"):
        stages.mark_restricted(case.pk, by=staff.team_leader, at=NOON)
    stages.mark_restricted(case.pk, by=staff.team_leader, at=NOON, extreme=True)
    stages.mark_unrestricted(case.pk, by=staff.team_leader, at=later(1), why="Appeal upheld")
    assert Case.objects.get().stage == Case.Stage.INITIAL_WARNING


def test_a_restriction_drops_a_letter_that_was_never_sent(case, staff):
    draft(case, staff.officer)
    stages.mark_restricted(case.pk, by=staff.team_leader, at=NOON, extreme=True)
    assert Letter.objects.get().state == Letter.State.WITHDRAWN


def test_people_affected_are_known_for_the_rule_on_who_decides(log, resident, staff, provider):
    from cases.services.incidents import AffectedPerson

    incident = log(resident)
    adding.add_details(
        incident.pk,
        affected=[AffectedPerson(user=staff.colleague), AffectedPerson(user=staff.manager, part="witness")],
        by=staff.officer,
        at=NOON,
    )
    assert permissions.people_affected(incident.cases.get()) == {staff.colleague.pk}


# Who


VERBS = {
    "read": {"officer", "colleague", "team_leader", "manager", "other_manager", "dpo"},
    "warn": {"officer", "colleague", "team_leader", "manager", "other_manager"},
    "settle": {"team_leader", "manager", "other_manager"},
    "settle_restriction": {"team_leader", "manager", "other_manager"},
    "assess": {"officer", "colleague", "team_leader", "manager", "other_manager"},
    "reopen": {"officer", "colleague", "team_leader", "manager", "other_manager"},
    "log": {"officer", "colleague", "team_leader", "manager", "other_manager"},
}


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_do_what(case, staff, verb):
    may = {name for name, user in vars(staff).items() if not acts.reader(user, case)(verb)}
    assert may == VERBS[verb]
    strangers = factories.staff(factories.dover("elsewhere"))
    assert all(acts.reader(user, case)(verb) for user in vars(strangers).values())


def test_every_refusal_says_why(case, staff):
    may = acts.reader(staff.front_line, case)
    assert all(len(may(verb)) > 20 for verb in VERBS)


ACTS = {
    acts.settle: {"team_leader", "manager", "other_manager"},
    acts.settle_restriction: {"team_leader", "manager", "other_manager"},
    acts.move: {"team_leader", "manager", "other_manager"},
    acts.not_to_act: {"officer", "colleague", "team_leader", "manager", "other_manager"},
    acts.close: {"officer", "colleague", "team_leader", "manager", "other_manager"},
    acts.reopen: {"officer", "colleague", "team_leader", "manager", "other_manager"},
}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_who_may_decide_on_a_case(case, staff, act):
    assert {name for name, user in vars(staff).items() if not act(case).why_not(user)} == ACTS[act]
    strangers = factories.staff(factories.dover("elsewhere"))
    assert all(act(case).why_not(user) for user in vars(strangers).values())
    refusal = act(case).why_not(staff.front_line)
    assert "needs the right to" in refusal and refusal.endswith(" can.")


def test_who_may_issue_a_letter(case, staff):
    act = acts.issue(draft(case, staff.officer))
    assert {name for name, user in vars(staff).items() if act.may(user)} == {"team_leader", "manager", "other_manager"}


def test_services_check_before_anything_else(case, staff):
    warning = draft(case, staff.officer)
    stranger = factories.staff(factories.dover("elsewhere")).manager
    incidents = list(case.incidents.all())
    attempts = [
        lambda by: draft_warning(case.pk, Content(incidents, "x"), by=by, at=NOON),
        lambda by: change_warning(warning.pk, Content(incidents, "x"), by=by, at=NOON),
        lambda by: issuing.submit_warning(warning.pk, by=by, at=NOON),
        lambda by: issuing.issue_warning(warning.pk, Said(""), by=by, at=NOON),
        lambda by: issuing.send_back_warning(warning.pk, reasons="x", by=by, at=NOON),
        lambda by: withdraw_warning(warning.pk, reasons="x", by=by, at=NOON),
        lambda by: stages.settle_threshold(case.pk, reasons="x", by=by, at=NOON),
        lambda by: stages.decide_not_to_act(case.pk, considered="x", reasons="x", by=by, at=NOON),
        lambda by: risk(case, by),
        lambda by: stages.close(case.pk, reason="x", by=by, at=NOON),
        lambda by: stages.reopen(case.pk, reason="x", by=by, at=NOON),
        lambda by: stages.mark_restricted(case.pk, by=by, at=NOON, extreme=True),
        lambda by: stages.mark_unrestricted(case.pk, by=by, at=NOON, why="x"),
    ]
    for attempt in attempts:
        for nobody in (stranger, staff.front_line, staff.contractor, staff.dpo, staff.administrator):
            with pytest.raises(NotPermitted):
                attempt(nobody)


def test_warnings_are_shown_counted_or_not_and_why(log, resident):
    log(resident, warnings=1, went_on=True)
    case = log(resident, warnings=2, went_on=True, at=later(1)).cases.get()
    lines = ladder.lines(ladder.read(case))
    assert [(line.counts, line.rule.cite()) for line in lines] == [
        (False, "Clauses 6.9, 6.11"),
        (True, "Clauses 6.9, 6.11"),
    ]
    assert lines[0].why.startswith("Fewer than the policy asks for")


def test_cases_are_read_in_a_fixed_number_of_queries(log, resident, django_assert_num_queries):
    for day in range(12):
        log(resident, warnings=1, at=later(day))
    case = Case.objects.select_related("resident", "provider", "policy_version").get()
    with django_assert_num_queries(3):
        standing = ladder.read(case)
    with django_assert_num_queries(1):  # which roles may settle what the policy leaves open
        next_step(standing, may=lambda verb: "")
        ladder.lines(standing)
        ladder.gates_for_restriction(case, standing)
