"""Three policies that nobody has, from the first incident to the answer of an appeal, with no code for any."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

import appeals.acts
from appeals.against import finding
from appeals.models import Appeal
from cases import ladder
from cases.models import Case
from cases.services import assessments, issuing, stages, warnings
from deadlines.models import Deadline
from decisions.models import Voice
from decisions.services import Meeting, Said
from letters.models import Letter
from people import services as people
from people.access import NotPermitted
from policies import loader
from policies.rules import RuleBroken
from restrictions import acts, parts_taken
from restrictions.limits import NewTerm
from restrictions.models import BreachStep, Restriction
from restrictions.services import breaches, deciding_reviews, imposing, proposing
from restrictions.services.parts.terms import save_kinds, save_terms
from restrictions.services.parts.whole import missing
from restrictions.services.planning_reviews import Conclusion
from tests import factories, invented
from tests.appeals import builders as appealing
from tests.factories import NOON
from tests.pressing import check, decide, press
from tests.restrictions import builders

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
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
    save_kinds(restriction.pk, by=w.staff.officer, at=NOON, kinds=["post_only"])
    look(w, w.staff.officer, ("restrictions:proposal", [restriction.reference]))
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    proposing.consult(
        restriction.pk,
        act="restrict",
        by=w.staff.officer,
        at=NOON,
        person_id=w.staff.dpo.pk,
        on=NOON.date(),
        words="No objection.",
    )
    for who in (warden, director):
        page = look(w, who, ("restrictions:decide", [restriction.reference]))
        assert "2 of: Quay Warden, House Keeper or Director of Homes" in page
        imposing.impose(restriction.pk, Said("It is needed.", considered="It is in proportion."), by=who, at=NOON)
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
        deciding_reviews.decide_review(
            review.pk,
            Said("So.", considered="Weighed."),
            Conclusion("keep", evidence="He rang."),
            by=director,
            at=later,
        )
    deciding_reviews.decide_review(
        review.pk, Said("So.", considered="Weighed."), Conclusion("keep", evidence="He rang again."), by=other, at=later
    )
    assert now(w).stage == Case.Stage.CONTACT_RESTRICTION

    appeal = appealing.lodge(w, imposed, on=later.date(), at=later)
    look(w, other, ("appeals:view", [appeal.reference]))
    for out, why in ((director, "imposed"), (other, "decided a review")):
        assert out.pk in appeals.acts.to_come(finding.of_restriction(imposed)).barred
        with pytest.raises(NotPermitted, match=why):
            appealing.decide(appeal, Appeal.State.UPHELD, by=out, at=later)
    third = factories.person(w.provider, "director", name="Dana Director")
    look(w, third, ("appeals:decide", [appeal.reference]))
    if appeal.awaits_hearing:  # when the letter was received is not known, so whether it came in time is not either
        appealing.hear(appeal, by=third, at=later, reasons="It came four days after the letter.")
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
    warning = warnings.draft_warning(
        case.pk, warnings.Content(list(case.incidents.all()), "Speak calmly."), by=w.staff.officer, at=at
    )
    page = look(w, w.staff.team_leader, ("cases:warning", [warning.paper.reference]))
    assert "Neighbourhood Worker (clause 4.3)" in page and "The policy commends it, and does not insist." in page
    with pytest.raises(NotPermitted, match="Area Lead or above"):
        issuing.issue_warning(warning.pk, Said(""), by=w.staff.officer, at=at)
    issuing.issue_warning(warning.pk, Said("It went on."), by=w.staff.team_leader, at=at)
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
        stages.settle_restriction(w.case.pk, reasons="It came back at once.", by=head, at=NOON)
    w.case = now(w)
    restriction = builders.draft(w)
    assert any("equality" in str(one).lower() for one in missing(restriction)), "clause 6.1"
    assessments.assess(
        w.case.pk, "equality", assessments.Findings("Nothing is known that bears on it."), by=w.staff.officer, at=NOON
    )
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    page = look(w, w.staff.team_leader, ("restrictions:decide", [restriction.reference]))
    assert "Chair of the Members" in page and "The policy commends it" in page
    assert "A meeting of Area Lead and Head of Homes" in page
    with pytest.raises(RuleBroken, match="Not everybody took part who has to"):
        imposing.impose(
            restriction.pk, Said("x", considered="Fair.", meeting=Meeting(NOON.date(), [], "Alone.")), by=head, at=NOON
        )
    met = Meeting(NOON.date(), [w.staff.team_leader.pk], "Both hold it to be needed.")
    imposed = imposing.impose(restriction.pk, Said("It is needed.", considered="Fair.", meeting=met), by=head, at=NOON)
    assert imposed.state == State.IN_FORCE
    assert parts_taken.first_deciders(imposed) == {head.pk, w.staff.team_leader.pk}
    assert Letter.objects.filter(about=f"restriction:{imposed.reference}", kind="restriction").exists()
    assert now(w).stage_name == "Limits"

    later = NOON + timedelta(days=91)
    clock.move_to(later, tick=False)
    review = builders.under_review(w, imposed, at=later)
    assert "Looking back" in look(w, head, ("restrictions:review", [imposed.reference]))
    second = factories.person(w.provider, "head", name="Hywel Head")
    with pytest.raises(NotPermitted, match="You imposed this"):
        deciding_reviews.decide_review(
            review.pk, Said("So.", considered="Weighed."), Conclusion("keep", evidence="He rang."), by=head, at=later
        )
    deciding_reviews.decide_review(
        review.pk,
        Said("So.", considered="Weighed."),
        Conclusion("keep", evidence="He rang again."),
        by=second,
        at=later,
    )

    appeal = appealing.lodge(w, imposed, on=later.date(), at=later)
    look(w, second, ("appeals:view", [appeal.reference]))
    with pytest.raises(NotPermitted):
        appealing.decide(appeal, Appeal.State.UPHELD, by=second, at=later)
    chair = factories.person(w.provider, "chair", name="Carys Chair")
    look(w, chair, ("appeals:decide", [appeal.reference]))
    if appeal.awaits_hearing:
        appealing.hear(appeal, by=chair, at=later, reasons="Late ones are accepted (9.2).")
    assert appealing.decide(appeal, Appeal.State.UPHELD, by=chair, at=later).state == "upheld"


def test_highmoor_danger_leaves_its_first_stages_out(clock):
    """Path of danger: talk, circle and letter are skipped; the police are normally told (5.1, 5.2)."""
    w = house("highmoor")
    builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True, police_called=False)
    builders.assess(now(w), w.staff.officer, at=NOON)
    assessments.assess(
        w.case.pk, "equality", assessments.Findings("Nothing is known that bears on it."), by=w.staff.officer, at=NOON
    )
    w.case = now(w)
    restriction = builders.draft(w)
    incidents = [each.pk for each in w.case.incidents.all()]
    how = {"extreme": True, "extreme_reason": "He threatened to burn the office.", "path": "danger"}
    with pytest.raises(RuleBroken, match=r"why the police are not told \(clause 5.2\)"):
        builders.save_evidence_of(
            restriction.pk, by=w.staff.officer, at=NOON, incidents=incidents, police_told=False, **how
        )
    builders.save_evidence_of(
        restriction.pk, by=w.staff.officer, at=NOON, incidents=incidents, police_told=True, police_words="CAD 7", **how
    )
    assert proposing.propose(restriction.pk, by=w.staff.officer, at=NOON).state == State.PROPOSED
    page = look(w, w.staff.team_leader, ("restrictions:decide", [restriction.reference]))
    assert "The usual stages are left out, by “Danger”" in page and "CAD 7" in page


def test_highmoor_named_person_is_a_kind_with_its_own_meeting_and_its_own_appeal():
    w = highmoor_warned()
    terms = [NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    restriction = builders.draft(w)
    save_terms(restriction.pk, by=w.staff.officer, at=NOON, terms=terms)
    restriction = Restriction.objects.get(pk=restriction.pk)
    assert acts.impose(restriction).rule.clause == "7.3"
    assert w.case.policy.appeal_of("limits", "named").by.names() == "Information Guardian"


def loughside_managed() -> tuple[builders.World, Restriction]:
    """Two conversations, a Letter of Concern, it goes on; Managed Contact, decided by two together (3.1 to 3.3)."""
    w = house("loughside")
    for days in (27, 24):
        builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=days), warnings=1)
    at = NOON - timedelta(days=20)
    if ladder.written_reached(ladder.read(now(w))).silent:
        stages.settle_threshold(w.case.pk, reasons="Two conversations in a week.", by=w.staff.team_leader, at=at)
    case = now(w)
    for gate in ("adjustments", "put_right"):
        assessments.answer_gate(case.pk, gate, words="We asked, and put it right.", by=w.staff.officer, at=at)
    warning = warnings.draft_warning(
        case.pk, warnings.Content(list(case.incidents.all()), "Speak calmly."), by=w.staff.officer, at=at
    )
    assert "Area Manager" in look(w, w.staff.officer, ("cases:warning", [warning.paper.reference]))
    issuing.consult_on_warning(
        warning.pk, by=w.staff.officer, at=at, person_id=w.staff.team_leader.pk, on=at.date(), words="Send it."
    )
    issuing.issue_warning(warning.pk, Said("It went on."), by=w.staff.officer, at=at)
    assert now(w).stage_name == "A Letter of Concern"
    builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=5))
    builders.assess(now(w), w.staff.officer, at=NOON)
    if ladder.restriction_reached(ladder.read(now(w))).silent:
        stages.settle_restriction(w.case.pk, reasons="It came back.", by=w.staff.manager, at=NOON)
    w.case = now(w)
    restriction = builders.draft(w, months=5)
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    for who in (w.staff.team_leader, w.staff.manager):
        page = look(w, who, ("restrictions:decide", [restriction.reference]))
        assert "Area Manager and Head of Housing" in page
        imposing.impose(restriction.pk, Said("It is needed.", considered="It is in proportion."), by=who, at=NOON)
    return w, Restriction.objects.get(pk=restriction.pk)


def test_loughside_two_decide_the_letter_has_its_time_and_the_chief_executive_answers(clock):
    """Two decide, and review; the letter goes in five working days; batches; appeals on two grounds alone (7.1)."""
    w, imposed = loughside_managed()
    assert imposed.state == State.IN_FORCE and now(w).stage_name == "Managed Contact"
    letter = Letter.objects.get(about=f"restriction:{imposed.reference}", kind="restriction")
    send = Deadline.objects.open().get(about=f"letter:{letter.reference}", kind="letter.send")
    assert str(send.due_on) == "2026-12-29" and send.reckoning["clause"] == "5.1"
    look(w, w.staff.officer, ("restrictions:view", [imposed.reference]))
    due = Deadline.objects.open().filter(about=f"restriction:{imposed.reference}", kind__startswith="review.")
    assert "2027-03-31" in {str(row.due_on) for row in due}

    later = NOON + timedelta(days=91)
    clock.move_to(later, tick=False)
    area = factories.person(w.provider, "area", name="Alma Area")
    head = factories.person(w.provider, "head", name="Hugh Head")
    review = builders.under_review(w, imposed, at=later)
    look(w, head, ("restrictions:review", [imposed.reference]))
    with pytest.raises(NotPermitted, match="You imposed this"):
        deciding_reviews.decide_review(
            review.pk, Said("So."), Conclusion("keep", evidence="He rang."), by=w.staff.manager, at=later
        )
    said = {"outcome": "keep", "reasons": "So.", "evidence": "He rang again."}
    assert builders.decide_review(review.pk, by=head, at=later, **said).state == "begun"
    assert builders.decide_review(review.pk, by=area, at=later, **said).state == "decided"

    appeal = appealing.lodge(w, imposed, on=later.date(), at=later)
    look(w, head, ("appeals:view", [appeal.reference]))
    chief = factories.person(w.provider, "chief", name="Ciara Chief")
    look(w, chief, ("appeals:decide", [appeal.reference]))
    if appeal.awaits_hearing:
        appealing.hear(appeal, by=chief, at=later, reasons="There was good reason (7.2).")
    with pytest.raises(NotPermitted):
        appealing.decide(appeal, Appeal.State.UPHELD, by=head, at=later)
    assert appealing.decide(appeal, Appeal.State.UPHELD, by=chief, at=later).state == "upheld"
    assert Restriction.objects.get(pk=imposed.pk).state == State.LIFTED


def breached(clock) -> tuple[builders.World, Restriction, datetime]:
    """A breach of Managed Contact, on which nobody has decided yet."""
    w, imposed = loughside_managed()
    later = NOON + timedelta(days=40)
    clock.move_to(later, tick=False)
    incident = builders.log(w.provider, w.staff, w.resident, at=later, facts="Rang nine times on a Sunday.")
    breaches.log_breach(imposed.pk, by=w.staff.officer, at=later, incident_id=incident.pk, words="Rang nine times.")
    return w, imposed, later


TIGHTEN = {
    "step": "further restriction", "reasons": "It went on.", "left_out_reason": "A reminder is no use.",
    "considered": "", "not_done": "", "consequence": "",
}  # fmt: skip


def test_loughside_each_step_after_a_breach_has_its_deciders(clock):
    """Tightening is the Area Manager's and the Head's together (9.1); the rest is whoever's who decides at all."""
    w, imposed, later = breached(clock)
    chief = factories.person(w.provider, "chief", name="Ciara Chief")
    waits = Deadline.objects.open().get(kind="breach.answer")
    assert set(waits.for_roles) == {"area", "head", "chief"}
    page = [("restrictions:breaches", [imposed.reference])]
    seen = look(w, chief, *page)
    assert 'value="further restriction"' not in seen and 'value="legal action"' in seen
    assert "“Further restriction” is not yours to decide: Area Manager and Head of Housing may (clause 9.1)" in seen
    assert "Who decided this with you?" not in seen
    seen = look(w, w.staff.manager, *page)
    assert 'value="further restriction"' in seen and "not yours to decide" not in seen
    assert "Who decided this with you?" not in seen, "each has a voice of their own"
    with pytest.raises(NotPermitted, match="lets Area Manager and Head of Housing decide on “further restriction”"):
        builders.answer_breaches(imposed.pk, by=chief, at=later, **TIGHTEN)
    assert builders.answer_breaches(imposed.pk, by=w.staff.manager, at=later, **TIGHTEN) is None
    assert not BreachStep.objects.exists()
    waits = Deadline.objects.open().get(kind="breach.answer")
    assert waits.waits_for(w.staff.team_leader) and not waits.waits_for(w.staff.manager)
    client = Client()
    client.force_login(w.staff.team_leader)
    seen = client.get(reverse(page[0][0], args=page[0][1])).content.decode()
    assert "Agree to it" in seen and "Further restriction" in seen and "It went on." not in seen
    other = TIGHTEN | {"left_out_reason": "Another reason."}
    with pytest.raises(RuleBroken, match="Agree to what is put before you"):
        builders.answer_breaches(imposed.pk, by=w.staff.team_leader, at=later, **other)
    breaches.disagree_on_breaches(imposed.pk, by=w.staff.team_leader, at=later, reasons="Once is not enough.")
    assert Deadline.objects.open().get(kind="breach.answer").waits_for(w.staff.manager)
    for who in (w.staff.team_leader, w.staff.manager):
        step = builders.answer_breaches(imposed.pk, by=who, at=later, **TIGHTEN)
    assert step.step == "further restriction" and step.decided_by == w.staff.manager
    voices = Voice.objects.filter(act="breach", dropped_at=None)
    assert {voice.by for voice in voices} == {w.staff.manager, w.staff.team_leader}
    assert not Deadline.objects.open().filter(kind="breach.answer").exists()


def test_loughside_what_nobody_is_named_for_is_decided_by_who_decides(clock):
    w, imposed, later = breached(clock)
    chief = factories.person(w.provider, "chief", name="Ciara Chief")
    reminder = {"step": "breach warning", "reasons": "Once.", "consequence": "A way of contact may close."}
    assert builders.answer_breaches(imposed.pk, by=chief, at=later, **reminder).letter.kind == "breach_warning"


def test_loughside_tightening_is_checked_and_recorded_on_its_page_and_every_error_keeps_every_text(clock):
    w, imposed, later = breached(clock)
    client = Client()
    client.force_login(w.staff.manager)
    where = reverse("restrictions:breaches", args=[imposed.reference])
    page = check(client, where, TIGHTEN | {"left_out_reason": ""}).content.decode()
    assert "Enter why earlier steps are left out" in page and "It went on." in page
    page = check(client, where, TIGHTEN).content.decode()
    assert "Check before you decide" in page and "Nothing happens before these agree as well" in page
    assert decide(client, where, TIGHTEN).status_code == 302
    assert not BreachStep.objects.exists()
    assert "You have decided" in client.get(where).content.decode()
    client.force_login(w.staff.team_leader)
    page = check(client, where, {"reasons": "So do I “too”.", "considered": "A call."}).content.decode()
    assert "Select whether you agree" in page and "So do I “too”." in page and "A call." in page
    agreed = {"decision": "agree", "reasons": "So do I.", "considered": "A call."}
    assert "Check before you decide" in check(client, where, agreed).content.decode()
    assert decide(client, where, agreed).status_code == 302
    assert BreachStep.objects.get().step == "further restriction"


def with_steps_that(says: str, w: builders.World, at: datetime) -> None:
    """Loughside, where its table of tightening says more."""
    text = invented.TEXTS["loughside"].replace("[breach.for.tightening]", f"[breach.for.tightening]\n{says}")
    version = people.adopt_policy(w.provider, text=text, local="", by_name="Board", at=at)
    Case.objects.filter(pk=w.case.pk).update(policy_version=version)


def test_whom_a_policy_has_asked_before_one_step_is_asked_before_that_one_alone(clock):
    w, imposed, later = breached(clock)
    with_steps_that('consult = "chief [9.1]"', w, later)
    chief = factories.person(w.provider, "chief", name="Ciara Chief")
    with pytest.raises(RuleBroken, match="Record what was said by: Chief Executive"):
        builders.answer_breaches(imposed.pk, by=w.staff.manager, at=later, **TIGHTEN)
    seen = look(w, w.staff.manager, ("restrictions:breaches", [imposed.reference]))
    where = reverse("restrictions:consult_on", args=[imposed.reference, "breach-tightening"])
    assert where in seen and "Chief Executive" in seen
    client = Client()
    client.force_login(w.staff.officer)
    day = {"on_day": str(later.day), "on_month": str(later.month), "on_year": str(later.year)}
    assert press(client, where, {"person": str(chief.pk), "words": "No objection."} | day).status_code == 302
    assert builders.answer_breaches(imposed.pk, by=w.staff.manager, at=later, **TIGHTEN) is None
    voice = Voice.objects.get(act="breach", dropped_at=None)
    assert voice.by == w.staff.manager


def test_nobody_is_asked_before_a_step_for_which_the_policy_names_nobody(clock):
    w, imposed, later = breached(clock)
    with_steps_that('consult = "chief [9.1]"', w, later)
    reminder = {"step": "breach warning", "reasons": "Once.", "consequence": "A way of contact may close."}
    assert builders.answer_breaches(imposed.pk, by=w.staff.manager, at=later, **reminder).step == "breach warning"


def test_whom_a_policy_keeps_from_one_step_decides_on_the_others(clock):
    w, imposed, later = breached(clock)
    with_steps_that('not_by = "first decider [9.1]"', w, later)
    with pytest.raises(NotPermitted, match=r"You imposed this, so somebody else decides \(clause 9\.1\)"):
        builders.answer_breaches(imposed.pk, by=w.staff.manager, at=later, **TIGHTEN)
    reminder = {"step": "breach warning", "reasons": "Once.", "consequence": "A way of contact may close."}
    assert builders.answer_breaches(imposed.pk, by=w.staff.manager, at=later, **reminder).step == "breach warning"


@pytest.mark.parametrize("who", ["area", "head"])
def test_a_step_of_others_is_no_choice_on_the_page(clock, who):
    """Where the policy names one role for the whole and another for a step, each sees only what is theirs."""
    text = invented.TEXTS["loughside"].replace(
        "[breach.for.tightening]", '[breach.for.tightening]\n# the head alone\n'
    ).replace('by = "area and head [9.1 may]"', 'by = "head [9.1 may]"').replace(
        "[breach]\n", '[breach]\nby = "area [9.1]"\n'
    )  # fmt: skip
    policy = loader.read(text)
    assert policy.answers_breach("further restriction").names() == "Head of Housing"
    assert policy.answers_breach("").names() == "Area Manager"
    w, imposed, later = breached(clock)
    version = people.adopt_policy(w.provider, text=text, local="", by_name="Board", at=later)
    Case.objects.filter(pk=w.case.pk).update(policy_version=version)
    user = w.staff.team_leader if who == "area" else w.staff.manager
    seen = look(w, user, ("restrictions:breaches", [imposed.reference]))
    assert ('value="further restriction"' in seen) is (who == "head")
    assert ('value="legal action"' in seen) is ('value="nothing"' in seen) is (who == "area")
    assert ("no step is not yours to decide: Area Manager may" in seen) is (who == "head")
    client = Client()
    client.force_login(user)
    other = TIGHTEN | {"step": "nothing" if who == "head" else "further restriction"}
    page = check(client, reverse("restrictions:breaches", args=[imposed.reference]), other).content.decode()
    assert "There is a problem" in page and not BreachStep.objects.exists()
