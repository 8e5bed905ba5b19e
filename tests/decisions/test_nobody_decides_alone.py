"""What several decide, no one of them decides alone, whatever happened between the voices; who was appointed, once."""

from datetime import date, timedelta

import pytest
from django_fsm import TransitionNotAllowed

from audit.models import Decision
from cases.models import Case
from cases.services.police import Told
from decisions.models import Appointment, Voice
from decisions.services import Said, appoint
from office.services import moving
from people import access
from people import services as people
from people.access import NotPermitted
from people.models import User
from policies.rules import RuleBroken
from register.models import Entry
from restrictions import acts
from restrictions.dates import Changes
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review
from restrictions.services import breaches, deciding_reviews, ending, imposing, proposing
from restrictions.services.breaches import Answer
from restrictions.services.contacts import changing
from restrictions.services.contacts.changing import NewContact
from restrictions.services.parts.terms import Instructions, save_instructions
from restrictions.services.planning_reviews import Conclusion
from tests import factories, invented
from tests.appeals.builders import TEXT, case_on
from tests.decisions.test_every_act import LATER, in_force, to_answer_breaches, trial
from tests.factories import NOON
from tests.restrictions import builders, test_together

pytestmark = pytest.mark.django_db
SO = Said("It is so.", considered="Fair.")
STRICTER = [
    NewTerm("phone", "closed"), NewTerm("email", "closed"), NewTerm("office", "closed"),
    NewTerm("letter", "limited", "Once a year."),
]  # fmt: skip


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def somebody(w: builders.World, role: str, name: str) -> User:
    return factories.person(w.provider, role, name=name)


def gone(w: builders.World, *roles: str) -> None:
    """Everybody who holds one of these roles has left."""
    for user in access.holders(w.provider, roles):
        user.is_active = False
        user.save()


def fresh(restriction: Restriction) -> Restriction:
    return Restriction.objects.get(pk=restriction.pk)


# Between two voices


def test_the_next_change_of_a_contact_needs_all_of_them_again():
    found = trial("change_spoc", by="2 of warden, keeper")
    w, one = found.w, found.restriction
    first, second, third = (
        somebody(w, "warden", "Voice A"), somebody(w, "keeper", "Voice B"), somebody(w, "warden", "Voice C"),
    )  # fmt: skip
    found.take(first, SO)
    found.take(second, SO)
    assert found.done()
    new = NewContact(w.staff.colleague.pk)
    changing.change(one.pk, SO, new, by=third, at=LATER)
    assert fresh(one).contact_term().person == w.staff.officer, "one alone, whatever others said of the last change"
    changing.change(one.pk, SO, new, by=second, at=LATER)
    assert fresh(one).contact_term().person == w.staff.colleague


def test_the_voice_of_somebody_barred_since_counts_no_more():
    found = trial("impose", by="2 of warden, keeper", not_by="affected")
    w = found.w
    first, second = somebody(w, "warden", "Voice A"), somebody(w, "keeper", "Voice B")
    found.take(first, SO)
    builders.log(w.provider, w.staff, w.resident, at=NOON, facts="He spat at A.", affected=(first,))
    found.take(second, SO)
    assert not found.done()
    found.take(somebody(w, "warden", "Voice C"), SO)
    assert found.done()


@pytest.mark.parametrize("lost", ["role", "work"])
def test_the_voice_of_somebody_who_no_longer_may_counts_no_more(lost):
    found = trial("impose", by="2 of warden, keeper")
    first, second = somebody(found.w, "warden", "Voice A"), somebody(found.w, "keeper", "Voice B")
    found.take(first, SO)
    if lost == "role":
        access.revoke(first.groups.get().role, first, by=None, at=NOON)
    else:
        first.is_active = False
        first.save()
    found.take(second, SO)
    assert not found.done()


def test_a_breach_that_was_logged_between_two_voices_is_decided_by_both():
    found = trial("breach", by="2 of warden, keeper")
    w, one = found.w, found.restriction
    first, second = somebody(w, "warden", "Voice A"), somebody(w, "keeper", "Voice B")
    found.take(first, SO)
    worse = builders.log(w.provider, w.staff, w.resident, at=LATER, facts="Broke her arm.")
    breaches.log_breach(one.pk, by=w.staff.officer, at=LATER, incident_id=worse.pk, words="He hit her.")
    found.take(second, SO)
    assert not found.done() and one.open_breaches().count() == 2
    found.take(first, SO)
    assert found.done()


def test_a_case_does_not_move_to_another_policy_between_two_voices():
    text = invented.TEXTS["harbour"].replace('lift = { by = "director"', 'lift = { by = "2 of warden, keeper"')
    w = test_together.harbour('lift = { by = "director"', 'lift = { by = "2 of warden, keeper"')
    one, director = in_force(w), somebody(w, "director", "Dirk Director")
    ending.lift(one.pk, SO, by=somebody(w, "warden", "Voice A"), at=LATER)
    held = w.provider.policy_version_on(NOON.date())
    newer = text.replace(f"effective = {held.effective_on}", "effective = 2026-12-17")
    people.adopt_policy(w.provider, text=newer, wording={}, by_name="Board", at=NOON)
    version = w.provider.policy_version_on(NOON.date())
    with pytest.raises(RuleBroken, match="waits for others to agree"):
        moving.move_case(w.case.pk, SO, to=version.pk, by=director, at=LATER)
    assert Case.objects.get(pk=w.case.pk).policy_version == held


def test_who_can_leaves_out_who_has_decided_and_who_only_follows():
    found = trial("impose", by="2 of warden, keeper")
    somebody(found.w, "keeper", "Voice B")
    found.take(somebody(found.w, "warden", "Voice A"), SO)
    said = acts.impose(fresh(found.restriction)).who_can()
    assert "Voice A" not in said and "Voice B" in said


def test_nobody_alone_decides_that_the_resident_is_not_told_of_the_entry_of_a_restriction():
    """Dover 6.33: not to tell is an act of its own, with a restriction too."""
    given = '[decide]\nwithhold_entry = { by = "2 of manager", clause = "6.33" }\n\n[damage'
    assert TEXT.count("\n[damage") == 1 and "\n[decide]" not in TEXT
    w = case_on(TEXT.replace("[damage", given, 1))
    one = builders.draft(w)
    untold = Instructions(
        orders=builders.ORDERS, risks=builders.RISKS, share_with_contractors=True, tell_resident=False,
        not_told_reason="He would come.", look_again_on=date(2027, 3, 1),
    )  # fmt: skip
    save_instructions(one.pk, untold, by=w.staff.officer, at=NOON)
    proposing.propose(one.pk, by=w.staff.officer, at=NOON)
    for decider in (w.staff.team_leader, w.staff.manager, w.staff.other_manager):
        assert fresh(one).state == Restriction.State.PROPOSED
        imposing.impose(one.pk, SO, by=decider, at=NOON)
    assert fresh(one).state == Restriction.State.IN_FORCE and not Entry.objects.get().resident_told


# What a review comes to


@pytest.mark.parametrize("months", [2, None])
def test_other_terms_need_whom_the_policy_names_and_a_longer_time_whoever_extends(months):
    extends = ('by = "2 of warden, keeper, director [7]"', 'by = "2 of warden, keeper [7]"')
    lift = 'lift = { by = "director"'
    varies = (lift, 'vary = { by = "2 of warden, keeper", clause = "8" }\n' + lift)
    w = test_together.harbour(*(varies if months is None else extends))
    one = fresh(in_force(w))
    review, director = builders.under_review(w, one, at=LATER), somebody(w, "director", "Dirk Director")
    varied = Conclusion("vary", evidence="He went on.", months=months, terms=STRICTER)
    deciding_reviews.decide_review(review.pk, SO, varied, by=director, at=LATER)
    for role in ("warden", "keeper"):
        assert fresh(one).state == Restriction.State.IN_FORCE and not Restriction.objects.filter(follows=one).exists()
        deciding_reviews.decide_review(review.pk, SO, varied, by=somebody(w, role, f"Also {role}"), at=LATER)
    assert Restriction.objects.filter(follows=one).exists()


def test_what_was_said_of_a_proposal_before_it_was_returned_does_not_serve_for_it_changed():
    """The Records Officer is asked of what is decided, not of what was returned."""
    w = test_together.harbour()
    one = test_together.proposed(w)
    test_together.consult(w, one)
    assert acts.impose(one).first[0].done
    proposing.send_back(one.pk, Said("Too long."), by=somebody(w, "warden", "Wanda Warden"), at=LATER)
    again = fresh(one)
    assert [asked.said for asked in acts.impose(again).first] == [[]], "what was said of the other one"
    test_together.consult(w, one, at=LATER + timedelta(hours=1))
    proposing.propose(one.pk, by=w.staff.officer, at=LATER + timedelta(hours=2))
    assert acts.impose(fresh(one)).first[0].done


@pytest.mark.parametrize("act", ["impose", "review"])
def test_nobody_brings_in_a_single_point_of_contact_on_the_way(act):
    """At Harbour Homes a meeting decides on one."""
    found = trial(act, by="warden")
    w, one = found.w, found.restriction
    warden = somebody(w, "warden", "Wanda Warden")
    terms = [NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    with pytest.raises(RuleBroken, match="is proposed as a restriction of its own"):
        if act == "impose":
            imposing.impose(one.pk, SO, changes=Changes(terms=terms), by=warden, at=NOON)
        else:
            varied = Conclusion("vary", evidence="He went on.", terms=terms)
            deciding_reviews.decide_review(Review.objects.get().pk, SO, varied, by=warden, at=LATER)
    assert fresh(one).contact_term() is None and not found.done()


def police() -> builders.World:
    """Harbour Homes, where a keeper and a director decide together that the police are not told."""
    text = invented.TEXTS["harbour"].replace('police = "involve [5]"', 'police = "tell [5 normally]"')
    text = text.replace("[decide]\n", '[decide]\nno_police = { by = "2 of keeper, director", clause = "5" }\n')
    text = text.replace('ladder = "none [6]"', 'ladder = "none [6]"\nby = "director [6]"')
    provider = invented.running_on_text(text, slug="harbour")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON - timedelta(days=5))
    case = Case.objects.get(resident=resident)
    builders.assess(case, staff.officer, at=NOON - timedelta(days=1))
    return builders.World(provider, staff, resident, Case.objects.get(pk=case.pk), NOON)


def hit_her(w: builders.World):
    return builders.log(w.provider, w.staff, w.resident, at=LATER, danger=True, police_called=False, facts="Hit her.")


def test_nobody_alone_leaves_the_police_untold_after_a_breach():
    w = police()
    one = in_force(w)
    breaches.log_breach(one.pk, by=w.staff.officer, at=LATER, incident_id=hit_her(w).pk, words="He hit her.")
    answer = Answer("", said=Told(False, "She asked us not to."))
    breaches.answer_breaches(one.pk, SO, answer, by=somebody(w, "director", "Dirk Director"), at=LATER)
    assert one.open_breaches().exists() and not Decision.objects.filter(what="police.not_told").exists()
    keeper = somebody(w, "keeper", "Kit Keeper")
    with pytest.raises(NotPermitted):
        breaches.answer_breaches(one.pk, SO, Answer("", said=Told(True, "Today.")), by=keeper, at=LATER)
    breaches.answer_breaches(one.pk, SO, answer, by=keeper, at=LATER)
    assert not one.open_breaches().exists() and Decision.objects.filter(what="police.not_told").exists()


def test_nobody_alone_leaves_the_police_untold_in_a_review():
    w = police()
    one = fresh(in_force(w))
    hit_her(w)
    review = builders.under_review(w, one, at=LATER)
    varied = Conclusion("vary", evidence="On.", terms=STRICTER, said=Told(False, "She asked us not to."))
    for role in ("director", "keeper"):
        assert Review.objects.get(pk=review.pk).state == Review.State.BEGUN
        deciding_reviews.decide_review(review.pk, SO, varied, by=somebody(w, role, f"One {role}"), at=LATER)
    assert Review.objects.get(pk=review.pk).state == Review.State.DECIDED


# Whom an administrator appoints


def test_an_appointment_counts_only_while_it_is_needed():
    found = trial("impose", by="keeper", not_by="affected")
    w = found.w
    hurt = somebody(w, "director", "Dirk Hurt")
    builders.log(w.provider, w.staff, w.resident, at=NOON, facts="He spat.", affected=(hurt,))
    for user in acts.impose(fresh(found.restriction)).appointable:
        if user not in (hurt, w.staff.officer):
            user.is_active = False
            user.save()
    appoint(acts.impose(fresh(found.restriction)), person_id=hurt.pk, reason="No.", by=w.staff.administrator, at=NOON)
    assert acts.impose(fresh(found.restriction)).may(hurt)
    somebody(w, "keeper", "Kit Keeper")
    assert acts.impose(fresh(found.restriction)).who_can() == "Kit Keeper can."
    with pytest.raises(NotPermitted):
        found.take(hurt, SO)


def test_an_appointment_for_one_step_after_a_breach_is_for_no_other():
    court = '[breach.for.court]\nsteps = "legal action [6]"\nby = "warden [6]"\nnot_by = "spoc, proposer [6]"\n'
    said = 'ladder = "breach warning, legal action [6]"\nby = "warden [6]"\n\n' + court
    w = test_together.harbour('ladder = "none [6]"\n', said)
    one, officer = to_answer_breaches(w).restriction, w.staff.officer
    gone(w, "warden")
    step = acts.answer_breaches(one, "breach warning")
    appoint(step, person_id=officer.pk, reason="No.", by=w.staff.administrator, at=LATER)
    assert acts.answer_breaches(one, "breach warning").may(officer)
    assert not acts.answer_breaches(one, "legal action").may(officer)
    with pytest.raises(NotPermitted):
        breaches.answer_breaches(one.pk, SO, Answer("legal action", left_out_reason="x"), by=officer, at=LATER)


def test_one_appointed_person_stands_in_for_one_body_alone():
    text = invented.TEXTS["harbour"]
    was = 'by = "2 of warden, keeper, director", not_by = "proposer, affected", consult = "records"'
    kind = 'post_only = { does = "only channels", channels = "post", clause = "6" }'
    costs = 'costs = { does = "no reply", by = "keeper", clause = "6" }'
    assert was in text and kind in text
    provider = invented.running_on_text(
        text.replace(was, 'by = "warden"').replace(kind, f"{kind}\n{costs}"), slug="harbour"
    )
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON - timedelta(days=5))
    case = Case.objects.get(resident=resident)
    builders.assess(case, staff.officer, at=NOON - timedelta(days=1))
    w = builders.World(provider, staff, resident, Case.objects.get(pk=case.pk), NOON)
    one = test_together.proposed(w, kinds=("post_only", "costs"))
    gone(w, "warden", "keeper")
    first, second = somebody(w, "director", "Dirk Director"), somebody(w, "director", "Dora Director")
    for person in (first, second):
        assert acts.impose(fresh(one)).stuck
        appoint(acts.impose(fresh(one)), person_id=person.pk, reason="No.", by=w.staff.administrator, at=NOON)
    assert sorted(Appointment.objects.values_list("role", flat=True)) == ["keeper", "warden"]
    imposing.impose(one.pk, SO, by=first, at=NOON)
    assert fresh(one).state == Restriction.State.PROPOSED and Voice.objects.count() == 1
    imposing.impose(one.pk, SO, by=second, at=NOON)
    assert fresh(one).state == Restriction.State.IN_FORCE


def test_where_those_who_are_left_do_no_case_work_whoever_is_appointed_can():
    found = trial("impose", by="2 of desk, records")
    w = found.w
    desk = somebody(w, "desk", "Desk Two")
    director = somebody(w, "director", "Dirk Director")
    appoint(
        acts.impose(fresh(found.restriction)), person_id=director.pk, reason="No.", by=w.staff.administrator, at=NOON
    )
    found.take(director, SO)
    found.take(desk, SO)
    assert found.done()


def test_whoever_proposed_a_restriction_is_never_appointed_to_impose_it():
    found = trial("impose", by="keeper", not_by="proposer")
    officer = found.w.staff.officer
    for user in acts.impose(found.restriction).appointable:
        if user != officer:
            user.is_active = False
            user.save()
    act = acts.impose(fresh(found.restriction))
    assert officer not in act.appointable
    with pytest.raises(RuleBroken):
        appoint(act, person_id=officer.pk, reason="No.", by=found.w.staff.administrator, at=NOON)


def test_nobody_is_appointed_where_somebody_is_free():
    found = trial("impose", by="keeper")
    somebody(found.w, "keeper", "Kit Keeper")
    director = somebody(found.w, "director", "Dirk Director")
    with pytest.raises(TransitionNotAllowed, match="Kit Keeper can"):
        appoint(
            acts.impose(found.restriction), person_id=director.pk, reason="No.", by=found.w.staff.administrator, at=NOON
        )
