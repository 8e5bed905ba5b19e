"""What forms about restrictions share: settling a choice, a reveal, or the words of a field once a form is made."""

from collections.abc import Iterable

from design import fields, forms
from design.spoken import Spoken


def options(form: forms.Form, name: str) -> fields.Options:
    """A field of a form whose choices, hints and reveals are settled once the form is made."""
    field = form.fields[name]
    assert isinstance(field, fields.Options)
    return field


def choose(form: forms.Form, name: str, choices: Iterable[tuple[str, str]]) -> fields.Options:
    """Settle what can be chosen in a field."""
    field = form.fields[name]
    assert isinstance(field, fields.ChoiceField | fields.ChoicesField)
    field.choices = list(choices)
    return field


def spoken(form: forms.Form, name: str) -> Spoken:
    """A field of a form whose words are settled once the form is made."""
    field = form.fields[name]
    assert isinstance(field, Spoken)
    return field
