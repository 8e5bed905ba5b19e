"""A file is closed to somebody who has work in it: what is theirs there is handed on in the same step.

Otherwise nobody would do it, and nobody would see that: what is closed to somebody stands on none of their lists. What
they leave undone nonetheless stands on the team's page, found anew at each look, however it came about.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet

from audit import services as audit
from cases.models import Case, CaseQuerySet
from deadlines.models import Deadline, DeadlineQuerySet
from design import seals
from design.dates import day_of
from people import access
from people import services as people
from people.access import Can
from people.models import FileAccess, Resident, User
from people.models.file_access import KEPT_OUT, KEPT_TO, not_closed
from policies.rules import Rule, RuleBroken
from restrictions.models import Restriction, Term
from restrictions.services.contacts import leaving
from worklist.services import appointing, deciders, handing_over
from worklist.services.deciders import Waiting
from worklist.services.handing_over import OWN_KINDS, Work

SOMEBODY_DOES_IT = Rule("evenhand", text="Where a file is closed to somebody, another does what was theirs in it.")


@dataclass(frozen=True)
class Closure:
    """Why a file is closed and until when, and who takes over what is theirs in it to whom it is closed.

    `left`: nobody yet, so that it stands on the list of those who decide on cases.
    """

    ground: str
    reason: str
    until: date | None
    to_id: int | None = None
    left: bool = False


@dataclass(frozen=True)
class Behind:
    """What in a file points at people to whom it is about to be closed."""

    work: list[tuple[User, Work]]
    decisions: list[Waiting]
    contacts: list[Restriction]

    @property
    def nothing(self) -> bool:
        """Whether nothing does."""
        return not (self.work or self.decisions or self.contacts)

    def shown(self) -> dict[str, Any]:
        """What the page shows, for its seal."""
        return {
            "what is theirs in the file": [_named(person, work) for person, work in self.work],
            "what waits to be decided in it": [one.deadline.pk for one in self.decisions],
            "for whom they are the single point of contact": [one.reference for one in self.contacts],
        }


def _named(person: User, work: Work) -> list[Any]:
    return [
        person.reference,
        *work.case_refs,
        *(one.reference for one in work.proposals),
        *(one.pk for one in work.tasks),
    ]


def shut_out(resident: Resident, *, but: Collection[int]) -> list[int]:
    """To whom the file is closed once it is kept to some people: everybody else at the provider."""
    staff = User.objects.filter(provider=resident.provider_id, is_active=True)
    return list(staff.exclude(pk__in=but).values_list("pk", flat=True))


def behind(resident: Resident, shut: Collection[int], *, at: datetime) -> Behind:
    """What in a file is theirs to whom it is about to be closed; a fixed number of queries, however many they are."""
    waits = list(Deadline.objects.open().filter(resident=resident, owner__isnull=True).worst_first())
    neither = [one.pk for one in people.closed_to(resident)]
    held = Term.objects.filter(channel=Term.Channel.SPOC, person__in=shut).values("restriction")
    contacts = Restriction.objects.in_force(day_of(at)).filter(case__resident=resident, pk__in=held)
    return Behind(
        _by_person(
            Case.objects.filter(resident=resident, owner__in=shut),
            Restriction.objects.filter(case__resident=resident, proposed_by__in=shut),
            Deadline.objects.filter(resident=resident, owner__in=shut),
        ),
        deciders.waiting(waits, resident.provider_id, but=shut, neither=neither),
        list(contacts.select_related("case").order_by("reference")),
    )


def _by_person(held: CaseQuerySet, prepared: QuerySet[Restriction], tasks: DeadlineQuerySet) -> list[tuple[User, Work]]:
    """Whose work each of these rows is, by name of the person."""
    cases = list(held.open().select_related("owner", "resident", "policy_version", "provider").order_by("reference"))
    proposals = prepared.filter(state__in=Restriction.PREPARING).select_related("case", "proposed_by")
    named = list(proposals.order_by("reference"))
    refs = {one.reference for one in named}
    open_ones = tasks.open().filter(kind__in=OWN_KINDS).select_related("owner").worst_first()
    todo = [one for one in open_ones if one.about_ref not in refs]
    owners = {one.pk: one for one in (*(c.owner for c in cases), *(p.proposed_by for p in named))}
    owners |= {one.owner.pk: one.owner for one in todo if one.owner}
    return [
        (
            person,
            Work(
                [one for one in cases if one.owner_id == person.pk],
                [one for one in named if one.proposed_by_id == person.pk],
                [one for one in todo if one.owner_id == person.pk],
                0,
            ),
        )
        for person in sorted(owners.values(), key=lambda one: (one.name, one.pk))
    ]


def check_closure(found: Behind, closure: Closure, *, at: datetime) -> None:
    """Why and until when are said, and somebody takes over what is theirs, or it is left in so many words.

    Raises RuleBroken beside the field.
    """
    people.check_said(ground=closure.ground, reason=closure.reason, until=closure.until, at=at)
    if found.work and closure.to_id is None and not closure.left:
        whose = " and ".join(person.name for person, _ in found.work)
        raise RuleBroken(f"Choose who takes over what is {whose}’s in this file", SOMEBODY_DOES_IT, "successor")


@transaction.atomic
def keep_out(
    resident_id: int, person_id: int, closure: Closure, *, by: User, at: datetime, seen: str | None = None
) -> None:
    """Keep a colleague out of a file, and hand on what is theirs in it.

    Raises as `people.services.keep_out`; RuleBroken where somebody has to take over and is not named, or cannot;
    ChangedSince where something else is theirs than the page showed.
    """
    resident = Resident.objects.select_related("provider").get(pk=resident_id)
    found = behind(resident, [person_id], at=at)
    people.keep_out(
        resident_id, person_id, ground=closure.ground, reason=closure.reason, until=closure.until, by=by, at=at
    )
    _hand_on(resident, found, closure, by=by, at=at, seen=seen)


@transaction.atomic
def keep_to(
    resident_id: int, named: Collection[int], closure: Closure, *, by: User, at: datetime, seen: str | None = None
) -> None:
    """Keep a file to named people, and hand on what is theirs in it who are not among them. Raises as `keep_out`."""
    resident = Resident.objects.select_related("provider").get(pk=resident_id)
    found = behind(resident, shut_out(resident, but=named), at=at)
    people.keep_to(
        resident_id, list(named), ground=closure.ground, reason=closure.reason, until=closure.until, by=by, at=at
    )
    _hand_on(resident, found, closure, by=by, at=at, seen=seen)


def _hand_on(resident: Resident, found: Behind, closure: Closure, *, by: User, at: datetime, seen: str | None) -> None:
    """Hand on what stays behind; ask for deciders and for contacts where nobody is left. The file is closed by then."""
    seals.check(seen, found.shown(), since=audit.since(resident))
    check_closure(found, closure, at=at)
    for person, _ in found.work if closure.to_id is not None else []:
        extent = handing_over.Extent(file_of=resident, reason=closure.reason)
        try:
            handing_over.hand_over(person.pk, extent, to_id=closure.to_id, by=by, at=at)
        except RuleBroken as refusal:
            raise RuleBroken(refusal.message, refusal.rule, "successor") from refusal
    for waiting in found.decisions:
        if waiting.deadline.kind in appointing.WAITING:
            appointing.ask(waiting.deadline.pk, at=at)
    for restriction in found.contacts:
        leaving.ask_for_another(restriction.pk, at=at)


def undone(user: User) -> list[tuple[User, Work]]:
    """Whose work nobody can do, because its file is closed to them, where the reader may hand it over; by name."""
    at = access.providers_where(user, Can.DECIDE)
    closed = FileAccess.objects.standing().of_kind(KEPT_OUT, KEPT_TO).filter(content_object__provider__in=at)
    if not closed.exists():
        return []  # as on most days: one look, and none at anybody's work
    return _by_person(
        Case.objects.filter(_shut("owner", "resident_id"), not_closed(user, "resident_id"), provider__in=at),
        Restriction.objects.filter(
            _shut("proposed_by", "case__resident_id"), not_closed(user, "case__resident_id"), case__provider__in=at
        ),
        Deadline.objects.filter(
            _shut("owner", "resident_id"), not_closed(user, "resident_id"), provider__in=at, owner__isnull=False
        ),
    )


def _shut(whose: str, path: str) -> Q:
    return ~not_closed(OuterRef(whose), path)
