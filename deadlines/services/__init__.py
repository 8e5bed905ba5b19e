"""The verbs of deadlines: set, meet, cancel, hand over, follow a policy; the provider's calendar and its days off."""

from deadlines.services.calendars import calendar_for, seed_holidays
from deadlines.services.setting import (
    NOBODYS,
    About,
    Subject,
    Whose,
    appoint,
    cancel,
    cancel_all,
    cancel_one,
    count_anew,
    excuse,
    follow_policy,
    given,
    hand_over,
    hand_over_work,
    meet,
    set,
)

__all__ = [
    "NOBODYS",
    "About",
    "Subject",
    "Whose",
    "appoint",
    "calendar_for",
    "cancel",
    "cancel_all",
    "cancel_one",
    "count_anew",
    "excuse",
    "follow_policy",
    "given",
    "hand_over",
    "hand_over_work",
    "meet",
    "seed_holidays",
    "set",
]
