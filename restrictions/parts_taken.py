"""Who had which part in a restriction: that keeps them from deciding on it again (F12), or as its policy says."""

from collections.abc import Iterable
from datetime import datetime

import cases.permissions
from audit.models import Event
from decisions.models import Voice
from restrictions.models import Restriction, Review

CASE = ("restriction__case__provider", "restriction__case__resident")


def first_deciders(restriction: Restriction) -> set[int]:
    """Everybody who imposed a restriction: whoever decided it, and with whom, in a meeting or each by themselves."""
    places = {("restrict", restriction.trail.about)}
    if restriction.follows_id:
        made_it = Review.objects.filter(restriction_id=restriction.follows_id, state=Review.State.DECIDED)
        places |= {("review", each.trail.about) for each in made_it.select_related(*CASE)}
    agreed = {
        pk for act, place in places for pk in Voice.objects.on(place, act).agreeing().values_list("by_id", flat=True)
    }
    return agreed | ({restriction.decided_by_id} if restriction.decided_by_id else set())


def sent_back_at(restriction: Restriction) -> datetime | None:
    """When a proposal was last returned to be changed; None where it never was."""
    returned = Event.objects.about(restriction.trail).filter(verb="restriction.returned")
    return returned.order_by("-pk").values_list("at", flat=True).first()


def excluded(restriction: Restriction, words: Iterable[str]) -> dict[int, str]:
    """Whom words of a policy keep from a decision about a restriction ("first decider", "spoc"), with what each did."""
    out: dict[int, str] = {}
    for word in words:
        out |= _did(restriction, word)
    return out


def _did(restriction: Restriction, word: str) -> dict[int, str]:
    case = restriction.case
    if word == "proposer":
        return {restriction.proposed_by_id: "proposed this"}
    if word == "affected":
        return dict.fromkeys(cases.permissions.people_affected(case), cases.permissions.AFFECTED)
    if word == "first decider":
        return dict.fromkeys(first_deciders(restriction), "imposed this")
    if word == "spoc":
        named = (term.person_id for term in restriction.terms.all())
        return dict.fromkeys(filter(None, named), "are the single point of contact in this case")
    if word != "involved":
        raise ValueError(f"a policy bars “{word}”, which nobody can be")
    warned = case.warnings.filter(given_by__isnull=False).values_list("given_by_id", flat=True)
    reviewed = Review.objects.filter(restriction__case=case, decided_by__isnull=False)
    return {
        **dict.fromkeys(warned, "gave a warning in this case"),
        **dict.fromkeys(reviewed.values_list("decided_by_id", flat=True), "decided a review in this case"),
        **excluded(restriction, ("spoc", "affected", "first decider", "proposer")),
    }


def barred_by_f12(restriction: Restriction) -> dict[int, str]:
    """Whom rule F12 alone keeps from deciding again, with what each did: proposer, first deciders, people affected."""
    return excluded(restriction, ("affected", "first decider", "proposer"))
