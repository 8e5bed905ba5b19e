"""A file is closed to somebody who has work in it: handed on in the same step, or said to be nobody's."""

import re

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Event
from cases.models import Case
from deadlines import kinds
from deadlines.models import Deadline
from design.dates import day_of
from letters.models import Notice
from people import services as people
from people.models import FileAccess, User
from people.models.file_access import KEPT_OUT, KEPT_TO
from policies.rules import RuleBroken
from restrictions.models import Restriction, Term
from tests import factories
from tests.factories import NOON
from tests.pressing import check, decide, press
from tests.restrictions import builders
from worklist.services import closed_files, handing_over
from worklist.services.closed_files import Closure
from worklist.services.handing_over import Extent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_queue")]
WHEN = {"until_day": "1", "until_month": "6", "until_year": "2027"}
SAID = {"ground": "conflict", "reason": "They are cousins", **WHEN}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def staff():
    return factories.staff(factories.dover())


@pytest.fixture
def resident(staff):
    return factories.resident(staff.officer.provider, staff.officer)


@pytest.fixture
def proposal(staff, resident) -> Restriction:
    """Of the officer, who holds the case; it waits for the team leader and others."""
    case = builders.warned_case(staff.officer.provider, staff, resident, at=NOON)
    return builders.proposed(builders.World(staff.officer.provider, staff, resident, case, NOON))


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def page(resident, kind="keep-out") -> str:
    return reverse("worklist:set_access", args=[resident.reference, kind])


def text(answer) -> str:
    """What stands on the page, without its marks."""
    return " ".join(re.sub("<[^>]+>", "", answer.content.decode()).split())


def team(user) -> str:
    return text(client_of(user).get(reverse("worklist:team")))


def undone_for(user) -> list[str]:
    """In which cases a person sees work that nobody can do."""
    found = closed_files.undone(User.objects.get(pk=user.pk))
    return sorted({ref for _, work in found for ref in work.case_refs})


def work_in(resident, person) -> handing_over.Work:
    return handing_over.work_of(person, file_of=resident)


def closure(**more) -> Closure:
    return Closure(**{"ground": "conflict", "reason": "They are cousins", "until": day_of(NOON), **more})


def test_closing_a_file_to_whoever_holds_it_says_what_is_theirs_and_hands_it_on_in_one_step(staff, resident, proposal):
    leader, theirs = client_of(staff.team_leader), {"person": staff.officer.pk, **SAID}
    refused = text(press(leader, page(resident), theirs, button="check"))
    assert "Choose who takes over what is Olive Officer’s in this file" in refused and "They are cousins" in refused
    typed = theirs | {"successor": str(staff.colleague.pk)}
    shown = text(check(leader, page(resident), typed))
    assert f"Holds case {proposal.case.reference}" in shown and f"Prepares {proposal.reference}" in shown
    assert "What is theirs goes to Colin Colleague" in shown
    assert not FileAccess.objects.exists() and Case.objects.get(pk=proposal.case_id).owner == staff.officer
    assert decide(leader, page(resident), typed).status_code == 302
    assert FileAccess.objects.standing().of_kind(KEPT_OUT).filter(user=staff.officer).exists()
    assert Case.objects.get(pk=proposal.case_id).owner == staff.colleague
    taken = Restriction.objects.get(pk=proposal.pk)
    assert taken.proposed_by == staff.colleague and staff.officer.pk in taken.shaped_by
    assert work_in(resident, staff.officer).nothing
    event = Event.objects.get(verb="user.work_handed_over")
    assert event.facts["cases"] == [proposal.case.reference] and event.words.body == {"reason": "They are cousins"}
    told = Notice.objects.filter(kind="handed_over")
    assert {one.to for one in told} >= {staff.officer, staff.colleague}
    assert not any("cousins" in one.body or resident.name in one.body for one in told)


def test_what_is_left_stands_on_the_page_of_those_who_decide_until_it_is_handed_over(staff, resident, proposal):
    leader = client_of(staff.team_leader)
    assert "Nobody can do this" not in team(staff.team_leader)
    typed = {"person": staff.officer.pk, **SAID, "successor": "left"}
    assert "stays undone until somebody hands it over" in text(check(leader, page(resident), typed))
    assert decide(leader, page(resident), typed).status_code == 302
    for one in (staff.team_leader, staff.manager):
        shown = team(one)
        assert "Nobody can do this" in shown and f"Holds case {proposal.case.reference}" in shown
    where = reverse("worklist:hand_over_from", args=[staff.officer.reference])
    done = press(leader, where, {"which": "all", "to": staff.colleague.pk, "long": "good"})
    assert done.status_code == 302, text(done)
    assert "Nobody can do this" not in team(staff.team_leader)


def test_it_stands_there_however_it_came_about_and_not_before_whom_the_file_is_closed_to(staff, resident, proposal):
    """Past the page, by what only `people` knows; and for a task that came after the file was closed."""
    told = {"ground": "conflict", "reason": "x", "until": day_of(NOON), "by": staff.manager, "at": NOON}
    people.keep_out(resident.pk, staff.officer.pk, **told)
    assert undone_for(staff.team_leader) == [proposal.case.reference]
    people.keep_out(resident.pk, staff.team_leader.pk, **told)
    assert undone_for(staff.team_leader) == []
    assert undone_for(staff.manager) == [proposal.case.reference]
    elsewhere = factories.staff(factories.dover("elsewhere"))
    assert undone_for(elsewhere.team_leader) == undone_for(staff.officer) == []


@pytest.mark.parametrize("kind", [KEPT_OUT, KEPT_TO])
def test_nobody_is_handed_work_in_a_file_that_is_closed_to_them(staff, resident, proposal, kind):
    """By whichever page it is handed over, for good or for a time."""
    told = {"ground": "conflict", "reason": "x", "until": day_of(NOON), "by": staff.manager, "at": NOON}
    if kind == KEPT_OUT:
        people.keep_out(resident.pk, staff.colleague.pk, **told)
    else:
        people.keep_to(resident.pk, [staff.officer.pk, staff.manager.pk], **told)
    days = {"from_on": day_of(NOON), "until_on": day_of(NOON)}
    for extent in (Extent(), Extent([proposal.case.reference]), Extent(file_of=resident), Extent(**days)):
        with pytest.raises(RuleBroken, match="is closed to Colin Colleague"):
            handing_over.hand_over(staff.officer.pk, extent, to_id=staff.colleague.pk, by=staff.manager, at=NOON)


def test_a_file_kept_to_named_people_hands_on_what_is_everybody_elses(staff, resident, proposal):
    leader = client_of(staff.team_leader)
    people_ = [str(staff.team_leader.pk), str(staff.colleague.pk)]
    typed = {"people": people_, **SAID}
    outside = typed | {"successor": str(staff.officer.pk)}
    refused = text(decide(leader, page(resident, "keep-to"), outside))
    assert "Select a colleague who works on cases" in refused or "is closed to Olive Officer" in refused
    assert not FileAccess.objects.exists() and Case.objects.get(pk=proposal.case_id).owner == staff.officer
    done = decide(leader, page(resident, "keep-to"), typed | {"successor": str(staff.colleague.pk)})
    assert done.status_code == 302, text(done)
    assert Case.objects.get(pk=proposal.case_id).owner == staff.colleague
    assert "Nobody can do this" not in team(staff.team_leader)


def test_decisions_that_nobody_else_can_take_are_named_and_an_administrator_is_asked(staff, resident, proposal):
    """The team leader keeps the file to people of whom none may impose; who decides is asked for at once."""
    found = closed_files.behind(resident, [staff.team_leader.pk], at=NOON)
    (waiting,) = [one for one in found.decisions if one.deadline.kind == kinds.RESTRICTION_DECIDE]
    assert waiting.others == ()
    typed = {"person": staff.team_leader.pk, **SAID, "successor": "left"}
    shown = text(check(client_of(staff.manager), page(resident), typed))
    assert "Decisions that they can take no more" in shown and "an administrator appoints somebody" in shown
    rita = factories.working_as(staff.officer.provider, "team leader", name="Rita Reviewer")
    (waiting,) = closed_files.behind(resident, [staff.team_leader.pk], at=NOON).decisions
    assert waiting.others == ("Rita Reviewer",)
    for person in (rita, staff.team_leader):
        assert not Deadline.objects.open().filter(kind=kinds.DECISION_APPOINT).exists()
        closed_files.keep_out(resident.pk, person.pk, closure(left=True), by=staff.manager, at=NOON)
    (asked,) = Deadline.objects.open().filter(kind=kinds.DECISION_APPOINT)
    assert asked.about_ref == proposal.reference


def test_a_contact_to_whom_the_file_is_closed_is_replaced_as_one_who_left(staff, resident):
    case = builders.warned_case(staff.officer.provider, staff, resident, at=NOON)
    restriction = builders.imposed(builders.World(staff.officer.provider, staff, resident, case, NOON))
    Term.objects.create(restriction=restriction, channel=Term.Channel.SPOC, person=staff.colleague)
    typed = {"person": staff.colleague.pk, **SAID, "successor": "left"}
    shown = text(check(client_of(staff.team_leader), page(resident), typed))
    assert "Single point of contact" in shown and restriction.reference in shown
    closed_files.keep_out(resident.pk, staff.colleague.pk, closure(left=True), by=staff.team_leader, at=NOON)
    asked = Deadline.objects.open().get(kind=kinds.SPOC_REPLACE)
    assert asked.about_ref == restriction.reference


def test_what_changed_since_it_was_shown_is_shown_again(staff, resident, proposal):
    leader = client_of(staff.team_leader)
    typed = {"person": staff.officer.pk, **SAID, "successor": str(staff.colleague.pk)}
    shown = check(leader, page(resident), typed)
    handing_over.hand_over(
        staff.officer.pk, Extent([proposal.case.reference]), to_id=staff.colleague.pk, by=staff.manager, at=NOON
    )
    late = press(leader, page(resident), on=shown)
    assert late.status_code == 409 and not FileAccess.objects.exists()


def test_what_the_deed_would_refuse_is_refused_before_the_check_page(staff, resident, proposal):
    typed = {"person": staff.officer.pk, **SAID, "successor": "left", "until_year": "2029"}
    shown = text(check(client_of(staff.team_leader), page(resident), typed))
    assert "Enter a last day within 12 months" in shown and "Check before you close" not in shown


def test_a_file_in_which_nothing_is_theirs_is_closed_without_another_page(staff, resident):
    done = press(client_of(staff.team_leader), page(resident), {"person": staff.colleague.pk, **SAID}, button="check")
    assert done.status_code == 302 and FileAccess.objects.exists()


def test_the_pages_read_as_much_for_one_as_for_many(staff, resident, proposal):
    def queries() -> int:
        client_of(staff.manager).get(reverse("worklist:team"))
        with CaptureQueriesContext(
            connection,
        ) as found:
            closed_files.undone(User.objects.get(pk=staff.manager.pk))
            closed_files.behind(resident, closed_files.shut_out(resident, but=[staff.manager.pk]), at=NOON)
        return len(found)

    put_out(staff, resident, staff.officer)
    few = queries()
    for number in range(10):
        person = factories.working_as(staff.officer.provider, "officer", name=f"Other {number}")
        other = factories.resident(staff.officer.provider, staff.officer, name=f"Robin {number}")
        case = builders.warned_case(staff.officer.provider, staff, other, at=NOON)
        Case.objects.filter(pk=case.pk).update(owner=person)
        put_out(staff, other, person)
    assert queries() == few


def put_out(staff, resident, person) -> None:
    told = {"ground": "conflict", "reason": "x", "until": day_of(NOON), "by": staff.manager, "at": NOON}
    people.keep_out(resident.pk, person.pk, **told)
