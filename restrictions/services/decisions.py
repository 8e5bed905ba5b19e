"""Deciding: impose, lift early, let lapse; what an appeal does; and the successor that carries a restriction on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from people.references import next_reference
from policies.rules import Rule, RuleBroken
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services import asked, on_register, parts, proposals, readiness, spoc, telling, waiving
from restrictions.services import terms as limits
from restrictions.services.readiness import NotReady
from restrictions.services.rows import about, consulted_about, locked
from restrictions.services.terms import NewTerm

State = Restriction.State
SAME = Rule("evenhand", text="Those who decide together decide on the same thing.")
ENDS_WITH_IT = ("review.interval", "breach.answer", "reconsideration.decide", *spoc.ENDS_WITH_IT)
"""What is due while a restriction runs, and no longer when its last day has gone."""


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
    if not reasons.strip():
        raise RuleBroken("Enter your reasons", asked.EVIDENCED, "reasons")
    deciding.check_weighed(considered, asked.questions(restriction.case.policy))
    proposals.check_not_spoken(restriction, by)
    body = check_together(restriction, changes, by)
    changed = _apply(restriction, changes or Changes())
    if lacking := readiness.missing(restriction):
        raise NotReady(lacking)
    if not deciding.speak(
        restriction.case,
        body=body,
        about=about(restriction),
        subject=restriction,
        by=by,
        at=at,
        reasons=reasons,
        considered=considered,
        not_done=not_done,
        meeting=meeting,
        barred=permissions.barred_from_deciding(restriction),
    ):
        deadlines.excuse(about(restriction), "restriction.decide", user=by)
        return restriction
    made = telling.plan(restriction, on=day_of(at), reasons=reasons.strip())
    _put_in_force(restriction, made, by=by, at=at)
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
        facts=_facts(made) | {"changed": changed},
    )
    waiving.record_waiver(restriction, by=by, at=at)
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
            "Return it, saying what has to change: several decide, and on the same thing", SAME, "decision"
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


def _facts(made: telling.Plan) -> dict[str, Any]:
    found = made.dates
    return {
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "months": made.months,
        "appeal_until": found.appeal.due if found.appeal else None,
        "review_on": found.next_review.due if found.next_review else None,
    }


def _put_in_force(restriction: Restriction, made: telling.Plan, *, by: User, at: datetime) -> None:
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


@transaction.atomic
def lift(restriction_id: int, *, by: User, at: datetime, reason: str, meeting: Meeting | None = None) -> Restriction:
    """End a restriction early, because the reason for it has gone: the resident is told, the register entry removed.

    Where the policy has several decide, `meeting` says who else did, when, and what was said; where it has somebody
    asked first, that is written down before.
    Raises RuleBroken without a reason, TransitionNotAllowed where it is not in force or its last day has gone.
    """
    restriction = locked(restriction_id)
    permissions.check_can_lift(by, restriction)
    if restriction.state != State.IN_FORCE:
        raise TransitionNotAllowed(object=restriction)
    if not restriction.is_in_force(day_of(at)):
        raise TransitionNotAllowed(f"{restriction.reference} is over already: its last day has gone.")
    if not reason.strip():
        raise RuleBroken("Enter why it is lifted", None, "reason")
    body = permissions.lifters(restriction)
    deciding.check_consulted(body, consulted_about(restriction, body.act), restriction.case, field="reason")
    deciding.decide_at_once(
        restriction.case, body=body, about=about(restriction), subject=restriction, by=by,
        at=at, reasons=reason, meeting=meeting, barred=permissions.barred_from_lifting(restriction),
    )  # fmt: skip
    end(restriction, by=by, at=at, reason=reason.strip())
    case = restriction.case
    audit.decide(
        "restriction.lifted",
        subject=restriction,
        by=by,
        at=at,
        reasons=reason,
        rule=case.policy.decides("lift").rule,
        outcome=State.LIFTED,
    )
    letters.request(
        "restriction_lifted",
        to=case.resident,
        about=about(restriction),
        case_ref=case.reference,
        policy_version=case.policy_version,
        facts=lifted_facts(restriction, on=day_of(at), reason=reason),
        by=by,
        at=at,
    )
    return restriction


def check_lift(restriction: Restriction, *, meeting: Meeting | None, by: User, at: datetime) -> None:
    """Refuse what `lift` would refuse, before anything is done: for the page on which it is checked."""
    if not restriction.is_in_force(day_of(at)):
        raise RuleBroken("It is not in force, so there is nothing to lift", None, "reason")
    body, barred = permissions.lifters(restriction), permissions.barred_from_lifting(restriction)
    deciding.check_consulted(body, consulted_about(restriction, body.act), restriction.case, field="reason")
    deciding.check_at_once(restriction.case, body, meeting, by=by, at=at, barred=barred)


def lifted_facts(restriction: Restriction, *, on: date, reason: str) -> dict[str, Any]:
    """What the letter says; of the register only to a resident who was told of the entry (Dover 6.33)."""
    registers = asked.registers_for(restriction)
    return {
        "reference": restriction.reference,
        "ended_on": on.isoformat(),
        "reasons": reason.strip(),
        "register_removed": restriction.tell_resident_of_entry and bool(registers),
    }


def end(
    restriction: Restriction,
    *,
    by: User,
    at: datetime,
    reason: str,
    review: Review | None = None,
    set_aside: bool = False,
) -> None:
    """Lift a locked restriction and take back what stood on it: register, deadlines, an open review, the stage."""
    was_in_force = restriction.state == State.IN_FORCE
    restriction.lift(at=at, reason=reason)
    restriction.save()
    if was_in_force:
        on_register.remove(restriction, by=by, at=at, reason=reason, set_aside=set_aside)
    deadlines.cancel(about(restriction), at=at, reason="The restriction was lifted")
    if review is None:
        _end_open_review(restriction, Review.Outcome.LIFT, by=by, at=at, reason=reason)
    if case_is_restricted(restriction):
        stages.mark_unrestricted(restriction.case_id, by=by, at=at, why=reason)


def case_is_restricted(restriction: Restriction) -> bool:
    """Whether the case still stands at the stage of this restriction (a closed or moved-on case does not)."""
    case = type(restriction.case).objects.get(pk=restriction.case_id)
    later = case.restrictions.filter(state=State.IN_FORCE).exclude(pk=restriction.pk).exists()
    return not later and case.stage in (case.Stage.CONTACT_RESTRICTION, case.Stage.REVIEW)


def _end_open_review(restriction: Restriction, outcome: str, *, by: User, at: datetime, reason: str) -> None:
    """A review that had begun is answered by what was decided meanwhile."""
    review = (
        Review.objects.select_for_update(of=("self",)).filter(restriction=restriction, state=Review.State.BEGUN).first()
    )
    if review is None:
        return
    review.decide(by=by, at=at, outcome=outcome, reasons=reason)
    review.save()
    audit.decide(
        "review.decided", subject=review, by=by, at=at, reasons=reason, rule=None, outcome=outcome,
        facts={"by": "a decision outside of the review"},
    )  # fmt: skip


@transaction.atomic
def lapse(restriction_id: int, *, at: datetime) -> Restriction:
    """Tidy a restriction whose last day has gone and that nobody continued. It was over already, by its dates.

    The review at the end stays due: it is asked for though it be late (Dover 6.18, 6.21; F1), and only then does the
    case leave its stage. Raises TransitionNotAllowed before the day after the last.
    """
    restriction = locked(restriction_id)
    if restriction.state == State.IN_FORCE and restriction.ends_on and restriction.ends_on >= day_of(at):
        raise TransitionNotAllowed(f"{restriction.reference} is in force until the end of its last day.")
    restriction.lapse(at=at)
    restriction.save()
    audit.record("restriction.lapsed", subject=restriction, by=None, at=at, facts={"last_day": restriction.ends_on})
    on_register.remove(restriction, by=None, at=at, reason="The last day of the restriction passed")
    deadlines.meet(about(restriction), "restriction.end", at=at, how="The last day passed")
    for kind in ENDS_WITH_IT:
        deadlines.cancel(about(restriction), kind, at=at, reason="The last day passed")
    deadlines.cancel(about(restriction), "register.look_again", at=at, reason="The entry ended")
    return restriction


@transaction.atomic
def quash(restriction_id: int, *, by: User, at: datetime, reason: str) -> Restriction:
    """End a restriction because the appeal against it was upheld. Called by `appeals`, which sends its own letter."""
    restriction = locked(restriction_id)
    permissions.check_can_change_on_appeal(by, restriction)
    end(restriction, by=by, at=at, reason=reason, set_aside=True)
    audit.decide(
        "restriction.lifted",
        subject=restriction,
        by=by,
        at=at,
        reasons=reason,
        rule=restriction.case.policy.appeal.by.rule,
        outcome="quashed on appeal",
    )
    return restriction


@transaction.atomic
def replace_terms(
    restriction_id: int,
    *,
    by: User,
    at: datetime,
    terms: Sequence[NewTerm],
    ends_on: date | None,
    reason: str,
    instructions: Sequence[str] | None = None,
) -> Restriction:
    """Carry a restriction on in other terms because an appeal succeeded in part. Returns the successor.

    An appeal never makes it longer. Called by `appeals`, which sends its own letter. Raises RuleBroken for a last day
    that is later than it was or has gone.
    """
    restriction = locked(restriction_id)
    permissions.check_can_change_on_appeal(by, restriction)
    if restriction.state != State.IN_FORCE:
        raise TransitionNotAllowed(object=restriction)
    assert restriction.ends_on is not None
    last = ends_on or restriction.ends_on
    check_not_longer(restriction, last, on=day_of(at))
    _end_open_review(restriction, Review.Outcome.VARY, by=by, at=at, reason=reason)
    case = type(restriction.case).objects.get(pk=restriction.case_id)
    if case.stage == case.Stage.REVIEW:
        stages.mark_restriction_continued(case.pk, by=by, at=at)
    successor, _ = succeed(
        restriction,
        how=State.VARIED,
        by=by,
        at=at,
        reason=reason,
        terms=terms,
        ends_on=last,
        months=None,
        instructions=instructions,
        rule=case.policy.appeal.by.rule,
        appealable=case.policy.appeal.final.raw is not True,
    )
    return successor


def check_not_longer(restriction: Restriction, last: date, *, on: date) -> None:
    """Refuse a last day that an appeal may not set: later than it was, or not after today."""
    if restriction.ends_on and last > restriction.ends_on:
        raise RuleBroken(
            "The last day must not be later than it was: an appeal does not lengthen a restriction",
            Rule("evenhand", "", text="An appeal never makes a restriction longer."),
            "ends_on",
        )
    if last <= on:
        raise RuleBroken("The last day must be after today", None, "ends_on")


def succeed(
    old: Restriction,
    *,
    how: str,
    by: User,
    at: datetime,
    reason: str,
    terms: Sequence[NewTerm] | None,
    ends_on: date,
    months: int | None,
    instructions: Sequence[str] | None = None,
    rule: Rule | None,
    appealable: bool = True,
    considered: str = "",
    not_done: str = "",
) -> tuple[Restriction, telling.Plan]:
    """Make the successor that carries a locked restriction on from today, in the same terms or others (Dover 6.18).

    The old one ends as extended or varied, its entry and deadlines with it; the new one has its own, and its own appeal
    window. Never backwards: it starts on the day of the decision.
    """
    case = old.case
    policy = case.policy
    chosen = [NewTerm.of(term) for term in limits.of(old)] if terms is None else list(terms)
    limits.check_terms(policy, chosen)
    limits.check_person(old, chosen, cases.permissions.people_affected(case))
    was_in_force = old.state == State.IN_FORCE
    (old.extend if how == State.EXTENDED else old.vary)(at=at, reason=reason)
    old.save()
    new = _copy(old, at=at, months=months)
    limits.put(new, chosen)
    if instructions is not None:
        parts.put_instructions(new, instructions, new.risks, new.share_with_contractors)
    made = telling.plan(
        new, on=day_of(at), reasons=reason.strip(), ends_on=ends_on, months=months, appealable=appealable
    )
    _put_in_force(new, made, by=by, at=at)
    deadlines.cancel(about(old), at=at, reason=f"Replaced by {new.reference}")
    verb = "restriction.extended" if how == State.EXTENDED else "restriction.varied"
    decision = audit.decide(
        verb,
        subject=old,
        by=by,
        at=at,
        reasons=reason,
        rule=rule,
        outcome=how,
        considered=considered,
        not_done=not_done,
        facts=_facts(made) | {"successor": new.reference},
    )
    audit.record(
        "restriction.imposed",
        subject=new,
        by=by,
        at=at,
        facts=_facts(made) | {"follows": old.reference},
        words={"terms": limits.arrangement(made.terms)},
    )
    if was_in_force:
        on_register.carry_over(old, new, by=by, at=at)
    else:
        on_register.enter(new, by=by, at=at)
    telling.set_deadlines(new, made.dates, at=at, event=decision.pk)
    spoc.begin(new, by=by, at=at, event=decision.pk)
    tell_of_late_review(new, made, by=by, at=at)
    return new, made


def _copy(old: Restriction, *, at: datetime, months: int | None) -> Restriction:
    """A draft that says what the old one said and follows it. Its proposer stays whoever proposed the first (F12)."""
    kept = (
        "risk_assessment", "reasons", "less_considered", "needs_considered", "needs_version", "adjustment_touched",
        "adjustment_reason", "other_way", "evidence_summary", "extreme", "extreme_reason", "extreme_answers", "path",
        "police_told", "police_words", "kinds", "risks",
        "instructions", "share_with_contractors", "tell_resident_of_entry", "not_told_reason", "look_again_on",
        "proposed_by", "proposed_at",
    )  # fmt: skip
    new = Restriction.objects.create(
        case=old.case,
        reference=next_reference("restriction"),
        follows=old,
        months=months,
        made_at=at,
        **{name: getattr(old, name) for name in kept},
    )
    new.incidents.set(old.incidents.all())
    return new
