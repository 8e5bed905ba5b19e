"""A provider's policy: its contents, and typed readers for what the casework asks most.

Where the policy is silent a reader says so (`unsaid`, None or an empty list, as its docstring tells), and a named
person decides.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from policies import grammar, law, periods, reading
from policies.calendars import Calendar
from policies.contents import Contents
from policies.parts import (
    REVIEW_AT_END,
    REVIEW_INTERVAL,
    Appeals,
    Behaviour,
    Gate,
    LetterRule,
    Path,
    RegisterRule,
    RestrictionKinds,
    Reviews,
    Stage,
)
from policies.periods import LONGEST, Period
from policies.rules import Rule, RuleBroken
from policies.values import Item, RoleDef, Value, Who

DANGER = "danger"


@dataclass(frozen=True, eq=False)
class Policy(Contents):
    """A policy that has passed every check. `value(path)` reads anything; the rest reads what casework asks most."""

    # stages, behaviour, roles

    @cached_property
    def stages(self) -> list[Stage]:
        """The stages in their order; empty for a policy without stages."""
        named = self.names("stage")
        listed = [item.word for item in self.value("stages.order").kept if item.word in named]
        keys = listed + [key for key in named if key not in listed]
        return [reading.stage(self, key, at) for at, key in enumerate(keys, start=1)]

    def stage(self, key: str) -> Stage:
        """The stage of that key; raises KeyError."""
        return {stage.key: stage for stage in self.stages}[key]

    def stage_for_state(self, state: str) -> Stage | None:
        """The first stage mapped onto a state of the case ("written warning"), or None where the policy has none."""
        plain = grammar.plain(state)
        return next((stage for stage in self.stages if stage.state == plain), None)

    @property
    def restricts(self) -> bool:
        """Whether the policy knows contact restrictions at all: as a stage, as an act with its decider, or by kind."""
        known = ("decide.restrict", "restriction.kinds")
        return self.stage_for_state("contact restriction") is not None or any(path in self.tables for path in known)

    def steps_into(self, state: str) -> tuple[str, ...]:
        """The names by which gates, questions and letters may speak of entering a state: its stage, and the act.

        A policy without stages has the act alone.

        >>> from policies import shelf
        >>> shelf.read_builtin("dover-district-council").steps_into("contact restriction")
        ('restriction', 'restrict')
        >>> shelf.read_builtin("homes-for-life").steps_into("contact restriction")
        ('restrict',)
        """
        plain = grammar.plain(state)
        named = [stage.key for stage in self.stages if stage.state == plain]
        return (*named, _ACTS[plain])

    @property
    def ordered(self) -> bool:
        """Whether the stages follow one another; a policy that says nothing of it lists them in order."""
        return self.value("stages.ordered").raw is not False and len(self.stages) > 1

    @cached_property
    def behaviours(self) -> list[Behaviour]:
        """The headings of unacceptable behaviour; those that open a path out of the stages are danger."""
        opens = {word for path in self.names("path") for word in self._words(f"path.{path}.when")}
        return [
            Behaviour(
                key,
                self.text(f"behaviour.{key}.name") or key.replace("_", " ").capitalize(),
                key in opens,
                tuple(str(item) for item in self.value(f"behaviour.{key}.is").kept),
                tuple(self.value(f"behaviour.{key}.leads_to").kept),
                self.value(f"behaviour.{key}.is").lost,
                self.rule(f"behaviour.{key}"),
            )
            for key in self.names("behaviour")
        ]

    def roles_working_as(self, works_as: str) -> list[RoleDef]:
        """The provider's roles whose daily work in Evenhand is this (officer, team leader, manager …)."""
        return [role for role in self.roles.values() if role.works_as == works_as]

    def decides(self, action: str) -> Who:
        """Who decides a single act (`extend`, `no_police` …): by `[decide]`, else its own table; may be unsaid."""
        if f"decide.{action}" in self.tables:
            return self.who(f"decide.{action}.by")
        path = _DECIDED_AT.get(action)
        return self.who(path) if path else self._who_restricts() if action in _AS_RESTRICT else Who(known=self.roles)

    def answers_breach(self, step: str) -> Who:
        """Who decides a step after a breach, by its word in the ladder ("injunction"), or its own words for an other.

        Where the policy names nobody for that step, whoever decides on breaches in general; may be unsaid.
        """
        name = self._breach_steps(step)
        return self.who(f"breach.for.{name}.by") if name else self.decides("breach")

    def not_by_after_breach(self, step: str) -> Value:
        """Whom the policy keeps from deciding a step after a breach; where it says nothing of that step, any breach."""
        return self.values.get(f"breach.for.{self._breach_steps(step)}.not_by") or self.not_by("breach")

    def consulted_after_breach(self, step: str) -> tuple[str, Who] | None:
        """Who is asked before a step after a breach, and what names that asking: it may be the same for several steps.

        Where the policy says nothing of that step, who is asked before any; None where nobody is.
        """
        name = self._breach_steps(step)
        value = self.values.get(f"breach.for.{name}.consult")
        if value and isinstance(value.raw, Who):
            return f"breach-{name}", value.raw
        general = self.consulted_on("breach")
        return ("breach", general) if general else None

    def _breach_steps(self, step: str) -> str:
        """The name under which the policy says something of some steps after a breach, this one among them; or ""."""
        for name in self.names("breach.for"):
            if step and any(step in (item.word, item.words) for item in self.value(f"breach.for.{name}.steps").kept):
                return name
        return ""

    def not_by(self, action: str) -> Value:
        """Whom the policy keeps from deciding an act, beyond Evenhand's own rule; `none` where it names nobody.

        >>> from policies import shelf
        >>> shelf.read_builtin("homes-for-life").not_by("no_police").raw
        ['affected']
        """
        return self._beside(action, "not_by")

    def consulted_on(self, action: str) -> Who | None:
        """Who is asked before an act is decided, with the rule's strength; None where nobody is."""
        value = self._beside(action, "consult")
        return value.raw if isinstance(value.raw, Who) else None

    def _beside(self, action: str, key: str) -> Value:
        """What stands beside the decider of an act: in `[decide]`, else in the stage that it enters or its table.

        Where `[decide]` has the act, all that is said of it is said there.
        """
        stage = self.stage_for_state(_ENTERS[action]) if action in _ENTERS else None
        table = _DECIDED_AT.get(action, "").rpartition(".")[0]
        own = f"decide.{action}"
        for path in (own,) if own in self.tables else (f"stage.{stage.key}" if stage else "", table):
            found = self.values.get(f"{path}.{key}")
            if found:
                return found
        return Value(f"decide.{action}.{key}", (Item("none", state="none"),), True)

    # restrictions

    @cached_property
    def restriction_kinds(self) -> RestrictionKinds:
        """The catalogue of restrictions, whether it is only examples, and whether part of it is lost."""
        only = self.value("restriction.kinds_are")
        lost = any(gap.path.startswith("restriction.kinds") for gap in self.losses)
        listed = tuple(reading.kind(self, key) for key in self.names("restriction.kinds"))
        return RestrictionKinds(listed, "examples" in only if only.said else None, lost, only.rule)

    def length_bounds(self) -> tuple[Period | None, Period | None, Rule | None]:
        """The shortest and the longest length of a restriction, and their rule; None for a bound that is not said."""
        least, most = self.value("restriction.minimum"), self.value("restriction.maximum")
        return self.period(least.path), self.period(most.path), most.rule or least.rule

    def check_length(self, months: int, *, field: str | None = None) -> None:
        """Refuse a length in months that lies outside the policy's bounds; a bound that is unsaid refuses nothing.

        Raises RuleBroken in the words of the form: "Length must be 6 to 12 months (clause 6.16)". A bound in days or
        weeks is compared from a first of January; `check_dates` compares the very days.
        """
        starts_on = date(2027, 1, 1)
        if not 1 <= months <= LONGEST["months"]:
            words = self.length_words() or "a whole number of months"
            raise RuleBroken(f"Length must be {words}", self.length_bounds()[2], field)
        ends_on = periods.add(Period(months, "months"), starts_on)
        self._check_between(starts_on, ends_on, None, field)

    def check_dates(
        self, starts_on: date, ends_on: date, *, calendar: Calendar | None = None, field: str | None = None
    ) -> None:
        """Refuse a restriction whose last day in force lies outside of the policy's bounds, counted from its start."""
        if ends_on < starts_on:
            raise RuleBroken("The last day in force must be on or after the start", None, field)
        self._check_between(starts_on, ends_on, calendar, field)

    def check_extension(
        self, old_end: date, new_end: date, *, calendar: Calendar | None = None, field: str | None = None
    ) -> None:
        """Refuse an extension outside of the policy's bounds for extensions; an unsaid bound refuses nothing."""
        if new_end <= old_end:
            raise RuleBroken("The new last day must be after the old one", None, field)
        for bound, too_far in (("minimum", False), ("maximum", True)):
            period = self.period(f"restriction.extension.{bound}")
            if not period or not period.countable:
                continue
            limit = periods.add(period, old_end, calendar)
            if (new_end > limit) if too_far else (new_end < limit):
                words = f"An extension must be at {'most' if too_far else 'least'} {period.length()}"
                raise RuleBroken(words, self.value(f"restriction.extension.{bound}").rule, field)

    def length_words(self) -> str:
        """The bounds as a form says them: "6 to 12 months"; "" where none is said."""
        least, most, _ = self.length_bounds()
        least, most = (bound if bound and bound.countable else None for bound in (least, most))
        if least and most and least.unit == most.unit:
            return f"{least.count} to {most.length()}"
        if least and most:
            return f"{least.length()} to {most.length()}"
        if most:
            return f"at most {most.length()}"
        return f"at least {least.length()}" if least else ""

    @property
    def keep_open(self) -> tuple[int, Rule | None]:
        """How many ways of contact the policy keeps open, and its rule; 0 where it says nothing."""
        value = self.value("restriction.keep_open")
        return value.raw or 0, value.rule

    # registers, letters, paths, gates

    @cached_property
    def registers(self) -> list[RegisterRule]:
        """The registers of risks to staff; empty where the policy has none."""
        return [reading.register(self, key) for key in self.names("register")]

    def register(self, key: str) -> RegisterRule:
        """The register of that key; raises KeyError."""
        return {register.key: register for register in self.registers}[key]

    @cached_property
    def letters(self) -> dict[str, LetterRule]:
        """The letters by key, each with the steps that send it."""
        return {key: reading.letter(self, key) for key in self.names("letter")}

    def letter_on(self, step: str) -> LetterRule | None:
        """The letter that a stage or an action sends, or None."""
        return next((letter for letter in self.letters.values() if step in letter.on), None)

    @cached_property
    def paths(self) -> list[Path]:
        """The paths that leave the stages."""
        return [reading.path(self, key) for key in self.names("path")]

    @property
    def path_danger(self) -> Path | None:
        """The path for danger (the "extreme case"), or None where the policy has none."""
        return next((path for path in self.paths if path.key == DANGER), None)

    @cached_property
    def gates(self) -> list[Gate]:
        """What must or may be done before a step, `required` where it binds."""
        return [
            Gate(
                key,
                tuple(item.word for item in before.kept),
                before.rule is not None and before.rule.strength in ("must", "normally"),
                self.text(f"gate.{key}.asks"),
                tuple(self.value(f"gate.{key}.for").kept),
                tuple(self.value(f"gate.{key}.again").kept),
                before.rule,
            )
            for key in self.names("gate")
            for before in [self.value(f"gate.{key}.before")]
        ]

    def gates_before(self, *steps: str) -> list[Gate]:
        """The gates that stand before any of these stages and actions, each once."""
        return [gate for gate in self.gates if set(steps) & set(gate.before)]

    def questions_for(self, stage: str) -> list[Item]:
        """What a decision on this stage or action must show that it has weighed, each with its clause."""
        value = self.values.get(f"consider.{stage}")
        return value.kept if value else []

    def questions_lost(self, stage: str) -> bool:
        """Whether part of that list is lost."""
        value = self.values.get(f"consider.{stage}")
        return bool(value and value.lost)

    @property
    def always_accept(self) -> list[tuple[str, Rule]]:
        """Contacts that no restriction stops: the policy's own, then the nation's legal floor, each with its source."""
        own = [(str(item), item.rule) for item in self.value("always_accept.list").kept if item.rule]
        return own + law.always_accepted(self.nation, self.kind)

    # appeals, reviews

    @property
    def appeal(self) -> Appeals:
        """The rule of appeals as a whole; `appeal_of` where it depends on what was decided."""
        return reading.appeal(self, "appeal")

    def appeal_of(self, *decided: str) -> Appeals | None:
        """How a decision is appealed, given the stage, action or kinds it consists of; None where it cannot be.

        A special rule comes before the general one, and one for a kind of restriction before one for a stage.
        """
        covers = {key: self._words(f"appeal.for.{key}.covers") for key in self.names("appeal.for")}
        kinds = set(self.names("restriction.kinds"))
        for key in sorted(covers, key=lambda key: not covers[key] & kinds):
            if covers[key] & set(decided):
                return reading.appeal(self, f"appeal.for.{key}")
        general = self.appeal
        covered = "any_decision" in general.covers or set(decided) & set(general.covers)
        return general if covered or self.value("appeal.covers").unsaid else None

    @property
    def review(self) -> Reviews:
        """The rule of reviews; `paths` are the clocks that set dates, of which the earliest counts."""
        timed = (REVIEW_INTERVAL, REVIEW_AT_END, "review.batch", "review.maximum")
        paths = tuple(path for path in timed if self.value(path).said and self.value(path).raw is not False)
        keys = ("interval", "at_end", "batch", "outcomes", "day_off", "meanwhile", "tell", "tell_late", "none_if")
        said = {key: self.value(f"review.{key}") for key in keys}
        return Reviews(by=self.who("review.by"), paths=paths, **said)

    # inside

    def _words(self, path: str) -> set[str]:
        return {item.word for item in self.value(path).kept}

    def _who_restricts(self) -> Who:
        stage = self.stage_for_state("contact restriction")
        return stage.by if stage else Who(known=self.roles)

    def _check_between(self, starts_on: date, ends_on: date, calendar: Calendar | None, field: str | None) -> None:
        least, most, rule = self.length_bounds()
        for bound, wrong in ((least, ends_on.__lt__), (most, ends_on.__gt__)):
            if bound and bound.countable and wrong(periods.add(bound, starts_on, calendar)):
                raise RuleBroken(f"Length must be {self.length_words()}", rule, field)


_AS_RESTRICT = ("restrict",)
_ACTS = {
    "initial warning": "end_contact",
    "written warning": "warn",
    "contact restriction": "restrict",
    "review": "review",
}
_ENTERS = {
    "end_contact": "initial warning",
    "warn": "written warning",
    "restrict": "contact restriction",
    "review": "review",
}
_DECIDED_AT = {
    "review": "review.by",
    "lift": "review.by",
    "vary": "review.by",
    "extend": "restriction.extension.by",
    "appeal": "appeal.by",
    "interim": "restriction.interim.by",
    "spoc": "spoc.by",
    "reconsider": "reconsideration.by",
    "breach": "breach.by",
    "safeguarding": "equality.safeguarding",
}
