"""The shape of what is typed about breaches of a restriction."""

from collections.abc import Iterable, Sequence
from typing import Any

from cases.forms.police import add_police, police_of
from cases.ladder import Police
from cases.models import Incident
from decisions.forms import add_meeting, said_of
from decisions.services import Said
from design import dates, fields, forms
from people.models import User
from policies.policy import Policy
from restrictions.forms.shaping import choose
from restrictions.models import BreachStep
from restrictions.services.breaches import LETTERS, Answer, Step


class LogBreach(forms.Form):
    """In which incident the terms were not kept, and which of them."""

    incident = fields.ChoiceField(
        label="In which incident were the terms not kept?",
        called="the incident in which the terms were not kept",
        size="m",
    )
    words = fields.LongTextField(
        label="Which term was not kept, and how?",
        called="which term was not kept, and how",
        help_text="Behaviour, not the person. If a warning is sent, the resident reads these words.",
        rows=4,
    )

    def __init__(self, *args: Any, incidents: Iterable[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = list(incidents)
        chosen = choose(
            self, "incident", [(str(each.pk), f"{each.reference}, {dates.day(each.happened_on)}") for each in listed]
        )
        for each in listed:
            chosen.hints[str(each.pk)] = each.facts[:300]


class AnswerBreaches(forms.Form):
    """What follows: a step of the policy's ladder, a review, or no step; with reasons.

    `ladder` are the steps that the reader may decide; `general` says whether a review and no step are theirs as well.
    `others` are those with whom a step is decided that takes several, None where the reader decides each alone.
    """

    NOTHING = "nothing"

    step = fields.ChoiceField(label="What follows?", called="what follows", size="m")
    consequence = fields.LongTextField(
        label="What may follow if it happens again",
        called="what may follow",
        help_text="For a letter of warning. The resident reads this.",
        required=False,
        rows=3,
    )
    left_out_reason = fields.LongTextField(
        label="Why earlier steps are left out",
        called="why earlier steps are left out",
        help_text="Only where you choose a later step than the next one.",
        required=False,
        rows=3,
    )
    reasons = fields.LongTextField(
        label="Your reasons", called="your reasons", help_text="For the file. The resident does not read them."
    )
    considered = fields.LongTextField(label="What else you considered (optional)", required=False, rows=3)
    not_done = fields.LongTextField(label="What you decided not to do (optional)", required=False, rows=3)

    def __init__(
        self,
        *args: Any,
        ladder: Sequence[Step],
        general: bool = True,
        others: Sequence[User] | None = None,
        police: Police | None = None,
        policy: Policy,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        add_police(self, police, policy)
        choices = [(step.word, step.name) for step in ladder]
        if general:
            choices += [(BreachStep.REVIEW, "Review the restriction now"), (self.NOTHING, "No step")]
        field = choose(self, "step", choices)
        field.divider_before = BreachStep.REVIEW if ladder and general else None
        for step in ladder:
            field.hints[step.word] = _hint(step)
        field.hints[BreachStep.REVIEW] = "A review looks at the terms again: they may be changed, kept or ended."
        field.hints[self.NOTHING] = "The breach stays on the file, with your reasons for doing nothing more."
        if not any(step.word in LETTERS for step in ladder):
            del self.fields["consequence"]
        if len(ladder) < 2 and all(step.next or step.taken for step in ladder):
            del self.fields["left_out_reason"]
        add_meeting(self, others)

    def said(self) -> Said:
        """Why, what else was considered, what is not done, and with whom it was decided in a meeting."""
        return said_of(self)

    def answer(self) -> Answer:
        """What is decided, as the service takes it."""
        typed = self.cleaned_data
        return Answer(
            step=BreachStep.NONE if typed["step"] == self.NOTHING else typed["step"],
            left_out_reason=typed.get("left_out_reason", ""),
            consequence=typed.get("consequence", ""),
            said=police_of(self),
        )


def _hint(step: Step) -> str:
    """What the policy says of a step, and where it stands on the ladder."""
    said = [
        "The next step." if step.next else "Taken before; it may be taken again." if step.taken else "",
        f"{step.words[:1].upper()}{step.words[1:]}." if step.words else "",
        f"{step.rule.cite()}." if step.rule else "",
    ]
    return " ".join(part for part in said if part)
