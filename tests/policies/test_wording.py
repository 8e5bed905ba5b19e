"""The words of letters: what a file may say, and every problem of it at once in words that help."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import shelf, wording
from policies.problems import PolicyProblems

DOVER = shelf.read_builtin("dover-district-council")
NORTHAMPTON = shelf.read_builtin("northampton-partnership-homes")
WEST_KENT = shelf.read_builtin("west-kent")


def problems(policy=DOVER, **files: str) -> list[str]:
    try:
        wording.read(files, policy)
    except PolicyProblems as wrong:
        return [str(problem) for problem in wrong.problems]
    return []


@pytest.mark.parametrize("slug", sorted(shelf.builtin()))
def test_the_words_on_the_shelf_have_no_problems_and_word_every_letter_of_the_policy(slug):
    policy, files = shelf.read_builtin(slug), shelf.letters(slug)
    read = wording.read(files, policy)
    assert set(policy.letters) <= set(files)
    assert all(parts for parts in read.letters.values())


def test_no_two_providers_say_the_same():
    said = [
        (slug, text)
        for slug in shelf.builtin()
        for parts in wording.read(shelf.letters(slug), shelf.read_builtin(slug)).letters.values()
        for part, text in parts.items()
        if part == "opening"
    ]
    assert len({text for _, text in said}) == len(said) > 40


def test_a_file_is_named_as_the_policy_names_its_letter():
    read = wording.read({"adjust": "[closing]\nGood day.", "formal": "[closing]\nGood bye."}, WEST_KENT)
    assert read.of("warning") == {"closing": "Good day."}
    assert read.of("restriction") == {"closing": "Good bye."}
    assert wording.letter_for(WEST_KENT, "restriction_lifted") == "restriction_lifted"


def test_a_letter_that_the_policy_does_not_name_has_its_common_name():
    read = wording.read({"appeal_acknowledgement": "[closing]\nGood day."}, DOVER)
    assert read.of("appeal_acknowledgement") == {"closing": "Good day."}
    assert read.of("appeal_outcome") == {}


def test_the_parts_paragraphs_lists_and_remarks_of_a_file():
    text = "# Ours\n[Subject]\r\nOne line\n\n[ what  happened ]\nFirst\nline.\n\n- One\n  goes on\n- Two\nend\n# gone\n"
    parts = wording.read({"warning": text}, DOVER).of("warning")
    assert parts["subject"] == "One line"
    blocks = wording.filled(parts["what happened"], {})
    assert [(block.kind, [str(b) for b in block.texts]) for block in blocks] == [
        ("paragraph", ["('First line.',)"]),
        ("list", ["('One goes on',)", "('Two end',)"]),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no part: leave the file out"),
        ("# only a remark\n", "has no part"),
        ("Good day.\n[closing]\nBye.", "line 1: stands before the first part"),
        ("[closing]\n\n", "[closing]: is empty"),
        ("[closng]\nBye.", "is not a part of a letter: [subject], [opening]"),
        ("[closing]\nBye.\n[closing]\nBye.", "[closing] stands here a second time"),
        ("[subject]\nOne\nTwo", "[subject]: is one line"),
        (f"[subject]\n{'x' * 91}", "is longer than 90 characters: 91"),
        (f"[closing]\n{'x' * 1501}", "is longer than 1,500 characters"),
        (f"[closing]\n{'x' * 17000}", "is longer than 16 KB"),
        ("[closing]\n<b>Bye</b>", "holds marks such as <"),
        ("[closing]\nTea &amp; cake", "holds marks such as <"),
        ("[closing]\n**Bye**", "holds marks such as <"),
        ("[closing]\nBye {% now %}", "names {% now %}, which a letter on a written warning does not have"),
        ("[closing]\nBye {ends_on}", "names {ends_on}, which a letter on a written warning does not have"),
        ("[closing]\nBye {residnt}", 'Did you mean "resident"?'),
        ("[closing]\nBye {resident", "has a brace without its other half"),
        ("[closing]\nBye }", "has a brace without its other half"),
        ("[closing]\nBye {resident.password}", "does not have"),
        ("[closing]\nWrite within 20 working days.", 'types "20 working days"'),
        ("[closing]\nWrite within\nsix months.", 'types "six months"'),
        ("[closing]\nUntil 18 December we are here.", 'types "18 December"'),
        ("[closing]\nBye\u202e", "cannot be seen"),
        ("[closing]\nBye\x00", "cannot be seen"),
    ],
)
def test_what_is_wrong_is_said(text, said):
    found = problems(warning=text)
    assert any(said in one for one in found), found
    assert all(one.startswith("letters/warning.txt") for one in found)


def test_a_part_that_a_letter_has_no_place_for_is_a_problem():
    assert (
        "[appeal]: has no place in a letter on the end of a restriction"
        in problems(restriction_lifted="[appeal]\nYou can appeal.")[0]
    )


@pytest.mark.parametrize(
    ("policy", "name", "said"),
    [
        (DOVER, "warnin", "is not named as a letter is: warning, restriction, review_outcome"),
        (DOVER, "first_stage", "is not named as a letter is"),
        (DOVER, "correspondence", "is not named as a letter is"),
        (DOVER, "../../etc/passwd", "is not named as a letter is"),
        (WEST_KENT, "warning", "words the same letter as letters/adjust.txt"),
    ],
)
def test_a_file_that_words_no_letter_or_one_twice_is_a_problem(policy, name, said):
    files = {"adjust": "[closing]\nBye."} if policy is WEST_KENT else {}
    assert any(said in one for one in problems(policy, **files, **{name: "[closing]\nBye."}))


def test_every_problem_of_every_file_is_said_at_once():
    found = problems(
        warning="[opning]\nx\n[closing]\nBye {who}", restriction="[closing]\n<i>", nothing="[closing]\nBye"
    )
    assert len(found) == 4


def test_too_many_files_and_too_many_problems_stay_in_bounds():
    assert problems(**{f"a{number}": "x" for number in range(41)}) == [
        "letters: holds more than 40 files: no policy has so many letters."
    ]
    assert len(problems(warning="x\n" * 5000)) == wording.MOST_PROBLEMS


def test_bytes_that_are_no_text_are_a_problem_among_the_others():
    with pytest.raises(PolicyProblems) as wrong:
        wording.read_bytes({"warning": b"\xff\xfe[closing]", "restriction": b"\xef\xbb\xbf[closng]\nBye"}, DOVER)
    assert [problem.path.partition(",")[0] for problem in wrong.value.problems] == [
        "letters/warning.txt", "letters/restriction.txt",
    ]  # fmt: skip


@given(st.dictionaries(st.sampled_from(["warning", "restriction", "x", ""]), st.binary(max_size=400), max_size=3))
def test_whatever_bytes_a_file_holds_the_answer_is_words_or_problems(files):
    try:
        wording.read_bytes(files, DOVER)
    except PolicyProblems as wrong:
        assert wrong.problems and all(problem.message for problem in wrong.problems)


PIECES = st.sampled_from(
    [
        "[opening]\n",
        "[closing]\n",
        "{resident}",
        "{ends_on}",
        "{contact}",
        "{",
        "}",
        "- a\n",
        "words ",
        "\n\n",
        "\n",
        "[",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join), st.dictionaries(st.sampled_from(["ends_on", "resident"]), st.text()))
def test_what_passes_never_shows_a_brace_of_its_own_nor_leaves_one_unfilled(text, values):
    try:
        parts = wording.read({"restriction": text}, DOVER).of("restriction")
    except PolicyProblems:
        return
    for part in parts.values():
        for block in wording.filled(part, values):
            for runs in block.texts:
                assert not any("{" in typed or "}" in typed for typed in runs[::2])
                assert set(runs[1::2]) <= set(values.values()) - {""}
