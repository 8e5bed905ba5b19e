"""A warning letter: what it rests on and says, and what goes on the record with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cases import ladder, wording
from cases.forms.police import add_police
from cases.forms.shaping import field_of
from cases.models import Incident
from decisions.acts import Act
from decisions.forms import add_meeting, weigh
from design import dates, fields, forms, words
from people.models import User
from policies.policy import Policy

TOLD = "told_"
MOST = 25


@dataclass(frozen=True)
class Offered:
    """The incidents of a case from which those of a letter are chosen: what was chosen, and the newest that match.

    `found` says how many there are besides, "" where all are here. Hearsay is only named: no letter rests on it.
    """

    incidents: list[Incident]
    more: bool
    found: str
    hearsay: list[Incident]
    more_hearsay: int


def offer(incidents: Sequence[Incident], typed: Mapping[str, Sequence[str]]) -> Offered:
    """What a form lists of however many incidents: the newest 25 that match what was typed to find others.

    Whatever was ticked, or written anew for the letter, stays on the page.
    """
    heard = [one for one in incidents if one.knowledge == Incident.Knowledge.HEARSAY]
    known = [one for one in reversed(incidents) if one.knowledge != Incident.Knowledge.HEARSAY]
    find = words.clean_line("".join(typed.get("find", [])[-1:]))[:200]
    matching = [one for one in known if _matches(one, find)]
    kept = {one.pk for one in known if _is_kept(one, typed)} | {one.pk for one in matching[:MOST]}
    return Offered(
        [one for one in known if one.pk in kept], len(known) > MOST, _found(len(known), len(matching), find),
        heard[-MOST:], max(len(heard) - MOST, 0),
    )  # fmt: skip


def _matches(incident: Incident, find: str) -> bool:
    about = (incident.reference, dates.day(incident.happened_on), incident.get_channel_display(), incident.place)
    text = " ".join((*about, incident.facts)).casefold()
    return all(word in text for word in find.casefold().split())


def _is_kept(incident: Incident, typed: Mapping[str, Sequence[str]]) -> bool:
    told = [words.clean(text) for text in typed.get(f"{TOLD}{incident.reference}", [])]
    return incident.reference in typed.get("incidents", ()) or any(text != words.clean(incident.facts) for text in told)


def _found(known: int, matching: int, find: str) -> str:
    if known <= MOST:
        return ""
    if find:
        match = f"Nothing matches “{find}”." if not matching else f"{matching} of {known} incidents match “{find}”."
        return f"{match} The newest {MOST} of them are listed." if matching > MOST else match
    return f"The newest {MOST} of {known} incidents are listed."


class WarningForm(forms.Form):
    """The incidents that a warning letter rests on, and what must change."""

    incidents = fields.ChoicesField(label="What happened", called="what the letter is about")
    find = fields.TextField(
        label="Find another incident",
        help_text="A reference, a day such as 18 December 2026, a place, or words of the account. Then select Find.",
        required=False,
        spellcheck=False,
    )
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

    def __init__(self, *args: Any, offered: Offered, asks: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = offered
        for name in {"review_on", "agreed", "same_again"} - set(asks):
            del self.fields[name]
        if not offered.more:
            del self.fields["find"]
        field_of(self, "incidents").choices = [
            (one.reference, f"{one.reference}: {wording.moment_of(one.happened_on, one.happened_at)}")
            for one in offered.incidents
        ]
        field_of(self, "incidents").reveal = {one.reference: (f"{TOLD}{one.reference}",) for one in offered.incidents}
        for one in offered.incidents:
            told = fields.LongTextField(
                label="What the letter says of it",
                help_text="This is your colleague's account. Write it for the resident.",
                called=f"what the letter says of {one.reference}",
                initial=one.facts,
                max_length=5000,
            )
            self.fields[f"{TOLD}{one.reference}"] = told
            told.speak(f"{TOLD}{one.reference}")

    def chosen(self) -> list[Incident]:
        """The incidents ticked."""
        return [one for one in self.offered.incidents if one.reference in self.cleaned_data["incidents"]]

    def told(self) -> dict[str, str]:
        """What the letter says of each, by reference."""
        return {one.reference: self.cleaned_data[f"{TOLD}{one.reference}"] for one in self.chosen()}


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
