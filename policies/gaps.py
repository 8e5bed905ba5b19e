"""What a local rule may fill: a gap that the policy leaves, and nothing that it says."""

from dataclasses import replace

from policies.periods import Period
from policies.rules import Rule
from policies.values import Item, Threshold, Value, Who


def refusal(old: Value, new: Value, *, open_list: bool) -> str:
    """Why a local value may not stand beside what the policy says at its path; "" where it fills a gap.

    `open_list` is whether the policy calls the list only examples, so that more may be added.

    >>> said = Value("appeal.window", (Item("14 days", parsed=Period(14, "days"), rule=Rule("policy", "9")),))
    >>> refusal(said, Value("appeal.window", (Item("", parsed=Period(14, "calendar days")),)), open_list=False)
    ''
    >>> refusal(said, Value("appeal.window", (Item("", parsed=Period(20, "calendar days")),)), open_list=False)
    'the policy already says "14 days" (clause 9): only what it leaves open can be settled'
    """
    if old.unsaid:
        return ""
    if old.none:
        return none_there(old)
    if old.contradiction:
        fits = any(_repeats(item, reading) for item in new.kept for reading in old.kept)
        return "" if fits else f"the policy contradicts itself ({old.words}): settle it as one of these"
    if old.lost or (old.many and open_list):
        return ""
    already = f'the policy already says "{old.items[0].word}" ({_cited(old)})'
    if len(old.kept) != 1 or len(new.kept) != 1 or not _has_gap(old.kept[0]):
        return f"{already}: a local rule cannot change it"
    return "" if _repeats(new.kept[0], old.kept[0]) else f"{already}: only what it leaves open can be settled"


def none_there(old: Value) -> str:
    """What is said of a local value where the policy says that there is none.

    >>> none_there(Value("appeal", (Item("none", rule=Rule("policy", "9"), state="none"),)))
    'the policy says that there is none (clause 9): a local rule cannot change it'
    """
    return f"the policy says that there is none ({_cited(old)}): a local rule cannot change it"


def closed(kinds: Value) -> str:
    """What is said of a local value in a list that the policy calls closed.

    >>> closed(Value("restriction.kinds_are", (Item("closed", rule=Rule("policy", "7")),)))
    "the policy's list of kinds is closed (clause 7): a local rule cannot add to it"
    """
    return f"the policy's list of kinds is closed ({_cited(kinds)}): a local rule cannot add to it"


def settled(old: Value | None, new: Value, why: str) -> tuple[Item, ...]:
    """The entries once the gap is filled: the policy's own, then the local ones, these under the clause of the gap.

    What is lost stays marked as lost beside them.

    >>> old = Value("appeal.window", (Item("14 days", parsed=Period(14, "days"), rule=Rule("policy", "9")),))
    >>> new = Value("appeal.window", (Item("", parsed=Period(14, "calendar days"), rule=Rule("local")),))
    >>> [item.rule for item in settled(old, new, "Plain reading")]
    [Rule(source='local', clause='9', strength='must', text='Plain reading', implied=False)]
    """
    if old is None or old.unsaid:
        return new.items
    if old.many:
        return (*old.items, *new.items)
    lost = tuple(item for item in old.items if item.state == "lost")
    rule = replace(old.rule, source="local", text=why) if old.rule else None
    return (*lost, *(_ruled(item, rule) if rule else item for item in new.items))


def _has_gap(item: Item) -> bool:
    if isinstance(item.parsed, Period):
        return bool(item.parsed.unsaid_parts()) or (item.parsed.every and not item.parsed.runs_from)
    return isinstance(item.parsed, Threshold) and (item.parsed.count is None or not item.parsed.within)


def _repeats(new: Item, old: Item) -> bool:
    """Whether the new entry repeats all that the old one says."""
    if isinstance(new.parsed, Period) and isinstance(old.parsed, Period):
        return new.parsed.fills(old.parsed)
    if isinstance(new.parsed, Threshold) and isinstance(old.parsed, Threshold):
        said, told = old.parsed, new.parsed
        return told.what == said.what and said.count in (None, told.count) and said.within in ("", told.within)
    return bool(new.parsed == old.parsed)


def _ruled(item: Item, rule: Rule) -> Item:
    parsed = replace(item.parsed, rule=rule) if isinstance(item.parsed, Who | Threshold) else item.parsed
    return replace(item, rule=rule, parsed=parsed)


def _cited(value: Value) -> str:
    return value.rule.in_brackets() if value.rule else "the policy"
