"""An appeal against a warning letter, or against the letter of the first stage."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from appeals.against.effects import Answered, Corrected, Effect, NewWords, Row, Sets
from appeals.against.trail import reasons_in
from appeals.against.warned import State, Warned
from audit.models import Event
from cases.ladder import papers
from cases.ladder.papers import Paper
from cases.models import Incident, Warning
from cases.services import quashing
from design import dates
from letters.models import Letter
from policies.rules import RuleBroken


@dataclass(frozen=True)
class WarningLetter(Warned):
    """That a letter was issued. In part, another letter in other words takes its place."""

    @property
    def paper(self) -> Paper:
        """Which letter of the ladder it is."""
        return papers.PAPERS[self.warning.kind]

    @property
    def letter(self) -> Letter:
        """The letter."""
        return self.warning.paper

    @property
    def key(self) -> str:
        """The reference of the letter."""
        return self.letter.reference

    @property
    def called(self) -> str:
        """By its name and reference."""
        return f"{self.paper.name} {self.key}"

    @property
    def window_words(self) -> str:
        """Against the letter, by its name."""
        return f"against the {self.paper.name}"

    @property
    def to_resident(self) -> str:
        """By its name, reference and day."""
        return f"our {self.paper.name} {self.key} of {dates.day(self.decided_on)}"

    @property
    def link(self) -> tuple[str, str, str] | None:
        """The letter."""
        return f"See the letter {self.key}", "letters:view", self.key

    @property
    def decided_at(self) -> datetime:
        """The instant it was issued."""
        assert self.letter.issued_at is not None
        return self.letter.issued_at

    @property
    def state_of_case(self) -> str:
        """The state that this letter belongs to."""
        return self.paper.state

    def took_part(self) -> dict[int, str]:
        """Also whoever issued and whoever drafted it."""
        did = super().took_part()
        if self.letter.issued_by_id:
            did[self.letter.issued_by_id] = f"issued {self.key}"
        return did | {self.letter.drafted_by_id: f"drafted {self.key}"}

    def evidence(self) -> list[Incident]:
        """The incidents that the letter tells of."""
        return list(self.warning.incidents.order_by("happened_on", "pk"))

    def file(self) -> list[Row]:
        """Who drafted it, what it asks for, and why it was issued."""
        events = Event.objects.for_case(self.case.reference).select_related("words")
        issued = events.filter(verb__in=("warning.issued", "warning.corrected"), facts__letter=self.key).last()
        reasons = reasons_in(issued)
        return [
            Row("Drafted by", self.letter.drafted_by.name, False),
            Row("What must change", self.letter.facts["expected"]),
            *([Row("Reasons", reasons)] if reasons else []),
        ]

    def _letters_after(self) -> list[Warning]:
        """On a first letter, the warning letter."""
        return [] if self.warning.kind == Warning.Kind.WRITTEN else self._letters_since(Q(kind=Warning.Kind.WRITTEN))

    # In part

    def outcomes(self, on: date) -> dict[str, str]:
        """Also to put it in other words, while it stands."""
        found = super().outcomes(on)
        if self.gone:
            return found
        other = "Another letter, in other words, takes its place today and counts from today."
        return {State.UPHELD: found[State.UPHELD], State.VARIED: other, State.DISMISSED: found[State.DISMISSED]}

    def stands(self) -> NewWords | None:
        """Its words, while it stands."""
        facts = self.letter.facts
        told = {each["reference"]: each["what"] for each in facts["incidents"]}
        return None if self.gone else NewWords(facts["expected"], told)

    def varied(self, sets: Sets | None, *, on: date) -> Effect:
        """Another letter, in other words, takes its place today. What rests on the old letter stays.

        Raises RuleBroken without words, where nothing would change, or where it stands no more.
        """
        if not isinstance(sets, NewWords):
            return super().varied(sets, on=on)
        if self.gone:
            raise RuleBroken("There is no letter whose words could be corrected", field="outcome")
        appealable = self.rules.final.raw is not True
        facts = quashing.corrected_facts(
            self.case,
            self.warning,
            self.evidence(),
            expected=sets.expected,
            told=sets.told,
            on=on,
            appealable=appealable,
        )

        def correct(answered: Answered) -> None:
            answered.appeal.corrected_by = quashing.correct_warning(
                self.warning.pk,
                expected=sets.expected,
                told=sets.told,
                by=answered.by,
                at=answered.at,
                reason=answered.in_part,
                rule=answered.rule,
                appealable=appealable,
            )

        return Effect(
            (f"The new letter below takes the place of {self.called} today, and counts from today.",),
            f"Another {self.paper.name}, in other words, takes the place of the one that you appealed against. "
            "We send it to you with this letter.",
            correct,
            corrected=Corrected(self.paper.letter, self.paper.name, facts),
        )
