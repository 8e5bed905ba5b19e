"""A provider of the demo, and the days around which it stands."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from people.models import Provider, Resident, User

LONDON = ZoneInfo("Europe/London")


class Around:
    """A provider that is built up around an instant: every step on the day and at the hour when it would be taken.

    Its staff by key, its residents by number, and the keys of those who take a story's decisions, in turn.
    """

    provider: Provider
    deciders: tuple[str, ...] = ()

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.astimezone(LONDON).date()
        self.staff: dict[str, User] = {}
        self.residents: list[Resident] = []

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """An hour of a day so many days ago; a weekend's step was taken on the Friday."""
        day = self.today - timedelta(days=days_ago)
        while day.weekday() > 4:
            day -= timedelta(days=1)
        return min(datetime.combine(day, time(hour, minute), LONDON), self.now)
