"""Which open cases another version of the policy would touch, and how: their dates, who decides, the rules ahead.

An open case keeps its version, so adopting one touches none by itself. What stands here is what would change for a case
if somebody decided to move it; `moving` does exactly that, by the same reading.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import appeals.acts
import cases.acts
import cases.services.versions
import restrictions.acts
from appeals.against import finding
from appeals.against.appealable import Appealable
from appeals.models import Appeal
from cases.models import Case, Warning
from deadlines import kinds
from deadlines import services as deadlines
from deadlines.models import Deadline
from decisions.acts import Deciders
from design.dates import day_of
from letters.models import Letter
from office.services import recounting
from office.services.recounting import Move, Outcome, Stay
from people.models import PolicyVersion, Provider
from policies import difference
from policies.calendars import Calendar
from policies.difference import Change
from policies.policy import Policy
from restrictions.dates import Dates, OwnReview, Span, work_out
from restrictions.models import Naming, Restriction, Review, SpocCheck

Stage = Case.Stage
# Parts of a policy that say nothing about what is still ahead of a case.
NOT_OF_A_CASE = {"policy", "roles"}
BEFORE_A_RESTRICTION = {"scope", "behaviour", "on_the_spot", "stages", "stage", "path", "gate", "consider"}
AT_ONCE = 1_000  # cases a question, which each numbers what it asks for: there are 65,535 numbers
LENGTHS = {f"restriction.{length}" for length in ("minimum", "maximum", "normally", "length")}


@dataclass(frozen=True)
class Decider:
    """Something that waits, and who would decide it instead, in each version's own names of roles."""

    deadline: Deadline
    name: str
    was: str
    now: str
    keys: list[str]


@dataclass(frozen=True)
class Touched:
    """What another version would change for one open case."""

    case: Case
    rules: tuple[Change, ...]
    moves: tuple[Move, ...]
    deciders: tuple[Decider, ...]
    why_not: str
    stays: tuple[Stay, ...]
    held: "Held"

    @property
    def at_once(self) -> bool:
        """Whether something that waits now would change, or stays against that version: a date, or whose it is."""
        return bool(self.moves or self.deciders or self.stays)

    @property
    def at_all(self) -> bool:
        """Whether anything would change for it."""
        return bool(self.rules or self.moves or self.deciders)


@dataclass
class Held:
    """What hangs on some cases, fetched in as many queries as there are kinds of it, however many cases."""

    restrictions: dict[int, list[Restriction]] = field(default_factory=dict)
    reviews: dict[int, list[Review]] = field(default_factory=dict)
    appeals: dict[int, list[Appeal]] = field(default_factory=dict)
    letters: dict[int, str] = field(default_factory=dict)
    waiting: dict[str, list[Deadline]] = field(default_factory=dict)
    decisions: dict[int, list[Appealable]] = field(default_factory=dict)
    against: dict[str, Appealable] = field(default_factory=dict)
    holders: dict[int, Naming] = field(default_factory=dict)
    checks: dict[int, list[SpocCheck]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def decided(self, case: Case) -> dict[str, Appealable]:
        """The decisions of a case that stand and of which the resident was told, by what their deadlines are about."""
        windows, found = self.open_windows(case), self.decisions.get(case.pk, [])
        told = [one for one in found if one.told_by_us or one.trail.about in windows]
        return {one.trail.about: one for one in told if not one.gone}

    def open_windows(self, case: Case) -> dict[str, Deadline]:
        """The times to appeal that run in a case, by what they are about."""
        return {row.about: row for row in self.waiting.get(case.reference, []) if row.kind == kinds.APPEAL_WINDOW}


def open_cases(provider: Provider) -> list[Case]:
    """The provider's open cases by reference, each with its version."""
    found = Case.objects.open().filter(provider=provider).select_related("resident", "policy_version")
    return _joined(found.order_by("reference"), provider)


def _joined(found: Iterable[Case], provider: Provider) -> list[Case]:
    cases_ = list(found)
    for case in cases_:
        case.provider = case.resident.provider = provider
    return cases_


def read(provider: Provider, policy: Policy, some: Sequence[Case], *, on: date) -> list[Touched]:
    """What a policy would change for each of some cases of a provider; as many queries for a thousand as for one."""
    parts = (some[first : first + AT_ONCE] for first in range(0, len(some), AT_ONCE))
    return [touched for part in parts for touched in _read(provider, policy, part, on=on)]


def _read(provider: Provider, policy: Policy, some: Sequence[Case], *, on: date) -> list[Touched]:
    held = _held(some)
    calendar = deadlines.calendar_for(provider)
    known: dict[Deciders, list[str]] = {}
    differing: dict[int, list[Change]] = {}
    found = []
    for case in some:
        version = case.policy_version_id
        if version not in differing:
            differing[version] = difference.between(case.policy, policy)
        rules = tuple(change for change in differing[version] if _is_ahead(change, case))
        outcomes = [*_reviews(case, policy, held, calendar, on), *_others(case, policy, held, calendar, on)]
        moves = tuple(one for one in outcomes if isinstance(one, Move))
        stays = tuple(one for one in outcomes if isinstance(one, Stay))
        deciders = tuple(_deciders(case, policy, held, known))
        found.append(Touched(case, rules, moves, deciders, _why_not(case, policy, held), stays, held))
    return found


def one(case: Case, version: PolicyVersion, *, on: date) -> Touched:
    """The same for one case and a version that has been adopted."""
    return read(case.provider, version.policy, [case], on=on)[0]


def _held(some: Sequence[Case]) -> Held:
    held = Held()
    standing = [*Restriction.PREPARING, Restriction.State.IN_FORCE, Restriction.State.LAPSED]
    rows = Restriction.objects.filter(case__in=some, state__in=standing).select_related("follows").order_by("pk")
    rows = rows.prefetch_related("terms")
    of_case = {case.pk: case for case in some}
    for restriction in rows:
        restriction.case = of_case[restriction.case_id]
        held.restrictions.setdefault(restriction.case_id, []).append(restriction)
    for review in Review.objects.filter(restriction__case__in=some).select_related("restriction").order_by("pk"):
        held.reviews.setdefault(review.restriction.case_id, []).append(review)
    held.decisions = finding.in_cases(some)
    for appeal in Appeal.objects.open().filter(case__in=some).order_by("pk"):
        appeal.case = of_case[appeal.case_id]
        held.appeals.setdefault(appeal.case_id, []).append(appeal)
        ((_, against),) = finding.of_appeals([appeal], held.decisions[appeal.case_id])
        held.against[appeal.trail.about] = against
    unissued = Warning.objects.filter(case__in=some, letter__state__in=cases.services.versions.UNISSUED)
    held.letters = dict(unissued.values_list("case_id", "letter__reference"))
    references = [case.reference for case in some]
    read = {*kinds.DECIDED, *recounting.COUNTED}
    for row in Deadline.objects.open().filter(case_ref__in=references, kind__in=read).order_by("pk"):
        held.waiting.setdefault(row.case_ref, []).append(row)
    _hold_what_clocks_run_from(held, some)
    return held


def _hold_what_clocks_run_from(held: Held, some: Sequence[Case]) -> None:
    """The namings, checks and letters from which the open deadlines run."""
    holding = Naming.objects.filter(restriction__case__in=some, until_on__isnull=True, ended_on__isnull=True)
    held.holders = {one.restriction_id: one for one in holding}
    for check in SpocCheck.objects.filter(restriction__case__in=some).select_related("restriction").order_by("pk"):
        held.checks.setdefault(check.restriction.case_id, []).append(check)
    rows = [row for waiting in held.waiting.values() for row in waiting]
    letters = Letter.objects.filter(reference__in=[row.about_ref for row in rows if row.kind == kinds.LETTER_SEND])
    held.kinds = dict(letters.values_list("reference", "kind"))


def _is_ahead(change: Change, case: Case) -> bool:
    """Whether a rule speaks of what is still ahead of a case at its stage."""
    top = change.path.partition(".")[0]
    if top in NOT_OF_A_CASE:
        return False
    if case.stage in (Stage.CONTACT_RESTRICTION, Stage.REVIEW):
        return top not in BEFORE_A_RESTRICTION and change.path not in LENGTHS
    return case.stage == Stage.INITIAL_WARNING or top != "on_the_spot"


def standing(case: Case, held: Held) -> Restriction | None:
    """The restriction in force, or the one that lapsed and waits for its review."""
    begun = [one for one in held.restrictions.get(case.pk, []) if one.state not in Restriction.PREPARING]
    return begun[-1] if begun and case.stage in (Stage.CONTACT_RESTRICTION, Stage.REVIEW) else None


def _reviews(case: Case, policy: Policy, held: Held, calendar: Calendar, on: date) -> Iterable[Outcome]:
    """The reviews that would be held sooner. What the resident was told in a letter never moves away from them.

    The last day in force is part of what was decided: it stays. A review may come sooner than was told, never later,
    and is never dropped.
    """
    restriction = standing(case, held)
    if restriction is None:
        return
    set_ = {row.kind: row for row in held.waiting.get(case.reference, []) if row.kind in kinds.REVIEWS}
    before, found = (
        _dates(restriction, one, held.reviews.get(case.pk, []), calendar, on) for one in (case.policy, policy)
    )
    clocks = (
        (kinds.REVIEW_INTERVAL, before.interval, found.interval),
        (kinds.REVIEW_AT_END, before.at_end, found.at_end),
    )
    for kind, counted, now in clocks:
        row, due = set_.get(kind), now.due if now else None
        if due == (counted.due if counted else None):
            continue
        if now and due and (row is None or row.due_on is None or due < row.due_on):
            if row is not None or kind == kinds.REVIEW_INTERVAL:
                yield Move(kind, kinds.of(kind).name, row.due_on if row else None, now, restriction, row)
        elif row is not None and due != row.due_on:
            yield Stay(kinds.of(kind).name, row.due_on, due)


def _others(case: Case, policy: Policy, held: Held, calendar: Calendar, on: date) -> Iterable[Outcome]:
    """Every other clock that runs in the case: the times to appeal, the check of a contact, letters to be sent."""
    waiting = held.waiting.get(case.reference, [])
    yield from recounting.windows(case, policy, held.open_windows(case), held.decided(case), calendar, on)
    restriction = standing(case, held)
    if restriction is not None:
        row = next((row for row in waiting if row.kind == kinds.SPOC_QUALITY_REVIEW), None)
        holder, done = held.holders.get(restriction.pk), held.checks.get(case.pk, [])
        yield from recounting.checks((case.policy, policy), restriction, holder, done, row, calendar, on)
    yield from recounting.sendings(
        policy, [row for row in waiting if row.kind == kinds.LETTER_SEND], held.kinds, calendar, on
    )


def _dates(restriction: Restriction, policy: Policy, reviews: Iterable[Review], calendar: Calendar, on: date) -> Dates:
    """The dates of a restriction under a policy; a review that would have been due already is the next one instead."""
    held_on = [_held_on(review) for review in reviews if review.restriction_id == restriction.pk]
    last = max((day for day in held_on if day), default=None)

    def dates(last_review: date | None) -> Dates:
        span = Span.of(restriction)
        return work_out(policy, calendar, span, own=OwnReview.of(restriction), last_review=last_review)

    found = dates(last)
    gone = found.interval and found.interval.due and found.interval.due < on
    return dates(max(on, last or on)) if gone else found


def _held_on(review: Review) -> date | None:
    """The day that a review which kept the restriction counts as held: never before it was due."""
    if review.outcome != Review.Outcome.KEEP or review.decided_at is None:
        return None
    held = day_of(review.decided_at)
    return max(held, review.due_on) if review.due_on else held


def _deciders(case: Case, policy: Policy, held: Held, known: dict[Deciders, list[str]]) -> Iterable[Decider]:
    """What waits in the case and would be decided by others; `known` keeps the roles of those met before."""
    for row in held.waiting.get(case.reference, []):
        kind = kinds.of(row.kind)
        if not kind.acting:
            continue
        was, now = (_who(row, each, case, held) for each in (case.policy, policy))
        if now not in known:
            known[now] = now.keys()
        keys = known[now]
        if was.names() != now.names() or (set(keys) != set(row.for_roles) and not now.unsaid):
            yield Decider(row, kind.acting, was.names(), now.names(), keys)


def _who(row: Deadline, policy: Policy, case: Case, held: Held) -> Deciders:
    if row.kind == kinds.WARNING_ISSUE:
        return cases.acts.issuers(policy, case.provider)
    if row.kind == kinds.APPEAL_DECIDE:
        return appeals.acts.deciders(held.against[row.about], policy)
    return restrictions.acts.deciders(row.kind, policy, case.provider)


def _why_not(case: Case, policy: Policy, held: Held) -> str:
    """Why the case could not be moved now, though everything else allows it; "" where it could."""
    preparing = [one for one in held.restrictions.get(case.pk, []) if one.state in Restriction.PREPARING]
    if preparing:
        return cases.services.versions.proposal_first(preparing[0].reference)
    begun = [one for one in held.reviews.get(case.pk, []) if one.state == Review.State.BEGUN]
    if begun:
        return f"Review {begun[0].reference} has begun. Decide it first"
    if case.pk in held.appeals:
        return f"Appeal {held.appeals[case.pk][0].reference} is not decided yet. Decide it first"
    if case.pk in held.letters:
        return cases.services.versions.letter_first(held.letters[case.pk])
    return cases.services.versions.no_place(case, policy) or recounting.why_wait(
        case, policy, held.open_windows(case), held.decided(case)
    )
