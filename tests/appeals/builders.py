"""Appeals in every state, through the services, in order of time."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from appeals import acts
from appeals.against import finding
from appeals.against.effects import NewTerms, NewWords, Rests
from appeals.models import Appeal
from appeals.services import appealable_now, deciding, hearing, lodging
from appeals.services.answers import Answer, agreeing
from appeals.services.lodging import NewAppeal
from cases.models import Case, Warning
from decisions.acts import Act
from decisions.services import Meeting, Said
from design.dates import day_of
from people.models import User
from restrictions import limits
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Term
from restrictions.services import imposing
from tests import factories, five, invented, pressing
from tests.factories import NOON
from tests.office.versions import TEXT
from tests.remembered import remembered
from tests.restrictions import builders
from tests.restrictions.builders import World, noon

DECIDED = date(2026, 12, 18)
LAST_DAY = date(2027, 1, 20)
RECEIVED = date(2027, 1, 4)
ANSWER_BY = date(2027, 1, 18)
ANSWER = Answer(
    Appeal.State.DISMISSED, "The second incident was not his doing.", "The file, his letter, the log since."
)
WEEK = NOON + timedelta(days=7)
WORDS = "I was not there on 13 December. My neighbour was."


def restricted() -> tuple[World, Restriction]:
    """A restriction imposed on Friday 18 December 2026 by the team leader, proposed by the officer."""
    w = builders.in_force()
    assert w.restriction is not None
    return w, w.restriction


def lodge(w: World, restriction: Restriction, *, on: date = RECEIVED, at: datetime | None = None, **changes) -> Appeal:
    """An appeal that came on a day and was lodged at noon of it."""
    return lodge_against(w, restriction.reference, case=restriction.case_id, on=on, at=at or noon(on), **changes)


def lodge_against(w: World, key: str, *, at: datetime = WEEK, on: date | None = None, **changes) -> Appeal:
    """An appeal against the decision of a reference, a week on."""
    by, case = changes.pop("by", w.staff.colleague), changes.pop("case", w.case.pk)
    came = NewAppeal("Rowan Resident", Appeal.How.POST, on or day_of(at), WORDS)
    return lodging.lodge(case, key, replace(came, **changes), by=by, at=at)


def decide(appeal: Appeal, outcome: str, *, by: User, at: datetime, answer: Answer = ANSWER) -> Appeal:
    """Decide an appeal, whichever way."""
    sets = answer.sets
    if outcome == Appeal.State.VARIED and sets is None:
        terms = [NewTerm.of(term) for term in limits.of(appeal.restriction) if term.channel != Term.Channel.PHONE]
        softer = NewTerm(Term.Channel.PHONE, Term.Limit.LIMITED, "Calls on Tuesdays between 10am and midday.")
        sets = NewTerms([softer, *terms])
    return deciding.decide(appeal.pk, replace(answer, outcome=outcome, sets=sets), by=by, at=at)


def uphold(appeal: Appeal, *, by: User, at: datetime, answer: Answer = ANSWER) -> Appeal:
    """Let an appeal succeed."""
    return decide(appeal, Appeal.State.UPHELD, by=by, at=at, answer=answer)


def dismiss(appeal: Appeal, *, by: User, at: datetime, answer: Answer = ANSWER) -> Appeal:
    """Let the decision stand."""
    return decide(appeal, Appeal.State.DISMISSED, by=by, at=at, answer=answer)


def refuse_as_late(appeal: Appeal, *, by: User, at: datetime, answer: Answer = ANSWER) -> Appeal:
    """Do not hear an appeal."""
    return decide(appeal, Appeal.State.OUT_OF_TIME, by=by, at=at, answer=answer)


def correct(appeal: Appeal, *, by: User, at: datetime, answer: Answer = ANSWER, **words) -> Appeal:
    """Put another letter in the place of one."""
    return decide(appeal, Appeal.State.VARIED, by=by, at=at, answer=replace(answer, sets=NewWords(**words)))


def vary(appeal: Appeal, *, by: User, at: datetime, answer: Answer = ANSWER, **terms) -> Appeal:
    """Let a restriction go on in other terms."""
    return decide(appeal, Appeal.State.VARIED, by=by, at=at, answer=replace(answer, sets=NewTerms(**terms)))


def hear(appeal: Appeal, *, by: User, at: datetime, reasons: str) -> Appeal:
    """Hear a late appeal."""
    return hearing.hear_late(appeal.pk, Said(reasons), by=by, at=at)


def soon(on: date = RECEIVED, days: int = 3) -> datetime:
    """Noon, some days after an appeal came."""
    return noon(on + timedelta(days=days))


# Against any decision


def now(w: World) -> Case:
    """The case as it stands."""
    return Case.objects.select_related("provider", "resident", "policy_version").get(pk=w.case.pk)


BY = 'by = "manager [6.35]"'


def dover_with(*lines: str, by: str = "manager [6.35]") -> World:
    """A case warned in writing under Dover's policy with another decider of appeals, and other lines about them."""
    return case_on(dover(*lines, by=by))


def dover(*lines: str, by: str = "manager [6.35]") -> str:
    """Dover's policy with another decider of appeals, and other lines about them."""
    assert BY in TEXT
    return TEXT.replace(BY, "\n".join([f'by = "{by}"', *lines]))


def case_on(text: str) -> World:
    """A case warned in writing under a policy."""
    provider = invented.running_on_text(text, slug="altered")
    staff = factories.staff(provider)
    resident = factories.resident(provider, staff.officer)
    return World(provider, staff, resident, builders.warned_case(provider, staff, resident, at=NOON), NOON)


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


def offered(w: World) -> list[str]:
    """Against what an appeal can be lodged now."""
    case = now(w)
    its = Appeal.objects.filter(case=case)
    return [one.decision.key for one in appealable_now.of(case, finding.in_case(case), its)]


def answer(*, what_rests: str = "", what_rests_because: str = "", **more: str) -> Answer:
    """An answer that lacks nothing, also where it came late."""
    sets = Rests(what_rests, what_rests_because) if what_rests or what_rests_because else None
    return replace(ANSWER, heard_because="It is heard.", sets=sets, **more)


class ActInTable(NamedTuple):
    """One act for the table over all acts: how its subject is made, and how it is taken through service and page.

    `table` is the table of the policy file in which `by`, `not_by` and `consult` of it stand. `make` takes the text of
    a policy and gives the world and the subject; `act` works the act out anew; `take` and `press` do it, with a meeting
    where one is given; `done` tells whether it has taken effect.
    """

    name: str
    table: str
    make: Callable[[str], tuple[World, Appeal]]
    act: Callable[[Appeal], Act]
    take: Callable[..., object]
    press: Callable[..., HttpResponse]
    done: Callable[[Appeal], bool]


def acts_for_table() -> Iterator[ActInTable]:
    """The acts on an appeal: deciding it, and saying that a late one is heard."""

    def decide_it(appeal: Appeal, by: User, *, at: datetime, meeting: Meeting | None = None) -> Appeal:
        act = acts.decide(appeal)
        said = {"reasons": f"{by.name} holds so.", "considered": ANSWER.considered, "late_because": "Illness."}
        first = Answer(Appeal.State.UPHELD, **said, heard_because="He was in hospital.", meeting=meeting)
        return deciding.decide(appeal.pk, agreeing(act, **said) if act.voices else first, by=by, at=at)

    def press_it(client: Client, appeal: Appeal, **typed: Any) -> HttpResponse:
        agrees = {"decision": "agree"} if acts.decide(appeal).voices else {"outcome": Appeal.State.UPHELD}
        said = {"reasons": "It is so.", "considered": ANSWER.considered, "late_because": "Illness."}
        address = reverse("appeals:decide", args=[appeal.reference])
        return pressing.decide(client, address, {"heard_because": "Hospital.", **said, **agrees, **typed})

    def hear_it(appeal: Appeal, by: User, *, at: datetime, meeting: Meeting | None = None) -> Appeal:
        return hearing.hear_late(appeal.pk, Said(f"{by.name} holds so.", meeting=meeting), by=by, at=at)

    def press_to_hear(client: Client, appeal: Appeal, **typed: Any) -> HttpResponse:
        agrees = {"decision": "agree"} if acts.hear_late(appeal).voices else {}
        address = reverse("appeals:hear", args=[appeal.reference])
        return pressing.press(client, address, {"reasons": "It is so.", **agrees, **typed})

    def fresh(appeal: Appeal) -> Appeal:
        return Appeal.objects.get(pk=appeal.pk)

    yield ActInTable(
        "appeal", "appeal", lambda text: appealed_on(text, RECEIVED), acts.decide, decide_it, press_it,
        lambda appeal: not fresh(appeal).is_open,
    )  # fmt: skip
    yield ActInTable(
        "hear", "appeal", lambda text: appealed_on(text, LAST_DAY + timedelta(days=1)), acts.hear_late, hear_it,
        press_to_hear, lambda appeal: fresh(appeal).late_accepted_at is not None,
    )  # fmt: skip


def appealed_on(text: str, on: date) -> tuple[World, Appeal]:
    """An appeal against a restriction that came on a day, under a policy."""
    w = case_on(text)
    return w, lodge(w, builders.imposed(w), on=on)
