"""Whether the trail stands as it was left, with all that it speaks of; and who is told where it does not."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

import cases.services.evidence
import letters.services.proving
from audit import breaks, sealing, verifying
from audit import services as audit
from audit.breaks import Break, Whole
from audit.models import Verification
from letters.services import proving
from people.models import Provider

KIND = "trail.broken"


def verify(*, at: datetime, whole: bool) -> Verification:
    """Look over the trail, note what was found, and tell every administrator where something does not stand.

    What two administrators have answered for is named again and told to nobody. What waits for its seal is sealed
    first. Without `whole`, only what is new since the last look that found nothing but that.
    """
    sealing.seal(at=at)
    known = breaks.known()
    last = None if whole else Verification.objects.filter(unanswered=0).order_by("-pk").first()
    found = verifying.look(at=at, since=last, known=len(known))
    since = last.at if last else None
    every = [*found.breaks, *letters.services.proving.altered(since), *cases.services.evidence.altered(since)]
    new = breaks.unanswered(every, known)
    facts = {"whole": whole, "seals": found.seals, "breaks": len(new), "known": len(every) - len(new)}
    with transaction.atomic():
        seen = Verification.objects.create(
            at=at,
            whole=whole,
            seals=found.seals,
            rows=found.rows,
            breaks=[one.as_json() for one in every],
            unanswered=len(new),
        )
        audit.record("trail.broken" if new else "trail.verified", subject=Whole(), by=None, at=at, facts=facts)
        for provider in Provider.objects.order_by("pk") if new else ():
            proving.tell(provider, kind=KIND, about=Whole.trail.about, subject=SUBJECT, body=BODY, at=at)
    return seen


def found(seen: Verification) -> list[Break]:
    """What a look found."""
    return [Break(**one) for one in seen.breaks]


def looks() -> QuerySet[Verification]:
    """Every look at the trail, newest first."""
    return Verification.objects.order_by("-pk")


SUBJECT = "Evenhand: the trail does not stand as it was left"
BODY = """A look at the trail found something that is not as it was left. Office, Proof of the trail, says what it is.

Change nothing, and tell whoever looks after the server and your data protection officer. What was found may be a
fault, a backup that was restored, or somebody who went round Evenhand.
"""
