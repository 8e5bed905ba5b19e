"""Who holds a case, and that another takes it over."""

from datetime import datetime

from django.db import transaction

from audit import services as audit
from cases.models import Case, Draft
from cases.services.rows import lock
from people.models import User


@transaction.atomic
def hand_over(case_id: int, *, to: User, by: User, at: datetime) -> Case:
    """Let a colleague hold a case from now on. Who may hand over is asked by whoever calls."""
    case = lock(case_id)
    was = case.owner
    if was.pk == to.pk:
        return case
    case.owner = to
    case.save(update_fields=["owner"])
    audit.record("case.handed_over", subject=case, by=by, at=at, facts={"was": was.reference, "now": to.reference})
    return case


def hand_over_drafts(from_: User, to: User) -> int:
    """Give what somebody typed and never saved to who takes over their work. Returns how many drafts moved."""
    return Draft.objects.filter(user=from_, became__isnull=True).update(user=to)
