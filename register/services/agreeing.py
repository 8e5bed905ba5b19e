"""What waits on an entry for the agreement of others: disagreed with, dropped; and who was asked before."""

from datetime import date, datetime

from django.db import transaction

from audit import services as audit
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.models import Voice
from design import seals
from people.models import User
from register import acts, shown
from register.models import Entry
from register.services import grounds


def drop(act: Act, *, at: datetime) -> None:
    """What was put before others on an act counts no more: it was carried out, or what it was about is other now."""
    decisions.drop(act.about, act.name, at=at)
    deadlines.cancel(act.waits, act.subject, at=at, reason="Decided, or to be decided anew")


def drop_all(entry: Entry, *, at: datetime) -> None:
    """What waits on an entry is decided anew once that is other than it was: nobody agrees to what they did not see."""
    if not Voice.objects.filter(about=entry.trail.about, dropped_at__isnull=True).exists():
        return
    for name, kind in acts.WAITS.items():
        decisions.drop(entry.trail.about, name, at=at)
        deadlines.cancel(kind, entry, at=at, reason="The entry was decided on")


@transaction.atomic
def disagree(entry_id: int, act_name: str, *, by: User, at: datetime, reasons: str, seen: str | None = None) -> Entry:
    """Do not agree to what another has decided on an entry: it stands as it is, and that is decided anew.

    Raises as `decisions.services.disagree`.
    """
    entry = Entry.objects.locked().get(pk=entry_id)
    grounds.check_stands(entry)
    act = acts.OF_ENTRY[act_name](entry)
    seals.check(seen, shown.entry(entry, act), since=audit.since(entry))
    decisions.disagree(act, by=by, at=at, reasons=reasons)
    return entry


@transaction.atomic
def consult(
    entry_id: int, act_name: str, *, person_id: int | None, on: date | None, words: str, by: User, at: datetime
) -> None:
    """Write down what somebody said whom the policy has asked before an act on an entry. Raises as
    `decisions.services.consult`."""
    entry = Entry.objects.locked().get(pk=entry_id)
    grounds.check_stands(entry)
    act = acts.OF_ENTRY[act_name](entry)
    for asked in act.first:
        decisions.consult(act, asked, person_id=person_id, on=on, words=words, by=by, at=at)
