"""Whoever the policy has keep a register sees its entries and when each is looked at, without reading cases."""

import pytest
from django.test import Client
from django.urls import reverse

from people.access import NotPermitted
from register.models import Entry
from register.services import sharing
from tests import factories, invented
from tests.factories import NOON
from tests.five import NORTHAMPTON
from tests.register import builders
from tests.restrictions.test_spoc import with_contact

pytestmark = pytest.mark.django_db
OWNED = invented.TEXTS["highmoor"].replace("[register.safety]\n", '[register.safety]\nowner = "porch [5.4]"\n')


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def text(client, name, *args):
    answer = client.get(reverse(f"register:{name}", args=args))
    return answer.status_code, " ".join(answer.content.decode().split())


def test_the_owner_sees_the_entries_of_that_register_and_no_case():
    """A front-line role that keeps the Safety List: it decides nothing by that, and no page leads it to a case."""
    w = builders.with_entry(builders.world(OWNED))
    keeper = factories.person(w.provider, "porch", name="Petra Porch")
    client = signed_in(keeper)
    assert "All entries that stand" in text(client, "check")[1]
    status, listed = text(client, "entries")
    assert status == 200 and w.entry.reference in listed and "Look again on" in listed
    status, shown = text(client, "entry", w.entry.reference)
    assert status == 200 and "Do not go in: police escort only." in shown
    for page in (listed, shown):
        assert not [each for each in ("/cases/", "/restrictions/", "/residents/") if f'href="{each}' in page]
    for name in ("change", "keep", "remove"):
        assert text(client, name, w.entry.reference)[0] == 403, name
    assert client.get(reverse("people:resident", args=[w.resident.reference])).status_code in (403, 404)


def test_nobody_else_of_that_work_does():
    w = builders.with_entry(builders.world(invented.TEXTS["highmoor"]))
    client = signed_in(factories.person(w.provider, "porch", name="Petra Porch"))
    assert "All entries that stand" not in text(client, "check")[1]
    assert (text(client, "entries")[0], text(client, "entry", w.entry.reference)[0]) == (403, 403)


def test_northamptons_two_officers_each_see_their_own_register():
    """Section 5: the Data Management Officer keeps the SPOC Register, the Well-being Officer the PVP Register."""
    w, _ = with_contact(NORTHAMPTON)
    grace = factories.person(w.provider, "data_management_officer", name="Grace")
    peter = factories.person(w.provider, "wellbeing_officer", name="Peter")
    entry = Entry.objects.get(register_key="spoc")
    status, listed = text(signed_in(grace), "entries")
    assert status == 200 and entry.reference in listed
    assert text(signed_in(grace), "entry", entry.reference)[0] == 200
    status, listed = text(signed_in(peter), "entries")
    assert status == 200 and entry.reference not in listed
    assert text(signed_in(peter), "entry", entry.reference)[0] == 403
    assert "What is shared with contractors" in text(signed_in(peter), "ledger")[1]


def test_the_owner_elsewhere_sees_nothing_here():
    w = builders.with_entry(builders.world(OWNED))
    other = builders.world(OWNED, slug="elsewhere")
    client = signed_in(factories.person(other.provider, "porch", name="Paul Porch"))
    assert text(client, "entry", w.entry.reference)[0] == 404
    assert w.entry.reference not in text(client, "entries")[1]


def test_whom_the_policy_has_tell_contractors_shares_and_others_do_not():
    tells = invented.TEXTS["highmoor"] + '\n[inform.contractors]\nsees = "entry [5.4]"\nby = "guardian [5.4]"\n'
    w = builders.with_entry(builders.world(tells))
    Entry.objects.filter(pk=w.entry.pk).update(shared_with_contractors=True)
    firm = factories.firm(w.provider)
    with pytest.raises(NotPermitted, match="Information Guardian"):
        builders.share(w.entry, w.head, firm)
    warden = factories.person(w.provider, "guardian", "porch", name="Gus Guardian")
    (made,) = builders.share(w.entry, warden, firm)
    assert sharing.rule_of(w.entry).cite()
    assert made.decided_by == warden
