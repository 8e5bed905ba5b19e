"""By what a resident is found, and who may be the same person."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from people.models import (
    Address,
    Provider,
    Resident,
    User,
)
from people.search import plain, run_together, same_home
from people.services.details import Details

MOST_DOUBLES = 50


@dataclass(frozen=True)
class Doubles:
    """Who may be the same person: whom the reader may know of, and whether there is anybody whose file is closed to
    them. Of such a one nothing is said but that (rule D9)."""

    known: list[Resident]
    closed: bool


def search_text(names: Iterable[str], addresses: Iterable[Address], contacts: Iterable[str], *references: str) -> str:
    """All by which a person is found, as `matching` looks for it: names, homes, postcodes and phones run together."""
    parts = [plain(text) for text in [*names, *references]]
    for address in addresses:
        parts += [plain(address.lines), plain(address.postcode), plain(address.postcode).replace(" ", "")]
    for contact in contacts:
        digits = "".join(c for c in contact if c.isdigit())
        parts.append(plain(contact) if "@" in contact else digits)
    return " ".join(part for part in parts if part)


def index(resident: Resident) -> None:
    """Write anew by what a resident is found, after anything of it changed."""
    resident.search = search_text(
        [resident.name, *resident.known_as],
        resident.addresses.all(),
        resident.contact_points.values_list("value", flat=True),
        resident.reference,
        *resident.occupancies.values_list("tenancy__reference", flat=True),
    )
    resident.save(update_fields=["search"])


def likely_doubles(provider: Provider, details: Details, *, reader: User) -> Doubles:
    """Residents who may be the same person, as far as the reader may know of them.

    The same name with the same birthday, home or phone, or with no birthday on one side to tell them apart; or another
    spelling of the name with two of the three in common.
    """
    wanted = Q(name__iexact=details.name) | Q(pk__in=_named(provider, details.name))
    if details.date_of_birth:
        wanted |= Q(date_of_birth=details.date_of_birth)
    phones = {run_together(phone) or plain(phone) for phone in details.phones}
    for phone in phones:
        wanted |= Q(search__contains=phone)
    found = Resident.objects.filter(wanted, provider=provider).prefetch_related("addresses", "contact_points")
    scored = [(_likeness(resident, details, phones), resident) for resident in found.order_by("name", "pk")[:500]]
    likely = [pair for pair in scored if pair[0] >= 2]
    most = [resident for _, resident in sorted(likely, key=lambda pair: -pair[0])]
    closed = set(
        Resident.objects.closed_to(reader).filter(pk__in=[one.pk for one in most]).values_list("pk", flat=True)
    )
    return Doubles([one for one in most if one.pk not in closed][:MOST_DOUBLES], bool(closed))


def _named(provider: Provider, name: str) -> "Any":
    return Resident.objects.filter(provider=provider).matching(name).order_by().values("pk")


def _likeness(resident: Resident, details: Details, phones: set[str]) -> int:
    """How much two people have in common: two or more is a likely double."""
    names = {plain(name) for name in (resident.name, *resident.known_as)}
    words = set(plain(details.name).split())
    same_name = plain(details.name) in names or any(words and words <= set(name.split()) for name in names)
    born, home = resident.date_of_birth, details.home
    same_day = born is not None and born == details.date_of_birth
    told_apart = born is not None and details.date_of_birth is not None and not same_day
    homes = resident.addresses.all() if home else ()
    same_home_ = home is not None and any(same_home(home.lines, home.postcode, a.lines, a.postcode) for a in homes)
    same_phone = bool({run_together(c.value) or plain(c.value) for c in resident.contact_points.all()} & phones)
    in_common = sum((same_name, same_day, same_home_, same_phone))
    return in_common + 1 if same_name and not told_apart else in_common
