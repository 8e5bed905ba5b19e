"""Deciding an appeal: what a decision would come to, and the deed, alone or with others.

An outcome changes restriction, register, deadlines, stage and letter in one transaction.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from appeals import acts
from appeals.against import finding
from appeals.against.appealable import Appealable
from appeals.against.effects import Answered, Effect, Rests
from appeals.models import Appeal
from appeals.services import file as files
from appeals.services import hearing, outcome_letter
from appeals.services.answers import Answer
from appeals.services.file import File
from appeals.services.rows import check_open, locked
from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions import services as decisions
from decisions.acts import Act
from design import seals
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies import law
from policies.reckoning import Reckoning
from policies.rules import RuleBroken, need

State = Appeal.State
POWERS = {State.UPHELD: {"uphold", "quash"}, State.VARIED: {"vary"}, State.DISMISSED: {"dismiss"}}


@dataclass(frozen=True)
class Plan:
    """What a decision on an appeal comes to: shown on the check page, and carried out by `decide`."""

    appeal: Appeal
    against: Appealable
    act: Act
    answer: Answer
    effect: Effect
    file: File
    facts: dict[str, Any]

    @property
    def steps(self) -> list[str]:
        """What will happen to what the appeal is against, in order."""
        heard = [] if self.answer.outcome != State.OUT_OF_TIME else ["The appeal is not heard."]
        return [*heard, *self.effect.steps]

    def shown(self) -> dict[str, Any]:
        """What its reader signs, part by part: what will happen, the letters, and the file on which it rests."""
        corrected = self.effect.corrected
        return files.shown(self.appeal, self.against, self.act, self.file) | {
            "what will happen": self.steps,
            "the letter": self.facts,
            "the letter in its place": corrected.facts if corrected else None,
        }


def plan(appeal: Appeal, act: Act, answer: Answer, *, by: User, at: datetime) -> Plan:
    """What a decision would come to, and nothing done: for the check page, and for the deed.

    Raises as `decide`, but for an appeal that is decided already.
    """
    against, on = finding.of_appeal(appeal), day_of(at)
    outcome = answer.outcome
    check_power(against, outcome)
    need(answer.reasons, "Enter your reasons", "reasons", law.PERSON_DECIDES)
    need(answer.considered, "Enter what you considered", "considered", law.PERSON_DECIDES)
    if answered_late(appeal, on):
        need(answer.late_because, "Enter why the answer is late", "late_because", against.rules.response.rule)
    if outcome == State.OUT_OF_TIME:
        _check_can_be_late(appeal, against)
    elif appeal.awaits_hearing:
        hearing.check(appeal, answer.heard_because, field="heard_because")
    effect = _effect(against, answer, on=on)
    decisions.check(act, answer.said(), by=by, at=at)
    facts = outcome_letter.facts(appeal, against, answer, effect, on=on)
    return Plan(appeal, against, act, answer, effect, files.read(against), facts)


def _effect(against: Appealable, answer: Answer, *, on: date) -> Effect:
    if answer.outcome == State.UPHELD:
        return against.upheld(answer.sets if isinstance(answer.sets, Rests) else Rests(), on=on)
    if answer.outcome == State.VARIED:
        return against.varied(answer.sets, on=on)
    return against.unchanged(on=on)


@transaction.atomic
def decide(appeal_id: int, answer: Answer, *, by: User, at: datetime, seen: str | None = None) -> Appeal:
    """Decide an appeal: uphold it, vary what it is against, dismiss it, or refuse it as late (Dover 6.35).

    Where the policy has several decide, this is one person's voice, and it takes effect with the last that is needed:
    all agree to the same outcome and what it sets. A meeting decides at once, written down by one who took part.

    Upheld, what was decided goes, with all that it held; what rests on a warning ends too only where the answer says
    so. Varied, a restriction goes on in other terms, never longer; or another letter takes a letter's place. A person
    decides that a late appeal is not heard, never the clock. Raises NotPermitted for all but a decider whom the policy
    names and rule F12 leaves; TransitionNotAllowed where somebody has decided already; RuleBroken for an outcome that
    cannot be, for what the answer lacks, and before those were asked whom the policy has asked first; ChangedSince
    where that is not what was `seen` any more.
    """
    appeal = locked(appeal_id)
    act = acts.decide(appeal)
    act.check(by)
    check_open(appeal)
    hearing.check_nothing_else_is_put(appeal, acts.hear_late(appeal))
    planned = plan(appeal, act, answer, by=by, at=at)
    seals.check(seen, planned.shown(), since=files.since(appeal))
    writer = decisions.take(act, answer.said(), by=by, at=at)
    return appeal if writer is None else _carry_out(planned, by=by, writer=writer, at=at)


@transaction.atomic
def disagree(appeal_id: int, *, by: User, at: datetime, reasons: str, seen: str | None = None) -> Appeal:
    """Not agree to what the first of several has decided on an appeal: it is decided anew.

    Raises TransitionNotAllowed where nothing is put before them; RuleBroken without reasons; ChangedSince where what is
    put is not what was `seen` any more.
    """
    appeal = locked(appeal_id)
    against = finding.of_appeal(appeal)
    act = acts.decide(appeal, against)
    act.check(by)
    check_open(appeal)
    if seen is not None:
        seals.check(seen, files.shown(appeal, against, act, files.read(against)), since=files.since(appeal))
    waits = Deadline.objects.open().about(appeal).get(kind=kinds.APPEAL_DECIDE)
    decisions.disagree(act, by=by, at=at, reasons=reasons)
    due = Reckoning.from_json(waits.reckoning) if waits.reckoning else None
    deadlines.set(act.waits, appeal, due=due, told=True, whose=act.whose, event=waits.runs_from_event, at=at)
    return appeal


@transaction.atomic
def consult(appeal_id: int, *, person_id: int | None, on: date | None, words: str, by: User, at: datetime) -> Appeal:
    """Write down what somebody said whom the policy has asked before an appeal is decided. Raises as its gate."""
    appeal = locked(appeal_id)
    act = acts.decide(appeal)
    check_open(appeal)
    for asked in act.first:
        decisions.consult(act, asked, person_id=person_id, on=on, words=words, by=by, at=at)
    return appeal


def _carry_out(planned: Plan, *, by: User, writer: User, at: datetime) -> Appeal:
    """What the last voice that was needed brings: `by` has decided, and it goes out in the name of `writer`."""
    appeal, answer = planned.appeal, planned.answer
    if answer.outcome != State.OUT_OF_TIME and appeal.awaits_hearing:
        hearing.record(appeal, answer.heard_because, by=by, at=at)
    appeal.considered, appeal.not_done = answer.considered.strip(), answer.not_done.strip()
    appeal.late_answer_reason = answer.late_because.strip() if answered_late(appeal, day_of(at)) else ""
    transition = {
        State.UPHELD: appeal.uphold,
        State.VARIED: appeal.vary,
        State.DISMISSED: appeal.dismiss,
        State.OUT_OF_TIME: appeal.refuse_as_late,
    }[State(answer.outcome)]
    transition(by=by, at=at, reasons=answer.reasons.strip())
    planned.effect.carry_out(Answered(appeal, planned.act.rule, writer, at))
    _tell(planned, by=writer, at=at)
    deadlines.meet(kinds.APPEAL_DECIDE, appeal, at=at, how=appeal.get_state_display())
    _record(planned, by=by, at=at)
    return appeal


def _tell(planned: Plan, *, by: User, at: datetime) -> None:
    """Tell the resident in writing what was decided (Dover 6.36)."""
    planned.appeal.letter = letters.request("appeal_outcome", planned.appeal, planned.facts, by=by, at=at)
    planned.appeal.save()


def _record(planned: Plan, *, by: User, at: datetime) -> None:
    appeal, answer, rules = planned.appeal, planned.answer, planned.against.rules
    late = appeal.state == State.OUT_OF_TIME
    rule = (rules.late.rule if rules.late.said else None) if late else (planned.act.rule or rules.response.rule)
    assert appeal.letter is not None
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
            "against": planned.against.key,
            "letter": appeal.letter.reference,
            "successor": appeal.replaced_by.reference if appeal.replaced_by else None,
            "corrected_by": appeal.corrected_by.paper.reference if appeal.corrected_by else None,
            "what_rests": appeal.what_rests,
            "what_rests_because": appeal.what_rests_reason,
            "answer_was_due": appeal.response.due,
            "answered_late_because": appeal.late_answer_reason,
        },
    )


# What can be decided


def powers(against: Appealable) -> set[str]:
    """The outcomes that the policy lets a decider choose; all where it is silent on them."""
    said = against.rules.powers
    if not said.said:
        return {str(one) for one in POWERS}
    return {str(outcome) for outcome, named in POWERS.items() if named & {item.word for item in said.kept}}


def check_power(against: Appealable, outcome: str) -> None:
    """Refuse an outcome that the policy does not let a decider choose."""
    if outcome not in State.values:
        raise RuleBroken("Select what you decide", field="outcome")
    if outcome != State.OUT_OF_TIME and outcome not in powers(against):
        label = State(outcome).label.lower()
        raise RuleBroken(f"The outcome cannot be “{label}”", against.rules.powers.rule, "outcome")


def outcomes(appeal: Appeal, against: Appealable, *, on: date) -> dict[str, str]:
    """The outcomes that are possible, each with what it changes; none is offered that cannot be."""
    allowed = powers(against)
    offered = {outcome: hint for outcome, hint in against.outcomes(on).items() if outcome in allowed}
    if appeal.awaits_hearing:
        why = "in your judgement it came too late" if appeal.doubt else "it came late"
        offered[State.OUT_OF_TIME] = f"The appeal is not heard, because {why}. The resident is told why."
    return offered


def _check_can_be_late(appeal: Appeal, against: Appealable) -> None:
    """Refuse to call an appeal late that came in time, or that is heard already."""
    if not appeal.awaits_hearing:
        why = "it came in time" if appeal.in_time else "it is being heard"
        raise RuleBroken(f"“Out of time” cannot be chosen: {why}", against.rules.window.rule, "outcome")


def answered_late(appeal: Appeal, on: date) -> bool:
    """Whether an answer on this day is later than the policy sets itself (Dover 6.35: 10 working days, endeavour)."""
    due = appeal.response.due
    return due is not None and on > due
