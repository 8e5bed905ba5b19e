"""A policy as a page for staff: its rules in plain words by section, each with its clause and how strongly it binds."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from design import dates
from policies import law, schema, vocabulary
from policies.contents import about
from policies.policy import Policy
from policies.rules import STRENGTHS, Rule
from policies.values import Gap, Item, RoleDef, Threshold, Value

# What names things, and is shown with them rather than as a rule of its own.
NAMES = {"name", "was"}
LEFT_OUT = {"policy.title"}
SET_UP = "Not named by the policy: from the provider's set-up"
TITLES = {"roles": "Roles that the policy names", "policy": "The policy itself"}
# A clause's anchor leads to the rule it is cited for most; these sections mention clauses that rule elsewhere.
MENTIONS = ("roles", "scope", "consider", "letter", "behaviour")
CLAUSE = re.compile(r"[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*")


@dataclass(frozen=True)
class Part:
    """What a rule says under one clause. `binds` names its strength; `strength` says what that means."""

    words: str
    cite: str = ""
    binds: str = ""
    strength: str = ""


@dataclass(frozen=True)
class Line:
    """One rule: of what it speaks, what it says, where it stands. `anchors` are those that first point here.

    A list whose entries stand in several clauses, or bind differently, has a part for each run of entries that agree,
    in the order of the policy; one whose order means something (`ordered`) has a part for each entry.
    """

    about: str
    parts: tuple[Part, ...]
    anchors: tuple[str, ...] = ()
    ordered: bool = False
    path: str = ""


@dataclass
class Group:
    """Rules that belong to one thing, such as a stage or a letter; its name is empty for those of the section."""

    name: str
    lines: list[Line] = field(default_factory=list)
    note: str = ""


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
    if key == "roles":
        return Section(key, _title(key), tuple(_roles(policy, anchors)))
    groups: dict[str, Group] = {}
    for path, value in policy.values.items():
        parts = path.split(".")
        if parts[0] != key or path in LEFT_OUT or parts[-1] in NAMES or value.settled:
            continue
        if line := _rule_line(policy, value, anchors):
            holder = ".".join(parts[:-1])
            groups.setdefault(holder, Group(_name(policy, holder))).lines.append(line)
    for holder, note in policy.notes.items():
        if holder.partition(".")[0] == key:
            groups.setdefault(holder, Group(_name(policy, holder))).note = note
    in_file = {holder: at for at, holder in enumerate(policy.tables)}
    in_order = sorted(groups, key=lambda holder: in_file.get(holder, 0))
    return Section(key, _title(key), tuple(groups[holder] for holder in in_order))


def _title(key: str) -> str:
    if key in TITLES:
        return TITLES[key]
    return schema.ROOT.tables[key].about if key in schema.ROOT.tables else key.replace("_", " ").capitalize()


def _roles(policy: Policy, anchors: _Anchors) -> list[Group]:
    """The roles that the policy names, then those that its work needs and it does not name."""
    named, set_up = Group("", note=policy.notes.get("roles", "")), Group(SET_UP)
    for role in policy.roles.values():
        words = _works_as(role) + (f". {note}" if (note := policy.notes.get(f"roles.{role.key}")) else "")
        line = Line(role.name, (_part(words, role.rule),), anchors.of(role.rule), path=f"roles.{role.key}")
        (named if role.rule else set_up).lines.append(line)
    return [group for group in (named, set_up) if group.lines or group.note]


def _works_as(role: RoleDef) -> str:
    rank = f"rank {role.rank}" if role.rank is not None else ""
    return "; ".join(filter(None, (f"Works as {role.works_as}", role.of and f"of the {role.of}", rank)))


def _name(policy: Policy, holder: str) -> str:
    """What the policy calls a stage, a letter, a register; for a part without a name, its key or what it is about."""
    if "." not in holder:
        return ""
    named = policy.values.get(f"{holder}.name")
    if named is not None and named.said:
        return str(named.raw)
    table, general = schema.find(holder)
    if "*" not in general:
        return _capital(table.about)
    above, _, key = holder.rpartition(".")
    words = _act(key) if above in ("decide", "gate") else _plain(key)
    if "." not in above:
        return _capital(words)
    if above.startswith("register."):
        kept = f"{_name(policy, above.rpartition('.')[0])}: {schema.find(above)[0].about}"
        return kept if key == "all" else f"{kept}: {words}"
    return _capital(f"{table.about}: {words}")


def _rule_line(policy: Policy, value: Value, anchors: _Anchors) -> Line | None:
    """A value as one line, its entries in the order of the policy; None where it says nothing."""
    said = [item for item in value.items if item.state in ("said", "none")]
    if not said:
        return None
    key = schema.find(value.path)[0]
    ordered = isinstance(key, schema.Key) and key.ordered and len(said) > 1
    runs = [[item] for item in said] if ordered else [list(run) for _, run in groupby(said, key=lambda item: item.rule)]
    parts = tuple(_part(_joined(_words(policy, item, value.path) for item in run), run[0].rule) for run in runs)
    given = tuple(name for run in runs for name in anchors.of(run[0].rule))
    return Line(_label(policy, value.path), parts, given, ordered, value.path)


def _label(policy: Policy, path: str) -> str:
    """Of what a value speaks; in a table whose names the policy chose, after the name."""
    holder, _, name = path.rpartition(".")
    table = schema.find(holder)[0] if holder else None
    if isinstance(table, schema.Table) and table.each and name not in table.keys:
        return f"{_capital(_called(policy, name, ('stage', 'action')))}: {about(path)}"
    return _capital(about(path))


def _part(words: str, rule: Rule | None) -> Part:
    cite = rule.cite() if rule else ""
    if rule is None or rule.source != "policy":
        return Part(_capital(words), cite)
    named = [rule.strength] if rule.strength != "must" or not rule.implied else []
    binds = ", ".join([*named, *(["implied"] if rule.implied else [])])
    between = " Read between the lines." if rule.implied else ""
    return Part(_capital(words), cite, binds, f"{rule.strength.capitalize()}. {STRENGTHS[rule.strength]}{between}")


def _words(policy: Policy, item: Item, path: str) -> str:
    """An entry as a person reads it: what the machine goes by, then the policy's own sense."""
    base = _base(policy, item, path)
    extra = item.words if item.words and item.words.lower() != base.lower() else ""
    if item.word == "other" or (item.parsed is True and extra):
        return extra
    if not base or base == extra:
        return extra
    return f"{base}: {extra}" if extra else base


def _base(policy: Policy, item: Item, path: str) -> str:
    """What the machine goes by, in words for a person."""
    key = schema.find(path)[0]
    targets = key.words if isinstance(key, schema.Key) else ()
    if isinstance(key, schema.Key) and key.kind == "who" and item.parsed is not None:
        return str(item.parsed)
    if isinstance(item.parsed, bool):
        return "Yes" if item.parsed else "No"
    if isinstance(item.parsed, date):
        return dates.day(item.parsed)
    if isinstance(item.parsed, Threshold) and item.parsed.stage:
        stage = _called(policy, item.parsed.stage, ("stage",))
        return str(replace(item.parsed, within=f"before {stage} lapses"))
    if isinstance(key, schema.Key) and key.kind == "ref":
        return _called(policy, item.word, targets)
    return _READ.get(item.word, item.word) if isinstance(key, schema.Key) and key.kind == "word" else item.word


_READ: Mapping[str, str] = {
    **{key: named.name for key, named in law.OMBUDSMEN.items()},
    **{word: word.title() for word in (*vocabulary.NATIONS, *vocabulary.MONTHS)},
    **vocabulary.NOT_BY,
    "only channels": "only some ways of contact stay open",
    "no channels": "ways of contact are closed",
    "almo": "ALMO",
    "association": "housing association",
}


def _called(policy: Policy, word: str, tables: Iterable[str]) -> str:
    """A word of the file as the provider calls it: a stage, a path or a register by its name, an act in plain words."""
    for table in tables:
        holder = "restriction.kinds" if table == "kind" else table
        if f"{holder}.{word}" in policy.tables:
            return _plain(word) if table == "kind" else _name(policy, f"{table}.{word}")
    return _act(word)


def _act(word: str) -> str:
    return vocabulary.ACTIONS.get(word, _plain(word))


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _gap(policy: Policy, gap: Gap, anchors: _Anchors) -> Line:
    """What is open, and of which rule."""
    subject = about(gap.path)
    words = subject if gap.what == subject else f"{subject}: {gap.what}"
    part = Part(words, gap.rule.cite() if gap.rule else "")
    return Line(_where(policy, gap.path), (part,), anchors.of(gap.rule), path=gap.path)


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
