"""A list of words: where an entry ends, whose own words are whose, and how texts of an older grammar go on reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import grammar, loader
from policies.policy import Policy
from policies.problems import PolicyProblems
from policies.vocabulary import CHANNELS

SAID = """
[policy]
provider = "Example"
kind = "association"
nation = "wales"
approved = 2025-03-04
effective = 2025-04-01
[roles]
lead = { name = "Area Lead", as = "team leader" }
[stage.letter]
state = "written warning"
[stage.limits]
state = "contact restriction"
by = "lead [4]"
[appeal]
"""
OWN = st.text(st.characters(codec="utf-8", exclude_characters='[]:,"\\', exclude_categories=["C"]), max_size=20)
OWN_WITH_COMMAS = OWN.map(lambda own: f"{own.strip()}, {own.strip()}")
ENTRIES = st.lists(st.tuples(st.sampled_from(CHANNELS), OWN.map(str.strip)), min_size=1, max_size=5)


def read(line: str, written_in: int = grammar.NEWEST) -> Policy:
    return loader.read(SAID + line, written_in=written_in)


def entries(line: str, written_in: int = grammar.NEWEST) -> list[tuple[str, str]]:
    path = f"appeal.{line.partition(' ')[0]}"
    return [(item.word, item.words) for item in read(line, written_in).value(path).items]


def problem(line: str) -> str:
    with pytest.raises(PolicyProblems) as found:
        read(line)
    return str(found.value)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('how = "phone: before noon, post [7]"', [("phone", "before noon"), ("post", "")]),
        ('how = "post, phone: before noon, other: by fax [7]"',
         [("post", ""), ("phone", "before noon"), ("other", "by fax")]),
        ('how = ["phone: before noon, never later [7]", "post, email [8]"]',
         [("phone", "before noon, never later"), ("post", ""), ("email", "")]),
        ('covers = "letter: the first one, limits [7]"', [("letter", "the first one"), ("limits", "")]),
        ('covers = ["letter: the first one, if there was one [7]", "limits [7]"]',
         [("letter", "the first one, if there was one"), ("limits", "")]),
    ],
)  # fmt: skip
def test_own_words_belong_to_one_entry(line: str, found: list[tuple[str, str]]) -> None:
    assert entries(line) == found


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('how = "phone: before noon, never later [7]"', '"never later" is not one of: phone, '),
        ('how = "phone: before noon, never later [7]"',
         'where they hold one, the entry is a text of its own, ["phone: …, … [1.1]"].'),
        ('how = "phone: before noon, pots [7]"', 'Did you mean "post"?'),
        ('covers = "letter: the first one, for example [7]"',
         'names "for_example", which is no stage or action or kind or any decision; own words end at a comma'),
        ('how = ["post, phone: before noon [7]"]',
         "appeal.how[1]: own words belong to one entry of a list, and that is a text of its own"),
        ('how = "phone: before noon, , post [7]"', "between two commas something is missing"),
    ],
)  # fmt: skip
def test_a_comma_that_ends_own_words_by_mistake_is_a_problem_that_says_so(line: str, told: str) -> None:
    """Nothing is swallowed, and nothing is read as an entry that was meant as own words."""
    assert told in problem(line)


def test_a_word_that_is_not_known_is_told_without_own_words_where_there_are_none() -> None:
    assert "own words" not in problem('how = "phone, pots [7]"')


@given(ENTRIES)
def test_a_value_reads_back_as_it_was_put_together(pairs: list[tuple[str, str]]) -> None:
    text = ", ".join(f"{word}: {own}" if own else word for word, own in pairs)
    assert grammar.entries(text) == pairs


@given(st.sampled_from(CHANNELS), OWN_WITH_COMMAS)
def test_a_text_of_a_list_keeps_its_commas(word: str, own: str) -> None:
    assert grammar.one_of_list(f"{word}: {own}") == [(word, own.strip())]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('how = "phone: before noon, post [7]"', [("phone", "before noon, post")]),
        ('how = "phone: before noon, never later [7]"', [("phone", "before noon, never later")]),
        ('how = ["post, phone: before noon [7]"]', [("post", ""), ("phone", "before noon")]),
        ('covers = "letter, limits: all, for example [7]"', [("letter", ""), ("limits", "all, for example")]),
    ],
)
def test_a_text_of_the_first_grammar_goes_on_saying_what_it_said(line: str, found: list[tuple[str, str]]) -> None:
    assert entries(line, grammar.FIRST) == found


def test_local_rules_are_read_by_the_same_grammar_as_the_policy_beside_them() -> None:
    local = '[[local]]\nby = "Director"\non = 2026-11-02\nwhy = "Plain"\n[local.set]\n'
    local += 'appeal.how = "phone: before noon, post"'
    for written_in, words in ((grammar.FIRST, ["phone"]), (grammar.NEWEST, ["phone", "post"])):
        assert loader.read(SAID, local=local, written_in=written_in).value("appeal.how").raw == words
