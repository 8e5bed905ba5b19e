"""Risk and needs in a proposal: the assessments it uses, and what regard was had to what the resident needs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from cases import ladder
from cases.models import Assessment
from people.models import User
from policies import law
from policies.rules import Rule, RuleBroken
from restrictions import rules
from restrictions.models import Restriction
from restrictions.services.parts.part import Refusals, begin, end


@transaction.atomic
def save_risk(
    restriction_id: int, *, by: User, at: datetime, assessment_id: int, seen: str | None = None
) -> Restriction:
    """Name the risk assessment of the case that it uses (Dover 6.26)."""
    restriction = begin(restriction_id, known_risk, by=by, at=at, seen=seen)
    restriction.risk_assessment = Assessment.objects.filter(
        case=restriction.case, kind=Assessment.Kind.RISK, pk=assessment_id
    ).first()
    if restriction.risk_assessment is None:
        rule = restriction.case.policy.rule("gate.risk_assessment")
        raise RuleBroken("Select a risk assessment of this case", rule, "assessment")
    restriction.save()
    return restriction


def _required(restriction: Restriction, key: str) -> Rule | None:
    """The rule by which the policy requires a gate before a restriction; None where it does not."""
    gates = (gate for gate in rules.gates(restriction.case.policy) if gate.key == key and gate.required)
    return next((gate.rule or Rule("policy") for gate in gates), None)


def refuses_risk(restriction: Restriction) -> Refusals:
    """A risk assessment that the policy asks for and nobody has chosen."""
    rule = _required(restriction, "risk_assessment")
    if rule and restriction.risk_assessment_id is None:
        yield RuleBroken("Use a risk assessment", rule, "assessment")


def known_risk(restriction: Restriction) -> Mapping[str, Any]:
    """What is stored of it, by the names of its form."""
    return {"assessment": str(restriction.risk_assessment_id or "")}


@transaction.atomic
def save_needs(
    restriction_id: int,
    *,
    by: User,
    at: datetime,
    considered: str,
    adjustment_touched: bool | None,
    adjustment_reason: str = "",
    other_way: str = "",
    seen: str | None = None,
) -> Restriction:
    """Record the regard had to the resident's needs (Equality Act 2010; Dover 6.37–6.41), as they are known today.

    Where an agreed adjustment is touched: why it is no longer reasonable, and which other way to the service is left
    (Dover 6.39). Weighs the present version of the needs: when they change, this part is open again.
    """
    restriction = begin(restriction_id, known_needs, by=by, at=at, seen=seen)
    restriction.needs_considered = considered.strip()
    restriction.needs_version = restriction.case.resident.needs_version
    restriction.adjustment_touched = adjustment_touched
    restriction.adjustment_reason = adjustment_reason.strip() if adjustment_touched else ""
    restriction.other_way = other_way.strip() if adjustment_touched else ""
    return end(restriction, _refuses_needs(restriction))


def _refuses_needs(restriction: Restriction) -> Refusals:
    rule = restriction.case.policy.value("restriction.adjustments").rule
    if not restriction.needs_considered:
        yield RuleBroken("Enter how the resident's needs were taken into account", law.PROPORTIONATE, "considered")
    if restriction.adjustment_touched is None:
        yield RuleBroken("Select whether an agreed adjustment is touched", rule, "adjustment_touched")
    if restriction.adjustment_touched and not restriction.adjustment_reason:
        yield RuleBroken("Enter why the adjustment is no longer reasonable", rule, "adjustment_reason")
    if restriction.adjustment_touched and not restriction.other_way:
        yield RuleBroken("Enter which other way to our services is left", rule, "other_way")
    if restriction.needs_considered and restriction.needs_version != restriction.case.resident.needs_version:
        yield RuleBroken(
            "Look at needs again: they have changed since they were weighed", law.PROPORTIONATE, "considered"
        )


def refuses_what_is_asked(restriction: Restriction) -> Refusals:
    """Regard to needs; an equality assessment of the needs as they are; what else the policy asks on the case file."""
    if rule := _required(restriction, "equality_assessment"):
        latest = ladder.read(restriction.case).assessment(Assessment.Kind.EQUALITY)
        if latest is None:
            yield RuleBroken("Make an equality impact assessment", rule)
        elif latest.needs_version != restriction.case.resident.needs_version:
            yield RuleBroken("Make the equality impact assessment again: the resident's needs have changed", rule)
    for gate in ladder.gates_for_restriction(restriction.case, steps=rules.kind_steps(restriction)):
        if (gate.asks or gate.key == ladder.SCOPE) and gate.blocks:
            yield RuleBroken(f"Answer on the case file: {gate.text}", gate.rule)
    yield from _refuses_needs(restriction)


def known_needs(restriction: Restriction) -> Mapping[str, Any]:
    """What was considered of needs and reasonable adjustments, as it is stored, by the fields of the form."""
    return {
        "considered": restriction.needs_considered,
        "adjustment_touched": restriction.adjustment_touched,
        "adjustment_reason": restriction.adjustment_reason,
        "other_way": restriction.other_way,
    }
