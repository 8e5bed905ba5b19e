"""What changed between two versions of a policy, clause by clause."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from policies import schema
from policies.policy import Policy
from policies.rules import Rule
from policies.values import Value

Kind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs: what it is about, what it was and what it is now, with the clauses of both.

    "moved" means that it says the same under another clause, or binds otherwise.
    """

    path: str
    kind: Kind
    was: str
    now: str
    was_rule: Rule | None
    now_rule: Rule | None

    @property
    def about(self) -> str:
        """What the value is about, in plain words."""
        return schema.find(self.path)[0].about

    @property
    def lines(self) -> list[str]:
        """What it was and is now, a line each, with the clause; where both stand, with how strongly it binds."""
        if self.kind == "added":
            return [f"New: {_in_brackets(self.now, self.now_rule, '')}"]
        if self.kind == "removed":
            return [f"Gone: {_in_brackets(self.was, self.was_rule, '')}"]
        both = (("Was", self.was, self.was_rule), ("Is now", self.now, self.now_rule))
        return [f"{when}: {_in_brackets(words, rule, rule.strength if rule else '')}" for when, words, rule in both]

    def __str__(self) -> str:
        was, now = (_cited(words, rule) for words, rule in ((self.was, self.was_rule), (self.now, self.now_rule)))
        said = {"added": f"new: {now}", "removed": f"gone: {was}"}.get(self.kind, f"was {was}; is now {now}")
        return f"{self.path} ({self.about}): {said}"


def between(old: Policy, new: Policy) -> list[Change]:
    """Every value that differs, in the order of the schema; empty where both say the same.

    Local rules count as what they settle. A role or stage that carries its old key in `was` is followed to its new one.

    >>> from policies import shelf
    >>> dover = shelf.read_builtin("dover-district-council")
    >>> between(dover, dover)
    []
    >>> print(*between(shelf.read_builtin("dover-district-council", local=False), dover))
    review.interval (how often): was unsaid; is now every 6 months from start (local rule)
    """
    renamed = _renamed(new)
    before = {_renamed_path(path, renamed): value for path, value in old.values.items()}
    found = [change for path in {**before, **new.values} if (change := _change(path, before, new))]
    order = list(schema.ROOT.tables)
    return sorted(found, key=lambda change: order.index(change.path.partition(".")[0]))


def _change(path: str, before: dict[str, Value], new: Policy) -> Change | None:
    was, now = before.get(path), new.values.get(path)
    said = _said(was), _said(now)
    rules = (was.rule if was else None), (now.rule if now else None)
    if said == ("", ""):
        return None
    if said[0] != said[1]:
        kind: Kind = "added" if was is None else "removed" if now is None else "changed"
    elif _place(rules[0]) != _place(rules[1]):
        kind = "moved"
    else:
        return None
    return Change(path, kind, *said, *rules)


def _said(value: Value | None) -> str:
    """The value as the file words it, so that a change of words shows; "" where there is none."""
    if value is None:
        return ""
    if value.unsaid:
        return "unsaid"
    if isinstance(value.raw, date):
        return f"{value.raw.day} {value.raw:%B %Y}"
    words = [
        f"{item.word}: {item.words}" if item.words and item.words != item.word else item.word for item in value.items
    ]
    return "; ".join(
        f"{word} (lost)" if item.state == "lost" else word for item, word in zip(value.items, words, strict=True)
    )


def _place(rule: Rule | None) -> tuple[str, str, str] | None:
    return (rule.source, rule.clause, rule.strength) if rule else None


def _cited(words: str, rule: Rule | None) -> str:
    if rule is None:
        return words
    return _in_brackets(words, rule, rule.strength if rule.strength != "must" else "")


def _in_brackets(words: str, rule: Rule | None, binds: str) -> str:
    """The words with their clause, and how strongly it binds where that is told."""
    said = ", ".join(filter(None, [rule.in_brackets() if rule else "", binds]))
    return f"{words} ({said})" if said else words


def _renamed(policy: Policy) -> dict[str, str]:
    """Old paths of roles, stages and the like by their new ones, where the new version says what a thing was."""
    return dict(_was(policy))


def _was(policy: Policy) -> Iterator[tuple[str, str]]:
    for path, value in policy.values.items():
        holder, _, key = path.rpartition(".")
        if key == "was" and value.said:
            yield f"{holder.rpartition('.')[0]}.{value.raw}", holder


def _renamed_path(path: str, renamed: dict[str, str]) -> str:
    for old, new in renamed.items():
        if path == old or path.startswith(f"{old}."):
            return new + path.removeprefix(old)
    return path
