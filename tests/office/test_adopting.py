"""Proposing, adopting, returning and withdrawing a policy: by whom, once, and what becomes of roles and cases."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Decision, Event
from cases.models import Case
from letters.models import Notice
from office import services
from office.models import Adoption
from people import access
from people.access import NotPermitted
from people.models import PolicyVersion, Role, User
from policies.problems import PolicyProblems
from policies.rules import RuleBroken
from tests import factories
from tests.factories import NOON
from tests.office.versions import LOCAL, TEXT, adopted, newer, propose
from tests.restrictions import builders

ROLES = ["officer", "team_leader", "manager", "front_line", "contractor", "dpo"]


def test_what_one_proposes_another_adopts(office):
    adoption = propose(office)
    assert office.provider.policy_versions.count() == 1
    version = services.adopt(adoption.pk, by=office.bill, at=NOON)
    adoption = Adoption.objects.get(pk=adoption.pk)
    assert (adoption.state, adoption.version, adoption.ended_by) == ("adopted", version, office.bill)
    assert office.provider.policy_version_on(NOON.date()) == version
    assert version.adopted_by_name == "Cabinet, 30 November 2026"
    verbs = list(Event.objects.filter(verb__startswith="policy.").values_list("verb", "by_ref"))
    assert verbs[-3:] == [
        ("policy.proposed", office.ada.reference),
        ("policy.adopted", office.bill.reference),
        ("policy.confirmed", office.bill.reference),
    ]
    decision = Decision.objects.get(what="policy.confirmed")
    assert (decision.source, decision.clause) == ("policy", "7.2")
    assert decision.event.facts["size"] == "significant" and decision.event.facts["proposed_by"] == office.ada.reference


def test_the_other_administrators_are_told_that_it_waits(office):
    propose(office)
    assert [notice.to for notice in Notice.objects.filter(kind="policy_proposed")] == [office.bill]


def test_nobody_confirms_what_they_proposed(office):
    adoption = propose(office)
    for act in (services.adopt, lambda pk, **who: services.send_back(pk, reasons="No.", **who)):
        with pytest.raises(NotPermitted, match="somebody else confirms it .*Bill Two can"):
            act(adoption.pk, by=office.ada, at=NOON)
    with pytest.raises(IntegrityError, match="adoption_takes_a_second_person"), transaction.atomic():
        version = office.provider.policy_versions.get()
        Adoption.objects.filter(pk=adoption.pk).update(
            state="adopted", version=version, ended_by=office.ada, ended_at=NOON
        )


@pytest.mark.parametrize("who", ROLES)
def test_nobody_but_an_administrator_adopts(office, who):
    user = getattr(office.staff, who)
    with pytest.raises(NotPermitted):
        propose(office, by=user)
    adoption = propose(office)
    acts = (
        lambda: services.adopt(adoption.pk, by=user, at=NOON),
        lambda: services.send_back(adoption.pk, reasons="No.", by=user, at=NOON),
        lambda: services.withdraw(adoption.pk, reasons="No.", by=user, at=NOON),
    )
    for act in acts:
        with pytest.raises(NotPermitted):
            act()


def test_the_office_of_another_provider_has_no_say(office):
    elsewhere = factories.staff(factories.dover("elsewhere")).administrator
    adoption = propose(office)
    for act in (services.adopt, lambda pk, **who: services.send_back(pk, reasons="No.", **who)):
        with pytest.raises(NotPermitted):
            act(adoption.pk, by=elsewhere, at=NOON)
    with pytest.raises(NotPermitted):
        propose(office, by=elsewhere)


def test_what_is_returned_says_why_and_is_proposed_anew(office):
    adoption = propose(office)
    with pytest.raises(RuleBroken, match="Enter what has to change"):
        services.send_back(adoption.pk, reasons=" ", by=office.bill, at=NOON)
    services.send_back(adoption.pk, reasons="The date is wrong.", by=office.bill, at=NOON)
    with pytest.raises(TransitionNotAllowed, match="Bill Two returned this policy"):
        services.adopt(adoption.pk, by=office.bill, at=NOON)
    assert propose(office).pk != adoption.pk


def test_only_whoever_proposed_it_withdraws_it(office):
    adoption = propose(office)
    with pytest.raises(NotPermitted, match="You may return it"):
        services.withdraw(adoption.pk, reasons="No.", by=office.bill, at=NOON)
    with pytest.raises(RuleBroken, match="Enter why it is withdrawn"):
        services.withdraw(adoption.pk, reasons="", by=office.ada, at=NOON)
    services.withdraw(adoption.pk, reasons="Too early.", by=office.ada, at=NOON)
    with pytest.raises(TransitionNotAllowed, match="Ada Office withdrew this policy"):
        services.adopt(adoption.pk, by=office.bill, at=NOON)


def test_one_proposal_at_a_time(office):
    propose(office)
    with pytest.raises(TransitionNotAllowed, match="Ada Office has proposed a policy"):
        propose(office, by=office.bill)


def test_what_is_missing_is_said_beside_its_field(office):
    for changes, field in (
        ({"size": ""}, "size"),
        ({"approved_by_name": " "}, "approved_by_name"),
        ({"why": ""}, "why"),
    ):
        with pytest.raises(RuleBroken) as broken:
            propose(office, **changes)
        assert broken.value.field == field
    assert not Adoption.objects.exists()


def test_a_text_with_problems_is_not_proposed(office):
    with pytest.raises(PolicyProblems) as wrong:
        propose(
            office, newer(("[appeal]\n", '[appeal]\nwindwo = "1 day [1]"\n'), ('"manager [6.35]"', '"managr [6.35]"'))
        )
    assert [problem.path for problem in wrong.value.problems] == ["appeal.windwo", "appeal.by"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT, "This very policy, with these local rules, was adopted on 18 December 2026"),
        (TEXT + "\n\n", "This very policy"),
        (newer(("approved = 2024-10-07", "approved = 2024-10-06"), effective="2024-10-06"), "would never be used"),
        (newer(('"england"', '"scotland"'), ('"housing ombudsman:', '"spso:')), "other working days"),
    ],
)  # fmt: skip
def test_what_cannot_be_adopted_is_refused_in_words(office, text, said):
    with pytest.raises((RuleBroken, PolicyProblems), match=said):
        propose(office, text)


def test_a_correction_of_the_same_day_takes_the_place_of_what_it_corrects(office):
    corrected = newer(('title = "', 'title = "Corrected: '), effective="2024-10-07")
    version = adopted(office, corrected, size="minor")
    assert version.effective_on == office.provider.policy_versions.order_by("pk").first().effective_on
    assert office.provider.policy_version_on(NOON.date()) == version
    with pytest.raises(RuleBroken, match="This very policy"):
        propose(office, TEXT)


def test_what_holds_later_waits_for_its_day(office):
    before = office.provider.policy_versions.get()
    version = adopted(office, newer(effective="2027-02-01"))
    assert office.provider.policy_version_on(NOON.date()) == before
    assert office.provider.policy_version_on(version.effective_on) == version
    between = adopted(office, newer(effective="2026-12-18"))
    assert office.provider.policy_version_on(NOON.date()) == between
    assert office.provider.policy_version_on(version.effective_on) == version


def test_an_open_case_keeps_its_version_and_a_new_one_takes_the_new(office):
    resident, other = (factories.resident(office.provider, office.staff.officer, name=name) for name in ("One", "Two"))
    builders.log(office.provider, office.staff, resident, at=NOON)
    before = Case.objects.get(resident=resident).policy_version
    version = adopted(office)
    builders.log(office.provider, office.staff, resident, at=NOON + timedelta(hours=1))
    builders.log(office.provider, office.staff, other, at=NOON + timedelta(hours=1))
    assert Case.objects.get(resident=resident).policy_version == before
    assert Case.objects.get(resident=other).policy_version == version


# roles


def test_whoever_holds_a_role_that_is_renamed_is_given_its_new_name(office):
    leader = factories.person(office.provider, "team_leader", name="Lea Der")
    text = newer().replace("team_leader", "area_lead").replace(
        'area_lead = { name = "Team Leader"', 'area_lead = { name = "Area Lead", was = "team_leader"'
    )  # fmt: skip
    adopted(office, text, local=LOCAL.replace("team_leader", "area_lead"))
    held = set(Role.objects.filter(holdings__user=leader).values_list("key", flat=True))
    assert held == {"team_leader", "area_lead"}
    assert not Role.objects.get(key="area_lead").holdings.exclude(user=leader).exists()


def test_a_role_may_do_what_its_work_carries_and_no_more(office):
    line_manager = factories.person(office.provider, "line_manager", name="Lin")
    assert access.can(line_manager, access.Can.DECIDE, office.provider.pk)
    was = next(line for line in TEXT.splitlines() if line.startswith("line_manager ="))
    now = was.replace('as = "team leader"', 'as = "officer"').replace('as = "manager"', 'as = "officer"')
    assert was != now
    adopted(office, newer((was, now)))
    line_manager = User.objects.get(pk=line_manager.pk)
    assert not access.can(line_manager, access.Can.DECIDE, office.provider.pk)
    assert access.can(line_manager, access.Can.WORK_CASES, office.provider.pk)
    team_leader = User.objects.get(pk=office.staff.team_leader.pk)
    assert access.can(team_leader, access.Can.DECIDE, office.provider.pk)


def test_a_policy_after_which_nobody_would_run_the_office_is_refused(office):
    text = newer(('name = "Administrator", as = "administrator"', 'name = "Clerk", as = "officer"'))
    with pytest.raises(RuleBroken, match="nobody would be left to run the office"):
        propose(office, text)


# what the database keeps


def test_what_was_adopted_is_never_changed(office):
    version = adopted(office)
    for sql in ("UPDATE office_adoption SET why = 'x'", "DELETE FROM office_adoption"):
        with pytest.raises(Exception, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert PolicyVersion.objects.get(pk=version.pk).adoption.why == "The review of 2026."


# whatever is done, by whomever


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(st.tuples(st.sampled_from(["propose", "adopt", "return", "withdraw"]), st.integers(0, 3)), max_size=8)
)
def test_whatever_is_tried_two_administrators_stand_behind_each_version(office, acts):
    people = [office.ada, office.bill, office.staff.manager, office.staff.officer]
    with transaction.atomic():
        for number, (act, who) in enumerate(acts):
            by, last = people[who], Adoption.objects.order_by("-pk").first()
            try:
                with transaction.atomic():
                    if act == "propose":
                        propose(office, newer(effective=f"2026-12-{number + 1:02d}"), by=by)
                    elif last is not None:
                        verbs = {
                            "adopt": services.adopt,
                            "return": lambda pk, **w: services.send_back(pk, reasons="No.", **w),
                            "withdraw": lambda pk, **w: services.withdraw(pk, reasons="No.", **w),
                        }
                        verbs[act](last.pk, by=by, at=NOON)
            except (NotPermitted, TransitionNotAllowed, RuleBroken):
                continue
        office_people = {office.ada.pk, office.bill.pk}
        for one in Adoption.objects.all():
            assert one.proposed_by_id in office_people
            if one.state == "adopted":
                assert {one.proposed_by_id, one.ended_by_id} == office_people
        waiting = Adoption.objects.waiting().count()
        assert waiting <= 1
        assert office.provider.policy_versions.count() == 1 + Adoption.objects.filter(state="adopted").count()
        transaction.set_rollback(True)
