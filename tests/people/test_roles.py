"""Who holds which role on which day, what follows from it, and that it is stored nowhere else."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from design.dates import day_of
from people import access
from people.access import NotPermitted
from people.models import Holding, Role, User
from people.models import role as roles
from people.services import ways_in
from policies.rules import RuleBroken
from tests import factories, migrating
from tests.factories import NOON
from worklist.services import sweeping

pytestmark = pytest.mark.django_db
TODAY = day_of(NOON)
DAY = timedelta(days=1)


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)
    return time_machine


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def role(provider, key: str) -> Role:
    return Role.objects.get(provider=provider, key=key)


@pytest.mark.parametrize("works_as", sorted(roles.CAPABILITIES))
def test_every_right_follows_from_the_work_of_a_role(works_as):
    provider = factories.dover()
    user = factories.working_as(provider, works_as)
    assert fresh(user).capabilities == {provider.pk: roles.CAPABILITIES[works_as]}


@pytest.mark.parametrize("works_as", sorted(roles.CAPABILITIES))
def test_a_release_that_changes_what_work_may_do_changes_it_for_everybody_at_once(works_as, monkeypatch):
    """The table of rights that guardian held kept what the release that wrote it said."""
    provider = factories.dover()
    user = factories.working_as(provider, works_as)
    monkeypatch.setitem(roles.CAPABILITIES, works_as, frozenset({"view_trail"}))
    assert fresh(user).capabilities == {provider.pk: {"view_trail"}}
    assert not Group.objects.exists()


def test_roles_and_rights_are_one_query_together_and_one_for_many():
    provider = factories.dover()
    people = [factories.person(provider, "housing_officer", "team_leader") for _ in range(30)]
    someone = fresh(people[0])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(someone.roles) == 2 and access.can(someone, access.Can.DECIDE, provider.pk)
    assert len(asked) == 1
    many = list(User.objects.filter(pk__in=[one.pk for one in people]))
    with CaptureQueriesContext(connection) as asked:
        access.read_rights(many)
        assert all(access.can(one, access.Can.DECIDE, provider.pk) and len(one.roles) == 2 for one in many)
    assert len(asked) == 2, "the roles, and whose files are closed to them"


@pytest.mark.parametrize(
    ("from_on", "until_on", "held"),
    [
        (None, None, True),
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (None, TODAY, True),
        (TODAY + DAY, None, False),
        (TODAY + DAY, TODAY + 9 * DAY, False),
        (None, TODAY - DAY, False),
        (TODAY - 9 * DAY, TODAY - DAY, False),
    ],
)
def test_a_role_is_in_force_by_its_days_whoever_asks(clock, from_on, until_on, held):
    """Of the person, of many at once, of the holders of a role, and of how many there are: one answer."""
    provider = factories.dover()
    user, officer = factories.person(provider), role(provider, "housing_officer")
    one = access.grant(officer, user, by=None, at=NOON, from_on=from_on, until_on=until_on)
    user = fresh(user)
    assert access.can(user, access.Can.WORK_CASES, provider.pk) is held
    assert access.role_keys(user, provider.pk) == ({"housing_officer"} if held else set())
    access.read_rights([many := fresh(user)])
    assert bool(many.roles) is held and bool(many.capabilities) is held
    assert (user in access.holders(provider, ["housing_officer"])) is held
    counted = provider.roles.annotate(held=access.count_of_holders()).get(key="housing_officer")
    assert counted.held == (1 if held else 0)
    assert one.is_in_force(TODAY) is held and Holding.objects.in_force(TODAY).filter(pk=one.pk).exists() is held


def test_the_day_comes_without_a_sweep_and_the_sweep_only_tidies(clock):
    provider = factories.dover()
    user = factories.person(provider)
    access.grant(
        role(provider, "housing_officer"), user, by=None, at=NOON, from_on=TODAY + DAY, until_on=TODAY + 2 * DAY
    )
    held = []
    for days in range(5):
        clock.move_to(NOON + days * DAY, tick=False)
        held.append(access.can(fresh(user), access.Can.WORK_CASES, provider.pk))
    assert held == [False, True, True, False, False]
    at = NOON + 4 * DAY
    assert sweeping.sweep(day_of(at), at=at).done["roles"] == 1
    assert sweeping.sweep(day_of(at), at=at).done["roles"] == 0
    ended = Event.objects.get(verb="user.role_ended", subject_ref=user.reference)
    assert (
        ended.facts == {"role": "housing_officer", "from_on": "2026-12-19", "until_on": "2026-12-20"}
        and not ended.by_ref
    )


def test_a_role_taken_away_is_gone_at_once_and_can_be_given_again():
    provider = factories.dover()
    user, officer = factories.person(provider, "housing_officer"), role(provider, "housing_officer")
    access.revoke(officer, user, by=None, at=NOON)
    assert fresh(user).capabilities == {} and user.capabilities == {}
    access.grant(officer, user, by=None, at=NOON)
    assert access.can(fresh(user), access.Can.WORK_CASES, provider.pk)
    said = Event.objects.filter(subject_ref=user.reference).order_by("pk").values_list("verb", flat=True)
    assert list(said) == ["user.made", "user.role_granted", "user.role_revoked", "user.role_granted"]


def test_what_is_over_by_its_days_can_be_granted_again_before_any_sweep(clock):
    provider = factories.dover()
    user, officer = factories.person(provider), role(provider, "housing_officer")
    access.grant(officer, user, by=None, at=NOON, until_on=TODAY - DAY)
    access.grant(officer, user, by=None, at=NOON)
    assert access.can(fresh(user), access.Can.WORK_CASES, provider.pk)


def test_a_last_day_before_the_first_is_refused():
    provider = factories.dover()
    with pytest.raises(RuleBroken, match="on or after the first"):
        access.grant(role(provider, "housing_officer"), factories.person(provider), by=None, at=NOON,
                     from_on=TODAY, until_on=TODAY - DAY)  # fmt: skip


def test_what_is_proposed_lets_nobody_do_anything_until_a_second_person_confirms_it():
    provider = factories.dover()
    ada, bill = (factories.working_as(provider, "administrator") for _ in range(2))
    user, office = factories.person(provider), role(provider, "administrator")
    made = access.propose(office, user, by=ada, at=NOON, reason="Ada retires in May.")
    assert fresh(user).capabilities == {} and user not in access.holders(provider, ["administrator"])
    for who in (ada, user):
        with pytest.raises(NotPermitted, match="another administrator confirms"):
            access.confirm(made.pk, by=who, at=NOON)
    access.confirm(made.pk, by=bill, at=NOON)
    assert access.can(fresh(user), access.Can.ADMINISTER, provider.pk)
    said = Event.objects.filter(subject_ref=user.reference, verb__contains="role").order_by("pk")
    assert [(one.verb, one.by_name) for one in said] == [
        ("user.role_proposed", ada.name), ("user.role_granted", bill.name),
    ]  # fmt: skip


@pytest.mark.usefixtures("empty_queue")
def test_one_administrator_cannot_act_as_the_second_by_giving_them_an_address_of_their_own():
    """A link for a password goes to the address: whoever gives it to somebody who runs the office could be both."""
    provider = factories.dover()
    ada, bill = (factories.working_as(provider, "administrator") for _ in range(2))
    office, later, proposed = role(provider, "administrator"), factories.person(provider), factories.person(provider)
    access.grant(office, later, by=None, at=NOON, from_on=TODAY + 700 * DAY)
    access.propose(office, proposed, by=bill, at=NOON, reason="Bill retires in May.")
    for of in (bill, later, proposed):
        with pytest.raises(NotPermitted, match="could act as two"):
            ways_in.change_address(of.pk, email="adas.other@dover.example", by=ada, at=NOON)
    access.revoke(office, bill, by=ada, at=NOON)
    assert ways_in.change_address(bill.pk, email="bill.new@dover.example", by=ada, at=NOON).email.startswith("bill.new")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_whoever_held_a_role_as_a_member_of_its_group_holds_it_still():
    provider = factories.dover()
    user = factories.person(provider, "housing_officer", "team_leader")
    with migrating.at("people", "0005_the_grammar_a_policy_was_written_in") as before:
        held = before.get_model("people", "Role").objects.filter(group__user=user.pk)
        assert set(held.values_list("key", flat=True)) == {"housing_officer", "team_leader"}
    found = fresh(user)
    assert {one.key for one in found.roles} == {"housing_officer", "team_leader"}
    assert access.can(found, access.Can.DECIDE, provider.pk) and not Group.objects.exists()
    assert {one.granted_at for one in found.holdings.all()} == {NOON}
    assert date(2026, 12, 18) == TODAY
