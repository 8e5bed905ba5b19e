"""The warnings of a case, and which of them count."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

from cases.ladder.standing import Standing
from cases.ladder.thresholds import number
from cases.models import Incident, Warning
from letters.models import Letter
from policies.rules import Rule

SUSPENDED = "Suspended while an appeal against it is decided"


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


def lines(standing: Standing) -> list[Line]:
    """Each warning, whether it counts, and why or why not; oldest first."""
    by_pk = {incident.pk: incident for incident in standing.incidents}
    shown: list[Line] = []
    spoken = [one for one in standing.warnings if one.kind == Warning.Kind.INITIAL and not one.withdrawn_at]
    suspended = {warning.incident_id for warning in spoken if warning.suspended_at}
    for pk, count in Counter(warning.incident_id or 0 for warning in spoken).items():
        line = _initial_line(standing, by_pk[pk], count)
        shown.append(replace(line, counts=False, why=SUSPENDED) if line.counts and pk in suspended else line)
    for warning in standing.warnings:
        if warning.letter is not None and warning.letter.state == Letter.State.ISSUED:
            first = warning.kind == Warning.Kind.FIRST
            shown.append(_first_line(standing, warning) if first else _letter_line(standing, warning))
    return sorted(shown, key=lambda line: line.on)


def _initial_line(standing: Standing, incident: Incident, count: int) -> Line:
    words = f"{number(count, 'initial warning')} in {incident.reference}"
    stage = standing.policy.stage_for_state("written warning")
    after = stage.after if stage else None
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


def _first_line(standing: Standing, warning: Warning) -> Line:
    """A first letter counts as an initial warning, under the clause that counts these."""
    letter = warning.paper
    assert letter.dated is not None
    stage = standing.policy.stage_for_state("written warning")
    rule = stage.after.rule if stage and stage.after else None
    counts, why = _stands(warning, "The first stage, in writing", counts=warning in standing.first_letters)
    return Line(letter.dated, f"First letter {letter.reference}", counts, why, rule, letter=letter.reference)


def _letter_line(standing: Standing, warning: Warning) -> Line:
    letter = warning.letter
    assert letter is not None and letter.dated is not None
    stage = standing.policy.stage_for_state("contact restriction")
    rule = stage.after.rule if stage and stage.after else None
    counts, why = _stands(warning, "Issued", counts=standing.letter is not None and standing.letter.pk == warning.pk)
    return Line(letter.dated, f"Warning letter {letter.reference}", counts, why, rule, letter=letter.reference)


def _stands(warning: Warning, why: str, *, counts: bool) -> tuple[bool, str]:
    """Whether a letter counts, and why or why not: never while an appeal suspends it, nor once it was taken back."""
    if warning.withdrawn_at:
        return False, "Taken back or replaced on appeal"
    if warning.suspended_at and counts:
        return False, SUSPENDED
    return counts, why if counts else "Before the case was reopened"
