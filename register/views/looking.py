"""Looking: one box, the match, the card."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from audit import looks
from design.forms import Form
from design.pages import Page
from people import access
from people.access import Can, SignedInRequest
from people.models import Resident
from policies.policy import Policy
from policies.rules import RuleBroken
from register import forms, permissions
from register.models import Contact, Entry, Handle, Lookup
from register.services import finding, lookups
from register.services.finding import Match, TooMany

PURPOSES = Lookup.Purpose.choices
WHAT_TO_ENTER = {
    True: "Enter the name or the address. You have not checked.",
    False: "Enter a name, address, postcode or phone. You have not checked.",
}


def _require_register(request: SignedInRequest) -> None:
    """Nobody without a right to the register sees even its search box."""
    if not access.providers_where(request.user, Can.VIEW_REGISTER, Can.VIEW_SHARED_REGISTER):
        raise access.NotPermitted("Your role does not let you check the register.")


def _keeps_register(request: SignedInRequest) -> bool:
    """Whether the policy of the person's provider keeps a register; where it keeps none, the page is not called one."""
    return bool(request.user.provider.policy_version_on(timezone.localdate()).policy.registers)


def _contractor(request: SignedInRequest) -> bool:
    return finding.is_contractor(request.user)


def _links(request: SignedInRequest) -> dict[str, bool]:
    """What else is the reader's to read: the entries, for whoever decides on them or keeps a register; what is shared
    with contractors, for them and for whoever reads the trail."""
    reader, today = request.user, timezone.localdate()
    keeps = permissions.keeps_a_register(reader, today)
    decides = keeps or bool(access.providers_where(reader, Can.DECIDE))
    decides = decides or bool(permissions.registers_of(reader, reader.provider, today))
    reads = decides or bool(access.providers_where(reader, Can.VIEW_TRAIL))
    return {"may_enter_place": keeps, "keeps_entries": decides, "reads_shares": reads}


@require_safe
@never_cache
def check(request: SignedInRequest) -> HttpResponse:
    """One box; matches without markers. A single match goes straight to its page. Each search is recorded."""
    return unless_too_many(request, lambda: _search(request))


def _search(request: SignedInRequest) -> HttpResponse:
    _require_register(request)
    typed = request.GET.get("q", "").replace("\x00", "")[:200]
    matches: list[Match] = []
    more, problem = False, "" if typed.strip() or "q" not in request.GET else WHAT_TO_ENTER[_contractor(request)]
    if typed.strip():
        try:
            matches, more = finding.search_for(typed, by=request.user, at=timezone.now())
        except RuleBroken as refusal:
            problem = f"{refusal.message}. You have not checked."
    if len(matches) == 1:
        return redirect(_address(request, matches[0]))
    context = {
        "typed": typed,
        "problem": problem,
        "matches": [(match, _address(request, match)) for match in matches],
        "more": more,
        "contractor": _contractor(request),
        "keeps_register": _keeps_register(request),
    } | _links(request)
    return render(request, "register/check.html", context)


def _address(request: SignedInRequest, match: Match) -> str:
    """Where a match is opened: by its reference, or by what a contractor was handed in this session."""
    if match.handle is not None:
        return reverse("register:found", args=[finding.sign(match.handle, request.session.session_key or "")])
    return reverse("register:match" if match.resident else "register:place", args=[match.reference])


def unless_too_many(request: SignedInRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """An answer; where somebody has to wait, that they have not checked, and whom to ring at a door now (429)."""
    try:
        return answer()
    except TooMany as refusal:
        context = {"wait": refusal.wait, "provider": request.user.provider}
        held = render(request, "register/too_many.html", context, status=429)
        held.headers["Retry-After"] = "3600"
        return held


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def found(request: SignedInRequest, handle: str) -> HttpResponse:
    """What a search handed to a contractor: the person or place, and why they look. It opens once, and not for long."""
    _require_register(request)
    page = Page(request, at=timezone.now())
    try:
        known = finding.opened(handle, by=request.user, session=request.session.session_key or "", at=page.at)
    except Handle.DoesNotExist:
        raise Http404("Search again: this has run out") from None
    if known.resident:
        permissions.check_not_kept_out(request.user, known.resident)
    if meant := known.resident or known.place:
        looks.note(request, meant)
    form = page.form(forms.Look)

    def do(seen: str | None) -> str:
        typed = form.cleaned_data
        why = {"purpose": typed["purpose"], "job": typed["job"]}
        return _card(lookups.look_up_found(known.pk, by=request.user, at=page.at, **why))

    def show() -> HttpResponse:
        return render(request, "register/found.html", _of(known.resident, known.place) | {"form": form})

    return unless_too_many(request, lambda: page.decide(form, do=do, show=show))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def match(request: SignedInRequest, reference: str) -> HttpResponse:
    """The person, and three buttons: the press is the recorded look-up. For staff: a contractor searches."""
    _require_register(request)
    mine = access.providers_where(request.user, Can.VIEW_REGISTER)
    people = Resident.objects.select_related("provider").prefetch_related("addresses")
    resident = get_object_or_404(people, reference=reference, provider__in=mine)
    looks.note(request, resident)
    permissions.check_not_kept_out(request.user, resident)
    return _why(request, _of(resident, None), partial(lookups.look_up, resident))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def place(request: SignedInRequest, reference: str) -> HttpResponse:
    """A place, and the same three buttons."""
    _require_register(request)
    mine = access.providers_where(request.user, Can.VIEW_REGISTER)
    places = Entry.objects.filter(provider__in=mine, resident__isnull=True).exclude(place="").select_related("provider")
    known = get_object_or_404(places, reference=reference)
    looks.note(request, known)
    return _why(request, _of(None, known), partial(lookups.look_up_place, known))


def _of(resident: Resident | None, place: Entry | None) -> dict[str, Any]:
    """Whom or which place a page is about: the name, and the address."""
    if resident is None:
        assert place is not None
        return {"title": place.place, "lines": [place.place_postcode]}
    home = resident.address
    lines = [*home.lines.splitlines(), home.postcode] if home else []
    return {"title": resident.name, "lines": lines, "no_address": home is None}


def _why(request: SignedInRequest, context: dict[str, Any], look: Callable[..., Lookup]) -> HttpResponse:
    """Three buttons, each of which is the record of why somebody looks."""
    page = Page(request, at=timezone.now())

    def pressed(purpose: str) -> Callable[[str | None], str]:
        return lambda seen: _card(look(by=request.user, purpose=purpose, at=page.at))

    form = page.form(Form)
    return page.decide(
        form,
        also={purpose: pressed(purpose) for purpose in Lookup.Purpose.values},
        do=lambda seen: request.path,
        show=lambda: render(request, "register/match.html", context | {"form": form, "purposes": PURPOSES}),
    )


def _card(lookup: Lookup) -> str:
    return reverse("register:card", args=[lookup.pk])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def card(request: SignedInRequest, pk: int) -> HttpResponse:
    """What to do. Shown only to whoever looked, only on the day of the look, only while the register says the same."""
    looks = Lookup.objects.select_related("provider", "resident", "organisation", "receipt").prefetch_related(
        "resident__addresses"
    )
    lookup = get_object_or_404(looks, pk=pk, by=request.user)
    permissions.check_can_look_up(request.user, lookup.provider)
    page = Page(request, at=timezone.now())
    shown = lookups.shown_by(lookup, user=request.user, at=page.at)
    form = page.form(Form)
    context = _card_of(lookup, shown or [], request) | {"stale": shown is None, "form": form}
    template = "register/stale.html" if shown is None else "register/card.html"

    def show() -> HttpResponse:
        return render(request, template, context)

    def do(seen: str | None) -> str:
        lookups.confirm_checked(lookup.pk, by=request.user, at=page.at)
        return _card(lookup)

    return show() if shown is None else page.decide(form, do=do, show=show)


def _card_of(lookup: Lookup, shown: list[Entry], request: SignedInRequest) -> dict[str, Any]:
    resident = lookup.resident
    home = resident.address if resident else None
    lines = [*home.lines.splitlines(), home.postcode] if home else lookup.place.splitlines()[1:]
    own = [entry for entry in shown if resident is None or entry.resident_id == resident.pk]
    here = [entry for entry in shown if resident is not None and entry.resident_id is None]
    others = [entry for entry in shown if entry not in own and entry not in here]
    policy: Policy = lookup.provider.policy_version_on(timezone.localdate()).policy
    contractor = not access.can(request.user, Can.VIEW_REGISTER, lookup.provider_id)
    return {
        "lookup": lookup,
        "name": resident.name if resident else lookup.place.splitlines()[0],
        "lines": lines,
        "again": reverse("register:match", args=[resident.reference]) if resident and not contractor else "",
        "entries": shown,
        "own": _with_contacts(own, contractor=contractor),
        "here": _with_contacts(here, contractor=contractor),
        "others": _with_contacts(others, contractor=contractor),
        "always": [] if contractor else [words for words, _ in policy.always_accept],
        "no_register": not policy.registers,
        "receipt": getattr(lookup, "receipt", None),
        "for_visit": lookup.purpose != Lookup.Purpose.PHONE,
        "contractor": contractor,
    }


def _with_contacts(found: list[Entry], *, contractor: bool) -> list[tuple[Entry, Contact]]:
    """Each entry with whom to ring today: whoever covers, between the days of a cover.

    Who is a resident's single point of contact is nothing that a contractor needs: they ring the provider.
    """
    today = timezone.localdate()
    return [
        (entry, Contact("", "") if contractor and entry.stands_with else entry.contact_on(today)) for entry in found
    ]
