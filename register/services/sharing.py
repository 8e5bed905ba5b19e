"""What contractors are shown of the register: one decision an organisation, known to them, and ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django_fsm import TransitionNotAllowed

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from design import dates, seals
from design.dates import day_of
from letters import services as letters
from people.access import NotPermitted
from people.models import Organisation, User
from policies import law
from policies.rules import Rule, RuleBroken, need
from register import acts, shown
from register.models import Entry, Lookup, Share
from register.services import grounds, lookups

RECEIVED = "Receiving what is shared"
LAST_DAY_PASSED = "Its last day passed"
ENTRY_GONE = "The entry was removed"
NOT_SHARED_ANY_MORE = "It was decided that contractors are not shown the entry"


@dataclass(frozen=True)
class NewShare:
    """With whom an entry is to be shared, why they need it, and the last day; None for as long as it stands."""

    organisations: Iterable[int]
    reasons: str
    until_on: date | None = None


@transaction.atomic
def share(entry_id: int, new: NewShare, *, by: User, at: datetime, seen: str | None = None) -> list[Share]:
    """Decide that contractors are shown an entry (Dover 6.31, D4): a decision for each, and each of them is told.

    Raises NotPermitted for whoever may not enter on its register; TransitionNotAllowed where it was removed, or has
    changed since it was shown; RuleBroken, beside its field, without reasons, for no contractor or one who has it, for
    a day that has gone, and where it was decided with the entry that contractors are not shown it: the resident was
    told so.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    acts.share(entry).check(by)
    grounds.check_stands(entry)
    seals.check(seen, shown.shares(entry), since=audit.since(entry))
    check_may_be_shared(entry)
    need(new.reasons, "Enter why they need it", "reason", law.SHARED_AS_NEEDED)
    if new.until_on is not None and new.until_on < day_of(at):
        raise RuleBroken("The last day must be today or later", law.SHARED_AS_NEEDED, "until_on")
    wanted = contractors_of(entry).filter(pk__in=list(new.organisations))
    made = [_share(entry, organisation, new, by=by, at=at) for organisation in wanted]
    if not made:
        raise RuleBroken("Select the contractors who need it", law.SHARED_AS_NEEDED, "organisations")
    deadlines.meet(kinds.REGISTER_SHARE, entry, at=at, how="Shared")
    return made


def contractors_of(entry: Entry) -> QuerySet[Organisation]:
    """The contractors with whom an entry could be shared: those who work for its provider still."""
    return Organisation.objects.filter(provider=entry.provider_id, closed_at=None).order_by("name")


def check_may_be_shared(entry: Entry) -> None:
    """Refuse to share what was decided not to be shown to contractors."""
    if not entry.shared_with_contractors:
        where = f"restriction {entry.stands_with}" if entry.stands_with else "the entry"
        raise RuleBroken(f"It was decided with {where} that contractors are not shown it", law.SHARED_AS_NEEDED)


def _share(entry: Entry, organisation: Organisation, new: NewShare, *, by: User, at: datetime) -> Share:
    standing = Share.objects.standing().filter(entry=entry, organisation=organisation).first()
    if standing is not None:
        if standing.until_on is None or standing.until_on >= day_of(at):
            raise RuleBroken(f"{organisation.name} is shown it already", field="organisations")
        _end(standing, LAST_DAY_PASSED, by=None, at=at)
    made = Share.objects.create(
        entry=entry,
        organisation=organisation,
        reasons=new.reasons.strip(),
        from_on=day_of(at),
        until_on=new.until_on,
        decided_by=by,
        decided_at=at,
    )
    audit.decide(
        "register.shared",
        subject=entry,
        by=by,
        at=at,
        reasons=new.reasons,
        rule=rule_of(entry),
        outcome="shared",
        facts=_facts(made) | {"from_on": made.from_on, "until_on": made.until_on},
        words={"what": entry.instructions},
    )
    _tell(
        made,
        f"{entry.provider.name} has shared something with you",
        f"{entry.provider.name} now shares an entry of its register with {organisation.name}.\n\n"
        "Sign in, open “Shared with us”, and say that you have received it. Tell those of your people who visit.",
        at=at,
    )
    return made


def rule_of(entry: Entry) -> Rule:
    """Under which rule an entry is shared: what the policy says of contractors, else the law's."""
    return entry.policy_version.policy.rule("inform.contractors") or law.SHARED_AS_NEEDED


@transaction.atomic
def recall(share_id: int, *, reason: str, by: User, at: datetime, seen: str | None = None) -> Share:
    """Decide that a contractor is shown an entry no longer; they are told not to rely on what they saw (D4).

    Raises NotPermitted as `share`; TransitionNotAllowed, with who did it when, where it was recalled; RuleBroken
    without a reason.
    """
    found = _locked(pk=share_id)
    acts.share(found.entry).check(by)
    if found.recalled_at is not None:
        who = found.recalled_by.name if found.recalled_by else "The nightly sweep"
        raise TransitionNotAllowed(f"{who} ended this on {dates.day(found.recalled_at)}.")
    seals.check(seen, shown.share(found), since=audit.since(found.entry))
    need(reason, "Enter why it is recalled", "reason", law.SHARED_AS_NEEDED)
    _end(found, reason.strip(), by=by, at=at)
    return found


@transaction.atomic
def acknowledge(token: UUID, *, by: User, at: datetime) -> Lookup | None:
    """“We have received this”, said once by anybody of the organisation that it is shared with.

    To receive it is to read it: that is a recorded look like any other, and leads to what it says. None where a
    colleague had received it. Raises NotPermitted for anybody else; TransitionNotAllowed where it is shared no longer.
    """
    found = _locked(token=token)
    if by.organisation_id != found.organisation_id or not by.is_active:
        raise NotPermitted("It is shared with somebody else.")
    if found.acknowledged_at is not None:
        return None
    if not Share.objects.in_force(day_of(at)).filter(pk=found.pk).exists():
        raise TransitionNotAllowed("It is not shared with you any more. Do not rely on what you saw.")
    found.acknowledged_by, found.acknowledged_at = by, at
    found.save()
    audit.record("register.share_acknowledged", subject=found.entry, by=by, at=at, facts=_facts(found))
    why: dict[str, Any] = {"purpose": Lookup.Purpose.OTHER, "job": RECEIVED, "by": by, "at": at}
    if found.entry.resident is not None:
        return lookups.look_up(found.entry.resident, **why)
    return lookups.look_up_place(found.entry, **why)


@transaction.atomic
def lapse(share_id: int, *, at: datetime) -> None:
    """Tidy away a share whose last day has gone. For the sweep: safe to run twice, or late."""
    found = _locked(pk=share_id)
    if found.recalled_at is None and found.until_on is not None and found.until_on < day_of(at):
        _end(found, LAST_DAY_PASSED, by=None, at=at)


@transaction.atomic
def end_all_of(organisation: Organisation, *, reason: str, by: User | None, at: datetime) -> int:
    """End everything that is shared with one contractor, as when they work for the provider no longer."""
    found = Share.objects.standing().filter(organisation=organisation).order_by("pk").values_list("pk", flat=True)
    for share_id in found:
        _end(_locked(pk=share_id), reason, by=by, at=at)
    return len(found)


def end_all(entry: Entry, *, reason: str, by: User | None, at: datetime) -> None:
    """End every share of a locked entry: it is gone, or contractors are not to be shown it any more."""
    for share_id in Share.objects.standing().filter(entry=entry).order_by("pk").values_list("pk", flat=True):
        _end(_locked(pk=share_id), reason, by=by, at=at)
    deadlines.cancel(kinds.REGISTER_SHARE, entry, at=at, reason=reason)


def ask_with_whom(entry: Entry, *, at: datetime) -> None:
    """Put it on the lists of those who may: contractors are to be shown the entry, and somebody says which.

    Not where one is shown it already, or where the provider has no contractors. It waits without a day.
    """
    if not entry.shared_with_contractors or Share.objects.standing().filter(entry=entry).exists():
        return
    if contractors_of(entry).exists():
        deadlines.set(kinds.REGISTER_SHARE, entry, whose=acts.share(entry).whose, at=at)


def _locked(**which: object) -> Share:
    rows = Share.objects.select_for_update(of=("self",))
    related = ("entry__provider", "entry__resident", "entry__policy_version", "organisation", "recalled_by")
    return rows.select_related(*related).get(**which)


def _end(found: Share, reason: str, *, by: User | None, at: datetime) -> None:
    found.recalled_at, found.recalled_by, found.recall_reason = at, by, reason
    found.save()
    audit.record(
        "register.share_ended", subject=found.entry, by=by, at=at, facts=_facts(found), words={"reasons": reason}
    )
    _tell(
        found,
        f"{found.entry.provider.name} has ended what it shared with you",
        f"An entry of the register of {found.entry.provider.name}, which was shared with {found.organisation.name}, "
        f"is shared no longer since {dates.day(at)}.\n\n"
        "Do not rely on what you saw before. Check again before you visit or phone.",
        at=at,
    )


def _facts(found: Share) -> dict[str, object]:
    return {"share": found.pk, "organisation": found.organisation.name}


def _tell(found: Share, subject: str, body: str, *, at: datetime) -> None:
    """Mail everybody of the organisation who has an account; never whose entry it is, and no reference that counts."""
    people = User.objects.filter(organisation=found.organisation_id, is_active=True).order_by("name", "pk")
    for person in people:
        letters.notify(person, kind="share", subject=subject, body=body, about=found.trail.about, at=at)
