"""Office, People: joining, roles, leaving, being away; each by the pages, and what must hold whoever does it."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from cases.models import Case, Draft
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from design.dates import day_of
from letters.models import Dispatch, Notice
from letters.services import outbox
from office.services import closing, joining
from people import access, invitations
from people import services as people
from people.access import NotPermitted
from people.models import Cover, Holding, Organisation, Role, Session, User
from people.services import StaffDetails
from policies.rules import RuleBroken
from restrictions import acts
from restrictions.models import Restriction, Term
from tests import factories
from tests.factories import NOON
from tests.letters import post
from tests.pressing import press
from tests.restrictions import builders
from worklist.models import Reminder
from worklist.services import handing_over, sweeping
from worklist.services.handing_over import Extent

pytestmark = pytest.mark.django_db
TODAY = day_of(NOON)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return " ".join(answer.content.decode().split())


def role(provider, key: str) -> Role:
    return Role.objects.get(provider=provider, key=key)


def verbs(user) -> list[str]:
    return list(Event.objects.filter(subject_ref=user.reference).order_by("pk").values_list("verb", flat=True))


# Joining


def joined(office, **typed) -> User:
    officer = str(role(office.provider, "housing_officer").pk)
    said = {"name": "Nia New", "email": "nia@dover.example", "roles": [officer]}
    answer = press(signed_in(office.ada), reverse("office:person_add"), said | typed, follow=True)
    assert "has an account" in text(answer)
    return User.objects.get(email="nia@dover.example")


def sent(notice: Notice) -> str:
    """The mail of a notice, sent as a worker does."""
    for dispatch in Dispatch.objects.filter(notice=notice):
        outbox.send(dispatch.pk, now=lambda: NOON)
    return mail.outbox[-1].body


def test_somebody_joins_by_a_link_that_stands_nowhere_but_in_the_mail(office):
    user = joined(office, team="North", line_manager=str(office.staff.team_leader.pk))
    assert user.line_manager == office.staff.team_leader and user.team == "North"
    assert not user.has_usable_password() and access.can(user, access.Can.WORK_CASES, office.provider.pk)
    notice = Notice.objects.get(to=user)
    assert invitations.PLACE in notice.body and "/account/password" not in notice.body
    body = sent(notice)
    assert invitations.PLACE not in body
    link = next(line for line in body.splitlines() if line.startswith("http"))
    client = Client()
    form = client.get("/" + link.split("/", 3)[3], follow=True)
    where = form.redirect_chain[-1][0]
    answer = client.post(where, {"password1": "seven green bottles", "password2": "seven green bottles"}, follow=True)
    assert answer.status_code == 200
    user = User.objects.get(pk=user.pk)
    assert user.check_password("seven green bottles")
    again = Client().get("/" + link.split("/", 3)[3], follow=True)
    assert "password1" not in text(again)
    assert verbs(user)[:4] == ["user.made", "user.changed", "user.role_granted", "user.invited"]


def test_an_invitation_is_not_sent_any_more_once_a_password_is_set_or_the_account_is_closed(office):
    user = joined(office)
    user.set_password("seven green bottles")
    user.save()
    for dispatch in Dispatch.objects.filter(notice__to=user):
        outbox.send(dispatch.pk, now=lambda: NOON)
        dispatch = Dispatch.objects.get(pk=dispatch.pk)
        assert dispatch.state == Dispatch.State.FAILED and "has set a password already" in dispatch.problem
    with pytest.raises(RuleBroken, match="has set a password already"):
        joining.invite(user.pk, by=office.ada, at=NOON)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "olive.officer@dover-district-council.example"}, "An account has this e-mail address already"),
        ({"email": "OLIVE.OFFICER@dover-district-council.example"}, "An account has this e-mail address already"),
        ({"email": "no address"}, "Enter"),
        ({"name": ""}, "Enter their name"),
        ({"roles": ["999999"]}, "Select"),
        ({"line_manager": "999999"}, "Select"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(office, typed, said):
    before = User.objects.count()
    kept = {"name": "Nia New", "email": "nia@dover.example", "job_title": "Officer of the North"} | typed
    shown = text(press(signed_in(office.ada), reverse("office:person_add"), kept))
    assert said in shown and "Officer of the North" in shown and User.objects.count() == before


# Roles


def test_a_role_of_the_policy_that_nobody_holds_is_shown(office):
    shown = text(signed_in(office.ada).get(reverse("office:people")))
    nobodys = shown.partition("Roles that nobody holds")[2].partition("Who has an account")[0]
    held = {one.role.name for one in Holding.objects.in_force(TODAY)}
    for one in office.provider.roles.all():
        assert (f"<li>{one.name}</li>" in nobodys) is (one.name not in held), one.name


def test_a_role_that_the_policy_names_no_more_is_given_to_nobody(office):
    Role.objects.create(provider=office.provider, key="area_lead", name="Area Lead", works_as="officer")
    shown = text(signed_in(office.ada).get(reverse("office:role_give", args=[office.staff.dpo.reference])))
    assert "Housing Officer" in shown and "Area Lead" not in shown
    assert "Area Lead" not in text(signed_in(office.ada).get(reverse("office:people")))


def test_two_administrators_let_somebody_run_the_office(office):
    user, admin = office.staff.officer, role(office.provider, "administrator")
    where = reverse("office:role_give", args=[user.reference])
    refused = text(press(signed_in(office.ada), where, {"role": str(admin.pk)}))
    assert "Enter why they run the office" in refused
    press(signed_in(office.ada), where, {"role": str(admin.pk), "reason": "Ada retires."})
    holding = Holding.objects.get(user=user, role=admin)
    assert holding.waits and Notice.objects.filter(to=office.bill, kind="administrator_proposed").count() == 1
    assert signed_in(user).get(reverse("office:index")).status_code == 403
    place = reverse("office:role", args=[user.reference, holding.pk])
    assert 'value="confirm"' not in text(signed_in(office.ada).get(place))
    with pytest.raises(NotPermitted):
        joining.confirm_role(holding.pk, by=office.ada, at=NOON)
    press(signed_in(office.bill), place, {}, button="confirm")
    assert signed_in(user).get(reverse("office:index")).status_code == 200


@pytest.mark.parametrize("waits", [True, False])
def test_one_administrator_alone_makes_the_days_of_another_shorter_and_never_longer(office, waits):
    """Whoever was let run the office for a week does so for that week, whatever one of two makes of it afterwards."""
    user, admin = office.staff.officer, role(office.provider, "administrator")
    week = joining.RoleGiven(admin.pk, until_on=TODAY + 7 * DAY, reason="While Bill is away.")
    holding = joining.give_role(user.pk, week, by=office.ada, at=NOON)
    if not waits:
        joining.confirm_role(holding.pk, by=office.bill, at=NOON)
    place = reverse("office:role", args=[user.reference, holding.pk])
    for by, until in product((office.ada, office.bill), (None, TODAY + 8 * DAY)):
        with pytest.raises(RuleBroken, match="and not later"):
            joining.set_last_day(holding.pk, until, by=by, at=NOON)
        typed = dict(zip(("day", "month", "year"), (until.day, until.month, until.year), strict=True)) if until else {}
        shown = press(
            signed_in(by), place, {f"until_on_{part}": typed.get(part, "") for part in ("day", "month", "year")}
        )
        assert "can be made earlier, and not later" in text(shown)
    joining.set_last_day(holding.pk, TODAY + 6 * DAY, by=office.bill, at=NOON)
    assert Holding.objects.get(pk=holding.pk).until_on == TODAY + 6 * DAY


def test_nobody_gives_themselves_a_role(office):
    manager = role(office.provider, "manager")
    with pytest.raises(NotPermitted, match="nobody gives themselves rights"):
        joining.give_role(office.ada.pk, joining.RoleGiven(manager.pk), by=office.ada, at=NOON)
    assert signed_in(office.ada).get(reverse("office:role_give", args=[office.ada.reference])).status_code == 403


def test_where_one_alone_runs_the_office_the_page_says_that_a_command_names_another(office):
    people.close_account(office.bill.pk, by=office.ada, at=NOON)
    assert "name_administrator" in text(signed_in(office.ada).get(reverse("office:people")))
    admin = role(office.provider, "administrator")
    with pytest.raises(RuleBroken, match="name_administrator"):
        given = joining.RoleGiven(admin.pk, reason="Why not")
        joining.give_role(office.staff.officer.pk, given, by=office.ada, at=NOON)


def test_somebody_is_always_left_to_run_the_office(office):
    people.close_account(office.bill.pk, by=office.ada, at=NOON)
    mine = Holding.objects.get(user=office.ada, role__key="administrator")
    with pytest.raises(RuleBroken, match="nobody would be left"):
        joining.take_role(mine.pk, by=office.ada, at=NOON)


# The list and its speed


@pytest.mark.parametrize("where", ["office:people", "office:person", "office:person_close"])
def test_the_pages_ask_as_often_for_thirty_as_for_one(office, where):
    person, client = office.staff.team_leader, signed_in(office.ada)
    address = reverse(where, args=[] if where == "office:people" else [person.reference])

    def asked() -> int:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(address).status_code == 200
        return len(found)

    before = asked()
    for count in range(30):
        one = factories.person(office.provider, "housing_officer", manager=person)
        about = factories.about(f"incident:I-9{count:05d}", office.provider)
        deadlines.set(kinds.LETTER_FAILED, about, whose=deadlines.Whose(person), words="post", at=NOON)
        people.arrange_cover(one.pk, colleague_id=person.pk, from_on=TODAY, until_on=TODAY, by=office.ada, at=NOON)
    assert asked() <= before


# Being away


def with_task(owner, ref: str = "letter:L-900001", case: str = "") -> Deadline:
    about = factories.about(ref, owner.provider, case=case)
    return deadlines.set(kinds.LETTER_FAILED, about, whose=deadlines.Whose(owner), due=TODAY, words="post", at=NOON)


def test_while_somebody_is_away_their_work_stands_on_the_list_of_whoever_covers(office, clock):
    officer, colleague = office.staff.officer, office.staff.colleague
    task = with_task(officer)
    where = reverse("office:person_away", args=[officer.reference])
    days = {"from_on_day": "19", "from_on_month": "12", "from_on_year": "2026",
            "until_on_day": "20", "until_on_month": "12", "until_on_year": "2026"}  # fmt: skip
    press(signed_in(office.ada), where, days | {"colleague": str(colleague.pk)})
    assert {one.to for one in Notice.objects.filter(kind="cover_arranged")} == {colleague, office.staff.team_leader}
    found = []
    for day in range(4):
        clock.move_to(NOON + day * DAY, tick=False)
        fresh = User.objects.get(pk=colleague.pk)
        found.append(Deadline.objects.waiting_for(fresh).filter(pk=task.pk).exists())
        assert task.waits_for(fresh) is found[-1]
        assert Deadline.objects.waiting_for(User.objects.get(pk=officer.pk)).filter(pk=task.pk).exists()
    assert found == [False, True, True, False]
    clock.move_to(NOON + DAY, tick=False)
    assert "For Olive Officer, whom you cover until 20 December 2026" in text(signed_in(colleague).get("/"))


@pytest.mark.parametrize("kind", [key for key, one in kinds.KINDS.items() if one.task is kinds.Task.ONE_PERSONS])
def test_whoever_covers_can_open_and_do_what_stands_on_their_list(office, kind):
    """By kind: what is one person's by name is the cover's too, or that person's alone, in list and right alike."""
    officer, colleague = office.staff.officer, office.staff.colleague
    task = deadlines.set(kind, factories.about("letter:L-1", office.provider), whose=deadlines.Whose(officer), at=NOON)
    people.arrange_cover(
        officer.pk, colleague_id=colleague.pk, from_on=TODAY, until_on=TODAY, away=True, by=office.ada, at=NOON
    )
    user = User.objects.get(pk=colleague.pk)
    alone = kind in kinds.THEIRS_ALONE
    assert Deadline.objects.waiting_for(user).filter(pk=task.pk).exists() is task.waits_for(user) is not alone


def test_while_the_line_manager_is_away_the_cover_sees_to_whom_an_incident_hit(office):
    leader, manager, officer = office.staff.team_leader, office.staff.manager, office.staff.officer
    resident = factories.resident(office.provider, officer)
    incident = builders.log(office.provider, office.staff, resident, at=NOON, affected=[office.staff.colleague])
    about = f"{incident.reference}.{leader.reference}"
    where = reverse("cases:support", args=[about])
    assert signed_in(manager).get(where).status_code == 404
    people.arrange_cover(
        leader.pk, colleague_id=manager.pk, from_on=TODAY, until_on=TODAY, away=True, by=office.ada, at=NOON
    )
    client = signed_in(manager)
    assert where in text(client.get("/"))
    press(client, where, {"offered": "A de-brief at two."})
    assert Deadline.objects.get(about=f"support:{about}").state == Deadline.State.MET


def test_reminders_go_to_whoever_covers_and_not_to_whom_a_rule_bars(office):
    officer, colleague = office.staff.officer, office.staff.colleague
    mine, barred = with_task(officer, "letter:L-1"), with_task(officer, "letter:L-2")
    Deadline.objects.filter(pk=barred.pk).update(not_for=[colleague.pk])
    people.arrange_cover(
        officer.pk, colleague_id=colleague.pk, from_on=TODAY, until_on=TODAY, away=True, by=office.ada, at=NOON
    )
    sweeping.sweep(TODAY, at=NOON)
    assert {(one.deadline_id, one.user) for one in Reminder.objects.all()} == {
        (mine.pk, colleague),
        (barred.pk, officer),
    }


def test_a_cover_of_one_case_takes_that_case_alone(office):
    officer, colleague = office.staff.officer, office.staff.colleague
    mine, other = with_task(officer, "letter:L-1", "C-000001"), with_task(officer, "letter:L-2", "C-000002")
    days = {"from_on": TODAY, "until_on": TODAY}
    people.arrange_cover(officer.pk, colleague_id=colleague.pk, case_ref="C-000001", by=office.ada, at=NOON, **days)
    waits = Deadline.objects.waiting_for(User.objects.get(pk=colleague.pk))
    assert waits.filter(pk=mine.pk).exists() and not waits.filter(pk=other.pk).exists()


# Leaving


def leave(office, person: User, **typed) -> str:
    said = {"reason": "Left on 18 December."} | {key: str(one.pk) for key, one in typed.items()}
    where = reverse("office:person_close", args=[person.reference])
    return text(press(signed_in(office.ada), where, said, follow=True))


def test_an_account_is_closed_in_one_step_and_its_sessions_end(office):
    officer, colleague = office.staff.officer, office.staff.colleague
    theirs = signed_in(officer)
    assert theirs.get(reverse("worklist:mine")).status_code == 200
    task = with_task(officer)
    draft = Draft.objects.create(user=officer, token="6f1de7d1-95c0-4e4a-8a2f-8e4b7a3c1c11", updated_at=NOON)
    assert "Select who takes over the work" in leave(office, officer)
    assert "is closed, and what was theirs is handed on" in leave(office, officer, successor=colleague)
    officer = User.objects.get(pk=officer.pk)
    assert not officer.is_active and not officer.has_usable_password() and officer.successor == colleague
    assert not Holding.objects.standing().filter(user=officer).exists()
    assert theirs.get(reverse("worklist:mine")).status_code == 302
    assert Deadline.objects.get(pk=task.pk).owner == colleague and Draft.objects.get(pk=draft.pk).user == colleague
    assert Notice.objects.filter(to=colleague, kind="handed_over").count() == 1
    assert not Session.objects.filter(user=officer).exists()
    shown = text(signed_in(office.ada).get(reverse("office:person", args=[officer.reference])))
    assert "Work taken over by" in shown and colleague.name in shown


def test_what_would_come_to_a_leaver_later_goes_to_their_successor(office):
    officer, colleague = office.staff.officer, office.staff.colleague
    with_task(officer)
    leave(office, officer, successor=colleague)
    later = with_task(User.objects.get(pk=officer.pk), "letter:L-900002")
    assert later.owner == colleague


def test_those_who_report_to_a_leaver_get_another_line_manager(office):
    leader, manager = office.staff.team_leader, office.staff.manager
    assert "Who manages them from now on?" in text(
        signed_in(office.ada).get(reverse("office:person_close", args=[leader.reference]))
    )
    leave(office, leader, manager=manager, successor=office.staff.officer)
    assert not User.objects.filter(line_manager=leader, is_active=True).exists()
    assert User.objects.get(pk=office.staff.officer.pk).line_manager == manager


def test_nobody_closes_their_own_account_nor_the_last_administrators(office):
    assert signed_in(office.ada).get(reverse("office:person_close", args=[office.ada.reference])).status_code == 403
    with pytest.raises(NotPermitted, match="Another administrator"):
        closing.close(office.ada.pk, successor_id=None, manager_id=None, reason="Gone", by=office.ada, at=NOON)


def test_a_leaver_in_the_middle_of_a_proposal_leaves_it_to_a_colleague_who_does_not_decide_it(empty_queue):
    w = builders.world()
    restriction = builders.proposed(w)
    leaver, taker = restriction.proposed_by, w.staff.colleague
    ada = factories.working_as(w.provider, "administrator", name="Adam Two")
    handing_over.hand_over(leaver.pk, Extent(), to_id=taker.pk, by=ada, at=NOON)
    restriction = Restriction.objects.get(pk=restriction.pk)
    assert restriction.proposed_by == taker and restriction.shaped_by == [leaver.pk]
    barred = acts.impose(restriction).barred
    assert {leaver.pk, taker.pk} <= set(barred)
    waits = Deadline.objects.open().get(kind=kinds.RESTRICTION_DECIDE, about=restriction.trail.about)
    assert taker.pk in waits.not_for


FOREIGN_KEYS_THAT_LIVE = {
    "cases.Case.owner", "cases.Draft.user", "deadlines.Deadline.owner", "people.User.line_manager",
    "people.User.successor", "people.Cover.person", "people.Cover.colleague", "people.Holding.user",
    "restrictions.Restriction.proposed_by", "restrictions.Term.person", "restrictions.Naming.person",
    "decisions.Appointment.person",
}  # fmt: skip
"""What points at a person as somebody who has still to do something. Everything else says who did something once."""


def test_every_pointer_at_a_person_is_known_as_living_or_as_history():
    found = {
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) is User and not field.auto_created and field.many_to_one
    }
    assert found >= FOREIGN_KEYS_THAT_LIVE
    history = {name.rpartition(".")[2] for name in found - FOREIGN_KEYS_THAT_LIVE}
    assert history <= {
        "acknowledged_by", "added_by", "adoption", "answered_by", "appointed_by", "arranged_by", "asked_by",
        "begun_by", "by", "checked_by", "closed_by", "decided_by", "drafted_by", "ended_by", "entered_by",
        "followed_up_by", "given_by", "granted_by", "issued_by", "late_accepted_by", "lodged_by", "logged_by",
        "made_by", "named_by", "no_review_by", "opened_by", "person", "proposed_by", "recalled_by", "recorded_by",
        "removed_by", "reported_by", "restriction_settled_by", "set_by", "threshold_settled_by", "to", "user",
    }  # fmt: skip


def test_after_the_town_loses_anybody_nothing_points_at_nobody(empty_queue):
    """Each officer and leader of the seeded council leaves in turn; what lives points at somebody who is there."""
    provider = factories.town(NOON)
    ada = User.objects.get(email="ada@dover.example")
    staying = User.objects.get(email="tessa@dover.example")
    working = access.holders(provider, access.keys_with(provider, access.Can.WORK_CASES))
    leaving = [one for one in working if one.pk != staying.pk][:6]
    for person in leaving:
        closing.close(
            person.pk, successor_id=staying.pk, manager_id=staying.pk, reason="Left", by=ada, at=NOON,
        )  # fmt: skip
    gone = {"is_active": False}
    assert not Case.objects.open().filter(**{f"owner__{key}": value for key, value in gone.items()}).exists()
    assert not Deadline.objects.open().filter(owner__is_active=False).exists()
    assert not Draft.objects.filter(user__is_active=False, became=None).exists()
    assert not User.objects.filter(is_active=True, line_manager__is_active=False).exists()
    assert not Restriction.objects.filter(state__in=Restriction.PREPARING, proposed_by__is_active=False).exists()
    assert not Cover.objects.standing(TODAY).filter(colleague__is_active=False).exists()
    assert not Holding.objects.standing().filter(user__is_active=False).exists()
    left = Term.objects.filter(
        channel=Term.Channel.SPOC, person__is_active=False, restriction__in=Restriction.objects.in_force(TODAY)
    )
    for term in left.select_related("restriction__case__provider", "restriction__case__resident"):
        asked = Deadline.objects.open().about(term.restriction).filter(kind=kinds.SPOC_REPLACE)
        assert asked.exists(), term.restriction.reference


# Contractors


def test_a_contractor_is_closed_with_one_step(office):
    client = signed_in(office.ada)
    press(client, reverse("office:organisation_add"), {"name": "Swift Repairs"})
    firm = Organisation.objects.get(name="Swift Repairs")
    key = role(office.provider, "contractor") if office.provider.roles.filter(key="contractor").exists() else None
    key = key or Role.objects.filter(provider=office.provider, works_as="contractor").first()
    user = joined(office, organisation=str(firm.pk), roles=[str(key.pk)])
    theirs = signed_in(user)
    assert theirs.get(reverse("register:check")).status_code == 200
    press(client, reverse("office:organisation_close", args=[firm.pk]), {"reason": "Contract ended."})
    firm.refresh_from_db()
    assert firm.closed_at == NOON and not User.objects.get(pk=user.pk).is_active
    assert theirs.get(reverse("register:check")).status_code == 302
    event = Event.objects.get(verb="organisation.closed")
    assert event.facts["accounts"] == [user.reference]
    with pytest.raises(RuleBroken):
        joining.open_again(user.pk, by=office.ada, at=NOON)


def test_people_of_a_contractor_hold_no_role_of_staff(office):
    firm = Organisation.objects.create(provider=office.provider, name="Swift Repairs")
    given = [joining.RoleGiven(role(office.provider, "manager").pk)]
    with pytest.raises(RuleBroken, match="works for a contractor"):
        joining.add_person(
            office.provider, email="cy@swift.example", details=StaffDetails("Cy"), roles=given,
            organisation_id=firm.pk, by=office.ada, at=NOON,
        )  # fmt: skip


def test_nobody_but_people_of_a_contractor_searches_as_one(office):
    """A contractor's role finds every resident at a door; without a firm nobody answers for who holds it."""
    given = joining.RoleGiven(Role.objects.get(provider=office.provider, works_as="contractor").pk)
    with pytest.raises(RuleBroken, match="works for no contractor"):
        joining.give_role(office.staff.officer.pk, given, by=office.ada, at=NOON)
    with pytest.raises(RuleBroken, match="works for no contractor"):
        joining.add_person(
            office.provider, email="cy@swift.example", details=StaffDetails("Cy"), roles=[given], by=office.ada, at=NOON
        )
    assert not User.objects.filter(email="cy@swift.example").exists()


# Handing over


def test_a_team_leader_hands_over_one_case_or_all_and_those_concerned_are_told(empty_queue):
    w = builders.world()
    case, officer = w.case, w.case.owner
    leader, colleague = w.staff.team_leader, w.staff.colleague
    client = signed_in(leader)
    assert reverse("worklist:hand_over", args=[case.reference]) in text(
        client.get(reverse("cases:overview", args=[case.reference]))
    )
    typed = {"to": str(colleague.pk), "long": "good", "reason": "Moves to the north."}
    press(client, reverse("worklist:hand_over", args=[case.reference]), typed)
    assert Case.objects.get(pk=case.pk).owner == colleague
    told = set(Notice.objects.filter(kind="handed_over").values_list("to__name", flat=True))
    assert colleague.name in told and officer.name in told and leader.name not in told
    assert Event.objects.filter(verb="case.handed_over", case_ref=case.reference).count() == 1
    assert Event.objects.filter(verb="user.work_handed_over", subject_ref=officer.reference).count() == 1


def test_between_two_days_it_stays_theirs_and_stands_on_both_lists(empty_queue):
    w = builders.world()
    case, officer, colleague = w.case, w.case.owner, w.staff.colleague
    extent = Extent([case.reference], TODAY, TODAY + DAY)
    done = handing_over.hand_over(officer.pk, extent, to_id=colleague.pk, by=w.staff.team_leader, at=NOON)
    assert Case.objects.get(pk=case.pk).owner == officer
    assert (done.cover.case_ref, done.cover.colleague, done.cover.away) == (case.reference, colleague, False)


@pytest.mark.parametrize("who", ["front_line", "contractor", "dpo"])
def test_nobody_else_hands_over(office, who):
    user = getattr(office.staff, who)
    with pytest.raises(NotPermitted):
        handing_over.hand_over(office.staff.officer.pk, Extent(), to_id=office.staff.colleague.pk, by=user, at=NOON)


def test_letters_show_what_the_office_keeps_for_them(office):
    officer = office.staff.officer
    assert officer.as_contact == {"name": officer.name, "phone": officer.phone, "email": officer.email}
    details = StaffDetails(name=officer.name, letter_name="Olive O.", letter_phone="01304 111111",
                           line_manager=officer.line_manager_id)  # fmt: skip
    people.change_account(officer.pk, details, by=office.ada, at=NOON)
    found = User.objects.get(pk=officer.pk).as_contact
    assert found == {"name": "Olive O.", "phone": "01304 111111", "email": officer.email}
    assert date(2026, 12, 18) == TODAY


# Another address


def test_an_administrator_gives_somebody_another_address_on_a_page(office):
    officer = office.staff.officer
    theirs, was = signed_in(officer), officer.email
    where = reverse("office:person_address", args=[officer.reference])
    assert where in text(signed_in(office.ada).get(reverse("office:person", args=[officer.reference])))
    shown = text(press(signed_in(office.ada), where, {"email": office.ada.email.upper()}))
    assert "Enter an address that no other account has" in shown and office.ada.email.upper() in shown
    shown = text(press(signed_in(office.ada), where, {"email": was.upper()}))
    assert "has this address already" in shown
    shown = text(press(signed_in(office.ada), where, {"email": "New.Name@dover.example"}, follow=True))
    assert f"signs in with new.name@dover.example from now on. {was} is told by e-mail." in shown
    assert theirs.get(reverse("people:find")).status_code == 302, "their sessions end"
    event = Event.objects.get(verb="user.address_changed")
    assert (event.by_ref, event.words.body) == (office.ada.reference, {"was": was, "now": "new.name@dover.example"})
    post.deliver()
    assert [one.to for one in mail.outbox] == [[was]]


def test_the_page_on_an_address_asks_who_it_is_and_opens_to_nobody_for_themselves_or_for_a_leaver(office, time_machine):
    client, officer = signed_in(office.ada), office.staff.officer
    where = reverse("office:person_address", args=[officer.reference])
    own = reverse("office:person_address", args=[office.ada.reference])
    assert client.get(own).status_code == 403
    assert own not in text(client.get(reverse("office:person", args=[office.ada.reference])))
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert client.get(where).status_code == 302
    User.objects.filter(pk=officer.pk).update(is_active=True)
    time_machine.move_to(NOON + timedelta(minutes=20), tick=False)
    assert client.get(where)["location"].startswith(reverse("account_reauthenticate"))


def test_two_administrators_do_not_change_an_address_past_each_other(office):
    officer = office.staff.officer
    where = reverse("office:person_address", args=[officer.reference])
    ada, bill = signed_in(office.ada), signed_in(office.bill)
    old = ada.get(where)
    press(bill, where, {"email": "bills.idea@dover.example"})
    late = press(ada, where, {"email": "adas.idea@dover.example"}, on=old)
    assert late.status_code == 409 and "Bill Two changed it" in text(late, 409)
    assert User.objects.get(pk=officer.pk).email == "bills.idea@dover.example"
