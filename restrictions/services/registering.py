"""What staff see of a restriction before a visit or a call: its entries on the policy's registers, or its highlight.

Written in the transaction of whatever changes the restriction, from how the restriction stands then. A restriction
stands in every register that the policy enters it on; one that enters none is highlighted, so that nobody goes to a
door without knowing what holds.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat

from design.dates import day_of
from people.models import User
from policies.policy import RegisterRule
from register.models import STANDS_WITH, Entry
from register.services import entering
from register.services import with_restriction as register
from register.services.new_entries import Cover, NewEntry
from restrictions import limits, rules
from restrictions.dates import next_review_of
from restrictions.models import Restriction

NOT_NOW = "Suspended while an appeal is decided: the limits on contact do not hold."


def enter(restriction: Restriction, *, by: User, at: datetime) -> None:
    """Enter the resident when a restriction is put in force (Dover 6.30), and ask about what may follow by decision."""
    for rule in _registers(restriction):
        _enter(restriction, rule, by=by, at=at)
    for asked_about in rules.registers_to_consider(restriction):
        _ask(restriction, asked_about, at=at)


def carry_over(old: Restriction, new: Restriction, *, by: User, at: datetime) -> None:
    """Let what stands for a restriction stand for its successor; whoever looked at it is told what changed (D4).

    Where the new terms belong on other registers than the old, it goes from those and is entered on these: a single
    point of contact that has ended stands on no list of such arrangements.
    """
    before = set(register.registers_of(old.trail.about))
    wanted = {rule.key if rule else "": rule for rule in _registers(new)}
    for key in sorted(before - set(wanted)):
        reason = f"{new.reference} follows {old.reference} and does not belong there"
        register.remove(old.trail.about, register_key=key, by=by, at=at, reason=reason, set_aside=True)
    for key in sorted(before & set(wanted)):
        changes = _says(new) | {"risks": _risks(new, wanted[key]), "instructions": new.instructions}
        register.change(
            old.trail.about,
            register_key=key,
            new_source=new.trail.about,
            by=by,
            at=at,
            ends_on=new.ends_on,
            review_on=next_review_of(new),
            shared_with_contractors=new.share_with_contractors,
            **changes,
        )
    for key in wanted:
        if key not in before:
            _enter(new, wanted[key], by=by, at=at)


def unseen(on: date) -> QuerySet[Restriction]:
    """Restrictions in force of which nobody learns before a visit or a call: imposed before highlights were kept."""
    source = Concat(Value(STANDS_WITH), OuterRef("reference"))
    shown = Entry.objects.filter(source=source, removed_on__isnull=True)
    return Restriction.objects.in_force(on).filter(~Exists(shown))


@transaction.atomic
def show(restriction_id: int, *, at: datetime) -> bool:
    """Highlight a restriction in force that nothing shows; False where something does. For the sweep: safe twice.

    The clock enters nobody on a register: its highlight says what holds until the restriction is decided on again.
    """
    restriction = Restriction.objects.locked(restriction_id)
    if not restriction.is_in_force(day_of(at)) or register.registers_of(restriction.trail.about):
        return False
    assert restriction.decided_by is not None
    register.highlight(_shown(restriction), decided_by=restriction.decided_by, by=None, at=at)
    return True


def say(restriction: Restriction, *, by: User, at: datetime, review_on: date | None = None) -> None:
    """Let what staff see follow the restriction: its limits, whom to ring, the days of a cover, its next review."""
    if not register.registers_of(restriction.trail.about):
        return
    changes = _says(restriction) | ({} if review_on is None else {"review_on": review_on})
    register.change(restriction.trail.about, by=by, at=at, **changes)


def remove(restriction: Restriction, *, by: User | None, at: datetime, reason: str, set_aside: bool = False) -> None:
    """Take off, with a restriction, what stood for it; longer only where the policy says so of its register."""
    register.remove(restriction.trail.about, by=by, at=at, reason=reason, set_aside=set_aside)


def _registers(restriction: Restriction) -> list[RegisterRule | None]:
    """The registers on which it stands; None, for a highlight, where it stands on none."""
    return [*rules.registers_for(restriction)] or [None]


def _shown(restriction: Restriction) -> NewEntry:
    """What its entries and its highlight say."""
    case = restriction.case
    return NewEntry(
        provider=case.provider,
        policy_version=case.policy_version,
        resident=case.resident,
        instructions=restriction.instructions,
        source=restriction.trail.about,
        case_ref=case.reference,
        ends_on=restriction.ends_on,
        review_on=next_review_of(restriction),
        shared_with_contractors=restriction.share_with_contractors,
        **_says(restriction),
    )


def _enter(restriction: Restriction, rule: RegisterRule | None, *, by: User, at: datetime) -> None:
    new = _shown(restriction)
    if rule is None:
        register.highlight(new, decided_by=by, by=by, at=at)
        return
    entered = replace(
        new,
        register_key=rule.key,
        risks=_risks(restriction, rule),
        told=restriction.tell_resident_of_entry,
        not_told_reason=restriction.not_told_reason,
        look_again_on=restriction.look_again_on,
    )
    register.enter(entered, by=by, at=at)


def _risks(restriction: Restriction, rule: RegisterRule | None) -> list[str]:
    """The chosen risks that a register lists; of one that lists a single risk, that one."""
    if rule is None:
        return []
    return list(rule.risks) if len(rule.risks) == 1 else [risk for risk in restriction.risks if risk in rule.risks]


def _says(restriction: Restriction) -> dict[str, Any]:
    """What holds now and whom to ring: the limits and the contact, and who covers between which days."""
    terms = limits.of(restriction)
    single = limits.single_point(terms)
    covers = [each for each in restriction.standing_namings() if each.until_on]
    lines = [f"Single point of contact: {each.line}." for each in covers]
    suspended = restriction.suspended_at is not None
    return {
        "arrangement": [NOT_NOW] if suspended else [*limits.arrangement(terms), *lines],
        "ring": single["phone"] if single else "",
        "ring_name": single["name"] if single else "",
        "cover": _cover(covers),
    }


def _cover(covers: list[Any]) -> Cover | None:
    naming = next(iter(covers), None)
    if naming is None:
        return None
    contact = naming.person.as_contact
    return Cover(contact["name"], contact["phone"], naming.from_on, naming.until_on)


def _ask(restriction: Restriction, rule: RegisterRule, *, at: datetime) -> None:
    """Ask those who may whether the resident is entered on a register, where the policy has it decided by a person."""
    case = restriction.case
    entering.ask_to_consider(
        rule.key,
        resident=case.resident,
        policy_version=case.policy_version,
        because=restriction.trail.about,
        incidents=[each.reference for each in restriction.incidents.order_by("happened_on", "pk")],
        case_ref=case.reference,
        at=at,
    )
