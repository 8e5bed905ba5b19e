"""Where a case stands on its policy's ladder: what is reached, what is missing, who may do what next. Only reads.

`read` fetches what is needed in three queries, whatever the size of the case; everything else is worked out from that.
No number stands here: each comes from the policy version that the case keeps.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Protocol

import design.words
import policies.clocks
from cases.models import Assessment, Case, Incident, Warning
from deadlines.models import Deadline
from deadlines.services import day_of
from design import dates
from letters.models import Letter
from people import access
from people.models import Provider, User
from policies.policy import Gate as PolicyGate
from policies.policy import Path, Policy, Stage
from policies.rules import Rule
from policies.values import Threshold, Who

Can = Provider.Capability
FIRST_HAND = Rule("evenhand", text="No letter rests on hearsay.")


class Url(Protocol):
    """How an address is made from a name and arguments (`django.urls.reverse`)."""

    def __call__(self, name: str, *, args: list[str]) -> str: ...


class State:
    """The words of a gate, as the screens show them."""

    DONE = "Done"
    MISSING = "Missing"
    NOT_REQUIRED = "Not required"
    NOT_YET = "Cannot start yet"


@dataclass(frozen=True)
class Gate:
    """One condition of a step: what, how it stands, why, and the rule that asks for it.

    `required` tells what stops the step; a gate that is open but not required is offered. `url_name` is the page
    where it is met, for the case's reference.
    """

    key: str
    text: str
    state: str
    hint: str = ""
    rule: Rule | None = None
    required: bool = True
    url_name: str = ""

    @property
    def met(self) -> bool:
        """Whether it stands in the way no more."""
        return self.state in (State.DONE, State.NOT_REQUIRED)

    @property
    def blocks(self) -> bool:
        """Whether the step has to wait for it."""
        return self.required and not self.met

    @property
    def cited(self) -> str:
        """The hint with its clause as text, because a row of a task list is one link."""
        return ". ".join(part for part in (self.hint.rstrip("."), self.rule.cite() if self.rule else "") if part)


@dataclass(frozen=True)
class Reached:
    """Whether what a stage waits for has come: `met`, `silent` (a person settles it), or not."""

    met: bool
    sentence: str
    rule: Rule | None = None
    silent: bool = False
    how: str = ""


@dataclass(frozen=True)
class Line:
    """A warning of the case, and whether it counts."""

    on: date
    words: str
    counts: bool
    why: str
    rule: Rule | None = None
    incident: str = ""
    letter: str = ""


@dataclass(frozen=True)
class Act:
    """Something that can be done now: the button's words, the page, and why this reader may not (or nothing)."""

    words: str
    url_name: str
    ref: str
    why_not: str = ""


@dataclass(frozen=True)
class NextStep:
    """Who may do what next, as one sentence, its gates, and the one act that moves the case on."""

    sentence: str
    gates: list[Gate] = field(default_factory=list)
    act: Act | None = None
    also: list[Act] = field(default_factory=list)
    rules: list[tuple[str, Rule | None]] = field(default_factory=list)


@dataclass
class Standing:
    """What a case holds that decides its next step."""

    case: Case
    incidents: list[Incident]
    warnings: list[Warning]
    assessments: list[Assessment]

    @property
    def policy(self) -> Policy:
        return self.case.policy

    @cached_property
    def counting(self) -> list[Incident]:
        """The incidents since the case was opened, or reopened: what was closed before is over."""
        return [incident for incident in self.incidents if incident.reported_at >= self.case.begun_at]

    @cached_property
    def initial(self) -> Counter[int]:
        """How many initial warnings stand in each counting incident, by its key."""
        counted = {incident.pk for incident in self.counting}
        return Counter(
            warning.incident_id
            for warning in self.warnings
            if warning.kind == Warning.Kind.INITIAL and warning.incident_id in counted and not warning.withdrawn_at
        )

    @cached_property
    def letter(self) -> Warning | None:
        """The warning letter that was issued last since the case was opened or reopened."""
        issued = [
            warning
            for warning in self.warnings
            if warning.letter is not None
            and warning.letter.issued_at is not None
            and warning.letter.issued_at >= self.case.begun_at
            and not warning.withdrawn_at
        ]
        return max(
            issued, key=lambda warning: (warning.paper.issued_at or self.case.begun_at, warning.pk), default=None
        )

    @cached_property
    def draft(self) -> Warning | None:
        """The warning letter that is being written or waits for approval."""
        waiting = (Letter.State.DRAFT, Letter.State.FOR_APPROVAL)
        return next(
            (w for w in self.warnings if w.letter is not None and w.letter.state in waiting and not w.withdrawn_at),
            None,
        )

    @cached_property
    def dangerous(self) -> list[Incident]:
        """The counting incidents that open the policy's path out of the stages (Dover 6.7, 6.22)."""
        if self.policy.path_danger is None:
            return []
        keys = {behaviour.key for behaviour in self.policy.behaviours if behaviour.is_danger}
        return [incident for incident in self.counting if incident.danger or keys & set(incident.categories)]

    def assessment(self, kind: str) -> Assessment | None:
        """The latest assessment of a kind since the case was opened or reopened."""
        return next((a for a in self.assessments if a.kind == kind and a.made_at >= self.case.begun_at), None)


def read(case: Case) -> Standing:
    """Fetch what decides the next step: incidents, warnings with their letters, assessments; three queries."""
    incidents = case.incidents.select_related("reported_by").order_by("happened_on", "happened_at", "pk")
    warnings = case.warnings.select_related("letter", "letter__drafted_by", "given_by").order_by("pk")
    assessments = case.assessments.select_related("made_by").order_by("-made_at", "-pk")
    return Standing(case, list(incidents), list(warnings), list(assessments))


# Who


def names_with(policy: Policy, capability: str) -> str:
    """The policy's roles whose work carries a capability, as a sentence names them: "Team Leader or Manager"."""
    named = [role.name for role in policy.roles.values() if capability in access.CAPABILITIES.get(role.works_as, ())]
    return design.words.either(named, "nobody yet")


def who_issues(policy: Policy) -> Who:
    """Who issues a warning letter; unsaid in Dover's policy."""
    stage = policy.stage_for_state("written warning")
    return stage.by if stage else Who(known=policy.roles)


def who_issues_words(policy: Policy) -> str:
    """The same as a sentence; where the policy is silent it says so and names who decides instead."""
    who = who_issues(policy)
    if who.unsaid:
        return (
            "The policy does not say who issues this letter. "
            f"A {names_with(policy, Can.DECIDE)} may issue it, and the decision is recorded as that person's own."
        )
    return f"{who.names()} issues this letter ({who.rule.in_brackets()})." if who.rule else f"{who.names()} issues it."


# Thresholds


def threshold_met(case: Case) -> bool:
    """Whether the case may go on to a written warning."""
    return written_reached(read(case)).met


def written_reached(standing: Standing) -> Reached:
    """Whether what the policy asks for before a written warning has come.

    Dover 6.9 and 6.11: two initial warnings in one conversation or interaction, and the behaviour continued. Whether
    warnings of several interactions add up, or behaviour that comes back later counts, the policy does not say: then
    it is `silent`, and a named person settles it with reasons.
    """
    stage = standing.policy.stage_for_state("written warning")
    if stage is None:
        return Reached(False, "The policy has no written warning.")
    skipped = _skipped(standing, "initial")
    if skipped:
        return skipped
    reached = _initial_reached(standing, stage.after)
    if reached.silent and standing.case.threshold_settled_at:
        on = dates.day(day_of(standing.case.threshold_settled_at))
        return Reached(True, f"Settled on {on}, because the policy is silent.", reached.rule, how="settled")
    return reached


def _skipped(standing: Standing, stage_key: str) -> Reached | None:
    """A dangerous incident supersedes the stages that the policy's path skips (Dover 6.7, 6.17: may be no warning)."""
    path = standing.policy.path_danger
    if path is None or not standing.dangerous or not _path_skips(standing.policy, path, stage_key):
        return None
    named = ", ".join(incident.reference for incident in standing.dangerous)
    return Reached(True, f"{path.name}: {named}. The usual stages may be left out.", path.skips_rule, how="skipped")


def _path_skips(policy: Policy, path: Path, stage_key: str) -> bool:
    """Whether the path leaves out the stage of this state of ours ("initial", "written")."""
    stage = policy.stage_for_state({"initial": "initial warning", "written": "written warning"}[stage_key])
    return stage is not None and stage.key in path.skips


def _initial_reached(standing: Standing, after: Threshold | None) -> Reached:
    if after is None:
        return Reached(True, "The policy asks for nothing before a written warning.")
    if after.unsaid or after.count is None:
        return Reached(False, "The policy does not say how many warnings come first.", after.rule, silent=True)
    if after.what.startswith("initial warning"):
        return _warnings_reached(standing, after, after.count)
    if after.what.startswith("incident"):
        return _incidents_reached(standing, after, after.count)
    return Reached(
        False, f"The policy asks for {after}: whether that has come, a person decides.", after.rule, silent=True
    )


def _warnings_reached(standing: Standing, after: Threshold, wanted: int) -> Reached:
    """Warnings, counted in the policy's own window; the behaviour must have gone on after them."""
    total = sum(standing.initial.values())
    full = [incident for incident in standing.counting if standing.initial[incident.pk] >= wanted]
    went_on = next((incident for incident in full if incident.continued_after_warnings), None)
    if went_on:
        words = f"{_number(standing.initial[went_on.pk], 'initial warning')} in {went_on.reference}, and it went on."
        return Reached(True, words, after.rule, how="counted")
    if full:
        return _came_back(standing, full[0], after, wanted)
    if after.within == "in the case" and total >= wanted:
        last = max(i for i, incident in enumerate(standing.counting) if standing.initial[incident.pk])
        went_on_later = standing.counting[last].continued_after_warnings or len(standing.counting) > last + 1
        return Reached(went_on_later, f"{_number(total, 'initial warning')} in the case.", after.rule, how="counted")
    if total >= wanted:
        words = (
            f"{_number(total, 'initial warning')} were given, but over several interactions. "
            "The policy does not say whether these add up."
        )
        return Reached(False, words, after.rule, silent=True)
    return Reached(False, f"{_number(total, 'initial warning')} given so far; the policy asks for {after}.", after.rule)


def _came_back(standing: Standing, full: Incident, after: Threshold, wanted: int) -> Reached:
    """The warnings were given and the behaviour stopped there: has it come back, and does that count?"""
    given = _number(standing.initial[full.pk], "initial warning")
    later = [incident for incident in standing.counting if _moment(incident) > _moment(full)]
    if not later:
        return Reached(False, f"{given} in {full.reference}, and the behaviour stopped.", after.rule)
    words = (
        f"{given} in {full.reference}, where the behaviour stopped; it came back in {later[0].reference}. "
        "The policy does not say whether behaviour in a later interaction counts."
    )
    return Reached(False, words, after.rule, silent=True)


def _incidents_reached(standing: Standing, after: Threshold, wanted: int) -> Reached:
    """Incidents, counted in the case or within a period that ends with the last of them."""
    days = [incident.happened_on for incident in standing.counting]
    if after.period and days:
        if after.period.count is None or after.period.unit in (None, "days", "working days"):
            return Reached(False, f"The policy asks for {after}; the kind of day is unsaid.", after.rule, silent=True)
        days = [day for day in days if policies.clocks.add(after.period, day) >= days[-1]]
    words = f"{_number(len(days), 'incident')} recorded; the policy asks for {after}."
    return Reached(len(days) >= wanted, words, after.rule, how="counted" if len(days) >= wanted else "")


def restriction_reached(standing: Standing) -> Reached:
    """Whether the way to a restriction is open: a warning letter issued, and the behaviour persisted after it.

    Dover 6.12 and 6.13. What happened on the day of the letter counts only where its time is known to be later; what
    happened before the letter and was reported after it does not count. After a restriction has ended, only what came
    after its end counts. A dangerous incident supersedes the letter (6.7, 6.17).
    """
    policy = standing.policy
    stage = policy.stage_for_state("contact restriction")
    if stage is None:
        return Reached(False, "The policy has no contact restrictions.")
    skipped = _skipped(standing, "written")
    if skipped:
        return skipped
    after = stage.after
    if after is None:
        return Reached(True, "The policy asks for nothing before a restriction.")
    if after.unsaid or after.count is None or not after.what.startswith("warning letter"):
        return Reached(
            False, f"Before a restriction the policy asks for: {after}. A person decides.", after.rule, silent=True
        )
    if standing.letter is None:
        return Reached(False, "No warning letter has been issued.", after.rule)
    later = persisted(standing)
    letter = standing.letter.paper
    sent = f"The warning letter {letter.reference} was issued"
    sent += f" on {dates.day(letter.dated)}" if letter.dated else ""
    if not later:
        return Reached(False, f"{sent}. No later incident is recorded.", after.rule)
    return Reached(True, f"{sent}, and the behaviour persisted: {later[0].reference}.", after.rule, how="counted")


def persisted(standing: Standing) -> list[Incident]:
    """The incidents after the warning letter (and after the end of a restriction that followed it)."""
    if standing.letter is None or standing.case.stage == Case.Stage.INITIAL_WARNING:
        return []
    since = max(standing.letter.paper.issued_at or standing.case.moved_at, standing.case.moved_at)
    return [incident for incident in standing.counting if _after(incident, since)]


def _after(incident: Incident, since: datetime) -> bool:
    day = day_of(since)
    if incident.happened_on != day:
        return incident.happened_on > day
    local = since.astimezone(dates.LONDON).time()
    return incident.happened_at is not None and incident.happened_at > local


def _moment(incident: Incident) -> tuple[date, str, int]:
    return incident.happened_on, str(incident.happened_at or ""), incident.pk


def _number(count: int, noun: str) -> str:
    words = {0: "No", 1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}.get(count, str(count))
    return f"{words} {noun}{'' if count == 1 else 's'}"


# Gates


def gates_for_warning(standing: Standing) -> list[Gate]:
    """What a written warning waits for."""
    reached = written_reached(standing)
    text = "What the policy asks for first"
    after = _after_of(standing.policy.stage_for_state("written warning"))
    if after is not None and not after.unsaid:
        text = str(after)[0].upper() + str(after)[1:] + ", and the behaviour continued"
    if reached.how == "skipped":
        gate = Gate("threshold", text, State.NOT_REQUIRED, reached.sentence, reached.rule)
    else:
        page = "cases:settle" if reached.silent else ""
        state = State.DONE if reached.met else State.MISSING
        gate = Gate("threshold", text, state, reached.sentence, reached.rule, url_name=page)
    return [gate, _first_hand_gate(standing)]


def _first_hand_gate(standing: Standing) -> Gate:
    first_hand = [i for i in standing.counting if i.knowledge != Incident.Knowledge.HEARSAY]
    state = State.DONE if first_hand else State.MISSING
    hint = "Hearsay is kept on the file, and no letter rests on it"
    rule = standing.policy.rule("evidence.excluded") or FIRST_HAND
    return Gate("first_hand", "An incident that somebody saw or heard", state, hint, rule)


def gates_for_restriction(case: Case, standing: Standing | None = None) -> list[Gate]:
    """What a restriction waits for: the letter and what came after it, then what the policy asks before this stage.

    A proposal is refused while one of them `blocks`. The extreme path makes the first "Not required", with its
    reason; the proposal still has to give its own (Dover 6.7, 6.17).
    """
    standing = standing or read(case)
    policy = standing.policy
    stage = policy.stage_for_state("contact restriction")
    reached = restriction_reached(standing)
    if reached.met:
        state = State.NOT_REQUIRED if reached.how == "skipped" else State.DONE
    else:
        state = State.MISSING
    gates = [
        Gate("warning_letter", "A warning letter, and the behaviour persisted", state, reached.sentence, reached.rule)
    ]
    for asked in policy.gates_before(stage.key) if stage else []:
        gates.append(_policy_gate(standing, asked))
    return gates


_ASSESSED: dict[str, tuple[str, str]] = {
    "risk_assessment": (Assessment.Kind.RISK, "cases:risk"),
    "equality_assessment": (Assessment.Kind.EQUALITY, "cases:equality"),
}


def _policy_gate(standing: Standing, asked: PolicyGate) -> Gate:
    if asked.key not in _ASSESSED:
        text = asked.asks or asked.key.replace("_", " ").capitalize()
        return Gate(asked.key, text, State.MISSING, "Answered in the proposal", asked.rule, asked.required)
    kind, page = _ASSESSED[asked.key]
    state, hint = _assessed(standing, kind, asked.required)
    label = Assessment.Kind(kind).label
    return Gate(asked.key, label, state, hint, asked.rule, asked.required, url_name=page)


def _assessed(standing: Standing, kind: str, required: bool) -> tuple[str, str]:
    """How an assessment stands: it is open again once the needs that it weighed have changed (Equality Act s149)."""
    made = standing.assessment(kind)
    if made is None:
        return (State.MISSING, "") if required else (State.NOT_REQUIRED, "The policy offers it and does not ask for it")
    when = f"Made on {dates.day(day_of(made.made_at))} by {made.made_by.name}"
    if kind == Assessment.Kind.EQUALITY and made.needs_version != standing.case.resident.needs_version:
        return State.MISSING, f"{when}. Open again: the resident's needs have changed since"
    return State.DONE, when


def _after_of(stage: Stage | None) -> Threshold | None:
    return stage.after if stage else None


# Warnings counted


def lines(standing: Standing) -> list[Line]:
    """Each warning, whether it counts, and why or why not; oldest first."""
    by_pk = {incident.pk: incident for incident in standing.incidents}
    shown: list[Line] = []
    initial = [warning for warning in standing.warnings if warning.incident_id and not warning.withdrawn_at]
    given = Counter(warning.incident_id or 0 for warning in initial)
    for pk, count in given.items():
        shown.append(_initial_line(standing, by_pk[pk], count))
    for warning in standing.warnings:
        if warning.letter is not None and warning.letter.state == Letter.State.ISSUED:
            shown.append(_letter_line(standing, warning))
    return sorted(shown, key=lambda line: line.on)


def _initial_line(standing: Standing, incident: Incident, count: int) -> Line:
    words = f"{_number(count, 'initial warning')} in {incident.reference}"
    after = _after_of(standing.policy.stage_for_state("written warning"))
    rule = after.rule if after else None
    if incident not in standing.counting:
        return Line(incident.happened_on, words, False, "Before the case was reopened", None, incident.reference)
    if after is None or after.unsaid or after.count is None:
        return Line(incident.happened_on, words, False, "The policy names no number", rule, incident.reference)
    if after.within == "in 1 interaction" and count < after.count:
        why = f"Fewer than the policy asks for in one interaction ({after.count})"
        if standing.case.threshold_settled_at:
            return Line(incident.happened_on, words, True, "Counted by a recorded decision", None, incident.reference)
        return Line(incident.happened_on, words, False, why, rule, incident.reference)
    if after.within == "in 1 interaction" and not incident.continued_after_warnings:
        return Line(incident.happened_on, words, False, "The behaviour stopped there", rule, incident.reference)
    return Line(incident.happened_on, words, True, "The behaviour went on after them", rule, incident.reference)


def _letter_line(standing: Standing, warning: Warning) -> Line:
    letter = warning.letter
    assert letter is not None and letter.dated is not None
    stage = standing.policy.stage_for_state("contact restriction")
    rule = stage.after.rule if stage and stage.after else None
    counts = standing.letter is not None and standing.letter.pk == warning.pk
    why = "Issued" if counts else "Before the case was reopened"
    return Line(letter.dated, f"Warning letter {letter.reference}", counts, why, rule, letter=letter.reference)


# What happens next


def next_step(
    standing: Standing,
    *,
    may: Callable[[str], str],
    waiting: Sequence[Deadline] = (),
    on: date | None = None,
    reader: User | None = None,
) -> NextStep:
    """Who may do what next on the case. `may(verb)` answers "" or why this reader may not (`permissions.reader`).

    `waiting` are the open deadlines of the case, worst first, as they stand `on` a day: they say what higher rooms
    wait for (a proposal, a review, an appeal), by whom and by when. The button is what waits for the `reader`.
    """
    case = standing.case
    if case.stage == Case.Stage.CLOSED:
        return NextStep(
            "The case is closed.", act=Act("Reopen the case", "cases:reopen", case.reference, may("reopen"))
        )
    if case.stage in (Case.Stage.CONTACT_RESTRICTION, Case.Stage.REVIEW):
        return _under_restriction(standing, waiting, on, reader)
    proposed = next((due for due in waiting if due.kind in ("restriction.decide", "restriction.revise")), None)
    if proposed is not None:
        return _proposal_waits(standing, proposed, reader)
    if standing.draft is not None:
        return _draft_waits(standing, may)
    restriction = restriction_reached(standing)
    if restriction.met:
        return _towards_restriction(standing, restriction, may)
    if case.stage == Case.Stage.INITIAL_WARNING:
        return _towards_letter(standing, may)
    return _after_letter(standing, restriction, may)


def _towards_letter(standing: Standing, may: Callable[[str], str]) -> NextStep:
    ref, reached = standing.case.reference, written_reached(standing)
    gates, who = gates_for_warning(standing), who_issues_words(standing.policy)
    rules = [("Who issues the letter", who_issues(standing.policy).rule)]
    if reached.met:
        sentence = f"A warning letter can be drafted now. {who}"
        return NextStep(sentence, gates, Act("Draft a warning letter", "cases:warn", ref, may("warn")), rules=rules)
    if reached.silent:
        decider = names_with(standing.policy, Can.DECIDE)
        sentence = (
            f"{reached.sentence} A {decider} may settle it, with reasons; until then no warning letter can be drafted."
        )
        act = Act("Decide whether it goes on to a warning letter", "cases:settle", ref, may("settle_threshold"))
        return NextStep(sentence, gates, act, rules=rules)
    sentence = f"{reached.sentence} Nobody has to do anything now. If it happens again, log it."
    return NextStep(sentence, gates, Act("Log an incident", "cases:log", "", may("log")), rules=rules)


def _draft_waits(standing: Standing, may: Callable[[str], str]) -> NextStep:
    assert standing.draft is not None and standing.draft.letter is not None
    letter, policy = standing.draft.letter, standing.policy
    who = who_issues_words(policy)
    gates, rules = gates_for_warning(standing), [("Who issues the letter", who_issues(policy).rule)]
    if letter.state == Letter.State.FOR_APPROVAL:
        sentence = f"{letter.drafted_by.name} has sent a warning letter for approval. {who}"
        act = Act("Read the warning letter", "cases:warning", letter.reference, may("read"))
    else:
        sentence = f"{letter.drafted_by.name} is drafting a warning letter. {who}"
        act = Act("Go on with the warning letter", "cases:warning", letter.reference, may("warn"))
    return NextStep(sentence, gates, act, rules=rules)


def _towards_restriction(standing: Standing, reached: Reached, may: Callable[[str], str]) -> NextStep:
    case, policy = standing.case, standing.policy
    stage = policy.stage_for_state("contact restriction")
    assert stage is not None
    proposer, decider = names_with(policy, Can.WORK_CASES), stage.by.names()
    if stage.by.unsaid:
        decided = f"The policy does not say who decides; a {names_with(policy, Can.DECIDE)} may."
    else:
        decided = f"{decider} decides{f' ({stage.by.rule.in_brackets()})' if stage.by.rule else ''}."
    sentence = f"{reached.sentence} A restriction can be proposed now by a {proposer}. {decided}"
    gates = gates_for_restriction(case, standing)
    rules = [("Who decides", stage.by.rule)]
    also = []
    if case.stage == Case.Stage.INITIAL_WARNING and written_reached(standing).met:
        also.append(Act("Draft a warning letter instead", "cases:warn", case.reference, may("warn")))
    act = Act("Go to restrictions", "restrictions:of_case", case.reference, may("warn"))
    return NextStep(sentence, gates, act, also, rules)


def _after_letter(standing: Standing, reached: Reached, may: Callable[[str], str]) -> NextStep:
    stage = standing.policy.stage_for_state("contact restriction")
    sentence = f"{reached.sentence} Nobody has to do anything now. If the behaviour persists, log it"
    sentence += f": the case then goes on to {stage.name}." if stage else "."
    gates = gates_for_restriction(standing.case, standing)
    act = Act("Log an incident", "cases:log", "", may("log"))
    return NextStep(sentence, gates, act)


def _proposal_waits(standing: Standing, due: Deadline, reader: User | None) -> NextStep:
    """A restriction is proposed already: who decides it, or who changes what was returned (Dover 6.14)."""
    stage = standing.policy.stage_for_state("contact restriction")
    rule = stage.by.rule if stage else None
    cited = f" ({rule.in_brackets()})" if rule else ""
    if due.kind == "restriction.revise":
        sentence = f"The proposed restriction was returned to be changed. {_who_does(standing.policy, due)}."
    else:
        sentence = f"A restriction is proposed and waits for a decision. {_who_does(standing.policy, due)}{cited}."
    act = _act_on(standing.case, due, reader)
    return NextStep(sentence, gates_for_restriction(standing.case, standing), act, rules=[("Who decides", rule)])


def _under_restriction(
    standing: Standing, waiting: Sequence[Deadline], on: date | None, reader: User | None
) -> NextStep:
    """Until when it is in force, what is due next, by whom and by when, and until when the resident may appeal."""
    case = standing.case
    said, rules = [_in_force(case, waiting, on)], []
    owed = [due for due in waiting if due.owner_id or due.for_roles]
    pressing = [due for due in owed if _presses(due, on)]
    due = next(iter(pressing or owed), None)
    if due is None:
        said.append("Nothing is due.")
    else:
        rule = _rule_of(due)
        cited = f" ({rule.in_brackets()})" if rule else ""
        said.append(f"{_what_and_when(due, on)}{cited}. {_who_does(standing.policy, due)}.")
        rules += [(due.title, rule)] if rule else []
    window = next((one for one in waiting if one.kind == "appeal.window" and one.due_on), None)
    if window is not None and window.due_on and (on is None or window.due_on >= on):
        rule = _rule_of(window)
        cited = f" ({rule.in_brackets()})" if rule else ""
        said.append(f"The resident may appeal until {dates.day_weekday(window.due_on)}{cited}.")
        rules += [("The last day to appeal", rule)] if rule else []
    act = _act_on(case, due if due in pressing else None, reader)
    return NextStep(" ".join(said), act=act, rules=rules)


def _in_force(case: Case, waiting: Sequence[Deadline], on: date | None) -> str:
    end = next((due.due_on for due in waiting if due.kind == "restriction.end"), None)
    if end is None:
        return "The restriction is being reviewed." if case.stage == Case.Stage.REVIEW else "A restriction is in force."
    if on is not None and end < on:
        return f"The restriction’s last day in force was {dates.day(end)}."
    return f"A restriction is in force; its last day in force is {dates.day(end)}."


def _presses(due: Deadline, on: date | None) -> bool:
    """Whether it waits now: it has no date, its day has come, or somebody waits for an answer."""
    return due.due_on is None or (on is not None and due.due_on <= on) or due.kind == "appeal.decide"


def _what_and_when(due: Deadline, on: date | None) -> str:
    what = design.words.lower_first(due.title)
    if due.due_on is None:
        return f"Waiting: {what}"
    late = on is not None and due.due_on < on
    return (
        f"Overdue since {dates.day_weekday(due.due_on)}: {what}"
        if late
        else (f"Next: {what}, by {dates.day_weekday(due.due_on)}")
    )


def _who_does(policy: Policy, due: Deadline) -> str:
    if due.owner:
        return f"{due.owner.name} does this"
    return f"A {roles_named(policy, due.for_roles)} may do this"


def roles_named(policy: Policy, keys: Sequence[str]) -> str:
    """Roles as a sentence names them, in the policy's own names and order."""
    order = list(policy.roles)
    known = sorted(keys, key=lambda key: order.index(key) if key in order else len(order))
    return design.words.either(
        [policy.roles[key].name if key in policy.roles else key.replace("_", " ") for key in known]
    )


def _rule_of(due: Deadline) -> Rule | None:
    """The rule that a deadline's date comes from, as its reckoning keeps it."""
    kept = due.reckoning or {}
    if not kept.get("clause") and kept.get("source", "policy") == "policy":
        return None
    return Rule(kept.get("source", "policy"), kept.get("clause") or "", kept.get("strength") or "must")


def _act_on(case: Case, due: Deadline | None, reader: User | None) -> Act:
    """What waits is the button for whom it waits; to everybody else the restrictions are."""
    if due is not None and reader is not None and due.waits_for(reader):
        return Act(due.title, due.url_name, due.about_ref)
    return Act("Go to restrictions", "restrictions:of_case", case.reference)
