"""What an outcome sets, as whoever decides has chosen it; and what it does, told first and carried out later."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from appeals.models import Appeal
from design import dates
from people.models import User
from policies.rules import Rule
from restrictions.limits import NewTerm
from restrictions.models import Term


class Row(NamedTuple):
    """One line of a summary: what it is, and what was written; `typed` where somebody wrote it in their own words.

    What is about health is covered on pages until it is asked for.
    """

    label: str
    words: str
    typed: bool = True
    about_health: bool = False


@dataclass(frozen=True)
class Rests:
    """What becomes of what was built on a warning that goes: whether it stays or ends too, and why."""

    what: str = ""
    because: str = ""

    @property
    def ends(self) -> bool:
        """Whether it ends with the warning."""
        return self.what == Appeal.Rests.ENDS

    def plain(self) -> dict[str, Any]:
        """As plain values, for the others who decide it to agree to."""
        return {"what_rests": self.what, "what_rests_because": self.because.strip()}

    def lines(self) -> list[Row]:
        """For those who read it before they agree."""
        if not self.what:
            return []
        return [Row("What becomes of it", Appeal.Rests(self.what).label, False), Row("Why", self.because)]


@dataclass(frozen=True)
class NewTerms:
    """The terms in which a restriction goes on, its last day where that changes, and the orders to staff."""

    terms: Sequence[NewTerm]
    ends_on: date | None = None
    instructions: Sequence[str] | None = None

    def plain(self) -> dict[str, Any]:
        """As plain values, for the others who decide it to agree to."""
        return {
            "terms": [asdict(term) for term in self.terms],
            "ends_on": self.ends_on.isoformat() if self.ends_on else None,
            "instructions": None if self.instructions is None else list(self.instructions),
        }

    def lines(self) -> list[Row]:
        """For those who read it before they agree."""
        people = User.objects.in_bulk([term.person_id for term in self.terms if term.person_id])
        limits = [term.line(people.get(term.person_id or 0)) for term in self.terms if term.limit != Term.Limit.OPEN]
        orders = "\n".join(self.instructions or ())
        last = [Row("Last day in force", dates.day(self.ends_on), False)] if self.ends_on else []
        return [
            Row("Terms", "\n".join(limits)), *last, *([Row("What staff must do", orders)] if orders else []),
        ]  # fmt: skip


@dataclass(frozen=True)
class NewWords:
    """The words of the letter that takes another's place: what must change, and what it says of each incident."""

    expected: str
    told: Mapping[str, str]

    def plain(self) -> dict[str, Any]:
        """As plain values, for the others who decide it to agree to."""
        return {"expected": self.expected.strip(), "told": dict(self.told)}

    def lines(self) -> list[Row]:
        """For those who read it before they agree."""
        told = [Row(f"What the letter says of {ref}", what) for ref, what in self.told.items()]
        return [*told, Row("What must change", self.expected)]


Sets = Rests | NewTerms | NewWords


def sets_of(plain: Mapping[str, Any]) -> Sets | None:
    """What an outcome sets, from the plain values that were kept of it; None where it sets nothing."""
    if "terms" in plain:
        ends_on = date.fromisoformat(plain["ends_on"]) if plain["ends_on"] else None
        return NewTerms([NewTerm(**term) for term in plain["terms"]], ends_on, plain["instructions"])
    if "expected" in plain:
        return NewWords(plain["expected"], plain["told"])
    return Rests(plain["what_rests"], plain["what_rests_because"]) if "what_rests" in plain else None


@dataclass(frozen=True)
class Corrected:
    """The letter that takes another's place: which kind of letter, what it is called, and the facts it would state."""

    kind: str
    called: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Answered:
    """An appeal that has its answer: which, under which rule, in whose name it is carried out, and when."""

    appeal: Appeal
    rule: Rule | None
    by: User
    at: datetime

    @property
    def upheld(self) -> str:
        """Why something goes."""
        return f"Appeal {self.appeal.reference} was upheld"

    @property
    def in_part(self) -> str:
        """Why something is changed."""
        return f"Appeal {self.appeal.reference} was upheld in part"


def _nothing(answered: Answered) -> None:
    """Some decisions hold nothing that could be taken back: what the letter says is all."""


@dataclass(frozen=True)
class Effect:
    """What an outcome does: step by step for whoever decides, in a sentence for the resident, and as the deed.

    The check page shows it, and the same is carried out: `carry_out` does it.
    `terms` and `ends_on` are those of a restriction that goes on otherwise, `corrected` the letter in another's place,
    `rests` what was built on a warning that goes.
    """

    steps: Sequence[str]
    tells: str
    carry_out: Callable[[Answered], None] = _nothing
    terms: Sequence[Term] = field(default=())
    ends_on: date | None = None
    corrected: Corrected | None = None
    rests: str = ""
