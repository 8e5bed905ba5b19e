"""An appeal against a decision not to act."""

from dataclasses import dataclass

from appeals.against.recorded import Recorded
from design import dates

WHAT = "case.not_acted"


@dataclass(frozen=True)
class NotActed(Recorded):
    """That somebody considered something and decided not to do it."""

    @property
    def key(self) -> str:
        """A name for a decision that has no reference of its own."""
        return f"D-{self.decision.pk}"

    @property
    def called(self) -> str:
        """By its day."""
        return f"the decision not to act of {dates.day(self.decided_on)}"

    @property
    def window_words(self) -> str:
        """Against the decision."""
        return "against the decision not to act"

    @property
    def to_resident(self) -> str:
        """By its day, and what it was."""
        return f"our decision of {dates.day(self.decided_on)} not to act ({self.key})"

    def took_part(self) -> dict[int, str]:
        """Also whoever decided it."""
        decider = self.case.provider.staff.filter(reference=self.decision.event.by_ref)
        return super().took_part() | dict.fromkeys(decider.values_list("pk", flat=True), f"made {self.called}")
