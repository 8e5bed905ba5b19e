"""Who may read a resident's file: what closes and opens it, ending that, and opening a closed one urgently."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit import looks
from audit.models import Event
from cases import sentences
from cases.forms import file_access as forms
from cases.services import urgent
from cases.views.frame import SignedInRequest
from design import dates, pages, refusals
from people import access, permissions
from people import services as people
from people.access import Can
from people.models import FileAccess, Resident
from people.models.file_access import KINDS, URGENT

TITLES = {
    "keep-out": "Keep a colleague out of the file",
    "keep-to": "Keep the file to named people",
    "open-to": "Open the file to a colleague",
}
TOLD = {
    "file.kept_out": "{name} was kept out of the file",
    "file.kept_to": "The file was kept to {name}",
    "file.opened_to": "The file was opened to {name}",
    "file.opened_urgently": "{name} opened the file urgently",
    "file.access_ended": "What was set for {name} ended",
}
EVENTS_A_PAGE = 25


def find(request: SignedInRequest, reference: str) -> Resident:
    """Somebody whose file the reader may close and open; 404 where it is not theirs to see."""
    mine = Resident.objects.visible_to(request.user).select_related("provider").prefetch_related("addresses")
    found = get_object_or_404(mine, reference=reference)
    looks.note(request, found)
    permissions.check_can_set_access(request.user, found)
    return found


def step(found: Resident, back: str) -> dict[str, Any]:
    """What each page about a file shows of whose it is."""
    return {"resident": found, "address": str(found.address or ""), "back": back}


@require_safe
def access_to(request: SignedInRequest, reference: str) -> HttpResponse:
    """What closes and opens the file at present: who, why, by whom, until when."""
    found = find(request, reference)
    standing = FileAccess.objects.standing().filter(content_object=found)
    rows = list(standing.select_related("user", "permission", "set_by").order_by("permission__codename", "user__name"))
    context = step(found, reverse("people:resident", args=[found.reference]))
    events = Event.objects.about(found.trail).filter(verb__in=TOLD).with_words()
    before = Paginator(events, EVENTS_A_PAGE).get_page(request.GET.get("page"))
    context |= {
        "rows": [(row, KINDS[row.kind], _last(row)) for row in rows],
        "ways": TITLES.items(),
        "page": before,
        "before": [(TOLD[one.verb].format(**one.facts), one, _reasons(one)) for one in before],
    }
    return render(request, "cases/file_access.html", context)


def _last(row: FileAccess) -> str:
    """The last day; of an hour, when it is over."""
    return dates.moment(row.ends_at) if row.kind == URGENT else dates.day(row.ends_at - timedelta(seconds=1))


def _reasons(event: Event) -> str:
    return str(sentences.body(event).get("reasons", ""))


def end_access(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """End what closes or opens the file, before its day."""
    found, back = find(request, reference), reverse("cases:file_access", args=[reference])
    rows = FileAccess.objects.standing().filter(content_object=found).select_related("user", "permission")
    row = get_object_or_404(rows, pk=pk)
    page = pages.Page(request, at=timezone.now())
    form = page.form(forms.WhyItEnds)

    def do(seen: str | None) -> str:
        people.end_access(row.pk, reason=form.cleaned_data["reason"], by=request.user, at=page.at)
        messages.success(request, "It is recorded, and holds from now on.")
        return back

    said = f"{row.user.name} {KINDS[row.kind]}, until {_last(row)}."
    context = step(found, back) | {"form": form, "title": "End it before its day", "said": said}
    return page.decide(
        form,
        do=do,
        show=lambda: render(request, "cases/set_access.html", context),
        late=lambda refusal: refusals.too_late(request, str(refusal), back=back, back_text="Who may read this file"),
    )


def open_urgently(request: SignedInRequest) -> HttpResponse:
    """Open a file that is closed to oneself, for an hour; told at once to whoever holds the case."""
    provider = request.user.provider
    access.require(request.user, Can.VIEW_CASES, provider, "Your role reads no case files. Ask your team leader.")
    page = pages.Page(request, at=timezone.now())
    form = page.form(forms.Urgent)

    def do(seen: str | None) -> str:
        meant = urgent.meant(form.cleaned_data["who"], by=request.user)
        urgent.open_file(meant.pk, reason=form.cleaned_data["reason"], by=request.user, at=page.at)
        messages.success(request, "The file is open to you for one hour. Whoever holds the case is told.")
        return reverse("people:resident", args=[meant.reference])

    context = {"form": form, "back": reverse("people:find")}
    return page.decide(form, do=do, show=lambda: render(request, "cases/open_urgently.html", context))
