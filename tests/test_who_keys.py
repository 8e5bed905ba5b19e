"""Who may is read in one place: a room's `acts.py` asks the policy, and everybody else asks the act."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from inspect import isfunction
from typing import get_type_hints

from decisions.acts import Act
from decisions.asked_first import AskedFirst
from policies import provisions, schema
from policies.policy import Policy
from tests.sources import MODULES, Module

NOT_OF_A_POLICY = {"self", "report", "answered", "voice", "voices", "settled"}
"""What has a `by` of its own, that is somebody: who answered an appeal, whose voice it is, who settled a gap."""


def test_only_acts_read_whom_a_policy_names():
    """Else one page forgets "2 of", and another the meeting: what is read twice is understood in two ways."""
    found = {module.name: list(_read(module)) for module in MODULES.values() if not _may_read(module)}
    assert {name: lines for name, lines in found.items() if lines} == {}


def _may_read(module: Module) -> bool:
    return module.room in ("policies", "decisions") or module.path.name == "acts.py"


def _read(module: Module) -> Iterator[str]:
    """Where a module reads whom a policy names: by a reader, as a key in a string, or by knowing `Who`."""
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in READERS
            and _base(node.value, module) not in NOT_OF_A_POLICY
        ):
            yield f"{node.lineno}: {ast.unparse(node)}"
        elif isinstance(node, ast.ImportFrom) and "Who" in [alias.name for alias in node.names]:
            yield f"{node.lineno}: Who"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.search(node.value):
            yield f"{node.lineno}: {node.value}"


def _base(node: ast.expr, module: Module) -> str:
    """The last name of what an attribute is read from; "self" for a module, whose functions are no keys."""
    first, _, rest = ast.unparse(node).partition(".")
    if ".".join(filter(None, [module.bound.get(first), rest])) in MODULES:
        return "self"
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return _base(node.value, module)
    return _base(node.func, module) if isinstance(node, ast.Call) else ""


def test_each_key_of_who_is_acted_on_or_for_people_only():
    """A policy's key runs, or says that it does not: a decider whom no act asks for decides nothing."""
    assert ACTED_ON.keys() | FOR_PEOPLE_ONLY.keys() == WHO_KEYS
    assert ACTED_ON.keys() & FOR_PEOPLE_ONLY.keys() == set()
    assert {path: reads for path, reads in ACTED_ON.items() if not any(map(reads.within, _acts()))} == {}


def _acts() -> list[Module]:
    """Those that build acts, and the module that builds for them whom a policy has asked first."""
    return [module for module in MODULES.values() if module.path.name in ("acts.py", "asked_first.py")]


@dataclass(frozen=True)
class Reads:
    """By which reader an act learns whom a policy names, and under which name it asks for its own act, if under one."""

    reader: str
    act: str = ""

    def within(self, module: Module) -> bool:
        """Whether a module of acts reads so."""
        nodes = list(ast.walk(module.tree))
        named = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        read = {f".{node.attr}" for node in nodes if isinstance(node, ast.Attribute)}
        read |= {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
        return self.reader in read and (not self.act or self.act in named)


def _readers() -> set[str]:
    """Everything by which a policy, its parts, or what an act is made of hands out whom the policy names."""
    kinds = [Policy, Act, AskedFirst, *(kind for kind in vars(provisions).values() if is_dataclass(kind))]
    fields = {name for kind in kinds for name, hint in get_type_hints(kind).items() if re.search(r"\bWho\b", str(hint))}
    readers = {
        name
        for kind in Policy.__mro__
        for name, function in vars(kind).items()
        if isfunction(function) and re.search(r"\bWho\b", str(function.__annotations__.get("return", "")))
    }
    kept_out = {name for name in vars(Policy) if name.startswith("not_by")}
    return {name for name in fields | readers | kept_out if not name.startswith("_")}


def _keys(table: schema.Table, path: str) -> Iterator[tuple[str, schema.Key]]:
    """Every key under a table of the schema; NAME stands for what a policy names itself."""
    yield from ((f"{path}.{name}", key) for name, key in table.keys.items())
    if table.each:
        yield f"{path}.NAME", table.each
    for name, inner in table.tables.items():
        yield from _keys(inner, f"{path}.{name}")
    if table.named:
        yield from _keys(table.named, f"{path}.NAME")


READERS = _readers()
EVERY_KEY = {path: key for name, table in schema.ROOT.tables.items() for path, key in _keys(table, name)}
WHO_KEYS = {path for path, key in EVERY_KEY.items() if key.kind == "who" or path.endswith(".not_by")}
ALWAYS_WHO = {path.rpartition(".")[2] for path in WHO_KEYS} - {
    path.rpartition(".")[2] for path in EVERY_KEY.keys() - WHO_KEYS
}
KEY = re.compile(rf"\.({'|'.join(sorted(ALWAYS_WHO))})$")

ACTED_ON = {
    "decide.NAME.by": Reads(".decides"),
    "decide.NAME.not_by": Reads(".not_by"),
    "decide.NAME.consult": Reads(".consulted_on"),
    "stage.NAME.by": Reads("stage.by"),
    "stage.NAME.not_by": Reads(".not_by"),
    "stage.NAME.consult": Reads(".consulted_on"),
    "path.NAME.by": Reads("taken.by"),
    "restriction.kinds.NAME.by": Reads("kind.by"),
    "restriction.extension.by": Reads(".decides", "extend"),
    "review.by": Reads(".decides", "review"),
    "review.not_by": Reads(".not_by", "review"),
    "review.consult": Reads(".consulted_on"),
    "reconsideration.by": Reads(".decides", "reconsider"),
    "spoc.by": Reads(".decides", "spoc"),
    "breach.by": Reads(".decides", "breach"),
    "breach.not_by": Reads(".not_by_after_breach"),
    "breach.consult": Reads(".consulted_after_breach"),
    "breach.for.NAME.by": Reads(".answers_breach"),
    "breach.for.NAME.not_by": Reads(".not_by_after_breach"),
    "breach.for.NAME.consult": Reads(".consulted_after_breach"),
    "appeal.by": Reads("rules.by"),
    "appeal.not_by": Reads("against.rules.not_by"),
    "appeal.consult": Reads("against.rules.consult"),
    "appeal.for.NAME.by": Reads("rules.by"),
    "appeal.for.NAME.not_by": Reads("against.rules.not_by"),
    "appeal.for.NAME.consult": Reads("against.rules.consult"),
    "register.NAME.by": Reads("register.by"),
    "register.NAME.owner": Reads("each.owner.raw"),
    "inform.NAME.by": Reads(".who", "inform.contractors.by"),
}
FOR_PEOPLE_ONLY = {
    "on_the_spot.by": "whoever is in the conversation ends it, and nobody asks Evenhand first",
    "gate.NAME.by": "a gate is answered by whoever works on the case, and says who did it",
    "restriction.interim.by": "there is no interim restriction in Evenhand: one is imposed at once, by whoever imposes",
    "letter.NAME.signed": "a letter goes out in the name of whoever issues it",
    "spoc.held_by": "whoever names the single point of contact reads who may be one",
    "equality.safeguarding": "who is told of a risk of harm is told by people",
    "staff_care.tell": "whom staff turn to they read on the policy's page",
}
"""Keys of who that nothing runs on, each with the reason: they are shown on the page of the policy."""
