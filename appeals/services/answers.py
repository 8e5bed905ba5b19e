"""What a decider answers on an appeal, first or in agreement with somebody."""

from dataclasses import dataclass
from typing import Any

from appeals.against.effects import Sets, sets_of
from decisions.acts import Act
from decisions.services import Meeting, Said


@dataclass(frozen=True)
class Answer:
    """Which outcome, what that sets, and why.

    `sets` are the terms or words in which something goes on, or what becomes of what rests on a warning.
    `heard_because` is why a late appeal is heard, where that was not decided before; `late_because` why the answer is
    later than the policy endeavours (Dover 6.35). `meeting` says with whom it was decided, where a meeting decides.
    """

    outcome: str
    reasons: str
    considered: str
    not_done: str = ""
    late_because: str = ""
    heard_because: str = ""
    sets: Sets | None = None
    meeting: Meeting | None = None

    def put(self) -> dict[str, Any]:
        """What the others agree to, where several decide, as plain values."""
        sets = self.sets.plain() if self.sets else None
        return {"outcome": str(self.outcome), "heard_because": self.heard_because.strip(), "sets": sets}

    def said(self) -> Said:
        """The same as the gate of every act takes it."""
        return Said(self.reasons, self.considered, self.not_done, self.meeting, self.put())


def agreeing(act: Act, *, reasons: str, considered: str, not_done: str = "", late_because: str = "") -> Answer:
    """The answer of somebody who agrees to what the first of several has decided, with reasons of their own."""
    put = act.put
    sets = sets_of(put["sets"]) if put["sets"] else None
    return Answer(put["outcome"], reasons, considered, not_done, late_because, put["heard_because"], sets)
