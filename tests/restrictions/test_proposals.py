"""Proposals: what each part asks for, what `propose` refuses, who may."""

from datetime import date, timedelta

import pytest
from django_fsm import TransitionNotAllowed

from audit.models import Decision, Event
from cases.models import Case, Incident, Involvement
from cases.services import stages
from deadlines.models import Deadline
from decisions.services import Said
from people import services as people
from people.access import NotPermitted
from people.models import Need
from policies.rules import RuleBroken
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Term
from restrictions.services import imposing, proposing
from restrictions.services.parts.evidence import Evidence, save_evidence
from restrictions.services.parts.length import save_length
from restrictions.services.parts.needs import save_needs
from restrictions.services.parts.part import NotReady
from restrictions.services.parts.terms import Instructions, save_instructions, save_terms
from tests import factories
from tests.factories import NOON
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
CLOSED, LIMITED, OPEN = Term.Limit.CLOSED, Term.Limit.LIMITED, Term.Limit.OPEN


@pytest.fixture
def w():
    return builders.world()


def started(w):
    return proposing.start(w.case.pk, by=w.staff.officer, at=NOON)


def test_start_makes_one_draft_a_case(w):
    restriction = started(w)
    assert (restriction.state, restriction.proposed_by) == (Restriction.State.DRAFT, w.staff.officer)
    with pytest.raises(TransitionNotAllowed, match=r"Olive Officer is already preparing X-"):
        proposing.start(w.case.pk, by=w.staff.colleague, at=NOON)


@pytest.mark.parametrize("who", ["front_line", "contractor", "dpo", "administrator"])
def test_start_is_for_those_who_work_cases(w, who):
    with pytest.raises(NotPermitted, match="Warn, propose restrictions|warn, propose restrictions"):
        proposing.start(w.case.pk, by=getattr(w.staff, who), at=NOON)


def test_start_is_refused_to_another_provider(w):
    stranger = factories.staff(factories.dover("elsewhere"))
    with pytest.raises(NotPermitted):
        proposing.start(w.case.pk, by=stranger.officer, at=NOON)


def test_start_is_refused_while_one_is_in_force(w):
    builders.imposed(w)
    with pytest.raises(TransitionNotAllowed, match="no restriction can begin"):
        proposing.start(w.case.pk, by=w.staff.officer, at=NOON)


def test_propose_lists_everything_that_is_missing_with_its_rule(w):
    restriction = started(w)
    with pytest.raises(NotReady) as refused:
        proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    parts = {one.part for one in refused.value.missing}
    assert parts == {"evidence", "risk", "needs", "terms", "length", "less"}
    cited = {one.part: one.rule.cite() for one in refused.value.missing}
    assert (cited["risk"], cited["length"]) == ("Clause 6.26", "Clause 6.16")
    assert Restriction.objects.get(pk=restriction.pk).state == Restriction.State.DRAFT
    assert not Event.objects.filter(verb="restriction.proposed").exists()


@pytest.mark.parametrize("part", ["evidence", "risk", "needs", "terms", "length", "less"])
def test_propose_needs_every_part(w, part):
    restriction = builders.draft(w)
    if part == "evidence":
        restriction.incidents.clear()
    elif part == "terms":
        restriction.terms.all().delete()
    else:
        empty = {
            "risk": {"risk_assessment": None},
            "needs": {"needs_considered": ""},
            "length": {"months": None},
            "less": {"less_considered": ""},
        }
        Restriction.objects.filter(pk=restriction.pk).update(**empty[part])
    with pytest.raises(NotReady) as refused:
        proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    assert {one.part for one in refused.value.missing} == {part}


def test_propose_sets_the_deadline_of_those_whom_the_policy_names(w):
    restriction = builders.proposed(w)
    assert restriction.state == Restriction.State.PROPOSED
    deadline = Deadline.objects.open().get(kind="restriction.decide")
    assert deadline.for_roles == ["line_manager", "senior_officer", "team_leader"]
    assert deadline.not_for == [w.staff.officer.pk]
    assert deadline.about == f"restriction:{restriction.reference}"
    assert list(Deadline.objects.waiting_for(w.staff.team_leader)) == [deadline]
    assert Event.objects.filter(verb="restriction.proposed", subject_ref=restriction.reference).count() == 1


def test_people_affected_are_not_asked_to_decide(w):
    builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=2), affected=(w.staff.team_leader,))
    builders.proposed(w)
    deadline = Deadline.objects.open().get(kind="restriction.decide")
    assert set(deadline.not_for) == {w.staff.officer.pk, w.staff.team_leader.pk}


def test_hearsay_is_no_evidence(w):
    hearsay = builders.log(w.provider, w.staff, w.resident, at=NOON, knowledge=Incident.Knowledge.HEARSAY)
    restriction = started(w)
    with pytest.raises(RuleBroken, match="saw or heard") as refused:
        save_evidence(restriction.pk, Evidence([hearsay.pk]), by=w.staff.officer, at=NOON)
    assert refused.value.field == "incidents"


def test_another_residents_behaviour_is_no_evidence(w):
    """Dover 6.16: joint tenants answer each for their own."""
    other = factories.resident(w.provider, w.staff.officer, "Joint Tenant")
    theirs = builders.log(w.provider, w.staff, other, at=NOON)
    restriction = started(w)
    with pytest.raises(RuleBroken):
        save_evidence(restriction.pk, Evidence([theirs.pk]), by=w.staff.officer, at=NOON)
    Involvement.objects.create(incident=theirs, resident=w.resident, part=Involvement.Part.PRESENT)
    w.case.incidents.add(theirs)
    with pytest.raises(RuleBroken):
        save_evidence(restriction.pk, Evidence([theirs.pk]), by=w.staff.officer, at=NOON)


def test_extreme_path_needs_an_incident_of_danger_and_a_reason(w):
    restriction = started(w)
    plain = w.case.incidents.first()
    arguments = {"by": w.staff.officer, "at": NOON, "extreme": True}
    with pytest.raises(RuleBroken, match="assaulted, threatened or intimidated"):
        builders.save_evidence_of(restriction.pk, incidents=[plain.pk], extreme_reason="He hit out.", **arguments)
    danger = builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True)
    with pytest.raises(RuleBroken, match="why the usual stages are left out") as refused:
        builders.save_evidence_of(restriction.pk, incidents=[danger.pk], **arguments)
    assert refused.value.rule.clause == "6.7, 6.17"
    builders.save_evidence_of(restriction.pk, incidents=[danger.pk], extreme_reason="He hit out.", **arguments)
    assert Restriction.objects.get(pk=restriction.pk).extreme


def fresh_case(w, *, danger=False):
    resident = factories.resident(w.provider, w.staff.officer, "Someone New")
    builders.log(w.provider, w.staff, resident, at=NOON - timedelta(days=1), danger=danger)
    case = Case.objects.get(resident=resident)
    builders.assess(case, w.staff.officer, at=NOON)
    return builders.World(w.provider, w.staff, resident, case, NOON)


def test_without_a_warning_letter_it_cannot_be_proposed(w):
    """Dover 6.13."""
    other = fresh_case(w)
    restriction = builders.draft(other)
    with pytest.raises(NotReady) as refused:
        proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    assert [one.rule.clause for one in refused.value.missing] == ["6.12, 6.13"]


def test_danger_leaves_out_the_stages_only_with_the_recorded_reason(w):
    """Dover 6.7, 6.17, 6.22."""
    other = fresh_case(w, danger=True)
    restriction = builders.draft(other)
    with pytest.raises(NotReady) as refused:
        proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    assert "usual stages" in str(refused.value)
    save_evidence(
        restriction.pk,
        Evidence([other.case.incidents.get().pk], extreme=True, extreme_reason="He raised a hammer at the surveyor."),
        by=w.staff.officer,
        at=NOON,
    )
    restriction = proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    imposing.impose(restriction.pk, Said("Staff must be safe.", considered="Fair."), by=w.staff.team_leader, at=NOON)
    assert Case.objects.get(pk=other.case.pk).stage == Case.Stage.CONTACT_RESTRICTION


@pytest.mark.parametrize("months", [0, 5, 13, 1200, 10**6])
def test_length_outside_of_the_policys_bounds_is_refused(w, months):
    """Dover 6.16."""
    restriction = started(w)
    with pytest.raises(RuleBroken) as refused:
        save_length(restriction.pk, by=w.staff.officer, at=NOON, months=months)
    assert str(refused.value) == "Length must be 6 to 12 months (clause 6.16)"
    assert refused.value.field == "months"


@pytest.mark.parametrize("months", [6, 12])
def test_length_at_the_policys_bounds_is_taken(w, months):
    restriction = started(w)
    save_length(restriction.pk, by=w.staff.officer, at=NOON, months=months)
    assert Restriction.objects.get(pk=restriction.pk).months == months


def test_terms_must_leave_a_way_to_complain(w):
    """F3: at least one written or spoken channel stays open or limited, whatever else is left."""
    restriction = started(w)
    ways = [Term.Channel.PHONE, Term.Channel.EMAIL, Term.Channel.LETTER, Term.Channel.OFFICE]
    with pytest.raises(RuleBroken, match="complain and to appeal") as refused:
        save_terms(
            restriction.pk,
            by=w.staff.officer,
            at=NOON,
            terms=[*(NewTerm(way, CLOSED) for way in ways), NewTerm(Term.Channel.ONLINE, OPEN)],
        )
    assert refused.value.rule.source == "law"
    for left in ways:
        terms = [NewTerm(way, CLOSED) for way in ways if way != left] + [NewTerm(left, LIMITED, "On Mondays")]
        save_terms(restriction.pk, by=w.staff.officer, at=NOON, terms=terms)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ([NewTerm("phone", OPEN)], "at least one contact"),
        ([], "at least one contact"),
        ([NewTerm("phone", LIMITED, "  ")], "is limited"),
        ([NewTerm("spoc", LIMITED, "Write to her")], "single point of contact"),
        ([NewTerm("other", LIMITED, "")], "limited|other term"),
    ],
)
def test_terms_must_say_something(w, terms, message):
    restriction = started(w)
    with pytest.raises(RuleBroken, match=message):
        save_terms(restriction.pk, by=w.staff.officer, at=NOON, terms=terms)


def test_single_point_of_contact_is_a_colleague_who_was_not_affected(w):
    builders.log(w.provider, w.staff, w.resident, at=NOON, affected=(w.staff.colleague,))
    restriction = started(w)

    def spoc(person):
        terms = [NewTerm("spoc", LIMITED, "Ring or write to her.", person.pk)]
        save_terms(restriction.pk, by=w.staff.officer, at=NOON, terms=terms)

    with pytest.raises(RuleBroken, match="was affected"):
        spoc(w.staff.colleague)
    with pytest.raises(RuleBroken, match="works on cases"):
        spoc(w.staff.front_line)
    spoc(w.staff.officer)
    assert restriction.terms.get().person == w.staff.officer


def test_an_adjustment_that_is_touched_needs_why_and_another_way(w):
    """Dover 6.39."""
    restriction = started(w)
    arguments = {
        "by": w.staff.officer,
        "at": NOON,
        "considered": "He has told us he is deaf.",
        "adjustment_touched": True,
    }
    with pytest.raises(RuleBroken, match="no longer reasonable") as refused:
        save_needs(restriction.pk, **arguments)
    assert refused.value.rule.clause == "6.39"
    with pytest.raises(RuleBroken, match="other way"):
        save_needs(restriction.pk, adjustment_reason="The sign language calls were used to threaten.", **arguments)
    with pytest.raises(RuleBroken, match="Select whether"):
        save_needs(restriction.pk, **arguments | {"adjustment_touched": None})


def test_needs_that_become_known_open_the_part_again(w):
    """Equality Act: re-opened on new information (F10)."""
    restriction = builders.draft(w)
    people.record_need(
        w.resident.pk, kind=Need.Kind.NEED, words="Has a brain injury", about_health=True, by=w.staff.officer, at=NOON
    )
    with pytest.raises(NotReady, match="have changed since"):
        proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)


@pytest.mark.parametrize(
    ("reason", "days"), [("", 30), ("It would make it worse", None), ("It would make it worse", 0)]
)
def test_not_telling_of_the_entry_is_reasoned_and_looked_at_again(w, reason, days):
    """Dover 6.33; never blank."""
    restriction = started(w)
    again = None if days is None else NOON.date() + timedelta(days=days)
    with pytest.raises(RuleBroken):
        save_instructions(
            restriction.pk,
            Instructions(
                orders=builders.ORDERS,
                risks=builders.RISKS,
                tell_resident=False,
                not_told_reason=reason,
                look_again_on=again,
            ),
            by=w.staff.officer,
            at=NOON,
        )


@pytest.mark.parametrize(
    ("orders", "risks"), [([], ["abuse"]), (["  "], ["abuse"]), (["Go in pairs"], []), (["x"], ["?"])]
)
def test_the_register_needs_orders_and_its_own_risks(w, orders, risks):
    restriction = started(w)
    with pytest.raises(RuleBroken):
        save_instructions(restriction.pk, Instructions(orders=orders, risks=risks), by=w.staff.officer, at=NOON)


def test_only_its_proposer_writes_a_proposal(w):
    """Who shapes a proposal has proposed it: otherwise F12 could be walked around."""
    restriction = builders.draft(w)
    for other in (w.staff.team_leader, w.staff.colleague):
        with pytest.raises(NotPermitted, match="Olive Officer is preparing this"):
            save_length(restriction.pk, by=other, at=NOON, months=7)
        with pytest.raises(NotPermitted):
            proposing.propose(restriction.pk, by=other, at=NOON)


def test_a_proposal_that_waits_cannot_be_changed(w):
    restriction = builders.proposed(w)
    with pytest.raises(TransitionNotAllowed):
        save_length(restriction.pk, by=w.staff.officer, at=NOON, months=7)
    with pytest.raises(TransitionNotAllowed):
        proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)


def test_send_back_needs_reasons_and_waits_for_the_proposer(w):
    restriction = builders.proposed(w)
    with pytest.raises(RuleBroken, match="what has to change"):
        proposing.send_back(restriction.pk, Said(" "), by=w.staff.team_leader, at=NOON)
    proposing.send_back(restriction.pk, Said("Say what else was tried."), by=w.staff.team_leader, at=NOON)
    restriction = Restriction.objects.get(pk=restriction.pk)
    assert (restriction.state, restriction.returned_reason) == ("returned", "Say what else was tried.")
    deadline = Deadline.objects.open().get()
    assert (deadline.kind, deadline.owner) == ("restriction.revise", w.staff.officer)
    decision = Decision.objects.get(what="restriction.returned")
    assert (decision.source, decision.clause) == ("policy", "6.14")
    save_length(restriction.pk, by=w.staff.officer, at=NOON, months=9)
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    assert Deadline.objects.open().get().kind == "restriction.decide"


def test_withdraw_frees_the_case(w):
    restriction = builders.proposed(w)
    with pytest.raises(NotPermitted):
        proposing.withdraw(restriction.pk, by=w.staff.colleague, at=NOON)
    proposing.withdraw(restriction.pk, by=w.staff.officer, at=NOON, reason="He has apologised.")
    assert Restriction.objects.get(pk=restriction.pk).state == "withdrawn"
    assert not Deadline.objects.open().filter(about__startswith="restriction:").exists()
    assert Event.objects.get(verb="restriction.withdrawn").words.body == {"reason": "He has apologised."}
    proposing.start(w.case.pk, by=w.staff.colleague, at=NOON)


def test_a_decider_may_withdraw_what_its_proposer_left_behind(w):
    restriction = builders.draft(w)
    proposing.withdraw(restriction.pk, by=w.staff.manager, at=NOON, reason="She has left.")
    assert Restriction.objects.get(pk=restriction.pk).state == "withdrawn"


def test_look_again_day_is_kept(w):
    restriction = started(w)
    again = date(2027, 3, 1)
    save_instructions(
        restriction.pk,
        Instructions(
            orders=builders.ORDERS,
            risks=builders.RISKS,
            tell_resident=False,
            not_told_reason="It would make it worse",
            look_again_on=again,
        ),
        by=w.staff.officer,
        at=NOON,
    )
    restriction = Restriction.objects.get(pk=restriction.pk)
    assert (restriction.tell_resident_of_entry, restriction.look_again_on) == (False, again)


def test_a_case_is_not_closed_under_a_proposal(w):
    draft = started(w)
    with pytest.raises(RuleBroken, match="A restriction is being proposed"):
        stages.close(w.case.pk, by=w.staff.officer, at=NOON, reason="Quiet since")
    proposing.withdraw(draft.pk, by=w.staff.officer, at=NOON)
    stages.close(w.case.pk, by=w.staff.officer, at=NOON, reason="Quiet since")
