"""What a page showed, so that nobody signs what they did not see.

A page that decides or changes carries a *seal* in a hidden field: one short hash for each named part of what stood on
it ("the terms", "the last day", "the words of the letter"). Under its lock the service works the same parts out anew
and compares. A seal is no secret and no proof of who asks; it says what its reader had before them.
"""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.functional import Promise
from django_fsm import TransitionNotAllowed

from design import dates

LONGEST = 20_000
DIGITS = 16
# A page reads what it shows a moment after it reads the clock, and an act is recorded a moment before others see it.
SLACK = dt.timedelta(seconds=30)


@dataclasses.dataclass(frozen=True)
class Doing:
    """What somebody did to a thing and when: "Tessa Lowe" "changed it" at an instant."""

    by: str
    at: dt.datetime
    did: str = "changed it"

    def __str__(self) -> str:
        return f"{self.by or 'Evenhand'} {self.did} on {dates.moment(self.at)}"


Since = Callable[[dt.datetime], Iterable[Doing]]


class ChangedSince(TransitionNotAllowed):
    """What was shown is no longer what stands: which parts changed, and who did what to it since (when: 409)."""

    def __init__(self, parts: Iterable[str], acts: Iterable[Doing] = ()) -> None:
        self.parts, self.acts = list(parts), list(acts)
        told = "".join(f" {act}." for act in self.acts)
        super().__init__(f"Changed since you read it: {'; '.join(self.parts)}.{told}")


class Seal(NamedTuple):
    """A seal as it was read: when its page was shown, and the hash of each part."""

    at: dt.datetime
    parts: dict[str, str]


def seal(parts: Mapping[str, Any], *, at: dt.datetime) -> str:
    """The seal of what a page shows at an instant, fit for a hidden field.

    Parts are named in plain words, for people read the names of those that changed. Values are plain ones: text,
    numbers, dates, and lists, mappings and dataclasses of them; raises `TypeError` for anything else.
    """
    return json.dumps({"at": at.isoformat(), "parts": hashes(parts)}, ensure_ascii=False, separators=(",", ":"))


def hashes(parts: Mapping[str, Any]) -> dict[str, str]:
    """The hash of each part."""
    return {name: _hash(value) for name, value in parts.items()}


def read(text: str | None) -> Seal | None:
    """A seal out of a hidden field; None for what is none, whoever made it up."""
    try:
        known: Any = json.loads(text or "") if len(text or "") <= LONGEST else None
        at = dt.datetime.fromisoformat(known["at"])
        parts = {str(name): str(value) for name, value in known["parts"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return Seal(at, parts) if at.tzinfo is not None else None


def changed(seen: str, now: Mapping[str, Any]) -> list[str]:
    """The names of the parts that are not as they were seen, those that came or went included; all, of no seal."""
    found = read(seen)
    before, after = (found.parts if found else {}), hashes(now)
    return [name for name in dict.fromkeys((*after, *before)) if after.get(name) != before.get(name)]


def check(seen: str | None, now: Mapping[str, Any], *, since: Since | None = None) -> None:
    """Raise `ChangedSince` where a part is no longer what its reader saw. Called by a service, under its lock.

    `seen` is None where the caller showed nothing to anybody: the seed, the sweep, another service. `since` tells what
    was done to the thing from an instant on, and is asked only when something changed.
    """
    if seen is None:
        return
    if parts := changed(seen, now):
        raise ChangedSince(parts, acts(seen, since))


def acts(seen: str | None, since: Since | None) -> list[Doing]:
    """The newest of what was done since a page was shown, for the sentence that says who changed it."""
    found = read(seen)
    if found is None or since is None:
        return []
    return sorted(since(found.at - SLACK), key=lambda act: act.at)[-1:]


def _hash(value: Any) -> str:
    words = json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:DIGITS]


def _plain(value: Any) -> Any:
    """A value as JSON has it; what has no one way to be written is refused, because its seal would break by chance."""
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Promise | str):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_plain(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {part.name: _plain(getattr(value, part.name)) for part in dataclasses.fields(value)}
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"A seal takes plain values, not {type(value).__name__}")
