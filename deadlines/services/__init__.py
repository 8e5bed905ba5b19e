"""The verbs of deadlines: set, meet, cancel, follow a policy; the provider's calendar and the days off in it."""

from deadlines.services.calendars import calendar_for, seed_holidays
from deadlines.services.setting import cancel, follow_policy, given, meet, set_deadline

__all__ = ["calendar_for", "cancel", "follow_policy", "given", "meet", "seed_holidays", "set_deadline"]
