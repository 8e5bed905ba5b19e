"""The shape of what is typed about appeals. Rules are the services'."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from appeals.models import Appeal
from appeals.services import Answer
from design import fields, forms
from people.models import Representative
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Term

State, Limit, Channel = Appeal.State, Term.Limit, Term.Channel


class Lodge(forms.Form):
    """Who appeals, how it came, when, and what they say."""

    RESIDENT, REPRESENTATIVE = "resident", "representative"

    who = fields.ChoiceField(
        label="Who appeals?",
        called="who appeals",
        choices=[(RESIDENT, "The resident"), (REPRESENTATIVE, "Somebody for the resident")],
        reveal={REPRESENTATIVE: "made_by_name"},
    )
    made_by_name = fields.TextField(label="Name of the representative", called="the name of the representative")
    how = fields.ChoiceField(label="How did it come?", called="how it came", choices=Appeal.How.choices)
    received_on = fields.DayField(
        label="When was it received?",
        called="when it was received",
        help_text="The day it reached us.",
    )
    made_on = fields.DayField(
        label="When was it written or sent? (optional)", called="when it was written or sent", required=False
    )
    words = fields.LongTextField(
        label="What do they say?",
        called="what they say",
        help_text="Their own words. Copy them; do not sum them up.",
        rows=8,
        max_length=20_000,
    )

    grounds = fields.LongTextField(
        label="On what grounds do they appeal? (optional)",
        called="on what grounds they appeal",
        required=False,
        rows=3,
        max_length=20_000,
    )

    def __init__(
        self,
        *args: Any,
        ways: str,
        met_by_making: bool,
        grounds: str,
        people: Sequence[Representative],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if grounds:
            self.fields[
                "grounds"
            ].help_text = (
                f"The policy names: {grounds}. Leave it empty where they name none: whoever decides looks at that."
            )
        else:
            del self.fields["grounds"]
        self.fields["how"].help_text = ways
        if met_by_making:
            self.fields["made_on"].help_text = "Where it is known, this day counts for whether the appeal is in time."
        if people:
            known = ", ".join(f"{one.name} ({one.relation})" for one in people)
            self.fields["made_by_name"].help_text = f"On file: {known}"


class Decide(forms.Form):
    """Uphold, vary, dismiss, or out of time; none chosen. The reasons are the resident's to read."""

    outcome = fields.ChoiceField(label="What do you decide?", called="what you decide", size="m")
    heard_because = fields.LongTextField(
        label="Why the appeal is heard although it came late",
        called="why the appeal is heard although it came late",
        help_text="Not needed where you choose “Out of time”.",
        required=False,
        rows=3,
    )
    reasons = fields.LongTextField(label="Your reasons", called="your reasons", help_text="The resident reads these.")
    considered = fields.LongTextField(
        label="What you considered",
        called="what you considered",
        help_text="The file, what the resident says, what has happened since. The resident reads this.",
        rows=4,
    )
    not_done = fields.LongTextField(label="What you decided not to do (optional)", required=False, rows=3)
    late_because = fields.LongTextField(
        label="Why the answer is late", called="why the answer is late", required=False, rows=3
    )

    LABELS = {
        State.UPHELD: "Uphold the appeal",
        State.VARIED: "Vary",
        State.DISMISSED: "Dismiss",
        State.OUT_OF_TIME: "Out of time",
    }

    def __init__(
        self,
        *args: Any,
        standing: Restriction | None,
        terms: Sequence[Term],
        warned: Mapping[str, Any] | None,
        resting: str,
        hints: dict[str, str],
        hearing: bool,
        doubt: str,
        late_hint: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.terms = list(terms)
        self.incidents = [each["reference"] for each in warned["incidents"]] if warned else []
        outcome = self.fields["outcome"]
        assert isinstance(outcome, fields.ChoiceField)
        outcome.choices = [(key, self.LABELS[State(key)]) for key in hints]
        outcome.hints = dict(hints)
        if not hearing:
            del self.fields["heard_because"]
        elif doubt:
            heard = self.fields["heard_because"]
            assert isinstance(heard, fields.Spoken)
            heard.label, heard.called = "Why the appeal is heard", "why the appeal is heard"
            heard.help_text = f"{doubt}. {heard.help_text}"
            heard.speak("heard_because")
        if late_hint:
            self.fields["late_because"].help_text = late_hint
        else:
            del self.fields["late_because"]
        if State.VARIED in hints:
            asked = self._words(warned) if warned else self._terms(standing) if standing else {}
            self._ask(State.VARIED, asked)
        if resting and State.UPHELD in hints:
            self._ask(State.UPHELD, self._resting(resting))

    def _resting(self, resting: str) -> dict[str, Any]:
        """What becomes of what was built on a warning: it never just follows."""
        return {
            "what_rests": fields.ChoiceField(
                label=f"What becomes of {resting}?",
                called=f"what becomes of {resting}",
                choices=Appeal.Rests.choices,
                help_text="It came after the warning. Taking the warning back does not end it by itself.",
            ),
            "what_rests_because": fields.LongTextField(
                label="Why?", called=f"why {resting} stays or ends", help_text="The resident reads this.", rows=3
            ),
        }

    def _words(self, warned: Mapping[str, Any]) -> dict[str, Any]:
        """The words of the letter, to be put right."""
        changing: dict[str, Any] = {
            f"told_{number}": fields.LongTextField(
                label=f"What the letter says of {each['reference']}",
                called=f"what the letter says of {each['reference']}",
                initial=each["what"],
                rows=4,
            )
            for number, each in enumerate(warned["incidents"])
        }
        changing["expected"] = fields.LongTextField(
            label="What must change", called="what must change", initial=warned["expected"], rows=4
        )
        return changing

    def _terms(self, standing: Restriction) -> dict[str, Any]:
        """The terms, the last day and the orders of the restriction, to be changed."""
        changing: dict[str, Any] = {}
        for number, term in enumerate(self.terms):
            label = term.words if term.channel == Channel.OTHER else term.get_channel_display()
            changing[f"limit_{number}"] = fields.ChoiceField(
                label=label,
                choices=Limit.choices,
                initial=term.limit,
                inline=True,
                called=f"what holds for {label.lower()}",
            )
            changing[f"words_{number}"] = fields.LongTextField(
                label=f"{label}: the limit, where it is limited", initial=term.words, rows=2, required=False
            )
        changing["ends_on"] = fields.DayField(
            label="Last day in force",
            initial=standing.ends_on,
            help_text="As it is, or earlier: an appeal never makes a restriction longer.",
        )
        changing["instructions"] = fields.LongTextField(
            label="What staff must do, one order a line", initial="\n".join(standing.instructions), required=False
        )
        return changing

    def _ask(self, outcome: str, asked: Mapping[str, Any]) -> None:
        """Ask for these with one outcome only, right beneath it."""
        rest = {name: self.fields.pop(name) for name in list(self.fields) if name != "outcome"}
        for name, field in {**asked, **rest}.items():
            self.fields[name] = field
            if name in asked:
                field.speak(name)
        chosen = self.fields["outcome"]
        assert isinstance(chosen, fields.ChoiceField)
        chosen.reveal = {**chosen.reveal, str(outcome): tuple(asked)}

    def answer(self) -> Answer:
        """What the decider wrote."""
        typed = self.cleaned_data
        return Answer(
            reasons=typed["reasons"],
            considered=typed["considered"],
            not_done=typed["not_done"],
            late_because=typed.get("late_because", ""),
            heard_because=typed.get("heard_because", ""),
            what_rests=typed.get("what_rests") or "" if typed["outcome"] == State.UPHELD else "",
            what_rests_because=typed.get("what_rests_because") or "" if typed["outcome"] == State.UPHELD else "",
        )

    def words(self) -> dict[str, Any]:
        """The words of the warning letter as the decider left them; only for *Vary*."""
        typed = self.cleaned_data
        told = {ref: typed[f"told_{number}"] for number, ref in enumerate(self.incidents)}
        return {"expected": typed["expected"], "told": told}

    def changes(self) -> dict[str, Any]:
        """The terms, the last day and the orders as the decider left them; only for *Vary*."""
        typed = self.cleaned_data
        terms = []
        for number, term in enumerate(self.terms):
            limit = typed[f"limit_{number}"]
            keeps_words = limit == Limit.LIMITED or term.channel in (Channel.SPOC, Channel.OTHER)
            words = typed[f"words_{number}"] if keeps_words else ""
            if limit == Limit.OPEN and term.channel in (Channel.SPOC, Channel.OTHER):
                continue
            terms.append(NewTerm(term.channel, limit, words, term.person_id))
        orders = [line for line in typed["instructions"].splitlines() if line.strip()]
        ends_on: date | None = typed["ends_on"]
        return {"terms": terms, "ends_on": ends_on, "instructions": orders or None}


class Reason(forms.Form):
    """One box of reasons."""

    reason = fields.LongTextField(label="Why", rows=4)

    def __init__(self, *args: Any, name: str, label: str, called: str, hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.pop("reason")
        assert isinstance(field, fields.Spoken)
        field.label, field.help_text, field.called = label, hint, called
        self.fields[name] = field
        field.speak(name)


class Received(forms.Form):
    """When a letter was received."""

    received_on = fields.DayField(
        label="When was it received?",
        called="when it was received",
        help_text="The day on which it reached the resident, as they say or as the post shows.",
    )
