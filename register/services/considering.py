"""Deciding whether a resident is entered on a register, where the policy has that decided by a person."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from design import dates
from design.dates import day_of
from people import access
from people.models import PolicyVersion, Resident, User
from policies.rules import need
from register import permissions
from register.models import Consideration, Entry
from register.services.entries import enter
from register.services.grounds import FROM_AN_INCIDENT


@transaction.atomic
def ask_to_consider(
    register_key: str,
    *,
    resident: Resident,
    policy_version: PolicyVersion,
    because: str,
    incidents: Iterable[str],
    case_ref: str,
    at: datetime,
) -> Consideration | None:
    """Ask those who may whether a resident is entered on a register, because of what was done (Northampton 4.1: it may
    follow). None where it was asked for the same reason before, or where the resident stands on it.

    Nobody is entered by the clock or by the casework: the policy has a person decide. It waits without a day,
    because no policy sets one.
    """
    register = policy_version.policy.register(register_key)
    provider = resident.provider
    standing = Entry.objects.in_force(day_of(at)).filter(resident=resident, register_key=register_key)
    asked = Consideration.objects.filter(because=because, register_key=register_key)
    if standing.exists() or asked.exists():
        return None
    question = Consideration.objects.create(
        provider=provider,
        resident=resident,
        register_key=register_key,
        register_name=register.name,
        policy_version=policy_version,
        because=because,
        incidents=list(incidents),
        case_ref=case_ref,
        asked_at=at,
    )
    deciders = access.keys_with(provider, access.Can.DECIDE)
    named = deciders if register.by.unsaid else sorted(register.by.keys())
    whose = deadlines.Whose(roles=named)
    deadlines.set(kinds.REGISTER_CONSIDER, question, whose=whose, words=register.name, at=at)
    return question


def _waiting(consideration_id: int, by: User) -> Consideration:
    """The question under its lock, for somebody who may answer it and while nobody has."""
    rows = Consideration.objects.select_for_update(of=("self",))
    question = rows.select_related("provider", "resident", "policy_version", "decided_by").get(pk=consideration_id)
    register = question.policy_version.policy.register(question.register_key)
    permissions.check_can_enter(by, question.provider, register)
    if question.decided_at is not None:
        raise TransitionNotAllowed(who_answered(question))
    return question


def who_answered(question: Consideration) -> str:
    """Who decided, and when: for whoever comes second."""
    assert question.decided_by is not None and question.decided_at is not None
    how = "entered the resident" if question.entry_id else "decided against an entry"
    return f"{question.decided_by.name} {how} on {dates.day(question.decided_at)}."


@transaction.atomic
def enter_after(consideration_id: int, *, by: User, at: datetime, **what: Any) -> Entry:
    """Answer with an entry: as `enter`, on the register that was asked about, under the policy of its case."""
    question = _waiting(consideration_id, by)
    entry = enter(
        provider=question.provider,
        resident=question.resident,
        register_key=question.register_key,
        policy_version=question.policy_version,
        case_ref=question.case_ref,
        by=by,
        at=at,
        **what,
    )
    _answer(question, entry, by=by, at=at)
    return entry


@transaction.atomic
def leave_out(consideration_id: int, *, by: User, at: datetime, reason: str) -> Consideration:
    """Answer that the resident is not entered, and why: what is not done is recorded as what is done."""
    question = _waiting(consideration_id, by)
    need(reason, "Enter the reasons against an entry", "reason", FROM_AN_INCIDENT)
    register = question.policy_version.policy.register(question.register_key)
    audit.decide(
        "register.not_entered",
        subject=question,
        by=by,
        at=at,
        reasons=reason,
        rule=register.enter.rule,
        outcome="not entered",
        not_done=f"The resident was not entered on the {question.register_name}.",
        facts={"register": question.register_name, "because": question.because},
    )
    _answer(question, None, by=by, at=at)
    return question


def _answer(question: Consideration, entry: Entry | None, *, by: User, at: datetime) -> None:
    question.entry, question.decided_by, question.decided_at = entry, by, at
    question.save()
    how = "Entered" if entry else "Not entered"
    deadlines.meet(kinds.REGISTER_CONSIDER, question, at=at, how=how)
