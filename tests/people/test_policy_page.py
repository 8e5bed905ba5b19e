"""A policy as a page: the strengths, the order, the notes and the names that its file has, in words for a person."""

from pathlib import Path

import pytest
from django.template.loader import render_to_string

from ops import policy as command
from people import policy_page
from policies import loader, shelf
from policies.policy import Policy

LOUGHSIDE = loader.read((Path(__file__).parents[1] / "policies/invented/loughside.toml").read_text(encoding="utf-8"))

HEAD = """
[policy]
provider = "Example"
kind = "association"
nation = "northern ireland"
approved = 2025-03-04
effective = 2025-04-01
note = "Printed twice."
[roles]
desk = { name = "Front Desk", as = "front line" }
lead = { name = "Area Lead", as = "team leader", of = "area", rank = 1, clause = "2", note = "Since 2024." }
[stages]
order = "talk, limits"
[stage.talk]
name = "A talk"
state = "initial warning"
lapses = "6 months [4]"
[stage.limits]
state = "contact restriction"
by = "lead [4]"
note = "Called measures in the annex."
[letter.limits]
on = "limits"
"""


def groups(policy: Policy, section: str) -> dict[str, policy_page.Group]:
    shown = {one.key: one for one in policy_page.read(policy).sections}
    return {group.name: group for group in shown[section].groups}


def line(policy: Policy, path: str) -> policy_page.Line:
    shown = policy_page.read(policy)
    lines = [line for section in shown.sections for group in section.groups for line in group.lines]
    return next(line for line in lines if line.path == path)


def read(more: str) -> Policy:
    return loader.read(HEAD + more)


@pytest.mark.parametrize(
    ("cited", "binds", "strength"),
    [
        ("9", "must", "Must. It binds."),
        ("9 implied", "implied", "Must. It binds. Read between the lines."),
        ("9 may", "may", "May. It is offered, not asked for."),
        ("9 may implied", "may, implied", "May. It is offered, not asked for. Read between the lines."),
    ],
)
def test_what_is_read_between_the_lines_is_never_said_to_be_written(cited: str, binds: str, strength: str) -> None:
    (part,) = line(read(f'[appeal]\nfinal = "yes [{cited}]"'), "appeal.final").parts
    assert (part.binds, part.strength, part.cite) == (binds, strength, "Clause 9")


def test_the_steps_after_a_breach_keep_the_order_of_the_policy_whatever_binds_them() -> None:
    steps = '["police [9 may]", "breach warning [9]", "injunction [9 may]"]'
    shown = line(read(f"[breach]\nladder = {steps}"), "breach.ladder")
    assert shown.ordered and [part.words for part in shown.parts] == ["Police", "Breach warning", "Injunction"]
    assert [part.binds for part in shown.parts] == ["may", "must", "may"]
    assert command._lines(shown) == [
        "    What follows, in order:",
        "      1. Police [Clause 9, may]",
        "      2. Breach warning [Clause 9, must]",
        "      3. Injunction [Clause 9, may]",
    ]
    html = render_to_string("people/rule.html", {"line": shown})
    assert "<ol" in html and html.index("Police") < html.index("Breach warning") < html.index("Injunction")


def test_a_list_of_several_strengths_is_one_rule_with_its_parts() -> None:
    shown = line(read('[appeal]\nhow = ["phone, post [9]", "email: if asked [9 may]"]'), "appeal.how")
    assert not shown.ordered
    assert [(part.words, part.binds) for part in shown.parts] == [("Phone; post", "must"), ("Email: if asked", "may")]


def test_whose_policy_it_is_and_what_each_stage_is_are_shown() -> None:
    own = {line.about: line.parts[0].words for line in groups(LOUGHSIDE, "policy")[""].lines}
    assert own["The provider's name"] == "Loughside Housing Community"
    assert own["The kind of provider"] == "Housing association"
    assert own["The nation whose law and holidays hold"] == "Northern Ireland"
    states = [line(LOUGHSIDE, f"stage.{key}.state").parts[0].words for key in ("conversation", "concern", "managed")]
    assert states == ["Initial warning", "Written warning", "Contact restriction"]
    order = line(LOUGHSIDE, "stages.order")
    assert [part.words for part in order.parts] == ["A Conversation", "A Letter of Concern", "Managed Contact"]


def test_every_note_of_a_file_is_shown_where_it_stands() -> None:
    policy = read('[consider]\nnote = "No more than these."\nlimits = ["Would less do? [5]"]')
    assert groups(policy, "policy")[""].note == "Printed twice."
    assert groups(policy, "stage")["Limits"].note == "Called measures in the annex."
    assert groups(policy, "consider")[""].note == "No more than these."
    roles = groups(policy, "roles")
    assert roles[""].lines[0].parts[0].words == "Works as team leader; of the area; rank 1. Since 2024."
    assert [line.about for line in roles[policy_page.SET_UP].lines] == ["Front Desk"]


@pytest.mark.parametrize("slug", sorted(shelf.builtin()))
def test_no_note_of_a_policy_on_the_shelf_is_left_out(slug: str) -> None:
    policy = shelf.read_builtin(slug)
    shown = policy_page.read(policy)
    words = " ".join(group.note for section in shown.sections for group in section.groups)
    words += " ".join(
        part.words for group in groups(policy, "roles").values() for line in group.lines for part in line.parts
    )
    assert [note for note in policy.notes.values() if note not in words] == []


def test_groups_stand_in_the_order_of_the_file() -> None:
    assert list(groups(LOUGHSIDE, "letter")) == ["Letter of Concern", "Managed Contact letter", "Reminder"]


def test_words_are_those_of_a_person() -> None:
    assert line(LOUGHSIDE, "appeal.next").parts[0].words == "Northern Ireland Public Services Ombudsman"
    assert line(LOUGHSIDE, "review.batch").parts[0].words == "March; September"
    assert (
        line(LOUGHSIDE, "stage.managed.after").parts[0].words.startswith("Incidents before A Letter of Concern lapses")
    )
    assert line(LOUGHSIDE, "stage.managed.not_by").parts[0].words.startswith("Whoever the behaviour was aimed at")
    assert line(LOUGHSIDE, "restriction.kinds.no_office.does").parts[0].words == (
        "Ways of contact are closed: not coming to the office"
    )
    other = read('[restriction.kinds]\nwalk = "other: walking the corridor together [5]"')
    assert line(other, "restriction.kinds.walk.does").parts[0].words == "Walking the corridor together"
    asked = line(read('[consider]\nlimits = ["Would less do? [5]"]'), "consider.limits")
    assert asked.about == "Limits: questions answered in the decision"


def test_headings_say_what_they_stand_over() -> None:
    assert "Not tell the police" in groups(LOUGHSIDE, "decide")
    assert "The Visit Alert List: how long an entry is kept" in groups(LOUGHSIDE, "register")
    assert {"Extending one", "A kind: one officer"} <= groups(LOUGHSIDE, "restriction").keys()
    every = {group.name for section in policy_page.read(LOUGHSIDE).sections for group in section.groups}
    assert not every & {"All", "No police", "Interim", "Extension"}


def test_what_a_policy_says_there_is_none_of_is_shown() -> None:
    said = line(read('[appeal]\nwindow = "none: at any time [9]"'), "appeal.window")
    assert said.parts[0].words == "None: at any time"


def test_each_line_of_the_unsaid_names_its_rule() -> None:
    shown = policy_page.read(
        read('[appeal]\nresponse = "4 weeks [9]"\n[review]\ninterval = "unsaid: in good time [8]"')
    )
    unsaid = {line.path: f"{line.about}: {line.parts[0].words}" for line in shown.unsaid}
    assert unsaid["appeal.response"] == "Appeals: when it is answered: what it runs from is not said"
    assert unsaid["stage.talk.lapses"] == "The stages: A talk: when it no longer counts: what it runs from is not said"
    assert unsaid["review.interval"] == "Reviews of a restriction: how often: in good time"
    assert unsaid["scope.joint"] == "Whom the policy covers: what holds for joint tenants"
    assert len(set(unsaid.values())) == len(shown.unsaid)
