"""A small invented policy on which each act of a case is tried, and how each is set up, taken and pressed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from audit.models import Decision
from cases import acts
from cases.ladder import papers
from cases.models import Case, Incident, Involvement, Warning
from cases.services import incidents, issuing, stages, warnings
from cases.services.incidents import AffectedPerson, Happened
from decisions.acts import Act
from decisions.services import Said
from people.models import Provider, Resident, User
from tests import factories, invented
from tests.factories import NOON
from tests.pressing import press

SMALL = """
[policy]
provider = "Small Homes"
kind = "association"
nation = "england"
effective = {effective}
ombudsman = "housing ombudsman [9]"
note = "Small, and for tests."

[roles]
worker = {{ name = "Housing Officer", as = "officer" }}
lead = {{ name = "Team Leader", as = "team leader", rank = 1, clause = "1" }}
head = {{ name = "Head of Homes", as = "manager", rank = 2, clause = "1" }}
chair = {{ name = "Chair", as = "manager", rank = 3, clause = "1" }}
records = {{ name = "Records Officer", as = "data protection officer", clause = "1" }}

[behaviour.noise]
name = "Shouting"
clause = "2"

[stages]
order = "talk, letter"
[stage.talk]
name = "A talk"
state = "initial warning"
{talk}
[stage.letter]
name = "A warning letter"
state = "written warning"
after = "1 incident in the case [4]"
{letter}

[decide]
{decide}

[consider]
{consider}

[letter.talk]
on = "talk"
says = "behaviour, expected [3]"
[letter.warning]
on = "letter"
says = "behaviour, expected, consequence [4]"
"""
NOBODY = 'by = "unsaid [4]"'


def policy(
    *, talk: str = NOBODY, letter: str = NOBODY, decide: str = "", consider: str = "", effective: str = "2026-05-01"
) -> str:
    """The small policy, with what it says of who decides where."""
    return SMALL.format(talk=talk, letter=letter, decide=decide, consider=consider, effective=effective)


@dataclass
class World:
    """A provider on a small policy, whom an act is about, and people of every role, two of each that decides."""

    provider: Provider
    case: Case
    people: dict[str, User]
    warning: Warning | None = None

    def fresh(self) -> Case:
        """The case as it stands."""
        return Case.objects.select_related("provider", "resident__provider", "policy_version").get(pk=self.case.pk)


def world(text: str, *, slug: str = "small") -> World:
    """A case with an incident that hit the second team leader, on a policy given as text."""
    provider = invented.running_on_text(text, slug=slug)
    people = {
        name: factories.person(provider, name.rstrip("2"), name=f"{title} {'Two' if name.endswith('2') else 'One'}")
        for name, title in (
            ("worker", "Wilma"), ("worker2", "Wilma"), ("lead", "Lena"), ("lead2", "Lena"), ("head", "Hal"),
            ("head2", "Hal"), ("chair", "Chris"), ("records", "Rita"), ("administrator", "Ada"),
        )
    }  # fmt: skip
    resident = factories.resident(provider, people["worker"])
    hit = [AffectedPerson(user=people["lead2"])]
    log(provider, resident, people["worker"], at=NOON - timedelta(days=3), affected=hit)
    return World(provider, Case.objects.get(resident=resident), people)


def log(
    provider: Provider,
    resident: Resident,
    by: User,
    *,
    at: datetime,
    affected: Sequence[AffectedPerson] = (),
    **changed: Any,
) -> Incident:
    """An incident on the day of an instant."""
    told = {"facts": "Shouted for ten minutes.", "channel": Incident.Channel.PHONE, "categories": ("noise",)}
    happened = Happened(happened_on=at.date(), **told | changed)
    parts = [(resident, Involvement.Part.BEHAVED)]
    return incidents.log(provider=provider, parts=parts, happened=happened, affected=affected, by=by, at=at)


def drafted(text: str, paper: papers.Paper = papers.WRITTEN, *, by: str = "worker") -> World:
    """A letter of the ladder, drafted by somebody, on a policy given as text."""
    w = world(text)
    content = warnings.Content(list(w.case.incidents.all()), "Speak calmly.")
    w.warning = warnings.draft_warning(w.case.pk, content, by=w.people[by], at=NOON, paper=paper)
    return w


@dataclass(frozen=True)
class TableAct:
    """One act of the table: its name, the policy that says who decides it, and how it is set up, taken and pressed.

    `policy` takes the lines that stand in the table of the act (`by = "…"`, `not_by = "…"`, `consult = "…"`), and what
    it asks to be weighed; None for an act of which no policy says anything. `press` takes another `button` as well.
    """

    name: str
    policy: Callable[[str, str], str] | None
    make: Callable[[str], World]
    act: Callable[[World], Act]
    take: Callable[[World, User, Said], object]
    press: Callable[..., HttpResponse]
    done: Callable[[World], bool]


def acts_for_table() -> Iterator[TableAct]:
    """Every act on a case, for the table of all acts."""
    for paper, where in ((papers.WRITTEN, "letter"), (papers.FIRST, "talk")):
        yield TableAct(
            paper.act,
            lambda lines, asks, where=where: policy(**{where: lines}, consider=f"{where} = {asks}" if asks else ""),
            lambda text, paper=paper: drafted(text, paper),
            lambda w: acts.issue(_warning(w)),
            lambda w, by, said: issuing.issue_warning(_warning(w).pk, said, by=by, at=NOON),
            lambda w, client, typed, **how: press(
                client, reverse("cases:warning", args=[_warning(w).paper.reference]), typed, **how
            ),
            lambda w: _warning(w).given_on is not None,
        )  # fmt: skip
    yield TableAct(
        "settle", None, lambda text: world(text.replace("1 incident in the case", "unsaid")),
        lambda w: acts.settle(w.fresh()),
        lambda w, by, said: stages.settle_threshold(w.case.pk, reasons=said.reasons, by=by, at=NOON),
        lambda w, client, typed, **how: press(client, _page(w, "settle"), typed, **how),
        lambda w: w.fresh().threshold_settled_at is not None,
    )  # fmt: skip
    yield TableAct(
        "not act", None, world, lambda w: acts.not_to_act(w.fresh()),
        lambda w, by, said: stages.decide_not_to_act(
            w.case.pk, considered="A visit", reasons=said.reasons, by=by, at=NOON
        ),
        lambda w, client, typed, **how: press(client, _page(w, "not_to_act"), {"considered": "A visit"} | typed, **how),
        lambda w: _decided(w, "case.not_acted"),
    )  # fmt: skip
    yield TableAct(
        "close", None, world, lambda w: acts.close(w.fresh()),
        lambda w, by, said: stages.close(w.case.pk, reason=said.reasons, by=by, at=NOON),
        lambda w, client, typed, **how: press(client, _page(w, "close"), typed, **how),
        lambda w: w.fresh().stage == Case.Stage.CLOSED,
    )  # fmt: skip
    yield TableAct(
        "reopen", None, _closed, lambda w: acts.reopen(w.fresh()),
        lambda w, by, said: stages.reopen(w.case.pk, reason=said.reasons, by=by, at=NOON),
        lambda w, client, typed, **how: press(client, _page(w, "reopen"), typed, **how),
        lambda w: w.fresh().stage == Case.Stage.INITIAL_WARNING,
    )  # fmt: skip


def _warning(w: World) -> Warning:
    assert w.warning is not None
    warning = Warning.objects.select_related("letter__drafted_by").get(pk=w.warning.pk)
    warning.case = w.fresh()
    return warning


def _page(w: World, name: str) -> str:
    return reverse(f"cases:{name}", args=[w.case.reference])


def _decided(w: World, verb: str) -> bool:
    return Decision.objects.filter(what=verb, event__case_ref=w.case.reference).exists()


def _closed(text: str) -> World:
    w = world(text)
    stages.close(w.case.pk, reason="Quiet.", by=w.people["worker"], at=NOON - timedelta(days=1))
    return w
