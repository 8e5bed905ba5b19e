"""The steps of a case, each taken through the services: one vocabulary for the demo and for the tests.

Who takes a step and when is the caller's. What a policy leaves open before it is settled, and what the policy asks is
answered, so that the same step stands on every policy. What is one call of a service has no step here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cases import ladder
from cases.ladder import papers
from cases.models import Assessment, Case, Incident, Involvement, Warning
from cases.services import assessments, incidents, stages, warnings
from cases.services.assessments import Findings
from cases.services.incidents import AffectedPerson, Happened
from design.dates import day_of
from people.models import Resident, User
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.rules import kind_steps, registers_for, risks_asked
from restrictions.services.parts.evidence import Evidence, save_evidence
from restrictions.services.parts.length import save_length, save_less
from restrictions.services.parts.needs import save_needs, save_risk
from restrictions.services.parts.terms import Instructions, save_instructions, save_kinds, save_terms


@dataclass(frozen=True)
class Answers:
    """What is said before a step: who settles what the policy leaves open, and why; answers to what it asks."""

    settled_by: User
    why: str = "It went on for a month."
    words: str = "Asked on the telephone; he would not."
    needs: str = "Nothing is known that bears on it."


@dataclass(frozen=True)
class Proposal:
    """What is put into the parts of a proposal; without `less` the last part stays open.

    Of the risks, those that the registers of its policy know; where they know none of them, the first of theirs.
    """

    terms: Sequence[NewTerm]
    orders: Sequence[str]
    risks: Sequence[str]
    needs: str
    reasons: str
    less: str
    months: int = 6
    contractors: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)


def log(
    *residents: Resident,
    by: User,
    at: datetime,
    warnings: int = 0,
    danger: bool = False,
    affected: Iterable[User] = (),
    part: str = Involvement.Part.BEHAVED,
    **happened: Any,
) -> Incident:
    """An incident of the day of `at`: after warnings it went on, and danger is told to the police unless it is said.

    Where no heading is given, it is the first of the policy that fits.
    """
    told: dict[str, Any] = {
        "facts": "Shouted for ten minutes on the phone.",
        "happened_on": day_of(at),
        "channel": Incident.Channel.PHONE,
        "continued_after_warnings": warnings > 0,
        "police_called": danger,
    } | happened
    headings = by.provider.policy_version_on(day_of(at)).policy.behaviours
    told["categories"] = told.get("categories") or [one.key for one in headings if one.is_danger is danger][:1]
    return incidents.log(
        provider=by.provider,
        parts=[(one, part) for one in residents],
        happened=Happened(warnings_given=warnings, danger=danger, **told),
        affected=[AffectedPerson(user=user) for user in affected],
        by=by,
        at=at,
    )


def evidence(case: Case) -> list[Incident]:
    """What happened in a case, hearsay left out."""
    return list(case.incidents.exclude(knowledge=Incident.Knowledge.HEARSAY))


def answer(case: Case, gates: Iterable[ladder.Gate], said: Answers, *, by: User, at: datetime) -> list[str]:
    """Assess and answer what the policy asks before a step; returns which questions these were."""
    asked = [gate for gate in gates if gate.blocks and (gate.asks or gate.key == "equality_assessment")]
    for gate in asked:
        if gate.asks:
            assessments.answer_gate(case.pk, gate.asks, words=said.words, by=by, at=at)
        else:
            assessments.assess(case.pk, Assessment.Kind.EQUALITY, Findings(said.needs), by=by, at=at)
    return [gate.key for gate in asked]


def draft_letter(
    case: Case,
    said: Answers,
    *,
    by: User,
    at: datetime,
    paper: papers.Paper = papers.WRITTEN,
    review_on: date | None = None,
    **words: Any,
) -> Warning:
    """A letter about all that happened, after what comes first. The day of the next look stands where it is told."""
    if paper is papers.WRITTEN:
        if ladder.written_reached(ladder.read(case)).silent:
            stages.settle_threshold(case.pk, reasons=said.why, by=said.settled_by, at=at)
        answer(case, ladder.gates_for_warning(ladder.read(case)), said, by=by, at=at)
    review_on = review_on if paper.asks(case.policy, "review") else None
    content = warnings.Content(evidence(case), review_on=review_on, **words)
    return warnings.draft_warning(case.pk, content, by=by, at=at, paper=paper)


def ask_before_a_restriction(
    case: Case, said: Answers, *, by: User, at: datetime, settled_at: datetime | None = None
) -> list[str]:
    """Settle and answer what comes before a restriction; returns which questions the policy asked."""
    if ladder.restriction_reached(ladder.read(case)).silent:
        stages.settle_restriction(case.pk, reasons=said.why, by=said.settled_by, at=settled_at or at)
    return answer(case, ladder.gates_for_restriction(case), said, by=by, at=at)


def ask_for_its_kinds(restriction: Restriction, said: Answers, *, by: User, at: datetime) -> list[str]:
    """Answer what the policy asks for the kinds of restriction that a proposal has."""
    gates = ladder.gates_for_restriction(restriction.case, steps=kind_steps(restriction))
    return answer(restriction.case, gates, said, by=by, at=at)


def fill(restriction: Restriction, proposal: Proposal, *, by: User, at: datetime) -> None:
    """Every part of a proposal, on the newest risk assessment."""
    case, pk = restriction.case, restriction.pk
    save_evidence(pk, Evidence([one.pk for one in evidence(case)], **proposal.evidence), by=by, at=at)
    risk = case.assessments.filter(kind=Assessment.Kind.RISK).latest("made_at", "pk")
    save_risk(pk, assessment_id=risk.pk, by=by, at=at)
    save_needs(pk, considered=proposal.needs, adjustment_touched=False, by=by, at=at)
    save_terms(pk, terms=list(proposal.terms), by=by, at=at)
    kinds = case.policy.restriction_kinds
    if kinds.listed and not kinds.others_allowed:
        save_kinds(pk, kinds=[kinds.listed[0].key], by=by, at=at)
    known = risks_asked(registers_for(restriction))
    risks = [one for one in proposal.risks if one in known] or known[:1]
    told = Instructions(orders=proposal.orders, risks=risks, share_with_contractors=proposal.contractors)
    save_instructions(pk, told, by=by, at=at)
    save_length(pk, months=proposal.months, by=by, at=at)
    if proposal.less:
        save_less(pk, reasons=proposal.reasons, less_considered=proposal.less, by=by, at=at)
