"""What is typed of a resident, whole: for a new row, a change, and the search for a double."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from people.models import ContactPoint, Resident


@dataclass(frozen=True)
class Home:
    """An address as typed."""

    lines: str
    postcode: str = ""
    uprn: str = ""
    since: date | None = None


@dataclass(frozen=True)
class Details:
    """What is known of a resident when the row is made or changed."""

    name: str
    relation: str
    known_as: list[str] = field(default_factory=list)
    date_of_birth: date | None = None
    preferred_format: str = Resident.Format.STANDARD
    preferred_language: str = "English"
    safe_contact: str = ""
    home: Home | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


def details_of(resident: Resident) -> Details:
    """What is known of a person, as it would be typed: what the change form starts from."""
    home = resident.address
    contacts = list(resident.contact_points.order_by("pk"))
    kinds = ContactPoint.Kind
    return Details(
        name=resident.name,
        relation=resident.relation,
        known_as=list(resident.known_as),
        date_of_birth=resident.date_of_birth,
        preferred_format=resident.preferred_format,
        preferred_language=resident.preferred_language,
        safe_contact=resident.safe_contact,
        home=Home(home.lines, home.postcode, home.uprn) if home else None,
        phones=tuple(c.value for c in contacts if c.kind == kinds.PHONE),
        emails=tuple(c.value for c in contacts if c.kind == kinds.EMAIL),
    )


def known(resident: Resident) -> dict[str, Any]:
    """What is known of a person, by the fields of the form that changes it: the version that a change begins from."""
    details = details_of(resident)
    home = details.home or Home("")
    return {
        "name": details.name,
        "known_as": details.known_as,
        "date_of_birth": details.date_of_birth,
        "relation": details.relation,
        "address": home.lines,
        "postcode": home.postcode,
        "uprn": home.uprn,
        "phones": details.phones,
        "emails": details.emails,
        "preferred_format": details.preferred_format,
        "preferred_language": details.preferred_language,
        "safe_contact": details.safe_contact,
    }
