"""The days off on screen: the table by year, adding and removing, each after what it moves was shown (T1)."""

import collections
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import subjects
from deadlines import kinds, permissions
from deadlines.models import Holiday
from deadlines.services import calendar_for, days_off
from deadlines.services.days_off import Correction, Shift
from design import dates, pages, refusals
from office.forms import AddDayOff, RemoveDayOff
from people.access import Can, SignedInRequest
from people.models import Provider
from policies.calendars import WEEKEND
from policies.rules import RuleBroken

# Rows of what moves that a page shows; the counts above them are of all.
SHOWN = 50
CORRECTIONS_A_PAGE = 10


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


def add(request: SignedInRequest) -> HttpResponse:
    """Add a day or a closure: what is typed; then a page with every date that moves; then it is added."""
    provider, at = _open(request), timezone.now()
    page = pages.Page(request, at=at, since=days_off.corrected(provider))
    form = page.form(AddDayOff)

    def check() -> pages.Check:
        found = days_off.adding(provider, **form.cleaned_data, today=dates.day_of(at))
        context = _moves(request, found) | {
            "name": form.cleaned_data["name"],
            "days": _spans(list(found.added)),
            "added": len(found.added),
            "left_out": _left_out(found),
        }
        return pages.Check("office/days_off_check.html", context, found.shown)

    def do(seen: str | None) -> str:
        days_off.add(provider, **form.cleaned_data, by=request.user, at=at, seen=seen)
        return _latest(request, provider)

    return page.decide(
        form, check=check, do=do, show=lambda: render(request, "office/days_off_add.html", {"form": form})
    )


def remove(request: SignedInRequest, on: str) -> HttpResponse:
    """Remove a day off: every date that moves, and why it is no day off; on one page, because it asks one thing.

    `?closure=yes` removes the whole closure that the day was entered with.
    """
    provider, at = _open(request), timezone.now()
    day, whole, today = _day(on), "closure" in request.GET, timezone.localdate()
    page = pages.Page(request, at=at, since=days_off.corrected(provider))
    form = page.form(RemoveDayOff)
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
    }

    def do(seen: str | None) -> str:
        reason = form.cleaned_data["reason"]
        days_off.remove(provider, on=day, whole=whole, reason=reason, by=request.user, at=at, seen=seen)
        return _latest(request, provider)

    return page.decide(
        form, shown=found.shown, do=do, show=lambda: render(request, "office/days_off_remove.html", context)
    )


def afterwards(day: date, of_a_closure: int) -> str:
    """What the day is once it is removed, or the so many days of a closure, in a sentence."""
    if of_a_closure:
        return f"Each of these {of_a_closure} days counts as a working day."
    weekend = WEEKEND.get(day.weekday())
    return f"{dates.day_weekday(day)} counts as {f'a {weekend}, as before' if weekend else 'a working day'}."


def _gone(request: SignedInRequest, provider: Provider, day: date) -> HttpResponse:
    """Who removed it, for whoever comes second; a second press leads to it; 404 for what never was."""
    removed = days_off.made(provider).filter(verb="holiday.removed", facts__days__contains=[day.isoformat()])
    event = removed.order_by("-pk").first()
    if event is None:
        raise Http404
    if request.method == "POST" and event.by_ref == request.user.reference:
        return redirect("office:days_off_correction", event.pk)
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


def _latest(request: SignedInRequest, provider: Provider) -> str:
    """The address of the person's last correction."""
    last = days_off.made(provider).filter(by_ref=request.user.reference).latest("pk")
    return reverse("office:days_off_correction", args=[last.pk])


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


def _kinds(keys: Iterable[str]) -> list[tuple[str, int]]:
    return [(kinds.of(key).plain, count) for key, count in collections.Counter(keys).most_common()]


def _row(request: SignedInRequest, shift: Shift) -> Row:
    deadline = shift.deadline
    return Row(
        kinds.of(deadline.kind).plain,
        deadline.about_ref,
        deadline.case_ref,
        _case_url(request, deadline.case_ref),
        shift.was,
        shift.now,
        shift.reckoning.explain(),
    )


def _kept_row(request: SignedInRequest, kept: dict[str, str]) -> Row:
    was, now = date.fromisoformat(kept["was"]), date.fromisoformat(kept["now"])
    what, about = kinds.of(kept["kind"]).plain, subjects.ref_of(kept["about"])
    return Row(what, about, kept["case"], _case_url(request, kept["case"]), was, now)


def _case_url(request: SignedInRequest, ref: str) -> str:
    """The case file, for an administrator who reads case files too; the office itself shows no name."""
    reads = Can.VIEW_CASES in request.user.capabilities.get(request.user.provider_id, ())
    return reverse("cases:overview", args=[ref]) if ref and reads else ""
