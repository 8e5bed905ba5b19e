"""Deciding on an entry that stands: keep it, change it, remove it, look again at not telling its resident."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from audit import services as audit
from decisions import forms as asking
from decisions import permissions
from decisions import views as decisions
from decisions.services import Said
from design import refusals
from design.forms import Form
from design.pages import Check, Page
from people import access
from people.access import Can, SignedInRequest
from register import acts, forms, shown
from register.models import Entry
from register.services import agreeing, changing, keeping, removing, retention, withholding
from register.views import entries, put

DID = {
    "register.changed": "changed the entry",
    "register.kept": "kept the entry",
    "register.resident_told": "recorded that the resident was told",
    "decision.agreed": "decided",
    "decision.not_agreed": "did not agree",
    "decision.consulted": "wrote down what somebody said",
}
WAITS = "Your decision is recorded. It waits for the others."
NOT_AGREED = "It is recorded that you do not agree. The entry stands as it is."
Take = Callable[[Said, str | None], Entry]


class Step:
    """A page on which one act on an entry is decided: by one person, or put before others who agree or do not."""

    def __init__(self, request: SignedInRequest, reference: str, name: str, title: str) -> None:
        self.request, self.reader, self.title = request, request.user, title
        self.entry, known = entries.find(request, reference)
        self.act = known.get(name) or acts.OF_ENTRY[name](self.entry)
        self.act.check(self.reader)
        self.page = Page(
            request,
            at=timezone.now(),
            since=audit.since(self.entry, did=DID),
            context={"entry": self.entry, "frame": "register/step.html"},
        )

    @property
    def parts(self) -> shown.Parts:
        """What the page shows, for its seal."""
        return shown.entry(self.entry, self.act)

    def address(self, page: str) -> str:
        """The address of a page of this entry."""
        return reverse(f"register:{page}", args=[self.entry.reference])

    def button(self, text: str) -> str:
        """What the button will do: the act itself, or to record one voice of several."""
        alone = self.act.meets or not self.act.lacking([*self.act.agreed, self.reader])
        return text if alone else "Record your decision"

    def context(self, form: Form, **more: Any) -> dict[str, Any]:
        """What the page shows."""
        url = reverse("register:consult_on", args=[self.entry.reference, self.act.name])
        asked = [decisions.asked_first(one, self.reader, url=url, is_open=True) for one in self.act.first]
        found: dict[str, Any] = {"reads_files": access.can(self.reader, Can.VIEW_CASES, self.entry.provider_id)}
        found |= {"entry": self.entry, "form": form, "title": self.title, "asked_first": asked}
        found |= {"questions": self.act.asks, "put": put.on_entry(self.entry, self.act)}
        return found | decisions.together(self.act, self.reader) | more

    def show(self, form: Form, button: str, *, press: str = "do", **more: Any) -> HttpResponse:
        """The page with its form."""
        return render(self.request, "register/form.html", self.context(form, button=button, press=press, **more))

    def otherwise(self, agree: str, take: Take) -> HttpResponse | None:
        """The page for whoever finds the entry gone, or what another has decided to agree to; None for the first."""
        if self.entry.removed_on is not None:
            return self.late(TransitionNotAllowed(self.entry.who_removed))
        return self._agree(agree, take) if self.act.voices else None

    def _agree(self, agree: str, take: Take) -> HttpResponse:
        form = self.page.form(forms.Agree, act=self.act, agree=agree)

        def do(seen: str | None) -> str:
            said = asking.said_of(form, "reason")
            if asking.does_not_agree(form):
                self.disagree(said.reasons, seen)
                messages.success(self.request, NOT_AGREED)
                return self.address("entry")
            return self.done(take(replace(said, what=self.act.put), seen))

        return self.page.decide(
            form, shown=self.parts, do=do, late=self.late, show=lambda: self.show(form, "Record your decision")
        )

    def disagree(self, reasons: str, seen: str | None) -> None:
        """Record that the reader does not agree."""
        agreeing.disagree(self.entry.pk, self.act.name, by=self.reader, at=self.page.at, reasons=reasons, seen=seen)

    def done(self, now: Entry) -> str:
        """Where a decision leads; it is said where it waits for others."""
        if now.removed_on is not None:
            return self.address("removed")
        if acts.OF_ENTRY[self.act.name](now).voices:
            messages.success(self.request, WAITS)
        return self.address("entry")

    def late(self, refusal: TransitionNotAllowed) -> HttpResponse:
        """Somebody was first. A second press of the same person leads to the same page."""
        now = Entry.objects.select_related("removed_by").get(pk=self.entry.pk)
        if now.removed_on is not None and now.removed_by_id == self.reader.pk:
            return redirect("register:removed", now.reference)
        return refusals.too_late(self.request, str(refusal), back=self.address("entry"))


def keep(request: SignedInRequest, reference: str) -> HttpResponse:
    """Decide that an entry stays, and when it is looked at next."""
    step = Step(request, reference, acts.KEEP, "Keep the entry")

    def take(said: Said, seen: str | None) -> Entry:
        return keeping.keep(step.entry.pk, said, by=request.user, at=step.page.at, seen=seen)

    if other := step.otherwise("Agree to keep it", take):
        return other
    form = step.page.form(forms.KeepEntry, entry=step.entry, act=step.act, reader=request.user)
    return step.page.decide(
        form,
        shown=step.parts,
        late=step.late,
        do=lambda seen: step.done(take(form.said(), seen)),
        show=lambda: step.show(form, step.button(step.title), lasting=_lasting(step.entry)),
    )


def change(request: SignedInRequest, reference: str) -> HttpResponse:
    """Change the orders of an entry that stands by itself."""
    step = Step(request, reference, acts.CHANGE, "Change the entry")

    def take(said: Said, seen: str | None) -> Entry:
        return changing.change(step.entry.pk, said, by=request.user, at=step.page.at, seen=seen)

    if other := step.otherwise("Agree to this change", take):
        return other
    try:
        return step.page.edit(
            forms.ChangeEntry,
            known=lambda: shown.known(Entry.objects.get(pk=step.entry.pk)),
            do=lambda form, seen: step.done(take(form.said(), seen)),
            show=lambda form: step.show(form, step.button(step.title)),
            entry=step.entry,
            act=step.act,
            reader=request.user,
        )
    except TransitionNotAllowed as refusal:
        return step.late(refusal)


def remove(request: SignedInRequest, reference: str) -> HttpResponse:
    """Reasons, then "Check before you remove", then one press that removes."""
    step = Step(request, reference, acts.REMOVE, "Remove the entry")

    def take(said: Said, seen: str | None) -> Entry:
        return removing.remove(step.entry.pk, said, by=request.user, at=step.page.at, seen=seen)

    if other := step.otherwise("Agree to remove it", take):
        return other
    form = step.page.form(forms.RemoveEntry, entry=step.entry, act=step.act, reader=request.user)

    def check() -> Check:
        plan = removing.plan(step.entry, step.act, form.said(), by=request.user, at=step.page.at)
        context = {"plan": plan, "said": form.said(), "button": step.button(step.title)}
        context |= decisions.together(step.act, request.user)
        return Check("register/check_removal.html", context, step.parts)

    return step.page.decide(
        form,
        shown=step.parts,
        late=step.late,
        check=check,
        do=lambda seen: step.done(take(form.said(), seen)),
        show=lambda: step.show(form, "Check the removal", press="check", lasting=_lasting(step.entry)),
    )


def look_again(request: SignedInRequest, reference: str) -> HttpResponse:
    """Look again at not telling the resident."""
    step = Step(request, reference, acts.WITHHOLD, "Look again at not telling the resident")
    if step.entry.resident_told:
        return redirect("register:entry", step.entry.reference)

    def take(said: Said, seen: str | None) -> Entry:
        return withholding.go_on_not_telling(step.entry.pk, said, by=request.user, at=step.page.at, seen=seen)

    if other := step.otherwise("Agree that the resident is not told", take):
        return other
    form = step.page.form(forms.LookAgain, act=step.act, reader=request.user)

    def do(seen: str | None) -> str:
        if not form.tells:
            return step.done(take(form.said(), seen))
        how = form.cleaned_data["how"]
        return step.done(withholding.tell_resident(step.entry.pk, how=how, by=request.user, at=step.page.at, seen=seen))

    return step.page.decide(
        form,
        shown=step.parts,
        do=do,
        late=step.late,
        show=lambda: step.show(form, "Record the decision", why_not_told=step.entry.not_told_reason),
    )


def consult(request: SignedInRequest, reference: str, act: str) -> HttpResponse:
    """Write down what somebody said whom the policy has asked before an act on an entry."""
    found, known = entries.find(request, reference)
    permissions.check_can_consult(request.user, found.provider)
    asked = next(iter(known[act].first), None) if act in known else None
    if asked is None:
        raise Http404("The policy has nobody asked before this")
    context = {"subject": found.reference, "entry": found, "frame": "register/step.html"}
    page = Page(request, at=timezone.now(), context=context)
    return decisions.write_down(
        page,
        asked,
        back=reverse(f"register:{entries.PAGES[act][0]}", args=[reference]),
        record=lambda person, on, words: agreeing.consult(
            found.pk, act, person_id=person, on=on, words=words, by=request.user, at=page.at
        ),
        context=context | {"consultation": decisions.asked_first(asked, request.user, url="", is_open=True)},
    )


def _lasting(entry: Entry) -> list[str]:
    """What the policy says of how long an entry stands, for whoever decides whether it does."""
    return retention.in_words(entry.rule) if entry.rule else []
