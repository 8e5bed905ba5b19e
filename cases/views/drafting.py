"""Logging an incident on one page: whom it names, what was typed so far, whether it is logged already; one POST."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit import looks
from cases import permissions, sentences
from cases.forms.adding import SameForm
from cases.forms.incidents import PART, UNKNOWN, LogForm, People, colleagues_named, new_token
from cases.models import Draft, Incident
from cases.services import adding, drafting, incidents
from cases.views.frame import SignedInRequest
from design import drafts, pages, words
from design.dates import day_of
from design.forms import Form
from people import access
from people.models import Organisation, PolicyVersion, Provider, Resident, User
from people.permissions import check_can_add
from policies.policy import Policy

MOST_FOUND = 10
LONGEST_KEY = 18
# The buttons that keep what is typed and lead on, or back to the page.
KEEPING = {"find", "find_colleague", "another", "add_person", "draft"}
FRESH = 3600  # seconds for which "Just now" of a draft may still be true


def policy_on(provider: Provider, at: Any) -> Policy:
    """The policy that holds at a provider at an instant."""
    version: PolicyVersion = provider.policy_version_on(day_of(at))
    return version.policy


@require_GET
def log(request: SignedInRequest) -> HttpResponse:
    """Begin an incident: a fresh token, and its own page. `?resident=` names somebody to begin with."""
    permissions.check_can_log(request.user, request.user.provider)
    address = reverse("cases:log_draft", args=[new_token()])
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
    if draft and "added" in request.GET:
        return _choose(request, draft)
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
    form = LogForm.from_draft(query, **_asked(request.user, people, at))
    return _page(request, form, token)


def _choose(request: SignedInRequest, draft: Draft) -> HttpResponse:
    """Back from adding a person: choose them in what was typed; whoever was chosen before stays as well."""
    reference = words.clean_line(request.GET["added"])[:20]
    query = drafts.as_query(draft.data).copy()
    before = query.get("found", "")
    if reference != before and f"{PART}{reference}" not in query:
        if before not in ("", UNKNOWN):
            query.setlist(f"{PART}{before}", query.getlist("part") or ["behaved"])
            query["part"] = "behaved"
        query["found"], query["q"] = reference, ""
        drafting.save_draft(draft.token, data=drafts.typed(query), by=request.user, at=timezone.now())
    return redirect(reverse("cases:log_draft", args=[draft.token]) + "#who")


def _asked(user: User, people: People, at: Any) -> dict[str, Any]:
    return {"people": people, "policy": policy_on(user.provider, at), "user": user, "at": at}


def _page(request: SignedInRequest, form: LogForm, token: uuid.UUID) -> HttpResponse:
    context = {
        "form": form,
        "token": token,
        "autosave": reverse("cases:draft_autosave", args=[token]),
        "searched": bool(form["q"].value()),
        "may_add_person": not access.why_not(check_can_add, request.user, request.user.provider),
    }
    return render(request, "cases/log.html", context)


def keys_of(typed: Iterable[str]) -> list[int]:
    """Those of the posted values that can be a row's key: digits 0 to 9, and no more of them than a key has."""
    return [int(value) for value in typed if value.isascii() and value.isdigit() and len(value) <= LONGEST_KEY]


def people_of(user: User, query: Any) -> People:
    """Whom a form's typing names: residents chosen, residents that match, colleagues ticked or found."""
    residents = Resident.objects.visible_to(user).filter(provider=user.provider).prefetch_related("addresses")
    named = [key.removeprefix(PART) for key in query if key.startswith(PART)]
    named = [words.clean_line(ref)[:20] for ref in named]
    chosen = list(residents.filter(reference__in=named)) if named else []
    picked, typed = (words.clean_line(query.get(name, ""))[:200] for name in ("found", "q"))
    found = list(residents.matching(typed)[:MOST_FOUND]) if typed else []
    if picked and picked != UNKNOWN and picked not in {one.reference for one in found}:
        found = [*residents.filter(reference=picked), *found]
    found = [one for one in found if one.reference not in set(named)]
    staff = User.objects.filter(provider=user.provider, is_active=True)
    ticked = keys_of(query.getlist("affected") if hasattr(query, "getlist") else [])
    colleagues = {one.pk: one for one in (staff.filter(pk__in=ticked).order_by("name") if ticked else [])}
    for one in colleagues_named(user.provider, query.get("colleague_q", "")):
        colleagues.setdefault(one.pk, one)
    works_for = list(Organisation.objects.filter(provider=user.provider).order_by("name"))
    return People(chosen, found, [one for one in colleagues.values() if one.pk != user.pk], works_for)


def _act(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """One of the page's buttons: find somebody, name another person, save the draft, or save the incident.

    An unknown one saves nothing: the page is shown again with what was typed. The draft's own token makes one incident
    of however many presses (docs/adr/0063).
    """
    at, do = timezone.now(), request.POST.get(drafts.BUTTON, "")
    if do == pages.DO:
        return _save(request, token, at)
    if do not in KEEPING:
        people = people_of(request.user, request.POST)
        return _page(request, LogForm.from_draft(request.POST, **_asked(request.user, people, at)), token)
    typed = drafts.typed(request.POST)
    if do == "another" and typed.get("found", [""])[0] not in ("", UNKNOWN):
        typed[f"{PART}{typed['found'][0]}"] = typed.get("part", ["behaved"])
        typed |= {"q": [""], "found": [""], "part": ["behaved"]}
    drafting.save_draft(token, data=typed, by=request.user, at=at)
    if do == "add_person":
        return redirect(f"{reverse('people:add')}?draft={token}")
    if do == "draft":
        messages.success(request, "Your draft is saved. It stands under My drafts.")
        return redirect("worklist:mine")
    place = {"find_colleague": "colleagues"}.get(do, "who")
    return redirect(reverse("cases:log_draft", args=[token]) + f"#{place}")


def _save(request: SignedInRequest, token: uuid.UUID, at: Any) -> HttpResponse:
    people = people_of(request.user, request.POST)
    form = LogForm(request.POST, request.FILES, **_asked(request.user, people, at))
    if form.is_valid():
        happened, parts = form.happened(), form.parts()
        if incidents.same_day(parts, on=happened.happened_on, reader=request.user):
            drafting.save_draft(token, data=drafts.typed(request.POST), by=request.user, at=at)
            asked = "?files=1" if form.cleaned_data["evidence"] else ""
            return redirect(reverse("cases:log_same", args=[token]) + asked)
        with form.rules():
            return _saved(_log(request, token, form, files=form.cleaned_data["evidence"], at=at))
    return _page(request, form, token)


def _log(request: SignedInRequest, token: uuid.UUID, form: LogForm, *, files: list[Any], at: Any) -> Incident:
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
    drafting.save_draft(token, data=typed, by=request.user, at=timezone.now())
    return HttpResponse(status=204)


def discard(request: SignedInRequest, token: uuid.UUID) -> HttpResponse:
    """Ask, then throw a draft away."""
    draft = _own_draft(request.user, token)
    if draft is None or draft.became_id:
        raise Http404
    page = pages.Page(request, at=timezone.now())
    form = page.form(Form)
    context = {"form": form, "draft": draft, "back": reverse("cases:log_draft", args=[token])}

    def do(seen: str | None) -> str:
        drafting.discard_draft(token, by=request.user, seen=seen)
        messages.success(request, "The draft is discarded.")
        return reverse("worklist:mine")

    return page.decide(form, shown=draft.shown, do=do, show=lambda: render(request, "cases/discard.html", context))


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
    typed = LogForm(query, **asked)
    if not typed.is_valid():
        return redirect("cases:log_draft", token)
    found = incidents.same_day(typed.parts(), on=typed.happened().happened_on, reader=request.user)
    looks.note(request, *found)
    choices = [(one.reference, f"Yes, it is {one.reference}") for one in found]
    hints = {one.reference: _told_by(one) for one in found}
    page = pages.Page(request, at=at)
    form = page.form(SameForm, choices=choices, hints=hints)
    context = {"form": form, "files": "files" in request.GET, "back": reverse("cases:log_draft", args=[token])}
    return page.decide(
        form,
        shown={"the incidents of that day": [one.reference for one in found], **draft.shown},
        do=lambda seen: _answer_same(request, token, form, typed, found, at),
        show=lambda: render(request, "cases/same.html", context),
    )


def _told_by(incident: Incident) -> str:
    place = f", {incident.place}" if incident.place else ""
    when = sentences.moment_of(incident.happened_on, incident.happened_at)
    return f"{when}, {incident.get_channel_display().lower()}{place}. Logged by {incident.reported_by.name}"


def _answer_same(
    request: SignedInRequest,
    token: uuid.UUID,
    form: SameForm,
    typed: LogForm,
    found: list[Incident],
    at: Any,
) -> str:
    chosen = next((one for one in found if one.reference == form.cleaned_data["same"]), None)
    if chosen is None:
        logged = _log(request, token, typed, files=form.cleaned_data["evidence"], at=at)
        return reverse("cases:incident_saved", args=[logged.reference])
    adding.add_account_from_draft(
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
    return reverse("cases:incident", args=[chosen.reference])
