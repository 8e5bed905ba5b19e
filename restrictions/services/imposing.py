"""Imposing a proposal, as proposed or with changes, alone or together; what is the same for what carries one on."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.permissions
from audit import services as audit
from audit.models import Event
from cases.services import stages
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.services import Said
from design import seals
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies import law
from policies.rules import RuleBroken, need
from restrictions import acts, dates, facts, limits, rules, shown
from restrictions.dates import Changes, Plan
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import registering, scheduling
from restrictions.services.contacts import changing
from restrictions.services.parts import whole
from restrictions.services.parts.part import NotReady
from restrictions.services.parts.terms import put_instructions, put_terms

State = Restriction.State
AS_PROPOSED = Changes()


@transaction.atomic
def impose(
    restriction_id: int,
    said: Said,
    *,
    changes: Changes = AS_PROPOSED,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> Restriction:
    """Put a proposed restriction in force from today, by whoever the policy names (Dover 6.14).

    Where the policy has several decide, this is one person's voice, and it takes effect with the last that is needed;
    until then the restriction stays proposed. They decide on the same thing: none of them changes it. A meeting decides
    at once, written down by one who took part.

    All at once: the case moves to its stage, the resident is entered on the register (6.30), the letter is issued
    (6.15), the appeal window (6.34) and the reviews (6.18) are set, the decision is recorded. Everything that had to be
    there when it was proposed must still be: needs that became known since open the proposal again. Where the policy
    asks questions, each decider says what was weighed (Northampton 2.3). `seen` is the seal of what the decider was
    shown. Raises TransitionNotAllowed where somebody has decided already or it has changed since it was shown, NotReady
    or RuleBroken where something is missing.
    """
    restriction = Restriction.objects.locked(restriction_id)
    act = acts.impose(restriction)
    act.check(by)
    if restriction.state != State.PROPOSED:
        raise TransitionNotAllowed(object=restriction)
    made = plan(restriction, act, said, changes=changes, by=by, at=at)
    seals.check(seen, shown.imposing(made), since=shown.since(restriction))
    writer = decisions.take(act, said, by=by, at=at)
    if writer is None:
        return restriction
    changed = _apply(restriction, changes)
    put_in_force(restriction, made, by=by, at=at)
    decision = audit.decide(
        "restriction.imposed",
        subject=restriction,
        by=by,
        at=at,
        reasons=said.reasons,
        rule=act.rule,
        outcome="imposed with changes" if changed else "imposed as proposed",
        considered=said.considered,
        not_done=said.not_done,
        facts=facts_of(made) | {"changed": changed},
    )
    _record_what_it_decides_besides(restriction, said, by=by, at=at)
    deadlines.meet(kinds.RESTRICTION_DECIDE, restriction, at=at, how="Imposed")
    stages.mark_restricted(restriction.case_id, by=writer, at=at, extreme=restriction.extreme)
    registering.enter(restriction, by=writer, at=at)
    scheduling.set_all(restriction, made.dates, at=at, event=decision.pk)
    changing.begin(restriction, by=writer, at=at, event=decision.pk)
    restriction.letter = letters.request("restriction", restriction, facts.imposed(made), by=writer, at=at)
    restriction.save()
    tell_of_late_review(restriction, made, by=writer, at=at)
    return restriction


def plan(restriction: Restriction, act: Act, said: Said, *, changes: Changes, by: User, at: datetime) -> Plan:
    """The restriction as it would be imposed: what the check page shows and `impose` carries out. Changes nothing.

    Raises as `impose`: where several decide, none of them imposes something else than is put before all.
    """
    need(said.reasons, "Enter your reasons", "reasons", law.EVIDENCED)
    decisions.check(act, said, by=by, at=at)
    if changes != AS_PROPOSED and (act.together or (not act.meets and act.takes_others(by))):
        raise RuleBroken(
            "Return it, saying what has to change: several decide, and on the same thing", decisions.SAME, "decision"
        )
    if lacking := whole.missing(restriction):
        raise NotReady(lacking)
    _check_changes(restriction, changes)
    return dates.plan(restriction, changes, on=day_of(at), reasons=said.reasons)


def _check_changes(restriction: Restriction, changes: Changes) -> None:
    """Refuse changes that could not be imposed."""
    policy = restriction.case.policy
    if changes.months is not None:
        policy.check_length(changes.months, field="months")
    if changes.terms is not None:
        limits.check_terms(policy, changes.terms)
        limits.check_no_contact_added(restriction, changes.terms)
        limits.check_person(restriction, changes.terms, cases.permissions.people_affected(restriction.case))
    register = rules.orders_wanted(rules.registers_for(restriction))
    if changes.instructions is not None and register and not changes.orders(restriction):
        raise RuleBroken("Enter what staff must do, one order a line", register.rule, "instructions")


def _apply(restriction: Restriction, changes: Changes) -> dict[str, Any]:
    """Change what was proposed, and say what it was before."""
    changed: dict[str, Any] = {}
    if changes.months is not None and changes.months != restriction.months:
        changed["months"] = {"proposed": restriction.months, "imposed": changes.months}
        restriction.months = changes.months
    if changes.terms is not None:
        before = limits.of(restriction)
        if limits.changed([NewTerm.of(term) for term in before], changes.terms):
            changed["terms"] = {"proposed": limits.arrangement(before)}
            put_terms(restriction, changes.terms)
            changed["terms"]["imposed"] = limits.arrangement(limits.of(restriction))
    orders = changes.orders(restriction)
    if orders != restriction.instructions:
        changed["instructions"] = {"proposed": restriction.instructions, "imposed": orders}
        put_instructions(restriction, orders, restriction.risks, restriction.share_with_contractors)
    return changed


def _record_what_it_decides_besides(restriction: Restriction, said: Said, *, by: User, at: datetime) -> None:
    """Record what whoever imposes it decides with it: no review before its last day; that the police are not told.

    What they weighed of the restriction they weighed of its standing without another look (Homes for Life 1.8). The
    police are a decision of their own where the policy says who decides that (1.9.4); elsewhere it stands with the
    proposal.
    """
    if restriction.no_review_reason:
        rules.check_review_can_be_waived(restriction.case.policy)
        restriction.no_review_by, restriction.no_review_at = by, at
        restriction.save()
        record_waiver(restriction, by=by, at=at, when="imposed", considered=said.considered)
    deciders = acts.leaves_police_out(restriction)
    if deciders is not None:
        audit.decide(
            "police.not_told",
            subject=restriction,
            by=by,
            at=at,
            reasons=restriction.police_words,
            rule=deciders.rule,
            outcome="the police are not told",
        )


def record_waiver(restriction: Restriction, *, by: User, at: datetime, when: str, considered: str) -> int:
    """The decision that a restriction is not reviewed before its last day, under the clause that allows it."""
    return audit.decide(
        "review.waived",
        subject=restriction,
        by=by,
        at=at,
        reasons=restriction.no_review_reason,
        rule=restriction.case.policy.review.none_if.rule,
        outcome="no review before the last day",
        considered=considered,
        facts={"when": when, "last_day": restriction.ends_on},
    ).pk


DECIDING = ("restriction.imposed", "restriction.returned", "restriction.withdrawn", "restriction.lifted")


def last_act(restriction: Restriction) -> Event | None:
    """Who last decided something about it, and when: for whoever came second."""
    return Event.objects.about(restriction.trail).filter(verb__in=DECIDING).order_by("-pk").first()


def facts_of(made: Plan) -> dict[str, Any]:
    """The days of what was decided, as the trail keeps them."""
    found = made.dates
    return {
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "months": made.months,
        "appeal_until": found.appeal.due if found.appeal else None,
        "review_on": found.next_review.due if found.next_review else None,
    }


def put_in_force(restriction: Restriction, made: Plan, *, by: User, at: datetime) -> None:
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


def tell_of_late_review(restriction: Restriction, made: Plan, *, by: User, at: datetime) -> None:
    """Tell the resident, where the review falls after the last day because that is a day off (Dover 6.21)."""
    found = made.dates.at_end
    if not made.dates.late_review or found.due is None:
        return
    told = {
        "restriction_reference": restriction.reference,
        "due_on": made.dates.ends_on.isoformat(),
        "falls_on_why": found.lands_on,
        "review_on": found.due.isoformat(),
    }
    letters.request("late_review_notice", restriction, told, by=by, at=at)
    audit.record(
        "restriction.late_review_told",
        subject=restriction,
        by=by,
        at=at,
        facts={"last_day": made.dates.ends_on, "review_on": found.due, "why": found.lands_on, "clause": found.clause},
    )
