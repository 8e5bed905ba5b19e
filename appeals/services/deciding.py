"""Deciding an appeal. An outcome changes restriction, register, deadlines, stage and letter in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.permissions
from appeals import permissions
from appeals.models import Appeal
from appeals.services.lodging import APPEALABLE, about, already, locked
from appeals.services.timing import rules_for
from audit import services as audit
from deadlines import services as deadlines
from design import dates
from design.dates import day_of
from letters import services as letters
from people.models import Resident, User
from policies import law
from policies.rules import Rule, RuleBroken
from restrictions import services as restrictions
from restrictions.models import Restriction, Term
from restrictions.services import terms as limits
from restrictions.services.decisions import check_not_longer
from restrictions.services.terms import NewTerm

State = Appeal.State
NAMED_PERSON = Rule("law", "D10", text="A named person decides, and gives reasons.")
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
    later than the policy endeavours (Dover 6.35).
    """

    reasons: str
    considered: str
    not_done: str = ""
    late_because: str = ""
    heard_because: str = ""


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
    return appeal


def check_hearing(appeal: Appeal, reasons: str, *, field: str) -> None:
    """Refuse to hear a late appeal without reasons, or where the policy says that late ones are refused."""
    late = rules_for(appeal.restriction).late
    if late.said and late.raw == "refused":
        raise RuleBroken("A late appeal is not heard", late.rule, field)
    if not reasons.strip():
        raise RuleBroken("Enter why the appeal is heard although it came late", NAMED_PERSON, field)


def _hear(appeal: Appeal, reasons: str, *, field: str, by: User, at: datetime) -> None:
    check_hearing(appeal, reasons, field=field)
    late = rules_for(appeal.restriction).late
    appeal.late_accepted_by, appeal.late_accepted_at, appeal.late_accepted_reason = by, at, reasons.strip()
    appeal.save()
    rule = late.rule if late.said else None
    audit.decide("appeal.heard_late", subject=appeal, by=by, at=at, reasons=reasons, rule=rule, outcome="heard")


@transaction.atomic
def uphold(appeal_id: int, *, by: User, at: datetime, answer: Answer) -> Appeal:
    """Let the appeal succeed: the restriction ends, with its register entry and deadlines, and the resident is told.

    Where a review has carried the restriction on meanwhile, what carries it on ends. Raises NotPermitted for all but a
    decider whom the policy names (Dover 6.35) and rule F12 leaves; TransitionNotAllowed where somebody has decided
    already; RuleBroken for what the answer lacks.
    """
    appeal = _ready(appeal_id, answer, outcome=State.UPHELD, by=by, at=at)
    appeal.uphold(by=by, at=at, reasons=answer.reasons.strip())
    standing = what_stands(appeal.restriction)
    if standing.state in APPEALABLE:
        restrictions.quash(standing.pk, by=by, at=at, reason=f"Appeal {appeal.reference} was upheld")
    return _settle(appeal, answer, outcome_facts(appeal, State.UPHELD, answer, on=day_of(at)), by=by, at=at)


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
    standing = what_stands(appeal.restriction)
    check_change(standing, terms, ends_on, on=day_of(at))
    appeal.vary(by=by, at=at, reasons=answer.reasons.strip())
    successor = restrictions.replace_terms(
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
def dismiss(appeal_id: int, *, by: User, at: datetime, answer: Answer) -> Appeal:
    """Let the restriction stand as it is, and tell the resident why. Raises as `uphold`."""
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
        raise RuleBroken(f"“Out of time” cannot be chosen: {why}", rules_for(appeal.restriction).window.rule, "outcome")
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
    rules = rules_for(appeal.restriction)
    if not answer.reasons.strip():
        raise RuleBroken("Enter your reasons", NAMED_PERSON, "reasons")
    if not answer.considered.strip():
        raise RuleBroken("Enter what you considered", NAMED_PERSON, "considered")
    if answered_late(appeal, day_of(at)) and not answer.late_because.strip():
        raise RuleBroken("Enter why the answer is late", rules.response.rule, "late_because")
    if outcome != State.OUT_OF_TIME and appeal.awaits_hearing:
        check_hearing(appeal, answer.heard_because, field="heard_because")


def choices(appeal: Appeal, standing: Restriction, *, on: date) -> dict[str, str]:
    """The outcomes that are possible, each with what it changes; none is offered that cannot be."""
    in_force = standing.is_in_force(on)
    ref, last = standing.reference, dates.day(standing.ends_on) if standing.ends_on else ""
    ends = f"{ref} ends today and its register entry goes." if in_force else "The decision to restrict is set aside."
    found: dict[str, str] = {State.UPHELD: f"{ends} The resident is told in writing."}
    if in_force:
        found[State.VARIED] = f"{ref} goes on in other terms, or to an earlier last day. The register says so at once."
    stays = f"{ref} stays as it is, with {last} as its last day in force." if in_force else "Nothing changes."
    found[State.DISMISSED] = f"{stays} The resident is told why."
    if appeal.awaits_hearing:
        found[State.OUT_OF_TIME] = "The appeal is not heard, because it came late. The resident is told why."
    return found


def check_change(
    standing: Restriction,
    terms: Sequence[NewTerm],
    ends_on: date | None,
    *,
    on: date,
) -> None:
    """Refuse to vary what is no longer in force, to lengthen it, or to change nothing the resident lives by."""
    if not standing.is_in_force(on):
        raise RuleBroken("The restriction is no longer in force, so there is nothing to vary", field="outcome")
    before = [NewTerm.of(term) for term in limits.of(standing)]
    same_end = ends_on is None or ends_on == standing.ends_on
    if not limits.changed(before, terms) and same_end:
        raise RuleBroken("Change a term or the last day: as it is, nothing would change", field="outcome")
    limits.check_terms(standing.case.policy, terms)
    limits.check_person(standing, terms, cases.permissions.people_affected(standing.case))
    if ends_on:
        check_not_longer(standing, ends_on, on=on)


def what_stands(restriction: Restriction) -> Restriction:
    """The restriction itself, or what a review or an earlier appeal has made of it since."""
    while successor := Restriction.objects.filter(follows=restriction).first():
        successor.case = restriction.case
        restriction = successor
    return restriction


def _settle(appeal: Appeal, answer: Answer, facts: dict[str, Any], *, by: User, at: datetime) -> Appeal:
    """What every outcome brings with it: the letter, the deadline met, the decision on record (Dover 6.36)."""
    case, rules = appeal.restriction.case, rules_for(appeal.restriction)
    appeal.letter = letters.request(
        "appeal_outcome",
        to=case.resident,
        about=about(appeal),
        case_ref=case.reference,
        facts=facts,
        by=by,
        at=at,
        policy_version=case.policy_version,
    )
    appeal.save()
    deadlines.meet(about(appeal), "appeal.decide", at=at, how=appeal.get_state_display())
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
            "restriction": appeal.restriction.reference,
            "letter": appeal.letter.reference,
            "successor": appeal.replaced_by.reference if appeal.replaced_by else None,
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
    return {
        "appeal_reference": appeal.reference,
        "restriction_reference": appeal.restriction.reference,
        "outcome": str(outcome),
        "reasons": answer.reasons.strip(),
        "considered": answer.considered.strip(),
        "effect": effect(appeal, outcome, on=on, ends_on=ends_on),
        "terms": limits.as_facts(terms) if terms else None,
        "starts_on": on.isoformat() if terms else None,
        "ends_on": ends_on.isoformat() if ends_on else None,
        "final": True if rules_for(appeal.restriction).final.raw is True else None,
        "next": next_step(appeal.restriction),
    }


def effect(appeal: Appeal, outcome: str, *, on: date, ends_on: date | None = None) -> str:
    """What the outcome changes for the resident, in a sentence."""
    restriction = what_stands(appeal.restriction)
    until = ends_on or restriction.ends_on
    last = dates.day(until) if until else "its last day"
    if outcome == State.UPHELD:
        return f"The limits on how you contact us end on {dates.day(on)}."
    if outcome == State.VARIED:
        return f"The limits on how you contact us change today. Their last day in force is {last}."
    if not restriction.is_in_force(on):
        return "Nothing changes: the limits on how you contact us are over."
    return f"The limits on how you contact us stay as they are. Their last day in force is {last}."


def next_step(restriction: Restriction) -> dict[str, str] | None:
    """Where the resident can go next: whom the policy names, else whom the law names for this provider (F9).

    Named as the policy's only where the policy says so. None where neither does.
    """
    rules, case = rules_for(restriction), restriction.case
    if rules.next.said and rules.next.rule:
        named = law.ombudsman_called(str(rules.next.raw))
        name = named.name if named else rules.next.words
        return {"name": name, "words": f"Our policy names this as the next step ({rules.next.rule.in_brackets()})."}
    function = FUNCTIONS.get(Resident.Relation(case.resident.relation), "landlord")
    found = law.ombudsman(case.policy.nation or case.provider.nation, function)
    if found is None:
        return None
    words = (
        "You can ask them to look at how we dealt with this. That is your right, and not a step in our policy. "
        "They may ask you to complain to us first."
    )
    return {"name": found.name, "words": words}
