"""The acts on a case: who issues its letters, settles what the policy leaves open, closes or reopens it, does not act.

Each is worked out from the policy of the case once a request and handed along: pages show it, services take it.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from django.db.models import Q

from cases import permissions
from cases.ladder import gates, papers
from cases.ladder.papers import Paper
from cases.models import Case, Warning
from deadlines import kinds
from decisions.acts import Act, Bar, Deciders
from decisions.asked_first import asked_first, occasion
from decisions.who_can import any_with
from design import words
from letters.models import Letter
from people import access
from people.access import Can
from people.models import Provider, User
from policies import law
from policies.policy import Policy
from policies.rules import Rule
from policies.values import Who

# Letters of the ladder


def issue(warning: Warning) -> Act:
    """Issue a letter of the ladder, or return it: whom its stage names; where that is unsaid, whoever decides.

    Barred is whom the policy keeps from it: whoever drafted it, was affected, or had any part in it. A first letter
    goes by what is said of its own stage, and never by what is said of warning letters. Where the policy has several
    issue it, each is a voice; where it has somebody asked first, or questions weighed, that comes before (Northampton
    2.3).
    """
    case, paper, letter = warning.case, papers.PAPERS[warning.kind], warning.paper
    return _act(
        case, paper.act, f"issue this {paper.name}", issuers(case.policy, case.provider, paper).whos, thing=warning,
        barred=_barred(case, paper.act, drafted_by=letter.drafted_by_id),
        asks=tuple(gates.questions_before_warning(case.policy, paper)), waits=kinds.WARNING_ISSUE,
    )  # fmt: skip


def open_on(warning: Warning) -> list[Act]:
    """Each act that can be decided on a letter now: once it was sent for approval, to issue it."""
    if warning.paper.state != Letter.State.FOR_APPROVAL:
        return []
    return [as_put(issue(warning), warning.case)]


def as_put(act: Act, case: Case) -> Act:
    """The same act as the first of several put it: who lets the police be untold takes part where they said so."""
    return leaving_police_out(act, case) if act.put.get("police_told") is False else act


def issuers(policy: Policy, provider: Provider, paper: Paper = papers.WRITTEN) -> Deciders:
    """Whom a policy lets issue a letter of the ladder, whatever the case: whom its stage names.

    Unsaid in Dover's policy for the warning letter.
    """
    stage = paper.stage(policy)
    return Deciders(whos=(stage.by if stage else Who(known=policy.roles),), provider=provider)


def who_issues(policy: Policy, provider: Provider, paper: Paper = papers.WRITTEN) -> str:
    """The same as a sentence; where the policy is silent it says so and names who decides instead."""
    body = issuers(policy, provider, paper)
    if body.unsaid:
        return (
            f"The policy does not say who issues this letter. {words.upper_first(any_with(provider, Can.DECIDE))} may "
            "issue it, and the decision is recorded as that person's own."
        )
    return f"{body.names()} issues this letter{f' ({body.rule.in_brackets()})' if body.rule else ''}."


def tell_no_police(case: Case) -> Act:
    """Decide that the police are not told of what a decision rests on (Homes for Life 1.9.4): with that decision.

    Where the policy names nobody for it, whoever takes that decision.
    """
    return _act(
        case, "no_police", "decide that the police are not told", (case.policy.decides("no_police"),),
        barred=_barred(case, "no_police"),
    )  # fmt: skip


def untold_by(policy: Policy) -> str:
    """Whom the policy lets decide that the police are not told, in its own names; "" where it names nobody."""
    who = policy.decides("no_police")
    return "" if who.unsaid else who.names()


def leaving_police_out(act: Act, case: Case) -> Act:
    """The same act where it decides as well that the police are not told: whom the policy names for that takes part."""
    untold = tell_no_police(case)
    if untold.unsaid:
        return act
    return replace(act, whos=(*act.whos, *untold.whos), barred={**untold.barred, **act.barred})


# The case itself


def open_on_case(case: Case) -> list[Act]:
    """Each act that a policy may give to somebody and that can be decided on a case itself now.

    It can be moved once its provider has adopted a newer version.
    """
    held = case.policy_version
    newer = Q(effective_on__gt=held.effective_on) | Q(effective_on=held.effective_on, pk__gt=held.pk)
    if case.stage == Case.Stage.CLOSED or not case.provider.policy_versions.filter(newer).exists():
        return []
    return [move(case)]


def settle(case: Case) -> Act:
    """Settle that a case goes on to a warning letter, where the policy is silent: a named person who decides (D10)."""
    return _act(case, "settle", "decide where the policy is silent", right=Can.DECIDE)


def settle_restriction(case: Case) -> Act:
    """Settle that a restriction may be proposed, where the policy is silent: a named person who decides (D10)."""
    return _act(case, "settle restriction", "decide where the policy is silent", right=Can.DECIDE)


def not_to_act(case: Case) -> Act:
    """Record what was considered and is not done (Dover 6.24): those who work cases."""
    return _act(case, "not act", "record a decision not to act", right=Can.WORK_CASES)


def close(case: Case) -> Act:
    """Close a case, with a reason: those who work cases."""
    return _act(case, "close", "close a case", right=Can.WORK_CASES)


def reopen(case: Case) -> Act:
    """Reopen a case, with a reason: those who work cases."""
    return _act(case, "reopen", "reopen a case", right=Can.WORK_CASES)


def move(case: Case) -> Act:
    """Let a case go on under a newer version of its policy: whom that under which it runs names, else whoever decides.

    Not those whom its incidents hit (F12), nor whom the policy adds.
    """
    affected = {pk: Bar(permissions.AFFECTED, law.OTHER_PERSON) for pk in permissions.people_affected(case)}
    return _act(
        case, "move_case", "move a case to a newer version of its policy", (case.policy.decides("move_case"),),
        asks=tuple(case.policy.questions_for("move_case")),
        barred=affected | _barred(case, "move_case"), waits=kinds.CASE_MOVE,
        first=asked_first(case.policy, "move_case", occasion(case, case.policy_version_id)),
    )  # fmt: skip


def reader(user: User, case: Case) -> Callable[[str], str]:
    """A function that tells, by verb, why this reader may not do something with the case; "" where they may.

    What happens next on a case says itself who settles what the policy leaves open, so that is not said again.
    """
    settles: dict[str, Callable[[Case], Act]] = {"settle": settle, "settle_restriction": settle_restriction}
    checks: dict[str, Callable[[User, Case], None]] = {
        "read": permissions.check_can_read,
        "warn": permissions.check_can_warn,
        "assess": permissions.check_can_assess,
        "log": lambda user, case: permissions.check_can_log(user, case.provider),
        "hand over": permissions.check_can_hand_over,
        "reopen": lambda user, case: reopen(case).check(user),
    }

    def why_not(verb: str) -> str:
        if verb in settles:
            return "" if settles[verb](case).may(user) else "Your role does not decide where the policy is silent."
        return access.why_not(checks[verb], user, case)

    return why_not


# In a sentence


def decides_proposals(policy: Policy, provider: Provider) -> tuple[str, Rule | None]:
    """Who decides on a proposed restriction, as a sentence, and its rule: for what happens next on a case."""
    who = policy.decides("restrict")
    if who.unsaid:
        return f"The policy does not say who decides; {any_with(provider, Can.DECIDE)} may.", who.rule
    return f"{who.names()} decides{f' ({who.rule.in_brackets()})' if who.rule else ''}.", who.rule


def _act(
    case: Case,
    name: str,
    doing: str,
    whos: tuple[Who, ...] = (),
    *,
    thing: Warning | None = None,
    right: str = Can.DECIDE,
    barred: dict[int, Bar] | None = None,
    **more: Any,
) -> Act:
    """An act on a case or on a letter of it. Of what the policy says nothing, whoever has the right decides."""
    on = thing or case
    return Act(
        name=name, doing=doing, subject=case, thing=on, provider=case.provider,
        whos=whos or (Who(known=case.policy.roles),), barred=barred or {}, right=right, waits_on=on,
        **({"first": asked_first(case.policy, name, on)} | more),
    )  # fmt: skip


def _barred(case: Case, act: str, *, drafted_by: int | None = None) -> dict[int, Bar]:
    """Whom the policy keeps from an act: whoever drafted the letter, and whoever the incidents of the case hit."""
    said = case.policy.not_by(act)
    named: Collection[str] = said.raw or ()
    rule, out = said.rule or law.OTHER_PERSON, {}
    if drafted_by is not None and {"proposer", "involved"} & set(named):
        out[drafted_by] = Bar("drafted this letter", rule)
    if {"affected", "involved"} & set(named):
        out |= {pk: Bar(permissions.AFFECTED, rule) for pk in permissions.people_affected(case)}
    return out
