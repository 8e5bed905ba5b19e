"""The policy of Homes for Life, row by row: what its file says at each path, under which clause, how strongly."""

from datetime import date

import pytest

from policies import clocks, loader, shelf
from policies.calendars import Calendar
from policies.policy import Policy
from policies.problems import PolicyProblems

HOMES = shelf.read_builtin("homes-for-life")
TEXT = shelf.builtin()["homes-for-life"][-1].read_text(encoding="utf-8")
SCOTLAND = Calendar.of("scotland", 2023, 2028)

ROWS = [
    # scope
    ("scope.covers", "tenant, service user, stakeholder, advocate, elected representative, other", "1.2", "must"),
    ("scope.online", "yes", "1.2", "must"),
    # warnings, and ending contact on the spot
    ("on_the_spot.by", "staff or front line", "1.6, 1.12.1", "must"),
    ("on_the_spot.may", "end call, leave, stop reading, end contact", "1.12.1", "must"),
    ("on_the_spot.warnings", "1 warning in 1 interaction", "1.9.1", "recommended"),
    # the ways of acting
    ("path.danger.when", "physical_threat", "1.9.4", "must"),
    ("path.danger.police", "tell", "1.9.4", "normally"),
    ("path.zero_tolerance.when", "physical_threat, violence, abuse", "1.9", "must"),
    ("path.zero_tolerance.by", "staff or front line", "1.9", "must"),
    ("gate.adjustments.before", "restrict", "1.5", "must"),
    ("gate.less_restrictive.before", "restrict", "1.6", "must"),
    ("gate.restorative.before", "restrict", "1.8", "must"),
    ("gate.evidence.before", "restrict", "1.8", "must"),
    # deciders
    ("decide.restrict.by", "manager", "1.8", "must"),
    ("decide.unacceptable_correspondence.by", "manager", "1.9.2", "must"),
    ("decide.police.by", "manager", "1.9.4", "must"),
    ("decide.no_police.by", "manager", "1.9.4", "must"),
    ("decide.no_police.not_by", "affected", "1.9.4", "must"),
    ("decide.outside_contact.by", "manager", "1.10.4", "must"),
    ("decide.limit_complaints.by", "management team", "1.11", "must"),
    # restrictions
    ("restriction.kinds_are", "examples", "1.8", "must"),
    ("restriction.kinds.channel.does", "only channels", "1.8", "may"),
    ("restriction.kinds.named_person.does", "named person", "1.8", "may"),
    ("restriction.kinds.details.does", "withhold details", "1.8", "may"),
    ("restriction.kinds.third_party.does", "third party", "1.8", "may"),
    ("restriction.kinds.time.does", "times", "1.8", "may"),
    ("restriction.kinds.volume.does", "frequency", "1.8", "may"),
    ("restriction.kinds.online_block.does", "block online", "1.9.3", "may"),
    ("restriction.kinds.online_report.does", "other", "1.9.3", "may"),
    ("restriction.kinds.online_limit.does", "other", "1.9.3", "may"),
    # appeal
    ("appeal.covers", "restrict", "1.8", "must"),
    ("appeal.by", "chief executive", "1.8", "must"),
    # what is told to the person
    ("letter.restriction.encloses", "policy", "1.13", "may"),
    ("letter.unacceptable_correspondence.says", "behaviour", "1.9.2", "must"),
    ("letter.unacceptable_correspondence.signed", "manager", "1.9.2", "may"),
    # who is informed
    ("inform.relevant_staff.sees", "restriction", "1.4.2", "must"),
    ("inform.web_monitors.sees", "restriction", "1.4.2", "must"),
    ("inform.management_team.sees", "other", "1.14.3", "must"),
    ("inform.outside_experts.sees", "other", "1.7", "may"),
    # staff
    ("staff_care.tell", "line manager or manager", "1.12.1", "must"),
]


@pytest.mark.parametrize(("path", "words", "clause", "strength"), ROWS, ids=[row[0] for row in ROWS])
def test_what_the_policy_says(path: str, words: str, clause: str, strength: str) -> None:
    value = HOMES.value(path)
    assert ", ".join(item.word for item in value.kept) == words
    assert value.rule and (value.rule.source, value.rule.clause, value.rule.strength) == ("policy", clause, strength)


# Where the sense stands in own words: each entry by a word that carries it, its clause and its strength.
SENTENCES = {
    "policy.read_with": [
        ("service standards", "1.1"),
        ("Complaints process", "1.3"),
        ("well-being of staff", "1.12.2"),
        ("Guide for staff", "1.13"),
    ],
    "scope.others": [("under contract", "1.2 may")],
    "behaviour.violence.is": [("physical harm", "1.10.1"), ("afraid", "1.10.1")],
    "behaviour.violence.leads_to": [("not tolerated", "1.9, 1.10.1")],
    "behaviour.physical_threat.is": [
        ("physical harm", "1.9.4"),
        ("third party", "1.9.4"),
        ("social media", "1.9.3"),
    ],
    "behaviour.abuse.is": [
        ("racist, sexist or homophobic", "1.10.2"),
        ("nothing to support them", "1.10.2"),
        ("belittle", "1.10.2"),
        ("third parties", "1.10.2"),
        ("social media", "1.10.2"),
    ],
    "behaviour.abuse.leads_to": [("not tolerated", "1.9, 1.10.2")],
    "behaviour.harassment.is": [
        ("asked not to", "1.10.3"),
        ("away from work", "1.10.3"),
        ("naming staff", "1.10.3"),
    ],
    "behaviour.harassment.is_list": [("examples", "1.10.3")],
    "behaviour.outside_contact.is": [("social networks", "1.10.4")],
    "behaviour.outside_contact.leads_to": [("manager, who decides whether it is recorded", "1.10.4")],
    "behaviour.naming.is": [("Naming staff online", "1.10.5"), ("streams them live: harassment", "1.10.5")],
    "behaviour.naming.leads_to": [("Restrictions", "1.10.5 may")],
    "behaviour.demands.is": [
        ("substantially", "1.10.6"),
        ("unreasonable time", "1.10.6"),
        ("one member of staff", "1.10.6"),
        ("unrelated concerns", "1.10.6"),
    ],
    "behaviour.demands.is_list": [("examples", "1.10.6")],
    "behaviour.contact.is": [("others, suffers", "1.10.7"), ("in a day or an hour", "1.10.7 may")],
    "behaviour.contact.is_list": [("examples", "1.10.7")],
    "behaviour.refusal.is": [("again and again", "1.10.8"), ("reasonable requests", "1.10.8")],
    "on_the_spot.unless": [("unsafe", "1.9.1"), ("extreme", "1.9.1")],
    "on_the_spot.at_once": [("streaming it live: end it politely", "1.9.1"), ("only right thing", "1.9")],
    "on_the_spot.do": [
        ("after every zero-tolerance incident", "1.9"),
        ("as soon as possible", "1.12.1"),
        ("politely, where possible", "1.12.1 recommended"),
        ("what must change", "1.12.1 may"),
        ("Defuse", "1.4 endeavour"),
        ("round in circles", "1.7"),
    ],
    "path.danger.do": [("manager records the decision", "1.9.4"), ("All staff who saw it", "1.9.4")],
    "path.zero_tolerance.do": [
        ("with a manager", "1.9"),
        ("Tell the sender", "1.9.2"),
        ("Do not answer", "1.9.2"),
        ("record the reasons", "1.9.3"),
        ("repeated despite warnings or is at the higher end", "1.9.2 may"),
    ],
    "decide.limit_complaints.if": [("exceptional", "1.11")],
    "gate.adjustments.for": [("Accessibility needs", "1.5")],
    "gate.less_restrictive.for": [("least restrictive", "1.6")],
    "gate.restorative.asks": [("tried without success, or why were they not possible or appropriate", "1.8")],
    "gate.restorative.for": [
        ("Breaks", "1.7 may"),
        ("early", "1.7 may"),
        ("Adjusting the service", "1.7 may"),
        ("what can be expected", "1.7 may"),
    ],
    "gate.evidence.for": [("supports", "1.8")],
    "consider.restrict": [
        ("unusual", "1.6"),
        ("proportionate", "1.6"),
        ("as in other cases", "1.6"),
        ("working well and normally", "1.6"),
        ("training", "1.6 may"),
        ("vulnerable", "1.7 may"),
        ("this person and this situation", "1.8"),
        ("beyond the person's control", "1.8"),
        ("repeated despite warnings", "1.9.2"),
    ],
    "consider.unacceptable_correspondence": [("health or safety, or a public interest", "1.9.2 may")],
    "consider.no_police": [
        ("withdrawn at once", "1.9.4 may"),
        ("threatened member of staff", "1.9.4"),
        ("other staff", "1.9.4"),
    ],
    "consider.limit_complaints": [("right to complain again", "1.11")],
    "restriction.evidence": [("supported by evidence", "1.8")],
    "restriction.kinds.details.if": [("harassment", "1.8 may")],
    "restriction.kinds.online_limit.if": [("risk to staff", "1.9.3 may")],
    "review.none_if": [("violence", "1.8 may")],
    "review.explain": [("When, and in what circumstances", "1.8")],
    "inform.web_monitors.if": [("e-mail", "1.4.2")],
    "inform.outside_experts.if": [("vulnerable", "1.7 may")],
    "letter.restriction.says": [("reason", "1.6 normally"), ("what is decided, and why", "1.13"), ("when", "1.8")],
    "letter.restriction.unless": [("recorded apart", "1.6")],
    "evidence.needs": [
        ("Factual", "1.14.1"),
        ("only to those who need it", "1.14.1"),
        ("screenshots", "1.14.1"),
        ("highlighted in the system, for staff to act on or be aware of, is the least", "1.14.1"),
    ],
    "evidence.store": [
        ("Named as distressing, and kept so that nobody opens it by accident", "1.14.1"),
        ("envelopes", "1.14.1 may"),
    ],
    "evidence.log": [
        ("avoid restrictions", "1.14.1"),
        ("restrictions", "1.14.1"),
        ("zero tolerance", "1.14.1"),
        ("what happens online", "1.9.3"),
        ("the police", "1.9.4"),
        ("whom to inform", "1.4.2"),
        ("in confidence", "1.14.3"),
    ],
    "equality.advice": [("without the person's name", "1.7 may")],
    "equality.tell_us": [("adjusted", "1.5")],
    "equality.adjustments": [
        ("Where appropriate", "1.7"),
        ("genuine difficulty", "1.10.8 endeavour"),
        ("Recordings for personal use", "1.10.5 may"),
    ],
    "equality.offer": [("ask for adjustments", "1.3"), ("support", "1.4")],
    "equality.communicate": [
        ("concluded", "1.3"),
        ("Neutral", "1.13"),
        ("restore the relationship", "1.13"),
        ("what is decided, and why", "1.13"),
        ("Accessible", "1.13"),
    ],
    "staff_care.offers": [
        ("line manager", "1.12.2 recommended"),
        ("short time", "1.12.2"),
        ("a case or an interaction", "1.12.2, 1.12.3 may"),
        ("senior manager", "1.12.3 may"),
        ("informal talk", "1.14.3 may"),
        ("support line", "1.12.2"),
        ("training", "1.4, 1.12"),
    ],
    "staff_care.named_online": [
        ("E-mail their line manager", "1.14.3"),
        ("no more widely", "1.14.3"),
        ("in private", "1.14.3"),
        ("a say", "1.14.3"),
        ("removed", "1.14.3 may"),
        ("Management Team", "1.14.3"),
        ("personal records", "1.14.3"),
    ],
}


@pytest.mark.parametrize(("path", "said"), SENTENCES.items(), ids=SENTENCES)
def test_each_sentence_has_its_sense_and_its_clause(path: str, said: list[tuple[str, str]]) -> None:
    items = HOMES.value(path).kept
    found = [f"{item.rule.clause} {item.rule.strength}".removesuffix(" must") for item in items if item.rule]
    assert found == [cited for _, cited in said]
    for item, (sense, _) in zip(items, said, strict=True):
        assert sense in str(item)


def test_no_value_of_the_file_is_left_out_of_these_tables() -> None:
    told = {row[0] for row in ROWS} | SENTENCES.keys() | {"policy.review"}
    ruled = {path for path, value in HOMES.values.items() for item in value.kept if item.rule}
    named = {path for path in ruled if path.startswith("roles.") or path.endswith(".name")}
    assert ruled - named == told


# What stands beside a word, where the word alone would say less than the policy does.
OWN_WORDS = {
    "on_the_spot.warnings": "by phone or face to face, where it is safe",
    "scope.online": "even if it is not sent to them",
    "path.danger.police": "somebody else is threatened",
    "decide.no_police.not_by": "nor does whoever received the threat decide it alone",
    "restriction.kinds.channel.does": "phone or e-mail",
    "restriction.kinds.third_party.does": "advocate",
    "restriction.kinds.online_report.does": "report content to the platform",
    "restriction.kinds.online_limit.does": "other channels",
    "letter.unacceptable_correspondence.signed": "an account of no one person",
    "inform.relevant_staff.sees": "what was done",
    "inform.management_team.sees": "named in public",
    "staff_care.tell": "where the line manager is away",
}


@pytest.mark.parametrize(("path", "words"), OWN_WORDS.items(), ids=OWN_WORDS)
def test_the_own_words_beside_a_value(path: str, words: str) -> None:
    assert words in HOMES.value(path).words


UNSAID = {
    "policy.review",  # it contradicts itself
    "scope.joint",
    "path.zero_tolerance.police",
    "restriction.minimum",
    "restriction.maximum",
    "restriction.extension.times",
    "review.interval",
    "review.by",
    "review.outcomes",
    "review.day_off",
    "appeal.window",
    "appeal.response",
    "appeal.final",
    "appeal.next",
    "appeal.how",
    "appeal.late",
    "appeal.meanwhile",
    "appeal.met_by",
    "breach.ladder",
    "always_accept.list",
    "letter.restriction.sent",
    "letter.restriction.signed",
    "letter.unacceptable_correspondence.sent",
}


def test_what_the_policy_leaves_unsaid() -> None:
    assert {gap.path for gap in HOMES.unsaid()} == UNSAID
    assert [gap.path for gap in HOMES.unsaid() if gap.part] == ["policy.review"]
    assert HOMES.local_rules() == [], "nothing is settled for the provider"


@pytest.mark.parametrize("path", sorted(UNSAID - {"policy.review"}))
def test_an_unsaid_value_is_neither_none_nor_a_default(path: str) -> None:
    value = HOMES.value(path)
    assert (value.unsaid, value.none, value.said, value.lost) == (True, False, False, False)
    assert not value.raw


LOST = {"inform.phone": "1.4.2", "inform.other_agencies": "1.9.4"}


def test_what_is_lost_stays_lost() -> None:
    assert {gap.path: gap.rule.clause for gap in HOMES.lost() if gap.rule} == LOST
    assert HOMES.value("inform.phone.sees").lost and not HOMES.value("inform.phone.sees").kept


def test_what_is_damaged() -> None:
    assert set(HOMES.damage) == {"cover, 1.15", "1.4.2", "1.9.4"}
    assert HOMES.damage["1.4.2"].startswith("Should be 1.14.2.")
    assert "sharing with other agencies" in HOMES.damage["1.9.4"]
    assert "December 2027" in HOMES.damage["cover, 1.15"]


def test_the_provider() -> None:
    assert HOMES.provider_name == "Homes for Life Housing Partnership"
    assert (HOMES.kind, HOMES.nation, HOMES.title) == ("association", "scotland", "Unacceptable Behaviours Policy")
    assert HOMES.effective_on == HOMES.approved_on == date(2023, 1, 25)
    assert "no other" in HOMES.notes["policy"]


def test_a_version_is_found_by_the_day() -> None:
    assert shelf.read_builtin("homes-for-life", on=date(2023, 1, 25)).effective_on == date(2023, 1, 25)
    with pytest.raises(LookupError):
        shelf.read_builtin("homes-for-life", on=date(2023, 1, 24))


def test_it_has_no_stages() -> None:
    assert HOMES.stages == [] and not HOMES.ordered and not HOMES.value("stages.order").kept
    assert HOMES.stage_for_state("contact restriction") is None
    assert HOMES.value("stages.count").none, "it counts none"
    assert [(path.key, path.name) for path in HOMES.paths] == [
        ("danger", "Physical threats"),
        ("zero_tolerance", "Zero tolerance"),
    ]


def test_what_comes_before_active_management() -> None:
    assert [(gate.key, gate.required) for gate in HOMES.gates_before("restrict")] == [
        ("adjustments", True),
        ("less_restrictive", True),
        ("restorative", True),
        ("evidence", True),
    ]
    assert len(HOMES.questions_for("restrict")) == 9 and not HOMES.questions_lost("restrict")


def test_one_warning_on_the_spot_and_no_number_of_warnings_before_a_restriction() -> None:
    warnings = HOMES.threshold("on_the_spot.warnings")
    assert (warnings.count, warnings.what, warnings.within) == (1, "warnings", "in 1 interaction")
    thresholds = [path for path, value in HOMES.values.items() if path.endswith((".after", ".warnings"))]
    assert thresholds == ["on_the_spot.warnings"]
    assert "unsaid (1.9.2)" in HOMES.notes["path.zero_tolerance"]


@pytest.mark.parametrize("role", ["housing_officer", "front_line", "line_manager", "manager", "chief_executive"])
def test_anybody_may_end_contact_that_distresses_them(role: str) -> None:
    assert HOMES.who("on_the_spot.by").allows({role})
    assert "whether or not it is zero tolerance" in HOMES.notes["on_the_spot"]


@pytest.mark.parametrize("act", ["restrict", "unacceptable_correspondence", "police", "no_police", "outside_contact"])
def test_a_manager_decides_and_nobody_below(act: str) -> None:
    who = HOMES.decides(act)
    assert who.names() == "Manager" and who.allows({"manager"})
    assert not any(who.allows({role}) for role in ("housing_officer", "front_line", "line_manager"))


def test_the_management_team_alone_limits_repeat_complaints() -> None:
    who = HOMES.decides("limit_complaints")
    assert who.names() == "Member of the Management Team"
    assert not any(who.allows({role}) for role in ("manager", "line_manager", "senior_manager", "chief_executive"))


def test_who_decides_the_rest_is_unsaid() -> None:
    assert all(HOMES.decides(act).unsaid for act in ("review", "lift", "vary", "extend", "breach", "safeguarding"))


def test_roles_that_the_policy_names_and_those_of_the_set_up() -> None:
    named = {key: role.rule.clause for key, role in HOMES.roles.items() if role.rule}
    assert named == {
        "chief_executive": "1.8",
        "management_team": "1.11",
        "senior_manager": "1.12.3",
        "manager": "1.8",
        "line_manager": "1.12.1",
    }
    assert {role.works_as for role in HOMES.roles.values()} == {
        "officer",
        "team leader",
        "manager",
        "front line",
        "data protection officer",
        "administrator",
    }


def test_behaviour_under_the_policys_own_headings() -> None:
    assert [(behaviour.name, behaviour.is_danger) for behaviour in HOMES.behaviours] == [
        ("Violence", True),
        ("Physical threats", True),
        ("Abuse", True),
        ("Harassment", False),
        ("Contact outside the office", False),
        ("Naming and targeting staff publicly", False),
        ("Demands on our office", False),
        ("Levels of contact", False),
        ("Refusal to co-operate", False),
    ]
    assert "(1.10)" in HOMES.notes["behaviour"] and "(1.10.5)" in HOMES.notes["behaviour.naming"]
    assert "(1.2)" in HOMES.notes["scope"] and "(1.12)" in HOMES.notes["staff_care"]


def test_the_police_are_normally_told_of_a_physical_threat() -> None:
    path = HOMES.path_danger
    assert path and path.police.raw == "tell" and not path.police_must and not path.police_at_once
    assert path.when == ("physical_threat",) and path.skips == ()
    assert HOMES.value("path.zero_tolerance.police").unsaid, "nothing is said of abuse that is no threat"


def test_a_restriction_may_last_for_any_time() -> None:
    assert HOMES.length_bounds() == (None, None, None) and HOMES.length_words() == ""
    for months in (1, 6, 12, 60):
        HOMES.check_length(months)
    HOMES.check_dates(date(2026, 12, 18), date(2036, 12, 18))
    assert HOMES.value("restriction.length").none and HOMES.keep_open == (0, None)


def test_the_kinds_are_examples_that_a_manager_may_add_to() -> None:
    kinds = HOMES.restriction_kinds
    assert len(kinds.listed) == 9 and kinds.only_examples and kinds.others_allowed and not kinds.lost


def test_a_review_may_be_left_out() -> None:
    review = HOMES.review
    assert review.paths == () and review.by.unsaid and review.none_if.said
    interval = HOMES.value("review.interval")
    assert "appropriate intervals" in interval.words and interval.rule
    assert (interval.rule.clause, interval.rule.strength) == ("1.8", "normally")


def test_appeals_go_to_the_chief_executive() -> None:
    appeal = HOMES.appeal_of("restrict")
    assert appeal and appeal.by.names() == "Chief Executive Officer" and not appeal.by.allows({"manager"})
    assert all(value.unsaid for value in (appeal.window, appeal.response, appeal.final, appeal.next, appeal.late))
    assert HOMES.appeal_of("limit_complaints") is None and HOMES.appeal_of("no_police") is None
    assert HOMES.value("policy.ombudsman").none, "the policy names no ombudsman"
    assert appeal.ombudsman and appeal.ombudsman.key == "spso", "the nation has one all the same"


def test_no_letter_is_named_and_each_says_what_the_policy_has_told() -> None:
    assert set(HOMES.letters) == {"restriction", "unacceptable_correspondence"}
    assert not [path for path in HOMES.values if path.startswith("letter.") and path.endswith(".name")]
    letter = HOMES.letter_on("restrict")
    assert letter and [item.word for item in letter.says] == ["reason", "arrangement", "review"]
    assert not letter.contents_lost and letter.signed.unsaid and letter.sent == ()
    notice = HOMES.letter_on("unacceptable_correspondence")
    assert notice and notice.signed.allows({"manager"})
    assert all("names no letters" in HOMES.notes[f"letter.{key}"] for key in HOMES.letters)


def test_it_keeps_no_register_and_says_of_no_contact_that_it_is_always_accepted() -> None:
    assert HOMES.registers == [] and HOMES.value("always_accept.list").unsaid
    assert {rule.source for _, rule in HOMES.always_accept} == {"law", "evenhand"}


def test_what_staff_are_offered() -> None:
    assert [item.word for item in HOMES.value("staff_care.offers").kept] == [
        "debrief",
        "time away",
        "removal from contact",
        "another name on letters",
        "counselling",
        "other",
        "other",
    ]


def test_what_is_recorded() -> None:
    assert [item.word for item in HOMES.value("evidence.log").kept] == [
        "actions taken",
        "decisions",
        "incidents",
        "decisions",
        "decisions",
        "decisions",
        "incidents",
    ]


# Clocks. The policy sets one, for itself, and sets it twice; others have no date until the provider has settled them.


def test_its_own_review_contradicts_itself() -> None:
    value = HOMES.value("policy.review")
    assert value.contradiction and not value.said
    assert [(str(item.parsed), item.rule.clause, item.rule.implied) for item in value.kept if item.rule] == [
        ("every 3 years from approval", "1.15", True),
        ("by 2027-12-31", "cover", False),
    ]
    found = clocks.work_out(HOMES, "policy.review", {}, SCOTLAND)
    assert (found.due, found.unsaid_parts) == (None, ["contradiction"])
    assert found.readings == {"every 3 years from approval": date(2026, 1, 25), "by 2027-12-31": date(2027, 12, 31)}


def test_it_sets_no_other_clock() -> None:
    events = dict.fromkeys(("decision", "letter dated", "appeal received", "start"), date(2026, 12, 18))
    others = [path for path in clocks.clock_paths(HOMES) if path != "policy.review"]
    assert others == [
        "restriction.minimum",
        "restriction.maximum",
        "review.interval",
        "appeal.window",
        "appeal.response",
    ]
    for path in others:
        found = clocks.work_out(HOMES, path, events, SCOTLAND)
        assert (found.due, found.unsaid, found.readings) == (None, True, {})
        assert found.why_null and found.why_null.startswith("the policy is silent")


def settled(*lines: str) -> Policy:
    """The policy once the provider has settled what it leaves open."""
    head = '[[local]]\nby = "Chief Executive Officer"\non = 2026-09-14\nwhy = "The policy is silent"\n[local.set]\n'
    return loader.read(TEXT, local=head + "\n".join(lines))


@pytest.mark.parametrize(
    ("line", "happened", "due"),
    [
        ('appeal.window = "5 working days from decision"', date(2026, 12, 18), date(2026, 12, 29)),
        ('appeal.window = "10 working days from decision"', date(2026, 12, 18), date(2027, 1, 7)),
        ('appeal.window = "20 working days from decision"', date(2026, 12, 18), date(2027, 1, 21)),
        ('appeal.window = "14 calendar days from decision"', date(2026, 12, 18), date(2027, 1, 1)),
        ('appeal.response = "10 working days from appeal received"', date(2026, 6, 10), date(2026, 6, 25)),
        ('appeal.response = "20 working days from appeal received"', date(2026, 3, 12), date(2026, 4, 10)),
        ('review.interval = "every 6 months from start"', date(2026, 8, 31), date(2027, 2, 28)),
    ],
)
def test_once_settled_days_are_counted_in_scotland(line: str, happened: date, due: date) -> None:
    path = line.partition(" = ")[0]
    events = dict.fromkeys(("decision", "appeal received", "start"), happened)
    found = clocks.work_out(settled(line), path, events, SCOTLAND)
    assert (found.due, found.source) == (due, "local")


def test_the_contradiction_is_settled_as_one_of_the_two() -> None:
    found = clocks.work_out(settled('policy.review = "by 2027-12"'), "policy.review", {}, SCOTLAND)
    assert (found.due, found.clause) == (date(2027, 12, 31), "1.15")
    other = clocks.work_out(settled('policy.review = "every 3 years from approval"'), "policy.review", {}, SCOTLAND)
    assert other.due == date(2026, 1, 25), "a Sunday, and nothing is said of days off"
    with pytest.raises(PolicyProblems, match="contradicts itself"):
        settled('policy.review = "by 2028-12"')


@pytest.mark.parametrize("line", ['appeal.by = "manager"', 'decide.restrict.by = "line_manager"'])
def test_what_the_policy_says_is_not_settled_otherwise(line: str) -> None:
    with pytest.raises(PolicyProblems, match="already says"):
        settled(line)
