"""Not telling the resident of an entry: why, by whose decision, until when; telling them after all (D2)."""

from datetime import date, datetime

from django.db import transaction

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.services import Said
from design import seals
from design.dates import day_of
from people.models import Resident, User
from policies import law
from policies.rules import RuleBroken, need
from register import acts, shown
from register.models import Entry
from register.services import agreeing, grounds


def check_telling(resident: Resident | None, told: bool, reason: str, look_again_on: date | None, today: date) -> None:
    """Refuse not to tell without a reason and a day to look again (D2: never blank)."""
    if told:
        return
    if resident is None:
        raise RuleBroken("An entry of a place has nobody to tell", field="told")
    need(reason, "Enter why the resident is not told", "not_told_reason", law.TOLD_OF_ENTRY)
    _check_next_look(look_again_on, today)


def _check_next_look(look_again_on: date | None, today: date) -> None:
    field, rule = "look_again_on", law.TOLD_OF_ENTRY
    if look_again_on is None:
        raise RuleBroken("Enter when not telling the resident will be looked at again", rule, field)
    if look_again_on <= today:
        raise RuleBroken("The date to look again at not telling must be in the future", rule, field)


def record_not_telling(entry: Entry, *, considered: str = "", by: User, at: datetime) -> None:
    """Dover 6.33: we may decide not to inform the resident, where being told may make the behaviour worse.

    It is looked at again by whom the policy lets decide that, else by whoever decided it.
    """
    rule, act = entry.rule, acts.withhold(entry)
    decision = audit.decide(
        "register.not_told",
        subject=entry,
        by=by,
        at=at,
        reasons=entry.not_told_reason,
        considered=considered,
        rule=rule.withhold_if.rule if rule else None,
        outcome="not told",
        not_done="The resident was not told of the entry.",
        facts={"look_again_on": entry.look_again_on},
    )
    whose = deadlines.Whose(by) if act.allows(by) and not act.takes_others(by) else act.whose
    deadlines.set(
        kinds.REGISTER_LOOK_AGAIN, entry, due=entry.look_again_on, whose=whose, event=decision.event_id, at=at
    )


@transaction.atomic
def tell_resident(entry_id: int, *, how: str, by: User, at: datetime, seen: str | None = None) -> Entry:
    """Record that the resident has now been told of an entry that was first kept from them, and how (D2).

    To be told is the law's rule, and not telling what has to be decided: so one of those who decide it is enough.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    act = acts.withhold(entry)
    act.check(by)
    grounds.check_stands(entry)
    if entry.resident_told:
        return entry
    seals.check(seen, shown.entry(entry, act), since=audit.since(entry))
    need(how, "Enter how the resident was told", "how", law.TOLD_OF_ENTRY)
    entry.resident_told, entry.not_told_reason, entry.look_again_on = True, "", None
    entry.save()
    audit.record("register.resident_told", subject=entry, by=by, at=at, words={"how": how})
    agreeing.drop(act, at=at)
    deadlines.meet(kinds.REGISTER_LOOK_AGAIN, entry, at=at, how="The resident was told")
    return entry


@transaction.atomic
def go_on_not_telling(entry_id: int, said: Said, *, by: User, at: datetime, seen: str | None = None) -> Entry:
    """Decide again that the resident is not told and why (D2, Dover 6.33).

    `said.what["look_again_on"]` says, in ISO form, when that is looked at next. Where several decide, it waits until
    the last has agreed. Raises as `decisions.services.take`; TransitionNotAllowed where the entry was removed;
    RuleBroken without reasons or such a day, and where the resident has been told.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    act = acts.withhold(entry)
    act.check(by)
    grounds.check_stands(entry)
    seals.check(seen, shown.entry(entry, act), since=audit.since(entry))
    if entry.resident_told:
        raise RuleBroken("The resident has been told of this entry", law.TOLD_OF_ENTRY, "told")
    need(said.reasons, "Enter why the resident is not told", "reason", law.TOLD_OF_ENTRY)
    next_look = said.what.get("look_again_on")
    entry.look_again_on = date.fromisoformat(next_look) if next_look else None
    _check_next_look(entry.look_again_on, day_of(at))
    if decisions.take(act, said, by=by, at=at) is None:
        deadlines.excuse(kinds.REGISTER_LOOK_AGAIN, entry, user=by)
        return Entry.objects.get(pk=entry_id)
    entry.not_told_reason = said.reasons.strip()
    entry.save()
    agreeing.drop(act, at=at)
    deadlines.meet(kinds.REGISTER_LOOK_AGAIN, entry, at=at, how="Looked at again")
    record_not_telling(entry, considered=said.considered, by=by, at=at)
    return entry
