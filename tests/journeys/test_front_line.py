"""At the door, on a phone: two taps after typing, orders first, and a failure that never looks like safety."""

import pytest
from django.utils import timezone

from audit.models import Event
from people import services as people
from people.models import Organisation, Provider, Resident, User
from register.models import Entry, Lookup
from tests import factories
from tests.journeys import checks, history, steps
from tests.journeys.conftest import Desk, Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOT_SHARED = "Nothing is shared with you here. That does not mean safe."


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
    assert set(seen.values_list("verb", flat=True)) == {
        "register.searched", "register.looked_up", "register.checked",
    }  # fmt: skip

    # Not listed: never a sign of safety.
    steps.find_card(at, "Nell").says(checks.NOT_LISTED, "Follow lone working procedures, above all on a first visit.")
    steps.find_card(at, "quiet row una").says("Do this")
    at.go("/register/?q=nobody+at+all").says("You have not checked.", "Not found does not mean safe")

    # The gas engineer is shown nothing until somebody says which firm needs it; then that, and nothing else.
    engineer = desk(contractor, phone=True).go("/")
    engineer.at("/register/").says("Each search is recorded with your name.")
    steps.find_card_for_job(engineer, "marine parade").says(NOT_SHARED).does_not_say("Do not visit alone.")
    share(desk, staff, entry_of(resident), "Channel Heating Ltd")
    steps.find_card_for_job(engineer, "marine parade").says(
        "Do this", "Do not visit alone.", "shares with Channel Heating Ltd"
    )
    engineer.does_not_say("Always accept", "single point of contact")
    steps.find_card_for_job(engineer, "una unshared").says(NOT_SHARED).does_not_say("Do not visit alone.")
    engineer.go("/register/?q=07700+900123").says("Enter at least three letters of the name or the address.")
    for address in (
        f"/cases/{listed.ref}/",
        f"/restrictions/{listed.restriction.reference}/",
        f"/register/{resident.reference}/",
        f"/register/entries/{entry_of(resident).reference}/",
        "/residents/",
        "/cases/",
    ):
        engineer.page.goto(engineer.site + address)
        assert "Rowan" not in engineer.text(), address
    assert Lookup.objects.filter(by=contractor).count() == 3


def entry_of(resident: Resident) -> Entry:
    """The entry that stands for somebody."""
    return Entry.objects.get(resident=resident, removed_on__isnull=True)


def share(desk: Sit, staff: factories.Staff, entry: Entry, firm: str) -> Desk:
    """The team leader shares an entry with a firm, as their list asks for."""
    at = desk(staff.team_leader).go("/").says("Say which contractors are shown the register entry")
    at.go(f"/register/entries/{entry.reference}/share/").says("What they are shown", "What they are not shown")
    at.press("Share the entry").says("Enter why they need it")
    at.answer("Which contractors need it?", firm).fill("Why do they need it?", "They service the boiler.")
    return at.press("Share the entry").says("Shared at present", firm)


def test_one_firm_is_shown_it_and_another_is_not_until_it_is_recalled(
    desk: Sit, council: Provider, staff: factories.Staff, resident: Resident, contractor: User
):
    """Contractor A sees, B does not; A receives it; a manager recalls it; the ledger says all of it."""
    history.restricted(council, staff, resident, contractors=True)
    rival = factories.working_as(
        council, "contractor", name="Rita Rival", organisation=factories.firm(council, "Rival Roofing")
    )
    at = share(desk, staff, entry_of(resident), "Channel Heating Ltd")

    # A is told, receives it, and sees the orders; B has nothing to receive and is shown nothing at the door.
    a, b = desk(contractor, phone=True).go("/register/shared/"), desk(rival, phone=True).go("/register/shared/")
    b.says("Nothing is shared with you at present. That does not mean that nothing is recorded.")
    a.does_not_say("Rowan").follow("Receive what was shared").does_not_say("Rowan").press("Receive and read it")
    a.says("Do this", "Do not visit alone.")
    steps.find_card_for_job(a, "marine parade").says("Do this").press("I have checked before this visit").says(
        "Receipt"
    )
    card = a.path
    steps.find_card_for_job(b, "marine parade").says(NOT_SHARED)
    b.page.goto(b.site + card)
    assert "Do not visit alone." not in b.text()

    # The manager recalls it on the ledger; the card that A had holds no longer.
    at = desk(staff.manager).go("/register/").follow("What is shared with contractors")
    at.says("Channel Heating Ltd", "Received", "Looked at 2 times").follow("Channel Heating Ltd")
    at.says("They service the boiler.", "Terry Leader", contractor.name).follow("Recall it")
    at.fill("Why is it shared no longer?", "Their contract is over.").press("Recall it")
    at.says("Ended", "Their contract is over.", "Morgan Manager")
    a.go(card).says("Check again").does_not_say("Do not visit alone.")
    steps.find_card_for_job(a, "marine parade", job="J-2").says(NOT_SHARED)

    # The data protection officer, who checks no register, reads to whom what was disclosed.
    at = desk(staff.dpo).go("/").follow("Shared with contractors")
    at.says("Channel Heating Ltd", "Ended").follow("Channel Heating Ltd").says("The trail", "Their contract is over.")
    assert not at.page.get_by_role("button", name="Recall it").count()
