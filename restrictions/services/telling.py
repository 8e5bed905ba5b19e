"""What a decision on a restriction brings with it: dates, the register entry, deadlines, the facts of its letter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import policies.clocks
import policies.periods
import policies.reckoning
from cases.services import rights
from deadlines import services as deadlines
from people.models import User
from policies.calendars import Calendar
from policies.periods import Period
from policies.policy import Policy
from policies.reckoning import Reckoning
from restrictions import permissions
from restrictions.models import Restriction, Term
from restrictions.services import terms as limits
from restrictions.services.asked import appealed_as, registers_for, steps
from restrictions.services.rows import about
from restrictions.services.terms import NewTerm


@dataclass(frozen=True)
class Dates:
    """The days of a restriction, each with how it was found. `appeal` is None where the decision cannot be appealed."""

    decided_on: date
    starts_on: date
    ends_on: date
    end: Reckoning
    appeal: Reckoning | None
    interval: Reckoning | None
    at_end: Reckoning | None

    @property
    def next_review(self) -> Reckoning | None:
        """The review that comes first."""
        return policies.clocks.earliest(each for each in (self.interval, self.at_end) if each)

    @property
    def late_review(self) -> bool:
        """Whether the review at the end falls after the last day, because that is a day off (Dover 6.21)."""
        return bool(self.at_end and self.at_end.due and self.at_end.due > self.ends_on)


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


def dates(
    policy: Policy,
    calendar: Calendar,
    *,
    decided_on: date,
    starts_on: date,
    ends_on: date,
    months: int | None,
    last_review: date | None = None,
    appealable: bool = True,
    review_months: int | None = None,
    waived: bool = False,
) -> Dates:
    """Work out every date that follows from a decision, by the policy's clocks and what was decided of its review.

    Of the clocks that come round again the earliest counts, and only before the last day: a review then is the one at
    the end. That one moves to the next working day where the last day is a day off. No restriction is without a review:
    where the policy sets none at the end, one is held there all the same (F1). `review_months` is the time set for
    this case, where the policy leaves it to the case; `waived`, that a named person decided that there is no review
    before its last day (Homes for Life 1.8): the one at the end stays.
    """
    events = {
        "decision": decided_on,
        "letter dated": decided_on,
        "letter sent": decided_on,
        "start": starts_on,
        "end": ends_on,
    }
    if last_review:
        events["last review"] = last_review
    appeals = policy.appeal_of(*steps(policy)) if appealable else None
    interval, at_end = _reviews(policy, events, calendar, ends_on, review_months)
    if waived:
        interval, at_end = None, _review_all_the_same(ends_on, calendar)
    return Dates(
        decided_on,
        starts_on,
        ends_on,
        _end(policy, starts_on, ends_on, months),
        policies.clocks.work_out(policy, appeals.window_path, events, calendar) if appeals else None,
        interval,
        at_end,
    )


def _end(policy: Policy, starts_on: date, ends_on: date, months: int | None) -> Reckoning:
    rule = policy.length_bounds()[2]
    if months is None:
        return Reckoning("restriction.end", due=ends_on, runs_from="end", from_on=ends_on, title="Last day in force")
    return Reckoning(
        "restriction.end",
        due=ends_on,
        count=months,
        unit="months",
        runs_from="start",
        from_on=starts_on,
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
    paths = [path for path in policy.review.paths if path != "review.at_end"]
    clocks = [policies.clocks.work_out(policy, path, events, calendar) for path in paths]
    if months:
        clocks.append(_set_for_this_case(policy, events, months))
    first = policies.clocks.earliest(clocks)
    before = first if first and first.due and first.due < ends_on else None
    if before and before.due and policies.clocks.is_spared(policy, before.due, ends_on, calendar):
        before = None
    if "review.at_end" in policy.review.paths:
        found = policies.clocks.work_out(policy, "review.at_end", events, calendar)
        return before, replace(
            found, due=found.next_working_day
        ) if found.lands_on and found.next_working_day else found
    return before, first if first and first.due == ends_on else _review_all_the_same(ends_on, calendar)


def _set_for_this_case(policy: Policy, events: dict[str, date], months: int) -> Reckoning:
    """A review so many months after the start or the last review, where the policy leaves the time to the case."""
    rule = policy.review.interval.rule
    begin = "last review" if "last review" in events else "start"
    return Reckoning(
        "review.interval",
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
        "review.at_end", due=ends_on, runs_from="end", from_on=ends_on, strength="must", source=source, title="Review"
    )


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
    *,
    on: date,
    reasons: str,
    months: int | None = None,
    terms: Sequence[NewTerm] | None = None,
    instructions: Sequence[str] | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    appealable: bool = True,
) -> Plan:
    """The restriction as it would be if it were decided on this day with these changes; changes nothing."""
    case = restriction.case
    months = months if months or ends_on else restriction.months
    begins = starts_on or on
    if ends_on is None:
        if months is None:
            raise ValueError("a plan needs a length or a last day")
        ends_on = last_day(begins, months)
    found = dates(
        case.policy,
        deadlines.calendar_for(case.provider),
        decided_on=on,
        starts_on=begins,
        ends_on=ends_on,
        months=months,
        appealable=appealable,
        **review_of(restriction),
    )
    rows = limits.of(restriction) if terms is None else make_terms(restriction, terms)
    orders = restriction.instructions if instructions is None else [one.strip() for one in instructions if one.strip()]
    return Plan(restriction, months, rows, list(orders), reasons, found)


def set_deadlines(restriction: Restriction, found: Dates, *, at: datetime, event: int) -> None:
    """Set what follows: the appeal window, the reviews, the last day."""
    case = restriction.case
    barred = list(User.objects.filter(pk__in=permissions.barred_from_reviewing(restriction)))
    reviewers = permissions.keys_of(permissions.reviewers(case.policy), case.provider)

    def add(kind: str, title: str, url_name: str, **more: Any) -> None:
        deadlines.set_deadline(
            provider=case.provider,
            resident=case.resident,
            kind=kind,
            about=about(restriction),
            case_ref=case.reference,
            title=title,
            url_name=url_name,
            runs_from_event=event,
            at=at,
            **more,
        )

    if found.appeal:
        add("appeal.window", "Last day to appeal", "restrictions:view", reckoning=found.appeal, told=True)
    if found.interval:
        add_review(restriction, found.interval, "review.interval", barred, reviewers, at=at, event=event)
    if found.at_end:
        add_review(restriction, found.at_end, "review.at_end", barred, reviewers, at=at, event=event)
    add("restriction.end", "Last day in force", "restrictions:view", reckoning=found.end)


def add_review(
    restriction: Restriction,
    found: Reckoning,
    kind: str,
    barred: Iterable[User],
    reviewers: Sequence[str],
    *,
    at: datetime,
    event: int,
) -> None:
    """Set a review, for everybody who may decide it and from whom rule F12 does not keep it."""
    case = restriction.case
    deadlines.set_deadline(
        provider=case.provider,
        resident=case.resident,
        kind=kind,
        about=about(restriction),
        case_ref=case.reference,
        title="Review a restriction at its end" if kind == "review.at_end" else "Review a restriction",
        url_name="restrictions:review",
        reckoning=found,
        told=True,
        for_roles=reviewers,
        not_for=barred,
        runs_from_event=event,
        at=at,
    )


def set_review(restriction: Restriction, found: Reckoning, kind: str, *, at: datetime, event: int) -> None:
    """Set a review that was not due before, for whom the policy of the case names and F12 does not bar."""
    case = restriction.case
    barred = list(User.objects.filter(pk__in=permissions.barred_from_reviewing(restriction)))
    reviewers = permissions.keys_of(permissions.reviewers(case.policy), case.provider)
    add_review(restriction, found, kind, barred, reviewers, at=at, event=event)


def next_review_of(restriction: Restriction) -> date | None:
    """The day of the review that comes first, counted from its decision: what the register says."""
    assert restriction.decided_on and restriction.starts_on and restriction.ends_on
    case = restriction.case
    found = dates(
        case.policy,
        deadlines.calendar_for(case.provider),
        decided_on=restriction.decided_on,
        starts_on=restriction.starts_on,
        ends_on=restriction.ends_on,
        months=restriction.months,
        **review_of(restriction),
    ).next_review
    return found.due if found else None


def review_of(restriction: Restriction) -> dict[str, Any]:
    """What was decided of its review, as `dates` takes it: after how long, or none before its last day."""
    return {"review_months": restriction.review_months, "waived": bool(restriction.no_review_reason)}


def letter_facts(made: Plan) -> dict[str, Any]:
    """What the restriction letter says, as plain values, frozen on the day (Dover 6.15)."""
    restriction, policy = made.restriction, made.restriction.case.policy
    review = made.dates.next_review
    return {
        "reference": restriction.reference,
        "decided_on": made.dates.decided_on.isoformat(),
        "reasons": made.reasons,
        "incidents": incidents_facts(restriction),
        "terms": limits.as_facts(made.terms),
        "arrangement": limits.ways_left(made.terms),
        "always_accepted": always_accepted(policy),
        "starts_on": made.dates.starts_on.isoformat(),
        "ends_on": made.dates.ends_on.isoformat(),
        "months": made.months,
        "review_on": review.due.isoformat() if review and review.due else None,
        "review_explained": review.explain() if review else "",
        "appeal": appeal_facts(restriction, made.dates.appeal, made.terms),
        "register": _register_facts(made),
        "spoc": limits.single_point(made.terms),
        "adjustments": _adjustments(restriction),
        "follows": restriction.follows.reference if restriction.follows else "",
        "extreme": restriction.extreme,
        "no_review": restriction.no_review_reason,
    }


def incidents_facts(restriction: Restriction) -> list[dict[str, str]]:
    """The incidents it rests on: reference, day, channel, what happened."""
    return [
        {
            "reference": each.reference,
            "on": each.happened_on.isoformat(),
            "channel": each.get_channel_display(),
            "what": each.facts,
        }
        for each in restriction.incidents.order_by("happened_on", "pk")
    ]


def always_accepted(policy: Policy) -> list[dict[str, str]]:
    """The contacts that are always accepted, each with whose rule it is."""
    return [{"words": words, "cite": rule.cite()} for words, rule in policy.always_accept]


def appeal_facts(restriction: Restriction, window: Reckoning | None, terms: Sequence[Term]) -> dict[str, Any] | None:
    """How to appeal, until when, and who decides; None where the decision cannot be appealed."""
    case = restriction.case
    appeals = case.policy.appeal_of(*appealed_as(case.policy, terms))
    if window is None or appeals is None:
        return None
    return rights.in_letter(case.provider, appeals, window)


def against_keeping(restriction: Restriction, on: date) -> tuple[Reckoning, dict[str, Any]] | None:
    """Until when, and how, the decision of a review to keep it can be appealed; None where the policy lets nobody.

    Northampton 4.2 covers any decision; Dover 6.34 covers restrictions, and a review that keeps one imposes none.
    """
    case = restriction.case
    policy = case.policy
    rules = rights.rules_for(policy, policy.steps_into("review"), appealed_as(policy, restriction.terms.all()))
    if rules is None:
        return None
    found = rights.window(policy, rules, deadlines.calendar_for(case.provider), decided_on=on, dated=on)
    return found, rights.in_letter(case.provider, rules, found)


def _register_facts(made: Plan) -> dict[str, Any] | None:
    """What the resident is told of the registers on which they stand; None where on none, or not told."""
    restriction = made.restriction
    rules = registers_for(restriction, made.terms)
    if not rules or not restriction.tell_resident_of_entry:
        return None
    who = "; ".join(dict.fromkeys(rule.access.words or "staff whose work needs it" for rule in rules))
    shared = ", and our contractors" if restriction.share_with_contractors else ""
    name = " and ".join(rule.name for rule in rules)
    return {"name": name, "told": True, "who_sees": who + shared, "until": made.dates.ends_on.isoformat()}


def _adjustments(restriction: Restriction) -> str:
    if not restriction.adjustment_touched:
        return ""
    return f"{restriction.adjustment_reason}\n\n{restriction.other_way}".strip()
