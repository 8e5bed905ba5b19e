"""Reasons, assessments and answers of a case; and the filter of its list."""

from typing import Any

from cases.forms.shaping import field_of
from cases.models import Assessment, Case
from design import fields, forms

LEVELS = Assessment.Level.choices


class ReasonsForm(forms.Form):
    """Reasons, where a decision needs nothing else."""

    reasons = fields.LongTextField(label="Your reasons", called="your reasons", max_length=4000)

    def __init__(self, *args: Any, label: str = "", called: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            field_of(self, "reasons").label = label
            field_of(self, "reasons").called = called
            field_of(self, "reasons").speak("reasons")


class NotActingForm(forms.Form):
    """What was considered and is not done."""

    considered = fields.LongTextField(label="What did you consider?", called="what you considered", max_length=4000)
    reasons = fields.LongTextField(label="Why is it not done?", called="why it is not done", max_length=4000)


class RiskForm(forms.Form):
    """A risk assessment. No score: the levels are the assessor's judgement."""

    severity = fields.ChoiceField(label="How severe was what happened?", called="how severe it was", choices=LEVELS)
    future_risk = fields.ChoiceField(label="What risk is there in future?", called="the future risk", choices=LEVELS)
    who_is_at_risk = fields.LongTextField(label="Who is at risk?", called="who is at risk", rows=3, max_length=2000)
    words = fields.LongTextField(label="What did you consider?", called="what you considered", rows=6)
    controls = fields.LongTextField(
        label="What keeps people safe?", help_text="For example visits in twos, or calls only.", required=False, rows=4
    )


class EqualityForm(forms.Form):
    """An individual equality impact assessment."""

    words = fields.LongTextField(
        label="What did you consider?",
        called="what you considered",
        help_text="Needs that bear on the behaviour, adjustments, what a decision would mean here, and other ways.",
        rows=8,
    )


class AnswerForm(forms.Form):
    """The answer to a question that the policy asks before a step."""

    words = fields.LongTextField(
        label="Your answer",
        called="your answer",
        help_text="What was done, when, and what came of it; or why it was not possible.",
        rows=6,
    )


class ScopeForm(forms.Form):
    """Whether the policy covers a person whom it does not name; if not, where they are referred."""

    covered = fields.YesNoField(
        label="Does the policy cover this person?",
        called="whether the policy covers this person",
        inline=False,
        reveal={"no": "to"},
    )
    to = fields.TextField(
        label="To whom, or under which policy, do they go on?", called="to whom or under which policy", required=False
    )
    reasons = fields.LongTextField(label="Your reasons", called="your reasons", max_length=4000)

    def __init__(self, *args: Any, is_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_open:
            del self.fields["covered"]

    def clean(self) -> dict[str, Any]:
        """Ask where somebody goes on who is not covered."""
        kept = super().clean() or {}
        refers = "covered" not in self.fields or kept.get("covered") is False
        if refers and not kept.get("to") and "to" not in self.errors:
            self.add_error("to", "Enter to whom, or under which policy")
        return kept


class FilterForm(forms.Form):
    """The case list's filter."""

    q = fields.TextField(label="Name, address, phone or reference", required=False, spellcheck=False)
    stage = fields.ChoiceField(label="Stage", required=False, small=True)

    def choose_stages(self) -> dict[str, str]:
        """Offer every stage; each value with its words."""
        stages = [("", "Any stage"), ("open", "Not closed"), *Case.Stage.choices]
        field_of(self, "stage").choices = stages
        return dict(stages)
