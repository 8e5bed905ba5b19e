"""What forms about cases share."""

from typing import Any

from design import forms


def field_of(form: forms.Form, name: str) -> Any:
    """A field as what it is: the form's own table knows only that it is some field."""
    return form.fields[name]
