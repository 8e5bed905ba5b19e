"""Two administrators at once, and a case that is moved while something is begun in it; on real connections."""

import pytest
from django_fsm import TransitionNotAllowed

from cases.models import Case
from decisions.services import Said
from office import services
from office.models import Adoption
from office.services import contractors, joining
from people import services as people
from people.models import PolicyVersion, User
from policies.rules import RuleBroken
from restrictions.models import Restriction
from restrictions.services import ending, proposing
from tests import factories, test_races
from tests.factories import NOON
from tests.office.conftest import Office
from tests.office.versions import LOCAL, adopted, newer, propose
from tests.restrictions import builders

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("empty_queue")]


def office_of(provider, staff) -> Office:
    second, third = (factories.working_as(provider, "administrator", name=name) for name in ("Bill Two", "Cay Three"))
    office = Office(provider, staff, staff.administrator, second)
    return office, third


@pytest.mark.parametrize("other", ["adopt", "return", "withdraw"])
def test_two_decide_on_a_proposal_at_once(other):
    provider = factories.dover()
    office, cay = office_of(provider, factories.staff(provider))
    adoption = propose(office)
    second = {
        "adopt": lambda: services.adopt(adoption.pk, by=cay, at=NOON),
        "return": lambda: services.send_back(adoption.pk, reasons="No.", by=cay, at=NOON),
        "withdraw": lambda: services.withdraw(adoption.pk, reasons="No.", by=office.ada, at=NOON),
    }[other]
    first, late = test_races.one_then_other(lambda: services.adopt(adoption.pk, by=office.bill, at=NOON), second)
    assert isinstance(first, PolicyVersion) and isinstance(late, TransitionNotAllowed), (first, late)
    assert "Bill Two adopted this policy" in str(late)
    assert provider.policy_versions.count() == 2 and Adoption.objects.get().version == first


def test_two_propose_at_once():
    provider = factories.dover()
    office, cay = office_of(provider, factories.staff(provider))
    first, late = test_races.one_then_other(lambda: propose(office), lambda: propose(office, by=cay))
    assert isinstance(first, Adoption) and isinstance(late, TransitionNotAllowed), (first, late)
    assert Adoption.objects.count() == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_case_is_moved_while_a_proposal_is_begun(order):
    w = builders.world()
    office, _ = office_of(w.provider, w.staff)
    version = adopted(office, newer())
    acts = [
        lambda: services.move_case(w.case.pk, Said("Fairer."), to=version.pk, by=w.staff.manager, at=w.at),
        lambda: proposing.start(w.case.pk, by=w.staff.officer, at=w.at),
    ]
    first, late = test_races.one_then_other(*(acts[n] for n in order))
    assert not isinstance(first, Exception), first
    if order[0] == 0:
        assert isinstance(late, Restriction) and late.case.policy_version == version
    else:
        assert isinstance(late, RuleBroken) and "being proposed" in str(late)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_case_is_moved_while_its_restriction_is_lifted(order):
    w = builders.world()
    office, _ = office_of(w.provider, w.staff)
    restriction = builders.imposed(w, months=12)
    version = adopted(office, newer(), local=LOCAL.replace("every 6 months", "every 3 months"))
    acts = [
        lambda: services.move_case(w.case.pk, Said("Fairer."), to=version.pk, by=w.staff.manager, at=w.at),
        lambda: ending.lift(restriction.pk, Said("It is over.", considered="Fair."), by=w.staff.team_leader, at=w.at),
    ]
    found = test_races.one_then_other(*(acts[n] for n in order))
    assert not [one for one in found if isinstance(one, Exception)], found
    assert Case.objects.get(pk=w.case.pk).policy_version == version
    test_races.fits(restriction)


@pytest.mark.parametrize("join", ["added", "opened again"])
@pytest.mark.parametrize("closes_first", [True, False])
def test_nobody_joins_a_contractor_while_its_work_here_ends(join, closes_first):
    """Whoever came second: no account of its people is open afterwards."""
    provider = factories.dover()
    office, cay = office_of(provider, factories.staff(provider))
    firm = factories.firm(provider)
    left = factories.working_as(provider, "contractor", name="Gone Away", organisation=firm)
    people.close_account(left.pk, by=office.ada, at=NOON)
    joins = {
        "added": lambda: joining.add_person(
            provider, email="cy@swift.example", details=people.StaffDetails("Cy"), roles=[], organisation_id=firm.pk,
            by=cay, at=NOON,
        ),
        "opened again": lambda: joining.open_again(left.pk, by=cay, at=NOON),
    }[join]  # fmt: skip

    def closes():
        return contractors.close_organisation(firm.pk, reason="The contract ended.", by=office.bill, at=NOON)

    first, second = test_races.one_then_other(*((closes, joins) if closes_first else (joins, closes)))
    assert isinstance(second, RuleBroken) is closes_first, (first, second)
    assert not User.objects.filter(organisation=firm, is_active=True).exists()
