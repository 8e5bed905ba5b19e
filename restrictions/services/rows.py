"""The row of a restriction under its lock, and how the rooms below point at it."""

from people.models import Resident
from restrictions.models import Restriction, Review


def locked(restriction_id: int) -> Restriction:
    """The restriction with its row locked, then read with its case: two requests at once come one after the other.

    The resident's row comes first, as it does where an incident is logged: whoever imposes goes on to lock the case and
    the register's resident, and would wait for ever for whoever logs. So a need that is being recorded is waited for
    as well. Read after the wait, because what is joined to a locked row is as old as the wait (docs/adr/0051).
    """
    resident_id = Restriction.objects.values_list("case__resident_id", flat=True).get(pk=restriction_id)
    Resident.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=resident_id)
    Restriction.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=restriction_id)
    return Restriction.objects.select_related(
        "case__provider",
        "case__resident__provider",
        "case__policy_version",
        "case__owner",
        "proposed_by",
        "decided_by",
        "letter",
        "risk_assessment",
    ).get(pk=restriction_id)


def about(restriction: Restriction) -> str:
    """How deadlines, the register and letters point at it."""
    return f"restriction:{restriction.reference}"


def about_review(review: Review) -> str:
    """How letters, deadlines and those who decide together point at a review."""
    return f"review:{review.reference}"


def about_breaches(restriction: Restriction) -> str:
    """How those who decide together point at the breaches that are open: by the oldest of them."""
    oldest = restriction.breaches.filter(answer__isnull=True).order_by("pk").values_list("pk", flat=True).first()
    return f"breach:{oldest}"


def consulted_about(restriction: Restriction, act: str) -> str:
    """What a consultation before an act is about: the review that is under way, else the restriction itself.

    So what somebody said before one review does not serve for the next.
    """
    begun = restriction.reviews.filter(state=Review.State.BEGUN).first() if act != "restrict" else None
    return f"review:{begun.reference}" if begun else about(restriction)
