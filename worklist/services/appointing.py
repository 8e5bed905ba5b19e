"""Decisions that nobody is free to make: found in the night or by a reference, and put before the administrators.

Everybody whom a policy names for a decision may have had a part in it, or have left, or be too few of several. Then
nothing about a resident could be decided, and the page says so. An administrator appoints somebody for that one
decision, with the reason on record (F12).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

import appeals.acts
import cases.acts
import register.acts
import restrictions.acts
from appeals.models import Appeal
from audit import subjects
from cases.models import Case, Warning
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline, DeadlineQuerySet
from decisions import services as decisions
from decisions.acts import Act
from design import seals
from letters import services as letters
from people import access
from people.access import Can
from people.models import Provider, User
from register.models import Consideration, Entry
from restrictions.models import BreachStep, Restriction, Review

BY_REQUEST = (*kinds.REVIEWS, kinds.RECONSIDERATION_DECIDE)
WAITS_TOO: Mapping[str, tuple[str, ...]] = {
    "review": BY_REQUEST, "change_spoc": (kinds.SPOC_REPLACE,), register.acts.KEEP: (kinds.REGISTER_REVIEW,),
}  # fmt: skip
"""Kinds of deadlines that wait for an act beside the one that stands while it waits for others, by the act's name."""
WAITING = (
    kinds.CASE_MOVE, kinds.WARNING_ISSUE, kinds.RESTRICTION_DECIDE, kinds.RESTRICTION_LIFT, kinds.REVIEW_AGREE,
    kinds.REVIEW_WAIVE, kinds.BREACH_ANSWER, kinds.SPOC_CHANGE, kinds.APPEAL_DECIDE, kinds.APPEAL_HEAR,
    kinds.REGISTER_CONSIDER, kinds.REGISTER_KEEP, kinds.REGISTER_REMOVE, kinds.REGISTER_CHANGE, kinds.REGISTER_WITHHOLD,
    *(kind for also in WAITS_TOO.values() for kind in also),
)  # fmt: skip
"""Every kind of deadline that waits for an act."""


def open_acts(about: str) -> list[Act]:
    """Each act that can be decided now on a thing that a deadline points at; none where it is decided or unknown."""
    read = _READERS.get(subjects.kind_of(about))
    return read(subjects.ref_of(about)) if read else []


def on_reference(provider: Provider, ref: str) -> list[Act]:
    """Each act that can be decided now at a provider on what has a reference, whatever kind of thing it is."""
    found = [act for kind in _READERS for act in open_acts(subjects.about(kind, ref.upper()))]
    return [act for act in found if act.provider.pk == provider.pk]


def stuck_on(provider: Provider, ref: str) -> list[Act]:
    """Those of them that nobody is free to decide."""
    return [act for act in on_reference(provider, ref) if act.stuck]


def key(act: Act) -> str:
    """What names an act on a thing in an address: some acts have one name for several steps.

    >>> slugify("decide on “letter” after a breach")
    'decide-on-letter-after-a-breach'
    """
    return slugify(act.doing)


def shown(act: Act) -> dict[str, Any]:
    """What the page shows of an act on which somebody is appointed, for its seal."""
    return {"the decision": act.doing, "why nobody is free to make it": act.stuck}


@transaction.atomic
def appoint(
    provider: Provider, ref: str, which: str, *, person_id: int | None, reason: str, by: User, at: datetime,
    seen: str | None = None,
) -> Act:  # fmt: skip
    """Appoint somebody to decide one act that nobody is free to, tell them by mail, and return the act as it was.

    Raises LookupError where no such act can be decided now; ChangedSince where the page showed it otherwise; and as
    `decisions.services.appoint`. Appointments at one provider stand in line, so that two do not make two of one.
    """
    Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
    act = next((each for each in on_reference(provider, ref) if key(each) == which), None)
    if act is None:
        raise LookupError(f"nothing “{which}” can be decided on {ref}")
    seals.check(seen, shown(act))
    appointed = decisions.appoint(act, person_id=person_id, reason=reason, by=by, at=at)
    letters.notify(
        appointed.person, kind="appointed", subject="Evenhand: you were appointed to decide something",
        body=f"{appointed.person.name},\n\nAn administrator appointed you to {act.doing}, because nobody else is free "
        f"to: {ref}. It is on your list.\n\nYour work: {settings.BASE_URL}/",
        about=act.about, at=at,
    )  # fmt: skip
    return act


def asked(provider: Provider) -> DeadlineQuerySet:
    """What waits for the administrators of a provider to appoint somebody, oldest first."""
    return Deadline.objects.open().filter(provider=provider, kind=kinds.DECISION_APPOINT).order_by("pk")


def ask(deadline_id: int, *, at: datetime) -> bool:
    """Put what waits before the administrators where nobody is free to decide it; whether nobody is.

    Where somebody is free again, they are asked no longer.
    """
    waits = Deadline.objects.open().select_for_update(of=("self",)).filter(pk=deadline_id).first()
    if waits is None:
        return False
    stuck = _stuck_for(waits)
    there = Deadline.objects.open().about(waits).filter(kind=kinds.DECISION_APPOINT).first()
    if stuck is None:
        return False
    if there is None:
        whose = deadlines.Whose(roles=access.keys_with(waits.provider, Can.ADMINISTER))
        deadlines.set(kinds.DECISION_APPOINT, waits, whose=whose, words=stuck.doing, at=at)
    return True


def settle(deadline_id: int, *, at: datetime) -> None:
    """Ask the administrators no longer, where somebody is free to decide again or nothing is left to decide."""
    asked_for = Deadline.objects.open().select_for_update(of=("self",)).filter(pk=deadline_id).first()
    if asked_for is None:
        return
    others = Deadline.objects.open().about(asked_for).filter(kind__in=WAITING)
    if not any(_stuck_for(waits) for waits in others):
        deadlines.cancel(kinds.DECISION_APPOINT, asked_for, at=at, reason="Nobody has to be appointed any more")


def _stuck_for(waits: Deadline) -> Act | None:
    """The act for which something waits, where nobody is free to decide it; of several steps, where none can be."""
    for_it = [act for act in open_acts(waits.about) if waits.kind in (act.waits, *WAITS_TOO.get(act.name, ()))]
    return for_it[0] if for_it and all(act.stuck for act in for_it) else None


# What can be decided on things of each kind


def _on_restriction(ref: str) -> list[Act]:
    one = Restriction.objects.select_related("case__provider", "case__resident").filter(reference=ref).first()
    if one is None or one.state in (Restriction.State.DRAFT, Restriction.State.RETURNED):
        return []
    return [each for act in restrictions.acts.open_on(one) for each in _steps(one, act)]


def _on_review(ref: str) -> list[Act]:
    one = Review.objects.filter(reference=ref, state=Review.State.BEGUN).select_related("restriction").first()
    return _on_restriction(one.restriction.reference) if one else []


def _steps(restriction: Restriction, act: Act) -> list[Act]:
    """What follows a breach has its deciders by the step: each step that may be taken, or the one that waits."""
    if act.waits != kinds.BREACH_ANSWER:
        return [act]
    steps = [item.word for item in restriction.case.policy.value("breach.ladder").kept]
    if put := act.put.get("step"):
        return [restrictions.acts.answer_breaches(restriction, put)]
    return [restrictions.acts.answer_breaches(restriction, step) for step in (*steps, BreachStep.NONE)]


def _on_letter(ref: str) -> list[Act]:
    related = ("case__provider", "case__resident", "case__policy_version", "letter")
    one = Warning.objects.select_related(*related).filter(letter__reference=ref).first()
    return cases.acts.open_on(one) if one else []


def _on_case(ref: str) -> list[Act]:
    one = Case.objects.select_related("provider", "resident", "policy_version").filter(reference=ref).first()
    return cases.acts.open_on_case(one) if one else []


def _on_appeal(ref: str) -> list[Act]:
    one = Appeal.objects.select_related("case__provider", "case__resident").filter(reference=ref).first()
    return appeals.acts.open_on(one) if one else []


def _on_entry(ref: str) -> list[Act]:
    related = ("provider", "resident", "entered_by", "policy_version")
    one = Entry.objects.with_next_look().select_related(*related).filter(reference=ref, removed_at=None).first()
    if one is None:
        return []
    settled = {register.acts.WITHHOLD} if one.resident_told else set()
    return [act for act in register.acts.open_on(one) if act.name not in settled]


def _on_question(ref: str) -> list[Act]:
    if not ref.isdecimal() or len(ref) > 9:
        return []
    related = ("provider", "resident", "policy_version")
    one = Consideration.objects.select_related(*related).filter(pk=int(ref), decided_at=None).first()
    return [register.acts.answer(one)] if one else []


_READERS: Mapping[str, Callable[[str], list[Act]]] = {
    subjects.CASE: _on_case,
    subjects.WARNING: _on_letter,
    subjects.RESTRICTION: _on_restriction,
    subjects.REVIEW: _on_review,
    subjects.APPEAL: _on_appeal,
    subjects.ENTRY: _on_entry,
    subjects.CONSIDERATION: _on_question,
}
