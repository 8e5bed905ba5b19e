"""An appeal against an entry of the register of which the resident was told."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from appeals.against.effects import Answered, Effect, Rests
from appeals.against.recorded import Recorded, State
from deadlines.services import appeal_windows
from design import dates
from policies.policy import Policy
from register.models import Entry
from register.services import removing

WHAT = "register.entered"


@dataclass(frozen=True)
class EntryMade(Recorded):
    """That a resident was entered on a register. One that stands with a restriction falls with that, and is not this.

    An entry keeps people safe, so it is never suspended while an appeal is decided.
    """

    entry: Entry

    noun: ClassVar[str] = "entry"
    stays: ClassVar[str] = "The entry stays as it is unless we remove it."

    @property
    def key(self) -> str:
        """Its reference."""
        return self.entry.reference

    @property
    def called(self) -> str:
        """By its reference."""
        return f"register entry {self.key}"

    @property
    def window_words(self) -> str:
        """Against the entry."""
        return f"against {self.called}"

    @property
    def to_resident(self) -> str:
        """By its reference and day."""
        return f"our register entry {self.key} of {dates.day(self.decided_on)} about you"

    @property
    def hidden(self) -> bool:
        """Where the resident was not told of it."""
        return not self.entry.resident_told

    @property
    def gone(self) -> str:
        """Where it was removed."""
        return f"{self.key} was removed: there is nothing to appeal against." if self.entry.removed_on else ""

    def covered_as(self, policy: Policy) -> tuple[str, ...]:
        """As entering on the register."""
        return appeal_windows.ENTERED_AS

    def took_part(self) -> dict[int, str]:
        """Also whoever entered it."""
        made = self.entry.entered_by_id
        return super().took_part() | ({made: f"made {self.key}"} if made else {})

    def outcomes(self, on: date) -> dict[str, str]:
        """To remove it, or to leave it."""
        goes = f"{self.title}: removed. Whoever looked at it is told. The resident is told in writing."
        return super().outcomes(on) | {State.UPHELD: goes}

    def upheld(self, rests: Rests, *, on: date) -> Effect:
        """It is removed."""

        def remove(answered: Answered) -> None:
            if not self.gone:
                removing.set_aside(self.entry.pk, reason=answered.upheld, by=answered.by, at=answered.at)

        step = f"{self.title}: removed. Whoever looked at it is told."
        return Effect((step,), "We have removed the entry from our register.", remove)
