"""The forms of a page as a browser would post them: what is hidden, what stands in the boxes, which buttons."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Found:
    """A form of a page: its hidden fields, what else stands in it, and its buttons."""

    hidden: dict[str, list[str]] = field(default_factory=dict)
    standing: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """Every form of a page that posts, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Found] = []
        self.within, self.box = False, ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.within = known.get("method") == "post" and known.get("class") != "evenhand-sign-out"
            if self.within:
                self.found.append(Found())
        elif not self.within:
            return
        elif tag == "input":
            self._input(known)
        elif tag == "button":
            self.found[-1].buttons.append((known.get("name", ""), known.get("value", "")))
        elif tag in ("textarea", "select"):
            self.box = known["name"]
            self.found[-1].standing[self.box] = [""] if tag == "textarea" else []
        elif tag == "option" and "selected" in known:
            self.found[-1].standing[self.box].append(known.get("value", ""))

    def _input(self, known: dict[str, str]) -> None:
        kind, name, value = known.get("type", "text"), known.get("name", ""), known.get("value", "")
        if kind in ("radio", "checkbox") and "checked" not in known or kind == "file":
            return
        into = self.found[-1].hidden if kind == "hidden" else self.found[-1].standing
        into.setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self.box and self.found[-1].standing[self.box] and self.lasttag == "textarea":
            self.found[-1].standing[self.box][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self.box = ""
        if tag == "form":
            self.within = False
