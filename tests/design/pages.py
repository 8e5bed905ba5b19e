"""The pages behind `tests/design/urls.py`."""

import datetime as dt
from pathlib import Path

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines

from design import components, fields, forms
from design.tags import words

DRAFTS: list[dict[str, str]] = []
ANSWER = {"status": 204}
AT = dt.datetime(2026, 12, 18, 14, 14, tzinfo=dt.UTC)


WORDS = [*(word.capitalize() for word in words.COLOURS), "Written warning"]


class Log(forms.Form):
    """One field of each kind."""

    account = fields.LongTextField(label="What happened", help_text="What you saw and heard", max_length=2000)
    who = fields.TextField(label="Who", width=20)
    happened_on = fields.DayField(
        label="When did it happen?", called="when it happened", help_text="For example, 18 12 2026"
    )
    at = fields.TimeField(label="Time", help_text="For example, 2:14pm")
    channel = fields.ChoiceField(
        label="How",
        called="how it happened",
        choices=[("phone", "By phone"), ("other", "Another way"), ("unknown", "I do not know")],
        hints={"phone": "Ours or theirs"},
        reveal={"other": "other_channel"},
        divider_before="unknown",
    )
    other_channel = fields.TextField(label="Which way")
    hurt = fields.YesNoField(label="Was anyone hurt?", called="whether anyone was hurt")
    kinds = fields.ChoicesField(
        label="What kind of behaviour",
        choices=[("shouting", "Shouting"), ("threat", "A threat"), ("none", "None of these")],
        exclusive="none",
        divider_before="none",
    )
    months = fields.WholeNumberField(label="Length", after="months")
    office = fields.SelectField(
        label="Office", choices=[("", "Choose an office"), ("dover", "Dover"), ("deal", "Deal")]
    )
    email = fields.EmailField(label="Email address")
    phone = fields.PhoneField(label="Phone number")
    seen = fields.TickField(label="I have told my line manager")
    files = fields.EvidenceField(label="Files", multiple=True, required=False, help_text="Up to 25 MB each")


def _render(name: str, request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    source = (Path(__file__).parent / "html" / name).read_text()
    return HttpResponse(engines["django"].from_string(source).render(context, request))


def sink(request: HttpRequest) -> HttpResponse:
    """Every component."""
    chosen = Paginator(range(500), 25).get_page(request.GET.get("page", 7))
    return _render(
        "sink.html",
        request,
        {
            "nav": [
                ("My work", "/sink", True),
                ("Team", "/x", False),
                ("Residents", "/x", False),
                ("Policy", "/x", False),
            ],
            "provider": {"name": "Dover District Council"},
            "born": dt.date(1961, 3, 4),
            "at": AT,
            "words": WORDS,
            "text": "Shouted <b>twice</b>\nthen left. שלום",
            "tabs": [
                (word, "/x", word == "Overview")
                for word in (
                    "Overview",
                    "Timeline",
                    "Incidents",
                    "Restrictions",
                    "Appeals",
                    "Letters",
                    "People and needs",
                )
            ],
            "tasks": [
                components.Task("Risk assessment", "Missing", "/x", "Clause 6.26"),
                components.Task("Evidence", "Done", "/x"),
                components.Task("Equality assessment", "Not required", why="No protected characteristic is recorded"),
                components.Task("Check and propose", "Cannot start yet", "/x", why="The risk assessment is missing"),
            ],
            "rows": [
                components.Row("Stage", "Written warning", change="/x"),
                components.Row("Words", "a\nb", typed=True),
            ],
            "chosen": [("Overdue", "/sink"), ("Nia Clarke", "/sink")],
            "entries": [
                components.Entry(
                    "Restriction imposed", AT, "Nia Clarke", "Six months.\nPhone only.", "Clause 6.14", "/x", "Open"
                ),
                components.Entry("Police not called", AT - dt.timedelta(days=40), facts=[("Why", "No threat")]),
                components.Entry("Letter dated", dt.date(2026, 10, 1)),
            ],
            "page": chosen,
        },
    )


def form(request: HttpRequest) -> HttpResponse:
    """Every field; posted and in order, the page says so."""
    shown = Log(request.POST or None, request.FILES or None)
    if shown.is_valid():
        return HttpResponse("in order")
    return _render("form.html", request, {"form": shown})


def register(request: HttpRequest) -> HttpResponse:
    """The light frame."""
    return _render(
        "register.html", request, {"at": AT, "nav": [("Register", "/register", True)], "provider": {"name": "Dover"}}
    )


def done(request: HttpRequest) -> HttpResponse:
    """A confirmation."""
    return _render("done.html", request, {})


def error(request: HttpRequest, name: str) -> HttpResponse:
    """A page of refusal."""
    return render(request, f"errors/{name}.html", {"why": "Only a Team Leader or Manager may impose (clause 6.14)."})
