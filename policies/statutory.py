"""Dates that the law sets, whatever the policy says: requests and complaints about data, an injury at work."""

from dataclasses import replace
from datetime import date, timedelta

from policies import periods
from policies.calendars import Calendar
from policies.periods import Period
from policies.reckoning import Reckoning, landed

EARLIER_READING = "The day of receipt counts as the first: the earlier of two readings"


def subject_access(received_on: date, calendar: Calendar) -> Reckoning:
    """The day by which a subject access request is answered: one month, else the next working day (D5).

    >>> subject_access(date(2027, 1, 31), Calendar.of("england", 2026, 2027)).due
    datetime.date(2027, 3, 1)
    """
    return _by_law("law.subject_access", "Answer a subject access request", Period(1, "months"), received_on, calendar)


def subject_access_extended(received_on: date, calendar: Calendar) -> Reckoning:
    """The same, extended by two months, where the person was told so within the first (D5).

    >>> subject_access_extended(date(2026, 11, 25), Calendar.of("england", 2026, 2027)).due
    datetime.date(2027, 2, 25)
    """
    title = "Answer a subject access request, extended"
    return _by_law("law.subject_access_extended", title, Period(3, "months"), received_on, calendar)


def rectification(received_on: date, calendar: Calendar) -> Reckoning:
    """The day by which a request to put data right is answered: one month from its receipt (D6).

    >>> rectification(date(2026, 11, 25), Calendar.of("england", 2026, 2027)).due
    datetime.date(2026, 12, 29)
    """
    title = "Answer a request to put data right"
    return _by_law("law.rectification", title, Period(1, "months"), received_on, calendar)


def data_protection_complaint(received_on: date, calendar: Calendar) -> Reckoning:
    """The day by which a data-protection complaint is acknowledged: 30 days (D7).

    Commentators differ on whether the day of receipt counts, so it is counted: the earlier day. It is not moved.

    >>> data_protection_complaint(date(2026, 7, 1), Calendar.of("england", 2026, 2026)).due
    datetime.date(2026, 7, 30)
    """
    title = "Acknowledge a data-protection complaint"
    found = _by_law("law.data_protection_complaint", title, Period(30, "calendar days"), received_on, None)
    due = received_on + timedelta(days=29)
    return replace(landed(found, due, "stands", calendar), assumed=[EARLIER_READING])


def injury_report(accident_on: date, calendar: Calendar) -> Reckoning:
    """The day by which an injury of over seven days is reported: 15 days, the day of the accident excluded (H1).

    >>> injury_report(date(2026, 7, 1), Calendar.of("england", 2026, 2026)).due
    datetime.date(2026, 7, 16)
    """
    found = _by_law("law.injury_report", "Report an injury at work", Period(15, "calendar days"), accident_on, None)
    return replace(landed(found, found.due or accident_on, "stands", calendar), runs_from="incident", assumed=[])


def _by_law(path: str, title: str, period: Period, start: date, calendar: Calendar | None) -> Reckoning:
    found = Reckoning(
        path,
        count=period.count,
        unit=period.unit,
        runs_from="request received",
        from_on=start,
        clause="",
        strength="must",
        source="law",
        nation=calendar.nation if calendar else None,
        title=title,
    )
    return landed(found, periods.add(period, start), "next working day", calendar)
