"""The shape of what is typed about appeals. Rules are the services'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import decisions.forms
from appeals.against.effects import NewTerms, NewWords, Rests, Sets
from appeals.models import Appeal
from appeals.services.answers import Answer, agreeing
from appeals.services.lodging import NewAppeal
from decisions.acts import Act
from decisions.services import Said
from design import fields, forms
from design.spoken import Spoken
from people.models import Representative, User
from restrictions.limits import NewTerm
from restrictions.models import Term

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

    def new(self, resident: str) -> NewAppeal:
        """The appeal as it came, from the resident or from somebody for them."""
        typed = self.cleaned_data
        by_representative = typed["who"] == self.REPRESENTATIVE
        return NewAppeal(
            typed["made_by_name"] if by_representative else resident,
            typed["how"],
            typed["received_on"],
            typed["words"],
            by_representative,
            typed["made_on"],
            typed.get("grounds", ""),
        )


class _Answers(forms.Form):
    """What everybody who decides an appeal is asked: why, what they considered, and why so late."""

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

    def ask(self, asked: "Asked") -> None:
        """Ask these as this appeal needs them."""
        if asked.late:
            self.fields["late_because"].help_text = asked.late
        else:
            del self.fields["late_because"]
        if asked.act.asks:
            decisions.forms.weigh(self, asked.act.asks)
        if asked.act.together:
            self.fields["reasons"].help_text = "The letter gives the reasons of whoever decides last."
            self.fields["considered"].help_text = f"{self.fields['considered'].help_text} So it does with this."

    def own(self) -> dict[str, str]:
        """What this person says of it."""
        typed = self.cleaned_data
        return {
            "reasons": typed["reasons"],
            "considered": typed["considered"],
            "not_done": typed["not_done"],
            "late_because": typed.get("late_because", ""),
        }


@dataclass(frozen=True)
class Asked:
    """What is asked of whoever decides this appeal, beside the outcome.

    `stands` is what an appeal that succeeds in part could set otherwise, as it stands now, and `rests` what was built
    on a warning since. `hearing` asks why a late appeal is heard, `doubt` why nobody can say if it is late, `late` by
    when it was to be answered.
    """

    act: Act
    outcomes: Mapping[str, str]
    stands: NewTerms | NewWords | None = None
    rests: str = ""
    hearing: bool = False
    doubt: str = ""
    late: str = ""


class Agree(_Answers):
    """Agree to what the first of several has decided on an appeal, or not; with reasons of one's own."""

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(asked)
        # Whoever does not agree gives reasons alone; what an agreement lacks, the service says.
        self.fields["considered"].required = False
        decisions.forms.ask_to_agree(self, "Agree to it")

    def answer(self, act: Act) -> Answer:
        """What was put before them, with reasons of their own."""
        return agreeing(act, **self.own())


class Decide(_Answers):
    """Uphold, vary, dismiss, or out of time; none chosen. The reasons are the resident's to read."""

    outcome = fields.ChoiceField(label="What do you decide?", called="what you decide", size="m")
    heard_because = fields.LongTextField(
        label="Why the appeal is heard although it came late",
        called="why the appeal is heard although it came late",
        help_text="Not needed where you choose “Out of time”.",
        required=False,
        rows=3,
    )
    field_order = ("outcome", "heard_because")

    LABELS = {
        State.UPHELD: "Uphold the appeal",
        State.VARIED: "Vary",
        State.DISMISSED: "Dismiss",
        State.OUT_OF_TIME: "Out of time",
    }

    def __init__(self, *args: Any, asked: Asked, others: Sequence[User] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(asked)
        self.asked = asked
        outcome = self.fields["outcome"]
        assert isinstance(outcome, fields.ChoiceField)
        outcome.choices = [(key, self.LABELS[State(key)]) for key in asked.outcomes]
        outcome.hints = dict(asked.outcomes)
        if not asked.hearing:
            del self.fields["heard_because"]
        elif asked.doubt:
            heard = self.fields["heard_because"]
            assert isinstance(heard, Spoken)
            heard.label, heard.called = "Why the appeal is heard", "why the appeal is heard"
            heard.help_text = f"{asked.doubt}. {heard.help_text}"
            heard.speak("heard_because")
        if State.VARIED in asked.outcomes and asked.stands:
            self._reveal(State.VARIED, _otherwise(asked.stands))
        if asked.rests and State.UPHELD in asked.outcomes:
            self._reveal(State.UPHELD, _resting(asked.rests))
        decisions.forms.add_meeting(self, others)

    def _reveal(self, outcome: str, asked: Mapping[str, Any]) -> None:
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
            typed["outcome"],
            **self.own(),
            heard_because=typed.get("heard_because", ""),
            sets=self._sets(),
            meeting=decisions.forms.meeting_of(self),
        )

    def _sets(self) -> Sets | None:
        typed, stands = self.cleaned_data, self.asked.stands
        if typed["outcome"] == State.UPHELD and "what_rests" in typed:
            return Rests(typed["what_rests"] or "", typed["what_rests_because"] or "")
        if typed["outcome"] != State.VARIED:
            return None
        if isinstance(stands, NewWords):
            return NewWords(typed["expected"], {ref: typed[f"told_{number}"] for number, ref in enumerate(stands.told)})
        return self._terms(stands) if stands else None

    def _terms(self, stands: NewTerms) -> NewTerms:
        typed, terms = self.cleaned_data, []
        for number, term in enumerate(stands.terms):
            limit = typed[f"limit_{number}"]
            named = term.channel in (Channel.SPOC, Channel.OTHER)
            words = typed[f"words_{number}"] if limit == Limit.LIMITED or named else ""
            if not (limit == Limit.OPEN and named):
                terms.append(NewTerm(term.channel, limit, words, term.person_id))
        orders = [line for line in typed["instructions"].splitlines() if line.strip()]
        return NewTerms(terms, typed["ends_on"], orders or None)


def _resting(rests: str) -> dict[str, Any]:
    """What becomes of what was built on a warning: it never just follows."""
    return {
        "what_rests": fields.ChoiceField(
            label=f"What becomes of {rests}?",
            called=f"what becomes of {rests}",
            choices=Appeal.Rests.choices,
            help_text="It came after the warning. Taking the warning back does not end it by itself.",
        ),
        "what_rests_because": fields.LongTextField(
            label="Why?", called=f"why {rests} stays or ends", help_text="The resident reads this.", rows=3
        ),
    }


def _otherwise(stands: NewTerms | NewWords) -> dict[str, Any]:
    """The terms, the last day and the orders of a restriction, or the words of a letter, to be changed."""
    if isinstance(stands, NewWords):
        told = {
            f"told_{number}": fields.LongTextField(
                label=f"What the letter says of {ref}", called=f"what the letter says of {ref}", initial=what, rows=4
            )
            for number, (ref, what) in enumerate(stands.told.items())
        }
        return told | {
            "expected": fields.LongTextField(
                label="What must change", called="what must change", initial=stands.expected, rows=4
            )
        }
    changing: dict[str, Any] = {}
    for number, term in enumerate(stands.terms):
        label = term.words if term.channel == Channel.OTHER else Channel(term.channel).label
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
    return changing | {
        "ends_on": fields.DayField(
            label="Last day in force",
            initial=stands.ends_on,
            help_text="As it is, or earlier: an appeal never makes a restriction longer.",
        ),
        "instructions": fields.LongTextField(
            label="What staff must do, one order a line",
            initial="\n".join(stands.instructions or ()),
            required=False,
        ),
    }


class Withdraw(forms.Form):
    """How and when the resident withdrew an appeal."""

    reason = fields.LongTextField(
        label="How did the resident withdraw it, and when?",
        called="how the resident withdrew it, and when",
        help_text="For example: by e-mail on 4 January, “I accept the decision”.",
        rows=4,
    )


class Hear(forms.Form):
    """Why a late appeal is heard; or whether one agrees that it is."""

    reasons = fields.LongTextField(label="Why", rows=4)

    def __init__(
        self, *args: Any, late: bool, hint: str, agrees: bool, others: Sequence[User] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        reasons, although = self.fields["reasons"], " although it came late" if late else ""
        assert isinstance(reasons, Spoken)
        reasons.label, reasons.called = f"Why is it heard{although}?", f"why the appeal is heard{although}"
        reasons.help_text = f"{hint}; your reasons go on the trail."
        if agrees:
            reasons.label, reasons.called = "Your reasons", "your reasons"
            decisions.forms.ask_to_agree(self, "Hear the appeal")
        reasons.speak("reasons")
        decisions.forms.add_meeting(self, others)

    def said(self) -> Said:
        """What this person says of it."""
        return Said(self.cleaned_data["reasons"], meeting=decisions.forms.meeting_of(self))


class Received(forms.Form):
    """When a letter was received."""

    received_on = fields.DayField(
        label="When was it received?",
        called="when it was received",
        help_text="The day on which it reached the resident, as they say or as the post shows.",
    )
