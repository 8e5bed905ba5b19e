"""What the form of a new entry asks and says of who decides on it: alone, with others, in a meeting, after asking."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from decisions.acts import Act
from people.models import PolicyVersion, User
from policies.policy import RegisterRule
from policies.values import Item
from register import acts
from register.services import retention

ENTER, PUT, VOICE = "Enter on the register", "Put the entry forward", "Record your decision"


@dataclass(frozen=True)
class WhoDecides:
    """Who decides on an entry of one of some registers, each with its act, as a reader of the form sees it."""

    version: PolicyVersion
    known: list[tuple[RegisterRule, Act]]
    reader: User

    @property
    def registers(self) -> list[RegisterRule]:
        """The registers."""
        return [register for register, _ in self.known]

    @cached_property
    def asks(self) -> list[Item]:
        """What the policy wants weighed before an entry, or before its resident is not told of it."""
        own = self.version.policy.questions_for(acts.WITHHOLD)
        return list(dict.fromkeys([*(item for _, act in self.known for item in act.asks), *own]))

    @cached_property
    def take_part(self) -> list[User] | None:
        """Whom a meeting can be written down with; None where none decides now."""
        meet = [act for _, act in self.known if act.meets and not self._waits(act)]
        return list(dict.fromkeys(user for act in meet for user in act.others(self.reader))) if meet else None

    def context(self) -> dict[str, Any]:
        """What the page shows of it: what pressing the button will do, what is weighed, how long an entry stands."""
        return {
            "decides": [self._line(register, act) for register, act in self.known],
            "button": self._button(),
            "questions": self.asks,
            "registers": [(register, retention.in_words(register)) for register in self.registers],
        }

    def _waits(self, act: Act) -> bool:
        """Whether the reader can only put an entry forward: barred, not named, or somebody is asked first."""
        return bool(act.why_not(self.reader)) or any(asked.binds and not asked.done for asked in act.first)

    def _line(self, register: RegisterRule, act: Act) -> str:
        of = f"{register.name}{f' ({register.rule.in_brackets()})' if register.rule else ''}"
        asked = [one.names() for one in act.first if one.binds and not one.done]
        if asked:
            return f"{of}: you put the entry forward. Before it is decided these are asked: {'; '.join(asked)}."
        if why := act.why_not(self.reader):
            return f"{of}: you put the entry forward. {why}"
        if act.meets:
            return f"{of}: it is decided by {act.names()}. You took part, and write down who else did."
        if lacking := act.lacking([*act.agreed, self.reader]):
            return f"{of}: you record your decision. No entry is made before these agree as well: {'; '.join(lacking)}."
        return f"You decide on this entry under your own name, for {acts.called(register)}{of[len(register.name) :]}."

    def _button(self) -> str:
        """What the button will do; where that hangs on the register, no more than is true of each."""
        does = {PUT if self._waits(act) else VOICE if act.together else ENTER for _, act in self.known}
        return does.pop() if len(does) == 1 else "Record the entry"
