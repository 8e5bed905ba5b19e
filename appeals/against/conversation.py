"""An appeal against the first warnings, which were given in one conversation and stand and fall together."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from appeals.against.warned import Warned
from cases.models import Incident, Warning
from design import dates


@dataclass(frozen=True)
class FirstWarnings(Warned):
    """That somebody was warned in a conversation. What was said cannot be put in other words."""

    @property
    def incident(self) -> Incident:
        """The incident in which they were given."""
        assert self.warning.incident is not None
        return self.warning.incident

    @property
    def key(self) -> str:
        """The reference of the incident."""
        return self.incident.reference

    @property
    def called(self) -> str:
        """By the incident."""
        return f"the first warnings, given in {self.key}"

    @property
    def window_words(self) -> str:
        """Against the warnings."""
        return "against the first warnings"

    @property
    def to_resident(self) -> str:
        """By their day."""
        return f"the warnings that we gave you on {dates.day(self.decided_on)} ({self.key})"

    @property
    def link(self) -> tuple[str, str, str] | None:
        """The incident."""
        return f"See the incident {self.key}", "cases:incident", self.key

    @property
    def decided_at(self) -> datetime:
        """When the incident was reported."""
        return self.incident.reported_at

    @property
    def state_of_case(self) -> str:
        """The first stage."""
        return "initial warning"

    def evidence(self) -> list[Incident]:
        """The incident in which they were given."""
        return [self.incident]

    def _letters_after(self) -> list[Warning]:
        """The warning letter, and the first letter that puts this conversation in writing."""
        in_writing = Q(kind=Warning.Kind.FIRST, incidents=self.incident)
        return self._letters_since(Q(kind=Warning.Kind.WRITTEN) | in_writing)
