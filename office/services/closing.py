"""Somebody leaves: their account is closed and what was theirs handed on, in one step: nothing waits for nobody.

What a policy gives to somebody to decide is never given away by that: whoever is left decides, and where nobody is free
to, an administrator is asked to appoint. A single point of contact is replaced by whom the policy names, who is asked
at once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django_fsm import TransitionNotAllowed

import cases.services.support
from audit import services as audit
from deadlines import kinds
from deadlines.models import Deadline
from design import seals
from design.dates import day_of
from office import permissions
from people import access
from people import services as people
from people.access import Can
from people.models import Cover, User
from policies.rules import RuleBroken, need
from restrictions.models import Naming, Restriction, Term
from restrictions.services.contacts import leaving
from worklist.services import appointing, deciders, handing_over
from worklist.services.deciders import Waiting
from worklist.services.handing_over import Work


@dataclass(frozen=True)
class Theirs:
    """All that points at somebody: work by name, reports, contacts, decisions that wait, covers, support to see to."""

    work: Work
    reports: list[User]
    supports: int
    contacts: list[Restriction]
    decisions: list[Waiting]
    covers: list[Cover]

    @property
    def needs_successor(self) -> bool:
        """Whether somebody has to take over work."""
        return not self.work.nothing

    def shown(self) -> dict[str, Any]:
        """What the page shows, for its seal."""
        return {
            "the work": [*self.work.case_refs, *(one.reference for one in self.work.proposals), len(self.work.tasks)],
            "who reports to them": [one.reference for one in self.reports],
            "for whom they are the single point of contact": [one.reference for one in self.contacts],
            "what waits for them to decide": [one.deadline.pk for one in self.decisions],
            "for whom they cover": [one.pk for one in self.covers],
        }


def theirs(person: User, *, at: datetime) -> Theirs:
    """Everything that points at somebody; a fixed number of queries, however much it is."""
    today = day_of(at)
    supports = Deadline.objects.open().filter(owner=person, kind=kinds.INCIDENT_SUPPORT).count()
    return Theirs(
        work=handing_over.work_of(person),
        reports=list(User.objects.filter(line_manager=person, is_active=True).order_by("name")),
        supports=supports,
        contacts=contacts_of(person, at=at),
        decisions=_decisions(person),
        covers=list(Cover.objects.standing(today).filter(colleague=person).select_related("person")),
    )


def contacts_of(person: User, *, at: datetime) -> list[Restriction]:
    """Restrictions in force under which a resident turns to somebody, as contact or as cover."""
    today = day_of(at)
    held = Term.objects.filter(channel=Term.Channel.SPOC, person=person).values("restriction")
    covered = Naming.objects.filter(person=person, ended_on__isnull=True, until_on__gte=today).values("restriction")
    found = Restriction.objects.in_force(today).filter(Q(pk__in=held) | Q(pk__in=covered))
    return list(found.select_related("case").order_by("reference"))


def _decisions(person: User) -> list[Waiting]:
    """What waits for a role that they hold, or for them as appointed, with who else holds one or was appointed."""
    keys = access.role_keys(person, person.provider_id)
    open_ones = Deadline.objects.open().filter(provider=person.provider_id, owner__isnull=True)
    mine = open_ones.filter(for_roles__overlap=sorted(keys)) | open_ones.filter(also_for__contains=[person.pk])
    rows = list(mine.exclude(not_for__contains=[person.pk]).worst_first())
    return deciders.waiting(rows, person.provider_id, but={person.pk})


def who_can_manage(person: User) -> list[User]:
    """Who can be the line manager of somebody's reports: colleagues with an open account, but for themselves."""
    staff = User.objects.filter(provider=person.provider_id, is_active=True, organisation__isnull=True)
    return list(staff.exclude(pk=person.pk).order_by("name"))


@transaction.atomic
def close(
    person_id: int,
    *,
    successor_id: int | None,
    manager_id: int | None,
    reason: str,
    by: User,
    at: datetime,
    seen: str | None = None,
) -> User:
    """Close somebody's account and hand on what was theirs: work to a successor, their reports to a line manager.

    Sessions and roles end with it. Who decides what waited for them, and who names another single point of contact, is
    asked at once. Raises RuleBroken where somebody has to be named and is not, or would be the last administrator;
    NotPermitted; ChangedSince where something else is theirs than the page showed.
    """
    person = User.objects.select_for_update(of=("self",)).select_related("provider").get(pk=person_id)
    permissions.check_can_close(by, person)
    if not person.is_active:
        raise TransitionNotAllowed(f"The account of {person.name} is closed already.")
    need(reason, "Enter why the account is closed", "reason")
    if access.can(person, Can.ADMINISTER, person.provider_id):
        permissions.check_somebody_is_left(person)
    found = theirs(person, at=at)
    seals.check(seen, found.shown(), since=audit.since(person))
    to = next((user for user in handing_over.who_can_take(person) if user.pk == successor_id), None)
    if to is None and (found.needs_successor or successor_id):
        raise RuleBroken("Select who takes over the work", None, "successor")
    for cover in found.covers:
        people.end_cover(cover.pk, by=by, at=at)
    for own in person.covers.standing(day_of(at)):
        people.end_cover(own.pk, by=by, at=at)
    _move_reports(person, found, manager_id, by=by, at=at)
    if to is not None and found.needs_successor:
        handing_over.hand_over(person.pk, handing_over.Extent(reason=reason), to_id=to.pk, by=by, at=at)
    people.close_account(person.pk, by=by, at=at, why=reason, successor=to)
    for restriction in found.contacts:
        leaving.ask_for_another(restriction.pk, at=at)
    for waiting in found.decisions:
        if waiting.deadline.kind in appointing.WAITING:
            appointing.ask(waiting.deadline.pk, at=at)
    return User.objects.get(pk=person.pk)


def _move_reports(person: User, found: Theirs, manager_id: int | None, *, by: User, at: datetime) -> None:
    """Give those who report to somebody another line manager, who also sees to the support that was theirs to give."""
    if not found.reports:
        cases.services.support.hand_over(person, None, at=at)
        return
    manager = next((user for user in who_can_manage(person) if user.pk == manager_id), None)
    if manager is None:
        raise RuleBroken(f"Select who manages those who report to {person.name}", None, "manager")
    for report in found.reports:
        boss = manager if report.pk != manager.pk else person.line_manager
        now = people.staff_details(report)
        if boss is not None and boss.pk == report.pk:
            boss = None
        people.change_account(report.pk, people.with_manager(now, boss.pk if boss else None), by=by, at=at)
    cases.services.support.hand_over(person, manager, at=at)
