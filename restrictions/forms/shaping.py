"""What forms about restrictions share: settling a choice, a reveal, or the words of a field once a form is made."""

from collections.abc import Iterable, Sequence

from design import fields, forms
from policies.values import Item


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


def spoken(form: forms.Form, name: str) -> fields.Spoken:
    """A field of a form whose words are settled once the form is made."""
    field = form.fields[name]
    assert isinstance(field, fields.Spoken)
    return field


def weigh(form: forms.Form, questions: Sequence[Item]) -> None:
    """Where the policy asks questions, what was weighed has to be said; the error cites the first of them."""
    field = spoken(form, "considered")
    rule = questions[0].rule
    field.required, field.label, field.called = (
        True,
        "What you weighed, and what else you considered",
        "what you weighed",
    )
    field.help_text = "What you weighed: the policy's questions stand above."
    field.own_messages = {"required": f"Enter what else you considered{f' ({rule.in_brackets()})' if rule else ''}"}
    field.speak("considered")
