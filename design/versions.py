"""Two versions of what a form keeps: what was saved meanwhile and what was typed, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from design import dates, fields, widgets

# The radios of the page that shows both: `keep-<field>`, whose hyphen no field's name has.
KEEP = "keep-"
SAVED, MINE = "saved", "mine"
NOTHING = "Nothing"


@dataclass(frozen=True)
class Difference:
    """A field of which two versions exist, in words."""

    name: str
    label: str
    saved: str
    typed: str


def differing(stored: forms.BaseForm, typed: QueryDict, names: Iterable[str]) -> list[Difference]:
    """Those of the fields that were typed otherwise than they are stored. `stored` is the form as it stands unbound."""
    found = []
    for name in names:
        field = stored.fields[name]
        mine = widgets.typed_in(field.widget, typed, stored.add_prefix(name))
        theirs = _stored(stored, name)
        if not _same(field, theirs, mine):
            found.append(Difference(name, str(field.label), in_words(field, theirs), in_words(field, mine)))
    return found


def chosen(stored: forms.BaseForm, typed: QueryDict, *, but: Iterable[Difference] = ()) -> QueryDict:
    """What was typed, with what is stored in the place of each field of which the newer version was kept.

    `but` are those that differ again: of them both versions are still needed.
    """
    merged, open_again = typed.copy(), {one.name for one in but}
    for name in typed:
        field = name.removeprefix(KEEP)
        if not name.startswith(KEEP) or field not in stored.fields or typed[name] == MINE or field in open_again:
            continue
        for key in (stored.add_prefix(field), *_boxes(stored, field)):
            merged.pop(key, None)
        for key, values in _posted(stored, field).items():
            merged.setlist(key, values)
    return merged


def in_words(field: forms.Field, value: Any) -> str:
    """A typed value as a reader would say it: the words of an option, a date in full."""
    if isinstance(field, forms.MultipleChoiceField | forms.ChoiceField):
        known = {str(key): str(text) for key, text in fields.flat(field.choices)}
        picked = value if isinstance(value, list | tuple) else [value or ""]
        return ", ".join(known.get(str(one), str(one)) for one in picked if one) or NOTHING
    if isinstance(field, forms.BooleanField):
        return "Ticked" if value else "Not ticked"
    if isinstance(field.widget, widgets.DayBoxes):
        try:
            day = field.clean(value)
        except ValidationError:
            day = None
        return dates.day(day) if day else " ".join(filter(None, value or ())) or NOTHING
    return str(value or "").strip() or NOTHING


def _boxes(form: forms.BaseForm, name: str) -> set[str]:
    return {f"{form.add_prefix(name)}_{box}" for box in widgets.BOXES}


def _posted(form: forms.BaseForm, name: str) -> dict[str, list[str]]:
    field = form.fields[name]
    return widgets.posted(field, form.get_initial_for_field(field, name), form.add_prefix(name))


def _stored(form: forms.BaseForm, name: str) -> Any:
    data = QueryDict(mutable=True)
    for key, values in _posted(form, name).items():
        data.setlist(key, values)
    return widgets.typed_in(form.fields[name].widget, data, form.add_prefix(name))


def _same(field: forms.Field, one: Any, other: Any) -> bool:
    """Whether two typed values mean the same; compared as typed where one of them cannot be read."""
    try:
        return bool(field.clean(one) == field.clean(other))
    except ValidationError:
        return in_words(field, one) == in_words(field, other)
