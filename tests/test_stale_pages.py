"""Old tabs: two people at two browsers, one of whom acts while the other still looks at how it was."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from people.models import Resident
from tests import factories, quick
from tests.office.conftest import Office
from tests.office.test_browser import desk, sound  # noqa: F401
from tests.office.versions import LOCAL, adopted, newer, propose
from tests.restrictions import builders

pytestmark = [
    pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("empty_queue"),
]  # fmt: skip
SAFE = "Never in writing: her brother opens the post."


@pytest.fixture
def staff():
    return factories.staff(factories.dover(at=timezone.now()))


@pytest.mark.parametrize("width", quick.WIDTHS)
@pytest.mark.parametrize("scripts", [True, False])
def test_how_to_reach_somebody_safely_outlives_an_older_page(desk, staff, width, scripts):  # noqa: F811
    resident = factories.resident(staff.officer.provider, staff.officer)
    address = reverse("people:change", args=[resident.reference])
    olive = desk(staff.officer, width=width, scripts=scripts)
    colin = desk(staff.colleague, width=width, scripts=scripts)
    olive.goto(address)
    colin.goto(address)
    colin.get_by_label("Safe contact").fill(SAFE)
    colin.get_by_role("button", name="Save the details").click()
    olive.get_by_label("Full name").fill("Rowan Renamed")
    olive.get_by_label("Safe contact").fill("Ring after six.")
    olive.get_by_role("button", name="Save the details").click()
    if scripts:
        sound(olive, "Somebody saved this meanwhile")
    shown = olive.locator("main").inner_text()
    assert "Colin Colleague saved it on" in shown and SAFE in shown and "Ring after six." in shown
    assert olive.locator("fieldset").count() == 1 and "moj-identity-bar" in olive.content()
    assert olive.get_by_label("Keep what was saved").is_checked()
    olive.get_by_role("button", name="Save the details").click()
    assert olive.locator("h1").inner_text() == f"Resident {resident.reference}"
    assert "Rowan Renamed" in olive.locator("main").inner_text()
    assert Resident.objects.get().safe_contact == SAFE


def test_back_and_a_second_press_make_no_second_need(desk, staff):  # noqa: F811
    resident = factories.resident(staff.officer.provider, staff.officer)
    olive = desk(staff.officer, width=390, scripts=False)
    olive.goto(reverse("people:add_need", args=[resident.reference]))
    olive.get_by_label("Need or vulnerability").check()
    olive.get_by_label("In their words, or as agreed").fill("Cannot hear calls")
    olive.get_by_label("No", exact=True).check()
    olive.get_by_role("button", name="Record it").dblclick(no_wait_after=True)
    olive.wait_for_url(f"**{reverse('people:resident', args=[resident.reference])}")
    olive.go_back()
    olive.go_forward()
    assert resident.needs.count() == 1


@pytest.mark.parametrize("width", quick.WIDTHS)
def test_a_case_is_moved_only_to_the_policy_that_was_looked_at(desk, staff, width):  # noqa: F811
    """Bill adopts a newer policy while the manager looks at what the one before it would change for a case."""
    at, provider = timezone.now(), staff.officer.provider
    bill = factories.working_as(provider, "administrator", name="Bill Two")
    office = Office(provider, staff, staff.administrator, bill)
    resident = factories.resident(provider, staff.officer)
    case = builders.warned_case(provider, staff, resident, at=at)
    builders.imposed(builders.World(provider, staff, resident, case, at), months=12)
    adopted(office, newer(effective="2024-11-01"), local=LOCAL.replace("every 6 months", "every 3 months"), at=at)
    later = newer(effective="2024-12-01")
    waits = propose(office, later, local=LOCAL.replace("every 6 months", "every 2 months"), at=at)
    manager, other = desk(staff.manager, width=width), desk(bill, width=width)
    manager.goto(reverse("office:move_case", args=[case.reference]))
    manager.get_by_label("Why does it go on under the newer policy?").fill("It is fairer.")
    other.goto(reverse("office:proposal", args=[waits.pk]))
    other.get_by_label("Adopt the policy").check()
    other.get_by_role("button", name="Record your decision").click()
    manager.get_by_role("button", name="Move the case").click()
    sound(manager, "This has changed since you read it")
    shown = manager.locator("main").inner_text()
    assert "the policy that the case would run under" in shown and "Bill Two adopted a policy on" in shown
    manager.get_by_role("button", name="Read it again").click()
    sound(manager, "Move the case to a newer policy")
    assert manager.get_by_label("Why does it go on under the newer policy?").input_value() == "It is fairer."
    manager.get_by_role("button", name="Move the case").click()
    assert "The case runs under the policy of 1 December 2024." in manager.locator("main").inner_text()
    assert Case.objects.get(pk=case.pk).policy_version.effective_on.isoformat() == "2024-12-01"
