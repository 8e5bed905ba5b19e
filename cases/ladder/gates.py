"""What a step waits for, condition by condition, each with the rule that asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cases.ladder import papers
from cases.ladder.paths import ways_out
from cases.ladder.scope import SCOPE, scope
from cases.ladder.standing import Standing, read
from cases.ladder.thresholds import Reached, restriction_reached, written_reached
from cases.models import Assessment, Case, Incident
from design import dates
from design.dates import day_of
from policies.policy import Gate as PolicyGate
from policies.policy import Policy
from policies.rules import Rule
from policies.values import Item

FIRST_HAND = Rule("evenhand", text="No letter rests on hearsay.")


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
    where it is met, for the case's reference and, where it is a question of the policy, its key in `asks`.
    """

    key: str
    text: str
    state: str
    hint: str = ""
    rule: Rule | None = None
    required: bool = True
    url_name: str = ""
    asks: str = ""

    @property
    def asked_by_policy(self) -> bool:
        """Whether it is an assessment or a question before the step: of the policy, or whether it covers the person."""
        return bool(self.asks) or self.key in _ASSESSED or self.key == SCOPE

    @property
    def met(self) -> bool:
        """Whether it stands in the way no more."""
        return self.state in (State.DONE, State.NOT_REQUIRED)

    @property
    def blocks(self) -> bool:
        """Whether the step has to wait for it."""
        return self.required and not self.met

    def where(self, case: Case) -> list[str]:
        """What the page's address takes."""
        return [case.reference, self.asks] if self.asks else [case.reference]

    @property
    def cited(self) -> str:
        """The hint with its clause as text, because a row of a task list is one link."""
        return ". ".join(part for part in (self.hint.rstrip("."), self.rule.cite() if self.rule else "") if part)


def gates_for_warning(standing: Standing) -> list[Gate]:
    """What a written warning waits for."""
    reached = written_reached(standing)
    text = "What the policy asks for first"
    stage = standing.policy.stage_for_state("written warning")
    after = stage.after if stage else None
    if after is not None and not after.unsaid:
        text = str(after)[0].upper() + str(after)[1:] + ", and the behaviour continued"
    if reached.how == "skipped":
        gate = Gate("threshold", text, State.NOT_REQUIRED, reached.sentence, reached.rule)
    else:
        page = "cases:settle" if reached.silent else ""
        state = State.DONE if reached.met else State.MISSING
        gate = Gate("threshold", text, state, reached.sentence, reached.rule, url_name=page)
    asked = standing.policy.gates_before(*standing.policy.steps_into("written warning"))
    return [gate, *scope_gates(standing), first_hand_gate(standing), *(_policy_gate(standing, one) for one in asked)]


def gates_for_first_letter(standing: Standing) -> list[Gate]:
    """What a letter of the first stage waits for: a person whom the policy covers, and somebody who saw or heard it."""
    return [*scope_gates(standing), first_hand_gate(standing)]


def scope_gates(standing: Standing) -> list[Gate]:
    """Whether the policy covers the person, where it does not name people of their relation; else nothing."""
    found = scope(standing.case)
    if found.named:
        return []
    answer = standing.assessment(Assessment.Kind.QUESTION, SCOPE)
    text, page = "The policy covers this person", "cases:scope"
    if found.open and answer is not None:
        hint = f"Judged on {dates.day(day_of(answer.made_at))} by {answer.made_by.name}"
        return [Gate(SCOPE, text, State.DONE, hint, found.rule, url_name=page)]
    return [Gate(SCOPE, text, State.MISSING, found.sentence, found.rule, url_name=page)]


def first_hand_gate(standing: Standing) -> Gate:
    """An incident that somebody saw or heard: no letter rests on hearsay."""
    first_hand = [i for i in standing.counting if i.knowledge != Incident.Knowledge.HEARSAY]
    state = State.DONE if first_hand else State.MISSING
    hint = "Hearsay is kept on the file, and no letter rests on it"
    rule = standing.policy.rule("evidence.excluded") or FIRST_HAND
    return Gate("first_hand", "An incident that somebody saw or heard", state, hint, rule)


def questions_before_warning(policy: Policy, paper: papers.Paper = papers.WRITTEN) -> list[Item]:
    """What the policy asks to be weighed before a letter of warning (Northampton 2.3, Tenancy section 4)."""
    return [item for step in policy.steps_into(paper.state) for item in policy.questions_for(step)]


def gates_for_restriction(case: Case, standing: Standing | None = None, *, steps: Sequence[str] = ()) -> list[Gate]:
    """What a restriction waits for: the letter and what came after it, then what the policy asks before this stage.

    A proposal is refused while one of them `blocks`. The extreme path makes the first "Not required", with its
    reason; the proposal still has to give its own (Dover 6.7, 6.17). `steps` adds what the policy asks before the kinds
    that a proposal consists of (Northampton section 5: evidence and a protocol before a single point of contact).
    """
    standing = standing or read(case)
    policy = standing.policy
    asked = policy.gates_before(*policy.steps_into("contact restriction"))
    in_the_file = [gate for gate in asked if gate.asks or gate.key not in IN_THE_PROPOSAL]
    of_kinds = [gate for gate in policy.gates_before(*steps) if gate not in asked]
    return [
        *_before_restriction(standing),
        *scope_gates(standing),
        *(_policy_gate(standing, gate) for gate in (*in_the_file, *of_kinds)),
    ]


def gates_before(case: Case, *steps: str) -> list[Gate]:
    """What the policy asks on the case file before other steps, such as legal action (Tenancy procedure, 4)."""
    standing = read(case)
    return [_policy_gate(standing, gate) for gate in standing.policy.gates_before(*steps)]


def _before_restriction(standing: Standing) -> list[Gate]:
    """What must have come first; nothing where the policy asks for no warning."""
    stage = standing.policy.stage_for_state("contact restriction")
    after = stage.after if stage else None
    reached = restriction_reached(standing)
    if after is None and reached.met and reached.how != "skipped":
        return []
    text = "What the policy asks for first"
    if after is not None and after.what.startswith("warning letter"):
        text = "A warning letter, and the behaviour persisted"
    state = State.DONE if reached.met else State.MISSING
    if reached.how == "skipped":
        state = State.NOT_REQUIRED
    page = "cases:settle_restriction" if reached.silent else ""
    return [Gate("threshold", text, state, reached.sentence + _or_left_out(standing, reached), reached.rule,
                 url_name=page)]  # fmt: skip


def _or_left_out(standing: Standing, reached: Reached) -> str:
    """Where it has not come: by which paths a proposal may leave it out, for reasons that it gives."""
    paths = [] if reached.met else ways_out(standing.policy, standing.counting)
    named = [f"“{path.name}”" + (f" ({path.skips_rule.in_brackets()})" if path.skips_rule else "") for path in paths]
    return f" A proposal may leave it out, with reasons: {', '.join(named)}." if named else ""


_ASSESSED: dict[str, tuple[str, str]] = {
    "risk_assessment": (Assessment.Kind.RISK, "cases:risk"),
    "equality_assessment": (Assessment.Kind.EQUALITY, "cases:equality"),
}


# What a proposal itself has a part for; with a question of the policy's own it is answered on the file all the same.
IN_THE_PROPOSAL = ("evidence", "less_restrictive", "adjustments")
_QUESTIONS = {
    "root_cause": "Was the cause of the problem looked for, and put right?",
    "less_restrictive": "Was something less considered?",
    "adjustments": "Were needs and adjustments taken into account?",
    "incident_form": "Was the incident form filled in?",
    "social_work": "Was social work asked?",
    "evidence": "What is the evidence?",
}


def question(gate: PolicyGate) -> str:
    """What a gate asks: in the policy's sense where it has its own words."""
    return gate.asks or _QUESTIONS.get(gate.key) or gate.key.replace("_", " ").capitalize()


def _policy_gate(standing: Standing, asked: PolicyGate) -> Gate:
    if asked.key not in _ASSESSED:
        state, hint = _answered(standing, asked)
        page = "cases:gate"
        return Gate(asked.key, question(asked), state, hint, asked.rule, asked.required, url_name=page, asks=asked.key)
    kind, page = _ASSESSED[asked.key]
    state, hint = _assessed(standing, kind, asked.required)
    label = Assessment.Kind(kind).label
    return Gate(asked.key, label, state, hint, asked.rule, asked.required, url_name=page)


def _answered(standing: Standing, asked: PolicyGate) -> tuple[str, str]:
    """How a question of the policy stands: answered since the case began, or not."""
    answer = standing.assessment(Assessment.Kind.QUESTION, asked.key)
    if answer is not None:
        return State.DONE, f"Answered on {dates.day(day_of(answer.made_at))} by {answer.made_by.name}"
    return (
        (State.MISSING, "") if asked.required else (State.NOT_REQUIRED, "The policy offers it and does not ask for it")
    )


def _assessed(standing: Standing, kind: str, required: bool) -> tuple[str, str]:
    """How an assessment stands: it is open again once the needs that it weighed have changed (Equality Act s149)."""
    made = standing.assessment(kind)
    if made is None:
        return (State.MISSING, "") if required else (State.NOT_REQUIRED, "The policy offers it and does not ask for it")
    when = f"Made on {dates.day(day_of(made.made_at))} by {made.made_by.name}"
    if kind == Assessment.Kind.EQUALITY and made.needs_version != standing.case.resident.needs_version:
        return State.MISSING, f"{when}. Open again: the resident's needs have changed since"
    return State.DONE, when
