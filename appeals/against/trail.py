"""What the trail keeps of a decision: when, by whom, why."""

from dataclasses import dataclass
from datetime import date, datetime

from audit.models import Decision, Event
from cases import sentences
from cases.models import Warning
from design.dates import day_of
from restrictions.models import Restriction


def reasons_of(decision: Decision) -> str:
    """The reasons of a decision; "" once they were erased."""
    return reasons_in(Event.objects.select_related("words").get(pk=decision.pk))


def reasons_in(event: Event | None) -> str:
    """The reasons that an event keeps; "" where it keeps none."""
    return str(sentences.body(event).get("reasons", "")) if event else ""


@dataclass(frozen=True)
class OnTrail:
    """A decision of which the trail alone keeps that it was made: an appeal points at it there."""

    decision: Decision

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
