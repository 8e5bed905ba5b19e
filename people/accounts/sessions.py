"""Where sessions are kept (`SESSION_ENGINE`), and how long they last: by idleness, and from the sign-in."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest

from people.accounts import origins
from people.models import Session, User

BEGUN, SEEN, NETWORK, BROWSER = "begun", "seen", "network", "browser"
# A sign of life is written down no more often than this, so that a page is read without a write.
EACH = timedelta(minutes=2)


class SessionStore(DatabaseStore):
    """Django's own store, which notes in the row whose session it is and where it was begun."""

    @classmethod
    def get_model_class(cls) -> Any:
        """The rows that it keeps."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row, with what the page of sessions shows."""
        row: Any = super().create_model_instance(data)
        user = data.get("_auth_user_id")
        if user and BEGUN in data:
            row.user_id, row.signed_in_at = int(user), datetime.fromisoformat(data[BEGUN])
            row.seen_at = datetime.fromisoformat(data[SEEN])
            row.network, row.browser = data.get(NETWORK, ""), data.get(BROWSER, "")
        return row


def begin(request: HttpRequest, *, at: datetime) -> None:
    """Note where and when the session of somebody who has just signed in begins."""
    place = origins.of(request)
    begun = {BEGUN: at.isoformat(), SEEN: at.isoformat(), NETWORK: place.network, BROWSER: place.browser}
    request.session.update(begun)


def is_over(session: SessionBase, *, at: datetime) -> bool:
    """Whether somebody has been signed in for as long as anybody may, however busy they were (OWASP ASVS 7.3.2).

    A session that does not say when it began is over too. Idleness is the store's to see (`EVENHAND_IDLE_MINUTES`).
    """
    begun = session.get(BEGUN)
    longest = timedelta(hours=settings.SESSION_HOURS)
    return begun is None or at - datetime.fromisoformat(begun) >= longest


def touch(session: SessionBase, *, at: datetime) -> None:
    """Note a sign of life, from which the idle limit runs anew."""
    if at - datetime.fromisoformat(session[SEEN]) >= EACH:
        session[SEEN] = at.isoformat()


def handle(session: Session) -> str:
    """How a page names a session of somebody's own: its key would let in whoever reads the page."""
    return origins.mark("session", session.session_key)[:24]


def end(user: User, *, but: str | None = None, only: str | None = None) -> int:
    """End the sessions of somebody: all, all but the one with that key, or the one with that handle.

    Returns how many there were.
    """
    found = Session.objects.filter(user=user)
    if but is not None:
        found = found.exclude(session_key=but)
    if only is not None:
        found = found.filter(pk__in=[one.pk for one in found if handle(one) == only])
    return found.delete()[0]


def clear(*, at: datetime) -> int:
    """Clear the sessions that nobody can use any more, with whatever was typed in them."""
    return Session.objects.filter(expire_date__lt=at).delete()[0]
