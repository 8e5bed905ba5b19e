"""Northampton Partnership Homes' policy, row by row: what its file says, under which clause, how strongly."""

from datetime import date

import pytest

from policies import clocks, periods, shelf, vocabulary
from policies.calendars import Calendar
from policies.periods import Period
from policies.values import Who

SLUG = "northampton-partnership-homes"
NPH = shelf.read_builtin(SLUG)
ENGLAND = Calendar.of("england", 2026, 2028)
DECIDED = date(2026, 12, 18)

# A strength without "implied" stands in the clause; with it, it is read between the lines.
ROWS = [
    ("policy.review", "3 years from approval", "7.1", "must"),
    ("scope.online", "yes", "3.1", "must"),
    ("scope.contractors", "yes", "1.6", "must"),
    ("behaviour.aggression.is_list", "examples", "3.1", "must"),
    ("behaviour.unreasonable.is_list", "examples", "3.1", "must"),
    ("behaviour.demands.is_list", "examples", "3.1", "must"),
    ("behaviour.persistence.is_list", "examples", "3.1", "must"),
    ("on_the_spot.by", "staff", "Appendix B", "must"),
    ("on_the_spot.may", "other, end contact, other", "Appendix B", "may"),
    ("stages.count", "3", "4.1", "may"),
    ("stage.informal.by", "team leader or manager", "4.1, section 5", "must"),
    ("stage.warning.after", "1 initial warning in the case", "4.1", "must"),
    ("stage.warning.by", "team leader or manager", "4.1, section 5", "must"),
    ("stage.warning.lapses", "set for each case", "4.1", "must"),
    ("stage.warning.optional", "yes", "4.1", "may"),
    ("stage.formal.after", "incidents before warning lapses", "4.1", "must"),
    ("stage.formal.optional", "yes", "4.1", "may"),
    ("path.danger.when", "violence", "4.1", "must"),
    ("path.danger.at", "informal, warning", "4.1", "must"),
    ("path.extreme.at", "formal", "4.1", "must"),
    ("path.danger.by", "team leader or manager", "section 5", "must"),
    ("path.danger.police", "tell", "4.1", "must"),
    ("path.danger.interim", "yes", "4.1", "may"),
    ("path.danger.register", "pvp", "4.1", "may"),
    ("path.extreme.by", "team leader or manager", "section 5", "must"),
    ("path.extreme.police", "consider", "4.1", "may"),
    ("path.extreme.interim", "yes", "section 5", "must"),
    ("path.extreme.register", "pvp", "4.1", "may"),
    ("decide.police.by", "team leader or manager", "section 5", "must implied"),
    ("decide.legal_action.by", "team leader or manager", "section 5", "must implied"),
    ("decide.request_spoc.by", "team leader or manager", "section 5", "must"),
    ("decide.data_request.by", "data management officer", "section 6", "must"),
    ("gate.root_cause.before", "warning", "4.1", "endeavour"),
    ("gate.root_cause.by", "team leader or manager", "4.1", "endeavour"),
    ("gate.evidence.before", "spoc", "section 5", "must"),
    ("gate.evidence.by", "team leader or manager", "section 5", "must"),
    ("gate.spoc_protocol.before", "spoc", "section 5", "must"),
    ("gate.spoc_protocol.asks", "Was the SPOC Protocol followed?", "section 5", "must"),
    ("restriction.kinds_are", "examples", "4.1", "must"),
    ("restriction.kinds.spoc.does", "named person", "4.1", "may"),
    ("restriction.kinds.spoc.by", "meeting of team leader, data management officer", "section 5", "must implied"),
    ("restriction.kinds.one_form.does", "only channels", "4.1", "may"),
    ("restriction.kinds.one_form.channels", "writing, email, phone", "4.1", "may"),
    ("restriction.kinds.times.does", "times", "4.1", "may"),
    ("restriction.kinds.number.does", "frequency", "4.1", "may"),
    ("restriction.kinds.issues.does", "issues", "4.1", "may"),
    ("restriction.kinds.no_more.does", "no further consideration", "4.1", "may"),
    ("restriction.kinds.no_more.ends_if", "There is new evidence or information", "4.1", "may"),
    ("restriction.kinds.in_person.does", "other", "4.1", "may"),
    ("restriction.kinds.in_person.channels", "in person", "4.1", "may"),
    ("restriction.kinds.in_person.by", "team leader or manager", "section 5", "must"),
    ("restriction.interim.by", "team leader or manager", "section 5", "must"),
    ("review.interval", "set for each case from start", "4.2", "must"),
    ("review.minimum", "3 months from start", "4.2", "must"),
    ("review.maximum", "12 months from start", "4.2", "must"),
    ("review.outcomes", "lift", "2.3", "endeavour"),
    ("appeal.covers", "any_decision", "2.3, 4.2", "must"),
    ("appeal.how", "other", "4.2", "must"),
    ("appeal.window", "28 days from decision", "4.2", "must"),
    ("appeal.met_by", "made", "4.2", "must implied"),
    ("appeal.response", "5 working days from appeal received", "4.2", "must"),
    ("appeal.for.early.covers", "informal, warning", "4.2", "must"),
    ("appeal.for.early.by", "assistant director", "4.2", "must"),
    ("appeal.for.spoc.covers", "spoc", "4.2", "must"),
    ("appeal.for.spoc.by", "assistant director corporate", "4.2", "must"),
    ("appeal.for.other_formal.covers", "formal", "4.2", "must"),
    (
        "breach.ladder",
        "police, injunction, demotion, possession, loss of housing register place",
        "section 5",
        "may",
    ),
    ("breach.by", "team leader or manager", "section 5", "must"),
    ("spoc.by", "meeting of team leader, data management officer", "section 5", "must implied"),
    ("inform.staff.sees", "arrangement", "4.2", "must"),
    ("inform.contractors.sees", "arrangement", "1.6, 4.2", "must"),
    ("register.pvp.enter", "by decision", "4.1", "may"),
    ("register.pvp.on", "danger, extreme", "4.1", "may"),
    ("register.pvp.owner", "wellbeing officer", "section 5", "must"),
    ("register.pvp.access", "staff whose duties need it", "4.2", "must"),
    (
        "register.pvp.flag",
        "Red flag against the tenant on the OH system, managed by Housing Management",
        "section 5",
        "must",
    ),
    ("register.spoc.risks", "restrictions", "section 5", "must"),
    ("register.spoc.enter", "with restriction", "section 5", "must"),
    ("register.spoc.on", "spoc", "section 5", "must"),
    ("register.spoc.owner", "data management officer", "section 5", "must"),
    ("register.spoc.access", "staff whose duties need it", "4.2", "must"),
    ("register.spoc.review", "set for each case", "section 5", "must"),
    ("register.spoc.says", "The terms of the arrangement, and its review dates", "section 5", "must"),
    ("letter.informal.sent", "letter", "4.1", "must"),
    ("letter.informal.signed", "team leader or manager", "4.1, Appendix A", "must implied"),
    ("letter.warning.sent", "letter", "4.1", "must"),
    ("letter.warning.signed", "team leader or manager", "4.1", "must implied"),
    ("evidence.excluded", "hearsay, opinion", "4.2", "must"),
]


@pytest.mark.parametrize(("path", "words", "clause", "strength"), ROWS, ids=[row[0] for row in ROWS])
def test_what_the_policy_says(path: str, words: str, clause: str, strength: str) -> None:
    value = NPH.value(path)
    assert ", ".join(item.word for item in value.kept) == words
    for rule in [item.rule for item in value.kept]:
        assert rule and (rule.source, rule.clause) == ("policy", clause)
        assert f"{rule.strength}{' implied' * rule.implied}" == strength


# Lists whose entries differ in clause or strength: each entry's word and where it stands.
LISTS = {
    "scope.covers": [
        ("tenant", "1.1, section 5 implied"),
        ("service user", "1.1"),
        ("other", "1.1"),
    ],
    "register.pvp.risks": [("violence", "4.1"), ("threats", "4.1"), ("other", "4.1, section 5")],
    "letter.informal.says": [
        ("outcome", "4.1"),
        ("behaviour", "4.1 implied"),
        ("expected", "4.1 implied"),
        ("consequence", "4.1 implied"),
        ("reason", "4.2"),
        ("appeal", "4.2"),
    ],
    "letter.warning.says": [
        ("expected", "4.1"),
        ("consequence", "4.1"),
        ("review", "4.1"),
        ("reason", "4.2"),
        ("appeal", "4.2"),
    ],
    "letter.formal.says": [("arrangement", "4.2 implied"), ("reason", "4.2"), ("appeal", "4.2")],
    "letter.review_outcome.says": [("outcome", "4.2 implied"), ("reason", "4.2"), ("appeal", "4.2")],
    "letter.appeal_outcome.says": [("outcome", "4.2 implied"), ("reason", "4.2")],
    "evidence.log": [("decisions", "2.3"), ("incidents", "4.2")],
}


def cited(path: str) -> list[str]:
    """The clause of each entry, then its strength unless it is "must", then "implied" where it is."""
    rules = [item.rule for item in NPH.value(path).kept]
    return [
        f"{rule.clause} {rule.strength}".removesuffix(" must") + " implied" * rule.implied for rule in rules if rule
    ]


@pytest.mark.parametrize(("path", "entries"), LISTS.items(), ids=LISTS)
def test_each_entry_of_a_list(path: str, entries: list[tuple[str, str]]) -> None:
    assert list(zip([item.word for item in NPH.value(path).kept], cited(path), strict=True)) == entries


# What is said in own words only: a word of each entry's sense, and its clause and strength.
SENTENCES = {
    "policy.read_with": [("Point of Contact", "2.4"), ("Violent Person", "2.4"), ("West Northamptonshire", "2.4")],
    "scope.representative": [("go-between", "4.1")],
    "behaviour.aggression.is": [
        ("Violence", "3.1"),
        ("frighten", "3.1"),
        ("Discriminatory", "3.1"),
        ("social networks", "3.1"),
        ("allegations", "3.1"),
    ],
    "behaviour.unreasonable.is": [
        ("Not saying", "3.1"),
        ("Shifting", "3.1"),
        ("Unjustified", "3.1"),
        ("in secret", "3.1"),
        ("False documents", "3.1"),
        ("without new evidence", "3.1"),
        ("unrealistic", "3.1"),
    ],
    "behaviour.demands.is": [
        ("much information", "3.1"),
        ("short a time", "3.1"),
        ("insisting on another", "3.1"),
        ("Too many", "3.1"),
    ],
    "behaviour.persistence.is": [("answer", "3.1"), ("without new evidence", "3.1"), ("complaint", "3.1")],
    "behaviour.violence.leads_to": [("police", "4.1"), ("in person", "4.1 may"), ("PVP Register", "4.1 may")],
    "stage.informal.do": [
        ("informal solution", "4.1"),
        ("what is expected", "4.1"),
        ("must stop", "4.1"),
        ("urgently", "4.1"),
        ("third party", "4.1"),
        ("in a letter", "4.1"),
    ],
    "path.danger.do": [("protocols", "section 5")],
    "path.extreme.if": [("extreme case", "4.1, section 5")],
    "path.extreme.do": [("Housing Register", "section 5"), ("Legal action", "4.1 may")],
    "decide.legal_action.if": [("extreme case", "section 5 implied")],
    "decide.request_spoc.does": [("Data Management Officer", "section 5")],
    "decide.data_request.does": [("personal data", "section 6")],
    "gate.root_cause.for": [("service of ours", "4.1 endeavour")],
    "gate.root_cause.again": [("urgently", "4.1")],
    "gate.evidence.for": [("clear reason", "section 5"), ("Evidence", "section 5")],
    "consider.informal": [("assertive", "3.1"), ("underlying", "1.3, 2.3"), ("solved", "2.3")],
    "consider.warning": [
        ("proportionate", "2.3, 4.1"),
        ("evidence", "2.3"),
        ("underlying", "1.3, 2.3"),
        ("solved", "2.3"),
    ],
    "consider.formal": [
        ("this policy", "2.3"),
        ("proportionate", "2.3, 4.1"),
        ("evidence", "2.3"),
        ("warned", "2.3"),
        ("underlying", "1.3, 2.3"),
        ("solved", "2.3"),
    ],
    "consider.review": [("no longer a problem", "2.3")],
    "restriction.together": [("one form of contact", "4.1"), ("stand alone", "4.1 may")],
    "restriction.evidence": [("notes of calls", "2.3")],
    "restriction.kinds.in_person.if": [("violence", "4.1 may")],
    "restriction.interim.if": [("violence", "4.1")],
    "breach.if": [("extreme case", "section 5")],
    "inform.staff.if": [("need it", "4.2")],
    "inform.contractors.if": [("need it", "4.2")],
    "letter.informal.sample": [("right of appeal", "Appendix A")],
    "letter.warning.sample": [("time to the review, and the right of appeal", "Appendix B")],
    "evidence.needs": [
        ("trusted third party", "4.2"),
        ("Relevant", "section 6"),
        ("without hearsay", "section 6"),
        ("first hand", "section 6"),
        ("personal comments", "section 6"),
    ],
    "equality.offer": [("third party", "4.1"), ("mediation", "4.1 may")],
    "equality.communicate": [("informed throughout", "4.2")],
}


@pytest.mark.parametrize(("path", "entries"), SENTENCES.items(), ids=SENTENCES)
def test_each_sentence_has_its_sense_and_its_clause(path: str, entries: list[tuple[str, str]]) -> None:
    assert cited(path) == [clause for _, clause in entries]
    for item, (sense, _) in zip(NPH.value(path).kept, entries, strict=True):
        assert sense in item.word


def test_no_value_of_the_file_is_left_out_of_these_tables() -> None:
    told = {row[0] for row in ROWS} | LISTS.keys() | SENTENCES.keys()
    ruled = {path for path, value in NPH.values.items() for item in value.kept if item.rule}
    named = {path for path in ruled if path.startswith("roles.") or path.endswith((".name", ".state"))}
    assert ruled - named == told


# Own words that carry a fact of the policy beside the machine's word.
OWN_WORDS = [
    ("policy.review", "at the latest"),
    ("scope.covers", "people met in the course of our work"),
    ("scope.contractors", "they must tell us of incidents, and we tell them"),
    ("stages.count", "may be applied"),
    ("stage.informal.by", "another appropriate manager"),
    ("stage.warning.after", "a further incident, or the behaviour goes on"),
    ("stage.warning.lapses", "without an incident in it nothing further is done"),
    ("stage.formal.after", "in the time to the review"),
    ("restriction.kinds_are", "appropriate and proportionate"),
    ("restriction.kinds.spoc.by", "SPOC Review meeting"),
    ("restriction.kinds.number.does", "in a week or a month"),
    ("restriction.kinds.in_person.does", "at once"),
    ("review.interval", "by the nature of the behaviour"),
    ("appeal.how", "contact the responsible officer; each letter tells how"),
    ("appeal.response", "considered"),
    ("inform.staff.sees", "not the reasons"),
    ("inform.contractors.sees", "not the reasons; and what keeps their staff safe"),
    ("register.pvp.risks", "harassment"),
    ("register.spoc.enter", "once the single point of contact is approved"),
    ("letter.warning.says", "the timescale"),
]


@pytest.mark.parametrize(("path", "words"), OWN_WORDS, ids=[row[0] for row in OWN_WORDS])
def test_own_words(path: str, words: str) -> None:
    assert words in NPH.value(path).words


UNSAID = {
    "scope.joint": "",
    "stage.formal.by": "section 5",
    "stage.formal.after:number": "4.1",
    "restriction.minimum": "2.2, 4.2",
    "restriction.maximum": "2.2, 4.2",
    "restriction.extension.times": "",
    "review.agreement": "4.2",
    "review.by": "",
    "review.day_off": "",
    "appeal.window:day_kind": "4.2",
    "appeal.for.other_formal.by": "4.2",
    "appeal.final": "",
    "appeal.late": "",
    "appeal.meanwhile": "",
    "appeal.next": "",
    "always_accept.list": "",
    "register.pvp.by": "4.1",
    "register.pvp.tell": "",
    "register.pvp.review": "",
    "register.pvp.remove": "",
    "register.spoc.tell": "",
    "register.spoc.remove": "",
    "letter.formal.sent": "",
    "letter.formal.signed": "",
    "letter.review_outcome.sent": "",
    "letter.review_outcome.signed": "",
    "letter.appeal_outcome.sent": "",
    "letter.appeal_outcome.signed": "",
}


def test_what_the_policy_leaves_unsaid() -> None:
    found = {f"{gap.path}:{gap.part}".removesuffix(":"): gap.rule.clause if gap.rule else "" for gap in NPH.unsaid()}
    assert found == UNSAID
    assert all(gap.what for gap in NPH.unsaid())


@pytest.mark.parametrize("path", [path for path in UNSAID if ":" not in path])
def test_an_unsaid_value_is_neither_none_nor_a_default(path: str) -> None:
    value = NPH.value(path)
    assert (value.unsaid, value.said, value.none, value.lost) == (True, False, False, False)
    assert not value.kept and not value.raw


@pytest.mark.parametrize(
    "path",
    [
        "policy.ombudsman",
        "policy.approved",
        "restriction.length",
        "restriction.normally",
        "review.batch",
        "review.at_end",
        "review.none_if",
        "appeal.acknowledge",
        "appeal.grounds",
        "path.danger.skips",
        "path.danger.at_once",
        "staff_care.offers",
        "reconsideration.window",
        "clocks.day_kind",
    ],
)
def test_of_these_the_policy_has_nothing(path: str) -> None:
    assert NPH.value(path).none


def test_only_the_last_appendix_is_lost() -> None:
    [gap] = NPH.lost()
    assert gap.path == "policy.read_with" and gap.rule and gap.rule.clause == "Appendix C"
    assert "Community Impact Assessment" in gap.what
    assert NPH.value("policy.read_with").lost


def test_the_damage_is_described() -> None:
    assert NPH.damage.keys() == {"2.3", "2.4", "3.1", "4.1", "section 5", "section 6", "Appendix C"}
    assert "not part of the text" in NPH.damage["2.4"] and "stand loose" in NPH.damage["4.1"]
    assert NPH.damage["Appendix C"] == "Only its title is there."


def test_nothing_is_settled_locally() -> None:
    assert NPH.local_rules() == [] and not NPH.local_digest
    assert shelf.local_rules(SLUG) == ""


def test_the_provider() -> None:
    assert (NPH.provider_name, NPH.kind, NPH.nation) == ("Northampton Partnership Homes", "almo", "england")
    assert NPH.effective_on == date(2026, 9, 1) and NPH.approved_on is None
    assert "no day of approval" in NPH.notes["policy"]
    assert len(NPH.digest) == 64


def test_the_roles_that_the_policy_names_and_those_of_the_set_up() -> None:
    named = {key: role.rule.clause for key, role in NPH.roles.items() if role.rule}
    assert named == {
        "team_leader": "4.1",
        "manager": "4.1",
        "assistant_director": "4.2",
        "assistant_director_corporate": "4.2",
        "data_management_officer": "section 5",
        "wellbeing_officer": "section 5",
    }
    assert NPH.roles.keys() - named.keys() == {"housing_officer", "front_line", "administrator"}
    assert {role.works_as for role in NPH.roles.values()} == {
        "officer",
        "team leader",
        "manager",
        "front line",
        "data protection officer",
        "administrator",
    }
    assert [role.name for role in NPH.roles_working_as("data protection officer")] == ["Data Management Officer"]


def test_the_three_stages() -> None:
    assert [(stage.number, stage.name, stage.state, stage.optional) for stage in NPH.stages] == [
        (1, "Informal Stage", "initial warning", False),
        (2, "Warning Stage", "written warning", True),
        (3, "Formal Stage", "contact restriction", True),
    ]
    assert NPH.stage_for_state("review") is None
    informal, warning, formal = NPH.stages
    assert informal.after is None and informal.by.names() == warning.by.names() == "Team Leader or Manager"
    assert warning.by.allows({"manager"}) and not warning.by.allows({"assistant_director", "housing_officer"})
    assert warning.after and (warning.after.count, warning.after.what) == (1, "initial warnings")
    assert warning.lapses == Period.parse("set for each case")
    assert formal.after and (formal.after.count, formal.after.what, formal.after.stage) == (
        None,
        "incidents",
        "warning",
    )
    assert formal.by.unsaid and NPH.decides("restrict").unsaid


def test_the_four_headings_of_behaviour_and_violence() -> None:
    assert [(behaviour.name, behaviour.rule.clause) for behaviour in NPH.behaviours if behaviour.rule] == [
        ("Aggressive or abusive behaviour or harassment", "3.1"),
        ("Unreasonable behaviour", "3.1"),
        ("Unreasonable demands", "3.1"),
        ("Unreasonable persistence", "3.1"),
        ("Actual violence or threats of violence", "4.1"),
    ]


def test_a_single_point_of_contact_is_asked_for_and_decided_by_a_meeting() -> None:
    assert NPH.decides("request_spoc").names() == "Team Leader or Manager"
    meeting = NPH.decides("spoc")
    assert meeting.how == "meeting" and meeting.how_many == 2
    assert meeting.missing([{"team_leader"}, {"team_leader"}])
    assert not meeting.missing([{"team_leader"}, {"data_management_officer"}])
    [spoc] = [kind for kind in NPH.restriction_kinds.listed if kind.key == "spoc"]
    assert spoc.by == meeting
    assert [(gate.key, gate.required) for gate in NPH.gates_before("spoc")] == [
        ("evidence", True),
        ("spoc_protocol", True),
    ]


def test_the_kinds_of_restriction_are_examples() -> None:
    kinds = NPH.restriction_kinds
    assert [kind.key for kind in kinds.listed] == [
        "spoc",
        "one_form",
        "times",
        "number",
        "issues",
        "no_more",
        "in_person",
    ]
    assert kinds.only_examples and kinds.others_allowed and not kinds.lost
    decided = {kind.key: kind.by for kind in kinds.listed if kind.by}
    assert decided.keys() == {"spoc", "in_person"}


@pytest.mark.parametrize("months", [1, 3, 12, 40])
def test_no_length_is_named_so_none_is_refused(months: int) -> None:
    assert NPH.length_bounds()[:2] == (None, None) and NPH.length_words() == ""
    NPH.check_length(months)
    NPH.check_dates(date(2026, 12, 18), periods.add(Period(months, "months"), date(2026, 12, 18)))


def test_the_cause_is_looked_for_before_a_warning() -> None:
    [gate] = NPH.gates_before("warning")
    assert (gate.key, gate.required) == ("root_cause", False)


def test_violence_is_told_to_the_police_and_at_the_formal_stage_it_may_be() -> None:
    danger, extreme = NPH.paths
    assert NPH.path_danger == danger and danger.police_must and not danger.police_at_once
    assert danger.interim and danger.registers == ("pvp",) and danger.skips == ()
    assert not extreme.police_must and extreme.interim and extreme.registers == ("pvp",)
    assert [behaviour.key for behaviour in NPH.behaviours if behaviour.is_danger] == ["violence"]
    assert NPH.decides("interim").names() == "Team Leader or Manager"
    assert NPH.value("restriction.interim.confirm").none


def test_the_ladder_is_for_extreme_cases() -> None:
    assert NPH.value("breach.if").said and "no order" in NPH.notes["breach"]
    assert NPH.decides("breach").names() == NPH.decides("legal_action").names() == "Team Leader or Manager"


def test_the_two_registers() -> None:
    pvp, spoc = NPH.registers
    assert (pvp.key, pvp.name) == ("pvp", "Potentially Violent Person Register (PVP)")
    assert (spoc.key, spoc.name) == ("spoc", "SPOC Register")
    assert pvp.owner.raw.names() == "Health and Safety, Well-being Officer"
    assert spoc.owner.raw.names() == "Data Management Officer"
    assert "by decision" in pvp.enter and "with restriction" in spoc.enter
    assert pvp.on == ("danger", "extreme") and spoc.on == ("spoc",)
    assert pvp.review.unsaid and pvp.tell.unsaid and pvp.remove.unsaid and not pvp.keep and not spoc.keep


def test_the_letters() -> None:
    assert {key: letter.name for key, letter in NPH.letters.items()} == {
        "informal": "Fair Treatment Letter – informal stage – summary of telephone conversation",
        "warning": "Fair Treatment Letter – warning stage",
        "formal": "Letter on a formal action",
        "review_outcome": "Letter on a review",
        "appeal_outcome": "Letter on an appeal",
    }
    for step in ("informal", "warning", "formal", "review", "appeal"):
        letter = NPH.letter_on(step)
        assert letter and step in letter.on and not letter.contents_lost
    assert all("appeal" in NPH.value(f"letter.{key}.says") for key in ("informal", "warning", "formal"))
    assert all("The name is ours" in NPH.notes[f"letter.{key}"] for key in ("formal", "review_outcome"))


# appeals: any decision, at every stage, each to its own decider


@pytest.mark.parametrize(
    ("decided", "decider"),
    [
        (["informal"], "Assistant Director of the service area"),
        (["warning"], "Assistant Director of the service area"),
        (["spoc"], "Assistant Director for Corporate Service and ICT"),
        (["formal", "restrict", "spoc"], "Assistant Director for Corporate Service and ICT"),
        (["formal", "restrict"], "nobody: the policy is silent"),
        (["formal", "one_form"], "nobody: the policy is silent"),
        (["lift"], "nobody: the policy is silent"),
        (["enter_register"], "nobody: the policy is silent"),
    ],
)
def test_who_decides_an_appeal(decided: list[str], decider: str) -> None:
    appeal = NPH.appeal_of(*decided)
    assert appeal and appeal.by.names() == decider
    assert str(appeal.window.raw) == "28 days from decision"
    assert str(appeal.response.raw) == "5 working days from appeal received"
    assert appeal.final.unsaid and appeal.next.unsaid and appeal.late.unsaid and appeal.meanwhile.unsaid


@pytest.mark.parametrize("action", [*vocabulary.ACTIONS, "informal", "warning", "formal"])
def test_any_decision_at_any_stage_can_be_appealed(action: str) -> None:
    assert NPH.appeal_of(action) is not None


def test_the_deciders_of_appeals_are_told_apart() -> None:
    early, spoc = NPH.who("appeal.for.early.by"), NPH.who("appeal.for.spoc.by")
    assert early.allows({"assistant_director"}) and not early.allows({"assistant_director_corporate"})
    assert spoc.allows({"assistant_director_corporate"}) and not spoc.allows({"assistant_director", "manager"})
    assert NPH.who("appeal.for.other_formal.by") == Who(rule=NPH.value("appeal.for.other_formal.by").rule)


# clocks, worked by hand


@pytest.mark.parametrize(
    ("decided", "calendar_days", "working_days"),
    [
        # 20 working days from 18 December 2026 are 20 January 2027; eight more are 1 February, a Monday.
        (date(2026, 12, 18), date(2027, 1, 15), date(2027, 2, 1)),
        # 20 working days from 12 March 2026 are 13 April (two days of Easter left out); eight more, 23 April.
        (date(2026, 3, 12), date(2026, 4, 9), date(2026, 4, 23)),
        # 10 working days from 10 June 2026 are 24 June; eighteen more are 20 July.
        (date(2026, 6, 10), date(2026, 7, 8), date(2026, 7, 20)),
    ],
)
def test_28_days_of_a_kind_that_is_not_said(decided: date, calendar_days: date, working_days: date) -> None:
    found = clocks.work_out(NPH, "appeal.window", {"decision": decided}, ENGLAND)
    assert (found.due, found.unsaid_parts) == (None, ["day_kind"])
    assert found.readings == {"calendar days": calendar_days, "working days": working_days}
    assert (found.clause, found.strength, found.met_by, found.from_on) == ("4.2", "must", "made", decided)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 12, 18), date(2026, 12, 29)),  # 25 December, and 28 December for Boxing Day, are left out
        (date(2026, 3, 30), date(2026, 4, 8)),  # Good Friday, 3 April, and Easter Monday, 6 April, are left out
        (date(2026, 6, 10), date(2026, 6, 17)),
    ],
)
def test_an_appeal_is_considered_within_5_working_days(received: date, due: date) -> None:
    found = clocks.work_out(NPH, "appeal.response", {"appeal received": received}, ENGLAND)
    assert (found.due, found.clause, found.strength) == (due, "4.2", "must")


@pytest.mark.parametrize(
    ("starts", "soonest", "latest"),
    [
        (date(2026, 12, 18), date(2027, 3, 18), date(2027, 12, 18)),
        (date(2026, 8, 31), date(2026, 11, 30), date(2027, 8, 31)),
        (date(2026, 11, 30), date(2027, 2, 28), date(2027, 11, 30)),
    ],
)
def test_a_review_after_an_agreed_period_of_3_to_12_months(starts: date, soonest: date, latest: date) -> None:
    assert clocks.work_out(NPH, "review.minimum", {"start": starts}, ENGLAND).due == soonest
    assert clocks.work_out(NPH, "review.maximum", {"start": starts}, ENGLAND).due == latest
    agreed = clocks.work_out(NPH, "review.interval", {"start": starts}, ENGLAND)
    assert (agreed.due, agreed.why_null) == (None, "it is set for each case")
    assert NPH.review.paths == ("review.interval", "review.maximum") and NPH.review.by.unsaid


def test_a_review_that_lands_on_a_day_off_is_left_there() -> None:
    found = clocks.work_out(NPH, "review.maximum", {"start": DECIDED}, ENGLAND)
    assert found.due == found.counted_on == date(2027, 12, 18) and found.lands_on == "Saturday"
    assert not found.day_off_rule


def test_the_time_of_a_warning_is_set_in_its_letter() -> None:
    found = clocks.work_out(NPH, "stage.warning.lapses", {"letter dated": DECIDED}, ENGLAND)
    assert (found.due, found.why_null) == (None, "it is set for each case")


def test_the_policy_is_reviewed_within_three_years() -> None:
    """Its approval is not known, so the day from which it holds stands in for it."""
    assert clocks.work_out(NPH, "policy.review", {}, ENGLAND).due == date(2029, 9, 1)
    assert clocks.work_out(NPH, "policy.review", {"approval": date(2021, 9, 30)}, ENGLAND).due == date(2024, 9, 30)


def test_no_exclusion_is_stated_so_the_legal_floor_stands_alone() -> None:
    assert NPH.value("always_accept.list").unsaid
    assert {rule.clause for _, rule in NPH.always_accept} == {"X1", "X2", "X3", "X4", "F3"}


def test_no_other_version_holds_before() -> None:
    assert shelf.read_builtin(SLUG, on=date(2026, 9, 1)).digest == NPH.digest
    with pytest.raises(LookupError):
        shelf.read_builtin(SLUG, on=date(2026, 8, 31))
