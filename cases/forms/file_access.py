"""Who is kept out of a file, to whom it is kept or opened, why and until when."""

from collections.abc import Sequence
from typing import Any, cast

from design import fields, forms
from people.models import FileAccess, User

Ground = FileAccess.Ground
CLOSES = [each for each in Ground.choices if each[0] not in (Ground.HELPS, Ground.URGENT)]
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


class OnePerson(Access):
    """One colleague."""

    person = fields.SelectField(label="Colleague", called="a colleague")
    field_order = ("person", "ground", "reason", "until")

    def __init__(self, *args: Any, people: Sequence[User], opens: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = cast(fields.SelectField, self.fields["person"])
        who.choices = [("", "Choose a colleague"), *((str(one.pk), _named(one)) for one in people)]
        if opens:
            cast(fields.ChoiceField, self.fields["ground"]).choices = OPENS


class SeveralPeople(Access):
    """Those to whom the file is kept."""

    people = fields.ChoicesField(label="Who reads it", called="who reads it")
    field_order = ("people", "ground", "reason", "until")

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(fields.ChoicesField, self.fields["people"]).choices = [(str(one.pk), _named(one)) for one in people]


class Urgent(forms.Form):
    """Whose file, and why it cannot wait."""

    who = fields.TextField(
        label="Whose file?", called="whose file it is", help_text="The reference, or the full name", spellcheck=False
    )
    reason = fields.LongTextField(label="Why can it not wait?", called="why it cannot wait", max_length=2000, rows=3)


class WhyItEnds(forms.Form):
    """Why what closed or opened a file ends."""

    reason = fields.LongTextField(label="Why does it end?", called="why it ends", max_length=2000, rows=3)


def _named(person: User) -> str:
    return f"{person.name}, {person.job_title}" if person.job_title else person.name
