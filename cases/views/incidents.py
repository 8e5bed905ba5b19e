"""What comes after an incident is logged, its own page, and what is added to it."""

import functools
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

import cases.services.support
from audit import looks
from audit.models import Event
from cases import permissions, sentences
from cases.forms.adding import (
    AccountForm,
    AddPersonForm,
    CategoriesForm,
    FilesForm,
    HarmForm,
    HazardForm,
    PoliceForm,
    SupportForm,
)
from cases.forms.incidents import affected_people, colleagues_named
from cases.models import Affected, Case, Incident
from cases.services import adding
from cases.views import files
from cases.views.drafting import keys_of, people_of, policy_on
from cases.views.frame import SignedInRequest, bar
from deadlines import kinds
from deadlines.models import Deadline
from design import components, dates, pages, refusals
from design.forms import Form
from people import access
from people.models import User

# How an incident is known, as its page tells others what the reporter chose.
KNOWN = {
    Incident.Knowledge.FIRST_HAND: "Whoever logged it saw or heard it",
    Incident.Knowledge.COLLEAGUE: "A colleague or contractor who was there told whoever logged it",
    Incident.Knowledge.HEARSAY: "Hearsay: somebody who was not there told whoever logged it",
}


def _find(request: SignedInRequest, ref: str) -> Incident:
    found = Incident.objects.visible_to(request.user).select_related("provider", "reported_by")
    incident = get_object_or_404(found, reference=ref)
    looks.note(request, incident)
    return incident


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
    held: list[Case] = list(found)
    return {"cases": held, **(bar(held[0]) if len(held) == 1 else {})}


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
    added = Event.objects.about(found.trail).filter(verb="incident.account_added")
    accounts = {event.at: event for event in added.with_words()}
    why_not = access.why_not(permissions.check_can_add_to, request.user, found)
    behaviours = {one.key: one.name for one in policy_on(found.provider, found.reported_at).behaviours}
    context = {
        "incident": found,
        "when": sentences.moment_of(found.happened_on, found.happened_at),
        "known": KNOWN[Incident.Knowledge(found.knowledge)],
        "categories": [behaviours.get(key, key) for key in found.categories],
        "involved": list(found.involvements.select_related("resident").order_by("part", "pk")),
        "affected": [one for one in affected if one.part == Affected.Part.AFFECTED],
        "witnesses": [one for one in affected if one.part == Affected.Part.WITNESS],
        "evidence": files.of(found),
        "scanned": files.are_checked(),
        "accounts": [(event, sentences.body(event)) for event in sorted(accounts.values(), key=lambda one: one.at)],
        **_bar(found),
        "tasks": [] if why_not else _still_to_add(found, affected),
        "hurt": found.hurt or any(one.hurt for one in affected),
        "why_not": why_not,
    }
    return render(request, "cases/incident.html", context)


ADD: dict[str, tuple[str, Any]] = {
    "categories": ("Kind of behaviour", CategoriesForm),
    "people": ("Who it was", AddPersonForm),
    "harm": ("Harm, and who was affected", HarmForm),
    "police": ("Police", PoliceForm),
    "hazard": ("Something unsafe in the home", HazardForm),
    "files": ("Files", FilesForm),
    "account": ("Another account", AccountForm),
}


# What is stored of each, and changed there rather than added.
STORED = {
    "categories": ("categories",),
    "harm": ("danger", "hurt"),
    "police": ("police_called", "police_reference"),
    "hazard": ("hazard", "hazard_words"),
}


def add(request: SignedInRequest, ref: str, what: str) -> HttpResponse:
    """Add one thing to an incident that is logged."""
    if what not in ADD:
        raise Http404
    found = _find(request, ref)
    permissions.check_can_add_to(request.user, found)
    title, kind = ADD[what]
    context = {
        **_bar(found), "incident": found, "title": title, "what": what, "frame": "cases/incident_step.html",
        "colleague_q": request.GET.get("q", ""), "back": reverse("cases:incident", args=[found.reference]),
    }  # fmt: skip
    page = pages.Page(request, at=timezone.now(), context=context, since=adding.added(found))
    asked = _add_asked(request, found, what)

    def show(form: Form) -> HttpResponse:
        return render(request, "cases/add.html", context | {"form": form})

    def do(form: Any, seen: str | None) -> str:
        _add(found, what, form, {"by": request.user, "at": page.at}, seen)
        messages.success(request, f"{title}: added to {found.reference}.")
        return reverse("cases:incident_saved", args=[found.reference])

    if what in STORED:
        known = functools.partial(_stored, found.pk, *STORED[what])
        return page.edit(kind, known=known, show=show, do=do, **asked)
    searched = what == "people" and request.method != "POST" and not hasattr(request, "kept_typing")
    form = kind.from_draft(request.GET, **asked) if searched else page.form(kind, **asked)
    return page.decide(form, do=lambda seen: do(form, seen), show=lambda: show(form))


def _stored(pk: int, *names: str) -> dict[str, Any]:
    """Details of an incident, read afresh."""
    return adding.known(Incident.objects.get(pk=pk), *names)


def _add_asked(request: SignedInRequest, found: Incident, what: str) -> dict[str, Any]:
    if what == "categories":
        return {"policy": policy_on(found.provider, found.reported_at)}
    if what == "people":
        return {"people": people_of(request.user, request.POST if request.method == "POST" else request.GET)}
    if what == "harm":
        known = set(found.affected.filter(user__isnull=False).values_list("user_id", flat=True))
        ticked = keys_of(request.POST.getlist("affected"))
        named = list(User.objects.filter(provider=found.provider, is_active=True, pk__in=ticked))
        named += colleagues_named(found.provider, request.GET.get("q", ""))
        people = {one.pk: one for one in [request.user, *named] if one.pk not in known}
        return {"colleagues": list(people.values())}
    return {}


def _add(found: Incident, what: str, form: Any, who: dict[str, Any], seen: str | None) -> None:
    """Hand what was typed to the service that adds it; what is stored already, with the version that it began from."""
    kept = form.cleaned_data
    if what == "people":
        resident = form.people.resident(kept["found"])
        adding.add_details(found.pk, parts=[(resident, kept["part"] or "behaved")], **who)
    elif what == "files":
        files.add(found.pk, kept["evidence"], **who)
    elif what == "account":
        adding.add_account(found.pk, words=kept["words"], words_used=kept["words_used"], **who)
    else:
        stored = {name: kept.get(name, True) for name in STORED[what]}
        hit = affected_people(form.colleagues, kept["affected"], kept["contractors"]) if what == "harm" else []
        adding.add_details(found.pk, **stored, affected=hit, seen=seen, **who)


def support(request: SignedInRequest, about: str) -> HttpResponse:
    """What a line manager needs of an incident that hit somebody of theirs, and "I have seen this"."""
    found = Incident.objects.select_related("provider", "reported_by").filter(reference=about.partition(".")[0]).first()
    manager = User.objects.filter(reference=about.partition(".")[2]).first()
    if found is None or manager is None:
        raise Http404
    task = cases.services.support.task_of(found, manager)
    if task.trail.ref != about:
        raise Http404
    waiting = Deadline.objects.about(task).filter(kind=kinds.INCIDENT_SUPPORT)
    deadline = waiting.order_by("-pk").first()
    if deadline is None or not deadline.is_owned_by(request.user):
        raise Http404
    hit = cases.services.support.hit_under(found, manager)
    looks.note(request, found)
    seen = deadline.state == Deadline.State.MET
    if seen and deadline.ended_at and request.method == "POST":
        why = f"You have said already that you have seen this, on {dates.moment(deadline.ended_at)}."
        return refusals.too_late(request, why, back=request.path, back_text="See it")
    page = pages.Page(request, at=timezone.now())
    form = page.form(SupportForm)

    def do(_: str | None) -> str:
        cases.services.support.confirm_support(
            found.pk, words=form.cleaned_data["offered"], by=request.user, at=page.at, manager=manager
        )
        messages.success(request, "It is recorded that you have seen this.")
        return request.path

    context = {
        "incident": found,
        "form": form,
        "hit": hit,
        "when": sentences.moment_of(found.happened_on, found.happened_at),
        "seen": seen,
        "seen_at": deadline.ended_at,
        "readable": Incident.objects.visible_to(request.user).filter(pk=found.pk).exists(),
        "hurt": found.hurt or any(one.hurt for one in hit),
    }
    return page.decide(form, do=do, show=lambda: render(request, "cases/support.html", context))
