"""Preparing a proposal: the task list, the check, the confirmation; and dropping it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

import design.forms
from cases import ladder
from design.components import Task
from design.dates import day_of
from people.access import SignedInRequest
from restrictions import acts, dates, limits, permissions, rules, shown
from restrictions.dates import Changes
from restrictions.forms.deciding import Reason
from restrictions.models import Restriction
from restrictions.services import proposing
from restrictions.services.parts import whole
from restrictions.services.parts.part import Missing, NotReady
from restrictions.views import consulting, shared
from restrictions.views.parts import mine, stale

State = Restriction.State


@require_safe
def proposal(request: SignedInRequest, ref: str) -> HttpResponse:
    """The task list: every part in any order, what is done, what each lacks and under which rule."""
    restriction = mine(request, ref)
    if too_late := stale(request, restriction):
        return too_late
    lacking = whole.missing(restriction)
    back = reverse("restrictions:of_case", args=[restriction.case.reference])
    context = shared.step(
        restriction,
        back,
        tasks=tasks(restriction, lacking),
        lacking=lacking,
        questions=_to_answer(restriction),
        asked_first=consulting.asked_first(restriction, acts.impose(restriction), request.user),
    )
    return render(request, "restrictions/proposal.html", context)


def _to_answer(restriction: Restriction) -> list[Task]:
    """What the policy asks before a restriction of these kinds, and that is answered on the case file."""
    case = restriction.case
    return [
        Task(gate.text, gate.state, hint=gate.cited, url=reverse(gate.url_name, args=gate.where(case)))
        for gate in ladder.gates_for_restriction(case, steps=rules.kind_steps(restriction))
        if gate.asks
    ]


PAGES = {
    "evidence": "restrictions:evidence",
    "risk": "restrictions:risk",
    "needs": "restrictions:needs",
    "terms": "restrictions:terms",
    "length": "restrictions:length",
    "review": "restrictions:when_reviewed",
    "less": "restrictions:less",
}


def tasks(restriction: Restriction, lacking: list[Missing]) -> list[Task]:
    """One row a part; its hint says what is still missing, with the rule as text."""
    rows = []
    for part, title in ((each.key, each.title) for each in whole.PARTS.values()):
        if part == "review":
            rows += _when_reviewed(restriction, title)
            continue
        missing = [one for one in lacking if one.part == part]
        hint = " ".join(_lacks(one) for one in missing)
        status = "Missing" if missing else "Done"
        if part == "risk" and not missing and restriction.risk_assessment_id is None:
            status = "Not required"
        rows.append(Task(title, status, url=reverse(PAGES[part], args=[restriction.reference]), hint=hint))
    check = reverse("restrictions:check", args=[restriction.reference])
    ready = not lacking
    why = "" if ready else "When every part is done"
    rows.append(
        Task("Check and propose", "Not started" if ready else "Cannot start yet", check if ready else "", why=why)
    )
    return rows


def _lacks(one: Missing) -> str:
    """What is missing as a sentence, with its rule as text."""
    sentence = one.message if one.message.endswith("?") else f"{one.message.rstrip('.')}."
    return f"{sentence} {one.rule.cite()}." if one.rule else sentence


def _when_reviewed(restriction: Restriction, title: str) -> list[Task]:
    """The row of the review, where the policy leaves its time to the case; it may be left as it is."""
    if not rules.review_left_to_the_case(restriction.case.policy):
        return []
    url = reverse(PAGES["review"], args=[restriction.reference])
    if restriction.no_review_reason:
        return [Task(title, "Done", url=url, hint="No review before its last day.")]
    if restriction.review_months:
        return [Task(title, "Done", url=url, hint=f"After {restriction.review_months} months.")]
    return [Task(title, "Not required", url=url, hint="The policy leaves its time to each case. You may set it.")]


def check(request: SignedInRequest, ref: str) -> HttpResponse:
    """Check and propose: everything on one page, what happens next, one button."""
    restriction = mine(request, ref)
    if restriction.state == State.PROPOSED:
        return redirect("restrictions:proposed", ref)
    if too_late := stale(request, restriction):
        return too_late
    if whole.missing(restriction) and request.method != "POST":
        return redirect("restrictions:proposal", ref)
    page = shared.page(request, restriction)
    form = page.form(design.forms.Form)

    def do(seen: str | None) -> str:
        try:
            proposing.propose(restriction.pk, by=request.user, at=page.at, seen=seen)
        except NotReady as refusal:
            for one in refusal.missing:
                messages.error(request, str(one))
            return reverse("restrictions:proposal", args=[ref])
        return reverse("restrictions:proposed", args=[ref])

    def show() -> HttpResponse:
        if whole.missing(restriction):
            return redirect("restrictions:proposal", ref)
        made = dates.plan(restriction, Changes(), on=day_of(page.at), reasons=restriction.reasons)
        context = shared.step(
            restriction,
            reverse("restrictions:proposal", args=[ref]),
            **summary(restriction),
            form=form,
            made=made,
            deciders=acts.impose(restriction),
        )
        return render(request, "restrictions/check_proposal.html", context)

    return page.decide(form, shown=shown.proposal(restriction), do=do, show=show)


def summary(restriction: Restriction) -> dict[str, Any]:
    """What a proposal says, for the pages on which it is checked and decided."""
    policy = restriction.case.policy
    terms_now = limits.of(restriction)
    return {
        "police": ladder.police(policy, restriction.case, restriction.incidents.all(), restriction.path),
        "path": next((path for path in policy.paths if path.key == restriction.path), None),
        "takes_path": acts.takes_path(restriction),
        "leaves_police_out": acts.leaves_police_out(restriction),
        "not_alone": acts.not_alone_without_police(policy),
        "kinds": [rules.kind_words(kind) for kind in restriction.of_kinds()],
        "incidents": list(restriction.incidents.order_by("happened_on", "pk")),
        "terms": limits.as_rows(terms_now),
        "arrangement": limits.arrangement(terms_now),
        "always": policy.always_accept,
        **shared.registers(restriction),
        "questions": rules.questions(policy),
        "length_rule": policy.length_bounds()[2],
    }


@require_safe
def proposed(request: SignedInRequest, ref: str) -> HttpResponse:
    """The confirmation that it waits for a decider."""
    restriction = shared.find(request, ref)
    if restriction.state != State.PROPOSED:
        return redirect("restrictions:view", ref)
    context = shared.step(restriction, deciders=acts.impose(restriction))
    return render(request, "restrictions/proposed.html", context)


def withdraw(request: SignedInRequest, ref: str) -> HttpResponse:
    """Drop a proposal, with the reason."""
    restriction = shared.find(request, ref)
    permissions.check_can_withdraw(request.user, restriction)
    if restriction.state not in Restriction.PREPARING:
        return redirect("restrictions:view", ref)
    page = shared.page(request, restriction)
    form = page.form(
        Reason,
        label="Why is it withdrawn?",
        called="why it is withdrawn",
        hint="It stays on the file as something that was considered and not done.",
    )

    def do(seen: str | None) -> str:
        proposing.withdraw(restriction.pk, by=request.user, at=page.at, reason=form.said().reasons)
        messages.success(request, f"{restriction.reference} was withdrawn.")
        return reverse("restrictions:of_case", args=[restriction.case.reference])

    back = reverse("restrictions:view", args=[ref])
    context = shared.step(restriction, back, form=form)
    return page.decide(form, do=do, show=lambda: render(request, "restrictions/withdraw.html", context))
