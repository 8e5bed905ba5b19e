"""How often somebody may try a password: counted per account and per network apart, and never for hours.

A stranger who guesses makes everybody wait who is as strange to the account as they are; whoever comes from a network
or a device from which the account was used before is counted by that place alone. So nobody is kept out by a stranger,
and an office behind one address goes on working. Wrong tries beyond a limit are let through one at a time, with a pause
that doubles from a minute to a quarter of an hour (docs/adr/0162).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from people.accounts import origins
from people.models import KnownPlace, User, WrongTries

FROM_KNOWN, FROM_STRANGE, FROM_NETWORK = 10, 5, 30
FORGOTTEN_AFTER = timedelta(hours=1)
LONGEST = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=origins.DEVICE_DAYS)


class TooMany(Exception):
    """A try that has to wait. `until` says how long."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True)
class Counter:
    """What a wrong try counts towards, and how many there may be before the first pause."""

    mark: str
    most: int


def counters(address: str, place: origins.Place) -> list[Counter]:
    """What a try counts towards: the known place alone, or the account and the network of strangers.

    It asks the same of the database whether or not the address has an account.
    """
    found = set(
        KnownPlace.objects.filter(user__email=address, mark__in=place.marks.values()).values_list("mark", flat=True)
    )
    known = next((each for each in place.marks.values() if each in found), None)
    if known:
        return [Counter(origins.mark("known", address, known), FROM_KNOWN)]
    strange = [Counter(origins.mark("account", address), FROM_STRANGE)]
    if place.network:
        strange.append(Counter(origins.mark("from", place.network), FROM_NETWORK))
    return strange


@transaction.atomic
def begin(counted: Sequence[Counter], *, at: datetime) -> None:
    """Count a try before the password is looked at, so that many at once are counted as many. Raises `TooMany`."""
    WrongTries.objects.bulk_create([WrongTries(mark=one.mark, last_at=at) for one in counted], ignore_conflicts=True)
    marks = [one.mark for one in counted]
    rows = {row.mark: row for row in WrongTries.objects.select_for_update().filter(mark__in=marks).order_by("mark")}
    most = {one.mark: one.most for one in counted}
    for row in rows.values():
        if at - row.last_at >= FORGOTTEN_AFTER:
            row.count, row.waits_until = 0, None
    waiting = [row.waits_until for row in rows.values() if row.waits_until and row.waits_until > at]
    if waiting:
        raise TooMany(max(waiting))
    for row in rows.values():
        row.count, row.last_at = row.count + 1, at
        over = row.count - most[row.mark]
        row.waits_until = at + pause(over) if over >= 0 else None
        row.save()


def pause(over: int) -> timedelta:
    """How long the next try waits after so many beyond the limit.

    >>> [pause(over).total_seconds() / 60 for over in (0, 1, 2, 3, 4, 50)]
    [1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
    """
    return min(timedelta(minutes=2 ** min(over, 10)), LONGEST)


@transaction.atomic
def succeeded(counted: Sequence[Counter]) -> None:
    """The password was right: what was counted against the account is forgotten, and this one try of the network.

    The network's other tries stay counted: whoever guesses at many accounts could have one of their own.
    """
    network = [one.mark for one in counted if one.most == FROM_NETWORK]
    WrongTries.objects.filter(mark__in=[one.mark for one in counted if one.mark not in network]).delete()
    WrongTries.objects.filter(mark__in=network, count__gt=0).update(count=F("count") - 1, waits_until=None)


@transaction.atomic
def know(user: User, place: origins.Place, *, at: datetime) -> None:
    """Remember that somebody was let in from here."""
    KnownPlace.objects.bulk_create(
        [KnownPlace(user=user, mark=each, seen_at=at) for each in place.marks.values()],
        update_conflicts=True,
        unique_fields=["user", "mark"],
        update_fields=["seen_at"],
    )


def forget(*, at: datetime) -> None:
    """Clear what counts no longer: places not come from for ninety days, and tries of more than an hour ago."""
    KnownPlace.objects.filter(seen_at__lt=at - KNOWN_FOR).delete()
    WrongTries.objects.filter(last_at__lt=at - FORGOTTEN_AFTER).delete()
