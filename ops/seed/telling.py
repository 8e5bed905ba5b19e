"""Tell the stories through the services, each step at the day and hour on which it would have been taken."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

import cases.services
import people.services
from appeals.against.effects import NewTerms
from appeals.services import deciding, lodging
from appeals.services.answers import Answer
from appeals.services.lodging import NewAppeal
from cases.models import Incident
from decisions.services import Said
from ops.seed import casework
from ops.seed.council import Council
from ops.seed.story import Happening, Story
from people.models import Need, User
from restrictions.limits import NewTerm
from restrictions.services import deciding_reviews, imposing, proposing, reviews
from restrictions.services.deciding_reviews import Conclusion

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


class Telling(casework.OfResident):
    """One story, told step by step."""

    def __init__(self, council: Council, story: Story) -> None:
        self.council, self.story, self.staff = council, story, council.staff
        self.resident = council.residents[story.resident]
        self.author = self.staff[story.incidents[0].reporter]

    def tell(self) -> None:
        """Every step that the story has, oldest first."""
        story, at = self.story, self.council.at
        for kind, words in story.needs:
            people.services.record_need(
                self.resident.pk, kind=Need.Kind(kind), words=words, about_health=True, by=self.author, at=at(300, 11)
            )
        steps: list[tuple[int, int, Callable[[], object]]] = [
            (happening.days_ago, 0, partial(self.log, happening)) for happening in story.incidents
        ]
        moments = ("warned", "proposed", "imposed", "appealed", "decided", "reviewed", "closed")
        taken = (self.warn, self.propose, self.impose, self.appeal, self.decide, self.review, self.close)
        for order, (moment, step) in enumerate(zip(moments, taken, strict=True), start=1):
            if (days_ago := getattr(story, moment)) is not None:
                steps.append((days_ago, order, step))
        for _, _, step in sorted(steps, key=lambda step: (-step[0], step[1])):
            step()

    def log(self, happening: Happening) -> Incident:
        """Log one incident on its day."""
        when = self.council.at(happening.days_ago, 10, 40)
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
            police=happening.police,
            police_reference="K/4412/26" if happening.police else "",
        )
        if happening.days_ago > RECENT:
            managers = (self.staff[key].line_manager for key in happening.affected)
            for manager in {manager for manager in managers if manager}:
                cases.services.support.confirm_support(
                    incident.pk,
                    words="We talked it through the same day. Offered time away from the telephone.",
                    by=manager,
                    at=when + timedelta(hours=3),
                )
        return incident

    def warn(self) -> None:
        """Draft the warning letter, and take it as far as the story does."""
        story, at = self.story, self.council.at
        days = story.warned or 0
        decider = self.decider({self.author})
        warning = casework.draft_letter(
            self.case, by=self.author, at=at(days, 11), settled_by=decider, expected=story.expected
        )
        if story.warning == "draft":
            return
        cases.services.submit_warning(warning.pk, by=self.author, at=at(days, 11, 30))
        if story.warning == "returned":
            reasons = "Please say what we did about the repair. The letter reads as if there were none."
            cases.services.send_back_warning(warning.pk, reasons=reasons, by=decider, at=at(days, 15))
        elif story.warning == "issued":
            cases.services.issue_warning(
                warning.pk,
                by=decider,
                at=at(days, 15),
                reasons="Two warnings in the call were not heeded.",
                considered="A telephone call by the team leader instead.",
                not_done="No call: the resident has twice hung up on it.",
            )

    def propose(self) -> None:
        """Prepare the restriction part by part, and put it to a decider."""
        story, by = self.story, self.author
        at = self.council.at(story.proposed or 0, 9, 30)
        casework.assess_risk(
            self.case,
            severity="high" if story.extreme else "medium",
            words="It has happened more than once, to more than one of us, and it is getting worse.",
            who="Whoever answers the telephone or visits.",
            controls="No lone contact until the restriction is decided.",
            by=by,
            at=at,
        )
        path = self.case.policy.path_danger
        answers = {str(question): "Yes: see the report." for question in path.conditions} if path else {}
        draft = proposing.start(self.case.pk, by=by, at=at)
        casework.fill(
            draft,
            by=by,
            at=at,
            months=story.months,
            terms=self.terms(story.terms),
            orders=story.orders,
            risks=story.risks,
            contractors=story.share,
            needs="We know of no need that this would make harder to meet. We asked by telephone and letter.",
            reasons=story.reasons,
            less="" if story.proposal == "draft" else story.less,
            summary="Logged on the day by those who were there.",
            extreme=bool(story.extreme),
            extreme_reason=story.extreme,
            extreme_answers=answers if story.extreme else {},
        )
        if story.proposal == "draft":
            return
        proposing.propose(draft.pk, by=by, at=at + timedelta(hours=2))
        if story.proposal == "returned":
            proposing.send_back(
                draft.pk,
                Said("Say why blocking the one e-mail address would not be enough."),
                by=self.decider(self.hit()),
                at=at + timedelta(hours=6),
            )

    def terms(self, chosen: Iterable[tuple[str, str, str]]) -> list[NewTerm]:
        """The story's terms, with its single point of contact where there is one."""
        made = [NewTerm(*term) for term in chosen]
        if self.story.spoc:
            words = "All your enquiries go through this colleague."
            made.append(NewTerm("spoc", "limited", words, self.staff[self.story.spoc].pk))
        return made

    def impose(self) -> None:
        """A decider who neither proposed it nor was hit imposes it."""
        imposing.impose(
            self.restriction.pk,
            Said(
                "The evidence is first-hand, the warning was clear, and the terms leave other ways to reach us.",
                considered="Returning it for a shorter length; the policy allows none.",
                not_done="We did not close e-mail or letters.",
            ),
            by=self.decider(self.hit()),
            at=self.council.at(self.story.imposed or 0, 14),
        )

    def appeal(self) -> None:
        """The resident's appeal comes in."""
        at = self.council.at(self.story.appealed or 0, 9, 15)
        new = NewAppeal(self.resident.name, "email", at.date(), self.story.appeal)
        lodging.lodge(self.restriction.case_id, self.restriction.reference, new, by=self.author, at=at)

    def decide(self) -> None:
        """A manager who had no part in it decides the appeal."""
        story, restriction = self.story, self.restriction
        outcome, at = story.outcome, self.council.at(story.decided or 0, 16)
        considered = "The log of calls, both letters, and what the resident says."
        sets = NewTerms(SOFTER, restriction.ends_on) if outcome == "varied" else None
        answer = Answer(outcome, ANSWERS[outcome], considered, sets=sets)
        deciding.decide(restriction.appeals.get().pk, answer, by=self.staff["head"], at=at)

    def review(self) -> None:
        """Somebody uninvolved reviews the restriction."""
        story, at = self.story, self.council.at(self.story.reviewed or 0, 10)
        reviewer, lifts = self.decider(self.hit() | {self.restriction.decided_by}), story.review == "lift"
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
            by=reviewer,
            at=at + timedelta(hours=3),
        )

    def close(self) -> None:
        """Nothing more to do."""
        at = self.council.at(self.story.closed or 0, 16)
        cases.services.close(self.case.pk, reason=self.story.close_reason, by=self.author, at=at)

    def hit(self) -> set[User | None]:
        """Who took part so far: the proposer and everybody affected (rule F12)."""
        return {self.author, *(self.staff[key] for happening in self.story.incidents for key in happening.affected)}

    def decider(self, barred: set[User | None]) -> User:
        """Somebody whom the policy lets decide, and whom no rule bars."""
        wanted = ("neighbourhoods", "income", "senior", "repairs")
        start = self.story.resident % len(wanted)
        candidates = [self.staff[key] for key in wanted[start:] + wanted[:start] if key != self.story.spoc]
        return next(person for person in candidates if person not in barred)
