"""Lodging an appeal that came, and recording that it is withdrawn."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from appeals import against, permissions
from appeals.against import Against
from appeals.models import Appeal
from appeals.services import effects, receipts
from appeals.services.offers import check_not_final, check_open_to_appeal
from appeals.services.timing import Timing, meanwhile, rules_for, timing
from audit import services as audit
from cases.models import Case
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from design import dates
from design.dates import day_of
from letters import services as letters
from people.models import Resident, User
from people.references import next_reference
from policies.rules import RuleBroken, need

State = Appeal.State


AGAINST = (
    "restriction__letter", "restriction__decided_by", "restriction__proposed_by", "restriction__follows",
    "warning__letter__drafted_by", "warning__letter__issued_by", "warning__incident", "warning__given_by",
    "decision__event",
)  # fmt: skip
"""What `against.of` reads of an appeal."""


def locked(appeal_id: int) -> Appeal:
    """The appeal with its row locked, and what it is against and its case beside it.

    All of it is read after the wait: a join is not read again when a lock is had at last (docs/adr/0051), so it would
    show a restriction in force that has been lifted meanwhile, and nobody who decided.
    """
    Appeal.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=appeal_id)
    return Appeal.objects.select_related(
        "case__provider", "case__resident__provider", "case__policy_version", *AGAINST
    ).get(pk=appeal_id)


def already(appeal: Appeal) -> str:
    """Who did what when, for whoever comes second."""
    if appeal.decided_by and appeal.decided_at:
        day, outcome = day_of(appeal.decided_at), appeal.get_state_display()
        return f"{appeal.decided_by.name} decided {appeal.reference} on {dates.day(day)}: {outcome}."
    return f"{appeal.reference} is “{appeal.get_state_display()}”."


@transaction.atomic
def lodge(
    case_id: int,
    key: str,
    *,
    made_by_name: str,
    by_representative: bool,
    how: str,
    received_on: date,
    words: str,
    by: User,
    at: datetime,
    made_on: date | None = None,
    grounds: str = "",
) -> Appeal:
    """Record an appeal that came against the decision of that reference, as its policy lets it (Dover 6.34 to 6.36).

    It is acknowledged by letter, and by when it is answered is set. A late one is lodged too: whether it is heard is
    decided by somebody who decides appeals, never by the clock. So is one on other `grounds` than the policy names.
    Raises RuleBroken where the policy does not cover the decision, for a day before it or in the future, and after a
    final outcome (6.35); TransitionNotAllowed where an appeal against it is open already, or where it no longer stands;
    NoDecision where the case has none of that reference.
    """
    case = _locked_case(case_id)
    permissions.check_can_lodge(by, case)
    decided = against.find(case, key)
    check_open_to_appeal(decided)
    check_lodging(decided, made_by_name=made_by_name, words=words, received_on=received_on, made_on=made_on, at=at)
    found = timing(decided, received_on=received_on, made_on=made_on)
    appeal = Appeal.objects.create(
        case=case,
        **decided.target,
        reference=next_reference("appeal"),
        made_by_name=made_by_name.strip(),
        by_representative=by_representative,
        how=how,
        made_on=made_on,
        received_on=received_on,
        words=words.strip(),
        grounds=grounds.strip(),
        window_reckoning=found.window.to_json(),
        response_reckoning=found.response.to_json(),
        in_time=found.in_time,
        lodged_by=by,
        lodged_at=at,
    )
    event = audit.record(
        "appeal.lodged",
        subject=appeal,
        by=by,
        at=at,
        facts={
            "against": decided.key,
            "received_on": received_on,
            "made_on": made_on,
            "how": how,
            "window_until": found.window.due,
            "in_time": found.in_time,
            "answer_by": found.response.due,
        },
        words={"against": decided.called, "made_by": made_by_name, "words": words, "grounds": grounds},
    )
    _set_deadlines(appeal, decided, found, event=event.pk, at=at)
    effects.suspend(appeal, decided, by=by, at=at)
    _acknowledge(appeal, by=by, at=at)
    return appeal


def _locked_case(case_id: int) -> Case:
    """The case, read under the lock of its resident, which every act on its restrictions takes first.

    Two who lodge at once, or one who lodges and one who lifts, come one after the other.
    """
    resident_id = Case.objects.values_list("resident_id", flat=True).get(pk=case_id)
    Resident.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=resident_id)
    return Case.objects.select_related("provider", "resident__provider", "policy_version").get(pk=case_id)


def check_lodging(
    found: Against,
    *,
    made_by_name: str,
    words: str,
    received_on: date,
    made_on: date | None,
    at: datetime,
) -> None:
    """Refuse what cannot be: an appeal before the decision, from the future, after a final outcome, without words."""
    rules = rules_for(found)
    decided = dates.day(found.decided_on)
    need(made_by_name, "Enter who appeals", "made_by_name")
    need(words, "Enter what they say, in their own words", "words")
    for field, day, called in (("received_on", received_on, "received"), ("made_on", made_on, "written or sent")):
        if day and day > day_of(at):
            raise RuleBroken(f"The day it was {called} must be today or in the past", field=field)
        if day and day < found.decided_on:
            raise RuleBroken(
                f"The day it was {called} must be on or after the decision of {decided}", rules.window.rule, field
            )
    if made_on and made_on > received_on:
        raise RuleBroken("The day it was written or sent must not be after the day it was received", field="made_on")
    check_not_final(found)


def _set_deadlines(appeal: Appeal, decided: Against, found: Timing, *, event: int, at: datetime) -> None:
    if found.in_time is not False:
        how = f"{appeal.reference} was received"
        deadlines.meet(kinds.APPEAL_WINDOW, decided, at=at, how=how)
        receipts.ask_no_longer(decided, at=at)
    deciders = deadlines.Whose(roles=permissions.decider_keys(decided), not_for=permissions.barred(decided))
    deadlines.set(kinds.APPEAL_DECIDE, appeal, due=found.response, told=True, whose=deciders, event=event, at=at)


def _acknowledge(appeal: Appeal, *, by: User, at: datetime) -> None:
    """Tell the resident in writing that it came, who decides, by when, and what holds until then."""
    told = acknowledgement_facts(appeal)
    appeal.acknowledgement = letters.request("appeal_acknowledgement", appeal, told, by=by, at=at)
    appeal.acknowledge(at=at)
    appeal.save()
    facts = {"letter": appeal.acknowledgement.reference}
    audit.record("appeal.acknowledged", subject=appeal, by=by, at=at, facts=facts)


def acknowledgement_facts(appeal: Appeal) -> dict[str, Any]:
    """What the acknowledgement says, as plain values."""
    response, found = appeal.response, against.of(appeal)
    return {
        "appeal_reference": appeal.reference,
        "restriction_reference": found.limits.reference if found.limits else "",
        "against": against.to_resident(found),
        "received_on": appeal.received_on.isoformat(),
        "in_time": appeal.in_time,
        "answer_by": response.due.isoformat() if response.due else None,
        "answer_explained": response.explain(),
        "decided_by_role": permissions.decider_names(found),
        "meanwhile": meanwhile(found, heard=not appeal.awaits_hearing),
    }


@transaction.atomic
def withdraw(appeal_id: int, *, by: User, at: datetime, reason: str) -> Appeal:
    """Record that the resident no longer wants the appeal; it is no outcome, so within the window it may come again."""
    appeal = locked(appeal_id)
    permissions.check_can_withdraw(by, appeal)
    if not appeal.is_open:
        raise TransitionNotAllowed(already(appeal), object=appeal)
    need(reason, "Enter how the resident withdrew it, and when", "reason")
    appeal.withdraw(at=at, reason=reason.strip())
    appeal.save()
    deadlines.cancel_all(appeal, at=at, reason="The appeal was withdrawn")
    found = against.of(appeal)
    effects.resume(appeal, found, by=by, at=at)
    facts = {"against": found.key}
    audit.record("appeal.withdrawn", subject=appeal, by=by, at=at, facts=facts, words={"reason": reason})
    return appeal


@transaction.atomic
def close_window(deadline_id: int, *, at: datetime) -> bool:
    """Record that the time to appeal has run out, and cancel what showed it. False where that was done already.

    It decides nothing: a late appeal is still lodged, and a person says whether it is heard.
    """
    deadline = (
        Deadline.objects.select_for_update(of=("self",)).select_related("provider", "resident").get(pk=deadline_id)
    )
    if deadline.state != Deadline.State.OPEN or deadline.due_on is None or deadline.due_on >= day_of(at):
        return False
    deadlines.cancel(deadline.kind, deadline, at=at, reason="The time to appeal ran out")
    audit.record("appeal.window_closed", subject=deadline, by=None, at=at, facts={"until": deadline.due_on})
    return True
