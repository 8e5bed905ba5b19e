"""The strict loader: the text of a policy file in, a frozen `Policy` or every problem at once out.

Local rules stand in a second text (or at the end of the first) as `[[local]]` tables. They fill what the policy leaves
unsaid, has lost or contradicts; one that changes what the policy says is a problem.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from policies import checks, entries, gaps, grammar, schema
from policies.policy import Policy
from policies.problems import PolicyProblems, Problem, nearest
from policies.rules import Rule, Source
from policies.values import Gap, Item, RoleDef, Settled, Value, Who

LARGEST = 256 * 1024
LONGEST_TEXT = 2_000
MOST_PROBLEMS = 200
# `tomllib` takes time that grows with the square of the parts of a dotted name; no path here has more than six.
_TOO_DOTTED = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){12}""")
# A text may be written as it is or by its number; the character with the number nought can be kept nowhere.
_NOTHING = re.compile(r"\\u0000|\\U00000000")
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def read(text: str, *, local: str = "", document: str | None = None) -> Policy:
    """Read a policy from the text of its file, with the provider's local rules beside it.

    `local` holds `[[local]]` tables only. `document` is the policy's own text, where it is at hand: a cited clause that
    is not in it is then a problem. Raises `PolicyProblems` with everything that is wrong; never anything else, whatever
    the text holds.

    >>> read('[policy]\\nprovider = "X"\\nkind = "counsil"')
    Traceback (most recent call last):
    policies.problems.PolicyProblems: policy.kind: "counsil" is not one of: council, association, almo, co-operative, \
charity. Did you mean "council"?
    policy.effective: is missing: the day from which it holds.
    """
    reader = _Reader()
    try:
        reader.take(_toml(text, "", reader.problems))
        reader.take_local(_toml(local, "local rules", reader.problems))
    except _TooMany:
        reader.problems.append(Problem("", "has more problems than these: put these right first"))
        raise PolicyProblems(reader.problems) from None
    policy = reader.policy(text, local)
    if policy is not None:
        reader.problems += checks.contradictions(policy, document)
    if reader.problems or policy is None:
        raise PolicyProblems(reader.problems)
    return policy


def read_bytes(data: bytes, *, local: bytes = b"", document: str | None = None) -> Policy:
    """Read a policy from the bytes of its file; raises `PolicyProblems` also where they are not UTF-8 text.

    >>> read_bytes(b"\\xff\\xfe")
    Traceback (most recent call last):
    policies.problems.PolicyProblems: the file: is not UTF-8 text: save it as plain text in UTF-8.
    """
    try:
        texts = [part.decode("utf-8-sig") for part in (data, local)]
    except UnicodeDecodeError:
        raise PolicyProblems([Problem("", "is not UTF-8 text: save it as plain text in UTF-8")]) from None
    return read(texts[0], local=texts[1], document=document)


def _toml(text: str, where: str, problems: list[Problem]) -> dict[str, Any]:
    """The tables of a text. `tomllib` gives up with RecursionError on deep nesting, ValueError on endless numbers."""
    if len(text) > LARGEST:
        problems.append(Problem(where, f"is longer than {LARGEST // 1024} KB: no policy needs that much"))
        return {}
    if _TOO_DOTTED.search(text):
        problems.append(Problem(where, "holds a name of more than twelve parts: no path is that long"))
        return {}
    if _NOTHING.search(text):
        problems.append(Problem(where, "writes a character that is none: \\u0000"))
        return {}
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(where, f"is not TOML: {error}"))
    except RecursionError:
        problems.append(Problem(where, "is nested too deeply"))
    except (ValueError, OverflowError):
        problems.append(Problem(where, "holds a number or a date that cannot be read"))
    return {}


class _Reader:
    """Walks the tables of a file along the schema, and keeps every value and every problem."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.values: dict[str, Value] = {}
        self.tables: dict[str, str] = {}
        self.table_rules: dict[str, Rule] = {}
        self.losses: list[Gap] = []
        self.notes: dict[str, str] = {}
        self.damage: dict[str, str] = {}
        self.settled: list[Settled] = []
        self.asked: set[str] = set()
        self.seen: set[str] = set()
        self.source: Source = "policy"

    def problem(self, path: str, message: str, near: str = "") -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            raise _TooMany
        self.problems.append(Problem(path, message, near))

    # the policy's own file

    def take(self, raw: dict[str, Any]) -> None:
        damage = raw.pop("damage", {})
        locals_ = raw.pop("local", [])
        self._table(schema.ROOT, raw, "", None)
        self._take_damage(damage)
        self._missing(schema.ROOT, "")
        self.settle(locals_)

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
            value, rule = grammar.cited(raw, self.source)
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
            return grammar.citation(text.strip().removeprefix("[").removesuffix("]"), self.source)
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
        value = self._parsed(key, raw, path, rule)
        if value:
            self.values[path] = value
        return

    def _parsed(self, key: schema.Key, raw: Any, path: str, rule: Rule | None) -> Value | None:
        items: list[Item] = []
        for where, text in self._texts(key, raw, path):
            try:
                items += entries.read(key, text, rule, self.source)
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

    # what the provider has settled

    def take_local(self, raw: dict[str, Any]) -> None:
        for name in sorted(raw.keys() - {"local"}):
            self.problem(entries.shown(name), "a file of local rules holds [[local]] tables only")
        self.settle(raw.get("local", []))

    def settle(self, raw: Any) -> None:
        if not isinstance(raw, list) or not all(isinstance(entry, dict) for entry in raw):
            return self.problem("local", "is written as [[local]], with two brackets")
        for at, entry in enumerate(raw, start=1):
            self._settle_one(entry, f"local[{at}]")
        return None

    def _settle_one(self, raw: dict[str, Any], path: str) -> None:
        for name in raw.keys() - {"by", "on", "why", "set"}:
            self.problem(entries.shown(f"{path}.{name}"), "is not known", nearest(name, ("by", "on", "why", "set")))
        by, on, why, given = (raw.get(name) for name in ("by", "on", "why", "set"))
        if not isinstance(by, str) or not by.strip():
            self.problem(f"{path}.by", "is missing: who settled it")
        if not isinstance(on, date) or isinstance(on, datetime):
            self.problem(f"{path}.on", "is missing: the day it was settled, like 2026-11-02")
        if not isinstance(why, str) or not why.strip():
            self.problem(f"{path}.why", "is missing: the reason, in a few words")
        if not isinstance(given, dict) or not given:
            return self.problem(f"{path}.set", "is missing: what is settled, by its path")
        if isinstance(by, str) and isinstance(on, date) and isinstance(why, str):
            settled = Settled(by, on, why)
            self.settled.append(settled)
            self.source = "local"
            for where, value in _leaves(given):
                self._fill(where, value, settled)
            self.source = "policy"
        return None

    def _fill(self, path: str, raw: Any, settled: Settled) -> None:
        try:
            key, _ = schema.find(path)
        except KeyError:
            return self.problem(entries.shown(path), "is not known", nearest(path, self.values))
        if isinstance(key, schema.Table):
            if not key.short:
                return self.problem(entries.shown(path), "is a table: settle one of its keys")
            path, key = f"{path}.{key.short}", key.keys[key.short]
        if not key.clause and path not in self.asked:
            return self.problem(path, "names or wires the policy, and is no rule: it cannot be settled locally")
        value = self._parsed(key, raw, path, Rule("local", "", "must", settled.why))
        if value is None:
            return None
        old = self.values.get(path)
        if old and old.settled:
            return self.problem(path, f"was settled already, by {old.settled.by} on {old.settled.on}")
        if refusal := self._refused(path, old, value):
            return self.problem(path, refusal)
        for table in _parents(path):
            self.tables[table] = "said"
            if table in self.values and self.values[table].unsaid:
                del self.values[table]
        items = gaps.settled(old, value, settled.why)
        self.values[path] = replace(value, items=items, settled=settled, policy_words=old.words if old else "")
        return None

    def _refused(self, path: str, old: Value | None, new: Value) -> str:
        """Why a local rule may not stand beside what the policy says; "" where it fills a gap."""
        for table in _parents(path):
            if self.tables.get(table) == "none":
                return gaps.none_there(self.values[table])
        kinds = self.values.get("restriction.kinds_are")
        if path.startswith("restriction.kinds.") and kinds and "closed" in kinds:
            return gaps.closed(kinds)
        return gaps.refusal(old, new, open_list=self._open_list(path)) if old else ""

    def _open_list(self, path: str) -> bool:
        beside = self.values.get(f"{path}_is") or self.values.get(f"{path}_are")
        return bool(beside and "examples" in beside)

    # the result

    def policy(self, text: str, local: str) -> Policy | None:
        if not {"policy.provider", "policy.kind", "policy.effective"} <= self.values.keys():
            return None
        roles = self._roles()
        values = {path: _knowing(value, roles) for path, value in self.values.items()}
        return Policy(
            values=values,
            roles=roles,
            tables=dict(self.tables),
            table_rules=dict(self.table_rules),
            losses=tuple(self.losses),
            notes=dict(self.notes),
            damage=dict(self.damage),
            settled=tuple(self.settled),
            asked=frozenset(self.asked),
            digest=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            local_digest=hashlib.sha256(local.encode("utf-8", "surrogatepass")).hexdigest() if local else "",
        )

    def _roles(self) -> dict[str, RoleDef]:
        roles = {}
        for path in [path for path in self.tables if path.startswith("roles.")]:
            key = path.partition(".")[2]
            said = {name: self.values.get(f"{path}.{name}") for name in schema.provider.ROLES.named.keys}  # type: ignore[union-attr]
            raw = {name: value.raw for name, value in said.items() if value}
            rule = self.table_rules.get(path)
            works_as = raw.get("as") or ""
            roles[key] = RoleDef(
                key, raw.get("name") or key, works_as, raw.get("rank"), raw.get("of", ""), rule, raw.get("was", "")
            )
        return roles


class _TooMany(Exception):
    """More problems than anybody would read at once."""


def _knowing(value: Value, roles: dict[str, RoleDef]) -> Value:
    """The same value, its deciders knowing the names and ranks of roles."""
    if not any(isinstance(item.parsed, Who) for item in value.items):
        return value
    items = (
        replace(item, parsed=replace(item.parsed, known=roles)) if isinstance(item.parsed, Who) else item
        for item in value.items
    )
    return replace(value, items=tuple(items))


def _leaves(given: dict[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        here = f"{path}.{name}" if path else name
        if isinstance(value, dict) and depth < 6:
            yield from _leaves(value, here, depth + 1)
        else:
            yield here, value


def _parents(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]
