"""What a page shows of a restriction to whoever decides on it, by named parts: for its seal, compared under the lock.

The names are read by people: "Changed since you read it: the terms".
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from audit import services as audit
from design import seals
from restrictions import facts, limits
from restrictions.dates import Plan
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review

Parts = dict[str, Any]
DID: Mapping[str, str] = {
    "breach.answered": "decided what follows a breach",
    "breach.logged": "logged a breach",
    "decision.agreed": "decided on it",
    "decision.consulted": "wrote down what somebody said",
    "decision.not_agreed": "did not agree",
    "restriction.extended": "extended it",
    "restriction.imposed": "imposed it",
    "restriction.lifted": "lifted it",
    "restriction.proposed": "proposed it",
    "restriction.returned": "returned it",
    "restriction.varied": "varied it",
    "restriction.withdrawn": "withdrew it",
    "review.account_recorded": "wrote down what the resident says",
    "review.decided": "decided the review",
    "spoc.changed": "changed the single point of contact",
    "spoc.cover_ended": "ended a cover",
    "spoc.covered": "arranged a cover",
}
"""What is done to a restriction, as it follows a name."""
ON_FILE: Mapping[str, str] = {
    "incident.details_added": "added to an incident",
    "incident.logged": "logged an incident",
    "need.ended": "ended a need",
    "need.recorded": "recorded a need",
}
"""What comes to the file beside it, and bears on what is decided."""


def since(restriction: Restriction, *besides: audit.Subject) -> seals.Since:
    """Who did what to a restriction, to what stands `besides` it (a review) and to its file, from an instant on."""
    own = audit.since(restriction, *besides, did=DID)
    on_file = audit.since(restriction.case, restriction.case.resident, did=ON_FILE)
    return lambda at: [*own(at), *on_file(at)]


def proposal(restriction: Restriction) -> Parts:
    """A proposal, as it is put before its deciders."""
    return {
        "the evidence": [
            facts.incidents_facts(restriction), restriction.evidence_summary, restriction.extreme, restriction.path,
            restriction.extreme_reason, restriction.extreme_answers, restriction.police_told, restriction.police_words,
        ],
        "the risk assessment": restriction.risk_assessment_id,
        "needs and adjustments": [
            restriction.needs_considered, restriction.needs_version, restriction.case.resident.needs_version,
            restriction.adjustment_touched, restriction.adjustment_reason, restriction.other_way,
        ],
        "the terms": [*map(NewTerm.of, limits.of(restriction)), *restriction.kinds],
        "what staff must do": [restriction.instructions, restriction.risks, restriction.share_with_contractors],
        "what the resident is told of the register": [
            restriction.tell_resident_of_entry, restriction.not_told_reason, restriction.look_again_on,
        ],
        "the length": restriction.months,
        "its review": [restriction.review_months, restriction.review_agreed, restriction.no_review_reason],
        "why, and why not less": [restriction.reasons, restriction.less_considered],
    }  # fmt: skip


def imposing(made: Plan) -> Parts:
    """A proposal with what would be imposed: its terms, its days, its letter."""
    return proposal(made.restriction) | _plan(made) | {"the words of the letter": facts.imposed(made)}


def standing(restriction: Restriction) -> Parts:
    """A restriction that has been imposed, as it stands."""
    return {
        "whether it is in force": restriction.state,
        "the terms": [NewTerm.of(term) for term in limits.of(restriction)],
        "what staff must do": restriction.instructions,
        "the last day in force": restriction.ends_on,
        "whether it is suspended": restriction.suspended_at,
        "its review": [restriction.review_months, restriction.no_review_reason],
        "who is the single point of contact": [
            (each.person_id, each.from_on, each.until_on) for each in restriction.standing_namings()
        ],
        "its breaches": list(restriction.breaches.order_by("pk").values_list("pk", "answer")),
        "the resident's needs": restriction.case.resident.needs_version,
    }


def review(found: Review, since: Mapping[str, str]) -> Parts:
    """A restriction with what a review of it looks at; `since` are the incidents since it was imposed."""
    return standing(found.restriction) | {
        "the resident's account": found.residents_account,
        "what happened since": dict(since),
        "what the resident asks for": [found.request, found.requested_on],
    }


def _plan(made: Plan) -> Parts:
    days = made.dates
    return {
        "the terms that would hold": [NewTerm.of(term) for term in made.terms],
        "what staff would have to do": made.instructions,
        "the days": [days.starts_on, days.ends_on, _due(days.next_review), _due(days.appeal)],
    }


def carried_on(made: Plan) -> Parts:
    """What would carry a restriction on."""
    return _plan(made)


def _due(reckoning: Any) -> date | None:
    return reckoning.due if reckoning else None
