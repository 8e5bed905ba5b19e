"""Looking: one box, the match, the card."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit import looks
from people import access
from people.access import Can, SignedInRequest
from people.models import Provider, Resident
from policies.policy import Policy
from register import acts, permissions
from register.models import Contact, Entry, Lookup
from register.services import lookups

PURPOSES = Lookup.Purpose.choices


def _require_register(request: SignedInRequest) -> None:
    """Nobody without a right to the register sees even its search box."""
    if not access.providers_where(request.user, Can.VIEW_REGISTER, Can.VIEW_SHARED_REGISTER):
        raise access.NotPermitted("Your role does not let you check the register.")


def _keeps_register(request: SignedInRequest) -> bool:
    """Whether the policy of the person's provider keeps a register; where it keeps none, the page is not called one."""
    return bool(request.user.provider.policy_version_on(timezone.localdate()).policy.registers)


def _may_enter_place(request: SignedInRequest) -> bool:
    provider: Provider = request.user.provider
    views = access.can(request.user, Can.VIEW_REGISTER, provider.pk)
    return views and bool(acts.open_registers(request.user, provider, timezone.localdate()))


@require_safe
@never_cache
def check(request: SignedInRequest) -> HttpResponse:
    """One box; matches without markers. A single match goes straight to its page."""
    _require_register(request)
    typed = request.GET.get("q", "").replace("\x00", "")[:200]
    matches, more = lookups.find(typed, user=request.user, on=timezone.localdate()) if typed.strip() else ([], False)
    if len(matches) == 1:
        return redirect("register:match" if matches[0].resident else "register:place", matches[0].reference)
    context = {
        "typed": typed,
        "missing": "q" in request.GET and not typed.strip(),
        "matches": matches,
        "more": more,
        "decides": bool(access.providers_where(request.user, Can.DECIDE)),
        "keeps_register": _keeps_register(request),
        "may_enter_place": _may_enter_place(request),
    }
    return render(request, "register/check.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def match(request: SignedInRequest, reference: str) -> HttpResponse:
    """The person, and three buttons: the press is the recorded look-up."""
    _require_register(request)
    mine = access.providers_where(request.user, Can.VIEW_REGISTER, Can.VIEW_SHARED_REGISTER)
    people = Resident.objects.select_related("provider").prefetch_related("addresses")
    resident = get_object_or_404(people, reference=reference, provider__in=mine)
    looks.note(request, resident)
    permissions.check_not_kept_out(request.user, resident)
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        if purpose in Lookup.Purpose.values:
            lookup = lookups.look_up(resident, by=request.user, purpose=purpose, at=timezone.now())
            return redirect("register:card", lookup.pk)
    home = resident.address
    context = {
        "title": resident.name,
        "lines": [*home.lines.splitlines(), home.postcode] if home else [],
        "no_address": home is None,
        "purposes": PURPOSES,
    }
    return render(request, "register/match.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def place(request: SignedInRequest, reference: str) -> HttpResponse:
    """A place, and the same three buttons."""
    _require_register(request)
    found = get_object_or_404(
        Entry.objects.visible_to(request.user).select_related("provider"), reference=reference, resident__isnull=True
    )
    looks.note(request, found)
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        if purpose in Lookup.Purpose.values:
            lookup = lookups.look_up_place(found, by=request.user, purpose=purpose, at=timezone.now())
            return redirect("register:card", lookup.pk)
    context = {"title": found.place, "lines": [found.place_postcode], "purposes": PURPOSES}
    return render(request, "register/match.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def card(request: SignedInRequest, pk: int) -> HttpResponse:
    """What to do. Shown only to whoever looked, only on the day of the look, only while the register says the same."""
    looks = Lookup.objects.select_related("provider", "resident", "receipt").prefetch_related("resident__addresses")
    lookup = get_object_or_404(looks, pk=pk, by=request.user)
    permissions.check_can_look_up(request.user, lookup.provider)
    now = timezone.now()
    shown = lookups.shown_by(lookup, user=request.user, at=now)
    if request.method == "POST" and shown is not None:
        lookups.confirm_checked(lookup.pk, by=request.user, at=now)
        return redirect("register:card", lookup.pk)
    context = _card_of(lookup, shown or [], request) | {"stale": shown is None}
    return render(request, "register/stale.html" if shown is None else "register/card.html", context)


def _card_of(lookup: Lookup, shown: list[Entry], request: SignedInRequest) -> dict[str, Any]:
    resident = lookup.resident
    home = resident.address if resident else None
    lines = [*home.lines.splitlines(), home.postcode] if home else lookup.place.splitlines()[1:]
    own = [entry for entry in shown if resident is None or entry.resident_id == resident.pk]
    here = [entry for entry in shown if resident is not None and entry.resident_id is None]
    others = [entry for entry in shown if entry not in own and entry not in here]
    policy: Policy = lookup.provider.policy_version_on(timezone.localdate()).policy
    return {
        "lookup": lookup,
        "name": resident.name if resident else lookup.place.splitlines()[0],
        "lines": lines,
        "again": ("register:match", resident.reference) if resident else ("register:check", ""),
        "entries": shown,
        "own": _with_contacts(own),
        "here": _with_contacts(here),
        "others": _with_contacts(others),
        "always": [words for words, _ in policy.always_accept],
        "no_register": not policy.registers,
        "receipt": getattr(lookup, "receipt", None),
        "for_visit": lookup.purpose != Lookup.Purpose.PHONE,
        "shared_only": not access.can(request.user, Can.VIEW_REGISTER, lookup.provider_id),
    }


def _with_contacts(found: list[Entry]) -> list[tuple[Entry, Contact]]:
    """Each entry with whom to ring today: whoever covers, between the days of a cover."""
    today = timezone.localdate()
    return [(entry, entry.contact_on(today)) for entry in found]
