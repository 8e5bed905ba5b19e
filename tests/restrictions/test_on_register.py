"""What staff see of a restriction before a visit or a call: every register that the policy names, or a highlight."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

import policies.shelf
from audit.models import Decision, Event
from cases import ladder
from cases.models import Case
from cases.services import assessments, stages
from deadlines import kinds
from deadlines.models import Deadline
from decisions.services import Meeting, Said
from letters.models import Letter, Notice
from people.access import NotPermitted
from people.models import User
from policies.rules import RuleBroken
from register.models import Consideration, Entry, Lookup
from register.services import entering
from restrictions import acts, rules
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import deciding_reviews, ending, imposing, proposing, registering, reviews
from restrictions.services.contacts import changing
from restrictions.services.contacts.changing import NewContact
from restrictions.services.parts.evidence import Evidence, save_evidence
from restrictions.services.parts.terms import Instructions, save_instructions, save_terms
from restrictions.services.planning_reviews import Conclusion
from tests import factories, five, invented
from tests.factories import NOON
from tests.five import DOVER, FIVE, HOMES, NORTHAMPTON, TENANCY, WEST_KENT, ready_to_propose
from tests.pressing import press
from tests.restrictions import builders
from tests.restrictions.builders import noon
from tests.restrictions.test_spoc import with_contact
from worklist.services import sweeping

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 18)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def standing(on=TODAY):
    return Entry.objects.in_force(on).order_by("register_key")


def names(on=TODAY):
    return [entry.register_name for entry in standing(on)]


def imposed_on(policy, **more):
    """A restriction in force without a single point of contact, imposed by the proposer's team leader."""
    w = ready_to_propose(policy)
    restriction = builders.proposed(w, **more)
    body = roles_that_decide(restriction)
    decider = factories.person(w.provider, body[0], name="Dara Decider")
    return w, imposing.impose(restriction.pk, Said("It is needed.", considered="Fair."), by=decider, at=NOON)


def roles_that_decide(restriction):
    return acts.deciders(kinds.RESTRICTION_DECIDE, restriction.case.policy, restriction.case.provider).keys()


def card(user, resident, purpose="visit"):
    client = Client()
    client.force_login(user)
    answer = client.post(reverse("register:match", args=[resident.reference]), {"purpose": purpose}, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# which registers


def test_a_single_point_of_contact_is_entered_on_the_register_of_those():
    """Northampton section 5: terms and review dates, on the SPOC Register, not on the one of violent persons."""
    w, restriction = with_contact(NORTHAMPTON)
    entry = Entry.objects.get()
    assert (entry.register_key, entry.register_name) == ("spoc", "SPOC Register")
    assert entry.risks == ["single points of contact"], "of a list of one kind nobody is asked which"
    assert any("Colin Colleague" in line for line in entry.arrangement) and entry.ends_on == restriction.ends_on
    assert entry.policy_version == w.case.policy_version
    review = Deadline.objects.open().filter(about=entry.source, kind__startswith="review.").earliest("due_on")
    assert Entry.objects.with_next_look().get().looked_at_on == review.due_on
    assert Decision.objects.get(what="register.entered").clause == "section 5"
    shown = card(w.staff.front_line, w.resident)
    assert "SPOC Register" in shown and "Colin Colleague" in shown
    assert restriction.decision_reasons not in shown, "arrangements, never reasons (4.2)"
    client = Client()
    client.force_login(w.staff.team_leader)
    page = client.get(reverse("register:entry", args=[entry.reference])).content.decode()
    assert "SPOC Register" in page and ">Risks<" not in " ".join(page.split()), "a list of arrangements names no risk"


@pytest.mark.parametrize("policy", FIVE)
def test_whoever_goes_to_the_door_learns_of_every_restriction(policy):
    """On a register that the policy enters it on, else highlighted (Homes for Life 1.14.1): never unseen."""
    w, restriction = imposed_on(policy)
    entry = Entry.objects.get()
    kept = {DOVER: "Staff Risk & Unacceptable Behaviour Register", TENANCY: "Warning markers"}.get(policy, "")
    assert (entry.register_name, entry.is_highlight) == (kept, not kept)
    shown = card(w.staff.front_line, w.resident)
    assert "Not used" in shown and "It is needed." not in shown
    assert Lookup.objects.get().entries_shown == [entry.reference], "each look is recorded"
    by, weighed = User.objects.get(name="Dara Decider"), "Keeping it until its last day."
    ending.lift(restriction.pk, Said("It has gone well.", considered=weighed), by=by, at=NOON)
    assert not standing().exists() and Notice.objects.filter(to=w.staff.front_line).exists()
    assert "Not listed does not mean safe." in card(w.staff.front_line, w.resident)


def test_a_highlight_is_no_register_and_no_decision():
    w, _ = imposed_on(WEST_KENT)
    assert Event.objects.get(verb="highlight.made").subject_ref == Entry.objects.get().reference
    assert not Decision.objects.filter(what__startswith="register.").exists()
    assert Letter.objects.get(kind="restriction").facts["register"] is None
    shown = card(w.staff.front_line, w.resident)
    assert "Limits on contact are in force." in shown and "Staff Risk" not in shown
    client = Client()
    client.force_login(w.staff.front_line)
    page = client.get(reverse("register:check")).content.decode()
    assert "Check before you visit or phone" in page and "keeps no register" in page


@pytest.mark.parametrize("shared", [True, False])
def test_contractors_see_a_highlight_only_where_it_is_shared_with_them(shared):
    w = ready_to_propose(HOMES)
    restriction = builders.draft(w)
    save_instructions(
        restriction.pk, Instructions(orders=[], risks=[], share_with_contractors=shared), by=w.staff.officer, at=NOON
    )
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    decider = factories.person(w.provider, roles_that_decide(restriction)[0])
    imposing.impose(restriction.pk, Said("It is needed.", considered="Fair."), by=decider, at=NOON)
    shown = card(w.staff.contractor, w.resident)
    assert ("Telephone: Not used." in shown) is shared
    assert "No limits on contact are in force" not in shown, "they cannot know"


def test_where_the_terms_change_the_entry_goes_to_the_register_where_they_belong(clock):
    """A single point of contact that a review ends stands on no list of such."""
    w, restriction = with_contact(NORTHAMPTON)
    card(w.staff.front_line, w.resident)
    at = NOON + timedelta(days=60)
    clock.move_to(at)

    review = reviews.begin_review(restriction.pk, by=w.staff.officer, at=at)
    deciding_reviews.decide_review(
        review.pk,
        Said("So.", considered="Weighed."),
        Conclusion("vary", evidence="Rang again.", months=6, terms=builders.TERMS),
        by=builders.reviewer(w),
        at=at,
    )
    without = Restriction.objects.get(follows=restriction)
    now = Entry.objects.get(removed_on__isnull=True)
    assert now.is_highlight and now.source == f"restriction:{without.reference}"
    assert Entry.objects.get(register_key="spoc").removed_on == at.date()
    assert Notice.objects.filter(to=w.staff.front_line, kind="register.removed").exists(), "who had looked is told (D4)"


def test_two_registers_that_a_restriction_enters_hold_one_entry_each():
    """A policy may keep several: each with the risks that it lists, both following the restriction to its end."""
    text = text_of(NORTHAMPTON).replace('on = "danger, extreme [4.1 may]"', 'on = "formal [4.1]"')
    w, restriction = with_two_registers(text)
    assert names() == ["Potentially Violent Person Register (PVP)", "SPOC Register"]
    pvp, spoc = standing()
    assert (pvp.risks, spoc.risks) == (["violence"], ["single points of contact"])
    shown = card(w.staff.front_line, w.resident)
    assert "SPOC Register" in shown and "(PVP)" in shown
    letter = Letter.objects.get(kind="restriction")
    assert letter.facts["register"]["name"] == "Potentially Violent Person Register (PVP) and SPOC Register"
    registering.say(restriction, by=w.staff.team_leader, at=NOON, review_on=date(2027, 2, 1))
    assert [entry.review_on for entry in standing()] == [date(2027, 2, 1)] * 2
    ending.quash(restriction.pk, by=factories.person(w.provider, "manager"), at=NOON, reason="Upheld.", rule=None)
    assert not standing().exists()


def text_of(policy):
    return policies.shelf.builtin()[policy][-1].read_text(encoding="utf-8")


def with_two_registers(text):
    provider = invented.running_on_text(text, slug=NORTHAMPTON)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    w = ready_on(provider, staff, resident)
    restriction = builders.draft(w)
    terms = [*builders.TERMS, NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    save_terms(restriction.pk, terms=terms, by=w.staff.officer, at=NOON)
    with pytest.raises(RuleBroken, match="which risks"):
        save_instructions(restriction.pk, Instructions(orders=["In pairs."], risks=[]), by=w.staff.officer, at=NOON)
    save_instructions(
        restriction.pk, Instructions(orders=["In pairs."], risks=["violence"]), by=w.staff.officer, at=NOON
    )
    return w, put_in_force(w, restriction)


def ready_on(provider, staff, resident):
    builders.log(provider, staff, resident, at=NOON - timedelta(days=30), warnings=2)
    w = builders.World(provider, staff, resident, Case.objects.get(resident=resident), NOON)
    five.warn_in_writing(w)
    five.again(w, 5)
    if ladder.restriction_reached(ladder.read(five.now(w))).silent:
        stages.settle_restriction(w.case.pk, reasons="The letter changed nothing.", by=staff.team_leader, at=NOON)
    five.answer_what_is_asked(w, "contact restriction")
    builders.assess(five.now(w), staff.officer, at=NOON - timedelta(days=1))
    w.case = five.now(w)
    return w


def put_in_force(w, restriction):
    restriction = Restriction.objects.get(pk=restriction.pk)
    for gate in ladder.gates_for_restriction(w.case, steps=rules.kind_steps(restriction)):
        if gate.asks and gate.blocks:
            assessments.answer_gate(w.case.pk, gate.asks, words="It was followed.", by=w.staff.officer, at=NOON)
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    return imposing.impose(
        restriction.pk,
        Said("It is needed.", considered="Fair.", meeting=Meeting(NOON.date(), [w.staff.dpo.pk], "Agreed.")),
        by=w.staff.team_leader,
        at=NOON,
    )


@pytest.mark.parametrize("policy", FIVE)
def test_the_page_of_a_proposal_asks_who_sees_it_and_keeps_what_was_typed(policy):
    """Whether contractors see it is asked under every policy; risks and telling only where there is a register."""
    w = ready_to_propose(policy)
    restriction = builders.draft(w)
    client = Client()
    client.force_login(w.staff.officer)
    address = reverse("restrictions:instructions", args=[restriction.reference])
    page = client.get(address).content.decode()
    on_one = bool(rules.registers_for(restriction))
    assert "Do contractors see this?" in page and "staff who visit or phone see them" in page
    assert ("Is the resident told of the register entry?" in page) is on_one
    kept = press(client, address, {"instructions": "Visit in pairs.\nRing first."}).content.decode()
    assert "Select whether contractors see this" in kept and "Visit in pairs.\nRing first." in kept
    if not on_one:
        assert press(client, address, {"instructions": "", "share_with_contractors": "yes"}).status_code == 302
        assert Restriction.objects.get(pk=restriction.pk).share_with_contractors


# what a person has to decide


def by_danger(policy=NORTHAMPTON):
    """A restriction in force after a threat: the path of danger was taken."""
    w = ready_to_propose(policy)
    builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=1), danger=True)
    restriction = builders.draft(w)
    path = next(each for each in w.case.policy.paths if "pvp" in each.registers or each.key == "danger")
    save_evidence(
        restriction.pk,
        Evidence(
            [each.pk for each in w.case.incidents.all()],
            extreme=True,
            extreme_reason="He threatened to come with a knife.",
            extreme_answers={str(item): "Yes." for item in path.conditions},
            path=path.key,
            police_told=True,
            police_words="CAD 7",
        ),
        by=w.staff.officer,
        at=NOON,
    )
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    imposing.impose(restriction.pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=NOON)
    return w


def test_violence_asks_a_person_to_decide_on_the_register_of_violent_persons():
    """Northampton 4.1: an entry on the PVP Register could follow; nobody is entered by the system."""
    w = by_danger()
    assert Entry.objects.get().is_highlight, "the restriction itself is seen at once"
    question = Consideration.objects.get()
    assert question.register_name == "Potentially Violent Person Register (PVP)"
    waiting = Deadline.objects.open().get(kind="register.consider")
    assert waiting.due_on is None and waiting.waits_for(w.staff.team_leader) and not waiting.waits_for(w.staff.officer)
    assert kinds.of(waiting.kind).plain == "An entry on a register to decide on"
    client = Client()
    client.force_login(w.staff.team_leader)
    page = client.get(reverse("register:consider", args=[question.pk])).content.decode()
    assert "Potentially Violent Person Register" in page and "the policy does not say" in page
    links = [reverse("cases:incident", args=[each]) for each in question.incidents]
    links.append(reverse("restrictions:view", args=[question.because.partition(":")[2]]))
    assert [client.get(link).status_code for link in links if link in page] == [200] * len(links)
    address = reverse("register:enter_after", args=[question.pk])
    typed = {
        "incident": question.incidents[-1], "risks": ["violence"], "instructions": "Visit in pairs.", "ring": "",
        "shared": "yes", "told": "yes", "reason": "A threat with a knife.",
    }  # fmt: skip
    unsaid = press(client, address, typed)
    assert unsaid.status_code == 200 and "when the entry will be looked at again" in unsaid.content.decode()
    day = {"review_on_day": "18", "review_on_month": "3", "review_on_year": "2027"}
    opened = client.get(address)
    sent = press(client, address, typed | day, on=opened)
    entry = Entry.objects.on_a_register().get()
    assert sent.headers["Location"] == reverse("register:entry", args=[entry.reference])
    assert (entry.register_key, entry.source) == ("pvp", f"incident:{question.incidents[-1]}")
    assert not Deadline.objects.open().filter(kind="register.consider").exists()
    assert Consideration.objects.get().entry == entry
    again = press(client, address, typed | day, on=opened)
    assert again.headers["Location"] == sent.headers["Location"], "a second press is none"
    assert "Red flag" in client.get(sent.headers["Location"]).content.decode(), "the mark in the other system"


@pytest.mark.parametrize(("strength", "entered"), [("", True), (" may", False)])
def test_a_step_that_only_may_lead_to_an_entry_asks_and_enters_nobody(strength, entered):
    text = text_of(NORTHAMPTON).replace('on = "danger, extreme [4.1 may]"', f'on = "formal [4.1{strength}]"')
    provider = invented.running_on_text(text, slug=NORTHAMPTON)
    staff = factories.staff(provider)
    w = ready_on(provider, staff, factories.resident(provider, staff.officer))
    put_in_force(w, builders.draft(w))
    assert (names() == ["Potentially Violent Person Register (PVP)"]) is entered
    assert Consideration.objects.exists() is not entered


def test_deciding_against_an_entry_is_a_decision_with_reasons():
    w = by_danger()
    question = Consideration.objects.get()
    with pytest.raises(RuleBroken, match="reasons against"):
        entering.answer(question.pk, Said(" ", what=entering.NOT_TO_ENTER), by=w.staff.team_leader, at=NOON)
    with pytest.raises(NotPermitted):
        entering.answer(question.pk, Said("No.", what=entering.NOT_TO_ENTER), by=w.staff.officer, at=NOON)
    client = Client()
    client.force_login(w.staff.team_leader)
    address = reverse("register:consider", args=[question.pk])
    kept = press(client, address, {"reason": ""})
    assert "Enter the reasons against an entry" in kept.content.decode()
    late = client.get(address)
    done = press(client, address, {"reason": "He was ill, and has been in hospital since."}, follow=True)
    assert done.status_code == 200
    decision = Decision.objects.get(what="register.not_entered")
    assert (decision.outcome, decision.clause, decision.strength) == ("not entered", "4.1", "may")
    assert not Entry.objects.on_a_register().exists()
    client.force_login(w.staff.manager)
    assert press(client, address, {"reason": "Me too."}, on=late).status_code == 409


# who is rung


def ring(resident, user, on):
    """The number and the name of whom to ring, as the card has them on a day."""
    with time_machine.travel(noon(on), tick=False):
        shown = card(user, resident, "phone")
    return [name for name in ("Colin Colleague", "Olive Officer") if f'<strong dir="auto">{name}' in shown], shown


@pytest.mark.parametrize("policy", [TENANCY, NORTHAMPTON, WEST_KENT])
def test_while_the_contact_is_covered_the_cover_is_rung(policy):
    """Between the cover's days, both counted; then the holder again, and nobody has to do anything."""
    w, restriction = with_contact(policy)
    User.objects.filter(name="Colin Colleague").update(phone="01632 960111")
    User.objects.filter(name="Olive Officer").update(phone="01632 960222")
    begins, ends = date(2027, 1, 4), date(2027, 1, 15)
    changing.change(
        restriction.pk,
        Said("Leave."),
        NewContact(w.staff.officer.pk, from_on=begins, until_on=ends),
        by=w.staff.colleague,
        at=NOON,
    )
    days = [begins - timedelta(days=1), begins, ends, ends + timedelta(days=1)]
    rung = [ring(w.resident, w.staff.front_line, day) for day in days]
    assert [name for name, _ in rung] == [
        ["Colin Colleague"],
        ["Olive Officer"],
        ["Olive Officer"],
        ["Colin Colleague"],
    ]
    assert ['href="tel:01632960222"' in shown for _, shown in rung] == [False, True, True, False]
    assert ['href="tel:01632960111"' in shown for _, shown in rung] == [True, False, False, True]
    assert "Leave." not in rung[1][1], "why somebody is away is for colleagues"


def test_who_is_back_early_is_rung_again_from_that_day():
    w, restriction = with_contact(NORTHAMPTON)
    changing.change(
        restriction.pk,
        Said("Leave."),
        NewContact(w.staff.officer.pk, from_on=TODAY, until_on=date(2027, 1, 15)),
        by=w.staff.colleague,
        at=NOON,
    )
    assert Entry.objects.get().contact_on(TODAY).name == "Olive Officer"
    changing.end_cover(restriction.pk, by=w.staff.colleague, at=NOON)
    assert Entry.objects.get().contact_on(TODAY).name == "Colin Colleague"


# what was not shown


def test_the_sweep_highlights_what_nothing_shows_and_enters_nobody():
    """A restriction imposed before highlights were kept is not left unseen while the card says that none holds."""
    _, restriction = with_contact(NORTHAMPTON)
    Entry.objects.all().delete()
    assert sweeping.sweep(TODAY, at=NOON).done["shown"] == 1
    entry = Entry.objects.get()
    assert entry.is_highlight and entry.source == f"restriction:{restriction.reference}"
    assert Event.objects.filter(verb="highlight.made").latest("pk").by_ref == ""
    assert sweeping.sweep(TODAY, at=NOON).done["shown"] == 0
