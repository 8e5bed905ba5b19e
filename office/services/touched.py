"""Which open cases another version of the policy would touch, and how: their dates, who decides, the rules ahead.

An open case keeps its version, so adopting one touches none by itself. What stands here is what would change for a case
if somebody decided to move it; `moving` does exactly that, by the same reading.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import cases.services.versions
import restrictions.permissions
from appeals.models import Appeal
from cases import ladder
from cases.ladder import papers
from cases.models import Case, Warning
from cases.services import rights
from deadlines import services as deadlines
from deadlines.models import Deadline
from design.dates import day_of
from people import access
from people.access import Can
from people.models import PolicyVersion, Provider
from policies import difference
from policies.calendars import Calendar
from policies.difference import Change
from policies.policy import Policy
from policies.reckoning import Reckoning
from policies.values import Who
from restrictions.models import Restriction, Review
from restrictions.services import telling
from restrictions.services.asked import appealed_as

Stage = Case.Stage
REVIEWS = {"review.interval": "Review", "review.at_end": "Review at the end"}
WAITS = {
    "warning.issue": "Issuing the warning letter",
    "restriction.decide": "Deciding the proposed restriction",
    "review.interval": "Deciding the review",
    "review.at_end": "Deciding the review at its end",
    "appeal.decide": "Deciding the appeal",
}
# Parts of a policy that say nothing about what is still ahead of a case.
NOT_OF_A_CASE = {"policy", "roles"}
BEFORE_A_RESTRICTION = {"scope", "behaviour", "on_the_spot", "stages", "stage", "path", "gate", "consider"}
LENGTHS = {f"restriction.{length}" for length in ("minimum", "maximum", "normally", "length")}


@dataclass(frozen=True)
class Move:
    """A review that would move with the case: from which day (None where there was none), to which reckoning."""

    kind: str
    name: str
    was: date | None
    reckoning: Reckoning
    restriction: Restriction
    deadline: Deadline | None = None


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

    @property
    def at_once(self) -> bool:
        """Whether something that waits now would change: a date, or whose it is."""
        return bool(self.moves or self.deciders)

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
    """What a policy would change for each of some cases of a provider; the same number of queries for one or many."""
    held = _held(some)
    calendar = deadlines.calendar_for(provider)
    rights = (str(Can.DECIDE), str(Can.DECIDE_APPEALS))
    silent = {right: access.keys_with(provider, right) for right in rights}
    differing: dict[int, list[Change]] = {}
    found = []
    for case in some:
        version = case.policy_version_id
        if version not in differing:
            differing[version] = difference.between(case.policy, policy)
        rules = tuple(change for change in differing[version] if _is_ahead(change, case))
        moves = tuple(_moves(case, policy, held, calendar, on))
        deciders = tuple(_deciders(case, policy, held, silent))
        found.append(Touched(case, rules, moves, deciders, _why_not(case, policy, held)))
    return found


def one(case: Case, version: PolicyVersion, *, on: date) -> Touched:
    """The same for one case and a version that has been adopted."""
    return read(case.provider, version.policy, [case], on=on)[0]


def _held(some: Sequence[Case]) -> Held:
    held = Held()
    standing = [*Restriction.PREPARING, Restriction.State.IN_FORCE, Restriction.State.LAPSED]
    rows = Restriction.objects.filter(case__in=some, state__in=standing).prefetch_related("terms").order_by("pk")
    of_case = {case.pk: case for case in some}
    for restriction in rows:
        restriction.case = of_case[restriction.case_id]
        held.restrictions.setdefault(restriction.case_id, []).append(restriction)
    for review in Review.objects.filter(restriction__case__in=some).select_related("restriction").order_by("pk"):
        held.reviews.setdefault(review.restriction.case_id, []).append(review)
    for appeal in Appeal.objects.open().filter(case__in=some).select_related("warning").order_by("pk"):
        held.appeals.setdefault(appeal.case_id, []).append(appeal)
    unissued = Warning.objects.filter(case__in=some, letter__state__in=cases.services.versions.UNISSUED)
    held.letters = dict(unissued.values_list("case_id", "letter__reference"))
    references = [case.reference for case in some]
    for row in Deadline.objects.open().filter(case_ref__in=references, kind__in=WAITS).order_by("pk"):
        held.waiting.setdefault(row.case_ref, []).append(row)
    return held


def _is_ahead(change: Change, case: Case) -> bool:
    """Whether a rule speaks of what is still ahead of a case at its stage."""
    top = change.path.partition(".")[0]
    if top in NOT_OF_A_CASE:
        return False
    if case.stage in (Stage.CONTACT_RESTRICTION, Stage.REVIEW):
        return top not in BEFORE_A_RESTRICTION and change.path not in LENGTHS
    return case.stage == Stage.INITIAL_WARNING or top != "on_the_spot"


def _standing(case: Case, held: Held) -> Restriction | None:
    """The restriction in force, or the one that lapsed and waits for its review."""
    begun = [one for one in held.restrictions.get(case.pk, []) if one.state not in Restriction.PREPARING]
    return begun[-1] if begun and case.stage in (Stage.CONTACT_RESTRICTION, Stage.REVIEW) else None


def _moves(case: Case, policy: Policy, held: Held, calendar: Calendar, on: date) -> Iterable[Move]:
    """The reviews that would be held sooner. What the resident was told in a letter never moves away from them.

    The last day in force, and the last day to appeal, are part of what was decided: they stay. A review may come sooner
    than was told, never later, and is never dropped.
    """
    restriction = _standing(case, held)
    if restriction is None:
        return
    set_ = {row.kind: row for row in held.waiting.get(case.reference, []) if row.kind in REVIEWS}
    found = _dates(restriction, policy, held.reviews.get(case.pk, []), calendar, on)
    for kind, now in (("review.interval", found.interval), ("review.at_end", found.at_end)):
        row = set_.get(kind)
        if now is None or now.due is None or (row is None and kind == "review.at_end"):
            continue
        if row is None or row.due_on is None or now.due < row.due_on:
            yield Move(kind, REVIEWS[kind], row.due_on if row else None, now, restriction, row)


def _dates(
    restriction: Restriction, policy: Policy, reviews: Iterable[Review], calendar: Calendar, on: date
) -> telling.Dates:
    """The dates of a restriction under a policy; a review that would have been due already is the next one instead."""
    held_on = [_held_on(review) for review in reviews if review.restriction_id == restriction.pk]
    last = max((day for day in held_on if day), default=None)

    def work_out(last_review: date | None) -> telling.Dates:
        assert restriction.decided_on and restriction.starts_on and restriction.ends_on
        return telling.dates(
            policy,
            calendar,
            decided_on=restriction.decided_on,
            starts_on=restriction.starts_on,
            ends_on=restriction.ends_on,
            months=restriction.months,
            last_review=last_review,
        )

    found = work_out(last)
    gone = found.interval and found.interval.due and found.interval.due < on
    return work_out(max(on, last or on)) if gone else found


def _held_on(review: Review) -> date | None:
    """The day that a review which kept the restriction counts as held: never before it was due."""
    if review.outcome != Review.Outcome.KEEP or review.decided_at is None:
        return None
    held = day_of(review.decided_at)
    return max(held, review.due_on) if review.due_on else held


def _deciders(case: Case, policy: Policy, held: Held, silent: dict[str, list[str]]) -> Iterable[Decider]:
    """What waits in the case and would be decided by others."""
    for row in held.waiting.get(case.reference, []):
        was, now = (_who(row.kind, each, case, held) for each in (case.policy, policy))
        right = Can.DECIDE_APPEALS if row.kind == "appeal.decide" else Can.DECIDE
        keys = silent[right] if now.unsaid else sorted(now.keys())
        if was.names() != now.names() or (set(keys) != set(row.for_roles) and not now.unsaid):
            yield Decider(row, WAITS[row.kind], was.names(), now.names(), keys)


def _who(kind: str, policy: Policy, case: Case, held: Held) -> Who:
    if kind == "warning.issue":
        return ladder.who_issues(policy)
    if kind == "restriction.decide":
        return restrictions.permissions.deciders(policy)
    if kind != "appeal.decide":
        return restrictions.permissions.reviewers(policy)
    warning = next((one.warning for one in held.appeals.get(case.pk, []) if one.warning), None)
    if warning:
        paper = papers.PAPERS.get(warning.kind, papers.FIRST)
        against = rights.against_warning(policy, paper.state)
        return against.by if against else Who(known=policy.roles)
    restriction = _standing(case, held)
    decided = [*appealed_as(policy, restriction.terms.all() if restriction else ())]
    if restriction and restriction.follows_id:
        decided += ["extend", "vary"]
    rules = policy.appeal_of(*decided)
    return rules.by if rules else Who(known=policy.roles)


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
    return cases.services.versions.no_place(case, policy)
