"""What views hand to the component tags, where a plain value is not enough. A dict with the same keys does as well."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """A row of `{% summary_list %}`: `change` is the address behind "Change", `hidden` completes that link's words."""

    key: str
    value: Any
    change: str = ""
    hidden: str = ""
    act: str = "Change"
    typed: bool = False


@dataclass(frozen=True)
class Task:
    """A row of `{% task_list %}`: Done, Missing, Not required, Cannot start yet, or any other short status.

    `hint` says what is asked and names its clause as text ("Clause 6.26"), because the whole row is one link;
    `why` says why it is not required or cannot start.
    """

    title: str
    status: str
    url: str = ""
    hint: str = ""
    why: str = ""


@dataclass(frozen=True)
class Entry:
    """An entry of `{% timeline %}`: what happened, when, who did it, and the words and links beneath."""

    title: str
    at: dt.datetime | dt.date
    by: str = ""
    text: str = ""
    clause: str = ""
    url: str = ""
    link: str = ""
    facts: Sequence[tuple[str, Any]] = field(default_factory=tuple)
    anchor: str = ""
    also: Sequence[str] = ()
