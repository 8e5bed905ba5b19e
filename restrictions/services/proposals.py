"""Starting a proposal, putting it before a decider, returning it, dropping it."""

from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases import deciders
from cases.deciders import Deciders
from cases.models import Case
from cases.services import deciding
from deadlines import services as deadlines
from people.models import User
from people.references import next_reference
from policies.rules import need
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services import terms as limits
from restrictions.services.readiness import NotReady, missing
from restrictions.services.rows import about, consulted_about, locked

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
        for_roles=permissions.body(restriction).keys(case.provider),
        not_for=User.objects.filter(pk__in=permissions.barred_from_deciding(restriction)),
        runs_from_event=event.pk,
        at=at,
    )
    return restriction


def check_not_spoken(restriction: Restriction, by: User) -> None:
    """Refuse a second decision of one person on the same proposal: it waits for the others."""
    if by.pk in deciders.who_agreed(about(restriction), "restrict"):
        raise TransitionNotAllowed(f"You have decided on {restriction.reference}. It waits for the others.")


@transaction.atomic
def send_back(restriction_id: int, *, by: User, at: datetime, reasons: str) -> Restriction:
    """Return a proposal to its proposer, who changes it or drops it.

    Where several decide, one who does not agree is enough: the proposer reads the reasons of everybody who has decided.
    Raises RuleBroken without reasons, TransitionNotAllowed for somebody who has agreed already.
    """
    restriction = locked(restriction_id)
    permissions.check_can_send_back(by, restriction)
    need(reasons, "Enter what has to change", "reasons")
    case = restriction.case
    check_not_spoken(restriction, by)
    told = deciding.go_back(case, about=about(restriction), act="restrict", by=by, at=at, reasons=reasons)
    restriction.send_back(reasons=told)
    restriction.save()
    decision = audit.decide(
        "restriction.returned",
        subject=restriction,
        by=by,
        at=at,
        reasons=reasons,
        rule=permissions.body(restriction).rule,
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
def consult(
    restriction_id: int,
    *,
    by: User,
    at: datetime,
    person_id: int | None,
    on: date | None,
    words: str,
    act: str = "restrict",
) -> Restriction:
    """Write down what somebody said whom the policy has asked before an act: a proposal, its end, or its review.

    Raises TransitionNotAllowed where the act cannot be decided now, RuleBroken for somebody whom the policy does not
    name.
    """
    restriction = locked(restriction_id)
    body = next((one for one in consultable(restriction) if one.act == act), None)
    if body is None:
        raise TransitionNotAllowed(object=restriction)
    deciding.record_consultation(
        restriction.case, body=body, about=consulted_about(restriction, act), subject=restriction,
        person_id=person_id, on=on, words=words, by=by, at=at,
    )  # fmt: skip
    return restriction


def consultable(restriction: Restriction) -> list[Deciders]:
    """Each act that can be decided on a restriction now; in a review, those before which somebody is asked."""
    if restriction.state in Restriction.PREPARING:
        return [permissions.body(restriction)]
    begun = restriction.reviews.filter(state=Review.State.BEGUN).first()
    asked = []
    if begun:
        begun.restriction = restriction
        asked = permissions.asked_before_review(begun)
    if restriction.state == State.IN_FORCE and not any(body.act == "lift" for body in asked):
        asked.append(permissions.lifters(restriction))
    return asked


@transaction.atomic
def withdraw(restriction_id: int, *, by: User, at: datetime, reason: str = "") -> Restriction:
    """Drop a proposal that nobody has decided. What it said stays in the trail (Dover 6.24: actions not taken)."""
    restriction = locked(restriction_id)
    permissions.check_can_withdraw(by, restriction)
    restriction.withdraw()
    restriction.save()
    deciding.drop(about(restriction), "restrict", at=at)
    audit.record("restriction.withdrawn", subject=restriction, by=by, at=at, words={"reason": reason})
    deadlines.cancel(about(restriction), at=at, reason="The proposal was withdrawn")
    return restriction
