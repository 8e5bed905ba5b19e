"""Starting a proposal, putting it before a decider, returning it, dropping it; what those said who are asked first."""

from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases.models import Case
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.asked_first import AskedFirst
from decisions.services import Said
from design import seals
from people.models import User
from people.references import next_reference
from policies.rules import need
from restrictions import acts, limits, permissions, shown
from restrictions.models import Restriction
from restrictions.services.parts.part import NotReady
from restrictions.services.parts.whole import missing

State = Restriction.State


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
    deadlines.set(kinds.RESTRICTION_PREPARE, restriction, whose=deadlines.Whose(by), event=event.pk, at=at)
    return restriction


@transaction.atomic
def propose(restriction_id: int, *, by: User, at: datetime, seen: str | None = None) -> Restriction:
    """Put it before somebody who may decide (Dover 6.14).

    Raises NotReady, which lists everything that is missing; TransitionNotAllowed where it waits already, or where it
    has changed since it was shown (`seen`).
    """
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_prepare(by, restriction)
    seals.check(seen, shown.proposal(restriction), since=shown.since(restriction))
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
            "path": restriction.path,
            "police_told": restriction.police_told,
            "kinds": restriction.kinds,
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
            "police": restriction.police_words,
            "review_agreed": restriction.review_agreed,
            "terms": limits.arrangement(limits.of(restriction)),
            "instructions": restriction.instructions,
            "not_told_reason": restriction.not_told_reason,
        },
    )
    deadlines.meet(kinds.RESTRICTION_PREPARE, restriction, at=at, how="Proposed")
    deadlines.meet(kinds.RESTRICTION_REVISE, restriction, at=at, how="Proposed again")
    deciders = acts.impose(restriction).whose
    deadlines.set(kinds.RESTRICTION_DECIDE, restriction, whose=deciders, event=event.pk, at=at)
    return restriction


@transaction.atomic
def send_back(restriction_id: int, said: Said, *, by: User, at: datetime, seen: str | None = None) -> Restriction:
    """Return a proposal to its proposer, who changes it or drops it: a decision on it like any other.

    Where several decide, one who does not agree is enough: the proposer reads the reasons of everybody who has decided.
    Raises RuleBroken without reasons; TransitionNotAllowed for somebody who has agreed already, or where it changed
    since it was shown (`seen`).
    """
    restriction = Restriction.objects.locked(restriction_id)
    act = acts.impose(restriction)
    act.check(by)
    need(said.reasons, "Enter what has to change", "reasons")
    seals.check(seen, shown.proposal(restriction), since=shown.since(restriction))
    told = decisions.send_back(act, by=by, at=at, reasons=said.reasons)
    restriction.send_back(reasons=told)
    restriction.save()
    decision = audit.decide(
        "restriction.returned",
        subject=restriction,
        by=by,
        at=at,
        reasons=said.reasons,
        rule=act.rule,
        outcome=State.RETURNED,
    )
    deadlines.meet(kinds.RESTRICTION_DECIDE, restriction, at=at, how="Returned")
    author = deadlines.Whose(restriction.proposed_by)
    deadlines.set(kinds.RESTRICTION_REVISE, restriction, whose=author, event=decision.pk, at=at)
    return restriction


@transaction.atomic
def consult(
    restriction_id: int, *, act: str, person_id: int | None, on: date | None, words: str, by: User, at: datetime
) -> Restriction:
    """Write down what somebody said whom the policy has asked before an act: a proposal, its end, or its review.

    Raises TransitionNotAllowed where the act cannot be decided now, RuleBroken for somebody whom the policy does not
    name.
    """
    restriction = Restriction.objects.locked(restriction_id)
    found = to_ask(restriction, act)
    if found is None:
        raise TransitionNotAllowed(object=restriction)
    decisions.consult(found[0], found[1], person_id=person_id, on=on, words=words, by=by, at=at)
    return restriction


def to_ask(restriction: Restriction, act: str) -> tuple[Act, AskedFirst] | None:
    """Who is asked before an act that can be decided on a restriction now, with what waits for it; else None."""
    for one in acts.open_on(restriction):
        for asked in one.first:
            if asked.act == act:
                return one, asked
    return None


@transaction.atomic
def withdraw(restriction_id: int, *, by: User, at: datetime, reason: str = "") -> Restriction:
    """Drop a proposal that nobody has decided. What it said stays in the trail (Dover 6.24: actions not taken)."""
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_withdraw(by, restriction)
    restriction.withdraw()
    restriction.save()
    decisions.drop(restriction.trail.about, "restrict", at=at)
    audit.record("restriction.withdrawn", subject=restriction, by=by, at=at, words={"reason": reason})
    deadlines.cancel_all(restriction, at=at, reason="The proposal was withdrawn")
    return restriction
