"""Setting, meeting and cancelling deadlines, in the transaction of the event that they run from."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

import policies.recounting
from audit import services as audit
from deadlines.models import Deadline
from people.models import Provider, Resident, User
from policies.reckoning import Reckoning


@transaction.atomic
def set_deadline(
    *,
    provider: Provider,
    resident: Resident | None,
    kind: str,
    about: str,
    title: str,
    url_name: str,
    at: datetime,
    case_ref: str = "",
    due_on: date | None = None,
    reckoning: Reckoning | None = None,
    told: bool = False,
    owner: User | None = None,
    for_roles: Iterable[str] = (),
    not_for: Iterable[User] = (),
    runs_from_event: int | None = None,
) -> Deadline:
    """Set what somebody must do. A reckoning brings its own date and its explanation; without either it just waits.

    An open deadline of the same kind about the same thing is replaced (its clock was restarted). `told` says that a
    letter gives the resident the day: no later correction of the days off makes it worse for them.
    """
    if reckoning and told:
        reckoning = policies.recounting.told(reckoning)
    cancel(about, kind, at=at, reason="Set anew")
    return Deadline.objects.create(
        provider=provider,
        resident=resident,
        kind=kind,
        about=about,
        case_ref=case_ref,
        title=title,
        url_name=url_name,
        due_on=reckoning.due if reckoning else due_on,
        reckoning=reckoning.to_json() if reckoning else None,
        owner=owner,
        for_roles=list(for_roles),
        not_for=[user.pk for user in not_for],
        runs_from_event=runs_from_event,
        set_at=at,
    )


def excuse(about: str, kind: str, *, user: User) -> None:
    """Take something that waits off the list of one person: they have done their part, and it waits for others."""
    for row in Deadline.objects.open().select_for_update().filter(about=about, kind=kind):
        if user.pk not in row.not_for:
            row.not_for = [*row.not_for, user.pk]
            row.save()


def meet(about: str, kind: str, *, at: datetime, how: str = "") -> int:
    """What was due has been done. Returns how many deadlines that met (none, or one)."""
    return _end(about, kind, Deadline.State.MET, at, how)


def cancel(about: str, kind: str | None = None, *, at: datetime, reason: str) -> int:
    """What was due no longer is: one kind, or every kind about the thing. Returns how many were open."""
    return _end(about, kind, Deadline.State.CANCELLED, at, reason)


def hand_over(about: str, *, from_: User, to: User) -> int:
    """Move one person's open tasks about a thing to another, who takes over from them. Returns how many moved.

    Called in the transaction of what hands over, which says so in its own event. Nobody is handed what a rule bars them
    from.
    """
    open_ones = Deadline.objects.open().filter(about=about, owner=from_).exclude(not_for__contains=[to.pk])
    return open_ones.update(owner=to)


def _end(about: str, kind: str | None, state: str, at: datetime, reason: str) -> int:
    found = Deadline.objects.open().filter(about=about)
    if kind is not None:
        found = found.filter(kind=kind)
    return found.update(state=state, ended_at=at, end_reason=reason[:200])


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


def given(abouts: Iterable[str], kind: str) -> dict[str, Reckoning]:
    """The date that was set last for each of these things, with all that moved it since, whether or not it still waits.

    By what it is about; a thing that has none is left out. One query, however many.
    """
    rows = Deadline.objects.filter(about__in=list(abouts), kind=kind, reckoning__isnull=False)
    found = rows.order_by("about", "-pk").distinct("about").values_list("about", "reckoning")
    return {about: Reckoning.from_json(reckoning) for about, reckoning in found if reckoning}
