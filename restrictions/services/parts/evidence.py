"""The evidence of a proposal: the incidents it rests on, the path by which stages are left out, the police."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from cases import ladder
from cases.models import Incident
from cases.services import police
from people.models import User
from policies import law
from policies.parts import Path
from policies.policy import DANGER, Policy
from policies.rules import RuleBroken
from restrictions import rules
from restrictions.models import Restriction
from restrictions.services.parts.part import Refusals, begin, refused


@dataclass(frozen=True)
class Evidence:
    """What a proposal rests on: incidents, by which path stages are left out and why, and what of the police."""

    incidents: Sequence[int]
    summary: str = ""
    extreme: bool = False
    extreme_reason: str = ""
    extreme_answers: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    police_told: bool | None = None
    police_words: str = ""


@transaction.atomic
def save_evidence(
    restriction_id: int, evidence: Evidence, *, by: User, at: datetime, seen: str | None = None
) -> Restriction:
    """Name the incidents it rests on, by which path stages are left out (Dover 6.7, 6.17, 6.22), and about the police.

    Only what somebody saw or heard of this resident's own behaviour counts. A path needs what opens it, a recorded
    reason, and an answer to each question that the policy asks about it (Tenancy section 4: too serious, or a notice
    would inflame). Where the policy normally has the police told, whoever does not says why (Homes for Life 1.9.4).
    """
    restriction = begin(restriction_id, known_evidence, by=by, at=at, seen=seen)
    case, policy = restriction.case, restriction.case.policy
    wanted = set(evidence.incidents)
    chosen = [each for each in rules.possible_evidence(case) if each.pk in wanted]
    if len(chosen) != len(wanted) or not all(rules.counts_as_evidence(each, case) for each in chosen):
        words = "Select incidents that somebody saw or heard, and in which this resident behaved so"
        raise RuleBroken(words, law.EVIDENCED, "incidents")
    taken = _path(policy, chosen, evidence.path) if evidence.extreme else None
    restriction.extreme, restriction.path = evidence.extreme, taken.key if taken else ""
    restriction.extreme_reason = evidence.extreme_reason.strip() if taken else ""
    restriction.extreme_answers = dict(evidence.extreme_answers) if taken else {}
    for refusal in _refuses_path(restriction, chosen):
        raise refusal
    asked = ladder.police(policy, case, chosen, restriction.path)
    told = police.Told(evidence.police_told, evidence.police_words) if asked else police.NOTHING
    if asked:
        police.check_why_not(asked, told)
    restriction.police_told, restriction.police_words = told.told, told.words.strip()
    restriction.incidents.set(chosen)
    restriction.evidence_summary = evidence.summary.strip()
    restriction.save()
    return restriction


def _path(policy: Policy, chosen: Sequence[Incident], path: str) -> Path:
    """The path by which stages are left out; refused where nothing opens it.

    `path` is "" where the policy has one way out, which is then meant.
    """
    possible = ladder.ways_out(policy, chosen)
    taken = next((one for one in possible if one.key == path or (not path and len(possible) == 1)), None)
    if taken is not None:
        return taken
    if not path and possible:
        raise RuleBroken("Select by which of the policy's paths", None, "path")
    named = next((one for one in policy.paths if one.key == (path or DANGER)), None)
    rule = (named.skips_rule or next(iter(named.rules), None)) if named else None
    if named is None or named.key == DANGER:
        words = "Select an incident in which somebody was assaulted, threatened or intimidated"
        raise RuleBroken(words, rule, "incidents")
    raise RuleBroken(f"Select an incident that opens “{named.name}”", rule, "incidents")


def _refuses_path(restriction: Restriction, chosen: Sequence[Incident]) -> Refusals:
    """What a way out of the stages lacks: what opens it, a reason, an answer to each of the policy's questions."""
    if not restriction.extreme:
        return
    try:
        taken = _path(restriction.case.policy, chosen, restriction.path)
    except RuleBroken as refusal:
        yield refusal
        return
    rule = taken.skips_rule or next(iter(taken.rules), None)
    if not restriction.extreme_reason.strip():
        yield RuleBroken("Enter why the usual stages are left out", rule, "extreme_reason")
    for number, question in enumerate(taken.conditions):
        if not restriction.extreme_answers.get(str(question), "").strip():
            yield RuleBroken(f"Enter an answer to “{question}”", question.rule, f"answer_{taken.key}_{number}")


def refuses_evidence(restriction: Restriction) -> Refusals:
    """What keeps its incidents from carrying it: nobody saw or heard one, the police unasked, stages left out."""
    case, policy = restriction.case, restriction.case.policy
    chosen = list(restriction.incidents.prefetch_related("involvements"))
    if not any(rules.counts_as_evidence(each, case) for each in chosen):
        yield RuleBroken("Select at least one incident that somebody saw or heard", law.EVIDENCED, "incidents")
        return
    asked = ladder.police(policy, case, chosen, restriction.path)
    yield from refused(police.check, asked, police.Told(restriction.police_told, restriction.police_words))
    if restriction.extreme:
        yield from _refuses_path(restriction, chosen)
    else:
        yield from _refuses_stages(restriction)


def _refuses_stages(restriction: Restriction) -> Refusals:
    """The warning letter and what came after it; danger leaves them out only by the recorded extreme path."""
    standing = ladder.read(restriction.case)
    reached = ladder.restriction_reached(standing)
    if not reached.met:
        gate = ladder.gates_for_restriction(restriction.case, standing)[0]
        yield RuleBroken(f"{gate.text}: {gate.hint.rstrip('.')}", gate.rule)
    elif reached.how == "skipped" and not ladder.persisted(standing):
        yield RuleBroken("Say why the usual stages are left out, or send a warning letter first", reached.rule)


def known_evidence(restriction: Restriction) -> Mapping[str, Any]:
    """What is stored of the evidence, by the names of its form."""
    told = restriction.police_told
    known: dict[str, Any] = {
        "incidents": [str(pk) for pk in restriction.incidents.order_by("pk").values_list("pk", flat=True)],
        "summary": restriction.evidence_summary,
        "extreme": restriction.extreme,
        "extreme_reason": restriction.extreme_reason,
        "path": restriction.path,
        "police_told": told,
        "police_reference" if told else "police_why": restriction.police_words,
    }
    for path in restriction.case.policy.paths:
        for number, question in enumerate(path.conditions):
            known[f"answer_{path.key}_{number}"] = restriction.extreme_answers.get(str(question), "")
    return known
