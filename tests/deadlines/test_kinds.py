"""The kinds of deadline: one row each, in which everything that the rooms need to know of it stands."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, reverse

from deadlines import kinds
from people.models import Provider

ROOT = Path(settings.BASE_DIR)
HOME = ROOT / "deadlines" / "kinds.py"
ROOMS = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in ("policies", "tests")]
ROWS = [pytest.param(kind, id=key) for key, kind in kinds.KINDS.items()]


def resolves(page: str, ref: str) -> bool:
    try:
        return bool(reverse(page, args=[ref]))
    except NoReverseMatch:
        return False


@pytest.mark.parametrize("kind", ROWS)
def test_every_task_has_a_page_that_resolves(kind):
    """What only informs has none: there is nothing to be done."""
    if kind.task is kinds.Task.NOBODYS:
        assert kind.page == ""
    else:
        assert any(resolves(kind.page, ref) for ref in ("X-000001", "1"))


@pytest.mark.parametrize("kind", ROWS)
def test_every_kind_has_its_words_a_group_and_a_lead_that_is_looked_for(kind):
    assert kind.plain and kind.title_of("X-000004", "words").strip()
    assert "{" not in kind.title_of("X-000004", "") and "  " not in kind.title_of("", "")
    assert kind.group in kinds.GROUPS and kind.key.startswith(f"{kind.group}.")
    assert kind.lead.days <= kinds.LONGEST_LEAD
    assert bool(kind.acting) == bool(kind.right) and kind.right in ("", *Provider.Capability.values)


def test_no_two_kinds_are_called_the_same():
    for name in ("title", "plain", "name", "told", "acting"):
        said = [getattr(kind, name) for kind in kinds.KINDS.values() if getattr(kind, name)]
        assert len(said) == len(set(said)), name


def test_a_title_says_what_it_is_about():
    issue, window, replace = (kinds.of(key) for key in (kinds.WARNING_ISSUE, kinds.APPEAL_WINDOW, kinds.SPOC_REPLACE))
    assert issue.title_of("L-000007", "first letter") == "Read and issue first letter L-000007"
    assert window.title_of("X-000004", "") == "Last day to appeal"
    assert window.title_of("V-1", "against the review") == "Last day to appeal against the review"
    assert replace.title_of("X-000004", "") == "Name another single point of contact"


def test_every_group_has_its_kinds():
    assert kinds.in_groups(kinds.GROUPS) == list(kinds.KINDS)
    assert kinds.in_groups(["reconsideration"]) == [kinds.RECONSIDERATION_DECIDE] and kinds.in_groups([]) == []


BESIDE = (HOME, ROOT / "ops" / "policy.py", ROOT / "audit" / "kept.py")


def test_no_other_module_spells_a_kind():
    """A kind is named by its constant: what is spelled is not found, and not renamed. A policy's own words are its own.

    `policies` knows no deadlines; four clocks of a policy bear the name of the deadline that they give, and are spelled
    there. A migration is as old as its day. `audit` stands below: tests/audit/test_kept.py compares what it names.
    """
    spelled = []
    assert len(ROOMS) > 10
    for room in ROOMS:
        for path in room.rglob("*.py"):
            if path in BESIDE or "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and node.value in kinds.KINDS:
                    spelled.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}")
    assert not spelled, "\n".join(spelled)


def test_no_page_is_told_a_kind_by_its_key():
    """Templates are handed words and addresses; they tell no kinds from each other."""
    keys = re.compile("|".join(rf"[\"']{re.escape(key)}[\"']" for key in kinds.KINDS))
    pages = (ROOT / "templates").rglob("*.html")
    assert [path for path in pages if keys.search(path.read_text(encoding="utf-8"))] == []


def test_every_kind_is_in_the_glossary_and_nothing_else_is():
    """What waits for somebody has one name in code and glossary."""
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    section = glossary.partition("## Kinds of deadline")[2].partition("\n## ")[0]
    assert set(re.findall(r"`([a-z]+\.[a-z_]+)`", section)) == kinds.KINDS.keys()
