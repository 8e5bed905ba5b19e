"""A warning letter: what it rests on and says, and what goes on the record with it."""

from collections.abc import Collection, Sequence
from typing import Any

from cases import ladder, wording
from cases.forms.police import add_police
from cases.forms.shaping import field_of
from cases.models import Incident
from decisions.acts import Act
from decisions.forms import add_meeting, weigh
from design import fields, forms
from people.models import User
from policies.policy import Policy


class WarningForm(forms.Form):
    """The incidents that a warning letter rests on, and what must change."""

    incidents = fields.ChoicesField(label="What happened", called="what the letter is about")
    expected = fields.LongTextField(
        label="What must change",
        help_text="Say what you ask the person to do, in words that they will read.",
        called="what must change",
        max_length=2000,
    )
    support = fields.LongTextField(
        label="Help that you can offer",
        help_text="For example another way to reach you.",
        required=False,
        max_length=2000,
        rows=3,
    )

    same_again = fields.LongTextField(
        label="Why a warning letter follows, if nothing you selected came after the first letter",
        help_text="It goes on the record; whoever issues it reads it. Leave it empty where something came after.",
        called="why a warning letter follows",
        required=False,
        max_length=2000,
        rows=3,
    )
    review_on = fields.DayField(
        label="When do you look at it again?",
        help_text="The letter names the day. If nothing like this has happened by then, nothing further is done.",
        called="the day you look at it again",
    )
    agreed = fields.LongTextField(
        label="What came of the conversation",
        help_text="What you and the resident said you would do. It stands in the letter.",
        called="what came of the conversation",
        max_length=2000,
        rows=4,
    )

    def __init__(self, *args: Any, incidents: Sequence[Incident], asks: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"review_on", "agreed", "same_again"} - set(asks):
            del self.fields[name]
        self.selectable = [one for one in incidents if one.knowledge != Incident.Knowledge.HEARSAY]
        self.hearsay = [one for one in incidents if one.knowledge == Incident.Knowledge.HEARSAY]
        field_of(self, "incidents").choices = [
            (one.reference, f"{one.reference}: {wording.moment_of(one.happened_on, one.happened_at)}")
            for one in self.selectable
        ]
        field_of(self, "incidents").reveal = {one.reference: (f"told_{one.reference}",) for one in self.selectable}
        for one in self.selectable:
            told = fields.LongTextField(
                label="What the letter says of it",
                help_text="This is your colleague's account. Write it for the resident.",
                called=f"what the letter says of {one.reference}",
                initial=one.facts,
                max_length=5000,
            )
            self.fields[f"told_{one.reference}"] = told
            told.speak(f"told_{one.reference}")

    def chosen(self) -> list[Incident]:
        """The incidents ticked."""
        return [one for one in self.selectable if one.reference in self.cleaned_data["incidents"]]

    def told(self) -> dict[str, str]:
        """What the letter says of each, by reference."""
        return {one.reference: self.cleaned_data[f"told_{one.reference}"] for one in self.chosen()}


class IssueForm(forms.Form):
    """What goes on the record with the decision to issue."""

    considered = fields.LongTextField(
        label="What else you considered", help_text="It goes on the record.", required=False, rows=3, max_length=2000
    )
    not_done = fields.LongTextField(
        label="What is not done, and why", help_text="It goes on the record.", required=False, rows=3, max_length=2000
    )

    def __init__(
        self, *args: Any, act: Act, reader: User, police: ladder.Police | None, policy: Policy, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        add_meeting(self, act.others(reader) if act.meets else None)
        add_police(self, police, policy)
        if act.asks:
            weigh(self, act.asks)
