"""What letters about a restriction say, as plain values frozen on the day; the same for its preview."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from deadlines import services as deadlines
from deadlines.services import appeal_windows
from people.models import User
from policies.policy import Policy
from policies.reckoning import Reckoning
from restrictions import limits, rules
from restrictions.dates import Dates, Plan
from restrictions.models import Breach, Restriction, Term


def imposed(made: Plan) -> dict[str, Any]:
    """What the restriction letter says (Dover 6.15)."""
    restriction, policy = made.restriction, made.restriction.case.policy
    review = made.dates.next_review
    return {
        "reference": restriction.reference,
        "decided_on": made.dates.decided_on.isoformat(),
        "reasons": made.reasons,
        "incidents": incidents_facts(restriction),
        "terms": limits.as_facts(made.terms),
        "arrangement": limits.ways_left(made.terms),
        "always_accepted": always_accepted(policy),
        "starts_on": made.dates.starts_on.isoformat(),
        "ends_on": made.dates.ends_on.isoformat(),
        "months": made.months,
        "review_on": review.due.isoformat() if review and review.due else None,
        "review_explained": review.explain() if review else "",
        "appeal": appeal_facts(restriction, made.dates.appeal, made.terms),
        "register": _register_facts(made),
        "spoc": limits.single_point(made.terms),
        "adjustments": _adjustments(restriction),
        "follows": restriction.follows.reference if restriction.follows else "",
        "extreme": restriction.extreme,
        "no_review": restriction.no_review_reason,
    }


def incidents_facts(restriction: Restriction) -> list[dict[str, str]]:
    """The incidents it rests on: reference, day, channel, what happened."""
    return [
        {
            "reference": each.reference,
            "on": each.happened_on.isoformat(),
            "channel": each.get_channel_display(),
            "what": each.facts,
        }
        for each in restriction.incidents.order_by("happened_on", "pk")
    ]


def always_accepted(policy: Policy) -> list[dict[str, str]]:
    """The contacts that are always accepted, each with whose rule it is."""
    return [{"words": words, "cite": rule.cite()} for words, rule in policy.always_accept]


def appeal_facts(restriction: Restriction, window: Reckoning | None, terms: Sequence[Term]) -> dict[str, Any] | None:
    """How to appeal, until when, and who decides; None where the decision cannot be appealed."""
    case = restriction.case
    appeals = case.policy.appeal_of(*rules.appealed_as(case.policy, terms))
    if window is None or appeals is None:
        return None
    return appeal_windows.in_letter(case.provider, appeals, window)


def against_keeping(restriction: Restriction, on: date) -> tuple[Reckoning, dict[str, Any]] | None:
    """Until when, and how, the decision of a review to keep it can be appealed; None where the policy lets nobody.

    Northampton 4.2 covers any decision; Dover 6.34 covers restrictions, and a review that keeps one imposes none.
    """
    case = restriction.case
    policy = case.policy
    appeals = appeal_windows.rules_for(
        policy, policy.steps_into("review"), rules.appealed_as(policy, restriction.terms.all())
    )
    if appeals is None:
        return None
    found = appeal_windows.window(policy, appeals, deadlines.calendar_for(case.provider), decided_on=on, dated=on)
    return found, appeal_windows.in_letter(case.provider, appeals, found)


def _register_facts(made: Plan) -> dict[str, Any] | None:
    """What the resident is told of the registers on which they stand; None where on none, or not told."""
    restriction = made.restriction
    registers = rules.registers_for(restriction, made.terms)
    if not registers or not restriction.tell_resident_of_entry:
        return None
    who = "; ".join(dict.fromkeys(each.access.words or "staff whose work needs it" for each in registers))
    shared = ", and our contractors" if restriction.share_with_contractors else ""
    name = " and ".join(each.name for each in registers)
    return {"name": name, "told": True, "who_sees": who + shared, "until": made.dates.ends_on.isoformat()}


def _adjustments(restriction: Restriction) -> str:
    if not restriction.adjustment_touched:
        return ""
    return f"{restriction.adjustment_reason}\n\n{restriction.other_way}".strip()


def standing(terms: Sequence[Term], found: Dates) -> dict[str, Any]:
    """What the letter of a review tells of a restriction that goes on: its limits, its days, its next review."""
    following = found.next_review
    return {
        "terms": limits.as_facts(terms),
        "starts_on": found.starts_on.isoformat(),
        "ends_on": found.ends_on.isoformat(),
        "next_review_on": following.due.isoformat() if following and following.due else None,
    }


def lifted(restriction: Restriction, *, on: date, reason: str) -> dict[str, Any]:
    """What the letter says; of the register only to a resident who was told of the entry (Dover 6.33)."""
    return {
        "reference": restriction.reference,
        "ended_on": on.isoformat(),
        "reasons": reason.strip(),
        "register_removed": restriction.tell_resident_of_entry and bool(rules.registers_for(restriction)),
    }


def waived(restriction: Restriction, reasons: str) -> dict[str, Any]:
    """What the letter says of a review that is left out."""
    assert restriction.ends_on is not None
    return {
        "restriction_reference": restriction.reference,
        "reasons": reasons.strip(),
        "ends_on": restriction.ends_on.isoformat(),
    }


def breached(restriction: Restriction, breaches: Sequence[Breach], consequence: str) -> dict[str, Any]:
    """What a warning after a breach says: what was not kept, the limits, what may follow."""
    assert restriction.ends_on is not None
    return {
        "restriction_reference": restriction.reference,
        "incidents": [
            {
                "reference": each.incident.reference,
                "on": each.incident.happened_on.isoformat(),
                "channel": each.incident.get_channel_display(),
                "what": each.words,
            }
            for each in breaches
        ],
        "terms": limits.as_facts(limits.of(restriction)),
        "consequence": consequence.strip(),
        "ends_on": restriction.ends_on.isoformat(),
    }


def contact_changed(
    restriction: Restriction, person: User, *, from_on: date, until_on: date | None = None
) -> dict[str, Any]:
    """What the letter says: whom to turn to, from when, until when, and to whom then.

    How to reach them is said as the restriction says it, unless it names somebody else: then it would mislead.
    """
    term = restriction.contact_term()
    assert term is not None and term.person is not None
    others = [each.person for each in restriction.namings.select_related("person").exclude(person=person)]
    misleads = any(term.words in restriction.words_that_name(other) for other in others)
    return {
        "restriction_reference": restriction.reference,
        "person": _reached(person),
        "from_on": from_on.isoformat(),
        "until_on": until_on.isoformat() if until_on else None,
        "afterwards": _reached(term.person) if until_on else None,
        "how": "" if misleads else term.words,
    }


def _reached(person: User) -> dict[str, str]:
    return person.as_contact
