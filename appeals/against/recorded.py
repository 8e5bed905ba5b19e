"""What an entry and a decision not to act have in common: nothing but the trail keeps that they were decided."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from appeals.against.appealable import Appealable
from appeals.against.effects import Effect, Rests, Row
from appeals.against.trail import OnTrail, reasons_of
from appeals.models import Appeal
from audit.models import Trail
from people.models import User

State = Appeal.State


@dataclass(frozen=True)
class Recorded(OnTrail, Appealable):
    """A decision that stands on the trail."""

    told_by_us: ClassVar[bool] = False

    @property
    def trail(self) -> Trail:
        """The decision's own."""
        return self.decision.trail

    def file(self) -> list[Row]:
        """Why it was decided."""
        reasons = reasons_of(self.decision)
        return [Row("Reasons", reasons)] if reasons else []

    def suspend(self, *, by: User, at: datetime, reason: str) -> None:
        """It holds nothing that could wait."""

    def resume(self, *, by: User, at: datetime, reason: str) -> None:
        """It was never suspended."""

    def outcomes(self, on: date) -> dict[str, str]:
        """To set it aside, or to leave it."""
        aside = "set aside. Say in your reasons what is decided anew, and by whom."
        return {
            State.UPHELD: f"{self.title}: {aside} The resident is told in writing.",
            State.DISMISSED: f"{self.title}: stays as it is. The resident is told why.",
        }

    def upheld(self, rests: Rests, *, on: date) -> Effect:
        """It no longer stands."""
        tells = "That decision no longer stands. Our reasons below say what we do instead."
        return Effect((f"{self.title}: set aside.",), tells)

    def unchanged(self, *, on: date) -> Effect:
        """It stays."""
        return self._stays()
