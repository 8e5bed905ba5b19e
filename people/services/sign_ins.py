"""What happens to somebody's way in, on the trail: signing in, passwords, second factors, sessions.

From where and with which browser it was are the event's words, which an erasure may blank one day: an address of a
network is about a person, and nobody needs it for as long as the event (UK GDPR Art 5(1)(e)).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import services as audit
from audit import subjects
from audit.models import Trail
from people.accounts import origins, sessions
from people.accounts.origins import Place
from people.models import User
from people.services import wrong_tries

# What changes how somebody gets in: whoever holds another session of theirs may be why, so it ends, and they are told.
ENDS_OTHERS = {
    "user.password_changed": "Your password was changed",
    "user.password_reset": "Your password was set anew",
    "user.factor_added": "A second factor was added to your account",
    "user.factor_removed": "A second factor was removed from your account",
    "user.recovery_codes_made": "New recovery codes were made for your account",
}


class _Unknown:
    """An address without an account, as the subject of an event: by a hash, so that no stranger's address is kept."""

    def __init__(self, address: str) -> None:
        self.trail = Trail(subjects.ADDRESS, origins.mark("address", address)[:24])


def record(
    verb: str, user: User, *, place: Place, at: datetime, by: User | None = None, facts: Mapping[str, Any] | None = None
) -> None:
    """Record what happened to somebody's account, by themselves where nobody else is named."""
    audit.record(verb, subject=user, by=by or user, at=at, facts=facts, words=_words(place))


@transaction.atomic
def signed_in(user: User, *, place: Place, how: list[str], at: datetime) -> None:
    """Somebody is in, by password and whatever else was asked of them; the place is known from now on."""
    wrong_tries.know(user, place, at=at)
    record("user.signed_in", user, place=place, at=at, facts={"how": how})


@transaction.atomic
def failed(address: str, *, place: Place, at: datetime, why: str) -> None:
    """Somebody did not get in. The address is shown only where it is an account's.

    The same is asked and written whether or not there is an account, so that no clock tells one from the other.
    """
    user = User.objects.select_related("provider").filter(email=address).first()
    subject = user or _Unknown(address)
    facts = {"why": why, "closed": bool(user and not user.is_active)}
    audit.record("user.sign_in_failed", subject=subject, by=None, at=at, facts=facts, words=_words(place))


@transaction.atomic
def changed(
    verb: str, user: User, *, place: Place, keep: str | None, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """The way in was changed: recorded, and every session ends but the one in which it was done (OWASP ASVS 7.4.3)."""
    ended = sessions.end(user, but=keep or "")
    record(verb, user, place=place, at=at, facts={**(facts or {}), "sessions_ended": ended})


@transaction.atomic
def end_sessions(user: User, *, place: Place, keep: str, only: str | None, at: datetime) -> int:
    """End one session of one's own, or all others. Returns how many ended."""
    ended = sessions.end(user, but=keep, only=only)
    if ended:
        record("user.sessions_ended", user, place=place, at=at, facts={"sessions_ended": ended})
    return ended


def _words(place: Place) -> dict[str, str]:
    return {"from": place.network, "browser": place.browser}
