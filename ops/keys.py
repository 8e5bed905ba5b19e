"""`docs/policy-keys.md`, drawn from the schema: every table and key of a policy file, and the words that they hold."""

from collections.abc import Iterable, Iterator

from policies import periods, schema, vocabulary
from policies.schema import Key, Table

HEADING = """# The keys of a policy file

Generated from the code by `./run policy keys > docs/policy-keys.md`; a test fails when it is out of date. What goes
into each table, with examples, is told in [writing a policy](writing-a-policy.md). `./run policy keys appeal` prints
one table.

*NAME* is a name that you choose. Under *silence*, **needed** marks a key without which the file is not valid; **asked**
one whose absence is listed as unsaid and put to a named person; **asked beside** one that is asked only where its
neighbours are there. A key without a mark may be left out, and then there is nothing of the kind.
"""
SHARED = {
    "ways of contact": vocabulary.CHANNELS,
    "ombudsmen": vocabulary.OMBUDSMEN,
    "next steps": vocabulary.INTERNAL,
    "who may not decide": tuple(vocabulary.NOT_BY),
    "a day off": vocabulary.DAY_OFF,
    "what a restriction does": tuple(vocabulary.RESTRICTION_KINDS),
}
LISTED = {
    "An action": vocabulary.ACTIONS,
    "What a restriction does": vocabulary.RESTRICTION_KINDS,
    "Who may not decide": vocabulary.NOT_BY,
    "From what a period runs": periods.EVENTS,
}
_HOW = {
    "text": "text",
    "name": "name",
    "yes": "yes or no",
    "count": "number",
    "threshold": "threshold",
    "who": "who",
    "date": "date",
}


def document() -> str:
    """The whole of `docs/policy-keys.md`."""
    return "\n".join([HEADING, *(section(name) for name in schema.ROOT.tables), words()])


def section(name: str) -> str:
    """One table of the file with all that stand within it. Raises KeyError where there is none of that name."""
    return "\n".join(_tables(schema.ROOT.tables[name], name))


def words() -> str:
    """The words that several keys share, each list under the name that the tables call it by."""
    lines = ["## Words", "", "An *other* word is always possible, with own words: `other: by fax`.", ""]
    lines += ["|called above|words|", "|---|---|"]
    lines += [f"|{called}|{_quoted(shared)}|" for called, shared in SHARED.items() if _title(called) not in LISTED]
    for called, meanings in LISTED.items():
        lines += ["", f"|{called}|means|", "|---|---|"]
        lines += [f"|`{word}`|{meaning}|" for word, meaning in meanings.items()]
    return "\n".join([*lines, ""])


def _tables(table: Table, path: str) -> Iterator[str]:
    """A table and those within it; one that only holds others has no heading of its own."""
    rows = [_row(name, key) for name, key in table.keys.items()]
    if table.each:
        rows.append(_row("NAME", table.each))
    if rows or "." not in path:
        yield from [f"{'###' if '.' in path else '##'} [{path}]", "", f"{_title(table.about)}.{_short(table)}", ""]
    if rows:
        yield from ["|key|what it says|how|silence|", "|---|---|---|---|", *rows, ""]
    for name, inner in table.tables.items():
        yield from _tables(inner, f"{path}.{name}")
    if table.named:
        yield from _tables(table.named, f"{path}.NAME")


def _title(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short(table: Table) -> str:
    return f" A text in place of this table is its `{table.short}`." if table.short else ""


def _row(name: str, key: Key) -> str:
    silence = "needed" if key.needed else "asked beside" if callable(key.asked) else "asked" if key.asked else ""
    return f"|`{name}`|{key.about}|{_written(key)}{'' if key.clause else '; no clause'}|{silence}|"


def _written(key: Key) -> str:
    """How a value of this key is written: its kind, and the words that it may be."""
    if key.kind == "ref":
        return f"names of: {', '.join(key.words)}"
    if key.kind == "period":
        usual = f", mostly from {_quoted(key.runs_from)}" if key.runs_from else ""
        return "length alone" if key.bare else f"period{usual}"
    if key.kind != "word":
        return _HOW[key.kind] + "s" * key.many
    return f"{'some' if key.many else 'one'} of: {', '.join(_called(key.words))}"


def _called(words: tuple[str, ...]) -> Iterator[str]:
    """The words one by one, but for those that several keys share, which have a name."""
    for called, shared in SHARED.items():
        if set(shared) <= set(words):
            yield called
            words = tuple(word for word in words if word not in shared)
    yield from (f"`{word}`" for word in words)


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
