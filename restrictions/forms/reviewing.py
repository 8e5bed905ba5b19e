"""A review: what the resident says, and what becomes of the restriction."""

from collections.abc import Sequence
from typing import Any

from cases import ladder
from cases.forms.police import add_police, police_of
from decisions.acts import Act
from decisions.forms import add_meeting_of, said_of, weigh
from decisions.services import Said
from design import fields, forms
from design.spoken import Spoken
from people.models import User
from restrictions import limits
from restrictions.forms.shaping import choose, options
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review, Term
from restrictions.services.planning_reviews import Conclusion

Channel, Limit, Outcome = Term.Channel, Term.Limit, Review.Outcome


class Account(forms.Form):
    """What the resident says about the restriction."""

    words = fields.LongTextField(
        label="What the resident says",
        called="what the resident said",
        help_text="In their own words, or those of whoever speaks for them. Say when and how you asked.",
    )


class DecideReview(forms.Form):
    """Lift, extend, vary, or keep: *lift* first, and none chosen."""

    outcome = fields.ChoiceField(label="What do you decide?", called="what you decide", size="m")
    months = fields.WholeNumberField(label="By how many months?", called="by how many months", after="months")
    new_months = fields.WholeNumberField(
        label="By how many months, if it also lasts longer (optional)", required=False, after="months"
    )
    evidence = fields.LongTextField(
        label="How the terms were not kept, or how the behaviour continued", required=False, rows=4
    )
    late_reason = fields.LongTextField(
        label="Why the review is late", called="why the review is late", help_text="The resident reads this.", rows=3
    )
    reasons = fields.LongTextField(label="Your reasons", called="your reasons", help_text="The resident reads these.")
    considered = fields.LongTextField(label="What else you considered (optional)", required=False, rows=3)
    not_done = fields.LongTextField(label="What you decided not to do (optional)", required=False, rows=3)

    LABELS = {
        Outcome.LIFT: ("Lift", "It ends today; the register entry goes, and the resident is told."),
        Outcome.EXTEND: ("Extend", "The same terms, for longer."),
        Outcome.VARY: ("Vary", "Other terms, from today."),
        Outcome.KEEP: ("Keep until its last day", "Nothing changes, and it is reviewed again at its end."),
    }

    def __init__(
        self,
        *args: Any,
        restriction: Restriction,
        act: Act,
        reader: User,
        outcomes: Sequence[str],
        late: bool,
        over: bool,
        extension: str,
        by_request: bool = False,
        police: ladder.Police | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if act.asks:
            weigh(self, act.asks)
        add_police(self, police, restriction.case.policy, binds=False)
        add_meeting_of(self, act, reader)
        self.terms = limits.of(restriction)
        self.over = over
        outcome = self._choose_outcome(outcomes)
        self.fields["months"].help_text = extension
        if not late:
            del self.fields["late_reason"]
        varied = self._add_varied(restriction)
        outcome.reveal = {
            str(Outcome.EXTEND): ("months",),
            str(Outcome.VARY): (*(name for name in varied if not name.startswith("words_")), "new_months"),
        }
        if by_request:
            self._ask_for_no_length()

    def _choose_outcome(self, outcomes: Sequence[str]) -> fields.Options:
        """What it may come to, each with what that means, and for which of it there has to be evidence."""
        outcome = choose(self, "outcome", [(key, self.LABELS[Outcome(key)][0]) for key in outcomes])
        for key in outcomes:
            outcome.hints[key] = self.LABELS[Outcome(key)][1]
        if self.over:
            outcome.hints[Outcome.LIFT] = (
                "It was over after its last day. It is not continued, and the resident is told."
            )
            self.fields["new_months"].label = "How many months does it last?"
            self.fields["new_months"].required = True
        if needing := [key for key in outcomes if key != Outcome.LIFT]:
            self.fields["evidence"].help_text = f"Needed to {' or '.join(needing)}. Not needed to lift."
        return outcome

    def _add_varied(self, restriction: Restriction) -> dict[str, Spoken]:
        """The terms and orders as they stand, to be changed: beside the lengths, before everything else."""
        varied: dict[str, Spoken] = {}
        for number, term in enumerate(self.terms):
            label = term.words if term.channel == Channel.OTHER else term.get_channel_display()
            varied[f"limit_{number}"] = fields.ChoiceField(
                label=label,
                choices=Limit.choices,
                initial=term.limit,
                called=f"what holds for {label.lower()}",
                reveal={Limit.LIMITED: f"words_{number}"},
                small=True,
                size="s",
            )
            varied[f"words_{number}"] = fields.LongTextField(
                label=f"{label}: the limit", called=f"how “{label}” is limited", initial=term.words, rows=2
            )
        varied["instructions"] = fields.LongTextField(
            label="What staff must do, one order a line",
            called="what staff must do",
            initial="\n".join(restriction.instructions),
            required=False,
        )
        rest = {
            name: self.fields.pop(name) for name in list(self.fields) if name not in ("outcome", "months", "new_months")
        }
        last = self.fields.pop("new_months")
        self.fields |= varied
        for name, field in varied.items():
            field.speak(name)
        self.fields["new_months"] = last
        self.fields |= rest
        return varied

    def _ask_for_no_length(self) -> None:
        """Who asks for less is not asked for more: no length, and no evidence against the resident."""
        for name in ("months", "new_months", "evidence"):
            del self.fields[name]
        outcome = options(self, "outcome")
        named = outcome.reveal.get(str(Outcome.VARY), ())
        outcome.reveal = {str(Outcome.VARY): tuple(name for name in named if name != "new_months")}
        outcome.hints[str(Outcome.KEEP)] = "Nothing changes. The reviews that are due stay due."

    def said(self) -> Said:
        """Why, what else was considered, what is not done, and with whom it was decided in a meeting."""
        return said_of(self)

    def conclusion(self) -> Conclusion:
        """What the review is to come to."""
        typed = self.cleaned_data
        carried_on = typed["outcome"] in (Outcome.EXTEND, Outcome.VARY)
        return Conclusion(
            typed["outcome"],
            evidence=typed.get("evidence", ""),
            months=self._months() if carried_on else None,
            terms=self._new_terms(),
            instructions=self._orders(),
            late_reason=typed.get("late_reason", ""),
            said=police_of(self),
        )

    def _new_terms(self) -> list[NewTerm] | None:
        """The terms as changed; None where the outcome changes none."""
        typed = self.cleaned_data
        if typed["outcome"] != Outcome.VARY:
            return None
        made = []
        for number, term in enumerate(self.terms):
            limit, words = typed[f"limit_{number}"], typed[f"words_{number}"]
            if term.channel in (Channel.OTHER, Channel.SPOC) and limit != Limit.LIMITED:
                continue
            made.append(NewTerm(term.channel, limit, words, term.person_id))
        return made

    def _months(self) -> int | None:
        """The length, from whichever box the outcome reveals."""
        typed = self.cleaned_data
        return typed.get("months") if typed["outcome"] == Outcome.EXTEND else typed.get("new_months")

    def _orders(self) -> list[str] | None:
        """The orders, one a line; None where they stay."""
        if self.cleaned_data["outcome"] != Outcome.VARY:
            return None
        return [line for line in self.cleaned_data["instructions"].splitlines() if line.strip()]
