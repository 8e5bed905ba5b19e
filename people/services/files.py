"""To whom a resident's file is closed, and to whom it is opened: set with a reason and an end, ended with a reason."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import BigIntegerField, OuterRef, Value
from django_fsm import TransitionNotAllowed

from audit import services as audit
from design import dates
from people import access, permissions
from people.access import Can
from people.models import FileAccess, Resident, User
from people.models.file_access import KEPT_OUT, KEPT_TO, OPENED, URGENT, not_closed, permission
from policies import rules
from policies.rules import Rule, RuleBroken

VERBS = {KEPT_OUT: "file.kept_out", KEPT_TO: "file.kept_to", OPENED: "file.opened_to", URGENT: "file.opened_urgently"}
LONGEST = timedelta(days=366)
URGENT_FOR = timedelta(hours=1)
AN_END = Rule("evenhand", text="A file is closed or opened for a time, of 12 months at most, and looked at again then.")
NO_TRAP = Rule("evenhand", text="A file is kept to people of whom one can open it again.")


@transaction.atomic
def keep_out(
    resident_id: int, person_id: int, *, ground: str, reason: str, until: date | None, by: User, at: datetime
) -> FileAccess:
    """Keep one colleague out of a resident's file, who declared a conflict of interest or has one.

    They no longer find the file, its letters, its dates and its entries, and decide nothing in it. Raises
    `NotPermitted`; `RuleBroken` without a person, a reason or an end.
    """
    resident = _open(resident_id, by)
    person = _colleague(resident, person_id, "person")
    if person.pk == by.pk and len(_leaders(resident)) < 2:
        raise RuleBroken("Nobody else could open the file again. Ask for a second decider first", NO_TRAP, "person")
    return _set(KEPT_OUT, resident, person, ground=ground, reason=reason, until=until, by=by, at=at)


@transaction.atomic
def keep_to(
    resident_id: int, people: Sequence[int], *, ground: str, reason: str, until: date | None, by: User, at: datetime
) -> list[FileAccess]:
    """Keep a resident's file to named people, as where the neighbour is a colleague or staff were named online.

    What staff must do at a visit stays on the register's card for everybody else. Raises `RuleBroken` unless one of the
    people may decide, so that somebody can open it again.
    """
    resident = _open(resident_id, by)
    named = [_colleague(resident, pk, "people") for pk in people]
    if not any(access.can(one, Can.DECIDE, resident.provider_id) for one in named):
        raise RuleBroken("Choose somebody who decides on cases as well, who can open the file again", NO_TRAP, "people")
    return [_set(KEPT_TO, resident, one, ground=ground, reason=reason, until=until, by=by, at=at) for one in named]


@transaction.atomic
def open_to(
    resident_id: int, person_id: int, *, ground: str, reason: str, until: date | None, by: User, at: datetime
) -> FileAccess:
    """Open a resident's file to a colleague who would not read it, until a day."""
    resident = _open(resident_id, by)
    person = _colleague(resident, person_id, "person")
    return _set(OPENED, resident, person, ground=ground, reason=reason, until=until, by=by, at=at)


@transaction.atomic
def end_access(access_id: int, *, reason: str, by: User, at: datetime) -> None:
    """End what closes or opens a file before its day. Raises `TransitionNotAllowed` where it has ended already."""
    found = FileAccess.objects.select_for_update(of=("self",)).filter(pk=access_id)
    row = found.select_related("content_object__provider", "permission", "user").first()
    if row is None:
        raise TransitionNotAllowed("It has ended already.")
    resident = _open(row.content_object_id, by)
    rules.need(reason, "Enter why it ends", "reason")
    audit.record(
        "file.access_ended",
        subject=resident,
        by=by,
        at=at,
        words={"reasons": reason},
        facts={"kind": row.kind, "user": row.user.reference, "name": row.user.name},
    )
    row.delete()


@transaction.atomic
def open_urgently(resident_id: int, *, reason: str, by: User, at: datetime) -> FileAccess:
    """Open a file that is closed to oneself, for an hour, because somebody may come to harm.

    Recorded with the reason; the caller tells whoever holds the case. It gives nothing to decide. Raises `NotPermitted`
    for somebody whose role reads no files.
    """
    resident = (
        Resident.objects.select_for_update(of=("self",), no_key=True).select_related("provider").get(pk=resident_id)
    )
    access.require(by, Can.VIEW_CASES, resident.provider_id, "Your role reads no case files. Ask your team leader.")
    rules.need(reason, "Enter why it cannot wait", "reason")
    return _write(
        URGENT, resident, by, ground=FileAccess.Ground.URGENT, reason=reason, ends=at + URGENT_FOR, by=by, at=at
    )


def closed_to(resident: Resident) -> list[User]:
    """The people of the resident's provider to whom the file is closed at present, whatever their role."""
    staff = User.objects.filter(provider=resident.provider_id, is_active=True)
    here = staff.annotate(file=Value(resident.pk, output_field=BigIntegerField()))
    return list(here.exclude(not_closed(OuterRef("pk"), "file")))


def _open(resident_id: int, by: User) -> Resident:
    resident = (
        Resident.objects.select_for_update(of=("self",), no_key=True).select_related("provider").get(pk=resident_id)
    )
    permissions.check_can_set_access(by, resident)
    return resident


def _leaders(resident: Resident) -> list[User]:
    return access.holders(resident.provider, access.keys_with(resident.provider, Can.DECIDE))


def _colleague(resident: Resident, pk: int, field: str) -> User:
    """Somebody of the resident's own provider. Raises `RuleBroken` beside the field."""
    person = User.objects.filter(provider=resident.provider_id, is_active=True, pk=pk or 0).first()
    if person is None:
        raise RuleBroken("Choose a colleague", field=field)
    return person


def check_said(*, ground: str, reason: str, until: date | None, at: datetime) -> None:
    """Refuse what closes or opens a file without a ground, a reason or an end within 12 months (`RuleBroken`)."""
    if ground not in FileAccess.Ground.values:
        raise RuleBroken("Select why", field="ground")
    rules.need(reason, "Enter why, in your own words", "reason")
    today = dates.day_of(at)
    if until is None or not today <= until <= today + LONGEST:
        raise RuleBroken("Enter a last day within 12 months", AN_END, "until")


def _set(
    kind: str, resident: Resident, person: User, *, ground: str, reason: str, until: date | None, by: User, at: datetime
) -> FileAccess:
    check_said(ground=ground, reason=reason, until=until, at=at)
    assert until is not None
    ends = datetime.combine(until + timedelta(days=1), time(), dates.LONDON)
    return _write(kind, resident, person, ground=ground, reason=reason, ends=ends, by=by, at=at)


def _write(
    kind: str, resident: Resident, person: User, *, ground: str, reason: str, ends: datetime, by: User, at: datetime
) -> FileAccess:
    told = {"ground": ground, "reason": reason, "set_by": by, "set_at": at, "ends_at": ends}
    row, _ = FileAccess.objects.update_or_create(
        user=person, permission=permission(kind), content_object=resident, defaults=told
    )
    facts = {"user": person.reference, "name": person.name, "ground": ground, "ends_at": ends}
    audit.record(VERBS[kind], subject=resident, by=by, at=at, facts=facts, words={"reasons": reason})
    person.__dict__.pop("kept_out_of", None)
    return row
