"""Deciding with others: two persons, a meeting, somebody asked first, and deciders of a kind of their own."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django_fsm import TransitionNotAllowed

import appeals.acts
from appeals.against import finding
from audit.models import Decision, Event
from cases.models import Case
from cases.services import issuing, warnings
from deadlines.models import Deadline
from decisions.models import Voice
from decisions.services import Meeting, Said
from people.access import NotPermitted
from policies.rules import RuleBroken
from restrictions import acts, parts_taken
from restrictions.dates import Changes
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import ending, proposing
from restrictions.services.parts.length import save_length
from restrictions.services.parts.terms import save_kinds, save_terms
from restrictions.services.parts.whole import missing
from tests import factories, invented
from tests.factories import NOON
from tests.pressing import check, decide, press
from tests.restrictions import builders

pytestmark = pytest.mark.django_db
State = Restriction.State
POST_ONLY = [
    NewTerm("phone", "closed"),
    NewTerm("email", "closed"),
    NewTerm("office", "closed"),
    NewTerm("letter", "limited", "Letters to the quay office."),
]


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def harbour(was: str = "", now: str = "") -> builders.World:
    """Harbour Homes: no stages; two of warden, keeper and director decide, after the Records Officer was asked."""
    text = invented.TEXTS["harbour"]
    assert was in text
    provider = invented.running_on_text(text.replace(was, now) if was else text, slug="harbour")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    builders.log(provider, staff, resident, at=NOON - timedelta(days=5))
    case = Case.objects.get(resident=resident)
    builders.assess(case, staff.officer, at=NOON - timedelta(days=1))
    return builders.World(provider, staff, resident, Case.objects.get(pk=case.pk), NOON)


def prepared(w: builders.World, kinds=("post_only",), terms=POST_ONLY) -> Restriction:
    restriction = proposing.start(w.case.pk, by=w.staff.officer, at=NOON)
    builders.fill(restriction, months=3, by=w.staff.officer, at=NOON)
    save_terms(restriction.pk, by=w.staff.officer, at=NOON, terms=terms)
    save_kinds(restriction.pk, by=w.staff.officer, at=NOON, kinds=kinds)
    for key in ("risk_assessment", "less_restrictive"):
        assert key in {gate.key for gate in w.case.policy.gates_before("restrict")}
    return Restriction.objects.get(pk=restriction.pk)


def proposed(w: builders.World, **how) -> Restriction:
    return proposing.propose(prepared(w, **how).pk, by=w.staff.officer, at=NOON)


def consult(w: builders.World, restriction: Restriction, at=NOON) -> None:
    proposing.consult(
        restriction.pk,
        act="restrict",
        by=w.staff.officer,
        at=at,
        person_id=w.staff.dpo.pk,
        on=NOON.date(),
        words="No objection.",
    )


def people(w: builders.World):
    """A warden, a keeper and a director; the staff's team leader is a warden already."""
    return (
        factories.person(w.provider, "warden", name="Wanda Warden"),
        factories.person(w.provider, "keeper", name="Kit Keeper"),
        factories.person(w.provider, "director", name="Dirk Director"),
    )


def fresh(restriction: Restriction) -> Restriction:
    return Restriction.objects.get(pk=restriction.pk)


def impose(restriction, by, **how):
    how = {"reasons": f"{by.name} holds that it is needed.", "considered": "In proportion."} | how
    return builders.impose(restriction.pk, by=by, at=NOON, **how)


def test_nothing_is_decided_before_those_were_asked_whom_the_policy_has_asked_first():
    w = harbour()
    warden, _, _ = people(w)
    restriction = proposed(w)
    with pytest.raises(RuleBroken, match=r"Record what was said by: Records Officer") as refusal:
        impose(restriction, warden)
    assert (refusal.value.rule.clause, refusal.value.field) == ("6", None)
    with pytest.raises(RuleBroken, match="Select who was consulted"):
        proposing.consult(
            restriction.pk, act="restrict", by=w.staff.officer, at=NOON, person_id=warden.pk, on=NOON.date(), words="x"
        )
    with pytest.raises(RuleBroken, match="today or in the past"):
        proposing.consult(
            restriction.pk,
            act="restrict",
            by=w.staff.officer,
            at=NOON,
            person_id=w.staff.dpo.pk,
            on=NOON.date() + timedelta(days=1),
            words="x",
        )
    consult(w, restriction)
    impose(restriction, warden)
    event = Event.objects.select_related("words").get(verb="decision.consulted")
    assert (event.facts["name"], event.words.body) == (w.staff.dpo.name, {"said": "No objection."})


def test_the_first_of_two_is_a_voice_and_the_second_makes_it_take_effect():
    w = harbour()
    warden, keeper, _ = people(w)
    restriction = proposed(w)
    consult(w, restriction)
    waiting = impose(restriction, warden)
    assert waiting.state == State.PROPOSED and fresh(restriction).decided_by is None
    due = Deadline.objects.open().get(kind="restriction.decide")
    assert not due.waits_for(warden) and due.waits_for(keeper)
    with pytest.raises(TransitionNotAllowed, match="You have decided"):
        impose(restriction, warden)
    with pytest.raises(TransitionNotAllowed, match="You have decided"):
        proposing.send_back(restriction.pk, Said("I think again."), by=warden, at=NOON)
    done = impose(restriction, keeper)
    assert (done.state, done.decided_by) == (State.IN_FORCE, keeper)
    assert {voice.by for voice in Voice.objects.filter(says="agree", dropped_at=None)} == {warden, keeper}
    decisions = Decision.objects.filter(what="decision.agreed").order_by("pk")
    assert [(one.event.by_name, one.clause) for one in decisions] == [("Wanda Warden", "6"), ("Kit Keeper", "6")]
    assert parts_taken.first_deciders(done) == {warden.pk, keeper.pk}


def test_one_person_in_two_roles_is_one_person():
    w = harbour()
    both = factories.person(w.provider, "warden", "keeper", name="Wren Both")
    restriction = proposed(w)
    consult(w, restriction)
    assert impose(restriction, both).state == State.PROPOSED


def test_who_decided_first_with_another_decides_no_review_and_no_appeal():
    """F12 holds for each of those who decided together, not only for the last."""
    w = harbour()
    warden, keeper, director = people(w)
    restriction = proposed(w)
    consult(w, restriction)
    impose(restriction, director)
    done = impose(restriction, keeper)
    assert done.decided_by == keeper
    with pytest.raises(NotPermitted, match=r"You imposed this, so somebody else decides"):
        acts.review_to_come(done).check(director)
    barred = appeals.acts.to_come(finding.of_restriction(done)).barred.keys()
    assert {director.pk, keeper.pk} <= barred and warden.pk not in barred


def test_where_they_differ_it_goes_back_with_the_reasons_of_both():
    w = harbour()
    warden, keeper, director = people(w)
    restriction = proposed(w)
    consult(w, restriction)
    impose(restriction, warden)
    proposing.send_back(restriction.pk, Said("Three months are too many."), by=keeper, at=NOON)
    now = fresh(restriction)
    assert now.state == State.RETURNED
    assert now.returned_reason == (
        "Wanda Warden agreed:\nWanda Warden holds that it is needed.\n\n"
        "Kit Keeper did not agree:\nThree months are too many."
    )
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    consult(w, restriction, at=NOON + timedelta(hours=1))
    assert impose(restriction, keeper).state == State.PROPOSED, "what was said before it went back counts no more"
    assert impose(restriction, director).state == State.IN_FORCE
    assert parts_taken.first_deciders(fresh(restriction)) == {keeper.pk, director.pk}


def test_those_who_decide_together_decide_on_the_same_thing():
    w = harbour()
    warden, _, _ = people(w)
    restriction = proposed(w)
    consult(w, restriction)
    with pytest.raises(RuleBroken, match="several decide, and on the same thing"):
        impose(restriction, warden, changes=Changes(months=4))
    assert not Voice.objects.exists() and fresh(restriction).months == 3


# A kind with deciders of its own


def named(w: builders.World) -> Restriction:
    terms = [NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    restriction = proposed(w, kinds=("named",), terms=terms)
    consult(w, restriction)
    return restriction


def test_a_meeting_decides_where_the_kind_says_so_and_everybody_in_it_has_decided():
    w = harbour()
    warden, keeper, director = people(w)
    restriction = named(w)
    assert acts.impose(restriction).names() == "a meeting of Quay Warden and House Keeper"
    with pytest.raises(NotPermitted, match="a meeting of Quay Warden and House Keeper decide on a restriction"):
        impose(restriction, director)
    for meeting, words, field in (
        (None, "who took part", "took_part"),
        (Meeting(NOON.date(), [], "All agreed."), "Not everybody took part who has to", "took_part"),
        (Meeting(NOON.date(), [director.pk], "All agreed."), "whom the policy lets take part", "took_part"),
        (Meeting(NOON.date() + timedelta(days=1), [keeper.pk], "All agreed."), "today or in the past", "met_on"),
        (Meeting(NOON.date(), [keeper.pk], " "), "what was said in the meeting", "said"),
    ):
        with pytest.raises(RuleBroken, match=words) as refusal:
            impose(restriction, warden, meeting=meeting)
        assert refusal.value.field == field and fresh(restriction).state == State.PROPOSED
    done = impose(restriction, warden, meeting=Meeting(NOON.date(), [keeper.pk], "Both hold it to be needed."))
    assert done.state == State.IN_FORCE and parts_taken.first_deciders(done) == {warden.pk, keeper.pk}
    met = Event.objects.select_related("words").get(verb="decision.met")
    assert met.facts["took_part"] == ["Kit Keeper", "Wanda Warden"]
    assert met.words.body == {"said": "Both hold it to be needed."}


def test_somebody_affected_takes_no_part_in_the_meeting():
    w = harbour()
    warden, keeper, _ = people(w)
    builders.log(w.provider, w.staff, w.resident, at=NOON - timedelta(days=3), affected=(keeper,))
    restriction = named(w)
    with pytest.raises(RuleBroken, match="Somebody else must take part for Kit Keeper"):
        impose(restriction, warden, meeting=Meeting(NOON.date(), [keeper.pk], "Both agreed."))


def test_several_kinds_need_those_who_may_decide_all_of_them():
    w = harbour()
    warden, keeper, _ = people(w)
    terms = [*POST_ONLY, NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    restriction = proposed(w, kinds=("named", "post_only"), terms=terms)
    consult(w, restriction)
    body = acts.impose(restriction)
    assert [who.how for who in body.whos] == ["count", "meeting"]
    assert not body.lacking([warden, keeper])
    two_wardens = [warden, w.staff.team_leader]
    assert body.lacking(two_wardens) == ["a meeting of Quay Warden and House Keeper"]


def test_a_closed_list_of_kinds_needs_one_of_them():
    w = harbour()
    restriction = prepared(w, kinds=["post_only"])
    with pytest.raises(RuleBroken, match="the policy allows no other"):
        save_kinds(restriction.pk, by=w.staff.officer, at=NOON, kinds=[])
    with pytest.raises(RuleBroken, match="kinds that the policy has"):
        save_kinds(restriction.pk, by=w.staff.officer, at=NOON, kinds=["banishment"])
    Restriction.objects.filter(pk=restriction.pk).update(kinds=[])
    assert "Select which of the policy's kinds it is (clause 6)" in [str(one) for one in missing(fresh(restriction))]


# Ending, extending, warning: each of several by themselves


def imposed(w: builders.World, *deciders, months: int = 3) -> Restriction:
    restriction = prepared(w)
    save_length(restriction.pk, by=w.staff.officer, at=NOON, months=months)
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    consult(w, restriction)
    for who in deciders:
        impose(restriction, who)
    return fresh(restriction)


def test_two_lift_where_the_policy_says_two_each_by_themselves(clock):
    w = harbour('lift = { by = "director"', 'lift = { by = "2 of warden, director"')
    warden, keeper, director = people(w)
    restriction = imposed(w, warden, keeper)
    client, ref = signed_in(director), restriction.reference
    page = client.get(url("lift", ref)).content.decode()
    assert "Who decided this with you?" not in page and "0 of 2 have decided" in page
    typed = {"reason": "It is “over”."}
    checked = check(client, url("lift", ref), typed).content.decode()
    assert "Nothing happens before these agree as well" in checked and "Record your decision" in checked
    assert decide(client, url("lift", ref), typed).url == url("view", ref)
    assert fresh(restriction).state == State.IN_FORCE and not Decision.objects.filter(what="restriction.lifted")
    waits = Deadline.objects.open().get(kind="restriction.lift")
    assert waits.waits_for(warden) and not waits.waits_for(director) and not waits.waits_for(keeper)
    assert "You have decided" in client.get(url("lift", ref)).content.decode()
    with pytest.raises(TransitionNotAllowed, match="You have decided already"):
        ending.lift(restriction.pk, Said("Again."), by=director, at=NOON)

    client = signed_in(warden)
    page = client.get(url("lift", ref)).content.decode()
    assert "Do you agree?" in page and "1 of 2 has decided" in page and "It is “over”." not in page
    page = check(client, url("lift", ref), {"reason": "It is “over” for me."}).content.decode()
    assert "Select whether you agree" in page and "It is “over” for me." in page
    answer = decide(client, url("lift", ref), {"decision": "agree", "reason": "So it is."})
    assert answer.url == url("lifted", ref) and fresh(restriction).state == State.LIFTED
    assert not Deadline.objects.open().filter(kind="restriction.lift").exists()
    agreed = Decision.objects.filter(what="decision.agreed", event__facts__act="lift").order_by("pk")
    assert [one.event.by_name for one in agreed] == ["Dirk Director", "Wanda Warden"]


def test_who_does_not_agree_that_it_is_lifted_leaves_it_standing(clock):
    w = harbour('lift = { by = "director"', 'lift = { by = "2 of warden, director"')
    warden, keeper, director = people(w)
    restriction = imposed(w, warden, keeper)
    with pytest.raises(TransitionNotAllowed, match="nothing here that waits for you"):
        ending.disagree_to_lift(restriction.pk, by=warden, at=NOON, reasons="No.")
    ending.lift(restriction.pk, Said("It is over."), by=director, at=NOON)
    with pytest.raises(RuleBroken, match="Enter why you do not agree"):
        ending.disagree_to_lift(restriction.pk, by=warden, at=NOON, reasons=" ")
    with pytest.raises(TransitionNotAllowed, match="nothing here that waits for you"):
        ending.disagree_to_lift(restriction.pk, by=director, at=NOON, reasons="I think again.")
    answer = check(
        signed_in(warden), url("lift", restriction.reference), {"decision": "against", "reason": "He rang on Monday."}
    )
    assert answer.url == url("view", restriction.reference) and fresh(restriction).state == State.IN_FORCE
    against = Decision.objects.select_related("event__words").get(what="decision.not_agreed")
    assert against.event.words.body["reasons"] == "He rang on Monday."
    assert not Deadline.objects.open().filter(kind="restriction.lift").exists()
    ending.lift(restriction.pk, Said("It is over now."), by=warden, at=NOON)
    assert fresh(restriction).state == State.IN_FORCE, "what was said before counts no more"


def extending(w, clock) -> tuple[Restriction, object, dict]:
    warden, keeper, director = people(w)
    restriction = imposed(w, warden, keeper)
    clock.move_to(later := NOON + timedelta(days=89), tick=False)
    review = builders.under_review(w, restriction, at=later)
    how = {"at": later, "outcome": "extend", "months": 1, "reasons": "It goes on.", "evidence": "He rang again.",
           "considered": "What has changed."}  # fmt: skip
    return restriction, review, how | {"by": director}


def test_an_extension_takes_those_whom_the_policy_names_for_it_as_well(clock):
    """Harbour 7 and 8: a director reviews; two of three extend, each by themselves and in the same way."""
    w = harbour()
    restriction, review, how = extending(w, clock)
    director = how["by"]
    third = factories.person(w.provider, "keeper", name="Kay Keeper")
    with pytest.raises(NotPermitted):
        builders.decide_review(review.pk, **how | {"by": third})
    assert builders.decide_review(review.pk, **how).state == "begun"
    assert fresh(restriction).state == State.IN_FORCE
    waits = Deadline.objects.open().get(kind="review.agree")
    assert waits.waits_for(third) and not waits.waits_for(director)
    with pytest.raises(RuleBroken, match="Agree to what is put before you") as refusal:
        builders.decide_review(review.pk, **how | {"by": third, "months": 2})
    assert refusal.value.field == "decision"
    client, address = signed_in(third), url("review", restriction.reference)
    page = client.get(address).content.decode()
    assert "What is put before you" in page and "He rang again." in page and "It goes on." not in page
    typed = {"decision": "agree", "reasons": "I hold so “too”."}
    page = check(client, address, typed).content.decode()
    assert "Enter what else you considered" in page and "I hold so “too”." in page
    typed |= {"considered": "Nothing has changed."}
    checked = check(client, address, typed).content.decode()
    assert "Check before you decide" in checked and "Decide the review" in checked
    assert decide(client, address, typed).url == url("reviewed", review.reference)
    successor = Restriction.objects.get(follows=restriction)
    assert {director.pk, third.pk} <= parts_taken.first_deciders(successor)
    assert not Deadline.objects.open().filter(kind="review.agree").exists()


def test_who_does_not_agree_to_an_extension_leaves_the_review_open(clock):
    w = harbour()
    restriction, review, how = extending(w, clock)
    third = factories.person(w.provider, "keeper", name="Kay Keeper")
    builders.decide_review(review.pk, **how)
    against = {"decision": "against", "reasons": "A month is too long.", "considered": "Two weeks."}
    answer = check(signed_in(third), url("review", restriction.reference), against)
    assert answer.status_code == 302 and not Restriction.objects.filter(follows=restriction).exists()
    assert review.__class__.objects.get(pk=review.pk).state == "begun"
    assert not Deadline.objects.open().filter(kind="review.agree").exists()
    done = builders.decide_review(review.pk, **how | {"outcome": "lift", "months": None, "evidence": ""})
    assert done.state == "decided", "a director alone may end it"


def test_terms_that_are_changed_are_put_before_the_others_as_they_are(clock):
    """A review that several decide, with other terms: the second reads them and agrees to the very same."""
    w = harbour('by = "director [8]"', 'by = "2 of warden, director [8]"')
    restriction, review, how = extending(w, clock)
    other = factories.person(w.provider, "warden", name="Walt Warden")
    terms = [NewTerm("phone", "limited", "On Mondays."), NewTerm("letter", "limited", "Letters to the quay office.")]
    varied = how | {"outcome": "vary", "months": 1, "terms": terms, "instructions": ["Ring back on Mondays."]}
    builders.decide_review(review.pk, **varied)
    client, address = signed_in(other), url("review", restriction.reference)
    page = client.get(address).content.decode()
    assert "On Mondays." in page and "Ring back on Mondays." in page
    typed = {"decision": "agree", "reasons": "So do I.", "considered": "Fair."}
    assert decide(client, address, typed).url == url("reviewed", review.reference)
    successor = Restriction.objects.get(follows=restriction)
    assert {term.words for term in successor.terms.all() if term.limit == "limited"} == {
        "On Mondays.", "Letters to the quay office."
    }  # fmt: skip
    assert successor.instructions == ["Ring back on Mondays."]


def warned_by_two() -> tuple:
    text = invented.TEXTS["highmoor"].replace(
        'by = "lead or above [4.3]"', 'by = "2 of lead or above [4.3]"\nnot_by = "proposer [4.3]"'
    )
    provider = invented.running_on_text(text, slug="highmoor")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    for days in (9, 8, 7):
        builders.log(provider, staff, resident, at=NOON - timedelta(days=days))
    case = Case.objects.get(resident=resident)
    head = factories.person(provider, "head", name="Heledd Head")
    warning = warnings.draft_warning(
        case.pk, warnings.Content(list(case.incidents.all()), "Speak calmly."), by=staff.team_leader, at=NOON
    )
    return case, staff, head, factories.person(provider, "lead", name="Lowri Lead"), warning


def test_two_issue_a_warning_letter_where_the_policy_says_two_and_not_its_author(clock):
    case, staff, head, lead, warning = warned_by_two()
    with pytest.raises(NotPermitted, match=r"You drafted this letter, so .*\(clause 4.3\)"):
        issuing.issue_warning(warning.pk, Said(""), by=staff.team_leader, at=NOON)
    client, address = signed_in(head), reverse("cases:warning", args=[warning.paper.reference])
    page = client.get(address).content.decode()
    assert "Who decided this with you?" not in page and "Agree to issue it" in page
    assert press(client, address, {"not_done": "No visit."}).url == address
    assert "You have decided" in client.get(address).content.decode()
    waits = Deadline.objects.open().get(kind="warning.issue")
    assert waits.waits_for(lead) and not waits.waits_for(head)
    assert Case.objects.get(pk=case.pk).stage_name != "Warning letter"
    with pytest.raises(TransitionNotAllowed):
        warnings.change_warning(
            warning.pk, warnings.Content(list(case.incidents.all()), "Else."), by=staff.officer, at=NOON
        )
    answer = press(signed_in(lead), address)
    assert answer.url == reverse("cases:warning_issued", args=[warning.paper.reference])
    assert Case.objects.get(pk=case.pk).stage_name == "Warning letter"
    assert {voice.by for voice in Voice.objects.filter(act="warn")} == {head, lead}


def test_a_letter_that_one_of_two_returns_is_decided_anew(clock):
    case, staff, head, lead, warning = warned_by_two()
    issuing.issue_warning(warning.pk, Said("It went on."), by=head, at=NOON)
    with pytest.raises(TransitionNotAllowed, match="You have decided already"):
        issuing.send_back_warning(warning.pk, by=head, at=NOON, reasons="I think again.")
    issuing.send_back_warning(warning.pk, by=lead, at=NOON, reasons="Name the day.")
    returned = Event.objects.select_related("words").get(verb="warning.returned")
    assert "Heledd Head agreed:\nIt went on." in returned.words.body["reasons"]
    issuing.submit_warning(warning.pk, by=staff.officer, at=NOON)
    issuing.issue_warning(warning.pk, Said(""), by=lead, at=NOON)
    assert Case.objects.get(pk=case.pk).stage_name != "Warning letter", "what was said before it went back is dropped"
    issuing.issue_warning(warning.pk, Said(""), by=head, at=NOON)
    assert Case.objects.get(pk=case.pk).stage_name == "Warning letter"


# The screens


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"restrictions:{name}", args=args)


def test_two_decide_on_their_screens_and_the_second_reads_the_reasons_of_the_first_afterwards():
    w = harbour()
    warden, keeper, _ = people(w)
    restriction = proposed(w)
    ref = restriction.reference
    page = signed_in(w.staff.officer).get(url("consult", ref)).content.decode()
    assert "before this is decided: Records Officer (clause 6)" in page
    answer = press(
        signed_in(w.staff.officer),
        url("consult", ref),
        {"person": w.staff.dpo.pk, "on_day": "18", "on_month": "12", "on_year": "2026", "words": "No objection."},
    )
    assert answer.status_code == 302, answer.content.decode()
    client = signed_in(warden)
    page = client.get(url("decide", ref)).content.decode()
    assert "once everybody who is needed has agreed" in page
    assert "0 of 2 have decided" in page and "No objection." in page and "Impose with changes" not in page
    typed = {"decision": "impose", "reasons": "The quay is not safe.", "considered": "Calls at set times."}
    checked = check(client, url("decide", ref), typed).content.decode()
    assert "When you record your decision:" in checked and "Nothing is imposed before they agree" in checked
    answer = decide(client, url("decide", ref), typed)
    assert answer.url == url("agreed", ref)
    assert "Nothing is imposed yet" in client.get(answer.url).content.decode()
    assert decide(client, url("decide", ref), typed).url == url("agreed", ref)
    assert "You have decided" in client.get(url("decide", ref)).content.decode()

    client = signed_in(keeper)
    page = client.get(url("decide", ref)).content.decode()
    assert "1 of 2 has decided" in page and "Wanda Warden" in page and "The quay is not safe." not in page
    answer = decide(client, url("decide", ref), typed | {"reasons": "I agree."})
    assert answer.url == url("imposed", ref)
    assert "The quay is not safe." in client.get(url("view", ref)).content.decode()


def test_a_meeting_is_written_down_on_the_page_and_every_error_keeps_every_text():
    w = harbour()
    warden, keeper, _ = people(w)
    restriction = named(w)
    ref = restriction.reference
    client = signed_in(warden)
    page = client.get(url("decide", ref)).content.decode()
    assert "Who decided this with you?" in page and "Kit Keeper" in page and "Dirk Director" not in page
    assert "Impose with changes" in page and "once everybody who is needed has agreed" not in page
    typed = {
        "decision": "impose", "reasons": "“Needed” \u202eשלום", "considered": "Kept calm 👩🏽‍🚒",
        "not_done": "No police.", "said": "Both agreed, at length.", "met_on_day": "18", "met_on_month": "12",
        "met_on_year": "2026",
    }  # fmt: skip
    page = check(client, url("decide", ref), typed).content.decode()
    assert "Not everybody took part who has to" in page and "#id_took_part" in page
    for text in ("“Needed” \u202eשלום", "Kept calm 👩🏽‍🚒", "No police.", "Both agreed, at length."):
        assert text in page
    typed["took_part"] = [str(keeper.pk)]
    assert "When you impose:" in check(client, url("decide", ref), typed).content.decode()
    answer = decide(client, url("decide", ref), typed)
    assert answer.url == url("imposed", ref), answer
    assert "They met on 18 December 2026" in client.get(url("view", ref)).content.decode()


def test_the_consultation_keeps_what_was_typed():
    w = harbour()
    restriction = proposed(w)
    page = press(signed_in(w.staff.officer), url("consult", restriction.reference), {"words": "They said “no”."})
    assert "There is a problem" in page.content.decode() and "They said “no”." in page.content.decode()


def test_the_kinds_are_asked_on_the_page_of_the_terms_and_their_deciders_named():
    w = harbour()
    restriction = prepared(w)
    client = signed_in(w.staff.officer)
    page = client.get(url("terms", restriction.reference)).content.decode()
    assert "Decided by: a meeting of Quay Warden and House Keeper. Clause 6" in page
    channels = dict.fromkeys(("phone", "email", "letter", "office", "visit", "online"), "open")
    answer = press(
        client, url("terms", restriction.reference), channels | {"phone": "closed", "spoc": "no", "other": "no"}
    )
    assert "Select which of the policy&#x27;s measures it is" in answer.content.decode()
    answer = press(
        client,
        url("terms", restriction.reference),
        channels | {"phone": "closed", "spoc": "no", "other": "no", "kinds": ["companion", "post_only"]},
    )
    assert answer.url == url("instructions", restriction.reference)
    assert fresh(restriction).kinds == ["post_only", "companion"]
