"""The register in a real browser: a phone at a door, two taps, few bytes; axe finds nothing on any page."""

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from audit import services as audit
from people import services as people
from register.models import Lookup
from register.services import lookups
from tests import axe, factories
from tests.register.builders import Incident, enter, share

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}


@pytest.fixture(autouse=True)
def connections_of_the_server_end(monkeypatch):
    """The server's threads give their connections back, so that the test database can be dropped."""
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)


@pytest.fixture
def town():
    """Staff, a resident with an entry, one without, a place with one; entered today."""
    provider = factories.dover()
    staff = factories.staff(provider)
    now = timezone.now()
    listed = factories.resident(provider, staff.officer, "Rowan Resident", known_as=["Ro"])
    factories.resident(provider, staff.officer, "Sam Snargate", home=people.Home("9 Far Lane\nDeal", "CT14 6AA"))
    soon = now.date().replace(year=now.year + 1)
    told = enter(provider, staff.team_leader, listed, at=now, ends_on=soon, shared_with_contractors=True)
    share(told, staff.team_leader, staff.contractor.organisation, at=now)
    dog = enter(
        provider, staff.team_leader, place="4 Snargate Street, Dover", postcode="CT17 9BZ", risks=["animal"],
        instructions=["Ask for the dog to be shut away before you go in."], arrangement=[], source="", ends_on=None,
        review_on=soon, reason="A dog bit the gas engineer.", at=now,
    )  # fmt: skip
    people.record_need(
        listed.pk, kind="need", words="Hears badly on the telephone", about_health=True, by=staff.officer, at=now
    )
    people.join_tenancy(listed.pk, reference="T-0042", kind="Secure", part="tenant", by=staff.officer, at=now)
    audit.record("incident.logged", subject=Incident("I-000012", provider, listed), by=staff.officer, at=now)
    return staff, listed, dog


def sign_in(browser, live_server, user, size):
    page = browser.new_page(viewport=size)
    page.goto(live_server.url + reverse("register:check"))
    page.get_by_label("Email").or_(page.get_by_label("E-mail")).first.fill(user.email)
    page.locator("input[type=password]").fill(factories.PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()
    return page


def no_faults(page):
    """Axe finds nothing, nothing scrolls sideways, and every target of the register is 44 pixels high."""
    assert axe.complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


@pytest.mark.parametrize("scripts", [True, False])
def test_two_taps_on_a_phone(browser, live_server, town, scripts):
    staff, _, _ = town
    page = sign_in(browser, live_server, staff.contractor, PHONE)
    if not scripts:
        without = browser.new_context(viewport=PHONE, java_script_enabled=False)
        without.add_cookies(page.context.cookies())
        page = without.new_page()
    page.goto(live_server.url + reverse("register:check"))
    page.get_by_label("Name or address").fill("marine")
    page.get_by_role("button", name="Check").click()
    page.get_by_label("I am visiting").check()
    page.get_by_label("Number of the job or the visit").fill("J-1042")
    page.get_by_role("button", name="Look").click()
    assert page.get_by_role("heading", name="Do this").is_visible()
    assert page.get_by_text("Visit in pairs.").is_visible()
    assert Lookup.objects.get().by == staff.contractor
    page.get_by_role("button", name="I have checked before this visit").click()
    assert page.get_by_text("You checked on").is_visible()
    if scripts:
        no_faults(page)


def test_the_card_is_light(browser, live_server, town):
    staff, listed, _ = town
    page = sign_in(browser, live_server, staff.front_line, PHONE)
    loaded = []
    page.on("response", lambda response: loaded.append(response.url))
    page.goto(live_server.url + reverse("register:match", args=[listed.reference]))
    page.get_by_role("button", name="I am phoning").click()
    page.wait_for_load_state("networkidle")
    names = {url.rpartition("/")[2].partition("?")[0] for url in loaded}
    assert not [name for name in names if "moj" in name or name.endswith(".js")], names
    heights = page.locator(".evenhand-wide").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert heights and min(heights) >= 44


@pytest.mark.parametrize("size", [PHONE], ids=["phone"])
def test_axe_finds_nothing_on_any_page(browser, live_server, town, size):
    staff, listed, dog = town
    page = sign_in(browser, live_server, staff.team_leader, size)
    look = lookups.look_up(listed, by=staff.team_leader, purpose="visit", at=timezone.now())
    pages = [
        reverse("register:check"),
        reverse("register:check") + "?q=snargate",
        reverse("register:check") + "?q=nobody",
        reverse("register:match", args=[listed.reference]),
        reverse("register:card", args=[look.pk]),
        reverse("register:entries"),
        reverse("register:add"),
        reverse("register:add_resident", args=[listed.reference]),
        reverse("register:entry", args=[dog.reference]),
        reverse("register:change", args=[dog.reference]),
        reverse("register:keep", args=[dog.reference]),
        reverse("register:remove", args=[dog.reference]),
        reverse("people:find"),
        reverse("people:find") + "?q=s",
        reverse("people:add"),
        reverse("people:resident", args=[listed.reference]),
        reverse("people:change", args=[listed.reference]),
        reverse("people:add_need", args=[listed.reference]),
        reverse("people:add_representative", args=[listed.reference]),
        reverse("people:add_tenancy", args=[listed.reference]),
        reverse("people:policy"),
    ]
    for address in pages:
        page.goto(live_server.url + address)
        no_faults(page)
    page.goto(live_server.url + reverse("register:remove", args=[dog.reference]))
    page.get_by_label("Reasons for the removal").fill("The dog has died.")
    page.get_by_role("button", name="Check the removal").click()
    no_faults(page)
    page.get_by_role("button", name="Remove the entry").click()
    no_faults(page)
    page.goto(live_server.url + reverse("people:add"))
    page.get_by_role("button", name="Add the person").click()
    no_faults(page)
    page.get_by_label("Full name").fill("Rowan Resident")
    page.get_by_label("How do they stand to us?").select_option("tenant")
    page.get_by_role("button", name="Add the person").click()
    assert page.get_by_role("heading", name="Is this somebody we know?").is_visible()
    no_faults(page)
