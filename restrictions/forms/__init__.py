"""The shape of what is typed about restrictions. Rules are the services'."""

from collections.abc import Iterable, Sequence
from typing import Any

from cases import ladder
from cases.forms import add_meeting, meeting_fields, meeting_of
from cases.models import Assessment, Case, Incident
from cases.services.deciding import Meeting
from design import dates, fields, forms, words
from people.models import User
from policies.parts import Path, RestrictionKinds
from policies.policy import DANGER, Policy, RegisterRule
from policies.values import Item, Who
from restrictions.models import Restriction, Review, Term
from restrictions.services import NewTerm, asked
from restrictions.services.asked import kind_words

Channel, Limit, Outcome = Term.Channel, Term.Limit, Review.Outcome
CHANNELS = [Channel.PHONE, Channel.EMAIL, Channel.LETTER, Channel.OFFICE, Channel.VISIT, Channel.ONLINE]


def options(form: forms.Form, name: str) -> fields.Options:
    """A field of a form whose choices, hints and reveals are settled once the form is made."""
    field = form.fields[name]
    assert isinstance(field, fields.Options)
    return field


def choose(form: forms.Form, name: str, choices: Iterable[tuple[str, str]]) -> fields.Options:
    """Settle what can be chosen in a field."""
    field = form.fields[name]
    assert isinstance(field, fields.ChoiceField | fields.ChoicesField)
    field.choices = list(choices)
    return field


def spoken(form: forms.Form, name: str) -> fields.Spoken:
    """A field of a form whose words are settled once the form is made."""
    field = form.fields[name]
    assert isinstance(field, fields.Spoken)
    return field


def weigh(form: forms.Form, questions: Sequence[Item]) -> None:
    """Where the policy asks questions, what was weighed has to be said; the error cites the first of them."""
    field = spoken(form, "considered")
    rule = questions[0].rule
    field.required, field.label, field.called = (
        True,
        "What you weighed, and what else you considered",
        "what you weighed",
    )
    field.help_text = "What you weighed: the policy's questions stand above."
    field.own_messages = {"required": f"Enter what else you considered{f' ({rule.in_brackets()})' if rule else ''}"}
    field.speak("considered")


class Evidence(forms.Form):
    """Which incidents it rests on, and whether the usual stages are left out."""

    incidents = fields.ChoicesField(
        label="Which incidents does it rest on?", called="the incidents it rests on", size="m"
    )
    summary = fields.LongTextField(
        label="What these incidents show (optional)", required=False, help_text="Behaviour, not the person.", rows=4
    )

    def __init__(
        self, *args: Any, incidents: Sequence[Incident], case: Case, paths: Sequence[Path], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        policy = case.policy
        chosen = choose(
            self, "incidents", [(str(i.pk), f"{i.reference}, {dates.day(i.happened_on)}") for i in incidents]
        )
        for incident in incidents:
            chosen.hints[str(incident.pk)] = incident.facts[:300]
        self.paths = list(paths)
        if self.paths:
            self._ask_about_stages()
        asked = [
            found
            for path in (*paths, None)
            if (found := ladder.police(policy, case, incidents, path.key if path else ""))
        ]
        if asked:
            self._ask_about_police(
                min(asked, key=lambda one: (not one.always, not one.normally)),
                policy.questions_for("no_police"),
                policy.decides("no_police"),
            )

    def _ask_about_stages(self) -> None:
        """Whether stages are left out, by which path, why, and what the policy asks about it."""
        several = len(self.paths) > 1
        answers = {path.key: [name for name, _ in self._questions(path)] for path in self.paths}
        first = ["path"] if several else answers[self.paths[0].key]
        self._add("extreme", fields.YesNoField(
            label="Are the usual stages left out?",
            called="whether the usual stages are left out",
            help_text=f"{' '.join(self._allows(path) for path in self.paths)} It needs your reason.",
            reveal={"yes": [*first, "extreme_reason"]},
            required=any(path.key == DANGER for path in self.paths),
            size="m",
        ))  # fmt: skip
        if several:
            self._add("path", fields.ChoiceField(
                label="By which of the policy's paths?", called="by which of the policy's paths", small=True,
                choices=[(path.key, path.name) for path in self.paths],
                reveal={key: names for key, names in answers.items() if names},
            ))  # fmt: skip
        for path in self.paths:
            for name, question in self._questions(path):
                self._add(name, fields.LongTextField(
                    label=str(question), called=f"an answer to “{question}”", rows=3,
                    help_text=question.rule.cite() if question.rule else "",
                ))  # fmt: skip
        self._add("extreme_reason", fields.LongTextField(
            label="Why the usual stages are left out", called="why the usual stages are left out", rows=4
        ))  # fmt: skip

    @staticmethod
    def _allows(path: Path) -> str:
        cited = path.skips_rule.cite() if path.skips_rule else "The policy"
        who = "" if path.by.unsaid else f" That is decided by: {path.by.names()}."
        if path.skips:
            what = "an extreme case" if path.key == DANGER else f"“{path.name}”"
            return f"{cited} lets {what} leave them out.{who}"
        return f"Whether they may be for “{path.name}” the policy does not say: it is decided in its silence.{who}"

    @staticmethod
    def _questions(path: Path) -> list[tuple[str, Item]]:
        return [(f"answer_{path.key}_{number}", question) for number, question in enumerate(path.conditions)]

    def _ask_about_police(self, asked: ladder.Police, questions: Sequence[Item], who: Who) -> None:
        """Whether the police have been told: always, unless there is a reason, or as people judge."""
        cited = asked.rule.cite() if asked.rule else "The policy"
        hint = (
            f"{cited}: they are told, without exception." if asked.always
            else f"{cited}: they are normally told. If not, say why." if asked.normally
            else f"{cited}: it is for you to judge."
        )  # fmt: skip
        binds = asked.always or asked.normally
        self._add("police_told", fields.YesNoField(
            label="Have the police been told?" + ("" if binds else " (optional)"), required=binds,
            called="whether the police have been told", help_text=hint, size="m",
            reveal={"yes": ["police_reference"], "no": ["police_why"]},
        ))  # fmt: skip
        self._add("police_reference", fields.LongTextField(
            label="When, by whom, and their reference (optional)", required=False, rows=2
        ))  # fmt: skip
        weighed = " ".join(str(question) for question in questions)
        decided = "" if who.unsaid else f"Not to tell them is decided, with the proposal, by: {who.names()}. "
        self._add("police_why", fields.LongTextField(
            label="Why not" + ("" if binds else " (optional)"), called="why the police are not told", rows=3,
            required=False, help_text=decided + (f"The policy asks you to weigh: {weighed}" if weighed else ""),
        ))  # fmt: skip

    def _add(self, name: str, field: fields.Spoken) -> None:
        self.fields[name] = field
        field.speak(name)

    def answers(self) -> dict[str, str]:
        """The answers to the policy's questions about the path that is taken, by question."""
        typed = self.cleaned_data
        pairs = [pair for path in self.paths for pair in self._questions(path) if self.taken() in ("", path.key)]
        return {str(question): typed[name] for name, question in pairs if typed.get(name)}

    def taken(self) -> str:
        """The path that is taken, by its key; "" where there is one way out at most."""
        return str(self.cleaned_data.get("path") or "") if self.cleaned_data.get("extreme") else ""

    def police(self) -> dict[str, Any]:
        """What was said about the police."""
        typed = self.cleaned_data
        told = typed.get("police_told")
        return {"police_told": told, "police_words": typed.get("police_reference" if told else "police_why") or ""}


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


class Channels(forms.Form):
    """For each channel: open, limited, not used; and what else."""

    def __init__(self, *args: Any, kinds: RestrictionKinds, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for channel in CHANNELS:
            self._add(channel, fields.ChoiceField(
                label=channel.label, choices=Limit.choices, initial=Limit.OPEN, inline=True, size="s",
                called=f"what holds for {channel.label.lower()}",
            ))  # fmt: skip
        self._add(Channel.SPOC, fields.YesNoField(
            label="One named person for all contact?", called="whether there is one named person", size="s",
        ))  # fmt: skip
        self._add(Channel.OTHER, fields.YesNoField(
            label="Another term, in your own words?", called="whether there is another term", size="s",
        ))  # fmt: skip
        if kinds.listed:
            self._add("kinds", self._kinds(kinds))

    @staticmethod
    def _kinds(kinds: RestrictionKinds) -> fields.ChoicesField:
        """The policy's catalogue, in its own words; who decides and what is asked first hang on it."""
        hint = "Who decides, and what has to be answered first, may hang on this."
        field = fields.ChoicesField(
            label="Which of the policy's measures is this?" + (" (optional)" if kinds.others_allowed else ""),
            called="which of the policy's measures it is", required=not kinds.others_allowed, small=True, size="m",
            help_text=f"{hint} Leave all empty where it is none of them." if kinds.others_allowed else hint,
            choices=[(kind.key, words.upper_first(kind_words(kind))) for kind in kinds.listed],
        )  # fmt: skip
        for kind in kinds.listed:
            parts = [*(str(item) for item in kind.conditions), f"Decided by: {kind.by.names()}" if kind.by else "",
                     kind.rule.cite() if kind.rule else ""]  # fmt: skip
            field.hints[kind.key] = ". ".join(part.rstrip(".") for part in parts if part).replace("?.", "?")
        return field

    def _add(self, name: str, field: fields.Spoken) -> None:
        self.fields[name] = field
        field.speak(name)

    def chosen(self) -> dict[str, str]:
        """The limits chosen, for the address of the next page."""
        typed = self.cleaned_data
        limits = {str(channel): typed[channel] for channel in CHANNELS}
        return limits | {str(each): "yes" if typed[each] else "no" for each in (Channel.SPOC, Channel.OTHER)}


class Limits(forms.Form):
    """What each limited channel is limited to; who the single point of contact is; terms of one's own."""

    def __init__(self, *args: Any, chosen: dict[str, str], people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        for channel in CHANNELS:
            if chosen.get(channel) == Limit.LIMITED:
                self._add(f"{channel}_words", fields.LongTextField(
                    label=f"{channel.label}: what is the limit?", called=f"how “{channel.label}” is limited", rows=3,
                    help_text="Words that both sides can follow, such as “One call a week, on Mondays”.",
                ))  # fmt: skip
        if chosen.get(Channel.SPOC) == "yes":
            self._add("spoc_person", fields.SelectField(
                label="Who is the single point of contact?", called="who the single point of contact is",
                choices=[("", "Choose a colleague"), *((str(user.pk), user.name) for user in people)],
            ))  # fmt: skip
            self._add("spoc_words", fields.LongTextField(
                label="How and when to reach this person", called="how and when to reach this person", rows=3,
            ))  # fmt: skip
        if chosen.get(Channel.OTHER) == "yes":
            self._add("other_words", fields.LongTextField(
                label="The other term", called="the other term", help_text="Say what, and why it is needed.", rows=3,
            ))  # fmt: skip

    def _add(self, name: str, field: fields.Spoken) -> None:
        self.fields[name] = field
        field.speak(name)

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
        if not asked.orders_wanted(registers):
            self.fields["instructions"].required = False
        risks = asked.risks_asked(registers)
        choose(self, "risks", [(risk, risk[:1].upper() + risk[1:]) for risk in risks])
        if not risks:
            del self.fields["risks"]
        shared = policy.rule("inform.contractors")
        self.fields["share_with_contractors"].help_text = (
            f"Where it is appropriate, so that they can do their work. {shared.cite()}" if shared else
            "The policy does not say: decide for this case."
        )  # fmt: skip
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
        label="Why a restriction is needed", called="why a restriction is needed",
        help_text="What happened, what was tried, and why it has to stop. The decider reads this.",
    )  # fmt: skip
    less_considered = fields.LongTextField(
        label="What less was considered, and why it is not enough", called="what less was considered",
        help_text="For example a conversation, an agreement, a mediator, one channel instead of three.",
    )  # fmt: skip


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

    def __init__(
        self,
        *args: Any,
        restriction: Restriction,
        terms: Sequence[Term],
        questions: bool,
        together: bool = False,
        take_part: Sequence[User] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.terms = list(terms)
        if together:
            self._agree()
        self.needs_considered = questions
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
        if together:
            changing = {}
        meeting = meeting_fields(take_part) if take_part is not None else {}
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

    def meeting(self) -> Meeting | None:
        """The meeting as written down; None where none decides."""
        return meeting_of(self)

    def new_terms(self) -> list[NewTerm]:
        """The terms with the words as the decider left them."""
        typed = self.cleaned_data
        return [
            NewTerm(
                t.channel,
                t.limit,
                typed.get(f"words_{n}", t.words) if t.limit == Limit.LIMITED else t.words,
                t.person_id,
            )
            for n, t in enumerate(self.terms)
        ]

    def orders(self) -> list[str]:
        """The orders, one a line."""
        return [line for line in self.cleaned_data["instructions"].splitlines() if line.strip()]


class Reason(forms.Form):
    """A reason, in one box."""

    reason = fields.LongTextField(label="Why", called="why", rows=4)

    def __init__(
        self, *args: Any, label: str, called: str, hint: str = "", others: Sequence[User] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = spoken(self, "reason")
        field.label, field.help_text = label, hint
        field.called = called
        field.speak("reason")
        add_meeting(self, others)

    def meeting(self) -> Meeting | None:
        """With whom it was decided; None where one person decides."""
        return meeting_of(self)


class Account(forms.Form):
    """What the resident says about the restriction."""

    words = fields.LongTextField(
        label="What the resident says", called="what the resident said",
        help_text="In their own words, or those of whoever speaks for them. Say when and how you asked.",
    )  # fmt: skip


class DecideReview(forms.Form):
    """Lift, extend, vary, or keep: *lift* first, and none chosen."""

    outcome = fields.ChoiceField(label="What do you decide?", called="what you decide", size="m")
    months = fields.WholeNumberField(label="By how many months?", called="by how many months", after="months")
    new_months = fields.WholeNumberField(
        label="By how many months, if it also lasts longer (optional)", required=False, after="months"
    )
    evidence = fields.LongTextField(
        label="How the terms were not kept, or how the behaviour continued", required=False,
        rows=4,
    )  # fmt: skip
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
        terms: Sequence[Term],
        outcomes: Sequence[str],
        late: bool,
        over: bool,
        extension: str,
        by_request: bool = False,
        questions: Sequence[Item] = (),
        others: Sequence[User] | None = None,
        to_extend: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if questions:
            weigh(self, questions)
        add_meeting(self, others)
        if others is not None and to_extend:
            self.fields[
                "took_part"
            ].help_text = "Needed to extend it: that takes more than one. You took part yourself."
        self.terms = list(terms)
        self.over = over
        outcome = choose(self, "outcome", [(key, self.LABELS[Outcome(key)][0]) for key in outcomes])
        for key in outcomes:
            outcome.hints[key] = self.LABELS[Outcome(key)][1]
        if over:
            outcome.hints[Outcome.LIFT] = (
                "It was over after its last day. It is not continued, and the resident is told."
            )
            self.fields["new_months"].label = "How many months does it last?"
            self.fields["new_months"].required = True
        if needing := [key for key in outcomes if key != Outcome.LIFT]:
            self.fields["evidence"].help_text = f"Needed to {' or '.join(needing)}. Not needed to lift."
        self.fields["months"].help_text = extension
        if not late:
            del self.fields["late_reason"]
        varied: dict[str, fields.Spoken] = {}
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
            label="What staff must do, one order a line", called="what staff must do",
            initial="\n".join(restriction.instructions), required=False,
        )  # fmt: skip
        rest = {
            name: self.fields.pop(name) for name in list(self.fields) if name not in ("outcome", "months", "new_months")
        }
        last = self.fields.pop("new_months")
        self.fields |= varied
        for name, field in varied.items():
            field.speak(name)
        self.fields["new_months"] = last
        self.fields |= rest
        outcome.reveal = {
            str(Outcome.EXTEND): ("months",),
            str(Outcome.VARY): (*(name for name in varied if not name.startswith("words_")), "new_months"),
        }
        if by_request:
            self._ask_for_no_length()

    def _ask_for_no_length(self) -> None:
        """Who asks for less is not asked for more: no length, and no evidence against the resident."""
        for name in ("months", "new_months", "evidence"):
            del self.fields[name]
        outcome = options(self, "outcome")
        named = outcome.reveal.get(str(Outcome.VARY), ())
        outcome.reveal = {str(Outcome.VARY): tuple(name for name in named if name != "new_months")}
        outcome.hints[str(Outcome.KEEP)] = "Nothing changes. The reviews that are due stay due."

    def new_terms(self) -> list[NewTerm] | None:
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

    def meeting(self) -> Meeting | None:
        """With whom it was decided; None where one person decides."""
        return meeting_of(self)

    def months_chosen(self) -> int | None:
        """The length, from whichever box the outcome reveals."""
        typed = self.cleaned_data
        return typed.get("months") if typed["outcome"] == Outcome.EXTEND else typed.get("new_months")

    def orders(self) -> list[str] | None:
        """The orders, one a line; None where they stay."""
        if self.cleaned_data["outcome"] != Outcome.VARY:
            return None
        return [line for line in self.cleaned_data["instructions"].splitlines() if line.strip()]
