"""Appeals by Dover's rules (6.34 to 6.36), and by Evenhand's own (F12): each with a case that breaks it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from appeals import acts
from appeals.against import finding
from appeals.models import Appeal
from appeals.services import deciding, outcome_letter, timing, withdrawing
from appeals.services.answers import Answer
from audit.models import Decision, Event
from cases.models import Case
from deadlines.models import Deadline
from decisions.services import Said
from letters.models import Letter
from people import access
from people.access import NotPermitted
from people.models import Resident, Role
from policies.rules import RuleBroken
from register.models import Entry
from restrictions import limits
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Term
from restrictions.services import deciding_reviews, ending, imposing
from restrictions.services.planning_reviews import Conclusion
from tests import factories
from tests.appeals import builders as acting
from tests.appeals.builders import (
    ANSWER,
    ANSWER_BY,
    DECIDED,
    LAST_DAY,
    RECEIVED,
    WORDS,
    decide,
    lodge,
    restricted,
    soon,
)
from tests.restrictions import builders
from tests.restrictions.builders import noon

State = Appeal.State


@pytest.fixture
def world(db):
    """A restriction in force, imposed on 18 December 2026."""
    return restricted()


@pytest.fixture
def w(world):
    return world[0]


@pytest.fixture
def restriction(world):
    return world[1]


@pytest.fixture
def appeal(w, restriction):
    """Received and acknowledged on 4 January 2027, in time."""
    return lodge(w, restriction)


@pytest.fixture
def late(w, restriction):
    """Received a day after the window closed."""
    return lodge(w, restriction, on=LAST_DAY + timedelta(days=1))


def fresh(appeal: Appeal) -> Appeal:
    return Appeal.objects.select_related("restriction").get(pk=appeal.pk)


def waiting(kind: str) -> Deadline:
    return Deadline.objects.open().get(kind=kind)


# Lodging


def test_lodging_acknowledges_and_sets_when_it_is_answered(w, restriction, appeal):
    assert (appeal.state, appeal.in_time) == (State.ACKNOWLEDGED, True)
    deadline = waiting("appeal.decide")
    assert (deadline.due_on, deadline.about, deadline.for_roles) == (
        ANSWER_BY,
        f"appeal:{appeal.reference}",
        ["manager"],
    )
    assert deadline.page == "appeals:decide"
    letter = Letter.objects.get(kind="appeal_acknowledgement")
    assert letter.state == Letter.State.ISSUED and letter == appeal.acknowledgement
    assert letter.facts["answer_by"] == ANSWER_BY.isoformat()
    assert "6.35, endeavour" in letter.facts["answer_explained"]
    assert letter.facts["decided_by_role"] == "Manager"
    assert "The policy is silent" in letter.facts["meanwhile"]
    verbs = [event.verb for event in Event.objects.filter(subject_ref=appeal.reference).order_by("pk")]
    assert verbs == ["appeal.lodged", "appeal.acknowledged"]


def test_the_window_is_met_by_an_appeal_in_time_and_not_by_a_late_one(w, restriction):
    assert waiting("appeal.window").due_on == LAST_DAY
    first = lodge(w, restriction, on=LAST_DAY + timedelta(days=1))
    assert waiting("appeal.window")
    withdrawing.withdraw(first.pk, by=w.staff.officer, at=soon(LAST_DAY), reason="By phone")
    lodge(w, restriction, on=RECEIVED, at=soon(LAST_DAY))
    assert not Deadline.objects.open().filter(kind="appeal.window").exists()


@pytest.mark.parametrize(
    ("received", "in_time"), [(DECIDED, True), (LAST_DAY, True), (LAST_DAY + timedelta(days=1), False)]
)
def test_twenty_working_days_from_the_decision(w, restriction, received, in_time):
    """From Friday 18 December 2026 to Wednesday 20 January 2027: by hand, in parameters.md."""
    appeal = lodge(w, restriction, on=received)
    assert appeal.in_time is in_time
    assert appeal.window.due == LAST_DAY
    assert "20 working days from the decision on 18 December 2026 (6.34, must)" in appeal.window.explain()


def test_an_appeal_is_made_when_it_is_sent_not_when_it_arrives(w, restriction):
    """Dover 6.34: appeals must be made within the window; what the post takes is not the resident's fault."""
    appeal = lodge(w, restriction, on=LAST_DAY + timedelta(days=2), made_on=LAST_DAY)
    assert appeal.in_time is True


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"received_on": DECIDED - timedelta(days=1)}, "received_on", "on or after the decision of 18 December 2026"),
        ({"received_on": RECEIVED + timedelta(days=1)}, "received_on", "today or in the past"),
        ({"made_on": DECIDED - timedelta(days=1)}, "made_on", "on or after the decision"),
        ({"made_on": RECEIVED + timedelta(days=1)}, "made_on", "today or in the past"),
        (
            {"received_on": date(2027, 1, 2), "made_on": date(2027, 1, 3)},
            "made_on",
            "after the day it was received",
        ),
        ({"words": "  "}, "words", "in their own words"),
        ({"made_by_name": " "}, "made_by_name", "who appeals"),
    ],
)
def test_what_cannot_be_is_refused(w, restriction, changes, field, words):
    with pytest.raises(RuleBroken, match=words) as refused:
        lodge(w, restriction, at=noon(RECEIVED), **changes)
    assert refused.value.field == field
    assert not Appeal.objects.exists() and not Letter.objects.filter(kind="appeal_acknowledgement").exists()


def test_one_open_appeal_a_decision(w, restriction, appeal):
    with pytest.raises(TransitionNotAllowed, match=f"Colin Colleague has lodged {appeal.reference}"):
        lodge(w, restriction)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(
            case=restriction.case,
            restriction=restriction,
            reference="A-999999",
            made_by_name="Twice",
            how=Appeal.How.POST,
            received_on=RECEIVED,
            words="Again",
            window_reckoning={},
            lodged_by=w.staff.officer,
            lodged_at=soon(),
        )


@pytest.mark.parametrize("outcome", [State.DISMISSED, State.OUT_OF_TIME])
def test_a_second_appeal_after_a_final_outcome_is_refused_by_the_clause(w, restriction, outcome):
    on = LAST_DAY + timedelta(days=1) if outcome == State.OUT_OF_TIME else RECEIVED
    decide(lodge(w, restriction, on=on), outcome, by=w.staff.manager, at=soon(on))
    with pytest.raises(RuleBroken, match=r"final \(clause 6.35\)"):
        lodge(w, restriction, on=on, at=soon(on))


def test_a_withdrawn_appeal_may_come_again(w, restriction, appeal):
    withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=soon(), reason="By e-mail")
    assert lodge(w, restriction, at=soon()).state == State.ACKNOWLEDGED


def test_nothing_to_appeal_against_once_it_is_lifted(w, restriction):
    ending.lift(restriction.pk, Said("He has apologised.", considered="Fair."), by=w.staff.manager, at=noon(RECEIVED))
    with pytest.raises(TransitionNotAllowed, match="holds nothing to appeal against"):
        lodge(w, restriction)


def test_spoken_appeals_are_taken_though_the_policy_names_email_and_post(w, restriction):
    """X2 and the duty to adjust: an appeal must stay possible for who cannot write."""
    assert lodge(w, restriction, how=Appeal.How.SPOKEN).how == Appeal.How.SPOKEN


@pytest.mark.parametrize("who", ["front_line", "contractor", "dpo", "administrator"])
def test_who_does_not_work_cases_lodges_nothing(w, restriction, who):
    with pytest.raises(NotPermitted):
        lodge(w, restriction, by=getattr(w.staff, who))


def test_staff_of_another_provider_lodge_and_decide_nothing(w, restriction, appeal):
    other = factories.staff(factories.dover("other-council"))
    with pytest.raises(NotPermitted):
        lodge(w, restriction, by=other.officer)
    with pytest.raises(NotPermitted):
        decide(appeal, State.DISMISSED, by=other.manager, at=soon())
    assert not Appeal.objects.visible_to(other.manager).exists()


# Who decides


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("officer", "Clause 6.35 lets a Manager decide"),
        ("colleague", "Clause 6.35 lets a Manager decide"),
        ("team_leader", "Clause 6.35 lets a Manager decide"),
        ("front_line", "Clause 6.35"),
        ("contractor", "Clause 6.35"),
        ("dpo", "Clause 6.35"),
        ("administrator", "Clause 6.35"),
    ],
)
@pytest.mark.parametrize("outcome", [State.UPHELD, State.VARIED, State.DISMISSED, State.OUT_OF_TIME])
def test_only_a_manager_decides(w, appeal, who, why, outcome):
    with pytest.raises(NotPermitted, match=why):
        decide(appeal, outcome, by=getattr(w.staff, who), at=soon())
    assert fresh(appeal).is_open


def test_the_manager_who_imposed_it_does_not_decide_and_is_not_asked(db):
    w = builders.world()
    proposal = builders.proposed(w)
    lead = w.staff.manager
    access.grant(Role.objects.get(provider=w.provider, key="team_leader"), lead, by=None, at=w.at)
    restriction = imposing.impose(proposal.pk, Said("It is needed.", considered="Fair."), by=lead, at=w.at)
    appeal = lodge(w, restriction)
    with pytest.raises(NotPermitted, match="You imposed .*Evenhand's rule.* Maxine Manager can"):
        decide(appeal, State.DISMISSED, by=lead, at=soon())
    deadline = waiting("appeal.decide")
    assert lead.pk in deadline.not_for
    assert deadline not in Deadline.objects.waiting_for(lead)
    assert deadline in Deadline.objects.waiting_for(w.staff.other_manager)


def test_a_manager_who_was_affected_does_not_decide(w, restriction, appeal):
    builders.log(w.provider, w.staff, w.resident, at=noon(date(2027, 1, 5)), affected=(w.staff.manager,))
    with pytest.raises(NotPermitted, match="You were affected"):
        decide(appeal, State.UPHELD, by=w.staff.manager, at=soon())


def test_where_nobody_is_left_the_refusal_says_so(w, restriction, appeal):
    for manager in (w.staff.manager, w.staff.other_manager):
        builders.log(w.provider, w.staff, w.resident, at=noon(date(2027, 1, 5)), affected=(manager,))
    with pytest.raises(
        NotPermitted,
        match="Nobody at Dover can at present: everybody who could has had a part in it",
    ):
        decide(appeal, State.UPHELD, by=w.staff.manager, at=soon())


# Outcomes


def test_upholding_ends_restriction_entry_deadlines_and_stage_together(w, restriction, appeal):
    decided = decide(appeal, State.UPHELD, by=w.staff.manager, at=soon())
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.LIFTED
    assert not Entry.objects.in_force(RECEIVED + timedelta(days=4)).filter(resident=w.resident).exists()
    about = [f"restriction:{restriction.reference}", f"appeal:{appeal.reference}"]
    assert not Deadline.objects.open().filter(about__in=about).exists()
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.WRITTEN_WARNING
    letter = Letter.objects.get(kind="appeal_outcome")
    assert letter == decided.letter
    assert (letter.facts["outcome"], letter.facts["final"], letter.facts["terms"]) == ("upheld", True, None)
    assert not Letter.objects.filter(kind="restriction_lifted").exists(), "one letter, not two"
    decision = Decision.objects.get(what="appeal.upheld")
    assert (decision.clause, decision.source, decision.outcome) == ("6.35", "policy", "upheld")
    assert decision.event.words.body["considered"] == ANSWER.considered


def test_varying_carries_it_on_in_other_terms_and_never_longer(w, restriction, appeal):
    decided = decide(appeal, State.VARIED, by=w.staff.manager, at=soon())
    successor = decided.replaced_by
    assert successor is not None and successor.state == Restriction.State.IN_FORCE
    assert successor.ends_on == restriction.ends_on
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.VARIED
    entry = Entry.objects.in_force(RECEIVED + timedelta(days=3)).get(resident=w.resident)
    assert entry.source == f"restriction:{successor.reference}"
    assert "Telephone: Calls on Tuesdays between 10am and midday." in entry.arrangement
    letter = Letter.objects.get(kind="appeal_outcome")
    assert letter.facts["ends_on"] == restriction.ends_on.isoformat()
    assert any("Tuesdays" in term["words"] for term in letter.facts["terms"])
    assert not Deadline.objects.open().filter(about=f"restriction:{successor.reference}", kind="appeal.window").exists()
    assert Case.objects.get(pk=w.case.pk).stage == Case.Stage.CONTACT_RESTRICTION


def test_varying_can_bring_the_last_day_forward_and_not_put_it_off(w, restriction, appeal):
    same = [NewTerm.of(term) for term in limits.of(restriction)]
    act = {"by": w.staff.manager, "at": soon(), "answer": ANSWER, "terms": same}
    with pytest.raises(RuleBroken, match="does not lengthen"):
        acting.vary(appeal, **act, ends_on=restriction.ends_on + timedelta(days=1))
    with pytest.raises(RuleBroken, match="nothing would change"):
        acting.vary(appeal, **act, ends_on=restriction.ends_on)
    with pytest.raises(RuleBroken, match="after today"):
        acting.vary(appeal, **act, ends_on=RECEIVED)
    with pytest.raises(RuleBroken, match="able to complain"):
        closed = [NewTerm(c, Term.Limit.CLOSED) for c in ("phone", "email", "letter", "office")]
        acting.vary(appeal, **act | {"terms": closed}, ends_on=None)
    assert fresh(appeal).is_open and Restriction.objects.get(pk=restriction.pk).state == Restriction.State.IN_FORCE
    earlier = date(2027, 3, 1)
    assert acting.vary(appeal, **act, ends_on=earlier).replaced_by.ends_on == earlier


def test_dismissing_changes_nothing_but_tells_why_and_where_to_go(w, restriction, appeal):
    before = Entry.objects.get(resident=w.resident)
    decide(appeal, State.DISMISSED, by=w.staff.manager, at=soon())
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.IN_FORCE
    assert Entry.objects.get(resident=w.resident).arrangement == before.arrangement
    assert Deadline.objects.open().filter(about=f"restriction:{restriction.reference}", kind="review.at_end").exists()
    letter = Letter.objects.get(kind="appeal_outcome")
    assert "stay as they are" in letter.facts["effect"]
    assert letter.facts["next"]["name"] == "Housing Ombudsman Service"
    assert "not a step in our policy" in letter.facts["next"]["words"]


@pytest.mark.parametrize(
    ("relation", "name"),
    [
        (Resident.Relation.TENANT, "Housing Ombudsman Service"),
        (Resident.Relation.HOMELESS_APPLICANT, "Local Government and Social Care Ombudsman"),
        (Resident.Relation.PROSPECTIVE, "Local Government and Social Care Ombudsman"),
        (Resident.Relation.VISITOR, "Local Government and Social Care Ombudsman"),
    ],
)
def test_the_ombudsman_follows_from_nation_and_function(w, restriction, relation, name):
    restriction.case.resident.relation = relation
    assert outcome_letter.next_step(finding.of_restriction(restriction))["name"] == name


def test_upholding_after_a_review_carried_it_on_ends_what_carries_it_on(w, restriction, appeal):
    """What a review has made of it since rests on the decision that falls."""
    reviewer = builders.reviewer(w)
    review = builders.under_review(w, restriction, at=soon(days=1))
    softer = [NewTerm(Term.Channel.PHONE, Term.Limit.LIMITED, "Only on Tuesdays.")]
    deciding_reviews.decide_review(
        review.pk,
        Said("Less will do.", considered="Weighed."),
        Conclusion("vary", evidence="Two calls.", terms=softer),
        by=reviewer,
        at=soon(days=1),
    )
    standing = finding.of_restriction(restriction).restriction_now
    assert standing.pk != restriction.pk
    decide(appeal, State.UPHELD, by=w.staff.manager, at=soon())
    assert Restriction.objects.get(pk=standing.pk).state == Restriction.State.LIFTED
    assert not Entry.objects.in_force(RECEIVED + timedelta(days=4)).filter(resident=w.resident).exists()


def test_upholding_after_it_was_lifted_is_still_an_answer(w, restriction, appeal):
    ending.lift(
        restriction.pk, Said("He has apologised.", considered="Fair."), by=w.staff.other_manager, at=soon(days=1)
    )
    decide(appeal, State.UPHELD, by=w.staff.manager, at=soon())
    assert fresh(appeal).state == State.UPHELD
    with pytest.raises(TransitionNotAllowed):
        decide(appeal, State.VARIED, by=w.staff.manager, at=soon())


def test_nothing_to_vary_once_it_is_over(w, restriction, appeal):
    ending.lift(
        restriction.pk, Said("He has apologised.", considered="Fair."), by=w.staff.other_manager, at=soon(days=1)
    )
    with pytest.raises(RuleBroken, match="no longer in force"):
        decide(appeal, State.VARIED, by=w.staff.manager, at=soon())


@pytest.mark.parametrize(("lacking", "field"), [({"reasons": " "}, "reasons"), ({"considered": ""}, "considered")])
@pytest.mark.parametrize("outcome", [State.UPHELD, State.VARIED, State.DISMISSED])
def test_an_answer_gives_reasons_and_what_was_considered(w, appeal, lacking, field, outcome):
    with pytest.raises(RuleBroken) as refused:
        decide(appeal, outcome, by=w.staff.manager, at=soon(), answer=replace(ANSWER, **lacking))
    assert refused.value.field == field


def test_an_answer_after_ten_working_days_says_why_it_is_late(w, appeal):
    """Dover 6.35 endeavours: lateness is not refused, it is explained."""
    with pytest.raises(RuleBroken, match=r"why the answer is late \(clause 6.35\)") as refused:
        decide(appeal, State.DISMISSED, by=w.staff.manager, at=noon(ANSWER_BY + timedelta(days=1)))
    assert refused.value.field == "late_because"
    answer = replace(ANSWER, late_because="The log was missing.")
    decided = decide(appeal, State.DISMISSED, by=w.staff.manager, at=noon(ANSWER_BY + timedelta(days=1)), answer=answer)
    assert decided.late_answer_reason == "The log was missing."
    assert Decision.objects.get(what="appeal.dismissed").event.facts["answered_late_because"] == "The log was missing."


def test_on_the_tenth_working_day_it_is_not_late(w, appeal):
    answer = replace(ANSWER, late_because="Needless")
    assert (
        decide(appeal, State.DISMISSED, by=w.staff.manager, at=noon(ANSWER_BY), answer=answer).late_answer_reason == ""
    )


@pytest.mark.parametrize("first", [State.UPHELD, State.VARIED, State.DISMISSED])
@pytest.mark.parametrize("second", [State.UPHELD, State.VARIED, State.DISMISSED, State.OUT_OF_TIME])
def test_an_outcome_is_final(w, appeal, first, second):
    decide(appeal, first, by=w.staff.manager, at=soon())
    with pytest.raises(TransitionNotAllowed, match="Morgan Manager decided"):
        decide(appeal, second, by=w.staff.other_manager, at=soon())
    with pytest.raises(TransitionNotAllowed):
        withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=soon(), reason="By phone")
    assert Letter.objects.filter(kind="appeal_outcome").count() == 1


# Late appeals


def test_a_late_appeal_waits_for_a_person_who_says_whether_it_is_heard(w, restriction, late):
    assert (late.state, late.in_time, late.awaits_hearing) == (State.ACKNOWLEDGED, False, True)
    assert Letter.objects.get(kind="appeal_acknowledgement").facts["in_time"] is False
    for outcome in (State.UPHELD, State.VARIED, State.DISMISSED):
        with pytest.raises(RuleBroken, match="although it came late") as refused:
            decide(late, outcome, by=w.staff.manager, at=soon(late.received_on))
        assert refused.value.field == "heard_because"
    assert fresh(late).is_open


def test_a_late_appeal_is_heard_for_reasons_where_the_policy_is_silent(w, late):
    at = soon(late.received_on)
    with pytest.raises(NotPermitted):
        acting.hear(late, by=w.staff.officer, at=at, reasons="He was in hospital.")
    with pytest.raises(RuleBroken, match="although it came late"):
        acting.hear(late, by=w.staff.manager, at=at, reasons=" ")
    acting.hear(late, by=w.staff.manager, at=at, reasons="He was in hospital.")
    decision = Decision.objects.get(what="appeal.heard_late")
    assert decision.source == Decision.Source.SILENT
    with pytest.raises(TransitionNotAllowed, match="being heard already"):
        acting.hear(late, by=w.staff.manager, at=at, reasons="Again")
    with pytest.raises(RuleBroken, match="cannot be chosen: it is being heard"):
        decide(late, State.OUT_OF_TIME, by=w.staff.manager, at=at)
    assert decide(late, State.UPHELD, by=w.staff.manager, at=at).state == State.UPHELD


def test_hearing_and_deciding_may_be_one_act(w, late):
    answer = replace(ANSWER, heard_because="He was in hospital.")
    decided = decide(late, State.DISMISSED, by=w.staff.manager, at=soon(late.received_on), answer=answer)
    assert (decided.late_accepted_by, decided.late_accepted_reason) == (w.staff.manager, "He was in hospital.")
    assert [d.what for d in Decision.objects.filter(what__startswith="appeal").order_by("pk")] == [
        "appeal.heard_late",
        "appeal.dismissed",
    ]


def test_out_of_time_is_a_decision_where_the_policy_is_silent_and_tells_the_resident(w, restriction, late):
    decide(late, State.OUT_OF_TIME, by=w.staff.manager, at=soon(late.received_on))
    assert Decision.objects.get(what="appeal.out_of_time").source == Decision.Source.SILENT
    assert Letter.objects.get(kind="appeal_outcome").facts["outcome"] == "out_of_time"
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.IN_FORCE


def test_out_of_time_cannot_be_chosen_for_one_in_time(w, appeal):
    with pytest.raises(RuleBroken, match=r"cannot be chosen: it came in time \(clause 6.34\)"):
        decide(appeal, State.OUT_OF_TIME, by=w.staff.manager, at=soon())


def test_the_choices_offered_are_those_that_can_be_made(w, restriction, appeal):
    assert list(deciding.outcomes(appeal, finding.of_restriction(restriction), on=RECEIVED)) == [
        State.UPHELD,
        State.VARIED,
        State.DISMISSED,
    ]
    appeal.in_time = False
    assert State.OUT_OF_TIME in deciding.outcomes(appeal, finding.of_restriction(restriction), on=RECEIVED)
    assert State.VARIED not in deciding.outcomes(
        appeal, finding.of_restriction(restriction), on=restriction.ends_on + timedelta(days=1)
    )


# Withdrawing


def test_withdrawing_needs_how_and_when_and_cancels_the_answer(w, appeal):
    with pytest.raises(RuleBroken, match="how the resident withdrew it"):
        withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=soon(), reason="")
    with pytest.raises(NotPermitted):
        withdrawing.withdraw(appeal.pk, by=w.staff.front_line, at=soon(), reason="By phone")
    withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=soon(), reason="By e-mail on 5 January")
    assert fresh(appeal).state == State.WITHDRAWN
    assert not Deadline.objects.open().filter(kind="appeal.decide").exists()
    with pytest.raises(TransitionNotAllowed):
        decide(appeal, State.DISMISSED, by=w.staff.manager, at=soon())


def test_the_words_are_kept_as_they_came(w, restriction):
    words = "«Ich war nicht dort» ‏אני לא הייתי שם‏ 😡\n" + "x" * 9_000
    assert fresh(lodge(w, restriction, words=words)).words == words
    assert WORDS not in str(Event.objects.filter(verb="appeal.lodged").values_list("facts", flat=True))


def test_whoever_may_decide_is_named(w, restriction):
    assert acts.to_come(finding.of_restriction(restriction)).who_can() == "Maxine Manager or Morgan Manager can."
    assert acts.names(acts.to_come(finding.of_restriction(restriction))) == "Manager"


def test_timing_says_what_counts(restriction):
    found = timing.work_out(finding.of_restriction(restriction), received_on=LAST_DAY + timedelta(days=1))
    assert found.words == "Late: 21 January 2027 is after Wednesday 20 January 2027."
    assert timing.work_out(finding.of_restriction(restriction), received_on=RECEIVED).words.startswith(
        "In time: 4 January 2027"
    )


def test_answer_is_a_plain_value():
    assert Answer("upheld", "a", "b") == Answer("upheld", "a", "b", "", "", "")
