"""An appeal against a restriction: imposing it; or extending or varying another, of which it is the successor."""

from dataclasses import dataclass
from datetime import date, datetime

from appeals.against.limits import STANDING, Limits
from audit.models import Decision, Trail
from cases.models import Warning
from design import dates
from letters.models import Letter
from policies.policy import Policy
from restrictions.models import Restriction


@dataclass(frozen=True)
class ImposedRestriction(Limits):
    """That a restriction was imposed, or carries on another (Dover 6.18)."""

    imposed: Restriction

    @property
    def restriction(self) -> Restriction:
        """The restriction."""
        return self.imposed

    @property
    def key(self) -> str:
        """Its reference."""
        return self.imposed.reference

    @property
    def trail(self) -> Trail:
        """The restriction's own."""
        return self.imposed.trail

    @property
    def called(self) -> str:
        """By its reference."""
        return f"restriction {self.key}"

    @property
    def window_words(self) -> str:
        """It is what its dates are about."""
        return ""

    @property
    def to_resident(self) -> str:
        """By its day, and what it was."""
        return f"our decision of {dates.day(self.decided_on)} to limit how you contact us ({self.key})"

    @property
    def points(self) -> dict[str, Restriction | Warning | Decision]:
        """At the restriction."""
        return {"restriction": self.imposed}

    @property
    def decided_on(self) -> date:
        """The day it was imposed."""
        assert self.imposed.decided_on is not None
        return self.imposed.decided_on

    @property
    def decided_at(self) -> datetime:
        """The instant it was imposed."""
        assert self.imposed.decided_at is not None
        return self.imposed.decided_at

    @property
    def decided_by(self) -> str:
        """Whoever imposed it; of several, the last."""
        assert self.imposed.decided_by is not None
        return self.imposed.decided_by.name

    @property
    def letter(self) -> Letter | None:
        """The letter on it."""
        return self.imposed.letter

    @property
    def gone(self) -> str:
        """Where it was lifted, or goes on as another."""
        if self.imposed.state in STANDING:
            return ""
        return f"{self.key} is “{self.imposed.get_state_display()}”: it holds nothing to appeal against."

    def covered_as(self, policy: Policy) -> tuple[str, ...]:
        """Its stage, the act, its kinds; and the act by which it continues another."""
        return (*self.ruled_by_terms(policy), *self._carries_on())

    def _carries_on(self) -> tuple[str, ...]:
        before = self.imposed.follows
        if before is None:
            return ()
        return ("extend",) if before.state == Restriction.State.EXTENDED else ("vary",)
