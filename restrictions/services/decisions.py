"""Deciding a proposal: impose it, as proposed or with changes, alone or together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.permissions
from audit import services as audit
from audit.models import Event
from cases.deciders import Deciders
from cases.services import deciding, stages
from cases.services.deciding import Meeting
from deadlines import services as deadlines
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies import law
from policies.rules import RuleBroken, need
from restrictions import permissions
from restrictions.models import Restriction
from restrictions.services import asked, on_register, parts, proposals, readiness, spoc, telling, waiving
from restrictions.services import terms as limits
from restrictions.services.readiness import NotReady
from restrictions.services.rows import about, locked
from restrictions.services.terms import NewTerm

State = Restriction.State


@dataclass(frozen=True)
class Changes:
    """What a decider imposes otherwise than proposed; None leaves a thing as it was proposed."""

    months: int | None = None
    terms: Sequence[NewTerm] | None = None
    instructions: Sequence[str] | None = None


@transaction.atomic
def impose(
    restriction_id: int,
    *,
    by: User,
    at: datetime,
    reasons: str,
    considered: str = "",
    not_done: str = "",
    changes: Changes | None = None,
    meeting: Meeting | None = None,
) -> Restriction:
    """Put a proposed restriction in force from today, by whoever the policy names (Dover 6.14).

    Where the policy has several decide, this is one person's voice, and it takes effect with the last that is needed;
    until then the restriction stays proposed. They decide on the same thing: none of them changes it. A meeting decides
    at once, written down by one who took part.

    All at once: the case moves to its stage, the resident is entered on the register (6.30), the letter is issued
    (6.15), the appeal window (6.34) and the reviews (6.18) are set, the decision is recorded. Everything that had to be
    there when it was proposed must still be: needs that became known since open the proposal again. Where the policy
    asks questions, each decider says what was weighed (Northampton 2.3). Raises TransitionNotAllowed where somebody has
    decided already, NotReady or RuleBroken where something is missing.
    """
    restriction = locked(restriction_id)
    permissions.check_can_decide(by, restriction)
    if restriction.state != State.PROPOSED:
        raise TransitionNotAllowed(object=restriction)
    need(reasons, "Enter your reasons", "reasons", law.EVIDENCED)
    deciding.check_weighed(considered, asked.questions(restriction.case.policy))
    proposals.check_not_spoken(restriction, by)
    body = check_together(restriction, changes, by)
    changed = _apply(restriction, changes or Changes())
    if lacking := readiness.missing(restriction):
        raise NotReady(lacking)
    deed = deciding.Deed(
        body, about(restriction), restriction, by, at, reasons, considered, not_done, meeting,
        barred=permissions.barred_from_deciding(restriction),
    )  # fmt: skip
    if not deciding.speak(restriction.case, deed):
        deadlines.excuse(about(restriction), "restriction.decide", user=by)
        return restriction
    made = telling.plan(restriction, on=day_of(at), reasons=reasons.strip())
    put_in_force(restriction, made, by=by, at=at)
    decision = audit.decide(
        "restriction.imposed",
        subject=restriction,
        by=by,
        at=at,
        reasons=reasons,
        rule=body.rule,
        outcome="imposed with changes" if changed else "imposed as proposed",
        considered=considered,
        not_done=not_done,
        facts=facts_of(made) | {"changed": changed},
    )
    waiving.record_waiver(restriction, by=by, at=at, considered=considered)
    _record_no_police(restriction, by=by, at=at)
    writer = deciding.writer(restriction.case, body=body, about=about(restriction), by=by)
    deadlines.meet(about(restriction), "restriction.decide", at=at, how="Imposed")
    stages.mark_restricted(restriction.case_id, by=writer, at=at, extreme=restriction.extreme)
    on_register.enter(restriction, by=writer, at=at)
    telling.set_deadlines(restriction, made.dates, at=at, event=decision.pk)
    spoc.begin(restriction, by=writer, at=at, event=decision.pk)
    _issue(restriction, "restriction", telling.letter_facts(made), by=writer, at=at)
    tell_of_late_review(restriction, made, by=writer, at=at)
    return restriction


def _record_no_police(restriction: Restriction, *, by: User, at: datetime) -> None:
    """Record, with a restriction that is being imposed, that the police are not told, and why (Homes for Life 1.9.4).

    By a decision of its own where the policy says who decides that; elsewhere it stands with the proposal.
    """
    who = permissions.leaves_police_out(restriction)
    if who is not None:
        audit.decide(
            "police.not_told", subject=restriction, by=by, at=at, reasons=restriction.police_words, rule=who.rule,
            outcome="the police are not told",
        )  # fmt: skip


def _apply(restriction: Restriction, changes: Changes) -> dict[str, Any]:
    """Change what was proposed, and say what it was before."""
    case = restriction.case
    changed: dict[str, Any] = {}
    if changes.months is not None and changes.months != restriction.months:
        case.policy.check_length(changes.months, field="months")
        changed["months"] = {"proposed": restriction.months, "imposed": changes.months}
        restriction.months = changes.months
    if changes.terms is not None:
        before = limits.of(restriction)
        if limits.changed([NewTerm.of(term) for term in before], changes.terms):
            limits.check_terms(case.policy, changes.terms)
            limits.check_person(restriction, changes.terms, cases.permissions.people_affected(case))
            changed["terms"] = {"proposed": limits.arrangement(before)}
            limits.put(restriction, changes.terms)
            changed["terms"]["imposed"] = limits.arrangement(limits.of(restriction))
    if changes.instructions is not None:
        orders = [line.strip() for line in changes.instructions if line.strip()]
        if orders != restriction.instructions:
            changed["instructions"] = {"proposed": restriction.instructions, "imposed": orders}
            parts.put_instructions(restriction, orders, restriction.risks, restriction.share_with_contractors)
    return changed


def check_together(restriction: Restriction, changes: Changes | None, by: User) -> Deciders:
    """Who decides a proposal; refused where those have not been asked whom the policy has asked first, or where one of
    several would impose something else than the others decide on.
    """
    body = permissions.body(restriction)
    deciding.check_consulted(body, about(restriction), restriction.case, field="decision")
    others = body.together or (not body.meets and deciding.needs_others(body, by, restriction.case))
    if changes is not None and others:
        raise RuleBroken(
            "Return it, saying what has to change: several decide, and on the same thing", deciding.SAME, "decision"
        )
    return body


def check_decision(
    restriction: Restriction, changes: Changes | None, *, meeting: Meeting | None, by: User, at: datetime
) -> None:
    """Refuse what `impose` would refuse, before anything is done: for the page on which it is checked."""
    body = check_together(restriction, changes, by)
    if body.meets:
        barred = permissions.barred_from_deciding(restriction)
        deciding.check_meeting(restriction.case, body, meeting, by=by, at=at, barred=barred)
    check_changes(restriction, changes)


def check_changes(restriction: Restriction, changes: Changes | None) -> None:
    """Refuse changes that could not be imposed, and whatever the proposal lacks."""
    if lacking := readiness.missing(restriction):
        raise NotReady(lacking)
    changes = changes or Changes()
    policy = restriction.case.policy
    if changes.months is not None:
        policy.check_length(changes.months, field="months")
    if changes.terms is not None:
        limits.check_terms(policy, changes.terms)
        limits.check_person(restriction, changes.terms, cases.permissions.people_affected(restriction.case))
    register = asked.orders_wanted(asked.registers_for(restriction))
    if changes.instructions is not None and register and not any(line.strip() for line in changes.instructions):
        raise RuleBroken("Enter what staff must do, one order a line", register.rule, "instructions")


DECIDING = ("restriction.imposed", "restriction.returned", "restriction.withdrawn", "restriction.lifted")


def last_act(restriction: Restriction) -> Event | None:
    """Who last decided something about it, and when: for whoever came second."""
    acts = Event.objects.filter(subject_kind="restriction", subject_ref=restriction.reference, verb__in=DECIDING)
    return acts.order_by("-pk").first()


def facts_of(made: telling.Plan) -> dict[str, Any]:
    """The days of what was decided, as the trail keeps them."""
    found = made.dates
    return {
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "months": made.months,
        "appeal_until": found.appeal.due if found.appeal else None,
        "review_on": found.next_review.due if found.next_review else None,
    }


def put_in_force(restriction: Restriction, made: telling.Plan, *, by: User, at: datetime) -> None:
    """Impose it by the days that were worked out, and save it."""
    restriction.impose(
        by=by,
        at=at,
        on=made.dates.decided_on,
        starts_on=made.dates.starts_on,
        ends_on=made.dates.ends_on,
        reasons=made.reasons,
    )
    restriction.save()


def _issue(restriction: Restriction, kind: str, facts: dict[str, Any], *, by: User, at: datetime) -> None:
    case = restriction.case
    restriction.letter = letters.request(
        kind,
        to=case.resident,
        about=about(restriction),
        case_ref=case.reference,
        policy_version=case.policy_version,
        facts=facts,
        by=by,
        at=at,
    )
    restriction.save()


def tell_of_late_review(restriction: Restriction, made: telling.Plan, *, by: User, at: datetime) -> None:
    """Tell the resident, where the review falls after the last day because that is a day off (Dover 6.21)."""
    found = made.dates.at_end
    if not made.dates.late_review or found is None or found.due is None:
        return
    case = restriction.case
    letters.request(
        "late_review_notice",
        to=case.resident,
        about=about(restriction),
        case_ref=case.reference,
        policy_version=case.policy_version,
        facts={
            "restriction_reference": restriction.reference,
            "due_on": made.dates.ends_on.isoformat(),
            "falls_on_why": found.lands_on,
            "review_on": found.due.isoformat(),
        },
        by=by,
        at=at,
    )
    audit.record(
        "restriction.late_review_told",
        subject=restriction,
        by=by,
        at=at,
        facts={"last_day": made.dates.ends_on, "review_on": found.due, "why": found.lands_on, "clause": found.clause},
    )
