"""What a new entry of a register says, what has to hold of it, and writing it down."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from audit import services as audit
from audit import subjects
from audit.models import Decision
from deadlines import services as deadlines
from deadlines.services import appeal_windows
from design.dates import day_of
from people.models import PolicyVersion, Provider, Resident, User
from people.references import next_reference
from people.services import search_text
from policies.rules import RuleBroken
from register.models import Consideration, Entry
from register.services import grounds, keeping, sharing, withholding
from register.services.grounds import lines


@dataclass(frozen=True)
class Cover:
    """Who is to be rung instead, between two days; both count."""

    name: str
    ring: str
    from_on: date
    until_on: date


def cover_fields(cover: Cover | None) -> dict[str, Any]:
    """A cover as an entry keeps it."""
    if cover is None:
        return {"cover_name": "", "cover_ring": "", "cover_from": None, "cover_until": None}
    return {
        "cover_name": cover.name,
        "cover_ring": cover.ring,
        "cover_from": cover.from_on,
        "cover_until": cover.until_on,
    }


LISTS = ("risks", "instructions")
DAYS = ("ends_on", "review_on", "look_again_on")
PLAIN = (*LISTS, *DAYS, "ring", "source", "shared_with_contractors", "told", "not_told_reason")
"""What somebody decides of an entry by itself, as it stands in a voice."""


@dataclass(frozen=True)
class NewEntry:
    """What an entry is to say: of whom or of which place, on which register, resting on what, until when, told to whom.

    `source` is what it stands on: `restriction:X-000004` (Dover 6.30: entered when restrictions are imposed) or
    `incident:I-000012`. Without a register it is a highlight. Without a version, the policy of the day holds.
    """

    provider: Provider
    register_key: str = ""
    policy_version: PolicyVersion | None = None
    resident: Resident | None = None
    place: str = ""
    postcode: str = ""
    risks: Iterable[str] = ()
    instructions: Iterable[str] = ()
    arrangement: Iterable[str] = ()
    ring: str = ""
    ring_name: str = ""
    cover: Cover | None = None
    source: str = ""
    case_ref: str = ""
    ends_on: date | None = None
    review_on: date | None = None
    shared_with_contractors: bool = False
    told: bool = True
    not_told_reason: str = ""
    look_again_on: date | None = None

    @property
    def with_restriction(self) -> bool:
        """Whether it stands with a restriction, and was decided with it."""
        return subjects.kind_of(self.source) == subjects.RESTRICTION

    def version_on(self, on: date) -> PolicyVersion:
        """The version of the policy that it is entered under."""
        return self.policy_version or self.provider.policy_version_on(on)

    def plain(self) -> dict[str, Any]:
        """What is decided of it, as plain values, for others to agree to."""
        found: dict[str, Any] = {name: getattr(self, name) for name in PLAIN}
        found |= {name: lines(found[name]) for name in LISTS}
        return found | {name: found[name].isoformat() if found[name] else None for name in DAYS}


def asked_about(question: Consideration, what: Mapping[str, Any]) -> NewEntry:
    """The entry that a question asks for, saying what was decided of it."""
    asked = NewEntry(
        question.provider,
        question.register_key,
        question.policy_version,
        question.resident,
        question.place,
        question.place_postcode,
        case_ref=question.case_ref,
    )
    said = {name: what[name] for name in PLAIN if name in what}
    return replace(asked, **said | {name: date.fromisoformat(said[name]) for name in DAYS if said.get(name)})


def draft(new: NewEntry, *, reasons: str, by: User, at: datetime) -> Entry:
    """The entry as it would stand, by whoever decides it; nothing is written.

    An entry about a person rests on a restriction or an incident, because no marker rests on opinion (D1); one by
    itself has its own reasons. It has an end or a date of review (D3): the policy's own where it sets them, else the
    given. The resident is told, or it is said why not and when that is looked at again (D2, Dover 6.33). Raises
    `RuleBroken`, beside its field, for what is missing, for a risk that the register does not list and for a twin.
    """
    today, version = day_of(at), new.version_on(day_of(at))
    rule = next((each for each in version.policy.registers if each.key == new.register_key), None)
    if rule is None:
        raise RuleBroken("Choose one of the policy's registers", field="register_key")
    orders, arrangement = lines(new.instructions), lines(new.arrangement)
    grounds.check_risks(rule, lines(new.risks))
    grounds.check_grounds(new.provider, new.resident, new.place, new.source, reasons)
    if not new.with_restriction and (twin := twin_of(new, today)):
        raise RuleBroken(f"This is on the register already, as entry {twin.reference}")
    grounds.check_says_something(orders, arrangement if rule.restrictions_alone else [])
    withholding.check_telling(new.resident, new.told, new.not_told_reason, new.look_again_on, today)
    entry = _row(new, version, by=by, at=at)
    entry.register_name = rule.name
    if not new.with_restriction:
        keeping.set_days(entry, today)
    grounds.check_dates(today, entry.ends_on, entry.review_on)
    return entry


def twin_of(new: NewEntry, on: date) -> Entry | None:
    """The entry in force that says in a register what a new one would: the same person and incident, or place and
    orders."""
    in_force = Entry.objects.in_force(on).filter(provider=new.provider, removed_on__isnull=True)
    standing = in_force.filter(register_key=new.register_key)
    if new.resident is not None:
        return standing.filter(resident=new.resident, source=new.source).first()
    same = standing.filter(resident__isnull=True, place=new.place, place_postcode=new.postcode.upper().strip())
    return same.filter(instructions=lines(new.instructions)).first()


def _row(new: NewEntry, version: PolicyVersion, *, by: User, at: datetime) -> Entry:
    return Entry(
        provider=new.provider,
        register_key=new.register_key,
        policy_version=version,
        resident=new.resident,
        place=new.place,
        place_postcode=new.postcode.upper().strip(),
        risks=lines(new.risks),
        instructions=lines(new.instructions),
        arrangement=lines(new.arrangement),
        ring=new.ring,
        ring_name=new.ring_name,
        source=new.source,
        case_ref=new.case_ref,
        shared_with_contractors=new.shared_with_contractors,
        resident_told=new.told,
        not_told_reason="" if new.told else new.not_told_reason.strip(),
        look_again_on=None if new.told else new.look_again_on,
        entered_on=day_of(at),
        entered_by=by,
        entered_at=at,
        ends_on=new.ends_on,
        review_on=new.review_on,
        **cover_fields(new.cover),
    )


def write(new: NewEntry, *, reasons: str, considered: str = "", by: User, at: datetime) -> Entry:
    """Enter what was decided: the entry with its decision, its next look and until when it can be appealed."""
    entry = draft(new, reasons=reasons, by=by, at=at)
    entry.reference = next_reference("entry")
    if new.place:
        words = (new.postcode, new.postcode.replace(" ", ""), entry.reference)
        entry.search = search_text([new.place], (), (), *words)
    entry.save()
    rule = entry.rule
    assert rule is not None
    facts = {"register": rule.name, "source": entry.source, "ends_on": entry.ends_on, "review_on": entry.review_on}
    decision = audit.decide(
        "register.entered",
        subject=entry,
        by=by,
        at=at,
        reasons=reasons,
        considered=considered,
        rule=rule.enter.rule,
        outcome="entered",
        facts=facts | {"shared_with_contractors": entry.shared_with_contractors},
    )
    if not new.told:
        withholding.record_not_telling(entry, by=by, at=at)
    _open_window(entry, decision, at=at)
    if not new.with_restriction:
        keeping.set_next_look(entry, at=at)
    sharing.ask_with_whom(entry, at=at)
    return entry


def _open_window(entry: Entry, decision: Decision, *, at: datetime) -> None:
    """Show until when an entry that stands by itself can be appealed, by the policy in effect (Northampton 4.2).

    One that stands with a restriction falls with it and has no appeal of its own; what a resident was not told of is
    nobody's to appeal. The policy says so of entering on the register, or of any decision.
    """
    if entry.resident is None or not entry.resident_told or entry.stands_with:
        return
    policy = entry.provider.policy_version_on(day_of(at)).policy
    appeal_windows.open_window(
        deadlines.About(decision.trail, entry.provider, entry.resident),
        policy,
        appeal_windows.rules_for(policy, appeal_windows.ENTERED_AS),
        words=f"against register entry {entry.reference}",
        on=day_of(at),
        event=decision.event_id,
        at=at,
    )


def write_highlight(new: NewEntry, *, decided_by: User, by: User | None, at: datetime) -> Entry:
    """Let what holds be seen without a register. It is no decision: `decided_by` imposed what it shows."""
    entry = _row(new, new.version_on(day_of(at)), by=decided_by, at=at)
    entry.reference = next_reference("entry")
    entry.save()
    facts = {"source": entry.source, "ends_on": entry.ends_on, "shared_with_contractors": entry.shared_with_contractors}
    audit.record("highlight.made", subject=entry, by=by, at=at, facts=facts)
    sharing.ask_with_whom(entry, at=at)
    return entry
