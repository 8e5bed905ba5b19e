"""What a key and a table of a policy file are, and the short ways to write one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "word", "name", "yes", "period", "count", "threshold", "who", "ref", "date"]
Asked = bool | Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what kind of value it holds, and whether silence on it is listed.

    `words` are the words it accepts (kind "word") or what it refers to (kind "ref"). `clause` is False for the few keys
    that name rather than rule. `runs_from` names the events from which a period here can run, the likeliest first: the
    ways to read one that names none. `bare` marks a period that is a length alone, and runs from nothing. `ordered`
    marks a list whose order means something.
    """

    kind: Kind
    about: str
    words: tuple[str, ...] = ()
    many: bool = False
    asked: Asked = False
    clause: bool = True
    needed: bool = False
    runs_from: tuple[str, ...] = ()
    bare: bool = False
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its keys, the tables within it, and what its sub-tables hold where the policy names them itself.

    `short` is the key that a text in place of the table fills; `always` makes the asked keys of an absent table count;
    `each` is the key that every self-chosen name in it holds.
    """

    about: str
    keys: Mapping[str, Key] = field(default_factory=dict)
    tables: Mapping[str, "Table"] = field(default_factory=dict)
    named: "Table | None" = None
    each: Key | None = None
    short: str = ""
    always: bool = False
    asked: bool = False
    clause: bool = True


def text(about: str, **more: Any) -> Key:
    """A text."""
    return Key("text", about, **more)


def texts(about: str, **more: Any) -> Key:
    """Several texts."""
    return Key("text", about, many=True, **more)


def word(about: str, *words: str, **more: Any) -> Key:
    """One of these words."""
    return Key("word", about, words, **more)


def words(about: str, *words: str, **more: Any) -> Key:
    """Several of these words."""
    return Key("word", about, words, many=True, **more)


def yes(about: str, **more: Any) -> Key:
    """Yes or no."""
    return Key("yes", about, **more)


def period(about: str, *runs_from: str, **more: Any) -> Key:
    """A length of time, and the events from which it can run."""
    return Key("period", about, runs_from=runs_from, **more)


def who(about: str, **more: Any) -> Key:
    """One or more roles, together or instead of each other."""
    return Key("who", about, **more)


def refs(about: str, *targets: str, **more: Any) -> Key:
    """References to what stands elsewhere in the file, or words."""
    return Key("ref", about, targets, many=True, **more)


def name(about: str, **more: Any) -> Key:
    """A text that names and does not rule: it needs no clause."""
    return Key("name", about, clause=False, **more)


LETTER_DAYS = ("letter dated", "letter sent", "letter received")
KEPT_FROM = ("entry", "removal", "incident", "end")


def state_is(*states: str) -> Callable[[Mapping[str, Any]], bool]:
    """Asked where the table is in one of these states."""
    return lambda table: table.get("state") in states


def counts_within_one_interaction(table: Mapping[str, Any]) -> bool:
    """Asked where the stage counts what happens within one interaction."""
    return "in 1 interaction" in str(table.get("after", ""))


def has(key: str) -> Callable[[Mapping[str, Any]], bool]:
    """Asked where the table holds this key."""
    return lambda table: key in table
