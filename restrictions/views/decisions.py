"""Deciding a proposal, one at a time; lifting early. Check first, then one POST, then a page of its own."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_fsm import TransitionNotAllowed

from cases import ladder
from cases.deciders import Deciders
from cases.views import consulting
from design import dates
from design.components import Task
from design.dates import day_of
from design.forms import for_page
from letters import services as letters
from people import access
from people.access import SignedInRequest, why_not
from people.models import Need, User
from restrictions import forms, permissions, services
from restrictions.models import Restriction
from restrictions.services import telling
from restrictions.services import terms as limits
from restrictions.services.asked import kind_steps, lift_questions, questions, questions_lost, steps
from restrictions.views import shared, together
from restrictions.views.proposals import summary

State = Restriction.State
page = require_http_methods(["GET", "HEAD", "POST"])


@page
def decide(request: SignedInRequest, ref: str) -> HttpResponse:
    """One proposal, read downwards and decided. Nothing is imposed before it has been checked on a page of its own."""
    restriction = shared.find(request, ref)
    if restriction.state != State.PROPOSED:
        return _decided_already(request, restriction)
    refusal = why_not(permissions.check_can_decide, request.user, restriction)
    terms = limits.of(restriction)
    found = together.standing(restriction, request.user)
    form = for_page(
        forms.Decide, request, restriction=restriction, terms=terms,
        questions=bool(questions(restriction.case.policy)), together=found["body"].together,
        take_part=_may_take_part(restriction, request.user) if found["body"].meets else None,
    )  # fmt: skip
    if request.method == "POST":
        permissions.check_can_decide(request.user, restriction)
        if found["spoken"]:
            return redirect("restrictions:agreed", ref)
    if form.is_bound and form.is_valid() and "again" not in request.POST:
        with form.rules():
            return _act_on(request, restriction, form)
    return render(request, "restrictions/decide.html", _context(request, restriction, form, refusal) | found)


def _act_on(request: SignedInRequest, restriction: Restriction, form: forms.Decide) -> HttpResponse:
    """Return it, show the check page, or, once that was confirmed, impose it."""
    typed, now = form.cleaned_data, timezone.now()
    if typed["decision"] == form.RETURN:
        return _first(request, restriction, lambda: services.send_back(
            restriction.pk, by=request.user, at=now, reasons=typed["reasons"],
        ), "restrictions:returned")  # fmt: skip
    changes = _changes(form)
    if "confirmed" in request.POST:
        return _first(request, restriction, lambda: services.impose(
            restriction.pk, by=request.user, at=now, reasons=typed["reasons"], considered=typed["considered"],
            not_done=typed["not_done"], changes=changes, meeting=form.meeting(),
        ), "restrictions:imposed")  # fmt: skip
    services.check_decision(restriction, changes, meeting=form.meeting(), by=request.user, at=now)
    return _check(request, restriction, form, changes)


def _may_take_part(restriction: Restriction, reader: User) -> list[User]:
    """Those who may be in the meeting beside the reader, who writes it down."""
    barred = permissions.barred_from_deciding(restriction)
    return others(restriction, permissions.body(restriction), barred, reader)


def _take_part(restriction: Restriction, body: Deciders, barred: set[int], reader: User) -> list[User] | None:
    """Those who may be in the meeting that decides beside the reader; None where no meeting does."""
    return others(restriction, body, barred, reader) if body.meets else None


def others(restriction: Restriction, body: Deciders, barred: set[int], reader: User) -> list[User]:
    """Everybody but the reader who may be one of those who decide."""
    keys, out = body.keys(restriction.case.provider), {*barred, reader.pk}
    return [user for user in access.holders(restriction.case.provider, keys) if user.pk not in out]


def _changes(form: forms.Decide) -> services.Changes | None:
    if form.cleaned_data["decision"] != form.CHANGED:
        return None
    return services.Changes(months=form.cleaned_data["months"], terms=form.new_terms(), instructions=form.orders())


def _first(request: SignedInRequest, restriction: Restriction, act: Any, done: str) -> HttpResponse:
    """Do it, unless somebody was first: one's own second click leads to the same page, another's deed to 409.

    What still waits for others leads to the page that says for whom.
    """
    try:
        if act().state == State.PROPOSED:
            done = "restrictions:agreed"
    except TransitionNotAllowed:
        return _decided_already(request, shared.find(request, restriction.reference))
    return redirect(done, restriction.reference)


def _decided_already(request: SignedInRequest, restriction: Restriction) -> HttpResponse:
    """One's own decision: its confirmation. Somebody else's: who did what, when."""
    back = reverse("restrictions:view", args=[restriction.reference])
    if restriction.decided_by_id == request.user.pk and restriction.state == State.IN_FORCE:
        return redirect("restrictions:imposed", restriction.reference)
    if restriction.decided_by and restriction.decided_at:
        why = (
            f"{restriction.decided_by.name} imposed {restriction.reference} on {dates.moment(restriction.decided_at)}."
        )
        return shared.too_late(request, why, back)
    last = services.last_act(restriction)
    if last and last.verb == "restriction.returned" and last.by_ref == request.user.reference:
        return redirect("restrictions:returned", restriction.reference)
    if last:
        did = {"restriction.returned": "returned", "restriction.withdrawn": "withdrew"}.get(last.verb, "changed")
        return shared.too_late(
            request, f"{last.by_name} {did} {restriction.reference} on {dates.moment(last.at)}.", back
        )
    return shared.too_late(request, f"{restriction.reference} is “{restriction.get_state_display()}”.", back)


def _context(request: SignedInRequest, restriction: Restriction, form: forms.Decide, refusal: str) -> dict[str, Any]:
    case = restriction.case
    queue = shared.waiting(request.user)
    position = queue.index(restriction.reference) + 1 if restriction.reference in queue else 0
    gates = ladder.gates_for_restriction(case, steps=kind_steps(restriction))
    return shared.step(
        restriction,
        form=form,
        refusal=refusal,
        position=position,
        waiting=len(queue),
        gates=[Task(gate.text, gate.state, hint=gate.cited) for gate in gates],
        adjustments=Need.objects.visible_to(request.user)
        .standing()
        .filter(resident=case.resident, kind=Need.Kind.ADJUSTMENT),
        lacking=services.missing(restriction),
        questions_lost=questions_lost(case.policy, *steps(case.policy)),
        **summary(restriction),
    )


def _check(
    request: SignedInRequest, restriction: Restriction, form: forms.Decide, changes: services.Changes | None
) -> HttpResponse:
    """“Check before you impose”: the letter as it would go out, the summary, and what happens, in order."""
    today = day_of(timezone.now())
    changes = changes or services.Changes()
    made = telling.plan(
        restriction,
        on=today,
        reasons=form.cleaned_data["reasons"],
        months=changes.months,
        terms=changes.terms,
        instructions=changes.instructions,
    )
    found = together.standing(restriction, request.user)
    letter = letters.preview("restriction", restriction, telling.letter_facts(made), on=today, by=request.user)
    back = reverse("restrictions:decide", args=[restriction.reference])
    context = shared.step(
        restriction,
        back,
        made=made,
        arrangement=limits.arrangement(made.terms),
        letter=letter,
        typed=_typed(request),
        considered=form.cleaned_data["considered"],
        not_done=form.cleaned_data["not_done"],
        **shared.registers(restriction, made.terms),
        changed=form.cleaned_data["decision"] == form.CHANGED,
        still_waits_for=found["still_waits_for"],
        body=found["body"],
    )
    return render(request, "restrictions/check_decision.html", context)


def _typed(request: SignedInRequest) -> list[tuple[str, str]]:
    """What was typed, to be carried through the check page."""
    left_out = {"csrfmiddlewaretoken", "typist", "confirmed", "again"}
    return [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]


@require_safe
def imposed(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation: reference, what happened, the next dates, and the next proposal."""
    restriction = shared.find(request, ref)
    if restriction.state == State.PROPOSED:
        return redirect("restrictions:agreed", ref)
    if restriction.decided_at is None or restriction.state != State.IN_FORCE:
        return redirect("restrictions:view", ref)
    context = shared.step(
        restriction,
        dates=shared.rows_of(shared.dates_of([restriction]).get(ref, {}).values()),
        queue=shared.waiting(request.user),
        **shared.registers(restriction),
    )
    return render(request, "restrictions/imposed.html", context)


@require_safe
def returned(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation that it went back to its proposer."""
    restriction = shared.find(request, ref)
    if restriction.state != State.RETURNED:
        return redirect("restrictions:view", ref)
    return render(request, "restrictions/returned.html", shared.step(restriction, queue=shared.waiting(request.user)))


@page
def lift(request: SignedInRequest, ref: str) -> HttpResponse:
    """Lift early: why, check, one POST, confirmation."""
    restriction = shared.find(request, ref)
    permissions.check_can_lift(request.user, restriction)
    if restriction.state == State.LIFTED:
        return _lifted_already(request, restriction)
    today = day_of(timezone.now())
    policy, body = restriction.case.policy, permissions.lifters(restriction)
    asks = lift_questions(policy)
    found = consulting.together(body, restriction.trail.about, restriction.case, request.user)
    own = ("Why is it lifted?", "why it is lifted", "The resident reads this.")
    theirs = ("Your reasons", "your reasons", "The resident reads the reasons of whoever agrees last, in the letter.")
    label, called, hint = theirs if found["voices"] else own
    form = for_page(
        forms.Reason, request, label=label, called=called, hint=hint, questions=asks,
        others=_take_part(restriction, body, permissions.barred_from_lifting(restriction), request.user),
        agree="Agree to lift it" if found["voices"] else "",
    )  # fmt: skip
    if request.method == "POST" and found["spoken"]:
        return redirect("restrictions:view", ref)
    if form.is_bound and form.is_valid() and "again" not in request.POST:
        with form.rules():
            if forms.does_not_agree(form):
                services.disagree_to_lift(
                    restriction.pk, by=request.user, at=timezone.now(), reasons=form.cleaned_data["reason"]
                )
                messages.success(request, "It is recorded that you do not agree. The restriction stands.")
                return redirect("restrictions:view", ref)
            if "confirmed" in request.POST:
                return _lift(request, restriction, form)
            services.check_lift(
                restriction, meeting=form.meeting(), by=request.user, at=timezone.now(), considered=form.weighed()
            )
            facts = services.lifted_facts(restriction, on=today, reason=form.cleaned_data["reason"])
            letter = letters.preview("restriction_lifted", restriction, facts, on=today, by=request.user)
            context = shared.step(
                restriction,
                reverse("restrictions:lift", args=[ref]),
                typed=_typed(request),
                letter=letter,
                reason=form.cleaned_data["reason"],
                considered=form.weighed(),
                today=today,
                still_waits_for=found["still_waits_for"],
            )
            return render(request, "restrictions/check_lift.html", context)
    asked_first = together.consultation(restriction, body, request.user)
    context = shared.step(
        restriction, form=form, consultation=asked_first, questions=asks,
        questions_lost=questions_lost(policy, "lift", *policy.steps_into("review")), **found,
    )  # fmt: skip
    return render(request, "restrictions/lift.html", context)


def _lift(request: SignedInRequest, restriction: Restriction, form: forms.Reason) -> HttpResponse:
    reason, meeting = form.cleaned_data["reason"], form.meeting()
    try:
        now = services.lift(
            restriction.pk, by=request.user, at=timezone.now(), reason=reason, considered=form.weighed(),
            meeting=meeting,
        )  # fmt: skip
    except TransitionNotAllowed as refusal:
        now = shared.find(request, restriction.reference)
        if now.state == State.LIFTED:
            return _lifted_already(request, now)
        why = str(refusal) or f"{now.reference} is “{now.get_state_display()}”."
        return shared.too_late(request, why, reverse("restrictions:view", args=[now.reference]))
    if now.state != State.LIFTED:
        messages.success(request, "Your decision is recorded. It waits for the others.")
        return redirect("restrictions:view", restriction.reference)
    return redirect("restrictions:lifted", restriction.reference)


def _lifted_already(request: SignedInRequest, restriction: Restriction) -> HttpResponse:
    last = services.last_act(restriction)
    if last and last.by_ref == request.user.reference:
        return redirect("restrictions:lifted", restriction.reference)
    who = f"{last.by_name} lifted {restriction.reference} on {dates.moment(last.at)}." if last else "It was lifted."
    return shared.too_late(request, who, reverse("restrictions:view", args=[restriction.reference]))


@require_safe
def lifted(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation that it is over."""
    restriction = shared.find(request, ref)
    if restriction.state != State.LIFTED:
        return redirect("restrictions:view", ref)
    return render(request, "restrictions/lifted.html", shared.step(restriction))
