"""Against which decisions of a case an appeal can be lodged now, and why not against the others."""

from collections.abc import Iterable
from dataclasses import dataclass

from django_fsm import TransitionNotAllowed

from appeals.against.appealable import Appealable
from appeals.models import Appeal
from appeals.services import arrivals, windows
from appeals.services.arrivals import Reading
from cases.models import Case
from deadlines import services as deadlines
from policies import vocabulary
from policies.policy import Policy
from policies.reckoning import Reckoning
from policies.rules import RuleBroken

State = Appeal.State
MADE_BY = {"restriction": "replaced_by", "warning": "corrected_by"}


@dataclass(frozen=True)
class AppealableNow:
    """A decision that can be appealed against now, and until when in time."""

    decision: Appealable
    window: Reckoning

    @property
    def readings(self) -> list[Reading]:
        """The time by the days on which its letter may have been received, while nobody has said when it was."""
        return arrivals.readings(self.decision) if arrivals.waits(self.window) else []


def of(case: Case, decisions: Iterable[Appealable], appeals: Iterable[Appeal]) -> list[AppealableNow]:
    """The decisions of a case against which an appeal can be lodged now, newest first.

    `decisions` are all of the case, and `appeals` all of its appeals. What is offered is what `lodge` accepts, and
    nothing else.
    """
    found = []
    for one in decisions:
        if not one.is_covered or one.gone:
            continue
        its = against_it(one, appeals)
        if not any(each.is_open for each in its) and settled_for_good(one, its) is None:
            found.append(one)
    until = windows.of(found, deadlines.calendar_for(case.provider))
    return [AppealableNow(one, window) for one, window in zip(found, until, strict=True)]


def covered(policy: Policy) -> str:
    """Against what the policy lets a resident appeal, in its own names of stages; "" where it is silent."""
    stages = {stage.key: f"“{stage.name}”" for stage in policy.stages}
    said = {"any_decision": "any decision", **vocabulary.ACTIONS, **stages}
    return ", ".join(said.get(word, word.replace("_", " ")) for word in policy.appeal.covers)


def against_it(decision: Appealable, appeals: Iterable[Appeal]) -> list[Appeal]:
    """The appeals against a decision; and the one that made it what it is, because it is that one's outcome."""
    ((name, row),) = decision.points.items()
    names = [f"{name}_id", *([f"{MADE_BY[name]}_id"] if name in MADE_BY else [])]
    return [one for one in appeals if any(getattr(one, column) == row.pk for column in names)]


def settled_for_good(decision: Appealable, its: Iterable[Appeal]) -> Appeal | None:
    """The one of its appeals whose outcome is final by the policy (Dover 6.35); a withdrawn one had none."""
    if decision.rules.final.raw is not True:
        return None
    decided = [one for one in its if not one.is_open and one.state != State.WITHDRAWN]
    return decided[-1] if decided else None


def check(decision: Appealable) -> None:
    """Refuse an appeal that cannot be lodged now, whatever it says.

    Raises RuleBroken where the policy does not cover the decision, and after an outcome that it calls final (Dover
    6.35); TransitionNotAllowed where it no longer stands, or where an appeal against it is open already.
    """
    final = decision.rules.final
    if decision.gone:
        raise TransitionNotAllowed(decision.gone)
    its = against_it(decision, _appeals(decision.case))
    if other := next((one for one in its if one.is_open), None):
        raise TransitionNotAllowed(
            f"{other.lodged_by.name} has lodged {other.reference} against this decision, and it is not decided yet.",
            object=other,
        )
    if settled := settled_for_good(decision, its):
        was = f"Appeal {settled.reference} was decided ({settled.get_state_display().lower()})"
        raise RuleBroken(f"{was}, and the outcome of an appeal is final", final.rule)


def _appeals(case: Case) -> list[Appeal]:
    return list(Appeal.objects.filter(case=case).select_related("lodged_by").order_by("pk"))
