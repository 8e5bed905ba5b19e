"""Deciding a proposal; and a decision that is one reason, such as lifting early."""

from typing import Any

from cases.forms.police import add_police
from cases.ladder import Police
from decisions.acts import Act
from decisions.forms import add_meeting_of, ask_to_agree, meeting_fields, said_of, weigh
from decisions.services import Said
from design import fields, forms
from people.models import User
from policies.policy import Policy
from restrictions import limits
from restrictions.dates import Changes
from restrictions.forms.shaping import choose, options, spoken
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Term

Limit = Term.Limit


class Decide(forms.Form):
    """Impose as proposed, impose with changes, or return."""

    AS_PROPOSED, CHANGED, RETURN = "impose", "change", "return"

    decision = fields.ChoiceField(
        label="What do you decide?",
        called="what you decide",
        choices=[
            (AS_PROPOSED, "Impose as proposed"),
            (CHANGED, "Impose with changes"),
            (RETURN, "Return"),
        ],
        hints={RETURN: "Back to the proposer, with your reasons. Nothing is imposed."},
        size="m",
    )
    reasons = fields.LongTextField(
        label="Your reasons",
        called="your reasons",
        help_text="The resident reads these in the letter, if it is imposed.",
    )
    considered = fields.LongTextField(
        label="What else you considered", called="what else you considered", required=False, rows=4
    )
    not_done = fields.LongTextField(
        label="What you decided not to do (optional)",
        required=False,
        rows=3,
        help_text="For example: not to tell the police.",
    )

    def __init__(self, *args: Any, restriction: Restriction, act: Act, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terms = limits.of(restriction)
        if act.together:
            self._agree()
        self.needs_considered = bool(act.asks)
        changing = {
            "months": fields.WholeNumberField(
                label="Length in months", called="how many months it lasts", after="months",
                initial=restriction.months,
            ),
            **{f"words_{n}": self._words(term) for n, term in enumerate(self.terms) if term.limit == Limit.LIMITED},
            "instructions": fields.LongTextField(
                label="What staff must do, one order a line", called="what staff must do",
                initial="\n".join(restriction.instructions),
            ),
        }  # fmt: skip
        if act.together:
            changing = {}
        meeting = meeting_fields(act.others(reader)) if act.meets else {}
        reasons = {name: self.fields.pop(name) for name in ("reasons", "considered", "not_done")}
        for name, field in {**changing, **meeting, **reasons}.items():
            self.fields[name] = field
            if name in changing or name in meeting:
                spoken(self, name).speak(name)
        options(self, "decision").reveal = {self.CHANGED: tuple(changing)} if changing else {}

    def _agree(self) -> None:
        """Several decide on the same thing: each agrees, or it goes back."""
        field = choose(
            self, "decision", [(self.AS_PROPOSED, "Agree to impose it as proposed"), (self.RETURN, "Return it")]
        )
        field.hints = {
            self.AS_PROPOSED: "It takes effect once everybody who is needed has agreed.",
            self.RETURN: "Back to the proposer, with your reasons and those of whoever has agreed. "
            "Say what has to change.",
        }
        self.fields["reasons"].help_text = "The resident reads the reasons of whoever decides last, in the letter."

    def _words(self, term: Term) -> fields.LongTextField:
        label = term.get_channel_display()
        return fields.LongTextField(
            label=f"{label}: the limit", called=f"how “{label}” is limited", initial=term.words, rows=3
        )

    def clean(self) -> dict[str, Any]:
        """What was weighed has to be said where the policy asks questions, unless nothing is imposed."""
        typed = super().clean() or {}
        if (
            self.needs_considered
            and typed.get("decision") not in (self.RETURN, "", None)
            and not typed.get("considered")
        ):
            self.add_error("considered", "Enter what else you considered")
        return typed

    def said(self) -> Said:
        """Why, what else was considered, what is not done, and with whom it was decided in a meeting."""
        return said_of(self)

    def changes(self) -> Changes:
        """What is imposed otherwise than proposed: the length, the words of the terms, the orders."""
        typed = self.cleaned_data
        if typed["decision"] != self.CHANGED:
            return Changes()
        terms = [
            NewTerm(
                t.channel,
                t.limit,
                typed.get(f"words_{n}", t.words) if t.limit == Limit.LIMITED else t.words,
                t.person_id,
            )
            for n, t in enumerate(self.terms)
        ]
        orders = [line for line in typed["instructions"].splitlines() if line.strip()]
        return Changes(typed["months"], terms, orders)


class Agree(forms.Form):
    """Agree to what the first of several has decided, or not; with reasons of one's own."""

    late_reason = fields.LongTextField(
        label="Why the review is late", called="why the review is late", help_text="The resident reads this.", rows=3
    )
    reasons = fields.LongTextField(label="Your reasons", called="your reasons")
    considered = fields.LongTextField(label="What else you considered (optional)", required=False, rows=3)
    not_done = fields.LongTextField(label="What you decided not to do (optional)", required=False, rows=3)

    def __init__(
        self,
        *args: Any,
        act: Act,
        policy: Policy,
        late: bool = False,
        police: Police | None = None,
        binds: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not late:
            del self.fields["late_reason"]
        if act.asks:
            weigh(self, act.asks)
        add_police(self, police, policy, binds=binds)
        ask_to_agree(self, "Agree to it")

    def said(self) -> Said:
        """Why, what else was considered, what is not done."""
        return said_of(self)


class Reason(forms.Form):
    """A reason, in one box; and what was weighed, where the policy asks questions."""

    reason = fields.LongTextField(label="Why", called="why", rows=4)
    considered = fields.LongTextField(label="What else you considered", required=False, rows=4)

    def __init__(
        self,
        *args: Any,
        label: str,
        called: str,
        hint: str = "",
        act: Act | None = None,
        reader: User | None = None,
        agree: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if act and act.asks:
            weigh(self, act.asks)
        else:
            del self.fields["considered"]
        if agree and act and act.voices:
            ask_to_agree(self, agree)
        field = spoken(self, "reason")
        field.label, field.help_text = label, hint
        field.called = called
        field.speak("reason")
        if act and reader:
            add_meeting_of(self, act, reader)

    def said(self) -> Said:
        """Why; what was weighed, where the policy asks questions; with whom it was decided in a meeting."""
        return said_of(self, "reason")
