"""What a warning letter and the warnings of a conversation have in common: counting, and what was built on them."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from django.db.models import Q

from appeals.against.appealable import Appealable
from appeals.against.effects import Answered, Effect, Rests
from appeals.against.limits import end_on_appeal
from appeals.models import Appeal
from audit.models import Decision, Trail
from cases.ladder import papers
from cases.models import Warning
from cases.services import quashing
from deadlines.services import appeal_windows
from design import words
from people.models import User
from policies.policy import Policy
from policies.rules import Rule, RuleBroken, need
from restrictions.models import Restriction

State = Appeal.State
NOT_BY_ITSELF = Rule("evenhand", text="What rests on a warning that is taken back is decided on by name.")


@dataclass(frozen=True)
class RestsOnIt:
    """What was built on a warning since: letters that followed it, and the restriction in force."""

    letters: Sequence[Warning]
    restriction: Restriction | None

    @property
    def named(self) -> str:
        """All of it by its references."""
        names = [f"{papers.PAPERS[each.kind].name} {each.paper.reference}" for each in self.letters]
        names += [f"restriction {self.restriction.reference}"] if self.restriction else []
        return " and ".join(names)

    def tells(self, rests: Rests) -> str:
        """What becomes of it, to the resident."""
        if not self.named:
            return ""
        one = "" if " and " in self.named else "s"
        if not rests.ends:
            return f"{words.upper_first(self.named)}, which came after it, stay{one}: our reasons below say why."
        limited = " There are no limits any more on how you contact us." if self.restriction else ""
        return f"{words.upper_first(self.named)}, which came after it, end{one} today too.{limited}"


@dataclass(frozen=True)
class Warned(Appealable):
    """That a resident was warned. Upheld, it counts towards no further step; what rests on it never just follows."""

    warning: Warning

    noun: ClassVar[str] = "warning"
    stays: ClassVar[str] = "The warning stays as it is unless we take it back."
    can_be_suspended: ClassVar[bool] = True

    @property
    def trail(self) -> Trail:
        """The warning's own: by its letter, or by the incident in which it was given and the case."""
        return self.warning.trail

    @property
    def points(self) -> dict[str, Restriction | Warning | Decision]:
        """At the warning; of those of one conversation, at the first."""
        return {"warning": self.warning}

    @property
    def decided_on(self) -> date:
        """The day it was given."""
        assert self.warning.given_on is not None
        return self.warning.given_on

    @property
    def decided_by(self) -> str:
        """Whoever gave it."""
        assert self.warning.given_by is not None
        return self.warning.given_by.name

    @property
    def gone(self) -> str:
        """Where it was taken back or replaced on an appeal before."""
        if not self.warning.withdrawn_at:
            return ""
        return f"{self.title}: taken back or replaced already, so there is nothing to appeal against."

    @property
    @abstractmethod
    def state_of_case(self) -> str:
        """The state of the case to which it belongs."""

    def covered_as(self, policy: Policy) -> tuple[str, ...]:
        """Its stage, and the act of warning."""
        return appeal_windows.warned_as(policy, self.state_of_case)

    def took_part(self) -> dict[int, str]:
        """Also everybody who gave it."""
        given = {each.given_by_id: "gave the warning" for each in quashing.given_with(self.warning)}
        return super().took_part() | {pk: did for pk, did in given.items() if pk}

    # While an appeal is decided

    def suspend(self, *, by: User, at: datetime, reason: str) -> None:
        """Let it count towards nothing."""
        quashing.suspend_warning(self.warning.pk, by=by, at=at, reason=reason)

    def resume(self, *, by: User, at: datetime, reason: str) -> None:
        """Let it count again."""
        quashing.resume_warning(self.warning.pk, by=by, at=at, reason=reason)

    # What was built on it

    def _letters_after(self) -> list[Warning]:
        """The letters that followed it and stand."""
        return []

    def _letters_since(self, which: Q) -> list[Warning]:
        """Letters given since it was, that stand and belong to the case as it began."""
        since = self.case.warnings.filter(
            which, given_on__gte=self.decided_on, withdrawn_at__isnull=True, letter__issued_at__gte=self.case.begun_at
        )
        return list(since.select_related("letter").distinct().order_by("pk"))

    def _built(self, on: date) -> RestsOnIt:
        """What rests on it; not a restriction that the path of danger put in force without a warning (Dover 6.7)."""
        later = Restriction.objects.in_force(on).filter(case=self.case, extreme=False, decided_on__gte=self.decided_on)
        return RestsOnIt(self._letters_after(), later.first())

    def rests_on_it(self, on: date) -> str:
        """The letters that followed it, and the restriction in force, by their references."""
        return self._built(on).named

    # What an outcome does

    def outcomes(self, on: date) -> dict[str, str]:
        """To take it back, or to leave it."""
        return {
            State.UPHELD: f"{self.title}: taken back. No further step can rest on it. The resident is told in writing.",
            State.DISMISSED: f"{self.title}: stays as it is. The resident is told why.",
        }

    def upheld(self, rests: Rests, *, on: date) -> Effect:
        """It is taken back. What rests on it ends too only where the decider says so.

        Raises RuleBroken where something rests on it and the answer does not say what becomes of that, and why.
        """
        built = self._built(on)
        if built.named and rests.what not in Appeal.Rests.values:
            raise RuleBroken(f"Select what becomes of {built.named}", NOT_BY_ITSELF, "what_rests")
        if built.named:
            stays = "ends" if rests.ends else "stays"
            need(rests.because, f"Enter why {built.named} {stays}", "what_rests_because", NOT_BY_ITSELF)
        steps = [f"{self.title}: taken back. No further step can rest on it."]
        if built.named:
            steps.append(f"{words.upper_first(built.named)}: {Appeal.Rests(rests.what).label.lower()}.")

        def take_back(answered: Answered) -> None:
            if built.named:
                answered.appeal.what_rests, answered.appeal.what_rests_reason = rests.what, rests.because.strip()
            self._take_back(built if built.named and rests.ends else RestsOnIt((), None), answered)

        tells = f"We take the warning back, and it does not count against you. {built.tells(rests)}"
        return Effect(steps, tells.strip(), take_back, rests=built.named)

    def _take_back(self, ends: RestsOnIt, answered: Answered) -> None:
        """Higher things go first, so that the case steps back one stage at a time."""
        if ends.restriction:
            end_on_appeal(ends.restriction, answered)
        for each in (*reversed(ends.letters), *(() if self.gone else (self.warning,))):
            quashing.quash_warning(each.pk, by=answered.by, at=answered.at, reason=answered.upheld, rule=answered.rule)

    def unchanged(self, *, on: date) -> Effect:
        """It stays, and counts."""
        return self._stays()
