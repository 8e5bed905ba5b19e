"""Against which decisions of a case an appeal can be lodged now, and why not against the others."""

from collections.abc import Iterable
from dataclasses import dataclass

from django_fsm import TransitionNotAllowed

from appeals import permissions
from appeals.against import Against
from appeals.models import Appeal
from appeals.services import receipts
from appeals.services.receipts import Reading
from appeals.services.timing import rules_for, windows
from cases.models import Case
from deadlines import services as deadlines
from policies import vocabulary
from policies.policy import Policy
from policies.reckoning import Reckoning
from policies.rules import RuleBroken

State = Appeal.State
MADE_BY = {"restriction": "replaced_by", "warning": "corrected_by"}


@dataclass(frozen=True)
class Offer:
    """A decision that can be appealed against now, and until when in time."""

    against: Against
    window: Reckoning

    @property
    def readings(self) -> list[Reading]:
        """The time by the days on which its letter may have been received, while nobody has said when it was."""
        return receipts.readings(self.against) if receipts.waits(self.window) else []


def offers(case: Case, known: Iterable[Against], appeals: Iterable[Appeal]) -> list[Offer]:
    """The decisions of a case against which an appeal can be lodged now, newest first.

    `known` are its decisions, as `against.known` reads them, and `appeals` all of its appeals. What is offered is what
    `lodge` accepts, and nothing else.
    """
    found = []
    for one in known:
        if permissions.rules_of(one) is None or one.standing:
            continue
        its = against_it(one, appeals)
        if not any(each.is_open for each in its) and settled_for_good(one, its) is None:
            found.append(one)
    until = windows(found, deadlines.calendar_for(case.provider))
    return [Offer(one, window) for one, window in zip(found, until, strict=True)]


def covered(policy: Policy) -> str:
    """Against what the policy lets a resident appeal, in its own names of stages; "" where it is silent."""
    stages = {stage.key: f"“{stage.name}”" for stage in policy.stages}
    said = {"any_decision": "any decision", **vocabulary.ACTIONS, **stages}
    return ", ".join(said.get(word, word.replace("_", " ")) for word in policy.appeal.covers)


def against_it(found: Against, appeals: Iterable[Appeal]) -> list[Appeal]:
    """The appeals against a decision; and the one that made it what it is, because it is that one's outcome."""
    ((name, target),) = found.target.items()
    names = [f"{name}_id", *([f"{MADE_BY[name]}_id"] if name in MADE_BY else [])]
    return [one for one in appeals if any(getattr(one, column) == target.pk for column in names)]


def settled_for_good(found: Against, its: Iterable[Appeal]) -> Appeal | None:
    """The one of its appeals whose outcome is final by the policy (Dover 6.35); a withdrawn one had none."""
    if rules_for(found).final.raw is not True:
        return None
    decided = [one for one in its if not one.is_open and one.state != State.WITHDRAWN]
    return decided[-1] if decided else None


def check_open_to_appeal(found: Against) -> None:
    """Refuse where the policy does not cover it, where it no longer stands, or where an appeal is open already."""
    rules_for(found)
    if found.standing:
        raise TransitionNotAllowed(found.standing)
    other = next((one for one in against_it(found, _appeals(found.case)) if one.is_open), None)
    if other:
        raise TransitionNotAllowed(
            f"{other.lodged_by.name} has lodged {other.reference} against this decision, and it is not decided yet.",
            object=other,
        )


def check_not_final(found: Against) -> None:
    """Refuse a second appeal against the same decision, where the policy calls the outcome final (Dover 6.35)."""
    settled = settled_for_good(found, against_it(found, _appeals(found.case)))
    if settled:
        was = f"Appeal {settled.reference} was decided ({settled.get_state_display().lower()})"
        raise RuleBroken(f"{was}, and the outcome of an appeal is final", rules_for(found).final.rule)


def _appeals(case: Case) -> list[Appeal]:
    return list(Appeal.objects.filter(case=case).select_related("lodged_by").order_by("pk"))
