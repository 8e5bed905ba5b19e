"""What the typed readers of a policy hand out: stages, kinds of restriction, registers, letters, paths, appeals."""

from collections.abc import Mapping
from dataclasses import dataclass

from policies import law
from policies.periods import Period
from policies.rules import Rule
from policies.values import Item, Settled, Threshold, Value, Who

REVIEW_INTERVAL, REVIEW_AT_END = "review.interval", "review.at_end"
"""The clocks of a policy's reviews that rooms tell from each other, by their paths."""
SPOC_QUALITY_REVIEW = "spoc.quality_review"
RECONSIDERATION_RESPONSE = "reconsideration.response"
"""The clock by which a colleague looks through the work of a single point of contact."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage in the policy's words, mapped onto one of the four states of a case.

    `by` is unsaid where the policy names no decider; `after` is None where nothing need have happened before, and
    `after.unsaid` where the policy is silent on it. `lapses` is None where the policy does not say.
    """

    key: str
    name: str
    state: str
    by: Who
    after: Threshold | None
    lapses: Period | None
    rule: Rule | None
    optional: bool = False
    consult: Who | None = None
    not_by: tuple[str, ...] = ()
    do: tuple[Item, ...] = ()
    steps_lost: bool = False
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A heading of unacceptable behaviour. `is_danger` where it opens the path that leaves the stages."""

    key: str
    name: str
    is_danger: bool
    examples: tuple[str, ...] = ()
    leads_to: tuple[Item, ...] = ()
    lost: bool = False
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class RestrictionKind:
    """A kind of restriction: what it does, in the schema's word, and in the policy's own sense."""

    key: str
    does: str
    words: str
    channels: tuple[str, ...] = ()
    by: Who | None = None
    conditions: tuple[Item, ...] = ()
    rule: Rule | None = None
    local: Settled | None = None

    @property
    def decided_by(self) -> str:
        """Who decides it, in the policy's own names of roles, to be read; "" where the policy names nobody for it."""
        return "" if self.by is None or self.by.unsaid else self.by.names()


@dataclass(frozen=True, slots=True)
class RestrictionKinds:
    """The catalogue of kinds. `only_examples` is None where the policy does not say whether its list is complete."""

    listed: tuple[RestrictionKind, ...]
    only_examples: bool | None
    lost: bool
    rule: Rule | None

    @property
    def others_allowed(self) -> bool:
        """Whether a kind that is not listed may be used: not where the list is whole and called complete."""
        return self.lost or self.only_examples is not False


@dataclass(frozen=True, slots=True)
class RegisterRule:
    """A register of risks to staff. What the policy leaves open is unsaid in the value itself.

    `on` names the steps that enter it; `on_may` is true where the policy says of them only that an entry may follow.
    `risk_keys` has the format's word for each risk as the policy calls it.
    """

    key: str
    name: str
    risks: tuple[str, ...]
    risk_keys: Mapping[str, str]
    enter: Value
    on: tuple[str, ...]
    on_may: bool
    access: Value
    tell: Value
    withhold_if: Value
    review: Value
    remove: Value
    keep: Mapping[str, Value]
    owner: Value
    by: Who
    flag: Value
    rule: Rule | None

    @property
    def restrictions_alone(self) -> bool:
        """Whether it lists arrangements and no risks: then an entry needs no orders beside what was arranged."""
        return set(self.risk_keys.values()) == {"restrictions"}


@dataclass(frozen=True, slots=True)
class LetterRule:
    """A letter: the steps that send it, how, what it must say. `contents_lost` where that list is damaged."""

    key: str
    name: str
    on: tuple[str, ...]
    sent: tuple[Item, ...]
    says: tuple[Item, ...]
    encloses: tuple[Item, ...]
    signed: Who
    contents_lost: bool
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Path:
    """A path that leaves the stages: what opens it, what it skips, and the conditions a person answers in words.

    `at` names the stages at which it is open; empty where the policy does not narrow it.
    """

    key: str
    name: str
    when: tuple[str, ...]
    conditions: tuple[Item, ...]
    skips: tuple[str, ...]
    skips_rule: Rule | None
    by: Who
    police: Value
    police_unless: tuple[Item, ...]
    police_at_once: bool
    interim: bool
    registers: tuple[str, ...]
    do: tuple[Item, ...]
    steps_lost: bool
    rules: tuple[Rule, ...]
    at: tuple[str, ...] = ()

    @property
    def decided_by(self) -> str:
        """Who decides to take it, in the policy's own names of roles, to be read; "" where the policy names nobody."""
        return "" if self.by.unsaid else self.by.names()

    @property
    def police_must(self) -> bool:
        """Whether the police are told in every such case, but for what `police_unless` names.

        Otherwise it is weighed, or the policy is silent.
        """
        rule = self.police.rule
        told = self.police.raw in ("tell", "involve")
        return told and rule is not None and rule.strength == "must"


@dataclass(frozen=True, slots=True)
class Gate:
    """What must, or may, be done before a step. `asks` is the question of a gate of the provider's own."""

    key: str
    before: tuple[str, ...]
    required: bool
    asks: str
    weighs: tuple[Item, ...]
    again: tuple[Item, ...]
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Appeals:
    """How the decisions it covers are appealed. Each value may be unsaid; `covers` holds stages, actions or kinds."""

    covers: tuple[str, ...]
    window: Value
    response: Value
    by: Who
    not_by: Value
    consult: Who | None
    how: Value
    late: Value
    met_by: Value
    final: Value
    meanwhile: Value
    next: Value
    grounds: Value
    powers: Value
    window_path: str = "appeal.window"
    response_path: str = "appeal.response"
    ombudsman: law.Ombudsman | None = None

    @property
    def decided_by(self) -> str:
        """Who decides one, in the policy's own names of roles, to be read; "" where the policy names nobody."""
        return "" if self.by.unsaid else self.by.names()


@dataclass(frozen=True, slots=True)
class Reviews:
    """When a restriction is reviewed, by whom, with what outcomes. Each value may be unsaid."""

    interval: Value
    at_end: Value
    batch: Value
    by: Who
    outcomes: Value
    day_off: Value
    meanwhile: Value
    tell: Value
    tell_late: Value
    none_if: Value
    paths: tuple[str, ...]
