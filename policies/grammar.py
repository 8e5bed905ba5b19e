"""How one line of a policy file is read: `key = "value: own words [clause strength]"`.

Each function raises ValueError with a sentence that helps a policy manager. A policy that was adopted is read by the
grammar that held then (`FIRST`), because its text never changes and must go on saying the same (docs/adr/0111).
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from policies import periods
from policies.rules import STRENGTHS, Rule, Source
from policies.values import Threshold, Who

FIRST, NEWEST = 1, 2
Split = Callable[[str], list[tuple[str, str]]]
_CITED = re.compile(r"(?P<value>.*?)\s*\[(?P<cited>[^\[\]]*)\]\s*", re.DOTALL)
_EACH_CITED = re.compile(r"[^\[\]\n]{1,80}\[[^\[\]\n]{1,80}\]")
COUNTED = (
    "warnings",
    "initial warnings",
    "warning letters",
    "letters",
    "incidents",
    "breaches",
    "requests",
    "contacts",
)
_THRESHOLD = re.compile(
    r"(?:(?P<count>\d{1,3})\s+)?(?P<what>[a-z][a-z ]*?)"
    r"(?:\s+(?P<within>in 1 interaction|in the case|within (?P<period>.+)|before (?P<stage>.+) lapses))?"
)
NUMBERS = {"once": 1, "twice": 2, "any number": None, "no limit": None}


def plain(text: str) -> str:
    """One form for a word of the schema: lower case, space for underscore, no double spaces.

    >>> plain("Equality_Assessment ")
    'equality assessment'
    """
    return " ".join(text.replace("_", " ").lower().split())


def key(text: str) -> str:
    """The form in which a role, stage, kind or register is referred to: lower case, underscore for space.

    >>> key("Team leader")
    'team_leader'
    """
    return plain(text).replace(" ", "_")


def cited(text: str, source: Source = "policy") -> tuple[str, Rule | None]:
    """Take the citation off the end of a value.

    >>> cited("6 months from start [6.16 may implied]")
    ('6 months from start', Rule(source='policy', clause='6.16', strength='may', text='', implied=True))
    >>> cited("6 months from start")
    ('6 months from start', None)
    """
    found = _CITED.fullmatch(text)
    if not found or "[" in found["value"] or "]" in found["value"]:
        if "[" in text or "]" in text:
            raise ValueError(_where_the_clause_stands(text))
        return text.strip(), None
    return found["value"].strip(), citation(found["cited"], source)


def _where_the_clause_stands(text: str) -> str:
    each = [part.strip(" ,;") for part in _EACH_CITED.findall(text)]
    if len(each) < 2 or not text.isprintable():
        return 'the clause stands once, at the end, in square brackets: "value [6.16 may]"'
    own = ", ".join(f'"{part}"' for part in each[:3])
    return f"entries with clauses of their own are texts of their own: [{own}{', …' * (len(each) > 3)}]"


def citation(text: str, source: Source = "policy") -> Rule:
    """Read what stands in the brackets, or in a table's `clause`: the clause, then the strength.

    >>> citation("6.9, 6.11 endeavour").strength
    'endeavour'
    """
    words = text.split()
    strength: Any = "must"
    implied = False
    while words and (words[-1] in STRENGTHS or words[-1] == "implied"):
        if words[-1] == "implied":
            implied = True
        else:
            strength = words[-1]
        words.pop()
    if not words and source == "policy":
        raise ValueError("the brackets name no clause: [6.16], [6.16 may]")
    return Rule(source, " ".join(words), strength, implied=implied)


def entries(text: str) -> list[tuple[str, str]]:
    """Split a value that lists words: a comma begins the next one, and own words after a colon belong to theirs.

    >>> entries("post, email: where it is known, phone")
    [('post', ''), ('email', 'where it is known'), ('phone', '')]
    """
    pairs = [(word.strip(), own.strip()) for word, _, own in (part.partition(":") for part in text.split(","))]
    if not all(word for word, _ in pairs):
        raise ValueError("between two commas something is missing")
    return pairs


def one_of_list(text: str) -> list[tuple[str, str]]:
    """Read one text of a list of texts: a word with its own words, which run to the end, commas and all.

    Without own words it may be several words that share a clause.

    >>> one_of_list("email: where possible, else by hand")
    [('email', 'where possible, else by hand')]
    >>> one_of_list("post, email")
    [('post', ''), ('email', '')]
    """
    before, colon, own = text.partition(":")
    if colon and "," in before:
        raise ValueError(
            'own words belong to one entry of a list, and that is a text of its own: ["a [1.1]", "b: … [1.1]"]'
        )
    return [(before.strip(), own.strip())] if colon and before.strip() else entries(before)


def entries_of_first(text: str) -> list[tuple[str, str]]:
    """Split a list as the first grammar did: own words after a colon run to the end of the text, whatever follows.

    >>> entries_of_first("post, email: where possible, phone")
    [('post', ''), ('email', 'where possible, phone')]
    """
    before, colon, own = text.partition(":")
    pairs = entries(before)
    return [*pairs[:-1], (pairs[-1][0], own.strip() if colon else "")]


def splitting(grammar: int, *, listed: bool) -> Split:
    """How a text that lists words is split: by a grammar, and by whether it is one of a list of texts.

    >>> splitting(NEWEST, listed=False)("post: by hand, email")
    [('post', 'by hand'), ('email', '')]
    """
    if grammar == FIRST:
        return entries_of_first
    return one_of_list if listed else entries


def who(text: str, rule: Rule | None = None) -> Who:
    """Read who decides: `a or b`, `a and b`, `2 of a, b`, `meeting of a, b`, `a or above`, `staff`.

    >>> who("2 of lead or above").how_many, who("meeting of lead, head").how, who("staff").staff
    (2, 'meeting', True)
    """
    said = plain(text)
    or_above = said.endswith(" or above")
    said = said.removesuffix(" or above")
    how: Any = "any"
    count = 1
    if found := re.fullmatch(r"(\d{1,2}) of (.+)", said):
        how, count, said = "count", int(found[1]), found[2]
        if count < 2:
            raise ValueError(f'"{text}": one person is written without a number')
    elif said.startswith("meeting of "):
        how, said = "meeting", said.removeprefix("meeting of ")
    elif " and " in said:
        how = "all"
    if how == "all" and (" or " in said or "," in said):
        raise ValueError(f'"{text}" mixes "and" with "or": say who must, in one way')
    names = [key(name) for name in re.split(r",| or | and ", said) if name.strip()]
    if not names or len(names) != len(re.split(r",| or | and ", said)):
        raise ValueError('who decides is written like "lead or head", "2 of lead, head", "meeting of lead, head"')
    roles = tuple(name for name in names if name != "staff")
    return Who(roles, how, count, or_above, staff="staff" in names, rule=rule)


def threshold(text: str, rule: Rule | None = None) -> Threshold:
    """Read `[N] what [in 1 interaction | in the case | within PERIOD | before STAGE lapses]`.

    >>> threshold("2 initial warnings in 1 interaction").count
    2
    >>> threshold("incidents before letter lapses").stage
    'letter'
    """
    found = _THRESHOLD.fullmatch(plain(text))
    if not found:
        raise ValueError('a threshold is written like "2 initial warnings in 1 interaction" or "3 incidents"')
    what = found["what"] if found["what"].endswith("s") else f"{found['what']}s"
    if what not in COUNTED:
        raise ValueError(f'"{found["what"]}" is not something that is counted: {", ".join(COUNTED)}')
    period = periods.Period.parse(found["period"]) if found["period"] else None
    number = int(found["count"]) if found["count"] else None
    return Threshold(number, what, found["within"] or "", period, key(found["stage"] or ""), rule)


def number(text: str) -> int | None:
    """Read a small count: `2`, `once`, `twice`; None for `any number`.

    >>> number("once"), number("any number")
    (1, None)
    """
    said = plain(text)
    if said in NUMBERS:
        return NUMBERS[said]
    if not said.isdigit() or len(said) > 4:
        raise ValueError(f'"{text}" is not a number: write 1, 2, once, twice or any number')
    return int(said)


def yes_or_no(text: str) -> bool:
    """Read `yes` or `no`.

    >>> yes_or_no("yes")
    True
    """
    if plain(text) not in ("yes", "no"):
        raise ValueError(f'"{text}" is neither yes nor no')
    return plain(text) == "yes"


def day(text: str) -> date:
    """Read a date, 2024-10-07.

    >>> day("2024-10-07")
    datetime.date(2024, 10, 7)
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f'"{text}" is not a date: write it like 2024-10-07') from None
