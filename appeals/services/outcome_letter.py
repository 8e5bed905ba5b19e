"""What the letter on the outcome of an appeal says, and where the resident can go next."""

from datetime import date
from typing import Any

from appeals.against.appealable import Appealable
from appeals.against.effects import Effect, Rests
from appeals.models import Appeal
from appeals.services.answers import Answer
from people.models import Resident
from policies import law
from restrictions import limits

State = Appeal.State
# What the ombudsman hears depends on what the provider does for this person (F9).
FUNCTIONS = {
    Resident.Relation.HOMELESS_APPLICANT: "homelessness",
    Resident.Relation.PROSPECTIVE: "allocations",
    Resident.Relation.VISITOR: "other",
    Resident.Relation.ELECTED: "other",
}


def facts(appeal: Appeal, against: Appealable, answer: Answer, effect: Effect, *, on: date) -> dict[str, Any]:
    """What the outcome letter says, as plain values; the same for its preview and for the letter itself."""
    because = answer.sets.because if isinstance(answer.sets, Rests) else ""
    unsaid = {"no_last_day": True} if appeal.doubt and answer.outcome == State.OUT_OF_TIME else {}
    return unsaid | {
        "appeal_reference": appeal.reference,
        "restriction_reference": against.restriction.reference if against.restriction else "",
        "against": against.to_resident,
        "outcome": str(answer.outcome),
        "reasons": "\n\n".join(each.strip() for each in (answer.reasons, because) if each.strip()),
        "considered": answer.considered.strip(),
        "effect": effect.tells,
        "terms": limits.as_facts(effect.terms) if effect.terms else None,
        "starts_on": on.isoformat() if effect.terms else None,
        "ends_on": effect.ends_on.isoformat() if effect.ends_on else None,
        "final": True if against.rules.final.raw is True else None,
        "next": next_step(against),
    }


def next_step(against: Appealable) -> dict[str, str] | None:
    """Where the resident can go next: whom the policy names, else whom the law names for this provider (F9).

    Named as the policy's only where the policy says so. None where neither does.
    """
    rules, case = against.rules, against.case
    if rules.next.said and rules.next.rule:
        called = law.ombudsman_called(str(rules.next.raw))
        name = called.name if called else rules.next.words
        return {"name": name, "words": f"Our policy names this as the next step ({rules.next.rule.in_brackets()})."}
    function = FUNCTIONS.get(Resident.Relation(case.resident.relation), "landlord")
    named = law.ombudsman(case.policy.nation or case.provider.nation, function)
    if named is None:
        return None
    words = (
        "You can ask them to look at how we dealt with this. That is your right, and not a step in our policy. "
        "They may ask you to complain to us first."
    )
    return {"name": named.name, "words": words}
