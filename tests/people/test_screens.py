"""Find, add, the resident's page, the small forms, and the policy page."""

import re
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from design import seals
from design.pages import CHECK, DO
from people import policy_page, services
from people.models import Need, Occupancy, Representative, Resident
from policies import shelf
from tests import factories
from tests.factories import NOON
from tests.pressing import check, decide, hidden, press, show_health, standing

ROLES = ["officer", "team_leader", "manager", "front_line", "contractor", "dpo", "administrator"]


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page(response, status=200):
    assert response.status_code == status, response.content.decode()[:2000]
    return " ".join(response.content.decode().split())


NEW = {
    "name": "Nadia New",
    "known_as": "Nad\nNN",
    "relation": "tenant",
    "date_of_birth_day": "3",
    "date_of_birth_month": "4",
    "date_of_birth_year": "1979",
    "address": "4 Castle Street\nDover",
    "postcode": "ct16 1pw",
    "uprn": "100062280000",
    "phones": "07700 900456",
    "emails": "nadia@example.org",
    "preferred_format": "large",
    "preferred_language": "English",
    "safe_contact": "Never leave a voicemail.",
    "tenancy_reference": "T-77",
    "tenancy_kind": "Secure",
    "tenancy_part": "tenant",
}


def test_rows_hold_what_tells_people_apart_and_no_marker(resident, staff):
    shown = page(signed_in(staff.officer).get(reverse("people:find"), {"q": "rowan"}))
    assert "Rowan Resident" in shown and "12 Marine Parade, Dover, CT16 1LW" in shown
    assert "Born 1980" in shown and resident.reference in shown and "Add a new person" in shown
    assert "govuk-tag" not in shown and "moj-badge" not in shown


def test_no_match_says_what_to_try(staff):
    shown = page(signed_in(staff.officer).get(reverse("people:find"), {"q": "nobody"}))
    assert "No one matches. Try a postcode or phone number." in shown and "Add a new person" in shown


@pytest.mark.parametrize(
    "typed", ["\x00", "a\x00b", "%", "_", "'; DROP TABLE people_resident; --", "\u202e", "x" * 9000]
)
def test_whatever_is_typed_is_answered(resident, staff, typed):
    assert signed_in(staff.officer).get(reverse("people:find"), {"q": typed, "page": "x"}).status_code == 200


def test_adding_a_person_with_a_tenancy(staff):
    client = signed_in(staff.officer)
    answer = decide(client, reverse("people:add"), NEW)
    added = Resident.objects.get()
    assert answer.headers["Location"] == reverse("people:resident", args=[added.reference])
    assert (added.known_as, added.date_of_birth, added.preferred_format) == (["Nad", "NN"], date(1979, 4, 3), "large")
    assert str(added.address) == "4 Castle Street, Dover, CT16 1PW"
    assert Occupancy.objects.get().tenancy.reference == "T-77"
    shown = page(client.get(answer.headers["Location"]))
    for words in ("Nadia New", "Nad, NN", "07700 900456", "Large print", "Never leave a voicemail.", "T-77, "):
        assert words in shown


@pytest.mark.parametrize(
    ("name", "typed", "rows"),
    [
        ("add", NEW, Resident.objects),
        ("add_need", {"kind": "need", "words": "Cannot hear calls", "about_health": "yes"}, Need.objects),
        ("add_representative", {"name": "Ann", "relation": "aunt", "authority": "Letter"}, Representative.objects),
        ("add_tenancy", {"reference": "T-9", "part": "joint_tenant"}, Occupancy.objects),
    ],
)
def test_three_presses_of_one_form_make_one_row(resident, staff, name, typed, rows):
    client, address = signed_in(staff.officer), reverse(f"people:{name}", args=[resident.reference] * (name != "add"))
    before, opened = rows.count(), client.get(address)
    led_to = {press(client, address, typed, on=opened, button=CHECK if name == "add" else DO).url for _ in range(3)}
    assert rows.count() == before + 1 and len(led_to) == 1


def test_adding_the_same_again_asks_whether_it_is_the_same_person(staff):
    client = signed_in(staff.officer)
    decide(client, reverse("people:add"), NEW)
    shown = page(check(client, reverse("people:add"), NEW))
    assert "Is this somebody we know?" in shown and "Same person: Nadia New" in shown and "Someone else" in shown
    assert "There is a problem" not in shown, "the first sight of the question is no error"
    assert Resident.objects.count() == 1


def test_the_same_person_leads_to_the_one_record(resident, staff):
    client = signed_in(staff.officer)
    typed = NEW | {"name": "Rowan Resident", "date_of_birth_year": ""}
    for part in ("day", "month"):
        typed[f"date_of_birth_{part}"] = ""
    address = reverse("people:add")
    seen = check(client, address, typed)
    assert hidden(seen, "check")["name"] == ["Rowan Resident"] and "Select who it is" not in page(seen)
    unanswered = check(client, address, on=seen)
    assert "Select who it is" in page(unanswered)
    same = check(client, address, {"who": resident.reference}, on=unanswered)
    assert same.headers["Location"] == reverse("people:resident", args=[resident.reference])
    assert Resident.objects.count() == 1
    assert "Rowan Resident" in page(press(client, address, on=seen, button="change"))
    check(client, address, {"who": "new"}, on=check(client, address, typed))
    assert Resident.objects.count() == 2


def test_a_double_that_came_meanwhile_is_asked_about_too(provider, resident, staff):
    client, address = signed_in(staff.officer), reverse("people:add")
    typed = NEW | {
        "name": "Rowan Resident",
        "date_of_birth_day": "",
        "date_of_birth_month": "",
        "date_of_birth_year": "",
    }
    seen = check(client, address, typed)
    other = factories.resident(provider, staff.colleague, name="Rowan Resident")
    again = check(client, address, {"who": "new"}, on=seen)
    assert other.reference in page(again) and "who" not in hidden(again, "check")
    assert "Select who it is" in page(press(client, address, on=seen))
    assert Resident.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Enter full name"),
        ({"relation": ""}, "Select how they stand to us"),
        ({"date_of_birth_year": "2090"}, "Date of birth must be in the past"),
        ({"date_of_birth_day": "31", "date_of_birth_month": "2"}, "date of birth"),
        ({"phones": "07700 900456\nring me"}, "Enter a phone number"),
        ({"emails": "nadia@"}, "Enter an email address"),
        ({"uprn": "abc"}, "must be digits only"),
        ({"address": ""}, "Enter the address that the postcode belongs to"),
        ({"tenancy_part": ""}, "Select their part in the tenancy"),
        ({"tenancy_reference": ""}, "Enter the tenancy reference"),
    ],
)
def test_every_error_is_said_and_what_was_typed_stays(staff, wrong, said):
    shown = page(check(signed_in(staff.officer), reverse("people:add"), NEW | wrong))
    assert said.lower() in shown.lower() and "<title>Error: " in shown and "Never leave a voicemail." in shown
    assert not Resident.objects.exists()


def test_text_in_any_script_comes_back_whole(staff):
    strange = "שלום \U0001f600 <script>alert(1)</script> Ａ\x00b"
    decide(signed_in(staff.officer), reverse("people:add"), NEW | {"name": strange, "safe_contact": strange * 20})
    added = Resident.objects.get()
    assert "\x00" not in added.name and "\U0001f600" in added.name
    shown = page(signed_in(staff.officer).get(reverse("people:resident", args=[added.reference])))
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown


def test_changing_starts_from_what_is_known(resident, staff):
    client = signed_in(staff.officer)
    address = reverse("people:change", args=[resident.reference])
    shown = page(client.get(address))
    assert "Rowan Resident" in shown and "12 Marine Parade" in shown and "07700 900123" in shown
    changed = {key: value for key, value in NEW.items() if not key.startswith("tenancy")}
    press(client, address, changed)
    assert Resident.objects.get().name == "Nadia New"


def test_an_older_page_undoes_no_safe_contact(resident, staff):
    """Colin saved how to reach her safely while Olive had the page open: hers is not lost, and his stays."""
    olive, colin = signed_in(staff.officer), signed_in(staff.colleague)
    address = reverse("people:change", args=[resident.reference])
    typed = {key: value for key, value in NEW.items() if not key.startswith("tenancy")} | {"safe_contact": ""}
    opened = olive.get(address)
    safe = {"safe_contact": "Never in writing: her brother opens the post."}
    assert press(colin, address, standing(colin.get(address)) | safe).status_code == 302
    both = press(olive, address, typed, on=opened)
    shown = page(both, 409)
    assert "Somebody saved this meanwhile" in shown and "her brother opens the post" in shown
    assert "Colin Colleague saved it on" in shown and 'class="moj-identity-bar"' in shown
    assert "keep-safe_contact" in shown and "keep-name" not in shown
    press(olive, address, {"keep-safe_contact": "saved"}, on=both)
    now = Resident.objects.get()
    assert (now.name, now.safe_contact) == ("Nadia New", "Never in writing: her brother opens the post.")


def test_the_service_compares_under_its_lock(resident, staff):
    seen = seals.seal(services.known(resident), at=NOON)
    details = services.details_of(resident)
    services.change_resident(resident.pk, details, by=staff.officer, at=NOON, seen=seen)
    services.change_resident(resident.pk, replace(details, safe_contact="Never"), by=staff.officer, at=NOON, seen=seen)
    with pytest.raises(seals.ChangedSince, match="safe_contact. Olive Officer saved it on"):
        services.change_resident(resident.pk, details, by=staff.officer, at=NOON, seen=seen)


def test_somebody_was_first_to_end_it(resident, staff):
    need = services.record_need(resident.pk, kind="need", words="x", about_health=False, by=staff.officer, at=NOON)
    client, address = signed_in(staff.colleague), reverse("people:end_need", args=[resident.reference, need.pk])
    opened = client.get(address)
    services.end_need(need.pk, by=staff.officer, at=NOON, reasons="Gone")
    late = press(client, address, {"reasons": "It went"}, on=opened)
    assert "Olive Officer ended it on 18 December 2026 at midday." in page(late, 409)
    assert client.get(address).status_code == 302


def test_needs_and_representatives_come_and_go(resident, staff):
    client = signed_in(staff.officer)
    here = reverse("people:resident", args=[resident.reference])
    args = [resident.reference]
    press(
        client,
        reverse("people:add_need", args=args),
        {"kind": "need", "words": "Cannot hear calls", "about_health": "yes"},
    )
    named = {"name": "Ann Aunt", "relation": "aunt", "authority": "Letter of 3 November 2026"}
    press(client, reverse("people:add_representative", args=args), named)
    assert "Cannot hear calls" not in page(client.get(here))
    show_health(client, resident)
    shown = page(client.get(here))
    assert "Cannot hear calls" in shown and "(about health)" in shown and "Ann Aunt" in shown
    need, one = resident.needs.get(), resident.representatives.get()
    assert "Enter why it no longer holds" in page(
        press(client, reverse("people:end_need", args=[*args, need.pk]), {"reasons": ""})
    )
    press(client, reverse("people:end_need", args=[*args, need.pk]), {"reasons": "Hearing aid"})
    press(client, reverse("people:end_representative", args=[*args, one.pk]), {"reasons": "Withdrew"})
    shown = page(client.get(here))
    assert "Needs and adjustments that have ended" in shown and "Who spoke for them before" in shown
    press(client, reverse("people:add_tenancy", args=args), {"reference": "T-9", "part": "joint_tenant"})
    assert "T-9" in page(client.get(here))


def test_nobody_is_led_to_a_register_that_the_policy_does_not_know(resident, staff):
    def offered(to, by):
        return "Enter on the register" in page(signed_in(by).get(reverse("people:resident", args=[to.reference])))

    assert offered(resident, staff.manager) and not offered(resident, staff.officer)
    homes = factories.running_on("homes-for-life", slug="homes-for-life")
    theirs = factories.staff(homes)
    assert not offered(factories.resident(homes, theirs.officer), theirs.manager)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_at_every_page(resident, staff, role):
    user = getattr(staff, role)
    client = signed_in(user)
    need = services.record_need(resident.pk, kind="need", words="x", about_health=True, by=staff.officer, at=NOON)
    sees = role in ("officer", "team_leader", "manager", "dpo")
    changes = role in ("officer", "team_leader", "manager")
    assert client.get(reverse("people:find")).status_code == (200 if sees else 403)
    assert client.get(reverse("people:add")).status_code == (200 if changes else 403)
    assert client.get(reverse("people:resident", args=[resident.reference])).status_code == (200 if sees else 404)
    assert client.get(reverse("people:policy")).status_code == (403 if role == "contractor" else 200)
    for name, args in (
        ("change", []), ("add_need", []), ("end_need", [need.pk]), ("add_representative", []), ("add_tenancy", [])
    ):  # fmt: skip
        answer = client.get(reverse(f"people:{name}", args=[resident.reference, *args]))
        assert answer.status_code == (200 if changes else 403 if sees else 404), name
    if sees and not changes:
        shown = page(client.get(reverse("people:resident", args=[resident.reference])))
        assert "Change details</a>" not in shown and "it needs the right to" in shown


def test_other_providers_and_strangers_see_nothing(resident, db):
    other = factories.staff(factories.dover("elsewhere"))
    address = reverse("people:resident", args=[resident.reference])
    assert signed_in(other.manager).get(address).status_code == 404
    assert "Rowan" not in page(signed_in(other.manager).get(reverse("people:find"), {"q": "rowan"})).replace(
        'value="rowan"', ""
    )
    assert Client().get(address).status_code == 302


def test_queries_do_not_grow_with_rows(provider, resident, staff):
    client = signed_in(staff.officer)
    here = reverse("people:resident", args=[resident.reference])

    def count(address, data):
        client.get(address, data)  # the first look of a quarter of an hour is written (tests/test_looks.py)
        with CaptureQueriesContext(connection) as caught:
            page(client.get(address, data))
        return len(caught)

    def fill(number):
        other = factories.resident(provider, staff.officer, f"Rowan {number}")
        for person in (resident, other):
            services.join_tenancy(
                person.pk, reference=f"T-{number % 3}", kind="", part="household", by=staff.officer, at=NOON
            )
        services.record_need(
            resident.pk, kind="need", words=f"need {number}", about_health=False, by=staff.officer, at=NOON
        )

    fill(0)
    few = [count(reverse("people:find"), {"q": "rowan"}), count(here, {})]
    for number in range(1, 31):
        fill(number)
    many = [count(reverse("people:find"), {"q": "rowan"}), count(here, {})]
    assert many == few and max(many) <= 14


# the policy page


def test_the_policy_in_plain_words(staff):
    shown = page(signed_in(staff.front_line).get(reverse("people:policy")))
    assert 'id="clause-6-16"' in shown and "20 working days from decision" in shown
    assert shown.index('id="unsaid"') < shown.index('id="lost"') < shown.index('id="local"')
    assert "Settled by Strategic Housing Manager on 14 September 2026" in shown
    ids = re.findall(r' id="([^"]+)"', shown)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("slug", sorted(shelf.builtin()))
def test_every_clause_that_a_rule_cites_has_its_anchor(slug):
    policy = shelf.read_builtin(slug)
    shown = policy_page.read(policy)
    lines = [line for section in shown.sections for group in section.groups for line in group.lines]
    anchors = [name for line in [*lines, *shown.unsaid, *shown.lost] for name in line.anchors]
    assert len(anchors) == len(set(anchors))
    cited = {part.cite for line in lines for part in line.parts if part.cite.startswith("Clause")}
    for cite in cited:
        for clause in cite.split(" ", 1)[1].split(","):
            assert policy_page.anchor(clause) in anchors, clause
    assert lines and all(part.words for line in lines for part in line.parts)


def test_a_provider_without_a_policy_says_so(db):
    provider = services.found_provider(
        slug="new", name="New Homes", short_name="New", nation="england", kind="association", address="1 New Street",
        email="homes@new.example", phone="01632 960000", at=NOON,
    )  # fmt: skip
    ada = factories.person(provider, "administrator")
    assert "No policy has been adopted yet" in page(signed_in(ada).get(reverse("people:policy")))
