"""Telling everybody who had looked at an entry that it was changed or removed (D4)."""

from datetime import datetime

from audit import services as audit
from design import dates
from letters import services as letters
from people.models import User
from register.models import Entry, Lookup
from register.services import sharing


def of(entry: Entry) -> list[User]:
    """Everybody who has seen the entry in its life, by name: those whom its correction or removal concerns (D4)."""
    seen_by = Lookup.objects.filter(entries_shown__contains=[entry.reference]).values("by")
    return list(User.objects.filter(pk__in=seen_by).select_related("organisation").order_by("name", "pk"))


def tell(entry: Entry, what: str, *, by: User | None, at: datetime) -> None:
    """Tell each who looked that the entry was changed or removed, and record whom; never why, and never whose it is.

    A contractor is told without the reference: it says how many there are.
    """
    told = [user for user in of(entry) if user.is_active]
    if not told:
        return
    named = f"{'Highlight' if entry.is_highlight else 'Register entry'} {entry.reference}"
    for user in told:
        thing = f"An entry of the register of {entry.provider.name}" if user.organisation_id else named
        subject = f"{thing} was {what}"
        body = (
            f"{thing}, which you looked at, was {what} on {dates.day(at)}.\n\n"
            "Do not rely on what you saw before. Check again before you visit or phone."
        )
        letters.notify(user, kind=f"register.{what}", subject=subject, body=body, about=entry.trail.about, at=at)
    people = [
        {"ref": user.reference, "name": user.name, "organisation": user.organisation.name if user.organisation else ""}
        for user in told
    ]
    audit.record("register.recipients_told", subject=entry, by=by, at=at, facts={"what": what, "people": people})


def let_go(entry: Entry, *, by: User | None, at: datetime) -> None:
    """End what is shared of an entry that was removed, and tell each who looked that it is gone."""
    sharing.end_all(entry, reason=sharing.ENTRY_GONE, by=by, at=at)
    tell(entry, "removed", by=by, at=at)
