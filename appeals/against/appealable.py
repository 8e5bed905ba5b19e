"""A decision of a case as an appeal sees it: what it is called, who had a part in it, what each outcome does to it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import ClassVar, NamedTuple

import cases.permissions
from appeals.against.effects import Answered, Effect, NewTerms, NewWords, Rests, Row, Sets
from audit.models import Decision, Trail
from cases.models import Case, Incident, Warning
from deadlines.services import appeal_windows
from design import words
from letters.models import Letter
from people.models import Provider, Resident, User
from policies.policy import Appeals, Policy
from policies.rules import RuleBroken
from restrictions.models import Restriction


class Succession(NamedTuple):
    """What has become of a restriction since: told in a sentence, with the terms that hold now."""

    sentence: str
    terms: list[str]


@dataclass(frozen=True)
class Appealable(ABC):
    """A decision of a case that can be appealed against, as far as the policy covers it. One class a kind.

    Nobody outside of this package asks which kind it is: whatever differs is asked of the decision itself.
    """

    case: Case

    noun: ClassVar[str] = "decision"
    stays: ClassVar[str] = "The decision stays as it is unless we change it."
    can_be_suspended: ClassVar[bool] = False
    told_by_us: ClassVar[bool] = True
    """Whether the resident is told of every such decision, in a letter or in the conversation."""

    # What it is

    @property
    @abstractmethod
    def key(self) -> str:
        """The reference by which pages and services name it."""

    @property
    @abstractmethod
    def trail(self) -> Trail:
        """How its time to appeal points at it."""

    @property
    def provider(self) -> Provider:
        """Whose decision it is."""
        return self.case.provider

    @property
    def resident(self) -> Resident:
        """Whom it is about."""
        return self.case.resident

    @property
    @abstractmethod
    def called(self) -> str:
        """What it is called, in a sentence."""

    @property
    def title(self) -> str:
        """What it is called, at the beginning of a line."""
        return words.upper_first(self.called)

    @property
    @abstractmethod
    def to_resident(self) -> str:
        """What it is called in a letter to the resident."""

    @property
    @abstractmethod
    def points(self) -> dict[str, Restriction | Warning | Decision]:
        """The one of an appeal's three foreign keys that points at it, with the row."""

    @property
    def link(self) -> tuple[str, str, str] | None:
        """Where it is read: the words of the link, the name of the page, and the reference; None where nowhere."""
        return None

    @property
    @abstractmethod
    def window_words(self) -> str:
        """Against what the time to appeal is, on a list of dates; "" where that goes without saying."""

    # When, by whom, how it was told

    @property
    @abstractmethod
    def decided_on(self) -> date:
        """The day of the decision."""

    @property
    @abstractmethod
    def decided_at(self) -> datetime:
        """The instant of the decision: what came later is what has happened since."""

    @property
    @abstractmethod
    def decided_by(self) -> str:
        """The name of whoever decided it."""

    @property
    def letter(self) -> Letter | None:
        """The letter that tells the decision, if one does."""
        return None

    @property
    def told_on(self) -> date:
        """The day of the letter that told it, else of the decision."""
        return self.letter.dated if self.letter and self.letter.dated else self.decided_on

    @property
    def restriction(self) -> Restriction | None:
        """The restriction that it is about: the one imposed, or the one that a review kept."""
        return None

    @property
    def gone(self) -> str:
        """Why it holds nothing any more, as a sentence; "" while it stands."""
        return ""

    @property
    def hidden(self) -> bool:
        """Whether the resident was not told of it, so that it is nobody's to appeal."""
        return False

    # What a policy says of it

    def covered_as(self, policy: Policy) -> tuple[str, ...]:
        """The stage, the act and the kinds by which a policy may say that its appeals cover this decision."""
        return ()

    def ruled_as(self, policy: Policy) -> tuple[str, ...]:
        """The kinds of what it was about, which only choose among several rules.

        Northampton 4.2: a single point of contact has a decider of its own.
        """
        return ()

    def rules_under(self, policy: Policy) -> Appeals | None:
        """How a policy lets it be appealed; None where it lets nobody."""
        return appeal_windows.rules_for(policy, self.covered_as(policy), self.ruled_as(policy))

    @property
    def is_covered(self) -> bool:
        """Whether the policy of the case lets anybody appeal against it."""
        return self.rules_under(self.case.policy) is not None

    @cached_property
    def rules(self) -> Appeals:
        """How the policy of the case lets it be appealed. Raises RuleBroken, with its clause, where it lets nobody."""
        rules = self.rules_under(self.case.policy)
        if rules is None:
            covers = self.case.policy.value("appeal.covers")
            raise RuleBroken(f"The policy lets nobody appeal against {self.called}", covers.rule)
        return rules

    # Who had a part in it

    def took_part(self) -> dict[int, str]:
        """Whom rule F12 keeps from deciding, and what each did: who proposed it, who decided it, who was affected."""
        return dict.fromkeys(cases.permissions.people_affected(self.case), cases.permissions.AFFECTED)

    def kept_out_by(self, words_of_policy: Iterable[str]) -> dict[int, str]:
        """Whom words of the policy ("involved", "spoc") keep from deciding as well, with what each did."""
        return {}

    # The file on the day of the decision

    def evidence(self) -> list[Incident]:
        """The incidents on which it rested."""
        return []

    def file(self) -> list[Row]:
        """What was written when it was decided, line by line."""
        return []

    def terms(self) -> list[str]:
        """The limits that it set, line by line."""
        return []

    def goes_on_as(self) -> Succession | None:
        """What a review or an earlier appeal has made of it since; None where it is as it was."""
        return None

    # While an appeal is decided

    @abstractmethod
    def suspend(self, *, by: User, at: datetime, reason: str) -> None:
        """Let it hold nobody until the appeal is decided, where it is something that can wait. Twice is once."""

    @abstractmethod
    def resume(self, *, by: User, at: datetime, reason: str) -> None:
        """Let what was suspended hold again."""

    # What an outcome does

    @abstractmethod
    def outcomes(self, on: date) -> dict[str, str]:
        """The outcomes that are possible on a day, each with what it changes, for the form."""

    def rests_on_it(self, on: date) -> str:
        """What was built on it since, by its references; "" where nothing was, or where nothing can be."""
        return ""

    def stands(self) -> NewTerms | NewWords | None:
        """What an appeal that succeeds in part could set otherwise, as it stands now; None where it can set nothing."""
        return None

    @abstractmethod
    def upheld(self, rests: Rests, *, on: date) -> Effect:
        """What it does to uphold the appeal. Raises RuleBroken for what the answer lacks."""

    def varied(self, sets: Sets | None, *, on: date) -> Effect:
        """What it does to let the appeal succeed in part. Raises RuleBroken where that cannot be or changes nothing."""
        raise RuleBroken("Only a restriction has terms, and a letter words, that can be changed", field="outcome")

    @abstractmethod
    def unchanged(self, *, on: date) -> Effect:
        """What it does to dismiss the appeal, or not to hear it."""

    def _stays(self) -> Effect:
        def again(answered: Answered) -> None:
            appeal = answered.appeal
            why = f"Appeal {appeal.reference}: {appeal.get_state_display().lower()}"
            self.resume(by=answered.by, at=answered.at, reason=why)

        return Effect((f"{self.title}: stays as it is.",), f"Nothing changes: the {self.noun} stays as it was.", again)
