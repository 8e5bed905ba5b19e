"""What a provider has settled where its policy is silent: `[[local]]` found, filled in beside what the policy says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from policies import entries, gaps, schema
from policies.problems import nearest
from policies.rules import Rule
from policies.tables import Tables
from policies.values import Settled, Value


def take(found: Tables, raw: dict[str, Any]) -> None:
    """Fill the gaps of a policy from a file of local rules, which holds nothing else.

    >>> found = Tables()
    >>> take(found, {"appeal": {"late": "refused"}})
    >>> print(*found.problems)
    appeal: a file of local rules holds [[local]] tables only.
    """
    for name in sorted(raw.keys() - {"local"}):
        found.problem(entries.shown(name), "a file of local rules holds [[local]] tables only")
    settle(found, raw.get("local", []))


def settle(found: Tables, raw: Any) -> None:
    """Fill the gaps of a policy from `[[local]]` tables; each that does not fit is a problem.

    >>> found = Tables()
    >>> found.take({})
    >>> why = {"by": "Director", "on": date(2026, 5, 11), "why": "As the letters say"}
    >>> settle(found, [{**why, "set": {"appeal": {"late": "refused"}}}])
    >>> found.values["appeal.late"].settled.by
    'Director'
    """
    if not isinstance(raw, list) or not all(isinstance(entry, dict) for entry in raw):
        return found.problem("local", "is written as [[local]], with two brackets")
    for at, entry in enumerate(raw, start=1):
        _settle_one(found, entry, f"local[{at}]")
    return None


def _settle_one(found: Tables, raw: dict[str, Any], path: str) -> None:
    for name in raw.keys() - {"by", "on", "why", "set"}:
        found.problem(entries.shown(f"{path}.{name}"), "is not known", nearest(name, ("by", "on", "why", "set")))
    by, on, why, given = (raw.get(name) for name in ("by", "on", "why", "set"))
    if not isinstance(by, str) or not by.strip():
        found.problem(f"{path}.by", "is missing: who settled it")
    if not isinstance(on, date) or isinstance(on, datetime):
        found.problem(f"{path}.on", "is missing: the day it was settled, like 2026-11-02")
    if not isinstance(why, str) or not why.strip():
        found.problem(f"{path}.why", "is missing: the reason, in a few words")
    if not isinstance(given, dict) or not given:
        return found.problem(f"{path}.set", "is missing: what is settled, by its path")
    if isinstance(by, str) and isinstance(on, date) and isinstance(why, str):
        settled = Settled(by, on, why)
        for where, value in _leaves(given):
            _fill(found, where, value, settled)
    return None


def _fill(found: Tables, path: str, raw: Any, settled: Settled) -> None:
    try:
        key, _ = schema.find(path)
    except KeyError:
        return found.problem(entries.shown(path), "is not known", nearest(path, found.values))
    if isinstance(key, schema.Table):
        if not key.short:
            return found.problem(entries.shown(path), "is a table: settle one of its keys")
        path, key = f"{path}.{key.short}", key.keys[key.short]
    if not key.clause and path not in found.asked:
        return found.problem(path, "names or wires the policy, and is no rule: it cannot be settled locally")
    value = found.parsed(key, raw, path, Rule("local", "", "must", settled.why), "local")
    if value is None:
        return None
    old = found.values.get(path)
    if old and old.settled:
        return found.problem(path, f"was settled already, by {old.settled.by} on {old.settled.on}")
    if refusal := _refused(found, path, old, value):
        return found.problem(path, refusal)
    for table in _parents(path):
        found.tables[table] = "said"
        if table in found.values and found.values[table].unsaid:
            del found.values[table]
    items = gaps.settled(old, value, settled.why)
    found.values[path] = replace(value, items=items, settled=settled, policy_words=old.words if old else "")
    return None


def _refused(found: Tables, path: str, old: Value | None, new: Value) -> str:
    """Why a local rule may not stand beside what the policy says; "" where it fills a gap."""
    for table in _parents(path):
        if found.tables.get(table) == "none":
            return gaps.none_there(found.values[table])
    kinds = found.values.get("restriction.kinds_are")
    if path.startswith("restriction.kinds.") and kinds and "closed" in kinds:
        return gaps.closed(kinds)
    return gaps.refusal(old, new, open_list=_open_list(found, path)) if old else ""


def _open_list(found: Tables, path: str) -> bool:
    beside = found.values.get(f"{path}_is") or found.values.get(f"{path}_are")
    return bool(beside and "examples" in beside)


def _leaves(given: dict[str, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    for name, value in given.items():
        here = f"{path}.{name}" if path else name
        if isinstance(value, dict) and depth < 6:
            yield from _leaves(value, here, depth + 1)
        else:
            yield here, value


def _parents(path: str) -> list[str]:
    parts = path.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts))]
