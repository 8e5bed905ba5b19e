"""The product's own source, read once: its modules, each with its tree and what it imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINE = [
    "config", "office", "worklist", "appeals", "restrictions", "cases", "register", "letters", "decisions",
    "deadlines", "people", "audit",
]  # fmt: skip
"""The rooms in the order in which they may import, as the contract in pyproject.toml has it."""
ROOMS = [*LINE, "policies", "design", "ops"]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of the product."""

    path: Path

    @property
    def shown(self) -> str:
        """Where it is, from the root."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def name(self) -> str:
        """What it is imported as."""
        return self.shown.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def room(self) -> str:
        """The room that it belongs to."""
        return self.name.partition(".")[0]

    @cached_property
    def text(self) -> str:
        """What it says."""
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The same, parsed."""
        return ast.parse(self.text)

    @cached_property
    def bound(self) -> dict[str, str]:
        """What is imported anywhere in it, for types alone and in functions too: the name here, and what it means."""
        found = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    said = alias.name if alias.asname else alias.name.partition(".")[0]
                    found[alias.asname or said] = said
            elif isinstance(node, ast.ImportFrom):
                origin = self._origin(node)
                found |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names}
        return found

    @cached_property
    def imports(self) -> set[str]:
        """The other modules of the product that it imports: at its top, for types alone, in a function."""
        return set(self._imported()) - {self.name}

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Every function with the class or function around it in its name ("Letter.issue")."""
        yield from _functions(self.tree, "")

    def _imported(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if alias.name in MODULES)
            elif isinstance(node, ast.ImportFrom):
                origin = self._origin(node)
                named = [f"{origin}.{alias.name}" for alias in node.names]
                yield from (one if one in MODULES else origin for one in named if one in MODULES or origin in MODULES)

    def _origin(self, node: ast.ImportFrom) -> str:
        """The module or package that a `from … import` names, a relative one from here."""
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        above = ".".join(package.split(".")[: -node.level + 1 or None]) if node.level else ""
        return ".".join(filter(None, [above, node.module]))


def _functions(node: ast.AST, within: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        name = f"{within}{getattr(child, 'name', '')}"
        if isinstance(child, Function):
            yield name, child
        inner = f"{name}." if isinstance(child, Function | ast.ClassDef) else within
        yield from _functions(child, inner)


MODULES = {
    module.name: module for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) for module in [Module(path)]
}
"""Every module of the product by its name, migrations too."""


def written() -> list[Module]:
    """Those that are written and read by hand: all but migrations."""
    return [module for module in MODULES.values() if "migrations" not in module.path.parts]
