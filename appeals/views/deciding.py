"""Deciding an appeal, hearing a late one, and recording that it is withdrawn."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from appeals import forms, permissions, services
from appeals.against import Against
from appeals.models import Appeal
from appeals.services import deciding, effects, lodging, timing
from appeals.views.shared import CHANGE, DO, find, form_of, hidden, second, user_of
from audit.models import Event
from cases import wording
from cases.ladder import papers
from cases.models import Incident, Warning
from cases.services import quashing
from design import dates
from design.dates import day_of
from design.forms import for_page
from letters import services as letters
from people.models import Need, User
from restrictions import dates as days
from restrictions import limits
from restrictions.models import Restriction, Term

State = Appeal.State
LATE_IS_OPEN = "The policy does not say what becomes of a late appeal"
BUTTONS = {
    State.UPHELD: "Uphold the appeal",
    State.VARIED: "Vary the restriction",
    State.DISMISSED: "Dismiss the appeal",
    State.OUT_OF_TIME: "Refuse the appeal as late",
}


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """The file on the day of the decision, what has happened since, and the decision on the appeal."""
    appeal, context = find(request, ref)
    user, at = user_of(request), timezone.now()
    if not appeal.is_open:
        refusal = TransitionNotAllowed(lodging.already(appeal), object=appeal)
        return second(request, refusal, lambda other: other.decided_by_id == user.pk, "appeals:decided")
    permissions.check_can_decide(user, appeal)
    found: Against = context["against"]
    standing = effects.what_stands(found.limits) if found.limits else None
    form = _decide_form(request, appeal, found, standing)
    try:
        if request.method == "POST" and request.POST.get("act") != CHANGE and form.is_valid():
            with form.rules():
                if request.POST.get("act") == DO:
                    _settle(appeal, found, form, user, at)
                    return redirect("appeals:decided", appeal.reference)
                context |= _to_check(request, appeal, found, standing, form, at)
                return render(request, "appeals/check_decide.html", context)
    except TransitionNotAllowed as refusal:
        return second(request, refusal, lambda other: other.decided_by_id == user.pk, "appeals:decided")
    return render(request, "appeals/decide.html", context | {"form": form, **_file(found, standing)})


def _settle(appeal: Appeal, found: Against, form: forms.Decide, user: User, at: datetime) -> None:
    """Hand the decision to its service."""
    outcome, answer = form.cleaned_data["outcome"], form.answer()
    if outcome == State.VARIED and found.warning:
        services.correct(appeal.pk, by=user, at=at, answer=answer, **form.words())
    elif outcome == State.VARIED:
        services.vary(appeal.pk, by=user, at=at, answer=answer, **form.changes())
    else:
        acts = {State.UPHELD: services.uphold, State.DISMISSED: services.dismiss}
        acts.get(outcome, services.refuse_as_late)(appeal.pk, by=user, at=at, answer=answer)


def _to_check(
    request: HttpRequest,
    appeal: Appeal,
    found: Against,
    standing: Restriction | None,
    form: forms.Decide,
    at: datetime,
) -> dict[str, Any]:
    """What the check page shows: the answer, what will happen, and the letter as it would be sent today."""
    outcome, answer, on = form.cleaned_data["outcome"], form.answer(), day_of(at)
    deciding.check_answer(appeal, answer, outcome=outcome, at=at)
    terms: list[Term] | None = None
    ends_on, corrected = None, ""
    if outcome == State.VARIED and found.warning:
        corrected = _corrected(request, found, form, at)
    elif outcome == State.VARIED:
        assert standing is not None
        changes = form.changes()
        effects.check_change(standing, changes["terms"], changes["ends_on"], on=on)
        terms, ends_on = days.make_terms(standing, changes["terms"]), changes["ends_on"] or standing.ends_on
    facts = deciding.outcome_facts(appeal, outcome, answer, on=on, terms=terms, ends_on=ends_on)
    letter = letters.preview("appeal_outcome", appeal, facts, on=on, by=user_of(request))
    return {
        "outcome": forms.Decide.LABELS[State(outcome)],
        "outcome_key": str(outcome),
        "outcome_button": "Replace the letter" if corrected else BUTTONS[State(outcome)],
        "answer": answer,
        "terms": limits.arrangement(terms) if terms else [],
        "ends_on": ends_on,
        "standing": standing,
        "standing_in_force": bool(standing and standing.is_in_force(on)),
        "entered": bool(standing and effects.is_entered(standing)),
        "resting": effects.resting(found, on=on).named,
        "what_rests": Appeal.Rests(answer.what_rests).label if answer.what_rests else "",
        "letter": letter,
        "corrected": corrected,
        "hidden": hidden(request.POST),
    }


def _corrected(request: HttpRequest, found: Against, form: forms.Decide, at: datetime) -> str:
    """The letter that would take the place of the one appealed against."""
    assert found.warning is not None
    case, user = found.case, user_of(request)
    kind = papers.PAPERS[found.warning.kind].letter
    incidents = list(found.warning.incidents.order_by("happened_on", "pk"))
    appealable = timing.rules_for(found).final.raw is not True
    facts = quashing.corrected_facts(case, found.warning, incidents, on=at, appealable=appealable, **form.words())
    return letters.preview(kind, case, facts, on=day_of(at), by=user)


def _decide_form(request: HttpRequest, appeal: Appeal, found: Against, standing: Restriction | None) -> forms.Decide:
    today, rules = timezone.localdate(), timing.rules_for(found)
    late, due = deciding.answered_late(appeal, today), appeal.response.due
    cited = f" ({rules.response.rule.cite()}, {rules.response.rule.strength})" if rules.response.rule else ""
    own = {
        "standing": standing,
        "terms": limits.of(standing) if standing else [],
        "warned": found.warning.paper.facts if effects.can_be_corrected(found) and found.warning else None,
        "resting": effects.resting(found, on=today).named,
        "hints": effects.choices(appeal, found, on=today),
        "hearing": appeal.awaits_hearing,
        "doubt": appeal.doubt,
        "late_hint": f"It was to be answered by {dates.day(due)}{cited}." if late and due else "",
    }
    return form_of(request, forms.Decide, own)


def _file(found: Against, standing: Restriction | None) -> dict[str, Any]:
    """The file as the first decider had it, and what has come since."""
    case, then, at = found.case, _evidence(found), _decided_at(found)
    decided = found.limits
    since = case.incidents.filter(reported_at__gt=at).exclude(pk__in=[one.pk for one in then])
    needs = Need.objects.standing().filter(resident=case.resident, recorded_at__gt=at)
    changed = decided is not None and standing is not None and standing.pk != decided.pk
    return {
        "evidence": then,
        "risk": case.assessments.filter(kind="risk", made_at__lte=at).order_by("-made_at").first() if decided else None,
        "terms_then": limits.arrangement(limits.of(decided)) if decided else [],
        "terms_now": limits.arrangement(limits.of(standing)) if changed and standing else [],
        "standing": standing,
        "reasons_then": _reasons(found),
        "since": list(since.order_by("happened_on", "pk")),
        "needs_since": list(needs),
        "hearsay": Incident.Knowledge.HEARSAY,
    }


def _evidence(found: Against) -> list[Incident]:
    """The incidents on which the decision rested."""
    if found.limits:
        return list(found.limits.incidents.order_by("happened_on", "pk"))
    if found.warning and found.warning.kind == Warning.Kind.INITIAL:
        return [found.warning.incident] if found.warning.incident else []
    return list(found.warning.incidents.order_by("happened_on", "pk")) if found.warning else []


def _decided_at(found: Against) -> datetime:
    """The instant of the decision."""
    if found.restriction and found.restriction.decided_at:
        return found.restriction.decided_at
    if found.decision:
        return found.decision.event.at
    assert found.warning is not None
    if found.warning.letter and found.warning.letter.issued_at:
        return found.warning.letter.issued_at
    assert found.warning.incident is not None
    return found.warning.incident.reported_at


def _reasons(found: Against) -> str:
    """Why it was decided, as the trail keeps it; for a restriction its own page tells more."""
    events = Event.objects.for_case(found.case.reference).select_related("words")
    if found.decision:
        event = Event.objects.select_related("words").get(pk=found.decision.pk)
        return str(wording.body(event).get("reasons", ""))
    if found.warning and found.warning.letter:
        issued = events.filter(verb__in=("warning.issued", "warning.corrected"), facts__letter=found.key).last()
        return str(wording.body(issued).get("reasons", "")) if issued else ""
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
def hear(request: HttpRequest, ref: str) -> HttpResponse:
    """Decide that a late appeal is heard, and decide it later."""
    appeal, context = find(request, ref)
    user = user_of(request)
    permissions.check_can_decide(user, appeal)
    form = for_page(
        forms.Reason,
        request,
        name="reasons",
        label="Why is it heard?" if appeal.doubt else "Why is it heard although it came late?",
        called="why the appeal is heard" if appeal.doubt else "why the appeal is heard although it came late",
        hint=f"{appeal.doubt or LATE_IS_OPEN}; your reasons go on the trail.",
    )
    try:
        if request.method == "POST" and form.is_valid():
            with form.rules():
                services.accept_late(appeal.pk, by=user, at=timezone.now(), reasons=form.cleaned_data["reasons"])
                return redirect("appeals:view", appeal.reference)
        elif request.method != "POST" and not (appeal.is_open and appeal.awaits_hearing):
            return redirect("appeals:view", appeal.reference)
    except TransitionNotAllowed as refusal:
        return second(request, refusal, lambda other: other.late_accepted_by_id == user.pk, "appeals:view")
    return render(request, "appeals/hear.html", context | {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Record that the resident no longer wants the appeal."""
    appeal, context = find(request, ref)
    user = user_of(request)
    permissions.check_can_withdraw(user, appeal)
    form = for_page(
        forms.Reason,
        request,
        name="reason",
        label="How did the resident withdraw it, and when?",
        called="how the resident withdrew it, and when",
        hint="For example: by e-mail on 4 January, “I accept the decision”.",
    )
    try:
        if request.method == "POST" and form.is_valid():
            with form.rules():
                services.withdraw(appeal.pk, by=user, at=timezone.now(), reason=form.cleaned_data["reason"])
                return redirect("appeals:view", appeal.reference)
        elif request.method != "POST" and not appeal.is_open:
            return redirect("appeals:view", appeal.reference)
    except TransitionNotAllowed as refusal:
        return second(request, refusal, lambda other: other.state == State.WITHDRAWN, "appeals:view")
    return render(request, "appeals/withdraw.html", context | {"form": form})
