"""Who looked: by resident, by reader, by day; what was unusual first. This look is itself a look."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import looks
from office import permissions
from office.forms import WhoLooked
from office.services import who_looked as found
from people.access import SignedInRequest
from people.models import Provider, Resident, User
from people.models.file_access import not_closed, not_kept_out

ROWS_A_PAGE = 50
MOST_UNUSUAL = 50
MOST_MEANT = 10
A_WEEK = timedelta(days=6)


@require_safe
def who_looked(request: SignedInRequest) -> HttpResponse:
    """Every look that was asked for, newest first, and what of it was unusual."""
    provider, today = request.user.provider, timezone.localdate()
    permissions.check_can_see_who_looked(request.user, provider)
    readers = list(User.objects.filter(provider=provider).order_by("name", "pk"))
    form = WhoLooked(request.GET if "resident" in request.GET else None, readers=readers)
    context: dict[str, Any] = {"form": form, "rules": found.RULES, "many": found.MOST, "today": today}
    if form.is_bound and not form.is_valid():
        return render(request, "office/who_looked.html", context)
    said = form.cleaned_data if form.is_bound else {}
    meant = _meant(request.user, provider, said.get("resident", ""))
    if said.get("resident") and len(meant) != 1:
        context |= {
            "meant": [(one, _address(said, one)) for one in meant[:MOST_MEANT]],
            "more": len(meant) > MOST_MEANT,
        }
        looks.note(request, *meant[:MOST_MEANT])
        return render(request, "office/who_looked.html", context | {"unclear": True})
    asked = _asked(request.user, said, meant, readers, today)
    looks.note(request, asked)
    seen = found.looks(asked)
    unusual = found.unusual(asked, seen)
    context |= {
        "asked": asked,
        "page": Paginator(seen, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "all": len(seen) < found.MOST,
        "unusual": [(one, found.RULES[one.rule]) for one in unusual[:MOST_UNUSUAL]],
        "more_unusual": max(0, len(unusual) - MOST_UNUSUAL),
    }
    return render(request, "office/who_looked.html", context)


def _meant(asks: User, provider: Provider, typed: str) -> list[Resident]:
    """Whom somebody may have meant: the person of that reference, or who matches; no more than a page can ask about.

    Who looked at a file that is kept to named people is theirs to ask as well: by its reference or the whole name, so
    that nobody is listed. Of whoever's file they are kept out of by name, they are told nothing.
    """
    if not typed.strip():
        return []
    here = Resident.objects.filter(not_kept_out(asks, "pk"), provider=provider).select_related("provider")
    exact = list(here.filter(reference__iexact=typed.strip())[:1])
    named = Q(name__iexact=typed.strip()) | not_closed(asks, "pk")
    return exact or list(here.filter(named).matching(typed)[: MOST_MEANT + 1])


def _asked(asks: User, said: dict[str, Any], meant: list[Resident], readers: list[User], today: date) -> found.Asked:
    """The days are those that were given; without any, all for a resident, else the last week."""
    reader = next((one for one in readers if one.reference == said.get("reader")), None)
    last = said.get("last_on") or today
    first = said.get("first_on") or (None if meant else min(last, today) - A_WEEK)
    resident = meant[0] if meant else None
    return found.Asked(asks.provider, first, last, resident, reader, asks.kept_out_of)


def _address(said: dict[str, Any], resident: Resident) -> str:
    """The same question about one resident."""
    days = {
        f"{name}_{part}": getattr(said[name], part)
        for name in ("first_on", "last_on")
        if said.get(name)
        for part in ("day", "month", "year")
    }
    return "?" + urlencode({"resident": resident.reference, "reader": said.get("reader", ""), **days})
