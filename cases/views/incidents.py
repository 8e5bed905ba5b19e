"""Logging an incident on one page, what comes after it, and the incident's own page."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.models import Event
from cases import forms, permissions, wording
from cases.models import Affected, Case, Draft, Evidence, Incident
from cases.services import incidents
from cases.views.frame import SignedInRequest, bar
from deadlines.models import Deadline
from design import components, drafts, words
from design.dates import day_of
from design.forms import for_page
from people import access
from people.models import Organisation, PolicyVersion, Provider, Resident, User
from policies.policy import Policy

MOST_FOUND = 10
# How an incident is known, as its page tells others what the reporter chose.
KNOWN = {
    Incident.Knowledge.FIRST_HAND: "Whoever logged it saw or heard it",
    Incident.Knowledge.COLLEAGUE: "A colleague or contractor who was there told whoever logged it",
    Incident.Knowledge.HEARSAY: "Hearsay: somebody who was not there told whoever logged it",
}
LONGEST_KEY = 18
FRESH = 3600  # seconds for which "Just now" of a draft may still be true


def _policy(provider: Provider, at: Any) -> Policy:
    version: PolicyVersion = provider.policy_version_on(day_of(at))
    return version.policy


# The page


@require_GET
def log(request: SignedInRequest) -> HttpResponse:
    """Begin an incident: a fresh token, and its own page. `?resident=` names somebody to begin with."""
    permissions.check_can_log(request.user, request.user.provider)
    address = reverse("cases:log_draft", args=[forms.new_token()])
    named = request.GET.get("resident", "")
    return redirect(f"{address}?{urlencode({'resident': named})}" if named else address)


def write(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """The page on which an incident is logged. Whatever button is pressed, what was typed is kept."""
    permissions.check_can_log(request.user, request.user.provider)
    draft = _own_draft(request.user, token)
    if draft and draft.became:
        return redirect("cases:incident_saved", draft.became.reference)
    if request.method == "POST":
        return _act(request, token)
    return _show(request, token, draft)


def _own_draft(user: User, token: uuid.UUID) -> Draft | None:
    draft = Draft.objects.select_related("became").filter(token=token).first()
    if draft and draft.user_id != user.pk:
        raise Http404
    return draft


def _show(request: SignedInRequest, token: uuid.UUID, draft: Draft | None) -> HttpResponse:
    at = timezone.now()
    kept = getattr(request, "kept_typing", None)
    typed: Mapping[str, Any] = kept if kept is not None else (draft.data if draft else {})
    query = drafts.as_query(typed).copy() if typed else QueryDict(mutable=True)
    if request.GET.get("resident") and not typed:
        query["found"] = request.GET["resident"]
    if draft and kept is None and (at - draft.updated_at).total_seconds() > FRESH and query.get("when") == "now":
        del query["when"]
    people = people_of(request.user, query)
    form = forms.LogForm.from_draft(query, **_asked(request.user, people, at))
    return _page(request, form, token)


def _asked(user: User, people: forms.People, at: Any) -> dict[str, Any]:
    return {"people": people, "policy": _policy(user.provider, at), "user": user, "at": at}


def _page(request: SignedInRequest, form: forms.LogForm, token: uuid.UUID) -> HttpResponse:
    context = {
        "form": form,
        "token": token,
        "autosave": reverse("cases:draft_autosave", args=[token]),
        "searched": bool(form["q"].value()),
    }
    return render(request, "cases/log.html", context)


def _keys(typed: Iterable[str]) -> list[int]:
    """Those of the posted values that can be a row's key: digits 0 to 9, and no more of them than a key has."""
    return [int(value) for value in typed if value.isascii() and value.isdigit() and len(value) <= LONGEST_KEY]


def people_of(user: User, query: Any) -> forms.People:
    """Whom a form's typing names: residents chosen, residents that match, colleagues ticked or found."""
    residents = Resident.objects.visible_to(user).filter(provider=user.provider).prefetch_related("addresses")
    named = [key.removeprefix(forms.PART) for key in query if key.startswith(forms.PART)]
    named = [words.clean_line(ref)[:20] for ref in named]
    chosen = list(residents.filter(reference__in=named)) if named else []
    picked, typed = (words.clean_line(query.get(name, ""))[:200] for name in ("found", "q"))
    found = list(residents.matching(typed)[:MOST_FOUND]) if typed else []
    if picked and picked != forms.UNKNOWN and picked not in {one.reference for one in found}:
        found = [*residents.filter(reference=picked), *found]
    found = [one for one in found if one.reference not in set(named)]
    staff = User.objects.filter(provider=user.provider, is_active=True)
    ticked = _keys(query.getlist("affected") if hasattr(query, "getlist") else [])
    colleagues = {one.pk: one for one in (staff.filter(pk__in=ticked).order_by("name") if ticked else [])}
    for one in forms.colleagues_named(user.provider, query.get("colleague_q", "")):
        colleagues.setdefault(one.pk, one)
    works_for = list(Organisation.objects.filter(provider=user.provider).order_by("name"))
    return forms.People(chosen, found, [one for one in colleagues.values() if one.pk != user.pk], works_for)


def _act(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """One of the page's buttons: find somebody, name another person, save the draft, or save the incident."""
    at, do = timezone.now(), request.POST.get("do", "save")
    if do == "save":
        return _save(request, token, at)
    typed = drafts.typed(request.POST)
    typed.pop("do", None)
    if do == "another" and typed.get("found", [""])[0] not in ("", forms.UNKNOWN):
        typed[f"{forms.PART}{typed['found'][0]}"] = typed.get("part", ["behaved"])
        typed |= {"q": [""], "found": [""], "part": ["behaved"]}
    incidents.save_draft(token, data=typed, by=request.user, at=at)
    if do == "draft":
        messages.success(request, "Your draft is saved. It stands under My drafts.")
        return redirect("worklist:mine")
    place = {"find_colleague": "colleagues"}.get(do, "who")
    return redirect(reverse("cases:log_draft", args=[token]) + f"#{place}")


def _save(request: SignedInRequest, token: uuid.UUID, at: Any) -> HttpResponse:
    people = people_of(request.user, request.POST)
    form = forms.LogForm(request.POST, request.FILES, **_asked(request.user, people, at))
    if form.is_valid():
        happened, parts = form.happened(), form.parts()
        if incidents.same_day(parts, on=happened.happened_on):
            incidents.save_draft(token, data=drafts.typed(request.POST), by=request.user, at=at)
            asked = "?files=1" if form.cleaned_data["evidence"] else ""
            return redirect(reverse("cases:log_same", args=[token]) + asked)
        with form.rules():
            return _saved(_log(request, token, form, files=form.cleaned_data["evidence"], at=at))
    return _page(request, form, token)


def _log(request: SignedInRequest, token: uuid.UUID, form: forms.LogForm, *, files: list[Any], at: Any) -> Incident:
    return incidents.log(
        token,
        provider=request.user.provider,
        parts=form.parts(),
        happened=form.happened(),
        affected=form.affected_people(),
        files=files,
        by=request.user,
        at=at,
    )


def _saved(incident: Incident) -> HttpResponse:
    return redirect("cases:incident_saved", incident.reference)


@require_POST
def autosave(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """Keep what is typed while typing pauses. Answers with nothing."""
    permissions.check_can_log(request.user, request.user.provider)
    typed = drafts.typed(request.POST)
    typed.pop("do", None)
    incidents.save_draft(token, data=typed, by=request.user, at=timezone.now())
    return HttpResponse(status=204)


def discard(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """Ask, then throw a draft away."""
    draft = _own_draft(request.user, token)
    if draft is None or draft.became_id:
        raise Http404
    if request.method == "POST":
        incidents.discard_draft(token, by=request.user)
        messages.success(request, "The draft is discarded.")
        return redirect("worklist:mine")
    return render(request, "cases/discard.html", {"draft": draft, "back": reverse("cases:log_draft", args=[token])})


def same(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """Is this the same incident? The same resident has one logged on that day."""
    permissions.check_can_log(request.user, request.user.provider)
    draft, at = _own_draft(request.user, token), timezone.now()
    if draft and draft.became:
        return _saved(draft.became)
    if draft is None or not draft.data:
        raise Http404
    query = drafts.as_query(draft.data)
    asked = _asked(request.user, people_of(request.user, query), at)
    typed = forms.LogForm(query, **asked)
    if not typed.is_valid():
        return redirect("cases:log_draft", token)
    found = incidents.same_day(typed.parts(), on=typed.happened().happened_on)
    choices = [(one.reference, f"Yes, it is {one.reference}") for one in found]
    hints = {one.reference: _told_by(one) for one in found}
    form = forms.SameForm(request.POST or None, request.FILES or None, choices=choices, hints=hints)
    if form.is_valid():
        with form.rules():
            return _answer_same(request, token, form, typed, found, at)
    context = {"form": form, "files": "files" in request.GET, "back": reverse("cases:log_draft", args=[token])}
    return render(request, "cases/same.html", context)


def _told_by(incident: Incident) -> str:
    place = f", {incident.place}" if incident.place else ""
    when = wording.moment_of(incident.happened_on, incident.happened_at)
    return f"{when}, {incident.get_channel_display().lower()}{place}. Logged by {incident.reported_by.name}"


def _answer_same(
    request: SignedInRequest,
    token: uuid.UUID,
    form: forms.SameForm,
    typed: forms.LogForm,
    found: list[Incident],
    at: Any,
) -> HttpResponse:
    chosen = next((one for one in found if one.reference == form.cleaned_data["same"]), None)
    if chosen is None:
        return _saved(_log(request, token, typed, files=form.cleaned_data["evidence"], at=at))
    incidents.add_account_from_draft(
        token,
        chosen.pk,
        words=typed.cleaned_data["facts"],
        words_used=typed.cleaned_data["words_used"],
        affected=typed.affected_people(),
        files=form.cleaned_data["evidence"],
        by=request.user,
        at=at,
    )
    messages.success(request, f"Your account is added to incident {chosen.reference}.")
    return redirect("cases:incident", chosen.reference)


# After


def _find(request: SignedInRequest, ref: str) -> Incident:
    found = Incident.objects.visible_to(request.user).select_related("provider", "reported_by")
    return get_object_or_404(found, reference=ref)


@require_GET
def saved(request: SignedInRequest, ref: str) -> HttpResponse:
    """The page after saving: the reference, who was told, what to do now, what is still to add."""
    incident = _find(request, ref)
    affected = list(incident.affected.select_related("user__line_manager"))
    told = {one.user.line_manager for one in affected if one.user and one.part == "affected"}
    alone = [one for one in affected if one.user and not one.user.line_manager and one.part == "affected"]
    return render(
        request,
        "cases/saved.html",
        {
            "incident": incident,
            **_bar(incident),
            "told": sorted(person.name for person in told if person),
            "nobody_told": [one.name for one in alone],
            "tasks": _still_to_add(incident, affected),
            "hurt": incident.hurt or any(one.hurt for one in affected),
        },
    )


def _bar(incident: Incident) -> dict[str, Any]:
    """The cases that an incident stands in, and the identity bar where it is one resident's alone."""
    found = incident.cases.select_related("resident", "provider", "policy_version__provider").order_by("pk")
    cases: list[Case] = list(found)
    return {"cases": cases, **(bar(cases[0]) if len(cases) == 1 else {})}


def _still_to_add(incident: Incident, affected: list[Affected]) -> list[components.Task]:
    """What can be added now or later; nothing of it is asked for before the incident is saved."""

    def task(title: str, what: str, done: bool, hint: str = "") -> components.Task:
        address = reverse("cases:incident_add", args=[incident.reference, what])
        return components.Task(title, "Done" if done else "To add", address, hint)

    return [
        task("Kind of behaviour", "categories", bool(incident.categories)),
        task("Who it was", "people", incident.involvements.exists(), "Or somebody else who was there"),
        task("Harm, and who was affected", "harm", bool(affected), "Their line managers are told at once"),
        task("Police", "police", incident.police_called),
        task("Something unsafe in the home", "hazard", incident.hazard),
        task("Files", "files", incident.evidence.exists(), "Photos, recordings, e-mails"),
    ]


@require_GET
def incident(request: SignedInRequest, ref: str) -> HttpResponse:
    """The incident: the account, the words used (covered), who, what was done, files, and what was added later."""
    found = _find(request, ref)
    affected = list(found.affected.select_related("user__line_manager", "organisation").order_by("part", "pk"))
    added = Event.objects.filter(subject_kind="incident", subject_ref=found.reference, verb="incident.account_added")
    accounts = {event.at: event for event in added.with_words()}
    why_not = access.why_not(permissions.check_can_add_to, request.user, found)
    behaviours = {one.key: one.name for one in _policy(found.provider, found.reported_at).behaviours}
    context = {
        "incident": found,
        "when": wording.moment_of(found.happened_on, found.happened_at),
        "known": KNOWN[Incident.Knowledge(found.knowledge)],
        "categories": [behaviours.get(key, key) for key in found.categories],
        "involved": list(found.involvements.select_related("resident").order_by("part", "pk")),
        "affected": [one for one in affected if one.part == Affected.Part.AFFECTED],
        "witnesses": [one for one in affected if one.part == Affected.Part.WITNESS],
        "evidence": list(found.evidence.select_related("added_by").order_by("pk")),
        "accounts": [(event, wording.body(event)) for event in sorted(accounts.values(), key=lambda one: one.at)],
        **_bar(found),
        "tasks": [] if why_not else _still_to_add(found, affected),
        "hurt": found.hurt or any(one.hurt for one in affected),
        "why_not": why_not,
    }
    return render(request, "cases/incident.html", context)


ADD: dict[str, tuple[str, Any]] = {
    "categories": ("Kind of behaviour", forms.CategoriesForm),
    "people": ("Who it was", forms.AddPersonForm),
    "harm": ("Harm, and who was affected", forms.HarmForm),
    "police": ("Police", forms.PoliceForm),
    "hazard": ("Something unsafe in the home", forms.HazardForm),
    "files": ("Files", forms.FilesForm),
    "account": ("Another account", forms.AccountForm),
}


def add(request: SignedInRequest, ref: str, what: str) -> HttpResponse:
    """Add one thing to an incident that is logged."""
    if what not in ADD:
        raise Http404
    found = _find(request, ref)
    permissions.check_can_add_to(request.user, found)
    title, kind = ADD[what]
    asked = _add_asked(request, found, what)
    searched = what == "people" and request.method != "POST" and not hasattr(request, "kept_typing")
    if searched:
        form = kind.from_draft(request.GET, **asked)
    else:
        form = for_page(kind, request, _add_initial(found, what), **asked)
    if form.is_valid():
        with form.rules():
            _add(request, found, what, form)
            messages.success(request, f"{title}: added to {found.reference}.")
            return redirect("cases:incident_saved", found.reference)
    context = {
        **_bar(found), "form": form, "incident": found, "title": title, "what": what,
        "colleague_q": request.GET.get("q", ""), "back": reverse("cases:incident", args=[found.reference]),
    }  # fmt: skip
    return render(request, "cases/add.html", context)


def _add_asked(request: SignedInRequest, found: Incident, what: str) -> dict[str, Any]:
    if what == "categories":
        return {"policy": _policy(found.provider, found.reported_at)}
    if what == "people":
        return {"people": people_of(request.user, request.POST if request.method == "POST" else request.GET)}
    if what == "harm":
        known = set(found.affected.filter(user__isnull=False).values_list("user_id", flat=True))
        ticked = _keys(request.POST.getlist("affected"))
        named = list(User.objects.filter(provider=found.provider, is_active=True, pk__in=ticked))
        named += forms.colleagues_named(found.provider, request.GET.get("q", ""))
        people = {one.pk: one for one in [request.user, *named] if one.pk not in known}
        return {"colleagues": list(people.values())}
    return {}


def _add_initial(found: Incident, what: str) -> dict[str, Any]:
    if what == "categories":
        return {"categories": found.categories}
    if what == "police":
        return {"police_called": found.police_called, "police_reference": found.police_reference}
    if what == "harm":
        return {"danger": found.danger, "hurt": found.hurt}
    return {"hazard_words": found.hazard_words} if what == "hazard" else {}


def _add(request: SignedInRequest, found: Incident, what: str, form: Any) -> None:
    kept, by, at = form.cleaned_data, request.user, timezone.now()
    if what == "categories":
        incidents.add_details(found.pk, categories=kept["categories"], by=by, at=at)
    elif what == "people":
        resident = form.people.resident(kept["found"])
        incidents.add_details(found.pk, parts=[(resident, kept["part"] or "behaved")], by=by, at=at)
    elif what == "harm":
        hit = forms.affected_people(form.colleagues, kept["affected"], kept["contractors"])
        incidents.add_details(found.pk, danger=kept["danger"], hurt=kept["hurt"], affected=hit, by=by, at=at)
    elif what == "police":
        incidents.add_details(found.pk, **kept, by=by, at=at)
    elif what == "hazard":
        incidents.add_details(found.pk, hazard=True, hazard_words=kept["hazard_words"], by=by, at=at)
    elif what == "files":
        incidents.add_evidence(found.pk, files=kept["evidence"], by=by, at=at)
    else:
        incidents.add_account(found.pk, words=kept["words"], words_used=kept["words_used"], by=by, at=at)


@require_GET
def evidence(request: SignedInRequest, ref: str, pk: int) -> FileResponse:
    """A file of the incident, always as a download: nothing that somebody handed in is shown inside Evenhand."""
    kept = get_object_or_404(Evidence, pk=pk, incident=_find(request, ref))
    answer = FileResponse(kept.file.open("rb"), as_attachment=True, filename=kept.name, content_type=kept.content_type)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def support(request: SignedInRequest, about: str) -> HttpResponse:
    """What a line manager needs of an incident that hit somebody of theirs, and "I have seen this"."""
    waiting = Deadline.objects.filter(kind="incident.support", about=f"support:{about}", owner=request.user)
    deadline = waiting.order_by("-pk").first()
    found = Incident.objects.select_related("provider", "reported_by").filter(reference=about.partition(".")[0]).first()
    if deadline is None or found is None:
        raise Http404
    hit = incidents.hit_under(found, request.user)
    form = for_page(forms.SupportForm, request)
    if form.is_valid():
        with form.rules():
            incidents.confirm_support(found.pk, words=form.cleaned_data["offered"], by=request.user, at=timezone.now())
            messages.success(request, "It is recorded that you have seen this.")
            return redirect("cases:support", about)
    context = {
        "incident": found,
        "form": form,
        "hit": hit,
        "when": wording.moment_of(found.happened_on, found.happened_at),
        "seen": deadline.state == Deadline.State.MET,
        "seen_at": deadline.ended_at,
        "readable": Incident.objects.visible_to(request.user).filter(pk=found.pk).exists(),
        "hurt": found.hurt or any(one.hurt for one in hit),
    }
    return render(request, "cases/support.html", context)
