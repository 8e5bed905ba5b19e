"""Lodging an appeal that came, and recording that it is withdrawn."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from appeals import permissions
from appeals.models import Appeal
from appeals.services.timing import Timing, meanwhile, rules_for, timing
from audit import services as audit
from deadlines import services as deadlines
from deadlines.models import Deadline
from design import dates
from design.dates import day_of
from letters import services as letters
from people.models import User
from people.references import next_reference
from policies.rules import RuleBroken
from restrictions.models import Restriction
from restrictions.services import rows

State = Appeal.State
APPEALABLE = (Restriction.State.IN_FORCE, Restriction.State.LAPSED)


def about(appeal: Appeal) -> str:
    """How deadlines and letters point at it."""
    return f"appeal:{appeal.reference}"


def locked(appeal_id: int) -> Appeal:
    """The appeal with its row locked, and its restriction and case beside it.

    All of it is read after the wait: a join is not read again when a lock is had at last (docs/adr/0051), so it would
    show a restriction in force that has been lifted meanwhile, and nobody who decided.
    """
    Appeal.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=appeal_id)
    return Appeal.objects.select_related(
        "restriction__case__provider",
        "restriction__case__resident__provider",
        "restriction__case__policy_version",
        "restriction__letter",
    ).get(pk=appeal_id)


def already(appeal: Appeal) -> str:
    """Who did what when, for whoever comes second."""
    if appeal.decided_by and appeal.decided_at:
        day, outcome = day_of(appeal.decided_at), appeal.get_state_display()
        return f"{appeal.decided_by.name} decided {appeal.reference} on {dates.day(day)}: {outcome}."
    return f"{appeal.reference} is “{appeal.get_state_display()}”."


@transaction.atomic
def lodge(
    restriction_id: int,
    *,
    made_by_name: str,
    by_representative: bool,
    how: str,
    received_on: date,
    words: str,
    by: User,
    at: datetime,
    made_on: date | None = None,
) -> Appeal:
    """Record an appeal that came, acknowledge it by letter, and set by when it is answered (Dover 6.34 to 6.36).

    A late one is lodged too: whether it is heard is decided by somebody who decides appeals, never by the clock.
    Raises RuleBroken for a day before the decision or in the future, and after a final outcome (6.35);
    TransitionNotAllowed where an appeal against the decision is open already, or where the decision no longer stands.
    """
    restriction = rows.locked(restriction_id)
    permissions.check_can_lodge(by, restriction)
    check_open_to_appeal(restriction)
    check_lodging(restriction, made_by_name=made_by_name, words=words, received_on=received_on, made_on=made_on, at=at)
    found = timing(restriction, received_on=received_on, made_on=made_on)
    appeal = Appeal.objects.create(
        restriction=restriction,
        reference=next_reference("appeal"),
        made_by_name=made_by_name.strip(),
        by_representative=by_representative,
        how=how,
        made_on=made_on,
        received_on=received_on,
        words=words.strip(),
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
            "restriction": restriction.reference,
            "received_on": received_on,
            "made_on": made_on,
            "how": how,
            "window_until": found.window.due,
            "in_time": found.in_time,
            "answer_by": found.response.due,
        },
        words={"made_by": made_by_name, "words": words},
    )
    _set_deadlines(appeal, found, event=event.pk, at=at)
    _acknowledge(appeal, by=by, at=at)
    return appeal


def check_lodging(
    restriction: Restriction,
    *,
    made_by_name: str,
    words: str,
    received_on: date,
    made_on: date | None,
    at: datetime,
) -> None:
    """Refuse what cannot be: an appeal before the decision, from the future, after a final outcome, without words."""
    rules = rules_for(restriction)
    assert restriction.decided_on is not None
    decided = dates.day(restriction.decided_on)
    if not made_by_name.strip():
        raise RuleBroken("Enter who appeals", field="made_by_name")
    if not words.strip():
        raise RuleBroken("Enter what they say, in their own words", field="words")
    for field, day, called in (("received_on", received_on, "received"), ("made_on", made_on, "written or sent")):
        if day and day > day_of(at):
            raise RuleBroken(f"The day it was {called} must be today or in the past", field=field)
        if day and day < restriction.decided_on:
            raise RuleBroken(
                f"The day it was {called} must be on or after the decision of {decided}", rules.window.rule, field
            )
    if made_on and made_on > received_on:
        raise RuleBroken("The day it was written or sent must not be after the day it was received", field="made_on")
    check_not_final(restriction)


def check_not_final(restriction: Restriction) -> None:
    """Refuse a second appeal against the same decision, where the policy calls the outcome final (Dover 6.35)."""
    settled = settled_for_good(restriction)
    if settled:
        was = f"Appeal {settled.reference} was decided ({settled.get_state_display().lower()})"
        raise RuleBroken(f"{was}, and the outcome of an appeal is final", rules_for(restriction).final.rule)


def settled_for_good(restriction: Restriction) -> Appeal | None:
    """The appeal whose outcome is final by the policy; a withdrawn one had none."""
    if rules_for(restriction).final.raw is not True:
        return None
    return restriction.appeals.exclude(state__in=[*Appeal.OPEN, State.WITHDRAWN]).order_by("pk").last()


def check_open_to_appeal(restriction: Restriction) -> None:
    """Refuse where the decision no longer stands, or where an appeal against it is open already."""
    if restriction.state not in APPEALABLE:
        raise TransitionNotAllowed(
            f"{restriction.reference} is “{restriction.get_state_display()}”: it holds nothing to appeal against."
        )
    other = restriction.appeals.open().select_related("lodged_by").first()
    if other:
        raise TransitionNotAllowed(
            f"{other.lodged_by.name} has lodged {other.reference} against this decision, and it is not decided yet.",
            object=other,
        )


def _set_deadlines(appeal: Appeal, found: Timing, *, event: int, at: datetime) -> None:
    restriction, case = appeal.restriction, appeal.restriction.case
    if found.in_time is not False:
        how = f"{appeal.reference} was received"
        deadlines.meet(rows.about(restriction), "appeal.window", at=at, how=how)
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind="appeal.decide",
        about=about(appeal),
        case_ref=case.reference,
        title="Decide an appeal",
        url_name="appeals:decide",
        reckoning=found.response,
        told=True,
        for_roles=permissions.decider_keys(restriction),
        not_for=User.objects.filter(pk__in=permissions.barred(restriction)),
        runs_from_event=event,
        at=at,
    )


def _acknowledge(appeal: Appeal, *, by: User, at: datetime) -> None:
    """Tell the resident in writing that it came, who decides, by when, and what holds until then."""
    case = appeal.restriction.case
    appeal.acknowledgement = letters.request(
        "appeal_acknowledgement",
        to=case.resident,
        about=about(appeal),
        case_ref=case.reference,
        facts=acknowledgement_facts(appeal),
        by=by,
        at=at,
        policy_version=case.policy_version,
    )
    appeal.acknowledge(at=at)
    appeal.save()
    facts = {"letter": appeal.acknowledgement.reference}
    audit.record("appeal.acknowledged", subject=appeal, by=by, at=at, facts=facts)


def acknowledgement_facts(appeal: Appeal) -> dict[str, Any]:
    """What the acknowledgement says, as plain values."""
    response = appeal.response
    return {
        "appeal_reference": appeal.reference,
        "restriction_reference": appeal.restriction.reference,
        "received_on": appeal.received_on.isoformat(),
        "in_time": appeal.in_time,
        "answer_by": response.due.isoformat() if response.due else None,
        "answer_explained": response.explain(),
        "decided_by_role": permissions.decider_names(appeal.restriction),
        "meanwhile": meanwhile(appeal.restriction),
    }


@transaction.atomic
def withdraw(appeal_id: int, *, by: User, at: datetime, reason: str) -> Appeal:
    """Record that the resident no longer wants the appeal; it is no outcome, so within the window it may come again."""
    appeal = locked(appeal_id)
    permissions.check_can_withdraw(by, appeal)
    if not appeal.is_open:
        raise TransitionNotAllowed(already(appeal), object=appeal)
    if not reason.strip():
        raise RuleBroken("Enter how the resident withdrew it, and when", field="reason")
    appeal.withdraw(at=at, reason=reason.strip())
    appeal.save()
    deadlines.cancel(about(appeal), at=at, reason="The appeal was withdrawn")
    facts = {"restriction": appeal.restriction.reference}
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
    deadlines.cancel(deadline.about, deadline.kind, at=at, reason="The time to appeal ran out")
    audit.record("appeal.window_closed", subject=deadline, by=None, at=at, facts={"until": deadline.due_on})
    return True
