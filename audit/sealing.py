"""Seal what was committed into a chain, and write its heads outside the database under a key that is not in it.

The database links the chain itself (`evenhand_seal` in guards.sql); here each new head is signed and added to a file in
every place of `SEAL_PLACES`. Whoever may rewrite the whole database cannot write these lines anew (docs/adr/0167).
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

import structlog
from django.conf import settings
from django.db import connection

from audit.models import History, Seal

log = structlog.get_logger(__name__)
MOST = 10_000
"""Of how many rows one link is at most, so that one that comes after a great piece of work is made in parts."""
LATE = timedelta(hours=1)
"""How long after its link a head may be written; later it says nothing about what stood then."""


@dataclass(frozen=True)
class Head:
    """One line of a file of heads: a link of the chain as it was signed, and when it was written down."""

    number: int
    made: int
    rows: int
    head: str
    written: int
    why: str = ""

    @classmethod
    def of(cls, seal: Seal, *, written: int) -> "Head":
        """What is to be signed of a link."""
        return cls(seal.pk, micros(seal.made_at), seal.rows, seal.head, written)

    def as_line(self) -> str:
        """The line."""
        return f"{self._text()} {_signature(self._text(), _keys()[0])}\n"

    def _text(self) -> str:
        return " ".join(map(str, (self.number, self.made, self.rows, self.head, self.written, *self.why.split())))

    @classmethod
    def read(cls, line: str) -> "Head | None":
        """A line; None where it was not signed by a key of ours."""
        text, _, signature = line.rstrip("\n").rpartition(" ")
        parts = text.split(" ", 5)
        if not any(hmac.compare_digest(_signature(text, key), signature) for key in _keys()) or len(parts) < 5:
            return None
        number, made, rows, head, written, *why = parts
        return cls(int(number), int(made), int(rows), head, int(written), "".join(why))


def micros(at: datetime) -> int:
    """An instant as a whole number, as the database writes it into what it digests."""
    whole = int(at.timestamp())
    return whole * 1_000_000 + at.microsecond


def seal(*, at: datetime) -> int:
    """Seal all that is committed by now; returns how many links that made. Safe to run twice, or late.

    It waits for nobody and nobody waits for it: where another worker is at it, that one does it.
    """
    made = 0
    while _link() is not None:
        made += 1
    write_heads(at=at)
    return made


def _link() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.evenhand_seal(%s)", [MOST])
        row = cursor.fetchone()
    return row[0] if row else None


def write_heads(*, at: datetime) -> None:
    """Add to every place the heads that it does not have yet. A place that cannot be written keeps no other from it."""
    for place in settings.SEAL_PLACES:
        try:
            with _held(place) as file:
                newest = max((one.number for one in map(Head.read, file) if one), default=0)
                for link in Seal.objects.filter(pk__gt=newest).order_by("pk").iterator():
                    file.write(Head.of(link, written=micros(at)).as_line())
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            log.error("heads of the trail could not be written", place=str(place), problem=str(problem))


def last() -> Seal | None:
    """The newest link of the chain."""
    return Seal.objects.order_by("-pk").first()


def waiting() -> int:
    """How many rows of the history wait for a seal."""
    return History.objects.filter(seal=None).count()


def places() -> int:
    """In how many places heads are kept."""
    return len(settings.SEAL_PLACES)


def begin_anew(*, why: str, at: datetime) -> None:
    """Write down that the chain goes on from where it stands, because the database was restored, and why.

    The heads so far are kept beside, by the instant; what stands in the database now is signed anew, and says so.
    """
    for place in settings.SEAL_PLACES:
        file = place / "heads"
        if file.exists():
            file.rename(place / f"heads.until.{micros(at)}")
        with _held(place) as held:
            last = Seal.objects.order_by("-pk").first()
            begins = Head(0, micros(at), 0, last.head if last else "-", micros(at), why or "-")
            held.write(begins.as_line())
    write_heads(at=at)


def heads(place: Path) -> Iterator[tuple[str, Head | None]]:
    """The lines that a place keeps, in order, each with its head; None for a line that was not signed by us."""
    file = place / "heads"
    if file.exists():
        with file.open() as lines:
            yield from ((line, Head.read(line)) for line in lines)


@contextmanager
def _held(place: Path) -> Iterator[TextIO]:
    """The file of a place, locked, so that two workers write no head twice."""
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(place / "heads", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file


def _signature(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _keys() -> list[bytes]:
    """The key that signs, and those before it that are still known.

    Without one of its own it is made from the secret key (HKDF with SHA-256, RFC 5869), which is not in the database.
    """
    secrets = [settings.SEAL_KEY] if settings.SEAL_KEY else []
    secrets += [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    drawn = [hmac.new(b"evenhand seals", secret.encode(), hashlib.sha256).digest() for secret in secrets]
    return [hmac.new(one, b"heads of the chain\x01", hashlib.sha256).digest() for one in drawn]
