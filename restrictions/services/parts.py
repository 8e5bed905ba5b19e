"""The parts of a proposal, each written by itself while it is prepared or has been returned."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.permissions
from cases import ladder
from cases.models import Assessment, Incident
from cases.services import police
from design.dates import day_of
from people.models import User
from policies import law
from policies.parts import Path
from policies.policy import DANGER, Policy
from policies.rules import RuleBroken, need
from policies.values import Item
from restrictions import permissions
from restrictions.models import Restriction
from restrictions.services import asked
from restrictions.services import terms as limits
from restrictions.services.asked import (
    counts_as_evidence,
    orders_wanted,
    possible_evidence,
    registers_for,
    risks_asked,
)
from restrictions.services.rows import locked
from restrictions.services.terms import NewTerm

State = Restriction.State
PARTS = {
    "evidence": "Evidence",
    "risk": "Risk",
    "needs": "Needs and adjustments",
    "terms": "Terms",
    "length": "Length",
    "review": "Review",
    "less": "Why not less",
}


def _in_preparation(restriction_id: int, by: User, at: datetime) -> Restriction:
    """A proposal that may be written now. What it said is recorded as a whole when it is proposed."""
    restriction = locked(restriction_id)
    permissions.check_can_prepare(by, restriction)
    if restriction.state not in (State.DRAFT, State.RETURNED):
        raise TransitionNotAllowed(object=restriction)
    restriction.saved_at = at
    return restriction


@transaction.atomic
def save_evidence(
    restriction_id: int,
    *,
    by: User,
    at: datetime,
    incidents: Sequence[int],
    summary: str = "",
    extreme: bool = False,
    extreme_reason: str = "",
    extreme_answers: Mapping[str, str] | None = None,
    path: str = "",
    police_told: bool | None = None,
    police_words: str = "",
) -> Restriction:
    """Name the incidents it rests on, by which path stages are left out (Dover 6.7, 6.17, 6.22), and about the police.

    Only what somebody saw or heard of this resident's own behaviour counts. A path needs what opens it, a recorded
    reason, and an answer to each question that the policy asks about it (Tenancy section 4: too serious, or a notice
    would inflame). Where the policy normally has the police told, whoever does not says why (Homes for Life 1.9.4).
    """
    restriction = _in_preparation(restriction_id, by, at)
    case, policy = restriction.case, restriction.case.policy
    chosen = [each for each in possible_evidence(case) if each.pk in set(incidents)]
    if len(chosen) != len(set(incidents)) or not all(counts_as_evidence(each, case) for each in chosen):
        words = "Select incidents that somebody saw or heard, and in which this resident behaved so"
        raise RuleBroken(words, law.EVIDENCED, "incidents")
    taken = check_extreme(policy, chosen, path, extreme_reason, extreme_answers or {}) if extreme else None
    _put_police(restriction, ladder.police(policy, case, chosen, taken.key if taken else ""), police_told, police_words)
    restriction.incidents.set(chosen)
    restriction.evidence_summary = summary.strip()
    restriction.extreme, restriction.path = extreme, taken.key if taken else ""
    restriction.extreme_reason = extreme_reason.strip() if extreme else ""
    restriction.extreme_answers = dict(extreme_answers or {}) if extreme else {}
    restriction.save()
    return restriction


def check_extreme(
    policy: Policy, chosen: Sequence[Incident], path: str, reason: str, answers: Mapping[str, str]
) -> Path:
    """The path by which stages are left out; refused where nothing opens it, or without a reason or an answer.

    `path` is "" where the policy has one way out, which is then meant.
    """
    possible = ladder.ways_out(policy, chosen)
    taken = next((one for one in possible if one.key == path or (not path and len(possible) == 1)), None)
    if taken is None:
        raise _no_way_out(policy, path, possible)
    rule = taken.skips_rule or next(iter(taken.rules), None)
    need(reason, "Enter why the usual stages are left out", "extreme_reason", rule)
    for number, question in enumerate(questions_of([taken])):
        need(
            answers.get(str(question), ""),
            f"Enter an answer to “{question}”",
            f"answer_{taken.key}_{number}",
            question.rule,
        )
    return taken


def _no_way_out(policy: Policy, path: str, possible: Sequence[Path]) -> RuleBroken:
    if not path and possible:
        return RuleBroken("Select by which of the policy's paths", None, "path")
    named = next((one for one in policy.paths if one.key == (path or DANGER)), None)
    rule = (named.skips_rule or next(iter(named.rules), None)) if named else None
    if named is None or named.key == DANGER:
        words = "Select an incident in which somebody was assaulted, threatened or intimidated"
        return RuleBroken(words, rule, "incidents")
    return RuleBroken(f"Select an incident that opens “{named.name}”", rule, "incidents")


def questions_of(paths: Iterable[Path]) -> list[Item]:
    """What the policy asks about paths, for a person to answer in words."""
    return [question for path in paths for question in path.conditions]


def _put_police(restriction: Restriction, asked: ladder.Police | None, told: bool | None, words: str) -> None:
    """Keep what was said about the police; whoever does not tell them says why, where the policy normally has it."""
    if asked is None:
        restriction.police_told, restriction.police_words = None, ""
        return
    police.check_why_not(asked, police.Said(told, words))
    restriction.police_told, restriction.police_words = told, words.strip()


def check_police(policy: Policy, chosen: Sequence[Incident], restriction: Restriction) -> None:
    """Refuse a proposal that leaves open what the policy asks about the police, or does not tell them where it must."""
    asked = ladder.police(policy, restriction.case, chosen, restriction.path)
    police.check(asked, police.Said(restriction.police_told, restriction.police_words))


@transaction.atomic
def save_risk(restriction_id: int, *, by: User, at: datetime, assessment_id: int) -> Restriction:
    """Name the risk assessment of the case that it uses (Dover 6.26)."""
    restriction = _in_preparation(restriction_id, by, at)
    restriction.risk_assessment = Assessment.objects.filter(
        case=restriction.case, kind=Assessment.Kind.RISK, pk=assessment_id
    ).first()
    if restriction.risk_assessment is None:
        raise RuleBroken("Select a risk assessment of this case", restriction.case.policy.rule("gate.risk_assessment"),
                         "assessment")  # fmt: skip
    restriction.save()
    return restriction


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
) -> Restriction:
    """Record the regard had to the resident's needs (Equality Act 2010; Dover 6.37–6.41), as they are known today.

    Where an agreed adjustment is touched: why it is no longer reasonable, and which other way to the service is left
    (Dover 6.39). Weighs the present version of the needs: when they change, this part is open again.
    """
    restriction = _in_preparation(restriction_id, by, at)
    rule = restriction.case.policy.value("restriction.adjustments").rule
    need(considered, "Enter how the resident's needs were taken into account", "considered", law.PROPORTIONATE)
    if adjustment_touched is None:
        raise RuleBroken("Select whether an agreed adjustment is touched", rule, "adjustment_touched")
    if adjustment_touched:
        need(adjustment_reason, "Enter why the adjustment is no longer reasonable", "adjustment_reason", rule)
        need(other_way, "Enter which other way to our services is left", "other_way", rule)
    restriction.needs_considered = considered.strip()
    restriction.needs_version = restriction.case.resident.needs_version
    restriction.adjustment_touched = adjustment_touched
    restriction.adjustment_reason = adjustment_reason.strip() if adjustment_touched else ""
    restriction.other_way = other_way.strip() if adjustment_touched else ""
    restriction.save()
    return restriction


@transaction.atomic
def save_terms(restriction_id: int, *, by: User, at: datetime, terms: Sequence[NewTerm]) -> Restriction:
    """Set the limits, channel by channel. Raises RuleBroken where they leave no way to complain or appeal (F3)."""
    restriction = _in_preparation(restriction_id, by, at)
    limits.check_terms(restriction.case.policy, terms)
    limits.check_person(restriction, terms, cases.permissions.people_affected(restriction.case))
    limits.put(restriction, terms)
    restriction.save()
    return restriction


@transaction.atomic
def save_kinds(restriction_id: int, *, by: User, at: datetime, kinds: Sequence[str]) -> Restriction:
    """Say which of the policy's kinds of restriction the limits amount to: who decides and what is asked hang on it."""
    restriction = _in_preparation(restriction_id, by, at)
    listed = restriction.case.policy.restriction_kinds
    known = [kind.key for kind in listed.listed]
    if not set(kinds) <= set(known):
        raise RuleBroken("Select kinds that the policy has", listed.rule, "kinds")
    if not kinds and known and not listed.others_allowed:
        raise RuleBroken("Select which of the policy's kinds it is: the policy allows no other", listed.rule, "kinds")
    restriction.kinds = [key for key in known if key in set(kinds)]
    restriction.save()
    return restriction


@transaction.atomic
def save_instructions(
    restriction_id: int,
    *,
    by: User,
    at: datetime,
    instructions: Sequence[str],
    risks: Sequence[str],
    share_with_contractors: bool = False,
    tell_resident: bool = True,
    not_told_reason: str = "",
    look_again_on: date | None = None,
) -> Restriction:
    """Set what staff, the front line, contractors and the resident will read, and who is told of the register entry.

    Instructions are orders, in order. The resident is told of the entry, or somebody says why not and when that is
    looked at again (Dover 6.33; never blank: UK GDPR Arts 12 to 14).
    """
    restriction = _in_preparation(restriction_id, by, at)
    put_instructions(restriction, instructions, risks, share_with_contractors)
    _put_telling(restriction, tell_resident, not_told_reason, look_again_on, day_of(at))
    restriction.save()
    return restriction


def put_instructions(
    restriction: Restriction, instructions: Sequence[str], risks: Sequence[str], share_with_contractors: bool
) -> None:
    """Set the orders and risks of the entry; raises RuleBroken where the policy has a register and they are missing."""
    registers = registers_for(restriction)
    orders = [line.strip() for line in instructions if line.strip()]
    if (wanting := orders_wanted(registers)) and not orders:
        raise RuleBroken("Enter what staff must do, one order a line", wanting.rule, "instructions")
    known = risks_asked(registers)
    chosen = [risk for risk in risks if any(risk in each.risks for each in registers)]
    if registers and (len(chosen) < len(list(risks)) or (known and not set(chosen) & set(known))):
        raise RuleBroken("Select which risks staff should know of", registers[0].rule, "risks")
    restriction.instructions, restriction.risks = orders, list(risks)
    restriction.share_with_contractors = share_with_contractors


def _put_telling(restriction: Restriction, tell: bool, reason: str, look_again_on: date | None, today: date) -> None:
    said = (each.withhold_if.rule for each in registers_for(restriction))
    rule = next((each for each in said if each), law.TOLD_OF_ENTRY)
    if not tell:
        need(reason, "Enter why the resident is not told", "not_told_reason", rule)
    if not tell and (look_again_on is None or look_again_on <= today):
        raise RuleBroken("The day to look at this again must be in the future", law.TOLD_OF_ENTRY, "look_again_on")
    restriction.tell_resident_of_entry = tell
    restriction.not_told_reason = "" if tell else reason.strip()
    restriction.look_again_on = None if tell else look_again_on


@transaction.atomic
def save_length(restriction_id: int, *, by: User, at: datetime, months: int) -> Restriction:
    """Set the length in months, within the policy's bounds (Dover 6.16: 6 to 12 months)."""
    restriction = _in_preparation(restriction_id, by, at)
    restriction.case.policy.check_length(months, field="months")
    restriction.months = months
    restriction.save()
    return restriction


@transaction.atomic
def save_review(
    restriction_id: int, *, by: User, at: datetime, months: int | None = None, no_review_reason: str = "",
    agreed: str = "",
) -> Restriction:  # fmt: skip
    """Set after how many months it is reviewed, or why there is no review before its last day; neither: the policy's.

    Only where the policy leaves it to the case: a time agreed within its bounds (Northampton 4.2), or none where that
    would not be appropriate (Homes for Life 1.8). It is decided with the restriction, by whoever decides that. Where
    the policy has the time agreed, `agreed` says with whom and how.
    """
    restriction = _in_preparation(restriction_id, by, at)
    if months is not None:
        asked.check_review_months(restriction.case.policy, months)
        asked.check_agreed(restriction.case.policy, months, agreed)
    if no_review_reason.strip():
        asked.check_review_can_be_waived(restriction.case.policy)
    restriction.review_months = None if no_review_reason.strip() else months
    restriction.review_agreed = agreed.strip() if restriction.review_months else ""
    restriction.no_review_reason = no_review_reason.strip()
    restriction.save()
    return restriction


@transaction.atomic
def save_less(restriction_id: int, *, by: User, at: datetime, reasons: str, less_considered: str) -> Restriction:
    """Say why a restriction is needed, and which less restrictive options were considered (proportionality: F2)."""
    restriction = _in_preparation(restriction_id, by, at)
    need(reasons, "Enter why a restriction is needed", "reasons", law.EVIDENCED)
    need(less_considered, "Enter what less was considered", "less_considered", law.PROPORTIONATE)
    restriction.reasons, restriction.less_considered = reasons.strip(), less_considered.strip()
    restriction.save()
    return restriction
