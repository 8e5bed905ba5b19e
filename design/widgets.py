"""Widgets that Django has none of: a date in three boxes, radios with hints, several files in one field."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from design import dates

BOXES = ("day", "month", "year")
NO_FILES: MultiValueDict[str, Any] = MultiValueDict()


def day_parts(value: Any) -> tuple[str, str, str]:
    """The three texts to show for a date, for what was typed, or for nothing."""
    if isinstance(value, dt.date):
        return str(value.day), str(value.month), str(value.year)
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) == len(BOXES):
        day, month, year = ("" if part is None else str(part) for part in value)
        return day, month, year
    return "", "", ""


class DayBoxes(forms.Widget):
    """Day, month and year as three boxes named `<name>_day`, `<name>_month`, `<name>_year`.

    Its value is the three texts as they were typed, so that a mistake is shown again as it was made.
    """

    template_name = "design/widgets/day.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str, str]:
        day, month, year = (str(data.get(f"{name}_{box}") or "") for box in BOXES)
        return day, month, year

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return all(f"{name}_{box}" not in data for box in BOXES)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        wrong = context["widget"]["attrs"].pop("data-wrong", "").split()
        base = context["widget"]["attrs"].get("id") or f"id_{name}"
        context["widget"]["boxes"] = [
            {
                "name": f"{name}_{box}",
                "id": f"{base}_{box}",
                "label": box.capitalize(),
                "value": part,
                "width": 4 if box == "year" else 2,
                "wrong": box in wrong,
            }
            for box, part in zip(BOXES, day_parts(value), strict=True)
        ]
        return context

    def id_for_label(self, id_: str, index: Any = None) -> str:
        return f"{id_}_day" if id_ else ""


class TimeBox(forms.TextInput):
    """One box for a time of day; a stored time is shown as 2:14pm."""

    def format_value(self, value: Any) -> str | None:
        return dates.clock(value) if isinstance(value, dt.time) else super().format_value(value)


class Radios(forms.RadioSelect):
    """Radios; the field adds hints, what an option reveals, and the "or" before one of them."""


class Checkboxes(forms.CheckboxSelectMultiple):
    """Checkboxes; the field adds hints and what an option reveals."""


class Files(forms.FileInput):
    """A file field of one or several files. Always gives a list."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        if hasattr(files, "getlist"):
            return list(files.getlist(name))
        found = files.get(name) if isinstance(files, Mapping) else None
        return [] if found is None else found if isinstance(found, list) else [found]


def typed_in(widget: forms.Widget, data: QueryDict, name: str) -> Any:
    """What somebody had typed into a widget, from a kept form; None where nothing was kept."""
    if widget.value_omitted_from_data(data, NO_FILES, name) and not isinstance(
        widget, forms.CheckboxInput | Checkboxes
    ):
        return None
    return widget.value_from_datadict(data, NO_FILES, name)


def posted(field: forms.Field, value: Any, name: str) -> dict[str, list[str]]:
    """A value of a field as a browser would post it: what `typed_in` reads back."""
    widget, value = field.widget, field.prepare_value(value)
    if isinstance(widget, DayBoxes):
        return {f"{name}_{box}": [part] for box, part in zip(BOXES, day_parts(value), strict=True)}
    if isinstance(widget, forms.CheckboxInput):
        return {name: ["on"]} if value else {}
    shown = widget.format_value(value)
    if isinstance(shown, list):
        return {name: [str(each) for each in shown if each != ""]}
    return {name: ["" if shown is None else str(shown)]}
