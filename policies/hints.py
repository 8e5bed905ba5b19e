"""What is not wrong in a policy file and deserves a second look: swallowed words, uncited clauses, odd starts, gaps.

A hint stops nothing: whoever wrote the file looks, and may leave it as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies import checks, citations, grammar, schema
from policies.periods import EVENTS, Period
from policies.policy import Policy
from policies.values import Item

# A place that stands before the first clause, and so has no heading that could be sought.
FRONT = ("cover", "front page", "title page")
_CLAUSE_LINE = re.compile(r"^[^\w\n]*(\d+(?:\.\d+)+)\.?(?=\s|$)", re.MULTILINE)
_PLACES = {"app": "appendix", "sch": "schedule"}


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing to look at again: the path of the value, or "" for the file as a whole, and what to look for."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path or 'the file'}: {self.message}."


def of(policy: Policy, document: str | None = None) -> list[Hint]:
    """Everything worth a second look; `document` is the policy's own text, where it is at hand.

    >>> from policies import shelf
    >>> dover = shelf.read_builtin("dover-district-council")
    >>> print(of(dover, "6.16 Lengths." + chr(10) + "9.99 Songs.")[-1])
    the file: the text has clauses that nothing here cites: 9.99.
    """
    found = [*_swallowed(policy), *_odd_starts(policy), *_gaps(policy)]
    return found if document is None else [*found, *_places(policy, document), *_uncited(policy, document)]


def _swallowed(policy: Policy) -> Iterator[Hint]:
    """In a text that is one entry own words run to its end, so that a word of the list behind a comma is not read."""
    for path, item, key in _entries(policy):
        known = checks.words_for(policy, key)
        for piece in item.words.split(",")[1:]:
            word = grammar.plain(piece.partition(":")[0])
            if word and (word in known or grammar.key(word) in known) and key.many:
                yield Hint(
                    path,
                    f'"{word}" stands in the own words of "{item.word}" and is not read as an entry: '
                    f'if it is one, make it a text of its own, ["{item.word}: … [1.1]", "{word} [1.1]"]',
                )


def _odd_starts(policy: Policy) -> Iterator[Hint]:
    for path, item, key in _entries(policy):
        event = item.parsed.runs_from if isinstance(item.parsed, Period) else ""
        if event in EVENTS and key.runs_from and event not in key.runs_from:
            usual = " or ".join(f'"{name}"' for name in key.runs_from)
            yield Hint(path, f'runs from "{event}", where such a time mostly runs from {usual}')


def _gaps(policy: Policy) -> Iterator[Hint]:
    gaps = dict.fromkeys(
        f"{gap.path} ({gap.part.replace('_', ' ')})" if gap.part else gap.path for gap in policy.unsaid()
    )
    if gaps:
        yield Hint("", f"a named person decides each time on what is unsaid: {', '.join(gaps)}")


def _places(policy: Policy, document: str) -> Iterator[Hint]:
    """A place in words ("Appendix B") is sought as a heading; extracted text may lack it, so it is no problem."""
    for clause in citations.cited(policy):
        if not re.search(r"\d+(\.\d+)+|^(s|section )?\d+", clause) and not _is_heading(clause, document):
            yield Hint("", f'"{clause}" is cited, and is no heading of the text: make sure that readers will find it')


def _is_heading(place: str, document: str) -> bool:
    if grammar.plain(place) in FRONT:
        return True
    words = r"\W+".join(re.escape(_PLACES.get(word.rstrip("."), word)) for word in grammar.plain(place).split())
    return re.search(rf"^\W*{words}\b", document, re.MULTILINE | re.IGNORECASE) is not None


def _uncited(policy: Policy, document: str) -> Iterator[Hint]:
    """Clauses that begin a line of the text and that no line of the file rests on, nor one within them."""
    cited = set(citations.cited(policy)) | {clause for keys in policy.damage for clause in _listed(keys)}
    missing = [
        clause
        for clause in dict.fromkeys(_CLAUSE_LINE.findall(document))
        if not any(one == clause or one.startswith(f"{clause}.") for one in cited)
    ]
    if missing:
        yield Hint("", f"the text has clauses that nothing here cites: {', '.join(missing)}")


def _listed(clauses: str) -> list[str]:
    return [clause.strip() for clause in clauses.split(",")]


def _entries(policy: Policy) -> Iterator[tuple[str, Item, schema.Key]]:
    for path, value in policy.values.items():
        key = checks.key_at(path)
        if key is not None:
            yield from ((path, item, key) for item in value.kept)
