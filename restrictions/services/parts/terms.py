"""The terms of a proposal: the limits, the policy's kinds, what staff must do, and who is told of the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

import cases.permissions
from design.dates import day_of
from people.models import User
from policies import law
from policies.rules import RuleBroken
from restrictions import limits, rules
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Term
from restrictions.services.parts.part import Refusals, begin, end, refused


@transaction.atomic
def save_terms(
    restriction_id: int, *, by: User, at: datetime, terms: Sequence[NewTerm], seen: str | None = None
) -> Restriction:
    """Set the limits, channel by channel. Raises RuleBroken where they leave no way to complain or appeal (F3)."""
    restriction = begin(restriction_id, known_terms, by=by, at=at, seen=seen)
    limits.check_terms(restriction.case.policy, terms)
    limits.check_person(restriction, terms, cases.permissions.people_affected(restriction.case))
    put_terms(restriction, terms)
    restriction.save()
    return restriction


def put_terms(restriction: Restriction, terms: Sequence[NewTerm]) -> None:
    """Make a restriction's terms these."""
    restriction.terms.all().delete()
    Term.objects.bulk_create(
        Term(
            restriction=restriction,
            channel=term.channel,
            limit=term.limit,
            words=term.words.strip(),
            person_id=term.person_id,
        )
        for term in terms
    )
    restriction.__dict__.pop("_prefetched_objects_cache", None)


@transaction.atomic
def save_kinds(
    restriction_id: int, *, by: User, at: datetime, kinds: Sequence[str], seen: str | None = None
) -> Restriction:
    """Say which of the policy's kinds of restriction the limits amount to: who decides and what is asked hang on it."""
    restriction = begin(restriction_id, known_terms, by=by, at=at, seen=seen)
    listed = restriction.case.policy.restriction_kinds
    known = [kind.key for kind in listed.listed]
    if not set(kinds) <= set(known):
        raise RuleBroken("Select kinds that the policy has", listed.rule, "kinds")
    if not kinds and known and not listed.others_allowed:
        raise RuleBroken("Select which of the policy's kinds it is: the policy allows no other", listed.rule, "kinds")
    restriction.kinds = [key for key in known if key in set(kinds)]
    restriction.save()
    return restriction


@dataclass(frozen=True)
class Instructions:
    """What staff, the front line, contractors and the resident will read, and who is told of the register entry."""

    orders: Sequence[str]
    risks: Sequence[str]
    share_with_contractors: bool = False
    tell_resident: bool = True
    not_told_reason: str = ""
    look_again_on: date | None = None


@transaction.atomic
def save_instructions(
    restriction_id: int, instructions: Instructions, *, by: User, at: datetime, seen: str | None = None
) -> Restriction:
    """Set what staff, the front line, contractors and the resident will read, and who is told of the register entry.

    Instructions are orders, in order. The resident is told of the entry, or somebody says why not and when that is
    looked at again (Dover 6.33; never blank: UK GDPR Arts 12 to 14).
    """
    restriction = begin(restriction_id, known_instructions, by=by, at=at, seen=seen)
    put_instructions(restriction, instructions.orders, instructions.risks, instructions.share_with_contractors)
    tell = instructions.tell_resident
    restriction.tell_resident_of_entry = tell
    restriction.not_told_reason = "" if tell else instructions.not_told_reason.strip()
    restriction.look_again_on = None if tell else instructions.look_again_on
    return end(restriction, _refuses_telling(restriction, day_of(at)))


def put_instructions(
    restriction: Restriction, orders: Sequence[str], risks: Sequence[str], share_with_contractors: bool
) -> None:
    """Set the orders and risks of the entry; raises RuleBroken where the policy has a register and they are missing."""
    restriction.instructions = [line.strip() for line in orders if line.strip()]
    restriction.risks, restriction.share_with_contractors = list(risks), share_with_contractors
    for refusal in _refuses_orders(restriction):
        raise refusal


def _refuses_orders(restriction: Restriction) -> Refusals:
    """What the registers lack that the restriction enters: orders, and the risks that staff should know of."""
    registers = rules.registers_for(restriction)
    if (wanting := rules.orders_wanted(registers)) and not restriction.instructions:
        yield RuleBroken("Enter what staff must do, one order a line", wanting.rule, "instructions")
    known, risks = rules.risks_asked(registers), restriction.risks
    stranger = any(not any(risk in each.risks for each in registers) for risk in risks)
    if registers and (stranger or (known and not set(risks) & set(known))):
        yield RuleBroken("Select which risks staff should know of", registers[0].rule, "risks")


def _refuses_telling(restriction: Restriction, today: date) -> Refusals:
    if restriction.tell_resident_of_entry:
        return
    said = (each.withhold_if.rule for each in rules.registers_for(restriction))
    rule = next((each for each in said if each), law.TOLD_OF_ENTRY)
    if not restriction.not_told_reason:
        yield RuleBroken("Enter why the resident is not told", rule, "not_told_reason")
    if restriction.look_again_on is None or restriction.look_again_on <= today:
        yield RuleBroken("The day to look at this again must be in the future", law.TOLD_OF_ENTRY, "look_again_on")


def refuses_terms(restriction: Restriction) -> Refusals:
    """What the terms lack: limits that leave a way to complain, one of the policy's kinds, orders and risks."""
    chosen = [NewTerm.of(term) for term in restriction.terms.all()]
    if not chosen:
        yield RuleBroken("Choose the terms", law.WAYS_TO_COMPLAIN)
        return
    yield from refused(limits.check_terms, restriction.case.policy, chosen)
    kinds = restriction.case.policy.restriction_kinds
    if kinds.listed and not kinds.others_allowed and not restriction.of_kinds():
        yield RuleBroken("Select which of the policy's kinds it is", kinds.rule)
    yield from _refuses_orders(restriction)


def known_terms(restriction: Restriction) -> Mapping[str, Any]:
    """What is stored of the limits and kinds, by the names of the two forms that ask for them.

    A channel stands with its words: whoever closes it takes them away, so a page that began before they were written
    asks first.
    """
    kept = limits.of(restriction)
    known: dict[str, Any] = {"kinds": restriction.kinds}
    if kept:
        known |= {str(name): [False] for name in (Term.Channel.SPOC, Term.Channel.OTHER)}
    for term in kept:
        how = term.channel in (Term.Channel.SPOC, Term.Channel.OTHER) or term.limit
        known[term.channel] = [how, term.words, term.person_id]
        known[f"{term.channel}_words"] = term.words
        if term.person_id:
            known["spoc_person"] = str(term.person_id)
    return known


def known_instructions(restriction: Restriction) -> Mapping[str, Any]:
    """What is stored of the instructions, by the names of their form."""
    return {
        "instructions": "\n".join(restriction.instructions),
        "risks": restriction.risks,
        "share_with_contractors": restriction.share_with_contractors,
        "tell_resident": restriction.tell_resident_of_entry,
        "not_told_reason": restriction.not_told_reason,
        "look_again_on": restriction.look_again_on,
    }
