"""Appeals in every state, through the services, in order of time."""

from datetime import date, datetime, timedelta

from appeals import against
from appeals.models import Appeal
from appeals.services import Answer, offers
from cases.models import Case, Warning
from decisions.services import Said
from ops.seed import casework
from people.models import User
from restrictions import limits
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Term
from restrictions.services import imposing
from tests import factories, five
from tests.factories import NOON
from tests.remembered import remembered
from tests.restrictions import builders
from tests.restrictions.builders import World, noon

DECIDED = date(2026, 12, 18)
LAST_DAY = date(2027, 1, 20)
RECEIVED = date(2027, 1, 4)
ANSWER_BY = date(2027, 1, 18)
ANSWER = Answer(reasons="The second incident was not his doing.", considered="The file, his letter, the log since.")
WEEK = NOON + timedelta(days=7)
WORDS = "I was not there on 13 December. My neighbour was."


def restricted() -> tuple[World, Restriction]:
    """A restriction imposed on Friday 18 December 2026 by the team leader, proposed by the officer."""
    w = builders.in_force()
    assert w.restriction is not None
    return w, w.restriction


def lodge(w: World, restriction: Restriction, *, on: date = RECEIVED, at: datetime | None = None, **changes) -> Appeal:
    """An appeal that came on a day and was lodged at noon of it."""
    return _lodge(restriction.case, w, restriction.reference, at=at or noon(on), **{"received_on": on} | changes)


def _lodge(case: Case, w: World, key: str, *, at: datetime, **changes) -> Appeal:
    how: dict = {"how": Appeal.How.POST, "words": WORDS, "by": w.staff.colleague}
    return casework.lodge(case, key, at=at, **how | changes)


def decide(appeal: Appeal, outcome: str, *, by: User, at: datetime, answer: Answer = ANSWER) -> Appeal:
    """Decide an appeal, whichever way; where it is varied, calls are allowed again."""
    terms: list[NewTerm] = []
    if outcome == Appeal.State.VARIED:
        kept = [NewTerm.of(term) for term in limits.of(appeal.restriction) if term.channel != Term.Channel.PHONE]
        softer = NewTerm(Term.Channel.PHONE, Term.Limit.LIMITED, "Calls on Tuesdays between 10am and midday.")
        terms = [softer, *kept]
    return casework.decide_appeal(appeal, outcome, by=by, at=at, answer=answer, terms=terms)


def soon(on: date = RECEIVED, days: int = 3) -> datetime:
    """Noon, some days after an appeal came."""
    return noon(on + timedelta(days=days))


# Against any decision


def now(w: World) -> Case:
    """The case as it stands."""
    return Case.objects.select_related("provider", "resident", "policy_version").get(pk=w.case.pk)


@remembered
def warned(policy: str = five.NORTHAMPTON) -> World:
    """A case whose warning letter was issued twenty days ago."""
    w = five.house(policy)
    five.warn_in_writing(w)
    w.case = now(w)
    return w


@remembered
def restricted_on(policy: str = five.NORTHAMPTON, **how) -> tuple[World, Restriction]:
    """A restriction that followed the warning letter."""
    w = five.ready_to_propose(policy)
    restriction = builders.proposed(w, **how)
    imposed = imposing.impose(
        restriction.pk, Said("It is needed.", considered="Fair."), by=five.a_decider(w, restriction), at=NOON
    )
    w.case = now(w)
    return w, imposed


def director(w: World, key: str = "assistant_director", *, name: str = "") -> User:
    """Somebody in the role that the policy names for appeals, who had no part in the case."""
    name = name or f"Asha {key.replace('_', ' ').title()}"
    return User.objects.filter(name=name).first() or factories.person(w.provider, key, name=name)


def letter_of(w: World) -> Warning:
    """The warning letter that stands."""
    return Warning.objects.select_related("letter").get(case=w.case, kind="written", withdrawn_at=None)


def lodge_against(w: World, key: str, *, at=WEEK, **changes) -> Appeal:
    """An appeal against the decision of a reference, a week on."""
    return _lodge(w.case, w, key, at=at, **changes)


def offered(w: World) -> list[str]:
    """Against what an appeal can be lodged now."""
    return [one.against.key for one in offers.offers(now(w), against.known(now(w)), Appeal.objects.filter(case=w.case))]


def answer(**more: str) -> Answer:
    """An answer that lacks nothing, also where it came late."""
    return Answer(reasons=ANSWER.reasons, considered=ANSWER.considered, heard_because="It is heard.", **more)
