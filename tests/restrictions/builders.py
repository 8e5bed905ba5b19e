"""A case on its way to a restriction, and restrictions in every state; all through the services, in order of time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.models import Assessment, Case, Incident
from cases.services import assessments, issuing
from decisions.services import Said
from ops.seed import casework
from people.models import Provider, Resident, User
from restrictions.dates import Changes
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Review, Term
from restrictions.services import breaches, deciding_reviews, ending, imposing, proposing, reviews
from restrictions.services.breaches import Answer
from restrictions.services.contacts import changing
from restrictions.services.contacts.changing import NewContact
from restrictions.services.parts.evidence import Evidence, save_evidence
from restrictions.services.planning_reviews import Conclusion
from tests import factories
from tests.factories import NOON, Staff
from tests.remembered import remembered

TERMS = [
    NewTerm(Term.Channel.PHONE, Term.Limit.CLOSED),
    NewTerm(Term.Channel.EMAIL, Term.Limit.LIMITED, "One message a week, on Mondays."),
    NewTerm(Term.Channel.LETTER, Term.Limit.OPEN),
]
ORDERS = ["Do not visit alone.", "Ring the office before you go in."]
RISKS = ["threats", "abuse"]
OTHER_TERMS = [NewTerm(Term.Channel.PHONE, Term.Limit.LIMITED, "Calls between 10am and midday, on Tuesdays.")]


@dataclass
class World:
    """A provider with its staff, one resident and one case."""

    provider: Provider
    staff: Staff
    resident: Resident
    case: Case
    at: datetime
    restriction: Restriction | None = None

    @property
    def ref(self) -> str:
        """The case's reference."""
        return self.case.reference


@remembered
def world(*, at: datetime = NOON, slug: str = factories.DOVER, name: str = "Rowan Resident") -> World:
    """A provider with staff and a case whose written warning was issued and disregarded, and whose risk is assessed.

    `at` is the instant at which a restriction can be proposed.
    """
    provider = factories.dover(slug, at=at)
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer, name)
    case = warned_case(provider, staff, resident, at=at)
    return World(provider, staff, resident, case, at)


@remembered
def in_force() -> World:
    """The same with a restriction of six months, which the team leader imposed."""
    w = world()
    w.restriction = imposed(w)
    return w


def warned_case(provider: Provider, staff: Staff, resident: Resident, *, at: datetime) -> Case:
    """A case with an initial incident, a warning letter, a later incident and a risk assessment."""
    log(provider, staff, resident, at=at - timedelta(days=30), warnings=2)
    case = Case.objects.get(resident=resident)
    letter_at = at - timedelta(days=20)
    warning = casework.draft_letter(
        case, casework.Answers(staff.team_leader), by=staff.officer, at=letter_at, expected="Speak without shouting."
    )
    issuing.submit_warning(warning.pk, by=staff.officer, at=letter_at)
    issuing.issue_warning(warning.pk, Said("Two warnings, and it went on."), by=staff.team_leader, at=letter_at)
    log(provider, staff, resident, at=at - timedelta(days=5), facts="Shouted for ten minutes at the reception desk.")
    assess(case, staff.officer, at=at - timedelta(days=1))
    return Case.objects.get(pk=case.pk)


def log(provider: Provider, staff: Staff, resident: Resident, *, at: datetime, **happened) -> Incident:
    """An incident on the day of `at`, logged by the officer."""
    return casework.log(resident, by=staff.officer, at=at, **happened)


def assess(case: Case, by: User, *, at: datetime) -> Assessment:
    """A risk assessment of the case."""
    return assessments.assess(
        case.pk,
        Assessment.Kind.RISK,
        assessments.Findings(
            "He came to the desk twice and would not leave.",
            severity="medium",
            future_risk="medium",
            who_is_at_risk="Reception staff",
            controls="Two staff at the desk",
        ),
        by=by,
        at=at,
    )


def draft(w: World, *, months: int = 6, by: User | None = None, at: datetime | None = None) -> Restriction:
    """A restriction prepared in every part, ready to propose."""
    by, at = by or w.staff.officer, at or w.at
    restriction = proposing.start(w.case.pk, by=by, at=at)
    fill(restriction, months=months, by=by, at=at)
    return Restriction.objects.get(pk=restriction.pk)


def fill(restriction: Restriction, *, months: int, by: User, at: datetime, contractors: bool = False) -> None:
    """Fill in every part of a proposal."""
    proposal = casework.Proposal(
        terms=TERMS,
        orders=ORDERS,
        risks=RISKS,
        needs="No needs are known; asked on 14 December.",
        reasons="The warning letter did not help.",
        less="A call-back scheme.",
        months=months,
        contractors=contractors,
        evidence={"summary": "Twice in a month."},
    )
    casework.fill(restriction, proposal, by=by, at=at)


def proposed(w: World, **how) -> Restriction:
    """A restriction put before a decider."""
    restriction = draft(w, **how)
    return proposing.propose(restriction.pk, by=how.get("by") or w.staff.officer, at=how.get("at") or w.at)


def imposed(w: World, *, months: int = 6, at: datetime | None = None, reasons: str = "It is needed.") -> Restriction:
    """A restriction in force."""
    at = at or w.at
    restriction = proposed(w, months=months, at=at)
    return imposing.impose(restriction.pk, Said(reasons, considered="Fair."), by=w.staff.team_leader, at=at)


def reviewer(w: World) -> User:
    """Somebody with the right to decide who has had no part in it so far."""
    found = User.objects.filter(provider=w.provider, name="Rita Reviewer").first()
    return found or factories.working_as(w.provider, "team leader", name="Rita Reviewer")


def under_review(w: World, restriction: Restriction, *, at: datetime) -> Review:
    """A review that has begun."""
    return reviews.begin_review(restriction.pk, by=w.staff.officer, at=at)


def noon(on: date) -> datetime:
    """Midday, in London's winter or summer, of a day."""
    from design.dates import LONDON

    return datetime(on.year, on.month, on.day, 12, tzinfo=LONDON)


# The same verbs with every word as a keyword, for tables of tests that vary one of them


def said(words: dict) -> Said:
    """What is said of an act, taken out of a table of words."""
    reasons = words.pop("reasons", None) or words.pop("reason", "")
    words.pop("reason", None)
    kept = ("considered", "not_done", "meeting")
    return Said(reasons, **{name: words.pop(name) for name in kept if name in words})


def impose(restriction_id: int, *, by: User, at: datetime, changes: Changes | None = None, **words) -> Restriction:
    """`imposing.impose`."""
    return imposing.impose(restriction_id, said(words), changes=changes or Changes(), by=by, at=at, **words)


def lift(restriction_id: int, *, by: User, at: datetime, **words) -> Restriction:
    """`ending.lift`."""
    return ending.lift(restriction_id, said(words), by=by, at=at, **words)


def waive_review(restriction_id: int, *, by: User, at: datetime, **words) -> Restriction:
    """`reviews.waive_review`."""
    return reviews.waive_review(restriction_id, said(words), by=by, at=at, **words)


def decide_review(review_id: int, *, by: User, at: datetime, **words) -> Review:
    """`deciding_reviews.decide_review`."""
    return deciding_reviews.decide_review(review_id, said(words), Conclusion(**words), by=by, at=at)


def answer_breaches(restriction_id: int, *, by: User, at: datetime, **words):
    """`breaches.answer_breaches`."""
    told = said(words)
    return breaches.answer_breaches(restriction_id, told, Answer(**words), by=by, at=at)


def change_contact(restriction_id: int, *, by: User, at: datetime, **words) -> Restriction:
    """`changing.change`."""
    return changing.change(restriction_id, said(words), NewContact(**words), by=by, at=at)


def save_evidence_of(restriction_id: int, *, by: User, at: datetime, **words) -> Restriction:
    """`save_evidence`."""
    return save_evidence(restriction_id, Evidence(**words), by=by, at=at)
