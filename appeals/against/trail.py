"""Why something was decided, as the trail keeps it."""

from audit.models import Decision, Event
from cases import wording


def reasons_of(decision: Decision) -> str:
    """The reasons of a decision; "" once they were erased."""
    return reasons_in(Event.objects.select_related("words").get(pk=decision.pk))


def reasons_in(event: Event | None) -> str:
    """The reasons that an event keeps; "" where it keeps none."""
    return str(wording.body(event).get("reasons", "")) if event else ""
