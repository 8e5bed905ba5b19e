"""Handing over: one case, several, one file, or all of somebody's work, for good or between two days; both are told.

For good it becomes the colleague's own. Between two days they cover: it stays the person's, and stands on both lists.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

import cases.services.holding
from audit import services as audit
from cases.models import Case, Draft
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from design import dates
from letters import services as letters
from people import access, permissions
from people import services as people
from people.access import Can
from people.models import Cover, Resident, User
from policies.rules import RuleBroken
from restrictions.models import Restriction
from restrictions.services import taking_over

OWN_KINDS = tuple(
    key for key, kind in kinds.KINDS.items() if kind.task is kinds.Task.ONE_PERSONS and key != kinds.INCIDENT_SUPPORT
)
"""What one person has to do by name, but for what only the line manager of somebody affected can see to."""


@dataclass(frozen=True)
class Work:
    """What is one person's: the cases they hold, the proposals they prepare, what waits for them by name, drafts.

    `closed` counts what of it is not listed, because the file is closed to whoever reads the list.
    """

    cases: list[Case]
    proposals: list[Restriction]
    tasks: list[Deadline]
    drafts: int
    closed: int = 0

    @property
    def case_refs(self) -> list[str]:
        """Every case in which something is theirs, by reference."""
        found = {one.reference for one in self.cases} | {one.case.reference for one in self.proposals}
        return sorted(found | {one.case_ref for one in self.tasks if one.case_ref})

    @property
    def nothing(self) -> bool:
        """Whether there is nothing at all."""
        return not (self.cases or self.proposals or self.tasks or self.drafts or self.closed)

    def as_read_by(self, reader: User) -> "Work":
        """What of it somebody may read, and how much else there is."""
        about = [
            *(one.resident_id for one in self.cases),
            *(one.case.resident_id for one in self.proposals),
            *(one.resident_id for one in self.tasks),
        ]
        hidden = set(Resident.objects.closed_to(reader).filter(pk__in=filter(None, about)).values_list("pk", flat=True))
        cases = [one for one in self.cases if one.resident_id not in hidden]
        proposals = [one for one in self.proposals if one.case.resident_id not in hidden]
        tasks = [one for one in self.tasks if one.resident_id not in hidden]
        return Work(cases, proposals, tasks, self.drafts, len(about) - len(cases) - len(proposals) - len(tasks))


@dataclass(frozen=True)
class Extent:
    """Which work is handed over, from and until when (neither: for good), and why.

    Work in some cases, in the file of one resident, or (where neither is given) all of it.
    """

    cases: Collection[str] | None = None
    from_on: date | None = None
    until_on: date | None = None
    reason: str = ""
    file_of: Resident | None = None

    @property
    def for_good(self) -> bool:
        """Whether it becomes the colleague's own."""
        return self.from_on is None and self.until_on is None

    @property
    def what(self) -> str:
        """Which work, in a sentence."""
        if self.file_of is not None:
            return f"work in the file of {self.file_of.reference}"
        return "all of the work" if self.cases is None else f"work in {', '.join(sorted(self.cases))}"

    @property
    def when(self) -> str:
        """For how long, in a sentence."""
        if self.from_on is None or self.until_on is None:
            return "for good"
        return f"from {dates.day(self.from_on)} to {dates.day(self.until_on)}"


@dataclass(frozen=True)
class HandedOver:
    """What was handed over, to whom: in numbers, for a message and for the trail."""

    cases: int = 0
    proposals: int = 0
    tasks: int = 0
    drafts: int = 0
    cover: Cover | None = None


def work_of(person: User, case_refs: Collection[str] | None = None, file_of: Resident | None = None) -> Work:
    """What is theirs, in all, in some cases or in one file; a fixed number of queries, however much."""
    held = Case.objects.open().filter(owner=person)
    prepared = Restriction.objects.filter(proposed_by=person, state__in=Restriction.PREPARING)
    tasks = Deadline.objects.open().filter(owner=person, kind__in=OWN_KINDS)
    if case_refs is not None:
        held, tasks = held.filter(reference__in=case_refs), tasks.filter(case_ref__in=case_refs)
        prepared = prepared.filter(case__reference__in=case_refs)
    if file_of is not None:
        held, tasks = held.filter(resident=file_of), tasks.filter(resident=file_of)
        prepared = prepared.filter(case__resident=file_of)
    all_of_it = case_refs is None and file_of is None
    drafts = Draft.objects.filter(user=person, became__isnull=True).count() if all_of_it else 0
    related = ("resident", "policy_version", "provider")
    proposals = list(prepared.select_related("case").order_by("reference"))
    named = {one.reference for one in proposals}
    return Work(
        list(held.select_related(*related).order_by("reference")),
        proposals,
        [one for one in tasks.worst_first() if one.about_ref not in named],
        drafts,
    )


def administers(user: User, person: User) -> bool:
    """Whether somebody keeps the account of a person, whose page they see in the office."""
    return user.provider_id == person.provider_id and access.can(user, Can.ADMINISTER, person.provider_id)


def who_can_take(person: User) -> list[User]:
    """Colleagues who work on the provider's cases, by name."""
    working = access.holders(person.provider, access.keys_with(person.provider, Can.WORK_CASES))
    return [user for user in working if user.pk != person.pk]


@transaction.atomic
def hand_over(person_id: int, extent: Extent, *, to_id: int | None, by: User, at: datetime) -> HandedOver:
    """Hand over somebody's work: all, in some cases or in one file; for good, or between two days where two are given.

    Both line managers and whoever takes over are told. Raises RuleBroken where nothing is theirs there or whoever is to
    take over cannot, as where a file is closed to them; NotPermitted.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).select_related("provider").get(pk=person_id)
    permissions.check_can_hand_over(by, person)
    to = next((user for user in who_can_take(person) if user.pk == to_id), None)
    if to is None:
        raise RuleBroken("Select a colleague who works on cases", None, "to")
    found = work_of(person, extent.cases, extent.file_of)
    _check_theirs(person, extent, found)
    _check_reads(to, found)
    done = (_for_good if extent.for_good else _for_a_time)(person, extent, to, by=by, at=at)
    _tell(person, extent, to, by=by, at=at)
    return done


def _for_good(person: User, extent: Extent, to: User, *, by: User, at: datetime) -> HandedOver:
    """Make work a colleague's own: cases, proposals, what waits, drafts; on the trail of whoever had it."""
    found = work_of(person, extent.cases, extent.file_of)
    for case in found.cases:
        cases.services.holding.hand_over(case.pk, to=to, by=by, at=at)
    for proposal in found.proposals:
        taking_over.take_over(proposal.pk, to=to, by=by, at=at)
    in_file = extent.file_of.pk if extent.file_of else None
    tasks = deadlines.hand_over_work(person, to, kinds=OWN_KINDS, cases=extent.cases, resident_id=in_file)
    all_of_it = extent.cases is None and extent.file_of is None
    drafts = cases.services.holding.hand_over_drafts(person, to) if all_of_it else 0
    done = HandedOver(len(found.cases), len(found.proposals), tasks + len(found.proposals), drafts)
    facts = {
        "to": to.reference,
        "cases": "all" if all_of_it else sorted(extent.cases if extent.cases is not None else found.case_refs),
        "moved": {"cases": done.cases, "proposals": done.proposals, "tasks": done.tasks, "drafts": done.drafts},
    }
    audit.record("user.work_handed_over", subject=person, by=by, at=at, facts=facts, words={"reason": extent.reason})
    return done


def _for_a_time(person: User, extent: Extent, to: User, *, by: User, at: datetime) -> HandedOver:
    if extent.from_on is None:
        raise RuleBroken("Enter the first day", None, "from_on")
    if extent.until_on is None:
        raise RuleBroken("Enter the last day", None, "until_on")
    refs = [""] if extent.cases is None else sorted(extent.cases)
    made = [
        people.arrange_cover(
            person.pk,
            colleague_id=to.pk,
            from_on=extent.from_on,
            until_on=extent.until_on,
            case_ref=ref,
            by=by,
            at=at,
        )
        for ref in refs
    ]
    return HandedOver(cases=len(extent.cases or ()), cover=made[-1])


def _check_theirs(person: User, extent: Extent, found: Work) -> None:
    if extent.cases is None:
        if found.nothing:
            raise RuleBroken(f"Nothing is {person.name}’s to do, so there is nothing to hand over", None, "to")
        return
    if not extent.cases:
        raise RuleBroken("Select at least one case", None, "cases")
    if strange := sorted(set(extent.cases) - set(found.case_refs)):
        raise RuleBroken(f"Nothing in {strange[0]} is {person.name}’s to do any more", None, "cases")


def _check_reads(to: User, found: Work) -> None:
    """Nobody is handed what they could not open: a file that is closed to them would have nobody who works on it."""
    theirs = {one.resident_id for one in found.cases} | {one.case.resident_id for one in found.proposals}
    theirs |= {one.resident_id for one in found.tasks if one.resident_id}
    closed = Resident.objects.closed_to(to).filter(pk__in=theirs).order_by("reference").first()
    if closed is not None:
        raise RuleBroken(
            f"The file of {closed.reference} is closed to {to.name}. Choose somebody else for it", None, "to"
        )


def _tell(person: User, extent: Extent, to: User, *, by: User, at: datetime) -> None:
    """Tell whoever takes over, and the leaders of both, but for whoever did it; the mail names references alone."""
    told = {one.pk: one for one in (to, person, to.line_manager, person.line_manager) if one is not None}
    for one in told.values():
        if one.pk == by.pk or not one.is_active:
            continue
        body = (
            f"{one.name},\n\n{by.name} handed over {extent.what} of {person.name} to {to.name}, {extent.when}.\n\n"
            f"Your work: {settings.BASE_URL}/\n"
        )
        letters.notify(one, kind="handed_over", subject="Evenhand: work was handed over", body=body, at=at)
