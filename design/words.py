"""Typed text made safe to keep: no NULs or other control characters, one kind of newline, one form of each letter."""

import re
import unicodedata
from collections.abc import Sequence

# Tab and newline stay. Bidirectional marks and joiners are no control characters: Arabic, Hebrew and emoji stay whole.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    r"""The text as it is kept.

    >>> clean("caf\u0065\u0301\x00\r\n  two ")
    'café\n  two'
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", CONTROL.sub("", text))
    lines = [line.rstrip() for line in text.split("\n")]
    return "\n".join(lines).strip("\n").rstrip()


def clean_line(text: str) -> str:
    r"""The text as one line.

    >>> clean_line(" Flat 2 \n Dover ")
    'Flat 2 Dover'
    """
    return " ".join(clean(text).split())


def file_name(name: str, longest: int = 120) -> str:
    r"""A file's name without control or direction marks (which make `gpj.exe` read as `exe.jpg`), cut before its end.

    >>> file_name("photo\u202egpj.exe")
    'photogpj.exe'
    """
    name = DIRECTION.sub("", clean_line(name)).replace("/", "_").replace("\\", "_") or "file"
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:longest]
    return f"{stem[: longest - len(ending) - 1]}.{ending}"


def lower_first(text: str) -> str:
    """The text with a small first letter, unless its first word is "I" or an abbreviation such as ID.

    >>> lower_first("What happened"), lower_first("ID number"), lower_first("I have asked")
    ('what happened', 'ID number', 'I have asked')
    """
    if text[1:2].isupper() or text.startswith(("I ", "I’", "I'")):
        return text
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """The text with a capital first letter and nothing else changed."""
    return text[:1].upper() + text[1:]


def either(names: Sequence[str], nobody: str = "") -> str:
    """Names as a sentence gives a choice of them; `nobody` where there are none.

    >>> either(["Line Manager", "Team Leader", "Manager"]), either(["Manager"]), either([], "nobody yet")
    ('Line Manager, Team Leader or Manager', 'Manager', 'nobody yet')
    """
    *most, last = names or [nobody]
    return f"{', '.join(most)} or {last}" if most else last


def with_article(name: str) -> str:
    """A noun with the article that is said before it.

    >>> with_article("Manager"), with_article("Assistant Director"), with_article("Unit Lead"), with_article("HR Lead")
    ('a Manager', 'an Assistant Director', 'a Unit Lead', 'an HR Lead')
    """
    first = name.split()[0] if name.split() else ""
    if first.isupper() and 1 < len(first) < 5:
        return f"{'an' if first[0] in 'AEFHILMNORSX' else 'a'} {name}"
    vowel = first[:1].casefold() in "aeiou" and not re.match(r"(?i)(uni|use|eu|one\b)", first)
    return f"{'an' if vowel else 'a'} {name}"
