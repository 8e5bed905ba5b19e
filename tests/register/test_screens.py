"""The register on screen: two taps, one recorded look, and a failure that never looks like safety."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit import services as audit
from audit.models import Event
from people import services as people
from policies.policy import Policy
from policies.rules import Rule
from register.models import Entry, Lookup, Receipt
from register.services import lookups
from tests import factories
from tests.factories import NOON
from tests.pressing import check, press
from tests.register.builders import Incident, enter

NOT_LISTED = (
    "<strong>Nothing is recorded here. Not listed does not mean safe.</strong> It means nobody has recorded a risk. "
    "Follow lone working procedures, above all on a first visit."
)
ROLES = ["officer", "team_leader", "manager", "front_line", "contractor", "dpo", "administrator"]


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    """The clock that the views read."""
    time_machine.move_to(NOON, tick=False)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return " ".join(response.content.decode().split())


# two taps


def test_two_taps_after_typing(entry, resident, staff):
    client = signed_in(staff.front_line)
    first = client.get(reverse("register:check"), {"q": "rowan"})
    match = reverse("register:match", args=[resident.reference])
    assert first.headers["Location"] == match, "a single match goes straight to its page"
    shown = page(client.get(match))
    assert [words in shown for words in ("I am visiting", "I am phoning", "Another reason")] == [True] * 3
    assert not Lookup.objects.exists(), "seeing the buttons is not a look"
    second = client.post(match, {"purpose": "visit"})
    card = page(client.get(second.headers["Location"]))
    assert "Do this" in card and "Visit in pairs." in card and "Last day in force: <strong>18 June 2027" in card
    assert 'href="tel:01304872000"' in card and "I have checked before this visit" in card
    assert "reports of hazards in the home" in card, "the law's floor is always accepted"
    assert "threats" not in card, "no reasons"


def test_matches_bear_no_markers(entry, resident, provider, staff):
    factories.resident(provider, staff.officer, "Rowan Renter", date_of_birth=date(1990, 1, 1))
    shown = page(signed_in(staff.front_line).get(reverse("register:check"), {"q": "rowan"}))
    rows = re.findall(r"<li>(.*?)</li>", shown.partition("evenhand-rows")[2].partition("</ol>")[0])
    bare = [re.sub(r"R-\d+|Renter|Resident|Born \d+", "", row) for row in rows]
    assert len(bare) == 2 and bare[0] == bare[1], "with an entry or without, a match looks the same"


def test_the_receipt_is_timed(entry, resident, staff):
    client = signed_in(staff.front_line)
    card = client.post(reverse("register:match", args=[resident.reference]), {"purpose": "visit"}).headers["Location"]
    client.post(card)
    client.post(card)
    receipt = Receipt.objects.get()
    assert f"You checked on 18 December 2026 at midday.</strong> Receipt {receipt.pk}" in page(client.get(card))
    assert Event.objects.filter(verb="register.checked").count() == 1


def test_not_listed_is_never_safe(resident, staff):
    client = signed_in(staff.front_line)
    card = client.post(reverse("register:match", args=[resident.reference]), {"purpose": "visit"}).headers["Location"]
    shown = page(client.get(card))
    assert NOT_LISTED in shown and "evenhand-card" in shown
    assert "govuk-tag--green" not in shown and "✓" not in shown and "Do this" not in shown


def test_a_purpose_that_is_none_shows_the_buttons_again(resident, staff):
    shown = page(signed_in(staff.front_line).post(reverse("register:match", args=[resident.reference])))
    assert "Why are you looking?" in shown and not Lookup.objects.exists()


def test_no_match_says_that_nothing_was_checked(staff):
    shown = page(signed_in(staff.front_line).get(reverse("register:check"), {"q": "nobody at all"}))
    assert "No one matches. Try a postcode or phone number." in shown and "You have not checked." in shown


def test_a_card_belongs_to_whoever_looked_and_to_its_day(entry, resident, staff, time_machine):
    client = signed_in(staff.front_line)
    card = client.post(reverse("register:match", args=[resident.reference]), {"purpose": "visit"}).headers["Location"]
    assert signed_in(staff.officer).get(card).status_code == 404
    time_machine.move_to(NOON.replace(day=19), tick=False)
    client = signed_in(staff.front_line)
    stale = page(client.get(card))
    assert "Check again" in stale and "Visit in pairs" not in stale and "Nothing is recorded" not in stale
    client.post(card)
    assert not Receipt.objects.exists()


def test_a_card_is_not_kept_by_the_browser(entry, resident, staff):
    client = signed_in(staff.front_line)
    card = client.post(reverse("register:match", args=[resident.reference]), {"purpose": "visit"}).headers["Location"]
    assert "no-store" in client.get(card).headers["Cache-Control"]


def test_a_contractor_sees_what_is_shared_and_is_told_so(entry, dog, resident, staff):
    client = signed_in(staff.contractor)
    card = client.post(reverse("register:match", args=[resident.reference]), {"purpose": "visit"}).headers["Location"]
    shown = page(client.get(card))
    assert NOT_LISTED in shown and "You see what Dover District Council shares with contractors" in shown
    place = client.get(reverse("register:check"), {"q": "snargate"}).headers["Location"]
    card = client.post(place, {"purpose": "visit"}).headers["Location"]
    assert "Ask for the dog to be shut away" in page(client.get(card))


def test_the_policys_own_contacts_come_before_the_laws(entry, resident, staff, monkeypatch):
    own = [("urgent repairs", Rule("policy", "7.1"))]
    floor = Policy.always_accept.fget
    monkeypatch.setattr(Policy, "always_accept", property(lambda policy: own + floor(policy)))
    client = signed_in(staff.front_line)
    card = client.post(reverse("register:match", args=[resident.reference]), {"purpose": "visit"}).headers["Location"]
    shown = page(client.get(card))
    assert shown.index("urgent repairs") < shown.index("complaints")


# who


@pytest.mark.parametrize("role", ROLES)
def test_every_role_at_every_page(entry, dog, resident, staff, role):
    client = signed_in(getattr(staff, role))
    looks = 200 if role not in ("dpo", "administrator") else 403
    decides = 200 if role in ("team_leader", "manager") else 403
    assert client.get(reverse("register:check")).status_code == looks
    assert client.get(reverse("register:match", args=[resident.reference])).status_code == looks
    assert client.get(reverse("register:place", args=[dog.reference])).status_code == looks
    for name, args in (("entries", []), ("add", []), ("add_resident", [resident.reference])):
        assert client.get(reverse(f"register:{name}", args=args)).status_code == decides, name
    for name in ("entry", "change", "keep", "remove"):
        seen = client.get(reverse(f"register:{name}", args=[dog.reference])).status_code
        assert seen == (decides if looks == 200 else 404), name


def test_strangers_sign_in_and_other_providers_see_nothing(entry, dog, resident, db):
    other = factories.staff(factories.dover("elsewhere"))
    addresses = [
        reverse("register:match", args=[resident.reference]),
        reverse("register:place", args=[dog.reference]),
        reverse("register:entry", args=[entry.reference]),
        reverse("register:remove", args=[dog.reference]),
        reverse("register:add_resident", args=[resident.reference]),
    ]
    for address in addresses:
        assert signed_in(other.manager).get(address).status_code == 404, address
        assert "/account/login" in Client().get(address).headers["Location"]
    signed_in(other.manager).post(addresses[0], {"purpose": "visit"})
    assert not Lookup.objects.exists()


# failure


@pytest.mark.django_db(transaction=True)
def test_a_register_that_cannot_be_reached_says_that_nothing_was_checked(settings):
    provider = factories.dover()
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    enter(provider, staff.team_leader, resident)
    client = signed_in(staff.front_line)
    client.raise_request_exception = False
    match = reverse("register:match", args=[resident.reference])
    card = client.post(match, {"purpose": "visit"}).headers["Location"]
    right = connection.settings_dict["HOST"], connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["HOST"], connection.settings_dict["PORT"] = "127.0.0.1", "1"
    try:
        answers = [client.get(reverse("register:check"), {"q": "rowan"}), client.get(match), client.get(card)]
        answers += [client.post(match, {"purpose": "visit"}), client.post(card)]
    finally:
        connection.close()
        connection.settings_dict["HOST"], connection.settings_dict["PORT"] = right
    for answer in answers:
        shown = page(answer, status=503)
        assert "The register could not be reached. You have not checked." in shown
        assert "Nothing is recorded" not in shown and "Rowan" not in shown
        assert "no-store" in answer.headers["Cache-Control"]
    assert Lookup.objects.count() == 1


# entries without a restriction


def day(name, on):
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


DOG = {
    "place": "4 Snargate Street",
    "postcode": "ct17 9bz",
    "risks": ["animal"],
    "instructions": "Ask for the dog to be shut away.\nDo not go in before it is.",
    "ring": "",
    "shared": "yes",
    "reason": "A dog bit the gas engineer on 2 December.",
    **day("review_on", date(2027, 3, 1)),
}


def test_a_place_is_entered_once_however_often_the_button_is_pressed(staff):
    client = signed_in(staff.team_leader)
    opened = client.get(reverse("register:add"))
    first, second, third = (press(client, reverse("register:add"), DOG, on=opened) for _ in range(3))
    entry = Entry.objects.get()
    led_to = {each.headers["Location"] for each in (first, second, third)}
    assert led_to == {reverse("register:entry", args=[entry.reference])}
    assert (entry.place_postcode, entry.shared_with_contractors) == ("CT17 9BZ", True)
    assert entry.instructions == ["Ask for the dog to be shut away.", "Do not go in before it is."]
    again = page(press(signed_in(staff.manager), reverse("register:add"), DOG))
    assert f"This is on the register already, as entry {entry.reference}" in again
    shown = page(client.get(first.headers["Location"]))
    assert "Dangerous animal" in shown and "Staff Risk &amp; Unacceptable Behaviour Register" in shown


def test_what_is_missing_is_said_and_what_was_typed_is_kept(staff):
    wrong = DOG | {
        "instructions": "",
        "risks": [],
        "review_on_day": "1",
        "review_on_year": "2026",
        "reason": "Bit a man",
    }
    shown = page(press(signed_in(staff.team_leader), reverse("register:add"), wrong))
    assert "Enter what staff must do" in shown and "4 Snargate Street" in shown and "Bit a man" in shown
    assert "<title>Error: " in shown


def test_a_date_in_the_past_is_refused_beside_its_field(staff):
    wrong = DOG | day("review_on", date(2026, 12, 1))
    shown = page(press(signed_in(staff.team_leader), reverse("register:add"), wrong))
    assert "The date to look at the entry again must be in the future" in shown and not Entry.objects.exists()


def test_a_resident_is_entered_from_an_incident_on_record(provider, resident, staff):
    client = signed_in(staff.team_leader)
    address = reverse("register:add_resident", args=[resident.reference])
    asked = {key: value for key, value in DOG.items() if key not in ("place", "postcode")} | {
        "incident": "i-000012",
        "risks": ["weapon"],
        "told": "no",
        "not_told_reason": "Being told may make it worse.",
        **day("look_again_on", date(2027, 1, 18)),
    }
    assert "No incident I-000012 is on record" in page(press(client, address, asked))
    audit.record("incident.logged", subject=Incident("I-000012", provider, resident), by=staff.officer, at=NOON)
    press(client, address, asked)
    entry = Entry.objects.get()
    assert (entry.source, entry.resident_told, entry.look_again_on) == ("incident:I-000012", False, date(2027, 1, 18))
    look_again = reverse("register:look_again", args=[entry.reference])
    assert "Being told may make it worse." in page(client.get(look_again))
    press(client, look_again, {"told": "yes", "how": "By letter"})
    assert Entry.objects.get().resident_told


def test_removal_is_checked_then_done_once(dog, staff):
    client = signed_in(staff.manager)
    lookups.look_up_place(dog, by=staff.front_line, purpose="visit", at=NOON)
    address = reverse("register:remove", args=[dog.reference])
    assert "Enter the reasons for the removal" in page(check(client, address, {"reason": ""}))
    late = signed_in(staff.team_leader).get(address)
    checked = check(client, address, {"reason": "The dog has died."})
    assert "Check before you remove" in page(checked) and "1 person who looked at it is told" in page(checked)
    assert Entry.objects.get().removed_on is None
    first, second = (press(client, address, on=checked) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert "Told that it is gone: Fran Line." in page(client.get(first.headers["Location"]))
    other = page(check(signed_in(staff.team_leader), address, {"reason": "It has died."}, on=late), status=409)
    assert "Morgan Manager removed this entry on 18 December 2026." in other


def test_changing_and_keeping(dog, staff):
    client = signed_in(staff.manager)
    address = reverse("register:change", args=[dog.reference])
    assert "Ask for the dog to be shut away before you go in." in page(client.get(address))
    changed = {"instructions": "Do not go in.", "ring": "01304 821199", "shared": "no", "reason": "Two dogs now."}
    press(client, address, changed | day("review_on", date(2027, 4, 1)))
    entry = Entry.objects.get()
    assert (entry.instructions, entry.ring, entry.shared_with_contractors) == (["Do not go in."], "01304 821199", False)
    kept = {"reason": "Still there.", **day("review_on", date(2027, 6, 1))}
    press(client, reverse("register:keep", args=[dog.reference]), kept)
    assert Entry.objects.get().review_on == date(2027, 6, 1)


def test_an_entry_of_a_restriction_offers_no_button_that_cannot_work(entry, staff):
    shown = page(signed_in(staff.manager).get(reverse("register:entry", args=[entry.reference])))
    assert "It changes and ends with it." in shown and "Remove the entry" not in shown and "Keep the entry" not in shown


# the same number of queries whatever there is


def queries(client, address, data):
    """Of a page that was open just now: the first look of a quarter of an hour is written (tests/test_looks.py)."""
    client.get(address, data)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address, data).status_code == 200
    return len(caught)


def test_queries_do_not_grow_with_rows(provider, staff, resident, entry, dog):
    client = signed_in(staff.team_leader)
    look = lookups.look_up(resident, by=staff.team_leader, purpose="phone", at=NOON)
    factories.resident(provider, staff.officer, "Rowan Renter", date_of_birth=date(1990, 1, 1))
    pages = [
        (reverse("register:check"), {"q": "rowan"}),
        (reverse("register:entries"), {}),
        (reverse("register:entry", args=[entry.reference]), {}),
        (reverse("register:card", args=[look.pk]), {}),
    ]
    few = [queries(client, address, data) for address, data in pages]
    for number in range(30):
        factories.resident(provider, staff.officer, f"Rowan {number}", date_of_birth=date(1990, 1, 1),
                           home=people.Home(f"{number} Long Row", "CT16 1LW"))  # fmt: skip
        enter(provider, staff.team_leader, resident, source=f"restriction:X-1{number:05d}")
        enter(provider, staff.team_leader, place=f"{number} Long Row", source="", reason="Roof.",
              instructions=[f"Order {number}"])  # fmt: skip
    pages[3] = (
        reverse("register:card", args=[lookups.look_up(resident, by=staff.team_leader, purpose="phone", at=NOON).pk]),
        {},
    )
    many = [queries(client, address, data) for address, data in pages]
    assert many == few and max(many) <= 12


@pytest.mark.parametrize("policy", ["homes-for-life", factories.DOVER])
def test_where_a_policy_keeps_no_register_nobody_is_told_that_no_risk_is_recorded(db, client, policy):
    provider = factories.running_on(policy, slug=policy)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    client.force_login(staff.officer)
    page = client.post(reverse("register:match", args=[resident.reference]), {"purpose": "visit"}, follow=True)
    said = page.content.decode()
    assert "Not listed does not mean safe." in said
    assert ("It means nobody has recorded a risk." in said) is (policy == factories.DOVER)
    assert ("Our policy keeps no register of risks. No limits on contact are in force." in said) is (
        policy != factories.DOVER
    )
