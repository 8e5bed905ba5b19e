"""The laws of the house that a linter cannot see."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

import worklist.services
from ops import states

ROOT = Path(settings.BASE_DIR)
LINE = [
    "config", "office", "worklist", "appeals", "restrictions", "cases", "register", "letters", "decisions",
    "deadlines", "people", "audit",
]  # fmt: skip
ROOM_FILES = {
    "__init__", "apps", "models", "permissions", "services", "tasks", "forms", "views", "urls", "migrations",
    "management",
}  # fmt: skip
OWN_FILES = {
    "appeals": {"against", "acts"},
    "people": {"access", "adapter", "policy_page", "references"},
    "letters": {"render", "facts", "fonts", "paper"},
    "cases": {"ladder", "wording", "deciders", "acts"},
    "decisions": {"acts"},
    "restrictions": {"acts", "rules", "dates", "facts"},
    "register": {"middleware", "acts"},
    "config": {"settings", "database", "celery", "middleware", "context", "wsgi"},
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


@pytest.mark.parametrize("room", [*LINE, "policies", "design"])
def test_modules_can_be_held_in_the_head(room):
    """Past some 400 lines a module becomes a package named by words of the domain."""
    for path in (ROOT / room).rglob("*.py"):
        if "migrations" not in path.parts:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 700, f"{path.relative_to(ROOT)} has {lines} lines"


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


def test_every_kind_of_deadline_has_its_words_and_is_in_the_glossary():
    """What waits for somebody has one name in code and glossary, and words that tell a stranger nothing."""
    set_somewhere = set()
    for room in LINE:
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            set_somewhere |= set(re.findall(r"deadlines\.meet\([^\n]*\"([a-z]+\.[a-z_]+)\"", text))
            set_somewhere |= set(re.findall(r"set_deadline\([^)]*?kind=\"([a-z]+\.[a-z_]+)\"", text))
    assert len(set_somewhere) > 5 and set_somewhere <= worklist.services.IN_WORDS.keys()
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert [kind for kind in worklist.services.IN_WORDS if f"`{kind}`" not in glossary] == []


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
