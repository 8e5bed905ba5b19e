"""Deciding a proposal, one at a time: check first, then one POST, then a page of its own."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cases import ladder
from decisions.acts import Act
from decisions.services import Said
from design import dates
from design.components import Task
from design.pages import Check
from letters import services as letters
from people.access import SignedInRequest
from people.models import Need
from restrictions import acts, facts, limits, rules, shown
from restrictions.dates import Changes, Plan
from restrictions.forms.deciding import Decide
from restrictions.models import Restriction
from restrictions.services import imposing, proposing
from restrictions.services.parts import whole
from restrictions.views import consulting, shared
from restrictions.views.proposing import summary

State = Restriction.State


def decide(request: SignedInRequest, ref: str) -> HttpResponse:
    """One proposal, read downwards and decided. Nothing is imposed before it has been checked on a page of its own."""
    restriction = shared.find(request, ref)
    if restriction.state != State.PROPOSED:
        return _decided_already(request, restriction)
    page, act = shared.page(request, restriction), acts.impose(restriction)
    found = consulting.standing(restriction, act, request.user)
    form = page.form(Decide, restriction=restriction, act=act, reader=request.user)
    if page.posted:
        act.check(request.user)
        if found["spoken"]:
            return redirect("restrictions:agreed", ref)

    def check() -> Check | None:
        if form.cleaned_data["decision"] == form.RETURN:
            return None
        made = imposing.plan(restriction, act, form.said(), changes=form.changes(), by=request.user, at=page.at)
        context = _check_context(request, made, form) | {"still_waits_for": found["still_waits_for"]}
        return Check("restrictions/check_decision.html", context, shown.imposing(made))

    def do(seen: str | None) -> str:
        said: Said = form.said()
        if form.cleaned_data["decision"] == form.RETURN:
            proposing.send_back(restriction.pk, said, by=request.user, at=page.at, seen=seen)
            return reverse("restrictions:returned", args=[ref])
        changes: Changes = form.changes()
        now = imposing.impose(restriction.pk, said, changes=changes, by=request.user, at=page.at, seen=seen)
        return reverse("restrictions:agreed" if now.state == State.PROPOSED else "restrictions:imposed", args=[ref])

    return page.decide(
        form,
        shown=shown.proposal(restriction),
        check=check,
        do=do,
        show=lambda: render(request, "restrictions/decide.html", _context(request, restriction, act, form) | found),
        late=lambda refusal: _decided_already(request, shared.find(request, ref)),
    )


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
    last = imposing.last_act(restriction)
    if last and last.verb == "restriction.returned" and last.by_ref == request.user.reference:
        return redirect("restrictions:returned", restriction.reference)
    if last:
        did = {"restriction.returned": "returned", "restriction.withdrawn": "withdrew"}.get(last.verb, "changed")
        return shared.too_late(
            request, f"{last.by_name} {did} {restriction.reference} on {dates.moment(last.at)}.", back
        )
    return shared.too_late(request, f"{restriction.reference} is “{restriction.get_state_display()}”.", back)


def _context(request: SignedInRequest, restriction: Restriction, act: Act, form: Decide) -> dict[str, Any]:
    case = restriction.case
    queue = shared.waiting(request.user)
    position = queue.index(restriction.reference) + 1 if restriction.reference in queue else 0
    gates = ladder.gates_for_restriction(case, steps=rules.kind_steps(restriction))
    return shared.step(
        restriction,
        form=form,
        refusal=act.why_not(request.user),
        position=position,
        waiting=len(queue),
        gates=[Task(gate.text, gate.state, hint=gate.cited) for gate in gates],
        adjustments=Need.objects.visible_to(request.user)
        .standing()
        .filter(resident=case.resident, kind=Need.Kind.ADJUSTMENT),
        lacking=whole.missing(restriction),
        questions_lost=rules.questions_lost(case.policy, *rules.steps(case.policy)),
        **summary(restriction),
    )


def _check_context(request: SignedInRequest, made: Plan, form: Decide) -> dict[str, Any]:
    """“Check before you impose”: the letter as it would go out, the summary, and what happens, in order."""
    restriction = made.restriction
    letter = letters.preview("restriction", restriction, facts.imposed(made), on=made.dates.decided_on, by=request.user)
    return shared.step(
        restriction,
        reverse("restrictions:decide", args=[restriction.reference]),
        made=made,
        arrangement=limits.arrangement(made.terms),
        letter=letter,
        considered=form.cleaned_data["considered"],
        not_done=form.cleaned_data["not_done"],
        changed=form.cleaned_data["decision"] == form.CHANGED,
        **shared.registers(restriction, made.terms),
    )


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
