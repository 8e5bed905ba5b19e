"""Who is asked before an act is decided: shown on the act's own page, and written down on a page of its own."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from cases import deciders, forms, permissions
from cases.models import Case
from decisions.models import Voice
from design.forms import for_page
from people import access
from people.access import why_not
from people.models import User

STOPS = {
    "restrict": "Nothing is imposed before this.",
    "warn": "The letter is not issued before this.",
    "end_contact": "The letter is not issued before this.",
    "lift": "Nothing is lifted before this.",
    "extend": "Nothing is extended before this.",
    "vary": "No terms are changed before this.",
}


def shown(
    body: deciders.Deciders, about: str, case: Case, reader: User, *, url: str, is_open: bool
) -> dict[str, Any] | None:
    """Whom the policy has asked before an act, what they said, and the way to write it down; None where nobody is."""
    if body.consult is None:
        return None
    refusal = why_not(permissions.check_can_consult, reader, case)
    return {
        "names": body.consult.names(),
        "rule": body.consult.rule,
        "binds": body.consult_binds,
        "stops": STOPS.get(body.act, "Nothing is decided before this."),
        "said": deciders.consultations(about, body.act),
        "done": deciders.consulted(body, about, case.provider_id),
        "url": url if is_open and not refusal else "",
        "refusal": refusal if is_open else "",
    }


def together(body: deciders.Deciders, about: str, case: Case, reader: User, *, waiting: bool = True) -> dict[str, Any]:
    """Who decides an act together, who has, and who is waited for.

    What others gave as their reasons is left out until the reader has decided: each judges for themselves.
    """
    said = deciders.voices(about, body.act)
    agreed = [voice.by for voice in said if voice.says == Voice.Says.AGREE]
    spoken = reader.pk in {voice.by_id for voice in said}
    return {
        "body": body,
        "voices": said,
        "met": next((voice for voice in said if voice.met_on), None),
        "spoken": waiting and spoken,
        "show_reasons": not waiting or spoken or not body.allows(reader, case.provider_id),
        "of": body.how_many if body.together else 0,
        "waits_for": body.lacking(agreed, case.provider_id) if waiting else [],
        "still_waits_for": [] if body.meets else body.lacking([*agreed, reader], case.provider_id),
    }


def write_down(
    request: HttpRequest,
    case: Case,
    body: deciders.Deciders,
    *,
    record: Callable[[int, date | None, str], object],
    back: str,
    context: dict[str, Any],
) -> HttpResponse:
    """The page on which somebody writes down who was asked, when, and what they said. Then back to the act's page."""
    assert body.consult is not None
    people = access.holders(case.provider, sorted(body.consult.keys()))
    form = for_page(forms.ConsultForm, request, people=people)
    if form.is_bound and form.is_valid():
        with form.rules():
            record(int(form.cleaned_data["person"]), form.cleaned_data["on"], form.cleaned_data["words"])
            messages.success(request, "What they said is recorded.")
            return redirect(back)
    return render(request, "cases/consult.html", {**context, "form": form, "back": back})
