"""Logging an incident, and what is added to it afterwards."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases.forms.shaping import field_of
from cases.models import Incident, Involvement
from cases.services.incidents import AffectedPerson, Happened
from design import fields, forms, words
from design.dates import LONDON
from people.models import Organisation, Provider, Resident, User
from policies.policy import Policy

UNKNOWN = "unknown"
PART = "part_"
PARTS = [*Involvement.Part.choices, ("", "Not involved: take off this list")]


@dataclass(frozen=True)
class People:
    """Who can be chosen in a form: residents chosen already, residents found, colleagues ticked or found."""

    chosen: Sequence[Resident] = ()
    found: Sequence[Resident] = ()
    colleagues: Sequence[User] = ()
    organisations: Sequence[Organisation] = field(default_factory=tuple)

    def resident(self, reference: str) -> Resident | None:
        """One of those found, by reference."""
        return next((one for one in (*self.found, *self.chosen) if one.reference == reference), None)


def resident_hint(resident: Resident) -> str:
    """What tells one resident from another: address, year of birth, names known by, reference."""
    parts = [str(resident.address or "No address recorded")]
    if resident.date_of_birth:
        parts.append(f"born {resident.date_of_birth.year}")
    if resident.known_as:
        parts.append(f"known as {', '.join(resident.known_as)}")
    return ", ".join([*parts, resident.reference])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class WhoForm(forms.Form):
    """Finding a resident: a box with *Find*, then radios. Works without a script, because *Find* is a button."""

    q = fields.TextField(
        label="Name, address, postcode or phone number",
        help_text="Then select Find. What you have typed is kept.",
        required=False,
        spellcheck=False,
    )
    found = fields.ChoiceField(label="Which person?", called="who it was", required=False)
    part = fields.ChoiceField(
        label="Their part in it", choices=Involvement.Part.choices, initial=Involvement.Part.BEHAVED, required=False
    )

    def __init__(self, *args: Any, people: People | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people = people or People()
        found = field_of(self, "found")
        found.choices = [(one.reference, one.name) for one in people.found] + self.others()
        found.hints = {one.reference: resident_hint(one) for one in people.found}
        if people.found and self.others():
            found.divider_before = UNKNOWN

    def others(self) -> list[tuple[str, str]]:
        """Choices that are no person."""
        return []


class LogForm(WhoForm):
    """Log an incident, on one page. What can wait is under "Add more now, or after you have saved"."""

    # As they stand on the page, so that problems are listed in the same order.
    field_order = ("facts", "words_used")

    facts = fields.LongTextField(
        label="What happened",
        help_text="In your own words: what you saw and heard. Describe what the person did, not what they are like.",
        called="what happened",
        size="m",
        rows=8,
    )
    words_used = fields.LongTextField(
        label="Words used, exactly",
        help_text="If you can bear to. They are covered wherever the incident is shown.",
        required=False,
        rows=3,
    )
    when = fields.ChoiceField(
        label="When did it happen?",
        called="when it happened",
        choices=[("now", "Just now"), ("earlier", "Earlier today"), ("another", "Another day")],
        reveal={"earlier": "earlier_at", "another": ("happened_on", "happened_at")},
    )
    earlier_at = fields.TimeField(label="About what time?", called="the time", required=False)
    happened_on = fields.DayField(label="Which day?", called="when it happened")
    happened_at = fields.TimeField(label="About what time, if you know", called="the time", required=False)
    channel = fields.ChoiceField(
        label="Where did it happen?", called="where it happened", choices=Incident.Channel.choices
    )
    place = fields.TextField(
        label="Place, if it helps", help_text="For example: the front desk, or the lift", required=False
    )
    warnings_given = fields.WholeNumberField(
        label="How many warnings did you give?", called="how many warnings were given", initial=0, max_value=20, width=2
    )
    continued = fields.YesNoField(label="Did it go on after the last warning?", required=False)
    danger = fields.YesNoField(
        label="Was anyone threatened, hurt or intimidated?",
        called="whether anyone was threatened, hurt or intimidated",
        inline=False,
        reveal={"yes": "hurt"},
    )
    hurt = fields.TickField(label="Somebody was physically hurt", required=False)
    hazard = fields.YesNoField(
        label="Did they report something that needs repair or makes the home unsafe?",
        help_text="It counts however it was said, and it must not wait.",
        required=False,
        inline=False,
        reveal={"yes": "hazard_words"},
    )
    hazard_words = fields.LongTextField(label="What did they report?", called="what they reported", rows=3)
    knowledge = fields.ChoiceField(
        label="How do you know?",
        choices=Incident.Knowledge.choices,
        initial=Incident.Knowledge.FIRST_HAND,
        required=False,
        hints={Incident.Knowledge.HEARSAY: "It is kept on the file, but no letter can rest on it"},
    )
    colleague_q = fields.TextField(label="Find a colleague by name", required=False, spellcheck=False)
    affected = fields.ChoicesField(
        label="Which colleagues did it affect?", help_text="Their line managers are told at once.", required=False
    )
    contractors = fields.LongTextField(
        label="Contractors or others affected", help_text="One name on a line", required=False, rows=2, max_length=1000
    )
    organisation = fields.SelectField(label="Which contractor do they work for?", required=False)
    witnesses = fields.LongTextField(
        label="Who else saw or heard it?", help_text="One name on a line", required=False, rows=2, max_length=1000
    )
    contact_ended = fields.TickField(label="I ended the call or the visit", required=False)
    police_called = fields.YesNoField(
        label="Were the police called?", required=False, inline=False, reveal={"yes": "police_reference"}
    )
    police_reference = fields.TextField(label="Police reference", required=False, max_length=60, width=20)
    categories = fields.ChoicesField(
        label="What kind of behaviour was it?", help_text="The kinds that the policy names", required=False
    )
    evidence = fields.EvidenceField(
        label="Files",
        help_text="Photos, recordings, e-mails. If there is a problem on this page you have to choose them again.",
        required=False,
        multiple=True,
    )

    LATER = (
        "knowledge",
        "affected",
        "colleague_q",
        "contractors",
        "organisation",
        "witnesses",
        "contact_ended",
        "police_called",
        "police_reference",
        "categories",
        "evidence",
    )

    def __init__(self, *args: Any, policy: Policy, user: User, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.at = user, at
        self._ask_parts()
        self._ask_colleagues()
        asked = warnings_hint(policy)
        if asked:
            field_of(self, "warnings_given").help_text = asked
        behaviours = policy.behaviours
        field_of(self, "categories").choices = [(one.key, one.name) for one in behaviours]
        field_of(self, "categories").hints = {one.key: one.rule.cite() for one in behaviours if one.rule}

    def others(self) -> list[tuple[str, str]]:
        return [(UNKNOWN, "I do not know")]

    def _ask_parts(self) -> None:
        """One question for each person chosen already."""
        for resident in self.people.chosen:
            asked = fields.ChoiceField(
                label=f"{resident.name}, {resident.reference}",
                choices=PARTS,
                initial=Involvement.Part.BEHAVED,
                required=False,
                small=True,
            )
            self.fields[f"{PART}{resident.reference}"] = asked
            asked.speak(f"{PART}{resident.reference}")

    def _ask_colleagues(self) -> None:
        named = [(str(self.user.pk), f"Me, {self.user.name}")]
        named += [(str(one.pk), one.name) for one in self.people.colleagues if one.pk != self.user.pk]
        field_of(self, "affected").choices = named
        field_of(self, "affected").hints = {
            str(one.pk): one.job_title for one in self.people.colleagues if one.job_title
        }
        organisations = [(str(one.pk), one.name) for one in self.people.organisations]
        field_of(self, "organisation").choices = [("", "Choose a contractor, or leave this"), *organisations]

    @property
    def part_names(self) -> list[str]:
        """The fields that ask for the part of each person chosen."""
        return [name for name in self.fields if name.startswith(PART)]

    @property
    def later_opened(self) -> bool:
        """Whether something under "Add more now" is wrong or filled in, so that it must not be folded away."""
        if self.is_bound and any(name in self.errors for name in self.LATER):
            return True
        quiet = ("knowledge", "organisation", "evidence")
        return any(self[name].value() for name in self.LATER if name not in quiet)

    def clean(self) -> dict[str, Any]:
        """Somebody is named or said to be unknown; warnings and what followed them fit together."""
        kept = super().clean() or {}
        if not kept.get("found") and not self.part_names and "found" not in self.errors:
            if kept.get("q"):
                self.add_error("found", "Select who it was, or select “I do not know”")
            else:
                self.add_error("q", "Enter a name and select Find, or select “I do not know”")
        if kept.get("continued") and kept.get("warnings_given") == 0:
            self.add_error("warnings_given", "Enter how many warnings were given before it went on")
        now = self.at.astimezone(LONDON).time()
        if kept.get("earlier_at") and kept["earlier_at"] > now:
            self.add_error("earlier_at", "The time must not be later than now")
        return kept

    def parts(self) -> list[tuple[Resident, str]]:
        """Everybody named, each with a part."""
        kept = self.cleaned_data
        named: dict[str, tuple[Resident, str]] = {}
        for resident in self.people.chosen:
            part = kept.get(f"{PART}{resident.reference}") or ""
            if part:
                named[resident.reference] = (resident, part)
        picked = self.people.resident(kept.get("found") or "")
        if picked is not None and picked.reference not in named:
            named[picked.reference] = (picked, kept.get("part") or Involvement.Part.BEHAVED)
        return list(named.values())

    def happened(self) -> Happened:
        """What was typed, for the service."""
        kept, local = self.cleaned_data, self.at.astimezone(LONDON)
        day, time = {
            "now": (local.date(), local.time().replace(microsecond=0)),
            "earlier": (local.date(), kept.get("earlier_at")),
            "another": (kept.get("happened_on"), kept.get("happened_at")),
        }[kept["when"]]
        assert day is not None
        return Happened(
            facts=kept["facts"],
            happened_on=day,
            happened_at=time,
            place=kept["place"],
            channel=kept["channel"],
            words_used=kept["words_used"],
            categories=tuple(kept["categories"]),
            knowledge=kept["knowledge"] or Incident.Knowledge.FIRST_HAND,
            warnings_given=kept["warnings_given"] or 0,
            continued_after_warnings=bool(kept["continued"]),
            contact_ended=kept["contact_ended"],
            police_called=bool(kept["police_called"]),
            police_reference=kept["police_reference"],
            danger=bool(kept["danger"]),
            hurt=bool(kept["hurt"]),
            hazard=bool(kept["hazard"]),
            hazard_words=kept["hazard_words"],
        )

    def affected_people(self) -> list[AffectedPerson]:
        """Colleagues ticked, contractors and witnesses named."""
        kept = self.cleaned_data
        return affected_people(
            [self.user, *self.people.colleagues],
            kept["affected"],
            kept["contractors"],
            kept["witnesses"],
            next((one for one in self.people.organisations if str(one.pk) == kept["organisation"]), None),
        )


def affected_people(
    known: Iterable[User],
    ticked: Sequence[str],
    contractors: str,
    witnesses: str = "",
    works_for: Organisation | None = None,
) -> list[AffectedPerson]:
    """Those affected and those who saw it, from ticks and lines of names."""
    by_pk: Mapping[str, User] = {str(one.pk): one for one in known}
    hit = [AffectedPerson(user=by_pk[pk]) for pk in dict.fromkeys(ticked) if pk in by_pk]
    hit += [AffectedPerson(name=name[:200], organisation=works_for) for name in _lines(contractors)]
    return hit + [AffectedPerson(name=name[:200], part="witness") for name in _lines(witnesses)]


def warnings_hint(policy: Policy) -> str:
    """What the policy asks for before a written warning, with its clause; "" where it has no such stage."""
    stage = policy.stage_for_state("written warning")
    if stage is None or stage.after is None:
        return ""
    if stage.after.unsaid or stage.after.rule is None:
        return "The policy does not say how many come before a warning letter."
    cited = stage.after.rule.in_brackets()
    return f"Enter 0 if none. The policy asks for {stage.after} before a warning letter ({cited})."


def new_token() -> uuid.UUID:
    """The token of a new draft."""
    return uuid.uuid4()


def colleagues_named(provider: Provider, typed: str, *, most: int = 10) -> list[User]:
    """Active staff of a provider, and of its contractors, whose name holds what was typed."""
    found = User.objects.filter(provider=provider, is_active=True)
    named = words.clean_line(typed)[:200].split()
    for word in named:
        found = found.filter(name__icontains=word)
    return list(found.order_by("name")[:most]) if named else []
