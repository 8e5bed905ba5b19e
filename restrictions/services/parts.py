"""The parts of a proposal, each written by itself while it is prepared or has been returned."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.permissions
from cases import ladder
from cases.models import Assessment, Incident
from design.dates import day_of
from people.models import User
from policies.policy import Policy
from policies.rules import RuleBroken
from restrictions import permissions
from restrictions.models import Restriction
from restrictions.services import terms as limits
from restrictions.services.asked import (
    EVIDENCED,
    NEVER_BLANK,
    PROPORTIONATE,
    counts_as_evidence,
    possible_evidence,
    register_for,
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
) -> Restriction:
    """Name the incidents it rests on, and whether the extreme path is taken (Dover 6.7, 6.17, 6.22).

    Only what somebody saw or heard of this resident's own behaviour counts. The extreme path needs an incident of
    danger, a recorded reason, and an answer to each question that the policy asks about it.
    """
    restriction = _in_preparation(restriction_id, by, at)
    case, policy = restriction.case, restriction.case.policy
    chosen = [each for each in possible_evidence(case) if each.pk in set(incidents)]
    if len(chosen) != len(set(incidents)) or not all(counts_as_evidence(each, case) for each in chosen):
        words = "Select incidents that somebody saw or heard, and in which this resident behaved so"
        raise RuleBroken(words, EVIDENCED, "incidents")
    if extreme:
        check_extreme(policy, chosen, extreme_reason, extreme_answers or {})
    restriction.incidents.set(chosen)
    restriction.evidence_summary = summary.strip()
    restriction.extreme = extreme
    restriction.extreme_reason = extreme_reason.strip() if extreme else ""
    restriction.extreme_answers = dict(extreme_answers or {}) if extreme else {}
    restriction.save()
    return restriction


def check_extreme(policy: Policy, chosen: Sequence[Incident], reason: str, answers: Mapping[str, str]) -> None:
    """Refuse the extreme path without danger, without a reason, or with a question of the policy unanswered."""
    path = policy.path_danger
    rule = path.skips_rule if path else None
    if path is None or not any(ladder.is_dangerous(policy, each) for each in chosen):
        raise RuleBroken(
            "Select an incident in which somebody was assaulted, threatened or intimidated", rule, "incidents"
        )
    if not reason.strip():
        raise RuleBroken("Enter why the usual stages are left out", rule, "extreme_reason")
    for number, question in enumerate(path.conditions):
        if not answers.get(str(question), "").strip():
            raise RuleBroken(f"Enter an answer to “{question}”", question.rule, f"answer_{number}")


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
    if not considered.strip():
        raise RuleBroken("Enter how the resident's needs were taken into account", PROPORTIONATE, "considered")
    if adjustment_touched is None:
        raise RuleBroken("Select whether an agreed adjustment is touched", rule, "adjustment_touched")
    if adjustment_touched and not adjustment_reason.strip():
        raise RuleBroken("Enter why the adjustment is no longer reasonable", rule, "adjustment_reason")
    if adjustment_touched and not other_way.strip():
        raise RuleBroken("Enter which other way to our services is left", rule, "other_way")
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
    register = register_for(restriction.case.policy)
    orders = [line.strip() for line in instructions if line.strip()]
    if register and not orders:
        raise RuleBroken("Enter what staff must do, one order a line", register.rule, "instructions")
    if register and (not risks or not set(risks) <= set(register.risks)):
        raise RuleBroken("Select which risks staff should know of", register.rule, "risks")
    restriction.instructions, restriction.risks = orders, list(risks)
    restriction.share_with_contractors = share_with_contractors


def _put_telling(restriction: Restriction, tell: bool, reason: str, look_again_on: date | None, today: date) -> None:
    register = register_for(restriction.case.policy)
    rule = (register.withhold_if.rule if register else None) or NEVER_BLANK
    if not tell and not reason.strip():
        raise RuleBroken("Enter why the resident is not told", rule, "not_told_reason")
    if not tell and (look_again_on is None or look_again_on <= today):
        raise RuleBroken("The day to look at this again must be in the future", NEVER_BLANK, "look_again_on")
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
def save_less(restriction_id: int, *, by: User, at: datetime, reasons: str, less_considered: str) -> Restriction:
    """Say why a restriction is needed, and which less restrictive options were considered (proportionality: F2)."""
    restriction = _in_preparation(restriction_id, by, at)
    if not reasons.strip():
        raise RuleBroken("Enter why a restriction is needed", EVIDENCED, "reasons")
    if not less_considered.strip():
        raise RuleBroken("Enter what less was considered", PROPORTIONATE, "less_considered")
    restriction.reasons, restriction.less_considered = reasons.strip(), less_considered.strip()
    restriction.save()
    return restriction
