"""What happens next: who may do what, by when, as one sentence and one button."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import design.words
from audit import subjects
from cases import acts
from cases.ladder import papers
from cases.ladder.gates import (
    Gate,
    gates_for_first_letter,
    gates_for_restriction,
    gates_for_warning,
    scope_gates,
)
from cases.ladder.scope import scope
from cases.ladder.standing import Standing
from cases.ladder.thresholds import Reached, restriction_reached, written_reached
from cases.models import Case
from deadlines import kinds
from deadlines.models import Deadline
from decisions.who_can import any_of, any_with
from design import dates
from letters.models import Letter
from people import access
from people.access import Can
from people.models import User
from policies.policy import Policy
from policies.rules import Rule


@dataclass(frozen=True)
class Button:
    """Something that can be done now: the button's words, the page, and why this reader may not (or nothing)."""

    words: str
    url_name: str
    ref: str
    why_not: str = ""


@dataclass(frozen=True)
class NextStep:
    """Who may do what next, as one sentence, its gates, and the one button that moves the case on."""

    sentence: str
    gates: list[Gate] = field(default_factory=list)
    button: Button | None = None
    also: list[Button] = field(default_factory=list)
    rules: list[tuple[str, Rule | None]] = field(default_factory=list)


def next_step(
    standing: Standing,
    *,
    may: Callable[[str], str],
    waiting: Sequence[Deadline] = (),
    on: date | None = None,
    reader: User | None = None,
) -> NextStep:
    """Who may do what next on the case. `may(verb)` answers "" or why this reader may not (`acts.reader`).

    `waiting` are the open deadlines of the case, worst first, as they stand `on` a day: they say what higher rooms
    wait for (a proposal, a review, an appeal), by whom and by when. The button is what waits for the `reader`.
    """
    case = standing.case
    if case.stage == Case.Stage.CLOSED:
        return NextStep(
            "The case is closed.", button=Button("Reopen the case", "cases:reopen", case.reference, may("reopen"))
        )
    if case.stage in (Case.Stage.CONTACT_RESTRICTION, Case.Stage.REVIEW):
        return _under_restriction(standing, waiting, on, reader)
    proposed = next((due for due in waiting if due.kind in (kinds.RESTRICTION_DECIDE, kinds.RESTRICTION_REVISE)), None)
    if proposed is not None:
        return _proposal_waits(standing, proposed, reader)
    if standing.draft is not None:
        return _draft_waits(standing, may)
    if any(gate.blocks for gate in scope_gates(standing)):
        return _towards_scope(standing, may)
    restriction = restriction_reached(standing)
    if _first_letter_due(standing) and not restriction.met and not written_reached(standing).met:
        return _towards_first_letter(standing, may)
    if restriction.met:
        return _towards_restriction(standing, restriction, may)
    if case.stage == Case.Stage.INITIAL_WARNING and standing.policy.stage_for_state("written warning"):
        return _towards_letter(standing, may)
    return _after_letter(standing, restriction, may)


def _towards_scope(standing: Standing, may: Callable[[str], str]) -> NextStep:
    """Whether the policy covers the person is judged first: no letter and no restriction before."""
    gates, log = scope_gates(standing), Button("Log an incident", "cases:log", "", may("log"))
    is_open = scope(standing.case).open
    words = "Judge whether the policy covers them" if is_open else "Refer this person on"
    sentence = (
        "Before a letter or a restriction somebody judges whether the policy covers this person."
        if is_open
        else "The policy does not cover this person, so they are referred on."
    )
    return NextStep(sentence, gates, Button(words, "cases:scope", standing.case.reference, may("assess")), [log])


def _first_letter_due(standing: Standing) -> bool:
    """Whether the policy puts its first stage in writing, and nothing has been written yet."""
    if standing.case.stage != Case.Stage.INITIAL_WARNING or standing.first_letters:
        return False
    return papers.FIRST.rule(standing.policy) is not None and bool(standing.first_time)


def _towards_first_letter(standing: Standing, may: Callable[[str], str]) -> NextStep:
    policy = standing.policy
    rule = papers.FIRST.rule(policy)
    assert rule is not None
    asked = next((item.rule for item in (*rule.sent, *rule.says) if item.rule), None)
    who = acts.who_issues(policy, standing.case.provider, papers.FIRST)
    sentence = f"The policy puts its first stage in writing: {rule.name}. {who}"
    rules = [("The letter", asked), ("Who issues it", acts.issuers(policy, standing.case.provider, papers.FIRST).rule)]
    log, gates = Button("Log an incident", "cases:log", "", may("log")), gates_for_first_letter(standing)
    waits = [gate for gate in gates if gate.blocks]
    if waits:
        sentence = f"Before a first letter: {design.words.lower_first(waits[0].text)}. {sentence}"
    return NextStep(sentence, gates, None if waits else _draft_first_letter(standing, may), [log], rules)


def _draft_first_letter(standing: Standing, may: Callable[[str], str]) -> Button:
    return Button("Draft the first letter", "cases:first_letter", standing.case.reference, may("warn"))


def _towards_letter(standing: Standing, may: Callable[[str], str]) -> NextStep:
    ref, reached = standing.case.reference, written_reached(standing)
    policy, provider = standing.policy, standing.case.provider
    gates = gates_for_warning(standing)
    rules = [("Who issues the letter", acts.issuers(policy, provider).rule)]
    also = [_settle_restriction(standing, may)] if _letter_optional(standing.policy, standing) else []
    if _first_letter_due(standing):
        also.append(_draft_first_letter(standing, may))
    if reached.met:
        waits, who = [gate for gate in gates if gate.blocks], acts.who_issues(policy, provider)
        if waits:
            sentence = f"{reached.sentence} Before a warning letter: {design.words.lower_first(waits[0].text)}. {who}"
        else:
            sentence = f"A warning letter can be drafted now. {who}"
        button = Button("Draft a warning letter", "cases:warn", ref, may("warn"))
        return NextStep(sentence, gates, None if waits else button, also, rules)
    if reached.silent:
        decider = design.words.upper_first(any_with(provider, Can.DECIDE))
        sentence = (
            f"{reached.sentence} {decider} may settle it, with reasons; until then no warning letter can be drafted."
        )
        button = Button("Decide whether it goes on to a warning letter", "cases:settle", ref, may("settle"))
        return NextStep(sentence, gates, button, rules=rules)
    sentence = f"{reached.sentence} Nobody has to do anything now. If it happens again, log it."
    return NextStep(sentence, gates, Button("Log an incident", "cases:log", "", may("log")), rules=rules)


def _letter_optional(policy: Policy, standing: Standing) -> bool:
    """Whether the policy lets the letter be left out, and is silent on what comes before a restriction."""
    stage = policy.stage_for_state("written warning")
    return stage is not None and stage.optional and restriction_reached(standing).silent


def _draft_waits(standing: Standing, may: Callable[[str], str]) -> NextStep:
    assert standing.draft is not None and standing.draft.letter is not None
    letter, policy = standing.draft.letter, standing.policy
    paper = papers.PAPERS[standing.draft.kind]
    who = acts.who_issues(policy, standing.case.provider, paper)
    gates = gates_for_first_letter(standing) if paper.first else gates_for_warning(standing)
    rules = [("Who issues the letter", acts.issuers(policy, standing.case.provider, paper).rule)]
    if letter.state == Letter.State.FOR_APPROVAL:
        sentence = f"{letter.drafted_by.name} has sent a {paper.name} for approval. {who}"
        button = Button(f"Read the {paper.name}", "cases:warning", letter.reference, may("read"))
    else:
        sentence = f"{letter.drafted_by.name} is drafting a {paper.name}. {who}"
        button = Button(f"Go on with the {paper.name}", "cases:warning", letter.reference, may("warn"))
    return NextStep(sentence, gates, button, rules=rules)


def _towards_restriction(standing: Standing, reached: Reached, may: Callable[[str], str]) -> NextStep:
    case, policy = standing.case, standing.policy
    decided, rule = acts.decides_proposals(policy, case.provider)
    proposer = any_with(case.provider, Can.WORK_CASES)
    sentence = f"{reached.sentence} A restriction can be proposed now by {proposer}. {decided}"
    gates = gates_for_restriction(case, standing)
    rules = [("Who decides", rule)]
    also = []
    if case.stage == Case.Stage.INITIAL_WARNING and written_reached(standing).met:
        also.append(Button("Draft a warning letter instead", "cases:warn", case.reference, may("warn")))
    button = Button("Go to restrictions", "restrictions:of_case", case.reference, may("warn"))
    return NextStep(sentence, gates, button, also, rules)


def _after_letter(standing: Standing, reached: Reached, may: Callable[[str], str]) -> NextStep:
    stage = standing.policy.stage_for_state("contact restriction")
    gates, log = gates_for_restriction(standing.case, standing), Button("Log an incident", "cases:log", "", may("log"))
    if reached.silent:
        decider = design.words.upper_first(any_with(standing.case.provider, Can.DECIDE))
        sentence = f"{reached.sentence} {decider} may settle it, with reasons; until then no restriction is proposed."
        return NextStep(sentence, gates, _settle_restriction(standing, may), [log])
    sentence = f"{reached.sentence} Nobody has to do anything now. If the behaviour persists, log it"
    sentence += f": the case then goes on to {stage.name}." if stage else "."
    return NextStep(sentence, gates, log)


def _settle_restriction(standing: Standing, may: Callable[[str], str]) -> Button:
    words = "Decide whether it goes on to a restriction"
    return Button(words, "cases:settle_restriction", standing.case.reference, may("settle_restriction"))


def _proposal_waits(standing: Standing, due: Deadline, reader: User | None) -> NextStep:
    """A restriction is proposed already: who decides it, or who changes what was returned (Dover 6.14)."""
    case = standing.case
    _, rule = acts.decides_proposals(case.policy, case.provider)
    cited = f" ({rule.in_brackets()})" if rule else ""
    if due.kind == kinds.RESTRICTION_REVISE:
        sentence = f"The proposed restriction was returned to be changed. {_who_does(case, due)}."
    else:
        sentence = f"A restriction is proposed and waits for a decision. {_who_does(case, due)}{cited}."
    button = _button_for(case, due, reader)
    return NextStep(sentence, gates_for_restriction(case, standing), button, rules=[("Who decides", rule)])


def _under_restriction(
    standing: Standing, waiting: Sequence[Deadline], on: date | None, reader: User | None
) -> NextStep:
    """Until when it is in force, what is due next, by whom and by when, and until when the resident may appeal."""
    case = standing.case
    said: list[str] = [_in_force(case, waiting, on)]
    rules: list[tuple[str, Rule | None]] = []
    # With which contractors an entry is shared is the register's own work, and moves no case on.
    owed = [due for due in waiting if (due.owner_id or due.for_roles) and due.kind != kinds.REGISTER_SHARE]
    pressing = [due for due in owed if _presses(due, on)]
    due = next(iter(pressing or owed), None)
    if due is None:
        said.append("Nothing is due.")
    else:
        rule = _rule_of(due)
        cited = f" ({rule.in_brackets()})" if rule else ""
        said.append(f"{_what_and_when(due, on)}{cited}. {_who_does(case, due)}.")
        rules += [(due.title, rule)] if rule else []
    windows = (one for one in waiting if one.kind == kinds.APPEAL_WINDOW and one.about_kind == subjects.RESTRICTION)
    window = next((one for one in windows if one.due_on), None)
    if window is not None and window.due_on and (on is None or window.due_on >= on):
        rule = _rule_of(window)
        cited = f" ({rule.in_brackets()})" if rule else ""
        said.append(f"The resident may appeal until {dates.day_weekday(window.due_on)}{cited}.")
        rules += [("The last day to appeal", rule)] if rule else []
    button = _button_for(case, due if due in pressing else None, reader)
    return NextStep(" ".join(said), button=button, rules=rules)


def _in_force(case: Case, waiting: Sequence[Deadline], on: date | None) -> str:
    end = next((due.due_on for due in waiting if due.kind == kinds.RESTRICTION_END), None)
    if end is None:
        return "The restriction is being reviewed." if case.stage == Case.Stage.REVIEW else "A restriction is in force."
    if on is not None and end < on:
        return f"The restriction’s last day in force was {dates.day(end)}."
    return f"A restriction is in force; its last day in force is {dates.day(end)}."


def _presses(due: Deadline, on: date | None) -> bool:
    """Whether it waits now: it has no date, its day has come, or somebody waits for an answer."""
    return due.due_on is None or (on is not None and due.due_on <= on) or due.kind == kinds.APPEAL_DECIDE


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


def _who_does(case: Case, due: Deadline) -> str:
    if due.owner:
        return f"{due.owner.name} does this"
    holding = access.holders(case.provider, due.for_roles)
    if holding and not due.also_for and not [user for user in holding if user.pk not in due.not_for]:
        return "Nobody whom the policy names is free to do this: an administrator can appoint somebody"
    return f"{design.words.upper_first(any_of(case.provider, due.for_roles))} may do this"


def _rule_of(due: Deadline) -> Rule | None:
    """The rule that a deadline's date comes from, as its reckoning keeps it."""
    kept = due.reckoning or {}
    if not kept.get("clause") and kept.get("source", "policy") == "policy":
        return None
    return Rule(kept.get("source", "policy"), kept.get("clause") or "", kept.get("strength") or "must")


def _button_for(case: Case, due: Deadline | None, reader: User | None) -> Button:
    """What waits is the button for whom it waits; to everybody else the restrictions are."""
    if due is not None and reader is not None and due.waits_for(reader):
        return Button(due.title, due.page, due.about_ref)
    return Button("Go to restrictions", "restrictions:of_case", case.reference)
