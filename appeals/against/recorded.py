"""What an entry and a decision not to act have in common: nothing but the trail keeps that they were decided."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from appeals.against.appealable import Appealable
from appeals.against.effects import Effect, Rests, Row
from appeals.against.trail import reasons_of
from appeals.models import Appeal
from audit.models import Decision, Trail
from cases.models import Warning
from design.dates import day_of
from people.models import User
from restrictions.models import Restriction

State = Appeal.State


@dataclass(frozen=True)
class Recorded(Appealable):
    """A decision that stands on the trail."""

    decision: Decision

    told_by_us: ClassVar[bool] = False

    @property
    def trail(self) -> Trail:
        """The decision's own."""
        return self.decision.trail

    @property
    def points(self) -> dict[str, Restriction | Warning | Decision]:
        """At the decision on the trail."""
        return {"decision": self.decision}

    @property
    def decided_on(self) -> date:
        """Its day."""
        return day_of(self.decision.event.at)

    @property
    def decided_at(self) -> datetime:
        """Its instant."""
        return self.decision.event.at

    @property
    def decided_by(self) -> str:
        """Whoever decided it."""
        return self.decision.event.by_name

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
