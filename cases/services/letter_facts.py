"""What a letter of the ladder tells: what happened, what must change, what may follow, and until when to appeal."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cases.ladder import papers
from cases.ladder.papers import Paper
from cases.models import Incident, Warning
from deadlines.services import appeal_windows
from letters.models import Letter
from policies.parts import Stage
from policies.policy import Policy
from policies.rules import RuleBroken, need


def facts_of(
    policy: Policy,
    incidents: Sequence[Incident],
    *,
    expected: str,
    told: Mapping[str, str],
    support: str = "",
    paper: Paper = papers.WRITTEN,
) -> dict[str, Any]:
    """The facts of a warning letter: what happened, what must change, and what may follow under which clause."""
    next_stage = paper.next_stage(policy)
    rule = next_stage.after.rule if next_stage and next_stage.after else None
    appeal = appeal_windows.against_warning(policy, paper.state)
    facts: dict[str, Any] = {
        "incidents": [
            {
                "reference": incident.reference,
                "on": incident.happened_on.isoformat(),
                "channel": incident.get_channel_display(),
                "what": (told.get(incident.reference) or incident.facts).strip(),
            }
            for incident in sorted(incidents, key=lambda incident: (incident.happened_on, incident.pk))
        ],
        "expected": expected.strip(),
        "consequence": _consequence(paper, next_stage),
        "clause_consequence": rule.cite() if rule else "",
        "appeal_possible": appeal is not None,
        "support": support.strip(),
    }
    if appeal is not None:
        facts["appeal"] = {
            "until": None,
            "how": appeal_windows.how_words(appeal),
            "decided_by_role": appeal.decided_by,
            "explained": appeal.window.words,
            "set_at_issue": appeal.window.said,
        }
    return facts


def _consequence(paper: Paper, next_stage: Stage | None) -> str:
    if paper.first and next_stage and next_stage.state == papers.WRITTEN.state:
        return "If behaviour like this happens again, we may send you a written warning."
    return "If behaviour like this happens again, we may limit how you can contact us."


def besides(policy: Policy, paper: Paper, *, review_on: date | None, agreed: str, on: date) -> dict[str, Any]:
    """What only its author knows and the policy wants told: when it is looked at again, what was agreed.

    Raises `RuleBroken` where it is missing, and for a day that is not to come. Where the policy does not want it told,
    it is told all the same if it was entered.
    """
    again = paper.asks(policy, "review")
    if again and review_on is None:
        raise RuleBroken("Enter when you will look at how things have gone", again, "review_on")
    if review_on and review_on <= on:
        raise RuleBroken("The day on which you look at it again must be to come", again, "review_on")
    outcome = paper.asks(policy, "outcome") if paper.first else None
    if outcome:
        need(agreed, "Enter what came of the conversation", "agreed", outcome)
    more: dict[str, Any] = {"review_on": review_on.isoformat()} if review_on else {}
    return more | ({"agreed": agreed.strip()} if paper.first else {})


def words_of(letter: Letter) -> dict[str, Any]:
    """What a letter says as its author wrote it, without the frame that every letter has."""
    return {key: value for key, value in letter.facts.items() if key not in ("frame", "to", "signed")}


def named(warning: Warning) -> dict[str, Any]:
    """How an event speaks of a letter of the ladder."""
    return {"letter": warning.paper.reference} | ({"first": True} if warning.kind == papers.FIRST.kind else {})
