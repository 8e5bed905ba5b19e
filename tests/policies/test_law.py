"""Rules of law stand in one place, under one name each, and each is used."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from policies import law
from policies.rules import Rule

ROOT = Path(__file__).parents[2]
HOME = Path("policies/law.py")
RULES = {name: rule for name, rule in vars(law).items() if isinstance(rule, Rule)}
# A rule of the list that holds for every provider is known by a letter and a number: F12, X1.
LISTED = re.compile(r"[A-Z]\d{1,2}")


def trees() -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the product, by its path."""
    rooms = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
    for path in (path for room in rooms for path in sorted(room.rglob("*.py"))):
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def made(tree: ast.Module) -> Iterator[tuple[int, list[object]]]:
    """Each rule that a module makes: the line, and what it is made of as far as that is written there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "Rule":
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield node.lineno, [part.value for part in parts if isinstance(part, ast.Constant)]


def test_no_other_module_makes_a_rule_of_law() -> None:
    """Two of one rule say two things of it in the end: whoever needs it uses the one there is."""
    found = {path: list(made(tree)) for path, tree in trees()}
    assert len(found) > 300 and found[HOME]
    elsewhere = [
        f"{path}:{line}"
        for path, rules in found.items()
        for line, parts in rules
        if path != HOME and ("law" in parts or any(LISTED.fullmatch(str(part)) for part in parts))
    ]
    assert elsewhere == []


def test_each_rule_of_law_has_one_name_and_says_what_it_is() -> None:
    for rule in RULES.values():
        assert rule.source in ("law", "evenhand") and LISTED.fullmatch(rule.clause) and rule.text.endswith(".")
    assert [clause for clause, times in Counter(rule.clause for rule in RULES.values()).items() if times > 1] == []
    assert len(list(made(ast.parse((ROOT / HOME).read_text(encoding="utf-8"))))) == len(RULES)


def test_each_rule_of_law_is_used() -> None:
    """A rule that nothing refuses by, and no screen shows, is not kept."""
    used: Counter[str] = Counter()
    for path, tree in trees():
        for node in ast.walk(tree):
            if path == HOME and isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                used[node.id] += 1
            elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "law":
                used[node.attr] += 1
    assert [name for name in RULES if not used[name]] == []
