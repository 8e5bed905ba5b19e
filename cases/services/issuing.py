"""Issuing a warning letter: what it would do today, the decision, returning it, and who was asked before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

import cases.services.police
import decisions.services
from audit import services as audit
from cases import acts, ladder, permissions
from cases.ladder import papers
from cases.ladder.papers import Paper
from cases.models import Incident, Warning
from cases.services import letter_facts
from cases.services.police import NOTHING, Told
from cases.services.warnings import (
    WAITING,
    check_incidents,
    check_ready,
    check_stage,
    check_why_again,
    locked,
    shown,
    too_late,
)
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.services import appeal_windows
from decisions.acts import Act
from decisions.services import Said
from design import seals
from design.dates import day_of
from letters import services as letters
from letters.models import Letter
from people.models import User
from policies.rules import Rule, RuleBroken, need


@dataclass(frozen=True)
class Plan:
    """What issuing a letter of the ladder on a day does: its page shows it, and the service carries out the same.

    `leads` is what leads to it, under `rule`; `known` what the letter tells that is known only by now, as the last day
    to appeal; `police` what the policy asks about them.
    """

    warning: Warning
    act: Act
    paper: Paper
    standing: ladder.Standing
    incidents: list[Incident]
    leads: str
    rule: Rule | None
    known: Mapping[str, Any]
    police: ladder.Police | None
    on: date

    def check(self) -> None:
        """Refuse what cannot be issued as it stands.

        Raises TransitionNotAllowed once the case is past its first stage; `RuleBroken` while what the policy asks for
        first is missing, and for what the letter can not rest on.
        """
        check_stage(self.warning.case)
        check_ready(self.standing, self.paper)
        check_incidents(self.standing, self.incidents, self.paper)
        check_why_again(self.standing, self.paper, self.incidents, self.warning.same_again)

    @property
    def told(self) -> Told:
        """What the first of several said of the police, to which the others agree; nothing where nobody has decided."""
        return Told(self.act.put.get("police_told"), self.act.put.get("police_words", ""))

    @property
    def shown(self) -> dict[str, Any]:
        """What its page shows, by part: what is issued must be what was read."""
        letter, policy = self.warning.paper, self.warning.case.policy
        return {
            "the words of the letter": letter_facts.words_of(letter) | dict(self.known),
            "the day of the letter": self.on,
            "where the letter goes": letters.goes_to(letter, policy),
            "what leads to it": [self.leads, self.warning.same_again],
            "what is asked about the police": self.police.path.key if self.police else "",
            "what others have decided": [[voice.by_id, str(voice.says)] for voice in self.act.voices],
            "what was said by whom the policy has asked first": [
                one.pk for asked in self.act.first for one in asked.said
            ],
        }


def plan(warning: Warning, *, on: date) -> Plan:
    """What issuing a letter on a day would do, and who decides it. Refuses nothing: `Plan.check` does."""
    case, paper = warning.case, papers.of(warning)
    standing, incidents = ladder.read(case), list(warning.incidents.all())
    reached = None if paper.first else ladder.written_reached(standing)
    rule = reached.rule if reached else next((item.rule for item in paper.says(case.policy) if item.rule), None)
    return Plan(
        warning=warning,
        act=acts.as_put(acts.issue(warning), case),
        paper=paper,
        standing=standing,
        incidents=incidents,
        leads=reached.sentence if reached else "The policy puts its first stage in writing.",
        rule=rule,
        known=appeal_windows.of_warning(case.provider, case.policy, paper.state, on),
        police=ladder.police(case.policy, case, incidents),
        on=on,
    )


@transaction.atomic
def submit_warning(warning_id: int, *, by: User, at: datetime, seen: str | None = None) -> Warning:
    """Send a draft to those who may issue it. It waits on their lists until one of them issues or returns it.

    Raises `seals.ChangedSince` where it is no longer as it was shown (`seen`); as `Plan.check`.
    """
    warning = locked(warning_id)
    permissions.check_can_warn(by, warning.case)
    if warning.paper.state == Letter.State.FOR_APPROVAL:
        return warning
    if warning.paper.state != Letter.State.DRAFT:
        raise too_late(warning.paper, "sent for approval")
    made = plan(warning, on=day_of(at))
    seals.check(seen, made.shown, since=changes(warning))
    check_stage(warning.case)
    check_ready(made.standing, made.paper)
    _put_before_issuers(warning, by=by, at=at)
    _ask_issuers(warning, made.act, at=at)
    named = letter_facts.named(warning)
    audit.record("warning.sent_for_approval", subject=warning.case, by=by, at=at, facts=named)
    return warning


def _put_before_issuers(warning: Warning, *, by: User, at: datetime) -> None:
    """A draft waits for those who may issue it; from here it is changed only once it was returned."""
    letters.submit(warning.paper.pk, by=by, at=at)
    deadlines.cancel(kinds.WARNING_REVISE, warning, at=at, reason="Sent for approval again")


def _ask_issuers(warning: Warning, act: Act, but: Collection[int] = (), *, at: datetime) -> None:
    """It waits on the lists of those who may issue it, without those who are barred, or have decided (`but`)."""
    whose = replace(act.whose, not_for={*act.whose.not_for, *but})
    deadlines.set(kinds.WARNING_ISSUE, warning, whose=whose, words=papers.of(warning).name, at=at)


def _wait_for_others(warning: Warning, act: Act, *, by: User, at: datetime) -> None:
    """Put a letter that one of several has decided to issue on the lists of the others."""
    if warning.paper.state == Letter.State.DRAFT:
        _put_before_issuers(warning, by=by, at=at)
    _ask_issuers(warning, act, {by.pk, *(voice.by_id for voice in act.voices)}, at=at)


@transaction.atomic
def issue_warning(
    warning_id: int, said: Said, *, by: User, at: datetime, police: Told = NOTHING, seen: str | None = None
) -> Warning:
    """Issue the letter, which moves the case to the written warning in the same transaction (Dover 6.11, 6.12).

    Whoever the policy names may; where it is silent, as Dover's is, somebody who decides, and the decision is
    recorded as made in its silence. What was considered and what was not done are kept with it (6.24); where the policy
    asks questions before it, what was considered must be said (Northampton 2.3). Issued by the
    same person a second time (a double click), it is left as it is. A first letter moves nothing, and stands with the
    last incident that is known by now: only what comes after it is a further one. Where the policy has several issue
    it, this is one person's voice, and it is issued with the last that is needed; where a meeting decides, that says
    who took part. Whom the policy keeps from this decision is refused. Where it has somebody asked first and that
    binds, nothing is issued before what they said is written down. Where it rests on violence or threats of which the
    policy has the police told, `police` tells whether they were (Northampton 4.1), and all agree to the same. Raises
    `seals.ChangedSince` where it is no longer as it was shown (`seen`).
    """
    warning = locked(warning_id)
    case, letter, made = warning.case, warning.paper, plan(warning, on=day_of(at))
    made.act.check(by)
    if letter.state == Letter.State.ISSUED and letter.issued_by_id == by.pk:
        return warning
    if letter.state not in WAITING:
        raise too_late(letter, "issued")
    seals.check(seen, made.shown, since=changes(warning))
    made.check()
    act, told = _with_police(made, police, by)
    said = replace(said, reasons=said.reasons.strip() or made.leads, what=_agreed_on(made.police, told))
    writer = decisions.services.take(act, said, by=by, at=at)
    if writer is None:
        _wait_for_others(warning, act, by=by, at=at)
        return warning
    letters.issue(letter.pk, by=writer, at=at, known=made.known)
    if made.paper.first:
        warning.incident = made.standing.counting[-1]
    else:
        case.warn_in_writing(at=at)
        case.save()
    warning.given_on, warning.given_by = day_of(at), by
    warning.save()
    deadlines.meet(kinds.WARNING_ISSUE, warning, at=at, how=f"Issued by {by.name}")
    deadlines.cancel_all(warning, at=at, reason="The letter was issued")
    decision = audit.decide(
        "warning.issued", subject=case, by=by, at=at, reasons=said.reasons,
        rule=acts.issuers(case.policy, case.provider, made.paper).rule, outcome="issued", considered=said.considered,
        not_done=said.not_done, facts=letter_facts.named(warning),
    )  # fmt: skip
    cases.services.police.record(case, made.police, told, made.incidents, subject=case, by=by, at=at)
    appeal_windows.open_window(
        warning, case.policy, appeal_windows.against_warning(case.policy, made.paper.state), event=decision.pk,
        words=f"against the {made.paper.name}", on=day_of(at), at=at, told=True,
    )  # fmt: skip
    return warning


def _with_police(made: Plan, police: Told, by: User) -> tuple[Act, Told]:
    """Who decides with what is said of the police, and what that is: of several, what the first said.

    Raises `RuleBroken` where it is left open, or not for this person to say.
    """
    if made.act.voices and police == NOTHING:
        return made.act, made.told
    case = made.warning.case
    cases.services.police.check(made.police, police)
    cases.services.police.check_decider(case, made.police, police, by)
    left_out = made.police is not None and police.told is False
    return (acts.leaving_police_out(made.act, case) if left_out else made.act), police


def _agreed_on(asked: ladder.Police | None, told: Told) -> dict[str, Any]:
    return {} if asked is None or told.told is None else {"police_told": told.told, "police_words": told.words}


@transaction.atomic
def send_back_warning(warning_id: int, *, reasons: str, by: User, at: datetime, seen: str | None = None) -> Warning:
    """Return a letter to its author with reasons, which is a decision as well: what others had agreed to is dropped.

    Raises `seals.ChangedSince` where it says something else than was shown (`seen`), TransitionNotAllowed where it does
    not wait for approval, or for somebody who has agreed to it, `RuleBroken` without reasons.
    """
    warning = locked(warning_id)
    case, letter, paper, act = warning.case, warning.paper, papers.of(warning), acts.issue(warning)
    act.check(by)
    if letter.state != Letter.State.FOR_APPROVAL:
        raise too_late(letter, "returned")
    seals.check(seen, shown(warning), since=changes(warning))
    need(reasons, "Enter why it is returned", "reasons")
    reasons = decisions.services.send_back(act, by=by, at=at, reasons=reasons)
    letters.send_back(letter.pk, by=by, at=at, reasons=reasons)
    deadlines.meet(kinds.WARNING_ISSUE, warning, at=at, how="Returned")
    author = deadlines.Whose(letter.drafted_by)
    deadlines.set(kinds.WARNING_REVISE, warning, whose=author, words=paper.name, at=at)
    audit.decide(
        "warning.returned", subject=case, by=by, at=at, reasons=reasons,
        rule=acts.issuers(case.policy, case.provider, paper).rule, outcome="returned",
        facts=letter_facts.named(warning),
    )  # fmt: skip
    return warning


@transaction.atomic
def consult_on_warning(
    warning_id: int, *, by: User, at: datetime, person_id: int | None, on: date | None, words: str
) -> Warning:
    """Write down what somebody said whom the policy has asked before a letter of the ladder is issued.

    Raises `TransitionNotAllowed` for a letter that is issued or withdrawn, `RuleBroken` for somebody whom the policy
    does not name.
    """
    warning = locked(warning_id)
    if warning.paper.state not in WAITING:
        raise too_late(warning.paper, "consulted on")
    act = acts.issue(warning)
    if not act.first:
        raise RuleBroken("The policy has nobody asked before this letter", None, "person")
    decisions.services.consult(act, act.first[0], person_id=person_id, on=on, words=words, by=by, at=at)
    return warning


DID = {
    "letter.redrafted": "wrote it anew",
    "warning.changed": "wrote it anew",
    "warning.sent_for_approval": "sent it for approval",
    "warning.returned": "returned it",
    "warning.issued": "issued it",
    "warning.withdrawn": "withdrew it",
    "letter.submitted": "sent it for approval",
    "letter.returned": "returned it",
    "letter.issued": "issued it",
    "letter.withdrawn": "withdrew it",
    "decision.agreed": "agreed to it",
    "decision.consulted": "wrote down what was said before it",
}


def changes(warning: Warning) -> seals.Since:
    """Who did what to a letter, its case and its resident from an instant on."""
    return audit.since(warning.paper, warning.case, warning.case.resident, did=DID)
