"""The documentation says what the code does."""

import re
from pathlib import Path

from policies import grammar, loader, periods, schema, shelf
from policies.rules import STRENGTHS, RuleBroken

PAGE = (Path(__file__).parents[2] / "docs" / "policy-format.md").read_text(encoding="utf-8")


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
