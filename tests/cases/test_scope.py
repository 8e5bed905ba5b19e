"""Whom a policy covers: named, judged by somebody where it is open, or referred on."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from audit.models import Decision
from cases import ladder
from cases.models import Assessment, Case
from cases.services import scope, warnings
from people import services as people
from people.access import NotPermitted
from people.models import Resident
from policies.rules import RuleBroken
from tests import factories
from tests.factories import NOON
from tests.pressing import press
from tests.restrictions import builders

Relation = Resident.Relation
DOVER, WEST_KENT, TENANCY = "dover-district-council", "west-kent", "tenancy-enforcement-procedure"


def case_of(policy: str, relation: str) -> builders.World:
    """A case on a policy whose resident stands to the provider like this."""
    provider = factories.running_on(policy, slug=policy)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    Resident.objects.filter(pk=resident.pk).update(relation=relation)
    resident.refresh_from_db()
    builders.log(provider, staff, resident, at=NOON - timedelta(days=30), warnings=2)
    return builders.World(provider, staff, resident, Case.objects.get(resident=resident), NOON)


def without_what_is_lost(w: builders.World) -> None:
    """The same policy, its list of whom it covers complete: adopted, and the case moved to it."""
    held = w.case.policy_version
    version = people.adopt_policy(
        w.provider,
        text=held.text.replace(', "lost [3.3]"]', "]"),
        local=held.local_text,
        by_name="Head of Housing",
        at=NOON,
    )
    assert not version.policy.value("scope.covers").lost
    Case.objects.filter(pk=w.case.pk).update(policy_version=version)
    w.case = Case.objects.get(pk=w.case.pk)


@pytest.mark.parametrize(
    ("policy", "relation", "named", "is_open"),
    [
        (DOVER, Relation.TENANT, True, False),
        (DOVER, Relation.SHELTERED, True, False),
        (DOVER, Relation.HOMELESS_APPLICANT, True, False),
        (DOVER, Relation.VISITOR, False, True),
        (WEST_KENT, Relation.HOUSEHOLD, True, False),
        (WEST_KENT, Relation.VISITOR, True, False),
        (WEST_KENT, Relation.OTHER, False, True),
        (TENANCY, Relation.OTHER, True, False),
        ("homes-for-life", Relation.ELECTED, True, False),
        ("homes-for-life", Relation.VISITOR, False, True),
        ("northampton-partnership-homes", Relation.LEASEHOLDER, True, False),
    ],
)
def test_whom_each_policy_covers(db, policy, relation, named, is_open):
    found = ladder.scope(case_of(policy, relation).case)
    assert (found.named, found.open) == (named, is_open)
    assert bool(found.sentence) is not named


def test_every_relation_has_its_words(db):
    w = case_of(WEST_KENT, Relation.TENANT)
    for relation in Relation.values:
        w.case.resident.relation = relation
        assert ladder.scope(w.case) is not None


def test_no_letter_before_somebody_judged_that_the_policy_covers_a_visitor(db):
    w = case_of(DOVER, Relation.VISITOR)
    content = warnings.Content(list(w.case.incidents.all()), "Be calm.")
    with pytest.raises(RuleBroken, match="Before a warning letter: The policy covers this person"):
        warnings.draft_warning(w.case.pk, content, by=w.staff.officer, at=NOON)
    with pytest.raises(RuleBroken, match="Enter your reasons"):
        scope.judge_scope(w.case.pk, words="  ", by=w.staff.officer, at=NOON)
    with pytest.raises(NotPermitted):
        scope.judge_scope(w.case.pk, words="He stays with his mother.", by=w.staff.front_line, at=NOON)
    scope.judge_scope(w.case.pk, words="He stays with his mother.", by=w.staff.officer, at=NOON)
    assert warnings.draft_warning(w.case.pk, content, by=w.staff.officer, at=NOON).pk
    assert Assessment.objects.get(case=w.case).gate == ladder.SCOPE


def test_a_restriction_waits_for_the_same_judgement(db):
    w = case_of(DOVER, Relation.VISITOR)
    states = {gate.key: gate.blocks for gate in ladder.gates_for_restriction(w.case)}
    assert states["scope"] is True
    scope.judge_scope(w.case.pk, words="He stays with his mother.", by=w.staff.officer, at=NOON)
    assert {gate.key: gate.blocks for gate in ladder.gates_for_restriction(w.case)}["scope"] is False


def test_whoever_is_named_is_neither_judged_nor_referred_on(db):
    w = case_of(DOVER, Relation.TENANT)
    assert "scope" not in {gate.key for gate in ladder.gates_for_restriction(w.case)}
    with pytest.raises(RuleBroken, match="nothing to judge"):
        scope.judge_scope(w.case.pk, words="A tenant.", by=w.staff.officer, at=NOON)
    with pytest.raises(RuleBroken, match="The policy covers this person"):
        scope.refer_on(w.case.pk, to="Corporate policy", reasons="None.", by=w.staff.officer, at=NOON)
    client = Client()
    client.force_login(w.staff.officer)
    assert client.get(reverse("cases:scope", args=[w.case.reference])).status_code == 404


def test_a_complete_list_without_them_refers_on_and_closes(db):
    w = case_of(DOVER, Relation.VISITOR)
    without_what_is_lost(w)
    found = ladder.scope(w.case)
    assert (found.named, found.open) == (False, False)
    assert "corporate policies" in str(found.elsewhere[0])
    with pytest.raises(RuleBroken, match="does not cover this person"):
        scope.judge_scope(w.case.pk, words="We want to.", by=w.staff.officer, at=NOON)
    with pytest.raises(RuleBroken, match="Enter to whom"):
        scope.refer_on(w.case.pk, to=" ", reasons="A visitor.", by=w.staff.officer, at=NOON)
    with pytest.raises(RuleBroken, match="Enter your reasons"):
        scope.refer_on(w.case.pk, to="Corporate policy", reasons=" ", by=w.staff.officer, at=NOON)
    case = scope.refer_on(w.case.pk, to="Corporate policy", reasons="A visitor.", by=w.staff.officer, at=NOON)
    assert (case.stage, case.close_reason) == ("closed", "Referred on to Corporate policy. A visitor.")
    decision = Decision.objects.get(what="case.referred_on")
    assert decision.event.by_ref == w.staff.officer.reference
    with pytest.raises(TransitionNotAllowed):
        scope.judge_scope(w.case.pk, words="Late.", by=w.staff.officer, at=NOON)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"covered": "", "to": "Them", "reasons": "Because."}, "Select whether the policy covers this person"),
        ({"covered": "no", "to": "", "reasons": "Because."}, "Enter to whom, or under which policy"),
        ({"covered": "yes", "to": "Them", "reasons": ""}, "Enter your reasons"),
    ],
)
def test_every_error_keeps_what_was_typed(db, typed, says):
    w = case_of(DOVER, Relation.VISITOR)
    client = Client()
    client.force_login(w.staff.officer)
    page = press(client, reverse("cases:scope", args=[w.case.reference]), typed)
    text = page.content.decode()
    assert page.status_code == 200 and says in text
    for words in (typed["to"], typed["reasons"]):
        assert words in text
    assert not Assessment.objects.exists()


def test_the_page_judges_and_refers_on(db):
    client = Client()
    for covered, stage in (("yes", "initial_warning"), ("no", "closed")):
        w = case_of(WEST_KENT if covered == "yes" else DOVER, Relation.OTHER)
        client.force_login(w.staff.officer)
        file = client.get(reverse("cases:overview", args=[w.case.reference])).content.decode()
        assert reverse("cases:scope", args=[w.case.reference]) in file
        assert "Judge whether the policy covers them" in file and "Nobody has to do anything" not in file
        typed = {"covered": covered, "to": "Corporate policy", "reasons": "He lives next door."}
        page = press(client, reverse("cases:scope", args=[w.case.reference]), typed, follow=True)
        assert "Your judgement is recorded." in page.content.decode()
        assert Case.objects.get(pk=w.case.pk).stage == stage
