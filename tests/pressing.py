"""Pages as a person presses them: the form is read first, and its hidden fields go with what is typed.

`press` for form → do, `decide` for form → check → do, `check` for what stands between. Each answers with the last page,
so that a form that was refused on the way is seen as it was shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

Typed = Mapping[str, Any]


@dataclass
class Found:
    """A form of a page: its hidden fields and its buttons."""

    hidden: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """Every form of a page that posts, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Found] = []
        self.within = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.within = known.get("method") == "post" and known.get("class") != "evenhand-sign-out"
            if self.within:
                self.found.append(Found())
        elif self.within and tag == "input" and known.get("type") == "hidden":
            self.found[-1].hidden.setdefault(known["name"], []).append(known.get("value", ""))
        elif self.within and tag == "button":
            self.found[-1].buttons.append((known.get("name", ""), known.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.within = False


def hidden(page: HttpResponse, button: str = "do") -> dict[str, list[str]]:
    """The hidden fields of the page's form that has this button, else of its first; none where it has no form."""
    if page.status_code not in (200, 409) or page.streaming:
        return {}
    found = Forms(page.content.decode()).found
    with_it = [form for form in found if ("do", button) in form.buttons]
    return dict((with_it or found or [Found()])[0].hidden)


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
