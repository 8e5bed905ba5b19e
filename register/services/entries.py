"""Entering, changing, keeping and removing an entry, and telling of it whom it concerns."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit.models import Event
from deadlines import services as deadlines
from letters import services as letters
from people.models import Provider, Resident, User
from people.references import next_reference
from people.services import search_text
from policies.policy import RegisterRule
from policies.rules import Rule, RuleBroken
from register import permissions
from register.models import Entry, Lookup

FROM_AN_INCIDENT = Rule("evenhand", text="An entry about a person rests on an incident on record, never on opinion.")
LOOKED_AT_AGAIN = Rule("law", text="An entry stands no longer than it is needed.")
TELLING = Rule(
    "law", text="A person is told of an entry, or it is on record why not, by whom, and when that is looked at again."
)

CHANGEABLE = {
    "risks", "instructions", "arrangement", "ring", "ends_on", "review_on", "shared_with_contractors", "source",
    "case_ref",
}  # fmt: skip
# What somebody who looked must know has changed.
FOLLOWED = {"instructions", "arrangement", "ring", "ends_on"}


def about(entry: Entry) -> str:
    """How deadlines and notices point at an entry."""
    return f"entry:{entry.reference}"


def rule_of(provider: Provider, register_key: str, on: date) -> RegisterRule | None:
    """What the policy in effect on a day says of a register; None where it has none of that key."""
    registers = provider.policy_version_on(on).policy.registers
    return next((register for register in registers if register.key == register_key), None)


# Entering


@transaction.atomic
def enter(
    *,
    provider: Provider,
    resident: Resident | None = None,
    place: str = "",
    postcode: str = "",
    register_key: str,
    risks: Iterable[str],
    instructions: Iterable[str],
    arrangement: Iterable[str] = (),
    ring: str = "",
    source: str = "",
    case_ref: str = "",
    ends_on: date | None = None,
    review_on: date | None = None,
    shared_with_contractors: bool = False,
    told: bool = True,
    not_told_reason: str = "",
    look_again_on: date | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> Entry:
    """Enter a person or a place on the register, with the orders that staff must follow.

    `source` is what the entry stands on: `restriction:X-000004` (Dover 6.30: entered when restrictions are imposed;
    its reasons stand in that decision) or `incident:I-000012`. An entry about a person needs one of the two, because no
    marker rests on opinion (D1); without a restriction it needs its own `reason`. It has an end or a date of review
    (D3). The resident is told, or it is recorded why not and when that is looked at again (D2, Dover 6.33).

    Raises `NotPermitted` unless `by` decides at the provider, `RuleBroken` for what is missing.
    """
    permissions.check_can_enter(by, provider)
    today = deadlines.day_of(at)
    orders = _lines(instructions)
    _check_grounds(provider, resident, place, source, reason)
    _one_at_a_time(provider, resident)
    if not source.startswith(permissions.STANDS_WITH) and (
        twin := twin_of(
            provider, resident, place=place, postcode=postcode, source=source, instructions=orders, on=today
        )
    ):
        raise RuleBroken(f"This is on the register already, as entry {twin.reference}")
    _check_orders(orders)
    _check_dates(today, ends_on, review_on)
    _check_telling(resident, told, not_told_reason, look_again_on, today)
    entry = Entry(
        provider=provider,
        reference=next_reference("entry"),
        register_key=register_key,
        resident=resident,
        place=place,
        place_postcode=postcode.upper().strip(),
        risks=_lines(risks),
        instructions=orders,
        arrangement=_lines(arrangement),
        ring=ring,
        source=source,
        case_ref=case_ref,
        shared_with_contractors=shared_with_contractors,
        resident_told=told,
        not_told_reason="" if told else not_told_reason.strip(),
        look_again_on=None if told else look_again_on,
        entered_on=today,
        entered_by=by,
        entered_at=at,
        ends_on=ends_on,
        review_on=review_on,
    )
    entry.search = search_text([place], (), (), postcode, postcode.replace(" ", ""), entry.reference) if place else ""
    entry.save()
    rule = rule_of(provider, register_key, today)
    audit.decide(
        "register.entered",
        subject=entry,
        by=by,
        at=at,
        reasons=reason,
        rule=rule.enter.rule if rule else None,
        outcome="entered",
        facts={
            "source": source,
            "risks": entry.risks,
            "ends_on": ends_on,
            "review_on": review_on,
            "shared_with_contractors": shared_with_contractors,
        },
    )
    if not told:
        _record_not_telling(entry, rule, by=by, at=at)
    if review_on and not source.startswith(permissions.STANDS_WITH):
        _set_review(entry, at=at)
    return entry


def _one_at_a_time(provider: Provider, resident: Resident | None) -> None:
    """Make whoever enters the same person, or a place of the same provider, wait until this is done."""
    if resident is not None:
        Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    else:
        Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)


def twin_of(
    provider: Provider,
    resident: Resident | None,
    *,
    place: str,
    postcode: str,
    source: str,
    instructions: Iterable[str],
    on: date,
) -> Entry | None:
    """The entry in force that says what a new one would: the same person and incident, or the same place and orders."""
    standing = Entry.objects.in_force(on).filter(provider=provider, removed_on__isnull=True)
    if resident is not None:
        return standing.filter(resident=resident, source=source).first()
    orders = _lines(instructions)
    same = standing.filter(resident__isnull=True, place=place, place_postcode=postcode.upper().strip())
    return same.filter(instructions=orders).first()


def _lines(given: Iterable[str]) -> list[str]:
    return [line.strip() for line in given if line.strip()]


def _check_grounds(provider: Provider, resident: Resident | None, place: str, source: str, reason: str) -> None:
    if resident is None and not place:
        raise RuleBroken("Enter the place, or choose the resident", field="place")
    if resident is not None and resident.provider_id != provider.pk:
        raise RuleBroken("Choose a resident of this provider", field="resident")
    kind, _, reference = source.partition(":")
    if resident is not None and kind not in ("restriction", "incident"):
        raise RuleBroken("Enter the reference of the incident", FROM_AN_INCIDENT, "incident")
    if kind == "incident" and not _on_record(provider, reference):
        raise RuleBroken(f"No incident {reference} is on record", FROM_AN_INCIDENT, "incident")
    if kind != "restriction" and not reason.strip():
        raise RuleBroken("Enter the reasons for the entry", FROM_AN_INCIDENT, "reason")


def _on_record(provider: Provider, reference: str) -> bool:
    """Whether the trail knows an incident; the register stands below the casework and does not ask it."""
    return Event.objects.filter(subject_kind="incident", subject_ref=reference, provider_ref=provider.slug).exists()


def _check_orders(orders: list[str]) -> None:
    if not orders:
        raise RuleBroken("Enter what staff must do", field="instructions")


def _check_dates(today: date, ends_on: date | None, review_on: date | None) -> None:
    if ends_on is None and review_on is None:
        raise RuleBroken("Enter when the entry will be looked at again", LOOKED_AT_AGAIN, "review_on")
    _check_end(today, ends_on)
    _check_review(today, review_on)


def _check_end(today: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < today:
        raise RuleBroken("The last day of the entry must be today or later", LOOKED_AT_AGAIN, "ends_on")


def _check_review(today: date, review_on: date | None) -> None:
    if review_on is not None and review_on <= today:
        raise RuleBroken("The date to look at the entry again must be in the future", LOOKED_AT_AGAIN, "review_on")


def _check_telling(resident: Resident | None, told: bool, reason: str, look_again_on: date | None, today: date) -> None:
    if told:
        return
    if resident is None:
        raise RuleBroken("An entry of a place has nobody to tell", field="told")
    if not reason.strip():
        raise RuleBroken("Enter why the resident is not told", TELLING, "not_told_reason")
    if look_again_on is None:
        raise RuleBroken("Enter when not telling the resident will be looked at again", TELLING, "look_again_on")
    if look_again_on <= today:
        raise RuleBroken("The date to look again at not telling must be in the future", TELLING, "look_again_on")


def _record_not_telling(entry: Entry, rule: RegisterRule | None, *, by: User, at: datetime) -> None:
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
    deadlines.set_deadline(
        provider=entry.provider,
        resident=entry.resident,
        kind="register.look_again",
        about=about(entry),
        case_ref=entry.case_ref,
        title="Look again at not telling the resident of the register entry",
        url_name="register:look_again",
        due_on=entry.look_again_on,
        owner=by,
        runs_from_event=decision.event_id,
        at=at,
    )


def _set_review(entry: Entry, *, at: datetime) -> None:
    """D3: every entry is looked at again; one that stands with a restriction in that restriction's own review."""
    deadlines.set_deadline(
        provider=entry.provider,
        resident=entry.resident,
        kind="register.review",
        about=about(entry),
        case_ref=entry.case_ref,
        title="Look at the register entry again: keep or remove it",
        url_name="register:entry",
        due_on=entry.review_on,
        owner=entry.entered_by,
        at=at,
    )


# Changing


@transaction.atomic
def change(source: str, *, new_source: str = "", by: User, at: datetime, **changes: Any) -> Entry:
    """Change the entry that stands on a source, as when the restriction's terms were varied.

    Takes any of `CHANGEABLE`; `new_source` moves the entry to what follows, such as the restriction that extends this
    one. What stood before is kept in the trail. Whoever looked at it is told that it changed (UK GDPR Art 19).

    Raises `Entry.DoesNotExist` when nothing stands on the source, `TypeError` for an unknown field.
    """
    entry = _locked().get(source=source, removed_on__isnull=True)
    permissions.check_can_change(by, entry)
    return _change(entry, changes | ({"source": new_source} if new_source else {}), by=by, at=at)


@transaction.atomic
def change_entry(entry_id: int, *, reason: str, by: User, at: datetime, **changes: Any) -> Entry:
    """Change an entry that stands by itself. One that stands with a restriction changes only with it."""
    entry = _locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    _check_stands(entry)
    _check_own(entry)
    if not reason.strip():
        raise RuleBroken("Enter the reasons for the change", FROM_AN_INCIDENT, "reason")
    return _change(entry, changes, by=by, at=at, reason=reason)


def _change(entry: Entry, changes: dict[str, Any], *, by: User, at: datetime, reason: str = "") -> Entry:
    if unknown := set(changes) - CHANGEABLE:
        raise TypeError(f"an entry has no changeable {', '.join(sorted(unknown))}")
    for listed in {"risks", "instructions", "arrangement"} & set(changes):
        changes[listed] = _lines(changes[listed])
    before = {name: getattr(entry, name) for name in changes}
    changed = sorted(name for name in changes if changes[name] != before[name])
    if not changed:
        return entry
    for name in changed:
        setattr(entry, name, changes[name])
    _check_orders(entry.instructions)
    if entry.ends_on is None and entry.review_on is None:
        raise RuleBroken("Enter when the entry will be looked at again", LOOKED_AT_AGAIN, "review_on")
    for name, check in (("ends_on", _check_end), ("review_on", _check_review)):
        if name in changed:
            check(deadlines.day_of(at), getattr(entry, name))
    was_shared = before.get("shared_with_contractors", entry.shared_with_contractors)
    entry.save()
    words = {f"was {name}": before[name] for name in changed} | {f"now {name}": changes[name] for name in changed}
    audit.record(
        "register.changed", subject=entry, by=by, at=at, facts={"changed": changed}, words=words | {"reasons": reason}
    )
    if "review_on" in changed and not entry.source.startswith(permissions.STANDS_WITH):
        _set_review(entry, at=at)
    if FOLLOWED & set(changed) or (was_shared and not entry.shared_with_contractors):
        _tell_recipients(entry, "changed", by=by, at=at)
    return entry


# Removing


@transaction.atomic
def remove(
    source: str, *, by: User | None, at: datetime, reason: str, resident_told: bool | None = None
) -> Entry | None:
    """Remove the entry that stands on a source, as when the restriction ended; None where none stands.

    `by` is None when the clock did it. `resident_told` says whether the resident was told of the removal; left out, the
    resident was told if they had been told of the entry. Everybody who had looked at it is told (D4).
    """
    entry = _locked().filter(source=source, removed_on__isnull=True).first()
    if entry is None:
        return None
    if by is not None:
        permissions.check_can_remove(by, entry)
    return _remove(entry, by=by, at=at, reason=reason, resident_told=resident_told)


@transaction.atomic
def remove_entry(
    entry_id: int, *, by: User | None, at: datetime, reason: str, resident_told: bool | None = None
) -> Entry:
    """Remove an entry that stands by itself, because the risk has passed (D3).

    `by` is None when the clock did it: then only an entry whose last day has gone. Raises `TransitionNotAllowed`,
    naming who removed it when, if it is gone already; `RuleBroken` without a reason, or if it stands with a
    restriction: then that is what must end.
    """
    entry = _locked().get(pk=entry_id)
    if by is not None:
        permissions.check_can_remove(by, entry)
    _check_stands(entry)
    _check_own(entry)
    if by is None and (entry.ends_on is None or entry.ends_on >= deadlines.day_of(at)):
        raise TransitionNotAllowed(f"{entry.reference} stands until the end of its last day.")
    return _remove(entry, by=by, at=at, reason=reason, resident_told=resident_told)


def _locked() -> models.QuerySet[Entry]:
    """Locked rows, joined only with what never changes: after a wait for the lock the row is new, its joins are old."""
    return Entry.objects.select_for_update(of=("self",)).select_related("provider", "resident")


def _check_stands(entry: Entry) -> None:
    if entry.removed_on is not None:
        who = entry.removed_by.name if entry.removed_by else "The nightly sweep"
        raise TransitionNotAllowed(f"{who} removed this entry on {entry.removed_on:%-d %B %Y}.")


def _check_own(entry: Entry) -> None:
    if entry.source.startswith(permissions.STANDS_WITH):
        restriction = entry.source.removeprefix(permissions.STANDS_WITH)
        rule = rule_of(entry.provider, entry.register_key, entry.entered_on)
        raise RuleBroken(
            f"This entry stands with restriction {restriction} and changes or ends only with it",
            rule.enter.rule if rule else None,
        )


def _remove(entry: Entry, *, by: User | None, at: datetime, reason: str, resident_told: bool | None) -> Entry:
    if not reason.strip():
        raise RuleBroken("Enter the reasons for the removal", LOOKED_AT_AGAIN, "reason")
    today = deadlines.day_of(at)
    told = entry.resident_told if resident_told is None else resident_told
    entry.removed_on, entry.removed_at, entry.removed_by, entry.removal_reason = today, at, by, reason.strip()
    entry.save()
    facts = {"source": entry.source, "resident_told": told if entry.resident_id else None}
    if by is None:
        audit.record("register.removed", subject=entry, by=None, at=at, facts=facts, words={"reasons": reason})
    else:
        rule = rule_of(entry.provider, entry.register_key, today)
        audit.decide(
            "register.removed",
            subject=entry,
            by=by,
            at=at,
            reasons=reason,
            rule=rule.remove.rule if rule and rule.remove.said else None,
            outcome="removed",
            facts=facts,
        )
    deadlines.cancel(about(entry), at=at, reason="The entry was removed")
    _tell_recipients(entry, "removed", by=by, at=at)
    return entry


def recipients(entry: Entry) -> list[User]:
    """Everybody who has seen the entry in its life, by name: those whom its correction or removal concerns (D4)."""
    seen_by = Lookup.objects.filter(entries_shown__contains=[entry.reference]).values("by")
    return list(User.objects.filter(pk__in=seen_by).select_related("organisation").order_by("name", "pk"))


def _tell_recipients(entry: Entry, what: str, *, by: User | None, at: datetime) -> None:
    """Tell each who looked that the entry was changed or removed, and record whom; never why, and never whose it is."""
    told = [user for user in recipients(entry) if user.is_active]
    if not told:
        return
    subject = f"Register entry {entry.reference} was {what}"
    body = (
        f"Register entry {entry.reference}, which you looked at, was {what} on {deadlines.day_of(at):%-d %B %Y}.\n\n"
        "Do not rely on what you saw before. Check the register again before you visit or phone."
    )
    for user in told:
        letters.notify(user, kind=f"register.{what}", subject=subject, body=body, about=about(entry), at=at)
    people = [
        {"ref": user.reference, "name": user.name, "organisation": user.organisation.name if user.organisation else ""}
        for user in told
    ]
    audit.record("register.recipients_told", subject=entry, by=by, at=at, facts={"what": what, "people": people})


# Looking at an entry again


@transaction.atomic
def keep(entry_id: int, *, by: User, at: datetime, reason: str, review_on: date) -> Entry:
    """Decide at its review that an entry stays, why, and when it is looked at again (D3)."""
    entry = _locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    _check_stands(entry)
    _check_own(entry)
    if not reason.strip():
        raise RuleBroken("Enter the reasons for keeping the entry", LOOKED_AT_AGAIN, "reason")
    today = deadlines.day_of(at)
    _check_dates(today, None, review_on)
    entry.review_on = review_on
    entry.save()
    rule = rule_of(entry.provider, entry.register_key, today)
    audit.decide(
        "register.kept",
        subject=entry,
        by=by,
        at=at,
        reasons=reason,
        rule=rule.review.rule if rule and rule.review.said else None,
        outcome="kept",
        facts={"review_on": review_on},
    )
    deadlines.meet(about(entry), "register.review", at=at, how="Kept")
    _set_review(entry, at=at)
    return entry


@transaction.atomic
def tell_resident(entry_id: int, *, by: User, at: datetime, how: str) -> Entry:
    """Record that the resident has now been told of an entry that was first kept from them, and how (D2)."""
    entry = _locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    _check_stands(entry)
    if entry.resident_told:
        return entry
    if not how.strip():
        raise RuleBroken("Enter how the resident was told", TELLING, "how")
    entry.resident_told, entry.not_told_reason, entry.look_again_on = True, "", None
    entry.save()
    audit.record("register.resident_told", subject=entry, by=by, at=at, words={"how": how})
    deadlines.meet(about(entry), "register.look_again", at=at, how="The resident was told")
    return entry


@transaction.atomic
def go_on_not_telling(entry_id: int, *, by: User, at: datetime, reason: str, look_again_on: date) -> Entry:
    """Decide again that the resident is not told, why, and when that is looked at next (D2, Dover 6.33)."""
    entry = _locked().get(pk=entry_id)
    permissions.check_can_remove(by, entry)
    _check_stands(entry)
    today = deadlines.day_of(at)
    if entry.resident_told:
        raise RuleBroken("The resident has been told of this entry", TELLING, "told")
    _check_telling(entry.resident, False, reason, look_again_on, today)
    entry.not_told_reason, entry.look_again_on = reason.strip(), look_again_on
    entry.save()
    deadlines.meet(about(entry), "register.look_again", at=at, how="Looked at again")
    _record_not_telling(entry, rule_of(entry.provider, entry.register_key, today), by=by, at=at)
    return entry
