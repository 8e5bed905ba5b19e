"""What holds until an appeal is decided: in a sentence, and suspended where the policy says so."""

from datetime import datetime

from appeals.against.appealable import Appealable
from appeals.models import Appeal
from people.models import User

SILENT = "The policy is silent on what holds until it is decided. "


def sentence(against: Appealable, *, heard: bool = True) -> str:
    """What holds until the appeal is decided; where the policy is silent, that it is.

    A late appeal suspends nothing before somebody has said that it is `heard`.
    """
    said = against.rules.meanwhile
    if not said.said or not said.rule:
        return SILENT + against.stays
    if not ("suspended" in said and against.can_be_suspended):
        return f"The {against.noun} stands until then ({said.rule.in_brackets()})."
    if heard:
        return f"The {against.noun} is suspended until then ({said.rule.in_brackets()})."
    return (
        f"The {against.noun} stands until somebody says whether the appeal is heard; if it is, it is suspended from "
        f"then until the outcome ({said.rule.in_brackets()})."
    )


def suspend(appeal: Appeal, against: Appealable, *, by: User, at: datetime) -> None:
    """Suspend what an appeal is against, where the policy says so and the appeal is heard; its clocks run on."""
    if "suspended" in against.rules.meanwhile and not appeal.awaits_hearing:
        against.suspend(by=by, at=at, reason=f"Appeal {appeal.reference} is to be decided")


def resume(appeal: Appeal, against: Appealable, *, by: User, at: datetime) -> None:
    """Let what was suspended hold again: the appeal is withdrawn."""
    against.resume(by=by, at=at, reason=f"Appeal {appeal.reference}: {appeal.get_state_display().lower()}")
