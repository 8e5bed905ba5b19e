"""Saying that a late appeal is heard, though the policy does not promise it, and deciding it later."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from appeals import acts
from appeals.against import finding
from appeals.models import Appeal
from appeals.services import file as files
from appeals.services import meanwhile
from appeals.services.rows import check_open, locked
from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.services import Said
from design import seals, words
from people.models import User
from policies import law
from policies.rules import RuleBroken, need


@transaction.atomic
def hear_late(appeal_id: int, said: Said, *, by: User, at: datetime, seen: str | None = None) -> Appeal:
    """Decide that a late appeal is heard, though the policy does not promise it (Dover 6.34 is silent on late ones).

    Where the policy has several decide appeals, this is one person's voice, and it takes effect with the last that is
    needed. Raises NotPermitted for all but a decider of the appeal; RuleBroken without reasons, or where the policy
    refuses late appeals; TransitionNotAllowed where it is in time, heard already, or decided, or while a decision on
    the appeal itself waits for others; ChangedSince where what is put before them is not what was `seen` any more.
    """
    appeal = locked(appeal_id)
    act = acts.hear_late(appeal)
    act.check(by)
    check_open(appeal)
    if not appeal.awaits_hearing:
        raise TransitionNotAllowed(f"{appeal.reference} is being heard already.", object=appeal)
    check_nothing_else_is_put(appeal, acts.decide(appeal))
    seals.check(seen, shown(act), since=files.since(appeal))
    check(appeal, said.reasons, field="reasons")
    if decisions.take(act, said, by=by, at=at) is not None:
        deadlines.meet(kinds.APPEAL_HEAR, appeal, at=at, how="Heard")
        record(appeal, said.reasons, by=by, at=at)
        meanwhile.suspend(appeal, finding.of_appeal(appeal), by=by, at=at)
    return appeal


@transaction.atomic
def disagree(appeal_id: int, *, by: User, at: datetime, reasons: str, seen: str | None = None) -> Appeal:
    """Not agree that a late appeal is heard, where several decide it: it still waits for somebody to say so."""
    appeal = locked(appeal_id)
    act = acts.hear_late(appeal)
    act.check(by)
    check_open(appeal)
    seals.check(seen, shown(act), since=files.since(appeal))
    decisions.disagree(act, by=by, at=at, reasons=reasons)
    return appeal


def shown(act: Act) -> dict[str, Any]:
    """What the page on which a late appeal is heard shows, part by part."""
    return {
        "whether somebody has decided that it is heard": [voice.by.reference for voice in act.voices],
        "what those said who are asked first": [said.words for asked in act.first for said in asked.said],
    }


def check(appeal: Appeal, reasons: str, *, field: str) -> None:
    """Refuse to hear a late appeal without reasons, or where the policy says that late ones are refused.

    Where the policy does not say until when it could be made, it is not called late: why it is heard is asked all the
    same.
    """
    rules = finding.of_appeal(appeal).rules
    if rules.late.said and rules.late.raw == "refused" and not appeal.doubt:
        raise RuleBroken("A late appeal is not heard", rules.late.rule, field)
    if appeal.doubt:
        need(reasons, f"Enter why the appeal is heard: {words.lower_first(appeal.doubt)}", field, rules.window.rule)
    need(reasons, "Enter why the appeal is heard although it came late", field, law.PERSON_DECIDES)


def record(appeal: Appeal, reasons: str, *, by: User, at: datetime) -> None:
    """Keep that it is heard, by whom and why; in the transaction of what decides it."""
    late = finding.of_appeal(appeal).rules.late
    appeal.late_accepted_by, appeal.late_accepted_at, appeal.late_accepted_reason = by, at, reasons.strip()
    appeal.save()
    rule = late.rule if late.said else None
    audit.decide("appeal.heard_late", subject=appeal, by=by, at=at, reasons=reasons, rule=rule, outcome="heard")


def check_nothing_else_is_put(appeal: Appeal, other: Act) -> None:
    """Refuse to begin one decision on an appeal while another on it waits for others: that one is answered first."""
    if other.voices and appeal.awaits_hearing:
        first = other.voices[0].by.name
        what = "that it is heard" if other.name == acts.HEAR else "on it"
        raise TransitionNotAllowed(
            f"{first} has decided {what}. Those who decide with {first} agree to that first, or not.", object=appeal
        )
