"""A colleague's look at the work of a single point of contact, and what it leaves until that is done."""

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

import policies.clocks
from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from design.dates import day_of
from people import access
from people.access import Can
from people.models import User
from policies.calendars import Calendar
from policies.parts import SPOC_QUALITY_REVIEW
from policies.policy import Policy
from policies.reckoning import Reckoning
from policies.rules import RuleBroken, need
from restrictions import permissions
from restrictions.models import Restriction, SpocCheck

FROM_THE_LAST = "Runs from the last check: our convention"


def is_checked(restriction: Restriction) -> bool:
    """Whether the policy has a colleague look through the letters and decisions, and there is somebody to look at."""
    return restriction.case.policy.period(SPOC_QUALITY_REVIEW) is not None and restriction.contact_term() is not None


def next_check(restriction: Restriction) -> Reckoning | None:
    """When the next check is due: by the policy's clock from the naming, then from the last check; None without one.

    A check that would fall after the last day in force is not set: it ends with the restriction.
    """
    policy = restriction.case.policy
    holder = next((each for each in restriction.standing_namings() if each.until_on is None), None)
    if policy.period(SPOC_QUALITY_REVIEW) is None or holder is None:
        return None
    last = SpocCheck.objects.filter(restriction__in=restriction.chain(), checked_on__gte=holder.named_on).last()
    calendar = deadlines.calendar_for(restriction.case.provider)
    found = count(policy, calendar, last.checked_on if last else holder.named_on, again=bool(last))
    assert found is not None
    return None if found.due and restriction.ends_on and found.due > restriction.ends_on else found


def count(policy: Policy, calendar: Calendar, begin_on: date, *, again: bool) -> Reckoning | None:
    """When the check after a day is due: the naming, or `again` the last check; None where a policy asks for none."""
    if policy.period(SPOC_QUALITY_REVIEW) is None:
        return None
    found = policies.clocks.work_out(policy, SPOC_QUALITY_REVIEW, {"spoc named": begin_on}, calendar)
    if not again:
        return found
    assumed = [each for each in found.assumed if each != policies.clocks.FROM_NAMING]
    return replace(found, runs_from="last review", assumed=[FROM_THE_LAST, *assumed])


def set_next(restriction: Restriction, *, at: datetime, event: int) -> None:
    """Set the next check, where there is one."""
    found = next_check(restriction)
    if found:
        put(restriction, found, at=at, event=event)


def keep(restriction: Restriction, *, at: datetime, event: int) -> None:
    """The check that is due stays due on its day, and goes to somebody who is neither contact nor cover now."""
    if found := standing_check(restriction):
        put(restriction, found, at=at, event=event)
    else:
        set_next(restriction, at=at, event=event)


def put(restriction: Restriction, found: Reckoning, *, at: datetime, event: int) -> None:
    """Set it for the contact's line manager, who is the policy's example of a colleague; else for any who may."""
    namings = restriction.standing_namings()
    boss = next(each.person for each in namings if each.until_on is None).line_manager
    owner = boss if boss and not access.why_not(permissions.check_can_check_spoc, boss, restriction) else None
    anybody = () if owner else access.keys_with(restriction.provider, Can.WORK_CASES)
    whose = deadlines.Whose(owner, anybody, {each.person_id for each in namings})
    deadlines.set(kinds.SPOC_QUALITY_REVIEW, restriction, due=found, whose=whose, event=event, at=at)


def standing_check(restriction: Restriction) -> Reckoning | None:
    """How the day of the check that is due was worked out; None where none is set."""
    found = Deadline.objects.open().about(restriction).filter(kind=kinds.SPOC_QUALITY_REVIEW).first()
    return Reckoning.from_json(found.reckoning) if found and found.reckoning else None


@transaction.atomic
def record_check(
    restriction_id: int,
    *,
    by: User,
    at: datetime,
    looked_at: str,
    answered_in_time: bool | None,
    findings: str,
    to_change: str = "",
) -> SpocCheck:
    """Write down a colleague's look at the letters and decisions of the contact (the procedure's 6), and set the next.

    What it leaves to be done or changed becomes a task of the contact until it is done. It may be done sooner than it
    is due. Raises RuleBroken where something is not answered or the policy has no such check, TransitionNotAllowed
    where the restriction is over.
    """
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_check_spoc(by, restriction)
    today = day_of(at)
    if not is_checked(restriction):
        raise RuleBroken("The policy does not ask for this check", None, "looked_at")
    if not restriction.is_in_force(today):
        raise TransitionNotAllowed(f"{restriction.reference} is not in force, so there is nothing to check.")
    rule = restriction.case.policy.value(SPOC_QUALITY_REVIEW).rule
    need(looked_at, "Enter what you looked at", "looked_at", rule)
    if answered_in_time is None:
        raise RuleBroken("Select whether contact is answered in time", rule, "answered_in_time")
    need(findings, "Enter what you found", "findings", rule)
    standing = standing_check(restriction)
    term = restriction.contact_term()
    assert term is not None and term.person is not None
    check = SpocCheck.objects.create(
        restriction=restriction,
        person=term.person,
        due_on=standing.due if standing else None,
        looked_at=looked_at.strip(),
        answered_in_time=answered_in_time,
        findings=findings.strip(),
        to_change=to_change.strip(),
        checked_by=by,
        checked_at=at,
        checked_on=today,
    )
    event = audit.record(
        "spoc.checked",
        subject=restriction,
        by=by,
        at=at,
        facts={"person": term.person.reference, "due_on": check.due_on, "answered_in_time": answered_in_time},
        words={"looked_at": looked_at, "findings": findings, "to_change": to_change},
    )
    deadlines.meet(kinds.SPOC_QUALITY_REVIEW, restriction, at=at, how="Checked")
    set_next(restriction, at=at, event=event.pk)
    if check.to_change:
        ask_to_follow_up(restriction, at=at, event=event.pk)
    return check


# what it leaves to be done


def left_over(restriction: Restriction) -> list[SpocCheck]:
    """The checks of it, and of what it continues, that left something to be done, the oldest first."""
    found = SpocCheck.objects.filter(restriction__in=restriction.chain(), followed_up="").exclude(to_change="")
    return list(found.select_related("checked_by", "person").order_by("pk"))


def ask_to_follow_up(restriction: Restriction, *, at: datetime, event: int) -> None:
    """What a check left becomes a task of the contact."""
    term = restriction.contact_term()
    assert term is not None
    deadlines.set(kinds.SPOC_FOLLOW_UP, restriction, whose=deadlines.Whose(term.person), event=event, at=at)


@transaction.atomic
def follow_up(restriction_id: int, *, by: User, at: datetime, done: str) -> Restriction:
    """Write down that what the checks left has been done, or why not (the procedure's 6: followed up until it is done).

    Raises TransitionNotAllowed where nothing is left, RuleBroken without words.
    """
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_follow_up(by, restriction)
    left = left_over(restriction)
    if not left:
        raise TransitionNotAllowed(f"Nothing is left to be done from the checks of {restriction.reference}.")
    need(done, "Enter what has been done", "reason", restriction.case.policy.value("spoc.do").rule)
    SpocCheck.objects.filter(pk__in=[each.pk for each in left]).update(
        followed_up=done.strip(), followed_up_by=by, followed_up_at=at
    )
    audit.record(
        "spoc.followed_up", subject=restriction, by=by, at=at, facts={"checks": len(left)}, words={"done": done}
    )
    deadlines.meet(kinds.SPOC_FOLLOW_UP, restriction, at=at, how="Done")
    return restriction
