"""Shapes of input of the register."""

from typing import Any, cast

from design import fields, forms
from people.models import Resident
from policies.policy import RegisterRule
from register.services import retention

# The policy format's words for what a register lists, as people say them.
RISKS = {
    "animal": "Dangerous animal",
    "structure": "Dangerous structure",
    "drug use": "Heavy drug use",
    "weapon": "Weapon",
    "person": "A person in the home",
    "restrictions": "Contact restrictions",
}


def risk_words(risk: str) -> str:
    """A risk of the policy's list as a label: "drug use" is "Heavy drug use"."""
    return RISKS.get(risk, risk[:1].upper() + risk[1:])


class WhatToDo(forms.Form):
    """The orders of an entry, and until when."""

    instructions = fields.LongTextField(
        label="What staff must do",
        called="what staff must do",
        help_text="One order a line, the first thing first. Say what to do, never why. For example: Visit in pairs.",
        max_length=2_000,
    )
    ring = fields.PhoneField(
        label="Number to ring before going", required=False, help_text="Left empty, the card gives the provider's own."
    )
    shared = fields.YesNoField(
        label="Share it with contractors?",
        called="whether it is shared with contractors",
        help_text="Share it where their staff need it to work safely.",
    )
    review_on = fields.DayField(
        label="When will the entry be looked at again?",
        called="when the entry will be looked at again",
        help_text="No entry stands for ever. For example, 27 3 2027.",
    )


def by_the_policy(form: forms.Form, registers: list[RegisterRule]) -> None:
    """Ask when an entry is looked at again only where the policy does not say it, and say what it leaves open."""
    own = [register for register in registers if retention.sets_review(register)]
    field = form.fields["review_on"]
    if registers and len(own) == len(registers):
        del form.fields["review_on"]
    elif own:
        field.required = False
        names = " and the ".join(register.name for register in own)
        field.help_text = f"Not needed for the {names}, where the policy says when. For example, 27 3 2027."
    elif len(registers) == 1:
        field.help_text = f"{retention.in_words(registers[0])[0]} For example, 27 3 2027."


class ChangeEntry(WhatToDo):
    """Changing an entry that stands by itself."""

    reason = fields.LongTextField(
        label="Reasons for the change", called="the reasons for the change", help_text="Staff who look do not see them."
    )

    def __init__(self, *args: Any, registers: list[RegisterRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_the_policy(self, registers)


class AddEntry(WhatToDo):
    """An entry without a restriction: a place, or a person after an incident."""

    register_key = fields.ChoiceField(label="Which register?", called="which register")
    place = fields.LongTextField(
        label="Address or place", called="the address or place", rows=3, max_length=300, count=False
    )
    postcode = fields.TextField(label="Postcode", required=False, width=10, autocomplete="off", max_length=10)
    incident = fields.TextField(
        label="Incident reference",
        called="the reference of the incident",
        help_text="An entry about a person rests on an incident on record. For example, I-000012.",
        width=10,
        max_length=20,
    )
    risks = fields.ChoicesField(label="What is the risk?", called="what the risk is")
    reason = fields.LongTextField(
        label="Reasons for the entry",
        called="the reasons for the entry",
        help_text="What happened, and when. Staff who look do not see the reasons.",
    )
    told = fields.ChoiceField(
        label="Is the resident told?",
        called="whether the resident is told",
        choices=[("yes", "Yes"), ("no", "No, because being told would raise the risk")],
        reveal={"no": ["not_told_reason", "look_again_on"]},
    )
    not_told_reason = fields.LongTextField(
        label="Why is the resident not told?", called="why the resident is not told", rows=3
    )
    look_again_on = fields.DayField(
        label="When will not telling be looked at again?",
        called="when not telling the resident will be looked at again",
    )
    field_order = (
        "register_key", "place", "postcode", "incident", "risks", "instructions", "ring", "shared", "review_on", "told",
        "not_told_reason", "look_again_on", "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, registers: list[RegisterRule], resident: Resident | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(fields.ChoiceField, self.fields["register_key"]).choices = [
            (register.key, register.name) for register in registers
        ]
        if len(registers) == 1:
            del self.fields["register_key"]
        risks = dict.fromkeys(risk for register in registers for risk in register.risks)
        cast(fields.ChoicesField, self.fields["risks"]).choices = [(risk, risk_words(risk)) for risk in risks]
        if not risks:
            del self.fields["risks"]
        by_the_policy(self, registers)
        for name in ("place", "postcode") if resident else ("incident", "told", "not_told_reason", "look_again_on"):
            del self.fields[name]


class RemoveEntry(forms.Form):
    """Why an entry goes, and whether the resident is told."""

    reason = fields.LongTextField(label="Reasons for the removal", called="the reasons for the removal")
    told = fields.YesNoField(label="Is the resident told of the removal?", called="whether the resident is told")

    def __init__(self, *args: Any, of_person: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not of_person:
            del self.fields["told"]


class KeepEntry(forms.Form):
    """Why an entry stays, and until when it is looked at next."""

    reason = fields.LongTextField(label="Reasons for keeping the entry", called="the reasons for keeping the entry")
    review_on = fields.DayField(
        label="When will the entry be looked at again?", called="when the entry will be looked at again"
    )

    def __init__(self, *args: Any, registers: list[RegisterRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_the_policy(self, registers)


class NotEntered(forms.Form):
    """Why a resident is not entered on a register."""

    reason = fields.LongTextField(label="Reasons against an entry", called="the reasons against an entry")


class LookAgain(forms.Form):
    """Whether the resident can be told by now."""

    told = fields.ChoiceField(
        label="Has the resident been told by now?",
        called="whether the resident has been told",
        choices=[("yes", "Yes, the resident has been told"), ("no", "No, being told would still raise the risk")],
        reveal={"yes": "how", "no": ["reason", "look_again_on"]},
    )
    how = fields.LongTextField(label="How was the resident told?", called="how the resident was told", rows=3)
    reason = fields.LongTextField(label="Why is the resident not told?", called="why the resident is not told", rows=3)
    look_again_on = fields.DayField(
        label="When will not telling be looked at again?",
        called="when not telling the resident will be looked at again",
    )
