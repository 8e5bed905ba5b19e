"""Tell the stories through the services, each step at the day and hour on which it would have been taken."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import partial

import cases.acts
import people.services
from appeals.against.effects import NewTerms
from appeals.services import deciding, lodging
from appeals.services.answers import Answer
from appeals.services.lodging import NewAppeal
from cases.ladder import papers
from cases.models import Assessment, Case, Incident, Warning
from cases.services import assessments, issuing, stages, support
from cases.services.assessments import Findings
from decisions.services import Meeting, Said
from ops.seed import casework
from ops.seed.around import Around
from ops.seed.story import Happening, Story
from people import access
from people.models import Need, User
from restrictions import acts
from restrictions.limits import NewTerm
from restrictions.models import Restriction
from restrictions.services import deciding_reviews, imposing, proposing, reviews
from restrictions.services.planning_reviews import Conclusion

RECENT = 5  # days within which a line manager may not have got round to it yet
ANSWERS = {
    "upheld": "Our own log shows that half of the calls were ours. The restriction should not have been imposed.",
    "dismissed": "The behaviour is well evidenced, and the terms leave e-mail and letters.",
    "varied": "The resident cannot use e-mail. An hour a day on the telephone protects staff as well.",
}
SOFTER = (
    NewTerm("phone", "limited", "You may ring us on any working day between 2pm and 3pm."),
    NewTerm("email", "open"),
    NewTerm("letter", "open"),
    NewTerm("office", "closed"),
)


class Telling:
    """One story, told step by step."""

    def __init__(self, place: Around, story: Story) -> None:
        self.place, self.story, self.staff, self.at = place, story, place.staff, place.at
        self.resident = place.residents[story.resident]
        self.author = self.staff[story.incidents[0].reporter]

    def tell(self) -> None:
        """Every step that the story has, oldest first."""
        story = self.story
        for kind, words in story.needs:
            at = self.at(300, 11)
            people.services.record_need(
                self.resident.pk, kind=Need.Kind(kind), words=words, about_health=True, by=self.author, at=at
            )
        steps: list[tuple[int, int, Callable[[], object]]] = [
            (happening.days_ago, 0, partial(self.log, happening)) for happening in story.incidents
        ]
        for order, (moment, step_of) in enumerate(STEPS.items(), start=1):
            if (days_ago := getattr(story, moment)) is not None:
                steps.append((days_ago, order, partial(step_of, self)))
        for _, _, step in sorted(steps, key=lambda step: (-step[0], step[1])):
            step()

    @property
    def case(self) -> Case:
        """The resident's case as it stands."""
        return Case.objects.get(resident=self.resident)

    @property
    def restriction(self) -> Restriction:
        """The newest restriction of the case."""
        return self.case.restrictions.latest("pk")

    def log(self, happening: Happening) -> Incident:
        """Log one incident on its day."""
        when = self.at(happening.days_ago, 10, 40)
        before = when - timedelta(minutes=25)
        incident = casework.log(
            self.resident,
            by=self.staff[happening.reporter],
            at=when,
            facts=happening.facts,
            warnings=happening.warnings,
            danger=happening.danger,
            affected=[self.staff[key] for key in happening.affected],
            channel=happening.channel,
            happened_at=before.time().replace(second=0, microsecond=0),
            place=happening.place,
            words_used=happening.words,
            categories=happening.categories,
            knowledge=happening.knowledge,
            continued_after_warnings=happening.warnings > 1,
            contact_ended=happening.warnings > 1,
            police_called=happening.police,
            police_reference="K/4412/26" if happening.police else "",
        )
        if happening.days_ago > RECENT:
            managers = (self.staff[key].line_manager for key in happening.affected)
            for manager in {manager for manager in managers if manager}:
                support.confirm_support(
                    incident.pk,
                    words="We talked it through the same day. Offered time away from the telephone.",
                    by=manager,
                    at=when + timedelta(hours=3),
                )
        return incident

    def send_first_letter(self) -> None:
        """What was said in the first conversation, put in writing, where the policy has that."""
        if papers.FIRST.rule(self.case.policy):
            at = self.at(self.story.first_letter or 0, 11)
            self.issue(self.draft(papers.FIRST, at, agreed=self.story.agreed), at + timedelta(hours=4))

    def warn(self) -> None:
        """Draft the warning letter, where the policy has one, and take it as far as the story does."""
        story, at = self.story, self.at(self.story.warned or 0, 11)
        if not self.case.policy.stage_for_state("written warning"):
            return
        warning = self.draft(papers.WRITTEN, at, same_again=story.same_again)
        if story.warning == "draft":
            return
        issuing.submit_warning(warning.pk, by=self.author, at=at + timedelta(minutes=30))
        if story.warning == "returned":
            reasons = "Please say what we did about the repair. The letter reads as if there were none."
            at += timedelta(hours=4)
            issuing.send_back_warning(warning.pk, reasons=reasons, by=self.seats(cases.acts.issue(warning))[0], at=at)
        elif story.warning == "issued":
            self.issue(warning, at + timedelta(hours=4), "Two warnings in the call were not heeded.")

    def draft(self, paper: papers.Paper, at: datetime, **words: str) -> Warning:
        """A letter about all that happened, after what comes first."""
        why = "He was asked twice in the call to speak calmly, and went on for a week."
        words |= {"expected": self.story.expected}
        return casework.draft_letter(
            self.case, self.answers(why), by=self.author, at=at, paper=paper, review_on=self.place.today, **words
        )

    def answers(self, why: str) -> casework.Answers:
        """What is said before a step: why it is settled where the policy is silent, and answers to what it asks."""
        return casework.Answers(
            self.decider,
            why,
            words="Talked through with the resident on the telephone; nothing came of it.",
            needs="We know of no need that bears on the behaviour, and asked twice.",
        )

    def issue(self, warning: Warning, at: datetime, reasons: str = "") -> None:
        """Issue a letter of the ladder."""
        said = Said(
            reasons,
            considered="A telephone call by the team leader instead.",
            not_done="No call: the resident has twice hung up on it.",
        )
        issuing.issue_warning(warning.pk, said, by=self.seats(cases.acts.issue(warning))[0], at=at)

    def propose(self) -> None:
        """Prepare the restriction part by part, after what the policy asks before it, and put it to a decider."""
        story, by, case = self.story, self.author, self.case
        at = self.at(story.proposed or 0, 9, 30)
        said = self.answers("The letter changed nothing, and the desk had to close.")
        casework.ask_before_a_restriction(case, said, by=by, at=at)
        severity = "high" if story.extreme else "medium"
        found = Findings(
            "It has happened more than once, to more than one of us, and it is getting worse.",
            severity=severity,
            future_risk=severity,
            who_is_at_risk="Whoever answers the telephone or visits.",
            controls="No lone contact until the restriction is decided.",
        )
        assessments.assess(case.pk, Assessment.Kind.RISK, found, by=by, at=at)
        draft = proposing.start(case.pk, by=by, at=at)
        casework.fill(draft, self.proposal(), by=by, at=at)
        if story.proposal == "draft":
            return
        casework.ask_for_its_kinds(self.restriction, said, by=by, at=at)
        proposing.propose(draft.pk, by=by, at=at + timedelta(hours=2))
        if story.proposal == "returned":
            proposing.send_back(
                draft.pk,
                Said("Say why blocking the one e-mail address would not be enough."),
                by=self.seats(acts.impose(self.restriction))[0],
                at=at + timedelta(hours=6),
            )

    def proposal(self) -> casework.Proposal:
        """What the story puts into a proposal."""
        story, path = self.story, self.case.policy.path_danger
        answers = {str(question): "Yes: see the report." for question in path.conditions} if path else {}
        return casework.Proposal(
            terms=self.terms(story.terms),
            orders=story.orders,
            risks=story.risks,
            needs="We know of no need that this would make harder to meet. We asked by telephone and letter.",
            reasons=story.reasons,
            less="" if story.proposal == "draft" else story.less,
            months=story.months,
            contractors=story.share,
            evidence={
                "summary": "Logged on the day by those who were there.",
                "extreme": bool(story.extreme),
                "extreme_reason": story.extreme,
                "extreme_answers": answers if story.extreme else {},
            },
        )

    def terms(self, chosen: Iterable[tuple[str, str, str]]) -> list[NewTerm]:
        """The story's terms, with its single point of contact where there is one."""
        made = [NewTerm(*term) for term in chosen]
        if self.story.spoc:
            words = "All your enquiries go through this colleague."
            made.append(NewTerm("spoc", "limited", words, self.staff[self.story.spoc].pk))
        return made

    def impose(self) -> None:
        """Those whom the policy lets decide impose it: in a meeting where it asks for one, else one after the other."""
        at, act = self.at(self.story.imposed or 0, 14), acts.impose(self.restriction)
        seats = self.seats(act)
        others = [one.pk for one in seats[1:]]
        said = Said(
            "The evidence is first-hand, what would follow was clear, and the terms leave other ways to reach us.",
            considered="Returning it for a shorter length.",
            not_done="We did not close e-mail or letters.",
            meeting=Meeting(at.date(), others, "All who came hold it to be needed.") if act.meets else None,
        )
        for by in seats:
            if self.restriction.state == Restriction.State.PROPOSED:
                imposing.impose(self.restriction.pk, said, by=by, at=at)

    def appeal(self) -> None:
        """The resident's appeal comes in."""
        at = self.at(self.story.appealed or 0, 9, 15)
        new = NewAppeal(self.resident.name, "email", at.date(), self.story.appeal)
        lodging.lodge(self.restriction.case_id, self.restriction.reference, new, by=self.author, at=at)

    def decide(self) -> None:
        """A manager who had no part in it decides the appeal."""
        story, restriction = self.story, self.restriction
        outcome, at = story.outcome, self.at(story.decided or 0, 16)
        considered = "The log of calls, both letters, and what the resident says."
        sets = NewTerms(SOFTER, restriction.ends_on) if outcome == "varied" else None
        answer = Answer(outcome, ANSWERS[outcome], considered, sets=sets)
        deciding.decide(restriction.appeals.get().pk, answer, by=self.staff["head"], at=at)

    def review(self) -> None:
        """Somebody uninvolved reviews the restriction."""
        story, at = self.story, self.at(self.story.reviewed or 0, 10)
        lifts = story.review == "lift"
        review = reviews.begin_review(self.restriction.pk, by=self.author, at=at)
        if story.review == "begun":
            return
        deciding_reviews.decide_review(
            review.pk,
            Said(
                "Two quiet months, and a civil letter." if lifts else "The office visit broke the terms.",
                considered="Letting it run to its last day.",
            ),
            Conclusion(
                story.review,
                evidence="" if lifts else "The visit to reception, logged by Jo Pritchard.",
                months=6 if story.review == "extend" else None,
            ),
            by=self.seats(acts.review(review))[0],
            at=at + timedelta(hours=3),
        )

    def close(self) -> None:
        """Nothing more to do."""
        at = self.at(self.story.closed or 0, 16)
        stages.close(self.case.pk, reason=self.story.close_reason, by=self.author, at=at)

    @property
    def decider(self) -> User:
        """Somebody who decides what the policy leaves open."""
        return self.holders(access.keys_with(self.place.provider, access.Can.DECIDE))[0]

    def seats(self, act: acts.Act) -> list[User]:
        """A colleague for each role that may take part in an act, and whom no rule bars."""
        return self.holders(act.keys(), act.barred)

    def holders(self, keys: Iterable[str], barred: Collection[int] = ()) -> list[User]:
        """A colleague for each of these roles, whoever works cases first; another where the story goes on elsewhere."""
        deciders, provider = self.place.deciders, self.place.provider.pk
        start, wanted, found = self.story.resident % len(deciders), set(keys), []
        for one in (self.staff[key] for key in deciders[start:] + deciders[:start] if key != self.story.spoc):
            held = wanted & access.role_keys(one, provider)
            if held and one != self.author and one.pk not in barred:
                found.append(one)
                wanted -= held
        return sorted(found, key=lambda one: not access.can(one, access.Can.WORK_CASES, provider))


STEPS: dict[str, Callable[[Telling], None]] = {
    "first_letter": Telling.send_first_letter,
    "warned": Telling.warn,
    "proposed": Telling.propose,
    "imposed": Telling.impose,
    "appealed": Telling.appeal,
    "decided": Telling.decide,
    "reviewed": Telling.review,
    "closed": Telling.close,
}


def told(place: Around, story: Story) -> Telling:
    """A story, told to its end."""
    one = Telling(place, story)
    one.tell()
    return one
