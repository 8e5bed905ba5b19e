"""What another version of the policy makes of a case's open clocks: the time to appeal, checks of a contact, letters.

Every clock is counted anew by that version. What a letter told the resident never becomes worse (docs/adr/0035): their
own time may grow, what we promised by a day may come sooner; otherwise it stays, and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from appeals.against.appealable import Appealable
from appeals.services import arrivals
from appeals.services.windows import counted
from audit import subjects
from cases.models import Case
from deadlines import kinds
from deadlines.models import Deadline
from design import dates
from design.dates import day_of
from letters import facts
from letters.services import within
from policies.calendars import Calendar
from policies.policy import Policy
from policies.provisions import Appeals
from policies.reckoning import Reckoning
from restrictions.models import Naming, Restriction, SpocCheck
from restrictions.services.contacts import checking

COUNTED = (kinds.APPEAL_WINDOW, kinds.SPOC_QUALITY_REVIEW, kinds.LETTER_SEND)
"""The kinds of deadline whose clocks are counted anew here."""


@dataclass(frozen=True)
class Move:
    """A deadline that would move with the case: from which day (None where there was none), to which reckoning.

    None for the reckoning where that version asks for it no more. `decided` is what a time to appeal is against.
    """

    kind: str
    name: str
    was: date | None
    reckoning: Reckoning | None
    restriction: Restriction | None = None
    deadline: Deadline | None = None
    decided: Appealable | None = None

    @property
    def now(self) -> date | None:
        """The day on which it would be due; None where it would be asked for no more."""
        return self.reckoning.due if self.reckoning else None

    @property
    def words(self) -> str:
        """From which day to which, in a sentence that its name begins."""
        was = dates.day(self.was) if self.was else ""
        if self.reckoning is None:
            return f"{was}, would be asked for no more"
        if was:
            return f"{was}, would be {dates.day(self.now) if self.now else 'left open'}"
        return f"none was set, would be {f'on {dates.day(self.now)}' if self.now else 'left open'}"


@dataclass(frozen=True)
class Stay:
    """A deadline that the version would put on a worse day for the resident, and that stays because a letter told it.

    `would_be` is None where that version would not ask for it at all.
    """

    name: str
    was: date | None
    would_be: date | None

    @property
    def words(self) -> str:
        """Why it stays, in sentences that its name begins."""
        was = dates.day(self.was) if self.was else "left open"
        would_be = f"By that policy it would be {dates.day(self.would_be)}" if self.would_be else ""
        than = "which is no better for the resident than what was set"
        return f"{was}, and stays. {would_be or 'That policy sets no such day'}, {than}."


Outcome = Move | Stay


# The time to appeal


def windows(
    case: Case, policy: Policy, open_ones: Mapping[str, Deadline], told: Mapping[str, Appealable], calendar: Calendar,
    on: date,
) -> Iterable[Outcome]:  # fmt: skip
    """The time to appeal against each decision: longer by that version, or as it was told; or new, where it lets more.

    A time that has run out is not opened again. Whoever was told that nobody can appeal is told of a new right.
    """
    for about, one in told.items():
        row, rules = open_ones.get(about), one.rules_under(policy)
        if rules is None:
            continue
        received, ruled = _received(row), one.rules_under(case.policy)
        now = counted(one, rules, policy, calendar, received=received)
        if row is not None and ruled is not None:
            was = counted(one, ruled, case.policy, calendar, received=received)
            if (was.due, was.readings) != (now.due, now.readings):
                yield from _window(row, now, one)
        elif row is None and ruled is None and _is_open(now, on):
            yield Move(kinds.APPEAL_WINDOW, _named(kinds.APPEAL_WINDOW), None, now, decided=one)


def _received(row: Deadline | None) -> date | None:
    """The day on which the letter was received, where the time that runs is counted from that day."""
    found = Reckoning.from_json(row.reckoning) if row and row.reckoning else None
    return found.from_on if found and found.runs_from == arrivals.RECEIVED else None


def _window(row: Deadline, now: Reckoning, one: Appealable) -> Iterable[Outcome]:
    before = Reckoning.from_json(row.reckoning or {"path": kinds.APPEAL_WINDOW})
    days = [day for day in (row.due_on, *before.readings.values()) if day]
    if now.due and days and now.due > max(days):
        yield Move(kinds.APPEAL_WINDOW, _named(kinds.APPEAL_WINDOW), row.due_on, now, deadline=row, decided=one)
    elif now.due != row.due_on:
        yield Stay(_named(kinds.APPEAL_WINDOW), row.due_on, now.due)


def _is_open(window: Reckoning, on: date) -> bool:
    days = [day for day in (window.due, *window.readings.values()) if day]
    return any(day >= on for day in days)


def why_wait(case: Case, policy: Policy, open_ones: Mapping[str, Deadline], told: Mapping[str, Appealable]) -> str:
    """Why a case waits for the sake of a right to appeal that a letter gave; "" where it need not.

    While the time runs, a right that the version does not know is kept by keeping the version that gives it. A time
    that another version counts otherwise, and whose first day nobody has recorded yet, could become shorter unseen.
    """
    for about, row in open_ones.items():
        one = told.get(about)
        if one is None:
            continue
        rules, ruled = one.rules_under(policy), one.rules_under(case.policy)
        waits = row.reckoning is not None and arrivals.waits(Reckoning.from_json(row.reckoning))
        if waits and rules and ruled and _says(policy, rules) != _says(case.policy, ruled):
            return (
                f"The time to appeal against {subjects.ref_of(about)} runs from the receipt of its letter, which is "
                "not recorded yet, and that version counts it otherwise. Record when it was received first"
            )
        if rules is None:
            until = f" until {dates.day(row.due_on)}" if row.due_on else ""
            return (
                f"The resident can still appeal against {subjects.ref_of(about)}{until}, and by that version nobody "
                "could. Move the case once that time is over"
            )
    return ""


def _says(policy: Policy, rules: Appeals) -> object:
    return policy.value(rules.window_path).raw


# Checks of a single point of contact


def checks(
    policies: tuple[Policy, Policy], restriction: Restriction, holder: Naming | None, done: Sequence[SpocCheck],
    row: Deadline | None, calendar: Calendar, on: date,
) -> Iterable[Outcome]:  # fmt: skip
    """The next check of the contact's work, sooner or later as the newer version counts; no letter told of it.

    `policies` are the version that the case runs under and the newer one.

    One that would have been due already is counted from today, so that nobody is late for what was not asked of them.
    """
    if holder is None:
        return
    since = [one.checked_on for one in done if one.checked_on >= holder.named_on]
    begin_on, (old, policy) = since[-1] if since else holder.named_on, policies
    counted, now = (checking.count(each, calendar, begin_on, again=bool(since)) for each in (old, policy))
    if (counted and counted.due) == (now and now.due):
        return
    if now and now.due and now.due < on:
        now = checking.count(policy, calendar, on, again=True)
    if now and now.due and restriction.ends_on and now.due > restriction.ends_on:
        now = None
    was = row.due_on if row else None
    if (row is None) != (now is None) or (now and now.due != was):
        yield Move(kinds.SPOC_QUALITY_REVIEW, _named(kinds.SPOC_QUALITY_REVIEW), was, now, restriction, row)


# Letters that are to go out


def sendings(
    policy: Policy, open_ones: Iterable[Deadline], written: Mapping[str, str], calendar: Calendar, on: date
) -> Iterable[Outcome]:
    """By when letters go out that have not gone: sooner where that version wants it, never later and never dropped.

    `written` has the kind of each letter by its reference.
    """
    for row in open_ones:
        kind = written.get(row.about_ref)
        now = within.time(policy, facts.kind_of(kind), day_of(row.set_at), calendar) if kind else None
        if now is None or now.due is None or row.due_on is None:
            continue
        if max(now.due, on) < row.due_on:
            yield Move(row.kind, _named(row.kind, row.about_ref), row.due_on, _not_before(now, on), deadline=row)
        elif now.due > row.due_on:
            yield Stay(_named(row.kind, row.about_ref), row.due_on, now.due)


def _named(kind: str, ref: str = "") -> str:
    name = kinds.of(kind).name
    return f"{name}, {ref}" if ref else name


def _not_before(found: Reckoning, on: date) -> Reckoning:
    """A day that has gone by that count is today: it was not asked for before."""
    if found.due and found.due >= on:
        return found
    return replace(found, due=on, assumed=[*found.assumed, "Not before today, because it was not asked for before"])
