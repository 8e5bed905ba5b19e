"""Shapes of input of the worklist."""

from collections.abc import Sequence
from typing import Any

from deadlines import kinds
from design import fields, forms
from people.models import User

ALL, SOME = "all", "some"
GOOD, TIME = "good", "time"


class Filter(forms.Form):
    """Which kinds of work to show; none chosen shows all."""

    kind = fields.ChoicesField(label="Kind of work", choices=list(kinds.GROUPS.items()), required=False, small=True)


class HandOver(forms.Form):
    """Which work of somebody a colleague takes over, and for how long."""

    which = fields.ChoiceField(label="Which work?", called="which work", reveal={SOME: "cases"})
    cases = fields.ChoicesField(label="Which cases?", called="which cases", required=True)
    to = fields.SelectField(label="Who takes over?", called="who takes over")
    long = fields.ChoiceField(
        label="For how long?",
        called="for how long",
        reveal={TIME: ["from_on", "until_on"]},
        choices=[(GOOD, "For good"), (TIME, "Between two days")],
        hints={
            GOOD: "It becomes theirs, and leaves the list of whoever had it.",
            TIME: "It stands on both lists between these days, and reminders go to whoever covers.",
        },
    )
    from_on = fields.DayField(label="First day", called="the first day")
    until_on = fields.DayField(label="Last day", called="the last day")
    reason = fields.LongTextField(
        label="Why?", required=False, rows=3, max_length=500, help_text="It is kept on record. Do not name residents."
    )

    def __init__(self, *args: Any, people: Sequence[User], cases: Sequence[str], one: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to, which, some = self.fields["to"], self.fields["which"], self.fields["cases"]
        assert isinstance(to, fields.SelectField) and isinstance(which, fields.ChoiceField)
        assert isinstance(some, fields.ChoicesField)
        to.choices = [("", "Choose a colleague"), *((str(user.pk), user.name) for user in people)]
        some.choices = [(ref, ref) for ref in cases]
        which.choices = [(ALL, "All of it"), (SOME, "Some cases")] if cases else [(ALL, "All of it")]
        if one:
            del self.fields["which"], self.fields["cases"]
        elif not cases:
            which.reveal = {}
            del self.fields["cases"]

    def refs(self) -> list[str] | None:
        """The cases that were chosen; None for all of the work."""
        return self.cleaned_data["cases"] if self.cleaned_data["which"] == SOME else None
