"""What the template of a field needs to know, found out once for every kind of widget."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from design import fields, widgets

INPUT = "govuk-input"
KINDS: tuple[tuple[type[forms.Widget], str, str], ...] = (
    (widgets.DayBoxes, "day", ""),
    (forms.CheckboxSelectMultiple, "checkboxes", ""),
    (forms.RadioSelect, "radios", ""),
    (forms.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (forms.FileInput, "file", "govuk-file-upload"),
    (forms.PasswordInput, "password", "govuk-input govuk-password-input__input govuk-js-password-input-input"),
    (forms.Select, "select", "govuk-select"),
    (forms.Textarea, "textarea", "govuk-textarea"),
)


def kind_of(widget: forms.Widget) -> tuple[str, str]:
    """The kind of a widget (which part of the template shows it) and its class in GOV.UK Frontend."""
    return next(((kind, css) for known, kind, css in KINDS if isinstance(widget, known)), ("input", INPUT))


def wrong_boxes(bound: BoundField) -> list[str]:
    """Which of the three boxes of a date are wrong; all of them where an error does not say."""
    if not bound.errors:
        return []
    found = [error.params["boxes"] for error in bound.errors.as_data() if error.params and "boxes" in error.params]
    return " ".join(found).split() or list(widgets.BOXES)


def messages(bound: BoundField) -> list[str]:
    """What is wrong with a field, each thing said once."""
    return list(dict.fromkeys(str(message) for message in bound.errors))


def target(bound: BoundField) -> str:
    """The id of the control that an error in the summary leads to."""
    kind, _ = kind_of(bound.field.widget)
    if kind == "day":
        return f"{bound.auto_id}_{(wrong_boxes(bound) or ['day'])[0]}"
    if kind in ("radios", "checkboxes"):
        return f"{bound.auto_id}_0"
    return bound.auto_id


def inner_names(form: forms.BaseForm) -> set[str]:
    """The fields that stand inside an option of another field."""
    return {name for field in form.fields.values() if isinstance(field, fields.Options) for name in field.revealed()}


def parts(bound: BoundField) -> dict[str, Any]:
    """Everything that `templates/design/field.html` shows of one field."""
    kind, css = kind_of(bound.field.widget)
    shown: dict[str, Any] = {
        "field": bound,
        "kind": kind,
        "id": bound.auto_id,
        "label": bound.label,
        "hint": bound.help_text,
        "errors": messages(bound),
        "size": getattr(bound.field, "size", ""),
        "heading": getattr(bound.field, "heading", False),
        "described_by": bound.aria_describedby,
        "before": getattr(bound.field, "before", ""),
        "after": getattr(bound.field, "after", ""),
    }
    if kind in ("radios", "checkboxes"):
        return {**shown, **_options(bound, kind)}
    return {**shown, **_control(bound, kind, css)}


def _control(bound: BoundField, kind: str, css: str) -> dict[str, Any]:
    """The control itself, for every widget that is one element (and for the three boxes of a date)."""
    if kind == "day":
        return {"control": bound.as_widget(attrs={"data-wrong": " ".join(wrong_boxes(bound))})}
    classes = [css]
    width = getattr(bound.field, "width", None)
    if width is not None:
        classes.append(f"govuk-input--width-{width}" if isinstance(width, int) else f"govuk-!-width-{width}")
    if bound.errors and kind != "checkbox":
        classes.append(f"{css.split()[0]}--error")
    attrs: dict[str, bool | str] = {"placeholder": False}
    counted = kind == "textarea" and getattr(bound.field, "count", False)
    if counted:
        classes.append("govuk-js-character-count")
        attrs["aria-describedby"] = f"{bound.aria_describedby} {bound.auto_id}-info".strip()
    own = bound.field.widget.attrs.get("class", "")
    attrs["class"] = " ".join(filter(None, [*classes, own]))
    limit = getattr(bound.field, "max_length", None) if counted else None
    return {
        "control": bound.as_widget(attrs=attrs),
        "limit": limit,
        "limit_words": f"{limit:,}" if limit else "",
        "several": bool(getattr(bound.field, "multiple", False)),
    }


def _options(bound: BoundField, kind: str) -> dict[str, Any]:
    """The options of radios or checkboxes, each with its hint and the fields that it reveals."""
    field = bound.field
    hints, reveal = getattr(field, "hints", {}), getattr(field, "reveal", {})
    options = []
    for option in bound.subwidgets:
        value = str(option.data["value"])
        options.append(
            {
                "id": option.id_for_label,
                "name": option.data["name"],
                "value": value,
                "label": option.data["label"],
                "checked": option.data["selected"],
                "hint": hints.get(value, ""),
                "divider": value == getattr(field, "divider_before", None),
                "exclusive": value == getattr(field, "exclusive", None),
                "inner": [bound.form[name] for name in reveal.get(value, ()) if name in bound.form.fields],
            }
        )
    return {
        "options": options,
        "inline": getattr(field, "inline", False) and not reveal,
        "small": getattr(field, "small", False),
        "reveals": bool(reveal),
    }
