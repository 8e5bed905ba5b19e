"""Whether the trail stands as it was left, with all that it speaks of; and who is told where it does not."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

import cases.services.evidence
import letters.services.proving
from audit import sealing, subjects, verifying
from audit import services as audit
from audit.models import Trail, Verification
from letters.services import proving
from people.models import Provider

KIND = "trail.broken"


class Whole:
    """The trail itself, as what an event is about."""

    trail = Trail(subjects.TRAIL, "trail")


def verify(*, at: datetime, whole: bool) -> Verification:
    """Look over the trail, note what was found, and tell every administrator where something does not stand.

    What waits for its seal is sealed first. Without `whole`, only what is new since the last look that found nothing.
    """
    sealing.seal(at=at)
    last = None if whole else Verification.objects.filter(breaks=[]).order_by("-pk").first()
    found = verifying.look(at=at, since=last)
    since = last.at if last else None
    breaks = [*found.breaks, *letters.services.proving.altered(since), *cases.services.evidence.altered(since)]
    with transaction.atomic():
        seen = Verification.objects.create(at=at, whole=whole, seals=found.seals, rows=found.rows, breaks=breaks)
        facts = {"whole": whole, "seals": found.seals, "breaks": len(breaks)}
        audit.record("trail.broken" if breaks else "trail.verified", subject=Whole(), by=None, at=at, facts=facts)
        for provider in Provider.objects.order_by("pk") if breaks else ():
            proving.tell(provider, kind=KIND, about=Whole.trail.about, subject=SUBJECT, body=BODY, at=at)
    return seen


def looks() -> QuerySet[Verification]:
    """Every look at the trail, newest first."""
    return Verification.objects.order_by("-pk")


SUBJECT = "Evenhand: the trail does not stand as it was left"
BODY = """A look at the trail found something that is not as it was left. Office, Proof of the trail, says what it is.

Change nothing, and tell whoever looks after the server and your data protection officer. What was found may be a
fault, a backup that was restored, or somebody who went round Evenhand.
"""
