"""The shape of what is typed about a single point of contact."""

from collections.abc import Iterable
from typing import Any

from decisions.acts import Act
from decisions.forms import add_meeting_of, said_of
from decisions.services import Said
from design import fields, forms
from people.models import User
from restrictions.services.contacts.changing import NewContact


class ChangeSpoc(forms.Form):
    """Who takes over, for good or between two days, and why."""

    FOR_GOOD, COVER = "for_good", "cover"

    person = fields.SelectField(label="Who takes over?", called="who takes over")
    how_long = fields.ChoiceField(
        label="For how long?",
        called="for how long",
        choices=[(FOR_GOOD, "From today, for good"), (COVER, "To cover an absence, between two days")],
        reveal={COVER: ("from_on", "until_on")},
        size="m",
    )
    from_on = fields.DayField(label="First day of the cover", called="the first day of the cover")
    until_on = fields.DayField(label="Last day of the cover", called="the last day of the cover")
    reason = fields.LongTextField(
        label="Why", called="why", help_text="For colleagues. The resident does not read it.", rows=3
    )

    def __init__(
        self,
        *args: Any,
        people: Iterable[User],
        act: Act | None = None,
        reader: User,
        cover_only: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if cover_only:
            how_long = self.fields["how_long"]
            assert isinstance(how_long, fields.ChoiceField)
            how_long.choices = [(self.COVER, "To cover an absence, between two days")]
        if act is not None:
            add_meeting_of(self, act, reader)
        field = self.fields["person"]
        assert isinstance(field, fields.SelectField)
        field.choices = [("", "Choose a colleague"), *((str(user.pk), user.name) for user in people)]

    @property
    def covers(self) -> bool:
        """Whether it is a cover."""
        return bool(self.cleaned_data["how_long"] == self.COVER)

    def said(self) -> Said:
        """Why, and with whom it was decided in a meeting."""
        return said_of(self, "reason")

    def contact(self) -> NewContact:
        """Who takes over, and between which days."""
        typed = self.cleaned_data
        days = {"from_on": typed["from_on"], "until_on": typed["until_on"]} if self.covers else {}
        return NewContact(int(typed["person"]), **days)


class CheckSpoc(forms.Form):
    """What was looked at, whether contact is answered in time, what was found, what is to change."""

    looked_at = fields.LongTextField(
        label="What did you look at?",
        called="what you looked at",
        help_text="For example the letters since March, ten calls, and the decisions on two requests.",
        rows=4,
    )
    answered_in_time = fields.YesNoField(
        label="Is contact answered in time?", called="whether contact is answered in time", size="m"
    )
    findings = fields.LongTextField(label="What did you find?", called="what you found")
    to_change = fields.LongTextField(
        label="What is to be done or changed (optional)",
        required=False,
        help_text="It becomes a task of the single point of contact until it is done.",
        rows=4,
    )
