"""Reviewing: begin, hear the resident, decide; check, one POST, confirmation."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_fsm import TransitionNotAllowed

import design.forms
from cases import ladder
from cases.forms.police import police_of
from decisions import forms as asking
from decisions import views as decisions
from decisions.acts import Act
from design import dates
from design.dates import day_of
from design.pages import Check, Page
from letters import services as letters
from people.access import SignedInRequest, why_not
from people.models import Need, User
from restrictions import acts, limits, permissions, rules, shown
from restrictions.forms.deciding import Agree
from restrictions.forms.reviewing import Account, DecideReview
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review, Term
from restrictions.services import deciding_reviews, planning_reviews, reviews
from restrictions.services.planning_reviews import Conclusion
from restrictions.views import consulting, shared

State, Outcome = Restriction.State, Review.Outcome


def _begun(restriction: Restriction) -> Review | None:
    found = restriction.reviews.select_related("begun_by", "decided_by").filter(state=Review.State.BEGUN).first()
    if found:
        found.restriction = restriction
    return found


def review(request: SignedInRequest, ref: str) -> HttpResponse:
    """The review of a restriction: what was imposed and why, what has happened since, needs, the resident's account."""
    restriction = shared.find(request, ref)
    begun = _begun(restriction)
    if begun is None:
        return _begin(request, restriction)
    page, act = shared.page(request, restriction, begun), acts.review(begun)
    found = decisions.together(act, request.user)
    if page.posted:
        act.check(request.user)
        if found["spoken"]:
            return redirect("restrictions:view", ref)
    since = reviews.incidents_since(restriction)
    form = _form(request, page, begun, act)

    def check() -> Check | None:
        if asking.does_not_agree(form):
            return None
        conclusion = _conclusion(form, act.put)
        one = conclusion.act(begun)
        made = planning_reviews.plan(begun, one, form.said(), conclusion, by=request.user, at=page.at)
        letter = letters.preview(made.letter_kind, begun, made.letter, on=day_of(page.at), by=request.user)
        context = {
            "review": begun,
            "outcome": Outcome(conclusion.outcome),
            "said": form.said(),
            "conclusion": conclusion,
            "made": made,
            "letter": letter,
            "still_waits_for": decisions.together(one, request.user)["still_waits_for"],
        }
        return Check("restrictions/check_review.html", context, made.shown())

    def do(seen: str | None) -> str:
        back = reverse("restrictions:view", args=[ref])
        if asking.does_not_agree(form):
            deciding_reviews.disagree_on_review(begun.pk, by=request.user, at=page.at, reasons=form.said().reasons)
            messages.success(request, "It is recorded that you do not agree. The review goes on.")
            return back
        conclusion = _conclusion(form, act.put)
        decided = deciding_reviews.decide_review(
            begun.pk, form.said(), conclusion, by=request.user, at=page.at, seen=seen
        )
        if decided.state == Review.State.BEGUN:
            messages.success(request, "Your decision is recorded. It waits for the others.")
            return back
        return reverse("restrictions:reviewed", args=[begun.reference])

    return page.decide(
        form,
        shown=shown.review(begun, {each.reference: each.facts for each in since}),
        check=check,
        do=do,
        show=lambda: render(request, "restrictions/review.html", _context(request, begun, act, form) | found),
        late=lambda refusal: _decided_already(request, restriction),
    )


def _begin(request: SignedInRequest, restriction: Restriction) -> HttpResponse:
    """Begin it; a second press leads to the one that the first began."""
    page = shared.page(request, restriction)
    form = page.form(design.forms.Form)
    waits = reviews.due(restriction)

    def do(seen: str | None) -> str:
        reviews.begin_review(restriction.pk, by=request.user, at=page.at)
        return reverse("restrictions:review", args=[restriction.reference])

    def show() -> HttpResponse:
        act = acts.review_to_come(restriction)
        possible = restriction.state == State.IN_FORCE or (restriction.state == State.LAPSED and waits is not None)
        context = shared.step(
            restriction,
            form=form,
            waits=waits,
            explanation=waits.reckoning.explain() if waits and waits.reckoning else "",
            possible=possible,
            refusal=why_not(permissions.check_can_begin_review, request.user, restriction),
            decides=act,
            cannot_decide=act.why_not(request.user),
        )
        return render(request, "restrictions/begin_review.html", context)

    def late(refusal: TransitionNotAllowed) -> HttpResponse:
        if _begun(restriction) is not None:
            return redirect("restrictions:review", restriction.reference)
        return _decided_already(request, restriction)

    if page.posted:
        permissions.check_can_begin_review(request.user, restriction)
        if page.button not in ("", "do"):
            return _decided_already(request, restriction)
    return page.decide(form, do=do, show=show, late=late)


def _decided_already(request: SignedInRequest, restriction: Restriction) -> HttpResponse:
    last = restriction.reviews.select_related("decided_by").filter(state=Review.State.DECIDED).order_by("-pk").first()
    if last and last.decided_by_id == request.user.pk:
        return redirect("restrictions:reviewed", last.reference)
    back = reverse("restrictions:view", args=[restriction.reference])
    if last and last.decided_by and last.decided_at:
        why = (
            f"{last.decided_by.name} decided review {last.reference} on {dates.moment(last.decided_at)}: "
            f"{last.get_outcome_display().lower()}."
        )
        return shared.too_late(request, why, back)
    return shared.too_late(request, "No review has begun.", back)


def _is_late(review: Review, today: date) -> bool:
    """Whether a reason for lateness has to be asked: not where a day off explains it."""
    return bool(review.due_on and today > review.due_on)


def _form(request: SignedInRequest, page: Page, begun: Review, act: Act) -> DecideReview | Agree:
    """The form of the first who decides, or of those who agree to what the first has decided, or not."""
    restriction, today = begun.restriction, day_of(page.at)
    policy = restriction.case.policy
    police = ladder.police(policy, restriction.case, reviews.incidents_since(restriction))
    late = _is_late(begun, today)
    if act.put:
        lifts = act.put["outcome"] == Outcome.LIFT
        return page.form(Agree, act=act, policy=policy, late=late, police=police, binds=not lifts)
    by_request = begun.is_by_request(today)
    outcomes = reviews.possible_outcomes(restriction, reviews.due(restriction), today, by_request=by_request)
    strictest = Outcome.EXTEND if Outcome.EXTEND in outcomes else Outcome.LIFT
    return page.form(
        DecideReview,
        restriction=restriction,
        act=acts.review(begun, strictest),
        reader=request.user,
        outcomes=outcomes,
        by_request=by_request,
        late=late,
        over=not restriction.is_in_force(today),
        extension=_extension(restriction),
        police=police,
    )


def _extension(restriction: Restriction) -> str:
    """What the policy says of the length of an extension, for the hint beside it."""
    bound = restriction.case.policy.value("restriction.extension.maximum")
    if bound.said:
        return f"An extension lasts at most {bound.raw.length()}. {bound.rule.cite() if bound.rule else ''}"
    return (
        "The policy does not say how long an extension may last, "
        "nor whether it is bound as a first restriction is. You decide the length, and it is recorded as yours."
    )


def _conclusion(form: DecideReview | Agree, put: dict[str, Any]) -> Conclusion:
    """What the review is to come to: by the first who decides, or as the first has decided."""
    if isinstance(form, DecideReview):
        return form.conclusion()
    late = form.cleaned_data.get("late_reason", "")
    return Conclusion.of_put(put, late_reason=late, said=police_of(form))


def _lines(terms: Sequence[dict[str, Any]]) -> list[str]:
    """The limits that are put before the others, line by line."""
    put = [NewTerm(**term) for term in terms]
    people = User.objects.in_bulk([term.person_id for term in put if term.person_id])
    return [term.line(people.get(term.person_id or 0)) for term in put if term.limit != Term.Limit.OPEN]


def _context(request: SignedInRequest, begun: Review, act: Act, form: DecideReview | Agree) -> dict[str, Any]:
    restriction, user = begun.restriction, request.user
    case, on = restriction.case, timezone.localdate()
    policy = case.policy
    put = act.put
    return shared.step(
        restriction,
        review=begun,
        form=form,
        refusal=act.why_not(user),
        asked_first=consulting.asked_first(restriction, acts.review(begun, ""), user),
        terms=limits.as_rows(limits.of(restriction)),
        incidents=list(restriction.incidents.order_by("happened_on", "pk")),
        since=reviews.incidents_since(restriction),
        breaches=list(restriction.breaches.select_related("incident", "answer__decided_by", "answer__letter")),
        needs=Need.objects.visible_to(user).standing().filter(resident=case.resident).order_by("kind", "pk"),
        needs_changed=restriction.needs_version not in (None, case.resident.needs_version),
        dates=shared.rows_of(shared.dates_of([restriction]).get(restriction.reference, {}).values()),
        by_request=begun.is_by_request(on),
        conditions=policy.value("restriction.extension.if").kept,
        reconsidered_if=policy.value("reconsideration.if").kept,
        over=restriction.ends_on is not None and not restriction.is_in_force(on),
        put=put,
        put_outcome=Outcome(put["outcome"]).label if put else "",
        put_terms=_lines(put["terms"]) if put and put["terms"] else [],
        questions=act.asks,
        questions_lost=rules.questions_lost(policy, *policy.steps_into("review")),
    )


def account(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write down what the resident says, before it is decided on."""
    found = get_object_or_404(Review.objects.visible_to(request.user), reference=ref)
    restriction = shared.find_reviewed(request, found)
    permissions.check_can_record_account(request.user, found)
    back = reverse("restrictions:review", args=[restriction.reference])
    if found.state != Review.State.BEGUN:
        return shared.too_late(request, f"Review {found.reference} is decided already.", back)
    page = shared.page(request, restriction, found)

    def known() -> dict[str, Any]:
        found.refresh_from_db(fields=["residents_account"])
        return {"words": found.residents_account}

    def do(form: Account, seen: str) -> str:
        reviews.record_account(found.pk, by=request.user, at=page.at, words=form.cleaned_data["words"], seen=seen)
        messages.success(request, "What the resident says is saved.")
        return back

    def show(form: Account) -> HttpResponse:
        return render(request, "restrictions/account.html", shared.step(restriction, back, form=form, review=found))

    return page.edit(Account, known=known, do=do, show=show)


@require_safe
def reviewed(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation: what was decided, what happened, the next dates."""
    rows = Review.objects.visible_to(request.user).select_related("decided_by", "letter")
    found = get_object_or_404(rows, reference=ref)
    restriction = shared.find_reviewed(request, found)
    if found.state != Review.State.DECIDED:
        return redirect("restrictions:review", restriction.reference)
    stands = getattr(restriction, "followed_by", None) or restriction
    context = shared.step(
        restriction,
        review=found,
        stands=stands,
        dates=shared.rows_of(
            each for each in shared.dates_of([stands]).get(stands.reference, {}).values() if each.state == "open"
        ),
    )
    return render(request, "restrictions/reviewed.html", context)
