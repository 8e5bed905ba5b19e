"""The tabs of the case file that belong to cases."""

import dataclasses
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from audit import subjects
from audit.models import Event
from cases import acts, ladder, sentences
from cases.ladder.steps import Button, next_step
from cases.models import Case, Incident
from cases.views.frame import SignedInRequest, file
from deadlines import kinds
from deadlines.models import Deadline
from design import components, dates
from design.dates import day_of
from letters.models import Letter
from people import health
from people.models import User
from people.policy_page import anchor
from policies.policy import Policy
from policies.reckoning import Reckoning
from policies.rules import Rule

EVENTS_A_PAGE = 25
PAGES = {
    subjects.INCIDENT: "cases:incident",
    subjects.LETTER: "letters:view",
    subjects.RESTRICTION: "restrictions:view",
    subjects.APPEAL: "appeals:view",
}
"""The pages of the things that the timeline links to."""
ASSESSMENTS_A_PAGE = 10
WARNINGS_A_PAGE, DATES_A_PAGE, MOST_LINKED = 10, 10, 10
CLOSES = (Case.Stage.INITIAL_WARNING, Case.Stage.WRITTEN_WARNING)


def policy_link(rule: Rule | None) -> str:
    """The address of a rule's clause on the page of the policy; "" for a rule that is not the policy's."""
    if rule is None or rule.source != "policy" or not rule.clause:
        return ""
    return f"{reverse('people:policy')}#{anchor(rule.clause.partition(',')[0])}"


def _tasks(gates: list[ladder.Gate], case: Case, *, links: bool) -> list[components.Task]:
    return [
        components.Task(
            gate.text,
            gate.state,
            reverse(gate.url_name, args=gate.where(case))
            if links and gate.url_name and gate.state != ladder.State.NOT_YET
            else "",
            gate.cited,
        )
        for gate in gates
    ]


def _button(button: Button | None) -> dict[str, str] | None:
    if button is None:
        return None
    address = reverse(button.url_name, args=[button.ref] if button.ref else [])
    return {"words": button.words, "url": address, "why_not": button.why_not}


def _due(deadline: Deadline, policy: Policy, today: Any, reader: User) -> dict[str, Any]:
    """A deadline as the overview shows it: who, by when, why that date; for whoever may do it, where it is done."""
    try:
        address = reverse(deadline.page, args=[deadline.about_ref]) if deadline.waits_for(reader) else ""
    except NoReverseMatch:
        address = ""
    roles = sentences.roles(policy, deadline.for_roles) if deadline.for_roles else ""
    reckoning = Reckoning.from_json(deadline.reckoning) if deadline.reckoning else None
    who = deadline.owner.name if deadline.owner else roles
    return {
        "title": deadline.title,
        "when": ", ".join(filter(None, [_when(deadline.due_on, reckoning), who])),
        "why": reckoning.explain() if reckoning else "",
        "url": address,
        "overdue": deadline.due_on is not None and deadline.due_on < today and bool(who),
        "today": deadline.due_on == today and bool(who),
    }


def _when(due_on: date | None, reckoning: Reckoning | None) -> str:
    """The day with its weekday; where the policy can be read in several ways, the day of each; or none."""
    if due_on:
        return dates.day_weekday(due_on)
    ways = reckoning.ways() if reckoning and reckoning.due is None else []
    days = "; by ".join(f"{way}: {dates.day(day) if day else 'not known'}" for way, day in ways)
    return f"No date until the provider has settled it. By {days}" if ways else "No date"


def _assessments(case: Case, standing: ladder.Standing) -> list[dict[str, str]]:
    """The newest assessment of each kind: when and by whom, and the page on which it is made anew."""
    kinds = (
        ("Risk", "risk", "Assess the risk", "the risk"),
        ("Equality", "equality", "Assess the effect on this person", "the effect on this person"),
    )
    found = []
    for name, key, first, again in kinds:
        made = standing.assessment(key)
        said = f"{dates.day_short(made.made_at)}, {made.made_by.name}" if made else "none yet"
        act, hidden = ("Assess again", again) if made else (first, "")
        url = reverse(f"cases:{key}", args=[case.reference])
        found.append({"name": name, "made": said, "url": url, "act": act, "hidden": hidden})
    return found


def _page_of(line: ladder.Line) -> str:
    """The incident in which a warning was given, or its letter."""
    if line.incident:
        return reverse("cases:incident", args=[line.incident])
    return reverse("letters:view", args=[line.letter])


@require_GET
def overview(request: SignedInRequest, ref: str) -> HttpResponse:
    """What happens next, first; then warnings, dates and people."""
    case, context = file(request, ref, "overview")
    user, standing, may = request.user, ladder.read(case), acts.reader(request.user, case)
    theirs = Q(case_ref=case.reference) | Q(case_ref="", resident=case.resident, kind=kinds.APPEAL_WINDOW)
    open_ones = Deadline.objects.open().filter(theirs, provider=case.provider)
    waiting, today = list(open_ones.select_related("owner").worst_first()), day_of(timezone.now())
    step = next_step(standing, may=may, waiting=waiting, on=today, reader=user)
    others = Case.objects.visible_to(user).filter(incidents__in=case.incidents.values("pk")).exclude(pk=case.pk)
    linked = list(others.select_related("resident").order_by("pk").distinct()[: MOST_LINKED + 1])
    newer = case.newer_version(today)
    warnings = Paginator(ladder.lines(standing)[::-1], WARNINGS_A_PAGE).get_page(request.GET.get("warnings"))
    due = Paginator(waiting, DATES_A_PAGE).get_page(request.GET.get("dates"))
    behind = [*((gate.text, gate.rule) for gate in step.gates), *step.rules]
    clauses = {words: (rule.cite() if rule else "The policy is silent", policy_link(rule)) for words, rule in behind}
    context |= {
        "step": step,
        "button": _button(step.button),
        "also": [button for button in map(_button, step.also) if button and not button["why_not"]],
        "tasks": _tasks(step.gates, case, links=not may("assess")),
        "rules": [(words, cited, link) for words, (cited, link) in clauses.items()],
        "warnings": warnings,
        "lines": [(line, _page_of(line), policy_link(line.rule)) for line in warnings],
        "due": due,
        "dates": [_due(one, case.policy, today, user) for one in due],
        "linked": linked[:MOST_LINKED],
        "more_linked": len(linked) > MOST_LINKED,
        "latest": sorted(standing.incidents, key=lambda one: one.reported_at, reverse=True)[:3],
        "assessments": _assessments(case, standing),
        "may_assess": not may("assess") and case.stage != Case.Stage.CLOSED,
        "may_not_act": case.stage != Case.Stage.CLOSED and acts.not_to_act(case).may(user),
        "may_close": case.stage in CLOSES and acts.close(case).may(user),
        "may_log": not may("log"),
        "may_hand_over": case.stage != Case.Stage.CLOSED and not may("hand over"),
        "newer": newer if newer and acts.move(case).may(user) else None,
    }
    return render(request, "cases/overview.html", context)


@require_GET
def timeline(request: SignedInRequest, ref: str) -> HttpResponse:
    """What was done on the case, newest first, 25 acts a page, filtered by kind.

    One act is one entry. How a letter was made, sent and opened stands with the kind "Letters" and on its own page.
    """
    case, context = file(request, ref, "timeline")
    kind = request.GET.get("kind", "")
    events = Event.objects.for_case(case.reference)
    if kind in sentences.KINDS:
        wanted = Q()
        for start in sentences.KINDS[kind][1]:
            wanted |= Q(verb__startswith=start)
        events = events.filter(wanted)
    elif kind == sentences.DECISIONS:
        events = events.filter(decision__isnull=False)
    else:
        kind = ""
        events = events.exclude(verb__in=sentences.WORKINGS)
    instants = events.order_by("-at").values_list("at", flat=True).distinct()
    page = Paginator(instants, EVENTS_A_PAGE).get_page(request.GET.get("page"))
    acts = sentences.acts(events.filter(at__in=list(page.object_list)).with_words())
    some = any(sentences.about_health(one) for lead, rest in acts for one in (lead, *rest))
    covered = some and not health.shows(request, case.resident)
    closed = _closed(acts, request.user)
    kinds = [
        ("", "Everything"),
        (sentences.DECISIONS, "Decisions"),
        *((key, label) for key, (label, _) in sentences.KINDS.items()),
    ]
    context |= {
        "page": page,
        "entries": [
            _linked(sentences.act_entry(lead, rest, covered=covered, closed=closed), lead, closed)
            for lead, rest in acts
        ],
        "covers": covered,
        "kinds": [(label, "?" + urlencode({"kind": key}) if key else "?", key == kind) for key, label in kinds],
        "kind": kind,
    }
    return render(request, "cases/timeline.html", context)


def _closed(acts: Iterable[tuple[Event, Iterable[Event]]], reader: User) -> set[str]:
    """The references of the incidents that are closed to the reader, among what these acts were about."""
    events = [one for lead, rest in acts for one in (lead, *rest)]
    refs = {one.subject_ref for one in events if one.subject_kind == subjects.INCIDENT}
    open_to = Incident.objects.visible_to(reader).filter(reference__in=refs) if refs else Incident.objects.none()
    return refs - set(open_to.values_list("reference", flat=True))


def _linked(entry: components.Entry, event: Event, closed: Collection[str]) -> components.Entry:
    """The entry with a link to the thing it is about, where that has a page here that the reader may open."""
    kind, ref, letter = event.subject_kind, event.subject_ref, (event.facts or {}).get("letter")
    if letter and kind not in (subjects.INCIDENT, subjects.LETTER):
        kind, ref = subjects.LETTER, letter
    if kind not in PAGES or (kind == subjects.INCIDENT and ref in closed):
        return entry
    return dataclasses.replace(entry, url=reverse(PAGES[kind], args=[ref]), link=f"Open {ref}")


@require_GET
def incidents(request: SignedInRequest, ref: str) -> HttpResponse:
    """The incidents of the case, newest first."""
    case, context = file(request, ref, "incidents")
    of_it = Incident.objects.filter(cases=case).marked_for(request.user)
    found = of_it.select_related("reported_by").order_by("-happened_on", "-happened_at", "-pk")
    page = Paginator(found, EVENTS_A_PAGE).get_page(request.GET.get("page"))
    names = {one.key: one.name for one in case.policy.behaviours}
    context["page"] = page
    context["rows"] = [_incident_row(one, names) for one in page]
    context["closed_words"] = sentences.CLOSED_INCIDENT
    context["may_log"] = not acts.reader(request.user, case)("log")
    return render(request, "cases/incidents.html", context)


def _incident_row(incident: Any, names: dict[str, str]) -> dict[str, Any]:
    return {
        "incident": incident,
        "closed": incident.is_closed,
        "when": sentences.moment_of(incident.happened_on, incident.happened_at),
        "kinds": ", ".join(names.get(key, key) for key in incident.categories),
        "hearsay": incident.knowledge == Incident.Knowledge.HEARSAY,
    }


@require_GET
def letters(request: SignedInRequest, ref: str) -> HttpResponse:
    """The letters of the case, newest first, each with how it was sent."""
    case, context = file(request, ref, "letters")
    found = Letter.objects.filter(provider=case.provider, case_ref=case.reference).select_related(
        "drafted_by", "issued_by"
    )
    page = Paginator(found.prefetch_related("dispatches").order_by("-drafted_at", "-pk"), EVENTS_A_PAGE)
    context["page"] = page.get_page(request.GET.get("page"))
    names = {key: letter.name for key, letter in case.policy.letters.items()}
    context["rows"] = [(one, names.get(one.kind) or one.kind.replace("_", " ").capitalize()) for one in context["page"]]
    return render(request, "cases/letters.html", context)


@require_GET
def people(request: SignedInRequest, ref: str) -> HttpResponse:
    """The resident, needs and adjustments, representatives, the household, and the assessments."""
    case, context = file(request, ref, "people")
    resident = case.resident
    needs = list(resident.needs.standing().select_related("recorded_by").order_by("kind", "pk"))
    shared = resident.occupancies.values_list("tenancy_id", flat=True)
    context |= {
        "needs": needs,
        "representatives": list(resident.representatives.filter(ended_on__isnull=True).order_by("pk")),
        "contacts": list(resident.contact_points.order_by("kind", "pk")),
        "household": list(
            type(resident)
            .objects.not_closed_to(request.user)
            .filter(occupancies__tenancy__in=shared)
            .exclude(pk=resident.pk)
            .distinct()
            .order_by("name")
        ),
        "page": Paginator(
            case.assessments.select_related("made_by").order_by("-made_at", "-pk"), ASSESSMENTS_A_PAGE
        ).get_page(request.GET.get("page")),
    }
    return render(request, "cases/people.html", context)
