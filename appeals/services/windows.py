"""Until when each decision can be appealed against, never shorter than was told; and the day on which that is over."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from appeals.against.appealable import Appealable
from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from deadlines.services import appeal_windows
from design.dates import day_of
from letters.models import Arrival
from policies.calendars import Calendar
from policies.parts import Appeals
from policies.policy import Policy
from policies.reckoning import Reckoning


def of(decisions: Iterable[Appealable], calendar: Calendar) -> list[Reckoning]:
    """Until when each can be appealed, counted from the day that its rule names: the decision, or its letter.

    What was given with a decision holds where days off corrected since would make it shorter (docs/adr/0035). One query
    for what was given, however many decisions.
    """
    decisions = list(decisions)
    given = deadlines.given(kinds.APPEAL_WINDOW, decisions)
    letters = [one.letter.pk for one in decisions if one.letter]
    received = dict(Arrival.objects.filter(letter__in=letters).values_list("letter", "on"))
    return [_never_shorter(_counted(one, received, calendar), given.get(one.trail.about)) for one in decisions]


def counted(
    decision: Appealable, rules: Appeals, policy: Policy, calendar: Calendar, *, received: date | None
) -> Reckoning:
    """Until when it can be appealed by these rules of a policy, if its letter was received on a day."""
    decided_on, dated = decision.decided_on, decision.told_on
    return appeal_windows.window(policy, rules, calendar, decided_on=decided_on, dated=dated, received=received)


def _counted(decision: Appealable, received: Mapping[int, date], calendar: Calendar) -> Reckoning:
    on = received.get(decision.letter.pk) if decision.letter else None
    return counted(decision, decision.rules, decision.case.policy, calendar, received=on)


def _never_shorter(window: Reckoning, given: Reckoning | None) -> Reckoning:
    """The window, or what was given where that is longer; so for each reading, where the policy leaves the day open."""
    if given is None:
        return window
    if window.due and given.due:
        return given if given.due > window.due else window
    if window.due and any(day and day > window.due for day in given.readings.values()):
        return given
    readings = dict(window.readings)
    for way, day in given.readings.items():
        now = readings.get(way)
        if day and now and day > now:
            readings[way] = day
    return replace(window, readings=readings)


@transaction.atomic
def close(deadline_id: int, *, at: datetime) -> bool:
    """Record that the time to appeal has run out, and cancel what showed it. False where that was done already.

    It decides nothing: a late appeal is still lodged, and a person says whether it is heard.
    """
    deadline = (
        Deadline.objects.select_for_update(of=("self",)).select_related("provider", "resident").get(pk=deadline_id)
    )
    if deadline.state != Deadline.State.OPEN or deadline.due_on is None or deadline.due_on >= day_of(at):
        return False
    deadlines.cancel(deadline.kind, deadline, at=at, reason="The time to appeal ran out")
    audit.record("appeal.window_closed", subject=deadline, by=None, at=at, facts={"until": deadline.due_on})
    return True
