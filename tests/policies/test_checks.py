"""Each contradiction that a file can hold: sound before the change, one problem after it."""

# Messages stand whole, as a policy manager reads them.
# ruff: noqa: E501

import pytest

from policies import citations, loader, shelf
from policies.problems import PolicyProblems

SOUND = """
[policy]
provider = "Example"
kind = "association"
nation = "wales"
approved = 2025-03-04
effective = 2025-04-01
ombudsman = "psow [9.4]"
[roles]
adviser = { name = "Adviser", as = "officer" }
lead = { name = "Area Lead", as = "team leader", rank = 1 }
head = { name = "Head of Homes", as = "manager", rank = 2 }
[behaviour]
danger = { name = "Threats", clause = "2.1" }
[stages]
order = "talk, letter, limits"
count = "3 [4]"
[stage.talk]
state = "initial warning"
by = "adviser [4.1]"
[stage.letter]
state = "written warning"
after = "3 incidents within 6 months [4.2]"
by = "lead [4.2]"
lapses = "12 months from letter dated [4.3]"
[stage.limits]
state = "contact restriction"
after = "incidents before letter lapses [4.4]"
by = "2 of lead or above [4.5]"
[path.danger]
when = "danger [5.1]"
skips = "talk, letter [5.1]"
interim = "yes [5.3]"
register = "safety [5.4]"
[gate]
equality_assessment = "limits [6.1]"
visit = { before = "letter", asks = "Visit offered?", clause = "6.3" }
[consider]
limits = ["Would less do? [6.4]"]
[decide]
no_police = { by = "head", clause = "5.2" }
[restriction]
minimum = "1 month from start [7.1]"
maximum = "9 months from start [7.1]"
keep_open = "1 [7.2]"
[restriction.kinds]
spoc = { does = "named person", clause = "7.3" }
lost = "7.3"
[restriction.interim]
confirm = "3 working days from interim [5.3]"
[review]
interval = "every 3 months from start [8.1]"
[appeal]
window = "10 working days from letter received [9.1]"
response = "10 working days from appeal received [9.3]"
final = "yes [9.4]"
next = "psow [9.4]"
[appeal.for.letter]
covers = "letter [9.3]"
by = "lead [9.3]"
[appeal.for.limits]
covers = "limits [9.3]"
by = "head [9.3]"
[breach]
ladder = ["breach warning [7.5]"]
[spoc]
quality_review = "every 2 months from spoc named [7.6]"
[register.safety]
name = "Safety List"
review = "every 6 months from entry [5.6]"
[register.safety.keep]
violence = { minimum = "1 month from removal", maximum = "2 years from removal", clause = "5.6" }
[letter.warning]
on = "letter"
says = "appeal [4.2]"
[letter.limits]
on = "limits"
says = "appeal [7.9]"
[damage]
"7.3" = "cut off"
"""


def problems(text: str, document: str | None = None) -> list[str]:
    try:
        loader.read(text, document=document)
    except PolicyProblems as found:
        return [str(problem) for problem in found.problems]
    return []


def test_the_text_is_sound() -> None:
    assert problems(SOUND) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("effective = 2025-04-01", "effective = 2025-01-01", "policy.effective: is before the policy was approved, on 2025-03-04."),
        ("approved = 2025-03-04", "", "policy.note: is missing: a policy without a date of approval says where its date comes from."),
        ('minimum = "1 month from start', 'minimum = "10 months from start', "restriction.minimum: is longer than the maximum: 10 months against 9 months."),
        ('minimum = "1 month from start', 'minimum = "40 weeks from start', "restriction.minimum: is longer than the maximum: 40 weeks against 9 months."),
        ('minimum = "1 month from start', 'minimum = "20 working days from start', "restriction.minimum: is a length, so it is in calendar days, weeks, months or years."),
        ('minimum = "1 month from removal"', 'minimum = "3 years from removal"', "register.safety.keep.violence.minimum: is longer than the maximum: 3 years against 2 years."),
        ('by = "adviser [4.1]"', 'by = "advisor [4.1]"', 'stage.talk.by: names "advisor", which is not under [roles]. Did you mean "adviser"?'),
        ('by = "head", clause = "5.2"', 'by = "chief", clause = "5.2"', 'decide.no_police.by: names "chief", which is not under [roles].'),
        ('by = "adviser [4.1]"', 'by = "adviser or above [4.1]"', 'stage.talk.by: says "or above", but adviser has no rank under [roles].'),
        ('skips = "talk, letter', 'skips = "talk, leter', 'path.danger.skips: names "leter", which is no stage. Did you mean "letter"?'),
        ('when = "danger', 'when = "dangers', 'path.danger.when: names "dangers", which is no behaviour. Did you mean "danger"?'),
        ('register = "safety', 'register = "safely', 'path.danger.register: names "safely", which is no register. Did you mean "safety"?'),
        ('equality_assessment = "limits', 'equality_assessment = "limit', 'gate.equality_assessment.before: names "limit", which is no stage or action or kind. Did you mean "limits"?'),
        ('on = "limits"', 'on = "limitz"', 'letter.limits.on: names "limitz", which is no stage or action. Did you mean "limits"?'),
        ('covers = "limits [9.3]"', 'covers = "limit [9.3]"', 'appeal.for.limits.covers: names "limit", which is no stage or action or kind or any decision. Did you mean "limits"?'),
        ('order = "talk, letter, limits"', 'order = "talk, limits, letter"', "stages.order: goes against the four states: initial warning, written warning, contact restriction, review."),
        ('order = "talk, letter, limits"', 'order = "talk, letter, limits, talk"', 'stages.order: names "talk" twice.'),
        ('order = "talk, letter, limits"', 'order = "talk, limits"', "stage.letter: is not in stages.order."),
        ('order = "talk, letter, limits"', 'order = "talk, letter, limits, end"', 'stages.order: names "end", which is no stage.'),
        ('count = "3 [4]"', 'count = "4 [4]"', "stages.count: says 4 stages, but the file has 3."),
        ('asks = "Visit offered?", ', "", "gate.visit: is a gate of your own, so it needs its question: asks = …."),
        ("no_police = {", "nopolice = {", 'decide.nopolice: is an act of your own, so it needs saying: does = …. Did you mean "no_police"?'),
        ('[consider]\nlimits', "[consider]\nlimit", 'consider.limit: is neither a stage nor an action. Did you mean "limits"?'),
        ('[breach]\nladder = ["breach warning [7.5]"]', '[letter.breach]\non = "breach"', "letter.breach.on: nothing sends it: the policy has no breach ladder."),
        ("[breach]", '[letter.again]\non = "reconsider"\n[breach]', "letter.again.on: nothing sends it: the policy has no reconsideration."),
        ("[breach]", '[reconsideration]\nresponse = "1 week from interim [5]"\n[breach]', ""),
        ("from spoc named", "from request received", 'spoc.quality_review: runs from "request received", which never happens: there is no reconsideration.'),
        ('[letter.warning]\non = "letter"', '[letter.warning]\non = "limits"', 'stage.letter.lapses: runs from "letter dated", but no letter is ever sent for it.'),
        ('lapses = "12 months from letter dated [4.3]"', "", 'stage.limits.after: counts before "letter" lapses, but that stage never lapses: stage.letter.lapses = ….'),
        ("before letter lapses", "before leter lapses", 'stage.limits.after: counts before "leter" lapses, which is no stage. Did you mean "letter"?'),
        ('maximum = "9 months from start [7.1]"', 'length = "set for each case [7.1]"', "restriction.length: is set for each case, but no letter on a restriction says the length."),
        ('covers = "limits [9.3]"', 'covers = "limits, letter [9.3]"', 'appeal.for.limits.covers: "letter" is covered by appeal.for.letter already: a decision has one appeal.'),
        ('next = "psow [9.4]"', 'next = "panel [9.4]"', 'appeal.next: is "panel", though appeal.final says that nothing follows within.'),
        ('next = "psow [9.4]"', 'next = "spso [9.4]"', 'appeal.next: is "spso", which does not hear complaints in Wales. Did you mean "psow"?'),
        ('ombudsman = "psow [9.4]"', 'ombudsman = "housing ombudsman [9.4]"', 'policy.ombudsman: is "housing ombudsman", which does not hear complaints in Wales. Did you mean "psow"?'),
        ('spoc = { does = "named person"', 'end = { does = "end direct contact"', "restriction.kinds.end: ends all contact, but 1 way of contact must stay open (clause 7.2)."),
        ('"7.3" = "cut off"', '"7.4" = "cut off"', "restriction.kinds: is lost in 7.3, but [damage] does not say what is damaged there."),
    ],
)  # fmt: skip
def test_a_contradiction_is_found(old: str, new: str, problem: str) -> None:
    assert old in SOUND
    assert problems(SOUND.replace(old, new, 1)) == ([problem] if problem else [])


def test_each_missing_thing_that_a_clock_waits_for_is_named() -> None:
    without_spoc = SOUND.replace('[spoc]\nquality_review = "every 2 months from spoc named [7.6]"\n', "")
    without_spoc = without_spoc.replace(
        'spoc = { does = "named person", clause = "7.3" }\nlost = "7.3"\n', 'calls = "times [7.3]"\n'
    )
    waits = '[equality]\nadvice = "x [1]"\n[reconsideration]\nresponse = "1 week from spoc named [8]"\n'
    assert problems(without_spoc + waits) == [
        'reconsideration.response: runs from "spoc named", which never happens: no single point of contact is ever named.'
    ]
    without_register = SOUND[: SOUND.index("[register.safety]")] + SOUND[SOUND.index("[letter.warning]") :]
    without_register = without_register.replace('register = "safety [5.4]"\n', "")
    waits = '[reconsideration]\nresponse = "1 week from removal [8]"\n[letter.entry]\non = "enter_register"\n'
    assert problems(without_register + waits) == [
        "letter.entry.on: nothing sends it: the policy has no register.",
        'reconsideration.response: runs from "removal", which never happens: there is no register.',
    ]
    without_interim = SOUND.replace('[restriction.interim]\nconfirm = "3 working days from interim [5.3]"\n', "")
    without_interim = without_interim.replace('interim = "yes [5.3]"\n', "")
    waits = '[reconsideration]\nresponse = "1 week from interim [8]"\n'
    assert problems(without_interim + waits) == [
        'reconsideration.response: runs from "interim", which never happens: there is no interim restriction.'
    ]
    no_appeal = SOUND[: SOUND.index("[appeal]")] + SOUND[SOUND.index("[breach]") :]
    no_appeal += '[appeal]\ncovers = "none [9]"\nresponse = "1 week from appeal received [9]"\n'
    assert problems(no_appeal) == [
        'appeal.response: runs from "appeal received", which never happens: there is no appeal.'
    ]


def test_an_appeal_runs_from_a_letter_that_is_sent_for_what_it_covers() -> None:
    said = SOUND[: SOUND.index("[appeal]")] + SOUND[SOUND.index("[breach]") :]
    said += '[appeal]\ncovers = "talk [9]"\nwindow = "10 working days from letter received [9]"\n'
    assert problems(said) == ['appeal.window: runs from "letter received", but no letter is ever sent for it.']
    assert problems(said.replace('"talk [9]"', '"spoc [9]"')) == [], "a kind of restriction comes with its letter"
    assert problems(said.replace('"talk [9]"', '"any decision [9]"')) == []


def test_an_appeal_of_its_own_kind_needs_a_letter_of_its_own() -> None:
    own = 'covers = "limits [9.3]"\nwindow = "5 working days from letter received [9.3]"'
    said = SOUND.replace('covers = "limits [9.3]"', own)
    assert problems(said) == []
    said = said.replace('"limits [9.3]"', '"talk [9.3]"')
    assert problems(said) == [
        'appeal.for.limits.window: runs from "letter received", but no letter is ever sent for it.'
    ]


def test_warning_letters_are_counted_only_where_one_is_sent() -> None:
    said = SOUND.replace('after = "incidents before letter lapses [4.4]"', 'after = "1 warning letter [4.4]"')
    assert problems(said) == []
    unsent = said.replace('on = "letter"', 'on = "limits"').replace('lapses = "12 months from letter dated [4.3]"', "")
    assert problems(unsent) == ["stage.limits.after: counts warning letters, but no letter is sent on a warning."]


def test_working_days_need_a_nation() -> None:
    found = problems(SOUND.replace('nation = "wales"', 'nation = "unsaid: perhaps Wales"'))
    why = "counts working days, but policy.nation is not said, so whose holidays to leave out is not known."
    paths = ("restriction.interim.confirm", "appeal.window", "appeal.response")
    assert found == [f"{path}: {why}" for path in paths]


def test_own_words_about_the_last_way_of_contact_may_be_softer() -> None:
    said = SOUND.replace('spoc = { does = "named person"', 'end = { does = "end direct contact"')
    assert problems(said.replace('keep_open = "1 [7.2]"', 'keep_open = "1 [7.2 endeavour]"')) == []


@pytest.mark.parametrize(
    ("does", "problem"),
    [
        ('does = "no channels", channels = "in person"', ""),
        ('does = "no channels", channels = "phone, email"', ""),
        ('does = "no channels", channels = "writing"', ""),
        ('does = "end direct contact", channels = "phone, email, letter, social media"', ""),
        ('does = "no channels"', "ends all contact"),
        ('does = "end direct contact"', "ends all contact"),
        (
            'does = "no channels", channels = "phone, in person, writing, social media, online, third party"',
            "ends all contact",
        ),
        ('does = "only channels", channels = "post"', ""),
    ],
)
def test_a_kind_that_closes_some_ways_leaves_the_others_open(does: str, problem: str) -> None:
    said = SOUND.replace('spoc = { does = "named person"', f"end = {{ {does}")
    said = said.replace('quality_review = "every 2 months from spoc named [7.6]"', 'cover = ["A deputy [7.6]"]')
    must = "1 way of contact must stay open (clause 7.2)"
    assert problems(said) == ([f"restriction.kinds.end: {problem}, but {must}."] if problem else [])


def test_as_many_ways_stay_open_as_the_policy_says() -> None:
    said = SOUND.replace(
        'spoc = { does = "named person"', 'end = { does = "no channels", channels = "phone, writing, online"'
    )
    said = said.replace('quality_review = "every 2 months from spoc named [7.6]"', 'cover = ["A deputy [7.6]"]')
    assert problems(said.replace('keep_open = "1 ', 'keep_open = "3 ')) == []
    must = "4 ways of contact must stay open (clause 7.2)"
    assert problems(said.replace('keep_open = "1 ', 'keep_open = "4 ')) == [
        f"restriction.kinds.end: leaves 3 of the ways of contact, but {must}."
    ]


LADDER = '[breach]\nladder = ["breach warning [7.5]", "other: Words with the Chair [7.5]", "injunction [7.5]"]'


@pytest.mark.parametrize(
    ("tables", "problem"),
    [
        ('court = { steps = "injunction", by = "head", clause = "7.5" }', ""),
        ('chair = { steps = "other: words with the chair", by = "head", clause = "7.5" }', ""),
        (
            'court = { steps = "possession", by = "head", clause = "7.5" }',
            'breach.for.court.steps: names "possession", which is no step of breach.ladder.',
        ),
        (
            'chair = { steps = "other: a talk", by = "head", clause = "7.5" }',
            'breach.for.chair.steps: names "a talk", which is no step of breach.ladder.',
        ),
        ('court = { by = "head", clause = "7.5" }', "breach.for.court.steps: is missing: which steps."),
        (
            'a = { steps = "injunction", by = "head", clause = "7.5" }\nb = { steps = "breach warning, injunction", by = "lead", clause = "7.5" }',
            'breach.for.b.steps: "injunction" is decided by breach.for.a already: a step has one decider.',
        ),
    ],
)
def test_a_step_after_a_breach_with_its_own_decider_is_in_the_ladder_once(tables: str, problem: str) -> None:
    said = SOUND.replace('[breach]\nladder = ["breach warning [7.5]"]', f"{LADDER}\n[breach.for]\n{tables}")
    assert problems(said) == ([problem] if problem else [])


@pytest.mark.parametrize("said", ["6 weeks from end", "every 6 weeks"])
def test_a_bare_length_runs_from_nothing(said: str) -> None:
    text = SOUND.replace('interval = "every 3 months from start [8.1]"', f'none_within = "{said} [8.1]"')
    assert problems(text) == ['review.none_within: is a length and runs from nothing: none_within = "6 weeks …".']


def test_entries_with_clauses_of_their_own_are_told_how_to_be_written() -> None:
    said = SOUND.replace('says = "appeal [4.2]"', 'says = "appeal [4.2], reason: in short [4.3 may]"')
    assert problems(said) == [
        "letter.warning.says: entries with clauses of their own are texts of their own: "
        '["appeal [4.2]", "reason: in short [4.3 may]"].'
    ]


def test_several_contradictions_come_together() -> None:
    said = (
        SOUND.replace('next = "psow', 'next = "spso')
        .replace('count = "3', 'count = "2')
        .replace('minimum = "1 month from s', 'minimum = "1 year from s')
    )
    assert len(problems(said)) == 3


@pytest.mark.parametrize(
    ("clause", "there"),
    [("6.16", True), ("6.1", True), ("6.17", False), ("16.16", False), ("6.16.1", False), ("4.2.1", True), ("4.2", False),
     ("s5", True), ("5", True), ("s7", False), ("s5 L3", True), ("s5 L400", False), ("cover", True), ("App A", True)],
)  # fmt: skip
def test_a_cited_clause_stands_in_the_text(clause: str, there: bool) -> None:
    text = "Cover\n6.1 Roles, see 6.16\n6.16\tLengths.\n4.2.1 Sharing\n5. Restricting"
    said = '[policy]\nprovider = "X"\nkind = "council"\nnation = "england"\napproved = 2025-01-01\neffective = 2025-01-01\n'
    said += f'[appeal]\nfinal = "yes [{clause}]"'
    missing = [f"appeal.final: cites clause {clause}, which is not in the policy's text."]
    assert problems(said, document=text) == ([] if there else missing)


def test_every_clause_of_dover_is_listed_once() -> None:
    clauses = list(citations.cited(shelf.read_builtin("dover-district-council")))
    assert {"6.9", "6.11", "6.16", "6.34", "6.35"} <= set(clauses)
    assert len(clauses) == len(set(clauses))
