"""Lodging an appeal that came: what it would come to, and the deed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from appeals import acts, permissions
from appeals.against import finding
from appeals.against.appealable import Appealable
from appeals.models import Appeal
from appeals.services import appealable_now, arrivals, timing
from appeals.services import meanwhile as holding
from appeals.services.timing import Timing
from audit import services as audit
from cases.models import Case
from deadlines import kinds
from deadlines import services as deadlines
from decisions.acts import Act
from design import dates, seals
from design.dates import day_of
from letters import services as letters
from people.models import Resident, User
from people.references import next_reference
from policies.rules import RuleBroken, need


@dataclass(frozen=True)
class NewAppeal:
    """An appeal as it came: from whom, how, when it was received and made, in whose words, on what grounds."""

    made_by_name: str
    how: str
    received_on: date
    words: str
    by_representative: bool = False
    made_on: date | None = None
    grounds: str = ""


@dataclass(frozen=True)
class Plan:
    """What lodging an appeal would come to: whether it is in time, who answers it by when, what holds until then."""

    against: Appealable
    new: NewAppeal
    timing: Timing
    act: Act

    @property
    def meanwhile(self) -> str:
        """What holds until it is decided. A late one suspends nothing before somebody has said that it is heard."""
        return holding.sentence(self.against, heard=self.timing.in_time is True)

    def shown(self) -> dict[str, Any]:
        """What its reader checks, part by part."""
        return {
            "whether it is in time": [self.timing.words, self.timing.window.explain()],
            "by when it is answered": self.timing.response.explain(),
            "who decides it": [self.deciders, self.act.who_can()],
            "what holds until then": self.meanwhile,
        }

    @property
    def deciders(self) -> str:
        """Who decides it, in the policy's own names of roles."""
        return acts.names(self.act)


def plan(against: Appealable, new: NewAppeal, *, at: datetime) -> Plan:
    """What lodging it would come to, and nothing done: for the check page, and for the deed.

    Raises as `lodge`, but for who may.
    """
    appealable_now.check(against)
    _check(against, new, on=day_of(at))
    found = timing.work_out(against, received_on=new.received_on, made_on=new.made_on)
    return Plan(against, new, found, acts.to_come(against))


def _check(against: Appealable, new: NewAppeal, *, on: date) -> None:
    """Refuse what cannot be: an appeal before the decision, from the future, or without words."""
    window, decided = against.rules.window.rule, dates.day(against.decided_on)
    need(new.made_by_name, "Enter who appeals", "made_by_name")
    need(new.words, "Enter what they say, in their own words", "words")
    days = (("received_on", new.received_on, "received"), ("made_on", new.made_on, "written or sent"))
    for field, day, called in days:
        if day and day > on:
            raise RuleBroken(f"The day it was {called} must be today or in the past", field=field)
        if day and day < against.decided_on:
            words = f"The day it was {called} must be on or after the decision of {decided}"
            raise RuleBroken(words, window, field)
    if new.made_on and new.made_on > new.received_on:
        raise RuleBroken("The day it was written or sent must not be after the day it was received", field="made_on")


@transaction.atomic
def lodge(case_id: int, key: str, new: NewAppeal, *, by: User, at: datetime, seen: str | None = None) -> Appeal:
    """Record an appeal that came against the decision of that reference, as its policy lets it (Dover 6.34 to 6.36).

    It is acknowledged by letter, and by when it is answered is set. A late one is lodged too: whether it is heard is
    decided by somebody who decides appeals, never by the clock. So is one on other `grounds` than the policy names.
    Raises RuleBroken where the policy does not cover the decision, for a day before it or in the future, and after a
    final outcome (6.35); TransitionNotAllowed where an appeal against it is open already, or where it no longer stands;
    NoDecision where the case has none of that reference; ChangedSince where what follows from it is not what was `seen`
    any more.
    """
    case = _locked_case(case_id)
    permissions.check_can_lodge(by, case)
    planned = plan(finding.by_key(case, key), new, at=at)
    seals.check(seen, planned.shown(), since=audit.since(case, case.provider))
    against, found = planned.against, planned.timing
    appeal = Appeal.objects.create(
        case=case,
        **against.points,
        reference=next_reference("appeal"),
        made_by_name=new.made_by_name.strip(),
        by_representative=new.by_representative,
        how=new.how,
        made_on=new.made_on,
        received_on=new.received_on,
        words=new.words.strip(),
        grounds=new.grounds.strip(),
        window_reckoning=found.window.to_json(),
        response_reckoning=found.response.to_json(),
        in_time=found.in_time,
        lodged_by=by,
        lodged_at=at,
    )
    event = _record(appeal, planned, by=by, at=at)
    if found.in_time is not False:
        deadlines.meet(kinds.APPEAL_WINDOW, against, at=at, how=f"{appeal.reference} was received")
        arrivals.ask_no_longer(against, at=at)
    act = acts.decide(appeal, against)
    deadlines.set(kinds.APPEAL_DECIDE, appeal, due=found.response, told=True, whose=act.whose, event=event, at=at)
    holding.suspend(appeal, against, by=by, at=at)
    _acknowledge(appeal, against, act, by=by, at=at)
    return appeal


def _locked_case(case_id: int) -> Case:
    """The case, read under the lock of its resident, which every act on its restrictions takes first.

    Two who lodge at once, or one who lodges and one who lifts, come one after the other.
    """
    resident_id = Case.objects.values_list("resident_id", flat=True).get(pk=case_id)
    Resident.objects.select_for_update(of=("self",), no_key=True).only("pk").get(pk=resident_id)
    return Case.objects.select_related("provider", "resident__provider", "policy_version").get(pk=case_id)


def _record(appeal: Appeal, planned: Plan, *, by: User, at: datetime) -> int:
    against, new, found = planned.against, planned.new, planned.timing
    event = audit.record(
        "appeal.lodged",
        subject=appeal,
        by=by,
        at=at,
        facts={
            "against": against.key,
            "received_on": new.received_on,
            "made_on": new.made_on,
            "how": new.how,
            "window_until": found.window.due,
            "in_time": found.in_time,
            "answer_by": found.response.due,
        },
        words={"against": against.called, "made_by": new.made_by_name, "words": new.words, "grounds": new.grounds},
    )
    return event.pk


def _acknowledge(appeal: Appeal, against: Appealable, act: Act, *, by: User, at: datetime) -> None:
    """Tell the resident in writing that it came, who decides, by when, and what holds until then."""
    told = _acknowledgement(appeal, against, act)
    appeal.acknowledgement = letters.request("appeal_acknowledgement", appeal, told, by=by, at=at)
    appeal.acknowledge(at=at)
    appeal.save()
    facts = {"letter": appeal.acknowledgement.reference}
    audit.record("appeal.acknowledged", subject=appeal, by=by, at=at, facts=facts)


def _acknowledgement(appeal: Appeal, against: Appealable, act: Act) -> dict[str, Any]:
    """What the acknowledgement says, as plain values."""
    response, restriction = appeal.response, against.restriction
    return {
        "appeal_reference": appeal.reference,
        "restriction_reference": restriction.reference if restriction else "",
        "against": against.to_resident,
        "received_on": appeal.received_on.isoformat(),
        "in_time": appeal.in_time,
        "answer_by": response.due.isoformat() if response.due else None,
        "answer_explained": response.explain(),
        "decided_by_role": acts.names(act),
        "meanwhile": holding.sentence(against, heard=not appeal.awaits_hearing),
    }
