"""The days off on screen: the table by year, adding and removing, each after what it moves was shown (T1)."""

import collections
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from deadlines import permissions
from deadlines.models import Holiday
from deadlines.services import calendar_for, days_off
from deadlines.services.days_off import Correction, Shift
from design import dates, drafts, refusals
from design.forms import for_page
from office.forms import AddDayOff, RemoveDayOff
from people.access import Can, SignedInRequest
from people.models import Provider
from policies.calendars import WEEKEND
from policies.rules import RuleBroken
from worklist.services import in_words

# Rows of what moves that a page shows; the counts above them are of all.
SHOWN = 50
CORRECTIONS_A_PAGE = 10
DO, CHANGE = "do", "change"


@dataclass(frozen=True)
class Row:
    """One deadline that moves, or that stays as it was told: what, whose case, from which day to which, and why."""

    what: str
    about: str
    case: str
    url: str
    was: date
    now: date
    explanation: str = ""


@require_safe
def table(request: SignedInRequest) -> HttpResponse:
    """The days off of one year, and what was corrected, newest first."""
    provider, today = _open(request), timezone.localdate()
    first, last = (day.year for day in calendar_for(provider).covers)
    year = _year(request, today, first, last)
    holidays = Holiday.objects.filter(provider=provider, on__year=year).order_by("on")
    closures = days_off.closures(provider, today=today)
    rows = [(one, WEEKEND.get(one.on.weekday(), ""), _whole(closures, one.on)) for one in holidays]
    past = [row for row in rows if row[0].on < today]
    made = days_off.made(provider).with_words()
    context = {
        "year": year,
        "before": year - 1 if year > first else None,
        "after": year + 1 if year < last else None,
        "today": today,
        "days": rows[len(past) :],
        "past": past,
        "past_words": f"{len(past)} day{'s' * (len(past) > 1)} in {year} that cannot change any more",
        "past_open": len(past) == len(rows),
        "page": Paginator(made, CORRECTIONS_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "office/days_off.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Add a day or a closure: what is typed; then a page with every date that moves; then it is added."""
    provider, at = _open(request), timezone.now()
    form = for_page(AddDayOff, request)
    act = request.POST.get("act")
    if request.method == "POST" and act != CHANGE and form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("name", "first_on", "last_on")}
        with form.rules():
            try:
                if act == DO:
                    seen = request.POST.get("seen", "")
                    days_off.add(provider, **asked, seen=seen, by=request.user, at=at)
                    return _to_latest(request, provider)
            except RuleBroken as refusal:
                if _done_by_same_press(request, provider):
                    return _to_latest(request, provider)
                if not isinstance(refusal, days_off.Changed):
                    raise
            found = days_off.adding(provider, **asked, today=dates.day_of(at))
            return _check_adding(request, form, found, stale=act == DO)
    if act == CHANGE:
        form = AddDayOff.from_draft(drafts.typed(request.POST))
    return render(request, "office/days_off_add.html", {"form": form})


def _check_adding(request: SignedInRequest, form: AddDayOff, found: Correction, *, stale: bool) -> HttpResponse:
    """What would be added and what it moves; 409 where that is not what was shown before."""
    context = _moves(request, found) | {
        "name": form.cleaned_data["name"],
        "days": _spans(list(found.added)),
        "added": len(found.added),
        "left_out": _left_out(found),
        "seal": found.seal,
        "stale": stale,
        "hidden": [
            (name, value)
            for name, values in drafts.typed(request.POST).items()
            if name not in ("act", "seen")
            for value in values
        ],
    }
    return render(request, "office/days_off_check.html", context, status=409 if stale else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: SignedInRequest, on: str) -> HttpResponse:
    """Remove a day off: every date that moves, and why it is no day off; on one page, because it asks one thing.

    `?closure=yes` removes the whole closure that the day was entered with.
    """
    provider, at = _open(request), timezone.now()
    day, whole, today = _day(on), "closure" in request.GET, timezone.localdate()
    form, stale = for_page(RemoveDayOff, request), False
    if request.method == "POST" and form.is_valid():
        with form.rules():
            try:
                seen, reason = request.POST.get("seen", ""), form.cleaned_data["reason"]
                days_off.remove(provider, on=day, whole=whole, reason=reason, seen=seen, by=request.user, at=at)
                return _to_latest(request, provider)
            except days_off.Changed:
                stale = True
            except RuleBroken:
                if _done_by_same_press(request, provider):
                    return _to_latest(request, provider)
                raise
    holiday = Holiday.objects.filter(provider=provider, on=day).first()
    if holiday is None:
        return _gone(request, provider, day)
    try:
        found = days_off.removing(provider, on=day, whole=whole, today=today)
    except RuleBroken as refusal:
        back = f"{reverse('office:days_off')}?year={day.year}"
        return refusals.too_late(request, f"{refusal}.", back=back, back_text="See the days off")
    context = _moves(request, found) | {
        "form": form,
        "holiday": holiday,
        "whole": whole,
        "days": _spans(list(found.removed)),
        "what_they_are": afterwards(day, len(found.removed) if whole else 0),
        "closure": () if whole else days_off.closures(provider, today=today).get(day, ()),
        "seal": found.seal,
        "stale": stale,
    }
    return render(request, "office/days_off_remove.html", context, status=409 if stale else 200)


def afterwards(day: date, of_a_closure: int) -> str:
    """What the day is once it is removed, or the so many days of a closure, in a sentence."""
    if of_a_closure:
        return f"Each of these {of_a_closure} days counts as a working day."
    weekend = WEEKEND.get(day.weekday())
    return f"{dates.day_weekday(day)} counts as {f'a {weekend}, as before' if weekend else 'a working day'}."


def _gone(request: SignedInRequest, provider: Provider, day: date) -> HttpResponse:
    """A second press leads to what the first did; others hear who removed it; 404 for what never was."""
    if _done_by_same_press(request, provider):
        return _to_latest(request, provider)
    removed = days_off.made(provider).filter(verb="holiday.removed", facts__days__contains=[day.isoformat()])
    event = removed.order_by("-pk").first()
    if event is None:
        raise Http404
    why = f"{event.by_name} removed {event.facts['name']}, {dates.day(day)}, on {dates.moment(event.at)}."
    back = reverse("office:days_off_correction", args=[event.pk])
    return refusals.too_late(request, why, back=back, back_text="See what moved")


@require_safe
def correction(request: SignedInRequest, pk: int) -> HttpResponse:
    """One correction as it was made: which days, by whom, why, and every date that it moved."""
    provider = _open(request)
    event = get_object_or_404(days_off.made(provider).with_words(), pk=pk)
    moved, stays = event.facts["moved"], event.facts["stay_as_told"]
    context = {
        "event": event,
        "days": _spans([date.fromisoformat(day) for day in event.facts["days"]]),
        "reason": (event.words.body or {}).get("reason", "") if hasattr(event, "words") else "",
        "moved": Paginator([_kept_row(request, one) for one in moved], SHOWN).get_page(request.GET.get("page")),
        "stays": len(stays),
        "kinds": _kinds(one["kind"] for one in moved),
    }
    return render(request, "office/days_off_correction.html", context)


# inside


def _open(request: SignedInRequest) -> Provider:
    """The provider of the person signed in, if that person keeps its days off."""
    permissions.check_can_correct_days_off(request.user, request.user.provider)
    return request.user.provider


def _day(text: str) -> date:
    """The day that an address names."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def _whole(closures: Mapping[date, tuple[date, ...]], day: date) -> str:
    """The days of a closure in words, on the first of them; "" on every other day."""
    days = closures.get(day, ())
    return _spans(list(days)) if days and days[0] == day else ""


def _spans(days: list[date]) -> str:
    """Days in words, those that follow each other as one span."""
    spans: list[list[date]] = []
    for day in days:
        if spans and spans[-1][1] + timedelta(days=1) == day:
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return "; ".join(" to ".join(dict.fromkeys(map(dates.day_weekday, span))) for span in spans)


def _left_out(found: Correction) -> str:
    """The days of a closure that are off already, with why; weekends in one word."""
    named = [f"{dates.day(day)}, {why}" for day, why in found.left_out if why not in WEEKEND.values()]
    weekends = len(found.left_out) > len(named)
    return "; ".join(["weekends"] * weekends + named)


def _year(request: HttpRequest, today: date, first: int, last: int) -> int:
    """The year asked for, kept to those of the table; this year where none is."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    return min(max(year, first), last)


def _done_by_same_press(request: SignedInRequest, provider: Provider) -> bool:
    """Whether the person's last correction was this very one: a second press of the same button."""
    last = days_off.made(provider).filter(by_ref=request.user.reference).order_by("-pk").first()
    return bool(last and request.POST.get("seen") and last.facts["seal"] == request.POST["seen"])


def _to_latest(request: SignedInRequest, provider: Provider) -> HttpResponse:
    """To the page of the person's last correction."""
    last = days_off.made(provider).filter(by_ref=request.user.reference).latest("pk")
    return redirect("office:days_off_correction", last.pk)


def _moves(request: SignedInRequest, found: Correction) -> dict[str, Any]:
    """What moves and what stays as told, the first to be due first: counts of all, and the first rows."""
    moved, stays = found.moved, found.stays
    return {
        "moved": [_row(request, shift) for shift in moved[:SHOWN]],
        "moved_count": len(moved),
        "moved_more": len(moved) - SHOWN,
        "last_moved": moved[-1].was if moved else None,
        "kinds": _kinds(shift.deadline.kind for shift in moved),
        "stays": [_row(request, shift) for shift in stays[:SHOWN]],
        "stays_count": len(stays),
        "stays_more": len(stays) - SHOWN,
    }


def _kinds(kinds: Any) -> list[tuple[str, int]]:
    return [(in_words(kind), count) for kind, count in collections.Counter(kinds).most_common()]


def _row(request: SignedInRequest, shift: Shift) -> Row:
    deadline = shift.deadline
    return Row(
        in_words(deadline.kind),
        deadline.about_ref,
        deadline.case_ref,
        _case_url(request, deadline.case_ref),
        shift.was,
        shift.now,
        shift.reckoning.explain(),
    )


def _kept_row(request: SignedInRequest, kept: dict[str, str]) -> Row:
    about = kept["about"].partition(":")[2]
    was, now = date.fromisoformat(kept["was"]), date.fromisoformat(kept["now"])
    return Row(in_words(kept["kind"]), about, kept["case"], _case_url(request, kept["case"]), was, now)


def _case_url(request: SignedInRequest, ref: str) -> str:
    """The case file, for an administrator who reads case files too; the office itself shows no name."""
    reads = Can.VIEW_CASES in request.user.capabilities.get(request.user.provider_id, ())
    return reverse("cases:overview", args=[ref]) if ref and reads else ""
