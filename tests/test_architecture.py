"""The laws of the house that a linter cannot see."""

import ast
import re
from collections import Counter

import pytest
from django.apps import apps
from django.core.management import call_command

from ops import states
from tests import sources
from tests.sources import LINE, MODULES, ROOT

ROOM_FILES = {
    "__init__", "apps", "models", "permissions", "services", "tasks", "forms", "views", "urls", "migrations",
    "management",
}  # fmt: skip
OWN_FILES = {
    "appeals": {"against", "acts"},
    "audit": {"breaks", "looks", "subjects", "kept", "guards", "sealing", "verifying"},
    "deadlines": {"kinds"},
    "office": {"people_forms"},
    "people": {"access", "accounts", "health", "invitations", "policy_page", "references", "search"},
    "letters": {"render", "facts", "fonts", "paper", "shapes"},
    "cases": {"ladder", "sentences", "acts", "clamd"},
    "decisions": {"acts", "asked_first", "who_can"},
    "restrictions": {"acts", "parts_taken", "dates", "facts", "limits", "rules", "shown"},
    "register": {"middleware", "acts", "shown"},
    "config": {
        "settings",
        "safety",
        "database",
        "cache",
        "celery",
        "middleware",
        "context",
        "mail",
        "logs",
        "server",
        "about",
        "wsgi",
    },  # fmt: skip
}
MACHINES = [pytest.param(model, field, id=model._meta.label) for model, field in states.machines()]


def test_foreign_keys_point_rightwards_only():
    """What import-linter cannot see: a foreign key ties rooms together as firmly as an import."""
    for model in apps.get_models():
        room = model._meta.app_label
        if room not in LINE:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and not field.auto_created and field.related_model
            if target and target._meta.app_label in LINE:
                other = target._meta.app_label
                assert LINE.index(room) <= LINE.index(other), f"{model.__name__}.{field.name} points up to {other}"


@pytest.mark.parametrize("room", LINE)
def test_rooms_have_only_the_files_that_mean_something(room):
    """Each file means one thing; a room has no others without a reason."""
    found = {path.stem for path in (ROOT / room).iterdir() if not path.name.startswith((".", "__pycache__"))}
    assert found <= ROOM_FILES | OWN_FILES.get(room, set())


def test_a_module_name_means_one_thing_in_every_room():
    """What stands in several rooms under one name is said once, in the glossary, and nothing is said of a name gone."""
    rooms: dict[str, set[str]] = {}
    for module in MODULES.values():
        if module.room not in ("ops", "config") and "migrations" not in module.path.parts:
            rooms.setdefault(module.path.stem, set()).add(module.room)
    several = {name for name, found in rooms.items() if len(found) > 1} - ROOM_FILES
    section = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").partition("## Names of modules")[2]
    listed = "\n".join(line for line in section.partition("\n## ")[0].splitlines() if line.startswith(("- ", "  ")))
    assert set(re.findall(r"`([a-z_]+)`[:,]", listed)) == several


def test_no_files_import_each_other_in_a_circle():
    """A file can be read, tried and moved without those that use it; an import for types alone ties as firmly."""
    assert len(MODULES) > 300 and "policies.policy" in MODULES["policies.clocks"].imports
    assert _circles({name: module.imports for name, module in MODULES.items()}) == set()


def _circles(imports: dict[str, set[str]]) -> set[frozenset[str]]:
    """The modules that are tied together: each reaches the others by what they import."""
    reached = {name: _reached(name, imports) for name in imports}
    return {frozenset(other for other in reached[name] if name in reached[other]) for name in imports} - {frozenset()}


def _reached(name: str, imports: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    ahead = list(imports[name])
    while ahead:
        if (one := ahead.pop()) not in seen:
            seen.add(one)
            ahead += imports[one]
    return seen


def test_no_module_is_called_service():
    """`service.lift` says of nothing whose it is; a module of services goes by its room or by what it is about."""
    every = [*MODULES.values(), *(sources.Module(path) for path in (ROOT / "tests").rglob("*.py"))]
    assert [
        f"{module.shown}:{node.lineno}"
        for module in every
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        if any(re.fullmatch(r"_?services?_?", alias.asname or "") for alias in node.names)
    ] == []


def test_nobody_reaches_for_what_a_module_keeps_to_itself():
    """A name with an underscore can change without a look at who uses it; Django's `_meta` is meant to be read."""
    assert [
        f"{module.shown}:{node.lineno} {name}"
        for module in MODULES.values()
        for node in ast.walk(module.tree)
        for name in _reached_for(node)
        if name.startswith("_") and not name.endswith("__") and name != "_meta"
    ] == []


def _reached_for(node: ast.AST) -> list[str]:
    """The names that an expression reads of another thing, or that an import takes out of a module."""
    if isinstance(node, ast.Attribute):
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        return [] if own or ast.unparse(node.value) == "super()" else [node.attr]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [part for alias in node.names for part in alias.name.split(".")]
    return []


NOT_YET_TABLES = {"cases": 24, "decisions": 12, "office": 10, "worklist": 2}
"""Statements of these rooms that are laid out by hand and are no tables: only ever fewer."""


def test_only_tables_are_laid_out_by_hand():
    """`# fmt: skip` keeps the rows of a table together; everything else is laid out as all the house is.

    A table is a collection that is written out, or what the top of a module makes of one (a table of the schema).
    """
    found = Counter(
        module.room
        for module in sources.written()
        for number, line in enumerate(module.text.splitlines(), start=1)
        if "# fmt:" in line and number not in _ends_of_tables(module.tree)
    )
    assert found == NOT_YET_TABLES


def _ends_of_tables(tree: ast.Module) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return) and _is_table(
            node.value, at_top=node in tree.body
        ):
            found.add(node.end_lineno)
        elif isinstance(node, ast.For) and _is_table(node.iter, at_top=False):
            found.add(node.iter.end_lineno)
    return found


def _is_table(value: ast.expr | None, *, at_top: bool) -> bool:
    if isinstance(value, ast.DictComp | ast.ListComp | ast.SetComp):
        return at_top and _is_table(value.generators[0].iter, at_top=False)
    return isinstance(value, ast.Dict | ast.List | ast.Tuple | ast.Set) or (at_top and isinstance(value, ast.Call))


def test_words_that_are_needed_are_asked_for_in_one_way():
    """`need` refuses empty words beside their field; by hand one forgets the field, or that blanks are empty."""
    by_hand = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room in LINE
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.If) and _refuses(node) and any(_is_empty(part) for part in _joined(node.test))
    ]
    assert by_hand == []


def _refuses(node: ast.If) -> bool:
    raised = node.body[-1].exc if isinstance(node.body[-1], ast.Raise) else None
    return isinstance(raised, ast.Call) and getattr(raised.func, "attr", getattr(raised.func, "id", "")) == "RuleBroken"


def _joined(test: ast.expr) -> list[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def _is_empty(test: ast.expr) -> bool:
    """Whether a condition is `not words.strip()`."""
    if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and isinstance(test.operand, ast.Call)):
        return False
    return getattr(test.operand.func, "attr", "") == "strip"


def test_no_room_speaks_by_signals():
    """Higher rooms call lower ones; nothing happens behind anybody's back."""
    for room in LINE:
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "django.dispatch" not in text and "post_save" not in text, path


@pytest.mark.parametrize("room", [*LINE, "policies", "design"])
def test_public_functions_and_classes_say_what_they_are_for(room):
    """A public function's docstring states the rule and its reason."""
    silent = []
    for path in (ROOT / room).rglob("*.py"):
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in [tree, *tree.body]:
            name = getattr(node, "name", "")
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and not name.startswith("_"):
                empty = isinstance(node, ast.Module) and not node.body
                if not empty and not ast.get_docstring(node):
                    silent.append(f"{path.relative_to(ROOT)}: {name or 'module'}")
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize(("model", "field"), MACHINES)
def test_every_state_can_be_reached_and_is_in_the_glossary(model, field):
    """A state nobody can reach is a promise nobody keeps."""
    reached, steps = {field.default}, states.steps(model, field)
    while more := {step.target for step in steps if set(step.sources) & reached} - reached:
        reached |= more
    assert reached == {value for value, _ in field.choices}
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").lower()
    assert [label for _, label in field.choices if str(label).lower() not in glossary] == []


@pytest.mark.parametrize(("model", "field"), MACHINES)
def test_every_transition_has_a_service_that_records_it(model, field):
    """Nothing changes a state but a service of its room, and whoever changes one leaves a trace."""
    room = ROOT / model._meta.app_label
    sources = [room / "services.py"] if (room / "services.py").exists() else sorted((room / "services").rglob("*.py"))
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    functions = {node.name: node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)}

    def calls(node: ast.AST) -> set[str]:
        return {
            getattr(call.func, "attr", getattr(call.func, "id", ""))
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
        } | {name.attr for name in ast.walk(node) if isinstance(name, ast.Attribute)}

    def recorded(name: str, seen: frozenset[str] = frozenset()) -> bool:
        called = calls(functions[name])
        if called & {"record", "decide"}:
            return True
        return any(recorded(other, seen | {name}) for other in called & functions.keys() - seen - {name})

    for step in states.steps(model, field):
        users = [name for name, node in functions.items() if step.name in calls(node)]
        assert users, f"no service of {room.name} does {model.__name__}.{step.name}"
        assert any(recorded(name) for name in users), f"{step.name} by {users} leaves no trace"


def test_states_document_is_current():
    """docs/states.md says what the code does."""
    assert (ROOT / "docs" / "states.md").read_text(encoding="utf-8") == states.document(), "run: ./run manage states"


def test_every_decision_has_its_own_number_and_is_in_the_index():
    """docs/adr/README.md lists each decision once, by its first line; what the code points at is there."""
    pages = sorted(path for path in (ROOT / "docs" / "adr").glob("*.md") if path.name != "README.md")
    numbers = [path.name.partition("-")[0] for path in pages]
    assert [number for number in numbers if not re.fullmatch(r"\d{4}", number)] == []
    assert len(numbers) == len(set(numbers))
    titles = [path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for path in pages]
    rows = [f"- [{path.name[:4]}]({path.name}) {title}" for path, title in zip(pages, titles, strict=True)]
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in index if line.startswith("- [")] == rows
    code = "".join(path.read_text(encoding="utf-8") for room in LINE for path in (ROOT / room).rglob("*.py"))
    assert set(re.findall(r"docs/adr/(\d+)", code)) <= set(numbers)


@pytest.mark.django_db
def test_no_migration_is_missing():
    """Models and migrations agree."""
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_provider_is_named_in_code():
    """A provider belongs in that provider's data."""
    pattern = re.compile(
        r"(provider|slug|policy)[a-z_.]*\s*(==|in)\s*[(\[{]?[\"'](dover|west|homes|northampton|tenancy)"
    )
    for room in [*LINE, "policies", "design", "templates"]:
        for path in [*(ROOT / room).rglob("*.py"), *(ROOT / room).rglob("*.html")]:
            assert not pattern.search(path.read_text(encoding="utf-8")), path
