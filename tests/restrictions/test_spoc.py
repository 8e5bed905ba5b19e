"""The single point of contact while a restriction runs: changed, covered, checked each quarter, replaced."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Event
from cases import ladder
from cases.services import assessments
from deadlines import kinds
from deadlines.models import Deadline
from decisions.services import Meeting, Said
from letters.models import Letter
from people import access
from people.access import NotPermitted
from people.models import Role
from policies.rules import RuleBroken
from register.models import Entry
from restrictions import acts, rules
from restrictions.limits import NewTerm
from restrictions.models import Naming, Restriction, SpocCheck
from restrictions.services import deciding_reviews, ending, imposing, proposing, reviews
from restrictions.services.contacts import changing, checking
from restrictions.services.contacts.changing import NewContact
from restrictions.services.parts.terms import save_terms
from restrictions.services.planning_reviews import Conclusion
from tests import factories, quick
from tests.factories import NOON
from tests.five import DOVER, NORTHAMPTON, TENANCY, ready_to_propose
from tests.pressing import check, decide, press
from tests.restrictions import builders
from tests.restrictions.builders import noon
from worklist.services import sweeping

pytestmark = pytest.mark.django_db
TODAY = date(2026, 12, 18)
QUARTER = date(2027, 3, 18)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def with_contact(policy=TENANCY, months=12):
    """A restriction in force, all of whose contact goes through Colin Colleague."""
    w = ready_to_propose(policy)
    restriction = builders.draft(w, months=months)
    terms = [*builders.TERMS, NewTerm("spoc", "limited", "Ring on weekdays before noon.", w.staff.colleague.pk)]
    restriction = save_terms(restriction.pk, terms=terms, by=w.staff.officer, at=NOON)
    for gate in ladder.gates_for_restriction(w.case, steps=rules.kind_steps(restriction)):
        if gate.asks and gate.blocks:
            assessments.answer_gate(w.case.pk, gate.asks, words="It was followed.", by=w.staff.officer, at=NOON)
    restriction = proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    body = acts.impose(restriction)
    deciders = [factories.person(w.provider, *body.keys(), name=name) for name in ("Dara", "Dana")]
    meeting = Meeting(NOON.date(), [deciders[1].pk], "Both hold it to be needed.") if body.meets else None
    return w, imposing.impose(
        restriction.pk, Said("Needed.", considered="No.", meeting=meeting), by=deciders[0], at=NOON
    )


def test_no_way_is_as_before_where_all_contact_goes_through_one_person():
    _, restriction = with_contact()
    told = restriction.letter.facts["arrangement"]
    assert told and all("through Colin Colleague" in way for way in told)
    assert any("within the limit above, through" in way for way in told)


def due(restriction, kind=kinds.SPOC_QUALITY_REVIEW):
    return Deadline.objects.open().filter(about=f"restriction:{restriction.reference}", kind=kind).first()


def checked(w, restriction, *, by=None, at=NOON, **more):
    said = {"looked_at": "Ten letters.", "answered_in_time": True, "findings": "Well answered."} | more
    return checking.record_check(restriction.pk, by=by or w.staff.team_leader, at=at, **said)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, restriction):
    return reverse(f"restrictions:{name}", args=[restriction.reference])


def fresh(restriction):
    return Restriction.objects.get(pk=restriction.pk)


def seen(user, restriction):
    return signed_in(user).get(url("view", restriction)).content.decode()


# Checked each quarter


def test_the_first_check_is_set_with_the_restriction_for_the_contacts_line_manager():
    """The procedure's 6: a colleague, who may be the line manager, each quarter; recommended."""
    w, restriction = with_contact()
    found = due(restriction)
    assert (found.due_on, found.owner, found.not_for) == (QUARTER, w.staff.team_leader, [w.staff.colleague.pk])
    assert (found.reckoning["clause"], found.reckoning["strength"]) == ("s6", "recommended")
    assert Naming.objects.get().named_on == TODAY
    assert kinds.of(found.kind).plain == "The work of a single point of contact to check"


def test_where_there_is_no_line_manager_who_may_any_colleague_is_asked():
    w, restriction = with_contact()
    w.staff.colleague.line_manager = None
    w.staff.colleague.save()
    checked(w, restriction)
    found = due(restriction)
    assert found.owner is None and found.waits_for(w.staff.officer) and not found.waits_for(w.staff.colleague)


def test_where_the_policy_asks_for_no_check_there_is_none():
    w, restriction = with_contact(DOVER)
    assert due(restriction) is None and Naming.objects.get().person == w.staff.colleague
    with pytest.raises(RuleBroken, match="does not ask for this check"):
        checked(w, restriction)
    page = seen(w.staff.team_leader, restriction)
    assert "Check the work" not in page and "Change the single point of contact" in page
    assert signed_in(w.staff.team_leader).get(url("check_spoc", restriction)).status_code == 302


def test_a_check_sets_the_next_and_leaves_a_task_until_it_is_done():
    w, restriction = with_contact()
    at = noon(date(2027, 3, 10))
    done = checked(w, restriction, at=at, answered_in_time=False, to_change="Answer within ten days.")
    assert (done.person, done.due_on, done.checked_on) == (w.staff.colleague, QUARTER, date(2027, 3, 10))
    following = due(restriction)
    assert following.due_on == date(2027, 6, 10) and following.reckoning["runs_from"] == "last review"
    assert Deadline.objects.get(kind=kinds.SPOC_QUALITY_REVIEW, state="met").due_on == QUARTER
    task = due(restriction, kinds.SPOC_FOLLOW_UP)
    assert task.owner == w.staff.colleague
    with pytest.raises(RuleBroken, match="Enter what has been done"):
        checking.follow_up(restriction.pk, by=w.staff.colleague, at=at, done=" ")
    checking.follow_up(restriction.pk, by=w.staff.colleague, at=at, done="A rota.")
    assert due(restriction, kinds.SPOC_FOLLOW_UP) is None
    assert SpocCheck.objects.get().followed_up_by == w.staff.colleague
    with pytest.raises(TransitionNotAllowed, match="Nothing is left"):
        checking.follow_up(restriction.pk, by=w.staff.colleague, at=at, done="Again.")
    told = list(Event.objects.filter(verb__startswith="spoc.").order_by("pk").values_list("verb", flat=True))
    assert told == ["spoc.named", "spoc.checked", "spoc.followed_up"]


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        ({"looked_at": " "}, "what you looked at"),
        ({"answered_in_time": None}, "whether contact is answered in time"),
        ({"findings": ""}, "what you found"),
    ],
)
def test_a_check_says_what_was_looked_at_and_found(left_out, words):
    w, restriction = with_contact()
    with pytest.raises(RuleBroken, match=words):
        checked(w, restriction, **left_out)
    assert not SpocCheck.objects.exists()


def test_nobody_checks_their_own_work():
    w, restriction = with_contact()
    changing.change(
        restriction.pk,
        Said("Leave."),
        NewContact(w.staff.officer.pk, from_on=TODAY, until_on=TODAY + timedelta(days=7)),
        by=w.staff.colleague,
        at=NOON,
    )
    for who in (w.staff.colleague, w.staff.officer):
        with pytest.raises(NotPermitted, match=r"You are the single point of contact here.*section 6"):
            checked(w, restriction, by=who)
    for who in (w.staff.front_line, w.staff.dpo, w.staff.administrator, w.staff.contractor):
        with pytest.raises(NotPermitted):
            checked(w, restriction, by=who)
    with pytest.raises(IntegrityError, match="spoc_check_is_a_colleagues"), transaction.atomic():
        SpocCheck.objects.create(
            restriction=restriction, person=w.staff.colleague, looked_at="x", answered_in_time=True, findings="x",
            checked_by=w.staff.colleague, checked_at=NOON, checked_on=TODAY,
        )  # fmt: skip


def test_it_ends_with_the_restriction():
    w, restriction = with_contact()
    checked(w, restriction, to_change="Answer sooner.")
    ending.lift(restriction.pk, Said("Better.", considered="Fair."), by=w.staff.manager, at=NOON)
    assert not Deadline.objects.open().filter(kind__startswith="spoc.").exists()
    with pytest.raises(TransitionNotAllowed, match="not in force"):
        checked(w, restriction)


def test_it_ends_when_the_last_day_has_gone():
    w, restriction = with_contact(months=4)
    ending.lapse(restriction.pk, at=noon(restriction.ends_on + timedelta(days=1)))
    assert not Deadline.objects.open().filter(kind__startswith="spoc.").exists()


def test_a_check_that_would_come_after_the_last_day_is_not_set():
    _, restriction = with_contact(months=2)
    assert due(restriction) is None


def test_an_extension_does_not_begin_the_quarter_anew():
    w, restriction = with_contact(months=4)
    checked(w, restriction, at=noon(date(2027, 3, 10)), to_change="Answer sooner.")
    assert due(restriction) is None, "June is after the last day"
    at = noon(date(2027, 4, 15))
    review = reviews.begin_review(restriction.pk, by=w.staff.officer, at=at)
    deciding_reviews.decide_review(
        review.pk,
        Said("So.", considered="Weighed."),
        Conclusion("extend", evidence="Rang again.", months=6),
        by=builders.reviewer(w),
        at=at,
    )
    new = Restriction.objects.get(follows=restriction)
    assert due(new).due_on == date(2027, 6, 10)
    assert due(new, kinds.SPOC_FOLLOW_UP).owner == w.staff.colleague, "what was left is still to be done"
    assert Naming.objects.get(restriction=new).named_on == TODAY


# Changed and covered


def test_a_change_moves_the_tasks_and_tells_the_resident_and_whoever_looked():
    w, restriction = with_contact()
    checked(w, restriction, to_change="Answer sooner.")
    changing.change(
        restriction.pk, Said("Moved."), NewContact(w.staff.officer.pk), by=w.staff.colleague, at=noon(date(2027, 1, 5))
    )
    assert restriction.terms.get(channel="spoc").person == w.staff.officer
    assert due(restriction, kinds.SPOC_FOLLOW_UP).owner == w.staff.officer
    assert due(restriction).due_on == QUARTER and due(restriction).not_for == [w.staff.officer.pk]
    letter = Letter.objects.get(kind="spoc_changed")
    assert (letter.facts["person"]["name"], letter.facts["until_on"]) == ("Olive Officer", None)
    assert "Moved." not in str(letter.facts), "why is for colleagues"
    assert any("Olive Officer" in line for line in Entry.objects.get().arrangement)
    old, new = Naming.objects.order_by("pk")
    assert (old.ended_on, new.person, new.letter) == (date(2027, 1, 5), w.staff.officer, letter)
    assert Event.objects.get(verb="spoc.changed").facts["tasks_moved"] == 1
    assert fresh(restriction).state == Restriction.State.IN_FORCE, "the restriction itself is as it was decided"


def test_a_cover_is_one_letter_with_both_days_and_ends_by_itself():
    w, restriction = with_contact()
    begins, ends = date(2027, 1, 4), date(2027, 1, 15)
    changing.change(
        restriction.pk,
        Said("Leave."),
        NewContact(w.staff.officer.pk, from_on=begins, until_on=ends),
        by=w.staff.colleague,
        at=NOON,
    )
    days = [begins - timedelta(days=1), begins, ends, ends + timedelta(days=1)]
    names = [restriction.contact_on(on).name for on in days]
    assert names == ["Colin Colleague", "Olive Officer", "Olive Officer", "Colin Colleague"]
    letter = Letter.objects.get(kind="spoc_changed")
    assert (letter.facts["from_on"], letter.facts["until_on"]) == ("2027-01-04", "2027-01-15")
    assert letter.facts["afterwards"]["name"] == "Colin Colleague"
    assert any("Olive Officer instead, from 4 January 2027 to 15 January 2027" in line
               for line in Entry.objects.get().arrangement)  # fmt: skip


def test_who_is_back_early_is_the_contact_again_and_the_resident_is_told():
    w, restriction = with_contact()
    changing.change(
        restriction.pk,
        Said("Leave."),
        NewContact(w.staff.officer.pk, from_on=TODAY, until_on=date(2027, 1, 15)),
        by=w.staff.colleague,
        at=NOON,
    )
    client = signed_in(w.staff.colleague)
    shown = client.get(url("view", restriction))
    assert "Olive Officer covers today" in shown.content.decode()
    assert press(client, url("cover_over", restriction), on=shown).status_code == 302
    assert Restriction.objects.get(pk=restriction.pk).contact_on(TODAY) == w.staff.colleague
    assert Letter.objects.filter(kind="spoc_changed").latest("pk").facts["person"]["name"] == "Colin Colleague"
    assert not any("instead" in line for line in Entry.objects.get().arrangement)
    assert press(client, url("cover_over", restriction), on=shown).status_code == 302, "the same press again"
    with pytest.raises(TransitionNotAllowed, match="Nobody covers"):
        changing.end_cover(restriction.pk, by=w.staff.colleague, at=NOON)
    assert Letter.objects.filter(kind="spoc_changed").count() == 2


def test_a_cover_goes_on_in_what_continues_the_restriction():
    w, restriction = with_contact(months=4)
    at = noon(date(2027, 4, 15))
    changing.change(
        restriction.pk,
        Said("Ill."),
        NewContact(w.staff.team_leader.pk, from_on=at.date(), until_on=date(2027, 4, 18)),
        by=w.staff.colleague,
        at=at,
    )
    review = reviews.begin_review(restriction.pk, by=w.staff.officer, at=at)
    deciding_reviews.decide_review(
        review.pk,
        Said("So.", considered="Weighed."),
        Conclusion("extend", evidence="Rang again.", months=6),
        by=builders.reviewer(w),
        at=at,
    )
    new = Restriction.objects.get(follows=restriction)
    assert new.contact_on(date(2027, 4, 17)) == w.staff.team_leader
    assert any("instead" in line for line in Entry.objects.get(removed_on__isnull=True).arrangement)
    assert not Naming.objects.filter(restriction=restriction, ended_on__isnull=True).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"from_on": TODAY - timedelta(days=1)}, "from_on"),
        ({"from_on": date(2027, 1, 9)}, "until_on"),
        ({"until_on": date(2028, 1, 1)}, "until_on"),
        ({"reason": " "}, "reason"),
        ({"person_id": "colleague"}, "person"),
        ({"person_id": "front_line"}, "person"),
    ],
)
def test_a_cover_that_does_not_fit_is_refused(change, field):
    w, restriction = with_contact()
    said = {"person_id": w.staff.officer.pk, "from_on": TODAY, "until_on": date(2027, 1, 8), "reason": "Leave."}
    said |= {key: getattr(w.staff, value).pk if key == "person_id" else value for key, value in change.items()}
    with pytest.raises(RuleBroken) as refused:
        builders.change_contact(restriction.pk, by=w.staff.colleague, at=NOON, **said)
    assert refused.value.field == field and Naming.objects.count() == 1


def test_the_contact_may_hand_over_and_so_may_the_team_and_nobody_else():
    w, restriction = with_contact()
    with pytest.raises(NotPermitted, match="lets a Team managing the customer change the single point of contact"):
        changing.change(restriction.pk, Said("x"), NewContact(w.staff.manager.pk), by=w.staff.officer, at=NOON)
    team = factories.person(w.provider, "managing_team", name="Tea Team")
    changing.change(restriction.pk, Said("Busy."), NewContact(w.staff.manager.pk), by=team, at=NOON)
    with pytest.raises(NotPermitted):
        changing.change(restriction.pk, Said("x"), NewContact(w.staff.officer.pk), by=w.staff.colleague, at=NOON)


def test_a_restriction_without_contact_has_nothing_to_change():
    w = builders.world()
    restriction = builders.imposed(w)
    with pytest.raises(RuleBroken, match="has no single point of contact"):
        changing.change(restriction.pk, Said("x"), NewContact(w.staff.officer.pk), by=w.staff.manager, at=NOON)
    assert "Single point of contact</h3>" not in seen(w.staff.manager, restriction)
    assert signed_in(w.staff.manager).get(url("change_spoc", restriction)).status_code == 302


def test_words_that_name_the_old_contact_are_shown_and_left_out_of_the_letter():
    w, restriction = with_contact()
    restriction.terms.filter(channel="spoc").update(words="Ring Colin Colleague before noon.")
    page = signed_in(w.staff.colleague).get(url("change_spoc", restriction)).content.decode()
    assert "The terms name this person" in page and "Ring Colin Colleague before noon." in page
    changing.change(restriction.pk, Said("Moved."), NewContact(w.staff.officer.pk), by=w.staff.colleague, at=NOON)
    assert Letter.objects.get(kind="spoc_changed").facts["how"] == ""


# Who has left


def test_the_sweep_asks_for_another_when_the_contact_has_left():
    w, restriction = with_contact(NORTHAMPTON)
    sweeping.sweep(TODAY, at=NOON)
    assert due(restriction, kinds.SPOC_REPLACE) is None
    w.staff.colleague.is_active = False
    w.staff.colleague.save()
    for _ in range(2):
        found = sweeping.sweep(TODAY, at=NOON)
    asked = due(restriction, kinds.SPOC_REPLACE)
    assert asked.for_roles == ["data_management_officer", "team_leader"] and asked.due_on == TODAY
    assert found.done["contacts"] == 0 and Event.objects.filter(verb="spoc.left").count() == 1
    assert "has left. The resident has nobody to contact" in seen(w.staff.team_leader, restriction)
    keeper = factories.person(w.provider, "data_management_officer", name="Devi Data")
    met = Meeting(TODAY, [keeper.pk], "Olive knows the household.")
    changing.change(
        restriction.pk,
        Said("Colin has left.", meeting=met),
        NewContact(w.staff.officer.pk),
        by=w.staff.team_leader,
        at=NOON,
    )
    assert due(restriction, kinds.SPOC_REPLACE) is None


def covered(w, restriction, *, from_on=TODAY, until_on=date(2027, 1, 8)):
    changing.change(
        restriction.pk,
        Said("Leave."),
        NewContact(w.staff.officer.pk, from_on=from_on, until_on=until_on),
        by=w.staff.colleague,
        at=NOON,
    )


def moves_team(w, user):
    for role in Role.objects.filter(provider=w.provider, group__user=user):
        access.revoke(role, user, by=w.staff.manager, at=NOON)


def leaves(w, user):
    user.is_active = False
    user.save()


@pytest.mark.parametrize("goes", [leaves, moves_team])
@pytest.mark.parametrize("from_on", [TODAY, date(2027, 1, 4)])
def test_a_cover_who_leaves_or_moves_team_is_noticed_as_the_holder_is(goes, from_on):
    w, restriction = with_contact()
    covered(w, restriction, from_on=from_on)
    sweeping.sweep(TODAY, at=NOON)
    assert due(restriction, kinds.SPOC_REPLACE) is None
    goes(w, w.staff.officer)
    for _ in range(2):
        found = sweeping.sweep(TODAY, at=NOON)
    asked = due(restriction, kinds.SPOC_REPLACE)
    assert (asked.title, asked.due_on) == ("Name another cover for the single point of contact", TODAY)
    assert not found.failed and Event.objects.filter(verb="spoc.left").count() == 1
    assert Event.objects.get(verb="spoc.left").facts == {"person": w.staff.officer.reference, "covering": True}
    said = seen(w.staff.team_leader, restriction)
    assert "Olive Officer, who covers from" in said and "until another covers or the cover is ended" in said


@pytest.mark.parametrize("goes", [leaves, moves_team])
def test_the_holder_who_moves_team_has_left_as_well(goes):
    w, restriction = with_contact()
    goes(w, w.staff.colleague)
    sweeping.sweep(TODAY, at=NOON)
    assert due(restriction, kinds.SPOC_REPLACE).title == "Name another single point of contact"


@pytest.mark.parametrize("end", ["another", "ended", "days"])
def test_the_asking_ends_with_another_cover_with_the_end_of_the_cover_and_with_its_days(end):
    w, restriction = with_contact()
    covered(w, restriction)
    leaves(w, w.staff.officer)
    sweeping.sweep(TODAY, at=NOON)
    assert due(restriction, kinds.SPOC_REPLACE)
    if end == "another":
        changing.change(
            restriction.pk,
            Said("Leave."),
            NewContact(w.staff.team_leader.pk, from_on=TODAY, until_on=date(2027, 1, 8)),
            by=w.staff.colleague,
            at=NOON,
        )
    elif end == "ended":
        changing.end_cover(restriction.pk, by=w.staff.colleague, at=NOON)
    else:
        sweeping.sweep(date(2027, 1, 8), at=noon(date(2027, 1, 8)))
        assert due(restriction, kinds.SPOC_REPLACE)
        sweeping.sweep(date(2027, 1, 9), at=noon(date(2027, 1, 9)))
    assert due(restriction, kinds.SPOC_REPLACE) is None


def test_a_cover_does_not_hide_that_the_holder_has_left():
    w, restriction = with_contact()
    leaves(w, w.staff.colleague)
    sweeping.sweep(TODAY, at=NOON)
    covering = w.staff.team_leader
    changing.change(
        restriction.pk,
        Said("Left."),
        NewContact(covering.pk, from_on=TODAY, until_on=date(2027, 1, 8)),
        by=factories.person(w.provider, "managing_team", name="Tea Team"),
        at=NOON,
    )
    assert due(restriction, kinds.SPOC_REPLACE)


# Screens


def test_every_error_of_a_change_keeps_every_text():
    w, restriction = with_contact()
    client = signed_in(w.staff.colleague)
    address = url("change_spoc", restriction)
    typed = "He said “off” שלום 👩🏽‍🚒 " + "and more " * 900
    days = {"from_on_day": "4", "from_on_month": "1", "from_on_year": "2027", "until_on_day": "1",
            "until_on_month": "1", "until_on_year": "2027"}  # fmt: skip
    for data in ({}, {"how_long": "cover"} | days, {"how_long": "cover", "person": str(w.staff.officer.pk)} | days):
        shown = check(client, address, data | {"reason": typed}).content.decode()
        assert "There is a problem" in shown and "He said “off” שלום 👩🏽‍🚒 and more" in shown
    assert 'value="2027"' in shown and f'value="{w.staff.officer.pk}" selected' in shown
    assert "must be on or after its first day" in shown


def test_a_change_is_checked_before_it_is_made():
    w, restriction = with_contact()
    client = signed_in(w.staff.colleague)
    said = {"person": str(w.staff.officer.pk), "how_long": "for_good", "reason": "Moved."}
    checked = check(client, url("change_spoc", restriction), said).content.decode()
    assert "Check before you change the contact" in checked and "A change of your single point of contact" in checked
    assert Naming.objects.count() == 1
    again = press(client, url("change_spoc", restriction), said, button="change").content.decode()
    assert "Moved." in again and "Check before" not in again
    assert decide(client, url("change_spoc", restriction), said).url == url("view", restriction)
    assert Naming.objects.count() == 2
    page = seen(w.staff.officer, restriction)
    assert "Who it has been" in page and "Olive Officer" in page


def test_the_page_of_the_check_shows_the_rule_and_keeps_every_text():
    w, restriction = with_contact()
    client = signed_in(w.staff.team_leader)
    address = url("check_spoc", restriction)
    page = client.get(address).content.decode()
    assert "Thursday 18 March 2027" in page and "may be the SPOC&#x27;s line manager" in page and "Section 6" in page
    typed = "Ten letters “all” שלום 👩🏽‍🚒 " + "and more " * 900
    for name in ("looked_at", "findings", "to_change"):
        shown = press(client, address, {name: typed}).content.decode()
        assert "There is a problem" in shown and "Ten letters “all” שלום 👩🏽‍🚒 and more" in shown
    said = {"looked_at": "Ten.", "answered_in_time": "no", "findings": "Late.", "to_change": "A rota."}
    assert press(client, address, said).status_code == 302
    shown = seen(w.staff.colleague, restriction)
    assert "Contact is not answered in time" in shown and "A rota." in shown
    follow = signed_in(w.staff.colleague)
    assert "A rota." in follow.get(url("follow_up", restriction)).content.decode()
    assert "Enter what has been done" in press(follow, url("follow_up", restriction), {"reason": ""}).content.decode()
    assert press(follow, url("follow_up", restriction), {"reason": "Made one."}).status_code == 302
    assert "Made one." in seen(w.staff.colleague, restriction)
    assert signed_in(w.staff.colleague).get(address).status_code == 403


def test_the_page_asks_as_often_for_thirty_checks_as_for_one():
    w, restriction = with_contact()
    client = signed_in(w.staff.team_leader)

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(url("view", restriction)).status_code == 200
        return len(found)

    checked(w, restriction, to_change="One.")
    asked()
    once = asked()
    for number in range(29):
        checked(w, restriction, to_change=f"Number {number}.")
    assert asked() == once


@pytest.mark.slow
@settings(max_examples=quick.examples(5, 200), deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.tuples(st.sampled_from(["check", "change", "cover", "back"]), st.integers(1, 60)), max_size=8))
def test_whatever_is_done_somebody_is_the_contact_and_a_check_is_never_further_than_a_quarter(steps):
    with transaction.atomic():
        w, restriction = with_contact()
        at = NOON
        people = [w.staff.colleague, w.staff.officer, w.staff.manager]
        for number, (step, days) in enumerate(steps):
            at += timedelta(days=days)
            on = at.date()
            if not fresh(restriction).is_in_force(on):
                break
            now = restriction.contact_term().person
            other = next(each for each in people[number % 3 :] + people if each != now)
            try:
                if step == "check":
                    checked(w, restriction, at=at)
                elif step == "change":
                    changing.change(restriction.pk, Said("x"), NewContact(other.pk), by=now, at=at)
                elif step == "cover":
                    changing.change(
                        restriction.pk,
                        Said("x"),
                        NewContact(other.pk, from_on=on, until_on=on + timedelta(days=9)),
                        by=now,
                        at=at,
                    )
                else:
                    changing.end_cover(restriction.pk, by=now, at=at)
            except (TransitionNotAllowed, RuleBroken):
                continue
            assert restriction.contact_on(on) is not None
            found = due(restriction)
            assert found is None or found.due_on <= on + timedelta(days=92)
            if found is None:
                assert fresh(restriction).ends_on <= on + timedelta(days=92)
            elif found.owner:
                assert found.owner_id not in found.not_for
        transaction.set_rollback(True)


def test_where_a_meeting_names_the_contact_whoever_is_it_hands_over_to_nobody_alone():
    """Northampton, section 5; the Tenancy Enforcement Procedure's 6 lets a colleague take over."""
    w, restriction = with_contact(NORTHAMPTON)
    with pytest.raises(NotPermitted, match="a meeting of"):
        changing.change(restriction.pk, Said("Moved."), NewContact(w.staff.officer.pk), by=w.staff.colleague, at=NOON)
    assert restriction.contact_on(NOON.date()) == w.staff.colleague
    page = signed_in(w.staff.colleague).get(url("change_spoc", restriction)).content.decode()
    assert "so you can name a cover" in page and "From today, for good" not in page
    cover = NewContact(w.staff.officer.pk, TODAY, TODAY)
    changing.change(restriction.pk, Said("Leave."), cover, by=w.staff.colleague, at=NOON)
    assert restriction.contact_on(TODAY) == w.staff.officer


def test_a_cover_hands_over_only_from_its_first_day():
    w, restriction = with_contact()
    cover, third = w.staff.officer, factories.person(w.provider, "spoc", name="Cora Caller")
    begins = NOON.date() + timedelta(days=20)
    changing.change(restriction.pk, Said("Leave."), NewContact(cover.pk, begins, begins), by=w.staff.colleague, at=NOON)
    with pytest.raises(NotPermitted):
        changing.change(restriction.pk, Said("Mine."), NewContact(third.pk), by=cover, at=NOON)
    later = NOON + timedelta(days=20)
    changing.change(restriction.pk, Said("Mine."), NewContact(third.pk), by=cover, at=later)
    assert restriction.contact_on(later.date()) == third
