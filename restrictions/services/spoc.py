"""The single point of contact while a restriction runs: named, changed, covered."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from cases.permissions import people_affected
from deadlines import services as deadlines
from design import dates
from design.dates import day_of
from letters import services as letters
from letters.models import Letter
from people.models import User
from policies.rules import RuleBroken, need
from restrictions import permissions
from restrictions.models import Naming, Restriction, Term
from restrictions.services import checking, leaving, namings, on_register
from restrictions.services import terms as limits
from restrictions.services.rows import about, locked
from restrictions.services.terms import NewTerm

ENDS_WITH_IT = (checking.CHECK, checking.FOLLOW_UP, leaving.REPLACE)
"""What is due about a single point of contact ends with the restriction."""


def begin(restriction: Restriction, *, by: User, at: datetime, event: int) -> None:
    """Write down who is named when a restriction is put in force, and set the first check where the policy asks for it.

    What continues a restriction keeps its person's clock and a cover that is still to end: nobody escapes a check
    because the restriction was extended.
    """
    today = day_of(at)
    before = namings.standing_namings(restriction.follows) if restriction.follows else []
    if before:
        restriction.follows.namings.filter(ended_on__isnull=True).update(ended_on=today)  # type: ignore[union-attr]
    term = namings.term_of(restriction)
    if term is None or term.person is None:
        return
    held = next((each for each in before if each.until_on is None and each.person_id == term.person_id), None)
    _name(restriction, term.person, by=by, at=at, from_on=today, named_on=held.named_on if held else today)
    cover = next((each for each in before if each.until_on and each.until_on >= today), None)
    if held and cover:
        _name(
            restriction, cover.person, by=cover.named_by, at=at, from_on=cover.from_on, named_on=cover.named_on,
            until_on=cover.until_on, reason=cover.reason,
        )  # fmt: skip
        on_register.say(restriction, by=by, at=at)
    audit.record("spoc.named", subject=restriction, by=by, at=at, facts={"person": term.person.reference})
    checking.set_next(restriction, at=at, event=event)
    if checking.left_over(restriction):
        checking.ask_to_follow_up(restriction, at=at, event=event)


def _name(
    restriction: Restriction, person: User, *, by: User, at: datetime, from_on: date, named_on: date, **more: Any
) -> Naming:
    return Naming.objects.create(
        restriction=restriction, person=person, named_by=by, named_at=at, from_on=from_on, named_on=named_on, **more
    )


# change and cover


def _ready_to_change(restriction_id: int, *, by: User, at: datetime, person_id: int, reason: str) -> Restriction:
    """The restriction under its lock, once everything that a change and a cover have in common is in order."""
    restriction = locked(restriction_id)
    permissions.check_can_change_spoc(by, restriction)
    if not restriction.is_in_force(day_of(at)):
        raise TransitionNotAllowed(f"{restriction.reference} is not in force, so its contact cannot be changed.")
    check_change(restriction, on=day_of(at), person_id=person_id, reason=reason)
    return restriction


def check_change(
    restriction: Restriction, *, on: date, person_id: int, reason: str, until_on: date | None = None,
    from_on: date | None = None,
) -> None:  # fmt: skip
    """Refuse a change or a cover that is none, or to somebody who may not be the contact. Raises RuleBroken.

    The new person works on cases, was not affected by what happened (as in the proposal), and is somebody else. A cover
    begins today or later and ends before the restriction does.
    """
    term = namings.term_of(restriction)
    if term is None:
        raise RuleBroken("This restriction has no single point of contact", None, "person")
    candidate = NewTerm(Term.Channel.SPOC, Term.Limit.LIMITED, "", person_id)
    try:
        limits.check_person(restriction, [candidate], people_affected(restriction.case))
    except RuleBroken as refusal:
        raise RuleBroken(refusal.message, refusal.rule, "person") from None
    if person_id == term.person_id:
        raise RuleBroken("Select somebody other than the present single point of contact", None, "person")
    need(reason, "Enter why", "reason")
    if until_on is None:
        return
    assert from_on is not None and restriction.ends_on is not None
    if from_on < on:
        raise RuleBroken("The first day of the cover must be today or later", None, "from_on")
    if until_on < from_on:
        raise RuleBroken("The last day of the cover must be on or after its first day", None, "until_on")
    if until_on > restriction.ends_on:
        words = f"The last day of the cover must not be after the last day in force, {dates.day(restriction.ends_on)}"
        raise RuleBroken(words, None, "until_on")


@transaction.atomic
def change_spoc(restriction_id: int, *, by: User, at: datetime, person_id: int, reason: str) -> Restriction:
    """Name another single point of contact from today, and tell the resident (Tenancy Enforcement Procedure 6).

    The restriction itself stays as it was decided: only the person changes. The old one's open tasks about it move to
    the new one, a cover ends, and the check that is due stays due, because it looks at the letters of both. Raises
    RuleBroken where the person may not be it, TransitionNotAllowed where the restriction is over.
    """
    restriction = _ready_to_change(restriction_id, by=by, at=at, person_id=person_id, reason=reason)
    today, term = day_of(at), namings.term_of(restriction)
    assert term is not None and term.person is not None
    old, person = term.person, User.objects.get(pk=person_id)
    restriction.namings.filter(ended_on__isnull=True).update(ended_on=today)
    term.person = person
    term.save()
    naming = _name(restriction, person, by=by, at=at, from_on=today, named_on=today, reason=reason.strip())
    moved = deadlines.hand_over(about(restriction), from_=old, to=person)
    event = audit.record(
        "spoc.changed", subject=restriction, by=by, at=at, words={"reason": reason},
        facts={"was": old.reference, "now": person.reference, "tasks_moved": moved},
    )  # fmt: skip
    leaving.settle(restriction, at=at, how="Another was named")
    checking.keep(restriction, at=at, event=event.pk)
    on_register.say(restriction, by=by, at=at)
    naming.letter = _write(restriction, change_facts(restriction, person, from_on=today), by=by, at=at)
    naming.save()
    return restriction


@transaction.atomic
def cover_spoc(
    restriction_id: int, *, by: User, at: datetime, person_id: int, from_on: date, until_on: date, reason: str
) -> Naming:
    """Let a colleague stand in between two days, and tell the resident, however short it is (the procedure's 6).

    One letter says both days, so nobody has to write again when the cover ends as planned. Raises as `change_spoc`, and
    RuleBroken for days that do not fit. A cover that was arranged before and has not begun, or has not ended, is ended.
    """
    restriction = _ready_to_change(restriction_id, by=by, at=at, person_id=person_id, reason=reason)
    today = day_of(at)
    check_change(restriction, on=today, person_id=person_id, reason=reason, from_on=from_on, until_on=until_on)
    term = namings.term_of(restriction)
    assert term is not None and term.person is not None
    restriction.namings.filter(ended_on__isnull=True, until_on__isnull=False).update(ended_on=today)
    person = User.objects.get(pk=person_id)
    naming = _name(
        restriction, person, by=by, at=at, from_on=from_on, named_on=from_on, until_on=until_on, reason=reason.strip()
    )
    event = audit.record(
        "spoc.covered", subject=restriction, by=by, at=at, words={"reason": reason},
        facts={"for": term.person.reference, "by": person.reference, "from_on": from_on, "until_on": until_on},
    )  # fmt: skip
    leaving.settle(restriction, at=at, how="Another covers")
    checking.keep(restriction, at=at, event=event.pk)
    on_register.say(restriction, by=by, at=at)
    facts = change_facts(restriction, person, from_on=from_on, until_on=until_on)
    naming.letter = _write(restriction, facts, by=by, at=at)
    naming.save()
    return naming


@transaction.atomic
def end_cover(restriction_id: int, *, by: User, at: datetime) -> Restriction:
    """The single point of contact is back before the cover was to end: from today the resident turns to them again.

    Raises TransitionNotAllowed where nobody covers, or the cover has ended by its days.
    """
    restriction = locked(restriction_id)
    permissions.check_can_change_spoc(by, restriction)
    today, term = day_of(at), namings.term_of(restriction)
    cover = restriction.namings.filter(ended_on__isnull=True, until_on__gte=today).select_related("person").first()
    if cover is None or term is None or term.person is None or not restriction.is_in_force(today):
        raise TransitionNotAllowed(f"Nobody covers for the single point of contact of {restriction.reference}.")
    cover.ended_on = today
    cover.save()
    event = audit.record(
        "spoc.cover_ended", subject=restriction, by=by, at=at,
        facts={"for": term.person.reference, "by": cover.person.reference},
    )  # fmt: skip
    leaving.settle(restriction, at=at, how="The cover has ended")
    checking.keep(restriction, at=at, event=event.pk)
    on_register.say(restriction, by=by, at=at)
    _write(restriction, change_facts(restriction, term.person, from_on=today), by=by, at=at)
    return restriction


def change_facts(
    restriction: Restriction, person: User, *, from_on: date, until_on: date | None = None
) -> dict[str, Any]:
    """What the letter says, as plain values: whom to turn to, from when, until when, and to whom then.

    How to reach them is said as the restriction says it, unless it names somebody else: then it would mislead.
    """
    term = namings.term_of(restriction)
    assert term is not None and term.person is not None
    others = [each.person for each in restriction.namings.select_related("person").exclude(person=person)]
    misleads = any(term.words in namings.words_that_name(restriction, other) for other in others)
    return {
        "restriction_reference": restriction.reference,
        "person": _as_fact(person),
        "from_on": from_on.isoformat(),
        "until_on": until_on.isoformat() if until_on else None,
        "afterwards": _as_fact(term.person) if until_on else None,
        "how": "" if misleads else term.words,
    }


def _as_fact(person: User) -> dict[str, str]:
    return {"name": person.name, "phone": person.phone, "email": person.email}


def _write(restriction: Restriction, facts: dict[str, Any], *, by: User, at: datetime) -> Letter:
    case = restriction.case
    return letters.request(
        "spoc_changed",
        to=case.resident,
        about=about(restriction),
        case_ref=case.reference,
        policy_version=case.policy_version,
        facts=facts,
        by=by,
        at=at,
    )
