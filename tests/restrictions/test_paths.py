"""The ways out of the stages, each on its own conditions, and what each asks about the police."""

import pytest
from django.test import Client
from django.urls import reverse

from cases import ladder
from cases.models import Case
from decisions.services import Said
from policies.rules import RuleBroken
from restrictions.models import Restriction
from restrictions.services import breaches, imposing, proposing
from restrictions.services.parts.whole import missing
from tests.factories import NOON
from tests.five import (
    DOVER,
    HOMES,
    NORTHAMPTON,
    TENANCY,
    WEST_KENT,
    a_decider,
    answer_what_is_asked,
    house,
    now,
    ready_to_propose,
)
from tests.pressing import press
from tests.restrictions import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOON, tick=False)


def begun(policy: str, *, danger: bool = False, police: bool = False) -> tuple[builders.World, Restriction]:
    """A proposal in a case that has had no warning letter, filled in but for the path."""
    w = house(policy)
    if danger:
        builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True, police_called=police)
    answer_what_is_asked(w, "contact restriction")
    builders.assess(now(w), w.staff.officer, at=NOON)
    w.case = now(w)
    return w, builders.draft(w)


def question(policy) -> str:
    return str(next(path for path in policy.paths if path.key == "serious").conditions[0])


def save(w, restriction, **how):
    incidents = [each.pk for each in w.case.incidents.all()]
    how = {"extreme": True, "extreme_reason": "A letter would reach the same person."} | how
    return builders.save_evidence_of(restriction.pk, by=w.staff.officer, at=NOON, incidents=incidents, **how)


def lacking(restriction) -> list[str]:
    return [str(one) for one in missing(Restriction.objects.get(pk=restriction.pk)) if one.part == "evidence"]


def test_a_person_judges_that_a_notice_would_inflame_and_the_stages_are_left_out():
    """Tenancy section 4: no formal written warning where the behaviour is too serious, case by case."""
    w, restriction = begun(TENANCY)
    asked = question(w.case.policy)
    assert lacking(restriction), "the stages stand in the way"
    with pytest.raises(RuleBroken) as refusal:
        save(w, restriction, path="serious")
    assert (refusal.value.field, refusal.value.rule.clause) == ("answer_serious_0", "s4")
    with pytest.raises(RuleBroken, match="assaulted, threatened or intimidated"):
        save(w, restriction, path="danger")
    with pytest.raises(RuleBroken, match="why the usual stages are left out"):
        save(w, restriction, path="serious", extreme_reason=" ", extreme_answers={asked: "Yes."})
    save(w, restriction, path="serious", extreme_answers={asked: "A notice was torn up in front of staff last year."})
    assert not lacking(restriction)
    proposing.propose(restriction.pk, by=w.staff.officer, at=NOON)
    imposed = imposing.impose(
        restriction.pk, Said("It is needed.", considered="Fair."), by=a_decider(w, restriction), at=NOON
    )
    assert (imposed.path, now(w).stage) == ("serious", Case.Stage.CONTACT_RESTRICTION)


def test_the_file_says_by_which_path_what_comes_first_may_be_left_out():
    w = house(TENANCY)
    (gate,) = [one for one in ladder.gates_for_restriction(now(w)) if one.key == "threshold"]
    assert gate.hint.endswith(
        "A proposal may leave it out, with reasons: “No formal written warning first” (section 4)."
    )


@pytest.mark.parametrize(
    ("policy", "danger", "ways"),
    [
        (DOVER, False, []),
        (DOVER, True, ["danger"]),
        (TENANCY, False, ["serious"]),
        (TENANCY, True, ["danger", "serious"]),
        (WEST_KENT, False, ["abuse", "extreme"]),
        (WEST_KENT, True, ["danger", "abuse", "extreme"]),
        (HOMES, True, []),  # there are no stages to leave out
        (NORTHAMPTON, True, ["danger"]),
    ],
)
def test_each_policy_has_its_own_ways_out(policy, danger, ways):
    w = house(policy)
    if danger:
        builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True)
    found = ladder.ways_out(now(w).policy, list(w.case.incidents.all()))
    assert [path.key for path in found] == ways


@pytest.mark.parametrize(
    ("policy", "clause", "untold", "told_no"),
    [
        (DOVER, "6.7, 6.17", True, True),
        (WEST_KENT, "5.3", True, True),
        (NORTHAMPTON, "4.1", True, True),
        (HOMES, "1.9.4", True, False),  # normally: a reason will do
        (TENANCY, "s4", False, False),  # may
    ],
)
def test_the_police_are_told_always_normally_or_as_people_judge(policy, clause, untold, told_no):
    w, restriction = begun(policy, danger=True)
    asked = ladder.police(w.case.policy, w.case, list(w.case.incidents.all()))
    assert asked.rule.clause == clause
    leave_out = {"extreme": False, "extreme_reason": ""}

    def police_lacking() -> bool:
        return any("olice" in one for one in lacking(restriction))

    save(w, restriction, **leave_out)
    assert police_lacking() is untold
    save(w, restriction, police_told=False, police_words="It was a slip of the tongue.", **leave_out)
    assert police_lacking() is told_no
    save(w, restriction, police_told=True, police_words="CAD 123 of today", **leave_out)
    assert not police_lacking()


def test_who_normally_tells_the_police_and_does_not_says_why():
    w, restriction = begun(HOMES, danger=True)
    with pytest.raises(RuleBroken, match="why the police are not told") as refusal:
        save(w, restriction, extreme=False, police_told=False)
    assert (refusal.value.rule.clause, refusal.value.field) == ("1.9.4", "police_why")


def test_nothing_is_asked_where_the_police_were_called_at_the_time():
    w, restriction = begun(DOVER, danger=True, police=True)
    assert ladder.police(w.case.policy, w.case, list(w.case.incidents.all())) is None
    assert not any("olice" in one for one in lacking(restriction))


def test_the_page_offers_each_path_and_keeps_what_was_typed():
    w, restriction = begun(TENANCY, danger=True)
    client = Client()
    client.force_login(w.staff.officer)
    address = reverse("restrictions:evidence", args=[restriction.reference])
    page = client.get(address).content.decode()
    for words in ("By which of the policy", "No formal written warning first", "Have the police been told? (optional)"):
        assert words in page
    typed = {
        "incidents": [str(each.pk) for each in w.case.incidents.all()], "summary": "Twice “in a month” \u202eשלום",
        "extreme": "yes", "extreme_reason": "He tore it up 👩🏽‍🚒.", "police_told": "no",
        "police_why": "Not yet asked.",
    }  # fmt: skip
    for more, wrong in (({}, "Select by which of the policy"), ({"path": "serious"}, "Enter an answer to")):
        page = press(client, address, typed | more).content.decode()
        assert "There is a problem" in page and wrong in page
        for text in ("Twice “in a month” \u202eשלום", "He tore it up 👩🏽‍🚒.", "Not yet asked."):
            assert text in page, (wrong, text)
    answer = press(client, address, typed | {"path": "serious", "answer_serious_0": "He did, last year."})
    assert answer.status_code == 302, answer.content.decode()
    restriction = Restriction.objects.get(pk=restriction.pk)
    assert (restriction.path, restriction.police_told, restriction.police_words) == ("serious", False, "Not yet asked.")
    assert list(restriction.extreme_answers.values()) == ["He did, last year."]
    assert "He did, last year." in client.get(address).content.decode()


def at_stage(w, stage: str) -> Case:
    """The case as if it stood at a stage."""
    Case.objects.filter(pk=w.case.pk).update(stage=stage)
    return now(w)


@pytest.mark.parametrize(
    ("stage", "path", "strength", "always"),
    [
        (Case.Stage.INITIAL_WARNING, "danger", "must", True),
        (Case.Stage.WRITTEN_WARNING, "danger", "must", True),
        (Case.Stage.CONTACT_RESTRICTION, "extreme", "may", False),
        (Case.Stage.REVIEW, "extreme", "may", False),
    ],
)
def test_how_strictly_the_police_are_told_hangs_on_the_stage_of_the_case(stage, path, strength, always):
    """Northampton 4.1: referred to them at the Informal and the Warning Stage; at the Formal Stage that could be."""
    w = house(NORTHAMPTON)
    incident = builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True, police_called=False)
    case = at_stage(w, stage)
    asked = ladder.police(case.policy, case, [incident])
    assert (asked.path.key, asked.rule.strength, asked.always) == (path, strength, always)
    assert ladder.police(case.policy, case, [each for each in case.incidents.all() if each != incident]) is None
    incident.police_called = True
    assert ladder.police(case.policy, case, [incident]) is None


def test_a_policy_that_makes_no_difference_between_stages_says_the_same_at_each():
    w = house(DOVER)
    incident = builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True, police_called=False)
    for stage in (Case.Stage.INITIAL_WARNING, Case.Stage.CONTACT_RESTRICTION):
        case = at_stage(w, stage)
        assert ladder.police(case.policy, case, [incident]).path.key == "danger"


def test_the_page_of_a_breach_says_how_strictly_at_this_stage():
    w = ready_to_propose(NORTHAMPTON)
    restriction = imposing.impose(
        builders.proposed(w).pk, Said("It is needed.", considered="Fair."), by=w.staff.team_leader, at=NOON
    )
    incident = builders.log(w.provider, w.staff, w.resident, at=NOON, danger=True, police_called=False)
    breaches.log_breach(restriction.pk, by=w.staff.officer, at=NOON, incident_id=incident.pk, words="He rang.")
    client = Client()
    client.force_login(w.staff.manager)
    page = client.get(reverse("restrictions:breaches", args=[restriction.reference])).content.decode()
    assert "they may be told: it is for you to judge (clause 4.1)" in page
