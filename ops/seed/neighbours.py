"""Four more providers beside the demo's council, each on its own policy: its roles, stages, deciders and dates.

Nothing here knows what a policy says. Each case takes the steps that its policy asks for, and what the policy leaves
open is settled by name, as its staff would.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import cases.services
import people.services
import policies.shelf
import restrictions.permissions
import restrictions.services
from cases import ladder
from cases.models import Assessment, Case, Incident
from cases.services.incidents import Happened
from deadlines import services as deadlines
from ops.seed import townsfolk
from ops.seed.around import Around
from people import access
from people.models import Provider, Resident, Role, User
from policies.policy import Policy
from restrictions.models import Restriction
from restrictions.services.asked import registers_for, risks_asked
from restrictions.services.terms import NewTerm


@dataclass(frozen=True)
class House:
    """A provider: the folder of its policy, its names, where it is, and the ending of its addresses."""

    slug: str
    name: str
    short: str
    nation: str
    address: str
    postcode: str
    domain: str


HOUSES = (
    House("west-kent", "West Kent", "West Kent", "england", "101 Orchard Way\nTonbridge", "TN9 1ZZ", "westkent"),
    House("homes-for-life", "Homes for Life", "Homes for Life", "scotland", "7 Sidegate\nHaddington", "EH41 3ZZ",
          "homesforlife"),
    House("northampton-partnership-homes", "Northampton Partnership Homes", "Northampton", "england",
          "1 Westbridge Yard\nNorthampton", "NN5 5ZZ", "northampton"),
    House("tenancy-enforcement-procedure", "A provider that its procedure does not name", "Unnamed", "england",
          "The Housing Office\nAnytown", "AN1 1ZZ", "unnamed"),
)  # fmt: skip
STAFF = [
    "Harriet Bell", "Samir Khan", "Moira Laing", "Ewan Doherty", "Grace Obi", "Peter Vance", "Lena Fox", "Ali Reza",
    "Rhona Gill", "Tom Hale", "Una Byrne", "Max Stone", "Vera Quill", "Noel Ashe", "Wilf Carter", "Ida Lunn",
]  # fmt: skip
RESIDENTS = ["Colin Marsh", "Denise Otieno", "Archie Dunn", "Wanda Pike", "Faisal Noor", "Ruth Ellery"]
FIRST = "Rang eleven times about one repair, and shouted for ten minutes each time."
LATER = "Came to the desk, shouted at the receptionist, and would not leave for half an hour."
WEIGHED = "Whether a talk would do. He was rung back twice, the repair is booked, and it went on."
TERMS = [
    NewTerm("phone", "limited", "You may ring us on Tuesdays and Thursdays between 10am and 11am."),
    NewTerm("email", "open"),
    NewTerm("letter", "open"),
]
MONTHS = 6


class Neighbour(Around):
    """One provider as it is built up: its people by their role, its residents, and a case at each point of the way."""

    def __init__(self, now: datetime, house: House) -> None:
        super().__init__(now)
        self.house = house
        self.staff: dict[str, User] = {}

    def build(self) -> None:
        """Provider, policy, people, residents; then a case that was logged, warned, proposed and restricted."""
        self.found()
        self.hire()
        residents = [self.move_in(number, name) for number, name in enumerate(RESIDENTS)]
        way = [self.warn, self.propose, self.impose]
        for steps, resident in enumerate(residents[: len(way) + 1]):
            case = self.log(resident, FIRST, self.at(40, 10), warnings=2)
            for step in way[:steps]:
                step(case)

    def found(self) -> None:
        """The provider and the policy that it adopted."""
        house = self.house
        self.provider = Provider.objects.create(
            slug=house.slug,
            name=house.name,
            short_name=house.short,
            nation=house.nation,
            kind=Provider.Kind.ASSOCIATION,
            address=f"{house.address}\n{house.postcode}",
            email=f"housing@{house.domain}.example",
            phone="01632 960300",
            website=f"{house.domain}.example",
        )
        deadlines.seed_holidays(self.provider, today=self.today)
        people.services.adopt_policy(
            self.provider,
            text=policies.shelf.builtin()[house.slug][-1].read_text(encoding="utf-8"),
            local=policies.shelf.local_rules(house.slug),
            wording=policies.shelf.letters(house.slug),
            by_name="Director of Housing",
            at=self.at(75, 9),
        )

    def hire(self) -> None:
        """Somebody in every role of the policy, a second officer and a second administrator."""
        at = self.at(74, 10)
        roles = list(Role.objects.filter(provider=self.provider).exclude(works_as="contractor").order_by("pk"))
        officer = next(role for role in roles if role.works_as == "officer")
        administrator = next(role for role in roles if role.works_as == "administrator")
        keys = [*(role.key for role in roles), "colleague", "second_administrator"]
        for name, key, role in zip(STAFF, keys, [*roles, officer, administrator], strict=False):
            self.staff[key] = people.services.make_user(
                provider=self.provider,
                email=f"{name.split()[0].lower()}@{self.house.domain}.example",
                name=name,
                password=townsfolk.PASSWORD,
                job_title=role.name,
                at=at,
            )
            access.grant(role, self.staff[key], by=None, at=at)
        self.officer = self.staff["colleague"]

    def move_in(self, number: int, name: str) -> Resident:
        """A tenant at an address of the provider's town."""
        town = self.house.address.partition("\n")[2]
        details = people.services.Details(
            name=name,
            relation=Resident.Relation.TENANT,
            home=people.services.Home(f"{3 + number * 2} Mill Lane\n{town}", self.house.postcode, ""),
            phones=(f"07700 9003{number:02d}",),
            emails=(f"{name.lower().replace(' ', '.')}@example.org",),
        )
        return people.services.add_resident(self.provider, details, by=self.officer, at=self.at(70, 11))

    def log(self, resident: Resident, facts: str, at: datetime, *, warnings: int = 0) -> Case:
        """An incident on the telephone or at the desk, with a heading of the policy's own."""
        policy: Policy = self.provider.policy_version_on(at.date()).policy
        heading = next(one.key for one in policy.behaviours if not one.is_danger)
        cases.services.incidents.log(
            uuid.uuid4(),
            provider=self.provider,
            parts=[(resident, "behaved")],
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
        return Case.objects.get(resident=resident)

    def warn(self, case: Case) -> None:
        """The policy's letters of the first stage and of warning, where it has them; then it happens again."""
        if ladder.papers.FIRST.rule(case.policy):
            self._send_first_letter(case)
        if case.policy.stage_for_state("written warning"):
            self._send_letter(case)
        self.log(case.resident, LATER, self.at(12, 11))

    def _send_first_letter(self, case: Case) -> None:
        at, paper = self.at(38, 14), ladder.papers.FIRST
        first = cases.services.draft_warning(
            case.pk,
            incidents=list(case.incidents.all()),
            expected="Let the person you speak to finish, and do not shout.",
            agreed="You told us how long you had waited for the repair. We said that we would ring you about it.",
            review_on=self.today if paper.asks(case.policy, "review") else None,
            by=self.officer,
            at=at,
            paper=paper,
        )
        issuers = ladder.who_issues(case.policy, paper)
        by = self.decider() if issuers.unsaid else self.holder(sorted(issuers.keys()))
        cases.services.issue_warning(first.pk, by=by, at=at, considered=WEIGHED)

    def _send_letter(self, case: Case) -> None:
        at = self.at(34, 14)
        if ladder.written_reached(ladder.read(case)).silent:
            reasons = "He was asked twice in the call to speak calmly, and went on for a week."
            cases.services.settle_threshold(case.pk, reasons=reasons, by=self.decider(), at=at)
        standing = ladder.read(Case.objects.get(pk=case.pk))
        self._answer(case, ladder.gates_for_warning(standing), at)
        warning = cases.services.draft_warning(
            case.pk,
            incidents=list(case.incidents.all()),
            expected="Speak calmly, and ring once about a repair: we ring back.",
            same_again="He had been asked twice to speak calmly, and shouted on for ten minutes in the same call.",
            review_on=self.today if ladder.papers.WRITTEN.asks(case.policy, "review") else None,
            by=self.officer,
            at=at,
        )
        issuers = ladder.who_issues(case.policy)
        by = self.decider() if issuers.unsaid else self.holder(sorted(issuers.keys()))
        reasons = "It went on after two warnings in the call."
        cases.services.issue_warning(warning.pk, by=by, at=at, reasons=reasons, considered=WEIGHED)

    def _answer(self, case: Case, gates: list[ladder.Gate], at: datetime) -> None:
        """Assess and answer what the policy asks before a step."""
        for gate in gates:
            if gate.asks and gate.blocks:
                words = "Talked through with the resident on the telephone; nothing came of it."
                cases.services.answer_gate(case.pk, gate.asks, words=words, by=self.officer, at=at)
            elif gate.key == "equality_assessment" and gate.blocks:
                words = "We know of no need that bears on the behaviour, and asked twice."
                cases.services.assess(case.pk, kind=Assessment.Kind.EQUALITY, words=words, by=self.officer, at=at)

    def propose(self, case: Case) -> None:
        """A restriction, prepared part by part, after what comes first by the policy or by a named decision."""
        at, by = self.at(8, 10), self.officer
        if ladder.restriction_reached(ladder.read(case := Case.objects.get(pk=case.pk))).silent:
            reasons = "The letter changed nothing, and the desk had to close."
            cases.services.settle_restriction(case.pk, reasons=reasons, by=self.decider(), at=at)
        self._answer(case, ladder.gates_for_restriction(Case.objects.get(pk=case.pk)), at)
        risk = cases.services.assess(
            case.pk,
            kind=Assessment.Kind.RISK,
            severity="medium",
            future_risk="medium",
            words="It has happened again, and in person.",
            who_is_at_risk="Whoever is at the desk.",
            controls="Two of us at the desk.",
            by=by,
            at=at,
        )
        draft = restrictions.services.start(case.pk, by=by, at=at).pk
        steps = restrictions.services
        steps.save_evidence(draft, incidents=[one.pk for one in case.incidents.all()], by=by, at=at)
        steps.save_risk(draft, assessment_id=risk.pk, by=by, at=at)
        steps.save_needs(draft, considered="None is known; we asked by letter.", adjustment_touched=False, by=by, at=at)
        steps.save_terms(draft, terms=TERMS, by=by, at=at)
        steps.save_instructions(
            draft,
            instructions=["Do not see him alone.", "Ring the team leader before you go."],
            risks=risks_asked(registers_for(restrictions.models.Restriction.objects.get(pk=draft)))[:1],
            by=by,
            at=at,
        )
        steps.save_length(draft, months=MONTHS, by=by, at=at)
        steps.save_less(
            draft,
            reasons="The letter did not help, and staff are afraid of the telephone.",
            less_considered="A call-back at a set time, which he did not keep to.",
            by=by,
            at=at,
        )
        steps.propose(draft, by=by, at=at)

    def impose(self, case: Case) -> None:
        """Somebody whom the policy lets decide imposes it."""
        restriction = Restriction.objects.get(case=case)
        keys = restrictions.permissions.keys_of(restrictions.permissions.deciders(case.policy), self.provider)
        restrictions.services.impose(
            restriction.pk,
            by=self.holder(keys),
            at=self.at(6, 15),
            reasons="What happened is first-hand, and he was told what would follow.",
            considered="Another letter.",
        )

    def holder(self, keys: list[str]) -> User:
        """Somebody in one of these roles who is not the officer of the stories."""
        return next(self.staff[key] for key in keys if key in self.staff and self.staff[key] != self.officer)

    def decider(self) -> User:
        """Somebody with the right to decide what the policy leaves open."""
        return self.holder(access.keys_with(self.provider, access.Can.DECIDE))


def build(now: datetime) -> list[Neighbour]:
    """Build the four around this instant."""
    made = [Neighbour(now, house) for house in HOUSES]
    for neighbour in made:
        neighbour.build()
    return made
