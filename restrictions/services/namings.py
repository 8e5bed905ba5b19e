"""Who is a restriction's single point of contact, who covers, on which days: reads alone."""

from datetime import date

from design import dates
from people.models import User
from restrictions.models import Naming, Restriction, Term


def term_of(restriction: Restriction) -> Term | None:
    """The term that names a single point of contact, with its person; None where there is none."""
    return restriction.terms.select_related("person").filter(channel=Term.Channel.SPOC, person__isnull=False).first()


def standing_namings(restriction: Restriction) -> list[Naming]:
    """Who holds it, and whoever covers or is going to, each with their person."""
    return list(restriction.namings.select_related("person", "named_by").filter(ended_on__isnull=True))


def person_on(restriction: Restriction, on: date) -> User | None:
    """Whom the resident turns to on a day: whoever covers then, else whoever holds it; None where nobody is named."""
    cover = next((each for each in standing_namings(restriction) if each.covers(on)), None)
    term = term_of(restriction)
    return cover.person if cover else term.person if term else None


def words_that_name(restriction: Restriction, person: User) -> list[str]:
    """What the terms say of a person by name: words that no longer fit once another is the contact."""
    return [term.words for term in restriction.terms.all() if person.name.casefold() in term.words.casefold()]


def cover_line(naming: Naming) -> str:
    """A cover in one line that stays true: it says its days, so nothing has to be changed when they have gone."""
    assert naming.until_on is not None
    days = f"from {dates.day(naming.from_on)} to {dates.day(naming.until_on)}"
    return ", ".join(
        part for part in (f"{naming.person.name} instead, {days}", naming.person.phone, naming.person.email) if part
    )


def chain(restriction: Restriction) -> list[int]:
    """It and what it continues, back to the first."""
    found, at = [restriction.pk], restriction.follows
    while at:
        found.append(at.pk)
        at = at.follows
    return found
