"""The policy's ways out of its stages: which are open, and what each asks about the police."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cases.ladder.standing import is_dangerous
from cases.models import Case, Incident
from design import words
from policies.policy import DANGER, Policy
from policies.provisions import Path
from policies.rules import Rule
from policies.values import Item

TOLD = ("tell", "involve")


@dataclass(frozen=True)
class Police:
    """What is asked about the police: whether they are told always, or unless there is a reason, or as people judge."""

    path: Path
    rule: Rule | None

    @property
    def always(self) -> bool:
        """The policy has them told, with no exception (Dover 6.7, West Kent 5.3)."""
        return self._told and self._strength == "must" and not self.unless

    @property
    def normally(self) -> bool:
        """The policy has them told, and whoever does not says why (Homes for Life 1.9.4).

        So it is, too, where it must be but for what the policy names (`police_unless`): a person judges whether that is
        so, and says how.
        """
        return self._told and (self._strength == "normally" or (self._strength == "must" and bool(self.unless)))

    @property
    def unless(self) -> tuple[Item, ...]:
        """When the policy does not have them told, though it does otherwise, for a person to judge."""
        return self.path.police_unless

    @property
    def exceptions(self) -> str:
        """The same in the policy's words: “the person harmed asks us not to”."""
        return words.either([f"“{words.lower_first(str(item))}”" for item in self.unless])

    @property
    def _told(self) -> bool:
        return self.path.police.raw in TOLD

    @property
    def _strength(self) -> str:
        return self.rule.strength if self.rule else ""


def opens(policy: Policy, path: Path, incident: Incident) -> bool:
    """Whether an incident opens a path: by the behaviour it names, or by danger for the path of danger."""
    if path.key == DANGER:
        return is_dangerous(policy, incident)
    return bool(set(path.when) & set(incident.categories))


def ways_out(policy: Policy, incidents: Iterable[Incident]) -> list[Path]:
    """The paths by which stages may be left out on these incidents: opened by one, or judged by a person in words.

    A path of which the policy does not say whether it leaves out stages is open as well: who takes it decides in the
    policy's silence (West Kent 5.3, 6.2). A policy without stages has nothing to leave out.
    """
    if not policy.stages:
        return []
    given = list(incidents)
    return [path for path in policy.paths if _leaves_out(policy, path) and _is_open(policy, path, given)]


def _leaves_out(policy: Policy, path: Path) -> bool:
    return bool(path.skips) or path.key == DANGER or policy.value(f"path.{path.key}.skips").unsaid


def _is_open(policy: Policy, path: Path, incidents: Sequence[Incident]) -> bool:
    if path.when or path.key == DANGER:
        return any(opens(policy, path, incident) for incident in incidents)
    return bool(path.conditions)


def police(policy: Policy, case: Case, incidents: Iterable[Incident], taken: str = "") -> Police | None:
    """What the policy asks about the police on these incidents, the strictest first; None where it asks nothing.

    Asked of each path that an incident opens, and of the one that is taken. Told already with every such incident,
    nothing more is asked. A policy may say otherwise at another stage of the case: then the path of that stage speaks
    (Northampton 4.1: violence is referred to the police at the Informal and the Warning Stage, and at the Formal Stage
    it could be).
    """
    given, stage = list(incidents), stage_of(policy, case)
    asked: list[Police] = []
    for path in policy.paths:
        opening = _opening(policy, path, given, stage)
        if path.police.raw in (None, "none") or not (opening or path.key == taken):
            continue
        if opening and all(incident.police_called for incident in opening):
            continue
        asked.append(Police(path, path.police.rule))
    return min(asked, key=lambda one: (not one.always, not one.normally), default=None)


def stage_of(policy: Policy, case: Case) -> str:
    """The key of the stage of the policy at which a case stands; in a review that of the restriction it is about.

    "" where the policy has no such stage.
    """
    state = case.stage.replace("_", " ")
    states = (state, "contact restriction") if state == "review" else (state,)
    stage = next((found for each in states if (found := policy.stage_for_state(each))), None)
    return stage.key if stage else ""


def _fits(path: Path, stage: str) -> bool:
    return not path.at or not stage or stage in path.at


def _opening(policy: Policy, path: Path, incidents: Sequence[Incident], stage: str) -> list[Incident]:
    """The incidents by which a path speaks of the police at a stage.

    A path of one stage that names no behaviour of its own speaks of what opens its fellows at the others.
    """
    if not _fits(path, stage):
        return []
    if path.when or path.key == DANGER or not path.at:
        return [incident for incident in incidents if opens(policy, path, incident)]
    elsewhere = [other for other in policy.paths if not _fits(other, stage)]
    return [incident for incident in incidents if any(opens(policy, other, incident) for other in elsewhere)]
