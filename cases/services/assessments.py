"""Assessments of a case: the risk, and what a decision means for somebody with protected characteristics."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases import permissions
from cases.models import Assessment, Case
from cases.services.rows import lock
from design import seals
from people.models import User
from policies.rules import Rule, RuleBroken, need

GATES = {Assessment.Kind.RISK: "gate.risk_assessment", Assessment.Kind.EQUALITY: "gate.equality_assessment"}
ASSESSED = ("risk_assessment", "equality_assessment")


def shown(case: Case, kind: str, gate: str = "") -> dict[str, Any]:
    """What the page of an assessment or a question shows of the file, by name: nobody weighs needs without a look."""
    made = case.assessments.filter(kind=kind, gate=gate).order_by("pk").values_list("pk", flat=True)
    return {
        "the stage of the case": str(case.stage),
        "the needs and adjustments on record": case.resident.needs_version,
        "what was assessed or answered before": list(made),
    }


@dataclass(frozen=True)
class Findings:
    """What an assessment says; all but what was considered, and what keeps people safe, of the risk alone."""

    words: str
    severity: str = ""
    future_risk: str = ""
    who_is_at_risk: str = ""
    controls: str = ""


@transaction.atomic
def assess(
    case_id: int, kind: str, findings: Findings, *, by: User, at: datetime, seen: str | None = None
) -> Assessment:
    """Record a risk assessment (Dover 6.26, 6.27) or an individual equality assessment (6.40; Equality Act s149).

    A new one stands beside the old ones, and the latest holds. It keeps the version of the resident's needs that it
    weighed, so that it is open again when these change. Evenhand computes no score: severity and future risk are the
    assessor's judgement. Raises `RuleBroken` where a part of it is missing; ChangedSince where a need or another
    assessment was recorded, or the case moved, since its page was `seen`.
    """
    case = lock(case_id)
    permissions.check_can_assess(by, case)
    kind = Assessment.Kind(kind)
    seals.check(seen, shown(case, kind), since=audit.since(case, case.resident))
    if case.stage == Case.Stage.CLOSED:
        raise TransitionNotAllowed("The case is closed.", object=case, method=Case.close)
    rule = case.policy.rule(GATES[kind])
    if kind == Assessment.Kind.RISK:
        _check_risk(findings, rule)
    else:
        findings = Findings(findings.words, controls=findings.controls)
    need(findings.words, "Enter what you considered", "words", rule)
    assessment = Assessment.objects.create(
        case=case, kind=kind, needs_version=case.resident.needs_version, made_by=by, made_at=at, **asdict(findings)
    )
    facts = {
        "severity": findings.severity,
        "future_risk": findings.future_risk,
        "needs_version": case.resident.needs_version,
    }
    told = {"considered": findings.words, "who is at risk": findings.who_is_at_risk, "controls": findings.controls}
    verb = "risk.assessed" if kind == Assessment.Kind.RISK else "equality.assessed"
    audit.record(verb, subject=case, by=by, at=at, facts=facts | {"rule": rule.cite() if rule else ""}, words=told)
    return assessment


def _check_risk(findings: Findings, rule: Rule | None) -> None:
    for field, name in (("severity", "how severe it was"), ("future_risk", "the future risk")):
        if getattr(findings, field) not in Assessment.Level.values:
            raise RuleBroken(f"Select {name}", rule, field)
    need(findings.who_is_at_risk, "Enter who is at risk", "who_is_at_risk", rule)


@transaction.atomic
def answer_gate(case_id: int, gate: str, *, words: str, by: User, at: datetime, seen: str | None = None) -> Assessment:
    """Answer a question that the policy asks before a step (West Kent 6.1: was the customer asked to adjust?).

    A new answer stands beside the old ones, and the latest holds. Raises KeyError for a question that the case's policy
    does not ask, `RuleBroken` without an answer; ChangedSince where somebody else answered since its page was `seen`.
    """
    case = lock(case_id)
    permissions.check_can_assess(by, case)
    asked = next((one for one in case.policy.gates if one.key == gate and gate not in ASSESSED), None)
    if asked is None:
        raise KeyError(gate)
    seals.check(seen, shown(case, Assessment.Kind.QUESTION, gate), since=audit.since(case, case.resident))
    if case.stage == Case.Stage.CLOSED:
        raise TransitionNotAllowed("The case is closed.", object=case, method=Case.close)
    need(words, "Enter your answer", "words", asked.rule)
    answer = Assessment.objects.create(
        case=case,
        kind=Assessment.Kind.QUESTION,
        gate=gate,
        words=words,
        needs_version=case.resident.needs_version,
        made_by=by,
        made_at=at,
    )
    facts = {"gate": gate, "rule": asked.rule.cite() if asked.rule else ""}
    audit.record("gate.answered", subject=case, by=by, at=at, facts=facts, words={"answer": words})
    return answer
