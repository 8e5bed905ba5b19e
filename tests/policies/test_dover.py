"""Dover's policy, row by row: what its file says at each path, under which clause, how strongly."""

from datetime import date

import pytest

from policies import clocks, law, shelf
from policies.policy import Policy
from policies.rules import RuleBroken

DOVER = shelf.read_builtin("dover-district-council")
ALONE = shelf.read_builtin("dover-district-council", local=False)

ROWS = [
    ("policy.review", "every 3 years from adoption", "7.1", "must"),
    ("policy.ombudsman", "housing ombudsman", "6.25", "must"),
    ("policy.changes.significant", "The Council's Cabinet", "7.2", "must"),
    ("policy.changes.minor", "Officers", "7.2", "must"),
    ("scope.covers", "tenant, prospective tenant, shared owner, leaseholder, homelessness applicant", "2.1", "must"),
    ("scope.others", "All other residents: the Council's corporate policies and procedures", "3.3", "must"),
    ("scope.joint", "each if proven", "6.16", "must"),
    ("behaviour.refusal.leads_to", "The matter is closed", "5.15", "must"),
    ("stages.count", "4", "6.6", "must"),
    ("stage.initial.by", "staff", "6.10", "must"),
    ("stage.written.after", "2 initial warnings in 1 interaction", "6.9, 6.11", "must"),
    ("stage.restriction.after", "1 warning letter", "6.12, 6.13", "must"),
    ("stage.restriction.by", "senior officer or line manager or team leader", "6.14", "must"),
    ("path.danger.when", "extreme", "6.7, 6.22", "must"),
    ("path.danger.skips", "initial, written", "6.7, 6.17", "may"),
    ("path.danger.police", "tell", "6.7, 6.17", "must"),
    ("path.danger.at_once", "yes", "6.17", "must"),
    ("path.immediate_danger.police", "tell", "4.1", "must"),
    ("gate.risk_assessment.before", "restriction", "6.26", "must"),
    ("gate.risk_assessment.again", "Updated where necessary", "6.27", "must"),
    ("gate.equality_assessment.before", "restriction", "6.40", "may"),
    ("restriction.minimum", "6 months from start", "6.16", "must"),
    ("restriction.maximum", "12 months from start", "6.16", "must"),
    ("restriction.kinds_are", "examples", "6.14", "must"),
    ("restriction.extension.times", "any number", "6.18", "may"),
    ("restriction.extension.terms", "same, modified", "6.18", "must"),
    ("review.at_end", "yes", "6.18", "must"),
    ("review.outcomes", "extend, vary", "6.18", "may"),
    ("review.day_off", "may be later", "6.21", "may"),
    ("review.tell", "post, email", "6.19", "must"),
    ("review.tell_late", "yes", "6.21", "must"),
    ("appeal.covers", "restriction", "6.34", "must"),
    ("appeal.how", "email, post", "6.34", "must"),
    ("appeal.window", "20 working days from decision", "6.34", "must"),
    ("appeal.met_by", "made", "6.34", "must"),
    ("appeal.response", "10 working days from appeal received", "6.35", "endeavour"),
    ("appeal.by", "manager", "6.35", "must"),
    ("appeal.final", "yes", "6.35", "must"),
    ("appeal.record", "The appeal and its decision", "6.36", "must"),
    ("breach.ladder", "legal action", "6.20", "may"),
    ("inform.housing_staff.sees", "reason, restriction", "10.2", "must"),
    ("inform.contractors.sees", "restriction", "6.31", "must"),
    ("inform.future_landlords.sees", "restriction", "6.32", "must"),
    (
        "register.staff_risk.risks",
        "threats, violence, aggression, abuse, animal, structure, drug use, weapon",
        "6.28",
        "must",
    ),
    ("register.staff_risk.enter", "with restriction", "6.30", "must"),
    ("register.staff_risk.on", "restriction", "6.30", "must"),
    ("register.staff_risk.access", "staff whose duties need it", "6.30", "must"),
    ("register.staff_risk.withhold_if", "Being told may make the behaviour worse", "6.33", "may"),
    ("letter.warning.sent", "post, email", "6.12", "must"),
    ("letter.restriction.sent", "post, email", "6.15", "must"),
    ("letter.review_outcome.sent", "post, email", "6.19", "must"),
    ("letter.late_review.says", "late", "6.21", "must"),
    ("letter.appeal_outcome.sent", "writing", "6.35", "endeavour"),
    ("evidence.log", "incidents, decisions, actions taken, actions not taken", "6.24", "must"),
    ("equality.advice", "Further information, or advice from professionals", "6.38", "may"),
    ("equality.tell_us", "Vulnerabilities, at the earliest convenience", "6.41", "must"),
    ("equality.safeguarding", "safeguarding officer", "6.42", "may"),
    ("staff_care.absent", "Try to reach the threatened person by phone or private message", "6.23", "must"),
]


@pytest.mark.parametrize(("path", "words", "clause", "strength"), ROWS, ids=[row[0] for row in ROWS])
def test_what_the_policy_says(path: str, words: str, clause: str, strength: str) -> None:
    value = ALONE.value(path)
    assert ", ".join(item.word for item in value.kept) == words
    assert value.rule and (value.rule.source, value.rule.clause, value.rule.strength) == ("policy", clause, strength)


# What is said in own words only: the clause and strength of each entry.
SENTENCES = {
    "policy.read_with": ["5.14", "6.43", "8.3"],
    "scope.representative": ["6.41"],
    "scope.contractors": ["1.1"],
    "behaviour.aggression.is": ["5.3", "5.5 may", "5.6"],
    "behaviour.aggression.is_list": ["5.1"],
    "behaviour.demands.is_list": ["5.7"],
    "behaviour.contact.is": ["5.8"],
    "behaviour.contact.is_list": ["5.9"],
    "behaviour.harassment.is": ["5.11", "5.11", "5.11"],
    "behaviour.harassment.is_list": ["5.11"],
    "behaviour.refusal.is": ["5.15"],
    "behaviour.extreme.is": ["6.7", "6.22"],
    "stage.initial.do": ["6.10 recommended"],
    "path.immediate_danger.if": ["4.1"],
    "gate.risk_assessment.for": ["6.26", "6.26"],
    "gate.equality_assessment.for": ["6.40 may"],
    "consider.restriction": ["6.26", "6.38", "6.39", "6.39 normally", "6.16"],
    "consider.review": ["6.18", "6.18"],
    "consider.legal_action": ["6.20"],
    "restriction.on": ["6.16 may"],
    "restriction.adjustments": ["6.39 may", "6.39 normally"],
    "restriction.evidence": ["6.25"],
    "restriction.extension.if": ["6.18", "6.18"],
    "appeal.not": ["6.34"],
    "inform.contractors.if": ["6.31"],
    "inform.future_landlords.if": ["6.32"],
    "register.staff_risk.tell": ["6.33 normally"],
    "letter.warning.says": ["6.12"],
    "letter.restriction.says": ["6.15"],
    "letter.review_outcome.says": ["6.19"],
    "letter.appeal_outcome.says": ["6.35"],
    "evidence.needs": ["6.24"],
    "equality.adjustments": ["5.14"],
    "equality.police": ["6.42 may"],
}


@pytest.mark.parametrize(("path", "cited"), SENTENCES.items(), ids=SENTENCES)
def test_each_sentence_has_its_clause(path: str, cited: list[str]) -> None:
    rules = [item.rule for item in ALONE.value(path).kept]
    found = [f"{rule.clause} {rule.strength}".removesuffix(" must") for rule in rules if rule]
    assert found == cited


def test_no_value_of_the_file_is_left_out_of_these_tables() -> None:
    told = {row[0] for row in ROWS} | SENTENCES.keys()
    ruled = {path for path, value in ALONE.values.items() for item in value.kept if item.rule}
    named = {path for path in ruled if path.startswith("roles.") or path.endswith((".name", ".state"))}
    assert ruled - named == told


UNSAID = {
    "stage.written.by",
    "stage.written.adds_up",
    "stage.written.lapses",
    "restriction.extension.minimum",
    "restriction.extension.maximum",
    "review.interval",
    "review.by",
    "review.meanwhile",
    "review.tell_late_by",
    "appeal.late",
    "appeal.meanwhile",
    "appeal.next",
    "always_accept.list",
    "register.staff_risk.review",
    "register.staff_risk.remove",
    "letter.warning.signed",
    "letter.restriction.signed",
    "letter.review_outcome.signed",
    "letter.late_review.signed",
    "letter.late_review.sent",
    "letter.appeal_outcome.signed",
}


def test_what_the_policy_leaves_unsaid() -> None:
    assert {gap.path for gap in ALONE.unsaid()} == UNSAID
    assert {gap.path for gap in DOVER.unsaid()} == UNSAID - {"review.interval"}


def test_an_unsaid_value_is_neither_none_nor_a_default() -> None:
    value = ALONE.value("appeal.late")
    assert (value.unsaid, value.none, value.said, value.raw, value.rule) == (True, False, False, None, None)
    assert ALONE.who("stage.written.by").unsaid
    assert not ALONE.who("stage.written.by").allows({"manager"})
    assert ALONE.value("review.batch").none, "a key that is not asked and not there: nothing of the kind"


LOST = {
    "policy.read_with": "3.4",
    "roles": "6.1, 6.2, 6.3",
    "scope.covers": "3.3",
    "behaviour.aggression.is": "5.4",
    "behaviour.demands.is": "5.7",
    "behaviour.contact.is": "5.9",
    "behaviour.harassment.is": "5.11",
    "behaviour.refusal.is": "5.12",
    "stages": "6.6",
    "stage.initial.do": "6.8",
    "path.danger.do": "6.22",
    "consider.legal_action": "6.20",
    "restriction.kinds": "6.14",
    "letter.warning.says": "6.12",
    "letter.restriction.says": "6.15",
}


def test_what_is_lost_stays_lost() -> None:
    assert {gap.path: gap.rule.clause for gap in DOVER.lost() if gap.rule} == LOST
    assert all(gap.what for gap in DOVER.lost())


def test_the_wrong_cross_reference_is_noted() -> None:
    assert DOVER.damage["6.7, 6.17"] == "They refer to 6.23; the clause on extreme cases is 6.22."
    assert "6.22" in DOVER.notes["path.danger"]


def test_the_provider() -> None:
    assert (DOVER.provider_name, DOVER.kind, DOVER.nation) == ("Dover District Council", "council", "england")
    assert DOVER.title == "Managing Unacceptable Behaviour Policy"
    assert DOVER.effective_on == DOVER.approved_on == date(2024, 10, 7)
    assert len(DOVER.digest) == 64 and DOVER.digest == ALONE.digest
    assert DOVER.local_digest and not ALONE.local_digest


def test_the_four_stages() -> None:
    assert [(stage.number, stage.key, stage.state) for stage in DOVER.stages] == [
        (1, "initial", "initial warning"),
        (2, "written", "written warning"),
        (3, "restriction", "contact restriction"),
        (4, "review", "review"),
    ]
    assert DOVER.ordered
    written = DOVER.stage_for_state("written warning")
    assert written and written.after
    assert str(written.after) == "2 initial warnings in 1 interaction" and written.after.count == 2
    assert written.name == "Stage 2 – written warning" and written.by.unsaid and written.lapses is None
    initial = DOVER.stage("initial")
    assert initial.by.staff and initial.by.allows({"housing_officer"}) and not initial.by.allows({"front_line"})
    assert initial.by.rule and initial.by.rule.implied
    assert initial.steps_lost and initial.after is None


def test_who_decides_a_restriction_and_its_appeal() -> None:
    who = DOVER.decides("restrict")
    assert who.names() == "Senior Officer, Line Manager or Team Leader"
    assert all(who.allows({role}) for role in ("senior_officer", "line_manager", "team_leader"))
    assert not who.allows({"manager"}) and not who.allows({"housing_officer"})
    assert who.rule and who.rule.cite() == "Clause 6.14"
    assert DOVER.appeal.by.allows({"manager"}) and not DOVER.appeal.by.allows({"team_leader"})
    assert DOVER.decides("review").unsaid and DOVER.decides("extend").unsaid and DOVER.decides("police").unsaid


def test_roles_that_the_policy_names_and_those_of_the_set_up() -> None:
    named = {key for key, role in DOVER.roles.items() if role.from_policy}
    assert named == {"senior_officer", "line_manager", "team_leader", "manager", "safeguarding_officer"}
    assert DOVER.roles["housing_officer"].name == "Housing Officer"
    assert [role.name for role in DOVER.roles_working_as("manager")] == ["Manager"]
    assert {role.works_as for role in DOVER.roles.values()} == {
        "officer",
        "team leader",
        "manager",
        "front line",
        "data protection officer",
        "administrator",
    }


@pytest.mark.parametrize("months", [6, 7, 12])
def test_six_to_twelve_months_are_allowed(months: int) -> None:
    DOVER.check_length(months)


@pytest.mark.parametrize("months", [-1, 0, 1, 5, 13, 1_000_000])
def test_other_lengths_are_refused_with_the_clause(months: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        DOVER.check_length(months, field="months")
    assert str(refused.value) == "Length must be 6 to 12 months (clause 6.16)"
    assert refused.value.field == "months"


@pytest.mark.parametrize(
    ("ends_on", "allowed"),
    [
        (date(2027, 6, 17), False),
        (date(2027, 6, 18), True),
        (date(2027, 12, 18), True),
        (date(2027, 12, 19), False),
    ],
)
def test_the_last_day_in_force_is_bound_to_the_day(ends_on: date, allowed: bool) -> None:
    if allowed:
        DOVER.check_dates(date(2026, 12, 18), ends_on)
    else:
        with pytest.raises(RuleBroken, match="6 to 12 months"):
            DOVER.check_dates(date(2026, 12, 18), ends_on)


def test_an_end_before_the_start_and_an_extension_backwards_are_refused() -> None:
    with pytest.raises(RuleBroken, match="on or after the start"):
        DOVER.check_dates(date(2026, 12, 18), date(2026, 12, 17))
    with pytest.raises(RuleBroken, match="after the old one"):
        DOVER.check_extension(date(2026, 12, 18), date(2026, 12, 18))
    DOVER.check_extension(date(2026, 12, 18), date(2036, 12, 18))  # bounds of extensions are unsaid: nothing to refuse


def test_the_kinds_are_lost_so_any_may_be_used() -> None:
    kinds = DOVER.restriction_kinds
    assert (kinds.listed, kinds.only_examples, kinds.lost, kinds.others_allowed) == ((), True, True, True)


def test_the_extreme_path() -> None:
    path = DOVER.path_danger
    assert path and path.skips == ("initial", "written")
    assert path.police_must and path.police_at_once and path.steps_lost
    assert [behaviour.key for behaviour in DOVER.behaviours if behaviour.is_danger] == ["extreme"]
    assert {rule.clause for rule in path.rules} >= {"6.7, 6.22", "6.7, 6.17", "6.22"}


def test_the_gates_before_a_restriction() -> None:
    assert [(gate.key, gate.required) for gate in DOVER.gates_before("restriction")] == [
        ("risk_assessment", True),
        ("equality_assessment", False),
    ]
    assert DOVER.gates_before("written") == []


def test_the_register() -> None:
    [register] = DOVER.registers
    assert register.name == "Staff Risk & Unacceptable Behaviour Register"
    assert register.on == ("restriction",) and "with restriction" in register.enter
    assert register.review.unsaid and register.remove.unsaid
    assert DOVER.register("staff_risk") == register


def test_the_letters() -> None:
    assert set(DOVER.letters) == {"warning", "restriction", "review_outcome", "late_review", "appeal_outcome"}
    warning = DOVER.letter_on("written")
    assert warning and warning.contents_lost and [str(item) for item in warning.sent] == ["post", "where possible"]
    assert DOVER.letters["restriction"].contents_lost
    assert DOVER.letter_on("initial") is None


def test_appeals_are_of_restrictions_only() -> None:
    appeal = DOVER.appeal_of("restriction")
    assert appeal and appeal.final.raw is True and appeal.late.unsaid and appeal.meanwhile.unsaid and appeal.next.unsaid
    assert DOVER.appeal_of("written") is None
    assert appeal.ombudsman and appeal.ombudsman.name == "Housing Ombudsman Service"
    window = clocks.work_out(DOVER, appeal.window_path, {}, None)
    assert window.clause == "6.34"


def test_reviews() -> None:
    review = DOVER.review
    assert review.paths == ("review.interval", "review.at_end") and ALONE.review.paths == ("review.at_end",)
    assert review.by.unsaid and review.meanwhile.unsaid
    assert review.interval.settled and review.interval.settled.by == "Strategic Housing Manager"


def test_the_only_local_rule_is_the_interval() -> None:
    [value] = DOVER.local_rules()
    assert value.path == "review.interval" and value.rule and value.rule.cite() == "Local rule"
    assert ALONE.local_rules() == []


def test_questions_that_a_decision_answers() -> None:
    assert [item.rule.clause for item in DOVER.questions_for("restriction") if item.rule] == [
        "6.26",
        "6.38",
        "6.39",
        "6.39",
        "6.16",
    ]
    assert DOVER.questions_for("initial") == []
    assert DOVER.questions_lost("legal_action") and not DOVER.questions_lost("restriction")


def test_the_legal_floor_stays_open_whatever_the_policy_says() -> None:
    contacts = DOVER.always_accept
    assert DOVER.value("always_accept.list").unsaid
    assert {rule.clause for _, rule in contacts} == {"X1", "X2", "X3", "X4", "F3"}
    assert all(rule.source in ("law", "evenhand") for _, rule in contacts)


def _cites(policy: Policy, clause: str) -> bool:
    return any(item.rule and clause in item.rule.clause for value in policy.values.values() for item in value.items)


def test_a_number_or_a_clause_slipped_in_the_file_is_noticed() -> None:
    """Every number in the rows above stands in the file once for each row, so that a slip in either fails a row."""
    numbers = [words for _, words, _, _ in ROWS if any(letter.isdigit() for letter in words)]
    assert len(numbers) >= 8
    assert all(_cites(ALONE, clause.split(",")[0]) for _, _, clause, _ in ROWS)


@pytest.mark.parametrize(
    ("nation", "function", "key"),
    [
        ("england", "landlord", "housing ombudsman"),
        ("england", "homelessness", "lgsco"),
        ("england", "other", "lgsco"),
        ("scotland", "landlord", "spso"),
        ("wales", "landlord", "psow"),
        ("Northern Ireland", "allocations", "nipso"),
    ],
)
def test_the_ombudsman_comes_from_nation_and_function(nation: str, function: str, key: str) -> None:
    found = law.ombudsman(nation, function)
    assert found and found.key == key and found.url.startswith("https://www.")


def test_an_unknown_nation_has_no_ombudsman_and_the_higher_floor() -> None:
    assert law.ombudsman("") is None
    assert "X1" in {rule.clause for _, rule in law.always_accepted("", "association")}
    assert "X1" not in {rule.clause for _, rule in law.always_accepted("scotland", "association")}
    assert "X3" not in {rule.clause for _, rule in law.always_accepted("scotland", "association")}
    with pytest.raises(ValueError, match="is not a function"):
        law.ombudsman("england", "parking")


def test_hazards_come_first_among_what_is_always_accepted() -> None:
    assert law.always_accepted("england", "council")[0][0] == "reports of hazards in the home"
    assert law.always_accepted("england", "council")[-1][1].source == "evenhand"


def test_a_version_is_found_by_the_day() -> None:
    assert shelf.read_builtin("dover-district-council", on=date(2024, 10, 7)).effective_on == date(2024, 10, 7)
    with pytest.raises(LookupError):
        shelf.read_builtin("dover-district-council", on=date(2024, 10, 6))
    with pytest.raises(KeyError):
        shelf.read_builtin("nowhere")
