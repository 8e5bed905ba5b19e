"""Saying that a late appeal is heard, alone or with others."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

import decisions.forms
from appeals import acts, forms
from appeals.against.appealable import Appealable
from appeals.models import Appeal
from appeals.services import hearing
from appeals.views.shared import deciding_together, find, page_of, second
from people.access import SignedInRequest

LATE_IS_OPEN = "The policy does not say what becomes of a late appeal"


@require_http_methods(["GET", "HEAD", "POST"])
def hear(request: SignedInRequest, ref: str) -> HttpResponse:
    """Decide that a late appeal is heard, and decide it later."""
    appeal, context = find(request, ref)
    user, at = request.user, timezone.now()
    act = acts.hear_late(appeal, context["against"])
    act.check(user)
    back = reverse("appeals:view", args=[ref])
    found = deciding_together(act, user, appeal)
    posted = request.method == "POST"
    if not (appeal.is_open and appeal.awaits_hearing):
        heard = TransitionNotAllowed(f"{appeal.reference} is being heard already.", object=appeal)
        return _second(request, heard, back) if posted else redirect(back)
    if posted and found["spoken"]:
        return redirect(back)
    view = page_of(request, appeal, context, at)
    form = view.form(
        forms.Hear,
        late=not appeal.doubt,
        hint=_hint(appeal, context["against"]),
        agrees=bool(act.voices),
        others=act.others(user) if act.meets else None,
    )
    context |= found | {"form": form, "press": "Record your answer" if act.voices else "Hear the appeal"}
    return view.decide(
        form,
        shown=hearing.shown(act),
        do=lambda seen: _do(request, appeal, form, at, seen),
        show=lambda: render(request, "appeals/hear.html", context),
        late=lambda refusal: _second(request, refusal, back),
    )


def _second(request: SignedInRequest, refusal: TransitionNotAllowed, back: str) -> HttpResponse:
    def mine(other: Appeal) -> bool:
        return other.late_accepted_by_id == request.user.pk

    return second(refusal, request, mine, "appeals:view", back=back)


def _do(request: SignedInRequest, appeal: Appeal, form: forms.Hear, at: datetime, seen: str | None) -> str:
    """Hand it to its service, and say where it leads."""
    if decisions.forms.does_not_agree(form):
        reasons = form.cleaned_data["reasons"]
        hearing.disagree(appeal.pk, by=request.user, at=at, reasons=reasons, seen=seen)
        messages.success(request, "It is recorded that you do not agree. Whether it is heard is still to be decided.")
    elif hearing.hear_late(appeal.pk, form.said(), by=request.user, at=at, seen=seen).awaits_hearing:
        messages.success(request, "Your decision is recorded. It waits for the others.")
    return reverse("appeals:view", args=[appeal.reference])


def _hint(appeal: Appeal, against: Appealable) -> str:
    """What the policy says of a late appeal; of one of which nobody can say that it is late, why not."""
    late = against.rules.late
    if appeal.doubt or not late.said:
        return appeal.doubt or LATE_IS_OPEN
    cited = f" ({late.rule.cite()})" if late.rule else ""
    return f"The policy says of a late appeal: “{late.words or late.raw}”{cited}"
