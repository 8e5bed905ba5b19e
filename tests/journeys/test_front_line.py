"""At the door, on a phone: two taps after typing, orders first, and a failure that never looks like safety."""

import pytest
from django.utils import timezone

from audit.models import Event
from people import services as people
from people.models import Organisation, Provider, Resident, User
from register.models import Lookup
from tests import factories
from tests.journeys import checks, history, steps
from tests.journeys.conftest import Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def contractor(council: Provider, staff: factories.Staff) -> User:
    """A gas engineer of a firm."""
    firm = Organisation.objects.create(provider=council, name="Channel Heating Ltd", phone="01632 960200")
    User.objects.filter(pk=staff.contractor.pk).update(organisation=firm)
    return User.objects.get(pk=staff.contractor.pk)


def other_resident(council: Provider, staff: factories.Staff, name: str, home: str) -> Resident:
    """Somebody at another address."""
    return factories.resident(
        council, staff.officer, name, home=people.Home(home, "CT16 2AB"), phones=("07700 900777",)
    )


def test_a_caretaker_and_a_gas_engineer_check_before_they_knock(
    desk: Sit, council: Provider, staff: factories.Staff, resident: Resident, contractor: User
):
    listed = history.restricted(council, staff, resident, contractors=True)
    unshared = history.restricted(council, staff, other_resident(council, staff, "Una Unshared", "7 Quiet Row\nDover"))
    other_resident(council, staff, "Nell Notlisted", "9 Quiet Row\nDover")
    assert listed.restriction is not None and unshared.restriction is not None

    # The caretaker: typed, two taps, the orders come first; then the receipt.
    at = desk(staff.front_line, phone=True, through_the_page=True)
    at.at("/register/").page.get_by_role("searchbox").fill("parade ct16 1lw")
    at.press("Check").says("Why are you looking?", "Each look is recorded with your name and the time.")
    at.press("I am visiting").says("Do this", "Do not visit alone.", "Last day in force", "Always accept")
    at.does_not_say("It is needed.", "Mediation", "Shouted")
    orders = at.page.locator("ol.evenhand-orders").first.bounding_box()
    assert orders is not None and orders["y"] + orders["height"] < 844, "the orders stand on the first screen"
    assert at.page.locator("a[href^='tel:']").count()
    for button in at.page.locator("a.govuk-button, button.govuk-button").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 44
    at.press("I have checked before this visit").says("You checked on", "Receipt")
    look = Lookup.objects.get()
    assert (look.by, look.purpose, look.resident) == (staff.front_line, Lookup.Purpose.VISIT, resident)
    assert look.receipt.at.date() == timezone.now().date()
    seen = Event.objects.filter(by_ref=staff.front_line.reference, verb__startswith="register.")
    assert set(seen.values_list("verb", flat=True)) == {"register.looked_up", "register.checked"}

    # Not listed: never a sign of safety.
    steps.find_card(at, "Nell").says(checks.NOT_LISTED, "Follow lone working procedures, above all on a first visit.")
    steps.find_card(at, "quiet row una").says("Do this")
    at.go("/register/?q=nobody+at+all").says("You have not checked.", "Not found does not mean safe")

    # The gas engineer sees what is shared, and nothing else.
    engineer = desk(contractor, phone=True).go("/")
    engineer.at("/register/")
    steps.find_card(engineer, "07700 900123").says("Do this", "Do not visit alone.", "shares with contractors")
    steps.find_card(engineer, "Una").says(checks.NOT_LISTED).does_not_say("Do not visit alone.")
    for address in (
        f"/cases/{listed.ref}/",
        f"/restrictions/{listed.restriction.reference}/",
        "/residents/",
        "/cases/",
    ):
        engineer.page.goto(engineer.site + address)
        assert "Rowan" not in engineer.text(), address
    assert Lookup.objects.filter(by=contractor).count() == 2
