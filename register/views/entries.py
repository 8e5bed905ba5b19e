"""The entries, for those who decide on them: the list, one of them, entering, changing, keeping, removing."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_fsm import TransitionNotAllowed

from design import refusals
from design.dates import day_of
from design.forms import for_page
from people import access
from people.access import Can, SignedInRequest
from people.models import Provider, Resident
from policies.policy import Policy
from register import forms, permissions, services
from register.models import Entry

ROWS_A_PAGE = 25


def _policy(provider: Provider) -> Policy:
    return provider.policy_version_on(timezone.localdate()).policy


def _entry_or_404(request: SignedInRequest, reference: str) -> Entry:
    """An entry of the person's providers; 404 where it is not theirs, 403 where their role does not decide."""
    mine = Entry.objects.visible_to(request.user).select_related("provider", "resident", "entered_by", "removed_by")
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
    _own_provider(request)
    today = timezone.localdate()
    standing = Entry.objects.for_work(request.user).in_force(today).select_related("resident")
    ordered = standing.order_by("review_on", "ends_on", "pk")
    page = Paginator(ordered, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "register/entries.html", {"page": page, "today": today})


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest, reference: str = "") -> HttpResponse:
    """Enter a place, or a person after an incident, by a named decision."""
    provider = _own_provider(request)
    resident = get_object_or_404(Resident, reference=reference, provider=provider) if reference else None
    registers = _policy(provider).registers
    if not registers:
        raise Http404("The policy has no register")
    form = for_page(forms.AddEntry, request, registers=registers, resident=resident)
    if form.is_valid():
        with form.rules():
            return redirect("register:entry", _enter(request, provider, resident, form.cleaned_data).reference)
    context = {"form": form, "resident": resident, "register": registers[0]}
    return render(request, "register/add.html", context)


def _enter(request: SignedInRequest, provider: Provider, resident: Resident | None, data: dict[str, Any]) -> Entry:
    """The entry, or the same person's own entry of a moment ago: a second press of the button is not a second entry."""
    at = timezone.now()
    facts = {
        "place": " ".join(data.get("place", "").split()),
        "postcode": data.get("postcode", ""),
        "source": f"incident:{data['incident'].upper()}" if data.get("incident") else "",
        "instructions": data["instructions"].splitlines(),
    }
    twin = services.twin_of(provider, resident, on=day_of(at), **facts)
    if twin is not None and twin.entered_by_id == request.user.pk:
        return twin
    return services.enter(
        provider=provider,
        resident=resident,
        register_key=data.get("register_key") or _policy(provider).registers[0].key,
        risks=data.get("risks", []),
        ring=data["ring"],
        review_on=data["review_on"],
        shared_with_contractors=bool(data["shared"]),
        told=data.get("told", "yes") == "yes",
        not_told_reason=data.get("not_told_reason", ""),
        look_again_on=data.get("look_again_on"),
        reason=data["reason"],
        by=request.user,
        at=at,
        **facts,
    )


@require_safe
def entry(request: SignedInRequest, reference: str) -> HttpResponse:
    """All that stands behind an entry, and what can be done with it."""
    found = _entry_or_404(request, reference)
    rule = services.rule_of(found.provider, found.register_key, timezone.localdate())
    context = {
        "entry": found,
        "register_name": rule.name if rule else found.register_key,
        "risks": [forms.risk_words(risk) for risk in found.risks],
        "restriction": found.source.removeprefix(permissions.STANDS_WITH)
        if found.source.startswith(permissions.STANDS_WITH)
        else "",
        "incident": found.source.removeprefix("incident:") if found.source.startswith("incident:") else "",
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
    form = for_page(forms.ChangeEntry, request, initial)
    if form.is_valid():
        data = form.cleaned_data
        with form.rules():
            services.change_entry(
                found.pk,
                instructions=data["instructions"].splitlines(),
                ring=data["ring"],
                shared_with_contractors=bool(data["shared"]),
                review_on=data["review_on"],
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
    form = for_page(forms.KeepEntry, request)
    if form.is_valid():
        with form.rules():
            services.keep(found.pk, by=request.user, at=timezone.now(), **form.cleaned_data)
            return redirect("register:entry", found.reference)
    return render(request, "register/form.html", _act(found, form, "Keep the entry"))


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
        request, "register/form.html", _act(found, form, "Remove the entry") | {"button": "Check the removal"}
    )


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
