"""Moving a case to a newer version of its provider's policy, which is a named person's decision."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit.models import Decision
from cases import acts
from cases.models import Case, Warning
from cases.services.rows import lock
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions import services as decisions
from decisions.services import Said
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
    voice = Deadline.objects.open().filter(case_ref=case.reference, kind__in=kinds.OTHERS_AGREE).first()
    if voice:
        return f"A decision on {voice.about_ref} waits for others to agree. Let it be decided first"
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
    said: Said,
    *,
    told: Sequence[str] = (),
    not_told: str = "",
    by: User,
    at: datetime,
) -> tuple[Decision, User] | None:
    """Decide that a case goes on under a newer version of the policy (rule D10: by name, with reasons).

    Where the policy has several decide, this is one person's voice, and it takes effect with the last that is needed.
    Returns the decision and in whose name what follows is carried out; None while it waits for others.

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
    need(said.reasons, "Enter your reasons", "reasons", KEEPS)
    writer = decisions.take(act, replace(said, what={"version": version.pk}), by=by, at=at)
    if writer is None:
        return None
    deadlines.meet(kinds.CASE_MOVE, case, at=at, how="Moved")
    decisions.drop(act.about, act.name, at=at)
    case.policy_version = version
    case.threshold_settled_by = case.threshold_settled_at = None
    case.restriction_settled_by = case.restriction_settled_at = None
    case.save()
    facts = {"from": before.effective_on, "to": version.effective_on, "versions": [before.pk, version.pk]}
    facts |= {"letter_tells": list(told)}
    decision = audit.decide(
        "case.policy_moved",
        subject=case,
        by=by,
        at=at,
        reasons=said.reasons,
        rule=act.rule or KEEPS,
        outcome=f"runs under the policy of {dates.day(version.effective_on)}"[:60],
        not_done=not_told,
        facts=facts,
    )
    return decision, writer


@transaction.atomic
def disagree_to_move(case_id: int, *, by: User, at: datetime, reasons: str) -> Case:
    """Not agree that a case goes on under a newer version, where several decide: it stays where it is."""
    case = lock(case_id)
    decisions.disagree(acts.move(case), by=by, at=at, reasons=reasons)
    return case


@transaction.atomic
def consult_on_move(
    case_id: int, *, person_id: int | None, on: date | None, words: str, by: User, at: datetime
) -> Case:
    """Write down what somebody said whom the policy has asked before a case goes on under a newer version.

    Raises TransitionNotAllowed where the policy has nobody asked; as `decisions.services.consult` otherwise.
    """
    case = lock(case_id)
    act = acts.move(case)
    if not act.first:
        raise TransitionNotAllowed("The policy has nobody asked before this.", object=case)
    decisions.consult(act, act.first[0], person_id=person_id, on=on, words=words, by=by, at=at)
    return case
