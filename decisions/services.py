"""The one gate that every act passes which a policy gives to somebody: taken, disagreed with, asked about first."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Q
from django_fsm import TransitionNotAllowed

from audit import services as audit
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions import permissions
from decisions.acts import Act
from decisions.asked_first import AskedFirst
from decisions.models import ERASED, Appointment, Consultation, Voice
from design.dates import day_of
from people.access import NotPermitted
from people.models import User
from policies import law
from policies.rules import Rule, RuleBroken, need

SAME = Rule("evenhand", text="Those who decide together decide on the same thing.")


@dataclass(frozen=True)
class Meeting:
    """A meeting that decided: on which day, who took part beside whoever writes it down, and what was said."""

    on: date | None
    people: Sequence[int]
    said: str


@dataclass(frozen=True)
class Said:
    """What one person says on an act: why, what else was considered, what is not done, and with whom in a meeting.

    `what` holds what is agreed to where no proposal or draft says it, as plain values: an outcome, a length, a step.
    """

    reasons: str
    considered: str = ""
    not_done: str = ""
    meeting: Meeting | None = None
    what: Mapping[str, Any] = field(default_factory=dict)


def check(act: Act, said: Said, *, by: User, at: datetime) -> None:
    """Refuse what `take` would refuse, and do nothing: for the page on which a decision is checked.

    Raises `NotPermitted` for somebody who may not decide it, TransitionNotAllowed for somebody who has decided already,
    and `RuleBroken`, beside its field: before those were asked whom the policy has asked first, where that binds; where
    it asks questions (`[consider]`) and nobody says what was weighed; for something else than the first of several has
    decided; for a meeting that could not decide.
    """
    act.check(by)
    check_asked_first(act.first)
    if act.asks:
        need(said.considered, "Enter what else you considered", "considered", act.asks[0].rule)
    check_same(act, by, said.what)
    if act.meets:
        _check_meeting(act, said.meeting, by=by, at=at)


@transaction.atomic
def take(act: Act, said: Said, *, by: User, at: datetime) -> User | None:
    """Let somebody decide an act: returns who writes it down, or None while it waits for others.

    Where one person decides, nothing is recorded here: the act's own decision says it all. Otherwise each voice is a
    decision of its own, and the last one that was needed makes it take effect. In a meeting everybody who took part
    agrees, on the word of whoever wrote it down. Letters go out, and stages move, in the name of whoever is returned:
    the last who decided, else one of the others who can carry it out. Called in the act's transaction, under its lock.
    Raises as `check`; NotPermitted where none of those who decided could carry it out.
    """
    check(act, said, by=by, at=at)
    writer = _decided(act, said, by=by, at=at)
    if writer is not None:
        spent = Appointment.objects.filter(about=act.about, act=act.appointed_as, spent_at__isnull=True)
        spent.update(spent_at=at)
    return writer


def _decided(act: Act, said: Said, *, by: User, at: datetime) -> User | None:
    """Record what somebody said, where several decide; in whose name it is carried out, or None while it waits."""
    if act.meets:
        _meet(act, said, by=by, at=at)
        return by
    if not act.voices and not act.takes_others(by):
        return by
    _agree(act, said, by, recorded_by=by, at=at)
    agreed = [*act.agreed, by]
    lacking = act.lacking(agreed)
    audit.decide(
        "decision.agreed", subject=act.subject, by=by, at=at, reasons=said.reasons, rule=act.rule, outcome="agreed",
        considered=said.considered, not_done=said.not_done,
        facts={"act": act.name, "waits_for": lacking}, words={"what": _plain(said.what)},
    )  # fmt: skip
    if lacking:
        _wait(act, [*act.agreed, by], at=at)
        return None
    return _writer(act, [by, *agreed])


def _wait(act: Act, agreed: Sequence[User], *, at: datetime) -> None:
    """Let it stand on the lists of the others who may decide it, and no longer on those of whoever has."""
    on = act.waits_on or act.subject
    done = {user.pk for user in agreed}
    if not Deadline.objects.open().about(on).filter(kind=act.waits).exists():
        whose = act.whose
        deadlines.set(act.waits, on, whose=replace(whose, not_for={*whose.not_for, *done}), at=at)
        return
    for user in agreed:
        deadlines.excuse(act.waits, on, user=user)


def _writer(act: Act, agreed: Sequence[User]) -> User:
    for one in agreed:
        if act.is_able(one):
            return one
    raise NotPermitted("The letter goes out in the name of a decider who works on cases; none of you does.")


def check_asked_first(first: Sequence[AskedFirst]) -> None:
    """Refuse a decision before those were asked whom the policy has asked first, where that binds."""
    for asked in first:
        if asked.binds and not asked.done:
            raise RuleBroken(f"Record what was said by: {asked.names()}", asked.rule)


def check_same(act: Act, by: User, what: Mapping[str, Any]) -> None:
    """Refuse somebody who has decided already, and whatever is other than what the first has decided."""
    if act.has_decided(by):
        raise TransitionNotAllowed("You have decided already. It waits for the others.")
    if act.voices and _plain(act.put) != _plain(what):
        raise RuleBroken(
            "Agree to what is put before you, or do not agree and say what has to change", SAME, "decision"
        )


def _plain(what: Mapping[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(what)))


def _agree(act: Act, said: Said, one: User, *, recorded_by: User, at: datetime, met_on: date | None = None) -> None:
    Voice.objects.create(
        **_whose(act), about=act.about, act=act.name,
        by=one, says=Voice.Says.AGREE, reasons=said.reasons.strip(), considered=said.considered.strip(),
        not_done=said.not_done.strip(), met_on=met_on, recorded_by=recorded_by, at=at, what=_plain(said.what),
    )  # fmt: skip


def _whose(act: Act) -> dict[str, Any]:
    """Whose it is: the provider's, of one resident, in a case."""
    return {"provider": act.provider, "resident": act.subject.resident, "case_ref": act.subject.trail.case}


def _meet(act: Act, said: Said, *, by: User, at: datetime) -> None:
    people = _check_meeting(act, said.meeting, by=by, at=at)
    assert said.meeting is not None
    for one in people:
        _agree(act, said, one, recorded_by=by, at=at, met_on=said.meeting.on)
    audit.record(
        "decision.met", subject=act.subject, by=by, at=at,
        facts={"act": act.name, "on": said.meeting.on, "took_part": [one.name for one in people],
               "people": [one.reference for one in people]},
        words={"said": said.meeting.said},
    )  # fmt: skip


def _check_meeting(act: Act, meeting: Meeting | None, *, by: User, at: datetime) -> list[User]:
    """The people of a meeting that may decide. Raises `RuleBroken`, beside its field, where it may not."""
    if not act.is_able(by):
        words = "Somebody who works on cases and took part writes the meeting down: the letter goes out in their name"
        raise RuleBroken(words, act.rule, "took_part")
    if meeting is None:
        raise RuleBroken("Enter who took part in the meeting", act.rule, "took_part")
    wanted = {*meeting.people, by.pk}
    people = list(User.objects.filter(pk__in=wanted, is_active=True).order_by("name"))
    if len(people) < len(wanted) or not all(act.allows(one) for one in people):
        raise RuleBroken("Select people whom the policy lets take part", act.rule, "took_part")
    if out := [one.name for one in people if act.is_barred(one)]:
        raise RuleBroken(f"Somebody else must take part for {' and '.join(out)}, who may not decide this",
                         law.OTHER_PERSON, "took_part")  # fmt: skip
    if lacking := act.lacking(people):
        raise RuleBroken(f"Not everybody took part who has to: {'; '.join(lacking)}", act.rule, "took_part")
    if meeting.on is None or meeting.on > day_of(at):
        raise RuleBroken("The day of the meeting must be today or in the past", None, "met_on")
    need(meeting.said, "Enter what was said in the meeting", "said")
    return people


@transaction.atomic
def disagree(act: Act, *, by: User, at: datetime, reasons: str) -> None:
    """Record that one of several does not agree: what was put before them is dropped, with the reasons of everybody.

    One is enough, and it takes effect at once. Raises TransitionNotAllowed where nobody has decided yet, or for
    somebody who has; RuleBroken without reasons; NotPermitted as `check`.
    """
    act.check(by)
    if not act.voices or act.has_decided(by):
        raise TransitionNotAllowed("There is nothing here that waits for you to agree.")
    need(reasons, "Enter why you do not agree", "reasons")
    send_back(act, by=by, at=at, reasons=reasons)
    deadlines.meet(act.waits, act.waits_on or act.subject, at=at, how="Not agreed")
    audit.decide(
        "decision.not_agreed", subject=act.subject, by=by, at=at, reasons=reasons, rule=act.rule,
        outcome="not agreed", facts={"act": act.name},
    )  # fmt: skip


def send_back(act: Act, *, by: User, at: datetime, reasons: str) -> str:
    """Record that somebody does not agree, drop what was said on it, and return the reasons of everybody as one text.

    Where nobody had agreed before, the reasons are returned as they are: there is nothing to set beside them. Raises
    TransitionNotAllowed for somebody who has agreed.
    """
    if act.has_decided(by):
        raise TransitionNotAllowed("You have decided already. It waits for the others.")
    said = act.voices
    if not said:
        return reasons.strip()
    Voice.objects.create(
        **_whose(act), about=act.about, act=act.name,
        by=by, says=Voice.Says.AGAINST, reasons=reasons.strip(), recorded_by=by, at=at,
    )  # fmt: skip
    drop(act.about, act.name, at=at)
    lines = [f"{voice.by.name} agreed:\n{voice.reasons}" for voice in said]
    return "\n\n".join([*lines, f"{by.name} did not agree:\n{reasons.strip()}"])


def drop(about: str, act: str, *, at: datetime) -> None:
    """What was put before several went back or was dropped: what they said on it counts no more."""
    Voice.objects.filter(about=about, act=act, dropped_at__isnull=True).update(dropped_at=at)


@transaction.atomic
def consult(
    act: Act, asked: AskedFirst, *, person_id: int | None, on: date | None, words: str, by: User, at: datetime
) -> Consultation:
    """Write down what somebody said who is asked before an act is decided. New ones stand beside old.

    The higher room has locked what is decided. Raises `RuleBroken` for somebody whom the policy does not name, a day to
    come, or without words.
    """
    permissions.check_can_consult(by, act.provider)
    person = User.objects.filter(pk=person_id, is_active=True).first() if person_id else None
    if person is None or not asked.allows(person):
        raise RuleBroken("Select who was consulted", asked.rule, "person")
    if on is None or on > day_of(at):
        raise RuleBroken("The day must be today or in the past", None, "on")
    need(words, "Enter what they said", "words", asked.rule)
    made = Consultation.objects.create(
        **_whose(act), about=asked.on.trail.about, act=asked.act,
        person=person, on=on, words=words.strip(), recorded_by=by, recorded_at=at,
    )  # fmt: skip
    audit.record(
        "decision.consulted", subject=act.subject, by=by, at=at, words={"said": words},
        facts={"act": asked.act, "person": person.reference, "name": person.name, "on": on,
               "rule": asked.rule.cite() if asked.rule else ""},
    )  # fmt: skip
    return made


@transaction.atomic
def appoint(act: Act, *, person_id: int | None, reason: str, by: User, at: datetime) -> Appointment:
    """Let one person decide one act, because nobody whom the policy names is free to; on record with the reason (F12).

    The person stands in for one body that is lacking, for this act alone; of several, each is somebody else. It stands
    on their list. The higher room has locked what is decided. Raises `NotPermitted` for all but an administrator,
    TransitionNotAllowed where somebody could decide it, `RuleBroken` for somebody who cannot be appointed and without
    a reason.
    """
    permissions.check_can_appoint(by, act.provider)
    if not act.stuck:
        raise TransitionNotAllowed(f"Nobody has to be appointed. {act.who_can()}")
    person = next((user for user in act.appointable if user.pk == person_id), None)
    if person is None:
        raise RuleBroken("Select whom you appoint", law.OTHER_PERSON, "person")
    need(reason, "Enter why this person decides it", "reason", law.OTHER_PERSON)
    role = (act.roles_lacking() or [""])[0]
    made = Appointment.objects.create(
        provider=act.provider, about=act.about, act=act.appointed_as, person=person, role=role, reason=reason.strip(),
        appointed_by=by, appointed_at=at,
    )  # fmt: skip
    audit.decide(
        "decision.appointed", subject=act.subject, by=by, at=at, reasons=reason, rule=law.OTHER_PERSON,
        outcome="appointed",
        facts={"act": act.appointed_as, "person": person.reference, "name": person.name, "why": act.stuck,
               "had_a_part": person.pk in act.barred, "stands_in_for": role},
    )  # fmt: skip
    _put_on_list(act, person, at=at)
    return made


def _put_on_list(act: Act, person: User, *, at: datetime) -> None:
    """Put an act on the list of whoever was appointed, and take the appointing off those of the administrators."""
    on = act.waits_on or act.subject
    deadlines.meet(kinds.DECISION_APPOINT, on, at=at, how="Appointed")
    if not deadlines.appoint(act.waits, on, user=person):
        whose = act.whose
        also = {*whose.also, person.pk}
        deadlines.set(act.waits, on, whose=replace(whose, not_for={*whose.not_for} - also, also=also), at=at)


@transaction.atomic
def forget(thing: audit.Subject) -> list[Model]:
    """Blank what was said on a thing of which no words may be kept any longer (UK GDPR Art 5(1)(e)).

    That somebody decided, was asked or was appointed, and when, stays; not about whom, and none of their words.
    Returns the rows, whose history is blanked by the event of the erasure.
    """
    about = thing.trail.about
    on_it = Q(about=about) | Q(about__startswith=f"{about}:")
    voices, asked = Voice.objects.filter(on_it), Consultation.objects.filter(on_it)
    appointed = Appointment.objects.filter(on_it)
    voices.update(resident=None, case_ref="", what={}, reasons=ERASED, considered="", not_done="")
    asked.update(resident=None, case_ref="", words=ERASED)
    appointed.update(reason=ERASED)
    return [*voices, *asked, *appointed]
