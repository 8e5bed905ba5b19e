"""Five providers, five policies, one code: each takes a case from the first incident to a restriction in force."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from appeals.against import finding
from audit.models import Decision
from cases import ladder
from cases.models import Assessment, Case
from cases.services import assessments, stages, warnings
from deadlines.models import Deadline
from decisions.services import Meeting, Said
from letters.models import Letter
from people.access import NotPermitted
from policies.rules import RuleBroken
from register.models import Entry
from restrictions import parts_taken
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import ending, imposing, proposing
from restrictions.services.parts.part import NotReady
from restrictions.services.parts.terms import save_terms
from restrictions.services.parts.whole import missing
from tests.factories import NOON
from tests.five import (
    DOVER,
    FIVE,
    HOMES,
    NORTHAMPTON,
    TENANCY,
    WEST_KENT,
    a_decider,
    again,
    answer_what_is_asked,
    house,
    next_step,
    now,
    ready_to_propose,
    warn_in_writing,
)
from tests.pressing import press
from tests.restrictions import builders


@pytest.mark.parametrize("policy", FIVE)
def test_a_case_runs_from_the_first_incident_to_a_restriction_in_force(db, policy):
    w = ready_to_propose(policy)
    assert next_step(w).button.url_name == "restrictions:of_case"
    restriction = builders.proposed(w)
    decider = a_decider(w, restriction)
    imposed = imposing.impose(
        restriction.pk, Said("Nothing else has helped.", considered="Calls at set times."), by=decider, at=NOON
    )
    assert imposed.state == Restriction.State.IN_FORCE and now(w).stage == Case.Stage.CONTACT_RESTRICTION
    letter = Letter.objects.get(about=f"restriction:{imposed.reference}", kind="restriction")
    assert letter.state == Letter.State.ISSUED
    entry = Entry.objects.get(source=f"restriction:{imposed.reference}")
    assert entry.is_highlight is not any(
        set(one.on) & set(w.case.policy.steps_into("contact restriction")) for one in w.case.policy.registers
    )
    due = Deadline.objects.open().filter(about=f"restriction:{imposed.reference}")
    assert due.filter(kind="restriction.end", due_on=imposed.ends_on).exists()
    assert due.filter(kind="review.at_end", due_on__gte=imposed.ends_on).exists(), (
        "no restriction without a review (F1)"
    )
    assert "review a restriction" in next_step(w, waiting=due.worst_first()).sentence


@pytest.mark.parametrize("policy", FIVE)
def test_every_page_of_the_case_opens_at_every_step(db, policy):
    w = house(policy)
    client = Client()
    client.force_login(w.staff.team_leader)

    def look() -> str:
        answer = client.get(reverse("cases:overview", args=[w.case.reference]))
        assert answer.status_code == 200
        for tab in ("cases:timeline", "restrictions:of_case", "appeals:of_case"):
            assert client.get(reverse(tab, args=[w.case.reference])).status_code == 200
        return answer.content.decode()

    first = look()
    assert now(w).stage_name in first
    if now(w).policy.stage_for_state("written warning"):
        warn_in_writing(w)
        look()
    again(w, 5)
    look()


def test_a_policy_without_stages_opens_no_warning_and_asks_its_own_question(db):
    w = house(HOMES)
    assert now(w).stage_name == "Open"
    step = next_step(w)
    assert "Manager decides (clause 1.8)" in step.sentence
    (gate,) = [gate for gate in step.gates if gate.asks]
    assert (gate.key, gate.rule.clause, gate.blocks) == ("restorative", "1.8", True)
    builders.assess(now(w), w.staff.officer, at=NOON - timedelta(days=1))
    restriction = builders.draft(w)
    assert [str(one) for one in missing(restriction) if "case file" in one.message] == [
        "Answer on the case file: Were ways to restore the relationship tried without success, or why were they not "
        "possible or appropriate? (clause 1.8)"
    ]
    with pytest.raises(NotReady):
        proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    answer_what_is_asked(w, "contact restriction")
    assert proposing.propose(restriction.pk, by=w.staff.officer, at=NOON).state == Restriction.State.PROPOSED


def test_formal_action_waits_for_the_equality_assessment(db):
    w = house(TENANCY)
    case, at = now(w), NOON - timedelta(days=20)
    stages.settle_threshold(case.pk, reasons="It went on for a month.", by=w.staff.team_leader, at=at)
    incidents = list(case.incidents.all())
    with pytest.raises(RuleBroken, match="Before a warning letter: Equality impact assessment") as refused:
        warnings.draft_warning(case.pk, warnings.Content(incidents, "Speak calmly."), by=w.staff.officer, at=at)
    assert refused.value.rule.clause == "s2, s4" or "s4" in refused.value.rule.clause
    assert answer_what_is_asked(w, "written warning") == ["equality_assessment"]
    assert warnings.draft_warning(case.pk, warnings.Content(incidents, "Speak calmly."), by=w.staff.officer, at=at).pk


def test_what_comes_before_a_restriction_is_settled_by_name_where_the_policy_gives_no_number(db):
    w = house(NORTHAMPTON)
    warn_in_writing(w)
    again(w, 5)
    step = next_step(w, w.staff.team_leader)
    assert step.button.url_name == "cases:settle_restriction" and step.button.why_not == ""
    assert "does not say how much comes before a restriction" in step.sentence
    with pytest.raises(Exception, match="To decide where the policy is silent needs the right"):
        stages.settle_restriction(w.case.pk, reasons="Enough.", by=w.staff.officer, at=NOON)
    with pytest.raises(RuleBroken, match="Enter your reasons"):
        stages.settle_restriction(w.case.pk, reasons=" ", by=w.staff.team_leader, at=NOON)
    stages.settle_restriction(w.case.pk, reasons="Twice since the letter.", by=w.staff.team_leader, at=NOON)
    stages.settle_restriction(w.case.pk, reasons="Again.", by=w.staff.team_leader, at=NOON)
    (decision,) = Decision.objects.filter(what="case.restriction_settled")
    assert (decision.source, decision.event.by_ref) == ("silent", w.staff.team_leader.reference)
    assert ladder.restriction_reached(ladder.read(now(w))).how == "settled"


def test_where_the_policy_says_what_comes_first_there_is_nothing_to_settle(db):
    w = house(DOVER)
    with pytest.raises(RuleBroken, match="There is nothing to settle"):
        stages.settle_restriction(w.case.pk, reasons="Enough.", by=w.staff.team_leader, at=NOON)


def test_a_question_of_the_policy_is_answered_on_its_page_and_kept(db):
    w = house(HOMES)
    client = Client()
    client.force_login(w.staff.officer)
    address = reverse("cases:gate", args=[w.case.reference, "restorative"])
    page = client.get(address).content.decode()
    assert "Were ways to restore the relationship tried" in page and "(clause 1.8)" in page and "Clause 1.7" in page
    refused = press(client, address, {"words": " "}).content.decode()
    assert "Enter your answer" in refused and not Assessment.objects.filter(kind="question").exists()
    assert press(client, address, {"words": "A mediator rang twice."}).status_code == 302
    answer = Assessment.objects.get(kind="question")
    assert (answer.gate, answer.words, answer.made_by) == ("restorative", "A mediator rang twice.", w.staff.officer)
    assert "A mediator rang twice." in client.get(address).content.decode()
    assert client.get(reverse("cases:gate", args=[w.case.reference, "root_cause"])).status_code == 404
    client.force_login(w.staff.front_line)
    assert client.get(address).status_code in (403, 404)
    with pytest.raises(NotPermitted):
        assessments.answer_gate(w.case.pk, "restorative", words="Yes.", by=w.staff.front_line, at=NOON)
    with pytest.raises(KeyError):
        assessments.answer_gate(w.case.pk, "root_cause", words="Yes.", by=w.staff.officer, at=NOON)


@pytest.mark.parametrize(
    ("policy", "months", "source", "clause"),
    [
        (WEST_KENT, 6, "policy", "8.1"),  # every six months falls on the last day
        (WEST_KENT, 4, "law", None),
        (HOMES, 6, "evenhand", None),  # Scotland: the policy reviews at appropriate intervals, and names none
        (DOVER, 6, "policy", "6.18"),
    ],
)
def test_every_restriction_is_reviewed_at_its_end_by_the_policy_or_all_the_same(db, policy, months, source, clause):
    w = ready_to_propose(policy)
    restriction = builders.proposed(w, months=months)
    imposed = imposing.impose(
        restriction.pk, Said("It is needed.", considered="Fair."), by=a_decider(w, restriction), at=NOON
    )
    review = Deadline.objects.open().get(about=f"restriction:{imposed.reference}", kind="review.at_end")
    assert (review.due_on, review.reckoning["source"], review.reckoning["clause"]) == (imposed.ends_on, source, clause)
    late = NOON + timedelta(days=(imposed.ends_on - imposed.starts_on).days + 1)
    ending.lapse(imposed.pk, at=late)
    assert now(w).stage == Case.Stage.CONTACT_RESTRICTION, "until the review is held, however late"


@pytest.mark.parametrize(
    ("single", "decided_by"),
    [(True, "Assistant Director for Corporate Service and ICT"), (False, "")],
)
def test_an_appeal_against_a_single_point_of_contact_has_a_decider_of_its_own(db, single, decided_by):
    """Northampton 4.2: by kind of decision; on other formal action the policy is silent."""
    w = ready_to_propose(NORTHAMPTON)
    restriction = builders.draft(w)
    if single:
        terms = [*builders.TERMS, NewTerm("spoc", "limited", "All of your enquiries.", w.staff.colleague.pk)]
        save_terms(restriction.pk, terms=terms, by=w.staff.officer, at=NOON)
        for key in ("evidence", "spoc_protocol"):
            assessments.answer_gate(w.case.pk, key, words="It is on the file.", by=w.staff.officer, at=NOON)
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    meeting = Meeting(NOON.date(), [w.staff.dpo.pk], "All who are concerned agreed.") if single else None
    imposed = imposing.impose(
        restriction.pk, Said("It is needed.", considered="Fair.", meeting=meeting), by=w.staff.team_leader, at=NOON
    )
    letter = Letter.objects.get(about=f"restriction:{imposed.reference}", kind="restriction")
    assert letter.facts["appeal"]["decided_by_role"] == decided_by
    assert finding.of_restriction(imposed).rules.by.unsaid is not single


def test_a_single_point_of_contact_has_its_own_questions_and_a_meeting_of_its_own(db):
    """Northampton section 5: reason and evidence, the SPOC Protocol, and a SPOC Review meeting of those concerned."""
    w = ready_to_propose(NORTHAMPTON)
    restriction = builders.draft(w)
    assert not missing(restriction)
    save_terms(
        restriction.pk,
        by=w.staff.officer,
        at=NOON,
        terms=[NewTerm("spoc", "limited", "All of your enquiries.", w.staff.colleague.pk)],
    )
    restriction = Restriction.objects.get(pk=restriction.pk)
    assert [str(one) for one in missing(restriction)] == [
        "Answer on the case file: What is the evidence? (section 5)",
        "Answer on the case file: Was the SPOC Protocol followed? (section 5)",
    ]
    client = Client()
    client.force_login(w.staff.officer)
    page = client.get(reverse("restrictions:proposal", args=[restriction.reference])).content.decode()
    for key in ("evidence", "spoc_protocol"):
        address = reverse("cases:gate", args=[w.case.reference, key])
        assert address in page and press(client, address, {"words": "It is on the file."}).status_code == 302
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    with pytest.raises(NotPermitted, match="a meeting of Team Leader and Data Management Officer"):
        imposing.impose(restriction.pk, Said("It is needed.", considered="Fair."), by=w.staff.manager, at=NOON)
    with pytest.raises(RuleBroken, match="Not everybody took part who has to"):
        imposing.impose(
            restriction.pk,
            Said("It is needed.", considered="Fair.", meeting=Meeting(NOON.date(), [], "I agreed with myself.")),
            by=w.staff.team_leader,
            at=NOON,
        )
    with pytest.raises(NotPermitted, match="somebody who took part and works on cases writes the meeting down"):
        imposing.impose(
            restriction.pk,
            Said(
                "It is needed.", considered="Fair.", meeting=Meeting(NOON.date(), [w.staff.team_leader.pk], "Agreed.")
            ),
            by=w.staff.dpo,
            at=NOON,
        )
    done = imposing.impose(
        restriction.pk,
        Said("It is needed.", considered="Fair.", meeting=Meeting(NOON.date(), [w.staff.dpo.pk], "Agreed.")),
        by=w.staff.team_leader,
        at=NOON,
    )
    assert parts_taken.first_deciders(done) == {w.staff.dpo.pk, w.staff.team_leader.pk}


def test_a_kind_of_day_that_the_policy_leaves_open_is_shown_both_ways_and_never_chosen(db, time_machine):
    """The procedure gives 14 days to appeal (section 11) and does not say which days."""
    w = ready_to_propose(TENANCY)
    restriction = builders.proposed(w)
    imposed = imposing.impose(
        restriction.pk, Said("It is needed.", considered="Fair."), by=a_decider(w, restriction), at=NOON
    )
    window = Deadline.objects.open().get(about=f"restriction:{imposed.reference}", kind="appeal.window")
    assert window.due_on is None
    time_machine.move_to(NOON)
    client = Client()
    client.force_login(w.staff.officer)
    page = client.get(reverse("cases:overview", args=[w.case.reference])).content.decode()
    assert "By calendar days: 1 January 2027; by working days: 12 January 2027" in page
    assert "#clause-s4" in page


def test_what_was_settled_holds_until_the_case_moves_on(db):
    """After a restriction has ended, whether another may be proposed is decided anew."""
    w = ready_to_propose(NORTHAMPTON)
    restriction = builders.proposed(w)
    imposed = imposing.impose(
        restriction.pk, Said("It is needed.", considered="Fair."), by=a_decider(w, restriction), at=NOON
    )
    ending.lift(
        imposed.pk, Said("He has kept to it.", considered="Fair."), by=w.staff.manager, at=NOON + timedelta(days=30)
    )
    reached = ladder.restriction_reached(ladder.read(now(w)))
    assert (reached.met, reached.silent) == (False, True)


def test_a_reopened_case_is_settled_and_answered_anew(db):
    w = ready_to_propose(HOMES)
    assert not [gate for gate in ladder.gates_for_restriction(now(w)) if gate.blocks]
    stages.close(w.case.pk, reason="He has moved.", by=w.staff.officer, at=NOON + timedelta(days=1))
    stages.reopen(w.case.pk, reason="He is back.", by=w.staff.officer, at=NOON + timedelta(days=2))
    assert [gate.key for gate in ladder.gates_for_restriction(now(w)) if gate.blocks] == ["restorative"]

    other = ready_to_propose(NORTHAMPTON)
    stages.close(other.case.pk, reason="He has moved.", by=other.staff.officer, at=NOON + timedelta(days=1))
    stages.reopen(other.case.pk, reason="He is back.", by=other.staff.officer, at=NOON + timedelta(days=2))
    assert (now(other).restriction_settled_by, now(other).restriction_settled_at) == (None, None)


@pytest.mark.parametrize(
    ("policy", "page", "args", "field"),
    [(HOMES, "cases:gate", ["restorative"], "words"), (NORTHAMPTON, "cases:settle_restriction", [], "reasons")],
)
def test_what_was_typed_stands_after_an_error(db, policy, page, args, field):
    w = house(policy)
    client = Client()
    client.force_login(w.staff.team_leader)
    typed = "We tried “a mediator” \u202eשלום 👩🏽‍🚒 " + "and again " * 1_200
    shown = press(client, reverse(page, args=[w.case.reference, *args]), {field: typed}).content.decode()
    assert "There is a problem" in shown and "We tried “a mediator” \u202eשלום 👩🏽‍🚒 and again and again" in shown
    assert not Assessment.objects.filter(kind="question").exists() and now(w).restriction_settled_at is None


def test_a_part_that_the_policy_does_not_ask_for_is_not_said_to_be_done(db):
    w = ready_to_propose(HOMES)
    restriction = proposing.start(w.case.pk, by=w.staff.officer, at=NOON)
    client = Client()
    client.force_login(w.staff.officer)
    page = " ".join(client.get(reverse("restrictions:proposal", args=[restriction.reference])).content.decode().split())
    risk = page[page.index(">Risk<") :]
    assert risk.index("Not required") < risk.index(">Needs and adjustments<")
    assert "?." not in page and ".." not in page
