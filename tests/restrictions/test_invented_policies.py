"""Two policies that nobody has, from the first incident to the answer of an appeal, with no code for either."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

import appeals.permissions
import appeals.services
from appeals import against
from appeals.models import Appeal
from cases import ladder
from cases import services as cases
from cases.models import Case
from cases.services.deciding import Meeting
from deadlines.models import Deadline
from letters.models import Letter
from people.access import NotPermitted
from policies.rules import RuleBroken
from restrictions import permissions, services
from restrictions.models import Restriction
from restrictions.services import NewTerm
from tests import factories, invented
from tests.appeals import builders as appealing
from tests.factories import NOON
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
State = Restriction.State


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def house(name: str) -> builders.World:
    provider = invented.running_on(name)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON - timedelta(days=30))
    return builders.World(provider, staff, resident, Case.objects.get(resident=resident), NOON)


def now(w: builders.World) -> Case:
    return Case.objects.get(pk=w.case.pk)


def look(w: builders.World, who, *pages: tuple[str, list[str]]) -> str:
    """Every page of the case opens for somebody, and these as well; what they say, all together."""
    client, said = Client(), []
    client.force_login(who)
    ref = w.case.reference
    whole = [(name, [ref]) for name in ("cases:overview", "cases:timeline", "restrictions:of_case", "appeals:of_case")]
    for name, args in (*whole, *pages):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 200, (name, answer.status_code, answer.headers.get("Location"))
        said.append(answer.content.decode().replace("&#x27;", "'"))
    return "\n".join(said)


def test_harbour_two_people_decide_without_stages_and_the_director_answers(clock):
    """No stages; two of three decide after the Records Officer; reviews in April and October; errors of fact alone."""
    w = house("harbour")
    warden = factories.person(w.provider, "warden", name="Wanda Warden")
    director = factories.person(w.provider, "director", name="Dirk Director")
    other = factories.person(w.provider, "director", name="Dora Director")
    assert "Open" in look(w, w.staff.officer)

    builders.assess(now(w), w.staff.officer, at=NOON)
    w.case = now(w)
    restriction = builders.draft(w, months=5)
    services.save_kinds(restriction.pk, by=w.staff.officer, at=NOON, kinds=["post_only"])
    look(w, w.staff.officer, ("restrictions:proposal", [restriction.reference]))
    services.propose(restriction.pk, by=w.staff.officer, at=NOON)
    services.consult(
        restriction.pk, by=w.staff.officer, at=NOON, person_id=w.staff.dpo.pk, on=NOON.date(), words="No objection."
    )
    for who in (warden, director):
        page = look(w, who, ("restrictions:decide", [restriction.reference]))
        assert "2 of: Quay Warden, House Keeper or Director of Homes" in page
        services.impose(restriction.pk, by=who, at=NOON, reasons="It is needed.", considered="It is in proportion.")
    imposed = Restriction.objects.get(pk=restriction.pk)
    assert imposed.state == State.IN_FORCE and now(w).stage == Case.Stage.CONTACT_RESTRICTION
    due = Deadline.objects.open().filter(about=f"restriction:{imposed.reference}").order_by("due_on")
    reviews = [row for row in due if row.kind.startswith("review.")]
    assert reviews and all(row.waits_for(other) and not row.waits_for(director) for row in reviews)
    look(w, w.staff.officer, ("restrictions:view", [imposed.reference]))

    later = NOON + timedelta(days=4)
    clock.move_to(later, tick=False)
    review = builders.under_review(w, imposed, at=later)
    look(w, other, ("restrictions:review", [imposed.reference]))
    with pytest.raises(NotPermitted, match="somebody else decides"):
        services.decide_review(
            review.pk, by=director, at=later, outcome="keep", reasons="So.", evidence="He rang.", considered="Weighed."
        )
    services.decide_review(
        review.pk, by=other, at=later, outcome="keep", reasons="So.", evidence="He rang again.", considered="Weighed."
    )
    assert now(w).stage == Case.Stage.CONTACT_RESTRICTION

    appeal = appealing.lodge(w, imposed, on=later.date(), at=later)
    look(w, other, ("appeals:view", [appeal.reference]))
    for out, why in ((director, "imposed"), (other, "decided a review")):
        assert out.pk in appeals.permissions.barred(against.of_restriction(imposed))
        with pytest.raises(NotPermitted, match=why):
            appealing.decide(appeal, Appeal.State.UPHELD, by=out, at=later)
    third = factories.person(w.provider, "director", name="Dana Director")
    look(w, third, ("appeals:decide", [appeal.reference]))
    if appeal.awaits_hearing:  # when the letter was received is not known, so whether it came in time is not either
        appeals.services.accept_late(appeal.pk, by=third, at=later, reasons="It came four days after the letter.")
    done = appealing.decide(appeal, Appeal.State.UPHELD, by=third, at=later)
    assert (done.state, Restriction.objects.get(pk=imposed.pk).state) == ("upheld", State.LIFTED)
    assert "Wanda Warden" in look(w, third, ("restrictions:view", [imposed.reference]))


def highmoor_warned() -> builders.World:
    """Three incidents within six months, a warning letter by the Area Lead, and it goes on."""
    w = house("highmoor")
    case = now(w)
    assert case.stage_name == "A talk"
    assert not ladder.written_reached(ladder.read(case)).met
    for days in (27, 24):
        builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=days))
    assert ladder.written_reached(ladder.read(now(w))).met
    at = NOON - timedelta(days=20)
    warning = cases.draft_warning(
        case.pk, incidents=list(case.incidents.all()), expected="Speak calmly.", by=w.staff.officer, at=at
    )
    page = look(w, w.staff.team_leader, ("cases:warning", [warning.paper.reference]))
    assert "Neighbourhood Worker (clause 4.3)" in page and "The policy commends it, and does not insist." in page
    with pytest.raises(NotPermitted, match="Area Lead or above"):
        cases.issue_warning(warning.pk, by=w.staff.officer, at=at)
    cases.issue_warning(warning.pk, by=w.staff.team_leader, at=at, reasons="It went on.")
    builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=5))
    builders.assess(now(w), w.staff.officer, at=NOON)
    w.case = now(w)
    assert w.case.stage_name == "Warning letter"
    return w


def test_highmoor_goes_through_five_stages_and_a_meeting_decides(clock):
    """Five stages, thresholds within a time, a meeting, an appeal to another decider for each kind."""
    w = highmoor_warned()
    head = factories.person(w.provider, "head", name="Heledd Head")
    reached = ladder.restriction_reached(ladder.read(now(w)))
    if reached.silent:
        cases.settle_restriction(w.case.pk, reasons="It came back at once.", by=head, at=NOON)
    w.case = now(w)
    restriction = builders.draft(w)
    assert any("equality" in str(one).lower() for one in services.missing(restriction)), "clause 6.1"
    cases.assess(w.case.pk, kind="equality", words="Nothing is known that bears on it.", by=w.staff.officer, at=NOON)
    services.propose(restriction.pk, by=w.staff.officer, at=NOON)
    page = look(w, w.staff.team_leader, ("restrictions:decide", [restriction.reference]))
    assert "Chair of the Members" in page and "The policy commends it" in page
    assert "A meeting of Area Lead and Head of Homes" in page
    with pytest.raises(RuleBroken, match="Not everybody took part who has to"):
        services.impose(
            restriction.pk,
            by=head,
            at=NOON,
            reasons="x",
            meeting=Meeting(NOON.date(), [], "Alone."),
            considered="Fair.",
        )
    met = Meeting(NOON.date(), [w.staff.team_leader.pk], "Both hold it to be needed.")
    imposed = services.impose(
        restriction.pk, by=head, at=NOON, reasons="It is needed.", meeting=met, considered="Fair."
    )
    assert imposed.state == State.IN_FORCE
    assert permissions.first_deciders(imposed) == {head.pk, w.staff.team_leader.pk}
    assert Letter.objects.filter(about=f"restriction:{imposed.reference}", kind="restriction").exists()
    assert now(w).stage_name == "Limits"

    later = NOON + timedelta(days=91)
    clock.move_to(later, tick=False)
    review = builders.under_review(w, imposed, at=later)
    assert "Looking back" in look(w, head, ("restrictions:review", [imposed.reference]))
    second = factories.person(w.provider, "head", name="Hywel Head")
    with pytest.raises(NotPermitted, match="You imposed this"):
        services.decide_review(
            review.pk, by=head, at=later, outcome="keep", reasons="So.", evidence="He rang.", considered="Weighed."
        )
    services.decide_review(
        review.pk, by=second, at=later, outcome="keep", reasons="So.", evidence="He rang again.", considered="Weighed."
    )

    appeal = appealing.lodge(w, imposed, on=later.date(), at=later)
    look(w, second, ("appeals:view", [appeal.reference]))
    with pytest.raises(NotPermitted):
        appealing.decide(appeal, Appeal.State.UPHELD, by=second, at=later)
    chair = factories.person(w.provider, "chair", name="Carys Chair")
    look(w, chair, ("appeals:decide", [appeal.reference]))
    if appeal.awaits_hearing:
        appeals.services.accept_late(appeal.pk, by=chair, at=later, reasons="Late ones are accepted (9.2).")
    assert appealing.decide(appeal, Appeal.State.UPHELD, by=chair, at=later).state == "upheld"


def test_highmoor_danger_leaves_its_first_stages_out(clock):
    """Path of danger: talk, circle and letter are skipped; the police are normally told (5.1, 5.2)."""
    w = house("highmoor")
    builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True, police=False)
    builders.assess(now(w), w.staff.officer, at=NOON)
    cases.assess(w.case.pk, kind="equality", words="Nothing is known that bears on it.", by=w.staff.officer, at=NOON)
    w.case = now(w)
    restriction = builders.draft(w)
    incidents = [each.pk for each in w.case.incidents.all()]
    how = {"extreme": True, "extreme_reason": "He threatened to burn the office.", "path": "danger"}
    with pytest.raises(RuleBroken, match=r"why the police are not told \(clause 5.2\)"):
        services.save_evidence(
            restriction.pk, by=w.staff.officer, at=NOON, incidents=incidents, police_told=False, **how
        )
    services.save_evidence(
        restriction.pk, by=w.staff.officer, at=NOON, incidents=incidents, police_told=True, police_words="CAD 7", **how
    )
    assert services.propose(restriction.pk, by=w.staff.officer, at=NOON).state == State.PROPOSED
    page = look(w, w.staff.team_leader, ("restrictions:decide", [restriction.reference]))
    assert "The usual stages are left out, by “Danger”" in page and "CAD 7" in page


def test_highmoor_named_person_is_a_kind_with_its_own_meeting_and_its_own_appeal():
    w = highmoor_warned()
    terms = [NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    restriction = builders.draft(w)
    services.save_terms(restriction.pk, by=w.staff.officer, at=NOON, terms=terms)
    restriction = Restriction.objects.get(pk=restriction.pk)
    assert permissions.body(restriction).rule.clause == "7.3"
    assert w.case.policy.appeal_of("limits", "named").by.names() == "Information Guardian"
