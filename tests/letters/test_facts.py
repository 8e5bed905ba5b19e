"""Facts are checked at draft, all at once; the policy's letters govern how ours are sent."""

import pytest

import policies.shelf
from letters import facts
from tests.factories import DOVER
from tests.letters.builders import FACTS


@pytest.fixture(scope="module")
def policy():
    return policies.shelf.read_builtin(DOVER)


def test_every_kind_has_facts_here_and_passes_with_them():
    assert set(FACTS) == set(facts.KINDS)
    for kind, told in FACTS.items():
        facts.kind_of(kind).check(told)


@pytest.mark.parametrize(
    ("kind", "missing"), [(kind, key) for kind, spec in facts.KINDS.items() for key in spec.required]
)
def test_each_required_fact_is_asked_for(kind, missing):
    told = {key: value for key, value in FACTS[kind].items() if key != missing}
    with pytest.raises(facts.FactsWrong, match=f"{missing} is missing"):
        facts.kind_of(kind).check(told)


def test_every_problem_is_named_at_once():
    told = FACTS["restriction"] | {"reasons": " ", "months": 0, "starts_on": "18 December", "trems": []}
    told.pop("decided_on")
    with pytest.raises(facts.FactsWrong) as refused:
        facts.kind_of("restriction").check(told)
    assert refused.value.problems == [
        "decided_on is missing",
        "trems is not a fact of this kind",
        "reasons: must be words",
        "starts_on: must be a date such as 2026-12-18",
        "months: must be a whole number",
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"incidents": []}, "incidents: must not be empty"),
        ({"incidents": ["shouting"]}, "incidents: number 1 must be a record"),
        ({"incidents": [{"reference": "I-1", "on": "x", "what": ""}]}, "on must be a date .*, what must be words"),
        ({"appeal": {"until": None, "decided_by_role": ""}}, "appeal: how is missing"),
        ({"extreme": "no"}, "extreme: must be true or false"),
        ({"months": True}, "months: must be a whole number"),
        ({"terms": "none"}, "terms: must be a list"),
        ({"adjustments": None}, "adjustments: must be text"),
    ],
)
def test_shapes(changed, said):
    with pytest.raises(facts.FactsWrong, match=said):
        facts.kind_of("restriction").check(FACTS["restriction"] | changed)


def test_an_outcome_is_one_of_the_glossary():
    with pytest.raises(facts.FactsWrong, match="must be one of upheld, varied, dismissed, out_of_time"):
        facts.kind_of("appeal_outcome").check(FACTS["appeal_outcome"] | {"outcome": "rejected"})


def test_a_kind_that_is_not_one():
    with pytest.raises(facts.FactsWrong, match="no such kind"):
        facts.kind_of("birthday_card")


@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        ("warning", "6.12"),
        ("restriction", "6.15"),
        ("restriction_varied", "6.19"),
        ("restriction_extended", "6.19"),
        ("restriction_lifted", "6.19"),
        ("review_outcome", "6.19"),
        ("appeal_outcome", "6.35"),
        ("late_review_notice", None),
    ],
)
def test_dovers_letters_govern_ours(policy, kind, clause):
    rule = facts.governing(policy, facts.KINDS[kind])
    assert rule is not None
    assert ([item.rule.clause for item in rule.sent] or [None])[0] == clause


def test_the_acknowledgement_falls_under_the_appeal(policy):
    assert facts.governing(policy, facts.KINDS["appeal_acknowledgement"]).key == "appeal_outcome"
