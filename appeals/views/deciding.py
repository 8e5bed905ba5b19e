"""Deciding an appeal, alone or with others; and writing down who was asked first."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

import decisions.forms
import decisions.views
from appeals import acts, forms
from appeals.against.appealable import Appealable
from appeals.against.effects import Row
from appeals.models import Appeal
from appeals.services import deciding, hearing, rows
from appeals.services import file as files
from appeals.services.answers import Answer, agreeing
from appeals.services.deciding import Plan
from appeals.views.shared import FRAME, deciding_together, find, page_of, second
from decisions import permissions
from decisions.acts import Act
from design import dates, pages, words
from design.dates import day_of
from letters import services as letters
from people.access import SignedInRequest
from people.models import User
from restrictions import limits

State = Appeal.State
BUTTONS = {
    State.UPHELD: "Uphold the appeal",
    State.VARIED: "Vary the restriction",
    State.DISMISSED: "Dismiss the appeal",
    State.OUT_OF_TIME: "Refuse the appeal as late",
}
page = require_http_methods(["GET", "HEAD", "POST"])


@page
def decide(request: SignedInRequest, ref: str) -> HttpResponse:
    """The file on the day of the decision, what has happened since, and the decision on the appeal."""
    appeal, context = find(request, ref)
    user, at, against = request.user, timezone.now(), context["against"]

    def late(refusal: TransitionNotAllowed) -> HttpResponse:
        back = reverse("appeals:view", args=[ref])
        return second(refusal, request, lambda other: other.decided_by_id == user.pk, "appeals:decided", back=back)

    if not appeal.is_open:
        return late(TransitionNotAllowed(rows.already(appeal), object=appeal))
    act = acts.decide(appeal, against)
    act.check(user)
    try:
        hearing.check_nothing_else_is_put(appeal, acts.hear_late(appeal, against))
    except TransitionNotAllowed as refusal:
        return late(refusal)
    found = deciding_together(act, user, appeal)
    if found["spoken"] and request.method == "POST":
        return redirect("appeals:view", ref)
    view = page_of(request, appeal, context, at)
    form, file = _form(view, appeal, against, act, user), files.read(against)
    context |= found | {"form": form, "file": file, "put": _put(act), "came": _came(appeal), "questions": act.asks}

    def check() -> pages.Check | None:
        if decisions.forms.does_not_agree(form):
            return None
        plan = deciding.plan(appeal, act, _answer(form, act), by=user, at=at)
        waits = {"still_waits_for": found["still_waits_for"]}
        return pages.Check("appeals/check_decide.html", _check_page(plan, user, at) | waits, plan.shown())

    return view.decide(
        form,
        shown=files.shown(appeal, against, act, file),
        check=check,
        do=lambda seen: _do(request, appeal, form, act, at, seen),
        show=lambda: render(request, "appeals/decide.html", context),
        late=late,
    )


def _do(
    request: SignedInRequest, appeal: Appeal, form: forms.Decide | forms.Agree, act: Act, at: datetime, seen: str | None
) -> str:
    """Hand it to its service, and say where it leads."""
    back = reverse("appeals:view", args=[appeal.reference])
    if decisions.forms.does_not_agree(form):
        reasons = form.cleaned_data["reasons"]
        deciding.disagree(appeal.pk, by=request.user, at=at, reasons=reasons, seen=seen)
        messages.success(request, "It is recorded that you do not agree. The appeal is decided anew.")
        return back
    done = deciding.decide(appeal.pk, _answer(form, act), by=request.user, at=at, seen=seen)
    if done.is_open:
        messages.success(request, "Your decision is recorded. It waits for the others.")
        return back
    return reverse("appeals:decided", args=[appeal.reference])


def _answer(form: forms.Decide | forms.Agree, act: Act) -> Answer:
    return form.answer(act) if isinstance(form, forms.Agree) else form.answer()


def _form(view: pages.Page, appeal: Appeal, against: Appealable, act: Act, user: User) -> forms.Decide | forms.Agree:
    """The form of the first who decides, or of those who agree to what the first has decided."""
    today, rule = day_of(view.at), against.rules.response.rule
    cited = f" ({rule.cite()}, {rule.strength})" if rule else ""
    due = appeal.response.due
    late = f"It was to be answered by {dates.day(due)}{cited}." if due and deciding.answered_late(appeal, today) else ""
    asked = forms.Asked(
        act,
        deciding.outcomes(appeal, against, on=today),
        against.stands(),
        against.rests_on_it(today),
        hearing=appeal.awaits_hearing,
        doubt=appeal.doubt,
        late=late,
    )
    if act.voices:
        return view.form(forms.Agree, asked=asked)
    return view.form(forms.Decide, asked=asked, others=act.others(user) if act.meets else None)


def _put(act: Act) -> dict[str, Any]:
    """What the first of several has decided, as the page shows it; empty where nobody has."""
    if not act.voices:
        return {}
    answer = agreeing(act, reasons="", considered="")
    heard = [Row("Why it is heard", answer.heard_because)] if answer.heard_because else []
    return {
        "outcome": forms.Decide.LABELS[State(answer.outcome)],
        "rows": [*heard, *(answer.sets.lines() if answer.sets else [])],
    }


def _check_page(plan: Plan, user: User, at: datetime) -> dict[str, Any]:
    """What the check page shows: the answer, what will happen, and the letters as they would be sent today."""
    answer, case, corrected = plan.answer, plan.appeal.case, plan.effect.corrected
    on = day_of(at)
    return {
        "plan": plan,
        "answer": answer,
        "outcome": forms.Decide.LABELS[State(answer.outcome)],
        "lines": _lines(plan),
        "outcome_button": "Replace the letter" if corrected else BUTTONS[State(answer.outcome)],
        "terms": limits.arrangement(plan.effect.terms),
        "letter": letters.preview("appeal_outcome", plan.appeal, plan.facts, on=on, by=user),
        "corrected": letters.preview(corrected.kind, case, corrected.facts, on=on, by=user) if corrected else "",
    }


def _lines(plan: Plan) -> list[Row]:
    """What the decider wrote, line by line; what was not asked is left out."""
    answer, effect = plan.answer, plan.effect
    late = "" if plan.appeal.doubt else " although late"
    heard = answer.heard_because if answer.outcome != State.OUT_OF_TIME else ""
    rests = [*answer.sets.lines()] if effect.rests and answer.sets else []
    written = [
        Row(f"Why it is heard{late}", heard),
        Row("Your reasons", answer.reasons),
        Row("What you considered", answer.considered),
        Row("What you decided not to do", answer.not_done),
        Row("Why the answer is late", answer.late_because),
        Row("What rests on it", words.upper_first(effect.rests), False),
        *rests,
        Row("Last day in force", dates.day(effect.ends_on) if effect.ends_on else "", False),
    ]
    return [row for row in written if row.words]


def _came(appeal: Appeal) -> str:
    """Whether it came in time, and whether it is heard, in a sentence."""
    if appeal.in_time:
        return "It came in time."
    came = appeal.doubt or "It came late"
    if appeal.late_accepted_by:
        return f"{came}, and {appeal.late_accepted_by.name} decided that it is heard."
    return f"{came}: say whether it is heard."


@page
def consult(request: SignedInRequest, ref: str) -> HttpResponse:
    """Write down what somebody said whom the policy has asked before an appeal is decided."""
    appeal, context = find(request, ref)
    permissions.check_can_consult(request.user, appeal.case.provider)
    act = acts.decide(appeal, context["against"])
    if not act.first:
        raise Http404("The policy has nobody asked before this")
    back = reverse("appeals:view", args=[ref])
    if not appeal.is_open:
        refusal = TransitionNotAllowed(rows.already(appeal), object=appeal)
        return second(refusal, request, lambda other: False, "appeals:view", back=back)

    def record(person: int, on: date | None, said: str) -> object:
        return deciding.consult(appeal.pk, by=request.user, at=timezone.now(), person_id=person, on=on, words=said)

    (asked, *_) = act.first
    shown = deciding_together(act, request.user, appeal)["asked_first"][0]
    context |= {"subject": appeal.reference, "consultation": shown, "frame": FRAME}
    view = page_of(request, appeal, context, timezone.now())
    return decisions.views.write_down(view, asked, record=record, back=back, context=context)
