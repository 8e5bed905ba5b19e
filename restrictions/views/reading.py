"""The tab of the case file, and the page of one restriction."""

from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

import cases.permissions
import cases.views
from cases import ladder
from cases.models import Case
from design import dates
from design.dates import day_of
from people.access import SignedInRequest, why_not
from people.models import User
from restrictions import acts, limits, permissions, rules
from restrictions.models import Restriction, Review, Term
from restrictions.services import imposing, proposing, reviews
from restrictions.views import breaches, consulting, contacts, shared

State = Restriction.State


@require_safe
def of_case(request: SignedInRequest, ref: str) -> HttpResponse:
    """Every restriction of a case, newest first, and whether one can be proposed."""
    case, context = cases.views.file(request, ref, "restrictions")
    rows = list(
        case.restrictions.select_related("proposed_by", "decided_by", "letter", "follows")
        .prefetch_related(Prefetch("terms", Term.objects.select_related("person")), "reviews")
        .order_by("-pk")
    )
    dates = shared.dates_of(rows)
    on = timezone.localdate()
    context |= {
        "rows": [_row(each, dates.get(each.reference, {}), request.user, on) for each in rows],
        "start": _start(request.user, case, rows),
        "gates": _gates(case, request.user)
        if case.stage in (Case.Stage.INITIAL_WARNING, Case.Stage.WRITTEN_WARNING)
        else [],
    }
    return render(request, "restrictions/of_case.html", context)


def _row(restriction: Restriction, dates: dict[str, shared.Shown], user: User, on: date) -> dict[str, Any]:
    ended = restriction.ended_at and day_of(restriction.ended_at)
    return {
        "restriction": restriction,
        "arrangement": limits.arrangement(list(restriction.terms.all())),
        "dates": shared.rows_of(dates.values()) if restriction.state == State.IN_FORCE else [],
        "over": restriction.state == State.IN_FORCE and not restriction.is_in_force(on),
        "ended": ended,
        "mine": restriction.proposed_by_id == user.pk,
    }


def _start(user: User, case: Case, rows: list[Restriction]) -> dict[str, Any]:
    """Whether this reader can begin a proposal; otherwise the sentence that says why not and who can."""
    refusal = why_not(permissions.check_can_start, user, case)
    preparing = next((each for each in rows if each.state in Restriction.PREPARING), None)
    if case.stage == Case.Stage.CLOSED:
        refusal = "The case is closed. A restriction needs an open case."
    elif preparing:
        refusal = f"{preparing.reference} is not decided yet, so no other restriction can be proposed in this case."
    elif case.stage in (Case.Stage.CONTACT_RESTRICTION, Case.Stage.REVIEW):
        refusal = "This case has a restriction. It can be changed or extended when it is reviewed."
    return {"why_not": refusal}


def _gates(case: Case, user: User) -> list[dict[str, str]]:
    """What a restriction waits for; with the way to it for those who may do it."""
    links = not why_not(cases.permissions.check_can_assess, user, case)
    return [
        {
            "title": gate.text,
            "status": gate.state,
            "hint": gate.cited,
            "url": reverse(gate.url_name, args=gate.where(case)) if links and gate.url_name and not gate.met else "",
        }
        for gate in ladder.gates_for_restriction(case)
    ]


@require_POST
def start(request: SignedInRequest, ref: str) -> HttpResponse:
    """Begin a proposal; a second press leads to the one that the first began."""
    case = cases.views.find(request, ref)
    mine = case.restrictions.filter(state__in=[State.DRAFT, State.RETURNED], proposed_by=request.user).first()
    restriction = mine or proposing.start(case.pk, by=request.user, at=timezone.now())
    return redirect("restrictions:proposal", restriction.reference)


@require_safe
def view(request: SignedInRequest, ref: str) -> HttpResponse:
    """One restriction: what it is, why, its dates with how each was found, and what can be done with it."""
    restriction = shared.find(request, ref)
    if restriction.state in (State.DRAFT, State.RETURNED) and restriction.proposed_by_id == request.user.pk:
        return redirect("restrictions:proposal", restriction.reference)
    _, context = cases.views.file(request, restriction.case.reference, "restrictions")
    on = timezone.localdate()
    terms = limits.of(restriction)
    found = list(restriction.reviews.select_related("decided_by", "letter").order_by("-pk"))
    context |= {
        "restriction": restriction,
        "terms": limits.as_rows(terms),
        "incidents": list(restriction.incidents.order_by("happened_on", "pk")),
        "dates": shared.rows_of(shared.dates_of([restriction]).get(restriction.reference, {}).values()),
        "reviews": found,
        "always": restriction.case.policy.always_accept,
        "over": restriction.state == State.IN_FORCE and not restriction.is_in_force(on),
        "registers": rules.registers_for(restriction),
        "successor": getattr(restriction, "followed_by", None),
        "breaches": breaches.section(request.user, restriction),
        "spoc": contacts.section(request.user, restriction),
        "possible": possible(request.user, restriction, found, on),
        "ended": _ended(restriction),
    }
    if context["breaches"]["waits"] and not context["breaches"]["why_not"]:
        first = {"words": "Decide what follows a breach", "url": reverse("restrictions:breaches", args=[ref])}
        context["possible"].insert(0, first)
    context |= consulting.standing(restriction, acts.impose(restriction), request.user)
    return render(request, "restrictions/view.html", context)


def _ended(restriction: Restriction) -> str:
    """How and when it ceased, and by whom: one that is carried on has not ended, it goes on as another."""
    if restriction.ended_at is None:
        return ""
    on = dates.day(day_of(restriction.ended_at))
    if restriction.state in (State.EXTENDED, State.VARIED):
        return f"Carried on as another from {on}"
    last = imposing.last_act(restriction) if restriction.state == State.LIFTED else None
    return f"Ended on {on} by {last.by_name}" if last else f"Ended on {on}"


def possible(user: User, restriction: Restriction, found: list[Review], on: date) -> list[dict[str, str]]:
    """What can be done with a restriction: address, words, and why this reader may not ("" where they may)."""
    ref = restriction.reference
    begun = any(each.state == Review.State.BEGUN for each in found)
    if restriction.state in Restriction.PREPARING:
        refusal = why_not(permissions.check_can_withdraw, user, restriction)
        withdraw = _possible("Withdraw the proposal", "withdraw", ref, refusal)
        if restriction.state != State.PROPOSED:
            return [withdraw]
        return [_possible("Decide this proposal", "decide", ref, acts.impose(restriction).why_not(user)), withdraw]
    offered = []
    waits = restriction.state == State.LAPSED and reviews.due(restriction)
    if restriction.state == State.IN_FORCE or waits or begun:
        words = "Go on with the review" if begun else "Review this restriction"
        refusal = why_not(permissions.check_can_begin_review, user, restriction)
        offered.append(_possible(words, "review", ref, refusal))
    if restriction.is_in_force(on):
        offered.append(_possible("Lift it early", "lift", ref, acts.lift(restriction).why_not(user)))
    if restriction.is_in_force(on) and reviews.can_be_asked(restriction.case.policy) and not begun:
        words = "Record that the resident asks for it to be reconsidered"
        refusal = why_not(permissions.check_can_record_request, user, restriction)
        offered.append(_possible(words, "request_reconsideration", ref, refusal))
    if reviews.waivable(restriction, on) and not begun:
        words = "Decide that it is not reviewed before its last day"
        offered.append(_possible(words, "waive", ref, acts.waive(restriction).why_not(user)))
    return offered


def _possible(words: str, page: str, ref: str, refusal: str) -> dict[str, str]:
    return {"words": words, "url": reverse(f"restrictions:{page}", args=[ref]), "why_not": refusal}
