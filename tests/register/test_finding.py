"""Who finds whom at the door: by what, how narrowly, how often, and what a contractor is handed of it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from audit.models import Event
from people import services as people
from policies.rules import RuleBroken
from register.models import Entry, Handle, Lookup
from register.services import finding, lookups
from tests import factories
from tests.factories import NOON
from tests.pressing import press
from tests.register.builders import enter, share

pytestmark = pytest.mark.django_db
CHECK = "register:check"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


@pytest.fixture
def client(staff):
    """A contractor, signed in."""
    return signed_in(staff.contractor)


def signed_in(user):
    found = Client()
    found.force_login(user)
    return found


def finds(user, typed):
    return [match.title for match in finding.find(typed, user=user, on=NOON.date())[0]]


def search(client, typed):
    return client.get(reverse(CHECK), {"q": typed})


# by what


FOUND_BY = {
    # typed: (contractor, front line, officer)
    "rowan": (True, True, True),
    "ROWAN resident": (True, True, True),
    "marine parade": (True, True, True),
    "ct16 1lw": (True, True, True),
    "CT161LW": (True, True, True),
    "12 marine": (True, True, True),
    "07700 900123": (False, True, True),
    "+44 7700 900123": (False, True, True),
    "900123": (False, True, True),
    "0770": (False, False, True),
    "rowan@example.org": (False, False, True),
    "example org": (False, False, True),
    "rowan 07700900123": (False, False, True),
    "ronnie": (False, True, True),
}


@pytest.mark.parametrize("typed", FOUND_BY)
def test_by_what_each_finds(typed, provider, staff):
    reached = {"phones": ("07700 900123",), "emails": ("rowan@example.org",)}
    factories.resident(provider, staff.officer, known_as=["Ronnie"], **reached)
    found = tuple(bool(finds(user, typed)) for user in (staff.contractor, staff.front_line, staff.officer))
    assert found == FOUND_BY[typed]


def test_a_reference_is_for_staff(resident, dog, staff):
    share(dog, staff.team_leader, staff.contractor.organisation)
    for reference, title in ((resident.reference, resident.name), (dog.reference, dog.place)):
        assert finds(staff.front_line, reference) == [title]
        assert finds(staff.contractor, reference) == []
    assert finds(staff.contractor, "snargate") == [dog.place]


def test_where_somebody_lived_before_is_nothing_to_a_contractor(provider, staff):
    moved = factories.resident(provider, staff.officer, "Mo Moved", home=people.Home("1 Old Road\nDover", "CT16 9ZZ"))
    moved.addresses.update(until=date(2026, 1, 1))
    assert finds(staff.officer, "old road") == ["Mo Moved"] and finds(staff.contractor, "old road") == []


def test_phones_that_match_crowd_out_nobody(provider, staff):
    for number in range(30):
        factories.resident(provider, staff.officer, f"Aa {number}", emails=(f"zoe{number}@example.org",),
                           home=people.Home(f"{number} Long Row", "CT16 1AA"), date_of_birth=None)  # fmt: skip
    factories.resident(provider, staff.officer, "Zoë Last", date_of_birth=None)
    assert finds(staff.contractor, "zoe") == ["Zoë Last"]


# how narrowly


@pytest.mark.parametrize("typed", ["a", "ro", "12", "07700 900123", "r-000001", "ro re", "R 1 2 3", "é"])
def test_fewer_than_three_letters_list_nobody(client, resident, typed):
    answer = search(client, typed)
    page = answer.content.decode()
    assert answer.status_code == 200 and resident.name not in page
    assert "Enter at least three letters of the name or the address. You have not checked." in page
    assert not Handle.objects.exists() and f'value="{typed}"' in page


def test_a_long_list_is_cut_and_says_so(client, provider, staff):
    for number in range(12):
        factories.resident(provider, staff.officer, f"Alex {number}", date_of_birth=None)
    page = search(client, "alex").content.decode()
    assert page.count("/register/found/") == 10 and "There are more than these. Add the street or the postcode." in page


# how often


def test_many_searches_are_held_back_with_words(client, resident, staff, clock):
    for _ in range(30):
        assert search(client, "rowan").status_code == 302
    held = search(client, "rowan")
    page = held.content.decode()
    assert held.status_code == 429 and held.headers["Retry-After"] == "3600"
    assert "You have not checked." in page and staff.contractor.provider.phone in page and resident.name not in page
    assert signed_in(staff.front_line).get(reverse(CHECK), {"q": "rowan"}).status_code == 302
    clock.move_to(NOON + timedelta(hours=1, minutes=1), tick=False)
    assert search(client, "rowan").status_code == 302


def test_many_looks_are_held_back_and_one_colleague_holds_back_nobody_else(client, provider, staff, clock):
    people_ = [
        factories.resident(provider, staff.officer, f"Alex {n}", home=people.Home(f"{n} Long Row", "CT16 1AA"),
                           date_of_birth=None) for n in range(21)
    ]  # fmt: skip
    look = {"by": staff.contractor, "purpose": "visit", "job": "J-1", "at": NOON}
    for resident in people_[:20]:
        lookups.look_up(resident, **look)
    with pytest.raises(finding.TooMany):
        lookups.look_up(people_[20], **look)
    found = search(client, "alex 20").headers["Location"]
    assert press(client, found, {"purpose": "visit", "job": "J-2"}).status_code == 429
    mate = factories.working_as(provider, "contractor", name="Mate", organisation=staff.contractor.organisation)
    assert lookups.look_up(people_[20], **look | {"by": mate})


# what is recorded


def test_each_search_is_recorded_with_what_was_asked_and_how_many_were_found(resident, staff):
    for user, typed, found in ((staff.contractor, "rowan", 1), (staff.front_line, "nobody at all", 0)):
        search(signed_in(user), typed)
        event = Event.objects.get(verb="register.searched", by_ref=user.reference)
        assert (event.facts["found"], event.words.body) == (found, {"asked": typed})


def test_a_look_of_a_contractor_says_for_which_job(client, resident, staff):
    found = search(client, "rowan").headers["Location"]
    kept = press(client, found, {"purpose": "visit", "job": " "}).content.decode()
    assert "Enter the number of the job or the visit" in kept and not Lookup.objects.exists()
    press(client, found, {"purpose": "visit", "job": "J-77"})
    assert (Lookup.objects.get().job, Lookup.objects.get().organisation) == ("J-77", staff.contractor.organisation)
    event = Event.objects.get(verb="register.looked_up")
    assert (event.facts["job"], event.facts["organisation"]) == ("J-77", "Carl & Sons")
    with pytest.raises(RuleBroken):
        lookups.look_up(resident, by=staff.contractor, purpose="visit", at=NOON)


def test_one_look_a_person_a_purpose(client, resident, staff, dog):
    """The same job again is the same look; another job, purpose or person is another."""
    typed = {"purpose": "visit", "job": "J-77"}
    first = press(client, search(client, "rowan").headers["Location"], typed).headers["Location"]
    again = press(client, search(client, "rowan").headers["Location"], typed).headers["Location"]
    assert again == first and Lookup.objects.count() == 1
    press(client, search(client, "rowan").headers["Location"], typed | {"job": "J-78"})
    press(client, search(client, "rowan").headers["Location"], typed | {"purpose": "phone"})
    assert Lookup.objects.count() == 3


# handles


def test_a_match_has_no_reference_and_opens_once(client, resident, provider, staff):
    factories.resident(provider, staff.officer, "Rowan Renter", date_of_birth=date(1990, 1, 1))
    page = search(client, "rowan").content.decode()
    handles = [part.partition('"')[0] for part in page.split('href="/register/found/')[1:]]
    assert len(set(handles)) == 2 and resident.reference not in page and f"/{resident.pk}" not in page
    address = "/register/found/" + handles[1]
    shown = client.get(address).content.decode()
    assert resident.name in shown and resident.reference not in shown
    first = press(client, address, {"purpose": "visit", "job": "J-1"}).headers["Location"]
    second = press(client, address, {"purpose": "phone", "job": "J-2"}).headers["Location"]
    assert second == first and Lookup.objects.count() == 1, "it opens one look, whatever is pressed afterwards"


def test_a_handle_is_of_one_person_one_session_and_one_half_hour(client, resident, staff, provider, clock):
    address = search(client, "rowan").headers["Location"]
    mate = factories.working_as(provider, "contractor", name="Mate", organisation=staff.contractor.organisation)
    others = [signed_in(staff.contractor), signed_in(mate), signed_in(staff.front_line)]
    for other in others:
        for answer in (other.get(address), other.post(address, {"purpose": "visit", "job": "J", "do": "do"})):
            assert answer.status_code == 404
    signed = address.split("/")[-2]
    altered = signed[:-1] + ("A" if signed[-1] != "A" else "B")
    for forged in (altered, "1", str(resident.pk), resident.reference, "x" * 400):
        assert client.get(reverse("register:found", args=[forged])).status_code == 404
    assert client.get(address).status_code == 200
    clock.move_to(NOON + timedelta(minutes=29), tick=False)
    assert client.get(address).status_code == 200
    clock.move_to(NOON + timedelta(minutes=31), tick=False)
    assert client.get(address).status_code == 404
    assert finding.forget(at=NOON + timedelta(minutes=31)) == 1 and not Lookup.objects.exists()


def test_the_register_shows_a_contractor_no_more_in_a_session_that_is_over(client, resident):
    address = search(client, "rowan").headers["Location"]
    client.logout()
    assert client.get(address).status_code == 302


# counting up


def test_counting_up_references_tells_a_contractor_nothing(client, provider, staff, dog, entry, resident):
    """Every address of the register, with each number that could be one: the same answer whether it is one or not."""
    share(dog, staff.team_leader, staff.contractor.organisation)
    roof = enter(provider, staff.team_leader, place="1 Roof Row", source="", reason="Loose.")
    lookups.look_up(resident, by=staff.front_line, purpose="visit", at=NOON)
    tried = {
        "reference": [*around(resident.reference), *around(dog.reference), *around(roof.reference)],
        "pk": range(1, 40), "handle": ["1", "2", resident.reference], "act": ["keep"],
        "token": ["00000000-0000-4000-8000-000000000001"],
    }  # fmt: skip
    secrets = [resident.name, dog.place, roof.place, "Marine"]
    said = {}
    for name, names in addresses():
        combinations = [{}]
        for each in names:
            combinations = [known | {each: value} for known in combinations for value in tried[each]]
        for known in combinations:
            answer = client.get(reverse(f"register:{name}", kwargs=known))
            page = answer.content.decode()
            assert not [word for word in secrets if word in page], (name, known)
            if names:
                said.setdefault(name, set()).add(answer.status_code)
    assert len(said) >= 15
    assert {name: codes for name, codes in said.items() if codes - {403, 404} or len(codes) > 1} == {}


def around(reference: str) -> list[str]:
    """A reference and those that are counted before and after it."""
    number = int(reference[2:])
    return [f"{reference[:2]}{n:06d}" for n in range(number - 2, number + 3)]


def addresses():
    """Each address of the register, with the names of its parts."""
    (room,) = [each for each in get_resolver().url_patterns if getattr(each, "namespace", "") == "register"]
    return [(each.name, list(each.pattern.converters)) for each in room.url_patterns]


# cards


def test_a_card_shows_a_contractor_the_orders_and_nothing_else(client, provider, staff, resident):
    told = enter(
        provider, staff.team_leader, resident, shared_with_contractors=True,
        ring="01632 960999", ring_name="Sam Single", arrangement=["One call a week, on Tuesdays."],
    )  # fmt: skip
    share(told, staff.team_leader, staff.contractor.organisation)
    found = search(client, "rowan").headers["Location"]
    card = press(client, found, {"purpose": "visit", "job": "J-1"}, follow=True).content.decode()
    assert "Visit in pairs." in card and "18 June 2027" in card and provider.phone in card
    hidden = ["Tuesdays", "960999", "Sam Single", "Always accept", told.register_name, told.reference, "hazards in"]
    assert not [word for word in hidden if word in card.replace("orders-" + told.reference, "")]


def test_who_else_lives_there_is_shown_by_the_orders_and_not_by_name(client, provider, staff, resident):
    told = enter(provider, staff.team_leader, resident, shared_with_contractors=True)
    share(told, staff.team_leader, staff.contractor.organisation)
    factories.resident(provider, staff.officer, "Jo Other", date_of_birth=date(1982, 1, 1))
    found = search(client, "jo other").headers["Location"]
    card = press(client, found, {"purpose": "visit", "job": "J-1"}, follow=True).content.decode()
    assert "Visit in pairs." in card and resident.name not in card


# queries


def test_searching_asks_as_much_for_thirty_as_for_one(client, provider, staff, resident):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            assert search(client, "rowan").status_code in (200, 302)
        return len(captured)

    asked()
    few = asked()
    for number in range(30):
        factories.resident(provider, staff.officer, f"Rowan {number}", date_of_birth=date(1990, 1, 1))
        source = f"restriction:X-1{number:05d}"
        enter(provider, staff.team_leader, resident, source=source, shared_with_contractors=True)
    for each in Entry.objects.filter(shared_with_contractors=True):
        share(each, staff.team_leader, staff.contractor.organisation)
    many = asked()
    assert few <= many <= few + 3, "a list has links that a single match, which goes straight on, has not"
