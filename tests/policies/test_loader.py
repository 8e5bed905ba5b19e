"""The strict loader: every problem at once, in words that help; local rules fill gaps only; nothing crashes it."""

# Messages stand whole, as a policy manager reads them.
# ruff: noqa: E501

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import difference, loader, shelf, tables
from policies.policy import Policy
from policies.problems import PolicyProblems
from policies.rules import Rule
from tests import quick

BASE = """
[policy]
provider = "Example"
kind = "association"
nation = "england"
approved = 2025-03-04
effective = 2025-04-01
[roles]
adviser = { name = "Adviser", as = "officer" }
lead = { name = "Area Lead", as = "team leader", rank = 1 }
head = { name = "Head of Homes", as = "manager", rank = 2, clause = "4.1" }
[stage.limits]
state = "contact restriction"
by = "lead [4]"
[letter.limits]
on = "limits"
says = "length [4]"
"""
HEAD = BASE.partition("[stage.limits]")[0]
DOVER_TEXT = shelf.builtin()["dover-district-council"][0].read_text(encoding="utf-8")


def problems(text: str, local: str = "") -> list[str]:
    try:
        loader.read(text, local=local)
    except PolicyProblems as found:
        return [str(problem) for problem in found.problems]
    return []


def read(said: str, local: str = "") -> Policy:
    return loader.read(BASE + said, local=local)


def settle(*lines: str, by: str = 'by = "Director"', on: str = "on = 2026-11-02", why: str = 'why = "Plain"') -> str:
    return "\n".join(["[[local]]", by, on, why, "[local.set]", *lines])


def test_the_base_is_sound() -> None:
    assert problems(BASE) == []


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ('[apeal]\nwindow = "1 week [1]"', 'apeal: is not known. Did you mean "appeal"?'),
        ('[appeal]\nwndow = "1 week [1]"', 'appeal.wndow: is not known. Did you mean "window"?'),
        ('[appeal]\nmet_by = "recieved [1]"', 'appeal.met_by: "recieved" is not one of: made, sent, received. '
                                             'Did you mean "received"?'),
        ('[appeal]\nlate = "other [1]"', 'appeal.late: "other" is followed by own words: "other: …".'),
        ('[appeal]\nwindow = "20 working days from decision"', "appeal.window: has no clause: end it with the clause in "
         'square brackets, "20 working days from decision [6.16]".'),
        ('[appeal]\nwindow = "20 working days [9] from decision"', "appeal.window: the clause stands once, at the end, in "
         'square brackets: "value [6.16 may]".'),
        ('[appeal]\nwindow = "20 working days from decision []"', "appeal.window: the brackets name no clause: [6.16], "
         "[6.16 may]."),
        ('[appeal]\nwindow = "soonish [9]"', 'appeal.window: a period is written like "20 working days from decision".'),
        ('[appeal]\nwindow = 20', 'appeal.window: is a text, with its clause at the end: window = "… [6.16]".'),
        ('[appeal]\nfinal = true', 'appeal.final: is a text, with its clause at the end: final = "… [6.16]".'),
        ('[appeal]\nfinal = "perhaps [1]"', 'appeal.final: "perhaps" is neither yes nor no.'),
        ('[appeal]\nwindow = ""', "appeal.window: is empty: leave the key out where the policy is silent."),
        ('[appeal]\nhow = []', "appeal.how: is an empty list: leave the key out where the policy is silent."),
        ('[appeal]\nhow = ["post [1]", 3]', 'appeal.how[2]: is a text, with its clause at the end: how = "… [6.16]".'),
        ('[appeal]\nhow = "post,, email [1]"', "appeal.how: between two commas something is missing."),
        ('[appeal]\nby = "lead and head or adviser [1]"', 'appeal.by: "lead and head or adviser" mixes "and" with "or": '
         "say who must, in one way."),
        ('[appeal]\nby = "1 of lead, head [1]"', 'appeal.by: "1 of lead, head": one person is written without a number.'),
        ('[appeal]\nby = "lead or [1]"', 'appeal.by: names "lead_or", which is not under [roles]. Did you mean "lead"?'),
        ('[stage.letter]\nstate = "warned"', 'stage.letter.state: "warned" is not one of: initial warning, written '
         "warning, contact restriction, review."),
        ('[stage.letter]\nby = "lead [1]"', "stage.letter.state: is missing: which of Evenhand's four states it is."),
        ('[stage.letter]\nstate = "written warning"\nafter = "3 shouts [1]"', 'stage.letter.after: "shouts" is not '
         "something that is counted: warnings, initial warnings, warning letters, letters, incidents, breaches, requests, "
         "contacts."),
        ('[stage.letter]\nstate = "written warning"\nafter = "? [1]"', 'stage.letter.after: a threshold is written like '
         '"2 initial warnings in 1 interaction" or "3 incidents".'),
        ('[restriction]\nkeep_open = "some [1]"', 'restriction.keep_open: "some" is not a number: write 1, 2, once, twice '
         "or any number."),
        ('[restriction.kinds]\n"Only Post" = "times [1]"', "restriction.kinds.Only Post: is not a name that can be "
         "referred to: small letters, figures and underscores."),
        ('[restriction.interim]\nclause = "…"\nclauses = "1"', 'restriction.interim.clauses: is not known. Did you mean '
         '"clause"?'),
        ('[gate]\nequality_assessment = 3', "gate.equality_assessment: is a table: a gate."),
        ('[restriction]\nkinds = "times [1]"', "restriction.kinds: is a table: the kinds of restriction."),
        ('[restriction.extension]\nlost = 4', 'restriction.extension.lost: names the clause whose text is lost: '
         'lost = "6.14".'),
        ('[appeal]\nclause = 9', 'appeal.clause: is a text: clause = "6.16 may".'),
        ('[appeal]\nnote = 9', "appeal.note: is a text."),
        ('damage = "x"', "policy.damage"),
        ('[damage]\n"9" = 4', "damage.9: says in a few words what is damaged."),
        ('[[damage]]\nx = "y"', 'damage: is a table: "6.14" = "the list is lost".'),
        ('local = "x"', "letter.limits.local: is not known."),
        ('[local]\nby = "x"', "local: is written as [[local]], with two brackets."),
    ],
)  # fmt: skip
def test_each_slip_is_named_where_it_stands(said: str, problem: str) -> None:
    found = problems(BASE + said)
    if problem == "policy.damage":
        assert len(found) == 1 and "damage" in found[0]
    else:
        assert found == [problem]


def test_all_problems_come_at_once() -> None:
    text = '[policy]\nprovider = "X"\nkind = "counsil"\nnation = "englnd"\n[appeal]\nwindw = "x [1]"\nby = "nobody [1]"'
    assert problems(text) == [
        'policy.kind: "counsil" is not one of: council, association, almo, co-operative, charity. Did you mean "council"?',
        'policy.nation: "englnd" is not one of: england, wales, scotland, northern ireland. Did you mean "england"?',
        'appeal.windw: is not known. Did you mean "window"?',
        "policy.effective: is missing: the day from which it holds.",
    ]


def test_an_empty_file_says_what_it_lacks() -> None:
    assert any("policy" in problem for problem in problems(""))


def test_values_carry_clause_strength_and_own_words() -> None:
    policy = read(
        '[appeal]\nhow = "post, email: where possible [9.1 may implied]"\nclause = "9"\nwindow = "1 week from decision"'
    )
    how = policy.value("appeal.how")
    assert [(item.word, item.words) for item in how.items] == [("post", ""), ("email", "where possible")]
    assert how.rule and (how.rule.clause, how.rule.strength, how.rule.implied) == ("9.1", "may", True)
    window = policy.value("appeal.window").rule
    assert window and (window.clause, window.strength) == ("9", "must"), "the table's clause serves what has none"


def test_a_text_in_place_of_a_table_is_its_first_key() -> None:
    policy = read('[restriction.kinds]\npairs = "two staff [5.7 may]"\n[inform]\ncontractors = "arrangement [4]"')
    assert policy.restriction_kinds.listed[0].does == "two staff"
    assert policy.value("inform.contractors.sees").raw == ["arrangement"]


def test_a_whole_table_can_be_none_lost_or_unsaid() -> None:
    policy = read('[restriction]\nextension = "none [7]"\n[inform]\nphone = "lost [4]"\n[damage]\n"4" = "cut off"')
    assert policy.value("restriction.extension").none
    assert policy.value("restriction.extension.times").none
    assert "restriction.extension.times" not in {gap.path for gap in policy.unsaid()}
    assert [(gap.path, gap.what) for gap in policy.lost()] == [("inform.phone", "cut off")]
    assert policy.value("inform.phone.sees").lost


def test_unsaid_can_be_said_with_the_policys_own_words() -> None:
    policy = read('[review]\ninterval = "unsaid: at appropriate intervals [1.8 normally]"')
    value = policy.value("review.interval")
    assert value.unsaid and value.rule and value.rule.clause == "1.8"
    assert [gap.what for gap in policy.unsaid() if gap.path == "review.interval"] == ["at appropriate intervals"]


def test_a_contradiction_is_two_values_where_one_belongs() -> None:
    policy = read('[appeal]\nfinal = ["yes [9.1]", "no [9.7]"]')
    value = policy.value("appeal.final")
    assert value.contradiction and not value.said and value.raw is None and value.readings == [True, False]
    assert [gap.part for gap in policy.unsaid() if gap.path == "appeal.final"] == ["contradiction"]


def test_a_path_that_is_not_known_is_an_error_with_the_nearest() -> None:
    policy = read("")
    for path in ("appeal.windo", "stage.limit.by", "nonsense", "register.staff.review"):
        with pytest.raises(KeyError, match="is not known"):
            policy.value(path)
    with pytest.raises(KeyError):
        policy.stage("nothing")
    with pytest.raises(KeyError):
        policy.register("nothing")


# who decides


@pytest.mark.parametrize(
    ("who", "people", "enough"),
    [
        ("lead", [{"lead"}], True),
        ("lead", [{"head"}], False),
        ("lead or head", [{"head"}], True),
        ("lead or above", [{"head"}], True),
        ("head or above", [{"lead"}], False),
        ("2 of lead, head", [{"lead"}], False),
        ("2 of lead, head", [{"lead"}, {"lead"}], True),
        ("2 of lead or above", [{"lead"}, {"head"}], True),
        ("lead and head", [{"lead"}, {"lead"}], False),
        ("lead and head", [{"lead", "head"}], False),
        ("lead and head", [{"head"}, {"lead"}], True),
        ("meeting of lead, head", [{"lead"}, {"head"}], True),
        ("meeting of lead, head", [{"lead", "head"}, {"lead"}], True),
        ("staff", [{"adviser"}], True),
        ("staff or head", [{"adviser"}], True),
    ],
)
def test_who_decides(who: str, people: list[set[str]], enough: bool) -> None:
    decider = read(f'[appeal]\nby = "{who} [9]"').appeal.by
    assert decider.missing(people) is not enough
    assert decider.names() and not decider.unsaid


# local rules


def test_a_local_rule_fills_what_is_unsaid_and_says_who_and_why() -> None:
    policy = read("", settle('appeal.late = "exceptional: illness"'))
    value = policy.value("appeal.late")
    assert value.raw == "exceptional" and value.rule and value.rule.source == "local" and value.rule.text == "Plain"
    assert value.settled and (value.settled.by, str(value.settled.on)) == ("Director", "2026-11-02")
    assert policy.local_rules() == [value]
    assert "appeal.late" not in {gap.path for gap in policy.unsaid()}


def test_a_local_rule_fills_the_kind_of_day_and_keeps_what_is_said() -> None:
    said = '[appeal]\nwindow = "15 days from letter received [9.1]"'
    policy = read(said, settle('appeal.window = "15 calendar days from letter received"'))
    value = policy.value("appeal.window")
    assert str(value.raw) == "15 calendar days from letter received"
    assert value.rule and (value.rule.source, value.rule.clause) == ("local", "9.1")
    assert value.policy_words == "15 days from letter received"


@pytest.mark.parametrize(
    ("said", "settled", "allowed"),
    [
        ("3 incidents", "3 incidents within 6 months", True),
        ("incidents within 6 months", "3 incidents within 6 months", True),
        ("incidents", "3 incidents in the case", True),
        ("incidents", "3 breaches", False),
        ("3 incidents", "4 incidents within 6 months", False),
        ("incidents within 6 months", "3 incidents in the case", False),
        ("3 incidents within 6 months", "3 incidents within 6 months", False),
    ],
)
def test_a_local_rule_fills_the_number_or_the_window_of_a_threshold(said: str, settled: str, allowed: bool) -> None:
    stage = f'[stage.letter]\nstate = "written warning"\nafter = "{said} [4]"'
    found = problems(BASE + stage, settle(f'stage.letter.after = "{settled}"'))
    assert (found == []) is allowed, found


def test_a_local_rule_settles_a_contradiction_as_one_of_the_two() -> None:
    said = '[appeal]\nfinal = ["yes [9.1]", "no [9.7]"]'
    assert read(said, settle('appeal.final = "no"')).value("appeal.final").raw is False
    said = '[appeal]\nwindow = ["10 days from decision [9.1]", "14 days from decision [9.7]"]'
    fits = read(said, settle('appeal.window = "14 calendar days from decision"'))
    assert str(fits.period("appeal.window")) == "14 calendar days from decision"
    assert problems(BASE + said, settle('appeal.window = "12 calendar days from decision"')) == [
        "appeal.window: the policy contradicts itself (10 days from decision; 14 days from decision): settle it as one "
        "of these."
    ]


def test_a_local_rule_adds_to_a_lost_or_open_list() -> None:
    said = '[restriction]\nkinds_are = "examples [7]"\n[restriction.kinds]\nlost = "7"\n[damage]\n"7" = "cut off"\n'
    said += '[always_accept]\nlist = "repair: urgent [7]"\nlist_is = "examples [7]"'
    policy = read(said, settle('restriction.kinds.pairs = "two staff"', 'always_accept.list = "domestic abuse"'))
    assert [(kind.key, kind.does) for kind in policy.restriction_kinds.listed] == [("pairs", "two staff")]
    assert policy.restriction_kinds.listed[0].local
    accepted = policy.value("always_accept.list")
    assert [(item.word, item.rule.source) for item in accepted.kept if item.rule] == [
        ("repair", "policy"),
        ("domestic abuse", "local"),
    ]


@pytest.mark.parametrize(
    ("said", "line", "problem"),
    [
        ('[appeal]\nwindow = "20 working days from decision [9]"', 'appeal.window = "10 working days from decision"',
         'appeal.window: the policy already says "20 working days from decision" (clause 9): a local rule cannot change it.'),
        ('[appeal]\nwindow = "15 days from decision [9]"', 'appeal.window = "20 calendar days from decision"',
         'appeal.window: the policy already says "15 days from decision" (clause 9): only what it leaves open can be '
         "settled."),
        ('[appeal]\nby = "head [9]"', 'appeal.by = "lead"',
         'appeal.by: the policy already says "head" (clause 9): a local rule cannot change it.'),
        ('[appeal]\nwindow = "none [9]"', 'appeal.window = "1 week from decision"',
         "appeal.window: the policy says that there is none (clause 9): a local rule cannot change it."),
        ('[restriction]\nextension = "none [7]"', 'restriction.extension.times = "once"',
         "restriction.extension.times: the policy says that there is none (clause 7): a local rule cannot change it."),
        ('[restriction]\nkinds_are = "closed [7]"', 'restriction.kinds.pairs = "two staff"',
         "restriction.kinds.pairs.does: the policy's list of kinds is closed (clause 7): a local rule cannot add to it."),
        ('[always_accept]\nlist = "repair [7]"', 'always_accept.list = "emergency"',
         'always_accept.list: the policy already says "repair" (clause 7): a local rule cannot change it.'),
        ("", 'appeal.wndow = "1 week from decision"', 'appeal.wndow: is not known. Did you mean "appeal.window"?'),
        ("", 'policy.provider = "Another"', "policy.provider: names or wires the policy, and is no rule: it cannot be "
         "settled locally."),
        ("", 'appeal.late = "refused [9]"', "appeal.late: a local rule has no clause of the policy: leave the square "
         "brackets out."),
        ("", 'appeal.by = "chief"', 'appeal.by: names "chief", which is not under [roles].'),
        ("", 'restriction.kinds = "x"', "restriction.kinds: is a table: settle one of its keys."),
        ("", "appeal.late = 4", 'appeal.late: is a text, with its clause at the end: late = "… [6.16]".'),
    ],
)  # fmt: skip
def test_a_local_rule_never_changes_the_policy(said: str, line: str, problem: str) -> None:
    assert problems(BASE + said, settle(line)) == [problem]


def test_a_local_rule_says_who_when_and_why() -> None:
    assert problems(BASE, settle('appeal.late = "refused"', by="", on='on = "soon"', why='why = " "')) == [
        "local[1].by: is missing: who settled it.",
        "local[1].on: is missing: the day it was settled, like 2026-11-02.",
        "local[1].why: is missing: the reason, in a few words.",
    ]
    assert problems(BASE, "[[local]]\nby = 'x'\non = 2026-01-01\nwhy = 'y'\nwhen = 2") == [
        "local[1].when: is not known.",
        "local[1].set: is missing: what is settled, by its path.",
    ]


def test_a_whole_table_that_is_unsaid_or_lost_can_be_settled() -> None:
    assert "inform" in {gap.path for gap in read("").unsaid()}
    policy = read("", settle('inform.contractors = "arrangement"'))
    assert policy.value("inform.contractors.sees").raw == ["arrangement"]
    assert "inform" not in {gap.path for gap in policy.unsaid()}
    said = '[restriction.kinds]\nspoc = "lost [7]"\n[damage]\n"7" = "cut off"'
    kinds = read(said, settle('restriction.kinds.spoc = "named person"')).restriction_kinds
    assert [(kind.key, kind.does) for kind in kinds.listed] == [("spoc", "named person")]


def test_what_is_lost_stays_marked_once_it_is_settled() -> None:
    damaged = '[appeal]\nhow = ["post [9]", "lost [9]"]\nlate = "lost [9]"\n[damage]\n"9" = "cut off"'
    policy = read(damaged, settle('appeal.how = "email"', 'appeal.late = "refused"'))
    assert policy.value("appeal.how").raw == ["post", "email"]
    late = policy.value("appeal.late")
    assert late.said and late.raw == "refused" and late.rule and late.rule.cite() == "Local rule"
    assert {gap.path for gap in policy.lost()} == {"appeal.how", "appeal.late"}


def test_nothing_is_settled_twice() -> None:
    twice = settle('appeal.late = "refused"') + "\n" + settle('appeal.late = "accepted"')
    assert problems(BASE, twice) == ["appeal.late: was settled already, by Director on 2026-11-02."]


def test_a_file_of_local_rules_holds_nothing_else() -> None:
    assert problems(BASE, '[appeal]\nlate = "refused [9]"') == [
        "appeal: a file of local rules holds [[local]] tables only."
    ]


def test_local_rules_may_stand_at_the_end_of_the_policys_own_file() -> None:
    assert loader.read(BASE + settle('appeal.late = "refused"')).value("appeal.late").raw == "refused"


# whatever the bytes


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("x = " + "[" * 5_000, "nested"),
        ("x = " + "9" * 5_000, "number"),
        ("x = " + "{a=" * 3_000 + "1" + "}" * 3_000, "nested"),
        ("#" * (loader.LARGEST + 1), "longer than 256 KB"),
        ("a = 1\na = 2", "not TOML"),
        ("[policy", "not TOML"),
        ("x = 2026-99-99", "not TOML"),
        ("a\0b = 1", "not TOML"),
    ],
    ids=["arrays", "digits", "tables", "large", "twice", "open", "date", "nul"],
)
def test_hostile_text_is_a_problem_and_never_a_crash(text: str, word: str) -> None:
    found = problems(text)
    assert any(word in problem for problem in found), found


def test_hostile_names_do_not_break_a_message() -> None:
    found = problems(BASE + '"\\u202e\\n' + "x" * 500 + '" = "y"')
    assert len(found) == 1 and "\n" not in found[0] and len(found[0]) < 200


@pytest.mark.parametrize(
    "text",
    [
        ".".join(["a"] * 60_000) + " = 1",
        " . ".join(['"a"'] * 30_000) + " = 1",
        "[" + ".".join(["a"] * 60_000) + "]",
        "\n".join(f"key{number} = 1" for number in range(20_000)),
        "[appeal]\n" + "\n".join(f"windo{number} = 1" for number in range(20_000)),
        '[policy]\nprovider = "' + "x" * 250_000 + '"',
        'x = """' + "a " * 100_000,
        "a" * 250_000,
        ("a" * 50 + "\t" * 50) * 2_000,
        '"' * 250_000,
        "[[local]]\n" * 20_000,
        "[appeal]\nwindow = [" + '"1 [1]",' * 30_000 + "]",
    ],
    ids=["dotted", "quoted", "header", "keys", "near", "long", "open", "word", "spaces", "quotes", "locals", "list"],
)
def test_text_made_to_take_long_is_refused_soon(text: str) -> None:
    begun = time.process_time()
    assert problems(text)
    assert problems(BASE, text)
    assert time.process_time() - begun < 3


def test_more_problems_than_anybody_reads_are_cut_short() -> None:
    found = problems("\n".join(f"key{number} = 1" for number in range(20_000)))
    assert len(found) == tables.MOST_PROBLEMS + 1
    assert found[-1] == "the file: has more problems than these: put these right first."


def test_bytes_that_are_no_text() -> None:
    for data in (b"\xff\xfe\x00", bytes(range(128, 256))):
        with pytest.raises(PolicyProblems, match="not UTF-8"):
            loader.read_bytes(data)
    assert loader.read_bytes(b"\xef\xbb\xbf" + BASE.encode()).provider_name == "Example", (
        "a byte-order mark is no matter"
    )


@settings(max_examples=quick.examples(150, 20_000))
@given(st.binary(max_size=400))
def test_any_bytes_are_a_policy_or_problems(data: bytes) -> None:
    with pytest.raises(PolicyProblems):
        loader.read_bytes(data)


@settings(max_examples=quick.examples(150, 20_000), deadline=None)
@given(st.data())
def test_any_change_to_a_real_file_is_a_policy_or_problems(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(DOVER_TEXT)))
    cut = data.draw(st.integers(0, 40))
    put = data.draw(st.text(st.sampled_from('ab1=[]{}",.\n#: '), max_size=12))
    try:
        loader.read(DOVER_TEXT[:at] + put + DOVER_TEXT[at + cut :])
    except PolicyProblems as found:
        assert found.problems and all(str(problem) for problem in found.problems)


_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("abc_", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


def _toml(value: object) -> str:
    if value is None:
        return '"unsaid"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return json.dumps(value)


@settings(max_examples=quick.examples(150, 20_000), deadline=None)
@given(
    st.sampled_from(["appeal", "review", "restriction", "stage", "roles", "gate", "register", "letter", "path"]), _json
)
def test_any_shape_of_value_is_a_policy_or_problems(table: str, value: object) -> None:
    text = BASE.split("[roles]")[0] + f"[{table}]\nby = {_toml(value)}\nfor = {_toml(value)}\nx = {_toml(value)}"
    try:
        loader.read(text)
    except PolicyProblems as found:
        assert found.problems


def test_the_package_imports_no_django() -> None:
    for file in Path(loader.__file__).parent.glob("*.py"):
        assert "django" not in file.read_text(encoding="utf-8").lower().replace("imports no django", "")


def test_a_local_rule_adds_to_grounds_that_are_only_examples() -> None:
    said = HEAD + '[appeal]\ngrounds = ["Facts [9]"]\ngrounds_are = "WHICH [9]"\n'
    local = '[[local]]\nby = "Director"\non = 2026-11-02\nwhy = "Asked for"\n[local.set]\nappeal.grounds = "Something new"\n'
    added = loader.read(said.replace("WHICH", "examples"), local=local).value("appeal.grounds")
    assert [str(item) for item in added.kept] == ["Facts", "Something new"]
    with pytest.raises(PolicyProblems, match="a local rule cannot change it"):
        loader.read(said.replace("WHICH", "closed"), local=local)


@pytest.mark.parametrize(
    ("table", "was", "now"),
    [
        ("letter.limits", 'within = "5 working days from decision [5]"', 'within = "3 working days from decision [5]"'),
        ("appeal", 'grounds_are = "examples [5]"', 'grounds_are = "closed [5]"'),
        ("review", 'none_within = "6 weeks [5]"', 'none_within = "8 weeks [5]"'),
        ("path.danger", 'police_unless = ["They ask us not to [5]"]', 'police_unless = ["Nobody was hurt [5]"]'),
        ("restriction.interim", 'unconfirmed = "lapses [5]"', 'unconfirmed = "stands [5]"'),
    ],
)
def test_what_changed_in_a_rule_is_one_change(table: str, was: str, now: str) -> None:
    base = HEAD + '[stage.limits]\nstate = "contact restriction"\n'
    base += "" if table == "letter.limits" else '[letter.limits]\non = "limits"\n'
    head = f"[{table}]\n" + ('on = "limits"\n' if table == "letter.limits" else "")
    (change,) = difference.between(loader.read(f"{base}{head}{was}"), loader.read(f"{base}{head}{now}"))
    assert (change.path, change.kind) == (f"{table}.{was.partition(' ')[0]}", "changed")


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("added", ["New: 4 months (clause 6)"]),
        ("removed", ["Gone: 6 months (clause 5)"]),
        ("changed", ["Was: 6 months (clause 5, must)", "Is now: 4 months (clause 6, may)"]),
    ],
)
def test_a_change_says_what_was_and_is_with_the_clause(kind: difference.Kind, lines: list[str]) -> None:
    before, after = Rule("policy", "5", "must"), Rule("policy", "6", "may")
    assert difference.Change("restriction.maximum", kind, "6 months", "4 months", before, after).lines == lines
