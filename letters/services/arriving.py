"""When a letter was received, as somebody recorded it: some policies count a time from that day."""

from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from design import dates
from design.dates import day_of
from letters import permissions
from letters.models import Arrival, Letter
from people.models import User
from policies.rules import RuleBroken


@transaction.atomic
def record_arrival(letter_id: int, *, on: date | None, by: User, at: datetime) -> Arrival:
    """Record on which day a letter reached the resident; a slip is put right by recording it again.

    Raises TransitionNotAllowed for a letter that was not issued, RuleBroken for a day before its date or to come.
    """
    letter = Letter.objects.select_for_update(of=("self",)).select_related("provider", "resident").get(pk=letter_id)
    permissions.check_can_record_arrival(by, letter)
    if letter.dated is None:
        raise TransitionNotAllowed(
            f"Letter {letter.reference} was not issued, so nobody has received it.", object=letter
        )
    if on is None:
        raise RuleBroken("Enter when the letter was received", field="received_on")
    if on < letter.dated:
        words = f"The day it was received must be on or after the date of the letter, {dates.day(letter.dated)}"
        raise RuleBroken(words, field="received_on")
    if on > day_of(at):
        raise RuleBroken("The day it was received must be today or in the past", field="received_on")
    before = Arrival.objects.filter(letter=letter).first()
    if before is not None and before.on == on:
        return before
    arrival, _ = Arrival.objects.update_or_create(
        letter=letter, defaults={"on": on, "recorded_by": by, "recorded_at": at}
    )
    facts = {"on": on, "was": before.on if before else None}
    audit.record("letter.arrived", subject=letter, by=by, at=at, facts=facts)
    deadlines.meet(kinds.LETTER_RECEIPT, letter, at=at, how=f"Received on {dates.day(on)}")
    return arrival
