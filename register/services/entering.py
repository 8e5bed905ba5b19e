"""Deciding whether somebody or some place is entered on a register: asked, answered, waiting for who decides it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from decisions import services as decisions
from decisions.acts import Act
from decisions.services import Said
from design import seals
from design.dates import day_of
from people import access
from people.models import PolicyVersion, Provider, Resident, User
from policies.rules import RuleBroken, need
from register import acts, shown
from register.models import Consideration, Entry
from register.services import new_entries
from register.services.grounds import FROM_AN_INCIDENT
from register.services.new_entries import NewEntry

ENTER, NOT = "enter", "not"
"""What the answer to the question can be, in a voice: `{"outcome": "enter", …}` with what the entry says."""


def to_enter(new: NewEntry) -> dict[str, object]:
    """The answer that makes this entry."""
    return {"outcome": ENTER, **new.plain()}


NOT_TO_ENTER = {"outcome": NOT}
"""The answer that makes none."""


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
    standing = Entry.objects.in_force(day_of(at)).filter(resident=resident, register_key=register_key)
    asked = Consideration.objects.filter(because=because, register_key=register_key)
    if standing.exists() or asked.exists():
        return None
    question = Consideration.objects.create(
        provider=resident.provider,
        resident=resident,
        register_key=register_key,
        register_name=policy_version.policy.register(register_key).name,
        policy_version=policy_version,
        because=because,
        incidents=list(incidents),
        case_ref=case_ref,
        asked_at=at,
    )
    _put_on_lists(question, acts.answer(question), at=at)
    return question


@transaction.atomic
def enter(new: NewEntry, said: Said, *, by: User, at: datetime) -> Consideration:
    """Ask whether a person or a place is entered, and decide it as far as whoever asks may.

    Where one person decides, that is all of it: the entry stands (`.entry`). Where several do, or somebody is asked
    first, or whoever asks may not decide it, the question waits for the others with what the entry would say. Raises
    `NotPermitted` for somebody whom the policy lets neither decide nor ask; `RuleBroken` as `new_entries.draft`, and as
    `decisions.services.take`.
    """
    version = new.version_on(day_of(at))
    register = next((each for each in version.policy.registers if each.key == new.register_key), None)
    if register is None:
        access.require(by, access.Can.DECIDE, new.provider)
        raise RuleBroken("Choose one of the policy's registers", field="register_key")
    first = acts.enter(version, register, new.provider, resident=new.resident, source=new.source, told=new.told)
    if not acts.may_ask(first, by):
        first.check(by)
    _one_at_a_time(new.provider, new.resident)
    new_entries.draft(new, reasons=said.reasons, by=by, at=at)
    _check_asked_once(new)
    question = Consideration.objects.create(
        provider=new.provider,
        resident=new.resident,
        place=new.place,
        place_postcode=new.postcode.upper().strip(),
        register_key=register.key,
        register_name=register.name,
        policy_version=version,
        case_ref=new.case_ref,
        asked_by=by,
        asked_at=at,
        proposed=new.plain(),
    )
    act = acts.answer(question, told=new.told)
    if not act.why_not(by) and all(asked.done or not asked.binds for asked in act.first):
        if act.together:
            _put_on_lists(question, act, at=at)
        return _answer(question, act, replace(said, what=to_enter(new)), by=by, at=at)
    question.reasons = said.reasons.strip()
    question.save()
    audit.record(
        "register.asked",
        subject=question,
        by=by,
        at=at,
        words={"reasons": said.reasons},
        facts={"register": question.register_name},
    )
    _put_on_lists(question, act, at=at)
    return question


def _one_at_a_time(provider: Provider, resident: Resident | None) -> None:
    """Make whoever enters the same person, or a place of the same provider, wait until this is done."""
    if resident is not None:
        Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    else:
        Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)


def _check_asked_once(new: NewEntry) -> None:
    """Refuse to ask what waits to be decided already."""
    waiting = Consideration.objects.filter(
        provider=new.provider,
        resident=new.resident,
        place=new.place,
        register_key=new.register_key,
        proposed=new.plain(),
        decided_at__isnull=True,
    )
    if waiting.exists():
        raise RuleBroken("This entry waits for those who decide on it already")


@transaction.atomic
def answer(question_id: int, said: Said, *, by: User, at: datetime, seen: str | None = None) -> Consideration:
    """Decide a question: `said.what` is `to_enter(…)`, on the register and under the policy that it names, or not to.

    Where several decide, it waits until the last has agreed to the same. What is not done is recorded as what is done.
    Raises TransitionNotAllowed, with who decided it when, for whoever comes second; else as `enter`.
    """
    question = _waiting(question_id)
    act = act_on(question, said)
    act.check(by)
    if question.decided_at is not None:
        raise TransitionNotAllowed(question.who_answered)
    seals.check(seen, shown.question(question), since=audit.since(question))
    return _answer(question, act, said, by=by, at=at)


def _waiting(question_id: int) -> Consideration:
    """The question under its lock."""
    rows = Consideration.objects.select_for_update(of=("self",))
    return rows.select_related("provider", "resident", "policy_version", "asked_by", "decided_by").get(pk=question_id)


def act_on(question: Consideration, said: Said | None = None) -> Act:
    """The act of deciding a question: of not telling the resident as well, where what is put before others says so."""
    what = said.what if said else acts.answer(question).put
    return acts.answer(question, told=bool(what.get("told", True)))


def _answer(question: Consideration, act: Act, said: Said, *, by: User, at: datetime) -> Consideration:
    new = new_entries.asked_about(question, said.what) if said.what["outcome"] == ENTER else None
    if new:
        _one_at_a_time(question.provider, question.resident)
        new_entries.draft(new, reasons=said.reasons, by=by, at=at)
    else:
        need(said.reasons, "Enter the reasons against an entry", "reason", FROM_AN_INCIDENT)
    if decisions.take(act, said, by=by, at=at) is None:
        return question
    if new:
        question.entry = new_entries.write(new, reasons=said.reasons, considered=said.considered, by=by, at=at)
    else:
        _record_not_entered(question, said, by=by, at=at)
    question.decided_by, question.decided_at = by, at
    if new:
        question.proposed = {}
    question.save()
    deadlines.meet(kinds.REGISTER_CONSIDER, question, at=at, how="Entered" if new else "Not entered")
    return question


def _record_not_entered(question: Consideration, said: Said, *, by: User, at: datetime) -> None:
    whom = "The resident" if question.resident else "The place"
    audit.decide(
        "register.not_entered",
        subject=question,
        by=by,
        at=at,
        reasons=said.reasons,
        considered=said.considered,
        rule=question.rule.enter.rule,
        outcome="not entered",
        not_done=f"{whom} was not entered on the {question.register_name}.",
        facts={"register": question.register_name, "because": question.because},
    )


@transaction.atomic
def disagree(question_id: int, *, by: User, at: datetime, reasons: str, seen: str | None = None) -> Consideration:
    """Do not agree to what another has decided on the question: it is decided anew. Raises as the gate's `disagree`."""
    question = _waiting(question_id)
    act = act_on(question)
    if question.decided_at is not None:
        raise TransitionNotAllowed(question.who_answered)
    seals.check(seen, shown.question(question), since=audit.since(question))
    decisions.disagree(act, by=by, at=at, reasons=reasons)
    _put_on_lists(question, acts.answer(question), at=at)
    return question


@transaction.atomic
def consult(
    question_id: int, asked_act: str, *, person_id: int | None, on: date | None, words: str, by: User, at: datetime
) -> None:
    """Write down what somebody said whom the policy has asked before this. Raises as the gate's `consult`."""
    question = _waiting(question_id)
    if question.decided_at is not None:
        raise TransitionNotAllowed(question.who_answered)
    act = acts.answer(question, told=asked_act != acts.WITHHOLD)
    for asked in act.first:
        if asked.act == asked_act:
            decisions.consult(act, asked, person_id=person_id, on=on, words=words, by=by, at=at)


def _put_on_lists(question: Consideration, act: Act, *, at: datetime) -> None:
    """Let the question wait on the lists of those who decide it; without a day, because no policy sets one."""
    deadlines.set(kinds.REGISTER_CONSIDER, question, whose=act.whose, words=question.register_name, at=at)
