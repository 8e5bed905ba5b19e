"""The days of a restriction, each by the policy's clocks; and the plan that a page previews and a deed carries out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import policies.clocks
import policies.parts
import policies.periods
import policies.reckoning
from deadlines import kinds
from deadlines import services as deadlines
from people.models import User
from policies.calendars import Calendar
from policies.periods import Period
from policies.policy import Policy
from policies.reckoning import Reckoning
from restrictions import limits, rules
from restrictions.limits import NewTerm
from restrictions.models import Restriction, Term


@dataclass(frozen=True)
class Span:
    """From when to when: the day of the decision, the first and the last day in force, and the length in months.

    `months` is None where a last day was given.
    """

    decided_on: date
    starts_on: date
    ends_on: date
    months: int | None

    @classmethod
    def of(cls, restriction: Restriction) -> "Span":
        """The span of a restriction that has been imposed."""
        assert restriction.decided_on and restriction.starts_on and restriction.ends_on
        return cls(restriction.decided_on, restriction.starts_on, restriction.ends_on, restriction.months)


@dataclass(frozen=True)
class OwnReview:
    """What was decided of the review of one restriction: after how many months it is, or that there is none before.

    It goes with that restriction: what carries one on is reviewed by the policy's own clocks.
    """

    months: int | None = None
    waived: bool = False

    @classmethod
    def of(cls, restriction: Restriction) -> "OwnReview":
        """What was decided with a restriction, or while it runs."""
        return cls(restriction.review_months, bool(restriction.no_review_reason))


NOTHING_SET = OwnReview()


@dataclass(frozen=True)
class Dates:
    """The days of a restriction, each with how it was found. `appeal` is None where the decision cannot be appealed."""

    decided_on: date
    starts_on: date
    ends_on: date
    end: Reckoning
    appeal: Reckoning | None
    interval: Reckoning | None
    at_end: Reckoning

    @property
    def next_review(self) -> Reckoning | None:
        """The review that comes first."""
        return policies.clocks.earliest(each for each in (self.interval, self.at_end) if each)

    @property
    def late_review(self) -> bool:
        """Whether the review at the end falls after the last day, because that is a day off (Dover 6.21)."""
        return bool(self.at_end.due and self.at_end.due > self.ends_on)


@dataclass(frozen=True)
class Changes:
    """What is decided otherwise than a restriction says; None leaves a thing as it is."""

    months: int | None = None
    terms: Sequence[NewTerm] | None = None
    instructions: Sequence[str] | None = None

    def orders(self, restriction: Restriction) -> list[str]:
        """What staff must do then, one order an entry."""
        if self.instructions is None:
            return list(restriction.instructions)
        return [one.strip() for one in self.instructions if one.strip()]

    def rows(self, restriction: Restriction) -> list[Term]:
        """The terms then; those that are not its own yet are not saved."""
        return limits.of(restriction) if self.terms is None else make_terms(restriction, self.terms)


@dataclass(frozen=True)
class Plan:
    """A restriction as it will be once it is decided on a day: one for the preview, the check page and the deed."""

    restriction: Restriction
    months: int | None
    terms: list[Term]
    instructions: list[str]
    reasons: str
    dates: Dates


def last_day(starts_on: date, months: int) -> date:
    """The last day in force: so many months on, clamped to the month's last day; that day is still in force."""
    return policies.periods.add(Period(months, "months"), starts_on)


def work_out(
    policy: Policy,
    calendar: Calendar,
    span: Span,
    *,
    own: OwnReview = NOTHING_SET,
    last_review: date | None = None,
    appealable: bool = True,
) -> Dates:
    """Every date that follows from a decision, by the policy's clocks and what was decided of the review itself.

    Of the clocks that come round again the earliest counts, and only before the last day: a review then is the one at
    the end. That one moves to the next working day where the last day is a day off. No restriction is without a review:
    where the policy sets none at the end, or a named person decided that there is none before (Homes for Life 1.8), one
    is held there all the same (F1).
    """
    events = {
        "decision": span.decided_on,
        "letter dated": span.decided_on,
        "letter sent": span.decided_on,
        "start": span.starts_on,
        "end": span.ends_on,
    }
    if last_review:
        events["last review"] = last_review
    appeals = policy.appeal_of(*rules.steps(policy)) if appealable else None
    interval, at_end = _reviews(policy, events, calendar, span.ends_on, own.months)
    if own.waived:
        interval, at_end = None, _review_all_the_same(span.ends_on, calendar)
    return Dates(
        span.decided_on,
        span.starts_on,
        span.ends_on,
        _end(policy, span),
        policies.clocks.work_out(policy, appeals.window_path, events, calendar) if appeals else None,
        interval,
        at_end,
    )


def _end(policy: Policy, span: Span) -> Reckoning:
    rule = policy.length_bounds()[2]
    if span.months is None:
        return Reckoning(
            kinds.RESTRICTION_END, due=span.ends_on, runs_from="end", from_on=span.ends_on, title="Last day in force"
        )
    return Reckoning(
        kinds.RESTRICTION_END,
        due=span.ends_on,
        count=span.months,
        unit="months",
        runs_from="start",
        from_on=span.starts_on,
        clause=rule.clause if rule else None,
        strength=rule.strength if rule else None,
        source=rule.source if rule else "policy",
        assumed=[policies.reckoning.START_NOT_COUNTED],
        title="Last day in force",
    )


def _reviews(
    policy: Policy, events: dict[str, date], calendar: Calendar, ends_on: date, months: int | None
) -> tuple[Reckoning | None, Reckoning]:
    """The review before the last day, if one falls due by then, and the one at the end.

    Where the policy holds none so near the end (`review.none_within`), the one at the end is the next.
    """
    paths = [path for path in policy.review.paths if path != policies.parts.REVIEW_AT_END]
    clocks = [policies.clocks.work_out(policy, path, events, calendar) for path in paths]
    if months:
        clocks.append(_set_for_this_case(policy, events, months))
    first = policies.clocks.earliest(clocks)
    before = first if first and first.due and first.due < ends_on else None
    if before and before.due and policies.clocks.is_spared(policy, before.due, ends_on, calendar):
        before = None
    if policies.parts.REVIEW_AT_END in policy.review.paths:
        found = policies.clocks.work_out(policy, policies.parts.REVIEW_AT_END, events, calendar)
        moved = found.lands_on and found.next_working_day
        return before, replace(found, due=found.next_working_day) if moved else found
    return before, first if first and first.due == ends_on else _review_all_the_same(ends_on, calendar)


def _set_for_this_case(policy: Policy, events: dict[str, date], months: int) -> Reckoning:
    """A review so many months after the start or the last review, where the policy leaves the time to the case."""
    rule = policy.review.interval.rule
    begin = "last review" if "last review" in events else "start"
    return Reckoning(
        policies.parts.REVIEW_INTERVAL,
        due=last_day(events[begin], months),
        count=months,
        unit="months",
        runs_from=begin,
        from_on=events[begin],
        clause=rule.clause if rule else None,
        strength=rule.strength if rule else None,
        assumed=["The time was set for this case", policies.reckoning.START_NOT_COUNTED],
        title="Review",
    )


def _review_all_the_same(ends_on: date, calendar: Calendar) -> Reckoning:
    """A review at the end where the policy sets none: in England by the code that binds landlords (F1)."""
    source = "law" if calendar.nation == "england" else "evenhand"
    return Reckoning(
        policies.parts.REVIEW_AT_END,
        due=ends_on,
        runs_from="end",
        from_on=ends_on,
        strength="must",
        source=source,
        title="Review",
    )


def as_it_stands(restriction: Restriction, *, last_review: date | None = None) -> Dates:
    """The dates of a restriction that has been imposed, counted from its decision and the last review."""
    case = restriction.case
    calendar, own = deadlines.calendar_for(case.provider), OwnReview.of(restriction)
    return work_out(case.policy, calendar, Span.of(restriction), own=own, last_review=last_review)


def next_review_of(restriction: Restriction) -> date | None:
    """The day of the review that comes first, counted from its decision: what the register says."""
    found = as_it_stands(restriction).next_review
    return found.due if found else None


def make_terms(restriction: Restriction, terms: Sequence[NewTerm]) -> list[Term]:
    """Terms as rows that are not saved, with their people, to show what they would say."""
    people = User.objects.in_bulk([term.person_id for term in terms if term.person_id])
    return [
        Term(
            restriction=restriction,
            channel=t.channel,
            limit=t.limit,
            words=t.words,
            person=people.get(t.person_id or 0),
        )
        for t in terms
    ]


def plan(
    restriction: Restriction,
    changes: Changes,
    *,
    on: date,
    reasons: str,
    ends_on: date | None = None,
    appealable: bool = True,
) -> Plan:
    """The restriction as it would be if it were decided on this day with these changes; changes nothing.

    It lasts as many months as are given, or as it says; or until `ends_on`, as what carries one on does. Raises
    ValueError where it has neither.
    """
    case, own = restriction.case, NOTHING_SET if ends_on else OwnReview.of(restriction)
    months = changes.months if changes.months or ends_on else restriction.months
    if ends_on is None:
        if months is None:
            raise ValueError("a plan needs a length or a last day")
        ends_on = last_day(on, months)
    span, calendar = Span(on, on, ends_on, months), deadlines.calendar_for(case.provider)
    found = work_out(case.policy, calendar, span, own=own, appealable=appealable)
    return Plan(restriction, months, changes.rows(restriction), changes.orders(restriction), reasons.strip(), found)
