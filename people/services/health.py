"""Asking for what is known of somebody's health."""

from datetime import datetime

from django.db import transaction

from audit import looks
from people import permissions
from people.models import Resident, User
from policies import law, rules


@transaction.atomic
def show_health(resident_id: int, *, reason: str, by: User, at: datetime) -> None:
    """Record that somebody looks at what is known of a resident's health, which shows it for a quarter of an hour.

    Whoever works the case need not say why: they weigh it (Equality Act 2010 s149). Everybody else says why (UK GDPR
    Art 9; rule D8). Raises `NotPermitted`, and `RuleBroken` without a reason where one is asked for.
    """
    resident = Resident.objects.select_related("provider").get(pk=resident_id)
    permissions.check_can_show_health(by, resident)
    if permissions.says_why(by, resident):
        rules.need(reason, "Enter why you need to see this", "reason", law.HEALTH_APART)
    looks.record_at_health(resident, by=by, at=at, reason=reason)
