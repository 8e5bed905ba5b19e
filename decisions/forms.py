"""What is asked of whoever decides: with whom in a meeting, what they weighed, if they agree; who was asked first."""

from collections.abc import Sequence
from typing import Any

from decisions.acts import Act
from decisions.services import Meeting, Said
from design import fields, forms
from design.spoken import Spoken
from people.models import User
from policies.values import Item


def meeting_fields(people: Sequence[User]) -> dict[str, Spoken]:
    """Those who decided with whoever writes it down; what is missing, the service says."""
    return {
        "took_part": fields.ChoicesField(
            label="Who decided this with you?", called="who decided this with you", required=False,
            choices=[(str(user.pk), user.name) for user in people], small=True, size="m",
            help_text="You took part yourself. Somebody who may not decide this is not listed.",
        ),
        "met_on": fields.DayField(
            label="When did you meet?", called="the day of the meeting", required=False, size="m"
        ),
        "said": fields.LongTextField(
            label="What was said in the meeting?", called="what was said in the meeting", required=False, size="m",
            help_text="Who held what, and what you agreed.",
        ),
    }  # fmt: skip


def add_meeting(form: forms.Form, people: Sequence[User] | None) -> None:
    """Ask with whom it was decided, where somebody cannot decide alone."""
    for name, asked in (meeting_fields(people) if people is not None else {}).items():
        form.fields[name] = asked
        asked.speak(name)


def meeting_of(form: forms.Form) -> Meeting | None:
    """The meeting as written down; None where one person decides."""
    typed = form.cleaned_data
    if "took_part" not in form.fields:
        return None
    return Meeting(typed.get("met_on"), [int(pk) for pk in typed.get("took_part", [])], typed.get("said", ""))


def add_meeting_of(form: forms.Form, act: Act, reader: User) -> None:
    """Ask who took part, where a meeting decides the act."""
    add_meeting(form, act.others(reader) if act.meets else None)


def said_of(form: forms.Form, reasons: str = "reasons") -> Said:
    """What was said of an act, from the fields that the form has of it; `reasons` is the field that says why."""
    typed = form.cleaned_data
    return Said(typed[reasons], typed.get("considered", ""), typed.get("not_done", ""), meeting_of(form))


def weigh(form: forms.Form, questions: Sequence[Item]) -> None:
    """Where the policy asks questions, what was weighed has to be said; the error cites the first of them."""
    field, rule = form.fields["considered"], questions[0].rule
    assert isinstance(field, Spoken)
    field.required, field.label = True, "What you weighed, and what else you considered"
    field.called = "what you weighed"
    field.help_text = "What you weighed: the policy's questions stand above."
    field.own_messages = {"required": f"Enter what else you considered{f' ({rule.in_brackets()})' if rule else ''}"}
    field.speak("considered")


AGREE, AGAINST = "agree", "against"


def ask_to_agree(form: forms.Form, what: str) -> None:
    """Ask somebody who decides with others whether they agree to what the first has decided."""
    field = fields.ChoiceField(
        label="Do you agree?", called="whether you agree", size="m",
        choices=[(AGREE, what), (AGAINST, "Do not agree")],
        hints={AGAINST: "Your reasons and theirs are kept, and it is decided anew. Say what has to change."},
    )  # fmt: skip
    form.fields = {"decision": field, **form.fields}
    field.speak("decision")


def does_not_agree(form: forms.Form) -> bool:
    """Whether whoever was asked to agree does not."""
    return form.cleaned_data.get("decision") == AGAINST


class ConsultForm(forms.Form):
    """Who was asked before the decision, when, and what they said."""

    person = fields.SelectField(label="Who was consulted?", called="who was consulted")
    on = fields.DayField(label="When?", called="the day")
    words = fields.LongTextField(
        label="What did they say?", called="what they said",
        help_text="In their words, for and against. Those who decide read this.",
    )  # fmt: skip

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, fields.SelectField)
        field.choices = [("", "Choose a colleague"), *((str(user.pk), user.name) for user in people)]
