"""What a page shows of who decides an act: together with whom, who was asked first; and the page to write it down."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render

from decisions import forms, permissions
from decisions.acts import Act
from decisions.asked_first import AskedFirst
from design.pages import Page
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


def asked_first(asked: AskedFirst, reader: User, *, url: str, is_open: bool) -> dict[str, Any]:
    """Whom the policy has asked before an act, what they said, and the way to write it down."""
    refusal = why_not(permissions.check_can_consult, reader, asked.on.provider)
    return {
        "names": asked.names(),
        "rule": asked.rule,
        "binds": asked.binds,
        "stops": STOPS.get(asked.act, "Nothing is decided before this."),
        "said": asked.said,
        "done": asked.done,
        "url": url if is_open and not refusal else "",
        "refusal": refusal if is_open else "",
    }


def together(act: Act, reader: User, *, waiting: bool = True) -> dict[str, Any]:
    """Who decides an act together, who has, and who is waited for.

    What others gave as their reasons is left out until the reader has decided: each judges for themselves.
    """
    spoken = act.has_decided(reader)
    return {
        "act": act,
        "voices": act.voices,
        "met": next((voice for voice in act.voices if voice.met_on), None),
        "spoken": waiting and spoken,
        "show_reasons": not waiting or spoken or not act.allows(reader),
        "of": act.how_many if act.together else 0,
        "waits_for": act.lacking(act.agreed) if waiting else [],
        "still_waits_for": [] if act.meets else act.lacking([*act.agreed, reader]),
    }


def write_down(
    page: Page,
    asked: AskedFirst,
    *,
    record: Callable[[int, date | None, str], object],
    back: str,
    context: dict[str, Any],
) -> HttpResponse:
    """The page on which somebody writes down who was asked, when, and what they said. Then back to the act's page.

    `context` has the template that the page stands in, the higher room's own, as `frame`.
    """
    form = page.form(forms.ConsultForm, people=asked.people())

    def do(seen: str | None) -> str:
        typed = form.cleaned_data
        record(int(typed["person"]), typed["on"], typed["words"])
        messages.success(page.request, "What they said is recorded.")
        return back

    shown = {**context, "form": form, "back": back}
    return page.decide(form, do=do, show=lambda: render(page.request, "decisions/consult.html", shown))
