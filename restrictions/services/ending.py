"""The end of a restriction: lifted early, quashed on appeal, or lapsed with its last day."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

import cases.deciders
from audit import services as audit
from cases.deciders import Deciders
from cases.services import deciding, stages
from cases.services.deciding import Meeting
from deadlines import services as deadlines
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies.rules import RuleBroken, need
from restrictions import permissions
from restrictions.models import Restriction, Review
from restrictions.services import asked, on_register, spoc
from restrictions.services.rows import about, consulted_about, locked

State = Restriction.State
LIFT = "restriction.lift"
ENDS_WITH_IT = (LIFT, "review.interval", "breach.answer", "reconsideration.decide", *spoc.ENDS_WITH_IT)
"""What is due while a restriction runs, and no longer when its last day has gone."""


@transaction.atomic
def lift(
    restriction_id: int, *, by: User, at: datetime, reason: str, considered: str = "", meeting: Meeting | None = None
) -> Restriction:
    """End a restriction early, because the reason for it has gone: the resident is told, the register entry removed.

    Where the policy has several decide, this is one person's voice, and it takes effect with the last that is needed;
    where a meeting decides, `meeting` says who took part, when, and what was said. Where it has somebody asked first,
    that is written down before. Where it asks questions before a review or before a restriction is lifted
    (Northampton 2.3), what was weighed is said.
    Raises RuleBroken without a reason, TransitionNotAllowed where it is not in force or its last day has gone.
    """
    restriction = locked(restriction_id)
    permissions.check_can_lift(by, restriction)
    if restriction.state != State.IN_FORCE:
        raise TransitionNotAllowed(object=restriction)
    if not restriction.is_in_force(day_of(at)):
        raise TransitionNotAllowed(f"{restriction.reference} is over already: its last day has gone.")
    need(reason, "Enter why it is lifted", "reason")
    deciding.check_weighed(considered, asked.lift_questions(restriction.case.policy))
    body = permissions.lifters(restriction)
    deciding.check_consulted(body, consulted_about(restriction, body.act), restriction.case, field="reason")
    case, barred = restriction.case, permissions.barred_from_lifting(restriction)
    deed = deciding.Deed(
        body, about(restriction), restriction, by, at, reason, considered, meeting=meeting, barred=barred
    )
    if not deciding.speak(case, deed):
        ask_others(
            restriction, body, LIFT, "Agree to lift a restriction, or not", "restrictions:lift", barred, by=by, at=at
        )
        return restriction
    writer = deciding.writer(case, body=body, about=about(restriction), by=by)
    end(restriction, by=writer, at=at, reason=reason.strip())
    audit.decide(
        "restriction.lifted",
        subject=restriction,
        by=by,
        at=at,
        reasons=reason,
        rule=case.policy.decides("lift").rule,
        outcome=State.LIFTED,
        considered=considered,
    )
    letters.request(
        "restriction_lifted",
        to=case.resident,
        about=about(restriction),
        case_ref=case.reference,
        policy_version=case.policy_version,
        facts=lifted_facts(restriction, on=day_of(at), reason=reason),
        by=writer,
        at=at,
    )
    return restriction


def ask_others(
    restriction: Restriction, body: Deciders, kind: str, title: str, url_name: str, barred: Collection[int], *,
    by: User, at: datetime, voices: str = "",
) -> None:  # fmt: skip
    """Put before the others what one of several has decided on a restriction: it waits on their lists."""
    case = restriction.case
    out = {*barred, *cases.deciders.who_agreed(voices or about(restriction), body.act), by.pk}
    deadlines.set_deadline(
        provider=case.provider, resident=case.resident, kind=kind, about=about(restriction), case_ref=case.reference,
        title=title, url_name=url_name, for_roles=body.keys(case.provider), not_for=User.objects.filter(pk__in=out),
        at=at,
    )  # fmt: skip


@transaction.atomic
def disagree_to_lift(restriction_id: int, *, by: User, at: datetime, reasons: str) -> Restriction:
    """Not agree that a restriction is lifted, where several decide: it stands, with the reasons of everybody."""
    restriction = locked(restriction_id)
    permissions.check_can_lift(by, restriction)
    deciding.disagree(
        restriction.case, body=permissions.lifters(restriction), about=about(restriction), subject=restriction, by=by,
        at=at, reasons=reasons,
    )  # fmt: skip
    deadlines.meet(about(restriction), LIFT, at=at, how="Not agreed")
    return restriction


def check_lift(
    restriction: Restriction, *, meeting: Meeting | None, by: User, at: datetime, considered: str = ""
) -> None:
    """Refuse what `lift` would refuse, before anything is done: for the page on which it is checked."""
    deciding.check_weighed(considered, asked.lift_questions(restriction.case.policy))
    if not restriction.is_in_force(day_of(at)):
        raise RuleBroken("It is not in force, so there is nothing to lift", None, "reason")
    body, barred = permissions.lifters(restriction), permissions.barred_from_lifting(restriction)
    deciding.check_consulted(body, consulted_about(restriction, body.act), restriction.case, field="reason")
    deciding.check_met(restriction.case, body, meeting, by=by, at=at, barred=barred)
    deciding.check_same(about(restriction), body.act, by, {})


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
        end_open_review(restriction, Review.Outcome.LIFT, by=by, at=at, reason=reason)
    if case_is_restricted(restriction):
        stages.mark_unrestricted(restriction.case_id, by=by, at=at, why=reason)


def case_is_restricted(restriction: Restriction) -> bool:
    """Whether the case still stands at the stage of this restriction (a closed or moved-on case does not)."""
    case = type(restriction.case).objects.get(pk=restriction.case_id)
    later = case.restrictions.filter(state=State.IN_FORCE).exclude(pk=restriction.pk).exists()
    return not later and case.stage in (case.Stage.CONTACT_RESTRICTION, case.Stage.REVIEW)


def end_open_review(restriction: Restriction, outcome: str, *, by: User, at: datetime, reason: str) -> None:
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
