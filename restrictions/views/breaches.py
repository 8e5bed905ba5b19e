"""Breaches of a restriction: logged from an incident, answered by a step of the policy's ladder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from cases import ladder
from cases.forms.police import police_of
from decisions import forms as asking
from decisions import views as decisions
from decisions.acts import Act
from design.components import Task
from design.dates import day_of
from design.pages import Check
from letters import services as letters
from people.access import SignedInRequest, why_not
from people.models import User
from restrictions import acts, permissions, shown
from restrictions.forms.breaches import AnswerBreaches, LogBreach
from restrictions.forms.deciding import Agree
from restrictions.models import BreachStep, Restriction
from restrictions.services import breaches
from restrictions.services.breaches import Answer, AnswerPlan, Step
from restrictions.views import consulting, shared

State = Restriction.State


def _back(restriction: Restriction) -> str:
    return reverse("restrictions:view", args=[restriction.reference])


def section(user: User, restriction: Restriction) -> dict[str, Any]:
    """What the page of a restriction says of breaches: each with what followed, and what this reader may do."""
    runs = restriction.is_in_force(timezone.localdate())
    may_log = restriction.state in (State.IN_FORCE, State.LAPSED) and not why_not(
        permissions.check_can_log_breach, user, restriction
    )
    listed = list(restriction.breaches.select_related("incident", "answer__decided_by", "answer__letter", "logged_by"))
    waits = runs and any(each.answer_id is None for each in listed)
    refusal = acts.answer_breaches(restriction).why_not(user) if waits else ""
    return {"listed": listed, "may_log": may_log, "waits": waits, "why_not": refusal}


def log(request: SignedInRequest, ref: str) -> HttpResponse:
    """Log a breach from an incident that is on the file."""
    restriction = shared.find(request, ref)
    permissions.check_can_log_breach(request.user, restriction)
    if restriction.state not in (State.IN_FORCE, State.LAPSED):
        why = f"{restriction.reference} is “{restriction.get_state_display()}”, so nothing can be a breach of it now."
        return shared.too_late(request, why, _back(restriction))
    page = shared.page(request, restriction)
    incidents = breaches.possible_incidents(restriction)
    form = page.form(LogBreach, incidents=incidents)

    def do(seen: str | None) -> str:
        chosen, words = int(form.cleaned_data["incident"]), form.cleaned_data["words"]
        breaches.log_breach(restriction.pk, by=request.user, at=page.at, incident_id=chosen, words=words)
        messages.success(request, "The breach is logged. Whoever decides what follows is asked.")
        return _back(restriction)

    context = shared.step(restriction, form=form, incidents=incidents)
    return page.decide(form, do=do, show=lambda: render(request, "restrictions/log_breach.html", context))


def answer(request: SignedInRequest, ref: str) -> HttpResponse:
    """Decide what follows the breaches that are open: the ladder, the check with the letter, one POST."""
    restriction = shared.find(request, ref)
    page, act = shared.page(request, restriction), acts.answer_breaches(restriction)
    if page.posted:
        act.check(request.user)
    waiting = list(restriction.open_breaches())
    if not waiting or not restriction.is_in_force(day_of(page.at)):
        return _too_late(request, restriction)
    put = act.put
    if put:
        act = acts.answer_breaches(restriction, put["step"], untold=put.get("police_told") is False)
    found = decisions.together(act, request.user) if put else {}
    if page.posted and put and found["spoken"]:
        return redirect(_back(restriction))
    choice, policy = _choice_of(restriction, request.user), restriction.case.policy
    police = ladder.police(policy, restriction.case, [each.incident for each in waiting])
    form: AnswerBreaches | Agree
    if put:
        form = page.form(Agree, act=act, policy=policy, police=police)
    else:
        form = page.form(AnswerBreaches, policy=policy, police=police, **choice.shaping(request.user))

    def check() -> Check | None:
        if asking.does_not_agree(form):
            return None
        answer = _answer(form, put)
        one = acts.answer_breaches(restriction, answer.step, untold=answer.said.told is False)
        made = breaches.plan(restriction, one, form.said(), answer, by=request.user, at=page.at)
        return Check("restrictions/check_breaches.html", _check(request, form, one, made), made.shown())

    def do(seen: str | None) -> str:
        if asking.does_not_agree(form):
            breaches.disagree_on_breaches(restriction.pk, by=request.user, at=page.at, reasons=form.said().reasons)
            messages.success(request, "It is recorded that you do not agree. What follows is decided anew.")
            return _back(restriction)
        step = breaches.answer_breaches(
            restriction.pk, form.said(), _answer(form, put), by=request.user, at=page.at, seen=seen
        )
        waits = "Your decision is recorded. It waits for the others."
        messages.success(request, waits if step is None else "Your decision on the breach is recorded.")
        return _back(restriction)

    def show() -> HttpResponse:
        context = shared.step(
            restriction,
            form=form,
            refusal=act.why_not(request.user),
            put=put,
            put_step=BreachStep(step=put["step"]).words if put else "",
            **found,
            asked_first=consulting.asked_first(restriction, act, request.user),
            breaches=waiting,
            police=police,
            **_ladder(restriction, choice),
        )
        return render(request, "restrictions/breaches.html", context)

    return page.decide(
        form,
        shown={"the breaches": [(each.pk, each.words) for each in waiting], **shown.standing(restriction)},
        check=check,
        do=do,
        show=show,
        late=lambda refusal: _too_late(request, restriction),
    )


@dataclass(frozen=True)
class Choice:
    """The steps of the ladder, who decides each, and which of them are one reader's to decide.

    `nothing` is to take no step or to review, which is `general`: the reader's where whoever decides on breaches is.
    """

    steps: Sequence[Step]
    decided_by: Mapping[str, Act]
    mine: Sequence[Step]
    nothing: Act
    general: bool

    def shaping(self, reader: User) -> dict[str, Any]:
        """What the form for the reader's own decision is shaped by."""
        return {"ladder": self.mine, "general": self.general, "others": self.others(reader)}

    def others(self, reader: User) -> list[User] | None:
        """Those who may be in a meeting that decides on one of the reader's steps; None where no meeting does."""
        possible = [*(self.decided_by[step.word] for step in self.mine), *([self.nothing] if self.general else [])]
        meeting = [act for act in possible if act.meets and act.takes_others(reader)]
        if not meeting:
            return None
        found = {each.pk: each for act in meeting for each in act.others(reader)}
        return sorted(found.values(), key=lambda each: each.name)


def _choice_of(restriction: Restriction, reader: User) -> Choice:
    steps = breaches.ladder_of(restriction)
    decided_by = {step.word: acts.answer_breaches(restriction, step.word) for step in steps}
    mine = [step for step in steps if not decided_by[step.word].why_not(reader)]
    nothing = acts.answer_breaches(restriction, BreachStep.NONE)
    return Choice(steps, decided_by, mine, nothing, general=not nothing.why_not(reader))


def _ladder(restriction: Restriction, choice: Choice) -> dict[str, Any]:
    """What the page says of the policy's ladder: the steps taken, those that are others' to decide, what is asked."""
    policy = restriction.case.policy
    return {
        "steps": choice.steps,
        "taken": list(restriction.breach_steps.select_related("decided_by")),
        "decides": choice.nothing,
        "general": choice.general,
        "theirs": [(step, choice.decided_by[step.word]) for step in choice.steps if step not in choice.mine],
        "silent": policy.value("breach.ladder").unsaid,
        "asked": [*policy.value("breach.if").kept, *policy.questions_for("legal_action")],
        "gates": _gates(restriction) if any(step.formal for step in choice.steps) else [],
    }


def _gates(restriction: Restriction) -> list[Task]:
    """What the policy asks before legal action, with the way to it."""
    case = restriction.case
    return [
        Task(
            gate.text,
            gate.state,
            hint=gate.cited,
            url=reverse(gate.url_name, args=gate.where(case)) if gate.url_name and not gate.met else "",
        )
        for gate in ladder.gates_before(case, "legal_action")
    ]


def _too_late(request: SignedInRequest, restriction: Restriction) -> HttpResponse:
    """One's own second press leads back; another's decision is told; where nothing waits there is nothing to say."""
    last = restriction.breach_steps.select_related("decided_by").last()
    if request.method != "POST" or last is None or last.decided_by_id == request.user.pk:
        return redirect(_back(restriction))
    why = f"{last.decided_by.name} has decided already: {last.words.lower()}."
    return shared.too_late(request, why, _back(restriction))


def _answer(form: AnswerBreaches | Agree, put: dict[str, Any]) -> Answer:
    """What is to follow: by the first who decides, or as the first has decided."""
    return form.answer() if isinstance(form, AnswerBreaches) else Answer.of_put(put, police_of(form))


def _check(request: SignedInRequest, form: AnswerBreaches | Agree, act: Act, made: AnswerPlan) -> dict[str, Any]:
    """What stands on the check page: what would follow, with whom it was decided, and the letter."""
    said, kind = form.said(), breaches.LETTERS.get(made.answer.step)
    letter = ""
    if kind and made.letter is not None:
        letter = letters.preview(kind, made.restriction, made.letter, on=timezone.localdate(), by=request.user)
    took_part = User.objects.filter(pk__in=said.meeting.people) if said.meeting and act.meets else User.objects.none()
    return {
        "said": said,
        "made": made,
        "letter": letter,
        "took_part": ", ".join(took_part.order_by("name").values_list("name", flat=True)),
        "still_waits_for": decisions.together(act, request.user)["still_waits_for"],
    }
