"""The parts of a proposal: its risk, needs, terms, what staff must do, how long it lasts, and why not less."""

from collections.abc import Iterable, Mapping
from typing import Any

from cases.models import Assessment
from design import dates, fields, forms, words
from design.spoken import Spoken
from people.models import User
from policies.policy import Policy, RegisterRule
from policies.provisions import RestrictionKinds
from restrictions import rules
from restrictions.forms.shaping import choose
from restrictions.limits import NewTerm
from restrictions.models import Term
from restrictions.rules import kind_words

Channel, Limit = Term.Channel, Term.Limit
CHANNELS = [Channel.PHONE, Channel.EMAIL, Channel.LETTER, Channel.OFFICE, Channel.VISIT, Channel.ONLINE]


class Risk(forms.Form):
    """Which risk assessment it uses."""

    assessment = fields.ChoiceField(label="Which risk assessment does it use?", called="a risk assessment", size="m")

    def __init__(self, *args: Any, assessments: Iterable[Assessment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = choose(
            self,
            "assessment",
            [(str(each.pk), f"{dates.day(each.made_at)}, by {each.made_by.name}") for each in assessments],
        )
        for each in assessments:
            field.hints[str(each.pk)] = (
                f"Severity {each.get_severity_display().lower()}, future risk "
                f"{each.get_future_risk_display().lower()}. {each.words[:200]}"
            )


class Needs(forms.Form):
    """What regard was had to needs and adjustments."""

    considered = fields.LongTextField(
        label="How needs were taken into account",
        called="how the resident's needs were taken into account",
        help_text="Say what you asked, what is known, and what it changes. If nothing is known, say how you know.",
    )
    adjustment_touched = fields.YesNoField(
        label="Does it touch an agreed adjustment?",
        called="whether an agreed adjustment is touched",
        reveal={"yes": ["adjustment_reason", "other_way"]},
    )
    adjustment_reason = fields.LongTextField(
        label="Why the adjustment is no longer reasonable", called="why the adjustment is no longer reasonable", rows=3
    )
    other_way = fields.LongTextField(
        label="Which other way to our services is left",
        called="which other way to our services is left",
        help_text="A restriction that leaves another way comes first.",
        rows=3,
    )


def as_asked(known: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of the terms, as the two pages ask for it: of a channel how far it is limited, and its words."""
    return {name: value[0] if name in Channel.values else value for name, value in known.items()}


class _Terms(forms.Form):
    """What both pages of the terms know: for each channel open, limited, not used; and what else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for channel in CHANNELS:
            self._add(
                channel,
                fields.ChoiceField(
                    label=channel.label,
                    choices=Limit.choices,
                    initial=Limit.OPEN,
                    inline=True,
                    size="s",
                    called=f"what holds for {channel.label.lower()}",
                ),
            )
        self._add(
            Channel.SPOC,
            fields.YesNoField(
                label="One named person for all contact?",
                called="whether there is one named person",
                size="s",
            ),
        )
        self._add(
            Channel.OTHER,
            fields.YesNoField(
                label="Another term, in your own words?",
                called="whether there is another term",
                size="s",
            ),
        )

    def _add(self, name: str, field: Spoken) -> None:
        self.fields[name] = field
        field.speak(name)


class Channels(_Terms):
    """The first page of the terms: the channels, and the policy's kinds."""

    def __init__(self, *args: Any, kinds: RestrictionKinds, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kinds.listed:
            self._add("kinds", self._kinds(kinds))

    @staticmethod
    def _kinds(kinds: RestrictionKinds) -> fields.ChoicesField:
        """The policy's catalogue, in its own words; who decides and what is asked first hang on it."""
        hint = "Who decides, and what has to be answered first, may hang on this."
        field = fields.ChoicesField(
            label="Which of the policy's measures is this?" + (" (optional)" if kinds.others_allowed else ""),
            called="which of the policy's measures it is",
            required=not kinds.others_allowed,
            small=True,
            size="m",
            help_text=f"{hint} Leave all empty where it is none of them." if kinds.others_allowed else hint,
            choices=[(kind.key, words.upper_first(kind_words(kind))) for kind in kinds.listed],
        )
        for kind in kinds.listed:
            by = f"Decided by: {kind.decided_by}" if kind.decided_by else ""
            parts = [*(str(item) for item in kind.conditions), by, kind.rule.cite() if kind.rule else ""]
            field.hints[kind.key] = ". ".join(part.rstrip(".") for part in parts if part).replace("?.", "?")
        return field

    def chosen(self) -> dict[str, str]:
        """The limits chosen, for the address of the next page."""
        typed = self.cleaned_data
        limits = {str(channel): typed[channel] for channel in CHANNELS}
        return limits | {str(each): "yes" if typed[each] else "no" for each in (Channel.SPOC, Channel.OTHER)}


class Limits(_Terms):
    """What each limited channel is limited to; who the single point of contact is; terms of one's own.

    What was `chosen` on the page before travels along unseen, and is a field as well: what was saved since differs from
    it as from anything typed. `both` asks for the words of what is stored too, for the page that shows two versions.
    """

    def __init__(
        self, *args: Any, chosen: Mapping[str, str], people: Iterable[User], both: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
        self.chosen = {name: self.data[name] for name in self.fields if name in self.data} if self.is_bound else chosen
        self.stored = self.initial if both and not self.is_bound else {}
        channels = list(self.fields)
        for channel in CHANNELS:
            if self._holds(channel, Limit.LIMITED, Limit.LIMITED):
                self._add(
                    f"{channel}_words",
                    fields.LongTextField(
                        label=f"{channel.label}: what is the limit?",
                        called=f"how “{channel.label}” is limited",
                        rows=3,
                        help_text="Words that both sides can follow, such as “One call a week, on Mondays”.",
                    ),
                )
        if self._holds(Channel.SPOC, "yes", True):
            self._add(
                "spoc_person",
                fields.SelectField(
                    label="Who is the single point of contact?",
                    called="who the single point of contact is",
                    choices=[("", "Choose a colleague"), *((str(user.pk), user.name) for user in people)],
                ),
            )
            self._add(
                "spoc_words",
                fields.LongTextField(
                    label="How and when to reach this person",
                    called="how and when to reach this person",
                    rows=3,
                ),
            )
        if self._holds(Channel.OTHER, "yes", True):
            self._add(
                "other_words",
                fields.LongTextField(
                    label="The other term",
                    called="the other term",
                    help_text="Say what, and why it is needed.",
                    rows=3,
                ),
            )
        self.asked = [name for name in self.fields if name not in channels]

    def _holds(self, channel: str, typed: str, stored: Any) -> bool:
        return self.chosen.get(channel) == typed or self.stored.get(channel) == stored

    def plain_terms(self) -> list[NewTerm]:
        """The terms where none of them needs words: each channel is open or not used."""
        return [NewTerm(str(channel), self.chosen[channel]) for channel in CHANNELS if channel in self.chosen]

    def terms(self) -> list[NewTerm]:
        """The terms as chosen on both pages."""
        typed = self.cleaned_data
        made = [
            NewTerm(str(channel), self.chosen[channel], typed.get(f"{channel}_words", ""))
            for channel in CHANNELS
            if self.chosen.get(channel) in Limit.values
        ]
        if "spoc_person" in typed:
            made.append(NewTerm(Channel.SPOC, Limit.LIMITED, typed["spoc_words"], int(typed["spoc_person"])))
        if "other_words" in typed:
            made.append(NewTerm(Channel.OTHER, Limit.LIMITED, typed["other_words"]))
        return made


class Instructions(forms.Form):
    """What staff must do, which risks they know of, and who is told."""

    instructions = fields.LongTextField(
        label="What must staff do?",
        called="what staff must do, one order a line",
        help_text="One order a line, the most important first. Staff, the front line and contractors read these words.",
        size="m",
    )
    risks = fields.ChoicesField(
        label="Which risks should staff know of?", called="which risks staff should know of", small=True, size="m"
    )
    share_with_contractors = fields.YesNoField(
        label="Do contractors see this?", called="whether contractors see this", size="m"
    )
    tell_resident = fields.YesNoField(
        label="Is the resident told of the register entry?",
        called="whether the resident is told of the register entry",
        reveal={"no": ["not_told_reason", "look_again_on"]},
        size="m",
    )
    not_told_reason = fields.LongTextField(
        label="Why the resident is not told", called="why the resident is not told", rows=3
    )
    look_again_on = fields.DayField(label="When this is looked at again", called="the day this is looked at again")

    def __init__(self, *args: Any, policy: Policy, registers: list[RegisterRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not rules.orders_wanted(registers):
            self.fields["instructions"].required = False
        risks = rules.risks_asked(registers)
        choose(self, "risks", [(risk, risk[:1].upper() + risk[1:]) for risk in risks])
        if not risks:
            del self.fields["risks"]
        shared = policy.rule("inform.contractors")
        self.fields["share_with_contractors"].help_text = (
            f"Where it is appropriate, so that they can do their work. {shared.cite()}"
            if shared
            else "The policy does not say: decide for this case."
        )
        if not registers:
            for name in ("tell_resident", "not_told_reason", "look_again_on"):
                del self.fields[name]
            return
        withheld = next((each.withhold_if for each in registers if each.withhold_if.said), registers[0].withhold_if)
        if withheld.said and withheld.rule:
            words = "; ".join(str(item) for item in withheld.kept)
            self.fields[
                "tell_resident"
            ].help_text = f"May be withheld: {words[:1].lower()}{words[1:]}. {withheld.rule.cite()}"

    def orders(self) -> list[str]:
        """The orders, one a line."""
        return [line for line in self.cleaned_data["instructions"].splitlines() if line.strip()]


class Length(forms.Form):
    """How long it lasts."""

    months = fields.WholeNumberField(
        label="How many months does it last?", called="how many months it lasts", after="months", size="m"
    )

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words, rule = policy.length_words(), policy.length_bounds()[2]
        self.fields["months"].help_text = (
            f"The policy allows {words}. {rule.cite() if rule else ''}"
            if words
            else "The policy does not say how long."
        )


class Less(forms.Form):
    """Why a restriction, and why not less."""

    reasons = fields.LongTextField(
        label="Why a restriction is needed",
        called="why a restriction is needed",
        help_text="What happened, what was tried, and why it has to stop. The decider reads this.",
    )
    less_considered = fields.LongTextField(
        label="What less was considered, and why it is not enough",
        called="what less was considered",
        help_text="For example a conversation, an agreement, a mediator, one channel instead of three.",
    )
