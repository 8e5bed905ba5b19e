"""The tables of a policy file, walked along the schema: every value at its path, and every problem at once."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from policies import entries, grammar, schema
from policies.problems import Problem, nearest
from policies.rules import Rule, Source
from policies.values import Gap, Item, Value

LONGEST_TEXT = 2_000
MOST_PROBLEMS = 200
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class TooMany(Exception):
    """More problems than anybody would read at once."""


class Tables:
    """Walks the tables of a file along the schema, and keeps every value and every problem.

    >>> tables = Tables()
    >>> tables.take({"appeal": {"windw": "2 weeks [7.2]"}})
    >>> print(tables.problems[0])
    appeal.windw: is not known. Did you mean "window"?
    """

    def __init__(self, written_in: int = grammar.NEWEST) -> None:
        self.written_in = written_in
        self.problems: list[Problem] = []
        self.values: dict[str, Value] = {}
        self.tables: dict[str, str] = {}
        self.table_rules: dict[str, Rule] = {}
        self.losses: list[Gap] = []
        self.notes: dict[str, str] = {}
        self.damage: dict[str, str] = {}
        self.asked: set[str] = set()
        self.seen: set[str] = set()

    def problem(self, path: str, message: str, near: str = "") -> None:
        """Keep one more thing to put right. Raises `TooMany` where there are more than anybody would read at once."""
        if len(self.problems) >= MOST_PROBLEMS:
            raise TooMany
        self.problems.append(Problem(path, message, near))

    def take(self, raw: dict[str, Any]) -> None:
        """Read all tables of the policy's own file, then list what is asked and not answered. Raises `TooMany`."""
        self._table(schema.ROOT, {name: value for name, value in raw.items() if name != "damage"}, "", None)
        self._take_damage(raw.get("damage", {}))
        self._missing(schema.ROOT, "")

    def _take_damage(self, raw: Any) -> None:
        if not isinstance(raw, dict):
            return self.problem("damage", 'is a table: "6.14" = "the list is lost"')
        for clauses, words in raw.items():
            if isinstance(words, str) and len(words) <= LONGEST_TEXT:
                self.damage[clauses] = words
            else:
                self.problem(f"damage.{entries.shown(clauses)}", "says in a few words what is damaged")
        return None

    def _table(self, table: schema.Table, raw: dict[str, Any], path: str, rule: Rule | None) -> None:
        self.tables[path] = "said"
        rule = self._clause(raw, path) or rule
        if rule:
            self.table_rules[path] = rule
        for name, value in raw.items():
            here = f"{path}.{name}" if path else name
            if name == "clause":
                continue
            if name == "note":
                self._note(here, path, value)
            elif name == "lost" and not (table.named or table.each) or name == "lost" and isinstance(value, str):
                self._lost(path, value)
            elif name in table.keys:
                self._value(table.keys[name], value, here, rule)
            elif name in table.tables:
                self._subtable(table.tables[name], value, here, rule)
            elif table.each or table.named:
                self._named(table, name, value, path, rule)
            else:
                known = [*table.keys, *table.tables, *(("damage", "local") if not path else schema.EVERYWHERE)]
                self.problem(entries.shown(here), "is not known", nearest(name, known))

    def _named(self, table: schema.Table, name: str, value: Any, path: str, rule: Rule | None) -> None:
        if not NAME.fullmatch(name):
            where = entries.shown(f"{path}.{name}")
            return self.problem(where, "is not a name that can be referred to: small letters, figures and underscores")
        here = f"{path}.{name}"
        if table.each:
            return self._value(table.each, value, here, rule)
        if table.named:
            return self._subtable(table.named, value, here, rule)
        return None

    def _subtable(self, table: schema.Table, raw: Any, path: str, rule: Rule | None) -> None:
        if isinstance(raw, dict):
            return self._table(table, raw, path, rule)
        if isinstance(raw, str) and (state := self._whole_table(raw, path, rule)):
            self.tables[path] = state
            return None
        if table.short and isinstance(raw, str | list):
            self.tables[path] = "said"
            return self._value(table.keys[table.short], raw, f"{path}.{table.short}", rule)
        return self.problem(path, f"is a table: {table.about}")

    def _whole_table(self, raw: str, path: str, inherited: Rule | None) -> str:
        """What `table = "none [4]"` says of the table as a whole, or "" where the text is its first key."""
        try:
            value, rule = grammar.cited(raw)
        except ValueError:
            return ""
        word, _, own = value.partition(":")
        state = grammar.plain(word)
        if state not in entries.SPECIAL:
            return ""
        rule = rule or inherited
        if not rule:
            self.problem(path, entries.no_clause(raw))
        if state == "lost":
            self.losses.append(Gap(path, "its text is lost", rule))
        self.values[path] = Value(path, (Item(state, own.strip(), rule, state),))  # type: ignore[arg-type]
        return state

    def _clause(self, raw: dict[str, Any], path: str) -> Rule | None:
        text = raw.get("clause")
        if text is None:
            return None
        if not isinstance(text, str) or len(text) > 200:
            self.problem(f"{path}.clause", 'is a text: clause = "6.16 may"')
            return None
        try:
            return grammar.citation(text.strip().removeprefix("[").removesuffix("]"))
        except ValueError as error:
            self.problem(f"{path}.clause", str(error))
            return None

    def _note(self, here: str, path: str, value: Any) -> None:
        if isinstance(value, str) and len(value) <= LONGEST_TEXT:
            self.notes[path] = value
        else:
            self.problem(here, "is a text")

    def _lost(self, path: str, value: Any) -> None:
        if not isinstance(value, str) or not value.strip():
            return self.problem(f"{path}.lost", 'names the clause whose text is lost: lost = "6.14"')
        self.losses.append(Gap(path, "part of its text is lost", grammar.citation(value)))
        return None

    def _value(self, key: schema.Key, raw: Any, path: str, rule: Rule | None) -> None:
        self.seen.add(path)
        value = self.parsed(key, raw, path, rule, "policy")
        if value:
            self.values[path] = value

    def parsed(self, key: schema.Key, raw: Any, path: str, rule: Rule | None, source: Source) -> Value | None:
        """What the file has at a key, read into entries; None, with its problems kept, where none can be read."""
        items: list[Item] = []
        split = grammar.splitting(self.written_in, listed=isinstance(raw, list))
        for where, text in self._texts(key, raw, path):
            try:
                items += entries.read(key, text, rule, source, split)
            except ValueError as error:
                near = getattr(error, "nearest", "")
                self.problem(where, str(error), near)
        return Value(path, tuple(items), key.many) if items else None

    def _texts(self, key: schema.Key, raw: Any, path: str) -> Iterator[tuple[str, str]]:
        if key.kind == "date" and isinstance(raw, date) and not isinstance(raw, datetime):
            raw = raw.isoformat()
        if (
            key.kind == "count"
            and not key.clause
            and isinstance(raw, int)
            and not isinstance(raw, bool)
            and 0 <= raw < 100
        ):
            raw = str(raw)
        entries = raw if isinstance(raw, list) else [raw]
        if not entries:
            self.problem(path, "is an empty list: leave the key out where the policy is silent")
        for at, entry in enumerate(entries):
            where = f"{path}[{at + 1}]" if isinstance(raw, list) else path
            if not isinstance(entry, str):
                self.problem(where, f'is a text, with its clause at the end: {path.split(".")[-1]} = "… [6.16]"')
            elif not entry.strip():
                self.problem(where, "is empty: leave the key out where the policy is silent")
            elif len(entry) > LONGEST_TEXT:
                self.problem(where, f"is longer than {LONGEST_TEXT:,} characters")
            else:
                yield where, entry

    # what is asked and not answered

    def _missing(self, table: schema.Table, path: str) -> None:
        siblings = self._siblings(table, path)
        for name, key in table.keys.items():
            here = f"{path}.{name}"
            asked = key.asked(siblings) if callable(key.asked) else key.asked
            if asked:
                self.asked.add(here)
            if here not in self.seen and key.needed and (table.always or path in self.tables):
                self.problem(here, f"is missing: {key.about}")
            elif here not in self.values and asked:
                self.values[here] = Value(here, (), key.many)
        for name, inner in table.tables.items():
            here = f"{path}.{name}" if path else name
            if self.tables.get(here) == "said" or (inner.always and here not in self.tables):
                self._missing(inner, here)
            elif inner.asked and here not in self.tables:
                self.asked.add(here)
                self.values[here] = Value(here)
        if table.named:
            for here in [known for known in self.tables if known.rpartition(".")[0] == path and known != path]:
                if self.tables[here] == "said" and here.rpartition(".")[2] not in table.tables:
                    self._missing(table.named, here)

    def _siblings(self, table: schema.Table, path: str) -> Mapping[str, str]:
        """Each said key and table of a table, in its words, for keys that are asked only beside them."""
        said = {name: self.values[f"{path}.{name}"] for name in table.keys if f"{path}.{name}" in self.values}
        words = {name: ", ".join(item.word for item in value.kept) for name, value in said.items() if value.kept}
        return words | {name: "said" for name in table.tables if self.tables.get(f"{path}.{name}") == "said"}
