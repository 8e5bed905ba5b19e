"""Appeals on the screen: lodge, read, hear a late one, decide, withdraw; each irreversible act after a check page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_fsm import TransitionNotAllowed

import cases.views
from appeals import against, forms, permissions, services
from appeals.against import Against
from appeals.models import Appeal
from appeals.services import deciding, effects, lodging, offers, timing
from audit.models import Event
from cases import wording
from cases.models import Case, Incident, Warning
from cases.services import quashing
from design import dates, drafts, refusals
from design.dates import day_of
from design.forms import F, for_page
from letters import services as letters
from people.access import why_not
from people.models import Need, User
from restrictions.models import Restriction, Term
from restrictions.services import telling
from restrictions.services import terms as limits

State = Appeal.State
# Which button was pressed on the check page: do it, or go back and change something.
DO, CHANGE = "do", "change"
BUTTONS = {
    State.UPHELD: "Uphold the appeal",
    State.VARIED: "Vary the decision",
    State.DISMISSED: "Dismiss the appeal",
    State.OUT_OF_TIME: "Refuse the appeal as late",
}


@require_safe
def of_case(request: HttpRequest, ref: str) -> HttpResponse:
    """The case file's tab: every appeal of the case, and the decisions that can be appealed."""
    case, context = cases.views.file(request, ref, "appeals")
    user = _user(request)
    appeals = list(Appeal.objects.filter(case=case).select_related("decided_by", *lodging.AGAINST).order_by("pk"))
    for appeal in appeals:
        appeal.case = case
    context |= {
        "appeals": [(one, against.of(one)) for one in reversed(appeals)],
        "offers": [] if why_not(permissions.check_can_lodge, user, case) else offers.offers(case, appeals),
        "covers": case.policy.value("appeal.covers"),
    }
    return render(request, "appeals/of_case.html", context)


@require_safe
def view(request: HttpRequest, ref: str) -> HttpResponse:
    """One appeal: what they say, whether it is in time, who decides by when, and how it ended."""
    appeal, context = _find(request, ref)
    user = _user(request)
    late = timezone.localdate() if appeal.is_open else day_of(appeal.decided_at) if appeal.decided_at else None
    context |= {
        "why_not_decide": why_not(permissions.check_can_decide, user, appeal),
        "why_not_withdraw": why_not(permissions.check_can_withdraw, user, appeal),
        "answer_late": bool(late and deciding.answered_late(appeal, late)),
        "next_step": deciding.next_step(context["against"]),
    }
    return render(request, "appeals/view.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def lodge(request: HttpRequest, ref: str, key: str) -> HttpResponse:
    """Record an appeal: what came; then a page that says whether it is in time, and why; then it is lodged."""
    case, context = cases.views.file(request, ref, "appeals")
    user, at = _user(request), timezone.now()
    permissions.check_can_lodge(user, case)
    found = _known(case, key)
    context |= {"against": found}
    form = _lodge_form(request, found)
    try:
        if request.method != "POST":
            offers.check_open_to_appeal(found)
            offers.check_not_final(found)
        elif form.is_valid():
            with form.rules():
                return _lodged_or_checked(request, found, form, context, user, at)
    except TransitionNotAllowed as refusal:
        return _second(request, refusal, lambda other: other.lodged_by_id == user.pk, "appeals:lodged")
    return render(request, "appeals/lodge.html", context | {"form": form})


def _lodged_or_checked(
    request: HttpRequest,
    found: Against,
    form: forms.Lodge,
    context: dict[str, Any],
    user: User,
    at: datetime,
) -> HttpResponse:
    typed = form.cleaned_data
    by_representative = typed["who"] == form.REPRESENTATIVE
    facts = {
        "made_by_name": typed["made_by_name"] if by_representative else found.case.resident.name,
        "words": typed["words"],
        "received_on": typed["received_on"],
        "made_on": typed["made_on"],
    }
    if request.POST.get("act") == DO:
        appeal = services.lodge(
            found.case.pk,
            found.key,
            by_representative=by_representative,
            how=typed["how"],
            grounds=typed.get("grounds", ""),
            by=user,
            at=at,
            **facts,
        )
        return redirect("appeals:lodged", appeal.reference)
    offers.check_open_to_appeal(found)
    lodging.check_lodging(found, at=at, **facts)
    context |= {
        "found": timing.timing(found, received_on=facts["received_on"], made_on=facts["made_on"]),
        "meanwhile": timing.meanwhile(found),
        "decider": permissions.decider_names(found),
        "who_can": permissions.who_can(found),
        "how": Appeal.How(typed["how"]).label,
        "way_named": _way_named(found, typed["how"]),
        "late": timing.rules_for(found).late,
        "typed": facts | {"by_representative": by_representative, "grounds": typed.get("grounds", "")},
        "hidden": _hidden(request.POST),
    }
    return render(request, "appeals/check_lodge.html", context)


@require_safe
def lodged(request: HttpRequest, ref: str) -> HttpResponse:
    """It is lodged: its reference, and what comes next."""
    appeal, context = _find(request, ref)
    return render(request, "appeals/lodged.html", context | {"decider": permissions.decider_names(context["against"])})


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """The file on the day of the decision, what has happened since, and the decision on the appeal."""
    appeal, context = _find(request, ref)
    user, at = _user(request), timezone.now()
    if not appeal.is_open:
        refusal = TransitionNotAllowed(lodging.already(appeal), object=appeal)
        return _second(request, refusal, lambda other: other.decided_by_id == user.pk, "appeals:decided")
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
        return _second(request, refusal, lambda other: other.decided_by_id == user.pk, "appeals:decided")
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
        terms, ends_on = telling.make_terms(standing, changes["terms"]), changes["ends_on"] or standing.ends_on
    facts = deciding.outcome_facts(appeal, outcome, answer, on=on, terms=terms, ends_on=ends_on)
    case = appeal.case
    letter = letters.preview(
        "appeal_outcome",
        to=case.resident,
        facts=facts,
        on=on,
        by=_user(request),
        about=lodging.about(appeal),
        policy_version=case.policy_version,
    )
    return {
        "outcome": forms.Decide.LABELS[State(outcome)],
        "outcome_key": str(outcome),
        "outcome_button": BUTTONS[State(outcome)],
        "answer": answer,
        "terms": limits.arrangement(terms) if terms else [],
        "ends_on": ends_on,
        "standing": standing,
        "standing_in_force": bool(standing and standing.is_in_force(on)),
        "resting": effects.resting(found, on=on).named,
        "what_rests": Appeal.Rests(answer.what_rests).label if answer.what_rests else "",
        "letter": letter,
        "corrected": corrected,
        "hidden": _hidden(request.POST),
    }


def _corrected(request: HttpRequest, found: Against, form: forms.Decide, at: datetime) -> str:
    """The letter that would take the place of the one appealed against."""
    assert found.warning is not None
    case, user = found.case, _user(request)
    incidents = list(found.warning.incidents.order_by("happened_on", "pk"))
    appealable = timing.rules_for(found).final.raw is not True
    facts = quashing.corrected_facts(case, found.warning, incidents, on=at, appealable=appealable, **form.words())
    return letters.preview(
        "warning", to=case.resident, facts=facts, on=day_of(at), by=user, policy_version=case.policy_version
    )


@require_safe
def decided(request: HttpRequest, ref: str) -> HttpResponse:
    """It is decided: what happened, and what comes next."""
    appeal, context = _find(request, ref)
    if appeal.decided_at is None:
        return redirect("appeals:view", appeal.reference)
    context |= {
        "effect": appeal.letter.facts["effect"] if appeal.letter else "",
        "next_step": deciding.next_step(context["against"]),
    }
    return render(request, "appeals/decided.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def hear(request: HttpRequest, ref: str) -> HttpResponse:
    """Decide that a late appeal is heard, and decide it later."""
    appeal, context = _find(request, ref)
    user = _user(request)
    permissions.check_can_decide(user, appeal)
    form = for_page(
        forms.Reason,
        request,
        name="reasons",
        label="Why is it heard although it came late?",
        called="why the appeal is heard although it came late",
        hint="The policy does not say what becomes of a late appeal; your reasons go on the trail.",
    )
    try:
        if request.method == "POST" and form.is_valid():
            with form.rules():
                services.accept_late(appeal.pk, by=user, at=timezone.now(), reasons=form.cleaned_data["reasons"])
                return redirect("appeals:view", appeal.reference)
        elif request.method != "POST" and not (appeal.is_open and appeal.awaits_hearing):
            return redirect("appeals:view", appeal.reference)
    except TransitionNotAllowed as refusal:
        return _second(request, refusal, lambda other: other.late_accepted_by_id == user.pk, "appeals:view")
    return render(request, "appeals/hear.html", context | {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Record that the resident no longer wants the appeal."""
    appeal, context = _find(request, ref)
    user = _user(request)
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
        return _second(request, refusal, lambda other: other.state == State.WITHDRAWN, "appeals:view")
    return render(request, "appeals/withdraw.html", context | {"form": form})


# Parts


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _find(request: HttpRequest, ref: str) -> tuple[Appeal, dict[str, Any]]:
    """The appeal of that reference, in the frame of its case; 404 where it is not the reader's."""
    related = (
        "case", "decided_by", "lodged_by", "late_accepted_by", "acknowledgement", "letter", "replaced_by",
        "corrected_by__letter", *lodging.AGAINST,
    )  # fmt: skip
    appeals = Appeal.objects.visible_to(_user(request)).select_related(*related)
    appeal = get_object_or_404(appeals, reference=ref)
    case, context = cases.views.file(request, appeal.case.reference, "appeals")
    appeal.case = case
    found = against.of(appeal)
    return appeal, context | {"appeal": appeal, "against": found, "restriction": found.limits}


def _known(case: Case, key: str) -> Against:
    """The decision of that reference; 404 where the case has none."""
    try:
        return against.find(case, key)
    except against.NoDecision as unknown:
        raise Http404 from unknown


def _lodge_form(request: HttpRequest, found: Against) -> forms.Lodge:
    rules = timing.rules_for(found)
    ways = [str(item).replace("email", "e-mail") for item in rules.how.kept]
    cited = f" ({rules.how.rule.cite()})" if rules.how.rule else ""
    named = f"The policy names {' or '.join(ways)}{cited}." if ways else "The policy does not say how."
    own = {
        "ways": f"{named} Another way may be needed as an adjustment, and is taken too.",
        "met_by_making": bool({"made", "sent"} & {item.word for item in rules.met_by.kept}),
        "grounds": _grounds(found),
        "people": list(found.case.resident.representatives.filter(ended_on__isnull=True)),
    }
    return _form(request, forms.Lodge, own)


def _grounds(found: Against) -> str:
    """The grounds to which the policy limits appeals, each with its clause; "" where it limits none."""
    named = timing.rules_for(found).grounds.kept
    return "; ".join(f"{item}{f' ({item.rule.in_brackets()})' if item.rule else ''}" for item in named)


def _way_named(found: Against, how: str) -> bool:
    """Whether the policy names this way of appealing, or says nothing of ways."""
    named = {item.word for item in timing.rules_for(found).how.kept}
    return not named or how in named or (how == Appeal.How.HAND and "post" in named)


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
        "late_hint": f"It was to be answered by {dates.day(due)}{cited}." if late and due else "",
    }
    return _form(request, forms.Decide, own)


def _form(request: HttpRequest, kind: type[F], own: dict[str, Any]) -> F:
    """A form as posted; or shown again unjudged, after *Change* or after a session that ran out."""
    if request.POST.get("act") == CHANGE:
        return kind.from_draft(request.POST, **own)
    return for_page(kind, request, **own)


def _hidden(posted: QueryDict) -> list[tuple[str, str]]:
    """What was typed, to travel through the check page."""
    return [(name, value) for name, values in drafts.typed(posted).items() if name != "act" for value in values]


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


def _second(
    request: HttpRequest, refusal: TransitionNotAllowed, mine: Callable[[Appeal], bool], name: str
) -> HttpResponse:
    """Somebody was here before: the same person is led to what was done, anybody else is told who did it and when."""
    other = refusal.object
    if isinstance(other, Appeal) and mine(other):
        return redirect(name, other.reference)
    back = reverse("appeals:view", args=[other.reference]) if isinstance(other, Appeal) else reverse("worklist:mine")
    return refusals.too_late(request, str(refusal), back=back)
