"""What is added to an incident that is logged: people, harm, police, files, another account; and its line managers."""

from collections.abc import Mapping, Sequence
from typing import Any

from cases.forms.incidents import WhoForm
from cases.forms.shaping import field_of
from design import fields, forms
from people.models import User
from policies.policy import Policy


class SameForm(forms.Form):
    """Whether what was typed is about an incident that is logged already."""

    same = fields.ChoiceField(
        label="Is this the same incident?", called="whether it is the same", heading=True, size="l"
    )
    evidence = fields.EvidenceField(
        label="Choose your files again",
        help_text="They could not be kept between the two pages.",
        required=False,
        multiple=True,
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], hints: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "same").choices = [*choices, ("different", "No, it is a different incident")]
        field_of(self, "same").hints = dict(hints)
        field_of(self, "same").divider_before = "different"


class CategoriesForm(forms.Form):
    """The kinds of behaviour that the policy names."""

    categories = fields.ChoicesField(label="What kind of behaviour was it?", called="what kind of behaviour it was")

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "categories").choices = [(one.key, one.name) for one in policy.behaviours]
        field_of(self, "categories").hints = {one.key: one.rule.cite() for one in policy.behaviours if one.rule}


class AddPersonForm(WhoForm):
    """Name a resident who was not named when the incident was logged."""

    def clean(self) -> dict[str, Any]:
        """Somebody has to be chosen."""
        kept = super().clean() or {}
        if not kept.get("found"):
            self.add_error("found" if self.people.found else "q", "Select who it was")
        return kept


class HarmForm(forms.Form):
    """Who was threatened, hurt or otherwise affected."""

    danger = fields.YesNoField(
        label="Was anyone threatened, hurt or intimidated?", called="whether anyone was threatened"
    )
    hurt = fields.YesNoField(label="Was anyone physically hurt?", called="whether anyone was hurt")
    affected = fields.ChoicesField(
        label="Which colleagues did it affect?", help_text="Their line managers are told at once.", required=False
    )
    contractors = fields.LongTextField(
        label="Contractors or others affected", help_text="One name on a line", required=False, rows=2, max_length=1000
    )

    def __init__(self, *args: Any, colleagues: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = colleagues
        field_of(self, "affected").choices = [(str(one.pk), one.name) for one in colleagues]
        field_of(self, "affected").hints = {str(one.pk): one.job_title for one in colleagues if one.job_title}


class PoliceForm(forms.Form):
    """Whether the police were called, and their reference."""

    police_called = fields.YesNoField(
        label="Were the police called?",
        called="whether the police were called",
        inline=False,
        reveal={"yes": "police_reference"},
    )
    police_reference = fields.TextField(label="Police reference", required=False, max_length=60, width=20)


class HazardForm(forms.Form):
    """What a resident reported as needing repair or unsafe."""

    hazard_words = fields.LongTextField(label="What did they report?", called="what they reported", rows=4)


class FilesForm(forms.Form):
    """Files of an incident."""

    evidence = fields.EvidenceField(label="Files", called="at least one file", multiple=True)


class AccountForm(forms.Form):
    """Another account of the same incident."""

    words = fields.LongTextField(
        label="What you saw and heard",
        called="what you saw and heard",
        rows=8,
        help_text="It stands beside the first account.",
    )
    words_used = fields.LongTextField(label="Words used, exactly", required=False, rows=3)


class SupportForm(forms.Form):
    """What a line manager offered."""

    offered = fields.LongTextField(
        label="What have you offered?",
        help_text="For example a de-brief, time away, a change of visits. Leave it empty if you have yet to speak.",
        required=False,
        rows=3,
    )
