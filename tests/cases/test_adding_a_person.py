"""From a draft of an incident to adding a person and back: the person chosen, and every text as it was."""

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Draft, Incident
from people.models import Resident
from tests.cases import test_screens
from tests.factories import NOON
from tests.people.test_screens import NEW
from tests.pressing import check, press

pytestmark = pytest.mark.django_db
STRANGE = "He said “off” שלום 👩🏽‍🚒 " + "and more " * 900


@pytest.fixture(autouse=True)
def the_clock():
    import time_machine

    with time_machine.travel(NOON, tick=False):
        yield


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def leave_for(client, **more):
    """Type, find nobody, and press the button that leads to adding a person."""
    here = test_screens.new_page(client)
    typed = test_screens.TYPED | {"facts": STRANGE, "q": "Nobody Known", "words_used": "Words kept"} | more
    found = client.post(here, typed | {"do": "find"}, follow=True).content.decode()
    assert "found" in more or "No one matches" in found
    away = client.post(here, typed | {"do": "add_person"})
    return here, away.headers["Location"], found


def test_the_way_to_a_new_person_and_back_keeps_every_text(staff):
    client = signed_in(staff.officer)
    here, away, found = leave_for(client)
    assert 'value="add_person"' in found
    shown = client.get(away).content.decode()
    assert f'href="{here}"' in shown and "You go back to it from here" in shown
    wrong = check(client, away, NEW | {"name": ""}).content.decode()
    assert "There is a problem" in wrong and f'href="{here}"' in wrong
    back = press(client, away, NEW, button="check", follow=True)
    added = Resident.objects.get()
    page = back.content.decode()
    assert back.request["PATH_INFO"] == here and "added" not in back.request["QUERY_STRING"]
    assert f'value="{added.reference}" checked' in page and STRANGE.strip() in page and "Words kept" in page
    assert f"{added.reference} is added, and chosen in your draft" in page
    client.post(here, test_screens.TYPED | {"do": "do", "facts": STRANGE, "found": added.reference})
    assert Incident.objects.get().involvements.get().resident == added


def test_whoever_is_known_already_is_chosen_too_and_whoever_was_chosen_stays(staff, resident):
    client = signed_in(staff.officer)
    here, away, _ = leave_for(client, found=resident.reference)
    check(client, away, NEW)
    known = Resident.objects.get(name="Nadia New")
    asked = check(client, away, NEW)
    twice = press(client, away, {"who": known.reference}, on=asked, button="check", follow=True).content.decode()
    assert f"{known.reference} is chosen in your draft" in twice
    assert Resident.objects.count() == 2
    client.get(f"{here}?added={known.reference}")
    data = Draft.objects.get().data
    assert data["found"] == [known.reference] and f"part_{resident.reference}" in data


def test_the_page_that_asks_who_it_is_leads_back_to_the_form(staff, resident):
    client = signed_in(staff.officer)
    _, away, _ = leave_for(client)
    typed = NEW | {"name": resident.name, "date_of_birth_day": "", "date_of_birth_month": "", "date_of_birth_year": ""}
    assert f'href="{away}"' in check(client, away, typed).content.decode()


def test_without_a_draft_or_with_nonsense_it_goes_to_the_person(staff):
    client = signed_in(staff.officer)
    for wrong in ("", "?draft=", "?draft=//evil.example", "?draft=%00"):
        assert "You go back to it" not in client.get(reverse("people:add") + wrong).content.decode()
    assert check(client, reverse("people:add") + "?draft=x", NEW).headers["Location"] == reverse(
        "people:resident", args=[Resident.objects.get().reference]
    )


def test_another_persons_draft_is_nobodys_way_back(staff):
    here, _, _ = leave_for(signed_in(staff.officer))
    assert signed_in(staff.colleague).get(f"{here}?added=R-000001").status_code == 404
