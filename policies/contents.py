"""What a policy file says, path by path, and what it leaves open: any value, its rule, every gap.

Nothing here has a default. Where the policy is silent a reader says so (`unsaid`, None or an empty list, as its
docstring tells), and a named person decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from policies import schema
from policies.periods import Period
from policies.problems import nearest
from policies.rules import Rule
from policies.values import Gap, Item, RoleDef, Threshold, Value, Who


@dataclass(frozen=True, eq=False)
class Contents:
    """What a policy says at each path, and where it is silent, damaged or settled by the provider.

    Two policies are compared by their `digest` and `local_digest`.
    """

    values: Mapping[str, Value] = field(repr=False)
    roles: Mapping[str, RoleDef] = field(repr=False)
    tables: Mapping[str, str] = field(repr=False)
    table_rules: Mapping[str, Rule] = field(repr=False)
    losses: tuple[Gap, ...] = field(repr=False)
    notes: Mapping[str, str] = field(repr=False)
    damage: Mapping[str, str] = field(repr=False)
    asked: frozenset[str] = field(repr=False)
    digest: str
    local_digest: str = ""

    # who and when

    @property
    def provider_name(self) -> str:
        return self.text("policy.provider")

    @property
    def title(self) -> str:
        return self.text("policy.title") or f"{self.provider_name}: policy on unacceptable behaviour"

    @property
    def kind(self) -> str:
        """What the provider is: council, association, ALMO …"""
        return self.text("policy.kind")

    @property
    def nation(self) -> str:
        """The nation whose holidays and ombudsmen hold; "" where it is unsaid."""
        return self.text("policy.nation")

    @property
    def effective_on(self) -> date:
        day: date = self.value("policy.effective").raw
        return day

    @property
    def approved_on(self) -> date | None:
        day: date | None = self.value("policy.approved").raw
        return day

    # any value

    def value(self, path: str) -> Value:
        """What the policy says at a path.

        An asked path on which it is silent gives an unsaid value; any other absent one gives `none`: nothing of the
        kind. Raises KeyError, with the nearest known path, where the schema has no such path or the policy no such
        stage, role, letter or register.
        """
        if path in self.values:
            return self.values[path]
        table = path.rpartition(".")[0]
        try:
            key, general = schema.find(path)
        except KeyError:
            key, general = None, ""
        if key is None or ("*" in general and table not in self.tables and not general.endswith(".*")):
            raise KeyError(f"{path} is not known: did you mean {nearest(path, self.values) or 'another path'}?")
        many = isinstance(key, schema.Key) and key.many
        for parent in _parents(path):
            if self.tables.get(parent) in ("lost", "none", "unsaid") and parent in self.values:
                return Value(path, self.values[parent].items, many)
        return Value(path, (Item("none", state="none"),), many)

    def who(self, path: str) -> Who:
        """Who decides, at a path such as "stage.restriction.by"; `.unsaid` where the policy names nobody."""
        value = self.value(path)
        return value.raw if isinstance(value.raw, Who) else Who(rule=value.rule, known=self.roles)

    def threshold(self, path: str) -> Threshold:
        """How much of what leads on, at a path such as "stage.written.after"; `.unsaid` where the policy is silent."""
        value = self.value(path)
        return value.raw if isinstance(value.raw, Threshold) else Threshold(None, "", unsaid=True, rule=value.rule)

    def period(self, path: str) -> Period | None:
        """The period at a path, or None where there is none to go by (see `value` for why)."""
        value = self.value(path)
        return value.raw if isinstance(value.raw, Period) else None

    def text(self, path: str) -> str:
        """What the policy says at a path, as text; "" where it says nothing."""
        value = self.values.get(path)
        return str(value.raw) if value and value.said else ""

    def names(self, table: str) -> list[str]:
        """The names that the policy chose within a table, in its order, without those it calls none or lost."""
        depth = table.count(".") + 1
        inner = [path for path, state in self.tables.items() if path.startswith(f"{table}.") and state == "said"]
        return [path.rpartition(".")[2] for path in inner if path.count(".") == depth]

    def rule(self, path: str) -> Rule | None:
        """The rule of a value, or of a table as a whole."""
        if path in self.values:
            return self.values[path].rule
        if path in self.table_rules:
            return self.table_rules[path]
        inner = (value.rule for key, value in self.values.items() if key.startswith(f"{path}.") and value.rule)
        return next(inner, None)

    # what is open

    def unsaid(self) -> list[Gap]:
        """Every asked key on which the policy is silent, and every part of a value that it leaves out."""
        gaps = []
        for path in sorted(self.values, key=self._in_order):
            value = self.values[path]
            if value.unsaid:
                words = next((item.words for item in value.items if item.words), "")
                gaps.append(Gap(path, words or about(path), value.rule))
            elif value.contradiction:
                gaps.append(Gap(path, f"contradicts itself: {value.words}", value.rule, "contradiction"))
            elif isinstance(value.raw, Period):
                parts = [part for part in value.raw.unsaid_parts() if part != "runs_from" or not _is_bare(path)]
                gaps += [Gap(path, _PARTS[part], value.rule, part) for part in parts]
            elif isinstance(value.raw, Threshold) and value.raw.count is None:
                gaps.append(Gap(path, _PARTS["number"], value.rule, "number"))
        return gaps

    def lost(self) -> list[Gap]:
        """Every place where text of the policy is visibly lost, with its clause."""
        found = [
            Gap(path, item.words or self._damage(item.rule), item.rule)
            for path, value in self.values.items()
            for item in value.items
            if item.state == "lost" and path not in {gap.path for gap in self.losses}
        ]
        named = [Gap(gap.path, self._damage(gap.rule) or gap.what, gap.rule) for gap in self.losses]
        return sorted(found + named, key=lambda gap: self._in_order(gap.path))

    def local_rules(self) -> list[Value]:
        """Every value that the provider has settled, each with who, when and why in `settled`."""
        return [value for path, value in self.values.items() if value.settled]

    def _in_order(self, path: str) -> tuple[int, str]:
        top = path.partition(".")[0]
        return list(schema.ROOT.tables).index(top) if top in schema.ROOT.tables else 99, path

    def _damage(self, rule: Rule | None) -> str:
        clauses = _clauses(rule.clause) if rule else set()
        return next((words for keys, words in self.damage.items() if clauses & _clauses(keys)), "")


_PARTS = {
    "number": "the number is not said",
    "day_kind": "the kind of day (working or calendar) is not said",
    "runs_from": "what it runs from is not said",
}


def about(path: str) -> str:
    """What a path holds, in plain words.

    >>> about("appeal.window")
    'within what time'
    """
    return schema.find(path)[0].about


def _is_bare(path: str) -> bool:
    key = schema.find(path)[0]
    return isinstance(key, schema.Key) and key.bare


def _clauses(text: str) -> set[str]:
    return {clause.strip() for clause in text.split(",")}


def _parents(path: str) -> Iterable[str]:
    parts = path.split(".")
    return [".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]
