"""Appeals in every state, through the services, in order of time."""

from datetime import date, datetime, timedelta

from appeals import services
from appeals.models import Appeal
from appeals.services import Answer
from people.models import User
from restrictions.models import Restriction, Term
from restrictions.services import NewTerm
from restrictions.services import terms as limits
from tests.restrictions import builders
from tests.restrictions.builders import World, noon

DECIDED = date(2026, 12, 18)
LAST_DAY = date(2027, 1, 20)
RECEIVED = date(2027, 1, 4)
ANSWER_BY = date(2027, 1, 18)
ANSWER = Answer(reasons="The second incident was not his doing.", considered="The file, his letter, the log since.")
WORDS = "I was not there on 13 December. My neighbour was."


def restricted() -> tuple[World, Restriction]:
    """A restriction imposed on Friday 18 December 2026 by the team leader, proposed by the officer."""
    w = builders.world()
    return w, builders.imposed(w)


def lodge(w: World, restriction: Restriction, *, on: date = RECEIVED, at: datetime | None = None, **changes) -> Appeal:
    """An appeal that came on a day and was lodged at noon of it."""
    how: dict = {
        "made_by_name": "Rowan Resident",
        "by_representative": False,
        "how": Appeal.How.POST,
        "received_on": on,
        "words": WORDS,
        "by": w.staff.colleague,
        "at": at or noon(on),
    }
    return services.lodge(restriction.case_id, restriction.reference, **how | changes)


def decide(appeal: Appeal, outcome: str, *, by: User, at: datetime, answer: Answer = ANSWER) -> Appeal:
    """Decide an appeal, whichever way."""
    if outcome == Appeal.State.VARIED:
        terms = [NewTerm.of(term) for term in limits.of(appeal.restriction) if term.channel != Term.Channel.PHONE]
        softer = NewTerm(Term.Channel.PHONE, Term.Limit.LIMITED, "Calls on Tuesdays between 10am and midday.")
        return services.vary(appeal.pk, by=by, at=at, answer=answer, terms=[softer, *terms], ends_on=None)
    act = {
        Appeal.State.UPHELD: services.uphold,
        Appeal.State.DISMISSED: services.dismiss,
        Appeal.State.OUT_OF_TIME: services.refuse_as_late,
    }[Appeal.State(outcome)]
    return act(appeal.pk, by=by, at=at, answer=answer)


def soon(on: date = RECEIVED, days: int = 3) -> datetime:
    """Noon, some days after an appeal came."""
    return noon(on + timedelta(days=days))
