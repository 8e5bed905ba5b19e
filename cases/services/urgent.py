"""Break glass: a file that is closed to somebody, opened for an hour, and told at once to whoever holds it."""

from datetime import datetime

from django.db import transaction

from cases.models import Case
from design import dates
from letters import services as letters
from people import services as people
from people.models import FileAccess, Resident, User
from people.search import search_terms
from policies.rules import Rule, RuleBroken

MEANT = Rule("evenhand", text="A file is opened urgently for one person, who is named.")
NOTICE = "file.opened_urgently"
MOST_OF_A_NAME = 50


def meant(typed: str, *, by: User) -> Resident:
    """The one resident whose file is closed to somebody, and whom they mean. Nobody is listed: they say who it is.

    By the reference or the whole name, with more beside it where several have it: whoever guessed at parts of names and
    addresses would learn whose file is closed before any look is recorded. Raises `RuleBroken` where what was typed
    means nobody, or several.
    """
    closed = Resident.objects.closed_to(by).filter(provider=by.provider_id).select_related("provider")
    exact = list(closed.filter(reference__iexact=typed.strip())[:1])
    found = exact or [one for one in closed.matching(typed)[:MOST_OF_A_NAME] if _is_named(one, typed)]
    if not found:
        raise RuleBroken("No file that is closed to you matches. Enter the reference, or the full name", MEANT, "who")
    if len(found) > 1:
        raise RuleBroken("Several people match. Enter the reference, or the name and the postcode", MEANT, "who")
    return found[0]


def _is_named(resident: Resident, typed: str) -> bool:
    said = set(search_terms(typed))
    return any(words and words <= said for words in (set(search_terms(name)) for name in _names(resident)))


def _names(resident: Resident) -> list[str]:
    return [resident.name, *resident.known_as]


@transaction.atomic
def open_file(resident_id: int, *, reason: str, by: User, at: datetime) -> FileAccess:
    """Open a closed file for an hour, and tell whoever holds the case and whoever closed it, at once, by mail.

    Raises `NotPermitted` for somebody whose role reads no files, `RuleBroken` without a reason.
    """
    row = people.open_urgently(resident_id, reason=reason, by=by, at=at)
    resident = row.content_object
    case = Case.objects.filter(resident=resident).select_related("owner").order_by("-opened_at", "-pk").first()
    closed = FileAccess.objects.standing().filter(content_object=resident).exclude(set_by=by).select_related("set_by")
    told = {one.set_by_id: one.set_by for one in closed}
    if case and case.owner:
        told[case.owner.pk] = case.owner
    about = case.trail.about if case else resident.trail.about
    what = case.reference if case else resident.reference
    for person in told.values():
        if person.pk != by.pk and person.is_active:
            letters.notify(
                person,
                kind=NOTICE,
                subject=f"A closed file was opened urgently: {what}",
                body=f"{by.name} opened the file {what}, which is closed to them, on {dates.moment(at)}. "
                "It is open to them for one hour. Their reason stands on the file.",
                about=about,
                at=at,
            )
    return row
