"""The documentation says what the code does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import keys
from policies import grammar, loader, periods, schema, shelf, vocabulary
from policies.problems import PolicyProblems
from policies.rules import STRENGTHS, RuleBroken

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "policy-format.md").read_text(encoding="utf-8")
GUIDE = (DOCS / "writing-a-policy.md").read_text(encoding="utf-8")
KEYS = (DOCS / "policy-keys.md").read_text(encoding="utf-8")


def block(language: str, containing: str) -> str:
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return next(found for found in blocks if containing in found)


def test_the_example_in_python_answers_as_it_says() -> None:
    names = {"policy": shelf.read_builtin("dover-district-council")}
    lines = [line for line in block("python", "read_builtin").splitlines() if "#" in line]
    assert len(lines) >= 5
    for line in lines:
        code, said = (part.strip() for part in line.split("#", 1))
        try:
            answer = repr(eval(code, names))
        except RuleBroken as broken:
            answer = f"RuleBroken: {broken}"
        assert said.startswith(answer) or said == "how that decision is appealed", line


def test_the_local_rules_of_the_page_are_valid() -> None:
    said = '[appeal]\nwindow = "15 days from letter received [9.1]"\n[restriction]\nkinds_are = "examples [7]"\n'
    said += '[stage.limits]\nstate = "contact restriction"\n[letter.limits]\non = "limits"\n'
    head = '[policy]\nprovider = "X"\nkind = "council"\nnation = "england"\n'
    head += "approved = 2025-01-01\neffective = 2025-01-01\n"
    policy = loader.read(head + said, local=block("toml", "[[local]]"))
    assert {value.path for value in policy.local_rules()} == {"appeal.window", "restriction.kinds.pairs.does"}


def test_the_page_names_every_strength_event_unit_and_counted_thing() -> None:
    for word in (*STRENGTHS, *periods.UNITS, *grammar.COUNTED):
        assert word in PAGE, word
    for event in periods.EVENTS:
        assert event in PAGE or event.split()[1] in PAGE, event


def test_some_forty_keys_are_asked_and_each_says_what_it_is() -> None:
    def walk(table: schema.Table) -> list[schema.Key]:
        inner = [*table.tables.values(), *([table.named] if table.named else [])]
        own = [*table.keys.values(), *([table.each] if table.each else [])]
        return own + [key for each in inner for key in walk(each)]

    keys = walk(schema.ROOT)
    assert all(key.about for key in keys)
    assert 40 <= sum(bool(key.asked) for key in keys) <= 60


# The guide for policy managers: every block, every example line and every problem in it is tried.

BLOCKS = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
SMALLEST = BLOCKS[0]
LOCAL = next(block for block in BLOCKS if block.startswith("[[local]]"))
WHOLE = "".join(block for block in BLOCKS if block != LOCAL)
_LINE = re.compile(r"`([a-z_]+(?:\.\w+)+) = ([^`]+)`")
_WRONG, _CHECKLIST = (GUIDE.partition(title)[2].partition("\n## ")[0] for title in ("## Checking it", "## Checklist"))
_FINE = GUIDE.replace(_WRONG, "")
PROBLEMS = [row.split("|")[1:4] for row in _WRONG.splitlines() if row.startswith("|`")]


def put(text: str, *lines: tuple[str, str]) -> str:
    """The text of a file with lines put in by their path, in place of what stood there."""
    for path, value in lines:
        table, _, key = path.rpartition(".")
        head = f"[{table}]\n"
        before, found, after = text.partition(head) if text.startswith(head) else text.partition(f"\n{head}")
        inside, opens, rest = after.partition("\n[")
        inside = re.sub(rf"^{key} = .*\n?", "", inside, flags=re.MULTILINE)
        text = f"{before}{found or chr(10) + head}{key} = {value}\n{inside}{opens}{rest}"
    return text


def problems(text: str, local: str = "") -> list[str]:
    try:
        loader.read(text, local=local)
    except PolicyProblems as found:
        return [str(problem) for problem in found.problems]
    return []


def test_the_smallest_file_of_the_guide_and_its_blocks_together_are_policies() -> None:
    assert problems(SMALLEST) == []
    assert len(BLOCKS) > 20 and problems(WHOLE) == []
    assert problems(WHOLE, LOCAL) == []
    assert len(loader.read(WHOLE, local=LOCAL).local_rules()) == 3


@pytest.mark.parametrize(("path", "value"), _LINE.findall(_FINE))
def test_an_example_line_of_the_guide_is_valid(path: str, value: str) -> None:
    assert problems(put(WHOLE, (path, value))) == []


@pytest.mark.parametrize(("says", "wrong", "right"), PROBLEMS)
def test_a_problem_of_the_guide_is_said_and_put_right_as_it_tells(says: str, wrong: str, right: str) -> None:
    wrong_lines, right_lines = _LINE.findall(wrong), _LINE.findall(right)
    assert wrong_lines
    found = problems(put(SMALLEST, *wrong_lines))
    assert any(says.strip("`") in problem for problem in found), found
    if right_lines:
        assert problems(put(SMALLEST, *right_lines)) == []


# The page of keys is drawn from the schema; the guide leads to it and repeats none of it.


def test_the_page_of_keys_is_current() -> None:
    assert keys.document() == KEYS, "run: ./run policy keys > docs/policy-keys.md"


@pytest.mark.parametrize("top", schema.ROOT.tables)
def test_the_page_of_keys_has_a_row_for_every_key(top: str) -> None:
    for path, table in tables(schema.ROOT.tables[top], top):
        wanted = [*table.keys, *(["NAME"] if table.each else [])]
        listed = re.search(rf"^#+ \[{re.escape(path)}\]\n(.*?)(?=^#|\Z)", KEYS, re.DOTALL | re.MULTILINE)
        assert (re.findall(r"^\|`(\w+)`\|", listed[1], re.MULTILINE) if listed else []) == wanted, path
        for key in (*table.keys.values(), *([table.each] if table.each else [])):
            assert listed and f"|{key.about}|" in listed[1], path


def tables(table: schema.Table, path: str) -> Iterator[tuple[str, schema.Table]]:
    """A table and each within it, by the path that the page calls it by."""
    yield path, table
    for name, inner in table.tables.items():
        yield from tables(inner, f"{path}.{name}")
    if table.named:
        yield from tables(table.named, f"{path}.NAME")


def test_the_guide_leads_to_the_keys_of_every_section_and_repeats_none() -> None:
    assert [top for top in schema.ROOT.tables if f"[`[{top}]`](policy-keys.md#{top})" not in GUIDE] == []
    assert "|silence|" not in GUIDE
    headings = {re.sub(r"[^\w ]", "", line).strip().lower() for line in KEYS.splitlines() if line.startswith("#")}
    for page in (GUIDE, PAGE):
        assert set(re.findall(r"policy-keys\.md#(\w+)", page)) <= headings


def test_the_page_of_keys_says_what_each_word_means_that_needs_telling() -> None:
    for meanings in (vocabulary.RESTRICTION_KINDS, vocabulary.ACTIONS, vocabulary.NOT_BY, periods.EVENTS):
        assert [word for word, meaning in meanings.items() if f"|`{word}`|{meaning}|" not in KEYS] == []


def test_the_guide_and_the_keys_name_every_word_unit_event_strength_and_counted_thing() -> None:
    named = (vocabulary.CHANNELS, vocabulary.OMBUDSMEN, vocabulary.INTERNAL, vocabulary.DAY_OFF, vocabulary.STATES)
    for words in named:
        assert [word for word in words if f"`{word}`" not in KEYS] == []
    for words in (periods.UNITS, periods.EVENTS, grammar.COUNTED, vocabulary.GATES):
        assert [word for word in words if f"`{word}`" not in GUIDE] == []
    assert [word for word in STRENGTHS if word != "must" and f"|`{word}`|" not in GUIDE] == []


def test_the_checklist_has_twenty_two_lines_with_paths_that_exist() -> None:
    lines = [row.split("|") for row in _CHECKLIST.splitlines() if re.match(r"\|\d", row)]
    assert [int(line[1]) for line in lines] == list(range(1, 23))
    for path in re.findall(r"`([a-z_]+\.[\w.]+)`", _CHECKLIST):
        schema.find(path.replace("NAME", "x"))
