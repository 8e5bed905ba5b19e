"""What does not stand as it was left, each by a mark of its own; and what administrators found out about it.

A break cannot be undone, so a look at the trail names it for ever. Two administrators say what it was: one explains it,
another agrees. It is known from then on, and always listed; what nobody has answered for is told apart from it. The
mark is made of how the thing stands now, so the next change of the same row is another break (docs/adr/0196).
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from audit import subjects
from audit.models import Event, Trail

EXPLAINED, ACCEPTED = "trail.break_explained", "trail.break_accepted"


@dataclass(frozen=True)
class Break:
    """Something that does not stand as it was left. One without a mark is to be mended, not explained."""

    words: str
    mark: str = ""

    @classmethod
    def marked(cls, words: str, *standing: object) -> "Break":
        """A break that is known again by how the thing stands now."""
        return cls(words, hashlib.sha256("|".join(map(str, standing)).encode()).hexdigest()[:16])

    def as_json(self) -> dict[str, Any]:
        """As a look at the trail keeps it."""
        return asdict(self)


@dataclass(frozen=True)
class Answer:
    """What an administrator found out about a break, and who else agreed."""

    broken: Break
    event: int
    reason: str
    by_ref: str
    by_name: str
    at: datetime
    accepted_by: str = ""
    accepted_at: datetime | None = None

    @property
    def known(self) -> bool:
        """Whether a second administrator has agreed."""
        return self.accepted_at is not None


class Whole:
    """The trail itself, as what an event is about."""

    trail = Trail(subjects.TRAIL, "trail")


def answers() -> dict[str, Answer]:
    """What was said of each break, by its mark; the newest explanation of each, and whether another agreed to that."""
    found: dict[str, Answer] = {}
    said = Event.objects.about(Whole.trail).filter(verb__in=(EXPLAINED, ACCEPTED))
    for event in said.select_related("words").order_by("pk"):
        mark = event.facts["mark"]
        if event.verb == EXPLAINED:
            words = getattr(event, "words", None)
            reason = (words.body or {}).get("reasons", "") if words else ""
            broken = Break(event.facts["what"], mark)
            found[mark] = Answer(broken, event.pk, reason, event.by_ref, event.by_name, event.at)
        elif mark in found and event.facts["explained"] == found[mark].event:
            found[mark] = replace(found[mark], accepted_by=event.by_name, accepted_at=event.at)
    return found


def known() -> dict[str, Answer]:
    """The breaks for which two administrators have answered, by their marks."""
    return {mark: answer for mark, answer in answers().items() if answer.known}


def unanswered(broken: Iterable[Break], answered: Iterable[str]) -> list[Break]:
    """Those for which nobody has answered yet."""
    marks = set(answered)
    return [one for one in broken if one.mark not in marks]
