"""Shapes of input of the worklist."""

from collections.abc import Sequence
from typing import Any, cast

from deadlines import kinds
from design import fields, forms
from people.models import FileAccess, User

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


# Who is kept out of a file, to whom it is kept or opened, why and until when

Ground = FileAccess.Ground
CLOSES = [each for each in Ground.choices if each[0] not in (Ground.HELPS, Ground.URGENT)]
LEFT, LEFT_WORDS = "left", "Nobody yet: leave it on the list of those who decide on cases"
OPENS = [each for each in Ground.choices if each[0] in (Ground.HELPS, Ground.OTHER)]


class Access(forms.Form):
    """A reason and an end; each kind asks besides whom it is about."""

    ground = fields.ChoiceField(label="Why?", called="why", choices=CLOSES)
    reason = fields.LongTextField(
        label="In your own words",
        called="why, in your own words",
        max_length=2000,
        rows=3,
        help_text="Those who decide on cases read this.",
    )
    until = fields.DayField(label="Until when?", called="the last day", help_text="12 months at most")


class Closing(Access):
    """Closing it asks besides who takes over what is theirs in it to whom it is closed."""

    successor = fields.SelectField(
        label="Who takes over what is theirs in this file?",
        called="who takes over",
        required=False,
        help_text="Needed only where something in it is theirs. You see what before you close it.",
    )

    def __init__(self, *args: Any, successors: Sequence[User] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose a colleague"), *((str(one.pk), _named(one)) for one in successors)]
        cast(fields.SelectField, self.fields["successor"]).choices = [*choices, (LEFT, LEFT_WORDS)]

    @property
    def successor_id(self) -> int | None:
        """Who was chosen; None for nobody."""
        typed = self.cleaned_data["successor"]
        return int(typed) if typed and typed != LEFT else None

    @property
    def left(self) -> bool:
        """Whether it is left to those who decide on cases."""
        return bool(self.cleaned_data["successor"] == LEFT)


class OnePerson(Closing):
    """One colleague, from whom the file is closed, or to whom it is opened."""

    person = fields.SelectField(label="Colleague", called="a colleague")
    field_order = ("person", "ground", "reason", "until", "successor")

    def __init__(self, *args: Any, people: Sequence[User], opens: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = cast(fields.SelectField, self.fields["person"])
        who.choices = [("", "Choose a colleague"), *((str(one.pk), _named(one)) for one in people)]
        if opens:
            del self.fields["successor"]
            cast(fields.ChoiceField, self.fields["ground"]).choices = OPENS


class SeveralPeople(Closing):
    """Those to whom the file is kept."""

    people = fields.ChoicesField(label="Who reads it", called="who reads it")
    field_order = ("people", "ground", "reason", "until", "successor")

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(fields.ChoicesField, self.fields["people"]).choices = [(str(one.pk), _named(one)) for one in people]


def _named(person: User) -> str:
    return f"{person.name}, {person.job_title}" if person.job_title else person.name
