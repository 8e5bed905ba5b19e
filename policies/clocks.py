"""Every date in the product comes from here: a period, the events it runs from, the calendar, explained.

A date that the policy does not fix is not computed: `Reckoning.due` is then None, `why_null` says why, and `readings`
gives the date by each way of reading it. Conventions that were applied are listed in `assumed`.
"""

import calendar as gregorian
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from policies import calendars, periods, schema
from policies.calendars import Calendar
from policies.periods import Period
from policies.policy import Policy
from policies.reckoning import START_NOT_COUNTED, Reckoning, is_own_time, landed, sentence
from policies.rules import Rule
from policies.values import Value

FROM_START = "Runs from the start, then from the last review: our convention"
FROM_ENTRY = "Runs from the entry on the register, then from the last look at it: our convention"
FROM_NAMING = "Runs from the naming of the single point of contact: our convention"
BATCH_MONTH = "The last day of the next such month: our convention"

WHY_PART = {
    "number": "the policy does not say how many",
    "day_kind": "the policy does not say which kind of day",
    "runs_from": "the policy does not say what it runs from",
    "nation": "the nation is not said, so its working days are not known",
    "contradiction": "the policy contradicts itself",
}
_LENGTHS = ("restriction.minimum", "restriction.maximum", "restriction.normally", "restriction.length")
_MONTHS = {name.lower(): number for number, name in enumerate(gregorian.month_name) if name}


def work_out(policy: Policy, path: str, events: Mapping[str, date], calendar: Calendar | None) -> Reckoning:
    """Work out the date that a policy sets at a path, from what has happened.

    `events` holds the day of each event of `periods.EVENTS` that is known ("decision", "letter dated" …; underscores do
    as well). `calendar` is the nation's, with the provider's corrections; None where the nation is not known. What
    cannot be computed has `due` None and says why. Raises ValueError for a path that is no clock or an unknown event.

    >>> from policies import shelf
    >>> dover, england = shelf.read_builtin("dover-district-council"), Calendar.of("england", 2026, 2027)
    >>> work_out(dover, "appeal.window", {"decision": date(2026, 12, 18)}, england).due
    datetime.date(2027, 1, 20)
    >>> work_out(dover, "appeal.response", {}, england).why_null
    'the receipt of the appeal is not known'
    """
    known = _events(policy, events)
    value = policy.value(path)
    if not _is_clock(path):
        raise ValueError(f"{path} holds no period: it is not a clock")
    found = _described(policy, value, calendar)
    if value.unsaid or value.none or (value.lost and not value.kept) or value.raw is False:
        return _without_value(policy, found, value)
    if value.contradiction:
        ways = {str(period): _by_one_reading(policy, path, period, known, calendar) for period in value.readings}
        return replace(found, unsaid_parts=["contradiction"], readings=ways, why_null=WHY_PART["contradiction"])
    if path == "review.batch":
        return _off_days(policy, _by_batch(found, value, known), calendar)
    if value.raw is True:
        return _off_days(policy, _from_event(replace(found, runs_from="end"), known, lambda day: day), calendar)
    return _by_period(policy, found, _kind_settled(policy, value.raw), known, calendar)


def is_spared(policy: Policy, review_on: date, ends_on: date, calendar: Calendar | None) -> bool:
    """Whether no review is held on a day because the restriction ends soon after it (`review.none_within`).

    Only where the policy sets that time to the number and the kind of day, and does not leave it to a person.

    >>> from policies import loader
    >>> head = '[policy]\\nprovider = "X"\\nkind = "council"\\napproved = 2026-01-01\\neffective = 2026-01-01\\n'
    >>> policy = loader.read(head + '[review]\\nnone_within = "6 weeks [6.2]"')
    >>> [is_spared(policy, date(2027, 3, 31), date(2027, 5, day), None) for day in (12, 13)]
    [True, False]
    """
    within, rule = policy.period("review.none_within"), policy.value("review.none_within").rule
    if within is None or rule is None or not within.countable or rule.strength not in ("must", "normally"):
        return False
    try:
        return ends_on <= periods.add(within, review_on, calendar)
    except (ValueError, calendars.NotCovered):
        return False


def clock_paths(policy: Policy) -> list[str]:
    """Every path of the policy that sets a date or is asked to, in the order of the schema.

    >>> from policies import shelf
    >>> clock_paths(shelf.read_builtin("dover-district-council"))[:3]
    ['policy.review', 'stage.written.lapses', 'restriction.minimum']
    """
    order = list(schema.ROOT.tables)
    found = [path for path, value in policy.values.items() if _is_clock(path) and (value.items or path in policy.asked)]
    return sorted(found, key=lambda path: (order.index(path.partition(".")[0]), list(policy.values).index(path)))


def earliest(reckonings: Iterable[Reckoning]) -> Reckoning | None:
    """Of several clocks the one that is due first; None where none has a date. The earliest review counts.

    >>> late = Reckoning("review.at_end", due=date(2027, 12, 18))
    >>> earliest([late, Reckoning("review.interval", due=date(2027, 6, 18)), Reckoning("review.batch")]).path
    'review.interval'
    """
    return min((found for found in reckonings if found.due), key=lambda found: found.due or date.max, default=None)


# inside


def _events(policy: Policy, events: Mapping[str, date]) -> dict[str, date]:
    known = {name.replace("_", " "): day for name, day in events.items() if day is not None}
    for name in known:
        if name not in periods.EVENTS:
            raise ValueError(f'"{name}" is not an event: {", ".join(periods.EVENTS)}')
    own = {"adoption": policy.effective_on, "approval": policy.approved_on or policy.effective_on}
    return own | known


def _described(policy: Policy, value: Value, calendar: Calendar | None) -> Reckoning:
    """What is known before any counting: the rule, and who settled it."""
    rule = value.rule or Rule("policy")
    settled = value.settled
    return Reckoning(
        value.path,
        clause=rule.clause or None,
        strength=rule.strength if value.rule else None,
        source=rule.source,
        met_by=_met_by(policy, value.path),
        nation=calendar.nation if calendar else (policy.nation or None),
        local={"by": settled.by, "on": settled.on.isoformat(), "why": settled.why} if settled else None,
        title=sentence(schema.find(value.path)[0].about),
    )


def _met_by(policy: Policy, path: str) -> str | None:
    if not path.startswith("appeal.") or not is_own_time(path):
        return None
    value = policy.value("appeal.met_by")
    return str(value.raw) if value.said else None


def _without_value(policy: Policy, found: Reckoning, value: Value) -> Reckoning:
    if value.lost:
        return replace(found, unsaid=True, why_null="the policy's text is lost here")
    if instead := _instead(policy, value):
        return replace(found, unsaid=True, why_null=instead)
    if value.unsaid:
        words = next((item.words for item in value.items if item.words), "")
        return replace(found, unsaid=True, why_null="the policy is silent" + (f": {words}" if words else ""))
    if value.rule is None:
        return replace(found, unsaid=True, why_null="the policy says nothing of it")
    return replace(found, why_null="the policy sets none")


def _instead(policy: Policy, value: Value) -> str:
    """Why a clock has no value although nothing is missing; "" where the policy is simply silent."""
    if value.items and value.rule:
        return ""
    if value.path == "review.interval" and policy.value("review.batch").said:
        return "reviews are held in batch months instead"
    if value.path.startswith("reconsideration.") and "reconsideration" not in policy.tables:
        return "the policy has no reconsideration"
    return ""


def _kind_settled(policy: Policy, period: Period) -> Period:
    kind = policy.value("clocks.day_kind")
    return replace(period, unit=kind.raw) if period.unit == "days" and kind.said else period


def _by_period(
    policy: Policy, found: Reckoning, period: Period, events: Mapping[str, date], calendar: Calendar | None
) -> Reckoning:
    found = replace(
        found,
        count=period.count,
        unit=period.unit,
        runs_from=period.runs_from or None,
        every=period.every,
    )
    if period.by:
        return _off_days(policy, replace(found, unit="date", due=period.by), calendar)
    if period.set_for_each_case:
        return replace(found, why_null="it is set for each case")
    if period.every and not period.runs_from:
        begin, convention = _begins(found.path, events)
        found, period = replace(found, runs_from=begin, assumed=[convention]), replace(period, runs_from=begin)
    parts = period.unsaid_parts()
    if parts:
        ways = _ways(policy, found.path, period, events, calendar)
        why = " and ".join(WHY_PART[part] for part in parts)
        return replace(found, unsaid_parts=parts, readings=ways, why_null=why, from_on=events.get(period.runs_from))
    if period.unit == "working days" and calendar is None:
        ways = _by_nation(policy, found.path, period, events)
        return replace(found, unsaid_parts=["nation"], readings=ways, why_null=WHY_PART["nation"])
    return _counted(policy, found, period, events, calendar)


def _begins(path: str, events: Mapping[str, date]) -> tuple[str, str]:
    """From what a period that comes round again runs, where the policy names nothing; and that this is a convention."""
    if path.startswith("spoc."):
        return "spoc named", FROM_NAMING
    if path.startswith("register.") and "start" not in events:
        return "last review" if "last review" in events else "entry", FROM_ENTRY
    return "last review" if "last review" in events else "start", FROM_START


def _counted(
    policy: Policy, found: Reckoning, period: Period, events: Mapping[str, date], calendar: Calendar | None
) -> Reckoning:
    start, assumed = _start(policy, period, events, calendar)
    if start is None:
        return replace(found, why_null=f"{periods.EVENTS[period.runs_from]} is not known")
    counted, convention = _start_day(policy)
    found = replace(found, from_on=start, assumed=[*found.assumed, *assumed, *convention])
    last_review = events.get("last review") if period.runs_from != "last review" else None
    after = last_review if period.every and found.path.startswith(("review.", "register.")) else None
    try:
        due = _due(period, start, counted, after, calendar)
        found = replace(found, due=due, counted_on=due)
        if period.unit == "working days" and calendar:
            origin = start - timedelta(days=1) if counted else start
            return replace(found, left_out=calendar.days_off(origin, due), counted_on=due)
    except calendars.NotCovered as error:
        return replace(found, due=None, why_null=str(error))
    return found if _is_length(found.path) else _off_days(policy, found, calendar)


def _due(period: Period, start: date, counted: bool, after: date | None, calendar: Calendar | None) -> date:
    """The last day; of a period that comes round again the first after the last review, each counted from the start."""
    times = 1
    due = _once(period, start, counted, calendar)
    while after and due <= after and period.count:
        times += 1
        due = _once(replace(period, count=period.count * times), start, counted, calendar)
    return due


def _once(period: Period, start: date, counted: bool, calendar: Calendar | None) -> date:
    if not counted:
        return periods.add(period, start, calendar)
    if period.unit in ("months", "years"):
        return periods.add(period, start, calendar) - timedelta(days=1)
    return periods.add(period, start - timedelta(days=1), calendar)


def _start(
    policy: Policy, period: Period, events: Mapping[str, date], calendar: Calendar | None
) -> tuple[date | None, list[str]]:
    """The day from which a period runs; where receipt is not known it is deemed, if that is settled."""
    if period.runs_from in events:
        return events[period.runs_from], []
    if period.runs_from not in periods.EVENTS:
        return date.fromisoformat(period.runs_from), []
    deemed = policy.period("clocks.deemed") if period.runs_from == "letter received" else None
    if deemed and deemed.runs_from in events and not deemed.unsaid_parts():
        try:
            return periods.add(deemed, events[deemed.runs_from], calendar), [f"Receipt deemed: {deemed}"]
        except (ValueError, calendars.NotCovered):
            return None, []
    return None, []


def _start_day(policy: Policy) -> tuple[bool, list[str]]:
    said = policy.value("clocks.start_day")
    if said.said:
        return said.raw == "counted", []
    return False, [START_NOT_COUNTED]


def _ways(
    policy: Policy, path: str, period: Period, events: Mapping[str, date], calendar: Calendar | None
) -> dict[str, date | None]:
    """The date by each way of reading what is not said; none where the number itself is missing."""
    if period.count is None:
        return {}
    kinds: tuple[Any, ...] = ("calendar days", "working days") if period.unit == "days" else (period.unit,)
    begins = (period.runs_from,) if period.runs_from else tuple(name for name in _starts(path) if name in events)
    ways: dict[str, date | None] = {}
    for begin in begins:
        for kind in kinds:
            name = kind if period.runs_from else f"{kind} from {begin}" if len(kinds) > 1 else f"from {begin}"
            read = replace(period, unit=kind, runs_from=begin)
            if kind == "working days" and calendar is None:
                ways |= _by_nation(policy, path, read, events, name)
            else:
                ways[name] = _by_one_reading(policy, path, read, events, calendar)
    return ways


def _starts(path: str) -> tuple[str, ...]:
    """The events from which the clock at a path can run, where the policy names none."""
    key = schema.find(path)[0]
    return key.runs_from if isinstance(key, schema.Key) else ()


def _by_nation(
    policy: Policy, path: str, period: Period, events: Mapping[str, date], name: str = "working days"
) -> dict[str, date | None]:
    """The date in each nation's working days, where the nation is not said; one date where they all agree."""
    ways = {
        f"{name}, {nation}": _by_one_reading(policy, path, period, events, calendar)
        for nation, calendar in calendars.of_each_nation().items()
    }
    return ways if len(set(ways.values())) > 1 else {name: next(iter(ways.values()))}


def _by_one_reading(
    policy: Policy, path: str, period: Any, events: Mapping[str, date], calendar: Calendar | None
) -> date | None:
    return _by_period(policy, Reckoning(path), period, events, calendar).due if isinstance(period, Period) else None


def _from_event(found: Reckoning, events: Mapping[str, date], due: Any) -> Reckoning:
    begin = found.runs_from or ""
    if begin not in events:
        return replace(found, why_null=f"{periods.EVENTS[begin]} is not known")
    return replace(found, from_on=events[begin], due=due(events[begin]))


def _by_batch(found: Reckoning, value: Value, events: Mapping[str, date]) -> Reckoning:
    """The last day of the next month of those in which all are reviewed."""
    months = {_MONTHS[item.word] for item in value.kept if item.word in _MONTHS}
    begin = "last review" if "last review" in events else "start"

    def due(start: date) -> date:
        year, month = start.year, start.month
        while month not in months or _last_of(year, month) <= start:
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return _last_of(year, month)

    return _from_event(replace(found, runs_from=begin, unit="batch", assumed=[BATCH_MONTH]), events, due)


def _off_days(policy: Policy, found: Reckoning, calendar: Calendar | None) -> Reckoning:
    """Say whether the day is a day off, and move it where the policy has a rule for that."""
    if found.due is None:
        return found
    own = policy.values.get(f"{found.path.partition('.')[0]}.day_off")
    value = own if own and own.said else policy.value("clocks.day_off")
    return landed(found, found.due, value.raw if value.said else "", calendar)


def _is_length(path: str) -> bool:
    """Whether the period is a length or a bound, which no day off moves, and not a deadline."""
    return path in _LENGTHS or path.startswith("restriction.extension.") or ".keep." in path or path.endswith(".lapses")


def _is_clock(path: str) -> bool:
    if path in ("review.at_end", "review.batch"):
        return True
    try:
        key = schema.find(path)[0]
    except KeyError:
        return False
    return isinstance(key, schema.Key) and key.kind == "period" and not key.bare and path != "clocks.deemed"


def _last_of(year: int, month: int) -> date:
    return date(year, month, gregorian.monthrange(year, month)[1])
