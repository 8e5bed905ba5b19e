"""Reviewing: begin, hear the resident, decide; check, one POST, confirmation."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_fsm import TransitionNotAllowed

from cases import ladder
from cases.forms.police import police_of
from cases.views import consulting
from design import dates
from design.dates import day_of
from design.forms import for_page
from people.access import SignedInRequest, why_not
from people.models import Need, User
from restrictions import forms, limits, permissions, services
from restrictions.models import Restriction, Review, Term
from restrictions.services import asked
from restrictions.services import review_decisions as deciding
from restrictions.services import reviews as service
from restrictions.views import shared, together
from restrictions.views.decisions import _take_part
from restrictions.views.decisions import _typed as typed_in

State, Outcome = Restriction.State, Review.Outcome
page = require_http_methods(["GET", "HEAD", "POST"])


def _begun(restriction: Restriction) -> Review | None:
    found = restriction.reviews.select_related("begun_by", "decided_by").filter(state=Review.State.BEGUN).first()
    if found:
        found.restriction = restriction
    return found


@page
def review(request: SignedInRequest, ref: str) -> HttpResponse:
    """The review of a restriction: what was imposed and why, what has happened since, needs, the resident's account."""
    restriction = shared.find(request, ref)
    begun = _begun(restriction)
    if begun is None:
        return _begin(request, restriction)
    today = day_of(timezone.now())
    refusal = why_not(permissions.check_can_decide_review, request.user, begun)
    put = deciding.what_is_put(begun)
    body = permissions.review_body(begun, put.get("outcome", ""))
    found = consulting.together(body, begun.trail.about, restriction.case, request.user)
    form: forms.DecideReview | forms.Agree = (
        _agree_form(request, restriction, begun, put, today) if put else _form(request, restriction, begun, today)
    )
    if request.method == "POST":
        permissions.check_can_decide_review(request.user, begun)
        if found["spoken"]:
            return redirect("restrictions:view", ref)
        if form.is_valid() and "again" not in request.POST:
            with form.rules():
                return _act_on(request, restriction, begun, form, put)
    shown = {"put": put, "put_outcome": Outcome(put["outcome"]).label if put else "", **found}
    shown["put_terms"] = _lines(put["terms"]) if put and put["terms"] else []
    context = (
        _context(request, restriction, begun, form, refusal)
        | shown
        | {
            "questions": asked.review_questions(restriction.case.policy),
            "questions_lost": asked.questions_lost(
                restriction.case.policy, *restriction.case.policy.steps_into("review")
            ),
        }
    )
    return render(request, "restrictions/review.html", context)


def _begin(request: SignedInRequest, restriction: Restriction) -> HttpResponse:
    """Begin it; a second press leads to the one that the first began."""
    if request.method == "POST" and "begin" in request.POST:
        try:
            services.begin_review(restriction.pk, by=request.user, at=timezone.now())
        except TransitionNotAllowed:
            if _begun(restriction) is None:
                raise
        return redirect("restrictions:review", restriction.reference)
    if request.method == "POST":
        return _decided_already(request, restriction)
    waits = service.due(restriction)
    possible = restriction.state == State.IN_FORCE or (restriction.state == State.LAPSED and waits is not None)
    context = shared.step(
        restriction,
        waits=waits,
        explanation=waits.reckoning.explain() if waits and waits.reckoning else "",
        possible=possible,
        refusal=why_not(permissions.check_can_begin_review, request.user, restriction),
        decides=permissions.reviewers(restriction.case.policy),
        cannot_decide=why_not(permissions.check_can_review, request.user, restriction),
    )
    return render(request, "restrictions/begin_review.html", context)


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


def _late(review: Review, restriction: Restriction, today: Any) -> bool:
    """Whether a reason for lateness has to be asked: not where a day off explains it."""
    return bool(review.due_on and today > review.due_on)


def _form(request: SignedInRequest, restriction: Restriction, begun: Review, today: Any) -> forms.DecideReview:
    policy = restriction.case.policy
    waits = service.due(restriction)
    bound = policy.value("restriction.extension.maximum")
    extension = (
        f"An extension lasts at most {bound.raw.length()}. {bound.rule.cite() if bound.rule else ''}"
        if bound.said
        else "The policy does not say how long an extension may last, "
        "nor whether it is bound as a first restriction is. You decide the length, and it is recorded as yours."
    )
    by_request = begun.is_by_request(today)
    outcomes = service.possible_outcomes(restriction, waits, today, by_request=by_request)
    strictest = Outcome.EXTEND if Outcome.EXTEND in outcomes else Outcome.LIFT
    body, barred = permissions.review_body(begun, strictest), permissions.barred_from_reviewing(restriction)
    return for_page(
        forms.DecideReview,
        request,
        restriction=restriction,
        terms=limits.of(restriction),
        outcomes=outcomes,
        by_request=by_request,
        others=_take_part(restriction, body, barred, request.user),
        late=_late(begun, restriction, today),
        over=not restriction.is_in_force(today),
        extension=extension,
        questions=asked.review_questions(policy),
        police=ladder.police(policy, restriction.case, service.incidents_since(restriction)),
    )


def _lines(terms: Sequence[services.NewTerm]) -> list[str]:
    """The limits that are put before the others, line by line."""
    people = User.objects.in_bulk([term.person_id for term in terms if term.person_id])
    return [term.line(people.get(term.person_id or 0)) for term in terms if term.limit != Term.Limit.OPEN]


def _agree_form(
    request: SignedInRequest, restriction: Restriction, begun: Review, put: dict[str, Any], today: date
) -> forms.Agree:
    """The form of those who agree to what the first of several has decided, or not."""
    policy, lifts = restriction.case.policy, put["outcome"] == Outcome.LIFT
    return for_page(
        forms.Agree, request, what="Agree to it", policy=policy, questions=asked.review_questions(policy),
        late=_late(begun, restriction, today), binds=not lifts,
        police=ladder.police(policy, restriction.case, service.incidents_since(restriction)),
    )  # fmt: skip


def _typed(form: forms.DecideReview | forms.Agree, put: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as the service takes it: by the first who decides, or on what the first has decided."""
    typed = form.cleaned_data
    own = {
        "reasons": typed["reasons"],
        "late_reason": typed.get("late_reason", ""),
        "considered": typed["considered"],
        "not_done": typed["not_done"],
        "said": police_of(form),
    }
    if not isinstance(form, forms.DecideReview):
        return put | own
    return own | {
        "outcome": typed["outcome"],
        "evidence": typed.get("evidence", ""),
        "months": form.months_chosen() if typed["outcome"] in (Outcome.EXTEND, Outcome.VARY) else None,
        "terms": form.new_terms(),
        "instructions": form.orders(),
        "meeting": form.meeting(),
    }


def _act_on(
    request: SignedInRequest,
    restriction: Restriction,
    begun: Review,
    form: forms.DecideReview | forms.Agree,
    put: dict[str, Any],
) -> HttpResponse:
    if forms.does_not_agree(form):
        services.disagree_on_review(begun.pk, by=request.user, at=timezone.now(), reasons=form.cleaned_data["reasons"])
        messages.success(request, "It is recorded that you do not agree. The review goes on.")
        return redirect("restrictions:view", restriction.reference)
    arguments = _typed(form, put)
    if "confirmed" in request.POST:
        try:
            decided = services.decide_review(begun.pk, by=request.user, at=timezone.now(), **arguments)
        except TransitionNotAllowed:
            return _decided_already(request, restriction)
        if decided.state == Review.State.BEGUN:
            messages.success(request, "Your decision is recorded. It waits for the others.")
            return redirect("restrictions:view", restriction.reference)
        return redirect("restrictions:reviewed", begun.reference)
    return _check(request, restriction, begun, arguments)


def _check(
    request: SignedInRequest, restriction: Restriction, begun: Review, arguments: dict[str, Any]
) -> HttpResponse:
    """“Check before you decide”: what is decided, which days follow, and what happens in order."""
    today = day_of(timezone.now())
    preview = services.preview_review(begun, on=today, at=timezone.now(), by=request.user, **arguments)
    context = shared.step(
        restriction,
        reverse("restrictions:review", args=[restriction.reference]),
        review=begun,
        typed=typed_in(request),
        outcome=Outcome(arguments["outcome"]),
        arguments=arguments,
        preview=preview,
        still_waits_for=consulting.together(
            permissions.review_body(begun, arguments["outcome"]), begun.trail.about, restriction.case,
            request.user,
        )["still_waits_for"],
    )  # fmt: skip
    return render(request, "restrictions/check_review.html", context)


def _context(
    request: SignedInRequest,
    restriction: Restriction,
    begun: Review,
    form: forms.DecideReview | forms.Agree,
    refusal: str,
) -> dict[str, Any]:
    case = restriction.case
    policy = case.policy
    return shared.step(
        restriction,
        review=begun,
        form=form,
        refusal=refusal,
        asked_first=together.of_review(begun, request.user),
        terms=limits.as_rows(limits.of(restriction)),
        incidents=list(restriction.incidents.order_by("happened_on", "pk")),
        since=service.incidents_since(restriction),
        breaches=list(restriction.breaches.select_related("incident", "answer__decided_by", "answer__letter")),
        needs=Need.objects.visible_to(request.user).standing().filter(resident=case.resident).order_by("kind", "pk"),
        needs_changed=restriction.needs_version not in (None, case.resident.needs_version),
        dates=shared.rows_of(shared.dates_of([restriction]).get(restriction.reference, {}).values()),
        decides=permissions.review_deciders(begun),
        by_request=begun.is_by_request(day_of(timezone.now())),
        conditions=policy.value("restriction.extension.if").kept,
        reconsidered_if=policy.value("reconsideration.if").kept,
        over=restriction.ends_on is not None and not restriction.is_in_force(day_of(timezone.now())),
    )


@page
def account(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write down what the resident says, before it is decided on."""
    found = get_object_or_404(Review.objects.visible_to(request.user), reference=ref)
    restriction = shared.find(request, found.restriction.reference)
    found.restriction = restriction
    permissions.check_can_record_account(request.user, found)
    back = reverse("restrictions:review", args=[restriction.reference])
    if found.state != Review.State.BEGUN:
        return shared.too_late(request, f"Review {found.reference} is decided already.", back)
    form = for_page(forms.Account, request, {"words": found.residents_account})
    if form.is_bound and form.is_valid():
        with form.rules():
            services.record_account(found.pk, by=request.user, at=timezone.now(), words=form.cleaned_data["words"])
            messages.success(request, "What the resident says is saved.")
            return redirect(back)
    context = shared.step(restriction, back, form=form, review=found)
    return render(request, "restrictions/account.html", context)


@require_safe
def reviewed(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation: what was decided, what happened, the next dates."""
    rows = Review.objects.visible_to(request.user).select_related("decided_by", "letter")
    found = get_object_or_404(rows, reference=ref)
    restriction = shared.find(request, found.restriction.reference)
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
