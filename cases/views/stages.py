"""The case's own decisions: settling what the policy leaves open, assessing, not acting, closing, reopening."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from audit import services as audit
from cases import acts, ladder, permissions
from cases.forms.judging import AnswerForm, EqualityForm, NotActingForm, ReasonsForm, RiskForm, ScopeForm
from cases.models import Assessment, Case
from cases.services import assessments, scope, stages
from cases.services.assessments import ASSESSED, Findings
from cases.views.frame import SignedInRequest, bar, find
from design import pages
from policies.provisions import Gate

MOST_ANSWERS = 10


def _step(
    request: SignedInRequest,
    case: Case,
    form_kind: Any,
    do: Callable[..., Any],
    *,
    done: str,
    shown: Mapping[str, Any],
    template: str = "cases/reasons.html",
    asked: dict[str, Any] | None = None,
    **context: Any,
) -> HttpResponse:
    """One form, one service call, back to the overview. `do` takes what was typed; by whom, when, having seen what."""
    frame = {**bar(case), "frame": "cases/step.html"}
    page = pages.Page(request, at=timezone.now(), context=frame, since=audit.since(case, case.resident))
    form = page.form(form_kind, **(asked or {}))
    context = {**bar(case), "form": form, "subject": case.reference, **context}

    def press(seen: str | None) -> str:
        do(form.cleaned_data, {"by": request.user, "at": page.at, "seen": seen})
        messages.success(request, done)
        return reverse("cases:overview", args=[case.reference])

    return page.decide(form, shown=shown, do=press, show=lambda: render(request, template, context))


def settle(request: SignedInRequest, ref: str) -> HttpResponse:
    """Decide, where the policy is silent, that the case goes on to a written warning."""
    case = find(request, ref)
    acts.settle(case).check(request.user)
    reached = ladder.written_reached(ladder.read(case))
    return _step(
        request,
        case,
        ReasonsForm,
        lambda kept, who: stages.settle_threshold(case.pk, reasons=kept["reasons"], **who),
        shown=reached.shown,
        done="It is decided that the case goes on to a written warning.",
        title="Decide whether it goes on to a warning letter",
        button="Decide that it goes on",
        lead=reached.sentence,
        hint="The policy is silent here, so the decision is yours and is recorded with your name. "
        "If it should not go on, "
        "record a decision not to act instead.",
    )


def settle_restriction(request: SignedInRequest, ref: str) -> HttpResponse:
    """Decide, where the policy is silent on what comes first, that a restriction may be proposed."""
    case = find(request, ref)
    acts.settle_restriction(case).check(request.user)
    reached = ladder.restriction_reached(ladder.read(case))
    return _step(
        request,
        case,
        ReasonsForm,
        lambda kept, who: stages.settle_restriction(case.pk, reasons=kept["reasons"], **who),
        shown=reached.shown,
        done="It is decided that a restriction may be proposed.",
        title="Decide whether it goes on to a restriction",
        button="Decide that it goes on",
        lead=reached.sentence,
        hint="A person decides here, so the decision is yours and is recorded with your name. It restricts nothing "
        "yet: a restriction is proposed, and somebody else decides. If it should not go on, record a decision not to "
        "act instead.",
    )


def gate(request: SignedInRequest, ref: str, key: str) -> HttpResponse:
    """Answer a question that the policy asks before a step."""
    case = find(request, ref)
    permissions.check_can_assess(request.user, case)
    asked = next((one for one in case.policy.gates if one.key == key and key not in ASSESSED), None)
    if asked is None:
        raise Http404("The policy does not ask this")
    answers = case.assessments.filter(kind=Assessment.Kind.QUESTION, gate=key).select_related("made_by")
    return _step(
        request,
        case,
        AnswerForm,
        lambda kept, who: assessments.answer_gate(case.pk, key, words=kept["words"], **who),
        shown=assessments.shown(case, Assessment.Kind.QUESTION, key),
        done="Your answer is recorded.",
        template="cases/gate.html",
        title=ladder.question(asked),
        button="Save your answer",
        gate=asked,
        lead=_lead(asked),
        answers=list(answers.order_by("-made_at", "-pk")[:MOST_ANSWERS]),
    )


def _lead(gate: Gate) -> str:
    """Whether the policy asks it or only offers it, and under which clause."""
    asked, offered = "The policy asks this before the next step", "The policy offers this, and does not ask for it"
    cited = f" ({gate.rule.in_brackets()})" if gate.rule else ""
    return f"{asked if gate.required else offered}{cited}.{' It weighs:' if gate.weighs else ''}"


def covers(request: SignedInRequest, ref: str) -> HttpResponse:
    """Judge whether the policy covers this person, or refer them on."""
    case = find(request, ref)
    permissions.check_can_assess(request.user, case)
    found = ladder.scope(case)
    if found.named:
        raise Http404("The policy covers this person")

    def judge(kept: dict[str, Any], who: dict[str, Any]) -> None:
        if kept.get("covered"):
            scope.judge_scope(case.pk, words=kept["reasons"], **who)
        else:
            scope.refer_on(case.pk, to=kept["to"], reasons=kept["reasons"], **who)

    return _step(
        request,
        case,
        ScopeForm,
        judge,
        shown=found.shown,
        done="Your judgement is recorded.",
        template="cases/scope.html",
        asked={"is_open": found.open},
        title="Does the policy cover this person?" if found.open else "Refer this person on",
        button="Save your judgement" if found.open else "Refer on and close the case",
        scope=found,
    )


def not_to_act(request: SignedInRequest, ref: str) -> HttpResponse:
    """Record what was considered and is not done."""
    case = find(request, ref)
    acts.not_to_act(case).check(request.user)
    rule = case.policy.rule("evidence.log")
    return _step(
        request,
        case,
        NotActingForm,
        lambda kept, who: stages.decide_not_to_act(case.pk, **kept, **who),
        shown=stages.shown(case),
        done="Your decision is recorded.",
        title="Record a decision not to act",
        button="Record the decision",
        hint=f"Actions that are not taken are kept as well as those that are ({rule.in_brackets()})." if rule else "",
    )


def close(request: SignedInRequest, ref: str) -> HttpResponse:
    """Close the case with a reason."""
    case = find(request, ref)
    acts.close(case).check(request.user)
    return _step(
        request,
        case,
        ReasonsForm,
        lambda kept, who: stages.close(case.pk, reason=kept["reasons"], **who),
        shown=stages.shown(case),
        done="The case is closed.",
        asked={"label": "Why is the case closed?", "called": "why the case is closed"},
        title="Close the case",
        button="Close the case",
        hint="A warning letter that was never issued is withdrawn. The file stays, and the case can be reopened.",
    )


def reopen(request: SignedInRequest, ref: str) -> HttpResponse:
    """Reopen the case with a reason."""
    case = find(request, ref)
    acts.reopen(case).check(request.user)
    return _step(
        request,
        case,
        ReasonsForm,
        lambda kept, who: stages.reopen(case.pk, reason=kept["reasons"], **who),
        shown=stages.shown(case),
        done="The case is open again, at its first stage.",
        asked={"label": "Why is the case reopened?", "called": "why the case is reopened"},
        title="Reopen the case",
        button="Reopen the case",
        hint="It begins again at the first stage: warnings from before count no more.",
    )


def _assess(request: SignedInRequest, ref: str, kind: str, form_kind: Any, **said: Any) -> HttpResponse:
    case = find(request, ref)
    permissions.check_can_assess(request.user, case)
    gate = next((one for one in case.policy.gates if one.key == f"{kind}_assessment"), None)
    latest = case.assessments.filter(kind=kind).select_related("made_by").order_by("-made_at", "-pk").first()
    return _step(
        request,
        case,
        form_kind,
        lambda kept, who: assessments.assess(case.pk, kind, Findings(**kept), **who),
        shown=assessments.shown(case, kind),
        template="cases/assess.html",
        gate=gate,
        cited=gate.rule.cite() if gate and gate.rule else "",
        latest=latest,
        needs=list(case.resident.needs.standing().order_by("kind", "pk")),
        **said,
    )


def risk(request: SignedInRequest, ref: str) -> HttpResponse:
    """Assess the risk."""
    return _assess(
        request, ref, Assessment.Kind.RISK, RiskForm, title="Assess the risk", button="Record the assessment",
        done="The risk assessment is recorded.",
    )  # fmt: skip


def equality(request: SignedInRequest, ref: str) -> HttpResponse:
    """Assess what a decision would mean for this person."""
    return _assess(
        request, ref, Assessment.Kind.EQUALITY, EqualityForm, title="Assess the effect on this person",
        button="Record the assessment", done="The equality impact assessment is recorded.",
    )  # fmt: skip
