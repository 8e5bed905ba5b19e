"""One text of a policy file read into entries: the clause off its end, then by the kind of its key."""

from collections.abc import Sequence
from typing import Any

from policies import grammar, periods, schema
from policies.grammar import Split
from policies.problems import nearest
from policies.rules import Rule, Source
from policies.values import Item

SPECIAL = ("unsaid", "lost", "none")


def read(key: schema.Key, text: str, inherited: Rule | None, source: Source, split: Split) -> list[Item]:
    """The entries of one text of a key, under its own clause or the one it inherits from its table.

    `split` parts a text that lists words. Raises ValueError, in words for a policy manager; `Unknown`, with the nearest
    word, where a word is not known.

    >>> how = schema.Key("word", "how it is sent", ("post", "email"), many=True)
    >>> found = read(how, "email: where possible, post [6.12]", None, "policy", grammar.entries)
    >>> [(item.word, item.words) for item in found]
    [('email', 'where possible'), ('post', '')]
    """
    if source == "local" and text.rstrip().endswith("]"):
        raise ValueError("a local rule has no clause of the policy: leave the square brackets out")
    value, rule = grammar.cited(text, source)
    rule = rule or inherited or (Rule("local") if source == "local" else None)
    if key.clause and rule is None:
        raise ValueError(no_clause(text))
    word, _, own = value.partition(":")
    state = grammar.plain(word)
    if state in SPECIAL and state not in key.words and key.kind not in ("name", "date"):
        return [Item(state, own.strip(), rule, state)]  # type: ignore[arg-type]
    items: list[Item] = _PARSERS[key.kind](key, value, rule, split)
    return items


class Unknown(ValueError):
    """A word that the schema does not have, with the nearest that it has."""

    def __init__(self, message: str, near: str) -> None:
        super().__init__(message)
        self.nearest = near


def _text_items(key: schema.Key, value: str, rule: Rule | None, split: Split) -> list[Item]:
    return [Item(value, value, rule, parsed=value)]


def _word_items(key: schema.Key, value: str, rule: Rule | None, split: Split) -> list[Item]:
    pairs = split(value) if key.many else [(value.partition(":")[0], value.partition(":")[2].strip())]
    items: list[Item] = []
    for word, own in pairs:
        items.append(_word_item(key, word, own, rule, after=items))
    return items


def _word_item(key: schema.Key, word: str, own: str, rule: Rule | None, after: Sequence[Item]) -> Item:
    plain = grammar.plain(word)
    if plain == "other":
        if not own:
            raise ValueError('"other" is followed by own words: "other: …"')
        return Item("other", own, rule, parsed="other")
    if plain not in key.words:
        message = f'"{shown(word)}" is not one of: {", ".join(key.words)}{where_own_words_end(after)}'
        raise Unknown(message, nearest(plain, key.words))
    return Item(plain, own, rule, parsed=plain)


def where_own_words_end(before: Sequence[Item]) -> str:
    """What is added where a word is not known, and an entry before it has own words: they may have held a comma.

    >>> where_own_words_end([Item("phone", "before noon")])
    '; own words end at a comma, and where they hold one, the entry is a text of its own, ["phone: …, … [1.1]"]'
    >>> where_own_words_end([Item("phone")])
    ''
    """
    spoken = next((item.word for item in reversed(before) if item.words), "")
    if not spoken:
        return ""
    return (
        f'; own words end at a comma, and where they hold one, the entry is a text of its own, ["{spoken}: …, … [1.1]"]'
    )


def _ref_items(key: schema.Key, value: str, rule: Rule | None, split: Split) -> list[Item]:
    return [Item(grammar.key(word), own, rule, parsed=grammar.key(word)) for word, own in split(value)]


def _single(parse: Any) -> Any:
    def items(key: schema.Key, value: str, rule: Rule | None, split: Split) -> list[Item]:
        text, _, own = value.partition(":")
        return [Item(grammar.plain(text), own.strip(), rule, parsed=parse(text, rule))]

    return items


_PARSERS: dict[str, Any] = {
    "text": _text_items,
    "name": _text_items,
    "word": _word_items,
    "ref": _ref_items,
    "yes": _single(lambda text, rule: grammar.yes_or_no(text)),
    "count": _single(lambda text, rule: grammar.number(text)),
    "date": _single(lambda text, rule: grammar.day(text)),
    "period": _single(lambda text, rule: periods.Period.parse(text)),
    "threshold": _single(grammar.threshold),
    "who": _single(grammar.who),
}


def no_clause(text: str) -> str:
    """What is said of a value that ends without its clause.

    >>> no_clause("yes")
    'has no clause: end it with the clause in square brackets, "yes [6.16]"'
    """
    return f'has no clause: end it with the clause in square brackets, "{shown(text)} [6.16]"'


def shown(text: str) -> str:
    """What the file said, short enough for a message, without what would break a line.

    >>> shown("a" + chr(10) + "b")
    'a?b'
    """
    printable = "".join(letter if letter.isprintable() else "?" for letter in text[:80])
    return printable + "…" * (len(text) > 80)
