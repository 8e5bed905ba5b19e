"""A policy as a page for staff: its rules in plain words by section, each with its clause and how strongly it binds."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from design import dates
from policies import schema
from policies.policy import Policy, about
from policies.rules import STRENGTHS, Rule
from policies.values import Gap, Item, Value, Who

# What names things, and is shown with them rather than as a rule of its own.
NAMES = {"name", "as", "rank", "was", "state", "order", "is_list", "kinds_are"}
LEFT_OUT = {"policy.provider", "policy.title", "policy.kind", "policy.nation"}
TITLES = {"roles": "Roles that the policy names", "policy": "The policy itself"}
# A clause's anchor leads to the rule it is cited for most; these sections mention clauses that rule elsewhere.
MENTIONS = ("roles", "scope", "consider", "letter", "behaviour")
CLAUSE = re.compile(r"[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*")


@dataclass(frozen=True)
class Line:
    """One rule: of what it speaks, what it says, where it stands. `anchors` are those that first point here."""

    about: str
    words: str
    cite: str = ""
    strength: str = ""
    anchors: tuple[str, ...] = ()
    implied: bool = False


@dataclass
class Group:
    """Rules that belong to one thing, such as a stage or a letter; its name is empty for those of the section."""

    name: str
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """A section of the policy."""

    key: str
    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Local:
    """What the provider settled where the policy is silent."""

    about: str
    words: str
    by: str
    on: date
    why: str


@dataclass(frozen=True)
class Page:
    """The whole page. Unsaid, lost and local come last."""

    title: str
    sections: tuple[Section, ...]
    unsaid: tuple[Line, ...]
    lost: tuple[Line, ...]
    local: tuple[Local, ...]


def anchor(clause: str) -> str:
    """The anchor of a clause on the page.

    >>> anchor("6.16"), anchor("App 5")
    ('clause-6-16', 'clause-app-5')
    """
    return "clause-" + "-".join(CLAUSE.findall(clause.replace(".", " "))).lower()


class _Anchors:
    """Hands out each clause's anchor once, to the first rule that names it."""

    def __init__(self) -> None:
        self.given: set[str] = set()

    def of(self, rule: Rule | None) -> tuple[str, ...]:
        if rule is None or rule.source != "policy" or not rule.clause:
            return ()
        wanted = [anchor(clause) for clause in rule.clause.split(",")]
        fresh = tuple(name for name in dict.fromkeys(wanted) if name not in self.given)
        self.given.update(fresh)
        return fresh


def read(policy: Policy) -> Page:
    """The policy as a page."""
    anchors = _Anchors()
    keys = sorted(schema.ROOT.tables, key=lambda key: key in MENTIONS)
    made = {key: _section(policy, key, anchors) for key in keys}
    sections = tuple(made[key] for key in schema.ROOT.tables if made[key].groups)
    return Page(
        title=policy.title,
        sections=sections,
        unsaid=tuple(_gap(policy, gap, anchors) for gap in policy.unsaid()),
        lost=tuple(_gap(policy, gap, anchors) for gap in policy.lost()),
        local=tuple(_local(policy, value) for value in policy.local_rules()),
    )


def _section(policy: Policy, key: str, anchors: _Anchors) -> Section:
    groups: dict[str, Group] = {}
    for path, value in policy.values.items():
        parts = path.split(".")
        if parts[0] != key or path in LEFT_OUT or parts[-1] in NAMES or value.settled:
            continue
        lines = list(_lines(policy, value, anchors))
        if lines:
            holder = ".".join(parts[:-1])
            groups.setdefault(holder, Group(_name(policy, holder))).lines += lines
    if key == "roles":
        groups = {"": Group("", list(_roles(policy, anchors)))}
    return Section(key, _title(key), tuple(group for group in groups.values() if group.lines))


def _title(key: str) -> str:
    if key in TITLES:
        return TITLES[key]
    return schema.ROOT.tables[key].about if key in schema.ROOT.tables else key.replace("_", " ").capitalize()


def _roles(policy: Policy, anchors: _Anchors) -> Iterator[Line]:
    for role in policy.roles.values():
        if role.rule is not None:
            yield _line("Role", role.name, role.rule, anchors)


def _name(policy: Policy, holder: str) -> str:
    """What the policy calls a stage, a letter, a register; for a part without a name, its key or what it is about."""
    if "." not in holder:
        return ""
    named = policy.values.get(f"{holder}.name")
    if named is not None and named.said:
        return str(named.raw)
    words = holder.rpartition(".")[2].replace("_", " ")
    return words[:1].upper() + words[1:]


def _lines(policy: Policy, value: Value, anchors: _Anchors) -> Iterator[Line]:
    """One line for each clause of a value: entries that share their rule are one line."""
    by_rule: dict[Rule | None, list[str]] = {}
    for item in value.kept:
        by_rule.setdefault(item.rule, []).append(_words(policy, item, value.path))
    label = about(value.path)
    label = label[:1].upper() + label[1:]
    for rule, words in by_rule.items():
        yield _line(label, "; ".join(words), rule, anchors)


def _line(label: str, words: str, rule: Rule | None, anchors: _Anchors) -> Line:
    strength = STRENGTHS[rule.strength] if rule and rule.source == "policy" else ""
    cite = rule.cite() if rule else ""
    named = rule.strength.capitalize() if rule and rule.source == "policy" else ""
    words = words[:1].upper() + words[1:]
    return Line(
        label, words, cite, f"{named}. {strength}" if named else "", anchors.of(rule), bool(rule and rule.implied)
    )


def _words(policy: Policy, item: Item, path: str) -> str:
    """An entry as a person reads it: what the machine goes by, then the policy's own sense."""
    if isinstance(item.parsed, Who):
        base = item.parsed.names()
    elif isinstance(item.parsed, bool):
        base = "Yes" if item.parsed else "No"
    elif isinstance(item.parsed, date):
        base = dates.day(item.parsed)
    else:
        base = _called(policy, item.word) if _refers(path) else item.word
    extra = item.words if item.words and item.words.lower() != base.lower() else ""
    if isinstance(item.parsed, bool) and extra and item.parsed:
        return extra
    if not base or base == extra:
        return extra
    return f"{base}: {extra}" if extra else base


def _refers(path: str) -> bool:
    key = schema.find(path)[0]
    return isinstance(key, schema.Key) and (key.kind == "ref" or "ref" in key.words)


def _called(policy: Policy, word: str) -> str:
    """A word of the file as the provider calls it: a stage, a role or a letter by its name."""
    for table in ("stage", "path", "behaviour", "letter", "register"):
        named = policy.values.get(f"{table}.{word}.name")
        if named is not None and named.said:
            return str(named.raw)
    if word in policy.roles:
        return policy.roles[word].name
    return schema.ACTIONS.get(word, word.replace("_", " "))


def _gap(policy: Policy, gap: Gap, anchors: _Anchors) -> Line:
    return Line(_where(policy, gap.path), gap.what, gap.rule.cite() if gap.rule else "", "", anchors.of(gap.rule))


def _where(policy: Policy, path: str) -> str:
    """Of what a path speaks: the section, and the thing's own name where it has one."""
    top = path.partition(".")[0]
    title = _title(top)
    holder = path.rpartition(".")[0]
    name = _name(policy, holder) if "." in holder else ""
    return f"{title}: {name}" if name else title


def _local(policy: Policy, value: Value) -> Local:
    settled = value.settled
    assert settled is not None, "only values that were settled are local"
    return Local(
        f"{_where(policy, value.path)}: {about(value.path)}",
        _joined(_words(policy, item, value.path) for item in value.kept),
        settled.by,
        settled.on,
        settled.why,
    )


def _joined(words: Iterable[str]) -> str:
    return "; ".join(words)
