"""Deciding an appeal with others: two persons, two roles, a meeting, somebody asked first; and hearing a late one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from appeals import acts
from appeals.against.effects import NewTerms, NewWords
from appeals.models import Appeal
from appeals.services import deciding, hearing, withdrawing
from appeals.services.answers import agreeing
from audit.models import Decision, Event
from cases.models import Warning
from deadlines.models import Deadline
from decisions.models import Consultation, Voice
from decisions.services import Meeting, Said
from letters.models import Letter
from people.access import NotPermitted
from policies.rules import RuleBroken
from restrictions import limits
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Term
from restrictions.services import ending
from tests import factories, pressing
from tests.appeals import builders as acting
from tests.appeals.builders import ANSWER, ANSWER_BY, LAST_DAY, RECEIVED, WEEK, dover, dover_with, lodge, soon
from tests.restrictions import builders
from tests.restrictions.builders import noon

pytestmark = pytest.mark.django_db
State = Appeal.State
OUTCOMES = [State.UPHELD, State.VARIED, State.DISMISSED, State.OUT_OF_TIME]
TABLE = {one.name: one for one in acting.acts_for_table()}
LATE = LAST_DAY + timedelta(days=1)
SEVERAL = ["2 of manager [6.35]", "manager and team_leader [6.35]"]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(soon(LATE), tick=False) as traveller:
        yield traveller


def people(w):
    """Two who hold the roles of the policies below, and had no part in it; together they satisfy each of them."""
    lead = factories.person(w.provider, "team_leader", "manager", name="Lena Lead")
    return w.staff.manager, lead


def fresh(appeal: Appeal) -> Appeal:
    return Appeal.objects.get(pk=appeal.pk)


def answer_of(by, outcome: str = State.UPHELD):
    return replace(ANSWER, outcome=outcome, reasons=f"{by.name} holds so.", heard_because="He was in hospital.")


def agree(appeal: Appeal, by, at=None):
    """Agree to what the first has decided, with reasons of one's own."""
    own = {"reasons": f"{by.name} holds so too.", "considered": "The same file."}
    return deciding.decide(appeal.pk, agreeing(acts.decide(appeal), **own), by=by, at=at or soon(appeal.received_on))


# Every way in which a policy may give an act to somebody, through service and page


WAYS = [
    ("manager [6.35]", ["manager"]),
    ("manager or team_leader [6.35]", ["team leader"]),
    ("manager and team_leader [6.35]", ["manager", "team leader"]),
    ("2 of manager [6.35]", ["manager", "other manager"]),
    ("unsaid: nobody is named [6.35]", ["manager"]),
]


def those(w, parts: list[str]) -> list:
    found = {"manager": w.staff.manager, "other manager": w.staff.other_manager}
    return [found.get(part) or factories.person(w.provider, "team_leader", name="Lena Lead") for part in parts]


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize(("by", "parts"), WAYS)
def test_as_many_decide_as_the_policy_says_through_the_service(name, by, parts):
    row = TABLE[name]
    w, appeal = row.make(dover(by=by))
    *first, last = those(w, parts)
    for one in first:
        row.take(appeal, one, at=soon(LATE))
        assert not row.done(appeal), "it waits for the others"
        assert row.act(appeal).has_decided(one)
    row.take(appeal, last, at=soon(LATE))
    assert row.done(appeal)
    assert Voice.objects.filter(act=name, says="agree").count() == (len(parts) if first else 0)


@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize(("by", "parts"), WAYS)
def test_as_many_decide_as_the_policy_says_through_the_page(client, name, by, parts):
    row = TABLE[name]
    w, appeal = row.make(dover(by=by))
    *first, last = those(w, parts)
    for one in first:
        client.force_login(one)
        assert row.press(client, appeal)["Location"] == view_url(appeal)
        assert not row.done(appeal)
        assert "Your decision is recorded. It waits for the others." in client.get(view_url(appeal)).content.decode()
    client.force_login(last)
    assert row.press(client, appeal).status_code == 302
    assert row.done(appeal)


def view_url(appeal: Appeal) -> str:
    return reverse("appeals:view", args=[appeal.reference])


def decide_url(appeal: Appeal) -> str:
    return reverse("appeals:decide", args=[appeal.reference])


MEETING = "meeting of manager, team_leader [6.35]"


@pytest.mark.parametrize("name", TABLE)
def test_a_meeting_decides_at_once_and_is_written_down_through_the_service(name):
    row = TABLE[name]
    w, appeal = row.make(dover(by=MEETING))
    manager, lead = those(w, ["manager", "team leader"])
    at = soon(LATE)
    with pytest.raises(RuleBroken, match="Enter who took part") as refused:
        row.take(appeal, manager, at=at)
    assert refused.value.field == "took_part"
    with pytest.raises(RuleBroken, match="Not everybody took part who has to"):
        row.take(appeal, manager, at=at, meeting=Meeting(at.date(), [], "Alone."))
    hit = factories.person(w.provider, "team_leader", name="Harriet Hit")
    builders.log(w.provider, w.staff, w.resident, at=at, affected=(hit,))
    with pytest.raises(RuleBroken, match="Somebody else must take part for Harriet Hit"):
        row.take(appeal, manager, at=at, meeting=Meeting(at.date(), [hit.pk], "She was hit."))
    row.take(appeal, manager, at=at, meeting=Meeting(at.date(), [lead.pk], "Both hold so."))
    assert row.done(appeal)
    event = Event.objects.select_related("words").get(verb="decision.met")
    assert (event.facts["act"], event.words.body) == (name, {"said": "Both hold so."})
    assert {one.by for one in Voice.objects.filter(act=name)} == {manager, lead}


@pytest.mark.parametrize("name", TABLE)
def test_a_meeting_is_asked_about_on_the_page(client, name):
    row = TABLE[name]
    w, appeal = row.make(dover(by=MEETING))
    manager, lead = those(w, ["manager", "team leader"])
    client.force_login(manager)
    page = row.press(client, appeal).content.decode()
    assert "Who decided this with you?" in page and "Not everybody took part who has to" in page
    assert "Lena Lead" in page and "It is so." in page, "nothing typed is lost"
    assert f'value="{w.staff.team_leader.pk}"' not in page, "who imposed it is not listed"
    typed = {"took_part": [str(lead.pk)], "said": "Both hold so."}
    typed |= {"met_on_day": "21", "met_on_month": "1", "met_on_year": "2027"}
    assert row.press(client, appeal, **typed).status_code == 302
    assert row.done(appeal)


@pytest.mark.parametrize("name", TABLE)
def test_whom_the_policy_bars_decides_nothing_and_hears_by_which_clause(client, name):
    row = TABLE[name]
    w, appeal = row.make(dover('not_by = "spoc [6.35]"'))
    Term.objects.create(
        restriction=appeal.restriction,
        channel="spoc",
        limit="limited",
        words="Ring on Mondays.",
        person=w.staff.manager,
    )
    why = r"You are the single point of contact in this case, .* \(clause 6.35\). Maxine Manager can"
    with pytest.raises(NotPermitted, match=why):
        row.take(appeal, w.staff.manager, at=soon(LATE))
    client.force_login(w.staff.manager)
    assert "so somebody else decides" in client.get(view_url(appeal)).content.decode()
    row.take(appeal, w.staff.other_manager, at=soon(LATE))
    assert row.done(appeal)


@pytest.mark.parametrize("name", TABLE)
def test_nothing_is_decided_before_those_were_asked_whom_the_policy_has_asked_first(client, name):
    row = TABLE[name]
    w, appeal = row.make(dover('consult = "data_protection_officer [6.35]"'))
    with pytest.raises(RuleBroken, match=r"Record what was said by: Data Protection Officer \(clause 6.35\)"):
        row.take(appeal, w.staff.manager, at=soon(LATE))
    client.force_login(w.staff.manager)
    page = row.press(client, appeal).content.decode()
    assert "Record what was said by: Data Protection Officer" in page and "Nothing is decided before this." in page
    client.force_login(w.staff.officer)
    address = reverse("appeals:consult", args=[appeal.reference])
    assert address in client.get(view_url(appeal)).content.decode()
    typed = {"person": w.staff.dpo.pk, "on_day": "21", "on_month": "1", "on_year": "2027", "words": "No objection."}
    assert pressing.press(client, address, typed)["Location"] == view_url(appeal)
    assert "No objection." in client.get(view_url(appeal)).content.decode()
    assert Consultation.objects.get().about == f"appeal:{appeal.reference}"
    row.take(appeal, w.staff.manager, at=soon(LATE))
    assert row.done(appeal)


def test_what_the_policy_commends_to_ask_stops_nothing():
    w = dover_with('consult = "data_protection_officer [6.35 recommended]"')
    appeal = lodge(w, builders.imposed(w))
    assert acting.uphold(appeal, by=w.staff.manager, at=soon()).state == State.UPHELD


def test_where_nobody_is_asked_first_there_is_no_page_for_it(client):
    w, appeal = TABLE["appeal"].make(dover())
    client.force_login(w.staff.officer)
    assert client.get(reverse("appeals:consult", args=[appeal.reference])).status_code == 404


def test_nobody_is_asked_once_it_is_decided(client):
    w, appeal = TABLE["appeal"].make(dover('consult = "data_protection_officer [6.35 recommended]"'))
    acting.uphold(appeal, by=w.staff.manager, at=soon(), answer=answer_of(w.staff.manager))
    client.force_login(w.staff.officer)
    address = reverse("appeals:consult", args=[appeal.reference])
    page = client.get(address)
    assert page.status_code == 409 and "Morgan Manager decided" in page.content.decode()
    assert address not in client.get(view_url(appeal)).content.decode()


# What one of several has decided


@pytest.mark.parametrize("by", SEVERAL)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_one_alone_decides_nothing_that_the_policy_gives_to_two(by, outcome):
    """A manager alone upheld an appeal that the policy gives to two: nothing may follow from one voice."""
    w = dover_with(by=by)
    restriction = builders.imposed(w)
    appeal = lodge(w, restriction, on=LATE if outcome == State.OUT_OF_TIME else RECEIVED)
    manager, lead = people(w)
    at = soon(appeal.received_on)
    before = Letter.objects.count()
    waiting = acting.decide(appeal, outcome, by=manager, at=at, answer=answer_of(manager))
    assert waiting.is_open and fresh(appeal).decided_by is None
    assert Restriction.objects.get().state == Restriction.State.IN_FORCE and Letter.objects.count() == before
    done = agree(appeal, lead, at=at)
    assert (done.state, done.decided_by) == (outcome, lead)
    assert done.reasons == "Lena Lead holds so too."
    letter = Letter.objects.get(kind="appeal_outcome")
    assert letter.facts["reasons"] == "Lena Lead holds so too."
    rows = Decision.objects.filter(what__in=("decision.agreed", f"appeal.{outcome}")).order_by("pk")
    assert [(one.what, one.event.by_name, one.clause) for one in rows][:2] == [
        ("decision.agreed", "Morgan Manager", "6.35"), ("decision.agreed", "Lena Lead", "6.35"),
    ]  # fmt: skip


def test_what_the_first_has_decided_takes_effect_with_the_last_and_not_otherwise(client):
    w = dover_with(by="2 of manager [6.35]")
    restriction = builders.imposed(w)
    appeal = lodge(w, restriction)
    terms = [NewTerm.of(term) for term in limits.of(restriction) if term.channel != "phone"]
    softer = [NewTerm("phone", "limited", "Calls on Tuesdays between 10am and midday."), *terms]
    earlier = date(2027, 3, 1)
    sets = NewTerms(softer, earlier, ["Two people visit together."])
    answer = replace(answer_of(w.staff.manager, State.VARIED), sets=sets)
    deciding.decide(appeal.pk, answer, by=w.staff.manager, at=soon())
    client.force_login(w.staff.other_manager)
    with time_machine.travel(soon(), tick=False):
        page = client.get(decide_url(appeal)).content.decode()
        for words in ("What is put before you", "Calls on Tuesdays", "1 March 2027", "Two people visit together."):
            assert words in page
        assert "Morgan Manager holds so." not in page, "each judges for themselves"
        with pytest.raises(RuleBroken, match="Agree to what is put before you"):
            acting.decide(appeal, State.DISMISSED, by=w.staff.other_manager, at=soon())
        typed = {"decision": "agree", "reasons": "It is enough.", "considered": "The file."}
        check = pressing.check(client, decide_url(appeal), typed).content.decode()
        assert "Calls on Tuesdays" in check and "is replaced today by a restriction on these terms" in check
        assert pressing.decide(client, decide_url(appeal), typed).status_code == 302
    successor = fresh(appeal).replaced_by
    assert successor.ends_on == earlier and successor.instructions == ["Two people visit together."]
    assert "Calls on Tuesdays between 10am and midday." in [term.words for term in limits.of(successor)]


def test_another_letter_is_put_before_the_others_in_full(client):
    text = dover(by="2 of manager [6.35]").replace(
        'covers = "restriction [6.34]"', 'covers = "written, restriction [6.34]"'
    )
    w = acting.case_on(text)
    old = acting.letter_of(w)
    appeal = acting.lodge_against(w, old.paper.reference)
    words = NewWords("Ring once a day.", {one["reference"]: "You rang twice." for one in old.paper.facts["incidents"]})
    deciding.decide(
        appeal.pk, replace(answer_of(w.staff.manager, State.VARIED), sets=words), by=w.staff.manager, at=WEEK
    )
    assert Warning.objects.filter(kind="written", withdrawn_at=None).get() == old
    client.force_login(w.staff.other_manager)
    with time_machine.travel(WEEK, tick=False):
        page = client.get(decide_url(appeal)).content.decode()
        assert "Ring once a day." in page and "You rang twice." in page
    agree(appeal, w.staff.other_manager, at=WEEK)
    assert acting.letter_of(w).paper.facts["expected"] == "Ring once a day."


def test_it_waits_on_the_lists_of_the_others_and_no_longer_on_ones_own():
    w = dover_with(by="2 of manager [6.35]")
    appeal = lodge(w, builders.imposed(w))
    manager, other = w.staff.manager, w.staff.other_manager
    waits = lambda: Deadline.objects.open().get(kind="appeal.decide")  # noqa: E731
    assert waits().waits_for(manager) and waits().waits_for(other)
    acting.uphold(appeal, by=manager, at=soon(), answer=answer_of(manager))
    assert not waits().waits_for(manager) and waits().waits_for(other) and waits().due_on == ANSWER_BY
    with pytest.raises(TransitionNotAllowed, match="You have decided already"):
        agree(appeal, manager)
    deciding.disagree(appeal.pk, by=other, at=soon(), reasons="The log says otherwise.")
    assert waits().waits_for(manager) and waits().waits_for(other), "it is decided anew"
    assert waits().due_on == ANSWER_BY
    assert not waits().waits_for(w.staff.team_leader)
    assert Decision.objects.get(what="decision.not_agreed").event.words.body["reasons"] == "The log says otherwise."
    assert fresh(appeal).is_open and Restriction.objects.get().state == Restriction.State.IN_FORCE
    assert acting.dismiss(appeal, by=other, at=soon(), answer=answer_of(other)).is_open, "other outcomes are open again"
    agree(appeal, manager)
    assert fresh(appeal).state == State.DISMISSED
    assert not Deadline.objects.open().filter(kind="appeal.decide").exists()


def test_not_to_agree_needs_reasons_and_something_to_agree_to(client):
    w = dover_with(by="2 of manager [6.35]")
    appeal = lodge(w, builders.imposed(w))
    with pytest.raises(TransitionNotAllowed, match="nothing here that waits for you"):
        deciding.disagree(appeal.pk, by=w.staff.manager, at=soon(), reasons="No.")
    acting.uphold(appeal, by=w.staff.manager, at=soon(), answer=answer_of(w.staff.manager))
    with pytest.raises(RuleBroken, match="Enter why you do not agree"):
        deciding.disagree(appeal.pk, by=w.staff.other_manager, at=soon(), reasons=" ")
    client.force_login(w.staff.other_manager)
    with time_machine.travel(soon(), tick=False):
        page = pressing.check(client, decide_url(appeal), {"decision": "against", "reasons": ""}).content.decode()
        assert "Enter your reasons" in page
        done = pressing.check(client, decide_url(appeal), {"decision": "against", "reasons": "The log says otherwise."})
        assert done["Location"] == view_url(appeal), "nothing has to be checked"
        assert (
            "It is decided anew" in client.get(view_url(appeal)).content.decode()
            or Voice.objects.on(f"appeal:{appeal.reference}", "appeal").count() == 0
        )
    assert not acts.decide(fresh(appeal)).voices


def test_whoever_has_decided_reads_so_and_presses_nothing(client):
    w = dover_with(by="2 of manager [6.35]")
    appeal = lodge(w, builders.imposed(w))
    acting.uphold(appeal, by=w.staff.manager, at=soon(), answer=answer_of(w.staff.manager))
    client.force_login(w.staff.manager)
    with time_machine.travel(soon(), tick=False):
        page = client.get(decide_url(appeal)).content.decode()
        assert "You have decided" in page and "Check your decision" not in page
        assert "You have decided. It waits for: 2 of: Manager." in client.get(view_url(appeal)).content.decode()
        assert client.post(decide_url(appeal), {"do": "do"})["Location"] == view_url(appeal)
    assert Voice.objects.count() == 1


def test_withdrawn_nothing_waits_and_what_was_decided_on_it_counts_no_more():
    w = dover_with(by="2 of manager [6.35]")
    appeal = lodge(w, builders.imposed(w))
    acting.uphold(appeal, by=w.staff.manager, at=soon(), answer=answer_of(w.staff.manager))
    withdrawing.withdraw(appeal.pk, by=w.staff.officer, at=soon(), reason="By phone")
    assert not Deadline.objects.open().filter(about=f"appeal:{appeal.reference}").exists()
    assert Voice.objects.get().dropped_at is not None
    with pytest.raises(TransitionNotAllowed, match="“Withdrawn”"):
        acting.uphold(appeal, by=w.staff.other_manager, at=soon())


def test_what_can_no_longer_be_carried_out_is_refused_to_those_who_would_agree():
    w = dover_with(by="2 of manager [6.35]")
    restriction = builders.imposed(w)
    appeal = lodge(w, restriction)
    acting.decide(appeal, State.VARIED, by=w.staff.manager, at=soon(), answer=answer_of(w.staff.manager))
    head = factories.person(w.provider, "team_leader", name="Lena Lead")
    ending.lift(restriction.pk, Said("He has apologised.", considered="Fair."), by=head, at=soon())
    with pytest.raises(RuleBroken, match="no longer in force"):
        agree(appeal, w.staff.other_manager)
    deciding.disagree(appeal.pk, by=w.staff.other_manager, at=soon(), reasons="It is over.")
    acting.dismiss(appeal, by=w.staff.other_manager, at=soon(), answer=answer_of(w.staff.other_manager))
    assert agree(appeal, w.staff.manager).state == State.DISMISSED


def test_the_letter_goes_out_in_the_name_of_a_decider_who_can_carry_it_out():
    """Somebody whose role decides no cases has a voice with others, and the letter goes out in the other's name."""
    w = dover_with(by="manager and data_protection_officer [6.35]")
    appeal = lodge(w, builders.imposed(w))
    acting.uphold(appeal, by=w.staff.manager, at=soon(), answer=answer_of(w.staff.manager))
    done = agree(appeal, w.staff.dpo)
    assert done.decided_by == w.staff.dpo and done.letter.issued_by == w.staff.manager
    assert Restriction.objects.get().state == Restriction.State.LIFTED


# Hearing a late one


def late_under(by: str):
    w = dover_with(by=by)
    return w, lodge(w, builders.imposed(w), on=LATE)


def test_that_a_late_appeal_is_heard_waits_for_the_others_too():
    w, appeal = late_under("2 of manager [6.35]")
    at = soon(LATE)
    acting.hear(appeal, by=w.staff.manager, at=at, reasons="He was in hospital.")
    assert fresh(appeal).awaits_hearing
    due = Deadline.objects.open().get(kind="appeal.hear")
    assert not due.waits_for(w.staff.manager) and due.waits_for(w.staff.other_manager)
    assert due.page == "appeals:hear"
    acting.hear(appeal, by=w.staff.other_manager, at=at, reasons="The ward confirms it.")
    heard = fresh(appeal)
    assert (heard.late_accepted_by, heard.late_accepted_reason) == (w.staff.other_manager, "The ward confirms it.")
    assert not Deadline.objects.open().filter(kind="appeal.hear").exists()


def test_not_agreed_it_still_waits_for_somebody_to_say_whether_it_is_heard():
    w, appeal = late_under("2 of manager [6.35]")
    at = soon(LATE)
    acting.hear(appeal, by=w.staff.manager, at=at, reasons="He was in hospital.")
    hearing.disagree(appeal.pk, by=w.staff.other_manager, at=at, reasons="He was not.")
    assert fresh(appeal).awaits_hearing and not acts.hear_late(fresh(appeal)).voices
    assert not Deadline.objects.open().filter(kind="appeal.hear").exists()
    acting.refuse_as_late(appeal, by=w.staff.other_manager, at=at)
    assert agree(appeal, w.staff.manager).state == State.OUT_OF_TIME


def test_one_decision_on_an_appeal_waits_at_a_time(client):
    w, appeal = late_under("2 of manager [6.35]")
    at = soon(LATE)
    acting.hear(appeal, by=w.staff.manager, at=at, reasons="He was in hospital.")
    with pytest.raises(TransitionNotAllowed, match="Morgan Manager has decided that it is heard"):
        acting.refuse_as_late(appeal, by=w.staff.other_manager, at=at)
    client.force_login(w.staff.other_manager)
    page = client.get(view_url(appeal)).content.decode()
    assert "Morgan Manager has decided that it is heard." in page and "Agree that it is heard, or not" in page
    assert decide_url(appeal) not in page
    assert client.get(decide_url(appeal)).status_code == 409
    hearing.disagree(appeal.pk, by=w.staff.other_manager, at=at, reasons="He was not.")
    acting.refuse_as_late(appeal, by=w.staff.other_manager, at=at)
    with pytest.raises(TransitionNotAllowed, match="Maxine Manager has decided on it"):
        hearing.hear_late(appeal.pk, Said("He was in hospital."), by=w.staff.manager, at=at)
    client.force_login(w.staff.manager)
    assert reverse("appeals:hear", args=[appeal.reference]) not in client.get(view_url(appeal)).content.decode()


def test_several_who_uphold_a_late_appeal_hear_it_with_the_same_decision():
    w, appeal = late_under("2 of manager [6.35]")
    at = soon(LATE)
    acting.uphold(appeal, by=w.staff.manager, at=at, answer=answer_of(w.staff.manager))
    assert fresh(appeal).awaits_hearing, "one voice hears nothing"
    done = agree(appeal, w.staff.other_manager, at=at)
    assert (done.state, done.late_accepted_reason) == (State.UPHELD, "He was in hospital.")


# Deciders by other lines of the policy


def test_the_table_of_single_acts_may_name_who_decides():
    text = dover(by="unsaid: nobody is named [6.35]")
    w = acting.case_on(f'{text}\n[decide]\nappeal = {{ by = "2 of manager", clause = "6.35" }}\n')
    appeal = lodge(w, builders.imposed(w))
    assert acts.decide(appeal).names() == "2 of: Manager"
    assert acting.uphold(appeal, by=w.staff.manager, at=soon()).is_open


def test_what_the_policy_has_weighed_before_an_appeal_stands_on_its_page(client):
    w, appeal = TABLE["appeal"].make(
        dover().replace("[consider]\n", '[consider]\nappeal = ["What has changed since? [6.35]"]\n')
    )
    client.force_login(w.staff.manager)
    page = client.get(decide_url(appeal)).content.decode()
    assert "What the policy asks you to weigh" in page and "What has changed since?" in page


def test_noon_is_noon():
    assert noon(RECEIVED) < soon()
