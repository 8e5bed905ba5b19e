"""Telling the line manager of whoever an incident affected, and what was offered (rule H3)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from audit import services as audit
from cases import permissions
from cases.models import Affected, Incident
from cases.services import places
from deadlines import services as deadlines
from design.dates import day_of
from letters import services as letters
from people.models import User


def hit_under(incident: Incident, manager: User) -> list[Affected]:
    """Those whom an incident affected and whom this person manages."""
    hit = incident.affected.filter(part=Affected.Part.AFFECTED, user__line_manager=manager)
    return list(hit.select_related("user").order_by("pk"))


def tell(incident: Incident, manager: User, names: list[str], *, at: datetime) -> None:
    """Tell a line manager, by mail and as something to do; the mail names no resident (rule H3)."""
    about = support_about(incident, manager)
    case = incident.cases.select_related("resident").first()
    link = settings.BASE_URL.rstrip("/") + reverse("cases:support", args=[about.partition(":")[2]])
    who = " and ".join(names)
    letters.notify(
        manager,
        kind="incident_support",
        subject=f"An incident affected {who}",
        body=(
            f"{who} was named as affected in incident {incident.reference}. Speak with them today, offer a de-brief, "
            f"and record that you have seen this:\n\n{link}\n"
        ),
        about=f"incident:{incident.reference}",
        at=at,
    )
    deadlines.set_deadline(
        provider=incident.provider,
        resident=case.resident if case else None,
        kind="incident.support",
        about=about,
        case_ref=case.reference if case else "",
        title=f"Support {who} after incident {incident.reference}",
        url_name="cases:support",
        due_on=day_of(at),
        owner=manager,
        at=at,
    )


def support_about(incident: Incident, manager: User) -> str:
    """What the deadline for a manager's support is about: one an incident and manager."""
    return f"support:{incident.reference}.{manager.reference}"


@transaction.atomic
def confirm_support(incident_id: int, *, words: str, by: User, at: datetime) -> Incident:
    """A line manager has seen what happened to somebody, and says what was offered (rule H3). Twice is once."""
    incident = Incident.objects.select_for_update(of=("self",)).select_related("provider").get(pk=incident_id)
    affected = list(incident.affected.select_related("user"))
    permissions.check_can_support(by, incident, affected)
    if deadlines.meet(support_about(incident, by), "incident.support", at=at, how=f"Seen by {by.name}"):
        for case in places.places(incident):
            subject = places.Placed(incident, case)
            audit.record("incident.support_seen", subject=subject, by=by, at=at, words={"offered": words})
    return incident
