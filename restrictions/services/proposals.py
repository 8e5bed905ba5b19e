"""Preparing a proposal part by part, putting it before a decider, returning it, dropping it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.permissions
from audit import services as audit
from cases import ladder
from cases.models import Assessment, Case, Incident, Involvement
from deadlines import services as deadlines
from deadlines.services import day_of
from people.models import Resident, User
from people.references import next_reference
from policies.policy import Gate, Policy, RegisterRule
from policies.rules import Rule, RuleBroken
from policies.values import Item
from restrictions import permissions
from restrictions.models import Restriction
from restrictions.services import terms as limits
from restrictions.services.terms import NewTerm

State = Restriction.State
PROPORTIONATE = Rule("law", "F2", text="A restriction is proportionate and has regard to the Equality Act.")
EVIDENCED = Rule("law", "F1", text="No restriction without evidence, reasons and a review date.")
NEVER_BLANK = Rule("law", "D2", text="Told, or a reasoned decision not to tell with a day to look again.")
PARTS = {
    "evidence": "Evidence",
    "risk": "Risk",
    "needs": "Needs and adjustments",
    "terms": "Terms",
    "length": "Length",
    "less": "Why not less",
}


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


def locked(restriction_id: int) -> Restriction:
    """The restriction with its row locked, then read with its case: two requests at once come one after the other.

    The resident's row comes first, as it does where an incident is logged: whoever imposes goes on to lock the case and
    the register's resident, and would wait for ever for whoever logs. So a need that is being recorded is waited for
    as well. Read after the wait, because what is joined to a locked row is as old as the wait (docs/adr/0051).
    """
    resident_id = Restriction.objects.values_list("case__resident_id", flat=True).get(pk=restriction_id)
    Resident.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=resident_id)
    Restriction.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=restriction_id)
    return Restriction.objects.select_related(
        "case__provider",
        "case__resident__provider",
        "case__policy_version",
        "case__owner",
        "proposed_by",
        "decided_by",
        "risk_assessment",
    ).get(pk=restriction_id)


def about(restriction: Restriction) -> str:
    """How deadlines, the register and letters point at it."""
    return f"restriction:{restriction.reference}"


def stage_key(policy: Policy) -> str:
    """The policy's own key of the stage at which contact is restricted; "restrict", the act, where it has no stages."""
    stage = policy.stage_for_state("contact restriction")
    return stage.key if stage else "restrict"


def steps(policy: Policy) -> tuple[str, str]:
    """The names under which gates, letters and registers may speak of a restriction: its stage, or the act."""
    return stage_key(policy), "restrict"


def register_for(policy: Policy) -> RegisterRule | None:
    """The register on which a resident is entered when a restriction is imposed (Dover 6.30), or None."""
    wanted = set(steps(policy))
    return next((each for each in policy.registers if wanted & set(each.on)), None)


def gates(policy: Policy) -> list[Gate]:
    """What must or may be done before a restriction."""
    return list({gate.key: gate for step in steps(policy) for gate in policy.gates_before(step)}.values())


def questions(policy: Policy) -> list[Item]:
    """What the policy asks to be weighed before a restriction, each with its clause; a person answers them."""
    return [item for step in steps(policy) for item in policy.questions_for(step)]


def possible_evidence(case: Case) -> list[Incident]:
    """The incidents of the case, newest first; hearsay among them is shown, never selectable."""
    return list(case.incidents.prefetch_related("involvements").order_by("-happened_on", "-pk"))


def counts_as_evidence(incident: Incident, case: Case) -> bool:
    """Seen or heard by somebody who says so, and this resident's own behaviour (Dover 6.16: each for their own)."""
    own = any(
        each.resident_id == case.resident_id and each.part == Involvement.Part.BEHAVED
        for each in incident.involvements.all()
    )
    return own and incident.knowledge != Incident.Knowledge.HEARSAY


@transaction.atomic
def start(case_id: int, *, by: User, at: datetime) -> Restriction:
    """Begin to prepare a restriction in an open case; the policy is that of the case.

    Raises TransitionNotAllowed where one is being prepared already, where one is in force or awaits its review, or
    where the case is closed.
    """
    case = (
        Case.objects.select_for_update(of=("self",), no_key=True).select_related("provider", "resident").get(pk=case_id)
    )
    permissions.check_can_start(by, case)
    if case.stage not in (Case.Stage.INITIAL_WARNING, Case.Stage.WRITTEN_WARNING):
        raise TransitionNotAllowed(
            f"{case.reference} is at “{case.get_stage_display()}”: no restriction can begin here."
        )
    other = case.restrictions.filter(state__in=Restriction.PREPARING).select_related("proposed_by").first()
    if other:
        raise TransitionNotAllowed(f"{other.proposed_by.name} is already preparing {other.reference} in this case.")
    restriction = Restriction.objects.create(
        case=case, reference=next_reference("restriction"), proposed_by=by, made_at=at
    )
    event = audit.record("restriction.started", subject=restriction, by=by, at=at)
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind="restriction.prepare",
        about=about(restriction),
        case_ref=case.reference,
        title="Finish the proposal of a restriction",
        url_name="restrictions:proposal",
        owner=by,
        runs_from_event=event.pk,
        at=at,
    )
    return restriction


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
        _check_extreme(policy, chosen, extreme_reason, extreme_answers or {})
    restriction.incidents.set(chosen)
    restriction.evidence_summary = summary.strip()
    restriction.extreme = extreme
    restriction.extreme_reason = extreme_reason.strip() if extreme else ""
    restriction.extreme_answers = dict(extreme_answers or {}) if extreme else {}
    restriction.save()
    return restriction


def _check_extreme(policy: Policy, chosen: Sequence[Incident], reason: str, answers: Mapping[str, str]) -> None:
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


def missing(restriction: Restriction) -> list[Missing]:
    """Everything that a proposal lacks before it can be put to a decider, each with its rule; empty when ready."""
    policy = restriction.case.policy
    found = _missing_evidence(restriction, policy)
    required = {gate.key: gate for gate in gates(policy) if gate.required}
    if "risk_assessment" in required and restriction.risk_assessment_id is None:
        found.append(Missing("risk", "Use a risk assessment", required["risk_assessment"].rule))
    if "equality_assessment" in required:
        found += _missing_equality(restriction, required["equality_assessment"].rule)
    found += _missing_needs(restriction)
    found += _missing_terms(restriction, policy)
    if restriction.months is None:
        found.append(Missing("length", "Enter how long it lasts", policy.length_bounds()[2]))
    else:
        found += _refusal("length", policy.check_length, restriction.months)
    if not restriction.reasons:
        found.append(Missing("less", "Say why a restriction is needed", EVIDENCED))
    if not restriction.less_considered:
        found.append(Missing("less", "Say what less was considered", PROPORTIONATE))
    return found


def _refusal(part: str, check, *things: object) -> list[Missing]:
    try:
        check(*things)
    except RuleBroken as refusal:
        return [Missing(part, refusal.message, refusal.rule)]
    return []


def _missing_evidence(restriction: Restriction, policy: Policy) -> list[Missing]:
    case = restriction.case
    chosen = list(restriction.incidents.prefetch_related("involvements"))
    if not any(counts_as_evidence(each, case) for each in chosen):
        return [Missing("evidence", "Select at least one incident that somebody saw or heard", EVIDENCED)]
    if restriction.extreme:
        return _refusal(
            "evidence", _check_extreme, policy, chosen, restriction.extreme_reason, restriction.extreme_answers
        )
    return _missing_stages(restriction)


def _missing_stages(restriction: Restriction) -> list[Missing]:
    """The warning letter and what came after it; danger leaves them out only by the recorded extreme path."""
    standing = ladder.read(restriction.case)
    gate = next(
        each for each in ladder.gates_for_restriction(restriction.case, standing) if each.key == "warning_letter"
    )
    if gate.blocks:
        return [Missing("evidence", f"{gate.text}: {gate.hint}", gate.rule)]
    if gate.state == ladder.State.NOT_REQUIRED and not ladder.persisted(standing):
        return [Missing("evidence", "Say why the usual stages are left out, or send a warning letter first", gate.rule)]
    return []


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
        return [Missing("needs", "Say how needs and adjustments were taken into account", PROPORTIONATE)]
    if restriction.needs_version != restriction.case.resident.needs_version:
        return [Missing("needs", "Look at needs again: they have changed since they were weighed", PROPORTIONATE)]
    return []


def _missing_terms(restriction: Restriction, policy: Policy) -> list[Missing]:
    chosen = [NewTerm.of(term) for term in restriction.terms.all()]
    if not chosen:
        return [Missing("terms", "Choose the terms", limits.ROUTE_LEFT)]
    found = _refusal("terms", limits.check_terms, policy, chosen)
    register = register_for(policy)
    if register and not restriction.instructions:
        found.append(Missing("terms", "Enter what staff must do", register.rule))
    if register and not restriction.risks:
        found.append(Missing("terms", "Select which risks staff should know of", register.rule))
    return found


@transaction.atomic
def propose(restriction_id: int, *, by: User, at: datetime) -> Restriction:
    """Put it before somebody who may decide (Dover 6.14). Raises NotReady, which lists everything that is missing."""
    restriction = locked(restriction_id)
    permissions.check_can_prepare(by, restriction)
    lacking = missing(restriction) if restriction.state in (State.DRAFT, State.RETURNED) else []
    if lacking:
        raise NotReady(lacking)
    restriction.propose(at=at)
    restriction.save()
    event = audit.record(
        "restriction.proposed",
        subject=restriction,
        by=by,
        at=at,
        facts={
            "months": restriction.months,
            "incidents": [each.reference for each in restriction.incidents.order_by("reference")],
            "extreme": restriction.extreme,
            "told": restriction.tell_resident_of_entry,
            "adjustment_touched": restriction.adjustment_touched,
        },
        words={
            "reasons": restriction.reasons,
            "less_considered": restriction.less_considered,
            "needs_considered": restriction.needs_considered,
            "adjustment_reason": restriction.adjustment_reason,
            "other_way": restriction.other_way,
            "extreme_reason": restriction.extreme_reason,
            "terms": limits.arrangement(limits.of(restriction)),
            "instructions": restriction.instructions,
            "not_told_reason": restriction.not_told_reason,
        },
    )
    case = restriction.case
    deadlines.meet(about(restriction), "restriction.prepare", at=at, how="Proposed")
    deadlines.meet(about(restriction), "restriction.revise", at=at, how="Proposed again")
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind="restriction.decide",
        about=about(restriction),
        case_ref=case.reference,
        title="Decide a proposed restriction",
        url_name="restrictions:decide",
        for_roles=permissions.keys_of(permissions.deciders(case.policy), case.provider),
        not_for=User.objects.filter(pk__in=permissions.barred_from_deciding(restriction)),
        runs_from_event=event.pk,
        at=at,
    )
    return restriction


@transaction.atomic
def send_back(restriction_id: int, *, by: User, at: datetime, reasons: str) -> Restriction:
    """Return a proposal to its proposer, who changes it or drops it. Raises RuleBroken without reasons."""
    restriction = locked(restriction_id)
    permissions.check_can_send_back(by, restriction)
    if not reasons.strip():
        raise RuleBroken("Enter what has to change", None, "reasons")
    restriction.send_back(reasons=reasons.strip())
    restriction.save()
    case = restriction.case
    decision = audit.decide(
        "restriction.returned",
        subject=restriction,
        by=by,
        at=at,
        reasons=reasons,
        rule=permissions.deciders(case.policy).rule,
        outcome=State.RETURNED,
    )
    deadlines.meet(about(restriction), "restriction.decide", at=at, how="Returned")
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind="restriction.revise",
        about=about(restriction),
        case_ref=case.reference,
        title="Change a proposal that was returned",
        url_name="restrictions:proposal",
        owner=restriction.proposed_by,
        runs_from_event=decision.pk,
        at=at,
    )
    return restriction


@transaction.atomic
def withdraw(restriction_id: int, *, by: User, at: datetime, reason: str = "") -> Restriction:
    """Drop a proposal that nobody has decided. What it said stays in the trail (Dover 6.24: actions not taken)."""
    restriction = locked(restriction_id)
    permissions.check_can_withdraw(by, restriction)
    restriction.withdraw()
    restriction.save()
    audit.record("restriction.withdrawn", subject=restriction, by=by, at=at, words={"reason": reason})
    deadlines.cancel(about(restriction), at=at, reason="The proposal was withdrawn")
    return restriction
