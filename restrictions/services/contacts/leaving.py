"""A single point of contact, or whoever covers for them, has left: it is noticed, and somebody is asked for another."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from audit import services as audit
from audit import subjects
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from design.dates import day_of
from people import access
from people.access import Can
from people.models import Holding, Resident, User
from people.models.file_access import not_closed
from restrictions import acts
from restrictions.models import Naming, Restriction, Term


def has_left(person: User | None, restriction: Restriction) -> bool:
    """Whether somebody can be a contact no more: the account or the file is closed to them, or they work elsewhere.

    Only who works on cases is named (`terms.check_person`), so whoever moves to other work leaves the resident alone.
    """
    if person is None:
        return False
    if Resident.objects.closed_to(person).filter(pk=restriction.case.resident_id).exists():
        return True
    return not person.is_active or not access.can(person, Can.WORK_CASES, restriction.case.provider_id)


def who_left(restriction: Restriction, on: date) -> tuple[User | None, bool]:
    """Who has left of those to whom the resident turns on a day or later, and whether it is the cover alone."""
    term = restriction.contact_term()
    if term is not None and has_left(term.person, restriction):
        return term.person, False
    covers = [each for each in restriction.standing_namings() if each.until_on and each.until_on >= on]
    return next((each.person for each in covers if has_left(each.person, restriction)), None), True


def _left_behind(on: date) -> Q:
    """Restrictions whose contact, or a cover who stands in or is going to, works on the provider's cases no longer.

    Nor does whoever the resident's file is closed to.
    """
    works = Holding.objects.in_force(on).filter(
        user=OuterRef("person"),
        role__provider=OuterRef("restriction__case__provider"),
        role__works_as__in=access.work_that_may(Can.WORK_CASES),
    )
    shut = ~not_closed(OuterRef("person"), "restriction__case__resident_id")
    gone = Q(person__is_active=False) | ~Exists(works) | shut
    held = Term.objects.filter(gone, channel=Term.Channel.SPOC, person__isnull=False, restriction=OuterRef("pk"))
    covered = Naming.objects.filter(gone, ended_on__isnull=True, until_on__gte=on, restriction=OuterRef("pk"))
    return Q(Exists(held)) | Q(Exists(covered))


def _asked() -> Exists:
    own = Concat(Value(subjects.prefix(subjects.RESTRICTION)), OuterRef("reference"))
    return Exists(Deadline.objects.open().filter(kind=kinds.SPOC_REPLACE, about=own))


def without_their_contact(on: date) -> QuerySet[Restriction]:
    """Restrictions in force whose contact or cover has left, and for which nobody has been asked to name another."""
    return Restriction.objects.in_force(on).filter(_left_behind(on)).exclude(_asked())


def asked_in_vain(on: date) -> QuerySet[Restriction]:
    """Restrictions for which another is still asked for although nobody is missing any more."""
    return Restriction.objects.filter(_asked()).exclude(_left_behind(on))


@transaction.atomic
def ask_for_another(restriction_id: int, *, at: datetime) -> Restriction:
    """Ask those who may to name another contact or cover, because the one who was named has left. For the sweep.

    A resident whose only contact has left has none. Nobody is named by the clock: a person does that. Safe twice.
    """
    restriction = Restriction.objects.locked(restriction_id)
    person, covering = who_left(restriction, day_of(at))
    if person is None or not restriction.is_in_force(day_of(at)):
        return restriction
    if Deadline.objects.open().about(restriction).filter(kind=kinds.SPOC_REPLACE).exists():
        return restriction
    facts = {"person": person.reference, "covering": covering}
    event = audit.record("spoc.left", subject=restriction, by=None, at=at, facts=facts)
    words = "cover for the" if covering else ""
    deciders = deadlines.Whose(roles=acts.change_contact(restriction).keys())
    deadlines.set(kinds.SPOC_REPLACE, restriction, due=day_of(at), whose=deciders, event=event.pk, words=words, at=at)
    return restriction


@transaction.atomic
def ask_no_longer(restriction_id: int, *, at: datetime) -> Restriction:
    """End the asking where nobody is missing any more: the cover's days are over, or an account is open again."""
    restriction = Restriction.objects.locked(restriction_id)
    settle(restriction, at=at, how="Nobody is missing any more")
    return restriction


def settle(restriction: Restriction, *, at: datetime, how: str) -> None:
    """Meet what asks for another, once the resident has a contact on every day; called in the act that gives one."""
    if who_left(restriction, day_of(at))[0] is None:
        deadlines.meet(kinds.SPOC_REPLACE, restriction, at=at, how=how)
