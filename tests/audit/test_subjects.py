"""How rows point at things: put together and taken apart in one place."""

import ast
import doctest
from pathlib import Path

from django.conf import settings

from audit import subjects
from audit.models import Trail

ROOT = Path(settings.BASE_DIR)
NOT = ("audit", "policies", "tests")
ROOMS = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in NOT]
KINDS = {value for name, value in vars(subjects).items() if name.isupper()}
ASKED = {"kind_of", "subject_kind", "about_kind"}


def test_the_examples_hold():
    assert doctest.testmod(subjects).failed == 0


def test_a_trail_points_at_its_thing():
    trail = Trail(subjects.INITIAL, "I-000003.C-000001", "dover")
    assert trail.about == "initial:I-000003.C-000001"
    assert (subjects.kind_of(trail.about), subjects.ref_of(trail.about)) == (trail.kind, trail.ref)


def test_a_kind_has_one_name_that_ends_where_the_reference_begins():
    assert len(KINDS) == len([name for name in vars(subjects) if name.isupper()]) > 15
    assert all(kind.isidentifier() for kind in KINDS)


def spelled(tree: ast.AST) -> list[ast.AST]:
    """Where a module spells a kind of subject: in a pointer, as the kind of a trail, or beside one."""
    found: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            head, colon, rest = node.value.partition(":")
            if head in KINDS and colon and " " not in rest:
                found.append(node)
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            said = [*node.args[:1]] if called == "Trail" else []
            said += [each.value for each in node.keywords if each.arg in ASKED]
            found += [each for each in said if isinstance(each, ast.Constant)]
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(getattr(side, "attr", getattr(getattr(side, "func", None), "attr", "")) in ASKED for side in sides):
                found += [each for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)]
    return found


def test_only_the_trail_spells_the_kinds_of_things():
    """A kind that is spelled elsewhere is a pointer that nobody finds. An example in a docstring is one sentence."""
    places = []
    assert len(ROOMS) > 10
    for room in ROOMS:
        for path in room.rglob("*.py"):
            if "migrations" not in path.parts:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                places += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in spelled(tree)]
    assert not places, "\n".join(places)


def test_the_law_sees_what_it_forbids():
    """Each way of spelling a kind is found, and its constant is not."""
    for line in (
        'f"restriction:{ref}"',
        '"after:" + ref',
        'Trail("case", ref)',
        'rows.filter(subject_kind="letter")',
        'row.about_kind == "decision"',
        'subjects.kind_of(source) in ("restriction", "incident")',
    ):
        assert spelled(ast.parse(line)), line
    for line in ("Trail(subjects.CASE, ref)", "row.about_kind == subjects.DECISION", '"Letters: none"', '"case"'):
        assert not spelled(ast.parse(line)), line
