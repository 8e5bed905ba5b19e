"""Telling of an entry: the resident, or why not (D2, Dover 6.33); and everybody who had looked at it (D4)."""

from datetime import date, datetime

from django.db import transaction

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from design import dates
from design.dates import day_of
from letters import services as letters
from people.models import Resident, User
from policies import law
from policies.policy import RegisterRule
from policies.rules import RuleBroken, need
from register import permissions
from register.models import Entry, Lookup
from register.services.rows import check_stands, locked, rule_of


def check_telling(resident: Resident | None, told: bool, reason: str, look_again_on: date | None, today: date) -> None:
    """Refuse not to tell without a reason and a day to look again (D2: never blank)."""
    if told:
        return
    if resident is None:
        raise RuleBroken("An entry of a place has nobody to tell", field="told")
    need(reason, "Enter why the resident is not told", "not_told_reason", law.TOLD_OF_ENTRY)
    if look_again_on is None:
        raise RuleBroken(
            "Enter when not telling the resident will be looked at again", law.TOLD_OF_ENTRY, "look_again_on"
        )
    if look_again_on <= today:
        raise RuleBroken(
            "The date to look again at not telling must be in the future", law.TOLD_OF_ENTRY, "look_again_on"
        )


def record_not_telling(entry: Entry, rule: RegisterRule | None, *, by: User, at: datetime) -> None:
    """Dover 6.33: we may decide not to inform the resident, where being told may make the behaviour worse."""
    decision = audit.decide(
        "register.not_told",
        subject=entry,
        by=by,
        at=at,
        reasons=entry.not_told_reason,
        rule=rule.withhold_if.rule if rule else None,
        outcome="not told",
        not_done="The resident was not told of the entry.",
        facts={"look_again_on": entry.look_again_on},
    )
    deadlines.set(
        kinds.REGISTER_LOOK_AGAIN,
        entry,
        due=entry.look_again_on,
        whose=deadlines.Whose(by),
        event=decision.event_id,
        at=at,
    )


def recipients(entry: Entry) -> list[User]:
    """Everybody who has seen the entry in its life, by name: those whom its correction or removal concerns (D4)."""
    seen_by = Lookup.objects.filter(entries_shown__contains=[entry.reference]).values("by")
    return list(User.objects.filter(pk__in=seen_by).select_related("organisation").order_by("name", "pk"))


def tell_recipients(entry: Entry, what: str, *, by: User | None, at: datetime) -> None:
    """Tell each who looked that the entry was changed or removed, and record whom; never why, and never whose it is."""
    told = [user for user in recipients(entry) if user.is_active]
    if not told:
        return
    thing = "Highlight" if entry.is_highlight else "Register entry"
    subject = f"{thing} {entry.reference} was {what}"
    body = (
        f"{thing} {entry.reference}, which you looked at, was {what} on {dates.day(at)}.\n\n"
        "Do not rely on what you saw before. Check again before you visit or phone."
    )
    for user in told:
        letters.notify(user, kind=f"register.{what}", subject=subject, body=body, about=entry.trail.about, at=at)
    people = [
        {"ref": user.reference, "name": user.name, "organisation": user.organisation.name if user.organisation else ""}
        for user in told
    ]
    audit.record("register.recipients_told", subject=entry, by=by, at=at, facts={"what": what, "people": people})


@transaction.atomic
def tell_resident(entry_id: int, *, by: User, at: datetime, how: str) -> Entry:
    """Record that the resident has now been told of an entry that was first kept from them, and how (D2)."""
    entry = locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    check_stands(entry)
    if entry.resident_told:
        return entry
    need(how, "Enter how the resident was told", "how", law.TOLD_OF_ENTRY)
    entry.resident_told, entry.not_told_reason, entry.look_again_on = True, "", None
    entry.save()
    audit.record("register.resident_told", subject=entry, by=by, at=at, words={"how": how})
    deadlines.meet(kinds.REGISTER_LOOK_AGAIN, entry, at=at, how="The resident was told")
    return entry


@transaction.atomic
def go_on_not_telling(entry_id: int, *, by: User, at: datetime, reason: str, look_again_on: date) -> Entry:
    """Decide again that the resident is not told, why, and when that is looked at next (D2, Dover 6.33)."""
    entry = locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    check_stands(entry)
    today = day_of(at)
    if entry.resident_told:
        raise RuleBroken("The resident has been told of this entry", law.TOLD_OF_ENTRY, "told")
    check_telling(entry.resident, False, reason, look_again_on, today)
    entry.not_told_reason, entry.look_again_on = reason.strip(), look_again_on
    entry.save()
    deadlines.meet(kinds.REGISTER_LOOK_AGAIN, entry, at=at, how="Looked at again")
    record_not_telling(entry, rule_of(entry), by=by, at=at)
    return entry
