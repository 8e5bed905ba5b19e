"""Entering a person or a place: asking for it, deciding the question, agreeing to what another has decided."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from audit import looks, subjects
from audit import services as audit
from decisions import forms as asking
from decisions import permissions
from decisions import views as decisions
from decisions.acts import Act
from design import refusals
from design.pages import Page
from people import access
from people.access import Can, SignedInRequest
from people.models import Provider, Resident, User
from register import acts, forms, shown
from register.models import Consideration
from register.services import entering, new_entries, retention
from register.services.new_entries import NewEntry
from register.views import entries, put
from register.views.who_decides import WhoDecides

PUT_FORWARD = "The entry is put forward. It waits for those who decide on it."
WAITS = "Your decision is recorded. It waits for the others."
NOT_AGREED = "It is recorded that you do not agree. It is decided anew."
DID = {
    "register.asked": "put it forward",
    "decision.agreed": "decided",
    "decision.not_agreed": "did not agree",
    "decision.consulted": "wrote down what somebody said",
}


def add(request: SignedInRequest, reference: str = "") -> HttpResponse:
    """Enter a place, or a person after an incident: decided by whoever may alone, else put before those who decide."""
    provider, now = entries.provider_of(request.user), timezone.now()
    people = Resident.objects.not_closed_to(request.user).filter(provider=provider)
    resident = get_object_or_404(people, reference=reference) if reference else None
    if resident is not None:
        resident.provider = provider
        looks.note(request, resident)
    on = timezone.localdate(now)
    version = provider.policy_version_on(on)
    known = [
        (each, acts.enter(version, each, provider, resident=resident))
        for each in acts.open_registers(request.user, provider, on)
    ]
    if not known:
        return _nobody(request.user, provider)
    page, who = Page(request, at=now), WhoDecides(version, known, request.user)
    form = page.form(forms.AddEntry, registers=who.registers, resident=resident, asks=who.asks, take_part=who.take_part)

    def do(seen: str | None) -> str:
        key = form.cleaned_data.get("register_key") or who.registers[0].key
        new = NewEntry(provider, key, version, resident, *form.where())
        question = entering.enter(form.saying(new), asking.said_of(form, "reason"), by=request.user, at=page.at)
        return _led_to(request, question)

    def show() -> HttpResponse:
        return render(request, "register/add.html", {"form": form, "resident": resident} | who.context())

    return page.decide(form, do=do, show=show)


def _nobody(user: User, provider: Provider) -> HttpResponse:
    """Say who enters, to somebody who does not; 404 where the policy has no register on which anybody could."""
    version = provider.policy_version_on(timezone.localdate())
    for register in version.policy.registers:
        if not register.restrictions_alone:
            acts.enter(version, register, provider).check(user)
    raise Http404("The policy has no register on which somebody is entered without a restriction")


def consider(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide whether somebody is entered: on to the entry, or against it; agree to what another has decided, or not."""
    question, act = _find(request, pk)
    if question.decided_at is not None:
        return _answered(request, question)
    page = _page(request, question)
    form: forms.Agree | forms.NotEntered
    if act.voices:
        form = page.form(forms.Agree, act=act, agree=_agree(act))
    else:
        form = page.form(forms.NotEntered, act=act, reader=request.user)

    def do(seen: str | None) -> str:
        said = asking.said_of(form, "reason")
        if act.voices and asking.does_not_agree(form):
            entering.disagree(question.pk, reasons=said.reasons, by=request.user, at=page.at, seen=seen)
            messages.success(request, NOT_AGREED)
            return reverse("register:consider", args=[pk])
        what = act.put if act.voices else entering.NOT_TO_ENTER
        told = replace(said, what=what)
        return _led_to(request, entering.answer(question.pk, told, by=request.user, at=page.at, seen=seen))

    return page.decide(
        form,
        shown=shown.question(question),
        do=do,
        late=lambda refusal: _late(request, pk, refusal),
        show=lambda: render(request, "register/consider.html", _context(request, question, act) | {"form": form}),
    )


def enter_after(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide a question by an entry: what it says, on the register that was asked about."""
    question, act = _find(request, pk)
    if question.decided_at is not None:
        return _answered(request, question)
    if act.voices or act.why_not(request.user):
        return redirect("register:consider", pk)
    page, who = _page(request, question), WhoDecides(question.policy_version, [(question.rule, act)], request.user)
    form = page.form(
        forms.AddEntry,
        forms.put_as_typed(question.proposed),
        registers=who.registers,
        resident=question.resident,
        asks=who.asks,
        take_part=who.take_part,
        asked=True,
    )

    def do(seen: str | None) -> str:
        new = form.saying(new_entries.asked_about(question, {}))
        said = replace(asking.said_of(form, "reason"), what=entering.to_enter(new))
        return _led_to(request, entering.answer(pk, said, by=request.user, at=page.at, seen=seen))

    def show() -> HttpResponse:
        context = {"form": form, "resident": question.resident, "question": question} | who.context()
        return render(request, "register/add.html", context)

    return page.decide(
        form, shown=shown.question(question), do=do, show=show, late=lambda refusal: _late(request, pk, refusal)
    )


def consult(request: SignedInRequest, pk: int, act: str) -> HttpResponse:
    """Write down what somebody said whom the policy has asked before this is decided."""
    question, _ = _find(request, pk)
    permissions.check_can_consult(request.user, question.provider)
    if question.decided_at is not None:
        return _answered(request, question)
    known = acts.answer(question, told=False)
    asked = next((one for one in known.first if one.act == act), None)
    if asked is None:
        raise Http404("The policy has nobody asked before this")
    page = _page(request, question)
    return decisions.write_down(
        page,
        asked,
        back=reverse("register:consider", args=[pk]),
        record=lambda person, on, words: entering.consult(
            pk, act, person_id=person, on=on, words=words, by=request.user, at=page.at
        ),
        context=page.context
        | {
            "subject": question.register_name,
            "consultation": decisions.asked_first(asked, request.user, url="", is_open=True),
        },
    )


def _find(request: SignedInRequest, pk: int) -> tuple[Consideration, Act]:
    """A question of the person's providers with the act of deciding it; 404 where it is not theirs, 403 where they read
    files and neither decide on it nor put it forward. Whoever reads no files is told nothing of what there is."""
    mine = access.providers_where(request.user, Can.VIEW_REGISTER, Can.DECIDE)
    related = ("provider", "resident", "policy_version", "asked_by", "decided_by", "entry")
    closed = Resident.objects.closed_to(request.user)
    here = Consideration.objects.filter(provider__in=mine).exclude(resident__in=closed)
    question = get_object_or_404(here.select_related(*related), pk=pk)
    act = entering.act_on(question)
    if question.asked_by_id != request.user.pk and not acts.may_ask(act, request.user):
        if not act.allows(request.user) and not access.can(request.user, Can.VIEW_CASES, question.provider_id):
            raise Http404("No such question is theirs")
        act.check(request.user)
    looks.note(request, question)
    return question, act


def _page(request: SignedInRequest, question: Consideration) -> Page:
    context = {"question": question, "frame": "register/question.html"}
    return Page(request, at=timezone.now(), context=context, since=audit.since(question, did=DID))


def _context(request: SignedInRequest, question: Consideration, act: Act) -> dict[str, Any]:
    """The question: what led to it, what was put forward, who decides it with whom, who is asked first."""
    reader, known = request.user, acts.answer(question, told=False) if question.resident else act
    asked = [
        decisions.asked_first(one, reader, is_open=True, url=reverse("register:consult", args=[question.pk, one.act]))
        for one in (known.first if not act.voices else act.first)
    ]
    return {
        "question": question,
        "rule": question.rule.enter.rule,
        "because": subjects.ref_of(question.because),
        "put": put.new_entry(act.put or question.proposed),
        "put_against": bool(act.voices) and act.put["outcome"] == entering.NOT,
        "reads_files": access.can(reader, Can.VIEW_CASES, question.provider_id),
        "why_not": act.why_not(reader),
        "enter_text": "Enter the resident" if question.resident else "Enter the place",
        "asked_first": asked,
        "questions": act.asks,
        "registers": [(question.rule, retention.in_words(question.rule))],
        **decisions.together(act, reader),
    }


def _agree(act: Act) -> str:
    return "Agree that no entry is made" if act.put["outcome"] == entering.NOT else "Agree to this entry"


def _led_to(request: SignedInRequest, question: Consideration) -> str:
    """Where a decision leads: to the entry that it made, else to the question, saying for what that waits."""
    if question.entry is not None:
        return reverse("register:entry", args=[question.entry.reference])
    if question.decided_at is None:
        spoken = entering.act_on(question).has_decided(request.user)
        messages.success(request, WAITS if spoken else PUT_FORWARD)
    return reverse("register:consider", args=[question.pk])


def _late(request: SignedInRequest, pk: int, refusal: TransitionNotAllowed) -> HttpResponse:
    question, _ = _find(request, pk)
    if question.decided_at is not None:
        return _answered(request, question)
    return refusals.too_late(request, str(refusal), back=reverse("register:consider", args=[pk]))


def _answered(request: SignedInRequest, question: Consideration) -> HttpResponse:
    """A second press of the same person leads to the same page; somebody else's having done it is said."""
    if request.method == "POST" and question.decided_by_id != request.user.pk:
        return refusals.too_late(request, question.who_answered)
    if question.entry is not None:
        return redirect("register:entry", question.entry.reference)
    return render(request, "register/considered.html", {"question": question})
