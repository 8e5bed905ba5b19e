"""Newer versions of Dover's policy, made by changing words of its file, and the acts that adopt them."""

from datetime import datetime
from typing import Any

import policies.shelf
from office import services
from office.models import Adoption
from people.models import PolicyVersion
from tests.factories import DOVER, NOON

TEXT = policies.shelf.builtin()[DOVER][-1].read_text(encoding="utf-8")
LOCAL = policies.shelf.local_rules(DOVER)
NEWER = "2026-12-01"


def newer(*changes: tuple[str, str], effective: str = NEWER, text: str = TEXT) -> str:
    """The policy with another effective date and some words changed, each of which must stand in it."""
    text = text.replace("effective = 2024-10-07", f"effective = {effective}")
    for was, now in changes:
        assert was in text, was
        text = text.replace(was, now)
    return text


def propose(office, text: str = "", *, at: datetime = NOON, **changes: Any) -> Adoption:
    """A policy proposed by Ada."""
    asked = {
        "text": text or newer(),
        "local": LOCAL,
        "size": "significant",
        "approved_by_name": "Cabinet, 30 November 2026",
        "why": "The review of 2026.",
        "by": office.ada,
    }
    return services.propose(office.provider.pk, at=at, **asked | changes)


def adopted(office, text: str = "", **how: Any) -> PolicyVersion:
    """A policy proposed by Ada and adopted by Bill."""
    return services.adopt(propose(office, text, **how).pk, by=office.bill, at=how.get("at", NOON))
