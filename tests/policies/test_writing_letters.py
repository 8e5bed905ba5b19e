"""The guide for those who word letters: every block, every table and every problem in it is tried."""

import re

import pytest

from policies import loader, wording
from policies.problems import PolicyProblems
from tests.policies.test_documentation import DOCS, WHOLE

GUIDE = (DOCS / "writing-letters.md").read_text(encoding="utf-8")
LARKFIELD = loader.read(WHOLE)
FILES = dict(re.findall(r"`letters/(\w+)\.txt`:\n\n```text\n(.*?)```", GUIDE, re.DOTALL))
PROBLEMS = re.findall(r"^\|`([^|]+)`\|`([^|]+)`\|$", GUIDE.partition("## Checking it")[2], re.MULTILINE)
FILLED = dict.fromkeys(wording.PLACEHOLDERS, "x") | {"contact": ""}


def rows(head: str) -> list[str]:
    """The rows of the table under a heading."""
    return GUIDE.partition(f"{head}\n")[2].partition("\n\n")[0].splitlines()[1:]


def test_the_examples_are_words_that_can_be_adopted():
    assert set(FILES) == {"warning", "limits"}
    read = wording.read(FILES, LARKFIELD)
    assert set(read.of("warning")) == {"subject", "opening", "what you must do", "closing"}
    assert set(read.of("restriction")) == {"opening", "appeal"}


def test_a_paragraph_that_names_what_is_not_there_is_left_out_as_the_guide_says():
    opening = wording.read(FILES, LARKFIELD).of("restriction")["opening"]
    assert len(wording.filled(opening, FILLED)) == 1
    assert len(wording.filled(opening, FILLED | {"contact": "Sam"})) == 2


@pytest.mark.parametrize(("says", "text"), PROBLEMS)
def test_a_problem_of_the_guide_is_said(says, text):
    with pytest.raises(PolicyProblems) as wrong:
        wording.read({"warning": text.replace(" / ", "\n")}, LARKFIELD)
    assert any(says in str(problem) for problem in wrong.value.problems), wrong.value


def test_the_problems_of_the_guide_are_many():
    assert len(PROBLEMS) >= 10


def test_the_guide_names_every_letter_part_and_placeholder_and_where_each_is():
    everywhere = [part for part in wording.PARTS if all(part in one.parts for one in wording.LETTERS.values())]
    assert rows("|Name|A letter on|It goes|") == [
        f"|`{key}`|{one.about}|{'only where your policy has a letter for it' if one.asked_for else 'always'}|"
        for key, one in wording.LETTERS.items()
    ]
    assert rows("|Part|What it is|In|") == [
        f"|`[{part}]`|{about}|{'every letter' if part in everywhere else held(part, 'parts')}|"
        for part, about in wording.PARTS.items()
    ]
    common = wording.LETTERS["correspondence"].placeholders
    assert rows("|Name|What it is|In|") == [
        f"|`{{{name}}}`|{about}|{'every letter' if name in common else held(name, 'named')}|"
        for name, about in wording.PLACEHOLDERS.items()
    ]


def held(name: str, where: str) -> str:
    """The letters that have a part, or a placeholder, of their own."""
    return ", ".join(f"`{key}`" for key, one in wording.LETTERS.items() if name in getattr(one, where))
