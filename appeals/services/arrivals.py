"""A time to appeal that runs from the receipt of a letter: asked for, shown by two readings until then, and settled.

Where the policy deems a letter received (`clocks.deemed`) the time is counted from that day, and nobody is asked.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

import policies.periods
from appeals.against import finding
from appeals.against.appealable import Appealable
from appeals.services import windows
from audit import services as audit
from cases.models import Case
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from design import seals
from design.dates import day_of
from letters.models import Arrival, Letter
from letters.services import arriving
from people.models import Resident, User
from policies.periods import Period
from policies.reckoning import Reckoning

RECEIVED = "letter received"
IN_THE_POST = Period(2, "working days")


@dataclass(frozen=True)
class Reading:
    """The time to appeal if the letter was received on a day, and why that day might be it."""

    words: str
    received_on: date
    window: Reckoning


def waits(window: Reckoning) -> bool:
    """Whether a time to appeal has no day because nobody knows when its letter was received."""
    return window.runs_from == RECEIVED and window.from_on is None and window.due is None


def readings(decision: Appealable) -> list[Reading]:
    """The time by the two days on which the letter is likely to have been received; only the real day settles it."""
    letter = decision.letter
    if letter is None or letter.dated is None:
        return []
    calendar, policy = deadlines.calendar_for(decision.case.provider), decision.case.policy
    posted = policies.periods.add(IN_THE_POST, letter.dated, calendar)
    days = (("received on the day of its date", letter.dated), ("received by post two working days later", posted))
    return [
        Reading(words, day, windows.counted(decision, decision.rules, policy, calendar, received=day))
        for words, day in days
    ]


def of_letter(case: Case, letter: Letter) -> list[Appealable]:
    """The decisions of a case that a letter tells and that can be appealed against from its receipt."""
    told = [one for one in finding.in_case(case) if one.letter == letter and not one.gone]
    found = [one for one in told if one.is_covered]
    until = windows.of(found, deadlines.calendar_for(case.provider))
    return [one for one, window in zip(found, until, strict=True) if window.runs_from == RECEIVED]


def awaiting() -> QuerySet[Deadline]:
    """Times to appeal that wait for the day on which their letter was received."""
    open_ones = Deadline.objects.open().filter(kind=kinds.APPEAL_WINDOW, due_on__isnull=True)
    return open_ones.filter(reckoning__runs_from=RECEIVED, reckoning__from=None)


@transaction.atomic
def ask(deadline_id: int, *, at: datetime) -> bool:
    """Ask whoever issued the letter when it was received, from the day after its date. For the sweep; safe twice."""
    row = Deadline.objects.select_for_update(of=("self",)).select_related("provider", "resident").get(pk=deadline_id)
    letter = _letter(row)
    if row.state != Deadline.State.OPEN or letter is None or letter.dated is None or letter.dated >= day_of(at):
        return False
    asked = Deadline.objects.open().about(letter).filter(kind=kinds.LETTER_RECEIPT).exists()
    if asked or Arrival.objects.filter(letter=letter).exists():
        return False
    issuer = deadlines.Whose(letter.issued_by)
    deadlines.set(kinds.LETTER_RECEIPT, letter, whose=issuer, event=row.runs_from_event, at=at)
    return True


def _case(reference: str) -> Case | None:
    related = ("provider", "resident__provider", "policy_version")
    return Case.objects.select_related(*related).filter(reference=reference).first()


def _letter(row: Deadline) -> Letter | None:
    """The letter that tells the decision whose time to appeal it is."""
    case = _case(row.case_ref)
    decisions = finding.in_case(case) if case else []
    return next((one.letter for one in decisions if one.trail.about == row.about), None)


@transaction.atomic
def record(letter_id: int, *, on: date | None, by: User, at: datetime, seen: str | None = None) -> list[Appealable]:
    """Record when a letter was received, and set until when what it told can be appealed. Raises as `record_arrival`.

    A day that was set before, by what was recorded or deemed, is never made an earlier one. Raises ChangedSince where
    somebody recorded another day since the page was `seen`.
    """
    letter = Letter.objects.select_related("resident").get(pk=letter_id)
    Resident.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=letter.resident_id)
    seals.check(seen, known(letter), since=audit.since(letter))
    arrival = arriving.record_arrival(letter_id, on=on, by=by, at=at)
    case = _case(letter.case_ref)
    found = of_letter(case, arrival.letter) if case else []
    for one, window in zip(found, windows.of(found, deadlines.calendar_for(letter.provider)), strict=True):
        row = Deadline.objects.open().about(one).filter(kind=kinds.APPEAL_WINDOW).first()
        if row is not None:
            deadlines.count_anew(row.pk, window, at=at)
    return found


def known(letter: Letter) -> dict[str, date | None]:
    """When a letter was received, as it is recorded, by the field of the form."""
    arrival = Arrival.objects.filter(letter=letter).first()
    return {"received_on": arrival.on if arrival else None}


def ask_no_longer(decision: Appealable, *, at: datetime) -> None:
    """An appeal has come, so when its letter was received matters no more."""
    if decision.letter is not None:
        deadlines.cancel(kinds.LETTER_RECEIPT, decision.letter, at=at, reason="The appeal has come")
