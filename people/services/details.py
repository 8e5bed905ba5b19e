"""What is typed of a resident, whole: for a new row, a change, and the search for a double."""

from dataclasses import dataclass, field
from datetime import date

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
