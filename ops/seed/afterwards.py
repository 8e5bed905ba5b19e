"""What comes after a letter or a restriction, at each provider whose policy knows it.

A single point of contact, covered for and nearly due to be checked; breaches with the first step of the ladder; a
review that is left out; an appeal against a first letter.
"""

from datetime import timedelta

from appeals.services import lodging
from appeals.services.lodging import NewAppeal
from cases import ladder
from deadlines.services import appeal_windows
from decisions.services import Said
from ops.seed import way
from ops.seed.neighbours import Neighbour
from ops.seed.telling import Telling, told
from policies.policy import Policy
from policies.provisions import SPOC_QUALITY_REVIEW
from restrictions import acts, rules
from restrictions.models import NAMED_PERSON, Breach
from restrictions.services import breaches, reviews
from restrictions.services.breaches import Answer
from restrictions.services.contacts import changing
from restrictions.services.contacts.changing import NewContact

RANG = "Rang the repairs line three times in an afternoon, and would not be put through to his contact."
WROTE = "You say that I shouted. I was telling your man that my ceiling was coming down, and he laughed."
FORTNIGHT = timedelta(days=13)


def tell(neighbour: Neighbour) -> None:
    """Everything that the policy knows of these, in the order in which it came about."""
    policy = neighbour.provider.policy_version_on(neighbour.today).policy
    if any(kind.does == NAMED_PERSON for kind in policy.restriction_kinds.listed):
        name_contacts(neighbour, policy)
    if rules.review_can_be_waived(policy):
        waive(told(neighbour, way.WAIVED))
    if ladder.papers.FIRST.rule(policy) and appeal_windows.against_warning(policy, ladder.papers.FIRST.state):
        appeal(told(neighbour, way.APPEALED))


def name_contacts(neighbour: Neighbour, policy: Policy) -> None:
    """Somebody whose contact is away for a fortnight; and, where it is checked, somebody whose contact is due for it.

    Where the policy has a ladder, each did not keep to it once: one breach is answered, the other waits.
    """
    if policy.period(SPOC_QUALITY_REVIEW) is not None:
        checked = told(neighbour, way.CHECKED)
        if policy.value("breach.ladder").kept:
            answer(checked, log_breach(checked, 9))
    covered = told(neighbour, way.COVERED)
    changing.change(
        covered.restriction.pk,
        Said("On leave for a fortnight."),
        NewContact(covered.decider.pk, from_on=neighbour.today, until_on=neighbour.today + FORTNIGHT),
        by=neighbour.staff["contact"],
        at=neighbour.at(1, 16),
    )
    if policy.value("breach.ladder").kept:
        log_breach(covered, 1)


def log_breach(one: Telling, days_ago: int) -> Breach:
    """The terms were not kept."""
    incident, words = one.log(way.happening(days_ago, RANG)), "All calls go through one person."
    at = one.at(days_ago, 12)
    return breaches.log_breach(one.restriction.pk, by=one.author, at=at, incident_id=incident.pk, words=words)


def answer(one: Telling, breach: Breach) -> None:
    """The first step of the ladder."""
    step = next(each.word for each in breaches.ladder_of(breach.restriction) if each.next)
    breaches.answer_breaches(
        one.restriction.pk,
        Said("He knew to whom to turn, and was put through twice.", considered="Letting it pass, as the first time."),
        Answer(step, consequence="If it happens again we may ask for legal advice."),
        by=one.seats(acts.answer_breaches(one.restriction))[0],
        at=breach.logged_at + timedelta(hours=3),
    )


def waive(one: Telling) -> None:
    """A review before the last day would do harm."""
    reviews.waive_review(
        one.restriction.pk,
        Said(
            "A colleague was hurt, and a review would ask her to tell it all again. Nothing else has changed.",
            considered="A review by somebody else, without her; it would turn on her account all the same.",
        ),
        by=one.seats(acts.waive(one.restriction))[0],
        at=one.at(2, 15),
    )


def appeal(one: Telling) -> None:
    """An appeal, in time, against the letter of the first stage."""
    letter, at = one.case.warnings.get(kind=ladder.papers.FIRST.kind).paper, one.at(2, 9)
    new = NewAppeal(one.resident.name, "email", at.date(), WROTE)
    lodging.lodge(one.case.pk, letter.reference, new, by=one.author, at=at)
