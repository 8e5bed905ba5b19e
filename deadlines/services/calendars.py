"""The provider's calendar: its table of days off, and how the nation's bank holidays come into it."""

from datetime import date

from django.db import transaction

import policies.calendars
from deadlines.models import Holiday
from people.models import Provider

YEARS_BACK, YEARS_AHEAD = 6, 3  # beside the years that are always seeded, so that a late set-up has them too


def calendar_for(provider: Provider) -> policies.calendars.Calendar:
    """The provider's calendar: its own table of days off, for the years that the table covers."""
    days = {holiday.on: holiday.name for holiday in Holiday.objects.filter(provider=provider)}
    years = [day.year for day in days]
    covers = (date(min(years), 1, 1), date(max(years), 12, 31)) if years else (date.max, date.min)
    return policies.calendars.Calendar(nation=provider.nation, holidays=days, covers=covers)


@transaction.atomic
def seed_holidays(provider: Provider, *, today: date) -> int:
    """Write the nation's bank holidays into the provider's table, 2020 to 2035 at least; rows that stand are kept."""
    first = min(policies.calendars.FIRST_YEAR, today.year - YEARS_BACK)
    last = max(policies.calendars.LAST_YEAR, today.year + YEARS_AHEAD)
    known = policies.calendars.Calendar.of(provider.nation, first, last).holidays
    rows = [Holiday(provider=provider, on=on, name=name) for on, name in known.items()]
    return len(Holiday.objects.bulk_create(rows, ignore_conflicts=True))
