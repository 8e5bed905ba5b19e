"""Entries of a register and what is decided of them, through the services."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from audit import services as audit
from audit.models import Trail
from decisions.services import Meeting, Said
from people.models import Provider, Resident, User
from register import acts
from register.models import Consideration, Entry
from register.services import (
    agreeing,
    changing,
    entering,
    keeping,
    new_entries,
    removing,
    sharing,
    with_restriction,
    withholding,
)
from register.services.new_entries import NewEntry
from tests import factories, invented, pressing
from tests.factories import NOON


class Incident:
    """An incident as the casework above the register records it: the resident is whoever's behaviour it was."""

    def __init__(self, reference, provider, resident=None, case=""):
        self.trail = Trail("incident", reference, provider.slug, resident.reference if resident else "", case)


class Placed:
    """Anything else of which a room above tells the trail."""

    def __init__(self, trail):
        self.trail = trail


def new_entry(provider, resident=None, **extra):
    """What an entry says as the imposing of a restriction makes it, or another with `extra`."""
    details = {
        "provider": provider,
        "resident": resident,
        "register_key": "staff_risk",
        "risks": ["threats"],
        "instructions": ["Visit in pairs.", "Ring the team before you go."],
        "arrangement": ["One call a week, on Tuesdays."],
        "ring": "01304 872000",
        "source": "restriction:X-000004",
        "case_ref": "C-000001",
        "ends_on": date(2027, 6, 18),
    }
    return NewEntry(**details | extra)


def enter(provider, by, resident=None, *, reason="", at=NOON, **extra):
    """An entry that stands with a restriction; by itself, and then by a decision, with another source."""
    new = new_entry(provider, resident, **extra)
    if new.with_restriction:
        return with_restriction.enter(new, by=by, at=at)
    return entering.enter(new, Said(reason), by=by, at=at).entry


def said(reason, **what):
    """What somebody decides, with its days in plain form."""
    return Said(
        reason, what={name: each.isoformat() if isinstance(each, date) else each for name, each in what.items()}
    )


def keep(entry, by, reason, *, at=NOON, **what):
    """Keep an entry."""
    return keeping.keep(entry.pk, said(reason, **what), by=by, at=at)


def remove(entry, by, reason, *, at=NOON, **what):
    """Remove an entry."""
    return removing.remove(entry.pk, said(reason, **what), by=by, at=at)


def change(entry, by, reason, *, at=NOON, **what):
    """Change what an entry says."""
    return changing.change(entry.pk, said(reason, **what), by=by, at=at)


def share(entry, by, *firms, reason="They service the boiler.", until_on=None, at=NOON):
    """Share an entry with contractors."""
    new = sharing.NewShare([firm.pk for firm in firms], reason, until_on)
    return sharing.share(entry.pk, new, by=by, at=at)


def withhold(entry, by, reason, *, at=NOON, **what):
    """Decide again that the resident is not told."""
    return withholding.go_on_not_telling(entry.pk, said(reason, **what), by=by, at=at)


# Every act of the register on an invented policy, for tables of who decides it


def policy(
    action: str, by: str = "", *, not_by: str = "", consult: str = "", weigh: str = "", register_by: str = ""
) -> str:
    """Highmoor's policy, in which an act is given to somebody, bars somebody, has somebody asked first, asks something.

    Without `by` it is silent on who decides the act.
    """
    text = invented.TEXTS["highmoor"]
    if register_by:
        text = text.replace("[register.safety]\n", f'[register.safety]\nby = "{register_by} [5.4]"\n')
    said = {"by": by, "not_by": not_by, "consult": consult}
    keys = ", ".join(f'{name} = "{words}"' for name, words in said.items() if words)
    if keys:
        text = text.replace("[decide]\n", f'[decide]\n{action} = {{ {keys}, clause = "5.9" }}\n')
    if weigh:
        text += f'\n[consider]\n{action} = ["{weigh} [5.8]"]\n'
    return text


@dataclass
class World:
    """A provider with those who decide, a resident, an incident of theirs on record, and an entry that stands."""

    provider: Provider
    lead: User
    head: User
    chair: User
    guardian: User
    resident: Resident
    entry: Entry | None = None


def world(text: str, *, slug: str = "highmoor") -> World:
    """A provider on a policy, somebody in each role that may decide, a resident and an incident of theirs."""
    provider = invented.running_on_text(text, slug=slug)
    people = {key: factories.person(provider, key, name=f"{key.title()} {slug}") for key in ROLES}
    resident = factories.resident(provider, people["lead"])
    trail = Incident("I-000001", provider, resident, "C-000001")
    audit.record("incident.logged", subject=trail, by=people["lead"], at=NOON)
    return World(provider, people["lead"], people["head"], people["chair"], people["guardian"], resident)


ROLES = ("lead", "head", "chair", "guardian")
SAYS = {"instructions": ["Do not go in: police escort only."], "risks": ["animal"], "source": "incident:I-000001"}


def with_entry(w: World, *, by: User | None = None) -> World:
    """The same with an entry whose resident is not told, made by its chair or somebody else."""
    new = NewEntry(
        w.provider, "safety", resident=w.resident, told=False, not_told_reason="He would come.",
        look_again_on=date(2027, 3, 1), **SAYS,
    )  # fmt: skip
    return replace(w, entry=new_entries.write(new, reasons="A dog.", by=by or w.chair, at=NOON))


@dataclass(frozen=True)
class TableAct:
    """An act as a table of who decides sees it.

    `action` is the act of the policy that gives it to somebody; `make` gives a world on a policy's text with what is
    decided; `take` decides it by the service and `press` by the page, both for the first and for those who agree;
    `agree` is false for whoever does not. `done` says whether it has taken effect, `bars` which word of a policy bars
    whom. `asks_first` says whether a policy can have somebody asked before it.
    """

    name: str
    action: str
    make: Callable[[str], World]
    take: Callable[..., object]
    press: Callable[..., HttpResponse]
    done: Callable[[World], bool]
    waits: str
    bars: str = "first decider"
    asks_first: bool = True


def acts_for_table() -> list[TableAct]:
    """Every act of the register."""
    return [
        TableAct(acts.ENTER, acts.ENTER, world, _take_entering, _press_entering, _entered, "register.consider",
                 bars="affected"),
        _of_entry(acts.KEEP, acts.REMOVE, "keep", lambda entry: entry.kept_on is not None, asks_first=False),
        _of_entry(acts.REMOVE, acts.REMOVE, "remove", lambda entry: entry.removed_on is not None),
        _of_entry(acts.CHANGE, acts.ENTER, "change", lambda entry: entry.ring == "01632 960009", asks_first=False),
        _of_entry(acts.WITHHOLD, acts.WITHHOLD, "look_again",
                  lambda entry: entry.look_again_on == date(2027, 5, 1)),
    ]  # fmt: skip


def act_of(w: World) -> Any:
    """The act of entering that waits in a world; None where nobody has asked."""
    question = Consideration.objects.filter(resident=w.resident, decided_at__isnull=True).first()
    return question and entering.act_on(question)


REASONS, WEIGHED = "It is needed.", "It is in proportion."
WHAT = {
    acts.KEEP: {"review_on": None},
    acts.REMOVE: {"told": True},
    acts.CHANGE: {"ring": "01632 960009"},
    acts.WITHHOLD: {"look_again_on": "2027-05-01"},
}
TYPED = {
    acts.KEEP: {},
    acts.REMOVE: {"told": "yes"},
    acts.CHANGE: {
        "ring": "01632 960009", "instructions": "Do not go in: police escort only.", "shared": "no",
    },
    acts.WITHHOLD: {
        "told": "no", "look_again_on_day": "1", "look_again_on_month": "5", "look_again_on_year": "2027",
    },
}  # fmt: skip
TAKE = {
    acts.KEEP: keeping.keep, acts.REMOVE: removing.remove, acts.CHANGE: changing.change,
    acts.WITHHOLD: withholding.go_on_not_telling,
}  # fmt: skip


def _of_entry(name: str, action: str, page: str, done: Callable[[Entry], bool], *, asks_first: bool = True) -> TableAct:
    def take(w: World, by: User, *, agree: bool = True, meeting: Meeting | None = None) -> object:
        entry = Entry.objects.get(pk=w.entry.pk)
        act = acts.OF_ENTRY[name](entry)
        if not agree:
            return agreeing.disagree(entry.pk, name, by=by, at=NOON, reasons="No.")
        said = Said(REASONS, WEIGHED, meeting=meeting, what=act.put or WHAT[name])
        return TAKE[name](entry.pk, said, by=by, at=NOON)

    def press(w: World, by: User, *, agree: bool = True, meeting: Meeting | None = None) -> HttpResponse:
        act = acts.OF_ENTRY[name](Entry.objects.get(pk=w.entry.pk))
        own = {"decision": "agree" if agree else "against"} if act.voices else TYPED[name]
        how = pressing.decide if name == acts.REMOVE and not act.voices else pressing.press
        return how(signed_in(by), reverse(f"register:{page}", args=[w.entry.reference]), own | _typed(meeting))

    def is_done(w: World) -> bool:
        return done(Entry.objects.get(pk=w.entry.pk))

    def make(text: str) -> World:
        return with_entry(world(text))

    return TableAct(name, action, make, take, press, is_done, acts.WAITS[name], asks_first=asks_first)


def _take_entering(w: World, by: User, *, agree: bool = True, meeting: Meeting | None = None) -> object:
    new, act = NewEntry(w.provider, "safety", resident=w.resident, **SAYS), act_of(w)
    said = Said(REASONS, WEIGHED, meeting=meeting)
    if act is None:
        return entering.enter(new, said, by=by, at=NOON)
    if not agree:
        return entering.disagree(act.subject.pk, by=by, at=NOON, reasons="No.")
    return entering.answer(act.subject.pk, replace(said, what=act.put or entering.to_enter(new)), by=by, at=NOON)


def _press_entering(w: World, by: User, *, agree: bool = True, meeting: Meeting | None = None) -> HttpResponse:
    act, client = act_of(w), signed_in(by)
    if act is not None and act.voices:
        own = {"decision": "agree" if agree else "against"}
        return pressing.press(client, reverse("register:consider", args=[act.subject.pk]), own | _typed(meeting))
    own = {
        "incident": "I-000001", "risks": ["animal"], "instructions": SAYS["instructions"][0], "ring": "",
        "shared": "no", "told": "yes",
    }  # fmt: skip
    where = reverse("register:add_resident", args=[w.resident.reference])
    if act is not None:
        where = reverse("register:enter_after", args=[act.subject.pk])
    return pressing.press(client, where, own | _typed(meeting))


def _entered(w: World) -> bool:
    return Entry.objects.filter(resident=w.resident).exists()


def _typed(meeting: Meeting | None) -> dict[str, Any]:
    typed: dict[str, Any] = {"reason": REASONS, "considered": WEIGHED}
    if meeting is None:
        return typed
    day = {f"met_on_{part}": getattr(meeting.on, part) for part in ("day", "month", "year")} if meeting.on else {}
    return typed | day | {"took_part": list(meeting.people), "said": meeting.said}


def signed_in(user: User) -> Client:
    """A browser of somebody."""
    client = Client()
    client.force_login(user)
    return client
