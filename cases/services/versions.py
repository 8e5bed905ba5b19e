"""Moving a case to a newer version of its provider's policy, which is a named person's decision."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit.models import Decision
from cases import acts
from cases.models import Case, Warning
from cases.services.rows import lock
from deadlines import kinds
from deadlines.models import Deadline
from design import dates
from design.dates import day_of
from letters.models import Letter
from people.models import PolicyVersion, User
from policies.policy import Policy
from policies.rules import Rule, RuleBroken, need

KEEPS = Rule("evenhand", text="A case keeps the version of the policy it was opened under, unless somebody decides.")
NOT_HALFWAY = Rule("evenhand", text="What has been begun under one version is finished under it.")
UNDER_RESTRICTION = (Case.Stage.CONTACT_RESTRICTION, Case.Stage.REVIEW)


def half_decided(case: Case) -> str:
    """What stands half decided in the case, as a sentence that says what comes first; "" where nothing does."""
    waits = Deadline.objects.open().filter(case_ref=case.reference, kind__in=kinds.PROPOSING).first()
    if waits:
        return proposal_first(waits.about_ref)
    unissued = Warning.objects.filter(case=case, letter__state__in=UNISSUED).select_related("letter").first()
    return letter_first(unissued.paper.reference) if unissued else ""


UNISSUED = (Letter.State.DRAFT, Letter.State.FOR_APPROVAL)


def proposal_first(reference: str) -> str:
    """What is said where a restriction is being proposed."""
    return f"A restriction is being proposed ({reference}). Withdraw it or let it be decided first"


def letter_first(reference: str) -> str:
    """What is said where a warning letter has not been issued."""
    return f"Warning letter {reference} is not issued yet. Issue it or withdraw it first"


def no_place(case: Case, policy: Policy) -> str:
    """Why a version has no place for a case as it stands; "" where it has one."""
    if case.stage in UNDER_RESTRICTION and not policy.restricts:
        return "That version knows no restrictions, and one is in force. End it first"
    return ""


@transaction.atomic
def move_to_version(
    case_id: int,
    version: PolicyVersion,
    *,
    reasons: str,
    told: Sequence[str] = (),
    not_told: str = "",
    by: User,
    at: datetime,
) -> Decision:
    """Decide that a case goes on under a newer version of the policy (rule D10: by name, with reasons).

    What has been decided stays as it was decided; what is settled or answered where the earlier version was silent is
    asked anew by the next step. Raises TransitionNotAllowed where the case is closed, RuleBroken without reasons, where
    the version is not a newer one in effect, or while something stands half decided. `told` is what a letter tells the
    resident of it; `not_told` why none goes.
    """
    case = lock(case_id)
    act = acts.move(case)
    act.check(by)
    if case.stage == Case.Stage.CLOSED:
        raise TransitionNotAllowed("The case is closed.", object=case)
    before = case.policy_version
    if version.pk == before.pk:
        raise TransitionNotAllowed(f"{case.reference} runs under that version already.", object=case)
    if version.provider_id != case.provider_id or version.effective_on > day_of(at):
        raise RuleBroken("Choose a version of this provider's policy that is in effect", KEEPS)
    if (version.effective_on, version.pk) < (before.effective_on, before.pk):
        raise RuleBroken("A case moves to a newer version, never back to an earlier one", KEEPS)
    for hinders in (half_decided(case), no_place(case, version.policy)):
        if hinders:
            raise RuleBroken(hinders, NOT_HALFWAY)
    need(reasons, "Enter your reasons", "reasons", KEEPS)
    case.policy_version = version
    case.threshold_settled_by = case.threshold_settled_at = None
    case.restriction_settled_by = case.restriction_settled_at = None
    case.save()
    facts = {"from": before.effective_on, "to": version.effective_on, "versions": [before.pk, version.pk]}
    facts |= {"letter_tells": list(told)}
    return audit.decide(
        "case.policy_moved",
        subject=case,
        by=by,
        at=at,
        reasons=reasons,
        rule=KEEPS,
        outcome=f"runs under the policy of {dates.day(version.effective_on)}"[:60],
        not_done=not_told,
        facts=facts,
    )
