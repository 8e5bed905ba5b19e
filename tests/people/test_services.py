"""Residents, their needs, representatives, tenancies; likely doubles."""

from datetime import date, timedelta

import pytest
from django_fsm import TransitionNotAllowed

from audit.models import Event
from people import services
from people.access import NotPermitted
from people.models import Address, Need, Occupancy, Resident
from people.services import Details, Home
from policies.rules import RuleBroken
from tests import factories
from tests.factories import NOON

HOME = Home("12 Marine Parade\nDover", "CT16 1LW")
ROLES = ["officer", "team_leader", "manager", "front_line", "contractor", "dpo", "administrator"]


def details(**extra):
    return Details(**{"name": "Rowan Resident", "relation": "tenant"} | extra)


# adding and changing


@pytest.mark.parametrize("role", ROLES)
def test_who_may_add_change_and_record(provider, staff, resident, role):
    user = getattr(staff, role)
    acts = [
        lambda: services.add_resident(provider, details(name="New Person"), by=user, at=NOON),
        lambda: services.change_resident(resident.pk, details(), by=user, at=NOON),
        lambda: services.record_need(resident.pk, kind="need", words="Deaf", about_health=True, by=user, at=NOON),
        lambda: services.join_tenancy(resident.pk, reference="T-1", kind="", part="tenant", by=user, at=NOON),
        lambda: services.name_representative(
            resident.pk, name="Ann", relation="aunt", authority="letter", phone="", email="", by=user, at=NOON
        ),
    ]
    for act in acts:
        if role in ("officer", "team_leader", "manager"):
            act()
        else:
            with pytest.raises(NotPermitted):
                act()


def test_another_providers_staff_may_not(resident, db):
    other = factories.staff(factories.dover("elsewhere"))
    with pytest.raises(NotPermitted):
        services.change_resident(resident.pk, details(), by=other.manager, at=NOON)
    assert not Resident.objects.visible_to(other.manager).exists()


def test_a_change_keeps_what_stood_before(resident, staff):
    services.change_resident(resident.pk, details(name="Rowan Renamed", home=HOME), by=staff.officer, at=NOON)
    event = Event.objects.get(verb="resident.changed")
    assert event.words.body["was name"] == "Rowan Resident" and event.words.body["now name"] == "Rowan Renamed"
    assert "name" in event.facts["changed"]


def test_the_old_address_ends_on_the_day_of_the_move(resident, staff):
    moved = details(home=Home("1 High Street", "ct17 1aa"))
    services.change_resident(resident.pk, moved, by=staff.officer, at=NOON)
    old, new = Address.objects.filter(resident=resident).order_by("pk")
    assert (old.until, new.until, new.postcode) == (date(2026, 12, 18), None, "CT17 1AA")
    assert Resident.objects.get(pk=resident.pk).address == new
    services.change_resident(resident.pk, moved, by=staff.officer, at=NOON + timedelta(days=1))
    assert Address.objects.filter(resident=resident).count() == 2, "the same address again is no move"


def test_an_address_spelt_another_way_is_corrected_in_place(resident, staff):
    spelt = details(home=Home("12, Marine Parade", "ct161lw", "100062289876"))
    services.change_resident(resident.pk, spelt, by=staff.officer, at=NOON)
    assert str(Address.objects.get(resident=resident)) == "12, Marine Parade, CT161LW"
    assert Event.objects.get(verb="resident.changed").words.body["was address"] == "12 Marine Parade, Dover, CT16 1LW"


def test_a_person_and_the_tenancy_are_added_together_or_not_at_all(provider, staff):
    with pytest.raises(RuleBroken):
        services.add_with_tenancy(provider, details(), tenancy_reference="T-1", part="", by=staff.officer, at=NOON)
    assert not Resident.objects.exists() and not Event.objects.filter(verb="resident.added").exists()


# needs


def test_a_need_that_ends_stays_on_record_and_reopens_assessments(resident, staff):
    need = services.record_need(
        resident.pk, kind="need", words="Cannot read letters", about_health=False, by=staff.officer, at=NOON
    )
    services.end_need(need.pk, by=staff.officer, at=NOON, reasons="New glasses")
    with pytest.raises(TransitionNotAllowed, match="Olive Officer ended it on 18 December 2026 at midday"):
        services.end_need(need.pk, by=staff.colleague, at=NOON + timedelta(days=1), reasons="Again")
    assert Need.objects.get().ended_at == NOON
    assert Resident.objects.get(pk=resident.pk).needs_version == 2
    assert Event.objects.filter(verb="need.ended").count() == 1


def test_a_need_does_not_end_without_reasons(resident, staff):
    need = services.record_need(resident.pk, kind="need", words="x", about_health=False, by=staff.officer, at=NOON)
    with pytest.raises(RuleBroken) as broken:
        services.end_need(need.pk, by=staff.officer, at=NOON, reasons="  ")
    assert broken.value.field == "reasons"


def test_needs_about_health_are_for_those_who_read_files(resident, staff):
    for about_health in (True, False):
        services.record_need(
            resident.pk, kind="need", words=str(about_health), about_health=about_health, by=staff.officer, at=NOON
        )
    assert Need.objects.visible_to(staff.officer).count() == 2
    assert [need.words for need in Need.objects.visible_to(staff.front_line)] == ["False"]
    assert [need.words for need in Need.objects.visible_to(staff.administrator)] == ["False"]


# representatives


def test_a_representatives_authority_ends_with_a_reason(resident, staff):
    named = services.name_representative(
        resident.pk, name="Ann", relation="aunt", authority="letter", phone="", email="", by=staff.officer, at=NOON
    )
    with pytest.raises(RuleBroken):
        services.end_representative(named.pk, by=staff.officer, at=NOON, reasons="")
    services.end_representative(named.pk, by=staff.officer, at=NOON, reasons="Withdrawn in writing")
    with pytest.raises(TransitionNotAllowed, match="Olive Officer ended it on 18 December 2026"):
        services.end_representative(named.pk, by=staff.colleague, at=NOON + timedelta(days=1), reasons="Again")
    assert resident.representatives.get().ended_on == date(2026, 12, 18)


# tenancies


def join(person, staff, part="joint_tenant", reference="T-0042"):
    return services.join_tenancy(person.pk, reference=reference, kind="Secure", part=part, by=staff.officer, at=NOON)


def test_joint_tenants_and_household_share_a_tenancy(provider, resident, staff):
    joint = factories.resident(provider, staff.officer, "Jo Joint")
    child = factories.resident(provider, staff.officer, "Chris Child")
    for person, part in ((resident, "joint_tenant"), (joint, "joint_tenant"), (child, "household")):
        join(person, staff, part)
    (home,) = services.households(resident, reader=staff.officer)
    assert (home.tenancy.reference, home.occupancy.part) == ("T-0042", "joint_tenant")
    assert [(other.resident.name, other.part) for other in home.others] == [
        ("Chris Child", "household"),
        ("Jo Joint", "joint_tenant"),
    ]
    assert resident in Resident.objects.matching("T-0042"), "found by the tenancy"


def test_saying_it_twice_changes_nothing_and_another_part_replaces_the_first(resident, staff):
    join(resident, staff)
    join(resident, staff)
    assert Event.objects.filter(verb="tenancy.joined").count() == 1
    join(resident, staff, "tenant")
    assert Occupancy.objects.get().part == "tenant"


def test_two_providers_may_use_the_same_tenancy_reference(resident, staff):
    elsewhere = factories.dover("elsewhere")
    other = factories.staff(elsewhere)
    stranger = factories.resident(elsewhere, other.officer, "Sam Stranger")
    join(resident, staff)
    services.join_tenancy(stranger.pk, reference="T-0042", kind="", part="tenant", by=other.officer, at=NOON)
    assert services.households(resident, reader=staff.officer)[0].others == ()


def test_leaving_is_kept_in_the_trail(resident, staff):
    occupancy = join(resident, staff)
    services.leave_tenancy(occupancy.pk, by=staff.officer, at=NOON, reasons="Moved out")
    assert services.households(resident, reader=staff.officer) == []
    assert Event.objects.get(verb="tenancy.left").facts["tenancy"] == "T-0042"


# doubles


@pytest.mark.parametrize(
    ("typed", "likely"),
    [
        ({"date_of_birth": date(1980, 5, 17)}, True),
        ({}, True),
        ({"date_of_birth": date(1990, 1, 1)}, False),
        ({"date_of_birth": date(1990, 1, 1), "home": HOME}, True),
        ({"date_of_birth": date(1990, 1, 1), "phones": ("+44 7700 900 123",)}, True),
        ({"name": "ROWAN resident", "home": Home("12 marine parade", "ct161lw")}, True),
        ({"name": "Resident, Rowan"}, True),
        ({"name": "Rowena Resident", "date_of_birth": date(1980, 5, 17), "home": HOME}, True),
        ({"name": "Rowena Resident", "date_of_birth": date(1980, 5, 17)}, False),
        ({"name": "Somebody Else", "home": HOME}, False),
    ],
)
def test_likely_doubles(provider, staff, resident, typed, likely):
    doubles = services.likely_doubles(provider, details(**typed), reader=staff.officer)
    assert (resident in doubles.known) is likely and not doubles.closed


def test_doubles_are_sought_at_the_own_provider_only(resident, staff):
    assert services.likely_doubles(factories.dover("elsewhere"), details(), reader=staff.officer).known == []


def test_details_go_round(resident):
    again = services.details_of(Resident.objects.get(pk=resident.pk))
    assert (again.name, again.phones, again.home.postcode) == ("Rowan Resident", ("07700 900123",), "CT16 1LW")
