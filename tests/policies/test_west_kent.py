"""West Kent's policy, row by row: what its file says at each path, under which clause, how strongly."""

from datetime import date

import pytest

from policies import clocks, reckoning, shelf
from policies.calendars import Calendar

WEST_KENT = shelf.read_builtin("west-kent")
ENGLAND = Calendar.of("england", 2025, 2028)

# Path, value, clause and strength (must unmarked): one for all entries, or one for each, between semicolons.
ROWS = [
    # whom it covers, and what it finds unacceptable
    ("scope.covers", "tenant, household member, other, visitor, service user, member of the public", "1.2"),
    ("scope.contractors", "yes", "1.1"),
    ("behaviour.aggression.is_list", "examples", "2.2"),
    ("behaviour.demands.is_list", "examples", "3.2"),
    ("behaviour.persistence.is_list", "examples", "4.2"),
    ("behaviour.listed.is_list", "examples", "1.4"),
    # on the spot: at least two warnings, always, before a call is ended; the member of staff decides
    ("on_the_spot.by", "staff", "5.5, 5.7"),
    ("on_the_spot.may", "end call, end call, leave", "5.5; 5.5 may; 5.7"),
    ("on_the_spot.warnings", "2 warnings in 1 interaction", "5.5"),
    # stages
    ("stages.ordered", "yes", "6.1"),
    ("stage.spot.by", "staff", "5.4, 5.5, 5.7"),
    ("stage.formal.after", "1 request", "6.1"),
    ("stage.formal.optional", "yes", "6.1 may"),
    ("gate.adjustments.before", "formal", "6.1"),
    # police, legal and tenancy action
    ("path.danger.when", "violence", "5.3"),
    ("path.danger.police", "tell", "5.3"),
    ("path.abuse.police", "consider", "5.3 may"),
    ("path.extreme.police", "consider", "6.2 may"),
    # restrictions
    ("restriction.length", "set for each case", "6.2"),
    ("restriction.keep_open", "1", "5.2 endeavour"),
    ("restriction.kinds_are", "examples", "5.6, 6.1"),
    ("restriction.kinds.ways.does", "other", "5.2 may"),
    ("restriction.kinds.ways.channels", "in person, phone, letter, other", "5.2 may"),
    ("restriction.kinds.end_direct.does", "end direct contact", "5.3 normally"),
    ("restriction.kinds.no_reply.does", "no reply", "5.4"),
    ("restriction.kinds.third_party.does", "third party", "5.4 may"),
    ("restriction.kinds.no_dealings.does", "no channels", "5.4"),
    ("restriction.kinds.times.does", "times", "5.6 may"),
    ("restriction.kinds.times.channels", "phone", "5.6 may"),
    ("restriction.kinds.one_member.does", "named person", "5.6 may"),
    ("restriction.kinds.appointment.does", "appointment", "5.6 may"),
    ("restriction.kinds.appointment.channels", "in person", "5.6 may"),
    ("restriction.kinds.writing_only.does", "only channels", "5.6 may"),
    ("restriction.kinds.writing_only.channels", "letter, email", "5.6 may"),
    ("restriction.kinds.work_mobile.does", "no channels", "5.6 may"),
    ("restriction.kinds.work_mobile.channels", "text message, other", "5.6 may"),
    ("restriction.kinds.other_action.does", "other", "5.6 may"),
    ("restriction.kinds.two_staff.does", "two staff", "5.7 may"),
    ("restriction.kinds.issues.does", "issues", "5.8"),
    ("restriction.kinds.timescale.does", "reply cadence", "5.8"),
    ("restriction.kinds.personal_accounts.does", "block online", "5.9"),
    ("restriction.kinds.personal_accounts.channels", "social media", "5.9"),
    ("restriction.kinds.non_urgent.does", "only channels", "6.1 may"),
    ("restriction.kinds.non_urgent.channels", "email, letter", "6.1 may"),
    ("restriction.kinds.spoc.does", "named person", "6.1 may"),
    ("restriction.kinds.cadence.does", "reply cadence", "6.1 may"),
    ("spoc.held_by", "staff", "6.1"),
    # review, appeal
    ("review.interval", "every 6 months", "8.1"),
    ("appeal.covers", "formal", "6.3"),
    ("appeal.how", "writing", "6.3"),
    ("appeal.by", "head of service", "6.3"),
    # what no restriction stops
    ("always_accept.list", "repair, other", "5.1 endeavour; 6.1"),
    ("always_accept.list_is", "examples", "5.1"),
    # letters and records
    (
        "letter.adjust.says",
        "arrangement, reason, behaviour, expected, adjustments",
        "5.6, 6.1; 5.6, 6.1; 6.1; 6.1; 6.1",
    ),
    ("letter.formal.sent", "writing", "6.2"),
    ("letter.formal.says", "reason, arrangement, length", "6.2"),
    ("evidence.log", "incidents, actions taken", "8.1"),
]


def cited(path: str) -> list[str]:
    """Clause and strength of each entry at a path."""
    rules = [item.rule for item in WEST_KENT.value(path).kept]
    assert all(rule and rule.source == "policy" for rule in rules)
    return [f"{rule.clause} {rule.strength}".removesuffix(" must") for rule in rules if rule]


@pytest.mark.parametrize(("path", "words", "clauses"), ROWS, ids=[row[0] for row in ROWS])
def test_what_the_policy_says(path: str, words: str, clauses: str) -> None:
    found = WEST_KENT.value(path).kept
    assert ", ".join(item.word for item in found) == words
    told = clauses.split("; ")
    assert cited(path) == (told if len(told) > 1 else told * len(found))


# What is said in own words only: the clause and strength of each entry.
SENTENCES = {
    "policy.read_with": ["7.1", "9.1", "9.1"],
    "scope.others": ["1.6"],
    "behaviour.aggression.is": ["2.1", "2.1", "2.2", "2.2 may", "2.3"],
    "behaviour.demands.is": ["3.1 may", "3.2", "3.2", "3.2", "3.2"],
    "behaviour.persistence.is": ["4.1", "4.2", "4.2", "4.2"],
    "behaviour.violence.is": ["5.3"],
    "behaviour.listed.is": ["1.4"] * 8,
    "on_the_spot.do": ["5.5", "5.5"],
    "stage.spot.do": ["5.4", "5.4"],
    "stage.adjust.do": ["6.1"],
    "path.danger.do": ["5.3"],
    "path.abuse.if": ["5.3"],
    "path.extreme.if": ["6.2"],
    "path.extreme.do": ["6.2 may"],
    "gate.adjustments.asks": ["6.1"],
    "consider.formal": ["6.1", "1.7", "1.7", "5.1", "3.1", "3.3", "4.3", "5.1 endeavour", "7.1"],
    "consider.legal_action": ["6.2"],
    "restriction.together": ["5.2 may"],
    "restriction.adjustments": ["7.3 may", "7.2"],
    "restriction.kinds.end_direct.if": ["5.3 normally"],
    "restriction.kinds.no_reply.if": ["5.4"],
    "restriction.kinds.third_party.if": ["5.4 may"],
    "restriction.kinds.no_dealings.if": ["5.4"],
    "restriction.kinds.times.if": ["5.6 may"],
    "restriction.kinds.one_member.if": ["5.6 may"],
    "restriction.kinds.appointment.if": ["5.6 may"],
    "restriction.kinds.writing_only.if": ["5.6 may"],
    "restriction.kinds.work_mobile.if": ["5.6 may"],
    "restriction.kinds.other_action.if": ["5.6 may"],
    "restriction.kinds.issues.if": ["5.8"],
    "restriction.kinds.timescale.if": ["5.8"],
    "restriction.kinds.personal_accounts.if": ["5.9"],
    "restriction.kinds.non_urgent.if": ["6.1 may"],
    "reconsideration.if": ["6.2 may"],
    "appeal.grounds": ["6.3"],
    "equality.adjustments": ["7.1", "7.1 may", "7.1 may", "7.1 may", "7.1 may"],
}


@pytest.mark.parametrize(("path", "clauses"), SENTENCES.items(), ids=SENTENCES)
def test_each_sentence_has_its_clause(path: str, clauses: list[str]) -> None:
    assert cited(path) == clauses


def test_no_value_of_the_file_is_left_out_of_these_tables() -> None:
    told = {row[0] for row in ROWS} | SENTENCES.keys()
    ruled = {path for path, value in WEST_KENT.values.items() for item in value.kept if item.rule}
    named = {path for path in ruled if path.startswith("roles.") or path.endswith((".name", ".state"))}
    assert ruled - named == told


# Own words that carry a fact: the path, and what its words must hold.
OWN_WORDS = [
    ("scope.covers", "anyone else who lives in one of its homes"),
    ("scope.others", "the complaints process"),
    ("on_the_spot.warnings", "at least"),
    ("on_the_spot.may", "without the caller's agreement"),
    ("stage.spot.do", "no answer unless they do"),
    ("stage.adjust.do", "reasonable adjustments"),
    ("stage.formal.after", "the behaviour does not change"),
    ("path.danger.police", "always"),
    ("path.danger.do", "Tenancy enforcement, pursued robustly"),
    ("path.extreme.if", "both extreme and persistent"),
    ("path.extreme.do", "Legal action, or steps against the tenancy"),
    ("restriction.length", "told in the letter"),
    ("restriction.together", "Any combination"),
    ("restriction.kinds.end_direct.if", "violence threatened or used, or were staff verbally abused or harassed"),
    ("restriction.kinds.no_dealings.if", "did the customer not agree"),
    ("restriction.kinds.times.does", "set times on set days"),
    ("restriction.kinds.times.if", "call again and again"),
    ("restriction.kinds.one_member.does", "one member of staff"),
    ("restriction.kinds.appointment.does", "named member of staff"),
    ("restriction.kinds.writing_only.does", "none in person"),
    ("restriction.kinds.work_mobile.does", "other ways are offered"),
    ("restriction.kinds.other_action.does", "what and why are always told"),
    ("restriction.kinds.two_staff.does", "for repairs too"),
    ("restriction.kinds.issues.does", "so many in a period"),
    ("restriction.kinds.timescale.does", "within a stated time"),
    ("restriction.kinds.personal_accounts.does", "no reply, and blocked"),
    ("restriction.kinds.non_urgent.does", "not urgent"),
    ("restriction.kinds.spoc.does", "single point of contact"),
    ("restriction.kinds.cadence.does", "weekly or fortnightly"),
    ("reconsideration.if", "more acceptable behaviour"),
    ("appeal.grounds", "Why the customer disagrees"),
    ("always_accept.list", "wherever possible"),
    ("always_accept.list", "urgent enquiries"),
    ("letter.adjust.says", "a request to adjust"),
    ("evidence.log", "all of them, and they are monitored"),
    ("equality.adjustments", "Made where a customer is known to be vulnerable or disabled"),
]


@pytest.mark.parametrize(("path", "words"), OWN_WORDS)
def test_own_words_hold_the_fact(path: str, words: str) -> None:
    assert words in WEST_KENT.value(path).words


UNSAID = {
    "policy.review",
    "scope.joint",
    "stage.adjust.by",
    "stage.adjust.after",
    "stage.adjust.lapses",
    "stage.formal.by",
    "path.danger.skips",
    "path.abuse.skips",
    "path.extreme.skips",
    "restriction.minimum",
    "restriction.maximum",
    "restriction.extension.times",
    "review.by",
    "review.outcomes",
    "review.day_off",
    "appeal.window",
    "appeal.met_by",
    "appeal.late",
    "appeal.response",
    "appeal.meanwhile",
    "appeal.final",
    "appeal.next",
    "reconsideration.by",
    "reconsideration.response",
    "breach.ladder",
    "inform",
    "letter.adjust.sent",
    "letter.adjust.signed",
    "letter.formal.signed",
}


def test_what_the_policy_leaves_unsaid() -> None:
    gaps = WEST_KENT.unsaid()
    assert {gap.path for gap in gaps} == UNSAID
    assert not [gap for gap in gaps if gap.part], "no value is said in part only"


@pytest.mark.parametrize("path", sorted(UNSAID))
def test_an_unsaid_value_is_neither_none_nor_a_default(path: str) -> None:
    value = WEST_KENT.value(path)
    assert (value.unsaid, value.none, value.lost, value.said) == (True, False, False, False)
    assert not value.raw and not value.settled


@pytest.mark.parametrize(
    "path", ["stage.adjust.by", "stage.formal.by", "review.by", "reconsideration.by", "letter.formal.signed"]
)
def test_nobody_is_made_up_where_no_decider_is_named(path: str) -> None:
    who = WEST_KENT.who(path)
    assert who.unsaid and not any(who.allows({role}) for role in WEST_KENT.roles)


@pytest.mark.parametrize("act", ["restrict", "review", "lift", "vary", "extend", "breach", "police", "legal_action"])
def test_acts_without_a_decider(act: str) -> None:
    assert WEST_KENT.decides(act).unsaid


def test_nothing_is_settled_for_the_provider() -> None:
    assert WEST_KENT.local_rules() == [] and not WEST_KENT.local_digest


def test_nothing_is_lost_and_only_the_strain_is_noted() -> None:
    assert WEST_KENT.lost() == []
    assert list(WEST_KENT.damage) == ["5.2, 5.3, 5.4"]
    assert "strain against each other" in WEST_KENT.damage["5.2, 5.3, 5.4"]


def test_the_provider() -> None:
    assert (WEST_KENT.provider_name, WEST_KENT.kind, WEST_KENT.nation) == ("West Kent", "association", "england")
    assert WEST_KENT.title == "Unacceptable Behaviour Policy"
    assert WEST_KENT.effective_on == date(2026, 9, 1) and WEST_KENT.approved_on is None
    assert "no date of approval" in WEST_KENT.notes["policy"]
    review = WEST_KENT.value("policy.review")
    assert review.words == "as required, and as law and guidance ask" and review.rule and review.rule.clause == "8.2"
    assert [str(item) for item in WEST_KENT.value("policy.read_with").kept] == [
        "Equality and diversity policy",
        "Community Safety Policy",
        "Complaints Policy",
    ]


def test_roles_that_the_policy_names_and_those_of_the_set_up() -> None:
    named = {key: role.rule.cite() for key, role in WEST_KENT.roles.items() if role.rule}
    assert named == {"head_of_service": "Clause 6.3"}
    assert {role.works_as for role in WEST_KENT.roles.values()} == {
        "officer",
        "team leader",
        "manager",
        "front line",
        "data protection officer",
        "administrator",
    }


def test_three_stages_without_numbers() -> None:
    assert [(stage.number, stage.key, stage.state) for stage in WEST_KENT.stages] == [
        (None, "spot", "initial warning"),
        (None, "adjust", "written warning"),
        (None, "formal", "contact restriction"),
    ]
    assert WEST_KENT.ordered and WEST_KENT.value("stages.count").none
    assert WEST_KENT.stage_for_state("review") is None
    assert [stage.name for stage in WEST_KENT.stages][-1] == "Formal action"
    assert "what form" in WEST_KENT.notes["stage.adjust"]


def test_the_stage_on_the_spot_is_read_between_the_lines() -> None:
    spot = WEST_KENT.stage("spot")
    assert spot.by.staff and spot.by.allows({"housing_officer"}) and spot.by.rule and spot.by.rule.implied
    assert spot.after is None and len(spot.do) == 2


def test_one_request_to_adjust_comes_before_formal_action() -> None:
    formal = WEST_KENT.stage("formal")
    assert formal.after and (formal.after.count, formal.after.what, formal.after.within) == (1, "requests", "")
    assert formal.optional and formal.by.unsaid
    adjust = WEST_KENT.stage("adjust")
    assert adjust.after and adjust.after.unsaid and adjust.lapses is None and adjust.by.unsaid
    [gate] = WEST_KENT.gates_before("formal")
    assert gate.key == "adjustments" and gate.required and "discuss adjustments" in gate.asks
    assert WEST_KENT.gates_before("adjust") == []


def test_two_warnings_at_least_before_any_call_is_ended() -> None:
    warnings = WEST_KENT.threshold("on_the_spot.warnings")
    assert (warnings.count, warnings.what, warnings.within) == (2, "warnings", "in 1 interaction")
    unless = WEST_KENT.value("on_the_spot.unless")
    assert unless.none and unless.rule and (unless.rule.clause, unless.rule.strength) == ("5.5", "must")
    who = WEST_KENT.who("on_the_spot.by")
    assert who.staff and who.rule and who.rule.cite() == "Clauses 5.5, 5.7"


def test_the_headings_of_unacceptable_behaviour() -> None:
    assert [(each.key, each.name, each.is_danger) for each in WEST_KENT.behaviours] == [
        ("aggression", "Aggressive or abusive behaviour", False),
        ("demands", "Unreasonable demands", False),
        ("persistence", "Unreasonable persistence", False),
        ("violence", "Physical violence threatened or used", True),
        ("listed", "Other behaviour towards staff that the policy lists", False),
    ]
    assert not any(each.lost for each in WEST_KENT.behaviours)
    assert {rule.clause for each in WEST_KENT.behaviours if (rule := each.rule)} == {"2.1", "3.1", "4.1", "5.3", "1.4"}


def test_the_police_are_always_told_of_violence_and_may_be_of_the_rest() -> None:
    assert [(path.key, path.police_must, path.skips) for path in WEST_KENT.paths] == [
        ("danger", True, ()),
        ("abuse", False, ()),
        ("extreme", False, ()),
    ]
    danger = WEST_KENT.path_danger
    assert danger and danger.when == ("violence",) and not danger.police_at_once and not danger.interim


def test_the_kinds_are_whole_and_only_examples() -> None:
    kinds = WEST_KENT.restriction_kinds
    assert [kind.key for kind in kinds.listed] == [
        "ways",
        "end_direct",
        "no_reply",
        "third_party",
        "no_dealings",
        "times",
        "one_member",
        "appointment",
        "writing_only",
        "work_mobile",
        "other_action",
        "two_staff",
        "issues",
        "timescale",
        "personal_accounts",
        "non_urgent",
        "spoc",
        "cadence",
    ]
    assert (kinds.only_examples, kinds.lost, kinds.others_allowed) == (True, False, True)
    assert all(kind.by is None and kind.rule for kind in kinds.listed)
    kept, rule = WEST_KENT.keep_open
    assert (kept, rule and rule.strength) == (1, "endeavour")


def test_any_length_is_allowed_but_the_letter_says_it() -> None:
    assert WEST_KENT.length_bounds() == (None, None, None) and WEST_KENT.length_words() == ""
    WEST_KENT.check_length(1)
    WEST_KENT.check_length(60)
    letter = WEST_KENT.letter_on("formal")
    assert letter and "length" in [item.word for item in letter.says]


def test_the_two_letters() -> None:
    assert {key: letter.on for key, letter in WEST_KENT.letters.items()} == {
        "adjust": ("adjust",),
        "formal": ("formal",),
    }
    adjust = WEST_KENT.letter_on("adjust")
    assert adjust and adjust.sent == () and not adjust.contents_lost and adjust.signed.unsaid
    assert WEST_KENT.letter_on("spot") is None and WEST_KENT.letter_on("review") is None


def test_formal_action_alone_is_appealed_to_a_head_of_service() -> None:
    appeal = WEST_KENT.appeal_of("formal")
    assert appeal and appeal.by.names() == "Head of Service"
    assert appeal.by.allows({"head_of_service"}) and not appeal.by.allows({"manager"})
    assert all(value.unsaid for value in (appeal.window, appeal.response, appeal.late, appeal.final, appeal.next))
    assert WEST_KENT.appeal_of("adjust") is None and WEST_KENT.appeal_of("spot") is None
    assert WEST_KENT.value("policy.ombudsman").none, "the policy names none; the nation's stands in the law"
    assert appeal.ombudsman and appeal.ombudsman.key == "housing ombudsman"


def test_no_register_is_named_and_nobody_is_said_to_be_told() -> None:
    assert WEST_KENT.registers == []
    assert WEST_KENT.value("inform").unsaid
    assert [str(item) for item in WEST_KENT.value("evidence.log").kept] == [
        "all of them, and they are monitored",
        "how the behaviour was managed",
    ]


def test_repairs_and_urgent_enquiries_stay_open_before_the_law() -> None:
    own = [(words, rule.clause) for words, rule in WEST_KENT.always_accept if rule.source == "policy"]
    assert [clause for _, clause in own] == ["5.1", "6.1"]
    assert "repairs" in own[0][0] and "urgent" in own[1][0]
    rules = [item.rule for item in WEST_KENT.value("always_accept.list").kept if item.rule]
    assert [rule.implied for rule in rules] == [False, True]


# Clocks, worked by hand


@pytest.mark.parametrize(
    ("start", "last_review", "due", "lands_on"),
    [
        (date(2026, 12, 18), None, date(2027, 6, 18), None),
        (date(2026, 8, 31), None, date(2027, 2, 28), "Sunday"),
        (date(2026, 9, 1), None, date(2027, 3, 1), None),
        (date(2026, 12, 18), date(2027, 6, 18), date(2027, 12, 18), "Saturday"),
        (date(2026, 12, 18), date(2027, 5, 27), date(2027, 11, 27), "Saturday"),
        (date(2026, 9, 26), None, date(2027, 3, 26), "Good Friday"),
    ],
)
def test_each_restriction_is_reviewed_every_six_months(
    start: date, last_review: date | None, due: date, lands_on: str | None
) -> None:
    events = {"start": start} | ({"last review": last_review} if last_review else {})
    found = clocks.work_out(WEST_KENT, "review.interval", events, ENGLAND)
    assert (found.due, found.clause, found.strength, found.every) == (due, "8.1", "must", True)
    assert clocks.FROM_START in found.assumed and reckoning.START_NOT_COUNTED in found.assumed
    assert (found.lands_on, found.day_off_rule) == (lands_on, "")  # the date is left: no rule moves it


def test_the_interval_is_the_only_clock_that_sets_a_review() -> None:
    review = WEST_KENT.review
    assert review.paths == ("review.interval",) and review.at_end.none
    assert review.by.unsaid and review.outcomes.unsaid and review.day_off.unsaid


@pytest.mark.parametrize(
    ("path", "unsaid", "why"),
    [
        ("policy.review", True, "the policy is silent: as required, and as law and guidance ask"),
        ("stage.adjust.lapses", True, "the policy is silent"),
        ("restriction.minimum", True, "the policy is silent"),
        ("restriction.maximum", True, "the policy is silent"),
        ("restriction.length", False, "it is set for each case"),
        ("appeal.window", True, "the policy is silent"),
        ("appeal.response", True, "the policy is silent"),
        ("reconsideration.response", True, "the policy is silent"),
    ],
)
def test_a_clock_that_the_policy_does_not_set_has_no_date(path: str, unsaid: bool, why: str) -> None:
    events = dict.fromkeys(("decision", "letter dated", "start", "appeal received"), date(2026, 12, 18))
    found = clocks.work_out(WEST_KENT, path, events, ENGLAND)
    assert (found.due, found.readings, found.unsaid, found.why_null) == (None, {}, unsaid, why)


def test_no_other_path_is_a_clock() -> None:
    assert set(clocks.clock_paths(WEST_KENT)) == {
        "policy.review",
        "stage.adjust.lapses",
        "restriction.minimum",
        "restriction.maximum",
        "restriction.length",
        "review.interval",
        "appeal.window",
        "appeal.response",
        "reconsideration.response",
    }


def test_the_version_holds_from_its_adoption() -> None:
    assert shelf.read_builtin("west-kent", on=date(2026, 9, 1)).effective_on == date(2026, 9, 1)
    with pytest.raises(LookupError):
        shelf.read_builtin("west-kent", on=date(2026, 8, 31))
