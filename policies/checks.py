"""What a policy file may say in each place and still contradict as a whole."""

from policies.policy import Policy
from policies.problems import Problem


def contradictions(policy: Policy, document: str | None = None) -> list[Problem]:
    """Everything that does not fit together."""
    return []
