"""The format says what four other policies say, and what an invented one says, with no code for any of them."""

from datetime import date
from pathlib import Path

import pytest

from policies import clocks, loader
from policies.calendars import Calendar
from policies.periods import Period
from policies.policy import Policy
from policies.rules import RuleBroken

TRIALS = {
    path.stem: loader.read(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("trials/*.toml")
}
NORTHAMPTON, HOMES = TRIALS["northampton"], TRIALS["homes_for_life"]
WEST_KENT, TENANCY, EXTREMES = TRIALS["west_kent"], TRIALS["tenancy_enforcement"], TRIALS["extremes"]
ENGLAND, SCOTLAND = Calendar.of("england", 2025, 2030), Calendar.of("scotland", 2025, 2030)
DECIDED = date(2026, 12, 18)


def unsaid(policy: Policy) -> set[str]:
    return {f"{gap.path}:{gap.part}" if gap.part else gap.path for gap in policy.unsaid()}


@pytest.mark.parametrize("policy", TRIALS.values(), ids=TRIALS)
def test_every_clock_of_each_is_a_date_or_says_why_not(policy: Policy) -> None:
    events = dict.fromkeys(
        ("decision", "letter dated", "letter received", "appeal received", "start", "spoc named"), DECIDED
    )
    for path in clocks.clock_paths(policy):
        found = clocks.work_out(policy, path, events, ENGLAND if policy.nation else None)
        assert (found.due is None) is (found.why_null is not None), path
        assert found.explain()


# any decision at any stage; a decider for each kind; an agreed review; two registers


def test_northampton_every_decision_can_be_appealed_to_its_own_decider() -> None:
    early = NORTHAMPTON.appeal_of("warning")
    assert early and early.by.names() == "Assistant Director of the service"
    spoc = NORTHAMPTON.appeal_of("formal", "spoc")
    assert spoc and spoc.by.names() == "Assistant Director, Corporate Service and ICT", "a kind comes before a stage"
    assert str(spoc.window.raw) == "28 days from decision"
    other = NORTHAMPTON.appeal_of("formal")
    assert other and other.by.unsaid
    assert NORTHAMPTON.appeal_of("lift") == NORTHAMPTON.appeal


def test_northampton_leaves_the_kind_of_day_open() -> None:
    found = clocks.work_out(NORTHAMPTON, "appeal.window", {"decision": DECIDED}, ENGLAND)
    assert (found.due, found.readings["calendar days"]) == (None, date(2027, 1, 15))
    response = clocks.work_out(NORTHAMPTON, "appeal.response", {"appeal received": DECIDED}, ENGLAND)
    assert response.due == date(2026, 12, 29)


def test_northampton_counts_incidents_until_the_warning_lapses() -> None:
    formal = NORTHAMPTON.stage_for_state("contact restriction")
    assert formal and formal.after and formal.by.unsaid and formal.optional
    assert (formal.after.count, formal.after.stage) == (None, "warning")
    assert NORTHAMPTON.stage("warning").lapses == Period.parse("set for each case")
    assert "stage.formal.after:number" in unsaid(NORTHAMPTON)


def test_northampton_agrees_a_review_of_three_to_twelve_months() -> None:
    assert NORTHAMPTON.review.paths == ("review.interval", "review.maximum")
    latest = clocks.earliest(
        clocks.work_out(NORTHAMPTON, path, {"start": DECIDED}, ENGLAND) for path in NORTHAMPTON.review.paths
    )
    assert latest and latest.due == date(2027, 12, 18)
    assert NORTHAMPTON.length_bounds() == (None, None, None)
    NORTHAMPTON.check_length(40)


def test_northampton_keeps_two_registers_and_tells_the_arrangement_only() -> None:
    assert [register.name for register in NORTHAMPTON.registers] == [
        "Potentially Violent Person Register",
        "SPOC Register",
    ]
    assert NORTHAMPTON.registers[1].on == ("spoc",)
    assert NORTHAMPTON.value("inform.contractors.sees").raw == ["arrangement"]
    assert NORTHAMPTON.restriction_kinds.listed[0].by and NORTHAMPTON.restriction_kinds.listed[0].by.how == "meeting"
    assert NORTHAMPTON.value("evidence.excluded").raw == ["hearsay", "opinion"]


# no numbered stages; a manager decides; reviews may be waived; Scotland


def test_homes_for_life_has_no_order_and_a_manager_decides() -> None:
    assert not HOMES.ordered and [stage.name for stage in HOMES.stages] == [
        "Restorative approaches",
        "Active management",
    ]
    assert HOMES.decides("restrict").names() == "Manager" and HOMES.appeal.by.names() == "Chief Executive Officer"
    assert HOMES.decides("limit_complaints").names() == "Member of the Management Team"
    assert HOMES.value("decide.no_police.not_by").raw == ["affected"]
    assert HOMES.review.interval.unsaid and HOMES.review.none_if.said
    assert HOMES.value("restriction.kinds.details.does").raw == "withhold details"


def test_homes_for_life_contradicts_itself_on_its_own_review() -> None:
    found = clocks.work_out(HOMES, "policy.review", {}, SCOTLAND)
    assert found.readings == {"every 3 years from approval": date(2026, 1, 25), "by 2027-12-31": date(2027, 12, 31)}
    assert [gap.path for gap in HOMES.lost()] == ["inform.phone"]


def test_homes_for_life_warns_once_if_safe_and_normally_tells_the_police() -> None:
    warnings = HOMES.threshold("on_the_spot.warnings")
    assert warnings.count == 1 and len(HOMES.value("on_the_spot.unless").kept) == 2
    assert HOMES.path_danger and not HOMES.path_danger.police_must
    assert HOMES.appeal.ombudsman and HOMES.appeal.ombudsman.key == "spso"


# two warnings before a call ends; one way of contact; every six months


def test_west_kent() -> None:
    assert WEST_KENT.threshold("on_the_spot.warnings").count == 2
    assert WEST_KENT.path_danger and WEST_KENT.path_danger.police_must
    kept, rule = WEST_KENT.keep_open
    assert (kept, rule and rule.strength) == (1, "endeavour")
    assert len(WEST_KENT.restriction_kinds.listed) == 12
    found = clocks.work_out(WEST_KENT, "review.interval", {"start": DECIDED}, ENGLAND)
    assert (found.due, found.assumed[0]) == (date(2027, 6, 18), clocks.FROM_START)
    assert {"appeal.window", "appeal.response", "appeal.final", "appeal.next", "stage.formal.by"} <= unsaid(WEST_KENT)
    [gate] = WEST_KENT.gates_before("formal")
    assert gate.required and "adjust" in gate.asks
    assert WEST_KENT.always_accept[0][0] == "everyday issues, wherever possible"


# an assessment before formal action; days of no kind; a look at the SPOC's letters; a ladder


def test_tenancy_enforcement() -> None:
    assert TENANCY.nation == "" and "policy.nation" in unsaid(TENANCY)
    assert [gate.key for gate in TENANCY.gates_before("formal_warning")] == ["equality_assessment"]
    assert {"appeal.window:day_kind", "appeal.response:day_kind", "reconsideration.response:day_kind"} <= unsaid(
        TENANCY
    )
    found = clocks.work_out(TENANCY, "appeal.window", {"letter dated": DECIDED}, None)
    assert found.readings == {"calendar days": date(2027, 1, 1), "working days": None}
    quality = clocks.work_out(TENANCY, "spoc.quality_review", {"spoc named": DECIDED}, None)
    assert (quality.due, quality.strength) == (date(2027, 3, 18), "recommended")
    assert [item.word for item in TENANCY.value("breach.ladder").kept][-1] == "possession notice"
    assert TENANCY.appeal.late.raw == "refused" and TENANCY.appeal.final.raw is True
    assert TENANCY.path_danger and TENANCY.path_danger.skips == ("formal_warning",) and TENANCY.path_danger.conditions
    assert TENANCY.threshold("stage.formal_warning.after").count is None


# five stages; two people; batches; narrow appeals; a counted first day


def test_what_none_of_the_five_says() -> None:
    assert [stage.number for stage in EXTREMES.stages] == [1, 2, 3, 4, 5]
    by = EXTREMES.decides("restrict")
    assert by.how_many == 2 and by.missing([{"lead"}]) and not by.missing([{"lead"}, {"head"}])
    limits = EXTREMES.stage("limits")
    assert limits.not_by == ("proposer", "affected") and limits.consult and limits.consult.names() == "Head of Homes"
    batch = clocks.work_out(EXTREMES, "review.batch", {"start": DECIDED}, ENGLAND)
    assert batch.due == date(2027, 4, 30)
    window = clocks.work_out(EXTREMES, "appeal.window", {"letter received": DECIDED}, ENGLAND)
    assert (window.due, window.met_by, window.assumed) == (date(2027, 1, 5), "sent", [])
    assert EXTREMES.value("appeal.grounds").words == "Factual error only"
    assert not EXTREMES.restriction_kinds.others_allowed
    assert EXTREMES.roles["adviser"].was == "helper"
    assert str(EXTREMES.register("safety").keep["violence"].raw) == "2 years from entry"


def test_lengths_in_other_units_are_bound_to_the_day() -> None:
    for months in (0, 10):
        with pytest.raises(RuleBroken, match=r"Length must be 4 weeks to 9 months \(clause 7.1\)"):
            EXTREMES.check_length(months)
    EXTREMES.check_length(1)
    with pytest.raises(RuleBroken):
        EXTREMES.check_dates(date(2026, 3, 1), date(2026, 3, 28))
    EXTREMES.check_dates(date(2026, 3, 1), date(2026, 3, 29))
    EXTREMES.check_extension(date(2026, 12, 18), date(2027, 3, 18))
    with pytest.raises(RuleBroken, match=r"An extension must be at most 3 months \(clause 7.4\)"):
        EXTREMES.check_extension(date(2026, 12, 18), date(2027, 3, 19))
