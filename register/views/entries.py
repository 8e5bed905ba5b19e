"""The entries, for those who decide on them: the list, one of them, entering, changing, keeping, removing."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_fsm import TransitionNotAllowed

from audit import subjects
from deadlines.services import calendar_for
from design import refusals
from design.dates import day_of
from design.forms import for_page
from people import access
from people.access import Can, SignedInRequest
from people.models import Provider, Resident
from policies.policy import RegisterRule
from register import forms, permissions, services
from register.models import Consideration, Entry

ROWS_A_PAGE = 25


def _entry_or_404(request: SignedInRequest, reference: str) -> Entry:
    """An entry of the person's providers; 404 where it is not theirs, 403 where their role does not decide."""
    related = ("provider", "resident", "entered_by", "removed_by", "policy_version")
    mine = Entry.objects.visible_to(request.user).with_next_look().select_related(*related)
    found = get_object_or_404(mine, reference=reference)
    permissions.check_can_remove(request.user, found)
    return found


def _own_provider(request: SignedInRequest) -> Provider:
    """Where the person decides: their own provider, unless they decide only elsewhere."""
    mine = access.providers_where(request.user, Can.DECIDE)
    provider: Provider = request.user.provider
    if provider.pk not in mine and mine:
        provider = Provider.objects.get(pk=mine[0])
    permissions.check_can_enter(request.user, provider)
    return provider


@require_safe
def entries(request: SignedInRequest) -> HttpResponse:
    """Every entry that stands, those to be looked at soonest first."""
    provider = _own_provider(request)
    today = timezone.localdate()
    standing = Entry.objects.for_work(request.user).on_a_register().in_force(today).with_next_look()
    ordered = standing.select_related("resident").order_by("looked_at_on", "ends_on", "pk")
    page = Paginator(ordered, ROWS_A_PAGE).get_page(request.GET.get("page"))
    may_enter = bool(services.open_by_decision(request.user, provider, today))
    return render(request, "register/entries.html", {"page": page, "today": today, "may_enter": may_enter})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, reference: str = "") -> HttpResponse:
    """Enter a place, or a person after an incident, by a named decision."""
    provider = _own_provider(request)
    resident = get_object_or_404(Resident, reference=reference, provider=provider) if reference else None
    registers = services.open_by_decision(request.user, provider, timezone.localdate())
    if not registers:
        raise Http404("The policy has no register on which this person may enter somebody")
    form = for_page(forms.AddEntry, request, registers=registers, resident=resident)
    if form.is_valid():
        with form.rules():
            key = form.cleaned_data.get("register_key") or registers[0].key
            return redirect("register:entry", _enter(request, provider, resident, key, form.cleaned_data).reference)
    return render(request, "register/add.html", {"form": form, "resident": resident, **_of_registers(registers)})


def _of_registers(registers: list[RegisterRule]) -> dict[str, Any]:
    """What the policy says of each register, for whoever decides on an entry."""
    said = [(register, services.retention.in_words(register)) for register in registers]
    return {"registers": said, "register": registers[0] if len(registers) == 1 else None}


@require_http_methods(["GET", "HEAD", "POST"])
def consider(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide whether a resident is entered on a register: on to the entry, or against it with reasons."""
    question = _question_or_404(request, pk)
    if question.decided_at is not None:
        return _answered(request, question)
    form = for_page(forms.NotEntered, request)
    if form.is_valid():
        with form.rules():
            try:
                services.leave_out(question.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
            except TransitionNotAllowed:
                return _answered(request, _question_or_404(request, pk))
            return redirect("register:consider", question.pk)
    register = question.policy_version.policy.register(question.register_key)
    context = {
        "question": question,
        "form": form,
        "rule": register.enter.rule,
        "because": subjects.ref_of(question.because),
        "reads_files": access.can(request.user, Can.VIEW_CASES, question.provider_id),
        **_of_registers([register]),
    }
    return render(request, "register/consider.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def enter_after(request: SignedInRequest, pk: int) -> HttpResponse:
    """Enter the resident on the register that was asked about."""
    question = _question_or_404(request, pk)
    if question.decided_at is not None:
        return _answered(request, question)
    register = question.policy_version.policy.register(question.register_key)
    initial = {"incident": question.incidents[-1] if question.incidents else ""}
    form = for_page(forms.AddEntry, request, initial, registers=[register], resident=question.resident)
    if form.is_valid():
        with form.rules():
            try:
                what = _what(form.cleaned_data)
                entry = services.enter_after(question.pk, by=request.user, at=timezone.now(), **what)
            except TransitionNotAllowed:
                return _answered(request, _question_or_404(request, pk))
            return redirect("register:entry", entry.reference)
    context = {"form": form, "resident": question.resident, "question": question, **_of_registers([register])}
    return render(request, "register/add.html", context)


def _question_or_404(request: SignedInRequest, pk: int) -> Consideration:
    """A question of the person's providers; 404 where it is not theirs, 403 where their role does not decide on it."""
    mine = access.providers_where(request.user, Can.VIEW_REGISTER, Can.DECIDE)
    related = ("provider", "resident", "policy_version", "decided_by", "entry")
    question = get_object_or_404(Consideration.objects.select_related(*related), pk=pk, provider__in=mine)
    register = question.policy_version.policy.register(question.register_key)
    permissions.check_can_enter(request.user, question.provider, register)
    return question


def _answered(request: SignedInRequest, question: Consideration) -> HttpResponse:
    """A second press of the same person leads to the same page; somebody else's having done it is said."""
    if request.method == "POST" and question.decided_by_id != request.user.pk:
        return refusals.too_late(request, services.who_answered(question))
    if question.entry is not None:
        return redirect("register:entry", question.entry.reference)
    return render(request, "register/considered.html", {"question": question})


def _enter(
    request: SignedInRequest, provider: Provider, resident: Resident | None, register_key: str, data: dict[str, Any]
) -> Entry:
    """The entry, or the same person's own entry of a moment ago: a second press of the button is not a second entry."""
    at = timezone.now()
    what = _what(data) | {
        "register_key": register_key,
        "place": " ".join(data.get("place", "").split()),
        "postcode": data.get("postcode", ""),
    }
    same = {name: what[name] for name in ("register_key", "place", "postcode", "source", "instructions")}
    twin = services.twin_of(provider, resident, on=day_of(at), **same)
    if twin is not None and twin.entered_by_id == request.user.pk:
        return twin
    return services.enter(provider=provider, resident=resident, by=request.user, at=at, **what)


def _what(data: dict[str, Any]) -> dict[str, Any]:
    """What was typed of an entry, as the service takes it."""
    return {
        "source": subjects.about(subjects.INCIDENT, data["incident"].upper()) if data.get("incident") else "",
        "instructions": data["instructions"].splitlines(),
        "risks": data.get("risks", []),
        "ring": data["ring"],
        "review_on": data.get("review_on"),
        "shared_with_contractors": bool(data["shared"]),
        "told": data.get("told", "yes") == "yes",
        "not_told_reason": data.get("not_told_reason", ""),
        "look_again_on": data.get("look_again_on"),
        "reason": data["reason"],
    }


@require_safe
def entry(request: SignedInRequest, reference: str) -> HttpResponse:
    """All that stands behind an entry, and what can be done with it."""
    found = _entry_or_404(request, reference)
    rule = services.rule_of(found)
    context = {
        "entry": found,
        "risks": [] if rule is None or rule.restrictions_alone else [forms.risk_words(risk) for risk in found.risks],
        "restriction": found.stands_with,
        "incident": found.stands_on(subjects.INCIDENT),
        "after": found.stands_on(subjects.AFTER),
        "contact": found.contact_on(timezone.localdate()),
        "flag": rule.flag if rule and rule.flag.said else None,
        "lasting": services.retention.in_words(rule) if rule else [],
        "dates": services.retention.explained(found, calendar_for(found.provider)),
        "recipients": services.recipients(found),
        "stands": found.removed_on is None,
    }
    return render(request, "register/entry.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, reference: str) -> HttpResponse:
    """Change the orders of an entry that stands by itself."""
    found = _entry_or_404(request, reference)
    initial = {
        "instructions": "\n".join(found.instructions),
        "ring": found.ring,
        "shared": found.shared_with_contractors,
        "review_on": found.review_on,
    }
    form = for_page(forms.ChangeEntry, request, initial, registers=_register_of(found))
    if form.is_valid():
        data = form.cleaned_data
        with form.rules():
            services.change_entry(
                found.pk,
                instructions=data["instructions"].splitlines(),
                ring=data["ring"],
                shared_with_contractors=bool(data["shared"]),
                review_on=data.get("review_on", found.review_on),
                reason=data["reason"],
                by=request.user,
                at=timezone.now(),
            )
            return redirect("register:entry", found.reference)
    return render(request, "register/form.html", _act(found, form, "Change the entry"))


@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: SignedInRequest, reference: str) -> HttpResponse:
    """Decide that an entry stays, and when it is looked at next."""
    found = _entry_or_404(request, reference)
    form = for_page(forms.KeepEntry, request, registers=_register_of(found))
    if form.is_valid():
        with form.rules():
            services.keep(found.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect("register:entry", found.reference)
    return render(request, "register/form.html", _act(found, form, "Keep the entry") | _lasting(found))


@require_http_methods(["GET", "HEAD", "POST"])
def look_again(request: SignedInRequest, reference: str) -> HttpResponse:
    """Look again at not telling the resident."""
    found = _entry_or_404(request, reference)
    if found.resident_told:
        return redirect("register:entry", found.reference)
    form = for_page(forms.LookAgain, request)
    if form.is_valid():
        data, at = form.cleaned_data, timezone.now()
        with form.rules():
            if data["told"] == "yes":
                services.tell_resident(found.pk, by=request.user, at=at, how=data["how"])
            else:
                next_look = {"reason": data["reason"], "look_again_on": data["look_again_on"]}
                services.go_on_not_telling(found.pk, by=request.user, at=at, **next_look)
            return redirect("register:entry", found.reference)
    context = _act(found, form, "Look again at not telling the resident") | {"button": "Record the decision"}
    return render(request, "register/form.html", context | {"why_not_told": found.not_told_reason})


def _act(found: Entry, form: forms.forms.Form, title: str) -> dict[str, Any]:
    return {"entry": found, "form": form, "title": title, "button": title}


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, reference: str) -> HttpResponse:
    """Reasons, then "Check before you remove", then one press that removes."""
    found = _entry_or_404(request, reference)
    if found.removed_on is not None:
        return _removed_already(request, found)
    form = for_page(forms.RemoveEntry, request, of_person=found.resident_id is not None)
    if form.is_valid():
        if request.POST.get("action") != "remove":
            context = _act(found, form, "Check before you remove")
            return render(request, "register/check_removal.html", context | {"recipients": services.recipients(found)})
        with form.rules():
            return _remove(request, found, form.cleaned_data)
    return render(
        request,
        "register/form.html",
        _act(found, form, "Remove the entry") | {"button": "Check the removal"} | _lasting(found),
    )


def _register_of(found: Entry) -> list[RegisterRule]:
    rule = services.rule_of(found)
    return [rule] if rule else []


def _lasting(found: Entry) -> dict[str, Any]:
    """What the policy says of how long an entry stands, for whoever decides whether it does."""
    rule = services.rule_of(found)
    return {"lasting": services.retention.in_words(rule) if rule else []}


def _remove(request: SignedInRequest, found: Entry, data: dict[str, Any]) -> HttpResponse:
    told = data.get("told")
    try:
        services.remove_entry(found.pk, by=request.user, at=timezone.now(), reason=data["reason"], resident_told=told)
    except TransitionNotAllowed:
        return _removed_already(request, Entry.objects.select_related("removed_by").get(pk=found.pk))
    return redirect("register:removed", found.reference)


def _removed_already(request: SignedInRequest, found: Entry) -> HttpResponse:
    """A second press of the same person leads to the same page; somebody else's having done it is said."""
    if found.removed_by_id == request.user.pk:
        return redirect("register:removed", found.reference)
    return refusals.too_late(request, services.who_removed(found))


@require_safe
def removed(request: SignedInRequest, reference: str) -> HttpResponse:
    """That it is done, and who was told."""
    found = _entry_or_404(request, reference)
    if found.removed_on is None:
        raise Http404("The entry stands")
    return render(request, "register/removed.html", {"entry": found, "recipients": services.recipients(found)})
