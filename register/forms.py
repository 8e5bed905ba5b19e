"""Shapes of input of the register."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from audit import subjects
from decisions import forms as asking
from decisions.acts import Act
from decisions.services import Said
from design import fields, forms
from people.models import Organisation, Resident, User
from policies.policy import RegisterRule
from policies.values import Item
from register.models import Entry, Lookup
from register.services import retention
from register.services.new_entries import NewEntry
from register.services.reporting import NewReport
from register.services.sharing import NewShare

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
        label="May contractors be shown it?",
        called="whether contractors may be shown it",
        help_text="Where their staff need it to work safely. With which of them it is shared is decided next.",
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


def considered() -> fields.LongTextField:
    """What else was considered; asked only where the policy has something weighed."""
    return fields.LongTextField(
        label="What else you considered", called="what else you considered", required=False, rows=4
    )


def ask_what_was_weighed(form: forms.Form, asks: Sequence[Item], *, always: bool = True) -> None:
    """Ask what was weighed where the policy asks questions; not `always` where that hangs on what else is typed."""
    if not asks:
        del form.fields["considered"]
    elif always:
        asking.weigh(form, asks)


class ChangeEntry(WhatToDo):
    """Changing an entry that stands by itself."""

    reason = fields.LongTextField(
        label="Reasons for the change", called="the reasons for the change", help_text="Staff who look do not see them."
    )

    def __init__(self, *args: Any, entry: Entry, act: Act, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_the_policy(self, [entry.rule] if entry.rule else [])
        asking.add_meeting_of(self, act, reader)

    def said(self) -> Said:
        """What was decided: the entry as it is to stand, and why."""
        typed = self.cleaned_data
        found = {
            "instructions": typed["instructions"].splitlines(),
            "ring": typed["ring"],
            "shared_with_contractors": bool(typed["shared"]),
        }
        found |= {"review_on": plain_day(typed["review_on"])} if "review_on" in typed else {}
        return replace(asking.said_of(self, "reason"), what=found)


def plain_day(day: date | None) -> str | None:
    """A day as it stands in what somebody decided."""
    return day.isoformat() if day else None


class Agree(forms.Form):
    """Whether somebody agrees to what another has decided, and why."""

    reason = fields.LongTextField(
        label="Your reasons", called="your reasons", help_text="Staff who look do not see them."
    )
    considered = considered()

    def __init__(self, *args: Any, act: Act, agree: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asking.ask_to_agree(self, agree)
        ask_what_was_weighed(self, act.asks)


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
    considered = considered()
    field_order = (
        "register_key", "place", "postcode", "incident", "risks", "instructions", "ring", "shared", "review_on", "told",
        "not_told_reason", "look_again_on", "reason", "considered",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        registers: list[RegisterRule],
        resident: Resident | None,
        asks: Sequence[Item] = (),
        take_part: Sequence[User] | None = None,
        asked: bool = False,
        **kwargs: Any,
    ) -> None:
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
        of_a_person = ("incident", "told", "not_told_reason", "look_again_on")
        of_a_place = ("place", "postcode")
        for name in (*(of_a_place if resident or asked else ()), *(() if resident else of_a_person)):
            del self.fields[name]
        ask_what_was_weighed(self, asks, always=False)
        asking.add_meeting(self, take_part)

    def where(self) -> tuple[str, str]:
        """The place and its postcode, as typed; empty for a person."""
        typed = self.cleaned_data
        return " ".join(typed.get("place", "").split()), typed.get("postcode", "")

    def saying(self, asked: NewEntry) -> NewEntry:
        """The entry as typed, where `asked` says of whom or where and on which register."""
        typed = self.cleaned_data
        incident = typed.get("incident", "").upper()
        return replace(
            asked,
            source=subjects.about(subjects.INCIDENT, incident) if incident else "",
            instructions=typed["instructions"].splitlines(),
            risks=typed.get("risks", []),
            ring=typed["ring"],
            review_on=typed.get("review_on"),
            shared_with_contractors=bool(typed["shared"]),
            told=typed.get("told", "yes") == "yes",
            not_told_reason=typed.get("not_told_reason", ""),
            look_again_on=typed.get("look_again_on"),
        )


def put_as_typed(proposed: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry would say, as the form shows it to whoever decides on it."""
    if not proposed:
        return {}
    days = {name: date.fromisoformat(proposed[name]) for name in ("review_on", "look_again_on") if proposed[name]}
    return days | {
        "incident": subjects.ref_of(proposed["source"]),
        "instructions": "\n".join(proposed["instructions"]),
        "risks": proposed["risks"],
        "ring": proposed["ring"],
        "shared": proposed["shared_with_contractors"],
        "told": "yes" if proposed["told"] else "no",
        "not_told_reason": proposed["not_told_reason"],
    }


class Look(forms.Form):
    """Why a contractor looks: one of three purposes, and for which job."""

    purpose = fields.ChoiceField(
        label="Why are you looking?", called="why you are looking", choices=Lookup.Purpose.choices
    )
    job = fields.TextField(
        label="Number of the job or the visit", called="the number of the job or the visit", width=20, max_length=60
    )
    job.help_text = "As it stands on your work order. Each look is recorded with your name, the job and the time."


class ReportForm(forms.Form):
    """What happened at a door, in one short form."""

    about = fields.TextField(label="Who or where was it?", called="who or where it was")
    happened_on = fields.DayField(label="Which day was it?", called="the day on which it happened")
    words = fields.LongTextField(label="What happened?", called="what happened", max_length=5_000)
    words.help_text = "What you saw and heard, and the words that were used."
    danger = fields.YesNoField(
        label="Was anyone threatened, hurt or intimidated?",
        called="whether anyone was threatened, hurt or intimidated",
    )

    def new(self) -> NewReport:
        """What is reported."""
        typed = self.cleaned_data
        return NewReport(typed["about"], typed["happened_on"], typed["words"], bool(typed["danger"]))


class ShareEntry(forms.Form):
    """With which contractors an entry is shared, why, and until when."""

    organisations = fields.ChoicesField(label="Which contractors need it?", called="the contractors who need it")
    reason = fields.LongTextField(
        label="Why do they need it?",
        called="why they need it",
        rows=3,
        help_text="For example: they service the boiler every year. The contractor does not see this.",
    )
    until_on = fields.DayField(
        label="Last day on which it is shared",
        called="the last day on which it is shared",
        required=False,
        help_text="Left empty, it is shared as long as the entry stands. For example, 27 3 2027.",
    )

    def __init__(self, *args: Any, organisations: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(fields.ChoicesField, self.fields["organisations"]).choices = [
            (str(each.pk), each.name) for each in organisations
        ]

    def new(self) -> NewShare:
        """What was decided."""
        typed = self.cleaned_data
        return NewShare([int(pk) for pk in typed["organisations"]], typed["reason"], typed["until_on"])


class RecallShare(forms.Form):
    """Why a contractor is shown an entry no longer."""

    reason = fields.LongTextField(label="Why is it shared no longer?", called="why it is shared no longer", rows=3)


class RemoveEntry(forms.Form):
    """Why an entry goes, and whether the resident is told."""

    reason = fields.LongTextField(label="Reasons for the removal", called="the reasons for the removal")
    told = fields.YesNoField(label="Is the resident told of the removal?", called="whether the resident is told")
    considered = considered()

    def __init__(self, *args: Any, entry: Entry, act: Act, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if entry.resident is None:
            del self.fields["told"]
        ask_what_was_weighed(self, act.asks)
        asking.add_meeting_of(self, act, reader)

    def said(self) -> Said:
        """What was decided: that it goes, why, and whether its resident is told."""
        what = {"told": self.cleaned_data["told"]} if "told" in self.fields else {}
        return replace(asking.said_of(self, "reason"), what=what)


class KeepEntry(forms.Form):
    """Why an entry stays, and until when it is looked at next."""

    reason = fields.LongTextField(label="Reasons for keeping the entry", called="the reasons for keeping the entry")
    review_on = fields.DayField(
        label="When will the entry be looked at again?", called="when the entry will be looked at again"
    )

    def __init__(self, *args: Any, entry: Entry, act: Act, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_the_policy(self, [entry.rule] if entry.rule else [])
        asking.add_meeting_of(self, act, reader)

    def said(self) -> Said:
        """What was decided: that it stays, why, and when it is looked at next."""
        what = {"review_on": plain_day(self.cleaned_data.get("review_on"))}
        return replace(asking.said_of(self, "reason"), what=what)


class NotEntered(forms.Form):
    """Why nobody is entered on a register."""

    reason = fields.LongTextField(label="Reasons against an entry", called="the reasons against an entry")
    considered = considered()

    def __init__(self, *args: Any, act: Act, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_what_was_weighed(self, act.asks)
        asking.add_meeting_of(self, act, reader)


class LookAgain(forms.Form):
    """Whether the resident can be told by now."""

    YES, NO = "yes", "no"

    told = fields.ChoiceField(
        label="Has the resident been told by now?",
        called="whether the resident has been told",
        choices=[("yes", "Yes, the resident has been told"), ("no", "No, being told would still raise the risk")],
    )
    how = fields.LongTextField(label="How was the resident told?", called="how the resident was told", rows=3)
    reason = fields.LongTextField(label="Why is the resident not told?", called="why the resident is not told", rows=3)
    look_again_on = fields.DayField(
        label="When will not telling be looked at again?",
        called="when not telling the resident will be looked at again",
    )
    considered = considered()

    def __init__(self, *args: Any, act: Act, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_what_was_weighed(self, act.asks)
        asking.add_meeting_of(self, act, reader)
        asked = tuple(name for name in self.fields if name not in ("told", "how"))
        cast(fields.ChoiceField, self.fields["told"]).reveal = {self.YES: ("how",), self.NO: asked}

    @property
    def tells(self) -> bool:
        """Whether the resident has been told by now."""
        return self.cleaned_data.get("told") == self.YES

    def said(self) -> Said:
        """What was decided: that the resident is not told, why, and when that is looked at next."""
        what = {"look_again_on": plain_day(self.cleaned_data.get("look_again_on"))}
        return replace(asking.said_of(self, "reason"), what=what)
