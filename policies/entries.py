"""One text of a policy file read into entries: the clause off its end, then by the kind of its key."""

from typing import Any

from policies import grammar, periods, schema
from policies.problems import nearest
from policies.rules import Rule, Source
from policies.values import Item

SPECIAL = ("unsaid", "lost", "none")


def read(key: schema.Key, text: str, inherited: Rule | None, source: Source) -> list[Item]:
    """The entries of one text of a key, under its own clause or the one it inherits from its table.

    Raises ValueError, in words for a policy manager; `Unknown`, with the nearest word, where a word is not known.

    >>> how = schema.Key("word", "how it is sent", ("post", "email"), many=True)
    >>> [(item.word, item.words) for item in read(how, "post, email: where possible [6.12]", None, "policy")]
    [('post', ''), ('email', 'where possible')]
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
    items: list[Item] = _PARSERS[key.kind](key, value, rule)
    return items


class Unknown(ValueError):
    """A word that the schema does not have, with the nearest that it has."""

    def __init__(self, message: str, near: str) -> None:
        super().__init__(message)
        self.nearest = near


def _text_items(key: schema.Key, value: str, rule: Rule | None) -> list[Item]:
    return [Item(value, value, rule, parsed=value)]


def _word_items(key: schema.Key, value: str, rule: Rule | None) -> list[Item]:
    pairs = grammar.entries(value) if key.many else [(value.partition(":")[0], value.partition(":")[2].strip())]
    return [_word_item(key, word, own, rule) for word, own in pairs]


def _word_item(key: schema.Key, word: str, own: str, rule: Rule | None) -> Item:
    plain = grammar.plain(word)
    if plain == "other":
        if not own:
            raise ValueError('"other" is followed by own words: "other: …"')
        return Item("other", own, rule, parsed="other")
    if plain not in key.words:
        raise Unknown(f'"{shown(word)}" is not one of: {", ".join(key.words)}', nearest(plain, key.words))
    return Item(plain, own, rule, parsed=plain)


def _ref_items(key: schema.Key, value: str, rule: Rule | None) -> list[Item]:
    return [Item(grammar.key(word), own, rule, parsed=grammar.key(word)) for word, own in grammar.entries(value)]


def _single(parse: Any) -> Any:
    def items(key: schema.Key, value: str, rule: Rule | None) -> list[Item]:
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
