"""Pages as a person presses them: the form is read first, and its hidden fields go with what is typed.

`press` for form → do, `decide` for form → check → do, `check` for what stands between. Each answers with the last page,
so that a form that was refused on the way is seen as it was shown.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from design import seals
from ops.page_forms import Forms, Found
from people.models import Resident
from tests.factories import NOON

Typed = Mapping[str, Any]


def form_of(page: HttpResponse, button: str = "do") -> Found:
    """The form of the page that has this button, else its first; an empty one where it has none."""
    if page.status_code not in (200, 409) or page.streaming:
        return Found()
    found = Forms(page.content.decode()).found
    with_it = [form for form in found if ("do", button) in form.buttons]
    return (with_it or found or [Found()])[0]


def hidden(page: HttpResponse, button: str = "do") -> dict[str, list[str]]:
    """The hidden fields of that form."""
    return dict(form_of(page, button).hidden)


def standing(page: HttpResponse, button: str = "do") -> dict[str, list[str]]:
    """What stands in the boxes of that form, as a browser would post it unchanged."""
    return dict(form_of(page, button).standing)


def seal_of(plan: Any) -> str:
    """The seal of what a page shows of a plan, for a test that goes past the page to the service."""
    return seals.seal(plan.shown, at=NOON)


def press(
    client: Client,
    url: str,
    typed: Typed | None = None,
    *,
    button: str = "do",
    on: HttpResponse | None = None,
    **how: Any,
) -> HttpResponse:
    """Open the page (or take it as it was opened before, `on`), type, and press a button of its form."""
    page = on if on is not None else client.get(url)
    return client.post(url, {**hidden(page, button), **(typed or {}), "do": button}, **how)


def show_health(client: Client, resident: Resident) -> None:
    """Ask for what is about somebody's health, as who works the case does: it is shown for a quarter of an hour."""
    assert press(client, reverse("people:show_health", args=[resident.reference])).status_code == 302


def check(client: Client, url: str, typed: Typed | None = None, *, on: HttpResponse | None = None) -> HttpResponse:
    """Open the page, type, and go to its check page."""
    return press(client, url, typed, button="check", on=on)


def decide(
    client: Client, url: str, typed: Typed | None = None, *, on: HttpResponse | None = None, **how: Any
) -> HttpResponse:
    """Open the page, type, check, and do it; where it did not come to a check page, what came instead."""
    checked = check(client, url, typed, on=on)
    if "checked" not in hidden(checked):
        return checked
    return press(client, url, on=checked, **how)
