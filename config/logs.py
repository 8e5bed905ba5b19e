"""What no log line holds: what somebody typed, whom it was about, and what opens a door (docs/adr/0090)."""

import logging
import re
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

LEFT_OUT = "…"
# What a link is worth: a part of a path that is long and holds a digit, as keys of resets, invitations and drafts are.
TOKEN = re.compile(r"(?<=/password/reset/key/)[^/\s?\"']+|(?<=/)(?=[^/\s?]*\d)[\w:=.~+-]{20,}")
QUERY = re.compile(r"\?[^\s'\"]*")
ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+\.[\w.-]+")
# PostgreSQL quotes the row it refuses.
DETAIL = re.compile(r"(DETAIL|CONTEXT|HINT|LINE \d+):.*", re.DOTALL)


def quiet(text: str) -> str:
    """A line without tokens, queries, addresses, and rows that the database quotes.

    >>> quiet("GET /account/password/reset/key/1-cx7k2f-0123456789abcdef01/ for ann@dover.example")
    'GET /account/password/reset/key/…/ for …'
    >>> quiet("Not Found: /residents/?q=Zyzzyva")
    'Not Found: /residents/…'
    """
    for pattern in (DETAIL, TOKEN, QUERY, ADDRESS):
        text = pattern.sub(LEFT_OUT, text)
    return text


def scrubbed(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every word of a line, quiet. What failed is told by its kind and place: its own words may quote anybody."""
    if found := line.pop("exc_info", None):
        line["exception"] = where(found)
    for name, value in line.items():
        if isinstance(value, str) and name != "exception":
            line[name] = quiet(value)
    return line


def where(found: Any) -> str:
    """An exception and what led to it, as kinds and places, without a word of its own."""
    problem = found if isinstance(found, BaseException) else found[1] if isinstance(found, tuple) else None
    told: list[str] = []
    while problem is not None:
        told += [type(problem).__qualname__, *(f"  {place}" for place in _places(problem.__traceback__))]
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    return "\n".join(told)


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(trace)]


class Quiet(logging.Filter):
    """For lines that do not pass through ours: gunicorn's, and what Celery says of a task that failed."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets each line through, after taking out what it must not hold. Ours come as they are, quiet already."""
        if isinstance(record.msg, dict):
            return True
        if isinstance(record.args, dict) and "exc" in record.args:
            # Celery gives the exception's words, and the arguments of the task.
            record.args = record.args | {"exc": LEFT_OUT, "args": LEFT_OUT, "kwargs": LEFT_OUT, "traceback": LEFT_OUT}
        record.msg, record.args = quiet(record.getMessage()), ()
        return True


def by_place(record: logging.LogRecord) -> bool:
    """A filter of handlers that write failures by themselves, as gunicorn's do: by kind and place alone, too."""
    if record.exc_info:
        record.exc_text, record.exc_info = where(record.exc_info), None
    return True
