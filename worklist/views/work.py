"""My work, the team's work, and why a date is the date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import looks
from cases.models import Draft
from deadlines import kinds
from deadlines.models import Deadline, DeadlineQuerySet
from design import dates, words
from people.access import Can
from people.models import Role, User
from policies.reckoning import Reckoning
from worklist.forms import Filter
from worklist.services import closed_files

ROWS_A_PAGE = 100
SOON = 28  # days: what is later than this is folded away, because nobody can do anything about it yet
OVERDUE, THIS_WEEK, NO_DATE, LATER = "Overdue", "Due this week", "Waiting, with no date", "Later"


@dataclass(frozen=True)
class Row:
    """One line of a list of work: what, for whom, by when, who does it."""

    deadline: Deadline
    url: str
    tag: str
    owner: str = ""


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What waits for the person signed in, worst first. Those without such work are led to what they have."""
    user = _user(request)
    held = _held(user)
    waiting = Deadline.objects.waiting_for(user).select_related("owner")
    page, form = _page(request, waiting)
    works = held & {Can.LOG_INCIDENTS, Can.WORK_CASES}
    if not works and not page.object_list and not form.is_bound:
        return _elsewhere(request, held)
    today = timezone.localdate()
    context = _lists(page, form, today, user) | {
        "drafts": Draft.objects.filter(user=user, became__isnull=True).order_by("-updated_at")[:20],
        "may_log": Can.LOG_INCIDENTS in held,
        "log_url": _address("cases:log"),
        "in_a_batch": _batches(user).count(),
    }
    if not context["sections"]:
        context["next"] = context["far"][0].deadline if context["far"] else _next(user, today)
    return render(request, "worklist/mine.html", context)


@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """What waits for the people whom one manages, and for a role with nobody's name on it; with owners."""
    user = _user(request)
    if Can.DECIDE not in _held(user):
        return render(request, "errors/403.html", {"why": "Only those who decide see the work of others."}, status=403)
    page, form = _page(request, Deadline.objects.for_team_of(user).select_related("owner"))
    names = {(role.provider_id, role.key): role.name for role in Role.objects.all()}
    context = _lists(page, form, timezone.localdate(), user, names) | {"in_a_batch": _batches(user).count()}
    context["undone"] = closed_files.undone(user)
    context["reports"] = User.objects.filter(line_manager=user, is_active=True).order_by("name")
    return render(request, "worklist/team.html", context)


@require_safe
def batch(request: HttpRequest) -> HttpResponse:
    """The reviews that fall due together, by day, where a policy has all restrictions reviewed in fixed months."""
    user = _user(request)
    if Can.VIEW_CASES not in _held(user):
        return render(request, "errors/403.html", {"why": "Only those who read case files see reviews."}, status=403)
    rows = _batches(user).worst_first().select_related("resident", "provider")
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    names = {(role.provider_id, role.key): role.name for role in Role.objects.all()}
    today = timezone.localdate()
    days: dict[date, list[Row]] = {}
    for deadline in page.object_list:
        assert deadline.due_on is not None
        url = _address("restrictions:view", deadline.about_ref)
        row = Row(deadline, url, _tag(deadline.due_on, today), _owner(deadline, names))
        days.setdefault(deadline.due_on, []).append(row)
    return render(request, "worklist/batch.html", {"days": list(days.items()), "page": page})


def _batches(user: User) -> DeadlineQuerySet:
    """Open reviews of a batch at the providers whose case files a person reads."""
    held = [pk for pk, rights in user.capabilities.items() if Can.VIEW_CASES in rights]
    return Deadline.objects.open().in_a_batch().not_closed_to(user).filter(provider__in=held, due_on__isnull=False)


@require_safe
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """How the date of a deadline was worked out, in the words of its reckoning."""
    user = _user(request)
    deadlines = Deadline.objects.visible_to(user).select_related("resident", "provider")
    deadline = get_object_or_404(deadlines, pk=pk)
    if deadline.resident:
        deadline.resident.provider = deadline.provider
        looks.note(request, deadline.resident)
    reckoning = Reckoning.from_json(deadline.reckoning) if deadline.reckoning else None
    context = {
        "deadline": deadline,
        "day": f"{dates.day_weekday(deadline.due_on)}." if deadline.due_on else "no date.",
        "explanation": reckoning.explain() if reckoning else "",
        "readings": list(reckoning.readings.items()) if reckoning and not reckoning.due else [],
        "url": _where(deadline, user),
        "back": reverse("worklist:mine"),
    }
    return render(request, "worklist/why.html", context)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _held(user: User) -> set[str]:
    return set().union(*user.capabilities.values()) if user.capabilities else set()


def _elsewhere(request: HttpRequest, held: set[str]) -> HttpResponse:
    """The first thing that somebody without cases to work on came for."""
    if Can.VIEW_CASES in held:
        return redirect("cases:list")
    if held & {Can.VIEW_REGISTER, Can.VIEW_SHARED_REGISTER}:
        return redirect("register:check")
    if Can.ADMINISTER in held:
        return redirect("office:index")
    if held:
        return redirect("people:policy")
    return render(request, "worklist/no_role.html")


def _page(request: HttpRequest, waiting: DeadlineQuerySet) -> tuple[Page[Deadline], Filter]:
    """The rows to show, narrowed to the chosen kinds; a hundred a page, because nobody reads further."""
    form = Filter(request.GET if "kind" in request.GET else None)
    if form.is_bound and form.is_valid() and form.cleaned_data["kind"]:
        waiting = waiting.filter(kind__in=kinds.in_groups(form.cleaned_data["kind"]))
    rows = waiting.worst_first().select_related("resident", "provider")
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")), form


def _lists(
    page: Page[Deadline], form: Filter, today: date, user: User, role_names: dict[tuple[int, str], str] | None = None
) -> dict[str, Any]:
    """The page's rows under their headings, and what is chosen in the filter."""
    sections: dict[str, list[Row]] = {OVERDUE: [], THIS_WEEK: [], NO_DATE: [], LATER: []}
    far: list[Row] = []
    sunday = today + timedelta(days=6 - today.weekday())
    for deadline in page.object_list:
        row = Row(
            deadline,
            _where(deadline, user),
            _tag(deadline.due_on, today),
            _owner(deadline, role_names) if role_names is not None else _covered(deadline, user),
        )
        section = _section(deadline.due_on, today, sunday)
        distant = deadline.due_on is not None and (deadline.due_on - today).days > SOON
        (far if distant and section == LATER else sections[section]).append(row)
    first = far[0].deadline.due_on if far else None
    chosen = form.cleaned_data["kind"] if form.is_bound and form.is_valid() else []
    return {
        "sections": [(heading, rows) for heading, rows in sections.items() if rows],
        "far": far,
        "far_words": f"{len(far)} more, from {dates.day(first)}" if first else "",
        "far_open": not any(sections.values()),
        "page": page,
        "filter": form,
        "chosen": [(kinds.GROUPS[kind], _with_kinds(other for other in chosen if other != kind)) for kind in chosen],
        "today": today,
    }


def _section(due_on: date | None, today: date, sunday: date) -> str:
    if due_on is None:
        return NO_DATE
    if due_on < today:
        return OVERDUE
    return THIS_WEEK if due_on <= sunday else LATER


def _tag(due_on: date | None, today: date) -> str:
    if due_on is None:
        return "Waiting"
    if due_on <= today:
        return "Overdue" if due_on < today else "Due today"
    return "Due soon" if (due_on - today).days <= kinds.USUAL_LEAD.days else ""


def _owner(deadline: Deadline, role_names: dict[tuple[int, str], str]) -> str:
    if deadline.owner:
        return deadline.owner.name
    names = [role_names.get((deadline.provider_id, key), key) for key in deadline.for_roles]
    return f"Nobody yet: any {words.either(names)}"


def _covered(deadline: Deadline, user: User) -> str:
    """Whose it is, where it stands on somebody's list because they cover."""
    if deadline.owner is None or deadline.owner_id == user.pk:
        return ""
    until = next((one.until_on for one in user.covering if one.person_id == deadline.owner_id), None)
    return f"For {deadline.owner.name}, whom you cover until {dates.day(until)}" if until else ""


def _with_kinds(groups: Iterable[str]) -> str:
    query = urlencode([("kind", group) for group in groups])
    return f"?{query}" if query else "?"


def _next(user: User, today: date) -> Deadline | None:
    """What comes next among all that the person may see, where nothing is theirs to do."""
    dated = Deadline.objects.visible_to(user).open().filter(due_on__gte=today).exclude(for_roles=[], owner=None)
    found = dated.order_by("due_on", "pk").first()
    if found:
        found.title = kinds.of(found.kind).plain
    return found


def _where(deadline: Deadline, user: User) -> str:
    """Where it is done, for whoever may do it; for others the case file, where there is one that they read."""
    if deadline.waits_for(user):
        return _address(deadline.page, deadline.about_ref)
    reads = Can.VIEW_CASES in user.capabilities.get(deadline.provider_id, ())
    return _address("cases:overview", deadline.case_ref) if deadline.case_ref and reads else ""


def _address(name: str, *args: str) -> str:
    """The page on which it is done; none where there is no such page for it, and then the row is plain text."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
