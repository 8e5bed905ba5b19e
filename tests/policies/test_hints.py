"""What `check` asks to look at again, of files that have no problem."""

import pytest

from policies import hints, loader, shelf
from policies.hints import Hint

SOUND = """
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
[letter.limits]
on = "limits"
says = "appeal [4]"
"""


def found(more: str, document: str | None = None) -> list[Hint]:
    return hints.of(loader.read(SOUND + more), document)


def messages(more: str, document: str | None = None) -> list[str]:
    return [str(hint) for hint in found(more, document) if "a named person decides" not in hint.message]


def test_a_word_that_own_words_swallow_is_pointed_at() -> None:
    (hint,) = (hint for hint in found('[breach]\nladder = ["legal action: in court, possession [9]"]') if hint.path)
    assert hint.path == "breach.ladder"
    assert hint.message.startswith('"possession" stands in the own words of "legal action" and is not read as an entry')
    assert messages('[breach]\nladder = ["legal action: in court [9]", "possession [9]"]') == []


def test_a_name_that_own_words_swallow_is_pointed_at() -> None:
    said = '[appeal]\ncovers = ["letter: the first one, limits [9]"]'
    assert [hint.path for hint in found(said) if hint.path] == ["appeal.covers"]


@pytest.mark.parametrize(
    "said",
    [
        '[appeal]\nhow = ["phone: before noon, never later, post-haste [9]"]',
        '[appeal]\nlate = "exceptional: not refused, accepted where illness is shown [9]"',
        '[appeal]\nlate = "exceptional: not by rule, refused [9]"',
        '[appeal]\ngrounds = ["By phone, post or e-mail [9]"]',
    ],
)
def test_a_comma_in_own_words_alone_is_no_reason_to_look(said: str) -> None:
    assert messages(said) == []


def test_what_is_unsaid_is_listed_in_one_line_by_its_path() -> None:
    (hint,) = (hint for hint in found('[appeal]\nwindow = "15 days from decision [9]"') if not hint.path)
    listed = hint.message.partition(": ")[2].split(", ")
    assert {"always_accept.list", "evidence.log", "appeal.window (day kind)", "stage.letter.lapses"} <= set(listed)
    assert len(listed) == len(set(listed))
    answered = found('[always_accept]\nlist = "emergency [8]"\n[evidence]\nlog = "decisions [8]"')
    assert not any("always_accept.list" in hint.message or "evidence.log" in hint.message for hint in answered)


def test_clauses_that_nothing_cites_are_listed() -> None:
    said = '[appeal]\nfinal = "yes [9.2.1]"\n[damage]\n"9.7" = "cut off"'
    text = "4 Limits\n9.1 Appeals.\n 9.2 Who.\n9.2.1 Final.\n9.7 Gone\n9.8\tSee 9.9\n* 10.10. More\n3.5kg of paper"
    assert messages(said, text) == ["the file: the text has clauses that nothing here cites: 9.1, 9.8, 10.10."]
    assert messages(said) == [], "without the text nothing is known of its clauses"


@pytest.mark.parametrize(
    ("place", "known"),
    [("front page", True), ("cover", True), ("Appendix B", True), ("App B", True), ("foreword", True),
     ("back page", False), ("Appendix C", False), ("page", False)],
)  # fmt: skip
def test_a_place_in_words_is_the_cover_or_a_heading(place: str, known: bool) -> None:
    text = "FOREWORD by the Chair\nAppendix  B: letters, see the back page\n4 Limits"
    told = messages(f'[appeal]\nfinal = "yes [{place}]"', text)
    assert told == (
        []
        if known
        else [f'the file: "{place}" is cited, and is no heading of the text: make sure that readers will find it.']
    )


def test_a_time_that_runs_from_an_event_that_seldom_starts_it_is_pointed_at() -> None:
    said = '[review]\ninterval = "every 6 months from incident [9]"'
    usual = '"start" or "decision" or "letter dated"'
    assert messages(said) == [f'review.interval: runs from "incident", where such a time mostly runs from {usual}.']


@pytest.mark.parametrize("slug", sorted(shelf.builtin()))
def test_nothing_is_pointed_at_in_the_values_of_the_policies_on_the_shelf(slug: str) -> None:
    assert [hint for hint in hints.of(shelf.read_builtin(slug)) if hint.path] == []
