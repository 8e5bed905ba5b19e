"""Setting, meeting and cancelling deadlines, in the transaction of the event that they run from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.db import transaction

import policies.recounting
from audit import services as audit
from audit.models import Trail
from deadlines import kinds
from deadlines.models import Deadline, DeadlineQuerySet
from people.models import Provider, Resident, User
from policies.reckoning import Reckoning


class Subject(audit.Subject, Protocol):
    """What a deadline is about: it knows where it stands on the trail, and whose it is."""

    @property
    def provider(self) -> Provider: ...

    @property
    def resident(self) -> Resident | None: ...


@dataclass(frozen=True)
class About:
    """What a deadline is about where no row of a room knows whose it is, such as a decision on the trail."""

    trail: Trail
    provider: Provider
    resident: Resident | None


@dataclass(frozen=True)
class Whose:
    """Whose it is to do: one person's by name, or that of all who hold a role but for those who are barred, by key.

    `also` are those whom an administrator appointed for it, whatever roles they hold.
    """

    owner: User | None = None
    roles: Collection[str] = ()
    not_for: Collection[int] = ()
    also: Collection[int] = ()


NOBODYS = Whose()


@transaction.atomic
def set(
    kind: str,
    subject: Subject,
    *,
    at: datetime,
    due: Reckoning | date | None = None,
    told: bool = False,
    whose: Whose = NOBODYS,
    event: int | None = None,
    words: str = "",
) -> Deadline:
    """Set what somebody must do. A reckoning brings its own date and its explanation; without a day it just waits.

    An open deadline of the same kind about the same thing is replaced (its clock was restarted). `told` says that a
    letter gives the resident the day: no later correction of the days off makes it worse for them. `event` is that from
    which it runs; `words` go into the title of its kind. Raises LookupError for a kind that does not exist, ValueError
    for one that is no task of those whose it is said to be.
    """
    row, trail = kinds.of(kind), subject.trail
    _check_whose(row, whose)
    found, on = (due, due.due) if isinstance(due, Reckoning) else (None, due)
    if found and told:
        found = policies.recounting.told(found)
    cancel(kind, subject, at=at, reason="Set anew")
    owner = (whose.owner.who_acts or whose.owner) if whose.owner else None
    return Deadline.objects.create(
        provider=subject.provider,
        resident=subject.resident,
        kind=kind,
        about=trail.about,
        case_ref=trail.case,
        title=row.title_of(trail.ref, words)[:200],
        due_on=on,
        reckoning=found.to_json() if found else None,
        owner=owner,
        for_roles=list(whose.roles),
        not_for=sorted(whose.not_for),
        also_for=sorted(whose.also),
        runs_from_event=event,
        set_at=at,
    )


def _check_whose(kind: kinds.Kind, whose: Whose) -> None:
    """Refuse what its kind does not know: a task of what only informs, or a role's that is one person's by name."""
    somebodys = kind.task is kinds.Task.NOBODYS and (whose.owner or whose.roles)
    of_a_role = kind.task is kinds.Task.ONE_PERSONS and whose.roles
    if somebodys or of_a_role:
        raise ValueError(f"{kind.key} is not theirs to do: {kind.task.value}")


@transaction.atomic
def count_anew(deadline_id: int, found: Reckoning, *, at: datetime) -> Deadline:
    """Count an open deadline from another day: one takes its place that says the same and is the same people's."""
    deadline = Deadline.objects.open().select_for_update(of=("self",)).get(pk=deadline_id)
    _end(Deadline.objects.filter(pk=deadline_id), Deadline.State.CANCELLED, at, "Set anew")
    deadline.pk, deadline.set_at = None, at
    deadline.due_on, deadline.reckoning = found.due, found.to_json()
    deadline.save(force_insert=True)
    return deadline


def excuse(kind: str, subject: audit.Subject, *, user: User) -> None:
    """Take something that waits off the list of one person: they have done their part, and it waits for others."""
    for row in Deadline.objects.open().select_for_update().about(subject).filter(kind=kind):
        if user.pk not in row.not_for:
            row.not_for = [*row.not_for, user.pk]
            row.save()


def appoint(kind: str, subject: audit.Subject, *, user: User) -> bool:
    """Put something that waits on the list of one more person, who was appointed for it; whether it waits."""
    rows = list(Deadline.objects.open().select_for_update().about(subject).filter(kind=kind))
    for row in rows:
        row.also_for = sorted({*row.also_for, user.pk})
        row.not_for = [pk for pk in row.not_for if pk != user.pk]
        row.save()
    return bool(rows)


def meet(kind: str, subject: audit.Subject, *, at: datetime, how: str = "") -> int:
    """What was due has been done. Returns how many deadlines that met (none, or one)."""
    return _end(Deadline.objects.about(subject).filter(kind=kind), Deadline.State.MET, at, how)


def cancel(kind: str, subject: audit.Subject, *, at: datetime, reason: str) -> int:
    """What was due no longer is. Returns how many were open (none, or one)."""
    return _end(Deadline.objects.about(subject).filter(kind=kind), Deadline.State.CANCELLED, at, reason)


def cancel_one(deadline_id: int, *, at: datetime, reason: str) -> int:
    """This one is due no longer. Returns whether it was open, as a number."""
    return _end(Deadline.objects.filter(pk=deadline_id), Deadline.State.CANCELLED, at, reason)


def cancel_all(subject: audit.Subject, *, at: datetime, reason: str) -> int:
    """Nothing is due about a thing any more. Returns how many were open."""
    return _end(Deadline.objects.about(subject), Deadline.State.CANCELLED, at, reason)


def _end(found: DeadlineQuerySet, state: str, at: datetime, reason: str) -> int:
    return found.open().update(state=state, ended_at=at, end_reason=reason[:200])


def hand_over(subject: audit.Subject, *, from_: User, to: User) -> int:
    """Move one person's open tasks about a thing to another, who takes over from them. Returns how many moved.

    Called in the transaction of what hands over, which says so in its own event. Nobody is handed what a rule bars them
    from.
    """
    open_ones = Deadline.objects.open().about(subject).filter(owner=from_).exclude(not_for__contains=[to.pk])
    return open_ones.update(owner=to)


def hand_over_work(
    from_: User,
    to: User,
    *,
    kinds: Collection[str],
    cases: Collection[str] | None = None,
    resident_id: int | None = None,
) -> int:
    """Move one person's open tasks of some kinds to another: those in some cases, about one resident, or all.

    Returns how many moved.

    Called in the transaction of what hands over, which says so in its own event. Nobody is handed what a rule bars them
    from.
    """
    open_ones = Deadline.objects.open().filter(owner=from_, kind__in=kinds).exclude(not_for__contains=[to.pk])
    if cases is not None:
        open_ones = open_ones.filter(case_ref__in=cases)
    if resident_id is not None:
        open_ones = open_ones.filter(resident=resident_id)
    return open_ones.update(owner=to)


@transaction.atomic
def follow_policy(
    deadline_id: int,
    *,
    reckoning: Reckoning | None = None,
    for_roles: Iterable[str] | None = None,
    dropped: bool = False,
    by: User,
    at: datetime,
    because: str,
) -> Deadline:
    """Let an open deadline follow another version of its policy: its date, or whose it is, and say so in the trail.

    None leaves a thing as it is; `dropped` ends what that version asks for no more. What it waits for stays; one that
    has been met or cancelled meanwhile is left alone. A day that a letter told the resident goes on as told.
    """
    deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=deadline_id)
    if deadline.state != Deadline.State.OPEN:
        return deadline
    was, roles = deadline.due_on, deadline.for_roles
    if reckoning is not None:
        deadline.due_on, deadline.reckoning = reckoning.due, reckoning.to_json()
    if for_roles is not None:
        deadline.for_roles = list(for_roles)
    if dropped:
        deadline.state, deadline.ended_at, deadline.end_reason = Deadline.State.CANCELLED, at, because[:200]
    deadline.save(update_fields=["due_on", "reckoning", "for_roles", "state", "ended_at", "end_reason"])
    now = None if dropped else deadline.due_on
    facts: dict[str, Any] = {"deadline": deadline.kind, "was": was, "now": now, "because": because}
    if roles != deadline.for_roles:
        facts |= {"roles_were": roles, "roles_are": deadline.for_roles}
    audit.record("deadline.followed_policy", subject=deadline, by=by, at=at, facts=facts)
    return deadline


def given(kind: str, subjects: Iterable[audit.Subject]) -> dict[str, Reckoning]:
    """The date that was set last for each of these things, with all that moved it since, whether or not it still waits.

    By what it is about; a thing that has none is left out. One query, however many.
    """
    abouts = [each.trail.about for each in subjects]
    rows = Deadline.objects.filter(about__in=abouts, kind=kind, reckoning__isnull=False)
    found = rows.order_by("about", "-pk").distinct("about").values_list("about", "reckoning")
    return {about: Reckoning.from_json(reckoning) for about, reckoning in found if reckoning}
