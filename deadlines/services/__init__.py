"""The verbs of deadlines: set, meet, cancel, hand over, follow a policy; the provider's calendar and its days off."""

from deadlines.services.calendars import calendar_for, seed_holidays
from deadlines.services.setting import cancel, excuse, follow_policy, given, hand_over, meet, set_deadline

__all__ = [
    "calendar_for",
    "cancel",
    "excuse",
    "follow_policy",
    "given",
    "hand_over",
    "meet",
    "seed_holidays",
    "set_deadline",
]
