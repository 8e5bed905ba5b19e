"""Who is the single point of contact while a restriction runs: named, changed for good, covered between two days."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit.models import Event
from cases.permissions import people_affected
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.services import Said
from design import dates, seals
from design.dates import day_of
from letters import services as letters
from people.models import User
from policies.rules import RuleBroken, need
from restrictions import acts, facts, limits, permissions, shown
from restrictions.limits import NewTerm
from restrictions.models import Naming, Restriction, Term
from restrictions.services import registering
from restrictions.services.contacts import checking, leaving


def begin(restriction: Restriction, *, by: User, at: datetime, event: int) -> None:
    """Write down who is named when a restriction is put in force, and set the first check where the policy asks for it.

    What continues a restriction keeps its person's clock and a cover that is still to end: nobody escapes a check
    because the restriction was extended.
    """
    today = day_of(at)
    before = restriction.follows.standing_namings() if restriction.follows else []
    if before:
        restriction.follows.namings.filter(ended_on__isnull=True).update(ended_on=today)  # type: ignore[union-attr]
    term = restriction.contact_term()
    if term is None or term.person is None:
        return
    held = next((each for each in before if each.until_on is None and each.person_id == term.person_id), None)
    _name(restriction, term.person, by=by, at=at, from_on=today, named_on=held.named_on if held else today)
    cover = next((each for each in before if each.until_on and each.until_on >= today), None)
    if held and cover:
        _name(
            restriction,
            cover.person,
            by=cover.named_by,
            at=at,
            from_on=cover.from_on,
            named_on=cover.named_on,
            until_on=cover.until_on,
            reason=cover.reason,
        )
        registering.say(restriction, by=by, at=at)
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


@dataclass(frozen=True)
class NewContact:
    """Who takes over: from today for good, or as cover between two days."""

    person_id: int
    from_on: date | None = None
    until_on: date | None = None

    @property
    def covers(self) -> bool:
        """Whether it is a cover."""
        return self.until_on is not None

    def as_put(self) -> dict[str, Any]:
        """What the others who decide it agree to, as plain values."""
        days = {name: day.isoformat() if day else None for name, day in vars(self).items() if name != "person_id"}
        return {"person_id": self.person_id, **days}

    @classmethod
    def of_put(cls, put: dict[str, Any]) -> "NewContact":
        """What the first of several has decided."""
        days = {name: date.fromisoformat(put[name]) if put[name] else None for name in ("from_on", "until_on")}
        return cls(put["person_id"], **days)


@dataclass(frozen=True)
class ContactPlan:
    """Whom the resident would turn to, between which days, and what the letter says of it."""

    restriction: Restriction
    person: User
    from_on: date
    until_on: date | None
    letter: dict[str, Any]

    def shown(self) -> shown.Parts:
        """What its check page shows, for the seal."""
        return shown.standing(self.restriction) | {"the words of the letter": self.letter}


def plan(restriction: Restriction, said: Said, new: NewContact, *, by: User, at: datetime) -> ContactPlan:
    """Who would be the contact: what the check page shows and `change` carries out. Changes nothing.

    The new person works on cases, was not affected by what happened (as in the proposal), and is somebody else. A cover
    begins today or later and ends before the restriction does. Whoever is the contact hands over by themselves where
    the policy knows that (`permissions.hands_over`); otherwise whom it names decides, alone or together. Raises
    RuleBroken where it cannot be, NotPermitted.
    """
    on = day_of(at)
    _check_person(restriction, new.person_id)
    need(said.reasons, "Enter why", "reason")
    _check_days(restriction, new, on)
    if not permissions.hands_over(by, restriction, on, for_good=not new.covers):
        decisions.check(acts.change_contact(restriction), _with(said, new), by=by, at=at)
    person = User.objects.get(pk=new.person_id)
    begins = new.from_on if new.covers and new.from_on else on
    told = facts.contact_changed(restriction, person, from_on=begins, until_on=new.until_on)
    return ContactPlan(restriction, person, begins, new.until_on, told)


def _with(said: Said, new: NewContact) -> Said:
    return Said(said.reasons, said.considered, said.not_done, said.meeting, new.as_put())


def _check_person(restriction: Restriction, person_id: int) -> None:
    term = restriction.contact_term()
    if term is None:
        raise RuleBroken("This restriction has no single point of contact", None, "person")
    candidate = NewTerm(Term.Channel.SPOC, Term.Limit.LIMITED, "", person_id)
    try:
        limits.check_person(restriction, [candidate], people_affected(restriction.case))
    except RuleBroken as refusal:
        raise RuleBroken(refusal.message, refusal.rule, "person") from None
    if person_id == term.person_id:
        raise RuleBroken("Select somebody other than the present single point of contact", None, "person")


def _check_days(restriction: Restriction, new: NewContact, on: date) -> None:
    if new.until_on is None:
        return
    assert new.from_on is not None and restriction.ends_on is not None
    if new.from_on < on:
        raise RuleBroken("The first day of the cover must be today or later", None, "from_on")
    if new.until_on < new.from_on:
        raise RuleBroken("The last day of the cover must be on or after its first day", None, "until_on")
    if new.until_on > restriction.ends_on:
        words = f"The last day of the cover must not be after the last day in force, {dates.day(restriction.ends_on)}"
        raise RuleBroken(words, None, "until_on")


@transaction.atomic
def change(
    restriction_id: int, said: Said, new: NewContact, *, by: User, at: datetime, seen: str | None = None
) -> Restriction:
    """Let another be the contact, from today or as cover between two days, and tell the resident (the procedure's 6).

    The restriction itself stays as it was decided. For good: the old one's open tasks about it move to the new one, a
    cover ends, and the check that is due stays due, because it looks at the letters of both. A cover, however short, is
    told in one letter with both days, so nobody has to write again when it ends as planned; one that was arranged
    before is ended. Where the policy has several decide who is named, this is one person's voice. `seen` is the seal of
    what was shown. Raises as `plan`; TransitionNotAllowed where the restriction is over or something changed since.
    """
    restriction = Restriction.objects.locked(restriction_id)
    alone = permissions.hands_over(by, restriction, day_of(at), for_good=not new.covers)
    if not alone:
        acts.change_contact(restriction).check(by)
    if not restriction.is_in_force(day_of(at)):
        raise TransitionNotAllowed(f"{restriction.reference} is not in force, so its contact cannot be changed.")
    made = plan(restriction, said, new, by=by, at=at)
    seals.check(seen, made.shown(), since=shown.since(restriction))
    writer = by
    if not alone:
        taken = decisions.take(acts.change_contact(restriction), _with(said, new), by=by, at=at)
        if taken is None:
            return restriction
        writer = taken
        deadlines.meet(kinds.SPOC_CHANGE, restriction, at=at, how="Decided")
        decisions.drop(restriction.trail.about, "change_spoc", at=at)
    naming, event = (_cover if new.covers else _replace)(made, said, by=by, at=at)
    leaving.settle(restriction, at=at, how="Another covers" if new.covers else "Another was named")
    checking.keep(restriction, at=at, event=event.pk)
    registering.say(restriction, by=writer, at=at)
    naming.letter = letters.request("spoc_changed", restriction, made.letter, by=writer, at=at)
    naming.save()
    return restriction


def _replace(made: ContactPlan, said: Said, *, by: User, at: datetime) -> tuple[Naming, Event]:
    restriction, person, today = made.restriction, made.person, day_of(at)
    term = restriction.contact_term()
    assert term is not None and term.person is not None
    old = term.person
    restriction.namings.filter(ended_on__isnull=True).update(ended_on=today)
    term.person = person
    term.save()
    naming = _name(restriction, person, by=by, at=at, from_on=today, named_on=today, reason=said.reasons.strip())
    moved = deadlines.hand_over(restriction, from_=old, to=person)
    event = audit.record(
        "spoc.changed",
        subject=restriction,
        by=by,
        at=at,
        words={"reason": said.reasons},
        facts={"was": old.reference, "now": person.reference, "tasks_moved": moved},
    )
    return naming, event


def _cover(made: ContactPlan, said: Said, *, by: User, at: datetime) -> tuple[Naming, Event]:
    restriction = made.restriction
    term = restriction.contact_term()
    assert term is not None and term.person is not None
    restriction.namings.filter(ended_on__isnull=True, until_on__isnull=False).update(ended_on=day_of(at))
    naming = _name(
        restriction,
        made.person,
        by=by,
        at=at,
        from_on=made.from_on,
        named_on=made.from_on,
        until_on=made.until_on,
        reason=said.reasons.strip(),
    )
    event = audit.record(
        "spoc.covered",
        subject=restriction,
        by=by,
        at=at,
        words={"reason": said.reasons},
        facts={
            "for": term.person.reference,
            "by": made.person.reference,
            "from_on": made.from_on,
            "until_on": made.until_on,
        },
    )
    return naming, event


@transaction.atomic
def disagree_to_change(restriction_id: int, *, by: User, at: datetime, reasons: str) -> Restriction:
    """Not agree to another contact, where several decide: the one who is named stays."""
    restriction = Restriction.objects.locked(restriction_id)
    decisions.disagree(acts.change_contact(restriction), by=by, at=at, reasons=reasons)
    return restriction


def check_can_end_cover(user: User, restriction: Restriction) -> None:
    """The contact and whoever covers, and one of those who may name a contact: nobody is named by that."""
    if not permissions.is_contact(user, restriction):
        acts.change_contact(restriction).check(user)


@transaction.atomic
def end_cover(restriction_id: int, *, by: User, at: datetime) -> Restriction:
    """The single point of contact is back before the cover was to end: from today the resident turns to them again.

    Nobody is named by that, so one of those who may name somebody is enough. Raises TransitionNotAllowed where nobody
    covers, or the cover has ended by its days.
    """
    restriction = Restriction.objects.locked(restriction_id)
    check_can_end_cover(by, restriction)
    today, term = day_of(at), restriction.contact_term()
    cover = restriction.namings.filter(ended_on__isnull=True, until_on__gte=today).select_related("person").first()
    if cover is None or term is None or term.person is None or not restriction.is_in_force(today):
        raise TransitionNotAllowed(f"Nobody covers for the single point of contact of {restriction.reference}.")
    cover.ended_on = today
    cover.save()
    event = audit.record(
        "spoc.cover_ended",
        subject=restriction,
        by=by,
        at=at,
        facts={"for": term.person.reference, "by": cover.person.reference},
    )
    leaving.settle(restriction, at=at, how="The cover has ended")
    checking.keep(restriction, at=at, event=event.pk)
    registering.say(restriction, by=by, at=at)
    told = facts.contact_changed(restriction, term.person, from_on=today)
    letters.request("spoc_changed", restriction, told, by=by, at=at)
    return restriction
