"""Under which cases the trail of an incident stands."""

from audit import subjects
from audit.models import Trail
from cases.models import Case, Incident


class Placed:
    """An incident as the subject of an event in one resident's case."""

    def __init__(self, incident: Incident, case: Case | None) -> None:
        resident = case.resident.reference if case else ""
        ref = case.reference if case else ""
        self.trail = Trail(subjects.INCIDENT, incident.reference, incident.provider.slug, resident, ref)


def places(incident: Incident) -> list[Case | None]:
    """The cases whose trail an event of the incident belongs to; one place without a case where there is none."""
    cases: list[Case | None] = list(incident.cases.select_related("resident", "provider").order_by("pk"))
    return cases or [None]


def locked(incident_id: int) -> Incident:
    """The incident under its lock, with its provider."""
    return Incident.objects.select_for_update(of=("self",)).select_related("provider").get(pk=incident_id)
