"""Telling the line manager of whoever an incident affected, and what was offered (rule H3)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from audit import services as audit
from audit import subjects
from audit.models import Trail
from cases import permissions
from cases.models import Affected, Case, Incident
from cases.services import places
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from design.dates import day_of
from letters import services as letters
from people.models import User


def hit_under(incident: Incident, manager: User) -> list[Affected]:
    """Those whom an incident affected and whom this person manages."""
    hit = incident.affected.filter(part=Affected.Part.AFFECTED, user__line_manager=manager)
    return list(hit.select_related("user").order_by("pk"))


def tell(incident: Incident, manager: User, names: list[str], *, at: datetime) -> None:
    """Tell a line manager, by mail and as something to do; the mail names no resident (rule H3)."""
    case = incident.cases.select_related("resident").first()
    task = task_of(incident, manager, case)
    link = settings.BASE_URL.rstrip("/") + reverse("cases:support", args=[task.trail.ref])
    who = " and ".join(names)
    letters.notify(
        manager,
        kind="incident_support",
        subject=f"An incident affected {who}",
        body=(
            f"{who} was named as affected in incident {incident.reference}. Speak with them today, offer a de-brief, "
            f"and record that you have seen this:\n\n{link}\n"
        ),
        about=incident.trail.about,
        at=at,
    )
    words = f"{who} after incident {incident.reference}"
    whose = deadlines.Whose(manager)
    deadlines.set(kinds.INCIDENT_SUPPORT, task, due=day_of(at), whose=whose, words=words, at=at)


def task_of(incident: Incident, manager: User, case: Case | None = None) -> deadlines.About:
    """What a manager's support is about: one an incident and manager, placed in the case where there is one."""
    resident = case.resident if case else None
    trail = Trail(
        subjects.SUPPORT,
        f"{incident.reference}.{manager.reference}",
        incident.provider.slug,
        resident.reference if resident else "",
        case.reference if case else "",
    )
    return deadlines.About(trail, incident.provider, resident)


@transaction.atomic
def confirm_support(incident_id: int, *, words: str, by: User, at: datetime, manager: User | None = None) -> Incident:
    """A line manager has seen what happened to somebody, and says what was offered (rule H3). Twice is once.

    `manager` is whose task it is, where somebody does it who covers for them.
    """
    incident = Incident.objects.select_for_update(of=("self",)).select_related("provider").get(pk=incident_id)
    affected = list(incident.affected.select_related("user"))
    permissions.check_can_support(by, incident, affected)
    if deadlines.meet(kinds.INCIDENT_SUPPORT, task_of(incident, manager or by), at=at, how=f"Seen by {by.name}"):
        for case in places.places(incident):
            subject = places.Placed(incident, case)
            audit.record("incident.support_seen", subject=subject, by=by, at=at, words={"offered": words})
    return incident


def hand_over(from_: User, to: User | None, *, at: datetime) -> int:
    """Tell another line manager of what one who leaves had still to see. Returns how many there were.

    Called once those whom the incident affected report to the other, in the transaction that says so; without another
    where nobody reports to the leaver any more.
    """
    waiting = Deadline.objects.open().filter(kind=kinds.INCIDENT_SUPPORT, owner=from_).order_by("pk")
    moved = 0
    for task in waiting:
        incident = Incident.objects.select_related("provider").get(reference=task.about_ref.partition(".")[0])
        deadlines.cancel_one(task.pk, at=at, reason="The line manager has left")
        if to is not None and (hit := hit_under(incident, to)):
            tell(incident, to, [one.user.name for one in hit if one.user], at=at)
        moved += 1
    return moved
