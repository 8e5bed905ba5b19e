"""Whether the policy covers somebody: judged where it leaves that open, and referred on where it does not."""

from datetime import datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

import decisions.services
from audit import services as audit
from cases import acts, ladder, permissions
from cases.models import Assessment, Case
from cases.services import stages
from cases.services.rows import lock
from decisions.services import Said
from design import seals
from people.models import User
from policies.rules import RuleBroken, need


@transaction.atomic
def judge_scope(case_id: int, *, words: str, by: User, at: datetime, seen: str | None = None) -> Assessment:
    """Judge that the policy covers this person, where it does not name people of their relation and leaves it open.

    Raises `RuleBroken` where the policy names them, where its list is complete and leaves them out, and without
    reasons; `TransitionNotAllowed` on a closed case; ChangedSince where it stands otherwise than its page was `seen`.
    """
    case = lock(case_id)
    permissions.check_can_assess(by, case)
    if case.stage == Case.Stage.CLOSED:
        raise TransitionNotAllowed("The case is closed.", object=case, method=Case.close)
    found = ladder.scope(case)
    seals.check(seen, found.shown, since=audit.since(case, case.resident))
    if found.named:
        raise RuleBroken("There is nothing to judge: the policy covers this person", found.rule, "reasons")
    if not found.open:
        words = "The policy does not cover this person. Refer them on, or correct how they stand to us"
        raise RuleBroken(words, found.rule, "covered")
    need(words, "Enter your reasons", "reasons", found.rule)
    judged = Assessment.objects.create(
        case=case,
        kind=Assessment.Kind.QUESTION,
        gate=ladder.SCOPE,
        words=words,
        needs_version=case.resident.needs_version,
        made_by=by,
        made_at=at,
    )
    facts = {"relation": case.resident.relation, "rule": found.rule.cite() if found.rule else ""}
    audit.record("scope.judged", subject=case, by=by, at=at, facts=facts, words={"answer": words})
    return judged


@transaction.atomic
def refer_on(case_id: int, *, to: str, reasons: str, by: User, at: datetime, seen: str | None = None) -> Case:
    """Refer on somebody whom the policy does not cover, and close the case: what was logged stays on the file.

    Dover 3.3 sends all other residents to its corporate policies, West Kent 1.6 staff and contractors to its complaints
    process. Raises `RuleBroken` where the policy names people of this relation, without a place or reasons, and as
    `close` where a restriction is in force or proposed; ChangedSince where it stands otherwise than `seen` says.
    """
    case = lock(case_id)
    act = acts.close(case)
    act.check(by)
    found = ladder.scope(case)
    seals.check(seen, found.shown, since=audit.since(case, case.resident))
    if found.named:
        raise RuleBroken("The policy covers this person", found.rule, "covered")
    need(to, "Enter to whom, or under which policy", "to", found.rule)
    stages.check_closes(case)
    need(reasons, "Enter your reasons", "reasons", found.rule)
    decisions.services.take(act, Said(reasons), by=by, at=at)
    told = f"Referred on to {to.strip()}. {reasons}"
    audit.decide(
        "case.referred_on",
        subject=case,
        by=by,
        at=at,
        reasons=told,
        rule=found.rule,
        outcome="referred on",
        facts={"relation": case.resident.relation},
    )
    stages.close_for(case, reason=told, by=by, at=at)
    return case
