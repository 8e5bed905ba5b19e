from dataclasses import replace
from datetime import timedelta, date
import pytest
from django.test import Client
from django.urls import reverse
from decisions.models import Voice, Appointment
from decisions.services import Meeting, Said
from people import access, services as people
from people.access import NotPermitted
from people.models import Role, User
from policies.rules import RuleBroken
from django_fsm import TransitionNotAllowed
from restrictions import acts
from restrictions.dates import Changes
from restrictions.limits import NewTerm
from restrictions.models import BreachStep, Naming, Restriction, Review
from restrictions.services import breaches, deciding_reviews, ending, imposing, proposing
from restrictions.services.breaches import Answer
from restrictions.services.contacts import changing
from restrictions.services.contacts.changing import NewContact
from restrictions.services.planning_reviews import Conclusion
from tests import factories, invented
from tests.factories import NOON
from tests.pressing import decide, press
from tests.restrictions import builders, test_together
from tests.decisions.test_every_act import trial, LATER, in_force
from tests.office import test_moving_together as tm
from worklist.services import appointing

pytestmark = pytest.mark.django_db
S = Said("It is so.", considered="Fair.")

@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine

def P(w, role, name): return factories.person(w.provider, role, name=name)
def go(u):
    c = Client(); c.force_login(u); return c

def test_A_second_contact_change_rides_on_old_voices():
    t = trial("change_spoc", by="2 of warden, keeper")
    w, one = t.w, t.restriction
    a, b, c = P(w,"warden","Voice A"), P(w,"keeper","Voice B"), P(w,"warden","Voice C")
    t.take(a, S); t.take(b, S)
    assert t.done()
    # handed back by the contact
    changing.change(one.pk, S, NewContact(w.staff.colleague.pk), by=w.staff.officer, at=LATER)
    n = Naming.objects.count()
    changing.change(one.pk, S, NewContact(w.staff.officer.pk), by=c, at=LATER)
    assert Naming.objects.count() == n + 1, "held"

def test_A2_contact_change_deadlock():
    t = trial("change_spoc", by="2 of warden, keeper")
    w, one = t.w, t.restriction
    a, b, c = P(w,"warden","Voice A"), P(w,"keeper","Voice B"), P(w,"warden","Voice C")
    t.take(a, S); t.take(b, S)
    third = P(w, "caller", "Third Caller")
    fresh = Restriction.objects.get(pk=one.pk)
    print("WHO", acts.change_contact(fresh).who_can(), "| may", acts.change_contact(fresh).may(a), acts.change_contact(fresh).put)
    for who in (a, b, c):
        with pytest.raises((TransitionNotAllowed, RuleBroken)) as e:
            changing.change(one.pk, S, NewContact(third.pk), by=who, at=LATER)
        print(who, repr(e.value))

def test_A3_contact_change_meeting_twice():
    t = trial("change_spoc", by="meeting of warden, keeper")
    w, one = t.w, t.restriction
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    met = Meeting(NOON.date(), [b.pk], "Both.")
    t.take(a, replace(S, meeting=met))
    third = P(w, "caller", "Third Caller")
    with pytest.raises(Exception) as e:
        changing.change(one.pk, replace(S, meeting=met), NewContact(third.pk), by=a, at=LATER)
    print(repr(e.value))

def test_B_barred_meanwhile_counts():
    t = trial("impose", by="2 of warden, keeper", not_by="affected")
    w = t.w
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    t.take(a, S)
    builders.log(w.provider, w.staff, w.resident, at=NOON, facts="He spat at A.", affected=(a,))
    act = acts.impose(Restriction.objects.get(pk=t.restriction.pk))
    print("barred", act.is_barred(a), act.who_can())
    t.take(b, S)
    assert t.done(), "held"

def test_B2_lost_role():
    t = trial("impose", by="2 of warden, keeper")
    w = t.w
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    t.take(a, S)
    access.revoke(Role.objects.get(provider=w.provider, key="warden"), a, by=None, at=NOON) if hasattr(access,"revoke") else None
    t.take(b, S)
    assert t.done(), "held"

def test_B3_inactive():
    t = trial("impose", by="2 of warden, keeper")
    w = t.w
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    t.take(a, S)
    a.is_active = False; a.save()
    t.take(b, S)
    assert t.done(), "held"

def test_C_change_adds_spoc_alone():
    t = trial("impose", by="warden")
    w = t.w
    a = P(w,"warden","Voice A")
    terms = [NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    imposing.impose(t.restriction.pk, S, changes=Changes(terms=terms), by=a, at=NOON)
    r = Restriction.objects.get(pk=t.restriction.pk)
    assert t.done() and r.contact_term() is not None, "held"
    print("KINDS", [k.key for k in r.of_kinds()], [str(k.by) for k in r.of_kinds()], Voice.objects.count())

def test_D_review_vary_adds_spoc_alone():
    t = trial("review", by="warden")
    w = t.w
    a = P(w,"warden","Voice A")
    rev = Review.objects.get()
    terms = [NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    deciding_reviews.decide_review(rev.pk, S, Conclusion("vary", evidence="He went on.", terms=terms), by=a, at=LATER)
    s = Restriction.objects.order_by("-pk").first()
    assert s.pk != t.restriction.pk and s.contact_term() is not None, "held"

def test_E_review_vary_longer_alone():
    t = trial("review", by="director")
    w = t.w
    d = P(w,"director","Dir One")
    rev = Review.objects.get()
    terms = [NewTerm("phone", "closed"), NewTerm("email", "closed"), NewTerm("letter", "limited", "Letters to the house.")]
    before = t.restriction.ends_on or Restriction.objects.get(pk=t.restriction.pk).ends_on
    with pytest.raises(Exception):
        deciding_reviews.decide_review(rev.pk, S, Conclusion("extend", evidence="He went on.", months=2), by=P(w,"keeper","Kp"), at=LATER)
    deciding_reviews.decide_review(rev.pk, S, Conclusion("vary", evidence="He went on.", months=2, terms=terms), by=d, at=LATER)
    s = Restriction.objects.order_by("-pk").first()
    print(before, s.ends_on)
    assert s.ends_on > before, "held"

def test_F_appointed_for_no_role():
    # both roles do no case work
    t = trial("impose", by="2 of desk, records")
    w = t.w
    P(w, "desk", "Desk Two")
    act = acts.impose(Restriction.objects.get(pk=t.restriction.pk))
    print("1", act.stuck, act.who_can())
    d = P(w, "director", "Dirk Director")
    appointing.appoint(w.provider, t.restriction.reference, "decide-on-a-restriction", person_id=d.pk, reason="No.", by=w.staff.administrator, at=NOON)
    print(Appointment.objects.values("role"))
    act = acts.impose(Restriction.objects.get(pk=t.restriction.pk))
    print("2", repr(act.stuck), act.who_can())
    assert not act.stuck and "Dirk" in act.who_can()
    with pytest.raises(NotPermitted) as e:
        t.take(d, S)
    print(e.value)
    with pytest.raises(TransitionNotAllowed):
        appointing.appoint(w.provider, t.restriction.reference, "decide-on-a-restriction", person_id=d.pk, reason="No.", by=w.staff.administrator, at=NOON)
    desk = User.objects.get(name="Desk Two")
    t.take(desk, S)
    with pytest.raises(NotPermitted) as e:
        t.take(w.staff.dpo, S)
    print(e.value)

def test_G_barred_appointed_decides_though_others_free():
    t = trial("impose", by="keeper", not_by="proposer")
    w = t.w
    # everybody able has had a part?
    act = acts.impose(Restriction.objects.get(pk=t.restriction.pk))
    off = w.staff.officer
    for u in act.appointable:
        if u.pk != off.pk:
            u.is_active = False; u.save()
    appointing.appoint(w.provider, t.restriction.reference, "decide-on-a-restriction", person_id=off.pk, reason="No.", by=w.staff.administrator, at=NOON)
    k = P(w, "keeper", "Kit Keeper")
    act = acts.impose(Restriction.objects.get(pk=t.restriction.pk))
    print(act.who_can(), [u.name for u in act.free])
    t.take(off, S)
    assert t.done(), "held"

def test_H_move_twice():
    w = tm.world(by="2 of warden, keeper")
    a, b, c = P(w,"warden","Voice A"), P(w,"keeper","Voice B"), P(w,"keeper","Voice C")
    tm.move(w, a); tm.move(w, b)
    assert tm.moved(w)
    text = w.provider.policy_version_on(NOON.date()).text.replace("effective = 2026-12-17", "effective = 2026-12-18")
    people.adopt_policy(w.provider, text=text, wording={}, by_name="Board", at=NOON)
    for who in (a, b, c):
        with pytest.raises(Exception) as e:
            tm.move(w, who)
        print(who, repr(e.value))
        r = go(who).get(reverse("office:move_case", args=[w.ref]))
        print(r.status_code, "18 December" in r.content.decode(), "Do you agree" in r.content.decode())
        p = press(go(who), reverse("office:move_case", args=[w.ref]), {"reasons": "x", "decision": "agree"})
        print(p.status_code)
    assert tm.now(w).policy_version.effective_on == date(2026,12,17)

def test_I_who_can_names_one_who_has_decided():
    t = trial("impose", by="2 of warden, keeper")
    w = t.w
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    t.take(a, S)
    act = acts.impose(Restriction.objects.get(pk=t.restriction.pk))
    print(act.who_can(), act.may(a))
    assert "Voice A" in act.who_can()

def test_J_review_who_can_names_extenders():
    t = trial("review", by="director")
    w = t.w
    k = P(w,"keeper","Kit Keeper"); P(w,"director","Dirk")
    rev = Review.objects.get()
    act = acts.review(rev, "extend")
    print(act.who_can(), act.may(k), repr(act.stuck))
    assert "Kit Keeper" in act.who_can() and not act.may(k)

def test_K_breach_logged_between_voices():
    t = trial("breach", by="2 of warden, keeper")
    w, one = t.w, t.restriction
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    t.take(a, S)
    inc = builders.log(w.provider, w.staff, w.resident, at=LATER, facts="Broke her arm.")
    breaches.log_breach(one.pk, by=w.staff.officer, at=LATER, incident_id=inc.pk, words="He hit her.")
    t.take(b, S)
    assert t.done() and not Restriction.objects.get(pk=one.pk).open_breaches().exists(), "held"

def test_L_breach_appointment_other_step():
    court = '[breach.for.court]\nsteps = "legal action [6]"\nby = "keeper [6]"\n'
    said = 'ladder = "breach warning, legal action [6]"\nby = "warden [6]"\n\n' + court
    w = test_together.harbour('ladder = "none [6]"\n', said)
    from tests.decisions.test_every_act import to_answer_breaches
    t = to_answer_breaches(w)
    one = t.restriction
    for u in access.holders(w.provider, ["keeper", "warden"]):
        u.is_active = False; u.save()
    d = P(w, "director", "Dirk Director")
    act = acts.answer_breaches(one, "breach warning")
    print(act.stuck, appointing.key(act))
    appointing.appoint(w.provider, one.reference, appointing.key(act), person_id=d.pk, reason="No.", by=w.staff.administrator, at=LATER)
    legal = acts.answer_breaches(one, "legal action")
    print(legal.stuck, legal.may(d), Appointment.objects.values("role", "act", "about"))
    breaches_done = breaches.answer_breaches(one.pk, S, Answer("legal action", left_out_reason="x"), by=d, at=LATER)

def test_M_two_bodies_one_appointed():
    t = trial("impose", by="director")  # replaced below
