"""The way of one case at any provider: logged, warned, proposed, restricted, each step as the policy asks for it.

Nothing here knows what a policy says: what it leaves open is settled by name, as its staff would.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cases.services
from cases import ladder
from cases.ladder import papers
from cases.models import Incident
from decisions.services import Meeting, Said
from ops.seed import casework
from ops.seed.neighbours import RESIDENTS, Neighbour
from people import access
from people.models import User
from restrictions import acts
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.rules import kind_steps
from restrictions.services import imposing, proposing

FIRST = "Rang eleven times about one repair, and shouted for ten minutes each time."
LATER = "Came to the desk, shouted at the receptionist, and would not leave for half an hour."
WEIGHED = "Whether a talk would do. He was rung back twice, the repair is booked, and it went on."
TERMS = [
    NewTerm("phone", "limited", "You may ring us on Tuesdays and Thursdays between 10am and 11am."),
    NewTerm("email", "open"),
    NewTerm("letter", "open"),
]
ONE_PERSON = "All your enquiries go through this colleague."
MONTHS = 6
ASKED: dict[str, Any] = {
    "words": "Talked through with the resident on the telephone; nothing came of it.",
    "needs": "We know of no need that bears on the behaviour, and asked twice.",
}
PROPOSED: dict[str, Any] = {
    "summary": "",
    "needs": "None is known; we asked by letter.",
    "orders": ["Do not see him alone.", "Ring the team leader before you go."],
    "reasons": "The letter did not help, and staff are afraid of the telephone.",
    "less": "A call-back at a set time, which he did not keep to.",
}


@dataclass(frozen=True)
class Days:
    """How many days before the demo's day each step of a way was taken."""

    logged: int = 40
    first_letter: int = 38
    letter: int = 34
    again: int = 12
    proposed: int = 8
    imposed: int = 6


LATELY = Days()
LONG_AGO = Days(logged=74, first_letter=73, letter=73, again=72, proposed=71, imposed=70)
"""A restriction of which a quarter is nearly over, as early as the provider has had its policy."""
THIS_MONTH = Days(logged=12, first_letter=11)


class Way(casework.OfResident):
    """One resident's case at a provider, about whom something was logged, taken so far as is asked of it."""

    def __init__(self, neighbour: Neighbour, name: str, days: Days = LATELY) -> None:
        self.neighbour, self.resident, self.days = neighbour, neighbour.residents[name], days
        self.at, self.officer = neighbour.at, neighbour.officer
        self.log(FIRST, self.at(days.logged, 10), warnings=2)

    def log(self, facts: str, at: datetime, *, warnings: int = 0) -> Incident:
        """An incident on the telephone or at the desk."""
        channel = Incident.Channel.PHONE if warnings else Incident.Channel.OFFICE
        return casework.log(self.resident, by=self.officer, at=at, facts=facts, warnings=warnings, channel=channel)

    def warn(self) -> None:
        """The policy's letters of the first stage and of warning, where it has them; then it happens again."""
        if papers.FIRST.rule(self.case.policy):
            self.send_first_letter()
        if self.case.policy.stage_for_state("written warning"):
            self._send(
                papers.WRITTEN,
                self.at(self.days.letter, 14),
                expected="Speak calmly, and ring once about a repair: we ring back.",
                same_again="He had been asked twice to speak calmly, and shouted on for ten minutes in the same call.",
                reasons="It went on after two warnings in the call.",
            )
        self.log(LATER, self.at(self.days.again, 11))

    def send_first_letter(self) -> None:
        """What was said in the first conversation, put in writing."""
        self._send(
            papers.FIRST,
            self.at(self.days.first_letter, 14),
            expected="Let the person you speak to finish, and do not shout.",
            agreed="You told us how long you had waited for the repair. We said that we would ring you about it.",
        )

    def _send(self, paper: papers.Paper, at: datetime, *, reasons: str = "", **words: str) -> None:
        letter = casework.draft_letter(
            self.case,
            by=self.officer,
            at=at,
            settled_by=self.neighbour.decider(),
            settled_why="He was asked twice in the call to speak calmly, and went on for a week.",
            paper=paper,
            review_on=self.neighbour.today,
            answers=ASKED,
            **words,
        )
        issuers = ladder.who_issues(self.case.policy, paper)
        by = self.neighbour.decider() if issuers.unsaid else self.neighbour.holder(sorted(issuers.keys()))
        cases.services.issue_warning(letter.pk, by=by, at=at, reasons=reasons, considered=WEIGHED)

    def propose(self, contact: User | None = None) -> None:
        """A restriction, prepared part by part, after what comes first by the policy or by a named decision.

        With a `contact` everything goes through that one person.
        """
        case, at, by = self.case, self.at(self.days.proposed, 10), self.officer
        why = "The letter changed nothing, and the desk had to close."
        casework.ask_before_a_restriction(
            case, by=by, at=at, settled_by=self.neighbour.decider(), settled_why=why, **ASKED
        )
        casework.assess_risk(
            case,
            words="It has happened again, and in person.",
            who="Whoever is at the desk.",
            controls="Two of us at the desk.",
            by=by,
            at=at,
        )
        draft = proposing.start(case.pk, by=by, at=at)
        terms = [*TERMS, NewTerm("spoc", "limited", ONE_PERSON, contact.pk)] if contact else TERMS
        casework.fill(draft, terms=terms, risks=(), months=MONTHS, by=by, at=at, **PROPOSED)
        steps = kind_steps(self.restriction)
        casework.answer(case, ladder.gates_for_restriction(self.case, steps=steps), by=by, at=at, **ASKED)
        proposing.propose(draft.pk, by=by, at=at)

    def impose(self) -> None:
        """Those whom the policy lets decide impose it: in a meeting where it asks for one, else one after the other."""
        at = self.at(self.days.imposed, 15)
        body = acts.impose(self.restriction)
        seats = self._seats(body)
        others = [one.pk for one in seats[1:]]
        for by in seats:
            imposing.impose(
                self.restriction.pk,
                Said(
                    "What happened was seen and heard by our own staff, and you were told what would follow.",
                    considered="Another letter.",
                    meeting=Meeting(at.date(), others, "All who came hold it to be needed.") if body.meets else None,
                ),
                by=by,
                at=at,
            )
            if self.restriction.state == Restriction.State.IN_FORCE:
                break

    def _seats(self, body: acts.Act) -> list[User]:
        """Somebody of each role that decides, the officer of the stories left out, whoever works cases first."""
        provider = self.neighbour.provider
        named = body.keys()
        seats = [self.neighbour.holder([key]) for key in named if self.neighbour.holds(key)]
        return sorted(seats, key=lambda one: not access.can(one, access.Can.WORK_CASES, provider.pk))


def tell(neighbour: Neighbour) -> None:
    """A case at each point of the way: one that was logged, one warned, one proposed, one restricted."""
    way = (Way.warn, Way.propose, Way.impose)
    for steps, name in enumerate(RESIDENTS[: len(way) + 1]):
        one = Way(neighbour, name)
        for step in way[:steps]:
            step(one)
