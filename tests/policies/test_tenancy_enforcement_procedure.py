"""The Tenancy Enforcement Procedure, row by row: what its file says at each path, in which section, how strongly."""

from datetime import date

import pytest

from policies import clocks, schema, shelf
from policies.calendars import Calendar
from policies.clocks import FROM_NAMING, FROM_START
from policies.periods import Period
from policies.reckoning import START_NOT_COUNTED
from policies.rules import Rule

SLUG = "tenancy-enforcement-procedure"
POLICY = shelf.read_builtin(SLUG)
ENGLAND = Calendar.of("england", 2025, 2028)
DECIDED = date(2026, 12, 18)


def cited(rule: Rule | None) -> str:
    """The section, how strongly it binds, and whether it is read between the lines: "s4 may implied"."""
    assert rule and rule.source == "policy"
    return f"{rule.clause} {rule.strength}".removesuffix(" must") + (" implied" if rule.implied else "")


# What the machine reads: each entry with its section and strength.
ROWS = [
    # stages
    ("on_the_spot.by", "staff [s4 may]"),
    ("on_the_spot.may", "leave [s4 may], end call [s4 may], end contact [s4 may]"),
    ("on_the_spot.warnings", "1 warning [s4]"),
    ("stage.initial.by", "staff [s4 may]"),
    ("stage.initial.optional", "yes [s4 may]"),
    ("stage.written.optional", "yes [s4 may]"),
    # warnings needed: no number
    ("stage.written.after", "initial warnings [s4]"),
    ("stage.restriction.after", "warnings [s4, s5]"),
    # gate
    ("gate.equality_assessment.before", "written [s4], legal_action [s4], restriction [s2, s4]"),
    ("gate.equality_assessment.review", "every 6 months [s2 normally]"),
    # deciders
    ("spoc.by", "managing team [s6]"),
    ("restriction.kinds.spoc.by", "managing team [s6]"),
    ("decide.legal_advice.by", "spoc or colleague [s8 normally]"),
    ("appeal.by", "senior officer [s11]"),
    ("reconsideration.by", "senior officer [s11]"),
    # restrictions
    ("restriction.kinds_are", "examples [s5]"),
    ("restriction.kinds.one_way.does", "only channels [s5 may]"),
    ("restriction.kinds.one_way.channels", "email [s5 may], phone [s5 may]"),
    ("restriction.kinds.third_party.does", "third party [s5 may]"),
    ("restriction.kinds.spoc.does", "named person [s5 may]"),
    ("restriction.kinds.end_direct.does", "end direct contact [s5 may]"),
    (
        "restriction.kinds.end_direct.channels",
        "phone [s5 may], email [s5 may], letter [s5 may], social media [s5 may]",
    ),
    ("restriction.kinds.frequency.does", "frequency [s5 may]"),
    ("restriction.kinds.named.does", "named person [s5 may]"),
    ("restriction.kinds.named.channels", "writing [s5 may], third party [s5 may]"),
    ("restriction.kinds.no_reply.does", "no reply [s5 may]"),
    ("restriction.kinds.times.does", "times [s5 may]"),
    ("restriction.kinds.in_writing.does", "only channels [s5 may]"),
    ("restriction.kinds.in_writing.channels", "writing [s5 may]"),
    ("restriction.kinds.returned.does", "return correspondence [s5 may]"),
    ("restriction.kinds.other.does", "other [s5 may]"),
    # duration
    ("restriction.length", "set for each case [s5]"),
    # review
    ("review.interval", "every 6 months [s10 normally]"),
    ("review.outcomes", "remain [s10], vary [s10], lift [s10]"),
    ("review.tell", "writing [s10]"),
    # single point of contact
    ("spoc.held_by", "colleague [s6 normally]"),
    ("spoc.quality_review", "every 3 months [s6 recommended]"),
    ("spoc.tell_change", "yes [s6]"),
    # appeal
    ("appeal.covers", "restriction [s11]"),
    ("appeal.how", "writing [s11]"),
    ("appeal.within_restriction", "yes [s11 normally]"),
    ("appeal.window", "14 days from letter dated [s11]"),
    ("appeal.met_by", "made [s11 implied]"),
    ("appeal.late", "refused [s11]"),
    ("appeal.response", "28 days from appeal received [s11]"),
    ("appeal.final", "yes [s11]"),
    ("appeal.next", "housing ombudsman [s11]"),
    ("policy.ombudsman", "housing ombudsman [s11]"),
    # reconsideration
    ("reconsideration.how", "writing [s11]"),
    ("reconsideration.response", "28 days from request received [s11]"),
    ("reconsideration.final", "yes [s11]"),
    ("reconsideration.next", "housing ombudsman [s11]"),
    # letters
    ("letter.written_warning.sent", "writing [s4 may]"),
    ("letter.restriction.sent", "writing [s5]"),
    ("letter.restriction.says", "reason [s5], arrangement [s5], spoc [s5], length [s5]"),
    ("letter.stop_writing.says", "expected [s5], consequence [s5]"),
    ("letter.spoc_change.says", "spoc [s6]"),
    ("letter.breach_warning.sent", "letter [s8 normally]"),
    ("letter.breach_warning.says", "expected [s8 normally], consequence [s8 normally]"),
    ("letter.legal_warning.sent", "letter [s8 may]"),
    ("letter.review_outcome.sent", "writing [s10]"),
    ("letter.review_outcome.says", "outcome [s10]"),
    ("letter.appeal_pack.sent", "letter [s11]"),
    ("letter.appeal_pack.encloses", "fact sheet [s11]"),
    ("letter.appeal_outcome.says", "outcome [s11]"),
    ("letter.reconsideration_outcome.says", "outcome [s11 implied]"),
    # informed
    ("inform.colleagues.sees", "restriction [s5]"),
    ("inform.contractors.sees", "restriction [s5 may]"),
    ("inform.statutory_agencies.sees", "restriction [s5 may]"),
    ("inform.contact_centre.sees", "other [s9]"),
    ("inform.repairs_contractors.sees", "other [s9]"),
    # registers
    ("register.warning_markers.risks", "other [s4], restrictions [s9]"),
    ("register.warning_markers.enter", "by decision [s4 normally]"),
    ("register.warning_markers.on", "restriction [s9 normally]"),
    ("register.warning_markers.access", "other [s9]"),
    ("register.warning_markers.review", "every 6 months [s5, s10 normally implied]"),
    ("register.saw_it.risks", "other [s4]"),
    ("register.saw_it.enter", "by decision [s4 normally]"),
    ("register.system_alerts.risks", "other [s4]"),
    ("register.system_alerts.enter", "by decision [s4 normally]"),
    # special path
    ("path.danger.when", "extreme [s4]"),
    ("path.danger.skips", "written [s4 may]"),
    ("path.danger.police", "tell [s4 may]"),
    ("path.serious.skips", "written [s4 may]"),
    # exclusions
    (
        "always_accept.list",
        "anti-social behaviour [s7], repair [s7], repair [s7], emergency [s7], safeguarding [s7], domestic abuse [s7]",
    ),
    ("always_accept.list_is", "examples [s7]"),
    # breach ladder
    (
        "breach.ladder",
        "breach warning [s8 normally], legal warning [s8 may], injunction [s8 may], civil restraint order [s8 may], "
        "possession notice [s8 may]",
    ),
    # the rest
    ("scope.contractors", "yes [s2]"),
    ("behaviour.aggression.is_list", "examples [s3]"),
    ("behaviour.demands.is_list", "examples [s3]"),
    ("behaviour.persistence.is_list", "examples [s3]"),
    ("evidence.log", "incidents [s4 normally], other [s4], other [s9 normally], other [s9]"),
    ("staff_care.tell", "line manager [s4 normally]"),
]


@pytest.mark.parametrize(("path", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_what_the_procedure_says(path: str, expected: str) -> None:
    assert ", ".join(f"{item.word} [{cited(item.rule)}]" for item in POLICY.value(path).kept) == expected


# The procedure's own sense beside a word: what each entry must tell, in order.
SENSES = {
    "on_the_spot.may": ["", "", "for the time being"],
    "restriction.kinds.one_way.does": ["one form"],
    "restriction.kinds.end_direct.does": ["one of these ways or by several"],
    "restriction.kinds.named.does": ["one colleague or several"],
    "restriction.kinds.no_reply.does": ["abusive, offensive or full of unsubstantiated allegations"],
    "restriction.kinds.times.does": ["arranged beforehand, or a SPOC"],
    "review.interval": ["or more often"],
    "review.tell": ["in every instance"],
    "spoc.tell_change": ["however short"],
    "spoc.quality_review": ["or sooner"],
    "appeal.late": ["the right of appeal is lost"],
    "letter.stop_writing.says": ["", "no further answer"],
    "stage.written.after": ["or a voluntary arrangement"],
    "stage.restriction.after": ["did not change"],
    "path.danger.police": ["necessary"],
    "gate.equality_assessment.review": ["review of the case"],
    "policy.ombudsman": ["stay dissatisfied"],
    "always_accept.list": [
        "critical anti-social behaviour",
        "new repairs",
        "urgent repairs",
        "fire, terrorism or physical assault",
        "safeguarding incidents",
        "domestic violence",
    ],
    "inform.colleagues.sees": ["relevant"],
    "inform.contact_centre.sees": ["Customer Service Centre"],
    "inform.repairs_contractors.sees": ["repairs contractors"],
    "breach.ladder": ["what may follow", "a letter", "ignored", "specific", "exhausted"],
    "evidence.log": ["", "formal written warnings", "restricted contact", "Salesforce and Open Housing"],
}


@pytest.mark.parametrize(("path", "told"), SENSES.items(), ids=SENSES)
def test_each_word_keeps_the_sense_of_the_procedure(path: str, told: list[str]) -> None:
    for item, words in zip(POLICY.value(path).kept, told, strict=True):
        assert words in item.words and bool(words) is bool(item.words)


# What is said in own words only: what each sentence must tell, and its section.
SENTENCES = {
    "policy.read_with": [("Domestic Abuse", "s2"), ("Children", "s2"), ("Warning Marker User Guide", "s9")],
    "scope.representative": [("representative or advocate", "s2")],
    "behaviour.aggression.is": [
        ("threatened, abused or afraid", "s3"),
        ("racist, sexist or homophobic", "s3"),
        ("Threats", "s3"),
        ("Intimidating", "s3"),
        ("property", "s3"),
        ("Swearing or shouting", "s3"),
        ("gestures", "s3"),
        ("allegations", "s3"),
    ],
    "behaviour.demands.is": [
        ("emergency", "s3"),
        ("Out of proportion", "s3"),
        ("times of the policy", "s3"),
        ("great number", "s3"),
        ("Much information", "s3"),
        ("Only one colleague", "s3"),
        ("not offered", "s3"),
        ("keeps changing", "s3"),
        ("dealt with", "s3"),
    ],
    "behaviour.persistence.is": [
        ("not needed", "s3 may"),
        ("though each approach is reasonable", "s3 may"),
        ("complaints process", "s3"),
        ("can and cannot do", "s3"),
        ("SPOC", "s3"),
        ("closed matter", "s3"),
        ("number of contacts", "s3"),
        ("visits", "s3"),
        ("Documents", "s3"),
        ("recording", "s3"),
    ],
    "behaviour.extreme.is": [("immediate danger", "s4")],
    "on_the_spot.do": [("report it to the line manager", "s4 normally"), ("SAW IT, a warning marker", "s4 normally")],
    "stage.initial.do": [("voluntary", "s4"), ("Care and Support", "s4 may"), ("customer's file", "s4")],
    "stage.written.do": [("customer's file", "s4")],
    "stage.restriction.do": [("Assess in full", "s4"), ("not in every case", "s6 normally")],
    "path.danger.do": [("Legal action", "s4 may"), ("No warning", "s4 may")],
    "path.serious.if": [("too serious, or would a written notice inflame", "s4")],
    "decide.legal_advice.does": [("legal advice", "s8 normally")],
    "decide.legal_advice.if": [("ignored", "s8 normally")],
    "decide.safeguarding.if": [("adults or on children", "s2")],
    "gate.equality_assessment.for": [
        ("Disabilities and mental health", "s2"),
        ("personal circumstances", "s2"),
        ("proportionate", "s2"),
        ("met in another way", "s4"),
    ],
    "gate.equality_assessment.again": [("becomes known", "s2 may"), ("settles whether the procedure goes on", "s2")],
    "consider.initial": [("well-trained", "s3"), ("out of character", "s1, s3"), ("forceful or determined", "s1")],
    "consider.written": [("every factor of this case", "s4"), ("inflame", "s4")],
    "consider.restriction": [
        ("circumstances and needs", "s2"),
        ("disability or vulnerability", "s2, s4"),
        ("custom", "s2"),
        ("barriers to communication", "s2"),
    ],
    "consider.review": [("monitoring", "s10 normally"), ("equality impact assessment", "s2 normally")],
    "restriction.together": [("One form of contact, a third party, or both", "s5 may"), ("any combination", "s5 may")],
    "restriction.adjustments": [("accessible", "s2")],
    "restriction.kinds.no_reply.if": [("asked to stop", "s5")],
    "restriction.kinds.returned.if": [("appropriate", "s5 may")],
    "restriction.kinds.other.if": [("what is done, and why", "s5")],
    "review.sooner_if": [("appropriate", "s10 may")],
    "review.do": [("Monitor the behaviour", "s10 normally")],
    "appeal.pack": [("fact sheet, with a letter", "s11")],
    "reconsideration.if": [("more acceptable approach", "s11 may")],
    "breach.if": [("still disregarded", "s8")],
    "spoc.do": [
        ("All enquiries", "s6"),
        ("draft answers", "s6 may"),
        ("A case is raised", "s6 normally"),
        ("followed up until it is done", "s6 normally"),
    ],
    "spoc.cover": [("long planned absence", "s6 may")],
    "spoc.quality_review_by": [("may be the SPOC's line manager", "s6 recommended")],
    "register.warning_markers.flag": [("Caution flags, and support or warning flags", "s5")],
    "letter.written_warning.unless": [("too serious", "s4 may"), ("inflame", "s4 may")],
    "equality.adjustments": [
        ("neurodivergence, mental health, dementia, Tourette's", "s2"),
        ("stored in every system", "s2"),
        ("arranged beforehand", "s2"),
    ],
    "equality.offer": [("mental health services", "s4")],
    "equality.communicate": [("accessible", "s2"), ("survivors of domestic abuse", "s2"), ("kept up to date", "s9")],
}


@pytest.mark.parametrize(("path", "told"), SENTENCES.items(), ids=SENTENCES)
def test_each_sentence_has_its_section(path: str, told: list[tuple[str, str]]) -> None:
    kept = POLICY.value(path).kept
    assert [cited(item.rule) for item in kept] == [section for _, section in told]
    for item, (words, _) in zip(kept, told, strict=True):
        assert words in item.word


def test_no_value_of_the_file_is_left_out_of_these_tables() -> None:
    ruled = {path for path, value in POLICY.values.items() if any(item.rule for item in value.kept)}
    named = {path for path in ruled if path.startswith("roles.") or path.endswith(".name")}
    assert ruled - named == {row[0] for row in ROWS} | SENTENCES.keys()


UNSAID = {
    "policy.kind",
    "policy.nation",
    "policy.review",
    "scope.covers",
    "scope.joint",
    "stage.written.by",
    "stage.written.after: number",
    "stage.written.lapses",
    "stage.restriction.by",
    "stage.restriction.after: number",
    "path.serious.police",
    "decide.safeguarding.by",
    "restriction.minimum",
    "restriction.maximum",
    "restriction.extension.times",
    "review.by",
    "review.day_off",
    "appeal.window: day_kind",
    "appeal.response: day_kind",
    "appeal.meanwhile",
    "reconsideration.response: day_kind",
    "register.warning_markers.tell",
    "register.warning_markers.remove",
    "register.saw_it.tell",
    "register.saw_it.review",
    "register.saw_it.remove",
    "register.system_alerts.tell",
    "register.system_alerts.review",
    "register.system_alerts.remove",
    "letter.written_warning.says",
    "letter.legal_warning.says",
    "letter.appeal_pack.says",
    "letter.stop_writing.sent",
    "letter.spoc_change.sent",
    "letter.appeal_outcome.sent",
    "letter.reconsideration_outcome.sent",
    "letter.written_warning.signed",
    "letter.restriction.signed",
    "letter.stop_writing.signed",
    "letter.spoc_change.signed",
    "letter.breach_warning.signed",
    "letter.legal_warning.signed",
    "letter.review_outcome.signed",
    "letter.appeal_pack.signed",
    "letter.appeal_outcome.signed",
    "letter.reconsideration_outcome.signed",
}


def test_what_the_procedure_leaves_unsaid() -> None:
    assert {f"{gap.path}: {gap.part}" if gap.part else gap.path for gap in POLICY.unsaid()} == UNSAID


def test_the_provider_is_not_named_and_neither_its_nation_nor_its_kind_is_guessed() -> None:
    assert POLICY.provider_name == "Provider not named"
    assert POLICY.title == "Unacceptable Behaviour – Tenancy Enforcement Procedure"
    assert (POLICY.nation, POLICY.kind) == ("", "")
    assert POLICY.value("policy.nation").unsaid and "suggest England" in POLICY.value("policy.nation").words


def test_it_bears_no_date_so_that_of_its_adoption_stands_and_is_said() -> None:
    assert (POLICY.approved_on, POLICY.effective_on) == (None, date(2026, 9, 1))
    assert "bears no date" in POLICY.notes["policy"] and "adoption" in POLICY.notes["policy"]
    assert POLICY.value("policy.owner").none and POLICY.value("policy.review").unsaid


@pytest.mark.parametrize("path", ["stage.written.after", "stage.restriction.after"])
def test_how_many_warnings_are_needed_is_not_filled_in(path: str) -> None:
    threshold = POLICY.threshold(path)
    assert (threshold.count, threshold.within, threshold.unsaid) == (None, "", False)


def test_nobody_is_named_who_decides_a_warning_a_restriction_a_breach_or_a_review() -> None:
    for act in ("restrict", "review", "lift", "vary", "breach", "legal_action", "police", "safeguarding"):
        assert POLICY.decides(act).unsaid, act
    assert POLICY.who("stage.written.by").unsaid
    assert POLICY.decides("spoc").names() == "Team managing the customer"
    assert POLICY.decides("reconsider").names() == "Senior officer" == POLICY.decides("appeal").names()
    assert not POLICY.decides("appeal").allows({"line_manager", "managing_team"})


def test_the_length_of_a_restriction_is_bounded_by_nothing() -> None:
    assert POLICY.length_bounds()[:2] == (None, None) and POLICY.length_words() == ""
    for months in (1, 6, 24):
        POLICY.check_length(months)


LOST = {
    "scope": ("s1", "mid-sentence"),
    "behaviour.persistence.is": ("s3", "garbled"),
    "gate.equality_assessment": ("s2", "Appendix 5"),
}


def test_what_is_lost_stays_lost() -> None:
    found = {gap.path: gap for gap in POLICY.lost()}
    assert found.keys() == LOST.keys()
    for path, (section, words) in LOST.items():
        rule = found[path].rule
        assert rule and rule.clause == section and words in found[path].what


def test_the_damage_is_told_section_by_section() -> None:
    assert set(POLICY.damage) == {"s1", "s2", "s3", "s5"}
    assert "every other appendix" in POLICY.damage["s2"]
    assert "flags on accounts stands among the examples of restrictions" in POLICY.damage["s5"]


def test_the_stages_and_their_states() -> None:
    assert [(stage.key, stage.state, stage.optional) for stage in POLICY.stages] == [
        ("initial", "initial warning", True),
        ("written", "written warning", True),
        ("restriction", "contact restriction", False),
    ]
    assert POLICY.ordered and POLICY.value("stages.count").none, "the procedure does not number them"
    assert POLICY.stage_for_state("review") is None, "a review is no stage here"
    initial = POLICY.stage("initial")
    assert initial.after is None and initial.by.staff and initial.by.allows({"colleague"})
    assert POLICY.stage("written").name == "Formal written warning" and POLICY.stage("written").lapses is None


def test_the_equality_assessment_comes_before_every_formal_step() -> None:
    for step in ("written", "restriction", "legal_action"):
        assert [(gate.key, gate.required) for gate in POLICY.gates_before(step)] == [("equality_assessment", True)]
    assert POLICY.gates_before("initial") == []


def test_every_kind_of_restriction_and_none_too_many() -> None:
    kinds = POLICY.restriction_kinds
    assert [kind.key for kind in kinds.listed] == [
        "one_way",
        "third_party",
        "spoc",
        "end_direct",
        "frequency",
        "named",
        "no_reply",
        "times",
        "in_writing",
        "returned",
        "other",
    ]
    assert kinds.only_examples is True and kinds.others_allowed and not kinds.lost


def test_two_ways_round_the_formal_warning() -> None:
    danger = POLICY.path_danger
    assert danger and danger.skips == ("written",) and not danger.police_must and not danger.police_at_once
    assert [path.key for path in POLICY.paths] == ["danger", "serious"]
    serious = POLICY.paths[1]
    assert serious.when == () and serious.skips_rule and serious.skips_rule.strength == "may"
    assert [behaviour.key for behaviour in POLICY.behaviours if behaviour.is_danger] == ["extreme"]
    assert [behaviour.key for behaviour in POLICY.behaviours] == ["aggression", "demands", "persistence", "extreme"]


def test_the_ladder_after_a_breach_runs_from_a_letter_to_a_possession_notice() -> None:
    assert POLICY.value("breach.ladder").raw == [
        "breach warning",
        "legal warning",
        "injunction",
        "civil restraint order",
        "possession notice",
    ]


STEPS = {
    "written": "written_warning",
    "restriction": "restriction",
    "unacceptable_correspondence": "stop_writing",
    "change_spoc": "spoc_change",
    "breach": "breach_warning",
    "legal_action": "legal_warning",
    "review": "review_outcome",
    "appeal_received": "appeal_pack",
    "appeal": "appeal_outcome",
    "reconsider": "reconsideration_outcome",
}


def test_each_step_sends_its_letter() -> None:
    assert set(POLICY.letters) == set(STEPS.values())
    for step, key in STEPS.items():
        letter = POLICY.letter_on(step)
        assert letter and letter.key == key
    assert POLICY.letter_on("initial") is None


def test_the_registers() -> None:
    assert [(register.name, register.on) for register in POLICY.registers] == [
        ("Warning markers", ("restriction",)),
        ("SAW IT", ()),
        ("System alerts", ()),
    ]
    assert all(not register.keep for register in POLICY.registers), "how long an entry is kept is not said"


def test_appeals_are_of_restrictions_and_end_within_the_provider() -> None:
    appeal = POLICY.appeal_of("restriction")
    assert appeal and appeal.final.raw is True and appeal.late.raw == "refused" and appeal.meanwhile.unsaid
    assert appeal.ombudsman and appeal.ombudsman.name == "Housing Ombudsman Service"
    assert POLICY.appeal_of("written") is None


def test_reconsidering_stands_beside_the_appeal_and_has_no_window() -> None:
    assert POLICY.value("reconsideration.window").none
    assert POLICY.value("appeal.window").said
    assert "request to reconsider" in POLICY.notes["reconsideration"]


def test_roles_that_the_procedure_names_and_those_of_the_set_up() -> None:
    named = {key: role.works_as for key, role in POLICY.roles.items() if role.from_policy}
    assert named == {
        "colleague": "officer",
        "spoc": "officer",
        "line_manager": "team leader",
        "managing_team": "team leader",
        "senior_officer": "manager",
    }
    rules = {key: cited(role.rule) for key, role in POLICY.roles.items() if role.from_policy}
    assert rules == {
        "colleague": "s4",
        "spoc": "s6",
        "line_manager": "s4",
        "managing_team": "s6",
        "senior_officer": "s11",
    }
    assert {role.works_as for role in POLICY.roles.values()} == set(schema.provider.ROLES.named.keys["as"].words)  # type: ignore[union-attr]


def test_there_are_no_local_rules() -> None:
    assert POLICY.local_rules() == [] and POLICY.local_digest == "" and shelf.local_rules(SLUG) == ""


def test_the_legal_floor_is_the_higher_one_where_the_nation_is_unsaid() -> None:
    contacts = POLICY.always_accept
    assert [rule.clause for _, rule in contacts][:6] == ["s7"] * 6
    assert {"X1", "X2", "X4", "F3"} <= {rule.clause for _, rule in contacts}


# The clocks, worked by hand.


@pytest.mark.parametrize(
    ("path", "event", "calendar_days", "working_days", "scotland"),
    [
        # Left out beside weekends: 25 and 28 December, 1 January. 4 days to the 24th, 3 to the 31st, 5 to 8 January, 2.
        ("appeal.window", "letter dated", date(2027, 1, 1), date(2027, 1, 12), date(2027, 1, 13)),
        ("appeal.response", "appeal received", date(2027, 1, 15), date(2027, 2, 1), date(2027, 2, 2)),
        ("reconsideration.response", "request received", date(2027, 1, 15), date(2027, 2, 1), date(2027, 2, 2)),
    ],
)
def test_days_of_an_unsaid_kind_give_both_readings_and_no_date(
    path: str, event: str, calendar_days: date, working_days: date, scotland: date
) -> None:
    found = clocks.work_out(POLICY, path, {event: DECIDED}, ENGLAND)
    assert (found.due, found.unsaid_parts, found.clause, found.strength) == (None, ["day_kind"], "s11", "must")
    assert found.readings == {"calendar days": calendar_days, "working days": working_days}
    assert found.why_null == "the policy does not say which kind of day"
    anywhere = clocks.work_out(POLICY, path, {event: DECIDED}, None)
    assert anywhere.readings == {
        "calendar days": calendar_days,
        "working days, England and Wales": working_days,
        "working days, Scotland": scotland,
        "working days, Northern Ireland": working_days,
    }, "the procedure does not say its nation either"


def test_the_window_runs_from_the_date_on_the_letter_and_from_nothing_else() -> None:
    found = clocks.work_out(POLICY, "appeal.window", {"decision": DECIDED, "letter received": DECIDED}, ENGLAND)
    assert found.due is None and found.readings == {"calendar days": None, "working days": None}
    assert found.met_by == "made"


@pytest.mark.parametrize(
    ("events", "due"),
    [
        ({"start": date(2026, 12, 18)}, date(2027, 6, 18)),
        ({"start": date(2026, 8, 31)}, date(2027, 2, 28)),
        ({"start": date(2026, 12, 18), "last review": date(2027, 5, 4)}, date(2027, 11, 4)),
    ],
)
@pytest.mark.parametrize("path", ["review.interval", "gate.equality_assessment.review"])
def test_every_six_months(path: str, events: dict[str, date], due: date) -> None:
    found = clocks.work_out(POLICY, path, events, ENGLAND)
    assert found.due == due and found.strength == "normally"
    assert found.assumed == [FROM_START, START_NOT_COUNTED]


def test_a_review_on_a_day_off_is_left_there_and_said() -> None:
    found = clocks.work_out(POLICY, "review.interval", {"start": date(2026, 8, 28)}, ENGLAND)
    assert (found.due, found.lands_on, found.day_off_rule) == (date(2027, 2, 28), "Sunday", "")
    assert POLICY.review.paths == ("review.interval",)


def test_the_quarterly_look_at_a_single_point_of_contact() -> None:
    named = {"start": date(2026, 12, 1), "spoc named": DECIDED, "last review": date(2027, 3, 1)}
    found = clocks.work_out(POLICY, "spoc.quality_review", named, None)
    assert (found.due, found.strength, found.clause) == (date(2027, 3, 18), "recommended", "s6")
    assert found.assumed == [FROM_NAMING, START_NOT_COUNTED]
    assert POLICY.value("spoc.quality_review").raw == Period(3, "months", every=True)


def test_a_length_set_for_each_case_gives_no_date() -> None:
    found = clocks.work_out(POLICY, "restriction.length", {"start": DECIDED}, ENGLAND)
    assert (found.due, found.why_null) == (None, "it is set for each case")


def test_a_flag_is_looked_at_with_the_case() -> None:
    found = clocks.work_out(POLICY, "register.warning_markers.review", {"start": DECIDED}, ENGLAND)
    assert (found.due, found.clause) == (date(2027, 6, 18), "s5, s10")
    silent = clocks.work_out(POLICY, "register.saw_it.review", {"start": DECIDED}, ENGLAND)
    assert silent.unsaid and silent.due is None
