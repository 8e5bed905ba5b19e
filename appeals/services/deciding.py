"""Deciding an appeal. An outcome changes restriction, register, deadlines, stage and letter in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.services
from appeals import against, permissions
from appeals.against import Against
from appeals.models import Appeal
from appeals.services import effects
from appeals.services.effects import what_stands
from appeals.services.lodging import already, locked
from appeals.services.timing import rules_for
from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from design import words
from design.dates import day_of
from letters import services as letters
from people.models import Resident, User
from policies import law
from policies.rules import RuleBroken, need
from restrictions import limits
from restrictions.limits import NewTerm
from restrictions.models import Term
from restrictions.services import continuing

State = Appeal.State
# What the ombudsman hears depends on what the provider does for this person (F9).
FUNCTIONS = {
    Resident.Relation.HOMELESS_APPLICANT: "homelessness",
    Resident.Relation.PROSPECTIVE: "allocations",
    Resident.Relation.VISITOR: "other",
    Resident.Relation.ELECTED: "other",
}


@dataclass(frozen=True)
class Answer:
    """What a decider writes, whatever the outcome.

    `heard_because` is why a late appeal is heard, where that was not decided before; `late_because` why the answer is
    later than the policy endeavours (Dover 6.35). `what_rests` says of what was built on a warning that goes whether it
    stays or ends too, and `what_rests_because` why.
    """

    reasons: str
    considered: str
    not_done: str = ""
    late_because: str = ""
    heard_because: str = ""
    what_rests: str = ""
    what_rests_because: str = ""


@transaction.atomic
def accept_late(appeal_id: int, *, by: User, at: datetime, reasons: str) -> Appeal:
    """Decide that a late appeal is heard, though the policy does not promise it (Dover 6.34 is silent on late ones).

    Raises RuleBroken without reasons, or where the policy refuses late appeals; TransitionNotAllowed where it is in
    time, heard already, or decided.
    """
    appeal = locked(appeal_id)
    permissions.check_can_decide(by, appeal)
    if not appeal.is_open:
        raise TransitionNotAllowed(already(appeal), object=appeal)
    if not appeal.awaits_hearing:
        raise TransitionNotAllowed(f"{appeal.reference} is being heard already.", object=appeal)
    _hear(appeal, reasons, field="reasons", by=by, at=at)
    effects.suspend(appeal, against.of(appeal), by=by, at=at)
    return appeal


def check_hearing(appeal: Appeal, reasons: str, *, field: str) -> None:
    """Refuse to hear a late appeal without reasons, or where the policy says that late ones are refused.

    Where the policy does not say until when it could be made, it is not called late: why it is heard is asked all the
    same.
    """
    rules = rules_for(against.of(appeal))
    if rules.late.said and rules.late.raw == "refused" and not appeal.doubt:
        raise RuleBroken("A late appeal is not heard", rules.late.rule, field)
    if appeal.doubt:
        need(reasons, f"Enter why the appeal is heard: {words.lower_first(appeal.doubt)}", field, rules.window.rule)
    need(reasons, "Enter why the appeal is heard although it came late", field, law.PERSON_DECIDES)


def _hear(appeal: Appeal, reasons: str, *, field: str, by: User, at: datetime) -> None:
    check_hearing(appeal, reasons, field=field)
    late = rules_for(against.of(appeal)).late
    appeal.late_accepted_by, appeal.late_accepted_at, appeal.late_accepted_reason = by, at, reasons.strip()
    appeal.save()
    rule = late.rule if late.said else None
    audit.decide("appeal.heard_late", subject=appeal, by=by, at=at, reasons=reasons, rule=rule, outcome="heard")


@transaction.atomic
def uphold(appeal_id: int, *, by: User, at: datetime, answer: Answer) -> Appeal:
    """Let the appeal succeed: what was decided goes, with all that it held, and the resident is told.

    Where a review has carried a restriction on meanwhile, what carries it on ends. What rests on a warning ends too
    only where the answer says so. Raises NotPermitted for all but a decider whom the policy names (Dover 6.35) and rule
    F12 leaves; TransitionNotAllowed where somebody has decided already; RuleBroken for what the answer lacks.
    """
    appeal = _ready(appeal_id, answer, outcome=State.UPHELD, by=by, at=at)
    found = against.of(appeal)
    facts = outcome_facts(appeal, State.UPHELD, answer, on=day_of(at))
    appeal.uphold(by=by, at=at, reasons=answer.reasons.strip())
    if effects.resting(found, on=day_of(at)):
        appeal.what_rests, appeal.what_rests_reason = answer.what_rests, answer.what_rests_because.strip()
    effects.undo(appeal, found, ends_too=appeal.what_rests == Appeal.Rests.ENDS, by=by, at=at)
    return _settle(appeal, answer, facts, by=by, at=at)


@transaction.atomic
def vary(
    appeal_id: int,
    *,
    by: User,
    at: datetime,
    answer: Answer,
    terms: Sequence[NewTerm],
    ends_on: date | None,
    instructions: Sequence[str] | None = None,
) -> Appeal:
    """Let the appeal succeed in part: the restriction goes on in other terms, or to an earlier last day.

    Never longer than it was. Raises as `uphold`; RuleBroken also where nothing would change, or where the restriction
    is no longer in force.
    """
    appeal = _ready(appeal_id, answer, outcome=State.VARIED, by=by, at=at)
    decided = against.of(appeal)
    if decided.limits is None:
        raise RuleBroken("Only a restriction has terms that can be varied", field="outcome")
    standing = what_stands(decided.limits)
    effects.check_change(standing, terms, ends_on, on=day_of(at))
    appeal.vary(by=by, at=at, reasons=answer.reasons.strip())
    successor = continuing.replace_terms(
        standing.pk,
        by=by,
        at=at,
        terms=terms,
        ends_on=ends_on,
        reason=f"Appeal {appeal.reference} was upheld in part",
        instructions=instructions,
    )
    appeal.replaced_by = successor
    facts = outcome_facts(
        appeal, State.VARIED, answer, on=day_of(at), terms=limits.of(successor), ends_on=successor.ends_on
    )
    return _settle(appeal, answer, facts, by=by, at=at)


@transaction.atomic
def correct(
    appeal_id: int, *, by: User, at: datetime, answer: Answer, expected: str, told: Mapping[str, str]
) -> Appeal:
    """Let the appeal against a warning letter succeed in part: another letter, in other words, takes its place today.

    `expected` is what must change and `told` what the letter says of each incident, by its reference. What rests on the
    old letter stays. Raises as `uphold`; RuleBroken also where nothing would change, or where it is no letter.
    """
    appeal = _ready(appeal_id, answer, outcome=State.VARIED, by=by, at=at)
    found = against.of(appeal)
    if found.warning is None or not effects.can_be_corrected(found):
        raise RuleBroken("There is no letter whose words could be corrected", field="outcome")
    appeal.vary(by=by, at=at, reasons=answer.reasons.strip())
    rules = rules_for(found)
    appeal.corrected_by = cases.services.correct_warning(
        found.warning.pk,
        expected=expected,
        told=told,
        by=by,
        at=at,
        reason=f"Appeal {appeal.reference} was upheld in part",
        rule=rules.by.rule,
        appealable=rules.final.raw is not True,
    )
    return _settle(appeal, answer, outcome_facts(appeal, State.VARIED, answer, on=day_of(at)), by=by, at=at)


@transaction.atomic
def dismiss(appeal_id: int, *, by: User, at: datetime, answer: Answer) -> Appeal:
    """Let the decision stand as it is, and tell the resident why. Raises as `uphold`."""
    appeal = _ready(appeal_id, answer, outcome=State.DISMISSED, by=by, at=at)
    appeal.dismiss(by=by, at=at, reasons=answer.reasons.strip())
    return _settle(appeal, answer, outcome_facts(appeal, State.DISMISSED, answer, on=day_of(at)), by=by, at=at)


@transaction.atomic
def refuse_as_late(appeal_id: int, *, by: User, at: datetime, answer: Answer) -> Appeal:
    """Decide not to hear an appeal that came after its window, and tell the resident why.

    A person decides, never the clock: the policy does not say what becomes of a late appeal. Raises as `uphold`;
    RuleBroken where it came in time or is being heard already.
    """
    appeal = _ready(appeal_id, answer, outcome=State.OUT_OF_TIME, by=by, at=at)
    if not appeal.awaits_hearing:
        why = "it came in time" if appeal.in_time else "it is being heard"
        raise RuleBroken(f"“Out of time” cannot be chosen: {why}", rules_for(against.of(appeal)).window.rule, "outcome")
    appeal.refuse_as_late(by=by, at=at, reasons=answer.reasons.strip())
    return _settle(appeal, answer, outcome_facts(appeal, State.OUT_OF_TIME, answer, on=day_of(at)), by=by, at=at)


def _ready(appeal_id: int, answer: Answer, *, outcome: str, by: User, at: datetime) -> Appeal:
    """The appeal, locked, for somebody who may decide it, with all that an answer needs."""
    appeal = locked(appeal_id)
    permissions.check_can_decide(by, appeal)
    if not appeal.is_open:
        raise TransitionNotAllowed(already(appeal), object=appeal)
    check_answer(appeal, answer, outcome=outcome, at=at)
    if outcome != State.OUT_OF_TIME and appeal.awaits_hearing:
        _hear(appeal, answer.heard_because, field="heard_because", by=by, at=at)
    appeal.considered, appeal.not_done = answer.considered.strip(), answer.not_done.strip()
    appeal.late_answer_reason = answer.late_because.strip() if answered_late(appeal, day_of(at)) else ""
    return appeal


def answered_late(appeal: Appeal, on: date) -> bool:
    """Whether an answer on this day is later than the policy sets itself (Dover 6.35: 10 working days, endeavour)."""
    due = appeal.response.due
    return due is not None and on > due


def check_answer(appeal: Appeal, answer: Answer, *, outcome: str, at: datetime) -> None:
    """Refuse an answer without reasons, without what was considered, or late without an explanation."""
    found = against.of(appeal)
    rules = rules_for(found)
    effects.check_power(found, outcome)
    need(answer.reasons, "Enter your reasons", "reasons", law.PERSON_DECIDES)
    need(answer.considered, "Enter what you considered", "considered", law.PERSON_DECIDES)
    if answered_late(appeal, day_of(at)):
        need(answer.late_because, "Enter why the answer is late", "late_because", rules.response.rule)
    if outcome != State.OUT_OF_TIME and appeal.awaits_hearing:
        check_hearing(appeal, answer.heard_because, field="heard_because")
    if outcome == State.UPHELD:
        effects.check_resting(found, answer.what_rests, answer.what_rests_because, on=day_of(at))


def _settle(appeal: Appeal, answer: Answer, facts: dict[str, Any], *, by: User, at: datetime) -> Appeal:
    """What every outcome brings with it: the letter, the deadline met, the decision on record (Dover 6.36)."""
    found = against.of(appeal)
    rules = rules_for(found)
    if appeal.state in (State.DISMISSED, State.OUT_OF_TIME):
        effects.resume(appeal, found, by=by, at=at)
    appeal.letter = letters.request("appeal_outcome", appeal, facts, by=by, at=at)
    appeal.save()
    deadlines.meet(kinds.APPEAL_DECIDE, appeal, at=at, how=appeal.get_state_display())
    late = appeal.state == State.OUT_OF_TIME
    rule = (rules.late.rule if rules.late.said else None) if late else (rules.by.rule or rules.response.rule)
    audit.decide(
        f"appeal.{appeal.state}",
        subject=appeal,
        by=by,
        at=at,
        reasons=answer.reasons,
        rule=rule,
        outcome=appeal.state,
        considered=answer.considered,
        not_done=answer.not_done,
        facts={
            "against": found.key,
            "letter": appeal.letter.reference,
            "successor": appeal.replaced_by.reference if appeal.replaced_by else None,
            "corrected_by": appeal.corrected_by.paper.reference if appeal.corrected_by else None,
            "what_rests": appeal.what_rests,
            "what_rests_because": appeal.what_rests_reason,
            "answer_was_due": appeal.response.due,
            "answered_late_because": appeal.late_answer_reason,
        },
    )
    return appeal


def outcome_facts(
    appeal: Appeal,
    outcome: str,
    answer: Answer,
    *,
    on: date,
    terms: Sequence[Term] | None = None,
    ends_on: date | None = None,
) -> dict[str, Any]:
    """What the outcome letter says, as plain values; the same for its preview and for the letter itself."""
    found = against.of(appeal)
    reasons = [answer.reasons, answer.what_rests_because if outcome == State.UPHELD else ""]
    unsaid = {"no_last_day": True} if appeal.doubt and outcome == State.OUT_OF_TIME else {}
    return unsaid | {
        "appeal_reference": appeal.reference,
        "restriction_reference": found.limits.reference if found.limits else "",
        "against": against.to_resident(found),
        "outcome": str(outcome),
        "reasons": "\n\n".join(each.strip() for each in reasons if each.strip()),
        "considered": answer.considered.strip(),
        "effect": effects.effect(found, outcome, on=on, ends_on=ends_on, what_rests=answer.what_rests),
        "terms": limits.as_facts(terms) if terms else None,
        "starts_on": on.isoformat() if terms else None,
        "ends_on": ends_on.isoformat() if ends_on else None,
        "final": True if rules_for(found).final.raw is True else None,
        "next": next_step(found),
    }


def next_step(found: Against) -> dict[str, str] | None:
    """Where the resident can go next: whom the policy names, else whom the law names for this provider (F9).

    Named as the policy's only where the policy says so. None where neither does.
    """
    rules, case = rules_for(found), found.case
    if rules.next.said and rules.next.rule:
        called = law.ombudsman_called(str(rules.next.raw))
        name = called.name if called else rules.next.words
        return {"name": name, "words": f"Our policy names this as the next step ({rules.next.rule.in_brackets()})."}
    function = FUNCTIONS.get(Resident.Relation(case.resident.relation), "landlord")
    named = law.ombudsman(case.policy.nation or case.provider.nation, function)
    if named is None:
        return None
    words = (
        "You can ask them to look at how we dealt with this. That is your right, and not a step in our policy. "
        "They may ask you to complain to us first."
    )
    return {"name": named.name, "words": words}
