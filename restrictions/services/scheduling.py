"""The deadlines that a decision on a restriction sets: the time to appeal, its reviews, its last day."""

from datetime import datetime

from deadlines import kinds
from deadlines import services as deadlines
from policies.reckoning import Reckoning
from restrictions import acts
from restrictions.dates import Dates
from restrictions.models import Restriction


def set_all(restriction: Restriction, found: Dates, *, at: datetime, event: int) -> None:
    """Set what follows from imposing it: the appeal window, the reviews, the last day."""
    if found.appeal:
        deadlines.set(kinds.APPEAL_WINDOW, restriction, due=found.appeal, told=True, event=event, at=at)
    reviewers = acts.review_to_come(restriction).whose
    for kind, review in ((kinds.REVIEW_INTERVAL, found.interval), (kinds.REVIEW_AT_END, found.at_end)):
        if review:
            deadlines.set(kind, restriction, due=review, told=True, whose=reviewers, event=event, at=at)
    deadlines.set(kinds.RESTRICTION_END, restriction, due=found.end, event=event, at=at)


def set_review(restriction: Restriction, found: Reckoning, kind: str, *, at: datetime, event: int) -> None:
    """Set one review, for everybody who may decide it and whom no rule keeps from that (F12)."""
    reviewers = acts.review_to_come(restriction).whose
    deadlines.set(kind, restriction, due=found, told=True, whose=reviewers, event=event, at=at)
