"""Residents on screen: find, add, keep their details; and the provider's policy in plain words."""

import functools
import uuid
from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from audit import looks
from design import dates, fields, pages, refusals, seals
from design.forms import Form
from people import access, forms, permissions, policy_page, services
from people.access import Can, SignedInRequest
from people.models import Need, PolicyVersion, Provider, Representative, Resident
from people.services.finding import Doubles
from policies.rules import RuleBroken

ROWS_A_PAGE = 25
NEW = "new"


@require_safe
def find(request: SignedInRequest) -> HttpResponse:
    """Find a resident by part of a name, address, postcode, phone or reference. The rows say nothing of any case."""
    permissions.check_can_find(request.user)
    typed = request.GET.get("q", "").replace("\x00", "")[:200].strip()
    found = Resident.objects.visible_to(request.user).prefetch_related("addresses")
    page = None
    if typed:
        page = Paginator(found.matching(typed), ROWS_A_PAGE).get_page(request.GET.get("page"))
    reads = bool(access.providers_where(request.user, Can.VIEW_CASES))
    context = {"typed": typed, "page": page, "may_add": not _why_not_add(request), "may_open_urgently": reads}
    return render(request, "people/find.html", context)


def _why_not_add(request: SignedInRequest) -> str:
    return access.why_not(permissions.check_can_add, request.user, _provider(request))


def _provider(request: SignedInRequest) -> Provider:
    """The provider where the person adds residents: their own, unless they may only elsewhere."""
    mine = access.providers_where(request.user, Can.EDIT_RESIDENTS)
    own: Provider = request.user.provider
    return own if own.pk in mine or not mine else Provider.objects.get(pk=mine[0])


def add(request: SignedInRequest) -> HttpResponse:
    """Add a person; whoever may be the same person is shown first.

    `?draft=` names the draft of an incident that the officer was writing: from here they go back to it, with whoever
    was added, or found to be known, chosen in it.
    """
    provider = _provider(request)
    permissions.check_can_add(request.user, provider)
    draft = _draft(request)
    page = pages.Page(request, at=timezone.now())
    form = page.form(forms.AddPerson, today=timezone.localdate())
    asked: Form | None = None

    def check() -> pages.Check | None:
        """Who may be the same person, asked until it is answered about those who were shown."""
        nonlocal asked
        doubles = services.likely_doubles(provider, form.details(), reader=request.user)
        shown = {
            "who may be the same person": [known.reference for known in doubles.known],
            "whether a file that is closed to you may be theirs": doubles.closed,
        }
        answered = bool(page.checked) and not seals.changed(page.checked or "", shown)
        asked = _which_double(request if answered else None, doubles)
        if not (doubles.known or doubles.closed) or asked.is_valid():
            return None
        context = {"form": asked, "doubles": doubles, "back": request.get_full_path()}
        return pages.Check("people/doubles.html", context, shown)

    def do(seen: str | None) -> str:
        if asked is None and check() is not None:
            raise RuleBroken("Select who it is")
        known = asked.cleaned_data.get("who", NEW) if asked and asked.is_valid() else NEW
        if known != NEW:
            return _go_on(request, draft, known, "is chosen in your draft")
        return _go_on(request, draft, _add(request, provider, form).reference, "is added, and chosen in your draft")

    context = {"draft": draft, "back": draft or reverse("people:find"), "form": form}
    return page.decide(form, check=check, do=do, show=lambda: render(request, "people/add.html", context))


def _draft(request: SignedInRequest) -> str:
    """The address of the draft that the officer came from; "" where they came from none."""
    try:
        return reverse("cases:log_draft", args=[uuid.UUID(request.GET.get("draft", ""))])
    except ValueError:
        return ""


def _go_on(request: SignedInRequest, draft: str, reference: str, done: str) -> str:
    """The address of the person, or of the draft with the person chosen in it."""
    if not draft:
        return reverse("people:resident", args=[reference])
    messages.success(request, f"{reference} {done}.")
    return f"{draft}?added={reference}"


def _which_double(request: SignedInRequest | None, doubles: Doubles) -> Form:
    """The question who it is, with the answer where one was given; its first sight shows no error.

    Where nobody may be named, it is whether they have asked somebody who may know.
    """
    if not doubles.known:
        return forms.Beside(request.POST if request else None)
    form = forms.Double(request.POST if request else None)
    who = cast(fields.ChoiceField, form.fields["who"])
    who.choices = [
        *((known.reference, f"Same person: {known.name}, {known.reference}") for known in doubles.known),
        (NEW, "Someone else"),
    ]
    who.hints = {known.reference: _told_apart(known) for known in doubles.known}
    who.divider_before = NEW
    return form


def _told_apart(known: Resident) -> str:
    born = f"Born {dates.day(known.date_of_birth)}" if known.date_of_birth else "Date of birth not recorded"
    return f"{born}. {known.address or 'No address recorded'}"


def _add(request: SignedInRequest, provider: Provider, form: forms.AddPerson) -> Resident:
    data = form.cleaned_data
    return services.add_with_tenancy(
        provider,
        form.details(),
        tenancy_reference=data["tenancy_reference"],
        tenancy_kind=data["tenancy_kind"],
        part=data["tenancy_part"],
        by=request.user,
        at=timezone.now(),
    )


def _resident_or_404(request: SignedInRequest, reference: str) -> Resident:
    mine = Resident.objects.visible_to(request.user).select_related("provider").prefetch_related("addresses")
    found = get_object_or_404(mine, reference=reference)
    looks.note(request, found)
    return found


def _has_register(provider: Provider) -> bool:
    """Whether the policy of today knows a register: Homes for Life's knows none, so nobody can be entered."""
    try:
        return bool(provider.policy_version_on(timezone.localdate()).policy.registers)
    except PolicyVersion.DoesNotExist:
        return False


def _identity(found: Resident) -> dict[str, Any]:
    return {"resident": found, "address": str(found.address or "")}


@require_safe
def resident(request: SignedInRequest, reference: str) -> HttpResponse:
    """What is known of a person. Needs about health are shown only to those who read case files (rule D8)."""
    found = _resident_or_404(request, reference)
    needs = list(Need.objects.filter(resident=found).visible_to(request.user).select_related("recorded_by"))
    representatives = list(found.representatives.order_by("ended_on", "pk"))
    context = _identity(found) | {
        "contacts": list(found.contact_points.order_by("kind", "pk")),
        "past_addresses": [a for a in found.addresses.all() if a != found.address],
        "households": services.households(found, reader=request.user),
        "needs": sorted((need for need in needs if need.ended_at is None), key=lambda need: need.recorded_at),
        "ended_needs": [need for need in needs if need.ended_at is not None],
        "representatives": [one for one in representatives if one.ended_on is None],
        "past_representatives": [one for one in representatives if one.ended_on is not None],
        "may_change": not access.why_not(permissions.check_can_change, request.user, found),
        "reads_files": access.can(request.user, Can.VIEW_CASES, found.provider_id),
        "may_enter": access.can(request.user, Can.DECIDE, found.provider_id) and _has_register(found.provider),
        "may_see_who": access.can(request.user, Can.VIEW_TRAIL, found.provider_id),
        "may_set_access": not access.why_not(permissions.check_can_set_access, request.user, found),
        "who_looked": f"{reverse('office:who_looked')}?resident={found.reference}",
        "may_check": access.can(request.user, Can.VIEW_REGISTER, found.provider_id),
        "why_no_change": access.why_not(permissions.check_can_change, request.user, found),
    }
    return render(request, "people/resident.html", context)


def change(request: SignedInRequest, reference: str) -> HttpResponse:
    """Change what is known of a person; what stood before is kept in the trail, and an older page undoes nothing."""
    found = _resident_or_404(request, reference)
    permissions.check_can_change(request.user, found)
    context = _step(found) | {"title": "Change details", "button": "Save the details", "save": "Save the details"}
    now = timezone.now()
    page = pages.Page(request, at=now, context=context, since=services.saved(found))

    def do(form: forms.Person, seen: str) -> str:
        services.change_resident(found.pk, form.details(), by=request.user, at=now, seen=seen)
        return context["back"]

    return page.edit(
        forms.Person,
        known=lambda: services.known(Resident.objects.get(pk=found.pk)),
        initial=forms.typed_from,
        do=do,
        show=lambda form: render(request, "people/form.html", context | {"form": form}),
        today=timezone.localdate(),
    )


def _step(found: Resident) -> dict[str, Any]:
    """The frame of a step about a person: the identity bar and the way back."""
    back = reverse("people:resident", args=[found.reference])
    return _identity(found) | {"frame": "people/step.html", "back": back}


def _keeping(
    request: SignedInRequest, found: Resident, shape: type[Form], title: str, button: str, act: Callable[..., Any]
) -> HttpResponse:
    """One small form about a person: show it, or do once what it asks and go back to the person."""
    permissions.check_can_change(request.user, found)
    context, now = _step(found) | {"title": title, "button": button}, timezone.now()
    page = pages.Page(request, at=now, context=context)
    form = page.form(shape)

    def do(seen: str | None) -> str:
        act(**form.cleaned_data, by=request.user, at=now)
        return context["back"]

    return page.decide(
        form,
        do=do,
        show=lambda: render(request, "people/form.html", context | {"form": form}),
        late=lambda refusal: refusals.too_late(request, str(refusal), back=context["back"], back_text="See the person"),
    )


def add_need(request: SignedInRequest, reference: str) -> HttpResponse:
    """Record a need or an adjustment (Equality Act 2010 s20; Dover 6.41)."""
    found = _resident_or_404(request, reference)
    act = functools.partial(services.record_need, found.pk)
    return _keeping(request, found, forms.RecordNeed, "Record a need or an adjustment", "Record it", act)


def show_health(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask for what is known of somebody's health; it is recorded, and shown for a quarter of an hour (rule D8)."""
    found = _resident_or_404(request, reference)
    permissions.check_can_show_health(request.user, found)
    own, back = reverse("people:resident", args=[found.reference]), request.GET.get("back", "")
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    page = pages.Page(request, at=timezone.now())
    form = page.form(forms.Why if permissions.says_why(request.user, found) else Form)

    def do(seen: str | None) -> str:
        reason = form.cleaned_data.get("reason", "")
        services.show_health(found.pk, reason=reason, by=request.user, at=page.at)
        return back if safe else own

    context = _step(found) | {"form": form, "back": back if safe else own}
    return page.decide(form, do=do, show=lambda: render(request, "people/show_health.html", context))


def end_need(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """End a need or an adjustment that no longer holds."""
    found = _resident_or_404(request, reference)
    need = get_object_or_404(Need.objects.visible_to(request.user), pk=pk, resident=found)
    if need.ended_at is not None and request.method != "POST":
        return redirect("people:resident", found.reference)
    title = f"End the {'adjustment' if need.kind == Need.Kind.ADJUSTMENT else 'need'}"
    return _keeping(request, found, forms.Reasons, title, title, functools.partial(services.end_need, need.pk))


def add_representative(request: SignedInRequest, reference: str) -> HttpResponse:
    """Name who speaks for a resident."""
    found = _resident_or_404(request, reference)
    act = functools.partial(services.name_representative, found.pk)
    return _keeping(request, found, forms.NameRepresentative, "Name a representative", "Name the representative", act)


def end_representative(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Record that somebody no longer speaks for a resident."""
    found = _resident_or_404(request, reference)
    representative = get_object_or_404(Representative, pk=pk, resident=found)
    if representative.ended_on is not None and request.method != "POST":
        return redirect("people:resident", found.reference)
    act = functools.partial(services.end_representative, representative.pk)
    return _keeping(request, found, forms.Reasons, "End a representative’s authority", "End the authority", act)


def add_tenancy(request: SignedInRequest, reference: str) -> HttpResponse:
    """Record a tenancy that the person holds or shares."""
    found = _resident_or_404(request, reference)
    act = functools.partial(services.join_tenancy, found.pk)
    return _keeping(request, found, forms.JoinTenancy, "Record a tenancy", "Record the tenancy", act)


@require_safe
def policy(request: SignedInRequest) -> HttpResponse:
    """The provider's policy in plain words: rules by section, then what is unsaid, lost, and local."""
    provider: Provider = request.user.provider
    held = request.user.capabilities.get(provider.pk, frozenset())
    if not held - {Can.VIEW_SHARED_REGISTER}:
        raise access.NotPermitted("The policy page is for the provider's own staff.")
    try:
        version: PolicyVersion | None = provider.policy_version_on(timezone.localdate())
    except PolicyVersion.DoesNotExist:
        version = None
    context = {"version": version, "page": policy_page.read(version.policy) if version else None}
    return render(request, "people/policy.html", context)
