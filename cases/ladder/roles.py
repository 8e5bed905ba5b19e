"""Who acts on the ladder, in the policy's own names of roles."""

from collections.abc import Sequence

import design.words
from cases.deciders import Deciders, of_act
from cases.ladder import papers
from people import access
from people.access import Can
from policies.policy import Policy
from policies.values import Who


def names_with(policy: Policy, capability: str) -> str:
    """The policy's roles whose work carries a capability, as a sentence names them: "Team Leader or Manager"."""
    named = [role.name for role in policy.roles.values() if capability in access.CAPABILITIES.get(role.works_as, ())]
    return design.words.either(named, "nobody yet")


def who_issues(policy: Policy, paper: papers.Paper = papers.WRITTEN) -> Who:
    """Who issues a letter of the ladder: whom its stage names; unsaid in Dover's policy for the warning letter."""
    stage = paper.stage(policy)
    return stage.by if stage else Who(known=policy.roles)


def body_that_issues(policy: Policy, paper: papers.Paper = papers.WRITTEN) -> Deciders:
    """The same as those who have to decide together, where the policy has several."""
    return of_act(policy, paper.act, [who_issues(policy, paper)])


def who_issues_words(policy: Policy, paper: papers.Paper = papers.WRITTEN) -> str:
    """The same as a sentence; where the policy is silent it says so and names who decides instead."""
    who = who_issues(policy, paper)
    if who.unsaid:
        return (
            "The policy does not say who issues this letter. "
            f"A {names_with(policy, Can.DECIDE)} may issue it, and the decision is recorded as that person's own."
        )
    return f"{who.names()} issues this letter ({who.rule.in_brackets()})." if who.rule else f"{who.names()} issues it."


def roles_named(policy: Policy, keys: Sequence[str]) -> str:
    """Roles as a sentence names them, in the policy's own names and order."""
    order = list(policy.roles)
    known = sorted(keys, key=lambda key: order.index(key) if key in order else len(order))
    return design.words.either(
        [policy.roles[key].name if key in policy.roles else key.replace("_", " ") for key in known]
    )
