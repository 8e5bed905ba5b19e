"""What no log says: the key of a link by which somebody sets a password. Whoever reads logs could use it."""

import re
from collections.abc import MutableMapping
from typing import Any

KEY = re.compile(r"(/password/reset/key/[0-9A-Za-z]{1,14}-)[^/\s?\"']+")


def without_keys(text: str) -> str:
    """The same without the keys of links.

    >>> without_keys("GET /account/password/reset/key/1-c0ffee-1234abcd/ HTTP/1.1")
    'GET /account/password/reset/key/1-…/ HTTP/1.1'
    """
    return KEY.sub(r"\1…", text)


def scrub(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A step of every line that is logged, ours and the libraries'."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = without_keys(value)
    return event
