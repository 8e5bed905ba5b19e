"""The days around which the demo stands."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Around:
    """Something that is built up around an instant: every step on the day and at the hour when it would be taken."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.astimezone(LONDON).date()

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """An hour of a day so many days ago; a weekend's step was taken on the Friday."""
        day = self.today - timedelta(days=days_ago)
        while day.weekday() > 4:
            day -= timedelta(days=1)
        return min(datetime.combine(day, time(hour, minute), LONDON), self.now)
