"""The shapes that a fact of a letter may have: each answers with what is wrong with a value, or nothing."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

Shape = Callable[[Any], str]


def text(value: Any) -> str:
    """Words, and not none of them. Every shape answers with what is wrong, or nothing."""
    return "" if isinstance(value, str) and value.strip() else "must be words"


def words_if_any(value: Any) -> str:
    """Words, possibly none."""
    return "" if isinstance(value, str) else "must be text"


def day(value: Any) -> str:
    """A date as ISO text: 2026-12-18."""
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        return "must be a date such as 2026-12-18"
    return ""


def yes(value: Any) -> str:
    """True or false."""
    return "" if isinstance(value, bool) else "must be true or false"


def whole(value: Any) -> str:
    """A whole number above nought."""
    return "" if isinstance(value, int) and not isinstance(value, bool) and value > 0 else "must be a whole number"


def one_of(*choices: str) -> Shape:
    """One of a few words."""
    return lambda value: "" if value in choices else f"must be one of {', '.join(choices)}"


def or_null(shape: Shape) -> Shape:
    """The same, or null where there is nothing to say."""
    return lambda value: "" if value is None else shape(value)


def record(**shapes: Shape) -> Shape:
    """A record with at least these keys."""

    def check(value: Any) -> str:
        if not isinstance(value, Mapping):
            return "must be a record"
        wrong = [f"{key} is missing" for key in shapes if key not in value]
        wrong += [f"{key} {said}" for key, shape in shapes.items() if key in value and (said := shape(value[key]))]
        return ", ".join(wrong)

    return check


def each(shape: Shape, *, some: bool = False) -> Shape:
    """A list of the same; `some`: at least one."""

    def check(value: Any) -> str:
        if not isinstance(value, list | tuple):
            return "must be a list"
        if some and not value:
            return "must not be empty"
        return ", ".join(f"number {at} {said}" for at, one in enumerate(value, 1) if (said := shape(one)))

    return check
