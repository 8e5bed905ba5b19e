"""A part of a proposal: written by itself, and saying itself what it lacks before anybody can decide.

What a part refuses stands once: it is raised where the part is saved, and listed where the whole is looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django_fsm import TransitionNotAllowed

from design import seals
from people.models import User
from policies.rules import Rule, RuleBroken
from restrictions import permissions, shown
from restrictions.models import Restriction

State = Restriction.State
Refusals = Iterator[RuleBroken]
Known = Callable[[Restriction], Mapping[str, Any]]


@dataclass(frozen=True)
class Missing:
    """Something that a proposal still lacks: in which part, in words, under which rule."""

    part: str
    message: str
    rule: Rule | None = None

    def __str__(self) -> str:
        return f"{self.message} ({self.rule.in_brackets()})" if self.rule else self.message


class NotReady(RuleBroken):
    """A proposal lacks something; `missing` holds every thing at once, each with its rule."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = list(missing)
        super().__init__("; ".join(str(one) for one in missing))


@dataclass(frozen=True)
class Part:
    """A part of a proposal: its title, what is stored of it by the names of its form, and what it refuses."""

    key: str
    title: str
    known: Known
    refusals: Callable[[Restriction], Refusals]

    def missing(self, restriction: Restriction) -> list[Missing]:
        """Everything that the part lacks."""
        return [Missing(self.key, refusal.message, refusal.rule) for refusal in self.refusals(restriction)]


def begin(restriction_id: int, known: Known, *, by: User, at: datetime, seen: str | None) -> Restriction:
    """A proposal that may be written now. What it said is recorded as a whole when it is proposed.

    `known` reads what is stored of the part. Raises `ChangedSince` where that is not what its writer saw (`seen`).
    """
    restriction = Restriction.objects.locked(restriction_id)
    permissions.check_can_prepare(by, restriction)
    if restriction.state not in (State.DRAFT, State.RETURNED):
        raise TransitionNotAllowed(object=restriction)
    seals.check(seen, known(restriction), since=shown.since(restriction))
    restriction.saved_at = at
    return restriction


def end(restriction: Restriction, refusals: Refusals) -> Restriction:
    """Save a part, unless it refuses what was written."""
    for refusal in refusals:
        raise refusal
    restriction.save()
    return restriction


def refused(check: Callable[..., object], *things: object) -> Refusals:
    """What a check refuses, as one of the refusals of a part."""
    try:
        check(*things)
    except RuleBroken as refusal:
        yield refusal
