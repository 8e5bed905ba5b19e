"""The half that every form field shares: it says what is wrong in the words of its label.

Each field takes, besides Django's arguments:

- `called`: the words after "Enter" or "Select" in an error, where the label will not do. `called="when it happened"`
  for the label "When did it happen?" gives "Enter when it happened".
- `size`: "s", "m", "l" or "xl" for a larger label; `heading=True` makes that label the page's h1.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from design import words


class Spoken(forms.Field):
    """A field whose errors are built from its label: the half that every field here shares."""

    words: Mapping[str, str] = {"required": "Enter {called}"}

    def __init__(
        self,
        *args: Any,
        called: str = "",
        size: str = "",
        heading: bool = False,
        error_messages: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, error_messages=dict(error_messages or {}), **kwargs)
        self.called, self.size, self.heading = called, size, heading
        self.own_messages = dict(error_messages or {})

    def speak(self, name: str) -> None:
        """Settle label and errors, once the field's name is known. The form calls it."""
        if self.label is None:
            self.label = words.upper_first(name.replace("_", " "))
        called = (self.called or words.lower_first(str(self.label).rstrip("?:"))).replace("%", " per cent")
        spoken = {
            code: text.replace("{called}", called).replace("{Called}", words.upper_first(called))
            for code, text in self.all_words().items()
        }
        self.error_messages = {**self.error_messages, **spoken, **self.own_messages}

    @classmethod
    def all_words(cls) -> dict[str, str]:
        """The error texts of the class and of those it builds on, the nearest winning."""
        found: dict[str, str] = {}
        for base in reversed(cls.__mro__):
            found |= base.__dict__.get("words", {})
        return found

    def wrong(self, code: str, **params: Any) -> ValidationError:
        """The error of that code, ready to raise."""
        return ValidationError(self.error_messages[code], code=code, params=params or None)
