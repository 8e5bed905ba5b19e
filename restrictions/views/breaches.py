"""Breaches of a restriction: logged from an incident, answered by a step of the policy's ladder."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods
from django_fsm import TransitionNotAllowed

from cases import ladder
from cases.forms.police import police_of
from cases.services.deciding import Meeting
from cases.views import consulting
from design.components import Task
from design.dates import day_of
from design.forms import for_page
from letters import services as letters
from people.access import SignedInRequest, why_not
from people.models import User
from restrictions import permissions, services
from restrictions.forms import Agree, does_not_agree
from restrictions.forms.breaches import AnswerBreaches, LogBreach
from restrictions.models import BreachStep, Restriction
from restrictions.services import breaches as service
from restrictions.views import shared
from restrictions.views.decisions import _typed as typed_in
from restrictions.views.decisions import others

State = Restriction.State
page = require_http_methods(["GET", "HEAD", "POST"])


def _back(restriction: Restriction) -> str:
    return reverse("restrictions:view", args=[restriction.reference])


def section(user: User, restriction: Restriction) -> dict[str, Any]:
    """What the page of a restriction says of breaches: each with what followed, and what this reader may do."""
    runs = restriction.is_in_force(day_of(timezone.now()))
    may_log = restriction.state in (State.IN_FORCE, State.LAPSED) and not why_not(
        permissions.check_can_log_breach, user, restriction
    )
    listed = list(restriction.breaches.select_related("incident", "answer__decided_by", "answer__letter", "logged_by"))
    waits = runs and any(each.answer_id is None for each in listed)
    refusal = why_not(permissions.check_can_answer_breaches, user, restriction) if waits else ""
    return {"listed": listed, "may_log": may_log, "waits": waits, "why_not": refusal}


@page
def log(request: SignedInRequest, ref: str) -> HttpResponse:
    """Log a breach from an incident that is on the file."""
    restriction = shared.find(request, ref)
    permissions.check_can_log_breach(request.user, restriction)
    if restriction.state not in (State.IN_FORCE, State.LAPSED):
        why = f"{restriction.reference} is “{restriction.get_state_display()}”, so nothing can be a breach of it now."
        return shared.too_late(request, why, _back(restriction))
    incidents = service.possible_incidents(restriction)
    form = for_page(LogBreach, request, incidents=incidents)
    if form.is_bound and form.is_valid():
        with form.rules():
            services.log_breach(
                restriction.pk, by=request.user, at=timezone.now(), incident_id=int(form.cleaned_data["incident"]),
                words=form.cleaned_data["words"],
            )  # fmt: skip
            messages.success(request, "The breach is logged. Whoever decides what follows is asked.")
            return redirect(_back(restriction))
    context = shared.step(restriction, form=form, incidents=incidents)
    return render(request, "restrictions/log_breach.html", context)


@page
def answer(request: SignedInRequest, ref: str) -> HttpResponse:
    """Decide what follows the breaches that are open: the ladder, the check with the letter, one POST."""
    restriction = shared.find(request, ref)
    refusal = why_not(permissions.check_can_answer_breaches, request.user, restriction)
    if request.method == "POST":
        permissions.check_can_answer_breaches(request.user, restriction)
    waiting = service.open_breaches(restriction)
    if not waiting or not restriction.is_in_force(day_of(timezone.now())):
        return _too_late(request, restriction)
    steps = service.ladder_of(restriction)
    mine = [step for step in steps if _may(request.user, restriction, step.word)]
    general = _may(request.user, restriction, BreachStep.NONE)
    policy = restriction.case.policy
    police = ladder.police(policy, restriction.case, [each.incident for each in waiting])
    put = service.what_is_put(waiting)
    body = permissions.answerers(policy, put["step"] if put else None)
    found = consulting.together(body, waiting[0].trail.about, restriction.case, request.user)
    form: AnswerBreaches | Agree = for_page(
        AnswerBreaches, request, ladder=mine, general=general, policy=policy, police=police,
        others=_take_part(request.user, restriction, mine, general),
    )  # fmt: skip
    if put:
        form = for_page(Agree, request, what="Agree to it", policy=policy, police=police)
        if not _may(request.user, restriction, put["step"]):
            refusal = why_not(permissions.check_can_answer_breaches, request.user, restriction, put["step"])
    if request.method == "POST" and found["spoken"]:
        return redirect(_back(restriction))
    if form.is_bound and form.is_valid() and "again" not in request.POST:
        with form.rules():
            return _act_on(request, restriction, form, put)
    context = shared.step(
        restriction,
        form=form,
        refusal=refusal,
        put=put,
        put_step=BreachStep(step=put["step"]).words if put else "",
        **(found if put else {}),
        breaches=waiting,
        police=police,
        steps=steps,
        taken=list(restriction.breach_steps.select_related("decided_by")),
        decides=permissions.answerers(policy, BreachStep.NONE),
        general=general,
        theirs=[(step, permissions.answerers(policy, step.word)) for step in steps if step not in mine],
        silent=policy.value("breach.ladder").unsaid,
        asked=[*policy.value("breach.if").kept, *policy.questions_for("legal_action")],
        gates=_gates(restriction) if any(step.formal for step in steps) else [],
    )
    return render(request, "restrictions/breaches.html", context)


def _may(user: User, restriction: Restriction, step: str) -> bool:
    return not why_not(permissions.check_can_answer_breaches, user, restriction, step)


def _take_part(user: User, restriction: Restriction, mine: list[service.Step], general: bool) -> list[User] | None:
    """Those who may be in a meeting that decides on one of the reader's steps; None where no meeting does."""
    steps = [step.word for step in mine] + ([BreachStep.NONE] if general else [])
    bodies = [body for body in service.takes_others(restriction, steps, user) if body.meets]
    if not bodies:
        return None
    barred = permissions.barred_from_breaches(restriction)
    found = {each.pk: each for body in bodies for each in others(restriction, body, barred, user)}
    return sorted(found.values(), key=lambda each: each.name)


def _gates(restriction: Restriction) -> list[Task]:
    """What the policy asks before legal action, with the way to it."""
    case = restriction.case
    return [
        Task(
            gate.text, gate.state, hint=gate.cited,
            url=reverse(gate.url_name, args=gate.where(case)) if gate.url_name and not gate.met else "",
        )
        for gate in ladder.gates_before(case, "legal_action")
    ]  # fmt: skip


def _too_late(request: SignedInRequest, restriction: Restriction) -> HttpResponse:
    """One's own second press leads back; another's decision is told; where nothing waits there is nothing to say."""
    last = restriction.breach_steps.select_related("decided_by").last()
    if request.method != "POST" or last is None or last.decided_by_id == request.user.pk:
        return redirect(_back(restriction))
    why = f"{last.decided_by.name} has decided already: {last.words.lower()}."
    return shared.too_late(request, why, _back(restriction))


def _act_on(
    request: SignedInRequest, restriction: Restriction, form: AnswerBreaches | Agree, put: dict[str, Any]
) -> HttpResponse:
    if does_not_agree(form):
        services.disagree_on_breaches(
            restriction.pk, by=request.user, at=timezone.now(), reasons=form.cleaned_data["reasons"]
        )
        messages.success(request, "It is recorded that you do not agree. What follows is decided anew.")
        return redirect(_back(restriction))
    said = form.answer() if isinstance(form, AnswerBreaches) else _agreed(form, put)
    meeting = form.meeting() if isinstance(form, AnswerBreaches) else None
    if "confirmed" in request.POST:
        try:
            step = services.answer_breaches(
                restriction.pk, by=request.user, at=timezone.now(), answer=said, meeting=meeting
            )
        except TransitionNotAllowed:
            return _too_late(request, restriction)
        if step is None:
            messages.success(request, "Your decision is recorded. It waits for the others.")
            return redirect(_back(restriction))
        messages.success(request, "Your decision on the breach is recorded.")
        return redirect(_back(restriction))
    service.check_answer(restriction, said)
    service.check_together(restriction, said, meeting=meeting, by=request.user, at=timezone.now())
    here = reverse("restrictions:breaches", args=[restriction.reference])
    context = shared.step(
        restriction, here, typed=typed_in(request), said=said, letter=_letter(request, restriction, said),
        what=BreachStep(step=said.step).words, breaches=service.open_breaches(restriction),
        left_out=service.left_out_before(restriction, said.step), took_part=_took_part(restriction, said, meeting),
        still_waits_for=_still(request, restriction, said),
    )  # fmt: skip
    return render(request, "restrictions/check_breaches.html", context)


def _agreed(form: Agree, put: dict[str, Any]) -> service.Answer:
    """What the first has decided, with the reader's own reasons."""
    typed = form.cleaned_data
    own = {name: typed[name] for name in ("reasons", "considered", "not_done")}
    return service.Answer(**own, said=police_of(form), **put)


def _still(request: SignedInRequest, restriction: Restriction, said: service.Answer) -> list[str]:
    body = permissions.answerers(restriction.case.policy, said.step)
    about = service.open_breaches(restriction)[0].trail.about
    return list(consulting.together(body, about, restriction.case, request.user)["still_waits_for"])


def _took_part(restriction: Restriction, said: service.Answer, meeting: Meeting | None) -> str:
    """Who took part in the meeting beside the reader, by name; "" where none decides this step."""
    if meeting is None or not permissions.answerers(restriction.case.policy, said.step).meets:
        return ""
    return ", ".join(User.objects.filter(pk__in=meeting.people).order_by("name").values_list("name", flat=True))


def _letter(request: SignedInRequest, restriction: Restriction, said: service.Answer) -> SafeString | str:
    if said.step not in service.LETTERS:
        return ""
    return letters.preview(
        service.LETTERS[said.step],
        restriction,
        service.letter_facts(restriction, service.open_breaches(restriction), said.consequence),
        on=day_of(timezone.now()),
        by=request.user,
    )
