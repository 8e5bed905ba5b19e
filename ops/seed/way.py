"""The way of one case at any provider: logged, warned, proposed, restricted, each step as the policy asks for it.

Nothing here knows what a policy says: what it leaves open is settled by name, as its staff would.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import cases.acts
import cases.services.warnings
from cases import ladder
from cases.models import Assessment, Case, Incident, Warning
from cases.services import assessments, incidents, issuing, stages
from cases.services.incidents import Happened
from decisions.services import Meeting, Said
from people import access
from people.models import Resident, User
from policies.policy import Policy
from restrictions import acts
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.rules import kind_steps, registers_for, risks_asked
from restrictions.services import imposing, proposing
from restrictions.services.parts.evidence import Evidence, save_evidence
from restrictions.services.parts.length import save_length, save_less
from restrictions.services.parts.needs import save_needs, save_risk
from restrictions.services.parts.terms import Instructions, save_instructions, save_terms

if TYPE_CHECKING:
    from ops.seed.neighbours import Neighbour

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


class Way:
    """One resident's case at a provider, taken so far as is asked of it."""

    def __init__(self, neighbour: "Neighbour", resident: Resident, days: Days = LATELY) -> None:
        self.neighbour, self.resident, self.days = neighbour, resident, days
        self.at, self.officer = neighbour.at, neighbour.officer

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return Case.objects.get(resident=self.resident)

    @property
    def restriction(self) -> Restriction:
        """The newest restriction of the case."""
        return self.case.restrictions.latest("pk")

    def begin(self) -> None:
        """The first incident, in which two warnings were not heeded."""
        self.log(FIRST, self.at(self.days.logged, 10), warnings=2)

    def log(self, facts: str, at: datetime, *, warnings: int = 0) -> Incident:
        """An incident on the telephone or at the desk, with a heading of the policy's own."""
        provider = self.neighbour.provider
        policy: Policy = provider.policy_version_on(at.date()).policy
        heading = next(one.key for one in policy.behaviours if not one.is_danger)
        return incidents.log(
            uuid.uuid4(),
            provider=provider,
            parts=[(self.resident, "behaved")],
            happened=Happened(
                facts=facts,
                happened_on=at.date(),
                channel=Incident.Channel.PHONE if warnings else Incident.Channel.OFFICE,
                categories=[heading],
                warnings_given=warnings,
                continued_after_warnings=warnings > 0,
            ),
            by=self.officer,
            at=at,
        )

    def warn(self) -> None:
        """The policy's letters of the first stage and of warning, where it has them; then it happens again."""
        if ladder.papers.FIRST.rule(self.case.policy):
            self.send_first_letter()
        if self.case.policy.stage_for_state("written warning"):
            self._send_letter()
        self.log(LATER, self.at(self.days.again, 11))

    def send_first_letter(self) -> None:
        """What was said in the first conversation, put in writing."""
        case, at, paper = self.case, self.at(self.days.first_letter, 14), ladder.papers.FIRST
        first = cases.services.warnings.draft_warning(
            case.pk,
            cases.services.warnings.Content(
                list(case.incidents.all()),
                "Let the person you speak to finish, and do not shout.",
                review_on=self.neighbour.today if paper.asks(case.policy, "review") else None,
                agreed="You told us how long you had waited for the repair. We said that we would ring you about it.",
            ),
            by=self.officer,
            at=at,
            paper=paper,
        )
        issuing.issue_warning(first.pk, Said("", considered=WEIGHED), by=self._issuer(first), at=at)

    def _issuer(self, warning: Warning) -> User:
        act = cases.acts.issue(warning)
        return self.neighbour.decider() if act.unsaid else self.neighbour.holder(act.keys())

    def _send_letter(self) -> None:
        case, at = self.case, self.at(self.days.letter, 14)
        if ladder.written_reached(ladder.read(case)).silent:
            reasons = "He was asked twice in the call to speak calmly, and went on for a week."
            stages.settle_threshold(case.pk, reasons=reasons, by=self.neighbour.decider(), at=at)
        self._answer(ladder.gates_for_warning(ladder.read(self.case)), at)
        warning = cases.services.warnings.draft_warning(
            case.pk,
            cases.services.warnings.Content(
                list(case.incidents.all()),
                "Speak calmly, and ring once about a repair: we ring back.",
                review_on=self.neighbour.today if ladder.papers.WRITTEN.asks(case.policy, "review") else None,
                same_again="He had been asked twice to speak calmly, and shouted on for ten minutes in the same call.",
            ),
            by=self.officer,
            at=at,
        )
        by, reasons = self._issuer(warning), "It went on after two warnings in the call."
        issuing.issue_warning(warning.pk, Said(reasons, considered=WEIGHED), by=by, at=at)

    def _answer(self, gates: list[ladder.Gate], at: datetime) -> None:
        """Assess and answer what the policy asks before a step."""
        pk = self.case.pk
        for gate in gates:
            if gate.asks and gate.blocks:
                words = "Talked through with the resident on the telephone; nothing came of it."
                assessments.answer_gate(pk, gate.asks, words=words, by=self.officer, at=at)
            elif gate.key == "equality_assessment" and gate.blocks:
                words = "We know of no need that bears on the behaviour, and asked twice."
                assessments.assess(pk, Assessment.Kind.EQUALITY, assessments.Findings(words), by=self.officer, at=at)

    def propose(self, contact: User | None = None) -> None:
        """A restriction, prepared part by part, after what comes first by the policy or by a named decision.

        With a `contact` everything goes through that one person.
        """
        case, at, by = self.case, self.at(self.days.proposed, 10), self.officer
        if ladder.restriction_reached(ladder.read(case)).silent:
            reasons = "The letter changed nothing, and the desk had to close."
            stages.settle_restriction(case.pk, reasons=reasons, by=self.neighbour.decider(), at=at)
        self._answer(ladder.gates_for_restriction(self.case), at)
        risk = assessments.assess(
            case.pk,
            Assessment.Kind.RISK,
            assessments.Findings(
                "It has happened again, and in person.",
                severity="medium",
                future_risk="medium",
                who_is_at_risk="Whoever is at the desk.",
                controls="Two of us at the desk.",
            ),
            by=by,
            at=at,
        )
        draft = proposing.start(case.pk, by=by, at=at).pk
        save_evidence(draft, Evidence([one.pk for one in case.incidents.all()]), by=by, at=at)
        save_risk(draft, assessment_id=risk.pk, by=by, at=at)
        save_needs(draft, considered="None is known; we asked by letter.", adjustment_touched=False, by=by, at=at)
        terms = [*TERMS, NewTerm("spoc", "limited", ONE_PERSON, contact.pk)] if contact else TERMS
        save_terms(draft, terms=terms, by=by, at=at)
        self._answer(ladder.gates_for_restriction(self.case, steps=kind_steps(self.restriction)), at)
        save_instructions(
            draft,
            Instructions(
                orders=["Do not see him alone.", "Ring the team leader before you go."],
                risks=risks_asked(registers_for(self.restriction))[:1],
            ),
            by=by,
            at=at,
        )
        save_length(draft, months=MONTHS, by=by, at=at)
        save_less(
            draft,
            reasons="The letter did not help, and staff are afraid of the telephone.",
            less_considered="A call-back at a set time, which he did not keep to.",
            by=by,
            at=at,
        )
        proposing.propose(draft, by=by, at=at)

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
