"""Shapes of input about people."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from design import fields, forms
from people.models import Need, Occupancy, Resident
from people.services import Details, Home

EARLIEST_BIRTH = 1900


def lines_of(text: str) -> list[str]:
    """The lines of a typed text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class Person(forms.Form):
    """Name, relation, home and contacts of a resident."""

    name = fields.TextField(label="Full name", autocomplete="off", max_length=200)
    known_as = fields.LongTextField(
        label="Other names they are known by",
        help_text="One a line.",
        required=False,
        rows=2,
        max_length=1_000,
        count=False,
    )
    date_of_birth = fields.DayField(
        label="Date of birth", help_text="For example, 27 3 1985.", required=False, first_year=EARLIEST_BIRTH
    )
    relation = fields.SelectField(
        label="How do they stand to us?",
        called="how they stand to us",
        help_text="The policy covers some people and refers others on.",
        choices=[("", "Choose one"), *Resident.Relation.choices],
    )
    address = fields.LongTextField(
        label="Address",
        help_text="One line of the address a line, without the postcode.",
        required=False,
        rows=4,
        max_length=500,
        count=False,
    )
    postcode = fields.TextField(label="Postcode", required=False, width=10, max_length=10, autocomplete="off")
    uprn = fields.TextField(
        label="Property reference number (UPRN)", required=False, width=20, max_length=12, inputmode="numeric"
    )
    phones = fields.LongTextField(
        label="Phone numbers", help_text="One a line.", required=False, rows=2, max_length=500, count=False
    )
    emails = fields.LongTextField(
        label="E-mail addresses", help_text="One a line.", required=False, rows=2, max_length=1_500, count=False
    )
    preferred_format = fields.SelectField(
        label="Format of letters", choices=Resident.Format.choices, initial="standard"
    )
    preferred_language = fields.TextField(label="Language", initial="English", width=20, max_length=60)
    safe_contact = fields.LongTextField(
        label="Safe contact",
        help_text="How to reach them safely, and how not to. For example: never leave a voicemail.",
        required=False,
        rows=3,
        max_length=2_000,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_date_of_birth(self) -> date | None:
        """Nobody is born tomorrow."""
        born: date | None = self.cleaned_data["date_of_birth"]
        if born and born > self.today:
            raise ValidationError("Date of birth must be in the past")
        return born

    def clean_uprn(self) -> str:
        """A UPRN has up to 12 digits."""
        typed: str = self.cleaned_data["uprn"].replace(" ", "")
        if typed and not (typed.isascii() and typed.isdigit()):
            raise ValidationError("Property reference number (UPRN) must be digits only, up to 12 of them")
        return typed

    def clean_phones(self) -> tuple[str, ...]:
        """Each line a phone number."""
        return self._each("phones", fields.PhoneField())

    def clean_emails(self) -> tuple[str, ...]:
        """Each line an e-mail address."""
        return self._each("emails", fields.EmailField())

    def _each(self, name: str, one: Any) -> tuple[str, ...]:
        one.speak(name)
        return tuple(dict.fromkeys(one.clean(line) for line in lines_of(self.cleaned_data[name])))

    def clean(self) -> dict[str, Any]:
        """A postcode without an address says too little to be a home."""
        data = super().clean() or self.cleaned_data
        if data.get("postcode") and "address" in data and not data["address"]:
            self.add_error("address", "Enter the address that the postcode belongs to")
        return data

    def details(self) -> Details:
        """What was typed, as the services take it."""
        data = self.cleaned_data
        home = Home(data["address"], data["postcode"].upper(), data["uprn"]) if data["address"] else None
        return Details(
            name=data["name"],
            relation=data["relation"],
            known_as=lines_of(data["known_as"]),
            date_of_birth=data["date_of_birth"],
            preferred_format=data["preferred_format"],
            preferred_language=data["preferred_language"],
            safe_contact=data["safe_contact"],
            home=home,
            phones=data["phones"],
            emails=data["emails"],
        )


def typed_from(known: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a person as the form shows it: of what there may be several, one a line."""
    lists = ("known_as", "phones", "emails")
    return {**known, **{name: "\n".join(known[name]) for name in lists}}


class AddPerson(Person):
    """A new person, with the tenancy where there is one."""

    tenancy_reference = fields.TextField(label="Tenancy reference", required=False, width=20, max_length=40)
    tenancy_kind = fields.TextField(
        label="Kind of tenancy",
        help_text="For example: secure, introductory, lease.",
        required=False,
        width=20,
        max_length=60,
    )
    tenancy_part = fields.SelectField(
        label="Their part in the tenancy", required=False, choices=[("", "None"), *Occupancy.Part.choices]
    )

    def clean(self) -> dict[str, Any]:
        """A tenancy is named with the person's part in it, or not at all."""
        data = super().clean()
        if data.get("tenancy_reference") and not data.get("tenancy_part"):
            self.add_error("tenancy_part", "Select their part in the tenancy")
        if data.get("tenancy_part") and not data.get("tenancy_reference"):
            self.add_error("tenancy_reference", "Enter the tenancy reference")
        return data


class Double(forms.Form):
    """Whether the new person is one of those known."""

    who = fields.ChoiceField(label="Who is it?", called="who it is")


class Beside(forms.Form):
    """What whoever adds a person says, where the only one who may be the same has a file that is closed to them."""

    asked = fields.TickField(
        label="I have asked, or it cannot wait: add this person", called="I have asked, or it cannot wait"
    )


class RecordNeed(forms.Form):
    """A need that was told, or an adjustment that was agreed."""

    kind = fields.ChoiceField(
        label="What is it?",
        called="what it is",
        choices=Need.Kind.choices,
        hints={"need": "What the person, or who speaks for them, told us", "adjustment": "What we do about it"},
    )
    words = fields.LongTextField(
        label="In their words, or as agreed",
        called="the need or the adjustment",
        help_text="Say how it shows in contact with us. What nobody told us does not belong here.",
        max_length=2_000,
    )
    about_health = fields.YesNoField(
        label="Is it about health?",
        called="whether it is about health",
        help_text="What is about health is shown only to those who read case files.",
    )


class Why(forms.Form):
    """Why somebody who does not work the case needs to see what is about health."""

    reason = fields.LongTextField(label="Why do you need to see this?", called="why you need to see this", rows=3)


class Reasons(forms.Form):
    """Why something no longer holds."""

    reasons = fields.LongTextField(label="Why does it no longer hold?", called="why it no longer holds", rows=3)


class NameRepresentative(forms.Form):
    """Who speaks for a resident, and on what authority."""

    name = fields.TextField(label="Full name", max_length=200, autocomplete="off")
    relation = fields.TextField(
        label="Who they are to the resident",
        called="who they are to the resident",
        help_text="For example: daughter, advocate, solicitor.",
        max_length=100,
    )
    authority = fields.TextField(
        label="What their authority rests on",
        called="what their authority rests on",
        help_text="For example: written consent of 3 November 2026.",
        max_length=200,
    )
    phone = fields.PhoneField(label="Phone number", required=False, max_length=30)
    email = fields.EmailField(label="E-mail address", required=False)


class JoinTenancy(forms.Form):
    """A tenancy that the person holds or shares."""

    reference = fields.TextField(label="Tenancy reference", width=20, max_length=40)
    kind = fields.TextField(
        label="Kind of tenancy",
        help_text="For example: secure, introductory, lease.",
        required=False,
        width=20,
        max_length=60,
    )
    part = fields.ChoiceField(
        label="Their part in the tenancy", called="their part in the tenancy", choices=Occupancy.Part.choices
    )
    started_on = fields.DayField(label="When did the tenancy start?", called="when the tenancy started", required=False)
