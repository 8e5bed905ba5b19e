"""What several people decide together: each voice for itself, a meeting written down, who was consulted first."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django_fsm import TransitionNotAllowed

from audit import services as audit
from audit.services import Subject
from cases import deciders, permissions
from cases.deciders import Deciders
from cases.models import Case
from decisions.models import Consultation, Voice
from design.dates import day_of
from people import access
from people.access import Can
from people.models import User
from policies import law
from policies.rules import Rule, RuleBroken, need
from policies.values import Item

SAME = Rule("evenhand", text="Those who decide together decide on the same thing.")


@dataclass(frozen=True)
class Meeting:
    """A meeting that decided: on which day, who took part beside whoever writes it down, and what was said."""

    on: date | None
    people: Sequence[int]
    said: str


@dataclass(frozen=True)
class Deed:
    """What one person decides with others or alone: which act, by whom it may be decided, and what is said of it.

    `what` holds what is agreed to where no proposal or draft says it, as plain values: an outcome, a length, a step.
    `about` points at what is decided ("restriction:X-000004"), `subject` is that on the trail, `barred` are those who
    may not take part.
    """

    body: Deciders
    about: str
    subject: Subject
    by: User
    at: datetime
    reasons: str
    considered: str = ""
    not_done: str = ""
    meeting: Meeting | None = None
    barred: Collection[int] = ()
    what: Mapping[str, Any] = field(default_factory=dict)


def check_consulted(body: Deciders, about: str, case: Case, *, field: str) -> None:
    """Refuse a decision before those were consulted whom the policy has asked first, where that binds."""
    if waits_for_consultation(body, about, case):
        assert body.consult is not None
        raise RuleBroken(f"Record what was said by: {body.consult.names()}", body.consult.rule, field)


def check_weighed(considered: str, questions: Sequence[Item]) -> None:
    """Refuse a decision that does not say what was weighed, where the policy asks questions before it (`[consider]`).

    A list of which the text is lost asks nothing of that part: what cannot be read cannot be answered. Raises
    `RuleBroken` beside what was considered, with the clause of the first question.
    """
    if questions and not considered.strip():
        raise RuleBroken("Enter what else you considered", questions[0].rule, "considered")


def waits_for_consultation(body: Deciders, about: str, case: Case) -> bool:
    """Whether an act cannot be decided yet, because nobody has written down what those said who are asked first."""
    return body.consult_binds and not deciders.consulted(body, about, case.provider_id)


@transaction.atomic
def record_consultation(
    case: Case,
    *,
    body: Deciders,
    about: str,
    subject: Subject,
    person_id: int | None,
    on: date | None,
    words: str,
    by: User,
    at: datetime,
) -> Consultation:
    """Write down what somebody said who is asked before an act is decided. New ones stand beside old.

    The higher room has locked what is decided. Raises `RuleBroken` for somebody whom the policy does not name, a day to
    come, or without words.
    """
    permissions.check_can_consult(by, case)
    rule = body.consult.rule if body.consult else None
    person = User.objects.filter(pk=person_id, is_active=True).first() if person_id else None
    if person is None or body.consult is None or not body.consult.allows(access.role_keys(person, case.provider_id)):
        raise RuleBroken("Select who was consulted", rule, "person")
    if on is None or on > day_of(at):
        raise RuleBroken("The day must be today or in the past", None, "on")
    need(words, "Enter what they said", "words", rule)
    made = Consultation.objects.create(
        provider=case.provider,
        resident=case.resident,
        case_ref=case.reference,
        about=about,
        act=body.act,
        person=person,
        on=on,
        words=words.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    audit.record(
        "decision.consulted",
        subject=subject,
        by=by,
        at=at,
        facts={"act": body.act, "person": person.reference, "name": person.name, "on": on,
               "rule": rule.cite() if rule else ""},
        words={"said": words},
    )  # fmt: skip
    return made


def speak(case: Case, deed: Deed) -> bool:
    """Record that somebody agrees to what is put before several; whether the act may take effect now.

    Where one person decides, nothing is recorded here: the act's own decision says it all. Otherwise each voice is a
    decision of its own, and the last one that was needed makes it take effect. In a meeting everybody who took part
    agrees, on the word of whoever wrote it down. Called in the act's transaction, under its lock. All agree to the
    same: raises `RuleBroken` for something else than the first has decided, or for a meeting in which somebody needed
    did not take part, or somebody who is barred did; TransitionNotAllowed for somebody who has decided already.
    """
    body, by = deed.body, deed.by
    if body.meets:
        _meet(case, deed)
        return True
    said = deciders.voices(deed.about, body.act)
    check_same(deed.about, body.act, by, deed.what)
    agreed = [voice.by for voice in said if voice.says == Voice.Says.AGREE]
    if not said and not body.lacking([by], case.provider_id):
        return True
    _agree(case, deed, by)
    lacking = body.lacking([*agreed, by], case.provider_id)
    facts = {"act": body.act, "waits_for": lacking} | ({"what": dict(deed.what)} if deed.what else {})
    audit.decide(
        "decision.agreed", subject=deed.subject, by=by, at=deed.at, reasons=deed.reasons, rule=body.rule,
        outcome="agreed", considered=deed.considered, not_done=deed.not_done,
        facts=facts,
    )  # fmt: skip
    return not lacking


def _agree(case: Case, deed: Deed, one: User, *, met_on: date | None = None) -> None:
    Voice.objects.create(
        provider=case.provider, resident=case.resident, case_ref=case.reference,
        about=deed.about, act=deed.body.act, by=one, says=Voice.Says.AGREE, reasons=deed.reasons.strip(),
        considered=deed.considered.strip(), not_done=deed.not_done.strip(), met_on=met_on, recorded_by=deed.by,
        at=deed.at, what=_plain(deed.what),
    )  # fmt: skip


def check_same(about: str, act: str, by: User, what: Mapping[str, Any]) -> None:
    """Refuse somebody who has decided already, and whatever is other than what the first has decided."""
    said = deciders.voices(about, act)
    if any(voice.by_id == by.pk for voice in said):
        raise TransitionNotAllowed("You have decided already. It waits for the others.")
    if said and _plain(said[0].what) != _plain(what):
        raise RuleBroken(
            "Agree to what is put before you, or do not agree and say what has to change", SAME, "decision"
        )


def _plain(what: Mapping[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(what)))


@transaction.atomic
def disagree(
    case: Case, *, body: Deciders, about: str, subject: Subject, by: User, at: datetime, reasons: str
) -> None:  # fmt: skip
    """Record that one of several does not agree: what was put before them is dropped, with the reasons of everybody.

    One is enough, and it takes effect at once. Raises TransitionNotAllowed where nobody has decided yet, or for
    somebody who has; RuleBroken without reasons.
    """
    said = deciders.voices(about, body.act)
    if not said or any(voice.by_id == by.pk for voice in said):
        raise TransitionNotAllowed("There is nothing here that waits for you to agree.")
    need(reasons, "Enter why you do not agree", "reasons")
    go_back(case, about=about, act=body.act, by=by, at=at, reasons=reasons)
    audit.decide(
        "decision.not_agreed", subject=subject, by=by, at=at, reasons=reasons, rule=body.rule, outcome="not agreed",
        facts={"act": body.act, "agreed": [voice.by.name for voice in said]},
    )  # fmt: skip


def check_met(
    case: Case, body: Deciders, meeting: Meeting | None, *, by: User, at: datetime, barred: Collection[int]
) -> None:
    """Refuse an act that a meeting decides, unless it did, for the page of the check."""
    if body.meets:
        check_meeting(case, body, meeting, by=by, at=at, barred=barred)


def needs_others(body: Deciders, by: User, case: Case) -> bool:
    """Whether somebody cannot decide an act alone."""
    return bool(body.lacking([by], case.provider_id))


def _meet(case: Case, deed: Deed) -> None:
    meeting = deed.meeting
    people = check_meeting(case, deed.body, meeting, by=deed.by, at=deed.at, barred=deed.barred)
    assert meeting is not None
    for one in people:
        _agree(case, deed, one, met_on=meeting.on)
    audit.record(
        "decision.met",
        subject=deed.subject,
        by=deed.by,
        at=deed.at,
        facts={"act": deed.body.act, "on": meeting.on, "took_part": [one.name for one in people],
               "people": [one.reference for one in people]},
        words={"said": meeting.said},
    )  # fmt: skip


def check_meeting(
    case: Case, body: Deciders, meeting: Meeting | None, *, by: User, at: datetime, barred: Collection[int]
) -> list[User]:
    """The people of a meeting that may decide. Raises `RuleBroken`, beside its field, where it may not."""
    rule = body.rule
    if not access.can(by, Can.WORK_CASES, case.provider_id):
        words = "Somebody who works on cases and took part writes the meeting down: the letter goes out in their name"
        raise RuleBroken(words, rule, "took_part")
    if meeting is None:
        raise RuleBroken("Enter who took part in the meeting", rule, "took_part")
    people = list(User.objects.filter(pk__in={*meeting.people, by.pk}, is_active=True).order_by("name"))
    strangers = [one for one in people if not body.allows(one, case.provider_id)]
    if strangers or len(people) < len({*meeting.people, by.pk}):
        raise RuleBroken("Select people whom the policy lets take part", rule, "took_part")
    if out := [one.name for one in people if one.pk in barred]:
        raise RuleBroken(f"Somebody else must take part for {' and '.join(out)}, who may not decide this",
                         law.OTHER_PERSON, "took_part")  # fmt: skip
    if lacking := body.lacking(people, case.provider_id):
        raise RuleBroken(f"Not everybody took part who has to: {'; '.join(lacking)}", rule, "took_part")
    if meeting.on is None or meeting.on > day_of(at):
        raise RuleBroken("The day of the meeting must be today or in the past", None, "met_on")
    need(meeting.said, "Enter what was said in the meeting", "said")
    return people


def writer(case: Case, *, body: Deciders, about: str, by: User) -> User:
    """In whose name the letter goes out once several have decided: whoever decided last, or one who works on cases.

    Raises NotPermitted where none of them does: letters are written by those who work on cases.
    """
    agreed = [voice.by for voice in deciders.voices(about, body.act) if voice.says == Voice.Says.AGREE]
    for one in (by, *agreed):
        if access.can(one, Can.WORK_CASES, case.provider_id):
            return one
    raise access.NotPermitted("The letter goes out in the name of a decider who works on cases; none of you does.")


def go_back(case: Case, *, about: str, act: str, by: User, at: datetime, reasons: str) -> str:
    """Record that somebody does not agree, drop what was said on it, and return the reasons of everybody as one text.

    Where nobody had agreed before, the reasons are returned as they are: there is nothing to set beside them.
    """
    said = deciders.voices(about, act)
    if not said:
        return reasons.strip()
    Voice.objects.create(
        provider=case.provider,
        resident=case.resident,
        case_ref=case.reference,
        about=about,
        act=act,
        by=by,
        says=Voice.Says.AGAINST,
        reasons=reasons.strip(),
        recorded_by=by,
        at=at,
    )
    drop(about, act, at=at)
    lines = [f"{voice.by.name} agreed:\n{voice.reasons}" for voice in said]
    return "\n\n".join([*lines, f"{by.name} did not agree:\n{reasons.strip()}"])


def drop(about: str, act: str, *, at: datetime) -> None:
    """What was put before several went back or was dropped: what they said on it counts no more."""
    Voice.objects.filter(about=about, act=act, dropped_at__isnull=True).update(dropped_at=at)
