"""The format says what none of the five policies on the shelf says, with no code for any of it: invented ones."""

from datetime import date
from pathlib import Path

import pytest

from policies import checks, clocks, hints, loader
from policies.calendars import Calendar
from policies.policy import Policy
from policies.rules import RuleBroken

INVENTED = {
    path.stem: loader.read(path.read_text(encoding="utf-8"))
    for path in sorted(Path(__file__).parent.glob("invented/*.toml"))
}
HARBOUR, HIGHMOOR, LOUGHSIDE = INVENTED["harbour"], INVENTED["highmoor"], INVENTED["loughside"]
PAPER = (Path(__file__).parent / "invented/loughside.txt").read_text(encoding="utf-8")
BELFAST, WALES = Calendar.of("northern ireland", 2025, 2030), Calendar.of("wales", 2025, 2030)
DECIDED = date(2026, 12, 18)


def unsaid(policy: Policy) -> set[str]:
    return {f"{gap.path}:{gap.part}" if gap.part else gap.path for gap in policy.unsaid()}


@pytest.mark.parametrize("policy", INVENTED.values(), ids=INVENTED)
def test_every_clock_of_each_is_a_date_or_says_why_not(policy: Policy) -> None:
    events = dict.fromkeys(
        ("decision", "letter dated", "letter received", "appeal received", "start", "spoc named"), DECIDED
    )
    calendar = Calendar.of(policy.nation, 2025, 2030)
    for path in clocks.clock_paths(policy):
        found = clocks.work_out(policy, path, events, calendar)
        assert (found.due is None) is (found.why_null is not None), path
        assert found.explain()


@pytest.mark.parametrize("policy", INVENTED.values(), ids=INVENTED)
def test_nothing_in_either_goes_against_itself(policy: Policy) -> None:
    assert checks.contradictions(policy) == []


# Harbour: no stages; two people; batches; narrow appeals; a first day that counts; lengths in weeks and days


def test_harbour_has_no_stages_and_two_people_restrict() -> None:
    assert HARBOUR.stages == [] and HARBOUR.stage_for_state("contact restriction") is None
    by = HARBOUR.decides("restrict")
    assert by.how_many == 2 and by.missing([{"warden"}]) and by.missing([{"warden"}, {"caller"}])
    assert not by.missing([{"warden"}, {"director"}]) and not by.missing([{"warden"}, {"warden"}])
    assert HARBOUR.value("decide.restrict.not_by").raw == ["proposer", "affected"]
    assert HARBOUR.who("decide.restrict.consult").names() == "Records Officer"
    assert "decide.restrict.by" not in unsaid(HARBOUR)


def test_harbour_has_an_act_of_its_own_that_both_decide() -> None:
    by = HARBOUR.decides("ban_from_quay")
    assert by.names() == "Quay Warden and Director of Homes"
    assert by.missing([{"warden"}, {"warden"}]) and not by.missing([{"warden"}, {"director"}])
    assert HARBOUR.value("decide.ban_from_quay.does").words == "Close the quay office to a visitor"


def test_harbour_asks_its_questions_before_an_act_where_there_is_no_stage() -> None:
    assert [gate.key for gate in HARBOUR.gates_before("restrict")] == ["risk_assessment", "less_restrictive"]
    assert [gate.key for gate in HARBOUR.gates_before("extend")] == ["less_restrictive"]
    assert [str(item) for item in HARBOUR.questions_for("extend")] == ["What has changed?"]
    found = clocks.work_out(HARBOUR, "gate.risk_assessment.review", {"start": DECIDED}, BELFAST)
    assert found.due == date(2027, 2, 11)


def test_harbour_reviews_all_in_april_and_october() -> None:
    assert HARBOUR.review.paths == ("review.batch",)
    for start, due in (
        (DECIDED, date(2027, 4, 30)),
        (date(2027, 5, 1), date(2027, 10, 29)),  # 31 October is a Sunday: the working day before it
    ):
        assert clocks.work_out(HARBOUR, "review.batch", {"start": start}, BELFAST).due == due
    assert "review.interval" not in unsaid(HARBOUR), "who reviews in batches is not asked for an interval"


def test_harbour_hears_appeals_on_an_error_of_fact_alone() -> None:
    appeal = HARBOUR.appeal_of("restrict")
    assert appeal and appeal.grounds.words == "An error of fact, and nothing else"
    assert appeal.ombudsman and appeal.ombudsman.key == "nipso"
    assert HARBOUR.appeal_of("lift") is None, "only what is covered can be appealed"
    assert (HARBOUR.value("appeal.meanwhile").raw, HARBOUR.value("appeal.within_restriction").raw) == (
        "suspended",
        False,
    )
    window = clocks.work_out(HARBOUR, "appeal.window", {"letter received": DECIDED}, BELFAST)
    assert (window.due, window.met_by, window.assumed) == (date(2027, 1, 5), "sent", [])
    told = clocks.work_out(HARBOUR, "appeal.window", {"letter dated": DECIDED}, BELFAST)
    assert told.due is None and told.why_null == "the day the letter was received is not known"


def test_harbour_counts_its_first_day_in_weeks_too() -> None:
    response = clocks.work_out(HARBOUR, "appeal.response", {"appeal received": DECIDED}, BELFAST)
    assert response.due == date(2027, 1, 7)
    moved = clocks.work_out(HARBOUR, "appeal.acknowledge", {"appeal received": DECIDED}, BELFAST)
    assert (moved.counted_on, moved.due, moved.strength) == (date(2026, 12, 20), date(2026, 12, 21), "endeavour")
    interim = clocks.work_out(HARBOUR, "restriction.interim.confirm", {"interim": DECIDED}, BELFAST)
    assert interim.due == date(2026, 12, 24)


def test_harbour_binds_lengths_in_other_units_to_the_day() -> None:
    for months in (0, 10):
        with pytest.raises(RuleBroken, match=r"Length must be 4 weeks to 9 months \(clause 7\)"):
            HARBOUR.check_length(months)
    HARBOUR.check_length(1)
    with pytest.raises(RuleBroken):
        HARBOUR.check_dates(date(2026, 3, 1), date(2026, 3, 28))
    HARBOUR.check_dates(date(2026, 3, 1), date(2026, 3, 29))
    HARBOUR.check_extension(date(2026, 12, 18), date(2027, 3, 18))
    with pytest.raises(RuleBroken, match=r"An extension must be at most 90 calendar days \(clause 7\)"):
        HARBOUR.check_extension(date(2026, 12, 18), date(2027, 3, 19))
    with pytest.raises(RuleBroken, match=r"An extension must be at least 28 calendar days \(clause 7\)"):
        HARBOUR.check_extension(date(2026, 12, 18), date(2027, 1, 14))


def test_harbour_closes_its_lists_and_follows_a_role_renamed() -> None:
    assert not HARBOUR.restriction_kinds.others_allowed and HARBOUR.keep_open[0] == 1
    assert HARBOUR.roles["caller"].was == "visitor"
    assert HARBOUR.value("breach.ladder").none and "breach.ladder" not in unsaid(HARBOUR)
    assert HARBOUR.registers == []
    assert HARBOUR.value("policy.changes.large").words == "The Board of trustees"
    assert HARBOUR.always_accept[2][0] == "a vessel adrift", "its own, before what the law keeps open"
    assert len(HARBOUR.always_accept) > 3


# Highmoor: five stages, two optional; a meeting; a decider for each appeal; two registers; a waived review; local rules


def test_highmoor_has_five_stages_of_which_two_may_be_left_out() -> None:
    assert [stage.number for stage in HIGHMOOR.stages] == [1, 2, 3, 4, 5] and HIGHMOOR.ordered
    assert [stage.key for stage in HIGHMOOR.stages if stage.optional] == ["circle", "look_back"]
    assert [stage.state for stage in HIGHMOOR.stages][:2] == ["initial warning", "initial warning"]
    first = HIGHMOOR.stage_for_state("initial warning")
    assert first and first.name == "A talk" and first.by.rule and first.by.rule.implied


def test_highmoor_counts_incidents_in_six_months_then_until_the_letter_lapses() -> None:
    letter, limits = HIGHMOOR.stage("letter").after, HIGHMOOR.stage("limits").after
    assert letter and limits
    assert (letter.count, letter.what, str(letter.period)) == (3, "incidents", "6 months")
    assert (limits.count, limits.stage) == (None, "letter")
    assert "stage.limits.after:number" in unsaid(HIGHMOOR)
    lapses = clocks.work_out(HIGHMOOR, "stage.letter.lapses", {"letter dated": DECIDED}, WALES)
    assert lapses.due == date(2027, 12, 18)


def test_highmoor_lets_a_meeting_decide_and_asks_the_chair_first() -> None:
    limits = HIGHMOOR.stage("limits")
    assert limits.by.how == "meeting" and limits.by.missing([{"lead"}, {"lead"}])
    assert not limits.by.missing([{"lead"}, {"head"}])
    assert limits.not_by == ("proposer", "affected")
    assert limits.consult and limits.consult.names() == "Chair of the Members"
    assert limits.consult.rule and limits.consult.rule.strength == "recommended"
    above = HIGHMOOR.stage("letter").by
    assert above.allows({"chair"}) and not above.allows({"neighbour"})


def test_highmoor_sends_each_appeal_to_its_own_decider() -> None:
    deciders = {
        ("letter",): "Head of Homes",
        ("limits",): "Chair of the Members",
        ("limits", "named"): "Information Guardian",  # a kind comes before a stage
    }
    for decided, name in deciders.items():
        appeal = HIGHMOOR.appeal_of(*decided)
        assert appeal and appeal.by.names() == name, decided
    warning, limits = HIGHMOOR.appeal_of("letter"), HIGHMOOR.appeal_of("limits")
    assert warning and str(warning.response.raw) == "5 working days from appeal received"
    assert limits and str(limits.response.raw) == "1 month from appeal received", "the general one holds"
    assert HIGHMOOR.appeal_of("talk") is None
    assert "appeal.by" not in unsaid(HIGHMOOR)
    assert (HIGHMOOR.value("appeal.final").raw, HIGHMOOR.value("appeal.next").raw) == (False, "panel")


def test_highmoor_may_waive_the_review() -> None:
    assert HIGHMOOR.review.none_if.said and HIGHMOOR.review.paths == ("review.interval", "review.at_end")
    found = clocks.work_out(HIGHMOOR, "review.interval", {"start": DECIDED}, WALES)
    assert (found.due, found.assumed[0]) == (date(2027, 3, 19), clocks.FROM_START)
    assert HIGHMOOR.value("review.meanwhile").raw == "ends"


def test_highmoor_keeps_two_registers() -> None:
    safety, arrangements = HIGHMOOR.registers
    assert str(safety.keep["violence"].raw) == "2 years from entry"
    assert HIGHMOOR.value("register.safety.keep.all.minimum").raw.runs_from == "removal"
    assert arrangements.on == ("limits", "named") and arrangements.review.none
    assert {"register.arrangements.tell", "register.arrangements.remove"} <= unsaid(HIGHMOOR)


def test_highmoor_settles_its_gaps_and_keeps_its_own_words() -> None:
    window = HIGHMOOR.value("appeal.window")
    assert (str(window.raw), window.policy_words) == (
        "15 calendar days from letter received",
        "15 days from letter received",
    )
    assert window.settled and window.settled.by == "Chair of the Members"
    review = clocks.work_out(HIGHMOOR, "policy.review", {}, WALES)
    assert review.due == date(2029, 3, 31), "a contradiction, settled as one of its two readings"
    assert [kind.key for kind in HIGHMOOR.restriction_kinds.listed if kind.local] == ["escort"]
    assert len(HIGHMOOR.local_rules()) == 3


def test_highmoor_has_lost_two_places_and_says_so() -> None:
    assert [gap.path for gap in HIGHMOOR.lost()] == ["behaviour.threats.is", "restriction.kinds"]
    assert HIGHMOOR.restriction_kinds.lost and HIGHMOOR.restriction_kinds.others_allowed
    assert HIGHMOOR.length_bounds()[0] is None and HIGHMOOR.value("restriction.minimum").none
    assert [item.word for item in HIGHMOOR.value("breach.ladder").kept] == [
        "breach warning",
        "legal warning",
        "injunction",
        "possession notice",
    ]


# Loughside: three steps; two who decide together; batches in March and September; two grounds alone; a time for letters


@pytest.mark.parametrize(
    ("path", "value", "clause", "strength"),
    [
        ("policy.ombudsman", "nipso", "7.4", "must"),
        ("policy.review", "3 years", "cover", "must"),
        ("stages.count", "3", "3", "must"),
        ("on_the_spot.warnings", "1 warning", "3.1", "must"),
        ("stage.concern.after", "2 initial warnings within 3 months", "3.2", "must"),
        ("stage.concern.by", "Housing Officer", "3.2", "may"),
        ("stage.concern.consult", "Area Manager", "3.2", "must"),
        ("stage.concern.lapses", "12 months", "3.3", "must"),
        ("stage.managed.after", "incidents before concern lapses", "3.3", "must"),
        ("stage.managed.by", "Area Manager and Head of Housing", "3.3", "must"),
        ("path.danger.police", "tell", "3.4", "must"),
        ("path.danger.police_unless", "The person harmed asks us not to", "3.4", "must"),
        ("restriction.minimum", "3 months from start", "4.4", "must implied"),
        ("restriction.maximum", "9 months from start", "4.4", "must implied"),
        ("restriction.keep_open", "1", "4.3", "must"),
        ("restriction.kinds.no_office.does", "no channels", "4.1", "may"),
        ("restriction.kinds.no_office.channels", "in person", "4.1", "may"),
        ("restriction.extension.times", "1", "4.4", "may"),
        ("restriction.extension.maximum", "6 months from end", "4.4", "must implied"),
        ("restriction.interim.by", "Head of Housing", "3.4", "may"),
        ("restriction.interim.confirm", "10 working days from interim", "3.4", "must"),
        ("restriction.interim.unconfirmed", "lapses", "3.4", "must implied"),
        ("review.batch", "march, september", "6.1", "must"),
        ("review.none_within", "6 weeks", "6.2", "must"),
        ("review.outcomes", "remain, vary, lift", "6.1", "must"),
        ("appeal.grounds", "A fact was wrong, Something new is known", "7.1", "must"),
        ("appeal.grounds_are", "closed", "7.1", "must"),
        ("appeal.window", "15 days from letter received", "7.2", "must"),
        ("appeal.response", "4 weeks", "7.3", "must"),
        ("appeal.by", "Chief Executive", "7.3", "must"),
        ("appeal.next", "nipso", "7.4", "may"),
        ("register.visit_alert.keep.all.maximum", "2 years from entry", "8.2", "must implied"),
        ("breach.ladder", "breach warning, further restriction, legal action", "9.1", "must"),
        ("breach.for.tightening.by", "Area Manager and Head of Housing", "9.1", "may"),
        ("letter.managed.within", "5 working days from decision", "5.1", "must"),
        ("spoc.quality_review", "every 3 months", "10.1", "must"),
    ],
)
def test_loughside_says(path: str, value: str, clause: str, strength: str) -> None:
    said = LOUGHSIDE.value(path)
    shown = ", ".join(map(str, said.raw)) if said.many else str(said.raw)
    assert said.rule
    assert (shown, said.rule.clause, f"{said.rule.strength}{' implied' * said.rule.implied}") == (
        value,
        clause,
        strength,
    )


def test_loughside_rests_on_its_paper_and_leaves_no_clause_out() -> None:
    assert checks.contradictions(LOUGHSIDE, PAPER) == []
    (gaps,) = hints.of(LOUGHSIDE, PAPER)
    assert "unsaid" in gaps.message, "no clause is left out, no word swallowed"


def test_loughside_leaves_open() -> None:
    assert unsaid(LOUGHSIDE) == {
        "policy.review:runs_from", "scope.joint", "stage.concern.lapses:runs_from", "stage.managed.after:number",
        "decide.no_police.by", "restriction.extension.minimum", "restriction.kinds_are", "review.day_off",
        "review.meanwhile", "appeal.met_by", "appeal.response:runs_from", "appeal.window:day_kind",
        "letter.concern.signed", "letter.managed.signed", "letter.reminder.says", "letter.reminder.signed",
    }  # fmt: skip


def test_loughside_lets_two_decide_together_and_nobody_at_whom_it_was_aimed() -> None:
    by = LOUGHSIDE.decides("restrict")
    assert by.how_many == 2 and by.missing([{"area"}, {"area"}]) and not by.missing([{"area"}, {"head"}])
    assert LOUGHSIDE.stage("managed").not_by == ("affected",)
    assert LOUGHSIDE.decides("interim").names() == "Head of Housing"


def test_loughside_has_a_decider_for_one_step_after_a_breach() -> None:
    assert LOUGHSIDE.answers_breach("further restriction").names() == "Area Manager and Head of Housing"
    assert LOUGHSIDE.answers_breach("legal action").unsaid and LOUGHSIDE.answers_breach("breach warning").unsaid


def test_loughside_tells_the_police_unless_the_person_harmed_asks_not_to() -> None:
    danger = LOUGHSIDE.path_danger
    assert danger and danger.police_must
    assert [item.words for item in danger.police_unless] == ["The person harmed asks us not to"]


def test_loughside_sends_its_letter_within_five_working_days() -> None:
    found = clocks.work_out(LOUGHSIDE, "letter.managed.within", {"decision": DECIDED}, BELFAST)
    assert (found.due, found.clause) == (date(2026, 12, 29), "5.1")
    assert "letter.managed.within" in clocks.clock_paths(LOUGHSIDE)
    assert "letter.concern.within" not in clocks.clock_paths(LOUGHSIDE), "no time is said for that one, and none asked"


@pytest.mark.parametrize(("starts", "due"), [(DECIDED, date(2027, 3, 31)), (date(2027, 4, 1), date(2027, 9, 30))])
def test_loughside_reviews_all_in_march_and_september(starts: date, due: date) -> None:
    assert clocks.work_out(LOUGHSIDE, "review.batch", {"start": starts}, BELFAST).due == due
    why = clocks.work_out(LOUGHSIDE, "review.interval", {"start": starts}, BELFAST).why_null
    assert why == "reviews are held in batch months instead"


@pytest.mark.parametrize(("ends", "spared"), [(date(2027, 5, 12), True), (date(2027, 5, 13), False)])
def test_loughside_does_not_review_in_the_last_six_weeks(ends: date, spared: bool) -> None:
    assert clocks.is_spared(LOUGHSIDE, date(2027, 3, 31), ends, BELFAST) is spared
    assert "review.none_within" not in clocks.clock_paths(LOUGHSIDE)
    assert not clocks.is_spared(HARBOUR, date(2027, 3, 31), ends, BELFAST), "only where the policy says so"
