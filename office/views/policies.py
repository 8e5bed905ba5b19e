"""Adopting a policy on screen: what is adopted; propose one after its problems and its difference; the second look."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_fsm import TransitionNotAllowed

from design import pages, refusals, seals
from design.forms import Form
from office import forms, permissions, services
from office.models import Adoption
from office.services import adopting, comparing, lettering, touched
from people import access, policy_page
from people.access import SignedInRequest
from people.models import PolicyVersion, Provider
from policies.policy import Policy
from policies.problems import PolicyProblems, Problem
from policies.rules import RuleBroken

State = Adoption.State
BESIDE = ("size", "approved_by_name", "why")


@require_safe
def versions(request: SignedInRequest) -> HttpResponse:
    """Every version that was adopted, with who approved, proposed and confirmed it; and the proposal that waits."""
    provider: Provider = request.user.provider
    permissions.check_can_open(request.user, provider)
    adopted = provider.policy_versions.select_related("adoption__proposed_by", "adoption__ended_by")
    rows = list(adopted.order_by("-effective_on", "-pk"))
    today = timezone.localdate()
    holding = next((one for one in rows if one.effective_on <= today), None)
    ended = provider.adoptions.filter(state__in=[State.RETURNED, State.WITHDRAWN]).select_related("ended_by")
    context = {
        "versions": [(one, getattr(one, "adoption", None), one == holding, one.effective_on > today) for one in rows],
        "waiting": provider.adoptions.waiting().select_related("proposed_by").first(),
        "ended": list(ended.order_by("-ended_at")[:10]),
    }
    return render(request, "office/policies.html", context)


@require_safe
def version(request: SignedInRequest, pk: int) -> HttpResponse:
    """One adopted version as the page of the policy shows it, whether or not it still holds."""
    provider: Provider = request.user.provider
    permissions.check_can_open(request.user, provider)
    found = get_object_or_404(PolicyVersion, pk=pk, provider=provider)
    return render(request, "people/policy.html", {"version": found, "page": policy_page.read(found.policy)})


def propose(request: SignedInRequest) -> HttpResponse:
    """Upload or paste a policy; see every problem; see what it changes and whom it touches; propose it."""
    provider: Provider = request.user.provider
    permissions.check_can_propose(request.user, provider)
    waiting = provider.adoptions.waiting().select_related("proposed_by").first()
    if waiting:
        return _waits_already(request, waiting)
    page = pages.Page(request, at=timezone.now(), since=adopting.acted(provider))
    if page.button == pages.DO:
        return _put_forward(request, page, provider)
    form = page.form(forms.Upload, _as_it_stands(request, provider))
    if page.button == pages.CHECK and form.is_valid():
        text, local = comparing.as_kept(form.cleaned_data["text"], form.cleaned_data["local_text"])
        try:
            with form.rules():
                policy = comparing.read(text, local)
                wording = _wording(provider, policy, form)
                lettering.check(wording, policy)
                today = timezone.localdate()
                comparing.check(provider, policy, text=text, local=local, on=today, wording=wording)
                unseen = {"wording": form.cleaned_data["wording"], "only": form.cleaned_data["only"]}
                known = {"text": text, "local_text": local, **unseen, **dict(_carried(request))}
                return _check(request, provider, policy, wording, forms.Propose(initial=known))
        except PolicyProblems as wrong:
            return _problems(request, form, wrong.problems)
    return _upload(request, form)


def _upload(request: SignedInRequest, form: forms.Upload, **more: Any) -> HttpResponse:
    return render(request, "office/propose.html", {"form": form, "carried": _carried(request), **more})


def _wording(provider: Provider, policy: Policy, form: forms.WithLetters) -> dict[str, str] | None:
    """The words of letters that a form proposes; None where those that hold are carried over."""
    given = forms.unpacked(form.cleaned_data["wording"])
    return lettering.chosen(provider, policy, given, only=form.cleaned_data["only"])


def _carried(request: SignedInRequest) -> list[tuple[str, str]]:
    """What was typed beside the text already, so that going back to the text loses none of it."""
    return [(name, request.POST[name]) for name in BESIDE if request.POST.get(name)]


def _as_it_stands(request: SignedInRequest, provider: Provider) -> dict[str, Any]:
    """What the boxes begin with: a policy that was returned, to be put right; else the local rules that hold."""
    returned = provider.adoptions.filter(state=State.RETURNED, proposed_by=request.user, pk=_number(request, "from"))
    if again := returned.first():
        letters = {"wording": forms.packed(again.wording or {}), "only": again.wording is not None}
        return {"text": again.text, "local_text": again.local_text, **letters}
    newest = comparing.newest(provider)
    return {"local_text": newest.local_text if newest else ""}


def _number(request: SignedInRequest, name: str) -> int:
    typed = request.GET.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _problems(request: SignedInRequest, form: forms.Upload, problems: list[Problem]) -> HttpResponse:
    """The form again with everything that is wrong, and both texts as they were."""
    count = len(problems)
    letters = all(problem.path.startswith("letters") for problem in problems)
    what, field = ("Files of letters have", "letters") if letters else ("The policy has", "text")
    form.add_error(field, f"{what} {count} problem{'' if count == 1 else 's'}, listed at the top")
    return _upload(request, form, problems=problems)


def _put_forward(request: SignedInRequest, page: pages.Page, provider: Provider) -> HttpResponse:
    """Propose it, unless the texts that went along have something wrong after all."""
    form = page.form(forms.Propose)
    text, local = comparing.as_kept(form["text"].value() or "", form["local_text"].value() or "")
    if "wording" in form.errors:
        torn = forms.Upload({"text": text, "local_text": local, "wording": form["wording"].value()})
        torn.is_valid()
        return _upload(request, torn)
    try:
        policy = comparing.read(text, local)
        wording = _wording(provider, policy, form)
        lettering.check(wording, policy)
    except PolicyProblems as wrong:
        return _problems(request, forms.Upload(request.POST), wrong.problems)

    def do(seen: str | None) -> str:
        asked = _as_asked(form) | {"wording": wording}
        adoption = services.propose(provider.pk, by=request.user, at=page.at, seen=seen, **asked)
        return reverse("office:proposal", args=[adoption.pk])

    return page.decide(
        form,
        shown=adopting.shown(provider),
        do=do,
        show=lambda: _check(request, provider, policy, wording, form),
    )


def _as_asked(form: forms.Propose) -> dict[str, Any]:
    given = form.cleaned_data
    return {
        "text": given["text"],
        "local": given["local_text"],
        "size": given["size"],
        "approved_by_name": given["approved_by_name"],
        "why": given["why"],
    }


def _check(
    request: SignedInRequest, provider: Provider, policy: Policy, wording: dict[str, str] | None, form: forms.Propose
) -> HttpResponse:
    """What it changes, whom it touches, and the questions that are asked before it is proposed."""
    form.seal = seals.seal(adopting.shown(provider), at=timezone.now())
    context = _changes(provider, policy, wording, timezone.localdate())
    context |= {"form": form, "approve": _who_approves(provider)}
    return render(request, "office/check.html", context)


def _who_approves(provider: Provider) -> list[tuple[str, str, str]]:
    """By the policy that holds: who approves a change of each size, and where it says so."""
    found = []
    for value, label in Adoption.Size.choices:
        who, rule = adopting.who_approves(provider, value)
        found.append((str(label), who, rule.in_brackets() if rule else ""))
    return found


def _changes(provider: Provider, policy: Policy, wording: dict[str, str] | None, on: date) -> dict[str, Any]:
    """What a policy changes at a provider: rules, roles, words of letters, and the open cases that it would touch.

    Raises `PolicyProblems` where the words of letters no longer fit.
    """
    cases = touched.read(provider, policy, touched.open_cases(provider), on=on)
    comparison = comparing.compare(provider, policy, on=on)
    return {
        "comparison": comparison,
        "lettering": lettering.compare(provider, comparison.follows, policy, wording),
        "policy": policy,
        "touched": [one for one in cases if one.at_once],
        "ahead": [one for one in cases if one.at_all and not one.at_once],
        "untouched": sum(not one.at_all for one in cases),
    }


def proposal(request: SignedInRequest, pk: int) -> HttpResponse:
    """A proposed policy: what it changes, for whoever confirms it; once it is ended, what became of it."""
    mine = Adoption.objects.visible_to(request.user).select_related("provider", "proposed_by", "ended_by", "version")
    found = get_object_or_404(mine, pk=pk)
    permissions.check_can_open(request.user, found.provider)
    if found.state != State.PROPOSED:
        return _ended(request, found)
    if request.user.pk == found.proposed_by_id:
        return _own(request, found)
    return _second(request, found)


def _second(request: SignedInRequest, found: Adoption) -> HttpResponse:
    """The second administrator looks at the same difference, and adopts or returns it."""
    page = pages.Page(request, at=timezone.now(), since=adopting.acted(found.provider))
    form = page.form(forms.Second)

    def decide(seen: str | None) -> None:
        if form.cleaned_data["decision"] == form.ADOPT:
            services.adopt(found.pk, by=request.user, at=page.at, seen=seen)
        else:
            services.send_back(found.pk, reasons=form.cleaned_data["reasons"], by=request.user, at=page.at)

    return _decided(request, page, found, form, decide)


def _own(request: SignedInRequest, found: Adoption) -> HttpResponse:
    """Whoever proposed it sees that it waits, and for whom; and may withdraw it."""
    page = pages.Page(request, at=timezone.now())
    form = page.form(forms.Withdraw)

    def withdraw(seen: str | None) -> None:
        services.withdraw(found.pk, reasons=form.cleaned_data["reasons"], by=request.user, at=page.at)

    return _decided(request, page, found, form, withdraw)


def _shown(request: SignedInRequest, found: Adoption, form: Form) -> HttpResponse:
    context: dict[str, Any] = {
        "adoption": found,
        "form": form,
        "refusal": access.why_not(permissions.check_can_confirm, request.user, found),
    }
    try:
        policy = adopting.reading(found.text, found.local_text)
        context |= _changes(found.provider, policy, found.wording, timezone.localdate())
    except PolicyProblems as wrong:  # what is asked of a file may have grown since it was proposed
        context["problems"] = wrong.problems
    return render(request, "office/proposal.html", context)


def _decided(
    request: SignedInRequest, page: pages.Page, found: Adoption, form: Form, act: Callable[[str | None], None]
) -> HttpResponse:
    """Do it, unless somebody was first; a rule that is broken stands on the form."""

    def do(seen: str | None) -> str:
        try:
            act(seen)
        except PolicyProblems:
            raise RuleBroken("The policy can no longer be read: return it, so that it is put right") from None
        return reverse("office:proposal", args=[found.pk])

    def late(refusal: TransitionNotAllowed) -> HttpResponse:
        with_people = Adoption.objects.select_related("ended_by", "provider", "proposed_by", "version")
        return _ended(request, with_people.get(pk=found.pk))

    return page.decide(
        form, shown=adopting.shown(found.provider), do=do, show=lambda: _shown(request, found, form), late=late
    )


def _ended(request: SignedInRequest, found: Adoption) -> HttpResponse:
    """What became of it; for somebody who came second with a decision of their own, that it was too late."""
    if request.method == "POST" and request.user.pk != found.ended_by_id:
        back = reverse("office:proposal", args=[found.pk])
        return refusals.too_late(request, adopting.ended_words(found), back=back, back_text="See what became of it")
    return render(request, "office/ended.html", {"adoption": found})


def _waits_already(request: SignedInRequest, waiting: Adoption) -> HttpResponse:
    """One proposal at a time: one's own second click leads to it; another's is in the way, and is named."""
    if waiting.proposed_by_id == request.user.pk:
        return redirect("office:proposal", waiting.pk)
    why = f"{waiting.proposed_by.name} has proposed a policy that waits to be adopted or returned."
    back = reverse("office:proposal", args=[waiting.pk])
    return refusals.too_late(request, why, back=back, back_text="Look at what is proposed")
