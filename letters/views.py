"""Pages of letters: one letter as it stands or as sent, its PDF, and the outbox."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe
from django_fsm import TransitionNotAllowed

from audit import looks, subjects
from audit.models import Event
from design import pages, refusals
from design.components import Entry
from design.dates import day_of
from letters import facts, forms, permissions, services
from letters.models import Arrival, Dispatch, Letter, Rendering
from letters.services import mail, proving
from letters.services import outbox as sendings
from people import access
from people.models import User

PAGE = 50
HAPPENED = {
    "letter.drafted": "Letter drafted",
    "letter.redrafted": "Draft written anew",
    "letter.submitted": "Sent for approval",
    "letter.returned": "Handed back",
    "letter.issued": "Letter issued",
    "letter.withdrawn": "Draft withdrawn",
    "letter.rendered": "PDF made",
    "letter.dispatch_begun": "Sending begun",
    "letter.dispatched": "Sent",
    "letter.dispatch_put_off": "Sending put off",
    "letter.dispatch_failed": "Sending failed",
    "letter.dispatch_uncertain": "Sending uncertain",
    "letter.dispatch_confirmed": "Found to have arrived",
    "letter.sending_tried_again": "Sending tried again",
    "letter.opened": "PDF opened",
    "letter.arrived": "Recorded when it was received",
}
WRITTEN_AT = {"warning": "cases:warning", "first_stage": "cases:warning"}
DECIDED = (
    "letter.sending_tried_again",
    "letter.dispatch_confirmed",
    "notice.sending_tried_again",
    "notice.dispatch_confirmed",
)


def _visible(request: HttpRequest, reference: str) -> Letter:
    assert isinstance(request.user, User)
    letters = Letter.objects.visible_to(request.user).select_related("provider", "resident", "drafted_by", "issued_by")
    letter = get_object_or_404(letters.prefetch_related("resident__addresses"), reference=reference)
    looks.note(request, letter)
    return letter


@require_safe
def view(request: HttpRequest, reference: str) -> HttpResponse:
    """One letter: how far it is, by which ways it went, its words as they stand or as they were sent.

    One that is not issued is read where it is written: only there is known what issuing adds, as the last day to appeal
    and where an appeal is sent.
    """
    assert isinstance(request.user, User)
    letter = _visible(request, reference)
    written_at = WRITTEN_AT.get(letter.kind) if subjects.kind_of(letter.about) == subjects.CASE else None
    if written_at and letter.state != Letter.State.ISSUED:
        return redirect(written_at, letter.reference)
    on = day_of(timezone.now())
    made = Rendering.objects.filter(letter=letter).defer("pdf").first()
    ways = list(letter.dispatches.order_by("pk"))
    for way in ways:
        way.letter = letter
    events = Event.objects.about(letter.trail).with_words()
    return render(
        request,
        "letters/view.html",
        {
            "letter": letter,
            "kind": facts.kind_of(letter.kind),
            "resident": letter.resident,
            "words": services.as_html(letter, on=on),
            "made": made,
            "ways": [(way, _act(request, way)) for way in ways],
            "no_mail": mail.why_none_leaves(),
            "history": [_entry(event) for event in events],
            "case": letter.case_ref,
            "received": Arrival.objects.filter(letter=letter).first(),
            "may_record": not access.why_not(permissions.check_can_record_arrival, request.user, letter),
        },
    )


def _entry(event: Event) -> Entry:
    words = event.words.body if hasattr(event, "words") and event.words.body else {}
    known = event.facts
    way = Dispatch.Channel(known["channel"]).label if known.get("channel") in Dispatch.Channel.values else ""
    title = HAPPENED.get(event.verb, event.verb)
    return Entry(
        title=f"{title} ({way.lower()})" if way else title,
        at=event.at,
        by=event.by_name,
        text=words.get("reasons") or known.get("problem", ""),
    )


def _act(request: HttpRequest, dispatch: Dispatch) -> str:
    """What this person may do about a sending: "Try again", "Look into it", or nothing."""
    assert isinstance(request.user, User)
    acts = {Dispatch.State.FAILED: "Try again", Dispatch.State.UNCERTAIN: "Look into it"}
    act = acts.get(Dispatch.State(dispatch.state), "")
    return act if act and not access.why_not(permissions.check_can_send, request.user, dispatch) else ""


@require_GET
@never_cache
def pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The PDF as sent. Who looked goes on the trail."""
    assert isinstance(request.user, User)
    letter = _visible(request, reference)
    if not Rendering.objects.filter(letter=letter).exists():
        messages.info(request, "The PDF is not made yet. It is made within a minute of the letter being issued.")
        return redirect("letters:view", letter.reference)
    rendering = proving.open_pdf(letter.pk, by=request.user, at=timezone.now())
    return HttpResponse(
        bytes(rendering.pdf),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{letter.reference}.pdf"'},
    )


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """What has not gone yet: uncertain and failed first, then what waits."""
    assert isinstance(request.user, User)
    if not access.providers_where(request.user, access.Can.VIEW_CASES):
        raise access.NotPermitted("The outbox is for people who read case files. Ask your team leader.")
    rows = Dispatch.objects.visible_to(request.user).not_through().worst_first()
    rows = rows.select_related("letter__resident", "letter__provider", "notice__to")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.act = _act(request, row)
        row.kind_name = facts.KINDS[row.letter.kind].name if row.letter else ""
    unmade = Letter.objects.visible_to(request.user).unrendered().count()
    context = {"page": page, "unmade": unmade, "no_mail": mail.why_none_leaves()}
    return render(request, "letters/outbox.html", context)


def sending(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide about one sending that failed or is uncertain."""
    assert isinstance(request.user, User)
    rows = Dispatch.objects.visible_to(request.user).select_related(
        "letter__resident", "letter__provider", "notice__to"
    )
    dispatch = get_object_or_404(rows, pk=pk)
    permissions.check_can_send(request.user, dispatch)
    if dispatch.letter:
        looks.note(request, dispatch.letter)
    open_to_decide = dispatch.state in (Dispatch.State.FAILED, Dispatch.State.UNCERTAIN)
    if not open_to_decide:
        return _already(request, dispatch)
    uncertain = dispatch.state == Dispatch.State.UNCERTAIN
    page = pages.Page(request, at=timezone.now())
    form = page.form(forms.FoundOut if uncertain else forms.TryAgain)
    heading = "Find out whether it arrived" if uncertain else "Try again"
    context = {"form": form, "dispatch": dispatch, "uncertain": uncertain, "heading": heading, "back": _back(dispatch)}

    def late(refusal: TransitionNotAllowed) -> HttpResponse:
        return _already(request, Dispatch.objects.select_related("letter", "notice__to").get(pk=dispatch.pk))

    return page.decide(
        form,
        shown=dispatch.shown,
        do=lambda seen: _decide(request, dispatch, form.cleaned_data, page.at, seen),
        show=lambda: render(request, "letters/sending.html", context),
        late=late,
    )


def _decide(request: HttpRequest, dispatch: Dispatch, said: dict[str, Any], at: datetime, seen: str | None) -> str:
    assert isinstance(request.user, User)
    arrived = said.get("found") == forms.ARRIVED
    decide = sendings.confirm_sent if arrived else sendings.try_again
    decide(dispatch.pk, by=request.user, at=at, reasons=said["reasons"], seen=seen)
    done = "It is recorded as sent." if arrived else "It waits to be sent again."
    messages.success(request, f"{_named(dispatch)}: {done}")
    return _back(dispatch)


def _already(request: HttpRequest, dispatch: Dispatch) -> HttpResponse:
    """Decided already: by this person (a double click), back to the letter; by another, say who."""
    assert isinstance(request.user, User)
    events = Event.objects.filter(verb__in=DECIDED, facts__dispatch=dispatch.pk).order_by("-pk")
    last = events.first()
    if last and last.by_ref == request.user.reference:
        return redirect(_back(dispatch))
    state = dispatch.get_state_display().lower()
    who = f"{last.by_name} looked into it before you. " if last else ""
    why = f"{who}{_named(dispatch)} is now “{state}”, so there is nothing to decide."
    return refusals.too_late(request, why, back=_back(dispatch))


def _named(dispatch: Dispatch) -> str:
    way = dispatch.get_channel_display().lower()
    return f"Letter {dispatch.letter.reference} by {way}" if dispatch.letter else f"Notice by {way}"


def _back(dispatch: Dispatch) -> str:
    if dispatch.letter:
        return reverse("letters:view", args=[dispatch.letter.reference])
    return reverse("letters:outbox")
