"""A decision that nobody is free to make: it is found, an administrator appoints somebody, and that person decides."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Decision, Event
from cases.ladder import papers
from cases.services import issuing
from deadlines import kinds
from deadlines.models import Deadline
from decisions.models import Appointment
from decisions.services import Said
from design.dates import day_of
from letters.models import Notice
from people import access
from people.access import NotPermitted
from people.models import Role
from restrictions import acts
from restrictions.models import Restriction
from restrictions.services import imposing
from tests import factories
from tests.cases import builders as letters
from tests.decisions.test_every_act import trial
from tests.factories import NOON
from tests.pressing import press
from tests.register import builders as entries
from tests.restrictions import builders
from worklist.services import appointing, sweeping

pytestmark = pytest.mark.django_db
SAYS = {"reason": "She runs the other area and has had no part in this."}
APPOINT = kinds.DECISION_APPOINT


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


def sweep() -> sweeping.Found:
    return sweeping.sweep(day_of(NOON), at=NOON)


def asked() -> list[str]:
    return [row.title for row in Deadline.objects.open().filter(kind=APPOINT)]


def nobody_keeps(**says):
    """A proposal that the policy gives to a Keeper, of whom there is none; and somebody who works on cases."""
    found = trial("impose", **{"by": "keeper", **says})
    return found, factories.person(found.w.provider, "director", name="Dirk Director")


def gone(provider, *roles: str) -> None:
    """Everybody who holds one of these roles has left."""
    for user in access.holders(provider, roles):
        user.is_active = False
        user.save()


def where(found, act: str = "decide-on-a-restriction") -> str:
    return reverse("office:appoint_to", args=[found.restriction.reference, act])


def test_nobody_free_is_found_at_night_and_whom_an_administrator_appoints_decides():
    found, director = nobody_keeps()
    ada, ref = found.w.staff.administrator, found.restriction.reference
    assert (
        acts.impose(found.restriction)
        .who_can()
        .endswith("nobody holds the role. An administrator can appoint somebody to decide it, and says why.")
    )
    assert "decisions that nobody is free to make" in "\n".join(sweep().lines())
    assert asked() == ["Appoint somebody to decide on a restriction: nobody is free to"]
    client = signed_in(ada)
    assert "1 waiting" in text(client.get(reverse("office:index")))
    assert reverse("office:appoint", args=[ref]) in text(client.get(reverse("office:appointments")))
    assert where(found) in text(client.get(reverse("office:appoint", args=[ref])))
    page = text(client.get(where(found)))
    assert "Nobody holds the role" in page and "Dirk Director" in page

    with pytest.raises(NotPermitted):
        found.take(director, Said("It is so.", considered="Fair."))
    assert press(client, where(found), SAYS | {"person": str(director.pk)}).status_code == 302
    assert asked() == []
    (line,) = Deadline.objects.waiting_for(director).filter(kind=kinds.RESTRICTION_DECIDE)
    assert line.waits_for(director) and line.about_ref == ref
    assert reverse("restrictions:decide", args=[ref]) in text(signed_in(director).get(reverse("worklist:mine")))
    mail = Notice.objects.get(to=director, kind="appointed")
    assert ref in mail.body and "Rowan" not in mail.body
    decision = Decision.objects.get(what="decision.appointed")
    assert decision.event.by_name == ada.name and decision.event.facts["name"] == "Dirk Director"

    found.take(director, Said("It is so.", considered="Fair."))
    assert found.done()


def test_an_appointment_is_for_one_decision_alone():
    found, director = nobody_keeps()
    appointing.appoint(
        found.w.provider, found.restriction.reference, "decide-on-a-restriction", person_id=director.pk,
        reason="Nobody else.", by=found.w.staff.administrator, at=NOON,
    )  # fmt: skip
    found.take(director, Said("It is so.", considered="Fair."))
    standing = Restriction.objects.get(pk=found.restriction.pk)
    assert not any(act.appointed for act in acts.open_on(standing))
    with pytest.raises(LookupError):
        appointing.appoint(
            found.w.provider, found.restriction.reference, "decide-on-a-restriction", person_id=director.pk,
            reason="Again.", by=found.w.staff.administrator, at=NOON,
        )  # fmt: skip


def test_of_two_who_are_needed_whoever_is_lacking_is_appointed():
    found, director = nobody_keeps(by="2 of warden, keeper")
    warden = factories.person(found.w.provider, "warden", name="Wilma Warden")
    found.w.staff.team_leader.is_active = False
    found.w.staff.team_leader.save()
    sweep()
    assert len(asked()) == 1
    client = signed_in(found.w.staff.administrator)
    assert "Too few are left who could, of 2 of:" in text(client.get(where(found)))
    press(client, where(found), SAYS | {"person": str(director.pk)})
    found.take(warden, Said("It is so.", considered="Fair."))
    assert not found.done(), "one alone never decides"
    assert [row.about_ref for row in Deadline.objects.waiting_for(director)] == [found.restriction.reference]
    found.take(director, Said("I hold so too.", considered="Fair."))
    assert found.done()


def test_who_had_a_part_in_it_is_offered_only_where_nobody_had_none_and_it_is_said():
    found, director = nobody_keeps()
    officer = found.w.staff.officer
    client = signed_in(found.w.staff.administrator)
    assert officer.name not in text(client.get(where(found)))
    press(client, where(found), SAYS | {"person": str(officer.pk)})
    assert not Appointment.objects.exists()
    for other in access.holders(found.w.provider, access.keys_with(found.w.provider, "work_cases")):
        other.is_active = other.pk == officer.pk
        other.save()
    assert officer.name not in text(client.get(where(found))), "whoever proposed a restriction never imposes it"
    hurt = factories.person(found.w.provider, "director", name="Hurt Director")
    builders.log(found.w.provider, found.w.staff, found.w.resident, at=NOON, facts="He spat.", affected=(hurt,))
    assert f"{hurt.name} (" in text(client.get(where(found)))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"person": "", **SAYS}, "Select whom you appoint"),
        ({"person": "999999", **SAYS}, "Select whom you appoint"),
        ({"reason": " "}, "Enter why this person decides it"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept(typed, says):
    found, director = nobody_keeps()
    client = signed_in(found.w.staff.administrator)
    page = text(press(client, where(found), {"person": str(director.pk), **typed}))
    assert says in page and typed["reason"].strip() in page
    assert not Appointment.objects.exists()


def test_where_somebody_became_free_meanwhile_nobody_is_appointed():
    found, director = nobody_keeps()
    client = signed_in(found.w.staff.administrator)
    sweep()
    old = client.get(where(found))
    access.grant(Role.objects.get(provider=found.w.provider, key="keeper"), director, by=None, at=NOON)
    page = text(press(client, where(found), SAYS | {"person": str(director.pk)}, on=old), 409)
    assert "Nobody has to be appointed" in page and "Dirk Director can." in page
    assert not Appointment.objects.exists() and len(asked()) == 1
    sweep()
    assert asked() == []
    assert "To decide on a restriction" in text(
        client.get(reverse("office:appoint", args=[found.restriction.reference]))
    )


def test_what_changed_since_the_page_was_opened_is_read_first():
    found, director = nobody_keeps()
    client = signed_in(found.w.staff.administrator)
    old = client.get(where(found))
    officer = found.w.staff.officer
    access.grant(Role.objects.get(provider=found.w.provider, key="keeper"), officer, by=None, at=NOON)
    page = text(press(client, where(found), SAYS | {"person": str(director.pk)}, on=old), 409)
    assert "why nobody is free to make it" in page and not Appointment.objects.exists()
    again = press(client, where(found), on=client.get(where(found)), button="change")
    assert "Everybody who could has had a part in it" in text(again)


def test_pressed_twice_somebody_is_appointed_once_and_told_once():
    found, director = nobody_keeps()
    client = signed_in(found.w.staff.administrator)
    page = client.get(where(found))
    led = {press(client, where(found), SAYS | {"person": str(director.pk)}, on=page)["Location"] for _ in range(3)}
    assert len(led) == 1
    assert Appointment.objects.count() == 1 and Notice.objects.filter(kind="appointed").count() == 1


def test_an_unknown_button_appoints_nobody():
    found, director = nobody_keeps()
    client = signed_in(found.w.staff.administrator)
    page = text(press(client, where(found), SAYS | {"person": str(director.pk)}, button="anything"))
    assert SAYS["reason"] in page and not Appointment.objects.exists()


def test_only_administrators_of_the_provider_itself_appoint():
    found, director = nobody_keeps()
    pages = [
        reverse("office:appointments"),
        reverse("office:appoint", args=[found.restriction.reference]),
        where(found),
    ]
    for page in pages:
        assert signed_in(found.w.staff.team_leader).get(page).status_code == 403
    other = factories.staff(factories.dover()).administrator
    elsewhere = signed_in(other)
    assert elsewhere.get(where(found)).status_code == 404
    page = text(elsewhere.get(reverse("office:appoint", args=[found.restriction.reference])))
    assert "Nothing that has this reference here waits for a decision" in page
    with pytest.raises(NotPermitted):
        appointing.appoint(
            found.w.provider, found.restriction.reference, "decide-on-a-restriction", person_id=director.pk,
            reason="Because.", by=other, at=NOON,
        )  # fmt: skip


@pytest.mark.parametrize("ref", ["X-999999", "nothing", "²", "9" * 30, "' OR 1=1"])
def test_a_reference_that_nothing_has_is_said_to_wait_for_nothing(office, ref):
    client = signed_in(office.ada)
    led = client.get(reverse("office:appointments"), {"reference": ref})
    assert "waits for a decision. Check the reference" in text(client.get(led["Location"]))
    assert "Enter the reference" in text(client.get(reverse("office:appointments"), {"reference": ""}))


def test_what_nobody_has_put_yet_is_found_by_its_reference_and_stands_on_the_list():
    """Nobody waits for a restriction to be lifted, so the night asks nobody; whoever wants it tells the office."""
    found = trial("lift", by="keeper")
    gone(found.w.provider, "keeper")
    director = factories.person(found.w.provider, "director", name="Dirk Director")
    sweep()
    assert not any("lift" in title for title in asked())
    client = signed_in(found.w.staff.administrator)
    press(client, where(found, "lift-a-restriction"), SAYS | {"person": str(director.pk)})
    (line,) = Deadline.objects.waiting_for(director).filter(kind=kinds.RESTRICTION_LIFT)
    assert line.title == "Decide whether a restriction is lifted"
    found.take(director, Said("It is over.", considered="Fair."))
    assert found.done() and not Deadline.objects.open().filter(kind=kinds.RESTRICTION_LIFT).exists()


@pytest.mark.parametrize(("act", "kind"), [("review", kinds.REVIEWS), ("breach", (kinds.BREACH_ANSWER,))])
def test_reviews_and_breaches_that_nobody_can_decide_are_found(act, kind):
    found = trial(act, by="keeper")
    gone(found.w.provider, "keeper")
    director = factories.person(found.w.provider, "director", name="Dirk Director")
    assert Deadline.objects.open().filter(kind__in=kind).exists()
    sweep()
    (title,) = asked()
    assert title.startswith("Appoint somebody to ")
    stuck = appointing.stuck_on(found.w.provider, found.restriction.reference)
    one = next(each for each in stuck if each.name == act)
    appointing.appoint(
        found.w.provider, found.restriction.reference, appointing.key(one), person_id=director.pk,
        reason="Nobody else.", by=found.w.staff.administrator, at=NOON,
    )  # fmt: skip
    found.take(director, Said("It is so.", considered="Fair."))
    assert found.done()


def test_an_entry_that_nobody_may_keep_or_remove_is_found_by_its_reference():
    w = entries.with_entry(entries.world(entries.policy("remove_register", "chair", not_by="first decider")))
    stuck = appointing.stuck_on(w.provider, w.entry.reference)
    assert {act.name for act in stuck} == {"keep_entry", "remove_register"}


@pytest.mark.parametrize("paper", [papers.WRITTEN, papers.FIRST])
def test_a_letter_that_nobody_is_free_to_issue_is_found_and_whoever_is_appointed_issues_it(paper):
    """Once it was sent for approval: a draft waits for its author."""
    says = {"letter" if paper is papers.WRITTEN else "talk": 'by = "2 of lead, chair [4]"'}
    w = letters.drafted(letters.policy(**says), paper)
    warning, head, ref = w.warning, w.people["head"], w.warning.paper.reference
    gone(w.provider, "chair", "lead")
    lead = factories.person(w.provider, "lead", name="Lena Three")
    assert appointing.stuck_on(w.provider, ref) == []
    issuing.submit_warning(warning.pk, by=w.people["worker"], at=NOON)
    sweep()
    assert asked() == [f"Appoint somebody to issue this {paper.name}: nobody is free to"]
    (stuck,) = appointing.stuck_on(w.provider, ref)
    client, where = signed_in(w.people["administrator"]), [ref, appointing.key(stuck)]
    page = reverse("office:appoint_to", args=where)
    assert press(client, page, SAYS | {"person": str(head.pk)}).status_code == 302 and asked() == []
    assert Deadline.objects.waiting_for(head).get(kind=kinds.WARNING_ISSUE).about_ref == ref
    issuing.issue_warning(warning.pk, Said("So."), by=lead, at=NOON)
    warning.refresh_from_db()
    assert warning.given_on is None, "one alone never decides"
    assert press(signed_in(head), reverse("cases:warning", args=[ref])).status_code == 302
    warning.refresh_from_db()
    assert warning.given_on == day_of(NOON) and not Deadline.objects.open().filter(kind=kinds.WARNING_ISSUE).exists()
    assert appointing.on_reference(w.provider, ref) == []


def test_every_kind_that_waits_for_an_act_is_a_task_of_roles():
    """And every kind that names whom another version of a policy may give it to is looked at in the night."""
    assert all(kinds.of(kind).task is kinds.Task.OF_ROLES for kind in appointing.WAITING)
    assert set(kinds.DECIDED) <= set(appointing.WAITING)


def test_the_list_takes_as_many_queries_for_thirty_as_for_one(office):
    found, _ = nobody_keeps()
    client = signed_in(found.w.staff.administrator)
    sweep()
    page = reverse("office:appointments")
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(page)
    row = Deadline.objects.get(kind=APPOINT)
    for nth in range(29):
        row.pk, row.about = None, f"restriction:X-9{nth:05}"
        row.save(force_insert=True)
    with CaptureQueriesContext(connection) as thirty:
        assert "X-900001" in text(client.get(page))
    assert len(thirty) == len(one)


def test_what_is_appointed_twice_leaves_every_event_on_the_trail():
    found, director = nobody_keeps(by="2 of warden, keeper")
    second = factories.person(found.w.provider, "director", name="Dora Director")
    gone(found.w.provider, "warden", "keeper")
    for person in (director, second):
        act = appointing.stuck_on(found.w.provider, found.restriction.reference)[0]
        appointing.appoint(
            found.w.provider, found.restriction.reference, appointing.key(act), person_id=person.pk,
            reason="Nobody else.", by=found.w.staff.administrator, at=NOON + timedelta(minutes=1),
        )  # fmt: skip
    assert acts.impose(found.restriction).stuck == ""
    assert Event.objects.filter(verb="decision.appointed").count() == 2
    imposed = found.restriction.pk
    for person in (director, second):
        imposing.impose(imposed, Said("It is so.", considered="Fair."), by=person, at=NOON)
    assert found.done()
