"""Whether what a stage waits for has come. Each number comes from the policy version that the case keeps."""

from dataclasses import dataclass
from datetime import date, datetime

import policies.periods
from cases.ladder.standing import Standing
from cases.models import Case, Incident
from design import dates
from design.dates import day_of
from policies.policy import Path, Policy
from policies.provisions import Stage
from policies.rules import Rule
from policies.values import Threshold


@dataclass(frozen=True)
class Reached:
    """Whether what a stage waits for has come: `met`, `silent` (a person settles it), or not."""

    met: bool
    sentence: str
    rule: Rule | None = None
    silent: bool = False
    how: str = ""

    @property
    def shown(self) -> dict[str, str]:
        """What a page on which it is settled shows of it, by name."""
        return {"what has come so far": self.sentence}


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
    reached = _initial_reached(standing, stage)
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


def _initial_reached(standing: Standing, stage: Stage) -> Reached:
    after = stage.after
    if after is None:
        return Reached(True, "The policy asks for nothing before a written warning.")
    if after.unsaid or after.count is None:
        return Reached(False, "The policy does not say how many warnings come first.", after.rule, silent=True)
    if after.what.startswith("initial warning"):
        adds_up = standing.policy.value(f"stage.{stage.key}.adds_up").raw if stage else None
        return _warnings_reached(standing, after, after.count, adds_up)
    if after.what.startswith("incident"):
        return _incidents_reached(standing, after, after.count)
    return Reached(
        False, f"The policy asks for {after}: whether that has come, a person decides.", after.rule, silent=True
    )


def _warnings_reached(standing: Standing, after: Threshold, wanted: int, adds_up: bool | None) -> Reached:
    """Warnings, counted in the policy's own window; the behaviour must have gone on after them.

    Whether those of several interactions add up is the policy's to say (`adds_up`): where they do, the last of them was
    given because the behaviour had come back after the first. `adds_up` is None where it does not say.
    """
    if _kind_of_day_unsaid(after):
        return Reached(False, f"The policy asks for {after}; the kind of day is unsaid.", after.rule, silent=True)
    warned = [incident for incident in standing.counting if standing.initial[incident.pk]]
    recent = set(_within(after, [incident.happened_on for incident in warned]))
    total = sum(standing.initial[incident.pk] for incident in warned if incident.happened_on in recent)
    full = [incident for incident in standing.counting if standing.initial[incident.pk] >= wanted]
    went_on = next((incident for incident in full if incident.continued_after_warnings), None)
    if went_on:
        words = f"{number(standing.initial[went_on.pk], 'initial warning')} in {went_on.reference}, and it went on."
        return Reached(True, words, after.rule, how="counted")
    if after.within == "in the case" and total >= wanted:
        last = max(i for i, incident in enumerate(standing.counting) if standing.initial[incident.pk])
        went_on_later = standing.counting[last].continued_after_warnings or len(standing.counting) > last + 1
        words = (
            f"{number(total, 'initial warning')} in the case, and {'it went on' if went_on_later else 'none since'}."
        )
        return Reached(went_on_later, words, after.rule, how="counted")
    if full:
        return _came_back(standing, full[0], after)
    if total >= wanted and adds_up:
        words = f"{number(total, 'initial warning')} in several interactions, which add up: {after}."
        return Reached(True, words, after.rule, how="counted")
    if total >= wanted and adds_up is False:
        words = f"{number(total, 'initial warning')} were given over several interactions, and these do not add up."
        return Reached(False, words, after.rule)
    if total >= wanted:
        words = (
            f"{number(total, 'initial warning')} were given, but over several interactions. "
            "The policy does not say whether these add up."
        )
        return Reached(False, words, after.rule, silent=True)
    return Reached(False, f"{number(total, 'initial warning')} given so far; the policy asks for {after}.", after.rule)


def _came_back(standing: Standing, full: Incident, after: Threshold) -> Reached:
    """The warnings were given and the behaviour stopped there: has it come back, and does that count?"""
    given = number(standing.initial[full.pk], "initial warning")
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
    if _kind_of_day_unsaid(after) and standing.counting:
        return Reached(False, f"The policy asks for {after}; the kind of day is unsaid.", after.rule, silent=True)
    days = _within(after, [incident.happened_on for incident in standing.counting])
    words = f"{number(len(days), 'incident')} recorded; the policy asks for {after}."
    return Reached(len(days) >= wanted, words, after.rule, how="counted" if len(days) >= wanted else "")


def _kind_of_day_unsaid(after: Threshold) -> bool:
    """Whether the window cannot be counted, because the policy leaves open in what days."""
    return after.period is not None and (
        after.period.count is None or after.period.unit in (None, "days", "working days")
    )


def _within(after: Threshold, days: list[date]) -> list[date]:
    """The days, in order, that lie in the policy's window up to the last of them; all where it names none."""
    if after.period is None:
        return days
    return [day for day in days if policies.periods.add(after.period, day) >= days[-1]]


def restriction_reached(standing: Standing) -> Reached:
    """Whether the way to a restriction is open: a warning letter issued, and the behaviour persisted after it.

    Dover 6.12 and 6.13. What happened on the day of the letter counts only where its time is known to be later; what
    happened before the letter and was reported after it does not count. After a restriction has ended, only what came
    after its end counts. A dangerous incident supersedes the letter (6.7, 6.17).
    """
    policy = standing.policy
    if not policy.restricts:
        return Reached(False, "The policy has no contact restrictions.")
    skipped = _skipped(standing, "written")
    if skipped:
        return skipped
    stage = policy.stage_for_state("contact restriction")
    after = stage.after if stage else None
    if after is None:
        return Reached(True, "The policy asks for no warning before a restriction.")
    if standing.letter is not None and standing.letter.suspended_at:
        words = f"The warning letter {standing.letter.paper.reference} is suspended while an appeal is decided."
        return Reached(False, words, after.rule)
    reached = _restriction_after(standing, after)
    settled = standing.case.restriction_settled_at
    if reached.silent and settled and settled >= standing.case.moved_at:
        words = f"Settled on {dates.day(day_of(settled))}, because the policy is silent."
        return Reached(True, words, reached.rule, how="settled")
    return reached


def _restriction_after(standing: Standing, after: Threshold) -> Reached:
    if after.unsaid or after.count is None:
        what = "" if after.unsaid else f" It names “{after}”, without a number."
        words = f"The policy does not say how much comes before a restriction.{what} A person decides."
        return Reached(False, words, after.rule, silent=True)
    if after.what.startswith("incident") and not after.stage:
        return _incidents_reached(standing, after, after.count)
    if not after.what.startswith("warning letter"):
        words = f"Before a restriction the policy asks for {after}: whether that has come, a person decides."
        return Reached(False, words, after.rule, silent=True)
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


def number(count: int, noun: str) -> str:
    """So many of a thing, as a sentence begins: "Two initial warnings"."""
    words = {0: "No", 1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}.get(count, str(count))
    return f"{words} {noun}{'' if count == 1 else 's'}"
