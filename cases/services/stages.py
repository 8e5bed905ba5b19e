"""The case's own decisions, and what restrictions, reviews and appeals tell it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

import decisions.services
from audit import services as audit
from cases import acts, ladder, permissions
from cases.models import Case
from cases.services.rows import lock
from cases.services.warnings import drop_drafts, unissued
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from deadlines.services import appeal_windows
from decisions.services import Said
from design import seals
from design.dates import day_of
from people.models import Resident, User
from policies.rules import Rule, RuleBroken, need

WITH_REASON = Rule("evenhand", text="A case is closed or reopened for a stated reason.")
RESTRICTION_FIRST = Rule("evenhand", text="A restriction ends first; then its case can be closed.")


@transaction.atomic
def settle_threshold(case_id: int, *, reasons: str, by: User, at: datetime, seen: str | None = None) -> Case:
    """Decide, where the policy does not say, that the case goes on to a written warning (rule D10: a named person).

    In Dover's policy this is open when initial warnings of several interactions would have to be added up, or when
    the behaviour stopped and came back later (6.9, 6.11). Raises `RuleBroken` where the policy does say, or without
    reasons; ChangedSince where more has come, or somebody has settled it, since its page was `seen`.
    """
    case = lock(case_id)
    act = acts.settle(case)
    act.check(by)
    if case.stage != Case.Stage.INITIAL_WARNING:
        raise TransitionNotAllowed("The case is past its first stage.", object=case, method=Case.warn_in_writing)
    reached = ladder.written_reached(ladder.read(case))
    seals.check(seen, reached.shown, since=audit.since(case))
    if case.threshold_settled_at:
        return case
    if not reached.silent:
        raise RuleBroken(f"There is nothing to settle. {reached.sentence}", reached.rule, "reasons")
    need(reasons, "Enter your reasons", "reasons")
    decisions.services.take(act, Said(reasons), by=by, at=at)
    case.threshold_settled_by, case.threshold_settled_at = by, at
    case.save()
    audit.decide(
        "case.threshold_settled",
        subject=case,
        by=by,
        at=at,
        reasons=reasons,
        rule=None,
        outcome="goes on to a written warning",
        considered=reached.sentence,
    )
    return case


@transaction.atomic
def settle_restriction(case_id: int, *, reasons: str, by: User, at: datetime, seen: str | None = None) -> Case:
    """Decide, where the policy does not say what comes before a restriction, that one may be proposed (rule D10).

    It holds until the case moves on: after a restriction has ended it is to be settled anew. Raises `RuleBroken` where
    the policy does say, or without reasons; TransitionNotAllowed under a restriction or where the case is closed;
    ChangedSince where more has come, or somebody has settled it, since its page was `seen`.
    """
    case = lock(case_id)
    act = acts.settle_restriction(case)
    act.check(by)
    if case.stage not in (Case.Stage.INITIAL_WARNING, Case.Stage.WRITTEN_WARNING):
        raise TransitionNotAllowed(f"{case.reference} is at “{case.stage_name}”.", object=case, method=Case.restrict)
    reached = ladder.restriction_reached(ladder.read(case))
    seals.check(seen, reached.shown, since=audit.since(case))
    if reached.how == "settled":
        return case
    if not reached.silent:
        raise RuleBroken(f"There is nothing to settle. {reached.sentence}", reached.rule, "reasons")
    need(reasons, "Enter your reasons", "reasons")
    decisions.services.take(act, Said(reasons), by=by, at=at)
    case.restriction_settled_by, case.restriction_settled_at = by, at
    case.save()
    audit.decide(
        "case.restriction_settled",
        subject=case,
        by=by,
        at=at,
        reasons=reasons,
        rule=None,
        outcome="a restriction may be proposed",
        considered=reached.sentence,
    )
    return case


@transaction.atomic
def decide_not_to_act(
    case_id: int, *, considered: str, reasons: str, by: User, at: datetime, seen: str | None = None
) -> Case:
    """Record that something was considered and not done (Dover 6.24: actions taken and not taken).

    Where the policy lets any decision be appealed (Northampton 4.2), until when is shown like that of any other.
    Raises `RuleBroken` without words, TransitionNotAllowed on a closed case, ChangedSince where the case has moved
    since its page was `seen`.
    """
    case = lock(case_id)
    act = acts.not_to_act(case)
    act.check(by)
    seals.check(seen, shown(case), since=audit.since(case))
    if case.stage == Case.Stage.CLOSED:
        raise TransitionNotAllowed("The case is closed.", object=case, method=Case.close)
    need(considered, "Enter what you considered", "considered")
    need(reasons, "Enter why it is not done", "reasons")
    decisions.services.take(act, Said(reasons, not_done=considered), by=by, at=at)
    rule = case.policy.rule("evidence.log")
    decision = audit.decide(
        "case.not_acted",
        subject=case,
        by=by,
        at=at,
        reasons=reasons,
        rule=rule,
        outcome="not done",
        not_done=considered,
    )
    appeal_windows.open_window(
        deadlines.About(decision.trail, case.provider, case.resident),
        case.policy,
        appeal_windows.rules_for(case.policy, ()),
        words="against the decision not to act",
        on=day_of(at),
        event=decision.event_id,
        at=at,
    )
    return case


def shown(case: Case) -> dict[str, Any]:
    """What the pages rest on that decide about a case: its stage, and the letters that closing it withdraws."""
    waiting = unissued(case).order_by("pk").values_list("letter__reference", flat=True)
    return {
        "the stage of the case": [str(case.stage), case.closed_at],
        "the warning letters that were never issued": list(waiting),
    }


@transaction.atomic
def close(case_id: int, *, reason: str, by: User, at: datetime, seen: str | None = None) -> Case:
    """Close a case for a stated reason. A warning letter that is still a draft is withdrawn.

    A proposal that waits is withdrawn or decided first: its deadline tells the case of it. Under a restriction or its
    review the restriction ends first, because its letter, register entry and dates belong
    to it and are not known here: `mark_unrestricted` then brings the case back, or closes it at once.
    Raises ChangedSince where the case has moved, or a letter was drafted, since its page was `seen`.
    """
    case = lock(case_id)
    act = acts.close(case)
    act.check(by)
    seals.check(seen, shown(case), since=audit.since(case))
    check_closes(case)
    need(reason, "Enter why the case is closed", "reasons", WITH_REASON)
    decisions.services.take(act, Said(reason), by=by, at=at)
    close_for(case, reason=reason, by=by, at=at)
    return case


def check_closes(case: Case) -> None:
    """Raise unless nothing of a restriction stands in the way of closing."""
    if case.stage in (Case.Stage.CONTACT_RESTRICTION, Case.Stage.REVIEW):
        raise RuleBroken("A restriction is in force. End it first; then close the case", RESTRICTION_FIRST, "reasons")
    proposal = Deadline.objects.open().filter(case_ref=case.reference, kind__in=kinds.PROPOSING).first()
    if proposal:
        words = f"A restriction is being proposed ({proposal.about_ref}). Withdraw it or let it be decided first"
        raise RuleBroken(words, RESTRICTION_FIRST, "reasons")


def close_for(case: Case, *, reason: str, by: User, at: datetime) -> None:
    """Close a locked case that may be closed, with its drafts and its deadlines."""
    stage = case.stage
    case.close(by=by, at=at, reason=reason)
    case.save()
    drop_drafts(case, by=by, at=at)
    decisions.services.drop(case.trail.about, acts.move(case).name, at=at)
    deadlines.cancel_all(case, at=at, reason="The case was closed")
    audit.decide(
        "case.closed", subject=case, by=by, at=at, reasons=reason, rule=None, outcome="closed", facts={"from": stage}
    )


@transaction.atomic
def reopen(case_id: int, *, reason: str, by: User, at: datetime, seen: str | None = None) -> Case:
    """Reopen a case for a stated reason. It begins again at the first stage: what was warned before counts no more.

    Raises `RuleBroken` where the resident has another open case by now: one open case a resident. Raises ChangedSince
    where it was reopened, or closed anew, since its page was `seen`.
    """
    resident_id = Case.objects.values_list("resident_id", flat=True).get(pk=case_id)
    Resident.objects.select_for_update(of=("self",), no_key=True).get(pk=resident_id)
    case = lock(case_id)
    act = acts.reopen(case)
    act.check(by)
    seals.check(seen, shown(case), since=audit.since(case))
    case.reopen(at=at)
    need(reason, "Enter why the case is reopened", "reasons", WITH_REASON)
    other = Case.objects.open().filter(resident_id=resident_id).exclude(pk=case.pk).first()
    if other:
        raise RuleBroken(f"There is an open case already: {other.reference}. Go on with that one", None, "reasons")
    decisions.services.take(act, Said(reason), by=by, at=at)
    case.owner = case.owner.who_acts or by
    case.save()
    audit.decide("case.reopened", subject=case, by=by, at=at, reasons=reason, rule=None, outcome="reopened")
    return case


# What higher apps tell


@transaction.atomic
def mark_restricted(case_id: int, *, by: User, at: datetime, extreme: bool = False) -> Case:
    """A restriction has been imposed: the case is at contact restrictions (Dover 6.13; 6.7, 6.17 if extreme).

    Whoever imposes it has checked who may and what the policy asks. Refuses, as a rule, a case that has had no warning
    letter, or whose letter is suspended by an appeal, unless the extreme path was taken with its reason.
    """
    case = lock(case_id)
    permissions.check_may_move(by, case)
    suspended = case.warnings.filter(letter__isnull=False, suspended_at__isnull=False, withdrawn_at__isnull=True)
    if not extreme and (case.stage == Case.Stage.INITIAL_WARNING or suspended.exists()):
        reached = ladder.restriction_reached(ladder.read(case))
        if not reached.met:
            raise RuleBroken(reached.sentence.rstrip("."), reached.rule)
    before = case.stage
    case.restrict(at=at)
    case.save()
    drop_drafts(case, by=by, at=at)
    audit.record("case.restricted", subject=case, by=by, at=at, facts={"from": before, "extreme": extreme})
    return case


@transaction.atomic
def mark_review_begun(case_id: int, *, by: User, at: datetime) -> Case:
    """Somebody has begun to review the restriction (Dover 6.18)."""
    case = lock(case_id)
    permissions.check_may_move(by, case)
    case.begin_review(at=at)
    case.save()
    audit.record("case.review_begun", subject=case, by=by, at=at)
    return case


@transaction.atomic
def mark_restriction_continued(case_id: int, *, by: User, at: datetime) -> Case:
    """The review kept, extended or varied the restriction (Dover 6.18)."""
    case = lock(case_id)
    permissions.check_may_move(by, case)
    case.continue_restriction(at=at)
    case.save()
    audit.record("case.restriction_continued", subject=case, by=by, at=at)
    return case


@transaction.atomic
def mark_unrestricted(case_id: int, *, by: User, at: datetime, why: str, close: bool = False) -> Case:
    """The restriction is over (lifted, quashed, or lapsed and reviewed): the case is back where it stood before.

    With `close` it is then closed for the same reason. Never by the clock: a restriction that lapsed waits for its
    review. From here a new restriction needs something new that happened after this day.
    """
    case = lock(case_id)
    permissions.check_may_move(by, case)
    if case.stage_before == Case.Stage.WRITTEN_WARNING:
        case.return_to_written_warning(at=at)
    else:
        case.return_to_initial_warning(at=at)
    case.save()
    audit.record("case.unrestricted", subject=case, by=by, at=at, facts={"to": case.stage}, words={"why": why})
    if close:
        close_for(case, reason=why, by=by, at=at)
    return case
