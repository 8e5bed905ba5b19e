"""Whom the policy names, and whose role does no case work, is told why not and who can, before anything is offered."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

import appeals.acts
from appeals.against import finding
from cases.services import assessments, stages
from deadlines.models import Deadline
from decisions.services import Said
from people.access import NotPermitted
from restrictions import acts
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import ending, imposing, proposing
from restrictions.services.parts.terms import save_kinds, save_terms
from tests import factories
from tests.appeals import builders as appealing
from tests.factories import NOON
from tests.restrictions import builders
from tests.restrictions import test_together as together
from tests.restrictions.test_invented_policies import highmoor_warned

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def page(user, name: str, *args: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=args)).content.decode().replace("&#x27;", "'")


def named() -> tuple[builders.World, Restriction]:
    """Highmoor: one named person for all contact; appeals against that are the Information Guardian's (9.3)."""
    from decisions.services import Meeting

    w = highmoor_warned()
    head = factories.person(w.provider, "head", name="Heledd Head")
    stages.settle_restriction(w.case.pk, reasons="It came back at once.", by=head, at=NOON)
    assessments.assess(w.case.pk, "equality", assessments.Findings("Nothing is known."), by=w.staff.officer, at=NOON)
    restriction = builders.draft(w)
    terms = [NewTerm("spoc", "limited", "Ring on Mondays.", w.staff.colleague.pk)]
    save_terms(restriction.pk, by=w.staff.officer, at=NOON, terms=terms)
    save_kinds(restriction.pk, by=w.staff.officer, at=NOON, kinds=["named"])
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    met = Meeting(NOON.date(), [w.staff.team_leader.pk], "Both hold it to be needed.")
    imposed = imposing.impose(restriction.pk, Said("It is needed.", considered="Fair.", meeting=met), by=head, at=NOON)
    return w, imposed


def test_an_appeal_is_not_offered_to_the_guardian_who_could_not_carry_it_out():
    w, imposed = named()
    guardian = factories.person(w.provider, "guardian", name="Gwen Guardian")
    appeal = appealing.lodge(w, imposed, on=NOON.date() + timedelta(days=2), at=NOON + timedelta(days=2))
    with pytest.raises(NotPermitted) as refused:
        appeals.acts.decide(appeal).check(guardian)
    said = str(refused.value)
    assert said.startswith(
        "Clause 9.3 lets an Information Guardian decide an appeal. Your role does not decide on cases"
    )
    assert "An administrator can appoint somebody to decide it, and says why." in said
    shown = page(guardian, "appeals:view", appeal.reference)
    assert "does not decide on cases" in shown
    assert reverse("appeals:decide", args=[appeal.reference]) not in shown
    both = factories.person(w.provider, "guardian", "head", name="Bethan Both")
    assert appeals.acts.to_come(finding.of_appeal(appeal)).who_can() == "Bethan Both can."
    appeals.acts.decide(appeal).check(both)


def records_lift() -> builders.World:
    """Harbour, where the Records Officer lifts: a role that does no case work."""
    return together.harbour('lift = { by = "director"', 'lift = { by = "records"')


def test_what_a_role_without_case_work_would_decide_alone_is_not_offered_to_it():
    w = records_lift()
    warden, keeper, _ = together.people(w)
    restriction = together.imposed(w, warden, keeper)
    records = w.staff.dpo
    with pytest.raises(NotPermitted, match=r"Clause 8 lets the Records Officer lift a restriction\. Your role does no"):
        acts.lift(restriction).check(records)
    lift = reverse("restrictions:lift", args=[restriction.reference])
    assert lift not in page(records, "restrictions:view", restriction.reference)
    with pytest.raises(NotPermitted, match="whoever could does no case work in Evenhand"):
        acts.lift(restriction).check(warden)
    both = factories.person(w.provider, "records", "warden", name="Bo Both")
    with pytest.raises(NotPermitted, match="Bo Both can"):
        acts.lift(restriction).check(records)
    ending.lift(restriction.pk, Said("It is over."), by=both, at=NOON)


def test_together_with_others_such_a_role_has_its_voice():
    w = together.harbour('restrict = { by = "2 of warden, keeper, director"', 'restrict = { by = "warden and records"')
    warden, _, _ = together.people(w)
    restriction = together.proposed(w, terms=together.POST_ONLY)
    together.consult(w, restriction)
    assert Deadline.objects.open().get(kind="restriction.decide").waits_for(w.staff.dpo)
    together.impose(restriction, warden)
    assert together.impose(restriction, w.staff.dpo).state == Restriction.State.IN_FORCE
