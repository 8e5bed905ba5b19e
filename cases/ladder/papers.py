"""The letters before any restriction: that of the first stage, where a policy has one, and the warning letter."""

from dataclasses import dataclass

from cases.models import Warning
from letters import facts
from policies.parts import LetterRule, Stage
from policies.policy import Policy
from policies.rules import Rule
from policies.values import Item

Kind = Warning.Kind


@dataclass(frozen=True)
class Paper:
    """How a letter of the ladder is spoken of, the state of the case that it belongs to, and the kind of letter."""

    kind: str
    name: str
    state: str
    letter: str

    @property
    def first(self) -> bool:
        """Whether it puts the first stage in writing, and so moves the case nowhere."""
        return self.kind == Kind.FIRST

    @property
    def act(self) -> str:
        """The act of the policy that it is: whom that keeps from it, and whom it has asked first."""
        return "end_contact" if self.first else "warn"

    def stage(self, policy: Policy) -> Stage | None:
        """The stage that it belongs to."""
        return policy.stage_for_state(self.state)

    def next_stage(self, policy: Policy) -> Stage | None:
        """The stage that may follow where the behaviour goes on."""
        after = ("written warning", "contact restriction") if self.first else ("contact restriction",)
        return next((stage for state in after if (stage := policy.stage_for_state(state))), None)

    def rule(self, policy: Policy) -> LetterRule | None:
        """What the policy says of this letter; None where it has none."""
        return facts.governing(policy, facts.kind_of(self.letter))

    def says(self, policy: Policy) -> tuple[Item, ...]:
        """How the policy has it sent and what it has it tell, each under its clause."""
        rule = self.rule(policy)
        return (*rule.sent, *rule.says) if rule else ()

    def asks(self, policy: Policy, what: str) -> Rule | None:
        """The clause by which this letter tells something (`letter.NAME.says`), or None where it need not."""
        rule = self.rule(policy)
        return next((item.rule or Rule("policy") for item in rule.says if item.word == what), None) if rule else None


PAPERS = {
    paper.kind: paper
    for paper in (
        Paper(Kind.FIRST, "first letter", "initial warning", "first_stage"),
        Paper(Kind.WRITTEN, "warning letter", "written warning", "warning"),
    )
}
FIRST, WRITTEN = PAPERS[Kind.FIRST], PAPERS[Kind.WRITTEN]


def of(warning: Warning) -> Paper:
    """How the letter of a warning in writing is spoken of."""
    return PAPERS[warning.kind]
