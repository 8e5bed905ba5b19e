"""Whether the police are told, said at each decision that rests on what the policy has them told of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from audit import services as audit
from audit.services import Subject
from cases import acts, ladder
from cases.models import Case, Incident
from people.models import User
from policies.rules import RuleBroken, need


@dataclass(frozen=True)
class Told:
    """What whoever decides says of the police: told, and when; or not, and why. `told` is None where nothing is."""

    told: bool | None = None
    words: str = ""


NOTHING = Told()


def check(asked: ladder.Police | None, said: Told) -> None:
    """Refuse a decision that leaves open what the policy asks about the police, or does not tell them where it must.

    *Must*: told, but for the exceptions that the policy names (`police_unless`). *Normally*: told, or a reason why not.
    *May*: asked, and never in the way. Raises `RuleBroken` beside the field.
    """
    if asked is None or not (asked.always or asked.normally):
        return
    if said.told is None:
        raise RuleBroken("Say whether the police have been told", asked.rule, "police_told")
    if asked.always and not said.told:
        raise RuleBroken("Tell the police, and say here when: the policy has no exception", asked.rule, "police_told")
    check_why_not(asked, said)


def check_why_not(asked: ladder.Police, said: Told) -> None:
    """Whoever normally tells the police and does not says why; where the policy names the exceptions, which it is."""
    if asked.normally and said.told is False:
        words = f"Enter how it is so that: {asked.exceptions}" if asked.unless else "Enter why the police are not told"
        need(said.words, words, "police_why", asked.rule)


def check_decider(case: Case, asked: ladder.Police | None, said: Told, by: User) -> None:
    """Where the policy says who decides that the police are not told, or who may not, nobody else does.

    Raises `RuleBroken` beside the field.
    """
    if asked is None or said.told is not False:
        return
    act = acts.tell_no_police(case)
    if not act.unsaid and not act.allows(by):
        raise RuleBroken(f"Not to tell the police is decided by: {act.names()}", act.rule, "police_told")
    if act.is_barred(by):
        words = f"Somebody else decides that the police are not told: you {act.bar_of(by).did}"
        raise RuleBroken(words, act.bar_of(by).rule, "police_told")


def record(
    case: Case, asked: ladder.Police | None, said: Told, incidents: Iterable[Incident], *, subject: Subject, by: User,
    at: datetime,
) -> None:  # fmt: skip
    """Keep what was said of the police beside the decision: told, or decided that they are not."""
    if asked is None or said.told is None:
        return
    facts = {"incidents": [incident.reference for incident in incidents]}
    if said.told:
        audit.record("police.told", subject=subject, by=by, at=at, facts=facts, words={"said": said.words})
        return
    rule = acts.tell_no_police(case).rule or asked.rule
    reasons = said.words.strip() or "No reason was given: the policy leaves it open."
    audit.decide(
        "police.not_told", subject=subject, by=by, at=at, reasons=reasons, rule=rule, facts=facts,
        outcome="the police are not told",
    )  # fmt: skip
