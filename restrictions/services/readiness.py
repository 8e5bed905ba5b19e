"""Whether a proposal can be put to a decider, and what it lacks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cases import ladder
from cases.models import Assessment
from policies import law
from policies.policy import Policy
from policies.rules import Rule, RuleBroken
from restrictions.models import Restriction
from restrictions.services import asked
from restrictions.services import terms as limits
from restrictions.services.asked import (
    counts_as_evidence,
    gates,
    orders_wanted,
    registers_for,
    risks_asked,
)
from restrictions.services.parts import check_extreme, check_police
from restrictions.services.terms import NewTerm


@dataclass(frozen=True)
class Missing:
    """Something that a proposal still lacks: in which part, in words, under which rule."""

    part: str
    message: str
    rule: Rule | None = None

    def __str__(self) -> str:
        return f"{self.message} ({self.rule.in_brackets()})" if self.rule else self.message


class NotReady(RuleBroken):
    """A proposal lacks something; `missing` holds every thing at once, each with its rule."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = list(missing)
        super().__init__("; ".join(str(one) for one in missing))


def missing(restriction: Restriction) -> list[Missing]:
    """Everything that a proposal lacks before it can be put to a decider, each with its rule; empty when ready."""
    policy = restriction.case.policy
    found = _missing_evidence(restriction, policy)
    required = {gate.key: gate for gate in gates(policy) if gate.required}
    if "risk_assessment" in required and restriction.risk_assessment_id is None:
        found.append(Missing("risk", "Use a risk assessment", required["risk_assessment"].rule))
    if "equality_assessment" in required:
        found += _missing_equality(restriction, required["equality_assessment"].rule)
    found += _missing_answers(restriction)
    found += _missing_needs(restriction)
    found += _missing_terms(restriction, policy)
    if restriction.months is None:
        found.append(Missing("length", "Enter how long it lasts", policy.length_bounds()[2]))
    else:
        found += _refusal("length", policy.check_length, restriction.months)
    found += _refusal("review", asked.check_agreed, policy, restriction.review_months, restriction.review_agreed)
    if not restriction.reasons:
        found.append(Missing("less", "Say why a restriction is needed", law.EVIDENCED))
    if not restriction.less_considered:
        found.append(Missing("less", "Say what less was considered", law.PROPORTIONATE))
    return found


def _refusal(part: str, check: Callable[..., object], *things: object) -> list[Missing]:
    try:
        check(*things)
    except RuleBroken as refusal:
        return [Missing(part, refusal.message, refusal.rule)]
    return []


def _missing_evidence(restriction: Restriction, policy: Policy) -> list[Missing]:
    case = restriction.case
    chosen = list(restriction.incidents.prefetch_related("involvements"))
    if not any(counts_as_evidence(each, case) for each in chosen):
        return [Missing("evidence", "Select at least one incident that somebody saw or heard", law.EVIDENCED)]
    found = _refusal("evidence", check_police, policy, chosen, restriction)
    if restriction.extreme:
        answers = restriction.extreme_answers
        return found + _refusal(
            "evidence", check_extreme, policy, chosen, restriction.path, restriction.extreme_reason, answers
        )
    return found + _missing_stages(restriction)


def _missing_stages(restriction: Restriction) -> list[Missing]:
    """The warning letter and what came after it; danger leaves them out only by the recorded extreme path."""
    standing = ladder.read(restriction.case)
    reached = ladder.restriction_reached(standing)
    if not reached.met:
        gate = ladder.gates_for_restriction(restriction.case, standing)[0]
        return [Missing("evidence", f"{gate.text}: {gate.hint.rstrip('.')}", gate.rule)]
    if reached.how == "skipped" and not ladder.persisted(standing):
        words = "Say why the usual stages are left out, or send a warning letter first"
        return [Missing("evidence", words, reached.rule)]
    return []


def _missing_answers(restriction: Restriction) -> list[Missing]:
    """What the policy asks before a restriction, and whether it covers the person: what is not on the file yet."""
    gates = ladder.gates_for_restriction(restriction.case, steps=asked.kind_steps(restriction))
    return [
        Missing("needs", f"Answer on the case file: {gate.text}", gate.rule)
        for gate in gates
        if (gate.asks or gate.key == ladder.SCOPE) and gate.blocks
    ]


def _missing_equality(restriction: Restriction, rule: Rule | None) -> list[Missing]:
    """Where the policy asks for an equality assessment: one that weighed the needs as they are now."""
    case = restriction.case
    latest = ladder.read(case).assessment(Assessment.Kind.EQUALITY)
    if latest is None:
        return [Missing("needs", "Make an equality impact assessment", rule)]
    if latest.needs_version != case.resident.needs_version:
        return [Missing("needs", "Make the equality impact assessment again: the resident's needs have changed", rule)]
    return []


def _missing_needs(restriction: Restriction) -> list[Missing]:
    if not restriction.needs_considered or restriction.adjustment_touched is None:
        return [Missing("needs", "Say how needs and adjustments were taken into account", law.PROPORTIONATE)]
    if restriction.needs_version != restriction.case.resident.needs_version:
        return [Missing("needs", "Look at needs again: they have changed since they were weighed", law.PROPORTIONATE)]
    return []


def _missing_terms(restriction: Restriction, policy: Policy) -> list[Missing]:
    chosen = [NewTerm.of(term) for term in restriction.terms.all()]
    if not chosen:
        return [Missing("terms", "Choose the terms", law.WAYS_TO_COMPLAIN)]
    found = _refusal("terms", limits.check_terms, policy, chosen)
    kinds = policy.restriction_kinds
    if kinds.listed and not kinds.others_allowed and not restriction.of_kinds():
        found.append(Missing("terms", "Select which of the policy's kinds it is", kinds.rule))
    registers = registers_for(restriction)
    if (wanting := orders_wanted(registers)) and not restriction.instructions:
        found.append(Missing("terms", "Enter what staff must do", wanting.rule))
    if (known := risks_asked(registers)) and not set(known) & set(restriction.risks):
        found.append(Missing("terms", "Select which risks staff should know of", registers[0].rule))
    return found
