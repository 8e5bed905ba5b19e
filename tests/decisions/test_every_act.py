"""Every act on a restriction, under every way in which a policy can say who decides it: by its service and its page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from decisions.models import Voice
from decisions.services import Meeting, Said, appoint
from people import access
from people.access import NotPermitted
from people.models import Role, User
from policies.rules import RuleBroken
from restrictions import acts
from restrictions.forms.breaches import AnswerBreaches
from restrictions.limits import NewTerm
from restrictions.models import BreachStep, Naming, Restriction, Review
from restrictions.services import breaches, deciding_reviews, ending, imposing, proposing
from restrictions.services.breaches import Answer
from restrictions.services.contacts import changing
from restrictions.services.contacts.changing import NewContact
from restrictions.services.planning_reviews import Conclusion
from tests import factories
from tests.factories import NOON
from tests.pressing import decide
from tests.restrictions import builders, test_together

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=30)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@dataclass
class Trial:
    """One act in a world whose policy says who decides it: how somebody takes it, and whether it has been done."""

    w: builders.World
    restriction: Restriction
    take: Callable[[User, Said], object]
    done: Callable[[], bool]


def in_force(w: builders.World) -> Restriction:
    """Imposed by people who have no other part in what follows."""
    warden = factories.person(w.provider, "warden", name="Wilma First")
    keeper = factories.person(w.provider, "keeper", name="Karl First")
    return test_together.imposed(w, warden, keeper)


def to_impose(w: builders.World) -> Trial:
    one = test_together.proposed(w)
    return Trial(
        w, one, lambda by, said: imposing.impose(one.pk, said, by=by, at=NOON),
        lambda: Restriction.objects.get(pk=one.pk).state == Restriction.State.IN_FORCE,
    )  # fmt: skip


def to_lift(w: builders.World) -> Trial:
    one = in_force(w)
    return Trial(
        w, one, lambda by, said: ending.lift(one.pk, said, by=by, at=LATER),
        lambda: Restriction.objects.get(pk=one.pk).state == Restriction.State.LIFTED,
    )  # fmt: skip


def to_review(w: builders.World) -> Trial:
    one = in_force(w)
    begun = builders.under_review(w, one, at=LATER)
    ends = Conclusion("lift")
    return Trial(
        w, one, lambda by, said: deciding_reviews.decide_review(begun.pk, said, ends, by=by, at=LATER),
        lambda: Review.objects.get(pk=begun.pk).state == Review.State.DECIDED,
    )  # fmt: skip


def to_answer_breaches(w: builders.World) -> Trial:
    one = in_force(w)
    incident = builders.log(w.provider, w.staff, w.resident, at=LATER, facts="Rang nine times.")
    breaches.log_breach(one.pk, by=w.staff.officer, at=LATER, incident_id=incident.pk, words="You rang.")
    return Trial(
        w, one, lambda by, said: breaches.answer_breaches(one.pk, said, Answer(""), by=by, at=LATER),
        BreachStep.objects.exists,
    )  # fmt: skip


def to_change_the_contact(w: builders.World) -> Trial:
    keeper = factories.person(w.provider, "keeper", name="Karl First")
    warden = factories.person(w.provider, "warden", name="Wilma First")
    terms = [NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    asked = test_together.proposed(w, kinds=("named",), terms=terms)
    test_together.consult(w, asked)
    met = Meeting(NOON.date(), [keeper.pk], "Both hold it to be needed.")
    one = imposing.impose(asked.pk, Said("Needed.", considered="Fair.", meeting=met), by=warden, at=NOON)
    new = NewContact(w.staff.officer.pk)
    return Trial(
        w, one, lambda by, said: changing.change(one.pk, said, new, by=by, at=LATER),
        lambda: Naming.objects.filter(person=w.staff.officer).exists(),
    )  # fmt: skip


RESTRICT = 'restrict = { by = "2 of warden, keeper, director", not_by = "proposer, affected", consult = "records"'
LIFT = 'lift = { by = "director"'
REVIEW = 'by = "director [8]"\nnot_by = "first decider [8]"'
BREACH = "[breach]\n"
# What the policy says of an act, by the words to put in its place, and what is made ready for it.
ACTS: dict[str, tuple[str, str, Callable[[builders.World], Trial]]] = {
    "impose": (RESTRICT, "restrict = { @", to_impose),
    "lift": (LIFT, "lift = { @", to_lift),
    "breach": (BREACH, "[breach]\n@\n", to_answer_breaches),
    "review": (REVIEW, "@", to_review),
    "change_spoc": (LIFT, 'change_spoc = { @, clause = "6" }\n' + LIFT, to_change_the_contact),
}
INLINE = {"impose", "lift", "change_spoc"}


def trial(act: str, **says: str) -> Trial:
    """An act made ready under a policy that says this of who decides it."""
    was, now, ready = ACTS[act]
    keys = [f'{key} = "{words}"' if act in INLINE else f'{key} = "{words} [6]"' for key, words in says.items()]
    return ready(test_together.harbour(was, now.replace("@", (", " if act in INLINE else "\n").join(keys))))


# Who decides, which roles take it in turn, and somebody who decides other things but not this.
WAYS = {
    "one role": ("warden", ["warden"], "keeper"),
    "a or b": ("warden or keeper", ["keeper"], "director"),
    "a and b": ("warden and keeper", ["keeper", "warden"], "director"),
    "2 of": ("2 of warden, keeper", ["warden", "keeper"], "director"),
    "meeting of": ("meeting of warden, keeper", ["warden"], "director"),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("act", ACTS)
def test_whom_the_policy_names_decides_and_nobody_else(act, way):
    by, turns, other = WAYS[way]
    found = trial(act, by=by)
    provider = found.w.provider
    deciders = [factories.person(provider, role, name=f"Decider {role}") for role in turns]
    outsider = factories.person(provider, other, name="Otto Other")
    met = None
    if way == "meeting of":
        keeper = factories.person(provider, "keeper", name="Decider keeper")
        with pytest.raises(RuleBroken, match="meeting"):
            found.take(deciders[0], Said("It is so.", considered="Fair."))
        met = Meeting(NOON.date(), [keeper.pk], "Both hold it to be right.")
    with pytest.raises(NotPermitted):
        found.take(outsider, Said("I say so.", considered="Fair.", meeting=met))
    assert not found.done() and not Voice.objects.filter(by=outsider).exists()
    for decider in deciders:
        assert not found.done(), "it waits for all of them"
        found.take(decider, Said(f"{decider.name} holds it to be right.", considered="Fair.", meeting=met))
    assert found.done()


# The page of each act: its name, the day on which it is pressed, what the first types there.
SAYS = {"reasons": "It is so.", "considered": "Fair."}
PAGES: dict[str, tuple[str, datetime, dict[str, str]]] = {
    "impose": ("decide", NOON, {"decision": "impose", **SAYS}),
    "lift": ("lift", LATER, {"reason": "It is over."}),
    "breach": ("breaches", LATER, {"step": AnswerBreaches.NOTHING, **SAYS}),
    "review": ("review", LATER, {"outcome": "lift", **SAYS}),
    "change_spoc": ("change_spoc", LATER, {"how_long": "for_good", "reason": "She moves."}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("act", ACTS)
def test_and_so_do_the_pages(act, way, clock):
    by, turns, other = WAYS[way]
    found = trial(act, by=by)
    w, (page, at, typed) = found.w, PAGES[act]
    clock.move_to(at, tick=False)
    where = reverse(f"restrictions:{page}", args=[found.restriction.reference])
    if act == "change_spoc":
        typed = typed | {"person": str(w.staff.officer.pk)}
    outsider = factories.person(w.provider, other, name="Otto Other")
    deciders = [factories.person(w.provider, role, name=f"Decider {role}") for role in turns]
    if way == "meeting of":
        keeper = factories.person(w.provider, "keeper", name="Decider keeper")
        typed = typed | {
            "took_part": str(keeper.pk), "said": "Both hold it to be right.",
            "met_on_day": str(at.day), "met_on_month": str(at.month), "met_on_year": str(at.year),
        }  # fmt: skip
    assert decide(signed_in(outsider), where, typed).status_code in (200, 403)
    assert not found.done() and not Voice.objects.filter(by=outsider).exists()
    for nth, decider in enumerate(deciders):
        assert not found.done(), "it waits for all of them"
        agrees = typed if not nth or act == "impose" else {"decision": "agree", "reason": "So it is.", **SAYS}
        answer = decide(signed_in(decider), where, agrees)
        assert answer.status_code == 302, answer.content.decode()
    assert found.done()


@pytest.mark.parametrize("act", ACTS)
def test_whom_the_policy_bars_does_not_decide(act):
    """Its proposer holds the role that decides, and the policy says that the proposer does not."""
    found = trial(act, by="warden", not_by="proposer")
    officer = found.w.staff.officer
    access.grant(Role.objects.get(provider=found.w.provider, key="warden"), officer, by=None, at=NOON)
    with pytest.raises(NotPermitted):
        found.take(officer, Said("It is so.", considered="Fair."))
    assert not found.done()


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_decided_before_those_are_asked_whom_the_policy_has_asked(act):
    found = trial(act, by="warden", consult="records")
    warden = factories.person(found.w.provider, "warden", name="Decider warden")
    said = Said("It is so.", considered="Fair.")
    with pytest.raises(RuleBroken, match="Record what was said by: Records Officer"):
        found.take(warden, said)
    assert not found.done()
    proposing.consult(
        found.restriction.pk, act="restrict" if act == "impose" else act, by=found.w.staff.officer, at=LATER,
        person_id=found.w.staff.dpo.pk, on=LATER.date(), words="No objection.",
    )  # fmt: skip
    found.take(warden, said)
    assert found.done()


def test_where_the_policy_names_nobody_the_right_to_decide_is_needed():
    found = trial("review")
    with pytest.raises(NotPermitted, match="needs the right to"):
        found.take(found.w.staff.officer, Said("It is so.", considered="Fair."))
    director = factories.person(found.w.provider, "director", name="Dirk Director")
    found.take(director, Said("It is so.", considered="Fair."))
    assert found.done()


def test_some_steps_after_a_breach_have_their_own_deciders_bars_and_askings():
    """What the policy says of some steps holds for them alone, and somebody is asked anew after each breach."""
    court = '[breach.for.court]\nsteps = "legal action [6]"\nby = "director [6]"\n'
    court += 'not_by = "proposer [6]"\nconsult = "records [6]"\n'
    said = 'ladder = "breach warning, legal action [6]"\nby = "warden [6]"\n\n' + court
    w = test_together.harbour('ladder = "none [6]"\n', said)
    one, officer = to_answer_breaches(w).restriction, w.staff.officer
    legal, warning = acts.answer_breaches(one, "legal action"), acts.answer_breaches(one, "breach warning")
    assert (legal.names(), warning.names()) == ("Director of Homes", "Quay Warden")
    assert officer.pk in legal.barred and officer.pk not in warning.barred
    assert [asked.names() for asked in legal.first] == ["Records Officer"] and warning.first == ()
    proposing.consult(
        one.pk, act="breach-court", by=officer, at=LATER, person_id=w.staff.dpo.pk, on=LATER.date(), words="Go on."
    )
    assert acts.answer_breaches(one, "legal action").first[0].done
    answered = Answer("breach warning", consequence="More limits.")
    breaches.answer_breaches(
        one.pk, Said("It is so.", considered="Fair."), answered,
        by=factories.person(w.provider, "warden", name="Wanda Warden"), at=LATER,
    )  # fmt: skip
    again = builders.log(w.provider, w.staff, w.resident, at=LATER, facts="Rang ten times.")
    breaches.log_breach(one.pk, by=officer, at=LATER, incident_id=again.pk, words="You rang again.")
    assert not acts.answer_breaches(one, "legal action").first[0].done


def test_one_asking_before_a_review_serves_for_whatever_it_comes_to():
    found = trial("review", by="warden", consult="records")
    begun = Review.objects.get()
    assert [asked.act for asked in acts.review(begun, "").first] == ["review"]
    assert [asked.act for asked in acts.review(begun, "lift").first] == ["review"]
    assert not found.done()


def test_the_next_change_of_a_contact_is_decided_anew_and_what_was_done_is_not_said_to_wait(clock):
    found = trial("change_spoc", by="meeting of warden, keeper")
    w = found.w
    clock.move_to(LATER, tick=False)
    warden = factories.person(w.provider, "warden", name="Wanda Warden")
    keeper = factories.person(w.provider, "keeper", name="Kit Keeper")
    where = reverse("restrictions:change_spoc", args=[found.restriction.reference])
    typed = {
        "how_long": "for_good", "reason": "She moves.", "took_part": str(keeper.pk), "said": "Both hold it so.",
        "met_on_day": str(LATER.day), "met_on_month": str(LATER.month), "met_on_year": str(LATER.year),
    }  # fmt: skip
    client = signed_in(warden)
    done = client.get(decide(client, where, typed | {"person": str(w.staff.officer.pk)})["Location"])
    assert "The resident is told whom to contact." in done.content.decode() and found.done()
    again = client.get(where).content.decode()
    assert "You have decided" not in again and "Do you agree?" not in again
    assert decide(client, where, typed | {"person": str(w.staff.colleague.pk)}).status_code == 302
    assert Naming.objects.filter(ended_on=None).get().person == w.staff.colleague


def test_an_appointment_is_spent_by_what_it_was_for():
    found = trial("change_spoc", by="keeper")
    w = found.w
    for user in access.holders(w.provider, ["keeper"]):
        user.is_active = False
        user.save()
    director = factories.person(w.provider, "director", name="Dirk Director")
    act = acts.change_contact(found.restriction)
    appoint(act, person_id=director.pk, reason="Nobody else.", by=w.staff.administrator, at=LATER)
    found.take(director, Said("She moves."))
    assert found.done()
    with pytest.raises(NotPermitted):
        changing.change(found.restriction.pk, Said("Back."), NewContact(w.staff.colleague.pk), by=director, at=LATER)
    appoint(
        acts.change_contact(found.restriction), person_id=director.pk, reason="Again.", by=w.staff.administrator,
        at=LATER,
    )  # fmt: skip
