from tests.scratch_x import *  # noqa
from tests.scratch_x import P, go, S
for _n in [n for n in dict(globals()) if n.startswith("test_") and n not in ("test_together",)]:
    if callable(globals()[_n]): del globals()[_n]
from cases.services.police import Told
from django.db import IntegrityError
from people.access import revoke
from register.services import keeping
from tests.register import builders as reg
from register import acts as racts
from register.models import Entry
from tests.pressing import check, hidden

def test_B2_lost_role_holds():
    t = trial("impose", by="2 of warden, keeper"); w = t.w
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    t.take(a, S); revoke(Role.objects.get(provider=w.provider, key="warden"), a, by=None, at=NOON)
    t.take(b, S)
    assert not t.done()

def test_E_page_vary_longer_alone():
    """harbour: review.by=director, restriction.extension.by='2 of warden, keeper' """
    was, now = 'by = "2 of warden, keeper, director [7]"', 'by = "2 of warden, keeper [7]"'
    w = test_together.harbour(was, now)
    from tests.decisions.test_every_act import in_force
    one = in_force_with(w)
    rev = builders.under_review(w, one, at=LATER)
    d = P(w,"director","Dir One")
    import time_machine
    with time_machine.travel(LATER, tick=False):
        url = reverse("restrictions:review", args=[one.reference])
        c = go(d)
        typed = {"outcome": "vary", "new_months": "2", "evidence": "He went on.", "reasons": "So.", "considered": "x", "limit_0": "limited", "words_0": "Once a month."}
        from tests.pressing import standing
        pg = c.get(url)
        r = decide(c, url, {**standing(pg, "check"), **typed}, on=pg)
        print(r.status_code, r.content.decode()[:0])
        # control: the same person's extension waits
    s = Restriction.objects.order_by("-pk").first()
    print(one.ends_on, s.ends_on, Voice.objects.filter(act="review").count())
    assert s.pk != one.pk and s.ends_on > one.ends_on

def in_force_with(w):
    wa = P(w, "warden", "Wilma First"); k = P(w, "keeper", "Karl First")
    return Restriction.objects.get(pk=test_together.imposed(w, wa, k).pk)

def test_E_control_extend_waits():
    was, now = 'by = "2 of warden, keeper, director [7]"', 'by = "2 of warden, keeper [7]"'
    w = test_together.harbour(was, now); one = in_force_with(w)
    rev = builders.under_review(w, one, at=LATER); d = P(w,"director","Dir One")
    deciding_reviews.decide_review(rev.pk, S, Conclusion("extend", evidence="He went on.", months=2), by=d, at=LATER)
    assert Restriction.objects.order_by("-pk").first().pk == one.pk

def test_V_decide_vary_by_ignored():
    lift = 'lift = { by = "director"'
    w = test_together.harbour(lift, 'vary = { by = "2 of warden, keeper", clause = "8" }\n' + lift); one = in_force_with(w)
    rev = builders.under_review(w, one, at=LATER); d = P(w,"director","Dir One")
    terms = [NewTerm("phone", "closed"), NewTerm("email", "closed"), NewTerm("office","closed"), NewTerm("letter", "limited", "Once a year.")]
    print(one.case.policy.decides("vary").names())
    deciding_reviews.decide_review(rev.pk, S, Conclusion("vary", evidence="He went on.", terms=terms), by=d, at=LATER)
    assert Restriction.objects.order_by("-pk").first().pk != one.pk

def test_G2_page_500():
    t = trial("impose", by="keeper", not_by="proposer"); w = t.w; off = w.staff.officer
    for u in acts.impose(t.restriction).appointable:
        if u.pk != off.pk: u.is_active = False; u.save()
    appointing.appoint(w.provider, t.restriction.reference, "decide-on-a-restriction", person_id=off.pk, reason="No.", by=w.staff.administrator, at=NOON)
    url = reverse("restrictions:decide", args=[t.restriction.reference])
    with pytest.raises(IntegrityError):
        decide(go(off), url, {"decision": "impose", "reasons": "x", "considered": "y"})

def test_G3_affected_appointed_beats_free():
    t = trial("impose", by="keeper", not_by="affected"); w = t.w
    d = P(w, "director", "Dirk Hurt")
    builders.log(w.provider, w.staff, w.resident, at=NOON, facts="He spat.", affected=(d,))
    off = w.staff.officer
    for u in acts.impose(Restriction.objects.get(pk=t.restriction.pk)).appointable:
        if u.pk not in (d.pk,): 
            if u.pk == off.pk: continue
            u.is_active = False; u.save()
    act = acts.impose(Restriction.objects.get(pk=t.restriction.pk))
    print([u.name for u in act.appointable])
    appointing.appoint(w.provider, t.restriction.reference, "decide-on-a-restriction", person_id=d.pk, reason="No.", by=w.staff.administrator, at=NOON)
    k = P(w, "keeper", "Kit Keeper")
    act = acts.impose(Restriction.objects.get(pk=t.restriction.pk))
    print(act.who_can())
    t.take(d, S)
    assert t.done()

def test_Q_keep_appointment_lasts():
    w = reg.with_entry(reg.world(reg.policy("remove_register", "guardian")))
    w.guardian.is_active = False; w.guardian.save()
    act = racts.keep(Entry.objects.get(pk=w.entry.pk))
    print(act.stuck)
    adm = factories.working_as(w.provider, "administrator", name="Ada")
    appointing.appoint(w.provider, w.entry.reference, appointing.key(act), person_id=w.head.pk, reason="x", by=adm, at=NOON)
    keeping.keep(w.entry.pk, reg.said("Needed.", review_on=None), by=w.head, at=NOON)
    new = factories.person(w.provider, "guardian", name="New Guardian")
    later = NOON + timedelta(days=30)
    e = Entry.objects.get(pk=w.entry.pk)
    print(racts.keep(e).may(w.head), racts.keep(e).who_can())
    keeping.keep(w.entry.pk, reg.said("Needed again.", review_on=None), by=w.head, at=later)
    assert Entry.objects.get(pk=w.entry.pk).kept_on == later.date()

def test_Y_says_nobody_can_yet_somebody_can():
    t = trial("impose", by="2 of warden, keeper", not_by="affected"); w = t.w
    for u in access.holders(w.provider, ["warden", "keeper"]): u.is_active=False; u.save()
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    t.take(a, S)
    builders.log(w.provider, w.staff, w.resident, at=NOON, facts="He spat at A.", affected=(a,))
    act = acts.impose(Restriction.objects.get(pk=t.restriction.pk))
    print(act.stuck); assert act.stuck
    t.take(b, S); assert t.done()

def test_B_page():
    t = trial("impose", by="2 of warden, keeper", not_by="affected"); w = t.w
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    url = reverse("restrictions:decide", args=[t.restriction.reference])
    typed = {"decision": "impose", "reasons": "x", "considered": "y"}
    assert decide(go(a), url, typed).status_code == 302 and not t.done()
    builders.log(w.provider, w.staff, w.resident, at=NOON, facts="He spat at A.", affected=(a,))
    r = decide(go(b), url, typed); print(r.status_code)
    assert t.done()

def test_A_page():
    t = trial("change_spoc", by="2 of warden, keeper"); w, one = t.w, t.restriction
    a, b, c = P(w,"warden","Voice A"), P(w,"keeper","Voice B"), P(w,"warden","Voice C")
    t.take(a, S); t.take(b, S)
    changing.change(one.pk, S, NewContact(w.staff.colleague.pk), by=w.staff.officer, at=LATER)
    n = Naming.objects.count()
    import time_machine
    with time_machine.travel(LATER, tick=False):
        r = decide(go(c), reverse("restrictions:change_spoc", args=[one.reference]), {"decision": "agree", "reason": "So", "reasons": "So", "considered": "x"})
    print(r.status_code)
    assert Naming.objects.count() == n + 1

def test_AC_consult_on_older_terms():
    w = test_together.harbour(); one = test_together.proposed(w); test_together.consult(w, one)
    a, b = P(w,"warden","Voice A"), P(w,"keeper","Voice B")
    proposing.send_back(one.pk, S, by=a, at=NOON)
    from restrictions.services.parts.terms import save_terms
    save_terms(one.pk, by=w.staff.officer, at=NOON, terms=[NewTerm("phone","closed"), NewTerm("email","closed"), NewTerm("office","closed"), NewTerm("visit","closed"), NewTerm("letter","limited","One a year")])
    proposing.propose(one.pk, by=w.staff.officer, at=NOON)
    imposing.impose(one.pk, S, by=a, at=NOON); imposing.impose(one.pk, S, by=b, at=NOON)
    assert Restriction.objects.get(pk=one.pk).state == "in_force"

def test_AD_case_moves_between_voices():
    text = invented.TEXTS["harbour"].replace('lift = { by = "director"', 'lift = { by = "2 of warden, keeper"').replace("[decide]\n", '[decide]\nmove_case = { by = "director", clause = "6" }\n')
    provider = invented.running_on_text(text, slug="harbour"); staff = factories.staff(provider); res = factories.resident(provider, staff.officer)
    builders.log(provider, staff, res, at=NOON - timedelta(days=5))
    from cases.models import Case
    case = Case.objects.get(resident=res); builders.assess(case, staff.officer, at=NOON - timedelta(days=1))
    w = builders.World(provider, staff, res, Case.objects.get(pk=case.pk), NOON)
    one = in_force_with(w)
    a, d = P(w,"warden","Voice A"), P(w,"director","Dir One")
    ending.lift(one.pk, Said("A says.", considered="x"), by=a, at=LATER)
    newer = text.replace('lift = { by = "2 of warden, keeper"', 'lift = { by = "2 of warden, director", not_by="proposer"').replace("effective = 2026-03-02", "effective = 2026-12-17")
    people.adopt_policy(provider, text=newer, wording={}, by_name="Board", at=NOON)
    from office.services import moving
    v = provider.policy_version_on(NOON.date())
    moving.move_case(w.case.pk, Said("newer"), to=v.pk, by=d, at=LATER)
    ending.lift(one.pk, Said("D says.", considered="x"), by=d, at=LATER)
    assert Restriction.objects.get(pk=one.pk).state == "lifted"

def violent(w, **more):
    return builders.log(w.provider, w.staff, w.resident, at=LATER, danger=True, police_called=False, facts="Hit her.", knowledge="direct", **more) if False else builders.log(w.provider, w.staff, w.resident, at=LATER, danger=True, police_called=False, facts="Hit her.")

def police_world(extra=""):
    text = invented.TEXTS["harbour"].replace('police = "involve [5]"', 'police = "tell [5 normally]"').replace("[decide]\n", '[decide]\nno_police = { by = "2 of keeper, director", clause = "5" }\n').replace('ladder = "none [6]"', 'ladder = "none [6]"\nby = "director [6]"')
    provider = invented.running_on_text(text, slug="harbour"); staff = factories.staff(provider); res = factories.resident(provider, staff.officer)
    builders.log(provider, staff, res, at=NOON - timedelta(days=5))
    from cases.models import Case
    case = Case.objects.get(resident=res); builders.assess(case, staff.officer, at=NOON - timedelta(days=1))
    return builders.World(provider, staff, res, Case.objects.get(pk=case.pk), NOON)

def test_O_police_breach_alone():
    from audit.models import Decision
    w = police_world(); one = in_force_with(w); d = P(w,"director","Dir One")
    i = violent(w); breaches.log_breach(one.pk, by=w.staff.officer, at=LATER, incident_id=i.pk, words="Hit.")
    breaches.answer_breaches(one.pk, S, Answer("", said=Told(False, "No.")), by=d, at=LATER)
    assert Decision.objects.filter(what="police.not_told").exists() and not Voice.objects.filter(act="breach").exists()

def test_O_police_review_alone():
    from audit.models import Decision
    w = police_world(); one = in_force_with(w); d = P(w,"director","Dir One")
    violent(w); rev = builders.under_review(w, one, at=LATER)
    deciding_reviews.decide_review(rev.pk, S, Conclusion("keep", evidence="On.", said=Told(False, "No.")), by=d, at=LATER)
    assert Decision.objects.filter(what="police.not_told").exists() and not Voice.objects.filter(act="review").exists()

def test_O2_police_said_by_last_only():
    """two decide on a breach: A says told, B says not told; what counts is B's alone"""
    from audit.models import Decision
    w = police_world()
    t2 = w.provider
    one = in_force_with(w)

def test_P_withhold_at_impose_alone():
    import policies.shelf
    from cases.models import Case
    from restrictions.services.parts.terms import save_instructions, Instructions
    from ops.seed import providers as pv
    papers = pv.on_shelf("dover-district-council")
    text = papers.text
    print([l for l in text.splitlines() if "withhold" in l or l.startswith("[decide") or "restrict =" in l])
    assert "[decide]\n" in text
    text = text.replace("[decide]\n", '[decide]\nwithhold_entry = { by = "2 of manager", clause = "6.33" }\n') if "withhold_entry" not in text else text
    provider = pv.found(replace(papers, text=text), by_name="H", at=NOON, slug="dover-district-council", name="Dover", short_name="Dover", nation="england", kind="council", address="a\nCT16 3PJ", email="a@b.example", phone="1")
    staff = factories.staff(provider); res = factories.resident(provider, staff.officer)
    case = builders.warned_case(provider, staff, res, at=NOON)
    w = builders.World(provider, staff, res, case, NOON)
    r = builders.draft(w)
    save_instructions(r.pk, Instructions(orders=builders.ORDERS, risks=builders.RISKS, share_with_contractors=True, tell_resident=False, not_told_reason="Worse", look_again_on=date(2027,3,1)), by=staff.officer, at=NOON)
    proposing.propose(r.pk, by=staff.officer, at=NOON)
    imposing.impose(r.pk, Said("x", considered="Fair."), by=staff.team_leader, at=NOON)
    e = Entry.objects.get()
    print(racts.withhold(e).names(), racts.withhold(e).may(staff.team_leader))
    assert not e.resident_told and not racts.withhold(e).may(staff.team_leader)
