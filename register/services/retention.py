"""How long an entry stands, when it is looked at again, how long its words are kept: by the policy's own periods.

Where the policy is silent nothing is counted: a named person decides, and the page says that the policy is silent.
"""

from collections.abc import Iterable
from datetime import date

import policies.clocks
from people.models import PolicyVersion
from policies.calendars import Calendar
from policies.grammar import plain
from policies.periods import EVENTS, Period
from policies.policy import RegisterRule
from policies.reckoning import Reckoning
from policies.values import Value
from register.models import Entry

ALL = "all"


def next_look(
    version: PolicyVersion, register_key: str, *, entered_on: date, kept_on: date | None, calendar: Calendar
) -> Reckoning | None:
    """When an entry is looked at next, by the policy's own clock; None for a highlight, which no policy speaks of.

    Without `due` where the policy is silent, or leaves it to each case: then whoever decides on the entry says when.
    """
    if not register_key:
        return None
    events = {"entry": entered_on} | ({"last review": kept_on} if kept_on else {})
    found = policies.clocks.work_out(version.policy, f"register.{register_key}.review", events, calendar)
    gone = found.due is not None and found.due <= (kept_on or entered_on)
    return None if gone else found


def limits(
    version: PolicyVersion, register_key: str, risks: Iterable[str], *, event: str, on: date, calendar: Calendar
) -> dict[str, Reckoning | None]:
    """For each risk the last day that the policy's `keep` allows, counted from an event; None where it sets none.

    A risk has its own time, else the time for all. An entry without risks has the time for all.
    """
    rule = version.policy.register(register_key)
    found: dict[str, Reckoning | None] = {}
    for risk in list(risks) or [ALL]:
        names = [name for name in (plain(rule.risk_keys.get(risk, risk)), ALL) if name in rule.keep]
        paths = [f"register.{register_key}.keep.{name}.maximum" for name in dict.fromkeys(names)]
        counted = [path for path in paths if getattr(version.policy.period(path), "runs_from", None) == event]
        worked = [policies.clocks.work_out(version.policy, path, {event: on}, calendar) for path in counted[:1]]
        found[risk] = worked[0] if worked and worked[0].due else None
    return found


def last_day(
    version: PolicyVersion, register_key: str, risks: Iterable[str], *, event: str, on: date, calendar: Calendar
) -> Reckoning | None:
    """The day after which an entry may not stand, because the time for every one of its risks is over.

    None where one of them has no such time: an order that still protects somebody is not taken away by the clock.
    """
    found = limits(version, register_key, risks, event=event, on=on, calendar=calendar)
    if any(each is None for each in found.values()):
        return None
    return max((each for each in found.values() if each), key=lambda each: each.due or on, default=None)


def first_limit(found: Iterable[Reckoning | None]) -> Reckoning | None:
    """The first of several limits: by then somebody looks at the entry, whatever else the policy says of its review."""
    return policies.clocks.earliest(each for each in found if each)


def end_of(entry: Entry, calendar: Calendar) -> Reckoning | None:
    """Why an entry that stands by itself ends on its last day; None where the policy sets no such day."""
    if entry.is_highlight or entry.stands_with:
        return None
    return last_day(
        entry.policy_version, entry.register_key, entry.risks, event="entry", on=entry.entered_on, calendar=calendar
    )


def words_of(entry: Entry, calendar: Calendar) -> Reckoning | None:
    """Until when the words of a removed entry are kept: the first of the times that the policy counts from its removal.

    None where the policy is silent: then they are kept until somebody decides.
    """
    if entry.is_highlight or entry.removed_on is None:
        return None
    found = limits(
        entry.policy_version, entry.register_key, entry.risks, event="removal", on=entry.removed_on, calendar=calendar
    )
    return first_limit(found.values())


def explained(entry: Entry, calendar: Calendar) -> dict[str, str]:
    """How the policy's clocks gave the days of an entry: its next look, its last day, the end of keeping its words.

    A day that a person chose has no explanation here.
    """
    if entry.is_highlight or entry.stands_with:
        return {}
    look = next_look(
        entry.policy_version, entry.register_key, entered_on=entry.entered_on, kept_on=entry.kept_on, calendar=calendar
    )
    days = {
        "look": (look, entry.review_on),
        "end": (end_of(entry, calendar), entry.ends_on),
        "words": (words_of(entry, calendar), entry.words_until),
    }
    return {name: found.explain() for name, (found, day) in days.items() if found and day and found.due == day}


def sets_review(rule: RegisterRule) -> bool:
    """Whether the policy itself says how often an entry of a register is looked at, so that nobody has to."""
    return isinstance(rule.review.raw, Period) and rule.review.raw.countable


def in_words(rule: RegisterRule) -> list[str]:
    """What the policy says, and what it leaves open, of how long an entry stands and its words are kept."""
    said = [_review_words(rule.review)]
    if rule.remove.said:
        said.append(f"Removed: {_first_lower(rule.remove.words)}{_cited(rule.remove)}.")
    else:
        said.append("When an entry is removed, the policy does not say: somebody decides.")
    said += [_keep_words(name, value) for name, value in rule.keep.items() if isinstance(value.raw, Period)]
    if not any(isinstance(each.raw, Period) and each.raw.runs_from == "removal" for each in rule.keep.values()):
        said.append("How long the record is kept after that, the policy does not say: it stays.")
    return said


def _review_words(value: Value) -> str:
    if value.said:
        return f"Looked at again: {value.kept[0].word}{_cited(value)}."
    if value.none:
        return f"The policy has no look at an entry by itself{_cited(value)}: whoever decides says when."
    return "When an entry is looked at again, the policy does not say: whoever decides says when."


def _keep_words(name: str, value: Value) -> str:
    risk = "Every entry" if name == ALL else f"Of {name.replace('_', ' ')}"
    event = EVENTS.get(value.raw.runs_from, "the entry on the register")
    what = "its words kept" if value.raw.runs_from == "removal" else "kept"
    return f"{risk}: {what} for at most {value.raw.length()} from {event}{_cited(value)}."


def _cited(value: Value) -> str:
    return f" ({value.rule.in_brackets()})" if value.rule else ""


def _first_lower(words: str) -> str:
    return words[:1].lower() + words[1:]
