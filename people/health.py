"""What is known of somebody's health stays covered until it is asked for; asking is the look that is recorded.

UK GDPR Art 9; rule D8. The trail itself is the key: what somebody's health is known to be is shown to whoever asked for
it within the last quarter of an hour, and to nobody else; so it cannot be shown without a trace.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from audit import looks
from people import access, permissions
from people.models import Resident, User


def shows(request: HttpRequest, resident: Resident) -> bool:
    """Whether this request may show what is about a resident's health; never where nobody has asked on its behalf."""
    opened: Opened | None = getattr(request, "health", None)
    return opened is not None and opened.shows(resident)


@dataclass(frozen=True)
class Cover:
    """Whether what is about health is shown; where it is asked for, or why it never is.

    It is asked for in a new tab from a page on which something was typed, so that nothing of it is lost.
    """

    shown: bool
    url: str = ""
    why_not: str = ""
    new_tab: bool = False


class Opened:
    """Whose health one reader has asked for, as one request finds it; each resident is asked about once."""

    def __init__(self, reader: User, *, at: datetime, back: str, typed: bool) -> None:
        self._reader, self._at, self._back, self._typed = reader, at, back, typed
        self._known: dict[int, Cover] = {}
        self._said: set[int] = set()

    def cover(self, resident: Resident) -> Cover:
        """What stands in the place of what is about health."""
        if resident.pk not in self._known:
            self._known[resident.pk] = self._cover(resident)
        return self._known[resident.pk]

    def shows(self, resident: Resident) -> bool:
        """Whether it is shown."""
        return self.cover(resident).shown

    def first_on_page(self, resident: Resident) -> bool:
        """Whether nothing about this resident was covered further up on the page: the way to ask stands once."""
        first = resident.pk not in self._said
        self._said.add(resident.pk)
        return first

    def _cover(self, resident: Resident) -> Cover:
        if why_not := access.why_not(permissions.check_can_show_health, self._reader, resident):
            return Cover(False, why_not=why_not)
        if looks.at_health(resident.trail, by=self._reader, at=self._at):
            return Cover(True)
        address = reverse("people:show_health", args=[resident.reference])
        return Cover(False, f"{address}?{urlencode({'back': self._back})}", new_tab=self._typed)
