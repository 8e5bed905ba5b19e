"""Small pages for `test_pages.py`: one that decides after a check, one without, one that changes what is stored."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path, reverse

from design import fields, forms, pages, seals
from policies.rules import RuleBroken

AT = datetime(2026, 12, 1, 14, 14, tzinfo=UTC)
# What stands, as if in a database; a test sets it anew.
THING = SimpleNamespace()

FORM = (
    '{% extends "base.html" %}{% load design %}{% block content %}{% form form %}{{ form.as_fields }}'
    '{% button "Go on" name="do" value="check" %}{% button "Do" name="do" value="do" %}'
    '{% button "Send" name="do" value="send" %}{% endform %}{% endblock %}'
)


def begin() -> None:
    """The thing as every test finds it."""
    THING.terms, THING.done, THING.sent, THING.over, THING.acts = "no calls", [], 0, False, []
    THING.kept = {"name": "Rowan", "born": None, "kinds": ["a"], "note": "Never leave a voicemail", "tick": False}
    THING.saves = 0


class Reason(forms.Form):
    """Why."""

    reason = fields.LongTextField(label="Why")
    back = fields.TickField(label="Give it back", required=False)


class Edit(forms.Form):
    """One field of several kinds."""

    name = fields.TextField(label="Name")
    born = fields.DayField(label="Date of birth", required=False)
    kinds = fields.ChoicesField(label="Kinds", choices=[("a", "Shouting"), ("b", "A threat")], required=False)
    note = fields.LongTextField(label="Safe contact", required=False)
    tick = fields.TickField(label="Told", required=False)


def _show(request: HttpRequest, source: str, context: dict[str, Any]) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(source).render(context, request))


def _since(at: datetime) -> list[seals.Doing]:
    return [act for act in THING.acts if act.at >= at]


def _letter(reason: str) -> str:
    return f"On these terms: {THING.terms}. {reason}"


def _do(reason: str, seen: str | None, parts: dict[str, Any]) -> str:
    """What a service does: compare, refuse, act."""
    seals.check(seen, parts, since=_since)
    if reason == "broken":
        raise RuleBroken("Enter a better reason", field="reason")
    THING.done.append(reason)
    return reverse("done", args=[len(THING.done)])


def checked(request: HttpRequest) -> HttpResponse:
    """Form → check → do."""
    page = pages.Page(request, at=AT, since=_since)
    form = page.form(Reason)

    def check() -> pages.Check | None:
        if form.cleaned_data["back"]:
            return None
        letter = _letter(form.cleaned_data["reason"])
        return pages.Check("deciding/check.html", {"letter": letter}, {"the terms": THING.terms, "the letter": letter})

    def do(seen: str | None) -> str:
        reason = form.cleaned_data["reason"]
        parts = {"the terms": THING.terms}
        if not form.cleaned_data["back"]:
            parts["the letter"] = _letter(reason)
        return _do(reason, seen, parts)

    return page.decide(
        form, shown={"the terms": THING.terms}, check=check, do=do, show=lambda: _show(request, FORM, {"form": form})
    )


def plain(request: HttpRequest) -> HttpResponse:
    """Form → do, with a second act, sending."""
    page = pages.Page(request, at=AT, since=_since)
    form = page.form(Reason)
    parts = {"the terms": THING.terms}

    def send(seen: str | None) -> str:
        THING.sent += 1
        return reverse("done", args=[0])

    return page.decide(
        form, shown=parts, do=lambda seen: _do(form.cleaned_data["reason"], seen, parts), also={"send": send},
        show=lambda: _show(request, FORM, {"form": form}),
    )  # fmt: skip


def edit(request: HttpRequest) -> HttpResponse:
    """Changes what is stored."""
    page = pages.Page(request, at=AT, since=_since)

    def do(form: Edit, seen: str) -> str:
        if THING.over:
            THING.over = False
            THING.kept["name"] = "Saved at the same instant"
        seals.check(seen, THING.kept, since=_since)
        THING.kept, THING.saves = dict(form.cleaned_data), THING.saves + 1
        return reverse("done", args=[THING.saves])

    return page.edit(
        Edit, known=lambda: dict(THING.kept), do=do, show=lambda form: _show(request, FORM, {"form": form})
    )


def done(request: HttpRequest, number: int) -> HttpResponse:
    """Where it leads."""
    return HttpResponse(f"done {number}")


urlpatterns = [
    path("checked/", checked, name="checked"),
    path("plain/", plain, name="plain"),
    path("edit/", edit, name="edit"),
    path("done/<int:number>/", done, name="done"),
    path("", include("config.urls")),
]
